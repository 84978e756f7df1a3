"""Text for people: whatever it comes from, it is one harmless line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.reports.findings import Finding, Location, Severity
from casecore.reports.text import columns, finding_line, level_counts, plural, visible

ZWNJ, ZWJ = "\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}"


@given(st.text() | st.text("aé👩 \n\x1b\u200b\u200c\u200d\u2060\ufeff\u202e"))
def test_visible_text_is_one_harmless_line(text):
    """Every character can be printed, but for what joins two of them, and what could be printed before is as it was."""
    shown = visible(text)
    assert shown.replace(ZWNJ, "").replace(ZWJ, "").isprintable()
    assert not text.isprintable() or shown == text
    assert visible(shown) == shown
    assert shown == shown.strip(ZWNJ + ZWJ)


def test_what_is_visible():
    """Spaces of any sort are one space, joiners go, and everything else that cannot be seen is marked."""
    assert "a b c" == visible("a\r\n\tb\u2028c")
    assert "ab" == visible("a\u200d\ufeffb")
    assert "\ufffd[31m\ufffd" == visible("\x1b[31m\u202e")


@pytest.mark.parametrize(
    "text",
    [
        "👨" + ZWJ + "👩" + ZWJ + "👧",  # a family
        "❤\N{VARIATION SELECTOR-16}" + ZWJ + "🔥",
        "می" + ZWNJ + "خواهم",  # Persian: "I want"
        "क्" + ZWJ + "ष",  # half a letter of Hindi
    ],
)
def test_joiners_stay_where_they_join(text):
    """Regression: a family was split into its members, and words of other scripts were misspelt."""
    assert text == visible(text)
    assert f"a {text} b" == visible(f"a\n{text}\tb")


@pytest.mark.parametrize("text", [f"a{ZWJ}b", f"{ZWJ}é", f"é{ZWJ}", f"é{ZWNJ}b", f"é{ZWJ}{ZWJ}b"])
def test_joiners_go_where_they_only_hide(text):
    """Two texts that look the same would be different."""
    assert text.replace(ZWJ, "").replace(ZWNJ, "") == visible(text)


def test_counted():
    """One thing, and more or fewer than one."""
    assert ["0 steps", "1 step", "1,234 steps"] == [plural(number, "step") for number in (0, 1, 1234)]
    assert ["1 error", "2 notes"] == level_counts([Severity.NOTE, None, Severity.ERROR, Severity.NOTE])
    assert [] == level_counts([None])


def test_columns():
    """As wide as the longest cell, and nothing after the last."""
    assert ["a    b", "ccc", "d    ee"] == [*columns([("a", "b"), ("ccc", ""), ("d", "ee")])]


def test_a_finding_on_one_line():
    """As compilers write it: place, level, code, what was found, what to do; and nothing that is not known."""
    here = Finding("X1", Severity.ERROR, "", "odd", "mend it", location=Location("a.txt", 2, 3))
    assert "a.txt:2:3: order pt: error [X1] odd -> mend it" == finding_line(here, "order pt")
    assert "note [X1] odd" == finding_line(Finding("X1", Severity.NOTE, "", "odd"))
