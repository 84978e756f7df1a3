"""Checking a policy: every behaviour of a small desk is tried, and every promise of §10 is proved or broken.

    report = check(policy)
    report.exit                     # 0 clean, 1 findings, 2 could not run, 3 inconclusive

1. **Lint** (`lint.py`): what reading the policy alone shows, e.g. a queue that no case can enter.
2. **Verify**: the scopes of `scopes.py` are searched, and each promise is asked of every step of all of them.
   * *proved*: it was put to the test, and no step broke it; the scopes and their sizes are the proof's range.
   * *fails*: with the shortest story, and the nearest change of the policy with which it holds.
   * *vacuous*: nothing ever put it to the test, and why.
   * *inconclusive*: a search was given up at its limit, no story could be told, or a situation is never tried.
   * *not claimed*: the policy softens what it rests on. *Waived*: the policy says so, with an end and a reason.
3. **Walk** (`walk.py`): a random walk over all commands at a larger desk. It finds; it proves nothing.

What is found can be kept (`cache.py`): a second time, only what an edit touches is asked again.

    report = check(policy, cache=Cache.open())
"""

from __future__ import annotations

from casecore.check.cache import Cache
from casecore.check.judge import check
from casecore.check.report import Exit, Finding, Fix, Judgement, PromiseVerdict, Report, Searched, Severity
from casecore.check.report import PromiseVerdict as Verdict  # as it was called at first
from casecore.check.report import Severity as Level  # likewise

__all__ = [
    "Cache",
    "Exit",
    "Finding",
    "Fix",
    "Judgement",
    "Level",
    "PromiseVerdict",
    "Report",
    "Searched",
    "Severity",
    "Verdict",
    "check",
]
