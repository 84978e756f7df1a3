"""Names in the order of their places: what the routing index and the agenda are built of."""

from __future__ import annotations

from collections import deque
from collections.abc import Container
from heapq import heappop, heappush
from typing import Any, TypeAlias

Place: TypeAlias = tuple[Any, ...]
"""Whatever orders names, and then the name."""


class Places:
    """Names, each in its place; the smallest place is the first.

    Who comes last mostly stands last, so most stand in a line, and only those who come between others in a heap.
    Nothing is taken out of the middle: a name that moves is entered again, and a place that no longer tells the truth
    is dropped when it comes up, or when such places have become the most.
    """

    __slots__ = ("_heap", "_line", "of")

    def __init__(self) -> None:
        self.of: dict[Any, Place] = {}
        self._line: deque[Place] = deque()
        self._heap: list[Place] = []

    def put(self, place: Place) -> bool:
        """Somebody or something has this place from now on.

        Args:
            place: What is compared with the other places, the most important first; at last the name.

        Returns:
            Whether it had none before.
        """
        name = place[-1]
        before = self.of.get(name)
        if before != place:
            self.of[name] = place
            self.stand(place, len(self.of))
        return before is None

    def stand(self, place: Place, names: int) -> None:
        """Enter a place that `of` tells already.

        Args:
            place: Whose place it is, and which.
            names: How many stand here: where there are more than twice as many places, most are of no use.
        """
        line, heap = self._line, self._heap
        if not line or line[-1] < place:
            line.append(place)
        else:
            heappush(heap, place)
        if len(line) + len(heap) > 2 * names + 8:
            of = self.of
            self._line = deque(sorted(held for held in (*line, *heap) if of.get(held[-1]) is held))
            self._heap = []

    def drop(self, name: Any) -> None:
        """The name has no place any more, if it had one."""
        self.of.pop(name, None)

    def first(self, besides: Container[Any] = ()) -> Any:
        """The name in the first place, some left aside; None when there is no other."""
        place = self.front(besides)
        return None if place is None else place[-1]

    def front(self, besides: Container[Any] = ()) -> Place | None:
        """The first place, that of some names left aside; None when there is no other."""
        of, line, heap = self.of, self._line, self._heap
        found, passed = None, []
        while found is None and (line or heap):
            in_line = not heap or (bool(line) and line[0] < heap[0])
            place = line[0] if in_line else heap[0]
            true = of.get(place[-1]) is place
            if true and place[-1] not in besides:
                found = place
                continue
            if in_line:
                line.popleft()
            else:
                heappop(heap)
            if true:
                passed.append(place)
        for place in passed:
            heappush(heap, place)
        return found
