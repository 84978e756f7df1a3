"""The inquiries of a comparison: to compare two policies in a scope (`casecore.check.inquiries`).

Where the two do the same, that is kept for all policies that say, each for itself, the same wherever it was looked:
mostly an edit is looked at in few scopes. Where they differ the edits are told as a whole, so that it is kept for these
two policies.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from casecore.channels import Channel
from casecore.check.cache import PlainAnswer
from casecore.check.in_flight import flights_from_plain, flights_to_plain
from casecore.check.inquiries import Inquiry
from casecore.check.kept_searches import asked_in
from casecore.check.kept_stories import StoryBook, ToldUnderTwo
from casecore.check.scopes import CheckedScope
from casecore.diff.in_scope import BehaviourChange, ScopeCompared, Untold, answer_under, compare_in_scope
from casecore.diff.labels import Label
from casecore.explore import LIMIT
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
    here = ToldUnderTwo.here(scope, old, new, house)
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


def _compared_to_plain(found: ScopeCompared, here: ToldUnderTwo) -> PlainAnswer:
    book = StoryBook(here.house)
    changes = [
        [
            [one.label, list(one.rules), list(one.commands), list(one.edits), one.times],
            [list(one.channels), list(one.queues), here.write(one.story, book)],
        ]
        for one in found.changes
    ]
    return {
        "counts": [found.worlds, found.transitions, found.complete, found.differs],
        "changes": changes,
        "untold": [[one.label, list(one.rules), one.given_up] for one in found.untold],
        "flights": flights_to_plain(found.flights, here, book),
        "commands": book.commands,
    }


def _compared_from_plain(plain: PlainAnswer, here: ToldUnderTwo) -> ScopeCompared:
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
        flights=flights_from_plain(plain["flights"], here, book),
    )


def _change_from_plain(plain: PlainAnswer, here: ToldUnderTwo, book: StoryBook) -> BehaviourChange:
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
