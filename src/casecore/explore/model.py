"""What can be done where: everything that has been found out about a scope.

What can be done about one case depends on that case and on the agents, so it is found once for each such pair (a
**local state**) and then only added up (`states.py`). In a local state every command is asked of the real `decide`
(`memo.py`), its events are applied to each component alone (`components.py`), and every `always` and `sometimes` is
asked of the step. A step costs no more in a second case than in the first. What the step writes in the books of the
witnesses (`pages.py`), and what these say of it, is found in the same way.

Time goes by in steps of its own: each instant that a timer counts from, and that some rule has read, may pass on to
one second before the timer's end and to the end itself. They count nothing towards the length of a story. This allows
everything that real time allows, and a little more; therefore stories are told with real instants (`traces.py`)
before they are believed.

Nothing is random, and nothing is compared by its hash alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import attrs
from attrs import field

from casecore.explore.components import CanonicalForm, ComponentPool, StateComponent, TimePassed
from casecore.explore.local_states import LocalState, Move, MoveResult, Successors, timer_instant
from casecore.explore.memo import (
    CASE_PLACE,
    CaseMemo,
    Facts,
    Lead,
    Leaf,
    Memo,
    NumberedPlaces,
    look_at_books,
    look_at_desk,
)
from casecore.explore.pages import (
    AGENT_PAGES,
    MESSAGE_PAGES,
    EditedRows,
    LoggedBooks,
    PageInstant,
    Writing,
    instants_under,
    pages_of,
    with_page_counters,
)
from casecore.explore.read_log import LoggedDesk, Path, field_at
from casecore.explore.scope import NOON, SECOND, Part, Scope
from casecore.explore.teams import starting_desk, with_all_queues
from casecore.explore.watchers import NO_REPORT, NOT_WATCHED, Watched, Watchers, WitnessReport
from casecore.kernel import Accepted, Command, Refused, Timer, Verdict
from casecore.policies import Policy
from casecore.policies.sections import OwnRule
from casecore.promises import Step
from casecore.promises.books import message_page
from casecore.rooms.composition import HOUSE, House
from casecore.rooms.own_rules import rules_guarding
from casecore.rooms.threads import message_row

AGENT_BITS: Final = 16
CASE_BITS: Final = 24

MOST_AGENTS: Final = (1 << AGENT_BITS) - 1_000
"""How many different states of one agent a search may reach; no more than this are added from one world."""

FindsWrong = Callable[[Step], Iterable[str]]
"""(step) -> everything that is wrong with it."""

Matches = Callable[[Step], bool]
"""(step) -> whether it is one that we look for."""


@attrs.frozen(eq=False)
class Questions:
    """What is asked of the steps of a scope, by name.

    Attributes:
        always: What no step may be.
        sometimes: What some step should be.
        watched: What witnesses are asked.
        books: Whether books are kept even if no witness is asked.
    """

    always: Mapping[str, FindsWrong] = field(factory=dict)
    sometimes: Mapping[str, Matches] = field(factory=dict)
    watched: Watched = NOT_WATCHED
    books: bool = False

    @property
    def keep_books(self) -> bool:
        """Whether somebody asks what stands in the books, so that they are kept."""
        return self.books or bool(self.watched.every)


NO_QUESTIONS: Final = Questions()


@attrs.define(eq=False)
class OwnRulesMet:
    """What the policy's own rules did to what people at the desk tried.

    Attributes:
        refusals: Rules that refused something together, or warned about it, where no other rule refused it.
        passed: Rules that guarded something that happened, and had nothing against it.
    """

    refusals: set[frozenset[str]] = field(factory=set)
    passed: set[str] = field(factory=set)

    def note(self, said: tuple[OwnRule, ...], command: Command, verdict: Verdict) -> None:
        """Note what came of a command."""
        against = verdict.reasons if isinstance(verdict, Refused) else verdict.deviations
        rules, own = frozenset(reason.rule for reason in against), {rule.id for rule in said}
        if rules <= own if isinstance(verdict, Refused) else rules & own:
            self.refusals.add(rules & own)
        if isinstance(verdict, Accepted) and verdict.events:
            self.passed.update(set(rules_guarding(said, (command, *verdict.events))) - rules)


class Model:
    """Everything that has been found out about a scope: components, results, successors. It only grows.

    Args:
        scope: The cast and the commands.
        policy: The SOP in force.
        house: The rules that are asked.
        questions: What is asked of every step.
        others: More policies, under which everything is tried as well (`diff`).
    """

    def __init__(
        self,
        scope: Scope,
        policy: Policy,
        house: House = HOUSE,
        questions: Questions = NO_QUESTIONS,
        *,
        others: tuple[Policy, ...] = (),
    ) -> None:
        self.scope = scope
        self.policy = policy
        self.policies = (policy, *others)
        self.house = house
        self.questions = questions
        self.start, self.start_books = starting_desk(scope, with_all_queues(self.policies), house)
        self.agent_names = tuple(sorted(self.start.agents))
        self.agent_places = {name: place for place, name in enumerate(self.agent_names)}
        self.counting: frozenset[str] = frozenset()
        self._instants_read: frozenset[str] = frozenset()
        self.refused: set[str] = set()
        self._places = NumberedPlaces()
        self._paths_read: set[Path] = set()
        self._results: dict[Any, MoveResult] = {}
        self.own_rules = OwnRulesMet()
        self.timers = tuple(
            timer
            for timer in dict.fromkeys(one for policy in self.policies for one in house.timers_under(policy))
            if scope.apart.isdisjoint({timer_instant(timer), timer_instant(timer).partition(".")[0]})
            and any(timer.compared(policy.at(NOON)) for policy in self.policies)
        )
        self._timer_instants = {timer_instant(timer) for timer in self.timers}
        self._team_moves = [
            self._command_move(None, command, side) for side in range(len(self.policies)) for command in scope.commands
        ]
        self._case_moves = [
            [
                self._command_move(place, command, side)
                for side in range(len(self.policies))
                for command in part.commands
            ]
            for place, part in enumerate(scope.parts)
        ]
        self._watching: dict[tuple[Move, MoveResult], list[tuple[str, Memo]]] = {}
        self.watchers = Watchers(questions.watched, self.policies, self.agent_places, self.memo_of_books)
        self._keeps_books = questions.keep_books
        self._page_instants = instants_under(self.policies) if questions.keep_books else ()
        self._looks_at_desks = bool(questions.always or questions.sometimes or others)
        self.start_over()

    def start_over(self) -> None:
        """Begin anew with the components, because their canonical form has changed; what was decided stays known."""
        messages = {kept for part in self.scope.parts for kept in part.kept_messages}
        kept = frozenset(row for kept in messages for row in (message_row(*kept), message_page(*kept)))
        form = CanonicalForm(self.counting, self.scope.apart, with_page_counters(self.scope.at_most), kept, self.house)
        self.agents = [ComponentPool(form, _agent_rows(name), self.house, self._places) for name in self.agent_names]
        self.cases = [ComponentPool(form, _case_rows(part), self.house, self._places) for part in self.scope.parts]
        self.nobody = StateComponent(0, {}, Facts({}, self._places))
        self._successors: list[dict[int, Successors]] = [{} for _ in (*self.scope.parts, None)]
        self._open_moves: list[dict[int, list[tuple[Any, CaseMemo]]]] = [{} for _ in self._successors]
        self._open_questions: dict[tuple[Move, MoveResult, StateComponent], list[tuple[str, CaseMemo]]] = {}
        self.watchers.start_over()
        self._passed_over: set[str] = set()
        self._linked = frozenset(instant.name for instant in self._page_instants if instant.name in self.counting)
        self._targets: dict[tuple[int, int, int, int], int] = {}
        self._time_moves = [
            [
                Move(place, None, self._memo_of_passing(passing), side, policy)
                for side, policy in enumerate(self.policies)
                for passing in self._passings_of(part, policy)
            ]
            for place, part in enumerate(self.scope.parts)
        ]

    def learn_instants(self) -> bool:
        """Count, from now on, every instant that some question has read; whether there is one more than so far.

        An instant of the books counts as soon as the record's does, although no witness has read it so far: mostly one
        will. Should one have read it that was passed over meanwhile, everything is begun anew as well.
        """
        if not self.unlearned_instants:
            return False
        self._instants_read, self.counting = self._read_and_counting()
        self.start_over()
        return True

    @property
    def unlearned_instants(self) -> frozenset[str]:
        """The instants that have been read, and for which no time passes so far."""
        read, counting = self._read_and_counting()
        return (counting - self.counting) | (read & self._passed_over)

    def _read_and_counting(self) -> tuple[frozenset[str], frozenset[str]]:
        """The instants that some question has read, and with them those that count."""
        instants = self._timer_instants.union(instant.name for instant in self._page_instants)
        read = instants & {field_at(path) for path in self._paths_read}
        return frozenset(read), frozenset(read.union(self._page_instants_of(read)))

    def _page_instants_of(self, read: Collection[str]) -> Iterator[str]:
        return (one.name for one in self._page_instants if one.name_in_record in read)

    @property
    def passing(self) -> frozenset[str]:
        """The instants for which time passes: those that count, but for what no witness asked of and no timer ends."""
        return self.counting - self._passed_over

    @property
    def evaluations(self) -> int:
        """How many times something was really decided or looked at."""
        moves = [*self._team_moves, *(move for moves in (*self._case_moves, *self._time_moves) for move in moves)]
        memos = [*(move.memo for move in moves), *(q for asked in self._watching.values() for _, q in asked)]
        return sum(memo.evaluations for memo in memos) + self.watchers.evaluations

    # Moves ---------------------------------------------------------------------------------------------

    def memo(self, ask: Callable[[LoggedDesk], Any]) -> Memo:
        """A question about the desks of this scope."""
        return Memo(ask, self.agent_places, self._places, self._paths_read, look_at_desk)

    def _memo_of_passing(self, ask: Callable[[LoggedDesk], Any]) -> Memo:
        """A question how time passes, by whose reading no instant begins to count."""
        return Memo(ask, self.agent_places, self._places, set(), look_at_desk)

    def memo_of_books(self, ask: Callable[[LoggedBooks], Any]) -> Memo:
        """A question about the books of the witnesses."""
        return Memo(ask, self.agent_places, self._places, self._paths_read, look_at_books)

    def _command_move(self, place: int | None, command: Command, side: int) -> Move:
        policy = self.policies[side]
        part = None if place is None else self.scope.parts[place]

        def ask(desk: LoggedDesk) -> MoveResult:
            verdict = self.house.decide(desk.view(command), command, policy)
            if policy.rule and command.by in self.agent_places:
                self.own_rules.note(policy.rule, command, verdict)
            if isinstance(verdict, Refused):
                rules = tuple(reason.rule for reason in verdict.reasons)
                self.refused.update(rules)
                return self._result_of(rules, verdict, ())
            self.refused.update(reason.rule for reason in verdict.deviations)
            return self._result_of(verdict.events, verdict, verdict.events, part)

        return Move(place, command, self.memo(ask), side, policy)

    def _passings_of(self, part: Part, policy: Policy) -> Iterator[Callable[[LoggedDesk], MoveResult | None]]:
        """How time may pass for each instant of a part that counts: to a second before the end, and to the end."""
        for timer in self.timers:
            if timer_instant(timer) in self.counting:
                yield from (self._passing_of(part, timer, policy, early=early) for early in (True, False))
        for instant in self._page_instants:
            if instant.name in self.counting:
                lengths = instant.lengths(policy)
                yield from (
                    self._page_passing_of(part, instant, policy, fixed, early=early)
                    for fixed in lengths
                    for early in (True, False)
                )

    def _page_passing_of(
        self, part: Part, instant: PageInstant, policy: Policy, fixed: timedelta | None, *, early: bool
    ) -> Callable[[LoggedDesk], MoveResult | None]:
        """How time passes for an instant in the books, at a length that is fixed, or else at its own limit.

        One that is linked passes together with the record's; nothing is done here where that has a timer of the same
        length, as it should have, or where no timer runs and no witness has asked.
        """
        case, may_be_linked = part.case, instant.name_in_record in self.counting
        is_read = instant.name in self._instants_read

        def ask(desk: LoggedDesk) -> MoveResult | None:
            page_id, since = instant.of(desk.books, case)
            if since is None or not isinstance(desk.books, LoggedBooks):
                return None
            linked = may_be_linked and desk.books.is_linked(instant, page_id)
            length = instant.length(desk.books, case, policy) if fixed is None else fixed
            if length is None:
                return None
            ago = length - SECOND if early else length
            lengths = self._timer_lengths(desk, case, instant, policy) if linked else set()
            if NOON - since >= ago or length in lengths:
                return None
            if linked and not is_read and lengths <= {None}:
                self._passed_over.add(instant.name)
                return None
            passed = TimePassed(instant.path(page_id, in_record=linked), NOON - ago, length)
            return self._result_of(passed, None, (passed,), part)

        return ask

    def _timer_lengths(
        self, desk: LoggedDesk, case: str, instant: PageInstant, policy: Policy
    ) -> set[timedelta | None]:
        """How long the timers run that count from the record's instant."""
        view = desk.view_of(case)
        timers = (timer for timer in self.timers if timer_instant(timer) == instant.name_in_record)
        return {timer.length(view, policy.at(NOON).for_(view.case)) for timer in timers}

    def _passing_of(
        self, part: Part, timer: Timer, policy: Policy, *, early: bool
    ) -> Callable[[LoggedDesk], MoveResult | None]:
        row_name, _, name = timer.since.partition(".")
        case = part.case

        def ask(desk: LoggedDesk) -> MoveResult | None:
            view = desk.view_of(case)
            row = getattr(view, row_name)
            since = None if row is None else getattr(row, name)
            length = None if since is None else timer.length(view, policy.at(NOON).for_(view.case))
            if since is None or length is None:
                return None
            ago = length - SECOND if early else length
            if NOON - since >= ago:
                return None
            passed = TimePassed((*row._path, name), NOON - ago, length)  # noqa: SLF001 -- it is a `LoggedRecord`, whose place we need
            return self._result_of(passed, None, (passed,), part)

        return ask

    def _result_of(
        self, key: Any, verdict: Verdict | None, happens: tuple[Any, ...], part: Part | None = None
    ) -> MoveResult:
        known = self._results.get(key)
        if known is None:
            agents, beyond = self._reach_of(happens, part)
            known = self._results[key] = MoveResult(len(self._results), verdict, happens, agents, beyond)
        return known

    def _reach_of(self, happens: tuple[Any, ...], part: Part | None) -> tuple[tuple[int, ...], bool]:
        agents, beyond = set(), False
        mine = _case_rows(part) if part is not None else _no_rows
        for event in happens:
            if isinstance(event, TimePassed):
                touched = {event.path[:2]}
            else:
                named = ((effect.table, effect.row_id(event)) for effect in self.house.effects[type(event)])
                touched = {(table, row_id) for table, row_id in named if row_id is not None}
            for table, row_id in touched:
                if table == "agents" and row_id in self.agent_places:
                    agents.add(self.agent_places[row_id])
                elif table == "agents" or not mine(table, row_id):
                    beyond = True
        return tuple(sorted(agents)), beyond

    def _watching_memos(self, move: Move, result: MoveResult, state: LocalState) -> list[tuple[str, Memo]]:
        """What is asked of a step with its desk, without that which is never so with this result."""
        asked = self.questions
        looks = (*((name, _list_wrong(ask)) for name, ask in asked.always.items()), *asked.sometimes.items())
        memos = ((name, self.memo(self._asking_of_step(move.command, result, look))) for name, look in looks)
        return [(name, memo) for name, memo in memos if memo(state) or type(memo.root) is not Leaf]

    def _asking_of_step(
        self, command: Any, result: MoveResult, ask: Callable[[Step], Any]
    ) -> Callable[[LoggedDesk], Any]:
        verdict = Accepted(result.events)
        return lambda desk: ask(Step(desk, command, verdict, desk.evolve(result.events)))

    def memos_watching(self, move: Move, result: MoveResult) -> list[Memo]:
        """What is asked of a step, as far as the answer depends on anything."""
        report = self.watchers.memo_of(move.side, result)
        asked = [memo for _, memo in self._watching.get((move, result), ())]
        return asked if report is None else [*asked, report]

    def accepts_steps(self, steps: Sequence[Step]) -> bool:
        """Whether a story may be told with these steps, besides that each was given to the real desk."""
        del steps
        return True

    def agent_pages(self, name: str) -> EditedRows:
        """The page of an agent at the start, if books are kept."""
        pages = pages_of(self.start_books) if self.questions.keep_books else {}
        return {key: page for key, page in pages.items() if key == (AGENT_PAGES, name)}

    # Successors ----------------------------------------------------------------------------------------

    def unpack_agents(self, packed: int) -> tuple[int, ...]:
        """The numbers of the agents' components."""
        mask = (1 << AGENT_BITS) - 1
        return tuple(packed >> AGENT_BITS * place & mask for place in range(len(self.agent_names)))

    @property
    def is_full(self) -> bool:
        """Whether there is hardly a number left for one more component of an agent."""
        return any(len(pool.all) > MOST_AGENTS for pool in self.agents)

    def successors(self, part: int | None, case: int, agents: int) -> Successors:
        """What can be done about a case, or without one, with these agents."""
        known = self._successors[-1 if part is None else part]
        key = agents | case << AGENT_BITS * len(self.agent_names)
        found = known.get(key)
        if found is None:
            found = known[key] = self._find_successors(part, case, agents)
        return found

    def local_state(self, part: int | None, case: int, agents: int) -> LocalState:
        """The local state of a case, or of none, with these agents."""
        numbers = self.unpack_agents(agents)
        components = tuple(known.all[number] for known, number in zip(self.agents, numbers, strict=True))
        return LocalState(
            self.policy, self.house, components, self.nobody if part is None else self.cases[part].all[case]
        )

    def _find_successors(self, part: int | None, case: int, agents: int) -> Successors:
        state, successors = self.local_state(part, case, agents), Successors()
        if self.questions.watched.situations:
            commands = self.scope.commands if part is None else self.scope.parts[part].commands
            self.watchers.note_trials(part, commands, state)
        for move, result in self._moves_that_happen(part, case, state):
            successors.transitions += 1
            report = self._report_of(move, result, state)
            if move.command is not None:
                if self._looks_at_desks:
                    self._watch_step(successors, state, move, result)
                successors.wrong += [(name, move) for name in report.wrong]
                successors.met += [(name, move) for name in report.met]
            if not result.beyond:
                leads = self.targets_of(part, case, agents, result, report.writing)
                if leads != (agents, case):
                    (successors.by_time if move.command is None else successors.by_command).append(leads)
        return successors

    def _moves_that_happen(self, part: int | None, case: int, state: LocalState) -> Iterable[tuple[Move, MoveResult]]:
        """Every move that is possible in a state, and what comes of it."""
        return self._answers_that_happen(part, case, state)

    def _answers_that_happen(self, part: int | None, case: int, state: LocalState) -> list[tuple[Any, Any]]:
        """Whatever is asked about a case to which the answer is that something happens, with the answer."""
        answers = ((asked, memo(state)) for asked, memo in self._open_moves_of(part, case, state))
        return [(asked, answer) for asked, answer in answers if answer is not None and answer.happens]

    def _open_moves_of(self, part: int | None, case: int, state: LocalState) -> list[tuple[Any, CaseMemo]]:
        """What is asked about a case, without that to which the case alone says that nothing is possible."""
        known = self._open_moves[-1 if part is None else part]
        found = known.get(case)
        if found is None:
            memos = ((asked, asked.memo.of_case(state.facts[CASE_PLACE])) for asked in self._askable(part))
            found = known[case] = [(asked, memo) for asked, memo in memos if not _leads_nowhere(memo.node)]
        return found

    def _askable(self, part: int | None) -> Sequence[Any]:
        """What is asked about a part, each with its `memo`: of every move, what comes of it."""
        return self.moves_of(part)

    def moves_of(self, part: int | None) -> list[Move]:
        """Everything that can be done about a part, time that passes included; or without a case."""
        return self._team_moves if part is None else [*self._case_moves[part], *self._time_moves[part]]

    def _watch_step(self, successors: Successors, state: LocalState, move: Move, result: MoveResult) -> None:
        for name, memo in self._open_questions_of(move, result, state):
            if memo(state):
                (successors.wrong if name in self.questions.always else successors.met).append((name, move))

    def _open_questions_of(self, move: Move, result: MoveResult, state: LocalState) -> list[tuple[str, CaseMemo]]:
        """What is asked of a step about a case, without that which the case alone denies."""
        found = self._open_questions.get((move, result, state.case))
        if found is None:
            if (move, result) not in self._watching:
                self._watching[move, result] = self._watching_memos(move, result, state)
            memos = ((name, memo.of_case(state.facts[CASE_PLACE])) for name, memo in self._watching[move, result])
            found = [(name, memo) for name, memo in memos if type(memo.node) is not Leaf or memo.node.value]
            self._open_questions[move, result, state.case] = found
        return found

    def _report_of(self, move: Move, result: MoveResult, state: LocalState) -> WitnessReport:
        """What a step writes in the books of the witnesses, and what they say of it."""
        if move.command is None or not self._keeps_books:
            return NO_REPORT
        return self.watchers.report(move.side, result, state)

    def target_of_move(self, part: int | None, case: int, agents: int, move: Move) -> tuple[int, int]:
        """The agents and the case that a move leads to which is possible there."""
        state = self.local_state(part, case, agents)
        result: MoveResult = move.memo(state)
        return self.targets_of(part, case, agents, result, self._report_of(move, result, state).writing)

    def targets_of(
        self, part: int | None, case: int, agents: int, result: MoveResult, writing: Writing
    ) -> tuple[int, int]:
        """The agents and the case that a result leads to, and what is written in the books of it."""
        for place in {*result.agents, *writing.agents} if writing.agents else result.agents:
            shift = AGENT_BITS * place
            was = agents >> shift & ((1 << AGENT_BITS) - 1)
            key = (result.number, writing.number, -1 - place, was)
            now = self._targets.get(key)
            if now is None:
                now = self._targets[key] = self.agents[place].number_after(was, result, writing)
            agents += (now - was) << shift
        if part is None:
            return agents, case
        key = (result.number, writing.number, part, case)
        led = self._targets.get(key)
        if led is None:
            led = self._targets[key] = self.cases[part].number_after(case, result, writing, linked=self._linked)
        return agents, led


def _leads_nowhere(start: Lead | None) -> bool:
    """Whether the case alone tells that nothing is possible."""
    return type(start) is Leaf and (start.value is None or not start.value.happens)


def _list_wrong(ask: FindsWrong) -> Callable[[Step], tuple[str, ...]]:
    return lambda step: tuple(ask(step))


_TABLES_OF_AN_AGENT: Final = frozenset({"agents", AGENT_PAGES})


def _agent_rows(name: str) -> Callable[[str, str], bool]:
    return lambda table, row_id: table in _TABLES_OF_AN_AGENT and row_id == name


_TABLES_OF_A_CASE: Final = frozenset({"messages", "notes", "commitments", "wrap_ups", MESSAGE_PAGES})


def _case_rows(part: Part) -> Callable[[str, str], bool]:
    ids = part.ids
    return lambda table, row_id: table not in _TABLES_OF_AN_AGENT and (table in _TABLES_OF_A_CASE or row_id in ids)


def _no_rows(_: str, __: str) -> bool:
    return False
