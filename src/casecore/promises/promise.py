"""What a promise is: one row, with everything that is known of it.

A row says what is promised, what it asks of a step, which steps put it to the test, which rules it rests on, and, for
the two promises that something stays possible, where there must always be a way to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import field, frozen

from casecore.desk import Desk
from casecore.kernel import Enforcement
from casecore.policies import Policy
from casecore.promises.steps import Step


@frozen
class Occasion:
    """What puts a promise to the test.

    A promise of which no occasion is ever reached is kept by nobody: a desk where no chat can be accepted never has a
    third one. Such a promise is *vacuous*, which is a finding and no proof.

    Attributes:
        met: (step) -> whether it does.
        missing: What never happens where no step does, in words.
    """

    met: Callable[[Step], bool]
    missing: str


@frozen
class WayOn:
    """Where there must always be a way to.

    Attributes:
        reached: (desk) -> whether it is there.
        lost: What is wrong where there is no way any more, in words.
        remedy: What to do about it before a policy is switched.
    """

    reached: Callable[[Desk], bool] = field(repr=False)
    lost: str
    remedy: str


@frozen
class Statement:
    """What is promised, in words.

    Attributes:
        number: Its number in §10.
        title: What is promised.
    """

    number: str
    title: str


@frozen
class Promise(Statement):
    """Something that holds at every step.

    Attributes:
        asks: (step) -> everything that breaks it.
        occasion: What puts it to the test.
        rules: The rules it rests on; softened by the policy, the promise is not claimed.
        unless: A choice of the policy with which it is not claimed.
        way_on: Where there must always be a way to; None where the promise is about single steps.
    """

    asks: Callable[[Step], Iterable[str]] = field(repr=False)
    occasion: Occasion = field(repr=False)
    rules: tuple[str, ...] = field(default=(), kw_only=True)
    unless: Callable[[Policy], bool] = field(default=lambda policy: False, repr=False, kw_only=True)
    way_on: WayOn | None = field(default=None, repr=False, kw_only=True)

    def claimed(self, policy: Policy) -> bool:
        """Whether it is promised under this policy."""
        return not self.unless(policy) and all(policy.mode(rule) is Enforcement.BLOCK for rule in self.rules)
