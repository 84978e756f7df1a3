"""The catalogue: what a reply can be made from, and what of it fits a case (§9)."""

import json

import pytest

from casecore.channels import Channel, TemplateKind
from casecore.kernel import CommandError
from casecore.policies import Policy, PolicyError
from casecore.policies.sections import CatalogueKind
from casecore.policies.warnings import policy_warnings
from casecore.projections.inbox import inbox
from casecore.rooms.catalogue import CatalogueEntry, entries_of
from casecore.rooms.replies import ReplySent, SendReply
from casecore.testing.scenario import at, case_in, given, prepared

NEWS = prepared().definition
APPLE = json.dumps({"kind": "quick_replies", "name": "times", "text": "When?", "items": ["Monday", "Tuesday"]})
POLICY = Policy.loads(
    f"""
[queues.general]
fallback = true
[catalogue.thanks]
text = "Dear {{customer}}, thank you."
[catalogue.refund]
kind     = "form"
text     = "Please fill this in"
link     = "https://example.org/refund"
channels = ["chat", "whatsapp"]
[catalogue.bill]
kind     = "payment_request"
text     = "Your bill"
link     = "https://example.org/pay"
channels = ["email"]
[catalogue.news]
kind       = "whatsapp_template"
definition = '''{NEWS}'''
[catalogue.waiting]
kind       = "whatsapp_template"
definition = '''{prepared(status="PENDING").definition}'''
"""
)
FROM_HOST = CatalogueEntry.of("welcome", CatalogueKind.QUICK_REPLY, {"name": "welcome", "text": "Welcome"})


def on(channel, status="open"):
    """A case that ana works on."""
    return given(case_in(status, channel=channel), policy=POLICY)


def names(entries):
    """What they are called."""
    return [entry.name for entry in entries]


class TestWhatFits:
    """By channel, and on WhatsApp by the window."""

    @pytest.mark.parametrize(
        ("channel", "expected"),
        [
            ("chat", ["refund", "thanks"]),
            ("email", ["bill", "thanks"]),
            ("sms", ["thanks"]),
            ("whatsapp", ["news", "refund", "thanks"]),
        ],
    )
    def test_channel(self, channel, expected):
        """Complaint: agents were offered a form that their channel cannot show. An entry fits the channels it names."""
        assert expected == names(on(channel).desk.catalogue("c1", at(60)))

    def test_outside_the_window(self):
        """Then only approved templates fit."""
        desk = on("whatsapp").desk
        assert ["news", "refund", "thanks"] == names(desk.catalogue("c1", at(hours=23)))
        assert ["news"] == names(desk.catalogue("c1", at(hours=24)))
        thanks = next(entry for entry in entries_of(POLICY, ()) if entry.name == "thanks")
        assert [True, False] == [thanks.fits(Channel.WHATSAPP), thanks.fits(Channel.WHATSAPP, window_open=False)]

    def test_apple(self):
        """A template of Apple Messages fits there alone."""
        entry = CatalogueEntry("times", CatalogueKind.APPLE_TEMPLATE, APPLE)
        entry.read()
        assert [Channel.APPLE_MESSAGES] == [channel for channel in Channel if entry.fits(channel)]

    def test_emoji_where_none_are_taken(self):
        """Regression: an entry was listed that was refused once it was sent. Where that is only warned of, it fits."""
        hearts = CatalogueEntry.of("hearts", CatalogueKind.QUICK_REPLY, {"name": "hearts", "text": "Thank you 😀"})
        for more, expected in (
            ("", ["hearts"]),
            ("[channels.sms]\nemoji = false", []),
            ('[channels.sms]\nemoji = false\n[enforcement]\n"channels.emoji" = "warn"', ["hearts"]),
        ):
            policy = Policy.loads(f"[queues.general]\nfallback = true\n{more}")
            desk = given(case_in("open", channel="sms"), policy=policy).desk
            assert expected == names(desk.catalogue("c1", at(60), [hearts]))

    def test_longer_than_the_channel_takes(self):
        """What no filling makes short enough fits not."""
        entry = CatalogueEntry.of("long", CatalogueKind.QUICK_REPLY, {"name": "long", "text": "x" * 3001})
        assert [Channel.APPLE_MESSAGES] == [channel for channel in Channel if not entry.fits(channel)]

    def test_from_the_host(self):
        """What the host has comes beside it; of two with one name the host's counts."""
        bill = CatalogueEntry.of(
            "thanks", CatalogueKind.FORM, {"name": "thanks", "text": "Go", "link": "https://example.org"}
        )
        assert ["thanks", "welcome"] == names(on("sms").desk.catalogue("c1", at(60), [FROM_HOST, bill]))
        assert [bill] == [entry for entry in entries_of(POLICY, [bill]) if entry.name == "thanks"]

    def test_what_cannot_be_read(self):
        """What the host has and nobody can read fits nowhere; what is no plain data is no entry."""
        broken = CatalogueEntry("broken", CatalogueKind.QUICK_REPLY, "{}")
        assert not any(broken.fits(channel) for channel in Channel)
        with pytest.raises(CommandError):
            CatalogueEntry.of("broken", CatalogueKind.FORM, {"text": object()})

    def test_no_such_case(self):
        """Nothing fits a case that there is not."""
        assert () == on("chat").desk.catalogue("c9", at(60))


class TestWhereItIsListed:
    """In the inbox and with the actions."""

    def test_inbox(self):
        """Beside each case that an agent holds."""
        (held,) = inbox(on("chat").desk, "ana", at(60), catalogue=iter([FROM_HOST])).cases
        assert ["refund", "thanks", "welcome"] == names(held.catalogue)

    def test_actions(self):
        """With what sends a reply, or a draft of one; a template action lists templates alone."""
        actions = {one.name: one.entries for one in on("whatsapp").desk.actions("ana", "c1", at(60), [FROM_HOST])}
        for name in ("send_as_pending", "submit_as_resolved"):
            assert ("news", "refund", "thanks", "welcome") == actions[name]
        assert ("news",) == actions["send_template"]
        assert () == actions["close"]
        assert {()} == {one.entries for one in given(case_in("open")).desk.actions("ana", "c1", at(60))}


class TestReplying:
    """A reply is made from an entry, and names it."""

    def entry(self, name):
        """An entry of the policy."""
        return next(entry for entry in entries_of(POLICY) if entry.name == name)

    def test_named(self):
        """What is sent says from which entry it was made."""
        made = self.entry("thanks").filled({"customer": "Maria"})
        reply = SendReply("ana", at(60), "c1", "r1", "Dear Maria, thank you.", template=made)
        (sent,) = [event for event in on("chat").when(reply).events if isinstance(event, ReplySent)]
        assert "thanks" == sent.template.entry

    def test_blank_left(self):
        """With a blank unfilled it is refused."""
        reply = SendReply(
            "ana", at(60), "c1", "r1", "Dear {customer}, thank you.", template=self.entry("thanks").filled()
        )
        on("chat").when(reply).refused("template.ready")

    def test_link(self):
        """A form says where it leads."""
        made = self.entry("refund").filled()
        assert TemplateKind.QUICK_REPLY is made.kind
        assert "Please fill this in\nhttps://example.org/refund" == made.reading(Channel.CHAT)[0]


class TestMistakes:
    """Entries from which no reply could be made are told where they stand."""

    @pytest.mark.parametrize(
        ("entry", "path"),
        [
            ('text = "Dear ___"', "catalogue.x.text"),
            ('kind = "form"\ntext = "Go"', "catalogue.x.text"),
            ('kind = "form"\ntext = "Go"\nlink = "http://example.org"', "catalogue.x.link"),
            ('text = "Hi"\ndefinition = "{}"', "catalogue.x.definition"),
            ('kind = "apple_template"\ndefinition = "{}"', "catalogue.x.definition"),
            ('kind = "whatsapp_template"\ndefinition = "no JSON"', "catalogue.x.definition"),
            (f"kind = \"whatsapp_template\"\ntext = \"Hi\"\ndefinition = '''{NEWS}'''", "catalogue.x.text"),
        ],
    )
    def test_unusable(self, entry, path):
        """With what is wrong in the words of `casecore.templates`."""
        with pytest.raises(PolicyError) as raised:
            Policy.loads(f"[catalogue.x]\n{entry}")
        assert path in [problem.path for problem in raised.value.problems]

    def test_lint(self):
        """What Meta would say to a template is a warning, and no reason to refuse the file."""
        odd = prepared("{{1}} there is news", name="News!").definition
        policy = Policy.loads(f"[catalogue.x]\nkind = \"whatsapp_template\"\ndefinition = '''{odd}'''")
        warnings = policy_warnings(policy)
        assert warnings
        assert {"catalogue.x.definition"} == {problem.path for problem in warnings}
        assert () == policy_warnings(Policy.loads('[catalogue.x]\ntext = "Hi"'))
