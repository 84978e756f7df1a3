"""What Meta asks of buttons: how many of a kind, in which order, and what each must have.

The buttons of each card of a carousel are looked at on their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from casecore.kernel.words import is_blank
from casecore.templates.definitions import AUTHENTICATION, Button, Definition
from casecore.templates.filling import URL_LIMIT, utf16_units
from casecore.templates.findings import TemplateFinding, finding_of, quote_any, quote_text
from casecore.templates.values import CODE_LIMIT

LABEL_LIMIT: Final = 25
PHONE_LIMIT: Final = 20
ALL_BUTTONS: Final = 10
ON_DESKTOP: Final = 3

AT_MOST: Final = {"QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "OTP": 1, "FLOW": 1, "CATALOG": 1,
                  "MPM": 1, "SPM": 1, "VOICE_CALL": 1}  # fmt: skip
"""Each kind of button that is known here, and how many of it a template may have."""

WITHOUT_LABEL: Final = frozenset({"COPY_CODE", "OTP", "SPM", "CATALOG", "MPM"})
"""Buttons whose label WhatsApp writes where the template has none."""

_SHORTENERS: Final = "bit.ly tinyurl.com t.co goo.gl ow.ly is.gd buff.ly rebrand.ly cutt.ly t.ly"
REFUSED_HOSTS: Final = frozenset(_SHORTENERS.split()) | {"wa.me", "api.whatsapp.com"}


def _button_groups(definition: Definition) -> Iterator[tuple[str, tuple[Button, ...]]]:
    for component in definition.all_components:
        if component.buttons:
            yield component.where, component.buttons


def _check_counts(definition: Definition) -> Iterator[TemplateFinding]:
    for where, buttons in _button_groups(definition):
        if len(buttons) > ALL_BUTTONS:
            yield finding_of(
                "lint.too_many_buttons", where, f"{where} has {len(buttons)} buttons, at most {ALL_BUTTONS}"
            )
        for kind, count in Counter(button.kind for button in buttons).items():
            if kind not in AT_MOST:
                yield finding_of("lint.unknown", where, f"the button {quote_text(kind)} is not known")
            elif count > AT_MOST[kind]:
                message = f"{where} has {count} buttons {kind}, at most {AT_MOST[kind]}"
                yield finding_of("lint.too_many_buttons", where, message)
        if definition.category not in {"", AUTHENTICATION} and any(button.kind == "OTP" for button in buttons):
            yield finding_of("lint.otp_category", where, f"the category is {definition.category}")


def _check_order(definition: Definition) -> Iterator[TemplateFinding]:
    for where, buttons in _button_groups(definition):
        quick = [button.kind == "QUICK_REPLY" for button in buttons]
        turns = sum(1 for left, right in pairwise(quick) if left != right)
        if turns > 1:
            yield finding_of(
                "lint.buttons_split", where, "quick replies stand on both sides of other buttons, or between"
            )
        if len(buttons) > ON_DESKTOP or turns:
            message = f"{where} has {len(buttons)} buttons" + (", quick replies beside others" if turns else "")
            yield finding_of("lint.not_on_desktop", where, message)


def _check_labels(definition: Definition) -> Iterator[TemplateFinding]:
    for _, buttons in _button_groups(definition):
        seen: set[str] = set()
        for button in buttons:
            where, label = button.where, button.label
            if label is None or is_blank(label):
                if label is not None or button.kind not in WITHOUT_LABEL:
                    yield finding_of("lint.label_missing", where, f"{where} has no label")
                continue
            if label in seen:
                yield finding_of("lint.label_repeated", where, f"the label {quote_text(label)} is there twice")
            seen.add(label)
            if "{{" in label:
                yield finding_of("lint.label_variable", where, f"the label is {quote_text(label)}")
            if len(label) > LABEL_LIMIT:
                yield finding_of(
                    "lint.too_long", where, f"the label has {len(label)} characters, at most {LABEL_LIMIT}"
                )
            elif utf16_units(label) > LABEL_LIMIT:
                message = f"the label has {utf16_units(label)} UTF-16 units, at most {LABEL_LIMIT}"
                yield finding_of("lint.too_long_utf16", where, message)


def _check_addresses(definition: Definition) -> Iterator[TemplateFinding]:
    for _, buttons in _button_groups(definition):
        for button in buttons:
            if button.kind == "URL":
                yield from _check_address(button)


def _check_address(button: Button) -> Iterator[TemplateFinding]:
    where = button.where
    url = button.url
    host = _host_of(url.source) if url is not None else ""
    if url is None or not host or not re.fullmatch(r"https?://\S+", url.source, re.IGNORECASE):
        yield finding_of("lint.url_missing", where, f"the address is {quote_text(url.source if url else '')}")
        return
    if len(url.source) > URL_LIMIT:
        yield finding_of("lint.too_long", where, f"the address has {len(url.source)} characters, at most {URL_LIMIT}")
    if len(url.sites) > 1:
        yield finding_of("lint.url_variables", where, f"the address has {len(url.sites)} variables, at most 1")
    elif url.sites and url.literals[-1]:
        message = f"after the variable there is {quote_text(url.literals[-1])}"
        yield finding_of("lint.url_variable_place", where, message)
    if host in REFUSED_HOSTS:
        yield finding_of("lint.url_refused", where, f"the address leads to {host}")


def _host_of(url: str) -> str:
    """To which host an address leads; empty where to none, or to one that only a variable would name."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:  # such as an IPv6 address without its bracket
        return ""
    return "" if host.startswith("{{") else host


def _check_phone_numbers(definition: Definition) -> Iterator[TemplateFinding]:
    for _, buttons in _button_groups(definition):
        for button in buttons:
            number = button.rest.get("phone_number")
            if button.kind == "PHONE_NUMBER" and not (isinstance(number, str) and _is_number(number)):
                yield finding_of("lint.phone", button.where, f"the number is {quote_any(number)}")
            example = button.rest.get("example")
            code = example[0] if isinstance(example, list) and example else example
            if button.kind == "COPY_CODE" and isinstance(code, str) and len(code) > CODE_LIMIT:
                message = f"the example code has {len(code)} characters, at most {CODE_LIMIT}"
                yield finding_of("lint.too_long", button.where, message)


def _is_number(number: str) -> bool:
    return len(number) <= PHONE_LIMIT and re.fullmatch(r"\+?[1-9][0-9 ()\-]{5,}", number) is not None


BUTTON_RULES: Final = (_check_counts, _check_order, _check_labels, _check_addresses, _check_phone_numbers)
