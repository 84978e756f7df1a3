"""Tasks side by side: what comes of them is the same as one after the other, also where one of them ends badly."""

import multiprocessing
import os
import signal
import time
from functools import partial

import attrs
import pytest

from casecore import Policy
from casecore.check import check
from casecore.check.formats import FORMATS
from casecore.kernel import processes
from casecore.kernel.processes import ProcessEnded, Task, run_tasks, work
from tests.houses import without

SOP = Policy.default()
SMALL = ("voice-limit", "chat-limit", "we-write-on-sms")

needs_fork = pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="it cannot copy itself")


def fails(text):
    """What always raises."""
    raise ValueError(text)


@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_what_comes_of_tasks_stands_in_their_order(jobs):
    """Whichever ends first."""
    tasks = [Task(str(number), lambda number=number: number * number) for number in range(5)]
    assert [0, 1, 4, 9, 16] == run_tasks(tasks, jobs, (), lambda _: None)


@needs_fork
def test_the_longest_begins_first():
    """So that none is left alone at the end; one after the other they keep their order."""
    tasks = [Task("short", os.getpid, 1), Task("long", os.getpid, 3), Task("middle", os.getpid, 2)]
    names, alone = [], []
    pids = run_tasks(tasks, 2, (), names.append)
    assert ["long", "middle", "short"] == names
    assert os.getpid() not in pids
    assert 3 == len(set(pids))
    assert [os.getpid()] * 3 == run_tasks(tasks, 1, (), alone.append)
    assert ["short", "long", "middle"] == alone


def test_where_a_platform_cannot_fork(monkeypatch):
    """They are run here."""
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert [os.getpid()] * 2 == run_tasks([Task("one", os.getpid), Task("two", os.getpid)], 2, (), lambda _: None)


@needs_fork
def test_what_is_shared_comes_back_as_it_is():
    """Also what could not be sent, like a function without a name."""
    shared = (lambda: 1, SOP)
    begun = [SOP, HOUSE_WITHOUT]
    tasks = [Task("one", lambda: [*shared, begun]), Task("two", dict)]
    (function, policy, sent), _ = run_tasks(tasks, 2, (*shared, HOUSE_WITHOUT), lambda _: None)
    assert shared[0] is function
    assert policy is SOP
    assert begun == sent
    assert begun is not sent


@needs_fork
def test_what_a_task_raises_is_raised():
    """That of the first task in order, whichever failed first; a note says where it was."""
    tasks = [Task("a", dict), Task("b", partial(fails, "first"), 1), Task("c", partial(fails, "second"), 2)]
    with pytest.raises(ValueError, match="first") as raised:
        run_tasks(tasks, 2, (), lambda _: None)
    (note,) = raised.value.__notes__
    assert "in fails" in note


@needs_fork
def test_a_process_that_is_stopped_is_told_of():
    """The system ends what takes all memory; nobody waits for it for ever."""
    tasks = [Task("huge", lambda: os.kill(os.getpid(), signal.SIGKILL), 1), Task("tiny", dict)]
    with pytest.raises(ProcessEnded, match=r"^huge: its process ended early \(exit code -9\); give it more memory"):
        run_tasks(tasks, 2, (), lambda _: None)


@needs_fork
def test_whoever_shows_progress_hears_that_time_passes(monkeypatch):
    """While nothing new begins; whoever cannot hear it is told names only."""
    monkeypatch.setattr(processes, "SECONDS_TO_WAIT", 0.01)
    heard = []

    class Progress(list):
        def __call__(self, name):
            self.append(name)

        def tick(self):
            heard.append(True)

    tasks = [Task("one", partial(time.sleep, 0.2)), Task("two", dict)]
    told = Progress()
    run_tasks(tasks, 2, (), told)
    assert heard
    assert ["two", "one"] == told
    run_tasks(tasks, 2, (), told.append)


@needs_fork
def test_ctrl_c_leaves_no_process_behind():
    """Whoever is told of the progress may be interrupted at any moment."""

    def interrupt(name):
        if name == "second":
            raise KeyboardInterrupt

    tasks = [Task("first", partial(time.sleep, 60), 1), Task("second", dict)]
    with pytest.raises(KeyboardInterrupt):
        run_tasks(tasks, 2, (), interrupt)
    for child in multiprocessing.active_children():
        child.join(10)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("run", [lambda: HOUSE_WITHOUT, partial(fails, "no")])
def test_what_a_process_does(run):
    """It does the task, sends what comes of it, and leaves Ctrl-C to the process that began it."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    before = signal.getsignal(signal.SIGINT)
    try:
        work(Task("one", run), (HOUSE_WITHOUT,), sender)
        assert signal.SIG_IGN is signal.getsignal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert receiver.recv_bytes()


# A check -----------------------------------------------------------------------------------------------

HOUSE_WITHOUT = without("capacity.channel", "capacity.total")


BROKEN = pytest.param({"house": HOUSE_WITHOUT}, id="broken", marks=pytest.mark.slow)  # it tells the nearest fix, too


@pytest.mark.parametrize("given", [pytest.param({}, id="proved"), BROKEN])
def test_a_check_says_the_same_whatever_the_number_of_jobs(given):
    """Every verdict, count, story and word of it."""
    one, two = (check(SOP, scopes=SMALL, walk=20, jobs=jobs, **given) for jobs in (1, 2))
    assert [format_report(one, "sop.toml") for format_report in FORMATS.values()] == [
        format_report(two, "sop.toml") for format_report in FORMATS.values()
    ]
    stories = [
        [(j.story or j.witness) and (j.story or j.witness).steps for j in report.judgements] for report in (one, two)
    ]
    assert repr(stories[0]) == repr(stories[1])
    assert one.searched == two.searched


def test_a_check_of_dated_changes_says_the_same_too(tmp_path):
    """Each period has a policy of its own, which comes back as it is."""
    file = tmp_path / "sop.toml"
    file.write_text('[[change]]\non = 2026-12-01\nset = { "capacity.chat" = 1 }\n', "utf-8")
    policy = Policy.load(file)
    one, two = (check(policy, scopes=SMALL[:1], walk=0, jobs=jobs, only=frozenset({"04"})) for jobs in (1, 2))
    assert 2 == len(two.searched)
    assert one.searched == two.searched
    assert [attrs.evolve(j, witness=None) for j in one.judgements] == [
        attrs.evolve(j, witness=None) for j in two.judgements
    ]
