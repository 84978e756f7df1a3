"""Phone numbers: strict E.164, and reading what people write."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.kernel.errors import MissingExtra
from casecore.templates import TemplateError, check_phone, normalise_phone


class TestStrict:
    """Plus, country code, number."""

    @pytest.mark.parametrize("number", ["+351912345678", "+16505551234", "+919876543210", "+4712345678"])
    def test_is_taken(self, number):
        """A plus and seven to fifteen digits."""
        assert () == check_phone(number)

    @pytest.mark.parametrize(
        ("number", "message", "remedy"),
        [
            ("351912345678", "no +", "write it like"),
            ("912345678", "no +", "write it like"),
            ("00351912345678", "starts with 00", "write +351912345678"),
            ("+351 912 345 678", "marks between", "write +351912345678"),
            ("+351-912.345/678", "marks between", "write +351912345678"),
            ("+0351912345678", "is no number", "write it like"),
            ("+35191", "is no number", "write it like"),
            ("+3519123456781234", "is no number", "write it like"),
            ("+1-800-FLOWERS", "is no number", "write it like"),
            ("+٣٥١٩١٢٣٤٥٦٧٨", "not ASCII", "write it like"),
            ("+351912345678\n", "is no number", "write it like"),
            ("", "is no number", "write it like"),
            (351912345678, "is not text", "write it like"),
            (None, "is not text", "write it like"),
            ("{{Recipient}}", "is no number", "write it like"),
        ],
    )
    def test_is_refused(self, number, message, remedy):
        """What is wrong is said, and what to write where that is certain."""
        (finding,) = check_phone(number)
        assert "ready.phone" == finding.code
        assert message in finding.message
        assert remedy in finding.remedy

    @given(st.text())
    def test_is_total(self, number):
        """Whatever is written is taken or refused."""
        assert len(check_phone(number)) <= 1


class TestNormalising:
    """What people write, with the `phone` extra."""

    @pytest.fixture(autouse=True)
    def _phonenumbers(self):
        pytest.importorskip("phonenumbers")

    @pytest.mark.parametrize(
        ("number", "region", "written"),
        [
            ("+351 912 345 678", None, "+351912345678"),
            ("912 345 678", "PT", "+351912345678"),
            ("00 351 912 345 678", "PT", "+351912345678"),
            ("(650) 253-0000", "US", "+16502530000"),
        ],
    )
    def test_is_read(self, number, region, written):
        """Numbers with marks, and those of a region."""
        assert (written, ()) == normalise_phone(number, region)

    def test_doubtful(self):
        """A number of no known range is given back with a warning: plans change faster than tables."""
        written, (finding,) = normalise_phone("+55 11 9999 9999")
        assert ("+551199999999", "ready.phone_doubtful") == (written, finding.code)

    @pytest.mark.parametrize(
        ("number", "region", "code", "message"),
        [
            ("912345678", None, "ready.phone", "no region is given"),
            ("+999 1234567", None, "ready.phone", "no country code"),
            ("12", "XX", "ready.phone", "is no number"),
            ("+351 12", None, "ready.phone_impossible", "cannot exist"),
            ("+351 912 345 678 ext. 5", None, "ready.phone", "more than digits"),
            ("tel:+351912345678", None, "ready.phone", "more than digits"),
            ("1-800-FLOWERS", "US", "ready.phone", "more than digits"),
            ("٩١٢٣٤٥٦٧٨", "PT", "ready.phone", "more than digits"),
            ("", "PT", "ready.phone", "more than digits"),
        ],
    )
    def test_is_refused(self, number, region, code, message):
        """Nothing is dropped or translated in silence."""
        with pytest.raises(TemplateError, match=message) as caught:
            normalise_phone(number, region)
        assert code == caught.value.findings[0].code


def test_without_the_extra(monkeypatch):
    """Where the library is missing, what to install is said."""
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(MissingExtra, match=r"pip install 'casecore\[phone\]'"):
        normalise_phone("+351912345678")


@pytest.mark.parametrize("number", [None, 351912345678, b"+351912345678", ["912 345 678"]], ids=range(4))
def test_no_text(number):
    """Regression: what is no text was an error of Python's; with the extra or without, it says what to do."""
    with pytest.raises(TemplateError, match="is not text -> give it as text"):
        normalise_phone(number, "PT")


@pytest.mark.parametrize("region", [5, b"PT", []], ids=range(3))
def test_no_region(region):
    """Nor does a country that is no text break anything."""
    with pytest.raises(TemplateError, match=r"the region .* is not text -> give a country in two capitals, or None"):
        normalise_phone("912 345 678", region)
