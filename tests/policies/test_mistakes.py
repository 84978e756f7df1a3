"""A gallery of policy files with mistakes, and what a support manager is told about each.

Each `mistakes/NAME.toml` has a mistake or several, and `mistakes/NAME.txt` is the whole text of the error. To see what
a change of wording does, run this file as a program: it writes the texts anew.
"""

from pathlib import Path

import pytest

from casecore.policies import Policy, PolicyError

GALLERY = Path(__file__).parent / "mistakes"
NAMES = sorted(file.stem for file in GALLERY.glob("*.toml"))


def told(name):
    """What is told about a file of the gallery."""
    with pytest.raises(PolicyError) as caught:
        Policy.loads((GALLERY / f"{name}.toml").read_text("utf-8"), f"{name}.toml")
    return f"{caught.value}\n"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_told(name):
    """The whole text, to the last caret."""
    assert (GALLERY / f"{name}.txt").read_text("utf-8") == told(name)


def test_the_gallery_is_whole():
    """Every mistake has its text, and every text its mistake."""
    assert NAMES == sorted(file.stem for file in GALLERY.glob("*.txt"))
    assert 15 <= len(NAMES)


if __name__ == "__main__":
    for each in NAMES:
        (GALLERY / f"{each}.txt").write_text(told(each), "utf-8")
