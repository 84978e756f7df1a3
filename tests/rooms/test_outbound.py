"""Outbound: we write first — one step, with consent, by the rules of everything it is made of (§7)."""

import attrs
import pytest

from casecore.channels import Channel, Consent
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.policies import Match, Override, Policy
from casecore.policies.sections import AfterReopening, Queue, Relation
from casecore.projections.history import history
from casecore.rooms.agents import ChangeAgent, GoUnavailable, LogOut
from casecore.rooms.approvals import ApproveDraft, DraftSubmitted, RefuseDraft, SubmitDraft
from casecore.rooms.arrivals import MessageReceived, ReceiveMessage, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned, WorkBegun
from casecore.rooms.breaks import SetNextState
from casecore.rooms.cases import CaseStarted, CloseCase, CloseReason, SetStatus
from casecore.rooms.clocks import first_response, solution
from casecore.rooms.composition import HOUSE
from casecore.rooms.contacts import ContactStarted, EndContact
from casecore.rooms.occupancy import OccupancyChanged
from casecore.rooms.outbound import CUSTOMER_WRITES_FIRST, ConsentRecorded, RecordConsent, StartOutbound
from casecore.rooms.relations import RelateRecord
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.sla import SolutionPaused, SolutionReached
from casecore.rooms.threads import CustomerMet, CustomerRecorded, Message, RecordCustomer, ThreadOpened
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, prepared, we_write
from tests.sops import sop
from tests.watching import breaches_of, steps_of

READS = "Dear Maria, there is news for you."
(OPT_IN, START) = we_write()
WITHDRAWN = RecordConsent(CUSTOMER, at(1), "maria", opted_in=False)
SMS = we_write(channel="sms", at=at(10))[0]
EMAIL = we_write(channel="email", at=at(10))[0]
CLOSED = case_in("closed", channel="whatsapp")
AGAIN = we_write("c2", thread="t-c1", at=at(hours=30))[1]


def whatsapp(**keys):
    """The default SOP with other rules of WhatsApp."""
    return sop(whatsapp=keys)


def paused_in(*statuses):
    """The default SOP, under which ST does not count in these statuses."""
    return sop(sla={"pause_in": statuses})


class TestStart:
    """One step does it all."""

    def test_whatsapp(self):
        """Started, assigned, worked on, sent as pending, with a contact: by the events of the rooms that know them."""
        outcome = given(OPT_IN).when(START)
        assert [ThreadOpened, CaseStarted, CaseAssigned, WorkBegun, ReplySent, ContactStarted, OccupancyChanged] == [
            type(event) for event in outcome.events
        ]
        file = outcome.desk.cases["c1"]
        assert ("ana", "ana", Status.PENDING, None) == (
            file.case.assignee,
            file.case.owner,
            file.case.status,
            file.case.waiting_since,
        )
        assert ("ana", {Channel.WHATSAPP: 1}) == (file.contact.agent, outcome.desk.agents["ana"].held)
        assert ("t-c1", "c1", None) == (file.case.thread, outcome.desk.threads["t-c1"].case, file.case.unanswered_since)
        assert (READS, "news") == (outcome.events[4].text, str(outcome.events[4].template))

    @pytest.mark.parametrize("start", [SMS, EMAIL], ids=["sms", "email"])
    def test_without_consent(self, start):
        """Only WhatsApp asks for consent."""
        assert "pending" == given().when(start).desk.status("c1")

    @pytest.mark.parametrize(
        ("story", "start"),
        [(OPT_IN, START), ((), SMS), ((), EMAIL), (CLOSED, AGAIN)],
        ids=["whatsapp", "sms", "email", "again"],
    )
    def test_foreseen(self, story, start):
        """What the rules are shown is what comes to be, just before the message goes out."""
        before = given(story)
        view = before.desk.view(start)
        events = before.when(start).events
        (foresee,) = (room.foresees[StartOutbound] for room in HOUSE.rooms if StartOutbound in room.foresees)
        seen = foresee(view, start, before.desk.policy)
        desk = before.desk.evolve(event for event in events if not isinstance(event, ReplySent))
        came = desk.view_of(start.new_case)
        for name in ("case", "thread", "draft", "offers", "contact", "aftermath", "clocks"):
            assert getattr(came, name) == getattr(seen, name), name

    def test_nothing_to_foresee(self):
        """Where it is not known to whom and where it is written, the view stays what it was."""
        (foresee,) = (room.foresees[StartOutbound] for room in HOUSE.rooms if StartOutbound in room.foresees)
        nobody = StartOutbound("ana", at(1), "t9", "c9", "m9", "Hello")
        view = given().desk.view(nobody)
        assert view == foresee(view, nobody, Policy.default())

    def test_known_thread(self):
        """On a thread that is there, neither customer nor channel has to be said."""
        start = StartOutbound("ana", at(hours=30), "t-c1", "c2", "m9", READS, template=prepared())
        outcome = given(CLOSED).when(start)
        assert [
            CaseStarted,
            SuccessorStarted,
            CaseAssigned,
            WorkBegun,
            ReplySent,
            ContactStarted,
            OccupancyChanged,
        ] == [type(event) for event in outcome.events]
        assert ("c1", "c2") == (outcome.desk.cases["c2"].case.predecessor, outcome.desk.cases["c1"].case.successor)

    def test_queue(self):
        """By the policy's filters, or as the agent says."""
        assert "general" == given().when(SMS).desk.cases["c1"].case.queue
        assert "billing" == given().when(attrs.evolve(SMS, queue="billing")).desk.cases["c1"].case.queue

    def test_name(self):
        """Somebody known by an id alone gets the name; one who has a name keeps it."""
        named = attrs.evolve(START, name="Maria")
        assert CustomerRecorded("ana", at(), "maria", "Maria") in given(OPT_IN).when(named).events
        assert CustomerMet("ana", at(10), "maria", "Maria") in given().when(attrs.evolve(SMS, name="Maria")).events
        kept = given(RecordCustomer(SYSTEM, at(), "maria", "Maria Silva"), attrs.evolve(SMS, name="M."))
        assert "Maria Silva" == kept.desk.customers["maria"].name

    def test_answered(self):
        """The customer's answer is a message like any other: it reopens the case, and the clocks start with it."""
        story = given(OPT_IN, START)
        assert [] == [clock for clock in clocks_at(story.desk, at(hours=9)) if clock is not None]
        outcome = story.when(ReceiveMessage(CUSTOMER, at(minutes=9), "t-c1", "m2", "Thank you"))
        assert MessageReceived in {type(event) for event in outcome.events}
        assert ("open", at(minutes=9)) == (outcome.desk.status("c1"), outcome.desk.cases["c1"].clocks.started_at)
        assert outcome.and_when(SendReply("ana", at(minutes=10), "c1", "m3", "You are welcome")).verdict

    def test_told(self):
        """The history says that we wrote first, and from which template."""
        assert [
            "first conversation with maria (WhatsApp)",
            "ana started a case (WhatsApp)",
            "ana took the case",
            "ana began to work on the case",
            f"ana sent a reply as pending, from the template news: “{READS}”",
            "ana’s contact began",
        ] == [line.text for line in history(given(OPT_IN).when(START).events)]

    def test_wrapped_up(self):
        """An outbound email has the relations, disposition and notes of any email."""
        story = given(EMAIL, EndContact("ana", at(20), "c1"))
        story.when(Dispose("ana", at(21), "c1", "solved", "Done")).refused("email.relations")
        related = story.and_given(RelateRecord("ana", at(21), "c1", Relation.CUSTOMER, "7"))
        assert related.when(Dispose("ana", at(22), "c1", "solved", "Done")).verdict


def clocks_at(desk, when):
    """Both service clocks of the case c1."""
    view = desk.view_of("c1")
    return [read(view, desk.policy, when) for read in (first_response, solution)]


class TestRefused:
    """Every rule of what it is made of is asked."""

    @pytest.mark.parametrize(
        ("story", "start", "rules"),
        [
            (
                (),
                attrs.evolve(SMS, by="eva"),
                "presence.on_duty assignment.available assignment.queue assignment.channel",
            ),
            (GoUnavailable("ana", at(1), "ana"), SMS, "assignment.available"),
            (
                (case_in("open", "c7", channel="email"), SetNextState("ana", at(1), "ana")),
                SMS,
                "assignment.next_state",
            ),
            ((case_in("open", "c7", channel="sms"), EndContact("ana", at(1), "c7")), SMS, "assignment.wrap_up"),
            (ChangeAgent("dora", at(1), "ana", capacity={"sms": 0}), SMS, "capacity.channel"),
            (ChangeAgent("dora", at(1), "ana", capacity={"total": 0}), SMS, "capacity.total"),
            (case_in("open", "c7", channel="voice"), SMS, "capacity.voice_with_cases"),
            ((), attrs.evolve(SMS, by="ben"), "reply.permission"),
            ((), attrs.evolve(SMS, text=" "), "reply.content"),
            ((), attrs.evolve(SMS, attachments=("a.pdf",)), "channels.attachments"),
            ((), attrs.evolve(EMAIL, subject=" "), "email.subject_required"),
            ((), attrs.evolve(SMS, by=SYSTEM), "actor.role"),
            ((), attrs.evolve(SMS, channel=None), "thread.identity"),
            (case_in("closed", channel="sms"), attrs.evolve(SMS, thread="t-c1", customer="rui"), "thread.identity"),
            ((), attrs.evolve(SMS, queue="vip"), "queue.known"),
            (case_in("open", "c7", channel="sms"), attrs.evolve(SMS, new_case="c7"), "case.fresh"),
            (case_in("closed", channel="sms"), attrs.evolve(SMS, message="m-c1", new_case="c2"), "message.fresh"),
            (case_in("open", "c7", channel="sms"), attrs.evolve(SMS, thread="t-c7"), "outbound.open_case"),
            ((), START, "whatsapp.consent"),
            ((), attrs.evolve(START, template=None), "whatsapp.consent whatsapp.window"),
            (OPT_IN, attrs.evolve(START, template=None), "whatsapp.window"),
            (OPT_IN, attrs.evolve(START, text="Dear Maria!"), "template.ready"),
            (OPT_IN, attrs.evolve(START, template=prepared(status="REJECTED")), "template.ready"),
        ],
    )
    def test_by(self, story, start, rules):
        """By exactly these, and nothing has happened."""
        before = given(story)
        assert before.desk is before.when(start).refused(*rules.split()).desk

    @pytest.mark.parametrize("start", [SMS, attrs.evolve(START, at=at(10))], ids=["sms", "whatsapp"])
    @pytest.mark.parametrize(
        ("phone", "said"),
        [
            (None, "goes to a number, and none is known"),
            ("", "goes to a number, and none is known"),
            ("not a number", "'not a number' is no number of the form"),
            ("912345678", "has no + and country code"),
            ("00351912345678", "starts with 00 instead of +"),
            ("+351 912 345 678", "has marks between its digits"),
            ("+0351912345678", "is no number of the form"),
            ("+1234567890123456", "is no number of the form"),
            ("+35191234567\N{ARABIC-INDIC DIGIT EIGHT}", "has digits that are not ASCII"),
            ("+351912345678\n", "is no number of the form"),
        ],
    )
    def test_a_number_that_is_none(self, start, phone, said):
        """On WhatsApp and by SMS it goes to a number in E.164, whether it is given or stands in the profile."""
        outcome = given(OPT_IN).when(attrs.evolve(start, phone=phone)).refused("outbound.phone")
        (reason,) = outcome.verdict.reasons
        assert said in reason.message
        assert reason.remedy
        if phone is not None:
            recorded = given(OPT_IN, RecordCustomer(SYSTEM, at(2), "maria", profile={"phone": phone}))
            recorded.when(attrs.evolve(start, phone=None)).refused("outbound.phone")

    @pytest.mark.parametrize("start", [SMS, attrs.evolve(START, at=at(10))], ids=["sms", "whatsapp"])
    def test_the_number_of_the_profile(self, start):
        """A number that is known need not be given; one that is given goes before it."""
        known = given(OPT_IN, RecordCustomer(SYSTEM, at(2), "maria", profile={"phone": "+5511987654321"}))
        assert known.when(attrs.evolve(start, phone=None)).verdict
        assert known.when(start).verdict
        known.when(attrs.evolve(start, phone="912")).refused("outbound.phone")

    def test_on_a_thread_of_theirs(self):
        """Whoever wrote to us on WhatsApp did so from their number; one that is wrong is refused all the same."""
        assert given(CLOSED).when(attrs.evolve(AGAIN, phone=None)).verdict
        given(CLOSED).when(attrs.evolve(AGAIN, phone="912")).refused("outbound.phone")
        ours = we_write("c7", thread="t7", channel="sms")[0]
        story = given(ours, CloseCase("dora", at(5), "c7", CloseReason.SPAM), Dispose("ana", at(6), "c7", "spam", "No"))
        again = attrs.evolve(SMS, thread="t7", new_case="c8", phone=None)
        story.when(again).refused("outbound.phone")

    def test_an_email_needs_no_number(self):
        """What is given there is not looked at."""
        assert given().when(attrs.evolve(EMAIL, phone="none")).verdict

    @pytest.mark.parametrize("channel", list(Channel))
    def test_channels(self, channel):
        """We begin on WhatsApp, email and SMS; of every other channel the refusal says why not."""
        start = attrs.evolve(SMS, channel=channel, customer="rui", subject="Hi")
        verdict = given(RecordConsent(SYSTEM, at(), "rui", note="Form")).when(start).verdict
        if channel in {Channel.EMAIL, Channel.SMS}:
            assert verdict
        elif channel is Channel.WHATSAPP:
            assert ["whatsapp.window"] == [reason.rule for reason in verdict.reasons]
        else:
            (reason,) = verdict.reasons
            assert "outbound.channel" == reason.rule
            assert f"no case is started by us on {channel}: {CUSTOMER_WRITES_FIRST[channel]}" == reason.message

    def test_account(self):
        """What tells about the account needs an authenticated customer, where the policy asks for it."""
        policy = Policy.default()
        needed = attrs.evolve(policy.authentication, channels=(Channel.SMS,))
        asked = attrs.evolve(policy, authentication=needed)
        given(policy=asked).when(attrs.evolve(SMS, about_account=True)).refused("authentication.before")
        assert given(policy=asked).when(SMS).verdict


class TestConsent:
    """Whom we may write to first on WhatsApp."""

    def test_prior_contact(self):
        """Somebody who wrote on this thread before, even long ago."""
        assert given(CLOSED).when(AGAIN).verdict

    def test_another_thread_is_none(self):
        """Who wrote by email has not written on WhatsApp."""
        given(case_in("closed", channel="email")).when(we_write("c2", at=at(hours=30))[1]).refused("whatsapp.consent")

    @pytest.mark.parametrize(
        ("accepted", "story", "told"),
        [
            ((Consent.OPT_IN,), CLOSED, "maria wrote to us on WhatsApp before; the policy accepts opt_in"),
            (
                tuple(Consent),
                (CLOSED, attrs.evolve(WITHDRAWN, at=at(hours=29))),
                "maria withdrew their consent; the policy accepts opt_in, prior_contact",
            ),
            (
                (),
                (CLOSED, attrs.evolve(OPT_IN, at=at(hours=29))),
                "maria opted in and wrote to us on WhatsApp before; the policy accepts nothing",
            ),
            ((Consent.PRIOR_CONTACT,), OPT_IN, "maria opted in; the policy accepts prior_contact"),
            (
                tuple(Consent),
                (),
                "maria neither opted in nor wrote to us on WhatsApp before; the policy accepts opt_in, ",
            ),
        ],
    )
    def test_not_accepted(self, accepted, story, told):
        """The policy says which basis counts; what there is, is told."""
        start = AGAIN if story and story is not OPT_IN else attrs.evolve(START, at=at(hours=30), new_case="c2")
        outcome = given(story, policy=whatsapp(consent=accepted)).when(start)
        assert outcome.refused("whatsapp.consent").verdict.reasons[0].message.startswith(told)

    def test_demanded_inside_the_window_too(self):
        """Where an opt-in is demanded to begin, having just written is none; answering needs nothing."""
        policy = whatsapp(consent=(Consent.OPT_IN,))
        soon = attrs.evolve(AGAIN, at=at(60))
        given(CLOSED, policy=policy).when(soon).refused("whatsapp.consent")
        answer = SendReply("ana", at(60), "c1", "m2", "Hello")
        assert given(case_in("open", channel="whatsapp"), policy=policy).when(answer).verdict

    def test_withdrawn_meanwhile(self):
        """It is asked for at every sending that answers no recent message: also on a case that is under way."""
        story = given(OPT_IN, START, WITHDRAWN)
        more = SendReply("ana", at(2), "c1", "m2", READS, template=prepared())
        story.when(more).refused("whatsapp.consent")
        assert story.and_given(RecordConsent(SYSTEM, at(2), "maria", note="Changed her mind")).when(more).verdict

    def test_withdrawn_between_submitting_and_approving(self):
        """A draft that waited is not sent to somebody who has said no meanwhile."""
        story = given(OPT_IN, attrs.evolve(START, by="ben", for_approval=True), WITHDRAWN)
        story.when(ApproveDraft("cleo", at(2), "c1", "r-c1")).refused("whatsapp.consent")

    def test_written_again(self):
        """Who withdrew and writes to us is answered all the same, inside the window."""
        wrote = ReceiveMessage(CUSTOMER, at(2), "t-c1", "m2", "A question")
        story = given(OPT_IN, START, WITHDRAWN, wrote)
        assert story.when(SendReply("ana", at(3), "c1", "m3", "Hello")).verdict

    def test_recorded(self):
        """It stands on the customer, who may be new; the note is the proof."""
        outcome = given().when(OPT_IN)
        outcome.then(CustomerMet, ConsentRecorded(SYSTEM, at(), "maria", opted_in=True, note="On the web form"))
        assert (True, False) == (
            outcome.desk.customers["maria"].opted_in,
            outcome.and_when(WITHDRAWN).desk.customers["maria"].opted_in,
        )
        given().when(attrs.evolve(OPT_IN, note=" ")).refused("consent.proof")

    @pytest.mark.parametrize(
        ("language", "yes", "no"),
        [
            (
                "en",
                "the system noted that the customer maria opted in to messages on WhatsApp: “On the web form”",
                "the customer noted that the customer maria wants no messages on WhatsApp any more",
            ),
            (
                "pt",
                "o sistema anotou que o cliente maria aceita mensagens no WhatsApp: “On the web form”",
                "o cliente anotou que o cliente maria já não aceita mensagens no WhatsApp",
            ),
            (
                "fr",
                "le système a noté l’accord du client maria pour des messages WhatsApp\xa0: «\xa0On the web form\xa0»",
                "le client a noté que le client maria ne veut plus de messages WhatsApp",
            ),
        ],
    )
    def test_told(self, language, yes, no):
        """In every language."""
        events = given(OPT_IN, WITHDRAWN).events[-2:]
        assert [yes, no] == [line.text for line in history(events, language=language)]


class TestForApproval:
    """Who may not reply directly starts the case, and the message waits."""

    STARTED = (OPT_IN, attrs.evolve(START, by="ben", for_approval=True, note="First one"))

    def test_submitted(self):
        """The case is theirs and open; nothing was sent."""
        outcome = given(OPT_IN).when(self.STARTED[1])
        assert ReplySent not in {type(event) for event in outcome.events}
        assert DraftSubmitted in {type(event) for event in outcome.events}
        file = outcome.desk.cases["c1"]
        assert ("ben", Status.OPEN, "r-c1", "general", "First one") == (
            file.case.assignee,
            file.case.status,
            file.draft.id,
            file.draft.queue,
            file.draft.note,
        )

    def test_approved(self):
        """Then it goes out as pending, in the author's name; the message is theirs, as one sent directly is."""
        outcome = given(self.STARTED).when(ApproveDraft("cleo", at(5), "c1", "r-c1"))
        assert Message("r-c1", "c1", "ben", thread="t-c1") == outcome.desk.messages["t-c1/r-c1"]
        assert Message("r-c1", "c1", "ana", thread="t-c1") == given(OPT_IN, START).desk.messages["t-c1/r-c1"]
        sent = next(event for event in outcome.events if isinstance(event, ReplySent))
        assert ("ben", "cleo", Status.PENDING) == (sent.author, sent.reviewer, sent.send_as)

    def test_refused(self):
        """The author may write another one; nobody has been written to."""
        story = given(self.STARTED, RefuseDraft("cleo", at(5), "c1", "r-c1", "Not now"))
        again = SubmitDraft("ben", at(6), "c1", "d2", READS, template=prepared())
        assert story.when(again).verdict

    @pytest.mark.parametrize("start", [SMS, EMAIL, START])
    def test_same_rules(self, start):
        """What could not be sent is not submitted either."""
        empty = attrs.evolve(start, by="ben", for_approval=True, text="", subject="")
        assert not given(OPT_IN).when(empty).verdict


class TestPolicyThatDecides:
    """What the policy says for the case that starts, never for the closed one before it."""

    @pytest.mark.parametrize(
        ("before", "queue", "rules"), [("vip", "rest", ()), ("rest", "vip", ("channels.emoji",))], ids=["out", "in"]
    )
    def test_after_a_closed_case(self, before, queue, rules):
        """Given an override for a queue, then it holds where the new case is in it, and not where the old one was."""
        queues = {"vip": Queue(reasons=("vip",)), "rest": Queue(fallback=True)}
        plain = Override(match=Match(queue="vip"), set={"channels.sms.emoji": False})
        policy = attrs.evolve(Policy.default(), queues=queues, override=(plain,))
        story = given(case_in("closed", channel="sms", reason=before), policy=policy)
        start = we_write("c2", thread="t-c1", channel="sms", at=at(hours=1), queue=queue, text="Hello \U0001f642")[0]
        outcome = story.when(start)
        assert "pending" == outcome.desk.status("c2") if not rules else outcome.refused(*rules)


class TestClocks:
    """Pauses before the customer has written count for nothing, and nor does what we did before."""

    @pytest.mark.parametrize("after", AfterReopening)
    @pytest.mark.parametrize("paused", [(), (Status.PENDING,), (Status.RESOLVED,)])
    def test_resolved_before_they_wrote(self, after, paused):
        """Regression: what we had resolved before was their solution, four hours before they asked."""
        policy = sop(sla={"after_reopening": after, "pause_in": paused})
        resolved = given(OPT_IN, START, SetStatus("ana", at(hours=1), "c1", Status.RESOLVED), policy=policy)
        assert SolutionReached not in {type(event) for event in resolved.events}
        wrote = resolved.and_given(ReceiveMessage(CUSTOMER, at(hours=5), "t-c1", "m2", "Hello?"))
        for desk in (
            wrote.desk,
            resolved.desk.evolve((SolutionReached("ana", at(hours=1), "c1"), *wrote.events[len(resolved.events) :])),
        ):
            (_, clock) = clocks_at(desk, at(hours=6))
            assert ("running", at(hours=1) - T0) == (clock.state, clock.elapsed)

    @pytest.mark.parametrize("start", [(OPT_IN, START), SMS], ids=["whatsapp", "sms"])
    def test_first_response(self, start):
        """The message by which we began answers nothing: FRT runs from the customer's first one to our reply to it."""
        wrote = given(start, ReceiveMessage(CUSTOMER, at(hours=5), "t-c1", "m2", "Hello?"))
        (clock, _) = clocks_at(wrote.desk, at(minutes=5, hours=5))
        assert ("running", at(minutes=5) - T0, at(hours=6)) == (clock.state, clock.elapsed, clock.due)
        (clock, _) = clocks_at(wrote.and_given(SendReply("ana", at(60, hours=5), "c1", "m3", "Yes")).desk, at(hours=9))
        assert ("met", at(60) - T0, None) == (clock.state, clock.elapsed, clock.due)

    def test_answered_before_they_wrote(self):
        """A second message of ours, before they write, is no first response either."""
        second = SendReply("ana", at(60), "c1", "m9", READS, template=prepared())
        wrote = given(OPT_IN, START, second, ReceiveMessage(CUSTOMER, at(hours=5), "t-c1", "m2", "Hello?")).desk
        assert "running" == clocks_at(wrote, at(minutes=5, hours=5))[0].state

    @pytest.mark.parametrize(
        "statuses",
        [
            (),
            (Status.NEW,),
            (Status.OPEN,),
            (Status.PENDING,),
            (Status.NEW, Status.PENDING),
            (Status.OPEN, Status.PENDING),
        ],
    )
    def test_solution(self, statuses):
        """However the policy pauses, ST starts at zero with the customer's first message, and never runs backwards."""
        policy = paused_in(*statuses)
        story = given(OPT_IN, START, policy=policy)
        assert (Status.PENDING in statuses) is (story.desk.cases["c1"].clocks.paused_since is not None)
        paused = sum(isinstance(event, SolutionPaused) for event in story.events)
        assert (Status.PENDING in statuses) is (paused == 1)
        wrote = story.and_given(ReceiveMessage(CUSTOMER, at(hours=5), "t-c1", "m2", "Hello?")).desk
        (_, clock) = clocks_at(wrote, at(hours=7))
        expected = 0 if Status.OPEN in statuses else 7200
        assert expected == clock.elapsed.total_seconds()


def test_every_promise_is_kept_on_the_way():
    """Each step of an outbound case, to its end, keeps what is promised of any case."""
    way = (
        *(OPT_IN, START),
        ReceiveMessage(CUSTOMER, at(10), "t-c1", "m2", "Thanks"),
        SendReply("ana", at(20), "c1", "m3", "Gladly", Status.RESOLVED),
        LogOut("ana", at(30), "ana"),
        EndContact("dora", at(40), "c1"),
        Dispose("dora", at(50), "c1", "solved", "Done", "ana"),
        CloseCase("dora", at(60), "c1"),
    )
    steps = steps_of(way)
    assert [] == breaches_of(steps)
    assert "closed" == steps[-1].after.status("c1")
