"""Texts of the policy that no channel would show, and hours that have no effect: told where they are written."""

import json

import pytest

from casecore.check.lint import lint_policy
from casecore.testing.scenario import prepared
from tests.sops import sop_with

OFFICE = 'calendars.o.monday = ["09:00-17:00"]\n'
NO_EMOJI = "channels.chat.emoji = false\n"
VIP = '[[override]]\nmatch = { tag = "vip" }\n'


def a_form(link):
    """A form with a text of 2,980 characters, a line break, and this link."""
    entry = f'kind = "form", text = "{"x" * 2980}", link = "{link}", channels = ["apple_messages"]'
    return f"catalogue.x = {{ {entry} }}"


def a_template(text):
    """A template in the catalogue, on a desk whose WhatsApp takes no emoji."""
    definition = json.dumps(prepared(text).definition, ensure_ascii=False)
    return f'channels.whatsapp.emoji = false\ncatalogue.x = {{ kind = "whatsapp_template", definition = {definition} }}'


WORDINGS = {
    f'{NO_EMOJI}chat.idle.questions = ["There?", "There? 😀"]': [("error", "chat.idle.questions[1]")],
    f'{NO_EMOJI}chat.idle.closing = "Bye {{customer}} ✅"': [("error", "chat.idle.closing")],
    f'{NO_EMOJI}chat.idle.closing_unnamed = "Bye ⏰"': [("error", "chat.idle.closing_unnamed")],
    'chat.idle.closing_unnamed = "Bye ⏰"': [],
    f'{NO_EMOJI}chat.idle.closing_unnamed = "Bye ✓"': [],
    f'{NO_EMOJI}chat.idle.closing_unnamed = "Bye ⏰"\nenforcement."channels.emoji" = "warn"': [
        ("warning", "chat.idle.closing_unnamed")
    ],
    f'{NO_EMOJI}chat.idle.closing_unnamed = "Bye ⏰"\nenforcement."channels.emoji" = "off"': [],
    f'{NO_EMOJI}catalogue.x = {{ text = "Bye ⏰", channels = ["sms", "chat"] }}': [("error", "catalogue.x.text")],
    f'{NO_EMOJI}catalogue.x = {{ text = "Bye ⏰", channels = ["sms"] }}': [],
    f'{NO_EMOJI}catalogue.x = {{ text = "Bye ⏰" }}': [],
    a_template("Dear {{1}}, news 😀 today."): [("error", "catalogue.x.definition")],
    a_template("Dear {{1}}, news today."): [],
    f'catalogue.x = {{ text = "{"x" * 2999} {{customer}}", channels = ["apple_messages", "whatsapp"] }}': [
        ("error", "catalogue.x.text")
    ],
    f'catalogue.x = {{ text = "{"x" * 2998} {{customer}}", channels = ["apple_messages"] }}': [],
    a_form("https://a.example"): [],
    a_form("https://ab.example/"): [],
    a_form("https://abc.example/"): [("error", "catalogue.x.text")],
    f'chat.idle.closing_unnamed = "Bye ⏰"\n{VIP}set = {{ "channels.chat.emoji" = false }}': [
        ("error", "chat.idle.closing_unnamed")
    ],
    f'{NO_EMOJI}{VIP}set = {{ "chat.idle.questions" = ["There? 😀"] }}': [
        ("error", 'override[0].set."chat.idle.questions"[0]')
    ],
    f'{VIP}set = {{ "chat.idle.questions" = ["There? 😀"] }}\n'
    '[[override]]\nmatch = { queue = "general" }\nset = { "channels.chat.emoji" = false }': [
        ("error", 'override[0].set."chat.idle.questions"[0]')
    ],
    f'{NO_EMOJI}{VIP}set = {{ "tags.limit" = 3 }}': [],
    f'{NO_EMOJI}[[change]]\non = 2027-01-01\nset = {{ "chat.idle.closing" = "Bye {{customer}} 😀" }}': [
        ("error", 'change[0].set."chat.idle.closing"')
    ],
}

HOURS = {
    f'queues.late = {{ reasons = ["late"], delivery = "pull", hours = "o" }}\n{OFFICE}': ["queues.late.hours"],
    f'queues.late = {{ reasons = ["late"], hours = "o" }}\n{OFFICE}': [],
    'queues.late = { reasons = ["late"], delivery = "pull" }': [],
    f'queues.late = {{ reasons = ["late"], hours = "o" }}\n{OFFICE}'
    '[[change]]\non = 2027-01-01\nset = { "queues.late.delivery" = "pull" }': ["queues.late.hours"],
    f'queues.late = {{ reasons = ["late"], delivery = "pull" }}\n{OFFICE}'
    '[[change]]\non = 2027-01-01\nset = { "queues.late.hours" = "o" }': ['change[0].set."queues.late.hours"'],
}


def found(text, code):
    """What the lint finds of this sort."""
    return [finding for finding in lint_policy(sop_with(text)) if finding.code == code]


@pytest.mark.parametrize("text", WORDINGS)
def test_a_text_that_its_channel_does_not_take(text):
    """Regression: a question with emoji was offered to agents, and refused when one of them asked it."""
    findings = found(text, "CC209")
    assert WORDINGS[text] == [(finding.level, finding.path) for finding in findings]
    assert all(finding.message and finding.remedy for finding in findings)


def test_what_is_said_of_it():
    """What the refusal of a reply says; and how long a text is at least."""
    (finding,) = found(f'{NO_EMOJI}chat.idle.closing_unnamed = "Bye ⏰"', "CC209")
    assert "chat takes no emoji; there is one at character 4" == finding.message
    assert "take it out, or let chat take emoji" == finding.remedy
    (finding,) = found(f'catalogue.x = {{ text = "{"x" * 3001}", channels = ["apple_messages"] }}', "CC209")
    assert "apple_messages takes 3000 characters; this has 3001, whatever its blanks are filled with" == finding.message


@pytest.mark.parametrize("text", HOURS)
def test_hours_of_a_queue_from_which_agents_fetch(text):
    """Regression: hours of a pull queue stop nothing, and nobody was told."""
    assert HOURS[text] == [finding.path for finding in found(text, "CC210")]
