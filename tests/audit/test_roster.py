"""A map's roster: who may do what is known before the first row; who is not in it may be there all the same."""

from datetime import UTC, datetime

import pytest

from casecore import HOUSE, Policy
from casecore.audit import Auditor, LogMap, audit
from casecore.audit.roster import seat_roster, telling_of
from tests.audit.desk_logs import SNAPSHOTS_MAP, write_snapshots

ROSTER = """
[agents.roster]
ana = { role = "agent", queues = ["billing"], channels = ["email"], capacity = { total = 5 } }
ben = {}
"""


@pytest.fixture
def log(tmp_path):
    """The path of the log of statuses."""
    return write_snapshots(tmp_path)[0]


def test_it_lets_more_be_judged(log):
    """Whatever was broken is broken still, and less is unknown."""
    without = audit(log, log_map=LogMap.loads(SNAPSHOTS_MAP))
    with_it = audit(log, log_map=LogMap.loads(SNAPSHOTS_MAP + ROSTER))
    assert [(one.rule, one.row) for one in without.breaches] == [(one.rule, one.row) for one in with_it.breaches]
    assert without.known <= with_it.known
    assert "a roster of 2" in with_it.coverage.tells


@pytest.mark.parametrize("begins", ["cut", "complete"])
def test_what_is_known_of_each(log, begins):
    """What is written there; and where cases begin with the log, that they hold nothing yet."""
    log_map = LogMap.loads(SNAPSHOTS_MAP.replace('"cut"', f'"{begins}"') + ROSTER)
    telling = telling_of(log_map)
    desk = Auditor(Policy.default(), telling, HOUSE).desk
    seat_roster(desk, log_map.roster, datetime(2026, 11, 2, tzinfo=UTC), begins_whole=telling.begins_whole)
    ana, ben = desk.find("agents", "ana"), desk.find("agents", "ben")
    assert ({"billing"}, 5) == (ana.queues, ana.capacity["total"])
    assert {"queues", "permissions", "channels", "capacity", "presence"} <= type(ben).untold
    assert "presence" in type(ana).untold
    assert desk.find("agents", "cleo") is not None
    assert audit(log, log_map=log_map).known
