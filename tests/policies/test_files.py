"""Reading policy files: hostile ones, files that extend others, and where every value stands."""

import os
import pickle
import tomllib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.kernel.problems import Origin, Problem, no_such_keys, outer
from casecore.policies import Policy, PolicyError
from casecore.policies.errors import SHOWN_PROBLEMS, render_problem
from casecore.policies.files import HIGHEST, LARGEST


def refused(text):
    """The problems of a policy's text."""
    with pytest.raises(PolicyError) as caught:
        Policy.loads(text, "my.toml")
    assert str(caught.value).startswith("my.toml: ")
    return caught.value.problems


def place(problem):
    """Where a problem stands."""
    return [(origin.line, origin.column, origin.end_line, origin.end_column) for origin in problem.origins]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Writes files into an empty directory, which is the current one."""
    monkeypatch.chdir(tmp_path)

    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text, "utf-8")
        return tmp_path

    return write


class TestHostile:
    """Whatever is in a file, the answer is an error that says where, and it comes soon."""

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("#" * 10_000_000, "is too large"),
            ("a = " + "[" * 500_000, "is nested too deeply"),
            ("a" + ".a" * 500_000 + " = 1", "is nested too deeply"),
            ("[a" + ".a" * 500_000 + "]", "is nested too deeply"),
            ("a = " + "{ a = " * 150_000, "is nested too deeply"),
            ("schema = 1\nid = 'a'\nschema = 1", "stands there twice"),
            ("id = '\0'", "is not TOML: "),
            ('id = "\\ud800"', "is not TOML: "),
            ("id = 'a'\nid.b = 1", "is not TOML: "),
            (f"schema = {'9' * 5000}", "has a number of thousands of digits"),
        ],
        ids=range(10),
    )
    def test_text(self, text, found):
        """It is told what is the matter, and where, if it is somewhere."""
        (problem,) = refused(text)
        assert problem.message.startswith(found)
        assert problem.origins or found == "is too large"

    @pytest.mark.parametrize(
        "text",
        [
            f"schema = 0x{'f' * 500_000}",
            f"[tags]\nlimit = 0b{'1' * 500_000}",
            f"[chat.idle]\nsilence = 0x{'f' * 50_000}",
            f"[[waiver]]\npromise = 0x{'f' * 50_000}",
            "[capacity]\nchat = 1e400",
            "[queues.general.priority]\ninitial = nan",
            "[wrap_up]\ncodes = [" + "1," * 50_000 + "]",
            "[queues]\n" + "".join(f"q{n} = 1\n" for n in range(20_000)),
            "[tags]\n" + "".join(f"q{n} = 1\n" for n in range(20_000)),
            f"[{'a' * 500_000}]\n" + "b=1\n" * 1 + "".join(f"c{n}=1\n" for n in range(30_000)),
            '[queues."' + "x" * 500_000 + '"]\n' + "".join(f"c{n}=1\n" for n in range(30_000)),
            "[[override]]\nmatch = { channel = 'chat' }\n" * 10_000,
            "[[override]]\nset = {" + ", ".join(f'"a{n}" = 1' for n in range(10_000)) + "}",
        ],
        ids=range(13),
    )
    def test_values(self, text):
        """Values that are TOML and fit nowhere: the text of the error stays short.

        Regression: for a length of time written as a number of thousands of digits, a unit was suggested, and the
        error was Python's.
        """
        with pytest.raises(PolicyError) as caught:
            Policy.loads(text)
        assert 20_000 > len(str(caught.value))

    def test_half_a_character(self):
        """A lone surrogate cannot come from a file, but from a host."""
        (problem,) = refused("id = '\ud800'")
        assert "id" == problem.path
        assert "\ud800" not in render_problem(problem)

    @given(st.text("[]{}='\"#,.\\ \n\tid0123456789-:Tschematagslimitoverridesetqueues", max_size=80))
    def test_any_text(self, text):
        """A policy or a PolicyError whose places are in the text; never anything else."""
        problems = []
        try:
            Policy.loads(text)
        except PolicyError as error:
            problems = error.problems
        lines = text.count("\n") + 1
        assert all(origin.line <= lines for problem in problems for origin in problem.origins)
        assert all(map(render_problem, problems))

    def test_byte_order_mark_and_line_ends_of_windows(self, tmp_path):
        """Editors on Windows write both; neither moves a place."""
        file = tmp_path / "sop.toml"
        file.write_bytes(b"\xef\xbb\xbfid = 'a'\r\n[tags]\r\nlimit = 3\r\n")
        assert (1, 6) == (Policy.load(file).origin("id").line, Policy.load(file).origin("id").column)
        assert (3, 9) == (Policy.load(file).origin("tags.limit").line, Policy.load(file).origin("tags.limit").column)

    def test_a_file_that_never_ends(self):
        """Only so much of it is read."""
        if os.path.exists("/dev/zero"):  # noqa: PTH110 -- a device of Unix
            with pytest.raises(PolicyError, match="is too large"):
                Policy.load("/dev/zero")

    def test_a_large_file(self, tmp_path):
        """At most a megabyte."""
        file = tmp_path / "sop.toml"
        file.write_text("#" * LARGEST, "utf-8")
        assert Policy() == Policy.load(file)
        file.write_text("#" * LARGEST + "\n", "utf-8")
        with pytest.raises(PolicyError, match="is too large"):
            Policy.load(file)

    def test_no_utf_8_on_a_later_line(self, tmp_path):
        """The place is the first wrong byte."""
        file = tmp_path / "sop.toml"
        file.write_bytes("id = 'á'\nversion = 'á".encode() + "é'\n".encode("latin-1"))
        with pytest.raises(PolicyError) as caught:
            Policy.load(file)
        assert [(2, 13, 2, 14)] == place(caught.value.problems[0])


class TestOrigins:
    """Values that pass have a place, too."""

    def test_of_values(self):
        """From which line a value comes; a default comes from none."""
        policy = Policy.loads("[chat.idle]\nsilence = '5m'\n", "my.toml")
        assert Origin("my.toml", 2, 11, 2, 15, "silence = '5m'") == policy.origin("chat.idle.silence")
        assert "my.toml:1:1" == str(policy.origin("chat.idle"))
        assert policy.origin("chat.idle.ask_first") is None
        assert Policy().origin("chat.idle.silence") is None

    def test_of_the_shipped_sop(self):
        """It knows its lines as well."""
        assert "sop.toml" == Policy.default().origin("chat.idle.silence").file

    def test_they_are_not_part_of_the_policy(self):
        """Two files that say the same are the same policy, and a policy with places can be stored."""
        one, other = Policy.loads("[tags]\nlimit = 3"), Policy.loads("tags.limit = 3  # few")
        assert one == other
        again = pickle.loads(pickle.dumps(one))  # noqa: S301 -- our own, just written
        assert (one, one.origin("tags.limit")) == (again, again.origin("tags.limit"))
        assert "origin" not in repr(one)

    def test_every_value_of_every_text(self):
        """Every key of the shipped SOP has the place at which its value reads the same."""
        policy = Policy.default()
        (source,) = policy.sources
        for path, value in (("tags.limit", 20), ("queues.billing.reasons[1]", "refund"), ("capacity.total", 6)):
            origin = policy.origin(path)
            said = source.text.split("\n")[origin.line - 1][origin.column - 1 : origin.end_column - 1]
            assert {"x": value} == tomllib.loads(f"x = {said}")

    def test_sources(self):
        """What the file says, and what not."""
        (source,) = Policy.loads("[tags]\nlimit = 3").sources
        assert 3 == source.value_at("tags.limit")
        for path in ("tags.enabled", "tags.limit.more", "override[0].set.a", "queues[0]"):
            assert "object object" in repr(source.value_at(path))


class TestTold:
    """How a problem is told."""

    def test_without_a_place(self):
        """Only the words."""
        assert "warning: tags: odd\n = help: look" == render_problem(Problem("tags", "odd", "", "look"), "warning")

    def test_over_several_lines(self):
        """What goes over several lines is underlined on the first."""
        (problem,) = refused("[wrap_up]\nnotes = [\n  1,\n]")
        assert "\n2 | notes = [\n  |         ^\n" in render_problem(problem)

    def test_many_problems(self):
        """The text shows some of them, the error has them all."""
        problems = refused("[queues]\n" + "".join(f"q{n} = 1\n" for n in range(100)))
        assert 100 == len(problems)
        told = str(PolicyError("my.toml", problems))
        assert told.endswith(f"... and {100 - SHOWN_PROBLEMS} more")
        assert SHOWN_PROBLEMS == told.count("error: ")

    def test_many_unknown_keys(self):
        """One finding for a table; the first few are named."""
        (problem,) = refused("[tags]\n" + "".join(f"limit{n} = 1\n" for n in range(9)))
        assert "no such key, nor is there 'limit1', 'limit2', 'limit3', 'limit4' and 4 more" == problem.message
        assert 5 == len(problem.origins)

    def test_each_suggestion_once(self):
        """What is given already is suggested only where nothing else is near."""
        assert (
            "did you mean 'limit' for 'limi', 'limits' for 'limitt'?"
            == no_such_keys(["limi", "limitt"], ["limit", "limits"], "", ["limit", "limits"]).remedy
        )
        assert "did you mean 'limit'?" == no_such_keys(["limi"], ["enabled"], "", ["limit", "enabled"]).remedy

    @pytest.mark.parametrize(
        ("path", "around"), [("a.b", "a"), ("a[1]", "a"), ('a."b.c"', "a"), ("a", ""), ("", ""), ("a[1].b", "a[1]")]
    )
    def test_outer(self, path, around):
        """The table or list in which something stands."""
        assert around == outer(path)


class TestExtends:
    """A file may say only what differs from another."""

    def test_stands_over_what_is_below(self, folder):
        """Tables are merged key by key; each value has the place of the file that says it."""
        folder(
            base="id = 'base'\n[chat.idle]\nsilence = '5m'\nask_first = 2\n[queues.rest]\nfallback = true",
            top="extends = 'base.toml'\nid = 'top'\n[chat.idle]\nsilence = '9m'\n[queues.vip]\ntags = ['vip']",
        )
        policy = Policy.load("top.toml")
        assert ("top", timedelta(minutes=9), 2) == (policy.id, policy.chat.idle.silence, policy.chat.idle.ask_first)
        assert ["rest", "vip"] == [*policy.queues]
        assert ("top.toml:4:11", "base.toml:4:13") == (
            str(policy.origin("chat.idle.silence")),
            str(policy.origin("chat.idle.ask_first")),
        )
        assert policy == Policy.from_dict(policy.to_dict())

    def test_beside_the_file_that_says_so(self, tmp_path, folder):
        """A path is relative to the file, not to where one happens to be."""
        (tmp_path / "teams").mkdir()
        folder(base="[tags]\nlimit = 3")
        (tmp_path / "teams" / "a.toml").write_text("extends = '../base.toml'", "utf-8")
        assert 3 == Policy.load("teams/a.toml").tags.limit

    def test_layers_are_joined(self, folder):
        """Overrides that match the same and changes on the same date are one; the nearer file wins."""
        chat = "[[override]]\nmatch = { channel = 'chat' }\nset = { 'tags.limit' = %d, 'chat.idle.ask_first' = %d }\n"
        mail = "[[override]]\nmatch = { channel = 'email' }\nset = { 'tags.limit' = 7 }\n"
        date = "[[change]]\non = 2026-12-01\nset = { 'capacity.total' = %d }\n"
        folder(
            base=chat % (1, 1) + date % 5,
            top="extends = 'base.toml'\n" + mail + chat.replace(", 'chat.idle.ask_first' = %d", "") % 2 + date % 9,
        )
        policy = Policy.load("top.toml")
        assert [{"tags.limit": 2, "chat.idle.ask_first": 1}, {"tags.limit": 7}] == [one.set for one in policy.override]
        assert [{"capacity.total": 9}] == [one.set for one in policy.change]
        assert ["top.toml:7:24", "base.toml:3:51", "top.toml:4:24"] == [
            str(policy.origin_in_layer(f"override[{number}].set", path))
            for number, path in ((0, "tags.limit"), (0, "chat.idle.ask_first"), (1, "tags.limit"))
        ]

    def test_two_of_one_file_are_two(self, folder):
        """In one file, two overrides that match the same are a tie."""
        chat = "[[override]]\nmatch = { channel = 'chat' }\nset = { 'tags.limit' = %d }\n"
        folder(base=chat % 1, top="extends = 'base.toml'\n" + chat % 2 + chat % 3)
        with pytest.raises(PolicyError, match="equally specific"):
            Policy.load("top.toml")

    def test_mistakes_in_the_file_below(self, folder):
        """They are shown there."""
        folder(base="[tags]\nlimit = 'x'", top="extends = 'base.toml'\n[sentiment]\nmanual = 1")
        with pytest.raises(PolicyError) as caught:
            Policy.load("top.toml")
        assert ["top.toml:3:10", "base.toml:2:9"] == [str(p.origins[0]) for p in caught.value.problems]

    @pytest.mark.parametrize(
        ("files", "told"),
        [
            ({"top": "extends = 'top.toml'"}, "extends: top.toml extends itself\n --> top.toml:1:11"),
            (
                {"top": "extends = 'a.toml'", "a": "extends = 'b.toml'", "b": "\nextends = 'a.toml'"},
                "extends: a.toml is in a circle\n --> b.toml:2:11",
            ),
            (
                {"top": "extends = 'gone.toml'"},
                "extends: gone.toml cannot be read (No such file or directory)\n --> top.toml:1:11",
            ),
            ({"top": "extends = 7"}, "extends: 7 does not fit\n --> top.toml:1:11"),
            ({"top": "extends = 'a.toml'", "a": "limit ="}, "the file is not TOML: invalid value\n --> a.toml:1:8"),
            ({"top": "extends = 'a.toml'", "a": "schema = 2"}, "schema: 2 does not fit\n --> a.toml:1:10"),
            ({"top": "extends = 'a.toml'\noverride = 1", "a": "[[override]]"}, "override: 1 does not fit"),
        ],
        ids=range(7),
    )
    def test_mistakes(self, folder, files, told):
        """A circle, a missing file, a wrong one: told at the line that names it."""
        folder(**files)
        with pytest.raises(PolicyError) as caught:
            Policy.load("top.toml")
        assert "top.toml" == caught.value.name
        assert told in str(caught.value)

    def test_a_name_that_no_file_has(self, folder):
        """It is told with the words of this Python, which differ."""
        folder(top='extends = "a\\u0000"')
        with pytest.raises(PolicyError, match=r"cannot be read \(.*embedded null .*\)\n --> top.toml:1:11"):
            Policy.load("top.toml")

    def test_too_many_files(self, folder):
        """So many may lie on each other, and no more."""
        folder(**{f"f{n}": f"extends = 'f{n + 1}.toml'\ntags.limit = {n + 1}" for n in range(HIGHEST)}, f8="")
        with pytest.raises(PolicyError, match=r"8 files lie on each other already\n --> f7.toml:1:11"):
            Policy.load("f0.toml")
        assert 2 == Policy.load("f1.toml").tags.limit

    def test_only_files_extend(self):
        """A text lies nowhere, and plain data extends nothing."""
        (problem,) = refused("extends = 'base.toml'")
        assert ("extends", "only a file can extend another") == (problem.path, problem.message)
        with pytest.raises(PolicyError, match="extends: no such key"):
            Policy.from_dict({"extends": "base.toml"})
