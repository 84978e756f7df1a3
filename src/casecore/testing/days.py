"""Days as tests: each story of a day file is one, and passes when every step of it went as the day expects.

    {"policy": "our-sop.toml"}
    {"story": "Ben may not reply on his own", "type": "SendReply", …, "expect": ["reply.permission"]}

A **chapter** is a line with a `story`, and the steps after it until the next such line; what comes before the first is
one too. The day is replayed as `casecore replay` does it, one chapter after the other at the same desk, so a chapter
may rest on those before it.

The policy is the one that the day names in its first line; else `sop.toml` beside it; else the only other TOML file
beside it (a `pyproject.toml` is none); else the SOP that ships with casecore. Where several could be meant, that is an
error: a test under the wrong policy is worse than none. `testing/plugin.py` shows all this to pytest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import field, frozen

from casecore.desk import Desk
from casecore.kernel.problems import Problem, why_unreadable
from casecore.policies import Policy
from casecore.promises.steps import describe_step
from casecore.replay import EXAMPLE, DayError, ReplayedLine, lines_of, policy_of, replay_day
from casecore.replay.words import expectation_text
from casecore.reports.text import visible

SOP: Final = "sop.toml"
"""The name of the policy that a day means where it names none."""

NAME_LIMIT: Final = 80
"""How much of a story stands in the name of its test, in characters."""


@frozen
class Chapter:
    """Some steps of a day, which are one test.

    Attributes:
        day: The file.
        steps: What was asked for, and what became of it; at least one.
    """

    day: str
    steps: tuple[ReplayedLine, ...] = field(repr=False)

    @property
    def line(self) -> int:
        """The number of its first line, from 1."""
        return self.steps[0].line

    @property
    def name(self) -> str:
        """What its test is called: its first line, and its story."""
        story = visible(self.steps[0].story).replace("::", ":")[:NAME_LIMIT]
        return f"line {self.line}: {story}" if story else f"line {self.line}"

    def complaint(self) -> str:
        """Everything in it that went otherwise than expected or broke a promise, under the story so far; or nothing."""
        wrong = [number for number, step in enumerate(self.steps) if not step.well]
        if not wrong:
            return ""
        lines = [line for step in self.steps[: wrong[0] + 1] for line in describe_step(step.command, step.verdict)]
        return "\n".join(
            (
                "the story went",
                *(f"    {visible(line)}" for line in lines),
                *(line for number in wrong for line in _tell_difference(self.day, self.steps[number])),
            )
        )


def _tell_difference(day: str, step: ReplayedLine) -> Iterator[str]:
    for breach in step.breaches:
        yield f"{day}, line {step.line}: breaks {visible(str(breach))}"
    if step.as_expected:
        return
    yield f"{day}, line {step.line}: {expectation_text(step)}"
    if isinstance(step.expect, frozenset) and not step.accepted:
        came = {reason.rule for reason in step.reasons}
        for word, rules in (("expected, and not given", step.expect - came), ("not expected", came - step.expect)):
            if rules:
                yield f"    {word}: {visible(', '.join(sorted(rules)))}"


def chapters(day: Path) -> tuple[Chapter, ...]:
    """Replay a day file, and cut it into chapters.

    Raises:
        DayError: When the day cannot be read, has no commands, or does not say which of several policies is meant.
        PolicyError: When its policy cannot be used.
    """
    file = str(day)
    try:
        stream = day.open("rb")
    except OSError as error:
        raise DayError(file, None, Problem("", f"cannot be read ({why_unreadable(error)})")) from None
    with stream:
        named, lines = policy_of(lines_of(stream, file))
        found: list[list[ReplayedLine]] = []
        for step in replay_day(lines, Desk(_policy_for(day, named)), file):
            if step.story or not found:
                found.append([])
            found[-1].append(step)
    if not found:
        raise DayError(file, None, Problem("", "has no commands, so that nothing is tested", f"lines like {EXAMPLE}"))
    return tuple(Chapter(file, tuple(taken)) for taken in found)


def _policy_for(day: Path, named: str | None) -> Policy:
    if named is not None:
        return Policy.load(day.parent / named)
    beside = sorted(file.name for file in day.parent.glob("*.toml") if file.name != "pyproject.toml")
    chosen: Sequence[str] = [SOP] if SOP in beside else beside
    if len(chosen) > 1:
        found = f"does not say which policy is meant: {visible(', '.join(chosen))}"
        raise DayError(str(day), None, Problem("", found, 'a first line like {"policy": "sop.toml"}'))
    return Policy.load(day.parent / chosen[0]) if chosen else Policy.default()
