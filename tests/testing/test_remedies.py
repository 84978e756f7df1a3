"""Remedies are true: a walk that finds no untrue one, and what finds those that are."""

import pytest

from casecore import (
    AddNote,
    AddTag,
    Authenticate,
    CloseCase,
    Desk,
    DisconnectIdle,
    EndContact,
    LogOut,
    MakeCommitment,
    OpenCase,
    Policy,
    SendReply,
    Status,
    SubmitDraft,
)
from casecore.kernel import Reason, Room, Rule, a_count, frozen
from casecore.promises import Step
from casecore.rooms.cases import AboutCase
from casecore.rooms.composition import HOUSE, House
from casecore.testing.remedies import can_be_followed, untrue_remedies
from casecore.testing.scenario import at, case_in, given, new_case
from tests.soak.walk import walk


def test_a_short_walk_meets_no_untrue_remedy():
    """Some hundred refusals whose remedy names a command: somebody can give it; and no refusal changes anything."""
    walked = walk(4_000)
    assert [] == walked.wrong
    assert 4_000 == walked.tried
    assert walked.remedies > 100
    assert len(walked.rules) > 30


def ruled(*ways, by="ana", guards=AboutCase):
    """A step under a house with a rule that refuses everything, and whose remedy names these commands."""

    def never(view, command, policy):
        return Reason("never.ever", "no", "do something else", ways=ways)

    room = Room("mine", rules=(Rule("never.ever", "Never", "§1", (guards,), never),))
    desk = given(case_in("open")).desk
    command = (EndContact if by == "customer" else Authenticate)(by, at(9), "c1")
    return Step.of(desk, command, House((*HOUSE.rooms, room)))


def test_a_remedy_that_nobody_can_follow_is_found():
    """Every command about a case is refused here, and so no remedy may name one."""
    (told,) = untrue_remedies(ruled("CloseCase", "SetStatus"))
    assert (
        "Authenticate by ana refused: [never.ever] no -> do something else: nobody can give CloseCase or SetStatus"
        == told
    )
    assert [] == list(untrue_remedies(ruled("AddAgent", "CloseCase")))


def test_a_customer_is_told_nothing_that_only_agents_do():
    """Though somebody could do it."""
    (told,) = untrue_remedies(ruled("OpenCase", by="customer"))
    assert told.endswith("the customer is told to give OpenCase")


def test_a_remedy_without_commands_names_nobody():
    """There is nothing to try."""
    assert [] == list(untrue_remedies(ruled()))


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("OpenCase", True),  # by whoever serves the queue
        ("AddNote", True),  # on the case
        ("AddAgent", True),  # with an id that is new
        ("RecordConsent", True),  # with a note
        ("CloseCase", True),  # as spam, by a supervisor
        ("SendReply", False),  # nobody holds it
        ("Dispose", False),  # nothing has ended
        ("RemoveTag", True),  # there is one
        ("EditNote", True),  # the same
        ("MakeCommitment", False),
        ("ApproveDraft", False),
        ("ReassignCase", True),
        ("RecordCustomer", True),
        ("SetStatus", False),  # it is new
        ("RescheduleCommitment", False),
        ("AskPresence", False),
    ],
)
def test_what_could_be_given_on_a_new_case(way, expected):
    """What still has to be filled in is no obstacle; what the case is like is."""
    desk = given(new_case(), AddTag("ana", at(1), "c1", "vip"), AddNote("ana", at(2), "n1", "Hm", case="c1")).desk
    refused = SendReply("ana", at(9), "c1", "m9", "Hi")
    assert expected is can_be_followed(desk, refused, Reason("r", "m", ways=(way,)))


def test_what_has_to_be_given_up_may_be_another_case():
    """Ana is full; she ends the other chat."""
    policy = Policy.loads("[capacity]\nchat = 1\n[queues.general]\nfallback = true")
    story = given(case_in("open"), new_case("c2"), policy=policy)
    step = Step.of(story.desk, OpenCase("ana", at(9), "c2"))
    assert ("capacity.channel",) == tuple(reason.rule for reason in step.reasons)
    assert [] == list(untrue_remedies(step))


def test_whoever_is_logged_out_may_come_back():
    """And authenticate the customer then; there is nothing to dispose, whoever comes."""
    gone = (LogOut("ana", at(2), "ana"), LogOut("dora", at(2), "dora"))
    desk = given(case_in("open"), *gone).desk
    refused = SendReply("ben", at(9), "c1", "m9", "Hi", Status.RESOLVED)
    assert can_be_followed(desk, refused, Reason("r", "m", ways=("Authenticate",)))
    assert not can_be_followed(desk, refused, Reason("r", "m", ways=("Dispose",)))


def test_a_desk_without_cases_and_a_command_before_its_time():
    """A case that is not there is named all the same; and what is tried is tried now."""
    desk = Desk()
    assert can_be_followed(desk, CloseCase("system", at(9), "c1"), Reason("r", "m", ways=("AddAgent",)))
    late = given(case_in("open")).desk
    early = DisconnectIdle("ana", at(-9), "c1", "m9")
    assert can_be_followed(late, early, Reason("r", "m", ways=("SendReply",)))


def test_a_command_of_a_house_of_ones_own_that_cannot_be_stated():
    """It asks for a number, for which nothing stands: nobody can be shown to give it."""

    @frozen
    class CountCalls(AboutCase):
        calls: int = a_count()

    room = Room("calls", decide={CountCalls: lambda *_: ()})
    house = House((*HOUSE.rooms, room))
    refused = SendReply("ana", at(9), "c1", "m9", "Hi")
    assert not can_be_followed(given(new_case(), house=house).desk, refused, Reason("r", "m", ways=("CountCalls",)))


@pytest.mark.parametrize("way", ["ApproveDraft", "WithdrawDraft", "EditDraft", "FulfilCommitment", "RemoveTag"])
def test_what_a_case_has_is_named(way):
    """Its draft, its commitment, the tag of the message that was spoken of."""
    desk = given(
        case_in("open", channel="email"),
        SubmitDraft("ana", at(1), "c1", "d1", "Hello", subject="Hi"),
        MakeCommitment("ana", at(2), "c1", "p1", at(hours=1), "Call"),
        AddTag("ana", at(3), "c1", "vip", "m-c1"),
    ).desk
    refused = AddTag("ana", at(9), "c1", "new", "m-c1")
    assert can_be_followed(desk, refused, Reason("r", "m", ways=(way,)))
