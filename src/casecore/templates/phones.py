"""Phone numbers: strict by default, normalised where the `phone` extra is installed.

A number is written as E.164: a plus, the country code, the number, at most fifteen digits and nothing else. The plus is
no ornament: without it the API puts the sender's own country in front, and somebody else gets the message.

`normalise_phone` reads what people write. It refuses what a parser would silently drop or translate — an extension,
letters, digits of another script — and what cannot exist in its country; a number of no known range is only a warning,
because numbering plans change faster than tables.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, Final

from casecore.kernel.errors import MissingExtra
from casecore.templates.findings import TemplateError, TemplateFinding, finding_of, quote_any, quote_text

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_WRITTEN: Final = re.compile(r"\+?[0-9 ().\-/\u00a0]+")


def check_phone(number: object) -> tuple[TemplateFinding, ...]:
    """Nothing where a number is strict E.164; otherwise what is wrong with it."""
    if isinstance(number, str) and _E164.fullmatch(number):
        return ()
    return (finding_of("ready.phone", "to", *_why_not_e164(number)),)


def _why_not_e164(number: object) -> tuple[str, str | None]:
    if not isinstance(number, str):
        return f"{quote_any(number)} is not text", None
    shown = quote_text(number)
    bare = re.sub(r"[ ().\-/\u00a0]", "", number)
    if _E164.fullmatch(bare):
        return f"{shown} has marks between its digits", f"write {bare}"
    if re.fullmatch("00[1-9][0-9]{6,14}", bare):
        return f"{shown} starts with 00 instead of +", f"write +{bare[2:]}"
    if bare.isascii() and bare.isdigit():
        return f"{shown} has no + and country code: the sender's own country would be put in front", None
    if any(digit.isdigit() and not digit.isascii() for digit in number):
        return f"{shown} has digits that are not ASCII", None
    return f"{shown} is no number of the form + country code and number, 7 to 15 digits", None


def normalise_phone(number: str, region: str | None = None) -> tuple[str, tuple[TemplateFinding, ...]]:
    """A number as people write it, as E.164, with what is doubtful about it. Needs `casecore[phone]`.

    Args:
        number: What somebody wrote, e.g. `0351 912 345 678` or `912 345 678`.
        region: The country of numbers without a country code, in two capitals, e.g. `PT`; None refuses those.

    Raises:
        TemplateError: When it is no text or no number, or cannot exist.
        MissingExtra: When the `phone` extra is not installed.
    """
    if not isinstance(number, str):
        raise TemplateError([finding_of("ready.phone", "to", f"{quote_any(number)} is not text", "give it as text")])
    country: object = region
    if not isinstance(country, str | None):
        found = f"the region {quote_any(region)} is not text"
        raise TemplateError([finding_of("ready.phone", "to", found, "give a country in two capitals, or None")])
    try:
        phonenumbers: Any = import_module("phonenumbers")  # by name: the extra is not there for every type checker
    except ModuleNotFoundError:
        raise MissingExtra("phonenumbers", "phone", "reading a phone number as people write it") from None
    if not _WRITTEN.fullmatch(number):
        raise TemplateError([finding_of("ready.phone", "to", f"{quote_text(number)} has more than digits and marks")])
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException as error:
        reason = "has no country code, and no region is given" if region is None else f"is no number ({error})"
        raise TemplateError([finding_of("ready.phone", "to", f"{quote_text(number)} {reason}")]) from None
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_possible_number(parsed):
        message = f"{quote_text(number)}, read as {written}, cannot exist in its country"
        raise TemplateError([finding_of("ready.phone_impossible", "to", message)])
    if not phonenumbers.is_valid_number(parsed):
        return written, (finding_of("ready.phone_doubtful", "to", f"{written} is of no range known to be in use"),)
    return written, ()
