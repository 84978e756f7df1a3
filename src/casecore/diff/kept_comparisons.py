"""The inquiries of a comparison: to compare two policies in a scope (`casecore.check.inquiries`).

Where the two do the same, that is kept for all policies that say, each for itself, the same wherever it was looked:
mostly an edit is looked at in few scopes. Where they differ the edits are told as a whole, so that it is kept for these
two policies.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from attrs import frozen

from casecore.channels import Channel
from casecore.check.cache import PlainAnswer
from casecore.check.in_flight import Flights, Stranded
from casecore.check.inquiries import Inquiry
from casecore.check.kept_searches import asked_in
from casecore.check.kept_stories import StoryBook
from casecore.check.scopes import CheckedScope
from casecore.diff.in_scope import BehaviourChange, ScopeCompared, Untold, answer_under, compare_in_scope
from casecore.diff.labels import Label
from casecore.explore import LIMIT, Story
from casecore.explore.policy_log import unlogged
from casecore.explore.scope import Scope
from casecore.explore.teams import with_all_queues
from casecore.policies import Policy
from casecore.policies.edits import edits_of, is_about_rules
from casecore.rooms.composition import HOUSE, House


def comparison_inquiry(
    checked: CheckedScope,
    old: Policy,
    new: Policy,
    *,
    house: House = HOUSE,
    limit: int = LIMIT,
    progress: Callable[[str], None] = lambda _: None,
) -> Inquiry[ScopeCompared] | None:
    """To compare two policies in a scope; None where they differ in nothing but own rules, which are put aside there.

    Args:
        checked: The scope.
        old: The SOP before.
        new: The SOP after.
        house: The rules that are asked.
        limit: How many worlds are visited at most.
        progress: Told the name of the scope before the switch is tried.
    """
    scope = checked.scope
    here = _Here(scope, tuple(scope.policy_here(policy) for policy in (old, new)), house)
    edits = edits_of(*here.policies)
    if all(map(is_about_rules, edits)) and not scope.rules:
        return None

    def ask(before: Policy, after: Policy) -> ScopeCompared:
        return compare_in_scope(checked, before, after, edits, house=house, limit=limit, progress=progress)

    return Inquiry(
        scope.name,
        (old, new),
        ask,
        lambda: ["compare", *asked_in(checked, house), limit],
        partial(_compared_to_plain, here=here),
        lambda plain: _compared_from_plain(plain, here),
        size=scope.size,
    )


@frozen
class _Here:
    """Where stories are told: in a scope, under two policies as they are searched there."""

    scope: Scope
    policies: tuple[Policy, ...]
    house: House

    def write(self, story: Story, book: StoryBook) -> PlainAnswer:
        """The numbers of a story's commands, and for each of the policy under which it was given."""
        old, _ = self.policies
        sides = [int(unlogged(step.before.policy) != old) for step in story.steps]
        return [book.write([step.command for step in story.steps]), sides]

    def read(self, told: PlainAnswer, book: StoryBook) -> Story:
        """A story, to be told again."""
        numbers, sides = told
        under = [self.policies[side] for side in sides]
        return book.story(numbers, self.scope.team, with_all_queues(self.policies), under)


def _compared_to_plain(found: ScopeCompared, here: _Here) -> PlainAnswer:
    book, flights = StoryBook(here.house), found.flights
    changes = [
        [
            [one.label, list(one.rules), list(one.commands), list(one.edits), one.times],
            [list(one.channels), list(one.queues), here.write(one.story, book)],
        ]
        for one in found.changes
    ]
    stranded = [[one.what, one.hint, here.write(one.story, book), one.times] for one in flights.stranded]
    return {
        "counts": [found.worlds, found.transitions, found.complete, found.differs],
        "changes": changes,
        "untold": [[one.label, list(one.rules), one.given_up] for one in found.untold],
        "flights": [flights.worlds, flights.untold, flights.given_up, flights.complete, stranded],
        "commands": book.commands,
    }


def _compared_from_plain(plain: PlainAnswer, here: _Here) -> ScopeCompared:
    book = StoryBook(here.house, plain["commands"])
    worlds, transitions, complete, differs = plain["counts"]
    name = here.scope.name
    return ScopeCompared(
        worlds,
        transitions,
        complete,
        changes=tuple(_change_from_plain(one, here, book) for one in plain["changes"]),
        untold=tuple(Untold(Label(label), tuple(rules), name, up) for label, rules, up in plain["untold"]),
        differs=differs,
        flights=_flights_from_plain(plain["flights"], here, book),
    )


def _change_from_plain(plain: PlainAnswer, here: _Here, book: StoryBook) -> BehaviourChange:
    (label, rules, commands, edits, times), (channels, queues, told) = plain
    story = here.read(told, book)
    old, new = (answer_under(story.steps[-1], policy, here.house) for policy in here.policies)
    return BehaviourChange(
        Label(label),
        tuple(rules),
        tuple(commands),
        tuple(edits),
        story,
        old,
        new,
        times,
        (here.scope.name,),
        tuple(map(Channel, channels)),
        tuple(queues),
        here.scope.lowered,
    )


def _flights_from_plain(plain: PlainAnswer, here: _Here, book: StoryBook) -> Flights:
    worlds, untold, given_up, complete, stranded = plain
    name = here.scope.name
    return Flights(
        worlds,
        tuple(Stranded(what, hint, here.read(told, book), times, (name,)) for what, hint, told, times in stranded),
        untold,
        given_up,
        complete,
    )
