"""The manual: every page is reached from its first one, and it is read without network."""

import ast
import json
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

import casecore
from casecore.cli.app import make_app
from tests.docs.offline import from_elsewhere
from tests.docs.running import blocks_of, commands_in

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TREE = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)
FACE = re.compile(r"<!-- face: (.*?) -->")


def below(page):
    """The pages that a page has in its table of contents."""
    for block in TREE.findall(page.read_text("utf-8")):
        for entry in block.splitlines():
            if entry and not entry.startswith(":"):
                entry = re.sub(r".*<(.*)>", r"\1", entry)  # noqa: PLW2901 -- without the title that it has there
                yield from sorted(page.parent.glob(f"{entry}.md")) or [page.parent / f"{entry}.md"]


def test_every_page_is_reached():
    """From the first page on, each once."""
    todo, seen = [DOCS / "index.md"], []
    while todo:
        page = todo.pop().resolve()
        assert page.exists(), page
        seen.append(page)
        todo += [one for one in below(page) if one.resolve() not in seen]
    assert sorted(path.resolve() for path in DOCS.rglob("*.md")) == sorted({*seen})


def test_every_name_of_the_face_is_on_a_page():
    """By the module it comes from, on one page only."""
    pages = (DOCS / "reference" / "api").glob("*.md")
    wanted = [one for page in pages for homes in FACE.findall(page.read_text("utf-8")) for one in homes.split()]
    for home in casecore._HOMES:
        fitting = [one for one in wanted if home == one or (one.endswith("*") and home.startswith(one[:-1]))]
        assert 1 == len(fitting), (home, fitting)


def test_llms_txt():
    """It is short, has the form that its readers know, and every link leads somewhere in the repository."""
    text = (ROOT / "llms.txt").read_text("utf-8")
    assert re.match(r"# casecore\n\n> ", text)
    assert len(text.splitlines()) <= 60
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [] == [link for link in links if not (ROOT / link).is_file()]
    pages = {path.relative_to(ROOT).as_posix() for path in DOCS.glob("*.md")} - {"docs/index.md", "docs/real-logs.md"}
    assert pages <= {*links}


def test_what_is_fetched_is_seen(tmp_path):
    """A script, a picture or a font from elsewhere is told from what lies beside the page, and from a mere link."""
    (tmp_path / "page.html").write_text(
        '<link rel="stylesheet" href="a.css"><link rel="canonical" href="https://b.example/">'
        '<script src="//c.example/x.js"></script><img src="d.png"><a href="https://e.example">e</a>'
        '<p style="background: url(HTTPS://f.example/f.png)">',
        "utf-8",
    )
    (tmp_path / "a.css").write_text("@font-face { src: url('https://g.example/g.woff') } p { background: url(h.png) }")
    assert ["https://g.example/g.woff", "//c.example/x.js", "HTTPS://f.example/f.png"] == [
        what for _, what in from_elsewhere(tmp_path)
    ]


@pytest.mark.slow
@pytest.mark.skipif(
    not (find_spec("sphinx") and find_spec("furo") and find_spec("myst_parser")), reason="no `docs` extra"
)
def test_it_is_built(tmp_path):
    """Every warning is an error, and no page needs the network."""
    build = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-n", "-b", "html", DOCS, tmp_path]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    assert [] == from_elsewhere(tmp_path)


PAGES = sorted(path for path in DOCS.rglob("*.md") if "decisions" not in path.parts)


def is_read(block):
    """Whether what stands in a block is what it says it is, as far as that can be told without running it."""
    match block.language:
        case "toml":
            tomllib.loads(block.text)
        case "json":
            decoder, text = json.JSONDecoder(), block.text.strip()
            while text:
                _, end = decoder.raw_decode(text)
                text = text[end:].lstrip()
        case "python" if ">>>" not in block.text:
            ast.parse(block.text)
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_what_a_page_shows_can_be_read(page):
    """TOML is TOML, JSON is JSON, Python is Python, and each command that is typed is one, with its options."""
    for block in blocks_of(page.read_text("utf-8")):
        assert is_read(block)
        if block.language == "console":
            for typed, _ in commands_in(block):
                for one in re.findall(r"casecore [^|>;]*", typed):
                    _, _, unused, *_ = make_app().parse_known_args(shlex.split(one, comments=True)[1:])
                    assert [] == [*unused], typed
