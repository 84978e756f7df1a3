"""The same in real notebooks: one that Jupyter's kernel runs and nbconvert writes as a page, and one that marimo runs.

They start other programs, so `make test` leaves them out; where one is not installed its test is skipped.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.shown.test_bundles import KEYS
from tests.shown.things import HOSTILE

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def needs(*modules):
    """Skips a test where a program is not installed."""
    missing = [module for module in modules if find_spec(module) is None]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)}: not installed")


def run(program, *arguments):
    """What a program prints that knows casecore and these tests."""
    paths = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, *program, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


JUPYTER = """
import json, sys
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

book = nbformat.v4.new_notebook()
sources = ["from tests.shown.things import MAKERS", *(f"MAKERS[{name!r}]()" for name in json.loads(sys.argv[1]))]
book.cells = [nbformat.v4.new_code_cell(source) for source in (*sources, "[MAKERS['Desk'](), MAKERS['Dues']()]")]
NotebookClient(book, kernel_name="python3", timeout=300).execute()
nbformat.validate(book)
outputs = [cell.outputs[-1].data for cell in book.cells[1:]]
page, _ = HTMLExporter(exclude_input=True).from_notebook_node(book)
print(json.dumps({"outputs": outputs, "page": page[page.index("<body") :]}))
"""


@needs("nbclient", "nbconvert", "ipykernel")
def test_in_jupyter():
    """The kernel sends the keys of the table, and text that fits; nbconvert writes the tables, and nobody's script."""
    told = json.loads(run(["-c", JUPYTER], json.dumps([*KEYS])))
    *outputs, several = told["outputs"]
    assert [*KEYS.values()] == [set(output) for output in outputs]
    assert all(len(output["text/plain"].splitlines()) <= 12 for output in outputs)
    assert len(several["text/plain"].splitlines()) <= 4  # of several in a list each has its one line
    assert told["page"].count("<caption") > len(KEYS) / 2
    assert "<script>alert" not in told["page"]
    assert "<img src=x" not in told["page"]
    assert "&lt;script&gt;alert(" in told["page"]


FORMATTED = """
import json
from marimo._output.formatting import try_format
from tests.shown.things import MAKERS

shown = {name: try_format(make()) for name, make in MAKERS.items()}
print(json.dumps({name: [one.mimetype, one.data, str(one.exception or "")] for name, one in shown.items()}))
"""

MARIMO = """
import marimo

app = marimo.App()


@app.cell
def _():
    from tests.shown.things import MAKERS
    return (MAKERS,)


@app.cell
def _(MAKERS):
    MAKERS["Actions"]()
    return


@app.cell
def _(MAKERS):
    MAKERS["Report"]()
    return
"""


@needs("marimo")
def test_what_marimo_is_shown():
    """Its formatter takes the bundle, of lists too, which it would else show as any tuple; nothing raises."""
    told = json.loads(run(["-c", FORMATTED]))
    assert {""} == {failure for _, _, failure in told.values()}
    bundles = {"application/vnd.marimo+mimebundle", "text/markdown", "text/html", "text/plain"}
    assert {mime for mime, _, _ in told.values()} <= bundles
    assert "<caption" in json.dumps(told["Actions"])


@needs("marimo")
def test_in_marimo(tmp_path):
    """A notebook of marimo runs, and its page has what each cell shows, escaped."""
    book, page = tmp_path / "book.py", tmp_path / "book.html"
    book.write_text(MARIMO, "utf-8")
    run(["-m", "marimo", "-q", "export", "html", book, "-o", page, "-f"])
    html = page.read_text("utf-8")
    assert "What may be done" in html
    assert "casecore check" in html
    assert HOSTILE[:20] not in html
