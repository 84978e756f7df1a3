"""What a change of a policy does, in a word."""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """What a change does."""

    LOOSER = "looser"
    STRICTER = "stricter"
    OTHER = "other"
