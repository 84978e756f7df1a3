"""The state space of a scope: every world that a search reaches, drawn as a graph where it is small, else by layers.

A layer holds the worlds that so many commands first lead to; how much time passes between them does not count. Two
worlds may show the same statuses and differ in what else the desk knows: who holds the case, what waits for a review.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any, Final

from attrs import frozen

from casecore.explore.model import NO_QUESTIONS, Model
from casecore.explore.scope import Scope
from casecore.explore.states import StateSearch, nothing_collected
from casecore.policies import Policy
from casecore.reports.pictures.canvas import EDGE, SMALL, WIDTH, Canvas, listed, text_width
from casecore.reports.pictures.picture import Picture
from casecore.reports.text import columns, plural
from casecore.rooms.composition import HOUSE, House
from casecore.statuses import Status

LIMIT: Final = 20_000
"""How many worlds are visited at most, unless more are asked for."""

SMALLEST: Final = 80
"""Up to so many worlds are drawn as a graph, if no layer has more than `WIDEST`."""

WIDEST: Final = 20

NOT_YET: Final = "not begun"
"""What a case is that has not begun."""


@frozen
class World:
    """One world of a scope.

    Attributes:
        number: Its number, in the order in which it was reached; 0 is the start.
        layer: How many commands lead to it, at least.
        statuses: The status of each case; `NOT_YET` where it has not begun.
        reached_from: The number of the world from which it was first reached; None at the start.
        leads_to: The numbers of the worlds to which one command, or time, leads from it.
    """

    number: int
    layer: int
    statuses: tuple[str, ...]
    reached_from: int | None
    leads_to: tuple[int, ...]


@frozen
class StateSpace:
    """Every world of a scope that a search reached.

    Attributes:
        scope: The name of the scope.
        cast: Who is there, in words.
        worlds: The worlds, in the order in which they were reached.
        complete: Whether these are all.
    """

    scope: str
    cast: str
    worlds: Sequence[World]
    complete: bool

    @property
    def layers(self) -> list[list[World]]:
        """The worlds by layers."""
        found: list[list[World]] = []
        for world in self.worlds:
            found += [[] for _ in range(world.layer + 1 - len(found))]
            found[world.layer].append(world)
        return found

    @property
    def ends(self) -> int:
        """How many worlds lead nowhere else."""
        return sum(not world.leads_to for world in self.worlds)


def state_space_of(
    scope: Scope | str, policy: Policy | None = None, *, house: House = HOUSE, limit: int = LIMIT
) -> StateSpace:
    """Every world that a search of a scope reaches; arguments as of `state_space`."""
    sop = Policy.default() if policy is None else policy
    if isinstance(scope, str):  # `check`, which has the scopes by their names, stands on a floor above this one
        named: Scope = import_module("casecore.check.scopes").scope_named(scope, sop, house)
        scope = named
    with nothing_collected():
        search = StateSearch(Model(scope, scope.policy_here(sop), house, NO_QUESTIONS), limit).run()
        return StateSpace(scope.name, scope.cast, [*_worlds(search, scope)], search.complete)


def _worlds(search: StateSearch, scope: Scope) -> Iterator[World]:
    """The worlds of a search: what it numbered, in words."""
    model, places = search.model, {state: place for place, state in enumerate(search.states)}
    asked = [model.memo(_status_of(part.case)) for part in scope.parts]
    layers = {
        place: layer for layer, ends in enumerate(pairwise([*search.levels, len(places)])) for place in range(*ends)
    }
    for state, place in places.items():
        agents = search.agents_of(state)
        statuses = []
        for position, case in enumerate(search.cases_of(state)):
            part = search.part_at(position)
            statuses.append(asked[part](model.local_state(part, case, agents)))
        onwards = {*search.commanded_successors(state), *search.timed_successors(state)}
        leads_to = tuple(sorted(places[one] for one in onwards if one in places))
        before = search.parents[place]
        yield World(place, layers[place], tuple(statuses), None if before < 0 else before, leads_to)


def _status_of(case: str) -> Callable[[Any], str]:
    def ask(desk: Any) -> str:
        file = desk.cases.get(case)
        return NOT_YET if file is None else str(file.case.status)

    return ask


# The picture -------------------------------------------------------------------------------------------


def state_space(
    scope: Scope | str, policy: Policy | None = None, *, house: House = HOUSE, limit: int = LIMIT
) -> Picture:
    """Draw every world of a scope: a small one as a graph, a large one by layers, from the start on.

    Args:
        scope: The scope, or the name of one of `check`, e.g. `the-window-on-whatsapp`.
        policy: The SOP in force; the one that ships with casecore if it is left out.
        house: The rules that are asked.
        limit: How many worlds are visited at most; a scope that has more is drawn as far as it was searched.

    Raises:
        ValueError: When there is no scope of this name.
    """
    space = state_space_of(scope, policy, house=house, limit=limit)
    layers = space.layers
    steps = sum(len(world.leads_to) for world in space.worlds)
    rest = "" if space.complete else ", and more"
    told = f"{space.cast}: {plural(len(space.worlds), 'world')}, {plural(steps, 'way')} between them{rest}"
    title = f"The worlds of {space.scope}"
    cells = [
        (f"after {plural(number, 'command')}", plural(len(layer), "world"), ", ".join(_statuses(layer)))
        for number, layer in enumerate(layers)
    ]
    ends = f"{plural(space.ends, 'world')} of them lead nowhere else" if space.ends else "each leads on"
    text = "\n".join((f"{title}: {told}; {ends}", *columns(cells)))
    rows = [
        {"world": world.number, "layer": world.layer, "statuses": ", ".join(world.statuses)}
        | {"reached_from": world.reached_from, "leads_to": ", ".join(map(str, world.leads_to))}
        for world in space.worlds
    ]
    small = len(space.worlds) <= SMALLEST and max(map(len, layers)) <= WIDEST
    canvas = (_draw_graph if small else _draw_layers)(space, title, told)
    return Picture(title, f"{title}: {told}, in {plural(len(layers), 'layer')}; {ends}.", text, rows, canvas)


def _statuses(layer: Sequence[World]) -> list[str]:
    """How many worlds of a layer show which statuses, the most frequent first."""
    counts = Counter(" + ".join(sorted(world.statuses, key=[*_LETTERS].index)) for world in layer)
    return [f"{count:,} {what}" for what, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]


def _draw_layers(space: StateSpace, title: str, told: str) -> Canvas:
    """A bar for each layer, and its statuses in words."""
    canvas, layers = Canvas.headed(title, told), space.layers
    most, begin, whole = max(map(len, layers)), 118.0, 250.0
    for number, layer in enumerate(layers):
        y, count = canvas.height, plural(len(layer), "world")
        canvas.write((EDGE, y + 14), plural(number, "command"), size=12)
        length = whole * len(layer) / most
        canvas.rect((begin, y + 4), (length, 12), "work", tip=f"after {plural(number, 'command')}: {count}")
        canvas.write((begin + length + 8, y + 14), f"{len(layer):,}", size=12, bold=True)
        told = listed(_statuses(layer), WIDTH - begin - EDGE, 10.5)
        canvas.write((begin, y + 28), told, size=10.5, colour="quiet")
        canvas.height += 35
    canvas.height += EDGE
    return canvas


ROW: Final = 54.0
"""How far layers of a graph are apart."""

_LETTERS: Final = {**{str(status): str(status)[0].upper() for status in Status}, NOT_YET: "–"}


def _draw_graph(space: StateSpace, title: str, told: str) -> Canvas:
    """A dot for each world, layer below layer, with the first letters of its statuses; and lines for the ways.

    In a layer they stand in the order in which they were reached, so that dark lines do not cross.
    """
    canvas = Canvas.headed(title, told)
    begin, places = canvas.height + 18, dict[int, tuple[float, float]]()
    for number, layer in enumerate(space.layers):
        y = begin + ROW * number
        for place, world in enumerate(layer):
            places[world.number] = (40 + (WIDTH - 52) * (place + 0.5) / len(layer), y)
        canvas.write((EDGE, y + 4), str(number), size=SMALL, colour="quiet")
    for world in space.worlds:
        for to in world.leads_to:
            first = space.worlds[to].reached_from == world.number
            way, colour = _way(places[world.number], places[to]), "quiet" if first else "line"
            canvas.line(way, colour, width=1.4 if first else 0.6, behind=not first)
    for world in space.worlds:
        _draw_world(canvas, world, places[world.number])
    canvas.height = begin + ROW * (len(space.layers) - 1) + 26
    used = {status for world in space.worlds for status in world.statuses}
    letters = ", ".join(f"{letter} {status}" for status, letter in _LETTERS.items() if status in used)
    for words in (f"{letters}.", *_LEGEND):
        canvas.note(words)
    canvas.height += EDGE - 4
    return canvas


_LEGEND: Final = (
    "Left: how many commands lead there. Double: no way on.",
    "Dark lines: how a world was first reached.",
)


def _way(begin: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """A line between two worlds; within a layer a bow, so that it runs through no third one."""
    if begin[1] != end[1]:
        return [begin, end]
    across, bow = end[0] - begin[0], min(10 + abs(end[0] - begin[0]) / 12, ROW / 2)
    return [(begin[0] + across * part / 8, begin[1] - bow * (1 - (part / 4 - 1) ** 2)) for part in range(9)]


def _draw_world(canvas: Canvas, world: World, at: tuple[float, float]) -> None:
    letters = "".join(_LETTERS[status] for status in world.statuses)
    half = max(9.5, text_width(letters, SMALL) / 2 + 4)
    ways = plural(len(world.leads_to), "way")
    tip = f"world {world.number}: {', '.join(world.statuses)}; {ways} on"
    if not world.leads_to:
        canvas.rect((at[0] - half - 3, at[1] - 12.5), (2 * half + 6, 25), "ground", line="ink", round=12, tip=tip)
    canvas.rect((at[0] - half, at[1] - 9.5), (2 * half, 19), "band", line="ink", round=9, tip=tip)
    canvas.write((at[0], at[1] + 4), letters, size=SMALL, anchor="middle")
