"""The rules of the shipped SOP, written down by hand: a rule that is gone from the house is missed by this list.

It is compared with the house by promise 20. Whoever adds a rule adds it here too; a test says which one is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_WRITTEN: Final = """
actor.role: AcceptOffer AddNote ApproveDraft AskPresence Authenticate BlockCommand CaseCommand CommitmentCommand
    DeleteNote DisconnectIdle Dispose EditMessage EditNote EndContact EndSnooze EndUnanswered ExpireOffer
    FreeReview LeaveCase LogCase MakeCommitment MergeCustomers OfferWork OpenCase ReceiveMessage RecordMiss RefuseDraft
    RejectOffer ReleaseAbsent SendReply SetStatus SnoozeCase StartOutbound SubmitDraft TakeCommitment TakeReview
    WithdrawMessage
agent.fresh: AddAgent
agent.known: ChangeAgent Command OfferWork PresenceCommand ReassignCase ReassignDraft
agents.availability: PresenceCommand
agents.manage: AddAgent ChangeAgent
answer.owed: EndUnanswered
approval.author: EditDraft ReassignDraft WithdrawDraft
approval.blocks_close: CaseClosed
approval.blocks_resolve: ChatDisconnected ReplySent StatusSet
approval.channel: ApproveDraft RefuseDraft
approval.permission: ApproveDraft RefuseDraft
approval.reason: RefuseDraft
approval.reviewer: ApproveDraft RefuseDraft
approval.self_approval: DraftApproved
approval.single: SubmitDraft
approval.stale: ApproveDraft
assignment.available: CaseAssigned ReviewTaken WorkOffered
assignment.channel: CaseAssigned ReviewTaken WorkOffered
assignment.holder: AskPresence Authenticate DeliveryFailed DisconnectIdle EndContact MakeCommitment
    MergeCases MoveCase ReassignCase SendReply SetLevel SetStatus SnoozeCase SubmitDraft
assignment.next_state: CaseAssigned ReviewTaken WorkOffered
assignment.queue: CaseAssigned ReviewTaken WorkOffered
assignment.wrap_up: CaseAssigned ReviewTaken WorkOffered
attribute.known: SetAttribute
attribute.set_by: AttributeSet
attribute.value: ReceiveMessage SetAttribute
authentication.before: CaseClosed CaseReleased CommitmentMade ReplySent StatusSet
authentication.methods: Authenticate
away.gone: FreeReview ReleaseAbsent
away.grace: FreeReview ReleaseAbsent
block.edge: BlockCustomer BlockThread UnblockCustomer UnblockThread
block.reason: BlockCommand
block.supervisor: BlockCommand
capacity.channel: CaseAssigned ReviewTaken WorkOffered
capacity.named: AddAgent ChangeAgent
capacity.total: CaseAssigned ReviewTaken WorkOffered
capacity.voice_with_cases: CaseAssigned ReviewTaken WorkOffered
case.fresh: LogCase ReceiveMessage StartOutbound
case.known: AboutCase AddNote MergeCases
channels.attachments: DraftEdited DraftSubmitted ReplySent
channels.emoji: DraftEdited DraftSubmitted PresenceAsked ReplySent
channels.kinds: ReceiveMessage
chat.agent_ends: EndContact
clock.runs: RecordMiss
clock.target: RecordMiss
commitment.absent: TakeCommitment
commitment.agent: FulfilCommitment RescheduleCommitment
commitment.due: MakeCommitment RescheduleCommitment
commitment.fresh: MakeCommitment
commitment.known: CommitmentCommand
commitment.overdue: TakeCommitment
commitment.queue: TakeCommitment
commitment.what: MakeCommitment
consent.proof: RecordConsent
contact.blocks_close: CaseClosed
contact.edge: AskPresence Authenticate DisconnectIdle EndContact
contact.live: LeaveCase
customer.known: AddNote BlockCustomer MergeCustomers UnblockCustomer
draft.edge: DraftCommand
email.earlier_handler: Dispose
email.relations: Dispose
email.subject_required: DraftEdited DraftSubmitted ReplySent
idle.asked: DisconnectIdle
idle.chat: AskPresence DisconnectIdle
idle.silence: DisconnectIdle
lifecycle.abandoned: CloseCase
lifecycle.close_after: CaseClosed
lifecycle.close_by: CloseCase MergeCases
lifecycle.close_from: CaseClosed
lifecycle.closed: AddTag Authenticate CloseCase EndContact EndSnooze EndUnanswered MakeCommitment MergeCases
    MoveCase ReassignCase RecordMiss RemoveTag SendReply SetAttribute SetLevel SetSentiment SetStatus SnoozeCase SubmitDraft
lifecycle.edge: ApproveDraft CloseCase DisconnectIdle EditDraft SendReply SetStatus SubmitDraft
lifecycle.merged: CloseCase
logged.open_case: LogCase
logged.reply: DraftSubmitted ReplySent
merge.edge: MergeCustomers
merge.limit: MergeCustomers
merge_cases.customer: MergeCases
merge_cases.draft: MergeCases
merge_cases.limit: MergeCases
merge_cases.live: MergeCases
merge_cases.two: MergeCases
merge_cases.wrap_up: MergeCases
message.changed: EditMessage WithdrawMessage
message.fresh: ApproveDraft AskPresence DisconnectIdle ReceiveMessage SendReply StartOutbound SubmitDraft
message.known: AddTag ApproveDraft DeliveryFailed EditDraft RemoveTag SendReply SetSentiment SubmitDraft
message.theirs: EditMessage WithdrawMessage
move.draft: MoveCase
move.joined: MoveCase
move.live: MoveCase
move.open_case: MoveCase
move.thread: MoveCase
note.author: DeleteNote EditNote
note.content: AddNote EditNote LogCase
note.fresh: AddNote LogCase
note.known: DeleteNote EditNote
note.place: AddNote
offer.agent: AcceptOffer RejectOffer
offer.edge: OfferCommand
offer.late: AcceptOffer
offer.outstanding: CaseAssigned
offer.rescind: RescindOffer
offer.reviewer: ReviewTaken WorkOffered
offer.timeout: ExpireOffer
offer.waiting: OfferWork TakeReview
outbound.channel: StartOutbound
outbound.open_case: StartOutbound
outbound.phone: ReplySent StartOutbound
presence.contacts: AgentUnavailable
presence.next: ClearNextState SetNextState
presence.on_duty: ApproveDraft Command EditDraft RefuseDraft
presence.wrap_up: AgentAvailable
queue.known: AddAgent ChangeAgent LogCase ReassignCase ReassignDraft StartOutbound SubmitDraft
reassign.aim: ReassignCase ReassignDraft
relation.disposed: UnrelateRecord
relation.known: UnrelateRecord
replies.blanks: DraftEdited DraftSubmitted PresenceAsked ReplySent
reply.content: DraftEdited DraftSubmitted PresenceAsked ReplySent
reply.permission: ReplySent
reply.seen: DraftSubmitted EditDraft ReplySent
routing.answer_within: EndUnanswered
sentiment.manual: SetSentiment
snooze.allowed: SnoozeCase
snooze.known: EndSnooze
snooze.live: SnoozeCase
snooze.longest: SnoozeCase
snooze.over: EndSnooze
snooze.status: SnoozeCase
snooze.until: SnoozeCase
tags.enabled: AddTag
tags.limit: CaseTagged MessageTagged
tags.restricted_to: CaseTagged CaseUntagged LevelSet
template.ready: DraftEdited DraftSubmitted ReplySent
thread.identity: LogCase ReceiveMessage StartOutbound
thread.known: BlockThread MoveCase UnblockThread
thread.of_case: SendReply SubmitDraft
time.order: Command MergeCases
whatsapp.consent: ReplySent StartOutbound
whatsapp.window: DraftSubmitted ReplySent
wrap_up.agent: Dispose
wrap_up.blocks_close: CaseClosed
wrap_up.contact: FlagCase RelateRecord UnrelateRecord
wrap_up.disposition: Dispose
wrap_up.notes: Dispose
wrap_up.owed: Dispose
"""
"""Each rule, and the commands and events that it guards."""


def _read_rules(text: str) -> Mapping[str, frozenset[str]]:
    lines = text.strip().replace("\n    ", " ").splitlines()
    rules = (line.partition(": ") for line in lines)
    return {rule: frozenset(guarded.split()) for rule, _, guarded in rules}


RULES_WRITTEN: Final = _read_rules(_WRITTEN)
"""The names of what each rule guards, by the id of the rule."""


def missing_rules(rules: Iterable[Any]) -> Iterator[str]:
    """What of the list a house lacks, in words.

    Args:
        rules: The needs and rules of the house, each with `id` and `guards`.
    """
    found: dict[str, set[str]] = {}
    for rule in rules:
        found.setdefault(rule.id, set()).update(guarded.__name__ for guarded in rule.guards)
    for rule, guarded in RULES_WRITTEN.items():
        if rule not in found:
            yield f"there is no rule {rule}"
        elif not guarded <= found[rule]:
            yield f"the rule {rule} does not guard {', '.join(sorted(guarded - found[rule]))}"


NEVER_REFUSES: Final = (
    "answer.owed",
    "attribute.known",
    "attribute.set_by",
    "attribute.value",
    "authentication.methods",
    "commitment.absent",
    "commitment.overdue",
    "commitment.queue",
    "email.earlier_handler",
    "lifecycle.close_from",
    "merge.limit",
    "merge_cases.limit",
    "routing.answer_within",
    "sentiment.manual",
    "snooze.allowed",
    "snooze.longest",
    "tags.enabled",
    "tags.limit",
    "tags.restricted_to",
)
"""The rules that refuse nothing in the scopes of the shipped SOP: it leaves them nothing, or no scope tries them."""
