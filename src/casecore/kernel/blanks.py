"""Blanks: places in a text that somebody still has to fill, `{{1}}` or `{customer}`.

* A **numbered** blank is a number between two pairs of braces. Nobody writes that to a customer on purpose.
* A **named** blank is a name between braces, and only where somebody has declared that name: other braces are text.
* What is looked at is a text before its values are put in, so what a value says never counts. Nor does what is quoted:
  code between backticks, and the lines of an earlier message, which begin with `>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Final

_QUOTED: Final = re.compile(r"```.*?```|``[^\n]+?``|`[^`\n]+`|^[ \t]*>[^\n]*", re.DOTALL | re.MULTILINE)
_OPEN, _SHUT = "[{\N{FULLWIDTH LEFT CURLY BRACKET}]", "[}\N{FULLWIDTH RIGHT CURLY BRACKET}]"
_NUMBERED: Final = rf"{_OPEN}{_OPEN}\s*[0-9]{{1,3}}\s*{_SHUT}{_SHUT}"
_STRAY: Final = re.compile(rf"{_OPEN}+\s*[\w.-]{{0,64}}\s*{_SHUT}*|{_SHUT}+|_{{3,}}|\[[ ]{{0,9}}\]")


@cache
def _pattern_of(names: frozenset[str]) -> re.Pattern[str]:
    named = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(f"{_NUMBERED}|{_OPEN}\\s*(?:{named})\\s*{_SHUT}" if names else _NUMBERED, re.IGNORECASE)


def blank_left(text: str, names: frozenset[str]) -> tuple[int, str] | None:
    """The first blank of a text: where it starts, in code points, and what it is; None where there is none.

    Args:
        text: Before values are put in.
        names: The names that are blanks; upper and lower case are the same.
    """
    if "{" not in text and "\N{FULLWIDTH LEFT CURLY BRACKET}" not in text:
        return None
    plain = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    found = _pattern_of(names).search(plain)
    return None if found is None else (found.start(), found[0])


def unknown_blanks(text: str, names: Collection[str]) -> Iterator[str]:
    """What of a wording looks like a blank and is none of these: a name nobody fills, a lone brace, a line to write on.

    Args:
        text: The wording, which says nothing else with braces.
        names: The blanks that are filled, each written `{name}`.
    """
    for name in names:
        text = text.replace(f"{{{name}}}", " ")
    yield from dict.fromkeys(found[0] for found in _STRAY.finditer(text))


_NAMED: Final = re.compile(r"\{(\w*)\}")


def named_blanks(text: str) -> tuple[str, ...]:
    """The names between braces in a wording of ours, in order."""
    return tuple(_NAMED.findall(text))


def fill_named(text: str, value_of: Callable[[str], str]) -> str:
    """A wording of ours, each of its blanks `{name}` filled with the value of that name."""
    return _NAMED.sub(lambda found: value_of(found[1]), text)
