"""Windows: when free text may be sent on WhatsApp, and what may be sent instead; and prepared texts on every channel.

* Within the policy's time (24 hours) of the customer's last message on the thread **free text** is allowed: text,
  attachments, quick replies. The end is exclusive: at exactly 24 hours the window is closed.
* While it is **closed**, or the customer has never written, only a WhatsApp template goes out, without attachments.
* A **prepared** text (a template, a quick reply), on whatever channel, goes out only if it is ready and says what the
  agent saw in the preview; see `prepared.py`.
* The rules guard the *sent reply*, so approving a draft is no way round them; they are asked then, at the hour of
  sending. A draft that could not be sent as it is, is not submitted either.

The customer's last message is one instant on the thread; the window's end is read from it, and so is told by `due`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from casecore.channels import WHATSAPP, TemplateKind
from casecore.kernel import UNCONCERNED, Event, Probe, Reason, Room, Rule, Timer, Unconcerned
from casecore.kernel.rooms import SECONDS, measures, wants
from casecore.policies import Policy
from casecore.rooms.approvals import DraftEdited, DraftSubmitted
from casecore.rooms.cases import HasCase, SeesCase
from casecore.rooms.prepared import PreparedText, obstacle
from casecore.rooms.replies import SUBJECT_ON_EMAIL, ReplySent, SendReply
from casecore.statuses import Status

# Timer -------------------------------------------------------------------------------------------------


def _on_whatsapp(view: SeesCase, policy: Policy) -> timedelta | None:
    return policy.whatsapp.window if view.case is not None and view.case.channel is WHATSAPP else None


WINDOW = Timer("the WhatsApp window closes", "whatsapp.window", "thread.customer_at", _on_whatsapp)


def is_open(view: SeesCase, policy: Policy, at: datetime) -> bool:
    """Whether the window of the thread is open at an instant (aware)."""
    wrote = None if view.thread is None else view.thread.customer_at
    return wrote is not None and at - wrote < policy.whatsapp.window


# Rules -------------------------------------------------------------------------------------------------


@wants("case")
@measures("closed_at", "seconds_late", "seconds", "limit", threshold=SECONDS)
def _free_text(view: HasCase, event: ReplySent | DraftSubmitted, policy: Policy) -> Reason | Unconcerned | None:
    case = view.case
    if case.channel is not WHATSAPP:
        return UNCONCERNED
    if is_open(view, policy, event.at):
        return None
    template = event.template is not None and event.template.kind is TemplateKind.WHATSAPP_TEMPLATE
    if template and not event.attachments:
        return None
    closed, limit = WINDOW.due(view, policy), policy.whatsapp.window.total_seconds()
    late = None if closed is None else (event.at - closed).total_seconds()
    since = "the customer has not written yet" if closed is None else f"the window closed at {closed.isoformat()}"
    return Reason(
        "whatsapp.window",
        f"case {case.id}: {since}; {'attachments go' if template else 'free text goes'} out only while it is open",
        "send the template without attachments" if template else "send an approved template",
        {
            "closed_at": closed,
            "seconds_late": late,
            "seconds": None if late is None else limit + late,
            "limit": limit,
        },
    )


@wants("case")
def _text_is_ready(
    view: HasCase, event: ReplySent | DraftSubmitted | DraftEdited, _: Policy
) -> Reason | Unconcerned | None:
    if event.template is None:
        return UNCONCERNED
    return obstacle(event.template, event.text, view.case.channel)


_SENT: tuple[type[Event], ...] = (ReplySent, DraftSubmitted)
_ANY_TEMPLATE = PreparedText(TemplateKind.WHATSAPP_TEMPLATE, "{}")

WINDOWS: Room[SeesCase] = Room(
    name="whatsapp",
    rules=(
        Rule(
            "whatsapp.window",
            "On WhatsApp, free text goes out only inside the window",
            "§7",
            _SENT,
            _free_text,
            ("template",),
        ),
        Rule(
            "template.ready",
            "A template or quick reply goes out complete, and as it was previewed",
            "§7",
            (*_SENT, DraftEdited),
            _text_is_ready,
            ("template", "text"),
        ),
    ),
    timers=(WINDOW,),
    probes=(
        Probe(
            "send_template",
            SendReply,
            {"send_as": Status.PENDING, "template": _ANY_TEMPLATE},
            asks=("message", "template", "text", "subject"),
            only_where=SUBJECT_ON_EMAIL,
        ),
    ),
)
