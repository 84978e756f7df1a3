"""What a report says, one finding after the other, in words that every format shares.

A finding of the lint has a code (`CC201`), and so has what is known of a promise (`P04`): with how bad it is, a
sentence, and the place in the file that it rests on, where the policy knows it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from casecore.check.report import Exit, Finding, Findings, Fix, Judgement, PromiseVerdict, Report, Severity
from casecore.check.stories import story_lines, story_sentences
from casecore.kernel.problems import Origin
from casecore.kernel.shown import DisplayedList
from casecore.policies import Policy
from casecore.policies.declared import find_key
from casecore.policies.kinds import as_toml
from casecore.policies.sections import OwnRule
from casecore.promises.promise import name_of_promise
from casecore.reports.findings import Location, fingerprint_of
from casecore.reports.text import level_counts, plural, visible

SHIPPED: Final = "sop.toml"
"""What the file of the SOP that ships with casecore is called."""

VERDICTS: Final[Mapping[PromiseVerdict, str]] = MappingProxyType(
    {
        PromiseVerdict.FAILS: "a story breaks the promise: the shortest there is in the scopes",
        PromiseVerdict.VACUOUS: (
            "nothing ever puts the promise to the test, so that nobody keeps it: a finding, not a proof"
        ),
        PromiseVerdict.INCONCLUSIVE: "a search was given up, no story could be told, or what might break it is untried",
        PromiseVerdict.WAIVED: "the policy says that the promise need not hold, until when, and why",
        PromiseVerdict.NOT_CLAIMED: "the policy softens a rule that the promise rests on, so it promises nothing",
        PromiseVerdict.PROVED: "it was put to the test, and no step of any scope broke it",
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

LEVELS: Final[Mapping[PromiseVerdict, Severity]] = MappingProxyType(
    {
        PromiseVerdict.FAILS: Severity.ERROR,
        PromiseVerdict.VACUOUS: Severity.ERROR,
        PromiseVerdict.INCONCLUSIVE: Severity.WARNING,
    }
)
"""How bad a verdict is; of the others nobody needs to be told."""

MARKS: Final[Mapping[PromiseVerdict, str]] = MappingProxyType(
    {
        PromiseVerdict.FAILS: "✗",
        PromiseVerdict.VACUOUS: "✗",
        PromiseVerdict.INCONCLUSIVE: "?",
        PromiseVerdict.PROVED: "✓",
    }
)
"""A sign for a verdict; the others have a dash."""


# Where -------------------------------------------------------------------------------------------------


def place_of(policy: Policy, key: str) -> str:
    """Where a key stands, e.g. `sop.toml:41`; nothing where that is not known."""
    found = policy.origin(key)
    return "" if found is None else f"{found.file}:{found.line}"


def location_of(found: Origin | None, file: str) -> Location:
    """A place in a policy's file; where it is not known, the file as a whole."""
    if found is None:
        return Location(file)
    return Location(found.file, found.line, found.column, found.end_line, found.end_column)


def rests_on(policy: Policy, key: str, set_to: Mapping[str, Any] = MappingProxyType({})) -> str:
    """A policy key with its value, or with that of a layer; a table, or a rule's id, as it is.

    Args:
        policy: The SOP.
        key: The key.
        set_to: What a layer sets, by key.
    """
    own = next((rule for number, rule in enumerate(policy.rule) if key == f"rule[{number}]"), None)
    if own is not None:
        return rule_in_words(own)
    root: Any = Policy
    known = find_key(root, key)
    if known is None or known.is_table:
        return key
    value = set_to[key] if key in set_to else policy.value(key)
    return f"{key} = {as_written(None if value is None else known.kind.write(value))}"


def rule_in_words(rule: OwnRule) -> str:
    """An own rule as people know it: its id, its title, and where the SOP says so."""
    source = f", {rule.source}" if rule.source else ""
    return f"{rule.id} ({rule.title}{source})"


def as_written(value: Any) -> str:
    """A plain value as a policy file has it."""
    return "(left out)" if value is None else as_toml(value)


def fix_text(fix: Fix) -> str:
    """A change that helps, in words."""
    return f"{fix.key} = {as_written(fix.new)}, not {as_written(fix.old)}"


# What --------------------------------------------------------------------------------------------------


def check_findings(report: Report, file: str = "") -> DisplayedList[Finding]:
    """Everything that a report says: the lint first, then each promise."""
    promises = (finding for finding, _ in promise_findings(report, file))
    return Findings((*lint_findings(report, file), *promises))


def lint_findings(report: Report, file: str = "") -> Iterator[Finding]:
    """The findings of the lint, each with its place.

    Args:
        report: What a check said.
        file: What the policy's file is called, where the policy does not know that of a key.
    """
    for finding in report.findings:
        yield attrs.evolve(
            finding,
            title=finding.path,
            message=visible(finding.message),
            remedy=visible(finding.remedy),
            location=location_of(report.policy.origin(finding.path), file),
            fingerprint=fingerprint_of(finding.code, finding.path),
        )


def promise_findings(report: Report, file: str = "") -> Iterator[tuple[Finding, Judgement]]:
    """Every promise, with all that is known of it; arguments as for `lint_findings`."""
    for judgement in report.judgements:
        code, key = name_of_promise(judgement.number), next(iter(judgement.keys), "")
        message = visible(judgement_text(judgement))
        finding = Finding(
            code,
            LEVELS.get(judgement.verdict),
            key,
            message,
            "" if judgement.fix is None else visible(f"nearest fix: {fix_text(judgement.fix)}"),
            title=judgement.title,
            location=location_of(report.policy.origin(key) if key else None, file),
            detail=() if judgement.story is None else tuple(story_lines(judgement.story)),
            steps=() if judgement.story is None else tuple(story_sentences(judgement.story, judgement.wrong)),
            fingerprint=fingerprint_of(code, key),
            excuse=message if judgement.verdict is PromiseVerdict.WAIVED else "",
        )
        yield finding, judgement


def judgement_text(judgement: Judgement) -> str:
    """What is known of a promise, in a sentence."""
    match judgement.verdict:
        case PromiseVerdict.FAILS:
            wrong = "; ".join(judgement.wrong)
            if judgement.story is None:
                return wrong
            return f"{wrong} (after {plural(len(judgement.story), 'step')}{_reason_suffix(judgement)})"
        case PromiseVerdict.PROVED:
            tried = f"put to the test {plural(judgement.times, 'time')} in {plural(len(judgement.scopes), 'scope')}"
            return f"{tried}; {'; '.join(judgement.terms)}" if judgement.terms else tried
        case PromiseVerdict.VACUOUS:
            return f"never put to the test: {judgement.why}"
        case _:
            return judgement.why


def _reason_suffix(judgement: Judgement) -> str:
    return f", {judgement.why}" if judgement.why else ""


def check_summary(report: Report) -> str:
    """The sum of a report: how many errors and warnings, and how many promises of each verdict."""
    parts = level_counts(finding.level for finding in report.findings)
    parts += [f"{len(report.of(verdict))} {verdict}" for verdict in VERDICTS if report.of(verdict)]
    return ", ".join(parts) or "nothing was checked"


def search_text(report: Report) -> str:
    """How much was tried, in words: what every verdict is worth."""
    searched = [scope for scope in report.searched if not scope.alike]
    worlds = sum(scope.worlds for scope in searched)
    steps = sum(scope.transitions for scope in searched)
    cut = sum(not scope.complete for scope in searched)
    more = worlds - sum(scope.desks for scope in searched)
    books = f" ({more:,} more than desks, by what the witnesses wrote down)" if more else ""
    counted = f"{plural(worlds, 'world')}{books}"
    sizes = f"{plural(len(searched), 'scope')}: {counted}, {plural(steps, 'step')} between them"
    given_up = f"{plural(cut, 'scope')} given up at the limit" if cut else "all of them"
    walked = f"; and walked {plural(report.walked, 'step')} at random, which prove nothing" if report.walked else ""
    untouched = len(report.searched) - len(searched)
    alike = f"; no change touches {plural(untouched, 'scope')}, which was searched before it" if untouched else ""
    return f"{sizes}, {given_up}{alike}{walked}" if report.searched else f"no scope was searched{walked}"


def scope_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Each scope: its name, who is there, how many worlds and steps there are, and whether all of them were tried."""
    for scope in report.searched:
        tried = "as before" if scope.alike else "all" if scope.complete else "given up"
        yield scope.scope, scope.cast, f"{scope.worlds:,}", f"{scope.transitions:,}", tried


def policy_title(policy: Policy) -> str:
    """What a policy is called: its id and version."""
    return visible(" ".join(filter(None, (policy.id, policy.version))))


def policy_digest(policy: Policy) -> str:
    """The same for policies that say the same, whatever their remarks and their layout."""
    return hashlib.sha256(json.dumps(policy.to_dict()).encode()).hexdigest()
