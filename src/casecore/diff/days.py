"""A recorded day, decided again: how many of its decisions would have been others under the new policy.

Every command of the day is given to the desk of the old policy, as it was on that day, and asked of the new policy at
the same desk. So each decision is compared by itself: what would have come of a day on which the first different
decision led to others, nobody can know.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs
from attrs import field, frozen

from casecore.desk import Desk
from casecore.diff.labels import Label
from casecore.kernel import Refused, Verdict
from casecore.policies import Policy
from casecore.replay import ReplayedLine, replay_day
from casecore.rooms.composition import HOUSE, House

EXAMPLES_KEPT: Final = 3
"""How many examples are kept of each sort of difference."""


@frozen
class DecisionChange:
    """Decisions of a day that would have been others, for the same reason.

    Attributes:
        label: Looser, stricter or other.
        rules: The rule that refuses on one side; where both allow it, nothing.
        commands: What was given, by the names of the commands.
        times: How many decisions there are.
        examples: The first of them, with the new answer.
    """

    label: Label
    rules: tuple[str, ...]
    commands: tuple[str, ...]
    times: int
    examples: tuple[tuple[ReplayedLine, Verdict], ...] = field(repr=False)


@frozen
class RedecidedDay:
    """A day, decided under both policies.

    Attributes:
        name: What the day is called.
        decisions: How many decisions it has.
        differences: Those that would have been others.
    """

    name: str
    decisions: int
    differences: tuple[DecisionChange, ...]

    @property
    def times(self) -> int:
        """How many decisions would have been others."""
        return sum(one.times for one in self.differences)


def redecide_day(
    lines: Iterable[str | bytes], old: Policy, new: Policy, name: str = "<day>", house: House = HOUSE
) -> RedecidedDay:
    """Decide a day again.

    Args:
        lines: The day, one line at a time, as `replay_day` reads it.
        old: The SOP of that day.
        new: The SOP that it is decided under as well.
        name: What errors call the day.
        house: The rooms that decide.

    Raises:
        DayError: At the first line that cannot be read.
    """
    found: dict[tuple[Label, tuple[str, ...]], DecisionChange] = {}
    decisions = 0
    for step in replay_day(lines, Desk(old, house=house), name):
        decisions += 1
        before: Any = step.before
        answer = attrs.evolve(before, policy=new).decide(step.command)
        if answer == step.verdict or (not answer and not step.verdict):
            continue
        one = _compare_answers(step, answer)
        known = found.get((one.label, one.rules))
        found[one.label, one.rules] = one if known is None else _count_another(known, one)
    order = [*Label]
    return RedecidedDay(
        name, decisions, tuple(sorted(found.values(), key=lambda one: (order.index(one.label), one.rules)))
    )


def _compare_answers(step: ReplayedLine, answer: Verdict) -> DecisionChange:
    refusal = next((verdict for verdict in (step.verdict, answer) if isinstance(verdict, Refused)), None)
    if refusal is None:
        label, rules = Label.OTHER, tuple[str, ...]()
    else:
        label = Label.STRICTER if refusal is answer else Label.LOOSER
        rules = (refusal.reasons[0].rule,)
    return DecisionChange(label, rules, (type(step.command).__name__,), 1, ((step, answer),))


def _count_another(known: DecisionChange, one: DecisionChange) -> DecisionChange:
    commands = tuple(sorted({*known.commands, *one.commands}))
    examples = (*known.examples, *one.examples)[:EXAMPLES_KEPT]
    return DecisionChange(known.label, known.rules, commands, known.times + 1, examples)
