"""The catalogue: what a reply can be made from, and what of it fits a case.

* Entries are message templates, quick replies, forms and payment requests. They stand in the policy
  (`[catalogue.NAME]`) or come from the host, e.g. as Meta lists its templates; of two with one name the host's counts.
* What fits is for the case's **channel**. On WhatsApp, outside the window, only templates fit, and of templates only
  those that are approved. What is longer than the channel takes fits it not, nor what has emoji where it takes none.
* A reply is made from an entry by giving its values: `PreparedText`, which names the entry. That every blank is filled
  is asked of it like of any prepared text (`template.ready`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from casecore.channels import WHATSAPP, Channel, TemplateKind
from casecore.kernel import Enforcement, frozen
from casecore.kernel.words import first_emoji
from casecore.policies import Policy
from casecore.policies.sections import TEMPLATE_ENTRIES, CatalogueKind
from casecore.rooms.prepared import PreparedText


@frozen
class CatalogueEntry:
    """One thing from which an agent makes a reply.

    Attributes:
        name: By which it is listed.
        kind: What it is.
        definition: It as JSON text, as `PreparedText` has it.
    """

    name: str
    kind: CatalogueKind
    definition: str

    @classmethod
    def of(cls, name: str, kind: CatalogueKind, definition: Mapping[str, Any]) -> Self:
        """An entry that a host has as plain data.

        Raises:
            CommandError: When it cannot be written as JSON.
        """
        return cls(name, kind, PreparedText.of(definition, kind=_template_kind(kind)).definition)

    def filled(self, values: Mapping[str, str] | None = None) -> PreparedText:
        """What a reply is made from, once its blanks have values."""
        return PreparedText(_template_kind(self.kind), self.definition, values or {}, self.name)

    def read(self) -> Any:
        """The `Template`, `AppleTemplate` or `QuickReply` itself, e.g. to ask for its blanks.

        Raises:
            TemplateError: When the definition has not the shape of its kind.
        """
        return self.filled().read()

    @property
    def is_template(self) -> bool:
        """Whether it is a template of a channel, not a quick reply."""
        return self.kind in TEMPLATE_ENTRIES

    def fits(self, channel: Channel, *, window_open: bool = True, emoji: bool = True) -> bool:
        """Whether a reply on a channel can be made from it now.

        Args:
            channel: The channel of the case.
            window_open: On WhatsApp: whether free text may be sent.
            emoji: Whether the channel takes emoji.
        """
        from casecore.templates.findings import TemplateError
        from casecore.templates.quick_replies import LIMITS

        try:
            made_from = self.read()
        except TemplateError:  # what cannot be read fits nowhere; `template.ready` says why
            return False
        if not emoji and first_emoji(self.filled().reading(channel)[0]) is not None:
            return False
        match self.kind:
            case CatalogueKind.WHATSAPP_TEMPLATE:
                return channel is WHATSAPP and made_from.status == "APPROVED"
            case CatalogueKind.APPLE_TEMPLATE:
                return channel is Channel.APPLE_MESSAGES
            case _:
                free = channel is not WHATSAPP or window_open
                short = made_from.shortest <= LIMITS.get(channel, made_from.shortest)
                return free and short and (not made_from.channels or channel in made_from.channels)


def _template_kind(kind: CatalogueKind) -> TemplateKind:
    return TEMPLATE_ENTRIES.get(kind, TemplateKind.QUICK_REPLY)


def entries_of(policy: Policy, given: Iterable[CatalogueEntry] = ()) -> tuple[CatalogueEntry, ...]:
    """Every entry, by name.

    Args:
        policy: The SOP.
        given: What the host has besides; of two with one name it counts.
    """
    entries = {
        name: CatalogueEntry(name, entry.kind, entry.definition_called(name))
        for name, entry in policy.catalogue.items()
    }
    entries |= {entry.name: entry for entry in given}
    return tuple(entries[name] for name in sorted(entries))


def takes_emoji(policy: Policy, channel: Channel) -> bool:
    """Whether a reply with emoji goes out on a channel, be it with a deviation.

    Args:
        policy: The SOP in force for the case.
        channel: Its channel.
    """
    takes: bool = getattr(policy.channels, channel).emoji
    return takes or policy.mode("channels.emoji") is not Enforcement.BLOCK
