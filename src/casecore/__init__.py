"""A support desk's standard operating procedure as software.

Every name is loaded when it is first used, so importing `casecore` itself costs next to nothing. What a name means is
told in the file it comes from, which is named beside it below.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from casecore._version import __version__ as __version__

if TYPE_CHECKING:
    from casecore.absences import ReleaseAbsent as ReleaseAbsent
    from casecore.agenda import Agenda as Agenda
    from casecore.agents import AddAgent as AddAgent
    from casecore.agents import Agent as Agent
    from casecore.agents import AgentAdded as AgentAdded
    from casecore.agents import AgentAvailable as AgentAvailable
    from casecore.agents import AgentChanged as AgentChanged
    from casecore.agents import AgentLoggedOut as AgentLoggedOut
    from casecore.agents import AgentUnavailable as AgentUnavailable
    from casecore.agents import ChangeAgent as ChangeAgent
    from casecore.agents import ClearNextState as ClearNextState
    from casecore.agents import GoAvailable as GoAvailable
    from casecore.agents import GoUnavailable as GoUnavailable
    from casecore.agents import LogOut as LogOut
    from casecore.agents import NextStateCleared as NextStateCleared
    from casecore.agents import NextStateSet as NextStateSet
    from casecore.agents import Permission as Permission
    from casecore.agents import Presence as Presence
    from casecore.agents import SetNextState as SetNextState
    from casecore.approvals import DRAFT_LIFECYCLE as DRAFT_LIFECYCLE
    from casecore.approvals import ApproveDraft as ApproveDraft
    from casecore.approvals import DraftApproved as DraftApproved
    from casecore.approvals import DraftEdited as DraftEdited
    from casecore.approvals import DraftRefused as DraftRefused
    from casecore.approvals import DraftStatus as DraftStatus
    from casecore.approvals import DraftSubmitted as DraftSubmitted
    from casecore.approvals import DraftSuperseded as DraftSuperseded
    from casecore.approvals import DraftWentStale as DraftWentStale
    from casecore.approvals import DraftWithdrawn as DraftWithdrawn
    from casecore.approvals import EditDraft as EditDraft
    from casecore.approvals import ReassignDraft as ReassignDraft
    from casecore.approvals import RefuseDraft as RefuseDraft
    from casecore.approvals import ReviewReassigned as ReviewReassigned
    from casecore.approvals import SubmitDraft as SubmitDraft
    from casecore.approvals import WaitingDraft as WaitingDraft
    from casecore.approvals import WithdrawDraft as WithdrawDraft
    from casecore.arrivals import CaseReopened as CaseReopened
    from casecore.arrivals import MessageNoted as MessageNoted
    from casecore.arrivals import MessageReceived as MessageReceived
    from casecore.arrivals import ReceiveMessage as ReceiveMessage
    from casecore.arrivals import SuccessorStarted as SuccessorStarted
    from casecore.assignments import CaseAssigned as CaseAssigned
    from casecore.assignments import CaseQueued as CaseQueued
    from casecore.assignments import CaseReleased as CaseReleased
    from casecore.assignments import CaseUnqueued as CaseUnqueued
    from casecore.assignments import LeaveCase as LeaveCase
    from casecore.assignments import OpenCase as OpenCase
    from casecore.assignments import Release as Release
    from casecore.assignments import WorkBegun as WorkBegun
    from casecore.calendars import Calendar as Calendar
    from casecore.calendars import CalendarError as CalendarError
    from casecore.cases import Case as Case
    from casecore.cases import CaseClosed as CaseClosed
    from casecore.cases import CaseStarted as CaseStarted
    from casecore.cases import CloseCase as CloseCase
    from casecore.cases import CloseReason as CloseReason
    from casecore.cases import SetStatus as SetStatus
    from casecore.cases import StatusSet as StatusSet
    from casecore.channels import Channel as Channel
    from casecore.channels import Consent as Consent
    from casecore.channels import MessageKind as MessageKind
    from casecore.channels import TemplateKind as TemplateKind
    from casecore.commitments import Commitment as Commitment
    from casecore.commitments import CommitmentFulfilled as CommitmentFulfilled
    from casecore.commitments import CommitmentMade as CommitmentMade
    from casecore.commitments import CommitmentRescheduled as CommitmentRescheduled
    from casecore.commitments import FulfilCommitment as FulfilCommitment
    from casecore.commitments import MakeCommitment as MakeCommitment
    from casecore.commitments import RescheduleCommitment as RescheduleCommitment
    from casecore.composition import HOUSE as HOUSE
    from casecore.composition import RULES as RULES
    from casecore.composition import CaseFile as CaseFile
    from casecore.composition import View as View
    from casecore.contacts import CONTACT_LIFECYCLE as CONTACT_LIFECYCLE
    from casecore.contacts import Authenticate as Authenticate
    from casecore.contacts import Authenticated as Authenticated
    from casecore.contacts import Contact as Contact
    from casecore.contacts import ContactEnded as ContactEnded
    from casecore.contacts import ContactStarted as ContactStarted
    from casecore.contacts import ContactStatus as ContactStatus
    from casecore.contacts import EndContact as EndContact
    from casecore.customer_card import CustomerCard as CustomerCard
    from casecore.desk import Action as Action
    from casecore.desk import Desk as Desk
    from casecore.desk import Due as Due
    from casecore.history import Line as Line
    from casecore.history import UnknownLanguage as UnknownLanguage
    from casecore.house import House as House
    from casecore.inbox import Inbox as Inbox
    from casecore.inbox import Inboxes as Inboxes
    from casecore.kernel import CUSTOMER as CUSTOMER
    from casecore.kernel import SYSTEM as SYSTEM
    from casecore.kernel import Accepted as Accepted
    from casecore.kernel import CasecoreError as CasecoreError
    from casecore.kernel import Command as Command
    from casecore.kernel import CommandError as CommandError
    from casecore.kernel import CommandRefused as CommandRefused
    from casecore.kernel import Deviated as Deviated
    from casecore.kernel import Enforcement as Enforcement
    from casecore.kernel import Event as Event
    from casecore.kernel import MissingRow as MissingRow
    from casecore.kernel import Probe as Probe
    from casecore.kernel import Reason as Reason
    from casecore.kernel import Refused as Refused
    from casecore.kernel import Room as Room
    from casecore.kernel import Rule as Rule
    from casecore.kernel import Timer as Timer
    from casecore.kernel import Verdict as Verdict
    from casecore.machines import Edge as Edge
    from casecore.machines import InvalidTable as InvalidTable
    from casecore.machines import StateTable as StateTable
    from casecore.notes import AddNote as AddNote
    from casecore.notes import AddTag as AddTag
    from casecore.notes import CaseTagged as CaseTagged
    from casecore.notes import CaseUntagged as CaseUntagged
    from casecore.notes import DeleteNote as DeleteNote
    from casecore.notes import EditNote as EditNote
    from casecore.notes import MessageTagged as MessageTagged
    from casecore.notes import MessageUntagged as MessageUntagged
    from casecore.notes import Note as Note
    from casecore.notes import NoteAdded as NoteAdded
    from casecore.notes import NoteDeleted as NoteDeleted
    from casecore.notes import NoteEdited as NoteEdited
    from casecore.notes import RemoveTag as RemoveTag
    from casecore.notes import SentimentSet as SentimentSet
    from casecore.notes import SetSentiment as SetSentiment
    from casecore.notifications import Alert as Alert
    from casecore.notifications import AlertSettings as AlertSettings
    from casecore.notifications import Notification as Notification
    from casecore.offers import OFFER_LIFECYCLE as OFFER_LIFECYCLE
    from casecore.offers import AcceptOffer as AcceptOffer
    from casecore.offers import ExpireOffer as ExpireOffer
    from casecore.offers import OfferAccepted as OfferAccepted
    from casecore.offers import OfferDeclined as OfferDeclined
    from casecore.offers import OfferRescinded as OfferRescinded
    from casecore.offers import Offers as Offers
    from casecore.offers import OfferStatus as OfferStatus
    from casecore.offers import OfferWork as OfferWork
    from casecore.offers import RejectOffer as RejectOffer
    from casecore.offers import RescindOffer as RescindOffer
    from casecore.offers import Rescission as Rescission
    from casecore.offers import WorkOffered as WorkOffered
    from casecore.outbound import ConsentRecorded as ConsentRecorded
    from casecore.outbound import RecordConsent as RecordConsent
    from casecore.outbound import StartOutbound as StartOutbound
    from casecore.policies import Policy as Policy
    from casecore.policies import PolicyError as PolicyError
    from casecore.prepared import PreparedText as PreparedText
    from casecore.queries import QueryError as QueryError
    from casecore.reassignments import ReassignCase as ReassignCase
    from casecore.replies import ReplySent as ReplySent
    from casecore.replies import SendReply as SendReply
    from casecore.reviews import ReviewEnded as ReviewEnded
    from casecore.reviews import ReviewTaken as ReviewTaken
    from casecore.reviews import TakeReview as TakeReview
    from casecore.routing import Candidate as Candidate
    from casecore.routing import Explanation as Explanation
    from casecore.routing import Work as Work
    from casecore.routing import explain_route as explain_route
    from casecore.routing import next_for as next_for
    from casecore.routing import next_offer as next_offer
    from casecore.routing import route as route
    from casecore.routing_index import Router as Router
    from casecore.search import Archive as Archive
    from casecore.search import CaseSummary as CaseSummary
    from casecore.search import Page as Page
    from casecore.silence import AskPresence as AskPresence
    from casecore.silence import ChatDisconnected as ChatDisconnected
    from casecore.silence import DisconnectIdle as DisconnectIdle
    from casecore.silence import PresenceAsked as PresenceAsked
    from casecore.sla import Clock as Clock
    from casecore.sla import Clocks as Clocks
    from casecore.sla import ClockState as ClockState
    from casecore.sla import LevelSet as LevelSet
    from casecore.sla import SetLevel as SetLevel
    from casecore.sla import SolutionPaused as SolutionPaused
    from casecore.sla import SolutionReached as SolutionReached
    from casecore.sla import SolutionResumed as SolutionResumed
    from casecore.sla import SolutionUndone as SolutionUndone
    from casecore.sla import first_response as first_response
    from casecore.sla import solution as solution
    from casecore.statuses import CASE_LIFECYCLE as CASE_LIFECYCLE
    from casecore.statuses import Status as Status
    from casecore.statuses import Trigger as Trigger
    from casecore.threads import Customer as Customer
    from casecore.threads import CustomerMet as CustomerMet
    from casecore.threads import CustomerRecorded as CustomerRecorded
    from casecore.threads import Feeling as Feeling
    from casecore.threads import Message as Message
    from casecore.threads import RecordCustomer as RecordCustomer
    from casecore.threads import Thread as Thread
    from casecore.threads import ThreadOpened as ThreadOpened
    from casecore.wrap_ups import Aftermath as Aftermath
    from casecore.wrap_ups import CaseFlagged as CaseFlagged
    from casecore.wrap_ups import Dispose as Dispose
    from casecore.wrap_ups import Disposed as Disposed
    from casecore.wrap_ups import DutyDone as DutyDone
    from casecore.wrap_ups import DutyLeft as DutyLeft
    from casecore.wrap_ups import FlagCase as FlagCase
    from casecore.wrap_ups import RecordRelated as RecordRelated
    from casecore.wrap_ups import RelateRecord as RelateRecord
    from casecore.wrap_ups import WrapUp as WrapUp
    from casecore.wrap_ups import WrapUpOwed as WrapUpOwed
else:  # not shown to type checkers, who would take any misspelt name for one that is there

    def __getattr__(name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module 'casecore' has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f"casecore.{_HOME_OF[name]}"), name)
        return value


_HOMES = {
    "kernel": (
        "CUSTOMER SYSTEM Accepted CasecoreError Command CommandError CommandRefused Deviated Enforcement "
        "Event MissingRow Probe Reason Refused Room Rule Timer Verdict"
    ),
    "machines": "Edge InvalidTable StateTable",
    "house": "House",
    "channels": "Channel Consent MessageKind TemplateKind",
    "calendars": "Calendar CalendarError",
    "statuses": "CASE_LIFECYCLE Status Trigger",
    "policies": "Policy PolicyError",
    "agents": (
        "AddAgent Agent AgentAdded AgentAvailable AgentChanged AgentLoggedOut AgentUnavailable ChangeAgent "
        "ClearNextState GoAvailable GoUnavailable LogOut NextStateCleared NextStateSet Permission Presence "
        "SetNextState"
    ),
    "threads": "Customer CustomerMet CustomerRecorded Feeling Message RecordCustomer Thread ThreadOpened",
    "cases": "Case CaseClosed CaseStarted CloseCase CloseReason SetStatus StatusSet",
    "assignments": "CaseAssigned CaseQueued CaseReleased CaseUnqueued LeaveCase OpenCase Release WorkBegun",
    "arrivals": "CaseReopened MessageNoted MessageReceived ReceiveMessage SuccessorStarted",
    "prepared": "PreparedText",
    "replies": "ReplySent SendReply",
    "notes": (
        "AddNote AddTag CaseTagged CaseUntagged DeleteNote EditNote MessageTagged MessageUntagged Note "
        "NoteAdded NoteDeleted NoteEdited RemoveTag SentimentSet SetSentiment"
    ),
    "approvals": (
        "DRAFT_LIFECYCLE ApproveDraft DraftApproved DraftEdited DraftRefused DraftStatus DraftSubmitted "
        "DraftSuperseded DraftWentStale DraftWithdrawn EditDraft ReassignDraft RefuseDraft ReviewReassigned "
        "SubmitDraft WaitingDraft WithdrawDraft"
    ),
    "offers": (
        "OFFER_LIFECYCLE AcceptOffer ExpireOffer OfferAccepted OfferDeclined OfferRescinded OfferStatus "
        "OfferWork Offers RejectOffer RescindOffer Rescission WorkOffered"
    ),
    "reviews": "ReviewEnded ReviewTaken TakeReview",
    "reassignments": "ReassignCase",
    "contacts": (
        "CONTACT_LIFECYCLE Authenticate Authenticated Contact ContactEnded ContactStarted ContactStatus EndContact"
    ),
    "silence": "AskPresence ChatDisconnected DisconnectIdle PresenceAsked",
    "commitments": (
        "Commitment CommitmentFulfilled CommitmentMade CommitmentRescheduled FulfilCommitment MakeCommitment "
        "RescheduleCommitment"
    ),
    "wrap_ups": (
        "Aftermath CaseFlagged Dispose Disposed DutyDone DutyLeft FlagCase RecordRelated RelateRecord WrapUp WrapUpOwed"
    ),
    "absences": "ReleaseAbsent",
    "sla": (
        "Clock Clocks ClockState LevelSet SetLevel SolutionPaused SolutionReached SolutionResumed "
        "SolutionUndone first_response solution"
    ),
    "outbound": "ConsentRecorded RecordConsent StartOutbound",
    "composition": "HOUSE RULES CaseFile View",
    "desk": "Action Desk Due",
    "routing": "Candidate Explanation Work explain_route next_for next_offer route",
    "routing_index": "Router",
    "agenda": "Agenda",
    "history": "Line UnknownLanguage",
    "queries": "QueryError",
    "search": "Archive CaseSummary Page",
    "inbox": "Inbox Inboxes",
    "customer_card": "CustomerCard",
    "notifications": "Alert AlertSettings Notification",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = ["__version__", *_HOME_OF]  # noqa: PLE0604 -- the names are strings; computed, so written once


def __dir__() -> list[str]:
    return sorted(__all__)
