"""The ways on that promises 18 and 19 walk: how a waiting draft can still be decided."""

from datetime import timedelta

import attrs
import pytest

from casecore import AddTag, ApproveDraft, SubmitDraft
from casecore.promises.ways import ways_to_decide
from casecore.testing.scenario import at, case_in, given, prepared

OPEN = case_in("open", channel="whatsapp")
WRITTEN = SubmitDraft("ana", at(1), "c1", "d1", "Dear Maria, there is news for you.")
PREPARED = attrs.evolve(WRITTEN, template=prepared())
LATER = AddTag("ana", at() + timedelta(hours=25), "c1", "vip")


@pytest.mark.parametrize(
    ("story", "approved"),
    [
        ((OPEN, WRITTEN), True),
        ((OPEN, WRITTEN, LATER), False),
        ((OPEN, PREPARED, LATER), True),
    ],
    ids=["inside the window", "after the window", "a template after the window"],
)
def test_a_draft_on_whatsapp_is_approved_while_it_may_go_out(story, approved):
    """Inside the window anything may be sent, after it only a template; what may not go out is no way."""
    desk = given(story).desk
    ways = ways_to_decide(desk, "c1", desk.cases["c1"].draft)
    assert approved is any(isinstance(command, ApproveDraft) for way in ways for command in way)
    assert (3 if approved else 2) == len(ways)
