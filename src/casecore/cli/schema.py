"""`casecore schema`: what fits in a policy file, in a document, and in the map of a log, for editors and readers."""

from __future__ import annotations

from typing import Literal

from casecore.cli.streams import write_document


def schema(
    *,
    of: Literal["policy", "documents", "map"] = "policy",
    format: Literal["json", "md"] = "json",  # noqa: A002 -- the option's name
) -> int:
    """Print the JSON Schema of a policy file, or the page of every key; or of every command and event, or of a map.

    Args:
        of: What is described: a policy file; or the documents that are stored and sent, which are commands, events,
            records and answers as JSON; or the map of a log.
        format: The schema as JSON, or a page in Markdown.
    """
    write_document(_described(of, format).removesuffix("\n"))
    return 0


def _described(of: str, form: str) -> str:
    if of == "documents":
        from casecore.cli.documents import documents_page
        from casecore.codec.schemas import documents_schema_text

        return documents_page() if form == "md" else documents_schema_text()
    if of == "map":
        from casecore.audit.logs.map_schema import map_schema_text
        from casecore.cli.map_page import map_page

        return map_page() if form == "md" else map_schema_text()
    from casecore.cli.reference import keys_page
    from casecore.policies.schema import schema_text

    return keys_page() if form == "md" else schema_text()
