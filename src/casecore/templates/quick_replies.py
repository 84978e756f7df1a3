"""Quick replies: texts with named blanks, for conversations that are under way.

* A blank is `{customer}`. **All** blanks are filled before anything is sent; a blank without a name (`___`, `[ ]`) is
  an error, because nobody could see whether it has been filled.
* A **form** and a **payment request** are quick replies with a link, which is https. The link stands where the text
  says `{link}`, or on a line of its own below the text; it may have blanks itself, whose values are percent-encoded.
* A quick reply may belong to some channels only. On WhatsApp it is free text: it goes out only inside the 24-hour
  window.

Line breaks and runs of spaces are fine in a value here; Meta's rules for templates do not apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, Self, TypeVar

from attrs import define, field, frozen

from casecore.channels import Channel
from casecore.kernel.errors import quoted
from casecore.templates.definitions import Kind, Need
from casecore.templates.findings import (
    TemplateError,
    TemplateFinding,
    errors,
    finding_of,
    quote_any,
    quote_text,
    some_names,
    some_of,
)
from casecore.templates.recipients import Recipient, check_text_recipient
from casecore.templates.texts import BLANKS, TemplateText, parse_text
from casecore.templates.values import check_value

C = TypeVar("C", bound=StrEnum)

LINK: Final = "link"
"""The blank that the link of a form or a payment request fills."""

WHATSAPP: Final = Channel.WHATSAPP
LIMITS: Final[Mapping[str, int]] = {WHATSAPP: 4096, Channel.APPLE_MESSAGES: 3000}
"""The longest text that a channel takes, in code points, where it is known.

WhatsApp's stands from general knowledge of the field, not from a page of Meta's; Apple's is what providers publish.
"""


def as_texts(names: Iterable[str]) -> tuple[str, ...]:
    """Texts as they are given: several, or one alone.

    Raises:
        TemplateError: When they are no texts.
    """
    given: object = (names,) if isinstance(names, str) else names
    if isinstance(given, Iterable) and not isinstance(given, Mapping | bytes):
        texts = tuple(given)
        if all(isinstance(text, str) for text in texts):
            return texts
    raise _misfit("", f"{quote_any(names)} are no texts", "give a list of texts")


def _to_channels(names: Iterable[str]) -> frozenset[str]:
    return frozenset(as_texts(names))


def _misfit(where: str, message: str, remedy: str) -> TemplateError:
    return TemplateError([finding_of("parse.shape", where, message, remedy)])


def to_choice(choices: type[C], word: Any) -> C:
    """One member of an enumeration, given as itself or as its word; a `TemplateError` for anything else."""
    if isinstance(word, str) and word in [*choices]:
        return choices(word)
    raise _misfit("", f"{quote_any(word)} does not fit", f"give one of {', '.join(choices)}")


def require_texts(**texts: object) -> None:
    """Raise `TemplateError` unless all of these are text, with the name of the first one that is not."""
    for name, text in texts.items():
        if not isinstance(text, str):
            raise _misfit(name, f"{quote_any(text)} is not text", f"give the {name} as text")


def read_fields(plain: object, fields: Mapping[str, type]) -> dict[str, Any]:
    """The fields of a quick reply, or of a template of Apple's, out of plain data; `name` and `text` must be there.

    Args:
        plain: The plain data.
        fields: What each field holds: `str`, a `tuple` of texts, or one word of an enumeration.

    Raises:
        TemplateError: When it has another shape; it lists every misfit, or the first of many.
    """
    if not isinstance(plain, Mapping):
        message = f"{quote_any(plain)} is no object"
        raise TemplateError([finding_of("parse.shape", "", message, "give a JSON object")])
    misfits = [
        finding_of("parse.shape", name, f"there is no {name}", "give it")
        for name in ("name", "text")
        if name not in plain
    ]
    for name, value in plain.items():
        expected = _why_misfit(fields.get(name), value)
        if expected:
            message = f"{quote_any(name)} is {quote_any(value)}"
            misfits.append(
                finding_of("parse.shape", name if isinstance(name, str) else quoted(name), message, expected)
            )
    if misfits:
        raise TemplateError(some_of(misfits))
    return dict(plain)


def _why_misfit(kind: type | None, value: object) -> str:
    """What a field should hold, if it does not."""
    if kind is None:
        return "leave it out: there is no such field"
    if kind is tuple:
        fits = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        return "" if fits else "give a list of texts"
    if issubclass(kind, StrEnum):
        return "" if value in [*kind] else f"give one of {', '.join(kind)}"
    return "" if isinstance(value, str) else "give text"


class Purpose(StrEnum):
    """What a quick reply is for."""

    TEXT = "text"
    FORM = "form"
    PAYMENT = "payment"


def _to_purpose(word: Purpose | str) -> Purpose:
    return to_choice(Purpose, word)


@define(eq=False)
class FilledText:
    """A text with its blanks filled.

    Attributes:
        text: What the customer reads.
        parts: The text piece by piece, each with the blank that it fills, or None.
        findings: What is wrong with it.
    """

    text: str
    parts: tuple[tuple[str, str | None], ...] = field(repr=False)
    findings: tuple[TemplateFinding, ...]

    @property
    def errors(self) -> tuple[TemplateFinding, ...]:
        """The findings that stand in the way of sending."""
        return errors(self.findings)


def check_blanks(blanks: tuple[str, ...], links: frozenset[str], values: object) -> Iterator[TemplateFinding]:
    """What is wrong with the values of blanks.

    Args:
        blanks: The blanks to be filled.
        links: Those of them that stand in an address.
        values: The values by name.
    """
    if not isinstance(values, Mapping):
        yield finding_of("ready.values", "", f"{quote_any(values)} is no table", "give the values by name")
        return
    listed, known = some_names(blanks), frozenset(blanks)
    for name in values:
        if name not in known:
            message = f"there is a value for {quote_any(name)}; the blanks are: {listed}"
            yield finding_of("ready.extra", "", message, variable=name if isinstance(name, str) else quoted(name))
    for name in blanks:
        if name not in values:
            yield finding_of("ready.missing", "text", f"{name} has no value", variable=name)
        elif isinstance(values[name], Mapping):
            yield finding_of("ready.not_text", "text", f"{name} is an object, which is not text", variable=name)
        else:
            kind = Kind.URL if name in links else Kind.PAYLOAD  # a payload is any text that is not blank
            yield from check_value(Need(name, kind, "text"), values[name])


def text_values(values: object) -> dict[str, str]:
    """Those of the values that are text."""
    given = values.items() if isinstance(values, Mapping) else ()
    return {name: value for name, value in given if isinstance(name, str) and isinstance(value, str)}


def check_channel_length(channel: str, text: str) -> Iterator[TemplateFinding]:
    """Whether a channel takes a text of that length."""
    limit = LIMITS.get(channel, len(text))
    if len(text) > limit:
        message = f"the text has {len(text)} characters, {channel} takes {limit}"
        yield finding_of("ready.too_long", "text", message)


def _shortest(text: TemplateText, link: int) -> int:
    """How long a text is at least, of which the blank `{link}` is filled with so many characters."""
    return sum(map(len, text.literals)) + sum(link if name == LINK else 1 for name in text.sites)


@frozen
class QuickReply:
    """A text that an agent sends with a few keys.

    Attributes:
        name: What agents call it.
        text: With blanks, `{customer}`.
        channels: The channels it is for; none named: every channel.
        purpose: A text, a form or a payment request.
        link: Of a form or a payment request; may have blanks.

    Raises:
        TemplateError: When something is no text, text or link cannot be filled as written, or a link is missing or
            no https.
    """

    name: str
    text: str
    channels: frozenset[str] = field(default=frozenset(), converter=_to_channels)
    purpose: Purpose = field(default=Purpose.TEXT, converter=_to_purpose)
    link: str | None = None
    _text: TemplateText = field(init=False, repr=False, eq=False)
    _link: TemplateText | None = field(init=False, repr=False, eq=False, default=None)

    def __attrs_post_init__(self) -> None:
        require_texts(name=self.name, text=self.text, link="" if self.link is None else self.link)
        written = self.text
        if self.link is not None and f"{{{LINK}}}" not in written:
            written = f"{written}\n{{{LINK}}}"
        object.__setattr__(self, "_text", parse_text(written, "text", dialect=BLANKS))
        if self.link is not None:
            object.__setattr__(self, "_link", parse_text(self.link, "link", dialect=BLANKS))
        obstacles = errors(self._findings())
        if obstacles:
            raise TemplateError(obstacles)

    @property
    def shortest(self) -> int:
        """How many code points the customer reads at least: each blank is filled with something."""
        link = 0 if self._link is None else _shortest(self._link, 1)
        return _shortest(self._text, link)

    def _findings(self) -> Iterator[TemplateFinding]:
        yield from self._text.findings
        if self._link is not None:
            yield from self._link.findings
            if not self._link.literals[0].startswith("https://"):
                yield finding_of("ready.link", "link", f"{self.name} leads to {quote_text(self._link.source)}")
        elif self.purpose is not Purpose.TEXT:
            yield finding_of("ready.link", "link", f"{self.name} is a {self.purpose} without a link")
        elif LINK in self._text.sites:
            yield finding_of("ready.link", "link", f"{self.name} has the blank {{link}} and no link")

    @classmethod
    def from_dict(cls, plain: object) -> Self:
        """A quick reply from plain data, as `to_dict` writes it; what is left out has its default.

        Raises:
            TemplateError: When it has another shape, or its texts cannot be filled; it lists every problem.
        """
        return cls(**read_fields(plain, {"name": str, "text": str, "channels": tuple, "purpose": Purpose, "link": str}))

    def to_dict(self) -> dict[str, Any]:
        """The quick reply as plain data, ready for JSON."""
        plain = {"name": self.name, "text": self.text, "channels": sorted(self.channels), "purpose": self.purpose.value}
        return plain if self.link is None else {**plain, "link": self.link}

    @property
    def blanks(self) -> tuple[str, ...]:
        """What has to be filled, in the order of the text."""
        in_text = [name for name in self._text.variables if self._link is None or name != LINK]
        return tuple(dict.fromkeys((*in_text, *(self._link.variables if self._link else ()))))

    def fill(self, values: Mapping[str, Any]) -> FilledText:
        """The text with its blanks filled; never raises, what is missing stays visible.

        Args:
            values: The values by the names of the blanks.
        """
        given = text_values(values)
        links = frozenset(self._link.variables if self._link else ())
        findings = tuple(check_blanks(self.blanks, links, values))
        if self._link is not None:
            given[LINK] = self._link.fill(given)
        return FilledText(self._text.fill(given), tuple(self._text.parts(given)), findings)

    def ready(
        self, values: Mapping[str, Any], channel: str, recipient: Recipient | None = None
    ) -> tuple[TemplateFinding, ...]:
        """What stands in the way of sending it now.

        Args:
            values: The values by the names of the blanks.
            channel: The channel of the conversation.
            recipient: On WhatsApp: what the desk knows of the person; None where that is checked elsewhere.
        """
        filled, channel = self.fill(values), channel if isinstance(channel, str) else quoted(channel)
        findings = list(filled.findings)
        if self.channels and channel not in self.channels:
            message = f"{self.name} is for {', '.join(sorted(self.channels))}, not for {channel}"
            findings.append(finding_of("ready.channel", "", message))
        findings.extend(check_channel_length(channel, filled.text))
        if channel == WHATSAPP and recipient is not None:
            findings.extend(check_text_recipient(recipient))
        return tuple(findings)
