"""Message templates that never go out wrong: read, checked, filled, seen, sent. Usable alone.

Of the desk this loads nothing but the kernel, the names of the channels and how bad a finding can be. Every name is
loaded when it is first used; what a name means is told in the file it comes from, which is named beside it below.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casecore.templates.api_errors import ErrorExplanation as ErrorExplanation
    from casecore.templates.api_errors import Retry as Retry
    from casecore.templates.api_errors import explain_error as explain_error
    from casecore.templates.apple import AppleKind as AppleKind
    from casecore.templates.apple import AppleTemplate as AppleTemplate
    from casecore.templates.definitions import Button as Button
    from casecore.templates.definitions import Card as Card
    from casecore.templates.definitions import Component as Component
    from casecore.templates.definitions import Kind as Kind
    from casecore.templates.definitions import Need as Need
    from casecore.templates.filling import Filled as Filled
    from casecore.templates.filling import Shown as Shown
    from casecore.templates.findings import CODES as CODES
    from casecore.templates.findings import Severity as Severity
    from casecore.templates.findings import TemplateError as TemplateError
    from casecore.templates.findings import TemplateFinding as TemplateFinding
    from casecore.templates.lint import lint_together as lint_together
    from casecore.templates.phones import check_phone as check_phone
    from casecore.templates.phones import normalise_phone as normalise_phone
    from casecore.templates.quick_replies import FilledText as FilledText
    from casecore.templates.quick_replies import Purpose as Purpose
    from casecore.templates.quick_replies import QuickReply as QuickReply
    from casecore.templates.recipients import Consent as Consent
    from casecore.templates.recipients import Recipient as Recipient
    from casecore.templates.template import Template as Template

_HOMES = {
    "template": "Template",
    "findings": "CODES Severity TemplateError TemplateFinding",
    "definitions": "Button Card Component Kind Need",
    "filling": "Filled Shown",
    "lint": "lint_together",
    "recipients": "Consent Recipient",
    "phones": "check_phone normalise_phone",
    "quick_replies": "FilledText Purpose QuickReply",
    "apple": "AppleKind AppleTemplate",
    "api_errors": "ErrorExplanation Retry explain_error",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

_AT_FIRST = {"Explanation": "ErrorExplanation", "Finding": "TemplateFinding", "Level": "Severity"}
"""What some names were at first, when others meant the same word otherwise; they still mean the same thing."""

__all__ = [*_HOME_OF]  # noqa: PLE0604 -- the names are strings; computed, so written once


def __getattr__(name: str) -> Any:
    now = _AT_FIRST.get(name, name)
    if now not in _HOME_OF:
        raise AttributeError(f"module 'casecore.templates' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"casecore.templates.{_HOME_OF[now]}"), now)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
