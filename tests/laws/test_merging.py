"""The law of merging customers (§10 25): all that was to be seen of either is still to be seen."""

from hypothesis import given

from casecore.projections.customer_card import customer_card
from casecore.projections.search import Archive
from casecore.projections.transcript import transcript
from casecore.rooms.clocks import first_response, solution
from casecore.rooms.merging import MergeCustomers
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
