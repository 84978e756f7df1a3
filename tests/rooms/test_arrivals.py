"""Arrivals: what happens when the customer writes: a case starts, goes on, comes back, or has a successor (§1-§3)."""

import attrs
import pytest

from casecore.channels import Channel, MessageKind
from casecore.policies import Match, Override, Policy
from casecore.policies.sections import Queue, Reopening, ReopenTo
from casecore.rooms.agents import ChangeAgent, GoUnavailable
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, ReceiveMessage, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned, CaseQueued, LeaveCase, OpenCase
from casecore.rooms.cases import CaseStarted, CloseCase
from casecore.rooms.contacts import ContactStarted
from casecore.rooms.last_words import LastWords
from casecore.rooms.notes import SetSentiment
from casecore.rooms.replies import SendReply
from casecore.rooms.sla import SolutionUndone
from casecore.rooms.threads import CustomerMet, Feeling, Message, ThreadOpened
from casecore.rooms.times import CaseTime
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

TO_OWNER = attrs.evolve(Policy.default(), reopening=Reopening(to=ReopenTo.OWNER_IF_ELIGIBLE))


def writes(message="m2", *, at=at(60), **fields):  # noqa: B008 -- an instant is a value
    """Maria writes on her chat."""
    return ReceiveMessage("customer", at, "t-c1", message, "Hello?", **fields)


def left(status):
    """A case in this status whose agent, ana, has left it, with nothing more to do for it."""
    return (
        case_in(status, channel="messaging"),
        LeaveCase("ana", at(10), "c1"),
        Dispose("ana", at(10), "c1", "follow_up", "Waits"),
    )


def case_of(outcome, case="c1"):
    """The case after it."""
    return outcome.desk.cases[case].case


class TestStarting:
    """A message on a thread without an open case starts one."""

    def test_everything_that_happens(self):
        """Customer, thread, case, queue, message: in this order, all at once."""
        command = new_case(text="My card was charged twice", name="Maria", reason="billing", language="pt")
        given().when(command).then(
            CustomerMet("customer", T0, "maria", "Maria"),
            ThreadOpened("customer", T0, "t-c1", "maria", Channel.CHAT),
            CaseStarted("customer", T0, "c1", "t-c1", "maria", Channel.CHAT, "billing", "billing", "pt", None),
            CaseQueued("customer", T0, "c1", "billing", T0),
            MessageReceived(
                "customer", T0, "c1", "t-c1", "maria", "m-c1", "My card was charged twice", MessageKind.DIRECT
            ),
        )

    def test_id_is_derived(self):
        """Where the caller gives none, the case is named after its thread."""
        outcome = given().when(new_case(new_case=None, thread="chat-7"))
        assert ["chat-7/1"] == list(outcome.desk.cases)

    def test_id_is_taken(self):
        """A case's id is used once on the whole desk."""
        story = given(new_case())
        outcome = story.when(new_case("c1", thread="t-2", message="m2", at=at(1))).refused("case.fresh")
        assert ("[case.fresh] case id 'c1' is taken -> give the new case an id of its own (new_case)") == str(
            outcome.verdict
        )

    def test_derived_id_is_taken(self):
        """Even where the id was derived, an old case is never overwritten."""
        story = given(new_case("t-2/1"))
        story.when(new_case(new_case=None, thread="t-2", at=at(1))).refused("case.fresh")

    def test_derived_id_is_too_long(self):
        """A thread whose id leaves no room: the caller has to give one."""
        outcome = given().when(new_case(new_case=None, thread="t" * 199)).refused("case.fresh")
        assert "the derived case id has 201 characters" == outcome.verdict.reasons[0].message
        assert given().when(new_case(new_case=None, thread="t" * 198)).verdict
        assert given().when(new_case("c1", thread="t" * 199)).verdict

    @pytest.mark.parametrize("by", ["ana", "system"])
    def test_only_customers_write(self, by):
        """Whoever brings the message: it is the customer's."""
        outcome = given().when(attrs.evolve(new_case(), by=by)).refused("actor.role")
        assert f'[actor.role] {by} is not the customer -> give by = "customer"' == str(outcome.verdict)

    def test_channel_that_is_closed(self):
        """A policy may take nothing on a channel; the refusal says so."""
        policy = Policy.loads("[channels.voice]\nkinds = []")
        outcome = given(policy=policy).when(new_case(channel="voice")).refused("channels.kinds")
        assert "[channels.kinds] voice takes no direct -> the policy closes this channel" == str(outcome.verdict)


class TestQueue:
    """A case enters the queue whose filters take it."""

    @pytest.mark.parametrize(
        ("reason", "queue"),
        [("billing", "billing"), ("outage", "technical"), ("weather", "general"), (None, "general")],
    )
    def test_of_the_reason_the_customer_selected(self, reason, queue):
        """What no filter takes goes to the fallback queue; nothing is ever unrouted."""
        case = given(new_case(reason=reason)).desk.cases["c1"].case
        assert (queue, reason, T0) == (case.queue, case.reason, case.waiting_since)

    def test_of_the_language(self):
        """Filters on language and channel count too."""
        queues = {"pt_email": Queue(languages=("pt",), channels=(Channel.EMAIL,)), "rest": Queue(fallback=True)}
        policy = attrs.evolve(Policy.default(), queues=queues)
        story = given(
            new_case("c1", channel="email", language="pt"),
            new_case("c2", channel="email", language="fr"),
            new_case("c3", language="pt"),
            policy=policy,
        )
        assert ["pt_email", "rest", "rest"] == [story.desk.cases[case].case.queue for case in ("c1", "c2", "c3")]


class TestGoingOn:
    """A message on a case that is new or open is one more message."""

    @pytest.mark.parametrize("status", ["new", "open"])
    def test_stays(self, status):
        """The status stays, and so do assignee and waiting time; only that something happened is known."""
        story = given(case_in(status))
        outcome = story.when(writes())
        outcome.then(MessageReceived("customer", at(60), "c1", "t-c1", "maria", "m2", "Hello?", MessageKind.DIRECT))
        file, later = story.desk.cases["c1"], outcome.desk.cases["c1"]
        assert attrs.evolve(file.case, active_at=at(60)) == later.case
        last = LastWords("m2", before=("m-c1",))
        assert attrs.evolve(file, case=later.case, case_time=CaseTime(at(60)), last_words=last) == later

    def test_id_for_a_case_that_does_not_start(self):
        """A host may always send a fresh id; it is used only if a case starts."""
        assert ["c1"] == list(given(case_in("open")).when(writes(new_case="c2")).desk.cases)


class TestReopening:
    """A message on a case that waits or is resolved opens it again."""

    @pytest.mark.parametrize("status", [Status.PENDING, Status.ESCALATED, Status.RESOLVED])
    def test_held(self, status):
        """Its assignee keeps it."""
        outcome = given(case_in(status)).when(writes())
        undone = (SolutionUndone,) if status is Status.RESOLVED else ()
        outcome.then(MessageReceived, CaseReopened("customer", at(60), "c1", status), *undone)
        case = case_of(outcome)
        assert (Status.OPEN, at(60), "ana", None) == (case.status, case.status_at, case.assignee, case.waiting_since)

    @pytest.mark.parametrize("status", ["pending", "resolved"])
    def test_held_by_nobody(self, status):
        """It goes to its queue, available to all, and waits since the customer wrote."""
        outcome = given(left(status)).when(writes())
        queued = CaseQueued("system", at(60), "c1", "general", at(60))
        outcome.then(MessageReceived, CaseReopened, queued, *((SolutionUndone,) if status == "resolved" else ()))
        case = case_of(outcome)
        assert (Status.OPEN, None, "ana", at(60)) == (case.status, case.assignee, case.owner, case.waiting_since)

    def test_escalated_and_held_by_nobody(self):
        """It was on offer all the time, so its waiting time goes on."""
        outcome = given(left("escalated")).when(writes()).then(MessageReceived, CaseReopened)
        assert at(10) == case_of(outcome).waiting_since

    def test_queue_it_was_moved_to(self):
        """Its queue is the one it belongs to now, not the one it entered first."""
        story = given(case_in("pending", reason="billing", channel="messaging"), LeaveCase("ana", at(10), "c1"))
        assert "billing" == case_of(story.when(writes(reason="technical"))).queue

    def test_to_its_owner(self):
        """Where the policy says so and its owner can take it, it is theirs again."""
        outcome = given(left("resolved"), policy=TO_OWNER).when(writes())
        assigned = CaseAssigned("system", at(60), "c1", "ana", waiting=True)
        outcome.then(MessageReceived, CaseReopened, assigned, SolutionUndone, ContactStarted)
        assert ("ana", None) == (case_of(outcome).assignee, case_of(outcome).waiting_since)

    def test_never_to_somebody_away(self):
        """An owner at lunch does not find it in their inbox: it goes to the queue."""
        story = given(left("resolved"), GoUnavailable("ana", at(20), "ana", "lunch"), policy=TO_OWNER)
        story.when(writes()).then(MessageReceived, CaseReopened, CaseQueued, SolutionUndone)

    def test_owner_who_was_taken_from_the_queue(self):
        """An owner who no longer serves the case's queue does not get it either."""
        story = given(
            left("resolved"), ChangeAgent("dora", at(20), "ana", queues=frozenset({"billing"})), policy=TO_OWNER
        )
        story.when(writes()).then(MessageReceived, CaseReopened, CaseQueued, SolutionUndone)


class TestSuccessor:
    """A message on a closed case starts the next one."""

    def test_everything_that_happens(self):
        """It names its predecessor; the closed case stays as it is and only learns who came after it."""
        story = given(case_in("closed", reason="billing"))
        before = story.desk.cases["c1"].case
        outcome = story.when(writes(reason="technical", language="pt"))
        outcome.then(
            CaseStarted(
                "customer", at(60), "c1+1", "t-c1", "maria", Channel.CHAT, "technical", "technical", "pt", "c1"
            ),
            CaseQueued("customer", at(60), "c1+1", "technical", at(60)),
            SuccessorStarted("customer", at(60), "c1", "c1+1"),
            MessageReceived("customer", at(60), "c1+1", "t-c1", "maria", "m2", "Hello?", MessageKind.DIRECT),
        )
        assert attrs.evolve(before, successor="c1+1") == case_of(outcome)
        successor = case_of(outcome, "c1+1")
        assert ("c1", Status.NEW, None) == (successor.predecessor, successor.status, successor.owner)

    @pytest.mark.parametrize("match", [{"tag": ("vip",)}, {"queue": "vip"}], ids=["tag", "queue"])
    def test_decided_as_the_case_that_starts(self, match):
        """What the policy says for the closed case does not count, but what it says for its successor."""
        queues = {"vip": Queue(tags=("vip",)), "rest": Queue(fallback=True)}
        silent = Override(match=Match(**match), set={"channels.messaging.kinds": ()})
        vip = frozenset({"vip"})
        open_to_all = attrs.evolve(Policy.default(), queues=queues)
        closing = attrs.evolve(open_to_all, override=(silent,))

        def closed_then(tags):
            story = given(case_in("closed", channel="messaging", tags=tags), policy=open_to_all)
            return attrs.evolve(story, desk=attrs.evolve(story.desk, policy=closing))

        assert "new" == closed_then(vip).when(writes()).desk.status("c1+1")
        closed_then(frozenset()).when(writes(tags=vip)).refused("channels.kinds")
        closed_then(vip).when(writes(tags=vip)).refused("channels.kinds")

    def test_decided_as_the_case_that_goes_on(self):
        """Given a case that is not closed, then it is that one's policy which decides, whatever the message brings."""
        queues = {"vip": Queue(tags=("vip",)), "rest": Queue(fallback=True)}
        silent = Override(match=Match(tag=("vip",)), set={"channels.messaging.kinds": ()})
        policy = attrs.evolve(Policy.default(), queues=queues, override=(silent,))
        story = given(case_in("open", channel="messaging"), policy=policy)
        story.when(writes(tags=frozenset({"vip"}))).then(MessageReceived)

    def test_id_of_the_caller(self):
        """The caller may give its id."""
        outcome = given(case_in("closed")).when(writes(new_case="c2"))
        assert ("c2", "c1") == (case_of(outcome).successor, case_of(outcome, "c2").predecessor)

    def test_second_message(self):
        """It goes to the successor too."""
        story = given(case_in("closed"), writes())
        story.when(writes("m3")).then(lambda event: isinstance(event, MessageReceived) and event.case == "c1+1")

    @pytest.mark.parametrize(
        ("first", "second"),
        [("c1", "c1+1"), ("c1+1", "c1+2"), ("c1+9", "c1+10"), ("a+b", "a+b+1"), ("+5", "+6"), ("c+", "c++1")],
    )
    def test_derived_ids(self, first, second):
        """Successors count on: c1, c1+1, c1+2."""
        outcome = given(case_in("closed", first, thread="t-c1")).when(writes())
        assert second == case_of(outcome, first).successor

    def test_chain(self):
        """Each knows the one before and the one after."""
        story = given(case_in("closed"), writes(), CloseCase("dora", at(70), "c1+1"), writes("m3", at=at(80)))
        cases = [story.desk.cases[case].case for case in ("c1", "c1+1", "c1+2")]
        assert [(None, "c1+1"), ("c1", "c1+2"), ("c1+1", None)] == [(x.predecessor, x.successor) for x in cases]

    def test_derived_id_is_taken(self):
        """Another case has that name: the caller has to give one."""
        story = given(case_in("closed"), new_case("c1+1", thread="t-2"))
        story.when(writes()).refused("case.fresh")
        assert story.when(writes(new_case="c2")).verdict


MACHINES = (
    pytest.param({"kind": MessageKind.LIKE}, id="like"),
    pytest.param({"auto_generated": True}, id="auto-reply"),
    pytest.param({"kind": MessageKind.COMMENT, "auto_generated": True}, id="bounce of a comment"),
)


class TestMachines:
    """A like, and a message that a machine sent, stand in the history and change nothing."""

    @pytest.mark.parametrize("fields", MACHINES)
    @pytest.mark.parametrize("status", list(Status))
    def test_on_a_case(self, status, fields):
        """Nothing is reopened, started, or answered by it: every record stays as it is; its id is known."""
        story = given(case_in(status, channel="facebook"))
        outcome = story.when(writes(**fields))
        kind, machine = fields.get("kind", MessageKind.DIRECT), fields.get("auto_generated", False)
        outcome.then(MessageNoted("customer", at(60), "c1", "t-c1", "m2", "Hello?", kind, machine))
        file, later = story.desk.cases["c1"], outcome.desk.cases["c1"]
        last = attrs.evolve(file.last_words, since=(*file.last_words.since, "m2"))
        assert attrs.evolve(file, case_time=CaseTime(at(60)), last_words=last) == later
        assert (story.desk.agents, story.desk.threads) == (outcome.desk.agents, outcome.desk.threads)
        assert Message("m2", None, thread="t-c1") == outcome.desk.messages["t-c1/m2"]
        outcome.and_when(writes(**fields)).refused("message.fresh")

    def test_like_on_a_new_thread(self):
        """Nothing starts: no case, no thread, no customer."""
        outcome = given().when(new_case(channel="facebook", kind=MessageKind.LIKE))
        outcome.then(lambda event: isinstance(event, MessageNoted) and event.case is None)
        assert (0, 0, 0) == (len(outcome.desk.cases), len(outcome.desk.threads), len(outcome.desk.customers))

    def test_contact_form(self):
        """Regression: the first message of a contact form, which a machine sends, was noted and got lost."""
        outcome = given().when(new_case(channel="email", auto_generated=True))
        outcome.then(CustomerMet, ThreadOpened, CaseStarted, CaseQueued, MessageReceived)
        assert ("new", T0) == (outcome.desk.status("c1"), case_of(outcome).unanswered_since)
        again = outcome.and_when(writes("m2", auto_generated=True))
        again.then(MessageNoted)

    def test_auto_reply_on_another_address(self):
        """What answers a message of ours is an auto-reply, wherever it comes in: it starts nothing."""
        story = given(case_in("pending", channel="email"))
        answer = new_case("c2", channel="email", auto_generated=True, in_reply_to="r-c1", at=at(60))
        story.when(answer).then(MessageNoted)
        of_nobody = attrs.evolve(answer, in_reply_to="m-c1")
        assert "new" == story.when(of_nobody).desk.status("c2")

    def test_where_likes_are_not_taken(self):
        """A channel that has no likes has none."""
        given(new_case()).when(writes(kind=MessageKind.LIKE)).refused("channels.kinds")

    def test_person_after_a_machine(self):
        """The first message of a person starts the case, where only a like came before."""
        story = given(new_case(channel="facebook", kind=MessageKind.LIKE))
        assert "new" == story.when(new_case(message="m2", channel="facebook", at=at(60))).desk.status("c1")


class TestParticipants:
    """Whoever else writes on a customer's thread: their words are theirs, on the same case."""

    def by_bob(self, **fields):
        """Bob writes on Maria's thread."""
        return writes(participant="bob", **fields)

    def test_reopens_and_waits(self):
        """Regression: somebody in copy was refused, and told to have their words recorded as the customer's."""
        outcome = given(case_in("pending", channel="email")).when(self.by_bob())
        outcome.then(lambda event: (event.participant, event.customer) == ("bob", "maria"), CaseReopened)
        assert at(60) == case_of(outcome).unanswered_since
        assert Message("m2", "c1", participant="bob", thread="t-c1") == outcome.desk.messages["t-c1/m2"]

    @pytest.mark.parametrize("fields", [{}, {"channel": Channel.EMAIL}])
    def test_copy_of_an_email(self, fields):
        """On email, whoever sends on the customer's thread and is somebody else is a participant."""
        outcome = given(case_in("open", channel="email")).when(writes(customer="bob", name="Bob", **fields))
        assert ["bob"] == [event.participant for event in outcome.events]
        assert ["maria"] == list(outcome.desk.customers)

    def test_elsewhere_somebody_else_is_a_mistake(self):
        """On a chat, a message of another customer is on the wrong thread; the remedy is true."""
        (reason,) = given(case_in("open")).when(writes(customer="bob")).refused("thread.identity").verdict.reasons
        assert "thread t-c1 is maria on chat, not bob on chat" == reason.message
        assert "as its participant" in reason.remedy
        given(case_in("open", channel="email")).when(writes(customer="bob", channel=Channel.SMS)).refused(
            "thread.identity"
        )

    def test_the_customer_themselves(self):
        """Whoever names the customer as participant means the customer."""
        assert None is given(case_in("open")).when(writes(participant="maria")).events[0].participant
        assert None is given().when(new_case(participant="maria")).events[-1].participant

    def test_starts_a_case(self):
        """On a closed case they start the next one; the customer's name stays theirs."""
        outcome = given(case_in("closed", channel="email", name="Maria")).when(self.by_bob(name="Bob"))
        assert ("new", at(60)) == (outcome.desk.status("c1+1"), outcome.desk.cases["c1+1"].clocks.started_at)
        assert "Maria" == outcome.desk.customers["maria"].name
        first = given().when(new_case(channel="email", participant="bob", name="Bob"))
        assert None is first.desk.customers["maria"].name

    def test_copied_on_a_closed_case(self):
        """So does whoever is only seen by their address."""
        outcome = given(case_in("closed", channel="email", name="Maria")).when(writes(customer="bob", name="Bob"))
        assert ["maria"] == list(outcome.desk.customers)
        assert "Maria" == outcome.desk.customers["maria"].name

    def test_opens_no_window(self):
        """WhatsApp counts the customer's messages only."""
        story = given(case_in("pending", channel="whatsapp"), self.by_bob(at=at(hours=20)))
        assert T0 == story.desk.threads["t-c1"].customer_at
        story.when(SendReply("ana", at(hours=24), "c1", "m9", "Hello")).refused("whatsapp.window")

    def test_counts_no_sentiment(self):
        """Their anger is not the customer's."""
        story = given(case_in("open"), self.by_bob(), SetSentiment("ana", at(70), "c1", "m2", Feeling.NEGATIVE))
        assert 0 == story.desk.customers["maria"].negative

    def test_like(self):
        """Theirs is noted as theirs."""
        noted = given(case_in("open", channel="facebook")).when(self.by_bob(kind=MessageKind.LIKE))
        noted.then(lambda event: isinstance(event, MessageNoted) and event.participant == "bob")


class TestAnswers:
    """What a message answers is looked for on its thread, then on the customer's other threads."""

    def answers(self, story, thread, **fields):
        """Whose message is answered."""
        written = ReceiveMessage("customer", at(60), thread, "m9", "Re:", in_reply_to="r1", **fields)
        return next(event.answers for event in story.when(written).events if isinstance(event, MessageReceived))

    def mail(self, case, agent, **fields):
        """An email case, and the agent's answer r1."""
        reply = SendReply(agent, at(5), case, "r1", "Hello", subject="Re:")
        return (new_case(case, channel="email", **fields), OpenCase(agent, at(1), case), reply)

    def test_own_thread_first(self):
        """One id on two threads: the own one counts."""
        story = given(self.mail("c1", "ana"), self.mail("c2", "cleo"))
        assert ["ana", "cleo"] == [self.answers(story, thread) for thread in ("t-c1", "t-c2")]

    def test_other_threads(self):
        """Answered to another address of ours, also as the first message there."""
        story = given(self.mail("c1", "ana"), new_case("c2", channel="email"))
        assert "ana" == self.answers(story, "t-c2")
        assert "ana" == self.answers(story, "t-c3", customer="maria", channel=Channel.EMAIL)

    def test_of_other_customers(self):
        """What was written to somebody else is answered by nobody else."""
        story = given(self.mail("c1", "ana", customer="rui"), new_case("c2", channel="email"))
        assert None is self.answers(story, "t-c2")
        assert None is self.answers(story, "t-c2", customer="rui")

    def test_two_mailboxes(self):
        """Regression: one email to two of our addresses was refused at the second; it is a case at each."""
        mails = [new_case(f"c{number}", channel="email", message="<1@mail>") for number in (1, 2)]
        assert ["c1", "c2"] == sorted(given(*mails).desk.cases)

    def test_many_threads(self):
        """Of somebody with very many only the latest are remembered."""
        posts = [new_case(f"c{number}", channel="facebook", message="m", at=at(number)) for number in range(102)]
        assert [f"t-c{number}" for number in range(2, 102)] == [*given(*posts).desk.customers["maria"].threads]
