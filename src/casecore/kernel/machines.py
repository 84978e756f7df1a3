"""State tables: which step may follow which, written down as data.

A case is new, then open, then pending, and one day closed. What can happen next depends on where a thing stands,
and a *state table* says so, one line a step: ``(trigger, source, dest)``: what happens, in which state, and which
state it leads to; a ``dest`` of None means that it is legal here and the state stays. The rules a table keeps:

1. **The table is the truth.** A step that is not in it does not exist; the missing entry *is* the refusal.
   Rules and policies can narrow what it allows (not now, not you), never widen it.
2. **It is checked when it is written.** A state that does not exist, that nothing reaches or nothing leaves,
   a line that can never fire, a way out of a final state: all such mistakes are found at import, all at once.
3. **It never changes.** No line is added later, no attribute can be set: what was true at import stays true.
4. **It draws itself.** Diagrams and tables in the documentation are printed from these lines, never by hand.
5. **It has two readers.** Decisions use ``dest()``. Hosts with objects and callbacks get a `transitions.Machine`
   from ``machine()``; a test holds both equal. No other file imports `transitions`, and this one only when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib import import_module
from keyword import iskeyword
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar

from attrs import field, frozen

from casecore.kernel import CasecoreError

if TYPE_CHECKING:
    from transitions import Machine, State, Transition

__all__ = ["Edge", "InvalidTable", "StateTable"]

S = TypeVar("S", bound=StrEnum)


class InvalidTable(CasecoreError, ValueError):
    """A state table contradicts itself; each of its `problems` says where, what is wrong and what to do."""

    def __init__(self, table: str, problems: Iterable[str]) -> None:
        self.table, self.problems = table, tuple(problems)
        super().__init__(self.table, self.problems)  # both, so that the error survives pickling

    def __str__(self) -> str:
        return "\n  - ".join((f"state table {self.table!r} cannot be used:", *self.problems))


@frozen
class Edge:
    """One line of a state table, in the words of `transitions`."""

    trigger: str
    source: str
    dest: str | None  # None: internal, the trigger is legal here and the state stays

    def __str__(self) -> str:
        return f"{self.trigger} ({self.source} → {self.source if self.dest is None else self.dest})"


TableLine: TypeAlias = Edge | tuple[str, str | Sequence[str], str | None]


@frozen(init=False, repr=False)
class StateTable(Generic[S]):
    """Every step a thing can take, as data; the rules are at the top of this file.

    Compared by what it says, so that one that was pickled is equal to what it was. It is its own copy.
    """

    name: str
    states: tuple[S, ...]  # like all that follow, in the order of definition
    initial: S
    final: tuple[S, ...]
    edges: tuple[Edge, ...]  # one source each
    titles: Mapping[S, str] = field(hash=False)  # what a reader sees for a state; its text where nothing else was given
    # lookup[trigger][state] is the resulting state, for hot paths
    lookup: Mapping[str, Mapping[str, S]] = field(eq=False)
    _rows: dict[str, dict[str, S]] = field(eq=False)  # the same for dest(): a dict answers twice as fast as its proxy

    def __init__(
        self,
        name: str,
        states: type[S],
        initial: S,
        edges: Iterable[TableLine],
        final: Iterable[S] = (),
        *,
        titles: Mapping[S, str] | None = None,
    ) -> None:
        """Check the lines and compile them.

        Args:
            name: What the table describes, as in "case".
            states: The StrEnum of all states.
            initial: The state everything starts in.
            edges: Each an `Edge` or ``(trigger, source, dest)``; several sources make one edge each.
            final: The states that end it: nothing starts there.
            titles: Words for readers, by state.

        Raises:
            InvalidTable: If the lines contradict themselves; it names every problem.
        """
        if not issubclass(states, StrEnum):  # a plain Enum equals no text, and hashes in Python: half as fast
            raise InvalidTable(name, [f"states: {states.__name__} is no StrEnum; derive it from StrEnum"])
        final, titles = tuple(final), dict(titles or {})
        lines, problems = _spell_out(edges)
        uses = [("initial", initial), *(("final", x) for x in final), *(("titles", x) for x in titles)]
        problems += [*_wrong_names(states, uses, lines), *_wrong_steps(list(states), initial, final, lines)]
        if problems:
            raise InvalidTable(name, problems)
        rows: dict[str, dict[str, S]] = {}
        for line in lines:
            rows.setdefault(line.trigger, {})[states(line.source)] = states(line.dest or line.source)
        self.__attrs_init__(
            name=name,
            states=tuple(states),
            initial=states(initial),
            final=tuple(state for state in states if state in final),
            edges=tuple(Edge(x.trigger, states(x.source), x.dest and states(x.dest)) for x in lines),
            titles=MappingProxyType({state: " ".join(titles.get(state, state).split()) for state in states}),
            lookup=MappingProxyType({trigger: MappingProxyType(row) for trigger, row in rows.items()}),
            rows=rows,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it was made from: the rest is compiled anew, and checked again."""
        lines = tuple((edge.trigger, edge.source, edge.dest) for edge in self.edges)
        return _remake_table, (
            type(self),
            self.name,
            type(self.initial),
            self.initial,
            lines,
            self.final,
            {**self.titles},
        )

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self  # it never changes

    def dest(self, state: str, trigger: str) -> S | None:
        """Return the state a trigger leads to (the same one where it stays); None if there is no such step."""
        row = self._rows.get(trigger)
        return None if row is None else row.get(state)

    def triggers(self, state: str) -> tuple[str, ...]:
        """List what can happen in a state; nothing for a state that does not exist."""
        return tuple(trigger for trigger, row in self._rows.items() if state in row)

    def sources(self, trigger: str) -> tuple[S, ...]:
        """List the states a trigger is legal in; none for a trigger that does not exist."""
        return tuple(state for state in self.states if state in self._rows.get(trigger, ()))

    def machine(self, model: Any = None, *, permits: Callable[[Any, str], object] | None = None) -> Machine:
        """Build a `transitions.Machine` of the same table.

        Args:
            model: One object of the host, or None. It gets a method for each trigger, ``may_<trigger>`` and
                ``is_<state>``, and keeps what it has: its state, and methods of its own by these names.
            permits: Called with (model, trigger) before each step of the table, so that our rules answer the
                host's ``may_close()``; what it returns counts as true or false.

        Returns:
            The machine. It goes by the texts of states (``is_open``, ``on_enter_open``) and sets members.

        Raises:
            ValueError: If the model has a state that is not in this table.
        """
        machine_class, state_class = _classes()
        machine = machine_class(
            model=None,  # the default is the machine itself
            states=[state_class(str(x), x, self.titles[x], final=x in self.final) for x in self.states],
            initial=str(self.initial),  # the default adds a phantom state called "initial"
            auto_transitions=False,  # the default adds `to_<state>()`, which jumps round every guard
            send_event=True,  # conditions and callbacks get one EventData
            name=self.name,
        )
        # A condition's result is compared `== True`: without bool(), a truthy 2 would refuse.
        asked = None if permits is None else _AskHost(permits)
        for edge in self.edges:  # as text: `transitions` would go by a member's NAME
            machine.add_transition(str(edge.trigger), str(edge.source), edge.dest and str(edge.dest), asked)
        if model is not None:  # Machine(model=…) overlooks a falsy object, unpacks a list, resets the state
            machine.add_model([model], getattr(model, "state", None))
        return machine

    def __format__(self, form: str) -> str:
        """Write the table in one of its forms: none (plain text), ``mermaid``, ``md``, ``dot``."""
        if form not in _FORMS:
            known = ", ".join(filter(None, _FORMS))
            raise ValueError(f"a state table has no form {form!r}; use {known}, or none for plain text")
        return _FORMS[form](self)

    def __str__(self) -> str:
        return format(self)

    def __repr__(self) -> str:
        return f"<StateTable {self.name}: {len(self.states)} states, {len(self.edges)} edges>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Show it in a notebook: Mermaid, plain text, and a picture if `mermaidx` is installed."""
        bundle = {"text/vnd.mermaid": f"{self:mermaid}", "text/plain": f"{self}"}
        try:
            mermaidx = import_module("mermaidx")
        except ImportError:
            return bundle
        return bundle | {"image/svg+xml": mermaidx.render(bundle["text/vnd.mermaid"]).svg()}


def _remake_table(
    kind: type[StateTable[S]],
    name: str,
    states: type[S],
    initial: S,
    edges: Iterable[TableLine],
    final: Iterable[S],
    titles: Mapping[S, str],
) -> StateTable[S]:
    """The table that was pickled."""
    return kind(name, states, initial, edges, final, titles=titles)


@frozen
class _AskHost:
    """The condition of every step of a machine: what the host was asked for; a class, so that it can be pickled."""

    permits: Callable[[Any, str], object]

    def __call__(self, event: Any) -> bool:
        return bool(self.permits(event.model, event.event.name))


def _spell_out(edges: Iterable[TableLine]) -> tuple[list[Edge], list[str]]:
    """Make one Edge a source, its states as text, and a problem of each line that makes none."""
    lines: list[Edge] = []
    problems: list[str] = []
    for edge in edges:
        try:
            trigger, source, dest = (edge.trigger, edge.source, edge.dest) if isinstance(edge, Edge) else edge
            sources = [source] if isinstance(source, str) else list(source)
        except (TypeError, ValueError):
            sources = []
        lines += [Edge(trigger, str(x), None if dest is None else str(dest)) for x in sources]
        if not sources:
            problems.append(f"edge {edge!r}: is not (trigger, source or sources, dest); write all three")
    return lines, problems


def _wrong_names(states: type[S], uses: list[tuple[str, S]], lines: list[Edge]) -> Iterator[str]:
    known = [str(state) for state in states]
    ends = [(f"edge {line}", x) for line in lines for x in (line.source, line.dest) if x is not None]
    for where, state in (*uses, *ends):
        if state not in known:
            yield f"{where}: '{state}' is not a state of {states.__name__}; use one of {', '.join(known)}"
    for state in known:
        if not state.isidentifier():  # it becomes `is_<state>` on a host, and a name in the drawings
            yield f"state '{state}': is not a Python name; use letters, digits and underscores"
    for trigger in dict.fromkeys(str(line.trigger) for line in lines):
        if not trigger.isidentifier() or iskeyword(trigger) or trigger in {"state", "trigger", "may_trigger"}:
            yield f"trigger '{trigger}': cannot become a method of a host; choose a name like 'set_open'"


def _wrong_steps(states: list[S], initial: S, final: tuple[S, ...], lines: list[Edge]) -> Iterator[str]:
    if not lines:
        yield "edges: there are none; write at least one (trigger, source, dest)"
        return  # the rest would only repeat it
    first: dict[tuple[str, str], Edge] = {}
    for line in lines:
        before = first.setdefault((str(line.trigger), line.source), line)
        if before is not line:
            yield f"edge {line}: can never fire, {before} stands before it; remove one, or rename its trigger"
        if line.source in final:
            yield f"edge {line}: starts in a final state; remove it, or take '{line.source}' out of final"
    left = {line.source for line in lines if line.dest not in {None, line.source}}
    reached: set[str | None] = {initial}
    for _ in states:  # each round goes one step further
        reached |= {line.dest for line in lines if line.source in reached}
    for state in states:
        if state not in left and state not in final:
            yield f"state '{state}': is a dead end, no edge leaves it; add an edge, or list it in final"
        if state not in reached and initial in states:
            yield f"state '{state}': is never reached from '{initial}'; add an edge to it, or remove it"


@cache
def _classes() -> tuple[type[Machine], Callable[..., State]]:
    """Fit `transitions` to StrEnum states: it calls a member by its NAME, everybody else by its text."""
    from transitions import Machine, State

    def text(state: Any) -> Any:
        return str(state) if isinstance(state, str) else state

    class TableState(State):
        """A state with a text for a name and a member for a value."""

        value: Any = None

        def __init__(self, name: str, member: StrEnum, title: str, *, final: bool) -> None:
            super().__init__(name, final=final)
            self.value, self.label = member, title  # what a model is set to, and what a drawing writes

        def __reduce__(self) -> tuple[Any, ...]:
            return _make_bare, (1,), self.__dict__

    class TableMachine(Machine):
        """A machine that finds a state by its text and by its member."""

        def get_state(self, state: Any) -> State:
            return super().get_state(text(state))

        def get_triggers(self, *args: Any) -> list[str]:
            return super().get_triggers(*map(text, args))

        def get_transitions(self, trigger: str = "", source: Any = "*", dest: Any = "*") -> list[Transition]:
            return super().get_transitions(trigger, text(source), text(dest))

        def __reduce__(self) -> tuple[Any, ...]:
            return _make_bare, (0,), self.__dict__

    return TableMachine, TableState


def _make_bare(place: int) -> Any:
    """A machine or a state without content, for what unpickles or copies one: no module holds these classes."""
    made: Any = _classes()[place]
    return made.__new__(made)


def _mermaid(table: StateTable[Any]) -> str:
    """Draw a `stateDiagram-v2` with `transitions` and without graphviz, ready for a Markdown fence."""
    from transitions.extensions.diagrams import GraphMachine

    taken = {"class", "classdef", "click", "default", "href", "note", "root", "scale", "style"}  # by Mermaid
    name = {x: f"{x}_" if x.lower() in taken else str(x) for x in table.states}
    titles = {x: title.replace('"', "#quot;") for x, title in table.titles.items()}
    drawn = [_classes()[1](name[x], x, title, final=x in table.final) for x, title in titles.items()]
    drawing = GraphMachine(None, drawn, name[table.initial], auto_transitions=False, graph_engine="mermaid")
    for edge in table.edges:
        drawing.add_transition(str(edge.trigger), name[edge.source], edge.dest and name[edge.dest])
    # Not drawing.get_graph(): it needs a model, and in a machine that models itself methods hide triggers.
    source = drawing.graph_cls(drawing).get_graph().draw(None) or ""
    # Dropped: three lines of title that are no valid front matter, and styles. Added: the ends, omitted there.
    lines = [x for x in source.splitlines()[3:] if x.strip() and x.split()[0] not in {"classDef", "Class"}]
    return "\n".join([*lines, *(f"  {name[x]} --> [*]" for x in table.final)])


def _markdown(table: StateTable[Any]) -> str:
    """Write a row a state, a column a trigger, and in the cell the destination."""
    title = {str(x): text.replace("|", r"\|") for x, text in table.titles.items()}
    rows = [["state", *table.lookup], ["---"] * (len(table.lookup) + 1)]
    for state in table.states:
        outcomes = [_outcome(table, state, trigger) for trigger in table.lookup]
        rows.append([title[state], *(title.get(x, x) for x in outcomes)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _dot(table: StateTable[Any]) -> str:
    """Write graphviz' language, one line an edge."""
    import json

    quoted = json.JSONEncoder(ensure_ascii=False).encode
    lines = [f"digraph {quoted(table.name)} {{", '  rankdir=LR; node [shape=box]; "" [shape=point]']
    for state, title in table.titles.items():
        lines += [f'  "{state}" [label={quoted(title)}, peripheries={2 if state in table.final else 1}]']
    lines += [f'  "" -> "{table.initial}"']
    for edge in table.edges:
        label = edge.trigger if edge.dest else f"{edge.trigger} [internal]"
        lines += [f'  "{edge.source}" -> "{edge.dest or edge.source}" [label="{label}"]']
    return "\n".join([*lines, "}"])


def _text(table: StateTable[Any]) -> str:
    """Write a line a state: what can happen there, and where it leads."""
    lines = [f"{table.name}: starts {table.initial}"]
    for state in table.states:
        steps = [f"{trigger} → {_outcome(table, state, trigger)}" for trigger in table.triggers(state)]
        lines += [f"  {state}: {', '.join(steps) or 'final'}"]
    return "\n".join(lines)


def _outcome(table: StateTable[Any], state: str, trigger: str) -> str:
    return "stays" if Edge(trigger, state, None) in table.edges else table.dest(state, trigger) or "–"


_FORMS = MappingProxyType({"": _text, "mermaid": _mermaid, "md": _markdown, "dot": _dot})
