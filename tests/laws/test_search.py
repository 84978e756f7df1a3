"""The laws of searching: the index finds what a scan finds, pages lose nothing, and following is building (§9)."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from hypothesis import given as drawn
from hypothesis import strategies as st

from casecore.channels import Channel
from casecore.desk import Desk
from casecore.kernel import SYSTEM, Accepted
from casecore.kernel.words import search_form, search_words
from casecore.projections.search import Archive
from casecore.projections.search.queries import QueryError, parse_query
from casecore.rooms.arrivals import MessageNoted, MessageReceived, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned, LeaveCase, OpenCase
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.notes import AddNote, AddTag, NoteAdded, RemoveTag
from casecore.rooms.offers import OfferDeclined, OfferWork, RejectOffer
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.threads import RecordCustomer
from casecore.statuses import Status
from casecore.testing.scenario import T0, team_of
from tests.searching import EASY, found, wrote

# Laws --------------------------------------------------------------------------------------------------

TEXTS = ("refund please", "Reembolso, por favor!", "is it broken", "broken: it is", "ação e reacção", "e-mail me", "")
CHANNELS = (Channel.MESSAGING, Channel.CHAT, Channel.SMS)
NAMES = ("Maria Silva", "José Ávila", "")
TAGS = ("vip", "late")


def _commands(desk, what, number, agent, text, when, message):
    """The command that a drawn step stands for, given the desk; it may be refused."""
    thread = f"t{number}"
    case = desk.threads[thread].case if thread in desk.threads else None
    if what == "write" or case is None:
        return wrote(when, thread, message, text, channel=CHANNELS[number % 3])
    last = next((row.id for row in sorted(desk.messages.values(), key=lambda row: row.id) if row.case == case), "m")
    return {
        "open": OpenCase(agent, when, case),
        "reply": SendReply(agent, when, case, message, text, (Status.PENDING, Status.RESOLVED)[number % 2]),
        "leave": LeaveCase(agent, when, case),
        "close": CloseCase(SYSTEM, when, case, CloseReason.SPAM),
        "tag": AddTag(agent, when, case, TAGS[number % 2]),
        "untag": RemoveTag(agent, when, case, TAGS[number % 2]),
        "tag a message": AddTag(agent, when, case, TAGS[number % 2], last),
        "untag a message": RemoveTag(agent, when, case, TAGS[number % 2], last),
        "offer": OfferWork(SYSTEM, when, case, agent),
        "reject": RejectOffer(agent, when, case),
        "move": ReassignCase("dora", when, case, queue="technical"),
        "name": RecordCustomer(agent, when, f"k{number}", NAMES[number % 3]),
        "note": AddNote(agent, when, message, "unseen", case=case),
    }[what]


KINDS = (
    *("write", "write", "open", "reply", "leave", "close", "tag", "untag", "tag a message", "untag a message"),
    *("offer", "reject", "move", "name", "note"),
)


@st.composite
def stories(draw):
    """What happens on a desk, one batch of events for each command that was accepted; and the desk after it."""
    step = st.tuples(
        st.sampled_from(KINDS),
        st.integers(1, 5),
        st.sampled_from(("ana", "cleo", "dora")),
        st.sampled_from(TEXTS),
        st.sampled_from((0, 0, 1, 90_000)),
    )
    desk, batches, when = Desk(EASY), [], T0
    for command in team_of(EASY):
        desk, events = desk.handle(command)
        batches.append(events)
    for index, (what, number, agent, text, later) in enumerate(draw(st.lists(step, max_size=30))):
        when += timedelta(seconds=later)
        verdict = desk.decide(_commands(desk, what, number, agent, text, when, f"m{index}"))
        if isinstance(verdict, Accepted):
            desk = desk.evolve(verdict.events)
            batches.append(verdict.events)
    return batches, desk


def asked():
    """Terms: the field, one or two values, and whether they are excluded."""
    values = {
        "text": ["refund", "broken", "it is", "ACAO", "e mail", "por favor", "unseen"],
        "channel": ["chat", "sms"],
        "status": ["new", "open", "pending", "resolved", "closed"],
        "queue": ["general", "technical"],
        "agent": ["ana", "cleo", "dora"],
        "tag": [*TAGS],
        "customer": ["maria", "SIL", "avila", "k1"],
        "since": ["2026-11-02", "2026-11-03"],
        "until": ["2026-11-02", "2026-11-03"],
    }

    def term(field):
        most = 1 if field in {"text", "since", "until"} else 2
        given_ = st.lists(st.sampled_from(values[field]), min_size=1, max_size=most, unique=True)
        return st.tuples(st.just(field), given_, st.sampled_from((False, False, True)))

    return st.lists(st.sampled_from(sorted(values)).flatmap(term), max_size=3)


def written(terms):
    """Terms as the text of a query."""
    return " ".join(
        ("-" if excluded else "") + (f'"{given_[0]}"' if field == "text" else f"{field}:{','.join(given_)}")
        for field, given_, excluded in terms
    )


def plain(text):
    """Words between single spaces, small and without accents."""
    letters = (letter for letter in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(letter))
    return f" {' '.join(re.split(r'[^a-z0-9]+', ''.join(letters)))} "


SPOKEN = (MessageReceived, MessageNoted, ReplySent, PresenceAsked, ChatDisconnected, NoteAdded)


def on(case, events):
    """What happened on a case; that another follows it happened on the other."""
    return [e for e in events if getattr(e, "case", None) == case and not isinstance(e, SuccessorStarted)]


def holds(field, value, case, events, desk):
    """Whether a value holds of a case: found by reading everything that happened on it."""
    row, mine = desk.cases[case].case, on(case, events)
    people = {event.by for event in mine if not isinstance(event, OfferDeclined)}
    people |= {event.agent for event in mine if isinstance(event, CaseAssigned)}
    tags = row.tags.union(*(message.tags for message in desk.messages.values() if message.case == case))
    name = plain(desk.customers[row.customer].name or "").strip()
    end = timedelta(days=1)
    return {
        "text": lambda: any(plain(value) in plain(event.text) for event in mine if isinstance(event, SPOKEN)),
        "channel": lambda: row.channel == value,
        "status": lambda: row.status == value,
        "queue": lambda: row.queue == value,
        "agent": lambda: value in people,
        "tag": lambda: value in tags,
        "customer": lambda: value.lower() in name or value == row.customer,
        "since": lambda: max(event.at for event in mine) >= datetime.fromisoformat(value).replace(tzinfo=UTC),
        "until": lambda: min(event.at for event in mine) < datetime.fromisoformat(value).replace(tzinfo=UTC) + end,
    }[field]()


def scanned(terms, events, desk):
    """The same search, without any index: every case, every event, in order."""
    latest = {case: max(event.at for event in on(case, events)) for case in desk.cases}
    matching = [
        case
        for case in desk.cases
        if all(any(holds(field, v, case, events, desk) for v in given_) is not out for field, given_, out in terms)
    ]
    return sorted(matching, key=lambda case: (T0 - latest[case], case))


def flat(batches):
    """All events of a story."""
    return [event for batch in batches for event in batch]


@drawn(stories(), asked())
def test_search_is_a_scan(story, terms):
    """The index finds what reading everything finds, in the same order; text and filters ask the same."""
    batches, desk = story
    archive = Archive().update(flat(batches))
    expected = scanned(terms, flat(batches), desk)
    assert expected == found(archive, written(terms), limit=1000)
    fields = [field for field, *_ in terms if field != "text"]
    if len(fields) == len(set(fields)) and not any(out for field, _, out in terms if field != "text"):
        text = written([term for term in terms if term[0] == "text"])
        several = {field: given_ for field, given_, _ in terms if field not in {"text", "since", "until"}}
        single = {field: given_[0] for field, given_, _ in terms if field in {"since", "until"}}
        assert expected == found(archive, text, limit=1000, **several, **single)


@drawn(stories())
def test_following_is_building(story):
    """An archive that followed step by step is the one that is built from scratch, and it agrees with the desk."""
    batches, desk = story
    followed = Archive()
    for batch in batches:
        followed.update(batch)
    assert vars(Archive().update(flat(batches))) == vars(followed)
    for case, file in desk.cases.items():
        summary, row = followed.summary(case), file.case
        for name in ("thread", "customer", "channel", "status", "queue", "assignee"):
            assert getattr(row, name) == getattr(summary, name)
        assert row.tags <= set(summary.tags)
        assert desk.customers[row.customer].name == summary.name


@drawn(stories(), asked(), st.integers(1, 3))
def test_pages_are_the_whole(story, terms, limit):
    """Page after page gives every match exactly once, in order."""
    archive = Archive().update(flat(story[0]))
    seen, cursor = [], None
    while True:
        page = archive.search(written(terms), limit=limit, cursor=cursor)
        assert limit >= len(page.results)
        seen += page.results
        cursor = page.cursor
        if cursor is None:
            break
    assert list(archive.search(written(terms), limit=1000).results) == seen


@drawn(stories(), asked(), st.integers(1, 3), st.lists(st.integers(0, 3), min_size=30, max_size=30), st.data())
def test_pages_while_things_happen(story, terms, limit, pace, data):
    """Whatever happens between pages: the first page's order, no case twice, and none that goes on matching lost."""
    batches, _ = story
    begin = data.draw(st.integers(0, len(batches)))
    archive, left = Archive().update(flat(batches[:begin])), batches[begin:]
    order = found(archive, limit=1000)
    query, cursor, seen, always = written(terms), None, [], set(order)
    for count in pace:
        matching = set(found(archive, query, limit=1000))
        always &= matching
        page = archive.search(query, limit=limit, cursor=cursor)
        assert matching >= {result.case for result in page.results}
        seen += [result.case for result in page.results]
        cursor = page.cursor
        if cursor is None:
            break
        archive.update(flat(left[:count]))
        left = left[count:]
    assert None is cursor
    assert sorted(set(seen), key=order.index) == seen
    assert set() == always - set(seen)


@drawn(st.text())
def test_folding(text):
    """What does not count does not count twice, and words are what is left."""
    form = search_form(text)
    assert form == search_form(form)
    assert search_words(form) == search_words(" ".join(search_words(form)))


@drawn(st.text('ab "-:,\u201cé' + "1", max_size=30) | st.text(max_size=30))
def test_any_text_is_a_query_or_an_error(query):
    """Every text is read, or refused at a place in it."""
    try:
        places = [0 for term in parse_query(query) if term.values]
    except QueryError as error:
        places = [error.position]
    assert all(0 <= place <= len(query) for place in places)
