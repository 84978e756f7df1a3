"""The tables about service clocks: opening hours, what is promised on a channel and at a level, what stops a clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from casecore.channels import Channel
from casecore.kernel import changed
from casecore.policies.calendars import Calendar, Weekday
from casecore.policies.kinds import (
    NONE,
    Choice,
    Id,
    Length,
    Like,
    Named,
    OrNone,
    Several,
    Table,
    Text,
    a_source,
    key,
    keys_of,
    section,
)
from casecore.statuses import Status

_HOURS: Final = Like(11, example="09:00-12:30")


def _hours_key(day: str) -> Any:
    return key(Several(_HOURS), f"The opening hours on {day}, like 09:00-12:30; none: shut.", default=())


@section
class Opening:
    """A business calendar."""

    zone: str = key(Text(64), "The time zone, like Europe/Lisbon.", default="UTC")
    monday: tuple[str, ...] = _hours_key("Mondays")
    tuesday: tuple[str, ...] = _hours_key("Tuesdays")
    wednesday: tuple[str, ...] = _hours_key("Wednesdays")
    thursday: tuple[str, ...] = _hours_key("Thursdays")
    friday: tuple[str, ...] = _hours_key("Fridays")
    saturday: tuple[str, ...] = _hours_key("Saturdays")
    sunday: tuple[str, ...] = _hours_key("Sundays")
    holidays: tuple[str, ...] = key(
        Several(Like(10, example="2026-12-25")), "The dates on which it is shut, like 2026-12-25.", default=()
    )
    special: Mapping[str, tuple[str, ...]] = key(
        Named(Several(_HOURS)), "The hours of dates that differ from their weekday.", factory=dict
    )
    source: str = a_source()

    def calendar(self) -> Calendar:
        """The calendar that counts these hours.

        Raises:
            CalendarError: When the hours make no sense; it names every problem.
        """
        week = {day: getattr(self, day) for day in Weekday}
        return Calendar(self.zone, week, self.holidays, self.special)


class Level(StrEnum):
    """How urgent a case is to its service clocks."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


NO_TARGET: Final = timedelta.min
"""Held where a channel or a level has no target, whatever is promised around it; None: as it is around it."""

ALL_HOURS: Final = NONE
"""Held where all hours of a channel count, whatever counts by default."""


def _target_key(doc: str) -> Any:
    return key(OrNone(Length(), "no target", NO_TARGET), doc, default=None)


def _calendar_key() -> Any:
    return key(OrNone(Id(), "all hours", ALL_HOURS), "The calendar whose hours count.", default=None)


@section
class Target:
    """What is promised."""

    first_response: timedelta | None = _target_key("The longest open time from the first message to the first reply.")
    next_response: timedelta | None = _target_key("The longest open time from a later message to the reply to it.")
    solution: timedelta | None = _target_key("The longest open time from the first message to resolved.")
    calendar: str | None = _calendar_key()
    source: str = a_source()


def _level_key(level: str) -> Any:
    return key(Table(Target), f"What is promised for cases of the level {level}.", default=None)


@section
class Targets:
    """What is promised on a channel, or by default."""

    first_response: timedelta | None = _target_key("The longest open time from the first message to the first reply.")
    next_response: timedelta | None = _target_key("The longest open time from a later message to the reply to it.")
    solution: timedelta | None = _target_key("The longest open time from the first message to resolved.")
    calendar: str | None = _calendar_key()
    low: Target | None = _level_key("low")
    normal: Target | None = _level_key("normal")
    high: Target | None = _level_key("high")
    urgent: Target | None = _level_key("urgent")
    source: str = a_source()

    def said(self, name: str, level: Level) -> Any:
        """What is said for a level: of a clock its target, or of `calendar`; the level's own, else the channel's."""
        precise = getattr(self, level)
        found = getattr(precise, name) if precise is not None else None
        return getattr(self, name) if found is None else found


def _targets_key(channel: str) -> Any:
    return key(Table(Targets), f"What is promised on {channel}, where it differs from the default.", default=None)


class AfterReopening(StrEnum):
    """What reopening does to the solution clock."""

    RUNS_ON = "runs_on"
    LEAVES_OUT = "leaves_out"
    STARTS_AGAIN = "starts_again"
    FIRST_SOLUTION_STANDS = "first_solution_stands"


@section
class Sla:
    """What is promised, and how it is counted."""

    default: Targets = key(
        Table(Targets),
        "What is promised where nothing more precise is.",
        factory=lambda: Targets(first_response=timedelta(hours=1), solution=timedelta(hours=24)),
    )
    chat: Targets | None = _targets_key("chat")
    messaging: Targets | None = _targets_key("messaging")
    whatsapp: Targets | None = _targets_key("WhatsApp")
    apple_messages: Targets | None = _targets_key("Apple Messages")
    messenger: Targets | None = _targets_key("Messenger")
    twitter_dm: Targets | None = _targets_key("Twitter direct messages")
    sms: Targets | None = _targets_key("SMS")
    email: Targets | None = _targets_key("email")
    voice: Targets | None = _targets_key("calls")
    facebook: Targets | None = _targets_key("Facebook")
    twitter: Targets | None = _targets_key("Twitter")
    linkedin: Targets | None = _targets_key("LinkedIn")
    pause_in: tuple[Status, ...] = key(
        Several(Choice(Status)), "The statuses in which the solution clock does not count.", default=()
    )
    after_reopening: AfterReopening = key(
        Choice(AfterReopening), "What reopening does to the solution clock.", default=AfterReopening.RUNS_ON
    )
    source: str = a_source()

    def __attrs_post_init__(self) -> None:
        """Around the default there is nothing, so that what says none there says nothing."""
        around = {name: None for name in keys_of(Targets) if getattr(self.default, name) in {NO_TARGET, ALL_HOURS}}
        if around:
            object.__setattr__(self, "default", changed(self.default, **around))

    def target(self, name: str, channel: Channel, level: Level) -> timedelta | None:
        """The target of a clock: the channel's, else the default; in each the level's own first."""
        said: timedelta | None = self._said(name, channel, level)
        return None if said == NO_TARGET else said

    def calendar(self, channel: Channel, level: Level = Level.NORMAL) -> str | None:
        """The name of the calendar that counts on a channel for cases of a level, found as targets are."""
        named: str | None = self._said("calendar", channel, level)
        return None if named == ALL_HOURS else named

    def _said(self, name: str, channel: Channel, level: Level) -> Any:
        targets: Targets | None = getattr(self, channel)
        found = targets.said(name, level) if targets is not None else None
        return self.default.said(name, level) if found is None else found
