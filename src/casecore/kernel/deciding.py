"""Deciding: the one `decide` that walks through all rooms, and what their events make of a record.

A command is decided in four steps, always in this order:

1. **Needs.** The row exists, the table has the edge. The first need that fails is refused alone.
2. **Handler.** It proposes events.
3. **Rules.** Every rule that guards the command, and every rule that guards a proposed event, is asked. All reasons
   are listed. A rule that the policy only warns about becomes a `Deviated` event; one it switches off, nothing. Where
   the command starts a case, they are shown the case as it will be, or they could not speak of it. Where it changes
   two cases, what happens to the other one is asked about with a view of that one (`Room.others`).
4. **Consequences.** What the events entail in other rooms is added. It is never refused. What was due before, and
   nobody has told yet (`Room.precedes`), comes first.

A policy may bring rules of its own (`Room.brings`): under it they are asked as the others are.

Before that, it is asked when the command happens (`Room.timed`), and a policy that says something otherwise from a date
on or for some cases is asked for what is in force at that instant, for the case it is about, as that case is then.

`decide` is total: every view and command get an answer, nothing is raised and nothing is changed.

`effects_at` tells what events do to records, and `fold` reads a whole history for the sake of one kind of them.

What it decides with knows nothing of a support desk; the desk's own is `House` (`rooms/composition.py`).
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

import attrs
from attrs import field

from casecore.kernel import (
    UNCONCERNED,
    Accepted,
    Check,
    Command,
    Deviated,
    Enforcement,
    Event,
    Handler,
    MissingRow,
    PolicyInForce,
    Reason,
    Refused,
    Room,
    Rule,
    Verdict,
    frozen,
)
from casecore.kernel.effects import ByClass, Effect, Effects, Place, effects_of
from casecore.kernel.rooms import Brought, wanted_by, where_wanted
from casecore.kernel.written_functions import write_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

V = TypeVar("V")
R = TypeVar("R")
F = TypeVar("F", bound="Callable[..., Any]")


MOST_ENLARGED: Final = 100
"""For so many policies with rules of their own the compiled rules are kept."""

Missing: TypeAlias = frozenset[str]
"""The rows that a view lacks, of those that some rule, or something that follows, wants."""

LackedRows: TypeAlias = "Callable[[Any], Missing]"
"""(view) -> the rows that it lacks."""


class AskedTogether(dict[Missing, tuple[F, ...]]):
    """Functions asked together, by the rows that a view lacks: those that want none of these (`rooms.wants`)."""

    def __init__(self, functions: Iterable[F]) -> None:
        super().__init__()
        self.all = tuple(functions)

    def __missing__(self, missing: Missing) -> tuple[F, ...]:
        found = self[missing] = tuple(one for one in self.all if missing.isdisjoint(wanted_by(one)))
        return found


class Checks(AskedTogether[Check[V]], Generic[V]):
    """The rules that guard something."""

    def __init__(self, rules: Iterable[Rule[V]]) -> None:
        self._rules = {id(rule.check): rule for rule in rules}
        super().__init__(rule.check for rule in self._rules.values())

    def tell(self, check: Check[V], reason: Reason, policy: PolicyInForce) -> Reason:
        """The reason that one of the checks has found, with what is known of its rule."""
        return self._rules[id(check)].tell(reason, policy)


class _MissingRows(dict[tuple[bool, ...], Missing]):
    """For each answer to whether these rows are missing, one and the same set of the names of those that are."""

    def __init__(self, rows: tuple[str, ...]) -> None:
        super().__init__()
        self._rows = rows

    def __missing__(self, answers: tuple[bool, ...]) -> Missing:
        found = self[answers] = frozenset(row for row, lacks in zip(self._rows, answers, strict=True) if lacks)
        return found


def missing_of(rows: Iterable[str], read: Callable[[str], Callable[[Any], Any]] | None = None) -> LackedRows:
    """How it is found which of these rows a view lacks; written as text, because it is asked for every command.

    Args:
        rows: The names of the rows.
        read: (name) -> how that row is read from a view; None: as an attribute.
    """
    rows = tuple(rows)
    readers = {} if read is None else {f"read_{row}": read(row) for row in rows}
    answers = "".join(f"{f'read_{row}(view)' if readers else f'view.{row}'} is None, " for row in rows)
    known = {"sets": _MissingRows(rows), **readers}
    lacked: LackedRows = write_function("lacked(view)", (f"return sets[({answers})]",), known)
    return lacked


@frozen
class _Plan(Generic[V]):
    needs: Checks[V]
    handler: Handler[V]
    checks: Checks[V]
    about: Callable[[V, Any, Any], Any]
    foresee: Callable[[V, Any, Any], V] | None = None
    timed: Callable[[V, Any], Command] | None = None
    other: Callable[[V, Any, Any], V] | None = None


_Sight: TypeAlias = "Callable[[Event], tuple[V, PolicyInForce, Missing]]"
"""Of which view, under which policy, an event is asked about, and which rows that view lacks."""


def _case_in(view: Any, _: Command, __: PolicyInForce) -> Any:
    return getattr(view, "case", None)


def _guarding(rules: Iterable[Rule[V]], subject: type) -> tuple[Rule[V], ...]:
    return tuple(rule for rule in rules if issubclass(subject, rule.guards))


@attrs.frozen(eq=False)
class Decider(Generic[V]):
    """Rooms, compiled for speed; immutable.

    Args:
        rooms: Lower rooms first: their needs are asked first and their reasons listed first.
    """

    rooms: tuple[Room[V], ...]
    _enlarged: dict[int, tuple[tuple[Any, ...], Decider[V]]] = field(init=False, repr=False, factory=dict)
    _missing: LackedRows = field(init=False, repr=False)
    _plans: Mapping[type[Command], _Plan[V]] = field(init=False, repr=False)
    _reactions: ByClass[tuple[Checks[V], AskedTogether[Handler[V]]]] = field(init=False, repr=False)
    _preceding: tuple[Callable[[V, Any, Any], tuple[Event, ...]], ...] = field(init=False, repr=False)

    @_missing.default
    def _compile_missing(self) -> LackedRows:
        return missing_of(self.wanted_rows)

    @_plans.default
    def _compiled(self) -> Mapping[type[Command], _Plan[V]]:
        timed = {command: when for room in self.rooms for command, when in room.timed.items()}
        others = {command: other for room in self.rooms for command, other in room.others.items()}
        needs, rules = self.needs, self.rules
        return {
            command: _Plan(
                Checks(_guarding(needs, command)),
                where_wanted(handler),
                Checks(_guarding(rules, command)),
                room.about.get(command, _case_in),
                room.foresees.get(command),
                timed.get(command),
                others.get(command),
            )
            for room in self.rooms
            for command, handler in room.decide.items()
        }

    @_reactions.default
    def _reacting(self) -> ByClass[tuple[Checks[V], AskedTogether[Handler[V]]]]:
        rules = self.rules

        def reactions(event: type[Event]) -> tuple[Checks[V], AskedTogether[Handler[V]]]:
            followers = (room.follows[event] for room in self.rooms if event in room.follows)
            return Checks(_guarding(rules, event)), AskedTogether(followers)

        return ByClass(reactions)

    @_preceding.default
    def _compile_preceding(self) -> tuple[Callable[[V, Any, Any], tuple[Event, ...]], ...]:
        return tuple(room.precedes for room in self.rooms if room.precedes is not None)

    @property
    def needs(self) -> tuple[Rule[V], ...]:
        """Every need of every room."""
        return tuple(rule for room in self.rooms for rule in room.needs)

    @property
    def rules(self) -> tuple[Rule[V], ...]:
        """Every rule of every room."""
        return tuple(rule for room in self.rooms for rule in room.rules)

    @property
    def wanted_rows(self) -> tuple[str, ...]:
        """The rows of the view without which some rule, or something that follows, is not asked."""
        asked: list[Callable[..., Any]] = [rule.check for rule in (*self.needs, *self.rules)]
        asked += [follower for room in self.rooms for follower in room.follows.values()]
        return tuple(dict.fromkeys(row for function in asked for row in wanted_by(function)))

    @property
    def commands(self) -> tuple[type[Command], ...]:
        """Every command that some room decides."""
        return tuple(self._plans)

    def brought_by(self, policy: PolicyInForce) -> Brought[V]:
        """The rules and timers that a policy brings."""
        found = [room.brings(policy.rule) for room in self.rooms if room.brings is not None]
        rules = (rule for brought in found for rule in brought.rules)
        return Brought(tuple(rules), tuple(timer for brought in found for timer in brought.timers))

    def under(self, policy: PolicyInForce) -> Decider[V]:
        """These rooms, with the rules that a policy brings beside their own.

        They are compiled once for what a policy says, also where it says something else otherwise on another date.
        """
        said = policy.rule
        if not said:
            return self
        known = self._enlarged.get(id(said))
        if known is None:
            if len(self._enlarged) >= MOST_ENLARGED:
                self._enlarged.clear()
            brought = self.brought_by(policy)
            room = Room[V]("rules of the policy's own", rules=brought.rules, timers=brought.timers)
            known = self._enlarged[id(said)] = said, Decider((*self.rooms, room))
        return known[1]

    def decide(self, view: V, command: Command, policy: PolicyInForce) -> Verdict:
        """What happens if this command is given, or every reason why it may not.

        Args:
            view: What the desk shows for this command.
            command: Who asks for what, and when.
            policy: The SOP in force.

        Returns:
            `Accepted` with events and deviations, or `Refused` with every reason.
        """
        decider = self.under(policy) if policy.rule else self
        plan: _Plan[V] = decider._plans.get(type(command), _UNKNOWN)  # noqa: SLF001 -- of its own class
        if plan.timed is not None:
            command = plan.timed(view, command)
        verdict = decider._verdict(plan, view, command, policy)  # noqa: SLF001 -- the same
        if not isinstance(verdict, Accepted) or not verdict.events:
            return verdict
        views = (view,) if plan.other is None else (view, plan.other(view, command, policy))
        before: tuple[Event, ...] = ()
        for precede in self._preceding:
            for one in views:
                before += precede(one, command, policy)
        return Accepted((*before, *verdict.events), verdict.deviations) if before else verdict

    def _verdict(self, plan: _Plan[V], view: V, command: Command, policy: PolicyInForce) -> Verdict:
        whole, policy = policy, self.in_force(view, command, policy) if policy.layered else policy
        missing = self._missing(view)
        for need in plan.needs[missing]:
            reason = need(view, command, policy)
            if reason is not None and reason is not UNCONCERNED:
                return Refused((plan.needs.tell(need, reason, policy),))
        events = plan.handler(view, command, policy)
        if plan.foresee is not None:
            view = plan.foresee(view, command, policy)
            missing = self._missing(view)
        return self._ruled(plan, view, command, policy, events, whole, missing)

    def _ruled(
        self,
        plan: _Plan[V],
        view: V,
        command: Command,
        policy: PolicyInForce,
        events: tuple[Event, ...],
        whole: PolicyInForce,
        lacks: Missing,
    ) -> Verdict:
        """What becomes of the events that a command proposes: every rule is asked."""
        found: list[tuple[Checks[V], Check[V], Reason]] = []
        for check in plan.checks[lacks]:
            reason = check(view, command, policy)
            if reason is not None and reason is not UNCONCERNED:
                found.append((plan.checks, check, reason))
        sight = None if plan.other is None else self._sight(view, plan.other(view, command, policy), command, whole)
        seen, said, missing, followed = view, policy, lacks, False
        for event in events:
            checks, followers = self._reactions[type(event)]
            followed = followed or bool(followers.all)
            if sight is not None:
                seen, said, missing = sight(event)
            for check in checks[missing]:
                reason = check(seen, event, said)
                if reason is not None and reason is not UNCONCERNED:
                    found.append((checks, check, reason))
        if found:
            return self._judged(view, command, policy, events, _told(found, policy), lacks, sight)
        return Accepted(self.with_consequences(view, events, policy, lacks, sight) if followed else events)

    def _sight(self, view: V, other: Any, command: Command, policy: PolicyInForce) -> _Sight[V]:
        """Of a command that changes two cases: what happens to the other is asked about with the view of that."""
        mine = (view, self.in_force(view, command, policy), self._missing(view))
        theirs = (other, policy.at(command.at).for_(other.case), self._missing(other))
        return lambda event: theirs if getattr(event, "case", None) == other.case.id else mine

    def in_force(self, view: V, command: Command, policy: PolicyInForce) -> PolicyInForce:
        """What of a policy is in force for a command: at its instant, for the case that it is about."""
        plan: _Plan[V] = self._plans.get(type(command), _UNKNOWN)
        dated = policy.at(command.at)
        return dated.for_(plan.about(view, command, dated))

    def _judged(
        self,
        view: V,
        command: Command,
        policy: PolicyInForce,
        events: tuple[Event, ...],
        found: list[Reason],
        lacks: Missing,
        sight: _Sight[V] | None,
    ) -> Verdict:
        blocking = tuple(reason for reason in found if policy.mode(reason.rule) is Enforcement.BLOCK)
        if blocking:
            return Refused(blocking)
        warned = tuple(reason for reason in found if policy.mode(reason.rule) is Enforcement.WARN)
        case = _case_of(command, events)
        marks = tuple(Deviated(command.by, command.at, reason.rule, reason.message, case) for reason in warned)
        return Accepted((*self.with_consequences(view, events, policy, lacks, sight), *marks), warned)

    def with_consequences(
        self, view: V, events: tuple[Event, ...], policy: PolicyInForce, missing: Missing, sight: _Sight[V] | None
    ) -> tuple[Event, ...]:
        """Events, and what they entail in other rooms.

        Args:
            view: What is seen.
            events: What happens.
            policy: What is in force.
            missing: The rows that the view lacks.
            sight: Where two cases change: of which view each event is asked about; None where one does.
        """
        grown = list(events)
        for event in grown:  # the list grows while it is walked: a consequence may have consequences
            if sight is not None:
                view, policy, missing = sight(event)
            for follower in self._reactions[type(event)][1][missing]:
                grown += follower(view, event, policy)
        return tuple(grown)

    def reasons(self, view: V, command: Command, policy: PolicyInForce, unread: frozenset[str]) -> tuple[Reason, ...]:
        """What stands in the way whatever the missing arguments turn out to be.

        Args:
            view: What the desk shows for this command.
            command: The command, with placeholders in the fields named by `unread`.
            policy: The SOP in force.
            unread: Fields that have no real value yet; rules that read one of them are not asked.

        Returns:
            Every blocking reason; none when the command could be allowed.
        """
        return self.under(policy)._reasons(view, command, policy, unread)  # noqa: SLF001 -- of its own class

    def _reasons(self, view: V, command: Command, policy: PolicyInForce, unread: frozenset[str]) -> tuple[Reason, ...]:
        policy = self.in_force(view, command, policy)
        judged = [rule for rule in _guarding(self.needs, type(command)) if not unread.intersection(rule.reads)]
        for need in judged:
            reason = need.find(view, command, policy)
            if reason is not None:
                return (reason,)
        plan = self._plans[type(command)]
        events = plan.handler(view, command, policy)
        view = view if plan.foresee is None else plan.foresee(view, command, policy)
        found = [
            reason
            for subject in (command, *events)
            for rule in _guarding(self.rules, type(subject))
            if not unread.intersection(rule.reads) and (reason := rule.find(view, subject, policy)) is not None
        ]
        return tuple(dict.fromkeys(r for r in found if policy.mode(r.rule) is Enforcement.BLOCK))

    def effects_at(self, places: Mapping[type, Place]) -> Effects:
        """What each class of events does to the records of these classes, lower rooms first."""
        return effects_of(self.rooms, places)

    def fold(self, record: type[R], key: str, events: Iterable[Event]) -> dict[str, R]:
        """The records of one class that a history leaves, by id; what it does to others is left aside.

        For a log of a million events of which only the cases are wanted.

        Args:
            record: The class of the records.
            key: The field of the events that holds the record's id.
            events: From the first one on.

        Raises:
            MissingRow: When an event changes a record that no event before it has made.
        """
        table = f"{record.__name__} records"
        effects = self.effects_at({record: Place(table, key)})
        changes = ByClass[_Change](lambda kind: _change_of(effects[kind]))
        rows, row_id_of = dict[str, Any](), attrgetter(key)
        held = rows.get
        for event in events:  # `Edits`, spelled out for records of one class: a log has millions
            make, edit, needed = changes[event.__class__]
            if edit is not None:
                row = held(row_id_of(event))
                if row is not None:
                    edit(row, event)
                elif needed:
                    raise MissingRow(event, table, row_id_of(event))
            elif make is not None:
                if needed and held(row_id_of(event)) is None:
                    raise MissingRow(event, table, row_id_of(event))
                rows[row_id_of(event)] = make(event)
        kept = {row_id: row for row_id, row in rows.items() if row is not None}
        for row in kept.values():
            row.__class__ = record  # `records.freeze`, spelled out
        return kept


_Change: TypeAlias = "tuple[Callable[[Event], Any] | None, Callable[[Any, Event], None] | None, bool]"
"""What makes the record anew, or else what is written into it, and whether there has to be one."""


def _change_of(effects: tuple[Effect, ...]) -> _Change:
    """What all effects of an event on one record come to."""
    begins = max((number for number, effect in enumerate(effects) if effect.edit is None), default=None)
    edits = tuple(effect.edit for effect in effects[0 if begins is None else begins + 1 :] if effect.edit is not None)

    def edit_all(row: Any, event: Event) -> None:
        for edit in edits:
            edit(row, event)

    edit = edits[0] if len(edits) == 1 else edit_all if edits else None
    if begins is None:
        return None, edit, any(not effect.optional for effect in effects)
    create, thaw, kind = effects[begins].create, effects[begins].thaw, effects[begins].record
    if create is None:
        return lambda _: None, None, True

    def make(event: Event) -> Any:
        made = create(event)
        row = thaw(made) if type(made) is kind else made
        edit_all(row, event)
        return row

    return make, None, False


def _told(found: Iterable[tuple[Checks[V], Check[V], Reason]], policy: PolicyInForce) -> list[Reason]:
    """Each reason once, with what is known of its rule."""
    told: list[Reason] = []
    for checks, check, reason in found:
        if reason not in told:
            told.append(checks.tell(check, reason, policy))
    return told


def _case_of(command: Command, events: tuple[Event, ...]) -> str | None:
    """The case a command is about; where it names none (a message, a note), the one on which something happens."""
    cases = (getattr(said, "case", None) for said in (command, *events))
    return next((case for case in cases if case is not None), None)


def _unknown(_: Any, command: Command, __: Any) -> Reason:
    return Reason(
        "command.known",
        f"no room of this house decides {type(command).__name__}",
        "use a command that `casecore rules` lists, or add your room to the house",
    )


_UNKNOWN: Final[_Plan[Any]] = _Plan(
    Checks([Rule("command.known", "The house decides the command", "", (Command,), _unknown)]),
    lambda *_: (),
    Checks([]),
    _case_in,
)
"""How a command is decided that no room knows."""
