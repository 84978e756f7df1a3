"""Loaded tables: what they hold, what they know not to be there, and what they refuse to guess."""

import pytest
from rpds import HashTrieMap

from casecore.kernel.loading import LoadedTable, Loading, NotedTables, NotLoaded

ROWS = {"a": "row a", "b": None}


@pytest.fixture
def table():
    """One row is there, of another it is known that it is not."""
    return LoadedTable("cases", ROWS)


class TestLoadedTable:
    """It stands where a table stands."""

    def test_what_is_known(self, table):
        """A row, none, and nothing that names a row at all."""
        assert ("row a", None, "none", None) == (
            table.get("a"),
            table.get("b"),
            table.get("b", "none"),
            table.get(None),
        )
        assert ("a" in table, "b" in table, 7 in table) == (True, False, False)
        assert ["a"] == [*table]
        assert (1, True) == (len(table), bool(LoadedTable("cases", {})))

    def test_what_is_not_known(self, table):
        """It is not taken for what is not there."""
        for ask in (table.get, table.__getitem__, table.__contains__):
            with pytest.raises(NotLoaded, match=r"'c' of cases was not loaded, so it is not known whether it is there"):
                ask("c")

    def test_a_row_that_is_not_there(self, table):
        """It is read like one of any mapping."""
        with pytest.raises(KeyError, match="b"):
            table["b"]
        assert "row a" == table["a"]

    def test_it_is_changed_by_making_another(self, table):
        """A row more, another in its place, one less; what is then known stays known."""
        grown = table.insert("b", "row b").update({"c": "row c"})
        assert {"a": "row a", "b": "row b", "c": "row c"} == dict(grown)
        assert None is grown.remove("a").get("a")
        assert ROWS == table.known

    def test_it_equals_a_table_of_the_same_rows(self, table):
        """Whatever it knows not to be there."""
        assert table == HashTrieMap({"a": "row a"})
        assert table != HashTrieMap({"b": "row a"})
        assert table != "row a"


class TestLoading:
    """Rows are read from a store while somebody asks."""

    def test_each_is_read_once(self):
        """Also that it is not there."""
        asked = []
        rows = Loading(("cases", "notes"), lambda *name: asked.append(name) or ROWS.get(name[1]))
        assert ["row a", "row a", None, None] == [rows.cases.get(row) for row in ("a", "a", "b", "b")]
        assert [("cases", "a"), ("cases", "b")] == asked
        assert {"cases": ROWS, "notes": {}} == {name: table.known for name, table in rows.loaded().items()}

    def test_a_table_that_there_is_not(self):
        """It has no rows."""
        with pytest.raises(AttributeError, match="coses"):
            Loading(("cases",), lambda *_: None).coses  # noqa: B018 -- asking is the point


def test_asked_notes_the_rows():
    """Each once, in the order in which they were asked for, also those that are not there."""
    tables = type("Tables", (), {"cases": ROWS})
    asked = NotedTables(tables)
    assert ["row a", None, "row a"] == [asked.cases.get(row) for row in ("a", "c", "a")]
    assert [("cases", "a"), ("cases", "c")] == [*asked.rows]
