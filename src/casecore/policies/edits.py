"""What two policies write differently: the edited keys, one by one, so that each can be tried alone.

Comments, layout, and another way to write the same value are no edits. A queue or calendar that only one of the two has
is one edit; so is another order of the queues, because they are asked in their order. Own rules are told apart by their
ids: one that only one of the two has is an edit, and of others each key that differs; their order means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import reduce
from typing import Any, Final

from attrs import field, frozen

from casecore.kernel.problems import Origin, outer, under
from casecore.policies.declared import find_key, is_entry
from casecore.policies.errors import PolicyError
from casecore.policies.kinds import NONE, Named
from casecore.policies.layers import JOINED
from casecore.policies.origins import Sources
from casecore.policies.policy import Policy

NAMES: Final = frozenset({"id", "version", "source"})
"""Keys that only say which file this is."""


RULES: Final = ("rule",)
"""Where the own rules stand."""


@frozen
class Edit:
    """One key that the two policies set differently.

    Attributes:
        steps: The words of its path; of an own rule its id, not its place in the file.
        old: Its value in the old policy, as a file writes it; None where it has none.
        new: Likewise in the new one. Where only the order differs, both are the names in order.
        places: Where each policy says it, the new one first, by the files of the policy: in the layer, and in the file,
            that sets it.
    """

    steps: tuple[str, ...]
    old: Any = field(hash=False)
    new: Any = field(hash=False)
    places: tuple[tuple[Sources, Origin | None], ...] = field(default=(), eq=False, repr=False)

    @property
    def key(self) -> str:
        """Its path, as a policy names it."""
        return reduce(under, self.steps, "")


def edits_of(old: Policy, new: Policy) -> tuple[Edit, ...]:
    """Every key whose value differs, except what only says which file this is."""
    edits = (edit for edit in _differing_keys(old.to_dict(), new.to_dict(), ()) if edit.steps[0] not in NAMES)
    return tuple(_with_places(edit, old, new) for edit in edits)


def is_key_of_rule(edit: Edit) -> bool:
    """Whether it is an edit of one key of an own rule that both policies have."""
    return edit.steps[:1] == RULES and len(edit.steps) > len(RULES) + 1


def is_about_rules(edit: Edit) -> bool:
    """Whether it is an edit of own rules, or of what is noted of a case for them to look at."""
    return edit.steps[0] in {*RULES, "attributes"}


def _with_places(edit: Edit, old: Policy, new: Policy) -> Edit:
    places = (
        (new.sources, _place_of(new, edit, edit.new, edit.old)),
        (old.sources, _place_of(old, edit, edit.old, edit.new)),
    )
    return Edit(edit.steps, edit.old, edit.new, places)


def _place_of(policy: Policy, edit: Edit, mine: Any, others: Any) -> Origin | None:
    """Where a policy says what is edited; an entry that it leaves out, where the table of entries stands."""
    if edit.steps[:1] == RULES:
        return _place_of_rule(policy, *edit.steps[1:])
    root: Any = Policy
    around = find_key(root, outer(edit.key))
    paths = [edit.key, f"{edit.key}[0]"]
    if edit.steps[0] in JOINED:
        paths = [*_layer_paths(edit.key, mine or [], others or [])]
    elif around is not None and isinstance(around.kind, Named) and not around.is_table:
        paths.append(around.path)
    return next(filter(None, map(policy.origin, paths)), None)


def _place_of_rule(policy: Policy, rule: str, *words: str) -> Origin | None:
    """Where a policy says a key of an own rule, or has the rule; None where it has no such rule."""
    path = policy.path_of_rule(rule)
    paths = [] if path is None else [*(f"{path}.{word}" for word in words), path]
    return next(filter(None, map(policy.origin, paths)), None)


def _layer_paths(name: str, mine: list[Any], others: list[Any]) -> Iterator[str]:
    """The paths at which layers differ from those of the other policy: a value that they set, or a whole layer."""
    for number, layer in enumerate(mine):
        if layer in others:
            continue
        matched: Mapping[str, Any] = next((other for other in others if _selects(other) == _selects(layer)), {})
        was = matched.get("set", {})
        values = [path for path, value in layer.get("set", {}).items() if was.get(path, others) != value]
        yield from (under(f"{name}[{number}].set", path) for path in values if matched)
        yield f"{name}[{number}]"


def _selects(layer: Mapping[str, Any]) -> Any:
    """What a layer is for: some cases, a date, a promise."""
    return [layer.get(word) for word in ("match", "on", "promise")]


def _differing_keys(old: Mapping[str, Any], new: Mapping[str, Any], steps: tuple[str, ...]) -> Iterator[Edit]:
    for word in dict.fromkeys((*old, *new)):
        before, after, path = old.get(word), new.get(word), (*steps, word)
        if path == RULES:
            yield from _differing_rules(_rules_by_id(before or ()), _rules_by_id(after or ()))
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differing_keys(before, after, path)
            if path == ("queues",) and _order_among(before, after) != _order_among(after, before):
                yield Edit(path, [*before], [*after])
        elif before != after:
            yield Edit(path, before, after)


def _differing_rules(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Edit]:
    """Rules that only one policy has, and each key of the others that differs."""
    for rule in dict.fromkeys((*old, *new)):
        before, after = old.get(rule), new.get(rule)
        if before is None or after is None:
            yield Edit((*RULES, rule), before, after)
            continue
        for word in dict.fromkeys((*before, *after)):
            if before.get(word) != after.get(word):
                yield Edit((*RULES, rule, word), before.get(word), after.get(word))


def _rules_by_id(said: Any) -> dict[str, Any]:
    return {rule["id"]: rule for rule in said}


def _order_among(names: Mapping[str, Any], others: Mapping[str, Any]) -> list[str]:
    return [name for name in names if name in others]


def apply_edit(policy: Policy, edit: Edit, *, back: bool = False) -> Policy | None:
    """A policy with one edit made, or taken back; None where it then contradicts itself."""
    value = edit.old if back else edit.new
    plain = deepcopy(policy.to_dict())
    rules = plain["rule"] = _rules_by_id(plain["rule"])
    held, (*path, last) = plain, edit.steps
    for word in path:
        held = held.setdefault(word, {})
    if isinstance(held.get(last), dict) and isinstance(value, list):  # the order of its names
        held[last] = {name: held[last][name] for name in dict.fromkeys((*value, *held[last])) if name in held[last]}
    elif value is None and is_entry(Policy, edit.steps):
        held[last] = NONE
    elif value is None:
        held.pop(last, None)
    else:
        held[last] = value
    plain["rule"] = [*rules.values()]
    try:
        return Policy.from_dict(plain)
    except PolicyError:
        return None
