"""What the errors of the API mean."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.templates import Retry, Template, explain_error
from casecore.templates.api_errors import ERRORS

COUNT = "body: number of localizable_params (2) does not match the expected number of params (1)"
MEDIUM = "header: Format mismatch, expected IMAGE, received UNKNOWN"
BREAKS = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"


def template(*parts):
    """An approved template with two variables and these components."""
    body = {"type": "BODY", "text": "Olá {{1}}, a visita é {{2}}, até já."}
    return Template.from_meta({"name": "t", "language": "en", "status": "APPROVED", "components": [*parts, body]})


class TestTable:
    """One row for each number."""

    @pytest.mark.parametrize(
        ("code", "retry", "wait"),
        [
            (132000, Retry.AFTER_CHANGE, None),
            (132001, Retry.AFTER_CHANGE, None),
            (132005, Retry.AFTER_CHANGE, None),
            (132007, Retry.NO, None),
            (132012, Retry.AFTER_CHANGE, None),
            (132015, Retry.NO, None),
            (132016, Retry.NO, None),
            (132018, Retry.AFTER_CHANGE, None),
            (131008, Retry.AFTER_CHANGE, None),
            (131009, Retry.AFTER_CHANGE, None),
            (131026, Retry.NO, None),
            (131047, Retry.AS_TEMPLATE, None),
            (131049, Retry.LATER, timedelta(days=1)),
            (131050, Retry.NO, None),
            (131051, Retry.NO, None),
            (131048, Retry.LATER, timedelta(days=1)),
            (131056, Retry.LATER, timedelta(minutes=1)),
            (130429, Retry.LATER, timedelta(minutes=1)),
            (80007, Retry.LATER, timedelta(hours=1)),
            (4, Retry.LATER, timedelta(hours=1)),
        ],
    )
    def test_says_whether_to_try_again(self, code, retry, wait):
        """Whether sending again can help, and after how long."""
        explained = explain_error(code)
        assert (True, retry, wait) == (explained.known, explained.retry, explained.wait)

    @pytest.mark.parametrize("code", ERRORS)
    def test_is_worded_alike(self, code):
        """What happened is a sentence; what to do can follow an arrow; what waits says how long."""
        row = ERRORS[code]
        assert row.happened.endswith(".")
        assert not row.remedy.endswith(".")
        assert (row.retry is Retry.LATER) == (row.wait is not None)

    def test_unknown_number(self):
        """A number of the future is said to be one."""
        explained = explain_error(999999, "something about the footer")
        assert (False, Retry.NO, "footer") == (explained.known, explained.retry, explained.where)

    @given(st.integers(), st.text())
    def test_is_total(self, code, details):
        """Whatever the API says, there is an explanation."""
        assert explain_error(code, details).happened


class TestDetails:
    """What the details say more."""

    def test_count(self):
        """How many values were given and how many belong there."""
        explained = explain_error(132000, COUNT)
        assert "The call gave the body 2 values; the approved template has 1." == explained.happened
        assert "body" == explained.where
        assert "give it the values" in explained.remedy

    def test_count_of_a_stale_copy(self):
        """Where our copy of the template asks for another number, it is stale."""
        filled = template().fill(["Rui", "hoje"])
        assert "stale" in explain_error(132000, COUNT, filled).remedy
        same = COUNT.replace("params (1)", "params (2)").replace("localizable_params (2)", "localizable_params (3)")
        assert "stale" not in explain_error(132000, same, filled).remedy
        nowhere = COUNT.removeprefix("body: ")
        assert "a component" in explain_error(132000, nowhere, filled).happened

    def test_missing_medium(self):
        """Which medium is missing, and under which key it is given."""
        explained = explain_error(132012, MEDIUM)
        assert ("header", "header.image", "give header.image") == (
            explained.where,
            explained.variable,
            explained.remedy,
        )
        assert "nothing of it" in explained.happened
        assert "was given TEXT" in explain_error(132012, MEDIUM.replace("UNKNOWN", "TEXT")).happened

    def test_medium_of_a_stale_copy(self):
        """Where our copy has no such header, it is stale."""
        explained = explain_error(132012, MEDIUM, template().fill(["a", "b"]))
        assert "" == explained.variable
        assert "stale" in explained.remedy
        image = template({"type": "HEADER", "format": "IMAGE"}).fill(["a", "b"])
        assert "header.image" == explain_error(132012, MEDIUM, image).variable

    @pytest.mark.parametrize("code", [132018, 132000, 100])
    def test_line_breaks_under_any_number(self, code):
        """The same fault has three numbers; the value to blame is found in the message."""
        explained = explain_error(code, BREAKS)
        assert ("", Retry.AFTER_CHANGE) == (explained.variable, explained.retry)
        assert "line break" in explained.happened
        explained = explain_error(code, BREAKS, template().fill(["Rui", "hoje\nàs 9"]))
        assert ("2", "body") == (explained.variable, explained.where)
        assert "2 has a line break at 4" in explained.happened

    def test_no_value_to_blame(self):
        """Where the values are fine, none is blamed."""
        assert "" == explain_error(132018, BREAKS, template().fill(["Rui", "hoje"])).variable
        assert "" == explain_error(132005, "", template().fill(["Rui", "ho\tje"])).variable

    def test_names(self):
        """Names were asked for and not given."""
        explained = explain_error(100, "(#100) Parameter name is missing or empty")
        assert "have names" in explained.happened

    @pytest.mark.parametrize(
        ("code", "values", "variable"),
        [
            (132005, ["Rui", "x" * 33000], "2"),
            (131008, ["", "hoje"], "1"),
            (131008, ["Rui"], "2"),
            (132018, ["a\tb", "c"], "1"),
        ],
    )
    def test_value_to_blame(self, code, values, variable):
        """Too long, missing, blank: the value is found where the message is at hand."""
        explained = explain_error(code, "", template().fill(values))
        assert variable == explained.variable
        assert explained.remedy


@pytest.mark.parametrize("details", [None, 5, b"x", [[]]], ids=range(4))
def test_details_that_are_no_text(details):
    """They count as none."""
    assert explain_error(132000) == explain_error(132000, details)


@pytest.mark.parametrize("code", [None, "100", [], {}], ids=range(4))
def test_a_code_that_is_no_number(code):
    """It is none that is known."""
    assert not explain_error(code).known


def test_long_details():
    """Of a long message, of which each pattern looks at each word, the beginning is read."""
    told = "body: number of localizable_params (2) does not match the expected number of params (3)"
    assert "3" in explain_error(132000, f"{'x ' * 100}{told}").happened
    assert explain_error(132000, "x" * 1000) == explain_error(132000, f"{'x' * 1000}{told}")
