"""What a host asks with odd ids, words and instants: nothing is found, or one of our errors says what to give."""

import pickle
from datetime import datetime

import pytest

from casecore import CasecoreError, Desk, Policy, history, inbox
from casecore.kernel import CommandError
from casecore.projections.customer_card import customer_card
from casecore.projections.history import UnknownLanguage
from casecore.projections.inbox import Inboxes, UnknownPerson
from casecore.projections.search import Archive, UnknownCase
from casecore.projections.search.queries import QueryError
from casecore.routing import explain_route, next_for, route
from casecore.testing.scenario import T0, case_in, given

ODD = [None, 5, [], {}, {1}, b"c1", object, 3.5]
STORY = given(case_in("open"))
DESK, ARCHIVE = STORY.desk, Archive().update(STORY.events)
LOCAL = T0.replace(tzinfo=None)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_what_is_no_id_names_nothing(odd):
    """Nothing is due, nobody gets work, no case has it; whatever it is, hashable or not."""
    assert DESK.status(odd) is None
    assert () == DESK.due_of_case(odd) == DESK.due_of_commitment(odd)
    assert DESK.view_of(odd).case is None
    assert () == Inboxes(DESK).cases_of(odd) == ARCHIVE.cases_of(odd) == ARCHIVE.notes_of(odd)
    assert 0 == ARCHIVE.neutral_messages_of(odd)
    assert next_for(DESK, odd, T0) is None
    assert explain_route(DESK, odd, T0).work is None
    assert odd is None or [] == list(history(STORY.events, odd))


@pytest.mark.parametrize("odd", [*ODD, "zoe", "x" * 9_000], ids=lambda odd: repr(odd)[:20])
def test_somebody_unknown_is_named_in_few_words(odd):
    """People and cases that are not there are an error of ours, and of Python's for what is not found."""
    for ask, error in (
        (lambda: inbox(DESK, odd, T0), UnknownPerson),
        (lambda: customer_card(DESK, ARCHIVE, odd), UnknownPerson),
        (lambda: ARCHIVE.summary(odd), UnknownCase),
    ):
        with pytest.raises(error) as told:
            ask()
        assert isinstance(told.value, LookupError)
        assert len(str(told.value)) < 200


def test_a_case_that_an_archive_never_heard_of():
    """What to do is said, also of the error that another process sends."""
    told = "there is no case 'c9' in this archive; check the id, or give it the case's events"
    with pytest.raises(KeyError) as error:
        ARCHIVE.summary("c9")
    assert told == str(error.value) == str(pickle.loads(pickle.dumps(error.value)))  # noqa: S301 -- our own


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_query_that_is_no_text(odd):
    """And a limit that is no number."""
    with pytest.raises(QueryError, match="is no text; write words, or nothing"):
        ARCHIVE.search(odd)
    if odd != 5:
        with pytest.raises(QueryError, match=r"the limit is .*; give a whole number from 1"):
            ARCHIVE.search(limit=odd)


@pytest.mark.parametrize("odd", [*ODD, "de", "x" * 9_000], ids=lambda odd: repr(odd)[:20])
def test_a_language_in_which_no_history_is_told(odd):
    """It is quoted as far as it can be read."""
    with pytest.raises(UnknownLanguage, match="use one of en, pt, fr") as told:
        history(STORY.events, language=odd)
    assert len(str(told.value)) < 200


@pytest.mark.parametrize("odd", [LOCAL, "2026-11-02", 5, None])
def test_an_instant_that_is_none(odd):
    """A naive one, a text, a number: an aware datetime has to be given."""
    dated = Policy.loads("[[change]]\non = 2026-11-01\nset = { 'capacity.chat' = 3 }\n[queues.a]\nfallback = true")
    asks = [
        lambda: inbox(DESK, "ana", odd),
        lambda: next_for(DESK, "ana", odd),
        lambda: explain_route(DESK, "c1", odd),
        lambda: route(DESK, odd),
        lambda: dated.at(odd),
        lambda: DESK.actions("ana", "c1", odd),
        lambda: DESK.catalogue("c1", odd),
    ]
    for ask in asks if odd is None else [*asks, lambda: DESK.due(odd)]:
        with pytest.raises(CommandError, match=r"aware datetime") as told:
            ask()
        assert isinstance(told.value, CasecoreError)


def test_an_instant_of_any_zone_is_one():
    """It is the same instant everywhere."""
    there = datetime.fromisoformat("2026-11-02T12:00:00+03:00")
    assert inbox(DESK, "ana", T0) == inbox(DESK, "ana", there)
    assert Desk().due(there) == ()
