"""Prepared texts: a reply made from a template or a quick reply instead of being written.

* The command carries the template as it stands now, the values, and, as the reply's own text, what the agent saw in
  the **preview**. Sent is only what was seen: that text must be what the template makes of the values.
* Everything must be **ready**: the template approved, on its channel, no variable missing, blank or broken.
* The text lives in the reply like any other. The template stays beside it, so that whoever posts the message has all
  that the call needs.

How templates are read and filled is told in `casecore.templates`, which is loaded when the first one is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from casecore.channels import Channel, TemplateKind
from casecore.kernel import CommandError, Reason, a_choice, a_text, an_id, frozen, some_texts
from casecore.kernel.errors import quoted
from casecore.kernel.words import shorten


@frozen
class PreparedText:
    """A template or a quick reply, and its values.

    Attributes:
        kind: What it is.
        definition: The template as JSON text: as the Graph API gives it, or as its own `to_dict` writes it.
        values: The values, by the keys that `Template.needs` lists, or by the names of the blanks.
        entry: The entry of the catalogue that it is, if it is one (`catalogue.py`).
    """

    kind: TemplateKind = a_choice(TemplateKind)
    definition: str = a_text()
    values: Mapping[str, str] = some_texts(factory=dict, hash=False)
    entry: str | None = an_id(default=None)

    @classmethod
    def of(
        cls,
        template: Mapping[str, Any],
        values: Mapping[str, str] | None = None,
        kind: TemplateKind = TemplateKind.WHATSAPP_TEMPLATE,
    ) -> Self:
        """What is prepared from a template that a host has as plain data, e.g. as the Graph API gave it.

        Raises:
            CommandError: When it cannot be written as JSON, or is nested without end.
        """
        import json

        try:
            definition = json.dumps(template, ensure_ascii=False)
        except (RecursionError, TypeError, ValueError) as error:
            found = f"{quoted(template)} cannot be written as JSON ({error})"
            raise CommandError("definition", found, "give the template as plain data") from None
        return cls(kind, definition, {} if values is None else values)

    def read(self) -> Any:
        """The `Template`, `AppleTemplate` or `QuickReply` itself, e.g. to make the call that posts it.

        Raises:
            TemplateError: When the definition has not the shape of its kind.
        """
        from casecore.templates.prepared import read_prepared

        return read_prepared(self.kind, self.definition)

    def reading(self, channel: Channel) -> tuple[str, tuple[Any, ...]]:
        """What the customer will read on a channel, and each `TemplateFinding` that stands in the way."""
        from casecore.templates.prepared import fill_prepared

        return fill_prepared(self.kind, self.definition, self.values, channel)

    def __str__(self) -> str:
        from casecore.templates.findings import TemplateError

        try:
            return str(self.read().name)
        except TemplateError:
            return str(self.kind)


def obstacle(template: PreparedText, seen: str, channel: Channel) -> Reason | None:
    """What stands in the way of sending a prepared text; None where it is ready, and reads as it was seen."""
    text, findings = template.reading(channel)
    if findings:
        told = "; ".join(finding.message for finding in findings)
        remedies = "; ".join(dict.fromkeys(finding.remedy for finding in findings))
        codes = tuple(finding.code for finding in findings)
        return Reason("template.ready", f"{template}: {told}", remedies, {"findings": codes})
    if text == seen:
        return None
    return Reason(
        "template.ready",
        f"{template} reads {_shorten_text(text)}, and the agent saw {_shorten_text(seen)}",
        "show the preview again, and send what it says",
        {"findings": ()},
    )


_SHOWN = 80


def _shorten_text(text: str) -> str:
    return repr(shorten(text, _SHOWN + 1))
