"""The shipped SOP, checked whole: every promise is proved, and every scope is exactly as large as it was."""

import pytest

from casecore import Policy
from casecore.check import Exit, PromiseVerdict, check, scopes
from casecore.rooms.composition import RULES

WORLDS = {
    "one-chat-case": (6_543, 63_669),
    "one-voice-case": (3_843, 36_077),
    "one-email-case": (973, 8_181),
    "one-whatsapp-case": (4_353, 44_723),
    "one-messaging-case": (1_453, 14_217),
    "we-write-on-whatsapp": (103, 605),
    "we-write-on-sms": (48, 225),
    "an-email-complaint": (155, 945),
    "a-draft-on-chat": (316, 3_324),
    "a-draft-on-email": (705, 8_296),
    "chat-limit": (139, 796),
    "email-limit": (2_568, 26_222),
    "voice-limit": (35, 129),
    "two-chat-cases-two-agents": (7_988, 86_968),
    "mistakes-on-voice": (57, 296),
    "mistakes-on-email": (39, 242),
    "a-closed-email-case": (77, 563),
    "a-reply-that-never-arrives": (199, 1_249),
    "somebody-who-is-blocked": (57, 445),
    "customers-who-are-one": (354, 1_775),
    "service-clocks": (433, 1_681),
    "words-that-nobody-has-read": (21, 22),
    "limits-of-their-own": (1_265, 9_446),
    "an-agent-who-is-changed": (360, 2_574),
    "a-supervisor-beside": (1_016, 8_035),
    "who-may-review": (268, 1_410),
    "two-drafts-one-reviewer": (772, 5_295),
    "we-write-and-may-not": (10, 19),
    "a-rich-draft-on-chat": (180, 1_090),
    "a-rich-draft-on-email": (179, 1_132),
    "a-rich-draft-on-whatsapp": (535, 3_827),
    "total-limit": (784, 3_836),
    "a-call-and-a-chat-one-agent": (64, 258),
    "moved-to-another-queue": (92, 424),
    "a-silent-chat": (65, 348),
    "customers-who-leave": (76, 237),
    "the-window-on-whatsapp": (16, 85),
    "late-messages-on-whatsapp": (21, 86),
    "a-message-that-is-edited": (160, 468),
    "a-whatsapp-case-of-somebody-else": (192, 681),
    "a-chat-case-of-somebody-else": (24, 75),
    "a-chat-that-was-logged": (385, 2_862),
    "a-call-that-was-logged": (21, 57),
    "two-cases-that-are-one": (354, 1_636),
    "two-cases-that-are-two": (73, 274),
    "two-chats-that-are-one": (43, 106),
    "a-snoozed-case": (35, 177),
}
"""By scope: how many worlds, and how many steps between them. Other numbers mean other rules: look before you pin."""


@pytest.fixture(scope="module")
def told():
    """What `check` says while it works, and its report."""
    said = []
    return said, check(Policy.default(), progress=said.append)


def test_every_scope_is_as_large_as_it_was(told):
    """Nothing is cut short, and no world is lost or new without somebody noticing."""
    said, report = told
    assert WORLDS == {searched.scope: (searched.worlds, searched.transitions) for searched in report.searched}
    assert all(searched.complete for searched in report.searched)
    assert [] == [searched.scope for searched in report.searched if searched.worlds != searched.desks]
    assert [*WORLDS, "walk"] == said
    assert [*WORLDS] == [checked.scope.name for checked in scopes.scopes_of(Policy.default())]


def test_every_promise_is_proved_and_put_to_the_test(told):
    """Each with how often, in which scopes, and the shortest story that puts it to the test."""
    _, report = told
    assert {PromiseVerdict.PROVED} == {judgement.verdict for judgement in report.judgements}
    assert all(judgement.times and judgement.scopes for judgement in report.judgements)
    assert {"17", "20"} == {judgement.number for judgement in report.judgements if judgement.witness is None}
    assert Exit.CLEAN is report.exit
    assert report.of(PromiseVerdict.PROVED) == report.judgements
    assert 1_800 < report.walked


def test_what_no_scope_needs_is_named(told):
    """Rules that refuse nothing anywhere are listed, so that nobody believes that they were tried."""
    _, report = told
    assert {rule.id for rule in RULES} > set(report.unused)
    assert (
        "attribute.known",
        "attribute.set_by",
        "attribute.value",
        "authentication.methods",
        "commitment.overdue",
        "commitment.queue",
        "email.earlier_handler",
        "lifecycle.close_from",
        "merge.limit",
        "merge_cases.limit",
        "routing.answer_within",
        "sentiment.manual",
        "snooze.allowed",
        "snooze.longest",
        "tags.enabled",
        "tags.limit",
        "tags.restricted_to",
    ) == report.unused
