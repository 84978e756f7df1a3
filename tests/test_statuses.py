"""The life cycle of a case: six statuses, ten triggers, and what each does everywhere (§2)."""

import pytest

from casecore.rooms.arrivals import CaseReopened, MessageReceived, ReceiveMessage
from casecore.rooms.assignments import OpenCase, WorkBegun
from casecore.rooms.bounces import DeliveryFailed
from casecore.rooms.cases import CaseClosed, CloseCase, SetStatus, StatusSet
from casecore.rooms.replies import ReplySent, SendReply
from casecore.statuses import CASE_LIFECYCLE, SENT_AS, SET_BY_HAND, TITLES, WORKED, Status, Trigger
from casecore.testing.scenario import at, case_in, given

N, O, P, E, R, C = Status  # noqa: E741 -- the six in their order, so that the table below stays a table

TABLE = {
    #                           new   open  pending escalated resolved closed
    Trigger.BEGIN_WORK: (O, None, None, None, None, None),
    Trigger.SEND_AS_PENDING: (None, P, P, P, P, None),
    Trigger.SEND_AS_ESCALATED: (None, E, E, E, E, None),
    Trigger.SEND_AS_RESOLVED: (None, R, R, R, R, None),
    Trigger.SET_OPEN: (None, None, O, O, O, None),
    Trigger.SET_PENDING: (None, P, None, P, P, None),
    Trigger.SET_ESCALATED: (None, E, E, None, E, None),
    Trigger.SET_RESOLVED: (None, R, R, R, None, None),
    Trigger.CUSTOMER_MESSAGE: (N, O, O, O, O, None),
    Trigger.DELIVERY_FAILED: (None, O, O, O, O, None),
    Trigger.CLOSE: (C, C, C, C, C, None),
}
"""The table of §2, spelled out by hand: where each trigger leads from each status; None: it does not start there."""

STEPS = [(trigger, status, dest) for trigger, row in TABLE.items() for status, dest in zip(Status, row, strict=True)]

COMMANDS = {
    Trigger.BEGIN_WORK: OpenCase("dora", at(60), "c1"),
    **{trigger: SendReply("dora", at(60), "c1", "m9", "Hello", status) for status, trigger in SENT_AS.items()},
    **{trigger: SetStatus("dora", at(60), "c1", status) for status, trigger in SET_BY_HAND.items()},
    Trigger.CUSTOMER_MESSAGE: ReceiveMessage("customer", at(60), "t-c1", "m9", "And another thing"),
    Trigger.DELIVERY_FAILED: DeliveryFailed("dora", at(60), "c1", "r-c1"),
    Trigger.CLOSE: CloseCase("dora", at(60), "c1"),
}
"""The command by which each trigger comes; a supervisor gives it, who may do all of them."""

MOVES = (WorkBegun, ReplySent, StatusSet, CaseReopened, CaseClosed)


def story(status, trigger=None):
    """A case in this status; nobody has looked at a new one. Only where we have written can a message fail."""
    if (status, trigger) == (Status.OPEN, Trigger.DELIVERY_FAILED):
        replied = case_in("pending", agent="dora", channel="messaging")
        return given(replied, SetStatus("dora", at(30), "c1", Status.OPEN))
    return given(case_in(status, agent="dora", channel="messaging"))


class TestTable:
    """The table itself."""

    @pytest.mark.parametrize(("trigger", "status", "dest"), STEPS)
    def test_says_what_the_domain_says(self, trigger, status, dest):
        """Every status and every trigger, as §2 has it."""
        assert dest is CASE_LIFECYCLE.dest(status, trigger)

    def test_has_no_other_trigger(self):
        """And nothing else moves a case."""
        assert set(TABLE) == set(Trigger) == set(CASE_LIFECYCLE.lookup) == set(COMMANDS)

    def test_ends(self):
        """Every case starts as new; closed is the only end."""
        assert (Status.NEW, (Status.CLOSED,)) == (CASE_LIFECYCLE.initial, CASE_LIFECYCLE.final)

    def test_never_new_again(self):
        """Only new stays new: no step leads back there."""
        assert [(Trigger.CUSTOMER_MESSAGE, Status.NEW)] == [
            (trigger, status) for trigger, status, dest in STEPS if dest is Status.NEW
        ]


class TestDesk:
    """The desk moves cases by this table and by nothing else."""

    @pytest.mark.parametrize(("trigger", "status", "dest"), [step for step in STEPS if step[2]])
    def test_legal(self, trigger, status, dest):
        """What the table has, happens, and the case is then where the table says."""
        outcome = story(status, trigger).when(COMMANDS[trigger])
        assert outcome.verdict, outcome.verdict
        assert dest is outcome.desk.status("c1")

    @pytest.mark.parametrize(("trigger", "status"), [step[:2] for step in STEPS if not step[2]])
    def test_illegal(self, trigger, status):
        """What the table has not, is refused, or is something else that moves nothing."""
        outcome = story(status).when(COMMANDS[trigger])
        if trigger is Trigger.BEGIN_WORK:  # reading, and nothing more
            outcome.then()
        elif trigger is Trigger.CUSTOMER_MESSAGE:  # another case
            assert ["c1+1"] == [event.case for event in outcome.events if isinstance(event, MessageReceived)]
        elif trigger is Trigger.DELIVERY_FAILED:  # nothing was sent
            outcome.refused("message.known")
        elif status is Status.CLOSED:
            outcome.refused("lifecycle.closed")
        else:
            outcome.refused("lifecycle.edge")
        assert status is outcome.desk.status("c1")
        assert not [event for event in outcome.events if isinstance(event, MOVES)]

    @pytest.mark.parametrize("status", [Status.NEW, Status.CLOSED])
    def test_set_to_what_nobody_sets(self, status):
        """Never back to new, and closing is not a status to set; the refusal names those that are."""
        refused = story("open").when(SetStatus("dora", at(60), "c1", status)).refused("lifecycle.edge")
        assert (
            f"[lifecycle.edge] case c1 is open; set_{status} does not start there "
            "-> choose open, pending, escalated or resolved"
        ) == str(refused.verdict)

    @pytest.mark.parametrize("status", [Status.NEW, Status.OPEN, Status.CLOSED])
    def test_sent_as_what_no_reply_is_sent_as(self, status):
        """Regression: the remedy spoke of the statuses that are set by hand, open among them."""
        refused = story("open").when(SendReply("dora", at(60), "c1", "m9", "Hi", status)).refused("lifecycle.edge")
        assert (
            f"[lifecycle.edge] case c1 is open; send_as_{status} does not start there "
            "-> send it as pending, escalated or resolved"
        ) == str(refused.verdict)

    @pytest.mark.parametrize("status", WORKED)
    def test_same_status_again(self, status):
        """Setting the status that a case has already is refused; the refusal says from where it could be set."""
        (reason,) = (
            story(status).when(SetStatus("dora", at(60), "c1", status)).refused("lifecycle.edge").verdict.reasons
        )
        assert f"case c1 is {status}; set_{status} does not start there" == reason.message
        assert f"it starts from {', '.join(other for other in WORKED if other is not status)}" == reason.remedy
        assert {"status": status, "trigger": f"set_{status}"} == reason.facts

    @pytest.mark.parametrize("status", SENT_AS)
    def test_replying_with_the_same_status(self, status):
        """A second reply is sent with whatever status, and the status counts anew."""
        outcome = story(status).when(COMMANDS[SENT_AS[status]]).then(ReplySent)
        case = outcome.desk.cases["c1"].case
        assert (status, at(60)) == (case.status, case.status_at)


class TestNames:
    """What people read."""

    def test_titles(self):
        """English, Portuguese and French."""
        assert {
            Status.NEW: {"en": "New", "pt": "Novo", "fr": "Nouveau"},
            Status.OPEN: {"en": "Open", "pt": "Aberto", "fr": "Ouvert"},
            Status.PENDING: {"en": "Pending", "pt": "Pendente", "fr": "En attente"},
            Status.ESCALATED: {"en": "Escalated", "pt": "Escalado", "fr": "Escaladé"},
            Status.RESOLVED: {"en": "Resolved", "pt": "Resolvido", "fr": "Résolu"},
            Status.CLOSED: {"en": "Closed", "pt": "Fechado", "fr": "Fermé"},
        } == TITLES
        assert [names["en"] for names in TITLES.values()] == list(CASE_LIFECYCLE.titles.values())

    def test_triggers_of_statuses(self):
        """Each status that is sent or set has its trigger, named after it."""
        assert {status: f"send_as_{status}" for status in (P, E, R)} == SENT_AS
        assert {status: f"set_{status}" for status in (O, P, E, R)} == SET_BY_HAND
