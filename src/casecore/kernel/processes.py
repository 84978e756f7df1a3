"""Tasks side by side, each in a process of its own: the scopes of a check depend on nothing but the policy.

A process is a copy of this one (`fork`), so it has the policy and the rules already, functions and all. Only what comes
of its task is sent back; what both processes have, like the rules, is sent as a number. With one job, and where a
platform cannot fork, the tasks are run here, one after the other. What comes of them is the same.
"""

from __future__ import annotations

import io
import multiprocessing
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Final

import attrs

from casecore.kernel import CasecoreError

SECONDS_TO_WAIT: Final = 0.5
"""After so long without news whoever shows progress is told that time passes."""


class ProcessEnded(CasecoreError, RuntimeError):
    """A process ended before its task did: the system stopped it, as it does where memory runs out."""


@attrs.frozen(eq=False)
class Task:
    """Something to do.

    Attributes:
        name: What it is called while it is done.
        run: Does it.
        size: About how long it takes, beside others; the longest begins first.
    """

    name: str
    run: Callable[[], Any]
    size: int = 0


def run_tasks(tasks: Sequence[Task], jobs: int, shared: Sequence[object], progress: Callable[[str], None]) -> list[Any]:
    """What comes of tasks, in their order.

    Args:
        tasks: What is done.
        jobs: How many are done at a time.
        shared: What comes back from every process as the very object that it is here.
        progress: Told the name of each task before it begins; if it has a `tick`, it is told that time passes.

    Raises:
        ProcessEnded: When a process ended before its task did.
        Exception: What the first task in order raised, if one did.
    """
    if min(jobs, len(tasks)) <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        return [_run_here(task, progress) for task in tasks]
    outcomes = dict(_outcomes_of_processes(tasks, jobs, shared, progress))
    for task in tasks:
        if isinstance(outcomes[task], _Raised):
            raise outcomes[task].error
    return [outcomes[task] for task in tasks]


def _run_here(task: Task, progress: Callable[[str], None]) -> Any:
    progress(task.name)
    return task.run()


@attrs.frozen
class _Raised:
    """What a task raised."""

    error: Exception


def _outcomes_of_processes(
    tasks: Sequence[Task], jobs: int, shared: Sequence[object], progress: Callable[[str], None]
) -> Iterator[tuple[Task, Any]]:
    context: Any = multiprocessing.get_context("fork")  # which type checkers do not know on every platform
    left = sorted(tasks, key=lambda task: task.size)
    running: dict[Any, tuple[Task, Any]] = {}
    try:
        while left or running:
            while left and len(running) < jobs:
                task = left.pop()
                progress(task.name)
                receiver, sender = context.Pipe(duplex=False)
                process = context.Process(target=work, args=(task, shared, sender), daemon=True)
                process.start()
                sender.close()
                running[receiver] = task, process
            ready = wait([*running], SECONDS_TO_WAIT)
            if not ready:
                getattr(progress, "tick", lambda: None)()
            for receiver in ready:
                task, process = running.pop(receiver)
                yield task, _receive(receiver, task, process, shared)
    finally:
        for _, process in running.values():
            process.terminate()


def work(task: Task, shared: Sequence[object], sender: Connection) -> None:
    """Do a task and send what comes of it: all that a process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began this one, and ends it
    try:
        outcome = task.run()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is raised again where it is received
        error.add_note("".join(traceback.format_exception(error)))
        outcome = _Raised(error)
    packed = io.BytesIO()
    _Packer(packed, shared).dump(outcome)
    sender.send_bytes(packed.getbuffer())


def _receive(receiver: Any, task: Task, process: Any, shared: Sequence[object]) -> Any:
    try:
        packed = receiver.recv_bytes()
    except EOFError:
        process.join()
        ended = (
            f"{task.name}: its process ended early (exit code {process.exitcode}); give it more memory or fewer jobs"
        )
        raise ProcessEnded(ended) from None
    process.join()
    return _Unpacker(io.BytesIO(packed), shared).load()


class _Packer(pickle.Pickler):
    def __init__(self, file: io.BytesIO, shared: Sequence[object]) -> None:
        super().__init__(file)
        self._numbers = {id(one): number for number, one in enumerate(shared)}

    def persistent_id(self, one: object) -> int | None:
        return self._numbers.get(id(one))


class _Unpacker(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, shared: Sequence[object]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, number: int) -> object:
        return self._shared[number]
