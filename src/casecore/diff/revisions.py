"""A policy as it was at a revision of git: the file, and all that it extends, as they stood there.

Only `git` itself is run, and it only reads.
"""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

from casecore.kernel import CasecoreError
from casecore.policies import Policy
from casecore.policies.files import parse_toml, resolve_extends


class NoRevision(CasecoreError, ValueError):
    """A revision that cannot be read; the text says why, and what to write instead."""


def policy_at(revision: str, file: str | Path) -> Policy:
    """A policy file as it was at a revision.

    Args:
        revision: A branch, a tag or a commit, e.g. `main` or `HEAD~1`.
        file: The policy's path, as it is called now.

    Raises:
        NoRevision: When there is no git, no repository, no such revision, or no such file in it.
        PolicyError: When what stands there is no policy.
    """
    path = Path(file)
    if _run_git(path.parent, "rev-parse", "--git-dir") is None:
        raise NoRevision(f"{file}: is in no git repository; name the two files instead: casecore diff OLD NEW")
    if _run_git(path.parent, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}") is None:
        raise NoRevision(f"--git {revision}: there is no such revision; name a branch, a tag or a commit, e.g. HEAD~1")
    source = parse_toml(_read_at(revision, path), f"{revision}:{file}")
    return Policy.of_files(*resolve_extends(source, path.parent, partial(_read_at, revision)))


def _read_at(revision: str, path: Path) -> str:
    text = _run_git(path.parent, "show", f"{revision}:./{path.name}")
    if text is None:
        raise NoRevision(f"--git {revision}: there was no file {path}; name a revision that has it")
    return text


def _run_git(folder: Path, *words: str) -> str | None:
    """What git answers; None where it refuses."""
    command = ["git", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 -- no shell; only git reads them
    except (OSError, ValueError) as error:  # there is no git, or a name that no file can have
        remedy = "install it, or name the two files: casecore diff OLD NEW"
        raise NoRevision(f"git cannot be run ({error}); {remedy}") from None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
