"""`casecore check`: what is printed, which exit code says what, and that no mistake of a user ends in a traceback."""

import io
import json
import sys

import attrs
import pytest

from casecore import __version__
from casecore.check import Fix, Judgement, PromiseVerdict, progress
from casecore.cli import check as module
from casecore.cli import main
from casecore.cli.check import file_stamp, watch_for_changes
from casecore.cli.check_text import show_check
from casecore.cli.screen import Screen
from casecore.explore import Story
from casecore.kernel import processes

LIMIT = ("--scope", "chat-limit", "--scope", "limits-of-their-own", "--only", "04", "--walk", "0")
"""One promise in two small scopes, in which all is tried that could break it."""


@pytest.fixture
def sop(tmp_path):
    """A policy file."""
    file = tmp_path / "our-sop.toml"
    file.write_text('id = "ours"\n[chat.idle]\nask_first = 0\n', "utf-8")
    return file


@pytest.fixture
def shown(capsys):
    """A report as people read it, without the spaces that only align it."""

    def show(report, **given):
        show_check(report, **{"file": "our-sop.toml", "screen": Screen(), "verbose": False, "days": {}, **given})
        return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    return show


class TestCommand:
    """From the arguments to the exit code."""

    def test_clean(self, casecore, sop):
        """What was asked is proved: exit code 0, with the scope and its size."""
        code, printed, complaints = casecore("check", str(sop), *LIMIT)
        assert (0, "") == (code, complaints)
        assert printed.startswith(f"casecore {__version__}   ours   {sop}\n")
        assert "✓ proved  1: P04\n" in printed
        assert "searched  2 scopes: " in printed
        assert printed.endswith("1 proved.   exit 0\n")

    def test_the_shipped_sop(self, casecore):
        """Without a file it is what is checked, and that is said."""
        code, printed, _ = casecore("check", *LIMIT)
        assert 0 == code
        assert printed.startswith(f"casecore {__version__}   support-sop 2026.11   the SOP that ships with casecore\n")

    def test_findings(self, casecore, tmp_path):
        """A promise that nothing puts to the test is a finding: exit code 1."""
        file = tmp_path / "sop.toml"
        file.write_text("[capacity]\nchat = 0\n", "utf-8")
        code, printed, _ = casecore("check", str(file), "--only", "p4", "--walk", "0", "--scope", "one-chat-case")
        assert 1 == code
        assert "✗ VACUOUS  P04" in printed

    def test_inconclusive(self, casecore, sop):
        """A search that is given up proves nothing: exit code 3."""
        code, printed, _ = casecore("check", str(sop), *LIMIT, "--limit", "3")
        assert 3 == code
        assert "? INCONCLUSIVE  P04" in printed
        assert "given up" in printed

    @pytest.mark.parametrize(
        ("complaint", "arguments"),
        [
            ("there is no promise '99'", ("--only", "99")),
            ("did you mean 'chat-limit'?", ("--scope", "chat-limits")),
            ("there is no promise 'XX'", ("--only", "xx")),
        ],
    )
    def test_names_that_do_not_exist(self, casecore, sop, complaint, arguments):
        """It could not run: exit code 2, and what was likely meant."""
        code, printed, complaints = casecore("check", str(sop), "--walk", "0", *arguments)
        assert (2, "") == (code, printed)
        assert complaint in complaints

    @pytest.mark.parametrize("arguments", [("--limit", "0"), ("--walk", "-1"), ("--format", "yaml"), ("--seed", "x")])
    def test_options_that_mean_nothing(self, casecore, sop, arguments):
        """Are refused before anything is done."""
        assert 2 == casecore("check", str(sop), *arguments)[0]

    def test_a_policy_that_cannot_be_used(self, casecore, tmp_path):
        """The loader's own words, and exit code 2."""
        file = tmp_path / "sop.toml"
        file.write_text("[capacity]\nchats = 1\n", "utf-8")
        code, printed, complaints = casecore("check", str(file))
        assert (2, "") == (code, printed)
        assert "capacity.chats: no such key" in complaints
        assert 2 == casecore("check", str(tmp_path / "none.toml"))[0]

    @pytest.mark.parametrize(
        ("name", "beginning"),
        [
            ("json", "{\n"),
            ("sarif", "{\n"),
            ("github", "1 proved"),
            ("junit", "<?xml"),
            ("md", "## casecore check: ours"),
        ],
    )
    def test_formats(self, casecore, sop, name, beginning):
        """Each goes to standard output as it is."""
        code, printed, _ = casecore("check", str(sop), *LIMIT, "--format", name)
        assert 0 == code
        assert beginning in printed

    def test_stories(self, casecore, sop, tmp_path):
        """With --verbose also those that break nothing; every one is replayed under the same policy, and goes well."""
        folder = tmp_path / "stories"
        code, printed, _ = casecore("check", str(sop), *LIMIT, "--verbose", "--write-stories", str(folder))
        assert 0 == code
        assert "the shortest story that puts it to the test:" in printed
        (day,) = folder.iterdir()
        assert "P04-shows.day.jsonl" == day.name
        assert '{"policy": "../our-sop.toml"}' in day.read_text("utf-8")
        code, printed, complaints = casecore("replay", str(day))
        assert (0, "") == (code, complaints)
        assert "Every step went as expected." in printed

    @pytest.mark.parametrize("folder", ["our-sop.toml", "a\0b"])
    def test_stories_that_cannot_be_written(self, casecore, sop, folder):
        """Is said with the reason: exit code 2."""
        code, printed, complaints = casecore("check", str(sop), *LIMIT, "--write-stories", str(sop.parent / folder))
        assert (2, "") == (code, printed)
        assert "cannot be written" in complaints

    def test_the_page_of_a_step(self, casecore, sop, tmp_path, monkeypatch):
        """On GitHub the whole report is added to what stands there already."""
        page = tmp_path / "summary.md"
        page.write_text("before\n", "utf-8")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
        assert 0 == casecore("check", str(sop), *LIMIT, "--format", "github")[0]
        assert page.read_text("utf-8").startswith("before\n## casecore check: ours\n")

    def test_a_page_that_cannot_be_written(self, casecore, sop, tmp_path, monkeypatch):
        """Is complained of; what was found is no different for that."""
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
        code, _, complaints = casecore("check", str(sop), *LIMIT, "--format", "github")
        assert 0 == code
        assert "GITHUB_STEP_SUMMARY" in complaints

    def test_jobs(self, casecore):
        """Whatever their number, the same is printed; there is at least one."""
        asked = ("check", "--scope", "chat-limit", "--scope", "we-write-on-sms", "--walk", "20")
        one, two = (casecore(*asked, "--jobs", jobs) for jobs in ("1", "2"))
        assert one == two
        assert 2 == casecore("check", "--jobs", "0")[0]

    def test_bar(self, casecore, sop, monkeypatch):
        """On a terminal it is seen what is being searched; what is printed stays the same."""
        asked = ("check", str(sop), *LIMIT[:-1], "20")
        _, plain, _ = casecore(*asked)

        class Terminal(io.StringIO):
            def isatty(self):
                return True

        terminal = Terminal()
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stderr", terminal)
            patched.setattr(progress, "PATIENCE", 0)
            patched.setenv("TERM", "xterm")
            code = main([*asked])
        assert 0 == code
        assert "walk" in terminal.getvalue()
        assert plain * 2 == casecore(*asked)[1]  # printed with the bar, and now without


class TestKept:
    """What is found is kept in a folder, and the same is printed from there."""

    @pytest.fixture(autouse=True)
    def kept(self, monkeypatch):
        """Answers are kept, as they are where nobody says otherwise; whose they are is known."""
        monkeypatch.delenv("CASECORE_NO_CACHE")
        monkeypatch.setattr("casecore.check.cache.code_of", lambda _: "our-code")

    @pytest.fixture
    def asked(self, monkeypatch):
        """The names of what is searched."""
        told, run_here = [], processes._run_here
        noting = lambda task, progress: told.append(task.name) or run_here(task, progress)  # noqa: E731
        monkeypatch.setattr(processes, "_run_here", noting)
        return told

    def test_a_second_time(self, asked, casecore, sop, tmp_path):
        """Nothing is searched; the same is printed, with the lines of now."""
        command = ("check", sop, *LIMIT, "--jobs", "1", "--cache-dir", tmp_path / "kept", "--format", "json")
        first = casecore(*command)
        assert ["chat-limit", "limits-of-their-own"] == asked
        assert first == casecore(*command)
        assert 2 == len(asked)
        sop.write_text("# Our SOP\n" + sop.read_text("utf-8"), "utf-8")
        again = casecore(*command)
        assert 2 == len(asked)
        assert again == casecore(*command, "--no-cache")
        assert 4 == len(asked)

    def test_variables(self, asked, casecore, sop, tmp_path, monkeypatch):
        """They say where answers are kept, and that none are."""
        monkeypatch.setenv("CASECORE_CACHE_DIR", str(tmp_path / "kept"))
        command = ("check", sop, *LIMIT, "--jobs", "1")
        assert casecore(*command) == casecore(*command)
        assert 2 == len(asked)
        assert (tmp_path / "kept" / "our-code").is_dir()
        monkeypatch.setenv("CASECORE_NO_CACHE", "1")
        casecore(*command)
        assert 4 == len(asked)

    @pytest.mark.parametrize("command", [["check"], ["diff", "--git", "HEAD"]])
    def test_no_folder(self, casecore, sop, command):
        """Where a file is in the way: exit code 2, and what to do."""
        code, _, complaints = casecore(*command, sop, "--cache-dir", sop)
        assert 2 == code
        assert "--cache-dir" in complaints
        assert "name another folder" in complaints

    def test_diff(self, casecore, sop, tmp_path):
        """A comparison is kept, too."""
        command = ("diff", sop, sop, "--scope", "chat-limit", "--cache-dir", tmp_path / "kept")
        other = tmp_path / "other.toml"
        other.write_text("[capacity]\nchat = 4\n", "utf-8")
        command = ("diff", sop, other, "--scope", "chat-limit", "--cache-dir", tmp_path / "kept")
        first = casecore(*command)
        assert first == casecore(*command) == casecore(*command, "--no-cache")
        assert 1 == len([*(tmp_path / "kept" / "our-code").iterdir()])


class TestWatch:
    """Again at each change."""

    def test_nothing_to_watch(self, casecore):
        """Without a file: exit code 2."""
        code, _, complaints = casecore("check", "--watch")
        assert 2 == code
        assert "--watch: there is no file to watch" in complaints

    def test_ctrl_c_ends_it(self, casecore, sop, monkeypatch):
        """It is checked once before anything is waited for; a policy that is broken meanwhile ends nothing."""
        waited = []

        def pause(seconds):
            waited.append(seconds)
            if len(waited) > 1:
                raise KeyboardInterrupt
            sop.write_text("[capacity]\nchats = 1\n", "utf-8")

        monkeypatch.setattr(module, "sleep", pause)
        code, printed, complaints = casecore("check", str(sop), *LIMIT, "--watch")
        assert 130 == code
        assert 1 == printed.count("exit 0")
        assert "no such key" in complaints
        assert [module.POLL] * 2 == waited

    def test_only_at_changes(self):
        """Looks and answers, without a file or a clock."""
        looks, done = iter([1, 1, 2, 2, 2, None, 3]), []

        def look():
            return next(looks)

        with pytest.raises(StopIteration):
            watch_for_changes(lambda: done.append("checked"), look, lambda: done.append("waited"))
        assert ["checked", "waited", "checked", "waited", "waited", "checked", "checked"] == done

    def test_what_changes(self, tmp_path):
        """When a file is written, its stamp is another; one that is not there has none."""
        file = tmp_path / "sop.toml"
        assert None is file_stamp(file)
        assert None is file_stamp(tmp_path / "a\0b")
        file.write_text("a", "utf-8")
        before = file_stamp(file)
        file.write_text("ab", "utf-8")
        assert before != file_stamp(file)


class TestText:
    """A report for people."""

    def test_story(self, placed_report, shown):
        """What fails, step by step, the last step marked; what it rests on, the change that helps, what to do next."""
        lines = shown(placed_report)
        start = lines.index("✗ FAILS P04 never more than the limit")
        assert [
            "ana has 3 of 2 on chat (after 6 steps)",
            "",
            "With ana (approve, reply, supervise):",
            "# clock who does what changes",
        ] == lines[start + 1 : start + 5]
        last = lines.index("^ ana has 3 of 2 on chat", start)
        assert "6 +00:00 ana opens c1 and takes it c1 new → open" == lines[last - 1]
        assert [
            "allowed by capacity.chat = 2 desk/sop.toml:31",
            "allowed by capacity.channel",
            "nearest fix capacity.total = 2, not 6 checked again: with it P04 holds",
            "next casecore check our-sop.toml --only 04 --write-stories stories",
        ] == lines[last + 2 : last + 6]

    def test_next(self, report, shown):
        """Where the stories were written, they can be replayed at once; names are quoted for the shell."""
        assert "next casecore replay 'my stories/P04.day.jsonl'" in shown(
            report, days={"04": "my stories/P04.day.jsonl"}
        )
        assert "next casecore check --only 04 --write-stories stories" in shown(report, file="")

    def test_lint(self, placed_report, shown):
        """A level, a code, a place if it is known, a sentence, and what to do."""
        lines = shown(placed_report)
        assert "error[CC201] queues.late" in lines
        assert "no case enters | late\ufffd" in lines
        assert "note[CC204] capacity.chat (desk/sop.toml:31)" in lines
        assert "→ read it twice" in lines

    def test_the_worst_first(self, report, shown):
        """The order of the verdicts, whatever the promises' numbers."""
        words = ("✗", "?", "–", "✓")
        lines = [line.split("  ")[0] for line in shown(report) if line.startswith(words)]
        assert ["✗ FAILS", "✗ FAILS", "✗ VACUOUS", "? INCONCLUSIVE", "– WAIVED", "– NOT CLAIMED", "✓ proved"] == [
            next(
                word
                for word in ("✗ FAILS", "✗ VACUOUS", "? INCONCLUSIVE", "– WAIVED", "– NOT CLAIMED", "✓ proved")
                if line.startswith(word)
            )
            for line in lines
        ]

    def test_denominators(self, report, empty_report, shown):
        """How much was tried stands under every report."""
        lines = shown(report)
        assert "one-chat-case 1 case, 1 agent 1,000 2,000 given up" in lines
        assert any(line.startswith("coverage ") for line in lines)
        assert (
            "1 error, 1 warning, 1 note, 2 fails, 1 vacuous, 1 inconclusive, 1 waived, 1 not claimed, 1 proved. exit"
            in (" ".join(lines))
        )
        assert "searched no scope was searched" in shown(empty_report)
        assert "nothing was checked. exit 3" in shown(empty_report)

    def test_verbose(self, report, clean_report, shown):
        """Each proved promise with how often, its story if there is one, and the rules that nothing needed."""
        lines = shown(report, verbose=True)
        assert "the shortest story that puts it to the test:" in lines
        assert "never: tags.enabled, tags.limit" in lines
        assert "never: tags.enabled, tags.limit" not in shown(report)
        lines = shown(clean_report, verbose=True)
        assert "put to the test 2 times in 1 scope" in lines
        assert not any(line.startswith("never:") for line in lines)

    def test_a_story_without_a_team(self, clean_report, shown):
        """It begins at an empty desk."""
        told = Judgement(
            "17", "order", PromiseVerdict.FAILS, story=Story((), ()), wrong=("odd",), fix=Fix("tags.limit", 1, None)
        )
        lines = shown(attrs.evolve(clean_report, judgements=(told,)))
        assert not any(line.startswith("With ") for line in lines)
        assert "nearest fix tags.limit = (left out), not 1 checked again: with it P17 holds" in lines

    def test_plain(self, casecore, sop):
        """On a pipe there are no colours and no line is too wide."""
        _, printed, _ = casecore("check", str(sop), *LIMIT, "--verbose")
        assert "\x1b" not in printed
        assert 100 >= max(map(len, printed.splitlines()[1:]))


def test_json_is_the_same_each_time(casecore, sop):
    """No timings, no dates: CI can compare two reports."""
    first, again = (casecore("check", str(sop), *LIMIT, "--format", "json")[1] for _ in range(2))
    assert first == again
    assert [0, "P04"] == [json.loads(first)["exit"], json.loads(first)["results"][-1]["id"]]


class TestRequired:
    """Promises that must be proved."""

    def test_proved(self, casecore):
        """It is no finding, and only what is asked is judged."""
        code, printed, _ = casecore("check", *LIMIT, "--require", "4")
        assert 0 == code
        assert "CC208" not in printed

    def test_not_claimed(self, casecore, sop):
        """Regression: a pipeline went on when an SOP stopped to claim a promise."""
        soft = '[enforcement]\n"capacity.channel" = "warn"\n'
        sop.write_text(soft, "utf-8")
        assert 0 == casecore("check", str(sop), *LIMIT)[0]
        code, printed, _ = casecore("check", str(sop), *LIMIT, "--require", "04,p12")
        assert 1 == code
        assert "promise 04 (never more than the limit) is required, and is not claimed" in " ".join(printed.split())
        assert "the policy says that capacity.channel is warn" in " ".join(printed.split())
        assert "promise 12" in printed

    @pytest.mark.parametrize("option", ["--require", "--only"])
    @pytest.mark.parametrize("named", [",", "", " , "])
    def test_nothing(self, casecore, option, named):
        """Regression: a list without a number asked for nothing, and nobody was told."""
        code, printed, complaints = casecore("check", option, named)
        assert (2, "") == (code, printed)
        assert f"{option}: no promise is named in '{named}'; give their numbers, e.g. {option} 04,12\n" == complaints

    def test_beside_what_is_asked(self, casecore):
        """What is required is asked, too, also where it is asked by name only."""
        asked = ("check", "--scope", "voice-limit", "--only", "04", "--require", "17,21", "--walk", "0")
        _, printed, _ = casecore(*asked, "--format", "json")
        found = {one["id"]: one for one in json.loads(printed)["results"]}
        assert {"P04", "P17", "P21", "CC208"} <= found.keys()
        assert "promise 21" in found["CC208"]["message"]

    def test_there_is_none(self, casecore):
        """As with `--only`."""
        code, _, complaint = casecore("check", *LIMIT, "--require", "99")
        assert 2 == code
        assert "there is no promise '99'" in complaint


def test_a_scope_that_there_is_not(casecore, sop):
    """Regression: of a check without a file the message spoke of sop.toml, which nobody had named."""
    code, _, complaints = casecore("check", "--scope", "nosuch")
    assert (2, True) == (code, complaints.startswith("there is no scope 'nosuch'; use one of one-chat-case, "))
    assert casecore("check", str(sop), "--scope", "nosuch")[2].startswith(f"{sop}: there is no scope 'nosuch'; ")
