"""`--house`: the rooms of a team's own, which every command asks beside ours.

A house is named by the module that has it, `refund_desk:HOUSE`, or by the name under which an installed package says
that it has one: an entry point of the group "casecore.houses". What lies in the current folder can be imported.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any, Final, TypeAlias

from cyclopts import Parameter

from casecore.kernel import CasecoreError
from casecore.kernel.problems import did_you_mean, quoted
from casecore.rooms.composition import HOUSE, House

GROUP: Final = "casecore.houses"
"""The group of entry points under which packages say that they have a house."""

HouseName: TypeAlias = Annotated[str | None, Parameter(metavar="NAME")]
"""The option `--house`."""


class NoHouse(CasecoreError, ValueError):
    """There is no such house; the text says why, and what to write instead."""

    def __init__(self, named: str, found: str, remedy: str = "") -> None:
        super().__init__("; ".join(filter(None, (f"--house {named}: {found}", remedy))))


def load_house(named: str | None) -> House:
    """The house of that name; None: the one that is shipped.

    Raises:
        NoHouse: When there is none, or what is there cannot be imported or is no house.
    """
    if named is None:
        return HOUSE
    installed = {point.name: point for point in entry_points(group=GROUP)}
    point = installed.get(named)
    if point is None and ":" not in named:
        near = did_you_mean(named, installed) if installed else "name a module that has one: package.module:HOUSE"
        raise NoHouse(named, f"no installed package has a house of that name ({GROUP})", near)
    found = _import_house(named, point or EntryPoint(named, named, GROUP))
    if isinstance(found, House):
        return found
    raise NoHouse(named, f"{quoted(found)} is no house", "make one: House((*ROOMS, MY_ROOM))")


def _import_house(named: str, point: EntryPoint) -> Any:
    module, _, name = point.value.partition(":")
    sys.path.insert(0, "")
    try:
        holder = import_module(module)
    except Exception as error:  # noqa: BLE001 -- whatever a module of somebody else's raises is told, not traced
        raise NoHouse(named, f"{module} cannot be imported ({type(error).__name__}: {error})") from None
    finally:
        sys.path.remove("")
    if hasattr(holder, name):
        return getattr(holder, name)
    raise NoHouse(named, f"{module} has no {name or 'name after the colon'}", did_you_mean(name, vars(holder)))
