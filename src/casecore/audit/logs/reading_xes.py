"""Logs as XES (IEEE 1849), packed or not: each event is a row, and its trace's attributes stand as `case:KEY`.

r4pm reads them where it is installed, else the reader of XML that Python has; both give the same rows.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

from casecore.audit.errors import log_error
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.pieces import Piece, first_line, piece_of_dicts, piece_of_relation, unpacked

_LITERALS: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})


_MISREAD: Final = re.compile(
    rb"""<id\s|<boolean\s[^>]*value=["'](?!(?:true|false)["'])"""
    rb"""|<date\s[^>]*value=["'](?![^"']*(?:Z|[+-]\d\d:\d\d)["'])"""
)
"""What r4pm takes for something else: ids that are no UUID, TRUE, and times that do not say their offset."""

_AT_ITS_END: Final = 1_000
"""In how many of its last bytes a file says that it ends; r4pm reads one that was cut off as far as it goes."""


def xes_piece(database: Any, path: Path, log_map: LogMap, folder: Path) -> Piece:
    """A file of XES."""
    file = unpacked(path, folder)
    quick = find_spec("r4pm") is not None and find_spec("polars") is not None
    if quick and not _would_be_misread(file):
        return _read_quickly(database, path, file, folder)
    return piece_of_dicts(str(path), _told_apart(path, _events_of(file)), folder)


def _would_be_misread(file: Path) -> bool:
    with file.open("rb") as opened:
        if not file.stat().st_size:
            return True
        with mmap(opened.fileno(), 0, access=ACCESS_READ) as content:
            cut_off = not content[-_AT_ITS_END:].rstrip().endswith(b"</log>")
            return cut_off or _MISREAD.search(content) is not None


def _told_apart(path: Path, rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    try:
        yield from rows
    except ET.ParseError as error:
        line, column = error.position
        found = f"is not XES: {str(error).partition(':')[0]}"
        raise log_error(str(path), found, "a file of XES", line=line, column=column + 1) from None
    except NotXes as error:
        raise log_error(str(path), f"is not XES: it {error}", "a file of XES") from None


def _events_of(file: Path) -> Iterator[dict[str, str]]:
    """The events of a file, each with the attributes of its trace; what is missing is as the file says for all."""
    always: dict[str, dict[str, str]] = {"trace": {}, "event": {}}
    trace: dict[str, str] = {}
    around: list[ET.Element] = []
    for when, node in ET.iterparse(file, ("start", "end")):  # noqa: S314 -- expat itself ends what grows without end
        name = _tag(node)
        if when == "start":
            if not around and name != "log":
                raise NotXes(f"begins with {name}")
            around.append(node)
            if name == "trace":
                trace = dict(always["trace"])
            continue
        around.pop()
        inside = _tag(around[-1]) if around else ""
        if name == "global":
            always.setdefault(node.get("scope", ""), {}).update(
                _attributes(node, "case:" if node.get("scope") == "trace" else "")
            )
        elif name == "event":
            yield {**trace, **always["event"], **_attributes(node, "")}
        elif inside == "trace":
            trace.update(_attribute(node, "case:"))
        if inside in ("log", "trace"):
            around[-1].clear()


class NotXes(Exception):
    """A file is XML, and no XES."""


def _tag(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _attributes(node: ET.Element, before: str) -> dict[str, str]:
    told: dict[str, str] = {}
    for inside in node:
        told.update(_attribute(inside, before))
    return told


def _attribute(node: ET.Element, before: str) -> dict[str, str]:
    kind, key, value = _tag(node), node.get("key"), node.get("value")
    if kind not in _LITERALS or key is None or value is None:
        return {}
    return {before + key: _plain_text(kind, value)}


def _plain_text(kind: str, value: str) -> str:
    """A value as text, a number in one way only."""
    try:
        if kind in ("int", "float"):
            return repr(float(value)) if kind == "float" else str(int(value))
    except ValueError:
        return value
    return value.lower() if kind == "boolean" else value


def _read_quickly(database: Any, path: Path, file: Path, folder: Path) -> Piece:
    """The same by r4pm, whose times are in UTC and do not say so."""
    import r4pm.df

    named = file if file.suffix == ".xes" else folder / "log.xes"
    if named is not file:
        shutil.copyfile(file, named)
    try:
        frame, _ = r4pm.df.import_xes(str(named))
    except Exception as error:  # noqa: BLE001 -- whatever it raises
        raise log_error(str(path), f"is not XES: {first_line(error)}", "a file of XES") from None
    database.register("events", frame)
    database.execute("CREATE TEMP TABLE event_rows AS SELECT * FROM events")
    database.unregister("events")
    return piece_of_relation(database, "event_rows", str(path), in_utc=True)
