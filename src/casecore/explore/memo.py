"""Memos: functions of local states, evaluated once for each different set of values they read.

A `Memo` is asked of a local state: the agents, and the rows of one case. The first time, it reads a desk that
notes what is read (`read_log.py`), and the answer is kept under those values, in the order in which they were read. The
next local state is led down the same path: what was read first is looked up, its value leads to what was read next, and
so on to the answer. A function that reads the same values takes the same path, so the answer is exact.

A `CaseMemo` starts where one case alone leads, so that only the rest of the path is taken for each team.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, Final, Protocol, TypeAlias

from casecore.explore.pages import AGENT_PAGES, BLANK, LINKS, LoggedBooks
from casecore.explore.read_log import LoggedDesk, Path, ReadLog, comparable_value
from casecore.kernel import frozen

CASE_PLACE: Final = -1
"""Where a value stands that belongs to the case; agents are counted from 0."""


Reading: TypeAlias = tuple[int, int]
"""Whose it is, and the number of the place where it stands."""

NOTHING_THERE: Final = -1
"""The number of the value at a place that there is not among some rows."""


ComponentRows: TypeAlias = Mapping[tuple[str, str], Any]
"""Records by table and id."""


class NumberedPlaces:
    """Every place at which some question has read, and every value that stood at one, each by a number of its own.

    A path to an answer is gone millions of times, and a whole number is looked up in a third of the time that a place
    in words, or a record, takes. Values that are equal have one number.
    """

    def __init__(self) -> None:
        self._numbers: dict[Path, int] = {}
        self._paths: list[Path] = []
        self._readers: list[Callable[[ComponentRows], Any]] = []
        self._values: dict[Any, int] = {}

    def number_of(self, path: Path) -> int:
        """The number of a place."""
        number = self._numbers.get(path)
        if number is None:
            number = self._numbers[path] = len(self._paths)
            self._paths.append(path)
            self._readers.append(_reader_of(path))
        return number

    def path_of(self, number: int) -> Path:
        """The place with this number."""
        return self._paths[number]

    def value_at(self, number: int, rows: ComponentRows) -> int:
        """The number of the value that stands there among some rows."""
        try:
            value = self._readers[number](rows)
        except (AttributeError, KeyError):  # a run is compared as a whole, also behind where another way begins
            return NOTHING_THERE
        return self._values.setdefault(value, len(self._values))


class Facts(dict[int, int]):
    """What stands where, of one case's rows or of one agent: the number of the value, by that of the place.

    It is looked up in the rows when it is first asked for.
    """

    def __init__(self, rows: ComponentRows, places: NumberedPlaces) -> None:
        super().__init__()
        self.rows = rows
        self._places = places

    def __missing__(self, place: int) -> int:
        value = self[place] = self._places.value_at(place, self.rows)
        return value

    def at(self, path: Path) -> Any:
        """The value itself."""
        return _reader_of(path)(self.rows)


@cache
def _reader_of(path: Path) -> Callable[[ComponentRows], Any]:
    """How it is looked up among rows what stands at a path."""
    match path:
        case (table,):  # which rows it has
            return lambda rows: tuple(sorted(row_id for held_in, row_id in rows if held_in == table))
        case (table, row_id):  # whether it is there
            return lambda rows: (table, row_id) in rows
        case ("cases", row_id, sheet):  # whether it is there
            return lambda rows: getattr(rows["cases", row_id], sheet) is not None
    key, read = (path[0], path[1]), attrgetter(".".join(path[2:]))
    if key == LINKS:
        return lambda rows: rows.get(LINKS, frozenset())
    blank = BLANK.get(key[0])
    if blank is not None:
        return lambda rows: comparable_value(read(rows.get(key, blank)))
    return lambda rows: comparable_value(read(rows[key]))


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

    __slots__ = ("leads", "place", "whose")

    def __init__(self, whose: int, place: int) -> None:
        self.whose = whose
        self.place = place
        self.leads: dict[int, Lead] = {}


class Run:
    """Several things that are read one after the other of the same rows, where so far only one way leads on.

    Most of a path is made of these, and a run is compared at once, which takes a fifth of the time.
    """

    __slots__ = ("found", "places", "read", "then", "whose")

    def __init__(self, whose: int, places: tuple[int, ...], found: tuple[int, ...], then: Lead) -> None:
        self.whose = whose
        self.places = places
        self.read: Callable[[Facts], Any] = itemgetter(*places)
        self.found = found
        self.then = then


Lead: TypeAlias = "Branch | Run | Leaf"
"""What leads to an answer."""


class Memo:
    """A function of local states, evaluated once for each set of values it reads.

    Args:
        ask: (desk, or books) -> the answer; it reads nothing else, and always the same where they are equal.
        agents: The ids of the agents, in order.
        places: The places at which something is read, by number.
        read: Where every path is noted at which this memo, or another, has found something.
        look: What of a local state is shown to `ask`.
    """

    def __init__(
        self,
        ask: Callable[[Any], Any],
        agents: Mapping[str, int],
        places: NumberedPlaces,
        read: set[Path],
        look: Callable[[Readable, ReadLog], Any],
    ) -> None:
        self._ask = ask
        self._look = look
        self._agents = agents
        self._places = places
        self._paths_read = read
        self.root: Lead | None = None
        self.evaluations = 0

    def __call__(self, state: Readable) -> Any:
        """The answer in a local state."""
        node = _follow(self.root, state.facts)
        return self._evaluate_state(state) if node is None else node.value

    def advance(self, facts: Facts) -> Lead | None:
        """How far the case's own rows lead, whoever the agents are; no further than is known."""
        node, node_after = self.root, self.root
        while node_after is not None:
            node, node_after = node_after, None
            if type(node) is Branch and node.whose == CASE_PLACE:
                node_after = node.leads.get(facts[node.place])
            elif type(node) is Run and node.whose == CASE_PLACE and node.read(facts) == node.found:
                node_after = node.then
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
        read = [(self._whose(path), self._places.number_of(path)) for path in log]
        found = [state.facts[whose][place] for whose, place in read]
        self.root = _with_path(self.root, read, found, Leaf(value))
        return value

    def _whose(self, path: Path) -> int:
        """The place of the agent whose row or page it is, or of the case."""
        return self._agents.get(path[1], CASE_PLACE) if path[0] in {"agents", AGENT_PAGES} else CASE_PLACE

    def readings(self, state: Readable) -> list[tuple[int, Path]]:
        """What is read on the path to the answer in a local state: whose it is, and where it stands."""
        self(state)
        read: list[tuple[int, Path]] = []
        node: Any = self.root
        while type(node) is not Leaf:
            places = node.places if type(node) is Run else (node.place,)
            read += [(node.whose, self._places.path_of(place)) for place in places]
            node = node.then if type(node) is Run else node.leads[state.facts[node.whose][node.place]]
        return read


class CaseMemo:
    """A memo that is asked about one case with ever other agents: the path starts where the case alone leads.

    Args:
        memo: The memo.
        node: How far the case leads in it.
    """

    __slots__ = ("_memo", "node")

    def __init__(self, memo: Memo, node: Lead | None) -> None:
        self._memo = memo
        self.node = node

    def __call__(self, state: Readable) -> Any:
        """The answer in a local state of this case."""
        node = _follow(self.node, state.facts)
        if node is not None:
            return node.value
        answer = self._memo(state)
        self.node = self._memo.advance(state.facts[CASE_PLACE])
        return answer


def _follow(node: Any, facts: Sequence[Facts]) -> Leaf | None:
    """The end of the way from here; None where it is not known so far."""
    while True:
        if type(node) is Branch:
            node = node.leads.get(facts[node.whose][node.place])
        elif type(node) is Run:
            node = node.then if node.read(facts[node.whose]) == node.found else None
        else:
            end: Leaf | None = node
            return end


def look_at_desk(state: Readable, log: ReadLog) -> LoggedDesk:
    """The desk of a local state is shown."""
    return state.desk(log)


def look_at_books(state: Readable, log: ReadLog) -> LoggedBooks:
    """The books of the witnesses are shown, and no desk."""
    return state.books(log)


def _with_path(node: Lead | None, read: Sequence[Reading], found: Sequence[int], end: Leaf) -> Lead:
    """What leads to an answer, with one more path through it: over what was read, and what stood there, to the end.

    Where two paths were the same so far, what is read next is the same for both.
    """
    if type(node) is Branch:
        node.leads[found[0]] = _with_path(node.leads.get(found[0]), read[1:], found[1:], end)
        return node
    if type(node) is not Run:
        return _new_path(read, found, end)
    size = len(node.places)
    same = next((at for at in range(size) if node.found[at] != found[at]), size)
    if same == size:
        node.then = _with_path(node.then, read[size:], found[size:], end)
        return node
    branch = Branch(*read[same])
    branch.leads[node.found[same]] = _run_of(node.whose, node.places[same + 1 :], node.found[same + 1 :], node.then)
    branch.leads[found[same]] = _new_path(read[same + 1 :], found[same + 1 :], end)
    return _run_of(node.whose, node.places[:same], node.found[:same], branch)


def _new_path(read: Sequence[Reading], found: Sequence[int], end: Lead) -> Lead:
    """A path to an answer: one run for all that is read of the same rows without a break."""
    node, last = end, len(read)
    while last:
        whose, first = read[last - 1][0], last - 1
        while first and read[first - 1][0] == whose:
            first -= 1
        node = _run_of(whose, tuple(place for _, place in read[first:last]), tuple(found[first:last]), node)
        last = first
    return node


def _run_of(whose: int, places: tuple[int, ...], found: tuple[int, ...], then: Lead) -> Lead:
    if len(places) > 1:
        return Run(whose, places, found, then)
    if not places:
        return then
    branch = Branch(whose, places[0])
    branch.leads[found[0]] = then
    return branch
