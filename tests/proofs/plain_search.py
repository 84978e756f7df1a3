"""A plain search, slow and easy to believe, that the explorer is measured by.

Every world is a whole desk, asked and changed by what runs a desk: `view`, `decide`, `evolve`. Nothing is remembered,
nothing is cut into pieces. What the two searches share is only what a scope means:

* Each command may be given at any time, to each copy of a case. All of it happens at `NOON`; messages get fresh ids.
* An instant that counts passes to one second before the end of its timer, and to the end, as a step of its own.
* Two desks are the same world if they agree in all but messages that are no draft's, instants that do not count, what
  the scope leaves apart, and which of two copies is which. Counters stop where the scope says.
* What follows after a case of the scope (the successor of a closed one) is a step, and is not followed.
"""

from collections import deque
from collections.abc import Mapping
from datetime import datetime

import attrs

from casecore.explore.model import starting_desk, timer_instant
from casecore.explore.scope import NOON, SECOND, copy_of
from casecore.rooms.agents import Agent
from casecore.rooms.composition import EFFECTS, HOUSE, PLACES, SHEETS, TIMERS


class PlainSearch:
    """Every world of a scope that can be reached; `counting` names the instants that count: `contact.silence_since`."""

    def __init__(self, scope, policy, house=HOUSE, counting=frozenset()):
        self.scope, self.policy, self.house, self.counting = scope, policy, house, counting
        self.cases = [
            (part, copy, frozenset(copy_of(name, part.every_id, copy) for name in part.every_id))
            for part in scope.parts
            for copy in range(part.copies)
        ]
        self.known = frozenset().union(*(ids for _, _, ids in self.cases))
        self.timers = [timer for timer in TIMERS if timer_instant(timer) in counting]
        self.transitions, self.edges = 0, set()
        start = starting_desk(scope, policy, house)
        self.worlds = {self.world_of(start): start}

    def run(self):
        """Visit every world."""
        waiting = deque(self.worlds)
        while waiting:
            for after in self._steps(self.worlds[waiting.popleft()]):
                self.transitions += 1
                world = self.world_of(after)
                if world not in self.worlds and set(after.cases) <= self.known:
                    self.worlds[world] = after
                    waiting.append(world)
        return self

    def _steps(self, desk):
        """The desks after everything that can be done, copies that are in the same state told once; and after time."""
        for command in self.scope.commands:
            yield from self._given(desk, command, command)
        alike = set()
        for part, copy, ids in self.cases:
            told = (part.case, self.told(desk, copy, ids))
            if told not in alike:
                alike.add(told)
                for command in part.commands:
                    yield from self._given(desk, command, copy_of(command, part.every_id, copy))
                yield from self._passed(desk, copy_of(part.case, part.every_id, copy))

    def _given(self, desk, edge, command):
        if hasattr(command, "message"):
            command = attrs.evolve(command, message=f"m{len(desk.messages) + 1}")
        verdict = self.house.decide(desk.view(command), command, self.policy)
        self.edges.add((edge, *answer_of(verdict, self.scope)))
        if verdict and verdict.events:
            yield desk.evolve(verdict.events)

    def _passed(self, desk, case):
        view = desk.view_of(case)
        for timer in self.timers:
            row_name, _, name = timer.since.partition(".")
            row = getattr(view, row_name)
            length = None if timer.due(view, self.policy) is None else timer.length(view, self.policy)
            for ago in () if length is None else (length - SECOND, length):
                if NOON - getattr(row, name) < ago:
                    yield with_row(desk, case, row, attrs.evolve(row, **{name: NOON - ago}))

    def world_of(self, desk):
        """What tells a world from others."""
        cases = sorted(((part.case, self.told(desk, copy, ids)) for part, copy, ids in self.cases), key=repr)
        return tuple(self.plain("agent", desk.agents[name]) for name in sorted(desk.agents)), tuple(cases)

    def told(self, desk, copy, ids):
        """All that belongs to one copy of a case, as the first copy would have it."""
        suffix = f"-{copy + 1}" if copy else ""
        told = []
        for table in ("customers", "threads", "cases", "messages", "notes", "commitments", "wrap_ups"):
            for row_id, row in getattr(desk, table).items():
                if row_id in ids or (table != "messages" and getattr(row, "case", None) in ids):
                    sheets = {name: getattr(row, name) for name in SHEETS} if table == "cases" else {table[:-1]: row}
                    told += [(name, self.plain(name, sheet, suffix)) for name, sheet in sheets.items()]
        return tuple(sorted(told, key=repr))

    def plain(self, name, row, suffix=""):
        """What a row says, as far as it tells worlds apart."""
        if row is None or name in self.scope.apart:
            return row is not None
        fields = ((field.name, f"{name}.{field.name}", getattr(row, field.name)) for field in attrs.fields(type(row)))
        return tuple((field, self._value(path, value, suffix)) for field, path, value in fields)

    def _value(self, path, value, suffix):
        if path in self.scope.apart or (isinstance(value, datetime) and path not in self.counting):
            return value is not None and path not in self.scope.apart
        value = min(value, self.scope.at_most.get(path, value)) if isinstance(value, int) else value
        if isinstance(value, Mapping | frozenset):
            return tuple(sorted(value.items() if isinstance(value, Mapping) else value))
        return value.replace(suffix, "") if type(value) is str and suffix else value


def answer_of(verdict, scope):
    """Yes, and the names of the events, but for those of sheets that the scope leaves apart; or no, and the rules."""
    if not verdict:
        return False, tuple(reason.rule for reason in verdict.reasons)
    told = [event for event in verdict.events if not {effect.sheet for effect in EFFECTS[type(event)]} <= scope.apart]
    return True, tuple(type(event).__name__ for event in told)


def with_row(desk, case, row, changed):
    """The desk with one row changed: an agent, or a sheet of a case's file."""
    if isinstance(row, Agent):
        return attrs.evolve(desk, agents=desk.agents.insert(row.id, changed))
    file = attrs.evolve(desk.cases[case], **{PLACES[type(row)].sheet: changed})
    return attrs.evolve(desk, cases=desk.cases.insert(case, file))
