"""Deciding is total, part by part: no need, rule, handler or consequence ever raises, whatever it is shown.

The house only asks a rule after its needs were met, so much of what is drawn here never reaches it. That is the point:
a room may rely on nothing but its own eyes, so that a house can be put together in another way.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.desk import HOUSE, View
from casecore.kernel import Command, Event, Reason
from casecore.policies import Policy
from casecore.testing.strategies import policies

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
IDS = ("ana", "ben", "c1", "c1+1", "d1", "general", "billing", "customer", "system")
TEXTS = ("", " ", "Hello", "🙂", "general")


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Anything of a type: a few ids that meet again, and all else as the type says."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is str:
        return st.sampled_from((*IDS, *TEXTS))
    if hint is datetime:
        return st.integers(-3, 100).map(lambda hours: NOON + timedelta(hours=hours))
    if origin in {Union, UnionType}:
        return st.one_of(*map(of, args))
    if origin is frozenset:
        return st.frozensets(of(args[0]), max_size=3)
    if origin is tuple:
        return st.lists(of(args[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(of(args[0]), of(args[1]), max_size=2)
    if attrs.has(hint):
        return drawn(hint)
    assert hint in {bool, int, NoneType} or issubclass(hint, Enum), hint
    return st.none() if hint is NoneType else st.from_type(hint)


def drawn(kind: type) -> st.SearchStrategy[Any]:
    """Anything of a class, whatever its fields say together; ids are ids where they are checked."""
    hints = get_type_hints(kind)
    fields = {}
    for field in attrs.fields(kind):
        is_id = issubclass(kind, Command) and field.validator is attrs.fields(Command).by.validator
        ids = st.sampled_from(IDS)
        fields[field.name] = (st.none() | ids if field.default is None else ids) if is_id else of(hints[field.name])
    return st.builds(kind, **fields)


VIEWS = drawn(View) | st.just(View())


def subclasses(kind):
    """The classes below a class that have none below them."""
    below = kind.__subclasses__()
    return [leaf for each in below for leaf in subclasses(each)] if below else [kind]


def guarded(rule):
    """What a rule may be asked about: the commands and events it guards, not the classes above them."""
    decided = set(HOUSE.commands)
    leaves = [leaf for guard in rule.guards for leaf in subclasses(guard)]
    return [leaf for leaf in leaves if leaf in decided or issubclass(leaf, Event)]


RULES = [
    pytest.param(rule, subject, id=f"{number}-{rule.id}-{subject.__name__}")
    for number, rule in enumerate((*HOUSE.needs, *HOUSE.rules))
    for subject in guarded(rule)
]
HANDLERS = [
    pytest.param(handler, command, id=command.__name__)
    for room in HOUSE.rooms
    for command, handler in room.decide.items()
]
FOLLOWERS = [
    pytest.param(follower, event, id=f"{room.name}-{event.__name__}")
    for room in HOUSE.rooms
    for event, follower in room.follows.items()
]


@pytest.mark.parametrize(("rule", "subject"), RULES)
@given(st.data())
def test_rules(rule, subject, data):
    """A need or a rule finds a reason of its own name, or nothing."""
    found = rule.check(data.draw(VIEWS), data.draw(drawn(subject)), data.draw(st.just(Policy()) | policies()))
    assert found is None or isinstance(found, Reason)
    if found is not None:
        assert rule.id == found.rule
        assert found.message
        assert found.remedy


@pytest.mark.parametrize(("handler", "subject"), [*HANDLERS, *FOLLOWERS])
@given(st.data())
def test_handlers_and_consequences(handler, subject, data):
    """A handler or a consequence gives events, perhaps none; each is at the instant of what caused it."""
    said = data.draw(drawn(subject))
    events = handler(data.draw(VIEWS), said, data.draw(st.just(Policy()) | policies()))
    assert isinstance(events, tuple)
    assert {said.at} >= {event.at for event in events}


@pytest.mark.parametrize("room", HOUSE.rooms, ids=lambda room: room.name)
@given(st.data())
def test_timers(room, data):
    """A timer is due at an instant, or not running, and gives a command of the house that is given at that instant."""
    for timer in room.timers:
        sheet = data.draw(drawn(timer.sheet))
        at = timer.due(sheet, data.draw(policies()))
        if at is not None:
            assert at > getattr(sheet, timer.since)
            if timer.command is not None:
                command = timer.command(sheet, at)
                assert type(command) in HOUSE.commands
                assert at == command.at
