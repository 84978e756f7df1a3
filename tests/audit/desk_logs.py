"""Two small logs of a desk with their maps, whose counts anybody can work out by hand.

`SNAPSHOTS` tells the status of four cases, as a ticket system exports it; `CHATS` tells all that was done on three
chats. What is broken in each is said beside its rows.
"""

from datetime import UTC, datetime, timedelta

from casecore import (
    CUSTOMER,
    SYSTEM,
    AddAgent,
    Channel,
    GoAvailable,
    OpenCase,
    Permission,
    ReceiveMessage,
)
from casecore.audit import Log, LogMap, LogRow
from casecore.audit.judging.untold import field_names
from tests.audit.log_rows import as_rows, map_text, write_csv

SNAPSHOTS = """\
number,state,updated,by,group
C-1,New,2026-11-02 09:00,ana,billing
C-1,Open,2026-11-02 09:10,ana,billing
C-1,Resolved,2026-11-02 10:00,ana,billing
C-1,Closed,2026-11-09 10:00,ana,billing
C-2,New,2026-11-02 09:05,ben,general
C-2,Resolved,2026-11-03 09:00,ben,general
C-3,Open,2026-11-02 11:00,ana,general
C-3,Resolved,2026-11-02 12:00,cleo,general
C-3,Closed,2026-11-09 12:00,cleo,general
C-3,Open,2026-11-10 12:00,ben,general
C-4,Wrong,2026-11-10 12:00,ben,general
"""
"""C-1 goes as it should. C-2 is resolved as new: `lifecycle.edge`. C-3 was open before the log begins, and is opened
after it was closed: `lifecycle.closed`. Of C-4 the map does not have the word."""

SNAPSHOTS_MAP = """\
[log]
format = "csv"
kind = "snapshots"
begins = "cut"
zone = "UTC"

[time]
column = "updated"
format = "%Y-%m-%d %H:%M"

[columns]
case = "number"
status = "state"
by = "by"
queue = "group"

[words.status]
New = "new"
Open = "open"
Resolved = "resolved"
Closed = "closed"

[tells]
fields = ["status"]
"""

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)


def a_chat(number, customer, text):
    """A customer writes on chat, and ana takes the case ten seconds later."""
    at = NINE + timedelta(minutes=number)
    who = {"customer": customer, "channel": Channel.CHAT, "new_case": f"c-{number}"}
    yield ReceiveMessage(CUSTOMER, at, f"t-{number}", f"m-{number}", text, **who)
    yield OpenCase("ana", at + timedelta(seconds=10), f"c-{number}")


CHATS = (
    AddAgent(SYSTEM, NINE, "ana", "Ana Sousa", frozenset({Permission.REPLY}), frozenset({"general"})),
    GoAvailable("ana", NINE + timedelta(seconds=1), "ana"),
    *a_chat(1, "maria", "My card is lost, it is in the sea"),
    *a_chat(2, "nuno", "Where is my parcel, please?"),
    *a_chat(3, "olga", "Hello, is somebody there?"),
)
"""The last row is a third chat, where the shipped SOP has two: `capacity.channel`, at row 8."""

CHATS_MAP = map_text(CHATS)

TEXTS = ("card", "parcel", "somebody there", "Sousa")
"""What no report says."""


def log_of(commands, text=None):
    """A log of commands of which everything is told."""

    def read(_):
        for number, command in enumerate(commands, 1):
            told = {name: getattr(command, name) for name in field_names(type(command)) if name != "at"}
            yield LogRow(number, command.at, type(command).__name__, told)

    return Log("chats", LogMap.loads(text or map_text(commands), "chats.toml"), read)


def write_snapshots(folder):
    """The first log and its map, as files; their paths."""
    log, log_map = folder / "tickets.csv", folder / "tickets.toml"
    log.write_text(SNAPSHOTS, "utf-8")
    log_map.write_text(SNAPSHOTS_MAP, "utf-8")
    return str(log), str(log_map)


def write_chats(folder, commands=CHATS):
    """The other one."""
    log, log_map = folder / "chats.csv", folder / "chats.toml"
    write_csv(log, as_rows(commands))
    log_map.write_text(map_text(commands), "utf-8")
    return str(log), str(log_map)
