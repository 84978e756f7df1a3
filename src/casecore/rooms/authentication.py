"""Authentication: who the customer is, made sure of in each contact anew.

* It is required before whatever the policy names: resolving, transferring, committing, closing by hand, a reply about
  the account. The rule guards what happens, so nothing goes round it.
* After the contact, closing by hand asks whether the last one was authenticated. Where there never was one, nothing is
  asked.
* How it was done may be noted; where the policy names the methods, in one of its words.
* Automatic closing, spam, ending by the customer and disconnecting a silent chat need none; nor do resolving and
  closing a case whose customer has left.
"""

from __future__ import annotations

from casecore.kernel import UNCONCERNED, Editing, Event, Probe, Reason, Room, Rule, Unconcerned, a_text, frozen
from casecore.kernel.problems import quoted
from casecore.kernel.rooms import by_agent, for_words, measures, soft_rule, wants
from casecore.kernel.words import is_blank, same_form
from casecore.policies import Policy
from casecore.policies.sections import Proceeding
from casecore.rooms.agents import SUPERVISE
from casecore.rooms.assignments import CaseReleased, Release
from casecore.rooms.cases import (
    Case,
    CaseClosed,
    CaseCommand,
    CloseReason,
    StatusSet,
    not_closed,
    only_holder,
    opened_by,
)
from casecore.rooms.contacts import Contact, HasContact, SeesContact, contact_goes_on, is_kept
from casecore.rooms.replies import ReplySent
from casecore.statuses import RESOLVED, Status


@frozen
class Authenticate(CaseCommand):
    """The agent has made sure who the customer is.

    Attributes:
        method: How, e.g. by a security question; None where nobody says.
    """

    method: str | None = a_text(default=None)


@frozen
class Authenticated(Event):
    """The customer is who they say they are, for this contact.

    Attributes:
        method: How that was made sure of, as the policy writes it; None where nobody said.
    """

    case: str
    method: str | None = None


def proceedings_of(event: Event) -> tuple[Proceeding, ...]:
    """All that an event is, of what the customer may have to be authenticated for."""
    if isinstance(event, ReplySent):
        resolves = (Proceeding.RESOLVE,) if event.send_as is RESOLVED else ()
        return (*resolves, Proceeding.ACCOUNT_REPLY) if event.about_account else resolves
    match event:
        case StatusSet(status=Status.RESOLVED):
            return (Proceeding.RESOLVE,)
        case CaseReleased(because=Release.TRANSFERRED):
            return (Proceeding.TRANSFER,)
        case CaseClosed(reason=CloseReason.BY_HAND):
            return (Proceeding.CLOSE,)
    return ()


def authentication_missing(
    view: SeesContact, what: Proceeding, policy: Policy, *, authenticated: bool | None = None
) -> Reason | Unconcerned | None:
    """What is against proceeding: that the customer has not been authenticated in the contact.

    Args:
        view: What is seen of the case.
        what: What is to be done.
        policy: The SOP in force.
        authenticated: Whether they were in the contact that counts; None: the one that goes on, or else the last.
    """
    case, needed = view.case, policy.authentication
    if case is None or case.channel not in needed.channels or what not in needed.before:
        return UNCONCERNED
    if authenticated or (authenticated is None and _was_authenticated(view, what)):
        return None
    return Reason(
        "authentication.before",
        f"the customer of case {case.id} is not authenticated, which {what} needs on {case.channel}",
        _how_to_authenticate(view, case),
        {"proceeding": what, "channel": case.channel},
        ("Authenticate",) if for_words(view, "contact") is not None else (),
    )


def _how_to_authenticate(view: SeesContact, case: Case) -> str:
    contact, actor = for_words(view, "contact"), for_words(view, "actor")
    if contact is not None:
        agent, may = for_words(contact, "agent"), for_words(actor, "permissions", ())
        theirs = actor is None or agent in {None, actor.id} or SUPERVISE in may
        return "authenticate the customer first" if theirs else f"{agent} authenticates the customer first"
    if for_words(case, "assignee", "somebody") is None:
        return f"{opened_by(case)}, and then authenticate the customer"
    return "the customer has left: it takes another contact with them"


def _was_authenticated(view: SeesContact, what: Proceeding) -> bool:
    contact, last = view.contact, view.last_contact
    if contact is not None:
        return contact.authenticated
    if last is not None and last.left and what in _NEEDS_NOBODY:
        return True
    known = None if last is None else last.authenticated
    if what is Proceeding.CLOSE:
        return known is not False  # None: there was no contact in which anybody could have been asked
    return is_kept(view) and known is True


def _authenticated_first(view: SeesContact, event: Event, policy: Policy) -> Reason | Unconcerned | None:
    answer: Unconcerned | None = UNCONCERNED
    for what in proceedings_of(event):
        found = authentication_missing(view, what, policy)
        if found:
            return found
        answer = None if found is None else answer
    return answer


def _method_meant(command: Authenticate, policy: Policy) -> str | None:
    """How the customer was authenticated, in the policy's words if it names that method."""
    if command.method is None or is_blank(command.method):
        return None
    meant = same_form(command.method)
    return next((method for method in policy.authentication.methods if same_form(method) == meant), command.method)


@measures("method", "methods")
def _method_is_named(_: SeesContact, command: Authenticate, policy: Policy) -> Reason | Unconcerned | None:
    method, methods = _method_meant(command, policy), policy.authentication.methods
    if method is None or not methods:
        return UNCONCERNED
    if method in methods:
        return None
    found, facts = f"{quoted(method)} is no method of the policy", {"method": method, "methods": methods}
    return Reason("authentication.methods", found, f"choose one of {', '.join(methods)}, or say none", facts)


@wants("case", "contact")
def _authenticate_customer(view: HasContact, command: Authenticate, policy: Policy) -> tuple[Event, ...]:
    if view.contact.authenticated:
        return ()
    return (Authenticated(command.by, command.at, command.case, _method_meant(command, policy)),)


def _set_authenticated(contact: Editing, _: Authenticated) -> None:
    contact.authenticated = True


_NEEDS_NOBODY = frozenset({Proceeding.RESOLVE, Proceeding.CLOSE})
"""What may be done unauthenticated with the case of a customer who has ended the contact."""

_PROCEEDS = (ReplySent, StatusSet, CaseReleased, CaseClosed)

AUTHENTICATION: Room[SeesContact] = Room(
    name="authentication",
    needs=(
        Rule("actor.role", "Only an agent authenticates", "§6", (Authenticate,), by_agent),
        Rule("lifecycle.closed", "A closed case can never be changed", "§2", (Authenticate,), not_closed),
        Rule("contact.edge", "A contact goes on", "§6", (Authenticate,), contact_goes_on("authenticate")),
    ),
    rules=(
        soft_rule("assignment.holder", "Only the assignee, or a supervisor", "§6", (Authenticate,), only_holder),
        Rule("authentication.before", "Authenticate before proceeding", "§6", _PROCEEDS, _authenticated_first),
        Rule(
            "authentication.methods",
            "Customers are authenticated as the policy says",
            "§6",
            (Authenticate,),
            _method_is_named,
            ("method",),
        ),
    ),
    decide={Authenticate: _authenticate_customer},
    evolve={(Contact, Authenticated): _set_authenticated},
    probes=(Probe("authenticate", Authenticate),),
)
