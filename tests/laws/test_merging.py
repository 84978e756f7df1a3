"""The laws of merging customers and cases (§10 25): all that was to be seen of either is still to be seen."""

from hypothesis import given

from casecore.kernel import CUSTOMER, SYSTEM
from casecore.projections.customer_card import customer_card
from casecore.projections.search import Archive
from casecore.projections.transcript import transcript
from casecore.promises.watching import Watch
from casecore.rooms.arrivals import MessageReceived, ReceiveMessage
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.clocks import RUNNING, first_response, solution
from casecore.rooms.merging import MergeCustomers
from casecore.rooms.outbound import consent_bases
from casecore.statuses import Status
from casecore.testing.strategies import runs


def pairs(desk):
    """Two customers whom one may merge, if there are."""
    free = sorted(name for name, row in desk.customers.items() if row.merged_into is None)
    return [(free[0], free[-1])] if len(free) > 1 else []


@given(runs())
def test_merging_customers_loses_nothing(steps):
    """Searches, cards and transcripts of the one and of the other are afterwards those of both; no clock is touched."""
    desk, events = steps[-1].after, [event for step in steps for event in step.events]
    for one, other in pairs(desk):
        after, more = desk.handle(MergeCustomers("system", desk.now, one, other))
        archive, later = Archive().update(events), Archive().update([*events, *more])
        found = [{summary.case for summary in archive.cases_of(name)} for name in (one, other)]
        cards = [customer_card(desk, archive, name) for name in (one, other)]
        said = [
            {(entry.kind, entry.id, entry.case) for entry in transcript(events, customer=name)} for name in (one, other)
        ]
        for name in (one, other):
            hits = later.search(customer=name, limit=1_000).results
            assert found[0] | found[1] == {hit.case for hit in hits if hit.customer in _same(after, other)}
            assert found[0] | found[1] == {summary.case for summary in later.cases_of(name)}
            card = customer_card(after, later, name)
            assert other == card.customer
            assert {c.thread for one_card in cards for c in one_card.conversations} == {
                c.thread for c in card.conversations
            }
            assert {note.note for one_card in cards for note in one_card.notes} == {note.note for note in card.notes}
            for mark in ("positive", "neutral", "negative"):
                assert sum(getattr(one_card, mark) for one_card in cards) == getattr(card, mark)
            assert any(one_card.blocked for one_card in cards) is card.blocked
            assert set(cards[0].profile) | set(cards[1].profile) == set(card.profile)
            now_said = {(entry.kind, entry.id, entry.case) for entry in transcript([*events, *more], customer=name)}
            assert said[0] | said[1] == now_said
        opted = {desk.customers[name].opted_in for name in (one, other)} - {None}
        assert (None if not opted else False not in opted) is after.customers[other].opted_in
        for case in desk.cases:
            for read in (first_response, solution):
                views = (before.view_of(case) for before in (desk, after))
                was, now = (read(view, desk.policy, desk.now) for view in views)
                assert was == now


def _same(desk, person):
    """The ids under which a person is known."""
    return {person, *desk.customers[person].merged}


def mergers(desk):
    """Ways to merge two cases: every open one with another that its customer begins now, either into the other."""
    for name in sorted(desk.cases):
        case = desk.cases[name].case
        wrote = ReceiveMessage(
            CUSTOMER,
            desk.now,
            "t-anew",
            "m-anew",
            customer=case.customer,
            channel=case.channel,
            text="Hi",
            new_case="c-anew",
        )
        begun = desk.decide(wrote)
        if case.status is not Status.CLOSED and begun:
            for one, other in ((name, "c-anew"), ("c-anew", name)):
                yield begun.events, MergeCases(SYSTEM, desk.now, one, other)


@given(runs())
def test_merging_cases_loses_nothing(steps):
    """Who waits still does, since the earlier of both; texts, threads and consent are there; no verdict is turned."""
    desk, events = steps[-1].after, [event for step in steps for event in step.events]
    for begun, merge in mergers(desk):
        before = desk.evolve(begun)
        if not before.decide(merge):
            continue
        after, more = before.handle(merge)
        one, other, now = (
            d.cases[c].case for d, c in ((before, merge.case), (before, merge.into), (after, merge.into))
        )
        waits = {case.unanswered_since for case in (one, other)} - {None}
        assert min(waits, default=None) == now.unanswered_since
        assert one.unanswered_since is None or now.status in {Status.NEW, Status.OPEN}
        assert (Status.CLOSED, None) == (after.cases[one.id].case.status, after.cases[one.id].case.assignee)
        threads = {one.thread, other.thread, *one.joined, *other.joined}
        assert threads == {now.thread, *now.joined}
        assert {now.id} == {after.threads[thread].case for thread in threads}
        check_looks([*events, *begun], more, one, other)
        check_clocks(before, after, one.id, other.id)
        for thread in threads:
            assert consent_bases(before.view(asks(thread, desk))) == consent_bases(after.view(asks(thread, desk)))
            heard = after.decide(asks(thread, desk))
            if heard:
                assert {now.id} == {event.case for event in heard.events if isinstance(event, MessageReceived)} or {
                    now.id
                }


def asks(thread, desk):
    """The customer writes there."""
    return ReceiveMessage(CUSTOMER, desk.now, thread, "m-next", "Are you there?")


def check_looks(events, more, one, other):
    """Transcript, search and card have all that they had."""
    said = [{(entry.id, entry.thread) for entry in transcript(events, case.id)} for case in (one, other)]
    assert said[0] | said[1] == {(entry.id, entry.thread) for entry in transcript([*events, *more], other.id)}
    archive = Archive().update([*events, *more])
    assert {one.id, other.id} <= {summary.case for summary in archive.cases_of(other.customer)}
    assert other.id in {hit.case for hit in archive.search(f'"{one.thread}"', limit=1_000).results}


def check_clocks(before, after, one, other):
    """A clock that ran on the one runs on the other, from the earlier start, or has a verdict; none is turned."""
    for read in (first_response, solution):
        was = [read(before.view_of(name), before.policy, before.now) for name in (one, other)]
        now = [read(after.view_of(name), after.policy, after.now) for name in (one, other)]
        for earlier, later in zip(was, now, strict=True):
            if earlier is not None and earlier.due is None and earlier.state is not RUNNING and later is not None:
                assert earlier.state is later.state or later.state is RUNNING
        if was[0] is not None and was[0].state is RUNNING:
            assert any(clock is not None and clock.elapsed >= was[0].elapsed for clock in now)


@given(runs())
def test_nobody_who_watches_objects_to_merging(steps):
    """Every promise is kept by it."""
    desk, watching = steps[-1].after, Watch(steps[0].before.policy)
    for step in steps:
        watching.policy = step.before.policy
        watching.see(step.events)
    for begun, merge in mergers(desk):
        before = desk.evolve(begun)
        if before.decide(merge):
            again = Watch(desk.policy)
            again.books.adopt([watching.books])
            again.see(begun)
            assert () == again.see(before.handle(merge)[1])
