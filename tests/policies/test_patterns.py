"""Patterns: what they read, what fits them, and that they say what a regular expression of the same text would."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.policies.patterns import LONGEST_TEXT, Pattern, PatternError, Sign

LETTERS = "ABcx019-_é🙂 ]\\^"
"""What patterns and texts are drawn from: few enough to meet."""


def escaped(character):
    """A character that stands for itself."""
    return character if character.isalnum() else f"\\{character}"


@st.composite
def signs(draw):
    """One character of a pattern: as a pattern writes it, and as `re` does."""
    sort = draw(st.sampled_from(("plain", "digit", "any", "set")))
    if sort == "plain":
        character = draw(st.sampled_from(LETTERS))
        ours, theirs = escaped(character), re.escape(character)
    elif sort == "digit":
        ours, theirs = r"\d", "[0-9]"
    elif sort == "any":
        ours = theirs = "."
    else:
        parts = draw(st.lists(st.sampled_from(("A-C", "0-5", "x", r"\d", r"\]", r"\-", r"\\", "é", "-")), min_size=1))
        parts = [part for part in parts if part != "-"] + (["-"] if "-" in parts else [])
        ours = theirs = f"[{''.join(parts)}]"
        theirs = theirs.replace(r"\d", "0-9")
    least, more = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    how_often = draw(st.sampled_from(("", "?", f"{{{max(1, least)}}}", f"{{{least},{max(1, least + more)}}}")))
    return ours + how_often, theirs + how_often


PATTERNS = st.lists(signs(), max_size=6)
TEXTS = st.text(st.sampled_from(LETTERS), max_size=12)


@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=5), st.data())
def test_as_a_regular_expression(drawn, texts, data):
    """What fits a pattern, `re` matches as a whole; and nothing else. So it is with texts that nearly fit."""
    ours, theirs = ("".join(one) for one in zip(*drawn, strict=True)) if drawn else ("", "")
    pattern, expression = Pattern.read(ours), re.compile(theirs, re.DOTALL)
    near = data.draw(st.from_regex(expression, fullmatch=True))
    cut = data.draw(st.integers(0, len(near)))
    for text in (*texts, near, near[:cut] + near[cut + 1 :], near[:cut] + "A" + near[cut:]):
        assert bool(expression.fullmatch(text)) is pattern.fits(text)


@given(PATTERNS)
def test_the_example_fits(drawn):
    """And no shorter text does."""
    ours, theirs = ("".join(one) for one in zip(*drawn, strict=True)) if drawn else ("", "")
    example = Pattern.read(ours).example
    assert Pattern.read(ours).fits(example)
    assert re.compile(theirs, re.DOTALL).fullmatch(example)
    assert len(example) == sum(sign.least for sign in Pattern.read(ours).signs)


@given(st.text(max_size=30) | st.text(st.sampled_from(r"\d[]{}a1,-?.^"), max_size=20))
def test_whatever_is_written_is_read_or_refused(text):
    """Nothing else is raised; what is read is known by its text."""
    try:
        pattern = Pattern.read(text)
    except PatternError:
        return
    assert text == pattern.text
    assert pattern.fits(pattern.example)


@pytest.mark.parametrize(
    ("text", "fits", "fails"),
    [
        (r"[A-Z]{2}-\d{4,6}", ("AB-1234", "XY-123456"), ("A-1234", "AB-123", "AB-1234567", "ab-1234", "AB-1234\n", "")),
        (r"a?b", ("b", "ab"), ("a", "aab", "")),
        (r".{0,3}", ("", "é🙂\n"), ("abcd",)),
        (r"\.\[\]\{\}\\", (".[]{}\\",), ("x[]{}\\",)),
        (r"[-a\]\d.]", ("-", "a", "]", "7", "."), ("b", "\\", "")),
        (r"a{2}a?a{1,2}", ("aaa", "aaaa", "aaaaa"), ("aa", "aaaaaa")),
        (r"\d", ("0", "9"), ("٣", "x", "00")),
        ("", ("",), ("a",)),
    ],
)
def test_what_fits(text, fits, fails):
    """Whole texts, by the letter."""
    pattern = Pattern.read(text)
    assert all(map(pattern.fits, fits))
    assert not any(map(pattern.fits, fails))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a*", "no pattern goes on with '*'"),
        ("(a|b)", "no pattern goes on with '(a|b)'"),
        ("ab|c", "no pattern goes on with '|c'"),
        ("^a$", "no pattern goes on with '^a$'"),
        ("[abc", "no pattern goes on with '[abc'"),
        ("[]", "no pattern goes on with '[]'"),
        ("a{x}", "no pattern goes on with '{x}'"),
        ("a{1,2", "no pattern goes on with '{1,2'"),
        ("a{1}{2}", "no pattern goes on with '{2}'"),
        ("\\", "no pattern goes on with '\\\\'"),
        ("a{3,2}", "'a{3,2}' never comes"),
        ("a{0}", "'a{0}' never comes"),
        ("[^a]", "[^a] says what is not there; say what is"),
        ("[z-a]", "'z-a' goes backwards"),
        (r"\w", r"'\w' means nothing here; '\d' is a digit"),
        (r"[\s]", r"'\s' means nothing here; '\d' is a digit"),
        ("a{150}b{51}", "what fits has at most 200 characters"),
        ("a" * 201, "what fits has at most 200 characters"),
    ],
)
def test_what_is_no_pattern(text, told):
    """The error says from where on, or what to say instead."""
    with pytest.raises(PatternError) as caught:
        Pattern.read(text)
    assert told == str(caught.value)


def test_a_sign_has_an_example():
    """Of anything, an x."""
    assert "x" == Sign(()).example
    assert "b" == Sign((("b", "d"),)).example


class Counted(tuple):
    """Signs that count how often they are looked at."""

    __slots__ = ()

    looked = 0

    def __getitem__(self, place):
        """As others do."""
        Counted.looked += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("text", [".?" * 200, "a?" * 200, "a?" * 100 + "a" * 100, "[a-y]{0,100}a{100}", ".{0,200}"])
def test_hostile_ones_are_walked_once(text):
    """Nothing looks back: for each character every place is looked at a few times, and after the longest text never."""
    pattern = Pattern.read(text)
    counted = Pattern(text, Counted(pattern.signs))
    places = 1 + sum(1 + sign.most for sign in pattern.signs)
    for given_text in ("a" * 200, "a" * 100 + "!", "a" * 199 + "b", "a" * (LONGEST_TEXT + 10**5)):
        Counted.looked = 0
        counted.fits(given_text)
        assert Counted.looked <= 4 * places * (1 + min(len(given_text), LONGEST_TEXT))
    assert not counted.fits("a" * (LONGEST_TEXT + 1))


def test_long_ones_are_refused():
    """Of a pattern of a hundred thousand characters no more is read than can fit; `growth.py` measures it."""
    for text in ("a" * 10**5, "a?" * 10**5, "[" + "ab" * 10**5, "[" * 10**5, "\\" * 10**5, "a{1," * 10**5):
        with pytest.raises(PatternError):
            Pattern.read(text)
