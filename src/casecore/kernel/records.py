"""Records that change without being copied for every event.

A desk's records are frozen attrs classes, so that a version of a desk can be kept and compared for ever. Copying a
frozen record for each of a thousand events is what makes event sourcing slow in Python. So a record is *thawed* once
into a draft (the same fields, writable), every event is applied to the draft, and the draft is *frozen* once. A new
record starts as a draft too (`draft_of`).

The draft's class is generated from the record's, so no field is ever written down twice. Both have the same layout in
memory, which lets `freeze` turn the draft itself into the record: afterwards nobody may write to it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

import attrs

from casecore.kernel import by_content

if TYPE_CHECKING:
    from collections.abc import Callable

    from casecore.kernel import Draft

R = TypeVar("R")


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def record(cls: type[R]) -> type[R]:
    """Class decorator of every record: frozen, slotted, compared by content."""
    return attrs.frozen(by_content(cls), weakref_slot=False)


@cache
def _draft_class(record_class: Any) -> type[Any]:
    fields = {
        attribute.name: attrs.field(default=attribute.default, kw_only=attribute.kw_only)
        for attribute in attrs.fields(record_class)
    }
    return attrs.make_class(
        f"{record_class.__name__}Draft", fields, slots=True, weakref_slot=False, eq=False, order=False
    )


def draft_of(record_class: type[R]) -> type[R]:
    """The class of a record's drafts, to make a new record with: the frozen class itself is three times as slow.

    Args:
        record_class: A class made by `record`.

    Returns:
        A class that is called as the record's is. What it makes is writable and equals nothing, until it is frozen.
    """
    any_class: Any = record_class
    draft_class: type[R] = _draft_class(any_class)
    return draft_class


@cache
def thawer(record_class: Any) -> Callable[[Any], Draft]:
    """How records of this class become drafts; made once per class.

    Args:
        record_class: A class made by `record`.

    Returns:
        A function from a record to a writable draft of it.
    """
    names = (attribute.name for attribute in attrs.fields(record_class))
    lines = ("def thaw(row):", "draft = new(Draft)", *(f"draft.{name} = row.{name}" for name in names), "return draft")
    known: dict[str, Any] = {"new": object.__new__, "Draft": _draft_class(record_class)}
    exec("\n    ".join(lines), known)  # noqa: S102 -- as attrs writes an __init__; half the time of any loop over fields
    thaw: Callable[[Any], Draft] = known["thaw"]
    return thaw


def thaw(row: Any) -> Draft:
    """A writable draft of a record; the record itself stays as it is."""
    return thawer(row.__class__)(row)  # what it passes for: `explore` looks at records through others


def freeze(draft: Draft, record_class: type[R]) -> R:
    """Turn a draft into the record; it must not be written to afterwards."""
    draft.__class__ = record_class
    frozen: R = draft
    return frozen
