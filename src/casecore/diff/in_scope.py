"""One scope in which two policies are compared: both work at the same small desk, side by side.

Every command that can be given is decided under both, wherever either of them can lead, and time stops at the
thresholds of both. Where something differs, the switch from one to the other is tried there as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs
from attrs import field, frozen

from casecore.channels import Channel
from casecore.check.in_flight import Flights, may_strand, questions_of, try_switch_in
from casecore.check.scopes import CheckedScope
from casecore.diff.labels import Label
from casecore.explore import LIMIT, Story
from casecore.explore.local_states import LocalState, Move, MoveResult, Successors
from casecore.explore.memo import Memo
from casecore.explore.model import NO_QUESTIONS
from casecore.explore.policy_log import note_all
from casecore.explore.states import Occurrence, StateSearch
from casecore.explore.switch import TwoPolicyModel
from casecore.explore.traces import StoryFinder
from casecore.kernel import Refused, Verdict
from casecore.policies import Policy
from casecore.policies.edits import Edit, apply_edit
from casecore.promises import Happening, Step
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.composition import HOUSE, House
from casecore.rooms.outbound import StartOutbound


@frozen
class BehaviourChange:
    """Everything that differs for the same reason.

    Attributes:
        label: Looser, stricter or other.
        rules: The rule that refuses on one side; where both allow it, the events that only one side has.
        commands: What is given, by the names of the commands.
        edits: The keys of the edits that make the difference.
        story: The shortest story; its last step is the one that differs, decided by the policy that allows it, by the
            old one where both do.
        old: The old answer to the last step.
        new: The new answer.
        times: In how many steps, of how many scopes, the answers differ so.
        scopes: The names of these scopes.
        channels: The channels of the cases of which that was seen.
        queues: Their queues.
        lowered: How much lower limits were there, by their keys, because they are above the size of the cast.
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
    channels: tuple[Channel, ...] = ()
    queues: tuple[str, ...] = ()
    lowered: Mapping[str, int] = field(factory=dict, hash=False)


@frozen
class Untold:
    """A difference that the search found and of which no story can be told.

    Attributes:
        label: Looser, stricter or other.
        rules: As of a change.
        scope: The name of the scope.
        given_up: Whether ways to it are left that were not tried; otherwise no clock leads along any of them.
    """

    label: Label
    rules: tuple[str, ...]
    scope: str
    given_up: bool


class ComparedModel(TwoPolicyModel):
    """A laboratory with two policies, which notes where their answers differ."""

    def _watch_step(self, successors: Successors, local_state: LocalState, move: Move, result: MoveResult) -> None:
        del local_state
        other = self.otherwise.get(move)
        if other is None or (other.happens and move.policy is not self.policy):
            return  # the same, or noted already from the old policy's side
        successors.met.append((_name_difference(move, result, other, self.policy), move))

    def memos_watching(self, move: Move, result: MoveResult) -> list[Memo]:
        """The same command under the other policy: a story must be one for both."""
        del result
        return [self.pair_of[move].memo] if move in self.pair_of else []

    def accepts_steps(self, steps: Sequence[Step]) -> bool:
        """Whether one policy alone leads to the last step: what needs steps of both happens at no desk."""
        return any(
            all(answer_under(step, policy, self.house) == step.verdict for step in steps[:-1])
            for policy in self.policies
        )


def _name_difference(move: Move, result: MoveResult, other: MoveResult, old: Policy) -> str:
    """Why two answers differ, as one word that all differences of a change share."""
    if isinstance(other.verdict, Refused):
        label = Label.STRICTER if move.policy is old else Label.LOOSER
        rules = dict.fromkeys(reason.rule for reason in other.verdict.reasons)
    else:
        label = Label.OTHER
        mine, theirs = ([type(event).__name__ for event in one.events] for one in (result, other))
        rules = dict.fromkeys([*(n for n in mine if n not in theirs), *(n for n in theirs if n not in mine)])
    return f"{label}|{','.join(rules)}"


def _parse_reason(reason: str) -> tuple[Label, tuple[str, ...]]:
    label, _, rules = reason.partition("|")
    named = tuple(rule for rule in rules.split(",") if rule)
    return Label(label), named if label == Label.OTHER else named[:1]


@frozen
class ScopeCompared:
    """What was found in a scope in which two policies were compared.

    Attributes:
        worlds: How many worlds were compared.
        transitions: How many steps.
        complete: Whether these were all.
        changes: What behaves differently.
        untold: Differences of which no story can be told.
        differs: Whether there are any differences.
        flights: What becomes of cases in flight, where something differs.
    """

    worlds: int
    transitions: int
    complete: bool
    changes: tuple[BehaviourChange, ...] = ()
    untold: tuple[Untold, ...] = ()
    differs: bool = False
    flights: Flights = field(factory=lambda: Flights(0, ()))


def compare_in_scope(
    checked: CheckedScope,
    old: Policy,
    new: Policy,
    edits: tuple[Edit, ...],
    *,
    house: House = HOUSE,
    limit: int = LIMIT,
    progress: Callable[[str], None] = lambda _: None,
) -> ScopeCompared:
    """Search a scope under both policies, and try the switch where something differs.

    Args:
        checked: The scope.
        old: The SOP before.
        new: The SOP after.
        edits: What the two say differently in the scope.
        house: The rules that are asked.
        limit: How many worlds are visited at most.
        progress: Told the name of the scope before the switch is tried.
    """
    before, after = (checked.scope.policy_here(policy) for policy in (old, new))
    switch = may_strand(checked, old, new)
    pair = ComparedModel(checked.scope, before, after, house, questions_of(checked) if switch else NO_QUESTIONS)
    search = StateSearch(pair, limit).run()
    found = ScopeCompared(len(search.states), search.transitions, search.complete)
    if not search.occurrences:
        return found
    note_all(before, after)  # the edits are looked at as a whole
    told = [*_told_changes(pair, search, edits)]
    flights = found.flights
    if switch:
        progress(f"{checked.scope.name}, in flight")
        flights = try_switch_in(checked, pair, limit)
    changes = tuple(one for one in told if isinstance(one, BehaviourChange))
    untold = tuple(one for one in told if isinstance(one, Untold))
    return attrs.evolve(found, changes=changes, untold=untold, differs=True, flights=flights)


def _told_changes(
    pair: ComparedModel, search: StateSearch, edits: tuple[Edit, ...]
) -> Iterator[BehaviourChange | Untold]:
    finder = StoryFinder(search)
    for reason, occurrences in search.occurrences.items():
        change = _describe_change(pair, finder, search, reason, occurrences, edits)
        given_up = finder.gave_up or len(occurrences) < search.counts[reason]
        yield Untold(*_parse_reason(reason), pair.scope.name, given_up) if change is None else change


def _describe_change(
    pair: ComparedModel,
    finder: StoryFinder,
    search: StateSearch,
    reason: str,
    occurrences: list[Occurrence],
    edits: tuple[Edit, ...],
) -> BehaviourChange | None:
    def differs(step: Step, _: Happening) -> bool:
        mine, theirs = (answer_under(step, policy, pair.house) for policy in pair.policies)
        return mine != theirs

    story = finder.shortest_story(occurrences, differs)
    if story is None:
        return None
    last = story.steps[-1]
    old, new = (answer_under(last, policy, pair.house) for policy in pair.policies)
    keys = tuple(edit.key for edit in edits if _makes_difference(edit, last, pair, old, new))
    commands = tuple(sorted({type(occurrence.move.command).__name__ for occurrence in occurrences}))
    channels, queues = _channels_and_queues(pair, search, occurrences)
    return BehaviourChange(
        *_parse_reason(reason),
        commands=commands,
        edits=keys or tuple(edit.key for edit in edits),
        story=story,
        old=old,
        new=new,
        times=search.counts[reason],
        scopes=(pair.scope.name,),
        channels=channels,
        queues=queues,
        lowered=pair.scope.lowered,
    )


def _makes_difference(edit: Edit, step: Step, pair: ComparedModel, old: Verdict, new: Verdict) -> bool:
    """Whether an edit turns the answer: it alone, in the old policy, or taken back alone, in the new one."""
    for policy, answer, back in ((pair.policies[0], old, False), (pair.policies[1], new, True)):
        changed = apply_edit(policy, edit, back=back)
        other = answer if changed is None else answer_under(step, changed, pair.house)
        if other != answer and (bool(old) is bool(new) or bool(other) is not bool(answer)):
            return True
    return False


def answer_under(step: Step, policy: Policy, house: House) -> Verdict:
    """What a policy answers to the command of a step, at the desk before it."""
    return house.decide(step.before.view(step.command), step.command, policy)


def _channels_and_queues(
    pair: ComparedModel, search: StateSearch, occurrences: list[Occurrence]
) -> tuple[tuple[Channel, ...], tuple[str, ...]]:
    """The channels and queues of the cases of which a difference was seen."""
    channels, queues = set[Channel](), set[str]()
    for occurrence in occurrences:
        command: Any = occurrence.move.command
        part = None if occurrence.position is None else search.part_at(occurrence.position)
        state = search.states[occurrence.state]
        case = 0 if occurrence.position is None else search.cases_of(state)[occurrence.position]
        desk = pair.local_state(part, case, search.agents_of(state)).desk({})
        view = desk.view(command)
        if view.case is not None:
            channels.add(view.case.channel)
            queues.add(view.case.queue)
        elif isinstance(command, ReceiveMessage | StartOutbound) and command.channel is not None:
            channels.add(command.channel)
    return tuple(sorted(channels)), tuple(sorted(queues))
