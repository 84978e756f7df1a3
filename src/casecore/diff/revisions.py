"""A policy as it was at a revision of git: the file, and all that it extends, as they stood there.

Only `git` itself is run (`git.py`), and it only reads. What stood there is read as strictly as a file is.
"""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from casecore.diff.git import NoRevision as NoRevision  # noqa: PLC0414 -- whoever asks for a revision catches it
from casecore.diff.git import Revision
from casecore.policies import Policy
from casecore.policies.files import Shelf, decode_text, parse_toml, resolve_extends


def policy_at(revision: str, file: str | Path) -> Policy:
    """A policy file as it was at a revision; its files are called as `name_at` calls them.

    Args:
        revision: A branch, a tag or a commit, e.g. `main` or `HEAD~1`.
        file: The policy's path, as it is called now.

    Raises:
        NoRevision: When there is no git, no repository, no such revision, or no such file in it.
        PolicyError: When what stands there is no policy.
    """
    path = Path(file)
    shelf = ShelfAt(Revision.of(revision, path))
    source = parse_toml(shelf.text_of(path), name_at(revision, file))
    return Policy.of_files(*resolve_extends(source, path.parent, shelf))


def name_at(revision: str, file: str | Path) -> str:
    """What a file is called as it was at a revision: `main:desk/sop.toml`, as git writes it."""
    return f"{revision}:{file}"


def file_of(revision: str, name: str) -> str:
    """The file that `name_at` has given a name; any other name as it is."""
    return name.removeprefix(f"{revision}:") if revision else name


@frozen
class ShelfAt(Shelf):
    """Files as they were at a revision.

    Attributes:
        revision: Which one.
    """

    revision: Revision

    def name_of(self, path: Path) -> str:
        """The file, with its revision."""
        return name_at(self.revision.said, path)

    def identity_of(self, path: Path) -> object:
        """Where it stood, without links."""
        entry = self.revision.find(path.with_name(file_of(self.revision.said, path.name)))
        return entry.repository, entry.path

    def text_of(self, path: Path) -> str:
        """Its text at that revision.

        Raises:
            NoRevision: When there was no such file.
            PolicyError: When it was too large, or no UTF-8.
        """
        return decode_text(self.revision.read(path), self.name_of(path))
