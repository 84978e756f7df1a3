"""What a command shows: rows found by what fields declare, in a library of books that no desk has."""

from datetime import UTC, datetime

import pytest
from attrs import frozen as plain

from casecore.kernel import Command, Room, an_id, frozen
from casecore.kernel.effects import Place
from casecore.kernel.records import a_link, record
from casecore.kernel.views import Views

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@record
class Reader:
    """Somebody who reads."""

    id: str


@record
class Title:
    """The first sheet of a book's file: who has it, else who had it."""

    id: str
    has: str | None = a_link(of="reader", default=None)
    had: str | None = a_link(of="reader", default=None)


@record
class Remark:
    """Another sheet of the file."""

    by: str = a_link(of="author")


@record
class BookFile:
    """All that is kept of a book."""

    title: Title
    remark: Remark | None = None


@record
class Shelf:
    """Where a book stands."""

    id: str
    title: str | None = a_link(of="title", default=None)


@record
class Seen:
    """What a command shows."""

    now: datetime | None = None
    title: Title | None = None
    remark: Remark | None = None
    shelf: Shelf | None = None
    actor: Reader | None = None
    reader: Reader | None = None
    author: Reader | None = None
    sequel: Title | None = None


@frozen
class Take(Command):
    """Somebody takes a book, from a shelf or by its id."""

    shelf: str | None = an_id(of="shelf", default=None)
    book: str | None = an_id(of="title", default=None)
    reader: str | None = an_id(of="reader", default=None)


@frozen
class TakeSequel(Take):
    """The book after the one that is named."""


@plain
class Library:
    """The tables."""

    readers: dict
    shelves: dict
    books: dict


ROWS = {
    "title": Title,
    "remark": Remark,
    "shelf": Shelf,
    **dict.fromkeys(("actor", "reader", "author"), Reader),
    "sequel": Title,
}
PLACES = {
    Reader: Place("readers", "reader"),
    Title: Place("books", "book", "title", BookFile),
    Remark: Place("books", "book", "remark", BookFile),
    Shelf: Place("shelves", "shelf"),
}
SEQUELS = Room(
    "sequels", shows={TakeSequel: {"sequel": lambda seen, _: None if seen.title is None else f"{seen.title.id}2"}}
)
VIEWS = Views(Seen, ROWS, PLACES, (SEQUELS,))
LIBRARY = Library(
    {name: Reader(name) for name in ("ana", "ben", "eva")},
    {"s1": Shelf("s1", "emma"), "empty": Shelf("empty")},
    {
        "emma": BookFile(Title("emma", has="ben", had="ana"), Remark("eva")),
        "emma2": BookFile(Title("emma2", had="ana")),
    },
)


def shown(command):
    """The ids of what a command shows, by row."""
    view = VIEWS.of_command(command, LIBRARY, NOON)
    assert Seen is type(view)
    assert NOON == view.now
    rows = {row: getattr(view, row) for row in ROWS}
    return {row: getattr(found, "id", found) for row, found in rows.items() if found is not None}


REMARK = Remark("eva")
EMMA = {"title": "emma", "remark": REMARK, "author": "eva"}


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        pytest.param(Take("ana", NOON), {"actor": "ana"}, id="who gives it"),
        pytest.param(Take("customer", NOON), {}, id="nobody we know"),
        pytest.param(Take("ana", NOON, book="emma"), {"actor": "ana", "reader": "ben", **EMMA}, id="a file"),
        pytest.param(
            Take("ana", NOON, shelf="s1"), {"actor": "ana", "shelf": "s1", "reader": "ben", **EMMA}, id="through a link"
        ),
        pytest.param(Take("ana", NOON, shelf="empty"), {"actor": "ana", "shelf": "empty"}, id="a link to nothing"),
        pytest.param(Take("ana", NOON, shelf="gone"), {"actor": "ana"}, id="a row that is not there"),
        pytest.param(Take("ana", NOON, book="emma2"), {"actor": "ana", "title": "emma2", "reader": "ana"}, id="else"),
        pytest.param(
            Take("ana", NOON, book="emma", reader="eva"), {"actor": "ana", "reader": "eva", **EMMA}, id="its own first"
        ),
        pytest.param(
            Take("ana", NOON, book="emma", reader="zoe"), {"actor": "ana", **EMMA}, id="its own, though unknown"
        ),
        pytest.param(
            TakeSequel("ana", NOON, book="emma"),
            {"actor": "ana", "reader": "ben", "sequel": "emma2", **EMMA},
            id="worked out",
        ),
        pytest.param(TakeSequel("ana", NOON), {"actor": "ana"}, id="nothing worked out"),
        pytest.param(
            TakeSequel("ana", NOON, book="emma2"),
            {"actor": "ana", "title": "emma2", "reader": "ana"},
            id="worked out and not there",
        ),
    ],
)
def test_of_command(command, rows):
    """The rows that its fields name, those to which they lead, and those that a room works out."""
    assert rows == shown(command)


def test_of_row():
    """A row without any command, and those to which it leads; nobody acts."""
    view = VIEWS.of_row("shelf", "s1", LIBRARY, None)
    assert ("s1", "emma", "ben", None, None) == (view.shelf.id, view.title.id, view.reader.id, view.actor, view.now)


def test_one_sheet_alone():
    """A row that is called otherwise than its sheet shows that sheet, and no other of the file."""
    view = VIEWS.of_row("sequel", "emma", LIBRARY, None)
    assert ("emma", None, None) == (view.sequel.id, view.title, view.remark)
