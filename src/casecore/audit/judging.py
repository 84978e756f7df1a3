"""Judging a row of a log: every need and rule that stands over it is kept, broken, unknown, or says nothing here.

There is one loop that decides, that of the house (`kernel/deciding.py`). An audit runs it over the same rooms, in which
each function is wrapped:

* A **rule** is asked, and what it finds is noted; then it lets pass. So nothing is refused, every rule is asked, and
  the events happen, as they did. Where it looked at something untold, it is **unknown**, unless it finds the same
  whatever that is: a flag, a choice and an id that is only compared are tried with every value.
* A **handler**, and what **follows** from an event, is run as at a desk. Where it looks at something untold, what
  happens under every value happens, and what would happen under some of them becomes untold.

After a broken need the other rules of a row have nothing to say, as at a desk, which refuses by that one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import field, frozen

from casecore.audit.fold import NOBODY, ToldDesk
from casecore.audit.knowledge import Knowledge, events_named_in
from casecore.audit.untold import (
    NOTHING,
    UNTOLD,
    Copied,
    Untold,
    blind_row,
    copying,
    names_of_fields,
    reader_of,
    suppose,
    told_class,
    unsuppose,
)
from casecore.kernel import CUSTOMER, SYSTEM, Accepted, Command, Enforcement, Event, Reason, Room, Rule
from casecore.kernel.deciding import Decider, missing_of
from casecore.kernel.effects import ByClass
from casecore.kernel.messages import UNCONCERNED, Unconcerned
from casecore.kernel.rooms import Brought, wants, where_wanted
from casecore.policies import Policy
from casecore.rooms.assignments import WorkBegun
from casecore.rooms.cases import edge_missing
from casecore.statuses import Trigger

MOST_GUESSES: Final = 64
"""So many values of what is untold are tried, all fields together; beyond that nothing is known."""

SOMEBODY: Final = "\x00somebody"
"""An id that is no other's."""


class Outcome(StrEnum):
    """What is said of a rule at a row."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@frozen
class Judgement:
    """What is said of one row.

    Attributes:
        outcomes: What is said of each rule that concerns it, by id.
        broken: The reasons of those that are broken, in the order of the rules.
        unknown: What each unknown rule looked at that is not told, by id.
        events: What happened.
    """

    outcomes: dict[str, Outcome]
    broken: tuple[Reason, ...]
    unknown: dict[str, str]
    events: tuple[Event, ...]


Function: TypeAlias = Callable[[Any, Any, Any], Any]


class Judge:
    """Asks what the rules of a house have to say of one row after the other, and lets the desk go on.

    Args:
        policy: The SOP by which it is judged.
        desk: What the log has told.
        knowledge: What commands and events may change.
    """

    def __init__(self, policy: Policy, desk: ToldDesk, knowledge: Knowledge) -> None:
        self._policy = policy
        self._desk = desk
        self._knowledge = knowledge
        self._subject: Command | Event | None = None
        self._outcomes: dict[str, Outcome] = {}
        self._broken: dict[str, Reason] = {}
        self._unknown: dict[str, str] = {}
        self._moot = False
        self._policy_untold: Untold | None = None
        self._perhaps: set[type[Event]] = set()
        self._perhaps_events: list[Event] = []
        told = Room[Any](
            "what logs tell",
            rules=(self._noting(self._work_on_new_cases()),),
            decide={kind: _itself for kind in knowledge.event_classes},
        )
        rooms = (*(self._judging(room) for room in desk.house.rooms), told)
        self._decider = _JudgingDecider(rooms, judge=self, view=desk.house.view)

    def judge(self, subject: Command | Event, view: Any) -> Judgement:
        """What is said of a row, and what happened; the desk has not gone on yet."""
        self._subject = subject
        self._outcomes, self._broken, self._unknown = {}, {}, {}
        self._moot, self._policy_untold = False, None
        self._perhaps.clear()
        self._perhaps_events.clear()
        try:
            verdict: Any = self._decider.decide(view, subject, self._policy)
        except Untold:  # read between the functions, by which rows two cases share
            self._perhaps |= self._knowledge.events_of(told_class(type(subject)))
            verdict = None
        events = verdict.events if isinstance(verdict, Accepted) else ()
        return Judgement(self._outcomes, tuple(self._broken.values()), self._unknown, events)

    def go_on(self, judgement: Judgement, subject: Command | Event, view: Any) -> None:
        """Let the desk be as it is after what happened, and know no more what may have happened besides."""
        self._desk.apply(judgement.events)
        for event in self._decider.with_consequences(view, subject, self._policy, self._perhaps_events):
            self._desk.doubt_event(event)
        if self._perhaps:
            self._doubt(view, self._knowledge.with_consequences(self._perhaps))

    def _doubt(self, view: Any, events: frozenset[type[Event]]) -> None:
        """Let what these events would change be untold: on the rows in view, or, where one is not told, on any."""
        changed = self._desk.changeable(events)
        rows = tuple(rows_of(view))
        self._desk.doubt(self._knowledge.tables_begun_by(events))
        self._desk.blur((*rows, *filter(None, map(self._desk.file_of, rows))), changed)
        if not self._lost(view).isdisjoint(changed):
            self._desk.blur_everywhere(changed)

    def _lost(self, view: Any) -> frozenset[type]:
        """The classes of the rows of which a view does not tell which they are."""
        house = self._desk.house
        first, *others = house.sheets
        untold = type(view).untold
        lost = untold - (NOTHING if first in untold else frozenset(others))  # of a case that is told, they are its own
        classes = {house.views.class_of(name) for name in lost}
        return frozenset(classes | {house.file} if first in untold else classes)

    def miss_policy(self, untold: Untold) -> None:
        """Say that too little is told of this row to know by what, or of what, it is to be judged."""
        self._policy_untold = untold

    def _work_on_new_cases(self) -> Rule[Any]:
        """A house begins work on new cases only, and has no rule that says so; a log may tell anything."""

        @wants("case")
        def begins_new(view: Any, event: WorkBegun, _: Any) -> Reason | Unconcerned | None:
            told_by_log = event is self._subject
            return edge_missing(view.case, Trigger.BEGIN_WORK) if told_by_log else UNCONCERNED

        return Rule("lifecycle.edge", "A case moves only along the life cycle", "§2", (WorkBegun,), begins_new)

    # Rooms that note -----------------------------------------------------------------------------------

    def _judging(self, room: Room[Any]) -> Room[Any]:
        brings = room.brings

        def bring(said: tuple[Any, ...]) -> Brought[Any]:
            brought = brings(said) if brings is not None else Brought[Any]()
            return attrs.evolve(brought, rules=tuple(self._noting(rule) for rule in brought.rules))

        return Room(
            room.name,
            needs=tuple(self._noting(need, need=True) for need in room.needs if need.id != "time.order"),
            rules=tuple(map(self._noting, room.rules)),
            decide={command: self._supposing(where_wanted(handler)) for command, handler in room.decide.items()},
            follows={event: self._following(follower) for event, follower in room.follows.items()},
            foresees={command: self._foreseeing(foresee) for command, foresee in room.foresees.items()},
            about=room.about,
            precedes=None if room.precedes is None else self._following(room.precedes),
            others=room.others,
            brings=None if brings is None else bring,
        )

    def _noting(self, rule: Rule[Any], *, need: bool = False) -> Rule[Any]:
        check, rule_id = rule.check, rule.id

        def note(view: Any, subject: Any, policy: Any) -> None:
            if self._moot:
                return
            try:
                if self._policy_untold is not None:
                    raise self._policy_untold
                reason = check(view, subject, policy)
            except Untold as untold:
                reason = self._weigh(check, view, subject, policy, untold)
                if isinstance(reason, Untold):
                    self._note_unknown(rule_id, reason)
                    return
            if reason:
                self._note_broken(rule, rule.tell(reason, policy), policy, need=need)
            elif reason is None:
                self._outcomes.setdefault(rule_id, Outcome.KEPT)

        marked: Any = note
        marked.wants = getattr(check, "wants", ())
        return attrs.evolve(rule, check=note)

    def _note_unknown(self, rule: str, untold: Untold) -> None:
        if self._outcomes.get(rule) is not Outcome.BROKEN:
            self._outcomes[rule] = Outcome.UNKNOWN
            self._unknown[rule] = untold.name

    def _note_broken(self, rule: Rule[Any], reason: Reason, policy: Any, *, need: bool) -> None:
        if policy.mode(rule.id) is Enforcement.OFF:
            return
        self._outcomes[rule.id] = Outcome.BROKEN
        self._unknown.pop(rule.id, None)
        self._broken.setdefault(rule.id, reason)
        self._moot = self._moot or need

    def _weigh(self, check: Function, view: Any, subject: Any, policy: Any, untold: Untold) -> Any:
        """What a check finds whatever it is that is untold; where that is not always the same, what is untold."""
        if self._policy_untold is not None:
            return untold
        found: list[Any] = []
        for answer in suppositions(check, view, subject, policy, untold):
            if isinstance(answer, Untold):
                return answer
            if found and bool(answer) is not bool(found[0]):
                return untold
            found.append(answer)
        if not found:
            return untold
        if not found[0]:
            return None if None in found else UNCONCERNED
        same = all(answer == found[0] for answer in found)
        return found[0] if same else Reason(found[0].rule, f"it is broken, whatever {untold.name} is")

    def _supposing(self, handler: Function) -> Function:
        """A handler, whose events happen as far as they do whatever is untold."""
        may = events_named_in(handler)

        def propose(view: Any, subject: Any, policy: Any) -> tuple[Event, ...]:
            try:
                if self._policy_untold is not None:
                    raise self._policy_untold
                with copying(Copied.TEXTS):
                    events: tuple[Event, ...] = handler(view, subject, policy)
            except Untold as untold:
                return self._agreed(handler, view, subject, policy, untold, may)
            except _STUMBLES:
                if not self._moot:
                    raise
                self._perhaps.update(may)
                return ()
            return events

        return propose

    def _agreed(
        self, handler: Function, view: Any, subject: Any, policy: Any, untold: Untold, may: Iterable[type[Event]]
    ) -> tuple[Event, ...]:
        tried: list[tuple[Event, ...]] = []
        if self._policy_untold is None:
            for answer in suppositions(handler, view, subject, policy, untold):
                if isinstance(answer, Untold):
                    tried = []
                    break
                tried.append(answer)
        if not tried:
            self._perhaps.update(may)
            return ()
        agreed = tried[0]
        for events in tried[1:]:
            agreed, others = agree(agreed, events)
            self._perhaps_events += others
        return agreed

    def _foreseeing(self, foresee: Function) -> Function:
        """What foresees how a view will be; where too little is told for it, nothing can be said of the row."""

        def foreseen(view: Any, subject: Any, policy: Any) -> Any:
            try:
                with copying(Copied.ALL):
                    return foresee(view, subject, policy)
            except Untold as untold:
                self.miss_policy(untold)
                return view

        return foreseen

    def _following(self, follower: Function) -> Function:
        """What follows from an event, likewise; where it could change only what is not known anyway, it is not tried."""
        may = self._knowledge.with_consequences(events_named_in(follower))
        if not self._desk.would_notice(may):
            return _nothing_that_is_known
        return _marked_like(follower, self._supposing(follower))


def _marked_like(function: Any, other: Any) -> Any:
    other.wants = getattr(function, "wants", ())
    return other


def _itself(_: Any, event: Event, __: Any) -> tuple[Event, ...]:
    """What the handler of an event proposes that a log tells: that it happened."""
    return (event,)


def _nothing_that_is_known(_: Any, __: Any, ___: Any) -> tuple[Event, ...]:
    return ()


def agree(events: tuple[Event, ...], others: tuple[Event, ...]) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """What happens in two cases of which nobody knows which one it was.

    Returns:
        The events of both, in order; what they tell otherwise is untold in them. And those that happen in one case only.
    """
    if len(events) == len(others) and all(map(_is_alike, events, others)):
        return tuple(map(_both, events, others)), ()
    kinds, other_kinds = ([told_class(type(event)) for event in several] for several in (events, others))
    agreed: list[Event] = []
    apart: list[Event] = []
    matcher = SequenceMatcher(None, kinds, other_kinds, autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        if kinds[start:end] == other_kinds[other_start:other_end]:
            agreed += map(_both, events[start:end], others[other_start:other_end])
        else:
            apart += (*events[start:end], *others[other_start:other_end])
    return tuple(agreed), tuple(apart)


def _is_alike(event: Event, other: Event) -> bool:
    return told_class(type(event)) is told_class(type(other))


def _both(event: Event, other: Event) -> Event:
    """One event of two of a class, which tells what both tell."""
    kind = told_class(type(event))
    read = [(name, reader_of(kind, name)) for name in names_of_fields(kind)]
    told = {name: value for name, get in read if _is_same(value := get(event), get(other))}
    if len(told) == len(read):
        return event
    both: Event = blind_row(kind, told)
    return both


def _is_same(value: Any, other: Any) -> bool:
    return value is other or (value is not UNTOLD and other is not UNTOLD and bool(value == other))


def rows_of(view: Any) -> Iterator[Any]:
    """The rows that a view shows, as far as they are told."""
    for read in _row_readers(told_class(type(view))):
        row = read(view)
        if row is not None and row is not UNTOLD:
            yield row


@cache
def _row_readers(kind: Any) -> tuple[Callable[[Any], Any], ...]:
    return tuple(reader_of(kind, name) for name in names_of_fields(kind) if name != "now")


_STUMBLES: Final = (AttributeError, KeyError, TypeError, ValueError, LookupError)
"""What a handler may raise where a desk is as none can be: under a guess, or after a broken need."""

# Guesses -----------------------------------------------------------------------------------------------


def suppositions(function: Function, view: Any, subject: Any, policy: Any, untold: Untold) -> Iterator[Any]:
    """What a function answers under every value of what is untold; `Untold` where that cannot be tried out."""
    left = [MOST_GUESSES]

    def tried(missing: Untold) -> Iterator[Any]:
        values = values_of(missing, view, subject)
        for value in values:
            left[0] -= 1
            if left[0] < 0:
                yield missing
                return
            kind = type(missing.row)
            suppose(missing.row, missing.field, value)
            try:
                with copying(Copied.TEXTS):
                    answer = function(view, subject, policy)
            except Untold as more:
                yield from tried(more)
            except _STUMBLES:
                pass  # no desk is ever so, and nobody has to answer for it
            else:
                yield answer
            finally:
                unsuppose(missing.row, missing.field, kind)
        if not values:
            yield missing

    return tried(untold)


def values_of(untold: Untold, view: Any, subject: Any) -> tuple[Any, ...]:
    """Every value that a field may have, as far as rules can tell them apart; none where there are too many."""
    if untold.row is UNTOLD:
        return ()
    few, is_id = _few_values(told_class(type(untold.row)), untold.field)
    if not is_id:
        return few
    return (*few, SOMEBODY, *ids_in(view, subject), *((CUSTOMER, SYSTEM) if untold.field == "by" else ()))


@cache
def _few_values(record: Any, name: str) -> tuple[tuple[Any, ...], bool]:
    """The values of a field that has few of them, none for any other; and whether it may be an id besides."""
    hint = get_type_hints(record)[name]
    found: list[Any] = []
    is_id = False
    for kind in get_args(hint) if get_origin(hint) in (UnionType, Union) else (hint,):
        if kind is NoneType:
            found.append(None)
        elif kind is bool:
            found += (True, False)
        elif isinstance(kind, type) and issubclass(kind, StrEnum):
            found += kind
        elif kind is str and name in _IDS:
            is_id = True
        else:
            return (), False
    return tuple(found), is_id


_IDS: Final = frozenset(
    "by agent assignee owner author reviewer duty_of offered_to review_to case thread customer message draft note into "
    "successor predecessor merged_into earlier_handler".split()
)
"""The fields that hold an id, which is only compared with others, and passed on."""


def ids_in(view: Any, subject: Any) -> tuple[str, ...]:
    """The ids that a rule may compare with one another."""
    found: dict[str, None] = {}
    for row in (subject, *rows_of(view)):
        for read in _id_readers(told_class(type(row))):
            value = read(row)
            if isinstance(value, str) and value not in NOBODY:
                found[value] = None
    return tuple(found)


@cache
def _id_readers(kind: Any) -> tuple[Callable[[Any], Any], ...]:
    return tuple(reader_of(kind, name) for name in names_of_fields(kind) if name in _IDS or name == "id")


# The loop ----------------------------------------------------------------------------------------------


class _Plans(dict[type, Any]):
    """What is planned for a class is planned for what lacks some of its fields."""

    def get(self, kind: type, default: Any = None) -> Any:
        return super().get(told_class(kind), default)


@attrs.frozen(eq=False)
class _JudgingDecider(Decider[Any]):
    """The loop of the house, over rooms that note, and views that may lack a row.

    Args:
        judge: Who notes.
        view: The class of the views.
    """

    judge: Judge = field(kw_only=True, repr=False)
    view: type = field(kw_only=True, repr=False)
    _under: dict[int, tuple[Any, _JudgingDecider]] = field(init=False, repr=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        known = self._reactions
        reacting = ByClass[Any](lambda kind: known[told_class(kind)])
        lacked = missing_of(self.wanted_rows, lambda row: reader_of(self.view, row))
        for name, value in (("_missing", lacked), ("_plans", _Plans(self._plans)), ("_reactions", reacting)):
            object.__setattr__(self, name, value)

    def under(self, policy: Any) -> _JudgingDecider:
        """These rooms, with the rules that a policy brings."""
        said = policy.rule
        if not said:
            return self
        if id(said) not in self._under:
            room = Room[Any]("rules of the policy's own", rules=self.brought_by(policy).rules)
            self._under[id(said)] = said, _JudgingDecider((*self.rooms, room), judge=self.judge, view=self.view)
        return self._under[id(said)][1]

    def in_force(self, view: Any, command: Any, policy: Any) -> Any:
        """What of a policy is in force; where too little is told to know, nothing can be said by it."""
        try:
            return super().in_force(view, command, policy)
        except Untold as untold:
            self.judge.miss_policy(untold)
            return policy.at(command.at)

    def with_consequences(self, view: Any, subject: Any, policy: Any, events: list[Event]) -> tuple[Event, ...]:
        """Events of which it is not known whether they happened, and what would follow from them."""
        if not events:
            return ()
        decider = self.under(policy)
        found: list[Event] = []
        while events:
            several = tuple(events)
            events.clear()  # what follows may itself be doubtful, and is added there
            found += decider._with_consequences(
                view, several, self.in_force(view, subject, policy), self._missing(view), None
            )
        return tuple(found)
