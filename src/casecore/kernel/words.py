"""Words as people mean them: blank or not, equal or not, cut where a reader would cut, with emoji or without.

The one truth about text of every script, for fields, filters, channels, templates and search:

* **Blank** is a text in which nothing can be seen: spaces of any sort, characters without width, fillers.
* **Equal words** (`same_form`) differ in capitals, width, ligatures, the sort of apostrophe or dash, spaces around and
  between them, and characters without width only; the i of Turkish, with a dot or without, is an i. `pt-BR` is also a
  language `pt` (`language_ranges`).
* **Letters to search by** (`search_form`) leave out accents and vowel points, too, but neither the vowels of Indic
  scripts nor the marks of Japanese: ł ø đ are l o d; दान is not दिन. `search_words` parts them into words.
* **A character** of a reader is a grapheme: a letter with its marks, a family of emoji. Nothing is cut inside one.
* **An emoji** is what is shown as a picture: ⏰ and ✅, ✔ with its selector, a keycap, a flag. ✓ is a sign of text.

What Unicode says of characters is read by the library `regex`, which is loaded with the first text that needs it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

_UNSEEN: Final = (
    r"[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800[\p{Cf}--\p{Prepended_Concatenation_Mark}]]"
)
"""What nobody sees: spaces, control characters, characters without width, fillers, a braille cell without dots."""

_JOINING: Final = r"\p{InCB=Linker}\u200d|(?<=[[\p{L}\p{M}]--\p{ASCII}])[\u200c\u200d](?=[[\p{L}\p{M}]--\p{ASCII}])"
"""A joiner that does something: after the sign of a dropped vowel, or between two letters beyond ASCII."""

_PICTURE: Final = (
    r"[\p{Emoji_Presentation}[\p{Emoji}&&[\U0001f000-\U0001faff]]"
    r"[\p{Extended_Pictographic}&&[\U0001f300-\U0001faff]]](?!\ufe0e)"
    r"|\p{Emoji}\ufe0f|\u20e3|\p{Extended_Pictographic}\u200d\p{Extended_Pictographic}"
)
"""What makes a grapheme an emoji; signs beyond U+1F000 are pictures unless a selector says text."""

_ACCENTS: Final = (
    r"[[\p{M}&&[\p{Zinh}\p{Latn}\p{Grek}\p{Cyrl}\p{Arab}\p{Hebr}\p{Syrc}]]--[\u3000-\u30ff]]"
    r"|[\u0640\u093c\p{Default_Ignorable_Code_Point}]"
)
"""Marks that do not count in a search: those of alphabets, Arabic's and Hebrew's vowels, and what nobody sees."""

_UNSPACED: Final = r"[\p{Han}\p{Hira}\p{Kana}\p{Bopo}\p{Yiii}\p{Java}\p{Bali}\p{lb=SA}\u30fc]"
"""Letters of scripts whose words no spaces part."""

_RUN: Final = rf"[{_UNSPACED}\p{{Hang}}]"
"""These, and those of Korean, where no space parts a word from what is added to it."""

_PATTERNS: Final = {
    "unseen": _UNSEEN,
    "seen": f"[^{_UNSEEN[1:-1]}]",
    "joining": _JOINING,
    "ignorable": r"\p{Default_Ignorable_Code_Point}",
    "grapheme": r"\p{Regional_Indicator}{2}[\p{Grapheme_Extend}\u200d]*|\X",  # by itself \X counts flags from the first
    "picture": _PICTURE,
    "accent": _ACCENTS,
    "gap": rf"(?<!{_RUN})\u200b",
    "half_space": r"(?<=\p{Arab}\p{M}*)\u200c(?=\p{Arab})",
    "digit": r"[\p{Nd}--\p{ASCII}]",
    "unspaced": _UNSPACED,
    "run": _RUN,
    "word": rf"{_RUN}[{_RUN}\p{{M}}]*|[[\p{{L}}\p{{N}}]--{_RUN}][[\p{{L}}\p{{N}}\p{{M}}]--{_RUN}]*",
    "mark": r"\p{M}",
}

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘‛ʼʻʹ´`′＇", "'"))
_SIGNS: Final = _APOSTROPHES | str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | {"ı": "i"})
"""Signs that programs put for others, and the i of Turkish, whose capital is that of every other i."""

_DOTTED_I: Final = re.compile("i\u0307+")
"""What becomes of the capital I of Turkish that has a dot."""


@cache
def _pattern(name: str) -> Any:
    """A pattern, and the library that reads it, loaded with the first text that asks."""
    import regex  # type: ignore[import-untyped]  # its stubs are a package of their own

    return regex.compile(_PATTERNS[name], regex.VERSION1)


# Seen or not -------------------------------------------------------------------------------------------

_ASCII_SEEN: Final = re.compile("[!-~]")


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen; the empty one is blank, too."""
    if text.isascii():
        return _ASCII_SEEN.search(text) is None
    return _pattern("seen").search(text) is None


def unless_blank(text: str | None) -> str | None:
    """A text that may be left out; None where it is blank."""
    return None if text is None or is_blank(text) else text


def hidden_in(text: str) -> int | None:
    """Where the first character stands that cannot be seen and does nothing, in code points; None where there is none.

    A space is seen. Joiners of letters and emoji, selectors and the tags of a flag do something where they stand.
    """
    if text.isprintable():
        return None
    joined = {match.end() - 1 for match in _pattern("joining").finditer(text)}
    for match in _pattern("grapheme").finditer(text):
        picture = len(match[0]) > 1 and _is_picture(match[0])
        for place, sign in enumerate(match[0], match.start()):
            in_picture = picture and (sign != "\u200d" or place + 1 < match.end())
            if not (sign.isprintable() or in_picture or place in joined):
                return place
    return None


# Equal or not ------------------------------------------------------------------------------------------


def same_form(text: str) -> str:
    """The form by which words are compared: two words are equal where their forms are.

    It is Unicode's NFKC_Casefold with one sort of apostrophe, of dash and of i, and with one space where there are any.
    """
    return _form_of_word(text) if len(text) <= _LONGEST_WORD else _fold(text)


_LONGEST_WORD: Final = 200
"""The longest text whose form is remembered, in code points."""


def _fold(text: str) -> str:
    if text.isascii() and "`" not in text:
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFD", text.translate(_SIGNS)).casefold()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", folded).casefold())
    plain = _pattern("ignorable").sub("", folded).translate(_SIGNS)
    plain = _DOTTED_I.sub("i", plain)
    return " ".join(unicodedata.normalize("NFKC", plain).split())


_form_of_word = lru_cache(maxsize=4096)(_fold)


@lru_cache(maxsize=1024)
def same_forms(words: tuple[str, ...]) -> frozenset[str]:
    """The forms of words, by which others are compared with them."""
    return frozenset(map(same_form, words))


EMPTY: Final[frozenset[str]] = frozenset()
"""No words, one and the same for all who have none: Python makes another empty set, of 216 bytes, each time."""


def distinct(words: Iterable[str]) -> frozenset[str]:
    """Words of which no two are equal: of equal ones the first by the alphabet."""
    forms = {same_form(word): word for word in sorted(words, reverse=True)}
    return frozenset(forms.values()) if forms else EMPTY


@lru_cache(maxsize=1024)
def language_forms(languages: tuple[str, ...]) -> frozenset[str]:
    """The forms of languages, of which `language_ranges` may name one."""
    return frozenset(next(language_ranges(language)) for language in languages)


_LONGEST_LANGUAGE: Final = 35
"""How much of a language is read, in code points: none that a policy can name is longer."""


def language_ranges(language: str) -> Iterator[str]:
    """The languages by which one is looked up, the nearest first: pt-BR, pt (RFC 4647, Lookup)."""
    parts = same_form(language[:_LONGEST_LANGUAGE]).replace("_", "-").split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
        if len(parts) > 1 and len(parts[-1]) == 1:  # what a single letter introduces is gone
            parts.pop()


# Characters of a reader --------------------------------------------------------------------------------


def shorten(text: str, most: int, ending: str = "…") -> str:
    """A text of at most so many code points, its ending counted; nothing is cut inside a character of a reader."""
    if len(text) <= most:
        return text
    room = most - len(ending)
    if text.isascii():
        return text[:room].rstrip() + ending
    end = next(match.start() for match in _pattern("grapheme").finditer(text) if match.end() > room)
    return text[:end].rstrip() + ending


def emoji_in(text: str) -> Iterator[tuple[int, str]]:
    """Each emoji of a text and where it starts, in code points; six flags are six."""
    if text.isascii() or _pattern("picture").search(text) is None:
        return
    for match in _pattern("grapheme").finditer(text):
        if _is_picture(match[0]):
            yield match.start(), match[0]


def first_emoji(text: str) -> int | None:
    """Where the first emoji starts, in code points; None where there is none."""
    return next((at for at, _ in emoji_in(text)), None)


def _is_picture(grapheme: str) -> bool:
    return _pattern("picture").search(grapheme) is not None


# To search by ------------------------------------------------------------------------------------------

_HYPHEN: Final = "\u2010"
"""A hyphen that is nothing else; it stands for the half space of Persian, too, which parts an ending from its word."""


@cache
def _plain_letters() -> dict[int, str]:
    """Letters that Unicode does not part from their strokes and hooks, and the letters that people type for them."""
    plain = {"æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ŋ": "n", "ı": "i", "ȷ": "j", "ĸ": "k", "ٱ": "ا", "ی": "ي"}
    table = {ord(letter): typed for letter, typed in {**plain, "ک": "ك"}.items()}
    start, parted = "LATIN SMALL LETTER ", " WITH "
    for code in (
        *range(0x80, 0x250),
        *range(0x250, 0x2B0),
        *range(0x1D00, 0x1DC0),
        *range(0x2C60, 0x2C80),
        *range(0xA720, 0xA800),
    ):
        letter, with_, _ = unicodedata.name(chr(code), "").removeprefix(start).partition(parted)
        if with_ and len(letter) == 1 and unicodedata.name(chr(code)).startswith(start):
            table[code] = letter.lower()
    return table


def search_form(text: str) -> str:
    """A text as a search reads it: without capitals, accents, vowel points and anything that cannot be seen."""
    if text.isascii():
        return text.lower().replace("`", "'")
    parted = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    parted = unicodedata.normalize("NFKD", parted.casefold())
    parted = _pattern("half_space").sub(_HYPHEN, _pattern("gap").sub(" ", parted))
    plain = _pattern("accent").sub("", parted).translate(_plain_letters())
    plain = plain.translate(_APOSTROPHES)
    digits = _pattern("digit").sub(lambda match: str(unicodedata.decimal(match[0], match[0])), plain)
    return unicodedata.normalize("NFC", digits)


def search_words(form: str) -> list[str]:
    """The words of a text that `search_form` has read; of a script without spaces, each whole run of letters."""
    found: list[str] = _pattern("word").findall(form)
    return found


_BONDS: Final = frozenset(f"-'{_HYPHEN}")


def bonded_words(form: str) -> Iterator[str]:
    """Words that a hyphen, an apostrophe or the half space of Persian parts, as people write them without: `email`."""
    chain: list[str] = []
    end = 0
    for match in _pattern("word").finditer(form):
        if match.start() != end + 1 or form[end] not in _BONDS:
            yield from _bonded(chain)
            chain = []
        chain.append(match[0])
        end = match.end()
    yield from _bonded(chain)


def _bonded(chain: list[str]) -> Iterator[str]:
    if len(chain) > 1 and all(word[0].isalpha() for word in chain):
        yield "".join(chain)


def parts_words(text: str) -> bool:
    """Whether spaces part all the words of a text, so that they can be counted."""
    return text.isascii() or _pattern("unspaced").search(text) is None


def is_run(word: str) -> bool:
    """Whether a word of `search_words` is a run of letters, inside which other words are found."""
    return not word.isascii() and _pattern("run").match(word) is not None


def finds(stream: str, words: str) -> bool:
    """Whether words stand in a text, side by side, whole; inside a run of letters, where none of its marks is cut off.

    Args:
        stream: The text's words, with a space before, between and after them.
        words: The words, likewise; without the space on a side where anything may stand.
    """
    at = stream.find(words)
    if words.endswith(" "):
        return at >= 0
    while at >= 0 and _pattern("mark").match(stream, at + len(words)):
        at = stream.find(words, at + 1)
    return at >= 0
