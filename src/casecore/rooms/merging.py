"""Merging customers: two of them are found to be the same person.

* Merging changes the rows of **the customers alone**. The one that is merged says into whom (`merged_into`), and is
  read through them from then on, by consent and blocking, search and customer card. Threads, cases, messages and notes
  keep whose they are; what is recorded, agreed to or blocked by the old id counts for the person.
* **Nothing is lost**: the person has the name, the profile and the latest threads of both, where both have something
  their own. If one of the two is blocked, the person is; if one of them wants no messages on WhatsApp, they want none,
  whatever the other agreed to.
* **No chains and no circles**: who was merged is merged no more, and nobody is merged into them; whoever had been
  merged into the one that is merged belongs to the person, too.
* A conversation that is begun by the old id is the person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from attrs import field

from casecore.kernel import Command, Editing, Event, Reason, Room, Rule, Threshold, an_id, frozen
from casecore.kernel.rooms import measures, not_by_customer, wants
from casecore.kernel.words import unless_blank
from casecore.policies import Policy
from casecore.rooms.threads import MOST_THREADS, Customer, SeesThread, unknown_customer

MOST_MERGED = 100
"""So many customers may be found to be the same person as another."""

# Command and events ------------------------------------------------------------------------------------


@frozen
class MergeCustomers(Command):
    """A customer is found to be the same person as another.

    Attributes:
        customer: Who is merged.
        into: Who they are.
    """

    customer: str = an_id(of="customer")
    into: str = an_id(of="into")


@frozen
class CustomerMerged(Event):
    """A customer is read as another from now on: they are the same person."""

    customer: str
    into: str


@frozen
class CustomerExtended(Event):
    """A customer has, beside their own, what was known of others who are the same person.

    Attributes:
        merged: Who they are.
        threads: Their latest threads.
        name: The customer's name now, and so all that follows.
    """

    customer: str
    merged: tuple[str, ...]
    threads: tuple[str, ...]
    name: str | None
    profile: Mapping[str, str] = field(factory=dict, hash=False)
    opted_in: bool | None = None
    blocked: bool = False


class SeesInto(SeesThread, Protocol):
    """Whom a customer is merged into."""

    @property
    def into(self) -> Customer | None:
        """The customer who the other one is found to be."""


class HasBoth(SeesInto, Protocol):
    """There are both."""

    customer: Customer
    into: Customer


# Needs and rule ----------------------------------------------------------------------------------------


def _both_known(view: SeesInto, command: MergeCustomers, _: Policy) -> Reason | None:
    for row, name in ((view.customer, command.customer), (view.into, command.into)):
        if row is None:
            return unknown_customer(name)
    return None


@wants("customer", "into")
@measures("merged_into")
def _each_their_own(view: HasBoth, command: MergeCustomers, _: Policy) -> Reason | None:
    one, other = view.customer, view.into
    if one.id == other.id:
        return _not_merged(f"{one.id} is the same customer already", "name two customers", None)
    if one.merged_into is not None:
        found = f"{one.id} was merged into {one.merged_into} already"
        again = one.merged_into in (other.id, other.merged_into)
        return _not_merged(found, "nothing is left to do" if again else f"merge {one.merged_into}", one.merged_into)
    if other.merged_into is not None:
        found, left = f"{other.id} was merged into {other.merged_into}", f"merge {one.id} into that one"
        return _not_merged(found, "nothing is left to do" if other.merged_into == one.id else left, other.merged_into)
    return None


def _not_merged(found: str, remedy: str, merged_into: str | None) -> Reason:
    return Reason("merge.edge", found, remedy, {"merged_into": merged_into})


@wants("customer", "into")
@measures("merged", "limit", threshold=Threshold("merged", "limit"))
def _few_are_merged(view: HasBoth, _: MergeCustomers, __: Policy) -> Reason | None:
    merged = len(view.into.merged) + len(view.customer.merged) + 1
    if merged <= MOST_MERGED:
        return None
    found = f"{merged} customers would be the same person as {view.into.id}"
    remedy = f"at most {MOST_MERGED} may be; look whether they are"
    return Reason("merge.limit", found, remedy, {"merged": merged, "limit": MOST_MERGED})


# Handler and evolve ------------------------------------------------------------------------------------


@wants("customer", "into")
def _merge_customers(view: HasBoth, command: MergeCustomers, _: Policy) -> tuple[Event, ...]:
    by, at, one, other = command.by, command.at, view.customer, view.into
    merged = (one.id, *one.merged)
    extended = CustomerExtended(
        by,
        at,
        other.id,
        merged=merged,
        threads=one.threads,
        name=other.name if unless_blank(other.name) else one.name,
        profile={**one.profile, **other.profile},
        opted_in=_agreed({one.opted_in, other.opted_in}),
        blocked=one.blocked or other.blocked,
    )
    return (*(CustomerMerged(by, at, customer, other.id) for customer in merged), extended)


def _agreed(said: set[bool | None]) -> bool | None:
    """Whether somebody agreed of whom records say these; who withdrew it once has withdrawn it."""
    return None if said == {None} else False not in said


def _merge_into(customer: Editing, event: CustomerMerged) -> None:
    customer.merged_into = event.into
    customer.merged = ()


def _extend(customer: Editing, event: CustomerExtended) -> None:
    customer.merged = (*customer.merged, *event.merged)
    customer.threads = (*event.threads, *customer.threads)[-MOST_THREADS:]
    customer.name, customer.profile = event.name, event.profile
    customer.opted_in, customer.blocked = event.opted_in, event.blocked


_MERGE = (MergeCustomers,)

MERGING: Room[SeesInto] = Room(
    name="merging",
    needs=(
        Rule("actor.role", "A customer can only write", "§1", _MERGE, not_by_customer),
        Rule("customer.known", "Both customers exist", "§4", _MERGE, _both_known),
        Rule("merge.edge", "Only customers who are nobody else are merged", "§4", _MERGE, _each_their_own, ("into",)),
    ),
    rules=(Rule("merge.limit", "A person is few customers", "§4", _MERGE, _few_are_merged, ("into",)),),
    decide={MergeCustomers: _merge_customers},
    evolve={(Customer, CustomerMerged): _merge_into, (Customer, CustomerExtended): _extend},
)
