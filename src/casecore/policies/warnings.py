"""What is merely odd in a policy: overrides that can never matter, templates that Meta would not take."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from casecore.channels import Channel
from casecore.kernel.problems import Problem, steps_of, under
from casecore.policies.layers import Aspect, Layers, Override
from casecore.policies.origins import locate_problems
from casecore.policies.policy import Policy
from casecore.policies.sections import CatalogueKind


def policy_warnings(policy: Policy) -> tuple[Problem, ...]:
    """Overrides that can never matter, and templates that Meta would not take as they are, with their places."""
    return locate_problems((*_idle_overrides(policy), *_odd_templates(policy)), policy.sources)


def _odd_templates(policy: Policy) -> Iterator[Problem]:
    from casecore.templates.prepared import read_prepared

    for name, entry in policy.catalogue.items():
        if entry.kind is CatalogueKind.WHATSAPP_TEMPLATE:
            for finding in read_prepared(entry.template_kind, entry.definition).lint():
                path = under(under("catalogue", name), "definition")
                yield Problem(path, finding.message, "", finding.remedy)


def _idle_overrides(policy: Policy) -> Iterator[Problem]:
    layers = Layers(policy)
    for number, override in enumerate(policy.override):
        for path in override.set:
            where, concerned = under(f"override[{number}].set", path), _only_channel(path)
            if concerned is not None and override.match.channel not in {None, concerned}:
                found = f"can never apply: the key only concerns cases on {concerned}, and this is for {override.match}"
                yield Problem(where, found, "", f"match {concerned}, or take it out")
            elif not any(_has_effect(policy, layers, number, path, case) for case in _cases_matched(policy, override)):
                found = "can never apply: overrides that name more decide for every case that this one matches"
                yield Problem(where, found, "", "take it out")


_CHANNELS: Final = frozenset(map(str, Channel))


def _only_channel(path: str) -> str | None:
    """The only channel for which a key is asked, if there is one: its path names it."""
    return next((str(step) for step in steps_of(path) or () if step in _CHANNELS), None)


def _cases_matched(policy: Policy, override: Override) -> Iterator[Aspect]:
    """The cases that an override matches, as far as other overrides tell them apart."""
    match = override.match
    queues = (*dict.fromkeys(other.match.queue for other in policy.override), None)
    channels = tuple(Channel) if match.channel is None else (match.channel,)
    for channel, queue in product(channels, queues if match.queue is None else (match.queue,)):
        yield Aspect(channel, queue, frozenset(match.tag))


def _has_effect(policy: Policy, layers: Layers[Policy], number: int, path: str, case: Aspect) -> bool:
    setting = (other for other in layers.matching_overrides(case) if path in policy.override[other].set)
    last = [*setting][-1]
    return last == number or policy.override[last].set[path] == policy.override[number].set[path]
