"""The judgement: every promise, asked of every step of every scope.

A promise is judged over all scopes together: it fails when one breaks it, and the shortest story is shown; it is
proved when none does, at least one put it to the test, and everything was tried that could break it (the promise's
situations). What the policy softens is not claimed, and not asked.

Four promises are not about one step, and are judged in ways of their own: that there is always a way on (18, 19) is
asked of every world of a scope; that the longer waiting is offered first (17) is asked of routing at every small desk
with two equal cases (`order.py`); that every rule is used (20) is counted over all scopes and the walk, and the rules
are compared with a list; and that a change strands nobody (21) is asked where the policy has dated changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final

import attrs

from casecore.channels import Channel
from casecore.check.cache import Cache
from casecore.check.findings import rests_on
from casecore.check.fixes import nearest_fix
from casecore.check.in_flight import try_switches
from casecore.check.inquiries import Answers, Inquiry
from casecore.check.joined_scopes import scopes_of_both
from casecore.check.kept_searches import order_inquiry, search_inquiry, walk_inquiry
from casecore.check.lint import lint_policy, missing_promises, waiver_of
from casecore.check.progress import notebook_progress
from casecore.check.report import Finding, Judgement, PromiseVerdict, Report
from casecore.check.rule_findings import rule_findings
from casecore.check.rule_traps import blamed_paths
from casecore.check.scope_search import (
    ScopeSearch,
    Wanted,
    dated_scopes,
    describe_search,
    occasion_name,
)
from casecore.check.scopes import LOWERED_LIMIT, find_scopes, scopes_of
from casecore.check.untouched import Periods, PeriodSearch
from casecore.check.walk import WalkResult, random_walk, walk_changes
from casecore.explore import LIMIT, Exploration, Found, Result, Story
from casecore.kernel import Enforcement
from casecore.policies import Policy
from casecore.policies.declared import ANY_NAME, keys_of_rule
from casecore.policies.policy import require_policies
from casecore.promises import OTHERS, Promise, Situation, Statement, Step, promises_of
from casecore.promises.assignment import LONGEST_FIRST
from casecore.promises.in_force import InForce
from casecore.promises.life_cycle import ALL_USED, EDGES, NOBODY_STRANDED
from casecore.promises.written_rules import NEVER_REFUSES, missing_rules
from casecore.reports.text import plural
from casecore.rooms.composition import HOUSE, House
from casecore.statuses import Status

STEPS: Final = 2_000
"""How long the random walk is."""


def check(
    policy: Policy,
    *,
    house: House = HOUSE,
    at: datetime | None = None,
    only: Iterable[str] = (),
    require: Iterable[str] = (),
    scopes: Wanted = (),
    limit: int = LIMIT,
    walk: int = STEPS,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[str], None] | None = None,
    cache: Cache | None = None,
) -> Report:
    """Check a policy: as it is, and as it will be after each of its dated changes.

    Args:
        policy: The SOP.
        house: The rules that are asked.
        at: The instant (aware) from which on it is checked, and at which waivers hold; None: from the beginning, and
            every waiver holds.
        only: Numbers of promises, e.g. `("04", "12")`, or one of them; none given: all.
        require: Numbers of promises that must be proved: that one of them is not claimed, or waived, is a finding.
        scopes: Scopes, by name or as they are; none given: all of `scopes.scopes_of`.
        limit: How many worlds of a scope are visited at most.
        walk: How many steps are walked at random besides; 0: none.
        seed: What the random walk begins with.
        jobs: How many scopes are searched at a time, each in a process of its own where the platform can fork; leave
            it at one in a program with threads.
        progress: Told the name of each scope before it is searched, and `walk`; of what the cache knows, nothing. In a
            notebook, if it is left out, they are shown below the cell after two seconds.
        cache: Where answers are kept from one check to the next (`casecore.check.cache`); None: everything is asked.

    Raises:
        PolicyError: When what is given is no policy.
        ValueError: When there is no such promise or scope; it names those there are.
        ProcessEnded: When the system stopped one of the processes.
    """
    require_policies(policy)
    chosen, required = (frozenset((one,) if isinstance(one, str) else one) for one in (only, require))
    asked_for = chosen | required
    _promises_numbered(asked_for, house, policy)  # so that a number that there is not is told
    chosen = asked_for if chosen else chosen
    promises, names = _promises_numbered(chosen, house, policy), scopes if isinstance(scopes, str) else tuple(scopes)
    periods, answers = Periods(policy, at), Answers(cache, house)
    search = PeriodSearch(periods, names, promises, house=house, limit=limit, answers=answers)
    walks = [*_walk_inquiries(policy, at, house, walk, seed)]
    shared = (house, policy, *(each for period in periods for each in (period.then, period.tried)))
    with notebook_progress(progress, search.size + len(walks)) as told:
        searched, walked_each = search.run(walks, jobs, shared, told)
        walked = WalkResult.joined(walked_each)
        explorations = [search.found for search in searched]
        used = walked.refusals.union(*(exploration.refusals for exploration in explorations))
        rules = {rule.id for rule in (*house.needs, *house.rules)}
        unused = tuple(sorted(rules - used))
        judgements = [judge_promise(promise, policy, searched, walked) for promise in promises]
        judgements = [_add_fix(judgement, searched, house, limit, answers) for judgement in judgements]
        others: tuple[tuple[Statement, Callable[[], Judgement], bool], ...] = (
            (LONGEST_FIRST, partial(answers.to, order_inquiry(policy)), not names),
            (
                ALL_USED,
                partial(_judge_use, explorations, unused, house, shipped=policy == Policy.default() and not names),
                not names,
            ),
            (
                NOBODY_STRANDED,
                partial(_judge_switches, search, names, house, limit, told, answers),
                bool(policy.change),
            ),
        )
        judgements += [
            judge() for other, judge, by_default in others if other.number in asked_for or (not chosen and by_default)
        ]
    judgements = [_apply_waiver(judgement, policy, at) for judgement in judgements]
    return Report(
        policy,
        findings=(
            *_lint_judged(policy, at, judgements),
            *rule_findings(policy, searched),
            *missing_promises(judgements, required),
        ),
        searched=tuple(map(describe_search, searched)),
        judgements=tuple(sorted(judgements, key=lambda judgement: judgement.number)),
        walked=walked.steps,
        unused=unused,
        rules=len(rules),
    )


def _walk_inquiries(
    policy: Policy, at: datetime | None, house: House, steps: int, seed: int
) -> Iterator[Inquiry[WalkResult]]:
    """To walk at random under a policy, and across its dated changes; nothing where no steps are walked."""
    if steps:
        walk: Any = partial(random_walk, steps=steps, seed=seed, house=house)
        yield walk_inquiry("walk", policy, walk, [steps, seed], house)
    if steps and policy.change:
        walk = partial(walk_changes, since=at, steps=steps // 4, seed=seed, house=house)
        still_to_come = [begin.isoformat() for _, begin, _ in policy.periods(at) if begin is not None]
        said = [steps // 4, seed, still_to_come]
        yield walk_inquiry("walk across the changes", policy, walk, said, house)


def _lint_judged(policy: Policy, at: datetime | None, judgements: Iterable[Judgement]) -> tuple[Finding, ...]:
    """What lint finds in a policy of which it is known which promises are proved."""
    proved = frozenset(one.number for one in judgements if one.verdict is PromiseVerdict.PROVED)
    return tuple(lint_policy(policy, at, proved))


def _promises_numbered(numbers: frozenset[str], house: House, policy: Policy) -> list[Promise]:
    promises = promises_of(house, policy)
    known = {promise.number for promise in (*promises, *OTHERS)}
    for number in sorted(numbers - known):
        raise ValueError(f"there is no promise {number!r} that a check asks; use one of {', '.join(sorted(known))}")
    return [promise for promise in promises if not numbers or promise.number in numbers]


# Judging -----------------------------------------------------------------------------------------------


def judge_promise(
    promise: Promise, policy: Policy, searched: list[ScopeSearch], walked: WalkResult, *, whole: bool = True
) -> Judgement:
    """What the scopes, and the walk, say of one promise.

    Args:
        promise: The promise.
        policy: The SOP.
        searched: The scopes.
        walked: The walk.
        whole: Whether these are all the scopes there are to be, so that what must be tried is tried in one of them.
    """
    number, conclude = promise.number, partial(Judgement, promise.number, promise.title)
    if not any(promise.claimed(search.policy) for search in searched):
        return conclude(PromiseVerdict.NOT_CLAIMED, _why_not_claimed(promise, policy))
    here = [search.found for search in searched if number in search.found.found]
    occasions = [(exploration, exploration[occasion_name(number)]) for exploration in here]
    met = [(exploration, occasion) for exploration, occasion in occasions if occasion.result is Result.PROVED]
    times = sum(occasion.times for _, occasion in met)
    names = tuple(exploration.scope.name for exploration, _ in met)
    witness = _shortest_story(occasion for _, occasion in met)
    answers = [exploration[number] for exploration in here]
    broken = _shortest_story(answer for answer in answers if answer.result is Result.FAILS)
    if broken is not None:
        story, wrong, blamed = broken
        keys = (*blamed_paths(blamed, policy), *_keys_behind(promise, story.steps[-1]))
        return conclude(PromiseVerdict.FAILS, times=times, scopes=names, story=story, wrong=wrong, keys=keys)
    if walked.broken is not None and walked.broken.number == number:
        found, why = walked.broken, "found by the walk"
        return conclude(PromiseVerdict.FAILS, why, times=times, scopes=names, story=found.story, wrong=found.wrong)
    verdict, why = _verdict_unbroken(promise, here, searched if whole else [], tested=bool(met))
    proved = verdict is PromiseVerdict.PROVED
    shown = witness[0] if witness and proved else None
    terms = tuple(_terms_of(promise, policy, met)) if proved else ()
    return conclude(verdict, why, times=times, scopes=names, witness=shown, terms=terms)


def _terms_of(promise: Promise, policy: Policy, met: list[tuple[Exploration, Found]]) -> Iterator[str]:
    """What a promise is worth under a policy: how much is promised, and as what larger limits were searched."""
    for key in promise.terms:
        by = {exploration.scope.lowered.get(key, 0) for exploration, _ in met}
        if policy.value(key) is not None:
            yield f"{rests_on(policy, key)}{_searched_as(policy.value(key), by)}"
        for override in policy.override:
            if override.set.get(key) is not None:
                searched = _searched_as(override.set[key], by)
                yield f"{rests_on(policy, key, override.set)} for {override.match}{searched}"
    if promise.number == "18" and not {*policy.lifecycle.close_from} - {Status.NEW}:
        yield "once it is opened, a case can be closed as spam only"


def _searched_as(value: Any, by: Collection[int]) -> str:
    """As what smaller limit a large one was searched, by how much limits were lowered; nothing where it was not."""
    lower = [value - less for less in by if less and value - less >= LOWERED_LIMIT] if type(value) is int else []
    return f", searched as {min(lower)}" if lower else ""


def _verdict_unbroken(
    promise: Promise, here: list[Exploration], searched: list[ScopeSearch], *, tested: bool
) -> tuple[PromiseVerdict, str]:
    """What is known of a promise that nothing breaks, and why it is not proved."""
    if any(exploration[promise.number].result is Result.INCONCLUSIVE for exploration in here):
        return PromiseVerdict.INCONCLUSIVE, why_inconclusive(here, promise.number)
    if not tested:
        return PromiseVerdict.VACUOUS, promise.occasion.missing if here else "none of the scopes asks for it"
    untried = [situation.what for situation in promise.situations if not _is_tried(situation, searched)]
    if untried:
        return PromiseVerdict.INCONCLUSIVE, f"it is never tried that {'; or that '.join(untried)}"
    return PromiseVerdict.PROVED, ""


def _is_tried(situation: Situation, searched: list[ScopeSearch]) -> bool:
    """Whether somebody tries it in one of the scopes, where some policy leaves room for it."""
    answers = (search.found.found.get(situation.what) for search in searched)
    tried = any(answer is not None and answer.result is Result.PROVED for answer in answers)
    return tried or not any(situation.expected(search.policy) for search in searched)


def _add_fix(
    judgement: Judgement, searched: list[ScopeSearch], house: House, limit: int, answers: Answers
) -> Judgement:
    """A broken promise with the nearest change of the policy that mends it; others as they are."""
    number = judgement.number
    where = [search for search in searched if search.found.found.get(number, _NOT_ASKED).result is Result.FAILS]
    if judgement.verdict is not PromiseVerdict.FAILS or not where:
        return judgement
    search = min(where, key=lambda search: search.found.worlds)
    held = {name for name, answer in search.found.found.items() if answer.result is not Result.FAILS}

    def holds(changed: Policy) -> bool:
        name = search.checked.scope.name.partition(", from ")[0]
        again = next((other for other in scopes_of(changed, house) if other.scope.name == name), None)
        claimed = [promise for promise in promises_of(house, changed) if promise.claimed(changed)]
        found = {} if again is None else answers.to(search_inquiry(again, changed, house, claimed, limit)).found
        worse = any(name in held and answer.result is Result.FAILS for name, answer in found.items())
        return found.get(number, _NOT_ASKED).result is Result.PROVED and not worse

    return attrs.evolve(judgement, fix=nearest_fix(search.policy, holds))


_NOT_ASKED: Final = Found(Result.VACUOUS)


def _apply_waiver(judgement: Judgement, policy: Policy, at: datetime | None) -> Judgement:
    """A judgement as the policy's waivers leave it: what is not proved, and waived, is no finding."""
    waiver = waiver_of(policy, judgement.number, at)
    if waiver is None or judgement.verdict in {PromiseVerdict.PROVED, PromiseVerdict.NOT_CLAIMED}:
        return judgement
    why = f"until {waiver.until} by {waiver.by}: {waiver.reason} ({judgement.verdict}, if it were not)"
    return attrs.evolve(judgement, verdict=PromiseVerdict.WAIVED, why=why)


def _judge_use(explorations: list[Exploration], unused: tuple[str, ...], house: House, *, shipped: bool) -> Judgement:
    """What is known of promise 20: that every rule and every edge is used somewhere.

    The rules are those that are written down (`promises/written_rules.py`), so that one which is gone is missed. Under
    the shipped SOP all but a few must refuse something, too; another may leave more of them nothing to refuse.
    """
    conclude = partial(Judgement, ALL_USED.number, ALL_USED.title)
    wrong = tuple(missing_rules((*house.needs, *house.rules)))
    if shipped:
        silent = [rule for rule in unused if rule not in NEVER_REFUSES]
        wrong += tuple(f"the rule {rule} refuses nothing anywhere" for rule in silent)
    if wrong:
        return conclude(PromiseVerdict.FAILS, wrong=wrong)
    edges = EDGES.values()
    reached = {name for name in edges for exploration in explorations if exploration[name].result is Result.PROVED}
    missing = sorted({*edges} - reached)
    rules = len({rule.id for rule in (*house.needs, *house.rules)})
    seen = f"{rules - len(unused)} of {rules} rules refuse something"
    if missing:
        return conclude(PromiseVerdict.VACUOUS, f"nothing goes along {', '.join(missing)}; {seen}")
    names = tuple(exploration.scope.name for exploration in explorations)
    return conclude(
        PromiseVerdict.PROVED,
        f"{len(EDGES)} of {len(EDGES)} edges; {seen}",
        times=len(reached),
        scopes=names,
    )


def _keys_behind(promise: Promise, last: Step) -> tuple[str, ...]:
    """The policy keys that set what a promise rests on, or else what was asked of the step that breaks it."""
    subjects = (type(last.command), *map(type, last.events))
    asked = tuple(
        rule.id for rule in last.before.house.rules if any(issubclass(kind, rule.guards) for kind in subjects)
    )
    file = last.after.cases.get(getattr(last.command, "case", ""))
    others = {str(channel) for channel in Channel if file is None or channel is not file.case.channel}
    keys = (key for rule in promise.rules or asked for key in keys_of_rule(Policy, rule))
    return tuple(dict.fromkeys(key for key in keys if others.isdisjoint(key.split(".")) and ANY_NAME not in key))


def _shortest_story(found: Iterable[Found]) -> tuple[Story, tuple[str, ...], tuple[str, ...]] | None:
    """The shortest story of these, what is wrong with its last step, and who is to blame; None where there is none."""
    told = [(one.story, one.wrong, one.blamed) for one in found if one.story is not None]
    return min(told, key=lambda one: len(one[0]), default=None)


def _judge_switches(
    search: PeriodSearch,
    names: Wanted,
    house: House,
    limit: int,
    progress: Callable[[str], None],
    answers: Answers,
) -> Judgement:
    """What is known of promise 21: whether one of the dated changes strands a case in flight.

    Where nobody can tell that a change has come, whatever is in flight goes on as before.
    """
    conclude, periods = partial(Judgement, NOBODY_STRANDED.number, NOBODY_STRANDED.title), search.periods
    if len(periods) == 1:
        return conclude(PromiseVerdict.NOT_CLAIMED, "the policy has no dated change that is still to come")
    worlds, complete, scopes, untouched = 0, True, list[str](), 0
    for number in range(1, len(periods)):
        begin, old, new = periods[number].begin, periods[number - 1].then, periods[number].then
        both = scopes_of_both(old, new, house)
        touched = tuple(one for one in find_scopes(names, both) or both if not search.cannot_tell(one, number))
        tried = dated_scopes(touched, begin)
        untouched += len(find_scopes(names, both) or both) - len(tried)
        found = try_switches(tried, old, new, house=house, limit=limit, progress=progress, answers=answers)
        worlds, complete = worlds + found.worlds, complete and found.complete and not found.untold
        scopes += [checked.scope.name for checked in tried]
        if found.stranded:
            first = min(found.stranded, key=lambda one: len(one.story))
            wrong = tuple(f"{begin:%Y-%m-%d}: {one.what}; {one.hint}" for one in found.stranded)
            return conclude(PromiseVerdict.FAILS, times=worlds, scopes=first.scopes, story=first.story, wrong=wrong)
    if not complete:
        why = f"tried in {worlds} worlds and given up, and nothing is known to be wrong so far"
        return conclude(PromiseVerdict.INCONCLUSIVE, why)
    why = f"in {plural(untouched, 'scope')} nobody can tell that it has come" if untouched else ""
    return conclude(PromiseVerdict.PROVED, why, times=worlds, scopes=tuple(scopes))


def _why_not_claimed(promise: Promise, policy: Policy) -> str:
    """Why a promise is not claimed."""
    empty = promise.empty(InForce(policy))
    if empty:
        return empty
    soft = [f"{rule} is {policy.mode(rule)}" for rule in promise.rules if policy.mode(rule) is not Enforcement.BLOCK]
    return f"the policy says that {' and '.join(soft)}" if soft else "the policy allows what it forbids"


def why_inconclusive(explorations: list[Exploration], number: str) -> str:
    """Why nothing is known of a promise: a search was given up, or no story could be told."""
    cut = [exploration for exploration in explorations if not exploration.complete]
    if cut:
        found = max(cut, key=lambda exploration: exploration.worlds)
        return f"{found.scope.name}: given up after {found.worlds} worlds, and nothing wrong so far"
    seen = sum(exploration[number].times for exploration in explorations)
    return f"{seen} steps break it, but no story with real instants leads to one of them"
