"""Remedies are true: what a refusal says to do, somebody can do, or it says who must.

A reason names in its `ways` the commands of which its remedy speaks. `untrue_remedies(step)` tries, at the desk that
refused, whether anybody who is there, the customer or the system could give one of them: about the case of the refused
command, or, where an agent has to give something up, about any other. What still has to be filled in, such
as a text, is left open, as for `Desk.actions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import product
from typing import Any, Final, get_type_hints

import attrs

from casecore.desk import Desk
from casecore.kernel import CUSTOMER, SYSTEM, Command, CommandError, Reason, fields_of, frozen
from casecore.kernel.fields import ROW
from casecore.promises import Step
from casecore.rooms.composition import CaseFile
from casecore.rooms.threads import message_row

LATER: Final = timedelta(hours=1)
"""How far in the future an instant is that has to be given."""

PLACEHOLDER: Final = "?"
"""Stands for an id that is new."""

SOMETHING: Final = "Something"
"""Stands for a text."""


def untrue_remedies(step: Step) -> Iterator[str]:
    """Every remedy of a step that nobody can follow, or that tells the customer what only an agent does."""
    for reason in step.reasons:
        asked = f"{type(step.command).__name__} by {step.command.by} refused: {reason}"
        if step.command.by == CUSTOMER and not set(reason.ways) <= _COMMANDS_OF_CUSTOMERS:
            yield f"{asked}: the customer is told to give {', '.join(reason.ways)}"
        elif reason.ways and not can_be_followed(step.before, step.command, reason, step.reasons):
            yield f"{asked}: nobody can give {' or '.join(reason.ways)}"


_OF_THE_AGENT: Final = ("assignment.", "capacity.", "presence.")
"""How rules begin that look at all that an agent holds or owes; what to give up may then be another case."""

_COMES_BACK: Final = frozenset({"presence.on_duty"})
"""What stands against an agent who can do something about it alone: whoever is gone comes back first."""

_COMMANDS_OF_CUSTOMERS: Final = frozenset({"ReceiveMessage", "EditMessage", "WithdrawMessage", "EndContact"})


def can_be_followed(desk: Desk, refused: Command, reason: Reason, beside: tuple[Reason, ...] = ()) -> bool:
    """Whether somebody can give one of the commands that a reason's remedy names.

    Args:
        desk: The desk at which the command was refused.
        refused: The command.
        reason: The reason.
        beside: All reasons of the refusal; where the remedy is the same command in another way, the other reasons,
            which have remedies of their own, may still stand against it.
    """
    others_too = frozenset(other.rule for other in beside if other.rule != reason.rule)
    case = getattr(refused, "case", None) or getattr(desk.view(refused).case, "id", None)
    others = sorted(name for name in desk.cases if name != case) if reason.rule.startswith(_OF_THE_AGENT) else ()
    kinds = {kind.__name__: kind for kind in desk.house.commands}
    tried = (
        (kinds[way], about, by)
        for about in (case, *others)
        for way in reason.ways
        for by in (refused.by, *sorted(desk.agents), SYSTEM, CUSTOMER)
    )
    return any(
        left <= _COMES_BACK | (others_too if kind is type(refused) else frozenset())
        for kind, about, by in tried
        for left in _refused_by(desk, kind, about, by, refused)
    )


def _refused_by(desk: Desk, kind: Any, case: str | None, by: str, refused: Command) -> Iterator[frozenset[str]]:
    """The rules that refuse a command, for each way in which it can be stated."""
    blanks, unread = _blanks_of(kind)
    options = [tuple(dict.fromkeys(_options(blank, desk, case, by, refused))) for blank in blanks]
    at = refused.at if desk.now is None else max(refused.at, desk.now)
    for chosen in product(*options):
        said = dict(zip([blank.name for blank in blanks], chosen, strict=True))
        try:
            command = kind(**{"by": by, "at": at, **said, **unread, **_instants_of(kind, at)})
        except (CommandError, TypeError):  # nobody can say it, or it asks for what nothing stands for
            continue
        reasons = desk.house.reasons(desk.view(command), command, desk.policy, frozenset(unread))
        yield frozenset(reason.rule for reason in reasons)


@frozen
class _Blank:
    """A field of a command to which a value has to be found.

    Attributes:
        row: The row of the view that an id names; empty for another id, and for a choice of words.
        choices: The words that fit; none for an id.
    """

    name: str
    row: str
    optional: bool
    choices: tuple[StrEnum, ...] = ()


def _options(blank: _Blank, desk: Desk, case: str | None, by: str, refused: Command) -> Iterator[Any]:
    """What may stand in a field: what the case or the refused command says, nothing, something new."""
    file = None if case is None else desk.cases.get(case)
    if blank.choices:
        yield from blank.choices
        return
    if blank.optional:
        yield None
    if blank.row == "case":
        yield case or PLACEHOLDER
        return
    if blank.row == "target":
        yield from (by, refused.by)
    told = getattr(refused, blank.name, None)
    if isinstance(told, str):
        yield told
    if blank.name == "queue":
        yield from desk.policy.queues
    if file is not None:
        yield from _of_case(blank, desk, file, refused)
    yield PLACEHOLDER


def _of_case(blank: _Blank, desk: Desk, file: CaseFile, refused: Command) -> Iterator[str]:
    """The ids of what a case has."""
    if blank.name == "draft" and file.draft is not None:
        yield file.draft.id
    if blank.row == "customer":
        yield file.case.customer
    if blank.row in {"note", "commitment"}:
        rows: Mapping[str, Any] = desk.notes if blank.row == "note" else desk.commitments
        yield from sorted(row for row, held in rows.items() if held.case == file.case.id)
    if blank.name == "tag":
        message = desk.messages.get(message_row(file.case.thread, getattr(refused, "message", None) or ""))
        yield from sorted(file.case.tags | (frozenset() if message is None else message.tags))


@cache
def _blanks_of(kind: Any) -> tuple[tuple[_Blank, ...], Mapping[str, Any]]:
    """The fields of a command to which a value has to be found; and those that are left open, with what is in them."""
    hints, checked_as_id = get_type_hints(kind), fields_of(Command)[0].validator
    blanks: list[_Blank] = []
    left: dict[str, Any] = {}
    for field in fields_of(kind):
        hint, optional, required = hints[field.name], field.default is None, field.default is attrs.NOTHING
        if field.name in {"by", "at"} or hint is datetime:
            continue
        if field.validator is checked_as_id:
            blanks.append(_Blank(field.name, field.metadata.get(ROW, ""), optional))
        elif isinstance(hint, type) and issubclass(hint, StrEnum):
            default = () if required or optional else (field.default,)
            blanks.append(_Blank(field.name, "", optional=False, choices=(*default, *hint)))
        elif hint is str:
            left[field.name] = SOMETHING
        elif not required:
            unsaid: Any = field.default
            left[field.name] = unsaid.factory() if hasattr(unsaid, "factory") else unsaid
    return tuple(blanks), left


@cache
def _instant_fields(kind: Any) -> tuple[str, ...]:
    hints = get_type_hints(kind)
    return tuple(field.name for field in fields_of(kind) if hints[field.name] is datetime and field.name != "at")


def _instants_of(kind: Any, at: datetime) -> Mapping[str, datetime]:
    """An instant to come for each that has to be given."""
    return dict.fromkeys(_instant_fields(kind), at + LATER)
