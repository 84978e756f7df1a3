"""Life cycles: drawn from their tables; and what somebody may do now, asked of the desk."""

import pytest

from casecore.reports.pictures import legal_moves, life_cycle
from casecore.reports.pictures.life_cycles import LegalMove, moves_of
from casecore.rooms.approvals import DRAFT_LIFECYCLE
from casecore.rooms.contacts import CONTACT_LIFECYCLE
from casecore.rooms.offers import OFFER_LIFECYCLE
from casecore.statuses import CASE_LIFECYCLE
from casecore.testing.scenario import at, case_in, given
from tests.reports.pictures.drawn import assert_well_drawn, tips_of, words_of

CHAT = given(case_in("open")).desk
"""A chat with Ana, whose customer is not authenticated."""


def test_what_somebody_may_do_now():
    """On a chat, resolving wants an authenticated customer, and closing that the contact has ended; spam may go."""
    before, blocked = ("authentication.before",), ("contact.blocks_close",)
    assert [
        LegalMove("send_as_pending", "pending", "send_as_pending", True),
        LegalMove("send_as_escalated", "escalated", "send_as_escalated", True),
        LegalMove("set_pending", "pending", "set_pending", True),
        LegalMove("set_escalated", "escalated", "set_escalated", True),
        LegalMove("close", "closed", "close_as_spam", True),
        LegalMove("send_as_resolved", "resolved", "send_as_resolved", False, before),
        LegalMove("set_resolved", "resolved", "set_resolved", False, before),
        LegalMove("close", "closed", "close", False, blocked),
        LegalMove("customer_message", "open", "", None),
        LegalMove("delivery_failed", "open", "", None),
    ] == moves_of(CHAT, "c1", "ana", at(minutes=1))


def test_nobody_is_asked_about_a_case_that_is_not_there():
    """It is a mistake of whoever asks."""
    with pytest.raises(ValueError, match="there is no case 'c9' on this desk"):
        moves_of(CHAT, "c9", "ana", at(minutes=1))


def test_legal_moves():
    """Every word has its place, and the text says the same."""
    picture = legal_moves(CHAT, "c1", "ana", at(minutes=1))
    assert_well_drawn(picture)
    assert [
        "Case c1 is open. What ana may do now:",
        "may        → pending    send as pending",
        "may        → escalated  send as escalated",
        "may        → pending    set pending",
        "may        → escalated  set escalated",
        "may        → closed     close as spam",
        "may not    → resolved   send as resolved, refused by authentication.before",
        "may not    → resolved   set resolved, refused by authentication.before",
        "may not    → closed     close, refused by contact.blocks_close",
        "by itself  → open       when the customer writes, it is open",
        "by itself  → open       when a message of ours fails, it is open",
    ] == str(picture).splitlines()
    words = words_of(picture)
    assert [
        "New",
        "Open",
        "now",
        "Pending",
        "may",
        "Escalated",
        "may",
        "Resolved",
        "may not",
        "Closed",
        "may",
    ] == words[2:13]
    assert "close, refused by contact.blocks_close" in words
    assert ["everything begins here", *["allowed"] * 5, *["refused"] * 6, *["by itself"] * 2] == tips_of(picture)
    assert (
        "Case c1 is open. ana may: send as pending, send as escalated, set pending, set escalated, close as spam."
    ) == picture.description


def test_legal_moves_for_mermaid():
    """What GitHub draws in Markdown says in its words where the case stands, and what is allowed."""
    picture = legal_moves(CHAT, "c1", "ana", at(minutes=1))
    assert 'state "Open (now)" as open' in picture.mermaid
    assert 'state "Pending (may)" as pending' in picture.mermaid
    assert 'state "Resolved (may not)" as resolved' in picture.mermaid
    assert 'state "New" as new' in picture.mermaid
    assert picture.mermaid == picture._repr_mimebundle_()["text/vnd.mermaid"]


def test_a_closed_case_goes_nowhere():
    """Nothing is lit, and nothing is listed."""
    picture = legal_moves(given(case_in("closed")).desk, "c1", "ana", at(minutes=1))
    assert_well_drawn(picture)
    assert "Case c1 is closed. What ana may do now:" == str(picture)
    assert picture.description.endswith("ana may: nothing.")


@pytest.mark.parametrize("table", [CASE_LIFECYCLE, DRAFT_LIFECYCLE, OFFER_LIFECYCLE, CONTACT_LIFECYCLE])
def test_every_life_cycle_is_drawn(table):
    """Each state, a line for each step, and what leads where in words."""
    picture = life_cycle(table)
    assert_well_drawn(picture)
    assert {*table.titles.values()} <= {*words_of(picture)}
    steps = {(edge.source, edge.dest) for edge in table.edges if edge.dest not in {None, edge.source}}
    assert len(steps) == picture.svg().count("<polyline")
    assert (f"{table}", f"{table:mermaid}") == (str(picture), picture.mermaid)


def test_the_life_cycle_of_a_case():
    """Is what is drawn if nothing else is asked for."""
    picture = life_cycle()
    assert "send as pending: open, pending, escalated, resolved → pending" in words_of(picture)
    assert "customer message: new, open stays" in words_of(picture)
    assert {"trigger": "close", "from": "new", "to": "closed"} in picture.frame()
    assert {"trigger": "customer_message", "from": "new", "to": "new"} in picture.frame()
