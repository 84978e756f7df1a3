"""Hypothesis, for all that draws here; where it is not installed, the error says which extra brings it."""

from __future__ import annotations

from casecore.kernel.errors import MissingExtra

try:
    from hypothesis import strategies
    from hypothesis.stateful import RuleBasedStateMachine, rule
    from hypothesis.strategies import DrawFn, SearchStrategy
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "hypothesis", "test", "drawing commands, desks and policies") from None

__all__ = ["DrawFn", "RuleBasedStateMachine", "SearchStrategy", "rule", "strategies"]
