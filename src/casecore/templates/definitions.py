"""The record of a template: its name, language, standing, and its components, as Meta keeps them.

* A template is known by **name and language together**; one name has many languages.
* Variables are numbered **in each component**: the header's `{{1}}` is not the body's. A value is therefore given by a
  key: `1` (or `first_name`) for the body, `header.1` for the header, `button.0.1` for the address of the first button,
  `card.2.1` for the body of the third card. Buttons and cards count from 0, as in the API.
* What Meta adds tomorrow — a status, a category, a kind of button, a field — is kept as it came, in a copy of its own.

`needs_of` lists everything that has to be given when a template is sent: its texts, media, codes, links, objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final, TypeGuard

from attrs import field

from casecore.kernel import frozen
from casecore.kernel.frozen_dict import plain_copy
from casecore.kernel.words import is_blank
from casecore.templates.findings import TemplateFinding, finding_of
from casecore.templates.texts import TemplateText

AUTHENTICATION: Final = "AUTHENTICATION"
APPROVED: Final = "APPROVED"


@frozen
class Button:
    """One button.

    Attributes:
        kind: `QUICK_REPLY`, `URL`, `PHONE_NUMBER`, `COPY_CODE`, `OTP`, `FLOW`, `CATALOG`, `MPM`, `SPM`, … in capitals.
        where: Its place among all buttons, e.g. `button.0`.
        label: What the customer reads on it; None where WhatsApp writes it.
        url: The address of a link button, with its variable.
        rest: Every other field, as the API writes it.
    """

    kind: str
    where: str
    label: str | None = None
    url: TemplateText | None = None
    rest: Mapping[str, Any] = field(factory=dict, hash=False, converter=plain_copy)


@frozen
class Card:
    """One card of a carousel: components of its own."""

    components: tuple[Component, ...]
    rest: Mapping[str, Any] = field(factory=dict, hash=False, converter=plain_copy)


@frozen
class Component:
    """One part of a template.

    Attributes:
        kind: `HEADER`, `BODY`, `FOOTER`, `BUTTONS`, `CAROUSEL`, `LIMITED_TIME_OFFER`, … in capitals.
        where: Its name in findings, e.g. `body`, `card.0.header`.
        text: Its text, cut at its variables.
        format: Of a header: `TEXT`, `IMAGE`, `VIDEO`, `DOCUMENT`, `GIF`, `LOCATION`, `PRODUCT`, … in capitals.
        buttons: Of `BUTTONS`: in the order of the definition.
        cards: Of `CAROUSEL`.
        rest: Every other field, as the API writes it: examples, security notes, expiry.
    """

    kind: str
    where: str
    text: TemplateText | None = None
    format: str | None = None
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    rest: Mapping[str, Any] = field(factory=dict, hash=False, converter=plain_copy)


@frozen
class Definition:
    """A template as it is defined; `Template` is the same with all that can be done with it.

    Attributes:
        name: Its name; empty where only a text is known.
        language: Its language as Meta writes it, e.g. `pt_BR`; empty where only a text is known.
        category: In capitals; empty where it is not known.
        status: In capitals, e.g. `APPROVED`; empty where it is not known, as for one that is yet to be created.
        parameter_format: `NAMED` or `POSITIONAL` where declared, else empty.
        components: In the order of the definition.
        rest: Every other field, as the API writes it.
    """

    name: str = ""
    language: str = ""
    category: str = ""
    status: str = ""
    parameter_format: str = ""
    components: tuple[Component, ...] = ()
    rest: Mapping[str, Any] = field(factory=dict, hash=False, converter=plain_copy)

    @property
    def exists(self) -> bool:
        """Whether Meta has it already, so that it is as Meta returns it, without much of what creating it takes."""
        return bool(self.status or self.rest.get("id"))

    @property
    def identity(self) -> tuple[str, str]:
        """What a template is known by: name and language."""
        return self.name, self.language

    def component(self, kind: str) -> Component | None:
        """The first component of a kind, e.g. `BODY`; None where there is none."""
        return next((component for component in self.components if component.kind == kind), None)

    @property
    def body(self) -> Component | None:
        """The body."""
        return self.component("BODY")

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All buttons, in the order in which the API counts them."""
        return tuple(button for component in self.components for button in component.buttons)

    @property
    def all_components(self) -> Iterator[Component]:
        """Every component, those of the cards included."""
        for component in self.components:
            yield component
            for card in component.cards:
                yield from card.components

    @property
    def texts(self) -> Iterator[TemplateText]:
        """Every text that may have variables: header, body, footer, addresses; those of the cards included."""
        for component in self.all_components:
            if component.text is not None:
                yield component.text
            for button in component.buttons:
                if button.url is not None:
                    yield button.url

    @property
    def findings(self) -> tuple[TemplateFinding, ...]:
        """The check *parse*: what in the texts looks like a variable and is none."""
        texts = tuple(self.texts)
        listed = [finding for text in texts for finding in text.findings]
        styles: dict[bool, TemplateText] = {}
        for text in texts:
            if text.sites and not text.where.rpartition(".")[0].endswith("button"):
                styles.setdefault(text.sites[0].isdigit(), text)
        if len(styles) > 1:
            message = f"{styles[True].where} has numbers, {styles[False].where} has names"
            listed.append(finding_of("parse.mixed_styles", "", message))
        return tuple(listed)


class Kind(StrEnum):
    """What sort of value is needed."""

    TEXT = "text"
    CODE = "code"
    URL = "url"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"
    GIF = "gif"
    LOCATION = "location"
    PRODUCT = "product"
    PAYLOAD = "payload"
    COUPON = "coupon"
    EXPIRY = "expiry"
    ACTION = "action"


@frozen
class Need:
    """One thing to be given when the template is sent.

    Attributes:
        key: By which its value is given, e.g. `1`, `header.image`, `button.0.1`.
        kind: What sort of value it is.
        where: The component that it goes into.
        required: Whether the template cannot be sent without it.
        example: The example that the definition gives, if it gives one.
    """

    key: str
    kind: Kind
    where: str
    required: bool = True
    example: str = ""


MEDIA: Final = frozenset({Kind.IMAGE, Kind.VIDEO, Kind.DOCUMENT, Kind.GIF})
OBJECTS: Final = frozenset({Kind.LOCATION, Kind.PRODUCT})
HEADERS: Final = {kind.name: kind for kind in MEDIA | OBJECTS}
"""The formats of a header whose value is no text."""

_BUTTON_NEEDS: Final = {
    "QUICK_REPLY": ("payload", Kind.PAYLOAD, False),
    "COPY_CODE": ("code", Kind.COUPON, True),
    "MPM": ("action", Kind.ACTION, True),
}
"""Kind of button: what its key ends in, what it needs, whether it must be given."""

_OTHER_NEEDS: Final = ("action", Kind.ACTION, False)
"""What a button of any other kind may be given: flows, catalogues, and what Meta adds tomorrow."""

_NO_NEEDS: Final = frozenset({"URL", "PHONE_NUMBER", "SPM", "OTP"})
"""Buttons that are given nothing but the variable of an address; the one-time password is the body's."""


def needs_of(definition: Definition) -> tuple[Need, ...]:
    """Everything that has to be given, or may be, when a template is sent, component by component."""
    code = definition.category == AUTHENTICATION
    return tuple(need for component in definition.components for need in _needs_of_component(component, code=code))


def _needs_of_component(component: Component, *, code: bool) -> Iterator[Need]:
    text, where = component.text, component.where
    if component.kind == "HEADER" and component.format in HEADERS:
        kind = HEADERS[component.format]
        yield Need(f"{where}.{kind}", kind, where)
    elif component.kind in {"HEADER", "BODY"} and text is not None:
        examples = examples_of(component)
        kind = Kind.CODE if code and component.kind == "BODY" else Kind.TEXT
        for index, (name, key) in enumerate(zip(text.variables, text.keys, strict=True)):
            given = examples.get(name, examples.get(str(index + 1), ""))
            yield Need(key, kind, where, example=given)
    elif component.kind == "BODY" and code:
        yield Need(f"{where.removesuffix('body')}1", Kind.CODE, where)
    elif component.kind == "LIMITED_TIME_OFFER" and _has_expiry(component):
        yield Need("offer.expires", Kind.EXPIRY, where)
    for button in component.buttons:
        yield from _button_needs(button)
    for card in component.cards:
        for part in card.components:
            yield from _needs_of_component(part, code=code)


def _button_needs(button: Button) -> Iterator[Need]:
    if button.url is not None:
        for key in button.url.keys:
            yield Need(key, Kind.URL, button.where, example=_first_example(button.rest.get("example")))
    elif button.kind not in _NO_NEEDS:
        ending, kind, required = _BUTTON_NEEDS.get(button.kind, _OTHER_NEEDS)
        yield Need(f"{button.where}.{ending}", kind, button.where, required, _first_example(button.rest.get("example")))


def _has_expiry(component: Component) -> bool:
    offer = component.rest.get("limited_time_offer")
    return isinstance(offer, Mapping) and offer.get("has_expiration") is True


def _first_example(example: Any) -> str:
    """An example that is written as a text or as a list of texts."""
    if isinstance(example, list) and example:
        example = example[0]
    return example if isinstance(example, str) else ""


def examples_of(component: Component) -> dict[str, str]:
    """The examples of a header's or body's variables by their names; flat lists and nested ones are read alike."""
    given = component.rest.get("example")
    if not isinstance(given, Mapping):
        return {}
    part = "header" if component.kind == "HEADER" else "body"
    named = given.get(f"{part}_text_named_params")
    if isinstance(named, list):
        pairs = [(entry.get("param_name"), entry.get("example")) for entry in named if isinstance(entry, Mapping)]
        return {name: example for name, example in pairs if isinstance(name, str) and _says_something(example)}
    listed = given.get(f"{part}_text")
    if isinstance(listed, list) and listed and isinstance(listed[0], list):
        listed = listed[0]
    if not isinstance(listed, list):
        return {}
    return {str(index + 1): example for index, example in enumerate(listed) if _says_something(example)}


def _says_something(example: object) -> TypeGuard[str]:
    return isinstance(example, str) and not is_blank(example)
