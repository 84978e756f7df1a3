"""What a policy key may hold: each kind reads strictly, says what fits, and writes back what it read."""

from datetime import date, datetime, timedelta
from enum import StrEnum

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.kernel import CommandError
from casecore.kernel.durations import duration_text
from casecore.kernel.problems import Problem, did_you_mean
from casecore.policies.kinds import (
    LONGEST,
    MISSING,
    Choice,
    Flag,
    Id,
    Length,
    Like,
    Named,
    Number,
    Several,
    Table,
    Text,
    Whole,
    Wording,
    key,
    keys_of,
    section,
    words_of,
)
from casecore.rooms.notes import AddTag
from casecore.testing.scenario import T0


class Colour(StrEnum):
    """A choice."""

    RED = "red"
    GREEN = "green"


@section
class Paint:
    """A table."""

    colour: Colour = key(Choice(Colour), "The colour.")
    coats: int = key(Whole(1, 9), "How many.", default=2)
    label: str | None = key(Text(), "What is written on it.", default=None)
    mixed: dict = key(Named(Whole()), "Of what.", factory=dict)


COLOUR = 'one of "red", "green"'
PAINT = "a table with the keys colour, coats, label, mixed"


def read(kind, value, path="p"):
    """What a kind reads, and the problems it notes."""
    problems = []
    return kind.read(value, path, problems), problems


def problem(kind, value):
    """The one problem of a value that does not fit."""
    found, problems = read(kind, value)
    assert MISSING is found
    assert 1 == len(problems)
    return problems[0]


class TestProblem:
    """How a problem reads."""

    def test_all_parts(self):
        """Where, what, what would fit, and the likeliest correction."""
        assert "tags.limt: no such key; expected one of enabled, limit; did you mean 'limit'?" == str(
            Problem("tags.limt", "no such key", "one of enabled, limit", "did you mean 'limit'?")
        )

    def test_of_the_whole_file(self):
        """What is not said is not shown."""
        assert "file: is empty" == str(Problem("", "is empty"))


class TestFlag:
    """true or false."""

    @pytest.mark.parametrize("value", [True, False])
    def test_reads(self, value):
        """Only the two themselves."""
        assert (value, []) == read(Flag(), value)
        assert value is Flag().write(value)

    @pytest.mark.parametrize("value", ["no", "true", 1, 0, None, [], {}])
    def test_nothing_is_coerced(self, value):
        """Nothing that merely looks like one."""
        assert Problem("p", f"{value!r} does not fit", "true or false") == problem(Flag(), value)


class TestWhole:
    """A whole number in a range."""

    @pytest.mark.parametrize("value", [1, 2, 9])
    def test_reads(self, value):
        """Both ends are allowed."""
        assert (value, []) == read(Whole(1, 9), value)
        assert value == Whole(1, 9).write(value)

    @pytest.mark.parametrize("value", [0, 10, -1, 2.0, "2", True, None, [2], float("nan"), 10**100])
    def test_does_not_fit(self, value):
        """Out of range, or no whole number: the range is told."""
        assert "a whole number from 1 to 9" == problem(Whole(1, 9), value).expected

    def test_too_large_to_show(self):
        """Regression: a number of thousands of digits could not be quoted, and the error was another one."""
        assert "a value too large to show does not fit" == problem(Whole(1, 9), 16**9000).message


class TestNumber:
    """A number in a range, whole or not."""

    @pytest.mark.parametrize("value", [0, 0.5, 1, 2.5])
    def test_reads(self, value):
        """Both ends are allowed, and what is whole may be written so; it is kept as a float."""
        found, problems = read(Number(0, 2.5), value)
        assert (value, [], float) == (found, problems, type(found))
        assert value == Number(0, 2.5).write(value)

    @pytest.mark.parametrize(
        "value", [-0.1, 2.6, "1", True, None, [1], float("nan"), float("inf"), float("-inf"), 10**400]
    )
    def test_does_not_fit(self, value):
        """Out of range, or no number: the range is told."""
        assert "a number from 0 to 2.5" == problem(Number(0, 2.5), value).expected

    def test_without_a_range(self):
        """From nothing to a million."""
        assert "a number from 0 to 1e+06" == Number().describe


class TestLike:
    """Text that is told by an example."""

    def test_a_date(self):
        """With quotes or without: TOML has dates."""
        kind = Like(10, example="2026-12-25")
        assert ("2026-12-24", []) == read(kind, "2026-12-24")
        assert ("2026-12-24", []) == read(kind, date(2026, 12, 24))

    @pytest.mark.parametrize(
        "value",
        [datetime(2026, 12, 24), 20261224, "24 December 2026", None, True],  # noqa: DTZ001 -- as TOML gives one
    )
    def test_bad(self, value):
        """Anything else: the example is told, and a date or a flag as a file writes it."""
        told = {datetime: "2026-12-24T00:00:00", bool: "true"}.get(type(value), repr(value))
        found = problem(Like(10, example="2026-12-25"), value)
        assert Problem("p", f"{told} does not fit", "text like 2026-12-25") == found


class TestText:
    """Text of a limited length."""

    @pytest.mark.parametrize("value", ["", "Support SOP", "Olá\n👋", "x" * 10])
    def test_reads(self, value):
        """Any text up to the limit."""
        kind = Text(max(10, len(value)))
        assert (value, []) == read(kind, value)
        assert value == kind.write(value)

    @pytest.mark.parametrize("value", ["x" * 11, "\ud800", 7, None, b"text", ["text"]])
    def test_does_not_fit(self, value):
        """Too long, half a character, or no text: the limit is told."""
        assert "text of at most 10 characters" == problem(Text(10), value).expected

    def test_long_values_are_cut(self):
        """A message quotes the start of what was found."""
        assert "'" + "x" * 56 + "... does not fit" == problem(Text(), "x" * 5000).message


class TestWording:
    """A text that the desk sends, with its blanks."""

    @pytest.mark.parametrize(
        ("blanks", "text"),
        [((), "Goodbye."), (("customer",), "{customer}, goodbye, {customer}"), (("a", "b"), "{b} {a}")],
    )
    def test_fits(self, blanks, text):
        """Each of its blanks, as often as one likes, in any order, and no other."""
        assert (text, []) == read(Wording(blanks=blanks), text)

    @pytest.mark.parametrize("value", [3, None, ["a"], "x" * 1001, "", " \u200b"])
    def test_no_text(self, value):
        """What is no text, or none that can be seen, is told as such, and nothing is said of blanks."""
        problems = []
        assert MISSING is Wording(blanks=("customer",)).read(value, "closing", problems)
        assert 1 == len(problems)

    @pytest.mark.parametrize(
        ("text", "found", "remedy"),
        [
            ("Bye {custmer}", "nothing fills '{custmer}'", "did you mean 'customer'?"),
            ("Bye { customer }", "nothing fills '{ customer }'", "did you mean 'customer'?"),
            ("Bye {customer} {{1}}", "nothing fills '{{1}}'", "take it out"),
            ("Bye", "'Bye' lacks {customer}", ""),
        ],
    )
    def test_misfit(self, text, found, remedy):
        """What stands there, what belongs there, and what to do."""
        problems = []
        assert MISSING is Wording(blanks=("customer",)).read(text, "closing", problems)
        assert [(found, remedy)] == [(problem.message, problem.remedy) for problem in problems]
        assert "text of 1 to 1000 characters with {customer} in it" == problems[0].expected


class TestId:
    """What commands carry as an id, and what the policy calls something."""

    @pytest.mark.parametrize("value", ["vip", "x" * 200, "muito urgente", "👋"])
    def test_reads(self, value):
        """Visible characters and spaces."""
        assert (value, []) == read(Id(), value)
        assert value == Id().write(value)

    @pytest.mark.parametrize(
        ("value", "remedy"),
        [
            ("", ""),
            ("x" * 201, "it has 201 characters"),
            ("two\nlines", r"take out '\n', which cannot be seen"),
            ("gold\u200bcard", r"take out '\u200b', which cannot be seen"),
            ("\ud800", r"take out '\ud800', which cannot be seen"),
            (7, ""),
            (None, ""),
            (["vip"], ""),
        ],
        ids=repr,
    )
    def test_does_not_fit(self, value, remedy):
        """What fits is told, and what would make it fit."""
        assert Problem("p", problem(Id(), value).message, "text of 1 to 200 visible characters", remedy) == problem(
            Id(), value
        )

    @given(st.text(max_size=250) | st.text("x\n ", max_size=250))
    def test_fits_what_a_command_takes(self, text):
        """Regression: a policy could name a tag that no command can carry, and checking it ended in a traceback.

        `casecore check` tries each override with a case that it matches; with `[queues.vip] tags = [""]` that case
        could not even be stated.
        """
        try:
            carried = AddTag("ana", T0, "c1", text).tag
        except CommandError:
            carried = MISSING
        assert carried == read(Id(), text)[0]


class TestLength:
    """A length of time."""

    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("30s", 30), ("2m", 120), ("48h", 172_800), ("1d12h", 129_600), ("1w", 604_800), ("90m", 5400), ("007s", 7)],
    )
    def test_reads(self, text, seconds):
        """Weeks, days, hours, minutes, seconds, in this order; any of them may be left out, any may be large."""
        assert (timedelta(seconds=seconds), []) == read(Length(), text)

    @pytest.mark.parametrize(
        "value", ["", "2 m", "2", "m", "-2m", "1.5h", "12h1d", "2M", "2min", "٣m", "2m\n", "1m1m", None, [], 2.5]
    )
    def test_bad(self, value):
        """Anything else: the way to write it is told."""
        assert Problem(
            "p", f"{value!r} does not fit", 'a length of time from 1s to 520w, like "30s", "2m" or "1d12h"'
        ) == problem(Length(), value)

    def test_number_without_a_unit(self):
        """Thirty what? The likeliest answer is offered."""
        assert 'write the unit, e.g. "30s"' == problem(Length(), 30).remedy

    @pytest.mark.parametrize("text", ["0s", "0m", "523w", "999999999w"])
    def test_out_of_range(self, text):
        """At least a second, at most ten years, unless the key says otherwise."""
        assert "p" == problem(Length(), text).path

    def test_own_range(self):
        """A key may have another range; both ends are allowed."""
        kind = Length(timedelta(0), timedelta(minutes=1))
        assert [timedelta(0), timedelta(minutes=1)] == [read(kind, text)[0] for text in ("0s", "60s")]
        assert 'a length of time from 0s to 1m, like "30s", "2m" or "1d12h"' == problem(kind, "61s").expected

    @pytest.mark.parametrize(
        ("length", "text"),
        [
            (timedelta(0), "0s"),
            (timedelta(seconds=90), "1m30s"),
            (timedelta(hours=48), "2d"),
            (timedelta(days=8, seconds=1), "1w1d1s"),
            (timedelta(seconds=1, microseconds=999_999), "1s"),
        ],
    )
    def test_duration_text(self, length, text):
        """Parts of a second are rounded down."""
        assert text == duration_text(length)

    @given(st.integers(1, int(LONGEST.total_seconds())))
    def test_written_and_read(self, seconds):
        """What is written reads back the same."""
        length = timedelta(seconds=seconds)
        assert (length, []) == read(Length(), Length().write(length))


class TestChoice:
    """One of a few words."""

    def test_reads(self):
        """A word becomes the member, and the member the word."""
        assert (Colour.RED, []) == read(Choice(Colour), "red")
        assert Colour.RED is read(Choice(Colour), "red")[0]
        assert "red" == Choice(Colour).write(Colour.RED)
        assert str is type(Choice(Colour).write(Colour.RED))

    def test_misspelt(self):
        """The nearest word is offered."""
        assert Problem("p", "'gren' does not fit", COLOUR, "did you mean 'green'?") == problem(Choice(Colour), "gren")

    @pytest.mark.parametrize("value", ["RED", "", 7, None, ["red"], {"red": 1}])
    def test_does_not_fit(self, value):
        """Anything else; nothing is offered where nothing is near."""
        assert Problem("p", f"{value!r} does not fit", COLOUR) == problem(Choice(Colour), value)

    def test_words(self):
        """In order."""
        assert ("red", "green") == words_of(Colour)


class TestSeveral:
    """A list without repetition."""

    def test_reads(self):
        """A tuple in the order written."""
        assert ((Colour.GREEN, Colour.RED), []) == read(Several(Choice(Colour)), ["green", "red"])
        assert ((), []) == read(Several(Choice(Colour)), [])
        assert ["green"] == Several(Choice(Colour)).write((Colour.GREEN,))

    @pytest.mark.parametrize("value", ["rot", None, {"red": 1}, ("red",)])
    def test_no_list(self, value):
        """It is a list, or it is none."""
        assert Problem("p", f"{value!r} does not fit", f"a list, each {COLOUR}") == problem(
            Several(Choice(Colour)), value
        )

    def test_a_single_word(self):
        """Is not a list of one; it is told how to make one of it."""
        told = Problem("p", "'red' does not fit", f"a list, each {COLOUR}", 'write ["red"]')
        assert told == problem(Several(Choice(Colour)), "red")

    def test_a_single_table(self):
        """Nor is a table, where there may be several: it has two brackets."""
        assert "write [[p]], with two brackets" == problem(Several(Table(Paint)), {"colour": "red"}).remedy

    def test_every_wrong_item(self):
        """Each is told with its place."""
        found, problems = read(Several(Choice(Colour)), ["red", "blue", 7])
        assert MISSING is found
        assert ["p[1]", "p[2]"] == [problem.path for problem in problems]

    def test_twice(self):
        """A repetition is a mistake, told by the word."""
        assert Problem("p[2]", "'red' stands there twice", f"a list, each {COLOUR}") == problem(
            Several(Choice(Colour)), ["red", "green", "red"]
        )

    def test_wrong_twice(self):
        """Two wrong items are two problems, not a repetition."""
        assert 2 == len(read(Several(Choice(Colour)), ["blue", "blue"])[1])


class TestTable:
    """A table with fixed keys."""

    def test_reads(self):
        """Keys that are not given have their defaults."""
        assert (Paint(colour=Colour.RED, coats=2), []) == read(Table(Paint), {"colour": "red"})

    def test_writes(self):
        """Defaults are spelled out; what has no value is left out."""
        assert {"colour": "red", "coats": 2, "mixed": {}} == Table(Paint).write(Paint(colour=Colour.RED))

    @pytest.mark.parametrize("value", ["red", None, [], 7, {7: "red"}], ids=repr)
    def test_no_table(self, value):
        """The keys are told; keys that are not text are no keys."""
        assert Problem("p", f"{value!r} does not fit", PAINT) == problem(Table(Paint), value)

    def test_unknown_key(self):
        """A key that does not exist is a problem, and the nearest one is offered."""
        found, problems = read(Table(Paint), {"colour": "red", "coat": 3})
        assert [
            Problem("p.coat", "no such key", "one of colour, coats, label, mixed", "did you mean 'coats'?")
        ] == problems
        assert Paint(colour=Colour.RED) == found

    def test_missing_key(self):
        """A key without a default must be given."""
        assert Problem("p.colour", "is missing", COLOUR) == problem(Table(Paint), {})

    def test_everything_wrong_at_once(self):
        """One pass reports every problem."""
        _, problems = read(Table(Paint), {"colour": "blue", "coats": 0, "size": 1, "mixed": {"oil": "much"}}, "")
        assert ["size", "colour", "coats", "mixed.oil"] == [problem.path for problem in problems]

    def test_nested_too_deeply_to_show(self):
        """Regression: a value nested a hundred thousand times could not be quoted, and the error was another one."""
        deep = {}
        for _ in range(100_000):
            deep = {"a": deep}
        assert "a value too large to show does not fit" == read(Table(Paint), {"colour": deep})[1][0].message


class TestNamed:
    """A table whose keys are names."""

    def test_reads(self):
        """In the order written."""
        found, problems = read(Named(Whole()), {"b": 2, "a": 1})
        assert ([("b", 2), ("a", 1)], []) == (list(found.items()), problems)
        assert {"b": 2} == Named(Whole()).write({"b": 2})

    def test_names_from_a_list_of_words(self):
        """Where only some names exist, they become members."""
        kind = Named(Whole(), Colour)
        assert ({Colour.RED: 1}, []) == read(kind, {"red": 1})
        assert {"red": 1} == kind.write({Colour.RED: 1})
        assert str is type(next(iter(kind.write({Colour.RED: 1}))))

    def test_unknown_name(self):
        """The nearest one is offered."""
        assert Problem("p.rde", "no such name", "one of red, green", "did you mean 'red'?") == problem(
            Named(Whole(), Colour), {"rde": 1}
        )

    @pytest.mark.parametrize("name", ["", "x" * 201, "two\nlines", "\ud800"])
    def test_no_name(self, name):
        """A name is what an id is: short visible text."""
        assert Id.describe == problem(Named(Whole()), {name: 1}).expected

    def test_no_name_is_told_where_it_stands(self):
        """Regression: of a name that is none, the place of the whole table was told, and not what makes it none."""
        assert Problem('p."a\\tb"', "is no name", Id.describe, "take out '\\t', which cannot be seen") == problem(
            Named(Whole()), {"a\tb": 1}
        )

    @pytest.mark.parametrize("value", ["red", None, [], {True: 1}], ids=repr)
    def test_no_table(self, value):
        """What it maps is told; a name that is not text is no name."""
        assert "a table of at most 1000 entries, from a name to a whole number from 0 to 1000000" == (
            problem(Named(Whole()), value).expected
        )

    def test_describes_its_names(self):
        """Where only some names exist, they are told."""
        assert Named(Flag(), Colour).describe.endswith("from one of red, green to true or false")

    def test_too_many(self):
        """A table of names has a limit."""
        assert "a table of at most 2 entries" in problem(Named(Whole(), most=2), dict.fromkeys("abc", 1)).expected

    def test_every_wrong_value(self):
        """Each is told with its path; names that are no bare keys are quoted."""
        _, problems = read(Named(Whole()), {"a": -1, "b.c": "x", "d": 1})
        assert ["p.a", 'p."b.c"'] == [problem.path for problem in problems]


class TestDeclaring:
    """How sections declare their keys."""

    def test_keys_of(self):
        """Every key in order, with its kind; fields that are no keys are left out."""

        @section
        class Wall(Paint):
            """A section with something that is not in the file."""

            height: int = attrs.field(default=0)

        assert ["colour", "coats", "label", "mixed"] == list(keys_of(Wall))
        assert Whole(1, 9) == keys_of(Wall)["coats"]

    def test_meaning(self):
        """Each key says what it decides, for the person who edits the file."""
        assert "How many." == attrs.fields(Paint).coats.metadata["doc"]

    def test_sections_are_values(self):
        """Frozen, written by name, compared by content."""
        with pytest.raises(TypeError):
            Paint(Colour.RED)
        assert Paint(colour=Colour.RED) == Paint(colour=Colour.RED, coats=2)

    @pytest.mark.parametrize(("word", "found"), [("limt", "did you mean 'limit'?"), ("xyz", ""), ("l" * 10_000, "")])
    def test_did_you_mean(self, word, found):
        """One suggestion, or none."""
        assert found == did_you_mean(word, ["limit", "enabled"])
