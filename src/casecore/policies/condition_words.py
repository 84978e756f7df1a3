"""Conditions in words: how what a rule looks at, and asks for, is told to people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from casecore.kernel.durations import duration_text
from casecore.policies.conditions import (
    Compared,
    Condition,
    ContactState,
    CustomerState,
    Fact,
    Instant,
    Test,
    number_text,
)

_SPOKEN: Final = MappingProxyType(
    {
        Compared.ABOVE: "above ",
        Compared.AT_LEAST: "at least ",
        Compared.BELOW: "below ",
        Compared.AT_MOST: "at most ",
        Compared.IS: "",
        Compared.ONE_OF: "",
    }
)

_SINCE: Final = MappingProxyType(
    {
        Instant.STATUS: "since it has its status",
        Instant.ACTIVITY: "since its last activity",
        Instant.CUSTOMER_WROTE: "since the customer wrote",
        Instant.WAITING: "since the customer waits",
        Instant.CONTACT: "since the contact began",
    }
)

_CONTACT: Final = MappingProxyType(
    {
        ContactState.GOES_ON: "a contact goes on",
        ContactState.LIVE: "a live contact goes on",
        ContactState.AUTHENTICATED: "the customer is authenticated",
    }
)

_CUSTOMER: Final = MappingProxyType(
    {
        CustomerState.WAITS: "the customer waits for an answer",
        CustomerState.OPTED_IN: "the customer has opted in",
        CustomerState.NAMED: "the customer's name is known",
    }
)


def in_words(condition: Condition) -> str:
    """A condition as a sentence would have it; nothing where it always holds."""
    parts = [*map(words_of_test, condition.tests), *map(_bracketed, condition.all)]
    if condition.any is not None:
        one_of = " or ".join(map(_bracketed, condition.any))
        alone = len(condition.any) == 1 or not (parts or condition.none)
        parts.append(one_of if alone else f"({one_of})")
    if condition.none is not None:
        parts.append(f"not ({in_words(condition.none)})")
    return " and ".join(parts)


def _bracketed(part: Condition) -> str:
    said = in_words(part)
    return f"({said})" if " and " in said or " or " in said else said


def words_of_test(test: Test) -> str:
    """One test in words."""
    return _WORDS[test.fact](test)


def value_text(value: Any) -> str:
    """The value of an attribute as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number_text(value) if isinstance(value, int | float) else str(value)


def _attribute(test: Test) -> str:
    if test.compared is Compared.SET:
        return f"{test.name} is set"
    listed = test.value if isinstance(test.value, tuple) else (test.value,)
    return f"{test.name} is {_SPOKEN[test.compared]}{' or '.join(map(value_text, listed))}"


def _since(test: Test) -> str:
    return f"it is {_SPOKEN[test.compared]}{duration_text(test.value)} {_SINCE[Instant(test.name)]}"


def _one_of(test: Test) -> str:
    return f"the {test.fact} is {' or '.join(test.value)}"


def _note(test: Test) -> str:
    return f"there is {'a' if test.value else 'no'} note on it"


def _approval(test: Test) -> str:
    return f"{'somebody' if test.value else 'nobody'} has approved it"


_WORDS: Final[Mapping[Fact, Callable[[Test], str]]] = MappingProxyType(
    {
        Fact.ATTRIBUTE: _attribute,
        Fact.SINCE: _since,
        Fact.TAG: lambda test: f"it is tagged {' and '.join(test.value)}",
        **dict.fromkeys((Fact.CHANNEL, Fact.QUEUE, Fact.LEVEL, Fact.STATUS, Fact.REASON, Fact.LANGUAGE), _one_of),
        Fact.CONTACT: lambda test: _CONTACT[test.value],
        Fact.CUSTOMER: lambda test: _CUSTOMER[test.value],
        Fact.RELATION: lambda test: f"it is related to its {' and '.join(test.value).replace('_', ' ')}",
        Fact.NOTE: _note,
        Fact.APPROVAL: _approval,
        Fact.BY: lambda test: f"the {' or the '.join(test.value)} does it",
        Fact.PERMISSION: lambda test: f"somebody does it who may {test.value}",
    }
)

MEANINGS: Final[Mapping[Fact, str]] = MappingProxyType(
    {
        Fact.ATTRIBUTE: "the attribute, compared; or that it is set",
        Fact.SINCE: "how long it is since then",
        Fact.TAG: "the case carries it; of several, all of them",
        Fact.CHANNEL: "the case is on it; of several, on one",
        Fact.QUEUE: "the case is in it; of several, in one",
        Fact.LEVEL: "the case has it; of several, one",
        Fact.STATUS: "the case has it, before what is guarded; of several, one",
        Fact.REASON: "what the customer selected; of several, one",
        Fact.LANGUAGE: "the customer's; pt is also pt-BR",
        Fact.CONTACT: "a contact goes on, is live, or its customer is authenticated",
        Fact.CUSTOMER: "the customer waits for an answer, has opted in, or their name is known",
        Fact.RELATION: "what the case is related to elsewhere; of several, all of them",
        Fact.NOTE: "whether there is a note on the case",
        Fact.APPROVAL: "whether somebody else has approved the reply",
        Fact.BY: "who does it; of several, one",
        Fact.PERMISSION: "what whoever does it may do",
    }
)
"""What a test of each fact asks, for the page that tells of it."""
