"""Everything displays: what a terminal, a notebook and a document are shown of each object that people look at."""

import importlib
import pkgutil
import re
from html.parser import HTMLParser
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

import casecore
from casecore.kernel.shown import Displayed, DisplayedLines, DisplayedList, Framed
from casecore.reports.shown.forms import LINES
from tests.shown.things import LITERAL, MAKERS, MORE

TEXT = {"text/plain"}
PAGE = {"text/plain", "text/markdown", "text/html"}
REPORT = {"text/plain", "text/markdown"}

KEYS = {
    "Policy": PAGE,
    "Desk": PAGE,
    "WorkingDesk": PAGE,
    "CaseFile": PAGE,
    "House": PAGE,
    "Rules": PAGE,
    "ListedRules": PAGE,
    "ListedRule": PAGE,
    "Accepted": PAGE,
    "Refused": PAGE,
    "Actions": PAGE,
    "Action": PAGE,
    "Dues": PAGE,
    "Due": TEXT,
    "Inbox": PAGE,
    "History": PAGE,
    "Transcript": PAGE,
    "TranscriptEntry": PAGE,
    "CustomerCard": PAGE,
    "Page": PAGE,
    "Explanation": PAGE,
    "ReplayedDay": PAGE,
    "Exploration": PAGE,
    "Story": PAGE,
    "Report": REPORT,
    "Findings": PAGE,
    "Difference": REPORT,
    "AuditReport": REPORT,
    "Template": PAGE,
    "Filled": PAGE,
    "TemplateFindings": PAGE,
}
"""What a notebook is given of each class."""

SAYS_IT = set(KEYS) - {
    "WorkingDesk",  # of the case, ids only
    "CaseFile",
    "House",
    "Rules",
    "ListedRules",
    "ListedRule",
    "Refused",
    "Actions",
    "Action",
    "Dues",
    "Due",
    "Explanation",
    "Difference",
    "TemplateFindings",
}
"""Those in which words of people stand."""

EVERY = MAKERS | MORE
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What moves a cursor, or turns the words around it."""


def displayed_classes():
    """Every class of casecore that shows itself."""
    for module in pkgutil.walk_packages(casecore.__path__, "casecore."):
        if not module.name.endswith(("__main__", ".plugin")):
            importlib.import_module(module.name)
    found, todo = set(), [Displayed]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        found |= {kind.__name__} if kind.__module__.startswith("casecore.") and "shown_by" in vars(kind) else set()
    return found - {"AnyDesk"} | {"Desk", "WorkingDesk"}


class Tags(HTMLParser):
    """The elements of a piece of HTML, their attributes, and the words in it."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.words = set(), set(), ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        """One begins."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        """Words."""
        self.words += data


def test_every_class_that_shows_itself_is_in_the_table():
    """One that is added is tried like the others."""
    assert KEYS.keys() == MAKERS.keys() == displayed_classes()
    assert all(name == type(make()).__name__ for name, make in MAKERS.items())


@pytest.mark.parametrize("name", KEYS)
def test_what_a_notebook_is_given(name):
    """The keys of the bundle: text always, more where there is more to say."""
    thing = MAKERS[name]()
    assert KEYS[name] == thing._repr_mimebundle_(include=None, exclude=None).keys()


@pytest.mark.parametrize("name", EVERY)
def test_short_on_a_terminal(name):
    """A `repr` is one line that fits, what is printed at most twelve; and no character moves the cursor."""
    thing = EVERY[name]()
    line, text = repr(thing), thing._repr_mimebundle_()["text/plain"]
    assert 1 == len(line.splitlines())
    assert len(line) <= 120
    assert 1 <= len(text.splitlines()) <= LINES == 12
    assert max(map(len, text.splitlines())) <= 120
    assert not UNSEEN.search(line + text + str(thing))
    assert text.strip()


@pytest.mark.parametrize("name", EVERY)
def test_html_is_well_formed_and_harmless(name):
    """Only plain elements of a page: no script, no picture, no attribute but how a cell looks and what it heads."""
    html = EVERY[name]()._repr_mimebundle_().get("text/html", "<div/>")
    ET.fromstring(html)  # noqa: S314 -- written here
    tags = Tags(html)
    assert {"div", "p", "strong", "ul", "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "br"} >= tags.tags
    assert {"style", "scope"} >= tags.attributes
    assert not re.search("<(th|caption)[^>]*></", html)  # whoever cannot see a table hears what its parts are
    assert not UNSEEN.search(html)


@pytest.mark.parametrize("name", EVERY)
def test_markdown_is_harmless(name):
    """Read as Markdown, nobody's words become a tag, a picture, a link or another column."""
    source = EVERY[name]()._repr_mimebundle_().get("text/markdown", "")
    html = MarkdownIt("commonmark").enable("table").render(source)
    plain = {"p", "strong", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "br", "h2", "h3", "code", "pre"}
    assert plain | {"details", "summary"} >= Tags(html).tags
    rows = [len(re.findall(r"(?<!\\)\|", line)) for line in source.splitlines() if line.startswith("| ")]
    heads = [line for line in source.splitlines() if line.startswith("| ---")]
    assert len(set(rows)) <= max(len(heads), 1)
    assert not UNSEEN.search(source)


@pytest.mark.parametrize("name", sorted(SAYS_IT & {name for name in KEYS if "text/html" in KEYS[name]}))
def test_words_of_people_are_read_as_they_were_written(name):
    """In HTML and in Markdown, what somebody wrote is what is read."""
    bundle = MAKERS[name]()._repr_mimebundle_()
    words = Tags(bundle["text/html"]).words
    assert LITERAL[:60] in words
    read = Tags(MarkdownIt("commonmark").enable("table").render(bundle["text/markdown"])).words
    assert LITERAL[:60] in read


@pytest.mark.parametrize("name", EVERY)
def test_forms(name):
    """`print`, `f"{thing:md}"` and rich say what the bundle says; an unknown form is told what there is."""
    thing = EVERY[name]()
    bundle = thing._repr_mimebundle_()
    assert f"{thing:md}" == bundle.get("text/markdown", f"{thing:md}")
    if "text/html" in bundle:
        assert f"{thing:html}" == bundle["text/html"]
    with pytest.raises(ValueError, match=f"^{type(thing).__name__} has no form 'pdf'; use md"):
        format(thing, "pdf")
    screen = Console(file=StringIO(), width=200, color_system=None)
    screen.print(thing)
    printed = screen.file.getvalue()
    assert bundle["text/plain"].splitlines()[0][:100] in printed
    assert not UNSEEN.search(printed)


def test_nothing_is_added_to_an_object():
    """No field, no dict: an object that shows itself is as large as before."""
    assert all(not kind.__slots__ for kind in (Displayed, Framed, DisplayedList))
    assert {"_ahead", "_source", "_failure"} == set(DisplayedLines.__slots__)
    slotted = set(KEYS) - {"Rules", "ReplayedDay"}
    assert [] == [name for name in slotted if hasattr(MAKERS[name](), "__dict__")]
