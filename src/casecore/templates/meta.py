"""Reading and writing the Graph API's JSON: what `GET message_templates` returns, and what the create call takes.

Everything is read: every component, flat and nested examples, either case of every word, fields and kinds that are not
known here. Nothing is changed on the way: reading what was written gives the same template again. JSON that does not
have the shape of a template raises a `TemplateError` that lists every misfit with its path. What is wrong with a *text*
is no misfit: it is in the template's findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from casecore.kernel.frozen_dict import NestedTooDeeply, plain_copy
from casecore.templates.definitions import Button, Card, Component, Definition
from casecore.templates.findings import TemplateError, TemplateFinding, finding_of, quote_any, some_of
from casecore.templates.texts import parse_text

_GIVEN: Final = (
    "id",
    "status",
    "previous_category",
    "correct_category",
    "quality_score",
    "rejected_reason",
    "rejection_reason",
    "last_updated_time",
)
"""Fields that Meta sets: read, and not written into a create call."""


def read_definition(plain: object) -> dict[str, Any]:
    """The fields of a `Definition`.

    Args:
        plain: One template, as the API returns it or as the create call takes it.

    Raises:
        TemplateError: When it does not have the shape of a template; it lists every misfit, or the first of many.
    """
    if not isinstance(plain, Mapping):
        raise TemplateError([_misfit("", f"{quote_any(plain)} is no template", "give a JSON object")])
    try:
        return _read_fields(plain)
    except NestedTooDeeply as error:
        raise TemplateError([_misfit("", str(error), "give the template as the API writes it")]) from None


def _read_fields(plain: Mapping[Any, Any]) -> dict[str, Any]:
    reader = _Reader()
    rest = dict(plain)
    fields: dict[str, Any] = {key: reader.take_text(rest, key, "") or "" for key in ("name", "language")}
    for key in ("category", "status", "parameter_format"):
        fields[key] = (reader.take_text(rest, key, "") or "").upper()
    components = reader.take_objects(rest, "components", "")
    fields["components"] = tuple(
        reader.read_component(component, f"components[{index}]", "") for index, component in enumerate(components)
    )
    fields["rest"] = plain_copy(rest)
    if reader.misfits:
        raise TemplateError(some_of(reader.misfits))
    return fields


def _misfit(path: str, message: str, remedy: str | None = None) -> TemplateFinding:
    return finding_of("parse.shape", path, message, remedy)


class _Reader:
    """Takes known fields out of objects, and notes what does not fit."""

    def __init__(self) -> None:
        self.misfits: list[TemplateFinding] = []

    def take_text(self, rest: dict[str, Any], key: str, path: str) -> str | None:
        """Take a text out of an object; None where it is absent or null."""
        value = rest.pop(key, None)
        if value is None or isinstance(value, str):
            return value
        self.misfits.append(_misfit(f"{path}{key}", f"{quote_any(value)} is not text", "give text"))
        return None

    def take_objects(self, rest: dict[str, Any], key: str, path: str) -> list[Mapping[str, Any]]:
        """Take a list of objects out of an object; empty where it is absent or null."""
        value = rest.pop(key, None)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.misfits.append(_misfit(f"{path}{key}", f"{quote_any(value)} is not a list", "give a list"))
            return []
        for index, entry in enumerate(value):
            if not isinstance(entry, Mapping):
                message = f"{quote_any(entry)} is not an object"
                self.misfits.append(_misfit(f"{path}{key}[{index}]", message, "give an object"))
        return [entry for entry in value if isinstance(entry, Mapping)]

    def take_kind(self, rest: dict[str, Any], path: str) -> str:
        """Take the `type` out of an object."""
        kind = self.take_text(rest, "type", f"{path}.")
        if not kind:
            self.misfits.append(_misfit(f"{path}.type", "there is no type", "say which kind it is, e.g. BODY"))
            return ""
        return kind.upper()

    def read_component(self, plain: Mapping[str, Any], path: str, prefix: str) -> Component:
        """One component; `prefix` is `card.0.` and so on for those of a card."""
        rest = dict(plain)
        kind = self.take_kind(rest, path)
        where = f"{prefix}{kind.lower()}"
        text = self.take_text(rest, "text", f"{path}.")
        header = self.take_text(rest, "format", f"{path}.") if kind == "HEADER" else None
        parsed = None
        if text is not None:
            parsed = parse_text(text, where, prefix if kind == "BODY" else f"{where}.")
        buttons = tuple(
            self.read_button(button, f"{path}.buttons[{index}]", f"{prefix}button.{index}")
            for index, button in enumerate(self.take_objects(rest, "buttons", f"{path}."))
        )
        cards: tuple[Card, ...] = ()
        if not prefix:  # a card has no cards; whatever says otherwise is kept as it came
            cards = tuple(
                self.read_card(card, f"{path}.cards[{index}]", f"card.{index}.")
                for index, card in enumerate(self.take_objects(rest, "cards", f"{path}."))
            )
        form = header.upper() if header else None
        return Component(kind, where, parsed, format=form, buttons=buttons, cards=cards, rest=rest)

    def read_card(self, plain: Mapping[str, Any], path: str, prefix: str) -> Card:
        """One card of a carousel."""
        rest = dict(plain)
        parts = enumerate(self.take_objects(rest, "components", f"{path}."))
        return Card(tuple(self.read_component(part, f"{path}.components[{at}]", prefix) for at, part in parts), rest)

    def read_button(self, plain: Mapping[str, Any], path: str, where: str) -> Button:
        """One button."""
        rest = dict(plain)
        kind = self.take_kind(rest, path)
        label = self.take_text(rest, "text", f"{path}.")
        url = self.take_text(rest, "url", f"{path}.") if kind == "URL" else None
        return Button(kind, where, label, None if url is None else parse_text(url, where, f"{where}."), rest)


def write_definition(definition: Definition) -> dict[str, Any]:
    """The create call of a template: without what Meta sets. It is the caller's own, to be changed."""
    call: dict[str, Any] = {"name": definition.name, "language": definition.language, "category": definition.category}
    if definition.parameter_format:
        call["parameter_format"] = definition.parameter_format.lower()
    call.update((key, value) for key, value in definition.rest.items() if key not in _GIVEN)
    call["components"] = [_write_component(component) for component in definition.components]
    return dict(plain_copy(call))


def _write_component(component: Component) -> dict[str, Any]:
    plain: dict[str, Any] = {"type": component.kind}
    if component.format is not None:
        plain["format"] = component.format
    if component.text is not None:
        plain["text"] = component.text.source
    plain.update(component.rest)
    if component.buttons:
        plain["buttons"] = [_write_button(button) for button in component.buttons]
    if component.cards:
        cards = component.cards
        plain["cards"] = [
            {**card.rest, "components": [_write_component(part) for part in card.components]} for card in cards
        ]
    return plain


def _write_button(button: Button) -> dict[str, Any]:
    plain: dict[str, Any] = {"type": button.kind}
    if button.label is not None:
        plain["text"] = button.label
    if button.url is not None:
        plain["url"] = button.url.source
    return {**plain, **button.rest}
