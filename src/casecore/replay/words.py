"""Commands in words: what a support manager reads when somebody replays a day.

Each command has one sentence, and what it carries (the text of a message, of a note, of a reason) is quoted beside it.
What a step entails besides what was asked for is told in a sentence of its own: a case goes to a queue, a draft goes
stale. A command of a host's own that is not listed here is told by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from casecore.channels import PUBLIC, MessageKind
from casecore.kernel import CUSTOMER, SYSTEM, Command
from casecore.projections.history.vocabulary import WORDS, class_in_words
from casecore.promises.steps import Step
from casecore.replay import ReplayedLine, Tally
from casecore.reports.text import plural, visible
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import (
    AddAgent,
    AgentUnavailable,
    ChangeAgent,
    ClearNextState,
    GoAvailable,
    GoUnavailable,
    LogOut,
    SetNextState,
)
from casecore.rooms.approvals import (
    ApproveDraft,
    DraftSuperseded,
    DraftWentStale,
    EditDraft,
    ReassignDraft,
    RefuseDraft,
    SubmitDraft,
    WithdrawDraft,
)
from casecore.rooms.arrivals import MessageNoted, ReceiveMessage
from casecore.rooms.assignments import (
    CaseAssigned,
    CaseQueued,
    CaseReleased,
    CaseUnqueued,
    LeaveCase,
    OpenCase,
)
from casecore.rooms.cases import CaseStarted, CloseCase, CloseReason, SetStatus
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment, RescheduleCommitment
from casecore.rooms.contacts import Authenticate, EndContact
from casecore.rooms.notes import AddNote, AddTag, DeleteNote, EditNote, RemoveTag, SetSentiment
from casecore.rooms.offers import (
    AcceptOffer,
    ExpireOffer,
    OfferAccepted,
    OfferRescinded,
    OfferWork,
    RejectOffer,
    RescindOffer,
    Rescission,
    WorkOffered,
)
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.reviews import ReviewEnded, TakeReview
from casecore.rooms.silence import AskPresence, ChatDisconnected, DisconnectIdle
from casecore.rooms.sla import SetLevel
from casecore.rooms.threads import RecordCustomer
from casecore.rooms.wrap_ups import Dispose, DutyDone, DutyLeft, FlagCase, RelateRecord, WrapUpOwed

_Said: TypeAlias = tuple[str, str]
"""What somebody does, and the words that they use."""


QUOTED: Final = 1000
"""More of a text than fits on any screen, in characters; what comes after is not even looked at."""


def step_sentence(step: Step) -> _Said:
    """A step in words: who does what, and the text it carries.

    Args:
        step: The step, with the desk before it, which knows the customers' names.
    """
    kind = type(step.command)
    what, words = _SENTENCES[kind](step) if kind in _SENTENCES else (f"{_who(step)} gives {class_in_words(kind)}", "")
    return visible(what), visible(words[:QUOTED])


def consequences(step: Step) -> Iterator[str]:
    """What a step entails besides what it says, one sentence each."""
    happened = {type(event): event for event in step.events}
    for kind, sentence in _CONSEQUENCES.items():
        if kind in happened:
            said = sentence(step, happened[kind], happened)
            if said:
                yield visible(said)


def status_change(step: Step) -> str:
    """What became of the case's status; nothing where the step is about no case that is there then."""
    was, now = step.status(step.before), step.status(step.after)
    if now is None:
        return ""
    if was is None:
        return f"starts as {now}"
    return f"{now}" if was is now else f"{was} → {now}"


def expectation(step: ReplayedLine) -> str:
    """What the day expects of a step, and what the desk answered."""
    expected = step.expect if isinstance(step.expect, str) else _refused_by(step.expect)
    came = "accepted" if step.accepted else _refused_by({reason.rule for reason in step.reasons})
    return f"should be {expected}, was {came}"


def tally_text(tally: Tally) -> str:
    """How many steps there were, and what became of them."""
    warned = f", {tally.warned} of them with a warning" if tally.warned else ""
    return f"{plural(tally.steps, 'step')}: {tally.accepted} accepted{warned}, {tally.refused} refused."


def day_ending(tally: Tally) -> str:
    """Whether the day went as it expects."""
    if tally.otherwise:
        return f"{plural(tally.otherwise, 'step')} went otherwise than expected."
    return "Every step went as expected." if tally.steps else "The day has no steps."


def _refused_by(rules: AbstractSet[str]) -> str:
    return f"refused by {visible(', '.join(sorted(rules)))}"


# Who and what ------------------------------------------------------------------------------------------


def _who(step: Step) -> str:
    by = step.command.by
    return {CUSTOMER: "the customer", SYSTEM: "the system"}.get(by, by)


def _place(command: Any) -> str:
    """Where a case or a review goes."""
    if command.agent is not None:
        return str(command.agent)
    return f"the queue {command.queue}" if command.queue is not None else "nobody"


def customer_name(step: Step, customer: str | None) -> str:
    """What a customer is called: by name if the desk knows it, else by id."""
    known = step.after.customers.get(customer) if customer is not None else None
    return (known.name if known is not None else None) or customer or "somebody"


# A sentence for each command -------------------------------------------------------------------------


def _message(step: Step) -> _Said:
    c: Any = step.command
    thread = step.before.threads.get(c.thread)
    name = c.name or customer_name(step, c.customer or (thread.customer if thread else None))
    place = c.channel or (thread.channel if thread else "an unknown thread")
    channel, by = place.replace("_", " "), "on" if place in PUBLIC else "by"
    if c.auto_generated:
        return f"a machine answers for {name} {by} {channel}", c.text
    verb = {
        MessageKind.DIRECT: f"writes {by} {channel}",
        MessageKind.POST: f"posts on {channel}",
        MessageKind.COMMENT: f"comments on {channel}",
        MessageKind.MENTION: f"mentions us on {channel}",
        MessageKind.LIKE: f"likes it on {channel}",
    }[c.kind]
    return f"{name} {verb}", c.text


def _agent_added(step: Step) -> _Said:
    return f"{_who(step)} adds agent {_record(step.command)}", ""


def _agent_changed(step: Step) -> _Said:
    return f"{_who(step)} changes agent {_record(step.command)}", ""


def _record(c: Any) -> str:
    """An agent's id, and what the command says about them."""
    limits = [f"{limit} {name}" for name, limit in (c.capacity or {}).items()]
    said = (("may", c.permissions), ("serves", c.queues), ("works on", c.channels), ("holds at most", limits))
    about = [f"{verb} {', '.join(sorted(words))}" for verb, words in said if words]
    return f"{c.agent}: {'; '.join(about)}" if about else str(c.agent)


def _availability(step: Step) -> _Said:
    c: Any = step.command
    there = isinstance(c, GoAvailable)
    if c.by == c.agent:
        return f"{c.agent} {'takes work' if there else 'takes no work'}", getattr(c, "reason", "")
    return f"{_who(step)} lets {c.agent} take {'work' if there else 'no work'}", getattr(c, "reason", "")


def _leaving(step: Step) -> _Said:
    c: Any = step.command
    return f"{_who(step)} {'logs out' if c.by == c.agent else f'logs {c.agent} out'}", ""


def _next_state(step: Step) -> _Said:
    c: Any = step.command
    whom = "" if c.by == c.agent else f" of {c.agent}"
    if isinstance(c, ClearNextState):
        return f"{_who(step)} clears the next state{whom}", ""
    return f"{_who(step)} sets a next state{whom}", c.reason


def _work(c: Any) -> str:
    """What is offered: the case, or the review of its draft."""
    return f"the review on {c.case}" if c.review else str(c.case)


def _offering(pattern: str, words: str | None = None) -> Callable[[Step], _Said]:
    """A sentence about an offer; `to` is whom the work is offered to before the step."""

    def say(step: Step) -> _Said:
        c: Any = step.command
        file = step.before.cases.get(c.case)
        to = file.offers.to(review=c.review) if file is not None and file.offers is not None else None
        what = pattern.format(who=_who(step), c=c, work=_work(c), to=to or "anybody")
        return what, getattr(c, words) if words else ""

    return say


def _opening(step: Step) -> _Said:
    takes = any(isinstance(event, CaseAssigned) for event in step.events)
    return f"{_who(step)} opens {step.case}" + (" and takes it" if takes else ""), ""


def _approving(step: Step) -> _Said:
    c: Any = step.command
    return f"{_who(step)} approves draft {c.draft} on {c.case}" + (
        ", having seen the new message" if c.seen else ""
    ), ""


def _closing(step: Step) -> _Said:
    c: Any = step.command
    how = {CloseReason.BY_HAND: "", CloseReason.AUTOMATIC: " automatically"}.get(c.reason, f" as {c.reason}")
    return f"{_who(step)} closes {c.case}{how}", ""


def _noting(step: Step) -> _Said:
    c: Any = step.command
    on = c.case if c.case is not None else f"customer {customer_name(step, c.customer)}"
    return f"{_who(step)} writes a note on {on}", c.text


def _recording(step: Step) -> _Said:
    c: Any = step.command
    known = [*(["name"] if c.name is not None else []), *c.profile]
    return f"{_who(step)} records of customer {customer_name(step, c.customer)}: {', '.join(known) or 'nothing'}", ""


def _consenting(step: Step) -> _Said:
    c: Any = step.command
    what = "opts in to messages on WhatsApp" if c.opted_in else "wants no more messages on WhatsApp"
    return f"{_who(step)} notes that {customer_name(step, c.customer)} {what}", c.note


def _writing_first(step: Step) -> _Said:
    c: Any = step.command
    thread = step.before.threads.get(c.thread)
    name = c.name or customer_name(step, c.customer or (thread.customer if thread else None))
    channel = (c.channel or (thread.channel if thread else "an unknown thread")).replace("_", " ")
    how = " for approval" if c.for_approval else ""
    made = f" with {c.template}" if c.template is not None else ""
    return f"{_who(step)} writes first to {name} by {channel}{made}{how}", c.text


def _replying(step: Step) -> _Said:
    c: Any = step.command
    made = f" with {c.template}" if c.template is not None else ""
    return f"{_who(step)} replies to {c.case} as {c.send_as}{made}", c.text


def _promising(step: Step) -> _Said:
    c: Any = step.command
    return f"{_who(step)} promises {c.commitment} on {c.case} for {_moment(c.due, c.at)}", c.what


def _promise_moved(step: Step) -> _Said:
    c: Any = step.command
    return f"{_who(step)} moves commitment {c.commitment} to {_moment(c.due, c.at)}", ""


def _moment(due: datetime, at: datetime) -> str:
    due, at = due.astimezone(UTC), at.astimezone(UTC)
    return f"{due:%H:%M}" if due.date() == at.date() else f"{due.day} {due:%b %H:%M}"


def _disposing(step: Step) -> _Said:
    c: Any = step.command
    whose = "" if c.agent in (None, c.by) else f" for {c.agent}"
    return f"{_who(step)} disposes {c.case}{whose}" + (f" as {c.code}" if c.code else ""), c.notes


def _flagging(step: Step) -> _Said:
    c: Any = step.command
    flags = (("a complaint", c.complaint), ("of an account case", c.account_case))
    said = [f"{'' if given else 'not '}{flag}" for flag, given in flags if given is not None]
    return f"{_who(step)} marks {c.case} as {' and '.join(said) or 'before'}", ""


def _tagging(verb: str) -> Callable[[Step], _Said]:
    def say(step: Step) -> _Said:
        c: Any = step.command
        on = c.case if c.message is None else f"message {c.message} of {c.case}"
        return f"{_who(step)} {verb} {on}", c.tag

    return say


def _sentence(pattern: str, words: str | None = None) -> Callable[[Step], _Said]:
    """A sentence whose blanks are `who` and the command's fields; `words` names the field that is quoted."""

    def say(step: Step) -> _Said:
        c = step.command
        return pattern.format(who=_who(step), c=c), (getattr(c, words) or "") if words else ""

    return say


def _aimed(pattern: str) -> Callable[[Step], _Said]:
    """The same for what goes to an agent or a queue, with the note that goes with it."""

    def say(step: Step) -> _Said:
        c: Any = step.command
        return pattern.format(who=_who(step), c=c, to=_place(c)), c.note

    return say


_SENTENCES: Final[Mapping[type[Command], Callable[[Step], _Said]]] = MappingProxyType(
    {
        AddAgent: _agent_added,
        ChangeAgent: _agent_changed,
        GoAvailable: _availability,
        GoUnavailable: _availability,
        LogOut: _leaving,
        SetNextState: _next_state,
        ClearNextState: _next_state,
        ReleaseAbsent: _sentence("{who} takes {c.case} from whoever is gone"),
        RecordCustomer: _recording,
        ReceiveMessage: _message,
        OpenCase: _opening,
        LeaveCase: _sentence("{who} leaves {c.case}"),
        OfferWork: _offering("{who} offers {work} to {c.agent}"),
        AcceptOffer: _offering("{who} accepts {work}"),
        RejectOffer: _offering("{who} rejects {work}", "reason"),
        ExpireOffer: _offering("{who} lets the offer of {work} to {to} time out"),
        RescindOffer: _offering("{who} takes the offer of {work} to {to} back", "reason"),
        TakeReview: _sentence("{who} takes the review on {c.case}"),
        ReassignCase: _aimed("{who} gives {c.case} to {to}"),
        RecordConsent: _consenting,
        StartOutbound: _writing_first,
        SendReply: _replying,
        SetStatus: _sentence("{who} sets {c.case} to {c.status}"),
        CloseCase: _closing,
        Authenticate: _sentence("{who} authenticates the customer of {c.case}"),
        AskPresence: _sentence("{who} asks on {c.case} whether the customer is there", "text"),
        DisconnectIdle: _sentence("{who} disconnects the silent chat of {c.case}"),
        EndContact: _sentence("{who} ends the contact on {c.case}"),
        Dispose: _disposing,
        FlagCase: _flagging,
        RelateRecord: _sentence("{who} relates {c.case} to {c.relation} {c.record}"),
        MakeCommitment: _promising,
        FulfilCommitment: _sentence("{who} fulfils commitment {c.commitment}"),
        RescheduleCommitment: _promise_moved,
        SetLevel: _sentence("{who} sets the level of {c.case} to {c.level}"),
        AddNote: _noting,
        EditNote: _sentence("{who} rewrites note {c.note}", "text"),
        DeleteNote: _sentence("{who} deletes note {c.note}"),
        AddTag: _tagging("tags"),
        RemoveTag: _tagging("takes a tag from"),
        SetSentiment: _sentence("{who} marks message {c.message} of {c.case} as {c.sentiment}"),
        SubmitDraft: _sentence("{who} submits draft {c.draft} on {c.case} as {c.send_as}", "text"),
        EditDraft: _sentence("{who} edits draft {c.draft} on {c.case}", "text"),
        ReassignDraft: _aimed("{who} gives the review of draft {c.draft} to {to}"),
        ApproveDraft: _approving,
        RefuseDraft: _sentence("{who} refuses draft {c.draft} on {c.case}", "reason"),
        WithdrawDraft: _sentence("{who} withdraws draft {c.draft} on {c.case}"),
    }
)

# A sentence for each consequence ---------------------------------------------------------------------

Happened: TypeAlias = Mapping[type, Any]


def _started(step: Step, event: CaseStarted, _: Happened) -> str:
    if event.predecessor is None:
        return f"{event.case} starts in the queue {event.queue}"
    return f"{event.predecessor} is closed, so {event.case} starts in the queue {event.queue}"


def _queued(step: Step, event: CaseQueued, happened: Happened) -> str:
    said = CaseStarted in happened or isinstance(step.command, ReassignCase)
    return "" if said else f"{event.case} waits in the queue {event.queue}"


def _assigned(step: Step, event: CaseAssigned, _: Happened) -> str:
    said = isinstance(step.command, OpenCase | AcceptOffer | StartOutbound)
    return "" if said else f"{event.agent} holds {event.case} now"


def _released(_: Step, event: CaseReleased, happened: Happened) -> str:
    return "" if CaseQueued in happened else f"nobody holds {event.case} now"


def _sent(_: Step, event: ReplySent, __: Happened) -> str:
    return f"it is sent as {event.send_as} in the name of {event.author}" if event.reviewer is not None else ""


def _offered(step: Step, event: WorkOffered, _: Happened) -> str:
    return "" if isinstance(step.command, OfferWork) else f"{_work(event)} is offered to {event.agent}"


def _accepted(step: Step, event: OfferAccepted, _: Happened) -> str:
    return "" if isinstance(step.command, AcceptOffer) else f"that accepts the offer of {_work(event)}"


def _rescinded(step: Step, event: OfferRescinded, _: Happened) -> str:
    if isinstance(step.command, RescindOffer):
        return ""
    return f"the offer of {_work(event)} to {event.agent} is taken back: {WORDS[Rescission][event.because][0]}"


def _unavailable(step: Step, event: AgentUnavailable, _: Happened) -> str:
    if isinstance(step.command, GoUnavailable):
        return ""
    return f"{event.agent} takes no work now" + (f": {event.reason}" if event.reason else "")


def _owed(_: Step, event: WrapUpOwed, __: Happened) -> str:
    earlier = f"; {event.earlier_handler} handled it before" if event.earlier_handler is not None else ""
    return f"{event.agent} has {event.case} to dispose{earlier}"


def _duty(_: Step, event: DutyLeft, __: Happened) -> str:
    return f"{event.agent} still has to relate {event.case} to: {', '.join(sorted(event.missing))}"


_CONSEQUENCES: Final[Mapping[type, Callable[[Step, Any, Happened], str]]] = MappingProxyType(
    {
        CaseStarted: _started,
        MessageNoted: lambda *_: "it stands in the history and changes nothing",
        CaseReleased: _released,
        CaseAssigned: _assigned,
        CaseQueued: _queued,
        CaseUnqueued: lambda _, event, __: f"{event.case} waits no more",
        ReplySent: _sent,
        ChatDisconnected: lambda _, event, __: f"the customer reads: “{event.text}”",
        OfferRescinded: _rescinded,
        WorkOffered: _offered,
        OfferAccepted: _accepted,
        ReviewEnded: lambda _, event, __: f"{event.agent} reviews it no longer",
        WrapUpOwed: _owed,
        DutyLeft: _duty,
        DutyDone: lambda _, event, __: f"nothing is left to relate {event.case} to",
        AgentUnavailable: _unavailable,
        DraftWentStale: lambda _, event, __: f"draft {event.draft} is stale: it was written before this",
        DraftSuperseded: lambda _, event, __: f"draft {event.draft} is dropped: it was written before this",
    }
)
