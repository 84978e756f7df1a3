"""Logs as OCEL 2.0, in JSON, XML or SQLite: each event is a row.

Its columns are `event:id`, `event:type`, `event:time`, the event's attributes by their names, and `object:TYPE` for the
first object of each type to which it is related.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from casecore.audit.errors import log_error
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.pieces import Piece, piece_of_dicts, sql_name, unpacked

Told = dict[str, str]


def ocel_piece(database: Any, path: Path, log_map: LogMap, folder: Path) -> Piece:
    """A file of OCEL 2.0; what stands first in it says in which of its forms it is."""
    file = unpacked(path, folder)
    with file.open("rb") as opened:
        start = opened.read(100).lstrip(b"\xef\xbb\xbf \t\r\n")
    read = _in_sqlite if start.startswith(b"SQLite format 3") else _in_xml if start.startswith(b"<") else _in_json
    return piece_of_dicts(str(path), _told_apart(path, read(file)), folder)


_EXPECTED: Final = "a file of OCEL 2.0, as JSON, XML or SQLite"


def _told_apart(path: Path, rows: Iterator[Told]) -> Iterator[Told]:
    try:
        yield from rows
    except ET.ParseError as error:
        line, column = error.position
        found = f"is not OCEL: {str(error).partition(':')[0]}"
        raise log_error(str(path), found, _EXPECTED, line=line, column=column + 1) from None
    except json.JSONDecodeError as error:
        found = f"is not OCEL: {error.msg}"
        raise log_error(str(path), found, _EXPECTED, line=error.lineno, column=error.colno) from None
    except (AttributeError, KeyError, TypeError, UnicodeDecodeError, sqlite3.Error) as error:
        raise log_error(str(path), f"is not OCEL: {type(error).__name__} {error}", _EXPECTED) from None


def _row(event: str, kind: str, at: str, attributes: Told, related: list[str], types: dict[str, str]) -> Told:
    told = {"event:id": event, "event:type": kind, "event:time": at, **attributes}
    for thing in related:
        if thing in types:
            told.setdefault(f"object:{types[thing]}", thing)
    return told


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _in_json(file: Path) -> Iterator[Told]:
    log = json.loads(file.read_text("utf-8-sig"))
    types = {thing["id"]: thing["type"] for thing in log["objects"]}
    for event in log["events"]:
        attributes = {one["name"]: _text(one["value"]) for one in event.get("attributes") or ()}
        related = [one["objectId"] for one in event.get("relationships") or ()]
        yield _row(event["id"], event["type"], event["time"], attributes, related, types)


def _in_xml(file: Path) -> Iterator[Told]:
    types: dict[str, str] = {}
    for node in _ended(file, "object"):
        types[node.attrib["id"]] = node.attrib["type"]
    for node in _ended(file, "event"):
        attributes = {one.attrib["name"]: one.text or "" for one in node.findall("./attributes/attribute")}
        related = [one.attrib["object-id"] for one in node.findall("./objects/relationship")]
        yield _row(node.attrib["id"], node.attrib["type"], node.attrib["time"], attributes, related, types)


def _ended(file: Path, name: str) -> Iterator[ET.Element]:
    for _, node in ET.iterparse(file):  # noqa: S314 -- expat itself ends what grows without end
        if node.tag == name:
            yield node
            node.clear()


def _in_sqlite(file: Path) -> Iterator[Told]:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
        types = dict(database.execute("SELECT ocel_id, ocel_type FROM object"))
        related: dict[str, list[str]] = {}
        for event, thing in database.execute("SELECT ocel_event_id, ocel_object_id FROM event_object"):
            related.setdefault(event, []).append(thing)
        for kind, table in database.execute("SELECT ocel_type, ocel_type_map FROM event_map_type").fetchall():
            found = database.execute(f"SELECT * FROM {sql_name(f'event_{table}')}")
            names = [column[0] for column in found.description]
            for row in found:
                held = {name: value for name, value in zip(names, row, strict=True) if value is not None}
                event, at = held.pop("ocel_id"), held.pop("ocel_time")
                attributes = {name: _text(value) for name, value in held.items()}
                yield _row(event, kind, at, attributes, related.get(event, []), types)
