"""A support desk's standard operating procedure as software.

Every name is loaded when it is first used, so importing `casecore` itself costs next to nothing. The file named beside
it below says what a name means.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from casecore.channels import Channel as Channel
    from casecore.channels import Consent as Consent
    from casecore.channels import MessageKind as MessageKind
    from casecore.channels import TemplateKind as TemplateKind
    from casecore.desk import Action as Action
    from casecore.desk import Desk as Desk
    from casecore.desk import Due as Due
    from casecore.desk.working import WorkingDesk as WorkingDesk
    from casecore.kernel import CUSTOMER as CUSTOMER
    from casecore.kernel import SYSTEM as SYSTEM
    from casecore.kernel import UNCONCERNED as UNCONCERNED
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
    from casecore.kernel import Unconcerned as Unconcerned
    from casecore.kernel import Verdict as Verdict
    from casecore.kernel.machines import Edge as Edge
    from casecore.kernel.machines import InvalidTable as InvalidTable
    from casecore.kernel.machines import StateTable as StateTable
    from casecore.kernel.unchecked import unchecked as unchecked
    from casecore.policies import Policy as Policy
    from casecore.policies import PolicyError as PolicyError
    from casecore.policies.calendars import Calendar as Calendar
    from casecore.policies.calendars import CalendarError as CalendarError
    from casecore.policies.sections import Level as Level
    from casecore.policies.sections import Relation as Relation
    from casecore.projections.customer_card import CustomerCard as CustomerCard
    from casecore.projections.customer_card import customer_card as customer_card
    from casecore.projections.history import Line as Line
    from casecore.projections.history import UnknownLanguage as UnknownLanguage
    from casecore.projections.history import history as history
    from casecore.projections.history import line as line
    from casecore.projections.inbox import Inbox as Inbox
    from casecore.projections.inbox import Inboxes as Inboxes
    from casecore.projections.inbox import inbox as inbox
    from casecore.projections.notifications import Alert as Alert
    from casecore.projections.notifications import AlertSettings as AlertSettings
    from casecore.projections.notifications import Notification as Notification
    from casecore.projections.notifications import notifications as notifications
    from casecore.projections.quality import AgentQuality as AgentQuality
    from casecore.projections.quality import quality as quality
    from casecore.projections.search import Archive as Archive
    from casecore.projections.search import CaseSummary as CaseSummary
    from casecore.projections.search import Page as Page
    from casecore.projections.search.queries import QueryError as QueryError
    from casecore.projections.transcript import TranscriptEntry as TranscriptEntry
    from casecore.projections.transcript import transcript as transcript
    from casecore.rooms.absences import ReleaseAbsent as ReleaseAbsent
    from casecore.rooms.aftermath import Aftermath as Aftermath
    from casecore.rooms.aftermath import WrapUp as WrapUp
    from casecore.rooms.agents import AddAgent as AddAgent
    from casecore.rooms.agents import Agent as Agent
    from casecore.rooms.agents import AgentAdded as AgentAdded
    from casecore.rooms.agents import AgentAvailable as AgentAvailable
    from casecore.rooms.agents import AgentChanged as AgentChanged
    from casecore.rooms.agents import AgentLoggedOut as AgentLoggedOut
    from casecore.rooms.agents import AgentUnavailable as AgentUnavailable
    from casecore.rooms.agents import AgentWrapsUp as AgentWrapsUp
    from casecore.rooms.agents import ChangeAgent as ChangeAgent
    from casecore.rooms.agents import GoAvailable as GoAvailable
    from casecore.rooms.agents import GoUnavailable as GoUnavailable
    from casecore.rooms.agents import LogOut as LogOut
    from casecore.rooms.agents import NextStateCleared as NextStateCleared
    from casecore.rooms.agents import NextStateSet as NextStateSet
    from casecore.rooms.agents import Permission as Permission
    from casecore.rooms.agents import Presence as Presence
    from casecore.rooms.approvals import DRAFT_LIFECYCLE as DRAFT_LIFECYCLE
    from casecore.rooms.approvals import ApproveDraft as ApproveDraft
    from casecore.rooms.approvals import DraftApproved as DraftApproved
    from casecore.rooms.approvals import DraftEdited as DraftEdited
    from casecore.rooms.approvals import DraftRefused as DraftRefused
    from casecore.rooms.approvals import DraftStatus as DraftStatus
    from casecore.rooms.approvals import DraftSubmitted as DraftSubmitted
    from casecore.rooms.approvals import DraftSuperseded as DraftSuperseded
    from casecore.rooms.approvals import DraftWentStale as DraftWentStale
    from casecore.rooms.approvals import DraftWithdrawn as DraftWithdrawn
    from casecore.rooms.approvals import EditDraft as EditDraft
    from casecore.rooms.approvals import ReassignDraft as ReassignDraft
    from casecore.rooms.approvals import RefuseDraft as RefuseDraft
    from casecore.rooms.approvals import ReviewReassigned as ReviewReassigned
    from casecore.rooms.approvals import SubmitDraft as SubmitDraft
    from casecore.rooms.approvals import WaitingDraft as WaitingDraft
    from casecore.rooms.approvals import WithdrawDraft as WithdrawDraft
    from casecore.rooms.arrivals import CaseReopened as CaseReopened
    from casecore.rooms.arrivals import MessageNoted as MessageNoted
    from casecore.rooms.arrivals import MessageReceived as MessageReceived
    from casecore.rooms.arrivals import ReceiveMessage as ReceiveMessage
    from casecore.rooms.arrivals import SuccessorStarted as SuccessorStarted
    from casecore.rooms.assignments import CaseAssigned as CaseAssigned
    from casecore.rooms.assignments import CaseQueued as CaseQueued
    from casecore.rooms.assignments import CaseReleased as CaseReleased
    from casecore.rooms.assignments import CaseUnqueued as CaseUnqueued
    from casecore.rooms.assignments import LeaveCase as LeaveCase
    from casecore.rooms.assignments import OpenCase as OpenCase
    from casecore.rooms.assignments import Release as Release
    from casecore.rooms.assignments import WorkBegun as WorkBegun
    from casecore.rooms.attributes import AttributeSet as AttributeSet
    from casecore.rooms.attributes import SetAttribute as SetAttribute
    from casecore.rooms.authentication import Authenticate as Authenticate
    from casecore.rooms.authentication import Authenticated as Authenticated
    from casecore.rooms.blocking import BlockCustomer as BlockCustomer
    from casecore.rooms.blocking import BlockThread as BlockThread
    from casecore.rooms.blocking import CustomerBlocked as CustomerBlocked
    from casecore.rooms.blocking import CustomerUnblocked as CustomerUnblocked
    from casecore.rooms.blocking import ThreadBlocked as ThreadBlocked
    from casecore.rooms.blocking import ThreadUnblocked as ThreadUnblocked
    from casecore.rooms.blocking import UnblockCustomer as UnblockCustomer
    from casecore.rooms.blocking import UnblockThread as UnblockThread
    from casecore.rooms.bounces import DeliveryFailed as DeliveryFailed
    from casecore.rooms.bounces import MessageBounced as MessageBounced
    from casecore.rooms.breaks import ClearNextState as ClearNextState
    from casecore.rooms.breaks import SetNextState as SetNextState
    from casecore.rooms.case_merging import CaseTakenOver as CaseTakenOver
    from casecore.rooms.case_merging import MergeCases as MergeCases
    from casecore.rooms.cases import Case as Case
    from casecore.rooms.cases import CaseClosed as CaseClosed
    from casecore.rooms.cases import CaseStarted as CaseStarted
    from casecore.rooms.cases import CloseCase as CloseCase
    from casecore.rooms.cases import CloseReason as CloseReason
    from casecore.rooms.cases import SetStatus as SetStatus
    from casecore.rooms.cases import StatusSet as StatusSet
    from casecore.rooms.catalogue import CatalogueEntry as CatalogueEntry
    from casecore.rooms.clocks import Clock as Clock
    from casecore.rooms.clocks import ClockName as ClockName
    from casecore.rooms.clocks import Clocks as Clocks
    from casecore.rooms.clocks import ClockState as ClockState
    from casecore.rooms.clocks import ClockVerdict as ClockVerdict
    from casecore.rooms.clocks import EarlierWait as EarlierWait
    from casecore.rooms.clocks import FirstReply as FirstReply
    from casecore.rooms.clocks import first_response as first_response
    from casecore.rooms.clocks import next_response as next_response
    from casecore.rooms.clocks import solution as solution
    from casecore.rooms.commitments import Commitment as Commitment
    from casecore.rooms.commitments import CommitmentFulfilled as CommitmentFulfilled
    from casecore.rooms.commitments import CommitmentMade as CommitmentMade
    from casecore.rooms.commitments import CommitmentRescheduled as CommitmentRescheduled
    from casecore.rooms.commitments import CommitmentTaken as CommitmentTaken
    from casecore.rooms.commitments import FulfilCommitment as FulfilCommitment
    from casecore.rooms.commitments import MakeCommitment as MakeCommitment
    from casecore.rooms.commitments import RescheduleCommitment as RescheduleCommitment
    from casecore.rooms.commitments import TakeCommitment as TakeCommitment
    from casecore.rooms.composition import HOUSE as HOUSE
    from casecore.rooms.composition import ROOMS as ROOMS
    from casecore.rooms.composition import RULES as RULES
    from casecore.rooms.composition import CaseFile as CaseFile
    from casecore.rooms.composition import House as House
    from casecore.rooms.composition import View as View
    from casecore.rooms.contacts import CONTACT_LIFECYCLE as CONTACT_LIFECYCLE
    from casecore.rooms.contacts import CaseGivenUp as CaseGivenUp
    from casecore.rooms.contacts import Contact as Contact
    from casecore.rooms.contacts import ContactEnded as ContactEnded
    from casecore.rooms.contacts import ContactStarted as ContactStarted
    from casecore.rooms.contacts import ContactStatus as ContactStatus
    from casecore.rooms.contacts import CustomerLeft as CustomerLeft
    from casecore.rooms.contacts import CustomerReturned as CustomerReturned
    from casecore.rooms.contacts import EndContact as EndContact
    from casecore.rooms.contacts import LastContact as LastContact
    from casecore.rooms.edits import EditMessage as EditMessage
    from casecore.rooms.edits import MessageAwaited as MessageAwaited
    from casecore.rooms.edits import MessageEdited as MessageEdited
    from casecore.rooms.edits import MessageWithdrawn as MessageWithdrawn
    from casecore.rooms.edits import WithdrawMessage as WithdrawMessage
    from casecore.rooms.joining import ThreadJoined as ThreadJoined
    from casecore.rooms.lapses import EndUnanswered as EndUnanswered
    from casecore.rooms.last_words import LastWords as LastWords
    from casecore.rooms.last_words import OurReply as OurReply
    from casecore.rooms.logged_cases import CustomerJoined as CustomerJoined
    from casecore.rooms.logged_cases import LogCase as LogCase
    from casecore.rooms.merged_clocks import ClocksTakenOver as ClocksTakenOver
    from casecore.rooms.merging import CustomerExtended as CustomerExtended
    from casecore.rooms.merging import CustomerMerged as CustomerMerged
    from casecore.rooms.merging import MergeCustomers as MergeCustomers
    from casecore.rooms.moving import CaseMoved as CaseMoved
    from casecore.rooms.moving import MoveCase as MoveCase
    from casecore.rooms.moving import ThreadLeft as ThreadLeft
    from casecore.rooms.notes import AddNote as AddNote
    from casecore.rooms.notes import AddTag as AddTag
    from casecore.rooms.notes import CaseTagged as CaseTagged
    from casecore.rooms.notes import CaseUntagged as CaseUntagged
    from casecore.rooms.notes import DeleteNote as DeleteNote
    from casecore.rooms.notes import EditNote as EditNote
    from casecore.rooms.notes import MessageTagged as MessageTagged
    from casecore.rooms.notes import MessageUntagged as MessageUntagged
    from casecore.rooms.notes import Note as Note
    from casecore.rooms.notes import NoteAdded as NoteAdded
    from casecore.rooms.notes import NoteDeleted as NoteDeleted
    from casecore.rooms.notes import NoteEdited as NoteEdited
    from casecore.rooms.notes import RemoveTag as RemoveTag
    from casecore.rooms.notes import SentimentSet as SentimentSet
    from casecore.rooms.notes import SetSentiment as SetSentiment
    from casecore.rooms.occupancy import OccupancyChanged as OccupancyChanged
    from casecore.rooms.offers import OFFER_LIFECYCLE as OFFER_LIFECYCLE
    from casecore.rooms.offers import AcceptOffer as AcceptOffer
    from casecore.rooms.offers import ExpireOffer as ExpireOffer
    from casecore.rooms.offers import OfferAccepted as OfferAccepted
    from casecore.rooms.offers import OfferDeclined as OfferDeclined
    from casecore.rooms.offers import OfferRescinded as OfferRescinded
    from casecore.rooms.offers import Offers as Offers
    from casecore.rooms.offers import OfferStatus as OfferStatus
    from casecore.rooms.offers import OfferWork as OfferWork
    from casecore.rooms.offers import RejectOffer as RejectOffer
    from casecore.rooms.offers import RescindOffer as RescindOffer
    from casecore.rooms.offers import Rescission as Rescission
    from casecore.rooms.offers import WorkOffered as WorkOffered
    from casecore.rooms.outbound import ConsentRecorded as ConsentRecorded
    from casecore.rooms.outbound import RecordConsent as RecordConsent
    from casecore.rooms.outbound import StartOutbound as StartOutbound
    from casecore.rooms.prepared import PreparedText as PreparedText
    from casecore.rooms.reassignments import ReassignCase as ReassignCase
    from casecore.rooms.relations import CaseFlagged as CaseFlagged
    from casecore.rooms.relations import DutyDone as DutyDone
    from casecore.rooms.relations import DutyLeft as DutyLeft
    from casecore.rooms.relations import FlagCase as FlagCase
    from casecore.rooms.relations import RecordRelated as RecordRelated
    from casecore.rooms.relations import RecordUnrelated as RecordUnrelated
    from casecore.rooms.relations import RelateRecord as RelateRecord
    from casecore.rooms.relations import UnrelateRecord as UnrelateRecord
    from casecore.rooms.replies import ReplySent as ReplySent
    from casecore.rooms.replies import SendReply as SendReply
    from casecore.rooms.reviews import FreeReview as FreeReview
    from casecore.rooms.reviews import ReviewEnded as ReviewEnded
    from casecore.rooms.reviews import ReviewFreed as ReviewFreed
    from casecore.rooms.reviews import ReviewTaken as ReviewTaken
    from casecore.rooms.reviews import TakeReview as TakeReview
    from casecore.rooms.silence import AskPresence as AskPresence
    from casecore.rooms.silence import ChatDisconnected as ChatDisconnected
    from casecore.rooms.silence import DisconnectIdle as DisconnectIdle
    from casecore.rooms.silence import PresenceAsked as PresenceAsked
    from casecore.rooms.sla import ClockJudged as ClockJudged
    from casecore.rooms.sla import LevelSet as LevelSet
    from casecore.rooms.sla import RecordMiss as RecordMiss
    from casecore.rooms.sla import ResponseUndone as ResponseUndone
    from casecore.rooms.sla import SetLevel as SetLevel
    from casecore.rooms.sla import SolutionPaused as SolutionPaused
    from casecore.rooms.sla import SolutionReached as SolutionReached
    from casecore.rooms.sla import SolutionResumed as SolutionResumed
    from casecore.rooms.sla import SolutionUndone as SolutionUndone
    from casecore.rooms.snoozes import CaseSnoozed as CaseSnoozed
    from casecore.rooms.snoozes import EndSnooze as EndSnooze
    from casecore.rooms.snoozes import SnoozeCase as SnoozeCase
    from casecore.rooms.snoozes import SnoozeEnded as SnoozeEnded
    from casecore.rooms.threads import Customer as Customer
    from casecore.rooms.threads import CustomerMet as CustomerMet
    from casecore.rooms.threads import CustomerRecorded as CustomerRecorded
    from casecore.rooms.threads import Feeling as Feeling
    from casecore.rooms.threads import Message as Message
    from casecore.rooms.threads import RecordCustomer as RecordCustomer
    from casecore.rooms.threads import Thread as Thread
    from casecore.rooms.threads import ThreadOpened as ThreadOpened
    from casecore.rooms.times import CaseTime as CaseTime
    from casecore.rooms.wrap_ups import Dispose as Dispose
    from casecore.rooms.wrap_ups import Disposed as Disposed
    from casecore.rooms.wrap_ups import WrapUpOwed as WrapUpOwed
    from casecore.routing import Candidate as Candidate
    from casecore.routing import Explanation as Explanation
    from casecore.routing import Unserved as Unserved
    from casecore.routing import Work as Work
    from casecore.routing import explain_route as explain_route
    from casecore.routing import next_for as next_for
    from casecore.routing import next_offer as next_offer
    from casecore.routing import route as route
    from casecore.routing import unserved as unserved
    from casecore.routing.agenda import Agenda as Agenda
    from casecore.routing.index import Router as Router
    from casecore.statuses import CASE_LIFECYCLE as CASE_LIFECYCLE
    from casecore.statuses import Status as Status
    from casecore.statuses import Trigger as Trigger
else:  # not shown to type checkers, who would take any misspelt name for one that is there

    def __getattr__(name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module 'casecore' has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f"casecore.{_HOME_OF[name]}"), name)
        return value


_HOMES = {
    "kernel": (
        "CUSTOMER SYSTEM UNCONCERNED Accepted CasecoreError Command CommandError CommandRefused Deviated Enforcement "
        "Event MissingRow Probe Reason Refused Room Rule Timer Unconcerned Verdict"
    ),
    "kernel.machines": "Edge InvalidTable StateTable",
    "kernel.unchecked": "unchecked",
    "channels": "Channel Consent MessageKind TemplateKind",
    "policies.calendars": "Calendar CalendarError",
    "statuses": "CASE_LIFECYCLE Status Trigger",
    "policies": "Policy PolicyError",
    "policies.sections": "Level Relation",
    "rooms.agents": (
        "AddAgent Agent AgentAdded AgentAvailable AgentChanged AgentLoggedOut AgentUnavailable AgentWrapsUp "
        "ChangeAgent GoAvailable GoUnavailable LogOut NextStateCleared NextStateSet Permission Presence"
    ),
    "rooms.threads": "Customer CustomerMet CustomerRecorded Feeling Message RecordCustomer Thread ThreadOpened",
    "rooms.merging": "CustomerExtended CustomerMerged MergeCustomers",
    "rooms.blocking": (
        "BlockCustomer BlockThread CustomerBlocked CustomerUnblocked ThreadBlocked ThreadUnblocked UnblockCustomer "
        "UnblockThread"
    ),
    "rooms.cases": "Case CaseClosed CaseStarted CloseCase CloseReason SetStatus StatusSet",
    "rooms.attributes": "AttributeSet SetAttribute",
    "rooms.assignments": "CaseAssigned CaseQueued CaseReleased CaseUnqueued LeaveCase OpenCase Release WorkBegun",
    "rooms.arrivals": "CaseReopened MessageNoted MessageReceived ReceiveMessage SuccessorStarted",
    "rooms.prepared": "PreparedText",
    "rooms.replies": "ReplySent SendReply",
    "rooms.notes": (
        "AddNote AddTag CaseTagged CaseUntagged DeleteNote EditNote MessageTagged MessageUntagged Note "
        "NoteAdded NoteDeleted NoteEdited RemoveTag SentimentSet SetSentiment"
    ),
    "rooms.approvals": (
        "DRAFT_LIFECYCLE ApproveDraft DraftApproved DraftEdited DraftRefused DraftStatus DraftSubmitted "
        "DraftSuperseded DraftWentStale DraftWithdrawn EditDraft ReassignDraft RefuseDraft ReviewReassigned "
        "SubmitDraft WaitingDraft WithdrawDraft"
    ),
    "rooms.offers": (
        "OFFER_LIFECYCLE AcceptOffer ExpireOffer OfferAccepted OfferDeclined OfferRescinded OfferStatus "
        "OfferWork Offers RejectOffer RescindOffer Rescission WorkOffered"
    ),
    "rooms.occupancy": "OccupancyChanged",
    "rooms.reviews": "FreeReview ReviewEnded ReviewFreed ReviewTaken TakeReview",
    "rooms.snoozes": "CaseSnoozed EndSnooze SnoozeCase SnoozeEnded",
    "rooms.reassignments": "ReassignCase",
    "rooms.contacts": (
        "CONTACT_LIFECYCLE CaseGivenUp Contact ContactEnded ContactStarted ContactStatus CustomerLeft CustomerReturned "
        "EndContact LastContact"
    ),
    "rooms.authentication": "Authenticate Authenticated",
    "rooms.breaks": "ClearNextState SetNextState",
    "rooms.silence": "AskPresence ChatDisconnected DisconnectIdle PresenceAsked",
    "rooms.commitments": (
        "Commitment CommitmentFulfilled CommitmentMade CommitmentRescheduled CommitmentTaken FulfilCommitment "
        "MakeCommitment RescheduleCommitment TakeCommitment"
    ),
    "rooms.aftermath": "Aftermath WrapUp",
    "rooms.relations": (
        "CaseFlagged DutyDone DutyLeft FlagCase RecordRelated RecordUnrelated RelateRecord UnrelateRecord"
    ),
    "rooms.wrap_ups": "Dispose Disposed WrapUpOwed",
    "rooms.absences": "ReleaseAbsent",
    "rooms.lapses": "EndUnanswered",
    "rooms.bounces": "DeliveryFailed MessageBounced",
    "rooms.catalogue": "CatalogueEntry",
    "rooms.edits": "EditMessage MessageAwaited MessageEdited MessageWithdrawn WithdrawMessage",
    "rooms.last_words": "LastWords OurReply",
    "rooms.moving": "CaseMoved MoveCase ThreadLeft",
    "rooms.case_merging": "CaseTakenOver MergeCases",
    "rooms.merged_clocks": "ClocksTakenOver",
    "rooms.joining": "ThreadJoined",
    "rooms.clocks": (
        "Clock Clocks ClockName ClockState ClockVerdict EarlierWait FirstReply first_response next_response solution"
    ),
    "rooms.sla": (
        "ClockJudged LevelSet RecordMiss ResponseUndone SetLevel SolutionPaused SolutionReached SolutionResumed "
        "SolutionUndone"
    ),
    "rooms.outbound": "ConsentRecorded RecordConsent StartOutbound",
    "rooms.logged_cases": "CustomerJoined LogCase",
    "rooms.times": "CaseTime",
    "rooms.composition": "HOUSE ROOMS RULES CaseFile House View",
    "desk": "Action Desk Due",
    "desk.working": "WorkingDesk",
    "routing": "Candidate Explanation Unserved Work explain_route next_for next_offer route unserved",
    "routing.index": "Router",
    "routing.agenda": "Agenda",
    "projections.history": "Line UnknownLanguage history line",
    "projections.transcript": "TranscriptEntry transcript",
    "projections.quality": "AgentQuality quality",
    "projections.search.queries": "QueryError",
    "projections.search": "Archive CaseSummary Page",
    "projections.inbox": "Inbox Inboxes inbox",
    "projections.customer_card": "CustomerCard customer_card",
    "projections.notifications": "Alert AlertSettings Notification notifications",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = ["__version__", *_HOME_OF]  # noqa: PLE0604 -- the names are strings; computed, so written once


def __dir__() -> list[str]:
    return sorted(__all__)
