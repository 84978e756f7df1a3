"""Replaying a day: the commands of a file, one after the other, and what became of each.

A **day** is text with one JSON object a line. Each is a command (`type`, `by`, `at` and the command's own fields), and
may say two things more:

* `expect`: what the desk should answer. `"accepted"`, as when it is left out; `"refused"`; `"either"` of the two; or
  the ids of the rules that must refuse the command, all of them and no others.
* `story`: a sentence for the reader, shown before the step.

Before its first command a day may name the policy under which it was written, as a path from where the day is:
`{"policy": "sop.toml"}`. `policy_of` reads that. The same line may name promises that the day `keeps`, by their
numbers: `{"policy": "sop.toml", "keeps": ["04"]}`. Then each of its steps may be accepted or refused, unless it says
what it expects, and none of them may break one of these promises (`kept.py`): so a story that broke a promise is a
test that it does so no more, however the policy was mended.

Empty lines and lines that start with `#` are skipped. Only one line is held at a time, and nothing is kept but the
desk, so a day may be as long as it likes. A line that cannot be read ends the replay with a `DayError` that names the
line, the field and the remedy; every step before it has been taken.

A refusal is no error here: it is an answer, and a step went as expected or otherwise. A `Watch` may look on (§10): then
each step also tells which promises it breaks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, Final, TypeVar

import attrs
from attrs import define, evolve, field

from casecore.codec import CodecError, house_codec, parse
from casecore.desk import Desk
from casecore.kernel import CasecoreError
from casecore.kernel.problems import Problem, why_unreadable
from casecore.kernel.shown import DisplayedLines
from casecore.promises.steps import Step
from casecore.promises.watching import Breach, Watch
from casecore.replay.kept import KeptPromises, judged_in

L = TypeVar("L", str, bytes, str | bytes)

LINE_LIMIT: Final = 16 * 1024 * 1024
"""The longest line, in bytes."""

ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
EITHER: Final = "either"

EXAMPLE: Final = '{"type": "OpenCase", "by": "ana", "at": "2026-11-02T08:14:20Z", "case": "C-101"}'
"""A line as it should be, for whoever wrote one otherwise."""


class DayError(CasecoreError, ValueError):
    """A day, or one line of it, cannot be read; the error holds everything that is wrong with it.

    Args:
        file: What the day is called, e.g. its path.
        line: The number of the line, from 1; None when the file cannot be read at all.
        problems: What is wrong: the field (an empty path: the line as a whole), what was found, what fits there.
    """

    def __init__(self, file: str, line: int | None, *problems: Problem) -> None:
        super().__init__(file, line, *problems)  # all, so that the error survives pickling
        self.file, self.line, self.problems = file, line, problems

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.what}"

    @property
    def what(self) -> str:
        """Everything that is wrong, without the place; several problems on lines of their own."""
        lines = [": ".join(filter(None, (problem.path, _problem_text(problem)))) for problem in self.problems]
        return lines[0] if len(lines) == 1 else "\n  ".join((f"{len(lines)} problems", *lines))


def _problem_text(problem: Problem) -> str:
    expected = f"expected {problem.expected}" if problem.expected else ""
    return "; ".join(filter(None, (problem.message, expected, problem.remedy)))


@attrs.frozen(slots=False, repr=False)
class ReplayedLine(Step):
    """One line of the day: the step that it asked for, and what the day expects of it.

    Attributes:
        line: The number of its line, from 1.
        story: What the reader sees before it; mostly nothing.
        expect: `accepted`, `refused`, `either`, or the ids of the rules that should refuse it.
        breaches: The promises that it breaks, if somebody watches, or the day says that it keeps them.
    """

    line: int = field(kw_only=True)
    story: str = field(kw_only=True)
    expect: str | frozenset[str] = field(kw_only=True)
    breaches: tuple[Breach, ...] = field(default=(), kw_only=True)

    @property
    def as_expected(self) -> bool:
        """Whether the desk answered what the day expects."""
        if isinstance(self.expect, frozenset):
            return self.expect == {reason.rule for reason in self.reasons}
        return self.expect in {EITHER, ACCEPTED if self.accepted else REFUSED}

    @property
    def well(self) -> bool:
        """Whether the desk answered what the day expects, and kept its promises."""
        return self.as_expected and not self.breaches


@define
class Tally:
    """What a replay counts, whatever its length; `broke` counts the steps that broke a promise."""

    steps: int = 0
    accepted: int = 0
    warned: int = 0
    refused_by: Counter[str] = field(factory=Counter)
    otherwise: int = 0
    broke: int = 0

    def add(self, step: ReplayedLine) -> None:
        """Count one step more."""
        self.steps += 1
        self.accepted += step.accepted
        self.warned += bool(step.deviations)
        self.refused_by.update({reason.rule for reason in step.reasons})
        self.otherwise += not step.as_expected
        self.broke += bool(step.breaches)

    @property
    def well(self) -> bool:
        """Whether every step went as expected, and broke no promise."""
        return not (self.otherwise or self.broke)

    @property
    def refused(self) -> int:
        """How many steps were refused."""
        return self.steps - self.accepted


class ReplayedDay(DisplayedLines[ReplayedLine]):
    """The steps of a day, one after the other; shown are those that are still to come."""

    __slots__ = ()

    shown_by = "casecore.replay.shown:DAY"


# Reading -----------------------------------------------------------------------------------------------


def lines_of(stream: BinaryIO, file: str = "<day>") -> Iterator[bytes]:
    """The lines of a file, one at a time; of a line that is too long, no more than shows that it is.

    Args:
        stream: The file, opened for reading bytes.
        file: What errors call it.

    Raises:
        DayError: When reading fails.
    """
    while True:
        try:
            line = stream.readline(LINE_LIMIT + 1)
        except OSError as error:
            raise DayError(file, None, Problem("", f"cannot be read ({why_unreadable(error)})")) from None
        if not line:
            return
        yield line


def policy_of(lines: Iterable[L]) -> tuple[str | None, Iterator[L]]:
    """The policy that a day names, as it is written there, and the lines of the day, none of them left out.

    Args:
        lines: The day, one line at a time. No more of it is read than is needed.

    Returns:
        None for the policy where the day names none, or names it wrongly: then `replay_day` says so.
    """
    rest, read = iter(lines), list[L]()
    for line in rest:
        read.append(line)
        try:
            text = _line_text(line, first=len(read) == 1)
            if not _is_skipped(text):
                head = _read_head(_read_object(text), None)
                return None if head is None else head.policy, chain(read, rest)
        except CodecError:
            break
    return None, chain(read, rest)


def replay_day(
    lines: Iterable[str | bytes], desk: Desk, file: str = "<day>", watch: Watch | None = None
) -> DisplayedLines[ReplayedLine]:
    """Give the commands of a day to a desk, one after the other.

    Args:
        lines: The day, one line at a time; bytes are UTF-8.
        desk: The desk before the first command.
        file: What errors call the day.
        watch: Who is shown every step, and has seen all that led to the desk; None: nobody is.

    Returns:
        What became of each command, one after the other, and only as far as it is asked for; the last step's `after` is
        the desk at the end.

    Raises:
        DayError: At the first line that cannot be read, when it is reached.
    """
    return ReplayedDay(_replay_steps(lines, desk, file, watch))


def _replay_steps(lines: Iterable[str | bytes], desk: Desk, file: str, watch: Watch | None) -> Iterator[ReplayedLine]:
    begun, kept = False, None
    for number, line in enumerate(lines, 1):
        try:
            text = _line_text(line, first=number == 1)
            if _is_skipped(text):
                continue
            given, late, begun = _read_object(text), begun, True
            head = _read_head(given, judged_in(desk.house, desk.policy), late=late)
            if head is not None:
                kept = KeptPromises(head.keeps, desk.policy, desk.house) if head.keeps else None
                continue
            assumed = ACCEPTED if kept is None else EITHER
            story, expect = _read_story(given.pop("story", "")), _read_expectation(given.pop("expect", assumed))
            command = house_codec(desk.house).command_from(given)
        except CodecError as error:
            raise DayError(file, number, *map(_problem_on_line, error.problems)) from None
        step = ReplayedLine.of(desk, command, line=number, story=story, expect=expect)
        breaches = () if watch is None else watch.see(step.events)
        if kept is not None:
            breaches += tuple(breach for breach in kept.see(step) if breach not in breaches)
        yield evolve(step, breaches=breaches) if breaches else step
        desk = step.after


def _problem_on_line(problem: Problem) -> Problem:
    """A problem as it stands on a line of a day; to the codec, each line is a document of its own."""
    path = problem.path.removeprefix("$").removeprefix(".")
    return evolve(problem, path=path, message=problem.message.replace("(line 1, ", "("))


def _line_text(line: str | bytes, *, first: bool) -> str:
    if len(line) > LINE_LIMIT:
        raise CodecError(Problem("$", f"is longer than {LINE_LIMIT >> 20} MiB", "one command a line"))
    if isinstance(line, bytes):
        try:
            line = line.decode("utf-8")
        except UnicodeDecodeError as error:
            problem = f"is not UTF-8 text (byte {error.start + 1} of the line)"
            raise CodecError(Problem("$", problem, "UTF-8 text with one JSON object a line")) from None
    return (line.removeprefix("\ufeff") if first else line).strip()  # editors leave a byte order mark there


def _is_skipped(text: str) -> bool:
    return not text or text.startswith("#")


@attrs.frozen
class _Head:
    """What a day says before its first command."""

    policy: str | None
    keeps: tuple[str, ...]


def _read_head(given: dict[str, Any], judged: tuple[str, ...] | None, *, late: bool = False) -> _Head | None:
    """What a line says of the whole day; None where it is a command. Judged: what it may keep; None: not known yet."""
    said = [name for name in ("policy", "keeps") if name in given]
    if not said or "type" in given:
        return None
    if late:
        raise CodecError(Problem(f"$.{said[0]}", "is named too late", f"the {said[0]} before the first command"))
    policy, keeps = given.get("policy"), given.get("keeps", [])
    if not given.keys() <= {"policy", "keeps"} or ("policy" in given and not (isinstance(policy, str) and policy)):
        raise CodecError(Problem("$.policy", "names no policy", 'a line like {"policy": "sop.toml"}'))
    if judged is None:
        return _Head(policy, ())
    if "keeps" in given and not (isinstance(keeps, list) and keeps and all(number in judged for number in keeps)):
        raise CodecError(Problem("$.keeps", "names no promises", f"a list of some of {', '.join(judged)}"))
    return _Head(policy, tuple(keeps))


def _read_object(text: str) -> dict[str, Any]:
    given = parse(text)
    if isinstance(given, dict):
        return given
    raise CodecError(Problem("$", "is no JSON object", f"a line like {EXAMPLE}"))


def _read_story(story: Any) -> str:
    if isinstance(story, str):
        return story
    raise CodecError(Problem("$.story", "is no text", "a sentence"))


def _read_expectation(expect: Any) -> str | frozenset[str]:
    if isinstance(expect, str) and expect in {ACCEPTED, REFUSED, EITHER}:
        return expect
    if isinstance(expect, list) and expect and all(isinstance(rule, str) for rule in expect):
        return frozenset(expect)
    fits = f'"{ACCEPTED}", "{REFUSED}", "{EITHER}" or a list of rule ids such as ["reply.permission"]'
    raise CodecError(Problem("$.expect", "is no expectation", fits))
