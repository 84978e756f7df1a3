"""Words do not decide: what only a reason's words speak of need not be known.

Every field of every row is taken away in turn, in the story of each refusal. Where a rule that is broken cannot do
without one, its verdict has to hang on that field: in some story another value there makes another verdict.
"""

import functools
from collections import defaultdict
from datetime import timedelta
from enum import Enum
from functools import cache

import attrs
import pytest

from casecore.kernel import CommandError, Reason, fields_of
from casecore.policies import Policy
from casecore.rooms.composition import ROOMS, CaseFile, House
from casecore.testing.scenario import given
from tests.laws.test_concern import OTHER_STORIES, name_of
from tests.laws.test_coverage_of_rules import REFUSALS

MOST_TRIED = 60
"""In how many stories it is tried at most whether a verdict hangs on a field."""

MISFITS = (CommandError, AttributeError, TypeError, ValueError, KeyError, IndexError)
"""What a value that cannot stand there may end in."""


class Unread(Exception):
    """A field was read that is not known."""


def without(row, *fields):
    """The same row, of which these fields cannot be read."""

    def refuse(_):
        raise Unread

    kind = type(row)
    traps = {field: property(refuse, lambda *_: None) for field in fields}
    blind = type(kind.__name__, (kind,), {"__slots__": (), **traps, "untold": frozenset(fields)})
    copy = attrs.evolve(row)
    object.__setattr__(copy, "__class__", blind)
    return copy


def rows_of(view):
    """The rows of a view, and of the file of the other case, each with what the view is with another in its place."""
    for row in fields_of(type(view)):
        held = getattr(view, row.name)
        if isinstance(held, CaseFile):
            for sheet in fields_of(type(held)):
                inner = getattr(held, sheet.name)
                if inner is not None and attrs.has(type(inner)):
                    yield inner, functools.partial(_with_sheet, view, row.name, held, sheet.name)
        elif held is not None and attrs.has(type(held)):
            yield held, functools.partial(_with_row, view, row.name)


def _with_row(view, name, row):
    return attrs.evolve(view, **{name: row})


def _with_sheet(view, name, file, sheet, row):
    return attrs.evolve(view, **{name: attrs.evolve(file, **{sheet: row})})


def noting(rule, noted):
    """The rule, which notes what it is asked."""

    @functools.wraps(rule.check)
    def check(view, subject, policy):
        noted[name_of(rule)].append((rule.check, view, subject, policy))
        return rule.check(view, subject, policy)

    return attrs.evolve(rule, check=check)


@cache
def asked_of_rules():
    """What every rule is asked in all stories, by its name; and what stands in each field of a record in them."""
    noted, values = defaultdict(list), defaultdict(list)
    rooms = [
        attrs.evolve(
            room,
            needs=tuple(noting(need, noted) for need in room.needs),
            rules=tuple(noting(rule, noted) for rule in room.rules),
        )
        for room in ROOMS
    ]
    house = House(tuple(rooms))
    for story in (*REFUSALS, *OTHER_STORIES):
        policy = attrs.evolve(Policy.loads(story.policy), queues=Policy.default().queues)
        desk = given(story.story, policy=policy, house=house).desk
        desk.decide(story.command)
        for row, _ in rows_of(desk.view(story.command)):
            for field in fields_of(type(row)):
                seen = values[type(row), field.name]
                if getattr(row, field.name) not in seen:
                    seen.append(getattr(row, field.name))
    return noted, values


def is_broken(check, view, subject, policy):
    """Whether a rule is."""
    return isinstance(check(view, subject, policy), Reason)


def is_broken_with(other, field, row, put, check, subject, policy):
    """Whether a rule is with another value in a field; None where that makes no sense there."""
    try:
        return is_broken(check, put(attrs.evolve(row, **{field: other})), subject, policy)
    except MISFITS:
        return None


def others_for(row, field, subject):
    """What else might stand in a field."""
    now = getattr(row, field)
    yield from asked_of_rules()[1][type(row), field]
    yield from (*type(now),) if isinstance(now, Enum) else ()
    yield from (None, True, False, 0, 9, "somebody", frozenset(), (), {})
    yield from (getattr(subject, one.name) for one in fields_of(type(subject)))
    yield from (subject.at - timedelta(days=10), subject.at + timedelta(days=10))


def hangs_on(name, kind, field):
    """Whether there is a story in which another value of a field makes another verdict of a rule."""
    asked = sorted(asked_of_rules()[0][name], key=lambda one: not is_broken(*one))  # the broken ones first
    for check, view, subject, policy in asked[:MOST_TRIED]:
        before = is_broken(check, view, subject, policy)
        for row, put in rows_of(view):
            for other in others_for(row, field, subject) if type(row) is kind else ():
                after = is_broken_with(other, field, row, put, check, subject, policy)
                if after is not None and after is not before:
                    return True
    return False


def needed_where_broken(name):
    """The fields without which a rule that is broken in some story cannot tell."""
    needed = set()
    for check, view, subject, policy in asked_of_rules()[0][name]:
        if isinstance(check(view, subject, policy), Reason):
            for row, put in rows_of(view):
                for field in fields_of(type(row)):
                    try:
                        assert isinstance(check(put(without(row, field.name)), subject, policy), Reason)
                    except Unread:
                        needed.add((type(row), field.name))
    return needed


RULES = sorted({name_of(rule) for room in ROOMS for rule in (*room.needs, *room.rules)})

HANGS_ALL_THE_SAME = {
    "assignment.queue": {"WaitingDraft.queue"},
    "away.grace": {"Case.assignee", "Case.status"},
    "capacity.channel": {"Agent.capacity", "Agent.offered", "Agent.pending", "Agent.resolved"},
    "capacity.total": {"Agent.capacity", "Agent.offered", "Agent.pending", "Agent.resolved"},
    "capacity.voice_with_cases": {"Agent.offered", "Case.logged", "Offers.offered_to", "Offers.review_to"},
    "clock.target": {"Case.channel", "Clocks.level"},
    "commitment.absent": {"Case.owner", "Commitment.taken"},
    "commitment.agent": {"Case.owner", "Commitment.taken"},
    "contact.edge": {"Case.logged"},
    "merge_cases.live": {"Case.assignee", "Case.logged", "Case.pull_only", "Case.waiting_since"},
    "outbound.phone": {"Customer.profile"},
    "template.ready": {"Case.channel"},
    "thread.of_case": {"Case.joined"},
}
"""Fields on which a verdict hangs, though no single value in these stories changes it: limits, keys, two at once."""


@pytest.mark.parametrize("name", RULES, ids=" ".join)
def test_what_a_broken_rule_cannot_do_without_decides_it(name):
    """All else is for words, and need not be known."""
    known = HANGS_ALL_THE_SAME.get(name[0], set())
    for kind, field in needed_where_broken(name):
        if field != "id" and f"{kind.__name__}.{field}" not in known:
            assert hangs_on(name, kind, field), f"{kind.__name__}.{field} is read for words"
