"""The occasions of the promises: the steps that put each of them to the test.

A promise of which no occasion is ever reached is kept by nobody: a desk where no chat can be accepted never has a third
one. Such a promise is *vacuous*, which is a finding and no proof. `OCCASIONS` says what counts, by the promise's number
in §10, and what is missing, in words, where it never comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from casecore.channels import Channel
from casecore.kernel import Event
from casecore.promises import Step, proceeds_on
from casecore.rooms.agents import AgentAvailable, AgentUnavailable
from casecore.rooms.approvals import DraftApproved, DraftSubmitted
from casecore.rooms.arrivals import MessageReceived
from casecore.rooms.assignments import CaseAssigned, CaseQueued
from casecore.rooms.cases import CaseClosed
from casecore.rooms.offers import WorkOffered
from casecore.rooms.replies import ReplySent
from casecore.rooms.reviews import ReviewTaken
from casecore.rooms.silence import ChatDisconnected
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status


@frozen
class Occasion:
    """What puts a promise to the test.

    Attributes:
        met: (step) -> whether it does.
        missing: What never happens where no step does, in words.
    """

    met: Callable[[Step], bool]
    missing: str


def _happens(*events: type[Event]) -> Callable[[Step], bool]:
    return lambda step: any(isinstance(event, events) for event in step.events)


def _speaks_of_a_closed_case(step: Step) -> bool:
    return any(file.case.status is Status.CLOSED for file in step.before.cases.values())


def _reaches_a_limit(step: Step) -> bool:
    for event, _, after in step.moments:
        if isinstance(event, CaseAssigned | WorkOffered):
            agent, policy = step.after.agents[event.agent], step.policy
            channel = after.cases[event.case].case.channel
            has = agent.held.get(channel, 0) + agent.offered.get(channel, 0)
            if has == agent.limit(channel, policy) or agent.load == agent.total_limit(policy):
                return True
    return False


def _breaks_a_silence(step: Step) -> bool:
    for event in step.events:
        file = step.before.cases.get(event.case) if isinstance(event, MessageReceived) else None
        if file is not None and file.contact is not None and file.contact.silence_since is not None:
            return True
    return False


def _writes_on_whatsapp(step: Step) -> bool:
    return any(
        isinstance(event, ReplySent) and before.cases[event.case].case.channel is Channel.WHATSAPP
        for event, before, _ in step.moments
    )


def _needed_authentication(step: Step) -> bool:
    return any(proceeds_on(event, before, step.policy) for event, before, _ in step.moments)


def _next_state_follows(step: Step) -> bool:
    return _happens(Disposed)(step) and _happens(AgentUnavailable)(step)


OCCASIONS: Final[Mapping[str, Occasion]] = {
    "01": Occasion(_happens(CaseClosed), "no case is ever closed"),
    "02": Occasion(_speaks_of_a_closed_case, "nothing ever happens to a closed case"),
    "03": Occasion(_happens(CaseAssigned), "no case is ever assigned"),
    "04": Occasion(_reaches_a_limit, "nobody ever holds as much as they may"),
    "05": Occasion(_happens(CaseAssigned, WorkOffered, ReviewTaken), "no work is ever given to anybody"),
    "06": Occasion(_happens(ChatDisconnected), "no silent chat is ever disconnected"),
    "07": Occasion(_breaks_a_silence, "no customer ever breaks a silence"),
    "08": Occasion(_needed_authentication, "nothing ever happens that needs authentication"),
    "09": Occasion(_happens(ReplySent), "no reply is ever sent"),
    "10": Occasion(_happens(DraftApproved), "no draft is ever approved"),
    "11": Occasion(_happens(DraftApproved), "no draft is ever sent"),
    "12": Occasion(_writes_on_whatsapp, "nothing is ever written on WhatsApp"),
    "13": Occasion(_happens(AgentAvailable), "nobody ever becomes available"),
    "14": Occasion(_happens(AgentUnavailable), "nobody ever goes to lunch"),
    "15": Occasion(_next_state_follows, "no disposition ever ends in a next state"),
    "16": Occasion(_happens(CaseQueued), "no case ever waits"),
    "18": Occasion(_happens(CaseClosed), "no case is ever closed"),
    "19": Occasion(_happens(DraftSubmitted), "no draft is ever submitted"),
}
"""What puts each promise to the test."""
