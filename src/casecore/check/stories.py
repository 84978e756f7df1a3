"""A story in rows: when, who, what they do, and what it changes; the same rows in every format.

Times count from the start of the story, because what a story shows is how long things take and in which order; the date
on which it was told means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final

from attrs import frozen

from casecore.codec import house_codec
from casecore.explore import Story
from casecore.kernel.words import shorten
from casecore.promises.steps import Step
from casecore.replay.consequences import consequence_sentences
from casecore.replay.words import status_change, step_sentence
from casecore.reports.markdown import cell, table
from casecore.reports.text import columns, visible
from casecore.rooms.agents import AddAgent

HEAD: Final = ("#", "clock", "who", "does", "what changes")
"""The titles of a story's columns."""

QUOTED: Final = 40
"""How much is quoted of what somebody says, in characters."""


@frozen
class Row:
    """One step of a story, in words.

    Attributes:
        clock: When, since the start of the story.
        who: `customer`, `system`, or an agent's id.
        changes: What becomes of the case and of whatever hangs on it; nothing where nothing does.
    """

    number: int
    clock: str
    who: str
    does: str
    changes: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns, as `HEAD` names them."""
        return str(self.number), self.clock, self.who, self.does, self.changes

    @property
    def sentence(self) -> str:
        """The step on one line."""
        return f"{self.clock} {self.who}: {self.does}{self.changes and f' ({self.changes})'}"


def story_rows(story: Story) -> tuple[Row, ...]:
    """The steps of a story, in words."""
    if not story.steps:
        return ()
    start = story.commands[0].at
    return tuple(
        Row(
            number,
            clock_text(step.command.at - start),
            visible(step.command.by),
            _action_text(step),
            _changes_text(step),
        )
        for number, step in enumerate(story.steps, 1)
    )


def team_text(story: Story) -> str:
    """Who is there when a story begins, in words."""
    joined = [command for command in story.team if isinstance(command, AddAgent)]
    people = [f"{agent.agent} ({', '.join(sorted(agent.permissions)) or 'no permissions'})" for agent in joined]
    return visible(", ".join(people))


def clock_text(since: timedelta) -> str:
    """A time since the start of a story: `+02:00`, `+1:00:00`, `2d+00:00:05`."""
    minutes, seconds = divmod(int(since.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d+{hours:02}:{minutes:02}:{seconds:02}"
    return f"+{hours}:{minutes:02}:{seconds:02}" if hours else f"+{minutes:02}:{seconds:02}"


def story_lines(story: Story) -> Iterator[str]:
    """A story as lines of plain text, in columns."""
    return columns([HEAD, *(row.cells for row in story_rows(story))])


def story_sentences(story: Story, wrong: Iterable[str] = ()) -> Iterator[str]:
    """A story a sentence a step, the last of which says what is wrong with it."""
    steps, broken = [row.sentence for row in story_rows(story)], "; ".join(wrong)
    yield from steps[:-1]
    yield from (": ".join(filter(None, (last, broken))) for last in steps[-1:])


def story_markdown(story: Story) -> Iterator[str]:
    """A story as Markdown: who is there, and a table."""
    yield from ("", f"With {cell(team_text(story))}:", "", *table(HEAD, (row.cells for row in story_rows(story))))


def story_to_dict(story: Story | None) -> dict[str, Any] | None:
    """A story as plain data, in words and so that it can be read back; None where there is none."""
    if story is None:
        return None
    to_plain = house_codec(story.house).to_plain
    return {
        "team": [to_plain(command) for command in story.team],
        "steps": [
            {
                "clock": row.clock,
                "who": row.who,
                "does": row.does,
                "changes": row.changes,
                "command": to_plain(step.command),
                "events": [to_plain(event) for event in step.events],
            }
            for row, step in zip(story_rows(story), story.steps, strict=True)
        ],
    }


def _action_text(step: Step) -> str:
    what, words = step_sentence(step)
    by = visible(step.command.by)
    what = what.removeprefix(f"the {by} ").removeprefix(f"{by} ")
    if not words:
        return what
    return f"{what}: “{shorten(words, QUOTED)}”"


def _changes_text(step: Step) -> str:
    if not step.accepted:
        return f"refused by {visible(', '.join(reason.rule for reason in step.reasons))}"
    moved = step.status(step.before) is not step.status(step.after)
    return "; ".join(
        ([visible(f"{step.case} {status_change(step)}")] if moved else []) + list(consequence_sentences(step))
    )
