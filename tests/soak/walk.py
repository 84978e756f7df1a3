"""A random walk: of every command that is tried, whether its remedies are true, and whether few rows are enough.

It walks in episodes, each at a new desk with a team and customers who have written; what ends cases, or says what
cannot mean anything, is tried seldom, or most refusals would be for the same few reasons.
"""

from collections import Counter
from itertools import count
from random import Random

from attrs import define, field

from casecore.check.walk import LATER, _Walker
from casecore.explore.scope import NOON
from casecore.policies import Policy
from casecore.promises import Step
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.composition import HOUSE
from casecore.testing.laws import rows_of, unequal_on_few_rows
from casecore.testing.remedies import untrue_remedies

EPISODE = 400
"""How many commands are tried at one desk."""

SELDOM = 0.05
"""How often what is tried seldom is tried."""

ENDING = {"CloseCase", "LogOut", "GoUnavailable", "SetNextState", "ReleaseAbsent"}
"""The commands after which there is less to try."""

ROWS = {"case": "cases", "note": "notes", "commitment": "commitments"}
NEW_ROWS = {("AddNote", "note"), ("MakeCommitment", "commitment")}


@define
class Walked:
    """What a walk came to: how many commands were tried and refused, by which rules, and what was wrong."""

    tried: int = 0
    refused: int = 0
    remedies: int = 0
    rules: Counter = field(factory=Counter)
    wrong: list[str] = field(factory=list)


def walk(tried, seed=0, policy=None):
    """Try so many commands, most of them refused; the same seed walks the same way."""
    walked = Walked()
    for episode in count():
        if walked.tried >= tried:
            return walked
        walker = _Walker(policy or Policy.default(), Random(f"{seed}/{episode}"), HOUSE, NOON)
        _walk_episode(walker, walked, min(EPISODE, tried - walked.tried))
    return walked


def _walk_episode(walker, walked, tries):
    end = walked.tried + tries
    while walked.tried < end:
        walker._now += walker._random.choice(LATER)
        for command in walker._candidates():
            if _is_seldom(command, walker.desk) and walker._random.random() >= SELDOM:
                continue
            if walked.tried == end:
                return
            if try_command(walker, command, walked):
                break


def try_command(walker, command, walked):
    """Try one command, and look at what comes of it; says whether anything happens."""
    rows = rows_of(walker.desk) if walked.tried % 100 == 0 else None
    step = Step.of(walker.desk, command, HOUSE)
    walked.tried += 1
    walked.refused += not step.accepted
    walked.remedies += sum(bool(reason.ways) for reason in step.reasons)
    walked.rules.update(reason.rule for reason in step.reasons)
    walked.wrong += untrue_remedies(step)
    walked.wrong += (f"{command}: {what}" for what in unequal_on_few_rows(step))
    if rows is not None and rows != rows_of(walker.desk):
        walked.wrong.append(f"{command} changed the desk that was asked")
    walker.desk = step.after
    return bool(step.events)


def _is_seldom(command, desk):
    kind = type(command).__name__
    if kind in ENDING or (isinstance(command, ReceiveMessage) and len(desk.cases) > 20):
        return True
    for name, table in ROWS.items():
        row = getattr(command, name, None)
        if row is not None and (kind, name) not in NEW_ROWS and row not in getattr(desk, table):
            return True
    file = desk.cases.get(getattr(command, "case", None) or "")
    return file is not None and (
        str(file.case.status) == "closed"
        or (hasattr(command, "draft") and kind != "SubmitDraft" and file.draft is None)
        or (
            "Offer" in kind and kind != "OfferWork" and file.offers.offered_to is None and file.offers.review_to is None
        )
    )
