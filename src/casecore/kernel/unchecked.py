"""Commands made without looking at their fields, for hosts that have looked at them already.

A command checks its own fields: that an id is one, that an instant is aware, that a text is no longer than may be. That
is nine tenths of the time that making one takes. A simulation that draws its commands, or a service whose forms have
checked every field, may leave it out:

    send_reply = unchecked(SendReply)
    command = send_reply(agent, at, case, message, text, Status.PENDING)

The fields must be as the command would hold them: instants in UTC, words as the members of their enum (`Status`,
`Channel`), tables as `FrozenDict`, lists as tuples. Then it is equal to the command that is made the usual way; else
what is decided by it is anybody's guess.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, ParamSpec, TypeVar

import attrs

from casecore.kernel.values import fields_of
from casecore.kernel.written_functions import write_function

P = ParamSpec("P")
C = TypeVar("C")


def unchecked(kind: Callable[P, C]) -> Callable[P, C]:
    """How commands of a class are made without a look at their fields.

    Args:
        kind: A class of commands, or of anything else that `frozen` has made.

    Returns:
        A function that takes what the class takes; written once for each class.
    """
    maker: Callable[P, C] = _maker(kind)
    return maker


@cache
def _maker(kind: Any) -> Callable[..., Any]:
    """It fills a class of the same layout that may be written to, which then becomes the other one."""
    open_kind = type(f"{kind.__name__}Unchecked", kind.__bases__, _OPEN | {"__slots__": kind.__slots__})
    known: dict[str, Any] = {"new": object.__new__, "Open": open_kind, "Kind": kind}
    taken, named, filled = list[str](), list[str](), list[str]()
    for attribute in fields_of(kind):
        name, given = attribute.name, attribute.alias or attribute.name
        value, default = given, attribute.default
        factory = getattr(default, "factory", None)
        if factory is not None:
            known[f"make_{name}"] = factory
            value = f"make_{name}() if {given} is new else {given}"
            given += "=new"
        elif default is not attrs.NOTHING:
            known[f"default_{name}"] = default
            given += f"=default_{name}"
        (named if attribute.kw_only else taken).append(given)
        filled.append(f"made.{name} = {value}")
    taken += ["*", *named] if named else []
    lines = ("made = new(Open)", *filled, "made.__class__ = Kind", "return made")
    make: Callable[..., Any] = write_function(f"make({', '.join(taken)})", lines, known)
    return make


_OPEN = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
"""What lets a class be written to at full speed: Python looks for both at once."""
