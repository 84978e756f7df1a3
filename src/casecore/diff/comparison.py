"""What a change of the policy changes: two policies compared by what they decide, not by how they are written.

Both policies work at the same small desks, side by side (the scopes of `check`): every command that can be given is
decided under both, wherever either of them can lead, and time stops at the thresholds of both. Where the answers differ
there is a **difference**, and all that differ for the same reason are one change:

* **looser**: refused by the old policy, allowed by the new one;
* **stricter**: allowed by the old one, refused by the new one;
* **other**: allowed by both, and something else happens.

Each comes with the shortest story that ends in such a step, both answers, and the edited keys that make the difference:
a key is named when it alone, edited in the old policy or taken back in the new one, turns the answer. An edit that is
named nowhere has **no effect** at these desks, and is listed as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
from attrs import define, field, frozen

from casecore.channels import Channel
from casecore.check.in_flight import Flights, may_strand, questions_of, try_switch_in
from casecore.check.joined_scopes import scopes_of_both
from casecore.check.scope_search import Wanted
from casecore.check.scopes import CheckedScope, find_scopes
from casecore.diff.labels import Label
from casecore.diff.outcomes import OutcomeChange, outcome_changes
from casecore.diff.tried import is_tried
from casecore.diff.verdicts import VerdictChange, claim_changes, compare_verdicts
from casecore.explore import LIMIT, Story
from casecore.explore.local_states import LocalState, Move, MoveResult, Successors
from casecore.explore.memo import Memo
from casecore.explore.model import NO_QUESTIONS
from casecore.explore.states import Occurrence, StateSearch
from casecore.explore.switch import TwoPolicyModel
from casecore.explore.traces import StoryFinder
from casecore.kernel import Refused, Verdict
from casecore.policies import Policy
from casecore.policies.edits import Edit, apply_edit, edits_of, is_about_rules
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


@frozen
class Comparison:
    """Everything that came of comparing two policies.

    Attributes:
        edits: What is written differently.
        changes: What behaves differently, in the order looser, stricter, other.
        untold: Differences to which no clock leads, as far as is known, and which are therefore no changes.
        worlds: How many worlds were compared.
        transitions: How many steps.
        complete: Whether these were all.
        flights: What becomes of cases in flight, in the scopes in which something differs; elsewhere nothing can.
        outcomes: What differs and no single decision shows: when clocks are due, who is offered what.
        verdict_changes: The promises with another verdict; where none were asked, those that only one policy claims.
        promises: Whether the promises were asked.
        later: From when on the policies differ otherwise than here, and in which edits then.
    """

    old: Policy = field(repr=False)
    new: Policy = field(repr=False)
    edits: tuple[Edit, ...]
    changes: tuple[BehaviourChange, ...]
    untold: tuple[Untold, ...]
    worlds: int
    transitions: int
    complete: bool
    flights: Flights
    outcomes: tuple[OutcomeChange, ...] = ()
    verdict_changes: tuple[VerdictChange, ...] = ()
    promises: bool = False
    later: tuple[tuple[datetime, tuple[Edit, ...]], ...] = field(default=(), repr=False)

    def end_of(self, edits: Sequence[Edit]) -> tuple[datetime | None, tuple[datetime, ...]]:
        """When edits end, all of which are made here, and when they are made again; None: never, as far as is said."""
        ends, again, made = None, list[datetime](), True
        for begin, then in self.later:
            was, made = made, all(edit in then for edit in edits)
            if was and not made and ends is None:
                ends = begin
            elif made and not was:
                again.append(begin)
        return ends, tuple(again)

    @property
    def without_effect(self) -> tuple[Edit, ...]:
        """The edits that make no difference anywhere, and are tried."""
        return tuple(edit for edit in self._silent if is_tried(edit))

    @property
    def untried(self) -> tuple[Edit, ...]:
        """The edits of which nothing was seen, and nothing is known: nobody tries what they are about."""
        return tuple(edit for edit in self._silent if not is_tried(edit))

    @property
    def _silent(self) -> tuple[Edit, ...]:
        named = {key for found in (self.changes, self.outcomes) for change in found for key in change.edits}
        return tuple(edit for edit in self.edits if edit.key not in named)

    def of(self, label: Label) -> tuple[BehaviourChange, ...]:
        """The changes that do this."""
        return tuple(change for change in self.changes if change.label is label)


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
            all(_answer_under(step, policy, self.house) == step.verdict for step in steps[:-1])
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


@define
class _ScopesCompared:
    """What was found in the scopes in which two policies have been compared so far."""

    old: Policy
    new: Policy
    house: House
    limit: int
    progress: Callable[[str], None]
    changes: list[BehaviourChange] = field(factory=list)
    untold: list[Untold] = field(factory=list)
    differing: list[CheckedScope] = field(factory=list)
    flights: Flights = field(factory=lambda: Flights(0, ()))
    worlds: int = 0
    transitions: int = 0
    complete: bool = True

    def compare_in(self, checked: CheckedScope) -> None:
        """Search a scope under both policies, and try the switch where something differs."""
        before, after = (checked.scope.policy_here(policy) for policy in (self.old, self.new))
        edits = edits_of(before, after)
        if all(map(is_about_rules, edits)) and not checked.scope.rules:
            return  # they differ in nothing but own rules, which are put aside here
        self.progress(checked.scope.name)
        switch = may_strand(checked, self.old, self.new)
        asked = questions_of(checked) if switch else NO_QUESTIONS
        pair = ComparedModel(checked.scope, before, after, self.house, asked)
        search = StateSearch(pair, self.limit).run()
        self.worlds += len(search.states)
        self.transitions += search.transitions
        self.complete = self.complete and search.complete
        self._tell_changes(pair, search, edits)
        if search.occurrences:
            self.differing.append(checked)
            if switch:
                self.progress(f"{checked.scope.name}, in flight")
                self.flights = self.flights.and_those(try_switch_in(checked, pair, self.limit))

    def _tell_changes(self, pair: ComparedModel, search: StateSearch, edits: tuple[Edit, ...]) -> None:
        finder = StoryFinder(search)
        for reason, occurrences in search.occurrences.items():
            change = _describe_change(pair, finder, search, reason, occurrences, edits)
            if change is None:
                given_up = finder.gave_up or len(occurrences) < search.counts[reason]
                self.untold.append(Untold(*_parse_reason(reason), pair.scope.name, given_up))
            else:
                self.changes.append(change)


def diff(
    old: Policy,
    new: Policy,
    *,
    house: House = HOUSE,
    scopes: Wanted = (),
    limit: int = LIMIT,
    promises: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Compare two policies by what they decide, and try the switch from one to the other.

    Args:
        old: The SOP before, without what it changes from a date on (`over_time` compares that too).
        new: The SOP after, likewise.
        house: The rules that are asked.
        scopes: Where they are compared, by name or as they are; none given: in every scope of either policy.
        limit: How many worlds of a scope are visited at most.
        promises: Whether the promises of §10 are asked under both, where something differs.
        progress: Told the name of each scope before it is searched.
    """
    old, new = (next(policy.periods(None))[2] for policy in (old, new))
    edits = edits_of(old, new)
    every = scopes_of_both(old, new, house)
    chosen = find_scopes(scopes, every) or every
    found = _ScopesCompared(old, new, house, limit, progress)
    for checked in chosen if edits else ():
        found.compare_in(checked)
    changes = tuple(sorted(_merge_changes(found.changes), key=_sort_key))
    named = {key for change in changes for key in change.edits}
    outcomes = tuple(outcome_changes(old, new, (edit for edit in edits if edit.key not in named)))
    verdicts = claim_changes(old, new)
    if promises and found.differing:
        others = [checked for checked in chosen if checked not in found.differing]
        verdicts = compare_verdicts(
            found.differing,
            old,
            new,
            others=others,
            house=house,
            limit=limit,
            progress=lambda name: progress(f"{name}, promises"),
        )
    return Comparison(
        old,
        new,
        edits=edits,
        changes=changes,
        untold=tuple(found.untold),
        worlds=found.worlds,
        transitions=found.transitions,
        complete=found.complete and found.flights.complete,
        flights=found.flights,
        outcomes=outcomes,
        verdict_changes=verdicts,
        promises=promises,
    )


def over_time(
    old: Policy,
    new: Policy,
    *,
    house: House = HOUSE,
    scopes: Wanted = (),
    limit: int = LIMIT,
    promises: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[tuple[datetime | None, Comparison], ...]:
    """Compare two policies in each period in which they say anything different, with when it begins.

    Args:
        old: The SOP before, with its dated changes.
        new: The SOP after, with its own.
        house: The rules that are asked.
        scopes: Where they are compared, by name or as they are; none given: in every scope of either policy.
        limit: How many worlds of a scope are visited at most.
        promises: Whether the promises of §10 are asked under both, where something differs.
        progress: Told the name of each scope before it is searched.

    Returns:
        At least the first period, which begins with None.
    """
    begins = {begin for policy in (old, new) for begin, _, _ in policy.periods(None)} - {None}
    wanted = scopes if isinstance(scopes, str) else tuple(scopes)
    found = []
    periods = [_said_from(begin, old, new) for begin in (None, *sorted(filter(None, begins)))]
    for number, (begin, pair, said) in enumerate(periods):
        before, later = [one[2] for one in periods[:number]], periods[number + 1 :]
        if begin is None or (said and said not in before):
            compared = diff(*pair, house=house, scopes=wanted, limit=limit, promises=promises, progress=progress)
            following = tuple((then, edits_of(*pair)) for then, pair, _ in later if then is not None)
            found.append((begin, attrs.evolve(compared, later=following)))
    return tuple(found)


def _said_from(
    begin: datetime | None, old: Policy, new: Policy
) -> tuple[datetime | None, tuple[Policy, ...], tuple[tuple[Any, ...], ...]]:
    """What two policies say differently from an instant on: with both as they are then."""
    pair = tuple(next(one.periods(None))[2] if begin is None else one.at(begin) for one in (old, new))
    return begin, pair, tuple((edit.steps, repr(edit.old), repr(edit.new)) for edit in edits_of(*pair))


def _sort_key(change: BehaviourChange) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    return [*Label].index(change.label), change.rules, change.edits


def _describe_change(
    pair: ComparedModel,
    finder: StoryFinder,
    search: StateSearch,
    reason: str,
    occurrences: list[Occurrence],
    edits: tuple[Edit, ...],
) -> BehaviourChange | None:
    def differs(step: Step, _: Happening) -> bool:
        mine, theirs = (_answer_under(step, policy, pair.house) for policy in pair.policies)
        return mine != theirs

    story = finder.shortest_story(occurrences, differs)
    if story is None:
        return None
    last = story.steps[-1]
    old, new = (_answer_under(last, policy, pair.house) for policy in pair.policies)
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
        other = answer if changed is None else _answer_under(step, changed, pair.house)
        if other != answer and (bool(old) is bool(new) or bool(other) is not bool(answer)):
            return True
    return False


def _answer_under(step: Step, policy: Policy, house: House) -> Verdict:
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


def _merge_changes(found: list[BehaviourChange]) -> Iterator[BehaviourChange]:
    """One change of all that differ for the same reason: with the shortest story."""
    alike: dict[Any, list[BehaviourChange]] = {}
    for change in found:
        why = change.commands if change.label is Label.OTHER else change.rules
        alike.setdefault((change.label, why, change.edits), []).append(change)
    for same in alike.values():
        best: Any = min(same, key=lambda change: len(change.story))
        merged: BehaviourChange = attrs.evolve(
            best,
            rules=_values_of_all(same, "rules", best),
            commands=tuple(sorted(_values_of_all(same, "commands"))),
            times=sum(change.times for change in same),
            scopes=_values_of_all(same, "scopes"),
            channels=tuple(sorted(_values_of_all(same, "channels"))),
            queues=tuple(sorted(_values_of_all(same, "queues"))),
        )
        yield merged


def _values_of_all(same: list[BehaviourChange], name: str, *first: BehaviourChange) -> tuple[Any, ...]:
    """What all of these say, each once."""
    return tuple(dict.fromkeys(one for change in (*first, *same) for one in getattr(change, name)))
