"""What a change of the policy changes, told by what the desk does and not by how the file is written.

    from casecore.diff import diff

    found = diff(old, new)
    for change in found.changes:
        print(change.label, change.rules, change.edits, change.story)

* `policies/edits.py`: what is written differently.
* `scopes.py`: the small desks at which both policies work.
* `comparison.py`: what they decide differently, grouped, with the shortest story of each.
"""

from __future__ import annotations

from casecore.diff.comparison import BehaviourChange, Comparison, Label, diff, over_time
from casecore.diff.comparison import BehaviourChange as Change  # as it was called at first
from casecore.policies.edits import Edit

__all__ = ["BehaviourChange", "Change", "Comparison", "Edit", "Label", "diff", "over_time"]
