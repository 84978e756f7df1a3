#!/usr/bin/env python3
"""A desk in a database: two processes, or twenty, decide on one SQLite file, and nothing is lost or done twice.

* A command loads the rows that it needs (`Desk.loaded`), is decided on these, and writes back what has changed.
* **Each row has a version.** What was read is written back only if no version has changed meanwhile; else the command
  is decided again. So two agents never get one case, and nobody waits for anybody.
* **A request is done once.** Whoever asks again (a webhook that was not answered) gets the answer that was given.
* **Timers are rows.** With each case that changes, what is due on it is written anew; `mind` gives what has come.

    python examples/stored_desk.py desk.db < examples/day.jsonl
"""

import json
import sqlite3
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from casecore import Command, CommandRefused, Desk, Event, Policy
from casecore.codec import command_from, dumps, loads
from casecore.kernel.loading import RowName

TABLES = """
CREATE TABLE IF NOT EXISTS rows (name TEXT, id TEXT, row TEXT, version INTEGER, PRIMARY KEY (name, id));
CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, request TEXT, event TEXT);
CREATE TABLE IF NOT EXISTS requests (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS dues (case_id TEXT, at TEXT, command TEXT);
"""


class Changed(Exception):
    """Somebody else has written what was read: the command is decided again."""


class Store:
    """A desk whose rows, events and timers lie in one file; each process has a store of its own.

    Args:
        path: The file.
        policy: The SOP in force.
    """

    def __init__(self, path: str, policy: Policy | None = None) -> None:
        self.policy = policy or Policy.default()
        self.file = sqlite3.connect(path, timeout=60, isolation_level=None)
        self.file.execute("PRAGMA journal_mode = WAL")
        self.file.executescript(TABLES)

    def handle(self, request: str, command: Command) -> tuple[Event, ...]:
        """Decide a command and store what happens, once.

        Args:
            request: By what it is known again, e.g. the id of the webhook.
            command: The command.

        Returns:
            What happened, now or when it was asked first.

        Raises:
            CommandRefused: With every reason; nothing is stored, and it may be asked again.
        """
        while True:
            try:
                return self._decide(request, command)
            except Changed:
                continue

    def _decide(self, request: str, command: Command) -> tuple[Event, ...]:
        if self.file.execute("SELECT 1 FROM requests WHERE id = ?", (request,)).fetchone():
            return self.events_of(request)
        read: dict[RowName, tuple[Any, int]] = {}
        desk = Desk.loaded(self.policy, command, lambda *name: read.setdefault(name, self._read(name))[0])
        after, events = desk.handle(command)
        self._write(request, events, after.changed(desk), read)
        return events

    def mind(self, at: datetime) -> None:
        """Give what has come due by an instant."""
        found = self.file.execute("SELECT rowid, command FROM dues WHERE at <= ? ORDER BY at", (at.isoformat(),))
        for number, said in found.fetchall():
            try:
                self.handle(f"due {said}", attrs.evolve(loads(said), at=at))
            except CommandRefused:  # something else has happened meanwhile
                self.file.execute("DELETE FROM dues WHERE rowid = ? AND command = ?", (number, said))

    def events_of(self, request: str | None = None) -> tuple[Event, ...]:
        """What has happened, by one request or in all."""
        which = "SELECT event FROM events WHERE request = ?1 OR ?1 IS NULL ORDER BY number"
        told = self.file.execute(which, (request,))
        return tuple(loads(event) for (event,) in told)

    def row(self, table: str, row: str) -> Any:
        """A row as it stands; None where there is none."""
        return self._read((table, row))[0]

    def _read(self, name: tuple[str, str]) -> tuple[Any, int]:
        """A row, and how often it was written."""
        found = self.file.execute("SELECT row, version FROM rows WHERE name = ? AND id = ?", name).fetchone()
        row, version = found or (None, 0)
        return None if row is None else loads(row), version

    def _write(self, request: str, events: tuple[Event, ...], changed: Mapping[RowName, Any], read: Any) -> None:
        with self.file:  # all of it is written, or nothing; nobody else writes meanwhile
            self.file.execute("BEGIN IMMEDIATE")
            if any(self._read(name)[1] != version for name, (_, version) in read.items()):
                raise Changed
            if not self.file.execute("INSERT OR IGNORE INTO requests VALUES (?)", (request,)).rowcount:
                raise Changed
            told = ((request, dumps(event)) for event in events)
            self.file.executemany("INSERT INTO events (request, event) VALUES (?, ?)", told)
            for name, row in changed.items():
                said, version = None if row is None else dumps(row), self._read(name)[1] + 1
                self.file.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", (*name, said, version))
            for case in [row for table, row in changed if table == "cases"]:
                self.file.execute("DELETE FROM dues WHERE case_id = ?", (case,))
                found = Desk.loaded(self.policy, (), self.row, cases=(case,)).due_of_case(case)
                dues = ((case, due.at.isoformat(), dumps(due.command)) for due in found if due.command)
                self.file.executemany("INSERT INTO dues VALUES (?, ?, ?)", dues)


def main(path: str) -> None:
    """Live through a day file: each line is a request, known by its number, or by what it says of itself."""
    store = Store(path)
    for number, line in enumerate(sys.stdin, 1):
        said = json.loads(line) if line.strip() and not line.startswith("#") else {}
        if "type" not in said:
            continue
        request = said.pop("request", f"line {number}")
        command = command_from({name: said[name] for name in said if name not in ("expect", "story")})
        store.mind(command.at)
        try:
            told = f"{len(store.handle(request, command))} events"
        except CommandRefused as refusal:
            told = str(refusal.reasons[0])
        sys.stdout.write(f"{request}: {told}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
