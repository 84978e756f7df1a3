"""The table of faults: what somebody could get wrong about casecore in one place, and the promise that must notice it.

Each row says in words what goes wrong, which promise of §10 it breaks, in what part of the code it lies, and in which
small scopes of `casecore check` it shows: few, and the smallest, so that the whole table is asked in minutes. Where
the shipped SOP never reaches the place, the row has what its policy says otherwise.

A fault is one piece of source text that reads otherwise. It is not marked whether a proof notices it: all must. The
rows stand by theme, as the promises do: `life_cycle.py`, `assignment.py`, `live_work.py`, `waiting.py`, `replies.py`,
`people.py`, `logged.py`, `own_rules.py`, `ways.py`, and `engine.py` for what all rooms rest on.
"""

from tests.faults.assignment import ASSIGNMENT
from tests.faults.engine import ENGINE_ROWS
from tests.faults.life_cycle import LIFE_CYCLE
from tests.faults.live_work import AUTHENTICATION, DEPARTURES, PRESENCE, SILENCE
from tests.faults.logged import LOGGED_CASES
from tests.faults.own_rules import OWN_RULES
from tests.faults.people import BLOCKING, CASE_MERGING, MERGING, MOVING
from tests.faults.replies import REPLIES
from tests.faults.rows import Fault
from tests.faults.waiting import WAITING
from tests.faults.ways import CUT_OFF, DATED, ORDER, USE, WAYS

_ROWS = (
    *LIFE_CYCLE,
    *ASSIGNMENT,
    *SILENCE,
    *AUTHENTICATION,
    *PRESENCE,
    *DEPARTURES,
    *WAITING,
    *REPLIES,
    *MERGING,
    *CASE_MERGING,
    *MOVING,
    *BLOCKING,
    *LOGGED_CASES,
    *OWN_RULES,
    *ORDER,
    *CUT_OFF,
    *WAYS,
    *USE,
    *DATED,
    *ENGINE_ROWS,
)

FAULTS: tuple[Fault, ...] = tuple(sorted(_ROWS, key=lambda fault: fault.promise))
"""Every row, by promise."""
