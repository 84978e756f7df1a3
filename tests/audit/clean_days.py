"""Clean days: what a small desk did, as commands in order of time, every one of them legal under its policy.

A little world proposes what people would do, from a fixed seed: customers write on six channels, call, come back and
give up; the router offers; agents take, let pass, authenticate, answer, ask for approval, promise, snooze, transfer,
merge and end; timers do their part to the second; whoever goes to lunch or home leaves. A desk is asked, and what it
refuses (somebody was overtaken) is not in the day. So a day knows nothing of how the rules are written down.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

import attrs

from casecore import (
    CUSTOMER,
    SYSTEM,
    AcceptOffer,
    AddAgent,
    AddNote,
    AddTag,
    Agenda,
    ApproveDraft,
    AskPresence,
    Authenticate,
    Channel,
    CloseCase,
    Command,
    CommandRefused,
    DeleteNote,
    DeliveryFailed,
    Desk,
    DisconnectIdle,
    Dispose,
    EditDraft,
    EditMessage,
    EditNote,
    EndContact,
    Feeling,
    FlagCase,
    FulfilCommitment,
    GoAvailable,
    GoUnavailable,
    LeaveCase,
    Level,
    LogOut,
    MakeCommitment,
    MergeCases,
    MergeCustomers,
    OfferWork,
    OpenCase,
    Permission,
    Policy,
    ReassignCase,
    ReceiveMessage,
    RefuseDraft,
    RejectOffer,
    RelateRecord,
    RemoveTag,
    RescheduleCommitment,
    Router,
    SendReply,
    SetLevel,
    SetNextState,
    SetSentiment,
    SetStatus,
    SnoozeCase,
    StartOutbound,
    Status,
    SubmitDraft,
    WithdrawDraft,
    WithdrawMessage,
    WrapUpOwed,
)
from casecore.policies.sections import Relation

EIGHT = datetime(2026, 11, 2, 8, tzinfo=UTC)
"""When the first day begins: a Monday."""

DAY, HOUR, MINUTE = 86_400, 3_600, 60
DAYS_AFTER = 3
"""So many days are lived after the last customer has come, so that what is resolved is closed by itself."""

REPLY, APPROVE, SUPERVISE = Permission.REPLY, Permission.APPROVE, Permission.SUPERVISE
NAMES = ("ana", "ben", "cleo", "dora", "eva", "filip", "gil", "hana", "ines", "jan", "kai", "lena")
SUPERVISOR = "rui"
CHANNELS = (*(Channel.CHAT,) * 5, *(Channel.EMAIL,) * 4, *(Channel.WHATSAPP,) * 3, Channel.MESSAGING, Channel.SMS)
WORDS = ("Good morning, my invoice is wrong.", "Olá, não consigo entrar.", "Where is my parcel?", "C'est urgent !")
ANSWERS = ("Let me look into it.", "It has been corrected.", "Please try again now.", "Obrigado, já está resolvido.")
CODES = ("solved", "follow_up", "no_response", "transferred")


class World:
    """A desk, its router and its agenda, and what people are about to do, in order of time."""

    def __init__(self, seed: int, cases: int, policy: Policy) -> None:
        self.random = Random(seed)
        self.desk = Desk(policy)
        self.router, self.agenda = Router(self.desk), Agenda(self.desk, only="commands")
        self.given: list[Command] = []
        self.number = count(1)
        self.plans: list[tuple[float, int, Iterator[float]]] = []
        self.seconds = 0.0
        self.cases, self.days = cases, 1 + cases // 80
        self.busy: set[str] = set()

    # How it goes on

    @property
    def now(self) -> datetime:
        """The instant, to the second, as a log tells it."""
        return EIGHT + timedelta(seconds=int(self.seconds))

    def handle(self, command: Command) -> None:
        """One command, which must be accepted; and what people do because of it."""
        self.desk, events = self.desk.handle(command)
        self.router.update(self.desk, events)
        self.agenda.update(self.desk, events)
        self.given.append(command)
        for event in events:
            if isinstance(event, WrapUpOwed):
                self.plan(self.wraps_up(event.agent, event.case), self.random.uniform(5, 60))

    def give(self, kind: type[Command], by: str, *fields: object, **more: object) -> None:
        """Somebody does something, now."""
        self.handle(kind(by, self.now, *fields, **more))

    def tries(self, kind: type[Command], by: str, *fields: object, **more: object) -> bool:
        """Somebody does something, unless the desk does not let them."""
        try:
            self.give(kind, by, *fields, **more)
        except CommandRefused:
            return False
        return True

    def plan(self, doing: Iterator[float], after: float = 0) -> None:
        """Somebody goes on after so many seconds."""
        heappush(self.plans, (self.seconds + after, next(self.number), doing))

    def chance(self, share: float) -> bool:
        """Whether it happens this time."""
        return self.random.random() < share

    def live(self) -> list[Command]:
        """All days, from the first command to the last."""
        self.team()
        for number in range(self.cases):
            day, hours = self.random.randrange(self.days), self.random.uniform(0.3, 8.5)
            self.plan(self.customer(number + 1), day * DAY + hours * HOUR)
        end = (self.days + DAYS_AFTER) * DAY
        while self.plans and self.plans[0][0] < end:
            due = self.agenda.next()
            if due is not None and due.at <= EIGHT + timedelta(seconds=int(self.plans[0][0])):
                self.seconds = max(self.seconds, (due.at - EIGHT).total_seconds())
                self.timers()
            else:
                self.seconds, _, doing = heappop(self.plans)
                self.step(doing)
            while (proposal := self.router.next(self.desk, self.now)) is not None:
                self.handle(proposal)
                if isinstance(proposal, OfferWork):
                    took = self.reviews if proposal.review else self.takes
                    self.plan(took(proposal.agent, proposal.case), self.random.uniform(2, 20))
        return self.given

    def timers(self) -> None:
        """What has come due is done, unless what came due before has made it needless."""
        for due in self.agenda.ripe(self.now):
            if due.command is not None:
                try:
                    self.handle(attrs.evolve(due.command, at=self.now))
                except CommandRefused:
                    continue

    def step(self, doing: Iterator[float]) -> None:
        """Somebody goes on; whom the desk stops does no more."""
        try:
            after = next(doing, None)
        except CommandRefused:
            return
        if after is not None:
            self.plan(doing, after)

    # Agents

    def team(self) -> None:
        """They join: some serve one queue, one may not reply, one works on email only; a supervisor looks on."""
        queues = [*self.desk.policy.queues]
        for number, name in enumerate(NAMES[: 6 + self.cases // 40]):
            may = frozenset() if number == 2 else frozenset({REPLY, APPROVE} if number % 3 == 0 else {REPLY})
            serves = frozenset(queues if number % 2 == 0 else queues[1:])
            only = frozenset({Channel.EMAIL}) if number == 4 else frozenset()
            self.give(AddAgent, SYSTEM, name, name.title(), may, serves, only)
            self.plan(self.shifts(name, number), self.random.uniform(0, 15 * MINUTE))
        self.give(AddAgent, SYSTEM, SUPERVISOR, "Rui", frozenset({REPLY, APPROVE, SUPERVISE}), frozenset(queues))
        self.plan(self.oversees(), 10 * MINUTE)

    def shifts(self, agent: str, number: int) -> Iterator[float]:
        """They come, go to lunch after what they have in hand, come back and go home; on each day."""
        for _ in range(self.days + DAYS_AFTER):
            began = self.seconds
            self.tries(GoAvailable, agent, agent)
            yield self.random.uniform(1, MINUTE)
            for case in sorted(row.case for row in self.desk.wrap_ups.values() if row.agent == agent):
                self.plan(self.wraps_up(agent, case), self.random.uniform(1, MINUTE))
            if self.chance(0.3):
                self.plan(self.writes_first(agent), self.random.uniform(1, 90) * MINUTE)
            yield (3 + number % 3) * HOUR
            if not self.tries(GoUnavailable, agent, agent, "lunch"):
                self.tries(SetNextState, agent, agent, "lunch")
            yield 40 * MINUTE
            self.tries(GoAvailable, agent, agent)
            yield self.random.uniform(3, 4) * HOUR
            self.tries(LogOut, agent, agent)
            yield began + DAY - self.seconds

    def oversees(self) -> Iterator[float]:
        """The supervisor takes no work; now and then two entries of one person become one."""
        self.give(GoUnavailable, SUPERVISOR, SUPERVISOR, "supervising")
        for _ in range(self.days * 4):
            yield 2 * HOUR
            people = sorted(self.desk.customers)
            if len(people) > 1 and self.chance(0.4):
                self.tries(MergeCustomers, SUPERVISOR, *self.random.sample(people, 2))

    def takes(self, agent: str, case: str) -> Iterator[float]:
        """The offer of a case: most accept, some reject, some let it ring."""
        if self.chance(0.08):
            yield 40
            return
        if self.chance(0.05):
            self.give(RejectOffer, agent, case, reason="busy")
            return
        self.give(AcceptOffer, agent, case)
        yield self.random.uniform(1, 15)
        yield from self.handles(agent, case)

    def handles(self, agent: str, case: str) -> Iterator[float]:
        """From the opening to the end of a contact."""
        row = self.desk.cases[case].case
        if not row.live:
            self.give(OpenCase, agent, case)
            yield self.random.uniform(10, 90)
        if row.live or self.chance(0.2):
            self.give(Authenticate, agent, case)
            yield self.random.uniform(5, 30)
        yield from self.notes(agent, case)
        for _ in range(self.random.choice((0, 0, 1, 2))):
            yield from self.replies(agent, case, Status.PENDING)
            if self.chance(0.6):
                yield self.random.uniform(20, 100)
                self.writes(case, "And what about the other one?")
            yield self.random.uniform(20, 120)
        yield from (self.ends_live(agent, case) if row.live else self.ends_written(agent, case))

    def writes_first(self, agent: str) -> Iterator[float]:
        """They write an email to somebody who has not asked."""
        case = f"W-{next(self.number)}"
        said = {"customer": f"customer-{case}", "channel": Channel.EMAIL, "subject": "Your parcel"}
        self.give(StartOutbound, agent, f"T-{case}", case, f"R-{case}", "It comes tomorrow.", **said)
        yield self.random.uniform(10, 60)
        yield from self.ends_written(agent, case)

    def notes(self, agent: str, case: str) -> Iterator[float]:
        """What they note on the case."""
        if self.chance(0.3):
            note = f"N-{next(self.number)}"
            self.give(AddNote, agent, note, "Has written about this before.", case=case)
            yield self.random.uniform(5, 20)
            if self.chance(0.3):
                self.give(EditNote, agent, note, "Has written about this twice.")
            elif self.chance(0.1):
                self.give(DeleteNote, agent, note)
        if self.chance(0.3):
            tag = self.random.choice(("invoice", "parcel", "login", "vip"))
            self.give(AddTag, agent, case, tag)
            yield self.random.uniform(1, 5)
            if self.chance(0.2):
                self.give(RemoveTag, agent, case, tag)
        if self.chance(0.05):
            self.give(SetLevel, agent, case, self.random.choice((Level.HIGH, Level.URGENT)))

    def replies(self, agent: str, case: str, send_as: Status) -> Iterator[float]:
        """A reply; through approval, where they may not or would rather not send it themselves."""
        text, subject = self.random.choice(ANSWERS), self.subject(case)
        message = f"R-{next(self.number)}"
        if REPLY in self.desk.agents[agent].permissions and self.chance(0.9):
            self.give(SendReply, agent, case, message, text, send_as, subject=subject)
            return
        self.give(SubmitDraft, agent, case, message, text, send_as, subject=subject)
        for _ in range(30):
            yield MINUTE / 2
            draft = self.desk.cases[case].draft
            if draft is None:
                return
        self.give(WithdrawDraft, agent, case, message)

    def subject(self, case: str) -> str:
        """What stands above an email."""
        return "Your question" if self.desk.cases[case].case.channel is Channel.EMAIL else ""

    def reviews(self, agent: str, case: str) -> Iterator[float]:
        """The offer of a review: it is accepted, and the draft approved, edited or refused."""
        self.give(AcceptOffer, agent, case, review=True)
        yield self.random.uniform(20, 120)
        draft = self.desk.cases[case].draft
        if draft is None:
            return
        if self.chance(0.3):
            self.give(EditDraft, agent, case, draft.id, text="It has been corrected; we are sorry.")
            yield self.random.uniform(5, 30)
        if self.chance(0.15):
            self.give(RefuseDraft, agent, case, draft.id, "Say when it will be done.")
        else:
            self.give(ApproveDraft, agent, case, draft.id, seen=True)

    def ends_live(self, agent: str, case: str) -> Iterator[float]:
        """A chat or a call is settled, given on, left by its customer, or falls silent."""
        how, chat = self.random.random(), self.desk.cases[case].case.channel is Channel.CHAT
        if chat and how < 0.25:
            yield from self.replies(agent, case, Status.PENDING)
            yield self.random.uniform(55, 75)
            self.give(AskPresence, agent, case, f"A-{next(self.number)}")
            yield self.random.uniform(70, 100)
            self.give(DisconnectIdle, agent, case, f"A-{next(self.number)}")
            return
        if how < 0.35:
            self.give(ReassignCase, agent, case, queue=[*self.desk.policy.queues][-1], note="Is a matter of theirs")
            return
        if how < 0.45:
            yield from self.replies(agent, case, Status.PENDING)
            due = self.now + timedelta(hours=self.random.randint(2, 30))
            promise = f"P-{next(self.number)}"
            self.give(MakeCommitment, agent, case, promise, due, "Call back about the invoice")
            self.plan(self.keeps(agent, promise), self.random.uniform(1, 26) * HOUR)
        else:
            yield from self.replies(agent, case, Status.ESCALATED if how < 0.55 else Status.RESOLVED)
        yield self.random.uniform(5, 60)
        self.give(EndContact, *((CUSTOMER,) if how > 0.75 else (agent,)), case)
        if self.desk.cases[case].case.status is Status.RESOLVED:
            yield from self.afterwards(agent, case)

    def keeps(self, agent: str, promise: str) -> Iterator[float]:
        """What was promised is done."""
        if self.chance(0.2):
            self.tries(RescheduleCommitment, agent, promise, self.now + timedelta(hours=20))
            yield HOUR
        for _ in range(6):
            if self.tries(FulfilCommitment, agent, promise):
                return
            yield 6 * HOUR

    def ends_written(self, agent: str, case: str) -> Iterator[float]:
        """What was written is resolved, escalated, put to sleep or given on, and left."""
        how = self.random.random()
        if self.desk.cases[case].case.channel is Channel.EMAIL:
            if self.chance(0.2):
                self.give(FlagCase, agent, case, account_case=True)
                self.give(RelateRecord, agent, case, Relation.CASE, f"crm-{next(self.number)}")
            self.give(RelateRecord, agent, case, Relation.CUSTOMER, f"crm-{next(self.number)}")
        if how < 0.12:
            yield from self.replies(agent, case, Status.PENDING)
            yield self.random.uniform(5, 20)
            self.give(SnoozeCase, agent, case, self.now + timedelta(minutes=self.random.randint(30, 300)))
            return
        if how < 0.2:
            self.give(ReassignCase, agent, case, queue=[*self.desk.policy.queues][-1], note="Is a matter of theirs")
            return
        if how < 0.3:
            self.merge(case)
        if how < 0.35:
            yield from self.replies(agent, case, Status.PENDING)
            yield self.random.uniform(20, 60)
            self.tries(SetStatus, agent, case, Status.RESOLVED)
        else:
            yield from self.replies(agent, case, Status.ESCALATED if how < 0.42 else Status.RESOLVED)
        yield self.random.uniform(5, 40)
        self.give(LeaveCase, agent, case)
        yield from self.afterwards(agent, case)

    def merge(self, case: str) -> None:
        """Another case of the same customer goes on as this one, where there is one."""
        whose = self.desk.cases[case].case.customer
        rows = [file.case for file in self.desk.cases.values() if file.case.customer == whose]
        for other in sorted(row.id for row in rows if row.id != case and row.status is not Status.CLOSED):
            self.tries(MergeCases, SUPERVISOR, other, case)

    def wraps_up(self, agent: str, case: str) -> Iterator[float]:
        """A contact that has ended is disposed, as soon as they are there."""
        for _ in range(3):
            row = next((r for r in self.desk.wrap_ups.values() if (r.agent, r.case) == (agent, case)), None)
            if row is None:
                return
            notes = "Answered and noted." + (f" Before: {row.earlier_handler}." if row.earlier_handler else "")
            if self.desk.cases[case].case.channel is Channel.EMAIL:
                self.tries(RelateRecord, agent, case, Relation.CUSTOMER, f"crm-{next(self.number)}")
            if self.tries(Dispose, agent, case, self.random.choice(CODES), notes):
                return
            yield self.random.uniform(2, 10) * MINUTE

    def afterwards(self, agent: str, case: str) -> Iterator[float]:
        """A resolved case: its customer comes back, a reply bounces, it is closed by hand; or time does it."""
        how = self.random.random()
        yield self.random.uniform(0.1, 3) * HOUR
        if how < 0.2:
            self.writes(case, "It is not solved after all.", answers=True)
        elif how < 0.25:
            ours = [row for row in self.given if isinstance(row, SendReply) and row.case == case]
            for reply in ours[-1:]:
                self.tries(DeliveryFailed, SYSTEM, case, reply.message, "mailbox full")
        elif how < 0.4:
            self.tries(CloseCase, agent, case)

    # Customers

    def customer(self, number: int) -> Iterator[float]:
        """They write first, or call; some cannot wait for the answer, and whoever is not served leaves."""
        case, again = f"C-{number}", number > 1 and self.chance(0.2)
        who = f"customer-{self.random.randrange(1, number)}" if again else f"customer-{number}"
        channel = Channel.VOICE if self.chance(0.04) else self.random.choice(CHANNELS)
        reason = self.random.choice(("billing", "technical", "refund", "other"))
        said = {"customer": who, "channel": channel, "reason": reason, "new_case": case, "language": "pt"}
        text = self.random.choice(WORDS)
        self.give(ReceiveMessage, CUSTOMER, f"T-{number}", f"M-{next(self.number)}", text, **said)
        if channel in (Channel.CHAT, Channel.VOICE):
            yield self.random.uniform(5, 20) * MINUTE
            if self.desk.cases[case].case.assignee is None and self.desk.cases[case].case.owner is None:
                self.give(EndContact, CUSTOMER, case)
        elif self.chance(0.2):
            yield self.random.uniform(10, 200)
            self.writes(case, "Hello?")
            if self.chance(0.2):
                change = {"thread": f"T-{number}", "message": self.last_message(case)}
                self.tries(EditMessage, CUSTOMER, **change, text="Hello, is anybody there?")
                self.tries(WithdrawMessage, CUSTOMER, **change)
            if self.chance(0.3):
                self.tries(SetSentiment, SUPERVISOR, case, self.last_message(case), Feeling.NEGATIVE)

    def writes(self, case: str, text: str, *, answers: bool = False) -> None:
        """The customer writes again; an email may answer our last message."""
        row = self.desk.cases[case].case
        ours = [given.message for given in self.given if isinstance(given, SendReply) and given.case == case]
        to = ours[-1] if answers and ours and row.channel is Channel.EMAIL else None
        self.give(ReceiveMessage, CUSTOMER, row.thread, f"M-{next(self.number)}", text, in_reply_to=to)

    def last_message(self, case: str) -> str:
        """The id of what the customer wrote last."""
        thread = self.desk.cases[case].case.thread
        return [row.message for row in self.given if isinstance(row, ReceiveMessage) and row.thread == thread][-1]


def clean_day(seed: int, cases: int = 60, policy: Policy | None = None) -> list[Command]:
    """What a small desk did, from the joining of its team until all is quiet.

    Args:
        seed: Another one is another day; the same one is the same.
        cases: How many customers write first; about fifteen commands each. More than eighty come on several days.
        policy: Under which every command is legal; the shipped SOP if it is not given.
    """
    return World(seed, cases, Policy.default() if policy is None else policy).live()
