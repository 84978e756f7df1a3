"""Steps: one command at a desk, and what came of it. Whatever judges or tells a desk speaks of steps."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from typing import Any, Final, Self

import attrs

from casecore.desk import Desk
from casecore.kernel import Accepted, Command, Event, Reason, Refused, Verdict
from casecore.rooms.composition import CaseFile, House
from casecore.statuses import Status

_LINES: Final = 10
"""How many lines are told of a step, between its brackets."""


@attrs.frozen(eq=False, slots=False, repr=False)
class Step:
    """One command at a desk, and what came of it.

    Attributes:
        before: The desk it was given to.
        verdict: The answer.
        after: The desk then; the same as before if the command was refused.
    """

    before: Desk
    command: Command
    verdict: Verdict
    after: Desk

    @classmethod
    def of(cls, desk: Desk, command: Command, house: House | None = None, **more: Any) -> Self:
        """Give a command to a desk, or to one with another house; `more` is what a kind of step of its own holds."""
        desk = desk if house in (None, desk.house) else attrs.evolve(desk, house=house)
        verdict = desk.decide(command)
        after = desk.evolve(verdict.events) if isinstance(verdict, Accepted) else desk
        return cls(desk, command, verdict, after, **more)

    def __repr__(self) -> str:
        lines = [f"    {line}" for line in describe_step(self.command, self.verdict)]
        if len(lines) > _LINES:
            lines[_LINES - 1 :] = [f"    … and {len(lines) - _LINES + 1:,} more"]
        return "\n".join((f"{type(self).__name__}(", *lines, ")"))

    def _repr_pretty_(self, printer: Any, _: object) -> None:
        printer.text(repr(self))  # Hypothesis would print both desks and the house, a megabyte for each run

    @property
    def accepted(self) -> bool:
        """Whether the command was accepted."""
        return isinstance(self.verdict, Accepted)

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened; nothing if the command was refused."""
        return self.verdict.events if isinstance(self.verdict, Accepted) else ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason for which the command was refused."""
        return self.verdict.reasons if isinstance(self.verdict, Refused) else ()

    @property
    def deviations(self) -> tuple[Reason, ...]:
        """The rules that the command broke and that only warn."""
        return self.verdict.deviations if isinstance(self.verdict, Accepted) else ()

    @cached_property
    def moments(self) -> tuple[tuple[Event, Desk, Desk], ...]:
        """Every event with the desk just before and just after it."""
        desks = [*accumulate(self.events, lambda desk, event: desk.evolve((event,)), initial=self.before)]
        return tuple(zip(self.events, desks, desks[1:], strict=False))

    @cached_property
    def touched(self) -> tuple[CaseFile, ...]:
        """The cases that are not as they were, in the order of their ids."""
        before, after = self.before.cases, self.after.cases
        return tuple(after[case] for case in sorted(after) if after[case] is not before.get(case))

    @property
    def case(self) -> str | None:
        """The case that the step is about, or that it starts; None when it is about none."""
        for said in (self.command, *self.events):
            case: str | None = getattr(said, "case", None)
            if case is not None:
                return case
        seen = self.before.view(self.command).case
        return None if seen is None else seen.id

    def status(self, desk: Desk) -> Status | None:
        """The status of its case on a desk, `before` or `after`; None when it is about no case, or not yet."""
        return None if self.case is None else desk.status(self.case)


def describe_step(command: Command, verdict: Verdict) -> Iterator[str]:
    """A step as lines: when, who, what, and under it what came of it."""
    yield f"{command.at:%d %H:%M:%S}  {command.by}: {describe_briefly(command)}"
    if isinstance(verdict, Refused):
        yield from (f"    refused {reason}" for reason in verdict.reasons)
    else:
        yield from (f"    -> {describe_briefly(event)}" for event in verdict.events)


def describe_briefly(said: Command | Event) -> str:
    """A command or event without who and when, and without what it leaves at its default."""
    kind: type[Any] = type(said)
    held = ((attribute, getattr(said, attribute.name)) for attribute in attrs.fields(kind))
    fields = (
        f"{attribute.name}={sorted(map(str, value)) if isinstance(value, frozenset) else str(value)!r}"
        for attribute, value in held
        if attribute.name not in {"by", "at"} and value != attribute.default
    )
    return f"{kind.__name__}({', '.join(fields)})"
