"""The page of every key of a policy file, in Markdown, made of the declarations of the keys.

`casecore schema --format md` prints it; it ships as `docs/keys.md`, which a test holds equal to what is made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from casecore.policies import Policy
from casecore.policies.declared import DeclaredKey, any_entry, keys_inside
from casecore.policies.kinds import KeyScope, Named, Several, Table, as_toml
from casecore.policies.schema import EXTENDS_KEY
from casecore.rooms.composition import HOUSE, RULES

_HEAD = """# Every key of a policy file

This page is generated from the declarations of the keys (`casecore schema --format md`), and a test holds it equal.

A policy is a TOML file. Every key has a default, so a file says only what differs. The first line
`#:schema ./sop.schema.json`, with the output of `casecore schema` in a file of that name beside it, lets editors
complete keys and mark mistakes while you type. `casecore explain KEY` tells what is in force, and why.

A file says only what differs: what a table leaves out is as it was. `"none"` takes an entry out (`close_after = {
resolved = "none" }`), empties a table of names (`close_after = "none"`), and says of a key that may have no value that
it has none. A list is always whole; `[]` is an empty one. A file with a queue of its own, and a fallback among its
queues, names all its queues. `extends = "casecore"` takes the SOP that ships as the ground; `casecore init` writes such
a file. [Why](decisions/0029-a-file-says-only-what-differs.md).

**May be set by**: *cases*: an `[[override]]` for some cases and a `[[change]]` from a date on, beside the file;
*dates*: a `[[change]]` from a date on, beside the file; *file*: the file alone. Clauses are those of
[domain.md](domain.md). Every table may carry `source`, too: where the written SOP says so.
"""

_SET_BY: Final = MappingProxyType({KeyScope.CASE: "cases", KeyScope.DESK: "dates", KeyScope.FILE: "file"})


def keys_page() -> str:
    """The page of every key, in Markdown."""
    keys = [*keys_inside(Table(Policy))]
    parts = [_HEAD, _table_section("The file", "", [EXTENDS_KEY, *keys])]
    for known in keys:
        if known.is_table or _is_layer(known):
            parts.extend(_sections_of_tables([known]))
    return "\n".join(filter(None, parts))


def _is_layer(known: DeclaredKey) -> bool:
    return isinstance(known.kind, Several) and isinstance(known.kind.of, Table)


def _sections_of_tables(alike: list[DeclaredKey], like: str = "") -> Iterator[str]:
    """The sections about tables that have the same keys and defaults, and about the tables in them.

    Args:
        alike: The tables.
        like: The table around them, where others like it are not repeated.
    """
    alike = [any_entry(known) if isinstance(known.kind, Named) else known for known in alike]
    first, brackets = alike[0], ("[[", "]]") if _is_layer(alike[0]) else ("[", "]")
    kind: Any = first.kind.of if isinstance(first.kind, Several) else first.kind
    inner = [known for known in keys_inside(kind, first) if known.steps[-1] != "source"]
    title = ", ".join(f"`{known.path}`".join(brackets) for known in alike)
    yield _table_section(f"{title}, and so in the tables like [`{like}`]" if like else title, first.doc, inner)
    groups: list[list[DeclaredKey]] = []
    for known in inner:
        if known.is_table:
            same = (group for group in groups if (group[0].kind, group[0].default) == (known.kind, known.default))
            group = next(same, None)
            if group is None:
                groups.append([known])
            else:
                group.append(known)
    for group in groups:
        yield from _sections_of_tables(group, first.path if len(alike) > 1 else like)


def _table_section(title: str, doc: str, keys: list[DeclaredKey]) -> str:
    rows = [_key_row(known) for known in keys if not known.is_table and not _is_layer(known)]
    if not rows:
        return ""
    head = ("key", "what it decides", "what fits", "default", "may be set by", "sets the rule", "clause")
    lines = [" | ".join(row) for row in (head, ("---",) * len(head), *rows)]
    return "\n".join((f"## {title}", "", *((doc, "") if doc else ()), *(f"| {line} |" for line in lines), ""))


def _key_row(known: DeclaredKey) -> tuple[str, ...]:
    rules = rules_of(known)
    clauses = dict.fromkeys(rule.clause for rule in RULES if rule.id in rules) or {known.clause: None}
    default = "" if known.default is None or known.default == "" else f"`{as_toml(known.kind.write(known.default))}`"
    fits = f"{known.kind.describe} ({known.unit})" if known.unit else known.kind.describe
    drives = (*(f"`{rule}`" for rule in rules), *(timer.name for timer in HOUSE.timers if timer.key == known.path))
    cells = (
        f"`{known.steps[-1]}`",
        known.doc,
        fits,
        default,
        _SET_BY[known.scope],
        ", ".join(dict.fromkeys(drives)),
        ", ".join(filter(None, clauses)),
    )
    return tuple(cell.replace("|", "\\|") for cell in cells)


def rules_of(known: DeclaredKey) -> tuple[str, ...]:
    """The ids of the rules that a key sets: those that its declaration names, and the one that is called like it."""
    ids = {rule.id for rule in RULES}
    return (*((known.path,) if known.path in ids else ()), *known.rules)
