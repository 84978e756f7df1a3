"""docs/pictures: what stands there is what is drawn now, and what the page says of it can be seen."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
PAGE = FOLDER.with_suffix(".md").read_text("utf-8")


def drawn():
    """Every picture, by the name of its file."""
    spec = spec_from_file_location("draw_pictures", FOLDER / "draw.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return {f"{name}.svg": f"{picture.svg()}\n" for name, picture in module.pictures()}


@pytest.mark.slow
def test_the_pictures_are_those_of_the_day():
    """If not: `python docs/pictures/draw.py`. It is slow because it replays a whole day."""
    assert drawn() == {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.svg")}


def test_every_picture_is_shown_once():
    """With words for whoever does not see it."""
    shown = re.findall(r"!\[(.+)\]\(pictures/(.+)\)", PAGE)
    assert sorted(path.name for path in FOLDER.glob("*.svg")) == sorted(name for _, name in shown)
    assert all(len(words) > 10 for words, _ in shown)


def test_they_are_small():
    """So that a README with one is there at once."""
    assert all(path.stat().st_size <= 60_000 for path in FOLDER.glob("*.svg"))
