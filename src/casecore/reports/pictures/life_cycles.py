"""Life cycles: the states a thing can be in, and for a case where it stands and which moves are legal now.

Which moves are legal is not read from the table alone: the desk is asked what an agent may do now, under its policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import cos, hypot, pi, sin
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from casecore.desk import Action, AnyDesk
from casecore.kernel.machines import StateTable
from casecore.reports.pictures.canvas import EDGE, SMALL, WIDTH, Canvas, fitting
from casecore.reports.pictures.picture import Picture
from casecore.reports.text import columns
from casecore.statuses import CASE_LIFECYCLE, Trigger

_BY_ITSELF: Final[Mapping[str, str]] = MappingProxyType(
    {Trigger.CUSTOMER_MESSAGE: "when the customer writes", Trigger.DELIVERY_FAILED: "when a message of ours fails"}
)
"""What moves a case and is nobody's action."""

_ACTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {Trigger.BEGIN_WORK: ("open_case",), Trigger.CLOSE: ("close", "close_as_spam")}
)
"""The actions by which an agent makes a step, where they are not called like it."""


@frozen
class LegalMove:
    """A step that the life cycle has from where a case stands.

    Attributes:
        trigger: What moves it.
        to: The status it leads to; the same one where it stays.
        action: The action by which the agent would do it; empty where it comes by itself.
        allowed: Whether nothing stands in the way, whatever the arguments are; None where it comes by itself.
        reasons: The rules that stand in the way.
    """

    trigger: str
    to: str
    action: str
    allowed: bool | None
    reasons: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What it is, in words."""
        if self.allowed is None:
            return f"{_BY_ITSELF[self.trigger]}, it is {self.to}"
        said = self.action.replace("_", " ")
        return said if self.allowed else f"{said}, refused by {', '.join(self.reasons)}"


def moves_of(desk: AnyDesk, case: str, agent: str, at: datetime) -> list[LegalMove]:
    """The moves that the life cycle has from where a case stands, and which of them an agent may make.

    Args:
        desk: The desk.
        case: The case.
        agent: Who would make them.
        at: When (aware).

    Returns:
        What they may do first, then what is refused, then what comes by itself.

    Raises:
        ValueError: When there is no such case.
    """
    status = desk.status(case)
    if status is None:
        raise ValueError(f"there is no case {case!r} on this desk")
    actions = {action.name: action for action in desk.actions(agent, case, at)}
    moves: list[LegalMove] = []
    for trigger in CASE_LIFECYCLE.triggers(status):
        to = CASE_LIFECYCLE.lookup[trigger][status]
        if trigger in _BY_ITSELF:
            moves.append(LegalMove(trigger, to, "", None))
            continue
        moves += [_move_by(actions[name], trigger, to) for name in _ACTIONS.get(trigger, (trigger,))]
    return sorted(moves, key=lambda move: (True, False, None).index(move.allowed))


def _move_by(action: Action, trigger: str, to: str) -> LegalMove:
    reasons = tuple(dict.fromkeys(reason.rule for reason in action.reasons))
    return LegalMove(trigger, to, action.name, action.allowed, reasons)


# The pictures ------------------------------------------------------------------------------------------


def life_cycle(table: StateTable[Any] = CASE_LIFECYCLE) -> Picture:
    """Draw a life cycle: every state, and which can follow which.

    Args:
        table: The life cycle; that of a case if it is left out.
    """
    title = f"{table.name[0].upper()}{table.name[1:]}"
    rows = [
        {"trigger": str(edge.trigger), "from": str(edge.source), "to": str(edge.dest or edge.source)}
        for edge in table.edges
    ]
    canvas = Canvas.headed(title, "It begins at the dot, and ends at a double edge.")
    _draw_states(canvas, table, {})
    for words in _step_lines(table):
        canvas.write((EDGE, canvas.height + 13), fitting(words, WIDTH - 2 * EDGE, SMALL), size=SMALL)
        canvas.height += 16
    canvas.height += 6
    description = f"{title}: {len(table.states)} states, {len(table.edges)} steps between them."
    return Picture(title, description, f"{table}", rows, canvas, f"{table:mermaid}")


def _step_lines(table: StateTable[Any]) -> Iterator[str]:
    """What leads where, one line for each trigger and destination."""
    for trigger in table.lookup:
        to: dict[str, list[str]] = {}
        for edge in table.edges:
            if edge.trigger == trigger:
                to.setdefault("stays" if edge.dest is None else f"→ {edge.dest}", []).append(str(edge.source))
        for where, sources in to.items():
            yield f"{trigger.replace('_', ' ')}: {', '.join(sources)} {where}"


def legal_moves(desk: AnyDesk, case: str, agent: str, at: datetime) -> Picture:
    """Draw the life cycle of a case: where it stands, and where an agent may move it now, or why not.

    Args:
        desk: The desk; its policy says what is allowed.
        case: The case.
        agent: Who would move it.
        at: When (aware).

    Raises:
        ValueError: When there is no such case.
    """
    moves = moves_of(desk, case, agent, at)
    status = str(desk.status(case))
    marks = {status: "now", **_marks(moves, status)}
    title = f"Case {case} is {status}"
    allowed = [move.words for move in moves if move.allowed]
    told = f"What {agent} may do now"
    canvas = Canvas.headed(title, f"{told}: a thick line; a dashed one is refused")
    _draw_states(canvas, CASE_LIFECYCLE, marks, status)
    for move in moves:
        _draw_move(canvas, move)
    canvas.height += 4
    cells = [(_YES_NO[move.allowed], f"→ {move.to}", move.words) for move in moves]
    text = "\n".join((f"{title}. {told}:", *columns(cells)))
    rows = [
        {"trigger": move.trigger, "to": move.to, "action": move.action, "allowed": move.allowed}
        | {"reasons": ", ".join(move.reasons)}
        for move in moves
    ]
    description = f"{title}. {agent} may: {_listed(allowed) or 'nothing'}."
    return Picture(title, description, text, rows, canvas, f"{_with_marks(marks):mermaid}")


_YES_NO: Final[Mapping[bool | None, str]] = MappingProxyType({True: "may", False: "may not", None: "by itself"})


def _marks(moves: Sequence[LegalMove], status: str) -> dict[str, str]:
    """What stands below each state that a case can get to: `may` if any way is open, `may not`, or `by itself`."""
    marks: dict[str, str] = {}
    for allowed in (None, False, True):  # what comes last counts most
        marks |= {move.to: _YES_NO[allowed] for move in moves if move.allowed is allowed and move.to != status}
    return marks


def _with_marks(marks: Mapping[str, str]) -> StateTable[Any]:
    """The life cycle of a case, with what stands below a state in its title."""
    table = CASE_LIFECYCLE
    titles = {one: f"{title} ({marks[one]})" if one in marks else title for one, title in table.titles.items()}
    return StateTable(table.name, type(table.initial), table.initial, table.edges, table.final, titles=titles)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)


BOX: Final = (104.0, 40.0)
"""How wide and high a state is."""

WIDE: Final = (166.0, 108.0)
"""How far from the middle the states stand, across and down."""


def _places(table: StateTable[Any], top: float) -> dict[str, tuple[float, float]]:
    """Where each state stands: around a circle, from the upper left on, so that no line runs through a third one."""
    middle = top + WIDE[1] + BOX[1] / 2
    count = len(table.states)
    turns = [(number + 0.5) / count * 2 * pi - pi / 2 - 2 * pi / count for number in range(count)]
    return {
        state: (WIDTH / 2 + WIDE[0] * cos(turn), middle + WIDE[1] * sin(turn))
        for state, turn in zip(table.states, turns, strict=True)
    }


def _draw_states(canvas: Canvas, table: StateTable[Any], marks: Mapping[str, str], status: str = "") -> None:
    places = _places(table, canvas.height)
    canvas.height += 2 * WIDE[1] + BOX[1] + EDGE
    steps = {(edge.source, edge.dest) for edge in table.edges if edge.dest is not None and edge.dest != edge.source}
    for source, dest in sorted(steps, key=lambda step: (step[0] == status, step)):
        if source == status:
            _draw_step(canvas, places[source], places[dest], marks[dest])
        elif dest != status or (dest, source) not in steps:  # the way back would lie on the way out
            _draw_step(canvas, places[source], places[dest], "elsewhere" if status else "")
    for state, (x, y) in places.items():
        here, corner = state == status, (x - BOX[0] / 2, y - BOX[1] / 2)
        if state in table.final:
            canvas.rect((corner[0] - 3, corner[1] - 3), (BOX[0] + 6, BOX[1] + 6), "ground", line="ink", round=8)
        canvas.rect(corner, BOX, "work" if here else "band", line="ink", round=6)
        colour, mark = ("ground" if here else "ink"), marks.get(state, "")
        canvas.write((x, y - 2 if mark else y + 5), table.titles[state], colour=colour, anchor="middle", bold=True)
        canvas.write((x, y + 13), mark, colour=colour, size=SMALL, anchor="middle")
        if state == table.initial:
            canvas.dot((corner[0] - 9, y), 5, "ink", tip="everything begins here")


_LINES: Final[Mapping[str, tuple[str, float, bool]]] = MappingProxyType(
    {
        "": ("quiet", 0.8, False),
        "elsewhere": ("line", 1, False),
        "may": ("good", 3, False),
        "may not": ("bad", 1.5, True),
        "by itself": ("work", 1.5, False),
    }
)
"""The colour of a step, its width, and whether it is dashed."""


def _draw_step(canvas: Canvas, begin: tuple[float, float], end: tuple[float, float], mark: str) -> None:
    """A line from edge to edge of two boxes, with an arrow at its end."""
    colour, width, dashed = _LINES[mark]
    (x, y), (to_x, to_y) = _edge(begin, end), _edge(end, begin)
    length = hypot(to_x - x, to_y - y)
    along = ((to_x - x) / length, (to_y - y) / length)
    back = (to_x - 8 * along[0], to_y - 8 * along[1])
    canvas.line([(x, y), back], colour, width=width, dashed=dashed)
    across = (4 * along[1], -4 * along[0])
    sides = [(back[0] + sign * across[0], back[1] + sign * across[1]) for sign in (1, -1)]
    canvas.shape([(to_x, to_y), *sides], colour)


def _edge(of: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """Where a line from the middle of a box leaves it."""
    across, down = towards[0] - of[0], towards[1] - of[1]
    share = min(
        (BOX[0] / 2 + 4) / abs(across) if across else 9,
        (BOX[1] / 2 + 4) / abs(down) if down else 9,
    )
    return of[0] + across * share, of[1] + down * share


def _draw_move(canvas: Canvas, move: LegalMove) -> None:
    """A line of words, with a tick, a cross, or a dot where it comes by itself."""
    y = canvas.height + 9
    if move.allowed is None:
        canvas.dot((EDGE + 5, y), 3, "work", tip="by itself")
    elif move.allowed:
        canvas.line([(EDGE, y), (EDGE + 4, y + 4), (EDGE + 10, y - 5)], "good", width=2.5, tip="allowed")
    else:
        for down in (-4, 4):
            canvas.line([(EDGE + 1, y + down), (EDGE + 9, y - down)], "bad", width=2.5, tip="refused")
    canvas.write((EDGE + 18, y + 4), fitting(move.words, WIDTH - 2 * EDGE - 18, 12), size=12)
    canvas.height += 18
