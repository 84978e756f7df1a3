"""What Meta asks of a template of a category, and of the kinds of component that have rules of their own.

* An **authentication** template's body is Meta's own text, and its one button takes over the one-time password. As Meta
  returns it, it has that text, and the button is a link to WhatsApp.
* A **limited-time offer** belongs to MARKETING: a text of its own, no footer, the code before the link.
* What is yet to be created gives an **example** of each variable, medium and coupon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from casecore.kernel.words import is_blank
from casecore.templates.definitions import AUTHENTICATION, Button, Component, Definition, examples_of
from casecore.templates.filling import utf16_units
from casecore.templates.findings import TemplateFinding, finding_of, quote_any, quote_text

# From general knowledge of the field, as in `lint.py`.
OFFER_TEXT_LIMIT: Final = 16
MINUTES: Final = range(1, 91)
MARKETING: Final = "MARKETING"

_HOW_TAKEN: Final = frozenset({"COPY_CODE", "ONE_TAP", "ZERO_TAP"})
_FLOWS: Final = ("flow_id", "flow_name", "flow_json")


def check_length(where: str, text: str, limit: int) -> Iterator[TemplateFinding]:
    """Whether a text keeps its limit: an error by code points, a warning where only UTF-16 units pass it."""
    if len(text) > limit:
        yield finding_of("lint.too_long", where, f"{where} has {len(text)} characters, at most {limit}")
    elif utf16_units(text) > limit:
        yield finding_of("lint.too_long_utf16", where, f"{where} has {utf16_units(text)} UTF-16 units, at most {limit}")


def _check_absent_texts(definition: Definition) -> Iterator[TemplateFinding]:
    """Components that say nothing, because they have no text at all."""
    for component in definition.all_components:
        needed = (
            (component.kind == "HEADER" and component.format == "TEXT")
            or (component.kind == "BODY" and definition.category not in {"", AUTHENTICATION})
            or (component.kind == "FOOTER" and "code_expiration_minutes" not in component.rest)
        )
        if needed and component.text is None:
            yield finding_of("lint.empty_text", component.where, f"{component.where} has no text")


def _check_header_category(definition: Definition) -> Iterator[TemplateFinding]:
    header = definition.component("HEADER")
    if header is None or definition.category in {"", MARKETING}:
        return
    nowhere_else = header.format == "GIF" or (header.format == "LOCATION" and definition.category != "UTILITY")
    if nowhere_else or definition.category == AUTHENTICATION:
        yield finding_of("lint.header_category", "header", f"the category is {definition.category}")


def _check_authentication(definition: Definition) -> Iterator[TemplateFinding]:
    if definition.category != AUTHENTICATION:
        return
    body, footer = definition.body, definition.component("FOOTER")
    returned = _is_as_returned(definition)
    if body is not None and body.text is not None and not returned:
        yield finding_of("lint.authentication_text", "body", "the body has a text of its own")
    minutes = footer.rest.get("code_expiration_minutes") if footer else None
    if minutes is not None and not (type(minutes) is int and minutes in MINUTES):
        yield finding_of("lint.expiry_minutes", "footer", f"the code expires after {quote_any(minutes)} minutes")
    for button in definition.buttons:
        if button.kind != "OTP" and not (button.kind == "URL" and returned):
            message = f"there is a button {quote_text(button.kind)}"
            yield finding_of("lint.button_category", button.where, message)


_META_SAYS: Final = "*{{1}}* is your verification code."
_META_LEADS_TO: Final = "whatsapp.com/otp/"


def _is_as_returned(definition: Definition) -> bool:
    """Whether an authentication template is as Meta returns it: with the text and the link that Meta wrote itself.

    Some from before have a text of their own and nothing else; Meta would not approve them today.
    """
    if any(button.url is not None and _META_LEADS_TO in button.url.source for button in definition.buttons):
        return True
    body = definition.body
    if not definition.exists or body is None or body.text is None:
        return False
    told = body.rest.keys() & {"add_security_recommendation", "example"}
    return bool(told or definition.buttons) or body.text.source.startswith(_META_SAYS)


def _check_offers(definition: Definition) -> Iterator[TemplateFinding]:
    offer = definition.component("LIMITED_TIME_OFFER")
    if offer is None:
        return
    where, plain = offer.where, offer.rest.get("limited_time_offer")
    text = plain.get("text") if isinstance(plain, Mapping) else None
    if not isinstance(text, str) or is_blank(text):
        yield finding_of("lint.offer_text", where, f"its text is {quote_any(text)}")
    else:
        yield from check_length(where, text, OFFER_TEXT_LIMIT)
    if definition.category not in {"", MARKETING}:
        yield finding_of("lint.offer_category", where, f"the category is {definition.category}")
    header = definition.component("HEADER")
    if header is not None and header.format not in {None, "IMAGE", "VIDEO"}:
        yield finding_of("lint.offer_header", "header", f"the format is {header.format}")
    if definition.component("FOOTER") is not None:
        yield finding_of("lint.offer_footer", "footer", "there is a footer")
    kinds = [button.kind for button in definition.buttons]
    if "COPY_CODE" in kinds[1:]:
        at = kinds.index("COPY_CODE", 1)
        message = f"before the code there is a button {quote_text(kinds[0])}"
        yield finding_of("lint.offer_buttons", definition.buttons[at].where, message)


def _check_button_fields(definition: Definition) -> Iterator[TemplateFinding]:
    for button in _all_buttons(definition):
        how = button.rest.get("otp_type")
        if button.kind == "OTP" and not (isinstance(how, str) and how.upper() in _HOW_TAKEN):
            yield finding_of("lint.otp_type", button.where, f"its otp_type is {quote_any(how)}")
        if button.kind == "FLOW" and not any(button.rest.get(name) for name in _FLOWS):
            yield finding_of("lint.flow_missing", button.where, f"{button.where} names no flow")


def _all_buttons(definition: Definition) -> Iterator[Button]:
    for component in definition.all_components:
        yield from component.buttons


def _check_examples(definition: Definition) -> Iterator[TemplateFinding]:
    if definition.exists or not definition.name:  # what has been created may be returned without its examples
        return
    for component in definition.all_components:
        if component.kind == "HEADER" and component.format in {"IMAGE", "VIDEO", "DOCUMENT", "GIF"}:
            example = component.rest.get("example")
            if not (isinstance(example, Mapping) and example.get("header_handle")):
                yield finding_of("lint.example_missing", component.where, f"{component.where} has no example medium")
        if component.kind in {"HEADER", "BODY"}:
            yield from _check_examples_of(component)
        for button in component.buttons:
            yield from _check_example_of(button)


def _check_examples_of(component: Component) -> Iterator[TemplateFinding]:
    text = component.text
    if text is None or not text.sites:
        return
    examples = examples_of(component)
    if not examples:
        yield finding_of("lint.example_missing", component.where, f"{component.where} has no examples")
    elif examples.keys() != set(text.variables):
        message = f"{component.where} has {len(text.variables)} variables and {len(examples)} examples"
        if len(text.variables) == len(examples):
            message = f"{component.where} has examples for {', '.join(sorted(examples))}"
        yield finding_of("lint.example_count", component.where, message)


def _check_example_of(button: Button) -> Iterator[TemplateFinding]:
    """The example of a link with a variable, or of a coupon: a text, or a list of one."""
    given: Any = button.rest.get("example")
    variables = () if button.url is None else button.url.variables
    if not variables and button.kind != "COPY_CODE":
        return
    listed = given if isinstance(given, list | tuple) else [given]
    if not any(isinstance(one, str) and not is_blank(one) for one in listed):
        yield finding_of("lint.example_missing", button.where, f"{button.where} has no example")
    elif len(listed) > max(1, len(variables)):
        message = f"{button.where} has {len(listed)} examples for {max(1, len(variables))}"
        yield finding_of("lint.example_count", button.where, message)


KIND_RULES: Final = (
    _check_absent_texts,
    _check_header_category,
    _check_authentication,
    _check_offers,
    _check_button_fields,
    _check_examples,
)
