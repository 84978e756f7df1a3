"""The notebooks: what is promised of each, read without marimo or Jupyter; `test_running.py` runs them."""

import ast
import json
import re
import sys
import tomllib
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
PAGE = (ROOT / "docs" / "notebooks.md").read_text("utf-8")
MARIMO = sorted(FOLDER.glob("*.py"))
TOUR = FOLDER / "tour.ipynb"
A_MACHINE = re.compile(r"(?<![\w.])/(work|home|root|tmp|usr|Users|var)/|[A-Z]:\\")
PICTURE = {"image/svg+xml", "text/plain"}
TABLE = {"text/html", "text/markdown", "text/plain"}
REPORT = {"text/markdown", "text/plain"}
SHOWN = {
    "policy": TABLE,
    "rules": TABLE,
    "desk": TABLE,
    "refusal": TABLE,
    "life": PICTURE,
    "told": TABLE,
    "due": TABLE,
    "menu": PICTURE | {"text/vnd.mermaid"},
    "check": REPORT,
    "diff": PICTURE,
    "story": REPORT,
}
"""What each cell of the tour shows, by the kinds of its output."""

each_notebook = pytest.mark.parametrize("path", MARIMO, ids=lambda path: path.stem)


def cells_of(tree):
    """The functions of a notebook that are cells."""
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list]


def words_of(cell):
    """What a cell says, where it is nothing but words."""
    said = [node.value for node in ast.walk(cell) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    is_words = len(cell.body) == 1 and "mo.md(" in ast.unparse(cell.body[0])
    return dedent("".join(said)).strip() if is_words else ""


def imported(tree):
    """The names of the packages from which a notebook takes something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]


# marimo ------------------------------------------------------------------------------------------------


@each_notebook
def test_it_begins_with_what_a_reader_learns(path):
    """Under a title, which the window has, too."""
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    first = words_of(cells_of(tree)[0])
    title = re.search(r'app_title="(.+)"', source)[1]
    assert first.startswith(f"# {title}\n")
    assert "**You learn**" in first
    assert ast.get_docstring(tree)
    assert 'if __name__ == "__main__":\n    app.run()\n' in source


@each_notebook
def test_its_cells_are_short_and_have_names(path):
    """So that one finds the way, and a report of a failure says where."""
    cells = cells_of(ast.parse(path.read_text("utf-8")))
    assert [] == [cell.name for cell in cells if len(cell.name) < 3 or cell.end_lineno - cell.lineno > 20]
    assert len(cells) == len({cell.name for cell in cells})
    assert sum(1 for cell in cells if words_of(cell)) >= 4


@each_notebook
def test_it_needs_nothing_but_its_extra(path):
    """And knows nothing of the machine on which it was written; it shows things instead of printing them."""
    source = path.read_text("utf-8")
    assert {*imported(ast.parse(source))} <= {"casecore", "marimo", *sys.stdlib_module_names}
    assert not A_MACHINE.search(source)
    assert "print(" not in source


@each_notebook
def test_it_is_as_dark_as_the_screen(path):
    """Its pictures are, so the page has to be."""
    head = re.match(r"# /// script\n((?:#.*\n)*)# ///\n", path.read_text("utf-8"))[1]
    assert {"marimo": {"display": {"theme": "system"}}} == tomllib.loads(head.replace("# ", ""))["tool"]


def test_the_extra_has_what_they_need():
    """Marimo, and the audit for the notebook that audits."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert ["casecore[audit]", "marimo"] == [re.split(r"[<>=]", one)[0] for one in extras["notebook"]]


def test_the_page_has_each():
    """And no other."""
    linked = re.findall(r"\]\(\.\./notebooks/(.+?)\)", PAGE)
    assert sorted(path.name for path in (*MARIMO, TOUR)) == sorted(linked)


def test_the_page_about_browsers_has_each_dependency():
    """Where its wheel is for a browser, which has no time zones of its own: so tzdata is one there."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    told = (ROOT / "docs" / "playground.md").read_text("utf-8")
    names = [re.match(r"[\w-]+", one)[0] for one in wanted]
    assert [] == [name for name in names if not re.search(rf"^\| .*\b{name}\b.* \|", told, re.MULTILINE)]
    assert "'emscripten'" in next(one for one in wanted if one.startswith("tzdata"))


@pytest.mark.parametrize(("name", "language"), [("tickets.csv", "csv"), ("tickets.map.toml", "toml")])
def test_the_log_is_that_of_the_page(name, language):
    """The made-up one of `docs/audit.md`: what is read there is found here."""
    page = (ROOT / "docs" / "audit.md").read_text("utf-8")
    block = dedent(re.search(rf"^( *)```{language}\n(.*?)^\1```", page, re.MULTILINE | re.DOTALL)[2])
    assert block == (FOLDER / name).read_text("utf-8")


# Jupyter -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tour():
    """The tour, as JSON."""
    return json.loads(TOUR.read_text("utf-8"))


def code_in(tour):
    """Its cells of code."""
    return [cell for cell in tour["cells"] if cell["cell_type"] == "code"]


def test_the_tour_is_well_formed(tour):
    """It says its format and its kernel, and nothing of who ran it; each cell has an id that tells what it is about."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert (4, 5) == (tour["nbformat"], tour["nbformat_minor"])
    assert {"kernelspec": kernel, "language_info": {"name": "python"}} == tour["metadata"]
    assert all(cell["metadata"] == {} for cell in tour["cells"])
    ids = [cell["id"] for cell in tour["cells"]]
    assert len(ids) == len({*ids})
    for cell in code_in(tour):
        ast.parse("".join(cell["source"]))


def test_the_tour_was_executed_in_order(tour):
    """From the first cell to the last, and nothing went wrong: `make notebooks` does it again."""
    cells = code_in(tour)
    assert [*range(1, len(cells) + 1)] == [cell["execution_count"] for cell in cells]
    assert {"execute_result"} == {output["output_type"] for cell in cells for output in cell["outputs"]}


def test_the_tour_shows_something_in_each_cell(tour):
    """A table, a picture or a report, each with its text for whoever sees no other."""
    assert SHOWN == {cell["id"]: {*cell["outputs"][0]["data"]} for cell in code_in(tour)}
    assert {1} == {len(cell["outputs"]) for cell in code_in(tour)}


def test_the_tour_is_small_and_tells_nothing_of_a_machine():
    """So that GitHub shows it, and its changes can be read."""
    text = TOUR.read_text("utf-8")
    assert len(text) < 200_000
    assert not A_MACHINE.search(text)
    assert "iopub" not in text
