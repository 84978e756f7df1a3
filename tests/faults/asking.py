"""Asking the rows of the table of faults: how pytest names them, each call once, and what must come of it.

The tests of the table stand in three files, so that three cores can ask it.
"""

from collections import defaultdict
from functools import cache

from tests.faults.patching import Job, ask
from tests.faults.rows import RED, Fault


def named(fault: Fault) -> str:
    """A row as pytest names it."""
    return f"{fault.promise} {fault.name}"


def asked(job: Job) -> str:
    """A call as pytest names it."""
    return " ".join(job.policy.split()) or "the shipped SOP"


def calls(faults):
    """What is asked of a check without any of these faults, once for all rows with the same policy.

    The whole check of the shipped SOP is not among them: `test_sop.py` asks that.
    """
    promises, scopes = defaultdict(set), defaultdict(set)
    for fault in faults:
        if fault.scopes:
            promises[fault.policy, fault.walk].add(fault.promise)
            scopes[fault.policy, fault.walk].update(fault.scopes)
    return [
        Job(tuple(sorted(numbers)), policy, tuple(sorted(scopes[policy, walk])), None, walk)
        for (policy, walk), numbers in promises.items()
    ]


@cache
def answers(job: Job):
    """What a check says of a job."""
    return ask(job)


def assert_red(fault: Fault):
    """The check fails the promise, and tells a story where the promise is about what happens."""
    answer = answers(fault.job)[fault.promise]
    assert RED == answer.verdict, answer
    assert fault.promise == "20" or answer.story, answer


def assert_nothing_found(job: Job):
    """A red row is red because of its fault, and not because of its policy or its scopes."""
    found = answers(job)
    assert set(job.promises) == set(found)
    assert {} == {number: one for number, one in found.items() if one.verdict in {RED, "raises"}}
