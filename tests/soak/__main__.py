"""`make soak`: a million hostile inputs, a long walk, and how each reader's time grows. Prints the counts.

    python -m tests.soak [--times 1000000] [--seed 0] [--only policies]

Ends with 1 where anything was wrong; what was is told with the trial that shows it: `attempt(name, number, seed)` of
`hostile.py` tries it again. The same seed tries the same. What is found becomes a test without chance.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

from tests.soak.growth import MOST, ratios
from tests.soak.hostile import TRIALS, Tried, try_all
from tests.soak.walk import walk

SHARES = {"policies": 10, "rules": 5, "days": 20, "events": 25, "templates": 20, "queries": 20}
"""How many of a hundred trials are of each sort."""

PORTION = 2_000
"""How many trials a process does at once."""


def try_hostile(times, seed, only, workers):
    """All trials, on several cores: what came of each sort."""
    sorts = {name: times * share // 100 for name, share in SHARES.items() if not only or name in only}
    portions = [
        (name, min(PORTION, count - first), seed, first)
        for name, count in sorts.items()
        for first in range(0, count, PORTION)
    ]
    found = {name: Tried() for name in sorts}
    with ProcessPoolExecutor(workers) as pool:
        for (name, *_), tried in zip(portions, pool.map(_portion, portions), strict=True):
            found[name].read += tried.read
            found[name].refused += tried.refused
            found[name].failed += tried.failed
            found[name].wrong = tried.wrong | found[name].wrong
    return found


def _portion(given):
    return try_all(*given)


def main(arguments=None):
    """Soak, and say what came of it; 1 where something is wrong."""
    cli = argparse.ArgumentParser(prog="python -m tests.soak")
    cli.add_argument("--times", type=int, default=1_000_000, help="how many hostile inputs")
    cli.add_argument("--seed", type=int, default=0, help="what chance begins with")
    cli.add_argument("--only", action="append", choices=TRIALS, default=[], help="only inputs of this sort")
    cli.add_argument("--workers", type=int, default=os.cpu_count(), help="how many processes")
    given = cli.parse_args(arguments)
    begin, wrong = perf_counter(), 0
    print(f"Hostile input, seed {given.seed}: nothing but a CasecoreError, and no refusal changes anything.")
    for name, tried in try_hostile(given.times, given.seed, given.only, given.workers).items():
        total, sorts = tried.read + tried.refused + tried.failed, len(tried.wrong)
        print(f"{total:>10,} {name:<10} {tried.read:>9,} read, {tried.refused:>9,} refused,", end=" ")
        print(f"{tried.failed:,} wrong in {sorts} ways")
        for what, trial in tried.wrong.items():
            wrong += 1
            print(f"    {what}  attempt{trial}")
    if not given.only:
        wrong += _walk(given.times // 10, given.seed) + _grow()
    print(f"{wrong} wrong, {perf_counter() - begin:,.0f} s")
    return 1 if wrong else 0


def _walk(times, seed):
    walked = walk(times, seed)
    print(f"\nA walk: {walked.tried:,} commands, {walked.refused:,} refused by {len(walked.rules)} rules;", end=" ")
    print(f"{walked.remedies:,} remedies that name commands, {len(walked.wrong)} wrong")
    for what in walked.wrong[:20]:
        print(f"    {what}")
    return len(walked.wrong)


def _grow():
    print(f"\nTen times the size, and how many times the time; at most {MOST:g}.")
    slow = 0
    for what, seconds, ratio in ratios():
        slow += ratio > MOST
        print(f"{ratio:>10.1f} {what:<40} {seconds * 1e3:>8.2f} ms{'  TOO SLOW' if ratio > MOST else ''}")
    return slow


if __name__ == "__main__":
    sys.exit(main())
