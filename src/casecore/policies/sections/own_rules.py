"""The tables of a team's own: what they note of a case (`[attributes]`), and the rules that they add (`[[rule]]`).

A rule names what it guards, when it applies, and what it needs then. Where it applies and what it needs is missing,
what it guards is refused. What `when` and `needs` look at is told in `policies/conditions.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

from casecore.kernel import Enforcement, frozen
from casecore.kernel.problems import Problem, did_you_mean
from casecore.kernel.words import is_blank, same_form
from casecore.policies.conditions import ALWAYS, AnyNumber, Condition, Conditions, Test
from casecore.policies.kinds import (
    MISSING,
    Choice,
    Flag,
    Id,
    OrNone,
    Several,
    Text,
    ValueKind,
    Whole,
    a_source,
    key,
    section,
)
from casecore.policies.patterns import LONGEST_TEXT, Pattern, PatternError
from casecore.policies.plain_kinds import note_misfit
from casecore.policies.sections.cases import TagRole

LONGEST_VALUE: Final = 200
"""How long the text of an attribute may be, where its table says nothing, in characters."""

# Attributes --------------------------------------------------------------------------------------------


class AttributeType(StrEnum):
    """What an attribute may be."""

    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    CHOICE = "choice"


@frozen
class PatternText:
    """How a text looks, character by character (`policies/patterns.py`)."""

    describe = f"a pattern of at most {LONGEST_TEXT} characters, like [A-Z]{{2}}-\\d{{4,6}}"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The text of a pattern."""
        if not isinstance(value, str) or not value or len(value) > 5 * LONGEST_TEXT:
            return note_misfit(self, value, path, problems)
        try:
            Pattern.read(value)
        except PatternError as error:
            remedy = "there is no * or +, no ( ) and no |: say how often with {1,8}"
            problems.append(Problem(path, f"cannot be read: {error}", self.describe, remedy))
            return MISSING
        return value

    def write(self, value: str) -> Any:
        """As it is."""
        return value


@frozen
class OneOf:
    """One of some words of the policy's; however it is written, it is read as it stands there."""

    words: tuple[str, ...]

    @property
    def describe(self) -> str:
        """The words."""
        return "one of " + ", ".join(self.words)

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The word as the policy has it."""
        if isinstance(value, str):
            meant = next((word for word in self.words if same_form(word) == same_form(value)), None)
            if meant is not None:
                return meant
        near = did_you_mean(value, self.words) if isinstance(value, str) else ""
        return note_misfit(self, value, path, problems, near)

    def write(self, value: str) -> Any:
        """As it is."""
        return value


@frozen
class PatternedText:
    """Text that looks as a pattern says."""

    pattern: Pattern
    longest: int

    @property
    def describe(self) -> str:
        """The pattern, and something that fits."""
        example = self.pattern.example
        return f"text like {self.pattern.text}" if is_blank(example) else f"text like {example} ({self.pattern.text})"

    def read(self, value: Any, path: str, problems: list[Problem]) -> Any:
        """The text, where it fits."""
        text = Text(self.longest, 1).read(value, path, [])
        fits = text is not MISSING and self.pattern.fits(text)
        return text if fits else note_misfit(self, value, path, problems)

    def write(self, value: str) -> Any:
        """As it is."""
        return value


@section
class Attribute:
    """Something that is noted of a case, by the name that its table has."""

    type: AttributeType = key(Choice(AttributeType), "What it is: a number, a text, yes or no, or one of some words.")
    min: float | None = key(OrNone(AnyNumber(), "no least"), "The least that a number may be.", default=None)
    max: float | None = key(OrNone(AnyNumber(), "no most"), "The most that a number may be.", default=None)
    of: tuple[str, ...] = key(Several(Id(), 100, same_form), "The words, of a choice.", default=())
    pattern: str | None = key(
        OrNone(PatternText(), "any text"),
        r"How a text looks: characters one after the other, like [A-Z]{2}-\d{4,6}.",
        default=None,
    )
    longest: int = key(
        Whole(1, 1000), "How long a text may be.", default=LONGEST_VALUE, unit="characters (Unicode code points)"
    )
    set_by: tuple[TagRole, ...] = key(
        Several(Choice(TagRole)),
        "Who may set it and take it away.",
        default=tuple(TagRole),
        rules=("attribute.set_by",),
    )
    title: str = key(Text(200), "What people call it.", default="")
    source: str = a_source()

    @property
    def kind(self) -> ValueKind:
        """How a value of it is read: strictly, and told where it does not fit."""
        match self.type:
            case AttributeType.NUMBER:
                least, most = AnyNumber().least, AnyNumber().most
                return AnyNumber(least if self.min is None else self.min, most if self.max is None else self.max)
            case AttributeType.FLAG:
                return Flag()
            case AttributeType.CHOICE:
                return OneOf(self.of)
        return (
            Text(self.longest, 1) if self.pattern is None else PatternedText(Pattern.read(self.pattern), self.longest)
        )


# Rules -------------------------------------------------------------------------------------------------


class Guarded(StrEnum):
    """What a rule may guard; which commands and events that are, `rooms/own_rules.py` says."""

    REPLY = "reply"
    SEND_AS_PENDING = "send_as_pending"
    SEND_AS_ESCALATED = "send_as_escalated"
    SEND_AS_RESOLVED = "send_as_resolved"
    SUBMIT = "submit"
    APPROVE = "approve"
    RESOLVE = "resolve"
    ESCALATE = "escalate"
    SET_STATUS = "set_status"
    CLOSE = "close"
    TRANSFER = "transfer"
    ACCEPT = "accept"
    OPEN = "open"
    WRITE_FIRST = "write_first"
    END_CONTACT = "end_contact"
    DISPOSE = "dispose"
    COMMIT = "commit"
    SNOOZE = "snooze"
    SET_LEVEL = "set_level"
    SET_ATTRIBUTE = "set_attribute"
    TAG = "tag"
    MERGE = "merge"
    MOVE = "move"


REPLIES: Final = (
    Guarded.REPLY,
    Guarded.SEND_AS_PENDING,
    Guarded.SEND_AS_ESCALATED,
    Guarded.SEND_AS_RESOLVED,
)
"""What a rule guards that somebody may have approved."""


@section
class OwnRule:
    """A rule of a team's own: what it guards is refused where `when` holds and `needs` does not."""

    id: str = key(Id(), "Its name, like refund.second_pair_of_eyes; no rule that ships begins like it.")
    title: str = key(Text(200, 1), "What it says, as the SOP would say it.")
    guards: tuple[Guarded, ...] = key(Several(Choice(Guarded)), "What it guards.")
    when: Condition = key(Conditions(), "When it applies; always, where nothing stands here.", default=ALWAYS)
    needs: Condition | None = key(
        OrNone(Conditions(), "nothing helps: it refuses wherever it applies"),
        "What has to hold where it applies.",
        default=None,
    )
    message: str = key(
        Text(500),
        "What a refusal says, with blanks like {refund_eur}, {case} or {by}; its title, where nothing stands here.",
        default="",
    )
    remedy: str = key(
        Text(500), "What a refusal says is to be done; what it needs, where nothing stands here.", default=""
    )
    enforcement: Enforcement = key(
        Choice(Enforcement),
        "Whether it blocks, warns or is off; [enforcement] says so for a date, or for some cases.",
        default=Enforcement.BLOCK,
    )
    source: str = a_source()

    @property
    def tests(self) -> Iterator[Test]:
        """Everything at which it looks, in `when` and then in `needs`."""
        yield from self.when.every_test
        yield from () if self.needs is None else self.needs.every_test
