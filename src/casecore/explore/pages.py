"""The books of the witnesses inside a search: a world is the desk and what its witnesses have written down.

A page of the books is one more row of a component: an agent's beside their record, a case's beside its file. Where the
code is right the pages follow from the records, so there are no more worlds with them than without; where code and
witness disagree, the search sees worlds in which they do.

* Pages are read through `LoggedBooks`, which notes what is read, as the logged desk does (`read_log.py`). What a step
  writes on them is a **writing**: found once for each set of values it reads, and then only looked up.
* An instant on a page (since when a customer is silent) is mostly the same instant as one in a record. If both were set
  by the same step they are **linked**: time passes for both at once, at the ends of the record's timers and at the
  limit that the page's is held against, should no timer end there. Where only one of them is set the link is broken,
  and the page's instant passes by itself; so it does where no rule reads the record's. A pair that is missing here
  would cost worlds, and hide nothing.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Final, NamedTuple

from attrs import frozen

from casecore.explore.read_log import (
    ROW_NAMES,
    SORT_OF,
    TABLE_OF,
    LoggedRecord,
    Path,
    ReadLog,
    field_at,
    names_of_fields,
)
from casecore.explore.scope import NOON
from casecore.kernel import Event, changed
from casecore.policies import Policy
from casecore.policies.conditions import Fact, Instant
from casecore.promises.books import Books
from casecore.promises.happening import Happening
from casecore.promises.in_force import InForce
from casecore.promises.own_conditions import tests_in
from casecore.promises.pages import PAGES

EditedRows = dict[tuple[str, str], Any]
"""Rows by table and id, to be changed."""

BLANK: Final[Mapping[str, Any]] = {table: PAGES[sort]() for table, sort in SORT_OF.items()}
"""The blank page of each table: a page that nothing was written on is left out."""

AGENT_PAGES: Final = TABLE_OF["agents"]
MESSAGE_PAGES: Final = TABLE_OF["messages"]

MARK: Final = timedelta(microseconds=1)
"""What is added to the instants of a step whose writing in records is to be told from what stood there before."""

LINKS: Final = ("links", "")
"""The row of a component that says which instants of its pages are linked."""


class PageInstant(NamedTuple):
    """An instant on a page.

    Attributes:
        table: The table of the page.
        field: The field of the page.
        record: Where the same instant stands in a record: its table, sheet and field.
        limit: The key of the policy that it is held against; none where it is itself the instant that counts.
        told: As what rules of a team's own look at it; none where it is held against a limit.
        while_so: The flag of the page without which nobody asks about it, so that no time need pass.
        of_queue: Whether the key is one of the table of the queue that the case is in.
        by_status: Whether the key is a table by the status of the case.
    """

    table: str
    field: str
    record: tuple[str, ...]
    limit: str
    while_so: str = ""
    of_queue: bool = False
    by_status: bool = False
    told: str = ""

    @property
    def name(self) -> str:
        """Its name as a field, like `case_page.silent_since`."""
        return f"{ROW_NAMES[self.table]}.{self.field}"

    @property
    def name_in_record(self) -> str:
        """The name of the field of the record, like `contact.silence_since`."""
        return field_at((self.record[0], "", *self.record[1:]))

    def path(self, page_id: str, *, in_record: bool) -> Path:
        """Where it stands: on the page with this id, or in the record."""
        table, *names = self.record if in_record else (self.table, self.field)
        return (table, page_id, *names)

    def of(self, books: Books, case: str) -> tuple[str, datetime | None]:
        """The id of a case's page on which it stands, and the instant; None where nobody asks about it."""
        page_id = books.case(case).thread or "" if self.table == TABLE_OF["threads"] else case
        page = books.page(SORT_OF[self.table], page_id)
        if self.while_so and not getattr(page, self.while_so):
            return page_id, None
        since: datetime | None = getattr(page, self.field)
        return page_id, since

    def lengths(self, policy: Policy) -> tuple[timedelta | None, ...]:
        """How much time it is held against: by each rule that looks at it, or None: by its limit (`length`)."""
        if not self.told:
            return (None,)
        tests = (test for test in tests_in(policy.rule) if test.fact == Fact.SINCE and test.name == self.told)
        return tuple(dict.fromkeys(test.value for test in tests))

    def length(self, books: Books, case: str, policy: Policy) -> timedelta | None:
        """How long its limit is; None where there is none."""
        if not self.limit:
            return timedelta(0)
        page = books.case(case)
        said = InForce(policy, page, NOON)
        value: Any = said.of_queue(page.queue, self.limit) if self.of_queue else said(self.limit)
        length: timedelta | None = value.get(page.status) if self.by_status else value
        return length


INSTANTS: Final = (
    PageInstant(TABLE_OF["cases"], "silent_since", ("cases", "contact", "silence_since"), "chat.idle.silence"),
    PageInstant(TABLE_OF["cases"], "asked_at", ("cases", "contact", "asked_at"), "chat.idle.silence", "silent"),
    PageInstant(
        TABLE_OF["cases"], "queued_since", ("cases", "case", "waiting_since"), "overflow.after", "queued", of_queue=True
    ),
    PageInstant(
        TABLE_OF["cases"], "active_at", ("cases", "case", "active_at"), "lifecycle.close_after", by_status=True
    ),
    PageInstant(TABLE_OF["cases"], "asleep_until", ("cases", "case", "snoozed_until"), ""),
    PageInstant(TABLE_OF["cases"], "owed_since", ("cases", "contact", "owed_since"), "routing.answer_within", "waits"),
    PageInstant(TABLE_OF["threads"], "wrote", ("threads", "customer_at"), "whatsapp.window"),
)
"""Every instant on a page that is held against a limit."""

INSTANTS_OF_RULES: Final = (
    PageInstant(TABLE_OF["noted"], "status_at", ("cases", "case", "status_at"), "", told=Instant.STATUS),
    PageInstant(TABLE_OF["noted"], "active_at", ("cases", "case", "active_at"), "", told=Instant.ACTIVITY),
    PageInstant(TABLE_OF["noted"], "contact_since", ("cases", "contact", "since"), "", told=Instant.CONTACT),
    PageInstant(TABLE_OF["cases"], "waits_since", ("cases", "case", "unanswered_since"), "", told=Instant.WAITING),
    PageInstant(TABLE_OF["threads"], "wrote", ("threads", "customer_at"), "", told=Instant.CUSTOMER_WROTE),
)
"""Every instant on a page at which rules of a team's own may look."""


def instants_under(policies: Iterable[Policy]) -> tuple[PageInstant, ...]:
    """Every instant on a page for which time may have to pass under some policies."""
    asked = [policy for policy in policies if policy.rule]
    return (*INSTANTS, *(one for one in INSTANTS_OF_RULES if any(one.lengths(policy) for policy in asked)))


_EVERY_INSTANT: Final = (*INSTANTS, *INSTANTS_OF_RULES)
_INSTANTS_ON: Final[Mapping[str, list[PageInstant]]] = {
    table: [instant for instant in _EVERY_INSTANT if instant.table == table] for table in BLANK
}

_RECORDS_WITH_INSTANTS: Final[Mapping[str, set[tuple[str, ...]]]] = {
    table: {one.record[1:-1] for one in _EVERY_INSTANT if one.record[0] == table}
    for table in {one.record[0] for one in _EVERY_INSTANT}
}

COUNTERS: Final[Mapping[str, str]] = {"contact.attempts": "case_page.asked", "case.notes": "noted_page.notes"}
"""For each counter of a record that a scope may stop, the same on a page."""


def with_page_counters(at_most: Mapping[str, int]) -> Mapping[str, int]:
    """Where counters stop, those on pages included."""
    return {**at_most, **{COUNTERS[name]: most for name, most in at_most.items() if name in COUNTERS}}


class LoggedBooks(Books):
    """Books of which everything that is read is noted in a log.

    Args:
        rows: The rows of a case and of the agents, pages among them.
        log: Where it is noted.
    """

    def __init__(self, rows: Sequence[Mapping[tuple[str, str], Any]], log: ReadLog) -> None:
        super().__init__()
        self._rows = rows
        self._log = log
        self._pages: dict[tuple[str, str], LoggedRecord] = {}

    def page(self, sort: str, page_id: str) -> Any:
        """A page, of which each field that is read is noted."""
        page = self._pages.get((sort, page_id))
        if page is None:
            key = (TABLE_OF[sort], page_id)
            row = next((rows[key] for rows in self._rows if key in rows), BLANK[key[0]])
            page = self._pages[sort, page_id] = LoggedRecord(PAGES[sort], row, key, self._log)
        return page

    def ids_of(self, sort: str) -> set[str]:
        """The ids of all pages of a sort, which is noted."""
        table = TABLE_OF[sort]
        ids = tuple(sorted(row_id for rows in self._rows for held_in, row_id in rows if held_in == table))
        self._log.setdefault((table,), ids)
        return {*ids}

    def is_linked(self, instant: PageInstant, page_id: str) -> bool:
        """Whether an instant of a page passes with that of a record, which is noted."""
        links: frozenset[Link] = self._rows[0].get(LINKS, frozenset())
        self._log.setdefault((*LINKS, "all"), links)
        return (instant.table, page_id, instant.field) in links


# Writing -----------------------------------------------------------------------------------------------

Link = tuple[str, str, str]
"""An instant on a page: its table, id and field."""

Fields = tuple[tuple[str, Any], ...]
"""Fields of a page that are written, with their values."""

PageWrites = tuple[tuple[tuple[str, str], Fields], ...]
"""For each page, by table and id, the fields that are written, with their values."""


@frozen(eq=False)
class Writing:
    """What a step writes in the books, wherever that is: the same writing is the same object.

    Attributes:
        number: Its own; nothing is written by the one that has 0.
        writes: What is written.
        agents: The places of the agents on whose pages something is written.
        instants: The instants among the fields.
    """

    number: int
    writes: PageWrites = ()
    agents: tuple[int, ...] = ()
    instants: frozenset[Link] = frozenset()


NOTHING_WRITTEN: Final = Writing(0)


class Writings:
    """Every different writing of a search, each kept once.

    Args:
        agents: The place of each agent, by name.
    """

    def __init__(self, agents: Mapping[str, int]) -> None:
        self._agents = agents
        self._known: dict[PageWrites, Writing] = {(): NOTHING_WRITTEN}

    def of(self, step: Happening) -> Writing:
        """What a step writes in logged books."""
        fields: dict[tuple[str, str], dict[str, Any]] = {}
        for books in step.layers[1:]:
            for (sort, page_id), page in books.written.items():
                names = names_of_fields(PAGES[sort])
                written = {name: value for name, value in vars(page).items() if name in names}
                fields.setdefault((TABLE_OF[sort], page_id), {}).update(written)
        writes = tuple((key, tuple(written.items())) for key, written in fields.items())
        known = self._known.get(writes)
        if known is None:
            places = {
                self._agents[page_id]
                for (table, page_id), _ in writes
                if table == AGENT_PAGES and page_id in self._agents
            }
            instants = frozenset(
                (table, page_id, instant.field)
                for (table, page_id), written in writes
                for instant in _INSTANTS_ON[table]
                if dict(written).get(instant.field) is not None
            )
            known = self._known[writes] = Writing(len(self._known), writes, tuple(sorted(places)), instants)
        return known


def write_page(rows: EditedRows, key: tuple[str, str], fields: Fields) -> None:
    """Write on a page."""
    page = rows[key] = copy(rows.get(key, BLANK[key[0]]))
    for name, value in fields:
        setattr(page, name, value)


def mark_event(event: Event) -> Event:
    """The event at a marked instant; so are those that it tells: when it was sent, since when it waits, until when."""
    told = ((name, getattr(event, name, None)) for name in ("sent_at", "since", "until"))
    also: dict[str, Any] = {name: instant + MARK for name, instant in told if isinstance(instant, datetime)}
    marked: Event = changed(event, at=NOON + MARK, **also)
    return marked


def _is_marked(since: datetime) -> bool:
    return since.microsecond != 0


def _is_once_more(since: datetime, value: datetime) -> bool:
    """Whether a record got the instant that it had, of a message that came late; `NOON` is a new one."""
    return _is_marked(since) and NOON != since - MARK == value


def link_instants(rows: EditedRows, writing: Writing, counted: Container[str]) -> None:
    """Say which instants of the pages that count are linked, after a step whose writing in records bears the mark."""
    links: set[Link] = {*rows.get(LINKS, ())}
    written = writing.instants
    for table, page_id in rows:
        for instant in _INSTANTS_ON.get(table, ()):
            if instant.name not in counted:
                continue
            link = (table, page_id, instant.field)
            since = _instant_in_record(rows, instant, page_id)
            value = getattr(rows[table, page_id], instant.field)
            if value is None or since is None:
                links.discard(link)
            elif link in written and _is_marked(since):
                links.add(link)
            elif (link in written or _is_marked(since)) and not _is_once_more(since, value):
                links.discard(link)
    rows[LINKS] = frozenset(links)


def instants_among(rows: Mapping[tuple[str, str], Any]) -> frozenset[Any]:
    """Everything among rows on which it depends which instants a step links: by their `id`, links and records."""
    found: list[Any] = [(LINKS, id(rows.get(LINKS)))]
    for key, row in rows.items():
        if _INSTANTS_ON.get(key[0]):
            found.append((key, id(row)))
        sheets = _RECORDS_WITH_INSTANTS.get(key[0], ())
        found += [(key, *names, id(reduce(getattr, names, row))) for names in sheets]
    return frozenset(found)


def _instant_in_record(rows: EditedRows, instant: PageInstant, page_id: str) -> Any:
    table, *names = instant.record
    row = rows.get((table, page_id))
    for name in names:
        row = None if row is None else getattr(row, name)
    return row


def linked_instant(link: Link) -> PageInstant:
    """The instant that is linked."""
    table, _, field = link
    return next(one for one in _EVERY_INSTANT if (one.table, one.field) == (table, field))


# Real books --------------------------------------------------------------------------------------------


def pages_of(books: Books) -> EditedRows:
    """The pages of books as rows."""
    return {(TABLE_OF[sort], page_id): page for (sort, page_id), page in books.written.items()}


def books_of(*rows: EditedRows) -> Books:
    """Books with the pages among some rows."""
    books = Books()
    books.written.update(
        {(SORT_OF[table], row_id): page for some in rows for (table, row_id), page in some.items() if table in SORT_OF}
    )
    return books


def fold_pages(rows: Iterable[EditedRows], events: tuple[Event, ...], policy: Policy) -> EditedRows:
    """The pages among some rows after a step with real instants."""
    step = Happening(events, books_of(*rows), policy)
    changed = Books()
    changed.adopt(step.layers[1:])
    return pages_of(changed)
