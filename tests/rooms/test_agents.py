"""Agents: who they are, what they may do, whether they are there; and who may act at all."""

import attrs
import pytest

from casecore.channels import Channel
from casecore.kernel import Command, CommandError
from casecore.policies.conditions import Right
from casecore.policies.sections import Level, Relation
from casecore.rooms.agents import (
    AddAgent,
    Agent,
    AgentAdded,
    AgentAvailable,
    AgentChanged,
    AgentLoggedOut,
    AgentUnavailable,
    ChangeAgent,
    GoAvailable,
    GoUnavailable,
    LogOut,
    Permission,
    Presence,
    add_to_count,
    is_supervisor,
)
from casecore.rooms.assignments import OpenCase
from casecore.rooms.breaks import ClearNextState, SetNextState
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.clocks import ClockName
from casecore.rooms.composition import HOUSE
from casecore.rooms.notes import AddNote
from casecore.rooms.replies import SendReply
from casecore.rooms.threads import Feeling, RecordCustomer
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, case_in, given, new_case

BILLING = frozenset({"billing"})
REPLY = frozenset({Permission.REPLY})
EMAIL = frozenset({Channel.EMAIL})


class TestAdding:
    """Somebody joins the desk."""

    def test_added(self):
        """Permissions, queues and channels are on the agent's record; they are not available until they say so."""
        outcome = given().when(AddAgent("system", at(1), "fay", "Fay", REPLY, BILLING, EMAIL))
        outcome.then(AgentAdded("system", at(1), "fay", "Fay", REPLY, BILLING, EMAIL))
        assert Agent("fay", "Fay", REPLY, BILLING, EMAIL) == outcome.desk.agents["fay"]

    def test_name_is_the_id_until_it_is_known(self):
        """Nobody is nameless."""
        assert "fay" == given().when(AddAgent("system", at(1), "fay")).desk.agents["fay"].name

    def test_by_a_supervisor(self):
        """Only a supervisor or the system adds agents."""
        given().when(AddAgent("dora", at(1), "fay")).then(AgentAdded)

    @pytest.mark.parametrize("by", ["ana", "cleo", "customer"])
    def test_by_anybody_else(self, by):
        """An agent, an approver and a customer do not."""
        refused = given().when(AddAgent(by, at(1), "fay")).refused("agents.manage")
        assert (
            f"[agents.manage] {by} may not add or change agents -> ask a supervisor, or let the system do it"
        ) == str(refused.verdict)

    def test_id_is_used_once(self):
        """There is one ana."""
        refused = given().when(AddAgent("system", at(1), "ana")).refused("agent.fresh")
        assert "[agent.fresh] there is an agent 'ana' already -> choose another id" == str(refused.verdict)

    @pytest.mark.parametrize("name", ["customer", "system"])
    def test_reserved_ids(self, name):
        """Nobody can be called what customers and the system are called."""
        refused = given().when(AddAgent("system", at(1), name)).refused("agent.fresh")
        assert f"{name!r} is no agent's id" == refused.verdict.reasons[0].message

    def test_unknown_queues(self):
        """Agents serve queues of the policy; those that it has are named."""
        command = AddAgent("system", at(1), "fay", queues=frozenset({"vip", "billing", "gold"}))
        assert ("[queue.known] the policy has no queue 'gold', 'vip' -> use one of billing, technical, general") == str(
            given().when(command).refused("queue.known").verdict
        )


class TestChanging:
    """Somebody's record changes."""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "Ana B."),
            ("permissions", REPLY),
            ("queues", BILLING),
            ("channels", EMAIL),
            ("capacity", {"chat": 1}),
        ],
    )
    def test_what_is_not_named_stays(self, field, value):
        """One thing changes; availability is not touched."""
        story = given()
        outcome = story.when(ChangeAgent("dora", at(1), "ana", **{field: value})).then(AgentChanged)
        assert attrs.evolve(story.desk.agents["ana"], **{field: value}) == outcome.desk.agents["ana"]

    @pytest.mark.parametrize("field", ["permissions", "queues", "channels"])
    def test_taken_away(self, field):
        """An empty set is not the same as saying nothing."""
        outcome = given().when(ChangeAgent("system", at(1), "cleo", **{field: frozenset()}))
        assert frozenset() == getattr(outcome.desk.agents["cleo"], field)

    def test_by_anybody_else(self):
        """Nobody gives themselves a permission."""
        given().when(ChangeAgent("ana", at(1), "ana", permissions=REPLY)).refused("agents.manage")

    def test_unknown_agent(self):
        """Only somebody who is there can be changed."""
        refused = given().when(ChangeAgent("system", at(1), "fay")).refused("agent.known")
        assert "[agent.known] there is no agent 'fay' -> add the agent first" == str(refused.verdict)

    def test_unknown_queue(self):
        """As when adding."""
        given().when(ChangeAgent("system", at(1), "ana", queues=frozenset({"vip"}))).refused("queue.known")

    def test_counts_at_once(self):
        """A permission that is taken away is gone for the next command."""
        story = given(case_in("open"), ChangeAgent("dora", at(1), "ana", permissions=frozenset()))
        story.when(SendReply("ana", at(2), "c1", "m9", "Hello")).refused("reply.permission")


class TestAvailability:
    """Whether an agent takes work."""

    def test_available(self):
        """From now on they take work."""
        outcome = given().when(GoAvailable("eva", at(1), "eva")).then(AgentAvailable("eva", at(1), "eva"))
        assert outcome.desk.agents["eva"].available

    def test_unavailable(self):
        """With a reason, which is forgotten when they are back."""
        outcome = given().when(GoUnavailable("ana", at(1), "ana", "lunch"))
        outcome.then(AgentUnavailable("ana", at(1), "ana", "lunch"))
        assert (False, "lunch") == (outcome.desk.agents["ana"].available, outcome.desk.agents["ana"].reason)
        back = outcome.and_when(GoAvailable("ana", at(2), "ana")).then(AgentAvailable)
        assert (True, "") == (back.desk.agents["ana"].available, back.desk.agents["ana"].reason)

    def test_available_already(self):
        """Saying so twice changes nothing."""
        given().when(GoAvailable("ana", at(1), "ana")).then()

    def test_another_reason(self):
        """Lunch is over, a meeting begins."""
        story = given(GoUnavailable("ana", at(1), "ana", "lunch"))
        outcome = story.when(GoUnavailable("ana", at(2), "ana", "meeting")).then(AgentUnavailable)
        assert "meeting" == outcome.desk.agents["ana"].reason

    @pytest.mark.parametrize("command", [GoAvailable, GoUnavailable])
    @pytest.mark.parametrize("by", ["dora", "system"])
    def test_by_a_supervisor_or_the_system(self, command, by):
        """They may send somebody to work, and home."""
        assert given(GoUnavailable("ana", at(1), "ana")).when(command(by, at(2), "ana")).events

    @pytest.mark.parametrize("command", [GoAvailable, GoUnavailable])
    @pytest.mark.parametrize("by", ["ben", "customer"])
    def test_by_anybody_else(self, command, by):
        """A colleague and a customer may not."""
        refused = given().when(command(by, at(1), "ana")).refused("agents.availability")
        assert (
            f"[agents.availability] {by} may not set the availability of ana -> let ana or a supervisor do it"
        ) == str(refused.verdict)

    @pytest.mark.parametrize("command", [GoAvailable, GoUnavailable])
    def test_unknown_agent(self, command):
        """Only somebody who is there."""
        given().when(command("system", at(1), "fay")).refused("agent.known")


class TestCapacity:
    """Limits of one's own, by channel or in total."""

    def test_own(self):
        """They go before the policy's; what is not named is the policy's."""
        story = given(ChangeAgent("dora", at(1), "ana", capacity={"chat": 3, "total": 9}))
        ana, policy = story.desk.agents["ana"], story.desk.policy
        assert (3, 5, None, 9) == (
            ana.limit(Channel.CHAT, policy),
            ana.limit(Channel.EMAIL, policy),
            ana.limit(Channel.SMS, policy),
            ana.total_limit(policy),
        )
        assert 6 == story.desk.agents["ben"].total_limit(policy)

    def test_none_at_all(self):
        """Nought is a limit too."""
        agent = Agent("ana", "Ana", capacity={"chat": 0})
        assert 0 == agent.limit(Channel.CHAT, given().desk.policy)

    @pytest.mark.parametrize("make", [AddAgent, ChangeAgent])
    @pytest.mark.parametrize(
        ("capacity", "named"),
        [({"chats": 2}, "'chats'"), ({"chat": -1}, "'chat'"), ({"x": 1, "total": -2}, "'x', 'total'")],
    )
    def test_named(self, make, capacity, named):
        """A channel or the total, and no less than nothing."""
        outcome = given().when(make("system", at(1), "fay" if make is AddAgent else "ana", capacity=capacity))
        assert (
            f"[capacity.named] there is no capacity {named}, or it is negative "
            "-> give a whole number from 0 for a channel or for total"
        ) == str(outcome.refused("capacity.named").verdict)

    def test_counts(self):
        """No zeros are kept, so that two records that hold the same are the same."""
        one = add_to_count({}, Channel.CHAT, 1)
        assert ({Channel.CHAT: 1}, {}) == (one, add_to_count(one, Channel.CHAT, -1))
        agent = Agent("ana", "Ana", held={Channel.CHAT: 2}, offered={Channel.SMS: 1}, reviews=3)
        assert (2, 6) == (agent.contacts, agent.load)


class TestPresence:
    """Logged out, available, unavailable."""

    def test_at_first(self):
        """Who joins is logged out until they say otherwise."""
        assert Presence.LOGGED_OUT is given().desk.agents["eva"].presence

    @pytest.mark.parametrize("command", [LogOut, SetNextState, ClearNextState])
    @pytest.mark.parametrize("by", ["ben", "customer"])
    def test_by_anybody_else(self, command, by):
        """A colleague and a customer may not."""
        given().when(command(by, at(1), "ana")).refused("agents.availability")

    @pytest.mark.parametrize("by", ["dora", "system"])
    def test_logged_out_by(self, by):
        """By a supervisor, or by the system when the line is lost."""
        given().when(LogOut(by, at(1), "ana")).then(AgentLoggedOut(by, at(1), "ana"))

    def test_back_as_unavailable(self):
        """Who was gone may come back to do something else first."""
        outcome = given(LogOut("ana", at(1), "ana")).when(GoUnavailable("ana", at(2), "ana", "meeting"))
        ana = outcome.then(AgentUnavailable).desk.agents["ana"]
        assert (Presence.UNAVAILABLE, "meeting", None) == (ana.presence, ana.reason, ana.away_since)


class TestLoggedOut:
    """Whoever is logged out can only log in."""

    STORY = (case_in("open"), LogOut("ana", at(1), "ana"))

    def test_replies_five_hours_later(self):
        """A tab that was left open answers nobody."""
        outcome = given(self.STORY).when(SendReply("ana", at(hours=5), "c1", "m9", "Hello"))
        assert "[presence.on_duty] ana is logged out -> log in first, as available or as unavailable" == str(
            outcome.refused("presence.on_duty").verdict
        )

    @pytest.mark.parametrize("kind", [GoAvailable, GoUnavailable, LogOut])
    def test_logs_in(self, kind):
        """As available or as unavailable; logging out once more changes nothing."""
        assert given(LogOut("ana", at(1), "ana")).when(kind("ana", at(2), "ana")).verdict

    def test_does_nothing_else(self):
        """Whatever else they say is refused by this rule, whatever it is about: it guards every command."""
        story = given(case_in("open"), LogOut("dora", at(1), "dora"))
        for command in (
            OpenCase("dora", at(2), "c1"),
            AddNote("dora", at(2), "n1", "Hello", "c1"),
            CloseCase("dora", at(2), "c1", CloseReason.SPAM),
            AddAgent("dora", at(2), "gil"),
            RecordCustomer("dora", at(2), "maria", "Maria"),
        ):
            assert "presence.on_duty" in {reason.rule for reason in story.when(command).verdict.reasons}
        (rule,) = (
            rule
            for room in HOUSE.rooms
            for rule in room.rules
            if rule.id == "presence.on_duty" and Command in rule.guards
        )
        assert () == rule.reads

    def test_a_supervisor_for_others(self):
        """A supervisor who is logged out brings nobody else to work."""
        story = given(LogOut("dora", at(1), "dora"))
        story.when(GoUnavailable("dora", at(2), "ana")).refused("presence.on_duty")

    def test_by_the_system(self):
        """The desk itself is always there."""
        assert given(LogOut("ana", at(1), "ana")).when(GoAvailable("system", at(2), "ana")).verdict


class TestSupervisor:
    """A supervisor's permission waives "only the assignee", and nothing else."""

    BOSS = (
        AddAgent("system", T0, "gil", "Gil", frozenset({Permission.SUPERVISE}), frozenset({"general"})),
        GoUnavailable("gil", T0, "gil", "supervising"),
    )

    def test_not_the_permission_to_reply(self):
        """To reply, a supervisor needs the permission to reply."""
        story = given(self.BOSS, case_in("open"))
        story.when(SendReply("gil", at(1), "c1", "m9", "Hello")).refused("reply.permission")

    def test_not_eligibility(self):
        """To take a case, a supervisor must be available, serve its queue and work on its channel."""
        given(self.BOSS, new_case()).when(OpenCase("gil", at(1), "c1")).refused("assignment.available")

    def test_who_is_one(self):
        """An agent with the permission; nobody else."""
        assert is_supervisor(Agent("gil", "Gil", frozenset({Permission.SUPERVISE})))
        assert not is_supervisor(Agent("ana", "Ana", frozenset({Permission.REPLY, Permission.APPROVE})))
        assert not is_supervisor(None)


class TestRecord:
    """What a record says of itself."""

    def test_channels(self):
        """An agent works on the channels named; none named: on all."""
        assert Agent("ana", "Ana").works_on(Channel.VOICE)
        assert Agent("ana", "Ana", channels=EMAIL).works_on(Channel.EMAIL)
        assert not Agent("ana", "Ana", channels=EMAIL).works_on(Channel.VOICE)

    def test_permissions(self):
        """Nobody has one that was not given."""
        assert Agent("ana", "Ana", REPLY).may(Permission.REPLY)
        assert not Agent("ana", "Ana", REPLY).may(Permission.APPROVE)


def stated(command, **fields):
    """A command of this class with something in every required field."""
    words = {
        "status": Status.OPEN,
        "sentiment": Feeling.NEUTRAL,
        "relation": Relation.CUSTOMER,
        "level": Level.HIGH,
        "clock": ClockName.SOLUTION,
        "due": at(999),
        "until": at(999),
    }
    required = {x.name: words.get(x.name, "x") for x in attrs.fields(command) if x.default is attrs.NOTHING}
    return command(**{**required, "at": at(60), **fields})


@pytest.mark.parametrize("command", HOUSE.commands, ids=lambda command: command.__name__)
class TestEveryCommand:
    """One thing is asked of every command first."""

    def test_actor_is_known(self, command):
        """Whoever acts must be known, and the refusal says nothing else."""
        refused = given().when(stated(command, by="nobody")).refused("agent.known")
        assert "[agent.known] there is no agent 'nobody' -> add the agent first" == str(refused.verdict)


class TestNothingIsShared:
    """What somebody gave is theirs; what the desk keeps is the desk's."""

    def test_capacity(self):
        """Regression: the caller's own table, changed later, changed a limit of which no event told."""
        capacity = {"chat": 1}
        story = given(AddAgent("system", T0, "gil", capacity=capacity))
        changed = story.and_given(ChangeAgent("dora", T0, "gil", capacity=capacity))
        capacity["chat"] = 99
        for desk in (story.desk, changed.desk):
            assert {"chat": 1} == desk.agents["gil"].capacity
            with pytest.raises(TypeError, match="never changes"):
                desk.agents["gil"].capacity["chat"] = 99
        assert {"chat": 1} == changed.events[-1].capacity

    def test_events_and_records(self):
        """Of an event, or a record, that a host makes itself, the same holds."""
        capacity, queues, held = {"chat": 1}, {"general"}, {Channel.CHAT: 1}
        event = AgentAdded("system", T0, "gil", "Gil", frozenset(), queues, {Channel.CHAT}, capacity)
        row = Agent("gil", "Gil", queues=queues, capacity=capacity, held=held)
        capacity["chat"] = held[Channel.CHAT] = 99
        queues.add("billing")
        assert ({"chat": 1}, {"general"}, frozenset) == (event.capacity, event.queues, type(event.channels))
        assert ({"chat": 1}, {"general"}, {"chat": 1}) == (row.capacity, row.queues, row.held)

    def test_what_is_counted(self):
        """What an agent holds cannot be counted otherwise from outside."""
        held = given(case_in("open")).desk.agents["ana"].held
        with pytest.raises(TypeError, match="never changes"):
            held[Channel.CHAT] = 0

    @pytest.mark.parametrize("fields", [{"reviews": -1}, {"wrap_ups": 10**10}, {"reviews": True}, {"wrap_ups": "1"}])
    def test_no_count(self, fields):
        """What is counted is a whole number from 0, and not without end."""
        with pytest.raises(CommandError, match="is no count; give a whole number from 0 to 1,000,000,000"):
            Agent("gil", "Gil", **fields)

    @pytest.mark.parametrize("table", [{"chat": -1}, {"chat": 10**10}, {"chat": 1.0}, {1: 1}, 3])
    def test_no_tallies(self, table):
        """Nor is a table of such numbers anything else."""
        with pytest.raises(CommandError, match="does not hold counts by name; give whole numbers by name, from 0 to"):
            Agent("gil", "Gil", held=table)

    @pytest.mark.parametrize("limit", [10**10, -(10**10), 10**5000], ids=range(3))
    def test_capacity_without_end(self, limit):
        """A limit of thousands of digits is refused at once, with a message that can be shown."""
        with pytest.raises(CommandError, match="does not hold counts by name"):
            AddAgent("system", T0, "gil", capacity={"chat": limit})


def test_rights_of_conditions():
    """What a rule of a team's own may ask somebody to have is what somebody may have: the words stand twice."""
    assert [*Permission] == [Permission(right) for right in Right]
