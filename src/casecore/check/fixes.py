"""The nearest fix: one key of the policy, changed, with which a broken promise holds again.

Candidates are tried in this order, each by searching the scope of the story again:

1. every key that differs from the shipped SOP, set to the shipped value;
2. every own rule that blocks, made to warn only;
3. every flag and choice of the policy, set to its other values; what channels take last.

The first with which the promise does not fail, and no other fails that held, is the fix. It is a suggestion: it says
that the promise holds with it, not that the SOP means it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from casecore.check.report import Fix
from casecore.kernel import Enforcement
from casecore.policies import Policy
from casecore.policies.declared import ANY_NAME, DeclaredKey, every_key
from casecore.policies.edits import RULES, Edit, apply_edit, edits_of
from casecore.policies.kinds import Choice, Flag, words_of

EDITS_TRIED: Final = 40
"""How many candidates are tried."""


def nearest_fix(policy: Policy, holds: Callable[[Policy], bool], tries: int = EDITS_TRIED) -> Fix | None:
    """The nearest change of one key with which something holds; None where none of those tried helps.

    Args:
        policy: The SOP with which it does not hold.
        holds: (policy) -> whether it does.
        tries: How many candidates are tried.
    """
    for edit in islice(_candidate_edits(policy), tries):
        changed = apply_edit(policy, edit)
        if changed is not None and holds(changed):
            return Fix(edit.key, edit.old, edit.new)
    return None


def _candidate_edits(policy: Policy) -> Iterator[Edit]:
    shipped = [edit for edit in edits_of(policy, Policy.default()) if _changes_a_value(edit)]
    yield from shipped
    yield from _softened_rules(policy)
    tried = {edit.steps for edit in shipped}
    root: Any = Policy
    for known in sorted(every_key(root), key=_is_of_channels):  # so many that no other would be tried
        if known.steps not in tried and ANY_NAME not in known.steps:
            old = policy.value(known.path)
            yield from (Edit(known.steps, known.kind.write(old), new) for new in _other_values(known, old))


def _softened_rules(policy: Policy) -> Iterator[Edit]:
    block, warn = Enforcement.BLOCK.value, Enforcement.WARN.value
    strict = (rule.id for rule in policy.rule if rule.enforcement is Enforcement.BLOCK)
    yield from (Edit((*RULES, rule, "enforcement"), block, warn) for rule in strict)


def _changes_a_value(edit: Edit) -> bool:
    """Whether both policies have a value there: no queue that only one of them has, and not the order of the queues."""
    return None not in (edit.old, edit.new) and edit.steps != ("queues",)


def _is_of_channels(known: DeclaredKey) -> bool:
    return known.steps[0] == "channels"


def _other_values(known: DeclaredKey, old: Any) -> Iterator[Any]:
    """The other values that a flag or a choice may have."""
    if isinstance(known.kind, Flag):
        yield not old
    elif isinstance(known.kind, Choice):
        yield from (word for word in words_of(known.kind.choices) if word != old)
