"""To whom: the facts about a recipient that only the desk knows, and what follows from them.

* Inside the 24-hour window nobody needs to be asked for consent: the customer has just written.
* Outside it a template needs a basis: the person opted in, or wrote to us on WhatsApp before. A policy may accept only
  one of them.
* Free text goes out only inside the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from casecore.templates.findings import Finding, found
from casecore.templates.phones import check_phone


class Consent(StrEnum):
    """On what basis somebody may be written to."""

    OPT_IN = "opt_in"
    PRIOR_CONTACT = "prior_contact"


ANY_CONSENT: Final = frozenset(Consent)


def _bases(bases: Iterable[Consent | str]) -> frozenset[Consent]:
    return frozenset(map(Consent, (bases,) if isinstance(bases, str) else bases))


@frozen
class Recipient:
    """What the desk knows of somebody who is to be written to on WhatsApp.

    Attributes:
        phone: Their number, `+E.164`.
        consent: The bases of consent there are.
        accepted: The bases that the policy accepts.
        window_open: Whether their last message is less than 24 hours old.
    """

    phone: str
    consent: frozenset[Consent] = field(default=frozenset(), converter=_bases)
    accepted: frozenset[Consent] = field(default=ANY_CONSENT, converter=_bases)
    window_open: bool = False


def check_template_recipient(recipient: Recipient) -> Iterator[Finding]:
    """What stands in the way of sending this person a template."""
    yield from check_phone(recipient.phone)
    if recipient.window_open or recipient.consent & recipient.accepted:
        return
    if not recipient.consent:
        yield found("ready.consent", "to", f"{recipient.phone} neither opted in nor wrote to us before")
        return
    given, asked = (", ".join(sorted(bases)) or "nothing" for bases in (recipient.consent, recipient.accepted))
    message = f"the basis is {given}; the policy accepts {asked}"
    yield found("ready.consent_basis", "to", message)


def check_text_recipient(recipient: Recipient) -> Iterator[Finding]:
    """What stands in the way of sending this person free text."""
    yield from check_phone(recipient.phone)
    if not recipient.window_open:
        yield found("ready.window", "to", f"the window of {recipient.phone} is closed")
