"""The words everything is written in: what may be said, how errors read, when a timer is due."""

import pickle
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from math import inf, nan
from typing import get_type_hints

import attrs
import pytest
from attrs.exceptions import FrozenInstanceError

from casecore.kernel import (
    ID_LIMIT,
    Accepted,
    CasecoreError,
    Command,
    CommandError,
    CommandRefused,
    Deviated,
    Enforcement,
    Event,
    MissingRow,
    Reason,
    Refused,
    Timer,
    a_choice,
    a_flag,
    a_text,
    an_id,
    an_instant,
    frozen,
    some,
)
from casecore.kernel.fields import _check_counts, _check_id, _check_text, _check_texts, _check_value, _check_values
from casecore.rooms.agents import AddAgent, ChangeAgent
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.composition import HOUSE
from casecore.rooms.replies import SendReply

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@frozen
class Ask(Command):
    """A command with every sort of field."""

    thing: str = an_id()
    other: str | None = an_id(default=None)
    text: str = a_text(default="")
    comment: str | None = a_text(default=None)
    until: datetime | None = an_instant(default=None)


@frozen
class Choose(Command):
    """A command with fields that are no text."""

    one: Enforcement = a_choice(Enforcement)
    some: frozenset[Enforcement] = some(Enforcement, default=frozenset())
    maybe: Enforcement | None = a_choice(Enforcement, default=None)
    loud: bool = a_flag(default=False)


def problem_with(**fields):
    """What is said about a command with such a field."""
    with pytest.raises(CommandError) as caught:
        Ask(**{"by": "ana", "at": NOON, "thing": "t", **fields})
    return caught.value


class TestIds:
    """Ids are short visible text."""

    @pytest.mark.parametrize("thing", ["c1", "c 1", "É", "案件-7", "a/b+1", "x" * ID_LIMIT, "👍"])
    def test_fits(self, thing):
        """Any visible characters and spaces will do, up to the limit."""
        assert thing == Ask("ana", NOON, thing).thing

    def test_empty(self):
        """An empty id names nothing."""
        error = problem_with(thing="")
        assert "thing: the id is empty; give an id of 1 to 200 characters" == str(error)

    @pytest.mark.parametrize("length", [ID_LIMIT + 1, 10_000])
    def test_too_long(self, length):
        """An id has at most 200 characters; the error says how many there were, and does not repeat them."""
        error = problem_with(thing="x" * length)
        assert f"thing: the id has {length} characters; give an id of 1 to 200 characters" == str(error)

    @pytest.mark.parametrize(
        "thing", ["a\nb", "\0", "tab\t", "\x7f", "zero\u200bwidth", "\ud800", "\u202etxt", "\ufeff"]
    )
    def test_invisible(self, thing):
        """Control characters, invisible ones and half characters would make two ids look the same."""
        error = problem_with(thing=thing)
        assert f"the id {thing!r} has control or invisible characters" == error.problem
        assert str(error).isprintable()

    @pytest.mark.parametrize("thing", [7, b"c1", None, True, ["c1"]])
    def test_not_text(self, thing):
        """Nothing is turned into text silently."""
        error = problem_with(thing=thing)
        assert ("thing", f"{thing!r} is not text", "give an id as text") == (error.field, error.problem, error.remedy)

    def test_optional(self):
        """Where an id may be left out, None means so; anything else is checked all the same."""
        assert None is Ask("ana", NOON, "t").other
        assert "other" == problem_with(other="").field


class TestTexts:
    """Texts are whole code points, whatever they are."""

    @pytest.mark.parametrize("text", ["", "two\nlines", "Olá 👋", "\0", "x" * 10_000, "\u202ertl"])
    def test_fits(self, text):
        """A customer may write anything."""
        assert text == Ask("ana", NOON, "t", text=text).text

    @pytest.mark.parametrize("text", ["\ud800", "half \udc00 a pair", "é\udfff"])
    def test_half_a_character(self, text):
        """A lone surrogate cannot be stored or sent, and is refused at once."""
        error = problem_with(text=text)
        assert "text: the text has half a character (a lone surrogate); send whole code points" == str(error)

    @pytest.mark.parametrize("text", [7, b"hello", ["hello"], None])
    def test_not_text(self, text):
        """Nothing is turned into text silently."""
        assert f"{text!r} is not text" == problem_with(text=text).problem

    def test_optional(self):
        """Where a text may be left out, None means so; anything else is checked all the same."""
        assert None is Ask("ana", NOON, "t").comment
        assert "comment" == problem_with(comment=7).field


class Nowhere(tzinfo):
    """A time zone that does not know its own offset."""

    def utcoffset(self, _):
        """Say nothing."""
        return


class TestInstants:
    """Instants are aware, and kept in UTC."""

    def test_utc(self):
        """An instant in UTC is kept as it is."""
        assert NOON is Ask("ana", NOON, "t").at

    def test_other_zone(self):
        """An instant of another zone is the same instant, told in UTC."""
        lisbon = datetime(2026, 7, 1, 13, tzinfo=timezone(timedelta(hours=1)))
        at = Ask("ana", lisbon, "t").at
        assert datetime(2026, 7, 1, 12, tzinfo=UTC) == at
        assert UTC is at.tzinfo

    @pytest.mark.parametrize("zone", [None, Nowhere()], ids=["naive", "no offset"])
    def test_naive(self, zone):
        """A time without a zone could be any instant of a day."""
        assert (
            "at: 2026-11-02T09:00:00 has no time zone; give an aware datetime, e.g. 2026-11-02T09:00:00+00:00"
        ) == str(problem_with(at=datetime(2026, 11, 2, 9, tzinfo=zone)))

    @pytest.mark.parametrize("at", ["2026-11-02T09:00:00Z", 1_793_000_000, date(2026, 11, 2), None])
    def test_no_instant(self, at):
        """Texts, numbers and days are not instants."""
        error = problem_with(at=at)
        assert ("at", f"{at!r} is not an instant") == (error.field, error.problem)

    @pytest.mark.parametrize(
        "at",
        [
            datetime.min.replace(tzinfo=timezone(timedelta(hours=5))),
            datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
        ],
        ids=["before year 1", "after year 9999"],
    )
    def test_outside_the_calendar(self, at):
        """Regression: an instant that UTC cannot tell was an OverflowError."""
        error = problem_with(at=at)
        assert f"{at.isoformat()} lies outside the calendar" == error.problem

    def test_optional(self):
        """Where an instant may be left out, None means so; anything else is checked all the same."""
        assert None is Ask("ana", NOON, "t").until
        assert "until" == problem_with(until=datetime(2026, 11, 2)).field  # noqa: DTZ001 -- naive on purpose


MEMBER, MEMBERS = attrs.fields(Choose).one.validator, attrs.fields(Choose).some.validator
PART = attrs.fields(SendReply).template.validator


def choice_problem(**fields):
    """What is said about a command with such a field."""
    with pytest.raises(CommandError) as caught:
        Choose(**{"by": "ana", "at": NOON, "one": Enforcement.WARN, **fields})
    return str(caught.value)


class TestChoices:
    """Words, flags and sets are what they say, never what merely looks like it."""

    def test_fits(self):
        """Members, True and False, and None where it may be left out."""
        some_rules = frozenset({Enforcement.OFF, Enforcement.WARN})
        made = Choose("ana", NOON, Enforcement.BLOCK, some_rules, Enforcement.OFF, loud=True)
        assert (Enforcement.BLOCK, some_rules, Enforcement.OFF, True) == (made.one, made.some, made.maybe, made.loud)
        assert (frozenset(), None, False) == (*attrs.astuple(Choose("ana", NOON, Enforcement.BLOCK))[3:],)

    def test_plain_word(self):
        """A word that equals a member is still no member; the error names those there are."""
        members = "<Enforcement.BLOCK: 'block'>, <Enforcement.WARN: 'warn'>, <Enforcement.OFF: 'off'>"
        assert f"one: 'warn' is no Enforcement; give one of {members}" == choice_problem(one="warn")
        assert choice_problem(maybe="warn").startswith("maybe: 'warn' is no Enforcement; ")
        assert choice_problem(one=None).startswith("one: None is no Enforcement; ")

    @pytest.mark.parametrize("loud", ["no", 1, 0, None])
    def test_flag(self, loud):
        """Whatever counts as true or false in Python."""
        assert f"loud: {loud!r} is no bool; give one of True, False" == choice_problem(loud=loud)

    @pytest.mark.parametrize("chosen", [{Enforcement.OFF}, [Enforcement.OFF], frozenset({"off", 7}), Enforcement.OFF])
    def test_set(self, chosen):
        """A set that can be changed, or one with something else in it."""
        assert choice_problem(some=chosen).endswith(" is no frozenset of Enforcement; give a frozenset of Enforcement")


def kind_of(validator):
    """Which sort of check a validator is: those made for one class are of a sort with those made for another."""
    return getattr(validator, "__code__", None)


def fields_checked_by(validator):
    """Every (command, field) of the desk whose value is checked so."""
    return [
        pytest.param(command, field.name, id=f"{command.__name__}.{field.name}")
        for command in HOUSE.commands
        for field in attrs.fields(command)
        if kind_of(field.validator) == kind_of(validator)
    ]


def stated(command, **fields):
    """A command of this class whose other required fields are well-formed."""
    hints, words = get_type_hints(command), {str: "x", datetime: NOON}
    required = {
        field.name: next(iter(hints[field.name]))
        if issubclass(hints[field.name], StrEnum)
        else words[hints[field.name]]
        for field in attrs.fields(command)
        if field.default is attrs.NOTHING and field.name != "at"
    }
    return command(**{**required, "at": NOON, **fields})


class TestEveryCommand:
    """What holds for every command of the desk, whoever wrote its class."""

    @pytest.mark.parametrize("wrong", ["", "x" * 10_000, "a\x00b", "\ud800", 7])
    @pytest.mark.parametrize(("command", "field"), fields_checked_by(_check_id))
    def test_ids(self, command, field, wrong):
        """A malformed id is refused when the command is made, and the error names the field."""
        with pytest.raises(CommandError) as caught:
            stated(command, **{field: wrong})
        assert field == caught.value.field

    @pytest.mark.parametrize("wrong", ["\ud800", 7])
    @pytest.mark.parametrize(("command", "field"), fields_checked_by(_check_text))
    def test_texts(self, command, field, wrong):
        """A text that cannot be stored is refused when the command is made, and the error names the field."""
        with pytest.raises(CommandError) as caught:
            stated(command, **{field: wrong})
        assert field == caught.value.field

    @pytest.mark.parametrize(
        "wrong", [("fine", "\ud800"), {"\ud800": "x"}, {"x": "\udfff"}, (7,), "a.pdf", ["a.pdf"], 7]
    )
    @pytest.mark.parametrize(("command", "field"), fields_checked_by(_check_texts))
    def test_several_texts(self, command, field, wrong):
        """Regression: half a character in an attachment's name, or in a profile, was let in. It is refused too."""
        with pytest.raises(CommandError) as caught:
            stated(command, **{field: wrong})
        assert field == caught.value.field

    @pytest.mark.parametrize("wrong", ["new", "no", 1, ["direct"], b"chat"])
    @pytest.mark.parametrize(("command", "field"), fields_checked_by(MEMBER))
    def test_choices_and_flags(self, command, field, wrong):
        """Regression: a plain word went past the rules that look for the member; "no" even counted as yes."""
        with pytest.raises(CommandError) as caught:
            stated(command, **{field: wrong})
        assert field == caught.value.field
        assert f"{wrong!r} is no " in caught.value.problem
        assert caught.value.remedy.startswith("give one of ")

    @pytest.mark.parametrize("wrong", [{"kind": "quick_reply"}, "news", 7])
    @pytest.mark.parametrize(("command", "field"), fields_checked_by(PART))
    def test_parts(self, command, field, wrong):
        """A value that has fields of its own is given as such, so that these are checked too."""
        with pytest.raises(CommandError) as caught:
            stated(command, **{field: wrong})
        assert str(caught.value) == f"{field}: {wrong!r} is no PreparedText; give a PreparedText"

    @pytest.mark.parametrize("wrong", [{"reply"}, frozenset({7}), ("chat",), "general"])
    @pytest.mark.parametrize(("command", "field"), fields_checked_by(MEMBERS))
    def test_sets(self, command, field, wrong):
        """Permissions, queues and channels come in a set that nobody can change afterwards."""
        with pytest.raises(CommandError) as caught:
            stated(command, **{field: wrong})
        assert field == caught.value.field

    @pytest.mark.parametrize(
        "wrong", [{"chat": "2"}, {"chat": 2.5}, {"chat": True}, {7: 2}, [("chat", 2)], 3, {"chat": None}]
    )
    @pytest.mark.parametrize(("command", "field"), fields_checked_by(_check_counts))
    def test_counts(self, command, field, wrong):
        """Regression: a limit that was no number was let in, and comparing it raised a TypeError while deciding."""
        with pytest.raises(CommandError) as caught:
            stated(command, **{field: wrong})
        assert field == caught.value.field
        assert f"{wrong!r} does not hold counts by name" == caught.value.problem

    @pytest.mark.parametrize("wrong", [b"x", (1,), {}, 10**12 + 1, -(10**12) - 1, 1e13, inf, nan, "\ud800"])
    @pytest.mark.parametrize(("command", "field"), fields_checked_by(_check_value))
    def test_values(self, command, field, wrong):
        """What is noted is a text, a flag, or a number that everybody can write down; half a character is none."""
        with pytest.raises(CommandError) as caught:
            stated(command, **{field: wrong})
        assert field == caught.value.field

    @pytest.mark.parametrize("wrong", [{"x": None}, {"x": nan}, {"x": "\udfff"}, {7: 1}, [("x", 1)], "x", None])
    @pytest.mark.parametrize(("command", "field"), fields_checked_by(_check_values))
    def test_values_by_name(self, command, field, wrong):
        """And so is what is noted under names."""
        with pytest.raises(CommandError) as caught:
            stated(command, **{field: wrong})
        assert field == caught.value.field

    @pytest.mark.parametrize("value", ["", "late", 0, -(10**12), 1e12, 0.1, True, False, None])
    @pytest.mark.parametrize(("command", "field"), fields_checked_by(_check_value))
    def test_what_may_be_noted(self, command, field, value):
        """Every other value is kept as it was given; none at all takes it away."""
        held = getattr(stated(command, **{field: value}), field)
        assert (type(value), value) == (type(held), held)

    @pytest.mark.parametrize("wrong", ["", "\ud800", "x" * 201])
    @pytest.mark.parametrize(
        ("command", "field"), [(ReceiveMessage, "tags"), (AddAgent, "queues"), (ChangeAgent, "queues")]
    )
    def test_sets_of_words(self, command, field, wrong):
        """Regression: a visitor's tag could be empty, and was never to be removed again; the words in a set are ids."""
        with pytest.raises(CommandError) as caught:
            stated(command, **{field: frozenset({"fine", wrong})})
        assert field == caught.value.field

    def test_every_field_is_checked(self):
        """No command has a field that is not checked when it is made; instants are, by what turns them into UTC."""
        plain = (_check_id, _check_text, _check_texts, _check_counts, _check_value, _check_values)
        checked = {kind_of(check) for check in (*plain, MEMBER, MEMBERS, PART)}
        assert {"at", "due", "sent_at", "until"} == {
            field.name
            for command in HOUSE.commands
            for field in attrs.fields(command)
            if kind_of(field.validator) not in checked
        }

    @pytest.mark.parametrize("command", HOUSE.commands, ids=lambda command: command.__name__)
    def test_instant(self, command):
        """A naive time is refused when the command is made."""
        with pytest.raises(CommandError) as caught:
            stated(command, at=datetime(2026, 11, 2))  # noqa: DTZ001 -- naive on purpose
        assert "at" == caught.value.field

    @pytest.mark.parametrize("command", HOUSE.commands, ids=lambda command: command.__name__)
    def test_who_and_when_come_first(self, command):
        """Each says `by` and `at` first, is frozen, and has no room for what it does not declare."""
        made = stated(command)
        assert ["by", "at"] == [field.name for field in attrs.fields(command)][:2]
        assert not hasattr(made, "__dict__")
        with pytest.raises(FrozenInstanceError):
            made.by = "somebody else"


class TestValues:
    """Commands, events and answers are values."""

    def test_equal_by_content(self):
        """Two commands that say the same are the same."""
        assert Ask("ana", NOON, "t") == Ask("ana", NOON, "t")
        assert {Ask("ana", NOON, "t")} == {Ask("ana", NOON, "t")}
        assert Ask("ana", NOON, "t") != Ask("ben", NOON, "t")

    def test_event_is_no_command(self):
        """What was asked for and what happened are never equal."""
        assert Event("ana", NOON) != Command("ana", NOON)

    def test_deviation_without_a_case(self):
        """Not every rule is about a case."""
        assert None is Deviated("ana", NOON, "some.rule", "what was measured").case

    def test_enforcement(self):
        """The three words a policy may use."""
        assert ["block", "warn", "off"] == list(Enforcement)

    def test_reason(self):
        """A reason reads as rule, finding and remedy."""
        assert "[tags.limit] c1 has 20 of 20 tags -> take one away first" == str(
            Reason("tags.limit", "c1 has 20 of 20 tags", "take one away first", {"limit": 20})
        )

    def test_reason_without_a_remedy(self):
        """Where nothing would help, nothing is promised."""
        assert "[a.rule] no" == str(Reason("a.rule", "no"))

    def test_reason_can_be_hashed(self):
        """Facts, a mapping, are compared but not hashed."""
        reason = Reason("a.rule", "no", facts={"limit": 2})
        assert hash(reason) == hash(Reason("a.rule", "no", facts={"limit": 3}))
        assert reason != Reason("a.rule", "no", facts={"limit": 3})

    def test_answers_read_as_yes_and_no(self):
        """An answer counts as true when the command was accepted, even if nothing happened."""
        assert Accepted(())
        assert not Refused((Reason("a.rule", "no"),))

    def test_printed_as_attrs_does(self):
        """A value prints its class and the fields that are to be told, each in its way; as attrs would write it."""

        class Parcel:
            weight: float = attrs.field(repr="{:.1f} kg".format)
            secret: str = attrs.field(repr=False)
            inside: object = None

        told = "Parcel(weight=2.0 kg, inside=Deviated(by='ana', at=None, rule='a.rule', message='no', case=None))"
        inside = Deviated("ana", None, "a.rule", "no")
        assert told == repr(attrs.frozen(Parcel)(2, "?", inside)) == repr(frozen(Parcel)(2, "?", inside))

    def test_prints_in_its_own_words(self):
        """A class that says how it prints is asked."""

        @frozen
        class Loud:
            word: str

            def __repr__(self):
                return f"{self.word.upper()}!"

        assert "HELLO!" == repr(Loud("hello"))

    def test_refusal_lists_every_reason(self):
        """All reasons in one line, in their order."""
        refused = Refused((Reason("a.rule", "no", "yes"), Reason("b.rule", "never")))
        assert "[a.rule] no -> yes; [b.rule] never" == str(refused)


REASON = Reason("a.rule", "no", "yes", {"limit": 2})
ERRORS = (
    CommandError("thing", "the id is empty", "give one"),
    CommandRefused(Ask("ana", NOON, "t"), Refused((REASON,))),
    MissingRow(Event("ana", NOON), "cases", "c1"),
)


class TestErrors:
    """Each error is ours and also the nearest builtin, tells what to do, and keeps its parts as fields."""

    @pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
    def test_is_ours(self, error):
        """Whoever catches CasecoreError catches all of them."""
        assert isinstance(error, CasecoreError)

    @pytest.mark.parametrize(("error", "builtin"), [(ERRORS[0], ValueError), (ERRORS[2], LookupError)])
    def test_is_the_nearest_builtin(self, error, builtin):
        """Code that knows nothing of casecore can catch it too."""
        assert isinstance(error, builtin)

    def test_command_error(self):
        """Field, problem, remedy."""
        assert "thing: the id is empty; give one" == str(ERRORS[0])

    def test_command_refused(self):
        """Which command, of whom, and every reason; the reasons are at hand."""
        assert "Ask by ana refused: [a.rule] no -> yes" == str(ERRORS[1])
        assert (REASON,) == ERRORS[1].reasons
        assert Ask("ana", NOON, "t") == ERRORS[1].command

    def test_missing_row(self):
        """Which event, which row of which table, and what to do about it."""
        assert (
            "Event speaks of 'c1', which is not among this desk's cases; "
            "replay the history from its start, or load that row first"
        ) == str(ERRORS[2])
        assert (Event("ana", NOON), "cases", "c1") == (ERRORS[2].event, ERRORS[2].table, ERRORS[2].row)

    @pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
    def test_survives_pickling(self, error):
        """Regression: an error that crosses a process boundary could not be read back."""
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own, just written
        assert str(error) == str(again)
        assert vars(error) == vars(again)


@frozen
class Kettle:
    """A record with an instant."""

    since: datetime | None = None


@frozen
class Kitchen:
    """A view with a record, or without."""

    kettle: Kettle | None = None


def with_kettle(since=None):
    """What is seen of a kitchen with a kettle."""
    return Kitchen(Kettle(since))


def boiling(minutes):
    """A timer that is due so many minutes after `since`; never, if None."""
    return Timer(
        "the water boils",
        "kettle.minutes",
        "kettle.since",
        lambda kitchen, policy: None if minutes is None else timedelta(minutes=minutes),
    )


class TestTimer:
    """An instant that rules compare with the clock."""

    def test_due(self):
        """It is due its length after its instant."""
        assert NOON + timedelta(minutes=3) == boiling(3).due(with_kettle(NOON), None)

    def test_dead_instant(self):
        """Without an instant it does not run."""
        assert None is boiling(3).due(with_kettle(), None)

    def test_no_row(self):
        """Nor where the row is not there at all."""
        assert None is boiling(3).due(Kitchen(), None)

    def test_not_live(self):
        """Without a length it does not run."""
        assert None is boiling(None).due(with_kettle(NOON), None)

    def test_length_reads_view_and_policy(self):
        """Both say how long it takes; it is not asked where there is no instant."""
        asked = []
        timer = Timer("", "", "kettle.since", lambda kitchen, policy: asked.append((kitchen, policy)))
        assert None is timer.due(with_kettle(NOON), "policy")
        assert None is timer.due(with_kettle(), "policy")
        assert [(with_kettle(NOON), "policy")] == asked

    def test_after_the_end_of_the_calendar(self):
        """Regression: what would be due after the year 9999 was an OverflowError; it never comes."""
        assert None is boiling(3).due(with_kettle(datetime.max.replace(tzinfo=UTC)), None)


class TestByContent:
    """What is a value is compared, hashed and shown by its fields, whoever wrote the methods."""

    def test_compared_and_hashed(self):
        """Equal content is equal, of the same class alone; what a field leaves out of the hash does not count there."""

        @frozen
        class Box:
            """Something with a label that is not hashed."""

            size: int
            label: list[str] = attrs.field(factory=list, hash=False)

        @frozen
        class Crate(Box):
            """A box of another class."""

        assert (Box(1), hash(Box(1))) == (Box(1, []), hash(Box(1, ["red"])))
        assert Box(1) != Box(1, ["red"])
        assert Box(1) != Crate(1)
        assert Box(1) != (1, [])

    def test_without_fields(self):
        """Nothing is equal to nothing of the same class."""

        @frozen
        class Void:
            """Nothing."""

        assert (Void(), hash(Void())) == (Void(), hash(Void()))

    def test_own_comparison(self):
        """A class that compares in a way of its own keeps it."""

        @frozen
        class Word:
            """A word, however it is spelt."""

            text: str

            def __eq__(self, other):
                return self.text.lower() == other.text.lower()

            __hash__ = None

        assert Word("Bom") == Word("bom")
