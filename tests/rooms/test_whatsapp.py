"""The WhatsApp window: free text inside it, templates outside, and its end on every screen that tells the time (§7)."""

from datetime import timedelta

import attrs
import pytest
from hypothesis import given as drawing
from hypothesis import strategies as st

from casecore.channels import Channel
from casecore.kernel import CUSTOMER
from casecore.policies import Policy, PolicyError
from casecore.projections.inbox import Window, inbox
from casecore.projections.notifications import Alert, AlertSettings, notifications
from casecore.promises import Step
from casecore.promises.ways import ways_to_decide
from casecore.rooms.approvals import ApproveDraft, SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.cases import CloseCase, SetStatus
from casecore.rooms.contacts import EndContact
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.wrap_ups import Dispose
from casecore.routing.agenda import Agenda
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, prepared, we_write
from tests.watching import breaches_at_end

DAY = at(hours=24)
OPEN = case_in("open", channel="whatsapp")
NEWS = prepared()
READS = "Dear Maria, there is news for you."
STRICT = attrs.evolve(Policy.default(), whatsapp=attrs.evolve(Policy.default().whatsapp, window=timedelta(hours=1)))


def free(when, **fields):
    """Ana writes freely."""
    return SendReply("ana", when, "c1", "m2", "Hello", **fields)


def from_template(when, **fields):
    """Ana sends a template."""
    return SendReply("ana", when, "c1", "m2", READS, template=NEWS, **fields)


class TestFreeText:
    """Inside the window, and only there."""

    def test_until_the_last_moment(self):
        """One microsecond before 24 hours it is open; at 24 hours it is closed."""
        assert given(OPEN).when(free(DAY - timedelta(microseconds=1))).verdict
        (reason,) = given(OPEN).when(free(DAY)).refused("whatsapp.window").verdict.reasons
        assert (
            "case c1: the window closed at 2026-11-03T09:00:00+00:00; free text goes out only while it is open"
            == reason.message
        )
        assert "send an approved template" == reason.remedy
        assert {"closed_at": DAY, "seconds_late": 0.0, "seconds": 86_400.0, "limit": 86_400.0} == reason.facts

    def test_opens_again(self):
        """A message of the customer counts anew."""
        story = given(OPEN, ReceiveMessage(CUSTOMER, at(hours=30), "t-c1", "m9"))
        assert story.when(free(at(hours=53))).verdict
        story.when(free(at(hours=54))).refused("whatsapp.window")

    def test_what_a_machine_sent_opens_nothing(self):
        """An auto-reply is no message of the customer."""
        story = given(OPEN, ReceiveMessage(CUSTOMER, at(hours=30), "t-c1", "m9", auto_generated=True))
        story.when(free(at(hours=31))).refused("whatsapp.window")

    def test_never_written(self):
        """Where we wrote first and nobody answered, there has been no window at all."""
        (reason,) = given(we_write()).when(free(at(5))).refused("whatsapp.window").verdict.reasons
        assert "case c1: the customer has not written yet; free text goes out only while it is open" == reason.message
        assert {"closed_at": None, "seconds_late": None, "seconds": None, "limit": 86_400.0} == reason.facts

    @pytest.mark.parametrize("channel", [channel for channel in Channel if channel is not Channel.WHATSAPP])
    def test_other_channels(self, channel):
        """No other channel has a window."""
        story = given(case_in("open", channel=channel))
        assert story.when(free(at(hours=100), subject="Hi")).verdict

    def test_stricter(self):
        """A policy may close it earlier."""
        assert given(OPEN, policy=STRICT).when(free(at(3599))).verdict
        given(OPEN, policy=STRICT).when(free(at(3600))).refused("whatsapp.window")

    def test_not_laxer(self):
        """But not later than WhatsApp does."""
        with pytest.raises(PolicyError, match=r"whatsapp\.window: '25h' does not fit"):
            Policy.loads('[whatsapp]\nwindow = "25h"')

    @drawing(st.integers(0, 3 * 86_400), st.integers(1, 86_400))
    def test_at_any_second(self, second, length):
        """At whatever second, and however long the window: the rule says what the clock says."""
        whatsapp = attrs.evolve(Policy.default().whatsapp, window=timedelta(seconds=length))
        story = given(OPEN, policy=attrs.evolve(Policy.default(), whatsapp=whatsapp))
        assert (second < length) is bool(story.when(free(at(second))).verdict)


class TestOutside:
    """What goes out while it is closed."""

    def test_template(self):
        """An approved one, with its values."""
        assert READS == next(
            event.text for event in given(OPEN).when(from_template(DAY)).events if isinstance(event, ReplySent)
        )

    def test_attachments(self):
        """Not beside a template: what belongs to it is among its values."""
        (reason,) = (
            given(OPEN).when(from_template(DAY, attachments=("a.pdf",))).refused("whatsapp.window").verdict.reasons
        )
        assert "send the template without attachments" == reason.remedy
        assert given(OPEN).when(from_template(at(5), attachments=("a.pdf",))).verdict

    def test_drafts(self):
        """Approving is no way round: a draft that was fine in time is refused at the hour of sending."""
        story = given(OPEN, SubmitDraft("ana", DAY - timedelta(seconds=1), "c1", "d1", "Hello"))
        story.when(ApproveDraft("cleo", DAY, "c1", "d1")).refused("whatsapp.window")
        assert story.when(ApproveDraft("cleo", DAY - timedelta(seconds=1), "c1", "d1")).verdict

    def test_not_even_submitted(self):
        """What could not be sent now is not submitted now."""
        given(OPEN).when(SubmitDraft("ana", DAY, "c1", "d1", "Hello")).refused("whatsapp.window")


class TestScreens:
    """Its end is told wherever the time is."""

    def test_due(self):
        """An instant at which only what is allowed changes."""
        (due,) = [one for one in given(OPEN).desk.due() if one.key == "whatsapp.window"]
        assert (DAY, "the WhatsApp window closes", "c1", None) == (due.at, due.what, due.case, due.command)

    def test_not_due(self):
        """Nothing is due where nobody has written, on other channels, on a closed case; nor once it has passed."""
        for story in (we_write(), case_in("open", channel="sms"), case_in("closed", channel="whatsapp")):
            assert "whatsapp.window" not in {one.key for one in given(story).desk.due()}
        assert "whatsapp.window" not in {one.key for one in given(OPEN).desk.due(at(hours=25))}

    def test_agenda(self):
        """A host is woken then, and later if the customer has written."""
        desk = given(OPEN).desk
        agenda = Agenda(desk)
        wrote = ReceiveMessage(CUSTOMER, at(hours=2), "t-c1", "m9")
        desk, events = desk.handle(wrote)
        agenda.update(desk, events)
        ripe = [one.key for one in agenda.ripe(DAY)]
        assert "whatsapp.window" not in ripe
        assert ["whatsapp.window"] == [one.key for one in agenda.ripe(at(hours=26)) if one.key == "whatsapp.window"]

    def test_actions(self):
        """Outside, free text is greyed out and a template is not."""
        desk = given(OPEN).desk

        def allowed(when):
            return {one.name for one in desk.actions("ana", "c1", when) if one.allowed}

        written = {"send_as_pending", "send_as_escalated", "send_as_resolved", "submit_as_pending"}
        assert written <= allowed(at(5))
        assert not written & allowed(DAY)
        assert "send_template" in allowed(at(5)) & allowed(DAY)

    def test_inbox(self):
        """An agent sees how long it is still open."""
        (held,) = inbox(given(OPEN).desk, "ana", at(hours=23)).cases
        assert Window(DAY, 3600.0) == held.window
        assert held.window.open
        (held,) = inbox(given(OPEN).desk, "ana", at(hours=30)).cases
        assert (Window(DAY, 0.0), False) == (held.window, held.window.open)
        (held,) = inbox(given(we_write()).desk, "ana", at(5)).cases
        assert Window(None, 0.0) == held.window
        (held,) = inbox(given(case_in("open", channel="sms")).desk, "ana", at(5)).cases
        assert held.window is None

    def test_notification(self):
        """Whoever holds the case is called."""
        desk = given(OPEN).desk
        dues = [one for one in desk.due() if one.key == "whatsapp.window"]
        (call,) = notifications(dues, desk, {"ana": AlertSettings(banner={"window_closed"})})
        assert ("ana", Alert.WINDOW_CLOSED, DAY) == (call.agent, call.alert, call.at)


def test_a_window_outlives_its_case():
    """It is the thread's: after the case is closed, the next one is answered inside the same window."""
    over = (
        EndContact("ana", at(1), "c1"),
        Dispose("ana", at(2), "c1", "solved", "Done"),
        CloseCase("ana", at(3), "c1"),
    )
    story = given(OPEN, over, we_write("c2", at=at(10), thread="t-c1", text="Hello", template=None))
    assert "pending" == story.desk.status("c2")
    given(OPEN, over).when(we_write("c2", at=DAY, thread="t-c1", text="Hello", template=None)[-1]).refused(
        "whatsapp.window"
    )


def test_late_on_the_last_day_of_the_calendar():
    """Where the end of a window lies on no calendar, it does not end."""
    last = T0.replace(year=9999, month=12, day=31, hour=20)
    late = case_in("open", channel="whatsapp", at=last)
    desk = given(late).desk
    assert "whatsapp.window" not in {one.key for one in desk.due()}
    assert given(late).when(free(last + timedelta(hours=3))).verdict


class TestDraftsWhoseWindowCloses:
    """Promise 19: a draft can still be decided, also when what it says can no longer go out."""

    LATE = SetStatus("ana", at(hours=25), "c1", Status.ESCALATED)

    @pytest.mark.parametrize(
        ("drafted", "ways"),
        [
            ({"text": READS, "template": NEWS}, 3),  # withdrawn, refused, approved
            ({"text": "Hello"}, 2),  # nothing can send it before the customer writes
        ],
    )
    def test_ways(self, drafted, ways):
        """Outside the window only what may be sent can be approved; each way that is named can be gone."""
        story = (OPEN, SubmitDraft("ana", at(60), "c1", "d1", **drafted))
        step = Step.of(given(story).desk, self.LATE)
        draft = step.after.cases["c1"].draft
        assert ways == len(ways_to_decide(step.after, "c1", draft))
        assert [] == breaches_at_end(story, self.LATE)
