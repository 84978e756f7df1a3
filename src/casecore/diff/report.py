"""Two policies compared over time, as somebody asks for it, and shown as Markdown where a notebook asks.

    from casecore.diff.report import compare

    compare(old, new)

What the report holds is told in `differences.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from casecore.check.cache import Cache
from casecore.check.joined_scopes import scopes_of_both
from casecore.check.progress import notebook_progress
from casecore.check.scope_search import Wanted
from casecore.diff.comparison import over_time
from casecore.diff.differences import FAILING, Differences
from casecore.explore import LIMIT
from casecore.kernel.shown import Framed
from casecore.policies import Policy
from casecore.policies.policy import require_policies
from casecore.rooms.composition import HOUSE, House

__all__ = ["FAILING", "Difference", "compare"]


@frozen(repr=False)
class Difference(Framed, Differences):
    """Two policies, and how they differ in each period; in a notebook it is the whole report."""

    shown_by = "casecore.diff.shown:DIFFERENCES"


def compare(
    old: Policy,
    new: Policy,
    *,
    house: House = HOUSE,
    scopes: Wanted = (),
    limit: int = LIMIT,
    promises: bool = False,
    progress: Callable[[str], None] | None = None,
    cache: Cache | None = None,
    jobs: int = 1,
) -> Difference:
    """Compare two policies in each period in which they differ, and try the switch; arguments as for `diff`.

    In a notebook, if `progress` is left out, it is shown below the cell after two seconds.

    Raises:
        PolicyError: When one of them is no policy.
        ValueError: When there is no such scope; it names those there are.
    """
    require_policies(old, new)
    asked: dict[str, Any] = {"house": house, "scopes": scopes, "limit": limit, "promises": promises}
    with notebook_progress(progress, len(scopes_of_both(old, new, house))) as told:
        found = over_time(old, new, **asked, progress=told, cache=cache, jobs=jobs)
    return Difference(old, new, found)
