"""What refused most: counted by hand for a few commands, and drawn."""

from casecore.kernel import Reason, Refused
from casecore.policies import Policy
from casecore.promises.steps import Step
from casecore.reports.pictures import refused_most
from casecore.reports.pictures.refusals import Refusals, refusals_of
from casecore.rooms.cases import SetStatus
from casecore.rooms.notes import AddNote
from casecore.rooms.replies import SendReply
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given
from tests.reports.pictures.drawn import assert_well_drawn, tips_of, words_of

WARNS = Policy.loads('[queues.general]\nfallback = true\n[enforcement]\n"reply.permission" = "warn"\n')
"""Whoever may not reply may, but it is noted."""


def steps(*commands, agent="ana", policy=None):
    """What comes of commands on an open chat of somebody's."""
    desk, taken = given(case_in("open", agent=agent), policy=policy).desk, []
    for command in commands:
        taken.append(Step.of(desk, command))
        desk = taken[-1].after
    return taken


def reply(agent, message, status=Status.PENDING):
    """Somebody replies."""
    return SendReply(agent, at(minutes=1), "c1", message, "Hello", status)


BLOCKED = steps(
    reply("ana", "r1", Status.RESOLVED),
    reply("ben", "r2"),
    reply("ben", "r3"),
    SetStatus("ana", at(minutes=2), "c1", Status.RESOLVED),
    AddNote("ana", at(minutes=3), "n1", "Hello", case="c1"),
)
"""Ana may not resolve yet, neither way; Ben may not reply, and the case is not his."""


WARNED = steps(reply("ben", "r1"), agent="ben", policy=WARNS)
"""Ben replies all the same."""


def test_what_refused():
    """Each rule once for each command; what refused most comes first, then by id."""
    assert (
        5,
        4,
        [
            Refusals("assignment.holder", "Only the assignee, or a supervisor", 2, 0, {"SendReply": 2}),
            Refusals("authentication.before", "Authenticate before proceeding", 2, 0, {"SendReply": 1, "SetStatus": 1}),
            Refusals("reply.permission", "Replying directly needs the permission", 2, 0, {"SendReply": 2}),
        ],
    ) == refusals_of(BLOCKED)


def test_what_only_warned():
    """Is counted apart: the command was accepted."""
    commands, refused, (row,) = refusals_of(WARNED)
    assert (1, 0) == (commands, refused)
    assert ("reply.permission", 0, 1, 1) == (row.rule, row.refused, row.warned, row.times)


def test_the_picture():
    """Every word has its place, and the text says the same."""
    picture = refused_most([*BLOCKED, *WARNED])
    assert_well_drawn(picture)
    assert [
        "What refused most: 4 of 6 commands refused, by 3 rules",
        "reply.permission       2, 1 warned  SendReply ×3",
        "assignment.holder      2            SendReply ×2",
        "authentication.before  2            SendReply, SetStatus",
    ] == str(picture).splitlines()
    assert "4 of 6 commands refused, by 3 rules; most often reply.permission, 3 times." == picture.description
    assert {"authentication.before", "2, 1 warned", "SendReply, SetStatus"} <= {*words_of(picture)}
    assert 4 == len(tips_of(picture))
    assert "SendReply ×3" == picture.frame()[0]["commands"]


def test_nothing_refused():
    """Says so."""
    picture = refused_most(BLOCKED[-1:])
    assert_well_drawn(picture)
    assert ("What refused most: 0 of 1 command refused, by 0 rules") == str(picture)
    assert "0 of 1 command refused, by 0 rules." == picture.description


def test_many_rules():
    """The first are drawn; the rest are counted. A rule of whose title nothing is known is drawn by its id."""
    (step,) = BLOCKED[:1]
    reasons = tuple(Reason(f"rule.{number:02}", "no", "do not") for number in range(18))
    picture = refused_most([Step(step.before, step.command, Refused(reasons), step.before)])
    assert_well_drawn(picture)
    assert {"rule.14", "and 3 more rules"} <= {*words_of(picture)}
    assert "rule.15" not in words_of(picture)
    assert {""} == {row["title"] for row in picture.frame()}
