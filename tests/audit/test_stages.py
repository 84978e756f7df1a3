"""A log judged in stages, by several processes, says what it says judged in one pass."""

import pytest

from casecore import CUSTOMER, HOUSE, Policy, SendReply
from casecore.audit import Auditor, Log, LogMap, LogRow, Telling, audit
from casecore.audit.judging.links import Groups, Links
from casecore.audit.logs.row_telling import words_said_by
from casecore.audit.roster import telling_of
from tests.audit.desk_logs import CHATS, NINE, log_of
from tests.audit.two_teams import STATUS_MAP, log_of_statuses, log_of_teams
from tests.sops import sop_with

IN_TWO = "the log was judged in 2 processes: its rows fall into groups that have nothing to do with each other"
IN_ONE = "the log was judged in one process: all its rows have to do with each other"


def both_ways(make_log, jobs=2, **options):
    """The report of one pass, that of several processes, and how they judged."""
    said, policy = [], options.pop("policy", None)
    once = audit(make_log(), policy, **options)
    return once, audit(make_log(), policy, **options, jobs=jobs, noted=said.append), said


@pytest.mark.parametrize("jobs", [2, 3])
def test_cases_of_which_only_the_status_is_told(jobs):
    """Every agent works on every case, and nothing is known of any: each case stands alone."""
    once, staged, said = both_ways(lambda: log_of_statuses(1, cases=12), jobs)
    assert once == staged
    assert [IN_TWO.replace("2", str(jobs))] == said
    assert once.broken


def test_two_teams():
    """Whoever holds a case has to do with all others that they hold: a team is one group."""
    log, policy = log_of_teams(1, cases=4)
    once, staged, said = both_ways(lambda: log, policy=policy)
    assert once == staged
    assert [IN_TWO] == said
    assert once.broken
    assert once.opinion.rows == once.judged


def test_a_row_that_may_concern_any_other():
    """Its log lost rows before it; then one process judges all."""
    log, policy = log_of_teams(1, cases=4, how="dispositions")
    once, staged, said = both_ways(lambda: log, policy=policy)
    assert once == staged
    assert "may concern any other, because it does not tell which" in said[0]


def test_one_team_is_one_group():
    """Then there is nothing to judge apart."""
    once, staged, said = both_ways(lambda: log_of(CHATS))
    assert once == staged
    assert [IN_ONE] == said


@pytest.mark.parametrize(
    "options",
    [
        {"only": ["lifecycle.edge"]},
        {"since": NINE.replace(day=3)},
        {"sample": 2},
        {"keep": 1},
        {"against": sop_with('[enforcement]\n"lifecycle.close_by" = "off"\n')},
    ],
    ids=lambda options: next(iter(options)),
)
def test_whatever_is_asked(options):
    """The same."""
    once, staged, _ = both_ways(lambda: log_of_statuses(2, cases=16), **options)
    assert once == staged
    assert once.rules


def test_breaches_are_told_in_the_order_of_the_log():
    """All of them, whatever is kept; at the end."""
    told, staged = [], []
    audit(log_of_statuses(3, cases=16), keep=1, told=told.append)
    report = audit(log_of_statuses(3, cases=16), keep=1, told=staged.append, jobs=2)
    assert told == staged
    assert len(told) > len(report.breaches)


# What links rows ---------------------------------------------------------------------------------------


def links_of(log):
    """What links the rows of a log."""
    return Links(HOUSE, telling_of(log.map), words_said_by(log.map))


def test_what_carries_something_from_row_to_row():
    """A log of statuses tells of cases only; one that tells everything, of everybody."""
    assert {"cases", "wrap_ups"} == links_of(log_of_statuses(1, cases=1)).tables
    assert {"agents", "cases", "customers", "messages", "threads"} < links_of(log_of(CHATS)).tables


def test_what_rows_may_say():
    """What the map says of it: always the same, some words, or any command and event."""
    assert {"status"} == words_said_by(log_of_statuses(1, cases=1).map)
    assert {type(command).__name__ for command in CHATS} == words_said_by(log_of(CHATS).map)
    told = STATUS_MAP.replace("snapshots", "happenings").replace("[columns]", '[columns]\nwhat = "what"')
    assert {"status", "CloseCase", "CaseClosed"} < words_said_by(LogMap.loads(told, "any.toml"))


def test_by_what_a_row_is_linked():
    """By the ids of what carries something; nobody is linked by the system, the customer's side, or a word."""
    row = LogRow(1, NINE, "SendReply", {"by": "ana", "case": "c", "text": "me"}, {"queue": "q", "draft": "d"})
    assert ["ana", "c", "d"] == [*links_of(log_of(CHATS)).ids_in(row)]
    assert ["c", "d"] == [*links_of(log_of_statuses(1, cases=1)).ids_in(row)]
    several = LogRow(1, NINE, "CustomerExtended", {"by": CUSTOMER, "customer": "c", "merged": ("d", "e")})
    assert ["c", "d", "e"] == [*links_of(log_of(CHATS)).ids_in(several)]


def test_a_row_that_is_looked_up_by_an_id_that_is_worked_out():
    """Its table links, though nothing of it can be known: whether it was met before matters."""
    telling = Telling.of(HOUSE, fields=["status"], begins_whole=False)
    assert "messages" in Links(HOUSE, telling, [SendReply.__name__]).tables


def test_groups():
    """Whoever shares an id is of one group, also by way of others."""
    groups = Groups()
    for ids in (("a", "b"), ("c",), ("d", "e"), ("b", "d")):
        assert groups.join(ids)
    assert "" == groups.join(())
    assert groups.of("a") == groups.of("e") == groups.of("d")
    assert groups.of("c") not in {groups.of("a"), groups.of("new")}


def test_what_concerns_any_row_is_noticed():
    """Some case was closed, and it is not told which: from then on nothing is known of the status of any."""
    audit = Auditor(Policy.default(), Telling.of(HOUSE, [kind.__name__ for kind in HOUSE.commands]))
    assert not audit.desk.concerns_all
    for command in CHATS:
        audit.see_command(command)
    assert not audit.desk.concerns_all
    audit.see(LogRow(9, CHATS[-1].at, "CloseCase", {"by": "ana"}))
    assert audit.desk.concerns_all


def test_rows_that_have_to_do_with_none_are_judged_too():
    """Who became available in a log of which agents nothing else can be known: whoever judges least takes them."""
    text = STATUS_MAP.replace("snapshots", "happenings").replace(
        "[columns]", '[columns]\nwhat = "what"\nagent = "agent"'
    )
    words = '\n[words.what]\nset = "status"\nready = "AgentAvailable"\n'

    def read(_):
        rows = log_of_statuses(1, cases=6).rows()
        for number, row in enumerate(rows, 1):
            yield row._replace(number=2 * number - 1)
            yield LogRow(2 * number, row.at, "AgentAvailable", {"by": "ana", "agent": "ana"})

    log = Log("both", LogMap.loads(text + words, "both.toml"), read)
    once, staged, said = both_ways(lambda: log)
    assert once == staged
    assert [IN_TWO] == said
    assert [] == [*links_of(log).ids_in(LogRow(2, NINE, "AgentAvailable", {"by": "ana", "agent": "ana"}))]
