"""Loading: a policy from text to values, with the place of every word, beside reading its TOML alone.

The last lines are of what one decision pays: asking a policy of many layers what is in force for a case, and asking
one that has none.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import resources

from bench.measure import Effort, Line, costs, side_by_side
from casecore import Channel, Policy
from casecore.policies import Aspect
from casecore.policies.spans import Spans

QUEUES = 300
LAYERS = 40


def shipped() -> str:
    """The SOP that ships."""
    return resources.files("casecore.policies").joinpath("sop.toml").read_text("utf-8")


def large() -> str:
    """The same with hundreds of queues and dozens of layers."""
    queues = (f'[queues.team_{n}]\ntitle = "Team {n}"\nreasons = ["reason {n}"]\n' for n in range(QUEUES))
    overrides = (
        f'[[override]]\nmatch = {{ queue = "team_{n}" }}\nset = {{ "chat.idle.silence" = "{n + 1}m" }}\n'
        for n in range(LAYERS)
    )
    first = datetime(2026, 1, 1, tzinfo=UTC).date()
    changes = (
        f'[[change]]\non = {first + timedelta(weeks=n)}\nset = {{ "capacity.chat" = {n} }}\n' for n in range(LAYERS)
    )
    return "\n".join((shipped(), *queues, *overrides, *changes))


def texts(effort: Effort) -> Iterator[Line]:
    """The SOP that ships, and a large one."""
    of_many = f"{QUEUES} queues, {2 * LAYERS} layers"
    for what, key, text, loops, most in (
        ("the shipped SOP", "shipped", shipped(), 5, 6),
        (of_many, "large", large(), 1, 35),
    ):
        plain, spans, loaded = side_by_side(
            partial(tomllib.loads, text),
            partial(Spans, text),
            partial(Policy.loads, text),
            loops=loops,
            repeats=effort.size(11, 5),
        )
        yield costs(f"load {what}, {len(text) / 1000:.0f} kB; peer: tomllib", loaded, plain, most, key=key)
        yield costs("... the place of every key and value; peer: tomllib", spans, plain, 1.5, key=f"{key}_places")


def in_force(effort: Effort) -> Iterator[Line]:
    """What one decision asks of a policy."""
    layered, bare = Policy.loads(large()), Policy.default()
    at, case = datetime(2026, 6, 1, tzinfo=UTC), Aspect(Channel.CHAT, "team_7", frozenset({"vip"}))
    many, none = side_by_side(
        lambda: layered.at(at).for_(case).chat.idle.silence,
        lambda: bare.at(at).for_(case).chat.idle.silence,
        loops=effort.size(2_000, 500),
        repeats=effort.size(15, 7),
    )
    yield costs(f"what is in force, of {2 * LAYERS} layers; peer: of none", many, none, 30, key="in_force")


PARTS = (texts, in_force)
