"""Rules of a team's own: deciding a reply under a policy with ten of them, beside the same policy without.

Each of the ten guards the reply, and each has to look at something before it lets it pass: an attribute, a tag, a
channel, a time, who does it, one of several, not this.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import attrs

from bench.decide import LOOPS, desk_and_reply
from bench.measure import Effort, Line, costs, side_by_side
from casecore import HOUSE, Accepted, Policy
from casecore.rooms.attributes import SetAttribute

ATTRIBUTES = """
[attributes.refund_eur]
type = "number"
[attributes.why]
type = "choice"
of = ["late", "broken"]
"""

WHEN_AND_NEEDS = (
    ('{ attribute = "refund_eur", above = 100, unset = "skip" }', '{ permission = "approve" }'),
    ('{ attribute = "why", is = "broken", unset = "skip" }', "{ note = true }"),
    ('{ tag = "vip" }', '{ by = "owner" }'),
    ('{ channel = "chat", level = "high" }', '{ relation = "customer" }'),
    ('{ since = "waiting", at_least = "2h", unset = "skip" }', '{ by = "supervisor" }'),
    ('{ language = "pt" }', "{ not = { note = true } }"),
    ('{ any = [ { queue = "general" }, { status = "escalated" } ] }', '{ permission = "reply" }'),
    ('{ all = [ { channel = "messaging" }, { contact = "goes_on" } ] }', '{ customer = "waits" }'),
    ('{ not = { attribute = "why" }, status = "open" }', '{ by = ["assignee", "supervisor"] }'),
    ('{ customer = "opted_in" }', "{ approval = true }"),
)
"""What the ten look at, and what they need: the reply passes each of them."""

TEN = ATTRIBUTES + "".join(
    f'[[rule]]\nid = "own.rule_{number}"\ntitle = "Rule {number}"\nguards = ["reply"]\nwhen = {when}\nneeds = {needs}\n'
    for number, (when, needs) in enumerate(WHEN_AND_NEEDS)
)


def ten_rules() -> Policy:
    """The default SOP with the ten rules."""
    mine = Policy.loads(f"[queues.general]\nfallback = true\n{TEN}")
    return attrs.evolve(Policy.default(), attributes=mine.attributes, rule=mine.rule)


def ten(effort: Effort) -> Iterator[Line]:
    """A reply under ten rules, and under none."""
    desk, reply = desk_and_reply()
    policy, enlarged = desk.policy, ten_rules()
    noted = attrs.evolve(desk, policy=enlarged).handle(SetAttribute(reply.by, reply.at, "1", "refund_eur", 80))[0]
    view = noted.view(reply)
    assert len(enlarged.rule) == len(WHEN_AND_NEEDS)
    assert isinstance(HOUSE.decide(view, reply, enlarged), Accepted)
    without, with_ten = side_by_side(
        partial(HOUSE.decide, view, reply, policy),
        partial(HOUSE.decide, view, reply, enlarged),
        loops=effort.size(LOOPS, 500),
        repeats=effort.size(15, 7),
    )
    yield costs("decide a reply with ten rules of a team's own, and without", with_ten, without, most=1.3, key="ten")


PARTS = (ten,)
