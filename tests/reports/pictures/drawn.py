"""What every picture has, whatever it shows."""

import re
from xml.etree import ElementTree as ET

from casecore.reports.pictures.canvas import LETTER, WIDTH

SVG = "{http://www.w3.org/2000/svg}"
"""What the names of elements begin with."""


def root_of(picture):
    """The picture as XML; it is none that somebody else wrote."""
    return ET.fromstring(picture.svg())  # noqa: S314


def words_of(picture):
    """The words that a picture shows."""
    return [text.text for text in root_of(picture).iter(f"{SVG}text")]


def tips_of(picture):
    """What is told where somebody points at a mark."""
    root = root_of(picture)
    return [tip.text for mark in root for tip in mark.iter(f"{SVG}title") if mark is not tip]


def assert_well_drawn(picture):
    """It is XML, says what it is, needs nothing else, and no word of it is cut by its edge or out of sight."""
    svg = picture.svg()
    root = root_of(picture)
    _, _, width, height = map(float, root.get("viewBox").split())
    assert (f"{SVG}svg", "img", picture.title) == (root.tag, root.get("role"), root.get("aria-label"))
    assert [picture.title, picture.description] == [root[0].text, root[1].text]
    assert [f"{SVG}title", f"{SVG}desc"] == [root[0].tag, root[1].tag]
    assert {"svg", "title", "desc", "style", "rect", "polyline", "polygon", "circle", "text"} >= {
        element.tag.removeprefix(SVG) for element in root.iter()
    }
    assert not re.search(r"href|url\(|@import|<script|\son\w+=|\sid=", svg)
    assert svg == picture.svg()
    assert (WIDTH, True) == (width, height > 0)
    assert "max-width:100%;height:auto" == root.get("style"), "it shrinks where there is less room"
    assert abs(float(root.get("width")) / float(root.get("height")) - width / height) < 0.001
    for text in root.iter(f"{SVG}text"):
        size, x, y = (float(text.get(name)) for name in ("font-size", "x", "y"))
        length = len(text.text) * size * LETTER
        left = x - {"start": 0, "middle": length / 2, "end": length}[text.get("text-anchor")]
        assert not text.text.endswith("…"), f"{text.text!r} has no room"
        assert size >= 10.5, f"{text.text!r} is too small at 400 pixels"
        assert -4 <= left <= left + length <= width + 6, f"{text.text!r} is cut"
        assert size <= y <= height, f"{text.text!r} is out of sight"
    assert picture.text == str(picture) == picture.text.rstrip()
    assert len(picture._repr_mimebundle_()["text/plain"].splitlines()) <= 12
    mermaid = {"text/vnd.mermaid"} if picture.mermaid else set()
    assert {"image/svg+xml", "text/plain"} | mermaid == picture._repr_mimebundle_().keys()
    assert picture.frame() == [dict(row) for row in picture.rows]
    assert len({tuple(row) for row in picture.frame()}) <= 1, "all rows have the same columns"
