"""Answers about policies, kept in a folder from one run to the next.

    cache = Cache.open()                         # in the user's cache folder
    report = check(policy, cache=cache)

A file holds the answers to one question: what was asked, whatever the policy. Each answer has the places of the policy
at which was looked for it, with a digest of what stood there (`explore/policy_log.py`). It is the answer for every
policy that says the same there, and for no other.

* What only the telling of stories looked at is held apart. Where nothing but that is otherwise now, the stories are
  told again under the policy of now, and must end as they did.
* Answers of other code are never seen: a folder is named after all that judges a policy (`fingerprint.py`).
* A file is JSON with a digest of itself; one that is broken is as if there were none. It is written beside its place
  and then moved there, so whoever reads it meanwhile reads the old one or the new one. Where nothing can be written,
  nothing is kept.
* Whoever can write in the folder can say what is proved. So it lies with the user, and not beside the policy, where
  it could come with a change that it is to judge.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, Self, TypeAlias

from attrs import frozen

from casecore.check.fingerprint import code_of
from casecore.explore.policy_log import PlainPolicy, Reads
from casecore.kernel import CasecoreError
from casecore.rooms.composition import HOUSE, House

PlainAnswer: TypeAlias = Any
"""What JSON can hold."""

MOST_ANSWERS: Final = 8
"""So many answers to one question are kept, the latest ones."""

MOST_FILES: Final = 2_000
"""With more files than that the half is thrown away that nobody has used for longer."""

UNUSED: Final = 30 * 24 * 3600.0
"""After so many seconds the answers of other code are thrown away."""

TAG: Final = """Signature: 8a477f597d28d172789f06886806bc55
# This file marks a cache folder of casecore, which nobody needs to back up: https://bford.info/cachedir/
"""

NOT_AS_KEPT: Final = (CasecoreError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What is raised where a file holds what none of ours does."""


@frozen
class PlacesRead:
    """Where was looked for an answer, of each policy.

    Attributes:
        read: What was read for the answer.
        told: What was read besides, only because stories were told.
        untold: Whether one of them could not be told, so that it matters to the answer what was read for that.
    """

    read: list[Reads]
    told: list[Reads]
    untold: bool = False


@frozen
class Recalled:
    """An answer that was kept.

    Attributes:
        answer: As plain data.
        looked: Where was looked for it.
        tells_alike: Whether its stories are told as they were; otherwise somebody has to try.
    """

    answer: PlainAnswer
    looked: PlacesRead
    tells_alike: bool


@frozen
class Cache:
    """Answers about policies in a folder.

    Attributes:
        folder: Where they lie.
        code: Whose answers they are.
        house: The rooms that decide.
    """

    folder: Path
    code: str
    house: House = HOUSE

    @classmethod
    def open(cls, folder: str | Path | None = None, house: House = HOUSE, called: str = "") -> Self | None:
        """The answers of this code; None where nothing can be kept.

        So it is where the user has no folder, where the code was written just now, and where a house of one's own has
        no name: nobody could tell two of them apart.

        Args:
            folder: Where they lie; in the user's cache folder, if it is left out.
            house: The rooms that decide.
            called: Where rooms of one's own are found, e.g. `refund_desk:HOUSE`.
        """
        place = folder or user_folder(os.environ, sys.platform)
        if place is None or (house is not HOUSE and not called):
            return None
        code = code_of("" if house is HOUSE else called)
        return None if code is None else cls(Path(place), code, house)

    def recall(self, question: PlainAnswer, policies: Sequence[PlainPolicy]) -> Recalled | None:
        """The answer to a question that was kept; None where there is none for policies that say what these do.

        Args:
            question: What is asked.
            policies: What the policies say of which it is asked.
        """
        for kept in self._answers(question):
            with suppress(*NOT_AS_KEPT):
                looked = PlacesRead(kept["read"], kept["told"], kept["untold"])
                if _digests(policies, looked.read) == kept["said"]:
                    alike = _digests(policies, looked.told) == kept["said_to_tell"]
                    if alike or not looked.untold:
                        self._note_use(question)
                        return Recalled(kept["answer"], looked, alike)
        return None

    def keep(
        self, question: PlainAnswer, policies: Sequence[PlainPolicy], looked: PlacesRead, answer: PlainAnswer
    ) -> None:
        """Keep an answer for policies that say what these do, wherever was looked.

        Args:
            question: What was asked.
            policies: What the policies say of which it was asked.
            looked: Where was looked.
            answer: As plain data.
        """
        kept = {
            "read": looked.read,
            "said": _digests(policies, looked.read),
            "told": looked.told,
            "said_to_tell": _digests(policies, looked.told),
            "untold": looked.untold,
            "answer": answer,
        }
        others = [one for one in self._answers(question) if one["said"] != kept["said"]]
        with suppress(OSError):
            self._make_folder()
            _write(self._file_of(question), json.dumps([kept, *others[: MOST_ANSWERS - 1]]))
            self._make_room()

    def _answers(self, question: PlainAnswer) -> list[dict[str, Any]]:
        """All answers to a question, the latest first; none where their file is broken."""
        with suppress(OSError, ValueError):
            digest, _, content = self._file_of(question).read_text("utf-8").partition("\n")
            if digest == _digest(content):
                answers: list[dict[str, Any]] = json.loads(content)
                return answers
        return []

    def _file_of(self, question: PlainAnswer) -> Path:
        return self.folder / self.code / f"{_digest(json.dumps(question, sort_keys=True))}.json"

    def _note_use(self, question: PlainAnswer) -> None:
        with suppress(OSError):
            os.utime(self._file_of(question))

    def _make_room(self) -> None:
        """Throw away what nobody has used for long, where there is too much."""
        files = [*(self.folder / self.code).iterdir()]
        if len(files) > MOST_FILES:
            for file in sorted(files, key=lambda file: file.stat().st_mtime)[: len(files) // 2]:
                file.unlink(missing_ok=True)

    def _make_folder(self) -> None:
        mine = self.folder / self.code
        if mine.is_dir():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in (("CACHEDIR.TAG", TAG), (".gitignore", "*\n")):
            if not (self.folder / name).exists():
                (self.folder / name).write_text(content, "utf-8")
        mine.mkdir(exist_ok=True)
        for other in self.folder.iterdir():
            if other.is_dir() and time.time() - other.stat().st_mtime > UNUSED:
                shutil.rmtree(other, ignore_errors=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digests(policies: Sequence[PlainPolicy], reads: Sequence[Any]) -> list[str]:
    return [policy.digest(read) for policy, read in zip(policies, reads, strict=True)]


def _write(place: Path, content: str) -> None:
    """Write a file so that whoever reads it meanwhile reads the old one or the new one."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=place.parent, prefix=".", delete=False) as file:
        try:
            file.write(f"{_digest(content)}\n{content}")
            file.close()
            Path(file.name).replace(place)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def user_folder(environ: Mapping[str, str], platform: str) -> Path | None:
    """Where a user's programs keep what they can do without; None where the user has no folder.

    Args:
        environ: The environment; `CASECORE_CACHE_DIR` says another place.
        platform: As `sys.platform` has it.
    """
    if environ.get("CASECORE_CACHE_DIR"):
        return Path(environ["CASECORE_CACHE_DIR"])
    if platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / "casecore" / "Cache"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if platform == "darwin":
        return home / "Library" / "Caches" / "casecore"
    return Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "casecore"
