"""Made logs: what a small desk did, with breaches put in whose place, rule and numbers are known by construction.

    kinds = ["third_chat", "disconnected_early"]
    log = inject(clean_day(7, policy=policy_for(kinds)), 7, kinds)
    log.commands[log.breaches[0].index]   # the command that breaks `log.breaks[0].rule`, and nothing else is broken

They are the oracle of the audit: what it finds in such a log has to be these breaches, and nothing else. An audit
judges and goes on: what a breaking command does is done, although a live desk would have refused it. Each kind
says why nothing else is broken then. `log_rows.py` hides, spoils and writes such logs.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from types import MappingProxyType

import attrs

from casecore import Command, Policy
from tests.audit.breach_alterations import ALTERATIONS
from tests.audit.breach_stories import STORIES
from tests.audit.clean_days import clean_day
from tests.audit.making import Log, NoPlaceError, Violation
from tests.sops import sop_with

__all__ = ["KINDS", "MadeLog", "NoPlaceError", "Violation", "clean_day", "inject", "made_log", "policy_for"]


KINDS = MappingProxyType(STORIES | ALTERATIONS)
"""Every kind of breach, by name."""


def sop_for(kinds: Iterable[str]) -> str:
    """What the policy must say for these kinds, beside the shipped SOP, as TOML."""
    return "\n".join(dict.fromkeys(KINDS[name].sop for name in kinds if KINDS[name].sop))


def policy_for(kinds: Iterable[str]) -> Policy:
    """The SOP under which days must be made for these kinds: the shipped one, with what they need beside it."""
    return sop_with(sop_for(kinds))


@attrs.frozen
class MadeLog:
    """A log and all that is broken in it.

    Attributes:
        commands: In order of time.
        breaches: In the same order; each has the index of its command.
        policy: Under which the rest is legal.
    """

    commands: Sequence[Command]
    breaches: Sequence[Violation]
    policy: Policy


def inject(
    day: Sequence[Command], seed: int, kinds: Iterable[str] = tuple(KINDS), policy: Policy | None = None
) -> MadeLog:
    """A clean day with breaches put in.

    Args:
        day: A clean day.
        seed: Where they are put; the same one puts them to the same places.
        kinds: What is broken; a kind that is named twice is broken twice.
        policy: Under which the day was made; `policy_for(kinds)` if it is not given.

    Raises:
        NoPlaceError: When the day has no place for one of them; a longer one has.
    """
    kinds, log = list(kinds), Log(list(day), seed)
    broken: dict[int, str] = {}
    for name in kinds:
        KINDS[name].make(log)
        broken |= {id(line): name for line in log.lines if line.breaks and id(line) not in broken}
    breaches = [
        Violation(index, name := broken[id(line)], KINDS[name].rule, **line.breaks)
        for index, line in enumerate(log.lines)
        if line.breaks
    ]
    return MadeLog([line.command for line in log.lines], breaches, policy or policy_for(kinds))


def made_log(seed: int, kinds: Iterable[str] = tuple(KINDS), cases: int = 60) -> MadeLog:
    """A clean day for these kinds of breaches, with them put in.

    Args:
        seed: Another one is another log; the same one is the same.
        kinds: What is broken; what the day has no place for is left out.
        cases: How many customers write first.
    """
    kinds = list(kinds)
    sop = sop_for(kinds)
    while True:
        try:
            return inject(_day(seed, cases, sop), seed, kinds, sop_with(sop))
        except NoPlaceError as error:
            kinds.remove(str(error))


@cache
def _day(seed: int, cases: int, sop: str) -> tuple[Command, ...]:
    """A clean day; many logs are made of one."""
    return tuple(clean_day(seed, cases, sop_with(sop)))
