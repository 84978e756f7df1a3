"""The root of everything casecore raises, and what is said of a field that is malformed."""

from __future__ import annotations

from typing import Any, Final

from casecore.kernel.words import shorten

SHOWN: Final = 60
"""How much of a wrong value a message quotes, in code points."""


def quoted(value: Any) -> str:
    """A value as a message quotes it: its first characters, on one line."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested without end, or a number of thousands of digits
        text = "a value too large to show"
    return shorten(text, SHOWN, "...")


class CasecoreError(Exception):
    """The root of everything casecore raises."""


class MissingExtra(CasecoreError, ModuleNotFoundError):
    """Something that casecore needs only for some of its work is not installed; the text says what to install.

    Args:
        module: What is missing.
        extra: The extra of casecore that brings it.
        purpose: What needs it, as a sentence begins.
    """

    def __init__(self, module: str, extra: str, purpose: str) -> None:
        super().__init__(module, extra, purpose)  # as they came, so that the error survives pickling
        self.name, self.extra, self.purpose = module, extra, purpose

    def __str__(self) -> str:
        return f"{self.purpose} needs {self.name}, which is not installed: pip install 'casecore[{self.extra}]'"


class CommandError(CasecoreError, ValueError):
    """A command that cannot even be stated, or an event or a record that cannot be: a field is malformed.

    Args:
        field: The name of the field.
        problem: What is wrong with its value.
        remedy: What to write instead.
    """

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        super().__init__(field, problem, remedy)  # as they came, so that the error survives pickling
        self.field = field
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}; {self.remedy}"
