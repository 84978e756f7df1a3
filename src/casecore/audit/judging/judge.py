"""Judging a row of a log: every need and rule that stands over it is kept, broken, unknown, or says nothing here.

There is one loop that decides, that of the house (`kernel/deciding.py`). An audit runs it over the same rooms, in which
each function is wrapped:

* A **rule** is asked, and what it finds is noted; then it lets pass. So nothing is refused, every rule is asked, and
  the events happen, as they did. Where it looked at something untold, it is **unknown**, unless it finds the same
  whatever that is: a flag, a choice and an id that is only compared are tried with every value.
* A **handler**, and what **follows** from an event, is run as at a desk. Where it looks at something untold, what
  happens under every value happens, and what would happen under some of them becomes untold.

After a broken need the other rules of a row have nothing to say, as at a desk, which refuses by that one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import Any, TypeAlias

import attrs
from attrs import define, field

from casecore.audit.judging.fold import ToldDesk
from casecore.audit.judging.knowledge import FieldsOf, Knowledge, events_named_in
from casecore.audit.judging.remembering import NEVER, Memory, watching
from casecore.audit.judging.sight import RowSight
from casecore.audit.judging.supposing import STUMBLES, agree, every_answer, shown_rows
from casecore.audit.judging.untold import NOTHING, UNTOLD, NotTold, raw_reader, settle
from casecore.kernel import Accepted, Command, Enforcement, Event, Reason, Room, Rule, changed
from casecore.kernel.deciding import Decider, missing_of
from casecore.kernel.effects import ByClass
from casecore.kernel.messages import UNCONCERNED, Unconcerned
from casecore.kernel.rooms import Brought, wanted_by, wants, where_wanted
from casecore.kernel.values import full_class, kind_of
from casecore.policies import Policy
from casecore.rooms.assignments import WorkBegun
from casecore.rooms.cases import edge_missing
from casecore.statuses import Trigger

Function: TypeAlias = Callable[[Any, Any, Any], Any]
"""(view, command or event, policy) -> what it finds, or what happens."""


class RuleOutcome(StrEnum):
    """What is said of a rule at a row."""

    KEPT = "kept"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@define(eq=False)
class RowJudgement:
    """What is said of one row.

    Attributes:
        outcomes: What is said of each rule that concerns it, by id.
        broken: The reasons of those that are broken, in the order of the rules.
        unknown: What each unknown rule looked at that is not told, by id.
        events: What happened.
        subject: The command or event.
        view: What it showed.
    """

    outcomes: dict[str, RuleOutcome]
    broken: tuple[Reason, ...]
    unknown: dict[str, str]
    events: tuple[Event, ...]
    subject: Any
    view: Any


class Judge:
    """Asks what the rules of a house have to say of one row after the other, and lets the desk go on.

    Args:
        policy: The SOP by which it is judged.
        desk: What the log has told.
        knowledge: What commands and events may change.
        only: The ids of the rules that are asked, and every need; None: all.
    """

    def __init__(
        self, policy: Policy, desk: ToldDesk, knowledge: Knowledge, only: frozenset[str] | None = None
    ) -> None:
        self._policy = policy
        self._desk = desk
        self._knowledge = knowledge
        self._only = only
        self._sight = RowSight(desk, knowledge)
        self._subject: Command | Event | None = None
        self._outcomes: dict[str, RuleOutcome] = {}
        self._broken: dict[str, Reason] = {}
        self._unknown: dict[str, str] = {}
        self._moot = self._unforeseen = False
        self._memory = Memory()
        self._asked_under: dict[int, Any] = {}
        self._doubted: Any = None
        self._doubts_policy = False
        self._policy_missing: NotTold | None = None
        self._policies: tuple[Any, ...] = ()
        self._perhaps: set[type[Event]] = set()
        self._perhaps_events: list[Event] = []
        itself: Any = dict.fromkeys(knowledge.event_classes, _itself)
        told = Room[Any](
            "what logs tell",
            rules=(self._noting(self._work_on_new_cases()),),
            decide=itself,
        )
        rooms = (*(self._judging(room) for room in desk.house.rooms), told)
        self._decider = _JudgingDecider(rooms, judge=self, view=desk.house.view)

    def judge(self, subject: Any) -> RowJudgement:
        """What is said of a command or an event, and what happened; the desk has not gone on yet."""
        view = self._sight.of(subject)
        self._subject = subject
        self._outcomes, self._broken, self._unknown = {}, {}, {}
        self._moot, self._unforeseen, self._doubted = False, False, None
        self._doubts_policy, self._policy_missing, self._policies = False, None, ()
        self._perhaps.clear()
        self._perhaps_events.clear()
        brought = self._sight.fresh_in(subject) & type(view).untold
        for name in brought:
            setattr(view, name, None)  # if it was there already, a need is broken, and nothing else is asked
        try:
            verdict: Any = self._decider.decide(view, subject, self._policy)
        except NotTold:  # read between the functions, by which rows two cases share
            self._perhaps |= self._knowledge.events_of(kind_of(subject))
            verdict = None
        for name in brought:
            self._doubt_fresh(name)
        events = verdict.events if isinstance(verdict, Accepted) else ()
        if self._unforeseen:  # what follows was asked about a view without the case that begins
            kinds = [kind_of(event) for event in events]
            self._perhaps |= self._knowledge.with_consequences(kinds)
            self._doubt_rules(kinds)
        return RowJudgement(self._outcomes, tuple(self._broken.values()), self._unknown, events, subject, view)

    def _doubt_rules(self, events: Iterable[type[Event]]) -> None:
        """Say of the rules that guard events of which it is not known whether they happened that they are unknown."""
        if self._moot:
            return
        for rule in self._decider.guarding(events, self._policy):
            if rule not in self._outcomes:
                self._outcomes[rule], self._unknown[rule] = RuleOutcome.UNKNOWN, self._doubted.name

    def _doubt_fresh(self, row: str) -> None:
        """Say of an id that should be used once that it may have been used before."""
        for rule, outcome in self._outcomes.items():
            if outcome is RuleOutcome.KEPT and rule.endswith(".fresh"):
                self._outcomes[rule] = RuleOutcome.UNKNOWN
                self._unknown[rule] = f"View.{row}"

    def go_on(self, judgement: RowJudgement) -> None:
        """Let the desk be as it is after what happened, and know no more what may have happened besides."""
        view, subject = judgement.view, judgement.subject
        self._desk.apply(judgement.events)
        for event in self._decider.entailed_by(view, subject, self._policy, self._perhaps_events):
            self._desk.doubt_event(event)
        if self._perhaps:
            events = self._knowledge.with_consequences(self._perhaps)
            named = self._sight.named_by(subject, view)
            self._desk.doubt(self._knowledge.tables_begun_by(events), named)
            self._blur(view, self._desk.changeable(events), self._knowledge.records_ended_by(events))

    def _blur(self, view: Any, changed: FieldsOf, ended: frozenset[type]) -> None:
        """Know no more of the rows in view what may have changed, and, where it is not told which they are, of any."""
        rows, lost = tuple(shown_rows(view)), self._lost(view)
        self._desk.blur((*rows, *filter(None, map(self._desk.file_of, rows))), changed)
        self._desk.doubt_rows(rows, ended)
        if not lost.isdisjoint(changed):
            self._desk.blur_everywhere(changed)
        self._desk.doubt_all_rows(lost & ended)

    def _lost(self, view: Any) -> frozenset[type]:
        """The classes of the rows of which a view does not tell which they are."""
        house = self._desk.house
        first, *others = house.sheets
        untold = type(view).untold
        lost = untold - (NOTHING if first in untold else frozenset(others))  # of a case that is told, they are its own
        classes = {house.views.class_of(name) for name in lost}
        return frozenset(classes | {house.file} if first in untold else classes)

    def miss_policy(self, untold: NotTold) -> None:
        """Say that too little is told of this row to know by what, or of what, it is to be judged."""
        self._policy_missing = self._doubted = untold
        self._doubts_policy = True

    def judge_by_each(self, policies: Iterable[Any], untold: NotTold) -> None:
        """Say that one of these policies is in force for this row, and that it is not known which."""
        self._policies, self._doubted = tuple(policies), untold
        self._doubts_policy = True

    def _work_on_new_cases(self) -> Rule[Any]:
        """A house begins work on new cases only, and has no rule that says so; a log may tell anything."""

        @wants("case")
        def begins_new(view: Any, event: WorkBegun, _: Any) -> Reason | Unconcerned | None:
            told_by_log = event is self._subject
            return edge_missing(view.case, Trigger.BEGIN_WORK) if told_by_log else UNCONCERNED

        return Rule("lifecycle.edge", "A case moves only along the life cycle", "§2", (WorkBegun,), begins_new)

    # Rooms that note -----------------------------------------------------------------------------------

    def _judging(self, room: Room[Any]) -> Room[Any]:
        brings = room.brings

        def bring(said: tuple[Any, ...]) -> Brought[Any]:
            brought = brings(said) if brings is not None else Brought[Any]()
            return changed(brought, rules=tuple(map(self._noting, self._asked(brought.rules))))

        return Room(
            room.name,
            needs=tuple(self._noting(need, need=True) for need in room.needs if need.id != "time.order"),
            rules=tuple(map(self._noting, self._asked(room.rules))),
            decide={command: self._deciding(handler) for command, handler in room.decide.items()},
            follows={event: self._following(follower) for event, follower in room.follows.items()},
            foresees={command: self._foreseeing(foresee) for command, foresee in room.foresees.items()},
            about=room.about,
            precedes=None if room.precedes is None else self._following(room.precedes),
            others=room.others,
            brings=None if brings is None else bring,
        )

    def _asked(self, rules: Iterable[Rule[Any]]) -> Iterable[Rule[Any]]:
        return rules if self._only is None else (rule for rule in rules if rule.id in self._only)

    def _noting(self, rule: Rule[Any], *, need: bool = False) -> Rule[Any]:
        check, rule_id, kept = rule.check, rule.id, RuleOutcome.KEPT

        def note(view: Any, subject: Any, policy: Any) -> None:
            if self._moot:
                return
            try:
                if self._doubts_policy:
                    raise self._doubted
                reason = check(view, subject, policy)
            except NotTold as untold:
                self._doubted = untold
                reason = self._weigh(check, view, subject, policy)
                if isinstance(reason, NotTold):
                    self._note_unknown(rule_id, reason)
                    return
            if reason is None:
                self._outcomes.setdefault(rule_id, kept)
            elif reason is not UNCONCERNED:
                self._note_broken(rule, rule.tell(reason, policy), policy, need=need)

        _mark_like(check, note)
        return changed(rule, check=note)

    def _note_unknown(self, rule: str, untold: NotTold) -> None:
        if self._outcomes.get(rule) is not RuleOutcome.BROKEN:
            self._outcomes[rule] = RuleOutcome.UNKNOWN
            self._unknown[rule] = untold.name

    def _note_broken(self, rule: Rule[Any], reason: Reason, policy: Any, *, need: bool) -> None:
        if policy.mode(rule.id) is Enforcement.OFF:
            return
        self._outcomes[rule.id] = RuleOutcome.BROKEN
        self._unknown.pop(rule.id, None)
        self._broken.setdefault(rule.id, reason)
        self._moot = self._moot or need

    def _answers(self, function: Function, view: Any, subject: Any, policy: Any) -> Iterator[Any]:
        """What a function answers whatever it is that is untold."""
        if self._policy_missing is not None:
            return iter((self._policy_missing,))
        if not self._policies:
            return answers(function, view, subject, policy, self._doubted)
        return chain.from_iterable(answers(function, view, subject, one) for one in self._policies)

    def _weigh(self, check: Function, view: Any, subject: Any, policy: Any) -> Any:
        """What a check finds whatever it is that is untold; where that is not always the same, what is untold."""
        if self._doubts_policy:
            return self._tried(check, view, subject, policy)
        question = check, type(view), type(subject), id(policy)
        found = self._memory.recall(question, view, subject)
        if found is NEVER:
            return self._tried(check, view, subject, policy)
        if found is not None:
            return found[0]
        self._asked_under[id(policy)] = policy  # as long as it is held, no other one has its number
        with watching(view, subject) as way:
            said = self._tried(check, view, subject, policy)
        if isinstance(said, Reason):  # it names ids, so it is worded anew each time
            self._memory.remember(question, way, NEVER)
            return self._tried(check, view, subject, policy)
        if isinstance(said, NotTold):
            said = NotTold(UNTOLD, said.name)  # of which row, that is another one next time
        self._memory.remember(question, way, (said,))
        return said

    def _tried(self, check: Function, view: Any, subject: Any, policy: Any) -> Any:
        """The same, tried out."""
        kept = unconcerned = False
        reasons: list[Reason] = []
        for answer in self._answers(check, view, subject, policy):
            if answer is None:
                kept = True
            elif answer is UNCONCERNED:
                unconcerned = True
            elif isinstance(answer, NotTold):
                return self._doubted if answer.row is UNTOLD else answer
            else:
                reasons.append(answer)
            if reasons and (kept or unconcerned):
                return self._doubted
        if reasons:
            first, *others = reasons
            same = all(reason == first for reason in others)
            return first if same else Reason(first.rule, f"it is broken, whatever {self._doubted.name} is")
        if kept:
            return None
        return UNCONCERNED if unconcerned else self._doubted

    def _deciding(self, handler: Function) -> Function:
        """A handler, likewise; the rules that guard what may have happened are unknown."""
        suppose = self._supposing(where_wanted(handler), events_named_in(handler))

        def propose(view: Any, subject: Any, policy: Any) -> tuple[Event, ...]:
            events: tuple[Event, ...] = suppose(view, subject, policy)
            if self._perhaps or self._perhaps_events:
                self._doubt_rules({*self._perhaps, *(kind_of(event) for event in self._perhaps_events)})
            return events

        return propose

    def _supposing(self, handler: Function, may: Iterable[type[Event]]) -> Function:
        """A handler that may propose such events, which happen as far as they do whatever is untold."""

        def propose(view: Any, subject: Any, policy: Any) -> tuple[Event, ...]:
            try:
                if self._doubts_policy:
                    raise self._doubted
                events: tuple[Event, ...] = handler(view, subject, policy)
            except NotTold as untold:
                self._doubted = untold
                return self._agreed(self._answers(handler, view, subject, policy), may)
            except STUMBLES:
                if not self._moot:
                    raise
                self._perhaps.update(may)
                return ()
            return events

        return propose

    def _agreed(self, tried: Iterator[Any], may: Iterable[type[Event]]) -> tuple[Event, ...]:
        """What happens in every case; what happens in some of them only is doubted."""
        agreed: tuple[Event, ...] | None = None
        apart: list[Event] = []
        for events in tried:
            if isinstance(events, NotTold):
                agreed = None
                break
            if agreed is None:
                agreed = events
            else:
                agreed, others = agree(agreed, events)
                apart += others
        if agreed is None:
            self._perhaps.update(may)
            return ()
        self._perhaps_events += apart
        return tuple(map(settle, agreed))

    def _foreseeing(self, foresee: Function) -> Function:
        """What foresees how a view will be; where too little is told for it, nothing can be said of the row."""

        def foreseen(view: Any, subject: Any, policy: Any) -> Any:
            found = list(answers(foresee, view, subject, policy))
            if len(found) == 1 and not isinstance(found[0], NotTold):
                return settle(found[0])
            self.miss_policy(self._doubted or NotTold(view, "case"))
            self._unforeseen = True
            return view

        return foreseen

    def _following(self, follower: Function) -> Function:
        """What follows from an event, likewise; where it changes only what is not known anyway, it is not tried."""
        may = events_named_in(follower)
        if not self._desk.would_notice(self._knowledge.with_consequences(may)):
            return _nothing_that_is_known
        suppose = self._supposing(follower, may)
        _mark_like(follower, suppose)
        return suppose


def answers(function: Function, view: Any, subject: Any, policy: Any, untold: NotTold | None = None) -> Iterator[Any]:
    """What a function answers whatever it is that is untold; `NotTold` where that cannot be tried out.

    Args:
        function: The function.
        view: What the row shows.
        subject: The command or event.
        policy: What is in force.
        untold: What it looked at first; None: it was not asked yet.
    """
    call = partial(function, view, subject, policy)
    if untold is None:
        try:
            return iter((call(),))
        except NotTold as found:
            untold = found
    return every_answer(call, untold, lambda: (subject, *shown_rows(view)), policy.queues)


def _mark_like(function: Function, other: Any) -> None:
    """Let a function want the rows of the view that another one wants."""
    other.wants = wanted_by(function)


def _itself(_: Any, event: Event, __: Any) -> tuple[Event, ...]:
    """What the handler of an event proposes that a log tells: that it happened."""
    return (event,)


def _nothing_that_is_known(_: Any, __: Any, ___: Any) -> tuple[Event, ...]:
    return ()


# The loop ----------------------------------------------------------------------------------------------


class _Plans(dict[type, Any]):
    """What is planned for a class is planned for what lacks some of its fields."""

    def get(self, kind: type, default: Any = None) -> Any:
        return super().get(full_class(kind), default)


@attrs.frozen(eq=False)
class _JudgingDecider(Decider[Any]):
    """The loop of the house, over rooms that note, and views that may lack a row.

    Args:
        judge: Who notes.
        view: The class of the views.
    """

    judge: Judge = field(kw_only=True, repr=False)
    view: type = field(kw_only=True, repr=False)
    _under: dict[int, tuple[Any, _JudgingDecider]] = field(init=False, repr=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        known = self._reactions
        reacting = ByClass[Any](lambda kind: known[full_class(kind)])
        lacked = missing_of(self.wanted_rows, lambda row: raw_reader(self.view, row))
        for name, value in (("_missing", lacked), ("_plans", _Plans(self._plans)), ("_reactions", reacting)):
            object.__setattr__(self, name, value)

    def under(self, policy: Any) -> _JudgingDecider:
        """These rooms, with the rules that a policy brings."""
        said = policy.rule
        if not said:
            return self
        if id(said) not in self._under:
            room = Room[Any]("rules of the policy's own", rules=self.brought_by(policy).rules)
            self._under[id(said)] = said, _JudgingDecider((*self.rooms, room), judge=self.judge, view=self.view)
        return self._under[id(said)][1]

    def guarding(self, events: Iterable[type[Event]], policy: Any) -> frozenset[str]:
        """The ids of the rules that are asked about events of these classes."""
        rules = self.under(policy).rules
        return frozenset(rule.id for event in events for rule in rules if issubclass(event, rule.guards))

    def in_force(self, view: Any, command: Any, policy: Any) -> Any:
        """What of a policy is in force; where too little is told to know, it is one of several, or nothing is known."""
        try:
            return super().in_force(view, command, policy)
        except NotTold as untold:
            found = dict[int, Any]()
            for answer in answers(super().in_force, view, command, policy):
                if isinstance(answer, NotTold):
                    self.judge.miss_policy(answer)
                    return policy.at(command.at)
                found[id(answer)] = answer
            if len(found) > 1:
                self.judge.judge_by_each(found.values(), untold)
            return next(iter(found.values()))

    def entailed_by(self, view: Any, subject: Any, policy: Any, events: list[Event]) -> tuple[Event, ...]:
        """Events of which it is not known whether they happened, and what would follow from them."""
        if not events:
            return ()
        decider = self.under(policy)
        found: list[Event] = []
        while events:
            several = tuple(events)
            events.clear()  # what follows may itself be doubtful, and is added there
            said = self.in_force(view, subject, policy)
            found += decider.with_consequences(view, several, said, self._missing(view), None)
        return tuple(found)
