"""To whom: the facts about a recipient that only the desk knows, and what follows from them.

* A template needs a basis: the person opted in, or wrote to us on WhatsApp before. A policy may accept only one.
* An open 24-hour window *is* prior contact: they have just written. It is no opt-in, so where a policy demands one for
  starting a conversation, it demands it inside the window too. Whoever only answers in a conversation that is under way
  needs no basis, and leaves the recipient out of the check; the desk does so by itself.
* Free text goes out only inside the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import field, frozen

from casecore.channels import Consent as Consent  # noqa: PLC0414 -- the face takes it from here
from casecore.templates.findings import TemplateFinding, finding_of
from casecore.templates.phones import check_phone

ANY_CONSENT: Final = frozenset(Consent)


def _to_bases(bases: Iterable[Consent | str]) -> frozenset[Consent]:
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
    consent: frozenset[Consent] = field(default=frozenset(), converter=_to_bases)
    accepted: frozenset[Consent] = field(default=ANY_CONSENT, converter=_to_bases)
    window_open: bool = False


def check_template_recipient(recipient: Recipient) -> Iterator[TemplateFinding]:
    """What stands in the way of sending this person a template."""
    yield from check_phone(recipient.phone)
    bases = recipient.consent | {Consent.PRIOR_CONTACT} if recipient.window_open else recipient.consent
    if bases & recipient.accepted:
        return
    if not bases:
        yield finding_of("ready.consent", "to", f"{recipient.phone} neither opted in nor wrote to us before")
        return
    given, asked = (", ".join(sorted(some)) or "nothing" for some in (bases, recipient.accepted))
    message = f"the basis is {given}; the policy accepts {asked}"
    yield finding_of("ready.consent_basis", "to", message)


def check_text_recipient(recipient: Recipient) -> Iterator[TemplateFinding]:
    """What stands in the way of sending this person free text."""
    yield from check_phone(recipient.phone)
    if not recipient.window_open:
        yield finding_of("ready.window", "to", f"the window of {recipient.phone} is closed")
