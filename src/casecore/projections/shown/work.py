"""What is shown of what may be done, what is due, and what somebody has before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any, Final

from casecore.desk import Action, Due
from casecore.kernel import Reason
from casecore.projections.inbox import Inbox
from casecore.projections.shown.verdicts import reason_rows
from casecore.reports.shown.displays import WIDTH, Display, DisplayTable, TableRow, Writer, only_title
from casecore.reports.text import plural

# Actions -----------------------------------------------------------------------------------------------


def _action_line(action: Action) -> str:
    if not action.allowed:
        return f"✗ {action.name}: {', '.join(dict.fromkeys(reason.rule for reason in action.reasons))}"
    return f"✓ {action.name}" + (f", asks for {', '.join(action.asks)}" if action.asks else "")


def _action_display(action: Action) -> Display:
    entries = [f"from the catalogue: {', '.join(action.entries)}"] if action.entries else []
    reasons = DisplayTable.of("Why not", reason_rows(action.reasons))
    return Display(_action_line(action), entries, (reasons,), map(str, action.reasons))


def _actions_line(actions: Sequence[Action]) -> str:
    allowed = sum(action.allowed for action in actions)
    return f"{plural(len(actions), 'action')}: {allowed} allowed, {len(actions) - allowed} refused"


def _actions_display(actions: Sequence[Action]) -> Display:
    """Those that are allowed first; of the others, why not."""
    allowed = [action for action in actions if action.allowed]
    refused = [action for action in actions if not action.allowed]
    rows = [
        {
            "action": f"{'✓' if action.allowed else '✗'} {action.name}",
            "asks for": ", ".join(action.asks),
            "why not": "\n".join(map(_why, action.reasons)),
        }
        for action in (*allowed, *refused)
    ]
    brief = wrap(f"✓ {', '.join(action.name for action in allowed)}", WIDTH, subsequent_indent="  ") if allowed else []
    brief += [f"✗ {action.name}: {'; '.join(reason.message for reason in action.reasons)}" for action in refused]
    return Display(_actions_line(actions), tables=(DisplayTable.of("What may be done", rows),), brief=brief)


def _why(reason: Reason) -> str:
    return f"{reason.message} [{reason.rule}]" + (f" → {reason.remedy}" if reason.remedy else "")


def _action_rows(actions: Sequence[Action]) -> Iterator[TableRow]:
    for action in actions:
        yield {
            "action": action.name,
            "command": action.command.__name__,
            "allowed": action.allowed,
            "asks": ", ".join(action.asks),
            "rules": ", ".join(dict.fromkeys(reason.rule for reason in action.reasons)),
            "why": "; ".join(reason.message for reason in action.reasons),
            "remedy": "; ".join(reason.remedy for reason in action.reasons),
            "entries": ", ".join(action.entries),
        }


ACTION: Final = Writer(_action_line, _action_display)
ACTIONS: Final = Writer(_actions_line, _actions_display, _action_rows)


# Due ---------------------------------------------------------------------------------------------------


def _due_line(due: Due) -> str:
    return f"Due {due.at:%Y-%m-%d %H:%M:%S} UTC: {due.what}, case {due.case} ({due.key})"


def _dues_line(dues: Sequence[Due]) -> str:
    first = f", the first at {dues[0].at:%Y-%m-%d %H:%M:%S} UTC" if dues else ""
    return f"{plural(len(dues), 'instant')} to come{first}"


def _due_rows(dues: Sequence[Due]) -> Iterator[TableRow]:
    for due in dues:
        command = None if due.command is None else type(due.command).__name__
        yield {"at": due.at, "case": due.case, "what": due.what, "set_by": due.key, "command": command}


def _dues_display(dues: Sequence[Due]) -> Display:
    return Display(_dues_line(dues), tables=(DisplayTable.of("What is due", _due_rows(dues)),))


DUE: Final = Writer(_due_line, only_title(_due_line))
DUES: Final = Writer(_dues_line, _dues_display, _due_rows)


# Inbox -------------------------------------------------------------------------------------------------


def _inbox_line(inbox: Inbox) -> str:
    agent = inbox.agent
    counts = {
        "held": inbox.cases,
        "offered": inbox.offers,
        "to review": inbox.reviews,
        "to dispose": inbox.wrap_ups,
        "snoozed": inbox.snoozed,
        "promised": inbox.promises,
        "to take over": inbox.stranded,
    }
    parts = [f"{len(rows)} {word}" for word, rows in counts.items() if rows]
    return f"Inbox of {agent.id}, {agent.presence.replace('_', ' ')}: {', '.join(parts) or 'nothing'}"


def _inbox_display(inbox: Inbox) -> Display:
    rows = [
        {
            "what": row["what"],
            "case": row["case"],
            "customer": row["name"] or row["customer"],
            "channel": row["channel"],
            "status": row["status"],
            "since": row["since"],
            "until": row["until"],
            "to know": row["note"],
        }
        for row in _inbox_rows(inbox)
    ]
    return Display(_inbox_line(inbox), tables=(DisplayTable.of("What is before them", rows),))


def _inbox_rows(inbox: Inbox) -> Iterator[dict[str, Any]]:
    """A row for each thing, in the order of the inbox: what it is, of which case, since and until when."""
    for held in inbox.cases:
        notes = ["unanswered"] if held.unanswered_since is not None else []
        notes += ["live"] if held.live else []
        notes += ["authenticated"] if held.authenticated else []
        notes += [f"draft {held.draft.id} waits"] if held.draft is not None else []
        notes += ["may be ended for silence"] if held.idle is not None and held.idle.ready else []
        notes += ["window closed"] if held.window is not None and not held.window.open else []
        notes += ["blocked"] if held.blocked else []
        since, until = held.unanswered_since or held.status_at, held.answer_by
        yield _inbox_row("held", held, status=held.status, since=since, until=until, note=", ".join(notes))
    for offer in inbox.offers:
        what = "review offered" if offer.review else "offered"
        yield _inbox_row(what, offer, since=offer.offered_at, until=offer.expires_at, note=f"from {offer.queue}")
    for review in inbox.reviews:
        note = f"draft {review.draft.id} by {review.draft.author}" + (", stale" if review.draft.stale else "")
        yield _inbox_row("to review", review, since=review.draft.waiting_since, note=note)
    for wrap_up in inbox.wrap_ups:
        yield _inbox_row("to dispose", wrap_up, since=wrap_up.ended_at, note="overdue" * (wrap_up in inbox.overdue))
    for duty in inbox.duties:
        yield _inbox_row("to relate", duty, note=", ".join(sorted(duty.missing)))
    for word, promises in (("promised", inbox.promises), ("to take over", inbox.stranded)):
        for promise in promises:
            kept = promise.commitment
            note = f"{'overdue: ' if promise.overdue else ''}{kept.what}"
            yield _inbox_row(word, kept, until=kept.due_at, note=note)
    for risk in inbox.clocks:
        note = f"{risk.clock.name.replace('_', ' ')}, {risk.clock.percent:.0f} % of its target"
        yield _inbox_row("clock", risk, until=risk.clock.due, note=note)
    for asleep in inbox.snoozed:
        yield _inbox_row("snoozed", asleep, until=asleep.until)


_INBOX_ROW: Final = ("what", "case", "customer", "name", "channel", "status", "since", "until", "note")


def _inbox_row(what: str, thing: Any, **known: Any) -> dict[str, Any]:
    channel = getattr(thing, "channel", None)
    told = {
        "what": what,
        "case": thing.case,
        "customer": getattr(thing, "customer", None),
        "name": getattr(thing, "name", None),
        "channel": channel,
        "note": "",
        **known,
    }
    return {name: told.get(name) for name in _INBOX_ROW}


INBOX: Final = Writer(_inbox_line, _inbox_display, _inbox_rows)
