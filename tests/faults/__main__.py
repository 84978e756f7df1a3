"""Print the whole table of faults: each, and what a check says of its promise now."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.faults.patching import Answer, ask
from tests.faults.rows import RED, Fault
from tests.faults.table import FAULTS


def main(arguments: list[str]) -> int:
    """Ask every row, or those whose promise or words are given, and print them by promise.

    Returns:
        0 where every one of them turns its promise red, else 1.
    """
    wanted = [fault for fault in FAULTS if not arguments or any(_is_meant(fault, word) for word in arguments)]
    red = 0
    with ThreadPoolExecutor(1) as pool:
        for fault, answers in zip(wanted, pool.map(lambda fault: ask(fault.job), wanted), strict=True):
            answer = answers[fault.promise]
            red += answer.verdict == RED
            for line in _lines(fault, answer):
                print(line, flush=True)
    print(f"{red} of {len(wanted)} faults are red")
    return 0 if red == len(wanted) else 1


def _is_meant(fault: Fault, word: str) -> bool:
    return word == fault.promise or word in fault.name


def _lines(fault: Fault, answer: Answer) -> Iterator[str]:
    story = f"{answer.story:2}" if answer.story else " -"
    yield f"{fault.promise}  {fault.part:<11}  {answer.verdict:<12}  {story}  {answer.seconds:5.1f} s  {fault.name}"
    if answer.verdict != RED and answer.wrong:
        yield f"      {answer.wrong[0]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
