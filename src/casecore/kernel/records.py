"""Records that change without being copied for every event.

A desk's records are frozen attrs classes, so that a version of a desk can be kept and compared for ever. Copying a
frozen record for each of a thousand events is what makes event sourcing slow in Python. So a record is *thawed* once
into its editing (the same fields, writable), every event is applied to the editing, and the editing is *frozen* once.
A new record starts as an editing too (`editing_class`).

The class of the editing is generated from the record's, so no field is ever written down twice. Both have the same
layout in memory, which lets `freeze` turn the editing itself into the record: afterwards nobody may write to it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, dataclass_transform

import attrs

from casecore.kernel.fields import ROW, a_count, a_length, some_counts, some_tallies
from casecore.kernel.frozen_dict import take_copies, tell_types
from casecore.kernel.late import finished_late
from casecore.kernel.rooms import Editing
from casecore.kernel.values import fields_of, share_equality
from casecore.kernel.written_functions import write_function

R = TypeVar("R")


def a_link(*, of: str, **options: Any) -> Any:
    """A field of a record that holds the id of another row: that of the view which is called so (see `views.py`)."""
    return attrs.field(metadata={ROW: of}, **options)


@dataclass_transform(
    frozen_default=True, field_specifiers=(attrs.field, a_count, a_length, a_link, some_counts, some_tallies)
)
def record(cls: type[R]) -> type[R]:
    """Class decorator of every record: frozen, slotted, compared by content; what can change is copied when taken."""
    return finished_late(share_equality(cls), _finish_record, weakref_slot=False)


def _finish_record(cls: type[R]) -> type[R]:
    return tell_types(attrs.frozen(cls, weakref_slot=False, field_transformer=take_copies))


@cache
def _editing_class(record_class: Any) -> type[Any]:
    fields = {
        attribute.name: attrs.field(default=attribute.default, kw_only=attribute.kw_only)
        for attribute in fields_of(record_class)
    }
    return attrs.make_class(
        f"{record_class.__name__}Editing",
        fields,
        bases=record_class.__bases__,  # or their layouts would differ
        slots=True,
        weakref_slot=False,
        eq=False,
        order=False,
    )


def editing_class(record_class: type[R]) -> type[R]:
    """The class of a record's editings, to make a new record with: the frozen class itself is three times as slow.

    Args:
        record_class: A class made by `record`.

    Returns:
        A class that is called as the record's is. What it makes is writable and equals nothing, until it is frozen.
    """
    any_class: Any = record_class
    return _editing_class(any_class)


@cache
def thawer(record_class: Any) -> Callable[[Any], Editing]:
    """How records of this class become editings; made once per class.

    Args:
        record_class: A class made by `record`.

    Returns:
        A function from a record to its editing.
    """
    copied = (f"editing.{attribute.name} = row.{attribute.name}" for attribute in fields_of(record_class))
    known: dict[str, Any] = {"new": object.__new__, "Editing": _editing_class(record_class)}
    thaw: Callable[[Any], Editing] = write_function(
        "thaw(row)", ("editing = new(Editing)", *copied, "return editing"), known
    )
    return thaw


def thaw(row: Any) -> Editing:
    """A writable copy of a record; the record itself stays as it is."""
    return thawer(row.__class__)(row)  # what it passes for: `explore` looks at records through others


def id_of_row(row: Any) -> str:
    """The id under which a record lies in its table: its own, or what it says where that is not enough."""
    row_id: str = getattr(row, "row_id", None) or row.id
    return row_id


def freeze(editing: Editing, record_class: type[R]) -> R:
    """Turn an editing into the record; it must not be written to afterwards."""
    editing.__class__ = record_class
    frozen: R = editing
    return frozen
