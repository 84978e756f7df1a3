"""Texts of the policy that would never reach anybody: with emoji where the channel takes none, or longer than it takes.

An agent who is offered such a text is refused it, so it is told where it is written. What a channel takes may be said
otherwise from a date on, or for some cases: every combination that the layers of a policy make is looked at.

* The questions and closing messages of silent chats are for `chat`.
* An entry of the catalogue is for the channels that it names; one that names none is told nothing, and is not listed
  where it does not fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from casecore.channels import Channel
from casecore.check.report import Finding, Severity
from casecore.kernel import Enforcement, changed
from casecore.kernel.problems import under
from casecore.kernel.words import first_emoji
from casecore.policies import Policy
from casecore.policies.layers import Aspect, Layers
from casecore.policies.sections import TEMPLATE_ENTRIES, CatalogueKind
from casecore.templates.prepared import fill_prepared, read_prepared
from casecore.templates.quick_replies import LIMITS, QuickReply

SEVERITIES: Final = {Enforcement.BLOCK: Severity.ERROR, Enforcement.WARN: Severity.WARNING}
"""How bad it is, by what becomes of a reply with emoji; nothing where nobody asks."""

_HOMES: Final = {
    CatalogueKind.WHATSAPP_TEMPLATE: (Channel.WHATSAPP,),
    CatalogueKind.APPLE_TEMPLATE: (Channel.APPLE_MESSAGES,),
}
"""The channel of each kind of template."""

_ABOUT: Final = ("channels", "chat", "enforcement")
"""The tables that say what a channel takes, and what it is sent."""


def find_unsendable_wordings(policy: Policy) -> Iterator[Finding]:
    """Each text of a policy that cannot be sent where it is meant to be, once for each place and channel.

    Args:
        policy: The SOP.
    """
    found: dict[tuple[str, str], Finding] = {}
    for said, sets in _combinations(policy):
        for finding in (*_wordings_of_chat(said), *_entries(said)):
            path = place_in_layers(finding.path, sets)
            found.setdefault((path, finding.message), changed(finding, path=path))
    yield from found.values()


def place_in_layers(path: str, sets: tuple[tuple[str, frozenset[str]], ...]) -> str:
    """Where a value is written: in the last layer that sets it, else in the policy itself.

    Args:
        path: The value's place without layers.
        sets: The places of the layers in force, each with the keys that it sets; the last one wins.
    """
    for where, keys in reversed(sets):
        for key in keys:
            if path == key or path.startswith((f"{key}.", f"{key}[")):
                return under(where, key) + (path[len(key) :] if path[len(key) :].startswith("[") else "")
    return path


def dated_policies(policy: Policy) -> Iterator[tuple[Policy, tuple[tuple[str, frozenset[str]], ...]]]:
    """The policy, and what it becomes by each of its dates, with what the changes till then set."""
    layers = Layers(policy)
    for number in range(len(layers.instants) + 1):
        sets = (
            (f"change[{change}].set", frozenset(policy.change[change].set)) for change in layers.changes_made(number)
        )
        yield layers.policy_after(number) if number else policy, tuple(sets)


def _combinations(policy: Policy) -> Iterator[tuple[Policy, tuple[tuple[str, frozenset[str]], ...]]]:
    for dated, sets in dated_policies(policy):
        yield dated, sets
        layers = Layers(dated)
        for case in _cases(dated):
            numbers = layers.matching_overrides(case)
            more = ((f"override[{number}].set", frozenset(dated.override[number].set)) for number in numbers)
            yield layers.policy_with(numbers), (*sets, *more)


def _cases(policy: Policy) -> Iterator[Aspect]:
    """The cases that one or two overrides match which say anything about it."""
    matches = [one.match for one in policy.override if any(key.partition(".")[0] in _ABOUT for key in one.set)]
    found = (one.meets(other) for one, other in (*combinations(matches, 2), *((one, one) for one in matches)))
    yield from dict.fromkeys(case for case in found if case is not None)


def _wordings_of_chat(policy: Policy) -> Iterator[Finding]:
    idle = policy.chat.idle
    questions = ((f"chat.idle.questions[{number}]", text) for number, text in enumerate(idle.questions))
    for path, text in (
        *questions,
        ("chat.idle.closing", idle.closing),
        ("chat.idle.closing_unnamed", idle.closing_unnamed),
    ):
        yield from _emoji_not_taken(policy, Channel.CHAT, path, text)


def _entries(policy: Policy) -> Iterator[Finding]:
    for name, entry in policy.catalogue.items():
        template = entry.kind in TEMPLATE_ENTRIES
        path = under(under("catalogue", name), "definition" if template else "text")
        definition = entry.definition_called(name)
        for channel in _HOMES.get(entry.kind, entry.channels):
            text, _ = fill_prepared(entry.template_kind, definition, {}, channel)
            yield from _emoji_not_taken(policy, channel, path, text)
            if not template:
                yield from _too_long(read_prepared(entry.template_kind, definition), channel, path)


def _emoji_not_taken(policy: Policy, channel: Channel, path: str, text: str) -> Iterator[Finding]:
    rules, severity = getattr(policy.channels, channel), SEVERITIES.get(policy.mode("channels.emoji"))
    at = None if rules.emoji or severity is None else first_emoji(text)
    if at is not None and severity is not None:
        found = f"{channel} takes no emoji; there is one at character {at}"
        yield Finding("CC209", severity, path, found, f"take it out, or let {channel} take emoji")


def _too_long(reply: QuickReply, channel: Channel, path: str) -> Iterator[Finding]:
    limit = LIMITS.get(channel)
    if limit is not None and reply.shortest > limit:
        found = f"{channel} takes {limit} characters; this has {reply.shortest}, whatever its blanks are filled with"
        yield Finding("CC209", Severity.ERROR, path, found, f"shorten it, or do not give it to {channel}")
