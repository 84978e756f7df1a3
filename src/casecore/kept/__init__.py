"""What is kept from one run to the next: answers about policies, each with what it looked at.

from casecore.kept import Cache

report = check(policy, cache=Cache.open())  # a second time, only what an edit touches is asked again
"""

from __future__ import annotations

from casecore.kept.cache import Cache

__all__ = ["Cache"]
"""What is kept."""
