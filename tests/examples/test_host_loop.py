"""The example of a service that lives on `handle`, `route` and `due`."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from casecore import Desk, Policy
from casecore.policies.sections import Queue
from casecore.routing import next_offer
from casecore.routing.agenda import Agenda

ROOT = Path(__file__).parents[2]
SCRIPT, DAY = ROOT / "examples/host_loop.py", ROOT / "examples/day.jsonl"

SMALL_DAY = """\
# Two agents, one chat: bo is asked when ana does not answer, then bo is lost and ana asked again.

{"at": "2026-11-02T09:00:00Z", "by": "system", "type": "AddAgent", "agent": "ana", "queues": ["all"]}
{"at": "2026-11-02T09:00:00Z", "by": "system", "type": "AddAgent", "agent": "bo", "queues": ["all"]}
{"at": "2026-11-02T09:00:01Z", "by": "ana", "type": "GoAvailable", "agent": "ana"}
{"at": "2026-11-02T09:00:02Z", "by": "bo", "type": "GoAvailable", "agent": "bo", "story": "Both are there"}
{"at": "2026-11-02T09:00:10Z", "by": "customer", "type": "ReceiveMessage", "thread": "t1", "message": "m1",\
 "text": "Hello", "customer": "maria", "channel": "chat", "new_case": "c1"}
{"at": "2026-11-02T09:00:20Z", "by": "bo", "type": "AcceptOffer", "case": "c1", "expect": ["offer.agent"]}
{"at": "2026-11-02T09:00:40Z", "by": "bo", "type": "AcceptOffer", "case": "c1"}
{"at": "2026-11-02T09:00:50Z", "by": "bo", "type": "LogOut", "agent": "bo"}
{"at": "2026-11-02T09:02:00Z", "by": "ana", "type": "AcceptOffer", "case": "c1"}
"""


@pytest.fixture(name="host_loop")
def _host_loop():
    """The example, imported."""
    spec = importlib.util.spec_from_file_location("host_loop", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def live(host_loop, lines):
    """The host after these lines."""
    return host_loop.run(lines, Desk(Policy(queues={"all": Queue(fallback=True)})))


def test_it_is_short():
    """It shows that a host needs no more than sixty lines."""
    assert 60 >= len(SCRIPT.read_text("utf-8").splitlines())


def test_offers_are_made_time_out_and_are_accepted(host_loop):
    """Given the first lines of the day, then ana's offer times out, bo accepts, and everything is stored."""
    host = live(host_loop, SMALL_DAY.splitlines()[:7])
    assert "ana" == host.desk.cases["c1"].offers.offered_to
    host = live(host_loop, SMALL_DAY.splitlines()[:9])
    assert "bo" == host.desk.cases["c1"].case.assignee
    assert (2, 1, 1) == tuple(host.seen[name] for name in ("WorkOffered", "OfferDeclined", "OfferAccepted"))


def test_whoever_is_gone_loses_the_case_and_it_is_offered_again(host_loop):
    """Given that bo was lost for longer than the grace, then the chat goes to ana."""
    host = live(host_loop, SMALL_DAY.splitlines())
    assert "ana" == host.desk.cases["c1"].case.assignee
    assert 1 == host.seen["CaseReleased"]
    assert 1 == host.seen["offer.agent"]


def test_router_and_agenda_have_followed(host_loop):
    """After the day the companions know what a new look at the whole desk tells."""
    host = live(host_loop, SMALL_DAY.splitlines())
    assert Agenda(host.desk).next() == host.agenda.next()
    assert None is next_offer(host.desk, host.desk.now) is host.router.next(host.desk, host.desk.now)


def test_it_lives_through_the_example_day():
    """Every command of the day that is shipped gets its answer, and the events are counted."""
    day = DAY.read_text("utf-8")
    told = subprocess.run(
        [sys.executable, "-X", "utf8", SCRIPT], input=day, check=True, capture_output=True, text=True, encoding="utf-8"
    )
    assert "" == told.stderr
    commands = [json.loads(line) for line in day.splitlines() if line[:1] == "{"]
    joined = sum(command["type"] == "AddAgent" and not command.get("expect") for command in commands)
    assert f"{joined:5} AgentAdded" in told.stdout.splitlines()
