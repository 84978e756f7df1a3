"""Names in the order of their places: what the routing index and the agenda are built of."""

from __future__ import annotations

from collections.abc import Container
from heapq import heapify, heappop, heappush
from typing import Any, TypeAlias

Place: TypeAlias = tuple[Any, ...]
"""Whatever orders names, and then the name."""


class Places:
    """Names, each in its place; the smallest place is the first.

    Nothing is taken out of the middle of the heap: a name that moves is entered again, and a place that no longer
    tells the truth is dropped when it comes up, or when such places have become the most.
    """

    __slots__ = ("_heap", "of")

    def __init__(self) -> None:
        self.of: dict[Any, Place] = {}
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
            heappush(self._heap, place)
            if len(self._heap) > 2 * len(self.of) + 8:
                self._heap = list(self.of.values())
                heapify(self._heap)
        return before is None

    def drop(self, name: Any) -> None:
        """The name has no place any more, if it had one."""
        self.of.pop(name, None)

    def first(self, besides: Container[Any] = ()) -> Any:
        """The name in the first place, some left aside; None when there is no other."""
        heap, places = self._heap, self.of
        passed: list[Place] = []
        found = None
        while heap and found is None:
            place = heap[0]
            name = place[-1]
            if places.get(name) is not place:
                heappop(heap)
            elif name in besides:
                passed.append(heappop(heap))
            else:
                found = name
        for place in passed:
            heappush(heap, place)
        return found
