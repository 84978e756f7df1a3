"""Names in the order of their places: what the routing index and the agenda are built of."""

from __future__ import annotations

from collections.abc import Container
from heapq import heapify, heappop, heappush
from typing import Any


class Places:
    """Names, each in its place; the smallest place is the first.

    Nothing is taken out of the middle of the heap: a name that moves is entered again, and an entry that no longer
    tells the truth is dropped when it comes up, or when such entries have become the most.
    """

    __slots__ = ("_heap", "of")

    def __init__(self) -> None:
        self.of: dict[Any, Any] = {}
        self._heap: list[tuple[Any, Any]] = []

    def put(self, name: Any, place: Any) -> bool:
        """The name has this place from now on.

        Args:
            name: Anything that can be hashed and compared with the other names.
            place: Anything that can be compared with the other places.

        Returns:
            Whether it had none before.
        """
        before = self.of.get(name)
        if before != place:
            self.of[name] = place
            heappush(self._heap, (place, name))
            if len(self._heap) > 2 * len(self.of) + 8:
                self._heap = [(held, other) for other, held in self.of.items()]
                heapify(self._heap)
        return before is None

    def drop(self, name: Any) -> None:
        """The name has no place any more, if it had one."""
        self.of.pop(name, None)

    def first(self, besides: Container[Any] = ()) -> Any:
        """The name in the first place, some left aside; None when there is no other."""
        passed: list[tuple[Any, Any]] = []
        found = None
        while self._heap and found is None:
            place, name = self._heap[0]
            if self.of.get(name) != place:
                heappop(self._heap)
            elif name in besides:
                passed.append(heappop(self._heap))
            else:
                found = name
        for entry in passed:
            heappush(self._heap, entry)
        return found
