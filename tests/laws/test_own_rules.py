"""The laws of deciding and evolving hold under rules of a team's own, and such a rule only ever refuses.

What is held against it is the same desk without those rules: nothing here asks how a rule is made of a policy.
"""

import json
from datetime import timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from casecore import SYSTEM, Accepted, Desk, Deviated, Enforcement, Policy, Refused
from casecore.codec import dumps, loads
from casecore.kernel import changed
from casecore.policies.sections import Guarded
from casecore.promises import Step
from casecore.rooms.attributes import SetAttribute
from casecore.testing.laws import broken_laws, rows_of
from casecore.testing.scenario import flatten_commands, team_of
from casecore.testing.strategies import any_command, commands, policies, ruled_policies, runs
from casecore.testing.values import fitting_values
from tests.guarding import GUARDED

SOP = Policy.default()
RULED = ruled_policies(st.just(SOP))


@st.composite
def work(draw, some_policies, most=6):
    """A desk with rules of its own at work: a story in which something is done that a rule may guard, and what follows.

    Most of what `runs` draws nobody guards; so here everybody at the desk tries what there is a word for.
    """
    policy = draw(some_policies)
    desk, steps = Desk(policy), []
    words = [word for rule in policy.rule for word in rule.guards]
    story, deed = GUARDED[draw(st.sampled_from(words) | st.sampled_from(Guarded))]

    def give(command):
        steps.append(Step.of(steps[-1].after if steps else desk, command))

    for command in flatten_commands((team_of(policy), story)):
        give(command)
    for name, attribute in policy.attributes.items():
        value = draw(st.none() | st.sampled_from(fitting_values(attribute)))
        give(SetAttribute(SYSTEM, steps[-1].after.now, "c1", name, value))
    for _ in range(draw(st.integers(1, most))):
        now = steps[-1].after.now
        later = draw(st.sampled_from((0, 1, 60, 3 * 3600)))
        mine = changed(deed, by=draw(st.sampled_from((deed.by, "ana", "dora"))), at=now + timedelta(seconds=later))
        give(draw(st.just(mine) | commands(steps[-1].after)))
    return tuple(steps)


AT_WORK = work(RULED)


def ids_of(policy):
    """The ids of the rules that a policy adds."""
    return {rule.id for rule in policy.rule}


def without_rules(step):
    """What would have been answered if the policy added no rules."""
    policy = changed(step.before.policy, rule=())
    return attrs.evolve(step.before, policy=policy).decide(step.command)


def but_deviations(events):
    """What happened, but for what was only warned about."""
    return [event for event in events if not isinstance(event, Deviated)]


# Deciding and evolving ---------------------------------------------------------------------------------


@given(AT_WORK, st.data())
def test_decide_is_total(steps, data):
    """Any command whatever is accepted or refused, and what is accepted can be applied."""
    for command in data.draw(st.lists(any_command(), max_size=5)):
        assert isinstance(Step.of(steps[-1].after, command).verdict, Accepted | Refused)


@given(ruled_policies().flatmap(lambda policy: runs(policy, max_steps=15)), st.data())
def test_decide_is_total_whatever_the_policy_says_besides(steps, data):
    """The same, under any policy."""
    command = data.draw(any_command() | commands(steps[-1].after))
    assert isinstance(Step.of(steps[-1].after, command).verdict, Accepted | Refused)


@given(AT_WORK, RULED)
def test_decide_is_total_where_the_rules_have_changed(steps, policy):
    """What was noted may be of no use to the rules of another policy: a text where they look for a number."""
    for step in steps:
        desk = attrs.evolve(step.before, policy=policy)
        assert isinstance(desk.decide(step.command), Accepted | Refused)
        desk.due()


@given(AT_WORK)
def test_every_step_is_lawful(steps):
    """Deciding and evolving change no desk; the rows of the view are enough to decide and to apply what happens."""
    for step in steps:
        assert [] == [*broken_laws(step, rows_of(step.before))]


@given(AT_WORK, st.data())
def test_views_are_enough_for_any_command(steps, data):
    """A desk with only the rows that a command needs gives the same answer, whatever is asked."""
    desk = steps[-1].after
    command = data.draw(any_command() | commands(desk))
    assert desk.decide(command) == Desk.loaded(desk.policy, command, desk.row, desk.now).decide(command)


@given(AT_WORK)
def test_the_replayed_history_is_the_desk(steps):
    """All events, folded at once from an empty desk, give the desk that was reached step by step."""
    events = [event for step in steps for event in step.events]
    assert steps[-1].after == Desk(steps[0].before.policy).evolve(events)


@given(AT_WORK)
def test_all_of_it_is_written_down_and_read_again(steps):
    """Commands, events, and the desk that they leave."""
    for step in steps:
        assert step.command == loads(dumps(step.command))
        assert [*step.events] == [loads(dumps(event)) for event in step.events]
    assert steps[-1].after == attrs.evolve(loads(dumps(steps[-1].after)), policy=steps[-1].after.policy)


@given(AT_WORK, st.data())
def test_actions_say_what_decide_says(steps, data):
    """An action that asks for nothing is allowed exactly if its command is accepted."""
    desk = steps[-1].after
    agent, case = (data.draw(st.sampled_from([*sorted(rows), "?"])) for rows in (desk.agents, desk.cases))
    by_name = {probe.name: probe for room in desk.house.rooms for probe in room.probes}
    file = desk.cases.get(case)
    for action in desk.actions(agent, case, desk.now):
        assert action.allowed is not bool(action.reasons)
        if not action.asks:
            names = {field.name for field in attrs.fields(action.command)}
            draft = {"draft": file.draft.id if file and file.draft else "?"} if "draft" in names else {}
            command = action.command(by=agent, at=desk.now, case=case, **draft, **by_name[action.name].given)
            assert bool(desk.decide(command)) is action.allowed


# They only refuse --------------------------------------------------------------------------------------


@given(work(ruled_policies(st.just(SOP) | policies())))
def test_they_only_refuse(steps):
    """Without them, whatever is accepted is accepted and the same happens; what they refuse, they say that they do."""
    own = ids_of(steps[0].before.policy)
    for step in steps:
        bare = without_rules(step)
        if step.accepted:
            assert but_deviations(bare.events) == but_deviations(step.events)
            assert {event.rule for event in step.events if isinstance(event, Deviated)} >= {
                event.rule for event in bare.events if isinstance(event, Deviated)
            }
            continue
        mine = [reason for reason in step.verdict.reasons if reason.rule in own]
        others = [reason for reason in step.verdict.reasons if reason.rule not in own]
        assert others == ([] if isinstance(bare, Accepted) else [*bare.reasons])
        assert mine or isinstance(bare, Refused)


@given(AT_WORK, st.sampled_from((Enforcement.WARN, Enforcement.OFF)))
def test_softened_they_refuse_nothing(steps, mode):
    """Switched off, they say nothing; where they warn, each that would have refused is kept as a deviation."""
    policy = steps[0].before.policy
    strict = changed(policy, rule=tuple(changed(rule, enforcement=Enforcement.BLOCK) for rule in policy.rule))
    soft = changed(strict, enforcement=dict.fromkeys(ids_of(policy), mode))
    for step in steps:
        verdict = attrs.evolve(step.before, policy=soft).decide(step.command)
        refused = attrs.evolve(step.before, policy=strict).decide(step.command)
        bare = without_rules(step)
        if isinstance(bare, Refused):
            assert bare == verdict
            continue
        broken = set() if isinstance(refused, Accepted) else {reason.rule for reason in refused.reasons}
        assert bare.events == tuple(event for event in verdict.events if getattr(event, "rule", "") not in broken)
        assert (broken if mode is Enforcement.WARN else set()) == {reason.rule for reason in verdict.deviations}


# Policies ----------------------------------------------------------------------------------------------


@given(ruled_policies())
def test_policies_survive_being_written_down(policy):
    """What a policy says of its rules, written as plain data and read again, is the same policy."""
    assert policy == Policy.from_dict(policy.to_dict())


def as_toml(value):
    """A value as a file has it, on one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(word)} = {as_toml(held)}' for word, held in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


@given(RULED)
def test_what_is_written_into_a_file_is_read_again(policy):
    """Attributes and rules, as TOML has them; each rule stands where its file has it."""
    plain = policy.to_dict()
    text = "".join(f"{word} = {as_toml(plain[word])}\n" for word in ("attributes", "rule"))
    again = Policy.loads(f"{text}[queues.general]\nfallback = true\n")
    assert (policy.attributes, policy.rule) == (again.attributes, again.rule)
    assert all(again.origin(f"rule[{number}]").line == 2 for number in range(len(policy.rule)))
