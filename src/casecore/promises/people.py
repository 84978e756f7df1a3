"""Promises about who writes to us: that merging loses nothing, and that a blocked customer starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from casecore.channels import Channel
from casecore.kernel import CUSTOMER, Command
from casecore.policies import Policy
from casecore.promises.books import Books
from casecore.promises.happening import Happening, happens
from casecore.promises.pages import LIVE_CHANNELS, CasePage, CustomerPage
from casecore.promises.promise import Occasion, Promise, Situation
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, ReceiveMessage, SuccessorStarted
from casecore.rooms.case_merging import CaseTakenOver, MergeCases
from casecore.rooms.cases import CaseClosed, CaseStarted, CloseReason
from casecore.rooms.merged_clocks import ClocksTakenOver
from casecore.rooms.merging import CustomerExtended, CustomerMerged, MergeCustomers
from casecore.rooms.moving import CaseMoved, MoveCase
from casecore.rooms.replies import ReplySent
from casecore.rooms.threads import ThreadOpened
from casecore.statuses import Status

# Merging loses nothing ---------------------------------------------------------------------------------


def _what_merging_customers_loses(step: Happening) -> Iterator[str]:
    merged = {event.customer for event in step.events if isinstance(event, CustomerMerged)}
    for event in step.events:
        match event:
            case CustomerMerged():
                was = step.before.page("customers", event.customer).merged_into
                if was is not None and was not in merged:
                    yield f"customer {event.customer} is merged into {event.into}, and was into {was} already"
                if event.into == event.customer or step.before.page("customers", event.into).merged_into is not None:
                    yield f"customer {event.customer} is merged into {event.into}, who is somebody else"
                yield from _what_is_not_taken_over(step, event)
            case CaseStarted(channel=Channel.WHATSAPP) if event.by != CUSTOMER:
                person = step.before.customer(event.customer)
                if person.joined and person.opted_in is False:
                    yield f"customer {event.customer} is written to, and one who is the same person wanted no messages"
    for customer in sorted(step.before.ids_of("customers")) if merged else ():
        person = step.after.page("customers", customer).merged_into
        if person is not None and step.after.page("customers", person).merged_into is not None:
            yield f"customer {customer} is read as {person}, who is read as another"


def _what_is_not_taken_over(step: Happening, merged: CustomerMerged) -> Iterator[str]:
    known = step.after.page("customers", merged.into)
    extended = [event for event in step.events if isinstance(event, CustomerExtended)]
    told = next(
        (event for event in extended if event.customer == merged.into and merged.customer in event.merged), None
    )
    if told is None:
        yield f"customer {merged.into} has nothing of what was known of {merged.customer}"
    elif told.blocked is not known.blocked:
        yield f"{merged.customer} and {merged.into} are the same person, and whether they are blocked is lost"
    elif told.opted_in is not known.opted_in:
        yield f"{merged.customer} and {merged.into} are the same person, and what they agreed to is lost"


def _merges_whom(so: Callable[[CustomerPage], bool]) -> Callable[[Command, Books], bool]:
    """The question whether a customer is to be merged of whom this is so."""
    return lambda command, books: isinstance(command, MergeCustomers) and so(books.page("customers", command.customer))


# Merging cases loses nothing -----------------------------------------------------------------------------


def _what_merging_cases_loses(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        match event:
            case CaseClosed(reason=CloseReason.MERGED):
                taken = [e for e in step.events if isinstance(e, CaseTakenOver) and e.merged == event.case]
                if [e.case for e in taken] != [event.into]:
                    yield f"case {event.case} is closed as merged, and does not go on as {event.into}"
            case CaseTakenOver():
                yield from _what_is_not_taken_over_of_a_case(step, event)
            case ReplySent() if event.thread:
                on = books.case(event.case)
                if event.thread not in {on.thread, *on.joined}:
                    yield f"reply {event.message} on case {event.case} goes to thread {event.thread}, which is not its"
            case CaseStarted(predecessor=str() as before):
                page, new = books.case(before), step.after.case(event.case)
                lost = {page.thread, *page.joined} - {new.thread, *new.joined} if page.joined else set()
                if lost and page.status is Status.CLOSED:
                    yield f"case {event.case} follows {before}, and not on thread {', '.join(sorted(map(str, lost)))}"


def _what_is_not_taken_over_of_a_case(step: Happening, taken: CaseTakenOver) -> Iterator[str]:
    one, other = step.before.case(taken.merged), step.before.case(taken.case)
    merged, now = step.after.case(taken.merged), step.after.case(taken.case)
    people = {_person_on(step.before, page) for page in (one, other)}
    what = f"case {taken.merged} is merged into {taken.case}"
    if taken.merged == taken.case or other.status is Status.CLOSED:
        yield f"{what}, which is {other.status}"
    if len(people) > 1 or one.channel is not other.channel:
        yield f"{what}, which is another customer's, or on another channel"
    for page in (one, other):
        live = page.on_line and (page.queued or page.holder is not None) and not page.gone
        if live or page.draft is not None or page.owing:
            yield f"{what} while somebody is on the line, or something waits to be approved or disposed"
    if merged.status is not Status.CLOSED or merged.holder is not None:
        yield f"{what}, and is {merged.status}"
    lost = {one.thread, *one.joined} - {now.thread, *now.joined}
    if lost:
        yield f"{what}, and thread {', '.join(sorted(map(str, lost)))} does not lead there"
    if one.waits and one.waits_since is not None:
        yield from _who_waits_no_more(
            step, taken, one.waits_since, min(one.waits_since, other.waits_since or one.waits_since)
        )


def _person_on(books: Books, case: CasePage) -> str | None:
    """Who the customer of the thread is that a case is on."""
    customer = books.page("threads", case.thread or "").customer
    return None if customer is None else books.page("customers", customer).merged_into or customer


def _who_waits_no_more(step: Happening, taken: CaseTakenOver, since: datetime, earlier: datetime) -> Iterator[str]:
    """What is wrong where a case goes on as another whose customer waits since then, or on either since earlier."""
    page = step.after.case(taken.case)
    told = next((e for e in step.events if isinstance(e, ClocksTakenOver) and e.case == taken.case), None)
    if taken.waits_since is None or taken.waits_since > earlier or not page.waits:
        yield f"the customer of {taken.merged} waits since {earlier}, and on {taken.case} since {taken.waits_since}"
    if page.status not in {Status.NEW, Status.OPEN}:
        yield f"the customer of case {taken.merged} waits for an answer, and {taken.case} is {page.status}"
    if told is not None and not any(start and start <= since for start in (told.started_at, told.asked_at)):
        yield f"the customer of case {taken.merged} waits since {since}, and no response of {taken.case} counts from it"


def _merges_cases(so: Callable[[CasePage, CasePage, Books], bool]) -> Callable[[Command, Books], bool]:
    """The question whether a case is to be merged into another, and this is so of the two."""
    return lambda command, books: (
        isinstance(command, MergeCases) and so(books.case(command.case), books.case(command.into), books)
    )


# A case is moved where there is room for it ------------------------------------------------------------


def _what_moving_loses(step: Happening) -> Iterator[str]:
    for event, books in step.moments:
        match event:
            case CaseMoved():
                page, thread = books.case(event.case), books.page("threads", event.thread)
                if (thread.customer, thread.channel) != (event.customer, page.channel):
                    yield f"case {event.case} goes to thread {event.thread}, which is no such thread of that customer"
                for case in sorted(books.open_cases_on(event.thread) - {event.case}):
                    yield f"case {event.case} goes to thread {event.thread}, on which case {case} is open"
                live = page.on_line and (page.queued or page.holder is not None) and not page.gone
                if page.draft is not None or live:
                    yield f"case {event.case} is moved while a draft waits, or its customer is on the line"
            case MessageReceived():
                on = books.case(event.case)
                if event.thread not in {on.thread, *on.joined}:
                    yield f"message {event.message} on {event.thread} counts on case {event.case}, of {on.thread}"


def _moves_whom(so: Callable[[Books, MoveCase], bool]) -> Callable[[Command, Books], bool]:
    """The question whether a case is to be moved of which this is so."""
    return lambda command, books: isinstance(command, MoveCase) and so(books, command)


def _moves_at_all(policy: Policy) -> bool:
    """Whether customers may write where a scope moves cases."""
    return bool(policy.channels.whatsapp.kinds or policy.channels.chat.kinds)


def _merges_at_all(policy: Policy) -> bool:
    """Whether customers may write where a scope merges cases."""
    return bool(policy.channels.messaging.kinds)


# A blocked customer starts nothing ---------------------------------------------------------------------


def _is_blocked(books: Books, thread: str, *people: str | None) -> bool:
    """Whether a thread is blocked, or whoever's it is, or one of these people."""
    page = books.page("threads", thread)
    return page.blocked or any(books.customer(who).blocked for who in {page.customer, *people} - {None})


def _what_blocked_customers_bring_about(step: Happening) -> Iterator[str]:
    books = step.before
    for event in step.events:
        match event:
            case MessageReceived():
                if _is_blocked(books, event.thread, event.customer, event.participant):
                    yield f"message {event.message} on thread {event.thread} counts, and comes from somebody blocked"
            case MessageNoted():
                if event.blocked and not _is_blocked(books, event.thread, event.customer, event.participant):
                    yield f"message {event.message} on thread {event.thread} is only noted, and nobody is blocked"
            case CaseStarted() | ThreadOpened():
                if event.by == CUSTOMER and _is_blocked(books, event.thread, event.customer):
                    yield f"thread {event.thread} has something new, by a customer who is blocked"
            case CaseReopened() | SuccessorStarted():
                if event.by == CUSTOMER and _is_blocked(books, books.case(event.case).thread or ""):
                    yield f"case {event.case} goes on, by a customer who is blocked"


def _notes_somebody_blocked(step: Happening) -> bool:
    return any(
        isinstance(event, MessageNoted) and _is_blocked(step.before, event.thread, event.customer, event.participant)
        for event in step.events
    )


def _writes_blocked(
    on: Callable[[Books, str], bool], blocked: Callable[[Books, str, str | None], bool]
) -> Callable[[Command, Books], bool]:
    """The question whether somebody blocked writes, and this is so of their thread."""

    def tried(command: Command, books: Books) -> bool:
        if not isinstance(command, ReceiveMessage):
            return False
        return on(books, command.thread) and blocked(books, command.thread, command.customer)

    return tried


def _on_case_that_is(status: Status) -> Callable[[Books, str], bool]:
    def on(books: Books, thread: str) -> bool:
        return any(page.thread == thread and page.status is status for page in map(books.case, books.case_ids()))

    return on


def _on_new_thread(books: Books, thread: str) -> bool:
    return books.page("threads", thread).customer is None


def _on_blocked_thread(books: Books, thread: str) -> bool:
    blocked: bool = books.page("threads", thread).blocked
    return blocked


PEOPLE_PROMISES: Final = (
    Promise(
        "25",
        "merging loses nothing",
        lambda step: (
            *_what_merging_customers_loses(step),
            *_what_merging_cases_loses(step),
            *_what_moving_loses(step),
        ),
        Occasion(happens(CustomerMerged, CaseTakenOver), "nobody is ever merged, and no case"),
        situations=(
            Situation(
                "a case is moved to a thread that has one",
                _moves_whom(lambda books, command: bool(books.open_cases_on(command.thread) - {command.case})),
                _moves_at_all,
            ),
            Situation(
                "a case is moved for which a draft waits",
                _moves_whom(lambda books, command: books.case(command.case).draft is not None),
                _moves_at_all,
            ),
            Situation(
                "a chat or a call is moved",
                _moves_whom(lambda books, command: books.case(command.case).on_line),
                lambda policy: any(getattr(policy.channels, channel).kinds for channel in LIVE_CHANNELS),
            ),
            Situation(
                "a case is merged whose customer waits, into one that they do not wait on",
                _merges_cases(lambda one, other, _: one.waits and not other.waits),
                _merges_at_all,
            ),
            Situation(
                "a case is merged for which, or for the other of which, a draft waits",
                _merges_cases(lambda one, other, _: one.draft is not None or other.draft is not None),
                _merges_at_all,
            ),
            Situation(
                "a case is merged of which something is to be disposed",
                _merges_cases(lambda one, other, _: bool(one.owing or other.owing)),
                lambda policy: _merges_at_all(policy) and policy.wrap_up.required,
            ),
            Situation(
                "a case is merged into another customer's",
                _merges_cases(lambda one, other, books: len({_person_on(books, one), _person_on(books, other)}) > 1),
                _merges_at_all,
            ),
            Situation(
                "a chat or a call is merged",
                _merges_cases(lambda one, _, __: one.channel in LIVE_CHANNELS),
                lambda policy: any(getattr(policy.channels, channel).kinds for channel in LIVE_CHANNELS),
            ),
            Situation("a blocked customer is merged", _merges_whom(lambda page: page.blocked)),
            Situation("a customer is merged who withdrew", _merges_whom(lambda page: page.opted_in is False)),
            Situation("a customer is merged who was merged", _merges_whom(lambda page: page.merged_into is not None)),
            Situation("a customer is merged with whom others were", _merges_whom(lambda page: page.joined)),
        ),
    ),
    Promise(
        "26",
        "a blocked customer starts nothing",
        _what_blocked_customers_bring_about,
        Occasion(_notes_somebody_blocked, "nobody who is blocked ever writes"),
        situations=(
            Situation("a blocked customer writes on a new thread", _writes_blocked(_on_new_thread, _is_blocked)),
            Situation(
                "a blocked customer writes on a closed case",
                _writes_blocked(_on_case_that_is(Status.CLOSED), _is_blocked),
            ),
            Situation(
                "a blocked customer writes on a case that waits for them",
                _writes_blocked(_on_case_that_is(Status.PENDING), _is_blocked),
            ),
            Situation("somebody writes on a blocked thread", _writes_blocked(_on_blocked_thread, _is_blocked)),
        ),
    ),
)
