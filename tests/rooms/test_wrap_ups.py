"""Wrap-up: what an ended contact needs before its agent gets work again (§6)."""

import attrs
import pytest

from casecore.channels import Channel
from casecore.policies import Policy
from casecore.policies.sections import Relation
from casecore.rooms.aftermath import Aftermath, WrapUp, wrap_up_id
from casecore.rooms.agents import AgentAvailable, AgentWrapsUp, ChangeAgent, GoAvailable, LogOut
from casecore.rooms.approvals import ApproveDraft, DraftApproved, DraftSubmitted, SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, LeaveCase, OpenCase
from casecore.rooms.cases import CaseClosed, CloseCase, CloseReason
from casecore.rooms.contacts import ContactStarted, EndContact
from casecore.rooms.offers import OfferWork, WorkOffered
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import (
    CaseFlagged,
    DutyDone,
    DutyLeft,
    FlagCase,
    RecordRelated,
    RecordUnrelated,
    RelateRecord,
    UnrelateRecord,
    missing_relations,
)
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.wrap_ups import Dispose, Disposed
from casecore.testing.scenario import at, case_in, given, new_case

QUEUE = "[queues.general]\nfallback = true\n"
DONE = Dispose("ana", at(20), "c1", "solved", "The cable was loose")


def relate(relation, *, by="ana", when=at(15)):  # noqa: B008 -- an instant is a value
    """The case is related to a record of another system."""
    return RelateRecord(by, when, "c1", Relation(relation), f"{relation}-7")


def ended(*before, channel="chat", policy=None, **fields):
    """A contact of ana's that has ended and is not disposed."""
    return given(case_in("pending", channel=channel, **fields), before, EndContact("dora", at(15), "c1"), policy=policy)


def aftermath_of(outcome):
    """What of the case's contacts is still open after it."""
    return outcome.desk.cases["c1"].aftermath


class TestOwed:
    """Every ended contact waits for its disposition and notes."""

    @pytest.mark.parametrize("channel", [channel for channel in Channel if channel is not Channel.EMAIL])
    def test_on_every_channel(self, channel):
        """It is kept on a row of its own, and counted on the agent's and on the case's."""
        story = ended(channel=channel)
        assert WrapUp("c1/ana", "c1", "ana", channel, at(15), "ended_by_agent") == story.desk.wrap_ups["c1/ana"]
        assert (1, 1) == (story.desk.agents["ana"].wrap_ups, aftermath_of(story).undisposed)
        outcome = story.when(DONE).then(
            Disposed("ana", at(20), "c1/ana", "c1", "ana", "solved", DONE.notes), AgentAvailable("ana", at(20), "ana")
        )
        assert (0, 0, 0) == (
            outcome.desk.agents["ana"].wrap_ups,
            aftermath_of(outcome).undisposed,
            len(outcome.desk.wrap_ups),
        )

    def test_no_work_until_then(self):
        """Neither opened nor offered; afterwards both."""
        story = ended(new_case("c2"))
        story.when(OpenCase("ana", at(16), "c2")).refused("assignment.wrap_up")
        offer = story.when(OfferWork("system", at(16), "c2", "ana")).refused("assignment.wrap_up")
        assert "ana has 1 contact to dispose" == offer.verdict.reasons[0].message
        story.and_given(DONE).when(OfferWork("system", at(21), "c2", "ana")).then(WorkOffered)

    def test_everything_else_goes_on(self):
        """Their other contact, and the case with somebody else."""
        story = ended(case_in("open", "c2"))
        assert story.when(SendReply("ana", at(16), "c2", "m9", "One moment")).verdict
        story.when(OpenCase("cleo", at(16), "c1")).then(CaseAssigned, ContactStarted)

    def test_two_agents_on_one_case(self):
        """Each disposes their own."""
        story = ended().and_given(OpenCase("cleo", at(16), "c1"), EndContact("dora", at(17), "c1"))
        assert ["c1/ana", "c1/cleo"] == sorted(story.desk.wrap_ups)
        assert 2 == aftermath_of(story).undisposed
        story.when(DONE).then(lambda event: event.wrap_up == "c1/ana", AgentAvailable)

    def test_ids(self):
        """Regression: the id of one wrap-up could be that of another where ids have slashes."""
        assert "c1/ana" == wrap_up_id("c1", "ana")
        pairs = [("a/b", "c"), ("a", "b/c"), ("a", "b~1c"), ("a", "b~c"), ("a/b~1c", "")]
        assert len(pairs) == len({wrap_up_id(case, agent) for case, agent in pairs})


class TestDisposing:
    """A disposition and notes."""

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("", "[wrap_up.disposition] the disposition is missing"),
            ("magic", "[wrap_up.disposition] 'magic' is no disposition"),
        ],
    )
    def test_code(self, code, said):
        """One of the policy's."""
        outcome = ended().when(attrs.evolve(DONE, code=code)).refused("wrap_up.disposition")
        assert f"{said} -> choose one of solved, follow_up, no_response, transferred, spam" == str(outcome.verdict)

    @pytest.mark.parametrize("notes", ["", " \n"])
    def test_notes(self, notes):
        """What happened; every reason is told."""
        outcome = ended().when(attrs.evolve(DONE, notes=notes)).refused("wrap_up.notes")
        assert "[wrap_up.notes] the notes are missing -> say what happened" == str(outcome.verdict)
        ended().when(Dispose("ana", at(20), "c1")).refused("wrap_up.notes", "wrap_up.disposition")

    def test_policy(self):
        """A policy may want only one of them, or none."""
        notes = Policy.loads(QUEUE + "[wrap_up]\ndisposition = false")
        assert ended(policy=notes).when(Dispose("ana", at(20), "c1", notes="Fine")).verdict
        ended(policy=notes).when(Dispose("ana", at(20), "c1", "magic", "Fine")).refused("wrap_up.disposition")
        code = Policy.loads(QUEUE + "[wrap_up]\nnotes = false")
        assert ended(policy=code).when(Dispose("ana", at(20), "c1", "solved")).verdict
        none = ended(policy=Policy.loads(QUEUE + "[wrap_up]\nnotes = false\ndisposition = false"))
        assert (0, 0) == (none.desk.agents["ana"].wrap_ups, len(none.desk.wrap_ups))

    def test_nothing_owed(self):
        """A contact that goes on, or that was disposed, is not disposed."""
        outcome = given(case_in("open")).when(DONE).refused("wrap_up.owed")
        assert (
            "[wrap_up.owed] ana has no ended contact on case c1 "
            "-> if the contact goes on, end it first; it may have been disposed already"
        ) == str(outcome.verdict)
        ended().and_given(DONE).when(attrs.evolve(DONE, at=at(21))).refused("wrap_up.owed")

    def test_by_a_supervisor(self):
        """For an agent whom they name; a colleague may not."""
        story = ended()
        outcome = story.when(attrs.evolve(DONE, by="dora", agent="ana"))
        outcome.then(Disposed("dora", at(20), "c1/ana", "c1", "ana", "solved", DONE.notes), AgentAvailable)
        assert (0, 0) == tuple(outcome.desk.agents[agent].wrap_ups for agent in ("ana", "dora"))
        refused = story.when(attrs.evolve(DONE, by="cleo", agent="ana")).refused("wrap_up.agent")
        assert "[wrap_up.agent] the contact was ana's -> ask ana or a supervisor" == str(refused.verdict)
        story.when(attrs.evolve(DONE, by="dora")).refused("wrap_up.owed")

    @pytest.mark.parametrize("by", ["customer", "system"])
    def test_by_no_agent(self, by):
        """Somebody has to know."""
        ended().when(attrs.evolve(DONE, by=by, agent="ana")).refused("actor.role")

    def test_while_away(self):
        """Whoever logged out meanwhile can only log in; a supervisor may dispose for them."""
        story = ended().and_given(LogOut("ana", at(16), "ana"))
        back = story.when(GoAvailable("ana", at(17), "ana")).then(AgentWrapsUp)
        back.and_when(DONE).then(Disposed, AgentAvailable)
        story.when(DONE).refused("presence.on_duty")
        for_her = story.when(attrs.evolve(DONE, by="dora", agent="ana")).then(Disposed)
        for_her.and_when(GoAvailable("ana", at(21), "ana")).then(AgentAvailable)

    def test_of_a_closed_case(self):
        """Closing does not take the duty away, and disposing does not change the case."""
        story = ended().and_given(CloseCase("dora", at(16), "c1", CloseReason.SPAM))
        before = story.desk.cases["c1"].case
        assert before is story.when(DONE).then(Disposed, AgentAvailable).desk.cases["c1"].case


class TestClosing:
    """Closing by hand needs no missing disposition."""

    def test_by_hand(self):
        """First the disposition."""
        outcome = ended().when(CloseCase("ana", at(16), "c1")).refused("wrap_up.blocks_close")
        assert "[wrap_up.blocks_close] 1 contact(s) of case c1 are not disposed -> dispose them first" == str(
            outcome.verdict
        )
        ended().and_given(DONE).when(CloseCase("ana", at(21), "c1")).then(CaseClosed)

    def test_spam_and_time(self):
        """Neither waits for it."""
        ended().when(CloseCase("dora", at(16), "c1", CloseReason.SPAM)).then(CaseClosed)
        policy = Policy.loads(QUEUE + '[lifecycle]\nclose_after = { pending = "1h" }')
        ended(policy=policy).when(CloseCase("system", at(hours=2), "c1")).then(CaseClosed)


class TestSubject:
    """Outbound email needs a subject."""

    @pytest.mark.parametrize("subject", ["", "  "])
    def test_reply(self, subject):
        """A reply."""
        story = given(case_in("open", channel="email"))
        outcome = story.when(SendReply("ana", at(9), "c1", "m9", "Hello", subject=subject))
        assert "[email.subject_required] the email has no subject -> give it one" == str(
            outcome.refused("email.subject_required").verdict
        )
        story.when(SendReply("ana", at(9), "c1", "m9", "Hello", subject="Your question")).then(ReplySent)

    def test_draft(self):
        """Regression: a draft without one was taken, and could then only be refused: nobody could add it."""
        story = given(case_in("open", channel="email"))
        story.when(SubmitDraft("ana", at(9), "c1", "d1", "Hello")).refused("email.subject_required")
        submitted = story.when(SubmitDraft("ana", at(9), "c1", "d1", "Hello", subject="Your question"))
        submitted.then(DraftSubmitted)
        sent = submitted.and_when(ApproveDraft("cleo", at(10), "c1", "d1")).then(DraftApproved, ReplySent)
        assert "Your question" == sent.events[1].subject

    def test_elsewhere(self):
        """Chats have none; a policy may do without."""
        given(case_in("open")).when(SendReply("ana", at(9), "c1", "m9", "Hello")).then(ReplySent)
        policy = Policy.loads(QUEUE + "[email]\nsubject_required = false")
        story = given(case_in("open", channel="email"), policy=policy)
        story.when(SendReply("ana", at(9), "c1", "m9", "Hello")).then(ReplySent)

    def test_inbox_asks_for_it(self):
        """Regression: on email, replying was greyed out for want of a subject that had not been asked for."""
        desk = given(case_in("open", channel="email")).desk
        (found,) = (one for one in desk.actions("ana", "c1", at(9)) if one.name == "send_as_pending")
        assert (True, True) == (found.allowed, "subject" in found.asks)


LATER = Policy.loads(QUEUE)
BEFORE = Policy.loads(QUEUE + '[email]\ncomplaint_relations_due = "before_disposition"')


class TestRelations:
    """Before disposing, an email's contact is related to the customer, and to the account case where there is one."""

    def test_customer(self):
        """The refusal says what is missing; on other channels nothing is."""
        outcome = ended(channel="email").when(DONE).refused("email.relations")
        assert "[email.relations] case c1 is not related to: customer -> relate it first" == str(outcome.verdict)
        ended(relate("customer"), channel="email").when(DONE).then(Disposed, AgentAvailable)
        assert frozenset() == missing_relations(ended().desk.view_of("c1"), Policy())

    def test_account_case(self):
        """Where the caller says there is one."""
        flag = FlagCase("ana", at(14), "c1", account_case=True)
        outcome = ended(flag, channel="email").when(DONE).refused("email.relations")
        assert "case c1 is not related to: case, customer" == outcome.verdict.reasons[0].message
        ended(flag, relate("customer"), relate("case"), channel="email").when(DONE).then(Disposed, AgentAvailable)

    def test_policy(self):
        """A policy may ask for neither."""
        policy = Policy.loads(QUEUE + "[email]\nrelate_customer = false\nrelate_case = false")
        flag = FlagCase("ana", at(14), "c1", account_case=True)
        ended(flag, channel="email", policy=policy).when(DONE).then(Disposed, AgentAvailable)

    def test_remembered_by_the_case(self):
        """Who wrote the customer's number down once is not asked again by the next contact of the case."""
        story = ended(relate("customer"), channel="email").and_given(
            DONE, OpenCase("cleo", at(21), "c1"), EndContact("cleo", at(22), "c1")
        )
        story.when(attrs.evolve(DONE, by="cleo", at=at(23))).then(Disposed, AgentAvailable)

    def test_related(self):
        """To which record, and on any channel."""
        outcome = (
            given(case_in("open"))
            .when(relate("customer"))
            .then(RecordRelated("ana", at(15), "c1", Relation.CUSTOMER, "customer-7"))
        )
        assert frozenset({Relation.CUSTOMER}) == aftermath_of(outcome).related

    @pytest.mark.parametrize("command", [relate("customer"), FlagCase("ana", at(15), "c1", complaint=True)])
    def test_by_whom(self, command):
        """Who has the contact, or had it; a supervisor, the system; nobody else."""
        story = given(case_in("open", channel="email"))
        refused = story.when(attrs.evolve(command, by="cleo")).refused("wrap_up.contact")
        assert "[wrap_up.contact] cleo has no contact with case c1 -> ask ana or a supervisor" == str(refused.verdict)
        story.when(attrs.evolve(command, by="customer")).refused("actor.role")
        for by in ("ana", "dora", "system"):
            assert story.when(attrs.evolve(command, by=by)).verdict
        assert ended(channel="email").when(command).verdict

    def test_flags(self):
        """What is None stays; saying it again changes nothing."""
        flag = FlagCase("ana", at(14), "c1", complaint=True)
        story = given(case_in("open", channel="email"))
        outcome = story.when(flag).then(CaseFlagged("ana", at(14), "c1", True, False))
        outcome.and_when(flag).then()
        both = outcome.and_when(FlagCase("ana", at(15), "c1", account_case=True))
        both.then(CaseFlagged("ana", at(15), "c1", True, True))
        assert Aftermath(complaint=True, account_case=True) == aftermath_of(both)


COMPLAINT = FlagCase("ana", at(14), "c1", complaint=True)


class TestComplaint:
    """A complaint about an installer is related to customer, installer and case."""

    def complained(self, *relations, policy=None):
        """A complaint by email, related so far, whose contact has ended."""
        return ended(COMPLAINT, [relate(relation) for relation in relations], channel="email", policy=policy)

    def test_installer_afterwards(self):
        """By default it may be added after the disposition, and is an open duty until it is."""
        story = self.complained("customer", "case")
        outcome = story.when(DONE)
        outcome.then(Disposed, DutyLeft("ana", at(20), "c1", "ana", frozenset({Relation.INSTALLER})), AgentAvailable)
        assert "ana" == aftermath_of(outcome).duty_of
        done = outcome.and_when(relate("installer", when=at(30))).then(RecordRelated, DutyDone("ana", at(30), "c1"))
        assert None is aftermath_of(done).duty_of

    def test_the_others_before(self):
        """Customer and case are not put off."""
        outcome = self.complained().when(DONE).refused("email.relations")
        assert "case c1 is not related to: case, customer" == outcome.verdict.reasons[0].message

    def test_installer_before(self):
        """Where the policy says so, not even the installer."""
        outcome = self.complained("customer", "case", policy=BEFORE).when(DONE).refused("email.relations")
        assert "case c1 is not related to: installer" == outcome.verdict.reasons[0].message
        self.complained("customer", "case", "installer", policy=BEFORE).when(DONE).then(Disposed, AgentAvailable)

    def test_no_duty(self):
        """Related to all three, nothing is left to do."""
        outcome = self.complained("customer", "case", "installer").when(DONE).then(Disposed, AgentAvailable)
        assert None is aftermath_of(outcome).duty_of

    def test_duty_outlives_the_case(self):
        """Who has it may do it after the case was closed; nobody else may."""
        story = self.complained("customer", "case").and_given(DONE, CloseCase("dora", at(21), "c1"))
        story.when(relate("installer", by="cleo", when=at(30))).refused("wrap_up.contact")
        story.when(relate("installer", when=at(30))).then(RecordRelated, DutyDone)

    def test_not_the_missing_one(self):
        """Relating something else leaves the duty open."""
        story = self.complained("customer", "case").and_given(DONE)
        assert "ana" == aftermath_of(story.when(relate("customer", when=at(30))).then(RecordRelated)).duty_of

    def test_no_complaint_after_all(self):
        """Regression: the duty stayed open for ever when the complaint turned out to be none."""
        story = self.complained("customer", "case").and_given(DONE)
        outcome = story.when(FlagCase("ana", at(30), "c1", complaint=False))
        outcome.then(CaseFlagged("ana", at(30), "c1", False, False), DutyDone("ana", at(30), "c1"))
        assert None is aftermath_of(outcome).duty_of
        still = story.when(FlagCase("ana", at(30), "c1", account_case=True)).then(CaseFlagged)
        assert "ana" == aftermath_of(still).duty_of

    def test_other_channels(self):
        """A complaint on chat has no such duty."""
        ended(COMPLAINT).when(DONE).then(Disposed, AgentAvailable)


class TestTakenBack:
    """A relation that was wrong is taken back before the contact is disposed."""

    BACK = UnrelateRecord("ana", at(12), "c1", Relation.CUSTOMER)

    def test_during_the_contact(self):
        """Then it is missing again, and the right one is related."""
        story = given(case_in("open", channel="email"), relate("customer", when=at(1)))
        outcome = story.when(self.BACK).then(RecordUnrelated("ana", at(12), "c1", Relation.CUSTOMER))
        assert frozenset() == outcome.desk.cases["c1"].aftermath.related
        ended = outcome.after.and_given(EndContact("ana", at(13), "c1"))
        ended.when(DONE).refused("email.relations")
        right = ended.and_given(RelateRecord("ana", at(14), "c1", Relation.CUSTOMER, "right"))
        assert right.when(DONE).verdict

    def test_in_the_wrap_up(self):
        """Also after the contact has ended, by whose it was or a supervisor; not by a colleague."""
        story = given(case_in("open", channel="email"), relate("customer", when=at(1)), EndContact("ana", at(2), "c1"))
        story.when(self.BACK).then(RecordUnrelated)
        story.when(attrs.evolve(self.BACK, by="dora")).then(RecordUnrelated)
        story.when(attrs.evolve(self.BACK, by="cleo")).refused("wrap_up.contact")

    def test_once_it_is_disposed(self):
        """What a disposed contact was related to stays."""
        ended = (EndContact("ana", at(2), "c1"), attrs.evolve(DONE, at=at(3)))
        story = given(case_in("open", channel="email"), relate("customer", when=at(1)), ended)
        assert (
            "[relation.disposed] every contact of case c1 is disposed "
            "-> relate it to the right record instead, or write a note"
        ) == str(story.when(attrs.evolve(self.BACK, by="dora")).refused("relation.disposed").verdict)
        again = story.and_given(OpenCase("ana", at(5), "c1"))
        again.when(self.BACK).then(RecordUnrelated)

    def test_that_is_not_there(self):
        """Nothing is taken back that was never related."""
        outcome = given(case_in("open", channel="email")).when(self.BACK).refused("relation.known")
        assert "[relation.known] case c1 is not related to customer -> take back a relation that it has" == str(
            outcome.verdict
        )


class TestEarlierHandler:
    """An email that answers a message another agent handled."""

    def answering(self, *then, channel="email", message="r-c1"):
        """Maria answers ana's email; cleo has opened it."""
        return given(
            case_in("pending", channel=channel),
            relate("customer", when=at(1)),
            LeaveCase("ana", at(2), "c1"),
            Dispose("ana", at(3), "c1", "follow_up", "Waits"),
            ReceiveMessage("customer", at(10), "t-c1", "m2", "Re: your mail", in_reply_to=message),
            OpenCase("cleo", at(11), "c1"),
            then,
        )

    def test_named(self):
        """Whoever handled it without transferring it names them in the notes."""
        story = self.answering(EndContact("cleo", at(12), "c1"))
        assert "ana" == story.desk.wrap_ups["c1/cleo"].earlier_handler
        outcome = story.when(attrs.evolve(DONE, by="cleo", notes="Fine")).refused("email.earlier_handler")
        assert (
            "[email.earlier_handler] ana handled the message that the customer answered "
            "-> transfer such emails to ana; having handled it, name ana in the notes"
        ) == str(outcome.verdict)
        story.when(attrs.evolve(DONE, by="cleo", notes="Was ana's; she is at lunch")).then(Disposed, AgentAvailable)

    @pytest.mark.parametrize(
        ("name", "notes", "named"),
        [
            ("Ana Sá Lima", "Handled by Ana Sá Lima", True),
            ("Ana Sá Lima", "by ANA  SÁ\nLIMA.", True),
            ("Ana Sa\N{COMBINING ACUTE ACCENT} Lima", "by Ana Sá Lima", True),
            ("Ana Sá Lima", "by @ana", True),
            ("Zoë Lima", "by Zoë Limas", False),
            ("Ana Sá Lima", "a banana", False),
            ("Ana Sá Lima", "Lima", False),
            ("王芳", "由王芳处理", True),
            ("Zoë芳", "by Zoë芳处理", True),
            ("Ana O'Hara", "by Ana O’Hara", True),
            ("Ana-Sofia İz", "by ana\u2011sofia iz", True),
            ("مهدی نامه\u200cنگار", "مهدی نامهنگار", True),
            ("  ", "Nobody", False),
            ("ana", "Anaïs", False),
            ("Siobhán O\N{RIGHT SINGLE QUOTATION MARK}Neill", "by Siobhán O'Neill", True),
            ("Ana\N{ZERO WIDTH SPACE} Lima", "by Ana Lima", True),
            ("\N{HANGUL FILLER}", "by \N{HANGUL FILLER}", False),
        ],
    )
    def test_named_as_they_are_called(self, name, notes, named):
        """By id or by display name, as a word of its own, however it is written."""
        story = self.answering(ChangeAgent("dora", at(11), "ana", name), EndContact("cleo", at(12), "c1"))
        outcome = story.when(attrs.evolve(DONE, by="cleo", notes=notes))
        assert named is bool(outcome.verdict)
        if not named and "Lima" in name:
            assert f"name ana or {name} in the notes" in str(outcome.verdict)

    @pytest.mark.parametrize("aim", [{"agent": "ana"}, {"queue": "billing"}])
    def test_transferred(self, aim):
        """Who passed it on has done what they should."""
        story = self.answering(ReassignCase("cleo", at(12), "c1", **aim))
        assert None is story.desk.wrap_ups["c1/cleo"].earlier_handler

    def test_their_own(self):
        """An answer to one's own email is one's own."""
        story = given(
            case_in("pending", channel="email"),
            relate("customer", when=at(1)),
            ReceiveMessage("customer", at(10), "t-c1", "m2", in_reply_to="r-c1"),
            EndContact("ana", at(15), "c1"),
        )
        story.when(attrs.evolve(DONE, notes="Fine")).then(Disposed, AgentAvailable)

    @pytest.mark.parametrize("message", ["m-c1", "unknown", None])
    def test_answer_to_nobody(self, message):
        """To the customer's own message, to one we do not know, to none."""
        story = self.answering(EndContact("cleo", at(12), "c1"), message=message)
        assert None is story.desk.wrap_ups["c1/cleo"].earlier_handler

    def test_other_channels(self):
        """Regression: on messengers too, whoever answered a quoted message had to name its author."""
        story = self.answering(EndContact("cleo", at(12), "c1"), channel="whatsapp")
        story.when(attrs.evolve(DONE, by="cleo", notes="Fine")).then(Disposed, AgentAvailable)


class TestReminder:
    """A wrap-up that is left undone is overdue, where the policy says after how long."""

    POLICY = Policy.loads(QUEUE + '[wrap_up]\nremind = "10m"')

    def due(self, desk):
        """When wrap-ups are overdue."""
        return [(due.case, due.at, due.command) for due in desk.due() if due.key == "wrap_up.remind"]

    def test_due(self):
        """From the end of the contact; it gives no command, and is due no more once it is done."""
        left = case_in("open", channel="sms"), LeaveCase("ana", at(minutes=5), "c1")
        story = given(left, policy=self.POLICY)
        assert [("c1", at(minutes=15), None)] == self.due(story.desk)
        assert self.due(story.desk) == [(due.case, due.at, due.command) for due in story.desk.due_of_wrap_up("c1/ana")]
        done = story.and_given(Dispose("ana", at(minutes=20), "c1", "solved", "Done"))
        assert [] == self.due(done.desk)

    def test_off(self):
        """Nobody is reminded unless the policy says so."""
        assert [] == self.due(given(case_in("open", channel="sms"), LeaveCase("ana", at(minutes=5), "c1")).desk)

    def test_of_a_closed_case(self):
        """What is owed on a closed case is due as well; and only what concerns the case that is asked for."""
        spam = CloseCase("ana", at(minutes=5), "c1", CloseReason.SPAM)
        other = case_in("open", "c2", agent="ben", channel="sms"), LeaveCase("ben", at(minutes=6), "c2")
        desk = given(case_in("open", channel="sms"), spam, other, policy=self.POLICY).desk
        assert [("c1", at(minutes=15), None), ("c2", at(minutes=16), None)] == self.due(desk)
        assert ["c2"] == [due.case for due in desk.due(case="c2") if due.key == "wrap_up.remind"]

    def test_of_some_cases(self):
        """An override for some cases decides for their wrap-ups."""
        policy = Policy.loads(QUEUE + '[[override]]\nmatch = { channel = "sms" }\nset = { "wrap_up.remind" = "1m" }')
        story = given(case_in("open", channel="sms"), LeaveCase("ana", at(minutes=5), "c1"), policy=policy)
        assert [("c1", at(minutes=6), None)] == self.due(story.desk)

    def test_partial_desk(self):
        """A desk that does not hold the case knows when its wrap-up is overdue."""
        story = given(case_in("open", channel="sms"), LeaveCase("ana", at(minutes=5), "c1"), policy=self.POLICY)
        desk = attrs.evolve(story.desk, cases=type(story.desk.cases)())
        assert [("c1", at(minutes=15), None)] == self.due(desk)
