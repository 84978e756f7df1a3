"""`casecore diff`: what does a change of the policy change?"""

from __future__ import annotations

import os
from typing import Annotated, Any, Final, Literal

from attrs import evolve, frozen
from cyclopts import Parameter
from cyclopts.validators import Number

from casecore.check.joined_scopes import scopes_of_both
from casecore.check.report import Exit
from casecore.cli.check import CacheFolder, CannotRun, NoCache, open_cache, read_instant, show_progress
from casecore.cli.diff_text import show_diff
from casecore.cli.github_page import add_step_summary
from casecore.cli.houses import HouseName, NoHouse, load_house
from casecore.cli.inputs import is_standard_input, load_policy
from casecore.cli.replay import open_day
from casecore.cli.screen import Screen
from casecore.cli.streams import write_document
from casecore.cli.unreadable import show_unreadable
from casecore.diff.days import RedecidedDay, redecide_day
from casecore.diff.formats import FORMATS, as_markdown
from casecore.diff.report import Difference, compare
from casecore.diff.revisions import NoRevision, name_at, policy_at
from casecore.explore import LIMIT
from casecore.kernel.processes import ProcessEnded
from casecore.policies import Policy, PolicyError
from casecore.replay import DayError, lines_of, policy_of
from casecore.rooms.composition import House

PLAIN: Final = "sop.toml"
"""The file that is compared where none is named."""


@frozen
class Sides:
    """The two policies, and what they are called."""

    old: Policy
    new: Policy
    old_name: str
    new_name: str
    revision: str = ""


def diff(
    files: Annotated[tuple[str, ...], Parameter(show_default=False)] = (),
    /,
    *,
    at: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),
    git: Annotated[str | None, Parameter(metavar="REV")] = None,
    log: Annotated[str | None, Parameter(metavar="DAY")] = None,
    format: Literal["text", "json", "md", "github", "sarif", "html"] = "text",  # noqa: A002 -- the option's name
    fail_on: Annotated[
        tuple[Literal["looser", "stricter", "other", "stranded", "untried", "any"], ...],
        Parameter(negative="", show_default=False),
    ] = (),
    promises: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    scope: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),
    limit: Annotated[int, Parameter(validator=Number(gte=1))] = LIMIT,
    house: HouseName = None,
    no_cache: NoCache = False,
    cache_dir: CacheFolder = None,
    jobs: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
) -> int:
    """Tell what a change of an SOP changes, each with the shortest story that shows it.

    Exit code 0: compared; 1: something that --fail-on names; 2: it could not run; 3: not everything could be compared,
    or the recorded day is empty.

    Args:
        files: The SOP before and the SOP after, two TOML files, - for standard input; one of them with --at or --git.
        at: A date at which one file is compared with itself at another date; to be given twice.
        git: A revision of git, with whose version of the file it is compared; without a file that is sop.toml.
        log: A recorded day, as `casecore replay` reads it: which of its decisions would have been others?
        format: Text for people, JSON, Markdown for a pull request, GitHub's workflow commands, SARIF, or
            a page for a browser (html).
        fail_on: What is answered by exit code 1: looser, stricter, other, stranded, untried (edited, and nobody
            tries it) or any difference; once for each. Where it is left out: stranded.
        promises: Also ask which promises (§10) have another verdict from now on; this takes up to twice as long.
        scope: The name of a scope to compare in; once for each. All of them if it is left out.
        limit: How many worlds of one scope are visited before its search is given up.
        house: Rooms of your own beside ours: where a module has them, e.g. refund_desk:HOUSE, or the name under which
            an installed package has them.
        no_cache: Compare everything anew: nothing that was found before is looked at, and nothing is kept.
        cache_dir: Where answers are kept from one run to the next; in the user's cache folder, if it is left out.
        jobs: How many scopes are compared at a time; as many as there are cores, if it is left out.
    """
    try:
        rooms = load_house(house)
        cache = open_cache(cache_dir, rooms, house, no_cache=no_cache)
        sides = _two_sides(files, at, git, rooms)
        asked: dict[str, Any] = {"house": rooms, "scopes": scope, "limit": limit, "promises": promises}
        compared = _compare_sides(sides, **asked, cache=cache, jobs=jobs or os.cpu_count() or 1)
        report = evolve(compared, revision=sides.revision)
        day = None if log is None else _redecide_log(log, sides, rooms)
    except (PolicyError, CannotRun, NoRevision, NoHouse, DayError) as error:
        return show_unreadable("diff", error, format, files[-1] if files else PLAIN, git or "")
    code, screen = report.exit(fail_on), Screen()
    if code is Exit.CLEAN and day is not None and not day.decisions:
        code = Exit.INCONCLUSIVE  # nothing of that day was compared
    if format == "text":
        show_diff(report, sides.old_name, sides.new_name, screen, code, day)
        return int(code)
    write_document(FORMATS[format](report, sides.old_name, sides.new_name, day))
    if format == "github":
        add_step_summary(as_markdown(report, sides.old_name, sides.new_name, day))
    return int(code)


def _two_sides(files: tuple[str, ...], at: tuple[str, ...], git: str | None, house: House) -> Sides:
    wanted = {(2, 0, False), (1, 2, False), (1, 0, True), (0, 0, True)}
    if (len(files), len(at), git is not None) not in wanted:
        usage = "casecore diff OLD NEW, casecore diff FILE --at DATE --at DATE, or casecore diff --git REV FILE"
        raise CannotRun(f"there are not two policies to compare; write {usage}")
    if git is not None:
        file = files[0] if files else PLAIN
        if is_standard_input(file):
            raise CannotRun("--git: standard input has no other version; name a file, or write casecore diff OLD -")
        return Sides(policy_at(git, file), load_policy(file, house), name_at(git, file), file, git)
    if at:
        policy = load_policy(files[0], house)
        old, new = (policy.at(read_instant(policy, date)) for date in at)
        return Sides(old, new, f"{files[0]} at {at[0]}", f"{files[0]} at {at[1]}")
    return Sides(load_policy(files[0], house), load_policy(files[1], house), *files)


def _compare_sides(sides: Sides, house: House, scopes: tuple[str, ...], **asked: Any) -> Difference:
    searches = len(scopes) or len(scopes_of_both(sides.old, sides.new, house))
    with show_progress(searches, "comparing") as progress:
        try:
            return compare(sides.old, sides.new, house=house, scopes=scopes, **asked, progress=progress)
        except (ValueError, ProcessEnded) as error:  # no such scope, or no team under these policies
            raise CannotRun(f"{sides.new_name}: {error}") from None


def _redecide_log(log: str, sides: Sides, house: House) -> RedecidedDay:
    with open_day(log, log) as stream:
        _, lines = policy_of(lines_of(stream, log))
        return redecide_day(lines, sides.old, sides.new, log, house)
