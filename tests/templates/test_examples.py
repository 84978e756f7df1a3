"""Every code of the table: an example that has it, one that has not, and the page made of them."""

from pathlib import Path

import pytest

import casecore.templates as face
from casecore.templates import CODES, TemplateError, TemplateFinding, code_pages
from casecore.templates.code_pages import CODE_PAGES, EXAMPLES, NAMES, template_findings_page

PAGE = Path(__file__).parents[2] / "docs" / "template-findings.md"

KNOWN = {name: getattr(face, name) for name in NAMES.split()}
KNOWN |= {name: value for name, value in vars(code_pages).items() if not name.startswith("_")}
KNOWN |= {
    "one": face.Template.from_meta(code_pages.order()),
    "two": face.Template.from_meta(code_pages.order(name="two")),
}


def found_by(line):
    """The codes of all that a line of Python finds or raises."""
    try:
        outcome = eval(line, KNOWN)  # noqa: S307 -- our own examples
    except TemplateError as error:
        return {finding.code for finding in error.findings}
    parts = outcome if isinstance(outcome, tuple) else tuple(outcome) if hasattr(outcome, "__next__") else ()
    flat = [inner for part in parts for inner in (part if isinstance(part, tuple) else (part,))]
    return {finding.code for finding in flat if isinstance(finding, TemplateFinding)}


@pytest.mark.parametrize("code", [code for code in CODES if not code.startswith("ready.phone_")])
def test_example(code):
    """The bad example has the code; the good one has not, and no error of the same check."""
    bad, good = EXAMPLES[code]
    assert code in found_by(bad)
    check = code.partition(".")[0]
    fine = found_by(good)
    left = {other for other in fine if other.startswith(check) and CODES[other].level == "error"}
    allowed = {"lint.body_missing", "lint.url_missing", "ready.missing", "ready.values"}
    assert code not in fine
    assert left <= allowed


@pytest.mark.parametrize("code", [code for code in CODES if code.startswith("ready.phone_")])
def test_example_with_phonenumbers(code):
    """The same, for what only the `phone` extra can tell."""
    pytest.importorskip("phonenumbers")
    bad, good = EXAMPLES[code]
    assert code in found_by(bad)
    assert set() == found_by(good)


def test_every_code_has_examples():
    """The table, the examples and the pages have the same codes."""
    assert [*CODES] == [*CODE_PAGES]
    assert set(CODES) == set(EXAMPLES)


def test_codes_are_worded_alike():
    """A title is a sentence; a remedy can stand after an arrow."""
    for code, entry in CODES.items():
        assert entry.title.endswith("."), code
        assert entry.remedy, code
        assert not entry.remedy.endswith("."), code


def test_page_is_current():
    """The page in the documentation is the one that the table makes."""
    assert template_findings_page() == PAGE.read_text("utf-8")
