"""JSON: every thing comes back as it went, old documents too; and no text leads to anything that was not said."""

import json
import subprocess
import sys
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import reduce
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rpds import HashTrieMap

from casecore.channels import Channel
from casecore.codec import (
    SCHEMA,
    CodecError,
    command_from,
    dumps,
    from_plain,
    house_codec,
    loads,
    parse,
    to_plain,
)
from casecore.desk import Action, Desk, Due
from casecore.kernel import (
    Accepted,
    Command,
    Event,
    Reason,
    Refused,
    Setting,
)
from casecore.kernel.fields import MOST, MOST_SECONDS, Value
from casecore.kernel.records import id_of_row
from casecore.policies import Policy
from casecore.rooms.agents import AddAgent, Agent, Permission
from casecore.rooms.approvals import WaitingDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import OpenCase
from casecore.rooms.attributes import AttributeSet, SetAttribute
from casecore.rooms.cases import Case, CloseCase, StatusSet
from casecore.rooms.composition import HOUSE, CaseFile, House
from casecore.rooms.notes import EditNote
from casecore.rooms.prepared import PreparedText
from casecore.rooms.replies import SendReply
from casecore.rooms.threads import Customer, MessageEdit, MessageEvent
from casecore.statuses import Status
from casecore.testing.values import values
from tests.profiles import examples

DAY = Path(__file__).parents[2] / "examples" / "day.jsonl"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
NOON_TEXT = "2026-11-02T12:00:00+00:00"
REPLY = SendReply("ana", NOON, "c1", "m1", "Olá!", Status.PENDING, ("bill.pdf",))
THINGS = house_codec().things
ANY_TYPE = "the name of a command, an event or a record"
PARTIAL = Desk(agents=HashTrieMap({"ana": Agent("ana", "Ana")}))


# Drawing things ----------------------------------------------------------------------------------------

ANY_TEXT = (None, attrs.fields(SendReply).text.validator, attrs.fields(SendReply).attachments.validator)
"""The validators of fields whose text is not an id."""
IDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
ZONES = st.sampled_from((UTC, timezone(timedelta(hours=-3)), timezone(timedelta(hours=5, minutes=45))))
YEARS = (datetime(1970, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 -- Hypothesis adds the zone
INSTANTS = st.datetimes(*YEARS, timezones=ZONES)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
SINGLE_FACTS = st.none() | st.booleans() | NUMBERS | st.text() | INSTANTS | st.sampled_from(Status)
POLICIES = (
    Policy.default(),
    Policy(),
    Policy.loads('id = "ação"\nqueues = { z = { languages = ["pt"] }, a = { fallback = true } }'),
    Policy.loads('enforcement = { "tags.limit" = "warn" }\nlifecycle.close_after = { pending = "1d1s" }'),
)
SINGLE = {
    int: st.integers(0, MOST),
    float: st.floats(0, MOST_SECONDS),
    bool: st.booleans(),
    datetime: INSTANTS,
    Any: SINGLE_FACTS | st.lists(SINGLE_FACTS, max_size=3).map(tuple),
    Policy: st.sampled_from(POLICIES),
    type[Command]: st.sampled_from(HOUSE.commands),
    Value: values(),
    Value | None: st.none() | values(),
}
MADE_OF = {
    tuple: lambda item: st.lists(item, max_size=3).map(tuple),
    frozenset: lambda item: st.frozensets(item, max_size=4),
    Mapping: lambda name, item: st.dictionaries(name, item, max_size=3),
    dict: lambda _, row: st.lists(row, max_size=3).map(by_id),
    UnionType: lambda item: st.none() | item,
}


def by_id(rows):
    """A table of a desk."""
    return HashTrieMap({row.case.id if isinstance(row, CaseFile) else id_of_row(row): row for row in rows})


def drawn(kind, text):
    """Whatever may stand where this annotation stands."""
    if kind is str:
        return text
    if kind in SINGLE:
        return SINGLE[kind]
    if get_args(kind):
        parts = [drawn(part, text) for part in get_args(kind) if part not in (..., NoneType)]
        return MADE_OF[get_origin(kind)](*parts)
    return st.sampled_from(kind) if issubclass(kind, StrEnum) else st.deferred(lambda: things(kind))


def things(cls):
    """Anything of a class, or of the classes below it, built from what its fields are annotated with."""
    if cls not in THINGS.values():
        return st.one_of(*(things(thing) for thing in THINGS.values() if issubclass(thing, cls)))
    if cls is Policy:
        return SINGLE[Policy]
    hints = get_type_hints(cls, localns={"HashTrieMap": dict})
    fields = {
        field.name: drawn(hints[field.name], IDS | st.text() if field.validator in ANY_TEXT else IDS)
        for field in attrs.fields(cls)
        if field.name not in {"_settings", "house"}  # which are the policy's, and the reader's
    }
    if cls is Reason:  # which looks them up in a policy, or has read them
        fields["settings"] = MADE_OF[tuple](things(Setting))
    return st.builds(cls, **fields)


ANYTHING = things(object)


def types(value):
    """The types of all that a thing holds; without them, a word that came back as mere text would be equal."""
    if isinstance(value, Reason | Policy | House):  # whose facts are only equal; whose keys are told elsewhere; code
        return type(value)
    if attrs.has(type(value)):
        return type(value), [types(getattr(value, field.name)) for field in attrs.fields(type(value))]
    if isinstance(value, Mapping):
        return type(value), {name: types(held) for name, held in value.items()}
    if isinstance(value, frozenset):
        return frozenset, {types(held) for held in value}
    return (tuple, [types(held) for held in value]) if isinstance(value, tuple) else type(value)


def parts(kind):
    """The classes with fields that are named in an annotation."""
    return {kind} if attrs.has(kind) else {part for inner in get_args(kind) for part in parts(inner)}


def same(one, other):
    """Whether two things are equal to the last type."""
    return one == other and types(one) == types(other)


class TestThere:
    """Which things there are."""

    def test_every_command(self):
        """Each command that a room decides can be written down."""
        assert set(HOUSE.commands) == {thing for thing in THINGS.values() if issubclass(thing, Command)}

    def test_every_event(self):
        """Each event of casecore can be written down, also the one that changes no record."""
        files = {f"casecore.rooms.{room.name}" for room in HOUSE.rooms} | {"casecore.kernel"}
        told = {thing for file in files for thing in vars(sys.modules[file]).values() if isinstance(thing, type)}
        events = {thing for thing in told if issubclass(thing, Event)} - {Event, MessageEvent}
        assert events == {thing for thing in THINGS.values() if issubclass(thing, Event)}
        assert "MessageNoted" in THINGS
        assert "Deviated" in THINGS

    def test_every_record(self):
        """Each record that an event changes can be written down, and so can what holds them."""
        rooms = HOUSE.rooms
        changed = {sheet for room in rooms for sheet, _ in (*room.creates, *room.evolve, *room.removes)}
        assert {Agent, Case, Customer, WaitingDraft} < changed
        assert {*changed, CaseFile, Desk, Policy} <= {*THINGS.values()}

    def test_what_a_thing_holds(self):
        """Whatever a field of a thing is annotated with can be written down, too, or else it could not be drawn."""
        things = [thing for thing in THINGS.values() if thing is not Policy]
        hints = {thing: get_type_hints(thing, localns={"HashTrieMap": dict}) for thing in things}
        held = {
            kind for thing in things for field in attrs.fields(thing) for kind in parts(hints[thing][field.name])
        } - {House}
        assert {MessageEdit, PreparedText} < held
        assert set() == {kind for kind in held if not any(issubclass(thing, kind) for thing in THINGS.values())}

    def test_answers(self):
        """So can what a desk answers."""
        assert {Accepted, Refused, Reason, Due, Action} <= {*THINGS.values()}


class TestRoundTrip:
    """What was written is read back equal."""

    @pytest.mark.parametrize("name", THINGS)
    @examples(20)
    @given(data=st.data())
    def test_every_class(self, name, data):
        """Through text and through plain objects, to the last type; and written again it is the same text."""
        thing = data.draw(things(THINGS[name]))
        text = dumps(thing)
        assert thing == loads(text)
        assert same(thing, loads(text))
        assert same(thing, from_plain(to_plain(thing)))
        assert text == dumps(loads(text))

    @given(ANYTHING)
    def test_one_line(self, thing):
        """Whatever the texts hold, a thing is one line for every reader of lines, and can be stored as UTF-8."""
        text = dumps(thing)
        assert [text] == text.splitlines()
        assert thing == loads(text.encode())

    @given(ANYTHING)
    def test_fields_in_order(self, thing):
        """The number of the schema, the type, then the fields as they are declared."""
        names = [field.alias for field in attrs.fields(type(thing))]
        expected = ["policy"] if isinstance(thing, Policy) else names
        assert ["schema", "type", *expected] == list(to_plain(thing))

    @given(ANYTHING)
    def test_plain(self, thing):
        """A plain object holds nothing but what JSON has, not even a word of an enumeration."""
        inner = [to_plain(thing)]
        for value in inner:
            assert type(value) in {dict, list, str, int, float, bool, NoneType}
            inner.extend(value if isinstance(value, list) else value.values() if isinstance(value, dict) else ())

    def test_sets_have_one_order(self):
        """Equal things are equal texts, in whatever order their sets and tables were filled."""
        queues = [f"q{number}" for number in range(20)]
        agents = [Agent(queue, queue, queues=frozenset(order)) for queue in queues for order in (queues, queues[::-1])]
        assert dumps(agents[0]) == dumps(agents[1])
        tables = [HashTrieMap({agent.id: agent for agent in order}) for order in (agents, agents[::-1])]
        first, second = (dumps(Desk(agents=table)) for table in tables)
        assert first == second
        assert queues == sorted(queues, key=lambda queue: int(queue[1:]))
        assert sorted(queues) == list(parse(first)["agents"])

    @pytest.mark.parametrize("value", [1, 1.0, True, 0, 0.0, False, "1", "", 0.1, -(10**12), 1e12, None], ids=repr)
    def test_values_keep_their_type(self, value):
        """What is noted comes back as what it was: 1 is not 1.0, and neither is yes."""
        for noted in (AttributeSet("ana", NOON, "c1", "gift", value), SetAttribute("ana", NOON, "c1", "gift", value)):
            back = loads(dumps(noted))
            assert (noted, type(value)) == (back, type(back.value))
        if value is not None:
            case = Case("c1", "t1", "maria", Channel.EMAIL, Status.NEW, NOON, "general", attributes={"gift": value})
            assert type(value) is type(loads(dumps(CaseFile(case))).case.attributes["gift"])

    def test_mappings_keep_their_order(self):
        """A profile is read in the order in which it was written down."""
        customer = Customer("maria", profile={"z": "1", "a": "2"})
        assert ["z", "a"] == list(loads(dumps(customer)).profile)

    def test_queues_keep_their_order(self):
        """A case enters the first queue that takes it, so a policy read back asks its queues in the same order."""
        assert ["z", "a"] == list(loads(dumps(POLICIES[2])).queues)

    def test_words_in_facts(self):
        """A word of an enumeration among the facts comes back as the text that it is equal to."""
        reason = Reason("lifecycle.edge", "no", facts={"status": Status.OPEN, "since": NOON, "all": (Status.NEW, NOON)})
        read = loads(dumps(reason))
        assert reason == read
        assert str is type(read.facts["status"])
        assert {"status": "open", "since": NOON, "all": ("new", NOON)} == read.facts
        assert str is type(to_plain(reason)["facts"]["status"])

    def test_example_day(self):
        """A whole day: its commands, what the desk answered with every rule's facts, its events and the desk itself."""
        desk, stored = Desk(), []
        for line in DAY.read_text("utf-8").splitlines():
            if not line.startswith("{"):
                continue
            plain = parse(line)
            command = command_from({name: plain[name] for name in plain.keys() - {"story", "expect"}})
            assert same(command, loads(dumps(command)))
            verdict = desk.decide(command)
            assert verdict == loads(dumps(verdict))
            for due in desk.due():
                assert same(due, loads(dumps(due)))
            if isinstance(verdict, Accepted):
                stored.extend(map(dumps, verdict.events))
                desk = desk.evolve(verdict.events)
        assert desk == loads(dumps(desk))
        assert desk == Desk().evolve(map(loads, stored))
        assert len(stored) > 100

    def test_actions(self):
        """What an inbox greys out from can go over the wire."""
        desk = Desk().handle(AddAgent("system", NOON, "ana", permissions=frozenset(Permission)))[0]
        message = ReceiveMessage(
            "customer", NOON, "t1", "m1", "Hi", customer="maria", channel=Channel.EMAIL, new_case="c1"
        )
        actions = desk.handle(message)[0].actions("ana", "c1", NOON)
        assert actions == tuple(loads(dumps(action)) for action in actions)


NOTHING_TO_DO = {
    "capacity": {},
    "presence": "logged_out",
    "reason": "",
    "next_reason": None,
    "idle_since": None,
    "given_at": None,
    "away_since": None,
    "off_duty_since": None,
    "presence_at": None,
    "answered_at": None,
    "held": {},
    "pending": {},
    "resolved": {},
    "offered": {},
    "logged_calls": 0,
    "reviews": 0,
    "reviews_offered": 0,
    "wrap_ups": 0,
}
"""What is kept of an agent who has just joined."""


class TestPinned:
    """A few documents to the letter: what is stored in them for years must not change by accident."""

    def test_to_the_letter(self):
        """One whole line."""
        text = f'{{"schema": 1, "type": "OpenCase", "by": "Zé", "at": "{NOON_TEXT}", "case": "c1"}}'
        assert text == dumps(OpenCase("Zé", NOON, "c1"))

    @pytest.mark.parametrize(
        ("thing", "plain"),
        [
            (
                REPLY,
                {
                    "type": "SendReply",
                    "by": "ana",
                    "at": NOON_TEXT,
                    "case": "c1",
                    "message": "m1",
                    "text": "Olá!",
                    "send_as": "pending",
                    "attachments": ["bill.pdf"],
                    "about_account": False,
                    "subject": "",
                    "template": None,
                    "seen": None,
                    "thread": None,
                },
            ),
            (
                StatusSet("rui", NOON.replace(microsecond=5), "c1", Status.RESOLVED),
                {
                    "type": "StatusSet",
                    "by": "rui",
                    "at": "2026-11-02T12:00:00.000005+00:00",
                    "case": "c1",
                    "status": "resolved",
                },
            ),
            (
                Agent("ana", "Ana", frozenset({Permission.SUPERVISE, Permission.REPLY}), frozenset("ba")),
                {
                    "type": "Agent",
                    "id": "ana",
                    "name": "Ana",
                    "permissions": ["reply", "supervise"],
                    "queues": ["a", "b"],
                    "channels": [],
                    **NOTHING_TO_DO,
                },
            ),
            (
                Refused(
                    (
                        Reason(
                            "time.order",
                            "late",
                            "hurry",
                            {"at": NOON, "n": 1.5, "of": ("a", None)},
                            ("OpenCase",),
                            "Soon",
                            "§1",
                            (Setting("k", "s", "f", 3),),
                        ),
                    )
                ),
                {
                    "type": "Refused",
                    "reasons": [
                        {
                            "type": "Reason",
                            "rule": "time.order",
                            "message": "late",
                            "remedy": "hurry",
                            "facts": {"at": {"instant": NOON_TEXT}, "n": 1.5, "of": ["a", None]},
                            "ways": ["OpenCase"],
                            "title": "Soon",
                            "clause": "§1",
                            "settings": [{"type": "Setting", "key": "k", "source": "s", "file": "f", "line": 3}],
                            "threshold": None,
                        }
                    ],
                },
            ),
            (
                Due(NOON, "closed", "lifecycle.close_after", "c1", OpenCase("ana", NOON, "c1")),
                {
                    "type": "Due",
                    "at": NOON_TEXT,
                    "what": "closed",
                    "key": "lifecycle.close_after",
                    "case": "c1",
                    "command": {"type": "OpenCase", "by": "ana", "at": NOON_TEXT, "case": "c1"},
                },
            ),
            (
                Action("close", CloseCase, allowed=False, asks=("text",)),
                {
                    "type": "Action",
                    "name": "close",
                    "command": "CloseCase",
                    "allowed": False,
                    "reasons": [],
                    "asks": ["text"],
                    "entries": [],
                },
            ),
        ],
        ids=lambda value: "" if isinstance(value, dict) else type(value).__name__,
    )
    def test_documents(self, thing, plain):
        """Written and read, every field in its place."""
        text = json.dumps({"schema": 1, **plain}, ensure_ascii=False)
        assert text == dumps(thing)
        assert thing == loads(text)

    def test_desk(self):
        """A desk is its policy, its time, and its tables by id."""
        plain = to_plain(attrs.evolve(PARTIAL, now=NOON))
        assert Policy.default().to_dict() == plain.pop("policy")
        ana = {"type": "Agent", "id": "ana", "name": "Ana", "permissions": [], "queues": [], "channels": []}
        assert {
            "schema": 1,
            "type": "Desk",
            "now": NOON_TEXT,
            "agents": {"ana": {**ana, **NOTHING_TO_DO}},
            **{
                table: {} for table in ("customers", "threads", "cases", "messages", "notes", "commitments", "wrap_ups")
            },
        } == plain

    def test_policy(self):
        """A policy stands apart from the document's own keys: it has a schema of its own."""
        policy = Policy.default()
        assert {"schema": 1, "type": "Policy", "policy": policy.to_dict()} == to_plain(policy)

    def test_line_ends(self):
        """What some readers take for the end of a line is escaped; accents and emoji stand as they are."""
        text = dumps(EditNote("ana", NOON, "n1", "é\x85\u2028\u2029\n👋"))
        assert '"text": "é\\u0085\\u2028\\u2029\\n👋"' in text

    def test_instants_in_utc(self):
        """An instant is written in UTC, whatever zone it was given in."""
        lisbon = timezone(timedelta(hours=1))
        event = StatusSet("ana", NOON.astimezone(lisbon), "c1", Status.OPEN)
        assert NOON_TEXT == to_plain(event)["at"]


# Any input at all --------------------------------------------------------------------------------------

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5)
SCALARS |= st.sampled_from(["2026-11-02T09:00Z", "ana", "open", "\ud800", *THINGS])
KEYS = st.sampled_from(["type", "schema", "by", "at", "case", "instant", "id", "policy"]) | st.text(max_size=3)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=10
)


def read_or_told(text):
    """The thing, or None where it was refused; any other error is a bug, and so is one that tells nothing."""
    try:
        return loads(text)
    except CodecError as error:
        refused = error
    assert all(problem.path.startswith("$") and problem.message for problem in refused.problems)
    assert str(refused).encode()
    return None


def places(plain, way=()):
    """Every place inside a document."""
    inner = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for name, value in inner:
        yield (*way, name)
        yield from places(value, (*way, name))


@st.composite
def mutated(draw, things):
    """A sound document in which one place is otherwise."""
    plain = deepcopy(to_plain(draw(things)))
    *way, last = draw(st.sampled_from(list(places(plain))))
    held = reduce(lambda inner, name: inner[name], way, plain)
    match draw(st.sampled_from(["replaced", "removed", "added", "doubled"])):
        case "removed":
            del held[last]
        case "added" if isinstance(held, dict):
            held[draw(KEYS)] = draw(JSON)
        case "doubled" if isinstance(held, list):
            held.append(held[last])
        case _:
            held[last] = draw(JSON)
    return plain


def says(written, plain):
    """Whether a document says all that another says: nothing was dropped, and nothing taken for something else."""
    if isinstance(plain, dict) and isinstance(written, dict):
        return all(name in written and says(written[name], plain[name]) for name in plain)
    if isinstance(plain, list) and isinstance(written, list):
        in_order = len(plain) == len(written) and all(map(says, written, plain))
        return in_order or sorted(map(repr, plain)) == sorted(map(repr, written))
    if plain == "2026-11-02T09:00Z":  # which may have been read as an instant
        return written in {plain, "2026-11-02T09:00:00+00:00"}
    return type(plain) is type(written) and plain == written


class TestAnyInput:
    """No text leads to anything but a thing or a `CodecError`, and no thing holds what was not said."""

    @given(st.text(st.characters()))
    def test_text(self, text):
        """Any text."""
        assert None is read_or_told(text)

    @given(st.binary())
    def test_bytes(self, text):
        """Any bytes."""
        assert None is read_or_told(text)

    @given(st.sampled_from([*THINGS, None]), JSON)
    def test_json(self, name, plain):
        """Any JSON, NaN included, under a type that exists or none."""
        named = {**plain, "type": name} if isinstance(plain, dict) and name else plain
        thing = read_or_told(json.dumps(named))
        assert None is thing or THINGS[named["type"]] is type(thing)

    @examples(300)
    @given(mutated(ANYTHING.filter(lambda thing: not isinstance(thing, Policy | Desk))))
    def test_mutated(self, plain):
        """A sound document with one place changed is refused, or read as saying all that it says."""
        thing = read_or_told(json.dumps(plain))
        assert None is thing or says(to_plain(thing), {"schema": SCHEMA, **plain})

    @examples(100)
    @given(mutated(st.sampled_from((POLICIES[0], PARTIAL))))
    def test_mutated_desk(self, plain):
        """The same for the many keys of a policy and a desk; what a policy means is told elsewhere."""
        thing = read_or_told(json.dumps(plain))
        assert None is thing or thing == loads(dumps(thing))

    @given(ANYTHING, st.data())
    def test_torn(self, thing, data):
        """A document of which a piece is lost is refused, or says less."""
        text = dumps(thing).encode()
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        read = read_or_told(text[:start] + text[end:])
        assert None is read or len(dumps(read)) <= len(text) + end - start


class TestImport:
    """What reading JSON costs a host that neither tests nor draws nor prints."""

    def test_light(self):
        """Importing the codec loads neither the command line nor Hypothesis nor `transitions`."""
        heavy = ("casecore.cli", "casecore.testing", "cyclopts", "hypothesis", "rich", "transitions")
        program = f"import sys, casecore.codec; print([name for name in {heavy} if name in sys.modules])"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert "[]\n" == done.stdout
