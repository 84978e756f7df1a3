"""The JSON Schema of a policy file, for editors, made of the declarations of the keys.

`casecore schema` prints it, and it ships with casecore as a file (`sop.schema.json`), which a test holds equal to what
is made here. The schema keeps to what tools of JSON Schema's draft 4 understand, because that is what editors of TOML
read. It checks the shape and each value; what contradicts what, only casecore itself knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from casecore.kernel import ID_LIMIT
from casecore.policies.conditions import (
    DEEPEST,
    FACTS,
    MOST_COMPARED,
    MOST_TESTS,
    AnyNumber,
    AnyValue,
    Compared,
    Conditions,
    Unset,
)
from casecore.policies.declared import ANY_NAME, DeclaredKey, every_key, keys_inside
from casecore.policies.files import EXTENDS
from casecore.policies.kinds import (
    NONE,
    Choice,
    Flag,
    Id,
    KeyScope,
    Length,
    Like,
    Named,
    Number,
    OrNone,
    Several,
    Table,
    Text,
    ValueKind,
    Whole,
    Wording,
    is_required,
    may_be_absent,
    words_of,
)
from casecore.policies.layers import DateOrInstant, PromiseNumber, Settings
from casecore.policies.patterns import LONGEST_TEXT
from casecore.policies.plain_kinds import Words
from casecore.policies.policy import Policy
from casecore.policies.sections.own_rules import PatternText

Schema = dict[str, Any]

EXTENDS_KEY: Final = DeclaredKey(
    "extends",
    ("extends",),
    EXTENDS,
    "The file, found beside this one, of which this file says only what differs; casecore: the SOP that ships.",
    KeyScope.FILE,
)
"""A key of files, which a policy that has been read does not have any more."""


def json_schema() -> Schema:
    """The JSON Schema of a policy file."""
    schema = _schema_of(Table(Policy))
    schema["properties"] = {"extends": _key_schema(EXTENDS_KEY), **schema["properties"]}
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "casecore policy",
        "description": "The standard operating procedure of a support desk, as casecore runs it.",
    }
    return {**head, **schema, "definitions": {"condition": _condition_schema()}}


def schema_of_kind(kind: ValueKind) -> Schema:
    """The schema of what fits a kind, e.g. of a file that is no policy."""
    return _schema_of(kind)


def schema_of_key(known: DeclaredKey) -> Schema:
    """The schema of what fits a key, with what it decides."""
    return _key_schema(known)


def schema_text() -> str:
    """The JSON Schema as the file that ships."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _key_schema(known: DeclaredKey, *, optional: bool = False) -> Schema:
    schema = _schema_of(known.kind)
    if isinstance(known.kind, Table) and optional:
        schema = _or_none(schema)
    default = None if known.default is None else known.kind.write(known.default)
    schema["description"] = f"{known.doc} ({known.unit})" if known.unit else known.doc
    if default is not None and not known.is_table:
        schema["default"] = default
    return schema


def _schema_of(kind: ValueKind) -> Schema:
    """The schema of what fits a kind."""
    own: Callable[[], Schema] | None = getattr(kind, "schema", None)
    if own is not None:
        return own()
    if type(kind) not in _SCHEMAS:
        raise TypeError(f"say in _SCHEMAS how the values of a {type(kind).__name__} are described")
    return _SCHEMAS[type(kind)](kind)


_CONDITION: Final = MappingProxyType({"$ref": "#/definitions/condition"})


def _condition_schema() -> Schema:
    """The schema of a condition, in which others may lie."""
    some = {"type": "array", "items": {**_CONDITION}, "minItems": 1, "maxItems": MOST_TESTS}
    number, value = _schema_of(AnyNumber()), _schema_of(AnyValue())
    compared: dict[str, Schema] = {
        Compared.ABOVE: number,
        Compared.AT_LEAST: {"anyOf": [number, _schema_of(Length())]},
        Compared.BELOW: {"anyOf": [number, _schema_of(Length())]},
        Compared.AT_MOST: number,
        Compared.IS: value,
        Compared.ONE_OF: {**_schema_of(Several(AnyValue(), MOST_COMPARED)), "minItems": 1},
        "unset": _schema_of(Choice(Unset)),
    }
    facts = {fact.value: _some_of(_schema_of(kind)) for fact, kind in FACTS.items()}
    properties = {
        **facts,
        **{str(word): one for word, one in compared.items()},
        "all": some,
        "any": some,
        "not": {**_CONDITION},
    }
    description = f"All that stands in it has to hold; at most {DEEPEST} tables lie in each other."
    return {"type": "object", "description": description, "properties": properties, "additionalProperties": False}


def _some_of(schema: Schema) -> Schema:
    """The schema of what may be a list, which names something then."""
    if "anyOf" not in schema:
        return schema
    return {"anyOf": [{**one, "minItems": 1} if one["type"] == "array" else one for one in schema["anyOf"]]}


def _length_schema(kind: Length) -> Schema:
    return {
        "type": "string",
        "pattern": "^" + "".join(f"([0-9]{{1,9}}{unit})?" for unit in "wdhms") + "$",
        "minLength": 2,
    }


def _wording_schema(kind: Wording) -> Schema:
    some = "|".join(rf"\{{{name}\}}" for name in kind.blanks)
    pattern = f"^[^{{}}]*(({some})[^{{}}]*)+$" if some else "^[^{}]*$"
    return {"type": "string", "maxLength": kind.most, "pattern": pattern}


def _table_schema(kind: Table) -> Schema:
    properties = {
        (name := known.steps[-1]): _key_schema(known, optional=may_be_absent(kind.section, name))
        for known in keys_inside(kind)
    }
    required = [name for name in properties if is_required(kind.section, name)]
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def _named_schema(kind: Named) -> Schema:
    entry = _or_none(_schema_of(kind.of))
    if kind.names is None:
        return _or_none({"type": "object", "additionalProperties": entry, "maxProperties": kind.most})
    properties = dict.fromkeys(words_of(kind.names), entry)
    return _or_none({"type": "object", "properties": properties, "additionalProperties": False})


def _or_none(schema: Schema) -> Schema:
    """The schema of what fits another one, or of the word for none; each mistake is still marked where it is."""
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], NONE]}
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "string", "enum": [NONE]}]}
    if schema["type"] == "string":
        return {**schema, "pattern": f"^{NONE}$|{schema['pattern']}"} if "pattern" in schema else schema
    return {**schema, "type": [schema["type"], "string"], "pattern": f"^{NONE}$"}


def _settings_schema(kind: Settings) -> Schema:
    """The schema of every path that may be set; each refers to the schema of its key."""
    properties: Schema = {}
    patterns: Schema = {}
    for known in every_key(Policy):
        if known.scope in kind.scopes:
            place = {"$ref": "#/" + "/".join(_pointer_steps(known))}
            if ANY_NAME in known.steps:
                patterns["^" + known.path.replace(".", r"\.").replace(ANY_NAME, '([A-Za-z0-9_-]+|".+")') + "$"] = place
            else:
                properties[known.path] = place
            if isinstance(known.kind, Named):
                patterns["^" + known.path.replace(".", r"\.") + r"\..+$"] = _or_none(_schema_of(known.kind.of))
    both = {"properties": properties, "patternProperties": patterns}
    return {"type": "object", **both, "additionalProperties": False, "minProperties": 1, "maxProperties": kind.most}


def _pointer_steps(known: DeclaredKey) -> Iterator[str]:
    for step in known.steps:
        yield from ("additionalProperties",) if step == ANY_NAME else ("properties", step)


_SCHEMAS: Final[Mapping[type, Callable[[Any], Schema]]] = MappingProxyType(
    {
        Flag: lambda kind: {"type": "boolean"},
        Whole: lambda kind: {"type": "integer", "minimum": kind.least, "maximum": kind.most},
        Number: lambda kind: {"type": "number", "minimum": kind.least, "maximum": kind.most},
        Text: lambda kind: {"type": "string", "maxLength": kind.most, **({"minLength": 1} if kind.least else {})},
        Like: lambda kind: {"type": "string", "maxLength": kind.most},
        Wording: _wording_schema,
        Id: lambda kind: {"type": "string", "maxLength": ID_LIMIT, "minLength": 1},
        PromiseNumber: lambda kind: {"type": "string", "enum": [*kind.numbers]},
        Length: _length_schema,
        AnyNumber: lambda kind: {"type": "number", "minimum": kind.least, "maximum": kind.most},
        AnyValue: lambda kind: {
            **_schema_of(AnyNumber()),
            **_schema_of(Id()),
            "type": ["string", "number", "boolean"],
        },
        PatternText: lambda kind: {"type": "string", "minLength": 1, "maxLength": 5 * LONGEST_TEXT},
        Conditions: lambda kind: {**_CONDITION},
        Choice: lambda kind: {"type": "string", "enum": [*words_of(kind.choices)]},
        Several: lambda kind: {
            "type": "array",
            "items": _schema_of(kind.of),
            "uniqueItems": True,
            "maxItems": kind.most,
        },
        OrNone: lambda kind: _or_none(_schema_of(kind.of)),
        Table: _table_schema,
        Named: _named_schema,
        Settings: _settings_schema,
        Words: lambda kind: {"anyOf": [_schema_of(kind.of), _schema_of(Several(kind.of, kind.most))]},
        DateOrInstant: lambda kind: {"anyOf": [{"type": "string", "format": name} for name in ("date", "date-time")]},
    }
)
