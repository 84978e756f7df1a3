"""`casecore explain`: what a key of a policy is worth, and what lost against it; a rule; the code of a finding."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import attrs
from cyclopts import Parameter

from casecore.channels import Channel
from casecore.cli.codes import ALL_CODES, codes_page, every_page, page_called, page_to_dict, show_codes, show_page
from casecore.cli.houses import HouseName, load_house
from casecore.cli.inputs import load_policy
from casecore.cli.screen import Screen
from casecore.cli.streams import write_document
from casecore.kernel import Rule
from casecore.kernel.problems import Problem, did_you_mean
from casecore.policies import Aspect, Policy, PolicyError
from casecore.policies.citing import keys_that_set
from casecore.policies.condition_words import in_words
from casecore.policies.declared import DeclaredKey, find_key
from casecore.policies.explaining import KeyExplanation, SaidValue, UnknownKey
from casecore.policies.explaining import explain as explain_key
from casecore.policies.kinds import Choice
from casecore.policies.layers import DateOrInstant, case_in_words, start_of_day, zone_of
from casecore.projections.rules import ALWAYS
from casecore.reports.code_pages import CodePage, page_markdown
from casecore.rooms.composition import House
from casecore.rooms.own_rules import GUARDS

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
    format: Literal["text", "json", "md"] = "text",  # noqa: A002 -- the option's name
    house: HouseName = None,
) -> int:
    """Tell what a key of a policy is worth, and why: the value in force, and every value that lost against it.

    Of a rule that no key is called like, it is told what it says: one of your own, in the policy or in a room. Of the
    code of a finding, what it means, with a bad and a good example, and what to do.

    Args:
        key: The key, e.g. chat.idle.silence, or enforcement.tags.limit for how a rule is kept; or the id of a rule; or
            a code, e.g. CC204, P04 or lint.edge, or codes for all of them.
        channel: The channel of the case.
        queue: The queue in which the case is.
        tag: A tag that the case carries; may be given several times.
        at: A date, or an instant with its offset; now, if it is left out.
        policy: The SOP, a TOML file; the one that ships with casecore if it is left out.
        format: Lines for people, JSON for programs, or Markdown, which there is of codes.
        house: Rooms of your own beside ours: where a module has them, e.g. refund_desk:HOUSE, or the name under which
            an installed package has them.
    """
    page = page_called(key)
    if page is not None or key == ALL_CODES:
        _explain_code(page, format)
        return 0
    rooms = load_house(house)
    sop = load_policy(policy, rooms)
    problems: list[Problem] = []
    if format == "md":
        problems.append(Problem("--format", "only codes are explained in Markdown", "text or json for a key or a rule"))
    if channel is not None:
        Choice(Channel).read(channel, "--channel", problems)
    if queue is not None and queue not in sop.queues:
        expected, remedy = f"one of {', '.join(sop.queues)}", did_you_mean(queue, sop.queues)
        problems.append(Problem("--queue", f"there is no queue {queue!r}", expected, remedy))
    day = datetime.now(UTC) if at is None else DateOrInstant().read(at, "--at", problems)
    if problems:
        raise PolicyError("explain", tuple(problems))
    case = Aspect(None if channel is None else Channel(channel), queue, frozenset(tag))
    instant, screen = start_of_day(day, zone_of(sop)), Screen()
    rules = _rules_called(key, sop, rooms)
    if rules and find_key(Policy, key) is None:
        explained = _explain_rule(rules, sop, sop.at(instant).for_(case))
        if format == "json":
            write_document(json.dumps(explained, indent=2))
        else:
            _show_rule(explained, screen)
        return 0
    try:
        found = explain_key(sop, key, instant, case)
    except UnknownKey as unknown:
        codes = [one.code for one in every_page()]
        meant = unknown.remedy or did_you_mean(key.upper(), codes) or did_you_mean(key.lower(), codes)
        raise UnknownKey(key, unknown.message, meant) from None
    if format == "json":
        write_document(json.dumps(_explanation_to_dict(found, rooms), indent=2))
    else:
        _show_explanation(found, screen, rooms)
    return 0


def _explain_code(page: CodePage | None, form: str) -> None:
    """Tell what a code means; None: what each of them does."""
    if form == "md":
        write_document(codes_page().rstrip("\n") if page is None else "\n".join(_one_page(page)).rstrip("\n"))
    elif form == "json":
        told = [*map(page_to_dict, every_page())] if page is None else page_to_dict(page)
        write_document(json.dumps(told, indent=2))
    elif page is None:
        show_codes(Screen())
    else:
        show_page(page, Screen())


def _one_page(page: CodePage) -> Iterator[str]:
    yield from (f"# {page.code}", "")
    yield from page_markdown(page)


def _rules_called(name: str, policy: Policy, house: House) -> tuple[Rule[Any], ...]:
    """The rules of this id, of a house and of a policy."""
    return tuple(rule for rule in (*house.needs, *house.rules, *house.brought_by(policy).rules) if rule.id == name)


def _explain_rule(rules: tuple[Rule[Any], ...], policy: Policy, in_force: Policy) -> dict[str, Any]:
    """What a rule says, what it guards, and how strictly it is kept."""
    rule = rules[0]
    own = next((one for one in policy.rule if one.id == rule.id), None)
    places = [(key, policy.origin(key)) for key in keys_that_set(policy, rule.id)]
    told: dict[str, Any] = {
        "rule": rule.id,
        "title": rule.title,
        "clause": rule.clause,
        "guards": [*dict.fromkeys(guarded.__name__ for one in rules for guarded in one.guards)],
        "kept": in_force.mode(rule.id).value if any(one.softens for one in rules) else ALWAYS,
        "set_by": [{"key": key, "place": None if origin is None else str(origin)} for key, origin in places],
    }
    if own is not None:
        told["guards"] = [GUARDS[word].doc for word in own.guards]
        told["when"] = in_words(own.when) or "always"
        told["needs"] = "nothing helps" if own.needs is None else in_words(own.needs) or "nothing"
    return told


def _show_rule(told: dict[str, Any], screen: Screen) -> None:
    screen.print_line(screen.paint_text(told["rule"], "bold"))
    screen.print_paragraph(f"{told['title']} ({told['clause']})" if told["clause"] else told["title"])
    screen.print_line()
    rows = [("guards", "; ".join(told["guards"]))]
    rows += [(word, told[word]) for word in ("when", "needs") if word in told]
    rows += [("kept", told["kept"])]
    rows += [("set by", f"{one['key']} {one['place'] or ''}".strip()) for one in told["set_by"]]
    for word, said in rows:
        screen.print_paragraph(f"{word:8}{said}", indent=2)


def _show_explanation(found: KeyExplanation, screen: Screen, house: House) -> None:
    screen.print_line(screen.paint_text(f"{found.key.path} = {_value_text(found.in_force.value)}", "bold"))
    screen.print_paragraph(found.key.doc)
    case = "a case that no override is for" if found.case == Aspect() else case_in_words(found.case)
    for rule in _rules_set_by(found.key, house):
        screen.print_paragraph(f"sets {rule.id}: {rule.title} ({rule.clause})")
    screen.print_paragraph(f"for {case}, at {found.at.isoformat()}")
    screen.print_line()
    rows = [_value_row(found.in_force, "in force")]
    rows += [_value_row(said, "lost") for said in found.lost]
    screen.print_table(("", "value", "said by", "where", "why it lost"), rows, frozenset({"said by", "why it lost"}))


def _rules_set_by(key: DeclaredKey, house: House) -> tuple[Rule[Any], ...]:
    """The rules that a key sets, each once: what is refused by it, and where it is said."""
    names = {key.path, *key.rules, *([key.steps[1]] if key.steps[0] == "enforcement" else [])}
    return tuple({rule.id: rule for rule in (*house.needs, *house.rules) if rule.id in names}.values())


def _value_row(said: SaidValue, verdict: str) -> tuple[str, ...]:
    return verdict, _value_text(said.value), said.by, "" if said.origin is None else str(said.origin), said.why


def _value_text(value: Any) -> str:
    return _NOTHING if value is None else json.dumps(value, ensure_ascii=False)


def _explanation_to_dict(found: KeyExplanation, house: House) -> dict[str, Any]:
    case = found.case
    return {
        "key": found.key.path,
        "what": found.key.doc,
        "rules": [{"id": one.id, "title": one.title, "clause": one.clause} for one in _rules_set_by(found.key, house)],
        "at": found.at.isoformat(),
        "case": {"channel": case.channel, "queue": case.queue, "tags": sorted(case.tags)},
        "in_force": _value_to_dict(found.in_force),
        "lost": [{**_value_to_dict(said), "why": said.why} for said in found.lost],
    }


def _value_to_dict(said: SaidValue) -> dict[str, Any]:
    where = None if said.origin is None else attrs.asdict(said.origin, filter=lambda field, _: field.name != "text")
    return {"value": said.value, "by": said.by, "location": where}
