"""What can be wrong with a template: every finding has a code, and every code is in one table.

Three checks are kept apart, because they answer three questions:

* **parse** — is this the text of a template? What looks like a variable and is none is found here.
* **lint** — would Meta approve it today? Templates that break these rules have been approved all the same, so lint
  never stands in the way of sending.
* **ready** — can it be sent now, with these values, to this person?

A finding is data: code, level, where, message, remedy. Only findings of level `error` stand in the way of the check's
own step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from casecore.kernel import CasecoreError, frozen
from casecore.kernel.errors import quoted
from casecore.kernel.shown import DisplayedList
from casecore.kernel.words import shorten
from casecore.reports.findings import Severity

__all__ = ["CODES", "Code", "Severity", "TemplateError", "TemplateFinding", "errors", "finding_of", "quote_text"]

QUOTED: Final = 40
"""How much of a text a message quotes, in code points."""

LISTED: Final = 50
"""How many findings of one sort are listed: a text of a million stray braces is one mistake, not a million."""


NAMED: Final = 20
"""How many names of variables a message lists."""


class Code(NamedTuple):
    """What one code stands for: its level, the rule in one sentence, and what to do."""

    level: Severity
    title: str
    remedy: str


@frozen
class TemplateFinding:
    """One thing found.

    Attributes:
        code: Which rule, e.g. `parse.spaced`; the part before the dot is the check.
        level: How much it matters.
        where: The component, e.g. `body`, `header`, `button.0`, `card.1.body`; empty for the whole.
        message: What was found, with the measured value and the limit.
        remedy: What to write or do instead.
        offset: Where in the component's text, in code points from 0; None where there is no one place. In the check
            *ready*: where in the value.
        variable: The key of the variable it is about, e.g. `2` or `header.1`; empty where it is about none.
    """

    code: str
    level: Severity
    where: str
    message: str
    remedy: str = ""
    offset: int | None = None
    variable: str = ""

    def __str__(self) -> str:
        place = self.where or "template"
        if self.offset is not None and not self.variable:
            place = f"{place}:{self.offset}"
        return f"{self.level} {place} [{self.code}] {self.message}" + (f" -> {self.remedy}" if self.remedy else "")


class TemplateFindings(DisplayedList[TemplateFinding]):
    """Everything that was found."""

    __slots__ = ()

    shown_by = "casecore.templates.shown:FINDINGS"


class TemplateError(CasecoreError, ValueError):
    """A template that cannot be read, filled or sent; carries every finding, not only the first."""

    def __init__(self, findings: Iterable[TemplateFinding]) -> None:
        self.findings = tuple(findings)
        super().__init__(self.findings)  # the argument it is made from, so that the error survives pickling

    def __str__(self) -> str:
        return "; ".join(map(str, self.findings))


def finding_of(
    code: str, where: str, message: str, remedy: str | None = None, *, offset: int | None = None, variable: str = ""
) -> TemplateFinding:
    """A finding of a code of the table, with the code's own remedy unless a better one is known."""
    entry = CODES[code]
    advice = entry.remedy if remedy is None else remedy
    return TemplateFinding(code, entry.level, where, message, advice, offset=offset, variable=variable)


def errors(findings: Iterable[TemplateFinding]) -> tuple[TemplateFinding, ...]:
    """Those that stand in the way."""
    return tuple(finding for finding in findings if finding.level is Severity.ERROR)


def quote_text(text: str) -> str:
    """A text as a message quotes it: on one line, in quotes, not too long."""
    return repr(shorten(text, QUOTED))


def quote_any(value: object) -> str:
    """A value as a message quotes it, whatever it is: text, or what is none, also what is nested without end."""
    return quote_text(value if isinstance(value, str) else quoted(value))


def some_of(findings: Sequence[TemplateFinding]) -> tuple[TemplateFinding, ...]:
    """The first `LISTED` of them, and how many more there are: one mistake made a thousand times is told once."""
    more = len(findings) - LISTED
    if more <= 0:
        return tuple(findings)
    return (*findings[:LISTED], finding_of("parse.more", "", f"there are {more:,} more findings"))


def some_names(names: Collection[str]) -> str:
    """The first `NAMED` names of a list as a message tells them, and how many more there are."""
    listed = ", ".join(islice(names, NAMED))
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return f"{listed}{more}" if names else "none"


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: Final[dict[str, Code]] = {
    # parse: is this the text of a template?
    "parse.unclosed": Code(_E, "An opening brace is never closed.", "write the braces in full on both sides"),
    "parse.unopened": Code(_E, "A closing brace closes nothing.", "write the braces in full on both sides"),
    "parse.unbalanced": Code(
        _E, "More braces on one side than on the other.", "write the braces in full on both sides"
    ),
    "parse.empty": Code(_E, "Braces with nothing in them: a variable has lost its number.", "write its number again"),
    "parse.triple_braces": Code(_E, "More than two braces on each side.", "write two braces on each side"),
    "parse.single_braces": Code(
        _W, "Single braces make no variable; they go out as they are written.", "write {{1}} if a value belongs here"
    ),
    "parse.double_braces": Code(_E, "A blank of a quick reply has one brace on each side.", "write {customer}"),
    "parse.square_brackets": Code(
        _W, "Square brackets make no variable; they go out as they are written.", "write {{1}} if a value belongs here"
    ),
    "parse.wide_braces": Code(
        _W, "Full-width braces make no variable; they go out as they are written.", "write ASCII braces: {{1}}"
    ),
    "parse.unnamed_blank": Code(
        _E, "A blank without a name cannot be seen to be filled.", "name it, e.g. {order_number}"
    ),
    "parse.spaced": Code(_E, "Spaces inside the braces: Meta does not take it for a variable.", "remove the spaces"),
    "parse.hidden_character": Code(
        _E, "An invisible character inside the braces: Meta does not take it for a variable.", "delete and retype it"
    ),
    "parse.leading_zero": Code(_E, "Numbers start at 1 and have no leading zero.", "write {{1}}, {{2}} and so on"),
    "parse.number_too_large": Code(_E, "A variable's number has at most three digits.", "number them from {{1}} on"),
    "parse.foreign_digits": Code(
        _E, "Only the digits 0 to 9 number a variable, in every language.", "write the number in ASCII digits"
    ),
    "parse.bad_name": Code(
        _E,
        "A name has lower-case letters a to z, digits and underscores, starts with no digit, and has at most 32.",
        "rename the variable",
    ),
    "parse.mixed_styles": Code(
        _E, "A template's variables are all numbers or all names.", "use numbers throughout, or names throughout"
    ),
    "parse.half_character": Code(
        _E, "Half a character (a lone surrogate) cannot be sent.", "read the file again with its true encoding"
    ),
    "parse.more": Code(_W, "There are more findings than are listed.", "mend these first"),
    "parse.shape": Code(
        _E,
        "The definition does not have the shape of the Graph API's JSON.",
        "compare it with a template that the API returns",
    ),
    # lint: would Meta approve it today?
    "lint.name": Code(_E, "A name has 1 to 512 lower-case letters a to z, digits and underscores.", "rename it"),
    "lint.language_form": Code(_E, "A language is written as Meta writes it, e.g. pt_BR.", "write it as Meta does"),
    "lint.language_unknown": Code(
        _W, "The language is not on Meta's list.", "check the list; a message in another language is refused (132001)"
    ),
    "lint.category_unknown": Code(_W, "The category is not one of Meta's.", "use AUTHENTICATION, MARKETING or UTILITY"),
    "lint.category_legacy": Code(
        _W, "The category is no longer given out.", "use AUTHENTICATION, MARKETING or UTILITY"
    ),
    "lint.body_missing": Code(_E, "A template has one body.", "add a body"),
    "lint.twice": Code(_E, "A template has at most one component of a kind.", "keep one of them"),
    "lint.unknown": Code(_N, "The kind is not known here; it is kept and sent back as it came.", "check it by hand"),
    "lint.too_long": Code(_E, "A text is longer than Meta allows.", "shorten it"),
    "lint.too_long_utf16": Code(
        _W, "A text is within the limit by code points, but not as Meta's editor counts (UTF-16 units).", "shorten it"
    ),
    "lint.empty_text": Code(_E, "A text is there and says nothing.", "write it, or leave the component out"),
    "lint.header_format": Code(
        _E, "A header says what it is: TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION.", 'write its "format"'
    ),
    "lint.header_variables": Code(_E, "A header has at most one variable.", "move the others into the body"),
    "lint.footer_variable": Code(_E, "A footer has no variables.", "move it into the body"),
    "lint.newline": Code(_E, "A header and a footer are one line.", "write it on one line"),
    "lint.formatting": Code(_E, "A header has no formatting: * _ ~ and ` are not allowed.", "remove the marks"),
    "lint.emoji": Code(_E, "A header and a footer have no emoji.", "remove it"),
    "lint.many_emoji": Code(_W, "A body has at most ten emoji.", "remove some"),
    "lint.newline_run": Code(_W, "A body has at most two empty lines in a row.", "remove the empty lines"),
    "lint.gap": Code(_E, "Variables are numbered 1, 2, 3 … without a gap.", "renumber the variables"),
    "lint.out_of_order": Code(_W, "Variables appear in the order of their numbers.", "renumber the variables"),
    "lint.edge": Code(_E, "A body neither starts nor ends with a variable.", "put words around the variable"),
    "lint.edge_punctuation": Code(
        _W, "Only marks stand between a variable and the edge of the body.", "put a word there, to be sure"
    ),
    "lint.adjacent": Code(_E, "Two variables have something between them.", "put words between them, or make them one"),
    "lint.adjacent_spaced": Code(
        _W, "Two variables have more than a space between them.", "put words between them, or make them one"
    ),
    "lint.ratio": Code(
        _W, "A text has at least two words for each variable, and one more.", "add words, or remove variables"
    ),
    "lint.reused_name": Code(_E, "A named variable is used once.", "name each place, or use numbers"),
    "lint.format_undeclared": Code(
        _E, 'Names need "parameter_format": "named"; without it the template is always rejected.', "declare it"
    ),
    "lint.format_mismatch": Code(
        _E, "A template declared as named has no numbered variables.", "name the variables, or declare it positional"
    ),
    "lint.example_missing": Code(
        _W, "A template to be created gives an example for each variable, medium and coupon.", "add the example"
    ),
    "lint.example_count": Code(_E, "There are as many examples as variables.", "give one example for each variable"),
    "lint.header_category": Code(
        _E,
        "A header belongs to the categories MARKETING and UTILITY, a GIF to MARKETING.",
        "change the category or the header",
    ),
    "lint.authentication_text": Code(
        _W, "The body of an authentication template is Meta's own text.", "leave the text out"
    ),
    "lint.expiry_minutes": Code(_E, "A code expires after 1 to 90 minutes.", "give 1 to 90"),
    "lint.otp_category": Code(_E, "A one-time-password button belongs to the category AUTHENTICATION.", "change it"),
    "lint.otp_type": Code(
        _E, "A one-time-password button says how the code is taken over.", "write COPY_CODE, ONE_TAP or ZERO_TAP"
    ),
    "lint.button_category": Code(
        _E,
        "An authentication template has one button, for its one-time password.",
        'write a button of the type OTP, with "otp_type": "COPY_CODE"',
    ),
    "lint.offer_category": Code(_E, "A limited-time offer belongs to the category MARKETING.", "change the category"),
    "lint.offer_text": Code(_E, "A limited-time offer has a text of its own.", "write what is offered"),
    "lint.offer_header": Code(
        _W, "The header of a limited-time offer is an image or a video.", "use one of them, or leave the header out"
    ),
    "lint.offer_footer": Code(_E, "A limited-time offer has no footer.", "leave it out"),
    "lint.offer_buttons": Code(
        _E, "Of a limited-time offer the button with the code comes before the link.", "put COPY_CODE first"
    ),
    "lint.flow_missing": Code(_E, "A flow button names its flow.", "give flow_id, flow_name or flow_json"),
    "lint.too_many_buttons": Code(_E, "A template has at most so many buttons of a kind.", "remove some"),
    "lint.buttons_split": Code(_E, "Quick replies stand together.", "put all quick replies first or last"),
    "lint.not_on_desktop": Code(
        _N, "Four or more buttons, or quick replies beside others, are not shown on desktops.", "tell the customer"
    ),
    "lint.label_missing": Code(_E, "A button has a label.", "write it"),
    "lint.label_variable": Code(_E, "A label has no variable.", "write the label out"),
    "lint.label_repeated": Code(_E, "No two buttons have the same label.", "change one"),
    "lint.url_missing": Code(_E, "A link button has an address, which starts with http:// or https://.", "write it"),
    "lint.url_variables": Code(_E, "An address has at most one variable.", "make them one"),
    "lint.url_variable_place": Code(_E, "The variable of an address stands at its end.", "move it to the end"),
    "lint.url_refused": Code(_E, "Meta refuses shortened links and links to wa.me.", "link to your own site"),
    "lint.phone": Code(_E, "A call button has a number of digits, with the country code.", "write it like +351…"),
    "lint.carousel_size": Code(_E, "A carousel has 2 to 10 cards.", "add or remove cards"),
    "lint.carousel_differs": Code(
        _E, "All cards have a header of the same kind and the same kinds of buttons.", "make the cards alike"
    ),
    "lint.same_identity": Code(_E, "Name and language together are used once.", "rename one"),
    "lint.same_text": Code(_W, "Another template has the same body and footer: Meta refuses duplicates.", "keep one"),
    # ready: can it be sent now, with these values, to this person?
    "ready.broken": Code(_E, "A template with broken placeholders is never filled.", "mend the text first"),
    "ready.gap": Code(
        _E, "A template whose numbers have a gap cannot be filled by number.", "synchronise the template"
    ),
    "ready.name_missing": Code(_E, "A template is sent by its name.", "give the template's name"),
    "ready.language_missing": Code(_E, "A template is sent in one language.", "give the template's language"),
    "ready.status_unknown": Code(
        _W, "Whether Meta has approved the template is not known.", "read the template from the API first"
    ),
    "ready.status": Code(_E, "Only an approved template can be sent.", "choose an approved template"),
    "ready.values": Code(_E, "Values are a list for the numbered body, or a table by key.", "give them by key"),
    "ready.missing": Code(_E, "Every variable has a value.", "give the value"),
    "ready.extra": Code(_E, "No value is given that the template does not use.", "leave it out"),
    "ready.blank": Code(_E, "No value is blank: Meta refuses it.", "write what the customer shall read"),
    "ready.not_text": Code(_E, "A value is text, as the customer shall read it.", "write it as text"),
    "ready.newline": Code(_E, "A value has no line break.", "put it on one line"),
    "ready.tab": Code(_E, "A value has no tab.", "write a space"),
    "ready.spaces": Code(_E, "A value has at most four spaces in a row.", "remove spaces"),
    "ready.half_character": Code(
        _E, "Half a character (a lone surrogate) cannot be sent.", "read the value again with its true encoding"
    ),
    "ready.braces": Code(_W, "A value has braces; they go out as they are.", "check that no placeholder was pasted"),
    "ready.too_long": Code(_E, "The filled text is longer than WhatsApp takes (132005).", "shorten a value"),
    "ready.too_long_utf16": Code(
        _W, "The filled text is within the limit by code points, but not by UTF-16 units.", "shorten a value"
    ),
    "ready.code_too_long": Code(_E, "A code has at most 15 characters.", "shorten the code"),
    "ready.codes_differ": Code(
        _E, "An authentication template takes one code, the same in its body and its button.", "give the same code"
    ),
    "ready.url_value": Code(
        _E, "What is put into an address is percent-encoded: no spaces, no letters beyond ASCII.", "encode it"
    ),
    "ready.medium": Code(
        _E, "A medium is a link (https://…) or the id (digits) of an uploaded file.", "give a link or an id"
    ),
    "ready.expiry": Code(
        _E, "The end of an offer is an instant in milliseconds since 1970, in digits.", "write e.g. 1798761600000"
    ),
    "ready.location": Code(
        _E,
        "A location has a latitude from -90 to 90 and a longitude from -180 to 180, in degrees.",
        "write degrees as numbers",
    ),
    "ready.object": Code(_E, "This value is an object as the API writes it, with its type.", "give the object"),
    "ready.phone": Code(_E, "A number is written as E.164: + country code and number.", "write it like +351912345678"),
    "ready.phone_impossible": Code(_E, "The number cannot exist in its country.", "ask for the number again"),
    "ready.phone_doubtful": Code(_W, "The number is of no range known to be in use.", "check it"),
    "ready.consent": Code(
        _E, "A conversation is started only with somebody who opted in or wrote to us before.", "ask for their consent"
    ),
    "ready.consent_basis": Code(
        _E, "The policy does not accept this basis of consent.", "ask for a basis that the policy accepts"
    ),
    "ready.window": Code(
        _E, "Free text goes out only within 24 hours of the customer's last message.", "send an approved template"
    ),
    "ready.channel": Code(
        _E, "A quick reply or template is sent only on the channels it is for.", "choose another one"
    ),
    "ready.outbound": Code(
        _E, "On Apple Messages for Business the customer writes first.", "wait for them, or use another channel"
    ),
    "ready.link": Code(_E, "A form and a payment request have a link, which starts with https://.", "give the link"),
    "ready.items": Code(_E, "A message to choose from has the items its kind needs.", "add or remove items"),
}
"""Every code, in the order of the checks."""
