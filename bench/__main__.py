"""Run all benchmarks, or those that are named: `python -m bench decide fold`."""

from __future__ import annotations

import platform
import sys
from importlib import import_module
from time import perf_counter

import casecore
from bench.measure import show

SUBJECTS = (
    "clocks",
    "day",
    "decide",
    "diff",
    "explore",
    "fold",
    "handle",
    "imports",
    "loading",
    "partial",
    "routing",
    "rules",
    "templates",
)


def main(names: list[str]) -> int:
    """Print a table for each subject.

    Returns:
        The exit code: 0 even where a figure is over its target; 1 where a benchmark cannot run; 2 for a name that is
        none of a benchmark.
    """
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        print(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(SUBJECTS)}", file=sys.stderr)
        return 2
    began = perf_counter()
    print(f"casecore {casecore.__version__}, {platform.python_implementation()} {platform.python_version()}")
    print(f"{platform.python_compiler()}, {platform.machine()}")
    print("CPU time, medians of runs that take turns; trust the ratios, the times are this machine's\n")
    for name in names or SUBJECTS:
        try:
            subject = import_module(f"bench.{name}")
        except ModuleNotFoundError as error:
            print(f"{name} cannot run: there is no {error.name}; `make bench` installs it", file=sys.stderr)
            return 1
        print(subject.__doc__.splitlines()[0])
        show(subject.lines())
    print(f"{perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
