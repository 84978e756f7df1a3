"""Deciding is total, part by part: no need, rule, handler or consequence ever raises, whatever it is shown.

The house only asks a rule after its needs were met, so much of what is drawn here never reaches it. That is the point:
a room may rely on nothing but its own eyes, so that a house can be put together in another way.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from casecore.kernel import Command, Event, Reason
from casecore.kernel.records import freeze, thaw
from casecore.kernel.rooms import where_wanted
from casecore.policies import Policy
from casecore.rooms.composition import HOUSE, View
from tests.profiles import examples

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
IDS = ("ana", "ben", "c1", "c1+1", "d1", "general", "billing", "customer", "system")
TEXTS = ("Hello", "🙂")
BLANK = " "


# Nothing that a rule reads of a policy is left alone: each choice is the other one, each list is short or empty.
POLICIES = st.sampled_from(
    [
        Policy(),
        Policy.loads(
            """
            [lifecycle]
            close_from = ["open", "resolved"]
            close_by = []
            close_after = { open = "1h", resolved = "10w" }
            [queues.billing]
            fallback = true
            [queues.general]
            fallback = false
            [capacity]
            total = 1
            chat = 0
            voice_with_cases = true
            [chat.idle]
            ask_first = 2
            counts_from = "question"
            questions = []
            [authentication]
            channels = ["email", "chat"]
            before = ["resolve", "close", "transfer", "commit", "account_reply"]
            [wrap_up]
            disposition = false
            notes = false
            [email]
            subject_required = false
            relate_customer = false
            relate_case = false
            complaint_relations_due = "before_disposition"
            [whatsapp]
            window = "1s"
            consent = []
            [away]
            grace = "1s"
            held = "keep"
            keep_statuses = ["pending"]
            [sla]
            pause_in = ["pending"]
            after_reopening = "leaves_out"
            [sla.default]
            first_response = "5m"
            solution = "1h"
            calendar = "office"
            [calendars.office]
            zone = "Europe/Lisbon"
            monday = ["09:00-17:00"]
            [approval]
            self_approval = true
            on_customer_message = "supersede"
            [reopening]
            to = "owner_if_eligible"
            [tags]
            enabled = false
            limit = 1
            [sentiment]
            manual = false
            [channels]
            chat = { kinds = [], attachments = false, emoji = false }
            voice = { kinds = ["post"], attachments = true, emoji = true }
            """
        ),
    ]
)

GENERIC = {
    frozenset: lambda item: st.frozensets(of(item), max_size=3),
    tuple: lambda item, _: st.lists(of(item), max_size=2).map(tuple),
    Mapping: lambda name, value: st.dictionaries(of(name), of(value), max_size=2),
    Union: lambda *kinds: st.one_of(*map(of, kinds)),
    UnionType: lambda *kinds: st.one_of(*map(of, kinds)),
}
PLAIN = {
    str: st.sampled_from((*IDS, *TEXTS)),  # also where a record has an id
    int: st.integers(0, 10**9),
    float: st.floats(0, 1e6),
    datetime: st.integers(-3, 100).map(lambda hours: NOON + timedelta(hours=hours)),
}


@cache
def of(hint):
    """Anything of a type: a few ids that meet again, and all else as the type says."""
    if get_origin(hint) in GENERIC:
        return GENERIC[get_origin(hint)](*get_args(hint))
    if attrs.has(hint):
        return drawn(hint)
    return PLAIN[hint] if hint in PLAIN else st.from_type(hint)


@cache
def drawn(kind):
    """Anything of a class, whatever its fields say together; ids are ids where they are checked."""
    hints = get_type_hints(kind)
    fields = {}
    for field in attrs.fields(kind):
        is_id = issubclass(kind, Command) and field.validator is attrs.fields(Command).by.validator
        ids = st.sampled_from(IDS)
        texts = st.just(BLANK) if issubclass(kind, Command) and hints[field.name] is str else st.nothing()
        anything = of(hints[field.name]) | texts
        fields[field.name] = (st.none() | ids if field.default is None else ids) if is_id else anything
    return st.builds(kind, **fields)


VIEWS = drawn(View)


@pytest.fixture(scope="module")
def views():
    """Views, ten at a time, drawn once for all tests: to draw one takes longer than to ask everything about it."""
    found = []

    @examples(300, phases=[Phase.generate])
    @given(VIEWS)
    def look(view):
        found.append(view)

    look()
    return st.sampled_from([found[start : start + 10] for start in range(0, len(found), 10)])


def guarded(rule):
    """What a rule may be asked about: the events it guards, and every command of the house that it guards."""
    commands = [command for command in HOUSE.commands if issubclass(command, rule.guards)]
    return [*commands, *(guard for guard in rule.guards if issubclass(guard, Event))]


RULES = [
    pytest.param(rule, st.one_of(*map(drawn, guarded(rule))), id=f"{number}-{rule.id}")
    for number, rule in enumerate((*HOUSE.needs, *HOUSE.rules))
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


@pytest.mark.parametrize(("rule", "subjects"), RULES)
@examples(12)
@given(st.data())
def test_rules(rule, subjects, views, data):
    """A need or a rule finds a reason of its own name, or nothing; and it says what was found and what would help."""
    subject, policy = data.draw(subjects), data.draw(POLICIES)
    for view in (View(), *data.draw(views)):
        found = rule.find(view, subject, policy)
        assert found is None or isinstance(found, Reason)
        assert found is None or (rule.id == found.rule and found.message and found.remedy)


@pytest.mark.parametrize(("handler", "kind"), [*HANDLERS, *FOLLOWERS])
@examples(12)
@given(st.data())
def test_handlers_and_consequences(handler, kind, views, data):
    """A handler or a consequence gives events, perhaps none; each is at the instant of what caused it."""
    said, policy = data.draw(drawn(kind)), data.draw(POLICIES)
    for view in (View(), *data.draw(views)):
        events = where_wanted(handler)(view, said, policy)
        assert isinstance(events, tuple)
        assert {said.at} >= {event.at for event in events}


FORESIGHTS = [
    pytest.param(foresee, command, id=command.__name__)
    for room in HOUSE.rooms
    for command, foresee in room.foresees.items()
]


@pytest.mark.parametrize(("foresee", "kind"), FORESIGHTS)
@given(st.data())
def test_foresights(foresee, kind, views, data):
    """What a view will be once a case has been started is a view again, whatever it was before."""
    said, policy = data.draw(drawn(kind)), data.draw(POLICIES)
    for view in (View(), *data.draw(views)):
        assert isinstance(foresee(view, said, policy), View)
    nowhere = attrs.evolve(said, customer=None, channel=None)
    assert View() == foresee(View(), nowhere, policy)


@pytest.mark.parametrize("timer", HOUSE.timers, ids=lambda timer: f"{timer.name}-{timer.since}")
@given(st.data())
def test_timers(timer, views, data):
    """A timer is due at an instant, or not running, and gives a command of the house that is given at that instant."""
    policy = data.draw(POLICIES)
    row, name = timer.since.split(".")
    assert timer.due(View(), policy) is None
    for view in data.draw(views):
        at = timer.due(view, policy)
        assert at is None or at >= getattr(getattr(view, row), name)
        if at is not None and timer.command is not None and view.case is not None:
            command = timer.command(view, at)
            assert type(command) in HOUSE.commands
            assert at == command.at


EDITS = [
    pytest.param(kind, event, edit, id=f"{room.name}-{kind.__name__}-{event.__name__}")
    for room in HOUSE.rooms
    for (kind, event), edit in (*room.evolve.items(), *room.notices.items())
]


@pytest.mark.parametrize(("kind", "event", "edit"), EDITS)
@examples(5)
@given(st.data())
def test_changes_and_notices(kind, event, edit, data):
    """Whatever a record says, what happens can be written into it, and gives a record of its class again."""
    row = data.draw(drawn(kind))
    changed = thaw(row)
    edit(changed, data.draw(drawn(event)))
    written = freeze(changed, kind)
    assert isinstance(written, kind)
    with attrs.validators.disabled():  # what is counted off what never was is less than nothing
        assert hash(written) == hash(attrs.evolve(written))


VALUES = sorted(
    {
        *HOUSE.commands,
        *(event for room in HOUSE.rooms for event in room.follows),
        *(kind for room in HOUSE.rooms for pair in (*room.creates, *room.evolve, *room.removes) for kind in pair),
    },
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
@examples(5)
@given(st.data())
def test_values_can_be_remembered(kind, data):
    """Commands, events and records can be kept in sets and as keys, mappings in them notwithstanding."""
    value = data.draw(drawn(kind))
    assert hash(value) == hash(attrs.evolve(value))
    assert value == attrs.evolve(value)
