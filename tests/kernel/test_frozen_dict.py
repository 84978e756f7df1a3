"""What a value takes from its caller is nobody else's to change."""

import copy
import inspect
import json
import pickle
from collections.abc import Mapping

import attrs
import pytest

from casecore.kernel import frozen
from casecore.kernel.errors import quoted
from casecore.kernel.frozen_dict import DEEPEST, FrozenDict, NestedTooDeeply, frozen_copy, plain_copy
from casecore.kernel.records import record


def nested(levels, inmost=0):
    """A list in a list in a list, so many levels deep."""
    value = [inmost]
    for _ in range(levels - 1):
        value = [value]
    return value


@frozen
class Basket:
    """A value with everything in it that could be changed."""

    fruit: Mapping[str, int] = attrs.field(factory=dict, hash=False)
    names: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    rest: "Mapping[str, object] | None" = None


@record
class Shelf:
    """A record with a table."""

    id: str
    fruit: Mapping[str, int] = attrs.field(factory=dict, hash=False)


class TestFrozenDict:
    """A dict like any other, but that it never changes."""

    @pytest.mark.parametrize(
        "change",
        [
            lambda table: table.__setitem__("a", 2),
            lambda table: table.__delitem__("a"),
            lambda table: table.__ior__({"b": 1}),
            lambda table: table.clear(),
            lambda table: table.pop("a"),
            lambda table: table.popitem(),
            lambda table: table.setdefault("b", 1),
            lambda table: table.update(b=1),
        ],
        ids=range(8),
    )
    def test_never_changes(self, change):
        """Whatever would change a dict says what to do instead, and changes nothing."""
        table = FrozenDict({"a": 1})
        with pytest.raises(TypeError, match=r"never changes; change a copy of it: dict\(table\)"):
            change(table)
        assert {"a": 1} == table

    def test_like_a_dict(self):
        """Equal to a dict, written and read like one; a copy of it can be changed."""
        table = FrozenDict({"a": 1, "b": 2})
        assert {"b": 2, "a": 1} == table
        assert table == {"b": 2, "a": 1}
        assert "{'a': 1, 'b': 2}" == repr(table)
        assert '{"a": 1, "b": 2}' == json.dumps(table)
        assert {"a": 1, "b": 2, "c": 3} == {**table, "c": 3} == table | {"c": 3}
        assert dict is type(table.copy())
        assert isinstance(table, Mapping)

    @pytest.mark.parametrize(
        "again",
        [copy.copy, copy.deepcopy, lambda table: pickle.loads(pickle.dumps(table))],  # noqa: S301 -- our own bytes
        ids=range(3),
    )
    def test_copies(self, again):
        """A copy, and what comes back from elsewhere, is frozen too."""
        table = again(FrozenDict({"a": 1}))
        assert ({"a": 1}, FrozenDict) == (table, type(table))


class TestCopies:
    """What can change is copied, what cannot is kept."""

    def test_frozen(self):
        """Tables, lists and sets, also inside one another."""
        given = {"a": [1, {"b": {2}}], "c": ("d", ["e"])}
        taken = frozen_copy(given)
        given["a"][1]["b"].add(3)
        given["c"][1].append("f")
        assert {"a": (1, {"b": frozenset({2})}), "c": ("d", ("e",))} == taken
        assert FrozenDict is type(taken["a"][1])
        assert taken is frozen_copy(taken)

    def test_kept(self):
        """Everything else is the same object."""
        for value in ("text", 1, 1.5, True, None, b"bytes", frozenset("a"), object()):
            assert value is frozen_copy(value)
            assert value is plain_copy(value)

    def test_plain(self):
        """As JSON has it, and nobody else's."""
        given = FrozenDict({"a": [1, {"b": 2}], "c": (1, [2])})
        taken = plain_copy(given)
        assert ({"a": [1, {"b": 2}], "c": (1, [2])}, dict) == (taken, type(taken))
        given["a"].append(3)
        assert [1, {"b": 2}] == taken["a"]

    @pytest.mark.parametrize("taken", [frozen_copy, plain_copy])
    def test_too_deep(self, taken):
        """A hundred levels are fine; one more, or a list that holds itself, is an error with a message."""
        assert taken(nested(DEEPEST))
        endless = []
        endless.append(endless)
        for value in (nested(DEEPEST + 1), nested(1500), endless, {"a": nested(DEEPEST)}):
            with pytest.raises(NestedTooDeeply, match="more than 100 levels deep; write them flatter"):
                taken(value)

    def test_survives_pickling(self):
        """Its error too."""
        assert str(NestedTooDeeply()) == str(pickle.loads(pickle.dumps(NestedTooDeeply())))  # noqa: S301 -- our own bytes


class TestFields:
    """Every value takes copies, by the annotations of its fields."""

    def test_taken(self):
        """What the caller changes later changes nothing."""
        fruit, names, tags = {"apples": 1}, ["a"], {"red"}
        basket, shelf = Basket(fruit, names, tags, {"a": [fruit]}), Shelf("s1", fruit)
        fruit["apples"] = 2
        names.append("b")
        tags.add("green")
        assert Basket({"apples": 1}, ("a",), frozenset({"red"}), {"a": ({"apples": 1},)}) == basket
        assert Shelf("s1", {"apples": 1}) == shelf
        with pytest.raises(TypeError):
            shelf.fruit["apples"] = 2

    def test_what_is_none_of_these(self):
        """Is kept as it is: nothing is guessed."""
        basket = Basket("fruit", "names", "tags")
        assert ("fruit", "names", "tags", None) == (basket.fruit, basket.names, basket.tags, basket.rest)

    def test_signature(self):
        """It says how the fields are annotated, not what their copies take."""
        told = inspect.signature(Basket).parameters
        assert "Mapping[str, int]" in str(told["fruit"].annotation)
        assert "tuple[str, ...]" in str(told["names"].annotation)


def annotated_at_once():
    """A value whose annotations are no text."""

    class Plain:
        """It has a table."""

        table: Mapping[str, int] = attrs.field(factory=dict)
        bare: Mapping = attrs.field(factory=dict)
        perhaps: Mapping[str, int] | None = None

    return frozen(Plain)


def test_annotations_that_are_no_text():
    """A host's classes may be annotated with the types themselves."""
    table = {"a": 1}
    taken = annotated_at_once()(table, table, table)
    table["a"] = 2
    assert ({"a": 1}, {"a": 1}, {"a": 1}) == (taken.table, taken.bare, taken.perhaps)


def test_quoted_without_end():
    """What cannot be written out is told all the same."""
    assert "a value too large to show" == quoted(nested(100_000)) == quoted(10**5000)
    assert 60 == len(quoted("x" * 100))
