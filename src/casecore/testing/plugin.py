"""The pytest plugin: every `*.day.jsonl` file is a file of tests, one for each story in it.

It is found by pytest as soon as casecore is installed (`-p no:casecore` turns it off), so it imports none of the rooms
until such a file is met. What a day is, and how it finds its policy: `testing/days.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from casecore.testing.days import Chapter

ENDING: Final = ".day.jsonl"
"""How the name of a day ends that is a test."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> DayFile | None:
    """A file of tests, if it is a day."""
    return DayFile.from_parent(parent, path=file_path) if file_path.name.endswith(ENDING) else None


class DayFile(pytest.File):
    """A day."""

    def collect(self) -> Iterable[ChapterItem]:
        """Its chapters; that it cannot be read, or its policy cannot be used, is an error of collecting."""
        from casecore.policies import PolicyError
        from casecore.replay import DayError
        from casecore.testing.days import chapters

        try:
            found = chapters(self.path)
        except (DayError, PolicyError) as error:
            raise self.CollectError(str(error)) from None
        return [ChapterItem.from_parent(self, name=chapter.name, chapter=chapter) for chapter in found]


class Otherwise(Exception):
    """A chapter went otherwise than its day expects; the text tells the story and the difference."""


class ChapterItem(pytest.Item):
    """A chapter of a day, as a test."""

    def __init__(self, *, chapter: Chapter, **given: Any) -> None:
        super().__init__(**given)
        self.chapter = chapter

    def runtest(self) -> None:
        """It passes when there is nothing to complain of."""
        complaint = self.chapter.complaint()
        if complaint:
            raise Otherwise(complaint)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The story and the difference, and no traceback: nothing is wrong with the code that runs it."""
        return str(excinfo.value) if isinstance(excinfo.value, Otherwise) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands, the line counted from 0, and what it is called."""
        return self.path, self.chapter.line - 1, self.name
