"""`casecore explain`: what a key of a policy is worth, and every value that lost against it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import attrs
from cyclopts import Parameter

from casecore.channels import Channel
from casecore.cli.inputs import load_policy
from casecore.cli.screen import Screen
from casecore.cli.streams import write_document
from casecore.kernel.problems import Problem, did_you_mean
from casecore.policies import Aspect, PolicyError
from casecore.policies.explaining import KeyExplanation, SaidValue
from casecore.policies.explaining import explain as explain_key
from casecore.policies.kinds import Choice
from casecore.policies.layers import DateOrInstant, case_in_words, start_of_day, zone_of

_NOTHING: Final = "nothing"


def explain(
    key: str,
    /,
    *,
    channel: str | None = None,
    queue: str | None = None,
    tag: tuple[str, ...] = (),
    at: str | None = None,
    policy: Annotated[str | None, Parameter(metavar="FILE")] = None,
    format: Literal["text", "json"] = "text",  # noqa: A002 -- the option's name
) -> int:
    """Tell what a key of a policy is worth, and why: the value in force, and every value that lost against it.

    Args:
        key: The key, e.g. chat.idle.silence, or enforcement.tags.limit for how a rule is kept.
        channel: The channel of the case.
        queue: The queue in which the case is.
        tag: A tag that the case carries; may be given several times.
        at: A date, or an instant with its offset; now, if it is left out.
        policy: The SOP, a TOML file; the one that ships with casecore if it is left out.
        format: Lines for people, or JSON for programs.
    """
    sop = load_policy(policy)
    problems: list[Problem] = []
    if channel is not None:
        Choice(Channel).read(channel, "--channel", problems)
    if queue is not None and queue not in sop.queues:
        expected, remedy = f"one of {', '.join(sop.queues)}", did_you_mean(queue, sop.queues)
        problems.append(Problem("--queue", f"there is no queue {queue!r}", expected, remedy))
    day = datetime.now(UTC) if at is None else DateOrInstant().read(at, "--at", problems)
    if problems:
        raise PolicyError("explain", tuple(problems))
    case = Aspect(None if channel is None else Channel(channel), queue, frozenset(tag))
    found = explain_key(sop, key, start_of_day(day, zone_of(sop)), case)
    screen = Screen()
    if format == "json":
        write_document(json.dumps(_explanation_to_dict(found), indent=2))
    else:
        _show_explanation(found, screen)
    return 0


def _show_explanation(found: KeyExplanation, screen: Screen) -> None:
    screen.print_line(screen.paint_text(f"{found.key.path} = {_value_text(found.in_force.value)}", "bold"))
    screen.print_paragraph(found.key.doc)
    case = "a case that no override is for" if found.case == Aspect() else case_in_words(found.case)
    screen.print_paragraph(f"for {case}, at {found.at.isoformat()}")
    screen.print_line()
    rows = [_value_row(found.in_force, "in force")]
    rows += [_value_row(said, "lost") for said in found.lost]
    screen.print_table(("", "value", "said by", "where", "why it lost"), rows, frozenset({"said by", "why it lost"}))


def _value_row(said: SaidValue, verdict: str) -> tuple[str, ...]:
    return verdict, _value_text(said.value), said.by, "" if said.origin is None else str(said.origin), said.why


def _value_text(value: Any) -> str:
    return _NOTHING if value is None else json.dumps(value, ensure_ascii=False)


def _explanation_to_dict(found: KeyExplanation) -> dict[str, Any]:
    case = found.case
    return {
        "key": found.key.path,
        "what": found.key.doc,
        "at": found.at.isoformat(),
        "case": {"channel": case.channel, "queue": case.queue, "tags": sorted(case.tags)},
        "in_force": _value_to_dict(found.in_force),
        "lost": [{**_value_to_dict(said), "why": said.why} for said in found.lost],
    }


def _value_to_dict(said: SaidValue) -> dict[str, Any]:
    where = None if said.origin is None else attrs.asdict(said.origin, filter=lambda field, _: field.name != "text")
    return {"value": said.value, "by": said.by, "location": where}
