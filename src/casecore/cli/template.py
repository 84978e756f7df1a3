"""`casecore template lint` and `casecore template fill`: are these templates sound, and what would be sent?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cyclopts import Parameter

from casecore.cli.exits import UNREADABLE
from casecore.cli.inputs import is_standard_input, read_standard_input
from casecore.cli.screen import Screen, report_error
from casecore.cli.streams import write_document
from casecore.kernel.problems import why_unreadable
from casecore.reports.as_json import json_text
from casecore.reports.paths import STANDARD_INPUT
from casecore.reports.text import visible
from casecore.templates.files import Located, TemplateFileError, findings_in, read_templates
from casecore.templates.filling import Filled
from casecore.templates.findings import Severity, TemplateFinding, errors
from casecore.templates.formats import FORMATS, finding_to_dict, shown_to_dict, unread_to_dict
from casecore.templates.phones import check_phone
from casecore.templates.template import Template

NOT_SOUND: Final = 1
"""The exit code where a template has an error, or cannot be sent."""

_GIVEN: Final = re.compile(r"(?P<key>[^=:]+)(?P<json>:?)=(?P<value>.*)", re.DOTALL)
_PARTS: Final = {"header": "bold", "footer": "dim"}
_STYLES: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def lint(
    file: str,
    /,
    *more: str,
    format: Literal["text", "json", "github", "sarif"] = "text",  # noqa: A002 -- the option's name
) -> int:
    """Check templates: would Meta approve them today?

    A .json file holds one template as the Graph API writes it, a list of them, or the API's whole answer; a .jsonl
    file a template a line; any other file that is no JSON is the text of one body. Exit code 0: no errors; 1: some; 2:
    something cannot be read, or there is no template in it; the findings of all else are told.

    Args:
        file: A file; - for standard input.
        more: Further files.
        format: Lines for people, JSON, GitHub's workflow commands, or SARIF.
    """
    located, unread = list[Located](), list[TemplateFileError]()
    for name in (file, *more):
        read, wrong = _read_templates(name)
        located += read
        unread += wrong
    found = tuple(findings_in(tuple(located)))
    report = FORMATS[format](found, len(located), unread)
    if format != "text":
        write_document(report)
    elif located:
        screen = Screen()
        for line in report.split("\n"):
            screen.print_line(visible(line))
    for error in unread:
        report_error(error)
    if unread:
        return UNREADABLE
    return NOT_SOUND if errors(finding for _, finding in found) else 0


def fill(
    file: str,
    /,
    *,
    set: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),  # noqa: A002 -- the option's name
    to: str | None = None,
    name: str | None = None,
    language: str | None = None,
    format: Literal["text", "json"] = "text",  # noqa: A002 -- the option's name
) -> int:
    """Fill a template: what the customer will read, what stands in the way, and the call that sends it.

    Exit code 0: it can be sent; 1: something stands in the way; 2: the file or a value cannot be read.

    Args:
        file: The file, as `template lint` takes it.
        set: A value: KEY=TEXT, or KEY:=JSON for an object as the API writes it. Once for each value.
        to: The recipient, e.g. +351912345678; without one the call is not shown.
        name: Which template of the file, where it has several.
        language: In which language, where it has several.
        format: For people, or JSON.
    """
    try:
        template = _choose_template(*_read_templates(file), file, name, language)
        filled = template.fill(dict(_read_values(set)))
    except TemplateFileError as error:
        if format == "json":
            write_document(json_text({"preview": [], "findings": [unread_to_dict(error)], "payload": None}))
        return report_error(error)
    call, findings = None, filled.findings
    if to is not None:
        findings = (*findings, *check_phone(to))
        if not errors(findings):
            call = template.payload(to, filled)
    if format == "json":
        plain = {
            "preview": list(map(shown_to_dict, filled.preview)),
            "findings": list(map(finding_to_dict, findings)),
            "payload": call,
        }
        write_document(json_text(plain))
    else:
        _show_filled(Screen(), filled, findings, call)
    return NOT_SOUND if errors(findings) else 0


def _read_templates(file: str) -> tuple[tuple[Located, ...], tuple[TemplateFileError, ...]]:
    name = STANDARD_INPUT if is_standard_input(file) else file
    try:
        raw = read_standard_input() if name == STANDARD_INPUT else Path(file).read_bytes()
        return read_templates(raw.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        return (), (TemplateFileError(name, None, f"is not UTF-8 text (byte {error.start})"),)
    except (OSError, ValueError) as error:
        return (), (TemplateFileError(name, None, f"cannot be read ({why_unreadable(error)})"),)


def _choose_template(
    located: tuple[Located, ...],
    unread: tuple[TemplateFileError, ...],
    file: str,
    name: str | None,
    language: str | None,
) -> Template:
    fitting = [
        one.template
        for one in located
        if name in {None, one.template.name} and language in {None, one.template.language}
    ]
    if len(fitting) == 1:
        return fitting[0]
    if unread and not fitting:
        raise unread[0]
    listed = ", ".join(" ".join(one.template.identity).strip() or "without a name" for one in located[:20])
    problem = f"{len(fitting)} templates fit; the file has: {listed or 'none'}"
    raise TemplateFileError(file, None, problem, "choose one with --name and --language")


def _read_values(given: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for one in given:
        read = _GIVEN.fullmatch(one)
        if read is None:
            raise TemplateFileError("--set", None, f"{one!r} is no value", "write KEY=TEXT or KEY:=JSON")
        value: Any = read["value"]
        if read["json"]:
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                problem = f"what is given for {read['key']} is no JSON"
                raise TemplateFileError("--set", None, problem, "write KEY=TEXT or KEY:=JSON") from None
        yield read["key"].strip(), value


def _show_filled(
    screen: Screen, filled: Filled, findings: tuple[TemplateFinding, ...], call: dict[str, Any] | None
) -> None:
    for part in filled.preview:
        style = _PARTS.get(part.where.rpartition(".")[2], "")
        for line in part.line.split("\n"):
            screen.print_paragraph(f"│ {visible(line)}", style)
    if findings:
        screen.print_line()
    for finding in findings:
        screen.print_paragraph(visible(str(finding)), _STYLES[finding.level])
    if call is not None:
        screen.print_line()
        screen.print_json(call)
