"""Filling a template: the values by key, everything that is wrong with them, and what the customer will read.

Filling never raises: what is missing stays visible as its placeholder, so a screen can show the message while an agent
types, and every finding names its variable. Nothing filled with an error can be made into a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import define

from casecore.kernel import frozen
from casecore.kernel.shown import Framed
from casecore.templates.definitions import (
    APPROVED,
    AUTHENTICATION,
    Button,
    Component,
    Definition,
    Kind,
    Need,
    needs_of,
)
from casecore.templates.findings import TemplateFinding, errors, finding_of, quote_any, quote_text, some_names
from casecore.templates.texts import TemplateText
from casecore.templates.values import all_clean, check_value, text_of_value

BODY_LIMIT: Final = 1024
BODY_ALONE_LIMIT: Final = 32768
HEADER_LIMIT: Final = 60
URL_LIMIT: Final = 2000
_MANY_VARIABLES: Final = 10**9
"""More than any text has; of a number of thousands of digits, Python would not even make a text."""


@frozen
class Plan:
    """What is known of a template before any value is: made once, used for every message.

    Attributes:
        definition: The template.
        needs: Everything to be given, by key.
        required: The keys that must be given.
        standing: What is wrong whatever the values are: broken text, a gap, no name, not approved.
        body: The body's text.
        body_limit: How long the filled body may be, in code points.
        plain: Whether all that is needed are the body's texts.
        listed: The keys that a list of values fills, in its order.
    """

    definition: Definition
    needs: Mapping[str, Need]
    required: frozenset[str]
    standing: tuple[TemplateFinding, ...]
    body: TemplateText | None
    body_limit: int
    plain: bool
    listed: tuple[str, ...]

    @classmethod
    def of(cls, definition: Definition) -> Plan:
        """The plan of a template."""
        needs = {need.key: need for need in needs_of(definition)}
        body = definition.body.text if definition.body else None
        names = body.variables if body else ()
        numbered = all(name == str(number) for number, name in enumerate(names, 1))
        return cls(
            definition,
            needs,
            required=frozenset(key for key, need in needs.items() if need.required),
            standing=tuple(_standing_findings(definition)),
            body=body,
            body_limit=BODY_LIMIT if len(definition.components) > 1 else BODY_ALONE_LIMIT,
            plain=body is not None and all(need.kind is Kind.TEXT and need.where == "body" for need in needs.values()),
            listed=names if numbered else (),
        )


def _standing_findings(definition: Definition) -> Iterator[TemplateFinding]:
    broken = errors(definition.findings)
    for text in definition.texts:
        numbers = [int(name) for name in text.variables if name.isdigit()]
        if numbers and numbers[-1] != len(numbers):
            listed = ", ".join(map(str, numbers[:6]))
            yield finding_of("ready.gap", text.where, f"{text.where} has the numbers {listed}")
    yield from (
        finding_of("ready.broken", item.where, item.message, item.remedy, offset=item.offset) for item in broken
    )
    if not definition.name:
        yield finding_of("ready.name_missing", "", "the template has no name")
    if not definition.language:
        yield finding_of("ready.language_missing", "", "the template has no language")
    if not definition.status:
        yield finding_of("ready.status_unknown", "", "the template has no status")
    elif definition.status != APPROVED:
        yield finding_of("ready.status", "", f"the template is {definition.status}, not {APPROVED}")


@frozen
class Shown:
    """One part of a message as the customer sees it.

    Attributes:
        where: The component, e.g. `header`, `card.0.body`, `button.1`.
        kind: What it is: `text`, `image`, `location`, `quick_reply`, `url`, …
        text: What the customer reads, or the link or id of a medium.
        parts: The text piece by piece, each with the key of the variable that it fills, or None.
        detail: What is behind it: the address of a link button, the number of a call button.
    """

    where: str
    kind: str
    text: str
    parts: tuple[tuple[str, str | None], ...] = ()
    detail: str = ""

    @property
    def line(self) -> str:
        """As near to what the customer sees as text can come."""
        if "button" in self.where:
            return f"[ {self.text} ]" + (f" → {self.detail}" if self.detail else "")
        return self.text if self.kind == "text" else f"({self.kind}) {self.text}".rstrip()


@define(eq=False, repr=False)
class Filled(Framed):
    """A template with its values.

    Attributes:
        plan: The template's plan.
        values: The values by key, as they were given.
        texts: What the customer reads of them, by key; the very same table where all are plain text.
        text: The filled body.
        findings: The check *ready*, as far as template and values go.
    """

    shown_by = "casecore.templates.shown:FILLED"

    plan: Plan
    values: Mapping[str, Any]
    texts: Mapping[str, str]
    text: str
    findings: tuple[TemplateFinding, ...]

    @property
    def errors(self) -> tuple[TemplateFinding, ...]:
        """The findings that stand in the way of sending."""
        return errors(self.findings)

    @property
    def preview(self) -> tuple[Shown, ...]:
        """What the customer reads, component by component."""
        definition = self.plan.definition
        return tuple(part for component in definition.components for part in self._show_component(component))

    @property
    def reads(self) -> str:
        """The preview as one text, a line or more for each part: what an agent confirms before it is sent."""
        return "\n".join(part.line for part in self.preview)

    def _show_component(self, component: Component) -> Iterator[Shown]:
        where = component.where
        if component.kind == "LIMITED_TIME_OFFER":
            offer = component.rest.get("limited_time_offer")
            text = offer.get("text") if isinstance(offer, Mapping) else None
            yield Shown(where, "offer", text if isinstance(text, str) else "")
        elif component.text is not None:
            yield Shown(where, "text", component.text.fill(self.texts), tuple(component.text.parts(self.texts)))
        elif component.kind == "HEADER":
            yield self._show_medium(component)
        elif self.plan.definition.category == AUTHENTICATION and component.kind in {"BODY", "FOOTER"}:
            yield Shown(where, "text", _authentication_text(component, self))
        for button in component.buttons:
            yield self._show_button(button)
        for card in component.cards:
            for part in card.components:
                yield from self._show_component(part)

    def _show_medium(self, component: Component) -> Shown:
        kind = (component.format or "").lower()
        value = self.values.get(f"{component.where}.{kind}")
        inner = value.get(kind) if isinstance(value, Mapping) else value
        if isinstance(inner, Mapping):
            fields = ("filename", "name", "address", "link", "id", "product_retailer_id", "latitude", "longitude")
            inner = ", ".join(str(inner[name]) for name in fields if name in inner)
        return Shown(component.where, kind, inner if isinstance(inner, str) else "")

    def _show_button(self, button: Button) -> Shown:
        detail = button.rest.get("phone_number", "")
        if button.url is not None:
            detail = button.url.fill(self.texts)
        elif button.kind == "COPY_CODE":
            detail = self.texts.get(f"{button.where}.code", "")
        label = "Copy offer code" if button.label is None and button.kind == "COPY_CODE" else button.label or ""
        return Shown(button.where, button.kind.lower(), label, detail=detail if isinstance(detail, str) else "")


def _authentication_text(component: Component, filled: Filled) -> str:
    """Meta's own text of an authentication template, in English; elsewhere only what it will say."""
    minutes = component.rest.get("code_expiration_minutes")
    code = filled.texts.get(f"{component.where.removesuffix('body')}1", "{{1}}")
    if not filled.plan.definition.language.startswith("en"):
        return (
            f"‹Meta's text with the code {code}›" if component.kind == "BODY" else f"‹Meta's text: {minutes} minutes›"
        )
    if component.kind == "FOOTER":
        return f"This code expires in {minutes} minutes."
    safety = " For your security, do not share this code."
    return f"*{code}* is your verification code." + (
        safety if component.rest.get("add_security_recommendation") else ""
    )


def fill(plan: Plan, values: Any = ()) -> Filled:
    """A template with its values, and everything that is wrong with them.

    Args:
        plan: The template's plan.
        values: A list for the numbered variables of the body, or a table by key (numbers may be keys of the body).
    """
    body = plan.body
    if plan.plain and body is not None:
        given = {}
        if type(values) is dict:
            given = values.copy()
        elif type(values) in {list, tuple} and len(values) == len(plan.listed):
            given = dict(zip(plan.listed, values, strict=True))
        if given.keys() == plan.required and all_clean(given.values()):
            text = body.fill(given)
            if len(text) <= plan.body_limit and (text.isascii() or 2 * len(text) <= plan.body_limit):
                return Filled(plan, given, given, text, plan.standing)
    return _fill_with_care(plan, values)


def _fill_with_care(plan: Plan, values: object) -> Filled:
    findings: list[TemplateFinding] = list(plan.standing)
    given = _values_by_key(plan, values, findings)
    known = some_names(plan.needs)
    for key in given:
        if key not in plan.needs:
            message = f"there is a value for {quote_text(key)}; the template takes: {known}"
            findings.append(finding_of("ready.extra", "", message, variable=key))
    for key, need in plan.needs.items():
        if key in given:
            findings.extend(check_value(need, given[key]))
        elif need.required:
            findings.append(finding_of("ready.missing", need.where, f"{key} ({need.kind}) has no value", variable=key))
    texts = {key: text_of_value(value) for key, value in given.items()}
    findings.extend(_check_codes(plan, texts))
    findings.extend(_check_lengths(plan, texts))
    return Filled(plan, given, texts, plan.body.fill(texts) if plan.body else "", tuple(findings))


def _check_codes(plan: Plan, texts: Mapping[str, str]) -> Iterator[TemplateFinding]:
    """Whether the button of an authentication template takes over the code that its body tells."""
    definition = plan.definition
    if definition.category != AUTHENTICATION or not texts.get("1"):
        return
    for need in plan.needs.values():
        code = texts.get(need.key, "")
        if need.where != "body" and need.kind in {Kind.URL, Kind.COUPON, Kind.CODE} and code not in {"", texts["1"]}:
            message = f"{need.key} is {quote_text(code)}, the body has {quote_text(texts['1'])}"
            yield finding_of("ready.codes_differ", need.where, message, variable=need.key)


def _values_by_key(plan: Plan, values: object, findings: list[TemplateFinding]) -> dict[str, Any]:
    """The values by key, whichever way they were given."""
    given: dict[str, Any] = {}
    if isinstance(values, Mapping):
        for key, value in values.items():
            if not isinstance(key, str) and not (type(key) is int and abs(key) < _MANY_VARIABLES):
                findings.append(finding_of("ready.values", "", f"{quote_any(key)} is no key"))
            elif str(key) in given:
                findings.append(finding_of("ready.values", "", f"{key} is given twice, as a number and as text"))
            else:
                given[str(key)] = value
    elif not isinstance(values, list | tuple):
        findings.append(finding_of("ready.values", "", f"{quote_any(values)} is neither a list nor a table"))
    elif values and plan.body is not None and any(not name.isdigit() for name in plan.body.sites):
        findings.append(finding_of("ready.values", "body", "the variables have names; a list has none"))
    else:
        given = {str(number): value for number, value in enumerate(values, 1)}
    return given


def _check_lengths(plan: Plan, texts: Mapping[str, str]) -> Iterator[TemplateFinding]:
    for component in plan.definition.all_components:
        if component.text is not None and component.kind in {"HEADER", "BODY"}:
            limit = HEADER_LIMIT if component.kind == "HEADER" else plan.body_limit
            yield from _check_length(component.text, texts, limit)
        for button in component.buttons:
            if button.url is not None:
                yield from _check_length(button.url, texts, URL_LIMIT)


def _check_length(text: TemplateText, texts: Mapping[str, str], limit: int) -> Iterator[TemplateFinding]:
    if not text.sites:
        return
    filled = text.fill(texts)
    longest = max(text.keys, key=lambda key: len(texts.get(key, "")))
    for code, length, unit in (
        ("ready.too_long", len(filled), "characters"),
        ("ready.too_long_utf16", utf16_units(filled), "UTF-16 units"),
    ):
        if length > limit:
            message = f"{text.where} has {length} {unit} when filled, at most {limit}"
            yield finding_of(code, text.where, message, f"shorten {longest}, the longest value", variable=longest)
            return


def utf16_units(text: str) -> int:
    """How long a text is in UTF-16 units, as JavaScript and Meta's editor count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
