"""The laws of deciding and evolving: they hold for every command, at every desk, under every policy."""

from datetime import timedelta
from types import SimpleNamespace

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions import MachineError

from casecore import (
    CASE_LIFECYCLE,
    CUSTOMER,
    DRAFT_LIFECYCLE,
    HOUSE,
    Accepted,
    ApproveDraft,
    CloseCase,
    CommandRefused,
    Desk,
    DraftApproved,
    DraftEdited,
    DraftRefused,
    DraftStatus,
    DraftSuperseded,
    DraftWithdrawn,
    EditDraft,
    OpenCase,
    Policy,
    ReassignDraft,
    ReceiveMessage,
    Refused,
    RefuseDraft,
    ReviewReassigned,
    SendReply,
    SetStatus,
    Status,
    SubmitDraft,
    SuccessorStarted,
    Trigger,
    WithdrawDraft,
)
from casecore.kernel.loading import LoadedTable, NotLoaded
from casecore.policies.sections import Approval, Lifecycle, OnCustomerMessage
from casecore.promises import Step
from casecore.rooms.clocks import ClockName, ClockState, first_response, next_response, run_of, solution, time_to_target
from casecore.statuses import SENT_AS, SET_BY_HAND
from casecore.testing import scenario
from casecore.testing.laws import broken_laws, rows_of
from casecore.testing.scenario import at, case_in
from casecore.testing.strategies import (
    any_command,
    commands,
    desks,
    histories,
    ids,
    instants,
    layered_policies,
    policies,
    ruled_policies,
    runs,
)

SECOND = timedelta(seconds=1)

# Deciding ----------------------------------------------------------------------------------------------


@given(desks(), st.data())
def test_decide_is_total(desk, data):
    """Any command whatever is accepted or refused; nothing is raised and the desk stays as it is."""
    rows = rows_of(desk)
    for command in data.draw(st.lists(any_command() | commands(desk), min_size=3, max_size=8)):
        assert isinstance(desk.decide(command), Accepted | Refused)
        assert rows == rows_of(desk)


@given(policies().flatmap(lambda policy: runs(policy, max_steps=20)), st.data())
def test_decide_is_total_under_every_policy(steps, data):
    """The same, whatever the policy says; and what is accepted can always be applied."""
    for command in data.draw(st.lists(any_command(), max_size=5)):
        step = Step.of(steps[-1].after, command)
        assert isinstance(step.verdict, Accepted | Refused)


@given(desks(), ids(), ids(), instants())
def test_actions_are_total(desk, agent, case, instant):
    """Any agent may be asked about with any case, known or not: every action is listed, and nothing changes."""
    rows = rows_of(desk)
    for one in (agent, *desk.agents):
        for file in (case, *desk.cases):
            actions = desk.actions(one, file, instant)
            assert sum(len(room.probes) for room in HOUSE.rooms) == len(actions)
            assert all(action.allowed is not bool(action.reasons) for action in actions)
    assert rows == rows_of(desk)


@given(desks(), st.data())
def test_actions_without_arguments_say_what_decide_says(desk, data):
    """An action that asks for nothing is allowed exactly if its command is accepted."""
    agent, case = (
        data.draw(st.sampled_from(sorted(desk.agents))),
        data.draw(st.sampled_from(["c0", *sorted(desk.cases)])),
    )
    by_name = {probe.name: probe for room in HOUSE.rooms for probe in room.probes}
    file = desk.cases.get(case)
    for action in desk.actions(agent, case, desk.now):
        if not action.asks:
            names = {field.name for field in attrs.fields(action.command)}
            draft = {"draft": file.draft.id if file and file.draft else "?"} if "draft" in names else {}
            command = action.command(by=agent, at=desk.now, case=case, **draft, **by_name[action.name].given)
            assert bool(desk.decide(command)) is action.allowed


@given(desks(), st.data())
def test_a_refused_command_leaves_the_desk_alone(desk, data):
    """`handle` raises with the reasons that `decide` gives, and the desk is as it was; otherwise it evolves."""
    command = data.draw(any_command() | commands(desk))
    rows, verdict = rows_of(desk), desk.decide(command)
    if verdict:
        assert (desk.evolve(verdict.events), verdict.events) == desk.handle(command)
    else:
        with pytest.raises(CommandRefused) as refusal:
            desk.handle(command)
        assert verdict.reasons == refusal.value.reasons
        assert () != verdict.reasons
    assert rows == rows_of(desk)


@given(runs())
def test_every_step_is_lawful(steps):
    """Deciding and evolving change no desk; the rows of the view are enough to decide and to apply what happens."""
    for step in steps:
        assert [] == [*broken_laws(step, rows_of(step.before))]
        hash(step.before.view(step.command))


@given(desks(max_steps=20), st.data())
def test_the_rows_of_a_command_are_enough(desk, data):
    """A desk with only those that it needs gives the same answer, whatever is asked; each is read once."""
    command, read = data.draw(any_command() | commands(desk)), []
    partial = Desk.loaded(desk.policy, command, lambda *name: read.append(name) or desk.row(*name), desk.now)
    verdict = desk.decide(command)
    assert verdict == partial.decide(command)
    if isinstance(verdict, Accepted):
        assert desk.evolve(verdict.events).changed(desk) == partial.evolve(verdict.events).changed(partial)
    assert (tuple(read), len(read)) == (desk.rows_of(command), len({*read}))


@given(desks(max_steps=20), st.data())
def test_a_row_that_was_left_out_is_noticed(desk, data):
    """Whichever of them a service does not load, no weaker rule is asked: it is told which is missing."""
    command = data.draw(commands(desk))
    left_out = data.draw(st.sampled_from(desk.rows_of(command)))
    partial = Desk.loaded(desk.policy, command, desk.row, desk.now)
    table, row = left_out
    kept = {name: held for name, held in getattr(partial, table).known.items() if name != row}
    with pytest.raises(NotLoaded) as missing:
        attrs.evolve(partial, **{table: LoadedTable(table, kept)}).decide(command)
    assert left_out == (missing.value.table, missing.value.row)


# Evolving ----------------------------------------------------------------------------------------------


@given(runs())
def test_the_replayed_history_is_the_desk(steps):
    """All events of a history, folded at once from an empty desk, give the desk that was reached step by step."""
    events = [event for step in steps for event in step.events]
    assert steps[-1].after == Desk().evolve(events)


@given(histories(), st.data())
def test_folding_is_evolving_however_it_is_cut(events, data):
    """A history may be applied in pieces of any size: event by event, or part by part."""
    whole = Desk().evolve(events)
    cut = data.draw(st.integers(0, len(events)))
    assert whole == Desk().evolve(events[:cut]).evolve(events[cut:])
    desk = Desk()
    for event in events:
        desk = desk.evolve((event,))
    assert whole == desk


@given(runs())
def test_every_version_of_a_desk_can_be_kept(steps):
    """What was once a desk is that desk for ever, however many others have grown out of it."""
    kept = []
    desk = Desk()
    for step in steps:
        kept.append((desk, rows_of(desk)))
        desk = desk.evolve(step.events)
    assert all(rows == rows_of(old) for old, rows in kept)


# What falls due ----------------------------------------------------------------------------------------

ALL_CLOSE = Policy(
    lifecycle=Lifecycle(
        close_after={status: timedelta(hours=hours) for hours, status in enumerate(Status, 1) if status != "closed"}
    )
)


RULE_OF = {"routing.offer_timeout": "offer.timeout", "sla": "clock.target"}
"""The rule that refuses what is given before its time, where it is not called as the key of the time is."""


@given(st.just(ALL_CLOSE).flatmap(runs))
def test_what_falls_due_happens_at_its_instant_and_not_before(steps):
    """If nothing has changed, a due command is accepted when it fires, and refused one second earlier."""
    desk = steps[-1].after
    for due in (due for due in desk.due() if due.command is not None):
        file, closes = desk.cases[due.case], isinstance(due.command, CloseCase)
        if due.at >= desk.now and not (closes and file.draft is not None):
            after = desk.handle(due.command)[0]
            assert not closes or after.status(due.case) is Status.CLOSED
        early = attrs.evolve(due.command, at=due.at - SECOND)
        if early.at >= desk.now:
            assert RULE_OF.get(due.key, due.key) in {reason.rule for reason in desk.decide(early).reasons}


@given(policies().flatmap(runs))
def test_what_falls_due_is_never_refused_for_its_time(steps):
    """Whatever else may stand in the way by then: that it is too early is never said of a command that is due."""
    desk = steps[-1].after
    for due in desk.due(desk.now):
        if due.at >= desk.now and due.command is not None:
            verdict = desk.decide(due.command)
            assert verdict or RULE_OF.get(due.key, due.key) not in {reason.rule for reason in verdict.reasons}


@given(st.one_of(policies(), ruled_policies(layered_policies())).flatmap(runs))
def test_what_falls_due_is_what_each_timer_says_alone(steps):
    """Timers that are asked together are due as each is that is asked by itself, on every date and for every case."""
    desk = steps[-1].after
    for case in desk.cases:
        view = desk.view_of(case)
        alone = (
            (timer.first_due(view, desk.policy, desk.now), timer.name) for timer in desk.house.timers_under(desk.policy)
        )
        expected = [] if view.case.status is Status.CLOSED else [(instant, name) for instant, name in alone if instant]
        assert expected == [(due.at, due.what) for due in desk.due_of_case(case)]


@given(st.one_of(policies(), layered_policies()).flatmap(runs))
def test_a_target_is_reached_when_the_whole_clock_says(steps):
    """When a target is reached that a timer finds by itself, the whole clock says so too, at its start."""
    policy = steps[-1].after.policy
    for step in steps[-5:]:
        for case in step.after.cases:
            view = step.after.view_of(case)
            for name, read in zip(ClockName, (first_response, next_response, solution), strict=True):
                since = run_of(view.clocks, name).since
                clock = None if since is None else read(view, policy, since)
                runs_on = clock is not None and clock.due is not None and clock.state is ClockState.RUNNING
                expected = clock.due - since if runs_on else None
                assert expected == time_to_target(name, view, policy)


# The tables --------------------------------------------------------------------------------------------

CASE_COMMANDS = {
    Trigger.BEGIN_WORK: lambda number: OpenCase("dora", at(number), "c1"),
    **{
        trigger: lambda number, status=status: SendReply(
            "dora", at(number), "c1", f"r{number}", "Hello", status, subject="Hello"
        )
        for status, trigger in SENT_AS.items()
    },
    **{
        trigger: lambda number, status=status: SetStatus("dora", at(number), "c1", status)
        for status, trigger in SET_BY_HAND.items()
    },
    Trigger.CUSTOMER_MESSAGE: lambda number: ReceiveMessage(CUSTOMER, at(number), "t-c1", f"m{number}", "Hello"),
    Trigger.CLOSE: lambda number: CloseCase("dora", at(number), "c1"),
}
"""For each trigger of the life cycle the command that pulls it; on email dora may do everything.

Not for `delivery_failed`, which wants a message of ours: the walks of promise 01 pull it.
"""


def pulls(model, trigger):
    """Whether the machine's table lets the trigger be pulled; if so, it is."""
    try:
        return model.trigger(str(trigger))
    except MachineError:
        return False


def assert_moves_as_the_machine(story, model, trigger, number):
    """Pull a trigger on the desk and on the machine: both move to the same status, or neither moves."""
    legal, outcome = pulls(model, trigger), story.when(CASE_COMMANDS[trigger](number))
    assert model.state is outcome.desk.status("c1")
    if legal:
        assert outcome.verdict
    elif outcome.verdict:
        assert {SuccessorStarted} >= {type(event) for event in outcome.events if event.case == "c1"}
    else:
        assert {"lifecycle.edge", "lifecycle.closed"} >= {reason.rule for reason in outcome.verdict.reasons}
    return attrs.evolve(outcome, expected=True).after


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("trigger", CASE_COMMANDS)
def test_cases_move_as_transitions_moves_them(status, trigger):
    """From every status, every trigger: the desk and a `transitions` machine of the table do the same."""
    story, model = scenario.given(case_in(status, agent="dora", channel="email")), SimpleNamespace()
    CASE_LIFECYCLE.machine(model).set_state(str(status), model)
    assert_moves_as_the_machine(story, model, trigger, 1)


@given(st.lists(st.sampled_from([*CASE_COMMANDS]), max_size=15))
def test_cases_walk_as_transitions_walks(triggers):
    """The same, however long the walk."""
    story, model = scenario.given(case_in(Status.NEW, channel="email")), SimpleNamespace()
    CASE_LIFECYCLE.machine(model)
    for number, trigger in enumerate(triggers, 1):
        story = assert_moves_as_the_machine(story, model, trigger, number)


SUPERSEDING = Policy(approval=Approval(on_customer_message=OnCustomerMessage.SUPERSEDE))

DRAFT_COMMANDS = {
    "edit": lambda number: EditDraft("ana", at(number), "c1", "d1", "Good morning"),
    "reassign": lambda number: ReassignDraft("ana", at(number), "c1", "d1", queue="general"),
    "approve": lambda number: ApproveDraft("cleo", at(number), "c1", "d1"),
    "refuse": lambda number: RefuseDraft("cleo", at(number), "c1", "d1", "too short"),
    "withdraw": lambda number: WithdrawDraft("ana", at(number), "c1", "d1"),
    "supersede": lambda number: ReceiveMessage(CUSTOMER, at(number), "t-c1", f"m{number}", "One more thing"),
}
"""For each trigger of the draft's table the command that pulls it, under a policy that supersedes."""

DRAFT_EVENTS = {
    DraftEdited: DraftStatus.SUBMITTED,
    ReviewReassigned: DraftStatus.SUBMITTED,
    DraftApproved: DraftStatus.APPROVED,
    DraftRefused: DraftStatus.REFUSED,
    DraftWithdrawn: DraftStatus.WITHDRAWN,
    DraftSuperseded: DraftStatus.SUPERSEDED,
}


@pytest.mark.parametrize("first", DRAFT_COMMANDS)
@pytest.mark.parametrize("second", DRAFT_COMMANDS)
def test_drafts_move_as_transitions_moves_them(first, second):
    """From every status of a draft, every trigger: the desk and a `transitions` machine of the table do the same."""
    story = scenario.given(case_in("open"), SubmitDraft("ana", at(1), "c1", "d1", "Hello"), policy=SUPERSEDING)
    model = SimpleNamespace()
    DRAFT_LIFECYCLE.machine(model)
    for number, trigger in enumerate((first, second), 2):
        legal, outcome = pulls(model, trigger), story.when(DRAFT_COMMANDS[trigger](number))
        told = [DRAFT_EVENTS[type(event)] for event in outcome.events if type(event) in DRAFT_EVENTS]
        assert ([model.state] if legal else []) == told
        assert (model.state is DraftStatus.SUBMITTED) is (outcome.desk.cases["c1"].draft is not None)
        assert outcome.verdict or {"draft.edge"} == {reason.rule for reason in outcome.verdict.reasons}
        story = outcome.after


# Policies ----------------------------------------------------------------------------------------------


@given(policies())
def test_policies_survive_being_written_down(policy):
    """What a policy says, written as plain data and read again, is the same policy."""
    assert policy == Policy.from_dict(policy.to_dict())
