"""The witnesses of the promises look on: where they say otherwise than the rules, it is told."""

from datetime import UTC, datetime

import attrs

from casecore import HOUSE, Policy
from casecore.audit import FORMATS, Auditor, Telling, audit
from casecore.audit.judging.untold import blind_row
from casecore.audit.reports.second_opinion import (
    Disagreement,
    Opinion,
    SecondOpinion,
    Witnessed,
    everything_told,
)
from casecore.audit.roster import telling_of
from casecore.rooms.assignments import CaseAssigned
from tests.audit.desk_logs import CHATS, log_of
from tests.audit.made_logs import KINDS, made_log

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
ROOMS = [room.name for room in HOUSE.rooms]


def test_they_see_every_row_of_a_log_that_tells_everything():
    """A third chat breaks the promise that nobody has more than the limit, where the rule says so."""
    said = audit(log_of(CHATS)).opinion
    assert (8, None, ()) == (said.rows, said.stopped, said.disagreements)
    assert 1 == dict(said.broken)["P04"]


def test_rules_and_witnesses_agree_on_a_made_log():
    """No promise is broken where no rule is."""
    log = made_log(1, tuple(KINDS))
    said = audit(log_of(log.commands), log.policy).opinion
    assert len(log.commands) == said.rows
    assert [] == [one for one in said.disagreements if not one.rule]


def test_a_promise_that_no_rule_kept_is_told():
    """And the rows, the first few of them."""
    second = SecondOpinion(Policy.default())
    for row, several in enumerate(audit_events(CHATS), 1):
        second.see(row, several, ())  # as if no rule had been broken
    said = second.said.opinion()
    assert ("P04", "", 1, (8,)) == next((one.promise, one.rule, one.times, one.rows) for one in said.disagreements)


def test_what_they_said_of_parts_is_added_up():
    """The first rows of the whole log are shown, whatever part they are of."""
    said = [Witnessed(), Witnessed()]
    for place, row in enumerate((30, 10, 20, 60, 50, 40, 70)):
        said[place % 2].count(["04"])
        said[place % 2].note(place, row, "04", "Limits are kept")
    said[1].note(9, 80, "05", "Silence is asked about", "idle.asked")
    said[0].add(said[1])
    opinion = said[0].opinion()
    assert (7, (("P04", 7),)) == (opinion.rows, opinion.broken)
    assert [("P04", "", 7, (30, 10, 20, 60, 50)), ("P05", "idle.asked", 1, (80,))] == [
        (one.promise, one.rule, one.times, one.rows) for one in opinion.disagreements
    ]


def test_a_rule_that_no_promise_noticed_is_told():
    """It may be stricter than what is promised; somebody has to look."""

    class Broken:
        rule = "capacity.channel"

    second = SecondOpinion(Policy.default())
    for row in range(1, 8):
        second.see(row, (), (Broken(),))
    one = next(one for one in second.said.opinion().disagreements if one.promise == "P04")
    assert ("P04", "capacity.channel", 7, (1, 2, 3, 4, 5)) == (one.promise, one.rule, one.times, one.rows)


def test_they_stop_where_too_little_is_told():
    """From there on they say nothing."""
    second = SecondOpinion(Policy.default())
    second.see(1, (blind_row(CaseAssigned, {"case": "c-1", "at": AT}),), ())
    second.see(2, (), ())
    assert (0, 1) == (second.said.opinion().rows, second.said.stopped)


def test_they_are_asked_only_where_everything_is_told():
    """Every command, each case from its start, from the first row on, every case and every rule."""
    assert everything_told(Telling.of(HOUSE, none=ROOMS))
    assert not everything_told(Telling.of(HOUSE, none=ROOMS, begins_whole=False))
    assert not everything_told(Telling.of(HOUSE, none=ROOMS[1:]))
    assert None is audit(log_of(CHATS), since=AT).opinion
    assert None is audit(log_of(CHATS), only={"capacity.channel"}).opinion


def test_it_is_in_the_report():
    """What was broken, where they say otherwise, and where they stopped."""
    report = audit(log_of(CHATS))
    without, broken = (
        Disagreement("P04", "the limit", "", 7, (1, 2)),
        Disagreement("P07", "a countdown", "a.rule", 1, (9,)),
    )
    other = FORMATS["md"](attrs.evolve(report, opinion=Opinion(8, 9, (), (without, broken))))
    assert "They saw 8 rows; row 9 tells too little for more. Promises broken: none." in other
    assert "P04 the limit: broken where no rule was, 7 times (row 1, 2)" in other
    assert "P07 a countdown: kept where a.rule was broken, 1 time (row 9)" in other
    text = FORMATS["md"](report)
    assert "### The promises' witnesses" in text
    assert "They saw 8 rows. Promises broken: P04 1" in text


def audit_events(commands):
    """What happened at each row of a log."""
    log = log_of(commands)
    auditor = Auditor(Policy.default(), telling_of(log.map))
    for row in log.rows():
        auditor.see(row)
        yield auditor.happened
