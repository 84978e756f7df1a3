"""Where the values of a policy stand: in which file, on which line, and in which layer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
from attrs import field

from casecore.kernel import frozen
from casecore.kernel.problems import Origin, Problem, outer, steps_of, under
from casecore.policies.declared import find_key
from casecore.policies.kinds import MISSING
from casecore.policies.layers import JOINED
from casecore.policies.sop import Sop
from casecore.policies.spans import Spans

_LAYER = re.compile(rf"({'|'.join(JOINED)})\[(\d+)\]")


def layer_at(path: str) -> tuple[str, int, str]:
    """The table of layers and the number of the one in which a path of the files stands, and the path of that layer."""
    layer: Any = _LAYER.match(path)
    return layer[1], int(layer[2]), layer[0]


# Files -----------------------------------------------------------------------------------------------


@attrs.define(eq=False)
class Source:
    """One file: its text, what it says, and where.

    Attributes:
        plain: What the file says.
        layers: By the path of a layer in the policy, e.g. `override[2]`: its path in this file.
        ships: Whether it is the one that ships with casecore, which lies at no place of the reader's.
    """

    name: str
    text: str
    plain: dict[str, Any] = field(factory=dict)
    layers: dict[str, str] = field(factory=dict)
    ships: bool = False
    _spans: Spans | None = None

    @property
    def spans(self) -> Spans:
        """The places of its keys and values; found when first asked for."""
        if self._spans is None:
            self._spans = Spans(self.text)
        return self._spans

    def local_path(self, path: str) -> str | None:
        """A path of the policy as this file has it; None where it leads into a layer that this file does not have."""
        layer = _LAYER.match(path)
        if layer is None:
            return path
        own, rest = self.layers.get(layer[0]), path[layer.end() :]
        if own is None:
            return None
        match steps_of(rest[1:]):
            case ("set", str(key)):
                return self._path_of_setting(own, key)
        return own + rest

    def _path_of_setting(self, layer: str, path: str) -> str:
        """Where a layer of this file sets a key: by a word of its own, or in the table of entries around it."""
        whole, spelled = f"{layer}.set", self._own_spelling(layer, path)
        around, known = outer(path), find_key(Sop, path)
        if known is None or not around or self._own_value(under(whole, spelled)) is not MISSING:
            return under(whole, spelled)
        return under(under(whole, self._own_spelling(layer, around)), known.steps[-1])

    def _own_spelling(self, layer: str, path: str) -> str:
        """The word by which this file sets a key in a layer; a path can be written in more than one way."""
        values: Any = self._own_value(f"{layer}.set")
        words = values if isinstance(values, dict) else {}
        alike = (word for word in words if (known := find_key(Sop, word)) is not None and known.path == path)
        return path if path in words else next(alike, path)

    def origin(self, path: str, *, of_key: bool = False) -> Origin | None:
        """Where a path of the policy stands in this file; None where it does not."""
        own = self.local_path(path)
        span = None if own is None else self.spans.key(own) if of_key else self.spans.value(own)
        return None if span is None else self.spans.origin(span, self.name)

    def value_at(self, path: str) -> Any:
        """What the file says at a path of the policy; `MISSING` where it says nothing."""
        own = self.local_path(path)
        return MISSING if own is None else self._own_value(own)

    def _own_value(self, own: str) -> Any:
        held: Any = self.plain
        for step in steps_of(own) or ():
            try:
                held = held[step]
            except (KeyError, IndexError, TypeError):
                return MISSING
        return held


Sources = tuple[Source, ...]
"""The files of a policy, nearest first: the one that was asked for, the one it extends, and so on."""


def nearest_origin(sources: Sources, path: str, *, of_key: bool = False) -> Origin | None:
    """Where the nearest file that has a path says it: that is the word that counts."""
    found = (source.origin(path, of_key=of_key) for source in sources if not source.ships)
    return next((origin for origin in found if origin is not None), None)


def locate_problems(problems: Iterable[Problem], sources: Sources) -> tuple[Problem, ...]:
    """Give problems their places, in the order of the files; what stands nowhere gets the place of its table."""
    placed = []
    for problem in problems:
        paths = () if problem.origins else (problem.path, *problem.also)
        origins = tuple(origin for path in paths if (origin := _enclosing_origin(sources, path, of_key=problem.of_key)))
        placed.append(attrs.evolve(problem, origins=problem.origins or origins))
    order = {source.name: number for number, source in enumerate(sources)}
    return tuple(sorted(placed, key=lambda problem: _place_in_files(problem, order)))


def _enclosing_origin(sources: Sources, path: str, *, of_key: bool) -> Origin | None:
    while path:
        origin = nearest_origin(sources, path, of_key=of_key)
        if origin is not None:
            return origin
        path, of_key = outer(path), True
    return None


def _place_in_files(problem: Problem, order: Mapping[str, int]) -> tuple[int, int, int]:
    if not problem.origins:
        return (len(order), 0, 0)
    first = problem.origins[0]
    return (order.get(first.file, len(order)), first.line, first.column)


# One policy ------------------------------------------------------------------------------------------


@frozen
class Origins:
    """Where the values of one policy stand.

    Attributes:
        sources: Its files, nearest first.
        moved: By the path of a key: the path in the files of the layer that set it.
        cited: By the path of such a layer: the `source` that it gives, if it gives one.
    """

    sources: Sources = ()
    moved: Mapping[str, str] = field(factory=dict)
    cited: Mapping[str, str] = field(factory=dict)

    def path_in_files(self, path: str) -> str:
        """The path at which the files set a key: in the layer that set it, else its own."""
        around = outer(path)
        inside = next((place for old, place in reversed([*self.moved.items()]) if outer(old) == path), path)
        return self.moved.get(path) or self.moved.get(around, inside)

    def layer_source(self, path: str) -> str:
        """What the layer cites that set a key; empty where none set it, or it cites nothing."""
        layer = _LAYER.match(self.path_in_files(path))
        return "" if layer is None else self.cited.get(layer[0], "")

    def origin(self, path: str) -> Origin | None:
        """Where the value of a key stands; None where no file says it."""
        return self.origin_in_files(self.path_in_files(path))

    def origin_in_files(self, path: str) -> Origin | None:
        """Where a path of the files stands."""
        return nearest_origin(self.sources, path)

    def blame_layer(self, problem: Problem) -> Problem:
        """Move a problem to the layer that causes it.

        Every value of the same table that a layer sets is shown, because it is their meeting that is wrong.
        """
        table = problem.path.partition(".")[0]
        places = [place for path, place in self.moved.items() if path.partition(".")[0] == table]
        first = self.path_in_files(problem.path)
        if first not in places:
            first = places[-1]
        also = tuple(place for place in places if place != first)
        return attrs.evolve(problem, path=first, message=f"{problem.path}: {problem.message}", also=also)


NOWHERE: Final = Origins()
"""The places of a policy that was made in code."""
