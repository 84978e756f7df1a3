"""Stories as plain data: the commands that were given, which are given again when somebody looks at a story.

The stories of a search have most of their commands in common, so each command is written once. Where two policies are
compared, each command is given under one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import attrs

from casecore.check.cache import PlainAnswer
from casecore.codec import Codec, house_codec
from casecore.desk import Desk
from casecore.explore import Story
from casecore.explore.policy_log import unlogged
from casecore.explore.scope import Scope
from casecore.explore.teams import with_all_queues
from casecore.kernel import CasecoreError, Command
from casecore.policies import Policy
from casecore.promises import Step
from casecore.rooms.composition import House


class ToldOtherwise(CasecoreError, ValueError):
    """A story that was kept does not end as it did."""


class KeptStory(Story):
    """A story whose commands are known; they are given again when somebody looks at its steps."""

    __slots__ = ("_begin", "_given", "_steps")

    _begin: Desk
    _given: tuple[tuple[Command, Policy], ...]
    _steps: tuple[Step, ...] | None

    @classmethod
    def of(cls, team: tuple[Command, ...], given: Iterable[tuple[Command, Policy]], begin: Desk) -> KeptStory:
        """A story.

        Args:
            team: The commands that bring the team.
            given: What was done then, each under which SOP.
            begin: The desk without the team.
        """
        story = cls.__new__(cls)
        for name, value in {"team": team, "_given": tuple(given), "_begin": begin, "_steps": None}.items():
            object.__setattr__(story, name, value)
        return story

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was done, with the answers of the real desk."""
        if self._steps is None:
            object.__setattr__(self, "_steps", tuple(self._tell()))
        steps: Any = self._steps
        return tuple(steps)

    def __len__(self) -> int:
        return len(self._given)

    def _tell(self) -> Iterable[Step]:
        desk = self._begin
        given = ((command, desk.policy) for command in self.team)
        for number, (command, policy) in enumerate((*given, *self._given), -len(self.team)):
            step = Step.of(attrs.evolve(desk, policy=policy), command)
            if not step.verdict:
                raise ToldOtherwise(f"{type(command).__name__} by {command.by} is refused: {step.verdict}")
            if number >= 0:
                yield step
            desk = step.after


@attrs.frozen(eq=False)
class StoryBook:
    """Stories as plain data, each command of which is written once.

    Attributes:
        house: The rooms that decided.
        commands: The commands, as plain data.
    """

    house: House
    commands: list[PlainAnswer] = attrs.field(factory=list)
    _numbers: dict[Command, int] = attrs.field(factory=dict, init=False)
    _read: dict[int, Command] = attrs.field(factory=dict, init=False)

    def write(self, commands: Sequence[Command]) -> list[int]:
        """Commands, by their numbers."""
        for command in commands:
            if command not in self._numbers:
                self._numbers[command] = len(self.commands)
                self.commands.append(self._codec.to_plain(command))
        return [self._numbers[command] for command in commands]

    def read(self, numbers: Iterable[int]) -> list[Command]:
        """The commands with these numbers."""
        for number in numbers:
            if number not in self._read:
                self._read[number] = self._codec.from_plain(self.commands[number])
        return [self._read[number] for number in numbers]

    def story(
        self, numbers: Sequence[int], team: tuple[Command, ...], policy: Policy, under: Sequence[Policy] = ()
    ) -> KeptStory:
        """A story.

        Args:
            numbers: The numbers of its commands.
            team: The commands that bring the team.
            policy: The SOP in force.
            under: For each command the SOP under which it is given; none: that one.
        """
        given = zip(self.read(numbers), under or [policy] * len(numbers), strict=True)
        return KeptStory.of(team, given, Desk(policy, house=self.house))

    @property
    def _codec(self) -> Codec:
        return house_codec(self.house)


@attrs.frozen
class ToldUnderTwo:
    """Where stories are told under two policies: in a scope, under each as it is searched there.

    Attributes:
        scope: The scope.
        policies: The SOP before and the SOP after.
        house: The rooms that decided.
    """

    scope: Scope
    policies: tuple[Policy, ...]
    house: House

    @classmethod
    def here(cls, scope: Scope, old: Policy, new: Policy, house: House) -> Self:
        """Where they are told in a scope, under these two."""
        return cls(scope, (scope.policy_here(old), scope.policy_here(new)), house)

    def write(self, story: Story, book: StoryBook) -> PlainAnswer:
        """The numbers of a story's commands, and for each of the policy under which it was given."""
        old, _ = self.policies
        sides = [int(unlogged(step.before.policy) != old) for step in story.steps]
        return [book.write([step.command for step in story.steps]), sides]

    def read(self, told: PlainAnswer, book: StoryBook) -> Story:
        """A story, to be told again."""
        numbers, sides = told
        under = [self.policies[side] for side in sides]
        return book.story(numbers, self.scope.team, with_all_queues(self.policies), under)
