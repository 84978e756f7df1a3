"""The example of a desk in a database: processes share it, one of them dies, and nothing is lost or done twice."""

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from casecore import CommandRefused, Desk, OpenCase
from casecore.rooms.composition import TABLES
from casecore.testing.scenario import at, new_case, team_of

ROOT = Path(__file__).parents[2]
SCRIPT, DAY = ROOT / "examples/stored_desk.py", ROOT / "examples/day.jsonl"


@pytest.fixture(scope="module")
def example():
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("stored_desk", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def store(example, tmp_path):
    """A desk in a file, with its team."""
    found = example.Store(str(tmp_path / "desk.db"))
    for number, command in enumerate(team_of(found.policy)):
        found.handle(f"team {number}", command)
    return found


def stands_as_told(store):
    """Every row is what the stored events make of an empty desk."""
    told = Desk().evolve(store.events_of())
    rows = {name for table in TABLES for name in ((table, row) for row in getattr(told, table))}
    stored = {tuple(name) for name in store.file.execute("SELECT name, id FROM rows WHERE row IS NOT NULL")}
    return rows == stored and all(store.row(*name) == told.row(*name) for name in rows)


class TestStore:
    """One process."""

    def test_the_example_day(self, example, tmp_path):
        """All of it is lived through, with what is due in between; the rows are what the events tell."""
        path = tmp_path / "desk.db"
        with DAY.open() as day:
            done = subprocess.run([sys.executable, SCRIPT, path], stdin=day, capture_output=True, text=True, check=True)
        assert "line 449:" not in done.stderr
        assert len(done.stdout.splitlines()) > 400
        assert stands_as_told(example.Store(str(path)))

    def test_a_request_is_done_once(self, store):
        """Whoever asks again gets what happened, and nothing happens again."""
        message = new_case()
        first = store.handle("webhook 1", message)
        assert first
        assert first == store.handle("webhook 1", message)
        assert Counter(map(type, first)) == Counter(map(type, store.events_of("webhook 1")))
        assert stands_as_told(store)

    def test_a_refusal_stores_nothing(self, store):
        """It can be asked again later."""
        message = new_case()
        store.handle("webhook 1", message)
        before = store.events_of()
        with pytest.raises(CommandRefused):
            store.handle("webhook 2", message)
        assert before == store.events_of()

    def test_what_somebody_else_has_written_is_read_again(self, example, store, tmp_path, monkeypatch):
        """Between reading and writing another process takes the last free place: the command is decided again."""
        other = example.Store(str(tmp_path / "desk.db"))
        chats = [new_case(f"c{number}") for number in range(3)]
        for number, message in enumerate(chats):
            store.handle(f"chat {number}", message)
        opens = [OpenCase("ana", at(minutes=1), f"c{number}") for number in range(3)]
        store.handle("first", opens[0])
        write = store._write

        def write_late(*said):
            monkeypatch.setattr(store, "_write", write)
            other.handle("meanwhile", opens[1])
            write(*said)

        monkeypatch.setattr(store, "_write", write_late)
        with pytest.raises(CommandRefused) as refusal:
            store.handle("second", opens[2])
        assert "capacity.channel" in {reason.rule for reason in refusal.value.reasons}
        assert stands_as_told(store)


def requests(seed, *agents):
    """Customers write, then each agent opens every case and answers it, in an order of their own."""
    cases = [f"c{number}" for number in range(8)]
    for agent in ("ana", "ben"):
        base = {"by": "system", "at": "2026-11-02T09:00:00Z"}
        grown = {"agent": agent, "permissions": ["reply"], "queues": ["general"]}
        yield {**base, "type": "AddAgent", **grown, "request": f"{agent} joins"}
        yield {**base, "type": "GoAvailable", "by": agent, "agent": agent, "request": f"{agent} is there"}
    for case in cases:
        who = {"by": "customer", "at": "2026-11-02T09:00:01Z", "customer": f"of {case}", "channel": "email"}
        yield {
            "type": "ReceiveMessage", **who, "thread": f"t {case}", "message": "m", "new_case": case,
            "request": f"{case} begins",
        }  # fmt: skip
    for agent in agents:
        for case in cases[seed % 8 :] + cases[: seed % 8]:
            how = {"by": agent, "at": "2026-11-02T09:00:02Z", "case": case}
            yield {"type": "OpenCase", **how, "request": f"{agent} opens {case}"}
            reply = {"message": f"of {agent}", "text": "Hello", "send_as": "pending", "subject": "Re"}
            yield {"type": "SendReply", **how, **reply, "request": f"{agent} answers {case}"}


def start(folder, said):
    """A process that lives through these requests."""
    day = folder / f"{len(list(folder.iterdir()))}.jsonl"
    day.write_text("".join(json.dumps(one) + "\n" for one in said))
    with day.open() as file:
        return subprocess.Popen(
            [sys.executable, SCRIPT, folder / "desk.db"], stdin=file, stdout=subprocess.PIPE, text=True
        )


@pytest.mark.parametrize("seed", [1, 6, 19])
def test_one_of_two_processes_is_killed(example, tmp_path, seed):
    """It is killed between two of its answers, and begins anew: each request is done once, each case held by one."""
    example.Store(str(tmp_path / "desk.db"))
    mine, theirs = [*requests(seed, "ana", "ben")], [*requests(seed + 3, "ben", "ana")]
    with start(tmp_path, theirs) as other:
        with start(tmp_path, mine) as dies:
            answered = [dies.stdout.readline().strip() for _ in range(seed)]
            dies.kill()
        with start(tmp_path, mine) as again:
            answered += again.stdout.read().splitlines()
        answered += other.stdout.read().splitlines()
    assert (0, 0) == (again.returncode, other.returncode)
    store = example.Store(str(tmp_path / "desk.db"))
    assert stands_as_told(store)
    done = {request for (request,) in store.file.execute("SELECT id FROM requests")}
    assert done == {line.partition(": ")[0] for line in answered if line.endswith("events")}
    held = Counter(store.row("cases", f"c{number}").case.assignee for number in range(8))
    assert held == {agent: sum(store.row("agents", agent).held.values()) for agent in held}
