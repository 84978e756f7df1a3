"""A day as findings: each step that went otherwise, or broke a promise, beside its line; each story is a test.

A story of a day is a line with a `story`, and the steps after it until the next such line; what comes before the first
is one too. It keeps nothing of steps that went as expected, so a day may be as long as it likes.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs
from attrs import define, field

from casecore.kernel import Reason
from casecore.promises.promise import name_of_promise
from casecore.replay import DayError, ReplayedLine, Tally
from casecore.replay.words import day_ending, expectation_text, step_sentence, tally_text
from casecore.reports import github, junit
from casecore.reports.findings import Finding, Location, Severity
from casecore.reports.text import plural, visible

_Chapter: TypeAlias = tuple[Finding, list[Finding]]
"""What a story is called, and what was found in it."""


@define
class DayFindings:
    """What is found on a day, step by step.

    Attributes:
        file: What the day is called; empty where its lines are in no file.
        stories: Each story so far.
        unread: The line at which reading stopped.
    """

    file: str
    stories: list[_Chapter] = field(factory=list)
    unread: list[Finding] = field(factory=list)

    def add_step(self, step: ReplayedLine) -> None:
        """Look at one more step."""
        if step.story or not self.stories:
            self.stories.append((Finding(f"line {step.line}", None, "", "", title=visible(step.story)), []))
        found, title = self.stories[-1][1], step_sentence(step)[0]
        if not step.as_expected:
            why = tuple(map(_reason_line, step.reasons))
            found.append(self._finding_at("expect", step.line, title, expectation_text(step), why))
        for breach in step.breaches:
            found.append(
                self._finding_at(name_of_promise(breach.number), step.line, title, visible(f"breaks {breach}"))
            )

    def stop_reading(self, error: DayError) -> None:
        """Note where reading stopped."""
        message = "\n".join(map(visible, error.what.split("\n")))
        self.unread.append(self._finding_at("day", error.line, "cannot be read", message))

    def _finding_at(
        self, code: str, line: int | None, title: str, message: str, detail: tuple[str, ...] = ()
    ) -> Finding:
        place = Location(self.file, line) if self.file else None
        number = "" if line is None else f"line {line}"
        return Finding(code, Severity.ERROR, "", message, title=title, number=number, location=place, detail=detail)

    def as_github(self, tally: Tally) -> str:
        """GitHub's workflow commands, and the sum."""
        found = [one for _, wrong in self.stories for one in wrong]
        closing = [tally_text(tally)] if self.unread else [tally_text(tally), day_ending(tally)]
        return github.workflow_commands([*self.unread, *found], *closing)

    def as_junit(self, tally: Tally) -> str:
        """JUnit's XML: a test case for each story, and an error where the day could not be read to its end."""
        cases: list[tuple[Finding, junit.TestOutcome]] = [(one, "error") for one in self.unread]
        cases += [(_story_outcome(story, wrong), "failure" if wrong else "system-out") for story, wrong in self.stories]
        return junit.junit_document("replay", self.file, {"replay": cases}, tally_text(tally))


def _reason_line(reason: Reason) -> str:
    return visible(f"{reason.rule}: {reason.message}" + (f" -> {reason.remedy}" if reason.remedy else ""))


def _story_outcome(story: Finding, wrong: list[Finding]) -> Finding:
    broken = sum(one.code != "expect" for one in wrong)
    parts = [f"{plural(len(wrong) - broken, 'step')} went otherwise than expected"] if broken < len(wrong) else []
    parts += [f"{plural(broken, 'promise')} broken"] if broken else []
    message = ", ".join(parts) or "as expected"
    detail = (line for one in wrong for line in (f"{one.number}: {one.title}: {one.message}", *one.detail))
    return attrs.evolve(story, message=message, detail=tuple(detail))
