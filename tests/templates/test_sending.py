"""Filling, seeing and sending a template: values, previews, calls, and who may be written to."""

import copy
import json
import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.templates import Consent, Recipient, Template, TemplateError
from casecore.templates.filling import BODY_ALONE_LIMIT, BODY_LIMIT
from casecore.templates.values import all_clean

TO = "+351912345678"
IMAGE = {"type": "image", "image": {"link": "https://sol.example/a.png"}}
PLACE = {"type": "location", "location": {"latitude": "38.7", "longitude": "-9.1", "name": "Loja", "address": "Rua A"}}


def template(*components, **fields):
    """An approved template of these components; a text is a body."""
    parts = [{"type": "BODY", "text": part} if isinstance(part, str) else part for part in components]
    plain = {"name": "t", "language": "pt_PT", "category": "UTILITY", "status": "APPROVED", "components": parts}
    return Template.from_meta({**plain, **fields})


def buttons(*given_buttons):
    """A component of buttons."""
    return {"type": "BUTTONS", "buttons": [{"text": f"B{at}", **one} for at, one in enumerate(given_buttons)]}


def codes(findings):
    """(code, variable) of findings."""
    return [(finding.code, finding.variable) for finding in findings]


def sent(one, values):
    """The components of the call."""
    return one.payload(TO, values)["template"].get("components")


GREETING = template("Olá {{1}}, a visita é no dia {{2}} às {{3}}, até breve.")
VISIT = {"1": "Inês", "2": "12/3", "3": "9h"}


class TestValues:
    """What may be put into a text."""

    def test_by_key_number_or_list(self):
        """However they are given, the same message comes out."""
        expected = "Olá Inês, a visita é no dia 12/3 às 9h, até breve."
        for values in (VISIT, {1: "Inês", 2: "12/3", 3: "9h"}, ["Inês", "12/3", "9h"], ("Inês", "12/3", "9h")):
            filled = GREETING.fill(values)
            assert (expected, ()) == (filled.text, filled.findings)

    def test_are_not_changed_later(self):
        """A message keeps the values it was made of."""
        values = dict(VISIT)
        filled = GREETING.fill(values)
        values["1"] = "Rui"
        assert "Inês" == filled.values["1"]

    @pytest.mark.parametrize(
        ("values", "found"),
        [
            ({}, [("ready.missing", "1"), ("ready.missing", "2"), ("ready.missing", "3")]),
            ([], [("ready.missing", "1"), ("ready.missing", "2"), ("ready.missing", "3")]),
            (["a", "b"], [("ready.missing", "3")]),
            (["a", "b", "c", "d"], [("ready.extra", "4")]),
            ({**VISIT, "header.1": "x"}, [("ready.extra", "header.1")]),
            ({**VISIT, 4.5: "x"}, [("ready.values", "")]),
            ({**VISIT, True: "x"}, [("ready.values", "")]),
            ({**VISIT, 1: "x"}, [("ready.values", "")]),
            ("abc", [("ready.values", ""), ("ready.missing", "1"), ("ready.missing", "2"), ("ready.missing", "3")]),
            ({**VISIT, "2": ""}, [("ready.blank", "2")]),
            ({**VISIT, "2": " \t\n"}, [("ready.blank", "2")]),
            ({**VISIT, "2": "\u200b"}, [("ready.blank", "2")]),
            ({**VISIT, "2": "\u3164"}, [("ready.blank", "2")]),
            ({**VISIT, "2": None}, [("ready.not_text", "2")]),
            ({**VISIT, "2": 12}, [("ready.not_text", "2")]),
            ({**VISIT, "2": True}, [("ready.not_text", "2")]),
            ({**VISIT, "2": "a\nb"}, [("ready.newline", "2")]),
            ({**VISIT, "2": "a\rb"}, [("ready.newline", "2")]),
            ({**VISIT, "2": "a\u2028b"}, [("ready.newline", "2")]),
            ({**VISIT, "2": "a\tb"}, [("ready.tab", "2")]),
            ({**VISIT, "2": "a    b"}, []),
            ({**VISIT, "2": "a     b"}, [("ready.spaces", "2")]),
            ({**VISIT, "2": "{{1}}"}, [("ready.braces", "2")]),
            ({**VISIT, "2": "{1}"}, []),
            ({**VISIT, "2": "O'Brien & <b> *x*"}, []),
            ({**VISIT, "2": "a\ud800"}, [("ready.half_character", "2")]),
            ({**VISIT, "2": "\U0001f468\u200d\U0001f469"}, []),
            ({**VISIT, "1": "", "2": "a\n\tb"}, [("ready.blank", "1"), ("ready.newline", "2"), ("ready.tab", "2")]),
            ({**VISIT, "2": {"type": "text", "text": "dia 12"}}, []),
            ({**VISIT, "2": {"type": "text", "text": ""}}, [("ready.blank", "2")]),
            ({**VISIT, "2": {"type": "text", "text": True}}, [("ready.blank", "2")]),
            ({**VISIT, "2": {"type": "currency", "currency": {"fallback_value": "12 €"}}}, []),
            ({**VISIT, "2": {"type": "currency", "currency": "12 €"}}, [("ready.blank", "2")]),
            ({**VISIT, "2": {"type": "date_time", "date_time": {"fallback_value": "a\nb"}}}, [("ready.newline", "2")]),
            ({**VISIT, "2": {"type": "image", "image": {}}}, [("ready.object", "2")]),
            ({**VISIT, "2": {"text": "x"}}, [("ready.object", "2")]),
            ({**VISIT, "2": {"type": ["x"]}}, [("ready.object", "2")]),
        ],
    )
    def test_are_checked(self, values, found):
        """Everything wrong is found, and names its variable."""
        assert found == codes(GREETING.fill(values).findings)

    def test_named(self):
        """Names are given by name; a list has none."""
        one = template("Olá {{nome}}, a visita é {{dia}} e dura uma hora.", parameter_format="named")
        assert () == one.fill({"dia": "hoje", "nome": "Rui"}).findings
        assert ("ready.values", "") == codes(one.fill(["Rui", "hoje"]).findings)[0]

    def test_fallback_is_what_is_read(self):
        """Of a currency the customer reads the fallback."""
        price = {"type": "currency", "currency": {"fallback_value": "12,50 €", "code": "EUR", "amount_1000": 12500}}
        assert "12,50 €" in GREETING.fill({**VISIT, "3": price}).text

    @pytest.mark.parametrize(
        ("component", "key", "good", "bad"),
        [
            ({"type": "HEADER", "format": "IMAGE"}, "header.image", ["https://a.example/b.png", "1234", IMAGE],
             ["logo.png", "", {"type": "image"}, {"type": "image", "image": {}}, {**IMAGE, "type": "video"}]),
            ({"type": "HEADER", "format": "LOCATION"}, "header.location", [PLACE],
             ["Lisboa", {"type": "location"}, {"type": "location", "location": {}}]),
            ({"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x", "has_expiration": True}},
             "offer.expires", ["1798761600000", {"type": "limited_time_offer",
                                                 "limited_time_offer": {"expiration_time_ms": 1798761600000}}],
             ["1798761600", "soon", {"type": "limited_time_offer", "limited_time_offer": {}}]),
            (buttons({"type": "URL", "url": "https://a.example/{{1}}"}), "button.0.1",
             ["a/b?c=%C3%A7#d", {"type": "text", "text": "a"}], ["a b", "ç", "a\nb", "\ud800", "", 'a"b']),
            (buttons({"type": "COPY_CODE"}), "button.0.code", ["X" * 15, {"type": "coupon_code", "coupon_code": "X"}],
             ["X" * 16, "X\nY", " "]),
            (buttons({"type": "QUICK_REPLY"}), "button.0.payload", ["yes\n1", {"type": "payload", "payload": "y"}],
             ["", {"type": "text", "text": "y"}]),
            (buttons({"type": "MPM"}), "button.0.action", [{"type": "action", "action": {"sections": []}}],
             ["x", {"type": "action"}, {"type": "action", "action": "x"}]),
            (buttons({"type": "NEW"}), "button.0.action", [{"type": "beam", "beam": 7}], ["x", {"beam": 7}]),
        ],
    )  # fmt: skip
    def test_of_other_components(self, component, key, good, bad):
        """Media, places, addresses, codes, payloads and objects each have their own rules."""
        one = template("Obrigado.", component)
        for value in good:
            assert () == one.ready({key: value}), value
            assert sent(one, {key: value})
        for value in bad:
            assert {key} == {finding.variable for finding in one.fill({key: value}).errors}, value

    def test_told_which_type_belongs_there(self):
        """Given a video where an image is needed, then the finding names both."""
        picture = template({"type": "HEADER", "format": "IMAGE"}, "Obrigado.")
        (found,) = picture.fill({"header.image": {"type": "video", "video": {"id": "7"}}}).errors
        assert "header.image is an object of type 'video'; its type is image" == found.message

    @pytest.mark.parametrize(
        ("expiry", "found"),
        [
            ("1798761600000", []),
            ("9999999999999", []),
            ("0798761600000", ["ready.expiry"]),
            ("0000000000000", ["ready.expiry"]),
            ("179876160000", ["ready.expiry"]),
            ("17987616000000", ["ready.expiry"]),
            ("01798761600000", ["ready.expiry"]),
            ("-179876160000", ["ready.expiry"]),
            ("+179876160000", ["ready.expiry"]),
            ("1.98761600000", ["ready.expiry"]),
            ("1798761600000\n", ["ready.expiry"]),
            (" 1798761600000", ["ready.expiry"]),
            ("\u0661\u0667\u0669\u0668\u0667\u0666\u0661\u0666\u0660\u0660\u0660\u0660\u0660", ["ready.expiry"]),
            ("1\u0667\u0669\u0668\u0667\u0666\u0661\u0666\u0660\u0660\u0660\u0660\u0660", ["ready.expiry"]),
        ],
    )
    def test_end_of_an_offer(self, expiry, found):
        """Thirteen ASCII digits of which the first is no zero: milliseconds since 1970, in this millennium."""
        offer = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x", "has_expiration": True}}
        filled = template(offer, "Obrigado.").fill({"offer.expires": expiry})
        assert found == [finding.code for finding in filled.errors]

    def test_address_is_encoded_in_the_remedy(self):
        """What should have been written is said."""
        one = template("Obrigado.", buttons({"type": "URL", "url": "https://a.example/{{1}}"}))
        (finding,) = one.ready({"button.0.1": "Gonçalves é"})
        assert "write 'Gon%C3%A7alves%20%C3%A9'" == finding.remedy

    @pytest.mark.parametrize(
        ("size", "footer", "found"),
        [
            (BODY_LIMIT, True, []),
            (BODY_LIMIT + 1, True, ["ready.too_long"]),
            (BODY_LIMIT + 1, False, []),
            (BODY_ALONE_LIMIT + 1, False, ["ready.too_long"]),
        ],
    )
    def test_length_when_filled(self, size, footer, found):
        """The filled body has its limit, which is higher where it stands alone."""
        parts = [{"type": "FOOTER", "text": "x"}] if footer else []
        one = template("a {{1}} b", *parts)
        findings = one.ready(["x" * (size - 4)])
        assert found == [finding.code for finding in findings]
        assert ["1"] * len(found) == [finding.variable for finding in findings]

    def test_length_in_utf16(self):
        """Where only UTF-16 units are too many, that is a warning."""
        one = template("a {{1}} b", {"type": "FOOTER", "text": "x"})
        assert [("ready.too_long_utf16", "1")] == codes(one.ready(["\U0001f600" * 600]))
        assert () == one.ready(["\U0001f600" * 500])
        assert () == one.ready(["ç" * 900])

    def test_length_of_header_and_address(self):
        """A header has 60 characters, an address 2000."""
        one = template(
            {"type": "HEADER", "format": "TEXT", "text": "Olá {{1}}"},
            "Obrigado.",
            buttons({"type": "URL", "url": "https://a.example/{{1}}"}),
        )
        values = {"header.1": "x" * 57, "button.0.1": "y" * 2000}
        assert [("ready.too_long", "header.1"), ("ready.too_long", "button.0.1")] == codes(one.ready(values))
        assert () == one.ready({"header.1": "x" * 56, "button.0.1": "y" * 1982})

    @given(st.lists(st.text(max_size=8) | st.sampled_from([" ", "a\tb", "\u3164", "{{1}}", "x" * 600, "\u2800", "é"])))
    def test_quick_and_careful_agree(self, values):
        """What is sent without a closer look has nothing that the closer look would find."""
        one = template("a {{1}} b {{2}} c", {"type": "FOOTER", "text": "x"})
        careful = one.fill({**dict(enumerate(values, 1)), "extra": "x"})
        expected = tuple(finding for finding in careful.findings if finding.variable != "extra")
        quick = one.fill(values)
        assert expected == quick.findings
        assert careful.text == quick.text

    @given(st.lists(st.text(max_size=4) | st.sampled_from(["\u3164", "\u2800", "é", " "])))
    def test_clean_is_not_blank(self, texts):
        """Where all are clean, each shows something."""
        assert not all_clean(texts) or all(text.strip("\u3164\u2800 ") for text in texts)

    def test_a_finding_in_words(self):
        """A finding says what is wrong with which value, and what to do; a place in a value is told in the message."""
        (finding,) = GREETING.ready({**VISIT, "2": "a\tb"})
        assert r"error body [ready.tab] 2 has a tab at 1: 'a\tb' -> write a space" == str(finding)


class TestObjects:
    """What stands inside an object of the API is checked as it would be, were it given as text."""

    @pytest.mark.parametrize(
        ("where", "found"),
        [
            ({"latitude": 0, "longitude": 0}, []),
            ({"latitude": -90, "longitude": 180.0, "name": "Loja", "address": "Rua A"}, []),
            ({"latitude": "38.7223", "longitude": "-9.1393"}, []),
            ({"latitude": "north", "longitude": 1}, ["ready.location"]),
            ({"latitude": 90.1, "longitude": 1}, ["ready.location"]),
            ({"latitude": "1", "longitude": "-180.5"}, ["ready.location"]),
            ({"latitude": True, "longitude": [1]}, ["ready.location"] * 2),
            ({"latitude": " 1", "longitude": "1e2"}, ["ready.location"] * 2),
            ({"latitude": "٣", "longitude": 1}, ["ready.location"]),
            ({"latitude": 1}, ["ready.object"]),
            ({"latitude": None, "longitude": ""}, ["ready.object"]),
            ({"latitude": float("nan"), "longitude": 1}, ["ready.object"]),
            ({"latitude": 1, "longitude": 1, "name": " "}, ["ready.object"]),
            ({"latitude": 1, "longitude": 1, "address": 7}, ["ready.object"]),
            ({"latitude": 1, "longitude": 1, "x": {1}}, ["ready.object"]),
        ],
    )
    def test_location(self, where, found):
        """Zero is a place; what lies outside of the globe, or is no number, is none."""
        template = of({"type": "HEADER", "format": "LOCATION"})
        assert found == [f.code for f in template.ready({"header.location": {"type": "location", "location": where}})]

    @pytest.mark.parametrize(
        ("medium", "found"),
        [
            ({"link": "https://sol.example/invoice.pdf", "filename": "invoice.pdf"}, []),
            ({"id": "123"}, []),
            ({"link": "invoice.pdf"}, ["ready.medium"]),
            ({"link": "https://sol.example/a b.pdf"}, ["ready.medium"]),
            ({"link": ["https://sol.example"]}, ["ready.medium"]),
            ({"id": "abc"}, ["ready.medium"]),
            ({"id": 123}, ["ready.medium"]),
            ({"link": "", "id": None}, ["ready.object"]),
            ({"id": "123", "filename": "\u200b"}, ["ready.object"]),
        ],
    )
    def test_medium(self, medium, found):
        """A link is a link, inside an object or not."""
        template = of({"type": "HEADER", "format": "DOCUMENT"})
        assert found == [f.code for f in template.ready({"header.document": {"type": "document", "document": medium}})]
        if set(medium) == {"link"} and isinstance(medium["link"], str):
            assert found == [f.code for f in template.ready({"header.document": medium["link"]})]

    @pytest.mark.parametrize(
        ("product", "found"),
        [({"product_retailer_id": "a1", "catalog_id": "7"}, []), ({"product_retailer_id": "\u3164"}, ["ready.object"])],
    )
    def test_product(self, product, found):
        """An id that nobody sees is none."""
        template = of({"type": "HEADER", "format": "PRODUCT"})
        assert found == [f.code for f in template.ready({"header.product": {"type": "product", "product": product}})]

    @pytest.mark.parametrize(
        ("end", "found"),
        [
            (1798761600000, []),
            ("1798761600000", []),
            (1798761600, ["ready.expiry"]),
            (True, ["ready.expiry"]),
            ("tomorrow", ["ready.expiry"]),
            ([1], ["ready.expiry"]),
            (1500000000000.0, ["ready.expiry"]),
        ],
    )
    def test_end_of_an_offer(self, end, found):
        """Milliseconds, as a number or in digits."""
        template = of({"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x", "has_expiration": True}})
        value = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": end}}
        assert found == [f.code for f in template.ready({"offer.expires": value})]

    def test_end_of_an_offer_far_away(self):
        """A number that Python would not even write out."""
        template = of({"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x", "has_expiration": True}})
        value = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 10**20}}
        assert ["ready.expiry"] == [f.code for f in template.ready({"offer.expires": value})]

    def test_one_code(self):
        """An authentication template takes one code: its button has that of its body, as text or in an object."""
        link = {"type": "URL", "text": "Copy", "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}"}
        parts = [{"type": "BODY", "text": "*{{1}}* is your verification code."}, {"type": "BUTTONS", "buttons": [link]}]
        plain = {"name": "t", "language": "en", "status": "APPROVED", "components": parts}
        template = Template.from_meta({**plain, "category": "AUTHENTICATION"})
        for other, found in (("1234", []), ("4321", ["ready.codes_differ"])):
            for value in (other, {"type": "text", "text": other}):
                assert found == [f.code for f in template.ready({"1": "1234", "button.0.1": value})]
        assert ["ready.missing"] == [f.code for f in template.ready({"button.0.1": "1"})]
        other = Template.from_meta({**plain, "category": "UTILITY"})
        assert () == other.ready({"1": "1234", "button.0.1": "4321"})


def of(*parts):
    """An approved template of a body and these."""
    body = {"type": "BODY", "text": "Obrigado."}
    plain = {"name": "t", "language": "pt_PT", "category": "UTILITY", "status": "APPROVED"}
    return Template.from_meta({**plain, "components": [*parts, body]})


class TestStanding:
    """What is wrong whatever the values are."""

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"status": "REJECTED"}, "ready.status"),
            ({"status": "rejected"}, "ready.status"),
            ({"status": "SOMETHING_NEW"}, "ready.status"),
            ({"name": ""}, "ready.name_missing"),
            ({"language": None}, "ready.language_missing"),
        ],
    )
    def test_is_refused(self, fields, code):
        """Only what Meta has approved can be sent."""
        one = template("Obrigado.", **fields)
        assert [code] == [finding.code for finding in one.ready()]
        with pytest.raises(TemplateError, match=code):
            one.payload(TO)

    def test_unknown_status_warns(self):
        """A template that is about to be created can be tried out."""
        one = template("Obrigado.", status=None)
        assert [("ready.status_unknown", "")] == codes(one.ready())
        assert one.payload(TO)

    def test_broken_text(self):
        """A text with broken placeholders is never filled and sent."""
        one = template("Olá {{{1}}}, obrigado.")
        assert [("ready.broken", "")] == codes(one.ready())
        with pytest.raises(TemplateError):
            one.payload(TO)

    def test_gap(self):
        """A gap cannot be filled by number."""
        one = template("Olá {{1}} e {{3}}, obrigado.")
        assert [("ready.gap", "")] == codes(one.ready({"1": "a", "3": "b"}))
        assert ("ready.gap", "") in codes(one.ready(["a", "b"]))

    def test_lint_does_not_stand_in_the_way(self):
        """An approved template that would not be approved today is sent all the same."""
        one = template("{{1}}{{2}}")
        assert "lint.adjacent" in {finding.code for finding in one.lint()}
        assert () == one.ready(["a", "b"])


class TestPayload:
    """The call of the Cloud API."""

    def test_of_a_body(self):
        """The whole call."""
        expected = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": TO,
            "type": "template",
            "template": {
                "name": "t",
                "language": {"code": "pt_PT"},
                "components": [
                    {"type": "body", "parameters": [{"type": "text", "text": text} for text in ("Inês", "12/3", "9h")]}
                ],
            },
        }
        assert expected == GREETING.payload(TO, VISIT)
        assert expected == GREETING.payload(TO, GREETING.fill(VISIT))
        assert expected == json.loads(json.dumps(expected))

    def test_without_values(self):
        """What is fixed has no components in the call."""
        one = template("Obrigado.", buttons({"type": "URL", "url": "https://a.example", "example": ["x"]}))
        assert {"name": "t", "language": {"code": "pt_PT"}} == one.payload(TO)["template"]

    @given(st.integers(1, 20), st.randoms(use_true_random=False))
    def test_by_ascending_number(self, count, order):
        """Whatever the order in the text and in the table, values go out by number."""
        numbers = list(range(1, count + 1))
        order.shuffle(numbers)
        one = template("Texto " + " e ".join(f"{{{{{number}}}}}" for number in numbers) + " fim.")
        values = {str(number): f"v{number}" for number in random.Random(count).sample(numbers, count)}
        (body,) = sent(one, values)
        assert [f"v{number}" for number in range(1, count + 1)] == [given["text"] for given in body["parameters"]]

    def test_each_number_once(self):
        """A number that is used twice is one parameter."""
        (body,) = sent(template("{{1}} e {{2}} e {{1}}"), ["a", "b"])
        assert ["a", "b"] == [given["text"] for given in body["parameters"]]

    def test_named(self):
        """Names go out with their names, objects too."""
        one = template(
            {"type": "HEADER", "format": "TEXT", "text": "Olá {{nome}}"}, "São {{total}}, obrigado.",
            parameter_format="NAMED",
        )  # fmt: skip
        total = {"type": "currency", "currency": {"fallback_value": "5 €", "code": "EUR", "amount_1000": 5000}}
        assert [
            {"type": "header", "parameters": [{"type": "text", "text": "Rui", "parameter_name": "nome"}]},
            {"type": "body", "parameters": [{**total, "parameter_name": "total"}]},
        ] == sent(one, {"header.nome": "Rui", "total": total})

    def test_every_component(self):
        """Each button that takes a value is a component at its index among all buttons; fixed ones are none."""
        one = template(
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Já acaba", "has_expiration": True}},
            "Olá {{1}}, obrigado.",
            buttons(
                {"type": "PHONE_NUMBER", "phone_number": "351"},
                {"type": "URL", "url": "https://a.example"},
                {"type": "URL", "url": "https://a.example/{{1}}"},
                {"type": "COPY_CODE"},
                {"type": "QUICK_REPLY"},
                {"type": "QUICK_REPLY"},
            ),
        )
        values = {"1": "Rui", "header.image": "77", "offer.expires": "1798761600000", "button.2.1": "x",
                  "button.3.code": "SOL", "button.5.payload": "stop"}  # fmt: skip
        expiry = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1798761600000}}
        assert [
            {"type": "header", "parameters": [{"type": "image", "image": {"id": "77"}}]},
            {"type": "limited_time_offer", "parameters": [expiry]},
            {"type": "body", "parameters": [{"type": "text", "text": "Rui"}]},
            {"type": "button", "sub_type": "url", "index": "2", "parameters": [{"type": "text", "text": "x"}]},
            {
                "type": "button",
                "sub_type": "copy_code",
                "index": "3",
                "parameters": [{"type": "coupon_code", "coupon_code": "SOL"}],
            },
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "5",
                "parameters": [{"type": "payload", "payload": "stop"}],
            },
        ] == sent(one, values)
        assert {"link": "https://a.example/x"} == sent(one, {**values, "header.image": "https://a.example/x"})[0][
            "parameters"
        ][0]["image"]

    def test_one_time_password(self):
        """The code goes into the body and into the button."""
        one = template({"type": "BODY"}, buttons({"type": "OTP", "otp_type": "COPY_CODE"}), category="AUTHENTICATION")
        code = [{"type": "text", "text": "123456"}]
        assert [
            {"type": "body", "parameters": code},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": code},
        ] == sent(one, ["123456"])
        assert [("ready.code_too_long", "1")] == codes(one.ready(["1" * 16]))

    def test_cards(self):
        """Cards go out with their index; one without values is left out."""
        card = {"components": [{"type": "HEADER", "format": "IMAGE"}, buttons({"type": "QUICK_REPLY"})]}
        fixed = {"components": [{"type": "BODY", "text": "Nada."}]}
        one = template("Veja:", {"type": "CAROUSEL", "cards": [fixed, card]})
        (carousel,) = sent(one, {"card.1.header.image": "7", "card.1.button.0.payload": "y"})
        assert [
            {
                "card_index": 1,
                "components": [
                    {"type": "header", "parameters": [{"type": "image", "image": {"id": "7"}}]},
                    {
                        "type": "button",
                        "sub_type": "quick_reply",
                        "index": "0",
                        "parameters": [{"type": "payload", "payload": "y"}],
                    },
                ],
            }
        ] == carousel["cards"]
        assert sent(template("Veja:", {"type": "CAROUSEL", "cards": [fixed, fixed]}), []) is None

    def test_options(self):
        """Further fields are added; those of the call itself cannot be changed by them."""
        call = template("Obrigado.").payload(TO, [], {"biz_opaque_callback_data": "c-1", "to": "+1"})
        assert ("c-1", TO) == (call["biz_opaque_callback_data"], call["to"])

    def test_everything_that_stands_in_the_way(self):
        """All obstacles are listed at once."""
        with pytest.raises(TemplateError) as caught:
            template("Olá {{1}}, até {{2}}, adeus.", status="PAUSED").payload("912345678", {"1": "a\tb"})
        assert ["ready.status", "ready.tab", "ready.missing", "ready.phone"] == [
            finding.code for finding in caught.value.findings
        ]

    def test_values_of_another_template(self):
        """What was filled into one template is not sent as another; a copy is the same template."""
        other = template("Adeus {{1}}, {{2}}, {{3}}, fim.")
        with pytest.raises(TemplateError, match="filled into 't'"):
            other.payload(TO, GREETING.fill(VISIT))
        again = pickle.loads(pickle.dumps(GREETING))  # noqa: S301 -- our own bytes
        assert again.payload(TO, GREETING.fill(VISIT))


class TestPreview:
    """What the customer reads."""

    def test_component_by_component(self):
        """Header, body, footer and buttons, with the values in them."""
        one = template(
            {"type": "HEADER", "format": "TEXT", "text": "Olá {{1}}"},
            "A fatura é de {{1}}, obrigado.",
            {"type": "FOOTER", "text": "Sol"},
            buttons(
                {"type": "URL", "url": "https://a.example/{{1}}", "text": "Pagar"},
                {"type": "COPY_CODE", "text": None},
                {"type": "PHONE_NUMBER", "phone_number": "+351210000000"},
                {"type": "QUICK_REPLY"},
            ),
        )
        values = {"header.1": "Rui", "1": "5 €", "button.0.1": "x", "button.1.code": "SOL"}
        assert [
            ("header", "text", "Olá Rui", ""),
            ("body", "text", "A fatura é de 5 €, obrigado.", ""),
            ("footer", "text", "Sol", ""),
            ("button.0", "url", "Pagar", "https://a.example/x"),
            ("button.1", "copy_code", "Copy offer code", "SOL"),
            ("button.2", "phone_number", "B2", "+351210000000"),
            ("button.3", "quick_reply", "B3", ""),
        ] == [(part.where, part.kind, part.text, part.detail) for part in one.preview(values)]
        assert (("A fatura é de ", None), ("5 €", "1"), (", obrigado.", None)) == one.preview(values)[1].parts

    def test_missing_values_stay_visible(self):
        """A screen can show the message while somebody still types."""
        assert "Olá {{1}}, a visita é no dia 12/3 às {{3}}, até breve." == GREETING.preview({"2": "12/3"})[0].text

    @pytest.mark.parametrize(
        ("name", "value", "text"),
        [
            ("IMAGE", "https://a.example/b.png", "https://a.example/b.png"),
            ("IMAGE", IMAGE, "https://sol.example/a.png"),
            ("DOCUMENT", {"type": "document", "document": {"id": "1", "filename": "a.pdf"}}, "a.pdf, 1"),
            ("LOCATION", PLACE, "Loja, Rua A, 38.7, -9.1"),
            ("VIDEO", 3, ""),
            ("NEW", None, ""),
        ],
    )
    def test_media(self, name, value, text):
        """A medium is shown by its link, its file or its place."""
        one = template({"type": "HEADER", "format": name}, "Obrigado.")
        part = one.preview({f"header.{name.lower()}": value})[0]
        assert (name.lower(), text) == (part.kind, part.text)

    def test_header_without_format(self):
        """A header of no kind is shown as nothing."""
        assert ("", "") == (
            template({"type": "HEADER"}).preview()[0].kind,
            template({"type": "HEADER"}).preview()[0].text,
        )

    def test_offer_and_cards(self):
        """An offer shows its title, a card what it has."""
        card = {"components": [{"type": "BODY", "text": "Teto {{1}} novo."}, buttons({"type": "QUICK_REPLY"})]}
        one = template(
            {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Já acaba"}},
            {"type": "LIMITED_TIME_OFFER", "limited_time_offer": 3},
            {"type": "CAROUSEL", "cards": [card]},
        )
        assert ["Já acaba", "", "Teto A novo.", "B0"] == [part.text for part in one.preview({"card.0.1": "A"})]

    def test_authentication(self):
        """Meta's own text is shown in English; in other languages only what it will say."""
        parts = [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 5},
        ]
        one = template(*parts, category="AUTHENTICATION", language="en_US")
        assert [
            "*77* is your verification code. For your security, do not share this code.",
            "This code expires in 5 minutes.",
        ] == [part.text for part in one.preview(["77"])]
        one = template({"type": "BODY"}, parts[1], category="AUTHENTICATION")
        assert ["‹Meta's text with the code {{1}}›", "‹Meta's text: 5 minutes›"] == [
            part.text for part in one.preview()
        ]
        assert (
            "*77* is your verification code."
            == template({"type": "BODY"}, category="AUTHENTICATION", language="en").preview(["77"])[0].text
        )

    def test_a_body_without_text(self):
        """Whatever has no text shows nothing."""
        assert () == template({"type": "BODY"}, {"type": "NEW"}).preview()


class TestRecipients:
    """Who may be written to."""

    @pytest.mark.parametrize(
        ("recipient", "found"),
        [
            (Recipient(TO, {Consent.OPT_IN}), []),
            (Recipient(TO, ["prior_contact"]), []),
            (Recipient(TO, "opt_in"), []),
            (Recipient(TO), ["ready.consent"]),
            (Recipient(TO, window_open=True), []),
            (Recipient(TO, {Consent.PRIOR_CONTACT}, {Consent.OPT_IN}), ["ready.consent_basis"]),
            (Recipient(TO, {Consent.PRIOR_CONTACT}, {Consent.OPT_IN}, window_open=True), ["ready.consent_basis"]),
            (Recipient(TO, (), {Consent.OPT_IN}, window_open=True), ["ready.consent_basis"]),
            (Recipient(TO, {Consent.OPT_IN}, {Consent.OPT_IN}, window_open=True), []),
            (Recipient(TO, {Consent.PRIOR_CONTACT}, set()), ["ready.consent_basis"]),
            (Recipient("912345678"), ["ready.phone", "ready.consent"]),
        ],
    )
    def test_of_a_template(self, recipient, found):
        """A template needs a basis that the policy accepts; an open window is prior contact, and no opt-in."""
        assert found == [finding.code for finding in template("Obrigado.").ready([], recipient)]

    def test_values_and_recipient_together(self):
        """Everything that stands in the way is found in one check."""
        assert ["ready.missing"] * 3 + ["ready.consent"] == [item.code for item in GREETING.ready([], Recipient(TO))]


def test_definitions_are_not_changed():
    """Reading, filling and sending leave the JSON as it was."""
    plain = {"name": "t", "language": "en", "status": "APPROVED", "components": [{"type": "BODY", "text": "Hi {{1}}!"}]}
    before = copy.deepcopy(plain)
    Template.from_meta(plain).payload(TO, ["x"])
    assert before == plain
