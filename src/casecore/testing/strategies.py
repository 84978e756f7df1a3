"""Hypothesis draws what a support desk is made of: policies, commands, desks and whole histories.

* A **policy** is drawn from the kinds that its keys declare, so a key added tomorrow is varied without a word here.
* A **command** is drawn from the house's commands and their fields. `any_command` draws whatever can be stated;
  `commands(desk)` speaks mostly of rows that are on the desk, by people who could mean it, so a good share is accepted.
* A **run** is a desk at work: commands given one after the other, from a desk with nothing but a team. Each is kept
  with its answer; `histories` and `desks` are what runs leave behind.

Draws depend on nothing but Hypothesis: no clock, and no order of a hash table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import count
from typing import Any, Final, TypeVar, get_type_hints

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from casecore.absences import ReleaseAbsent
from casecore.agents import AddAgent, Agent, Permission, Presence, is_supervisor
from casecore.approvals import TRIGGERS, SubmitDraft
from casecore.arrivals import ReceiveMessage
from casecore.assignments import LeaveCase, OpenCase
from casecore.cases import SetStatus
from casecore.channels import Channel
from casecore.commitments import MakeCommitment
from casecore.composition import HOUSE, CaseFile, View
from casecore.contacts import Authenticate, EndContact
from casecore.desk import Desk
from casecore.house import House
from casecore.kernel import CUSTOMER, ID_LIMIT, SYSTEM, Command, Enforcement, Event, frozen
from casecore.keys import Choice, Flag, Length, Named, Number, Several, Table, Text, Whole, keys_of
from casecore.notes import AddNote
from casecore.offers import AcceptOffer, ExpireOffer, OfferCommand, OfferWork, ReassignCase, RejectOffer
from casecore.policies import SWITCHABLE, Policy
from casecore.promises import Step
from casecore.replies import SendReply
from casecore.sections import OPEN_STATUSES, Lifecycle, Opening, Queue
from casecore.silence import AskPresence, DisconnectIdle
from casecore.statuses import SENT_AS, SET_BY_HAND, Status
from casecore.testing.scenario import T0, team_of
from casecore.wrap_ups import Dispose, RelateRecord

T = TypeVar("T")

# Ids, texts, instants ----------------------------------------------------------------------------------

_VISIBLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")


def ids() -> SearchStrategy[str]:
    """Whatever can be an id: a few short ones that meet again, and any 1 to `ID_LIMIT` visible characters."""
    return st.sampled_from("abc") | st.text(_VISIBLE, min_size=1, max_size=ID_LIMIT)


def texts() -> SearchStrategy[str]:
    """Whatever may be said: something sensible, an emoji, nothing at all, or any code points."""
    return st.sampled_from(("Hello", "Thank you \N{SLIGHTLY SMILING FACE}", " ", "")) | st.text(max_size=50)


def instants() -> SearchStrategy[datetime]:
    """Any instant that a command can name, at any offset from UTC."""
    minutes = st.integers(-14 * 60, 14 * 60)
    offsets = minutes.map(lambda offset: timezone(timedelta(minutes=offset)))
    day = timedelta(days=1)  # whatever the offset, the instant is still on the calendar in UTC
    first, last = datetime.min + day, datetime.max - day  # noqa: DTZ901 -- Hypothesis wants bounds without a zone
    return st.just(T0) | st.datetimes(first, last, timezones=st.just(UTC) | offsets)


# Policies ----------------------------------------------------------------------------------------------


def _table(kind: Table, path: str) -> SearchStrategy[Any]:
    section = kind.section
    keys = {name: _values(of, f"{path}.{name}".lstrip(".")) for name, of in keys_of(section).items()}
    required = {a.name: keys.pop(a.name) for a in attrs.fields(section) if a.default is attrs.NOTHING}
    return st.fixed_dictionaries(required, optional=keys).map(lambda given: section(**given))


def _named(kind: Named, path: str) -> SearchStrategy[Any]:
    names = ids() if kind.names is None else st.sampled_from(kind.names)
    return st.dictionaries(names, _values(kind.of, f"{path}.*"), max_size=min(kind.most, 4))


def _several(kind: Several, path: str) -> SearchStrategy[Any]:
    return st.lists(_values(kind.of, f"{path}.*"), max_size=4, unique_by=repr).map(tuple)


def _length(kind: Length, _: str) -> SearchStrategy[Any]:
    least, most = (int(end.total_seconds()) for end in (kind.least, kind.most))
    return st.integers(least, most).map(lambda seconds: timedelta(seconds=seconds))


_OF_KIND: Final[Mapping[type, Callable[[Any, str], SearchStrategy[Any]]]] = {
    Flag: lambda kind, path: st.booleans(),
    Whole: lambda kind, path: st.integers(kind.least, kind.most),
    Number: lambda kind, path: st.floats(kind.least, min(kind.most, 10_000.0)),
    Text: lambda kind, path: st.text(max_size=min(kind.most, 20)),
    Length: _length,
    Choice: lambda kind, path: st.sampled_from(kind.choices),
    Several: _several,
    Table: _table,
    Named: _named,
}


def _values(kind: Any, path: str) -> SearchStrategy[Any]:
    if path in _NARROWED:
        return _NARROWED[path]()
    if type(kind) not in _OF_KIND:
        raise TypeError(f"{path}: nothing draws a {type(kind).__name__}; say in _OF_KIND how its values are drawn")
    return _OF_KIND[type(kind)](kind, path)


def _one_fallback(drawn: Mapping[str, Queue]) -> Mapping[str, Queue]:
    queues = drawn or {"general": Queue()}
    fallback = next((name for name, queue in queues.items() if queue.fallback), next(iter(queues)))
    rows: Mapping[str, Any] = queues
    return {name: attrs.evolve(queue, fallback=name == fallback) for name, queue in rows.items()}


def _closable(drawn: Any) -> Lifecycle:
    after = {status: length for status, length in drawn.close_after.items() if status in drawn.close_from}
    lifecycle: Lifecycle = attrs.evolve(drawn, close_after=after)
    return lifecycle


_OPENINGS: Final = (
    Opening(zone="Europe/Lisbon", monday=("09:00-12:30", "13:30-18:00"), friday=("22:00-06:00",)),
    Opening(tuesday=("00:00-24:00",), holidays=("2026-12-25",), special={"2026-12-24": ("09:00-12:00",)}),
)
"""Business calendars, because few texts are hours."""


# What one key cannot say alone: keys that must agree with each other or with the world, by path.
_NARROWED: Final[Mapping[str, Callable[[], SearchStrategy[Any]]]] = {
    "lifecycle.close_from": lambda: st.lists(st.sampled_from(OPEN_STATUSES), min_size=1, unique=True).map(tuple),
    "lifecycle.close_after": lambda: st.dictionaries(st.sampled_from(OPEN_STATUSES), _length(Length(), "")),
    "lifecycle": lambda: _table(Table(Lifecycle), "lifecycle").map(_closable),
    "wrap_up.codes": lambda: st.lists(texts(), min_size=1, max_size=3, unique=True).map(tuple),
    "calendars": lambda: st.dictionaries(ids(), st.sampled_from(_OPENINGS), max_size=2),
    **{f"sla.{name}.calendar": st.none for name in ("default", *Channel)},
    "queues": lambda: st.dictionaries(ids(), _table(Table(Queue), "queues.*"), max_size=3).map(_one_fallback),
    "enforcement": lambda: st.dictionaries(st.sampled_from(sorted(SWITCHABLE)), st.sampled_from(Enforcement)),
}


def policies() -> SearchStrategy[Policy]:
    """Any policy that contradicts nothing: each key has its default, or a value of the kind it declares."""
    return _table(Table(Policy), "")


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
def _form(kind: Any) -> tuple[_Blank, ...]:
    """A command as a form to fill in; made once per class."""
    types = get_type_hints(kind)
    command: Any = Command
    checked_as_id = attrs.fields(command).by.validator
    blanks = []
    for field in attrs.fields(kind):
        hint, an_id, optional = types[field.name], field.validator is checked_as_id, field.default is None
        if an_id:
            drawn: SearchStrategy[Any] = ids()
        elif hint in {datetime, datetime | None}:
            drawn = instants()
        elif hint in {str, str | None}:
            drawn = texts()
        elif hint in {frozenset[str], frozenset[str] | None}:
            drawn = st.frozensets(ids(), max_size=3)
        else:
            drawn = st.from_type(hint)
        blanks.append(_Blank(field.name, an_id, optional, st.none() | drawn if optional else drawn))
    return tuple(blanks)


def any_command(house: House[View] = HOUSE) -> SearchStrategy[Command]:
    """Any well-formed command of a house: about anything, by anybody, at any time."""
    kinds: tuple[Any, ...] = house.commands
    return st.one_of(*(st.builds(kind, **{blank.name: blank.anything for blank in _form(kind)}) for kind in kinds))


# Commands that a desk understands ----------------------------------------------------------------------

_BRINGS: Final = {
    AddAgent: "agent",
    ReceiveMessage: "message",
    SendReply: "message",
    SubmitDraft: "draft",
    AddNote: "note",
    AskPresence: "message",
    DisconnectIdle: "message",
    MakeCommitment: "commitment",
}
"""The field in which a command brings an id of its own."""

_LATER: Final = tuple(timedelta(seconds=seconds) for seconds in (*[0, 60, 3600] * 6, 86_400, -1))
"""How long after the last event a command is given, the likelier the more often; now and then time runs backwards."""

_LATE: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""A desk that works after this instant works at one instant, lest the calendar end."""


def _fresh(letter: str, *tables: Iterable[str]) -> str:
    taken = {row for table in tables for row in table}
    return next(row for number in count(1) if (row := f"{letter}{number}") not in taken)


def _kinds(house: House[View], file: CaseFile | None) -> list[type[Command]]:
    """What could be done about a case (None: about one that is still to come), the likelier the more often."""
    if file is None:
        likely: tuple[type[Command], ...] = (ReceiveMessage,) * 12
    elif file.offers is not None and file.offers.to(review=False) is not None:
        likely = (AcceptOffer, AcceptOffer, AcceptOffer, RejectOffer, ReceiveMessage)
    elif file.aftermath is not None and file.aftermath.undisposed:
        likely = (Dispose, Dispose, RelateRecord, OpenCase, ReceiveMessage)
    elif file.draft is not None:
        likely = (*TRIGGERS, ReceiveMessage)
    elif file.case.status is Status.RESOLVED:
        likely = (LeaveCase, LeaveCase, SetStatus, ReceiveMessage)
    elif file.case.assignee is None or file.case.status is Status.NEW:
        likely = (OpenCase, OpenCase, OfferWork, ReceiveMessage)
    elif file.contact is not None and file.contact.silence_since is not None and file.case.channel is Channel.CHAT:
        likely = (AskPresence, DisconnectIdle, EndContact, Authenticate, ReceiveMessage)
    else:
        likely = (SendReply, SubmitDraft, SetStatus, ReceiveMessage, EndContact, Authenticate, ReassignCase)
    return [*[kind for kind in likely if kind in house.commands] * 8, *house.commands]


def _people(desk: Desk, kind: type[Command], file: CaseFile | None) -> list[str]:
    """Those who could mean it, the likelier the more often."""
    if kind is ReceiveMessage:
        return [CUSTOMER]
    if kind in {OfferWork, ExpireOffer, ReleaseAbsent}:
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


def _moments(desk: Desk, file: CaseFile | None) -> list[datetime]:
    now = desk.now or T0
    later = [now + length for length in _LATER] if now < _LATE else [now]
    dues = () if file is None else desk.due(case=file.case.id)
    return later + [at for due in dues for at in (due.at, due.at + _LATER[-1]) if at >= now]


def _rows(desk: Desk, kind: type[Command], file: CaseFile | None) -> dict[str, list[Any]]:
    """What an id in a command about this case (None: about a new one) may name, by the field's name."""
    case, draft = file and file.case, file and file.draft
    rows: dict[str, list[Any]] = {
        "by": _people(desk, kind, file),
        "agent": sorted(desk.agents),
        "case": [case.id if case else "c0"],
        "thread": [case.thread if case else _fresh("t", desk.threads)],
        "customer": [case.customer] if case else [*sorted(desk.customers), _fresh("k", desk.customers)],
        "message": sorted(message.id for message in desk.messages.values() if case and message.case == case.id),
        "draft": [draft.id if draft else "d0"],
        "note": sorted(desk.notes),
        "commitment": sorted(desk.commitments),
        "in_reply_to": [None, *sorted(message.id for message in desk.messages.values() if message.author)],
        "record": ["r1"],
        "queue": [*desk.policy.queues],
        "new_case": [None, _fresh("c", desk.cases)],
        "tag": ["vip", "refund"],
    }
    if kind in _BRINGS:
        name = _BRINGS[kind]
        waiting = sorted(other.draft.id for other in desk.cases.values() if other.draft is not None)
        table = {"agent": desk.agents, "note": desk.notes, "commitment": desk.commitments}.get(name, desk.messages)
        # Not always an id that nobody has: two drafts may wait that want to become the same message.
        rows[name] = [_fresh(name[0], table, waiting)] * 3 + (waiting if table is desk.messages else [])
    return rows


def _words(desk: Desk, kind: type[Command], file: CaseFile | None, channel: Channel) -> dict[str, list[Any]]:
    """What else a command about a case on this channel may say, by the field's name."""
    queues = [*desk.policy.queues]
    words: dict[str, list[Any]] = {
        "at": _moments(desk, file),
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
        "tags": [frozenset(), frozenset({"vip"})],
        "capacity": [{}, {}, {"total": 3, "chat": 1}],
    }
    if kind is ReceiveMessage:
        filters = desk.policy.queues.values()
        words["channel"] = [channel]
        words["kind"] = [*getattr(desk.policy.channels, channel).kinds]
        words["reason"] = [None, *(reason for queue in filters for reason in queue.reasons)]
        words["language"] = [None, *(language for queue in filters for language in queue.languages)]
        words["auto_generated"] = [False] * 5 + [True]
    return words


def _left_out(draw: DrawFn, kind: type[Command], form: tuple[_Blank, ...]) -> set[str]:
    """The fields that the command leaves out."""
    if kind is ReceiveMessage:
        return set()  # on a new thread it must say who writes, and where
    aims = [blank.name for blank in form if blank.optional and blank.an_id]
    if len(aims) == 2:  # noqa: PLR2004 -- exactly one of the two: an agent or a queue, a case or a customer
        return {_pick(draw, aims)}
    return {blank.name for blank in form if blank.optional and _pick(draw, (True, False))}


@cache
def _place(count: int) -> SearchStrategy[int]:
    return st.integers(0, count - 1)


def _pick(draw: DrawFn, options: Sequence[T]) -> T:
    """One of them; the places are drawn, because a new `sampled_from` for each list takes much longer."""
    return options[0] if len(options) == 1 else options[draw(_place(len(options)))]


def commands(desk: Desk, house: House[View] = HOUSE) -> SearchStrategy[Command]:
    """A command that could be meant at this desk; often, but by no means always, it is accepted.

    Args:
        desk: Its rows are what the command speaks of.
        house: Its commands are drawn.
    """
    return _commands(desk, house)


@st.composite
def _commands(draw: DrawFn, desk: Desk, house: House[View]) -> Command:
    dues = [due.command for due in desk.due() if due.command is not None]
    if dues and _pick(draw, range(8)) == 0:
        due: Any = _pick(draw, dues)
        timely: Command = attrs.evolve(due, at=max(due.at, desk.now or due.at))
        return timely
    files = [desk.cases[case] for case in sorted(desk.cases)]
    file = _pick(draw, [None, *files, *[file for file in files if file.case.status is not Status.CLOSED] * 3])
    kind: Any = _pick(draw, _kinds(house, file))
    channel = _pick(draw, [*Channel]) if file is None else file.case.channel
    rows, words, form = _rows(desk, kind, file), _words(desk, kind, file, channel), _form(kind)
    left_out = _left_out(draw, kind, form)
    astray = _pick(draw, [*[None] * 7 * len(form), *form])  # one command in eight says something wild
    said: dict[str, Any] = {}
    for blank in form:
        options = (rows if blank.an_id else words).get(blank.name)
        if blank is astray or not options:
            said[blank.name] = draw(blank.anything)
        else:
            said[blank.name] = None if blank.name in left_out else _pick(draw, options)
    command: Command = kind(**said)
    return command


# Runs --------------------------------------------------------------------------------------------------


def runs(
    policy: Policy | None = None, house: House[View] = HOUSE, max_steps: int = 40
) -> SearchStrategy[tuple[Step, ...]]:
    """A desk at work: one command after the other, from a desk with nothing but a team; refused ones are kept too.

    Args:
        policy: The SOP in force; the default one if it is not given. `policies().flatmap(runs)` draws it as well.
        house: The rules that are asked.
        max_steps: The most commands there are besides those that bring the team.
    """
    return _runs(policy or Policy.default(), house, max_steps)


@st.composite
def _runs(draw: DrawFn, policy: Policy, house: House[View], max_steps: int) -> tuple[Step, ...]:
    desk = Desk(policy)
    steps: list[Step] = []
    for command in team_of(policy):
        steps.append(Step.of(desk, command, house))
        desk = steps[-1].after
    for _ in range(draw(st.integers(0, max_steps))):
        steps.append(Step.of(desk, draw(_commands(desk, house)), house))
        desk = steps[-1].after
    return tuple(steps)


def histories(policy: Policy | None = None, max_steps: int = 40) -> SearchStrategy[list[Event]]:
    """The events of a run, team included: replayed on `Desk(policy)`, they give its desk."""
    return runs(policy, max_steps=max_steps).map(lambda steps: [event for step in steps for event in step.events])


def desks(policy: Policy | None = None, max_steps: int = 40) -> SearchStrategy[Desk]:
    """A desk as a run leaves it."""
    return runs(policy, max_steps=max_steps).map(lambda steps: steps[-1].after)
