"""Service clocks of a desk: worked out by hand, the most urgent first, and drawn."""

from datetime import timedelta, timezone

from casecore.desk import Desk
from casecore.policies import Policy
from casecore.reports.pictures import service_clocks
from casecore.reports.pictures.clocks import clock_rows
from casecore.rooms.assignments import OpenCase
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.replies import SendReply
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, given, new_case
from tests.reports.pictures.drawn import assert_well_drawn, tips_of, words_of

SOP = Policy.loads(
    '[queues.general]\nfallback = true\n[sla]\npause_in = ["pending"]\n'
    '[sla.default]\nfirst_response = "1h"\nsolution = "4h"\n'
)


def email(case, minutes):
    """A case comes."""
    return new_case(case, channel="email", customer=f"customer of {case}", at=at(minutes=minutes))


def answered(case, opened, sent, status=Status.PENDING):
    """Ana opens it, and replies."""
    reply = SendReply("ana", at(minutes=sent), case, f"r-{case}", "One moment", status, subject="Re")
    return OpenCase("ana", at(minutes=opened), case), reply


DESK = given(
    email("old", 0),
    email("waits", 0),
    answered("waits", 10, 20),
    email("late", 5),
    email("spam", 30),
    CloseCase("dora", at(minutes=40), "spam", CloseReason.SPAM),
    answered("late", 70, 80, Status.ESCALATED),
    email("new", 90),
    policy=SOP,
).desk
"""At two hours: `old` has had no answer, `late` one that came too late, `waits` pauses, `new` is half an hour old."""

NOON = at(hours=2)


def told(rows):
    """Rows as (case, clock, standing, minutes past, minutes of the target)."""
    minute = timedelta(minutes=1)
    return [
        (row.case, row.clock.name, str(row.standing), row.clock.elapsed / minute, row.clock.target / minute)
        for row in rows
    ]


def test_the_clocks_of_a_desk():
    """What is overdue comes first, then what runs, by what is left; then what is over. Closed cases are left out."""
    assert [
        ("old", "first_response", "overdue", 120, 60),
        ("new", "first_response", "running", 30, 60),
        ("old", "solution", "running", 120, 240),
        ("late", "solution", "running", 115, 240),
        ("new", "solution", "running", 30, 240),
        ("waits", "solution", "paused", 20, 240),
        ("late", "first_response", "missed", 75, 60),
        ("waits", "first_response", "met", 20, 60),
    ] == told(clock_rows(DESK, NOON))


def test_the_clocks_of_some_cases():
    """Closed ones, too, where they are named; what ended without an answer was stopped."""
    assert [
        ("spam", "first_response", "stopped", 10, 60),
        ("spam", "solution", "stopped", 10, 240),
    ] == told(clock_rows(DESK, NOON, ["spam"]))
    assert [] == clock_rows(Desk())
    assert clock_rows(DESK, at(minutes=90)) == clock_rows(DESK)  # at its last event


def test_the_picture():
    """Every word has its place, and the text says the same."""
    picture = service_clocks(DESK, NOON)
    assert_well_drawn(picture)
    assert [
        "Service clocks on 2 Nov 2026 11:00 UTC: 1 overdue, 4 running, 1 paused, 1 missed, 1 met",
        "old first response    overdue by 1h       2h of 1h",
        "new first response    due 11:30           30m of 1h",
        "old solution          due 13:00           2h of 4h",
        "late solution         due 13:05           1h55m of 4h",
        "new solution          due 14:30           30m of 4h",
        "waits solution        paused, 3h40m left  20m of 4h",
        "late first response   missed by 15m       1h15m of 1h",
        "waits first response  met in 20m          20m of 1h",
    ] == str(picture).splitlines()
    assert {"old first response", "overdue by 1h", "due 11:30", "target"} <= {*words_of(picture)}
    assert "late first response: missed by 15m, 1h15m of 1h" in tips_of(picture)
    assert {
        "case": "new",
        "clock": "first_response",
        "standing": "running",
        "target": timedelta(hours=1),
        "elapsed": timedelta(minutes=30),
        "due": at(minutes=150),
    } in picture.frame()


def test_what_is_due_on_another_day_says_so():
    """In the zone that is asked for."""
    desk = given(email("c1", 0)).desk
    assert "due 3 Nov 09:00" in words_of(service_clocks(desk, T0))
    east = service_clocks(desk, T0, zone=timezone(timedelta(hours=3), "EAT"))
    assert "Service clocks on 2 Nov 2026 12:00 EAT: 2 running" == str(east).splitlines()[0]
    assert {"due 13:00", "due 3 Nov 12:00"} <= {*words_of(east)}


def test_many_clocks():
    """The most urgent are drawn; the rest are counted, and told as text."""
    desk = given(email(f"c{number}", number) for number in range(20)).desk
    picture = service_clocks(desk, at(hours=9))
    assert_well_drawn(picture)
    assert "and 10 more" in words_of(picture)
    assert 41 == len(str(picture).splitlines())


def test_none():
    """A desk on which nothing has happened has none."""
    picture = service_clocks(Desk())
    assert_well_drawn(picture)
    assert ("Service clocks: none has begun", "0 service clocks: none has begun.") == (
        str(picture),
        picture.description,
    )
