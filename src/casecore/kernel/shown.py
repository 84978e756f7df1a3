"""How an object of casecore shows itself: on a terminal, in a notebook, in a document, as rows.

A class that people look at derives from `Displayed`, and names in one line what writes it:

    class Desk(AnyDesk, Displayed):
        shown_by = "casecore.projections.shown.desks:DESK"

The rules that all of them keep:

1. **One content, many forms.** What a `Writer` says of an object (a title, sentences, tables) is said once; text,
   Markdown, HTML and rich's tables are made of it. Nothing stands in a short form that the longer ones leave out.
2. **Short on a terminal.** `repr` is one line; `print`, and a notebook's plain text, at most twelve. What is left out
   is counted. `f"{thing:md}"` is for documents; `thing.frame()`, where rows are natural, for polars and pandas.
3. **A notebook chooses.** `text/plain` is always in the bundle; `text/markdown` and `text/html` where they say more.
   Nothing global is switched, there is no script and no picture of a table, and colour is never what tells.
4. **Words of people are theirs.** What a customer wrote is shown on the line where it belongs, with every character
   escaped that a terminal, Markdown or HTML would take for its own.
5. **Looking changes nothing, and costs nothing until one looks.** No field is added to any class. The writer, and rich,
   are imported when somebody asks, never by the core.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from importlib import import_module
from typing import Any, ClassVar, SupportsIndex, TypeVar, overload

T = TypeVar("T")


def _forms() -> Any:
    """What makes the forms; it stands beside the kernel, so it is found when somebody looks."""
    return import_module("casecore.reports.shown.forms")


class Displayed:
    """What shows itself; `shown_by` names what writes it, as `module:NAME`."""

    __slots__ = ()

    shown_by: ClassVar[str]

    @classmethod
    def _writer(cls) -> Any:
        module, _, name = cls.shown_by.partition(":")
        return getattr(import_module(module), name)

    def __repr__(self) -> str:
        line: str = _forms().short_line(self._writer(), self)
        return line

    def __str__(self) -> str:
        return self._form("")

    def __format__(self, form: str) -> str:
        """Write it in one of its forms: none (as `print` does), ``md``, and ``html`` where it has that."""
        return self._form(form) if form else str(self)

    def _form(self, form: str) -> str:
        text: str = _forms().write_form(self._writer(), self, form)
        return text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        bundle: dict[str, str] = _forms().mime_bundle(self._writer(), self)
        return bundle

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001 -- IPython's signature
        """Show it to IPython: whole where it was asked for, on one line inside something else."""
        inside = cycle or len(getattr(printer, "stack", ())) > 1
        printer.text(repr(self) if inside else self._form(""))

    def __rich__(self) -> Any:
        return _forms().rich_group(self._writer(), self)


class Framed(Displayed):
    """What can be had as rows, too."""

    __slots__ = ()

    def frame(self) -> list[dict[str, Any]]:
        """Its rows, of plain types: `polars.DataFrame(thing.frame())`, `pandas.DataFrame(thing.frame())`.

        Returns:
            All rows, each with the same names: text, numbers, truths, aware instants (UTC), or None.
        """
        rows: list[dict[str, Any]] = _forms().plain_rows(self._writer(), self)
        return rows


class DisplayedList(Framed, tuple[T, ...]):
    """Several things of a kind: a tuple, that shows itself as one; so does a slice of it."""

    __slots__ = ()

    @overload
    def __getitem__(self, place: SupportsIndex, /) -> T: ...
    @overload
    def __getitem__(self, place: slice, /) -> DisplayedList[T]: ...
    def __getitem__(self, place: SupportsIndex | slice, /) -> T | DisplayedList[T]:
        found: Any = super().__getitem__(place)
        return type(self)(found) if isinstance(place, slice) else found


class DisplayedLines(Framed, Iterator[T]):
    """Things that come one after the other, and can be looked at before they come.

    What was shown is still to come: nothing is lost by looking, and no more is read for it than is shown.

    Args:
        source: What they come from.
    """

    __slots__ = ("_ahead", "_failure", "_source")

    def __init__(self, source: Iterator[T]) -> None:
        self._source = source
        self._ahead = deque[T]()
        self._failure: Exception | None = None

    def __next__(self) -> T:
        if self._ahead:
            return self._ahead.popleft()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        return next(self._source)

    def look_ahead(self, most: int | None = None) -> tuple[tuple[T, ...], str]:
        """The next of them, and where they cannot go on, why; all of it is still to come.

        Args:
            most: How many; None: all of them.
        """
        ahead = self._ahead
        while self._failure is None and (most is None or len(ahead) < most):
            try:
                ahead.append(next(self._source))
            except StopIteration:
                break
            except Exception as failure:  # noqa: BLE001 -- whoever reads on meets it
                self._failure = failure
        return tuple(ahead)[:most], "" if self._failure is None else str(self._failure)
