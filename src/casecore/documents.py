"""What is generated from the declarations of the keys: the JSON Schema for editors, and the page of every key.

`casecore schema` prints the schema, `casecore schema --format md` the page. Both ship with casecore as files
(`sop.schema.json`, `docs/keys.md`), and the tests hold them equal to what is generated here.

The schema keeps to what tools of JSON Schema's draft 4 understand, because that is what editors of TOML read. It
checks the shape and each value; what contradicts what, only casecore itself knows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from casecore.kernel import ID_LIMIT
from casecore.policies.declared import ANY_NAME, Declared, any_entry, every_key, inside
from casecore.policies.files import EXTENDS
from casecore.policies.kinds import (
    Choice,
    Flag,
    Id,
    Kind,
    Length,
    Named,
    Number,
    Scope,
    Several,
    Table,
    Text,
    Whole,
    as_toml,
    is_required,
)
from casecore.policies.kinds import words as words_of
from casecore.policies.layers import Day, PromiseNumber, Settings, Words
from casecore.policies.policy import Policy
from casecore.rooms.composition import RULES, TIMERS

Schema = dict[str, Any]

_ROOT: Final[Any] = Policy
_EXTENDS: Final = Declared(
    "extends",
    ("extends",),
    EXTENDS,
    "The file, found beside this one, of which this file says only what differs.",
    Scope.FILE,
)
"""A key of files, which a policy that has been read does not have any more."""


# The schema --------------------------------------------------------------------------------------------


def json_schema() -> Schema:
    """The JSON Schema of a policy file."""
    schema = _of(Table(_ROOT))
    schema["properties"] = {"extends": _described(_EXTENDS), **schema["properties"]}
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "casecore policy",
        "description": "The standard operating procedure of a support desk, as casecore runs it.",
    }
    return {**head, **schema}


def schema_text() -> str:
    """The JSON Schema as the file that ships."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _described(known: Declared) -> Schema:
    schema = _of(known.kind)
    default = None if known.default is None else known.kind.write(known.default)
    schema["description"] = f"{known.doc} ({known.unit})" if known.unit else known.doc
    if default is not None and not known.is_table:
        schema["default"] = default
    return schema


def _of(kind: Kind) -> Schema:
    """What fits a kind, as a schema."""
    if type(kind) not in _SCHEMAS:
        raise TypeError(f"say in _SCHEMAS how the values of a {type(kind).__name__} are described")
    return _SCHEMAS[type(kind)](kind)


def _length(kind: Length) -> Schema:
    return {
        "type": "string",
        "pattern": "^" + "".join(f"([0-9]{{1,9}}{unit})?" for unit in "wdhms") + "$",
        "minLength": 2,
    }


def _table(kind: Table) -> Schema:
    properties = {known.steps[-1]: _described(known) for known in inside(kind)}
    required = [name for name in properties if is_required(kind.section, name)]
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def _named(kind: Named) -> Schema:
    if kind.names is None:
        return {"type": "object", "additionalProperties": _of(kind.of), "maxProperties": kind.most}
    properties = {name: _of(kind.of) for name in words_of(kind.names)}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _settings(kind: Settings) -> Schema:
    """Every path that may be set, each as its key is described above."""
    properties: Schema = {}
    patterns: Schema = {}
    for known in every_key(_ROOT):
        if known.scope in kind.scopes:
            place = {"$ref": "#/" + "/".join(_pointer(known))}
            if ANY_NAME in known.steps:
                patterns["^" + known.path.replace(".", r"\.").replace(ANY_NAME, '([A-Za-z0-9_-]+|".+")') + "$"] = place
            else:
                properties[known.path] = place
            if isinstance(known.kind, Named):
                patterns["^" + known.path.replace(".", r"\.") + r"\..+$"] = _of(known.kind.of)
    both = {"properties": properties, "patternProperties": patterns}
    return {"type": "object", **both, "additionalProperties": False, "minProperties": 1, "maxProperties": kind.most}


def _pointer(known: Declared) -> Iterator[str]:
    for step in known.steps:
        yield from ("additionalProperties",) if step == ANY_NAME else ("properties", step)


_SCHEMAS: Final[Mapping[type, Callable[[Any], Schema]]] = MappingProxyType(
    {
        Flag: lambda kind: {"type": "boolean"},
        Whole: lambda kind: {"type": "integer", "minimum": kind.least, "maximum": kind.most},
        Number: lambda kind: {"type": "number", "minimum": kind.least, "maximum": kind.most},
        Text: lambda kind: {"type": "string", "maxLength": kind.most, **({"minLength": 1} if kind.least else {})},
        Id: lambda kind: {"type": "string", "maxLength": ID_LIMIT, "minLength": 1},
        PromiseNumber: lambda kind: {"type": "string", "enum": [*kind.numbers]},
        Length: _length,
        Choice: lambda kind: {"type": "string", "enum": [*words_of(kind.choices)]},
        Several: lambda kind: {"type": "array", "items": _of(kind.of), "uniqueItems": True, "maxItems": kind.most},
        Table: _table,
        Named: _named,
        Settings: _settings,
        Words: lambda kind: {"anyOf": [_of(kind.of), _of(Several(kind.of, kind.most))]},
        Day: lambda kind: {"anyOf": [{"type": "string", "format": name} for name in ("date", "date-time")]},
    }
)


# The page ----------------------------------------------------------------------------------------------

_HEAD = """# Every key of a policy file

This page is generated from the declarations of the keys (`casecore schema --format md`), and a test holds it equal.

A policy is a TOML file. Every key has a default, so a file says only what differs. The first line
`#:schema ./sop.schema.json`, with the output of `casecore schema` in a file of that name beside it, lets editors
complete keys and mark mistakes while you type. `casecore explain KEY` tells what is in force, and why.

**May be set by**: *cases*: an `[[override]]` for some cases and a `[[change]]` from a date on, beside the file;
*dates*: a `[[change]]` from a date on, beside the file; *file*: the file alone. Clauses are those of
[domain.md](domain.md). Every table may carry `source`, too: where the written SOP says so.
"""

_SET_BY: Final = MappingProxyType({Scope.CASE: "cases", Scope.DESK: "dates", Scope.FILE: "file"})


def page() -> str:
    """The page of every key, in Markdown."""
    keys = [*inside(Table(_ROOT))]
    parts = [_HEAD, _section("The file", "", [_EXTENDS, *keys])]
    for known in keys:
        if known.is_table or _is_layer(known):
            parts.extend(_tables([known]))
    return "\n".join(filter(None, parts))


def _is_layer(known: Declared) -> bool:
    return isinstance(known.kind, Several) and isinstance(known.kind.of, Table)


def _tables(alike: list[Declared], like: str = "") -> Iterator[str]:
    """The sections about tables that have the same keys and defaults, and about the tables in them.

    Args:
        alike: The tables.
        like: The table around them, where there are others like it that are not told again.
    """
    alike = [any_entry(known) if isinstance(known.kind, Named) else known for known in alike]
    first, brackets = alike[0], ("[[", "]]") if _is_layer(alike[0]) else ("[", "]")
    kind: Any = first.kind.of if isinstance(first.kind, Several) else first.kind
    inner = [known for known in inside(kind, first) if known.steps[-1] != "source"]
    title = ", ".join(f"`{known.path}`".join(brackets) for known in alike)
    yield _section(f"{title}, and so in the tables like [`{like}`]" if like else title, first.doc, inner)
    groups: list[list[Declared]] = []
    for known in inner:
        if known.is_table:
            same = (group for group in groups if (group[0].kind, group[0].default) == (known.kind, known.default))
            group = next(same, None)
            if group is None:
                groups.append([known])
            else:
                group.append(known)
    for group in groups:
        yield from _tables(group, first.path if len(alike) > 1 else like)


def _section(title: str, doc: str, keys: list[Declared]) -> str:
    rows = [_row(known) for known in keys if not known.is_table and not _is_layer(known)]
    if not rows:
        return ""
    head = ("key", "what it decides", "what fits", "default", "may be set by", "sets the rule", "clause")
    lines = [" | ".join(row) for row in (head, ("---",) * len(head), *rows)]
    return "\n".join((f"## {title}", "", *((doc, "") if doc else ()), *(f"| {line} |" for line in lines), ""))


def _row(known: Declared) -> tuple[str, ...]:
    rules = rules_of(known)
    clauses = dict.fromkeys(rule.clause for rule in RULES if rule.id in rules) or {known.clause: None}
    default = "" if known.default is None or known.default == "" else f"`{as_toml(known.kind.write(known.default))}`"
    fits = f"{known.kind.describe} ({known.unit})" if known.unit else known.kind.describe
    drives = (*(f"`{rule}`" for rule in rules), *(timer.name for timer in TIMERS if timer.key == known.path))
    told = (
        f"`{known.steps[-1]}`",
        known.doc,
        fits,
        default,
        _SET_BY[known.scope],
        ", ".join(dict.fromkeys(drives)),
        ", ".join(filter(None, clauses)),
    )
    return tuple(cell.replace("|", "\\|") for cell in told)


def rules_of(known: Declared) -> tuple[str, ...]:
    """The ids of the rules that a key sets: those that its declaration names, and the one that is called like it."""
    ids = {rule.id for rule in RULES}
    return (*((known.path,) if known.path in ids else ()), *known.rules)


def keys_of_rule(rule: str) -> tuple[str, ...]:
    """The paths of the keys that set a rule; of those that each queue has, with `NAME` for its name."""
    return tuple(known.path for known in every_key(_ROOT) if rule in rules_of(known))
