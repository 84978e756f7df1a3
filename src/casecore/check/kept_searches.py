"""The inquiries of a check: to search a scope, to walk at random, to look at the order of offers.

What came of each is written as plain data, so that it can be kept (`inquiries.py`), and read back for the policy of
now.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from casecore.check.cache import PlainAnswer
from casecore.check.inquiries import Inquiry
from casecore.check.kept_stories import StoryBook, ToldOtherwise
from casecore.check.order import judge_order
from casecore.check.report import Judgement, PromiseVerdict
from casecore.check.scope_search import search_scope, watched_in
from casecore.check.scopes import CheckedScope
from casecore.check.walk import BrokenPromise, WalkResult
from casecore.codec import house_codec
from casecore.explore import Exploration, Found, Result, Story, Watched
from casecore.explore.scope import Part, Scope
from casecore.explore.teams import starting_desk
from casecore.explore.traces import happening_at_end
from casecore.policies import Policy
from casecore.promises import Happening, Promise
from casecore.rooms.composition import HOUSE, House

_OF_A_RULE: Final = ("id", "guards", "when", "needs")
"""What a promise looks at of a rule of a team's own, whichever scope it is asked in."""


# Searches ----------------------------------------------------------------------------------------------


def search_inquiry(
    checked: CheckedScope, policy: Policy, house: House, promises: list[Promise], limit: int
) -> Inquiry[Exploration]:
    """To search a scope for what is promised; the more commands there are in it, the longer that takes.

    Args:
        checked: The scope.
        policy: The SOP.
        house: The rules that are asked.
        promises: What is claimed.
        limit: How many worlds are visited at most.
    """
    scope = checked.scope

    def ask(here: Policy) -> Exploration:
        return search_scope(checked, here, house, promises, limit)

    def read(plain: PlainAnswer) -> Exploration:
        return _exploration_from_plain(plain, scope, scope.policy_here(policy), house)

    def tell_again(plain: PlainAnswer, here: Policy) -> PlainAnswer:
        return _told_again(plain, scope, scope.policy_here(here), house, watched_in(checked, promises))

    return Inquiry(
        scope.name,
        (policy,),
        ask,
        lambda: ["search", *asked_in(checked, house), _asked_of(promises, policy), limit],
        partial(_exploration_to_plain, house=house),
        read,
        tell_again,
        scope.size,
    )


def asked_in(checked: CheckedScope, house: House) -> list[PlainAnswer]:
    """A scope as plain data, whatever it is called."""
    scope = checked.scope

    def plain(commands: Iterable[Any]) -> list[PlainAnswer]:
        return list(map(house_codec(house).to_plain, commands))

    def plain_part(part: Part) -> list[PlainAnswer]:
        return [plain(part.commands), part.copies]

    return [
        [plain(scope.team), list(map(plain_part, scope.parts)), plain(scope.commands)],
        [sorted(scope.apart), dict(scope.at_most), dict(scope.lowered), sorted(scope.rules), sorted(checked.ways)],
    ]


def _asked_of(promises: list[Promise], policy: Policy) -> list[PlainAnswer]:
    """What is promised, and the rules of its own that a promise of the policy has in hand."""
    numbers = [promise.number for promise in promises]
    rules = policy.to_dict()["rule"] if policy.rule else []
    return [numbers, [[rule.get(name) for name in _OF_A_RULE] for rule in rules if rule["id"] in numbers]]


def _exploration_to_plain(found: Exploration, house: House) -> PlainAnswer:
    book = StoryBook(house)
    return {
        "counts": [found.worlds, found.desks, found.transitions, found.decisions],
        "complete": found.complete,
        "refusals": sorted(found.refusals),
        "own_refusals": sorted(map(sorted, found.own_refusals)),
        "own_passed": sorted(found.own_passed),
        "found": {name: _found_to_plain(one, book) for name, one in found.found.items()},
        "commands": book.commands,
    }


def _found_to_plain(found: Found, book: StoryBook) -> PlainAnswer:
    told = None if found.story is None else book.write([step.command for step in found.story.steps])
    return [found.result, told, list(found.wrong), found.times, list(found.blamed)]


def _exploration_from_plain(plain: PlainAnswer, scope: Scope, policy: Policy, house: House) -> Exploration:
    """What was found in a scope, under the policy as it is searched there."""
    book = StoryBook(house, plain["commands"])
    worlds, desks, transitions, decisions = plain["counts"]
    found = {}
    for name, (result, told, wrong, times, blamed) in plain["found"].items():
        story = None if told is None else book.story(told, scope.team, policy)
        found[name] = Found(Result(result), story, tuple(wrong), times, tuple(blamed))
    return Exploration(
        scope,
        worlds=worlds,
        desks=desks,
        transitions=transitions,
        decisions=decisions,
        complete=plain["complete"],
        refusals=frozenset(plain["refusals"]),
        found=found,
        own_refusals=frozenset(map(frozenset, plain["own_refusals"])),
        own_passed=frozenset(plain["own_passed"]),
    )


def _told_again(plain: PlainAnswer, scope: Scope, policy: Policy, house: House, asked: Watched) -> PlainAnswer:
    """What was found in a scope, with its stories told under another policy.

    Raises:
        ToldOtherwise: When one of them does not end as it did.
    """
    book, (_, start) = StoryBook(house, plain["commands"]), starting_desk(scope, policy, house)
    found = {**plain["found"]}
    for name, (result, told, wrong, *more) in plain["found"].items():
        if told:
            happening = happening_at_end(book.story(told, scope.team, policy), start)
            found[name] = [result, told, _wrong_at_end(name, wrong, happening, asked), *more]
    return {**plain, "found": found}


def _wrong_at_end(name: str, wrong: list[str], end: Happening, asked: Watched) -> list[str]:
    """What is wrong with the last step of a story, which ends as it did.

    Raises:
        ToldOtherwise: When it does not.
    """
    if name in asked.witnesses:
        wrong = list(asked.witnesses[name](end))
        ends = bool(wrong)
    elif name in asked.occasions:
        ends = bool(asked.occasions[name](end))
    else:
        ends = name in asked.ways or name in asked.edges(end)
    if not ends:
        raise ToldOtherwise(f"the story of {name} ends otherwise than it did")
    return wrong


# The walk, and the order of offers ---------------------------------------------------------------------


def walk_inquiry(name: str, policy: Policy, do: Any, said: list[PlainAnswer], house: House) -> Inquiry[WalkResult]:
    """To walk at random.

    Args:
        name: What it is called.
        policy: The SOP.
        do: (policy) -> what the walk came to.
        said: What the walk was given besides, as plain data.
        house: The rules that are asked.
    """
    return Inquiry(
        name,
        (policy,),
        do,
        lambda: [name, said],
        partial(_walk_to_plain, house=house),
        lambda plain: _walk_from_plain(plain, policy, house),
    )


def _walk_to_plain(walked: WalkResult, house: House) -> PlainAnswer:
    book, broken = StoryBook(house), None
    if walked.broken is not None:
        story = _story_to_plain(walked.broken.story, book)
        broken = [walked.broken.number, list(walked.broken.wrong), story, book.commands]
    return [walked.steps, sorted(walked.refusals), broken]


def _walk_from_plain(plain: PlainAnswer, policy: Policy, house: House) -> WalkResult:
    steps, refusals, broken = plain
    if broken is not None:
        number, wrong, told, commands = broken
        broken = BrokenPromise(number, tuple(wrong), _story_from_plain(told, StoryBook(house, commands), policy))
    return WalkResult(steps, frozenset(refusals), broken)


def order_inquiry(policy: Policy) -> Inquiry[Judgement]:
    """To look at the order in which work is offered."""
    return Inquiry(
        "order",
        (policy,),
        judge_order,
        lambda: ["order"],
        _judgement_to_plain,
        lambda plain: _judgement_from_plain(plain, policy),
    )


def _judgement_to_plain(judged: Judgement) -> PlainAnswer:
    book = StoryBook(HOUSE)
    story = None if judged.story is None else _story_to_plain(judged.story, book)
    told = [judged.number, judged.title, judged.verdict, judged.why, judged.times]
    return [told, list(judged.scopes), story, list(judged.wrong), list(judged.terms), book.commands]


def _judgement_from_plain(plain: PlainAnswer, policy: Policy) -> Judgement:
    (number, title, verdict, why, times), scopes, told, wrong, terms, commands = plain
    story = None if told is None else _story_from_plain(told, StoryBook(HOUSE, commands), policy)
    lists: dict[str, Any] = {"scopes": tuple(scopes), "wrong": tuple(wrong), "terms": tuple(terms)}
    return Judgement(number, title, PromiseVerdict(verdict), why, times, story=story, **lists)


def _story_to_plain(story: Story, book: StoryBook) -> PlainAnswer:
    return [book.write(story.team), book.write([step.command for step in story.steps])]


def _story_from_plain(plain: PlainAnswer, book: StoryBook, policy: Policy) -> Story:
    team, given = plain
    return book.story(given, tuple(book.read(team)), policy)
