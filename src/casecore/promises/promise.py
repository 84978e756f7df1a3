"""What a promise is: one row, with everything that is known of it.

A row says what is promised, and has a **witness**, who is shown every step and says what breaks it. It names what
must occur before anything is proved (an **occasion**: what must happen; **situations**: what somebody must try), the
rules that a policy may soften, and, for the two promises that something stays possible, where there must always be a
way to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import field, frozen

from casecore.kernel import Command
from casecore.policies import Policy
from casecore.promises.books import Books
from casecore.promises.happening import Happening
from casecore.promises.in_force import InForce


@frozen
class Occasion:
    """What puts a promise to the test.

    A promise of which no occasion is ever reached is kept by nobody: a desk where no chat can be accepted never has a
    third one. Such a promise is *vacuous*, which is a finding and no proof.

    Attributes:
        met: (step) -> whether it does.
        missing: What never happens where no step does, in words.
    """

    met: Callable[[Happening], bool]
    missing: str


@frozen
class Situation:
    """What must be tried before a promise is proved: what nobody tries cannot go wrong.

    Attributes:
        what: What somebody tries, in words.
        tried: (command, books before it) -> whether that is it; it need not be accepted.
        expected: Whether a policy leaves room for it; where it does not, nothing is missing.
    """

    what: str
    tried: Callable[[Command, Books], bool] = field(repr=False)
    expected: Callable[[Policy], bool] = field(default=lambda policy: True, repr=False)


@frozen
class WayOn:
    """Where there must always be a way to.

    Attributes:
        reached: (books) -> whether it is there.
        lost: What is wrong where there is no way any more, in words.
        remedy: What to do about it before a policy is switched.
    """

    reached: Callable[[Books], bool] = field(repr=False)
    lost: str
    remedy: str


def name_of_promise(number: str) -> str:
    """What a promise is called: `P04`; what a rule of a team's own promises, by the id of the rule."""
    return number if "." in number else f"P{number}"


@frozen
class Statement:
    """What is promised, in words.

    Attributes:
        number: Its number in §10; what a rule of a team's own promises has the id of the rule.
        title: What is promised.
    """

    number: str
    title: str


@frozen
class Promise(Statement):
    """Something that holds at every step.

    Attributes:
        witness: (step) -> everything that breaks it; one that watches for a way on says nothing of single steps.
        occasion: What puts it to the test.
        situations: What must be tried besides.
        rules: The rules it rests on; softened by the policy, the promise is not claimed.
        unless: A choice of the policy with which it is not claimed.
        empty: (what the SOP says) -> why there is nothing left of it to promise, in words; nothing where there is.
        terms: The policy keys that say how much is promised; who reads of it is told their values.
        way_on: Where there must always be a way to; None where the promise is about single steps.
    """

    witness: Callable[[Happening], Iterable[str]] = field(repr=False)
    occasion: Occasion = field(repr=False)
    situations: tuple[Situation, ...] = field(default=(), repr=False, kw_only=True)
    rules: tuple[str, ...] = field(default=(), kw_only=True)
    unless: Callable[[InForce], bool] = field(default=lambda said: False, repr=False, kw_only=True)
    empty: Callable[[InForce], str] = field(default=lambda said: "", repr=False, kw_only=True)
    terms: tuple[str, ...] = field(default=(), kw_only=True)
    way_on: WayOn | None = field(default=None, repr=False, kw_only=True)

    def claimed(self, policy: Policy) -> bool:
        """Whether it is promised under this policy."""
        return self.claimed_by(InForce(policy))

    def claimed_by(self, said: InForce) -> bool:
        """Whether it is promised for a case, by what the SOP says of that."""
        return not self.unless(said) and not self.empty(said) and all(said.blocks(rule) for rule in self.rules)

    def breaches(self, step: Happening) -> tuple[str, ...]:
        """Everything in a step that breaks it; nothing where it is not promised for the case that this is about."""
        wrong = tuple(self.witness(step))
        return wrong if wrong and self.claimed_by(step.said) else ()
