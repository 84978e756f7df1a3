"""Reading maps: from files, from those that ship with casecore, and from files that extend others.

* A map is UTF-8 TOML, as a policy is. `extends = "servicenow"` takes a map that ships as the ground,
  `extends = "ours.toml"` a file beside this one: tables are merged key by key, and `"none"` takes an entry out of
  `[columns]` and `[words]`. At most eight lie on each other.
* `"ask"` stands for an answer that only the map's owner can give. A map with a question in it is not used: the error
  names each, with the remark above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import attrs

from casecore.audit.errors import MapError
from casecore.audit.logs.map_kinds import ASK
from casecore.kernel.problems import Problem, under
from casecore.policies.errors import PolicyError
from casecore.policies.files import EXTENDS, HIGHEST, parse_toml, read_text
from casecore.policies.kinds import NONE
from casecore.policies.origins import Source, Sources, locate_problems, nearest_origin

ENTRIES: Final = ("columns", "words")
"""The tables out of which an entry can be taken."""


@cache
def shipped_maps() -> tuple[str, ...]:
    """The names of the maps that ship with casecore."""
    found = resources.files("casecore.audit.logs").joinpath("maps").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in found if file.name.endswith(".toml")))


def shipped_map_text(name: str) -> str:
    """The text of a map that ships with casecore."""
    return resources.files("casecore.audit.logs").joinpath("maps", f"{name}.toml").read_text("utf-8")


def sources_of_map(path: str | Path) -> Sources:
    """The files of a map, nearest first.

    Args:
        path: Its file, or the name of one that ships.

    Raises:
        MapError: When a file cannot be read, is no TOML, or the files go in a circle.
    """
    if isinstance(path, str) and path in shipped_maps():
        return _resolve(_shipped_source(path), None)
    try:
        top = parse_toml(read_text(path), str(path))
    except PolicyError as error:
        raise MapError(error.name, _with_names(error.problems, path)) from None
    return _resolve(top, Path(path).parent)


def sources_of_text(text: str, name: str) -> Sources:
    """The same of a text, which can extend a map that ships and no other."""
    try:
        return _resolve(parse_toml(text, name), None)
    except PolicyError as error:
        raise MapError(error.name, error.problems) from None


def _with_names(problems: Iterable[Problem], path: str | Path) -> tuple[Problem, ...]:
    """Where there is no such file: which maps ship, because one of them may be meant."""
    ours = "" if Path(path).suffix else f"these ship with casecore: {', '.join(shipped_maps())}"
    return tuple(problem if problem.origins else attrs.evolve(problem, remedy=ours) for problem in problems)


def _shipped_source(name: str) -> Source:
    return parse_toml(shipped_map_text(name), f"{name} (ships with casecore)")


def _resolve(top: Source, folder: Path | None) -> Sources:
    sources = [top]
    seen: set[object] = set() if folder is None else {(folder / Path(top.name).name).resolve()}
    while (named := _extended(sources[-1], top.name)) is not None:
        problem = ""
        if named in shipped_maps():
            key: object = named
        elif folder is None:
            key, problem = named, f"no such map ships: {', '.join(shipped_maps())}"
        else:
            key = (folder / named).resolve()
        if key in seen:
            problem = "the maps go in a circle"
        elif len(sources) == HIGHEST:
            problem = f"{HIGHEST} maps lie on each other already"
        if problem:
            raise MapError(top.name, locate_problems((Problem("extends", problem),), (sources[-1],)))
        seen.add(key)
        if named in shipped_maps():
            folder = None
            sources.append(_shipped_source(named))
        else:
            assert folder is not None  # noqa: S101 -- told above
            below = folder / named
            folder = below.parent
            sources.append(_read_below(below, sources[-1], top.name))
    return tuple(sources)


def _extended(source: Source, name: str) -> str | None:
    problems: list[Problem] = []
    extends = EXTENDS.read(source.plain.pop("extends", ""), "extends", problems)
    if problems:
        raise MapError(name, locate_problems(problems, (source,)))
    return extends or None


def _read_below(path: Path, above: Source, name: str) -> Source:
    try:
        return parse_toml(read_text(path), str(path))
    except PolicyError as error:
        found = error.problems[0]
    if not found.origins:
        found = attrs.evolve(found, path="extends", message=f"{path} {found.message}")
        raise MapError(name, locate_problems((found,), (above,)))
    raise MapError(name, (found,))


def merged_map(sources: Sources) -> dict[str, Any]:
    """What the files of a map say together."""
    merged: dict[str, Any] = {}
    for source in reversed(sources):
        merged = _lay_over(merged, source.plain, ())
    return merged


def _lay_over(below: Mapping[str, Any], above: Mapping[str, Any], steps: tuple[str, ...]) -> dict[str, Any]:
    both = {**below}
    for name, value in above.items():
        taken_out = value == NONE and name in below and steps and steps[0] in ENTRIES and len(steps) < 2  # noqa: PLR2004 -- in words of a field it is a word
        held = below.get(name)
        if taken_out:
            del both[name]
        elif isinstance(value, dict) and isinstance(held, dict) and not _is_one_value(steps):
            both[name] = _lay_over(held, value, (*steps, name))
        else:
            both[name] = value
    return both


def _is_one_value(steps: tuple[str, ...]) -> bool:
    """Whether tables at this place are values: columns that are joined, the meaning of a word."""
    return steps[:1] == ("columns",) or (steps[:1] == ("words",) and len(steps) == 2)  # noqa: PLR2004 -- the field and the word


# Questions ---------------------------------------------------------------------------------------------


def take_questions(plain: dict[str, Any], sources: Sources) -> Iterator[Problem]:
    """Take the questions out of a map that nobody has answered yet, and tell each."""
    yield from _questions_in(plain, "", sources)


def _questions_in(table: dict[str, Any], path: str, sources: Sources) -> Iterator[Problem]:
    for name, value in [*table.items()]:
        place = under(path, name)
        if value in (ASK, [ASK]):
            del table[name]
            yield _question(place, sources)
        elif isinstance(value, dict):
            yield from _questions_in(value, place, sources)


def _question(path: str, sources: Sources) -> Problem:
    origin = nearest_origin(sources, path)
    if origin is None:  # it was made in code
        return Problem(path, "is not answered yet", remedy="answer the question")
    source = next(source for source in sources if source.name == origin.file)
    asked = _remark_above(source, origin.line)
    where = f"answer the question in line {origin.line:,}"
    if source.name.endswith("(ships with casecore)"):
        name = source.name.partition(" ")[0]
        where = f'answer it in a map of your own, with extends = "{name}"'
    return Problem(path, "is not answered yet", remedy=f"{where}: {asked}" if asked else where)


def _remark_above(source: Source, line: int) -> str:
    """The remark that stands above a line, or behind what it says."""
    lines = source.text.split("\n")
    behind = lines[line - 1].partition(f'"{ASK}"')[2].partition("#")[2].strip()
    told: list[str] = []
    for above in reversed(lines[: line - 1]):
        if not above.startswith("#"):
            break
        told.insert(0, above.lstrip("# ").rstrip())
    return " ".join(filter(None, (*told, behind)))
