"""The words of an archive: in which texts a word, a phrase, a number, an address or an id stands.

* A **word** is found whole, or by its beginning; in scripts without spaces, and in Korean, inside a run of letters.
* A **phrase** is words side by side in one text.
* A **number** is found however its digits are grouped, with or without the code of its country.
* An **address** of email and an **id** are found whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from attrs import define, field

from casecore.kernel import frozen
from casecore.kernel.words import bonded_words, finds, is_run, same_form, search_form, search_words

DIGITS: Final = range(7, 16)
"""How many digits make a number by which somebody is called."""

_CODES: Final = range(1, 4)
"""How many digits the code of a country has."""


@frozen
class Sought:
    """One thing that a text may hold.

    Attributes:
        words: The words of a phrase, as `search_words` reads them.
        begins: The last word need only begin so.
        apart: The words, which are digits, may stand anywhere, each in a text of its own.
        whole: Instead of words: a number, an address or an id, as it is found by (`id_key`, `address_keys`).
    """

    words: tuple[str, ...] = ()
    begins: bool = False
    apart: bool = False
    whole: str = ""


Verify: TypeAlias = Callable[[str], bool]
"""Whether an owner of texts, who may hold something, does."""


# What is found whole -----------------------------------------------------------------------------------

_NO_DIGITS: Final = re.compile(r"\(0\)|[^0-9]")
_NUMBER: Final = re.compile(r"\+?[(]?[0-9][0-9()./\-\u2010\u2012-\u2014]*[,;.!?]?")
_EDGES: Final = "<>()[]{}.,;:!?\"'"
_PARTS: Final = re.compile(r"[<>()\[\],;:\"]")


def id_key(value: str) -> str:
    """By what an id is found."""
    return f"id:{same_form(value)}"


def address_keys(form: str) -> Iterator[str]:
    """By what the addresses of email in a text are found."""
    if "@" in form:
        for part in (part for chunk in form.split() if "@" in chunk for part in _PARTS.split(chunk)):
            name, at, host = part.strip(_EDGES).partition("@")
            if name and at and host and "@" not in host:
                yield f"at:{name}@{host}"


def number_chunks(form: str) -> Iterator[list[str]]:
    """The stretches of a text that are digits and what groups them: lists of what spaces part."""
    stretch: list[str] = []
    for chunk in form.split():
        fits = _NUMBER.fullmatch(chunk) is not None
        if stretch and (not fits or chunk[0] == "+"):
            yield stretch
            stretch = []
        if fits:
            stretch.append(chunk)
            if chunk[-1] in ",;":
                yield stretch
                stretch = []
    if stretch:
        yield stretch


def called_number(chunks: Sequence[str]) -> tuple[str, bool] | None:
    """The digits of a number, without zeros in front, and whether its country's code is among them; None: no number."""
    return _number_of("".join(map(_digits_of, chunks)), plus=chunks[0][0] == "+")


def _number_of(digits: str, *, plus: bool) -> tuple[str, bool] | None:
    abroad = plus or digits.startswith("00")
    digits = digits.lstrip("0")
    return (digits, abroad) if len(digits) in DIGITS else None


def _digits_of(chunk: str) -> str:
    return _NO_DIGITS.sub("", chunk)


def _number_keys(form: str) -> Iterator[str]:
    """By what the numbers in a text are found: the digits of any chunks side by side that can be a number."""
    for stretch in number_chunks(form):
        parts = [*map(_digits_of, stretch)]
        for start, first in enumerate(stretch):
            digits = ""
            for part in parts[start : start + DIGITS.stop]:
                digits += part
                if len(digits) > DIGITS.stop + 2:
                    break
                number = _number_of(digits, plus=first[0] == "+") if len(digits) >= DIGITS.start else None
                if number is not None:
                    yield from _keys_of_number(*number)


def _keys_of_number(digits: str, abroad: bool) -> Iterator[str]:  # noqa: FBT001 -- what `called_number` tells
    yield f"tel:{digits}"
    if not abroad:
        yield f"home:{digits}"
        return
    yield from (f"tel:{digits[code:]}" for code in _CODES if len(digits) - code in DIGITS)


def number_sought(digits: str, abroad: bool) -> Iterator[Sought]:  # noqa: FBT001 -- what `called_number` tells
    """What finds a number: it with its country's code or without, as it is asked for and as it may be written."""
    yield Sought(whole=f"tel:{digits}")
    if abroad:
        yield from (Sought(whole=f"home:{digits[code:]}") for code in _CODES if len(digits) - code in DIGITS)


# The index ---------------------------------------------------------------------------------------------


def _index_keys(form: str, words: Iterable[str]) -> set[str]:
    """By what the words of a text are found: they themselves; of a run, its letters and pairs of letters."""
    keys: set[str] = set(bonded_words(form))
    for word in words:
        if is_run(word):
            keys.update(word)
            keys.update(map("".join, pairwise(word)))
        else:
            keys.add(word)
    return keys


def _sets() -> defaultdict[str, set[str]]:
    return defaultdict(set)


def _lists() -> defaultdict[str, list[str]]:
    return defaultdict(list)


@define
class WordIndex:
    """In whose texts something stands. An owner is whoever the texts belong to: a case, a note."""

    _by_word: defaultdict[str, set[str]] = field(factory=_sets, init=False)
    _by_whole: defaultdict[str, set[str]] = field(factory=_sets, init=False)
    _streams: defaultdict[str, list[str]] = field(factory=_lists, init=False)
    _sorted: list[str] = field(factory=list, init=False, eq=False)
    _fresh: list[str] = field(factory=list, init=False, eq=False)

    def add_id(self, owner: str, value: str) -> None:
        """Let an owner be found by an id."""
        self._by_whole[id_key(value)].add(owner)

    def add_text(self, owner: str, text: str) -> None:
        """Let an owner be found by the words of a text."""
        form = search_form(text)
        words = search_words(form)
        for key in _index_keys(form, words):
            if key not in self._by_word:
                self._fresh.append(key)
            self._by_word[key].add(owner)
        for key in (*address_keys(form), *_number_keys(form)):
            self._by_whole[key].add(owner)
        if words:
            self._streams[owner].append(f" {' '.join(words)} ")

    def forget_texts(self, owner: str, texts: Iterable[str]) -> None:
        """Let an owner be found no more by texts, which are all that were added."""
        self._streams.pop(owner, None)
        for form in map(search_form, texts):
            for key in _index_keys(form, search_words(form)):
                self._by_word[key].discard(owner)
            for key in (*address_keys(form), *_number_keys(form)):
                self._by_whole[key].discard(owner)

    def look_up(self, sought: Sought) -> tuple[set[str], Verify | None]:
        """Who may hold something, and what must be asked of each before it is sure; asking enters nothing."""
        if sought.whole:
            return self._by_whole.get(sought.whole, set()), None
        if sought.apart:
            return _common([self._by_word.get(word, set()) for word in sought.words]), None
        *firsts, last = sought.words
        sets = [found for word in firsts for found in self._having(word)]
        sets += [self._beginning(last)] if sought.begins and not is_run(last) else self._having(last)
        owners = _common(sets)
        return owners, self._phrase_check(sought) if firsts or is_run(last) else None

    def _having(self, word: str) -> list[set[str]]:
        """Those who hold each part of a word by which it is indexed."""
        parts = [word]
        if is_run(word) and len(word) > 1:
            parts = list(dict.fromkeys(map("".join, pairwise(word))))
        return [self._by_word.get(part, set()) for part in parts]

    def _beginning(self, start: str) -> set[str]:
        """Those who hold a word that begins so."""
        if self._fresh:
            self._sorted = sorted(self._sorted + self._fresh)
            self._fresh = []
        found: set[str] = set()
        place = bisect_left(self._sorted, start)
        while place < len(self._sorted) and self._sorted[place].startswith(start):
            found |= self._by_word[self._sorted[place]]
            place += 1
        return found

    def _phrase_check(self, sought: Sought) -> Verify:
        first, last = sought.words[0], sought.words[-1]
        phrase = ("" if is_run(first) else " ") + " ".join(sought.words)
        if sought.begins:
            return lambda owner: any(phrase in stream for stream in self._streams.get(owner, ()))
        phrase += "" if is_run(last) else " "
        return lambda owner: any(finds(stream, phrase) for stream in self._streams.get(owner, ()))


def _common(sets: list[set[str]]) -> set[str]:
    """What is in all of them, the smallest first; where there is one, it itself."""
    first, *others = sorted(sets, key=len)
    return first.intersection(*others) if others else first
