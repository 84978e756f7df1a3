"""The page of a step, where GitHub runs a command: what annotations have no room for stands there."""

from __future__ import annotations

import os
from pathlib import Path

from casecore.cli.screen import report_error
from casecore.kernel import CasecoreError
from casecore.kernel.problems import why_unreadable


def add_step_summary(text: str) -> None:
    """Add the whole report to the page of the step, where GitHub runs this."""
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if not page:
        return
    try:
        with Path(page).open("a", encoding="utf-8") as stream:
            stream.write(f"{text}\n")
    except (OSError, ValueError) as error:
        report_error(CasecoreError(f"GITHUB_STEP_SUMMARY: {page} cannot be written ({why_unreadable(error)})"))
