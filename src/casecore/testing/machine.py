"""A Hypothesis state machine that works at a desk and asks, after every step, whether all is as it must be.

    class OurDesk(DeskMachine):
        policy = Policy.load("our-sop.toml")

    TestOurDesk = OurDesk.TestCase        # pytest and unittest both run it

It gives commands that could be meant (those that fall due among them) and commands that nobody means. After each it
asks the laws of deciding (`casecore.testing.laws`) and the promises that the policy claims
(`casecore.promises`). At the end the whole history is replayed, and must lead to the same desk. A failure
shows the story.
"""

from __future__ import annotations

from typing import ClassVar

from casecore.desk import Desk
from casecore.kernel import Command
from casecore.policies import Policy
from casecore.promises import PROMISES, Promise, Step, Watch, promises_of_policy
from casecore.promises.ways import lost_ways
from casecore.rooms.composition import HOUSE, House
from casecore.testing.drawing import RuleBasedStateMachine, rule
from casecore.testing.drawing import strategies as st
from casecore.testing.laws import broken_laws, rows_of
from casecore.testing.scenario import Outcome, given
from casecore.testing.strategies import any_command, commands


class DeskMachine(RuleBasedStateMachine):
    """A desk at work, with a team; subclass it to choose.

    Attributes:
        policy: The SOP in force.
        house: The rules that are asked.
        promises: What must be kept, beside what the rules of the policy's own promise.
    """

    policy: ClassVar[Policy] = Policy.default()
    house: ClassVar[House] = HOUSE
    promises: ClassVar[tuple[Promise, ...]] = PROMISES

    def __init__(self) -> None:
        super().__init__()
        self.story = given(policy=self.policy, house=self.house)
        of_rules = promises_of_policy(self.policy)
        self.watch = Watch(self.policy, {one.number: one for one in (*of_rules, *self.promises)}.values())
        self.watch.see(self.story.events)

    @property
    def desk(self) -> Desk:
        """The desk as it is now."""
        return self.story.desk

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        """A command that could be meant."""
        self.give(data.draw(commands(self.desk)))

    @rule(data=st.data())
    def anything_is_said(self, data: st.DataObject) -> None:
        """A command that nobody means."""
        self.give(data.draw(any_command(self.house)))

    def give(self, command: Command) -> None:
        """Give a command to the desk.

        Raises:
            AssertionError: When a law or promise is broken; it tells the story.
        """
        rows = rows_of(self.desk)
        step = Step.of(self.desk, command)
        outcome = Outcome(self.story, command, step.verdict)
        breaches = (*self.watch.see(step.events), *lost_ways(step, self.promises))
        wrong = [*broken_laws(step, rows), *map(str, breaches)]
        if wrong:
            outcome.fails("it breaks", *wrong)
        self.story = outcome.after

    def teardown(self) -> None:
        """Replay the whole history."""
        if Desk(self.policy, house=self.house).evolve(self.story.events) != self.desk:
            raise AssertionError("the history, replayed from its start, leads to another desk")
