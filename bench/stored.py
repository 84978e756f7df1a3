"""The stored baseline, `baseline.json`: the ratios of an earlier run, beside which those of the next are printed.

It holds ratios only, what casecore takes divided by what its peer takes in the same turns; times would be those of one
machine. `python -m bench --store` writes it anew: of the subjects that were run, the others stay as they were.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

BASELINE = Path(__file__).with_name("baseline.json")

NOISE = 1.25
"""A ratio that is so many times the stored one has got worse; below that it may be the machine."""


class NoBaseline(ValueError):
    """The file is there, and is none of these."""


def read_baseline(file: Path = BASELINE) -> dict[str, float]:
    """The stored ratios, by subject and key; none where nothing is stored.

    Raises:
        NoBaseline: When the file holds anything else.
    """
    if not file.exists():
        return {}
    try:
        stored = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise NoBaseline(f"{file.name} is not JSON: {error}; write it anew with `python -m bench --store`") from None
    if not isinstance(stored, dict) or not all(type(ratio) in (int, float) and ratio > 0 for ratio in stored.values()):
        raise NoBaseline(f"{file.name} does not hold ratios by name; write it anew with `python -m bench --store`")
    return stored


def write_baseline(ratios: Mapping[str, float], subjects: frozenset[str], file: Path = BASELINE) -> None:
    """Store ratios to three digits, in the order of their names.

    Args:
        ratios: By subject and key, as `fold.library`.
        subjects: Those that were run wholly: what was stored of them before is forgotten.
        file: Where.
    """
    others = {key: ratio for key, ratio in read_baseline(file).items() if key.partition(".")[0] not in subjects}
    stored = {key: float(f"{ratio:.3g}") for key, ratio in sorted((others | dict(ratios)).items())}
    file.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")


def has_worsened(ratio: float, stored: float | None) -> bool:
    """Whether a ratio is worse than the stored one by more than a machine accounts for."""
    return stored is not None and ratio > NOISE * stored
