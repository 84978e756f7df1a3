"""Files of templates: what is in them, and where in the file a finding lies.

A file whose name ends in `.json` holds one template as the Graph API writes it, a list of them, or the API's whole
answer (`{"data": […]}`). One that ends in `.jsonl` holds a template a line. Any other file is the text of one body.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from attrs import field

from casecore.kernel import CasecoreError, frozen
from casecore.kernel.errors import quoted
from casecore.templates.findings import TemplateError, TemplateFinding, quote_any
from casecore.templates.lint import lint_together
from casecore.templates.template import Template

_LIST: Final = re.compile(r"\s*\[")
_ANSWER: Final = re.compile(r'"data"\s*:\s*\[')
_BETWEEN: Final = re.compile(r"[\s,]*")


class TemplateFileError(CasecoreError, ValueError):
    """A file of templates, or one line of it, that cannot be read.

    Args:
        file: What the file is called.
        line: The number of the line, from 1; None when the file cannot be read at all.
        problem: What is wrong.
        remedy: What to give instead.
    """

    def __init__(self, file: str, line: int | None, problem: str, remedy: str = "") -> None:
        super().__init__(file, line, problem, remedy)  # all, so that the error survives pickling
        self.file, self.line, self.problem, self.remedy = file, line, problem, remedy

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.problem}" + (f"; {self.remedy}" if self.remedy else "")


_MISSES: Final = 100
"""How many texts of a template are looked for in vain."""


@frozen
class _Written:
    """A text of a template where it stands in a file.

    Attributes:
        text: The text; empty where it was not found.
        start: Where it begins in the file, its quotation mark included.
        ascii_only: How JSON escapes it; None where nothing is escaped.
    """

    text: str
    start: int
    ascii_only: bool | None = None

    def offset_in_file(self, offset: int) -> int:
        """Where a character of the text stands in the file."""
        if self.ascii_only is None:
            return self.start + (offset if self.text else 0)
        return self.start + len(json.dumps(self.text[:offset], ensure_ascii=self.ascii_only)) - 1


@lru_cache(maxsize=4)
def _line_starts(source: str) -> tuple[int, ...]:
    """Where each line of a file begins; found once for all that is asked of it."""
    return (0, *(match.end() for match in re.finditer("\n", source)))


@frozen
class Located:
    """A template and where it was found.

    Attributes:
        file: What the file is called.
        template: The template.
        source: The text of the whole file.
        start: Where the template begins in it, in code points.
        end: Where it ends.
    """

    file: str
    template: Template
    source: str = field(repr=False)
    start: int
    end: int

    _written: dict[str, _Written] = field(factory=dict, init=False, eq=False, repr=False)

    def place(self, finding: TemplateFinding) -> tuple[int, int]:
        """(line, column), both from 1, of what a finding is about; of the template where it is about the whole."""
        if not self._written:  # a memory, not a change: nobody can tell from outside
            self._written.update(self._find_texts())
        written = self._written.get(finding.where)
        at = self.start if written is None else written.offset_in_file(finding.offset or 0)
        starts = _line_starts(self.source)
        line = bisect_right(starts, at)
        return line, at - starts[line - 1] + 1

    def _find_texts(self) -> Iterator[tuple[str, _Written]]:
        """Where each label, and then each text, stands in the file: as it is in a text file, escaped in JSON.

        They are looked for in the order of the template, which is mostly that of the file. A file whose texts are all
        escaped otherwise is not searched for each of them.
        """
        labels = [(button.where, button.label) for button in self.template.buttons if button.label]
        for listed in (labels, [(text.where, text.source) for text in self.template.texts]):
            after, missed = self.start, 0
            for where, text in listed:
                found = None if missed > _MISSES else self._find_text(text, after)
                if found is None:
                    missed += 1
                    yield where, _Written("", self.start)
                else:
                    after = found.start + 1
                    yield where, found

    def _find_text(self, text: str, after: int) -> _Written | None:
        if self.source == text:
            return _Written(text, 0)
        for ascii_only in (False, True):
            quoted = json.dumps(text, ensure_ascii=ascii_only)
            for start in (after, self.start):
                at = self.source.find(quoted, start, self.end)
                if at >= 0:
                    return _Written(text, at, ascii_only)
        return None


def templates_in(source: str, file: str) -> tuple[Located, ...]:
    """The templates of a file.

    Args:
        source: The file's text.
        file: What it is called; its ending says what it holds.

    Raises:
        TemplateFileError: When it is not text, or anything in it is no template.
    """
    for given, what in ((file, "the file's name"), (source, "what stands in the file")):
        if not isinstance(given, str):
            raise TemplateFileError(str(quoted(file)), None, f"{quote_any(given)} is not text", f"give {what} as text")
    if file.endswith((".jsonl", ".ndjson")):
        return tuple(_read_lines(source, file))
    if not file.endswith(".json"):
        text = source.removesuffix("\n").removesuffix("\r")
        return (Located(file, Template.parse(text), text, 0, len(text)),)
    plain = _read_json(source, file, 1)
    listed = plain.get("data") if isinstance(plain, Mapping) and isinstance(plain.get("data"), list) else plain
    if not isinstance(listed, list):
        return (_locate_template(file, source, plain, 0, len(source)),)
    spans = _find_spans(source, len(listed))
    return tuple(_locate_template(file, source, one, *span) for one, span in zip(listed, spans, strict=True))


def _read_lines(source: str, file: str) -> Iterator[Located]:
    start = 0
    for number, line in enumerate(source.split("\n"), 1):
        if line.strip():
            yield _locate_template(file, source, _read_json(line, file, number), start, start + len(line))
        start += len(line) + 1


def _read_json(text: str, file: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"is no JSON ({error.msg}, column {error.colno})"
        raise TemplateFileError(file, line + error.lineno - 1, problem) from None
    except RecursionError:
        raise TemplateFileError(file, line, "is nested too deeply") from None
    except ValueError as error:  # such as a number of more digits than Python reads
        raise TemplateFileError(file, line, f"is no JSON ({error})") from None


def _locate_template(file: str, source: str, plain: Any, start: int, end: int) -> Located:
    problem, remedy = "is a call that sends a message, not a template", "give the template's definition"
    if not isinstance(plain, Mapping) or "messaging_product" not in plain:
        try:
            return Located(file, Template.from_meta(plain), source, start, end)
        except TemplateError as error:
            problem, remedy = str(error), ""
    raise TemplateFileError(file, source.count("\n", 0, start) + 1, problem, remedy)


def _find_spans(source: str, count: int) -> list[tuple[int, int]]:
    """Where each entry of the list begins and ends; the whole file where that cannot be told."""
    opening = _LIST.match(source) or _ANSWER.search(source)
    decoder, spans = json.JSONDecoder(), []
    at = opening.end() if opening else len(source)
    for _ in range(count):
        between = _BETWEEN.match(source, at)
        start = between.end() if between else at
        try:
            _, at = decoder.raw_decode(source, start)
        except ValueError:
            return [(0, len(source))] * count
        spans.append((start, at))
    return spans


def findings_in(located: tuple[Located, ...]) -> Iterator[tuple[Located, TemplateFinding]]:
    """What *parse* and *lint* find in the templates of one or several files, template by template."""
    together: dict[int, list[TemplateFinding]] = {}
    for index, finding in lint_together(one.template for one in located):
        together.setdefault(index, []).append(finding)
    for index, one in enumerate(located):
        for finding in (*one.template.findings, *one.template.lint(), *together.get(index, ())):
            yield one, finding
