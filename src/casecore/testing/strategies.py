"""Hypothesis draws what a support desk is made of: policies, commands, desks and whole histories.

* `values.py` says how ids, texts, instants and **policies** are drawn.
* A **command** is drawn from the house's commands and their fields. `any_command` draws whatever can be stated;
  `commands(desk)` speaks mostly of rows that are on the desk, by people who could mean it, so a good share is accepted.
* A **run** is a desk at work: commands given one after the other, from a desk with nothing but a team. Each is kept
  with its answer; `histories` and `desks` are what runs leave behind.

Draws depend on nothing but Hypothesis: no clock, and no order of a hash table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, Final, TypeVar, get_type_hints

from casecore.channels import Channel, TemplateKind
from casecore.desk import Desk
from casecore.kernel import CUSTOMER, SYSTEM, Command, Event, changed, fields_of, frozen
from casecore.kernel.fields import MOST, Value
from casecore.policies import Policy
from casecore.promises import Step
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import AddAgent, Agent, Permission, Presence, is_supervisor
from casecore.rooms.approvals import TRIGGERS, ApproveDraft, SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.authentication import Authenticate
from casecore.rooms.blocking import BlockCommand, UnblockCustomer, UnblockThread
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import Case, SetStatus
from casecore.rooms.clocks import ClockName
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.composition import HOUSE, CaseFile, House
from casecore.rooms.contacts import EndContact
from casecore.rooms.edits import EditMessage, WithdrawMessage
from casecore.rooms.joining import threads_of
from casecore.rooms.logged_cases import LogCase
from casecore.rooms.merging import MergeCustomers
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddNote
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferCommand, OfferWork, RejectOffer
from casecore.rooms.outbound import CUSTOMER_WRITES_FIRST, RecordConsent, StartOutbound
from casecore.rooms.prepared import PreparedText
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import RelateRecord, UnrelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import SENT_AS, SET_BY_HAND, Status
from casecore.testing.drawing import DrawFn, SearchStrategy
from casecore.testing.drawing import strategies as st
from casecore.testing.scenario import NUMBER, T0, prepared, team_of
from casecore.testing.values import fitting_values, ids, instants, layered_policies, policies, texts, values

__all__ = [
    "agents",
    "any_command",
    "commands",
    "desks",
    "histories",
    "ids",
    "instants",
    "layered_policies",
    "policies",
    "runs",
    "texts",
]

T = TypeVar("T")

# Agents and commands -----------------------------------------------------------------------------------


def agents(policy: Policy | None = None) -> SearchStrategy[Agent]:
    """Any agent's record.

    Args:
        policy: The SOP whose queues they may serve; the default one if it is not given.
    """
    queues = st.sampled_from([*(policy or Policy.default()).queues])
    return st.builds(
        Agent,
        ids(),
        texts(),
        st.frozensets(st.sampled_from(Permission)),
        st.frozensets(queues),
        st.frozensets(st.sampled_from(Channel), max_size=3),
        presence=st.sampled_from(Presence),
        reason=texts(),
    )


@frozen
class _Blank:
    """One field of a command: what it is called, and what may stand there at all."""

    name: str
    an_id: bool
    optional: bool
    anything: SearchStrategy[Any]


@cache
def _blanks_of(kind: Any) -> tuple[_Blank, ...]:
    """A command as a form to fill in; made once per class."""
    types = get_type_hints(kind)
    checked_as_id = next(field.validator for field in fields_of(Command) if field.name == "by")
    blanks = []
    for field in fields_of(kind):
        hint, an_id, optional = types[field.name], field.validator is checked_as_id, field.default is None
        if an_id:
            drawn: SearchStrategy[Any] = ids()
        elif hint in {datetime, datetime | None}:
            drawn = instants()
        elif hint in {str, str | None}:
            drawn = texts()
        elif hint in {frozenset[str], frozenset[str] | None}:
            drawn = st.frozensets(ids(), max_size=3)
        elif hint in {Mapping[str, int], Mapping[str, int] | None}:
            drawn = st.dictionaries(texts(), st.integers(-MOST, MOST), max_size=3)
        elif hint == Value | None:
            drawn = values()
        elif hint == Mapping[str, Value]:
            drawn = st.dictionaries(texts(), values(), max_size=3)
        elif hint in {PreparedText, PreparedText | None}:
            filled = st.dictionaries(texts(), texts(), max_size=3)
            drawn = st.builds(PreparedText, st.sampled_from(TemplateKind), texts(), filled, st.none() | ids())
        else:
            drawn = st.from_type(hint)
        blanks.append(_Blank(field.name, an_id, optional, st.none() | drawn if optional else drawn))
    return tuple(blanks)


def any_command(house: House = HOUSE) -> SearchStrategy[Command]:
    """Any well-formed command of a house: about anything, by anybody, at any time."""
    kinds: tuple[Any, ...] = house.commands
    return st.one_of(*(st.builds(kind, **{blank.name: blank.anything for blank in _blanks_of(kind)}) for kind in kinds))


# Commands that a desk understands ----------------------------------------------------------------------

_BRINGS: Final = {
    AddAgent: "agent",
    ReceiveMessage: "message",
    SendReply: "message",
    SubmitDraft: "draft",
    AddNote: "note",
    LogCase: "note",
    AskPresence: "message",
    DisconnectIdle: "message",
    MakeCommitment: "commitment",
    StartOutbound: "message",
}
"""The field in which a command brings an id of its own."""

_LATER: Final = tuple(timedelta(seconds=seconds) for seconds in (*[0, 60, 3600] * 6, 86_400, -1))
"""How long after the last event a command is given, the likelier the more often; now and then time runs backwards."""

_LATE: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""A desk that works after this instant works at one instant, lest the calendar end."""


def _fresh_id(letter: str, *tables: Iterable[str]) -> str:
    taken = {row for table in tables for row in table}
    return next(row for number in count(1) if (row := f"{letter}{number}") not in taken)


def _likely_kinds(house: House, file: CaseFile | None) -> list[type[Command]]:
    """What could be done about a case (None: about one that is still to come), the likelier the more often."""
    if file is None:
        likely: tuple[type[Command], ...] = (
            *(ReceiveMessage,) * 12,
            StartOutbound,
            StartOutbound,
            LogCase,
            RecordConsent,
            UnblockCustomer,
        )
    elif file.case.status is Status.CLOSED:
        likely = (ReceiveMessage if file.case.channel in CUSTOMER_WRITES_FIRST else StartOutbound, LogCase)
    elif file.offers is not None and file.offers.to(review=False) is not None:
        likely = (AcceptOffer, AcceptOffer, AcceptOffer, RejectOffer, ReceiveMessage)
    elif file.aftermath is not None and file.aftermath.undisposed:
        likely = (Dispose, Dispose, RelateRecord, UnrelateRecord, OpenCase, ReceiveMessage)
    elif file.draft is not None:
        likely = (*TRIGGERS, ReceiveMessage, *((FreeReview,) if file.draft.reviewer is not None else ()))
    elif file.case.status is Status.RESOLVED:
        likely = (LeaveCase, LeaveCase, SetStatus, ReceiveMessage)
    elif file.case.assignee is None or file.case.status is Status.NEW:
        likely = (OpenCase, OpenCase, OfferWork, ReceiveMessage)
    elif file.contact is not None and file.contact.silence_since is not None and file.case.channel is Channel.CHAT:
        likely = (AskPresence, DisconnectIdle, EndContact, Authenticate, ReceiveMessage)
    else:
        likely = (SendReply, SubmitDraft, SetStatus, ReceiveMessage, EndContact, Authenticate, ReassignCase)
    return [*[kind for kind in likely if kind in house.commands] * 8, *house.commands]


_FIT: Final[Mapping[type[Command], Callable[[Agent], bool]]] = {
    StartOutbound: lambda agent: agent.available,
    LogCase: lambda agent: agent.on_duty,
    ApproveDraft: lambda agent: agent.may(Permission.APPROVE),
}
"""Who could mean it, where that can be seen on the agent."""


def _likely_people(desk: Desk, kind: type[Command], file: CaseFile | None) -> list[str]:
    """Those who could mean it, the likelier the more often."""
    if kind in {ReceiveMessage, EditMessage, WithdrawMessage}:
        return [CUSTOMER]
    if kind in _FIT:
        return [agent for agent in sorted(desk.agents) if _FIT[kind](desk.agents[agent])] or [SYSTEM]
    if kind in {OfferWork, ExpireOffer, ReleaseAbsent, FreeReview} or issubclass(kind, BlockCommand):
        return [SYSTEM]
    if file is not None and issubclass(kind, OfferCommand) and file.offers is not None:
        return [to for to in (file.offers.offered_to, file.offers.review_to) if to is not None] or [SYSTEM]
    if file is not None and kind is Dispose:
        return [row.agent for row in desk.wrap_ups.values() if row.case == file.case.id] or sorted(desk.agents)
    everybody = [desk.agents[agent] for agent in sorted(desk.agents)]
    if file is not None and file.draft is not None:
        involved = [agent.id for agent in everybody if agent.may(Permission.APPROVE)]
        involved += [file.draft.reviewer or file.draft.author]
    else:
        involved = [agent.id for agent in everybody if is_supervisor(agent)]
        involved += [file.case.assignee] * 3 if file is not None and file.case.assignee is not None else []
    return [*(agent.id for agent in everybody), SYSTEM, *involved * 3]


def _likely_moments(desk: Desk, file: CaseFile | None) -> list[datetime]:
    now = desk.now or T0
    later = [now + length for length in _LATER] if now < _LATE else [now]
    dues = () if file is None else desk.due(case=file.case.id)
    return later + [at for due in dues for at in (due.at, due.at + _LATER[-1]) if at >= now]


def _likely_channels(desk: Desk, kind: type[Command]) -> list[Channel]:
    """Where a case may begin: often where it has rules of its own; on WhatsApp we begin if somebody opted in."""
    if kind is not StartOutbound:
        return [*Channel, *[Channel.CHAT, Channel.EMAIL, Channel.WHATSAPP, Channel.WHATSAPP] * 3]
    agreed = any(desk.customers[name].opted_in for name in sorted(desk.customers))
    return [*([Channel.WHATSAPP] * 24 if agreed else []), *[Channel.EMAIL, Channel.SMS] * 6, *Channel]


def _likely_customers(desk: Desk, kind: type[Command], case: Case | None) -> list[str]:
    """Whom a command may be about; we write first mostly to those who opted in."""
    if case is not None:
        return [case.customer]
    known = sorted(desk.customers)
    agreed = [name for name in known if desk.customers[name].opted_in] if kind is StartOutbound else []
    return [*known, *agreed * 6, _fresh_id("k", desk.customers)]


def _by_id(table: Mapping[str, Any]) -> list[Any]:
    return [table[row_id] for row_id in sorted(table)]


def _messages_on(desk: Desk, file: CaseFile | None) -> list[Any]:
    """The messages of a case."""
    return sorted(message.id for message in desk.messages.values() if file and message.case == file.case.id)


def _row_options(desk: Desk, kind: type[Command], file: CaseFile | None) -> dict[str, list[Any]]:
    """What an id in a command about this case (None: about a new one) may name, by the field's name."""
    case, draft = file and file.case, file and file.draft
    rows: dict[str, list[Any]] = {
        "by": _likely_people(desk, kind, file),
        "agent": sorted(desk.agents),
        "case": [case.id if case else "c0"],
        "thread": [case.thread if case else _fresh_id("t", desk.threads)],
        "customer": _likely_customers(desk, kind, None if file is None else file.case),
        "message": _messages_on(desk, file),
        "draft": [draft.id if draft else "d0"],
        "note": sorted(desk.notes),
        "commitment": sorted(desk.commitments),
        "in_reply_to": [None, *sorted(message.id for message in desk.messages.values() if message.author)],
        **dict.fromkeys(("seen", "seen_message"), [None] * 4 + _messages_on(desk, file)),
        "edit": [None, "e1", "e2"],
        "record": ["r1"],
        "queue": [*desk.policy.queues],
        "new_case": [*([None] if kind is ReceiveMessage else []), _fresh_id("c", desk.cases)],
        "tag": ["vip", "refund"],
        "attribute": [*desk.policy.attributes],
    }
    if kind is MergeCustomers:
        rows["customer"] = rows["into"] = sorted(desk.customers)
    if kind is MoveCase and case:
        others = (row for row in _by_id(desk.threads) if row.id != case.thread and row.channel is case.channel)
        rows["thread"] = [row.id for row in others if row.case is None or desk.status(row.case) is Status.CLOSED]
    if kind is MergeCases and case:
        others = (file.case for file in map(desk.cases.__getitem__, sorted(desk.cases)))
        alike = (other for other in others if (other.customer, other.channel) == (case.customer, case.channel))
        rows["into"] = [other.id for other in alike if other.id != case.id and other.status is not Status.CLOSED]
    if kind in {SendReply, SubmitDraft} and case:
        rows["thread"] = [None, *threads_of(case)]
    if issubclass(kind, BlockCommand):
        unblocks = kind in {UnblockCustomer, UnblockThread}
        rows["customer"] = [row.id for row in _by_id(desk.customers) if row.blocked is unblocks]
        rows["thread"] = [row.id for row in _by_id(desk.threads) if row.blocked is unblocks]
        rows["reason"] = ["Insults everybody"]
    if kind in _BRINGS:
        name = _BRINGS[kind]
        waiting = sorted(other.draft.id for other in desk.cases.values() if other.draft is not None)
        sent = {message.id for message in desk.messages.values()}
        table = {"agent": desk.agents, "note": desk.notes, "commitment": desk.commitments}.get(name, sent)
        # Not always an id that nobody has: two drafts may wait that want to become the same message.
        rows[name] = [_fresh_id(name[0], table, waiting)] * 3 + (waiting if table is sent else [])
    return rows


def _word_options(desk: Desk, kind: type[Command], file: CaseFile | None, channel: Channel) -> dict[str, list[Any]]:
    """What else a command about a case on this channel may say, by the field's name."""
    queues = [*desk.policy.queues]
    words: dict[str, list[Any]] = {
        "at": _likely_moments(desk, file),
        "queues": [frozenset(queues), frozenset(queues[:1]), frozenset()],
        "channels": [frozenset(), frozenset({Channel.CHAT, Channel.EMAIL})],
        "text": ["Hello", "It is done", "Thank you \N{SLIGHTLY SMILING FACE}", " "],
        "status": [*SET_BY_HAND],
        "send_as": [*SENT_AS],
        "attachments": [(), (), ("invoice.pdf",)],
        "subject": ["Your request", "Your request", ""],
        "about_account": [False, False, True],
        "review": [file is not None and file.draft is not None, False],
        "code": [*desk.policy.wrap_up.codes, ""],
        "notes": ["As agreed with ana, ben, cleo and dora", "Done", ""],
        "what": ["Call back"],
        "due": [(desk.now or T0) + timedelta(hours=1)] if (desk.now or T0) < _LATE else [],
        "until": [(desk.now or T0) + timedelta(hours=1)] if (desk.now or T0) < _LATE else [],
        "tags": [frozenset(), frozenset({"vip"})],
        "capacity": [{}, {}, {"total": 3, "chat": 1}],
        "template": _likely_templates(kind, file, channel),
        "opted_in": [True, True, True, False],
        "clock": [*ClockName],
        "why": ["", "Mailbox full"],
        "note": ["On the web form", "As agreed", ""],
    }
    if kind is StartOutbound:
        words["channel"] = [channel]
        words["for_approval"] = [False, True]
        words["attachments"] = [()] * 8 + [("invoice.pdf",)]
        words["language"] = [None]
        words["phone"] = [NUMBER] * 8 + [None, "912 345 678"]
    if kind is LogCase:
        words |= {"channel": [channel], "language": [None], "reason": [None], "keep": [True, True, False]}
    if kind is ReceiveMessage:
        filters = desk.policy.queues.values()
        words["channel"] = [channel]
        words["kind"] = [*getattr(desk.policy.channels, channel).kinds]
        words["reason"] = [None, *(reason for queue in filters for reason in queue.reasons)]
        words["language"] = [None, *(language for queue in filters for language in queue.languages)]
        words["auto_generated"] = [False] * 5 + [True]
        words["participant"] = [None] * 6 + ["bob"]
        now = desk.now or T0
        words["attributes"] = [{}, {}, *({name: value} for name, value in _noted_values(desk))]
        words["sent_at"] = [None] * 4 + [now - timedelta(hours=hours) for hours in (0, 1, 40)]
    return words


def _noted_values(desk: Desk) -> list[tuple[str, Value]]:
    """What may be noted of a case: each name that the policy declares, with values that it takes."""
    declared = desk.policy.attributes.items()
    return [(name, value) for name, attribute in declared for value in fitting_values(attribute)]


GREETING: Final = PreparedText.of(
    {"name": "greeting", "text": "Hello {customer}"}, {"customer": "Ana"}, TemplateKind.QUICK_REPLY
)
NEWS: Final = prepared()
_UNFILLED: Final = prepared(values=())


def _likely_templates(kind: type[Command], file: CaseFile | None, channel: Channel) -> list[PreparedText | None]:
    """What a message on this channel may be made from."""
    if kind is ApproveDraft:
        return [None if file is None or file.draft is None else file.draft.template]
    if channel is not Channel.WHATSAPP:
        return [None, None, None, GREETING]
    return [*[NEWS] * 8, GREETING, _UNFILLED] if kind is StartOutbound else [None, None, NEWS, GREETING]


def _fields_left_out(draw: DrawFn, kind: type[Command], form: tuple[_Blank, ...]) -> set[str]:
    """The fields that the command leaves out."""
    if kind is ReceiveMessage:
        return set()  # on a new thread it must say who writes, and where
    if kind in {StartOutbound, LogCase}:  # the same
        return {name for name in ("queue", "name", "language") if _pick_one(draw, (True, False))}
    aims = [blank.name for blank in form if blank.optional and blank.an_id and blank.name != "seen"]
    if len(aims) == 2:  # noqa: PLR2004 -- exactly one of the two: an agent or a queue, a case or a customer
        return {_pick_one(draw, aims)}
    return {blank.name for blank in form if blank.optional and _pick_one(draw, (True, False))}


@cache
def _place_below(count: int) -> SearchStrategy[int]:
    return st.integers(0, count - 1)


def _pick_one(draw: DrawFn, options: Sequence[T]) -> T:
    """One of them; the places are drawn, because a new `sampled_from` for each list takes much longer."""
    return options[0] if len(options) == 1 else options[draw(_place_below(len(options)))]


def commands(desk: Desk, house: House | None = None) -> SearchStrategy[Command]:
    """A command that could be meant at this desk; often, but by no means always, it is accepted.

    Args:
        desk: Its rows are what the command speaks of.
        house: Whose commands are drawn; None: those of the desk's own.
    """
    return _draw_command(desk, house)


@st.composite
def _draw_command(draw: DrawFn, desk: Desk, house: House | None = None) -> Command:
    dues = [due.command for due in desk.due() if due.command is not None]
    if dues and _pick_one(draw, range(8)) == 0:
        due = _pick_one(draw, dues)
        return changed(due, at=max(due.at, desk.now or due.at))
    files = [desk.cases[case] for case in sorted(desk.cases)]
    file = _pick_one(draw, [None, *files, *[file for file in files if file.case.status is not Status.CLOSED] * 3])
    kinds = _likely_kinds(house or desk.house, file)
    kinds += [SetAttribute] * 8 if file is not None and desk.policy.attributes and SetAttribute in kinds else []
    kind: Any = _pick_one(draw, kinds)
    channel = file.case.channel if file is not None else _pick_one(draw, _likely_channels(desk, kind))
    rows, words, form = _row_options(desk, kind, file), _word_options(desk, kind, file, channel), _blanks_of(kind)
    left_out = _fields_left_out(draw, kind, form)
    astray = _pick_one(draw, [*[None] * 7 * len(form), *form])  # one command in eight says something wild
    said: dict[str, Any] = {}
    for blank in form:
        options = (rows if blank.an_id else words).get(blank.name)
        if blank is astray or not options:
            said[blank.name] = draw(blank.anything)
        else:
            said[blank.name] = None if blank.name in left_out else _pick_one(draw, options)
    template: PreparedText | None = said.get("template")
    if template is not None and "text" in said and (astray is None or astray.name not in {"template", "text"}):
        said["text"] = template.reading(channel)[0]
    if kind is SetAttribute and astray is None:
        fitting = [value for name, value in _noted_values(desk) if name == said["attribute"]]
        said["value"] = None if "value" in left_out else _pick_one(draw, fitting or [True])
    command: Command = kind(**said)
    return command


# Runs --------------------------------------------------------------------------------------------------


def runs(policy: Policy | None = None, house: House = HOUSE, max_steps: int = 40) -> SearchStrategy[tuple[Step, ...]]:
    """A desk at work: one command after the other, from a desk with nothing but a team; refused ones are kept too.

    Args:
        policy: The SOP in force; the default one if it is not given. `policies().flatmap(runs)` draws it as well.
        house: The rules that are asked.
        max_steps: The most commands there are besides those that bring the team.
    """
    return _draw_run(policy or Policy.default(), house, max_steps)


@st.composite
def _draw_run(draw: DrawFn, policy: Policy, house: House, max_steps: int) -> tuple[Step, ...]:
    desk = Desk(policy, house=house)
    steps: list[Step] = []
    for command in team_of(policy):
        steps.append(Step.of(desk, command))
        desk = steps[-1].after
    for _ in range(draw(st.integers(0, max_steps))):
        steps.append(Step.of(desk, draw(_draw_command(desk))))
        desk = steps[-1].after
    return tuple(steps)


def histories(policy: Policy | None = None, max_steps: int = 40) -> SearchStrategy[list[Event]]:
    """The events of a run, team included: replayed on `Desk(policy)`, they give its desk."""
    return runs(policy, max_steps=max_steps).map(lambda steps: [event for step in steps for event in step.events])


def desks(policy: Policy | None = None, max_steps: int = 40) -> SearchStrategy[Desk]:
    """A desk as a run leaves it."""
    return runs(policy, max_steps=max_steps).map(lambda steps: steps[-1].after)
