"""One fault put into the source of a module, and what a check then says of one promise.

Run as `python -m tests.faults.patching`, with a `Job` as JSON on its input. Nothing of casecore is imported before the
fault stands in its module: the text is replaced in memory while the module is loaded, and the file stays as it is. The
answer is one line of JSON: the verdict on the promise, the length of its story, what is wrong, and the seconds it took.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from time import perf_counter
from types import CodeType, ModuleType
from typing import Any

import attrs
from attrs import frozen

ROOT = Path(__file__).parents[2]

LIMIT = 6_000
"""How many worlds of a scope are visited at most, where some are named: a fault may have no end, and is found near."""

NO_LIMIT = 12_000
"""The same where all scopes are asked: they all have fewer."""

PATIENCE = 60
"""For how many seconds an answer is waited for."""


@frozen
class Patch:
    """A piece of a module's source, and what stands there instead.

    Attributes:
        module: The path of its file under `src/casecore`, e.g. `rooms/offers.py`.
        old: The text that is replaced.
        new: What stands there instead.
        times: How often the text occurs; all of them are replaced.
    """

    module: str
    old: str
    new: str
    times: int = 1

    @property
    def name(self) -> str:
        """The module as an import names it."""
        return "casecore." + self.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def apply(self, source: str) -> str:
        """The source with the fault in it.

        Raises:
            ValueError: When the text is not there exactly as often as said, so that the row has to be looked at.
        """
        found = source.count(self.old)
        if found != self.times:
            raise ValueError(
                f"{self.module} has {self.old!r} {found} times, not {self.times}; mend the row of this fault"
            )
        return source.replace(self.old, self.new)


@frozen
class Job:
    """What is asked of a check: which promises, under which policy, in which scopes, and with which fault, if any."""

    promises: tuple[str, ...]
    policy: str = ""
    scopes: tuple[str, ...] = ()
    patch: Patch | None = None
    walk: int = 0


@frozen
class Answer:
    """What a check says of a promise.

    Attributes:
        verdict: Its verdict, e.g. `fails`; `raises` where the check ended with an error.
        story: How many steps its story has; 0 where it has none.
        wrong: What is wrong with the last step, or why the verdict is what it is.
        seconds: How long the check took, with loading the library.
    """

    verdict: str
    story: int = 0
    wrong: tuple[str, ...] = ()
    seconds: float = 0.0


# In the process of the check ---------------------------------------------------------------------------


class _PatchedLoader(SourceFileLoader):
    def __init__(self, name: str, path: str, patch: Patch) -> None:
        super().__init__(name, path)
        self._patch = patch

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        source = self._patch.apply(self.get_data(path).decode("utf-8"))
        code: CodeType = compile(source, path, "exec", dont_inherit=True)
        return code


class _Patching(MetaPathFinder):
    """Finds one module, and loads it with the fault in it."""

    def __init__(self, patch: Patch) -> None:
        self._patch = patch

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module's spec, with a loader that patches it; None for every other module."""
        if name != self._patch.name:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = _PatchedLoader(name, spec.origin, self._patch)
        return spec


def run_job(job: Job) -> dict[str, Answer]:
    """What a check says of each of these promises; to be asked once in a process, before casecore is imported."""
    begun = perf_counter()
    if any(name.partition(".")[0] == "casecore" for name in sys.modules):
        raise RuntimeError("casecore is imported already; run each job in a process of its own")
    if job.patch is not None:
        sys.meta_path.insert(0, _Patching(job.patch))
    return {number: attrs.evolve(one, seconds=perf_counter() - begun) for number, one in _checked(job).items()}


def _checked(job: Job) -> dict[str, Answer]:
    from casecore.check import check, judge
    from tests.faults.own_scopes import OWN_SCOPES
    from tests.sops import sop_with

    no_fix: Any = lambda *_: None  # noqa: E731 -- the nearest fix costs a search for each policy that is tried
    judge.nearest_fix = no_fix
    limit, policy = LIMIT if job.scopes else NO_LIMIT, sop_with(job.policy)
    scopes: Any = tuple(OWN_SCOPES[name](policy) if name in OWN_SCOPES else name for name in job.scopes)
    report = check(policy, only=frozenset(job.promises), scopes=scopes, walk=job.walk, limit=limit)
    if job.patch is not None and job.patch.name not in sys.modules:
        raise ValueError(f"this check imports no {job.patch.module}")
    return {
        judgement.number: Answer(
            str(judgement.verdict),
            0 if judgement.story is None else len(judgement.story),
            tuple(judgement.wrong) or ((judgement.why,) if judgement.why else ()),
        )
        for judgement in report.judgements
    }


def _say(job: Job) -> dict[str, Answer]:
    try:
        return run_job(job)
    except Exception as error:  # noqa: BLE001 -- whatever a fault leads to is told
        return dict.fromkeys(job.promises, Answer("raises", wrong=(f"{type(error).__name__}: {error}",)))


# Beside it ---------------------------------------------------------------------------------------------


def ask(job: Job) -> dict[str, Answer]:
    """What a check says, asked in a process of its own."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.patching"],
            input=json.dumps(attrs.asdict(job)),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={"PYTHONPATH": f"{ROOT / 'src'}", "PYTHONHASHSEED": "0"},
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return dict.fromkeys(job.promises, Answer("raises", wrong=(f"no answer within {PATIENCE} s",)))
    if done.returncode:
        return dict.fromkeys(job.promises, Answer("raises", wrong=tuple(done.stderr.splitlines()[-1:])))
    return {number: _read_answer(one) for number, one in json.loads(done.stdout).items()}


def _read_answer(plain: dict[str, Any]) -> Answer:
    return Answer(**{**plain, "wrong": tuple(plain["wrong"])})


def _read_job(plain: dict[str, Any]) -> Job:
    patch = None if plain["patch"] is None else Patch(**plain["patch"])
    return Job(tuple(plain["promises"]), plain["policy"], tuple(plain["scopes"]), patch, plain["walk"])


def main(lines: Iterable[str]) -> None:
    """Answer the job that is on the input."""
    gc.disable()  # a fifth of the time of a search, which ends soon
    answers = _say(_read_job(json.loads("".join(lines))))
    print(json.dumps({number: attrs.asdict(one) for number, one in answers.items()}))


if __name__ == "__main__":
    main(sys.stdin)
