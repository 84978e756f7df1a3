"""The tables about channels: what each takes, what every reply has to be, and the rules of email and WhatsApp."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from casecore.channels import Consent, MessageKind
from casecore.kernel import Enforcement
from casecore.policies.kinds import Choice, Flag, Id, Length, Named, Several, Table, a_source, key, section
from casecore.policies.sections.contacts import CLOSING_BLANKS


@section
class ChannelRules:
    """What a channel takes."""

    kinds: tuple[MessageKind, ...] = key(
        Several(Choice(MessageKind)),
        "The kinds of message that customers send here.",
        default=(MessageKind.DIRECT,),
        rules=("channels.kinds",),
    )
    attachments: bool = key(
        Flag(), "Whether a reply may carry attachments.", default=True, rules=("channels.attachments",)
    )
    emoji: bool = key(Flag(), "Whether a reply may contain emoji.", default=True, rules=("channels.emoji",))
    source: str = a_source()


def _channel_key(**rules: Any) -> Any:
    return key(Table(ChannelRules), "What the channel takes.", factory=lambda: ChannelRules(**rules))


_PUBLIC_KINDS = (
    MessageKind.DIRECT,
    MessageKind.POST,
    MessageKind.COMMENT,
    MessageKind.MENTION,
    MessageKind.LIKE,
)


@section
class Channels:
    """What each channel takes."""

    chat: ChannelRules = _channel_key()
    messaging: ChannelRules = _channel_key()
    whatsapp: ChannelRules = _channel_key()
    apple_messages: ChannelRules = _channel_key()
    messenger: ChannelRules = _channel_key()
    twitter_dm: ChannelRules = _channel_key()
    sms: ChannelRules = _channel_key(attachments=False)
    email: ChannelRules = _channel_key()
    voice: ChannelRules = _channel_key(attachments=False, emoji=False)
    facebook: ChannelRules = _channel_key(kinds=_PUBLIC_KINDS)
    twitter: ChannelRules = _channel_key(kinds=_PUBLIC_KINDS)
    linkedin: ChannelRules = _channel_key(kinds=_PUBLIC_KINDS)
    source: str = a_source()


class Relation(StrEnum):
    """What a contact is related to: somebody's or something's record in another system."""

    CUSTOMER = "customer"
    INSTALLER = "installer"
    CASE = "case"


class RelationsDue(StrEnum):
    """When the relations of a complaint have to be there."""

    AFTER_DISPOSITION = "after_disposition"
    BEFORE_DISPOSITION = "before_disposition"


@section
class Email:
    """The rules of email."""

    subject_required: bool = key(Flag(), "Whether an email that we send needs a subject.", default=True)
    relate_customer: bool = key(
        Flag(),
        "Whether a contact is related to the customer's record before it is disposed.",
        default=True,
        rules=("email.relations",),
    )
    relate_case: bool = key(
        Flag(),
        "Whether it is related to the account case, where there is one.",
        default=True,
        rules=("email.relations",),
    )
    complaint_relations: Mapping[str, tuple[Relation, ...]] = key(
        Named(Several(Choice(Relation))),
        "What a complaint is related to, by whom it is about.",
        factory=lambda: {"installer": tuple(Relation)},
        rules=("email.relations",),
    )
    complaint_relations_due: RelationsDue = key(
        Choice(RelationsDue),
        "Whether the installer may still be added after the disposition.",
        default=RelationsDue.AFTER_DISPOSITION,
        rules=("email.relations",),
    )
    source: str = a_source()


@section
class Replies:
    """What every reply has to be, whatever its channel."""

    blanks: Enforcement = key(
        Choice(Enforcement),
        "Whether a reply or a draft that still has a blank in it, {{1}} or a declared {name}, is refused, recorded or "
        "let pass.",
        default=Enforcement.BLOCK,
        rules=("replies.blanks",),
    )
    names: tuple[str, ...] = key(
        Several(Id()),
        "The names of blanks in the templates and quick replies that agents are given, beside {customer}.",
        default=(),
        rules=("replies.blanks",),
    )
    source: str = a_source()

    @property
    def blank_names(self) -> frozenset[str]:
        """Every name that is a blank between braces."""
        return frozenset((*CLOSING_BLANKS, *self.names))


@section
class WhatsApp:
    """The rules of WhatsApp."""

    window: timedelta = key(
        Length(most=timedelta(hours=24)),
        "How long after the customer's last message free text may be sent; WhatsApp itself ends it after 24 hours.",
        default=timedelta(hours=24),
        rules=("whatsapp.window",),
    )
    consent: tuple[Consent, ...] = key(
        Several(Choice(Consent)),
        "On what basis somebody may be written to first: they opted in, or wrote to us on WhatsApp before.",
        default=tuple(Consent),
        rules=("whatsapp.consent",),
    )
    source: str = a_source()
