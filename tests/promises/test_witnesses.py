"""Each witness by itself: a history written by hand that breaks its promise, and one beside it that does not.

There is no desk and no rule here: the events are all there is. Where a limit decides, the two lie on either side of it.
"""

from datetime import timedelta

import attrs
import pytest

from casecore import CUSTOMER, SYSTEM, CloseReason, Permission, Policy, Release, Status
from casecore.channels import Channel, MessageKind, TemplateKind
from casecore.kernel import Event, frozen
from casecore.promises import PROMISES, Happening, Watch
from casecore.promises.books import Books
from casecore.promises.life_cycle import EDGES, MOVES, edges_of
from casecore.promises.replies import what_is_wrong
from casecore.rooms.agents import AgentAdded, AgentAvailable, AgentUnavailable, AgentWrapsUp, GoAvailable, NextStateSet
from casecore.rooms.approvals import ApproveDraft, DraftApproved, DraftSubmitted
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, ReceiveMessage, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, WorkBegun
from casecore.rooms.authentication import Authenticated
from casecore.rooms.blocking import CustomerBlocked, CustomerUnblocked, ThreadBlocked, ThreadUnblocked
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.case_merging import CaseTakenOver, MergeCases
from casecore.rooms.cases import CaseClosed, CaseStarted, SetStatus, StatusSet
from casecore.rooms.clocks import ClockName, ClockState
from casecore.rooms.commitments import CommitmentMade
from casecore.rooms.contacts import ContactEnded, ContactStarted, CustomerLeft
from casecore.rooms.joining import ThreadJoined
from casecore.rooms.logged_cases import CustomerJoined
from casecore.rooms.merged_clocks import ClocksTakenOver
from casecore.rooms.merging import CustomerExtended, CustomerMerged, MergeCustomers
from casecore.rooms.moving import CaseMoved, MoveCase
from casecore.rooms.notes import CaseTagged, NoteAdded
from casecore.rooms.offers import AcceptOffer, OfferAccepted, OfferWork, WorkOffered
from casecore.rooms.outbound import ConsentRecorded
from casecore.rooms.prepared import PreparedText
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.reviews import ReviewFreed, ReviewTaken, TakeReview
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.sla import ClockJudged, ResponseUndone, SolutionUndone
from casecore.rooms.snoozes import CaseSnoozed, SnoozeEnded
from casecore.rooms.threads import ThreadOpened
from casecore.rooms.wrap_ups import Disposed, WrapUpOwed
from casecore.statuses import CASE_LIFECYCLE
from casecore.testing.scenario import at, prepared

SOP = Policy.default()
REPLY, APPROVE = Permission.REPLY, Permission.APPROVE


# Words of a history ------------------------------------------------------------------------------------


def joins(agent, *permissions, queues=("general",), channels=(), **capacity):
    """Somebody joins the desk, and is there for work."""
    added = AgentAdded(
        SYSTEM, at(), agent, agent, frozenset(permissions), frozenset(queues), frozenset(channels), capacity
    )
    return (added,), (AgentAvailable(agent, at(), agent),)


def comes(case="c1", channel=Channel.CHAT, when=0, thread=None, **fields):
    """A customer writes, and the case waits."""
    thread = thread or f"t-{case}"
    return (
        CaseStarted(CUSTOMER, at(when), case, thread, "maria", channel, "general", **fields),
        CaseQueued(CUSTOMER, at(when), case, "general", at(when)),
        MessageReceived(CUSTOMER, at(when), case, thread, "maria", f"m-{case}", "Hello", MessageKind.DIRECT),
    )


def wrote(when=3):
    """The customer writes again, on a case that is pending."""
    again = MessageReceived(CUSTOMER, at(when), "c1", "t-c1", "maria", f"m{when}", "And?", MessageKind.DIRECT)
    return (again, CaseReopened(CUSTOMER, at(when), "c1", Status.PENDING))


def taken(case="c1", agent="ana", when=1, channel=Channel.CHAT):
    """An agent opens a case."""
    return (
        CaseAssigned(agent, at(when), case, agent, waiting=True),
        ContactStarted(agent, at(when), case, agent, channel, silent=False),
        WorkBegun(agent, at(when), case, agent),
    )


def released(case="c1", agent="ana", when=5, because=Release.LEFT, queue="general"):
    """An agent gives a case back to its queue, and owes its disposition."""
    return (
        CaseReleased(agent, at(when), case, agent, because),
        ContactEnded(agent, at(when), case, agent, Channel.CHAT, str(because)),
        WrapUpOwed(agent, at(when), f"{case}/{agent}", case, agent, Channel.CHAT, str(because)),
        AgentWrapsUp(agent, at(when), agent),
        CaseQueued(agent, at(when), case, queue, at(when)),
    )


def closed(case="c1", by=SYSTEM, when=9, reason=CloseReason.SPAM):
    """A case is closed that nobody holds."""
    return (CaseClosed(by, at(when), case, reason),)


def replied(case="c1", by="ana", when=2, message="r1", send_as=Status.PENDING, **fields):
    """An agent replies."""
    return (ReplySent(by, at(when), case, message, fields.pop("text", "Hello"), send_as, by, **fields),)


def drafted(by="ana", when=2, draft="d1", queue="general", **fields):
    """An agent submits a draft."""
    return (DraftSubmitted(by, at(when), "c1", draft, "Hello", Status.PENDING, (), queue, "", **fields),)


def approved(by="cleo", author="ana", when=3, draft="d1", **fields):
    """A reviewer approves a draft, and it goes out."""
    sent = ReplySent(by, at(when), "c1", draft, "Hello", Status.PENDING, author, reviewer=by)
    return (DraftApproved(by, at(when), "c1", draft, author), attrs.evolve(sent, **fields))


def disposed(case="c1", agent="ana", when=6, then=AgentAvailable):
    """An agent disposes their last contact, and is available again."""
    done = Disposed(agent, at(when), f"{case}/{agent}", case, agent, "solved", "Done")
    return (done,) if then is None else (done, then(agent, at(when), agent))


def hand_set(status):
    """An agent sets the status by hand."""
    return (StatusSet("ana", at(4), "c1", status),)


def bounced(*messages):
    """Replies of ours never arrive; the first of them reopens the case."""
    first, *more = (said(MessageBounced(SYSTEM, at(5), "c1", "t-c1", message)) for message in messages)
    return ((*first, CaseReopened(SYSTEM, at(5), "c1", Status.PENDING, messages[0])), *more)


def judged(state, clock="first_response"):
    """A verdict on a clock."""
    return ClockJudged(SYSTEM, at(7), "c1", ClockName(clock), state, 60.0)


def writes(message, when=2, **fields):
    """The customer writes on the case, or a participant."""
    return (MessageReceived(CUSTOMER, at(when), "c1", "t-c1", "maria", message, "And?", MessageKind.DIRECT, **fields),)


def reopened(message):
    """The customer writes on a case that was pending."""
    return (*writes(message, 3), CaseReopened(CUSTOMER, at(3), "c1", Status.PENDING))


def noted(message, case="c1"):
    """A machine answers."""
    out = MessageNoted(CUSTOMER, at(2), case, "t-c1", message, "Out of office", MessageKind.DIRECT, auto_generated=True)
    return (out,)


def undone(*, again=False):
    """The case is reopened."""
    return SolutionUndone(SYSTEM, at(8), "c1", again, 0.0)


def said(event):
    """A single event as a step."""
    return (event,)


MET, MISSED = ClockState.MET, ClockState.MISSED
ANA, BEN = joins("ana", REPLY), joins("ben")
CLEO = joins("cleo", REPLY, APPROVE)
DESK = (*ANA, *BEN, *CLEO)
OPEN = (*DESK, comes(), taken())
KNOWN = (*OPEN, said(Authenticated("ana", at(2), "c1")))
SILENT = (*OPEN, replied(when=2), said(PresenceAsked("ana", at(3), "c1", "q1", "Are you there?")))
ENDED = (*OPEN, released())
GIVEN_BACK = tuple(event for event in released() if not isinstance(event, WrapUpOwed | AgentWrapsUp))
CLOSED = (*DESK, comes(), closed())
DRAFT = (*OPEN, drafted())
EMAIL = (*DESK, comes(channel=Channel.EMAIL), taken(channel=Channel.EMAIL))
WHATSAPP = (*DESK, comes(channel=Channel.WHATSAPP), taken(channel=Channel.WHATSAPP))
NEWS, READS = prepared(), "Dear Maria, there is news for you."
QUICK = PreparedText.of({"name": "hello", "text": "Hello"}, kind=TemplateKind.QUICK_REPLY)


def disconnected(when, case="c1"):
    """A silent chat is disconnected."""
    bye = ChatDisconnected("ana", at(when), case, "bye", "Good-bye")
    return (
        bye,
        CaseReleased("ana", at(when), case, "ana", Release.SILENCE),
        ContactEnded("ana", at(when), case, "ana", Channel.CHAT, "silence"),
        AgentWrapsUp("ana", at(when), "ana"),
    )


def offered(case="c1", agent="ana", when=1, *, review=False):
    """Work is offered to an agent."""
    return (WorkOffered(SYSTEM, at(when), case, agent, Channel.CHAT, review=review),)


def accepted(case="c1", agent="ana", when=2):
    """What was offered is accepted."""
    return (OfferAccepted(agent, at(when), case, agent, Channel.CHAT), *taken(case, agent, when))


def assigned(case, agent, when=2, channel=Channel.CHAT):
    """A case is given to an agent."""
    return taken(case, agent, when, channel)[:2]


def toml(text):
    """A policy."""
    return Policy.loads(text)


@frozen
class Told:
    """A history and its last step, and which promises that step breaks."""

    broken: str
    history: tuple
    last: tuple
    policy: Policy = SOP


CALL = Channel.VOICE
FULL = (*OPEN, comes("c2"), taken("c2"), comes("c3"))
RESTS = {"c1": Status.PENDING, "c2": Status.PENDING, "c3": Status.PENDING, "c4": Status.PENDING, "c5": Status.RESOLVED}
FIVE = (
    *DESK,
    *(
        step
        for case, status in RESTS.items()
        for step in (
            comes(case, Channel.EMAIL),
            taken(case, channel=Channel.EMAIL),
            replied(case, message=f"r-{case}", send_as=status),
        )
    ),
    comes("c6", Channel.EMAIL),
)
BACK = (CaseReopened(CUSTOMER, at(4), "c1", Status.PENDING), *comes(channel=Channel.EMAIL, when=4)[2:])
COUNTED = '[capacity]\nstatuses = ["new", "open", "escalated"{}]\n'
AT_WORK = toml(COUNTED.format(""))
LEAVING = (*OPEN, said(NextStateSet("ana", at(2), "ana", "lunch")))
REVIEWED = said(ReviewTaken("cleo", at(3), "c1", "d1", "cleo"))
ONE_EACH = (*joins("ana", REPLY, total=2, chat=1), *CLEO)
SECOND = said(CaseAssigned("ben", at(2), "c1", "ben"))
BESIDE = toml("capacity = { voice_with_cases = true }")
ANY_QUEUE = toml('enforcement = { "assignment.queue" = "off" }')
LUNCH = said(AgentUnavailable("ana", at(7), "ana", "lunch"))
RESOLVED = said(StatusSet("ana", at(3), "c1", Status.RESOLVED))
RESOLVED_BY_BEN = said(StatusSet("ben", at(8), "c1", Status.RESOLVED))
PROMISED = said(CommitmentMade("ana", at(3), "p1", "c1", "ana", at(hours=1), "Call back"))
WROTE_AGAIN = (CaseReopened(CUSTOMER, at(4), "c1", Status.PENDING), *comes(when=4)[2:])
BY_DAY = timedelta(hours=24).total_seconds()
FOLLOWED = (SuccessorStarted(CUSTOMER, at(10), "c1", "c2"), *comes("c2", when=10, thread="t-c1", predecessor="c1"))

BLOCKED = (CustomerBlocked(SYSTEM, at(), "maria", "Insults"),)
BLOCKED_BOB = (CustomerBlocked(SYSTEM, at(), "bob", "Insults"),)
UNBLOCKED = (CustomerUnblocked(SYSTEM, at(), "maria", "Has apologised"),)
THREAD_BLOCKED = (ThreadBlocked(SYSTEM, at(), "t-c1", "Advertisements"),)
THREAD_UNBLOCKED = (ThreadUnblocked(SYSTEM, at(), "t-c1", "A mistake"),)


AGREED = (ConsentRecorded(SYSTEM, at(), "mia", opted_in=True),)
WITHDRAWN = (ConsentRecorded(SYSTEM, at(), "maria", opted_in=False),)


def merges(customer="maria", into="mia", **known):
    """A customer is found to be another."""
    extended = CustomerExtended(SYSTEM, at(), into, (customer,), (), None, **known)
    return (CustomerMerged(SYSTEM, at(), customer, into), extended)


SMS = Channel.SMS
THREADS = (
    (ThreadOpened(CUSTOMER, at(), "t-c1", "maria", SMS),),
    (ThreadOpened(CUSTOMER, at(), "t-c2", "mia", SMS),),
)


def moved(customer="mia"):
    """The case goes on, on the other thread."""
    return CaseMoved(SYSTEM, at(4), "c1", "t-c2", "t-c1", customer)


MARIAS = (THREADS[0], (ThreadOpened(CUSTOMER, at(), "t-c2", "maria", SMS),))
TWO_CASES = (*MARIAS, comes(channel=SMS), comes("c2", SMS, 1))


NINE = at()


def becomes_one(waits_since=NINE, started_at=NINE, threads=("t-c1",), is_closed=True):
    """The first of two cases goes on as the second."""
    return (
        *(ThreadJoined(SYSTEM, at(9), "c2", thread) for thread in threads),
        CaseTakenOver(SYSTEM, at(9), "c2", "c1", waits_since=waits_since),
        *((CaseClosed(SYSTEM, at(9), "c1", CloseReason.MERGED, "c2"),) if is_closed else ()),
        ClocksTakenOver(SYSTEM, at(9), "c2", started_at=started_at, first_response=60.0),
    )


def we_begin(customer, by="ana"):
    """A case begins on WhatsApp, and waits in its queue."""
    started = CaseStarted(by, at(3), "c9", "t9", customer, Channel.WHATSAPP, "general")
    return (started, CaseQueued(by, at(3), "c9", "general", at(3)))


THREAD_OF_MARIA = (ThreadOpened(CUSTOMER, at(), "t-c1", "maria", Channel.CHAT),)


def only_noted(case=None, thread="t9", **fields):
    """A message is only noted, because somebody is blocked."""
    return MessageNoted(
        CUSTOMER, at(3), case, thread, "m9", "Hello", MessageKind.DIRECT, auto_generated=False, blocked=True, **fields
    )


def beside(who):
    """Somebody in copy writes."""
    kind = MessageKind.DIRECT
    return MessageReceived(CUSTOMER, at(3), "c1", "t-c1", "maria", "m9", "Hello", kind, participant=who)


BOUNCED = MessageBounced(SYSTEM, at(9), "c1", "t-c1", "r1")
REOPENED = CaseReopened(SYSTEM, at(9), "c1", Status.PENDING)
PROMISED_LATER = CommitmentMade("ana", at(6), "p1", "c1", "ana", at(hours=1), "Call back")
LEFT = (
    CustomerLeft(CUSTOMER, at(5), "c1"),
    ContactEnded(CUSTOMER, at(5), "c1", "ana", Channel.CHAT, "ended_by_customer", True),
    AgentWrapsUp(CUSTOMER, at(5), "ana"),
)
LET_GO = (*disposed(), CaseReleased("ana", at(6), "c1", "ana", Release.DISPOSED), released()[-1])
EACH = '{ new = "1m", open = "1m", pending = "1m", escalated = "1m", resolved = "1m" }'
IN_A_MINUTE = toml(f'lifecycle = {{ close_after = {EACH} }}\nrouting = {{ answer_within = "1m" }}')
ANSWERS_IN_A_MINUTE = toml('routing = { answer_within = "1m" }')
ASKED_LATER = (
    *KNOWN,
    hand_set(Status.RESOLVED),
    (*writes("m2", 5), CaseReopened(CUSTOMER, at(5), "c1", Status.RESOLVED)),
)
SNOOZED = (*EMAIL, replied(), (CaseSnoozed("ana", at(3), "c1", at(60)), *released(when=3, because=Release.SNOOZED)))


def let_lapse(when):
    """The case is taken back as never answered, and there is nothing to dispose."""
    event = released(when=when, because=Release.UNANSWERED)
    return (*event[:2], event[-1])


def awake(when, by=SYSTEM):
    """The snooze of a case ends."""
    return (SnoozeEnded(by, at(when), "c1", over=by == SYSTEM), StatusSet(by, at(when), "c1", Status.OPEN))


def by_itself(when):
    """A case is closed automatically."""
    return closed(when=when, reason=CloseReason.AUTOMATIC)


GIVES_UP = (CustomerLeft(CUSTOMER, at(7), "c1"),)
KEEP = toml('live = { abandoned = "keep" }')


def logged(case="c1", agent="ana", channel=Channel.CHAT, thread="t-c1"):
    """An agent logs a case that begins with no message, and holds it."""
    return (
        CaseStarted(agent, at(1), case, thread, "maria", channel, "general", logged=True),
        CaseAssigned(agent, at(1), case, agent),
        WorkBegun(agent, at(1), case, agent),
        ContactStarted(agent, at(1), case, agent, channel, silent=True, ours=True, logged=True),
    )


LOGGED = (*DESK, logged())
LOGGED_CALL = (*DESK, logged(channel=CALL))
LOGGED_AND_KNOWN = (*LOGGED, said(Authenticated("ana", at(2), "c1")))
CALLS = (*writes("m9", 3), CustomerJoined(CUSTOMER, at(3), "c1", CALL, "ana"))

TOLD = {
    # logged cases
    "05: a case beside a call that was logged": Told("", (*LOGGED_CALL, comes("c2")), assigned("c2", "ana", 4)),
    "05: a call that was logged beside a case": Told("", OPEN, logged("c2", channel=CALL, thread="t-c2")),
    "05: a call that was logged beside a call": Told(
        "05", (*DESK, comes("c2", CALL), taken("c2", channel=CALL)), logged(), toml("capacity = { voice = 2 }")
    ),
    "05: a case beside a call that was logged, once they call": Told(
        "05", (*LOGGED_CALL, CALLS, comes("c2")), assigned("c2", "ana", 4)
    ),
    "05: a case once a call that was logged is left": Told(
        "", (*LOGGED_CALL, released(), disposed(), comes("c2")), assigned("c2", "ana", 7)
    ),
    "06: ended, and only logged": Told("", LOGGED, released(because=Release.ENDED_BY_AGENT)),
    "06: disconnected, and only logged": Told(
        "06", (*LOGGED, said(PresenceAsked("ana", at(3), "c1", "q1", "Are you there?"))), disconnected(600)
    ),
    "08: known elsewhere": Told("", LOGGED_AND_KNOWN, RESOLVED),
    "08: known elsewhere, and it is somebody else who writes": Told(
        "08", (*LOGGED_AND_KNOWN, writes("m9", 3)), RESOLVED
    ),
    "22: they leave who were never there": Told("22", LOGGED, LEFT),
    "22: they leave once they have written": Told("", (*LOGGED, writes("m9", 3)), LEFT),
    # 01
    "01: set to new": Told("01", OPEN, said(StatusSet("ana", at(2), "c1", Status.NEW))),
    "01: set to pending": Told("", OPEN, said(StatusSet("ana", at(2), "c1", Status.PENDING))),
    "01: started twice": Told("01", (*DESK, comes()), comes()[:1]),
    "01: begun twice": Told("01", OPEN, taken()[2:]),
    "01: answered while new": Told("01", (*DESK, comes()), replied()),
    "01: closed before it came": Told("01", DESK, closed()),
    "01: closed while new": Told("", (*DESK, comes()), closed()),
    "01: pending though the customer wrote": Told("01", (*OPEN, replied()), comes(when=3)[2:]),
    "01: open again as the customer wrote": Told(
        "", (*OPEN, replied()), (CaseReopened(CUSTOMER, at(3), "c1", Status.PENDING), *comes(when=3)[2:])
    ),
    "01: open again, and nobody wrote": Told(
        "01", (*OPEN, replied()), said(CaseReopened(CUSTOMER, at(3), "c1", Status.PENDING))
    ),
    "01: what did not arrive moves no closed case": Told("", CLOSED, said(BOUNCED)),
    "01: what did not arrive, and it stays pending": Told("01", (*OPEN, replied()), said(BOUNCED)),
    "01: what did not arrive opens it again": Told("", (*OPEN, replied()), (BOUNCED, REOPENED)),
    "01: what answered nothing did not arrive": Told(
        "", (*OPEN, replied()), (attrs.evolve(BOUNCED, message="r9"), REOPENED)
    ),
    "05: a review that is freed": Told("", (*DRAFT, REVIEWED), said(ReviewFreed(SYSTEM, at(4), "c1", "d1", "cleo"))),
    "06: ended while the customer waits": Told("06", OPEN, released(because=Release.ENDED_BY_AGENT)),
    "06: ended, and nothing is settled": Told("06", (*OPEN, replied()), released(because=Release.ENDED_BY_AGENT)),
    "06: ended once it is escalated": Told(
        "", (*OPEN, replied(send_as=Status.ESCALATED)), released(because=Release.ENDED_BY_AGENT)
    ),
    "08: promised in the wrap-up": Told("08", ENDED, said(PROMISED_LATER)),
    "08: promised in the wrap-up, once they are known": Told("", (*KNOWN, released()), said(PROMISED_LATER)),
    "08: resolved after the customer has left": Told("", (*OPEN, LEFT), replied(when=6, send_as=Status.RESOLVED)),
    "08: of the account after the customer has left": Told("08", (*OPEN, LEFT), replied(when=6, about_account=True)),
    "08: set to resolved after the customer has left": Told(
        "", (*OPEN, LEFT), said(StatusSet("ana", at(6), "c1", Status.RESOLVED))
    ),
    # 22
    "22: given up waiting, and closed": Told("", (*DESK, comes()), (*GIVES_UP, *closed(reason=CloseReason.ABANDONED))),
    "22: given up waiting, and it stays": Told("22", (*DESK, comes()), GIVES_UP),
    "22: given up waiting, and kept": Told("", (*DESK, comes()), GIVES_UP, KEEP),
    "22: rung all the same": Told("22", (*DESK, comes(), GIVES_UP), offered(when=9), KEEP),
    "22: rung once they write again": Told("", (*DESK, comes(), GIVES_UP, comes(when=9)[2:]), offered(when=9), KEEP),
    "22: rung once it is given to somebody": Told(
        "",
        (*DESK, comes(), GIVES_UP),
        (CaseQueued("cleo", at(9), "c1", "general", at(9)), *offered(when=9)),
        KEEP,
    ),
    "22: rings on": Told("22", (*DESK, comes(), offered()), GIVES_UP, KEEP),
    "22: a draft waits on": Told("22", (*DRAFT, released(because=Release.AGENT_LOST)), GIVES_UP, KEEP),
    "22: taken from who has to dispose it": Told("22", OPEN, (LEFT[0], *released(because=Release.ENDED_BY_CUSTOMER))),
    "22: rung once it is disposed": Told("22", (*OPEN, LEFT, LET_GO), offered(when=9)),
    # 02
    "02: tagged": Told("02", CLOSED, said(CaseTagged("ana", at(10), "c1", "late"))),
    "02: noted": Told("", CLOSED, said(NoteAdded("ana", at(10), "n1", "Hm", "c1", None))),
    "02: tagged as it is closed": Told("", (*DESK, comes()), (*closed(), CaseTagged("ana", at(9), "c1", "late"))),
    "02: written on": Told("01 02", CLOSED, comes(when=10)[2:]),
    "02: followed by another": Told("", CLOSED, FOLLOWED),
    "02: another is started on its thread": Told("02", (*DESK, comes()), comes("c2", thread="t-c1")),
    "02: followed twice": Told("02", (*CLOSED, FOLLOWED), said(SuccessorStarted(CUSTOMER, at(11), "c1", "c3"))),
    # 03
    "03: given to a second one": Told("03", KNOWN, SECOND),
    "03: given to a second one once it is back": Told(
        "", (*KNOWN, released(because=Release.LEFT)), assigned("c1", "ben", 6)
    ),
    "03: taken from somebody else": Told(
        "03 13 16", KNOWN, said(CaseReleased("ben", at(3), "c1", "ben", Release.LEFT))
    ),
    "03: held without a contact": Told("03", (*DESK, comes()), taken()[:1]),
    "03: a contact without a holder": Told("03 13 16", OPEN, released()[:1]),
    "03: held after the customer has left": Told("", OPEN, LEFT),
    "03: held once it is disposed": Told("03", (*OPEN, LEFT), disposed()),
    # 04
    "04: a third chat": Told("04 05", FULL, assigned("c3", "ana")),
    "04: a second chat": Told("", (*OPEN, comes("c2")), assigned("c2", "ana")),
    "04: a third chat is offered": Told("04 05", FULL, offered("c3")),
    "04: an offer counts": Told("04 05", (*OPEN, comes("c2"), offered("c2"), comes("c3")), assigned("c3", "ana")),
    "04: an offer is accepted": Told("", (*OPEN, comes("c2"), offered("c2")), accepted("c2")),
    "04: more than one's own limit": Told("04 05", (*ONE_EACH, comes(), taken(), comes("c2")), assigned("c2", "ana")),
    "04: four pending emails and a resolved one": Told("04 05", FIVE, assigned("c6", "ana", channel=Channel.EMAIL)),
    "04: where these do not count": Told("", FIVE, assigned("c6", "ana", channel=Channel.EMAIL), AT_WORK),
    "04: where only the resolved one does not": Told(
        "", FIVE, assigned("c6", "ana", channel=Channel.EMAIL), toml(COUNTED.format(', "pending"'))
    ),
    "04: one of them came back": Told(
        "04 05", (*FIVE, BACK), assigned("c6", "ana", channel=Channel.EMAIL), toml(COUNTED.format("") + "email = 1")
    ),
    "04: chats count though they are pending": Told(
        "04 05", (*OPEN, replied(), comes("c2"), taken("c2"), comes("c3")), assigned("c3", "ana"), AT_WORK
    ),
    "05: a call beside an email that rests": Told(
        "", (*EMAIL, replied(), comes("c2", CALL)), assigned("c2", "ana", channel=CALL), AT_WORK
    ),
    "04: as much as one's own limit": Told("", (*ONE_EACH, comes()), assigned("c1", "ana")),
    "04: more than one's own total": Told(
        "04 05",
        (
            *ONE_EACH,
            comes(),
            taken(),
            comes("c2", Channel.EMAIL),
            taken("c2", channel=Channel.EMAIL),
            comes("c3", Channel.SMS),
        ),
        assigned("c3", "ana", channel=Channel.SMS),
    ),
    "04: a review beside a full inbox": Told(
        "04 05",
        (*joins("cleo", APPROVE, total=0), *ANA, comes(), taken(), drafted()),
        REVIEWED,
    ),
    "04: a review counts on no channel": Told(
        "",
        (*joins("cleo", APPROVE, chat=0), *ANA, comes(), taken(), drafted()),
        REVIEWED,
    ),
    "04: not claimed": Told("", FULL, assigned("c3", "ana"), toml('enforcement = { "capacity.channel" = "off" }')),
    # 05
    "05: nobody knows them": Told("05", (*DESK, comes()), offered("c1", "zoe")),
    "05: not there": Told("05", (*DESK, LUNCH, comes()), assigned("c1", "ana")),
    "05: back again": Told("", (*DESK, LUNCH, *ANA[1:], comes()), assigned("c1", "ana")),
    "05: of other queues": Told("05", (*joins("eva", queues=("billing",)), comes()), offered("c1", "eva")),
    "05: on other channels": Told("05", (*joins("eva", channels=(Channel.EMAIL,)), comes()), offered("c1", "eva")),
    "05: on this channel": Told("", (*joins("eva", channels=(Channel.CHAT,)), comes()), offered("c1", "eva")),
    "05: about to leave": Told("05", (*LEAVING, comes("c2")), assigned("c2", "ana")),
    "05: with a contact to dispose": Told("05", (*ENDED, comes("c2")), assigned("c2", "ana", 7)),
    "05: once it is disposed": Told("", (*ENDED, disposed(), comes("c2")), assigned("c2", "ana", 7)),
    "05: where nothing is disposed": Told(
        "",
        (*OPEN, GIVEN_BACK, comes("c2")),
        assigned("c2", "ana", 7),
        toml("wrap_up = { disposition = false, notes = false }"),
    ),
    "05: a call beside a chat": Told("05", (*OPEN, comes("c2", CALL)), assigned("c2", "ana", channel=CALL)),
    "05: a chat beside a call": Told(
        "05", (*DESK, comes("c1", CALL), taken(channel=CALL), comes("c2")), assigned("c2", "ana")
    ),
    "05: a call beside a chat, where it may be": Told(
        "",
        (*OPEN, comes("c2", CALL)),
        assigned("c2", "ana", channel=CALL),
        BESIDE,
    ),
    "05: a review by somebody who may not": Told("05", DRAFT, said(ReviewTaken("ben", at(3), "c1", "d1", "ben"))),
    "05: a review by somebody who may": Told("", DRAFT, REVIEWED),
    "05: a review of nothing": Told("05", OPEN, offered("c1", "cleo", review=True)),
    "05: a review in another queue": Told("05", (*OPEN, drafted(queue="billing")), offered("c1", "cleo", review=True)),
    "05: a review of one's own": Told("05", (*OPEN, drafted(by="cleo")), offered("c1", "cleo", review=True)),
    "05: a review of one's own, where it may be": Told(
        "",
        (*OPEN, drafted(by="cleo")),
        offered("c1", "cleo", review=True),
        toml("approval = { self_approval = true }"),
    ),
    "05: a case of an unknown channel": Told("", DESK, offered("c9"), ANY_QUEUE),
    # 06 and 07
    "06: a second too early": Told("06", SILENT, disconnected(2 + 119)),
    "06: at that second": Told("", SILENT, disconnected(2 + 120)),
    "06: unasked": Told("06", SILENT[:-1], disconnected(600)),
    "06: while nobody is silent": Told("06 07", OPEN, disconnected(600)),
    "06: from the question, a second too early": Told(
        "06", SILENT, disconnected(3 + 119), toml('[chat.idle]\ncounts_from = "question"')
    ),
    "06: from the question, at that second": Told(
        "", SILENT, disconnected(3 + 120), toml('[chat.idle]\ncounts_from = "question"')
    ),
    "06: from a question that nobody asks": Told(
        "", SILENT[:-1], disconnected(2 + 120), toml('[chat.idle]\ncounts_from = "question"\nask_first = 0')
    ),
    "06: not claimed": Told("", SILENT[:-1], disconnected(600), toml('enforcement = { "idle.asked" = "off" }')),
    "07: the customer has written": Told("06 07", (*SILENT, WROTE_AGAIN), disconnected(600)),
    "07: the customer has not written": Told("", SILENT, disconnected(600)),
    # 08
    "08: resolved": Told("08", OPEN, RESOLVED),
    "08: resolved once they are known": Told("", KNOWN, RESOLVED),
    "08: resolved by a reply": Told("08", OPEN, replied(send_as=Status.RESOLVED)),
    "08: escalated by a reply": Told("", OPEN, replied(send_as=Status.ESCALATED)),
    "08: of the account": Told("08", OPEN, replied(about_account=True)),
    "08: of the account, as its draft said": Told("09 08", (*OPEN, drafted(about_account=True)), approved()),
    "08: promised": Told("08", OPEN, PROMISED),
    "08: promised once they are known": Told("", KNOWN, PROMISED),
    "08: transferred": Told("08", OPEN, released(because=Release.TRANSFERRED)),
    "08: on a channel that needs none": Told("", EMAIL, RESOLVED),
    "08: known by the one before": Told(
        "08",
        (*KNOWN, released(), disposed(), assigned("c1", "ben", 7)),
        RESOLVED_BY_BEN,
    ),
    "08: a customer says so": Told("08", (*OPEN, said(Authenticated(CUSTOMER, at(2), "c1"))), RESOLVED),
    "08: known as the contact begins": Told("08", (*DESK, comes()), (*taken(), Authenticated("ana", at(1), "c1"))),
    "08: closed by hand": Told(
        "08",
        OPEN,
        (
            CaseClosed("ana", at(9), "c1", CloseReason.BY_HAND),
            ContactEnded("ana", at(9), "c1", "ana", Channel.CHAT, "closed"),
            AgentWrapsUp("ana", at(9), "ana"),
        ),
        toml('authentication = { before = ["close"] }'),
    ),
    "08: closed by hand where nobody holds it": Told(
        "",
        (*DESK, comes()),
        closed(by="ana", reason=CloseReason.BY_HAND),
        toml('authentication = { before = ["close"] }'),
    ),
    # 09 to 11
    "09: without permission": Told("09", (*DESK, comes(), taken(agent="ben")), replied(by="ben")),
    "09: with permission": Told("", OPEN, replied()),
    "09: approved by somebody who may not": Told("09", DRAFT, approved(by="ben")),
    "09: approved by somebody who may": Told("", DRAFT, approved()),
    "09: approved, and nothing waited": Told("09", OPEN, approved()),
    "09: another text": Told("09", DRAFT, approved(text="Hello!")),
    "09: another status": Told("09", DRAFT, approved(send_as=Status.ESCALATED)),
    "09: another subject": Told("09", DRAFT, approved(subject="Hi")),
    "09: with something attached": Told("09", DRAFT, approved(attachments=("a.pdf",))),
    "09: suddenly of the account": Told("09 08", DRAFT, approved(about_account=True)),
    "09: without its template": Told("09", (*OPEN, drafted(template=QUICK)), approved()),
    "09: with its template": Told("", (*OPEN, drafted(template=QUICK)), approved(template=QUICK)),
    "10: by its author": Told("10", (*OPEN, drafted(by="cleo")), approved(author="cleo")),
    "10: by its author, who is told as another": Told("09 10", (*OPEN, drafted(by="cleo")), approved(author="ana")),
    "10: of a draft that nobody knows": Told("09 10", OPEN, approved(author="cleo")),
    "10: where it may be": Told(
        "", (*OPEN, drafted(by="cleo")), approved(author="cleo"), toml("approval = { self_approval = true }")
    ),
    "11: twice": Told("11", (*OPEN, replied()), replied()),
    "11: another message": Told("", (*OPEN, replied()), replied(message="r2")),
    "11: a draft by the id of a question": Told("11", SILENT, replied(message="q1", when=4)),
    # 12
    "12: a second before the window closes": Told("", WHATSAPP, replied(when=BY_DAY - 1)),
    "12: as it closes": Told("12", WHATSAPP, replied(when=BY_DAY)),
    "12: after it has opened again": Told("", (*WHATSAPP, comes(when=9)[2:]), replied(when=BY_DAY + 8)),
    "12: where nobody has written": Told("12", (*DESK, comes(channel=Channel.WHATSAPP)[:2], taken()), replied()),
    "12: on another channel": Told("", EMAIL, replied(when=BY_DAY)),
    "12: a template": Told("", WHATSAPP, replied(when=BY_DAY, text=READS, template=NEWS)),
    "12: a quick reply": Told("12", WHATSAPP, replied(when=BY_DAY, template=QUICK)),
    "12: a template with an attachment": Told(
        "12", WHATSAPP, replied(when=BY_DAY, text=READS, template=NEWS, attachments=("a.pdf",))
    ),
    "12: a template that says something else": Told("12", WHATSAPP, replied(when=BY_DAY, template=NEWS)),
    "12: a question as free text": Told(
        "12", WHATSAPP, said(PresenceAsked("ana", at(BY_DAY), "c1", "q1", "Are you there?"))
    ),
    # 13 to 16
    "13: back with a contact to dispose": Told("13", ENDED, said(AgentAvailable("ana", at(6), "ana"))),
    "13: back with nothing to dispose": Told("", (*ENDED, disposed()), said(AgentAvailable("ana", at(7), "ana"))),
    "13: taken back before the time to answer is over": Told("13", OPEN, let_lapse(60), ANSWERS_IN_A_MINUTE),
    "13: taken back once it is over": Told("", OPEN, let_lapse(61), ANSWERS_IN_A_MINUTE),
    "13: taken back where there is all the time": Told("13", OPEN, let_lapse(61)),
    "13: taken back before it is over since the customer asked": Told("13", ASKED_LATER, let_lapse(64), IN_A_MINUTE),
    "13: taken back once it is over since the customer asked": Told("", ASKED_LATER, let_lapse(65), IN_A_MINUTE),
    "13: available all the time": Told("13", OPEN, (*released()[:3], *released()[4:])),
    "14: lunch with a contact": Told("14", OPEN, LUNCH),
    "14: lunch once it is given back": Told("", ENDED, LUNCH),
    "15: the last disposition": Told("15", (*LEAVING, released()), disposed()),
    "15: the last disposition, and nothing": Told("15", ENDED, disposed(then=None)),
    "15: the last disposition, and lunch": Told("", (*LEAVING, released()), (*disposed(then=None), *LUNCH)),
    "15: not the last one": Told(
        "",
        (*OPEN, comes("c2"), taken("c2"), said(NextStateSet("ana", at(2), "ana", "lunch")), released(), released("c2")),
        disposed(then=None),
    ),
    "16: in no queue": Told("16", OPEN, released()[:4]),
    "16: in a queue while held": Told("16", OPEN, said(CaseQueued("ana", at(5), "c1", "general", at(5)))),
    "16: in a queue that there is not": Told("16", OPEN, released(queue="nowhere")),
    "16: resolved, and in no queue": Told("", (*KNOWN, RESOLVED), released()[:4]),
    "16: closed, and queued": Told(
        "16", (*DESK, comes()), (*closed(), CaseQueued(SYSTEM, at(9), "c1", "general", at(9)))
    ),
    "16: a snooze that is over a second too early": Told("16", SNOOZED, awake(59)),
    "16: a snooze that is over": Told("", SNOOZED, awake(60)),
    "16: a snooze that somebody ends before": Told("", SNOOZED, awake(30, by="ana")),
    # 23 and 24
    "23: nobody has answered": Told("23", (*DESK, comes()), closed(reason=CloseReason.AUTOMATIC)),
    "23: as spam": Told("", (*DESK, comes()), closed()),
    "23: where the SOP allows it": Told(
        "", (*DESK, comes()), closed(reason=CloseReason.AUTOMATIC), toml("lifecycle = { close_unanswered = true }")
    ),
    "23: after a reply": Told("", (*OPEN, replied(), released()), by_itself(62), IN_A_MINUTE),
    "23: a second too early after a reply": Told("23", (*OPEN, replied(), released()), by_itself(61), IN_A_MINUTE),
    "23: a second too early after a question": Told("23", (*SILENT, released()), by_itself(62), IN_A_MINUTE),
    "23: after a question": Told("", (*SILENT, released()), by_itself(63), IN_A_MINUTE),
    "23: in a status that is never closed so": Told("23", (*OPEN, replied(), released()), by_itself(BY_DAY * 9)),
    "23: while it is snoozed": Told("23", SNOOZED, by_itself(BY_DAY), IN_A_MINUTE),
    "23: a second too early after a snooze": Told("23", (*SNOOZED, awake(60)[:1]), by_itself(119), IN_A_MINUTE),
    "23: after a snooze": Told("", (*SNOOZED, awake(60)[:1]), by_itself(120), IN_A_MINUTE),
    "23: after setting it pending": Told(
        "23", (*OPEN, hand_set(Status.PENDING), released()), closed(reason=CloseReason.AUTOMATIC)
    ),
    "23: after setting it resolved": Told(
        "", (*KNOWN, hand_set(Status.RESOLVED), released()), by_itself(2 * BY_DAY + 4)
    ),
    "23: a second too early after setting it resolved": Told(
        "23", (*KNOWN, hand_set(Status.RESOLVED), released()), by_itself(2 * BY_DAY + 3)
    ),
    "23: of two answers one never arrived": Told(
        "", (*OPEN, replied(), replied(message="r2"), *bounced("r1"), released()), by_itself(65), IN_A_MINUTE
    ),
    "23: no answer arrived": Told(
        "23",
        (*OPEN, replied(), replied(message="r2"), *bounced("r1", "r2"), released()),
        closed(reason=CloseReason.AUTOMATIC),
    ),
    # 27
    "27: past what came after": Told("27", (*OPEN, writes("m2")), replied(seen="m-c1")),
    "27: past a neighbour's words": Told("27", (*OPEN, writes("m2", participant="bob")), replied(seen="m-c1")),
    "27: the last was read": Told("", (*OPEN, writes("m2")), replied(seen="m2")),
    "27: nobody says": Told("", (*OPEN, writes("m2")), replied()),
    "27: what a machine sent after it was read": Told("", (*OPEN, noted("m2")), replied(seen="m2")),
    "27: what a machine sent needs no reading": Told("", (*OPEN, noted("m2")), replied(seen="m-c1")),
    "27: our reply after it was read": Told("", (*OPEN, replied()), replied(message="r2", seen="r1")),
    "27: our reply before it was read": Told(
        "27", (*OPEN, replied(), reopened("m2")), replied(message="r2", seen="r1", when=4)
    ),
    "27: nobody has written": Told("", (*DESK, comes()[:2], taken()), replied(seen="r0")),
    "27: before there was any case": Told("", (*DESK, noted("m0", None), *OPEN[len(DESK) :]), replied(seen="m-c1")),
    "24: missed, then met": Told("24", (*OPEN, said(judged(MISSED))), said(judged(MET))),
    "24: met, then missed": Told("24", (*OPEN, said(judged(MET))), said(judged(MISSED))),
    "24: missed, and missed still": Told("", (*OPEN, said(judged(MISSED))), said(judged(MISSED))),
    "24: met, and reopened": Told(
        "", (*OPEN, said(judged(MET, "solution")), said(undone())), said(judged(MISSED, "solution"))
    ),
    "24: missed, and reopened": Told(
        "24", (*OPEN, said(judged(MISSED, "solution")), said(undone())), said(judged(MET, "solution"))
    ),
    "24: missed, and begun again": Told(
        "", (*OPEN, said(judged(MISSED, "solution")), said(undone(again=True))), said(judged(MET, "solution"))
    ),
    "24: a next response too late, and the one after it in time": Told(
        "",
        (*OPEN, replied(), wrote(), said(judged(MISSED, "next_response")), replied(message="r2"), wrote()),
        said(judged(MET, "next_response")),
    ),
    "24: a next response too late, and in time": Told(
        "24",
        (*OPEN, replied(), wrote(), said(judged(MISSED, "next_response")), wrote()[:1]),
        said(judged(MET, "next_response")),
    ),
    "24: met by a next response that never arrived": Told(
        "",
        (
            *(*OPEN, replied(), wrote(), said(judged(MET, "next_response"))),
            said(ResponseUndone(SYSTEM, at(8), "c1", clock=ClockName.NEXT_RESPONSE)),
        ),
        said(judged(MISSED, "next_response")),
    ),
    "25: merged, and both are known": Told("", (), merges()),
    "25: merged, and nothing is taken over": Told("25", (), merges()[:1]),
    "25: merged, and the block is lost": Told("25", (BLOCKED,), merges()),
    "25: merged, and the block is kept": Told("", (BLOCKED,), merges(blocked=True)),
    "25: merged into somebody who is blocked": Told("25", (BLOCKED,), merges("mia", "maria")),
    "25: merged, and the withdrawal is lost": Told("25", (WITHDRAWN, AGREED), merges(opted_in=True)),
    "25: merged, and the withdrawal stands": Told("", (WITHDRAWN, AGREED), merges(opted_in=False)),
    "25: merged, and the consent is lost": Told("25", (AGREED,), merges()),
    "25: merged, and the consent is kept": Told("", (AGREED,), merges(opted_in=True)),
    "25: merged twice": Told("25", (merges(),), merges("maria", "may")),
    "25: merged into somebody who was merged": Told("25", (merges(),), merges("may", "maria")),
    "25: merged into themselves": Told("25", (), merges("maria", "maria")),
    "25: a chain": Told("25", (merges(),), merges("mia", "may")),
    "25: no chain, since all are merged": Told(
        "",
        (merges(),),
        (
            CustomerMerged(SYSTEM, at(), "mia", "may"),
            CustomerMerged(SYSTEM, at(), "maria", "may"),
            CustomerExtended(SYSTEM, at(), "may", ("mia", "maria"), (), None),
        ),
    ),
    "25: written to, though one of them withdrew": Told("25", (WITHDRAWN, merges(opted_in=False)), we_begin("mia")),
    "25: written to by the old id": Told("25", (WITHDRAWN, merges(opted_in=False)), we_begin("maria")),
    "25: written to, for they agreed again": Told(
        "",
        (WITHDRAWN, merges(opted_in=False), (ConsentRecorded(SYSTEM, at(), "maria", opted_in=True),)),
        we_begin("mia"),
    ),
    "25: they write themselves": Told("", (WITHDRAWN, merges(opted_in=False)), we_begin("mia", CUSTOMER)),
    "26: merged with somebody blocked": Told("26", (BLOCKED_BOB, merges("bob", "maria", blocked=True)), comes()),
    "26: the person is blocked by the old id": Told("26", (merges("bob", "maria"), BLOCKED_BOB), comes()),
    "25: moved to a thread of theirs": Told("", (*THREADS, comes(channel=SMS)), said(moved())),
    "25: moved to a thread with an open case": Told(
        "25", (*THREADS, comes(channel=SMS), comes("c2", SMS)), said(moved())
    ),
    "25: moved to a thread with a closed case": Told(
        "", (*THREADS, comes(channel=SMS), comes("c2", SMS), closed("c2")), said(moved())
    ),
    "25: moved to a thread of another": Told("25", (*THREADS, comes(channel=SMS)), said(moved(customer="may"))),
    "25: moved to another channel": Told("25", (*THREADS, comes()), said(moved())),
    "25: moved with a draft": Told(
        "25", (*DESK, *THREADS, comes(channel=SMS), taken(channel=SMS), drafted()), said(moved())
    ),
    "25: a chat is moved": Told(
        "25",
        (said(ThreadOpened(CUSTOMER, at(), "t-c2", "mia", Channel.CHAT)), comes()),
        said(moved()),
    ),
    "25: the old thread goes on on the case": Told(
        "25", (*THREADS, comes(channel=SMS), said(moved())), (comes(channel=SMS)[2],)
    ),
    "25: two cases are one": Told("", TWO_CASES, becomes_one()),
    "25: two are one, and she has had her answer": Told(
        "",
        (*DESK, *TWO_CASES, taken("c1", "ana", channel=SMS), replied(), released(), disposed()),
        becomes_one(None),
    ),
    "25: nobody says as which a case goes on": Told("25", TWO_CASES, becomes_one()[2:3]),
    "25: merged, and who waits is forgotten": Told("25", TWO_CASES, becomes_one(None)),
    "25: merged, and they wait since later": Told("25", TWO_CASES, becomes_one(at(1))),
    "25: merged, and the clocks count from later": Told("25", TWO_CASES, becomes_one(started_at=at(5))),
    "25: merged, and its thread does not lead there": Told("25", TWO_CASES, becomes_one(threads=())),
    "25: merged, and not closed": Told("25", TWO_CASES, becomes_one(is_closed=False)),
    "25: merged into another customer's": Told("25", (*THREADS, *TWO_CASES[2:]), becomes_one()),
    "25: merged into one that is closed": Told("01 02 25", (*TWO_CASES, closed("c2")), becomes_one()),
    "25: merged while a draft waits": Told(
        "03 13 25", (*DESK, *MARIAS, comes(channel=SMS), taken(channel=SMS), drafted(), TWO_CASES[3]), becomes_one()
    ),
    "25: merged, and the other is not opened again": Told(
        "01 25",
        (*DESK, *MARIAS, comes("c2", SMS), taken("c2", "ana", channel=SMS), replied("c2"), comes(channel=SMS, when=3)),
        becomes_one(at(3), at(3)),
    ),
    "25: answered on the thread of the one": Told(
        "", (*DESK, *TWO_CASES, taken("c2", "ana", channel=SMS), becomes_one()), replied("c2", when=10, thread="t-c1")
    ),
    "25: answered on another thread": Told(
        "25", (*DESK, *TWO_CASES, taken("c2", "ana", channel=SMS), becomes_one()), replied("c2", when=10, thread="t9")
    ),
    "25: one thread has the successor": Told(
        "25", (*TWO_CASES, becomes_one(), closed("c2", when=10)), comes("c3", SMS, 11, "t-c1", predecessor="c2")
    ),
    "26: a blocked customer is heard": Told("26", (BLOCKED,), comes()),
    "26: a blocked customer is noted": Told("", (BLOCKED,), said(only_noted(thread="t-c1", customer="maria"))),
    "26: a customer is heard who was unblocked": Told("", (BLOCKED, UNBLOCKED), comes()),
    "26: nobody is blocked, and is noted": Told("26", (), said(only_noted(thread="t-c1", customer="maria"))),
    "26: somebody in copy who is blocked is heard": Told("26", (comes(), BLOCKED_BOB), said(beside("bob"))),
    "26: somebody else in copy is heard": Told("", (comes(), BLOCKED_BOB), said(beside("eve"))),
    "26: a case is opened again by somebody blocked": Told(
        "01 26", (*OPEN, replied(), THREAD_BLOCKED), said(CaseReopened(CUSTOMER, at(3), "c1", Status.PENDING))
    ),
    "26: a case is opened again on an unblocked thread": Told(
        "01",
        (*OPEN, replied(), THREAD_BLOCKED, THREAD_UNBLOCKED),
        said(CaseReopened(CUSTOMER, at(3), "c1", Status.PENDING)),
    ),
    "26: a case is opened again where a reply never arrived": Told(
        "01", (*OPEN, replied(), THREAD_BLOCKED), said(CaseReopened(SYSTEM, at(3), "c1", Status.PENDING))
    ),
    "26: a case goes on that somebody blocked has": Told(
        "26",
        (THREAD_OF_MARIA, comes(), closed(), BLOCKED),
        said(SuccessorStarted(CUSTOMER, at(10), "c1", "c2")),
    ),
    "26: a thread is opened by somebody blocked": Told(
        "26", (BLOCKED,), said(ThreadOpened(CUSTOMER, at(3), "t9", "maria", Channel.SMS))
    ),
    "26: we write to somebody blocked": Told(
        "", (BLOCKED,), said(ThreadOpened("ana", at(3), "t9", "maria", Channel.SMS))
    ),
    "24: met by what never arrived": Told(
        "", (*OPEN, said(judged(MET)), said(ResponseUndone(SYSTEM, at(8), "c1"))), said(judged(MISSED))
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_witness_says_what_is_wrong(name):
    """Exactly these promises are broken by the last step, and none by a step before it."""
    told = TOLD[name]
    watch = Watch(told.policy)
    before = [str(breach) for step in told.history for breach in watch.see(step)]
    assert [] == before
    assert sorted(told.broken.split()) == sorted({breach.number for breach in watch.see(told.last)})


def test_each_promise_about_steps_has_both_histories():
    """One that breaks it, and one beside it that does not."""
    told = {(name[:2], bool(one.broken)) for name, one in TOLD.items()}
    numbers = {promise.number for promise in PROMISES if promise.way_on is None}
    assert {(number, broken) for number in numbers for broken in (True, False)} <= told


# The life cycle ----------------------------------------------------------------------------------------


def test_the_life_cycle_is_written_down_once_more():
    """The witness's own table says what the life cycle of the house says, edge by edge."""
    ours = {(trigger, source): dest for trigger, moves in MOVES.items() for source, dest in moves.items()}
    theirs = {(str(edge.trigger), edge.source): edge.dest or edge.source for edge in CASE_LIFECYCLE.edges}
    assert theirs == ours
    assert ours.keys() == EDGES.keys()


def test_a_step_is_along_its_edges():
    """A message opens a pending case again; what moves nothing goes along no edge."""
    watch = Watch(SOP)
    for step in (*OPEN, replied()):
        watch.see(step)
    reopened = (CaseReopened(CUSTOMER, at(3), "c1", Status.PENDING), *comes(when=3)[2:])
    assert ["edge customer_message (pending → open)", "edge customer_message (open → open)"] == [
        *edges_of(Happening(reopened, watch.books, SOP))
    ]
    assert [] == [*edges_of(Happening((CaseTagged("ana", at(3), "c1", "late"), *taken()[2:]), Books(), SOP))]


# Templates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "text", "wrong"),
    [
        (NEWS, READS, ""),
        (NEWS, f"*News*\n{READS}\nReply STOP", ""),
        (prepared(status="PAUSED"), READS, "it is not approved"),
        (prepared(values=(" ",)), READS, "the blank 1 has no value"),
        (prepared(values=()), READS, "the blank 1 has no value"),
        (NEWS, "Hello", f"it reads {READS!r}, and 'Hello' was sent"),
        (PreparedText(TemplateKind.WHATSAPP_TEMPLATE, "{"), READS, "it cannot be read"),
        (PreparedText(TemplateKind.WHATSAPP_TEMPLATE, "[]"), READS, "it cannot be read"),
        (
            PreparedText(TemplateKind.WHATSAPP_TEMPLATE, '{"status": "APPROVED", "components": []}'),
            READS,
            "it cannot be read",
        ),
    ],
)
def test_what_a_template_says_is_read_by_itself(template, text, wrong):
    """Approved, each blank filled, and the text has the body; whatever stands around it."""
    assert wrong == what_is_wrong(template, text)


# Occasions and situations ------------------------------------------------------------------------------


def seen(history):
    """The books after a history."""
    watch = Watch(SOP)
    for step in history:
        watch.see(step)
    return watch.books


def test_a_limit_is_reached_with_the_last_case_that_one_may_hold():
    """Two chats are as many as the policy says; one is not."""
    (promise,) = (promise for promise in PROMISES if promise.number == "04")
    second = Happening(assigned("c2", "ana"), seen((*OPEN, comes("c2"))), SOP)
    assert promise.occasion.met(second)
    assert not promise.occasion.met(Happening(taken(), seen((*DESK, comes())), SOP))
    assert not promise.occasion.met(Happening(LUNCH, seen(DESK), SOP))


def test_somebody_blocked_has_to_write():
    """Else nobody is kept from starting anything."""
    (promise,) = (promise for promise in PROMISES if promise.number == "26")
    written = said(only_noted(thread="t-c1", customer="maria"))
    assert promise.occasion.met(Happening(written, seen((BLOCKED,)), SOP))
    assert not promise.occasion.met(Happening(written, seen((BLOCKED_BOB,)), SOP))


SITUATIONS = {situation.what: situation for promise in PROMISES for situation in promise.situations}

MOVE = MoveCase(SYSTEM, at(9), "c1", "t-c2")
MERGE = MergeCustomers(SYSTEM, at(9), "maria", "may")
MERGE_CASES = MergeCases(SYSTEM, at(9), "c1", "c2")


def writes_again(thread="t-c1", customer=None):
    """Somebody writes."""
    return ReceiveMessage(CUSTOMER, at(9), thread, "m9", "Hello?", customer=customer)


TRIED = {
    "somebody resolves by hand with a customer whom nobody has authenticated": (
        SetStatus("ana", at(9), "c1", Status.RESOLVED),
        OPEN,
        KNOWN,
    ),
    "somebody who has set a next state is to get a case": (
        AcceptOffer("ana", at(9), "c2"),
        (*LEAVING, comes("c2")),
        (*OPEN, comes("c2")),
    ),
    "somebody with a contact to dispose is to get a case": (
        OfferWork(SYSTEM, at(9), "c1", "ana"),
        ENDED,
        (*ENDED, disposed()),
    ),
    "a blocked customer writes on a new thread": (writes_again("t9", "maria"), (BLOCKED,), (BLOCKED_BOB,)),
    "a blocked customer writes on a closed case": (
        writes_again(),
        (THREAD_OF_MARIA, comes(), BLOCKED, closed()),
        (THREAD_OF_MARIA, comes(), BLOCKED),
    ),
    "a blocked customer writes on a case that waits for them": (
        writes_again(),
        (THREAD_OF_MARIA, *OPEN, replied(), BLOCKED),
        (THREAD_OF_MARIA, *OPEN, replied(), BLOCKED_BOB),
    ),
    "somebody writes on a blocked thread": (writes_again(), (THREAD_BLOCKED,), (BLOCKED,)),
    "a case is moved to a thread that has one": (
        MOVE,
        (*THREADS, comes(channel=SMS), comes("c2", SMS)),
        (*THREADS, comes(channel=SMS)),
    ),
    "a case is moved for which a draft waits": (MOVE, DRAFT, OPEN),
    "a chat or a call is moved": (MOVE, (comes(),), (comes(channel=SMS),)),
    "a case is merged whose customer waits, into one that they do not wait on": (
        MERGE_CASES,
        (*DESK, *TWO_CASES, taken("c2", "ana", channel=SMS), replied("c2")),
        TWO_CASES,
    ),
    "a case is merged for which, or for the other of which, a draft waits": (MERGE_CASES, DRAFT, OPEN),
    "a case is merged of which something is to be disposed": (MERGE_CASES, ENDED, OPEN),
    "a case is merged into another customer's": (MERGE_CASES, (*THREADS, *TWO_CASES[2:]), TWO_CASES),
    "a chat or a call is merged": (MERGE_CASES, (comes(),), TWO_CASES),
    "a blocked customer is merged": (MERGE, (BLOCKED,), (BLOCKED_BOB,)),
    "a customer is merged who withdrew": (MERGE, (WITHDRAWN,), (AGREED,)),
    "a customer is merged who was merged": (MERGE, (merges(),), (merges("mia", "maria"),)),
    "a customer is merged with whom others were": (MERGE, (merges("mia", "maria"),), (merges(),)),
    "a reply goes past a message that its writer has not read": (
        SendReply("ana", at(9), "c1", "r1", "Hello", seen="m-c1"),
        (*OPEN, writes("m2")),
        OPEN,
    ),
    "a draft is approved past a message that its reviewer has not read": (
        ApproveDraft("cleo", at(9), "c1", "d1", seen_message="m-c1"),
        (*DRAFT, writes("m2", 3)),
        DRAFT,
    ),
    "somebody who may not approve is to review a draft": (TakeReview("ana", at(9), "c1"), DRAFT, OPEN),
}


@pytest.mark.parametrize("what", TRIED)
def test_a_situation_is_tried_or_not(what):
    """By this command in the one history, and not in the other; nor by a command that says nothing of it."""
    command, here, elsewhere = TRIED[what]
    asked = SITUATIONS[what].tried
    assert (True, False) == (asked(command, seen(here)), asked(command, seen(elsewhere)))
    assert not asked(GoAvailable("ana", at(9), "ana"), seen(here))


def test_what_a_policy_leaves_no_room_for_is_not_expected():
    """Under the shipped SOP everything is; where nothing is authenticated or disposed, or WhatsApp is shut, less is."""
    bare = toml(
        """
        authentication = { before = [] }
        wrap_up = { disposition = false, notes = false }
        channels = { whatsapp = { kinds = [] } }
        chat = { idle = { ask_first = 0 } }
        """
    )
    less = {what for what, situation in SITUATIONS.items() if not situation.expected(bare)}
    assert "somebody promises with a customer whom nobody has authenticated" in less
    assert "free text is written on WhatsApp" in less
    assert "a chat is to be disconnected whose customer is silent and was not asked" in less
    assert "somebody opens a case that another holds" not in less
    assert all(situation.expected(SOP) for situation in SITUATIONS.values() if situation.what in less)


# Happenings --------------------------------------------------------------------------------------------


def test_a_step_in_which_nothing_happens():
    """It is about no case and no agent; the books stay."""
    step = Happening((), Books(), SOP)
    assert ((), (), []) == (step.cases, step.agents, [*step.moments])
    assert step.before is step.after
    assert timedelta(minutes=2) == step.said("chat.idle.silence")


def test_a_step_is_judged_by_what_the_case_was_before():
    """Or by what it is started as."""
    policy = toml('[[override]]\nmatch = { channel = "email" }\nset = { "capacity.total" = 1 }')
    assert 1 == Happening(comes(channel=Channel.EMAIL), Books(), policy).said("capacity.total")
    watch = Watch(policy)
    watch.see(comes(channel=Channel.EMAIL))
    assert 1 == Happening(taken(), watch.books, policy).said("capacity.total")
    assert 6 == Happening((Event(SYSTEM, at(1)),), watch.books, policy).said("capacity.total")
