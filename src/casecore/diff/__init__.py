"""What a change of the policy changes, told by what the desk does and not by how the file is written.

    from casecore.diff import diff

    found = diff(old, new)
    for change in found.changes:
        print(change.label, change.rules, change.edits, change.story)

* `policies/edits.py`: what is written differently.
* `check/joined_scopes.py`: the small desks at which both policies work.
* `comparison.py`: what they decide differently, grouped, with the shortest story of each.
* `outcomes.py`: what no decision shows: when clocks are due, who is offered what.
* `tried.py`: of which keys nobody tries what they are about.
"""

from __future__ import annotations

from casecore.diff.comparison import Comparison, diff, over_time
from casecore.diff.in_scope import BehaviourChange
from casecore.diff.in_scope import BehaviourChange as Change  # as it was called at first
from casecore.diff.labels import Label
from casecore.policies.edits import Edit

__all__ = ["BehaviourChange", "Change", "Comparison", "Edit", "Label", "diff", "over_time"]
