"""Two policies judge the same rows: what is broken under one, and not under the other."""

import json

import attrs

from casecore import SYSTEM, AddNote, EditNote, Policy, RecordCustomer
from casecore.audit import FORMATS, audit
from casecore.audit.judging.tally import Count
from casecore.audit.reports import against as module
from tests.audit.desk_logs import CHATS, NINE, log_of
from tests.audit.made_logs import made_log
from tests.sops import sop_with

THREE = Policy.loads('id = "three"\nversion = "2"\n[capacity]\nchat = 3\n', "three.toml")
ONE = Policy.loads("[capacity]\nchat = 1\n", "one.toml")


def test_what_would_have_been():
    """With three chats nobody has too many; with one, two of three are too many."""
    other = audit(log_of(CHATS), against=THREE).against
    (rule,) = other.rules
    assert ("capacity.channel", Count(2, 1, 0), Count(3, 0, 0)) == (rule.id, rule.old, rule.new)
    (row,) = other.examples
    assert (8, "OpenCase", "c-3", "ana", ("capacity.channel",), ()) == (
        *(row.row, row.what, row.case, row.agent),
        *(row.only_old, row.only_new),
    )
    assert (1, frozenset({"c-3"})) == (other.rows, other.cases)
    stricter = audit(log_of(CHATS), against=ONE).against
    assert [(6, (), ("capacity.channel",))] == [(one.row, one.only_old, one.only_new) for one in stricter.examples]
    assert (Count(2, 1, 0), Count(1, 2, 0)) == (stricter.rules[0].old, stricter.rules[0].new)


def test_the_same_policy_says_the_same():
    """Nothing is otherwise, whatever is broken."""
    log = made_log(1, cases=20)
    other = audit(log_of(log.commands), log.policy, against=log.policy).against
    assert ((), 0, ()) == (other.rules, other.rows, other.examples)


def test_what_the_other_has_off_is_not_counted():
    """Neither kept nor broken."""
    off = sop_with('[enforcement]\n"capacity.channel" = "off"\n')
    (rule,) = audit(log_of(CHATS), against=off).against.rules
    assert (Count(2, 1, 0), Count()) == (rule.old, rule.new)


def test_it_is_told():
    """In sentences, and for programs."""
    report = audit(log_of(CHATS), against=THREE)
    text = FORMATS["md"](report)
    assert "- Under three 2 (three.toml): 1 row otherwise, in 1 case." in text
    assert "capacity.channel: broken 1 of 3 -" in text
    assert "row 8 OpenCase case c-3: only now: capacity.channel" in text
    assert "only then: capacity.channel" in FORMATS["md"](audit(log_of(CHATS), against=ONE))
    told = json.loads(FORMATS["json"](report))["against"]
    assert ("three 2", 1, ["c-3"]) == (told["policy"]["title"], told["rows"], told["cases"])
    assert [8] == [one["row"] for one in told["examples"]]


def test_few_rows_are_shown_and_all_are_counted(monkeypatch):
    """Also those about no case, which have none to be counted by."""
    monkeypatch.setattr(module, "EXAMPLES", 1)
    log = made_log(1, ("third_chat", "third_chat"), cases=20)
    other = audit(log_of(log.commands), log.policy, against=THREE).against
    assert (2, 2, 1) == (other.rows, len(other.cases), len(other.examples))


def test_a_row_about_no_case():
    """It is a row, and no case is otherwise."""
    noted = (
        attrs.evolve(CHATS[0], agent="ben"),
        RecordCustomer(SYSTEM, NINE, "maria"),
        AddNote("ana", NINE, "n-1", "She likes tea.", customer="maria"),
        EditNote("ben", NINE, "n-1", "She likes coffee."),
    )
    off = sop_with('[enforcement]\n"note.author" = "off"\n')
    report = audit(log_of((CHATS[0], *noted)), against=off)
    assert (1, frozenset()) == (report.against.rows, report.against.cases)
    assert "row 5 EditNote: only now: note.author" in FORMATS["md"](report)
