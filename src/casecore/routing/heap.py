"""Names in the order of their entries: what the routing index and the agenda are built of."""

from __future__ import annotations

from collections import deque
from collections.abc import Container
from heapq import heappop, heappush
from typing import Any, TypeAlias

HeapEntry: TypeAlias = tuple[Any, ...]
"""Whatever orders names, and then the name."""


class OrderedNames:
    """Names with an entry each, of which the smallest comes first.

    Who comes last mostly stands last, so most entries stand in a line, and only those that come between others in a
    heap. Nothing is taken out of the middle: a name that moves gets a new entry, and an old one is dropped when it
    comes up, or when old ones have become the most.

    Attributes:
        entry_of: The entry that counts, by name.
    """

    __slots__ = ("_heap", "_line", "entry_of")

    def __init__(self) -> None:
        self.entry_of: dict[Any, HeapEntry] = {}
        self._line: deque[HeapEntry] = deque()
        self._heap: list[HeapEntry] = []

    def set_entry(self, entry: HeapEntry) -> bool:
        """Give a name this entry from now on.

        Args:
            entry: What is compared with the other entries, the most important first; at last the name.

        Returns:
            Whether the name had none before.
        """
        name = entry[-1]
        before = self.entry_of.get(name)
        if before != entry:
            self.entry_of[name] = entry
            self.push_entry(entry, len(self.entry_of))
        return before is None

    def push_entry(self, entry: HeapEntry, names: int) -> None:
        """Put an entry in order that `entry_of` holds already.

        Args:
            entry: The entry.
            names: How many names there are: where there are more than twice as many entries, most of them are old.
        """
        line, heap = self._line, self._heap
        if not line or line[-1] < entry:
            line.append(entry)
        else:
            heappush(heap, entry)
        if len(line) + len(heap) > 2 * names + 8:
            entry_of = self.entry_of
            self._line = deque(sorted(held for held in (*line, *heap) if entry_of.get(held[-1]) is held))
            self._heap = []

    def drop_name(self, name: Any) -> None:
        """Take the entry of a name away, if it has one."""
        self.entry_of.pop(name, None)

    def first_name(self, besides: Container[Any] = ()) -> Any:
        """The name that comes first, some left aside; None when there is no other."""
        entry = self.first_entry(besides)
        return None if entry is None else entry[-1]

    def first_entry(self, besides: Container[Any] = ()) -> HeapEntry | None:
        """The entry that comes first, those of some names left aside; None when there is no other."""
        entry_of, line, heap = self.entry_of, self._line, self._heap
        found, passed = None, []
        while line or heap:
            in_line = not heap or (bool(line) and line[0] < heap[0])
            entry = line[0] if in_line else heap[0]
            counts = entry_of.get(entry[-1]) is entry
            if counts and entry[-1] not in besides:
                found = entry
                break
            if in_line:
                line.popleft()
            else:
                heappop(heap)
            if counts:
                passed.append(entry)
        for entry in passed:
            heappush(heap, entry)
        return found
