"""What users of other desks complain of, each with what happens here; `docs/decisions/0010` lists them.

Every test has the complaint as its first line.
"""

from datetime import timedelta

import pytest

from casecore.channels import Channel, MessageKind
from casecore.policies import Policy
from casecore.rooms.absences import ReleaseAbsent
from casecore.rooms.agents import AgentUnavailable, AgentWrapsUp, ChangeAgent, GoAvailable, GoUnavailable, LogOut
from casecore.rooms.approvals import ApproveDraft, DraftApproved, SubmitDraft
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, ReceiveMessage
from casecore.rooms.assignments import CaseAssigned, CaseQueued, LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.cases import CaseClosed, CloseCase, SetStatus
from casecore.rooms.clocks import ClockState, first_response, solution
from casecore.rooms.contacts import ContactEnded, ContactStarted, EndContact
from casecore.rooms.offers import ExpireOffer, OfferDeclined, OfferWork, RejectOffer
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import ReplySent, SendReply
from casecore.rooms.sla import SolutionUndone
from casecore.rooms.wrap_ups import Dispose, WrapUpOwed
from casecore.routing import route
from casecore.statuses import Status
from casecore.testing.scenario import at, case_in, given, new_case

QUEUE = "[queues.general]\nfallback = true\n"
AWAY = tuple(GoUnavailable(agent, at(0), agent, "lunch") for agent in ("ana", "ben", "cleo", "dora"))
WRITES = ReceiveMessage("customer", at(60), "t-c1", "m2", "Again")


def left(status, **fields):
    """A case that ana has left, with nothing more to do for it."""
    return (
        case_in(status, channel="messaging", **fields),
        LeaveCase("ana", at(10), "c1"),
        Dispose("ana", at(11), "c1", "follow_up", "Waits"),
    )


def offers(story, when):
    """Whom routing offers what, then."""
    return [(command.case, command.agent) for command in route(story.desk, when) if isinstance(command, OfferWork)]


def routed(story, when):
    """The story after everything that routing proposes."""
    return story.and_given(route(story.desk, when))


def test_reopened_case_goes_to_somebody_away():
    """A reopened case goes to an agent who is offline, and must be unassigned by hand: here it goes to the queue."""
    for policy in (None, Policy.loads(QUEUE + '[reopening]\nto = "owner_if_eligible"')):
        story = given(left("resolved"), LogOut("ana", at(20), "ana"), policy=policy)
        outcome = story.when(WRITES)
        queued = CaseQueued("system", at(60), "c1", "general", at(60))
        outcome.then(MessageReceived, CaseReopened, queued, SolutionUndone)
        assert "ana" not in {agent for _, agent in offers(outcome.after, at(61))}


def test_reopened_case_goes_back_to_its_owner_where_the_policy_says_so():
    """…and where they can take it now, its owner may have it at once."""
    policy = Policy.loads(QUEUE + '[reopening]\nto = "owner_if_eligible"')
    outcome = given(left("resolved"), policy=policy).when(WRITES)
    assert "ana" == outcome.desk.cases["c1"].case.assignee


def test_cases_stay_with_somebody_who_logged_out():
    """An agent goes offline and cases are stuck: here a timer takes them, and others are offered them."""
    story = given(case_in("open", channel="messaging"), LogOut("ana", at(10), "ana"))
    due = next(due for due in story.desk.due() if isinstance(due.command, ReleaseAbsent))
    assert (at(70), "away.grace") == (due.at, due.key)
    requeued = story.and_given(due.command)
    assert [("c1", "ben")] == offers(requeued, at(70))


def test_statuses_that_are_not_taken():
    """…but for the statuses that the policy keeps with them."""
    policy = Policy.loads(QUEUE + '[away]\nkeep_statuses = ["pending"]')
    story = given(case_in("pending", channel="messaging"), LogOut("ana", at(10), "ana"), policy=policy)
    story.when(ReleaseAbsent("system", at(999), "c1")).refused("away.grace")


def test_live_customer_of_a_lost_agent_is_served_first():
    """…and a customer who is there now does not start again at the end of the queue."""
    story = given(case_in("escalated", at=at(1)), new_case("c2", at=at(5)), LogOut("ana", at(10), "ana")).and_given(
        ReleaseAbsent("system", at(70), "c1")
    )
    assert "c1" == offers(story, at(71))[0][0]


def test_nobody_was_there_when_it_came():
    """Nobody online, so it is never assigned later: here routing is asked again whenever somebody becomes free."""
    story = given(AWAY, new_case())
    assert [] == offers(story, at(1))
    assert [("c1", "cleo")] == offers(story.and_given(GoAvailable("cleo", at(9), "cleo")), at(9))


def test_everybody_was_busy_when_it_came():
    """…and whenever capacity is released."""
    story = given(AWAY[1:], case_in("open", "c1"), case_in("open", "c2"), new_case("c3", at=at(1)))
    assert [] == offers(story, at(2))
    free = story.and_given(
        Authenticate("ana", at(3), "c1"),
        SendReply("ana", at(3), "c1", "m9", "Done", Status.RESOLVED),
    )
    assert [] == offers(free, at(3))  # a resolved chat that goes on is a chat
    ended = free.and_given(EndContact("customer", at(4), "c1"))
    assert [] == offers(ended, at(4))  # and who has one to dispose gets no work
    assert [("c3", "ana")] == offers(ended.and_given(Dispose("ana", at(5), "c1", "solved", "Fine")), at(5))


def test_agent_ignores_what_was_assigned():
    """An agent ignores an assigned case: here an offer times out, goes to the next, and the slow one is asked last."""
    story = given(new_case(), OfferWork("system", at(1), "c1", "ana"))
    (due,) = [due for due in story.desk.due() if isinstance(due.command, ExpireOffer)]
    outcome = story.when(due.command).then(OfferDeclined)
    ((_, second),) = offers(outcome.after, at(31))
    assert second != "ana"


def test_who_never_answers_is_asked_for_ever():
    """The only agent has left without a word and is asked for ever: here they may be made unavailable."""
    lone = (GoUnavailable(agent, at(0), agent, "lunch") for agent in ("ben", "cleo", "dora"))
    policy = Policy.loads(QUEUE + '[routing]\nunanswered = "unavailable"')
    story = routed(given(lone, new_case(), policy=policy), at(1))
    (due,) = [due for due in story.desk.due() if isinstance(due.command, ExpireOffer)]
    outcome = story.when(due.command)
    outcome.then(OfferDeclined, AgentUnavailable("system", at(31), "ana", "an offer was not answered"))
    assert [] == offers(outcome.after, at(32))
    back = story.and_given(due.command, GoAvailable("ana", at(60), "ana"))
    assert [("c1", "ana")] == offers(back, at(60))


def test_agent_picks_the_cherries():
    """…and who rejects everything is not asked again until everybody else has been."""
    story, asked = given(new_case()), []
    for step in range(4):
        ((_, agent),) = offers(story, at(step))
        asked.append(agent)
        story = routed(story, at(step)).and_given(RejectOffer(agent, at(step), "c1"))
    assert ["ana", "ben", "cleo", "dora"] == sorted(asked)
    assert [("c1", asked[0])] == offers(story, at(9))


def test_limits_are_ignored():
    """Limits are ignored: here offers count, an agent's own limit goes first, and no way to give work goes round it."""
    story = given(
        ChangeAgent("dora", at(0), "ana", capacity={"chat": 1}),
        new_case("c1"),
        OfferWork("system", at(1), "c1", "ana"),
        new_case("c2", at=at(2)),
    )
    for command in (
        OfferWork("system", at(3), "c2", "ana"),
        OpenCase("ana", at(3), "c2"),
        ReassignCase("dora", at(3), "c2", agent="ana"),
    ):
        (reason,) = story.when(command).refused("capacity.channel").verdict.reasons
        assert "ana already has 1 of 1 on chat" == reason.message


def test_manual_assignment_above_the_limit_is_kept_in_mind():
    """…or it is let through and recorded, where the policy only warns."""
    policy = Policy.loads(QUEUE + '[capacity]\nchat = 1\n[enforcement]\n"capacity.channel" = "warn"')
    story = given(case_in("open", "c1"), new_case("c2"), policy=policy)
    story.when(OpenCase("ana", at(1), "c2")).warns("capacity.channel")


@pytest.mark.parametrize("strategy", ["longest_idle", "least_loaded", "round_robin"])
def test_load_is_uneven(strategy):
    """The load is uneven: here four chats go to four people, whichever strategy the policy names."""
    story = given(
        [new_case(f"c{number}") for number in range(4)],
        policy=Policy.loads(QUEUE + f'[routing]\nagents = "{strategy}"'),
    )
    assert {"ana", "ben", "cleo", "dora"} == {agent for _, agent in offers(story, at(1))}


def test_automatic_closing_hits_what_it_should_not():
    """Automatic closing hits what it should not, and only for the whole account: here each status has its own time."""
    policy = Policy.loads(QUEUE + '[lifecycle]\nclose_after = { pending = "3h", resolved = "1h" }')
    story = given(case_in("resolved", "c1"), case_in("pending", "c2"), case_in("open", "c3", "cleo"), policy=policy)
    closing = [(due.case, due.at) for due in story.desk.due() if isinstance(due.command, CloseCase)]
    assert [("c1", at(hours=1)), ("c2", at(hours=3))] == closing


def test_automatic_closing_waits_for_a_draft():
    """…and it never closes past a draft that waits."""
    story = given(case_in("resolved"), SubmitDraft("ana", at(1), "c1", "d1", "One more thing"))
    story.when(CloseCase("system", at(hours=48), "c1")).refused("approval.blocks_close")


def test_stale_automatic_step_races_a_new_reply():
    """A stale automatic step races a new reply: here every automatic command is checked again when it is given."""
    story = given(case_in("resolved"))
    (due,) = [due for due in story.desk.due() if isinstance(due.command, CloseCase)]
    again = story.and_given(
        ReceiveMessage("customer", at(hours=47.9), "t-c1", "m2", "Wait!"),
        SendReply("ana", at(hours=47.9), "c1", "m9", "Yes?", Status.RESOLVED),
    )
    again.when(due.command).refused("lifecycle.close_after")
    story.when(due.command).then(CaseClosed, ContactEnded, WrapUpOwed, AgentWrapsUp)


def test_clocks_run_through_the_night_and_lunch():
    """SLA by wall clock, no lunch break: here a calendar has several intervals a day, and holidays."""
    policy = Policy.loads(
        QUEUE
        + '[sla.default]\nfirst_response = "2h"\ncalendar = "office"\n[calendars.office]\nzone = "Europe/Lisbon"\n'
        + 'monday = ["09:00-12:00", "13:00-18:00"]\ntuesday = ["09:00-18:00"]\nwednesday = ["09:00-18:00"]\n'
        + 'holidays = ["2026-11-03"]\n'
    )
    noon = given(new_case(at=at(hours=2)), policy=policy)
    assert at(hours=5) == first_response(noon.desk.view_of("c1"), policy, at(hours=2)).due
    evening = given(new_case(at=at(hours=8)), policy=policy)
    assert at(hours=49) == first_response(evening.desk.view_of("c1"), policy, at(hours=8)).due


@pytest.mark.parametrize("fields", [{"auto_generated": True}, {"kind": MessageKind.LIKE}])
def test_out_of_office_answer_reopens(fields):
    """An auto-reply reopens the case and drops its owner: here it stands in the history, and nothing else changes."""
    story = given(case_in("resolved", channel="facebook"))
    outcome = story.when(ReceiveMessage("customer", at(60), "t-c1", "m2", "I am away", **fields)).then(MessageNoted)
    assert story.desk.cases["c1"].case is outcome.desk.cases["c1"].case


def test_same_rule_for_every_message():
    """A message entered in another way does not reopen: here there is one way in, and one rule, on every channel."""
    for channel in Channel:
        outcome = given(case_in("resolved", channel=channel)).when(WRITES)
        assert "open" == outcome.desk.status("c1"), channel


def test_reopened_clock_is_wrong():
    """The clock of a reopened case is computed wrong: here one table of instants, and a reading that has a name."""
    for reading, hours in (("runs_on", 6), ("leaves_out", 2), ("starts_again", 1), ("first_solution_stands", 1)):
        policy = Policy.loads(QUEUE + f'[sla]\nafter_reopening = "{reading}"')
        story = given(
            case_in("open", channel="messaging"),
            SetStatus("ana", at(hours=1), "c1", Status.RESOLVED),
            ReceiveMessage("customer", at(hours=5), "t-c1", "m2"),
            policy=policy,
        )
        clock = solution(story.desk.view_of("c1"), policy, at(hours=6))
        assert timedelta(hours=hours) == clock.elapsed, reading
        stands = reading == "first_solution_stands"
        assert (ClockState.MET if stands else ClockState.RUNNING) is clock.state


def test_pausing_differs_by_screen():
    """Pending is ignored here and not there: the statuses that pause are named in one place, for clock and timer."""
    policy = Policy.loads(QUEUE + '[sla]\npause_in = ["pending"]')
    story = given(case_in("pending"), policy=policy)
    clock = solution(story.desk.view_of("c1"), policy, at(hours=9))
    assert (timedelta(0), None) == (clock.elapsed, clock.due)
    assert "the solution is late" not in {due.what for due in story.desk.due()}


def test_paused_clock_is_gamed():
    """Pending while the customer waits for an answer: the first response never pauses."""
    policy = Policy.loads(QUEUE + '[sla]\npause_in = ["pending"]')
    story = given(case_in("open"), SetStatus("ana", at(1), "c1", Status.PENDING), policy=policy)
    assert ClockState.MISSED is first_response(story.desk.view_of("c1"), policy, at(hours=2)).state


def test_no_approval():
    """No four eyes: here a reply waits for somebody else, who sends it in its author's name."""
    story = given(case_in("open", agent="ben"), SubmitDraft("ben", at(1), "c1", "d1", "We refund you"))
    story.when(SendReply("ben", at(2), "c1", "m9", "We refund you")).refused("reply.permission")
    sent = story.when(ApproveDraft("cleo", at(2), "c1", "d1")).then(DraftApproved, ReplySent)
    assert ("ben", "cleo") == (sent.events[1].author, sent.events[1].reviewer)


def test_customer_is_never_turned_away():
    """Whatever is offered, full, away or waiting: what a customer writes is taken."""
    policy = Policy.loads(QUEUE + '[capacity]\ntotal = 0\n[reopening]\nto = "owner_if_eligible"')
    story = given(AWAY, new_case(), policy=policy)
    story.when(WRITES).then(MessageReceived)
    offered = given(new_case(), OfferWork("system", at(1), "c1", "ana"), LogOut("ana", at(2), "ana"))
    offered.when(WRITES).then(MessageReceived)
    held = given(left("pending"), OpenCase("cleo", at(12), "c1"), LogOut("cleo", at(13), "cleo"))
    held.when(WRITES).then(MessageReceived, CaseReopened)
    back = given(left("resolved"), policy=Policy.loads(QUEUE + '[reopening]\nto = "owner_if_eligible"'))
    back.when(WRITES).then(MessageReceived, CaseReopened, CaseAssigned, SolutionUndone, ContactStarted)
