"""`make mutants`: change one thing at a time in the rules, and see which changes no test notices.

    python -m tests.mutants [--count 600] [--seed 0] [--tests tests] [--coverage FILE] [--module rooms/notes.py]

A seeded sample of changes (`making.py`), spread by file; each is run against the fast tests that cover its lines, the
likeliest first, until one fails (`covering.py`, `patched.py`). Prints what was killed and what survived, by file, and
each survivor: with its reason where that stands in `survivors.toml`. Ends with 1 where fewer than ninety-five of a
hundred are killed, or a survivor has no reason.

cosmic-ray makes the changes; its own runner would write each into the source, and give all to one command. mutmut 3
changes nothing in a function that has a decorator, as most rules have, and nothing in the tables of the rooms.
"""

import argparse
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.mutants.covering import Covered, measure
from tests.mutants.making import ROOT, modules, sample
from tests.mutants.survivors import known_survivors

PATIENCE = 60
PATIENCE_A_TEST = 0.5
"""For how many seconds the tests of one mutant may run, and how much longer for each test; no end is noticed, too."""

NOT_RUN = {4, 5}
"""What pytest ends with where a test is not found, or none is: then nothing is said of the mutant."""

ENOUGH = 0.95
"""How many must be killed."""


def verdict(mutant, covered, folder, number):
    """`killed` or `survived`: what the tests say of one mutant."""
    source = folder / f"{number}.py"
    source.write_text(mutant.source, "utf-8")
    return "killed" if any(_noticed(mutant, source, tests) for tests in covered.tests_of(mutant)) else "survived"


def _noticed(mutant, source, tests):
    """Whether one of these tests fails; the likeliest are asked by themselves, so that few are collected."""
    listed = source.with_suffix(".txt")
    listed.write_text("\n".join(tests), "utf-8")
    command = [sys.executable, "-m", "tests.mutants.patched", mutant.module, source, listed]
    patience = PATIENCE + PATIENCE_A_TEST * len(tests)
    try:
        ran = subprocess.run(command, cwd=ROOT, timeout=patience, capture_output=True, check=False)
    except subprocess.TimeoutExpired:
        return True
    if ran.returncode in NOT_RUN:
        raise SystemExit(f"the tests of {mutant.module}:{mutant.line} cannot be run: {ran.stderr.decode()[-2_000:]}")
    return ran.returncode != 0


def main(arguments=None):
    """Try the sample, and say what survives."""
    cli = argparse.ArgumentParser(prog="python -m tests.mutants")
    cli.add_argument("--count", type=int, default=600, help="how many mutants")
    cli.add_argument("--seed", type=int, default=0, help="what chance begins with")
    cli.add_argument("--tests", nargs="*", default=["tests"], help="the tests that are asked")
    cli.add_argument("--coverage", type=Path, help="what an earlier run measured, or where to keep what this one does")
    cli.add_argument("--module", action="append", default=[], choices=modules(), help="only mutants of this file")
    cli.add_argument("--workers", type=int, default=os.cpu_count(), help="how many run at once")
    given = cli.parse_args(arguments)
    begin = perf_counter()
    mutants = [one for one in sample(given.count, given.seed) if not given.module or one.module in given.module]
    with TemporaryDirectory() as name:
        folder = Path(name)
        data = given.coverage
        if data is None or not data.exists():
            measured = measure(folder, given.tests, given.workers)
            data = measured if data is None else measured.replace(data)
        covered = Covered(data)
        with ThreadPoolExecutor(given.workers) as pool:
            jobs = [pool.submit(verdict, one, covered, folder, number) for number, one in enumerate(mutants)]
            verdicts = [job.result() for job in _told(jobs)]
    return _report(list(zip(mutants, verdicts, strict=True)), perf_counter() - begin)


def _told(jobs):
    for number, job in enumerate(jobs, 1):
        print(f"\r{number - 1} of {len(jobs)}", end="", file=sys.stderr, flush=True)
        yield job
    print("\r", end="", file=sys.stderr)


def _report(found, seconds):
    reasons, unknown = known_survivors(), 0
    counts = Counter((mutant.module, said) for mutant, said in found)
    print(f"{'killed':>8} {'survived':>9}")
    for module in sorted({mutant.module for mutant, _ in found}):
        print(f"{counts[module, 'killed']:>8} {counts[module, 'survived']:>9}  {module}")
    for mutant, said in found:
        if said != "killed":
            reason = reasons.get((mutant.module, mutant.old, mutant.new))
            unknown += reason is None
            print(f"\n{mutant.module}:{mutant.line} {said} ({mutant.operator}): {reason or 'no reason is known'}")
            print(f"    - {mutant.old}\n    + {mutant.new}")
    killed = sum(said == "killed" for _, said in found)
    print(
        f"\n{killed} of {len(found)} killed, {killed / max(len(found), 1):.1%}; {unknown} survivors without a reason;",
        end=" ",
    )
    print(f"{seconds:,.0f} s")
    return 1 if unknown or killed < ENOUGH * len(found) else 0


if __name__ == "__main__":
    sys.exit(main())
