"""Judging what a help desk really did, as its log tells it, by the same SOP that the desk runs by.

    report = audit("incidents.csv", Policy.load("sop.toml"), "our-map.toml")
    print(FORMATS["md"](report))

1. A **map** (`logs/log_map.py`) says which column holds what, how times are written, what the log's words mean, and
   what it tells wholly. Nothing is guessed.
2. The log is **read** (`logs/reading.py`) in the order in which it happened; what is odd about it is counted.
3. Each row is **judged** (`judging/judge.py`) by the very rules that a live desk is asked, and the desk goes on as the
   log does (`judging/fold.py`), whatever was broken. There is no second copy of a rule.
4. What the log does not tell is **unknown** (`judging/untold.py`, `judging/knowledge.py`). A rule that looked at
   something untold is unknown there, unless it says the same whatever that is. So kept is kept, broken is broken, and
   unknown is said.
5. The **report** (`reports/report.py`) has a denominator for everything: of so many occasions a rule was kept, broken
   and unknown, in all and for each agent, queue, channel, hour and day; and what the log would have to tell for more.

A rule is told once a row. Findings name ids, never what people wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casecore.audit.errors import AuditError as AuditError
    from casecore.audit.errors import MapError as MapError
    from casecore.audit.judging.auditing import Auditor as Auditor
    from casecore.audit.judging.auditing import Telling as Telling
    from casecore.audit.judging.auditing import Violation as Violation
    from casecore.audit.judging.tally import Side as Side
    from casecore.audit.logs.log_map import LogMap as LogMap
    from casecore.audit.logs.log_rows import Log as Log
    from casecore.audit.logs.log_rows import LogRow as LogRow
    from casecore.audit.logs.reading import read_log as read_log
    from casecore.audit.reports.formats import FORMATS as FORMATS
    from casecore.audit.reports.pseudonyms import Pseudonyms as Pseudonyms
    from casecore.audit.reports.report import AuditReport as AuditReport
    from casecore.audit.running import audit as audit

_HOME_OF = {
    **dict.fromkeys(("Auditor", "Violation", "Telling"), "judging.auditing"),
    **dict.fromkeys(("AuditError", "MapError"), "errors"),
    **dict.fromkeys(("Log", "LogRow"), "logs.log_rows"),
    "Side": "judging.tally",
    "AuditReport": "reports.report",
    "FORMATS": "reports.formats",
    "LogMap": "logs.log_map",
    "Pseudonyms": "reports.pseudonyms",
    "audit": "running",
    "read_log": "logs.reading",
}

__all__ = sorted(_HOME_OF)  # noqa: PLE0605 -- a list of names


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    return value
