"""What a condition of a rule of a team's own says of a case, in a reading of the witnesses' own.

The desk makes a question of each condition. Whoever watches the desk reads the same plain tables, and works out **two
answers** at once: what holds for sure, and what may hold. They differ only where something is not there, an attribute
that nobody set, a time that does not run. Then nobody knows, and the rule is asked in its own favour: `when` counts if
it may hold, `needs` only if it holds for sure. `unset = "skip"` turns the two answers of a test round. What is not so
may be so where the other is not sure, so that nothing more has to be said of `not`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from attrs import frozen

from casecore.policies.conditions import (
    Compared,
    Condition,
    ContactState,
    CustomerState,
    Fact,
    Instant,
    Party,
    Test,
    Unset,
)
from casecore.promises.in_force import as_meant
from casecore.rooms.agents import Permission

if TYPE_CHECKING:
    from casecore.promises.books import Books
    from casecore.promises.pages import AgentPage, CasePage, NotedPage, ThreadPage

# What is asked -----------------------------------------------------------------------------------------

EVERYTHING: Final = frozenset(
    {
        *("attributes", "notes", "reason", "language", "level", "owner", "related"),
        *("status_at", "active_at", "contact_since", "named"),
    }
)
"""The fields of the books that nobody but rules of a team's own asks about."""

_FIELDS: Final[Mapping[Fact, str]] = {
    Fact.ATTRIBUTE: "attributes",
    Fact.NOTE: "notes",
    Fact.REASON: "reason",
    Fact.LANGUAGE: "language",
    Fact.LEVEL: "level",
    Fact.RELATION: "related",
}
_INSTANTS: Final[Mapping[str, str]] = {
    Instant.STATUS: "status_at",
    Instant.ACTIVITY: "active_at",
    Instant.CONTACT: "contact_since",
}
_KNOWN: Final[dict[int, tuple[tuple[Any, ...], frozenset[str]]]] = {}
_MOST_KNOWN: Final = 100


def looks_of(rules: tuple[Any, ...]) -> frozenset[str]:
    """Of those fields, the ones at which some rule looks; worked out once for the rules of a policy."""
    known = _KNOWN.get(id(rules))
    if known is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[id(rules)] = rules, frozenset(filter(None, map(_field_of, tests_in(rules))))
    return known[1]


def tests_in(rules: tuple[Any, ...]) -> Iterator[Test]:
    """Every test of every rule."""
    left: list[Condition] = [
        condition for rule in rules for condition in (rule.when, rule.needs) if condition is not None
    ]
    while left:
        condition = left.pop()
        yield from condition.tests
        left += (*condition.all, *(condition.any or ()), *(() if condition.none is None else (condition.none,)))


def _field_of(test: Test) -> str:
    """The field at which a test looks; nothing where that is written for others, too."""
    if test.fact is Fact.SINCE:
        return _INSTANTS.get(test.name, "")
    if test.fact is Fact.BY:
        return "owner" if Party.OWNER in test.value else ""
    if test.fact is Fact.CUSTOMER:
        return "named" if test.value == CustomerState.NAMED else ""
    return _FIELDS.get(test.fact, "")


# What is seen ------------------------------------------------------------------------------------------


@frozen
class Sight:
    """Somebody who does something about a case, and what is known of it just before.

    Attributes:
        books: What is known.
        case: The case.
        by: Who does it.
        when: When (aware).
        thread: The thread that it names; None: the case's own.
        customer: Whose case it is.
        approved: Whether it is a reply that somebody else than its author lets out.
        page: What is known of the case; of one that they begin, as it will be.
        noted: The same, of what only rules look at.
    """

    books: Books
    case: str
    by: str
    when: datetime
    thread: str | None
    customer: str | None
    approved: bool
    page: CasePage
    noted: NotedPage

    @property
    def agent(self) -> AgentPage:
        """Who does it."""
        return self.books.agent(self.by)

    @property
    def line(self) -> ThreadPage:
        """The thread on which it is done."""
        found: ThreadPage = self.books.page("threads", self.thread or self.page.thread or "")
        return found

    @property
    def in_contact(self) -> bool:
        """Whether a contact goes on."""
        return self.page.holder is not None and not self.page.left


class Answer(NamedTuple):
    """What is known of a condition."""

    sure: bool
    perhaps: bool


def answer_to(condition: Condition, sight: Sight) -> Answer:
    """What is known of a condition."""
    parts = [_answer_to_test(test, sight) for test in condition.tests]
    parts += [answer_to(part, sight) for part in condition.all]
    if condition.any is not None:
        some = [answer_to(part, sight) for part in condition.any]
        parts.append(Answer(any(one.sure for one in some), any(one.perhaps for one in some)))
    if condition.none is not None:
        other = answer_to(condition.none, sight)
        parts.append(Answer(sure=not other.perhaps, perhaps=not other.sure))
    return Answer(all(part.sure for part in parts), all(part.perhaps for part in parts))


def _answer_to_test(test: Test, sight: Sight) -> Answer:
    found = _LOOKS[test.fact](test, sight)
    if found is None:
        skips = test.unset is Unset.SKIP
        return Answer(sure=skips, perhaps=not skips)
    return Answer(sure=found, perhaps=found)


# Each fact ---------------------------------------------------------------------------------------------


def _sort_of(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    return "flag" if isinstance(value, bool) else "number"


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return as_meant(one) == as_meant(other)
    return _sort_of(one) == _sort_of(other) and bool(one == other)


def _looks_at_attribute(test: Test, sight: Sight) -> bool | None:
    """What was noted under an older policy, and is of another sort than the test, is as if it were not there."""
    noted = dict(sight.noted.attributes)
    if test.compared is Compared.SET:
        return test.name in noted
    said = test.value if test.compared is Compared.ONE_OF else (test.value,)
    if test.name not in noted or _sort_of(noted[test.name]) not in map(_sort_of, said):
        return None
    return _COMPARED[test.compared](noted[test.name], test.value)


_COMPARED: Final[Mapping[Compared, Callable[[Any, Any], bool]]] = {
    Compared.IS: _is_same,
    Compared.ONE_OF: lambda value, said: any(_is_same(value, one) for one in said),
    Compared.ABOVE: lambda value, said: bool(value > said),
    Compared.AT_LEAST: lambda value, said: not value < said,
    Compared.BELOW: lambda value, said: bool(value < said),
    Compared.AT_MOST: lambda value, said: not value > said,
}


def _looks_at_time(test: Test, sight: Sight) -> bool | None:
    match test.name:
        case Instant.STATUS:
            begun = sight.noted.status_at
        case Instant.ACTIVITY:
            begun = sight.noted.active_at
        case Instant.CUSTOMER_WROTE:
            begun = sight.line.wrote
        case Instant.WAITING:
            begun = sight.page.waits_since
        case _:
            begun = sight.noted.contact_since
    if begun is None:
        return None
    passed = sight.when - begun
    return passed < test.value if test.compared is Compared.BELOW else not passed < test.value


def _looks_at_tags(test: Test, sight: Sight) -> bool:
    there = {as_meant(tag) for tag in sight.page.tags}
    return all(as_meant(tag) in there for tag in test.value)


def _is_one_of(word: str | None, words: tuple[str, ...]) -> bool:
    return word is not None and as_meant(word) in {as_meant(one) for one in words}


def _looks_at_language(test: Test, sight: Sight) -> bool:
    spoken = as_meant(sight.noted.language or "").split("-")
    said = {as_meant(one) for one in test.value}
    return bool(sight.noted.language) and any("-".join(spoken[:end]) in said for end in range(1, len(spoken) + 1))


def _looks_at_contact(test: Test, sight: Sight) -> bool:
    if test.value == ContactState.LIVE:
        return sight.in_contact and sight.page.on_line
    return sight.in_contact and (test.value == ContactState.GOES_ON or sight.page.authenticated)


def _looks_at_customer(test: Test, sight: Sight) -> bool:
    if test.value == CustomerState.WAITS:
        return sight.page.waits
    customer = sight.books.customer(sight.customer)
    return customer.named if test.value == CustomerState.NAMED else customer.opted_in is True


def _looks_at_party(test: Test, sight: Sight) -> bool:
    return any(_IS_PARTY[party](sight) for party in test.value)


_IS_PARTY: Final[Mapping[Party, Callable[[Sight], bool]]] = {
    Party.ASSIGNEE: lambda sight: sight.by == sight.page.holder,
    Party.OWNER: lambda sight: sight.by == sight.noted.owner,
    Party.SUPERVISOR: lambda sight: Permission.SUPERVISE in sight.agent.permissions,
}


_LOOKS: Final[Mapping[Fact, Callable[[Test, Sight], bool | None]]] = {
    Fact.ATTRIBUTE: _looks_at_attribute,
    Fact.SINCE: _looks_at_time,
    Fact.TAG: _looks_at_tags,
    Fact.CHANNEL: lambda test, sight: sight.page.channel in test.value,
    Fact.QUEUE: lambda test, sight: sight.page.queue in test.value,
    Fact.LEVEL: lambda test, sight: sight.noted.level in test.value,
    Fact.STATUS: lambda test, sight: sight.page.status in test.value,
    Fact.REASON: lambda test, sight: _is_one_of(sight.noted.reason, test.value),
    Fact.LANGUAGE: _looks_at_language,
    Fact.CONTACT: _looks_at_contact,
    Fact.CUSTOMER: _looks_at_customer,
    Fact.RELATION: lambda test, sight: sight.noted.related.issuperset(test.value),
    Fact.NOTE: lambda test, sight: (sight.noted.notes > 0) is test.value,
    Fact.APPROVAL: lambda test, sight: sight.approved is test.value,
    Fact.BY: _looks_at_party,
    Fact.PERMISSION: lambda test, sight: Permission(str(test.value)) in sight.agent.permissions,
}
"""What a test finds; None where there is no such thing."""
