"""What every test run needs: pages are executed, folders mark their tests as slow, Hypothesis has three profiles.

`pytest --hypothesis-profile=NAME` chooses how many examples are drawn: few under `fast`, which is the default, more
under `full`, for the slow tests of `make test-all`, and very many under `soak`, which alone draws others on every run:
what a gate counts never depends on chance. `tests/profiles.py` scales what single tests ask for.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

SLOW = [Path(__file__).parent / "tests" / folder for folder in ("laws", "proofs")]
"""Where the tests lie that `make test` leaves to `make test-all`."""

TOLD = [
    "README.md",
    "docs/hosting.md",
    "docs/notebooks.md",
    "docs/pictures.md",
    "docs/how-to/embed.md",
    "docs/how-to/persist.md",
]
"""The pages whose Python is run; `testpaths` in `pyproject.toml` has the same."""

pytest_collect_file = Sybil(parsers=[PythonCodeBlockParser()], patterns=TOLD).pytest()


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Mark the tests of slow folders."""
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in SLOW):
            item.add_marker("slow")


TIMELESS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
"""No test fails because the machine has much to do."""

settings.register_profile("fast", max_examples=10, derandomize=True, **TIMELESS)
settings.register_profile("full", max_examples=20, derandomize=True, **TIMELESS)
settings.register_profile("soak", max_examples=1_000, derandomize=False, **TIMELESS)
settings.load_profile("fast")
