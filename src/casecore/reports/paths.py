"""What a file is called in reports that services read: by its path in the repository, whatever somebody typed.

A service knows the files of a repository by their paths from its root, with slashes and without `.` and `..`. The root
is that of the repository in which the command runs, else of the one in which the file lies; outside of any, paths are
those from the current folder, and absolute where the file does not lie below that. What the user typed is how people's
reports call a file.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Final
from urllib.parse import quote

STANDARD_INPUT: Final = "standard input"
SHIPPED_SOP: Final = "the SOP that ships with casecore"
_NO_FILES: Final = frozenset({"", STANDARD_INPUT, SHIPPED_SOP})
"""What is called so lies in no file of a repository."""

_MARK: Final = ".git"
"""What the root of a repository has in it: a folder, or a file in a submodule and in a linked worktree."""

_PLAIN: Final = "/!$&'()*+,;=@~-._"
"""What may stand in the path of a URI as it is, beside letters and digits; a colon could end a scheme."""


def repository_path(file: str) -> str:
    """A file's path from the root of its repository, with slashes.

    Args:
        file: Its path as it was given, from the current folder; a backslash is a slash.

    Returns:
        Nothing for what lies in no file.
    """
    if file in _NO_FILES:
        return ""
    try:
        return _path_seen_from(Path.cwd(), file)
    except (OSError, ValueError):  # somebody has removed the current folder; a name that no file can have
        return file.replace("\\", "/")


@lru_cache(maxsize=64)
def _path_seen_from(folder: Path, file: str) -> str:
    """Kept, because a report asks for it with each of its findings."""
    here, given = Path(os.path.realpath(folder)), PurePath(file.replace("\\", "/"))
    absolute = Path(os.path.realpath((here / given).parent)) / given.name  # what a folder leads to, not the file
    for root in (_root_of(here), _root_of(absolute.parent), here):
        if root is not None and absolute.is_relative_to(root):
            return absolute.relative_to(root).as_posix()
    return absolute.as_posix()


def repository_uri(file: str) -> str:
    """The same as a reference of a URI: relative to the root, percent-encoded; a whole URI where the path is absolute.

    Args:
        file: Its path as it was given, from the current folder.
    """
    path = repository_path(file)
    try:
        encoded = quote(path, safe=_PLAIN, errors="surrogateescape")  # the bytes of a name that is no text
    except UnicodeEncodeError:
        encoded = quote(path, safe=_PLAIN, errors="replace")
    if not PurePath(path).is_absolute():
        return encoded
    return f"file://{encoded}" if encoded.startswith("/") else f"file:///{encoded}"


def _root_of(folder: Path) -> Path | None:
    """The nearest folder, this one or one around it, that is the root of a repository."""
    return next((one for one in (folder, *folder.parents) if (one / _MARK).exists()), None)
