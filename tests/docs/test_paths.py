"""What pages and docstrings name is there: files, the targets of links, and modules."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name

import pytest

import casecore

ROOT = Path(__file__).parents[2]
SOURCE = Path(casecore.__file__).parent

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "conftest.py")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "tests").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*.py")),
    *sorted(SOURCE.rglob("*.py")),
    *sorted(SOURCE.rglob("*.toml")),
]
"""What is written for people: the docstrings and comments of the source count, too."""


def text_of(page):
    """What a page says today; of the changelog only what is not released, for the rest tells how it was."""
    text = page.read_text("utf-8")
    return text.partition("\n## [Unreleased]")[2].partition("\n## [")[0] if page.name == "CHANGELOG.md" else text


def files_named(text):
    """The files of ours that a text names: `rooms/agents.py`, `tests/README.md`, a folder such as `docs/decisions/`."""
    yield from re.findall(r"`([\w./-]+\.py)`", text)
    yield from re.findall(r"`((?:src|tests|docs|bench|examples|\.ci)/[\w./-]*)`", text)


def links(text):
    """The relative targets of a page's links, without the place inside them."""
    targets = (target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target)
    yield from filter(None, targets)


def modules_named(text):
    """The modules of ours, or what lies in them, that a text names in code."""
    yield from re.findall(r"`(casecore(?:\.\w+)+)[`(]", text)
    yield from re.findall(r"^[>. ]*from (casecore(?:\.\w+)*) import", text, re.MULTILINE)


def exists(name):
    """Whether a dotted name leads to a module or to something in one."""
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_it_names_is_there(page):
    """A file is named from the root, from `src/casecore/` or from the folder of whoever names it; a link from there."""
    text, homes = text_of(page), (page.parent, SOURCE, ROOT)
    missing = {name for name in files_named(text) if not any((home / name).exists() for home in homes)}
    missing |= {name for name in links(text) if page.suffix == ".md" and not (page.parent / name).exists()}
    missing |= {name for name in modules_named(text) if page.name != "CHANGELOG.md" and not exists(name)}
    assert set() == missing


def test_what_has_moved_lies_where_the_changelog_says():
    """The tables of the changelog: no module that has moved is there any more, and every new name is."""
    moved, renamed = re.findall(r"\n  \|---\|---\|\n((?:  \|.*\n)+)", text_of(ROOT / "CHANGELOG.md"))
    rows = [row.strip("| ").split(" | ") for row in (moved + renamed).splitlines()]
    new = [name for _, cell in rows for name in re.findall(r"`([\w.]+)`", cell)]
    assert [] == [name for name in new if not exists(f"casecore.{name}")]
    old = re.findall(r"`([\w.]+)`", " ".join(cell for cell, _ in rows[: moved.count("\n")]))
    assert len(old) > 30 < len(new)
    for name in old:
        with pytest.raises(ModuleNotFoundError):
            import_module(f"casecore.{name}")


def test_what_is_gone_is_seen():
    """A file, a link and a module that are not there are told from those that are."""
    text = "`rooms/agents.py` [here](docs/check.md#verdicts) [there](https://example.org) `casecore.desk.Desk`"
    assert ["rooms/agents.py"] == [*files_named(text)]
    assert ["docs/check.md"] == [*links(text)]
    assert ["casecore.desk.Desk"] == [*modules_named(text)]
    assert [True, True, False, False] == [
        exists(name) for name in ("casecore.desk.Desk", "casecore.testing", "casecore.documents", "casecore.desk.Desc")
    ]
