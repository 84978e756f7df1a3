"""What a step entails besides what was asked for, in words: a case goes to a queue, a draft goes stale.

Each sort of event that somebody may not expect has one sentence; it is empty where the command has said it already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from casecore.projections.history.vocabulary import WORDS
from casecore.promises.steps import Step
from casecore.reports.text import visible
from casecore.rooms.agents import AgentAvailable, AgentUnavailable, AgentWrapsUp, GoAvailable, GoUnavailable
from casecore.rooms.approvals import DraftSuperseded, DraftWentStale
from casecore.rooms.arrivals import CaseReopened, MessageNoted
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, CaseUnqueued, OpenCase
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.cases import CaseClosed, CaseStarted, CloseReason
from casecore.rooms.contacts import ContactEnded
from casecore.rooms.edits import EditMessage, MessageAwaited, MessageEdited
from casecore.rooms.joining import ThreadJoined
from casecore.rooms.logged_cases import CustomerJoined, LogCase
from casecore.rooms.merging import CustomerExtended
from casecore.rooms.offers import (
    AcceptOffer,
    OfferAccepted,
    OfferCommand,
    OfferRescinded,
    OfferWork,
    RescindOffer,
    Rescission,
    WorkOffered,
)
from casecore.rooms.outbound import StartOutbound
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import DutyDone, DutyLeft
from casecore.rooms.replies import ReplySent
from casecore.rooms.reviews import ReviewEnded
from casecore.rooms.silence import ChatDisconnected
from casecore.rooms.snoozes import SnoozeEnded
from casecore.rooms.wrap_ups import WrapUpOwed


def consequence_sentences(step: Step) -> Iterator[str]:
    """What a step entails besides what it says, one sentence each."""
    happened = {type(event): event for event in step.events}
    for kind, sentence in _CONSEQUENCES.items():
        if kind in happened:
            said = sentence(step, happened[kind], happened)
            if said:
                yield visible(said)


def work_text(work: OfferCommand | OfferWork | WorkOffered | OfferAccepted | OfferRescinded) -> str:
    """What is offered: the case, or the review of its draft."""
    return f"the review on {work.case}" if work.review else work.case


Happened: TypeAlias = Mapping[type, Any]


def _tell_start(step: Step, event: CaseStarted, _: Happened) -> str:
    if event.predecessor is None:
        return f"{event.case} starts in the queue {event.queue}"
    return f"{event.predecessor} is closed, so {event.case} starts in the queue {event.queue}"


def _tell_extension(_: Step, event: CustomerExtended, __: Happened) -> str:
    blocked = f", and {event.customer} is blocked" if event.blocked else ""
    return f"{', '.join(event.merged)} and {event.customer} are read as one{blocked}"


def _tell_note(_: Step, event: MessageNoted, __: Happened) -> str:
    return f"it stands in the history and changes nothing{': they are blocked' if event.blocked else ''}"


def _tell_edit(step: Step, event: MessageEdited, _: Happened) -> str:
    if event.late:
        return "it comes late: what is known already is newer"
    return "" if isinstance(step.command, EditMessage) else f"it says what it was edited to: “{event.text}”"


def _tell_queueing(step: Step, event: CaseQueued, happened: Happened) -> str:
    said = CaseStarted in happened or isinstance(step.command, ReassignCase)
    fetched = "" if event.push else ", offered to nobody"
    return "" if said else f"{event.case} waits in the queue {event.queue}{fetched}"


def _tell_assignment(step: Step, event: CaseAssigned, _: Happened) -> str:
    said = isinstance(step.command, OpenCase | AcceptOffer | StartOutbound | LogCase)
    return "" if said else f"{event.agent} holds {event.case} now"


def _tell_release(_: Step, event: CaseReleased, happened: Happened) -> str:
    return "" if CaseQueued in happened else f"nobody holds {event.case} now"


def _tell_sending(_: Step, event: ReplySent, __: Happened) -> str:
    return f"it is sent as {event.send_as} in the name of {event.author}" if event.reviewer is not None else ""


def _tell_offer(step: Step, event: WorkOffered, _: Happened) -> str:
    return "" if isinstance(step.command, OfferWork) else f"{work_text(event)} is offered to {event.agent}"


def _tell_acceptance(step: Step, event: OfferAccepted, _: Happened) -> str:
    return "" if isinstance(step.command, AcceptOffer) else f"that accepts the offer of {work_text(event)}"


def _tell_rescission(step: Step, event: OfferRescinded, _: Happened) -> str:
    if isinstance(step.command, RescindOffer):
        return ""
    return f"the offer of {work_text(event)} to {event.agent} is taken back: {WORDS[Rescission][event.because][0]}"


def _tell_availability(step: Step, event: AgentAvailable, _: Happened) -> str:
    return "" if isinstance(step.command, GoAvailable) else f"{event.agent} takes work again"


def _tell_wrapping_up(step: Step, event: AgentWrapsUp, _: Happened) -> str:
    comes_back = isinstance(step.command, GoAvailable | GoUnavailable)
    return f"{event.agent} wraps up first" if comes_back else ""


def _tell_keeping(_: Step, event: ContactEnded, __: Happened) -> str:
    return f"{event.case} stays with {event.agent} until it is disposed" if event.kept else ""


def _tell_closing(_: Step, event: CaseClosed, __: Happened) -> str:
    return f"{event.case} is closed as abandoned" if event.reason is CloseReason.ABANDONED else ""


def _tell_unavailability(step: Step, event: AgentUnavailable, _: Happened) -> str:
    if isinstance(step.command, GoUnavailable):
        return ""
    return f"{event.agent} takes no work now" + (f": {event.reason}" if event.reason else "")


def _tell_wrap_up(_: Step, event: WrapUpOwed, __: Happened) -> str:
    earlier = f"; {event.earlier_handler} handled it before" if event.earlier_handler is not None else ""
    return f"{event.agent} has {event.case} to dispose{earlier}"


def _tell_duty(_: Step, event: DutyLeft, __: Happened) -> str:
    return f"{event.agent} still has to relate {event.case} to: {', '.join(sorted(event.missing))}"


_CONSEQUENCES: Final[Mapping[type, Callable[[Step, Any, Happened], str]]] = MappingProxyType(
    {
        CaseStarted: _tell_start,
        ThreadJoined: lambda _, event, __: f"what is written on thread {event.thread} goes on in {event.case}",
        CaseReopened: lambda _, event, __: "" if event.merged is None else f"{event.case} is open again",
        MessageNoted: _tell_note,
        CustomerExtended: _tell_extension,
        MessageAwaited: lambda _, event, __: f"{event.message} has not come yet",
        MessageEdited: _tell_edit,
        CaseReleased: _tell_release,
        CaseAssigned: _tell_assignment,
        CaseQueued: _tell_queueing,
        CustomerJoined: lambda _, event, __: f"{event.case} was only logged, and goes on as any other",
        CaseUnqueued: lambda _, event, __: f"{event.case} waits no more",
        ReplySent: _tell_sending,
        ChatDisconnected: lambda _, event, __: f"the customer reads: “{event.text}”",
        OfferRescinded: _tell_rescission,
        WorkOffered: _tell_offer,
        OfferAccepted: _tell_acceptance,
        MessageBounced: lambda _, event, __: "the customer waits for an answer again" if event.waits_since else "",
        ReviewEnded: lambda _, event, __: f"{event.agent} reviews it no longer",
        SnoozeEnded: lambda _, event, __: "" if event.over else f"{event.case} is no longer snoozed",
        WrapUpOwed: _tell_wrap_up,
        DutyLeft: _tell_duty,
        DutyDone: lambda _, event, __: f"nothing is left to relate {event.case} to",
        AgentAvailable: _tell_availability,
        AgentUnavailable: _tell_unavailability,
        AgentWrapsUp: _tell_wrapping_up,
        ContactEnded: _tell_keeping,
        CaseClosed: _tell_closing,
        DraftWentStale: lambda _, event, __: f"draft {event.draft} is stale: it was written before this",
        DraftSuperseded: lambda _, event, __: f"draft {event.draft} is dropped: it was written before this",
    }
)
