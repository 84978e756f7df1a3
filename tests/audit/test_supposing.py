"""Trying out what is not told: as many values as may be tried, and no more."""

import pytest

from casecore.audit.judging.supposing import every_answer
from casecore.audit.judging.untold import NotTold, blind_row
from casecore.rooms.cases import CloseCase, CloseReason
from tests.audit.desk_logs import NINE


def test_no_more_values_are_tried_than_may_be():
    """After these nothing is known."""
    command = blind_row(CloseCase, {"by": "ana", "at": NINE, "case": "c-1"})
    with pytest.raises(NotTold) as untold:
        _ = command.reason
    every = [*every_answer(lambda: command.reason, untold.value, lambda: (command,))]
    assert {*CloseReason} == {*every}
    *some, last = every_answer(lambda: command.reason, untold.value, lambda: (command,), most=2)
    assert every[:2] == some
    assert isinstance(last, NotTold)
    with pytest.raises(NotTold):
        _ = command.reason
