"""The page about the map of a log, in Markdown, made of the declarations of its keys and of what can be odd.

`casecore schema --of map --format md` prints it; it ships as `docs/log-map.md`, which a test holds equal.
"""

from __future__ import annotations

from typing import Final

from casecore.audit.logs.log_map import LogMap, RosterAgent
from casecore.audit.logs.log_rows import OddCode
from casecore.audit.logs.map_files import shipped_map_text, shipped_maps
from casecore.audit.logs.map_schema import EXTENDED_MAP
from casecore.policies.declared import DeclaredKey, keys_inside
from casecore.policies.kinds import Table, as_toml

_HEAD: Final = """# The map of a log

This page is generated from the declarations of the keys (`casecore schema --of map --format md`), and a test holds it
equal.

`casecore audit LOG --map MAP` reads a log by a map: which column holds what, how times are written, and what the log's
words mean. Nothing about a log is guessed. A map is a TOML file, and is read as strictly as a policy: a key that does
not exist, a field that the house does not have, a word that means nothing is an error that says where it stands.

```toml
extends = "servicenow"                  # a map that ships, or a file beside this one: tables are merged key by key

[log]
zone = "Europe/Lisbon"

[time]
format = "%d/%m/%Y %H:%M"

[words.status]
"Awaiting Change" = "pending"
"-100" = "?"                            # from there on, until the next row that says it, the status is not known
```

* **A field** of `[columns]`, `[constant]` and `[words]` is any field of a command or an event: `case`, `by` (who did
  it), `agent` (to whom), `status`, `queue`, `channel`, `code`, … ; or `what`: what happened.
* **A column** is a name; a list of names, of which the first that is filled is taken; or
  `{ join = ["concept:name", "lifecycle:transition"], with = "/" }`. In JSON lines, `/via/channel` is a column, too. XES
  has the columns `case:KEY` and `KEY`, OCEL `event:id`, `event:type`, `event:time`, the attributes, and `object:TYPE`.
* **A row** is a row of a table, an object of JSON, an event of XES or OCEL. Where JSON objects have lists, `each =
  "/events"` makes a row of each item; what is around it is `../created_at`.
* **Words** of a field of few values, and of `what`, have to be in the map; one that is not is counted. Of names and
  texts, a word that is not in the map is itself. `"?"`: it is not known what this word means; the field is not told.
  `"none"`: it is known that there is nothing. `""` stands for an empty cell, which else tells nothing.
* **What happened** is the name of a command or an event of the house (`"SendReply"`), a status (`"status resolved"`), a
  table that tells fields, too (`{ is = "SendReply", send_as = "resolved" }`), or `"-"`: it says nothing that is judged.
* **Snapshots** say how a case is. Only those that change its status, or begin it, say something.
* **Not told is not nothing.** What a row does not tell is unknown, and so is what rests on it; `[tells]` and `[assume]`
  say what did not happen because it is not in the log.
* `"ask"` stands for an answer that only you can give; a map with a question in it is refused, question by question.
"""


def map_page() -> str:
    """The page, in Markdown."""
    keys = [*keys_inside(Table(LogMap))]
    plain = [EXTENDED_MAP, *(known for known in keys if not isinstance(known.kind, Table))]
    parts = [_HEAD, _keys_table("The file", "", plain)]
    parts += [
        _keys_table(f"`[{known.path}]`", known.doc, [*keys_inside(known.kind, known)])
        for known in keys
        if isinstance(known.kind, Table)
    ]
    roster = next(known for known in keys if known.path == "agents")
    parts += [_agents_section(roster), _odd_section(), _shipped_section()]
    return "\n".join(parts)


def _keys_table(title: str, doc: str, keys: list[DeclaredKey]) -> str:
    head = ("key", "what it decides", "what fits", "default")
    rows = [" | ".join(row) for row in (head, ("---",) * len(head), *map(_cells_of, keys))]
    return "\n".join((f"## {title}", "", *((doc, "") if doc else ()), *(f"| {row} |" for row in rows), ""))


def _cells_of(known: DeclaredKey) -> tuple[str, ...]:
    written = None if known.default is None else known.kind.write(known.default)
    default = f"`{as_toml(written)}`" if written not in (None, {}, []) else ""
    cells = (f"`{known.steps[-1]}`", known.doc, known.kind.describe, default)
    return tuple(cell.replace("|", "\\|") for cell in cells)


def _agents_section(agents: DeclaredKey) -> str:
    return _keys_table("`[agents.roster.NAME]`", "What is known of an agent.", [*keys_inside(Table(RosterAgent))])


def _odd_section() -> str:
    rows = [f"| `{code}` | {code.doc} |" for code in OddCode]
    about = (
        "What is odd about the rows of a log is counted, with the number of the first: that of the row in the source."
    )
    return "\n".join(("## What can be odd", "", about, "", "| code | what it means |", "| --- | --- |", *rows, ""))


def _shipped_section() -> str:
    rows = []
    for name in shipped_maps():
        first = shipped_map_text(name).partition("\n")[0].removeprefix("# ")
        rows.append(f"| `{name}` | {first} |")
    return "\n".join(("## Maps that ship", "", "| name | for |", "| --- | --- |", *rows, ""))
