"""What audits are asked with in tests: a judge over a desk of which everything is told, and rows to compare."""

import attrs

from casecore import HOUSE, Policy
from casecore.audit.judging.auditing import Auditor, Telling
from casecore.audit.judging.fold import ToldDesk
from casecore.audit.judging.judge import Judge
from casecore.audit.judging.knowledge import Knowledge
from casecore.audit.judging.untold import UNTOLD, open_row, raw_reader
from casecore.kernel.records import thaw
from casecore.kernel.values import kind_of
from casecore.rooms.composition import TABLES


def everything_told(house=HOUSE, besides=()):
    """A log in which every command is told, those of some classes left out."""
    left_out = {kind.__name__ for kind in besides}
    return Telling.of(house, [kind.__name__ for kind in house.commands if kind.__name__ not in left_out])


def auditor(policy=None, besides=(), **options):
    """An audit of a log in which every command is told, those of some classes left out."""
    return Auditor(policy or Policy.default(), everything_told(besides=besides), **options)


def judge_of(policy, telling, desk):
    """A judge, and the desk that it goes on from, on which all rows of another desk are told."""
    assert not telling.commands
    knowledge = Knowledge(desk.house)
    told = ToldDesk(knowledge, {}, {})
    for table in TABLES:
        for row_id, row in getattr(desk, table).items():
            told.tables[table][row_id] = opened(row, desk.house)
    told.now = desk.now
    return Judge(policy, told, knowledge), told


def opened(row, house):
    """A row that an audit may write to, and the sheets of a file."""
    copied = open_row(thaw(row), type(row))
    if type(row) is house.file:
        for sheet in house.sheets:
            held = getattr(row, sheet)
            if held is not None:
                setattr(copied, sheet, open_row(thaw(held), type(held)))
    return copied


def rows_told(desk):
    """Every row of a desk as plain data, by table and id; UNTOLD where something is not told."""
    tables = desk.tables if isinstance(desk, ToldDesk) else {table: getattr(desk, table) for table in TABLES}
    return {(table, row_id): plain(row) for table, rows in tables.items() for row_id, row in rows.items()}


def plain(row):
    """A row as plain data, with the sheets of a file inside."""
    if row is None or row is UNTOLD or not attrs.has(type(row)):
        return row
    kind = kind_of(row)
    return kind.__name__, {
        attribute.name: plain(raw_reader(kind, attribute.name)(row)) for attribute in attrs.fields(kind)
    }
