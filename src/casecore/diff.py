"""What a change of the policy changes: two policies compared by what they decide, not by how they are written.

    found = diff(old, new)
    for change in found.changes:
        print(change.label, change.title, change.story)

Both policies work at the same small desks, side by side (the scopes of `check`): every command that can be given is
decided under both, wherever either of them can lead, and time stops at the thresholds of both. Where the answers differ
there is a **difference**, and all that differ for the same reason are one change:

* **looser**: refused by the old policy, allowed by the new one;
* **stricter**: allowed by the old one, refused by the new one;
* **other**: allowed by both, and something else happens.

Each comes with the shortest story that ends in such a step, both answers, and the edited keys that make the difference:
a key is named when the old policy with that key alone edited decides the step as the new one does. An edit that makes
no difference anywhere has **no effect**, and is listed as such.

A case **in flight** is stranded where the new policy has no place for it (its queue is gone), or no way to closed, in a
world that the old policy could lead to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import attrs
from attrs import field, frozen

from casecore.check.cast import Checked
from casecore.check.cast import scopes as scopes_of
from casecore.composition import HOUSE, View
from casecore.explore import LIMIT, Scope, Story
from casecore.explore.laboratory import Context, Here, Laboratory, Move, Outcome
from casecore.explore.questions import Question
from casecore.explore.stories import Teller
from casecore.explore.worlds import Walk
from casecore.house import House
from casecore.kernel import Refused, Verdict
from casecore.policies import Policy, PolicyError
from casecore.promises import Step


class Label(StrEnum):
    """What a change does."""

    LOOSER = "looser"
    STRICTER = "stricter"
    OTHER = "other"


@frozen
class Edit:
    """One key that the two policies set differently.

    Attributes:
        key: Its path.
        old: Its value in the old policy, as a file writes it; None where it has none.
        new: Likewise in the new one.
    """

    key: str
    old: Any = field(hash=False)
    new: Any = field(hash=False)


@frozen
class Change:
    """Everything that differs for the same reason.

    Attributes:
        label: Looser, stricter or other.
        rules: The rules that refuse on one side; where both allow it, the events that only one side has.
        commands: What is given, by the names of the commands.
        edits: The edited keys that make the difference.
        story: The shortest story; its last step is the one that differs, decided by the old policy.
        old: The old answer to the last step.
        new: The new answer.
        times: In how many steps, of how many scopes, the answers differ so.
        scopes: The names of these scopes.
    """

    label: Label
    rules: tuple[str, ...]
    commands: tuple[str, ...]
    edits: tuple[str, ...]
    story: Story = field(repr=False)
    old: Verdict = field(repr=False)
    new: Verdict = field(repr=False)
    times: int
    scopes: tuple[str, ...]


@frozen
class Comparison:
    """Everything that came of comparing two policies.

    Attributes:
        edits: What is written differently.
        changes: What behaves differently, in the order looser, stricter, other.
        worlds: How many worlds were compared.
        transitions: How many steps.
        complete: Whether these were all.
    """

    old: Policy = field(repr=False)
    new: Policy = field(repr=False)
    edits: tuple[Edit, ...]
    changes: tuple[Change, ...]
    worlds: int
    transitions: int
    complete: bool

    @property
    def without_effect(self) -> tuple[Edit, ...]:
        """The edits that make no difference anywhere."""
        named = {key for change in self.changes for key in change.edits}
        return tuple(edit for edit in self.edits if edit.key not in named)


class _Pair(Laboratory):
    """A laboratory with two policies, which notes where their answers differ."""

    def __init__(self, scope: Scope, old: Policy, new: Policy, house: House[View]) -> None:
        super().__init__(scope, old, house, others=(new,))
        self._same: dict[Move, Move] = {}
        for part in (None, *range(len(scope.parts))):
            given = [move for move in self.moves(part) if move.command is not None]
            half = len(given) // 2
            for one, other in zip(given[:half], given[half:], strict=True):
                self._same[one], self._same[other] = other, one

    def _watch(self, context: Context, here: Here, move: Move, outcome: Outcome) -> None:
        other = self._same[move].question(here)
        if other is outcome or (other.happens and move.policy is not self.policy):
            return  # the same, or noted already from the old policy's side
        context.met.append((_reason(move, outcome, other, self.policy), move))

    def watching(self, move: Move, outcome: Outcome) -> list[Question]:
        """The same command under the other policy: a story must be one for both."""
        del outcome
        return [self._same[move].question] if move in self._same else []


def _reason(move: Move, outcome: Outcome, other: Outcome, old: Policy) -> str:
    """Why two answers differ, as one word that all differences of a change share."""
    if isinstance(other.verdict, Refused):
        label = Label.STRICTER if move.policy is old else Label.LOOSER
        rules = dict.fromkeys(reason.rule for reason in other.verdict.reasons)
    else:
        label = Label.OTHER
        mine, theirs = ([type(event).__name__ for event in one.events] for one in (outcome, other))
        rules = dict.fromkeys([*(n for n in mine if n not in theirs), *(n for n in theirs if n not in mine)])
    return f"{label}|{','.join(rules)}"


def diff(
    old: Policy,
    new: Policy,
    *,
    house: House[View] = HOUSE,
    scopes: Iterable[Checked] | None = None,
    limit: int = LIMIT,
    progress: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Compare two policies by what they decide.

    Args:
        old: The SOP before.
        new: The SOP after.
        house: The rules that are asked.
        scopes: Where they are compared; by default, in every scope of either policy.
        limit: How many worlds of a scope are visited at most.
        progress: Told the name of each scope before it is searched.
    """
    edits = tuple(_edits(old, new))
    chosen = tuple(_together(old, new) if scopes is None else scopes)
    found: dict[str, list[Change]] = {}
    worlds = transitions = 0
    complete = True
    for checked in chosen if edits else ():
        progress(checked.scope.name)
        pair = _Pair(checked.scope, old, new, house)
        walk = Walk(pair, limit).run()
        worlds, transitions = worlds + len(walk.order), transitions + walk.transitions
        complete = complete and walk.complete
        teller = Teller(walk)
        for reason, sightings in walk.seen.items():
            change = _told(pair, teller, reason, sightings, walk.counts[reason], edits)
            if change is not None:
                found.setdefault(reason, []).append(change)
    changes = sorted((_merged(same) for same in found.values()), key=_order)
    return Comparison(old, new, edits, tuple(changes), worlds, transitions, complete)


def _order(change: Change) -> tuple[int, tuple[str, ...]]:
    return [*Label].index(change.label), change.rules


def _together(old: Policy, new: Policy) -> Iterator[Checked]:
    """The scopes of the old policy, and those that only the new one has."""
    seen = set()
    for policy in (old, new):
        for checked in scopes_of(policy):
            if checked.scope.name not in seen:
                seen.add(checked.scope.name)
                yield checked


def _told(
    pair: _Pair, teller: Teller, reason: str, sightings: list[Any], times: int, edits: tuple[Edit, ...]
) -> Change | None:
    label, _, rules = reason.partition("|")

    def differs(step: Step) -> bool:
        mine, theirs = (_answer(step, policy, pair.house) for policy in pair.policies)
        return mine != theirs

    story = teller.story(sightings, differs)
    if story is None:
        return None
    last = story.steps[-1]
    answers = [_answer(last, policy, pair.house) for policy in pair.policies]
    keys = tuple(edit.key for edit in edits if _decides(edit, last, pair, answers[1]))
    named = tuple(rule for rule in rules.split(",") if rule)
    names = (pair.scope.name,)
    commands = tuple(sorted({type(sighting.move.command).__name__ for sighting in sightings}))
    return Change(Label(label), named, commands, keys or _all(edits), story, answers[0], answers[1], times, names)


def _decides(edit: Edit, step: Step, pair: _Pair, answer: Verdict) -> bool:
    """Whether the old policy with this key alone edited answers as the new one does."""
    edited = _edited(pair.policy, edit)
    return edited is not None and _answer(step, edited, pair.house) == answer


def _all(edits: tuple[Edit, ...]) -> tuple[str, ...]:
    return tuple(edit.key for edit in edits)


def _answer(step: Step, policy: Policy, house: House[View]) -> Verdict:
    return house.decide(step.before.view(step.command), step.command, policy)


def _merged(same: list[Change]) -> Change:
    """One change of all that differ for the same reason: with the shortest story."""
    best: Any = min(same, key=lambda change: len(change.story))
    keys = dict.fromkeys(key for change in same for key in change.edits)
    commands = sorted({command for change in same for command in change.commands})
    names = tuple(name for change in same for name in change.scopes)
    times = sum(change.times for change in same)
    merged: Change = attrs.evolve(best, commands=tuple(commands), edits=tuple(keys), times=times, scopes=names)
    return merged


# Edits -------------------------------------------------------------------------------------------------


def _edits(old: Policy, new: Policy) -> Iterator[Edit]:
    """Every key whose value differs, the identity of the file left aside."""
    before, after = dict(_leaves(old.to_dict())), dict(_leaves(new.to_dict()))
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key) and key not in {"id", "version", "source"}:
            yield Edit(key, before.get(key), after.get(key))


def _leaves(plain: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for word, held in plain.items():
        below = f"{path}.{word}" if path else word
        if isinstance(held, Mapping) and held:
            yield from _leaves(held, below)
        else:
            yield below, held


def _edited(policy: Policy, edit: Edit) -> Policy | None:
    """The policy with one key edited; None where it then contradicts itself."""
    plain = policy.to_dict()
    held, (*path, last) = plain, edit.key.split(".")
    for word in path:
        held = held.setdefault(word, {})
    if edit.new is None:
        held.pop(last, None)
    else:
        held[last] = edit.new
    try:
        return Policy.from_dict(plain)
    except PolicyError:
        return None
