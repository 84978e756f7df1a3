"""What type checkers see of the templates."""

from typing import Any, assert_type

from casecore.templates import Filled, Need, QuickReply, Recipient, Shown, Template, TemplateFinding, explain_error
from casecore.templates.api_errors import ErrorExplanation

template = Template.parse("Hello {{1}}, welcome to us.", name="welcome", language="en")
assert_type(template, Template)
assert_type(Template.from_meta({}), Template)
assert_type(template.findings, tuple[TemplateFinding, ...])
assert_type([*template.lint()], list[TemplateFinding])
assert_type(template.needs, tuple[Need, ...])
assert_type(template.fill(["Ana"]), Filled)
assert_type(template.preview({"1": "Ana"}), tuple[Shown, ...])
assert_type(template.payload("+351912345678", {1: "Ana"}), dict[str, Any])
assert_type(template.ready(["Ana"], Recipient("+351912345678", {"opt_in"})), tuple[TemplateFinding, ...])
assert_type(template.to_meta(), dict[str, Any])
assert_type(QuickReply("hi", "Hello {customer}", ["chat"]).blanks, tuple[str, ...])
assert_type(explain_error(132001), ErrorExplanation)
