"""Templates of Apple Messages for Business: messages to choose from, inside a conversation.

The customer writes first; nothing of this starts a conversation. Within one, a text may come with a rich link, two to
five quick replies, a list to pick from, times to pick from, or a form. Texts have named blanks, `{customer}`, all of
which are filled before sending. A text has at most 3,000 characters, a title or label at most 200.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, Self

from attrs import field, frozen

from casecore.channels import Channel
from casecore.templates.findings import TemplateError, TemplateFinding, errors, finding_of
from casecore.templates.quick_replies import (
    FilledText,
    as_texts,
    check_blanks,
    check_channel_length,
    read_fields,
    require_texts,
    text_values,
    to_choice,
)
from casecore.templates.texts import BLANKS, TemplateText, parse_text

CHANNEL: Final = Channel.APPLE_MESSAGES
LABEL_LIMIT: Final = 200


class AppleKind(StrEnum):
    """What comes with the text."""

    TEXT = "text"
    RICH_LINK = "rich_link"
    QUICK_REPLIES = "quick_replies"
    LIST_PICKER = "list_picker"
    TIME_PICKER = "time_picker"
    FORM = "form"


def _to_kind(word: AppleKind | str) -> AppleKind:
    return to_choice(AppleKind, word)


ITEMS: Final[Mapping[AppleKind, range]] = {
    AppleKind.TEXT: range(1),
    AppleKind.RICH_LINK: range(1, 2),
    AppleKind.QUICK_REPLIES: range(2, 6),
    AppleKind.LIST_PICKER: range(1, 1000),
    AppleKind.TIME_PICKER: range(1, 1000),
    AppleKind.FORM: range(1, 1000),
}
"""How many items each kind has: links, labels, rows, times, pages."""


@frozen
class AppleTemplate:
    """One message template of Apple Messages for Business.

    Attributes:
        name: What agents call it.
        text: What the customer reads; with blanks, `{customer}`.
        kind: What comes with it.
        items: The labels, rows, times or pages to choose from, or the title of the link; each may have blanks.

    Raises:
        TemplateError: When something is no text, a text cannot be filled as written, or the items do not fit the kind.
    """

    name: str
    text: str
    kind: AppleKind = field(default=AppleKind.TEXT, converter=_to_kind)
    items: tuple[str, ...] = field(default=(), converter=as_texts)
    _texts: tuple[TemplateText, ...] = field(init=False, repr=False, eq=False)

    can_initiate: Final = False
    """The customer writes first."""

    def __attrs_post_init__(self) -> None:
        require_texts(name=self.name, text=self.text)
        items = (parse_text(item, f"item.{index}", dialect=BLANKS) for index, item in enumerate(self.items))
        object.__setattr__(self, "_texts", (parse_text(self.text, "text", dialect=BLANKS), *items))
        findings = [finding for text in self._texts for finding in text.findings]
        allowed = ITEMS[self.kind]
        if len(self.items) not in allowed:
            message = f"{self.name} is a {self.kind} with {len(self.items)} items"
            findings.append(finding_of("ready.items", "items", message, f"give {allowed[0]} to {allowed[-1]}"))
        obstacles = errors(findings)
        if obstacles:
            raise TemplateError(obstacles)

    @classmethod
    def from_dict(cls, plain: object) -> Self:
        """A template from plain data, as `to_dict` writes it; what is left out has its default.

        Raises:
            TemplateError: When it has another shape, or its texts cannot be filled; it lists every problem.
        """
        return cls(**read_fields(plain, {"name": str, "text": str, "kind": AppleKind, "items": tuple}))

    def to_dict(self) -> dict[str, Any]:
        """The template as plain data, ready for JSON."""
        return {"name": self.name, "text": self.text, "kind": self.kind.value, "items": list(self.items)}

    @property
    def blanks(self) -> tuple[str, ...]:
        """What has to be filled, in the order of the texts."""
        return tuple(dict.fromkeys(name for text in self._texts for name in text.variables))

    def fill(self, values: Mapping[str, Any]) -> tuple[FilledText, ...]:
        """The text and then each item, filled; never raises, what is missing stays visible."""
        given = text_values(values)
        findings = tuple(check_blanks(self.blanks, frozenset(), values))
        filled = []
        for index, text in enumerate(self._texts):
            read = text.fill(given)
            lengths = _check_item_length(index, text, read)
            filled.append(FilledText(read, tuple(text.parts(given)), (*(() if index else findings), *lengths)))
        return tuple(filled)

    def ready(self, values: Mapping[str, Any], *, in_conversation: bool) -> tuple[TemplateFinding, ...]:
        """What stands in the way of sending it now.

        Args:
            values: The values by the names of the blanks.
            in_conversation: Whether the customer has written, and the conversation is not over.
        """
        findings = [finding for part in self.fill(values) for finding in part.findings]
        if not in_conversation:
            findings.append(finding_of("ready.outbound", "to", f"{self.name} would start a conversation"))
        return tuple(findings)


def _check_item_length(index: int, text: TemplateText, read: str) -> Iterator[TemplateFinding]:
    if index == 0:
        yield from check_channel_length(CHANNEL, read)
    elif len(read) > LABEL_LIMIT:
        message = f"{text.where} has {len(read)} characters, at most {LABEL_LIMIT}"
        yield finding_of("ready.too_long", text.where, message)
