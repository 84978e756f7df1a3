"""One value: whether WhatsApp takes it, what the customer reads of it, and how the API writes it.

A value is text, as the customer shall read it, or an object as the API writes it (with its `type`): a currency, a date,
a location, a medium with its file name. Numbers are refused, because only the caller knows how a customer in Lisbon
reads twelve and a half. Nothing is cleaned in silence: a bad value is refused with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from math import isfinite
from typing import Any, Final
from urllib.parse import quote

from casecore.kernel.frozen_dict import NestedTooDeeply, plain_copy
from casecore.kernel.words import is_blank
from casecore.templates.definitions import MEDIA, OBJECTS, Kind, Need
from casecore.templates.findings import TemplateFinding, finding_of, quote_any, quote_text

CODE_LIMIT: Final = 15
"""The longest coupon and one-time password, in code points."""

_TYPES: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.TEXT: ("text", "currency", "date_time"),
    Kind.CODE: ("text",),
    Kind.URL: ("text",),
    Kind.PAYLOAD: ("payload",),
    Kind.COUPON: ("coupon_code",),
    Kind.EXPIRY: ("limited_time_offer",),
    **{kind: (kind.value,) for kind in MEDIA | OBJECTS},
}
"""The types of object that each kind of value takes; a kind that is not here takes any."""

_SHOWN_AS: Final = {"text": "text", "payload": "payload", "coupon_code": "coupon_code"}

_HALF: Final = re.compile("[\ud800-\udfff]")
_LINE: Final = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_URL_SAFE: Final = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]*")
_LINK: Final = re.compile(r"https?://[^\s]+", re.ASCII)
_ID: Final = re.compile("[0-9]+")
_EXPIRY: Final = re.compile("[1-9][0-9]{12}")
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,20})?")
_MANY: Final = 10**15
"""More milliseconds than any offer runs; of a number of thousands of digits, Python would not even make a text."""
_POLES: Final[Mapping[str, float]] = {"latitude": 90, "longitude": 180}


def all_clean(values: Collection[Any]) -> bool:
    """Whether values are plain visible text on one line, so that none needs a closer look: almost always.

    They are looked at together where that tells as much, because this is asked for every message.
    """
    try:
        joined = "".join(values)
    except TypeError:  # one of them is no text
        return False
    return (
        joined.isprintable()
        and "     " not in joined
        and "{" not in joined
        and (all(map(str.strip, values)) if joined.isascii() else not any(map(is_blank, values)))
    )


def text_of_value(value: object) -> str:
    """What the customer reads of a value; nothing of one that is no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        kind = value.get("type")
        if kind in ("currency", "date_time"):
            inner = value.get(kind)
            value = inner.get("fallback_value") if isinstance(inner, Mapping) else None
        else:
            value = value.get(_SHOWN_AS.get(kind, "")) if isinstance(kind, str) else None
    return value if isinstance(value, str) else ""


def check_value(need: Need, value: object) -> Iterator[TemplateFinding]:
    """What stands between a value and its place.

    Args:
        need: What is needed there.
        value: What is given: text, or an object as the API writes it.
    """
    key = need.key
    if isinstance(value, Mapping):
        kinds = _TYPES.get(need.kind)
        kind = value.get("type")
        if not isinstance(kind, str) or (kinds is not None and kind not in kinds):
            expected = " or ".join(kinds) if kinds else "a text"
            message = f"{key} is an object of type {quote_any(kind)}; its type is {expected}"
            yield finding_of("ready.object", need.where, message, variable=key)
            return
        if not _is_json(value):
            message = f"{key} holds what JSON has not: {quote_any(value)}"
            yield finding_of("ready.object", need.where, message, variable=key)
            return
        if need.kind in _INSIDE or need.kind is Kind.ACTION:
            yield from _check_inside(need, value, kind)
            return
        text = text_of_value(value)
        if not text:
            message = f"{key} has no text for the customer to read"
            yield finding_of("ready.blank", need.where, message, variable=key)
            return
    elif not isinstance(value, str):
        message = f"{key} is {quote_any(value)}, which is not text"
        yield finding_of("ready.not_text", need.where, message, variable=key)
        return
    else:
        text = value
    yield from _check_text(need, text)


def _is_json(value: Mapping[Any, Any]) -> bool:
    """Whether an object can be posted as it is."""
    try:
        json.dumps(plain_copy(value), allow_nan=False)
    except (NestedTooDeeply, RecursionError, TypeError, ValueError):
        return False
    return True


def _check_inside(need: Need, value: Mapping[Any, Any], kind: str) -> Iterator[TemplateFinding]:
    """What is wrong inside an object of the API: what it holds is checked as it would be, were it given as text."""
    if need.kind is Kind.ACTION and kind != Kind.ACTION:  # of a kind that is not known here
        return
    inner = value.get(kind)
    fields, check = _INSIDE.get(need.kind, ((), _no_inner_check))
    if not isinstance(inner, Mapping) or not all(
        any(inner.get(name) is not None and inner[name] != "" for name in names.split()) for names in fields
    ):
        lacking = " and ".join(names.replace(" ", " or ") for names in fields) or "its fields"
        message = f"{need.key} has no object under {quote_text(kind)} with {lacking}"
        yield finding_of("ready.object", need.where, message, variable=need.key)
        return
    yield from check(need, inner)


def _no_inner_check(need: Need, inner: Mapping[Any, Any]) -> Iterator[TemplateFinding]:
    yield from ()


def _check_inner_medium(need: Need, inner: Mapping[Any, Any]) -> Iterator[TemplateFinding]:
    for name, pattern, what in (("link", _LINK, "no link"), ("id", _ID, "no id")):
        held = inner.get(name)
        if held is not None and not (isinstance(held, str) and pattern.fullmatch(held)):
            message = f"the {name} of {need.key} is {quote_any(held)}, {what}"
            yield finding_of("ready.medium", need.where, message, variable=need.key)
    yield from _check_inner_texts(need, inner, ("filename", "caption"))


def _check_inner_location(need: Need, inner: Mapping[Any, Any]) -> Iterator[TemplateFinding]:
    for name, most in _POLES.items():
        degrees = _degrees_of(inner[name])
        if degrees is None or not -most <= degrees <= most:
            message = f"the {name} of {need.key} is {quote_any(inner[name])}, no number from -{most} to {most}"
            yield finding_of("ready.location", need.where, message, variable=need.key)
    yield from _check_inner_texts(need, inner, ("name", "address"))


def _degrees_of(value: object) -> float | None:
    if isinstance(value, str):
        return float(value) if _DEGREES.fullmatch(value) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) else None


def _check_inner_product(need: Need, inner: Mapping[Any, Any]) -> Iterator[TemplateFinding]:
    yield from _check_inner_texts(need, inner, ("product_retailer_id", "catalog_id"))


def _check_inner_expiry(need: Need, inner: Mapping[Any, Any]) -> Iterator[TemplateFinding]:
    held = inner["expiration_time_ms"]
    if isinstance(held, bool) or not isinstance(held, int | str) or not _EXPIRY.fullmatch(_digits(held)):
        message = f"{need.key} is {quote_any(held)}, not 13 digits"
        yield finding_of("ready.expiry", need.where, message, variable=need.key)


def _digits(held: int | str) -> str:
    return held if isinstance(held, str) else str(held) if abs(held) < _MANY else ""


def _check_inner_texts(need: Need, inner: Mapping[Any, Any], names: tuple[str, ...]) -> Iterator[TemplateFinding]:
    for name in names:
        held = inner.get(name)
        if held is not None and not (isinstance(held, str) and not is_blank(held)):
            message = f"the {name} of {need.key} is {quote_any(held)}, which is no text"
            yield finding_of("ready.object", need.where, message, variable=need.key)


_INSIDE: Final[
    Mapping[Kind, tuple[tuple[str, ...], Callable[[Need, Mapping[Any, Any]], Iterator[TemplateFinding]]]]
] = {
    **dict.fromkeys(MEDIA, (("link id",), _check_inner_medium)),
    Kind.LOCATION: (("latitude", "longitude"), _check_inner_location),
    Kind.PRODUCT: (("product_retailer_id",), _check_inner_product),
    Kind.EXPIRY: (("expiration_time_ms",), _check_inner_expiry),
}
"""What an object of each kind has inside, of what stands together one, and what else is asked of it."""


def _check_text(need: Need, text: str) -> Iterator[TemplateFinding]:
    key, where = need.key, need.where
    if is_blank(text):
        yield finding_of("ready.blank", where, f"{key} is blank: {quote_text(text)}", variable=key)
        return
    half = None if text.isascii() else _HALF.search(text)
    if half:
        message = f"{key} has U+{ord(half[0]):04X}, half a character"
        yield finding_of("ready.half_character", where, message, offset=half.start(), variable=key)
    yield from _CHECKS.get(need.kind, _no_check)(need, text)


def _no_check(need: Need, text: str) -> Iterator[TemplateFinding]:
    yield from ()


def check_line(need: Need, text: str) -> Iterator[TemplateFinding]:
    """What WhatsApp refuses in a value that the customer reads."""
    key, where = need.key, need.where
    for code, at, what in (
        ("ready.newline", _first_match_at(_LINE, text), "a line break"),
        ("ready.tab", text.find("\t"), "a tab"),
        ("ready.spaces", text.find("     "), "more than four spaces in a row"),
        ("ready.braces", text.find("{{"), "two braces"),
    ):
        if at >= 0:
            message = f"{key} has {what} at {at}: {quote_text(text)}"
            yield finding_of(code, where, message, offset=at, variable=key)


def _first_match_at(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.search(text)
    return match.start() if match else -1


def _check_code(need: Need, text: str) -> Iterator[TemplateFinding]:
    yield from check_line(need, text)
    if len(text) > CODE_LIMIT:
        message = f"{need.key} has {len(text)} characters, at most {CODE_LIMIT}"
        yield finding_of("ready.code_too_long", need.where, message, variable=need.key)


def check_url(need: Need, text: str) -> Iterator[TemplateFinding]:
    """What breaks an address."""
    safe = _URL_SAFE.match(text)
    at = safe.end() if safe else 0
    if at < len(text):
        message = f"{need.key} has U+{ord(text[at]):04X} at {at}: {quote_text(text)}"
        encoded = quote(text, safe="!#$%&'()*+,-./:;=?@[]_~", errors="replace")
        yield finding_of(
            "ready.url_value", need.where, message, f"write {quote_text(encoded)}", offset=at, variable=need.key
        )


def _check_medium(need: Need, text: str) -> Iterator[TemplateFinding]:
    if not _LINK.fullmatch(text) and not _ID.fullmatch(text):
        message = f"{need.key} is {quote_text(text)}, neither a link nor an id"
        yield finding_of("ready.medium", need.where, message, variable=need.key)


def _check_expiry(need: Need, text: str) -> Iterator[TemplateFinding]:
    if not _EXPIRY.fullmatch(text):
        message = f"{need.key} is {quote_text(text)}, not 13 digits"
        yield finding_of("ready.expiry", need.where, message, variable=need.key)


def _check_object(need: Need, text: str) -> Iterator[TemplateFinding]:
    message = f"{need.key} is {quote_text(text)}, which is not an object"
    remedy = f'give an object: {{"type": "{need.kind}", "{need.kind}": {{…}}}}'
    yield finding_of("ready.object", need.where, message, remedy, variable=need.key)


_CHECKS: Final = {
    Kind.TEXT: check_line,
    Kind.CODE: _check_code,
    Kind.COUPON: _check_code,
    Kind.URL: check_url,
    Kind.EXPIRY: _check_expiry,
    Kind.ACTION: _check_object,
    **dict.fromkeys(MEDIA, _check_medium),
    **dict.fromkeys(OBJECTS, _check_object),
}


def write_parameter(kind: Kind, value: Any) -> dict[str, Any]:
    """A value as the API writes it.

    Args:
        kind: What sort of value it is.
        value: A value that `check_value` has nothing against.
    """
    if not isinstance(value, str):
        return dict(plain_copy(value))
    if kind in MEDIA:
        return {"type": kind.value, kind.value: {"id" if _ID.fullmatch(value) else "link": value}}
    if kind is Kind.PAYLOAD:
        return {"type": "payload", "payload": value}
    if kind is Kind.COUPON:
        return {"type": "coupon_code", "coupon_code": value}
    if kind is Kind.EXPIRY:
        return {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": int(value)}}
    return {"type": "text", "text": value}
