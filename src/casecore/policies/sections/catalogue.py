"""The table of what replies are made from: quick replies, forms, payment requests and message templates, by channel."""

from __future__ import annotations

import json
from enum import StrEnum

from casecore.channels import Channel, TemplateKind
from casecore.policies.kinds import Choice, Several, Text, a_source, key, section


class CatalogueKind(StrEnum):
    """What an entry of the catalogue is."""

    QUICK_REPLY = "quick_reply"
    FORM = "form"
    PAYMENT_REQUEST = "payment_request"
    WHATSAPP_TEMPLATE = "whatsapp_template"
    APPLE_TEMPLATE = "apple_template"


TEMPLATE_ENTRIES = {
    CatalogueKind.WHATSAPP_TEMPLATE: TemplateKind.WHATSAPP_TEMPLATE,
    CatalogueKind.APPLE_TEMPLATE: TemplateKind.APPLE_TEMPLATE,
}
"""The kinds of entries that are templates of a channel; the others are quick replies."""

_PURPOSES = {CatalogueKind.QUICK_REPLY: "text", CatalogueKind.FORM: "form", CatalogueKind.PAYMENT_REQUEST: "payment"}


@section
class CatalogueItem:
    """One thing from which an agent makes a reply."""

    kind: CatalogueKind = key(Choice(CatalogueKind), "What it is.", default=CatalogueKind.QUICK_REPLY)
    text: str = key(
        Text(4096), "Of a quick reply, a form or a payment request: its text, with blanks like {customer}.", default=""
    )
    link: str = key(Text(2000), "Of a form or a payment request: where it leads, by https.", default="")
    definition: str = key(
        Text(65_536), "Of a template: its JSON, as the Graph API or `AppleTemplate.to_dict` gives it.", default=""
    )
    channels: tuple[Channel, ...] = key(
        Several(Choice(Channel)), "The channels that it is for; none named: any. A template has its own.", default=()
    )
    source: str = a_source()

    @property
    def template_kind(self) -> TemplateKind:
        """As what it is read."""
        return TEMPLATE_ENTRIES.get(self.kind, TemplateKind.QUICK_REPLY)

    def definition_called(self, name: str) -> str:
        """It as JSON text; a quick reply is called by its name in the catalogue."""
        if self.kind in TEMPLATE_ENTRIES:
            return self.definition
        plain = {"name": name, "text": self.text, "channels": [*self.channels], "purpose": _PURPOSES[self.kind]}
        return json.dumps(plain | ({"link": self.link} if self.link else {}), ensure_ascii=False)
