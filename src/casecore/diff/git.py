"""Git, asked and never told: what stood at a path of a repository at a commit, as bytes.

Nothing of the environment reaches it that says which repository is meant, because the file says that: a hook is run
with `GIT_DIR` set, and would be answered for another repository. A path is followed through the tree of the commit as
the system follows it through folders: links lead where they led then, and a submodule is read at the commit to which it
was pinned. Where git refuses, its own words are repeated.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import evolve, frozen

from casecore.kernel import CasecoreError

LINKS: Final = 40
"""How many links a path may lead through, as the system has it."""

_KEPT: Final = frozenset(
    {
        "GIT_CEILING_DIRECTORIES",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    }
)
"""What the user says of git as a whole; all else that begins with `GIT_` is about one repository or one command."""

_COMMIT: Final = re.compile("[0-9a-f]{40,64}")
_NO_COMMIT: Final = "Needed a single revision"
"""What git says of a name that is not one of a commit, after its reason where it has one."""

_LINK: Final = "120000"
_FOLDER: Final = "040000"
_PIN: Final = "160000"


class NoRevision(CasecoreError, ValueError):
    """A revision that cannot be read; the text says why, and what to write instead."""


@frozen
class Entry:
    """What stands at a path of a commit.

    Attributes:
        repository: The folder of the repository that has it: a submodule where the path leads into one.
        path: Where it stands there, without links.
        name: The object of git that holds it.
    """

    repository: Path
    path: str
    name: str


@frozen
class _Place:
    """A place in a tree: of which repository, of which commit, and the folders on the way to it."""

    repository: Path
    commit: str
    reached: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return "/".join(self.reached)

    def down(self, step: str) -> _Place:
        return evolve(self, reached=(*self.reached, step))

    def up(self) -> _Place:
        return evolve(self, reached=self.reached[:-1])


@frozen
class Revision:
    """A commit of a repository.

    Attributes:
        said: What the user calls it, e.g. `main`.
        root: The folder of the repository.
        commit: Its name in full.
    """

    said: str
    root: Path
    commit: str

    @classmethod
    def of(cls, said: str, file: Path) -> Revision:
        """A revision of the repository in which a file lies; of the one around it, where it is asked from there.

        Raises:
            NoRevision: When there is no git, no such repository, or no such revision.
        """
        root = _repository_of(file)
        done = run_git(root, "rev-parse", "--verify", "--end-of-options", f"{said}^{{commit}}")
        commit = done.stdout.decode("ascii", "replace").strip()
        if done.returncode or not _COMMIT.fullmatch(commit):  # several, or one that is left out, of a range
            raise NoRevision(f"--git {said}: {_why_no_commit(root, done)}")
        return cls(said, root, commit)

    def read(self, file: Path) -> bytes:
        """What stood in a file.

        Raises:
            NoRevision: When there was no such file, or it stood outside of what the commit holds.
        """
        entry = self.find(file)
        return self._answer(file, entry.repository, "cat-file", "blob", entry.name)

    def find(self, file: Path) -> Entry:
        """Where a file stood; errors as of `read`."""
        start = _Place(self.root, self.commit)
        around, place, steps, links = list[_Place](), start, [*self._steps_to(file)], 0
        mode = name = ""
        while steps:
            step = steps.pop(0)
            if step == "..":
                if not place.reached and not around:
                    raise self._refusal(file, f"lies outside of the repository {self.root}")
                place, mode = place.up() if place.reached else around.pop(), ""
                continue
            mode, name = self._entry_at(file, place.down(step))
            if mode == _LINK:
                links += 1
                told = self._target_of(file, place, name, links)
                if Path(told).is_absolute():
                    around, place, told_steps = [], start, [*self._steps_to(Path(told))]
                else:
                    told_steps = [one for one in told.split("/") if one not in {"", "."}]
                steps = told_steps + steps
            elif mode == _PIN:
                around.append(place)
                place = self._enter(file, place.down(step), name)
            else:
                place = place.down(step)
                if mode != _FOLDER and steps:
                    mode = ""
                    break
        if mode in {"", _FOLDER, _PIN}:
            raise NoRevision(f"--git {self.said}: there was no file {file}; name a revision that has it")
        return Entry(place.repository, place.path, name)

    def _steps_to(self, file: Path) -> tuple[str, ...]:
        """The way from the repository's folder to a file, with the links that are on it."""
        root = os.path.realpath(self.root)
        for path in (file.absolute(), Path(os.path.realpath(file.parent)) / file.name):
            parts = path.parts
            for count in range(len(parts) - 1, 0, -1):
                if os.path.realpath(Path(*parts[:count])) == root:
                    return parts[count:]
        raise self._refusal(file, f"lies outside of the repository {self.root}")

    def _entry_at(self, file: Path, place: _Place) -> tuple[str, str]:
        """What stands at a place: its mode and its object; nothing where nothing does."""
        words = ("--literal-pathspecs", "ls-tree", "-z", "--full-tree", place.commit, "--", place.path)
        for line in self._answer(file, place.repository, *words).split(b"\0"):
            facts, _, found = line.partition(b"\t")
            if os.fsdecode(found) == place.path:
                mode, _, name = facts.decode("ascii").split()
                return mode, name
        return "", ""

    def _target_of(self, file: Path, place: _Place, name: str, links: int) -> str:
        """Where a link led."""
        if links > LINKS:
            raise self._refusal(file, "was a link in a circle")
        return os.fsdecode(self._answer(file, place.repository, "cat-file", "blob", name))

    def _enter(self, file: Path, place: _Place, commit: str) -> _Place:
        """A submodule, which has to have the commit to which it was pinned."""
        inside = place.repository / place.path
        why = "which is not checked out"
        if (inside / ".git").exists():
            done = run_git(inside, "cat-file", "-e", f"{commit}^{{commit}}")
            if not done.returncode:
                return _Place(inside, commit)
            why = f"a commit that cannot be read there; git says: {own_words(done)}"
        pinned = f"lies in the submodule {place.path}, pinned to {commit[:12]}, {why}"
        raise self._refusal(file, pinned, "fetch it: git submodule update --init")

    def _answer(self, file: Path, repository: Path, *words: str) -> bytes:
        done = run_git(repository, *words)
        if done.returncode:  # e.g. of a repository of which not all was fetched
            raise self._refusal(file, f"cannot be read, git says: {own_words(done)}")
        return done.stdout

    def _refusal(self, file: Path, what: str, remedy: str = "") -> NoRevision:
        return NoRevision(
            f"--git {self.said}: {file} {what}; {remedy or 'name the two files instead: casecore diff OLD NEW'}"
        )


def _repository_of(file: Path) -> Path:
    """The folder of a file's repository; of the one around it, where it is a submodule and one stands outside of it."""
    done = run_git(file.parent, "rev-parse", "--show-toplevel")
    if done.returncode:
        words, instead = own_words(done), "name the two files instead: casecore diff OLD NEW"
        if words.startswith("not a git repository (or any"):
            raise NoRevision(f"{file}: is in no git repository; {instead}")
        raise NoRevision(f"{file}: git cannot be asked about its folder, it says: {words}; {instead}")
    own = _folder_in(done)
    try:
        here = Path(os.path.realpath(os.curdir))
    except OSError:  # somebody has removed it
        return own
    root: Path | None = own
    while root is not None and not here.is_relative_to(os.path.realpath(root)):
        around = run_git(root, "rev-parse", "--show-superproject-working-tree")
        root = _folder_in(around) if around.stdout.strip() else None
    return root or own


def _why_no_commit(root: Path, done: subprocess.CompletedProcess[bytes]) -> str:
    """Why a revision names no commit, and what to do; it may be one of those that were not fetched."""
    remedy = "name a branch, a tag or a commit, e.g. HEAD~1"
    if not done.returncode:
        return f"it is not one commit; {remedy}"
    words = own_words(done).removesuffix(_NO_COMMIT).removesuffix(" fatal: ")
    found = f"there is no such revision{f', git says: {words}' if words else ''}"
    if run_git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
        return f"{found} among the commits that were fetched; fetch them all: git fetch --unshallow"
    return f"{found}; {remedy}"


def _folder_in(done: subprocess.CompletedProcess[bytes]) -> Path:
    return Path(os.fsdecode(done.stdout.removesuffix(b"\n")))


def run_git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Ask git; whatever it answers is bytes.

    Raises:
        NoRevision: When there is no git, or a name that no file can have.
    """
    command = ["git", "-C", str(folder), *words]
    try:
        return subprocess.run(  # noqa: S603 -- no shell; only git reads them
            command, capture_output=True, check=False, stdin=subprocess.DEVNULL, env=clean_environment(os.environ)
        )
    except (OSError, ValueError) as error:
        remedy = "install it, or name the two files: casecore diff OLD NEW"
        raise NoRevision(f"git cannot be run ({error}); {remedy}") from None


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which git finds the repository by the folder alone, changes nothing, and speaks English."""
    kept = {name: value for name, value in environment.items() if not name.startswith("GIT_") or name in _KEPT}
    return kept | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def own_words(done: subprocess.CompletedProcess[bytes]) -> str:
    """What git said, on one line, without its first word, which is always `fatal:`."""
    return " ".join(done.stderr.decode("utf-8", "replace").split()).removeprefix("fatal: ")
