"""What cannot be read is a finding in every form of a report, at its place; and `-` is standard input everywhere."""

import io
import json
import sys
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve

from casecore.check import Report
from casecore.check.scopes import scopes_of
from casecore.cli import check as check_module
from casecore.cli.check_text import show_check
from casecore.cli.screen import Screen
from casecore.policies import Policy
from casecore.reports.paths import STANDARD_INPUT
from tests.cli.test_diff import SCOPE
from tests.diff.test_git import commit, git

BAD = 'id = "ours"\n[tags]\nlimt = 3\nenabled = "maybe"\n'
TEXT = Policy.default().sources[0].text


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A repository with a policy that cannot be read and one that can; somebody works in a folder of it."""
    folder = tmp_path / "our desk"
    folder.mkdir()
    git(tmp_path, "init", "--quiet")
    (folder / "bad [1].toml").write_text(BAD, "utf-8")
    (folder / "sop.toml").write_text(TEXT, "utf-8")
    monkeypatch.chdir(folder)
    return folder


def uris(printed):
    """Of a SARIF document: where its results are, with their lines; whether it says that it ran."""
    (run,) = json.loads(printed)["runs"]
    (ran,) = run["invocations"]
    places = [one["locations"][0]["physicalLocation"] for one in run["results"] if one["locations"]]
    found = [(one["artifactLocation"]["uri"], one.get("region", {}).get("startLine")) for one in places]
    return found, ran["executionSuccessful"], ran.get("toolExecutionNotifications", [])


COMMANDS = [("check", "bad [1].toml"), ("diff", "sop.toml", "./bad [1].toml"), ("diff", "bad [1].toml", "sop.toml")]


@pytest.mark.usefixtures("desk")
class TestPolicies:
    """A policy that cannot be used."""

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_sarif(self, casecore, command):
        """A result for each problem, and that the run did not succeed."""
        code, printed, complaints = casecore(*command, "--format", "sarif")
        found, ran, notes = uris(printed)
        assert (2, False, 2, True) == (code, ran, len(notes), "2 problems" in complaints)
        assert [("our%20desk/bad%20%5B1%5D.toml", 3), ("our%20desk/bad%20%5B1%5D.toml", 4)] == found

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_github(self, casecore, command, monkeypatch, tmp_path):
        """Each beside its line, and on the page of the step."""
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "page.md"))
        code, printed, _ = casecore(*command, "--format", "github")
        first, second, closing = printed.splitlines()
        assert first.startswith(
            "::error file=our desk/bad [1].toml,line=3,endLine=3,col=1,endColumn=5,title=unreadable "
        )
        assert "line=4," in second
        assert (2, True) == (code, closing.endswith("could not run"))
        assert "tags.limt" in (tmp_path / "page.md").read_text("utf-8")

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_json_and_markdown(self, casecore, command):
        """The same for programs and for people."""
        code, printed, _ = casecore(*command, "--format", "json")
        told = json.loads(printed)
        assert (2, 2, command[0]) == (code, told["exit"], told["command"])
        assert [("tags.limt", 3), ("tags.enabled", 4)] == [(x["key"], x["location"]["line"]) for x in told["results"]]
        code, printed, _ = casecore(*command, "--format", "md")
        assert (2, 2) == (code, printed.count("\n- "))
        assert printed.startswith(f"## casecore {command[0]} ")

    def test_junit(self, casecore):
        """An error for each."""
        code, printed, _ = casecore("check", "./bad [1].toml", "--format", "junit")
        root = ET.fromstring(printed.encode())  # noqa: S314 -- our own text
        suite = root.find("testsuite")
        assert "casecore check our desk/bad [1].toml" == root.get("name")
        assert (2, "2", "2") == (code, suite.get("tests"), suite.get("errors"))
        assert ("our desk/bad [1].toml", "3") == (suite[0].get("file"), suite[0].get("line"))

    @pytest.mark.parametrize(
        "command",
        [
            ("check", "none.toml"),
            ("check", "sop.toml", "--scope", "no such scope"),
            ("check", "sop.toml", "--mutate"),
            ("diff", "none.toml", "sop.toml"),
            ("diff", "sop.toml"),
            ("diff", "sop.toml", "sop.toml", "--log", "none.jsonl"),
            ("diff", "--git", "nowhere", "sop.toml"),
        ],
        ids=" ".join,
    )
    def test_whatever_stands_in_the_way(self, casecore, command):
        """It is no clean result in any form."""
        code, printed, complaints = casecore(*command, "--format", "sarif")
        found, ran, _ = uris(printed)
        assert (2, False, 1) == (code, ran, len(found))
        assert complaints

    @pytest.mark.parametrize("form", ["json", "github", "junit"])
    def test_of_a_day(self, casecore, desk, form):
        """The policy under which a day is replayed; where nothing of the day was."""
        (desk / "day.jsonl").write_text('{"policy": "bad [1].toml"}\n', "utf-8")
        for arguments in (("day.jsonl",), ("day.jsonl", "--policy", "bad [1].toml")):
            code, printed, _ = casecore("replay", *arguments, "--format", form)
            assert (2, True) == (code, "tags.limt" in printed)
            if form == "json":
                assert 3 == json.loads(printed)["summary"]["error"]["problems"][0]["origins"][0]["line"]
            else:
                assert "our desk/bad [1].toml" in printed


class TestQuestions:
    """What is asked about a policy."""

    @pytest.mark.parametrize(
        "command",
        [
            ("rules", "--policy", "bad [1].toml"),
            ("explain", "capacity.chat", "--policy", "bad [1].toml"),
            ("explain", "capacity.chats"),
            ("explain", "capacity.chat", "--queue", "none"),
        ],
        ids=" ".join,
    )
    @pytest.mark.usefixtures("desk")
    def test_no_answer(self, casecore, command):
        """Is told to programs, too."""
        code, printed, complaints = casecore(*command, "--format", "json")
        told = json.loads(printed)
        assert (2, True, True) == (code, bool(told["results"]), bool(complaints))


class TestRevisions:
    """What stood at a revision has no line in the file of today."""

    def test_a_policy_that_could_not_be_read_then(self, casecore, desk):
        """The file is named, and the line of that time is told."""
        (desk / "sop.toml").write_text(BAD, "utf-8")
        commit(desk)
        (desk / "sop.toml").write_text(TEXT, "utf-8")
        code, printed, _ = casecore("diff", "--git", "main", "sop.toml", "--format", "sarif")
        assert (2, [("our%20desk/sop.toml", None)] * 2) == (code, uris(printed)[0])
        assert "main:sop.toml:3:1: no such key" in printed
        (desk / "sop.toml").write_bytes(b"\xff" * (2 << 20))
        commit(desk)
        (desk / "sop.toml").write_text(TEXT, "utf-8")
        printed = casecore("diff", "--git", "main", "sop.toml", "--format", "github")[1]
        assert printed.startswith("::error file=our desk/sop.toml,title=unreadable::main:sop.toml: ")

    def test_sides(self, casecore, desk):
        """A key that is gone is told where it stood; all else where it stands, in extended files as well."""
        (desk.parent / "house.toml").write_text("[capacity]\nchat = 2\n", "utf-8")
        (desk / "sop.toml").write_text('extends = "../house.toml"\n[tags]\nlimit = 3\n', "utf-8")
        commit(desk)
        (desk.parent / "house.toml").write_text("[capacity]\nvoice = 1\nchat = 3\n", "utf-8")
        (desk / "sop.toml").write_text('extends = "../our desk/../house.toml"\n', "utf-8")
        code, printed, _ = casecore("diff", "--git", "main", "./sop.toml", *SCOPE, "--format", "sarif")
        found, ran, _ = uris(printed)
        assert (0, True) == (code, ran)
        assert {("house.toml", 3), ("our%20desk/sop.toml", None)} == set(found)
        assert "stood at main:./sop.toml:3" in printed
        printed = casecore("diff", "--git", "main", "./sop.toml", *SCOPE, "--format", "github")[1]
        assert "file=house.toml,line=3" in printed
        assert "file=our desk/sop.toml,title=" in printed
        printed = " ".join(casecore("diff", "--git", "main", "./sop.toml", *SCOPE)[1].split())
        assert "capacity.chat 2 -> 3 main:../house.toml:2, ../our desk/../house.toml:3" in printed


class TestTemplates:
    """Files of templates."""

    @pytest.fixture
    def files(self, desk):
        """One that is sound, one that is not, one that holds nothing, and one that is no JSON."""
        body = {"type": "BODY", "text": "Olá {{ 1 }}, até já."}
        (desk / "good.txt").write_text("Olá, até já.", "utf-8")
        (desk / "spaced.json").write_text(json.dumps({"name": "a", "components": [body]}), "utf-8")
        (desk / "none.json").write_text("[]", "utf-8")
        (desk / "broken.json").write_text('{\n"a" "b"}', "utf-8")
        return ["good.txt", "broken.json", "none.json", "spaced.json", "nowhere.json"]

    def test_nothing_hides_anything(self, casecore, files):
        """All that is found is told, and the code is that of what could not be read."""
        code, printed, complaints = casecore("template", "lint", *files)
        assert (2, True) == (code, "[parse.spaced]" in printed)
        assert printed.endswith("2 templates: 1 error, 3 unreadable\n")
        assert ["broken.json", "none.json", "nowhere.json"] == [
            line.split(":")[0].split(",")[0] for line in complaints.splitlines()
        ]

    @pytest.mark.parametrize("form", ["json", "github", "sarif"])
    def test_in_every_form(self, casecore, files, form):
        """At its place, where it has one."""
        code, printed, _ = casecore("template", "lint", *files, "--format", form)
        assert 2 == code
        if form == "sarif":
            found, ran, notes = uris(printed)
            assert (False, 3) == (ran, len(notes))
            assert [("our%20desk/broken.json", 2), ("our%20desk/none.json", None)] == found[:2]
        elif form == "json":
            found = [
                (one["file"], one["line"]) for one in json.loads(printed)["findings"] if one["code"] == "unreadable"
            ]
            assert [("broken.json", 2), ("none.json", None), ("nowhere.json", None)] == found
        else:
            assert "::error file=our desk/broken.json,line=2,title=unreadable::is no JSON" in printed

    @pytest.mark.usefixtures("files")
    def test_nothing_at_all(self, casecore):
        """Nothing is printed that reads like success."""
        code, printed, _ = casecore("template", "lint", "none.json")
        assert (2, "") == (code, printed)
        assert (
            "0 templates: nothing checked, 1 unreadable"
            in casecore("template", "lint", "none.json", "--format", "github")[1]
        )


class TestShipped:
    """The SOP that ships with casecore."""

    @pytest.mark.parametrize("form", ["github", "sarif", "junit"])
    def test_it_lies_in_no_file_of_theirs(self, casecore, placed_report, monkeypatch, form):
        """A repository with a `sop.toml` of its own is not told that something is wrong with that."""
        policy = Policy.default()
        monkeypatch.setattr(check_module, "_make_report", lambda *_: evolve(placed_report, policy=policy))
        code, printed, _ = casecore("check", "--format", form)
        assert (1, False, True) == (code, "sop.toml" in printed, "P04" in printed)


class TestStandardInput:
    """`-` wherever a file is meant."""

    @pytest.fixture
    def given(self, monkeypatch):
        """Put a text on standard input."""

        def give(text):
            raw = text if isinstance(text, bytes) else text.encode()
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))

        return give

    @pytest.mark.usefixtures("desk")
    def test_check(self, casecore, given, monkeypatch):
        """As a file is; what it extends lies in the current folder."""
        asked = []
        monkeypatch.setattr(
            check_module, "_make_report", lambda policy, _: asked.append(policy) or Report(policy, (), (), ())
        )
        given('extends = "sop.toml"\n[capacity]\nchat = 3\n')
        assert 3 == casecore("check", "-")[0]
        assert (3, "support-sop") == (asked[0].capacity.chat, asked[0].id)
        given("[capacity]\nchat = 4\n")
        code, printed, _ = casecore("check", "--format", "json", "-")
        assert (3, STANDARD_INPUT) == (code, json.loads(printed)["policy"]["file"])
        assert 4 == asked[1].capacity.chat

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("", "the file is empty"),
            (" \n", "the file is empty"),
            (b"\xff", "is not UTF-8"),
            (BAD, "standard input:3:1"),
        ],
    )
    def test_what_is_no_policy(self, casecore, given, text, complaint):
        """Is told; and it has no place in any file."""
        given(text)
        code, printed, complaints = casecore("check", "-", "--format", "github")
        assert (2, True) == (code, complaint in complaints)
        assert printed.startswith("::error title=unreadable")

    def test_closed(self, casecore, monkeypatch):
        """A process may be started without one."""
        monkeypatch.setattr(sys, "stdin", None)
        code, _, complaints = casecore("check", "-")
        assert (2, True) == (code, "cannot be read (it is closed)" in complaints)

    def test_which_side_it_is(self, casecore, desk, given):
        """The order is that in which they were typed."""
        (desk / "three.toml").write_text(TEXT.replace("chat  = 2", "chat  = 3"), "utf-8")
        for files, sign in ((("-", "three.toml"), "1 looser"), (("three.toml", "-"), "1 stricter")):
            given(TEXT)
            code, printed, _ = casecore("diff", *files, *SCOPE)
            assert (0, True) == (code, sign in printed)

    def test_twice(self, casecore, given):
        """It can be read once: the second time it is empty."""
        given(TEXT)
        code, _, complaints = casecore("diff", "-", "-")
        assert (2, True) == (code, "the file is empty" in complaints)

    def test_options(self, casecore, given):
        """And where an option takes a policy."""
        for arguments in (("--policy", "-"), ("--policy=-",)):
            given('[enforcement]\n"tags.limit" = "warn"\n')
            code, printed, _ = casecore("rules", "--format", "md", *arguments)
            assert (0, True) == (code, "| warn |" in printed)

    def test_it_has_no_other_version(self, casecore):
        """Git knows nothing of it."""
        code, printed, complaints = casecore("diff", "--git", "main", "-", "--format", "sarif")
        assert (2, True) == (code, complaints.startswith("--git: standard input has no other version"))
        assert ([], False) == uris(printed)[:2]

    def test_what_needs_a_file(self, casecore, given, placed_report, capsys):
        """It cannot be watched, nor be named by a story; and no command is told that cannot be run."""
        assert "--watch: there is no file to watch" in casecore("check", "-", "--watch")[2]
        given(TEXT)
        code, _, complaints = casecore(
            "check",
            "-",
            "--scope",
            next(iter(scopes_of(Policy.default()))).scope.name,
            "--limit",
            "3",
            "--walk",
            "0",
            "--jobs",
            "1",
            "--write-stories",
            "x",
        )
        assert (2, True) == (code, "give that instead of standard input" in complaints)
        show_check(placed_report, STANDARD_INPUT, Screen(), verbose=False, days={})
        told = " ".join(capsys.readouterr().out.split())
        assert "next casecore check FILE --only 04 --write-stories stories" in told
