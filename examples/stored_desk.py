#!/usr/bin/env python3
"""A desk in a database: two processes, or twenty, decide on one SQLite file, and nothing is lost or done twice.

* A command loads the rows that it needs (`Desk.loaded`), is decided on these, and writes back what has changed.
* **One lock a row, taken last.** Each row has a version. What was read is written back only if no version has changed
  meanwhile; else the command is decided again. So two agents never get one case, and nobody waits for anybody.
* **A request is done once.** Whoever asks again (a webhook that was not answered) gets the answer that was given.
* **Timers are rows.** With each case that changes, what is due on it is written anew; `mind` gives what has come.

    python examples/stored_desk.py desk.db < examples/day.jsonl
"""

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import attrs

from casecore import Command, CommandRefused, Desk, Event, Policy, Refused
from casecore.codec import command_from, dumps, loads

TABLES = """
CREATE TABLE IF NOT EXISTS rows (name TEXT, id TEXT, row TEXT, version INTEGER, PRIMARY KEY (name, id));
CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, request TEXT, event TEXT);
CREATE TABLE IF NOT EXISTS requests (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS dues (row TEXT, at TEXT, command TEXT);
CREATE INDEX IF NOT EXISTS next_due ON dues (at);
CREATE INDEX IF NOT EXISTS events_of ON events (request);
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
            if self.file.execute("SELECT 1 FROM requests WHERE id = ?", (request,)).fetchone():
                return self.events_of(request)
            versions: dict[tuple[str, str], int] = {}
            desk = Desk.loaded(self.policy, command, lambda *name: self._read(name, versions))
            verdict = desk.decide(command)
            if isinstance(verdict, Refused):
                raise CommandRefused(command, verdict)
            try:
                self._write(request, verdict.events, desk.evolve(verdict.events).changed(desk), versions)
            except Changed:
                continue
            return verdict.events

    def mind(self, at: datetime) -> int:
        """Give what has come due by an instant; how many of these commands had an effect."""
        found = self.file.execute("SELECT rowid, command FROM dues WHERE at <= ? ORDER BY at", (at.isoformat(),))
        done = 0
        for number, said in found.fetchall():
            command = loads(said)
            try:
                done += bool(self.handle(f"due {said}", attrs.evolve(command, at=max(at, command.at))))
            except CommandRefused:  # something else has happened meanwhile
                self.file.execute("DELETE FROM dues WHERE rowid = ? AND command = ?", (number, said))
        return done

    def events_of(self, request: str | None = None) -> tuple[Event, ...]:
        """What has happened, by one request or in all."""
        which = ("", ()) if request is None else ("WHERE request = ?", (request,))
        told = self.file.execute(f"SELECT event FROM events {which[0]} ORDER BY number", which[1])  # noqa: S608 -- ours
        return tuple(loads(event) for (event,) in told)

    def row(self, table: str, row: str) -> Any:
        """A row as it stands."""
        return self._read((table, row), {})

    def _read(self, name: tuple[str, str], versions: dict[tuple[str, str], int]) -> Any:
        found = self.file.execute("SELECT row, version FROM rows WHERE name = ? AND id = ?", name).fetchone()
        versions[name] = found[1] if found else 0
        return loads(found[0]) if found and found[0] else None

    def _write(self, request: str, events: tuple[Event, ...], changed: Any, versions: dict[tuple[str, str], int]) -> None:
        with self._alone():
            now = {name: self._version(name) for name in versions}
            if now != versions:
                raise Changed
            self.file.execute("INSERT INTO requests VALUES (?)", (request,))
            for event in events:
                self.file.execute("INSERT INTO events (request, event) VALUES (?, ?)", (request, dumps(event)))
            for name, row in changed.items():
                said = None if row is None else dumps(row)
                version = versions.get(name, 0) + 1
                self.file.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)", (*name, said, version))
            for case in [row for table, row in changed if table == "cases"]:
                desk = Desk.loaded(self.policy, (), self.row, cases=(case,))
                self.file.execute("DELETE FROM dues WHERE row = ?", (case,))
                dues = ((case, due.at.isoformat(), dumps(due.command)) for due in desk.due_of_case(case) if due.command)
                self.file.executemany("INSERT INTO dues VALUES (?, ?, ?)", dues)

    def _version(self, name: tuple[str, str]) -> int:
        found = self.file.execute("SELECT version FROM rows WHERE name = ? AND id = ?", name).fetchone()
        return found[0] if found else 0

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """All of it is written, or nothing; nobody else writes meanwhile."""
        self.file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.file.execute("ROLLBACK")
            raise
        self.file.execute("COMMIT")


def main(path: str) -> None:
    """Live through a day file: each line is a request of its own."""
    store = Store(path)
    for number, line in enumerate(sys.stdin):
        said = json.loads(line) if line.strip() and not line.startswith("#") else {}
        if "type" not in said:
            continue
        command = command_from({name: said[name] for name in said if name not in ("expect", "story")})
        store.mind(command.at)
        try:
            store.handle(f"line {number}", command)
        except CommandRefused as refusal:
            print(f"{number + 1}: {refusal.reasons[0]}")
    print(f"{len(store.events_of())} events")


if __name__ == "__main__":
    main(*sys.argv[1:])
