"""Witnesses in a search: what they are asked about its steps, and what each step writes in their books.

What they say of a step depends on its events, the policy and what they have written so far, whichever command it was.
So there is one question for each outcome: **what does this step write, and what do the witnesses say of it?** It is
answered once for each set of values on their pages (`memo.py`). Of the many things that are asked, most are known to be
denied of an outcome whatever stands on the pages: these are asked once, and then left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Protocol

import attrs
from attrs import field, frozen

from casecore.explore.memo import CASE_PLACE, CaseMemo, Memo, Readable
from casecore.explore.pages import NOTHING_WRITTEN, LoggedBooks, Writing, Writings
from casecore.explore.read_log import LoggedDesk
from casecore.kernel import Command, Event
from casecore.policies import Policy
from casecore.promises.books import Books
from casecore.promises.happening import Happening
from casecore.promises.in_force import InForce

Tries = Callable[[Command, Books], bool]
"""(command, books before it) -> whether it is one that must be tried."""


@attrs.frozen(eq=False)
class Watched:
    """What witnesses are asked about a scope, by name; they see events, and their books, and no desk.

    Attributes:
        witnesses: (step) -> everything that is wrong with it.
        occasions: (step) -> whether it is what we look for.
        edges: (step) -> the names of all that it is, of those in `edge_names`: what else is looked for.
        situations: (command, books before it) -> whether it is what somebody should try, accepted or not.
        ways: (books) -> whether it is where one wants to get.
    """

    witnesses: Mapping[str, Callable[[Happening], Iterable[str]]] = field(factory=dict)
    occasions: Mapping[str, Callable[[Happening], bool]] = field(factory=dict)
    edges: Callable[[Happening], Iterable[str]] = field(default=lambda step: ())
    edge_names: tuple[str, ...] = ()
    situations: Mapping[str, Tries] = field(factory=dict)
    ways: Mapping[str, Callable[[Books], bool]] = field(factory=dict)

    @property
    def every(self) -> tuple[str, ...]:
        """The names of all of these."""
        return (*self.witnesses, *self.occasions, *self.edge_names, *self.situations, *self.ways)


NOT_WATCHED: Final = Watched()


@frozen
class WitnessReport:
    """What a step writes in the books, and what the witnesses say of it.

    Attributes:
        wrong: The names of the witnesses who find something wrong.
        met: The names of the occasions that it is.
    """

    writing: Writing
    wrong: tuple[str, ...] = ()
    met: tuple[str, ...] = ()


NO_REPORT: Final = WitnessReport(NOTHING_WRITTEN)


class MoveOutcome(Protocol):
    """What comes of a move."""

    @property
    def events(self) -> tuple[Event, ...]:
        """What happens on the desk."""


class CaseState(Readable, Protocol):
    """A local state: the rows of one case and the agents."""

    @property
    def case(self) -> Any:
        """The component of the case."""


class Watchers:
    """The witnesses of a search. What they know only grows.

    Args:
        watched: What they are asked.
        policies: The SOPs under which steps are taken.
        agents: The place of each agent, by name.
        memo: Makes a memo of a question.
    """

    def __init__(
        self,
        watched: Watched,
        policies: Sequence[Policy],
        agents: Mapping[str, int],
        memo: Callable[[Callable[[LoggedBooks], Any]], Memo],
    ) -> None:
        self.watched = watched
        self.tried: set[str] = set()
        self._policies = policies
        self._memo = memo
        self._writings = Writings(agents)
        self._reports: dict[tuple[int, MoveOutcome], Memo] = {}
        self._of_cases: dict[tuple[int, MoveOutcome, Any], CaseMemo] = {}
        self._trials: dict[int | None, _Trials] = {}

    def start_over(self) -> None:
        """Forget what is known of single components; what was answered stays known."""
        self._of_cases = {}

    def report(self, side: int, outcome: MoveOutcome, state: CaseState) -> WitnessReport:
        """What a step writes, and what the witnesses say of it.

        Args:
            side: The place of the SOP under which it is taken.
            outcome: What comes of it.
            state: The local state in which it is taken.
        """
        of_case = self._of_cases.get((side, outcome, state.case))
        if of_case is None:
            memo = self._reports.get((side, outcome))
            if memo is None:
                memo = self._reports[side, outcome] = self._make_memo(side, outcome, state)
            of_case = self._of_cases[side, outcome, state.case] = memo.of_case(state.facts[CASE_PLACE])
        report: WitnessReport = of_case(state)
        return report

    def memo_of(self, side: int, outcome: MoveOutcome) -> Memo | None:
        """The memo of an outcome, once it has been asked."""
        return self._reports.get((side, outcome))

    @property
    def evaluations(self) -> int:
        """How many times somebody really had to look."""
        return sum(memo.evaluations for memo in self._reports.values())

    def _make_memo(self, side: int, outcome: MoveOutcome, state: CaseState) -> Memo:
        events, policy = outcome.events, self._policies[side]
        witnesses = self._sift(self.watched.witnesses, events, policy, state)
        occasions = self._sift(self.watched.occasions, events, policy, state)
        return self._memo(_ask_for_report(events, policy, self._writings, witnesses, (occasions, self.watched.edges)))

    def _sift(
        self,
        asked: Mapping[str, Callable[[Happening], Any]],
        events: tuple[Event, ...],
        policy: Policy,
        state: CaseState,
    ) -> dict[str, Callable[[Happening], Any]]:
        """What is asked of an outcome, without that which is denied whatever stands on the pages."""
        step = GlancedStep(Happening(events, state.books({}), policy), [])
        return {name: ask for name, ask in asked.items() if step.is_open(ask)}

    # Situations ----------------------------------------------------------------------------------------

    def note_trials(self, place: int | None, commands: Iterable[Command], state: CaseState) -> None:
        """Note which situations somebody can try in a state.

        Args:
            place: The place of the part that the commands are about; None: they are about no case.
            commands: What can be given there.
            state: The local state.
        """
        trials = self._trials.get(place)
        if trials is None:
            asked = ((name, command) for name in self.watched.situations for command in commands)
            trials = self._trials[place] = self._make_trials(asked, state)
        found = trials(state)
        if found:
            self.tried.update(found)
            self._trials[place] = self._make_trials(trials.asked, state)

    def _make_trials(self, asked: Iterable[tuple[str, Command]], state: CaseState) -> _Trials:
        """What is still to be tried, without what no command can be whatever stands on the pages."""
        situations, books = self.watched.situations, GlancedBooks(state.books({}), [])
        left = [
            (name, command)
            for name, command in asked
            if name not in self.tried and books.is_open(situations[name], command)
        ]
        return _Trials(tuple(left), self._memo(lambda books: {n for n, c in left if situations[n](c, books)}))


class GlancedBooks(Books):
    """Books of which it is known whether somebody has looked into them: what is denied without a look is denied always.

    Args:
        books: The books that are shown.
        looks: Where each look is noted; those before and after a step share it.
    """

    def __init__(self, books: Books, looks: list[str]) -> None:
        self.looks = looks
        self._shown = books

    @property
    def written(self) -> dict[tuple[str, str], Any]:  # type: ignore[override]  # nobody writes on them
        """The pages that are written in them."""
        self.looks.append("written")
        return self._shown.written

    def page(self, sort: str, page_id: str) -> Any:
        """A page, to be read."""
        self.looks.append(sort)
        return self._shown.page(sort, page_id)

    def ids_of(self, sort: str) -> set[str]:
        """The ids of all pages of a sort."""
        self.looks.append(sort)
        return self._shown.ids_of(sort)

    def is_open(self, tries: Tries, command: Command) -> bool:
        """Whether a command is one that must be tried, or may be in other books: these were looked into for that."""
        self.looks.clear()
        return tries(command, self) or bool(self.looks)


class GlancedStep(Happening):
    """A step of which it is known whether somebody has looked into the books around it.

    Args:
        happening: The step.
        looks: Where each look is noted.
    """

    _happening: Happening
    _looks: list[str]

    def __init__(self, happening: Happening, looks: list[str]) -> None:
        super().__init__(happening.events, GlancedBooks(happening.before, looks), happening.policy)
        vars(self).update(_happening=happening, _looks=looks)  # the class is frozen

    @property
    def said(self) -> InForce:
        """What the SOP says for the case: which overrides match it stands on its page."""
        if self.policy.override:
            self._looks.append("said")
        return self._happening.said

    @cached_property
    def layers(self) -> tuple[Books, ...]:
        """The books before the first event, and after each."""
        return tuple(GlancedBooks(books, self._looks) for books in self._happening.layers)

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents whose pages something was written on."""
        self._looks.append("agents")
        return self._happening.agents

    def is_open(self, ask: Callable[[Happening], Any]) -> bool:
        """Whether the answer to a question is yes, or may be with other books: it has looked into these."""
        self._looks.clear()
        return ask_once(ask, self) or bool(self._looks)


@attrs.frozen
class _Trials:
    """Situations that nobody has been found to try yet, each with the commands that might be it."""

    asked: tuple[tuple[str, Command], ...]
    memo: Memo

    def __call__(self, state: CaseState) -> set[str]:
        """The names of those that can be tried in a state."""
        found: set[str] = self.memo(state) if self.asked else set()
        return found


def in_books(reached: Callable[[Books], bool]) -> Callable[[LoggedDesk], bool]:
    """What is asked of books, as it is asked of a desk that has them."""
    return lambda desk: reached(desk.books)


def ask_once(ask: Callable[[Happening], Any], step: Happening) -> bool:
    """Whether a witness finds anything wrong with a step, or whether it is what is looked for."""
    answer = ask(step)
    return answer if isinstance(answer, bool) else any(True for _ in answer)


def _ask_for_report(
    events: tuple[Event, ...],
    policy: Policy,
    writings: Writings,
    witnesses: Mapping[str, Callable[[Happening], Any]],
    looked_for: tuple[Mapping[str, Callable[[Happening], Any]], Callable[[Happening], Iterable[str]]],
) -> Callable[[LoggedBooks], WitnessReport]:
    occasions, edges = looked_for

    def ask(books: LoggedBooks) -> WitnessReport:
        step = Happening(events, books, policy)
        wrong = tuple(name for name, witness in witnesses.items() if ask_once(witness, step))
        met = tuple(name for name, occasion in occasions.items() if ask_once(occasion, step))
        return WitnessReport(writings.of(step), wrong, (*met, *dict.fromkeys(edges(step))))

    return ask
