"""Where the values of a policy stand: in which file, on which line, and in which layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import attrs
from attrs import field

from casecore.kernel import frozen
from casecore.kernel.problems import Origin, Problem, outer

if TYPE_CHECKING:
    from casecore.policies.files import Sources


@frozen
class Origins:
    """Where the values of one policy stand.

    Attributes:
        sources: Its files, nearest first.
        moved: By the path of a key: the path in the files of the layer that set it.
    """

    sources: Sources = ()
    moved: Mapping[str, str] = field(factory=dict)

    def place(self, path: str) -> str:
        """The path in the files of what set a key; its own where no layer did."""
        around = outer(path)
        return self.moved.get(path) or (self.moved.get(around, path) if around else path)

    def origin(self, path: str) -> Origin | None:
        """Where the value of a key stands; None where no file says it."""
        return self.in_files(self.place(path))

    def in_files(self, path: str) -> Origin | None:
        """Where a path of the files stands."""
        from casecore.policies.files import origin_of

        return origin_of(self.sources, path)

    def blamed(self, problem: Problem) -> Problem:
        """A problem of what the layers make of a policy, as one of the layer that makes it.

        Every value of the same table that a layer sets is shown, because it is their meeting that is wrong.
        """
        table = problem.path.partition(".")[0]
        places = [place for path, place in self.moved.items() if path.partition(".")[0] == table]
        first = self.place(problem.path)
        if first not in places:
            first = places[-1]
        also = tuple(place for place in places if place != first)
        return attrs.evolve(problem, path=first, message=f"{problem.path}: {problem.message}", also=also)


NOWHERE: Final = Origins()
"""The places of a policy that was made in code."""
