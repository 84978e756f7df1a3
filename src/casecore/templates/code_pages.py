"""What can be found in a template, code by code: for each an example that has it and one that has not.

An example is a line of Python, as somebody would write it; `order()` makes the definition of a template about an order,
with the fields one wants to see. The tests run every line. Only who asks for the meaning of a code loads this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from casecore.reports.code_pages import CodePage, bad_and_good, by_code
from casecore.templates.findings import CODES

NAMES: Final = "AppleTemplate Consent QuickReply Recipient Template check_phone lint_together normalise_phone"
"""The names of `casecore.templates` that the examples use."""

BODY: Final = "Hello {{1}}, your order {{2}} has left our shop and is on its way."


def order(body: str | None = BODY, *parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The definition of an approved template about an order.

    Args:
        body: The text of its body; None for none.
        parts: Components before the body.
        fields: Fields of the definition that differ.
    """
    components = [*parts, *([] if body is None else [{"type": "BODY", "text": body}])]
    plain = {"name": "order_sent", "language": "en", "category": "UTILITY", "status": "APPROVED"}
    return {**plain, "components": components, **fields}


def header(text: str) -> dict[str, Any]:
    """A header of text."""
    return {"type": "HEADER", "format": "TEXT", "text": text}


def footer(text: str) -> dict[str, Any]:
    """A footer."""
    return {"type": "FOOTER", "text": text}


def buttons(*given: dict[str, Any]) -> dict[str, Any]:
    """Buttons; one without a type is a quick reply."""
    return {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", **button} for button in given]}


def link(url: str) -> dict[str, Any]:
    """A link button."""
    return buttons({"type": "URL", "text": "Follow it", "url": url})


def carousel(*formats: str) -> dict[str, Any]:
    """A carousel with a card for each format of header."""
    return {
        "type": "CAROUSEL",
        "cards": [{"components": [{"type": "HEADER", "format": name}, buttons({"text": "More"})]} for name in formats],
    }


FILM: Final = {"type": "HEADER", "format": "IMAGE"}
COUPON: Final = {"type": "COPY_CODE", "example": "SUN25"}
CALL: Final = {"type": "URL", "text": "See", "url": "https://shop.example"}

_PARSE = {
    "unclosed": ('Template.parse("Hello {{1").findings', 'Template.parse("Hello {{1}}").findings'),
    "unopened": ('Template.parse("Hello 1}}").findings', 'Template.parse("Hello {{1}}").findings'),
    "unbalanced": ('Template.parse("Hello {{1}").findings', 'Template.parse("Hello {{1}}").findings'),
    "empty": ('Template.parse("Hello {{}}").findings', 'Template.parse("Hello {{1}}").findings'),
    "triple_braces": ('Template.parse("Hello {{{1}}}").findings', 'Template.parse("Hello {{1}}").findings'),
    "single_braces": ('Template.parse("Hello {1}").findings', 'Template.parse("Hello {{1}}").findings'),
    "double_braces": ('QuickReply("hi", "Hello {{customer}}")', 'QuickReply("hi", "Hello {customer}")'),
    "square_brackets": ('Template.parse("Hello [name]").findings', 'Template.parse("Hello {{1}}").findings'),
    "wide_braces": ('Template.parse("你好 ｛｛1｝｝，").findings', 'Template.parse("你好 {{1}}，").findings'),
    "unnamed_blank": ('QuickReply("hi", "Hello ____")', 'QuickReply("hi", "Hello {customer}")'),
    "spaced": ('Template.parse("Hello {{ 1 }}").findings', 'Template.parse("Hello {{1}}").findings'),
    "hidden_character": (
        r'Template.parse("Hello {{\u200e1}}").findings',
        'Template.parse("Hello {{1}}").findings',
    ),
    "leading_zero": ('Template.parse("Hello {{01}}").findings', 'Template.parse("Hello {{1}}").findings'),
    "number_too_large": ('Template.parse("Hello {{1000}}").findings', 'Template.parse("Hello {{1}}").findings'),
    "foreign_digits": ('Template.parse("مرحبا {{١}}").findings', 'Template.parse("مرحبا {{1}}").findings'),
    "bad_name": ('Template.parse("Hello {{First-Name}}").findings', 'Template.parse("Hello {{first_name}}").findings'),
    "mixed_styles": (
        'Template.parse("Hello {{1}}, {{city}}").findings',
        'Template.parse("Hello {{name}}, {{city}}").findings',
    ),
    "half_character": (r'Template.parse("Hello \ud83d").findings', r'Template.parse("Hello \U0001f600").findings'),
    "more": ('Template.parse("{" + "} {" * 60).findings', 'Template.parse("Hello {{1}}").findings'),
    "shape": ('Template.from_meta({"components": "Hello"})', "Template.from_meta(order())"),
}

_LINT = {
    "name": ('order(name="Order-Sent")', 'order(name="order_sent")'),
    "language_form": ('order(language="pt-br")', 'order(language="pt_BR")'),
    "language_unknown": ('order(language="hi_IN")', 'order(language="hi")'),
    "category_unknown": ('order(category="NEWS")', 'order(category="UTILITY")'),
    "category_legacy": ('order(category="TRANSACTIONAL")', 'order(category="UTILITY")'),
    "body_missing": ('order(None, footer("Thank you"))', 'order("Thank you.", footer("Your shop"))'),
    "twice": ('order("Thank you.", footer("One"), footer("Two"))', 'order("Thank you.", footer("One"))'),
    "unknown": ('order("Thank you.", {"type": "HOLOGRAM"})', 'order("Thank you.", footer("Your shop"))'),
    "too_long": ('order("Thank you.", footer("x" * 61))', 'order("Thank you.", footer("x" * 60))'),
    "too_long_utf16": (
        r'order("\U0001f600" * 600)',
        r'order("\U0001f600" * 500)',
    ),
    "empty_text": ('order("  ")', 'order("Thank you.")'),
    "header_format": ('order(BODY, {"type": "HEADER"})', "order(BODY, FILM)"),
    "header_variables": ('order(BODY, header("{{1}} and {{2}}"))', 'order(BODY, header("For {{1}}"))'),
    "footer_variable": ('order(BODY, footer("For {{1}}"))', 'order(BODY, footer("For you"))'),
    "newline": (r'order(BODY, header("Your\norder"))', 'order(BODY, header("Your order"))'),
    "formatting": ('order(BODY, header("*Your* order"))', 'order(BODY, header("Your order"))'),
    "emoji": (r'order(BODY, header("Your order \U0001f600"))', 'order(BODY, header("Your order"))'),
    "many_emoji": (r'order("Thanks " + "\U0001f600" * 11)', r'order("Thanks " + "\U0001f600" * 10)'),
    "newline_run": (r'order("Thank\n\n\n\nyou")', r'order("Thank\n\n\nyou")'),
    "gap": ('order("Your order {{1}} of {{3}} is here.")', 'order("Your order {{1}} of {{2}} is here.")'),
    "out_of_order": ('order("Your order {{2}} of {{1}} is here.")', 'order("Your order {{1}} of {{2}} is here.")'),
    "edge": ('order("Your code for today is {{1}}")', 'order("Your code {{1}} is for today.")'),
    "edge_punctuation": ('order("Your code for today is {{1}}.")', 'order("Your code {{1}} is for today.")'),
    "adjacent": ('order("Dear {{1}}{{2}}, your order is here.")', 'order("Dear {{1}}, your order {{2}} is here.")'),
    "adjacent_spaced": (
        'order("Dear {{1}} {{2}}, your order is here.")',
        'order("Dear {{1}}, your order {{2}} is here.")',
    ),
    "ratio": ('order("Dear {{1}}, thanks.")', 'order("Dear {{1}}, many thanks.")'),
    "reused_name": (
        'order("Hello {{name}}, {{name}} is here.", parameter_format="named")',
        'order("Hello {{name}}, {{other}} is here.", parameter_format="named")',
    ),
    "format_undeclared": (
        'order("Hello {{name}}, your order is here.")',
        'order("Hello {{name}}, your order is here.", parameter_format="named")',
    ),
    "format_mismatch": ('order(BODY, parameter_format="named")', 'order(BODY, parameter_format="positional")'),
    "example_missing": ('order(BODY, status="")', 'order("Thank you.", status="")'),
    "example_count": (
        'order(None, {"type": "BODY", "text": BODY, "example": {"body_text": [["Ana"]]}}, status="")',
        'order(None, {"type": "BODY", "text": BODY, "example": {"body_text": [["Ana", "A-1"]]}}, status="")',
    ),
    "header_category": (
        'order("Thanks.", {"type": "HEADER", "format": "LOCATION"}, category="AUTHENTICATION")',
        'order("Thanks.", {"type": "HEADER", "format": "LOCATION"}, category="UTILITY")',
    ),
    "authentication_text": (
        'order("Your code is {{1}}.", category="AUTHENTICATION")',
        'order("*{{1}}* is your verification code.", category="AUTHENTICATION")',
    ),
    "expiry_minutes": (
        'order(None, {"type": "FOOTER", "code_expiration_minutes": 0}, category="AUTHENTICATION")',
        'order(None, {"type": "FOOTER", "code_expiration_minutes": 10}, category="AUTHENTICATION")',
    ),
    "otp_category": (
        'order(BODY, buttons({"type": "OTP", "otp_type": "COPY_CODE"}))',
        'order(BODY, buttons({"type": "OTP", "otp_type": "COPY_CODE"}), category="AUTHENTICATION")',
    ),
    "otp_type": (
        'order(None, buttons({"type": "OTP"}), {"type": "BODY"}, category="AUTHENTICATION")',
        'order(None, buttons({"type": "OTP", "otp_type": "COPY_CODE"}), {"type": "BODY"}, category="AUTHENTICATION")',
    ),
    "button_category": (
        'order(None, buttons(COUPON), {"type": "BODY"}, category="AUTHENTICATION")',
        'order(None, buttons({"type": "OTP", "otp_type": "COPY_CODE"}), {"type": "BODY"}, category="AUTHENTICATION")',
    ),
    "offer_category": ('order("Thanks.", OFFER)', 'order("Thanks.", OFFER, category="MARKETING")'),
    "offer_text": (
        'order("Thanks.", {"type": "LIMITED_TIME_OFFER"}, category="MARKETING")',
        'order("Thanks.", OFFER, category="MARKETING")',
    ),
    "offer_header": (
        'order("Thanks.", OFFER, header("Today"), category="MARKETING")',
        'order("Thanks.", OFFER, FILM, category="MARKETING")',
    ),
    "offer_footer": (
        'order("Thanks.", OFFER, footer("Your shop"), category="MARKETING")',
        'order("Thanks.", OFFER, category="MARKETING")',
    ),
    "offer_buttons": (
        'order("Thanks.", OFFER, buttons(CALL, COUPON), category="MARKETING")',
        'order("Thanks.", OFFER, buttons(COUPON, CALL), category="MARKETING")',
    ),
    "flow_missing": (
        'order(BODY, buttons({"type": "FLOW", "text": "Rate us"}))',
        'order(BODY, buttons({"type": "FLOW", "text": "Rate us", "flow_id": "1"}))',
    ),
    "too_many_buttons": (
        'order(BODY, buttons(CALL, {**CALL, "text": "b"}, {**CALL, "text": "c"}))',
        'order(BODY, buttons(CALL, {**CALL, "text": "b"}))',
    ),
    "buttons_split": (
        'order(BODY, buttons({"text": "Yes"}, CALL, {"text": "No"}))',
        'order(BODY, buttons({"text": "Yes"}, {"text": "No"}, CALL))',
    ),
    "not_on_desktop": ('order(BODY, buttons({"text": "Yes"}, CALL))', 'order(BODY, buttons({"text": "Yes"}))'),
    "label_missing": ('order(BODY, buttons({"text": " "}))', 'order(BODY, buttons({"text": "Yes"}))'),
    "label_variable": ('order(BODY, buttons({"text": "Yes, {{1}}"}))', 'order(BODY, buttons({"text": "Yes"}))'),
    "label_repeated": (
        'order(BODY, buttons({"text": "Yes"}, {"text": "Yes"}))',
        'order(BODY, buttons({"text": "Yes"}, {"text": "No"}))',
    ),
    "url_missing": ('order(BODY, link("shop.example"))', 'order(BODY, link("https://shop.example"))'),
    "url_variables": (
        'order(BODY, link("https://shop.example/{{1}}/{{2}}"))',
        'order(BODY, link("https://shop.example/{{1}}"))',
    ),
    "url_variable_place": (
        'order(BODY, link("https://shop.example/{{1}}/follow"))',
        'order(BODY, link("https://shop.example/follow/{{1}}"))',
    ),
    "url_refused": ('order(BODY, link("https://wa.me/351912345678"))', 'order(BODY, link("https://shop.example"))'),
    "phone": (
        'order(BODY, buttons({"type": "PHONE_NUMBER", "text": "Call", "phone_number": "none"}))',
        'order(BODY, buttons({"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+351912345678"}))',
    ),
    "carousel_size": ('order(BODY, carousel("IMAGE"))', 'order(BODY, carousel("IMAGE", "IMAGE"))'),
    "carousel_differs": ('order(BODY, carousel("IMAGE", "VIDEO"))', 'order(BODY, carousel("IMAGE", "IMAGE"))'),
}

_READY = {
    "broken": ('order("Hello {{1}, thanks.")', "", 'order("Hello {{1}}, thanks.")', '["Ana"]'),
    "gap": ('order("Order {{1}} of {{3}} is here.")', "", 'order("Order {{1}} of {{2}} is here.")', '["A-1", "Ana"]'),
    "name_missing": ('order(name="")', "", 'order(name="order_sent")', ""),
    "language_missing": ('order(language="")', "", 'order(language="en")', ""),
    "status_unknown": ('order(status="")', "", 'order(status="APPROVED")', ""),
    "status": ('order(status="PAUSED")', "", 'order(status="APPROVED")', ""),
    "values": ("order()", '"Ana"', "order()", '["Ana", "A-1"]'),
    "missing": ("order()", '{"1": "Ana"}', "order()", '{"1": "Ana", "2": "A-1"}'),
    "extra": ("order()", '["Ana", "A-1", "today"]', "order()", '["Ana", "A-1"]'),
    "blank": ("order()", '["Ana", " "]', "order()", '["Ana", "A-1"]'),
    "not_text": ("order()", '["Ana", 12.5]', "order()", '["Ana", "12,50"]'),
    "newline": ("order()", r'["Ana\nSilva", "A-1"]', "order()", '["Ana Silva", "A-1"]'),
    "tab": ("order()", r'["Ana\tSilva", "A-1"]', "order()", '["Ana Silva", "A-1"]'),
    "spaces": ("order()", '["Ana     Silva", "A-1"]', "order()", '["Ana    Silva", "A-1"]'),
    "half_character": ("order()", r'["Ana \ud83d", "A-1"]', "order()", '["Ana", "A-1"]'),
    "braces": ("order()", '["{{1}}", "A-1"]', "order()", '["Ana", "A-1"]'),
    "too_long": ('order(BODY, footer("Bye"))', '["x" * 999, "A-1"]', "order()", '["x" * 900, "A-1"]'),
    "too_long_utf16": (
        'order(BODY, footer("Bye"))',
        r'["\U0001f600" * 600, "A-1"]',
        "order()",
        r'["\U0001f600" * 400, "A-1"]',
    ),
    "code_too_long": (
        'order("Your code is {{1}}.", category="AUTHENTICATION")',
        '["1234567890123456"]',
        'order("Your code is {{1}}.", category="AUTHENTICATION")',
        '["123456"]',
    ),
    "codes_differ": (
        'order("{{1}} is it.", link("https://whatsapp.com/otp/code/?code=otp{{1}}"), category="AUTHENTICATION")',
        '{"1": "123456", "button.0.1": "654321"}',
        'order("{{1}} is it.", link("https://whatsapp.com/otp/code/?code=otp{{1}}"), category="AUTHENTICATION")',
        '{"1": "123456", "button.0.1": "123456"}',
    ),
    "url_value": (
        'order("Thanks.", link("https://shop.example/{{1}}"))',
        '{"button.0.1": "São Paulo"}',
        'order("Thanks.", link("https://shop.example/{{1}}"))',
        '{"button.0.1": "S%C3%A3o%20Paulo"}',
    ),
    "medium": (
        'order("Thanks.", FILM)',
        '{"header.image": "logo.png"}',
        'order("Thanks.", FILM)',
        '{"header.image": "https://shop.example/logo.png"}',
    ),
    "expiry": (
        'order("Thanks.", OFFER)',
        '{"offer.expires": "tomorrow"}',
        'order("Thanks.", OFFER)',
        '{"offer.expires": "1798761600000"}',
    ),
    "location": (
        'order("Thanks.", PLACE)',
        '{"header.location": {"type": "location", "location": {"latitude": "north", "longitude": 0}}}',
        'order("Thanks.", PLACE)',
        '{"header.location": {"type": "location", "location": {"latitude": 0, "longitude": -9.1}}}',
    ),
    "object": (
        'order("Thanks.", PLACE)',
        '{"header.location": "Lisbon"}',
        'order("Thanks.", PLACE)',
        '{"header.location": {"type": "location", "location": {"latitude": "38.7", "longitude": "-9.1"}}}',
    ),
}
OFFER: Final = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends soon", "has_expiration": True}}
PLACE: Final = {"type": "HEADER", "format": "LOCATION"}

_PERSON = 'Template.from_meta(order("Thanks.")).ready([], Recipient("+351912345678", {}))'
_REST = {
    "lint.same_identity": ("lint_together([one, one])", "lint_together([one, two])"),
    "lint.same_text": ("lint_together([one, two])", "lint_together([one])"),
    "ready.phone": ('check_phone("912345678")', 'check_phone("+351912345678")'),
    "ready.phone_impossible": ('normalise_phone("+351 1234567")', 'normalise_phone("+351 912 345 678")'),
    "ready.phone_doubtful": ('normalise_phone("+55 11 9999 9999")', 'normalise_phone("+351 912 345 678")'),
    "ready.consent": (
        'Template.from_meta(order("Thanks.")).ready([], Recipient("+351912345678"))',
        'Template.from_meta(order("Thanks.")).ready([], Recipient("+351912345678", {Consent.OPT_IN}))',
    ),
    "ready.consent_basis": (
        _PERSON.format("{Consent.PRIOR_CONTACT}, {Consent.OPT_IN}"),
        _PERSON.format("{Consent.OPT_IN}, {Consent.OPT_IN}"),
    ),
    "ready.window": (
        'QuickReply("hi", "Hello").ready({}, "whatsapp", Recipient("+351912345678"))',
        'QuickReply("hi", "Hello").ready({}, "whatsapp", Recipient("+351912345678", window_open=True))',
    ),
    "ready.channel": (
        'QuickReply("hi", "Hello", {"chat"}).ready({}, "email")',
        'QuickReply("hi", "Hello", {"chat"}).ready({}, "chat")',
    ),
    "ready.outbound": (
        'AppleTemplate("hi", "Hello").ready({}, in_conversation=False)',
        'AppleTemplate("hi", "Hello").ready({}, in_conversation=True)',
    ),
    "ready.link": (
        'QuickReply("pay", "Please pay here:", purpose="payment")',
        'QuickReply("pay", "Please pay here:", purpose="payment", link="https://pay.example/{order}")',
    ),
    "ready.items": (
        'AppleTemplate("ask", "Are you there?", "quick_replies", ["Yes"])',
        'AppleTemplate("ask", "Are you there?", "quick_replies", ["Yes", "No"])',
    ),
}


def _ready(definition: str, values: str) -> str:
    return f"Template.from_meta({definition}).ready({values})"


EXAMPLES: Final[dict[str, tuple[str, str]]] = {
    **{f"parse.{code}": pair for code, pair in _PARSE.items()},
    **{
        f"lint.{code}": (f"Template.from_meta({bad}).lint()", f"Template.from_meta({good}).lint()")
        for code, (bad, good) in _LINT.items()
    },
    **{
        f"ready.{code}": (_ready(bad, given), _ready(good, better))
        for code, (bad, given, good, better) in _READY.items()
    },
    **_REST,
}
"""Code, and (what has it, what has not)."""

_PAGE = """\
# What can be found in a template

This page is generated from the table of codes and its examples; the tests run every line of it.

A finding has a code, a level, a place, a message and a remedy. Three checks find them: **parse** (is this the text of a
template?), **lint** (would Meta approve it today?) and **ready** (can it be sent now, with these values, to this
person?). An *error* stands in the way of its own check only: lint never keeps an approved template from being sent.

In the examples `order()` is the definition of an approved template about an order, whose body is
`{body}`
"""


def template_findings_page() -> str:
    """The page of codes, in Markdown."""
    lines = [_PAGE.replace("{body}", BODY)]
    for check, title in (("parse", "Parse"), ("lint", "Lint"), ("ready", "Ready")):
        lines += [f"## {title}", ""]
        for code, entry in CODES.items():
            if code.startswith(f"{check}."):
                bad, good = EXAMPLES[code]
                lines += [f"### {code}", "", f"*{entry.level}* · {entry.title} What to do: {entry.remedy}.", ""]
                lines += ["```python", f"{bad}  # {code}", f"{good}  # not", "```", ""]
    return "\n".join(lines)


_ABOUT: Final = """
In the examples `order()` is the definition of an approved template about an order: it, the parts beside it and all
examples lie in `casecore.templates.code_pages`.
"""

CODE_PAGES: Final[Mapping[str, CodePage]] = MappingProxyType(
    by_code(
        CodePage(
            code,
            entry.title.removesuffix("."),
            entry.level,
            _ABOUT.strip().replace("\n", " "),
            f"{entry.remedy[0].upper()}{entry.remedy[1:]}.",
            "python",
            bad_and_good(*EXAMPLES[code]),
        )
        for code, entry in CODES.items()
    )
)
"""What each code means, in the order of the checks."""
