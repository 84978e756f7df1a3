"""What a command reads: files, and standard input, which people call `-`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from casecore.kernel.problems import Problem, why_unreadable
from casecore.policies import Policy, PolicyError
from casecore.policies.files import LARGEST, decode_text, parse_toml, resolve_extends
from casecore.policies.policy import require_rules
from casecore.reports.paths import STANDARD_INPUT

if TYPE_CHECKING:
    from casecore.rooms.composition import House

DASH: Final = "-"
"""How people call standard input."""


def is_standard_input(file: str) -> bool:
    """Whether a file is what somebody calls `-`, or what reports call it."""
    return file in {DASH, STANDARD_INPUT}


def read_standard_input(size: int = -1) -> bytes:
    """The bytes of standard input.

    Args:
        size: How many at most; all of them where it is negative.

    Raises:
        OSError: When it cannot be read.
    """
    if sys.stdin is None or getattr(sys.stdin, "closed", False):  # a process may be started without one
        raise OSError("it is closed")
    return sys.stdin.buffer.read(size)


def load_policy(file: str | None, house: House | None = None) -> Policy:
    """A policy: of a file, of standard input, or the one that ships with casecore where none is named.

    What standard input extends lies in the current folder.

    Args:
        file: Its path, or `-`.
        house: The rooms whose rules it may soften; None: those that ship.

    Raises:
        PolicyError: When it cannot be read, or anything in it is wrong.
    """
    if file is None:
        return Policy.default()
    policy = _read_policy(file)
    require_rules(policy, () if house is None else house.softened)
    return policy


def _read_policy(file: str) -> Policy:
    if not is_standard_input(file):
        return Policy.load(file)
    try:
        content = read_standard_input(LARGEST + 1)
    except OSError as error:
        raise _input_error(f"cannot be read ({why_unreadable(error)})") from None
    text = decode_text(content, STANDARD_INPUT)
    if not text.strip():  # a file may say nothing, and then all is as shipped; here somebody's other command failed
        raise _input_error("is empty")
    return Policy.of_files(*resolve_extends(parse_toml(text, STANDARD_INPUT), Path()))


def _input_error(found: str) -> PolicyError:
    return PolicyError(STANDARD_INPUT, (Problem("", found, "a policy, as TOML"),))
