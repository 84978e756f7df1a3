"""Quick replies and the templates of Apple Messages: blanks, links, channels, windows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.templates import AppleKind, AppleTemplate, Purpose, QuickReply, Recipient, TemplateError

TO = "+351912345678"
GREETING = QuickReply("greeting", "Olá {customer}, fala {agent}.\nEm que posso ajudar, {customer}?")
PAYMENT = QuickReply("pay", "Pague aqui, {customer}:", {"whatsapp", "chat"}, "payment", "https://pay.example/{invoice}")


def codes(findings):
    """(code, variable) of findings."""
    return [(finding.code, finding.variable) for finding in findings]


class TestQuickReplies:
    """Texts with named blanks."""

    def test_blanks(self):
        """Each blank once, in the order of the text; those of the link after them."""
        assert ("customer", "agent") == GREETING.blanks
        assert ("customer", "invoice") == PAYMENT.blanks

    def test_filled(self):
        """All blanks are filled; line breaks are kept."""
        filled = GREETING.fill({"customer": "Inês", "agent": "Rui"})
        assert "Olá Inês, fala Rui.\nEm que posso ajudar, Inês?" == filled.text
        assert ((), ()) == (filled.findings, filled.errors)
        assert ("Inês", "customer") == filled.parts[1]

    @pytest.mark.parametrize(
        ("values", "found"),
        [
            ({"customer": "Inês"}, [("ready.missing", "agent")]),
            ({"customer": "Inês", "agent": " "}, [("ready.blank", "agent")]),
            ({"customer": "Inês", "agent": 3}, [("ready.not_text", "agent")]),
            ({"customer": "Inês", "agent": {"type": "text", "text": "x"}}, [("ready.not_text", "agent")]),
            ({"customer": "Inês", "agent": "Rui", "x": "y"}, [("ready.extra", "x")]),
            ({"customer": "Inês\n\tSilva", "agent": "Rui     B"}, []),
            ({"customer": "{agent}", "agent": "Rui"}, []),
            (["Inês", "Rui"], [("ready.values", "")]),
            (None, [("ready.values", "")]),
        ],
    )
    def test_every_blank_before_sending(self, values, found):
        """What is missing or blank is named; Meta's rules for templates do not apply."""
        assert found == codes(GREETING.ready(values, "chat"))

    def test_values_are_data(self):
        """A value is never read again."""
        filled = GREETING.fill({"customer": "{agent}", "agent": "Rui"})
        assert "Olá {agent}, fala Rui.\nEm que posso ajudar, {agent}?" == filled.text

    @pytest.mark.parametrize(
        "text", ["Olá {{customer}}", "Olá {", "Olá ____", "Olá [ ]", "Olá {1}", "Olá {Nome}", "Olá {}", "Olá {link}"]
    )
    def test_a_broken_text_is_none(self, text):
        """What could go out unfilled cannot be made."""
        with pytest.raises(TemplateError):
            QuickReply("x", text)

    def test_channels(self):
        """A quick reply of some channels goes out on no other."""
        values = {"customer": "Inês", "invoice": "7"}
        assert [] == codes(PAYMENT.ready(values, "chat"))
        assert [("ready.channel", "")] == codes(PAYMENT.ready(values, "email"))
        assert [] == codes(GREETING.ready({"customer": "a", "agent": "b"}, "email"))

    def test_one_channel_alone(self):
        """One channel need not be put into a list."""
        assert frozenset({"chat"}) == QuickReply("x", "Olá", "chat").channels
        assert ("Sol",) == AppleTemplate("x", "Olá", "rich_link", "Sol").items

    def test_window(self):
        """On WhatsApp it is free text: only inside the window."""
        values = {"customer": "Inês", "agent": "Rui"}
        assert [("ready.window", "")] == codes(GREETING.ready(values, "whatsapp", Recipient(TO)))
        assert [] == codes(GREETING.ready(values, "whatsapp", Recipient(TO, window_open=True)))
        assert [] == codes(GREETING.ready(values, "whatsapp"))
        assert [] == codes(GREETING.ready(values, "chat", Recipient(TO)))

    def test_length(self):
        """What a channel takes at most."""
        long = QuickReply("long", "{text}")
        assert [] == codes(long.ready({"text": "x" * 4096}, "whatsapp"))
        assert [("ready.too_long", "")] == codes(long.ready({"text": "x" * 4097}, "whatsapp"))
        assert [] == codes(long.ready({"text": "x" * 9999}, "email"))


class TestLinks:
    """Forms and payment requests."""

    def test_on_a_line_of_its_own(self):
        """The link stands below the text, or where the text says."""
        values = {"customer": "Inês", "invoice": "7"}
        assert "Pague aqui, Inês:\nhttps://pay.example/7" == PAYMENT.fill(values).text
        form = QuickReply("form", "Em {link}, por favor.", purpose=Purpose.FORM, link="https://form.example")
        assert () == form.blanks
        assert "Em https://form.example, por favor." == form.fill({}).text

    def test_values_are_encoded(self):
        """What goes into an address is percent-encoded by whoever gives it."""
        assert [("ready.url_value", "invoice")] == codes(PAYMENT.fill({"customer": "a", "invoice": "7 8"}).findings)
        both = QuickReply("x", "{who}", link="https://a.example/{who}")
        assert ("who",) == both.blanks
        assert [("ready.url_value", "who")] == codes(both.fill({"who": "São"}).errors)

    def test_the_link_is_not_a_value(self):
        """The link is the quick reply's own; a value for it is one too many."""
        values = {"customer": "a", "invoice": "7", "link": "https://evil.example"}
        filled = PAYMENT.fill(values)
        assert [("ready.extra", "link")] == codes(filled.findings)
        assert "evil" not in filled.text

    def test_missing_values_stay_visible(self):
        """Before the values are there, the placeholders are seen."""
        assert "Pague aqui, {customer}:\nhttps://pay.example/{invoice}" == PAYMENT.fill({}).text

    @pytest.mark.parametrize(
        ("purpose", "link"),
        [
            ("payment", None),
            ("form", None),
            ("payment", "http://pay.example"),
            ("text", "{host}/x"),
            ("form", "https://{"),
        ],
    )
    def test_must_be_there(self, purpose, link):
        """A form and a payment request have a link, which is https and says whose it is."""
        with pytest.raises(TemplateError):
            QuickReply("x", "Aqui:", purpose=purpose, link=link)


class TestApple:
    """Messages to choose from, inside a conversation."""

    def test_never_starts(self):
        """The customer writes first."""
        one = AppleTemplate("hi", "Olá {customer}")
        assert not one.can_initiate
        assert [("ready.outbound", "")] == codes(one.ready({"customer": "Inês"}, in_conversation=False))
        assert () == one.ready({"customer": "Inês"}, in_conversation=True)

    def test_blanks_of_all_texts(self):
        """Text and items are filled together; what is missing is found once."""
        one = AppleTemplate("ask", "Quando, {customer}?", AppleKind.QUICK_REPLIES, ["{day}", "Nunca, {customer}"])
        assert ("customer", "day") == one.blanks
        texts = [part.text for part in one.fill({"customer": "Inês", "day": "Hoje"})]
        assert ["Quando, Inês?", "Hoje", "Nunca, Inês"] == texts
        assert [("ready.missing", "day")] == codes(one.ready({"customer": "Inês"}, in_conversation=True))

    @pytest.mark.parametrize(
        ("kind", "items", "fine"),
        [
            ("text", 0, True),
            ("text", 1, False),
            ("rich_link", 1, True),
            ("quick_replies", 1, False),
            ("quick_replies", 2, True),
            ("quick_replies", 5, True),
            ("quick_replies", 6, False),
            ("list_picker", 0, False),
            ("time_picker", 3, True),
            ("form", 1, True),
        ],
    )
    def test_items(self, kind, items, fine):
        """Each kind has the items it needs."""
        if fine:
            assert items == len(AppleTemplate("x", "Escolha:", kind, ["a"] * items).items)
            return
        with pytest.raises(TemplateError, match=r"ready\.items"):
            AppleTemplate("x", "Escolha:", kind, ["a"] * items)

    def test_lengths(self):
        """A text has 3,000 characters, a label 200."""
        one = AppleTemplate("x", "{text}", "rich_link", ["{title}"])
        assert () == one.ready({"text": "x" * 3000, "title": "y" * 200}, in_conversation=True)
        found = one.ready({"text": "x" * 3001, "title": "y" * 201}, in_conversation=True)
        assert ["text", "item.0"] == [finding.where for finding in found]

    def test_broken_texts(self):
        """What could go out unfilled cannot be made."""
        with pytest.raises(TemplateError, match=r"item\.0"):
            AppleTemplate("x", "Olá", "rich_link", ["____"])


@given(st.text(alphabet="{}a_ []https:/", max_size=30), st.dictionaries(st.text(max_size=3), st.text(max_size=3)))
def test_only_template_errors(text, values):
    """Whatever the text, it is refused with a reason or can be filled."""
    findings = []
    for make in (
        lambda: QuickReply("x", text).fill(values),
        lambda: QuickReply("x", "x", link=text).fill(values),
        lambda: AppleTemplate("x", text).fill(values),
    ):
        try:
            made = make()
        except TemplateError as error:
            findings.append(error.findings)
        else:
            findings.append(made)
    assert all(findings)


class TestPlainData:
    """Both can be kept as JSON."""

    @pytest.mark.parametrize(
        "template",
        [
            GREETING,
            PAYMENT,
            AppleTemplate("hi", "Hi {customer}"),
            AppleTemplate("when", "When?", AppleKind.QUICK_REPLIES, ("Today", "{day}")),
        ],
    )
    def test_round_trip(self, template):
        """What is written comes back the same, by way of JSON."""
        assert template == type(template).from_dict(json.loads(json.dumps(template.to_dict())))

    def test_defaults(self):
        """Name and text are enough."""
        assert QuickReply("hi", "Hello") == QuickReply.from_dict({"name": "hi", "text": "Hello"})
        assert AppleTemplate("hi", "Hello") == AppleTemplate.from_dict({"name": "hi", "text": "Hello"})

    @pytest.mark.parametrize(
        ("plain", "found"),
        [
            ([], [("", "'[]' is no object", "give a JSON object")]),
            ({}, [("name", "there is no name", "give it"), ("text", "there is no text", "give it")]),
            (
                {"name": "hi", "text": 7, "channels": "chat", "purpose": "fun", "link": None, "size": 1},
                [
                    ("text", "'text' is '7'", "give text"),
                    ("channels", "'channels' is 'chat'", "give a list of texts"),
                    ("purpose", "'purpose' is 'fun'", "give one of text, form, payment"),
                    ("link", "'link' is 'None'", "give text"),
                    ("size", "'size' is '1'", "leave it out: there is no such field"),
                ],
            ),
            (
                {"name": "hi", "text": "Hello", "channels": ["chat", 7]},
                [("channels", "'channels' is \"['chat', 7]\"", "give a list of texts")],
            ),
        ],
    )
    def test_misfits(self, plain, found):
        """Everything that does not fit is told at once."""
        with pytest.raises(TemplateError) as caught:
            QuickReply.from_dict(plain)
        assert found == [(item.where, item.message, item.remedy) for item in caught.value.findings]

    def test_unsound(self):
        """What has the right shape and cannot be filled is told as ever."""
        with pytest.raises(TemplateError) as caught:
            QuickReply.from_dict({"name": "pay", "text": "Pay", "purpose": "payment"})
        assert [("ready.link", "")] == codes(caught.value.findings)


class TestNoTexts:
    """What is no text where one belongs says so, and is no error of Python's."""

    @pytest.mark.parametrize("wrong", [None, 5, b"x", [], {}], ids=range(5))
    @pytest.mark.parametrize(
        "made",
        [
            lambda wrong: QuickReply(wrong, "x"),
            lambda wrong: QuickReply("a", wrong),
            lambda wrong: AppleTemplate(wrong, "x"),
            lambda wrong: AppleTemplate("a", wrong),
            lambda wrong: AppleTemplate("a", "x", "list_picker", [wrong]),
            lambda wrong: QuickReply("a", "x", [wrong]),
        ],
        ids=["name", "text", "apple name", "apple text", "item", "channel"],
    )
    def test_refused(self, made, wrong):
        """A name, a text, an item, a channel."""
        with pytest.raises(TemplateError, match=r"parse\.shape"):
            made(wrong)

    @pytest.mark.parametrize("wrong", [5, b"https://a.example", []], ids=range(3))
    def test_link(self, wrong):
        """A link."""
        with pytest.raises(TemplateError, match="is not text -> give the link as text"):
            QuickReply("a", "x", purpose="form", link=wrong)

    @pytest.mark.parametrize("wrong", [5, b"chat", {"chat": 1}, None], ids=range(4))
    def test_lists(self, wrong):
        """Several channels, several items."""
        for made in (lambda: QuickReply("a", "x", wrong), lambda: AppleTemplate("a", "x", "form", wrong)):
            with pytest.raises(TemplateError, match="are no texts -> give a list of texts"):
                made()

    @pytest.mark.parametrize("wrong", [5, "fax", None, [], [[]] * 2000], ids=range(5))
    def test_words(self, wrong):
        """What it is for, and what comes with it."""
        for made, word in (
            (lambda: QuickReply("a", "x", (), wrong), "payment"),
            (lambda: AppleTemplate("a", "x", wrong), "form"),
        ):
            with pytest.raises(TemplateError, match=rf"does not fit -> give one of .*{word}"):
                made()

    @pytest.mark.parametrize("channel", [None, 5, []], ids=range(3))
    def test_channel_of_the_conversation(self, channel):
        """A conversation is on none that is no text."""
        findings = QuickReply("a", "x", "chat").ready({}, channel)
        assert ["ready.channel"] == [finding.code for finding in findings]

    def test_values_by_what_is_no_name(self):
        """The key is told as far as it can be."""
        deep = ()
        for _ in range(100_000):
            deep = (deep,)
        for name in (5, None, deep):
            (finding,) = QuickReply("a", "x").fill({name: "y"}).findings
            assert ("ready.extra", True) == (finding.code, finding.variable != "")

    def test_many_misfits(self):
        """Of a thousand fields that do not exist the first are told, and how many more there are."""
        with pytest.raises(TemplateError) as caught:
            QuickReply.from_dict({"name": "a", "text": "x", **{f"x{number}": 1 for number in range(1_050)}})
        assert (51, "there are 1,000 more findings") == (len(caught.value.findings), caught.value.findings[-1].message)

    def test_nested_without_end(self):
        """A field that holds lists in lists in lists is a misfit like any other."""
        deep = []
        for _ in range(100_000):
            deep = [deep]
        for read in (QuickReply.from_dict, AppleTemplate.from_dict):
            for plain in (deep, {"name": "a", "text": deep}, {"name": "a", "text": "x", 5: deep}):
                with pytest.raises(TemplateError, match=r"parse\.shape"):
                    read(plain)


def test_messages_grow_with_what_is_wrong():
    """Twice as many blanks and values that do not fit make messages twice as long, not four times."""

    def told(count):
        blanks = "".join(f"{{a{number}}}" for number in range(count))
        findings = QuickReply("a", blanks).fill({f"b{number}": "x" for number in range(count)}).findings
        return sum(len(finding.message) for finding in findings)

    assert told(800) < 2.2 * told(400)
