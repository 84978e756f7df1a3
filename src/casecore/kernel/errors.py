"""The root of everything casecore raises, and what is said of a field that is malformed."""

from __future__ import annotations


class CasecoreError(Exception):
    """The root of everything casecore raises."""


class CommandError(CasecoreError, ValueError):
    """A command that cannot even be stated: a field is malformed.

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
