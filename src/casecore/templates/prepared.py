"""What an agent prepared instead of writing: a template or a quick reply, as JSON, with its values.

Here the JSON is read (once for each text, the last ones are kept), filled and checked, so that the desk can compare
what the customer will read with what the agent saw before sending. Three kinds can be prepared:

* a **WhatsApp template**, as the Graph API gives it (an item of `GET message_templates`): it must be approved, goes
  out on WhatsApp only, and its values are checked as Meta checks them;
* a **template of Apple Messages**, as `AppleTemplate.to_dict` writes it, on Apple Messages only;
* a **quick reply**, as `QuickReply.to_dict` writes it, on the channels that it is for.

Nothing raises: what is wrong with the JSON is a finding like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from casecore.channels import Channel, TemplateKind
from casecore.templates.apple import AppleTemplate
from casecore.templates.definitions import APPROVED
from casecore.templates.findings import TemplateError, TemplateFinding, errors, finding_of
from casecore.templates.quick_replies import QuickReply
from casecore.templates.template import Template

DEFINITION_LIMIT: Final = 65_536
"""The longest definition, in code points: several times the largest carousel."""

_READERS: Final[Mapping[TemplateKind, Callable[[object], Any]]] = {
    TemplateKind.WHATSAPP_TEMPLATE: Template.from_meta,
    TemplateKind.APPLE_TEMPLATE: AppleTemplate.from_dict,
    TemplateKind.QUICK_REPLY: QuickReply.from_dict,
}


@lru_cache(maxsize=512)
def read_prepared(kind: TemplateKind, definition: str) -> Any:
    """The template or quick reply that JSON text says.

    Raises:
        TemplateError: When it is no JSON, or has not the shape of its kind; it lists everything.
    """
    problem = f"the definition has {len(definition)} characters, at most {DEFINITION_LIMIT}"
    if len(definition) <= DEFINITION_LIMIT:
        try:
            return _READERS[kind](json.loads(definition))
        except TemplateError:
            raise
        except (ValueError, RecursionError) as error:
            problem = f"the definition is no JSON ({error})"
    raise TemplateError([finding_of("parse.shape", "", problem, "give the template as JSON text")])


def fill_prepared(
    kind: TemplateKind, definition: str, values: Mapping[str, str], channel: Channel
) -> tuple[str, tuple[TemplateFinding, ...]]:
    """What the customer will read, and everything that stands in the way of sending it.

    Args:
        kind: What it is.
        definition: The template or quick reply, as JSON text.
        values: The values by key or name, as `fill` takes them.
        channel: The channel of the conversation.
    """
    try:
        template = read_prepared(kind, definition)
    except TemplateError as error:
        return "", error.findings
    text, findings = _FILLERS[kind](template, values, channel)
    return text, errors(findings)


def _fill_whatsapp(
    template: Template, values: Mapping[str, str], channel: Channel
) -> tuple[str, tuple[TemplateFinding, ...]]:
    filled = template.fill(values)
    return filled.reads, (
        *filled.findings,
        *_check_status(template),
        *_check_channel(template.name, Channel.WHATSAPP, channel),
    )


def _check_status(template: Template) -> Iterator[TemplateFinding]:
    """Alone, a template without a status is only doubtful; a desk sends approved ones and no others."""
    if not template.status:
        yield finding_of("ready.status", "", f"the template has no status, so it is not known to be {APPROVED}")


def _fill_apple(
    template: AppleTemplate, values: Mapping[str, str], channel: Channel
) -> tuple[str, tuple[TemplateFinding, ...]]:
    text, *items = (part.text for part in template.fill(values))
    # Every case on this channel was started by its customer, so there is a conversation.
    findings = template.ready(values, in_conversation=True)
    read = "\n".join((text, *(f"[ {item} ]" for item in items)))
    return read, (*findings, *_check_channel(template.name, Channel.APPLE_MESSAGES, channel))


def _fill_quick_reply(
    reply: QuickReply, values: Mapping[str, str], channel: Channel
) -> tuple[str, tuple[TemplateFinding, ...]]:
    return reply.fill(values).text, reply.ready(values, channel)


def _check_channel(name: str, home: Channel, channel: Channel) -> Iterator[TemplateFinding]:
    if channel is not home:
        yield finding_of("ready.channel", "", f"{name} is for {home}, not for {channel}")


_FILLERS: Final[
    Mapping[TemplateKind, Callable[[Any, Mapping[str, str], Channel], tuple[str, tuple[TemplateFinding, ...]]]]
] = {
    TemplateKind.WHATSAPP_TEMPLATE: _fill_whatsapp,
    TemplateKind.APPLE_TEMPLATE: _fill_apple,
    TemplateKind.QUICK_REPLY: _fill_quick_reply,
}
