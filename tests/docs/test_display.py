"""What docs/display.md says of each object is what a notebook is given, and its examples run."""

import re
import sys
from pathlib import Path
from types import ModuleType

from casecore.kernel.shown import Framed
from tests.shown.test_bundles import KEYS
from tests.shown.things import MAKERS

PAGE = (Path(__file__).parents[2] / "docs" / "display.md").read_text("utf-8")
FORMS = {"text": "text/plain", "Markdown": "text/markdown", "HTML": "text/html"}


def test_every_object_is_in_the_table():
    """With the keys of its bundle, and whether it has rows."""
    written = re.search(r"<!-- objects -->\n(.*?)\n<!-- /objects -->", PAGE, re.DOTALL)[1]
    told = {}
    for line in written.splitlines()[2:]:
        names, _, given, row = (cell.strip() for cell in line.strip("|").split("|"))
        for name in re.findall("`(\\w+)`", names):
            told[name] = ({FORMS[form] for form in given.split(", ")}, row)
    assert KEYS == {name: keys for name, (keys, _) in told.items()}
    framed = {name for name, make in MAKERS.items() if isinstance(make(), Framed)} | {"AuditReport"}
    small = {"Action", "ListedRule", "TranscriptEntry"}  # told with the list of them
    assert framed == {name for name, (_, row) in told.items() if row != "–"} - small


def test_the_examples(capsys):
    """They run one after the other, and say what is said of them."""
    page = sys.modules["the_page"] = ModuleType("the_page")
    for block in re.findall("```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, vars(page))  # noqa: S102 -- our own page
    assert "Desk at 2026-11-02 09:00:00 UTC: 1 agent" in capsys.readouterr().out
    assert "<✗ Refused: contact.blocks_close>" == repr(page.refused)
    shift = page.Shift(("ana", "ben"))
    assert "<Shift of 2>" == repr(shift)
    assert "<caption" in shift._repr_mimebundle_()["text/html"]
    assert [{"agent": "ana"}, {"agent": "ben"}] == shift.frame()
