"""The quality of the work on a replayed day: of each agent, what `casecore.quality` counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from casecore.cli.screen import Screen
from casecore.desk import Desk
from casecore.kernel import Event, fields_of
from casecore.kernel.durations import duration_text
from casecore.policies import PolicyError
from casecore.projections.quality import AgentQuality, quality
from casecore.replay import DayError, ReplayedLine, Tally
from casecore.replay.words import day_ending

HEAD: Final = (
    "agent",
    "live",
    "authenticated",
    "without",
    "disposed",
    "on average",
    "longest",
    "deviations",
    "methods",
)
"""The columns; "without": in how many live contacts something was done that needs authentication, without it."""


class QualityReport:
    """How the work of each agent went, once the day is over.

    Args:
        plain: As JSON.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self._plain = plain
        self._events: list[Event] = []

    def tell_step(self, step: ReplayedLine) -> None:
        """Keep what happened."""
        self._events += step.events

    def tell_end(self, desk: Desk, tally: Tally, error: DayError | PolicyError | None) -> None:
        """Write the figures; and that the day went otherwise than expected, if it did."""
        screen = Screen()
        found = quality(self._events, desk.policy)
        if self._plain:
            screen.print_json([_plain_quality(one) for one in found])
            return
        screen.print_table(HEAD, [_cells(one) for one in found], frozenset({"deviations", "methods"}))
        if error is None and not tally.well:
            screen.print_line(day_ending(tally))


def _cells(one: AgentQuality) -> tuple[str, ...]:
    live = (str(one.live_contacts), str(one.authenticated), str(one.unauthenticated))
    delays = tuple("–" if delay is None else duration_text(delay) for delay in (one.mean_delay, one.longest_delay))
    counts = (", ".join(f"{name} ({count})" for name, count in held.items()) for held in (one.deviations, one.methods))
    return (one.agent, *live, f"{one.disposed} of {one.wrap_ups}", *delays, *(text or "–" for text in counts))


def _plain_quality(one: AgentQuality) -> dict[str, Any]:
    plain = {field.name: getattr(one, field.name) for field in fields_of(AgentQuality)}
    return {**plain, "delays": [delay / timedelta(seconds=1) for delay in one.delays]}
