"""Which keys of a policy set a rule, what the policy cites for them, and where they stand: what a refusal tells.

A rule of the policy's own sets itself. Any other is set by the key that is called like it, and by those whose
declaration names it. To both belongs the entry in `[enforcement]`. Of keys that there are once for each channel, queue
or level, a refusal is about those of the one that its facts name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from casecore.kernel import Setting
from casecore.kernel.problems import steps_of, under
from casecore.policies.declared import ANY_NAME, key_at, keys_of_rule, path_with_name

if TYPE_CHECKING:
    from casecore.policies.policy import Policy


def settings_of(policy: Policy, rule: str, facts: Mapping[str, Any]) -> tuple[Setting, ...]:
    """The keys that set a rule, as they are in force, with their places.

    Args:
        policy: The policy in force, for a case at an instant.
        rule: The rule's id.
        facts: What was measured.
    """
    words = {str(value) for value in facts.values() if isinstance(value, str)}
    own, softened = policy.path_of_rule(rule), _softened(policy, rule)
    if own is not None:
        return tuple(_setting(policy, key) for key in (own, *softened))
    keys = [key for declared in keys_of_rule(type(policy), rule) for key in _named(policy, declared)]
    meant = [key for key in keys if words.intersection(_steps(policy, key))] or keys
    return tuple(_setting(policy, key) for key in (*meant, *softened))


def keys_that_set(policy: Policy, rule: str) -> tuple[str, ...]:
    """The paths of what sets a rule: its keys, or itself where it is the policy's own, and the entry that softens it.

    Of keys that each queue or calendar has, the path has `NAME` for its name.
    """
    own = policy.path_of_rule(rule)
    return (*(keys_of_rule(type(policy), rule) if own is None else (own,)), *_softened(policy, rule))


def _softened(policy: Policy, rule: str) -> tuple[str, ...]:
    """The entry that says how strictly a rule is kept, where there is one."""
    return (under("enforcement", rule),) if rule in policy.enforcement else ()


def _named(policy: Policy, path: str) -> Iterator[str]:
    """A key; one that each queue or calendar has, for each of them."""
    if ANY_NAME not in path:
        yield path
        return
    yield from (path_with_name(path, name) for name in getattr(policy, path.partition(".")[0]))


def _steps(policy: Policy, path: str) -> tuple[str, ...]:
    return key_at(type(policy), path).steps


def _setting(policy: Policy, path: str) -> Setting:
    origin, source = policy.origin(path), policy.layer_source(path) or _source_of_table(policy, path) or policy.source
    return Setting(path, source) if origin is None else Setting(path, source, origin.file, origin.line)


def _source_of_table(policy: Policy, path: str) -> str:
    """What the innermost table around a key cites."""
    held: Any = policy
    found = ""
    for step in steps_of(path) or ():
        if isinstance(step, int):
            held = held[step]
        else:
            held = held.get(step) if isinstance(held, Mapping) else getattr(held, step, None)
        found = getattr(held, "source", "") or found
    return found
