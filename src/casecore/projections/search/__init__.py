"""Search: which cases a supervisor is looking for, found in what happened (§9).

    archive = Archive().update(events)                     # and again with every step of the desk
    page = archive.search("refund status:open customer:maria")
    page = archive.search("refund", agent="ana", cursor=page.cursor)

* An **archive** is built from events alone, and follows them: it knows each case as the desk does, the words of all its
  messages, and who worked on it. It belongs to the host and lies beside the desk.
* Results come **latest activity first**, then by case id. Activity is anything that happens on the case; that another
  case follows a closed one is activity on that other one only.
* A **cursor** goes on after the last result of a page, in the order in which the cases stood when the first page was
  made: what happens meanwhile moves no case to another page, and neither loses nor repeats one. Which cases match, and
  their summaries, are as of now; cases that started since are left to the next search.

`queries.py` tells how a query is written.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from heapq import nsmallest
from typing import Any, Final, Self, TypeAlias

from casecore.channels import Channel
from casecore.kernel import CUSTOMER, SYSTEM, CasecoreError, Event, MissingRow, changed, frozen
from casecore.kernel.effects import Edits, Place
from casecore.kernel.errors import quoted
from casecore.kernel.fields import is_count, row_called
from casecore.projections.search.entries import CaseEntry, MomentLog, instant_of, moment_of
from casecore.projections.search.queries import (
    TEXT,
    QueryError,
    Term,
    filter_terms,
    fold_letters,
    parse_query,
    seal_of,
    split_words,
)
from casecore.rooms.arrivals import MessageReceived, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned
from casecore.rooms.cases import Case
from casecore.rooms.composition import HOUSE, PLACES
from casecore.rooms.notes import (
    MessageTagged,
    MessageUntagged,
    NoteAdded,
    NoteDeleted,
    NoteEdited,
    SentimentSet,
)
from casecore.rooms.offers import OfferDeclined
from casecore.rooms.threads import Customer, Feeling
from casecore.statuses import Status

_ResultPlace: TypeAlias = tuple[int, str]
"""Where a case stands among results: its last moment, negated, and its id."""

Filter: TypeAlias = str | Iterable[str] | None
"""One value, or several of which one must hold; None: not asked."""


# What it answers ---------------------------------------------------------------------------------------


@frozen
class CaseSummary:
    """What an archive knows of a case, as of now.

    Attributes:
        name: The customer's name, if it is known.
        assignee: Who holds it.
        agents: Who held it, wrote on it or did something with it, by id.
        tags: Its tags and those of its messages, by word.
        started_at: When it started (aware, UTC).
        latest_at: When something last happened on it (aware, UTC).
    """

    case: str
    thread: str
    customer: str
    name: str | None
    channel: Channel
    status: Status
    queue: str
    assignee: str | None
    agents: tuple[str, ...]
    tags: tuple[str, ...]
    started_at: datetime
    latest_at: datetime


class UnknownCase(CasecoreError, KeyError):
    """The archive never heard of this case."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.case = case

    def __str__(self) -> str:
        return f"there is no case {quoted(self.case)} in this archive; check the id, or give it the case's events"


@frozen
class Page:
    """Some results.

    Attributes:
        results: Latest activity first, then by case id.
        cursor: Goes on after these; None where there are no more.
    """

    results: tuple[CaseSummary, ...]
    cursor: str | None


@frozen
class NoteText:
    """A note that stands, with its text.

    Attributes:
        case: The case it is on; None where it is on the customer.
        at: When it was written (aware, UTC).
        edited_at: When it was last edited; None where it never was.
    """

    note: str
    author: str
    text: str
    case: str | None
    at: datetime
    edited_at: datetime | None = None


# What is kept ------------------------------------------------------------------------------------------

_TAGGING: Final[Mapping[type, int]] = {MessageTagged: 1, MessageUntagged: -1}


@frozen
class _Test:
    """A term made ready: the cases it may hold of (None: any), and what else must be asked of each."""

    excluded: bool
    cases: set[str] | None
    asks: Callable[[CaseEntry], bool] | None = None

    def passes(self, case: str, entry: CaseEntry) -> bool:
        holds = (self.cases is None or case in self.cases) and (self.asks is None or self.asks(entry))
        return holds is not self.excluded


def _contains_phrase(phrase: tuple[str, ...]) -> Callable[[CaseEntry], bool]:
    said = f" {' '.join(phrase)} "
    return lambda entry: any(said in f" {' '.join(split_words(text))} " for text in entry.texts)


_TIMES: Final[Mapping[str, Callable[[datetime], Callable[[CaseEntry], bool]]]] = {
    "since": lambda instant: lambda entry: instant_of(entry.moments[-1]) >= instant,
    "until": lambda instant: lambda entry: instant_of(entry.moments[0]) <= instant,
}


# The archive -------------------------------------------------------------------------------------------


_EFFECTS: Final = HOUSE.effects({Case: Place("cases", "case"), Customer: PLACES[Customer]})
"""What events do to the records that are searched."""


class Archive:
    """Every case of the events, ready to be searched; an archive changes as it follows them."""

    def __init__(self) -> None:
        self._count = 0
        self._rows: dict[str, dict[str, Any]] = {"cases": {}, "customers": {}}
        self._entries: dict[str, CaseEntry] = {}
        self._log = MomentLog()
        self._cases_by: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._names: dict[str, str] = {}
        self._notes: defaultdict[str, dict[str, NoteText]] = defaultdict(dict)

    # Following -----------------------------------------------------------------------------------------

    def update(self, events: Iterable[Event]) -> Self:
        """Follow what happened, from the desk's first event on.

        Args:
            events: The next events, in the order in which they happened.

        Returns:
            This archive.

        Raises:
            MissingRow: When an event speaks of a case or a customer that the archive never heard of; the
                events before it are in.
        """
        for event in events:
            self._follow_records(event)
            case: str | None = getattr(event, "case", None)
            if case is not None and not isinstance(event, SuccessorStarted):
                self._follow_case(event, case)
            if isinstance(event, NoteAdded | NoteEdited | NoteDeleted):
                self._follow_note(event)
        return self

    def _follow_records(self, event: Event) -> None:
        """Keep cases and customers as the desk does: by the same effects."""
        edits = Edits(_EFFECTS, lambda table, row_id: self._rows[table].get(row_id))
        edits.apply((event,))
        for table, rows in edits.frozen().items():
            for row_id, after in rows.items():
                before = self._rows[table].get(row_id)
                self._rows[table][row_id] = after
                if table == "cases":
                    self._enter_case(before, after)
                else:
                    self._names[row_id] = fold_letters(after.name or "")

    def _enter_case(self, before: Case | None, after: Case) -> None:
        if before is None:
            self._entries[after.id] = CaseEntry()
            for name in ("channel", "customer"):
                self._cases_by[name][getattr(after, name)].add(after.id)
        for name in ("queue", "status"):
            old, new = getattr(before, name, None), getattr(after, name)
            if old != new:
                self._cases_by[name][new].add(after.id)
                if old is not None:
                    self._cases_by[name][old].discard(after.id)
        tags: frozenset[str] = frozenset() if before is None else before.tags
        for tag in after.tags ^ tags:
            self._follow_tag(after.id, tag, 1 if tag in after.tags else -1)

    def _follow_case(self, event: Event, case: str) -> None:
        entry = self._entries.get(case)
        if entry is None:
            raise MissingRow(event, "cases", case)
        self._count += 1
        moment = moment_of(event.at)
        if not entry.moments or moment > entry.moments[-1]:
            self._log.add_moment(moment, case)
            entry.moments.append(moment)
            entry.counts.append(self._count)
        for agent in _agents_at_work(event) - entry.agents:
            entry.agents.add(agent)
            self._cases_by["agent"][agent].add(case)
        if isinstance(event, MessageTagged | MessageUntagged):
            self._follow_tag(case, event.tag, _TAGGING[type(event)])
        elif hasattr(event, "message") and hasattr(event, "text"):
            self._follow_message(event, case, entry)
        elif isinstance(event, SentimentSet) and event.message in entry.received:
            (entry.marked.discard if event.sentiment is Feeling.NEUTRAL else entry.marked.add)(event.message)

    def _follow_tag(self, case: str, tag: str, step: int) -> None:
        tags = self._entries[case].tags
        tags[tag] += step
        if tags[tag]:
            self._cases_by["tag"][tag].add(case)
        else:
            del tags[tag]
            self._cases_by["tag"][tag].discard(case)

    def _follow_message(self, event: Any, case: str, entry: CaseEntry) -> None:
        if isinstance(event, MessageReceived):
            entry.received.add(event.message)
        for text in (event.text, getattr(event, "subject", "")):
            if text:
                entry.texts.append(text)
                for word in split_words(text):
                    self._cases_by[TEXT][word].add(case)

    def _follow_note(self, event: NoteAdded | NoteEdited | NoteDeleted) -> None:
        customer = event.customer if event.case is None else self._rows["cases"][event.case].customer
        notes = self._notes[str(customer)]
        if isinstance(event, NoteAdded):
            notes[event.note] = NoteText(event.note, event.by, event.text, case=event.case, at=event.at)
        elif event.note not in notes:
            raise MissingRow(event, "notes", event.note)
        elif isinstance(event, NoteEdited):
            notes[event.note] = changed(notes[event.note], text=event.text, edited_at=event.at)
        else:
            del notes[event.note]

    # Searching -----------------------------------------------------------------------------------------

    def search(
        self,
        query: str = "",
        *,
        channel: Filter = None,
        customer: Filter = None,
        agent: Filter = None,
        status: Filter = None,
        queue: Filter = None,
        tag: Filter = None,
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """The cases of which the query and every filter hold.

        Args:
            query: Words, phrases and fields, as `queries.py` describes.
            channel: On this channel.
            queue: In this queue, waiting or not.
            customer: Of a customer whose name contains this, or who has this id.
            agent: An agent who held the case, wrote on it or did something with it.
            status: With this status now.
            tag: With this tag, on the case or on one of its messages.
            since: Something happened then (aware) or later.
            until: Started by then (aware).
            limit: How many results at most.
            cursor: Go on where a page of the same search ended.

        Returns:
            Results, latest activity first, then by case id; and a cursor, where there are more.

        Raises:
            QueryError: When the query, a filter, the limit or the cursor cannot be used.
        """
        given = filter_terms(
            channel=channel,
            customer=customer,
            agent=agent,
            status=status,
            queue=queue,
            tag=tag,
            since=since,
            until=until,
        )
        terms = (*parse_query(query), *given)
        if not is_count(limit, 1):
            raise QueryError(f"the limit is {quoted(limit)}", None, "give a whole number from 1")
        about = seal_of(*sorted((term.field, sorted(map(str, term.values)), term.excluded) for term in terms))
        count, after = (self._count, None) if cursor is None else self._read_cursor(cursor, about)
        found = self._first_places(limit + 1, [self._test_of(term) for term in terms], count, after)
        results = tuple(self.summary(case) for _, case in found[:limit])
        return Page(results, _cursor_text(count, found[limit - 1], about) if len(found) > limit else None)

    def _first_places(
        self, most: int, tests: list[_Test], count: int, after: _ResultPlace | None
    ) -> list[_ResultPlace]:
        """The first `most` places (or a few more) beyond a place, of cases that pass, as after `count` events."""
        narrowing = sorted((test.cases for test in tests if test.cases is not None and not test.excluded), key=len)
        cases: Collection[str] = narrowing[0].intersection(*narrowing[1:]) if narrowing else self._entries

        def passing_places(those: Iterable[str]) -> Iterator[_ResultPlace]:
            for case in those:
                entry = self._entries[case]
                moment = entry.latest_moment(count) if all(test.passes(case, entry) for test in tests) else None
                if moment is not None and (after is None or (-moment, case) > after):
                    yield -moment, case

        # Walking back from the latest soon finds many; few are soon sorted. So walk no further than sorting would cost.
        found: list[_ResultPlace] = []
        left = len(cases)
        for moment, there in self._log.walk_back(None if after is None else -after[0]):
            found += (place for place in passing_places(there) if place[0] == -moment)
            left -= len(there)
            if len(found) >= most or left < 0:
                break
        return found if len(found) >= most or left >= 0 else nsmallest(most, passing_places(cases))

    def _test_of(self, term: Term) -> _Test:
        if term.field == TEXT:
            (phrase,) = term.values
            having = [self._cases_with(TEXT, word) for word in phrase]
            if len(having) == 1:
                return _Test(term.excluded, having[0])
            return _Test(term.excluded, having[0].intersection(*having[1:]), _contains_phrase(phrase))
        if term.field in _TIMES:
            (instant,) = term.values
            return _Test(term.excluded, None, _TIMES[term.field](instant))
        values = term.values
        if term.field == "customer":
            values = tuple(customer for value in values for customer in self._customers_called(value))
        sets = [self._cases_with(term.field, value) for value in values]
        return _Test(term.excluded, sets[0] if len(sets) == 1 else set[str]().union(*sets))

    def _cases_with(self, name: str, value: str) -> set[str]:
        """The cases that have a value; asking enters nothing."""
        return row_called(self._cases_by[name], value) or set()

    def _customers_called(self, name: str) -> Iterable[str]:
        part = fold_letters(name).strip()
        return (customer for customer, whole in self._names.items() if part in whole or customer == name)

    # Telling -------------------------------------------------------------------------------------------

    def summary(self, case: str) -> CaseSummary:
        """What is known of a case.

        Raises:
            UnknownCase: When the archive never heard of it.
        """
        if row_called(self._entries, case) is None:
            raise UnknownCase(case)
        row: Case = self._rows["cases"][case]
        entry = self._entries[case]
        return CaseSummary(
            case,
            thread=row.thread,
            customer=row.customer,
            name=self._rows["customers"][row.customer].name,
            channel=row.channel,
            status=row.status,
            queue=row.queue,
            assignee=row.assignee,
            agents=tuple(sorted(entry.agents)),
            tags=tuple(sorted(entry.tags)),
            started_at=instant_of(entry.moments[0]),
            latest_at=instant_of(entry.moments[-1]),
        )

    def cases_of(self, customer: str) -> tuple[CaseSummary, ...]:
        """The cases of a customer on every channel, latest activity first."""
        found = (self.summary(case) for case in self._cases_with("customer", customer))
        return tuple(sorted(found, key=lambda summary: (-moment_of(summary.latest_at), summary.case)))

    def notes_of(self, customer: str) -> tuple[NoteText, ...]:
        """The notes that stand on a customer and on their cases, in the order in which they were written."""
        return tuple((row_called(self._notes, customer) or {}).values())

    def neutral_messages_of(self, customer: str) -> int:
        """How many of a customer's messages nobody has marked positive or negative."""
        entries = [self._entries[case] for case in self._cases_with("customer", customer)]
        return sum(len(entry.received) - len(entry.marked) for entry in entries)

    # Cursors -------------------------------------------------------------------------------------------

    def _read_cursor(self, cursor: str, about: str) -> tuple[int, _ResultPlace]:
        try:
            match json.loads(urlsafe_b64decode(cursor)):
                case [int(count), int(moment), str(case), seal] if count <= self._count and seal == seal_of(
                    count, moment, case, about
                ):
                    return count, (moment, case)
        except (TypeError, ValueError, RecursionError):  # no text, no base64, no JSON, or JSON without end
            pass
        raise QueryError("the cursor does not belong to this search", None, "leave it out to begin at the first page")


def _cursor_text(count: int, place: _ResultPlace, about: str) -> str:
    plain = json.dumps([count, *place, seal_of(count, *place, about)])
    return urlsafe_b64encode(plain.encode()).decode()


def _agents_at_work(event: Event) -> set[str]:
    """The agents of whom an event shows that they work on its case."""
    agents = set() if isinstance(event, OfferDeclined) else {event.by}
    if isinstance(event, CaseAssigned):
        agents.add(event.agent)
    return agents - {CUSTOMER, SYSTEM}
