"""`casecore replay`: give the commands of a day to the desk, and show what becomes of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final, Literal

from cyclopts import Parameter

from casecore.cli.exits import NOTHING
from casecore.cli.houses import HouseName, load_house
from casecore.cli.inputs import is_standard_input, load_policy
from casecore.cli.quality import QualityReport
from casecore.cli.report import JsonReport, ReplayReport, ServiceReport, TextReport
from casecore.cli.screen import Screen, report_error
from casecore.cli.transcript import NothingSaid, TranscriptReport
from casecore.desk import Desk
from casecore.kernel.problems import Problem, why_unreadable
from casecore.policies import Policy, PolicyError
from casecore.promises import Watch, promises_of
from casecore.replay import EXAMPLE, DayError, Tally, lines_of, policy_of, replay_day
from casecore.replay.findings import DayFindings
from casecore.reports.paths import STANDARD_INPUT

OTHERWISE: Final = 1
"""The exit code where some step went otherwise than expected, or broke a promise."""

BIG: Final = 4 * 1024 * 1024
"""The size, in bytes, from which a file gets a progress bar."""


def replay(
    day: str,
    /,
    *,
    policy: Annotated[str | None, Parameter(metavar="FILE")] = None,
    format: Literal["text", "json", "github", "junit", "html"] = "text",  # noqa: A002 -- the option's name
    promises: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    quiet: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    transcript: Annotated[str | None, Parameter(metavar="CASE")] = None,
    quality: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    house: HouseName = None,
) -> int:
    """Give the commands of a day to the desk, and show what becomes of each.

    A day is a text file with one command a line, as JSON. A line may say what it expects: a list of the rules that
    must refuse it. Exit code 0: every step went as expected, and broke no promise; 1: some did not; 2: a line or a
    file cannot be read; 3: there is no command in it.

    Args:
        day: The file; - for standard input.
        policy: The SOP, a TOML file; if it is left out the one that the day names, or else the one that ships with
            casecore.
        format: Sentences for people, a JSON object a step for programs, GitHub's workflow commands for steps that went
            otherwise than expected, JUnit's XML with a test case a story, or a page for a browser (html).
        promises: Let the witnesses watch, and say which promises a step breaks.
        quiet: Show only the steps that went otherwise than expected, or broke a promise, and the end.
        transcript: A case, or a customer: show what was said and noted there, whole, and nothing else.
        quality: Show how the work of each agent went, and nothing else: live contacts, who was authenticated first,
            rules that were broken, wrap-ups and how long they took.
        house: Rooms of your own beside ours: where a module has them, e.g. refund_desk:HOUSE, or the name under which
            an installed package has them.
    """
    name = STANDARD_INPUT if is_standard_input(day) else day
    asked = None if transcript is None or quality else TranscriptReport(transcript, plain=format == "json")
    report: ReplayReport = asked or _choose_report(format, name, quiet=quiet)
    if quality:
        report = QualityReport(plain=format == "json")
    rooms = load_house(house)
    desk, tally = Desk(house=rooms), Tally()
    error: DayError | PolicyError | None = None
    try:
        desk = Desk(load_policy(policy, rooms), house=rooms)
        with (
            open_day(day, name) as stream,
            _lines_with_progress(stream, name, beside=quiet and format == "text") as every,
        ):
            named, lines = policy_of(every)
            if named is not None and policy is None:
                sop = Policy.load(Path(day).parent / named)  # `-` lies in this directory, as far as that goes
                desk = Desk(sop, house=rooms)
            for step in replay_day(
                lines, desk, name, Watch(desk.policy, promises_of(rooms, desk.policy)) if promises else None
            ):
                tally.add(step)
                report.tell_step(step)
                desk = step.after
    except (DayError, PolicyError) as unreadable:
        error = unreadable
    empty = error is None and not tally.steps
    if empty:  # nothing was tried, which is no success
        remedy = f"write at least one, such as {EXAMPLE}"
        error = DayError(name, None, Problem("", "has no commands, so nothing was replayed", "", remedy))
    report.tell_end(desk, tally, error)
    if error is not None:
        code = report_error(error)
        return NOTHING if empty else code
    if asked is not None and asked.empty:
        return report_error(NothingSaid(asked.of))
    return 0 if tally.well else OTHERWISE


def _choose_report(form: str, file: str, *, quiet: bool) -> ReplayReport:
    services = {"github": DayFindings.as_github, "junit": DayFindings.as_junit}
    if form in services:
        return ServiceReport(file, services[form])
    if form == "html":
        from casecore.cli.replay_page import PageReport

        return PageReport(file, quiet=quiet)
    return JsonReport(quiet=quiet) if form == "json" else TextReport(Screen(), quiet=quiet)


@contextmanager
def open_day(day: str, name: str) -> Iterator[BinaryIO]:
    """Open a day for reading bytes; `-` is standard input."""
    if is_standard_input(day) and sys.stdin is not None:  # it is None where a process was started without one
        yield sys.stdin.buffer
        return
    try:
        stream = open(day, "rb")  # noqa: PTH123, SIM115 -- closed below; `Path` would take "" for this directory
    except (OSError, ValueError) as error:
        remedy = "give the path of a day file, or - for standard input"
        raise DayError(name, None, Problem("", f"cannot be read ({why_unreadable(error)})", "", remedy)) from None
    with stream:
        yield stream


@contextmanager
def _lines_with_progress(stream: BinaryIO, name: str, *, beside: bool) -> Iterator[Iterator[bytes]]:
    """The lines of a file, with a progress bar on standard error where it is big and the bar is in nobody's way."""
    lines = lines_of(stream, name)
    size = os.fstat(stream.fileno()).st_size if sys.stderr.isatty() else 0
    if size < BIG or (sys.stdout.isatty() and not beside):
        yield lines
        return
    from rich.console import Console
    from rich.progress import Progress

    # What is printed to the same terminal must pass through the bar; what goes to a pipe must not.
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()) as progress:
        bar = progress.add_task("replaying", total=size)

        def counted_lines() -> Iterator[bytes]:
            read = 0
            for number, line in enumerate(lines):
                read += len(line)
                if number % 1000 == 0:
                    progress.update(bar, completed=read)
                yield line

        yield counted_lines()
