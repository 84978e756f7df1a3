"""What a desk must always keep, and the witnesses who watch that it does.

Each promise has its number in §10 of the domain, and is one row (`promise.py`) with a **witness**: a function that is
shown what each command brought about and says what breaks the promise. Witnesses know nothing of the desk: no record,
no rule, no consequence. They see events and the plain values of the policy, and keep **books** of their own from
these (`books.py`). So a hole in a rule, or a record that counts wrong, is no hole in the promise that rests on it.

* `life_cycle.py`: a case moves only along it, nothing is lost, and there is always a way to closed.
* `assignment.py`: who holds a case, how many, and whether they should.
* `live_work.py`: silence, authentication, and agents who come and go.
* `replies.py`: what is sent to customers, and with whose approval.
* `people.py`: customers who are blocked.
* `own_rules.py`: what a policy's own rules guard; one promise for each rule, by its id (`promises_of_policy`).

`happening.py` is what a witness is shown, `in_force.py` what the SOP says for a case, in a reading of their own.

The same witnesses watch in the explorer, where a world is the desk and their books (`casecore.explore`), at a desk that
tests work at, over a day that is replayed, and over any stored history: `watch(events, policy)` (`watching.py`).
A promise whose rule the policy softens or switches off is **not claimed**: it is then neither kept nor broken.

`steps.py` and `ways.py` are for those who judge with a desk at hand: what a command did to it, and by which commands a
case can still be closed.
"""

from __future__ import annotations

from casecore.promises.happening import Happening
from casecore.promises.own_rules import promises_of_policy
from casecore.promises.promise import Occasion, Promise, Situation, Statement, WayOn
from casecore.promises.rows import OTHERS, PROMISES, WAYS_ON, promises_of
from casecore.promises.steps import Step
from casecore.promises.watching import Breach, Watch, watch

__all__ = [
    "OTHERS",
    "PROMISES",
    "WAYS_ON",
    "Breach",
    "Happening",
    "Occasion",
    "Promise",
    "Situation",
    "Statement",
    "Step",
    "Watch",
    "WayOn",
    "promises_of",
    "promises_of_policy",
    "watch",
]
