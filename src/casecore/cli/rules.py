"""`casecore rules`: every rule of the desk, what it guards, and how strictly a policy keeps it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from cyclopts import Parameter

from casecore.cli.houses import HouseName, load_house
from casecore.cli.inputs import load_policy
from casecore.cli.screen import Screen
from casecore.cli.streams import write_document
from casecore.policies import Policy
from casecore.policies.citing import keys_that_set
from casecore.projections.rules import RULE_HEAD, ListedRule, list_rules, listed_cells
from casecore.reports.paths import SHIPPED_SOP
from casecore.reports.text import plural

TABLE: Final = 100
"""How wide a screen has to be for a table of the rules, in cells."""


def _rule_to_dict(rule: ListedRule, policy: Policy) -> dict[str, Any]:
    fields = {name: getattr(rule, name) for name in ("id", "titles", "clauses", "guards", "enforcement")}
    return {**fields, "set_by": [_key_to_dict(key, policy) for key in keys_that_set(policy, rule.id)]}


def _key_to_dict(key: str, policy: Policy) -> dict[str, Any]:
    """A key, and where its value stands; nowhere where it is the default."""
    origin = policy.origin(key)
    return {"key": key, "place": None if origin is None else str(origin)}


def rules(
    *,
    policy: Annotated[str | None, Parameter(metavar="FILE")] = None,
    format: Literal["text", "md", "json", "html"] = "text",  # noqa: A002 -- the option's name
    house: HouseName = None,
) -> int:
    """List every rule of the desk: what it says, what it guards, and how strictly it is kept.

    Those that ship, those of your own rooms, and those that the policy brings. A rule that blocks refuses; one that
    warns is noted as a deviation; one that is off is not asked. `always`: no policy can soften it. The JSON also names
    the keys that set a rule, and the line on which each stands.

    Args:
        policy: The SOP, a TOML file; the one that ships with casecore if it is left out.
        format: A table for the terminal, a Markdown table, JSON, or a page for a browser (html).
        house: Rooms of your own beside ours: where a module has them, e.g. refund_desk:HOUSE, or the name under which
            an installed package has them.
    """
    rooms = load_house(house)
    sop = load_policy(policy, rooms)
    found, screen = list_rules(sop, rooms), Screen()
    if format == "json":
        write_document(json.dumps([_rule_to_dict(rule, sop) for rule in found], indent=2))
        return 0
    if format == "html":
        from casecore.cli.rules_page import rules_page

        write_document(rules_page(found, sop, policy or SHIPPED_SOP))
        return 0
    head, rows = RULE_HEAD, [listed_cells(rule) for rule in found]
    if format == "md":
        for row in (head, ("---",) * len(head), *rows):
            write_document(f"| {' | '.join(row)} |")
        return 0
    if screen.width < TABLE:
        _show_blocks(rows, screen)
    else:
        screen.print_table(head, rows, frozenset({"what it says", "clause", "guards"}))
    return 0


def _show_blocks(rows: Sequence[Sequence[str]], screen: Screen) -> None:
    """Each rule under its name, where columns would be too narrow to be read."""
    screen.print_paragraph(f"{plural(len(rows), 'rule')}, each with how it is kept, and its clauses", "dim")
    for rule, says, clauses, guards, kept in rows:
        screen.print_line()
        screen.print_paragraph(f"{rule}  {kept}, {clauses}", "bold")
        screen.print_paragraph(says, indent=4)
        screen.print_paragraph(f"guards {guards}", "dim", 4)
