"""What becomes of logs: rows that are hidden, dropped, doubled or late; and a flat table with the map that reads it."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

import attrs

from casecore import (
    HOUSE,
    Authenticate,
    Command,
    Dispose,
    ReceiveMessage,
    SubmitDraft,
)
from casecore.codec import to_plain
from casecore.rooms.agents import PresenceCommand
from casecore.rooms.approvals import DraftCommand
from casecore.rooms.breaks import ClearNextState, SetNextState

# Hidden and spoilt rows --------------------------------------------------------------------------------


@attrs.frozen
class Rest:
    """What is left of a log.

    Attributes:
        commands: In the order in which its rows now stand.
        places: For each, its index in the whole log.
        untold: The classes of commands of which nothing is left, so that a map can say that the log never tells them.
    """

    commands: Sequence[Command]
    places: Sequence[int]
    untold: frozenset[type[Command]] = frozenset()


PRESENCE = (PresenceCommand, SetNextState, ClearNextState)
DRAFTS = (SubmitDraft, DraftCommand)


def _class_at_random(commands: Sequence[Command], random: Random) -> Callable[[int], bool]:
    kind = random.choice(sorted({type(command).__name__ for command in commands}))
    return lambda place: type(commands[place]).__name__ == kind


def _one_in_a_hundred(commands: Sequence[Command], random: Random) -> Callable[[int], bool]:
    chosen = {place for place in range(len(commands)) if random.random() < 0.01}
    return chosen.__contains__


def _one_case(commands: Sequence[Command], random: Random) -> Callable[[int], bool]:
    first = random.choice([command for command in commands if isinstance(command, ReceiveMessage) and command.new_case])
    names = {first.new_case, first.thread}
    said = ("case", "new_case", "thread", "into")
    return lambda place: not names.isdisjoint(getattr(commands[place], name, None) for name in said)


def _first_half(commands: Sequence[Command], _: Random) -> Callable[[int], bool]:
    return lambda place: place < len(commands) // 2


def _all_of(*kinds: type[Command]) -> Callable[[Sequence[Command], Random], Callable[[int], bool]]:
    return lambda commands, _: lambda place: isinstance(commands[place], kinds)


HIDINGS = MappingProxyType(
    {
        "class": _class_at_random,
        "one_in_a_hundred": _one_in_a_hundred,
        "case": _one_case,
        "first_half": _first_half,
        "presence": _all_of(*PRESENCE),
        "authentications": _all_of(Authenticate),
        "dispositions": _all_of(Dispose),
        "drafts": _all_of(*DRAFTS),
    }
)
"""The ways of hiding rows, by name: which rows are hidden."""


def hidden(commands: Sequence[Command], kind: str, seed: int = 0) -> Rest:
    """A log of which some rows are hidden.

    Args:
        commands: The whole log.
        kind: Which: one of `HIDINGS`.
        seed: For what is hidden at random.
    """
    hides = HIDINGS[kind](commands, Random(seed))
    places = [place for place in range(len(commands)) if not hides(place)]
    rest = [commands[place] for place in places]
    return Rest(rest, places, frozenset({type(command) for command in commands} - {type(command) for command in rest}))


SPOILINGS = ("dropped", "doubled", "late")
"""How rows are spoilt: they are not there, are there twice, or are told up to ten minutes late."""


def spoilt(commands: Sequence[Command], how: str, seed: int = 0, share: float = 0.01) -> Rest:
    """A log of which some rows are spoilt.

    Args:
        commands: The whole log.
        how: One of `SPOILINGS`.
        seed: Which rows.
        share: How many of them.
    """
    assert how in SPOILINGS
    random, rows = Random(seed), list[tuple[int, Command]]()
    for place, command in enumerate(commands):
        chosen = random.random() < share
        if chosen and how == "late":
            rows.append((place, attrs.evolve(command, at=command.at + timedelta(seconds=random.randint(1, 600)))))
        else:
            rows += [(place, command)] * (1 if not chosen else 2 if how == "doubled" else 0)
    rows.sort(key=lambda row: row[1].at)
    return Rest([command for _, command in rows], [place for place, _ in rows])


# A flat table ------------------------------------------------------------------------------------------

NONE, EMPTY = "none", "(empty)"
"""What stands in a cell where there is known to be nothing, and for an empty text. An empty cell tells nothing."""

UNTELLABLE = ("schema", "type", "template", "what")
"""What no column holds: no message here is made from a template, and of `what` a map says what happened."""


def as_rows(commands: Iterable[Command]) -> list[dict[str, str]]:
    """A flat table, in the order of the commands: which `command`, `at` which instant, and each field by its name."""
    rows = []
    for command in commands:
        plain = to_plain(command)
        assert plain.get("template") is None
        said = {name: _cell(value) for name, value in plain.items() if name not in UNTELLABLE}
        rows.append({"command": type(command).__name__, **said})
    return rows


def _cell(value: Any) -> str:
    if value is None or value == "":
        return NONE if value is None else EMPTY
    return value if isinstance(value, str) else json.dumps(value)


def columns_of(rows: Sequence[dict[str, str]]) -> list[str]:
    """The columns of a table, as they are met first."""
    return list(dict.fromkeys(name for row in rows for name in row))


def write_csv(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write a table as CSV, with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns_of(rows), restval="")
        writer.writeheader()
        writer.writerows(rows)


def map_text(commands: Sequence[Command], untold: Iterable[type[Command]] = ()) -> str:
    """The map that reads such a table.

    Args:
        commands: What the table is of; of one with hidden rows the whole log, so that all have one map.
        untold: The classes of commands that the log never tells; all others it tells wholly.
    """
    columns = [name for name in columns_of(as_rows(commands)) if name not in ("command", "at")]
    tells = sorted(kind.__name__ for kind in {*HOUSE.commands} - {*untold})
    lines = ["[log]", 'format = "csv"', 'kind = "happenings"', 'begins = "complete"', ""]
    lines += ["[time]", 'column = "at"', 'format = "iso"', "", "[columns]", 'what = "command"']
    lines += [f'{name} = "{name}"' for name in columns]
    lines += ["", "[words.what]"]
    for kind in sorted({type(command) for command in commands}, key=lambda kind: kind.__name__):
        template = f', template = "{NONE}"' if "template" in attrs.fields_dict(kind) else ""
        lines.append(f'{kind.__name__} = {{ is = "{kind.__name__}"{template} }}')
    for name, words in _words(commands).items():
        lines += [
            "",
            f"[words.{name}]",
            *(f"{json.dumps(word)} = {json.dumps(meant)}" for word, meant in words.items()),
        ]
    return "\n".join([*lines, "", "[tells]", f"commands = {json.dumps(tells)}", ""])


def _words(commands: Sequence[Command]) -> dict[str, dict[str, Any]]:
    """For each field that may hold nothing, or no text: what its few words mean; there it has no others."""
    found: dict[str, dict[str, Any]] = {"by": {"customer": "customer", "system": "system"}}
    special = set[str]()
    for command in commands:
        for name, value in attrs.asdict(command, recurse=False).items():
            if value is None or value == "" or (name == "value" and not isinstance(value, str)):
                special.add(name)
            if value is None:
                found.setdefault(name, {})[NONE] = NONE
            elif isinstance(value, StrEnum | bool | int | float) or value == "":
                plain = value.value if isinstance(value, StrEnum) else value
                found.setdefault(name, {})[_cell(plain)] = plain
    kept = {name: words for name, words in found.items() if name in special | {"by"} and name not in UNTELLABLE}
    for words in kept.values():
        if {"true", "false"} & words.keys():
            words |= {"true": True, "false": False}
    return dict(sorted(kept.items()))
