"""Where everything stands in a TOML text: the place of each key and of each value.

`tomllib` reads TOML and forgets where it stood. This scan, made of the same text, keeps only that: a tree of the keys,
each with the span of its name and of its value. It judges nothing: whether the text is TOML, `tomllib` says. What it
does not understand ends it, and what stood before keeps its place, so that it serves for texts that are no TOML, too.

It takes one walk through the text, whatever stands there, and it alone guards against keys and brackets that are
nested without end: those are told (`TooDeep`) before anything else reads the text.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

from casecore.kernel.problems import Origin, steps_of

DEEPEST: Final = 32
"""How many keys may be joined by dots, and how many brackets may lie in each other."""

EXCERPT: Final = 2000
"""How much of a line an origin keeps, in characters."""


class Span(NamedTuple):
    """A stretch of a text, as offsets; the end is exclusive."""

    start: int
    end: int


class TooDeep(Exception):
    """Keys or brackets are nested too deeply; `span` is where."""

    def __init__(self, span: Span) -> None:
        super().__init__(span)
        self.span = span


class Node:
    """What stands under one name, or at one place of a list.

    Attributes:
        key: The name; of a table, in its header; None for an item of a list.
        value: The value; of a table that has a header, the header.
        parts: What stands in it, by name or place.
    """

    __slots__ = ("key", "parts", "value")

    def __init__(self, key: Span | None = None, value: Span | None = None) -> None:
        self.key, self.value = key, value
        self.parts: dict[str | int, Node] = {}


_SPACE = re.compile(r"[ \t]*+")
_LINES = re.compile(r"(?:[ \t\n]++|#[^\n]*+)*+")
_PART = re.compile(r"""([A-Za-z0-9_-]++)|"((?:[^"\\\n]|\\[^\n])*+)"|'([^'\n]*+)'""")
_SCALAR = re.compile(
    r'''"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}'''
    r"""|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"""
    r"""|"(?!"")(?:[^"\\\n]|\\[^\n])*+"|'(?!'')[^'\n]*+'"""
    r"""|\d{4}-\d\d-\d\d[ ]\d\d:[^\s,\]}#]*+"""
    r"""|[^\s,\]}#"'\[{=]++""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:U([0-9A-Fa-f]{8})|.)")


class _Lost(Exception):
    """The text is no TOML, or none that the scan understands."""


class Spans:
    """The places of all keys and values of one text.

    Args:
        text: The text, with line feeds for line ends.

    Attributes:
        root: The tree.
        twice: Keys that stand twice: where first, and where again.

    Raises:
        TooDeep: When keys or brackets are nested too deeply.
    """

    def __init__(self, text: str) -> None:
        self.text, self._at = text, 0
        self.root = Node()
        self.twice: list[tuple[Span, Span]] = []
        self._line_ends: list[int] | None = None
        with suppress(_Lost):
            self._scan_document()

    # Asking --------------------------------------------------------------------------------------------

    def key(self, path: str) -> Span | None:
        """Where the name of a path stands; that of an item of a list is the item itself."""
        node = self._node_at(path)
        return None if node is None else node.key or node.value

    def value(self, path: str) -> Span | None:
        """Where the value of a path stands; that of a table without a header of its own is its name."""
        node = self._node_at(path)
        return None if node is None else node.value or node.key

    def _node_at(self, path: str) -> Node | None:
        node: Node | None = self.root
        for step in steps_of(path) or ():
            node = None if node is None else node.parts.get(step)
        return None if node is self.root else node

    def __iter__(self) -> Iterator[tuple[tuple[str | int, ...], Node]]:
        """Every node with the steps that lead to it."""
        left: list[tuple[tuple[str | int, ...], Node]] = [((), self.root)]
        while left:
            steps, node = left.pop()
            if steps:
                yield steps, node
            left.extend(((*steps, step), part) for step, part in node.parts.items())

    def origin(self, span: Span, file: str) -> Origin:
        """A span as lines and columns, with the line on which it begins."""
        if self._line_ends is None:
            self._line_ends = [match.start() for match in re.finditer("\n", self.text)]
        line, end_line = (bisect_left(self._line_ends, at) for at in span)
        start, end_start = (self._line_ends[number - 1] + 1 if number else 0 for number in (line, end_line))
        end = self._line_ends[line] if line < len(self._line_ends) else len(self.text)
        return Origin(
            file,
            line + 1,
            span.start - start + 1,
            end_line=end_line + 1,
            end_column=span.end - end_start + 1,
            text=self.text[start : min(end, start + EXCERPT)],
        )

    # Scanning ------------------------------------------------------------------------------------------

    def _scan_document(self) -> None:
        table = self.root
        while True:
            self._skip_over(_LINES)
            if self._at == len(self.text):
                return
            if self._is_ahead("["):
                table = self._scan_header("[[" if self._is_ahead("[[") else "[")
            else:
                self._scan_assignment(table, 1)

    def _skip_over(self, what: re.Pattern[str]) -> None:
        match: Any = what.match(self.text, self._at)  # there always is one: both patterns match nothing, too
        self._at = match.end()

    def _is_ahead(self, word: str) -> bool:
        return self.text.startswith(word, self._at)

    def _take_word(self, word: str) -> None:
        if not self._is_ahead(word):
            raise _Lost
        self._at += len(word)

    def _take_key(self) -> list[tuple[str, Span]]:
        """A key: names joined by dots."""
        names: list[tuple[str, Span]] = []
        while True:
            self._skip_over(_SPACE)
            match = _PART.match(self.text, self._at)
            if match is None:
                raise _Lost
            if len(names) == DEEPEST:
                raise TooDeep(Span(*match.span()))
            names.append((_name_of(match), Span(*match.span())))
            self._at = match.end()
            self._skip_over(_SPACE)
            if not self._is_ahead("."):
                return names
            self._at += 1

    def _scan_header(self, opening: str) -> Node:
        start = self._at
        self._take_word(opening)
        names = self._take_key()
        self._take_word("]" * len(opening))
        *outer, (name, key) = names
        table, header = self.root, Span(start, self._at)
        for step, span in outer:
            table = _current_table(table.parts.setdefault(step, Node(span)))
        node = table.parts.get(name)
        if node is None:
            node = table.parts[name] = Node(key)
        if opening == "[[":
            item = node.parts[len(node.parts)] = Node(None, header)
            node.value = node.value or header
            return item
        node = _current_table(node)
        if node.value is not None:
            self.twice.append((node.value, header))
        node.key, node.value = key, header
        return node

    def _scan_assignment(self, table: Node, depth: int) -> None:
        names = self._take_key()
        self._take_word("=")
        self._skip_over(_SPACE)
        *outer, (name, key) = names
        for step, span in outer:
            table = table.parts.setdefault(step, Node(span))
        held = table.parts.get(name)
        if held is not None and held.key is not None:
            self.twice.append((held.key, key))
        node = Node(key)
        table.parts.setdefault(name, node)
        self._scan_value(node, depth)

    def _scan_value(self, node: Node, depth: int) -> None:
        start = self._at
        if depth > DEEPEST:
            raise TooDeep(Span(start, start + 1))
        if self._is_ahead("["):
            self._scan_array(node, depth)
        elif self._is_ahead("{"):
            self._scan_inline_table(node, depth)
        else:
            match = _SCALAR.match(self.text, start)
            if match is None:
                raise _Lost
            self._at = match.end()
        node.value = Span(start, self._at)

    def _scan_array(self, node: Node, depth: int) -> None:
        self._take_word("[")
        self._skip_over(_LINES)
        while not self._is_ahead("]"):
            item = node.parts[len(node.parts)] = Node()
            self._scan_value(item, depth + 1)
            self._skip_over(_LINES)
            if not self._is_ahead("]"):
                self._take_word(",")
                self._skip_over(_LINES)
        self._take_word("]")

    def _scan_inline_table(self, node: Node, depth: int) -> None:
        self._take_word("{")
        self._skip_over(_LINES)
        while not self._is_ahead("}"):
            self._scan_assignment(node, depth + 1)
            self._skip_over(_LINES)
            if not self._is_ahead("}"):
                self._take_word(",")
                self._skip_over(_LINES)
        self._take_word("}")


def _current_table(node: Node) -> Node:
    """The table that a header goes on with: of an array of tables, the last one."""
    return node.parts[len(node.parts) - 1] if 0 in node.parts else node


def _name_of(match: re.Match[str]) -> str:
    bare, basic, literal = match.groups()
    if basic is None:
        return str(literal if bare is None else bare)
    if "\\" not in basic:
        return str(basic)
    try:  # the escapes of TOML are those of JSON, and one for characters beyond the first 65,536
        return str(json.loads(f'"{_ESCAPE.sub(_escape_for_json, basic)}"', strict=False))
    except ValueError:
        raise _Lost from None


def _escape_for_json(escape: re.Match[str]) -> str:
    return escape[0] if escape[1] is None else json.dumps(chr(int(escape[1], 16)))[1:-1]
