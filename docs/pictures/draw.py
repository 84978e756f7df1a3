"""Draw the pictures of README and `docs/pictures.md` from the example day again: `python docs/pictures/draw.py`."""  # noqa: INP001 -- a file of the docs

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from casecore import Desk, Policy
from casecore.diff.report import compare
from casecore.replay import replay_day
from casecore.reports.pictures import (
    Picture,
    behaviours,
    day_of_team,
    legal_moves,
    life_of_case,
    refused_most,
    service_clocks,
    state_space,
)

HERE = Path(__file__).parent
DAY = HERE.parents[1] / "examples" / "day.jsonl"
LAST_DAY = datetime(2026, 11, 4, 8, tzinfo=UTC)
"""From when on the team is shown: the day on which its cases of the days before are late."""

EDITED = """
extends = "casecore"

[capacity]
chat = 1

[chat.idle]
ask_first = 0

[whatsapp]
window = "20h"
"""
"""An SOP that says three things otherwise."""

SCOPES = ("chat-limit", "a-silent-chat", "the-window-on-whatsapp")


def pictures() -> Iterator[tuple[str, Picture]]:
    """Each picture, with the name of its file."""
    with DAY.open("rb") as lines:
        steps = [*replay_day(lines, Desk())]
    events, desk = [event for step in steps for event in step.events], steps[-1].after
    noon = next(step.after for step in steps if step.command.at > LAST_DAY.replace(hour=10, minute=28))
    yield "life-of-a-case", life_of_case("C-401", events)
    yield "day-of-a-team", day_of_team(events, since=LAST_DAY)
    yield "service-clocks", service_clocks(desk)
    yield "legal-moves", legal_moves(noon, "C-401", "chloe", noon.now or LAST_DAY)
    yield "what-refused-most", refused_most(steps)
    edited = Policy.loads(EDITED)
    yield "behaviours", behaviours(compare(Policy.default(), edited, scopes=SCOPES))
    yield "worlds-of-a-scope", state_space("the-window-on-whatsapp")


def main() -> None:
    """Write them all."""
    for name, picture in pictures():
        (HERE / f"{name}.svg").write_text(f"{picture.svg()}\n", "utf-8")


if __name__ == "__main__":
    main()
