"""Search: which cases a supervisor is looking for, found in what happened (§9).

    archive = Archive(desk.policy).update(events)          # and again with every step of the desk
    page = archive.search("refund status:open customer:maria")
    page = archive.search("refund", agent="ana", cursor=page.cursor)

* An **archive** is built from events alone, and follows them: it knows each case as the desk does, the words of all its
  messages and notes, its ids, the numbers and addresses of its customer, and who worked on it. It belongs to the host
  and lies beside the desk.
* Results come **latest activity first**, then by case id. Activity is anything that happens on the case; that another
  case follows a closed one is activity on that other one only.
* Of cases that were **merged** each is found by what was said on it, and the one that lives by the threads of all.
* A case that was **moved** to another customer is theirs, with its notes, and is still found by the ids it had before.
* Customers who were **merged** are one: by the name, the id or the number of either the cases of both are found.
* A **cursor** goes on after the last result of a page, in the order in which the cases stood when the first page was
  made: what happens meanwhile moves no case to another page, and neither loses nor repeats one. Which cases match, and
  their summaries, are as of now; cases that started since are left to the next search.

`queries.py` tells how a query is written.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from heapq import nsmallest
from typing import Any, Final, Self, TypeAlias

from casecore.kernel import CUSTOMER, SYSTEM, CasecoreError, Event, MissingRow, changed, frozen
from casecore.kernel.effects import Edits, Effects, Place
from casecore.kernel.fields import Value, is_count, row_called
from casecore.kernel.problems import quoted
from casecore.kernel.words import finds, same_form, search_form
from casecore.policies import Policy
from casecore.policies.calendars import find_zone
from casecore.projections.search.entries import CaseEntry, MomentLog, instant_of, moment_of
from casecore.projections.search.queries import (
    TEXT,
    QueryError,
    Term,
    YesNo,
    filter_terms,
    noted_key,
    parse_query,
    seal_of,
)
from casecore.projections.search.summaries import CaseSummary as CaseSummary
from casecore.projections.search.summaries import NoteText as NoteText
from casecore.projections.search.summaries import Page as Page
from casecore.projections.search.texts import Sought, WordIndex
from casecore.rooms.arrivals import MessageReceived, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned
from casecore.rooms.cases import NOTHING_NOTED, Case
from casecore.rooms.composition import HOUSE, PLACES, House
from casecore.rooms.edits import MessageEdited, MessageWithdrawn
from casecore.rooms.joining import threads_of
from casecore.rooms.notes import (
    MessageTagged,
    MessageUntagged,
    NoteAdded,
    NoteDeleted,
    NoteEdited,
    SentimentSet,
)
from casecore.rooms.offers import OfferDeclined
from casecore.rooms.threads import Customer, Feeling, message_row
from casecore.rooms.wrap_ups import Disposed

_ResultPlace: TypeAlias = tuple[int, str]
"""Where a case stands among results: its last moment, negated, and its id."""

Filter: TypeAlias = str | Iterable[str] | None
"""One value, or several of which one must hold; None: not asked."""


class UnknownCase(CasecoreError, KeyError):
    """The archive never heard of this case."""

    def __init__(self, case: str) -> None:
        super().__init__(case)
        self.case = case

    def __str__(self) -> str:
        return f"there is no case {quoted(self.case)} in this archive; check the id, or give it the case's events"


# What is kept ------------------------------------------------------------------------------------------

_TAGGING: Final[Mapping[type, int]] = {MessageTagged: 1, MessageUntagged: -1}


@frozen
class _Test:
    """A term made ready: the cases it may hold of (None: any), and what else must be asked of each."""

    excluded: bool
    cases: set[str] | None
    asks: Callable[[str, CaseEntry], bool] | None = None

    def passes(self, case: str, entry: CaseEntry) -> bool:
        holds = (self.cases is None or case in self.cases) and (self.asks is None or self.asks(case, entry))
        return holds is not self.excluded


_TIMES: Final[Mapping[str, Callable[[datetime], Callable[[str, CaseEntry], bool]]]] = {
    "since": lambda instant: lambda _, entry: instant_of(entry.moments[-1]) >= instant,
    "until": lambda instant: lambda _, entry: instant_of(entry.moments[0]) <= instant,
}

_FOLLOWED: Final[Mapping[str, Callable[[Case], str]]] = {
    "channel": lambda case: case.channel,
    "customer": lambda case: case.customer,
    "queue": lambda case: case.queue,
    "status": lambda case: case.status,
    "snoozed": lambda case: YesNo.NO if case.snoozed_until is None else YesNo.YES,
}
"""What changes of a case and is searched by, by the field of the query."""

_NO_CONTACT: Final = re.compile("follow|photo|picture|avatar|url|link")
"""Names in a profile under which no number or address stands to which somebody can write."""


# The archive -------------------------------------------------------------------------------------------


@cache
def _searched_effects(house: House) -> Effects:
    """What events do in a house to the records that are searched."""
    return house.effects_at({Case: Place("cases", "case"), Customer: PLACES[Customer]})


_DISPOSED: Final = ""
"""Where, among what was said by message, stands what was noted when contacts were disposed."""


def _noted_keys(noted: Mapping[str, Value]) -> set[str]:
    """What is noted of a case, as it is looked for: each name alone, and with its value."""
    return {*noted, *(noted_key(name, value) for name, value in noted.items())}


def _attached(event: Any) -> tuple[str, ...]:
    attached: tuple[str, ...] = getattr(event, "attachments", ())
    return attached


class Archive:
    """Every case of the events, ready to be searched; an archive changes as it follows them.

    Args:
        zone: Where the days of a search begin and end: the desk's policy, which says it (`zone`), or a zone; UTC where
            none is given.
        house: What its events do.
    """

    def __init__(self, zone: str | tzinfo | Policy = UTC, house: House = HOUSE) -> None:
        self._effects = _searched_effects(house)
        self._zone = _zone_called(zone.zone if isinstance(zone, Policy) else zone)
        self._message_words, self._note_words = WordIndex(), WordIndex()
        self._count = 0
        self._rows: dict[str, dict[str, Any]] = {"cases": {}, "customers": {}}
        self._entries: dict[str, CaseEntry] = {}
        self._log = MomentLog()
        self._cases_by: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._names: dict[str, str] = {}
        self._neutral = Counter[str]()
        self._notes: defaultdict[str, dict[str, NoteText]] = defaultdict(dict)
        self._note_places: dict[str, tuple[str, str | None]] = {}

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
        edits = Edits(self._effects, lambda table, row_id: self._rows[table].get(row_id))
        edits.apply((event,))
        for table, rows in edits.frozen().items():
            for row_id, after in rows.items():
                if after is None:  # a note that is on no case
                    continue
                before = self._rows[table].get(row_id)
                self._rows[table][row_id] = after
                if table == "cases":
                    self._enter_case(before, after)
                else:
                    self._names[row_id] = " ".join(search_form(after.name or "").split())
                    self._enter_profile(before, after)

    def _enter_case(self, before: Case | None, after: Case) -> None:
        if before is None:
            self._entries[after.id] = CaseEntry()
            self._message_words.add_id(after.id, after.id)
        elif before.customer != after.customer:
            self._move_notes(after.id, before.customer, after.customer)
        ids = () if before is None else (before.customer, before.thread, *before.joined)
        for row_id in (after.customer, after.thread, *after.joined):
            if row_id not in ids:
                self._message_words.add_id(after.id, row_id)
        for name, value_of in _FOLLOWED.items():
            old, new = None if before is None else value_of(before), value_of(after)
            if old != new:
                self._cases_by[name][new].add(after.id)
                if old is not None:
                    self._cases_by[name][old].discard(after.id)
        tags: frozenset[str] = frozenset() if before is None else before.tags
        for tag in after.tags ^ tags:
            self._follow_tag(after.id, tag, 1 if tag in after.tags else -1)
        noted = NOTHING_NOTED if before is None else before.attributes
        if noted is not after.attributes:
            self._follow_noted(after.id, _noted_keys(noted), _noted_keys(after.attributes))

    def _move_notes(self, case: str, before: str, after: str) -> None:
        """Let the notes on a case be those of the customer whose it is now."""
        moved = [note for note in self._notes[before].values() if note.case == case]
        for note in moved:
            self._notes[after][note.note] = self._notes[before].pop(note.note)

    def _enter_profile(self, before: Customer | None, after: Customer) -> None:
        """Let the cases of a customer be found by a number and an address of their profile."""
        old, new = _contacts_of(before), _contacts_of(after)
        if old != new:
            owner = f"{_PROFILE}{after.id}"
            self._note_words.forget_texts(owner, old)
            for text in new:
                self._note_words.add_text(owner, text)

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
        elif isinstance(event, MessageEdited | MessageWithdrawn):
            self._follow_change(event, case, entry)
        elif hasattr(event, "message") and hasattr(event, "text"):
            self._follow_message(event, case, entry)
        elif isinstance(event, Disposed):
            self._say(case, entry, _DISPOSED, (event.notes,))
        elif isinstance(event, SentimentSet) and self._row_of(event, case) in entry.received:
            self._neutral[event.customer] += (event.sentiment is Feeling.NEUTRAL) - (event.was is Feeling.NEUTRAL)

    def _follow_noted(self, case: str, old: set[str], new: set[str]) -> None:
        for key in old - new:
            self._cases_by["attribute"][key].discard(case)
        for key in new:
            self._cases_by["attribute"][key].add(case)

    def _follow_tag(self, case: str, tag: str, step: int) -> None:
        tags = self._entries[case].tags
        tags[tag] += step
        form = same_form(tag)
        if tags[tag]:
            self._cases_by["tag"][form].add(case)
        else:
            del tags[tag]
            if form not in map(same_form, tags):
                self._cases_by["tag"][form].discard(case)

    def _follow_message(self, event: Any, case: str, entry: CaseEntry) -> None:
        if isinstance(event, MessageReceived) and event.participant is None:
            entry.received.add(self._row_of(event, case))
            self._neutral[event.customer] += 1
        self._message_words.add_id(case, event.message)
        said = (event.text, getattr(event, "subject", ""), *_attached(event))
        self._say(case, entry, self._row_of(event, case), said)

    def _follow_change(self, event: MessageEdited | MessageWithdrawn, case: str, entry: CaseEntry) -> None:
        """A message is found by what it says now: all that is said on the case is read again."""
        if isinstance(event, MessageEdited) and event.late:
            return
        self._message_words.add_id(case, event.message)
        self._message_words.forget_texts(case, (text for texts in entry.texts.values() for text in texts))
        said = (event.text, *_attached(event)) if isinstance(event, MessageEdited) else ()
        texts, entry.texts = {**entry.texts, self._row_of(event, case): said}, {}
        for row, said in texts.items():
            self._say(case, entry, row, said)

    def _row_of(self, event: Any, case: str) -> str:
        """A message of a case, by its thread, too: the case may have left others, and ids are used once on each."""
        return message_row(getattr(event, "thread", "") or self._rows["cases"][case].thread, event.message)

    def _say(self, case: str, entry: CaseEntry, row: str, said: Iterable[str]) -> None:
        texts = tuple(filter(None, said))
        entry.texts[row] = entry.texts.get(row, ()) + texts
        for text in texts:
            self._message_words.add_text(case, text)

    def _follow_note(self, event: NoteAdded | NoteEdited | NoteDeleted) -> None:
        customer = event.customer if event.case is None else self._rows["cases"][event.case].customer
        notes = self._notes[str(customer)]
        before = notes.get(event.note)
        if isinstance(event, NoteAdded):
            notes[event.note] = NoteText(event.note, event.by, event.text, case=event.case, at=event.at)
        elif before is None:
            raise MissingRow(event, "notes", event.note)
        elif isinstance(event, NoteEdited):
            notes[event.note] = changed(before, text=event.text, edited_at=event.at)
        else:
            del notes[event.note]
        owner = f"{_NOTE}{event.note}"
        self._note_words.forget_texts(owner, () if before is None else (before.text,))
        if event.note in notes:
            self._note_words.add_text(owner, notes[event.note].text)
            self._note_places[event.note] = str(customer), event.case

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
        attribute: Filter = None,
        tag: Filter = None,
        snoozed: Filter = None,
        since: date | str | None = None,
        until: date | str | None = None,
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
            attribute: With this noted: a name, or `name=value`.
            tag: With this tag, on the case or on one of its messages.
            snoozed: `yes` or `no`: whether it is snoozed now.
            since: Something happened then or later: at an instant (aware), or on a day of the archive's zone.
            until: Started by then; a day counts to its end.
            limit: How many results at most.
            cursor: Go on where a page of the same search ended.

        Returns:
            Results, latest activity first, then by case id; and a cursor, where there are more.

        Raises:
            QueryError: When the query, a filter, the limit or the cursor cannot be used.
        """
        given = filter_terms(
            self._zone,
            channel=channel,
            customer=customer,
            agent=agent,
            status=status,
            queue=queue,
            attribute=attribute,
            tag=tag,
            snoozed=snoozed,
            since=since,
            until=until,
        )
        terms = tuple(dict.fromkeys((*parse_query(query, self._zone), *given)))
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
            return self._test_of_text(term)
        if term.field in _TIMES:
            (instant,) = term.values
            return _Test(term.excluded, None, _TIMES[term.field](instant))
        values = term.values
        if term.field == "customer":
            named = (customer for value in values for customer in self._customers_called(value))
            values = tuple(dict.fromkeys(same for customer in named for same in self._same_person(customer)))
        sets = [self._cases_with(term.field, value) for value in values]
        return _Test(term.excluded, sets[0] if len(sets) == 1 else set[str]().union(*sets))

    def _test_of_text(self, term: Term) -> _Test:
        """Messages are asked when a case is reached; notes and profiles, of which there are few, at once."""
        looked = [self._message_words.look_up(sought) for sought in term.values]
        sure = [cases for cases, check in looked if check is None]
        doubtful = [(cases, check) for cases, check in looked if check is not None]
        noted = self._cases_noting(term.values)
        if not doubtful and len(sure) == 1 and not noted:
            return _Test(term.excluded, sure[0])
        known = noted.union(*sure)
        if not doubtful:
            return _Test(term.excluded, known)

        def holds(case: str, _: CaseEntry) -> bool:
            return case in known or any(case in cases and check(case) for cases, check in doubtful)

        return _Test(term.excluded, known.union(*(cases for cases, _ in doubtful)), holds)

    def _cases_noting(self, values: Iterable[Sought]) -> set[str]:
        """The cases that have a note, or whose customer has a note, a number or an address, that says it."""
        found: set[str] = set()
        for sought in values:
            owners, check = self._note_words.look_up(sought)
            for owner in owners:
                if check is None or check(owner):
                    kind, row_id = owner[0], owner[1:]
                    customer, case = (row_id, None) if kind == _PROFILE else self._note_places[row_id]
                    found |= self._cases_of_person(customer) if case is None else {case}
        return found

    def _same_person(self, customer: str) -> tuple[str, ...]:
        """The customers who are the same person, this one among them."""
        row: Customer | None = row_called(self._rows["customers"], customer)
        if row is None:
            return (customer,)
        person: Customer = self._rows["customers"][row.person]
        return (person.id, *person.merged)

    def _cases_of_person(self, customer: str) -> set[str]:
        return set[str]().union(*(self._cases_with("customer", same) for same in self._same_person(customer)))

    def _cases_with(self, name: str, value: str) -> set[str]:
        """The cases that have a value; asking enters nothing."""
        return row_called(self._cases_by[name], value) or set()

    def _customers_called(self, name: str) -> Iterable[str]:
        part = " ".join(search_form(name).split())
        return (customer for customer, whole in self._names.items() if finds(whole, part) or customer == name)

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
            threads=threads_of(row),
            customer=row.customer,
            name=self._rows["customers"][self._same_person(row.customer)[0]].name,
            channel=row.channel,
            status=row.status,
            queue=row.queue,
            assignee=row.assignee,
            agents=tuple(sorted(entry.agents)),
            tags=tuple(sorted(entry.tags)),
            started_at=instant_of(entry.moments[0]),
            latest_at=instant_of(entry.moments[-1]),
            snoozed_until=row.snoozed_until,
            attributes=row.attributes,
        )

    def cases_of(self, customer: str) -> tuple[CaseSummary, ...]:
        """The cases of a customer on every channel, latest activity first; of all who are the same person."""
        found = (self.summary(case) for case in self._cases_of_person(customer))
        return tuple(sorted(found, key=lambda summary: (-moment_of(summary.latest_at), summary.case)))

    def notes_of(self, customer: str) -> tuple[NoteText, ...]:
        """The notes that stand on a customer and on their cases, in the order in which they were written."""
        people = self._same_person(customer)
        found = [note for person in people for note in (row_called(self._notes, person) or {}).values()]
        return tuple(found if len(people) == 1 else sorted(found, key=lambda note: note.at))

    def neutral_messages_of(self, customer: str) -> int:
        """How many of the messages on a customer's threads nobody has marked positive or negative."""
        return sum(row_called(self._neutral, same) or 0 for same in self._same_person(customer))

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


_PROFILE, _NOTE = "p", "n"
"""What the owners of texts that can change begin with: a customer's profile, a note."""


def _contacts_of(customer: Customer | None) -> tuple[str, ...]:
    """The numbers and addresses of a profile."""
    profile = {} if customer is None else customer.profile
    return tuple(value for name, value in profile.items() if not _NO_CONTACT.search(search_form(name)))


def _zone_called(zone: str | tzinfo) -> tzinfo:
    if isinstance(zone, tzinfo):
        return zone
    problems: list[str] = []
    found = find_zone(zone, problems)
    if problems:
        raise QueryError(f"there is no time zone {quoted(zone)}", None, "give an IANA name, such as Europe/Lisbon")
    return found


def _cursor_text(count: int, place: _ResultPlace, about: str) -> str:
    plain = json.dumps([count, *place, seal_of(count, *place, about)])
    return urlsafe_b64encode(plain.encode()).decode()


def _agents_at_work(event: Event) -> set[str]:
    """The agents of whom an event shows that they work on its case."""
    agents = set() if isinstance(event, OfferDeclined) else {event.by}
    if isinstance(event, CaseAssigned):
        agents.add(event.agent)
    return agents - {CUSTOMER, SYSTEM}
