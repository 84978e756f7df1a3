"""Days as tests: what pytest makes of them, and what is said when the desk answers otherwise than the day expects."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import copy

import pytest

from casecore.policies import PolicyError
from casecore.replay import DayError
from casecore.testing.days import NAME_LIMIT, chapters

pytest_plugins = ["pytester"]

NO_TAGS = "[tags]\nenabled = false\n"
EXAMPLE = Path(__file__).parents[2] / "examples" / "day.jsonl"


def a_line(type_, by="ana", **fields):
    """One line of a day."""
    return json.dumps({"type": type_, "by": by, "at": "2026-11-02T09:00:00Z", **fields})


ARRIVAL = a_line(
    "ReceiveMessage",
    "customer",
    thread="t1",
    message="m1",
    customer="maria",
    channel="messaging",
    new_case="c1",
    text="Hi",
)
JOINS = a_line("AddAgent", "system", agent="ana", permissions=["reply"], queues=["general"])
OPENED = (JOINS, a_line("GoAvailable", agent="ana"), ARRIVAL, a_line("OpenCase", case="c1", story="Maria writes"))
TAGGED = a_line("AddTag", case="c1", tag="vip", story="Tags are off", expect=["tags.enabled"])
"""Refused where tags are switched off, and accepted under the shipped SOP."""


@pytest.fixture
def a_day(tmp_path):
    """Write a day of these lines; its path."""

    def write(*lines, name="desk.day.jsonl"):
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return path

    return write


class TestChapters:
    """A day, cut into tests."""

    def test_stories(self, a_day):
        """Each begins with a line that has a story; what is before the first is one too."""
        found = chapters(a_day("# a remark", *OPENED, a_line("LeaveCase", case="c1")))
        assert ["line 2", "line 5: Maria writes"] == [chapter.name for chapter in found]
        assert [3, 2] == [len(chapter.steps) for chapter in found]
        assert ["", ""] == [chapter.complaint() for chapter in found]

    def test_the_example(self, tmp_path):
        """The day that ships goes as expected under the SOP that ships, all of it."""
        found = chapters(Path(copy(EXAMPLE, tmp_path)))
        assert 10 < len(found)
        assert {""} == {chapter.complaint() for chapter in found}

    def test_names(self, a_day):
        """Are short, and nothing in them is taken for the name of something else."""
        (chapter,) = chapters(a_day(json.dumps({"story": "a::b\n" + "x" * 200, **json.loads(JOINS)})))
        assert f"line 1: a:b {'x' * (NAME_LIMIT - 4)}" == chapter.name

    def test_a_promise_that_is_not_kept(self, a_day, tmp_path):
        """A day that says what it keeps fails where that is broken, and says by what."""
        (tmp_path / "nobody.toml").write_text("[lifecycle]\nclose_by = []\nclose_after = {}", "utf-8")
        day = a_day(json.dumps({"policy": "nobody.toml", "keeps": ["18"]}), *OPENED)
        _, chapter = chapters(day)
        assert f"{day}, line 5: breaks 18 from everywhere there is a way to closed: case c1" in chapter.complaint()
        expecting = a_line("OpenCase", case="c1", expect="refused")
        _, chapter = chapters(a_day(json.dumps({"policy": "nobody.toml", "keeps": ["18"]}), *OPENED, expecting))
        assert "should be refused, was accepted" in chapter.complaint()

    def test_complaint(self, a_day):
        """The story up to the first difference, then every difference of the chapter."""
        day = a_day(
            *OPENED,
            a_line("SendReply", case="c1", message="m2", text="Hi", send_as="pending", expect=["reply.permission"]),
            a_line("OpenCase", case="c9", expect=["tags.enabled"]),
            a_line("OpenCase", case="c9"),
        )
        _, chapter = chapters(day)
        lines = chapter.complaint().split("\n")
        assert "the story went" == lines[0]
        assert "    02 09:00:00  ana: OpenCase(case='c1')" == lines[1]
        assert [
            f"{day}, line 5: should be refused by reply.permission, was accepted",
            f"{day}, line 6: should be refused by tags.enabled, was refused by case.known",
            "    expected, and not given: tags.enabled",
            "    not expected: case.known",
            f"{day}, line 7: should be accepted, was refused by case.known",
        ] == lines[-5:]
        assert not any("c9" in line for line in lines[:-5])

    def test_only_one_side_differs(self, a_day):
        """What is as expected is not repeated."""
        day = a_day(a_line("OpenCase", case="c9", expect=["agent.known", "tags.enabled"]))
        assert "not expected" not in chapters(day)[0].complaint()
        assert "expected, and not given: tags.enabled" in chapters(day)[0].complaint()


class TestPolicy:
    """Under which policy a day is replayed."""

    def test_shipped(self, a_day, tmp_path):
        """Where none is named and none lies beside it; how a project is built is no policy."""
        (tmp_path / "pyproject.toml").write_text("[project]\n", "utf-8")
        assert "should be refused by tags.enabled, was accepted" in chapters(a_day(*OPENED, TAGGED))[-1].complaint()

    @pytest.mark.parametrize("names", [("our.toml",), ("sop.toml",), ("another.toml", "sop.toml")])
    def test_beside(self, a_day, tmp_path, names):
        """The only one, or the one that is called so."""
        for name in names:
            (tmp_path / name).write_text(NO_TAGS, "utf-8")
        assert "" == chapters(a_day(*OPENED, TAGGED))[-1].complaint()

    def test_named(self, a_day, tmp_path):
        """The day's own word is the last; it is a path from where the day is."""
        (tmp_path / "sop.toml").write_text("", "utf-8")
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "ours.toml").write_text(NO_TAGS, "utf-8")
        assert "" == chapters(a_day('{"policy": "other/ours.toml"}', *OPENED, TAGGED))[-1].complaint()

    def test_several(self, a_day, tmp_path):
        """Nobody guesses."""
        for name in ("a.toml", "b.toml"):
            (tmp_path / name).write_text("", "utf-8")
        with pytest.raises(
            DayError, match=r"does not say which policy is meant: a\.toml, b\.toml; expected a first line"
        ):
            chapters(a_day(JOINS))

    @pytest.mark.parametrize("text", ["[tags]\nenabled = 3\n", None])
    def test_unusable(self, a_day, tmp_path, text):
        """It is the loader that says why."""
        if text is not None:
            (tmp_path / "gone.toml").write_text(text, "utf-8")
        with pytest.raises(PolicyError):
            chapters(a_day('{"policy": "gone.toml"}', JOINS))

    def test_unreadable_day(self, tmp_path, a_day):
        """A day that is not there, or that has nothing to test."""
        with pytest.raises(DayError, match="cannot be read"):
            chapters(tmp_path / "none.day.jsonl")
        with pytest.raises(DayError, match="has no commands"):
            chapters(a_day("# nothing"))


@pytest.fixture
def run(pytester, request):
    """Run pytest on a directory, with the plugin, whether casecore is installed or not."""
    known = request.config.pluginmanager.has_plugin("casecore")
    options = ("-p", "no:cacheprovider", *(() if known else ("-p", "casecore.testing.plugin")))
    return lambda *arguments: pytester.runpytest_inprocess(*options, *arguments)


class TestPlugin:
    """In pytest."""

    def test_collected(self, pytester, run):
        """Only files whose names say so; each story is a test."""
        lines = "\n".join(OPENED)
        (pytester.path / "desk.day.jsonl").write_text(lines, "utf-8")
        (pytester.path / "desk.jsonl").write_text("not a day", "utf-8")
        result = run("-v")
        result.assert_outcomes(passed=2)
        result.stdout.fnmatch_lines(["desk.day.jsonl::line 1 PASSED*", "desk.day.jsonl::line 4: Maria writes PASSED*"])

    def test_fails(self, pytester, run):
        """With the story and the difference, and without a traceback."""
        (pytester.path / "desk.day.jsonl").write_text("\n".join((*OPENED, TAGGED)), "utf-8")
        result = run()
        result.assert_outcomes(passed=2, failed=1)
        result.stdout.fnmatch_lines(
            [
                "*line 5: Tags are off*",
                "the story went",
                "*ana: AddTag(case='c1', tag='vip')",
                "*desk.day.jsonl, line 5: should be refused by tags.enabled, was accepted",
            ]
        )
        result.stdout.no_fnmatch_line("*Otherwise*")
        result.stdout.no_fnmatch_line("*plugin.py*")

    def test_chosen(self, pytester, run):
        """One story can be run alone; those before it have happened all the same."""
        (pytester.path / "desk.day.jsonl").write_text("\n".join((*OPENED, TAGGED)), "utf-8")
        run("-k", "Maria").assert_outcomes(passed=1, deselected=2)

    @pytest.mark.parametrize(("complaint", "text"), [("*has no commands*", ""), ("*line 1: is not JSON*", "{")])
    def test_unreadable(self, pytester, run, complaint, text):
        """An error of collecting, in the words of the day."""
        (pytester.path / "desk.day.jsonl").write_text(text, "utf-8")
        result = run()
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([complaint])
        result.stdout.no_fnmatch_line("*Traceback*")

    def test_a_bug_is_told_as_such(self, pytester, run):
        """What is no difference between day and desk has its traceback."""
        (pytester.path / "desk.day.jsonl").write_text(JOINS, "utf-8")
        pytester.makeconftest(
            """
            class Odd:
                line = 1

                def complaint(self):
                    raise ZeroDivisionError("odd")

            def pytest_collection_modifyitems(items):
                for item in items:
                    item.chapter = Odd()
            """
        )
        result = run()
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["*ZeroDivisionError: odd*"])

    def test_costs_nothing_without_days(self):
        """Every pytest beside an installed casecore loads it, so it imports no room, no rich, no Hypothesis."""
        program = (
            "import sys, casecore.testing.plugin\n"
            "heavy = ('casecore.kernel', 'casecore.policies', 'hypothesis', 'rich', 'cattrs', 'attrs')\n"
            "print(*(name for name in heavy if name in sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert "" == done.stdout.strip()
