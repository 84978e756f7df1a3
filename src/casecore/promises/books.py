"""The books of the witnesses: what is known of a desk from its events alone.

Whoever judges the desk must not look at its records, or a record that is wrong would be right by itself. So the
witnesses keep books of their own: a page for each case, agent, thread, customer and message. What each sort of event
writes on the pages is told in `bookkeeping.py`; no record, rule or consequence of the house is asked.

A `Books` may lie over others: it then holds the pages that are written in it, and shows the rest of what is below.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any

from casecore.kernel import Event
from casecore.promises.bookkeeping import WRITERS
from casecore.promises.bookkeeping_of_rules import note_for_rules
from casecore.promises.in_force import InForce
from casecore.promises.pages import PAGES, AgentPage, CasePage, CustomerPage, NotedPage, ThreadPage
from casecore.statuses import Status


def message_page(thread: str, message: str) -> str:
    """The id of the page of a message on a thread; no id has a line break in it."""
    return f"{thread}\n{message}"


class Books:
    """The pages, and how events are written on them.

    Args:
        below: The books over which these lie; None: they begin empty.
        whole: Whether also that is written at which only rules of a team's own look, whatever they are; else it is
            written as far as the rules of the policy do.
    """

    def __init__(self, below: Books | None = None, *, whole: bool = False) -> None:
        self._below = below
        self.whole: bool = whole if below is None else below.whole
        self.written: dict[tuple[str, str], Any] = {}

    def page(self, sort: str, page_id: str) -> Any:
        """The page of a case, agent, thread, customer or message, to be read; a blank one where nothing is known."""
        page = self.written.get((sort, page_id))
        if page is not None:
            return page
        return PAGES[sort]() if self._below is None else self._below.page(sort, page_id)

    def case(self, case: str) -> CasePage:
        """The page of a case, to be read."""
        page: CasePage = self.page("cases", case)
        return page

    def agent(self, agent: str) -> AgentPage:
        """The page of an agent, to be read."""
        page: AgentPage = self.page("agents", agent)
        return page

    def noted(self, case: str) -> NotedPage:
        """The page of what only rules of a team's own look at in a case, to be read."""
        page: NotedPage = self.page("noted", case)
        return page

    def thread_of(self, case: str, named: str | None = None) -> ThreadPage:
        """The page of the thread that a case is on, or of the one that is named; to be read."""
        page: ThreadPage = self.page("threads", named or self.case(case).thread or "")
        return page

    def customer(self, customer: str | None) -> CustomerPage:
        """The page of whoever a customer is: of the one they were merged into, else their own; to be read."""
        page: CustomerPage = self.page("customers", customer or "")
        if page.merged_into is not None:
            page = self.page("customers", page.merged_into)
        return page

    def was_sent(self, case: str, message: str, named: str | None = None) -> bool:
        """Whether a message went to a customer, on the thread of a case, or on the one that is named."""
        sent: bool = self.page("messages", self.message_on(case, message, named)).sent
        return sent

    def message_on(self, case: str, message: str, named: str | None = None) -> str:
        """The id of the page of a message: its own, on the thread of a case, or on the one that is named."""
        return message_page(named or self.case(case).thread or "", message)

    def case_ids(self) -> set[str]:
        """The ids of all cases."""
        return self.ids_of("cases")

    def open_cases_on(self, thread: str) -> set[str]:
        """The ids of the cases on a thread that are not closed."""
        pages = {case: self.case(case) for case in self.case_ids()}
        on = {case for case, page in pages.items() if thread == page.thread or thread in page.joined}
        return {case for case in on if pages[case].status is not Status.CLOSED}

    def ids_of(self, sort: str) -> set[str]:
        """The ids of all pages of a sort on which something was written."""
        below = set[str]() if self._below is None else self._below.ids_of(sort)
        return below.union(page_id for written, page_id in self.written if written == sort)

    def edit(self, sort: str, page_id: str) -> Any:
        """A page to be written on."""
        page = self.written.get((sort, page_id))
        if page is None:
            page = self.written[sort, page_id] = copy(self.page(sort, page_id))
        return page

    def after(self, event: Event, said: InForce) -> Books:
        """Books over these, on which an event is written; these stay as they are.

        Args:
            event: What happened.
            said: What the SOP says for the case it is about.
        """
        books = Books(self)
        if self.whole or said.own_rules:
            note_for_rules(books, event, said.own_rules, whole=self.whole)
        write = WRITERS.get(type(event))
        if write is not None:
            write(books, event, said)
        return books

    def adopt(self, layers: Iterable[Books]) -> None:
        """Take over what is written in books that lie over these, the lowest first."""
        for books in layers:
            self.written.update(books.written)
