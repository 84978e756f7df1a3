"""What a comparison says, in the form that somebody reads it in: each a plain function from a report to text.

    from casecore.diff.formats import FORMATS
    from casecore.diff.report import compare

    print(FORMATS["md"](compare(old, new), "old.toml", "new.toml", None))

Stories, places and values are told as a check tells them. All texts are deterministic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from casecore.diff.days import Day
from casecore.diff.formats.annotations import as_github, as_sarif
from casecore.diff.formats.markdown import as_markdown
from casecore.diff.formats.plain import as_json
from casecore.diff.report import Difference

__all__ = ["FORMATS", "as_github", "as_json", "as_markdown", "as_sarif"]

FORMATS: Final[Mapping[str, Callable[[Difference, str, str, Day | None], str]]] = MappingProxyType(
    {"json": as_json, "md": as_markdown, "github": as_github, "sarif": as_sarif}
)
"""Each format and what writes it: (report, the old file's name, the new file's name, a day or None) -> text."""
