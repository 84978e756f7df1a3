"""The notebooks run: as scripts, with every slider at its ends, in Jupyter, and as a page for a browser.

They start other programs, so `make test` leaves them out; where one is not installed its test is skipped.
"""

import json
import os
import re
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.notebooks.execute import TOUR, executed
from tests.notebooks.playground import export

ROOT = Path(__file__).parents[2]
MARIMO = sorted((ROOT / "notebooks").glob("*.py"))
pytestmark = pytest.mark.slow


def needs(*modules):
    """Skips a test where a program is not installed."""
    missing = [module for module in modules if find_spec(module) is None]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)}: not installed")


def run(*arguments, folder=ROOT):
    """What Python prints that knows casecore, and what it complains of."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout, done.stderr


@needs("marimo")
@pytest.mark.parametrize("path", MARIMO, ids=lambda path: path.stem)
def test_it_runs_as_a_script(path, tmp_path):
    """From any folder, and says nothing."""
    assert ("", "") == run(path, folder=tmp_path)


@needs("marimo")
def test_marimo_finds_nothing_wrong():
    """No name has two cells, no cell waits for itself, and no name is missing."""
    run("-m", "marimo", "check", *MARIMO)


MOVED = """
import json, sys
from importlib.util import module_from_spec, spec_from_file_location
from types import SimpleNamespace


def moved(name, **values):
    spec = spec_from_file_location(name, f"notebooks/{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app.run(defs={key: SimpleNamespace(value=value) for key, value in values.items()})[1]


def chats(limit):
    found = moved("three_chats", limit=limit)
    refused = sum(answer["answer"] == "✗ refused" for answer in found["answers"])
    verdicts = [str(one.verdict) for one in found["report"].judgements]
    return [refused, verdicts, [row["label"] for row in found["difference"].frame()]]


def promise(limit):
    found = moved("a_promise_of_your_own", limit=limit)["found"]
    return [str(found[name].result) for name in sorted(found.found)]


def menu(agent, channel, status):
    found = moved("what_may_i_do", agent=agent, channel=channel, status=status)
    return [len(found["allowed"]), len(found["refused"])]


def kept(channel):
    return sum(1 for rule in moved("audit_of_a_log", channel=channel)["report"].rules if rule.kept)


print(json.dumps({
    "chats": [chats(limit) for limit in (1, 2, 3, 5)],
    "promise": [promise(limit) for limit in (1, 2, 3)],
    "menu": [
        menu(agent, channel, status)
        for agent, channel, status in (
            ("ana", "chat", "open"),
            ("ben", "email", "new"),
            ("cleo", "voice", "resolved"),
            ("dora", "whatsapp", "closed"),
        )
    ],
    "kept": [kept(channel) for channel in ("not told", "chat", "email")],
    "life": [len(moved("life_of_a_case", so_far=steps)["events"]) for steps in range(1, 7)],
    "edit": [
        len(moved("edit_a_rule", text=text)["difference"].changes)
        for text in ('extends = "casecore"', 'extends = "casecore"\\n[capacity]\\nchat = 3')
    ],
}))
"""


@needs("marimo", "duckdb")
def test_everything_follows_a_slider():
    """Given each limit, status and step: what is refused, proved and compared is what the words beside it say."""
    told = json.loads(run("-c", MOVED)[0])
    proved = ["proved", "proved"]
    assert [[4, proved, ["stricter"]], [3, proved, []], [2, proved, ["looser"]], [0, proved, ["looser"]]] == told[
        "chats"
    ]
    ends, never, two = zip(*told["promise"], strict=True)
    assert ("proved", "proved", "proved") == ends
    assert ("proved", "proved", "fails") == never
    assert ("vacuous", "proved", "proved") == two
    assert all(allowed + refused > 40 for allowed, refused in told["menu"])
    assert sorted({*told["life"]}) == told["life"]
    assert [0, 1] == told["edit"]
    assert [6, 6, 7] == told["kept"]


@needs("nbclient", "ipykernel")
def test_the_tour_says_the_same_again(monkeypatch):
    """If not, `make notebooks`: what each cell shows is what stands in the file, to the letter."""
    import nbformat

    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    assert json.loads(TOUR.read_text("utf-8")) == json.loads(nbformat.writes(executed()))


@pytest.fixture
def wheel(tmp_path):
    """A wheel that has nothing in it, as an export only copies it."""
    path = tmp_path / "casecore-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("casecore-0.1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: casecore\nVersion: 0.1.0\n")
    return path


@needs("marimo", "uv")
def test_the_playground_is_made(wheel, tmp_path):
    """Beside the page lies the wheel, and the page asks for it; of the machine that made it nothing is told."""
    from uv import find_uv_bin

    if subprocess.run([find_uv_bin(), "tool", "run", "ruff", "--version"], capture_output=True, check=False).returncode:
        pytest.skip("uv cannot fetch ruff, which marimo asks what a notebook imports")
    export(wheel, tmp_path / "page")
    page = (tmp_path / "page" / "index.html").read_text("utf-8")
    assert wheel.read_bytes() == (tmp_path / "page" / "public" / "wheels" / wheel.name).read_bytes()
    assert re.search(rf"casecore @ \.\./public/wheels/{re.escape(wheel.name)}", page)
    assert str(tmp_path) not in page
    assert not (tmp_path / "page" / "CLAUDE.md").exists()
