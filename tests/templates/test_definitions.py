"""Reading and writing definitions: the Graph API's JSON, every component, and what a template needs."""

import copy
import pickle

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.templates import Component, Kind, Template, TemplateError
from tests.profiles import examples

WELCOME = {
    "name": "boas_vindas",
    "language": "pt_PT",
    "category": "MARKETING",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Olá {{1}}", "example": {"header_text": ["Inês"]}},
        {
            "type": "BODY",
            "text": "A sua casa em {{1}} poupou {{2}} este mês. Obrigado por confiar em nós!",
            "example": {"body_text": [["Faro", "12,50 €"]]},
        },
        {"type": "FOOTER", "text": "Energia limpa, todos os dias"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Saber mais"},
                {
                    "type": "URL",
                    "text": "Ver",
                    "url": "https://sol.example/{{1}}",
                    "example": ["https://sol.example/a"],
                },
                {"type": "COPY_CODE", "example": "SOL25"},
                {"type": "PHONE_NUMBER", "text": "Ligar", "phone_number": "+351210000000"},
            ],
        },
    ],
}

CARDS = {
    "name": "roof_tour",
    "language": "en",
    "category": "MARKETING",
    "components": [
        {"type": "BODY", "text": "Two roofs near {{1}} that we have just finished:"},
        {
            "type": "CAROUSEL",
            "cards": [
                {
                    "components": [
                        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}},
                        {"type": "BODY", "text": f"The {{{{1}}}} roof of number {number} has room to grow."},
                        {
                            "type": "BUTTONS",
                            "buttons": [
                                {"type": "URL", "text": "See it", "url": "https://sol.example/{{1}}"},
                                {"type": "QUICK_REPLY", "text": "I like it"},
                            ],
                        },
                    ],
                    "future": number,
                }
                for number in (1, 2)
            ],
        },
    ],
}

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KINDS = """
HEADER body FOOTER BUTTONS CAROUSEL LIMITED_TIME_OFFER TEXT IMAGE URL OTP MPM FLOW LOCATION COPY_CODE QUICK_REPLY NEW
"""
WORDS = st.sampled_from(KINDS.split())
TEXTS = st.text(alphabet="{}12a x\n", max_size=20)
FIELDS = {"format": WORDS, "text": TEXTS, "url": TEXTS} | dict.fromkeys(
    ("example", "phone_number", "limited_time_offer", "code_expiration_minutes", "header_text"), JSON
)


def objects(**more):
    """Objects with a type and any of the fields that definitions have."""
    return st.fixed_dictionaries({"type": WORDS}, optional={**FIELDS, **more})


BUTTONS = st.lists(objects(), max_size=4)
PARTS = st.lists(objects(buttons=BUTTONS), max_size=3)
COMPONENTS = st.lists(objects(buttons=BUTTONS, cards=st.lists(objects(components=PARTS), max_size=3)), max_size=5)
DEFINITIONS = st.fixed_dictionaries(
    {"components": COMPONENTS},
    optional={"name": st.text(max_size=5), "language": st.sampled_from(["en", "pt_BR", "xx"]), "status": WORDS,
              "category": st.sampled_from(["AUTHENTICATION", "utility"]), "parameter_format": st.just("named"),
              "future": JSON},
)  # fmt: skip


def refusal(action):
    """The findings with which something is refused; None where it is not."""
    try:
        action()
    except TemplateError as error:
        return error.findings
    return None


class TestReading:
    """What the API returns, and what its create call takes."""

    def test_components(self):
        """Every component is there, in its place."""
        template = Template.from_meta(WELCOME)
        assert ("boas_vindas", "pt_PT") == template.identity
        assert ["HEADER", "BODY", "FOOTER", "BUTTONS"] == [component.kind for component in template.components]
        assert ("QUICK_REPLY", "URL", "COPY_CODE", "PHONE_NUMBER") == tuple(one.kind for one in template.buttons)
        assert "SOL25" == template.buttons[2].rest["example"]
        assert template.component("CAROUSEL") is None

    def test_either_case(self):
        """The API writes its words in either case; they are kept in capitals."""
        template = Template.from_meta(
            {"name": "a", "language": "en", "status": "approved", "category": "utility", "parameter_format": "NAMED",
             "components": [{"type": "header", "format": "image"}, {"type": "body", "text": "Hi {{name}}, hello"}]}
        )  # fmt: skip
        assert ("APPROVED", "UTILITY", "NAMED") == (template.status, template.category, template.parameter_format)
        assert "IMAGE" == template.components[0].format

    def test_examples_flat_nested_and_named(self):
        """Examples are read however they are written."""
        for example in ({"body_text": ["Ana", "7"]}, {"body_text": [["Ana", "7"]]}):
            body = {"type": "BODY", "text": "Hi {{1}}, your number is {{2}} now.", "example": example}
            assert ["Ana", "7"] == [need.example for need in Template.from_meta({"components": [body]}).needs]
        example = {"body_text_named_params": [{"param_name": "who", "example": "Ana"}, "odd", {"param_name": 3}]}
        body = {"type": "BODY", "text": "Hi {{who}}, hello.", "example": example}
        assert ["Ana"] == [need.example for need in Template.from_meta({"components": [body]}).needs]

    @pytest.mark.parametrize("example", [None, 3, {"body_text": 3}, {"body_text": []}, {"body_text": [[]]}])
    def test_no_examples(self, example):
        """A template may be returned without its examples."""
        body = {"type": "BODY", "text": "Hi {{1}}, hello.", "example": example}
        assert [""] == [need.example for need in Template.from_meta({"components": [body]}).needs]

    def test_findings_of_all_texts(self):
        """Broken placeholders are found in every text, and named by their component."""
        plain = copy.deepcopy(WELCOME)
        plain["components"][0]["text"] = "Olá {{ 1 }}"
        plain["components"][3]["buttons"][1]["url"] = "https://sol.example/{{1}"
        places = [(finding.where, finding.code) for finding in Template.from_meta(plain).findings]
        assert [("header", "parse.spaced"), ("button.1", "parse.unbalanced")] == places

    def test_numbers_and_names_in_two_components(self):
        """A template's variables are all numbers or all names; addresses have numbers all the same."""
        plain = {
            "components": [{"type": "HEADER", "format": "TEXT", "text": "{{1}}"}, {"type": "BODY", "text": "{{a}}"}]
        }
        assert ["parse.mixed_styles"] == [finding.code for finding in Template.from_meta(plain).findings]
        button = {"type": "URL", "text": "x", "url": "https://x.example/{{1}}"}
        plain = {"components": [{"type": "BODY", "text": "{{a}}"}, {"type": "BUTTONS", "buttons": [button]}]}
        assert () == Template.from_meta(plain).findings

    @pytest.mark.parametrize(
        ("plain", "paths"),
        [
            ([], [""]),
            (None, [""]),
            ({"name": 3, "components": {}}, ["name", "components"]),
            ({"components": ["x", {"type": "BODY", "text": 3}]}, ["components[0]", "components[0].text"]),
            ({"components": [{"text": "x"}]}, ["components[0].type"]),
            ({"components": [{"type": 1}]}, ["components[0].type", "components[0].type"]),
            (
                {"components": [{"type": "BUTTONS", "buttons": [{"type": "URL", "url": []}]}]},
                ["components[0].buttons[0].url"],
            ),
            (
                {"components": [{"type": "CAROUSEL", "cards": [{"components": 1}]}]},
                ["components[0].cards[0].components"],
            ),
        ],
    )
    def test_wrong_shape(self, plain, paths):
        """JSON of another shape is refused with every misfit and its path."""
        with pytest.raises(TemplateError) as caught:
            Template.from_meta(plain)
        assert paths == [finding.where for finding in caught.value.findings]
        assert {"parse.shape"} == {finding.code for finding in caught.value.findings}

    @pytest.mark.parametrize("text", [None, 3, b"Hello"])
    def test_no_text(self, text):
        """A body is text."""
        with pytest.raises(TemplateError, match="is not text"):
            Template.parse(text)

    def test_a_deep_carousel_is_kept_as_it_came(self):
        """Cards within cards are no carousel: they are kept and not followed, as deep as anybody writes."""
        deep = {"type": "CAROUSEL", "cards": []}
        for _ in range(20):
            deep = {"type": "CAROUSEL", "cards": [{"components": [deep]}]}
        template = Template.from_meta({"components": [deep]})
        assert deep == template.to_meta()["components"][0]


class TestWriting:
    """The create call."""

    @pytest.mark.parametrize("plain", [WELCOME, CARDS])
    def test_is_what_was_read(self, plain):
        """What a create call holds is written again as it was."""
        assert plain == Template.from_meta(plain).to_meta()

    def test_without_what_meta_sets(self):
        """Status, id and the like are read and not written; a field of the future is."""
        given_back = {**WELCOME, "id": "17", "status": "APPROVED", "quality_score": {"score": "GREEN"}, "future": [1]}
        assert {**WELCOME, "future": [1]} == Template.from_meta(given_back).to_meta()

    def test_of_a_text(self):
        """A body alone is a whole create call; names are declared."""
        template = Template.parse("Hi {{name}}, welcome to us.", name="hi", language="en", category="utility")
        expected = {
            "name": "hi",
            "language": "en",
            "category": "UTILITY",
            "parameter_format": "named",
            "components": [{"type": "BODY", "text": "Hi {{name}}, welcome to us."}],
        }
        assert expected == template.to_meta()

    @examples(50)
    @given(DEFINITIONS)
    def test_round_trip(self, plain):
        """Reading what was written gives the same template."""
        template = Template.from_meta(plain)
        again = Template.from_meta({**template.to_meta(), "status": template.status})
        assert attrs.evolve(template, rest={}) == attrs.evolve(again, rest={})
        assert template.to_meta() == again.to_meta()

    @examples(50)
    @given(JSON | DEFINITIONS, st.lists(SCALARS | JSON, max_size=9), JSON)
    def test_only_template_errors(self, plain, values, others):
        """Whatever the JSON and the values, nothing else is raised."""

        def everything():
            template = Template.from_meta(plain)
            template.lint()
            template.preview(others)
            needed = {need.key: value for need, value in zip(template.needs, values, strict=False)}
            template.preview(needed)
            template.payload("+351912345678", needed)

        assert refusal(everything) != ()


class TestNeeds:
    """What has to be given to send it."""

    def test_of_every_component(self):
        """Each has a key, a kind and, where the definition has one, an example."""
        assert [
            ("header.1", Kind.TEXT, True, "Inês"),
            ("1", Kind.TEXT, True, "Faro"),
            ("2", Kind.TEXT, True, "12,50 €"),
            ("button.0.payload", Kind.PAYLOAD, False, ""),
            ("button.1.1", Kind.URL, True, "https://sol.example/a"),
            ("button.2.code", Kind.COUPON, True, "SOL25"),
        ] == [(need.key, need.kind, need.required, need.example) for need in Template.from_meta(WELCOME).needs]

    def test_of_cards(self):
        """Each card has keys of its own."""
        keys = [need.key for need in Template.from_meta(CARDS).needs]
        card = ["header.image", "1", "button.0.1", "button.1.payload"]
        assert ["1", *(f"card.{number}.{key}" for number in (0, 1) for key in card)] == keys

    @pytest.mark.parametrize(
        ("component", "need"),
        [
            ({"type": "HEADER", "format": "VIDEO"}, ("header.video", Kind.VIDEO, True)),
            ({"type": "HEADER", "format": "LOCATION"}, ("header.location", Kind.LOCATION, True)),
            ({"type": "HEADER", "format": "PRODUCT"}, ("header.product", Kind.PRODUCT, True)),
            (
                {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"has_expiration": True}},
                ("offer.expires", Kind.EXPIRY, True),
            ),
            ({"type": "BUTTONS", "buttons": [{"type": "MPM"}]}, ("button.0.action", Kind.ACTION, True)),
            ({"type": "BUTTONS", "buttons": [{"type": "FLOW"}]}, ("button.0.action", Kind.ACTION, False)),
            ({"type": "BUTTONS", "buttons": [{"type": "TELEPORT"}]}, ("button.0.action", Kind.ACTION, False)),
        ],
    )
    def test_of_a_component(self, component, need):
        """Media, places, products, ends of offers, and the objects of buttons."""
        (found,) = Template.from_meta({"components": [component]}).needs
        assert need == (found.key, found.kind, found.required)

    @pytest.mark.parametrize(
        "component",
        [
            {"type": "BODY"},
            {"type": "FOOTER", "text": "{{1}}"},
            {"type": "LIMITED_TIME_OFFER"},
            {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"has_expiration": False}},
            {"type": "BUTTONS", "buttons": [{"type": "PHONE_NUMBER"}, {"type": "SPM"}, {"type": "URL", "url": "x"}]},
        ],
    )
    def test_of_nothing(self, component):
        """What is fixed needs nothing."""
        assert () == Template.from_meta({"components": [component]}).needs

    def test_of_a_one_time_password(self):
        """The body and the button of an authentication template take one code."""
        parts = [{"type": "BODY"}, {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]
        template = Template.from_meta({"category": "authentication", "components": parts})
        assert [("1", Kind.CODE)] == [(need.key, need.kind) for need in template.needs]


class TestValues:
    """A template is a value."""

    def test_compared_by_content(self):
        """Two readings of one definition are equal, and can be pickled and changed by copy."""
        template = Template.from_meta({**WELCOME, "status": "PENDING"})
        assert template == Template.from_meta(copy.deepcopy({**WELCOME, "status": "PENDING"}))
        assert template == pickle.loads(pickle.dumps(template))  # noqa: S301 -- our own bytes
        assert hash(template) == hash(Template.from_meta({**WELCOME, "status": "PENDING"}))
        approved = attrs.evolve(template, status="APPROVED")
        assert "ready.status" in {finding.code for finding in template.ready()}
        assert "ready.status" not in {finding.code for finding in approved.ready()}


class TestNothingIsShared:
    """A template is made of copies, and what is written of it is the caller's own."""

    def test_what_it_was_read_from(self):
        """Regression: the examples were the caller's lists."""
        plain = copy.deepcopy(CARDS)
        template, before = Template.from_meta(plain), Template.from_meta(CARDS).to_meta()
        for component in plain["components"]:
            component.clear()
        plain["components"].clear()
        assert before == template.to_meta()

    def test_what_stands_deep_in_it(self):
        """Also lists in lists, of which nothing is known here."""
        body = {"type": "BODY", "text": "Olá {{1}}!", "example": {"body_text": [["Rui"]]}, "new": {"a": [1]}}
        plain = {"name": "t", "components": [body], "later": {"b": [2]}}
        template, before = Template.from_meta(plain), copy.deepcopy(plain)
        body["example"]["body_text"][0][0] = body["new"]["a"][0] = plain["later"]["b"][0] = "other"
        for written in (template.to_meta(), template.to_meta()):
            assert before["components"] == written["components"]
            assert before["later"] == written["later"]
            written["components"][0]["example"]["body_text"][0].clear()
            written["later"]["b"].clear()

    def test_made_by_hand(self):
        """A component that somebody makes."""
        rest = {"example": {"body_text": [["Rui"]]}}
        component = Component("BODY", "body", rest=rest)
        rest["example"]["body_text"].clear()
        assert {"example": {"body_text": [["Rui"]]}} == component.rest


class TestNestedWithoutEnd:
    """Python objects as deep as nobody writes are told like JSON text that is too deep."""

    @pytest.mark.parametrize("levels", [150, 1_500, 100_000])
    @pytest.mark.parametrize(
        "place",
        [
            lambda deep: {"components": [deep]},
            lambda deep: {"components": [{"type": "BODY", "text": "x", "example": deep}]},
            lambda deep: {"components": [{"type": "BODY", "text": deep}]},
            lambda deep: {"components": [{"type": "BUTTONS", "buttons": [{"type": "URL", "x": deep}]}]},
            lambda deep: {"components": [{"type": "CAROUSEL", "cards": [{"components": [], "x": deep}]}]},
            lambda deep: {"name": deep},
            lambda deep: {"x": deep},
            lambda deep: [deep],
        ],
        ids=range(8),
    )
    def test_refused(self, place, levels):
        """Wherever it stands."""
        deep = {"type": "BODY"}
        for _ in range(levels):
            deep = {"type": "CAROUSEL", "cards": [{"components": [deep]}]}
        with pytest.raises(TemplateError, match=r"parse\.shape"):
            Template.from_meta(place(deep))

    def test_what_to_do(self):
        """The message says it."""
        deep = []
        for _ in range(1_500):
            deep = [deep]
        with pytest.raises(TemplateError, match="more than 100 levels deep; write them flatter -> give"):
            Template.from_meta({"x": deep})
        (missing, wrong) = Template.parse("a {{1}} b {{2}}").fill({"2": deep}).errors[-2:]
        assert ("ready.missing", "ready.not_text") == (missing.code, wrong.code)

    @pytest.mark.parametrize("field", ["name", "language", "category", "status"])
    @pytest.mark.parametrize("value", [None, 5, b"x", []], ids=range(4))
    def test_no_text(self, field, value):
        """What is known of a body besides is text."""
        with pytest.raises(TemplateError, match=f"is not text -> give the {field} as text"):
            Template.parse("Hello", **{field: value})

    def test_a_key_without_end(self):
        """A number of thousands of digits is no key."""
        findings = Template.parse("a {{1}} b").fill({10**5000: "x", 1: "y"}).errors
        assert ["ready.values"] == [finding.code for finding in findings if finding.code == "ready.values"]

    def test_many_misfits(self):
        """Of a hundred thousand components that are none, the first are told."""
        with pytest.raises(TemplateError) as caught:
            Template.from_meta({"components": [1] * 100_000})
        assert (51, "there are 99,950 more findings") == (len(caught.value.findings), caught.value.findings[-1].message)


class TestWork:
    """Twice as much takes twice the work, not four times."""

    def test_of_one_place(self):
        """Many bodies, which Meta refuses, are slots of their own for none of the others' values."""
        bodies = [{"type": "BODY", "text": "Olá {{1}}, bom dia."}] * 200
        template = Template.from_meta({"name": "t", "language": "pt_PT", "status": "APPROVED", "components": bodies})
        assert 200 == sum(len(slot.takes) for slot in template._slots)

    def test_messages(self):
        """Messages name the first of many variables."""

        def told(count):
            text = " e ".join(f"{{{{a{number}}}}}" for number in range(count))
            findings = Template.parse(text).fill({f"b{number}": "x" for number in range(count)}).findings
            return sum(len(finding.message) for finding in findings)

        assert told(800) < 2.2 * told(400)
        (finding,) = Template.parse("Olá").fill({"x": "y"}).errors[-1:]
        assert "the template takes: none" in finding.message
