"""Cases in flight: what becomes of them when one policy is replaced by another (§10 21).

Every world of a scope that the old policy leads to is continued under the new one. A case is **stranded** where the new
policy has no place for it: its queue is gone, or that of its draft, and it is not closed; or where there was a way on
under the old policy and there is none any more: to closed, or to the end of a draft. A case that the old policy had
trapped already is no matter of the switch (promises 18 and 19 are about it). Each comes with the shortest story, under
the old policy, and a hint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce

from attrs import field, frozen

from casecore.check.cache import PlainAnswer
from casecore.check.inquiries import NOTHING_KEPT, Answers, Inquiry
from casecore.check.kept_searches import asked_in
from casecore.check.kept_stories import StoryBook, ToldUnderTwo
from casecore.check.scopes import CheckedScope
from casecore.desk import Desk
from casecore.explore import LIMIT, Story, Watched
from casecore.explore.model import Questions
from casecore.explore.switch import SwitchResult, TwoPolicyModel, try_switch
from casecore.policies import Policy
from casecore.promises import WAYS_ON
from casecore.promises.books import Books
from casecore.promises.ways import follow_way, way_to_closed, ways_to_decide
from casecore.rooms.approvals import DECIDED
from casecore.rooms.cases import CaseClosed
from casecore.rooms.composition import HOUSE, House
from casecore.statuses import Status


@frozen
class Stranded:
    """Cases in flight that are stranded for the same reason.

    Attributes:
        what: What is wrong, in words.
        hint: What to do.
        story: The shortest story that leads there; the switch comes behind its last step.
        times: In how many worlds, of how many scopes, it is so.
        scopes: The names of these scopes.
    """

    what: str
    hint: str
    story: Story = field(repr=False)
    times: int
    scopes: tuple[str, ...]


@frozen
class StrandedCase:
    """A case of a desk that another policy would strand.

    Attributes:
        case: Its id.
        what: What is wrong, in words.
        hint: What to do before the other policy is put in force.
    """

    case: str
    what: str
    hint: str


def stranded_cases(desk: Desk, new: Policy) -> Iterator[StrandedCase]:
    """The cases of a desk that would be stranded if another policy were put in force now (`Desk.with_policy`).

    `check` asks the same of every case that there can be; this asks it of those that there are.

    Args:
        desk: The desk under the policy in force; of a partial one, the cases that were loaded.
        new: The other policy.

    Raises:
        PolicyError: When it is none.
    """
    after = desk.with_policy(new)
    for case, file in desk.cases.items():
        if file.case.status is Status.CLOSED:
            continue
        draft = None if file.draft is None else file.draft.queue
        for why in (*_homeless(file.case.queue, draft, new), *_ways_lost(desk, after, case)):
            yield StrandedCase(case, *_told(why, new))


def _ways_lost(desk: Desk, after: Desk, case: str) -> Iterator[str]:
    """The ways on of a case that there are under one policy and not under another."""
    if _cannot_be_closed(after, case) and not _cannot_be_closed(desk, case):
        yield "18"
    if _cannot_be_decided(after, case) and not _cannot_be_decided(desk, case):
        yield "19"


def _cannot_be_closed(desk: Desk, case: str) -> bool:
    return any(True for _ in follow_way(desk, way_to_closed(desk, case), CaseClosed))


def _cannot_be_decided(desk: Desk, case: str) -> bool:
    draft = desk.cases[case].draft
    ways = () if draft is None else ways_to_decide(desk, case, draft)
    return any(True for way in ways for _ in follow_way(desk, way, DECIDED))


@frozen
class Flights:
    """What became of everything in flight.

    Attributes:
        worlds: In how many worlds the switch was tried.
        stranded: What is stranded.
        untold: How many reasons were found to which no clock leads, as far as is known.
        given_up: Of how many of these ways are left that were not tried.
        complete: Whether these were all worlds.
    """

    worlds: int
    stranded: tuple[Stranded, ...]
    untold: int = 0
    given_up: int = 0
    complete: bool = True

    def and_those(self, others: Flights) -> Flights:
        """These and others: what is stranded for the same reason is told once."""
        stranded = {one.what: one for one in self.stranded}
        for one in others.stranded:
            stranded[one.what] = _merge_stranded(stranded[one.what], one) if one.what in stranded else one
        worlds, untold = self.worlds + others.worlds, self.untold + others.untold
        given_up, complete = self.given_up + others.given_up, self.complete and others.complete
        return Flights(worlds, tuple(stranded.values()), untold, given_up, complete)


def try_switches(
    scopes: tuple[CheckedScope, ...],
    old: Policy,
    new: Policy,
    *,
    house: House = HOUSE,
    limit: int = LIMIT,
    progress: Callable[[str], None] = lambda _: None,
    answers: Answers = NOTHING_KEPT,
) -> Flights:
    """Try a switch of policies at every moment of these scopes.

    Args:
        scopes: Where it is tried; there must be a way on where they say so.
        old: The SOP before.
        new: The SOP after.
        house: The rules that are asked.
        limit: How many worlds of a scope are visited at most.
        progress: Told the name of each scope before it is searched; of what is known, nothing.
        answers: Where it is looked for what is known.
    """
    inquiries = []
    for checked in scopes:
        if may_strand(checked, old, new):
            before, after = (checked.scope.policy_here(policy) for policy in (old, new))
            if before == after and old != new:
                continue  # they differ in nothing but own rules, which are put aside here
            inquiries.append(switch_inquiry(checked, old, new, house, limit))
    return reduce(Flights.and_those, answers.to_all(inquiries, 1, (), progress), Flights(0, ()))


def switch_inquiry(checked: CheckedScope, old: Policy, new: Policy, house: House, limit: int) -> Inquiry[Flights]:
    """To try a switch at every moment of one scope.

    Args:
        checked: The scope.
        old: The SOP before.
        new: The SOP after.
        house: The rules that are asked.
        limit: How many worlds are visited at most.
    """
    scope = checked.scope
    here = ToldUnderTwo.here(scope, old, new, house)

    def ask(*policies: Policy) -> Flights:
        before, after = (scope.policy_here(policy) for policy in policies)
        return try_switch_in(checked, TwoPolicyModel(scope, before, after, house, questions_of(checked)), limit)

    def to_plain(flights: Flights) -> PlainAnswer:
        book = StoryBook(house)
        return [flights_to_plain(flights, here, book), book.commands]

    return Inquiry(
        scope.name,
        (old, new),
        ask,
        lambda: ["switch", *asked_in(checked, house), limit],
        to_plain,
        lambda plain: flights_from_plain(plain[0], here, StoryBook(house, plain[1])),
    )


def flights_to_plain(flights: Flights, here: ToldUnderTwo, book: StoryBook) -> PlainAnswer:
    """What became of everything in flight in one scope, as plain data."""
    stranded = [[one.what, one.hint, here.write(one.story, book), one.times] for one in flights.stranded]
    return [flights.worlds, flights.untold, flights.given_up, flights.complete, stranded]


def flights_from_plain(plain: PlainAnswer, here: ToldUnderTwo, book: StoryBook) -> Flights:
    """The same read back."""
    worlds, untold, given_up, complete, told = plain
    name = here.scope.name
    stranded = tuple(Stranded(what, hint, here.read(story, book), times, (name,)) for what, hint, story, times in told)
    return Flights(worlds, stranded, untold, given_up, complete)


def may_strand(checked: CheckedScope, old: Policy, new: Policy) -> bool:
    """Whether a switch could strand anything in a scope: there is a way to lose, or a queue."""
    return bool(checked.ways) or not old.queues.keys() <= new.queues.keys()


def questions_of(checked: CheckedScope) -> Questions:
    """What a model is asked in which switches are tried: the ways on of the scope, by the books of the witnesses."""
    ways = {number: WAYS_ON[number].reached for number in sorted(checked.ways)}
    return Questions(watched=Watched(ways=ways), books=True)


def try_switch_in(checked: CheckedScope, model: TwoPolicyModel, limit: int = LIMIT) -> Flights:
    """Try a switch at every moment of one scope.

    Args:
        checked: The scope.
        model: The same with the two policies, asked `questions_of` it; what it knows already is not asked again.
        limit: How many worlds are visited at most.
    """
    _, new = model.policies
    ways = model.questions.watched.ways
    found = try_switch(model, homeless=_homeless_under(new), ways=ways, limit=limit)
    untold = [left.given_up for left in found.left if left.story is None]
    stranded = tuple(_describe_stranded(found, checked.scope.name, new))
    return Flights(found.before, stranded, len(untold), sum(untold), found.complete)


def _homeless(queue: str | None, queue_of_draft: str | None, new: Policy) -> Iterator[str]:
    if queue not in new.queues:
        yield f"case|{queue}"
    if queue_of_draft is not None and queue_of_draft not in new.queues:
        yield f"draft|{queue_of_draft}"


def _homeless_under(new: Policy) -> Callable[[Books], Iterator[str]]:
    """What of a case stands in a queue that the new policy does not have."""

    def homeless(books: Books) -> Iterator[str]:
        for case in sorted(books.case_ids()):
            page = books.case(case)
            if page.status is Status.CLOSED:
                continue
            yield from _homeless(page.queue, None if page.draft is None else page.draft.queue, new)

    return homeless


def _describe_stranded(found: SwitchResult, scope: str, new: Policy) -> Iterator[Stranded]:
    for left in found.left:
        if left.story is not None:
            yield Stranded(*_told(left.why, new), left.story, left.times, (scope,))


def _told(why: str, new: Policy) -> tuple[str, str]:
    """Why something is stranded, in words, and what to do."""
    if why in WAYS_ON:
        return WAYS_ON[why].lost, WAYS_ON[why].remedy
    kind, _, queue = why.partition("|")
    what = f"a {kind} stands in the queue {queue}, which the new policy does not have"
    return what, f"keep the queue {queue} until it is empty, or move what is in it, e.g. to {new.fallback}, before"


def _merge_stranded(one: Stranded, other: Stranded) -> Stranded:
    story = min(one.story, other.story, key=len)
    return Stranded(one.what, one.hint, story, one.times + other.times, (*one.scopes, *other.scopes))
