"""The transcript of a case at the end of a replayed day: what was said and noted, whole."""

from __future__ import annotations

import json

from casecore.cli.screen import Screen
from casecore.desk import Desk
from casecore.kernel import CasecoreError, Event, fields_of
from casecore.policies import PolicyError
from casecore.projections.transcript import TranscriptEntry, transcript
from casecore.replay import DayError, ReplayedLine, Tally
from casecore.replay.words import day_ending


class NothingSaid(CasecoreError, LookupError):
    """A day has no case and no customer that is called so."""

    def __init__(self, of: str) -> None:
        super().__init__(of)
        self.of = of

    def __str__(self) -> str:
        return f"nothing was said on {self.of!r}: on this day there is no such case or customer; check the id"


class TranscriptReport:
    """Every message and note of one case, or of a customer, once the day is over.

    Args:
        of: The case, or the customer.
        plain: As JSON, an object an entry.
    """

    def __init__(self, of: str, *, plain: bool = False) -> None:
        self.of, self.plain, self.empty = of, plain, True
        self._events: list[Event] = []

    def tell_step(self, step: ReplayedLine) -> None:
        """Keep what happened."""
        self._events += step.events

    def tell_end(self, desk: Desk, tally: Tally, error: DayError | PolicyError | None) -> None:
        """Write the transcript; and that the day went otherwise than expected, if it did."""
        screen = Screen()
        case = self.of if self.of in desk.cases else None
        entries = transcript(self._events, case, customer=None if case is not None else self.of)
        self.empty = not entries
        for entry in entries:
            if self.plain:
                said = {field.name: getattr(entry, field.name) for field in fields_of(TranscriptEntry)}
                screen.print_line(json.dumps(said, default=lambda instant: instant.isoformat()))
            else:
                screen.print_line(str(entry))
        if error is None and not tally.well and not self.plain:
            screen.print_line(day_ending(tally))
