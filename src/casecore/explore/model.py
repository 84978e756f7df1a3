"""What can be done where: everything that has been found out about a scope.

What can be done about one case depends on that case and on the agents, so it is found once for each such pair (a
**local state**) and then only added up (`states.py`). In a local state every command is asked of the real `decide`
(`memo.py`), its events are applied to each component alone (`components.py`), and every `always` and `sometimes` is
asked of the step. A step costs no more in a second case than in the first.

Time goes by in steps of its own: each instant that a timer counts from, and that some rule has read, may pass on to
one second before the timer's end and to the end itself. They count nothing towards the length of a story. This allows
everything that real time allows, and a little more; therefore stories are told with real instants (`traces.py`)
before they are believed.

Nothing is random, and nothing is compared by its hash alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import attrs
from attrs import field

from casecore.desk import Desk
from casecore.explore.components import CanonicalForm, ComponentPool, StateComponent, TimePassed
from casecore.explore.memo import CASE_PLACE, Branch, CaseMemo, Facts, Leaf, Memo
from casecore.explore.read_log import LoggedDesk, Path, ReadLog, field_at
from casecore.explore.scope import NOON, SECOND, Part, Scope
from casecore.kernel import Accepted, Command, Event, Refused, Timer, Verdict
from casecore.kernel.house import House
from casecore.policies import Policy
from casecore.promises import Step
from casecore.rooms.composition import EFFECTS, HOUSE, TIMERS, View

AGENT_BITS: Final = 16
CASE_BITS: Final = 24

FindsWrong = Callable[[Step], Iterable[str]]
"""(step) -> everything that is wrong with it."""

Matches = Callable[[Step], bool]
"""(step) -> whether it is one that we look for."""

# Moves -------------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class MoveResult:
    """What comes of a move, wherever that is: the same answer is the same result.

    Attributes:
        verdict: The answer to a command; None where time passes.
        happens: The desk's events, or the one instant that passes on.
        agents: The places of the agents that are changed.
        beyond: Whether it makes rows that the scope does not follow, e.g. the successor of a closed case.
    """

    number: int
    verdict: Verdict | None
    happens: tuple[Any, ...]
    agents: tuple[int, ...] = ()
    beyond: bool = False

    @property
    def events(self) -> tuple[Event, ...]:
        """What happens on the desk."""
        return self.verdict.events if isinstance(self.verdict, Accepted) else ()


@attrs.frozen(eq=False)
class Move:
    """One thing that can be done, or one instant that can pass on.

    Attributes:
        part: The place of the part it is about; None where it is about no case.
        command: What is done; None where time passes.
        memo: What comes of it; None where nothing can.
        policy: The SOP under which it is done.
    """

    part: int | None
    command: Command | None
    memo: Memo
    policy: Policy


AGENT_ROLES: Final = frozenset({"actor", "target", "holder", "reviewer", "offered", "review_offered"})
"""What agents are called in a view."""


def timer_instant(timer: Timer) -> str:
    """The instant that a timer counts from, as `row.field`."""
    row, _, name = timer.since.partition(".")
    return f"{'agent' if row in AGENT_ROLES else row}.{name}"


# Local states ------------------------------------------------------------------------------------------


@attrs.define(eq=False)
class Successors:
    """What can come of one case (or of none) with one team.

    Attributes:
        by_time: Where time leads: (agents, case) for each step.
        by_command: Where commands lead.
        wrong: (promise, place of the move) of every step that breaks one.
        met: Names of what some step is, of what is looked for, with the place of the move.
    """

    by_time: list[tuple[int, int]] = field(factory=list)
    by_command: list[tuple[int, int]] = field(factory=list)
    wrong: list[tuple[str, Move]] = field(factory=list)
    met: list[tuple[str, Move]] = field(factory=list)
    transitions: int = 0


class LocalState:
    """One case and the agents, as questions see them."""

    __slots__ = ("_agents", "_policy", "case", "facts")

    def __init__(self, policy: Policy, agents: tuple[StateComponent, ...], case: StateComponent) -> None:
        self._policy = policy
        self._agents = agents
        self.case = case
        self.facts: tuple[Facts, ...] = (*(agent.facts for agent in agents), case.facts)

    def desk(self, log: ReadLog) -> LoggedDesk:
        """The desk of these rows, which notes in the log what is read of it."""
        tables: dict[str, dict[str, Any]] = {}
        for component in (*self._agents, self.case):
            for (table, row_id), row in component.rows.items():
                tables.setdefault(table, {})[row_id] = row
        return LoggedDesk.of(self._policy, NOON, tables, log)


class Model:
    """Everything that has been found out about a scope: components, results, successors. It only grows.

    Args:
        scope: The cast and the commands.
        policy: The SOP in force.
        house: The rules that are asked.
        always: What no step may be, by name.
        sometimes: What some step should be, by name.
        others: More policies, under which everything is tried as well (`diff`).
    """

    def __init__(
        self,
        scope: Scope,
        policy: Policy,
        house: House[View] = HOUSE,
        *,
        always: Mapping[str, FindsWrong] | None = None,
        sometimes: Mapping[str, Matches] | None = None,
        others: tuple[Policy, ...] = (),
    ) -> None:
        self.scope = scope
        self.policy = policy
        self.policies = (policy, *others)
        self.house = house
        self.always = dict(always or {})
        self.sometimes = dict(sometimes or {})
        self.start = starting_desk(scope, with_all_queues(self.policies), house)
        self.agent_names = tuple(sorted(self.start.agents))
        self.agent_places = {name: place for place, name in enumerate(self.agent_names)}
        self.counting: frozenset[str] = frozenset()
        self.refused: set[str] = set()
        self._paths_read: set[Path] = set()
        self._results: dict[Any, MoveResult] = {}
        self.timers = tuple(
            timer
            for timer in TIMERS
            if scope.apart.isdisjoint({timer_instant(timer), timer_instant(timer).partition(".")[0]})
        )
        self._timer_instants = {timer_instant(timer) for timer in self.timers}
        self._team_moves = [
            self._command_move(None, command, policy) for policy in self.policies for command in scope.commands
        ]
        self._case_moves = [
            [self._command_move(place, command, policy) for policy in self.policies for command in part.commands]
            for place, part in enumerate(scope.parts)
        ]
        self._watching: dict[tuple[Move, MoveResult], list[tuple[str, Memo]]] = {}
        self.start_over()

    def start_over(self) -> None:
        """Begin anew with the components, because their canonical form has changed; what was decided stays known."""
        kept = frozenset().union(*(part.drafts for part in self.scope.parts))
        form = CanonicalForm(self.counting, self.scope.apart, self.scope.at_most, kept)
        self.agents = [ComponentPool(form, _agent_rows(name)) for name in self.agent_names]
        self.cases = [ComponentPool(form, _case_rows(part)) for part in self.scope.parts]
        self.nobody = StateComponent(0, {}, Facts({}))
        self._successors: list[dict[int, Successors]] = [{} for _ in (*self.scope.parts, None)]
        self._open_moves: list[dict[int, list[tuple[Any, CaseMemo]]]] = [{} for _ in self._successors]
        self._open_questions: dict[tuple[Move, MoveResult, StateComponent], list[tuple[str, CaseMemo]]] = {}
        self._targets: dict[tuple[int, int, int], int] = {}
        self._time_moves = [
            [
                Move(place, None, self.memo(self._passing_of(part, timer, policy, early=early)), policy)
                for policy in self.policies
                for timer in self.timers
                if timer_instant(timer) in self.counting
                for early in (True, False)
            ]
            for place, part in enumerate(self.scope.parts)
        ]

    def learn_instants(self) -> bool:
        """Count, from now on, every instant that some question has read; whether there is one more than so far."""
        counting = frozenset(self._timer_instants & {field_at(path) for path in self._paths_read})
        if counting == self.counting:
            return False
        self.counting = counting
        self.start_over()
        return True

    @property
    def evaluations(self) -> int:
        """How many times something was really decided or looked at."""
        moves = [*self._team_moves, *(move for moves in (*self._case_moves, *self._time_moves) for move in moves)]
        memos = [*(move.memo for move in moves), *(q for asked in self._watching.values() for _, q in asked)]
        return sum(memo.evaluations for memo in memos)

    # Moves ---------------------------------------------------------------------------------------------

    def memo(self, ask: Callable[[LoggedDesk], Any]) -> Memo:
        """A question about local states of this scope."""
        return Memo(ask, self.agent_places, self._paths_read)

    def _command_move(self, place: int | None, command: Command, policy: Policy) -> Move:
        part = None if place is None else self.scope.parts[place]

        def ask(desk: LoggedDesk) -> MoveResult:
            verdict = self.house.decide(desk.view(command), command, policy)
            if isinstance(verdict, Refused):
                rules = tuple(reason.rule for reason in verdict.reasons)
                self.refused.update(rules)
                return self._result_of(rules, verdict, ())
            self.refused.update(reason.rule for reason in verdict.deviations)
            return self._result_of(verdict.events, verdict, verdict.events, part)

        return Move(place, command, self.memo(ask), policy)

    def _passing_of(
        self, part: Part, timer: Timer, policy: Policy, *, early: bool
    ) -> Callable[[LoggedDesk], MoveResult | None]:
        row_name, _, name = timer.since.partition(".")
        case = part.case

        def ask(desk: LoggedDesk) -> MoveResult | None:
            view = desk.view_of(case)
            row = getattr(view, row_name)
            since = None if row is None else getattr(row, name)
            length = None if since is None else timer.length(view, policy.for_(view.case))
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
                touched = {(effect.table, effect.row_id(event)) for effect in EFFECTS[type(event)]}
            for table, row_id in touched:
                if table == "agents" and row_id in self.agent_places:
                    agents.add(self.agent_places[row_id])
                elif table == "agents" or not mine(table, row_id):
                    beyond = True
        return tuple(sorted(agents)), beyond

    def _watching_memos(self, move: Move, result: MoveResult, state: LocalState) -> list[tuple[str, Memo]]:
        """What is asked of a step, without that which is never so with this result."""
        looks = (*((name, _list_wrong(ask)) for name, ask in self.always.items()), *self.sometimes.items())
        memos = ((name, self.memo(self._asking_of_step(move.command, result, look))) for name, look in looks)
        return [(name, memo) for name, memo in memos if memo(state) or type(memo.root) is not Leaf]

    def _asking_of_step(
        self, command: Any, result: MoveResult, ask: Callable[[Step], Any]
    ) -> Callable[[LoggedDesk], Any]:
        verdict = Accepted(result.events)
        return lambda desk: ask(Step(desk, command, verdict, desk.evolve(result.events), self.house))

    def memos_watching(self, move: Move, result: MoveResult) -> list[Memo]:
        """What is asked of a step, as far as the answer depends on anything."""
        return [memo for _, memo in self._watching.get((move, result), ())]

    def accepts_steps(self, steps: Sequence[Step]) -> bool:
        """Whether a story may be told with these steps, besides that each was given to the real desk."""
        del steps
        return True

    # Successors ----------------------------------------------------------------------------------------

    def unpack_agents(self, packed: int) -> tuple[int, ...]:
        """The numbers of the agents' components."""
        mask = (1 << AGENT_BITS) - 1
        return tuple(packed >> AGENT_BITS * place & mask for place in range(len(self.agent_names)))

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
        return LocalState(self.policy, components, self.nobody if part is None else self.cases[part].all[case])

    def _find_successors(self, part: int | None, case: int, agents: int) -> Successors:
        state, successors = self.local_state(part, case, agents), Successors()
        for move, result in self._moves_that_happen(part, case, state):
            successors.transitions += 1
            if move.command is not None:
                self._watch_step(successors, state, move, result)
            if not result.beyond:
                leads = self.targets_of(part, case, agents, result)
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
                (successors.wrong if name in self.always else successors.met).append((name, move))

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

    def targets_of(self, part: int | None, case: int, agents: int, result: MoveResult) -> tuple[int, int]:
        """The agents and the case that a result leads to."""
        for place in result.agents:
            shift = AGENT_BITS * place
            was = agents >> shift & ((1 << AGENT_BITS) - 1)
            key = (result.number, -1 - place, was)
            now = self._targets.get(key)
            if now is None:
                now = self._targets[key] = self.agents[place].number_after(was, result.happens)
            agents += (now - was) << shift
        if part is None:
            return agents, case
        key = (result.number, part, case)
        led = self._targets.get(key)
        if led is None:
            led = self._targets[key] = self.cases[part].number_after(case, result.happens)
        return agents, led


def _leads_nowhere(start: Branch | Leaf | None) -> bool:
    """Whether the case alone tells that nothing is possible."""
    return type(start) is Leaf and (start.value is None or not start.value.happens)


def starting_desk(scope: Scope, policy: Policy, house: House[View]) -> Desk:
    """The desk with nothing but the team.

    Raises:
        ValueError: When the team cannot be brought to a desk with this policy.
    """
    desk = Desk(policy)
    for command in scope.team:
        step = Step.of(desk, command, house)
        if not step.verdict:
            raise ValueError(f"{type(command).__name__} by {command.by} is refused: {step.verdict}")
        desk = step.after
    return desk


def with_all_queues(policies: tuple[Policy, ...]) -> Policy:
    """The first policy, with the queues that only others have: the team may serve them all."""
    first: Any = policies[0]
    more: dict[str, Any] = {
        name: queue for policy in policies for name, queue in policy.queues.items() if name not in first.queues
    }
    if not more:
        return policies[0]
    closed = {name: attrs.evolve(queue, fallback=False) for name, queue in more.items()}
    joint: Policy = attrs.evolve(first, queues={**first.queues, **closed})
    return joint


def _list_wrong(ask: FindsWrong) -> Callable[[Step], tuple[str, ...]]:
    return lambda step: tuple(ask(step))


def _agent_rows(name: str) -> Callable[[str, str], bool]:
    return lambda table, row_id: table == "agents" and row_id == name


_TABLES_OF_A_CASE: Final = frozenset({"messages", "notes", "commitments", "wrap_ups"})


def _case_rows(part: Part) -> Callable[[str, str], bool]:
    ids = part.ids
    return lambda table, row_id: table != "agents" and (table in _TABLES_OF_A_CASE or row_id in ids)


def _no_rows(_: str, __: str) -> bool:
    return False
