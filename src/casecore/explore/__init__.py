"""Exhaustive exploration: everything that can happen at a small desk, under a policy, with the real rules.

    from casecore.explore import Part, Scope, explore

    found = explore(scope, policy, always={"never two": no_third_chat})
    found["never two"].result       # "proved", or "fails" with the shortest story

A **scope** is a cast (agents, cases) and the commands in play (`scope.py`). Every order of them, and every way in
which time can pass between them, is tried with the same `decide` and the same changes that run a desk. Three things
can be asked of desks, each a plain function:

* `always`: (step) -> everything wrong with it. Proved, when no step of the scope has anything wrong. Where nothing
  ever happens, because every command is refused, it is *vacuous*: commands are given at `NOON`.
* `sometimes`: (step) -> whether this is one that we look for. Proved, when one is reached; otherwise it is *vacuous*:
  what is never put to the test is not kept either.
* `possible`: (desk) -> whether it is where one wants to get. Proved, when there is a way there from everywhere.

The same can be asked of **witnesses**, who see no desk, only events and the books that they keep of these (`Watched`,
`casecore.promises`). A world is then the desk and their books (`pages.py`). They are also asked for situations that
somebody must try: what is never tried cannot go wrong.

Each answer carries its denominator: how many states and steps there are, and whether that was all of them. A story is
told with real instants and has been given to the real desk before it is shown (`traces.py`); where none can be told
the answer is *inconclusive*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from importlib import import_module
from typing import TypeVar

from attrs import Factory, field, frozen

from casecore.desk import Desk
from casecore.explore.model import Model, Questions
from casecore.explore.read_log import LoggedDesk
from casecore.explore.scope import Part, Scope
from casecore.explore.states import StateSearch, nothing_collected
from casecore.explore.traces import IsWanted, Story, StoryFinder
from casecore.explore.watchers import NOT_WATCHED, Watched, in_books
from casecore.kernel.shown import Framed
from casecore.policies import Policy
from casecore.policies.policy import require_policies
from casecore.promises import Happening, Step
from casecore.rooms.composition import HOUSE, House

__all__ = ["Exploration", "Found", "Part", "Result", "Scope", "Story", "Watched", "explore"]

T = TypeVar("T")

LIMIT = 2_000_000
"""How many states are visited before a search is given up as inconclusive."""


class Result(StrEnum):
    """What came of a question."""

    PROVED = "proved"
    FAILS = "fails"
    VACUOUS = "vacuous"
    INCONCLUSIVE = "inconclusive"


@frozen
class Found:
    """What came of one question in one scope.

    Attributes:
        story: The shortest story that breaks it (`always`), shows it (`sometimes`), or leads to where there is no way
            on (`possible`).
        wrong: What is wrong with the story's last step.
        times: In how many steps, or states, it was found.
        blamed: The policy's own rules that leave no way, where it was asked whether there is one.
    """

    result: Result
    story: Story | None = field(default=None, repr=False)
    wrong: tuple[str, ...] = ()
    times: int = 0
    blamed: tuple[str, ...] = ()


@frozen(repr=False)
class Exploration(Framed):
    """Everything that came of a search.

    Attributes:
        worlds: How many different states can be reached; reports call them worlds.
        desks: How many of them there are by the desk alone: more worlds are due to the books of the witnesses.
        transitions: How many steps there are between them in which something happens.
        decisions: How many questions really had to be asked for that.
        complete: Whether these are all; otherwise the search was given up at its limit.
        refusals: The ids of the rules that refused something somewhere, or warned.
        found: What came of each question, by name.
        own_refusals: The policy's own rules that refused something, or warned about it, where no other rule refused
            it: those that did so together.
        own_passed: The policy's own rules that guarded something that happened, and had nothing against it.
    """

    shown_by = "casecore.explore.shown:EXPLORATION"

    scope: Scope
    worlds: int
    transitions: int
    decisions: int
    complete: bool
    refusals: frozenset[str]
    found: Mapping[str, Found] = field(hash=False)
    desks: int = field(default=Factory(lambda self: self.worlds, takes_self=True), kw_only=True)
    own_refusals: frozenset[frozenset[str]] = field(default=frozenset(), kw_only=True)
    own_passed: frozenset[str] = field(default=frozenset(), kw_only=True)

    def __getitem__(self, name: str) -> Found:
        return self.found[name]


def explore(
    scope: Scope | str,
    policy: Policy,
    *,
    house: House = HOUSE,
    always: Mapping[str, Callable[[Step], Iterable[str]]] | None = None,
    sometimes: Mapping[str, Callable[[Step], bool]] | None = None,
    possible: Mapping[str, Callable[[Desk], bool]] | None = None,
    watched: Watched = NOT_WATCHED,
    limit: int = LIMIT,
) -> Exploration:
    """Try everything that can happen in a scope.

    Args:
        scope: The cast and the commands in play; or the name of a scope of `check`.
        policy: The SOP in force.
        house: The rules that are asked.
        always: By name, (step) -> everything wrong with it. It is asked of steps of one case: `step.before` shows the
            agents and that case's rows.
        sometimes: By name, (step) -> whether it is what we look for.
        possible: By name, (desk) -> whether it is where one wants to get; asked for each case.
        watched: What witnesses are asked, who see events and their own books instead of desks.
        limit: How many states are visited at most.

    Raises:
        PolicyError: When what is given is no policy.
        ValueError: When there is no scope of this name, its team cannot be brought to a desk with this policy, or two
            questions share a name.
    """
    require_policies(policy)
    always, sometimes, possible = dict(always or {}), dict(sometimes or {}), dict(possible or {})
    names = [*always, *sometimes, *possible, *watched.every]
    shared = {name for name in names if names.count(name) > 1}
    if shared:
        raise ValueError(f"two questions are called {', '.join(sorted(shared))}; give each its own name")
    if isinstance(scope, str):  # `check`, which has the scopes by their names, stands on a floor above this one
        named: Scope = import_module("casecore.check.scopes").scope_named(scope, policy, house)
        scope = named
    model = Model(scope, scope.policy_here(policy), house, Questions(always, sometimes, watched))
    with nothing_collected():
        return _explored(scope, StateSearch(model, limit).run(), always, sometimes, possible)


def _explored(
    scope: Scope,
    search: StateSearch,
    always: Mapping[str, Callable[[Step], Iterable[str]]],
    sometimes: Mapping[str, Callable[[Step], bool]],
    possible: Mapping[str, Callable[[Desk], bool]],
) -> Exploration:
    """Everything that came of a search."""
    model, watched, finder = search.model, search.model.questions.watched, StoryFinder(search)
    found = {
        **{name: _answer_always(search, finder, name, _by_desk(ask)) for name, ask in always.items()},
        **{name: _answer_always(search, finder, name, _by_books(ask)) for name, ask in watched.witnesses.items()},
        **{name: _answer_sometimes(search, finder, name, _by_desk(met)) for name, met in sometimes.items()},
        **{name: _answer_sometimes(search, finder, name, _by_books(met)) for name, met in watched.occasions.items()},
        **{name: _answer_sometimes(search, finder, name, _goes_along(watched, name)) for name in watched.edge_names},
        **{name: _answer_tried(search, name) for name in watched.situations},
        **{name: _answer_possible(search, finder, wanted) for name, wanted in possible.items()},
        **{name: _answer_possible(search, finder, in_books(reached)) for name, reached in watched.ways.items()},
    }
    return Exploration(
        scope,
        worlds=len(search.states),
        desks=search.count_desks(),
        transitions=search.transitions,
        decisions=model.evaluations,
        complete=search.complete,
        refusals=frozenset(model.refused),
        found=found,
        own_refusals=frozenset(model.own_rules.refusals),
        own_passed=frozenset(model.own_rules.passed),
    )


def _by_desk(ask: Callable[[Step], T]) -> Callable[[Step, Happening], T]:
    return lambda step, _: ask(step)


def _by_books(ask: Callable[[Happening], T]) -> Callable[[Step, Happening], T]:
    return lambda _, happening: ask(happening)


def _goes_along(watched: Watched, name: str) -> IsWanted:
    return lambda _, happening: name in watched.edges(happening)


def _answer_always(
    search: StateSearch, finder: StoryFinder, name: str, ask: Callable[[Step, Happening], Iterable[str]]
) -> Found:
    seen, times = search.occurrences.get(name, []), search.counts.get(name, 0)
    if not seen:
        return Found(_unless_given_up(search))
    story = finder.shortest_story(seen, lambda step, happening: any(True for _ in ask(step, happening)))
    if story is None:
        return Found(Result.INCONCLUSIVE, times=times)
    return Found(Result.FAILS, story, tuple(ask(story.steps[-1], finder.happening_at_end(story))), times)


def _unless_given_up(search: StateSearch) -> Result:
    """What is known where nothing wrong was found; where nothing ever happens, nothing was put to the test."""
    if not search.complete:
        return Result.INCONCLUSIVE
    return Result.PROVED if search.transitions else Result.VACUOUS


def _answer_sometimes(search: StateSearch, finder: StoryFinder, name: str, met: IsWanted) -> Found:
    seen, times = search.occurrences.get(name, []), search.counts.get(name, 0)
    if not seen:
        return Found(Result.VACUOUS if search.complete else Result.INCONCLUSIVE)
    story = finder.shortest_story(seen, met)
    return Found(Result.INCONCLUSIVE if story is None else Result.PROVED, story, times=times)


def _answer_tried(search: StateSearch, name: str) -> Found:
    if name in search.model.watchers.tried:
        return Found(Result.PROVED)
    return Found(Result.VACUOUS if search.complete else Result.INCONCLUSIVE)


def _answer_possible(search: StateSearch, finder: StoryFinder, wanted: Callable[[LoggedDesk], bool]) -> Found:
    stuck = search.states_without_way(lambda desk: bool(wanted(desk)))
    if not search.complete:
        return Found(Result.INCONCLUSIVE, times=len(stuck))
    if not stuck:
        return Found(_unless_given_up(search))
    story = finder.story_to(stuck)
    if story is None:
        return Found(Result.INCONCLUSIVE, times=len(stuck))
    return Found(Result.FAILS, story, ("there is no way on from here",), len(stuck))
