"""The made logs themselves: clean days are legal, and the place, rule and numbers of a breach are what a desk says.

The desk is asked to check the generator here, never to make it. `broken_in` judges and goes on as plainly as can be:
what a desk refuses is done all the same, by a house of which all needs and rules were taken out.
"""

from collections import Counter
from itertools import pairwise

import attrs
import pytest

from casecore import HOUSE, Accepted, Desk, House
from casecore.audit.logs.log_map import LogMap
from casecore.audit.logs.reading import read_log
from tests.audit.log_rows import HIDINGS, SPOILINGS, as_rows, columns_of, hidden, map_text, spoilt, write_csv
from tests.audit.made_logs import KINDS, NoPlaceError, clean_day, inject, made_log, policy_for

LENIENT = House(tuple(attrs.evolve(room, needs=(), rules=(), brings=None) for room in HOUSE.rooms))
CASES, SEED = 18, 2


@pytest.fixture(scope="module")
def log():
    """A log with a breach of every kind."""
    return made_log(1)


@pytest.fixture(scope="module")
def all_kinds():
    """A clean day with a place for every kind, and the seed."""
    return clean_day(SEED, CASES, policy_for(KINDS)), SEED


def broken_in(log):
    """What a desk refuses in a log, and why, though it does it all the same: (index, reason), one after the other."""
    desk, found = Desk(log.policy), []
    for index, command in enumerate(log.commands):
        verdict = desk.decide(command)
        if not isinstance(verdict, Accepted):
            found += [(index, reason) for reason in verdict.reasons]
            verdict = LENIENT.decide(desk.view(command), command, log.policy)
        desk = desk.evolve(verdict.events)
    return found


# Clean days --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_a_clean_day_is_legal_from_the_first_command_to_the_last(seed):
    """No command of it is refused."""
    desk = Desk()
    for command in clean_day(seed, CASES):
        desk, _ = desk.handle(command)


def test_a_clean_day_is_a_believable_one():
    """It has most of what a desk does, in order of time; another seed is another day, the same one the same."""
    day = clean_day(1)
    kinds = Counter(type(command).__name__ for command in day)
    assert len(kinds) > 30
    assert min(kinds[often] for often in ("ReceiveMessage", "SendReply", "Dispose", "AcceptOffer")) > 50
    assert all(first.at <= second.at for first, second in pairwise(day))
    assert day == clean_day(1) != clean_day(2)


# Breaches ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_what_is_broken_in_a_log_are_its_breaches_and_nothing_else(seed):
    """All kinds in one log, and all that is done is done: no breach is missing, and none follows from another."""
    log = made_log(seed)
    expected = [(breach.index, breach.rule) for breach in log.breaches]
    assert len(expected) > 50
    assert expected == [(index, reason.rule) for index, reason in broken_in(log)]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_breaks_its_rule_alone(kind, all_kinds):
    """A log with nothing but this breach, at the agent and the case of the command that breaks it."""
    made = inject(*all_kinds, [kind], policy_for(KINDS))
    (breach,) = made.breaches
    command = made.commands[breach.index]
    assert (breach.kind, breach.rule) == (kind, KINDS[kind].rule)
    assert (breach.agent, breach.case) == (command.by, getattr(command, "case", None))
    assert [(breach.index, breach.rule)] == [(index, reason.rule) for index, reason in broken_in(made)]


def test_the_numbers_of_a_breach_are_those_that_a_desk_tells(log):
    """What was measured, with what is refused, and what is allowed, worked out apart."""
    reasons = dict(broken_in(log))
    measured = [breach for breach in log.breaches if breach.limit is not None]
    for breach in measured:
        reason = reasons[breach.index]
        assert (breach.kind, breach.measured, breach.limit) == (breach.kind, reason.measured, reason.limit)
    assert len(measured) >= 10


def test_a_log_is_made_by_its_seed(log):
    """The same one makes the same log, another one breaks other places."""
    assert log == made_log(1)
    day, kinds = clean_day(4, CASES), ["unknown_code", "unknown_code"]
    assert inject(day, 1, kinds) == inject(day, 1, kinds)
    assert len({inject(day, seed, kinds).breaches[0].index for seed in range(5)}) > 1
    assert [breach.kind for breach in inject(day, 1, kinds).breaches] == kinds


def test_a_day_without_a_place_for_a_breach_says_so():
    """Nobody replied, so no reply can be altered; a made log leaves such kinds out."""
    day = clean_day(1, 0)
    with pytest.raises(NoPlaceError, match="no_subject"):
        inject(day, 1, ["no_subject"])
    assert made_log(1, ["no_subject"], cases=0).breaches == []


def test_every_kind_says_why_nothing_else_is_broken():
    """At least eighteen kinds, of as many rules; most need nothing but the shipped SOP."""
    assert len({kind.rule for kind in KINDS.values()}) >= 18
    assert sum(not kind.sop for kind in KINDS.values()) > 40
    assert policy_for(["third_chat"]) == Desk().policy


# What becomes of logs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", HIDINGS)
def test_hidden_rows_are_missing_and_the_others_are_where_they_were(kind, log):
    """What is left says where it stood; a class of which nothing is left is untold."""
    rest = hidden(log.commands, kind, 5)
    assert 0 < len(rest.commands) < len(log.commands)
    assert [log.commands[place] for place in rest.places] == list(rest.commands)
    assert not rest.untold & {type(command) for command in rest.commands}
    assert rest == hidden(log.commands, kind, 5)


@pytest.mark.parametrize("how", SPOILINGS)
def test_spoilt_rows_are_a_few(how, log):
    """They are missing, twice or late; all is in order of time."""
    rest = spoilt(log.commands, how, 5)
    more = len(rest.commands) - len(log.commands)
    late = sum(log.commands[place].at < command.at for place, command in zip(rest.places, rest.commands, strict=True))
    assert (how == "dropped", how == "doubled", how == "late") == (more < 0, more > 0, late > 0)
    assert all(first.at <= second.at for first, second in pairwise(rest.commands))


def test_a_log_becomes_a_flat_table_that_its_map_reads(log, tmp_path):
    """A row for each command in its order, a column for each field; the map says what they mean, and what is told."""
    rows = as_rows(log.commands)
    assert [row["at"] for row in rows] == [command.at.isoformat() for command in log.commands]
    write_csv(tmp_path / "log.csv", rows)
    log_map = LogMap.loads(map_text(log.commands))
    assert {*log_map.columns} == {*columns_of(rows)} - {"command", "at"} | {"what"}
    read = list(read_log(tmp_path / "log.csv", log_map).rows())
    assert len(read) == len(log.commands)
    for command, row in zip(log.commands, read, strict=True):
        said = attrs.asdict(command, recurse=False)
        told = {"at": row.at, **row.told}
        assert (type(command).__name__, {name: said[name] for name in told}) == (row.what, told)
        assert said.keys() - told.keys() <= {"what"}


def test_a_map_of_a_log_with_hidden_rows_says_what_it_never_tells(log):
    """Every other command it tells wholly."""
    rest = hidden(log.commands, "authentications")
    tells = LogMap.loads(map_text(log.commands, rest.untold)).tells.commands
    assert ("Authenticate" in tells, "SendReply" in tells) == (False, True)
