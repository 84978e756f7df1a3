"""A working desk: changed in place, and never otherwise than a desk that is not."""

from collections.abc import Mapping

import pytest

from casecore import (
    CUSTOMER,
    AddNote,
    Channel,
    CloseCase,
    CloseReason,
    CommandRefused,
    DeleteNote,
    Desk,
    MissingRow,
    OpenCase,
    ReceiveMessage,
    Status,
    WorkingDesk,
)
from casecore.kernel.sequences import OFTEN
from casecore.rooms.composition import TABLES
from casecore.testing import scenario
from casecore.testing.scenario import at


def wrote(number, minutes=0):
    """A customer writes, each time another one about another case."""
    names = {"customer": f"c-{number}", "new_case": f"case-{number}"}
    return ReceiveMessage(
        CUSTOMER, at(minutes=minutes), f"t-{number}", f"m-{number}", "Olá!", channel=Channel.CHAT, **names
    )


@pytest.fixture
def desk():
    """A desk with a team, and a case that waits."""
    return scenario.given(wrote(0)).desk


class TestHandling:
    """Given a desk that goes on as a working desk."""

    def test_the_same_events(self, desk):
        """It says what a desk says, and is itself afterwards."""
        working = WorkingDesk.of(desk)
        after, events = desk.handle(wrote(1))
        assert (working, events) == working.handle(wrote(1))
        assert (after, at(0)) == (working.desk(), working.now)

    def test_often(self, desk):
        """However often the same is done, of new cases and of those that are there."""
        working = WorkingDesk.of(desk)
        for number in range(1, OFTEN + 3):
            for command in (wrote(number), CloseCase("dora", at(0), f"case-{number}", CloseReason.SPAM)):
                desk, events = desk.handle(command)
                assert events == working.handle(command)[1]
        assert desk == working.desk()
        assert Status.CLOSED is working.status(f"case-{number}")

    def test_what_is_taken_away(self, desk):
        """A note that is deleted is gone, the first time and the hundredth."""
        working = WorkingDesk.of(desk)
        for number in range(OFTEN + 2):
            working.handle(AddNote("ana", at(1), f"n-{number}", "Rang back.", "case-0"))
            working.handle(DeleteNote("ana", at(1), f"n-{number}"))
            assert not working.notes

    def test_a_refusal_changes_nothing(self, desk):
        """Every reason is told, and it is as it was."""
        working = WorkingDesk.of(desk)
        with pytest.raises(CommandRefused) as caught:
            working.handle(wrote(0))
        assert desk.decide(wrote(0)) == caught.value.refused
        assert desk == working.desk()

    def test_neither_do_events_of_what_is_not_there(self, desk):
        """Nothing of what comes before them has happened either."""
        after, events = desk.handle(wrote(1))
        _, opened = after.handle(OpenCase("ana", at(1), "case-1"))
        working = WorkingDesk.of(desk)
        for some in ((*events[:-1], *opened, *events), opened):
            for _ in range(OFTEN + 1):
                with pytest.raises(MissingRow):
                    working.evolve((*opened, *some))
                assert desk == working.desk()

    def test_a_history(self, desk):
        """Any number of events at once, from any source."""
        story = scenario.given(wrote(0), OpenCase("ana", at(1), "case-0"))
        working = WorkingDesk(desk.policy, None, desk.house).evolve(iter(story.events))
        assert story.desk == working.desk()
        assert working is working.evolve(())


class TestRows:
    """Given a desk, and the working desk that went on from it."""

    def test_they_share_no_row(self, desk):
        """What happens on one does not happen on the other, whichever was made of which."""
        working = WorkingDesk.of(desk)
        for _ in range(2):
            before, kept = told(desk), working.desk()
            for number in range(OFTEN + 1):
                working.handle(OpenCase("ana", at(number), "case-0"))
            assert before == told(desk)
            assert before == told(kept)
            desk, working = kept, WorkingDesk.of(kept)

    def test_its_tables(self, desk):
        """They are read like those of a desk."""
        working = WorkingDesk.of(desk)
        for table in TABLES:
            assert isinstance(getattr(working, table), Mapping)
            assert dict(getattr(desk, table).items()) == getattr(working, table)


class TestQuestions:
    """Given a case that waits."""

    def test_what_is_asked_of_a_desk(self, desk):
        """It gives the same answers."""
        working = WorkingDesk.of(desk)
        assert desk.actions("ana", "case-0", at(1)) == working.actions("ana", "case-0", at(1))
        assert desk.due() == working.due()
        assert desk.clocks("case-0", at(1)) == working.clocks("case-0", at(1))
        assert desk.rows_of(wrote(0)) == working.rows_of(wrote(0))
        assert desk.status("case-0") is working.status("case-0")
        assert desk.view_of("case-0") == working.view_of("case-0")


def told(desk):
    """What a desk says of itself now."""
    return [repr(sorted(getattr(desk, table).items())) for table in TABLES] + [Desk.__name__, desk.now]
