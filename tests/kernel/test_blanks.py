"""Blanks: what somebody still has to fill, and what only looks like it (§4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.kernel.blanks import blank_left, unknown_blanks

NAMES = frozenset({"customer", "order.no"})


class TestLeft:
    """The first blank of a text."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Dear {{1}}, hello", (5, "{{1}}")),
            ("{{ 12 }}", (0, "{{ 12 }}")),
            ("Dear {customer},", (5, "{customer}")),
            ("Dear {Customer}", (5, "{Customer}")),
            ("Dear { customer }", (5, "{ customer }")),
            ("Dear {{customer}}", (6, "{customer}")),
            ("Dear ｛customer｝", (5, "｛customer｝")),
            ("Dear ｛｛1｝｝", (5, "｛｛1｝｝")),
            ("Order {order.no} of {customer}", (6, "{order.no}")),
            ("é✓ {{1}}", (3, "{{1}}")),
            ("Use `{{1}}`, dear {customer}", (18, "{customer}")),
            ("> you wrote\nDear {{1}}", (17, "{{1}}")),
            ("It`s {{1}}\nand it`s {{2}}", (5, "{{1}}")),
            ("``` {{1}}", (4, "{{1}}")),
        ],
    )
    def test_found(self, text, expected):
        """Where it starts, and as it was written."""
        assert expected == blank_left(text, NAMES)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Dear Maria",
            "{name}",
            "{orderxno}",
            "{customers}",
            "customer",
            "{",
            "} {",
            "{1}",
            "{{}}",
            "{{1234}}",
            "if (x) { return customer; }",
            "Write `{{1}}` or ``{customer}`` there",
            "```\nDear {customer}\n{{1}}\n```",
            "> Dear {{1}}\n> {customer}\nThis is what went wrong.",
        ],
    )
    def test_not_one(self, text):
        """Names that nobody declared, lone braces, code, and what is quoted from an earlier message."""
        assert None is blank_left(text, NAMES)

    def test_without_names(self):
        """Numbers are blanks all the same."""
        assert (None, (0, "{{1}}")) == (blank_left("{customer}", frozenset()), blank_left("{{1}}", frozenset()))

    @given(st.text(alphabet="ab{}1 `>\n_[]", max_size=40))
    def test_it_is_where_it_says(self, text):
        """Whatever the text is, a blank is found in it as it stands there."""
        found = blank_left(text, frozenset({"ab"}))
        assert found is None or text[found[0] :].startswith(found[1])

    @pytest.mark.parametrize("piece", ["{", "`", "{ ", "{{1", ">", "```"])
    def test_long_texts(self, piece):
        """A long text of half blanks takes no longer than its length."""
        assert None is blank_left(piece * 20_000, NAMES)


class TestUnknown:
    """What of a wording of the policy is no blank that is filled."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Bye {customer}", []),
            ("Bye {custmer} and {customer}", ["{custmer}"]),
            ("Bye { customer }", ["{ customer }"]),
            ("Bye {customer", ["{customer"]),
            ("Bye {{1}}", ["{{1}}"]),
            ("Bye ｛customer｝", ["｛customer｝"]),
            ("Bye ____", ["____"]),
            ("Bye [ ]", ["[ ]"]),
            ("Bye {", ["{"]),
            ("Bye {{customer}}", ["{ }"]),
            ("Bye __{customer}_", []),
            ("Bye {cus{customer}tomer}", ["{cus ", "}"]),
            ("Bye }", ["}"]),
            ("{x} {x}", ["{x}"]),
        ],
    )
    def test_each(self, text, expected):
        """Once each, as it was written."""
        assert expected == [*unknown_blanks(text, ("customer",))]
