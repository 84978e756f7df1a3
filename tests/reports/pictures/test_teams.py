"""The day of a team: worked out by hand for two agents, and drawn."""

from datetime import timedelta
from itertools import combinations

import pytest

from casecore.kernel import SYSTEM, CommandError
from casecore.policies import Policy
from casecore.policies.sections import Relation
from casecore.reports.pictures import day_of_team
from casecore.reports.pictures.teams import Load, team_day
from casecore.rooms.agents import AddAgent, ChangeAgent, GoAvailable, GoUnavailable, LogOut, Permission
from casecore.rooms.approvals import SubmitDraft
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.offers import AcceptOffer, OfferWork
from casecore.rooms.relations import RelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, given, new_case
from tests.reports.pictures.drawn import SVG, assert_well_drawn, root_of, tips_of, words_of

SOP = Policy.loads(
    '[queues.general]\nfallback = true\n[capacity]\nstatuses = ["new", "open", "escalated", "resolved"]\n'
)
"""Cases that are pending do not count."""


def joins(agent, total, *permissions):
    """Somebody joins who may have so much."""
    queues, capacity = frozenset({"general"}), {"total": total}
    return AddAgent(SYSTEM, T0, agent, agent.title(), frozenset(permissions), queues, capacity=capacity)


def email(case, minutes):
    """A case comes."""
    return new_case(case, channel="email", customer=f"customer of {case}", at=at(minutes=minutes))


DAY = given(
    joins("ana", 2, Permission.REPLY),
    joins("ben", 3, Permission.APPROVE),
    GoAvailable("ana", at(minutes=1), "ana"),
    GoAvailable("ben", at(minutes=2), "ben"),
    email("c1", 5),
    OfferWork(SYSTEM, at(minutes=6), "c1", "ana"),
    AcceptOffer("ana", at(minutes=6.25), "c1"),
    email("c2", 10),
    OpenCase("ana", at(minutes=12), "c2"),
    OpenCase("ana", at(minutes=12), "c1"),
    SendReply("ana", at(minutes=15), "c2", "r2", "One moment", Status.PENDING, subject="Re"),
    email("c3", 16),
    OpenCase("ana", at(minutes=20), "c3"),
    GoUnavailable("ben", at(minutes=22), "ben", "lunch"),
    GoAvailable("ben", at(minutes=28), "ben"),
    ChangeAgent(SYSTEM, at(minutes=30), "ana", capacity={"total": 1}),
    SubmitDraft("ana", at(minutes=31), "c1", "d1", "Soon", Status.PENDING, subject="Re", queue="general"),
    OfferWork(SYSTEM, at(minutes=32), "c1", "ben", review=True),
    AcceptOffer("ben", at(minutes=32.25), "c1", review=True),
    LeaveCase("ana", at(minutes=40), "c3"),
    RelateRecord("ana", at(minutes=41), "c3", Relation.CUSTOMER, "7"),
    Dispose("ana", at(minutes=42), "c3", "solved", "It works again"),
    LogOut("ben", at(minutes=60), "ben"),
    team=False,
    policy=SOP,
)
"""Ana takes three cases, one of which is pending; then she may have less than she has. Ben reviews."""


def minutes(stretches):
    """Stretches as (lane, how, from minute, to minute)."""
    return [
        (one.lane, one.how, (one.since - T0) / timedelta(minutes=1), (one.until - T0) / timedelta(minutes=1))
        for one in stretches
    ]


class TestWhatHappened:
    """What is read from the events, against what was worked out by hand."""

    day = team_day(DAY.events, SOP)
    ana, ben = day.agents

    def test_who_had_what(self):
        """Offered, held, and held without counting; a draft that is reviewed is had, too."""
        assert [
            ("c1", "offered", 6, 6.25),
            ("c1", "held", 6.25, 60),
            ("c2", "held", 12, 15),
            ("c2", "held, not counted", 15, 60),
            ("c3", "held", 20, 40),
        ] == minutes(self.ana.cases)
        assert [("c1", "offered", 32, 32.25), ("c1", "reviews", 32.25, 60)] == minutes(self.ben.cases)

    def test_when_they_were_there(self):
        """From when they come to when they go; with the reason why they take no work."""
        assert [
            ("available", "", 1, 40),
            ("wrapping up", "", 40, 42),
            ("available", "", 42, 60),
        ] == minutes(self.ana.presence)
        assert [
            ("available", "", 2, 22),
            ("unavailable", "lunch", 22, 28),
            ("available", "", 28, 60),
        ] == minutes(self.ben.presence)

    def test_what_counted(self):
        """What is offered counts, what is pending does not; nobody has more than they may, but by a change of it."""
        steps = [one for one, before in zip(self.ana.load, (None, *self.ana.load), strict=False) if one != before]
        levels = [Load(T0, 0, 2), Load(at(minutes=6), 1, 2), Load(at(minutes=12), 2, 2), Load(at(minutes=15), 1, 2)]
        levels += [Load(at(minutes=20), 2, 2), Load(at(minutes=30), 2, 1), Load(at(minutes=40), 1, 1)]
        changes = []
        for step in steps:
            if not changes or (changes[-1].has, changes[-1].limit) != (step.has, step.limit):
                changes.append(step)
        assert levels == changes
        assert Load(at(minutes=30), 2, 1) == self.ana.most
        assert [(at(minutes=30), at(minutes=40))] == [*self.ana.over(self.day.end)]
        assert [] == [*self.ben.over(self.day.end)]

    def test_a_part_of_the_day(self):
        """What went on before is cut, and what comes later is left out."""
        day = team_day(DAY.events, SOP, since=at(minutes=13), until=at(minutes=35), agents=("ana",))
        (ana,) = day.agents
        assert ("ana", at(minutes=13), at(minutes=35)) == (ana.agent, day.begin, day.end)
        assert [
            ("c1", "held", 13, 35),
            ("c2", "held", 13, 15),
            ("c2", "held, not counted", 15, 35),
            ("c3", "held", 20, 35),
        ] == minutes(ana.cases)
        assert [("available", "", 13, 35)] == minutes(ana.presence)
        assert Load(at(minutes=13), 2, 2) == ana.load[0]
        assert [(at(minutes=30), at(minutes=35))] == [*ana.over(day.end)]

    def test_nobody(self):
        """Is a mistake, which says what to give instead."""
        with pytest.raises(ValueError, match="no event tells of such an agent; give the events of the desk"):
            team_day(DAY.events, SOP, agents=("zoe",))
        with pytest.raises(ValueError, match="no event tells of such an agent"):
            team_day(())
        with pytest.raises(CommandError):
            team_day(DAY.events, since=T0.replace(tzinfo=None))


class TestThePicture:
    """Every word has its place, and the text says the same."""

    picture = day_of_team(DAY.events, SOP)

    def test_it_is_well_drawn(self):
        """Whatever it shows."""
        assert_well_drawn(self.picture)
        assert_well_drawn(day_of_team(DAY.events, SOP, since=at(minutes=13), until=at(hours=9), agents=("ben",)))

    def test_its_text(self):
        """For each agent how much they had at most, and each thing on a line of its own."""
        assert [
            "The day of 2 agents (2 Nov 2026 09:00 UTC to 10:00)",
            "ana  at most 2 of 1",
            "     over the limit 09:30–09:40, 10m",
            "     available 09:01–09:40",
            "     wrapping up 09:40–09:42",
            "     available 09:42–10:00",
            "     c1 (offered) 09:06–09:06, 15s",
            "     c1 (held) 09:06–10:00, 53m45s",
            "     c2 (held) 09:12–09:15, 3m",
            "     c2 (held, not counted) 09:15–10:00, 45m",
            "     c3 (held) 09:20–09:40, 20m",
            "ben  at most 1 of 3",
            "     available 09:02–09:22",
            "     unavailable (lunch) 09:22–09:28",
            "     available 09:28–10:00",
            "     c1 (offered) 09:32–09:32, 15s",
            "     c1 (reviews) 09:32–10:00, 27m45s",
        ] == str(self.picture).splitlines()
        assert self.picture.description.endswith("ana had at most 2 of 1; ben had at most 1 of 3.")

    def test_its_words_and_marks(self):
        """Cases are named where there is room, and everywhere on hover."""
        assert {"ana", "ben", "c1", "c2", "at most 2 of 1"} <= {*words_of(self.picture)}
        tips = tips_of(self.picture)
        assert {"over the limit", "the most they may have", "c1 (offered): 09:32 to 09:32"} <= {*tips}
        assert "unavailable (lunch): 09:22 to 09:28" in tips

    def test_no_bar_lies_on_another(self):
        """What counts stands from the bottom up, below the line; what does not count stands above it."""
        bars = {}
        for mark in root_of(self.picture):
            tip = next((tip.text for tip in mark.iter(f"{SVG}title")), "")
            if mark.tag == f"{SVG}rect" and tip.startswith("c"):
                left, top = float(mark.get("x")), float(mark.get("y"))
                bars[tip.partition(":")[0]] = (left, left + float(mark.get("width")), top)
        lines = [
            mark for mark in root_of(self.picture) if mark.tag == f"{SVG}polyline" and mark.get("stroke-dasharray")
        ]
        highest = min(float(point.split(",")[1]) for point in lines[0].get("points").split())
        assert bars["c2 (held, not counted)"][2] < highest <= bars["c3 (held)"][2] < bars["c1 (held)"][2]
        for (left, right, top), (other, other_right, other_top) in combinations(bars.values(), 2):
            assert top != other_top or right <= other + 1 or other_right <= left + 1

    def test_its_rows(self):
        """Plain values, which any library draws anew."""
        assert {
            "agent": "ana",
            "what": "case",
            "which": "c3",
            "how": "held",
            "since": at(minutes=20),
            "until": at(minutes=40),
        } in self.picture.frame()
        assert {"case", "presence"} == {row["what"] for row in self.picture.frame()}

    def test_who_may_have_very_many(self):
        """Is drawn no higher than others: the cases are only thinner, and nothing is written on them."""
        story = given(
            joins("ana", 40, Permission.REPLY),
            GoAvailable("ana", at(minutes=1), "ana"),
            *(email(f"c{number}", 1) for number in range(3)),
            *(OpenCase("ana", at(minutes=2), f"c{number}") for number in range(3)),
            email("c9", 50),
            team=False,
            policy=SOP,
        )
        picture = day_of_team(story.events, SOP)
        assert_well_drawn(picture)
        assert "at most 3 of 40" in words_of(picture)
        assert "c1" not in words_of(picture)
