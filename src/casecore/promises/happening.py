"""Happenings: what came of one command, as witnesses see it: the events, and the books before and after each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import attrs

from casecore.kernel import Event
from casecore.policies import Policy
from casecore.promises.books import Books
from casecore.promises.in_force import InForce
from casecore.promises.pages import CasePage
from casecore.rooms.cases import CaseStarted


@attrs.frozen(eq=False, slots=False)
class Happening:
    """What came of one command.

    Attributes:
        events: What happened, in order; nothing where the command was refused.
        before: The books before it.
        policy: The SOP.
    """

    events: tuple[Event, ...]
    before: Books = attrs.field(repr=False)
    policy: Policy = attrs.field(repr=False)

    @cached_property
    def said(self) -> InForce:
        """What the SOP says for the case that this is about, as it was before; or as it is started."""
        about = next((event for event in self.events if getattr(event, "case", None) is not None), None)
        at = self.events[0].at if self.events else None
        if isinstance(about, CaseStarted):
            return InForce(self.policy, about, at)
        case: str | None = getattr(about, "case", None)
        return InForce(self.policy, None if case is None else self.before.case(case), at)

    @cached_property
    def layers(self) -> tuple[Books, ...]:
        """The books before the first event, and after each."""
        layers = [self.before]
        for event in self.events:
            layers.append(layers[-1].after(event, self.said))
        return tuple(layers)

    @property
    def moments(self) -> Iterator[tuple[Event, Books]]:
        """Each event, with the books just before it."""
        return zip(self.events, self.layers, strict=False)

    @property
    def after(self) -> Books:
        """The books after it."""
        return self.layers[-1]

    @cached_property
    def cases(self) -> tuple[str, ...]:
        """The cases of which some event speaks, in order of their ids."""
        return tuple(sorted({case for event in self.events if (case := getattr(event, "case", None)) is not None}))

    @cached_property
    def agents(self) -> tuple[str, ...]:
        """The agents whose pages something was written on, in order of their ids."""
        written = {page_id for books in self.layers[1:] for sort, page_id in books.written if sort == "agents"}
        return tuple(sorted(written))

    def cases_after(self) -> Iterator[tuple[str, CasePage]]:
        """The cases of which some event speaks, with their pages afterwards."""
        return ((case, self.after.case(case)) for case in self.cases)


def happens(*events: type[Event]) -> Callable[[Happening], bool]:
    """The question whether one of these happens."""
    return lambda step: any(isinstance(event, events) for event in step.events)
