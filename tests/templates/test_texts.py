"""Reading a text with variables: what is one, what only looks like one, and filling it."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.templates import Template, TemplateError
from casecore.templates.texts import BLANKS, LISTED, parse_text

BRACES = st.text(alphabet="{}{}12 a_١\u200e[]｛｝", max_size=60)
NUMBERS = st.integers(1, 999).map(str)
NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,31}", fullmatch=True)


def codes(text, dialect=None):
    """(code, offset) of everything found in a text."""
    parsed = parse_text(text) if dialect is None else parse_text(text, dialect=dialect)
    return [(finding.code, finding.offset) for finding in parsed.findings]


class TestVariables:
    """What is a variable."""

    @pytest.mark.parametrize(
        ("text", "sites"),
        [
            ("", ()),
            ("No variables here.", ()),
            ("{{1}}", ("1",)),
            ("Olá {{1}}, a sua fatura {{2}} vence em {{3}}.", ("1", "2", "3")),
            ("{{1}}{{2}}", ("1", "2")),
            ("Again {{1}} and {{1}}.", ("1", "1")),
            ("{{2}} before {{1}}", ("2", "1")),
            ("{{999}}", ("999",)),
            ("{{first_name}} and {{_x9}}", ("first_name", "_x9")),
            (f"{{{{{'a' * 32}}}}}", ("a" * 32,)),
        ],
    )
    def test_is_read(self, text, sites):
        """Two braces, a number from 1 to 999 or a lower-case name, two braces."""
        parsed = parse_text(text)
        assert sites == parsed.sites
        assert () == parsed.findings

    def test_each_once_by_number(self):
        """Numbers are listed once, in ascending order and not in that of the alphabet."""
        assert ("1", "2", "10") == parse_text("{{10}} {{2}} {{1}} {{2}}").variables

    def test_each_once_by_name(self):
        """Names are listed once, in the order of the text."""
        assert ("city", "age") == parse_text("{{city}} {{age}} {{city}}").variables

    @pytest.mark.parametrize(
        ("text", "sites", "filled"),
        [
            ("Olá {{1}}, o técnico chega às {{2}}. Até já!", ("1", "2"), "Olá A, o técnico chega às B. Até já!"),
            ("مرحبا {{1}}، موعدك يوم {{2}} مؤكد.", ("1", "2"), "مرحبا A، موعدك يوم B مؤكد."),
            ("שלום {{1}}, ההזמנה {{2}} בדרך אליך.", ("1", "2"), "שלום A, ההזמנה B בדרך אליך."),
            ("नमस्ते {{1}}, आपका बिल {{2}} तैयार है।", ("1", "2"), "नमस्ते A, आपका बिल B तैयार है।"),
            ("您好{{1}}，您的订单{{2}}已发货。", ("1", "2"), "您好A，您的订单B已发货。"),
        ],
    )
    def test_in_every_language(self, text, sites, filled):
        """Texts are read in logical order, whichever way they are written; nothing is added to them."""
        parsed = parse_text(text)
        assert (sites, ()) == (parsed.sites, parsed.findings)
        assert filled == parsed.fill({"1": "A", "2": "B"})

    def test_offsets(self):
        """The places of variables are counted in code points."""
        text = "שלום {{1}} 😀 {{22}}"
        assert ["{{1}}", "{{22}}"] == [text[start:end] for _, start, end in parse_text(text).offsets()]


class TestLookalikes:
    """What is none, and what is said about it."""

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Hi {{ 1 }}!", [("parse.spaced", 3)]),
            ("{{01}}", [("parse.leading_zero", 0)]),
            ("{{0}}", [("parse.leading_zero", 0)]),
            ("{{1000}}", [("parse.number_too_large", 0)]),
            ("{{{1}}}", [("parse.triple_braces", 0)]),
            ("{{{{1}}}}", [("parse.triple_braces", 0)]),
            ("{1}", [("parse.single_braces", 0)]),
            ("[name] or [1]", [("parse.square_brackets", 0), ("parse.square_brackets", 10)]),
            ("[PROMO]", []),
            ("｛｛1｝｝", [("parse.wide_braces", 0), ("parse.wide_braces", 3)]),
            ("{{1}", [("parse.unbalanced", 0)]),
            ("{1}}", [("parse.unbalanced", 0)]),
            ("{{{1}}", [("parse.unbalanced", 0)]),
            ("{{1}}}", [("parse.unbalanced", 0)]),
            ("{}){2}", [("parse.empty", 0), ("parse.single_braces", 3)]),
            ("{}{{1 2{}}}", [("parse.empty", 0), ("parse.unclosed", 2), ("parse.unbalanced", 7)]),
            ("Hi {{١}}", [("parse.foreign_digits", 3)]),
            ("{{１}}", [("parse.foreign_digits", 0)]),
            ("{{²}}", [("parse.foreign_digits", 0)]),
            ("{{٠}}", [("parse.foreign_digits", 0)]),
            ("{{\u200e1}}", [("parse.hidden_character", 0)]),
            ("{{\u00a01}}", [("parse.hidden_character", 0)]),
            ("{{\n1}}", [("parse.hidden_character", 0)]),
            ("{{}}", [("parse.empty", 0)]),
            ("{{  }}", [("parse.empty", 0)]),
            ("{{First-Name}}", [("parse.bad_name", 0)]),
            ("{{price$}}", [("parse.bad_name", 0)]),
            ("{{1st}}", [("parse.bad_name", 0)]),
            (f"{{{{{'a' * 33}}}}}", [("parse.bad_name", 0)]),
            ("{{1}} and {{name}}", [("parse.mixed_styles", None)]),
            ("{{1", [("parse.unclosed", 0)]),
            ("1}}", [("parse.unopened", 1)]),
            ("{ {1} }", [("parse.unclosed", 0), ("parse.single_braces", 2), ("parse.unopened", 6)]),
            ("\ud83d", [("parse.half_character", 0)]),
        ],
    )
    def test_is_diagnosed(self, text, found):
        """Each has its own code and the offset of its first character."""
        assert found == codes(text)

    @pytest.mark.parametrize(
        ("text", "remedy"),
        [
            ("{{ 12 }}", "write {{12}}"),
            ("{{007}}", "write {{7}}"),
            ("{{0}}", "write {{1}}, {{2}} and so on"),
            ("{{{1}}}", "write {{1}}"),
            ("{name}", "write {{name}}"),
            ("{{1}", "write {{1}}"),
            ("{{٣}}", "write {{3}}"),
            ("{{\u200e1\u200e}}", "write {{1}}"),
            ("{{First Name}}", "write {{first_name}}"),
            ("{{!?}}", "rename it, e.g. {{first_name}}"),
            ("{{1000}}", "number them from {{1}} on"),
        ],
    )
    def test_has_a_remedy(self, text, remedy):
        """The likeliest meaning is proposed, never assumed."""
        parsed = parse_text(text)
        assert [remedy] == [finding.remedy for finding in parsed.findings]
        assert () == parsed.sites

    def test_names_the_hidden_character(self):
        """A character that nobody can see is called by its name."""
        (finding,) = parse_text("{{1\u202e}}").findings
        assert "U+202E RIGHT-TO-LEFT OVERRIDE" in finding.message

    def test_beside_a_variable(self):
        """What looks like a variable does not hide those that are some."""
        parsed = parse_text("{{1}} [name] {{2}}")
        assert ("1", "2") == parsed.sites
        assert [("parse.square_brackets", 6)] == codes("{{1}} [name] {{2}}")

    @pytest.mark.parametrize(("unit", "last"), [("{} ", "parse.more"), ("[1] ", "parse.more")])
    def test_are_listed_up_to_a_limit(self, unit, last):
        """A text of a thousand mistakes is one mistake: fifty are listed, and that there are more."""
        found = codes(unit * 1000)
        assert LISTED + 1 == len(found)
        assert (last, None) == found[-1]


class TestBlanks:
    """The blanks of quick replies: one brace on each side, and a name."""

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Hello {customer}", []),
            ("Hello {{customer}}", [("parse.double_braces", 6)]),
            ("Hello {{{customer}}}", [("parse.triple_braces", 6)]),
            ("Hello {1}", [("parse.bad_name", 6)]),
            ("Hello ____", [("parse.unnamed_blank", 6)]),
            ("Hello [  ] __", [("parse.unnamed_blank", 6)]),
            ("Hello { customer }", [("parse.spaced", 6)]),
        ],
    )
    def test_are_read(self, text, found):
        """What nobody could see to be filled is found."""
        assert found == codes(text, BLANKS)


class TestFilling:
    """Values between literals, in one pass."""

    @pytest.mark.parametrize("value", ["x{{2}}y", r"\1", r"\g<0>", "$&", "{0}", "%s", "O'Brien & <b>", "{{1}}"])
    def test_values_are_data(self, value):
        """A value is never read again, whatever it looks like."""
        assert f"a {value} b B c" == parse_text("a {{1}} b {{2}} c").fill({"1": value, "2": "B"})

    def test_one_value_at_many_places(self):
        """A number that is used twice is one value."""
        assert "A, B, A" == parse_text("{{1}}, {{2}}, {{1}}").fill({"1": "A", "2": "B"})

    def test_missing_stays_visible(self):
        """What has no value is shown as it is written."""
        assert "A and {{2}}" == parse_text("{{1}} and {{2}}").fill({"1": "A"})
        assert "{customer}" == parse_text("{customer}", dialect=BLANKS).fill({})

    def test_scope(self):
        """The header's first variable is not the body's."""
        parsed = parse_text("For {{1}}", "header", "header.")
        assert ("header.1",) == parsed.keys
        assert "For B" == parsed.fill({"1": "A", "header.1": "B"})


class TestLaws:
    """What holds of every text."""

    @given(st.text() | BRACES)
    def test_any_text_can_be_read_and_written(self, text):
        """Parse then render is the identity, and nothing is raised."""
        assert text == str(parse_text(text))
        assert text == str(parse_text(text, dialect=BLANKS))

    @given(st.text() | BRACES)
    def test_only_template_errors(self, text):
        """Whatever the text, reading, linting, filling and seeing it work, and sending says what is wrong."""
        template = Template.parse(text, name="any", language="en", status="APPROVED")
        template.lint()
        template.preview(["x"])
        refused = None
        try:
            template.payload("+351912345678", ["x"])
        except TemplateError as error:
            refused = error.findings
        assert refused == (template.fill(["x"]).errors or None)

    @given(st.lists(st.tuples(st.text(alphabet="ab {}١", max_size=8), NUMBERS | NAMES), max_size=12))
    def test_every_written_variable_is_found(self, parts):
        """Variables between texts without braces are found, all of them, in their order."""
        parts = [(literal.replace("{", "").replace("}", ""), name) for literal, name in parts]
        text = "".join(f"{literal}{{{{{name}}}}}" for literal, name in parts)
        parsed = parse_text(text)
        assert tuple(name for _, name in parts) == parsed.sites
        assert tuple(literal for literal, _ in parts) == parsed.literals[:-1]

    @given(
        st.lists(st.sampled_from(["{{1}}", "{{2}}", "{{3}}", "{{12}}", "{{a}}", "{", "x ", "[1]"]), max_size=9),
        st.data(),
    )
    def test_filling_is_injective_on_pieces(self, units, data):
        """Every piece of a filled text is the literal or the value that belongs there, unchanged."""
        parsed = parse_text("".join(units))
        given_values = data.draw(st.dictionaries(st.sampled_from(["1", "2", "3", "12", "a"]), st.text(max_size=9)))
        pieces = [(piece, key) for piece, key in parsed.parts(given_values)]
        assert parsed.literals == tuple(piece for piece, key in pieces if key is None)
        assert [given_values.get(name, f"{{{{{name}}}}}") for name in parsed.sites] == [
            piece for piece, key in pieces if key is not None
        ]
        assert "".join(piece for piece, _ in pieces) == parsed.fill(given_values)

    @given(BRACES)
    def test_offsets_point_at_what_is_found(self, text):
        """An offset is a place in the text."""
        assert all(0 <= at < len(text) for _, at in codes(text) if at is not None)

    @pytest.mark.parametrize(
        "unit", ["{", "}", "{}", "{{", "}{", "{{1}}", "{{ 1 }}", "{{1}", "[1]", "{ ", "\ud800", "١"]
    )
    def test_a_megabyte_of_it(self, unit):
        """A text of a million characters is read, linted and filled, with no more findings than are listed."""
        text = unit * (1_000_000 // len(unit))
        template = Template.parse(text)
        assert text == str(template.body.text)
        assert len(template.findings) <= LISTED + 4
        assert len(template.lint()) <= LISTED
        template.fill(["x"])

    def test_reading_looks_at_each_brace_once(self):
        """Twice the text is twice the runs of braces, never their square."""
        looked_at = []

        class Counted(str):
            __slots__ = ()

            def __getitem__(self, index):
                piece = super().__getitem__(index)
                looked_at.append(len(piece))
                return piece

        steps = []
        for size in (1_000, 2_000, 4_000):
            looked_at.clear()
            parse_text(Counted("{{1}} {x" * size))
            steps.append(sum(looked_at))
        assert steps[2] < 2.1 * steps[1] < 4.4 * steps[0]

    def test_can_be_pickled(self):
        """A text survives pickling, and so does the error that carries findings."""
        parsed = parse_text("Hi {{1}}, {{ 2 }}")
        assert parsed == pickle.loads(pickle.dumps(parsed))  # noqa: S301 -- our own bytes
        error = TemplateError(parsed.findings)
        assert str(error) == str(pickle.loads(pickle.dumps(error)))  # noqa: S301 -- our own bytes
