"""Where in a file of JSON each text and object of a template stands, as the parser meets it.

Nothing is searched for: two equal texts have two places, and a character keeps its place however it is escaped. The
library's own decoder reads the JSON; here it is told to remember where each text and object begins.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache
from json import decoder, scanner
from typing import Any, Final

from casecore.templates.findings import TemplateFinding

_LINE_END: Final = re.compile("\r\n|[\n\r]")
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_CHARACTER: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL
)
"""One code point of a text of JSON, as it is written."""


class PlacedText(str):
    """A text, and where its quotation mark stands."""

    __slots__ = ("start",)
    start: int


class PlacedObject(dict[str, Any]):
    """An object, and where it begins and ends."""

    __slots__ = ("end", "start")
    start: int
    end: int


class _PlacingDecoder(json.JSONDecoder):
    """The library's decoder, whose hooks remember where they were called."""

    def __init__(self) -> None:
        super().__init__()
        self.parse_string = _placed_text
        self.parse_object = _placed_object
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]  # the one that asks the hooks


def _placed_text(source: str, begin: int, strict: bool = True) -> tuple[PlacedText, int]:  # noqa: FBT001, FBT002 -- its signature
    text, end = decoder.scanstring(source, begin, strict)  # type: ignore[attr-defined]
    placed = PlacedText(text)
    placed.start = begin - 1
    return placed, end


def _placed_object(where: tuple[str, int], *how: Any) -> tuple[PlacedObject, int]:
    plain, end = decoder.JSONObject(where, *how)  # type: ignore[attr-defined]
    placed = PlacedObject(plain)
    placed.start, placed.end = where[1] - 1, end
    return placed, end


_DECODER: Final = _PlacingDecoder()


def read_placed(source: str, start: int = 0) -> Any:
    """The value of JSON that begins at a place of a text which has been read before, with the places of its parts.

    None where it is nested so deeply that no template is.
    """
    space = _SPACE.match(source, start)
    try:
        return _DECODER.raw_decode(source, space.end() if space else start)[0]
    except RecursionError:
        return None


def listed_in(plain: Any) -> Any:
    """The templates of an answer of the Graph API: its `data`, or that of its `message_templates`; else all of it."""
    for key in ("message_templates", "data"):
        if isinstance(plain, Mapping) and isinstance(plain.get(key), list | Mapping) and "components" not in plain:
            plain = plain[key]
    return plain


def spans_in(source: str, count: int) -> list[tuple[int, int]]:
    """Where each of a file's templates begins and ends, in code points.

    Args:
        source: The text of the file.
        count: How many there are, as `listed_in` lists them.
    """
    placed = listed_in(read_placed(source))
    end, spans = 0, []
    for one in placed if isinstance(placed, list) else [placed] * count:
        start, end = (one.start, one.end) if isinstance(one, PlacedObject) else (end, end)
        spans.append((start, end))
    return spans


# Places of findings ------------------------------------------------------------------------------------


class Places:
    """Where the parts of one template stand.

    Args:
        source: The text of the file.
        start: Where the template begins in it, in code points.
    """

    def __init__(self, source: str, start: int) -> None:
        self._source = source
        self._texts: dict[str, int] = {}
        self._labels: dict[str, int] = {}
        self._objects: dict[str, list[int]] = {}
        plain = read_placed(source, start)
        for component in _objects_in(plain, "components"):
            self._enter_component(component, "")

    def offset_of(self, finding: TemplateFinding) -> int | None:
        """Where in the file a finding lies, in code points; None where it is about the whole template."""
        where = finding.where
        about_label = finding.code.startswith("lint.label") or finding.message.startswith("the label")
        start = self._labels.get(where) if about_label else self._texts.get(where, self._labels.get(where))
        if start is not None and finding.code != "lint.twice":
            return start if finding.offset is None else offset_in_json(self._source, start, finding.offset)
        objects = self._objects.get(where)
        return objects[-1 if finding.code == "lint.twice" else 0] if objects else None

    def _enter_component(self, component: PlacedObject, prefix: str) -> None:
        where = f"{prefix}{str(component.get('type')).lower()}"
        self._enter_object(where, component, "text")
        for index, button in enumerate(_objects_in(component, "buttons")):
            place = f"{prefix}button.{index}"
            self._enter_object(place, button, "url")
            if isinstance(button.get("text"), PlacedText):
                self._labels.setdefault(place, button["text"].start)
        for index, card in enumerate(_objects_in(component, "cards")):
            self._objects.setdefault(f"card.{index}", []).append(card.start)
            for part in _objects_in(card, "components"):
                self._enter_component(part, f"card.{index}.")

    def _enter_object(self, where: str, placed: PlacedObject, key: str) -> None:
        self._objects.setdefault(where, []).append(placed.start)
        if isinstance(placed.get(key), PlacedText):
            self._texts.setdefault(where, placed[key].start)


def _objects_in(placed: Any, key: str) -> Iterator[PlacedObject]:
    listed = placed.get(key) if isinstance(placed, PlacedObject) else None
    yield from (one for one in listed or () if isinstance(one, PlacedObject))


def offset_in_json(source: str, start: int, offset: int) -> int:
    """Where a character of a text stands, of which the quotation mark stands at `start`."""
    at = start + 1
    for _ in range(offset):
        written = _CHARACTER.match(source, at)
        at = written.end() if written else at
    return at


@lru_cache(maxsize=4)
def _line_starts(source: str) -> tuple[int, ...]:
    """Where each line of a file begins; found once for all that is asked of it."""
    return (0, *(match.end() for match in _LINE_END.finditer(source)))


def line_and_column(source: str, at: int) -> tuple[int, int]:
    """(line, column), both from 1, of a place in a file; columns count code points."""
    starts = _line_starts(source)
    line = bisect_right(starts, at)
    return line, at - starts[line - 1] + 1
