"""Kinds of breaches: what one is, and the numbers that they share.

A **story** (`breach_stories.py`) happens beside the day: somebody joins to help out, and a customer writes whom nobody
else knows. What comes after the breach is legal only because the breaking command is applied, as an audit does; so
nothing follows from it. An **alteration** (`breach_alterations.py`) changes the day itself: a command is moved,
dropped, put beside another or says something else, where that harms nobody. The docstring of each says why nothing else
is broken. Which rule it is, and every number, is known by how it is made: nobody asks the rules.
"""

from collections.abc import Callable

import attrs

from tests.audit.making import Log

SILENCE, OFFER, GRACE, CLOSING, FIRST, WINDOW = 120, 30, 60, 48 * 3600, 3600, 24 * 3600
"""What the shipped SOP says, in seconds: written down once more, so that nobody reads it from what is tested."""


@attrs.frozen
class Kind:
    """A way of breaking one rule.

    Attributes:
        rule: Which.
        make: Puts it into a log.
        sop: What the policy must say for it, beside the shipped SOP.
    """

    rule: str
    make: Callable[[Log], None]
    sop: str = ""
