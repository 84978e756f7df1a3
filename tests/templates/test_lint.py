"""Would Meta approve it: the limits to the character, several templates together, and what is let pass.

That each rule finds what it is there for, and nothing else, is tested with the examples of the table of codes.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.templates import Component, Template, lint_together
from casecore.templates.definitions import Definition
from casecore.templates.lint import LANGUAGES, lint_template
from casecore.templates.texts import META, TemplateText


def lint(*components, **fields):
    """The codes that a template of these components has; a text is a body."""
    parts = [{"type": "BODY", "text": part} if isinstance(part, str) else part for part in components]
    plain = {"name": "t", "language": "pt_PT", "category": "UTILITY", "status": "APPROVED", "components": parts}
    return [finding.code for finding in Template.from_meta({**plain, **fields}).lint()]


def header(text):
    """A header of text."""
    return {"type": "HEADER", "format": "TEXT", "text": text}


def buttons(*given_buttons):
    """A component of buttons, labelled unless they say otherwise."""
    return {"type": "BUTTONS", "buttons": [{"text": f"B{at}", **one} for at, one in enumerate(given_buttons)]}


QUICK = {"type": "QUICK_REPLY"}
LINK = {"type": "URL", "url": "https://sol.example"}
FOUR = [{**QUICK, "text": str(at)} for at in range(4)]


class TestSound:
    """What Meta approves has no findings."""

    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("pt_PT", "Olá {{1}}, o seu contador em {{2}} foi lido ontem. Obrigado!"),
            ("ar", "مرحبا {{1}}، موعد زيارتك يوم {{2}} تم تأكيده، شكرا لك."),
            ("he", "שלום {{1}}, הטכנאי שלנו יגיע אליך ביום {{2}} בשעה עשר."),
            ("hi", "नमस्ते {{1}}, आपका बिजली का बिल {{2}} रुपये तैयार है।"),
            ("zh_CN", "您好{{1}}，您的账单{{2}}已生成。"),
            ("th", "สวัสดี{{1}}ใบแจ้งหนี้{{2}}พร้อมแล้ว"),
            ("ja", "こんにちは{{1}}様、請求書{{2}}ができました。"),
        ],
    )
    def test_in_every_language(self, language, text):
        """Words are counted where spaces part them, and nowhere else."""
        assert [] == lint(text, language=language)

    def test_of_every_component(self):
        """A template with all there is."""
        image = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}}
        body = {"type": "BODY", "text": "Olá {{1}}, chegou a sua fatura.", "example": {"body_text": [["Rui"]]}}
        call = {"type": "PHONE_NUMBER", "phone_number": "+351 210 000 000"}
        code = {"type": "COPY_CODE", "example": ["X" * 15], "text": None}
        assert [] == lint(image, body, {"type": "FOOTER", "text": "Sol, sempre"}, buttons(LINK, call, code), status="")

    def test_of_authentication_as_meta_returns_it(self):
        """The text, the example and the link are Meta's own."""
        code = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp"
        said = "*{{1}}* is your verification code. For your security, do not share this code."
        returned = (
            {"type": "BODY", "text": said, "add_security_recommendation": True, "example": {"body_text": [["12345"]]}},
            {"type": "FOOTER", "text": "This code expires in 10 minutes.", "code_expiration_minutes": 10},
            buttons({"type": "URL", "text": "Copy code", "url": f"{code}{{{{1}}}}", "example": [f"{code}12345"]}),
        )
        assert [] == lint(*returned, category="AUTHENTICATION")
        assert [] == lint(*returned, category="authentication", status="")
        assert [] == lint(*returned[:2], category="AUTHENTICATION")
        assert [] == lint(said, category="AUTHENTICATION")
        own = lint({**returned[0], "example": None}, category="AUTHENTICATION", status="")
        assert ["lint.authentication_text", "lint.example_missing"] == own

    def test_of_authentication(self):
        """The edges and the words are Meta's own; the code is the whole text."""
        otp = {"type": "OTP", "otp_type": "COPY_CODE"}
        footer = {"type": "FOOTER", "code_expiration_minutes": 90}
        assert [] == lint({"type": "BODY"}, footer, buttons(otp), category="AUTHENTICATION")
        assert ["lint.authentication_text"] == lint("*{{1}}* é o código", category="AUTHENTICATION")

    @pytest.mark.parametrize("language", sorted(LANGUAGES))
    def test_languages(self, language):
        """Every language of Meta's list, as Meta writes it."""
        assert [] == lint("Obrigado.", language=language)

    def test_text_alone(self):
        """Of a body alone only the body is looked at."""
        assert () == Template.parse("Olá {{1}}, chegou a sua fatura.").lint()


class TestLimits:
    """To the character."""

    @pytest.mark.parametrize(
        ("at_most", "component"),
        [
            (1024, lambda text: text),
            (60, header),
            (60, lambda text: {"type": "FOOTER", "text": text}),
            (25, lambda text: buttons({**QUICK, "text": text})),
        ],
        ids=["body", "header", "footer", "label"],
    )
    def test_of_texts(self, at_most, component):
        """At the limit nothing; above it an error by code points, a warning by UTF-16 units."""
        body = [] if isinstance(component("x"), str) else ["Obrigado."]
        assert [] == lint(*body, component("x" * at_most))
        assert ["lint.too_long"] == lint(*body, component("x" * (at_most + 1)))
        assert ["lint.too_long_utf16"] == lint(*body, component("x" * (at_most - 1) + "\U00020000"))

    def test_of_addresses_and_codes(self):
        """An address has 2000 characters, a call number 20, a code 15, a name 512."""
        assert [] == lint("Obrigado.", buttons({**LINK, "url": "https://a.example/" + "x" * 1982}))
        assert ["lint.too_long"] == lint("Obrigado.", buttons({**LINK, "url": "https://a.example/" + "x" * 1983}))
        assert ["lint.too_long"] == lint("Obrigado.", buttons({"type": "COPY_CODE", "example": "X" * 16}))
        assert [] == lint("Obrigado.", buttons({"type": "COPY_CODE", "example": []}))
        assert ["lint.phone"] == lint("Obrigado.", buttons({"type": "PHONE_NUMBER", "phone_number": "1" * 21}))
        assert ["lint.phone"] == lint("Obrigado.", buttons({"type": "PHONE_NUMBER"}))
        assert [] == lint("Obrigado.", name="x" * 512)
        assert ["lint.name"] == lint("Obrigado.", name="x" * 513)

    def test_of_cards_and_offers(self):
        """The body of a card has 160 characters, of an offer 600; its title has 16."""
        cards = [{"components": [{"type": "BODY", "text": "x" * size}]} for size in (160, 161)]
        assert ["lint.too_long"] == lint("Obrigado.", {"type": "CAROUSEL", "cards": cards})
        offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x" * 16}}
        assert [] == lint(offer, "x" * 600, category="MARKETING")
        assert ["lint.too_long"] == lint(offer, "x" * 601, category="MARKETING")
        long = {**offer, "limited_time_offer": {"text": "x" * 17}}
        assert ["lint.too_long"] == lint(long, "Obrigado.", category="MARKETING")

    def test_of_buttons(self):
        """Ten in all; four are not shown on desktops."""
        ten = [{**QUICK, "text": str(at)} for at in range(10)]
        assert ["lint.not_on_desktop"] == lint("Obrigado.", buttons(*ten))
        found = lint("Obrigado.", buttons(*ten, {**QUICK, "text": "x"}))
        assert ["lint.too_many_buttons", "lint.too_many_buttons", "lint.not_on_desktop"] == found
        assert [] == lint("Obrigado.", buttons(*FOUR[:3]))
        assert ["lint.not_on_desktop"] == lint("Obrigado.", buttons(*FOUR))

    @pytest.mark.parametrize(("minutes", "found"), [(1, []), (90, []), (91, 1), (True, 1), ("5", 1)])
    def test_of_minutes(self, minutes, found):
        """A code expires after 1 to 90 minutes."""
        footer = {"type": "FOOTER", "code_expiration_minutes": minutes}
        expected = ["lint.expiry_minutes"] if found else []
        assert expected == lint({"type": "BODY"}, footer, category="AUTHENTICATION")

    def test_of_cards(self):
        """A carousel has two to ten cards."""
        card = {"components": [{"type": "HEADER", "format": "IMAGE"}]}
        for size, found in ((1, ["lint.carousel_size"]), (2, []), (10, []), (11, ["lint.carousel_size"])):
            assert found == lint("Obrigado.", {"type": "CAROUSEL", "cards": [card] * size})


class TestVariables:
    """Where variables may stand."""

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("{{1}}, a sua fatura chegou hoje.", ["lint.edge"]),
            ("A sua fatura chegou hoje, {{1}}", ["lint.edge"]),
            ("A sua fatura chegou hoje, {{1}} \n", ["lint.edge"]),
            ("A sua fatura chegou hoje, *{{1}}*", ["lint.edge_punctuation"]),
            ("*{{1}}*, a sua fatura chegou hoje.", ["lint.edge_punctuation"]),
            ("A sua fatura chegou hoje, {{1}} \U0001f600", []),
            ("A {{1}}{{2}} e a {{3}}{{4}} chegaram hoje com os nossos agradecimentos e tudo.", ["lint.adjacent"] * 2),
            ("A fatura {{1}}\n{{2}} chegou hoje mesmo, obrigado.", ["lint.adjacent_spaced"]),
            ("A fatura {{1}}, {{2}} chegou hoje mesmo, obrigado.", []),
            ("A {{1}} chegou.", ["lint.ratio"]),
            ("A {{1}} já chegou.", []),
            ("A {{1}} chegou e {{1}} já é sua.", []),
            ("A fatura {{2}} de {{3}} chegou hoje mesmo.", ["lint.gap"]),
            ("A fatura {{2}} de {{1}} chegou hoje mesmo.", ["lint.out_of_order"]),
            ("A fatura {{1}} de {{2}} e {{1}} chegou hoje mesmo.", []),
        ],
    )
    def test_numbered(self, text, found):
        """Edges, neighbours, words, gaps and order."""
        assert found == lint(text)

    def test_named(self):
        """Each name once, and declared."""
        text = "A fatura {{mes}} de {{ano}} chegou, {{mes}} mesmo, obrigado."
        assert ["lint.reused_name"] == lint(text, parameter_format="named")
        assert ["lint.format_undeclared", "lint.reused_name"] == lint(text)

    def test_in_header(self):
        """What is said of a header looks past its variable, to the right place."""
        one = Template.from_meta(
            {"name": "t", "language": "en", "components": [header("{{1}} is * here"), {"type": "BODY", "text": "Hi."}]}
        )
        assert [("lint.formatting", 9)] == [
            (finding.code, finding.offset) for finding in one.lint() if finding.where == "header" and finding.offset
        ]
        assert [] == lint(header("{{a_b}} chegou"), "Obrigado.", parameter_format="named")
        assert ["lint.formatting"] == lint(header("{{a_b}} chegou_"), "Obrigado.", parameter_format="named")

    def test_examples(self):
        """A template to be created has one example for each variable; one that exists need not."""
        body = {"type": "BODY", "text": "A {{1}} de {{2}} já chegou a sua casa."}
        assert [] == lint(body)
        assert ["lint.example_missing"] == lint(body, status="")
        one = {**body, "example": {"body_text": [["a"]]}}
        assert ["lint.example_count"] == lint(one, status="")
        assert [] == lint({**body, "example": {"body_text": [["a", "b"]]}}, status="")
        assert ["lint.example_count"] == lint({**body, "example": {"body_text": [["a", " "]]}}, status="")
        assert ["lint.example_missing"] == lint({**body, "example": {"body_text": [["", "\u200b"]]}}, status="")
        named = {"type": "BODY", "text": "A {{a}} já chegou a sua casa."}
        odd = {"body_text_named_params": [{"param_name": "b", "example": "x"}]}
        assert ["lint.example_count"] == lint({**named, "example": odd}, status="", parameter_format="named")
        assert ["lint.example_missing"] == lint({"type": "HEADER", "format": "IMAGE"}, "Obrigado.", status="")


OFFER = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Só hoje", "has_expiration": True}}
IMAGE = {"type": "HEADER", "format": "IMAGE"}
CODE = {"type": "COPY_CODE", "example": "SOL25"}


class TestOffers:
    """A limited-time offer, as Meta wants it and as people write it."""

    def test_sound(self):
        """An image, the offer, a body, the code and then the link."""
        assert [] == lint(IMAGE, OFFER, "Obrigado.", buttons(CODE, LINK), category="MARKETING")
        assert [] == lint(OFFER, "Obrigado.", buttons(LINK), category="marketing")

    @pytest.mark.parametrize(
        ("parts", "category", "found"),
        [
            ((OFFER,), "UTILITY", ["lint.offer_category"]),
            ((OFFER, {"type": "FOOTER", "text": "Sol"}), "MARKETING", ["lint.offer_footer"]),
            ((OFFER, buttons(LINK, CODE)), "MARKETING", ["lint.offer_buttons"]),
            ((OFFER, header("Hoje")), "MARKETING", ["lint.offer_header"]),
            (({**OFFER, "limited_time_offer": {"text": "\u200b"}},), "MARKETING", ["lint.offer_text"]),
            (({**OFFER, "limited_time_offer": 3},), "MARKETING", ["lint.offer_text"]),
        ],
    )
    def test_broken(self, parts, category, found):
        """Each rule by itself."""
        assert found == lint("Obrigado.", *parts, category=category)


class TestParts:
    """What a component must have."""

    @pytest.mark.parametrize(
        ("part", "category", "found"),
        [
            ({"type": "HEADER"}, "UTILITY", ["lint.header_format"]),
            ({"type": "HEADER", "format": ""}, "UTILITY", ["lint.header_format"]),
            ({"type": "HEADER", "format": "TEXT"}, "UTILITY", ["lint.empty_text"]),
            ({"type": "FOOTER"}, "UTILITY", ["lint.empty_text"]),
            ({"type": "FOOTER", "text": "\u3164"}, "UTILITY", ["lint.empty_text"]),
            ({"type": "HEADER", "format": "GIF"}, "UTILITY", ["lint.header_category"]),
            ({"type": "HEADER", "format": "GIF"}, "MARKETING", []),
            ({"type": "HEADER", "format": "LOCATION"}, "NEWS", ["lint.category_unknown", "lint.header_category"]),
            (buttons({"type": "OTP"}), "", ["lint.otp_type"]),
            (buttons({"type": "OTP", "otp_type": "one_tap"}), "", []),
            (buttons({"type": "FLOW"}), "UTILITY", ["lint.flow_missing"]),
            (buttons({"type": "FLOW", "flow_name": "rate"}), "UTILITY", []),
        ],
    )
    def test_of_each(self, part, category, found):
        """A format, a text, a category that fits, a type, a flow."""
        assert found == lint("Obrigado.", part, category=category)

    def test_of_a_body(self):
        """A body has a text, but in authentication; where the category is not known, nothing is said."""
        assert ["lint.empty_text"] == lint({"type": "BODY"})
        assert [] == lint({"type": "BODY"}, category="")

    @pytest.mark.parametrize("kind", ["COPY_CODE", "QUICK_REPLY", "URL", "PHONE_NUMBER"])
    def test_button_of_an_authentication(self, kind):
        """A template that is yet to be created has the one button for its code."""
        button = {"type": kind, "url": "https://sol.example", "phone_number": "+351 210 000 000", "example": "X"}
        assert "lint.button_category" in lint({"type": "BODY"}, buttons(button), category="AUTHENTICATION", status="")

    @pytest.mark.parametrize(
        ("button", "found"),
        [
            ({**LINK, "url": "https://sol.example/{{1}}"}, ["lint.example_missing"]),
            ({**LINK, "url": "https://sol.example/{{1}}", "example": []}, ["lint.example_missing"]),
            ({**LINK, "url": "https://sol.example/{{1}}", "example": [" "]}, ["lint.example_missing"]),
            ({**LINK, "url": "https://sol.example/{{1}}", "example": ["https://sol.example/7"]}, []),
            ({**LINK, "url": "https://sol.example/{{1}}", "example": ["a", "b"]}, ["lint.example_count"]),
            (LINK, []),
            ({"type": "COPY_CODE"}, ["lint.example_missing"]),
            ({"type": "COPY_CODE", "example": "SOL25"}, []),
            ({"type": "COPY_CODE", "example": ["SOL25"]}, []),
        ],
    )
    def test_example_of_a_button(self, button, found):
        """An address with a variable and a coupon, in a template that is yet to be created; in cards, too."""
        assert found == lint("Obrigado.", buttons(button), status="")
        cards = {"type": "CAROUSEL", "cards": [{"components": [buttons(button)]}] * 2}
        assert set(found) == set(lint("Obrigado.", cards, status=""))
        assert [] == lint("Obrigado.", buttons(button))

    @pytest.mark.parametrize(
        ("text", "found"),
        [("✓ done", []), ("© Sol™", []), ("☀", []), ("⏰ now", 1), ("☀\ufe0f", 1), ("1\u20e3", 1), ("🇵🇹", 1)],
    )
    def test_emoji(self, text, found):
        """What is shown as a picture is one; a sign of text is none."""
        assert (["lint.emoji"] if found else []) == lint("Obrigado.", {"type": "FOOTER", "text": text})

    def test_flags_and_families_are_counted_whole(self):
        """Ten are ten, of however many code points."""
        for one in ("🇵🇹", "👨‍👩‍👧‍👦", "1\ufe0f\u20e3", "✅"):
            assert [] == lint("Obrigado." + one * 10)
            assert ["lint.many_emoji"] == lint("Obrigado." + one * 11)
        assert [] == lint("Obrigado." + "✓" * 11)

    def test_place_of_empty_lines(self):
        """A line may end in two characters; the place is that of the file."""
        (finding,) = Template.parse("Um\r\nDois\r\n\r\n\r\n\r\nTrês").lint()
        assert ("lint.newline_run", 8) == (finding.code, finding.offset)

    def test_an_edge_that_nobody_sees(self):
        """A character without width is nothing between a variable and the edge, or another variable."""
        text = (
            "{{1}}\u200b{{2}} chegaram a sua casa hoje mesmo, com os nossos melhores agradecimentos \u200b{{3}}\u200b"
        )
        assert ["lint.edge", "lint.edge", "lint.adjacent_spaced"] == lint("\u2060" + text)


class TestWords:
    """Names, languages, categories."""

    @pytest.mark.parametrize(
        ("language", "code", "remedy"),
        [
            ("pt-PT", "lint.language_form", "write pt_PT"),
            ("EN", "lint.language_form", "write en"),
            ("gu_IN", "lint.language_unknown", "Meta has gu"),
            ("pt", "lint.language_unknown", "Meta has pt_BR, pt_PT"),
            ("ptt", "lint.language_unknown", "check the list"),
            ("x" * 5000, "lint.language_unknown", "check"),
        ],
    )
    def test_language(self, language, code, remedy):
        """A language in another form is told how Meta writes it."""
        plain = {"name": "t", "language": language, "components": [{"type": "BODY", "text": "Hi."}]}
        (finding,) = Template.from_meta(plain).lint()
        assert code == finding.code
        assert remedy in finding.remedy

    def test_name(self):
        """A name is proposed where one can be made; a leading digit is legal."""
        assert [] == lint("Obrigado.", name="2_faturas")
        plain = {"name": "Fatura de Março", "language": "pt_PT", "components": [{"type": "BODY", "text": "Oi."}]}
        assert "write fatura_de_mar_o" == Template.from_meta(plain).lint()[0].remedy
        assert "rename it" == Template.from_meta({**plain, "name": "!"}).lint()[0].remedy

    def test_unknown_kinds(self):
        """What Meta adds tomorrow is noted."""
        assert ["lint.unknown"] == lint("Obrigado.", {"type": "HEADER", "format": "HOLOGRAM"})
        assert ["lint.header_format"] == lint("Obrigado.", {"type": "HEADER"})
        assert ["lint.unknown"] == lint("Obrigado.", buttons({"type": "TELEPORT"}))


class TestButtons:
    """What buttons must have."""

    @pytest.mark.parametrize(
        ("button", "found"),
        [
            ({**QUICK, "text": ""}, ["lint.label_missing"]),
            ({**QUICK, "text": None}, ["lint.label_missing"]),
            ({"type": "COPY_CODE", "text": None}, []),
            ({"type": "COPY_CODE", "text": ""}, ["lint.label_missing"]),
            ({**LINK, "url": None}, ["lint.url_missing"]),
            ({**LINK, "url": "HTTPS://SOL.EXAMPLE"}, []),
            ({**LINK, "url": "https://www.bit.ly/x"}, ["lint.url_refused"]),
            ({**LINK, "url": "https://[::1"}, ["lint.url_missing"]),
            ({**LINK, "url": "https:///x"}, ["lint.url_missing"]),
            ({**LINK, "url": "https://{{1}}"}, ["lint.url_missing"]),
            ({**LINK, "url": "https://sol.example/a b"}, ["lint.url_missing"]),
            ({**LINK, "url": "https://wa.me./351"}, ["lint.url_refused"]),
            ({"type": "PHONE_NUMBER", "phone_number": "+351 (21) 000-000"}, []),
            ({"type": "PHONE_NUMBER", "phone_number": "0351210000"}, ["lint.phone"]),
        ],
    )
    def test_each(self, button, found):
        """Labels, addresses and numbers."""
        assert found == lint("Obrigado.", buttons(button))

    @pytest.mark.parametrize(
        ("kinds", "found"),
        [
            ("QL", ["lint.not_on_desktop"]),
            ("LQ", ["lint.not_on_desktop"]),
            ("QLQ", ["lint.buttons_split", "lint.not_on_desktop"]),
            ("LQL", ["lint.buttons_split", "lint.not_on_desktop"]),
        ],
    )
    def test_order(self, kinds, found):
        """Quick replies stand together, at one end."""
        assert found == lint("Obrigado.", buttons(*({"Q": QUICK, "L": LINK}[kind] for kind in kinds)))


class TestTogether:
    """What templates of one account may not share."""

    def test_identity_and_text(self):
        """Name and language together are used once; body and footer too."""

        def one(name, language, text, *parts, category="UTILITY"):
            body = {"type": "BODY", "text": text}
            return Template.from_meta(
                {"name": name, "language": language, "category": category, "components": [body, *parts]}
            )

        footer = {"type": "FOOTER", "text": "Sol"}
        listed = [
            one("a", "en", "Hi."),
            one("a", "pt_PT", "Olá."),
            one("a", "en", "Hello."),
            one("b", "en", "Hi."),
            one("c", "en", "Hi.", footer),
            one("d", "pt_PT", "Hi."),
            one("e", "en", "Code {{1}}", category="AUTHENTICATION"),
            one("f", "en", "Code {{1}}", category="AUTHENTICATION"),
            Template.from_meta({"name": "", "components": []}),
            Template.from_meta({"name": "g", "components": [{"type": "BODY"}]}),
        ]
        assert [(2, "lint.same_identity"), (3, "lint.same_text")] == [
            (index, finding.code) for index, finding in lint_together(listed)
        ]


@given(st.text(alphabet="{}12 a\n*é😀", max_size=40))
def test_places_are_in_the_text(text):
    """Whatever the text, every offset is a place in it."""
    components = [header(text), {"type": "BODY", "text": text}, {"type": "FOOTER", "text": text}]
    findings = Template.from_meta({"name": "t", "language": "en", "components": components}).lint()
    assert all(0 <= finding.offset < len(text) for finding in findings if finding.offset is not None)


class TestWork:
    """Lint looks at each variable a few times, however many there are."""

    def test_of_many_names(self):
        """Regression: forty thousand names were compared with each other, which took half a minute."""
        looked = []

        class Name(str):
            __slots__ = ()

            def __eq__(self, other):
                looked.append(self)
                return str(self) == str(other)

            def __hash__(self):
                looked.append(self)
                return hash(str(self))

        def work(count):
            names = tuple(Name(f"n{number % (count // 2)}") for number in range(count))
            text = TemplateText("x" * count, "body", "", ("x ",) * (count + 1), names, (), META)
            body = Component("BODY", "body", text)
            looked.clear()
            found = lint_template(Definition("t", "pt_PT", "UTILITY", "APPROVED", "NAMED", (body,)))
            assert count // 2 == sum(finding.code == "lint.reused_name" for finding in found)
            return len(looked)

        assert work(4_000) < 2.2 * work(2_000)

    def test_how_often(self):
        """A name that is used again is told once, with how often."""
        text = "A {{um}} e a {{dois}} e a {{um}} e a {{um}} chegaram hoje, com os nossos melhores agradecimentos."
        parts = {
            "name": "t",
            "language": "pt_PT",
            "category": "UTILITY",
            "status": "APPROVED",
            "parameter_format": "NAMED",
        }
        (finding,) = Template.from_meta({**parts, "components": [{"type": "BODY", "text": text}]}).lint()
        assert ("lint.reused_name", "um is used 3 times", "um") == (finding.code, finding.message, finding.variable)
