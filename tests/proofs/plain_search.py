"""A plain search, slow and easy to believe, that the explorer is measured by.

Every world is a whole desk, and the books of its witnesses if they are kept, asked and changed by what runs a desk:
`view`, `decide`, `evolve`. Nothing is remembered, nothing is cut into pieces. What the two searches share is only what
a scope means:

* Each command may be given at any time, to each copy of a case. All of it happens at `NOON`; messages get fresh ids.
* An instant that counts passes to one second before the end of its timer, and to the end, as a step of its own.
* An instant on a page of the books is the same as one in a record if the same step set both (`origins`): then the two
  pass together. Otherwise it passes by itself.
* Two desks are the same world if they agree in all but messages that are no draft's, instants that do not count, what
  the scope leaves apart, and which of two copies is which. Counters stop where the scope says.
* What follows after a case of the scope (the successor of a closed one) is a step, and is not followed.
"""

from collections import deque
from collections.abc import Mapping
from copy import copy
from datetime import datetime, timedelta

import attrs

from casecore.explore.local_states import timer_instant
from casecore.explore.scope import NOON, SECOND, copy_of
from casecore.explore.teams import starting_desk
from casecore.promises import Happening
from casecore.promises.books import Books
from casecore.promises.pages import PAGES
from casecore.rooms.composition import HOUSE, PLACES

MARKED = NOON + timedelta(microseconds=1)
"""The instant at which a step is tried once more, to see which instants it sets."""

PAGE_INSTANTS = {
    ("cases", "silent_since"): ("contact", "silence_since", lambda policy, _: policy.chat.idle.silence),
    ("cases", "asked_at"): ("contact", "asked_at", lambda policy, _: policy.chat.idle.silence),
    ("cases", "active_at"): ("case", "active_at", lambda policy, page: policy.lifecycle.close_after.get(page.status)),
    ("cases", "asleep_until"): ("case", "snoozed_until", lambda _, __: timedelta(0)),
    ("threads", "wrote"): ("thread", "customer_at", lambda policy, _: policy.whatsapp.window),
}
"""The instants in the books: the same in a record, and how long each is held against."""

NOTES_EVERYTHING = "case_time"
"""The sheet that every event of a case is noted on: it says when, and nothing of what."""

PAGE_COUNTERS = {"case_page.asked": "contact.attempts"}
"""What is counted in the books, and in a record."""

VERDICTS = frozenset({"case_page.first_response", "case_page.solution"})
"""What is in the books of service clocks: where a scope leaves these apart, nothing is ever found of them."""


@attrs.frozen(eq=False)
class PlainState:
    """A world: a desk, the books of its witnesses, and which step set each instant that is in both."""

    desk: object
    books: Books
    origins: dict = attrs.field(factory=dict)

    @property
    def links(self):
        """The instants of pages that are those of records."""
        return {page for page, (on_page, in_record) in self.origins.items() if on_page == in_record is not None}


def copied(books, pages=(), since=None):
    """Books that say the same, but for these instants: (sort, id, field) of a page."""
    new = Books()
    new.written = {key: copy(page) for key, page in books.written.items()}
    for sort, page_id, name in pages:
        setattr(new.edit(sort, page_id), name, since)
    return new


class PlainSearch:
    """Every world of a scope that can be reached; `counting` names the instants that count: `contact.silence_since`."""

    def __init__(self, scope, policy, house=HOUSE, counting=frozenset(), *, with_books=False):
        self.scope, self.policy, self.house, self.counting = scope, policy, house, counting
        self.with_books = with_books
        self.apart = scope.apart | VERDICTS if "clocks" in scope.apart else scope.apart
        self.cases = [
            (part, number, frozenset(copy_of(name, part.every_id, number) for name in part.every_id))
            for part in scope.parts
            for number in range(part.copies)
        ]
        self.known = frozenset().union(*(ids for _, _, ids in self.cases))
        self.timers = [timer for timer in HOUSE.timers if timer_instant(timer) in counting]
        self.transitions, self.edges, self.numbers = 0, set(), 0
        start = PlainState(*starting_desk(scope, policy, house))
        self.worlds = {self.world_of(start): start}

    def run(self):
        """Visit every world."""
        waiting = deque(self.worlds)
        while waiting:
            for after in self._steps(self.worlds[waiting.popleft()]):
                self.transitions += 1
                world = self.world_of(after)
                if world not in self.worlds and set(after.desk.cases) <= self.known:
                    self.worlds[world] = after
                    waiting.append(world)
        return self

    def _steps(self, state):
        """The worlds after everything that can be done, copies that are in the same state told once; and after time."""
        for command in self.scope.commands:
            yield from self._given(state, command, command)
        alike = set()
        for part, number, ids in self.cases:
            told = (part.case, self.told(state, number, ids))
            if told not in alike:
                alike.add(told)
                for command in part.commands:
                    yield from self._given(state, command, copy_of(command, part.every_id, number))
                case = copy_of(part.case, part.every_id, number)
                yield from self._passed(state, case)
                if self.with_books:
                    yield from self._passed_in_books(state, case)

    def _given(self, state, edge, command):
        desk = state.desk
        if hasattr(command, "message"):
            command = attrs.evolve(command, message=f"m{len(desk.messages) + 1}")
        verdict = self.house.decide(desk.view(command), command, self.policy)
        self.edges.add((edge, *answer_of(verdict, self.scope)))
        if verdict and verdict.events:
            yield self._happens(state, verdict.events)

    def _happens(self, state, events):
        """The world after some events; they are tried at another instant, too, to see which instants they set."""
        self.numbers += 1
        marked = [attrs.evolve(event, at=MARKED) for event in events]
        desk, marked_desk = state.desk.evolve(events), state.desk.evolve(marked)
        books, marked_books = self._written(state.books, events), self._written(state.books, marked)
        origins = {}
        for page, on_page, in_record in self._both_instants(marked_desk, marked_books):
            before = state.origins.get(page, (None, None))
            origins[page] = tuple(
                None if since is None else self.numbers if since == MARKED else earlier
                for since, earlier in zip((on_page, in_record), before, strict=True)
            )
        return PlainState(desk, books, origins)

    def _written(self, books, events):
        new = copied(books)
        new.adopt(Happening(tuple(events), books, self.policy).layers[1:])
        return new

    def _both_instants(self, desk, books):
        """Each instant of the books: its page and field, when it is there, and when it is in a record."""
        for sort, page_id in books.written:
            for (held_in, name), (row_name, field, _) in PAGE_INSTANTS.items():
                if held_in == sort:
                    rows = desk.threads if sort == "threads" else desk.cases
                    row = rows.get(page_id) if sort == "threads" else getattr(rows.get(page_id), row_name, None)
                    since = None if row is None else getattr(row, field)
                    yield (sort, page_id, name), getattr(books.page(sort, page_id), name), since

    def _passed(self, state, case):
        desk = state.desk
        view = desk.view_of(case)
        for timer in self.timers:
            row_name, _, name = timer.since.partition(".")
            row = getattr(view, row_name)
            length = None if timer.due(view, self.policy) is None else timer.length(view, self.policy)
            for ago in () if length is None else (length - SECOND, length):
                if NOON - getattr(row, name) < ago:
                    yield self._passed_together(state, case, row, (row_name, name), NOON - ago)

    def _passed_together(self, state, case, row, place, since):
        """The world after time has passed for an instant in a record, and for that on a page which is the same."""
        passed = with_row(state.desk, case, row, attrs.evolve(row, **{place[1]: since}))
        page_id = row.id if place[0] == "thread" else case
        linked = [page for page in state.links if (page[1], PAGE_INSTANTS[page[0], page[2]][:2]) == (page_id, place)]
        return PlainState(passed, copied(state.books, linked, since), state.origins)

    def _passed_in_books(self, state, case):
        """The worlds after time has passed for instants in the books, to limits of theirs that no timer has."""
        view = state.desk.view_of(case)
        for (sort, name), (row_name, field, length_in) in PAGE_INSTANTS.items():
            page_id = case if sort == "cases" else state.books.case(case).thread or ""
            page = state.books.page(sort, page_id)
            length = length_in(self.policy, state.books.case(case))
            since = None if name == "asked_at" and not page.silent else getattr(page, name)  # who waits is not counted
            if since is None or length is None or f"{sort[:-1]}_page.{name}" not in self.counting:
                continue
            place = f"{row_name}.{field}"
            linked = place in self.counting and (sort, page_id, name) in state.links
            timers = (timer for timer in self.timers if timer_instant(timer) == place)
            if linked and length in {timer.length(view, self.policy) for timer in timers}:
                continue
            for passed in (NOON - length + SECOND, NOON - length):
                if since > passed and linked:
                    yield self._passed_together(state, case, getattr(view, row_name), (row_name, field), passed)
                elif since > passed:
                    yield PlainState(state.desk, copied(state.books, [(sort, page_id, name)], passed), state.origins)

    def world_of(self, state):
        """What tells a world from others."""
        cases = sorted(((part.case, self.told(state, number, ids)) for part, number, ids in self.cases), key=repr)
        return tuple(self.agent(state, name) for name in sorted(state.desk.agents)), tuple(cases)

    def agent(self, state, name):
        """An agent, and their page."""
        page = state.books.agent(name) if self.with_books else None
        return self.plain("agent", state.desk.agents[name]), self.plain("agent_page", page)

    def told(self, state, number, ids):
        """All that belongs to one copy of a case, as the first copy would have it."""
        suffix, desk = f"-{number + 1}" if number else "", state.desk
        told = []
        for table in ("customers", "threads", "cases", "messages", "notes", "commitments", "wrap_ups"):
            for row_id, row in getattr(desk, table).items():
                own_id = row.id if table == "messages" else row_id
                if own_id in ids or (table != "messages" and getattr(row, "case", None) in ids):
                    sheets = (
                        {name: getattr(row, name) for name in HOUSE.sheets} if table == "cases" else {table[:-1]: row}
                    )
                    told += [(name, self.plain(name, sheet, suffix)) for name, sheet in sheets.items()]
        for (sort, page_id), page in state.books.written.items() if self.with_books else ():
            *_, own_id = page_id.split("\n")  # a message's, after that of its thread
            if own_id in ids and page != PAGES[sort]():
                told.append((page_id.replace(suffix, ""), self.plain(f"{sort[:-1]}_page", page, suffix)))
        linked = (link for link in state.links if f"{link[0][:-1]}_page.{link[2]}" in self.counting)
        told += [("link", sort, name) for sort, page_id, name in linked if page_id in ids]
        return tuple(sorted(told, key=repr))

    def plain(self, name, row, suffix=""):
        """What a row says, as far as it tells worlds apart."""
        if row is None or name in self.apart:
            return row is not None
        fields = ((field.name, f"{name}.{field.name}", getattr(row, field.name)) for field in attrs.fields(type(row)))
        return tuple((field, self._value(path, value, suffix)) for field, path, value in fields)

    def _value(self, path, value, suffix):
        if path in self.apart or (isinstance(value, datetime) and path not in self.counting):
            return value is not None and path not in self.apart
        most = self.scope.at_most.get(PAGE_COUNTERS.get(path, path))
        value = min(value, most) if isinstance(value, int) and most is not None else value
        if attrs.has(type(value)):
            return self.plain(path, value, suffix)
        if isinstance(value, Mapping | frozenset):
            value = tuple(sorted(value.items() if isinstance(value, Mapping) else value))
        return without_suffix(value, suffix) if suffix else value


def without_suffix(value, suffix):
    """A value as the first copy of a case would have it: without the suffix of a copy in its ids."""
    if type(value) is tuple:
        return tuple(without_suffix(each, suffix) for each in value)
    return value.replace(suffix, "") if type(value) is str else value


def answer_of(verdict, scope):
    """Yes, and the names of the events, but for those of sheets that the scope leaves apart; or no, and the rules."""
    if not verdict:
        return False, tuple(reason.rule for reason in verdict.reasons)
    left = scope.apart | {NOTES_EVERYTHING}
    told = [event for event in verdict.events if not {effect.sheet for effect in HOUSE.effects[type(event)]} <= left]
    return True, tuple(type(event).__name__ for event in told)


def with_row(desk, case, row, changed):
    """The desk with one row changed: an agent, a thread, or a sheet of a case's file."""
    place = PLACES[type(row)]
    if place.sheet is None:
        return attrs.evolve(desk, **{place.table: getattr(desk, place.table).insert(row.id, changed)})
    file = attrs.evolve(desk.cases[case], **{place.sheet: changed})
    return attrs.evolve(desk, cases=desk.cases.insert(case, file))
