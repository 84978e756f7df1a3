"""The page of every command and event, in Markdown, made of their classes.

`casecore schema --of documents --format md` prints it; it ships as `docs/commands.md`, which a test holds equal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import attrs

from casecore.codec import Codec, house_codec
from casecore.codec.schemas import attributes_told, summary_of
from casecore.kernel import Command, Event
from casecore.reports.markdown import table
from casecore.rooms.composition import HOUSE, House

_HEAD = """# Every command and event

This page is generated from the classes (`casecore schema --of documents --format md`), and a test holds it equal.

As JSON each is an object with its name in `type`, and its fields beside it. A field that has a default may be left out;
no other field may stand there. Instants have their offset, lengths of time are seconds. `casecore schema --of
documents` is the JSON Schema of the same, and of every record and answer.
"""


def documents_page(house: House = HOUSE) -> str:
    """The page: commands, with the rules that guard each; then events."""
    codec = house_codec(house)
    commands = [thing for thing in codec.things.values() if issubclass(thing, Command)]
    events = [thing for thing in codec.things.values() if issubclass(thing, Event)]
    parts = [_HEAD, "## Commands\n"]
    parts += (_section(codec, thing, house) for thing in sorted(commands, key=lambda thing: thing.__name__))
    parts.append("## Events\n")
    parts += (_section(codec, thing, house) for thing in sorted(events, key=lambda thing: thing.__name__))
    return "\n".join(parts)


def _section(codec: Codec, thing: type, house: House) -> str:
    docs = attributes_told(thing)
    rows = [
        (name, form.words, _default_text(attribute), docs.get(name, ""))
        for name, (attribute, form) in codec.forms_of(thing).items()
    ]
    fields = "\n".join(table(("field", "what fits", "default", "what it is"), rows))
    guards = ", ".join(f"`{rule}`" for rule in _guarding(thing, house))
    guarded = f"\nRefused by {guards}.\n" if guards else ""
    return f"### {thing.__name__}\n\n{summary_of(thing)}\n\n{fields}\n{guarded}"


def _default_text(attribute: attrs.Attribute[Any]) -> str:
    default: Any = attribute.default
    if default is attrs.NOTHING:
        return "it must be given"
    made = default.factory() if hasattr(default, "factory") else default
    plain = [*made] if isinstance(made, tuple | frozenset) else made
    return json.dumps(plain)


def _guarding(thing: type, house: House) -> Iterator[str]:
    """The rules that guard a command, or an event, each once."""
    rules = (rule.id for rule in (*house.needs, *house.rules) if issubclass(thing, rule.guards))
    yield from sorted(set(rules))
