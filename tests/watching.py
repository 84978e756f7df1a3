"""Which promises a story breaks, as a watch sees it that has been there from its first event on."""

from casecore import HOUSE, Desk, Policy
from casecore.promises import PROMISES, Step, Watch
from casecore.promises.ways import lost_ways
from casecore.testing.scenario import flatten_commands, team_of


def breaches_of(steps, promises=PROMISES):
    """Everything that is wrong with the steps of a story, in words; it begins with an empty desk."""
    watch = Watch(steps[0].before.policy, promises)
    return [str(wrong) for step in steps for wrong in (*watch.see(step.events), *lost_ways(step, promises))]


def steps_of(*story, house=HOUSE, policy=None):
    """The steps of a story, the team's first; under the rules of this house all but the last are accepted."""
    desk, steps = Desk(policy or Policy.default()), []
    for command in flatten_commands((team_of(desk.policy), *story)):
        assert not steps or steps[-1].verdict, steps[-1]
        steps.append(Step.of(desk, command, house))
        desk = steps[-1].after
    return steps


def breaches_at_end(*story, house=HOUSE, policy=None, promises=PROMISES):
    """Everything that is wrong with the last step of a story, in words."""
    *before, last = steps_of(*story, house=house, policy=policy)
    watch = Watch(last.before.policy, promises)
    for step in before:
        watch.see(step.events)
    return [*map(str, (*watch.see(last.events), *lost_ways(last, promises)))]


def broken_at_end(*story, house=HOUSE, policy=None):
    """The numbers of the promises that the last step of a story breaks; the house accepts it."""
    assert steps_of(*story, house=house, policy=policy)[-1].verdict
    return {wrong[:2] for wrong in breaches_at_end(*story, house=house, policy=policy)}
