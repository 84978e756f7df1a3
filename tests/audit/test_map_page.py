"""The page about maps, and their schema, as the command line prints them."""

from pathlib import Path

from casecore.audit.logs.log_rows import OddCode
from casecore.audit.logs.map_files import shipped_maps
from casecore.audit.logs.map_schema import map_schema_text
from casecore.cli.map_page import map_page

ROOT = Path(__file__).parents[2]


def test_the_page_ships():
    """If it does not: `casecore schema --of map --format md > docs/log-map.md`."""
    assert map_page() == (ROOT / "docs" / "log-map.md").read_text("utf-8")


def test_the_page_has_everything():
    """What can be odd, and which maps ship."""
    page = map_page()
    assert [] == [code for code in OddCode if f"| `{code}` | {code.doc} |" not in page]
    assert [] == [name for name in shipped_maps() if f"| `{name}` |" not in page]


def test_the_command_prints_both(casecore):
    """As JSON Schema, and as the page."""
    assert (0, map_schema_text(), "") == casecore("schema", "--of", "map")
    assert (0, map_page(), "") == casecore("schema", "--of", "map", "--format", "md")
