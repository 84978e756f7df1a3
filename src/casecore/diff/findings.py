"""A comparison in words that every format shares: a sign, a sentence, both answers, the edited lines.

+  looser      now allowed
-  stricter    now refused
~  other       the same step has another result
!  stranded    a case in flight has no way on
?  untried     edited, and nobody tries what it is about
=  no effect   edited, and no decision differs at the desks that were tried
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs
from attrs import frozen

from casecore.check.findings import as_written, judgement_text, location_of, policy_title
from casecore.check.in_flight import Stranded
from casecore.check.report import Finding, Findings, Judgement, Severity
from casecore.check.stories import story_lines, story_rows, story_sentences
from casecore.diff.comparison import Comparison
from casecore.diff.days import RedecidedDay
from casecore.diff.differences import STRANDED, UNTRIED, Differences, Numbered, everything
from casecore.diff.in_scope import BehaviourChange
from casecore.diff.labels import Label
from casecore.diff.outcomes import OutcomeChange
from casecore.diff.revisions import file_of
from casecore.diff.tried import about_nothing
from casecore.explore import Story
from casecore.kernel import Refused, Verdict
from casecore.kernel.problems import SHOWN, Origin
from casecore.kernel.shown import DisplayedList
from casecore.policies import Policy
from casecore.policies.edits import Edit, is_key_of_rule
from casecore.promises import Step
from casecore.promises.promise import name_of_promise
from casecore.reports.findings import Location, fingerprint_of
from casecore.reports.text import plural, visible
from casecore.rooms.composition import RULES

NO_EFFECT: Final = "no effect"

SIGNS: Final[Mapping[str, str]] = MappingProxyType(
    {Label.LOOSER: "+", Label.STRICTER: "-", Label.OTHER: "~", STRANDED: "!", UNTRIED: "?", NO_EFFECT: "="}
)
"""A sign for what a change does."""

MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Label.LOOSER: "now allowed",
        Label.STRICTER: "now refused",
        Label.OTHER: "same step, other result",
        STRANDED: "no way on for a case in flight",
        UNTRIED: "edited, and nobody tries it",
        NO_EFFECT: "edited, and no decision differs",
    }
)
"""What each means."""

LEVELS: Final[Mapping[str, Severity]] = MappingProxyType(
    {
        Label.LOOSER: Severity.WARNING,
        Label.STRICTER: Severity.WARNING,
        Label.OTHER: Severity.WARNING,
        STRANDED: Severity.ERROR,
        UNTRIED: Severity.WARNING,
        NO_EFFECT: Severity.NOTE,
    }
)
"""How each is marked beside the lines of a change."""

TO_KNOW: Final[Mapping[str, str]] = MappingProxyType(
    {
        "override": "compared for one case that each override matches",
        "rule": "compared in the scopes of the rules of both policies, where what they look at is varied",
        "channels": "compared in what customers send and agents answer there",
        "capacity": "compared with chats, emails and calls apart; a large limit as a small one",
    }
)
"""By where an edit stands: what a reader has to know who is told that it has no effect."""

NOT_ASKED: Final = "whether promises are kept was not asked: --promises"
NONE_TURNED: Final = "no promise has another verdict"

_TITLES: Final = {rule.id: rule.title for rule in RULES}


@frozen
class DiffEntry:
    """One thing in words.

    Attributes:
        id: `D1`, `S1`, `U1` or `E1`.
        label: Looser, stricter, other, stranded, untried or no effect.
        title: One sentence.
        since: From when on, as a date; nothing: from the beginning.
        edits: The edits it comes of.
        story: What leads there.
        old: The old answer to the story's last step; nothing where it is not about one.
        new: The new answer.
        more: What else there is to know, one sentence each.
    """

    id: str
    label: str
    title: str
    since: str
    edits: tuple[Edit, ...]
    story: Story | None
    old: str = ""
    new: str = ""
    more: tuple[str, ...] = ()

    @property
    def sign(self) -> str:
        """The sign of its label."""
        return SIGNS[self.label]

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        """Both answers to the story's last step, the old one first, each after its word; none where there are none."""
        return tuple((word, answer) for word, answer in (("old", self.old), ("new", self.new)) if answer)

    @property
    def fingerprint(self) -> str:
        """The same for the same thing in another version of the files."""
        return fingerprint_of(self.label, self.title, *(edit.key for edit in self.edits))


def diff_findings(report: Differences, file: str) -> DisplayedList[Finding]:
    """Everything that a report says, each beside the line of the new file that makes it.

    Where the new file has no such line, that is the line of the old one; of one that was read at a revision it is the
    file, and the message tells the line that it had there.

    Args:
        report: What came of a comparison.
        file: What the new file is called, where the policy does not know that.
    """
    return Findings(_entry_finding(report, one, file) for one in diff_entries(report))


def _entry_finding(report: Differences, one: DiffEntry, file: str) -> Finding:
    place, stood = _place_of_edits(report, one.edits, file)
    answers = (f"{word}: {answer}" for word, answer in one.answers)
    return Finding(
        one.label,
        LEVELS[one.label],
        next((edit.key for edit in one.edits), ""),
        "\n".join([*map(edit_text, one.edits), *stood, *answers, *one.more]),
        title=one.title,
        number=one.id,
        location=place,
        detail=() if one.story is None else tuple(story_lines(one.story)),
        steps=() if one.story is None else tuple(story_sentences(one.story)),
        fingerprint=one.fingerprint,
    )


def _place_of_edits(report: Differences, edits: tuple[Edit, ...], file: str) -> tuple[Location, tuple[str, ...]]:
    """Where a reader finds edits as the files are now, and what has to be said of that place."""
    now, then = ([*filter(None, (edit_origin(one, edit) for edit in edits))] for one in (report.new, report.old))
    if now or not then or not report.revision:
        return location_of(next(iter(now or then), None), file), ()
    return Location(file_of(report.revision, then[0].file)), (visible(f"stood at {then[0].file}:{then[0].line}"),)


def diff_entries(report: Differences) -> Iterator[DiffEntry]:
    """Everything that a report says, in order; of what ends, it says when."""
    for one, entry in zip(everything(report), _entries(report), strict=True):
        yield attrs.evolve(entry, more=(*_end_lines(one.comparison, entry.edits), *entry.more))


def _end_lines(comparison: Comparison, edits: tuple[Edit, ...]) -> Iterator[str]:
    ends, made_again = comparison.end_of(edits)
    if ends is not None:
        again = "".join(f", and again from {begin:%Y-%m-%d}" for begin in made_again)
        yield f"ends on {ends:%Y-%m-%d}{again}"


def _entries(report: Differences) -> Iterator[DiffEntry]:
    for one in everything(report):
        match one.what:
            case BehaviourChange() as change:
                yield _change_entry(one, change)
            case Stranded() as stranded:
                seen = f"in {plural(stranded.times, 'world')} of {', '.join(stranded.scopes)}"
                edits = one.comparison.edits
                title, more = visible(stranded.what), (visible(stranded.hint), seen)
                yield DiffEntry(one.id, STRANDED, title, _begin_text(one), edits, stranded.story, more=more)
            case OutcomeChange() as outcome:
                edits = tuple(edit for edit in one.comparison.edits if edit.key in outcome.edits)
                seen = f"in {outcome.times:,} of {outcome.tried:,} that were compared"
                answers = (visible(outcome.old), visible(outcome.new))
                story, since = outcome.story, _begin_text(one)
                yield DiffEntry(one.id, outcome.label, outcome.title, since, edits, story, *answers, (seen,))
            case edit if one.id.startswith("U"):
                title = "nobody tries what this is about, so that nothing is known of it"
                yield DiffEntry(one.id, UNTRIED, title, _begin_text(one), (edit,), None)
            case edit:
                table = next((name for name in TO_KNOW if f"{edit.key}.".startswith(f"{name}.")), "")
                known = tuple(filter(None, (about_nothing(edit), TO_KNOW.get(table))))
                title = "no decision differs at the desks that were tried"
                yield DiffEntry(one.id, NO_EFFECT, title, _begin_text(one), (edit,), None, more=known)


def _begin_text(one: Numbered) -> str:
    return "" if one.begin is None else f"{one.begin:%Y-%m-%d}"


def _change_entry(one: Numbered, change: BehaviourChange) -> DiffEntry:
    what = ", ".join(_split_camel_case(command) for command in change.commands)
    rules = ", ".join(change.rules)
    match change.label:
        case Label.LOOSER:
            title = f"{what}: no longer refused by {rules}{_rule_titles(change.rules, one.comparison.old)}"
        case Label.STRICTER:
            title = f"{what}: now refused by {rules}{_rule_titles(change.rules, one.comparison.new)}"
        case _:
            title = f"{what}: something else happens{rules and f' ({rules})'}"
    reached = ", ".join((*change.channels, *(f"the queue {queue}" for queue in change.queues)))
    more: list[str] = [f"in {plural(change.times, 'step')} of {', '.join(change.scopes)}"]
    more += [f"with {key} lower by {less} on both sides, which ends sooner" for key, less in change.lowered.items()]
    if reached:
        more.insert(0, f"seen on {reached}")
    last = change.story.steps[-1]
    return DiffEntry(
        one.id,
        change.label,
        visible(title),
        _begin_text(one),
        tuple(edit for edit in one.comparison.edits if edit.key in change.edits),
        change.story,
        answer_text(last, change.old),
        answer_text(last, change.new),
        tuple(map(visible, more)),
    )


def _rule_titles(rules: tuple[str, ...], policy: Policy) -> str:
    """The titles of rules that refuse something under a policy, which may have rules of its own."""
    known = {**_TITLES, **{rule.id: rule.title for rule in policy.rule}}
    titles = [known[rule] for rule in rules if rule in known]
    return f" ({'; '.join(titles)})" if titles else ""


def _split_camel_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r" \1", name).lower()


def answer_text(step: Step, verdict: Verdict) -> str:
    """An answer to a step in words: why it is refused, or what comes of it."""
    if isinstance(verdict, Refused):
        return visible("refused, " + "; ".join(f"{reason.rule}: {reason.message}" for reason in verdict.reasons))
    this: Any = step
    taken = attrs.evolve(this, verdict=verdict, after=step.before.evolve(verdict.events))
    (row,) = story_rows(Story((), (taken,)))
    return f"allowed{row.changes and f': {row.changes}'}"


# Edits and the whole -----------------------------------------------------------------------------------


def edit_text(edit: Edit) -> str:
    """An edit in words: `capacity.chat 2 -> 3`; a whole table is not spelled out, because it has lines of its own.

    What an own rule looks at and needs is one value, though it is written as a table.
    """
    if isinstance(edit.old or edit.new, dict) and not is_key_of_rule(edit):
        return visible(f"{edit.key} {'is new' if edit.old is None else 'is gone'}")
    return visible(f"{edit.key} {_shorten_value(edit.old)} -> {_shorten_value(edit.new)}")


def _shorten_value(value: Any) -> str:
    text = as_written(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def edit_origin(policy: Policy, edit: Edit) -> Origin | None:
    """Where one of the policies says an edited key: in the layer and the file that set it; None where none does."""
    return next((origin for sources, origin in edit.places if sources is policy.sources), None)


def edit_places(report: Differences, edit: Edit) -> str:
    """Where an edit stands in both files, e.g. `old.toml:22, new.toml:22`; nothing where neither says it."""
    found = (edit_origin(policy, edit) for policy in (report.old, report.new))
    return visible(", ".join(f"{one.file}:{one.line}" for one in found if one is not None))


def diff_title(report: Differences, old: str, new: str) -> str:
    """Which policies were compared."""
    return visible(f"{policy_title(report.old)} ({old}) -> {policy_title(report.new)} ({new})")


def sign_legend() -> str:
    """The signs and what they mean."""
    return "   ".join(f"{sign} {label} ({MEANINGS[label]})" for label, sign in SIGNS.items())


def diff_summary(report: Differences) -> str:
    """How many of each."""
    named = [f"{count:,} {name}" for name, count in report.counts().items() if count]
    named += [f"{plural(len(silent), 'edit')} without effect"] if (silent := report.without_effect) else []
    return f"{plural(report.edits, 'edit')}: {', '.join(named) or 'nothing differs'}"


def coverage_text(report: Differences) -> str:
    """How much was tried."""
    found = [comparison for _, comparison in report.periods]
    worlds, steps = (sum(one) for one in zip(*((c.worlds, c.transitions) for c in found), strict=True))
    tried = "all of them" if report.complete else "and given up at the limit"
    more = "".join(f"; {line}" for line in (*omissions(found), *_of_promises(found)))
    return f"{plural(worlds, 'world')}, {plural(steps, 'step')} between them, {tried}{_switch_text(found)}{more}"


def _of_promises(found: list[Comparison]) -> Iterator[str]:
    """What there is to say of promises beside those that have another verdict: nothing where nothing differs."""
    differing = [comparison for comparison in found if comparison.changes]
    if not all(comparison.promises for comparison in differing):
        yield NOT_ASKED
    elif differing and not any(comparison.verdict_changes for comparison in found):
        yield NONE_TURNED


def omissions(found: list[Comparison]) -> Iterator[str]:
    """How many differences are not told, because no story leads to them, and how sure that is."""
    unsure = sum(sum(one.given_up for one in comparison.untold) + comparison.flights.given_up for comparison in found)
    every = sum(len(comparison.untold) + comparison.flights.untold for comparison in found)
    if every > unsure:
        yield f"{plural(every - unsure, 'difference')} left out, to which no clock leads under either policy"
    if unsure:
        found_none = "to which no clock was found to lead before the search was given up"
        yield f"{plural(unsure, 'difference')} left out, {found_none}"


def _switch_text(found: list[Comparison]) -> str:
    worlds = sum(comparison.flights.worlds for comparison in found)
    return f"; the switch tried in {plural(worlds, 'world')}" if worlds else ""


def verdict_lines(report: Differences) -> Iterator[str]:
    """Which promises have another verdict: `P06 no idle disconnect too early: proved -> not claimed`."""
    for begin, comparison in report.periods:
        since = "" if begin is None else f"from {begin:%Y-%m-%d}: "
        for one in comparison.verdict_changes:
            why = "" if one.new is None else f" ({judgement_text(one.new)})"
            yield visible(
                f"{since}{name_of_promise(one.number)} {one.title}: {verdict_of(one.old)} -> {verdict_of(one.new)}{why}"
            )


def verdict_of(judgement: Judgement | None) -> str:
    """What is known of a promise, in a word or two."""
    return "claimed" if judgement is None else judgement.verdict


def day_lines(day: RedecidedDay) -> Iterator[str]:
    """What of a recorded day would have been decided otherwise."""
    share = f" ({day.times / day.decisions:.1%})" if day.decisions else ""
    yield visible(f"{day.name}: {day.times:,} of {plural(day.decisions, 'decision')} would have been others{share}")
    for one in day.differences:
        rules = f" by {', '.join(one.rules)}" if one.rules else ""
        what = ", ".join(map(_split_camel_case, one.commands))
        yield visible(f"  {SIGNS[one.label]} {one.times:,} {one.label}{rules}: {what}")
        for step, new in one.examples:
            yield visible(
                f"      line {step.line}: old {answer_text(step, step.verdict)}; new {answer_text(step, new)}"
            )
