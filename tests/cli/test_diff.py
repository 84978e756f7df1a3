"""`casecore diff`: what is printed in each form, which exit code says what, and that no mistake ends in a traceback."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from casecore import HOUSE, House, Policy
from casecore.check import Exit, PromiseVerdict, scopes
from casecore.check.scopes import CASE, CheckedScope
from casecore.cli.diff_text import show_diff
from casecore.cli.screen import Screen
from casecore.diff import formats
from casecore.diff.days import EXAMPLES_KEPT, redecide_day
from casecore.diff.findings import (
    MEANINGS,
    SIGNS,
    TO_KNOW,
    coverage_text,
    diff_entries,
    diff_summary,
    edit_text,
    sign_legend,
    verdict_lines,
)
from casecore.diff.formats import FORMATS, as_github, as_json, as_markdown, as_sarif
from casecore.diff.report import FAILING, compare
from casecore.diff.revisions import NoRevision, policy_at
from casecore.explore import Part, Scope
from casecore.explore.scope import NOON
from casecore.policies.kinds import keys_of
from casecore.replay import DayError
from casecore.rooms.agents import LogOut, Permission
from casecore.rooms.approvals import ApproveDraft, SubmitDraft
from casecore.rooms.assignments import OpenCase
from casecore.statuses import Status
from tests.edits import CHATS, NEITHER_ALONE, NO_RETURN, RENAMED, SCOPES, SOP, changing, closing, scope, sop

SCOPE = ("--scope", "chat-limit")
SHIPPED = Policy.default().sources[0].text


@pytest.fixture
def files(tmp_path):
    """The shipped SOP, and the same with another limit and another service clock."""
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(SHIPPED, "utf-8")
    new.write_text(SHIPPED.replace("chat  = 2", "chat  = 3").replace('= "1h"', '= "2h"'), "utf-8")
    return old, new


@pytest.fixture(scope="module")
def report():
    """Something looser, stricter, other and stranded, an edit that nobody tries, and one without effect."""
    old = sop(chat__idle__silence="2m")
    new = sop(
        chat__idle__silence="3m",
        chat__idle__closing="Goodbye, {customer}.",
        capacity__chat=3,
        queues=RENAMED,
        sla__default={"first_response": "2h", "solution": "24h"},
        tags__source="page 3",
        routing__earlier_handler=False,
    )
    return compare(old, new, scopes=(SCOPES["silence"], SCOPES["limit"], closing()))


class TestReport:
    """What every format tells."""

    def test_everything_is_numbered(self, report):
        """Changes, what is stranded, and edits without effect, each with its sign."""
        said = [(one.sign, one.id) for one in diff_entries(report)]
        assert [*"+-~~+!?="] == [sign for sign, _ in said]
        assert [f"D{number}" for number in range(1, len(report.changes) + 1)] == [i for _, i in said if i[0] == "D"]
        assert ["S1"] == [name for sign, name in said if sign == "!"]

    def test_sentences(self, report):
        """What is no longer or now refused, by which rule; where both allow it, what only one side does."""
        titles = {one.title for one in diff_entries(report)}
        assert (
            "open case: no longer refused by capacity.channel (Nobody has more of a channel than the limit)" in titles
        )
        assert "disconnect idle: now refused by idle.silence (The silence has lasted long enough)" in titles
        assert "disconnect idle: something else happens" in titles
        assert "a case stands in the queue billing, which the new policy does not have" in titles

    def test_edits(self, report):
        """A whole table is not spelled out, and a long text is cut."""
        edits = {edit_text(edit) for one in diff_entries(report) for edit in one.edits}
        assert {"queues.billing is gone", "queues.money is new", 'chat.idle.silence "2m" -> "3m"'} <= edits
        assert all(len(edit) < 160 for edit in edits)

    def test_answers(self, report):
        """Both, with the reason or with what comes of it."""
        looser = next(one for one in diff_entries(report) if one.sign == "+" and "capacity" in one.title)
        assert "refused, capacity.channel: ana already has 2 of 2 on chat" == looser.old
        assert "allowed: c1 new → open" == looser.new

    def test_what_a_reader_has_to_know(self, report):
        """Where an edit has no effect, it says what that is worth."""
        edits = {one.edits[0].key: one.more for one in diff_entries(report) if one.sign == "="}
        assert ("it says where the written SOP says so",) == edits["tags.source"]
        assert set(TO_KNOW) <= {*keys_of(Policy)}

    def test_sums(self, report):
        """How many of each, and how much was tried."""
        assert diff_summary(report).endswith(
            "2 looser, 1 stricter, 2 other, 1 stranded, 1 untried, 1 edit without effect"
        )
        assert re.fullmatch(
            r"[\d,]+ worlds, [\d,]+ steps between them, all of them; the switch tried in [\d,]+ worlds"
            "; whether promises are kept was not asked: --promises",
            coverage_text(report),
        )
        nothing = compare(SOP, SOP)
        assert "0 edits: nothing differs" == diff_summary(nothing)
        assert "0 worlds, 0 steps between them, all of them" == coverage_text(nothing)
        question = compare(SOP, sop(chat__idle__counts_from="question"), scopes=(SCOPES["silence"],), promises=True)
        given_up = "; 1 difference left out, to which no clock was found to lead before the search was given up"
        assert coverage_text(question).endswith(f"{given_up}; no promise has another verdict")
        old, new, where = NEITHER_ALONE
        assert coverage_text(compare(old, new, scopes=(where,), promises=True)).endswith(
            "; 1 difference left out, to which no clock leads under either policy"
        )
        assert "and given up at the limit" in coverage_text(
            compare(SOP, sop(capacity__chat=3), scopes=(SCOPES["limit"],), limit=3)
        )

    def test_exits(self, report):
        """What somebody asked to be stopped by is a finding; who asks for nothing, by what is stranded."""
        assert Exit.FINDINGS is report.exit(())
        assert Exit.CLEAN is compare(SOP, sop(capacity__chat=3), scopes=(SCOPES["limit"],)).exit(())
        assert all(Exit.FINDINGS is report.exit((word,)) for word in FAILING)
        assert all(Exit.CLEAN is compare(SOP, SOP).exit((word,)) for word in FAILING)
        chats = sop(capacity__chat=3)
        assert Exit.CLEAN is compare(SOP, chats, scopes=(SCOPES["limit"],)).exit(("stricter", "other", "stranded"))
        assert Exit.INCONCLUSIVE is compare(SOP, chats, scopes=(SCOPES["limit"],), limit=3).exit(())

    def test_dates(self):
        """What begins later says when; what is edited in two periods is one edit."""
        dated = compare(changing(1), changing(3), scopes=(SCOPES["limit"],))
        (one,) = diff_entries(dated)
        assert "2026-12-01" == one.since
        assert 1 == dated.edits

    def test_text(self, report, capsys):
        """All of it for people, too: a story without two answers, and a change that reaches no case."""
        show_diff(report, "a", "b", Screen(), Exit.CLEAN)
        printed = capsys.readouterr().out
        assert "! S1  a case stands in the queue billing, which the new policy does not have" in printed
        assert "keep the queue billing until it is empty" in printed
        given = (LogOut("ana", NOON, "ana"),)
        where = CheckedScope(
            Scope("team", scopes.team_commands(SOP, ana=scopes.EVERYTHING), (Part(CHATS),), given, scopes.APART)
        )
        team = compare(SOP, sop(away__grace="2m"), house=House((*HOUSE.rooms, NO_RETURN)), scopes=(where,))
        (one,) = diff_entries(team)
        assert ("log out: now refused by return.never", 1) == (one.title, len(one.more))

    def test_notebook(self, report):
        """There a report is its Markdown."""
        bundle = report._repr_mimebundle_()
        assert bundle["text/markdown"] == as_markdown(report, "old", "new")
        assert "text/plain" in bundle


def drafts(name, author, **permissions):
    """A chat whose draft can be approved by cleo only."""
    submitted = SubmitDraft(author, NOON, CASE, "d1", "Here you are", Status.PENDING)
    approved = ApproveDraft("cleo", NOON, CASE, "d1")
    return scope(name, *CHATS, OpenCase(author, NOON, CASE), submitted, approved, team=permissions)


REVIEWER = frozenset({Permission.REPLY, Permission.APPROVE})
BY_ONESELF = drafts("by oneself", "cleo", cleo=REVIEWER)
BY_ANOTHER = drafts("by another", "ben", ben=frozenset(), cleo=REVIEWER)
WHEN = ("old", "new")


class TestPromises:
    """Which verdicts are others from now on."""

    def test_not_claimed_any_more(self):
        """A rule that only warns promises nothing; what stays as it is is not told."""
        new = sop(enforcement={"idle.silence": "warn"})
        report = compare(SOP, new, scopes=(SCOPES["silence"],), promises=True)
        assert [(number, PromiseVerdict.PROVED, PromiseVerdict.NOT_CLAIMED) for number in ("06", "07")] == [
            (one.number, one.old.verdict, one.new.verdict) for one in report.periods[0][1].verdict_changes
        ]
        assert "promise" not in coverage_text(report)

    def test_claims_are_told_without_a_search(self):
        """What only one policy promises is known anyway; whether it is kept, nobody has asked."""
        silent, told_of = sop(enforcement={"idle.asked": "warn"}), "P06 no idle disconnect too early"
        there, back = (compare(*pair, scopes=(SCOPES["offer"],)) for pair in ((SOP, silent), (silent, SOP)))
        assert [f"{told_of}: claimed -> not claimed (the policy says that idle.asked is warn)"] == [
            *verdict_lines(there)
        ]
        assert [f"{told_of}: not claimed -> claimed"] == [*verdict_lines(back)]
        nothing = compare(SOP, silent, scopes=(SCOPES["offer"],), promises=True)
        assert [*verdict_lines(there)] == [*verdict_lines(nothing)]
        elsewhere = sop(enforcement={"idle.asked": "warn"}, routing__offer_timeout="20s")
        asked = compare(SOP, elsewhere, scopes=(SCOPES["offer"],), promises=True)
        assert [*verdict_lines(there)] == [*verdict_lines(asked)]
        assert ("claimed", "not claimed") == tuple(json.loads(as_json(there, "a", "b"))["promises"][0][n] for n in WHEN)

    @pytest.mark.parametrize(
        ("others", "expected"), [((), [("11", PromiseVerdict.PROVED, PromiseVerdict.VACUOUS)]), ((BY_ANOTHER,), [])]
    )
    def test_nothing_tests_it_any_more(self, others, expected):
        """Where only its author could approve a draft, and now may not: no draft is sent; unless elsewhere one is."""
        old = sop(approval__self_approval=True)
        for pair, told_of in (((old, SOP), expected), ((SOP, old), [(n, b, a) for n, a, b in expected])):
            found = compare(*pair, scopes=(BY_ONESELF, *others), promises=True).periods[0][1].verdict_changes
            assert told_of == [(one.number, one.old.verdict, one.new.verdict) for one in found if "11" == one.number]

    def test_only_where_something_differs(self):
        """Elsewhere both do the same; where nothing differs, nothing is asked."""
        names = []
        found = compare(
            SOP, sop(capacity__chat=3), scopes=(SCOPES["limit"], SCOPES["offer"]), promises=True, progress=names.append
        )
        assert ["limit", "offer", "limit, promises"] == names
        assert () == found.periods[0][1].verdict_changes
        assert () == compare(SOP, SOP, promises=True).periods[0][1].verdict_changes

    @pytest.mark.parametrize("name", ["text", "json", "md", "github", "sarif"])
    def test_told(self, casecore, files, name):
        """In every format, with the date where there is one."""
        old, new = files
        softened = '\n[[change]]\non = 2026-12-01\nset = { "enforcement.capacity.channel" = "warn" }\n'
        new.write_text(SHIPPED + softened, "utf-8")
        _, printed, _ = casecore("diff", old, new, *SCOPE, "--promises", "--format", name)
        if name == "json":
            told_of, *_ = json.loads(printed)["promises"]
            assert ("04", "proved", "not claimed") == (told_of["number"], told_of["old"], told_of["new"])
        else:
            printed = " ".join(printed.replace("\\", "").split())
            assert "from 2026-12-01: P04 never more than the limit: proved -> not claimed" in printed


class TestFormats:
    """The same in the form that its readers know."""

    def test_json(self, report):
        """One object, the same each time; stories can be read back; places are null where nothing is known."""
        plain = json.loads(as_json(report, "a", "b"))
        assert as_json(report, "a", "b") == as_json(report, "a", "b")
        assert (1, "diff", "a", "b", None) == (
            plain["format"], plain["command"], plain["old"]["file"], plain["new"]["file"], plain["day"],
        )  # fmt: skip
        assert [one.id for one in diff_entries(report)] == [result["id"] for result in plain["results"]]
        assert {"kind", "rules", "commands", "channels", "queues", "scopes", "times"} <= plain["results"][0].keys()
        assert {"queues.billing", "queues.money"} <= {edit["key"] for edit in plain["edits"]}
        assert None is plain["results"][-1]["story"]

    def test_markdown(self, report):
        """What differs stands open with its story, what has no effect is folded; nothing is mark-up that is none."""
        text = as_markdown(report, "a|b<i>", "new")
        assert text.startswith("## casecore diff: support-sop 2026.11 (a\\|b&lt;i\\>)")
        assert "### ~ D" in text.replace("\\~", "~")
        assert "### ! S1 stranded: a case stands" in text
        assert "<summary>1 without effect</summary>" in text
        assert "old: refused, capacity.channel: ana already has 2 of 2 on chat" in text
        assert "<summary>Compared" in as_markdown(compare(SOP, SOP), "a", "b")

    def test_github(self, report):
        """The worst first, and the sum."""
        lines = as_github(report, "a", "b.toml").split("\n")
        assert lines[0].startswith("::error file=b.toml,title=S1 stranded")
        assert diff_summary(report) == lines[-1]

    def test_sarif(self, report):
        """A rule for each label; each story is a code flow."""
        run = json.loads(as_sarif(report, "a", "b"))["runs"][0]
        assert [*MEANINGS] == [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        for result, one in zip(run["results"], diff_entries(report), strict=True):
            assert one.label == result["ruleId"] == [*MEANINGS][result["ruleIndex"]]
            assert (one.story is not None) == ("codeFlows" in result)

    def test_every_format_is_offered(self):
        """What the module offers is what the table has."""
        assert {"json", "md", "github", "sarif", "html"} == FORMATS.keys()
        assert set(formats.__all__) > {writer.__name__ for writer in FORMATS.values()}


class TestCommand:
    """From the arguments to the exit code."""

    def test_two_files(self, casecore, files):
        """A legend, what changes with its lines in both files, what has no effect, and the sum."""
        code, printed, complaints = casecore("diff", *files, *SCOPE)
        assert (0, "") == (code, complaints)
        assert "+ D1  accept offer, offer work, open case: no longer refused by capacity.channel" in printed
        assert re.search(r"capacity\.chat 2 -> 3   \S*old\.toml:\d+,\s+\S*new\.toml:\d+", printed)
        assert "old: refused, capacity.channel: ana already has 2 of 2 on chat" in printed
        assert "+ D2  clocks: something is due at another time" in printed
        assert "old: the first response is late: 2026-11-02 13:00:00" in printed
        assert printed.endswith("2 edits: 2 looser.   exit 0\n")
        assert 100 >= max(map(len, printed.splitlines()[2:]))

    @pytest.mark.parametrize(
        ("code", "words"), [(1, ["looser"]), (1, ["any"]), (1, ["stricter", "looser"]), (0, ["stricter", "stranded"])]
    )
    def test_fail_on(self, casecore, files, code, words):
        """A finding is what somebody names; it may be several."""
        assert code == casecore("diff", *files, *SCOPE, *(x for word in words for x in ("--fail-on", word)))[0]

    def test_given_up(self, casecore, files):
        """Exit code 3."""
        assert 3 == casecore("diff", *files, *SCOPE, "--limit", "3")[0]

    @pytest.mark.parametrize(
        ("name", "beginning"),
        [("json", "{\n"), ("sarif", "{\n"), ("github", "::warning"), ("md", "## casecore diff: ")],
    )
    def test_formats(self, casecore, files, name, beginning):
        """Each goes to standard output as it is."""
        code, printed, _ = casecore("diff", *files, *SCOPE, "--format", name)
        assert 0 == code
        assert printed.startswith(beginning)

    def test_the_page_of_a_step(self, casecore, files, tmp_path, monkeypatch):
        """On GitHub the whole report is added to the step's page."""
        page = tmp_path / "summary.md"
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
        casecore("diff", *files, *SCOPE, "--format", "github")
        assert page.read_text("utf-8").startswith("## casecore diff: ")

    def test_two_dates(self, casecore, tmp_path):
        """One file, before and after a change of its own."""
        file = tmp_path / "sop.toml"
        file.write_text(SHIPPED + '[[change]]\non = 2026-12-01\nset = { "capacity.chat" = 3 }\n', "utf-8")
        code, printed, _ = casecore("diff", file, "--at", "2026-11-30", "--at", "2026-12-01", *SCOPE)
        assert 0 == code
        assert "1 edit: 1 looser.   exit 0" in printed
        code, printed, _ = casecore("diff", file, "--at", "2026-12-01", "--at", "2026-12-02", "--scope", "chat-limit")
        assert "0 edits: nothing differs.   exit 0" in printed
        plain = tmp_path / "plain.toml"
        plain.write_text(SHIPPED, "utf-8")
        assert "+ D1  from 2026-12-01: " in casecore("diff", plain, file, *SCOPE)[1]

    @pytest.mark.parametrize(
        ("complaint", "arguments"),
        [
            ("there are not two policies to compare; write casecore diff OLD NEW", ()),
            ("there are not two policies", ("{0}",)),
            ("there are not two policies", ("{0}", "--at", "2026-12-01")),
            ("there are not two policies", ("{0}", "{1}", "--git", "HEAD")),
            ("--at: 'soon' does not fit", ("{0}", "--at", "soon", "--at", "2026-12-01")),
            ("did you mean 'chat-limit'?", ("{0}", "{1}", "--scope", "chat-limits")),
            ("none.toml", ("{0}", "none.toml")),
            ("none.jsonl", ("{0}", "{1}", *SCOPE, "--log", "none.jsonl")),
        ],
    )
    def test_what_cannot_be_compared(self, casecore, files, complaint, arguments):
        """Exit code 2, and what to write instead."""
        code, printed, complaints = casecore("diff", *(one.format(*files) for one in arguments))
        assert (2, "") == (code, printed)
        assert complaint in complaints

    def test_options_that_mean_nothing(self, casecore, files):
        """Are refused before anything is done."""
        assert 2 == casecore("diff", *files, "--fail-on", "everything")[0]


DAY = """
{"type": "AddAgent", "by": "system", "at": "2026-11-02T08:00:00Z", "agent": "ana", "queues": ["general"]}
{"type": "GoAvailable", "by": "ana", "at": "2026-11-02T08:00:00Z", "agent": "ana"}
"""
CHAT = (
    '{{"type": "ReceiveMessage", "by": "customer", "at": "2026-11-02T08:01:00Z", "thread": "t{0}", "message": "m{0}",'
    ' "text": "Hello", "customer": "k{0}", "channel": "chat", "new_case": "c{0}"}}\n'
    '{{"type": "OpenCase", "by": "ana", "at": "2026-11-02T08:01:00Z", "case": "c{0}"}}\n'
)


class TestDay:
    """`--log`: a recorded day, decided again."""

    def test_looser_and_stricter(self):
        """Each decision by itself, at the desk as it was; no more examples are kept than somebody reads."""
        day = DAY + "".join(map(CHAT.format, range(7)))
        looser = redecide_day(day.splitlines(), SOP, sop(capacity__chat=3), "a day")
        (one,) = looser.differences
        assert ("looser", ("capacity.channel",), ("OpenCase",), 5, 16) == (
            one.label, one.rules, one.commands, one.times, looser.decisions,
        )  # fmt: skip
        assert EXAMPLES_KEPT == len(one.examples)
        assert 5 == looser.times
        (one,) = redecide_day(day.splitlines(), SOP, sop(capacity__chat=1)).differences
        assert ("stricter", 1) == (one.label, one.times)

    def test_other(self):
        """The same step with another result."""
        ended = '{"type": "SetLevel", "by": "ana", "at": "2026-11-02T08:02:00Z", "case": "c1", "level": "high"}\n'
        queues = {"vip": {"channels": ["chat"]}} | SOP.to_dict()["queues"]
        (one,) = redecide_day((DAY + CHAT.format(1) + ended).splitlines(), SOP, sop(queues=queues)).differences
        assert ("other", (), ("ReceiveMessage",), 1) == (one.label, one.rules, one.commands, one.times)

    def test_nothing(self):
        """The same policy decides the same; an empty day decides nothing."""
        assert () == redecide_day(DAY.splitlines(), SOP, SOP).differences
        assert 0 == redecide_day((), SOP, SOP).decisions

    def test_two_commands_of_one_reason(self):
        """Are told together."""
        offers = DAY + CHAT.format(1) + CHAT.format(2).splitlines()[0] + (
            '\n{"type": "OfferWork", "by": "system", "at": "2026-11-02T08:02:00Z", "case": "c2", "agent": "ana"}\n'
            '{"type": "OpenCase", "by": "ana", "at": "2026-11-02T08:02:00Z", "case": "c2"}\n'
        )  # fmt: skip
        (one,) = redecide_day(offers.splitlines(), SOP, sop(capacity__chat=1)).differences
        assert {"OfferWork"} <= set(one.commands)

    def test_a_line_that_cannot_be_read(self):
        """Is named."""
        with pytest.raises(DayError, match="a day, line 1: "):
            redecide_day(["{"], SOP, SOP, "a day")

    @pytest.mark.parametrize("name", ["text", "json", "md", "github", "sarif"])
    def test_told(self, casecore, files, tmp_path, name):
        """In every format: how many of how many, and examples with both answers."""
        log = tmp_path / "day.jsonl"
        log.write_text(DAY + "".join(map(CHAT.format, range(3))), "utf-8")
        code, printed, _ = casecore("diff", *files, *SCOPE, "--log", log, "--format", name)
        assert 0 == code
        if name == "json":
            day = json.loads(printed)["day"]
            assert (8, 1, [9]) == (day["decisions"], day["times"], day["differences"][0]["lines"])
        else:
            assert "1 of 8 decisions would have been others (12.5%)" in " ".join(printed.split()).replace("\\", "")

    def test_an_empty_day(self, casecore, files, tmp_path):
        """Nothing of nothing."""
        log = tmp_path / "day.jsonl"
        log.write_text("", "utf-8")
        code, told, _ = casecore("diff", *files, *SCOPE, "--log", log)
        assert 3 == code  # nothing of that day was compared
        assert "0 of 0 decisions would have been others" in " ".join(told.split())  # wherever the line ends


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git on this machine")
class TestGit:
    """`--git`: the file against its version at a revision."""

    @pytest.fixture
    def repository(self, tmp_path):
        """Two revisions of a policy and of one that it extends."""
        desk = tmp_path / "our desk"
        desk.mkdir()

        def git(*words):
            names = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
            subprocess.run(["git", "-C", str(tmp_path), *names, *words], check=True, capture_output=True)

        git("init", "--quiet")
        (desk / "base.toml").write_text(SHIPPED, "utf-8")
        (desk / "sop.toml").write_text('extends = "base.toml"\nid = "ours"\n', "utf-8")
        git("add", ".")
        git("commit", "--quiet", "--message", "first")
        (desk / "base.toml").write_text(SHIPPED.replace("chat  = 2", "chat  = 3"), "utf-8")
        return desk

    def test_against_a_revision(self, casecore, repository):
        """What is extended is read as it stood there, too."""
        code, printed, complaints = casecore("diff", "--git", "HEAD", repository / "sop.toml", *SCOPE)
        assert (0, "") == (code, complaints)
        assert "1 edit: 1 looser.   exit 0" in printed
        assert "ours 2026.11 (HEAD:" in printed

    def test_the_usual_name(self, casecore, repository, monkeypatch):
        """Without a file it is sop.toml."""
        monkeypatch.chdir(repository)
        assert 0 == casecore("diff", "--git", "HEAD", *SCOPE)[0]

    @pytest.mark.parametrize(
        ("complaint", "revision", "name"),
        [
            ("--git nowhere: there is no such revision", "nowhere", "sop.toml"),
            ("--git --help: there is no such revision", "--help", "sop.toml"),
            ("there was no file", "HEAD", "other.toml"),
        ],
    )
    def test_what_is_not_there(self, repository, complaint, revision, name):
        """Is told with what to write instead."""
        with pytest.raises(NoRevision, match=complaint):
            policy_at(revision, repository / name)

    def test_no_repository(self, tmp_path):
        """Two files can be compared without one."""
        with pytest.raises(NoRevision, match="is in no git repository; name the two files instead"):
            policy_at("HEAD", tmp_path / "sop.toml")

    def test_no_git(self, tmp_path, monkeypatch):
        """The same."""
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(NoRevision, match="git cannot be run"):
            policy_at("HEAD", tmp_path / "sop.toml")

    def test_exit_code(self, casecore, tmp_path):
        """It could not run."""
        code, printed, complaints = casecore("diff", "--git", "HEAD", tmp_path / "sop.toml")
        assert (2, "") == (code, printed)
        assert "is in no git repository" in complaints


def test_the_legend_has_every_sign():
    """And says what each means."""
    assert all(sign in sign_legend() and MEANINGS[label] in sign_legend() for label, sign in SIGNS.items())
    assert MEANINGS.keys() == SIGNS.keys()
    assert datetime(2026, 12, 1, tzinfo=UTC) in {begin for begin, _, _ in changing(3).periods(None)}
