"""What an SOP says for one case at one instant, read by the witnesses themselves.

The house asks `Policy.at` and `Policy.for_` what is in force. Whoever watches the house must not ask the same: a layer
that is overlooked there would be overlooked here too. So the witnesses read the layers from the policy's plain values:

* A dated change holds from its date on, which begins at midnight in the policy's zone; later ones stand over earlier
  ones.
* An override holds for the cases that have all it names; tags are the same whatever their capitals, width, apostrophes
  and spaces, and with or without characters that have no width. Of two that set the same key, the one that names more
  wins; it stands over every change.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from casecore.channels import Channel
from casecore.kernel import Enforcement
from casecore.policies import Policy


class Matter(Protocol):
    """What an override may name of a case."""

    @property
    def channel(self) -> Channel | None:
        """Its channel."""

    @property
    def queue(self) -> str | None:
        """The queue it is in."""

    @property
    def tags(self) -> frozenset[str]:
        """Its tags."""


class InForce:
    """The values of an SOP for one case at one instant.

        said = InForce(policy, matter, at)
        said("chat.idle.silence")           # timedelta(minutes=2)
        said.blocks("idle.silence")         # whether the rule refuses what breaks it

    Args:
        policy: The SOP.
        matter: The case; None: no case, which no override is for.
        at: The instant (aware); None: before every dated change.
    """

    def __init__(self, policy: Policy, matter: Matter | None = None, at: datetime | None = None) -> None:
        self._policy = policy
        self.own_rules: tuple[Any, ...] = policy.rule
        self._layers = [*_changes_begun(policy, at), *_overrides_for(policy, matter)]

    def __call__(self, path: str) -> Any:
        """The value of a key.

        Args:
            path: The path of the key, like `chat.idle.silence`.
        """
        value: Any = self._policy
        for word in path.split("."):
            value = value[word] if isinstance(value, Mapping) else getattr(value, word)
        for layer in self._layers:
            value = layer.get(path, value)
            for name, held in _entries_set(layer, path).items():  # a layer says of a table only what differs
                others = {word: entry for word, entry in value.items() if word != name}
                value = others if held is None else {**others, name: held}
        return value

    def of_queue(self, queue: str | None, path: str) -> Any:
        """The value of a key of a queue's table; None where there is no such queue.

        Args:
            queue: The queue.
            path: The path of the key in its table, like `overflow.to`.
        """
        value: Any = self._policy.queues.get(queue or "")
        if value is None:
            return None
        for word in path.split("."):
            value = getattr(value, word)
        for layer in self._layers:
            for name in (queue, f'"{queue}"'):
                value = layer.get(f"queues.{name}.{path}", value)
        return value

    def blocks(self, rule: str) -> bool:
        """Whether a rule refuses what breaks it, and does not only warn."""
        return self.strictness(rule) is Enforcement.BLOCK

    def strictness(self, rule: str) -> Enforcement:
        """Whether a rule blocks, warns or is off; one of a team's own says so itself where nothing else does."""
        if rule == "authentication.before":
            said: Enforcement = self("authentication.enforcement")
            return said
        mode: Enforcement | None = self("enforcement").get(rule)
        for layer in self._layers:
            for path in (f"enforcement.{rule}", f'enforcement."{rule}"'):  # a file's paths are quoted when it is read
                mode = layer.get(path, mode)
        own = next((one.enforcement for one in self.own_rules if one.id == rule), Enforcement.BLOCK)
        return mode or own


def _entries_set(layer: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The entries of a table that a layer sets, by name; None: it takes the entry out."""
    inside = {key.removeprefix(f"{path}."): held for key, held in layer.items() if key.startswith(f"{path}.")}
    return {name.strip('"'): held for name, held in inside.items()}


def _changes_begun(policy: Policy, at: datetime | None) -> Iterator[Mapping[str, Any]]:
    """What the dated changes set that have begun, later ones last."""
    begun = [] if at is None else [change for change in policy.change if beginning_of(change.on, policy.zone) <= at]
    yield from (change.set for change in sorted(begun, key=lambda change: beginning_of(change.on, policy.zone)))


def beginning_of(on: date, zone: str) -> datetime:
    """The instant from which on a change holds."""
    midnight = on if isinstance(on, datetime) else datetime.combine(on, time(), ZoneInfo(zone))
    try:
        return midnight.astimezone(UTC)
    except OverflowError:  # the first or the last day of the calendar
        return midnight.replace(tzinfo=UTC)


def _overrides_for(policy: Policy, matter: Matter | None) -> Iterator[Mapping[str, Any]]:
    """What the overrides set that are for a case, those that name more last."""
    found: list[tuple[int, Mapping[str, Any]]] = []
    if matter is None:
        return
    for override in policy.override:
        named = override.match
        here = named.channel in {None, matter.channel} and named.queue in {None, matter.queue}
        if here and {as_meant(tag) for tag in matter.tags}.issuperset(map(as_meant, named.tag)):
            names = (named.channel is not None) + (named.queue is not None) + len(named.tag)
            found.append((names, override.set))
    yield from (values for _, values in sorted(found, key=lambda pair: pair[0]))


_NO_WIDTH: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_APOSTROPHES: Final = re.compile("[\u2019\u2018\u201b\u02bb\u02bc\u02b9\u00b4\u0060\u2032\uff07]")

_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_DOTTED: Final = re.compile("[i\u0131]\u0307*")


def as_meant(text: str) -> str:
    """A tag, or another word, without what makes no difference to people."""
    folded = unicodedata.normalize("NFD", _APOSTROPHES.sub("'", text)).casefold()
    for _ in range(2):
        folded = unicodedata.normalize("NFKC", _NO_WIDTH.sub("", folded)).casefold()
    plain = _DASHES.sub("-", _APOSTROPHES.sub("'", folded))
    return " ".join(unicodedata.normalize("NFKC", _DOTTED.sub("i", plain)).split())
