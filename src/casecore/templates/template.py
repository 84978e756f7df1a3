"""A message template: read it, check it, fill it, see it, send it.

    >>> template = Template.parse("Hello {{1}}, your boiler is serviced on {{2}}. See you then!")
    >>> template.fill(["Inês", "12 March"]).text
    'Hello Inês, your boiler is serviced on 12 March. See you then!'

What can be asked, and what answers:

* `findings` — is it the text of a template? (the check *parse*)
* `lint()` — would Meta approve it today?
* `needs` — what has to be given to send it?
* `ready(values, recipient)` — can it go out now, with these values, to this person?
* `preview(values)` — what will the customer read?
* `payload(to, values)` — what do I post to the API?
* `to_meta()` — what do I post to create it?
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import field

from casecore.kernel import frozen
from casecore.kernel.shown import DisplayedList, Framed
from casecore.templates.definitions import Component, Definition, Need
from casecore.templates.filling import Filled, Plan, Shown, fill
from casecore.templates.findings import TemplateError, TemplateFinding, finding_of, quote_any, quote_text
from casecore.templates.meta import read_definition, write_definition
from casecore.templates.payloads import Slot, payload, slots_of
from casecore.templates.recipients import Recipient, check_template_recipient
from casecore.templates.texts import parse_text


@frozen
class Template(Framed, Definition):
    """A message template of WhatsApp. The fields are those of `Definition`."""

    shown_by = "casecore.templates.shown:TEMPLATE"

    _plan: Plan = field(init=False, repr=False, eq=False)
    _slots: tuple[Slot, ...] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_plan", Plan.of(self))
        object.__setattr__(self, "_slots", slots_of(self))

    @classmethod
    def parse(cls, text: str, *, name: str = "", language: str = "", category: str = "", status: str = "") -> Self:
        """A template that is a body and nothing else.

        Args:
            text: The body, with `{{1}}` or `{{first_name}}`. Any text can be read; what is wrong is in `findings`.
            name: The template's name, where it is known.
            language: As Meta writes it, e.g. `pt_BR`.
            category: `MARKETING`, `UTILITY`, `AUTHENTICATION`.
            status: `APPROVED` and so on, where it is known.

        Raises:
            TemplateError: When something of it is not text.
        """
        for field_name, given in (("name", name), ("language", language), ("category", category), ("status", status)):
            _require_text(given, field_name)
        parsed = parse_text(_require_text(text, "body"))
        named = any(not site.isdigit() for site in parsed.sites)
        body = Component("BODY", "body", parsed)
        style = "NAMED" if named else ""
        return cls(name, language, category.upper(), status.upper(), parameter_format=style, components=(body,))

    @classmethod
    def from_meta(cls, plain: object) -> Self:
        """A template from the Graph API's JSON: an item of `GET message_templates`, or the body of a create call.

        Raises:
            TemplateError: When it does not have the shape of a template, or is nested without end; it lists the
                misfits with their paths.
        """
        return cls(**read_definition(plain))

    def to_meta(self) -> dict[str, Any]:
        """The body of the call that creates this template; reading it again gives the same components."""
        return write_definition(self)

    @property
    def needs(self) -> tuple[Need, ...]:
        """Everything that has to be given, or may be, to send it; component by component."""
        return tuple(self._plan.needs.values())

    def lint(self) -> DisplayedList[TemplateFinding]:
        """The check *lint*: what Meta would say to it today. Never a reason not to send an approved template."""
        from casecore.templates.lint import lint_template

        return lint_template(self)

    def fill(self, values: Any = ()) -> Filled:
        """The template with its values. Never raises: what is wrong is in the result's findings.

        Args:
            values: A list for the numbered variables of the body; or a table by key: `1` or `first_name` for the
                body, `header.1`, `header.image`, `button.0.1` for the rest (`needs` lists them all). Each is text, or
                an object as the API writes it, with its `type`.
        """
        return fill(self._plan, values)

    def ready(self, values: Any = (), recipient: Recipient | None = None) -> tuple[TemplateFinding, ...]:
        """The check *ready*: what stands in the way of sending it now.

        Args:
            values: As `fill` takes them.
            recipient: What the desk knows of the person; None where that is checked elsewhere.
        """
        findings = fill(self._plan, values).findings
        return findings if recipient is None else (*findings, *check_template_recipient(recipient))

    def preview(self, values: Any = ()) -> tuple[Shown, ...]:
        """What the customer reads, component by component; a missing value is shown as its placeholder."""
        return fill(self._plan, values).preview

    def payload(self, to: str, values: Any = (), options: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The call of the Cloud API that sends it.

        Args:
            to: The recipient, `+E.164`.
            values: As `fill` takes them, or what `fill` returned.
            options: Further fields of the call, as the API writes them.

        Raises:
            TemplateError: When anything stands in the way; it lists everything.
        """
        filled = values if isinstance(values, Filled) else fill(self._plan, values)
        if filled.plan is not self._plan and filled.plan.definition != self:
            message = f"the values were filled into {quote_text(filled.plan.definition.name)}"
            raise TemplateError([finding_of("ready.values", "", message, "fill this template")])
        return payload(filled, self._slots, to, options)


def _require_text(text: object, where: str) -> str:
    if isinstance(text, str):
        return text
    message = f"{quote_any(text)} is not text"
    raise TemplateError([finding_of("parse.shape", where, message, f"give the {where} as text")])
