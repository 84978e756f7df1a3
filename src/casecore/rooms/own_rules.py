"""Own rules: what a policy adds to ours as data (`[[rule]]`), made into rules that are asked like any other.

* A rule refuses what it **guards** where `when` holds and `needs` does not. It is asked of what people at the desk do;
  what the customer and the system do it leaves alone.
* It guards what happens wherever it can (a reply that goes out, a case that is closed), so that it holds however that
  comes about: a reply is guarded also where a draft is approved, and asked of the reviewer.
* What is not there (an attribute that is not set, a time that does not run) speaks for the rule: `when` counts as met,
  and `needs` as missing. With `unset = "skip"` it speaks against it. A value from before the policy said that the
  attribute is of another type counts as not set.
* A refusal says what the policy says, with its blanks filled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from operator import ge, gt, le, lt
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from attrs import field, frozen

from casecore.kernel import UNCONCERNED, Check, Command, Enforcement, Event, Reason, Room, Rule, Timer, Unconcerned
from casecore.kernel.blanks import fill_named
from casecore.kernel.fields import Value
from casecore.kernel.rooms import Brought, for_words, measures, soft_rule, wants
from casecore.kernel.words import same_form, same_forms
from casecore.policies import Policy
from casecore.policies.condition_words import in_words, value_text
from casecore.policies.conditions import (
    Compared,
    Condition,
    ContactState,
    CustomerState,
    Fact,
    Instant,
    Party,
    Test,
    Unset,
)
from casecore.policies.sections import Guarded, Level, OwnRule
from casecore.rooms.aftermath import Aftermath, SeesWrapUp
from casecore.rooms.agents import Agent, Permission, is_supervisor
from casecore.rooms.approvals import DraftApproved, DraftSubmitted
from casecore.rooms.assignments import OpenCase
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import Case, CaseClosed, CloseReason, StatusSet
from casecore.rooms.clocks import Clocks
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import CaseTagged
from casecore.rooms.offers import AcceptOffer, Offers
from casecore.rooms.outbound import StartOutbound
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent
from casecore.rooms.sla import SetLevel
from casecore.rooms.snoozes import SnoozeCase
from casecore.rooms.threads import person_of
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import ESCALATED, PENDING, RESOLVED


class SeesAll(SeesWrapUp, Protocol):
    """All at which a rule of a team's own may look."""

    case: Case
    actor: Agent

    @property
    def aftermath(self) -> Aftermath | None:
        """What the case's contacts left."""

    @property
    def clocks(self) -> Clocks | None:
        """The clocks of the case, and its level."""

    @property
    def offers(self) -> Offers | None:
        """To whom the case is offered."""


# What is guarded ---------------------------------------------------------------------------------------

Meant: TypeAlias = Callable[[SeesAll, Any], bool]
"""(view, command or event) -> whether a rule that guards it means this one."""


@frozen
class Reach:
    """How far a word of `guards` reaches.

    Attributes:
        classes: The commands and events.
        meant: (command or event) -> whether it is one of those that are meant; None: all are.
        doc: In words.
        besides: What else is meant where the view says so.
    """

    classes: tuple[type[Command | Event], ...]
    doc: str
    meant: Callable[[Any], bool] | None = None
    besides: Mapping[type[Command | Event], Meant] = field(factory=dict)

    def guards(self, subject: Command | Event) -> bool:
        """Whether a command or an event is one of those that are meant, whatever the view says."""
        return isinstance(subject, self.classes) and (self.meant is None or self.meant(subject))

    @property
    def by_class(self) -> Mapping[type[Command | Event], Meant | None]:
        """Which of what it guards is meant, by its class; None: all are."""
        meant = self.meant
        which = None if meant is None else (lambda _, subject: meant(subject))
        return {**dict.fromkeys(self.classes, which), **self.besides}


def _sent_as(status: Any) -> Callable[[Any], bool]:
    return lambda event: event.send_as is status


def _becomes(status: Any) -> Callable[[Any], bool]:
    return lambda event: (event.send_as if isinstance(event, ReplySent) else event.status) is status


def _is_offered(view: SeesAll, command: OpenCase) -> bool:
    """Whoever opens a case that is offered to them accepts the offer."""
    return view.offers is not None and view.offers.offered_to == command.by


GUARDS: Final[Mapping[Guarded, Reach]] = MappingProxyType(
    {
        Guarded.REPLY: Reach((ReplySent,), "a reply goes out, sent or approved"),
        Guarded.SEND_AS_PENDING: Reach((ReplySent,), "a reply goes out as pending", _sent_as(PENDING)),
        Guarded.SEND_AS_ESCALATED: Reach((ReplySent,), "a reply goes out as escalated", _sent_as(ESCALATED)),
        Guarded.SEND_AS_RESOLVED: Reach((ReplySent,), "a reply goes out as resolved", _sent_as(RESOLVED)),
        Guarded.SUBMIT: Reach((DraftSubmitted,), "a draft is submitted"),
        Guarded.APPROVE: Reach((DraftApproved,), "a draft is approved"),
        Guarded.RESOLVE: Reach((ReplySent, StatusSet), "a case is resolved, by a reply or by hand", _becomes(RESOLVED)),
        Guarded.ESCALATE: Reach(
            (ReplySent, StatusSet), "a case is escalated, by a reply or by hand", _becomes(ESCALATED)
        ),
        Guarded.SET_STATUS: Reach((StatusSet,), "a status is set by hand"),
        Guarded.CLOSE: Reach(
            (CaseClosed,), "a case is closed by hand", lambda event: event.reason is CloseReason.BY_HAND
        ),
        Guarded.TRANSFER: Reach((ReassignCase,), "a case is given to another agent or queue"),
        Guarded.ACCEPT: Reach(
            (AcceptOffer,),
            "a case that is offered is accepted, or opened",
            lambda command: not command.review,
            {OpenCase: _is_offered},
        ),
        Guarded.OPEN: Reach((OpenCase,), "a case is opened"),
        Guarded.WRITE_FIRST: Reach((StartOutbound,), "somebody of us writes first"),
        Guarded.END_CONTACT: Reach((EndContact,), "an agent ends a contact"),
        Guarded.DISPOSE: Reach((Dispose,), "a contact is disposed"),
        Guarded.COMMIT: Reach((MakeCommitment,), "a follow-up is promised"),
        Guarded.SNOOZE: Reach((SnoozeCase,), "a case is snoozed"),
        Guarded.SET_LEVEL: Reach((SetLevel,), "the level of a case is set"),
        Guarded.SET_ATTRIBUTE: Reach((SetAttribute,), "an attribute of a case is set"),
        Guarded.TAG: Reach((CaseTagged,), "a case is tagged"),
        Guarded.MERGE: Reach((MergeCases,), "a case is merged into another"),
        Guarded.MOVE: Reach((MoveCase,), "a case is moved to another thread"),
    }
)
"""What each word of `guards` guards."""


def rules_guarding(said: Iterable[OwnRule], happens: Iterable[Command | Event]) -> Iterator[str]:
    """The ids of the rules that guard one of these commands and events, whether they apply or not."""
    happened = tuple(happens)
    for own in said:
        guards = [GUARDS[word] for word in own.guards]
        if any(guard.guards(one) for guard in guards for one in happened):
            yield own.id


# What is looked at -------------------------------------------------------------------------------------

Asked: TypeAlias = Callable[[Any, Any], bool]
"""(view, command or event) -> whether it holds."""

_COMPARISONS: Final[Mapping[Compared, Callable[[Any, Any], bool]]] = MappingProxyType(
    {Compared.ABOVE: gt, Compared.AT_LEAST: ge, Compared.BELOW: lt, Compared.AT_MOST: le}
)

SINCE: Final[Mapping[Instant, str]] = MappingProxyType(
    {
        Instant.STATUS: "case.status_at",
        Instant.ACTIVITY: "case.active_at",
        Instant.CUSTOMER_WROTE: "thread.customer_at",
        Instant.WAITING: "case.unanswered_since",
        Instant.CONTACT: "contact.since",
    }
)
"""Where the instant stands since which a time is measured, as row and field of the view."""


def asked_of(condition: Condition, *, unset: bool) -> Asked:
    """A condition as a question about a view.

    Args:
        condition: The condition.
        unset: The answer of a test of something that is not there, unless it says otherwise.
    """
    parts = [_test_asked(test, unset=unset) for test in condition.tests]
    parts += [asked_of(part, unset=unset) for part in condition.all]
    if condition.any is not None:
        parts.append(_any_asked([asked_of(part, unset=unset) for part in condition.any]))
    if condition.none is not None:
        never = asked_of(condition.none, unset=not unset)
        parts.append(lambda view, subject: not never(view, subject))
    return _all_asked(parts)


def _all_asked(parts: list[Asked]) -> Asked:
    """Loops, and no generators: this is asked of every command."""
    if len(parts) == 1:
        return parts[0]

    def ask(view: Any, subject: Any) -> bool:
        for part in parts:  # noqa: SIM110 -- see above
            if not part(view, subject):
                return False
        return True

    return ask


def _any_asked(parts: list[Asked]) -> Asked:
    def ask(view: Any, subject: Any) -> bool:
        for part in parts:  # noqa: SIM110 -- as before
            if part(view, subject):
                return True
        return False

    return ask


def _test_asked(test: Test, *, unset: bool) -> Asked:
    missing = unset is not (test.unset is Unset.SKIP)
    if test.fact is Fact.ATTRIBUTE:
        return _attribute_asked(test, missing=missing)
    if test.fact is Fact.SINCE:
        return _since_asked(test, missing=missing)
    return _FACTS[test.fact](test.value)


def _attribute_asked(test: Test, *, missing: bool) -> Asked:
    name, said = test.name, test.value
    if test.compared is Compared.SET:
        return lambda view, _: name in view.case.attributes
    listed = said if test.compared is Compared.ONE_OF else (said,)
    sorts = {_sort_of(one) for one in listed}
    if test.compared in _COMPARISONS:
        holds = _COMPARISONS[test.compared]
    else:
        said, holds = frozenset(map(_comparable, listed)), _is_one_of

    def ask(view: SeesAll, _: Any) -> bool:
        value = view.case.attributes.get(name)
        return missing if value is None or _sort_of(value) not in sorts else holds(value, said)

    return ask


def _sort_of(value: Value) -> type:
    """What is noted may be of another sort than the policy says by now: then it is as if nothing were."""
    return float if type(value) is int else type(value)


def _comparable(value: Any) -> Any:
    return same_form(value) if isinstance(value, str) else value


def _is_one_of(value: Any, said: frozenset[Any]) -> bool:
    return _comparable(value) in said


def _since_asked(test: Test, *, missing: bool) -> Asked:
    row_name, _, name = SINCE[Instant(test.name)].partition(".")
    length, over = test.value, test.compared is Compared.AT_LEAST

    def ask(view: Any, subject: Any) -> bool:
        row = getattr(view, row_name)
        since: datetime | None = None if row is None else getattr(row, name)
        return missing if since is None else (subject.at - since >= length) is over

    return ask


def _tag_asked(value: tuple[str, ...]) -> Asked:
    wanted = same_forms(value)
    return lambda view, _: bool(view.case.tags) and wanted <= set(map(same_form, view.case.tags))


def _level_asked(value: tuple[Level, ...]) -> Asked:
    return lambda view, _: (Level.NORMAL if view.clocks is None else view.clocks.level) in value


def _reason_asked(value: tuple[str, ...]) -> Asked:
    wanted = same_forms(value)
    return lambda view, _: view.case.reason is not None and same_form(view.case.reason) in wanted


def _language_asked(value: tuple[str, ...]) -> Asked:
    wanted = same_forms(value)

    def ask(view: SeesAll, _: Any) -> bool:
        """A rule for pt is one for pt-BR."""
        spoken = view.case.language
        return spoken is not None and any(form in wanted for form in _forms_of_language(spoken))

    return ask


def _forms_of_language(language: str) -> Iterator[str]:
    form = same_form(language)
    yield form
    while "-" in form:
        form = form.rpartition("-")[0]
        yield form


def _contact_asked(value: ContactState) -> Asked:
    match value:
        case ContactState.GOES_ON:
            return lambda view, _: view.contact is not None
        case ContactState.LIVE:
            return lambda view, _: view.contact is not None and view.case.live
    return lambda view, _: view.contact is not None and view.contact.authenticated


def _customer_asked(value: CustomerState) -> Asked:
    match value:
        case CustomerState.WAITS:
            return lambda view, _: view.case.unanswered_since is not None
        case CustomerState.OPTED_IN:
            return lambda view, _: (who := person_of(view)) is not None and who.opted_in is True
    return lambda view, _: (who := person_of(view)) is not None and who.name is not None


def _relation_asked(value: tuple[Any, ...]) -> Asked:
    wanted = frozenset(value)
    return lambda view, _: view.aftermath is not None and wanted <= view.aftermath.related


def _note_asked(value: bool) -> Asked:  # noqa: FBT001 -- what stands in the policy
    return lambda view, _: (view.case.notes > 0) is value


def _approval_asked(value: bool) -> Asked:  # noqa: FBT001 -- the same
    return lambda _, event: (event.reviewer not in {None, event.author}) is value


_PARTIES: Final[Mapping[Party, Asked]] = MappingProxyType(
    {
        Party.ASSIGNEE: lambda view, _: view.actor.id == view.case.assignee,
        Party.OWNER: lambda view, _: view.actor.id == view.case.owner,
        Party.SUPERVISOR: lambda view, _: is_supervisor(view.actor),
    }
)


def _party_asked(value: tuple[Party, ...]) -> Asked:
    parties = [_PARTIES[party] for party in value]
    return parties[0] if len(parties) == 1 else _any_asked(parties)


def _permission_asked(value: str) -> Asked:
    wanted = Permission(value)
    return lambda view, _: wanted in view.actor.permissions


_FACTS: Final[Mapping[Fact, Callable[[Any], Asked]]] = MappingProxyType(
    {
        Fact.TAG: _tag_asked,
        Fact.CHANNEL: lambda value: lambda view, _: view.case.channel in value,
        Fact.QUEUE: lambda value: lambda view, _: view.case.queue in value,
        Fact.LEVEL: _level_asked,
        Fact.STATUS: lambda value: lambda view, _: view.case.status in value,
        Fact.REASON: _reason_asked,
        Fact.LANGUAGE: _language_asked,
        Fact.CONTACT: _contact_asked,
        Fact.CUSTOMER: _customer_asked,
        Fact.RELATION: _relation_asked,
        Fact.NOTE: _note_asked,
        Fact.APPROVAL: _approval_asked,
        Fact.BY: _party_asked,
        Fact.PERMISSION: _permission_asked,
    }
)

# Rules -------------------------------------------------------------------------------------------------


def bring_rules(said: Iterable[OwnRule]) -> Brought[Any]:
    """The rules that a policy adds, and the instants at which they change what is allowed."""
    rules: list[Rule[Any]] = []
    timers: list[Timer] = []
    for number, own in enumerate(said):
        rules += _rules_of(own)
        timers += _timers_of(own, f"rule[{number}]")
    return Brought(tuple(rules), tuple(timers))


def _rules_of(own: OwnRule) -> Iterator[Rule[Any]]:
    """A rule for each way in which it guards: what is guarded by several words is asked about once."""
    guarded: dict[type, list[Meant | None]] = {}
    for word in own.guards:
        for kind, meant_there in GUARDS[word].by_class.items():
            guarded.setdefault(kind, []).append(meant_there)
    for kind, meant in guarded.items():
        which = None if None in meant else tuple(one for one in meant if one is not None)
        yield soft_rule(own.id, own.title, own.source, (kind,), _check_of(own, which))


def _check_of(own: OwnRule, meant: tuple[Meant, ...] | None) -> Check[Any]:
    applies = asked_of(own.when, unset=True)
    given = None if own.needs is None else asked_of(own.needs, unset=False)

    @wants("case", "actor")
    @measures(*_names_read(own))
    def check(view: SeesAll, subject: Any, _: Policy) -> Reason | Unconcerned | None:
        if meant is not None and not any(one(view, subject) for one in meant):
            return UNCONCERNED
        if not applies(view, subject):
            return UNCONCERNED
        if given is not None and given(view, subject):
            return None
        return _reason_of(own, view, subject)

    return check


def _names_read(own: OwnRule) -> tuple[str, ...]:
    """The attributes at which a rule looks."""
    return tuple(dict.fromkeys(test.name for test in own.tests if test.fact is Fact.ATTRIBUTE))


def _reason_of(own: OwnRule, view: SeesAll, subject: Any) -> Reason:
    noted = for_words(view.case, "attributes", {})
    facts = {name: noted.get(name) for name in _names_read(own)}
    message = _filled(own.message, view, subject) if own.message else own.title
    if own.remedy:
        remedy = _filled(own.remedy, view, subject)
    else:
        remedy = "leave it" if own.needs is None else f"see to it that {in_words(own.needs)}"
    return Reason(own.id, message, remedy, facts)


def _filled(text: str, view: SeesAll, subject: Any) -> str:
    case, clocks = view.case, for_words(view, "clocks")
    level = Level.NORMAL if clocks is None else for_words(clocks, "level")
    said = {name: for_words(case, name) for name in ("channel", "queue", "status")}
    values = {**for_words(case, "attributes", {}), **said, "case": case.id, "by": subject.by, "level": level}
    return fill_named(text, lambda name: value_text("unknown" if values.get(name) is None else values[name]))


def _timers_of(own: OwnRule, path: str) -> Iterator[Timer]:
    """The instants at which a time that a rule looks at is over."""
    for test in dict.fromkeys(own.tests):
        if test.fact is Fact.SINCE:
            yield Timer(
                f"{own.title} ({own.id})",
                path,
                SINCE[Instant(test.name)],
                _length_of(own.id, test.value),
                compared=lambda policy: policy.mode(own.id) is not Enforcement.OFF,
            )


def _length_of(rule: str, length: timedelta) -> Callable[[Any, Policy], timedelta | None]:
    return lambda _, policy: None if policy.mode(rule) is Enforcement.OFF else length


OWN_RULES: Room[Any] = Room(name="own_rules", brings=bring_rules)
