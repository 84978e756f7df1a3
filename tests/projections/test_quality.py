"""Quality: how the work of each agent went, in figures (§9)."""

from datetime import timedelta

import pytest

from casecore import quality as public
from casecore.channels import Channel
from casecore.kernel import CUSTOMER, CommandError, Deviated
from casecore.policies import Policy
from casecore.projections.quality import AgentQuality, quality
from casecore.rooms.assignments import LeaveCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.commitments import MakeCommitment
from casecore.rooms.contacts import ContactStarted, EndContact
from casecore.rooms.notes import AddTag, RemoveTag
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import SendReply
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given

QUEUES = "[queues.billing]\nreasons = ['billing']\n[queues.general]\nfallback = true\n"
WARNS = Policy.loads(QUEUES + '[authentication]\nenforcement = "warn"')


def chat(*then, policy=None, case="c1"):
    """A chat that ana has opened, and what happened on it."""
    return given(case_in("open", case), then, policy=policy)


def of_ana(story, policy=None, **period):
    """How ana's work went."""
    found = {one.agent: one for one in quality(story.events, policy or story.desk.policy, **period)}
    return found.get("ana", AgentQuality("ana"))


def solves(when=at(20)):  # noqa: B008 -- an instant is a value
    """Ana answers, and the matter is settled."""
    return SendReply("ana", when, "c1", "r1", "Done", Status.RESOLVED)


class TestLiveContacts:
    """Chats and calls, and who was authenticated in them."""

    def counts(self, story, **period):
        """Live contacts, authenticated ones, and those in which something was done without."""
        found = of_ana(story, **period)
        return found.live_contacts, found.authenticated, found.unauthenticated

    def test_authenticated_first(self):
        """Before the matter is solved."""
        assert (1, 1, 0) == self.counts(chat(Authenticate("ana", at(1), "c1"), solves()))

    def test_never(self):
        """Nothing was done that needs it, and nobody was authenticated."""
        assert (1, 0, 0) == self.counts(chat(SendReply("ana", at(5), "c1", "r1", "Hello")))

    @pytest.mark.parametrize(
        "step",
        [
            solves(),
            MakeCommitment("ana", at(20), "c1", "p1", at(hours=2), "Call back"),
            ReassignCase("ana", at(20), "c1", queue="billing"),
            SendReply("ana", at(20), "c1", "r1", "You owe us 10", about_account=True),
        ],
        ids=["resolved", "promised", "transferred", "about the account"],
    )
    def test_without(self, step):
        """Where the policy only warns it is counted once, whatever is done afterwards."""
        assert (1, 0, 1) == self.counts(chat(step, policy=WARNS))

    def test_too_late(self):
        """Authenticating after the fact is not before it; and two things done without are one contact."""
        again = SendReply("ana", at(25), "c1", "r2", "Your balance", about_account=True)
        story = chat(solves(), again, Authenticate("ana", at(30), "c1"), policy=WARNS)
        assert (1, 0, 1) == self.counts(story)

    def test_other_channels(self):
        """An email is no live contact, and is authenticated without being counted."""
        story = given(case_in("open", channel="email"), Authenticate("ana", at(1), "c1", "call back"))
        assert (0, 0, 0) == self.counts(story)
        assert {"call back": 1} == of_ana(story).methods

    def test_what_the_policy_asks_for(self):
        """What needs no authentication is nothing that was done without it, for the cases of which that is said."""
        nothing = Policy.loads(QUEUES + "[authentication]\nbefore = []")
        assert (1, 0, 0) == self.counts(chat(solves(), policy=nothing))
        for_vips = Policy.loads(
            QUEUES + '[[override]]\nmatch = { tag = "vip" }\nset = { "authentication.before" = [] }\n'
            '[authentication]\nenforcement = "warn"'
        )
        vip, no_vip = AddTag("dora", at(2), "c1", "vip"), RemoveTag("dora", at(3), "c1", "vip")
        assert (1, 0, 0) == self.counts(chat(vip, solves(), policy=for_vips))
        assert (1, 0, 1) == self.counts(chat(vip, no_vip, solves(), policy=for_vips))
        billing = ReassignCase("ana", at(5), "c1", queue="billing")
        for_billing = Policy.loads(
            QUEUES + '[authentication]\nenforcement = "warn"\n'
            '[[override]]\nmatch = { queue = "billing" }\nset = { "authentication.before" = [] }'
        )
        assert (1, 0, 1) == self.counts(chat(billing, policy=for_billing))

    def test_in_the_middle_of_a_history(self):
        """A contact whose case began before the events do is counted by its channel."""
        begun = ContactStarted("ana", T0, "c9", "ana", Channel.VOICE, silent=False)
        assert (AgentQuality("ana", live_contacts=1),) == quality([begun])

    def test_period(self):
        """A contact counts where it began, also if it is authenticated later."""
        story = chat(Authenticate("ana", at(hours=1), "c1", "call back"))
        assert (1, 1, 0) == self.counts(story, since=T0, until=at(1))
        assert (0, 0, 0) == self.counts(story, since=at(1))
        assert ({}, {"call back": 1}) == tuple(
            of_ana(story, since=since, until=until).methods for since, until in ((T0, at(1)), (at(1), None))
        )
        warned = chat(solves(), policy=WARNS)
        assert (0, 0, 0) == self.counts(warned, since=at(1))


class TestDeviations:
    """Rules that were broken although the policy warned."""

    def test_by_rule(self):
        """Each as often as it was, by whoever did it; nobody else's."""
        story = chat(solves(), policy=WARNS)
        assert {"authentication.before": 1} == of_ana(story).deviations
        assert {} == of_ana(story, until=at(20)).deviations
        mistakes = [Deviated(by, at(1), "idle.asked", "", "c1") for by in ("ana", "ana", CUSTOMER, "system")]
        assert (AgentQuality("ana", deviations={"idle.asked": 2}),) == quality(mistakes)


class TestWrapUps:
    """How many there were, and how long they took."""

    def test_delay(self):
        """From the end of the contact to the disposition; what is open has none yet."""
        first = (
            case_in("open", channel="sms"),
            LeaveCase("ana", at(10), "c1"),
            Dispose("ana", at(40), "c1", "solved", "Ok"),
        )
        again = case_in("open", "c2", channel="sms", at=at(50)), LeaveCase("ana", at(60), "c2")
        story = given(first, again)
        found = of_ana(story)
        assert (2, 1, timedelta(seconds=30)) == (found.wrap_ups, found.disposed, found.mean_delay)
        later = of_ana(story.and_given(Dispose("ana", at(70), "c2", "solved", "Ok")))
        assert (timedelta(seconds=20), timedelta(seconds=30)) == (later.mean_delay, later.longest_delay)
        assert (timedelta(seconds=10), timedelta(seconds=30)) == later.delays

    def test_none(self):
        """Where nothing was disposed there is no delay."""
        assert (None, None) == (of_ana(chat()).mean_delay, of_ana(chat()).longest_delay)

    def test_period(self):
        """It belongs to the period in which it was owed."""
        story = given(
            case_in("open", channel="sms"), LeaveCase("ana", at(10), "c1"), Dispose("ana", at(40), "c1", "solved", "Ok")
        )
        assert (1, 1) == (of_ana(story, until=at(20)).wrap_ups, of_ana(story, until=at(20)).disposed)
        assert AgentQuality("ana") == of_ana(story, since=at(20))

    def test_ended_by_the_customer(self):
        """A live contact that is over is over, whatever its agent does afterwards."""
        story = chat(EndContact(CUSTOMER, at(5), "c1"), solves(at(9)))
        assert (1, 0, 0) == TestLiveContacts().counts(story)


def test_agents():
    """In the order of their ids; who did nothing is not listed; the shipped SOP is asked where none is given."""
    story = given(case_in("open", "c2", agent="ben"), case_in("open", "c1"))
    assert ["ana", "ben"] == [one.agent for one in public(story.events)]
    assert () == quality(())


def test_instants():
    """A period is between instants."""
    with pytest.raises(CommandError):
        quality((), since=T0.replace(tzinfo=None))
