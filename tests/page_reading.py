"""Reads a page as a browser does, and complains of whatever a page of ours must not have."""

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import attrs

from casecore.reports.pages.page import shipped

VOID = {"meta", "img"}
BAD_CHARACTERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)
"""What cannot be seen, moves the cursor, or turns the direction of reading."""

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "</title></script><script>alert(1)</script>",
    "]]>--><b>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "&lt;script&gt;&#x3c;",
    "a\x00b\x1bc\x85d",
    "user\u202etxt.exe\u2066\u200f",
    "x" * 300,
)
"""What somebody may write who wants to be more than text."""


@attrs.define
class Node:
    """An element, and what is in it."""

    name: str
    attributes: dict[str, str]
    content: list = attrs.field(factory=list)

    @property
    def text(self):
        """All text in it."""
        return "".join(one if isinstance(one, str) else one.text for one in self.content)

    def walk(self):
        """All elements in it, in order."""
        for one in self.content:
            if isinstance(one, Node):
                yield one
                yield from one.walk()

    def all(self, name, **attributes):
        """The elements of a name, with attributes that are worth something; `_` for `-`."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            one
            for one in self.walk()
            if one.name == name and all(one.attributes.get(key) == value for key, value in wanted.items())
        ]

    def rows(self):
        """Of a table: its rows, each as its cells by their heads."""
        return [
            {cell.attributes["data-label"]: cell.text for cell in row.walk() if cell.name in {"td", "th"}}
            for row in self.all("tbody")[0].all("tr")
        ]


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = [Node("", {})]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, attrs)
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].content.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag):
        assert self.open.pop().name == tag, f"</{tag}> closes what is not open"

    def handle_data(self, data):
        self.open[-1].content.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")


def digest(text):
    """How the policy of a page calls its script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def read_page(html):
    """A whole page, if it is one: well-formed, of itself alone, and with nothing in it that could run or hide."""
    assert html.startswith("<!doctype html>\n")
    assert not BAD_CHARACTERS.search(html)
    reader = _Reader()
    reader.feed(html)
    reader.close()
    (page,) = reader.open
    ids = [one.attributes["id"] for one in page.walk() if "id" in one.attributes]
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    for one in page.walk():
        assert not [name for name in one.attributes if name.startswith("on") or name in {"style", "action"}]
        assert one.attributes.get("href", "#main")[1:] in ids
        assert one.attributes.get("src", "data:image/svg+xml;base64,").startswith("data:image/svg+xml;base64,")
        for name in ("aria-labelledby",):
            assert {*one.attributes.get(name, "").split()} <= {*ids}
    assert len(page.all("img")) == sum(len(one.all("img")) for one in page.all("figure"))
    for one in page.all("img"):  # as an image: what is in it could not run even if it were there
        svg = base64.b64decode(one.attributes["src"].partition("base64,")[2])
        assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314 -- our own text
        assert one.attributes["alt"]
    (script,), (style,) = page.all("script"), page.all("style")
    assert (shipped("page.js"), shipped("page.css")) == (script.text, style.text)
    (policy,) = page.all("meta", http_equiv="Content-Security-Policy")
    assert policy.attributes["content"].startswith("default-src 'none'; img-src data:; style-src ")
    assert f"style-src {digest(style.text)}; script-src {digest(script.text)};" in policy.attributes["content"]
    levels = [int(one.name[1]) for one in page.walk() if re.fullmatch("h[1-6]", one.name)]
    assert [1] == [level for level in levels if level == 1] == levels[:1]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for table in page.all("table"):
        assert 1 == len(table.all("caption"))
        assert all(head.attributes["scope"] in {"col", "row"} for head in table.all("th"))
    assert all(1 == len(page.all(name)) for name in ("main", "header", "footer", "title"))
    return page
