"""Run all benchmarks, or those that are named: `python -m bench decide fold`."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from time import perf_counter

import casecore
from bench.measure import Effort, Line, in_words, say, table
from bench.stored import has_worsened, read_baseline, write_baseline
from bench.subjects import SUBJECTS, Part, measured, title, unknown

VERDICTS = {True: "within", False: "over", None: ""}


def rows_of(subject: str, parts: Iterable[Part], stored: Mapping[str, float]) -> Iterator[tuple[str, ...]]:
    """The table of a subject."""
    yield "", "ours", "peer", "ratio", "stored", "target", ""
    for line in (line for part in parts for line in part.lines):
        before = stored.get(f"{subject}.{line.key}")
        was = "" if before is None else in_words(before, faster=line.faster)
        yield line.what, line.ours, line.peer, line.ratio, was, line.goal, VERDICTS[line.reached]


def shortfalls(subject: str, line: Line, stored: Mapping[str, float]) -> Iterator[tuple[str, ...]]:
    """What misses its target, or has got worse: what it is, the figure, and what it should be."""
    what, figure = f"{subject}: {line.what.removeprefix('... ')}", line.ratio or line.ours
    if line.reached is False:
        yield what, figure, line.goal
    before = stored.get(f"{subject}.{line.key}")
    if line.share is not None and has_worsened(line.share, before):
        yield what, figure, f"was {in_words(before, faster=line.faster)}"


def arguments(given: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser("python -m bench", description="How fast casecore is, beside its peers.")
    parser.add_argument("subjects", nargs="*", help="what to measure; everything where none is named")
    parser.add_argument("--store", action="store_true", help="write the ratios to bench/baseline.json")
    parser.add_argument("--quick", action="store_true", help="as little as gives a figure at all: to try a benchmark")
    return parser.parse_args(given)


def main(given: list[str]) -> int:
    """Print a table for each subject, and one at the end of what fell short.

    Returns:
        The exit code: 0 even where a figure is over its target, or a peer is not installed; 2 for a name that is none
        of a benchmark.
    """
    asked = arguments(given)
    problem = unknown(asked.subjects)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    began, effort, stored = perf_counter(), Effort(quick=asked.quick), read_baseline()
    say(f"casecore {casecore.__version__}, {platform.python_implementation()} {platform.python_version()}")
    say(f"{platform.python_compiler()}, {platform.machine()}")
    say("CPU time, medians of runs that take turns; trust the ratios, the times are this machine's\n")
    found: dict[str, list[Part]] = {}
    for subject in asked.subjects or SUBJECTS:
        say(title(subject))
        found[subject] = parts = [*measured(subject, effort)]
        say(table(rows_of(subject, parts, stored)))
        for part in parts:
            if part.missing:
                say(f"left out: {part.missing}")
        say("")
    say(summary(found, stored))
    if asked.store:
        write_baseline(ratios_of(found), frozenset(found))
    say(f"{perf_counter() - began:.0f} s")
    return 0


def summary(found: Mapping[str, Iterable[Part]], stored: Mapping[str, float]) -> str:
    """What fell short of its target, and of what is stored; and how many targets there are."""
    lines = [(subject, line) for subject, parts in found.items() for part in parts for line in part.lines]
    asked = [line.reached for _, line in lines if line.reached is not None]
    short = [row for subject, line in lines for row in shortfalls(subject, line, stored)]
    told = f"{asked.count(True)} of {len(asked)} targets are reached"
    return f"{told}; what fell short:\n{table([('', 'figure', 'target'), *short])}\n" if short else f"{told}.\n"


def ratios_of(found: Mapping[str, Iterable[Part]]) -> dict[str, float]:
    """What is stored: each ratio to a peer, by subject and key."""
    return {
        f"{subject}.{line.key}": line.share
        for subject, parts in found.items()
        for part in parts
        for line in part.lines
        if line.key and line.share is not None
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
