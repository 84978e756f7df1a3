"""What a contact leaves: what its agent still has to dispose, and what of its case is open.

`wrap_ups.py` tells how a contact is disposed, `relations.py` what it is related to.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from casecore.channels import Channel
from casecore.kernel import a_count
from casecore.kernel.records import record
from casecore.policies.sections import Relation
from casecore.rooms.agents import Agent
from casecore.rooms.cases import Case, CaseCommand
from casecore.rooms.contacts import SeesContact


@record
class WrapUp:
    """A contact that has ended and is not disposed yet.

    Attributes:
        because: How it ended.
        earlier_handler: Who handled the message that the customer answered, if that was somebody else.
        authenticated: Whether the customer was authenticated in it.
    """

    id: str
    case: str
    agent: str
    channel: Channel
    ended_at: datetime
    because: str = ""
    earlier_handler: str | None = None
    authenticated: bool = False


@record
class Aftermath:
    """What of a case's contacts is still open, and what the case is related to elsewhere.

    Attributes:
        undisposed: How many of its contacts are not disposed.
        complaint: Whether it is a complaint about an installer.
        account_case: Whether the caller says that there is an account case.
        related: What it has been related to.
        duty_of: Who disposed the contact while a relation was still missing; None when no duty is open.
        earlier_handler: Who wrote the message that the customer answered last.
    """

    undisposed: int = a_count(default=0)
    complaint: bool = False
    account_case: bool = False
    related: frozenset[Relation] = frozenset()
    duty_of: str | None = None
    earlier_handler: str | None = None


NOTHING_LEFT: Final = Aftermath()
"""What a case has left that had no contact yet: the same for all of them."""


class SeesWrapUp(SeesContact, Protocol):
    """What is still open after a contact."""

    @property
    def aftermath(self) -> Aftermath | None:
        """What of the case's contacts is still open."""

    @property
    def wrap_up(self) -> WrapUp | None:
        """The wrap-up the command names: of this case and agent."""

    @property
    def handler(self) -> Agent | None:
        """Who handled the message that the customer answered, where that is to be disposed."""


class CaseAndAftermath(SeesWrapUp, Protocol):
    """There is such a case; something of it may still be open."""

    case: Case


class HasWrapUp(SeesWrapUp, Protocol):
    """A contact is to be disposed."""

    wrap_up: WrapUp


class HasAftermath(SeesWrapUp, Protocol):
    """There is such a case, and what its contacts left."""

    aftermath: Aftermath


def wrap_up_id(case: str, agent: str) -> str:
    """The id of what an agent has to dispose on a case; there is never more than one.

    A slash in the agent's id is written `~1`, so that no two wrap-ups share an id.
    """
    return f"{case}/{agent.replace('~', '~0').replace('/', '~1')}"


def wrap_up_of(_: SeesWrapUp, command: CaseCommand) -> str:
    """The id of what the agent has to dispose on the case; a supervisor disposes for somebody else."""
    return wrap_up_id(command.case, getattr(command, "agent", None) or command.by)
