"""What a check says, in the form that somebody reads it in: each a plain function from a report to text.

    from casecore.check import check
    from casecore.check.formats import FORMATS

    print(FORMATS["md"](check(policy), "our-sop.toml"))

The second argument is what the policy's file is called. The text for the terminal is written by `cli/check_text.py`,
because it needs to know the screen. All of them are deterministic: the same report gives the same text, without dates
and without timings, so that two of them can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from casecore.check.formats.annotations import as_github
from casecore.check.formats.junit import as_junit
from casecore.check.formats.markdown import as_markdown
from casecore.check.formats.plain import as_json
from casecore.check.formats.sarif import as_sarif
from casecore.check.report import Report

__all__ = ["FORMATS", "as_github", "as_json", "as_junit", "as_markdown", "as_sarif"]

FORMATS: Final[Mapping[str, Callable[[Report, str], str]]] = MappingProxyType(
    {"json": as_json, "sarif": as_sarif, "github": as_github, "junit": as_junit, "md": as_markdown}
)
"""Each format and what writes it: (report, the name of the policy's file) -> text."""
