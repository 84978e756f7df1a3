"""Files of templates: what is in them, and where in the file a finding lies.

A file whose name ends in `.json` holds one template as the Graph API writes it, a list of them, or the API's whole
answer (`{"data": […]}`). One that ends in `.jsonl` holds a template a line. Any other file is the text of one body.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field

from casecore.kernel import CasecoreError, frozen
from casecore.kernel.errors import quoted
from casecore.templates.findings import TemplateError, TemplateFinding, quote_any
from casecore.templates.lint import lint_together
from casecore.templates.places import Places, line_and_column, listed_in, spans_in
from casecore.templates.template import Template


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

    _places: list[Places] = field(factory=list, init=False, eq=False, repr=False)

    def place(self, finding: TemplateFinding) -> tuple[int, int]:
        """(line, column), both from 1, of what a finding is about; of the template where it is about the whole."""
        body = self.template.body
        if body is not None and body.text is not None and body.text.source == self.source:  # no JSON
            return line_and_column(self.source, finding.offset or 0)
        if not self._places:  # a memory, not a change: nobody can tell from outside
            self._places.append(Places(self.source, self.start))
        at = self._places[0].offset_of(finding)
        return line_and_column(self.source, self.start if at is None else at)


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
    listed = listed_in(plain)
    listed = listed if isinstance(listed, list) else [listed]
    spans = spans_in(source, len(listed))
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


def findings_in(located: tuple[Located, ...]) -> Iterator[tuple[Located, TemplateFinding]]:
    """What *parse* and *lint* find in the templates of one or several files, template by template."""
    together: dict[int, list[TemplateFinding]] = {}
    for index, finding in lint_together(one.template for one in located):
        together.setdefault(index, []).append(finding)
    for index, one in enumerate(located):
        for finding in (*one.template.findings, *one.template.lint(), *together.get(index, ())):
            yield one, finding
