"""Progress: shown once something has taken two seconds, on a terminal or below the cell of a notebook."""

import sys
from types import SimpleNamespace

import pytest

from casecore.check import check, progress
from casecore.check.progress import LateProgress, notebook_progress
from casecore.diff.report import compare
from tests.edits import SCOPES, SOP, sop


def test_nothing_at_first():
    """For two seconds; then whatever begins, and what takes its time."""
    shown, clock = [], [0.0]
    told = LateProgress(lambda *what: shown.append(what), lambda: clock[0])
    told.tick()
    told("one")
    clock[0] = 1.9
    told("two")
    assert [] == shown
    clock[0] = 2.0
    told.tick()
    told("three")
    assert [("two", 2), ("three", 3)] == shown


@pytest.fixture
def notebook(monkeypatch):
    """A notebook, and all that stood below the cell."""
    shown = []
    handle = SimpleNamespace(update=lambda bundle, raw: shown.append(bundle["text/plain"]))
    display = SimpleNamespace(display=lambda bundle, raw, display_id: handle)
    shell = SimpleNamespace(kernel="a kernel")
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell, display=display))
    monkeypatch.setattr(progress, "PATIENCE", 0)
    return shown


def test_in_a_notebook(notebook):
    """It stands below the cell, and is gone at the end."""
    check(SOP, scopes=(SCOPES["offer"],), walk=5, only="04")
    assert "1 of 2: offer" in notebook
    assert "2 of 2: walk" in notebook
    assert "" == notebook[-1]
    notebook.clear()
    compare(SOP, sop(capacity__chat=3), scopes=(SCOPES["offer"],))
    assert notebook[0].endswith(": offer")


def test_whoever_is_given_is_told(notebook):
    """At once, and nothing is shown."""
    told = []
    check(SOP, scopes=(SCOPES["offer"],), walk=0, only="04", progress=told.append)
    assert ["offer"] == told
    assert [] == notebook


@pytest.mark.parametrize("shell", [None, SimpleNamespace(kernel=None), SimpleNamespace()])
def test_in_no_notebook(notebook, shell, monkeypatch):
    """In a console, or in a plain program, nothing is shown."""
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: shell)
    with notebook_progress(None, 1) as told:
        told("one")
    assert [] == notebook
