"""Promises about the life of a case: it moves along its life cycle, is never lost, and can always be closed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

import attrs

from casecore.kernel import Event
from casecore.promises.promise import Occasion, Promise, Statement, WayOn
from casecore.promises.steps import Step, any_of
from casecore.promises.ways import follow_way, way_to_closed
from casecore.rooms.arrivals import CaseReopened, MessageReceived
from casecore.rooms.assignments import CaseQueued, WorkBegun
from casecore.rooms.cases import Case, CaseClosed, StatusSet
from casecore.rooms.replies import ReplySent
from casecore.rooms.silence import ChatDisconnected
from casecore.statuses import CASE_LIFECYCLE, SENT_AS, SET_BY_HAND, Status, Trigger

_TRIGGERS: Final[Mapping[type[Event], Callable[[Any], str]]] = {
    WorkBegun: lambda event: Trigger.BEGIN_WORK,
    ReplySent: lambda event: SENT_AS.get(event.send_as, ""),
    StatusSet: lambda event: SET_BY_HAND.get(event.status, ""),
    ChatDisconnected: lambda event: Trigger.SEND_AS_RESOLVED,
    CaseReopened: lambda event: Trigger.CUSTOMER_MESSAGE,
    CaseClosed: lambda event: Trigger.CLOSE,
}


def trigger_of(event: Event) -> str | None:
    """The trigger of the life cycle that an event is; None where it is none, "" where the table knows no such one."""
    find_trigger = _TRIGGERS.get(type(event))
    return None if find_trigger is None else find_trigger(event)


def _moves_off_the_life_cycle(step: Step) -> Iterator[str]:
    for event, before, after in step.moments:
        trigger = trigger_of(event)
        for case in sorted(after.cases):
            was, now = before.status(case), after.status(case)
            moved = trigger is not None and case == getattr(event, "case", None)
            legal = Status.NEW if was is None else CASE_LIFECYCLE.dest(was, trigger or "") if moved else was
            if now is not legal:
                yield f"{type(event).__name__} took case {case} from {was} to {now}"


def _changes_of_closed_cases(step: Step) -> Iterator[str]:
    for now in step.touched:
        was = step.before.cases.get(now.case.id)
        if was is not None and was.case.status is Status.CLOSED:
            changed = [name for name in _CASE_FIELDS if getattr(now.case, name) != getattr(was.case, name)]
            if was.case.successor is None and "successor" in changed:  # it learns, once, who came after it
                changed.remove("successor")
            changed += [name for name in ("draft", "contact") if getattr(now, name) != getattr(was, name)]
            if changed:
                yield f"of closed case {now.case.id} changed: {', '.join(changed)}"


_CASE: Any = Case
_CASE_FIELDS: Final = tuple(attribute.name for attribute in attrs.fields(_CASE))


def _speaks_of_a_closed_case(step: Step) -> bool:
    return any(file.case.status is Status.CLOSED for file in step.before.cases.values())


def _cases_without_a_place(step: Step) -> Iterator[str]:
    gone = sorted(case for case in step.before.cases if case not in step.after.cases)
    yield from (f"case {case} is gone" for case in gone)
    for file in step.touched:
        case = file.case
        places = [case.assignee is not None, case.waiting_since is not None and case.queue in step.after.policy.queues]
        if sum(places) not in _PLACES.get(case.status, {1}):
            where = {0: "neither held nor queued", 1: "held or queued", 2: "held and queued"}[sum(places)]
            yield f"case {case.id} is {case.status}, and {where}"


_PLACES: Final[Mapping[Status, Collection[int]]] = {Status.RESOLVED: {0, 1}, Status.CLOSED: {0}}
"""In how many places a case may be, an inbox and a queue; where it says nothing, exactly in one."""


def _cases_that_cannot_be_closed(step: Step) -> Iterator[str]:
    for file in step.touched:
        if file.case.status is not Status.CLOSED:
            end = follow_way(step.after, way_to_closed(step.after, file.case.id), step.house)
            if isinstance(end, str):
                yield f"case {file.case.id} cannot be closed: {end}"
            elif end.status(file.case.id) is not Status.CLOSED:
                yield f"case {file.case.id} was closed, and is {end.status(file.case.id)}"


LIFE_CYCLE_PROMISES: Final = (
    Promise(
        "01",
        "a case moves only along the life cycle",
        _moves_off_the_life_cycle,
        Occasion(any_of(CaseClosed), "no case is ever closed"),
    ),
    Promise(
        "02",
        "closed stays closed",
        _changes_of_closed_cases,
        Occasion(_speaks_of_a_closed_case, "nothing ever happens to a closed case"),
    ),
    Promise(
        "16",
        "nothing is lost: every case not resolved or closed is held or queued",
        _cases_without_a_place,
        Occasion(any_of(CaseQueued), "no case ever waits"),
    ),
    Promise(
        "18",
        "from everywhere there is a way to closed",
        _cases_that_cannot_be_closed,
        Occasion(any_of(CaseClosed), "no case is ever closed"),
        way_on=WayOn(
            lambda desk: all(file.case.status is Status.CLOSED for file in desk.cases.values()),
            "there is no way to closed any more",
            "finish such cases before the switch, or keep in the new policy what lets them be closed",
        ),
    ),
)

# That everything is used -------------------------------------------------------------------------------

ALL_USED: Final = Statement("20", "every rule and every edge is used somewhere")
NOBODY_STRANDED: Final = Statement("21", "switching to a new policy strands no case in flight")


def _goes_along(source: Status, trigger: str) -> Callable[[Step], bool]:
    return lambda step: any(
        _trigger_seen(event) == trigger and step.before.status(getattr(event, "case", "")) is source
        for event in step.events
    )


def _trigger_seen(event: Event) -> str | None:
    """The trigger that an event is: a customer's message even where the status stays, and no event says more."""
    return Trigger.CUSTOMER_MESSAGE if isinstance(event, MessageReceived) else trigger_of(event)


EDGES: Final[Mapping[str, Callable[[Step], bool]]] = {
    f"edge {edge}": _goes_along(Status(edge.source), edge.trigger) for edge in CASE_LIFECYCLE.edges
}
"""For each edge of the life cycle, whether a step goes along it."""
