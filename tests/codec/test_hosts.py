"""JSON in the hands of a host: old documents, classes of its own, and things that cannot be written."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import attrs
import pytest
from rpds import HashTrieMap

from casecore.codec import Codec, CodecError, dumps, from_plain, house_codec, to_plain
from casecore.desk import Desk
from casecore.kernel import Accepted, Command, CommandError, Event, Reason, Room, a_text, frozen
from casecore.kernel.records import record
from casecore.rooms.agents import Agent
from casecore.rooms.assignments import OpenCase
from casecore.rooms.cases import StatusSet
from casecore.rooms.composition import HOUSE, House
from casecore.rooms.replies import ReplySent, SendReply
from casecore.statuses import Status

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
NOON_TEXT = "2026-11-02T12:00:00+00:00"
REPLY = SendReply("ana", NOON, "c1", "m1", "Olá!", Status.PENDING, ("bill.pdf",))
PARTIAL = Desk(agents=HashTrieMap({"ana": Agent("ana", "Ana")}))
THINGS = house_codec().things
ANY_TYPE = "the name of a command, an event or a record"


def told(given, way):
    """What reading or writing is refused for, one problem a line."""
    with pytest.raises(CodecError) as caught:
        way(given)
    return [str(problem) for problem in caught.value.problems]


class TestUnwritable:
    """Nothing is written that could not be read back."""

    @pytest.mark.parametrize(
        ("thing", "found"),
        [
            (object(), "object cannot be written: it is no command, event or record of this house"),
            (
                attrs.make_class("OpenCase", ["case"])("c"),
                "OpenCase cannot be written: it is no command, event or record",
            ),
            (OpenCase, "type cannot be written: it is no command, event or record of this house"),
            (
                StatusSet("a", NOON.replace(tzinfo=None), "c", Status.OPEN),
                "StatusSet cannot be written: 2026-11-02T12:00:00 has no offset",
            ),
            (
                StatusSet("a", datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), "c", Status.OPEN),
                "StatusSet cannot be written: date value out of range",
            ),
            (StatusSet("a", "noon", "c", Status.OPEN), "StatusSet cannot be written: 'str' object has no attribute"),
            (StatusSet("a", NOON, Decimal(1), Status.OPEN), "StatusSet cannot be written: Object of type Decimal"),
            (
                ReplySent("a", NOON, "c", "m", "t", Status.OPEN, "a", ("\ud800",)),
                "ReplySent cannot be written: some text in it has half a character, a lone surrogate",
            ),
            (Reason("r", "m", facts={"a": {1}}), "Reason cannot be written: a fact cannot be a set"),
            (Reason("r", "m", facts={"a": ((),)}), "Reason cannot be written: a fact cannot be a tuple"),
            (Reason("r", "m", facts={"a": float("nan")}), "Reason cannot be written: Out of range float values"),
            (Agent("a", "A", queues=None), "Agent cannot be written: 'NoneType' object is not iterable"),
            (Reason("r", "m", facts={"a": 10**5000}), "Reason cannot be written: Exceeds the limit"),
        ],
        ids=range(13),
    )
    def test_refused(self, thing, found):
        """The class, and what it is about."""
        (problem,) = told(thing, dumps)
        assert problem.startswith(f"$: this {found}")


# Documents of yesterday --------------------------------------------------------------------------------


def replies_had_a_body(plain):
    """From 1 to 2: what a reply says was called its body."""
    if plain["type"] == "SendReply":
        plain["words"] = plain.pop("body")
    return plain


def replies_had_words(plain):
    """From 2 to 3: then its words, and every reply was sent as escalated."""
    if plain["type"] == "SendReply":
        plain |= {"text": plain.pop("words"), "send_as": "escalated"}
    return plain


def eva_was_ana(plain):
    """From 1 to 2: somebody inside a desk has another id."""
    plain["agents"]["eva"] = {**plain["agents"].pop("ana"), "id": "eva"}
    return plain


SECOND = Codec.of(HOUSE, schema=2, upcasters={1: replies_had_a_body})
THIRD = Codec.of(HOUSE, schema=3, upcasters={1: replies_had_a_body, 2: replies_had_words})


class TestSchema:
    """Documents of yesterday and of tomorrow."""

    def test_absent(self):
        """Without a number a document is of the present shape."""
        assert REPLY == from_plain({name: value for name, value in to_plain(REPLY).items() if name != "schema"})

    @pytest.mark.parametrize(
        ("schema", "found"),
        [
            (2, "schema 2 is newer than 1, the newest that is known here; read it with a newer casecore"),
            (10**9999, "schema a number of thousands of digits is newer than 1, the newest that is known here; "),
            (0, "schema 0 can no longer be read"),
            (-(10**100), f"schema -1{'0' * 55}... can no longer be read"),
            ("1", "'1' does not fit; expected a schema number, 1 at present"),
            (True, "true does not fit; expected a schema number, 1 at present"),
            (1.0, "1.0 does not fit; expected a schema number, 1 at present"),
            (None, "null does not fit; expected a schema number, 1 at present"),
        ],
        ids=range(8),
    )
    def test_refused(self, schema, found):
        """A number that nothing here can read."""
        (problem,) = told({**to_plain(REPLY), "schema": schema}, from_plain)
        assert problem.startswith(f"$.schema: {found}")

    def test_upcasters(self):
        """A document passes through every step from its schema to the present, in order."""
        old = {"type": "SendReply", "by": "ana", "at": NOON_TEXT, "case": "c1", "message": "m1"}
        reply = SendReply("ana", NOON, "c1", "m1", "Olá!", Status.ESCALATED)
        assert reply == THIRD.from_plain({**old, "schema": 1, "body": "Olá!"})
        assert reply == THIRD.command_from({**old, "schema": 2, "words": "Olá!"})
        assert SendReply("ana", NOON, "c1", "m1", "Olá!") == THIRD.loads(json.dumps({**old, "text": "Olá!"}))

    def test_present(self):
        """What is written is of the present schema."""
        assert 3 == THIRD.to_plain(REPLY)["schema"]
        assert REPLY == THIRD.loads(THIRD.dumps(REPLY))

    def test_documents_stay_as_they_were(self):
        """An upcaster may change what it is given, deep inside too; the caller's document stays as it was."""
        given = to_plain(PARTIAL)
        kept = deepcopy(given)
        assert ["eva"] == [*Codec.of(HOUSE, schema=2, upcasters={1: eva_was_ana}).from_plain(given).agents]
        assert kept == given

    def test_gap(self):
        """A schema from which no unbroken way leads to the present can no longer be read."""
        gap = Codec.of(HOUSE, schema=3, upcasters={1: replies_had_a_body})
        for schema in (1, 2):
            plain = {"schema": schema, "type": "OpenCase"}
            assert [f"$.schema: schema {schema} can no longer be read"] == told(plain, gap.from_plain)

    @pytest.mark.parametrize(
        ("plain", "found"),
        [
            ({}, "$: cannot be read as schema 2: KeyError: 'type'; expected a sound document of schema 1"),
            (
                {"type": "SendReply"},
                "$: cannot be read as schema 2: KeyError: 'body'; expected a sound document of schema 1",
            ),
            ({"type": []}, f"$.type: a list does not fit; expected {ANY_TYPE}"),
        ],
        ids=range(3),
    )
    def test_wrong_and_old(self, plain, found):
        """An upcaster that stumbles over a wrong document shows no more than that the document is wrong."""
        assert [found] == told({"schema": 1, **plain}, SECOND.from_plain)

    def test_upcast_to_nothing(self):
        """What an upcaster makes is read as strictly as anything."""
        nothing = Codec.of(HOUSE, schema=2, upcasters={1: lambda plain: None})
        assert [f"$: null does not fit; expected an object whose type is {ANY_TYPE}"] == told(
            {"schema": 1}, nothing.from_plain
        )

    def test_old_and_deep(self):
        """An old document that is nested without end is refused too."""
        deep = []
        for _ in range(100_000):
            deep = [deep]
        found = told({"schema": 1, "type": deep}, SECOND.from_plain)
        while deep:  # taken apart by hand, since freeing it at once would recurse as deeply
            deep = deep.pop()
        assert ["$: is nested too deeply; expected at most a few levels"] == found


# A house of one's own ----------------------------------------------------------------------------------


class Colour(StrEnum):
    """A word of the host's own."""

    RED = "red"
    GREEN = "green"


def positive(_, attribute, value):
    """A check that raises what it likes."""
    if value <= 0:
        raise ValueError(f"{attribute.name} is not positive")


def after_start(stay, _, value):
    """A check that needs the whole thing."""
    if value < stay.start:
        raise ValueError("it ends before it starts")


@frozen
class Paint(Command):
    """A command of the host's own."""

    colour: Colour | None
    litres: float = attrs.field(default=1.0, validator=positive)
    coats: tuple[Colour, ...] = ()
    note: str = a_text(default="")


@frozen
class Painted(Event):
    """An event that changes a record of the host's own."""

    wall: str


@frozen
class Dried(Event):
    """An event that changes nothing, and that no room names."""

    wall: str


@record
class Wall:
    """A record of the host's own."""

    id: str
    colour: Colour = Colour.RED


@record
class Stay:
    """A record with checks of the whole."""

    id: str
    start: int
    end: int = attrs.field(validator=after_start)

    def __attrs_post_init__(self):
        if self.end - self.start > 100:
            raise CommandError("end", "it is too long", "split it")


ROOM = Room(
    "painting",
    decide={Paint: lambda view, command, policy: ()},
    creates={(Wall, Painted): lambda event: Wall(event.wall)},
    removes=frozenset({(Stay, Painted)}),
)
OURS = Codec.of(House((*HOUSE.rooms, ROOM)))


class TestOwnHouse:
    """A host's rooms bring classes of their own, and the codec learns them from the house."""

    @pytest.mark.parametrize(
        "thing",
        [
            Paint("ana", NOON, Colour.GREEN, 2.5, (Colour.RED, Colour.RED), "twice"),
            Paint("ana", NOON, None, 2),
            Painted("ana", NOON, "north"),
            Dried("ana", NOON, "north"),
            Wall("north"),
            Stay("s", 1, 2),
            REPLY,
            Accepted((Painted("ana", NOON, "north"),)),
        ],
        ids=str,
    )
    def test_round_trip(self, thing):
        """They are read and written like casecore's own, and beside them."""
        assert repr(thing) == repr(OURS.loads(OURS.dumps(thing)))

    def test_not_in_ours(self):
        """The codec of another house does not know them."""
        assert ["$: this Wall cannot be written: it is no command, event or record of this house"] == told(
            Wall("north"), dumps
        )
        assert {"Paint", "Painted", "Dried", "Wall", "Stay"} == OURS.things.keys() - THINGS.keys()

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"litres": "2"}, "$.litres: '2' does not fit; expected a number"),
            ({"litres": True}, "$.litres: true does not fit; expected a number"),
            ({"litres": float("inf")}, "$.litres: inf does not fit; expected a number"),
            ({"litres": -1}, "$: is no Paint: litres is not positive"),
            ({"colour": "blue"}, '$.colour: \'blue\' does not fit; expected one of "red", "green"'),
            ({"coats": [1]}, '$.coats[0]: 1 does not fit; expected one of "red", "green"'),
        ],
    )
    def test_strict(self, fields, problem):
        """Strictly, their own checks included."""
        plain = {**OURS.to_plain(Paint("ana", NOON, Colour.RED)), **fields}
        assert [problem] == told(plain, OURS.from_plain)

    def test_missing(self):
        """What may be None and has no default is still to be said."""
        plain = {"type": "Paint", "by": "ana", "at": NOON_TEXT}
        assert ['$.colour: is missing; expected one of "red", "green", or null'] == told(plain, OURS.from_plain)

    def test_checks_of_the_whole(self):
        """A check that needs the whole thing is asked when all else is right; what it raises is no traceback."""
        stay = {"type": "Stay", "id": "s", "start": 5, "end": 1}
        assert ["$: is no Stay: it ends before it starts"] == told(stay, OURS.from_plain)
        assert ["$.id: 1 does not fit; expected text"] == told({**stay, "id": 1}, OURS.from_plain)
        assert ["$.end: it is too long; split it"] == told({**stay, "end": 500}, OURS.from_plain)

    def test_event_of_no_file(self):
        """An event that a room names is known, even if it is declared where no file shows it."""

        @frozen
        class Peeled(Event):
            wall: str

        room = Room("peeling", removes=frozenset({(Wall, Peeled)}))
        follows = Room("mourning", follows={Peeled: lambda view, event, policy: ()})
        for ours in (Codec.of(House((room,))), Codec.of(House((follows,)))):
            assert Peeled("ana", NOON, "north") == ours.loads(ours.dumps(Peeled("ana", NOON, "north")))

    def test_by_hand(self):
        """A codec may be told its classes one by one."""
        small = Codec([OpenCase], [StatusSet], [Agent])
        assert OpenCase("ana", NOON, "c1") == small.loads(dumps(OpenCase("ana", NOON, "c1")))
        assert [f"$.type: 'SendReply' does not fit; expected {ANY_TYPE}"] == told(dumps(REPLY), small.loads)

    def test_two_of_one_name(self):
        """Two classes of one name could not be told apart; one class twice can."""
        twin = attrs.make_class("OpenCase", ["case"])
        assert ["OpenCase: two classes are called so; expected a name of its own for each"] == told(
            [twin], lambda records: Codec([OpenCase], [], records)
        )
        assert OpenCase is Codec([OpenCase, OpenCase], [], []).things["OpenCase"]

    @pytest.mark.parametrize("name", ["type", "schema"])
    def test_names_taken(self, name):
        """A field cannot have the name of what every document says of itself."""
        (problem,) = told([attrs.make_class("Odd", [name])], lambda records: Codec([], [], records))
        assert problem.startswith("Odd: has a field called `schema` or `type`")

    @pytest.mark.parametrize(
        "kind",
        [list[str], dict[str, int], set[str], tuple[str, int], tuple, str | int, int | str | None, bytes, "Gone"],
        ids=str,
    )
    def test_annotations_that_say_too_little(self, kind):
        """What could not be read strictly is refused before anything is read or written."""
        odd = attrs.make_class("Odd", {"id": attrs.field(type=str), "held": attrs.field(type=kind)})
        ours = Codec([], [], [odd])
        assert told({"type": "Odd", "id": "a"}, ours.from_plain)[0].startswith("Odd: has annotations that mean nothing")
        assert "Odd: has annotations that mean nothing" in told(odd("a", None), ours.dumps)[0]

    def test_annotations_of_what_is_inside(self):
        """The document is not blamed for a class that is declared wrongly."""
        inner = attrs.make_class("Inner", {"held": attrs.field(type=bytes)})
        outer = attrs.make_class("Outer", {"inner": attrs.field(type=inner)})
        plain = {"type": "Outer", "inner": {"type": "Inner", "held": "a"}}
        (problem,) = told(plain, Codec([], [], [inner, outer]).from_plain)
        assert problem.startswith("Inner: has annotations that mean nothing")
