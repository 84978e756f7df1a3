"""The life of a case: worked out by hand for a small day, and drawn."""

from datetime import timedelta, timezone

import pytest

from casecore.channels import Channel
from casecore.kernel import CUSTOMER, SYSTEM, CommandError
from casecore.policies import Policy
from casecore.reports.pictures import life_of_case
from casecore.reports.pictures.cases import case_life
from casecore.reports.pictures.lanes import Moment
from casecore.rooms.approvals import ApproveDraft, SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.logged_cases import LogCase
from casecore.rooms.notes import AddNote
from casecore.rooms.offers import AcceptOffer, OfferWork, RejectOffer
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import AskPresence
from casecore.rooms.snoozes import SnoozeCase
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case
from tests.reports.pictures.drawn import assert_well_drawn, tips_of, words_of

DAY = given(
    new_case(channel="whatsapp"),
    OfferWork(SYSTEM, at(minutes=1), "c1", "ben"),
    RejectOffer("ben", at(80), "c1"),
    OfferWork(SYSTEM, at(minutes=3), "c1", "ana"),
    AcceptOffer("ana", at(195), "c1"),
    OpenCase("ana", at(minutes=4), "c1"),
    AddNote("ana", at(minutes=5), "n1", "Asked the bank", case="c1"),
    new_case("c2", customer="tom", at=at(minutes=6)),
    SendReply("ana", at(minutes=10), "c1", "r1", "One moment", Status.PENDING),
    ReceiveMessage(CUSTOMER, at(minutes=20), "t-c1", "m2", "And?"),
    LeaveCase("ana", at(minutes=30), "c1"),
    Dispose("ana", at(minutes=31), "c1", "solved", "It works again"),
    OpenCase("ben", at(minutes=40), "c1"),
    SubmitDraft("ben", at(minutes=50), "c1", "d1", "Paid back", Status.RESOLVED),
    OfferWork(SYSTEM, at(minutes=51), "c1", "cleo", review=True),
    AcceptOffer("cleo", at(minutes=51.25), "c1", review=True),
    ApproveDraft("cleo", at(minutes=60), "c1", "d1"),
)
"""Ben declines a WhatsApp case, Ana takes and leaves it, Ben takes it after all, and Cleo approves what he writes."""


MINUTE = timedelta(minutes=1)


def stretches_of(life, group):
    """What went on in a group: what, how, and from which minute to which."""
    return [
        (
            stretch.lane,
            stretch.how,
            (stretch.since - T0).total_seconds() / 60,
            (stretch.until - T0).total_seconds() / 60,
        )
        for stretch in life.stretches
        if stretch.group == group
    ]


def clocks_of(life):
    """How each clock ended: in what state, from which minute to which, and when it was due."""
    return [
        (
            clock.name,
            str(clock.last.state),
            (clock.since - T0) / MINUTE,
            (clock.until - T0) / MINUTE,
            clock.due and (clock.due - T0) / MINUTE,
        )
        for clock in life.clocks
    ]


class TestWhatHappened:
    """What is read from the events, against what was worked out by hand."""

    life = case_life("c1", DAY.events)

    def test_its_statuses(self):
        """New until Ana opens it, pending from her reply to the next message, resolved by the approved draft."""
        assert [
            ("new", "", 0, 4),
            ("open", "", 4, 10),
            ("pending", "", 10, 20),
            ("open", "", 20, 60),
            ("resolved", "", 60, 60),
        ] == stretches_of(self.life, "status")

    def test_who_had_it(self):
        """It waits while it is offered; when it is declined it waits on."""
        assert [
            ("waits in general", "", 0, 3.25),
            ("ben", "offered", 1, pytest.approx(4 / 3)),
            ("ana", "offered", 3, 3.25),
            ("ana", "held", 3.25, 30),
            ("waits in general", "", 30, 40),
            ("ben", "held", 40, 60),
        ] == stretches_of(self.life, "held by")

    def test_who_reviewed_its_draft(self):
        """Nobody for a minute and a half, then Cleo."""
        assert [
            ("waits in general", "", 50, 51.25),
            ("cleo", "offered", 51, 51.25),
            ("cleo", "held", 51.25, 60),
        ] == stretches_of(self.life, "draft")

    def test_the_window(self):
        """Open for a day from each message of the customer: the second comes before the first day is over."""
        assert [("WhatsApp window", "", 0, 60)] == stretches_of(self.life, "waiting for")
        later = case_life("c1", DAY.events, until=at(hours=30))
        assert [("WhatsApp window", "", 0, 24 * 60 + 20)] == stretches_of(later, "waiting for")

    def test_what_was_said(self):
        """By whom; what is said on other cases is left out."""
        assert [
            Moment("customer writes", T0, "the customer wrote: “Hello”"),
            Moment("note", at(minutes=5), "ana wrote a note: “Asked the bank”"),
            Moment("we reply", at(minutes=10), "ana sent a reply as pending: “One moment”"),
            Moment("customer writes", at(minutes=20), "the customer wrote: “And?”"),
            Moment("we reply", at(minutes=60), "ben’s reply, approved by cleo, was sent as resolved: “Paid back”"),
        ] == self.life.moments

    def test_its_clocks(self):
        """An hour for the first reply, a day for the solution; both are met."""
        assert [
            ("first_response", "met", 0, 10, 60),
            ("solution", "met", 0, 60, 24 * 60),
        ] == clocks_of(self.life)

    def test_a_clock_that_runs_or_is_late(self):
        """Told as long as nobody replies: it runs, then it is overdue."""
        story = given(new_case(channel="email"))
        running, overdue = (case_life("c1", story.events, until=at(minutes=minutes)) for minutes in (30, 90))
        assert [
            ("first_response", "running", 0, 30, 60),
            ("solution", "running", 0, 30, 24 * 60),
        ] == clocks_of(running)
        assert ("first_response", "missed", 0, 90, 60) == clocks_of(overdue)[0]
        assert (False, False) == (running.closed, running.clocks[0].ended)

    def test_a_second_next_response_is_a_clock_of_its_own(self):
        """Each time the customer waits again."""
        sop = Policy.loads('[queues.general]\nfallback = true\n[sla.default.normal]\nnext_response = "30m"')
        story = given(
            case_in("pending", channel="email"),
            *(ReceiveMessage(CUSTOMER, at(minutes=one), "t-c1", f"m{one}", "And?") for one in (10,)),
            SendReply("ana", at(minutes=15), "c1", "r2", "Soon", Status.PENDING, subject="Re"),
            ReceiveMessage(CUSTOMER, at(minutes=20), "t-c1", "m20", "And?"),
            policy=sop,
        )
        life = case_life("c1", story.events, sop, until=at(minutes=25))
        found = [clock for clock in clocks_of(life) if clock[0] == "next_response"]
        assert [("next_response", "met", 10, 15, 40), ("next_response", "running", 20, 25, 50)] == found

    def test_it_ends_when_the_case_is_closed(self):
        """Whatever comes later."""
        story = given(case_in("closed", at=at(minutes=5)), new_case("c2", customer="tom", at=at(minutes=9)))
        life = case_life("c1", story.events)
        assert (True, at(minutes=5), at(minutes=5)) == (life.closed, life.begin, life.end)
        assert ("closed", "", 5, 5) == stretches_of(life, "status")[-1]

    def test_a_case_that_sleeps_and_a_customer_who_is_silent(self):
        """A snoozed case waits for nobody; on a chat it counts how long its customer says nothing."""
        asleep = given(case_in("pending", channel="email"), SnoozeCase("ana", at(minutes=1), "c1", at(hours=2)))
        life = case_life("c1", asleep.events, until=at(minutes=9))
        assert ("snoozed", "", 1, 9) == stretches_of(life, "held by")[-1]
        chat = given(
            case_in("pending"),
            AskPresence("ana", at(minutes=1), "c1", "a1", "Still there?"),
            ReceiveMessage(CUSTOMER, at(minutes=2), "t-c1", "m2", "Yes"),
        )
        life = case_life("c1", chat.events)
        assert [("the customer, silent", "", 0, 2)] == stretches_of(life, "waiting for")
        assert "we ask" in {moment.lane for moment in life.moments}

    def test_a_case_that_nobody_tells_of(self):
        """Is a mistake, which says what to give instead."""
        with pytest.raises(ValueError, match="no event tells of case 'c9'; give the events of its desk"):
            case_life("c9", DAY.events)
        with pytest.raises(ValueError, match="no event tells of case 'c1'"):
            case_life("c1", DAY.events, until=T0 - timedelta(days=1))
        with pytest.raises(CommandError):
            case_life("c1", DAY.events, until=T0.replace(tzinfo=None))


class TestThePicture:
    """Every word has its place, and the text says the same."""

    picture = life_of_case("c1", DAY.events)

    def test_it_is_well_drawn(self):
        """Whatever it shows."""
        assert_well_drawn(self.picture)

    def test_its_text(self):
        """Each thing on a line of its own."""
        lines = str(self.picture).splitlines()
        assert "The life of case c1 (whatsapp, general; 2 Nov 2026 09:00 UTC to 10:00)" == lines[0]
        assert "status           new 09:00–09:04, 4m" == lines[1]
        assert "held by          waits in general 09:00–09:03, 3m15s" == lines[6]
        assert "                 ben (offered) 09:01–09:01, 20s" == lines[7]
        assert "first response   met, 10m of 1h, due 10:00, from 09:00" in lines
        assert "customer writes  09:20 the customer wrote: “And?”" in lines
        assert (
            "Case c1 (whatsapp, general; 2 Nov 2026 09:00 UTC to 10:00) over time. "
            "Service clocks: first response met, 10m of 1h, solution met, 1h of 1d."
        ) == self.picture.description

    def test_its_words(self):
        """A lane for each status, each agent, each clock and each sort of message."""
        words = words_of(self.picture)
        assert {"new", "open", "pending", "resolved", "ben", "ana", "cleo", "WhatsApp window"} <= {*words}
        assert {"first response", "met, 10m of 1h", "customer writes", "we reply", "note"} <= {*words}

    def test_what_is_told_on_hover(self):
        """Each mark says what it is."""
        tips = tips_of(self.picture)
        assert "held by ben (offered): 09:01 to 09:01, 20s" in tips
        assert "first response: met, 10m of 1h, from 09:00" in tips
        assert "due 10:00" in tips
        assert "09:20 the customer wrote: “And?”" in tips

    def test_its_rows(self):
        """Plain values, which any library draws anew."""
        rows = self.picture.frame()
        assert {"what": "status", "lane": "new", "how": "", "since": T0, "until": at(minutes=4)} in rows
        assert {"clock", "moment", "status", "held by", "draft", "waiting for"} == {row["what"] for row in rows}

    def test_in_another_zone(self):
        """Its instants are told in it."""
        picture = life_of_case("c1", DAY.events, zone=timezone(timedelta(hours=-2), "ANGRA"))
        assert "The life of case c1 (whatsapp, general; 2 Nov 2026 07:00 ANGRA to 08:00)" in str(picture)

    def test_a_clock_that_pauses_and_is_missed(self):
        """The pause is pale, what is too late stands out, and both are said in words."""
        sop = Policy.loads('[queues.general]\nfallback = true\n[sla]\npause_in = ["pending"]')
        story = given(
            new_case(channel="email"),
            OpenCase("ana", at(minutes=70), "c1"),
            SendReply("ana", at(minutes=80), "c1", "r1", "One moment", Status.PENDING, subject="Re"),
            policy=sop,
        )
        picture = life_of_case("c1", story.events, sop, until=at(hours=3))
        assert_well_drawn(picture)
        assert {"missed, 1h20m of 1h", "paused, 1h20m of 1d"} <= {*words_of(picture)}
        assert "paused" in tips_of(picture)
        plain = given(
            new_case(channel="email"),
            OpenCase("ana", at(minutes=70), "c1"),
            SendReply("ana", at(minutes=80), "c1", "r1", "One moment", Status.PENDING, subject="Re"),
        )
        overdue = life_of_case("c1", plain.events, until=at(hours=30))
        assert {"missed, 1h20m of 1h", "overdue, 1d6h of 1d"} <= {*words_of(overdue)}
        assert "runs, 2h of 1d" in words_of(life_of_case("c1", plain.events, until=at(hours=2)))

    def test_a_long_life_says_what_is_drawn_short(self):
        """Two days of silence after an hour of work."""
        story = given(case_in("pending", channel="email"), AddNote("ana", at(minutes=20), "n1", "Asked", case="c1"))
        picture = life_of_case("c1", story.events, until=at(hours=80))
        assert_well_drawn(picture)
        assert "// drawn short: 3d7h" in words_of(picture)

    def test_a_case_of_one_instant(self):
        """Without a clock, a draft or anything else."""
        sop = Policy.loads(
            '[queues.general]\nfallback = true\n[sla.default]\nfirst_response = "none"\nsolution = "none"'
        )
        story = given(LogCase("ana", T0, "t-c1", "c1", "maria", Channel.EMAIL), policy=sop)
        picture = life_of_case("c1", story.events, sop)
        assert_well_drawn(picture)
        assert picture.description.endswith("Service clocks: none.")
        assert [
            "The life of case c1 (email, general; 2 Nov 2026 09:00 UTC to 09:00)",
            "status   open 09:00–09:00, 0s",
            "held by  ana (held) 09:00–09:00, 0s",
        ] == str(picture).splitlines()
