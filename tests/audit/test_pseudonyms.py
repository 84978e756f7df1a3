"""Pseudonyms: everybody is called otherwise, the same wherever they stand, and nothing is judged otherwise."""

from datetime import UTC, datetime

import pytest

from casecore import CUSTOMER, SYSTEM
from casecore.audit import FORMATS, LogMap, LogRow, Pseudonyms, audit
from casecore.audit.logs.log_rows import Log, OddCode
from tests.audit.desk_logs import CHATS, SNAPSHOTS_MAP, log_of, write_snapshots
from tests.audit.made_logs import made_log

KEY = "a key of ours"
NAMES = Pseudonyms(KEY, cases=True)
NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("form", FORMATS)
def test_nobody_is_called_by_their_name(form):
    """Neither agents nor customers, in any form; cases keep theirs unless that is asked for."""
    told = FORMATS[form](audit(log_of(CHATS), pseudonyms=Pseudonyms(KEY)))
    assert not [name for name in ("ana", "maria", "nuno", "olga", "t-3") if f"{name} " in told or f'"{name}"' in told]
    assert "agent-" in told
    assert "c-3" in told
    assert "c-3" not in FORMATS[form](audit(log_of(CHATS), pseudonyms=NAMES))


def test_the_same_key_gives_the_same_names():
    """In another run, too; another key gives others, and nobody is the customer or the system."""
    ana = NAMES.name("agent", "ana")
    assert ana == Pseudonyms(KEY).name("agent", "ana")
    assert ana != Pseudonyms("another key").name("agent", "ana")
    assert ana.removeprefix("agent-") not in NAMES.name("customer", "ana")
    assert (SYSTEM, CUSTOMER) == (NAMES.name("agent", SYSTEM), NAMES.name("agent", CUSTOMER))
    assert (13 + 1, 12 + 5) == (len(ana), len(NAMES.case("c-1")))
    assert "c-1" == Pseudonyms(KEY).case("c-1")


def test_a_short_key_is_refused():
    """It would be found by trying."""
    with pytest.raises(ValueError, match="the key has 3 characters; give at least 8"):
        Pseudonyms("abc")


def test_nothing_is_judged_otherwise():
    """The same rows break the same rules, also that which looks for a name in notes."""
    log = made_log(1, cases=20)
    plain = audit(log_of(log.commands), log.policy)
    renamed = audit(log_of(log.commands), log.policy, pseudonyms=NAMES)
    assert [(one.rule, one.row) for one in plain.breaches] == [(one.rule, one.row) for one in renamed.breaches]
    assert {rule.id: (rule.kept, rule.broken, rule.unknown) for rule in plain.rules} == {
        rule.id: (rule.kept, rule.broken, rule.unknown) for rule in renamed.rules
    }


def test_each_field_holds_what_it_holds():
    """`into` of merged customers is a customer, of merged cases a case; several threads are several."""
    row = LogRow(1, NINE, "CustomerExtended", {"customer": "maria", "merged": ("nuno",), "threads": ("t-1", "t-2")})
    told = NAMES.row(row).told
    assert told["merged"] == (NAMES.name("customer", "nuno"),)
    assert told["threads"] == tuple(NAMES.name("thread", thread) for thread in ("t-1", "t-2"))
    merged = NAMES.row(LogRow(1, NINE, "MergeCustomers", {"customer": "maria", "into": "nuno"})).told
    assert NAMES.name("customer", "nuno") == merged["into"]
    cases = NAMES.row(LogRow(1, NINE, "MergeCases", {"case": "c-1", "into": "c-2", "agent": None})).told
    assert (NAMES.case("c-2"), None) == (cases["into"], cases["agent"])


def test_names_in_notes_are_those_of_whom_they_are():
    """By id and by name, as words of their own, however they are written."""
    names = Pseudonyms(KEY)
    ana = names.name("agent", "ana")
    added = names.row(LogRow(1, NINE, "AddAgent", {"by": SYSTEM, "agent": "ana", "name": "Ana Sousa"}))
    assert ana == added.told["name"]
    noted = names.row(LogRow(2, NINE, "Dispose", {"by": "ana", "notes": "ANA, ana sousa and banana"}))
    assert f"{ana}, {ana} and banana" == noted.told["notes"]
    assert "" == names.row(LogRow(3, NINE, "ReceiveMessage", {"name": "Maria"})).told["name"]
    fresh = Pseudonyms(KEY).row(LogRow(1, NINE, "Dispose", {"notes": "before ana"}))
    assert "before ana" == fresh.told["notes"]


def test_a_roster_is_renamed_too(tmp_path):
    """So that what is known of somebody is known of their pseudonym."""
    log, _ = write_snapshots(tmp_path)
    log_map = LogMap.loads(f'{SNAPSHOTS_MAP}\n[agents.roster]\nana = {{ role = "agent" }}\n')
    roster = NAMES.roster(log_map.roster)
    assert [NAMES.name("agent", "ana")] == [*roster]
    plain, renamed = audit(log, log_map=log_map), audit(log, log_map=log_map, pseudonyms=NAMES)
    assert (plain.known, plain.broken) == (renamed.known, renamed.broken)


def test_what_cannot_be_an_id_is_not_shown():
    """It may be a name."""

    def read(odd):
        odd.note(OddCode.NO_ID, "have no by that can be an id", 1, shown="'Ana\\tSousa'")
        odd.note(OddCode.TIME_FORMAT, "are not in the format", 2, shown="'9 am'")
        yield LogRow(1, NINE, "status", {"case": "c-1"})

    log = Log("log", LogMap.loads(SNAPSHOTS_MAP), read)
    assert {"", "'9 am'"} == {kind.shown for kind in audit(log, pseudonyms=NAMES).odd}
    assert "'Ana\\tSousa'" in {kind.shown for kind in audit(log).odd}
