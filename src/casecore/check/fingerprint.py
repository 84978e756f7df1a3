"""Whose answers they are: all code by which a policy is judged, as one word.

An answer is worth something only for the code that gave it. That is this package, file by file, whatever is installed
beside it, Python, and the time zones of the system; where a team has rooms of its own, also every module that was
loaded from its files. Code whose files are a few seconds old may not be the one that was loaded: then nothing is kept.
"""

from __future__ import annotations

import hashlib
import sys
import sysconfig
import time
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import casecore

FRESH: Final = 10.0
"""So many seconds after it was written a file may still be another than the one that was loaded."""

PACKAGE: Final = Path(casecore.__file__).parent


def code_of(house: str = "", package: Path = PACKAGE) -> str | None:
    """One word for all that judges a policy; None where it was written so lately that nobody can tell.

    Args:
        house: Where rooms of a team's own are found; nothing where only the shipped ones decide.
        package: Where casecore lies.
    """
    told = hashlib.sha256("\n".join((sys.version, house, *_versions(dated=bool(house)))).encode())
    latest = 0.0
    for file in (*_files_of(package), *(_modules_of_teams(package) if house else ())):
        try:
            content, latest = file.read_bytes(), max(latest, file.stat().st_mtime)
        except OSError:
            return None
        told.update(f"\n{file}\n{len(content)}\n".encode())
        told.update(content)
    return None if time.time() - latest < FRESH else told.hexdigest()[:24]


def _files_of(package: Path) -> list[Path]:
    return sorted(file for file in package.rglob("*") if file.suffix in {".py", ".toml", ".json"})


def _versions(*, dated: bool) -> Iterator[str]:
    """What is installed, by the names of its folders, which have the versions; where that matters also since when."""
    for entry in dict.fromkeys(sys.path):
        folder = Path(entry)
        for known in sorted(folder.glob("*-info")) if folder.is_dir() else ():
            yield f"{known.name} {known.stat().st_mtime_ns}" if dated else known.name
    for zones in map(Path, zoneinfo.TZPATH):
        for known in (zones / "tzdata.zi", zones / "+VERSION"):
            if known.is_file():
                yield f"{known} {known.stat().st_mtime_ns} {known.stat().st_size}"


def _modules_of_teams(package: Path) -> list[Path]:
    """The files of all modules that neither came with Python nor were installed."""
    known = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")} | {package}
    named = {getattr(module, "__file__", None) for module in [*sys.modules.values()]}
    files = {Path(name).absolute() for name in named if isinstance(name, str)}
    return sorted(file for file in files if known.isdisjoint(file.parents) and file.is_file())
