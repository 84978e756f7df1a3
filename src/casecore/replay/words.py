"""Commands in words: what a support manager reads when somebody replays a day.

Each command has one sentence, and what it carries (the text of a message, of a note, of a reason) is quoted beside it.
What a step entails besides what was asked for is said in `consequences.py`.
A command of a team's own room is told in the sentence that the room has for it, else called by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from casecore.channels import PUBLIC, MessageKind
from casecore.kernel import CUSTOMER, SYSTEM, Command, Reason
from casecore.kernel.blanks import fill_named
from casecore.kernel.durations import instant_text
from casecore.kernel.words import shorten
from casecore.policies.condition_words import value_text
from casecore.projections.history.vocabulary import WORDS, class_in_words
from casecore.promises.steps import Step
from casecore.replay import ReplayedLine, Tally
from casecore.replay.consequences import work_text
from casecore.reports.text import plural, visible
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import AddAgent, ChangeAgent, GoAvailable, GoUnavailable, LogOut
from casecore.rooms.approvals import ApproveDraft, EditDraft, ReassignDraft, RefuseDraft, SubmitDraft, WithdrawDraft
from casecore.rooms.arrivals import MessageNoted, MessageReceived, ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, LeaveCase, OpenCase
from casecore.rooms.attributes import SetAttribute
from casecore.rooms.authentication import Authenticate
from casecore.rooms.blocking import BlockCustomer, BlockThread, UnblockCustomer, UnblockThread
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import ClockName
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment, RescheduleCommitment, TakeCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.edits import EditMessage, WithdrawMessage
from casecore.rooms.lapses import EndUnanswered
from casecore.rooms.logged_cases import LogCase
from casecore.rooms.merging import MergeCustomers
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import AddNote, AddTag, DeleteNote, EditNote, RemoveTag, SetSentiment
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferCommand, OfferWork, RejectOffer, RescindOffer
from casecore.rooms.outbound import RecordConsent, StartOutbound
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import FlagCase, RelateRecord, UnrelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview, TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import RecordMiss, SetLevel
from casecore.rooms.snoozes import EndSnooze, SnoozeCase
from casecore.rooms.threads import RecordCustomer, message_row
from casecore.rooms.wrap_ups import Dispose

_Said: TypeAlias = tuple[str, str]
"""What somebody does, and the words that they use."""


QUOTED: Final = 1000
"""More of a text than fits on any screen, in characters; what comes after is not even looked at."""

NOTED: Final = 200
"""How much is told of what a message brings with it, in characters."""


def step_sentence(step: Step) -> _Said:
    """A step in words: who does what, and the text it carries.

    Args:
        step: The step, with the desk before it, which knows the customers' names.
    """
    kind = type(step.command)
    told = step.before.house.told.get(kind)
    if kind in _SENTENCES:
        what, words = _SENTENCES[kind](step, step.command)
    elif told is not None:
        what, words = fill_named(told, lambda name: _blank_text(step, name)), ""
    else:
        what, words = f"{_actor_name(step)} gives {class_in_words(kind)}", ""
    return visible(what), visible(words[:QUOTED])


def _blank_text(step: Step, field: str) -> str:
    return _actor_name(step) if field == "by" else str(getattr(step.command, field))[:QUOTED]


def status_change(step: Step) -> str:
    """What became of the case's status; nothing where the step is about no case that is there then."""
    was, now = step.status(step.before), step.status(step.after)
    if now is None:
        return ""
    if was is None:
        return f"starts as {now}"
    return f"{now}" if was is now else f"{was} → {now}"


def expectation_text(step: ReplayedLine) -> str:
    """What the day expects of a step, and what the desk answered."""
    expected = step.expect if isinstance(step.expect, str) else _refusal_text(step.expect)
    came = "accepted" if step.accepted else _refusal_text({reason.rule for reason in step.reasons})
    return f"should be {expected}, was {came}"


def citation(reason: Reason) -> str:
    """Where it is said that a rule is kept: the clause, and the keys that set it, each with its source and place."""
    return ", ".join(filter(None, (reason.clause, *map(str, reason.settings))))


def tally_text(tally: Tally) -> str:
    """How many steps there were, and what became of them."""
    warned = f", {tally.warned} of them with a warning" if tally.warned else ""
    return f"{plural(tally.steps, 'step')}: {tally.accepted} accepted{warned}, {tally.refused} refused."


def day_ending(tally: Tally) -> str:
    """Whether the day went as it expects, and kept the promises that somebody watched."""
    parts = [f"{plural(tally.otherwise, 'step')} went otherwise than expected"] if tally.otherwise else []
    parts += [f"{plural(tally.broke, 'step')} broke a promise"] if tally.broke else []
    if parts:
        return f"{', and '.join(parts)}."
    return "Every step went as expected." if tally.steps else "The day has no steps."


def _refusal_text(rules: AbstractSet[str]) -> str:
    return f"refused by {visible(', '.join(sorted(rules)))}"


# Who and what ------------------------------------------------------------------------------------------


def _actor_name(step: Step) -> str:
    by = step.command.by
    return {CUSTOMER: "the customer", SYSTEM: "the system"}.get(by, by)


def _target_name(command: ReassignCase | ReassignDraft) -> str:
    """Where a case or a review goes."""
    if command.agent is not None:
        return command.agent
    return f"the queue {command.queue}" if command.queue is not None else "nobody"


def _customer_name(step: Step, customer: str | None) -> str:
    """What a customer is called: by name if the desk knows it, else by id."""
    known = step.after.customers.get(customer) if customer is not None else None
    known = known if known is None else step.after.customers.get(known.person, known)
    return (known.name if known is not None else None) or customer or "somebody"


def _who_and_where(step: Step, command: ReceiveMessage | StartOutbound | LogCase) -> tuple[str, str]:
    """The customer's name, and the channel; the thread knows what the command leaves out."""
    thread = step.before.threads.get(command.thread)
    name = command.name or _customer_name(step, command.customer or (thread.customer if thread else None))
    return name, command.channel or (thread.channel if thread else "an unknown thread")


# A sentence for each command -------------------------------------------------------------------------

_SayCommand: TypeAlias = Callable[[Step, Any], _Said]
"""Says a step, given the step and its command: one of the class that the sentence is for."""


def _fill_pattern(pattern: str, words: str | None = None) -> _SayCommand:
    """A sentence whose blanks are `who` and the command's fields; `words` names the field that is quoted."""

    def say_pattern(step: Step, c: Command) -> _Said:
        return pattern.format(who=_actor_name(step), c=c), (getattr(c, words) or "") if words else ""

    return say_pattern


def _say_message(step: Step, c: ReceiveMessage) -> _Said:
    name, place = _who_and_where(step, c)
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
    said = next((event for event in step.events if isinstance(event, MessageReceived | MessageNoted)), c)
    who = name if said.participant is None else f"{said.participant}, beside {_customer_of_thread(step, c)},"
    noted = ", ".join(f"{name} {value_text(value)}" for name, value in c.attributes.items())
    return f"{who} {verb}" + (f", with {shorten(noted, NOTED)}" if noted else ""), c.text


def _say_change(verb: str) -> _SayCommand:
    def say_change(step: Step, c: EditMessage | WithdrawMessage) -> _Said:
        message = step.before.messages.get(message_row(c.thread, c.message))
        thread = step.after.threads.get(c.thread)
        name = "somebody" if thread is None else _customer_name(step, thread.customer)
        if message is not None and message.participant is not None:
            name = message.participant
        return f"{name} {verb} the message {c.message}", getattr(c, "text", "")

    return say_change


def _customer_of_thread(step: Step, command: ReceiveMessage) -> str:
    thread = step.after.threads.get(command.thread)
    return _customer_name(step, thread.customer if thread is not None else command.customer)


def _say_agent_record(verb: str) -> _SayCommand:
    def say_record(step: Step, c: AddAgent | ChangeAgent) -> _Said:
        limits = [f"{limit} {name}" for name, limit in (c.capacity or {}).items()]
        said: tuple[tuple[str, Iterable[str] | None], ...] = (
            ("may", c.permissions),
            ("serves", c.queues),
            ("works on", c.channels),
            ("holds at most", limits),
        )
        about = [f"{what} {', '.join(sorted(words))}" for what, words in said if words]
        record = f"{c.agent}: {'; '.join(about)}" if about else c.agent
        return f"{_actor_name(step)} {verb} agent {record}", ""

    return say_record


def _say_availability(step: Step, c: GoAvailable | GoUnavailable) -> _Said:
    work, reason = ("no work", c.reason) if isinstance(c, GoUnavailable) else ("work", "")
    if c.by == c.agent:
        return f"{c.agent} takes {work}", reason
    return f"{_actor_name(step)} lets {c.agent} take {work}", reason


def _say_logout(step: Step, c: LogOut) -> _Said:
    return f"{_actor_name(step)} {'logs out' if c.by == c.agent else f'logs {c.agent} out'}", ""


def _say_next_state(step: Step, c: SetNextState | ClearNextState) -> _Said:
    whom = "" if c.by == c.agent else f" of {c.agent}"
    if isinstance(c, ClearNextState):
        return f"{_actor_name(step)} clears the next state{whom}", ""
    return f"{_actor_name(step)} sets a next state{whom}", c.reason


def _say_offer(pattern: str, words: str | None = None) -> _SayCommand:
    """A sentence about an offer; `to` is whom the work is offered to before the step."""

    def say_offer(step: Step, c: OfferWork | OfferCommand) -> _Said:
        file = step.before.cases.get(c.case)
        to = file.offers.to(review=c.review) if file is not None and file.offers is not None else None
        what = pattern.format(who=_actor_name(step), c=c, work=work_text(c), to=to or "anybody")
        return what, getattr(c, words) if words else ""

    return say_offer


def _say_miss(step: Step, c: RecordMiss) -> _Said:
    return f"{_actor_name(step)} records that {WORDS[ClockName][c.clock][0]} of {c.case} is late", ""


def _say_opening(step: Step, c: OpenCase) -> _Said:
    takes = any(isinstance(event, CaseAssigned) for event in step.events)
    return f"{_actor_name(step)} opens {c.case}" + (" and takes it" if takes else ""), ""


def _say_approval(step: Step, c: ApproveDraft) -> _Said:
    seen = ", having seen the new message" if c.seen else ""
    return f"{_actor_name(step)} approves draft {c.draft} on {c.case}{seen}", ""


def _say_closing(step: Step, c: CloseCase) -> _Said:
    how = {CloseReason.BY_HAND: "", CloseReason.AUTOMATIC: " automatically"}.get(c.reason, f" as {c.reason}")
    return f"{_actor_name(step)} closes {c.case}{how}", ""


def _say_note(step: Step, c: AddNote) -> _Said:
    on = c.case if c.case is not None else f"customer {_customer_name(step, c.customer)}"
    return f"{_actor_name(step)} writes a note on {on}", c.text


def _say_customer_record(step: Step, c: RecordCustomer) -> _Said:
    known = [*(["name"] if c.name is not None else []), *c.profile]
    return (
        f"{_actor_name(step)} records of customer {_customer_name(step, c.customer)}: {', '.join(known) or 'nothing'}",
        "",
    )


def _say_consent(step: Step, c: RecordConsent) -> _Said:
    what = "opts in to messages on WhatsApp" if c.opted_in else "wants no more messages on WhatsApp"
    return f"{_actor_name(step)} notes that {_customer_name(step, c.customer)} {what}", c.note


def _say_move(step: Step, c: MoveCase) -> _Said:
    thread = step.before.threads.get(c.thread)
    to = _customer_name(step, None if thread is None else thread.customer)
    return f"{_actor_name(step)} moves {c.case} to {to}, on thread {c.thread}", ""


def _say_block(verb: str) -> _SayCommand:
    def say_block(step: Step, c: BlockCustomer | UnblockCustomer) -> _Said:
        return f"{_actor_name(step)} {verb} customer {_customer_name(step, c.customer)}", c.reason

    return say_block


def _say_outbound(step: Step, c: StartOutbound) -> _Said:
    name, place = _who_and_where(step, c)
    how = " for approval" if c.for_approval else ""
    made = f" with {c.template}" if c.template is not None else ""
    return f"{_actor_name(step)} writes first to {name} by {place.replace('_', ' ')}{made}{how}", c.text


def _say_log(step: Step, c: LogCase) -> _Said:
    name, place = _who_and_where(step, c)
    whose = "" if c.keep else " for its queue"
    return f"{_actor_name(step)} logs a case of {name}, by {place.replace('_', ' ')}{whose}", c.text


def _say_reply(step: Step, c: SendReply) -> _Said:
    made = f" with {c.template}" if c.template is not None else ""
    on = f" on thread {c.thread}" if c.thread is not None else ""
    return f"{_actor_name(step)} replies to {c.case}{on} as {c.send_as}{made}", c.text


def _say_commitment(step: Step, c: MakeCommitment) -> _Said:
    return f"{_actor_name(step)} promises {c.commitment} on {c.case} for {instant_text(c.due, c.at)}", c.what


def _say_snooze(step: Step, c: SnoozeCase) -> _Said:
    return f"{_actor_name(step)} snoozes {c.case} until {instant_text(c.until, c.at)}", ""


def _say_rescheduling(step: Step, c: RescheduleCommitment) -> _Said:
    return f"{_actor_name(step)} moves commitment {c.commitment} to {instant_text(c.due, c.at)}", ""


def _say_disposition(step: Step, c: Dispose) -> _Said:
    whose = "" if c.agent in (None, c.by) else f" for {c.agent}"
    return f"{_actor_name(step)} disposes {c.case}{whose}" + (f" as {c.code}" if c.code else ""), c.notes


def _say_flags(step: Step, c: FlagCase) -> _Said:
    flags = (("a complaint", c.complaint), ("of an account case", c.account_case))
    said = [f"{'' if given else 'not '}{flag}" for flag, given in flags if given is not None]
    return f"{_actor_name(step)} marks {c.case} as {' and '.join(said) or 'before'}", ""


def _say_tag(verb: str) -> _SayCommand:
    def say_tag(step: Step, c: AddTag | RemoveTag) -> _Said:
        on = c.case if c.message is None else f"message {c.message} of {c.case}"
        return f"{_actor_name(step)} {verb} {on}", c.tag

    return say_tag


def _say_attribute(step: Step, c: SetAttribute) -> _Said:
    if c.value is None:
        return f"{_actor_name(step)} takes {c.attribute} of {c.case} away", ""
    what = f"{_actor_name(step)} sets {c.attribute} of {c.case}"
    return (what, c.value) if isinstance(c.value, str) else (f"{what} to {value_text(c.value)}", "")


def _say_handover(pattern: str) -> _SayCommand:
    """A sentence about what goes to an agent or a queue, with the note that goes with it."""

    def say_handover(step: Step, c: ReassignCase | ReassignDraft) -> _Said:
        return pattern.format(who=_actor_name(step), c=c, to=_target_name(c)), c.note

    return say_handover


_SENTENCES: Final[Mapping[type[Command], _SayCommand]] = MappingProxyType(
    {
        AddAgent: _say_agent_record("adds"),
        ChangeAgent: _say_agent_record("changes"),
        GoAvailable: _say_availability,
        GoUnavailable: _say_availability,
        LogOut: _say_logout,
        SetNextState: _say_next_state,
        ClearNextState: _say_next_state,
        ReleaseAbsent: _fill_pattern("{who} takes {c.case} from whoever is gone"),
        RecordCustomer: _say_customer_record,
        ReceiveMessage: _say_message,
        EditMessage: _say_change("edits"),
        WithdrawMessage: _say_change("withdraws"),
        OpenCase: _say_opening,
        LeaveCase: _fill_pattern("{who} leaves {c.case}"),
        OfferWork: _say_offer("{who} offers {work} to {c.agent}"),
        AcceptOffer: _say_offer("{who} accepts {work}"),
        RejectOffer: _say_offer("{who} rejects {work}", "reason"),
        ExpireOffer: _say_offer("{who} lets the offer of {work} to {to} time out"),
        RescindOffer: _say_offer("{who} takes the offer of {work} to {to} back", "reason"),
        FreeReview: _fill_pattern("{who} takes the review on {c.case} from whoever is off duty"),
        TakeReview: _fill_pattern("{who} takes the review on {c.case}"),
        SnoozeCase: _say_snooze,
        EndSnooze: _fill_pattern("{who} ends the snooze of {c.case}"),
        ReassignCase: _say_handover("{who} gives {c.case} to {to}"),
        RecordConsent: _say_consent,
        MoveCase: _say_move,
        MergeCases: _fill_pattern("{who} merges {c.case} into {c.into}"),
        MergeCustomers: _fill_pattern("{who} finds that customer {c.customer} is customer {c.into}"),
        BlockCustomer: _say_block("blocks"),
        UnblockCustomer: _say_block("unblocks"),
        BlockThread: _fill_pattern("{who} blocks thread {c.thread}", "reason"),
        UnblockThread: _fill_pattern("{who} unblocks thread {c.thread}", "reason"),
        StartOutbound: _say_outbound,
        LogCase: _say_log,
        SendReply: _say_reply,
        SetStatus: _fill_pattern("{who} sets {c.case} to {c.status}"),
        CloseCase: _say_closing,
        Authenticate: _fill_pattern("{who} authenticates the customer of {c.case}", "method"),
        AskPresence: _fill_pattern("{who} asks on {c.case} whether the customer is there", "text"),
        DisconnectIdle: _fill_pattern("{who} disconnects the silent chat of {c.case}"),
        EndContact: _fill_pattern("{who} ends the contact on {c.case}"),
        EndUnanswered: _fill_pattern("{who} takes {c.case} back, which was never answered"),
        Dispose: _say_disposition,
        FlagCase: _say_flags,
        RelateRecord: _fill_pattern("{who} relates {c.case} to {c.relation} {c.record}"),
        UnrelateRecord: _fill_pattern("{who} takes back the relation of {c.case} to {c.relation}"),
        MakeCommitment: _say_commitment,
        FulfilCommitment: _fill_pattern("{who} fulfils commitment {c.commitment}"),
        TakeCommitment: _fill_pattern("{who} takes over commitment {c.commitment}"),
        RescheduleCommitment: _say_rescheduling,
        DeliveryFailed: _fill_pattern("{who} learns that {c.message} on {c.case} never arrived", "why"),
        RecordMiss: _say_miss,
        SetAttribute: _say_attribute,
        SetLevel: _fill_pattern("{who} sets the level of {c.case} to {c.level}"),
        AddNote: _say_note,
        EditNote: _fill_pattern("{who} rewrites note {c.note}", "text"),
        DeleteNote: _fill_pattern("{who} deletes note {c.note}"),
        AddTag: _say_tag("tags"),
        RemoveTag: _say_tag("takes a tag from"),
        SetSentiment: _fill_pattern("{who} marks message {c.message} of {c.case} as {c.sentiment}"),
        SubmitDraft: _fill_pattern("{who} submits draft {c.draft} on {c.case} as {c.send_as}", "text"),
        EditDraft: _fill_pattern("{who} edits draft {c.draft} on {c.case}", "text"),
        ReassignDraft: _say_handover("{who} gives the review of draft {c.draft} to {to}"),
        ApproveDraft: _say_approval,
        RefuseDraft: _fill_pattern("{who} refuses draft {c.draft} on {c.case}", "reason"),
        WithdrawDraft: _fill_pattern("{who} withdraws draft {c.draft} on {c.case}"),
    }
)
