"""`python -m tests.docs.offline FOLDER`: whether pages in HTML need anything from elsewhere to be read."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

LOADED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
}
"""What a browser fetches by itself, by tag; a `link` says in `rel` whether it is."""

POINTERS = {"canonical", "next", "prev", "search", "index", "author", "help", "license", "alternate"}
"""What a `link` in a head only points to."""


class Fetched(HTMLParser):
    """What a page fetches."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        """Note what this tag fetches."""
        known = dict(attrs)
        if tag in LOADED:
            self.found.append(known.get(LOADED[tag]) or "")
        elif tag == "link" and not {*(known.get("rel") or "").split()} & POINTERS:
            self.found.append(known.get("href") or "")
        self.found += re.findall(r"url\(([^)]+)\)", known.get("style") or "")


def fetched_by(path):
    """All that a page, or a style sheet, fetches."""
    text = path.read_text("utf-8")
    styles = re.findall(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""", text)
    if path.suffix == ".css":
        return styles
    page = Fetched()
    page.feed(text)
    return page.found


def from_elsewhere(folder):
    """What the pages and style sheets of a folder fetch from another place, with the page that does."""
    pages = sorted(path for path in Path(folder).rglob("*") if path.suffix in {".html", ".css"})
    return [
        (str(path.relative_to(folder)), what)
        for path in pages
        for what in fetched_by(path)
        if re.match(r"(?:[a-z]+:)?//", what.strip("\"' "), re.IGNORECASE)
    ]


if __name__ == "__main__":
    found = from_elsewhere(sys.argv[1])
    for page, what in found:
        print(f"{page}: fetches {what}", file=sys.stderr)
    sys.exit(bool(found))
