"""Stories as day files: what breaks a promise can be replayed, step by step, and kept as a test.

    casecore check our-sop.toml --write-stories stories
    casecore replay stories/P04-fails.day.jsonl

A day names the policy under which it was told, so that it is replayed under that, and the promise that its story
breaks. Every command of the story is one line. As long as the policy is as it was the day fails: its last step breaks
the promise. Once the policy is mended it is a test that the same never happens again: whatever is refused or accepted
then, the promise is kept. Nobody has to write anything into it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from casecore.check.findings import policy_title
from casecore.check.report import Judgement, PromiseVerdict, Report
from casecore.codec import a_line, house_codec
from casecore.explore import Story
from casecore.promises.promise import name_of_promise
from casecore.replay.kept import judged_in
from casecore.reports.text import visible


def day_name(judgement: Judgement, *, witness: bool = False) -> str:
    """What the day of a story is called: `P04-fails.day.jsonl`, or `P04-shows.day.jsonl`."""
    return f"{name_of_promise(judgement.number)}-{'shows' if witness else 'fails'}.day.jsonl"


def story_days(report: Report, policy: str = "", *, witnesses: bool = False) -> Iterator[tuple[str, str]]:
    """The stories of a report as days: (name, text).

    Args:
        report: What a check said.
        policy: The path of the policy file as the days name it; none: the SOP that ships with casecore.
        witnesses: Also the stories that put a promise to the test without breaking it.
    """
    for judgement in report.judgements:
        title = f"{name_of_promise(judgement.number)} {judgement.title}"
        if judgement.story is not None and judgement.verdict is PromiseVerdict.FAILS:
            remarks = (f"{title}: fails under {policy_title(report.policy)}", *judgement.wrong)
            keeps = (judgement.number,) if judgement.number in judged_in(judgement.story.house, report.policy) else ()
            yield day_name(judgement), _day_text(judgement.story, policy, remarks, judgement.wrong, keeps)
        if witnesses and judgement.witness is not None:
            remarks = (f"{title}: put to the test under {policy_title(report.policy)}",)
            yield day_name(judgement, witness=True), _day_text(judgement.witness, policy, remarks, (title,))


def write_days(report: Report, folder: Path, policy: str | None, *, witnesses: bool = False) -> tuple[Path, ...]:
    """Write the stories of a report to a folder, which is made if need be.

    Args:
        report: What a check said.
        folder: Where the days go; those that are there already are written anew.
        policy: The path of the policy file; None: the SOP that ships with casecore.
        witnesses: Also the stories that put a promise to the test without breaking it.

    Returns:
        The files that were written.

    Raises:
        OSError: When a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    from_there = "" if policy is None else Path(os.path.relpath(policy, folder)).as_posix()
    written = []
    for name, text in story_days(report, from_there, witnesses=witnesses):
        file = folder / name
        file.write_text(text, "utf-8", newline="\n")
        written.append(file)
    return tuple(written)


def _day_text(
    story: Story, policy: str, remarks: tuple[str, ...], ending: tuple[str, ...], keeps: tuple[str, ...] = ()
) -> str:
    """A day: remarks, the policy, the team, the steps; the last step is told what is about to happen."""
    lines = [f"# {visible(remark)}" for remark in remarks]
    head = {**({"policy": policy} if policy else {}), **({"keeps": [*keeps]} if keeps else {})}
    if head:
        lines.append(a_line(head))
    headings = {0: "The team", len(story.team): "What happens", len(story.commands) - 1: "; ".join(ending)}
    to_plain = house_codec(story.house).to_plain
    for number, command in enumerate(story.commands):
        heading = {"story": headings[number]} if number in headings else {}
        lines.append(a_line({**heading, **to_plain(command)}))
    return "".join(f"{line}\n" for line in lines)
