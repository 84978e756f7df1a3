"""What a check says, as data; `cli/` shows it in words.

A verdict is never only "ok": it names the scopes in which the promise was put to the test and how large they were.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any

from attrs import Factory, field, frozen

from casecore.explore import Story
from casecore.kernel.shown import DisplayedList, Framed
from casecore.policies import Policy
from casecore.reports.findings import Finding, Severity

__all__ = ["Exit", "Finding", "Findings", "Fix", "Judgement", "PromiseVerdict", "Report", "Searched", "Severity"]


class PromiseVerdict(StrEnum):
    """What is known of a promise."""

    PROVED = "proved"
    FAILS = "fails"
    VACUOUS = "vacuous"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"
    NOT_CLAIMED = "not claimed"


class Exit(IntEnum):
    """The exit codes of `check`."""

    CLEAN = 0
    FINDINGS = 1
    COULD_NOT_RUN = 2
    INCONCLUSIVE = 3


@frozen
class Searched:
    """One scope that was searched.

    Attributes:
        cast: Who was there, in words.
        worlds: How many worlds were reached.
        desks: How many of them differ in the desk; more worlds are due to the books of the witnesses.
        transitions: How many steps there are between them.
        decisions: How many questions had to be asked for that.
        complete: Whether these are all.
        alike: The name of the scope that was searched in its stead: no change between the two touches it.
    """

    scope: str
    cast: str
    worlds: int
    transitions: int
    decisions: int
    complete: bool
    desks: int = field(default=Factory(lambda self: self.worlds, takes_self=True), kw_only=True)
    alike: str = field(default="", kw_only=True)


@frozen
class Fix:
    """One change of one key with which a promise holds that failed, and with which no other fails that held.

    Attributes:
        key: The key's path.
        old: Its value now, as the file writes it.
        new: The value that was tried.
    """

    key: str
    old: Any = field(hash=False)
    new: Any = field(hash=False)


@frozen
class Judgement:
    """What is known of one promise.

    Attributes:
        number: Its number in §10.
        why: Where it is neither proved nor broken: the reason, in a sentence.
        times: In how many steps it was put to the test.
        scopes: The names of the scopes in which it was.
        story: The shortest story that breaks it.
        wrong: What is wrong with the story's last step.
        witness: The shortest story that puts it to the test.
        keys: The policy keys, or rule ids, that the story's last step rests on.
        fix: The nearest change that helps.
        terms: What the promise is worth under this policy: the keys that say how much, and what was searched for them.
    """

    number: str
    title: str
    verdict: PromiseVerdict
    why: str = ""
    times: int = 0
    scopes: tuple[str, ...] = ()
    story: Story | None = field(default=None, repr=False)
    wrong: tuple[str, ...] = ()
    witness: Story | None = field(default=None, repr=False)
    keys: tuple[str, ...] = ()
    fix: Fix | None = None
    terms: tuple[str, ...] = ()


class Findings(DisplayedList[Finding]):
    """Several findings, in the order in which they are told."""

    __slots__ = ()

    shown_by = "casecore.check.shown:FINDINGS"


@frozen(repr=False)
class Report(Framed):
    """Everything that a check found.

    Attributes:
        findings: What reading the policy alone shows.
        searched: The scopes.
        walked: How many steps of a random walk over all commands were taken besides; they prove nothing.
        judgements: Every promise, in order.
        unused: The ids of rules that refused nothing anywhere.
        rules: How many rules there are.
    """

    shown_by = "casecore.check.shown:REPORT"

    policy: Policy
    findings: DisplayedList[Finding] = field(converter=Findings)
    searched: tuple[Searched, ...]
    judgements: tuple[Judgement, ...]
    walked: int = 0
    unused: tuple[str, ...] = ()
    rules: int = 0

    def of(self, verdict: PromiseVerdict) -> tuple[Judgement, ...]:
        """The promises of which this is known."""
        return tuple(judgement for judgement in self.judgements if judgement.verdict is verdict)

    @property
    def exit(self) -> Exit:
        """What the command line answers: findings outweigh what is not known."""
        errors = any(finding.level is Severity.ERROR for finding in self.findings)
        if errors or self.of(PromiseVerdict.FAILS) or self.of(PromiseVerdict.VACUOUS):
            return Exit.FINDINGS
        if self.of(PromiseVerdict.INCONCLUSIVE) or not self.searched or not self.judgements:
            return Exit.INCONCLUSIVE
        return Exit.CLEAN
