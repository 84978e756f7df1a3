"""Opening hours of queues: closed hours stop push, and nothing else (§3)."""

from datetime import UTC, datetime, timedelta

import pytest

from casecore.kernel import CUSTOMER, SYSTEM
from casecore.policies import Change, Policy
from casecore.policies.sections import Delivery, Opening, Queue
from casecore.projections.notifications import Alert, AlertSettings, notifications
from casecore.rooms.agents import ChangeAgent, GoAvailable
from casecore.rooms.approvals import SubmitDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, CaseQueued, OpenCase
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.contacts import EndContact
from casecore.rooms.offers import AcceptOffer, ExpireOffer, OfferDeclined, OfferWork, WorkOffered
from casecore.rooms.opening_hours import OPENS, is_closed, opens_at
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.reviews import TakeReview
from casecore.routing import explain_route, next_for, route, unserved
from casecore.routing.agenda import Agenda
from casecore.routing.index import Router
from casecore.testing.scenario import T0, at, given, new_case

OFFICE = {"office": Opening(monday=("08:00-09:30", "10:00-12:00"), tuesday=("08:00-12:00",))}
QUEUES = {"office": Queue(reasons=("office",), hours="office"), "always": Queue(fallback=True)}
POLICY = Policy(queues=QUEUES, calendars=OFFICE)
CLOSES, OPENS_AGAIN, TUESDAY = at(minutes=30), at(hours=1), at(hours=23)
TICK = timedelta(microseconds=1)


def waits(*commands, when=CLOSES, policy=POLICY):
    """A case waits in the queue `office`, as a rule since it has closed; the team is there."""
    return given(new_case(channel="sms", reason="office", at=when), *commands, policy=policy)


def is_opening(due):
    """Whether that is when a queue opens."""
    return due.key == OPENS.key


class TestPush:
    """Routing offers nothing while the queue is closed."""

    @pytest.mark.parametrize(
        ("when", "offered"),
        [
            (at(minutes=5), True),
            (CLOSES - TICK, True),
            (CLOSES, False),
            (OPENS_AGAIN - TICK, False),
            (OPENS_AGAIN, True),
        ],
    )
    def test_offered_in_opening_hours_only(self, when, offered):
        """It is open at the instant it opens, and shut at the instant it closes; both who route say so."""
        desk = waits(when=at(minutes=5)).desk
        assert offered == bool(route(desk, when))
        assert offered == (Router(desk).next(desk, when) is not None)

    def test_the_router_follows_the_hours(self):
        """Given one index over the day, then it offers, stops, offers again, as time goes on."""
        desk = waits(when=T0).desk
        router = Router(desk)
        expected = [True, False, True, False, True]
        hours = [at(minutes=5), CLOSES, OPENS_AGAIN, at(hours=4), TUESDAY]
        assert expected == [router.next(desk, when) is not None for when in hours]

    def test_other_queues_go_on(self):
        """A younger case of a queue without hours is offered meanwhile."""
        story = waits(new_case("c2", channel="sms", at=at(minutes=31)))
        assert ["c2"] == [offer.case for offer in route(story.desk, at(minutes=32))]

    def test_reviews_wait_as_well(self):
        """A draft that a closed queue approves is offered to nobody until it opens; who asks for work gets it."""
        case = new_case(channel="sms", at=at(minutes=31))
        draft = SubmitDraft("ana", at(minutes=32), "c1", "d1", "Yes", queue="office")
        story = given(case, OpenCase("ana", at(minutes=31), "c1"), draft, policy=POLICY)
        assert () == route(story.desk, at(minutes=33))
        closed = "the review of case c1 waits in office, which is closed until 2026-11-02 10:00:00 UTC"
        assert explain_route(story.desk, "c1", at(minutes=33), review=True).message.startswith(closed)
        assert TakeReview("cleo", at(minutes=33), "c1") == next_for(story.desk, "cleo", at(minutes=33))
        assert [True] == [offer.review for offer in route(story.desk, OPENS_AGAIN)]
        (due,) = filter(is_opening, story.desk.due())
        assert (OPENS_AGAIN, "the queue of the review opens") == (due.at, due.what)
        taken = story.and_given(TakeReview("cleo", at(minutes=33), "c1"))
        assert [] == list(filter(is_opening, taken.desk.due()))

    def test_explained(self):
        """It says that the queue is closed, until when, and what can be done meanwhile."""
        closed = "case c1 waits in office, which is closed until 2026-11-02 10:00:00 UTC"
        assert f"{closed}; it can be fetched or found by search" == str(
            explain_route(waits().desk, "c1", at(minutes=31))
        )
        assert "it goes to ana" in explain_route(waits().desk, "c1", OPENS_AGAIN).message


class TestPull:
    """Everything else goes on in closed hours."""

    def test_fetched(self):
        """Whoever asks for work gets it."""
        story = waits()
        assert OpenCase("ana", at(minutes=31), "c1") == next_for(story.desk, "ana", at(minutes=31))

    def test_opened(self):
        """Whoever finds it opens it."""
        assert CaseAssigned in {type(event) for event in waits().when(OpenCase("ana", at(minutes=31), "c1")).events}

    def test_given_by_hand(self):
        """A supervisor transfers it to somebody, which rings."""
        waits().when(ReassignCase("dora", at(minutes=31), "c1", agent="ana")).then(CaseQueued, WorkOffered)

    def test_what_rings_when_it_closes_goes_on(self):
        """Given an offer just before it closes, then it is accepted after; declined, the case waits until it opens."""
        rings = waits(OfferWork(SYSTEM, CLOSES - TICK, "c1", "ana"), when=at(minutes=5))
        assert () == route(rings.desk, CLOSES)
        rings.when(AcceptOffer("ana", CLOSES, "c1")).then(CaseAssigned, *[lambda _: True] * 2)
        missed = rings.when(ExpireOffer(SYSTEM, at(31, minutes=30), "c1")).then(OfferDeclined)
        assert () == route(missed.desk, at(minutes=31))
        assert 1 == len(route(missed.desk, OPENS_AGAIN))


class TestDue:
    """When it opens is due, again and again while something waits."""

    def test_next_opening(self):
        """The next one from now on: also while it is open, and at that very instant."""
        desk = waits(when=at(minutes=5)).desk
        found = [
            next(filter(is_opening, desk.due(when))).at for when in (at(minutes=5), CLOSES, OPENS_AGAIN, at(hours=2))
        ]
        assert [OPENS_AGAIN, OPENS_AGAIN, OPENS_AGAIN, TUESDAY] == found

    def test_nothing_where_nothing_is_pushed(self):
        """Held, abandoned, closed, or in a queue that is pulled from, a case waits for no opening."""
        held = waits(OpenCase("ana", at(minutes=31), "c1"))
        assert [] == list(filter(is_opening, held.desk.due()))
        spam = held.and_given(CloseCase("ana", at(minutes=32), "c1", CloseReason.SPAM))
        assert [] == list(filter(is_opening, spam.desk.due()))
        pulled = {**QUEUES, "office": Queue(reasons=("office",), hours="office", delivery=Delivery.PULL)}
        desk = waits(policy=Policy(queues=pulled, calendars=OFFICE)).desk
        assert [] == list(filter(is_opening, desk.due()))
        keep = Policy.loads(
            '[live]\nabandoned = "keep"\n[queues.general]\nhours = "o"\n[calendars.o]\nsunday = ["09:00-10:00"]'
        )
        gone = given(new_case(), EndContact(CUSTOMER, at(5), "c1"), policy=keep)
        assert [] == list(filter(is_opening, gone.desk.due()))

    def test_dated(self):
        """Given a queue that has hours from a date on, then its openings are due from then on."""
        change = Change(on=at(hours=2), set={"queues.office.hours": "office"})
        queues = {**QUEUES, "office": Queue(reasons=("office",))}
        desk = waits(when=T0, policy=Policy(queues=queues, calendars=OFFICE, change=(change,))).desk
        assert [TUESDAY] == [due.at for due in filter(is_opening, desk.due())]
        assert [TUESDAY] == [due.at for due in filter(is_opening, desk.due(at(hours=1)))]

    def test_the_agenda_comes_each_time(self):
        """Given a case that nobody takes, then the agenda tells of each opening once, as the desk does."""
        story = waits(when=at(minutes=5))
        agenda, told = Agenda(story.desk), []
        while len(told) < 5 and (due := agenda.next()) is not None:
            if is_opening(due):
                assert due in story.desk.due(due.at)
            told += [one.at for one in agenda.ripe(due.at) if is_opening(one)]
            assert () == tuple(filter(is_opening, agenda.ripe(due.at)))
        week = timedelta(days=7)
        assert [OPENS_AGAIN, TUESDAY, at() - timedelta(hours=1) + week, OPENS_AGAIN + week, TUESDAY + week] == told

    def test_the_agenda_is_told_of_a_message_meanwhile(self):
        """Given the opening was told, when the customer writes on, then the next one comes all the same."""
        story = waits(when=at(minutes=5))
        agenda = Agenda(story.desk)
        assert [OPENS_AGAIN] == [due.at for due in agenda.ripe(OPENS_AGAIN) if is_opening(due)]
        late = ReceiveMessage(CUSTOMER, at(minutes=40), "t-c1", "m2", "Hello?")  # a host that is behind
        outcome = story.when(late)
        agenda.update(outcome.desk, outcome.events)
        dues = agenda.ripe(TUESDAY)
        assert [TUESDAY] == [due.at for due in dues if is_opening(due)]

    def test_the_end_of_the_calendar(self):
        """Somebody who asks for everything there will ever be is told of the next opening."""
        last = datetime.max.replace(tzinfo=UTC)
        assert [OPENS_AGAIN] == [due.at for due in Agenda(waits().desk).ripe(last) if is_opening(due)]

    def test_hours_without_an_end_or_a_beginning(self):
        """A queue that never closes never opens; the first instant of the calendar is an opening."""
        always = {"office": Opening(**dict.fromkeys(DAYS, ("00:00-24:00",)))}
        policy = Policy(queues=QUEUES, calendars=always)
        assert None is opens_at("office", policy, T0)
        first = datetime.min.replace(tzinfo=UTC)
        assert first == opens_at("office", policy, first)
        assert None is opens_at("always", policy, T0)
        assert not is_closed("gone", policy, T0)
        assert None is OPENS.length(None, policy)


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class TestUnserved:
    """A closed queue is not reported as unserved; when it opens, it is."""

    def test_nobody_serves_it(self):
        """Given that nobody serves the queue, then supervisors are called when it opens, and not before."""
        nobody = [
            ChangeAgent(SYSTEM, T0, name, queues=frozenset({"always"})) for name in ("ana", "ben", "cleo", "dora")
        ]
        nobody.append(ChangeAgent(SYSTEM, T0, "eva", queues=frozenset()))
        settings = {"dora": AlertSettings(sound=[*Alert])}
        story = given(*nobody, policy=POLICY)
        outcome = story.when(new_case(channel="sms", reason="office", at=CLOSES))
        assert [] == list(notifications(outcome.events, outcome.desk, settings))
        assert () == unserved(outcome.desk, at(minutes=31))
        assert ["c1"] == [one.case for one in unserved(outcome.desk, OPENS_AGAIN)]
        opening = [due for due in outcome.desk.due() if is_opening(due)]
        assert [Alert.QUEUE_UNSERVED] == [one.alert for one in notifications(opening, outcome.desk, settings)]
        changed = outcome.and_when(ChangeAgent(SYSTEM, at(minutes=31), "ana", queues=frozenset()))
        assert [] == list(notifications(changed.events, changed.desk, settings))
        assert [] == list(notifications(opening, given().desk, settings))  # it is gone meanwhile
        served = outcome.and_when(ChangeAgent(SYSTEM, at(minutes=32), "eva", queues=frozenset({"office"})))
        assert [] == list(notifications(opening, served.desk, settings))

    def test_nobody_serves_the_queue_of_a_review(self):
        """Given a draft in a queue that nobody serves, then it is told when that opens."""
        nobody = [
            ChangeAgent(SYSTEM, T0, name, queues=frozenset({"always"})) for name in ("ana", "ben", "cleo", "dora")
        ]
        nobody.append(ChangeAgent(SYSTEM, T0, "eva", queues=frozenset()))
        draft = SubmitDraft("ana", at(minutes=32), "c1", "d1", "Yes", queue="office")
        desk = given(nobody, new_case(channel="sms"), OpenCase("ana", at(1), "c1"), draft, policy=POLICY).desk
        opening = [due for due in desk.due() if is_opening(due)]
        settings = {"dora": AlertSettings(sound=[*Alert])}
        assert [Alert.QUEUE_UNSERVED] == [one.alert for one in notifications(opening, desk, settings)]


def test_a_late_agent_finds_the_work():
    """Given the queue opens while ana is at lunch, when she comes back, then it is offered to her."""
    story = waits(GoAvailable("eva", at(minutes=31), "eva"))
    assert "ana" == route(story.desk, OPENS_AGAIN)[0].agent
