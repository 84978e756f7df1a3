"""Memos: functions of local states, evaluated once for each different set of values they read.

A `Memo` is asked of a local state: the agents, and the rows of one case. The first time, it reads a desk that
notes what is read (`read_log.py`), and the answer is kept under those values, in the order in which they were read. The
next local state is led down the same path: what was read first is looked up, its value leads to what was read next, and
so on to the answer. A function that reads the same values takes the same path, so the answer is exact.

A `CaseMemo` starts where one case alone leads, so that only the rest of the path is taken for each team.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any, Final, Protocol, TypeAlias

from casecore.explore.pages import AGENT_PAGES, BLANK, LINKS, LoggedBooks
from casecore.explore.read_log import LoggedDesk, Path, ReadLog, comparable_value
from casecore.kernel import frozen

CASE_PLACE: Final = -1
"""Where a value stands that belongs to the case; agents are counted from 0."""


Reading: TypeAlias = tuple[int, Path]
"""Whose it is, and where it stands."""


class Facts(dict[Path, Any]):
    """What stands where, of one case's rows or of one agent; looked up in the rows when it is first asked for."""

    def __init__(self, rows: Mapping[tuple[str, str], Any]) -> None:
        super().__init__()
        self.rows = rows

    def __missing__(self, path: Path) -> Any:
        value = self[path] = self._find_value(path)
        return value

    def _find_value(self, path: Path) -> Any:
        match path:
            case (table,):  # which rows it has
                return tuple(sorted(row_id for held_in, row_id in self.rows if held_in == table))
            case (table, row_id):  # whether it is there
                return (table, row_id) in self.rows
            case ("cases", row_id, sheet):  # whether it is there
                return getattr(self.rows["cases", row_id], sheet) is not None
            case _:
                table, row_id, *names = path
                if (table, row_id) == LINKS:
                    return self.rows.get(LINKS, frozenset())
                row = self.rows[table, row_id] if table not in BLANK else self.rows.get((table, row_id), BLANK[table])
                return comparable_value(reduce(getattr, names, row))


class Readable(Protocol):
    """The rows of one case and the agents, and what is known of them."""

    @property
    def facts(self) -> Sequence[Facts]:
        """Of each agent in order, and of the case last, so that `CASE_PLACE` finds it."""

    def desk(self, log: ReadLog) -> LoggedDesk:
        """The desk of these rows, which notes in the log what is read of it."""

    def books(self, log: ReadLog) -> LoggedBooks:
        """The books of the witnesses in these rows, which note in the log what is read of them."""


@frozen
class Leaf:
    """The end of a path: the answer."""

    value: Any


class Branch:
    """Something that is read on a path, and where each value leads."""

    __slots__ = ("leads", "path", "whose")

    def __init__(self, whose: int, path: Path) -> None:
        self.whose = whose
        self.path = path
        self.leads: dict[Any, Branch | Leaf] = {}


class Memo:
    """A function of local states, evaluated once for each set of values it reads.

    Args:
        ask: (desk, or books) -> the answer; it reads nothing else, and always the same where they are equal.
        agents: The ids of the agents, in order.
        read: Where every path is noted at which some memo has read something.
        look: What of a local state is shown to `ask`.
    """

    def __init__(
        self,
        ask: Callable[[Any], Any],
        agents: Mapping[str, int],
        read: set[Path],
        look: Callable[[Readable, ReadLog], Any],
    ) -> None:
        self._ask = ask
        self._look = look
        self._agents = agents
        self._paths_read = read
        self.root: Branch | Leaf | None = None
        self.evaluations = 0

    def __call__(self, state: Readable) -> Any:
        """The answer in a local state."""
        node, facts = self.root, state.facts
        while type(node) is Branch:
            node = node.leads.get(facts[node.whose][node.path])
        return node.value if type(node) is Leaf else self._evaluate_state(state)

    def advance(self, facts: Facts) -> Branch | Leaf | None:
        """How far the case's own rows lead, whoever the agents are; no further than is known."""
        node = self.root
        while type(node) is Branch and node.whose == CASE_PLACE:
            node_after = node.leads.get(facts[node.path])
            if node_after is None:
                return node
            node = node_after
        return node

    def of_case(self, facts: Facts) -> CaseMemo:
        """The same for one case, whoever the agents are."""
        return CaseMemo(self, self.advance(facts))

    def evaluate(self, seen: Any) -> Any:
        """The answer at a desk, or in books, whatever is known."""
        self.evaluations += 1
        return self._ask(seen)

    def _evaluate_state(self, state: Readable) -> Any:
        log: ReadLog = {}
        value = self.evaluate(self._look(state, log))
        self._paths_read.update(path for path, found in log.items() if found is not None)  # no time passes for nothing
        read = [(self._whose(path), path) for path in log]
        self.root = _with_path(self.root, read, state.facts, value)
        return value

    def _whose(self, path: Path) -> int:
        """The place of the agent whose row or page it is, or of the case."""
        return self._agents.get(path[1], CASE_PLACE) if path[0] in {"agents", AGENT_PAGES} else CASE_PLACE

    def readings(self, state: Readable) -> list[Reading]:
        """What is read on the path to the answer in a local state."""
        self(state)
        read, node = [], self.root
        while type(node) is Branch:
            read.append((node.whose, node.path))
            node = node.leads[state.facts[node.whose][node.path]]
        return read


class CaseMemo:
    """A memo that is asked about one case with ever other agents: the path starts where the case alone leads.

    Args:
        memo: The memo.
        node: How far the case leads in it.
    """

    __slots__ = ("_memo", "node")

    def __init__(self, memo: Memo, node: Branch | Leaf | None) -> None:
        self._memo = memo
        self.node = node

    def __call__(self, state: Readable) -> Any:
        """The answer in a local state of this case."""
        node, facts = self.node, state.facts
        while type(node) is Branch:
            node = node.leads.get(facts[node.whose][node.path])
        if type(node) is Leaf:
            return node.value
        answer = self._memo(state)
        self.node = self._memo.advance(facts[CASE_PLACE])
        return answer


def look_at_desk(state: Readable, log: ReadLog) -> LoggedDesk:
    """The desk of a local state is shown."""
    return state.desk(log)


def look_at_books(state: Readable, log: ReadLog) -> LoggedBooks:
    """The books of the witnesses are shown, and no desk."""
    return state.books(log)


def _with_path(root: Branch | Leaf | None, read: list[Reading], facts: Sequence[Facts], value: Any) -> Branch | Leaf:
    """The branches with one more path through them: over what was read, in that order, to the value."""
    if not read:
        return Leaf(value)
    root = root if type(root) is Branch else Branch(*read[0])
    branch = root
    for (whose, path), then in pairwise(read):
        key = facts[whose][path]
        node_after = branch.leads.get(key)
        if type(node_after) is not Branch:
            node_after = branch.leads[key] = Branch(*then)
        branch = node_after
    whose, path = read[-1]
    branch.leads[facts[whose][path]] = Leaf(value)
    return root
