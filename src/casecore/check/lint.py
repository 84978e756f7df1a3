"""Lint: what reading a policy alone shows, without trying anything.

Each finding has a stable code (`code_pages.py` says what it means), the key it is about, a sentence with what was found
and why it matters, and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from casecore.channels import Channel
from casecore.check.report import Finding, Judgement, PromiseVerdict, Severity
from casecore.check.wordings import dated_policies, find_unsendable_wordings, place_in_layers
from casecore.kernel import changed
from casecore.kernel.durations import duration_text
from casecore.kernel.problems import under
from casecore.kernel.words import language_forms, same_forms
from casecore.policies import Policy, Waiver
from casecore.policies.calendars import Weekday
from casecore.policies.sections import CountsFrom, Delivery, Opening, Queue
from casecore.policies.warnings import policy_warnings
from casecore.promises.live_work import SHORT_SILENCE


def lint_policy(
    policy: Policy, at: datetime | None = None, proved: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """Everything in a policy that does nothing, or not what it seems to.

    Args:
        policy: The SOP.
        at: The instant (aware) at which waivers are looked at; None: every waiver holds.
        proved: The numbers of the promises that are known to hold.
    """
    found = (
        _find_shadowed_queues(policy),
        _find_closed_channels(policy),
        _find_zero_limits(policy),
        _find_misleading_readings(policy),
        _find_idle_overrides(policy),
        find_unsendable_wordings(policy),
        _find_idle_hours(policy),
    )
    return (*(finding for findings in found for finding in findings), *_find_useless_waivers(policy, at, proved))


def waiver_of(policy: Policy, promise: str, at: datetime | None) -> Waiver | None:
    """The waiver of a promise that holds at an instant; None for the instant: any that there is."""
    if at is not None:
        return policy.waiver_of(promise, at)
    return next((waiver for waiver in policy.waiver if waiver.promise == promise), None)


def _find_idle_overrides(policy: Policy) -> Iterator[Finding]:
    for problem in policy_warnings(policy):
        yield Finding("CC205", Severity.WARNING, problem.path, problem.message, problem.remedy)


def _find_useless_waivers(policy: Policy, at: datetime | None, proved: frozenset[str]) -> Iterator[Finding]:
    for number, waiver in enumerate(policy.waiver):
        path = f"waiver[{number}]"
        if waiver_of(policy, waiver.promise, at) is None:
            found = f"the waiver of promise {waiver.promise} ended with {waiver.until}"
            yield Finding("CC206", Severity.WARNING, path, found, "take it out, or agree on a new end")
        elif waiver.promise in proved:
            found = f"promise {waiver.promise} holds, so nothing needs its waiver"
            yield Finding("CC207", Severity.WARNING, path, found, "take it out")


def missing_promises(judgements: Iterable[Judgement], required: frozenset[str]) -> Iterator[Finding]:
    """The promises that somebody requires and that are not proved, each with what is known of it instead."""
    for one in judgements:
        if one.number in required and one.verdict is not PromiseVerdict.PROVED:
            why = f": {one.why}" if one.why else ""
            found = f"promise {one.number} ({one.title}) is required, and is {one.verdict}{why}"
            key = next(iter(one.keys), "")
            yield Finding("CC208", Severity.ERROR, key, found, "keep it in the policy, or do not require it")


def _find_shadowed_queues(policy: Policy) -> Iterator[Finding]:
    names = [name for name, queue in policy.queues.items() if not queue.fallback]
    for place, name in enumerate(names):
        for earlier in names[:place]:
            if _takes_all_of(policy.queues[earlier], policy.queues[name]):
                found = f"no case enters {name}: {earlier}, which is asked before, takes all that it would take"
                remedy = f"put {name} before {earlier}, or let {earlier} take less"
                yield Finding("CC201", Severity.WARNING, f"queues.{name}", found, remedy)
                break


def _takes_all_of(earlier: Queue, later: Queue) -> bool:
    """Whether every case that the later queue takes is taken by the earlier one."""
    forms: dict[str, Callable[[tuple[str, ...]], frozenset[str]]] = {
        "channels": frozenset,
        "reasons": same_forms,
        "languages": language_forms,
        "tags": same_forms,
    }
    return all(
        not getattr(earlier, name) or form(getattr(later, name) or ("",)) <= form(getattr(earlier, name))
        for name, form in forms.items()
    )


def _find_closed_channels(policy: Policy) -> Iterator[Finding]:
    for channel in Channel:
        if not getattr(policy.channels, channel).kinds:
            found = f"{channel} takes no kind of message: no customer can ever write there"
            yield Finding("CC202", Severity.WARNING, f"channels.{channel}.kinds", found, "name the kinds it takes")


def _find_zero_limits(policy: Policy) -> Iterator[Finding]:
    for name in ("total", *Channel):
        if getattr(policy.capacity, name) == 0:
            work = "any work" if name == "total" else f"work on {name}"
            found = f"the limit is 0, so nobody without a capacity of their own ever gets {work}"
            yield Finding("CC203", Severity.WARNING, f"capacity.{name}", found, "set it to 1 or more, or leave it out")


def _find_idle_hours(policy: Policy) -> Iterator[Finding]:
    """Opening hours of queues from which agents fetch their work: hours stop nothing but offers."""
    found = {}
    for said, sets in dated_policies(policy):
        for name, queue in said.queues.items():
            if queue.hours is not None and queue.delivery is Delivery.PULL:
                path = place_in_layers(f"{under('queues', name)}.hours", sets)
                what = f"{name} is offered to nobody, agents fetch its cases at any hour: its hours have no effect"
                found[path] = Finding("CC210", Severity.WARNING, path, what, 'take them out, or let it "push"')
    yield from found.values()


def _find_misleading_readings(policy: Policy) -> Iterator[Finding]:
    yield from _find_long_waits_for_closing(policy)
    idle = policy.chat.idle
    if idle.silence < SHORT_SILENCE:
        found = f"a chat may be ended after {duration_text(idle.silence)} without a word"
        yield Finding("CC204", Severity.WARNING, "chat.idle.silence", found, "leave customers the time to type")
    if idle.counts_from is CountsFrom.SILENCE and idle.ask_first:
        found = "the time counts from the silence, so a chat may be ended a moment after the question"
        yield Finding(
            "CC204",
            Severity.NOTE,
            "chat.idle.counts_from",
            found,
            'with "question" the customer has that long to answer',
        )
    if idle.counts_from is CountsFrom.QUESTION and not idle.ask_first:
        found = "the time counts from the question, but none has to be asked: it counts from the silence"
        yield Finding("CC204", Severity.WARNING, "chat.idle.ask_first", found, "ask at least once")


def _find_long_waits_for_closing(policy: Policy) -> Iterator[Finding]:
    """What is written in days and counts in opening hours, of which a day has fewer."""
    name = policy.lifecycle.calendar
    opening = policy.calendars[name] if name is not None else Opening()
    days = sum(bool(getattr(opening, day)) for day in Weekday)
    if not days:
        return
    opening = changed(opening, holidays=(), special={})
    a_week = opening.calendar().open_time(_A_MONDAY, _A_MONDAY + timedelta(days=7))
    for status, length in policy.lifecycle.close_after.items():
        if length >= timedelta(days=1):
            working_days = f"{length / a_week * days:.1f}".removesuffix(".0")
            found = f"{duration_text(length)} in the opening hours of {name} are {working_days} working days"
            remedy = f"write {duration_text(a_week / days)} for each working day"
            yield Finding("CC204", Severity.NOTE, f"lifecycle.close_after.{status}", found, remedy)


_A_MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
