"""Schemas: what a document may be, as JSON Schema, for programs in other languages that write commands, or read events.

`casecore schema --of documents` prints it; it ships as `documents.schema.json`, which a test holds equal to what is
made here. It is made of the forms by which documents are read and written (`forms.py`), so each field is told once.
Whatever casecore writes fits it. It says less than the reader knows: that an id can be seen, that a calendar has such a
day.
"""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

import attrs

from casecore.codec import Codec, house_codec
from casecore.rooms.composition import HOUSE, House

DocumentSchema = dict[str, Any]


def documents_schema(house: House = HOUSE) -> DocumentSchema:
    """The JSON Schema of every document of a house: a command, an event, a record, an answer, a desk."""
    codec = house_codec(house)
    things = {name: _schema_of_thing(codec, thing) for name, thing in sorted(codec.things.items())}
    schema: DocumentSchema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "casecore documents",
        "description": "Every command, event, record and answer of a desk, as casecore reads and writes it.",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in things],
        "$defs": things,
    }
    plain: DocumentSchema = json.loads(json.dumps(schema))  # a form holds tuples where JSON has lists
    return plain


def documents_schema_text(house: House = HOUSE) -> str:
    """The same as the file that ships."""
    return json.dumps(documents_schema(house), indent=1, ensure_ascii=False) + "\n"


def _schema_of_thing(codec: Codec, thing: type) -> DocumentSchema:
    told, docs = codec.forms_of(thing), attributes_told(thing)
    fields = {
        name: {**form.schema, **({"description": docs[name]} if name in docs else {})}
        for name, (_, form) in told.items()
    }
    number = {"type": "integer", "minimum": 1, "maximum": codec.schema}
    required = [name for name, (attribute, _) in told.items() if attribute.default is attrs.NOTHING]
    return {
        "type": "object",
        "description": summary_of(thing),
        "properties": {"schema": number, "type": {"const": thing.__name__}, **fields},
        "required": ["type", *required],
        "additionalProperties": False,
    }


def summary_of(thing: type) -> str:
    """The first sentence of what is written about a class."""
    return _without_files((inspect.getdoc(thing) or "").partition("\n\n")[0])


_OF_FILES = re.compile(r"(?<=[.;]) [^.;]*`\w+\.py`[^.;]*[.;]| \(`\w+\.py`\)")


def _without_files(text: str) -> str:
    """A text on one line, without what it says of our files to whoever reads them."""
    return _OF_FILES.sub("", " ".join(text.split()))


_ATTRIBUTE = re.compile(r"^    (\w+): (.*?)(?=^    \w+: |\Z)", re.MULTILINE | re.DOTALL)


def attributes_told(thing: type) -> dict[str, str]:
    """What is written about the fields of a class, and of those that it extends, by name."""
    told: dict[str, str] = {}
    for kind in reversed(thing.__mro__):
        _, _, part = inspect.cleandoc(vars(kind).get("__doc__") or "").partition("Attributes:\n")
        told |= {name: _without_files(text) for name, text in _ATTRIBUTE.findall(part.partition("\n\n")[0])}
    return told
