"""HTML written so that no text can be anything else than text.

A report quotes what customers write, what policies say and what logs hold. So nobody joins HTML by hand: an element is
made of its name, its attributes and what is in it, and whatever is no `Markup` is text and escaped. What cannot be
seen, or would turn the direction in which its neighbours are read, is replaced as on a terminal.

Names of elements and attributes come from lists: there is no `script`, no `style` element, no attribute that begins
with `on`, no address but one on the same page or a picture that stands in it. Whoever asks for anything else has made a
mistake, and is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final, TypeAlias

from attrs import frozen

from casecore.reports.text import visible

ELEMENTS: Final = frozenset(
    re.findall(
        r"\S+",
        """a article b caption code dd details div dl dt figcaption figure footer h1 h2 h3 header img li main nav p pre
        rect section small span strong summary svg table tbody td th thead title tr ul""",
    )
)
"""The elements that a page may have."""

ATTRIBUTES: Final = frozenset(
    re.findall(
        r"\S+",
        """alt aria-hidden aria-label aria-labelledby class data-code data-count data-kind data-label data-level
        data-number data-value height href id open preserveAspectRatio role scope src style tabindex viewBox width""",
    )
)
"""The attributes that they may have."""

_VOID: Final = frozenset({"img"})
_ADDRESSES: Final = {"href": re.compile(r"#[\w.-]+"), "src": re.compile(r"data:image/svg\+xml;base64,[\w+/=]+")}
"""What may be an address: a place on the same page, and a picture that stands in it."""

_LOOKS: Final = re.compile(r"[a-z0-9 :;.#%-]*")
"""How something looks, where there is no style sheet: no address, no text and no function."""


@frozen
class Markup:
    """HTML that has been written here; whatever else there is, is text."""

    html: str

    def __str__(self) -> str:
        return self.html


Content: TypeAlias = "Markup | str | int | Iterable[Content] | None"
"""What may be in an element: elements, text, a number, nothing, or several of these."""

AttributeValue: TypeAlias = "str | int | bool | None"
"""What an attribute may be worth."""


def harmless(text: str) -> str:
    """A text whose lines stay, and in which nothing is hidden, moves the cursor or turns the direction of reading."""
    return "\n".join(map(visible, text.split("\n")))


def element(name: str, /, *content: Content, **attributes: AttributeValue) -> Markup:
    """An element.

    Args:
        name: Its name.
        content: What is in it.
        attributes: Its attributes; `_` stands for `-`, and one at the end goes (`class_`). True: without a value; None
            and False: left out.

    Raises:
        ValueError: When there is no such element or attribute here, or an address leads elsewhere.
    """
    if name not in ELEMENTS:
        raise ValueError(f"a page has no element {name!r}")
    head = "".join((name, *(_attribute(key, value) for key, value in attributes.items())))
    if name in _VOID:
        return Markup(f"<{head}>")
    return Markup(f"<{head}>{joined(*content)}</{name}>")


def joined(*content: Content) -> Markup:
    """Several things, one after the other."""
    return Markup("".join(map(_written, content)))


def with_code(text: str) -> Content:
    """A text in which what stands between backticks is code; where one of them is alone, it stays as it is."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return text
    return [element("code", part) if number % 2 else part for number, part in enumerate(parts)]


def _written(content: Content) -> str:
    match content:
        case None:
            return ""
        case Markup():
            return content.html
        case str() | int():
            return escape(harmless(f"{content}"), quote=False)
        case _:
            return "".join(map(_written, content))


def _attribute(key: str, value: AttributeValue) -> str:
    name = key.rstrip("_").replace("_", "-")
    if name not in ATTRIBUTES:
        raise ValueError(f"a page has no attribute {name!r}")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    text = harmless(f"{value}")
    fits = _LOOKS if name == "style" else _ADDRESSES.get(name)
    if fits is not None and not fits.fullmatch(text):
        raise ValueError(f"a page has no such {name}: {text[:40]!r}")
    return f' {name}="{escape(text)}"'
