"""What is shown of rules: of those that a desk keeps under a policy, and of a house, room by room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from casecore.kernel import Rule
from casecore.projections.rules import RULE_HEAD, ListedRule, listed_cells
from casecore.reports.shown.displays import Display, DisplayTable, TableRow, Writer
from casecore.reports.text import plural
from casecore.rooms.composition import House

_MOST: Final = 300
"""How many rules are shown: all that ship."""


def _rule_line(rule: ListedRule) -> str:
    return f"Rule {rule.id}: {'; '.join(rule.titles)} ({rule.enforcement})"


def _rule_display(rule: ListedRule) -> Display:
    return Display(_rule_line(rule), [f"{', '.join(rule.clauses)}; guards {', '.join(rule.guards)}"])


def _listed_line(rules: Sequence[ListedRule]) -> str:
    kept = [rule.enforcement for rule in rules]
    counts = ", ".join(f"{kept.count(mode)} {mode}" for mode in sorted(set(kept)))
    return f"{plural(len(rules), 'rule')}: {counts or 'none'}"


def _listed_rows(rules: Sequence[ListedRule]) -> Iterator[TableRow]:
    for rule in rules:
        yield dict(zip(RULE_HEAD, listed_cells(rule), strict=True))


def _listed_display(rules: Sequence[ListedRule]) -> Display:
    return Display(_listed_line(rules), tables=(DisplayTable.of("Rules, by their ids", _listed_rows(rules), _MOST),))


def _rules_line(rules: Sequence[Rule[Any]]) -> str:
    return f"{plural(len(rules), 'rule')} of {plural(len({rule.id for rule in rules}), 'id')}"


def _rules_rows(rules: Sequence[Rule[Any]]) -> Iterator[TableRow]:
    for rule in rules:
        yield {
            "rule": rule.id,
            "what it says": rule.title,
            "clause": rule.clause,
            "guards": ", ".join(guarded.__name__ for guarded in rule.guards),
            "may be softened": rule.softens,
        }


def _rules_display(rules: Sequence[Rule[Any]]) -> Display:
    return Display(_rules_line(rules), tables=(DisplayTable.of("Rules, lower rooms first", _rules_rows(rules), _MOST),))


def _house_line(house: House) -> str:
    rules = plural(len((*house.needs, *house.rules)), "rule")
    return f"House of {plural(len(house.rooms), 'room')}: {plural(len(house.commands), 'command')}, {rules}"


def _house_display(house: House) -> Display:
    rooms = [
        {"room": room.name, "commands": len(room.decide), "rules": len((*room.needs, *room.rules))}
        for room in house.rooms
    ]
    return Display(_house_line(house), tables=(DisplayTable.of("Rooms, lower ones first", rooms),))


RULE: Final = Writer(_rule_line, _rule_display)
LISTED: Final = Writer(_listed_line, _listed_display, _listed_rows)
RULES: Final = Writer(_rules_line, _rules_display, _rules_rows)
HOUSE: Final = Writer(_house_line, _house_display, lambda house: _rules_rows((*house.needs, *house.rules)))
