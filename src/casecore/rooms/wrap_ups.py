"""Wrap-up: what an ended contact needs before its agent gets work again.

* On every channel, an ended contact needs a disposition **and** notes, as the policy says, but for one in which nobody
  ever answered. Until then its agent is **wrapping up**, and gets no work; everything else goes on. Cases with a
  contact undisposed are not closed by hand.
* With the last disposition the agent is available again by itself, or in the next state, if they have set one and hold
  nothing any more.
* A case whose customer ended the contact has stayed with its agent: its disposition **releases** it as leaving does.
  Nobody is rung for it then, unless it is escalated: it is found by whoever asks for work.
* **Email**: before disposing, the contact is related to what it needs (`relations.py`); where the policy lets the
  installer be added later, the disposition leaves a duty. A reply needs a subject.
* One that is left undone for `wrap_up.remind` is overdue: its agent and the supervisors are alerted.
* An email that answers a message of another agent was theirs to handle: whoever disposed it without transferring it
  to them names them in the notes, by id or by what they are called.
"""

from __future__ import annotations

import re

from casecore.channels import EMAIL, Channel
from casecore.kernel import (
    UNCONCERNED,
    Editing,
    Event,
    Probe,
    Reason,
    Room,
    Rule,
    Timer,
    Unconcerned,
    a_text,
    an_id,
    frozen,
)
from casecore.kernel.rooms import by_agent, measures, soft_rule, wants
from casecore.kernel.words import is_blank, same_form
from casecore.policies import Policy
from casecore.policies.sections import Proceeding, Relation, RelationsDue
from casecore.rooms.aftermath import (
    NOTHING_LEFT,
    Aftermath,
    CaseAndAftermath,
    HasAftermath,
    HasWrapUp,
    SeesWrapUp,
    WrapUp,
    wrap_up_id,
    wrap_up_of,
)
from casecore.rooms.agents import (
    DISPOSING,
    Agent,
    AgentAvailable,
    AgentUnavailable,
    AgentWrapsUp,
    Presence,
    is_supervisor,
)
from casecore.rooms.approvals import DraftEdited, DraftSubmitted
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import Release, agent_named, give_up_case
from casecore.rooms.cases import CaseClosed, CaseCommand, CaseStarted, CloseReason
from casecore.rooms.contacts import ContactEnded, is_kept
from casecore.rooms.relations import DutyLeft, missing_relations, needed_relations
from casecore.rooms.replies import ReplySent


def _earlier_handler_of(view: SeesWrapUp, _: Dispose) -> str | None:
    """Who handled the message that the customer answered: they may be named by what they are called."""
    return None if view.wrap_up is None else view.wrap_up.earlier_handler


REMINDER = Timer("a wrap-up is overdue", "wrap_up.remind", "wrap_up.ended_at", lambda _, policy: policy.wrap_up.remind)


# Commands ----------------------------------------------------------------------------------------------


@frozen
class Dispose(CaseCommand):
    """An ended contact gets its outcome.

    Attributes:
        code: One of the policy's codes.
        notes: What happened.
        agent: Whose contact it was, where a supervisor disposes it for them; otherwise who gives the command.
    """

    code: str = a_text(default="")
    notes: str = a_text(default="")
    agent: str | None = an_id(of="target", default=None)


# Events ------------------------------------------------------------------------------------------------


@frozen
class WrapUpOwed(Event):
    """An ended contact waits for its disposition."""

    wrap_up: str
    case: str
    agent: str
    channel: Channel
    because: str
    earlier_handler: str | None = None
    authenticated: bool = False


@frozen
class Disposed(Event):
    """An ended contact got its outcome."""

    wrap_up: str
    case: str
    agent: str
    code: str
    notes: str


# Needs -------------------------------------------------------------------------------------------------


def _wrap_up_owed(view: SeesWrapUp, command: Dispose, _: Policy) -> Reason | None:
    if view.wrap_up is not None:
        return None
    found = f"{command.agent or command.by} has no ended contact on case {command.case}"
    return Reason("wrap_up.owed", found, "if the contact goes on, end it first; it may have been disposed already")


# Rules -------------------------------------------------------------------------------------------------


def _wrap_up_is_theirs(view: SeesWrapUp, command: Dispose, _: Policy) -> Reason | None:
    if command.agent in (None, command.by) or is_supervisor(view.actor):
        return None
    return Reason("wrap_up.agent", f"the contact was {command.agent}'s", f"ask {command.agent} or a supervisor")


def _code_is_known(_: SeesWrapUp, command: Dispose, policy: Policy) -> Reason | Unconcerned | None:
    needed = policy.wrap_up
    if not command.code and not needed.disposition:
        return UNCONCERNED
    if command.code in needed.codes:
        return None
    found = f"{command.code!r} is no disposition" if command.code else "the disposition is missing"
    return Reason("wrap_up.disposition", found, f"choose one of {', '.join(needed.codes)}")


def _notes_suffice(_: SeesWrapUp, command: Dispose, policy: Policy) -> Reason | Unconcerned | None:
    if not policy.wrap_up.notes:
        return UNCONCERNED
    if not is_blank(command.notes):
        return None
    return Reason("wrap_up.notes", "the notes are missing", "say what happened")


@wants("aftermath")
@measures("missing")
def _relations_added(view: HasAftermath, _: Dispose, policy: Policy) -> Reason | Unconcerned | None:
    needed = needed_relations(view, view.aftermath, policy)
    if policy.email.complaint_relations_due is RelationsDue.AFTER_DISPOSITION:
        needed -= {Relation.INSTALLER}
    if not needed or view.case is None:
        return UNCONCERNED
    missing = needed - view.aftermath.related
    if not missing:
        return None
    names = ", ".join(sorted(missing))
    found, facts = f"case {view.case.id} is not related to: {names}", {"missing": tuple(sorted(missing))}
    return Reason("email.relations", found, "relate it first", facts, ("RelateRecord",))


@wants("wrap_up")
def _names_handler(view: HasWrapUp, command: Dispose, _: Policy) -> Reason | Unconcerned | None:
    handler = view.wrap_up.earlier_handler
    if handler is None:
        return UNCONCERNED
    name = view.handler.name if view.handler is not None else ""
    if any(_is_named(word, command.notes) for word in (handler, name) if not is_blank(word)):
        return None
    who = handler if is_blank(name) or same_form(name) == same_form(handler) else f"{handler} or {name}"
    return Reason(
        "email.earlier_handler",
        f"{handler} handled the message that the customer answered",
        f"transfer such emails to {handler}; having handled it, name {who} in the notes",
        {"handler": handler},
    )


def _is_named(word: str, notes: str) -> bool:
    """Whether notes name somebody: as a word of its own, compared as people mean it."""
    name, text = same_form(word), same_form(notes)
    before, after = (r"(?<!\w)" if _has_case(name[0]) else ""), (r"(?!\w)" if _has_case(name[-1]) else "")
    return re.search(before + re.escape(name) + after, text) is not None


def _has_case(letter: str) -> bool:
    """Whether a character belongs to a script whose words stand apart: letters that have a capital, and digits."""
    return letter != letter.upper() or letter.isdigit()


@wants("aftermath")
@measures("undisposed")
def _disposed_before_closing(view: HasAftermath, event: CaseClosed, _: Policy) -> Reason | Unconcerned | None:
    after = view.aftermath
    if event.reason is not CloseReason.BY_HAND:
        return UNCONCERNED
    if not after.undisposed:
        return None
    found = f"{after.undisposed} contact(s) of case {event.case} are not disposed"
    return Reason("wrap_up.blocks_close", found, "dispose them first", {"undisposed": after.undisposed}, DISPOSING)


def _has_subject(
    view: SeesWrapUp, event: ReplySent | DraftSubmitted | DraftEdited, policy: Policy
) -> Reason | Unconcerned | None:
    on_email = view.case is not None and view.case.channel is EMAIL
    if not on_email or not policy.email.subject_required:
        return UNCONCERNED
    if not is_blank(event.subject or ""):
        return None
    return Reason("email.subject_required", "the email has no subject", "give it one")


# Handlers and what follows -----------------------------------------------------------------------------


@wants("wrap_up")
def _dispose_contact(view: HasWrapUp, command: Dispose, policy: Policy) -> tuple[Event, ...]:
    c, row = command, view.wrap_up
    disposed = Disposed(c.by, c.at, row.id, c.case, row.agent, code=c.code, notes=c.notes)
    missing = missing_relations(view, policy)
    duty = (DutyLeft(c.by, c.at, c.case, row.agent, missing),) if missing else ()
    return (disposed, *duty)


def _wrap_up_begins(view: SeesWrapUp, event: ContactEnded, policy: Policy) -> tuple[Event, ...]:
    if not policy.wrap_up.required or event.because == Release.UNANSWERED:
        return _next_state(view, event, event.agent, contacts=1, wrap_ups=0)
    handler = view.aftermath.earlier_handler if view.aftermath and event.channel is EMAIL else None
    handler = None if handler == event.agent or event.because == "transferred" else handler
    owed = WrapUpOwed(
        event.by,
        event.at,
        wrap_up_id(event.case, event.agent),
        event.case,
        event.agent,
        channel=event.channel,
        because=event.because,
        earlier_handler=handler,
        authenticated=view.contact is not None and view.contact.authenticated and _asked_for_promises(view, policy),
    )
    agent = agent_named(view, event.agent)
    wraps_up = agent is not None and agent.available
    return (owed, AgentWrapsUp(event.by, event.at, event.agent)) if wraps_up else (owed,)


def _asked_for_promises(view: SeesWrapUp, policy: Policy) -> bool:
    """Whether who promises something in this wrap-up must have authenticated the customer."""
    needed = policy.authentication
    return view.case is not None and view.case.channel in needed.channels and Proceeding.COMMIT in needed.before


@wants("case")
def _after_disposition(view: CaseAndAftermath, event: Disposed, _: Policy) -> tuple[Event, ...]:
    stayed = is_kept(view) and view.case.assignee == event.agent
    release = give_up_case(view.case, event, Release.DISPOSED) if stayed else ()
    return (*release, *_state_asked_for(view, event, 1 if stayed else 0))


def _state_asked_for(view: SeesWrapUp, event: Disposed, released: int) -> tuple[Event, ...]:
    """The state that an agent reaches with their last disposition."""
    agent = agent_named(view, event.agent)
    if agent is None or agent.wrap_ups > 1:
        return ()
    next_state = _next_state(view, event, agent.id, contacts=released, wrap_ups=1)
    available = (AgentAvailable(event.by, event.at, agent.id),) if agent.presence is Presence.WRAPPING_UP else ()
    return next_state or available


def _next_state(view: SeesWrapUp, event: Event, agent_id: str, *, contacts: int, wrap_ups: int) -> tuple[Event, ...]:
    """The next state is reached if this was all that the agent held and owed."""
    agent = agent_named(view, agent_id)
    if agent is None or agent.next_reason is None or (agent.contacts, agent.wrap_ups) != (contacts, wrap_ups):
        return ()
    return (AgentUnavailable(event.by, event.at, agent.id, agent.next_reason),)


# Evolve ------------------------------------------------------------------------------------------------


def _new_aftermath(_: CaseStarted) -> Aftermath:
    return NOTHING_LEFT


def _wrap_up(event: WrapUpOwed) -> WrapUp:
    return WrapUp(
        id=event.wrap_up,
        case=event.case,
        agent=event.agent,
        channel=event.channel,
        ended_at=event.at,
        because=event.because,
        earlier_handler=event.earlier_handler,
        authenticated=event.authenticated,
    )


def _one_owed(after: Editing, _: WrapUpOwed) -> None:
    after.undisposed += 1


def _one_disposed(after: Editing, _: Disposed) -> None:
    after.undisposed -= 1


def _count_wrap_up(agent: Editing, _: WrapUpOwed) -> None:
    agent.wrap_ups += 1


def _owes_less(agent: Editing, event: Disposed) -> None:
    agent.wrap_ups -= 1
    agent.idle_since = event.at


def _set_earlier_handler(after: Editing, event: MessageReceived) -> None:
    after.earlier_handler = event.answers


_EMAILS = (ReplySent, DraftSubmitted, DraftEdited)

WRAP_UPS: Room[SeesWrapUp] = Room(
    name="wrap_ups",
    needs=(
        Rule("actor.role", "Only an agent disposes", "§6", (Dispose,), by_agent),
        Rule("wrap_up.owed", "A contact has ended and is not disposed", "§6", (Dispose,), _wrap_up_owed),
    ),
    rules=(
        Rule("wrap_up.agent", "A contact is disposed by whose it was", "§6", (Dispose,), _wrap_up_is_theirs),
        Rule(
            "wrap_up.disposition", "An ended contact needs a disposition", "§6", (Dispose,), _code_is_known, ("code",)
        ),
        Rule("wrap_up.notes", "An ended contact needs notes", "§6", (Dispose,), _notes_suffice, ("notes",)),
        soft_rule(
            "email.relations", "An email's contact is related before it is disposed", "§6", (Dispose,), _relations_added
        ),
        soft_rule(
            "email.earlier_handler", "Who handled it before is named", "§3", (Dispose,), _names_handler, ("notes",)
        ),
        soft_rule(
            "wrap_up.blocks_close",
            "An undisposed contact blocks closing by hand",
            "§6",
            (CaseClosed,),
            _disposed_before_closing,
        ),
        soft_rule("email.subject_required", "An email has a subject", "§6", _EMAILS, _has_subject, ("subject",)),
    ),
    decide={Dispose: _dispose_contact},
    follows={ContactEnded: _wrap_up_begins, Disposed: _after_disposition},
    creates={(Aftermath, CaseStarted): _new_aftermath, (WrapUp, WrapUpOwed): _wrap_up},
    evolve={
        (Aftermath, WrapUpOwed): _one_owed,
        (Aftermath, Disposed): _one_disposed,
        (Aftermath, MessageReceived): _set_earlier_handler,
        (Agent, WrapUpOwed): _count_wrap_up,
        (Agent, Disposed): _owes_less,
    },
    removes=frozenset({(WrapUp, Disposed)}),
    shows={Dispose: {"wrap_up": wrap_up_of, "handler": _earlier_handler_of}},
    timers=(REMINDER,),
    probes=(Probe("dispose", Dispose, asks=("code", "notes")),),
)
