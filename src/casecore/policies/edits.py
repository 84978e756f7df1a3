"""What two policies write differently: the edited keys, one by one, so that each can be tried alone.

Comments, layout, and another way to write the same value are no edits. A queue or calendar that only one of the two has
is one edit; so is another order of the queues, because they are asked in their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import reduce
from typing import Any, Final

from attrs import field, frozen

from casecore.kernel.problems import under
from casecore.policies.errors import PolicyError
from casecore.policies.policy import Policy

NAMES: Final = frozenset({"id", "version", "source"})
"""Keys that only say which file this is."""


@frozen
class Edit:
    """One key that the two policies set differently.

    Attributes:
        steps: The words of its path.
        old: Its value in the old policy, as a file writes it; None where it has none.
        new: Likewise in the new one. Where only the order differs, both are the names in order.
    """

    steps: tuple[str, ...]
    old: Any = field(hash=False)
    new: Any = field(hash=False)

    @property
    def key(self) -> str:
        """Its path, as a policy names it."""
        return reduce(under, self.steps, "")


def edits_of(old: Policy, new: Policy) -> tuple[Edit, ...]:
    """Every key whose value differs, except what only says which file this is."""
    return tuple(edit for edit in _differing_keys(old.to_dict(), new.to_dict(), ()) if edit.steps[0] not in NAMES)


def _differing_keys(old: Mapping[str, Any], new: Mapping[str, Any], steps: tuple[str, ...]) -> Iterator[Edit]:
    for word in dict.fromkeys((*old, *new)):
        before, after, path = old.get(word), new.get(word), (*steps, word)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differing_keys(before, after, path)
            if path == ("queues",) and _order_among(before, after) != _order_among(after, before):
                yield Edit(path, [*before], [*after])
        elif before != after:
            yield Edit(path, before, after)


def _order_among(names: Mapping[str, Any], others: Mapping[str, Any]) -> list[str]:
    return [name for name in names if name in others]


def apply_edit(policy: Policy, edit: Edit, *, back: bool = False) -> Policy | None:
    """A policy with one edit made, or taken back; None where it then contradicts itself."""
    value = edit.old if back else edit.new
    plain = deepcopy(policy.to_dict())
    held, (*path, last) = plain, edit.steps
    for word in path:
        held = held.setdefault(word, {})
    if isinstance(held.get(last), dict) and isinstance(value, list):  # the order of its names
        held[last] = {name: held[last][name] for name in dict.fromkeys((*value, *held[last])) if name in held[last]}
    elif value is None:
        held.pop(last, None)
    else:
        held[last] = value
    try:
        return Policy.from_dict(plain)
    except PolicyError:
        return None
