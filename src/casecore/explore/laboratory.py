"""What can be done where: everything that has been found out about a scope.

What can be done about one case depends on that case and on the agents, so it is found once for each such pair (a
**context**) and then only added up (`worlds.py`). In a context every command is asked of the real `decide`
(`questions.py`), its events are applied to each piece alone (`pieces.py`), and every `always` and `sometimes` is asked
of the step. A step costs no more in a second case than in the first.

Time goes by in steps of its own: each instant that a timer counts from, and that some rule has read, may pass on to
one second before the timer's end and to the end itself. They count nothing towards the length of a story. This allows
everything that real time allows, and a little more; therefore stories are told with real instants (`stories.py`)
before they are believed.

Nothing is random, and nothing is compared by its hash alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import attrs
from attrs import field

from casecore.desk import Desk
from casecore.explore.pieces import NOON, SECOND, Form, Passed, Piece, Pieces
from casecore.explore.questions import CASE, Answer, Facts, Fork, Question
from casecore.explore.scope import Part, Scope
from casecore.explore.seen import Log, Path, SeenDesk, name_of
from casecore.kernel import Accepted, Command, Event, Refused, Timer, Verdict
from casecore.kernel.house import House
from casecore.policies import Policy
from casecore.promises import Step
from casecore.rooms.composition import EFFECTS, HOUSE, TIMERS, View

AGENT_BITS: Final = 16
CASE_BITS: Final = 24

Asked = Callable[[Step], Iterable[str]]
"""(step) -> everything that is wrong with it."""

Met = Callable[[Step], bool]
"""(step) -> whether it is one that we look for."""

# Moves -------------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Outcome:
    """What comes of a move, wherever that is: the same answer is the same outcome.

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
        question: What comes of it; None where nothing can.
        policy: The SOP under which it is done.
    """

    part: int | None
    command: Command | None
    question: Question
    policy: Policy


AGENT_ROLES: Final = frozenset({"actor", "target", "holder", "reviewer", "offered", "review_offered"})
"""What agents are called in a view."""


def counted_from(timer: Timer) -> str:
    """The instant that a timer counts from, as `row.field`."""
    row, _, name = timer.since.partition(".")
    return f"{'agent' if row in AGENT_ROLES else row}.{name}"


# Contexts ----------------------------------------------------------------------------------------------


@attrs.define(eq=False)
class Context:
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


class Here:
    """The situation of one case and the agents."""

    __slots__ = ("_agents", "_case", "_policy", "facts")

    def __init__(self, policy: Policy, agents: tuple[Piece, ...], case: Piece) -> None:
        self._policy = policy
        self._agents = agents
        self._case = case
        self.facts: tuple[Facts, ...] = (*(agent.facts for agent in agents), case.facts)

    def desk(self, log: Log) -> SeenDesk:
        """The desk of these rows, which notes in the log what is read of it."""
        tables: dict[str, dict[str, Any]] = {}
        for piece in (*self._agents, self._case):
            for (table, row_id), row in piece.rows.items():
                tables.setdefault(table, {})[row_id] = row
        return SeenDesk.of(self._policy, NOON, tables, log)


class Laboratory:
    """Everything that has been found out about a scope: pieces, outcomes, contexts. It only grows.

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
        always: Mapping[str, Asked] | None = None,
        sometimes: Mapping[str, Met] | None = None,
        others: tuple[Policy, ...] = (),
    ) -> None:
        self.scope = scope
        self.policy = policy
        self.policies = (policy, *others)
        self.house = house
        self.always = dict(always or {})
        self.sometimes = dict(sometimes or {})
        self.start = start_of(scope, with_every_queue(self.policies), house)
        self.names = tuple(sorted(self.start.agents))
        self.places = {name: place for place, name in enumerate(self.names)}
        self.counting: frozenset[str] = frozenset()
        self.refused: set[str] = set()
        self._read: set[Path] = set()
        self._outcomes: dict[Any, Outcome] = {}
        self.timers = tuple(
            timer
            for timer in TIMERS
            if scope.apart.isdisjoint({counted_from(timer), counted_from(timer).partition(".")[0]})
        )
        self._timed = {counted_from(timer) for timer in self.timers}
        self._given = [self._giving(None, command, policy) for policy in self.policies for command in scope.commands]
        self._about = [
            [self._giving(place, command, policy) for policy in self.policies for command in part.commands]
            for place, part in enumerate(scope.parts)
        ]
        self._asked: dict[tuple[Any, int], list[tuple[str, Question]]] = {}
        self.forget()

    def forget(self) -> None:
        """Begin anew with the pieces, because their one form has changed; what was decided stays known."""
        kept = frozenset().union(*(part.drafts for part in self.scope.parts))
        form = Form(self.counting, self.scope.apart, self.scope.at_most, kept)
        self.agents = [Pieces(form, _is_agent(name)) for name in self.names]
        self.cases = [Pieces(form, _is_of(part)) for part in self.scope.parts]
        self.nobody = Piece(0, {}, Facts({}))
        self._contexts: list[dict[int, Context]] = [{} for _ in (*self.scope.parts, None)]
        self._starts: list[dict[int, list[list[Any]]]] = [{} for _ in self._contexts]
        self._after: dict[tuple[int, int, int], int] = {}
        self._passes = [
            [
                Move(place, None, self.question(self._passing(part, timer, policy, early=early)), policy)
                for policy in self.policies
                for timer in self.timers
                if counted_from(timer) in self.counting
                for early in (True, False)
            ]
            for place, part in enumerate(self.scope.parts)
        ]

    @property
    def learnt(self) -> bool:
        """Whether some question has read an instant that has not been counted so far; then it is, from now on."""
        counting = frozenset(self._timed & {name_of(path) for path in self._read})
        if counting == self.counting:
            return False
        self.counting = counting
        self.forget()
        return True

    @property
    def asked(self) -> int:
        """How many times something was really decided or looked at."""
        moves = [*self._given, *(move for moves in (*self._about, *self._passes) for move in moves)]
        questions = [*(move.question for move in moves), *(q for asked in self._asked.values() for _, q in asked)]
        return sum(question.asked for question in questions)

    # Questions -----------------------------------------------------------------------------------------

    def question(self, ask: Callable[[SeenDesk], Any]) -> Question:
        """A question about situations of this scope."""
        return Question(ask, self.places, self._read)

    def _giving(self, place: int | None, command: Command, policy: Policy) -> Move:
        part = None if place is None else self.scope.parts[place]

        def ask(desk: SeenDesk) -> Outcome:
            verdict = self.house.decide(desk.view(command), command, policy)
            if isinstance(verdict, Refused):
                rules = tuple(reason.rule for reason in verdict.reasons)
                self.refused.update(rules)
                return self._outcome(rules, verdict, ())
            self.refused.update(reason.rule for reason in verdict.deviations)
            return self._outcome(verdict.events, verdict, verdict.events, part)

        return Move(place, command, self.question(ask), policy)

    def _passing(
        self, part: Part, timer: Timer, policy: Policy, *, early: bool
    ) -> Callable[[SeenDesk], Outcome | None]:
        row_name, _, name = timer.since.partition(".")
        case = part.case

        def ask(desk: SeenDesk) -> Outcome | None:
            view = desk.view_of(case)
            row = getattr(view, row_name)
            since = None if row is None else getattr(row, name)
            length = None if since is None else timer.length(view, policy.for_(view.case))
            if since is None or length is None:
                return None
            ago = length - SECOND if early else length
            if NOON - since >= ago:
                return None
            passed = Passed((*row._path, name), NOON - ago, length)  # noqa: SLF001 -- it is a `Seen`, whose place we need
            return self._outcome(passed, None, (passed,), part)

        return ask

    def _outcome(
        self, key: Any, verdict: Verdict | None, happens: tuple[Any, ...], part: Part | None = None
    ) -> Outcome:
        known = self._outcomes.get(key)
        if known is None:
            agents, beyond = self._reach(happens, part)
            known = self._outcomes[key] = Outcome(len(self._outcomes), verdict, happens, agents, beyond)
        return known

    def _reach(self, happens: tuple[Any, ...], part: Part | None) -> tuple[tuple[int, ...], bool]:
        agents, beyond = set(), False
        mine = _is_of(part) if part is not None else _is_nobodys
        for event in happens:
            if isinstance(event, Passed):
                touched = {event.path[:2]}
            else:
                touched = {(effect.table, effect.row_id(event)) for effect in EFFECTS[type(event)]}
            for table, row_id in touched:
                if table == "agents" and row_id in self.places:
                    agents.add(self.places[row_id])
                elif table == "agents" or not mine(table, row_id):
                    beyond = True
        return tuple(sorted(agents)), beyond

    def _watchers(self, move: Move, outcome: Outcome) -> list[tuple[str, Question]]:
        looks = (*((name, _wrong(ask)) for name, ask in self.always.items()), *self.sometimes.items())
        return [(name, self.question(self._of_step(move.command, outcome, look))) for name, look in looks]

    def _of_step(self, command: Any, outcome: Outcome, ask: Callable[[Step], Any]) -> Callable[[SeenDesk], Any]:
        verdict = Accepted(outcome.events)
        return lambda desk: ask(Step(desk, command, verdict, desk.evolve(outcome.events), self.house))

    def watching(self, move: Move, outcome: Outcome) -> list[Question]:
        """What is asked of a step, as far as the answer depends on anything."""
        return [question for _, question in self._asked.get((move, outcome.number), ())]

    def believes(self, steps: Sequence[Step]) -> bool:
        """Whether a story may be told with these steps, besides that each was given to the real desk."""
        del steps
        return True

    # Contexts ------------------------------------------------------------------------------------------

    def agents_of(self, packed: int) -> tuple[int, ...]:
        """The numbers of the agents' pieces."""
        mask = (1 << AGENT_BITS) - 1
        return tuple(packed >> AGENT_BITS * place & mask for place in range(len(self.names)))

    def context(self, part: int | None, case: int, agents: int) -> Context:
        """What can be done about a case, or without one, with these agents."""
        known = self._contexts[-1 if part is None else part]
        key = agents | case << AGENT_BITS * len(self.names)
        found = known.get(key)
        if found is None:
            found = known[key] = self._explored(part, case, agents)
        return found

    def here(self, part: int | None, case: int, agents: int) -> Here:
        """The situation of a case, or of none, with these agents."""
        numbers = self.agents_of(agents)
        pieces = tuple(known.all[number] for known, number in zip(self.agents, numbers, strict=True))
        return Here(self.policy, pieces, self.nobody if part is None else self.cases[part].all[case])

    def _explored(self, part: int | None, case: int, agents: int) -> Context:
        here, context = self.here(part, case, agents), Context()
        for move, outcome in self._happening(part, case, here):
            context.transitions += 1
            if move.command is not None:
                self._watch(context, here, move, outcome)
            if not outcome.beyond:
                leads = self.leads(part, case, agents, outcome)
                if leads != (agents, case):
                    (context.by_time if move.command is None else context.by_command).append(leads)
        return context

    def _happening(self, part: int | None, case: int, here: Here) -> Iterable[tuple[Move, Outcome]]:
        """Every move that is possible here, and what comes of it."""
        return self._possible(part, case, here)

    def _possible(self, part: int | None, case: int, here: Here) -> list[tuple[Any, Any]]:
        """Whatever is asked about a case to which the answer here is that something happens, with the answer."""
        facts, found = here.facts, []
        for way in self._ways(part, case):
            asked, node = way
            while type(node) is Fork:
                node = node.leads.get(facts[node.whose][node.path])
            if node is None:
                answer = asked.question(here)
                way[1] = asked.question.start(facts[CASE])
            else:
                answer = node.value
            if answer is not None and answer.happens:
                found.append((asked, answer))
        return found

    def _ways(self, part: int | None, case: int) -> list[list[Any]]:
        """What could be possible with a case, each with how far the case alone leads to its answer."""
        known = self._starts[-1 if part is None else part]
        ways = known.get(case)
        if ways is None:
            facts = self.nobody.facts if part is None else self.cases[part].all[case].facts
            ways = [[asked, asked.question.start(facts)] for asked in self._asking(part)]
        ways = known[case] = [way for way in ways if not _in_vain(way[1])]
        return ways

    def _asking(self, part: int | None) -> Sequence[Any]:
        """What is asked about a part, each with its `question`: of every move, what comes of it."""
        return self.moves(part)

    def moves(self, part: int | None) -> list[Move]:
        """Everything that can be done about a part, time that passes included; or without a case."""
        return self._given if part is None else [*self._about[part], *self._passes[part]]

    def _watch(self, context: Context, here: Here, move: Move, outcome: Outcome) -> None:
        asked = self._asked.get((move, outcome.number))
        if asked is None:
            asked = self._asked[move, outcome.number] = self._watchers(move, outcome)
        idle = False
        for name, question in asked:
            if question(here):
                (context.wrong if name in self.always else context.met).append((name, move))
            else:
                idle = idle or type(question.root) is Answer
        if idle:  # what is never so with this outcome is not asked again
            asked[:] = [pair for pair in asked if type(pair[1].root) is not Answer or pair[1].root.value]

    def leads(self, part: int | None, case: int, agents: int, outcome: Outcome) -> tuple[int, int]:
        """The agents and the case that an outcome leads to."""
        for place in outcome.agents:
            shift = AGENT_BITS * place
            was = agents >> shift & ((1 << AGENT_BITS) - 1)
            key = (outcome.number, -1 - place, was)
            now = self._after.get(key)
            if now is None:
                now = self._after[key] = self.agents[place].after(was, outcome.happens)
            agents += (now - was) << shift
        if part is None:
            return agents, case
        key = (outcome.number, part, case)
        led = self._after.get(key)
        if led is None:
            led = self._after[key] = self.cases[part].after(case, outcome.happens)
        return agents, led


def _in_vain(start: Fork | Answer | None) -> bool:
    """Whether the case alone tells that nothing is possible."""
    return type(start) is Answer and (start.value is None or not start.value.happens)


def start_of(scope: Scope, policy: Policy, house: House[View]) -> Desk:
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


def with_every_queue(policies: tuple[Policy, ...]) -> Policy:
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


def _wrong(ask: Asked) -> Callable[[Step], tuple[str, ...]]:
    return lambda step: tuple(ask(step))


def _is_agent(name: str) -> Callable[[str, str], bool]:
    return lambda table, row_id: table == "agents" and row_id == name


_OF_EVERY_CASE: Final = frozenset({"messages", "notes", "commitments", "wrap_ups"})


def _is_of(part: Part) -> Callable[[str, str], bool]:
    ids = part.ids
    return lambda table, row_id: table != "agents" and (table in _OF_EVERY_CASE or row_id in ids)


def _is_nobodys(_: str, __: str) -> bool:
    return False
