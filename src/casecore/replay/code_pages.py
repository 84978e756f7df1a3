"""What a replayed day is told of its steps, code by code. A promise that a step breaks is told by its own code."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from casecore.reports.code_pages import CodePage, bad_and_good, by_code

_ADDED: Final = '{"type": "AddAgent", "by": "system", "at": "2026-11-02T09:00:00Z", "agent": "ana"}\n'
_OPENED: Final = '{"type": "OpenCase", "by": "ana", "at": "2026-11-02T09:01:00Z", "case": "c1"'
_REPLAY: Final = "casecore replay bad.day.jsonl"

CODE_PAGES: Final[Mapping[str, CodePage]] = MappingProxyType(
    by_code(
        (
            CodePage(
                "expect",
                "a step went otherwise than its line expects",
                "error",
                "A line without `expect` must be accepted. With it, exactly the rules that it names must refuse the "
                "step; the reasons that there were stand below it.",
                "If the desk is right, write down what it answers. If the line is right, the policy has changed, or "
                "the application that wrote the day does something that the SOP does not allow.",
                "json",
                bad_and_good(f"{_ADDED}{_OPENED}}}", f'{_ADDED}{_OPENED}, "expect": ["case.known"]}}'),
                _REPLAY,
            ),
            CodePage(
                "day",
                "a line of a day cannot be read, so the rest of it was not replayed",
                "error",
                "The line is no JSON object, names no command that there is, or has a field that the command does not "
                "take. What came before it was replayed, and is told.",
                "Mend the line; `casecore schema --of documents --format md` prints the fields of every command.",
                "json",
                bad_and_good(_ADDED.replace("AddAgent", "HireAgent"), _ADDED),
                _REPLAY,
            ),
        )
    )
)
"""What each code of a replayed day means."""
