"""Words as people mean them: blank, equal, cut, pictured, and searched by; in every script."""

import sys
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.kernel import CommandError
from casecore.kernel.words import (
    bonded_words,
    distinct,
    emoji_in,
    finds,
    first_emoji,
    hidden_in,
    is_blank,
    is_run,
    language_ranges,
    parts_words,
    same_form,
    search_form,
    search_words,
    shorten,
    unless_blank,
)
from casecore.promises.in_force import as_meant
from casecore.rooms.notes import AddTag
from casecore.testing.scenario import T0

FAMILY = "👨‍👩‍👧‍👦"
PERSIAN, ASTRONAUT, HINDI, CHILLU = "نامه‌ها", "👩‍🚀", "क्‍ष", "അവന്‍"


class TestBlank:
    """A text in which nothing can be seen says nothing."""

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "\x01 \x02",
            "\t\r\n",
            "\x00",
            "\x00 \x01",
            "\x7f \t\x1b",
            "\x1f",
            "\x85",
            "\xa0",
            "\xad",
            "͏",
            "\u061c",
            "ᅟ",
            "\u180e",
            "\u200b",
            "\u200d\u200c",
            "\u202e",
            "\u2028",
            "\u2060",
            "⠀",
            "\u3000",
            "ㅤ",
            "️",
            "\ufeff",
            "\U000e0001",
        ],
    )
    def test_is_blank(self, text):
        """Spaces, control characters, characters without width, fillers; alone or several."""
        assert is_blank(text)
        assert is_blank(f" {text}\u200b")
        assert None is unless_blank(text)
        assert not is_blank(f"{text}a")

    @pytest.mark.parametrize("text", ["a", " . ", "é", "\u0600", "👍", "़", "・", "0", PERSIAN])
    def test_says_something(self, text):
        """Whatever can be seen, however small."""
        assert not is_blank(text)
        assert text == unless_blank(text)

    def test_nothing_said(self):
        """What was left out stays so."""
        assert None is unless_blank(None)


class TestHidden:
    """What cannot be seen and does nothing has no place in an id or a tag."""

    @pytest.mark.parametrize(
        "tag",
        ["vip", "a b", "Ação", PERSIAN, ASTRONAUT, HINDI, CHILLU, "❤️‍🔥", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "ক্‍ষ", "می‌خواهم", "👨🏽‍💻", "🏳️‍🌈"],
    )
    def test_a_tag_of_every_script(self, tag):
        """Joiners stay where letters and emoji need them."""
        assert None is hidden_in(tag)
        assert tag == AddTag("ana", T0, "c1", tag).tag

    @pytest.mark.parametrize(
        ("tag", "place"),
        [
            ("a\u200db", 1),
            ("a\u200c", 1),
            ("م\u200c", 1),
            ("👩\u200d", 1),
            ("a\xa0b", 1),
            ("ab\u200e", 2),
            ("\u2060", 0),
            ("a\nb", 1),
            ("م\u200c\u200cن", 1),
            ("\ud800", 0),
            ("🇵🇹\u200b", 2),
        ],
    )
    def test_what_only_hides(self, tag, place):
        """A joiner that joins nothing, a mark of direction, a space that is none; the message says tag, not id."""
        assert place == hidden_in(tag)
        with pytest.raises(
            CommandError, match=r"^tag: the tag .* has control or invisible characters; give a tag of vis"
        ):
            AddTag("ana", T0, "c1", tag)

    @pytest.mark.parametrize(
        ("tag", "told"),
        [
            ("", "the tag is empty; give a tag of 1 to 200"),
            ("   ", "the tag '   ' is blank; give a tag of visible"),
            ("\u3164", "is blank"),
            ("x" * 201, "the tag has 201 characters"),
            (7, "7 is not text; give a tag as text"),
        ],
    )
    def test_no_tag(self, tag, told):
        """What is wrong with it is said of the tag."""
        with pytest.raises(CommandError, match=told):
            AddTag("ana", T0, "c1", tag)

    @given(st.text(max_size=20))
    def test_place_is_in_the_text(self, text):
        """Either there is none, or it is a place at which no character can be printed."""
        place = hidden_in(text)
        assert place is None or not text[place].isprintable()


class TestEqual:
    """Two words are equal where people would say so."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Billing", "BILLING"),
            ("Straße", "STRASSE"),
            ("Ação", "AÇÃO"),
            ("ﬁnance", "Finance"),
            ("ＶＩＰ", "vip"),
            ("don’t", "DON'T"),
            (" late  fee ", "Late\xa0fee"),
            (PERSIAN, PERSIAN.replace("\u200c", "")),
            ("ΣΑΣ", "σας"),
            ("re\xadfund", "Refund"),
            ("ŉ", "'n"),
            ("ᾳ", "ΑΙ"),
            ("``", "''"),
            ("e\u2011mail", "E-Mail"),
            ("Mon\u2013Fri", "mon-fri"),
            ("İADE", "iade"),
            ("Kapı", "KAPI"),
            ("i\u0307\u0307", "I"),
        ],
    )
    def test_equal(self, one, other):
        """Capitals, width, ligatures, apostrophes, dashes, spaces, the i of Turkish, and what has no width."""
        assert same_form(one) == same_form(other)
        assert as_meant(one) == as_meant(other)

    @pytest.mark.parametrize(
        ("one", "other"), [("peche", "péché"), ("दान", "दिन"), ("か", "が"), ("a b", "ab"), ("l", "ł")]
    )
    def test_unequal(self, one, other):
        """An accent, a vowel, a space between."""
        assert same_form(one) != same_form(other)

    @given(st.text(max_size=12))
    def test_witnesses_read_alike(self, text):
        """The witnesses' own reading agrees with the house, and reading twice changes nothing."""
        assert same_form(text) == same_form(same_form(text)) == as_meant(text)

    def test_distinct(self):
        """Of equal words one stays."""
        assert {"VIP", "late"} == distinct({"vip", "VIP", "late"})

    @pytest.mark.parametrize(
        ("language", "ranges"),
        [
            ("pt-BR", ["pt-br", "pt"]),
            ("PT_br", ["pt-br", "pt"]),
            ("en", ["en"]),
            ("zh-Hant-x-TW", ["zh-hant-x-tw", "zh-hant", "zh"]),
        ],
    )
    def test_languages(self, language, ranges):
        """A language is looked up with less and less of it."""
        assert ranges == [*language_ranges(language)]


class TestCharacters:
    """What a reader sees as one."""

    @pytest.mark.parametrize("character", ["e\u0301", FAMILY, "🇵🇹", "🇧🇷", "क्षि", "각"])
    def test_one_is_never_cut(self, character):
        """A letter with its marks, a syllable, a family, a flag: it is kept whole, or not at all."""
        assert "a…" == shorten(f"a{character}bcdefghijk", len(character) + 1)
        assert f"a{character}…" == shorten(f"a{character}bcdefghijk", len(character) + 2)

    @pytest.mark.parametrize(
        ("text", "most", "expected"),
        [
            ("short", 5, "short"),
            ("too long", 5, "too…"),
            ("toolong", 5, "tool…"),
            (f"ab{FAMILY}", 5, "ab…"),
            ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
            ("🇵🇹🇧🇷🇫🇷", 5, "🇵🇹🇧🇷…"),
            (FAMILY * 2, 3, "…"),
        ],
    )
    def test_shorten(self, text, most, expected):
        """Nothing is cut inside one, and the ending counts."""
        assert expected == shorten(text, most)

    @given(st.text(), st.integers(1, 20))
    def test_never_longer(self, text, most):
        """As long as it may be, at most; whole where it fits."""
        assert len(shorten(text, most)) <= max(most, 1)
        assert len(text) > most or text == shorten(text, most)


class TestEmoji:
    """One truth for templates and channels."""

    @pytest.mark.parametrize(
        "emoji",
        [
            "✅",
            "✨",
            "❌",
            "❓",
            "❗",
            "⭐",
            "⌚",
            "⏰",
            "☔",
            "⚡",
            "⚽",
            "➕",
            "1️⃣",
            "1⃣",
            "#⃣",
            "⃣",
            "✔️",
            "❤️",
            "©️",
            "☎️",
            "👁\u200d🗨",
            "🛠",
            "🏷",
            "🫠",
            "🇵🇹",
            "👩\u200d🚀",
            "☝🏽",
            "🀄",
            "🅰",
            "🈁",
            "👨\u200d👩\u200d👧\u200d👦",
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        ],
    )
    def test_a_picture(self, emoji):
        """Each is one, wherever it stands."""
        assert [(3, emoji)] == [*emoji_in(f"Olá{emoji}")] or emoji == "⃣"
        assert first_emoji(f"Hi {emoji} there") in {2, 3}

    @pytest.mark.parametrize(
        "text",
        [
            "✓",
            "✗",
            "★",
            "☆",
            "→",
            "☎",
            "☀",
            "❤",
            "©",
            "™",
            "✔",
            "♥",
            "⏰︎",
            "①",
            "½",
            "é",
            "한",
            "♪",
            "🂡",
            "𝒜",
            "1",
            "#",
            "*",
            "a",
        ],
    )
    def test_no_picture(self, text):
        """Signs of text, with or without a selector that says so."""
        assert None is first_emoji(text)

    def test_six_flags_are_six(self):
        """Two letters each."""
        assert 6 == len([*emoji_in("🇵🇹🇧🇷🇫🇷🇩🇪🇪🇸🇮🇹")])


class TestSearching:
    """What a search compares."""

    @pytest.mark.parametrize(
        ("text", "form"),
        [
            ("Łódź", "lodz"),
            ("København", "kobenhavn"),
            ("Đặng", "dang"),
            ("Ærø Œ", "aero oe"),
            ("Þór ð", "thor d"),
            ("ıİ", "ii"),
            ("ɗan ħ", "dan h"),
            ("مُحَمَّد", "محمد"),
            ("كتــاب", "كتاب"),
            ("کی", "كي"),
            ("שָׁלוֹם", "שלום"),
            ("Ёлка", "елка"),
            ("फ़ोन", "फोन"),
            ("ﾊﾟﾝ", "パン"),
            ("１２", "12"),
            ("٠٩", "09"),
            ("re\xadfund", "refund"),
            ("don’t", "don't"),
            ("`", "'"),
            ("a\u200bb", "a b"),
            ("ก\u200bข", "กข"),
            ("각", "각"),
            ("𑷠", "𑷠"),
        ],
    )
    def test_form(self, text, form):
        """Without capitals, accents, vowel points; Indic vowels and Japanese marks stay."""
        assert form == search_form(text) == search_form(form)

    @pytest.mark.parametrize(("one", "other"), [("दान", "दिन"), ("か", "が"), ("ハ", "パ"), ("กา", "กี")])
    def test_no_accent(self, one, other):
        """What looks like an accent and is none."""
        assert search_form(one) != search_form(other)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("मैंने दान दिया", ["मैंने", "दान", "दिया"]),
            ("我要退款iPhone12月", ["我要退款", "iphone12", "月"]),
            ("ฉันต้องการ คืนเงิน", ["ฉันต้องการ", "คืนเงิน"]),
            ("order_12345", ["order", "12345"]),
            ("환불해 주세요", ["환불해", "주세요"]),
            ("!?", []),
        ],
    )
    def test_words(self, text, words):
        """Marks belong to their word; what no spaces part is one run."""
        assert words == search_words(search_form(text))

    def test_runs(self):
        """Inside a run others are found; words can be counted where spaces part them."""
        assert [True, True, True, False, False] == [*map(is_run, ("退款", "환불", "คืน", "refund", "दिन"))]
        assert [True, True, False, False] == [*map(parts_words, ("a b", "환불해 주세요", "退款", "คืน"))]

    def test_bonds(self):
        """What a hyphen or an apostrophe parts is also one word."""
        form = search_form("e-mail don’t state-of-the-art 2026-11-02 a - b re‑open")
        assert ["email", "dont", "stateoftheart", "reopen"] == [*bonded_words(form)]

    @pytest.mark.parametrize(
        ("words", "found"),
        [("退款", True), ("退货", False), ("น", False), ("นี้", True), (" me ", True), (" m ", False)],
    )
    def test_finds(self, words, found):
        """Inside a run no mark is cut off; other words are whole."""
        assert found is finds(" me 我要退款 นี้ ", words)


def test_nothing_is_loaded_until_it_is_needed():
    """A desk whose words are ASCII never loads the library."""
    code = "import sys; from casecore import Desk, SendReply; Desk(); sys.exit('regex' in sys.modules)"
    assert 0 == run([sys.executable, "-c", code], check=False).returncode
