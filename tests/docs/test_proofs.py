"""docs/proofs.md: the promise of one's own is watched as it says, over a history and in a search."""

import re
from pathlib import Path

from casecore import CloseCase, CloseReason, OpenCase, Policy, SendReply, Status
from casecore.channels import Channel
from casecore.check import commands
from casecore.explore import Part, Result, Scope, Watched, explore
from casecore.explore.scope import NOON
from casecore.promises import watch
from casecore.testing.scenario import at, case_in, given

PAGE = (Path(__file__).parents[2] / "docs" / "proofs.md").read_text("utf-8")


def own_promise():
    """The promise that the page makes."""
    (code,) = re.findall(r"<!-- own promise -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(compile(code, "docs/proofs.md", "exec"), names)  # noqa: S102 -- the page's own words
    return names["NO_SPAM_AFTER_ANSWERS"]


def test_over_a_history_a_breach_is_told_with_its_instant():
    """Given a chat that was answered, when it is closed as spam, the promise is broken then; unanswered, it is kept."""
    for status, broken in ((Status.PENDING, [("90", at(60))]), (Status.OPEN, [])):
        story = given(*case_in(status)).when(CloseCase("dora", at(60), "c1", CloseReason.SPAM)).after
        found = watch(story.events, Policy.default(), promises=[own_promise()])
        assert broken == [(breach.number, breach.at) for breach in found]


def test_in_a_search_the_shortest_story_is_told():
    """A chat comes, is opened, answered and closed as spam: four steps."""
    promise = own_promise()
    part = Part(
        (
            *commands.arrival_commands(Channel.CHAT),
            OpenCase("ana", NOON, "c1"),
            SendReply("ana", NOON, "c1", "m", "Here you are"),
            CloseCase("ana", NOON, "c1", CloseReason.SPAM),
        )
    )
    scope = Scope(
        "spam", commands.team_commands(Policy.default(), ana=commands.EVERYTHING), (part,), apart=commands.APART
    )
    found = explore(scope, Policy.default(), watched=Watched(witnesses={"90": promise.breaches}))["90"]
    assert (Result.FAILS, 4) == (found.result, len(found.story))
    assert ("case c1 was closed as spam, and its customer had an answer",) == found.wrong
