"""The tables of an SOP: every number and choice of it, as data, and what is asked of them.

The tables and their keys are declared in `sections/`; here they are put together. An `Sop` holds at every instant and
for every case. What is otherwise from a date on, or for some cases, a policy says (`policy.py`), which is an `Sop` with
layers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

import attrs

from casecore.channels import Channel
from casecore.kernel import Enforcement
from casecore.kernel.problems import Problem, did_you_mean, nearest, quoted, under
from casecore.policies.calendars import Calendar, CalendarError, find_zone
from casecore.policies.errors import PolicyError
from casecore.policies.kinds import (
    Choice,
    KeyScope,
    Named,
    Several,
    Table,
    Text,
    Whole,
    a_source,
    key,
    keys_of,
    section,
)
from casecore.policies.rule_soundness import MOST_ATTRIBUTES, MOST_RULES, TAKEN_AREAS, own_rule_problems
from casecore.policies.sections import (
    ALL_HOURS,
    ALWAYS_COUNTED,
    TEMPLATE_ENTRIES,
    Approval,
    Attribute,
    Authentication,
    Away,
    Capacity,
    CatalogueItem,
    Channels,
    Chat,
    Commitments,
    Email,
    Level,
    Lifecycle,
    Live,
    Opening,
    OwnRule,
    Queue,
    Reopening,
    Replies,
    Routing,
    Sentiment,
    Sla,
    Snooze,
    Tags,
    Targets,
    WhatsApp,
    WrapUpRules,
    are_all_queues,
    shipped_queues,
)
from casecore.statuses import Status

SCHEMA: Final = 1
"""The number of the policy file's shape."""

SWITCHABLE: Final = frozenset(
    {
        "approval.author",
        "approval.blocks_resolve",
        "approval.self_approval",
        "approval.stale",
        "assignment.available",
        "assignment.channel",
        "assignment.holder",
        "assignment.next_state",
        "assignment.queue",
        "attribute.set_by",
        "capacity.channel",
        "capacity.total",
        "capacity.voice_with_cases",
        "channels.attachments",
        "channels.emoji",
        "channels.kinds",
        "chat.agent_ends",
        "commitment.agent",
        "email.earlier_handler",
        "email.relations",
        "email.subject_required",
        "idle.asked",
        "idle.silence",
        "lifecycle.close_by",
        "lifecycle.close_from",
        "note.author",
        "reply.permission",
        "reply.seen",
        "sentiment.manual",
        "tags.enabled",
        "tags.limit",
        "tags.restricted_to",
        "wrap_up.blocks_close",
    }
)
"""The rules that `[enforcement]` may soften to `warn` or switch `off`.

Each says so itself (`kernel.rooms.soft_rule`). They are listed once more because a policy is read before there are
rules; a test holds the two equal.
"""


SOFTENED_BY: Final = MappingProxyType(
    {"authentication.before": "authentication.enforcement", "replies.blanks": "replies.blanks"}
)
"""The rules that have a key of their own for how strictly they are kept."""


@section
class Sop:
    """Every table of one SOP.

    Raises:
        PolicyError: When the values contradict each other, e.g. there is no fallback queue.
    """

    schema: int = key(Whole(SCHEMA, SCHEMA), "The number of the file's shape.", default=SCHEMA, scope=KeyScope.FILE)
    id: str = key(Text(200), "The SOP's name for programs.", default="unnamed", scope=KeyScope.FILE)
    version: str = key(Text(200), "The SOP's version.", default="", scope=KeyScope.FILE)
    source: str = a_source()
    zone: str = key(
        Text(64),
        "The desk's time zone, in which dates begin: those of changes and waivers, and the days of a search.",
        default="UTC",
        scope=KeyScope.FILE,
    )
    lifecycle: Lifecycle = key(Table(Lifecycle), "How cases are closed.", factory=Lifecycle, clause="§2")
    channels: Channels = key(Table(Channels), "What each channel takes.", factory=Channels, clause="§1, §4")
    queues: Mapping[str, Queue] = key(
        Named(Table(Queue), is_whole=are_all_queues),
        "The routing queues; a case enters the first whose filters take it.",
        factory=shipped_queues,
        scope=KeyScope.DESK,
        clause="§3",
    )
    capacity: Capacity = key(Table(Capacity), "How much one agent holds at once.", factory=Capacity, clause="§3")
    routing: Routing = key(Table(Routing), "How waiting cases find agents.", factory=Routing, clause="§3")
    chat: Chat = key(Table(Chat), "The rules of live chat.", factory=Chat, clause="§6")
    live: Live = key(Table(Live), "The rules of chats and calls.", factory=Live, clause="§6")
    authentication: Authentication = key(
        Table(Authentication), "What customers are authenticated for.", factory=Authentication, clause="§6"
    )
    wrap_up: WrapUpRules = key(Table(WrapUpRules), "What an ended contact needs.", factory=WrapUpRules, clause="§6")
    email: Email = key(Table(Email), "The rules of email.", factory=Email, clause="§6")
    replies: Replies = key(Table(Replies), "What every reply has to be.", factory=Replies, clause="§4")
    whatsapp: WhatsApp = key(Table(WhatsApp), "The rules of WhatsApp.", factory=WhatsApp, clause="§7")
    sla: Sla = key(Table(Sla), "What is promised, and how it is counted.", factory=Sla, clause="§8")
    calendars: Mapping[str, Opening] = key(
        Named(Table(Opening)),
        "Business calendars, by the names that other tables use; what differs on a date is a special day of theirs.",
        factory=dict,
        scope=KeyScope.FILE,
        clause="§8",
    )
    catalogue: Mapping[str, CatalogueItem] = key(
        Named(Table(CatalogueItem)),
        "What replies are made from, by name: quick replies, forms, payment requests, templates.",
        factory=dict,
        scope=KeyScope.FILE,
        clause="§9",
    )
    away: Away = key(Table(Away), "What becomes of the cases of somebody who is gone.", factory=Away, clause="§6")
    approval: Approval = key(Table(Approval), "How drafts are approved.", factory=Approval, clause="§5")
    reopening: Reopening = key(Table(Reopening), "Where reopened cases go.", factory=Reopening, clause="§3")
    snooze: Snooze = key(Table(Snooze), "Cases that sleep until an instant.", factory=Snooze, clause="§3")
    commitments: Commitments = key(
        Table(Commitments), "Follow-ups that somebody promised.", factory=Commitments, clause="§3"
    )
    tags: Tags = key(Table(Tags), "Tags on cases and messages.", factory=Tags, clause="§4")
    sentiment: Sentiment = key(Table(Sentiment), "The sentiment of messages.", factory=Sentiment, clause="§4")
    enforcement: Mapping[str, Enforcement] = key(
        Named(Choice(Enforcement)),
        "Rules, by id, that are only warned about or switched off; every other rule blocks.",
        factory=dict,
        clause="§10",
    )
    attributes: Mapping[str, Attribute] = key(
        Named(Table(Attribute), most=MOST_ATTRIBUTES),
        "What is noted of a case, by name: what rules of your own look at.",
        factory=dict,
        scope=KeyScope.FILE,
        clause="§4",
    )
    rule: tuple[OwnRule, ...] = key(
        Several(Table(OwnRule), MOST_RULES),
        "Rules of your own.",
        default=(),
        scope=KeyScope.FILE,
        clause="§10",
    )
    # Worked out of the values; nobody can tell it from outside.
    _own_modes: dict[str, Enforcement] = attrs.field(factory=dict, init=False, eq=False, repr=False)
    _calendars: dict[str, Calendar] = attrs.field(factory=dict, init=False, eq=False, repr=False)
    _promised: dict[tuple[str, Channel, Level], tuple[timedelta | None, Calendar | None]] = attrs.field(
        factory=dict, init=False, eq=False, repr=False
    )

    def __attrs_post_init__(self) -> None:
        problems = (
            *_contradictions(self),
            *self._read_calendars(),
            *_unusable_entries(self.catalogue),
            *_zone_problems(self.zone),
            *own_rule_problems(self),
        )
        if problems:
            raise PolicyError("policy", problems)
        self._own_modes.update({rule.id: rule.enforcement for rule in self.rule})

    def _read_calendars(self) -> Iterator[Problem]:
        for name, opening in self.calendars.items():
            try:
                self._calendars[name] = opening.calendar()
            except CalendarError as error:
                yield from (_calendar_problem(under("calendars", name), opening, told) for told in error.problems)
        for path, named in _calendars_named(self):
            if named not in {None, ALL_HOURS, *self.calendars}:
                yield self._unknown_calendar(path, named)
        for name, queue in self.queues.items():
            if queue.hours not in {None, *self.calendars}:
                yield self._unknown_calendar(f"{under('queues', name)}.hours", queue.hours)

    def _unknown_calendar(self, path: str, named: str | None) -> Problem:
        known = ", ".join(self.calendars) or "a table [calendars.NAME]"
        return Problem(path, f"there is no calendar {named!r}", known)

    def mode(self, rule: str) -> Enforcement:
        """How strictly the policy keeps the rule with this id."""
        own_key = SOFTENED_BY.get(rule)
        if own_key is None:
            return self.enforcement.get(rule) or self._own_modes.get(rule, Enforcement.BLOCK)
        mode: Enforcement = attrgetter(own_key)(self)
        return mode

    def limit(self, channel: Channel) -> int | None:
        """The most cases of a channel that one agent holds; None where only the total bounds it."""
        limit: int | None = getattr(self.capacity, channel)
        return limit

    def calendar_for(self, channel: Channel, level: Level = Level.NORMAL) -> Calendar | None:
        """The calendar whose hours count on a channel for cases of a level; None where all hours do."""
        name = self.sla.calendar(channel, level)
        return None if name is None else self._calendars[name]

    @property
    def closing_calendar(self) -> Calendar | None:
        """The calendar in whose hours the time counts after which cases are closed; None where all hours do."""
        name = self.lifecycle.calendar
        return None if name is None else self._calendars[name]

    def hours_of(self, queue: str) -> Calendar | None:
        """The calendar in whose hours the work of a queue is offered; None where it is at all hours."""
        known = self.queues.get(queue)
        return None if known is None or known.hours is None else self._calendars[known.hours]

    def service_target(self, clock: str, channel: Channel, level: Level) -> tuple[timedelta | None, Calendar | None]:
        """The target of a service clock for cases of a channel and level, and the calendar that counts."""
        known = self._promised.get((clock, channel, level))
        if known is None:
            known = self.sla.target(clock, channel, level), self.calendar_for(channel, level)
            self._promised[clock, channel, level] = known
        return known

    def queue_for(
        self, channel: Channel, reason: str | None, language: str | None, tags: frozenset[str] = frozenset()
    ) -> str:
        """The queue a new case enters: the first whose filters take it, else the fallback queue.

        A queue for pt takes pt-BR, but not from a queue that names pt-BR.
        """
        found, nearest = "", 0
        for name, queue in self.queues.items():
            if queue.fallback or not queue.takes(channel, reason, language, tags):
                continue
            distance = queue.language_distance(language) or 0
            if not found or (queue.languages and distance < nearest):
                found, nearest = name, distance
            if not nearest:
                break
        return found or self.fallback

    @property
    def fallback(self) -> str:
        """The queue that takes what no other takes."""
        return next(name for name, queue in self.queues.items() if queue.fallback)


def _calendars_named(sop: Sop) -> Iterator[tuple[str, str | None]]:
    """Each place at which a calendar may be named, and which is."""
    yield "lifecycle.calendar", sop.lifecycle.calendar
    for name in keys_of(Sla):
        targets = getattr(sop.sla, name)
        if isinstance(targets, Targets):
            yield f"sla.{name}.calendar", targets.calendar
            for level in Level:
                precise = getattr(targets, level)
                if precise is not None:
                    yield f"sla.{name}.{level}.calendar", precise.calendar


_DAY_TOLD: Final = re.compile(r"(?:week (?P<day>\w+)|(?P<table>special|holidays|zone)(?: (?P<date>[^:]+))?): ")
"""Where a problem of a calendar begins: of which day it is, or of which list."""


def _calendar_problem(path: str, opening: Opening, told: str) -> Problem:
    """A problem of a calendar at the hours, or the day, that it is about; at its table, where it is about the whole."""
    found = _DAY_TOLD.match(told)
    if told.startswith("week: is never open"):  # what comes next is about code
        return Problem(path, "is never open", "the hours of one day at least", 'write monday = ["09:00-17:30"]')
    if found is None:
        return Problem(path, told)
    where = under(path, found["day"] or found["table"])
    held: Any = getattr(opening, found["day"] or found["table"])
    if found["date"] and found["date"] in held:
        where, held = under(where, found["date"]), held[found["date"]]
    about = told[found.end() :]
    named = [word for word in (() if isinstance(held, str) else held) if about.startswith((quoted(word), f"{word} "))]
    if not named or isinstance(held, str):
        return Problem(where, told)
    if isinstance(held, Mapping):
        return Problem(under(where, named[0]), told, of_key=True)
    return Problem(f"{where}[{len(held) - 1 - held[::-1].index(named[0])}]", told)


def _unusable_entries(catalogue: Mapping[str, CatalogueItem]) -> Iterator[Problem]:
    """Entries from which no reply could ever be made: what `casecore.templates` says of them, at their places."""
    for name, entry in catalogue.items():
        path = under("catalogue", name)
        named = "text", "link", "channels", "definition"
        idle = named[:3] if entry.kind in TEMPLATE_ENTRIES else named[3:]
        for word in idle:
            if getattr(entry, word):
                yield Problem(under(path, word), f"a {entry.kind} has none", "nothing", "take it out")
        yield from _unreadable_definition(name, entry, path)


def _unreadable_definition(name: str, entry: CatalogueItem, path: str) -> Iterator[Problem]:
    from casecore.templates.findings import TemplateError
    from casecore.templates.prepared import read_prepared

    try:
        read_prepared(entry.template_kind, entry.definition_called(name))
    except TemplateError as error:
        written = "definition" if entry.kind in TEMPLATE_ENTRIES else "text"
        for finding in error.findings:
            where = "link" if finding.where == "link" and entry.link else written
            yield Problem(under(path, where), finding.message, f"a {entry.kind} that can be sent", finding.remedy)


def _zone_problems(name: str) -> Iterator[Problem]:
    problems: list[str] = []
    find_zone(name, problems)
    yield from (Problem("zone", problem.removeprefix("zone: "), "an IANA name") for problem in problems)


def _wrong_statuses_counted(sop: Sop) -> Iterator[Problem]:
    """Only pending and resolved may be left out of what an agent's limits count."""
    path, counted = "capacity.statuses", sop.capacity.statuses
    missing = [status for status in ALWAYS_COUNTED if status not in counted]
    if missing:
        expected = "all but pending and resolved, which may be left out"
        yield Problem(path, f"leaves out {', '.join(missing)}", expected)
    if Status.CLOSED in counted:
        yield Problem(path, "nobody holds a closed case", "the other statuses")


def _priorities_above_their_most(sop: Sop) -> Iterator[Problem]:
    for name, queue in sop.queues.items():
        priority = queue.priority
        if priority.initial > priority.max:
            found = f"{priority.initial:g} is above the most that it becomes, {priority.max:g}"
            yield Problem(f"{under('queues', name)}.priority.initial", found, f"a number up to {priority.max:g}")


def _wrong_overflows(sop: Sop) -> Iterator[Problem]:
    """An overflow names a time and another queue, which takes no part in an overflow of its own."""
    for name, queue in sop.queues.items():
        after, to, path = queue.overflow.after, queue.overflow.to, f"{under('queues', name)}.overflow"
        if (after is None) != (to is None):
            absent, said = ("after", "a time, like 10m") if after is None else ("to", "the name of another queue")
            yield Problem(f"{path}.{absent}", "is missing", said)
        if to is None:
            continue
        others = [other for other in sop.queues if other != name]
        if to not in sop.queues:
            remedy = did_you_mean(to, others)
            yield Problem(f"{path}.to", f"there is no queue {to!r}", f"one of {', '.join(others)}", remedy)
        elif to == name:
            yield Problem(f"{path}.to", "is the queue itself", f"one of {', '.join(others)}")
        elif (further := sop.queues[to].overflow.to) is not None:
            found = f"{to} overflows into {further}, and cases go one step only"
            yield Problem(f"{path}.to", found, "a queue that does not overflow")


def _contradictions(sop: Sop) -> tuple[Problem, ...]:
    problems = []
    fallbacks = [name for name, queue in sop.queues.items() if queue.fallback]
    if len(fallbacks) != 1:
        found = f"{len(fallbacks)} queues are the fallback" + (f" ({', '.join(fallbacks)})" if fallbacks else "")
        remedy = f'set the others to false, or take them out: {fallbacks[0]} = "none"' if fallbacks else ""
        problems.append(Problem("queues", found, "exactly one queue with fallback = true", remedy))
    for path, statuses in (
        ("lifecycle.close_from", sop.lifecycle.close_from),
        ("lifecycle.close_after", sop.lifecycle.close_after),
    ):
        if Status.CLOSED in statuses:
            problems.append(Problem(path, '"closed" cannot be closed again', "the other statuses"))
    never = [status for status in sop.lifecycle.close_after if status not in sop.lifecycle.close_from]
    for status in never:
        found = f"cases that are {status} would never be closed"
        remedy = f'write close_after = {{ {status} = "none" }}, or add it to close_from'
        problems.append(Problem(f"lifecycle.close_after.{status}", found, "a status of lifecycle.close_from", remedy))
    problems += _wrong_statuses_counted(sop)
    problems += _priorities_above_their_most(sop)
    problems += _wrong_overflows(sop)
    if sop.wrap_up.disposition and not sop.wrap_up.codes:
        problems.append(Problem("wrap_up.codes", "no contact could ever be disposed", "at least one code"))
    if not sop.lifecycle.close_from:
        problems.append(Problem("lifecycle.close_from", "no case could ever be closed", "at least one status"))
    softened = softened_by(sop)
    for rule, mode in sop.enforcement.items():
        ours = rule.partition(".")[0] in TAKEN_AREAS or nearest(rule, softened, 0.8)
        if rule not in softened and ours:
            problems.append(_not_softened(rule, mode, softened))
    return tuple(problems)


def softened_by(sop: Sop, of_house: Iterable[str] = ()) -> frozenset[str]:
    """The rules that a policy may soften: some of those that ship, its own, and some of a team's own rooms."""
    return SWITCHABLE.union((rule.id for rule in sop.rule), of_house)


def _not_softened(rule: str, mode: Enforcement, softened: frozenset[str]) -> Problem:
    expected = "a rule that may be softened: " + ", ".join(sorted(softened))
    key = SOFTENED_BY.get(rule)
    remedy = f'write {key} = "{mode}"' if key else did_you_mean(rule, softened)
    return Problem(under("enforcement", rule), "cannot be softened", expected, remedy, of_key=True)


def unknown_rules(sop: Sop, of_house: Iterable[str]) -> Iterator[Problem]:
    """The rules that a policy softens and that there are not, or that nobody may soften.

    A policy is read before there are rooms: what is no rule of ours, and not nearly one, may be of a team's own room.

    Args:
        sop: The policy.
        of_house: The rules that may be softened of the rooms there are.
    """
    softened = softened_by(sop, of_house)
    yield from (_not_softened(rule, mode, softened) for rule, mode in sop.enforcement.items() if rule not in softened)
