"""Prepared texts: a template or quick reply instead of a written reply: complete, on its channel, as previewed (§7)."""

import json

import attrs
import pytest
from hypothesis import given as drawing
from hypothesis import strategies as st

from casecore.channels import Channel, TemplateKind
from casecore.codec import dumps, loads
from casecore.kernel import CommandError
from casecore.rooms.approvals import ApproveDraft, EditDraft, SubmitDraft
from casecore.rooms.prepared import PreparedText
from casecore.rooms.replies import ReplySent, SendReply
from casecore.templates import QuickReply
from casecore.templates.prepared import DEFINITION_LIMIT
from casecore.testing.scenario import at, case_in, given, prepared

BODY = "Olá {{1}}, a visita passou para {{2}}. Até já!"
VISIT = prepared(BODY, ("Rui", "15h"), name="visit", language="pt_PT")
READS = "Olá Rui, a visita passou para 15h. Até já!"
FORM = {"name": "form", "text": "Hello {customer}, please fill in {link}.", "channels": ["chat", "email"]}
FORM |= {"purpose": "form", "link": "https://forms.example/{order}"}
QUICK = PreparedText.of(FORM, {"customer": "Rui", "order": "A-7"}, TemplateKind.QUICK_REPLY)
QUICK_READS = "Hello Rui, please fill in https://forms.example/A-7."
PICKER = {
    "name": "when",
    "text": "When shall we come, {customer}?",
    "kind": "quick_replies",
    "items": ["Today", "{day}"],
}
APPLE = PreparedText.of(PICKER, {"customer": "Lea", "day": "Friday"}, TemplateKind.APPLE_TEMPLATE)
APPLE_READS = "When shall we come, Lea?\n[ Today ]\n[ Friday ]"
WHATSAPP = case_in("open", channel="whatsapp")


def reply(text, template, **fields):
    """Ana replies with something prepared."""
    return SendReply("ana", at(5), "c1", "m2", text, template=template, **fields)


class TestReady:
    """What is ready goes out, and nothing else does."""

    @pytest.mark.parametrize(
        ("channel", "template", "text"),
        [
            ("whatsapp", VISIT, READS),
            ("chat", QUICK, QUICK_READS),
            ("apple_messages", APPLE, APPLE_READS),
        ],
    )
    def test_sent(self, channel, template, text):
        """The reply says what was seen in the preview; what it was made from is kept beside it."""
        sent = reply(text, template)
        expected = ReplySent("ana", at(5), "c1", "m2", text, sent.send_as, "ana", template=template, thread="t-c1")
        assert expected == given(case_in("open", channel=channel)).when(sent).events[0]

    @pytest.mark.parametrize(
        ("channel", "template", "found"),
        [
            ("email", VISIT, ["ready.channel"]),
            ("whatsapp", APPLE, ["ready.channel"]),
            ("whatsapp", QUICK, ["ready.channel"]),
            ("whatsapp", prepared(BODY, ("Rui",)), ["ready.missing"]),
            ("whatsapp", prepared(BODY, ("Rui", " ")), ["ready.blank"]),
            ("whatsapp", prepared(BODY, ("Rui", "a\nb")), ["ready.newline"]),
            ("whatsapp", prepared("Olá {{1}, até já!", ()), ["ready.broken"]),
            ("whatsapp", prepared(BODY, ("Rui", "15h"), status="PAUSED"), ["ready.status"]),
            ("whatsapp", prepared(BODY, ("Rui", "15h"), status=""), ["ready.status"]),
            ("chat", attrs.evolve(QUICK, values={"order": "A-7"}), ["ready.missing"]),
            ("chat", attrs.evolve(QUICK, definition="["), ["parse.shape"]),
            ("chat", attrs.evolve(QUICK, definition="[" * 60_000), ["parse.shape"]),
            ("chat", attrs.evolve(QUICK, definition=" " * (DEFINITION_LIMIT + 1)), ["parse.shape"]),
            ("chat", attrs.evolve(QUICK, definition='{"name": "hi"}'), ["parse.shape"]),
            ("whatsapp", attrs.evolve(VISIT, definition="[]"), ["parse.shape"]),
            ("apple_messages", attrs.evolve(APPLE, values={}), ["ready.missing", "ready.missing"]),
        ],
    )
    def test_refused(self, channel, template, found):
        """Everything that is wrong is told at once, for people and for programs."""
        outcome = given(case_in("open", channel=channel)).when(reply("Hello", template, subject="Hi"))
        (reason,) = outcome.refused("template.ready").verdict.reasons
        assert tuple(found) == reason.facts["findings"]
        assert reason.remedy

    def test_only_what_was_seen(self):
        """One letter that differs from the preview, and nothing goes out; the refusal shows both."""
        (reason,) = given(WHATSAPP).when(reply("Olá Rui!", VISIT)).refused("template.ready").verdict.reasons
        assert f"visit reads {READS!r}, and the agent saw 'Olá Rui!'" == reason.message
        long = prepared("x" * 500, ())
        (reason,) = given(WHATSAPP).when(reply("y" * 500, long)).refused("template.ready").verdict.reasons
        assert f"news reads {'x' * 80 + '…'!r}, and the agent saw {'y' * 80 + '…'!r}" == reason.message

    @pytest.mark.parametrize(
        ("language", "body", "values"),
        [
            ("pt_PT", "Olá {{1}}, a sua encomenda {{2}} chega amanhã.", ("João", "Nº 7")),
            ("ar", "مرحبا {{1}}، طلبك رقم {{2}} في الطريق إليك.", ("ليلى", "٧")),
            ("he", "שלום {{1}}, ההזמנה {{2}} בדרך אליך.", ("נועה", "7")),
            ("hi", "नमस्ते {{1}}, आपका ऑर्डर {{2}} रास्ते में है।", ("आशा", "७")),
            ("zh_CN", "您好{{1}},您的订单{{2}}正在派送。", ("小林", "7")),
        ],
    )
    def test_languages(self, language, body, values):
        """In every script the customer reads the values where the variables stood."""
        template = prepared(body, values, language=language)
        text = body.replace("{{1}}", values[0]).replace("{{2}}", values[1])
        assert text == given(WHATSAPP).when(reply(text, template)).events[0].text

    def test_the_event_is_enough_to_post_it(self):
        """Whoever posts the message needs nothing but the event and the number."""
        sent = given(WHATSAPP).when(reply(READS, VISIT)).events[0]
        call = sent.template.read().payload("+351912345678", sent.template.values)
        assert ("visit", {"code": "pt_PT"}) == (call["template"]["name"], call["template"]["language"])
        assert ["Rui", "15h"] == [value["text"] for value in call["template"]["components"][0]["parameters"]]

    def test_the_event_is_read_by_people(self):
        """What is kept says it in the letters in which somebody wrote it."""
        assert "Olá, {customer}" in PreparedText.of(FORM | {"text": "Olá, {customer}"}).definition

    def test_every_part_is_previewed(self):
        """Header, buttons and their links are part of what the agent confirms."""
        parts = [
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Your parcel {{1}} is on its way."},
            {"type": "FOOTER", "text": "Thank you"},
            {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Track", "url": "https://x.example/{{1}}"}]},
        ]
        whole = {"name": "parcel", "language": "en", "status": "APPROVED", "components": parts}
        values = {"1": "A-7", "button.0.1": "a7", "header.image": "https://x.example/a.png"}
        reads = "(image) https://x.example/a.png\nYour parcel A-7 is on its way.\nThank you\n[ Track ] → https://x.example/a7"
        assert given(WHATSAPP).when(reply(reads, PreparedText.of(whole, values))).verdict
        given(WHATSAPP).when(reply("Your parcel A-7 is on its way.", PreparedText.of(whole, values))).refused(
            "template.ready"
        )


class TestDrafts:
    """A draft may be made from a template; it is checked when it is written, and again when it is sent."""

    STORY = (case_in("open", channel="whatsapp"), SubmitDraft("ana", at(2), "c1", "d1", READS, template=VISIT))

    def test_approved(self):
        """It goes out as it was written."""
        sent = given(self.STORY).when(ApproveDraft("cleo", at(3), "c1", "d1")).events[1]
        assert (READS, VISIT, "cleo") == (sent.text, sent.template, sent.reviewer)

    def test_paused_meanwhile(self):
        """Where the template has changed, the reviewer's word says how it stands now."""
        paused = prepared(BODY, ("Rui", "15h"), name="visit", language="pt_PT", status="PAUSED")
        given(self.STORY).when(ApproveDraft("cleo", at(3), "c1", "d1", template=paused)).refused("template.ready")
        changed = prepared("Olá {{1}}: {{2}}, visita!", ("Rui", "15h"))
        given(self.STORY).when(ApproveDraft("cleo", at(3), "c1", "d1", template=changed)).refused("template.ready")
        again = ApproveDraft("cleo", at(3), "c1", "d1", template=VISIT)
        assert VISIT == given(self.STORY).when(again).events[1].template

    def test_edited(self):
        """Values and text change together, or not at all."""
        given(self.STORY).when(EditDraft("ana", at(3), "c1", "d1", "Olá!")).refused("template.ready")
        later = prepared(BODY, ("Rui", "16h"), name="visit", language="pt_PT")
        text = READS.replace("15h", "16h")
        outcome = given(self.STORY).when(EditDraft("ana", at(3), "c1", "d1", text, template=later))
        draft = outcome.desk.cases["c1"].draft
        assert (text, later) == (draft.text, draft.template)

    def test_not_submitted_unready(self):
        """What could not be sent is not submitted."""
        unfilled = SubmitDraft("ana", at(2), "c1", "d1", "Hi", template=prepared(BODY, ("Rui",)))
        given(WHATSAPP).when(unfilled).refused("template.ready")


class TestValue:
    """The value itself."""

    def test_checked(self):
        """What holds no text is refused when it is made."""
        with pytest.raises(CommandError, match="kind: 'quick_reply' is no TemplateKind"):
            PreparedText("quick_reply", "{}")
        with pytest.raises(CommandError, match="definition: 7 is not text"):
            PreparedText(TemplateKind.QUICK_REPLY, 7)
        with pytest.raises(CommandError, match="values: "):
            PreparedText(TemplateKind.QUICK_REPLY, "{}", {"a": 7})

    def test_name(self):
        """It is told by its name; where it has none that can be read, by what it is."""
        assert "visit" == str(VISIT)
        assert "form" == str(QUICK)
        assert "quick_reply" == str(attrs.evolve(QUICK, definition="?"))

    def test_json(self):
        """It comes back from JSON as it went, and so does what is made from it."""
        sent = reply(READS, VISIT)
        assert sent == loads(dumps(sent))

    @drawing(st.sampled_from(TemplateKind), st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
    def test_any_definition(self, kind, definition, values):
        """Whatever text stands for a template, it is judged and nothing is raised."""
        text, findings = PreparedText(kind, definition, values).reading(Channel.WHATSAPP)
        assert findings or text

    JSON = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(("name", "text", "kind", "items", "components", "type", "link")), inner)
        ),
        max_leaves=8,
    )

    @drawing(st.sampled_from(TemplateKind), JSON)
    def test_any_json(self, kind, plain):
        """Nor does any JSON of whatever shape."""
        text, findings = PreparedText(kind, json.dumps(plain), {}).reading(Channel.CHAT)
        assert findings or isinstance(text, str)

    @drawing(st.text(min_size=1).filter(lambda value: value.strip() and value.isprintable()))
    def test_values_are_data(self, value):
        """A value that looks like a blank is read as it is, and never filled again."""
        quick = PreparedText.of(
            QuickReply("hi", "Hi {a}{b}").to_dict(), {"a": "{b}", "b": value}, TemplateKind.QUICK_REPLY
        )
        assert f"Hi {{b}}{value}" == quick.reading(Channel.CHAT)[0]


def test_values_are_not_shared():
    """Given values, when the host changes its table later, then what was seen is what is sent."""
    values = {"1": "Maria"}
    text = PreparedText.of({"name": "news"}, values)
    values["1"] = "Mallory"
    assert {"1": "Maria"} == text.values


@pytest.mark.parametrize("values", [5, {"a": 5}, [], {"a": None}])
def test_values_that_are_none(values):
    """A command cannot be stated with them."""
    with pytest.raises(CommandError):
        PreparedText.of({"name": "news"}, values)


def too_deep():
    """An object that nobody writes."""
    value = {}
    for _ in range(100_000):
        value = {"a": value}
    return value


@pytest.mark.parametrize("template", [too_deep(), {"a": object()}, {"a": 10**5000}, b"{}"], ids=range(4))
def test_a_template_that_is_no_json(template):
    """It says what it is about, and what to give; it is never an error of Python's."""
    with pytest.raises(CommandError, match=r"cannot be written as JSON .*; give the template as plain data"):
        PreparedText.of(template)
