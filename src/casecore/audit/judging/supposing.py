"""Trying out what a log does not tell: what would be found, and what would happen, under every value of it.

A flag and a choice have few values. An id is only compared with other ids, and passed on: it may be one of those in
view, or somebody else's. A queue is one of the policy's. A row that may be there is not there, or is one of which
nothing is known. Anything else is nothing, where it may be nothing, or something of which nobody asks what it is: if
somebody does, it cannot be tried out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from attrs import has

from casecore.audit.judging.untold import (
    SOMEBODY,
    UNTOLD,
    NotTold,
    blind_row,
    field_names,
    guess_at,
    look_at_all,
    raw_reader,
    remembered,
    settle,
    tell_both,
)
from casecore.kernel import CUSTOMER, SYSTEM, Event
from casecore.kernel.values import full_class, kind_of

NOBODY: Final = frozenset({CUSTOMER, SYSTEM})
"""Who gives commands and is no agent."""

MOST_GUESSES: Final = 256
"""So many values of what is untold are tried, all fields together; beyond that nothing is known."""

STUMBLES: Final = (AttributeError, LookupError, TypeError, ValueError)
"""What a function may raise where a desk is as none can be: under a guess, or after a broken need."""

IDS: Final = frozenset(
    (
        *("by", "agent", "assignee", "owner", "author", "reviewer", "duty_of", "offered_to", "review_to"),
        *("case", "thread", "customer", "message", "draft", "note", "into", "earlier_handler"),
        *("successor", "predecessor", "merged_into"),
    )
)
"""The fields that hold an id, which is only compared with others, and passed on."""


def every_answer(
    call: Callable[[], Any],
    untold: NotTold,
    seen: Callable[[], Iterable[Any]],
    queues: Iterable[str] = (),
    most: int = MOST_GUESSES,
) -> Iterator[Any]:
    """What a function answers under every value of what is untold; `NotTold` where that cannot be tried out.

    Args:
        call: Calls the function.
        untold: What it looked at first.
        seen: Tells what it may look at: the rows that a view shows; a command or an event.
        queues: The queues there are.
        most: So many values are tried, of all fields together.
    """
    left = most

    def tried(missing: NotTold) -> Iterator[Any]:
        nonlocal left
        values = values_of(missing, seen, queues)
        if not values:
            yield missing
            return
        row, kind = missing.row, type(missing.row)
        write, supposed = guess_at(kind, missing.field)
        for value in values:
            left -= 1
            if left < 0:
                yield missing
                return
            write(row, value)
            row.__class__ = supposed
            try:
                answer = call()
            except NotTold as more:
                yield from tried(more)
            except STUMBLES:
                pass  # no desk is ever so, and nobody has to answer for it
            else:
                yield answer
            finally:
                write(row, UNTOLD)
                row.__class__ = kind

    return tried(untold)


def values_of(untold: NotTold, seen: Callable[[], Iterable[Any]], queues: Iterable[str] = ()) -> tuple[Any, ...]:
    """Every value that a field may have, as far as rules can tell them apart; none where that cannot be said."""
    if untold.row is UNTOLD:
        return ()
    few, may_be = _few_values(type(untold.row), untold.field)
    if may_be is None:
        return few
    if may_be in (_QUEUE, _ID):
        look_at_all()
    if may_be is _QUEUE:
        return (*dict.fromkeys((*queues, *queues_in(seen()))), SOMEBODY)
    if may_be is not _ID:
        return (*few, blind_row(may_be, {}))
    return (*few, SOMEBODY, *ids_in(seen()), *((CUSTOMER, SYSTEM) if untold.field == "by" else ()))


_QUEUE: Final = "a queue"
_ID: Final = "an id"


@remembered
def _few_values(kind: Any, name: str) -> tuple[tuple[Any, ...], Any]:
    """The values that a field may have; and what it may be besides: a queue, an id, a row of this class, or nothing."""
    record = full_class(kind)
    hint: Any = get_type_hints(record)[name]
    found: list[Any] = []
    may_be: Any = _QUEUE if name == "queue" else None
    for one in get_args(hint) if get_origin(hint) in (UnionType, Union) else (hint,):
        if one is NoneType:
            found.append(None)
        elif one is bool:
            found += (True, False)
        elif isinstance(one, type) and issubclass(one, StrEnum):
            found += one
        elif one is str and name in IDS:
            may_be = _ID
        elif isinstance(one, type) and has(one) and record.__name__ == "View":
            may_be = one
        else:
            found.append(UNTOLD)
    return tuple(found), may_be


def shown_rows(view: Any) -> Iterator[Any]:
    """The rows that a view shows, as far as they are told."""
    for read in _row_readers(type(view)):
        row = read(view)
        if row is not None and row is not UNTOLD:
            yield row


@remembered
def _row_readers(kind: Any) -> tuple[Callable[[Any], Any], ...]:
    return tuple(raw_reader(kind, name) for name in field_names(full_class(kind)) if name != "now")


def ids_in(seen: Iterable[Any]) -> tuple[str, ...]:
    """The ids that a rule may compare with one another."""
    found: dict[str, None] = {}
    for row in seen:
        for read in _id_readers(type(row)):
            value = read(row)
            if isinstance(value, str) and value not in NOBODY:
                found[value] = None
    return tuple(found)


def queues_in(seen: Iterable[Any]) -> Iterator[str]:
    """The queues that a rule may compare with one another, besides those of the policy."""
    for row in seen:
        kind = kind_of(row)
        names = field_names(kind)
        one = raw_reader(kind, "queue")(row) if "queue" in names else None
        several = raw_reader(kind, "queues")(row) if "queues" in names else ()
        if isinstance(one, str):
            yield one
        if several is not UNTOLD:
            yield from several


@remembered
def _id_readers(kind: Any) -> tuple[Callable[[Any], Any], ...]:
    names = field_names(full_class(kind))
    return tuple(raw_reader(kind, name) for name in names if name in IDS or name == "id")


# What happens in any case ------------------------------------------------------------------------------


def agree(events: tuple[Event, ...], others: tuple[Event, ...]) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """What happens in two cases of which nobody knows which one it was.

    Returns:
        The events of both, in order; what they tell otherwise is untold in them. And those of one case only.
    """
    kinds, other_kinds = ([kind_of(event) for event in several] for several in (events, others))
    if kinds == other_kinds:
        return tuple(map(tell_both, events, others)), ()
    agreed: list[Event] = []
    apart: list[Event] = []
    matcher = SequenceMatcher(None, kinds, other_kinds, autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        if kinds[start:end] == other_kinds[other_start:other_end]:
            agreed += map(tell_both, events[start:end], others[other_start:other_end])
        else:
            apart += (*events[start:end], *others[other_start:other_end])
    return tuple(agreed), tuple(map(settle, apart))
