"""What a report says, one thing after the other, in words that every format shares.

A **result** is a finding of the lint, or what is known of one promise. It has an id (`CC201`, `P04`), how bad it is, a
sentence, and the place in the file that it rests on, where the policy knows it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from attrs import field, frozen

from casecore.check.report import Exit, Fix, Judgement, Level, Report, Verdict
from casecore.policies import Policy
from casecore.policies.declared import find_key
from casecore.policies.kinds import as_toml
from casecore.replay.words import counted, visible

SHIPPED: Final = "sop.toml"
"""What the file of the SOP that ships with casecore is called."""

VERDICTS: Final[Mapping[Verdict, str]] = MappingProxyType(
    {
        Verdict.FAILS: "a story breaks the promise: the shortest there is in the scopes",
        Verdict.VACUOUS: "nothing ever puts the promise to the test, so that nobody keeps it: a finding, not a proof",
        Verdict.INCONCLUSIVE: "a search was given up at its limit, or no story with real instants could be told",
        Verdict.WAIVED: "the policy says that the promise need not hold, until when, and why",
        Verdict.NOT_CLAIMED: "the policy softens a rule that the promise rests on, so it promises nothing",
        Verdict.PROVED: "it was put to the test, and no step of any scope broke it",
    }
)
"""What each verdict means; the worst first."""

EXITS: Final[Mapping[Exit, str]] = MappingProxyType(
    {
        Exit.CLEAN: "everything that was asked is proved, waived or not claimed",
        Exit.FINDINGS: "a promise fails or is vacuous, or the policy has an error",
        Exit.COULD_NOT_RUN: "the policy, or an option, cannot be read",
        Exit.INCONCLUSIVE: "nothing is wrong so far, but not everything is known; or nothing was checked at all",
    }
)
"""What each exit code means."""

LEVELS: Final[Mapping[Verdict, Level]] = MappingProxyType(
    {Verdict.FAILS: Level.ERROR, Verdict.VACUOUS: Level.ERROR, Verdict.INCONCLUSIVE: Level.WARNING}
)
"""How bad a verdict is; of the others nobody needs to be told."""

MARKS: Final[Mapping[Verdict, str]] = MappingProxyType(
    {Verdict.FAILS: "✗", Verdict.VACUOUS: "✗", Verdict.INCONCLUSIVE: "?", Verdict.PROVED: "✓"}
)
"""A sign for a verdict; the others have a dash."""


# Where -------------------------------------------------------------------------------------------------


def where(policy: Policy, key: str) -> str:
    """The same as text, e.g. `sop.toml:41`; nothing where it is not known."""
    found = policy.origin(key)
    return "" if found is None else f"{found.file}:{found.line}"


def rests_on(policy: Policy, key: str) -> str:
    """A policy key with its value; a table, or a rule's id, as it is."""
    root: Any = Policy
    known = find_key(root, key)
    if known is None or known.is_table:
        return key
    value = policy.value(key)
    return f"{key} = {as_written(None if value is None else known.kind.write(value))}"


def as_written(value: Any) -> str:
    """A plain value as a policy file has it."""
    return "(left out)" if value is None else as_toml(value)


def fixed(fix: Fix) -> str:
    """A change that helps, in words."""
    return f"{fix.key} = {as_written(fix.new)}, not {as_written(fix.old)}"


# What --------------------------------------------------------------------------------------------------


@frozen
class Result:
    """One thing that a report says.

    Attributes:
        id: `CC201`, or `P` with the promise's number.
        level: How bad it is; None for what is as it should be.
        title: What it is about.
        message: What was found.
        remedy: What to do.
        key: The policy key that it is about, if it is about one.
        judgement: Of a promise: all that is known.
    """

    id: str
    level: Level | None
    title: str
    message: str
    remedy: str
    key: str
    judgement: Judgement | None = field(default=None, repr=False)

    @property
    def fingerprint(self) -> str:
        """The same for the same thing in another version of the file."""
        return hashlib.sha256(f"{self.id} {self.key}".encode()).hexdigest()[:32]


def results(report: Report) -> Iterator[Result]:
    """Everything that a report says: the lint first, then each promise."""
    yield from linted(report)
    yield from (result for result, _ in promised(report))


def linted(report: Report) -> Iterator[Result]:
    """The findings of the lint."""
    for finding in report.findings:
        message, remedy = visible(finding.message), visible(finding.remedy)
        yield Result(finding.code, finding.level, finding.path, message, remedy, finding.path)


def promised(report: Report) -> Iterator[tuple[Result, Judgement]]:
    """Every promise, with all that is known of it."""
    for judgement in report.judgements:
        number, level = f"P{judgement.number}", LEVELS.get(judgement.verdict)
        remedy = f"nearest fix: {fixed(judgement.fix)}" if judgement.fix is not None else ""
        key = next(iter(judgement.keys), "")
        result = Result(number, level, judgement.title, visible(said(judgement)), visible(remedy), key, judgement)
        yield result, judgement


def said(judgement: Judgement) -> str:
    """What is known of a promise, in a sentence."""
    match judgement.verdict:
        case Verdict.FAILS:
            steps = counted(len(judgement.story or ()), "step")
            return f"{'; '.join(judgement.wrong)} (after {steps}{_noted(judgement)})"
        case Verdict.PROVED:
            return f"put to the test {counted(judgement.times, 'time')} in {counted(len(judgement.scopes), 'scope')}"
        case Verdict.VACUOUS:
            return f"never put to the test: {judgement.why}"
        case _:
            return judgement.why


def _noted(judgement: Judgement) -> str:
    return f", {judgement.why}" if judgement.why else ""


def summed(report: Report) -> str:
    """The sum of a report: how many errors and warnings, and how many promises of each verdict."""
    levels = Counter(finding.level for finding in report.findings)
    parts = [counted(levels[level], level) for level in Level if levels[level]]
    parts += [f"{len(report.of(verdict))} {verdict}" for verdict in VERDICTS if report.of(verdict)]
    return ", ".join(parts) or "nothing was checked"


def searched(report: Report) -> str:
    """How much was tried, in words: what every verdict is worth."""
    worlds = sum(scope.worlds for scope in report.searched)
    steps = sum(scope.transitions for scope in report.searched)
    cut = sum(not scope.complete for scope in report.searched)
    told = (
        f"{counted(len(report.searched), 'scope')}: {counted(worlds, 'world')}, {counted(steps, 'step')} between them"
    )
    given_up = f"{counted(cut, 'scope')} given up at the limit" if cut else "all of them"
    walked = f"; and walked {counted(report.walked, 'step')} at random, which prove nothing" if report.walked else ""
    return f"{told}, {given_up}{walked}" if report.searched else f"no scope was searched{walked}"


def sizes(report: Report) -> Iterator[tuple[str, ...]]:
    """Each scope: its name, who is there, how many worlds and steps there are, and whether all of them were tried."""
    for scope in report.searched:
        tried = "all" if scope.complete else "given up"
        yield scope.scope, scope.cast, f"{scope.worlds:,}", f"{scope.transitions:,}", tried


def titled(policy: Policy) -> str:
    """What a policy is called: its id and version."""
    return visible(" ".join(filter(None, (policy.id, policy.version))))


def digest(policy: Policy) -> str:
    """The same for policies that say the same, whatever their remarks and their layout."""
    return hashlib.sha256(json.dumps(policy.to_dict()).encode()).hexdigest()
