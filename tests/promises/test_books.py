"""The books of the witnesses: what they work out from events alone is what the desk's records say."""

from collections import Counter

import attrs
import pytest
from hypothesis import given

from casecore import CUSTOMER, SYSTEM, Desk, Policy
from casecore.channels import Channel, MessageKind
from casecore.kernel import Event
from casecore.promises import Step, Watch
from casecore.promises.bookkeeping import MOST_ASKED
from casecore.promises.books import Books, message_page
from casecore.promises.in_force import InForce
from casecore.promises.pages import PAGES, AgentPage, CasePage, DraftSeen, NotedPage
from casecore.rooms.agents import AgentAdded, NextStateCleared
from casecore.rooms.approvals import DraftEdited, DraftSubmitted, DraftWithdrawn, ReviewReassigned
from casecore.rooms.arrivals import CaseReopened, MessageReceived
from casecore.rooms.assignments import CaseAssigned, CaseReleased, Release
from casecore.rooms.authentication import Authenticated
from casecore.rooms.cases import CaseClosed, CaseStarted, CloseReason, StatusSet
from casecore.rooms.offers import OfferDeclined, OfferStatus, WorkOffered
from casecore.rooms.replies import ReplySent
from casecore.rooms.reviews import ReviewTaken
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status
from casecore.testing.drawing import strategies as st
from casecore.testing.scenario import at, team_of
from casecore.testing.strategies import layered_policies, policies, runs
from tests.promises.own_rule_draws import acts, ruled

# As the records ----------------------------------------------------------------------------------------


def case_by_records(desk, case):
    """The page of a case, worked out from the desk's records."""
    file = desk.cases[case]
    row, contact, last, draft, offers = file.case, file.contact, file.last_contact, file.draft, file.offers
    clocks = file.clocks
    return CasePage(
        channel=row.channel,
        queue=row.queue,
        tags=row.tags,
        thread=row.thread,
        status=row.status,
        holder=row.assignee,
        contact=None if contact is None else contact.agent,
        queued=row.waiting_since is not None,
        queued_since=row.waiting_since,
        active_at=None if row.status is Status.CLOSED else row.active_at,
        asleep=row.snoozed_until is not None,
        asleep_until=row.snoozed_until,
        owed_since=None if contact is None else contact.owed_since,
        answered=contact is not None and contact.owed_since is None,
        offered_to=None if offers is None else offers.offered_to,
        review_to=None if offers is None else offers.review_to,
        reviewer=None if draft is None else draft.reviewer,
        owing=frozenset(wrap_up.agent for wrap_up in desk.wrap_ups.values() if wrap_up.case == case),
        draft=None
        if draft is None
        else DraftSeen(
            draft.id,
            draft.author,
            draft.queue,
            draft.text,
            draft.send_as,
            draft.attachments,
            draft.subject,
            draft.about_account,
            draft.template,
        ),
        waits=row.unanswered_since is not None,
        waits_since=row.unanswered_since,
        asked_us=row.asked_since is not None,
        answers=frozenset(row.answers),
        first_response=clocks.first_response and clocks.first_response.state,
        next_response=clocks.next_response and clocks.next_response.state,
        solution=clocks.solution and clocks.solution.state,
        silent=contact is not None and contact.silence_since is not None,
        silent_since=None if contact is None else contact.silence_since,
        asked=0 if contact is None else contact.attempts,
        asked_at=None if contact is None else contact.asked_at,
        authenticated=contact.authenticated
        if contact is not None
        else row.assignee is not None and last is not None and last.authenticated is True,
        left=last is not None and last.left and row.status is not Status.CLOSED,
        gone=row.pull_only,
        settled=contact is not None and contact.committed,
        was_authenticated=None if last is None or row.status is Status.CLOSED else last.authenticated,
        proven=frozenset(owed.agent for owed in desk.wrap_ups.values() if owed.case == case and owed.authenticated),
        followed=row.successor is not None,
        heard=() if file.last_words.message is None else (file.last_words.message, *file.last_words.since),
        logged=row.logged,
        joined=frozenset(row.joined),
    )


def noted_by_records(desk, case):
    """The page of what only rules of a team's own look at, worked out from the desk's records."""
    file = desk.cases[case]
    row, contact = file.case, file.contact
    return NotedPage(
        attributes=tuple(sorted(row.attributes.items())),
        notes=row.notes,
        reason=row.reason,
        language=row.language,
        level=file.clocks.level,
        owner=row.owner,
        related=file.aftermath.related,
        status_at=row.status_at,
        active_at=row.active_at,
        contact_since=None if contact is None else contact.since,
    )


def agent_by_records(desk, name):
    """The page of an agent, worked out from the desk's records."""
    agent = desk.agents[name]
    return AgentPage(
        known=True,
        permissions=agent.permissions,
        queues=agent.queues,
        channels=agent.channels,
        limits=tuple(sorted(agent.capacity.items())),
        presence=agent.presence,
        next_state=agent.next_reason is not None,
        held=tuple(sorted(Counter(agent.held).elements())),
        offered=tuple(sorted(Counter(agent.offered).elements())),
        at_rest=tuple(
            sorted(
                (channel, status)
                for status in (Status.PENDING, Status.RESOLVED)
                for channel in Counter(agent.resting(status)).elements()
            )
        ),
        reviews=agent.reviews,
        owed=agent.wrap_ups,
        logged_calls=agent.logged_calls,
    )


def assert_as_the_records(steps):
    """After each step every page says what the records say."""
    watch = Watch(steps[0].before.policy)
    for step in steps:
        watch.see(step.events)
        desk, books = step.after, watch.books
        assert {case: case_by_records(desk, case) for case in desk.cases} == {
            case: books.case(case) for case in books.case_ids()
        }
        assert {case: noted_by_records(desk, case) for case in desk.cases} == {
            case: books.noted(case) for case in desk.cases
        }
        people = {name for name, row in desk.customers.items() if row.merged_into is None}
        assert {name for name in people if desk.customers[name].name is not None} == {
            name for name in desk.customers if books.page("customers", name).named
        }
        assert {name: agent_by_records(desk, name) for name in desk.agents} == {
            name: books.agent(name) for name in desk.agents
        }
        assert {thread: desk.threads[thread].customer_at for thread in desk.threads} == {
            thread: books.page("threads", thread).wrote for thread in desk.threads
        }
        pages = {name: message_page(message.thread, message.id) for name, message in desk.messages.items()}
        ours = {name for name, message in desk.messages.items() if message.author is not None}
        assert ours == {name for name, page in pages.items() if books.page("messages", page).sent}


@given(runs())
def test_books_say_what_the_records_say(steps):
    """On every history, of every case, agent, thread and message."""
    assert_as_the_records(steps)


@given(policies().flatmap(runs))
def test_books_say_what_the_records_say_under_every_policy(steps):
    """Whatever the policy asks for, and however often customers are asked."""
    assert_as_the_records(steps)


@given(st.data())
def test_books_say_what_rules_look_at(data):
    """Attributes, notes, levels, relations and instants, whatever is done with them."""
    desk = Desk(ruled(()))
    steps = []
    for command in team_of(desk.policy):
        steps.append(Step.of(desk, command))
        desk = steps[-1].after
    for _ in range(data.draw(st.integers(0, 20))):
        steps.append(Step.of(desk, data.draw(acts(desk))))
        desk = steps[-1].after
    assert_as_the_records(steps)


@given(layered_policies().flatmap(runs))
def test_books_say_what_the_records_say_in_layers(steps):
    """Also where overrides and dated changes say who owes a disposition."""
    assert_as_the_records(steps)


# By hand -----------------------------------------------------------------------------------------------

SAID = InForce(Policy.default())
STARTED = CaseStarted(CUSTOMER, at(), "c1", "t1", "maria", Channel.CHAT, "general")
GIVEN = CaseAssigned("ana", at(1), "c1", "ana")
TAKEN = CaseReleased("ana", at(2), "c1", "ana", Release.LEFT)
DRAFTED = DraftSubmitted("ana", at(1), "c1", "d1", "Hello", Status.PENDING, (), "general", "")
REVIEWED = ReviewTaken("cleo", at(2), "c1", "d1", "cleo")
OFFERED = WorkOffered(SYSTEM, at(1), "c1", "ana", Channel.CHAT)
REVIEW_OFFERED = WorkOffered(SYSTEM, at(1), "c1", "cleo", Channel.CHAT, review=True)
WROTE = MessageReceived(CUSTOMER, at(3), "c1", "t1", "maria", "m1", "Hello", MessageKind.DIRECT)
REPLIED = ReplySent("ana", at(4), "c1", "m2", "Hello", Status.PENDING, "ana")
ASKED = PresenceAsked("ana", at(5), "c1", "q1", "Are you there?")


def written(*events):
    """Books on which these events are written."""
    books = Books()
    for event in events:
        books = books.after(event, SAID)
    return books


def test_what_nothing_is_written_on_is_blank():
    """A case, an agent, a thread or a message of which nobody has heard; to read of them writes nothing."""
    books = Books()
    assert (CasePage(), AgentPage()) == (books.case("c1"), books.agent("ana"))
    assert (None, False, set()) == (books.thread_of("c1").wrote, books.was_sent("c1", "m1"), books.case_ids())
    assert {} == books.written
    assert {CasePage(): 1} == {PAGES["cases"](): 1}


def test_an_event_of_which_no_promise_asks_is_not_written():
    """The page stays blank, and books over others show what is below."""
    below = written(STARTED)
    above = below.after(Event(SYSTEM, at(1)), SAID)
    assert ({}, {"c1"}, Status.NEW) == (above.written, above.case_ids(), above.case("c1").status)


def test_an_older_message_moves_nothing_back():
    """When the customer wrote is told by the latest of their messages, in whichever order these come."""
    later = attrs.evolve(WROTE, at=at(6), message="m3", sent_at=at(1))
    assert at(3) == written(STARTED, WROTE, later).thread_of("c1").wrote
    assert at(1) == written(STARTED, later).thread_of("c1").wrote


def test_books_below_stay_as_they_are():
    """What is written over them is seen above alone, until it is taken over."""
    below = written(STARTED)
    above = below.after(GIVEN, SAID)
    assert (None, "ana") == (below.case("c1").holder, above.case("c1").holder)
    taken_over = Books()
    taken_over.adopt((below, above))
    assert ("ana", (Channel.CHAT,)) == (taken_over.case("c1").holder, taken_over.agent("ana").held)


def test_who_gives_a_case_back_owes_its_disposition_once():
    """Given, taken, and given and taken again before anything was disposed; then nothing is owed."""
    twice = (STARTED, GIVEN, TAKEN, GIVEN, TAKEN)
    disposed = Disposed("ana", at(3), "c1/ana", "c1", "ana", "solved", "Done")
    assert (1, frozenset({"ana"})) == (written(*twice).agent("ana").owed, written(*twice).case("c1").owing)
    assert AgentPage() == written(*twice, disposed).agent("ana") == written(*twice, disposed, disposed).agent("ana")


def test_what_nobody_holds_is_taken_from_nobody():
    """Closed in its queue, a case leaves nothing to dispose."""
    closed = CaseClosed(SYSTEM, at(2), "c1", CloseReason.SPAM)
    assert {AgentPage()} == {written(STARTED, closed).agent(name) for name in ("ana", "ben")}
    assert Status.CLOSED is written(STARTED, closed).case("c1").status


def test_what_is_given_to_a_second_one_counts_for_that_one_alone():
    """Whatever the desk forgets: a case, an offer or a review is nobody's twice."""
    books = written(STARTED, GIVEN, CaseAssigned("ana", at(2), "c1", "ben"))
    assert ((), (Channel.CHAT,), "ben") == (books.agent("ana").held, books.agent("ben").held, books.case("c1").holder)
    books = written(STARTED, OFFERED, WorkOffered(SYSTEM, at(2), "c1", "ben", Channel.CHAT))
    assert ((), (Channel.CHAT,)) == (books.agent("ana").offered, books.agent("ben").offered)
    books = written(STARTED, DRAFTED, REVIEWED, ReviewTaken("dora", at(2), "c1", "d1", "dora"))
    assert (0, 1) == (books.agent("cleo").reviews, books.agent("dora").reviews)
    assert 0 == written(STARTED, DRAFTED, REVIEWED, DRAFTED).agent("cleo").reviews


def test_a_case_of_which_nobody_knows_the_channel_counts_nowhere():
    """Its start was never seen; it is held all the same."""
    books = written(GIVEN)
    assert ("ana", ()) == (books.case("c1").holder, books.agent("ana").held)


def test_a_case_that_changes_its_channel_is_taken_as_what_it_is_now():
    """No desk does so; books of one that did would not fail over it, and still count the chat that nobody gave back."""
    first = CaseStarted("customer", at(0), "c1", "t1", "maria", channel=Channel.CHAT, queue="general")
    again = CaseStarted("customer", at(2), "c1", "t1", "maria", channel=Channel.EMAIL, queue="general")
    watch = Watch(Policy.default())
    for event in (first, CaseAssigned("ana", at(1), "c1", "ana"), again):
        watch.see([event])
    watch.see([CaseReleased("ana", at(3), "c1", "ana", Release.LEFT)])
    assert (Channel.CHAT,) == watch.books.agent("ana").held


def test_an_offer_ends_for_whom_it_was_made():
    """What is declined by somebody else ends nothing."""
    declined = OfferDeclined("ana", at(2), "c1", "ana", Channel.CHAT, False, OfferStatus.REJECTED)
    other = OfferDeclined("ben", at(2), "c1", "ben", Channel.CHAT, False, OfferStatus.REJECTED)
    assert (None, ()) == (
        (books := written(STARTED, OFFERED, declined)).case("c1").offered_to,
        books.agent("ana").offered,
    )
    assert "ana" == written(STARTED, OFFERED, other).case("c1").offered_to


def test_offers_and_reviews_end_with_what_they_are_of():
    """A case that is assigned is offered no more, nor is the review of a draft that is decided."""
    assert () == written(STARTED, OFFERED, CaseAssigned("ben", at(2), "c1", "ben")).agent("ana").offered
    withdrawn = DraftWithdrawn("ana", at(2), "c1", "d1", "ana")
    for reviewing in (REVIEW_OFFERED, REVIEWED):
        assert 1 == written(STARTED, DRAFTED, reviewing).agent("cleo").reviews
        books = written(STARTED, DRAFTED, reviewing, withdrawn)
        assert (0, None, None) == (books.agent("cleo").reviews, books.case("c1").draft, books.case("c1").reviewer)


def test_a_review_that_moves_is_taken_from_its_reviewer():
    """The draft waits in the other queue; where no draft is known there is nothing to move."""
    moved = ReviewReassigned("cleo", at(3), "c1", "d1", "billing", "")
    books = written(STARTED, DRAFTED, REVIEWED, moved)
    assert ("billing", None, 0) == (
        books.case("c1").draft.queue,
        books.case("c1").reviewer,
        books.agent("cleo").reviews,
    )
    assert None is written(STARTED, moved).case("c1").draft


def test_a_draft_is_what_it_was_edited_to():
    """Who wrote it stays; where no draft is known there is nothing to edit."""
    edited = DraftEdited("ana", at(2), "c1", "d1", "Good morning", Status.RESOLVED, ("a.pdf",), fresh=True)
    draft = written(STARTED, DRAFTED, edited).case("c1").draft
    assert ("Good morning", Status.RESOLVED, ("a.pdf",), "ana") == (
        draft.text,
        draft.send_as,
        draft.attachments,
        draft.author,
    )
    assert None is written(STARTED, edited).case("c1").draft


def test_a_silence_begins_with_our_reply_and_ends_with_the_customer():
    """Questions count within it, to ten; a customer who waits is not silent."""
    waits = written(STARTED, WROTE, GIVEN).case("c1")
    assert (True, False, None) == (waits.waits, waits.silent, waits.silent_since)
    silent = (STARTED, WROTE, GIVEN, REPLIED, ASKED)
    page = written(*silent).case("c1")
    assert (False, at(4), 1, at(5)) == (page.waits, page.silent_since, page.asked, page.asked_at)
    assert MOST_ASKED == written(*silent, *[ASKED] * MOST_ASKED).case("c1").asked
    page = written(*silent, WROTE).case("c1")
    assert (True, None, 0, None) == (page.waits, page.silent_since, page.asked, page.asked_at)
    page = written(*silent, REPLIED).case("c1")
    assert (at(4), 0, None) == (page.silent_since, page.asked, page.asked_at)
    assert not written(STARTED, REPLIED).case("c1").silent
    assert at(1) == written(STARTED, GIVEN).case("c1").silent_since


def test_a_disconnected_chat_is_resolved_and_nobody_waits():
    """What was said to the customer then was sent."""
    books = written(STARTED, WROTE, GIVEN, ChatDisconnected("ana", at(9), "c1", "m9", "Good-bye"))
    assert (Status.RESOLVED, False, True) == (
        books.case("c1").status,
        books.case("c1").waits,
        books.was_sent("c1", "m9"),
    )


@pytest.mark.parametrize(("by", "known"), [("ana", True), (CUSTOMER, False), (SYSTEM, False)])
def test_only_an_agent_authenticates(by, known):
    """While somebody holds the case; the next one begins anew."""
    said = Authenticated(by, at(2), "c1")
    assert known is written(STARTED, GIVEN, said).case("c1").authenticated
    assert not written(STARTED, said).case("c1").authenticated
    assert not written(STARTED, GIVEN, said, TAKEN, GIVEN).case("c1").authenticated


def test_limits_of_an_agent_are_told_by_name():
    """In the order of their names; a next state that is cleared is gone."""
    added = AgentAdded(SYSTEM, at(), "ana", "Ana", frozenset(), frozenset(), frozenset(), {"total": 3, "chat": 1})
    assert (("chat", 1), ("total", 3)) == written(added).agent("ana").limits
    assert not written(added, NextStateCleared("ana", at(1), "ana")).agent("ana").next_state


def test_an_agent_counts_what_they_hold_and_are_offered():
    """By channel, and in all with their reviews."""
    page = AgentPage(held=(Channel.CHAT, Channel.EMAIL), offered=(Channel.CHAT,), reviews=2)
    assert (2, 1, 0, 5) == (page.count(Channel.CHAT), page.count(Channel.EMAIL), page.count(Channel.SMS), page.total)


AT_WORK = (Status.NEW, Status.OPEN, Status.ESCALATED)


@pytest.mark.parametrize(
    ("said", "resting"),
    [
        (ReplySent("ana", at(2), "c1", "r1", "Hello", Status.PENDING, "ana"), Status.PENDING),
        (StatusSet("ana", at(2), "c1", Status.RESOLVED), Status.RESOLVED),
        (StatusSet("ana", at(2), "c1", Status.ESCALATED), None),
    ],
)
def test_what_rests_is_told_apart(said, resting):
    """Given an email that its agent holds, then in a status that may be left out it counts only where that counts."""
    held = (attrs.evolve(STARTED, channel=Channel.EMAIL), GIVEN, said)
    page = written(*held).agent("ana")
    assert (() if resting is None else ((Channel.EMAIL, resting),)) == page.at_rest
    left = int(resting is None)
    assert (left, left) == (page.count(Channel.EMAIL, AT_WORK), page.total_in(AT_WORK))
    assert (1, 1) == (page.count(Channel.EMAIL), page.total_in(Status))
    assert () == written(STARTED, GIVEN, said).agent("ana").at_rest
    assert () == written(*held, TAKEN).agent("ana").at_rest
    assert () == written(*held, CaseClosed("ana", at(3), "c1", CloseReason.SPAM)).agent("ana").at_rest
    assert page.at_rest == written(*held, TAKEN, attrs.evolve(GIVEN, agent="ben")).agent("ben").at_rest
    assert () == written(*held, CaseReopened(CUSTOMER, at(3), "c1", Status.PENDING)).agent("ana").at_rest
    assert () == written(GIVEN, said).agent("ana").at_rest
