"""A day as services read it that run it as a test."""

from xml.etree import ElementTree as ET

import pytest

from casecore.cli import main

DAY = """\
{"type": "AddAgent", "by": "system", "at": "2026-11-02T09:00:00Z", "agent": "ana", "queues": ["general"]}
{"story": "Nobody: opens, what is not", "type": "OpenCase", "by": "ana", "at": "2026-11-02T09:01:00Z", "case": "c1"}
{"type": "OpenCase", "by": "ana", "at": "2026-11-02T09:01:00Z", "case": "c1", "expect": "refused"}
{"type": "GoAvailable", "by": "ana", "at": "2026-11-02T09:02:00Z", "agent": "ana", "expect": "refused"}
"""
OPENED = "::error file=FILE,line=2,title=line 2 expect%3A ana opens c1::should be accepted, was refused by case.known"
GOOD = DAY.splitlines()[0]
BROKEN = '{"type": "OpenCase", "by": 3, "at": "2026-11-02T09:01:00Z", "cas": "c1"}'


@pytest.fixture
def replayed(tmp_path, capsys):
    """Replay a day in a form: the exit code, and what is printed."""

    def replay(day, form):
        file = tmp_path / "a.day.jsonl"
        file.write_text(day, "utf-8")
        code = main(["replay", str(file), "--format", form])
        return code, capsys.readouterr().out.replace(str(file), "FILE")

    return replay


class TestGithub:
    """Beside the lines of the day."""

    def test_otherwise(self, replayed):
        """What went otherwise than expected, with the reasons; and the sums."""
        code, printed = replayed(DAY, "github")
        assert 1 == code
        assert [
            f"{OPENED}%0Acase.known: there is no case 'c1' -> check the id; messages start cases",
            "::error file=FILE,line=4,title=line 4 expect%3A ana takes work::should be refused, was accepted",
            "4 steps: 2 accepted, 2 refused.",
            "2 steps went otherwise than expected.",
        ] == printed.splitlines()

    def test_as_expected(self, replayed):
        """Nothing but the sums."""
        assert (0, "1 step: 1 accepted, 0 refused.\nEvery step went as expected.\n") == replayed(GOOD, "github")
        code, printed = replayed("", "github")
        assert 3 == code
        assert "title=day cannot be read::has no commands, so nothing was replayed" in printed

    def test_unreadable(self, replayed):
        """Reading stops there, and that is what matters most."""
        code, printed = replayed(f"{DAY}{BROKEN}", "github")
        first, *_, last = printed.splitlines()
        assert (2, "4 steps: 2 accepted, 2 refused.") == (code, last)
        assert first.startswith("::error file=FILE,line=5,title=line 5 day%3A cannot be read::3 problems%0A")
        assert "%0A  cas: no such field" in first

    def test_no_file(self, capsys):
        """Has no lines."""
        assert 2 == main(["replay", "none.jsonl", "--format", "github"])
        assert capsys.readouterr().out.startswith("::error file=none.jsonl,title=day cannot be read::cannot be read (")


class TestJunit:
    """A test case a story."""

    def test_stories(self, replayed):
        """What comes before the first is one too; all that went otherwise in a story is told with it."""
        code, printed = replayed(DAY, "junit")
        root = ET.fromstring(printed)  # noqa: S314 -- our own text
        (suite,) = root.findall("testsuite")
        assert (1, "2", "1", "0") == (code, *(suite.get(name) for name in ("tests", "failures", "errors")))
        assert [("line 1", "system-out"), ("line 2 Nobody: opens, what is not", "failure")] == [
            (case.get("name"), case[0].tag) for case in suite
        ]
        assert "as expected" == suite[0][0].text
        assert [
            "2 steps went otherwise than expected",
            "line 2: ana opens c1: should be accepted, was refused by case.known",
            "case.known: there is no case 'c1' -> check the id; messages start cases",
            "line 4: ana takes work: should be refused, was accepted",
        ] == suite[1][0].text.splitlines()
        assert "4 steps: 2 accepted, 2 refused." == root.findtext("system-out")

    def test_unreadable(self, replayed):
        """Is an error beside the stories so far."""
        code, printed = replayed(f"{GOOD}\n{BROKEN}", "junit")
        (suite,) = ET.fromstring(printed).findall("testsuite")  # noqa: S314 -- our own text
        assert (2, ["error", "system-out"]) == (code, [case[0].tag for case in suite])
        assert "line 2 day: cannot be read" == suite[0].get("name")

    def test_standard_input(self, capsys, monkeypatch, tmp_path):
        """Has a name of its own, and no file."""
        file = tmp_path / "day"
        file.write_text(DAY, "utf-8")
        with file.open("rb") as stream:
            monkeypatch.setattr("sys.stdin", type("Piped", (), {"buffer": stream}))
            assert 1 == main(["replay", "-", "--format", "github"])
        assert capsys.readouterr().out.startswith("::error title=line 2 expect%3A ana opens c1::")
