"""What an error of the Cloud API means: what happened, to which variable, whether to try again, what to do.

The API answers with a number and, often, details in English. The number picks a row of one table; the details are read
for what the number leaves open: which component, how many values were sent and expected, which format. The same fault
comes under different numbers in different versions (a line break in a value as 132018, 132000 or 100), so the details
are asked first. Where the filled message is at hand, its values are searched for the one to blame.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from casecore.kernel import changed, frozen
from casecore.templates.filling import Filled


class Retry(StrEnum):
    """Whether sending again can help."""

    NO = "no"
    AFTER_CHANGE = "after_change"
    LATER = "later"
    AS_TEMPLATE = "as_template"


@frozen
class ErrorExplanation:
    """An error of the API, explained.

    Attributes:
        code: The API's number.
        title: What Meta calls it, in short.
        happened: What happened, in one sentence.
        retry: Whether sending again can help.
        remedy: What to do.
        wait: How long to wait at least before sending again; None where waiting does not help.
        where: The component it is about, e.g. `body`; empty where it cannot be told.
        variable: The key of the variable it is about; empty where it cannot be told.
        known: Whether the number is in the table.
    """

    code: int
    title: str
    happened: str
    retry: Retry
    remedy: str
    wait: timedelta | None = None
    where: str = ""
    variable: str = ""
    known: bool = True


class _Row(NamedTuple):
    title: str
    happened: str
    retry: Retry
    remedy: str
    wait: timedelta | None = None


_NO, _CHANGE, _LATER, _TEMPLATE = Retry.NO, Retry.AFTER_CHANGE, Retry.LATER, Retry.AS_TEMPLATE
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

_SYNCHRONISE: Final = "read the template from the API again and give it the values that it asks for"
_REMOVE_BREAKS: Final = "remove line breaks, tabs and runs of more than four spaces from the value"

ERRORS: Final[dict[int, _Row]] = {
    4: _Row("Too many calls", "The app has made too many calls.", _LATER, "slow down", _HOUR),
    100: _Row("Invalid parameter", "A parameter of the call is wrong or missing.", _CHANGE, "correct the call"),
    80007: _Row("Rate limit", "The account has reached its rate limit.", _LATER, "slow down", _HOUR),
    130429: _Row("Rate limit", "The number sends too many messages a second.", _LATER, "slow down", _MINUTE),
    131008: _Row("Parameter missing", "A required parameter is missing or blank.", _CHANGE, "give every value"),
    131009: _Row("Parameter value", "The value of a parameter is not valid.", _CHANGE, "correct the value"),
    131021: _Row("Sender is recipient", "The message goes to the number it comes from.", _NO, "choose another number"),
    131026: _Row(
        "Undeliverable",
        "The message cannot be delivered: the number is not on WhatsApp, has not accepted its terms, or has too old a "
        "version.",
        _NO,
        "check the number, and use another channel",
    ),
    131030: _Row("Not allowed", "The number is not on the test account's list.", _CHANGE, "add it to the list"),
    131047: _Row(
        "Window closed",
        "More than 24 hours have passed since the customer last wrote.",
        _TEMPLATE,
        "send an approved template",
    ),
    131048: _Row(
        "Spam rate limit",
        "Too many earlier messages were blocked or reported.",
        _LATER,
        "stop, and check quality",
        _DAY,
    ),
    131049: _Row(
        "Marketing limit",
        "WhatsApp holds back marketing messages to this person for now, whoever sends them.",
        _LATER,
        "wait a day, and longer each time; do not send it again at once",
        _DAY,
    ),
    131050: _Row(
        "Marketing stopped", "The person has stopped your marketing messages.", _NO, "send them no more marketing"
    ),
    131051: _Row("Unsupported type", "This type of message is not supported.", _NO, "send another type of message"),
    131052: _Row("Medium download", "The medium could not be fetched from WhatsApp.", _LATER, "try again", _MINUTE),
    131053: _Row(
        "Medium upload", "The medium could not be fetched or is not of an allowed type.", _CHANGE, "check link and type"
    ),
    131056: _Row(
        "Pair rate limit", "Too many messages to this one person in a short time.", _LATER, "slow down", _MINUTE
    ),
    131063: _Row("Marketing off", "Marketing templates are switched off for this API.", _NO, "switch them on at Meta"),
    131064: _Row(
        "Misclassified", "Templates of a wrong category have used up their limit.", _NO, "correct the categories"
    ),
    132000: _Row(
        "Number of parameters", "The number of values does not match the approved template.", _CHANGE, _SYNCHRONISE
    ),
    132001: _Row(
        "Template unknown",
        "There is no approved template of that name in that language.",
        _CHANGE,
        "check name, language (en is not en_US) and status",
    ),
    132005: _Row("Text too long", "The filled text is longer than WhatsApp takes.", _CHANGE, "shorten a value"),
    132007: _Row("Content policy", "The content breaks a policy of WhatsApp.", _NO, "change the template, appeal"),
    132008: _Row("Parameter value", "The value of a parameter is not valid.", _CHANGE, "correct the value"),
    132012: _Row("Parameter format", "A value is not of the format that the template asks for.", _CHANGE, _SYNCHRONISE),
    132015: _Row("Template paused", "The template is paused for low quality.", _NO, "use another; improve this one"),
    132016: _Row("Template disabled", "The template is disabled for good for low quality.", _NO, "create a new one"),
    132018: _Row("Parameters", "There is something wrong with the values.", _CHANGE, "check every value"),
    132068: _Row("Flow blocked", "The flow is blocked.", _NO, "correct the flow"),
    132069: _Row("Flow throttled", "The flow has been sent too often.", _LATER, "slow down", _HOUR),
    # what the create call answers, as subcodes
    2388019: _Row("Template limit", "The account has all the templates it may have.", _NO, "delete some"),
    2388040: _Row("Too long", "A text is longer than allowed.", _CHANGE, "shorten it"),
    2388047: _Row("Header format", "The header is not allowed so.", _CHANGE, "look at the findings on the header"),
    2388072: _Row("Body format", "The body is not allowed so.", _CHANGE, "look at the findings on the body"),
    2388073: _Row("Footer format", "The footer is not allowed so.", _CHANGE, "look at the findings on the footer"),
    2388293: _Row("Too many variables", "There are too many variables for so few words.", _CHANGE, "add words"),
    2388299: _Row(
        "Variable at the edge", "The body starts or ends with a variable.", _CHANGE, "put words around the variable"
    ),
}
"""Code, and what is known of it."""

_COUNT: Final = re.compile(
    r"(?:(?P<where>\w+): )?number of localizable_params \((?P<sent>\d{1,9})\) does not match the expected number of "
    r"params \((?P<expected>\d{1,9})\)",
    re.IGNORECASE,
)
_FORMAT: Final = re.compile(
    r"(?P<where>\w+): format mismatch, expected (?P<expected>\w+), received (?P<received>\w+)", re.IGNORECASE
)
_BREAKS: Final = re.compile(r"new-line|newline|tab characters|consecutive spaces", re.IGNORECASE)
_NAMELESS: Final = re.compile(r"parameter name is missing or empty", re.IGNORECASE)
_PLACE: Final = re.compile(r"\b(header|body|footer|button|carousel)\b", re.IGNORECASE)


_READ: Final = 1000
"""How much of an error's details is read; what Meta writes is shorter, and the patterns look at each word of it."""


def explain_error(code: int, details: str = "", filled: Filled | None = None) -> ErrorExplanation:
    """What an error of the API means.

    Args:
        code: The error's `code` (or `error_subcode` of a create call).
        details: The error's `error_data.details`, or its message; the first thousand characters are read, and
            whatever is no text counts as none.
        filled: The message that was sent, where it is at hand; its values are searched for the one to blame.
    """
    row = ERRORS.get(code) if isinstance(code, int) else None  # what is no number is none that is known
    details = details[:_READ] if isinstance(details, str) else ""
    known = row is not None
    if row is None:
        row = _Row("Unknown error", "The API refused the call with a number not known here.", _NO, "read the details")
    place = _PLACE.search(details)
    about = ErrorExplanation(
        code,
        row.title,
        row.happened,
        row.retry,
        row.remedy,
        wait=row.wait,
        where=place[1].lower() if place else "",
        known=known,
    )
    for pattern, explain in _DETAILS:
        match = pattern.search(details)
        if match:
            return explain(about, match, filled)
    if known and code in _TO_BLAME:
        return _blame_value(about, filled, *_TO_BLAME[code])
    return about


_Explain = Callable[[ErrorExplanation, "re.Match[str]", Filled | None], ErrorExplanation]


def _with_cause(
    about: ErrorExplanation, happened: str, remedy: str, *, where: str | None = None, variable: str = ""
) -> ErrorExplanation:
    place = about.where if where is None else where
    return changed(about, happened=happened, retry=_CHANGE, remedy=remedy, wait=None, where=place, variable=variable)


def _explain_count(about: ErrorExplanation, match: re.Match[str], filled: Filled | None) -> ErrorExplanation:
    where = (match["where"] or "").lower()
    place = f"the {where}" if where else "a component"
    happened = f"The call gave {place} {match['sent']} values; the approved template has {match['expected']}."
    remedy = _SYNCHRONISE
    if filled is not None and where:
        ours = [need.key for need in filled.plan.needs.values() if need.where == where and need.required]
        if len(ours) != int(match["expected"]):
            remedy = f"your copy of the template is stale: it has {len(ours)}; {_SYNCHRONISE}"
    return _with_cause(about, happened, remedy, where=where)


def _explain_format(about: ErrorExplanation, match: re.Match[str], filled: Filled | None) -> ErrorExplanation:
    where, expected, received = match["where"].lower(), match["expected"].upper(), match["received"].upper()
    missing = received == "UNKNOWN"
    happened = f"The {where} needs {expected} and was given " + ("nothing of it." if missing else f"{received}.")
    key = f"{where}.{expected.lower()}"
    known = filled is None or key in filled.plan.needs
    remedy = f"give {key}" if known else f"your copy of the template is stale: it has no {key}; {_SYNCHRONISE}"
    return _with_cause(about, happened, remedy, where=where, variable=key if known else "")


def _explain_breaks(about: ErrorExplanation, _match: re.Match[str], filled: Filled | None) -> ErrorExplanation:
    happened = "A value has a line break, a tab or more than four spaces in a row."
    return _blame_value(
        _with_cause(about, happened, _REMOVE_BREAKS), filled, "ready.newline", "ready.tab", "ready.spaces"
    )


def _explain_nameless(about: ErrorExplanation, _match: re.Match[str], filled: Filled | None) -> ErrorExplanation:
    happened = "The template's variables have names, and the call gave values without parameter_name."
    return _with_cause(about, happened, f"give the values by name; {_SYNCHRONISE}")


_DETAILS: Final[tuple[tuple[re.Pattern[str], _Explain], ...]] = (
    (_COUNT, _explain_count),
    (_FORMAT, _explain_format),
    (_BREAKS, _explain_breaks),
    (_NAMELESS, _explain_nameless),
)
"""What details say more than their number, in the order in which they are looked for."""

_TO_BLAME: Final = {
    131008: ("ready.missing", "ready.blank"),
    132005: ("ready.too_long", "ready.too_long_utf16"),
    132018: ("ready.newline", "ready.tab", "ready.spaces", "ready.blank"),
}
"""What to look for in the message that was sent."""


def _blame_value(about: ErrorExplanation, filled: Filled | None, *codes: str) -> ErrorExplanation:
    if filled is None:
        return about
    suspects = [finding for finding in filled.findings if finding.code in codes]
    if not suspects:
        return about
    first = suspects[0]
    happened = f"{about.happened} {first.message}."
    return _with_cause(about, happened, first.remedy or about.remedy, where=first.where, variable=first.variable)
