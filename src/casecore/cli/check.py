"""`casecore check`: is what this SOP promises true, whatever happens at the desk?"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Annotated, Final, Literal, NoReturn, TypeAlias

import attrs
from attrs import frozen
from cyclopts import Parameter
from cyclopts.validators import Number

from casecore.check import Report
from casecore.check import check as check_policy
from casecore.check.cache import Cache
from casecore.check.days import day_name, write_days
from casecore.check.findings import SHIPPED
from casecore.check.formats import FORMATS, as_markdown
from casecore.check.judge import STEPS
from casecore.check.mutate import find_guards, mutations_of
from casecore.check.progress import LateProgress
from casecore.check.report import PromiseVerdict
from casecore.check.scopes import scopes_of
from casecore.cli.check_text import show_check
from casecore.cli.github_page import add_step_summary
from casecore.cli.houses import HouseName, load_house
from casecore.cli.inputs import is_standard_input, load_policy
from casecore.cli.screen import Screen, report_error
from casecore.cli.streams import write_document
from casecore.cli.unreadable import show_unreadable
from casecore.explore import LIMIT
from casecore.kernel import CasecoreError
from casecore.kernel.errors import quoted
from casecore.kernel.problems import Problem, why_unreadable
from casecore.kernel.processes import ProcessEnded
from casecore.policies import Policy, PolicyError
from casecore.policies.layers import DateOrInstant, start_of_day, zone_of
from casecore.promises.promise import name_of_promise
from casecore.reports.paths import SHIPPED_SOP
from casecore.rooms.composition import HOUSE, House

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

POLL: Final = 0.5
"""How often a watched file is looked at, in seconds."""


NoCache: TypeAlias = Annotated[bool, Parameter(negative="", show_default=False)]
"""The option `--no-cache`."""

CacheFolder: TypeAlias = Annotated[str | None, Parameter(metavar="DIR")]
"""The option `--cache-dir`."""


class CannotRun(CasecoreError, ValueError):
    """The command cannot do what it is asked; the text says why, and what to write instead."""


@frozen
class CheckRequest:
    """What the command line asks for."""

    file: str | None
    format: str
    only: frozenset[str]
    scopes: tuple[str, ...]
    stories: str | None
    verbose: bool
    limit: int
    walk: int
    seed: int
    at: str | None = None
    mutate: bool = False
    jobs: int | None = None
    require: frozenset[str] = frozenset()
    house: House = HOUSE
    cache: Cache | None = None


def check(
    file: str | None = None,
    /,
    *,
    format: Literal["text", "json", "sarif", "github", "junit", "md", "html"] = "text",  # noqa: A002 -- the option's name
    only: str | None = None,
    scope: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),
    write_stories: Annotated[str | None, Parameter(metavar="DIR")] = None,
    verbose: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    watch: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    limit: Annotated[int, Parameter(validator=Number(gte=1))] = LIMIT,
    walk: Annotated[int, Parameter(validator=Number(gte=0))] = STEPS,
    seed: int = 0,
    at: str | None = None,
    mutate: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    require: str | None = None,
    jobs: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    house: HouseName = None,
    no_cache: NoCache = False,
    cache_dir: CacheFolder = None,
) -> int:
    """Try every behaviour of a small desk under an SOP, and prove its promises or tell the story that breaks one.

    Exit code 0: clean; 1: findings; 2: it could not run; 3: inconclusive, also when nothing was checked.

    Args:
        file: The SOP, a TOML file; - for standard input; the one that ships with casecore if it is left out.
        format: Text for people, JSON, SARIF, GitHub's workflow commands, JUnit's XML, Markdown, or a page for a
            browser (html).
        only: Numbers of promises, e.g. 04,06.
        scope: The name of a scope to search; once for each. All of them if it is left out.
        write_stories: A directory for the story of every promise that fails, as a day that `casecore replay` reads.
        verbose: Also the stories that put the proved promises to the test.
        watch: Check again whenever the file changes, until Ctrl-C.
        limit: How many worlds of one scope are visited before its search is given up.
        walk: How many steps are walked at random besides; 0: none.
        seed: With what the random walk begins.
        at: A date, or an instant with its offset, from which on it is checked and waivers are looked at; now, if it is
            left out.
        mutate: Instead of a report: drop each rule, read each limit wrong by one step, and list what no promise
            notices. This takes some minutes.
        require: Numbers of promises that must be proved, e.g. 04,12: also one that is not claimed, or waived, is a
            finding then.
        jobs: How many scopes are searched at a time; as many as there are cores, if it is left out.
        house: Rooms of your own beside ours: where a module has them, e.g. refund_desk:HOUSE, or the name under which
            an installed package has them.
        no_cache: Ask everything anew: nothing that a check found before is looked at, and nothing is kept.
        cache_dir: Where answers are kept from one run to the next; in the user's cache folder, if it is left out.
    """
    try:
        rooms = load_house(house)
        cache = open_cache(cache_dir, rooms, house, no_cache=no_cache)
        numbers, required = _numbers_in("--only", only), _numbers_in("--require", require)
    except CannotRun as error:
        return show_unreadable("check", error, format, file or "")
    asked = CheckRequest(
        file,
        format,
        only=numbers,
        require=required,
        scopes=scope,
        stories=write_stories,
        verbose=verbose,
        limit=limit,
        walk=walk,
        seed=seed,
        at=at,
        mutate=mutate,
        jobs=jobs,
        house=rooms,
        cache=cache,
    )
    if not watch:
        return check_once(asked)
    if file is None or is_standard_input(file):
        return report_error(
            CannotRun("--watch: there is no file to watch; name one: casecore check our-sop.toml --watch")
        )
    return watch_for_changes(partial(check_once, asked), partial(file_stamp, Path(file)), partial(sleep, POLL))


def _numbers_in(option: str, text: str | None) -> frozenset[str]:
    """The promises that an option lists: `04,12`, `p4, P12`, or the ids of rules; none where it was not given."""
    written = "" if text is None else text
    names = (name.strip() for name in written.split(","))
    numbers = (name if "." in name else name.upper().removeprefix("P") for name in names)
    found = frozenset(number.zfill(2) for number in numbers if number)
    if text is not None and not found:
        raise CannotRun(f"{option}: no promise is named in {quoted(text)}; give their numbers, e.g. {option} 04,12")
    return found


def check_once(asked: CheckRequest) -> int:
    """Check once, show what came of it, and return the exit code."""
    try:
        policy = load_policy(asked.file, asked.house)
        if asked.mutate:
            return _show_guards(policy, asked)
        report = _make_report(policy, asked)
        days = {} if asked.stories is None else _write_stories(report, asked, Path(asked.stories))
    except (PolicyError, CannotRun) as error:
        return show_unreadable("check", error, asked.format, asked.file or "")
    file, screen = asked.file or SHIPPED, Screen()
    if asked.format == "text":
        show_check(report, asked.file or "", screen, verbose=asked.verbose, days=days)
    elif asked.file is None and asked.format in {"github", "sarif", "junit"}:
        # The SOP that ships lies in no file of the repository, which may have a file of that name.
        placeless = attrs.evolve(report, policy=Policy.from_dict(policy.to_dict()))
        write_document(FORMATS[asked.format](placeless, SHIPPED_SOP))
    else:
        write_document(FORMATS[asked.format](report, file))
    if asked.format == "github":
        add_step_summary(as_markdown(report, file))
    return int(report.exit)


def _make_report(policy: Policy, asked: CheckRequest) -> Report:
    searches = len(asked.scopes) or len(tuple(scopes_of(policy, asked.house)))
    with show_progress(searches + bool(asked.walk), "checking") as progress:
        try:
            report = check_policy(
                policy,
                house=asked.house,
                only=asked.only,
                require=asked.require,
                scopes=asked.scopes,
                limit=asked.limit,
                walk=asked.walk,
                seed=asked.seed,
                jobs=asked.jobs or os.cpu_count() or 1,
                progress=progress,
                cache=asked.cache,
                at=read_instant(policy, asked.at),
            )
        except (ValueError, ProcessEnded) as error:  # no such promise, no such scope, or no team under this policy
            raise CannotRun(f"{error}" if asked.file is None else f"{asked.file}: {error}") from None
    if asked.only or not asked.scopes:
        return report
    # What the scopes that were asked for do not put to the test was not asked.
    known = tuple(judgement for judgement in report.judgements if judgement.verdict is not PromiseVerdict.VACUOUS)
    return attrs.evolve(report, judgements=known)


def read_instant(policy: Policy, at: str | None, option: str = "--at") -> datetime:
    """The instant that an option names, by a date where the desk is or with its offset; now, where it names none."""
    problems: list[Problem] = []
    day = datetime.now(UTC) if at is None else DateOrInstant().read(at, option, problems)
    if problems:
        raise CannotRun(str(problems[0]))
    return start_of_day(day, zone_of(policy))


def _show_guards(policy: Policy, asked: CheckRequest) -> int:
    if asked.format not in {"text", "json"}:
        raise CannotRun(f"--mutate: what nothing notices is not told as {asked.format}; use --format text or json")
    try:
        with show_progress(len(mutations_of(policy, asked.house)), "guarding") as progress:
            found = find_guards(policy, house=asked.house, scopes=asked.scopes, limit=asked.limit, progress=progress)
    except ValueError as error:  # no such scope
        raise CannotRun(str(error)) from None
    screen = Screen()
    if asked.format == "json":
        write_document(json.dumps([attrs.asdict(one) for one in found], indent=2))
    else:
        rows = [(one.what, name_of_promise(one.by) if one.by else "nothing", str(one.scopes)) for one in found]
        screen.print_table(("changed", "guarded by", "scopes searched"), rows, frozenset({"changed"}))
        screen.print_line()
        loose = sum(one.by is None for one in found)
        screen.print_paragraph(
            f"{len(found) - loose} of {len(found)} rules and limits are guarded by a promise.", "bold"
        )
    return 0


@contextmanager
def show_progress(parts: int, what: str) -> Iterator[Callable[[str], None]]:
    """Show what is being searched now, as a bar on standard error where that is a terminal, after two seconds.

    It is drawn when something begins or somebody waits, by no thread of its own: a process with threads is not safe to
    copy.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with ExitStack() as shown:
        bars: list[tuple[Progress, TaskID]] = []

        def show(name: str, begun: int) -> None:
            if not bars:
                console = Console(stderr=True)
                drawn = Progress(console=console, transient=True, redirect_stdout=False, auto_refresh=False)
                bars.append((shown.enter_context(drawn), drawn.add_task(what, total=parts)))
            drawn, bar = bars[0]
            drawn.update(bar, description=name, completed=min(begun - 1, parts), refresh=True)

        yield LateProgress(show)


def open_cache(folder: str | None, house: House, called: str | None, *, no_cache: bool) -> Cache | None:
    """Where answers are kept; None where somebody does not want that, or nothing can be kept.

    Args:
        folder: The folder, if one is named.
        house: The rooms that decide.
        called: Where they are found, if they are somebody's own.
        no_cache: Whether `--no-cache` was given; the variable CASECORE_NO_CACHE says the same.

    Raises:
        CannotRun: When the folder that is named cannot be made.
    """
    if no_cache or os.environ.get("CASECORE_NO_CACHE"):
        return None
    try:
        if folder is not None:
            Path(folder).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        why = why_unreadable(error)
        raise CannotRun(f"--cache-dir {folder}: cannot be made ({why}); name another folder") from None
    return Cache.open(folder, house, called or "")


def _write_stories(report: Report, asked: CheckRequest, folder: Path) -> dict[str, str]:
    """Write the stories; returns where each went, by the number of the promise that fails."""
    if asked.file is not None and is_standard_input(asked.file):
        raise CannotRun("--write-stories: a story names the file of its policy; give that instead of standard input")
    try:
        write_days(report, folder, asked.file, witnesses=asked.verbose)
    except (OSError, ValueError) as error:
        raise CannotRun(
            f"--write-stories {folder}: cannot be written ({why_unreadable(error)}); name another directory"
        ) from None
    return {judgement.number: str(folder / day_name(judgement)) for judgement in report.of(PromiseVerdict.FAILS)}


# Watching ----------------------------------------------------------------------------------------------


def watch_for_changes(again: Callable[[], object], look: Callable[[], object], wait: Callable[[], None]) -> NoReturn:
    """Do something at once, and again whenever a look shows something else than before; only Ctrl-C ends it."""
    seen: object = watch_for_changes  # what no look shows
    while True:
        now = look()
        if now == seen:
            wait()
        else:
            seen = now
            again()


def file_stamp(file: Path) -> tuple[int, int] | None:
    """What changes when a file is written; None while it is not there, as it is for a moment when an editor saves."""
    try:
        known = file.stat()
    except (OSError, ValueError):
        return None
    return known.st_mtime_ns, known.st_size
