"""Conditions: what a rule of a team's own looks at, as data, and what it asks for.

A condition is a table. All that stands in it has to hold:

    { channel = "chat", tag = "vip" }                                a chat that is tagged
    { attribute = "refund_eur", above = 100 }                        an attribute, compared
    { since = "status", at_least = "2h" }                            so long since something
    { any = [ {…}, {…} ] }   { all = [ {…}, {…} ] }   { not = {…} }  one of them, all of them, not this

Nothing in it is ever evaluated as code: the words are few (`FACTS`), each with the sort of value that it takes. A
condition is at most `DEEPEST` tables deep and holds at most `MOST_TESTS` tests, so that whatever is written is read in
time that grows with its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from casecore.channels import Channel
from casecore.kernel.fields import LARGEST_NUMBER, Value
from casecore.kernel.problems import Problem, no_such_keys, under
from casecore.kernel.words import same_form
from casecore.policies.plain_kinds import (
    MISSING,
    Choice,
    Flag,
    Id,
    Length,
    Several,
    ValueKind,
    Words,
    as_a_file_writes,
    note_misfit,
)
from casecore.policies.sections.channels import Relation
from casecore.policies.sections.clocks import Level
from casecore.statuses import Status

DEEPEST: Final = 5
MOST_TESTS: Final = 50
MOST_COMPARED: Final = 100
"""How many values `one_of` may name."""

# Words -------------------------------------------------------------------------------------------------


class Instant(StrEnum):
    """Since when a time is measured; a case that has no such instant is as one whose attribute is not set."""

    STATUS = "status"
    ACTIVITY = "activity"
    CUSTOMER_WROTE = "customer_wrote"
    WAITING = "waiting"
    CONTACT = "contact"


class Party(StrEnum):
    """Who somebody is to the case with which they do something."""

    ASSIGNEE = "assignee"
    OWNER = "owner"
    SUPERVISOR = "supervisor"


class Right(StrEnum):
    """What somebody may do beyond working on cases."""

    REPLY = "reply"
    APPROVE = "approve"
    SUPERVISE = "supervise"


class ContactState(StrEnum):
    """What is the case with the contact that goes on."""

    GOES_ON = "goes_on"
    LIVE = "live"
    AUTHENTICATED = "authenticated"


class CustomerState(StrEnum):
    """What is the case with the customer."""

    WAITS = "waits"
    OPTED_IN = "opted_in"
    NAMED = "named"


class Fact(StrEnum):
    """What a test looks at."""

    ATTRIBUTE = "attribute"
    SINCE = "since"
    TAG = "tag"
    CHANNEL = "channel"
    QUEUE = "queue"
    LEVEL = "level"
    STATUS = "status"
    REASON = "reason"
    LANGUAGE = "language"
    CONTACT = "contact"
    CUSTOMER = "customer"
    RELATION = "relation"
    NOTE = "note"
    APPROVAL = "approval"
    BY = "by"
    PERMISSION = "permission"


class Compared(StrEnum):
    """How what is found is held against what a test says."""

    ABOVE = "above"
    AT_LEAST = "at_least"
    BELOW = "below"
    AT_MOST = "at_most"
    IS = "is"
    ONE_OF = "one_of"
    SET = "set"


BOUNDS: Final = (Compared.ABOVE, Compared.AT_LEAST, Compared.BELOW, Compared.AT_MOST)
"""The comparisons with a number."""


class Unset(StrEnum):
    """What a test of something says that is not there: that the rule applies, or that it does not."""

    APPLIES = "applies"
    SKIP = "skip"


# Values ------------------------------------------------------------------------------------------------


@frozen
class AnyNumber:
    """A number, whole or not; kept as an int where it is whole."""

    least: float = -LARGEST_NUMBER
    most: float = LARGEST_NUMBER

    @property
    def describe(self) -> str:
        """The range."""
        return f"a number from {number_text(self.least)} to {number_text(self.most)}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """An int or a float in the range."""
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if not plain or not self.least <= value <= self.most:  # what is no number is in no range
            return note_misfit(self, value, path, problems)
        return int(value) if value == int(value) else value

    def write(self, value: float) -> Any:
        """As it is."""
        return value


def number_text(value: float) -> str:
    """A number as people write it."""
    return str(int(value)) if value == int(value) else repr(value)


@frozen
class AnyValue:
    """A text, a number or a flag: whatever an attribute may be compared with."""

    describe = "a text, a number, or true or false"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The value; which of them it has to be, its attribute says."""
        if isinstance(value, bool):
            return value
        kind: ValueKind = AnyNumber() if isinstance(value, int | float) else Id()
        fits = isinstance(value, int | float | str)
        return kind.read(value, path, problems) if fits else note_misfit(self, value, path, problems)

    def write(self, value: Value) -> Any:
        """As it is."""
        return value


FACTS: Final[Mapping[Fact, ValueKind]] = MappingProxyType(
    {
        Fact.ATTRIBUTE: Id(),
        Fact.SINCE: Choice(Instant),
        Fact.TAG: Words(Id(), form=same_form),
        Fact.CHANNEL: Words(Choice(Channel)),
        Fact.QUEUE: Words(Id()),
        Fact.LEVEL: Words(Choice(Level)),
        Fact.STATUS: Words(Choice(Status)),
        Fact.REASON: Words(Id(), form=same_form),
        Fact.LANGUAGE: Words(Id(), form=same_form),
        Fact.CONTACT: Choice(ContactState),
        Fact.CUSTOMER: Choice(CustomerState),
        Fact.RELATION: Words(Choice(Relation)),
        Fact.NOTE: Flag(),
        Fact.APPROVAL: Flag(),
        Fact.BY: Words(Choice(Party)),
        Fact.PERMISSION: Choice(Right),
    }
)
"""What can be looked at, and what is said of it. Of several tags, and relations, all are meant; of others, one."""

_VALUES: Final[Mapping[Compared, ValueKind]] = MappingProxyType(
    {**dict.fromkeys(BOUNDS, AnyNumber()), Compared.IS: AnyValue(), Compared.ONE_OF: Several(AnyValue(), MOST_COMPARED)}
)
_LENGTHS: Final[Mapping[Compared, ValueKind]] = MappingProxyType(
    dict.fromkeys((Compared.AT_LEAST, Compared.BELOW), Length())
)

# Data --------------------------------------------------------------------------------------------------


@frozen
class Test:
    """One thing that is looked at.

    Attributes:
        fact: What.
        value: What it is held against; of an attribute that only has to be set, nothing.
        name: Which attribute, or since when (`Instant`); empty for other facts.
        compared: How; of other facts than these two always IS.
        unset: What it says where there is no such thing; it matters only for attributes and instants.
    """

    fact: Fact
    value: Any
    name: str = ""
    compared: Compared = Compared.IS
    unset: Unset = Unset.APPLIES

    __test__ = False  # its name has nothing to do with pytest


@frozen
class Condition:
    """A table of tests, all of which have to hold, as the file has them; one without any always holds.

    Attributes:
        tests: The tests that stand in it.
        all: Conditions all of which have to hold.
        any: Conditions one of which has to hold; None: it does not ask for one of several.
        none: The condition that must not hold (`not`); None: there is none.
    """

    tests: tuple[Test, ...] = ()
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] | None = None
    none: Condition | None = None

    @property
    def parts(self) -> Iterator[Condition]:
        """The conditions that lie in it."""
        yield from self.all
        yield from self.any or ()
        if self.none is not None:
            yield self.none

    @property
    def every_test(self) -> Iterator[Test]:
        """Every test in it, and in what lies in it."""
        yield from self.tests
        for part in self.parts:
            yield from part.every_test

    def located_tests(self, path: str) -> Iterator[tuple[str, Test]]:
        """Every test, with the path of the table in which it stands."""
        yield from ((path, test) for test in self.tests)
        lists = {"all": self.all, "any": self.any or ()}
        for word, parts in lists.items():
            for number, part in enumerate(parts):
                yield from part.located_tests(f"{path}.{word}[{number}]")
        if self.none is not None:
            yield from self.none.located_tests(f"{path}.not")


ALWAYS: Final = Condition()
"""The condition that always holds."""

# Reading -----------------------------------------------------------------------------------------------

_JOINED: Final = ("all", "any", "not")
_NO_TESTS: Final = frozenset({*_JOINED, "attribute", "since", "unset"})
_WORDS: Final = (*(fact.value for fact in Fact), *(one.value for one in Compared if one is not Compared.SET), "unset")


@frozen
class Conditions:
    """A table of what is looked at, or asked for."""

    @property
    def describe(self) -> str:
        """What may stand in it."""
        return f"a table of {', '.join(Fact)}, or of all, any and not"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """A `Condition`; `MISSING`, with problems noted, where it is none."""
        before = len(problems)
        if _has_too_many(value):
            problems.append(_too_many(path))
            return MISSING
        read = _read_condition(self, value, path, problems)
        return read if len(problems) == before else MISSING

    def look_at(self, value: Any, path: str, problems: list[Problem]) -> None:
        """Note what is wrong with a condition that was made in code: it does not read as it is written."""
        wrong: list[Problem] = []
        try:
            if _lies_deep(value):
                wrong.append(_too_many(path))
            same = not wrong and isinstance(value, Condition) and self.read(self.write(value), path, wrong) == value
        except (AttributeError, KeyError, TypeError, ValueError):  # it cannot even be written
            same = False
        problems += wrong
        if not same and not wrong:
            note_misfit(self, value, path, problems)

    def write(self, value: Condition) -> Any:
        """The table that reads the same."""
        return _write_condition(value)


def _too_many(path: str) -> Problem:
    found = f"has more than {MOST_TESTS} tests, or is more than {DEEPEST} tables deep"
    return Problem(path, found, "a condition that a person can read", "make several rules of it")


def _lies_deep(value: Any) -> bool:
    """Whether a condition that was made in code lies deeper than Python walks, or holds more than anybody reads."""
    left, found = [(value, 1)], 0
    while left:
        one, depth = left.pop()
        found += 1
        if depth > DEEPEST or found > 2 * MOST_TESTS:
            return True
        left += [(part, depth + 1) for part in one.parts] if isinstance(one, Condition) else []
    return False


def _has_too_many(value: Any) -> bool:
    """Whether a table holds more than anybody reads; no more of it is looked at than shows that."""
    left, found = [(value, 1)], 0
    while left:
        table, depth = left.pop()
        if depth > DEEPEST or found > 2 * MOST_TESTS:
            return True
        if isinstance(table, dict):
            inner = [table.get("not"), *_listed(table.get("all")), *_listed(table.get("any"))]
            tables = [(one, depth + 1) for one in inner if isinstance(one, dict)]
            found += _tests_in(table, at_least=not tables)
            if found + len(inner) > 2 * MOST_TESTS:
                return True
            left += tables
    return found > MOST_TESTS


def _tests_in(table: Mapping[str, Any], *, at_least: bool) -> int:
    """How many tests stand in a table: a comparison is one, with the attribute that it compares."""
    said = sum(word not in _NO_TESTS for word in table)
    return max(said, Fact.ATTRIBUTE in table, at_least)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_ONE_TABLE: Final = "write one table; of several, { any = [ {…}, {…} ] } or { all = [ {…}, {…} ] }"


def _lists_tables(value: Any) -> bool:
    return bool(_listed(value)) and all(isinstance(one, dict) for one in value)


def _read_condition(kind: Conditions, value: Any, path: str, problems: list[Problem]) -> Any:
    if not isinstance(value, dict):
        return note_misfit(kind, value, path, problems, _ONE_TABLE if _lists_tables(value) else "")
    known = (*_WORDS, *_JOINED)
    unknown = [str(word) for word in value if word not in known]
    if unknown:
        problems.append(no_such_keys(unknown, [word for word in known if word not in value], path, known))
    lists = {word: _read_list(kind, value[word], under(path, word), problems) for word in _JOINED[:2] if word in value}
    none = _read_condition(kind, value["not"], under(path, "not"), problems) if "not" in value else None
    tests = tuple(_read_tests(value, path, problems))
    return Condition(tests, lists.get("all", ()), lists.get("any"), none)


def _read_list(kind: Conditions, value: Any, path: str, problems: list[Problem]) -> tuple[Any, ...]:
    if not isinstance(value, list) or not value:
        found = f"{as_a_file_writes(value)} does not fit"
        remedy = "put it in brackets: [ {…} ]" if isinstance(value, dict) else ""
        problems.append(Problem(path, found, f"a list, each {kind.describe}", remedy))
        return ()
    return tuple(_read_condition(kind, item, f"{path}[{number}]", problems) for number, item in enumerate(value))


def _read_tests(value: Mapping[str, Any], path: str, problems: list[Problem]) -> Iterator[Test]:
    measured = [fact for fact in (Fact.ATTRIBUTE, Fact.SINCE) if fact in value]
    if len(measured) > 1:
        found, remedy = "stands beside attribute", "give each a table of its own: all = [ {…}, {…} ]"
        problems.append(Problem(under(path, "since"), found, "one of them", remedy, of_key=True))
    for fact in Fact:
        if fact not in value or (len(measured) > 1 and fact in measured):
            continue
        read = _read_some(FACTS[fact], value[fact.value], under(path, fact.value), problems)
        if read is MISSING:
            continue
        if fact in (Fact.ATTRIBUTE, Fact.SINCE):
            yield from _read_comparisons(fact, str(read), value, path, problems)
        else:
            yield Test(fact, read)
    idle = [word for word in (*_VALUES, "unset") if word in value]
    if not measured and idle:
        found, expected = "compares nothing", 'attribute = "…" or since = "…" beside it'
        problems.append(Problem(under(path, str(idle[0])), found, expected, of_key=True))


def _read_some(kind: ValueKind, value: Any, path: str, problems: list[Problem]) -> Any:
    """What a test is held against, which is never a list of nothing."""
    if value != []:
        return kind.read(value, path, problems)
    problems.append(Problem(path, "the list is empty", "at least one word", "name one, or take the key out"))
    return MISSING


def _read_comparisons(
    fact: Fact, name: str, value: Mapping[str, Any], path: str, problems: list[Problem]
) -> Iterator[Test]:
    unset = Choice(Unset).read(value["unset"], under(path, "unset"), problems) if "unset" in value else Unset.APPLIES
    kinds = _VALUES if fact is Fact.ATTRIBUTE else _LENGTHS
    said = [compared for compared in _VALUES if compared in value]
    for compared in said:
        place = under(path, compared.value)
        if compared not in kinds:
            expected = " or ".join(kinds)
            problems.append(Problem(place, "does not go with since", expected, of_key=True))
            continue
        read = _read_some(kinds[compared], value[compared.value], place, problems)
        if read is not MISSING and unset is not MISSING:
            yield Test(fact, read, name, compared, unset)
    if not said and fact is Fact.SINCE:
        problems.append(Problem(under(path, "since"), "says no time", 'at_least = "2h", or below = "2h", beside it'))
    elif not said and "unset" in value:
        found, remedy = "says what it is where it is not set", "take it out: this asks whether it is set"
        problems.append(Problem(under(path, "unset"), found, "a comparison beside it", remedy, of_key=True))
    elif not said:
        yield Test(fact, None, name, Compared.SET)


# Writing -----------------------------------------------------------------------------------------------


def _write_condition(condition: Condition) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for test in condition.tests:
        if test.fact not in (Fact.ATTRIBUTE, Fact.SINCE):
            written[test.fact.value] = FACTS[test.fact].write(test.value)
            continue
        written[test.fact.value] = test.name if test.fact is Fact.ATTRIBUTE else str(test.name)
        if test.compared is not Compared.SET:
            kinds = _VALUES if test.fact is Fact.ATTRIBUTE else _LENGTHS
            written[test.compared.value] = kinds[test.compared].write(test.value)
        if test.unset is Unset.SKIP:
            written["unset"] = test.unset.value
    if condition.all:
        written["all"] = [_write_condition(part) for part in condition.all]
    if condition.any is not None:
        written["any"] = [_write_condition(part) for part in condition.any]
    if condition.none is not None:
        written["not"] = _write_condition(condition.none)
    return written
