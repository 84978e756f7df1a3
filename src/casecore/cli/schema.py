"""`casecore schema`: what fits in a policy file, for editors and for readers."""

from __future__ import annotations

from typing import Literal

from casecore.cli.reference import keys_page
from casecore.cli.streams import write_document
from casecore.policies.schema import schema_text


def schema(*, format: Literal["json", "md"] = "json") -> int:  # noqa: A002 -- the option's name
    """Print the JSON Schema of a policy file, or the page of every key.

    Args:
        format: The schema as JSON, or every key with its default and meaning as Markdown.
    """
    write_document((keys_page() if format == "md" else schema_text()).removesuffix("\n"))
    return 0
