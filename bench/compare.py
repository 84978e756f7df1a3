"""Whether this tree is faster than a revision of it: both in turns, and the ratios with their spread.

    make bench-compare                               the working tree beside HEAD, as little as gives a figure
    make bench-compare REV=v0.1.0 ONLY="decide day"  beside another revision; only these subjects
    python -m bench.compare --whole explore          as much as `make bench` measures

The source of the revision is unpacked into a folder for the time being. In each round either tree measures the subject
in a process of its own, first the one, then the other, and in the next round the other way round. It is always *this*
tree's code that measures: what a revision has not got yet is told in its row, and the others go on.

A machine is slower at one time than at another, so what counts are the ratios of the pairs, not the times. They differ
too; how far they would if nothing had changed is what the rounds themselves show:

* **ratio**: the median of the pairs, this tree's cost divided by the revision's.
* **likely**: where the true median is, nineteen times in twenty. From the ranks of the ratios alone, whatever their
  distribution: with six to eight rounds that is from the least to the most, from nine on the outermost go.
* A difference is told if all that is likely lies on one side of 1, and the median more than `FLOOR` away from it:
  how the memory of two processes happens to be laid out makes as much.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from math import comb
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeAlias
from zipfile import ZipFile

from attrs import frozen

from bench.measure import Effort, duration, say, table
from bench.subjects import SUBJECTS, measured, title, unknown

ROOT = Path(__file__).parents[1]
ROUNDS = 9
SURE = 0.05
"""In what part of the cases the true median may lie outside of what is called likely."""

FLOOR = 0.02
"""The smallest difference that is told: 2 %."""

HEAD = ("", "before", "now", "ratio", "likely", "half of them", "")


class Unfit(Exception):
    """It cannot be compared: what is wrong, and what to do instead."""


# Spread ------------------------------------------------------------------------------------------------


@frozen
class Spread:
    """Where some ratios lie.

    Attributes:
        middle: Their median.
        low: From here ...
        high: ... to here the true median is likely to be; None of both where there are too few to say.
        quarter: A quarter of them is below this ...
        three_quarters: ... and a quarter above that.
    """

    middle: float
    low: float | None
    high: float | None
    quarter: float
    three_quarters: float

    @property
    def verdict(self) -> str:
        """Whether they tell of a difference."""
        if self.low is None or self.high is None:
            return "too few rounds"
        if self.high < 1 and self.middle < 1 - FLOOR:
            return "faster"
        return "slower" if self.low > 1 and self.middle > 1 + FLOOR else "within the noise"


def spread_of(ratios: Iterable[float]) -> Spread:
    """The spread of some ratios, at least one."""
    ratios = sorted(ratios)
    outside = outermost(len(ratios))
    low, high = (None, None) if outside is None else (ratios[outside], ratios[-1 - outside])
    quarter, _, three_quarters = quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else 3 * ratios
    return Spread(median(ratios), low, high, quarter, three_quarters)


def outermost(count: int) -> int | None:
    """How many figures may be left out on each side, so that the true median is likely to lie between the others.

    Each figure lies below the true median as often as above. So that more than all but `k` lie on one side is as likely
    as so many heads in `count` throws of a coin. None: with so few even the least and the most are not sure enough.
    """
    chance, left_out = 0.0, None
    for k in range(count // 2 + 1):
        chance += 2 * comb(count, k) / 2**count
        if chance > SURE:
            break
        left_out = k
    return left_out


# One tree ----------------------------------------------------------------------------------------------


def source_of(revision: str, folder: Path, root: Path = ROOT) -> Path:
    """Unpack the source of a revision.

    Args:
        revision: What git calls it.
        folder: Where to.
        root: The repository.

    Returns:
        The folder from which it is imported.

    Raises:
        Unfit: When there is no such revision, or it has no source of casecore.
    """
    git = ("git", "-C", str(root))
    name = [*git, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    try:
        named = subprocess.run(name, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Unfit("git is not installed, which knows the revisions; install it") from None
    if named.stderr:
        raise Unfit(f"{root} is no repository of git; compare in a clone")
    if named.returncode:
        raise Unfit(f"there is no revision {revision!r} here; name a commit, a branch or a tag: REV=main")
    pack = [*git, "archive", "--format=zip", named.stdout.strip(), "src/casecore"]
    packed = subprocess.run(pack, capture_output=True, check=False)
    if packed.returncode:
        raise Unfit(f"{revision} has no folder src/casecore; name a later revision")
    with ZipFile(BytesIO(packed.stdout)) as archive:
        archive.extractall(folder)
    return folder / "src"


@frozen
class Told:
    """What one run of one part has told.

    Attributes:
        costs: CPU seconds or bytes, by key.
        names: What each is in words.
        missing: Why there is nothing.
    """

    costs: Mapping[str, float]
    names: Mapping[str, str]
    missing: str = ""


NOTHING = Told({}, {})

Rounds: TypeAlias = Sequence[tuple[Mapping[str, Told], Mapping[str, Told]]]
"""In each round what either side has told, the revision first, by part."""


def run_in(source: Path, subject: str, effort: Effort, number: int, cache: Path) -> dict[str, Told]:
    """Measure a subject with the casecore that lies in a folder, in a process of its own.

    Args:
        source: The folder from which casecore is imported.
        subject: What is measured.
        effort: How much of it.
        number: The number of the round: it seeds what Python hashes with, so that the two of a pair get the same.
        cache: Where the byte code of both trees lies.
    """
    path = os.pathsep.join(filter(None, (str(source), os.environ.get("PYTHONPATH"))))
    seeded = {"PYTHONPATH": path, "PYTHONHASHSEED": str(number), "PYTHONPYCACHEPREFIX": str(cache)}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.compare", "--told", subject, *(() if effort.quick else ("--whole",))],
        cwd=ROOT,
        env=environment | seeded,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        return {"": Told({}, {}, f"it ended with {done.returncode}: {last}")}
    return {part: Told(*told) for part, told in json.loads(done.stdout).items()}


def tell(subject: str, effort: Effort) -> dict[str, tuple[dict[str, float], dict[str, str], str]]:
    """What this process, whose casecore may be that of another revision, measures of a subject."""
    told = {}
    for part in measured(subject, effort, elsewhere=True):
        lines = [line for line in part.lines if line.key and line.cost is not None]
        told[part.name] = (
            {line.key: line.cost for line in lines},
            {line.key: line.what.partition("; peer: ")[0] for line in lines},
            part.missing,
        )
    return told


# Both --------------------------------------------------------------------------------------------------


def rows_of(rounds: Rounds) -> Iterator[tuple[str, ...]]:
    """The table of a subject, without its head."""
    for part in dict.fromkeys(part for pair in rounds for side in pair for part in side):
        pairs = [tuple(side.get(part, NOTHING) for side in pair) for pair in rounds]
        for key in dict.fromkeys(key for pair in pairs for side in pair for key in side.costs):
            yield row_of(key, pairs)


def left_out(rounds: Rounds, revision: str) -> Iterator[str]:
    """What one of the sides could not measure, and why."""
    for place, side in enumerate((revision, "this tree")):
        reasons = dict.fromkeys(told.missing for pair in rounds for told in pair[place].values() if told.missing)
        yield from (f"left out in {side}: {reason}" for reason in reasons)


def row_of(key: str, pairs: Sequence[tuple[Told, ...]]) -> tuple[str, ...]:
    """One figure on both sides."""
    what = next(side.names[key] for pair in pairs for side in pair if key in side.names)
    before, now = ([pair[place].costs[key] for pair in pairs if key in pair[place].costs] for place in (0, 1))
    read = "{:,.0f} B".format if key.endswith("bytes") else duration
    shown = tuple(read(median(costs)) if costs else "" for costs in (before, now))
    if len(before) != len(pairs) or len(now) != len(pairs):
        return what, *shown, "", "", "", "not before" if len(before) < len(now) else "not now"
    spread = spread_of(new / old for old, new in zip(before, now, strict=True))
    return what, *shown, *cells_of(spread)


def cells_of(spread: Spread) -> tuple[str, str, str, str]:
    """A spread as people read it."""
    likely = "" if spread.low is None else f"{spread.low:.3f} to {spread.high:.3f}"
    return f"{spread.middle:.3f}", likely, f"{spread.quarter:.3f} to {spread.three_quarters:.3f}", spread.verdict


def compare(subject: str, trees: tuple[Path, Path], rounds: int, effort: Effort, cache: Path) -> Rounds:
    """Run a subject in both trees, in turns: what the revision told and what this tree did, round by round."""
    pairs = []
    for number in range(rounds):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        told = {place: run_in(trees[place], subject, effort, number, cache) for place in order}
        pairs.append((told[0], told[1]))
    return pairs


def summary(rows: Sequence[tuple[str, ...]]) -> str:
    """What is faster, and what is slower."""
    different = [row for row in rows if row[-1] in {"faster", "slower"}]
    told = f"{len(different)} of {len(rows)} figures tell of a difference"
    return f"{told}:\n{table([HEAD, *different])}\n" if different else f"{told}.\n"


def arguments(given: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser("python -m bench.compare", description="This tree beside a revision, in turns.")
    parser.add_argument("subjects", nargs="*", help="what to measure; everything where none is named")
    parser.add_argument("--revision", default="HEAD", help="beside what: a commit, a branch, a tag; HEAD by default")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how many pairs of runs; {ROUNDS} by default")
    parser.add_argument("--whole", action="store_true", help="measure as much as `make bench` does; takes long")
    parser.add_argument("--told", metavar="SUBJECT", help=argparse.SUPPRESS)
    return parser.parse_args(given)


def main(given: list[str]) -> int:
    """Print a table for each subject.

    Returns:
        The exit code: 0 whatever the figures are; 2 where there is nothing to compare.
    """
    asked = arguments(given)
    effort = Effort(quick=not asked.whole, peers=False)
    if asked.told:
        print(json.dumps(tell(asked.told, effort)))
        return 0
    problem = unknown(asked.subjects) or ("" if asked.rounds > 0 else "--rounds has to be 1 or more")
    if problem:
        print(problem, file=sys.stderr)
        return 2
    began, told = perf_counter(), list[tuple[str, ...]]()
    with TemporaryDirectory() as folder:
        try:
            before = source_of(asked.revision, Path(folder))
        except Unfit as error:
            print(error, file=sys.stderr)
            return 2
        say(f"{asked.revision} and the working tree, in turns, {asked.rounds} times each; CPU time, trust the ratios\n")
        for subject in asked.subjects or SUBJECTS:
            say(title(subject))
            rounds = compare(subject, (before, ROOT / "src"), asked.rounds, effort, Path(folder, "cache"))
            rows = [*rows_of(rounds)]
            say(table([HEAD, *rows]))
            say("\n".join((*left_out(rounds, asked.revision), "")))
            told += [(f"{subject}: {what.removeprefix('... ')}", *cells) for what, *cells in rows]
        say(summary(told))
    say(f"{perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
