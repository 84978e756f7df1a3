"""The errors of an audit: what cannot be read, where, and what to do about it."""

from __future__ import annotations

from casecore.kernel import CasecoreError
from casecore.kernel.problems import Origin, Problem
from casecore.policies.errors import problems_text


class AuditError(CasecoreError, ValueError):
    """A log or a map that cannot be used, with what is wrong with it.

    Attributes:
        name: The file, or what the log is called.
        problems: Every problem.
    """

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(name, problems)  # as they came, so that the error survives pickling
        self.name = name
        self.problems = problems

    def __str__(self) -> str:
        return problems_text(self.name, self.problems)


class MapError(AuditError):
    """A map that cannot be used; each problem has its place in the file."""


class EmptyLog(AuditError):
    """A log that has no row that can be used."""


def log_error(
    name: str, found: str, expected: str = "", remedy: str = "", *, line: int = 0, column: int = 1
) -> AuditError:
    """The error of a log, of which one thing is wrong.

    Args:
        name: The file.
        found: What is wrong with the file.
        expected: What fits.
        remedy: What to do about it.
        line: On which line, from 1; 0: on none.
        column: In which column of the line, from 1.
    """
    origins = (Origin(name, line, column, line, column + 1),) if line else ()
    return AuditError(name, (Problem("", found, expected, remedy, origins=origins),))
