"""The JSON Schema of a map, for editors, made of the declarations of its keys; `casecore schema --of map` prints it."""

from __future__ import annotations

import json
from typing import Any

from casecore.audit.logs.log_map import LogMap
from casecore.policies.declared import DeclaredKey
from casecore.policies.files import EXTENDS
from casecore.policies.kinds import KeyScope, Table
from casecore.policies.schema import schema_of_key, schema_of_kind

EXTENDED_MAP = DeclaredKey(
    "extends",
    ("extends",),
    EXTENDS,
    "The map of which this one says only what differs: one that ships, by its name, or a file beside this one.",
    KeyScope.FILE,
)
"""A key of files, which a map that has been read does not have any more."""


def map_schema() -> dict[str, Any]:
    """The JSON Schema of a map."""
    schema = schema_of_kind(Table(LogMap))
    del schema["required"]  # what a map lacks, the one that it extends may have
    for table in schema["properties"].values():
        table.pop("required", None)
    schema["properties"] = {"extends": schema_of_key(EXTENDED_MAP), **schema["properties"]}
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "casecore map of a log",
        "description": "Which column of a log holds what, how its times are written, and what its words mean.",
    }
    return {**head, **schema}


def map_schema_text() -> str:
    """The same as text."""
    return json.dumps(map_schema(), indent=1, ensure_ascii=False) + "\n"
