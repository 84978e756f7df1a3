"""What is declared of the keys, the JSON Schema that is made of it, and which key sets which rule."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given

from casecore.policies import Policy, PolicyError
from casecore.policies.declared import find_key, keys_inside, keys_of_rule, path_with_name
from casecore.policies.kinds import Table, keys_of
from casecore.policies.schema import _schema_of as schema_of
from casecore.policies.schema import json_schema, schema_text
from casecore.testing.strategies import layered_policies, ruled_policies

ROOT = Path(__file__).parents[2]
SCHEMA = json_schema()

TYPES = {"boolean": bool, "integer": int, "number": int | float, "string": str, "array": list, "object": dict}
UNDERSTOOD = {
    *("$schema", "title", "description", "default", "type", "enum", "pattern", "minLength", "maxLength", "minimum"),
    *(
        "maximum",
        "items",
        "uniqueItems",
        "minItems",
        "maxItems",
        "properties",
        "patternProperties",
        "additionalProperties",
    ),
    *("required", "maxProperties", "minProperties", "anyOf", "format", "$ref", "definitions"),
}
"""The words of draft 4 that the schema uses."""


def misfits(schema, value, path=""):
    """What a checker of JSON Schema's draft 4 would complain about."""
    if "$ref" in schema:
        target = SCHEMA
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return misfits(target, value, path)
    if "anyOf" in schema:
        return [] if any(not misfits(one, value, path) for one in schema["anyOf"]) else [path]
    for name in [schema["type"]] if isinstance(schema["type"], str) else schema["type"]:
        if isinstance(value, TYPES[name]) and (TYPES[name] is bool or not isinstance(value, bool)):
            return [*_CHECKS[name](schema, value, path)] if name in _CHECKS else []
    return [path]


def in_object(schema, value, path):
    """The complaints about a table."""
    yield from (f"{path}.{name}" for name in schema.get("required", ()) if name not in value)
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", 10**6):
        yield path
    for name, item in value.items():
        if name in schema.get("properties", {}):
            yield from misfits(schema["properties"][name], item, f"{path}.{name}")
            continue
        matching = [one for pattern, one in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
        more = schema.get("additionalProperties", False)
        for one in matching or ([more] if more else []):
            yield from misfits(one, item, f"{path}.{name}")
        if not matching and not more:
            yield f"{path}.{name}"


def in_string(schema, value, path):
    """The complaints about a text."""
    if value not in schema.get("enum", [value]) or not re.search(schema.get("pattern", ""), value):
        yield path
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**6):
        yield path
    if schema.get("format", "") == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        yield path


def in_number(schema, value, path):
    """The complaints about a number."""
    if not schema["minimum"] <= value <= schema["maximum"]:
        yield path


def in_array(schema, value, path):
    """The complaints about a list."""
    if not schema.get("minItems", 0) <= len(value) <= schema["maxItems"] or any(
        item in value[:number] for number, item in enumerate(value)
    ):
        yield path
    for number, item in enumerate(value):
        yield from misfits(schema["items"], item, f"{path}[{number}]")


_CHECKS = {"object": in_object, "string": in_string, "integer": in_number, "number": in_number, "array": in_array}


class TestSchema:
    """The JSON Schema for editors."""

    def test_ships_as_it_is_generated(self):
        """If it is not: `casecore schema > src/casecore/policies/sop.schema.json`."""
        assert schema_text() == (ROOT / "src/casecore/policies/sop.schema.json").read_text("utf-8")
        assert SCHEMA == json.loads(schema_text())

    def test_uses_only_what_draft_4_has(self):
        """Editors of TOML read no later draft."""

        def used(schema):
            for word, value in schema.items():
                yield word
                if word in {"properties", "patternProperties", "definitions"}:
                    for inner in value.values():
                        yield from used(inner)
                elif word in {"items", "additionalProperties"} and isinstance(value, dict):
                    yield from used(value)
                elif word == "anyOf":
                    for inner in value:
                        yield from used(inner)

        assert UNDERSTOOD >= {*used(SCHEMA)}

    @given(layered_policies())
    def test_takes_every_policy(self, policy):
        """What casecore reads, an editor does not mark."""
        assert [] == misfits(SCHEMA, policy.to_dict())

    @given(ruled_policies())
    def test_takes_every_rule_of_a_team(self, policy):
        """And every attribute."""
        assert [] == misfits(SCHEMA, policy.to_dict())

    @pytest.mark.parametrize(
        ("rule", "path"),
        [
            ({"titel": "x"}, "titel"),
            ({"id": ""}, "id"),
            ({"guards": "reply"}, "guards"),
            ({"guards": ["replyy"]}, "guards[0]"),
            ({"enforcement": "wran"}, "enforcement"),
            ({"message": "x" * 501}, "message"),
            ({"when": "always"}, "when"),
            ({"when": []}, "when"),
            ({"when": {"tagg": "vip"}}, "when.tagg"),
            ({"when": {"tag": []}}, "when.tag"),
            ({"when": {"channel": "chatt"}}, "when.channel"),
            ({"when": {"note": "yes"}}, "when.note"),
            ({"when": {"any": []}}, "when.any"),
            ({"when": {"any": {"tag": "vip"}}}, "when.any"),
            ({"when": {"any": [{"tag": 7}]}}, "when.any[0].tag"),
            ({"when": {"not": {"all": [{"sinse": "status"}]}}}, "when.not.all[0].sinse"),
            ({"when": {"attribute": "n", "above": "100"}}, "when.above"),
            ({"when": {"attribute": "n", "above": 10**13}}, "when.above"),
            ({"when": {"attribute": "n", "at_most": True}}, "when.at_most"),
            ({"when": {"attribute": "n", "is": []}}, "when.is"),
            ({"when": {"attribute": "n", "is": ""}}, "when.is"),
            ({"when": {"attribute": "n", "one_of": []}}, "when.one_of"),
            ({"when": {"attribute": "n", "one_of": "x"}}, "when.one_of"),
            ({"when": {"attribute": "n", "is": 1, "unset": "no"}}, "when.unset"),
            ({"when": {"since": "status", "below": "2 hours"}}, "when.below"),
            ({"when": {"since": "monday", "below": "2h"}}, "when.since"),
            ({"needs": {"permision": "approve"}}, "needs"),
            ({"needs": "nothing"}, "needs"),
        ],
    )
    def test_marks_mistakes_in_rules(self, rule, path):
        """At their places; what is said of a rule that is right is not marked."""
        right = {"id": "refund.looked_at", "title": "It is looked at", "guards": ["reply"]}
        assert [] == misfits(SCHEMA, {"rule": [right]})
        assert [f".rule[0].{path}"] == misfits(SCHEMA, {"rule": [{**right, **rule}]})
        with pytest.raises(PolicyError):
            Policy.from_dict({**Policy.default().to_dict(), "rule": [{**right, **rule}]})

    @pytest.mark.parametrize(
        ("attribute", "path"),
        [
            ({}, "type"),
            ({"type": "money"}, "type"),
            ({"type": "number", "min": "0"}, "min"),
            ({"type": "choice", "of": "late"}, "of"),
            ({"type": "text", "pattern": ""}, "pattern"),
            ({"type": "text", "longest": 0}, "longest"),
            ({"type": "flag", "set_by": ["boss"]}, "set_by[0]"),
        ],
    )
    def test_marks_mistakes_in_attributes(self, attribute, path):
        """The same."""
        assert [f".attributes.n.{path}"] == misfits(SCHEMA, {"attributes": {"n": attribute}})
        with pytest.raises(PolicyError):
            Policy.from_dict({**Policy.default().to_dict(), "attributes": {"n": attribute}})

    def test_takes_the_shipped_sop(self):
        """With the key that only files have."""
        assert [] == misfits(SCHEMA, {**Policy.default().to_dict(), "extends": "base.toml"})

    @pytest.mark.parametrize(
        ("plain", "path"),
        [
            ({"limit": 3}, ".limit"),
            ({"schema": 2}, ".schema"),
            ({"tags": {"limit": "3"}}, ".tags.limit"),
            ({"tags": {"limit": 101}}, ".tags.limit"),
            ({"tags": {"enabled": 1}}, ".tags.enabled"),
            ({"chat": {"idle": {"silence": "2 minutes"}}}, ".chat.idle.silence"),
            ({"chat": {"idle": {"silence": ""}}}, ".chat.idle.silence"),
            ({"queues": {"vip": {"delivery": "pul"}}}, ".queues.vip.delivery"),
            ({"lifecycle": {"close_by": ["owner", "owner"]}}, ".lifecycle.close_by"),
            ({"enforcement": {"tags.limit": "wran"}}, ".enforcement.tags.limit"),
            ({"override": [{"match": {}}]}, ".override[0].set"),
            ({"override": [{"match": {}, "set": {}}]}, ".override[0].set"),
            ({"override": [{"match": {}, "set": {"id": "x"}}]}, ".override[0].set.id"),
            ({"override": [{"match": {}, "set": {"tags.limit": 0}}]}, ".override[0].set.tags.limit"),
            ({"override": [{"match": {}, "set": {"queues.vip.title": "x"}}]}, ".override[0].set.queues.vip.title"),
            (
                {"change": [{"on": "2026-12-01", "set": {"queues.vip.delivery": "x"}}]},
                ".change[0].set.queues.vip.delivery",
            ),
            ({"change": [{"on": "2026-12-01", "set": {"enforcement.a": "x"}}]}, ".change[0].set.enforcement.a"),
            ({"change": [{"on": 7, "set": {"tags.limit": 1}}]}, ".change[0].on"),
            ({"waiver": [{"promise": "02", "until": "2026-12-01", "by": "a", "reason": ""}]}, ".waiver[0].promise"),
        ],
    )
    def test_marks_mistakes(self, plain, path):
        """Of the shape, and of each value."""
        assert path in misfits(SCHEMA, plain)

    def test_every_kind_is_described(self):
        """A kind that is new has to be told."""
        with pytest.raises(TypeError, match="say in _SCHEMAS how the values of a object are described"):
            schema_of(object())


class TestRules:
    """Which key sets which rule."""

    @pytest.mark.parametrize(
        ("rule", "keys"),
        [
            ("tags.limit", ("tags.limit",)),
            ("idle.silence", ("chat.idle.silence", "chat.idle.counts_from")),
            ("offer.late", ("routing.offer_timeout",)),
            ("case.known", ()),
        ],
    )
    def test_keys_of_a_rule(self, rule, keys):
        """By its name, or by what the key says."""
        assert keys == keys_of_rule(Policy, rule)


class TestDeclared:
    """What is declared of a key, by its path."""

    @pytest.mark.parametrize(
        ("path", "canonical"),
        [
            ("tags.limit", "tags.limit"),
            ("queues.vip.priority.max", "queues.vip.priority.max"),
            ('queues."a b".title', 'queues."a b".title'),
            ("lifecycle.close_after.resolved", "lifecycle.close_after.resolved"),
            ("enforcement.tags.limit", 'enforcement."tags.limit"'),
            ('enforcement."tags.limit"', 'enforcement."tags.limit"'),
            ("chat", "chat"),
        ],
    )
    def test_of_a_path(self, path, canonical):
        """However it is written, it has one path."""
        assert canonical == find_key(Policy, path).path

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "nope",
            "tags.nope",
            "tags.limit.more",
            "layered",
            "queues.vip.nope",
            "lifecycle.close_after.nope",
            "a[0]",
        ],
    )
    def test_of_none(self, path):
        """Where there is no such key, nothing is."""
        assert find_key(Policy, path) is None

    def test_defaults_are_those_of_the_table_around(self):
        """What a channel takes differs from channel to channel."""
        assert (True, False) == tuple(
            find_key(Policy, f"channels.{name}.attachments").default for name in ("chat", "sms")
        )

    def test_named(self):
        """A key that each queue has, for one of them."""
        assert 'queues."a b".title' == path_with_name("queues.NAME.title", "a b")

    def test_inside(self):
        """The keys of the whole policy."""
        assert [*keys_of(Policy)] == [known.path for known in keys_inside(Table(Policy))]
