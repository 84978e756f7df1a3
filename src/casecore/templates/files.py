"""Files of templates: what is in them, and where in the file a finding lies.

A file whose name ends in `.json`, in capitals or not, holds one template as the Graph API writes it, a list of them, or
the API's whole answer (`{"data": […]}`). One that ends in `.jsonl` or `.ndjson` holds a template a line. Any other file
is the text of one body, unless it is JSON: no body is. What has no components is no template, and a file without any
template is refused, because nothing of it could be checked.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from attrs import field

from casecore.kernel import CasecoreError, frozen
from casecore.kernel.errors import quoted
from casecore.templates.findings import TemplateError, TemplateFinding, quote_any, quote_text
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
        TemplateFileError: When it is not text, anything in it is no template, or nothing is one.
    """
    located, unread = read_templates(source, file)
    if unread:
        raise unread[0]
    return located


def read_templates(source: str, file: str) -> tuple[tuple[Located, ...], tuple[TemplateFileError, ...]]:
    """The templates of a file, and what in it could not be read as one; arguments as for `templates_in`.

    Raises:
        TemplateFileError: When what is given is not text.
    """
    for given, what in ((file, "the file's name"), (source, "what stands in the file")):
        if not isinstance(given, str):
            raise TemplateFileError(str(quoted(file)), None, f"{quote_any(given)} is not text", f"give {what} as text")
    located, unread = list[Located](), list[TemplateFileError]()
    for read in _read_file(source, file):
        if isinstance(read, Located):
            located.append(read)
        else:
            unread.append(read)
    if not located and not unread:
        unread.append(TemplateFileError(file, None, "holds no template, so nothing was checked", "give at least one"))
    return tuple(located), tuple(unread)


_Read: TypeAlias = Located | TemplateFileError
"""A template, or why there is none."""


def _read_file(source: str, file: str) -> Iterator[_Read]:
    ending = file.lower()
    if ending.endswith((".jsonl", ".ndjson")) or (not ending.endswith(".json") and _is_json_lines(source)):
        yield from _read_lines(source, file)
    elif ending.endswith(".json") or _is_json(source):
        yield from _read_document(source, file)
    else:
        text = source.removesuffix("\n").removesuffix("\r")
        yield Located(file, Template.parse(text), text, 0, len(text))


def _is_json(source: str) -> bool:
    """Whether a text is an object or a list of JSON, which no body is."""
    if not source.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(source)
    except (ValueError, RecursionError):
        return False
    return True


def _is_json_lines(source: str) -> bool:
    """Whether a text is several objects of JSON, one a line."""
    lines = [line for line in source.split("\n") if line.strip()]
    return len(lines) > 1 and all(map(_is_json, lines))


def _read_document(source: str, file: str) -> Iterator[_Read]:
    plain = _read_json(source, file, 1)
    if isinstance(plain, TemplateFileError):
        yield plain
        return
    listed = plain.get("data") if isinstance(plain, Mapping) and isinstance(plain.get("data"), list) else plain
    if not isinstance(listed, list):
        yield _locate_template(file, source, plain, 0, len(source))
        return
    spans = _find_spans(source, len(listed))
    for one, span in zip(listed, spans, strict=True):
        yield _locate_template(file, source, one, *span)


def _read_lines(source: str, file: str) -> Iterator[_Read]:
    start = 0
    for number, line in enumerate(source.split("\n"), 1):
        if line.strip():
            plain = _read_json(line, file, number)
            yield (
                plain
                if isinstance(plain, TemplateFileError)
                else _locate_template(file, source, plain, start, start + len(line))
            )
        start += len(line) + 1


def _read_json(text: str, file: str, line: int) -> Any:
    """What a text of JSON says, or the error that says why it is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"is no JSON ({error.msg}, column {error.colno})"
        return TemplateFileError(file, line + error.lineno - 1, problem)
    except RecursionError:
        return TemplateFileError(file, line, "is nested too deeply")
    except ValueError as error:  # such as a number of more digits than Python reads
        return TemplateFileError(file, line, f"is no JSON ({error})")


def _locate_template(file: str, source: str, plain: Any, start: int, end: int) -> _Read:
    problem, remedy = _say_what_it_is(plain)
    if not problem:
        try:
            return Located(file, Template.from_meta(plain), source, start, end)
        except TemplateError as error:
            problem = str(error)
    return TemplateFileError(file, bisect_right(_line_starts(source), start), problem, remedy)


def _say_what_it_is(plain: Any) -> tuple[str, str]:
    """What an object is that is no template, and what to give instead; nothing where it may be one."""
    remedy = "give the template's definition"
    if not isinstance(plain, Mapping) or plain.get("components"):
        return "", ""
    if "messaging_product" in plain:
        return "is a call that sends a message, not a template", remedy
    fault = plain.get("error")
    if isinstance(fault, Mapping):
        return f"is an error of the API, not a template: {quote_text(str(fault.get('message')))}", "ask the API again"
    if isinstance(plain.get("text"), str):
        return "is a text such as a quick reply, not a template of Meta's", remedy
    within = (key for key, held in plain.items() if isinstance(held, list) and held and key != "components")
    inside = next(within, None)
    if inside is not None:
        return "is no template, for it has no components", f"give the list that it has under {quote_text(str(inside))}"
    return "is no template, for it has no components: there is nothing to check", remedy


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
