"""Questions that are asked once for each different set of values they read.

A `Question` is a function of a situation: the agents, and the rows of one case. The first time, it reads a desk that
notes what is read (`seen.py`), and the answer is kept under those values, in the order in which they were read. The
next situation is led down the same way: what was read first is looked up, its value leads to what was read next, and
so on to the answer. A function that reads the same values goes the same way, so the answer is exact.

`start` goes as far as one case alone leads, so that the rest of the way is walked once for each team.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any, Final, Protocol, TypeAlias

from casecore.explore.seen import Log, Path, SeenDesk, comparable
from casecore.kernel import frozen

CASE: Final = -1
"""Where a value stands that belongs to the case; agents are counted from 0."""


Reading: TypeAlias = tuple[int, Path]
"""Whose it is, and where it stands."""


class Facts(dict[Path, Any]):
    """What stands where, of one case's rows or of one agent; looked up in the rows when it is first asked for."""

    def __init__(self, rows: Mapping[tuple[str, str], Any]) -> None:
        super().__init__()
        self.rows = rows

    def __missing__(self, path: Path) -> Any:
        value = self[path] = self._find(path)
        return value

    def _find(self, path: Path) -> Any:
        match path:
            case (table,):  # which rows it has
                return tuple(sorted(row_id for held_in, row_id in self.rows if held_in == table))
            case (table, row_id):  # whether it is there
                return (table, row_id) in self.rows
            case ("cases", row_id, sheet):  # whether it is there
                return getattr(self.rows["cases", row_id], sheet) is not None
            case _:
                table, row_id, *names = path
                return comparable(reduce(getattr, names, self.rows[table, row_id]))


class Situation(Protocol):
    """The rows of one case and the agents, and what is known of them."""

    @property
    def facts(self) -> Sequence[Facts]:
        """Of each agent in order, and of the case last, so that `CASE` finds it."""

    def desk(self, log: Log) -> SeenDesk:
        """The desk of these rows, which notes in the log what is read of it."""


@frozen
class Answer:
    """The end of the way."""

    value: Any


class Fork:
    """Something that is read on the way, and where each value leads."""

    __slots__ = ("leads", "path", "whose")

    def __init__(self, whose: int, path: Path) -> None:
        self.whose = whose
        self.path = path
        self.leads: dict[Any, Fork | Answer] = {}


class Question:
    """A function of situations, asked once for each set of values it reads.

    Args:
        ask: (desk) -> the answer; it reads nothing but the desk, and always the same of equal desks.
        agents: The ids of the agents, in order.
        read: Where every path is noted that some question has read.
    """

    def __init__(self, ask: Callable[[SeenDesk], Any], agents: Mapping[str, int], read: set[Path]) -> None:
        self._ask = ask
        self._agents = agents
        self._read = read
        self.root: Fork | Answer | None = None
        self.asked = 0

    def __call__(self, situation: Situation) -> Any:
        """The answer in a situation."""
        node, facts = self.root, situation.facts
        while type(node) is Fork:
            node = node.leads.get(facts[node.whose][node.path])
        return node.value if type(node) is Answer else self._learn(situation)

    def start(self, facts: Facts) -> Fork | Answer | None:
        """How far the case's own rows lead, whoever the agents are; no further than is known."""
        node = self.root
        while type(node) is Fork and node.whose == CASE:
            lead = node.leads.get(facts[node.path])
            if lead is None:
                return node
            node = lead
        return node

    def ask(self, desk: SeenDesk) -> Any:
        """The answer at a desk, whatever is known."""
        self.asked += 1
        return self._ask(desk)

    def _learn(self, situation: Situation) -> Any:
        log: Log = {}
        value = self.ask(situation.desk(log))
        self._read.update(log)
        read = [(self._agents[path[1]] if path[0] == "agents" else CASE, path) for path in log]
        self.root = _grown(self.root, read, situation.facts, value)
        return value

    def way(self, situation: Situation) -> list[Reading]:
        """What is read on the way to the answer in a situation."""
        self(situation)
        read, node = [], self.root
        while type(node) is Fork:
            read.append((node.whose, node.path))
            node = node.leads[situation.facts[node.whose][node.path]]
        return read


def _grown(root: Fork | Answer | None, read: list[Reading], facts: Sequence[Facts], value: Any) -> Fork | Answer:
    """The forks with one more way through them: over what was read, in that order, to the value."""
    if not read:
        return Answer(value)
    root = root if type(root) is Fork else Fork(*read[0])
    fork = root
    for (whose, path), then in pairwise(read):
        key = facts[whose][path]
        lead = fork.leads.get(key)
        if type(lead) is not Fork:
            lead = fork.leads[key] = Fork(*then)
        fork = lead
    whose, path = read[-1]
    fork.leads[facts[whose][path]] = Answer(value)
    return root
