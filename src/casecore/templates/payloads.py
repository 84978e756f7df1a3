"""The call that sends a template: `POST /messages` of the Cloud API.

* Values go out by ascending number, one for each distinct number, never in the order of a table or of the alphabet
  (1, 10, 2). Named values carry their `parameter_name`.
* A component without values is left out. A button with values is a component of its own, at its index among **all**
  buttons; one whose address is fixed is none.
* The number of the recipient is `+E.164`; without the plus the API puts the sender's own country in front.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field

from casecore.kernel import frozen
from casecore.templates.definitions import Component, Definition, Kind, Need, needs_of
from casecore.templates.filling import Filled
from casecore.templates.findings import TemplateError, errors
from casecore.templates.phones import check_phone
from casecore.templates.values import write_parameter


@frozen
class Slot:
    """One component of the call: how it starts, and the values that go into it.

    Attributes:
        head: Its fixed fields.
        takes: (key, kind, name) of each value, in the order in which they go out; the name is empty for numbers.
        cards: Of a carousel: the components of each card.
        texts: The keys of `takes` where all of them are numbered texts: then they need no choosing.
    """

    head: Mapping[str, Any]
    takes: tuple[tuple[str, Kind, str], ...] = ()
    cards: tuple[tuple[Slot, ...], ...] = ()
    texts: tuple[str, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        plain = all(kind is Kind.TEXT and not name for _, kind, name in self.takes)
        object.__setattr__(self, "texts", tuple(key for key, _, _ in self.takes) if plain else ())


def slots_of(definition: Definition) -> tuple[Slot, ...]:
    """The components that a call for this template may have."""
    by_place: dict[str, list[Need]] = {}
    for need in needs_of(definition):
        by_place.setdefault(need.where, []).append(need)
    return tuple(slot for component in definition.components for slot in _slots_in(component, by_place))


def _slots_in(component: Component, by_place: dict[str, list[Need]]) -> Iterator[Slot]:
    needs = by_place.pop(component.where, ())  # of two components at one place, which Meta refuses, the first
    if needs:
        yield Slot({"type": component.kind.lower()}, tuple(_value_taken(need) for need in needs))
    for index, button in enumerate(component.buttons):
        head = {"type": "button", "sub_type": button.kind.lower(), "index": str(index)}
        if button.kind == "OTP":
            code = button.where.rpartition("button.")[0] + "1"
            yield Slot({**head, "sub_type": "url"}, ((code, Kind.CODE, ""),))
        elif button.where in by_place:
            yield Slot(head, tuple(_value_taken(need) for need in by_place.pop(button.where)))
    if component.cards:
        cards = [[slot for part in card.components for slot in _slots_in(part, by_place)] for card in component.cards]
        yield Slot({"type": "carousel"}, cards=tuple(map(tuple, cards)))


def _value_taken(need: Need) -> tuple[str, Kind, str]:
    name = need.key.rpartition(".")[2]
    named = need.kind is Kind.TEXT and not name.isdigit()
    return need.key, need.kind, name if named else ""


def payload(
    filled: Filled, slots: tuple[Slot, ...], to: str, options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The call that sends a filled template.

    Args:
        filled: The template with its values.
        slots: The components of its call.
        to: The recipient, `+E.164`.
        options: Further fields of the call, as the API writes them, e.g. `{"biz_opaque_callback_data": "…"}`.

    Raises:
        TemplateError: When anything stands in the way; it lists everything.
    """
    obstacles = (errors(filled.findings) if filled.findings else ()) + check_phone(to)
    if obstacles:
        raise TemplateError(obstacles)
    definition = filled.plan.definition
    template: dict[str, Any] = {"name": definition.name, "language": {"code": definition.language}}
    components = _write_components(slots, filled.values, plain=filled.texts is filled.values)
    if components:
        template["components"] = components
    call = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": "template",
        "template": template,
    }
    return {**options, **call} if options else call


def _write_components(
    slots: tuple[Slot, ...], values: Mapping[str, Any], *, plain: bool = False
) -> list[dict[str, Any]]:
    components: list[dict[str, Any]] = []
    for slot in slots:
        if slot.cards:
            filled = [(index, _write_components(card, values)) for index, card in enumerate(slot.cards)]
            cards = [{"card_index": index, "components": parts} for index, parts in filled if parts]
            if cards:
                components.append({**slot.head, "cards": cards})
            continue
        if plain and slot.texts:
            parameters = [{"type": "text", "text": values[key]} for key in slot.texts]
        else:
            parameters = [
                _write_named_parameter(kind, values[key], name) for key, kind, name in slot.takes if key in values
            ]
        if parameters:
            components.append({**slot.head, "parameters": parameters})
    return components


def _write_named_parameter(kind: Kind, value: Any, name: str) -> dict[str, Any]:
    written = write_parameter(kind, value)
    return {**written, "parameter_name": name} if name else written
