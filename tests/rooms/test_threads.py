"""Customers, their threads and their messages: who writes, where, and what is kept of it (§1)."""

import attrs
import pytest
from rpds import HashTrieMap

from casecore.channels import LIVE, PUBLIC, Channel, MessageKind
from casecore.rooms.arrivals import MessageReceived, ReceiveMessage, SuccessorStarted
from casecore.rooms.cases import CaseStarted
from casecore.rooms.replies import SendReply
from casecore.rooms.threads import (
    Customer,
    CustomerMet,
    CustomerRecorded,
    Message,
    RecordCustomer,
    Thread,
    ThreadOpened,
    message_row,
)
from casecore.testing.scenario import T0, at, case_in, given, new_case


def writes(message, thread="t-c1", at=at(60), **fields):  # noqa: B008 -- an instant is a value
    """The customer writes."""
    return ReceiveMessage("customer", at, thread, message, "Hello", **fields)


class TestCustomers:
    """Somebody who writes or calls, known before or not."""

    def test_met_by_their_first_message(self):
        """Who writes for the first time is known from then on, by name if it is known."""
        outcome = given().when(new_case(name="Maria"))
        assert CustomerMet("customer", T0, "maria", "Maria") == outcome.events[0]
        assert Customer("maria", "Maria", threads=("t-c1",)) == outcome.desk.customers["maria"]

    def test_without_a_name(self):
        """A customer may be nameless."""
        assert None is given(new_case()).desk.customers["maria"].name

    def test_named_later(self):
        """Regression: a name that came with a later message was dropped, and the closing message named nobody."""
        outcome = given(new_case()).when(writes("m2", name="Maria"))
        assert CustomerRecorded("customer", at(60), "maria", "Maria") == outcome.events[0]
        assert Customer("maria", "Maria", threads=("t-c1",)) == outcome.desk.customers["maria"]
        assert MessageReceived is type(outcome.events[1])

    def test_named_on_another_channel(self):
        """A message that starts a case names the customer, too; what else is known of them stays."""
        known = RecordCustomer("system", at(1), "maria", profile={"phone": "1"})
        outcome = given(new_case(), known).when(new_case("c2", channel="email", at=at(2), name="Maria"))
        assert CustomerRecorded("customer", at(2), "maria", "Maria", {"phone": "1"}) == outcome.events[0]
        assert Customer("maria", "Maria", {"phone": "1"}, threads=("t-c1", "t-c2")) == outcome.desk.customers["maria"]

    def test_commands_with_a_profile_are_kept_in_sets(self):
        """A host that wants each command once puts them into a set; a mapping has no hash, and is left out."""
        known = RecordCustomer("system", at(1), "maria", profile={"phone": "1"})
        assert {known, attrs.evolve(known, profile={"phone": "2"})} == {
            attrs.evolve(known, profile={"phone": "2"}),
            known,
        }

    @pytest.mark.parametrize("fields", [{"name": "M."}, {"name": ""}, {}])
    def test_a_known_name_stays(self, fields):
        """What the desk has recorded is not overwritten by what a channel says."""
        outcome = given(new_case(name="Maria Silva")).when(writes("m2", **fields))
        assert CustomerRecorded not in map(type, outcome.events)
        assert "Maria Silva" == outcome.desk.customers["maria"].name

    def test_a_machine_names_nobody(self):
        """An auto-reply changes nothing."""
        outcome = given(new_case()).when(writes("m2", name="Mail Delivery System", auto_generated=True))
        assert Customer("maria", threads=("t-c1",)) == outcome.desk.customers["maria"]

    def test_not_named_where_the_record_is_not_loaded(self):
        """A desk that holds the case and not its customer takes the message, and makes nobody up."""
        desk = attrs.evolve(given(new_case()).desk, customers=HashTrieMap())
        assert [MessageReceived] == [*map(type, desk.handle(writes("m2", name="Maria"))[1])]

    def test_known_before(self):
        """A second thread of the same customer is no second customer."""
        outcome = given(new_case()).when(new_case("c2", channel="email", at=at(1)))
        assert CustomerMet not in map(type, outcome.events)
        assert 1 == len(outcome.desk.customers)

    def test_recorded_before_they_write(self):
        """A host may know them already."""
        command = RecordCustomer("system", at(1), "rui", "Rui", {"phone": "1", "email": "r@example.org"})
        outcome = given().when(command)
        outcome.then(
            CustomerMet("system", at(1), "rui"), CustomerRecorded("system", at(1), "rui", "Rui", command.profile)
        )
        assert Customer("rui", "Rui", {"phone": "1", "email": "r@example.org"}) == outcome.desk.customers["rui"]

    def test_recorded_again(self):
        """What is not named stays, what is empty is forgotten."""
        story = given(RecordCustomer("system", at(1), "rui", "Rui", {"phone": "1", "email": "r@example.org"}))
        outcome = story.when(RecordCustomer("ana", at(2), "rui", profile={"phone": "", "followers": "12"}))
        profile = {"email": "r@example.org", "followers": "12"}
        outcome.then(CustomerRecorded("ana", at(2), "rui", "Rui", profile))
        assert Customer("rui", "Rui", profile) == outcome.desk.customers["rui"]

    @pytest.mark.parametrize(("name", "known"), [("Rui P.", "Rui P."), ("", None), (None, "Rui")])
    def test_name(self, name, known):
        """A name is corrected, forgotten, or left as it is."""
        story = given(RecordCustomer("system", at(1), "rui", "Rui"))
        assert known == story.when(RecordCustomer("system", at(2), "rui", name)).desk.customers["rui"].name


class TestThreads:
    """One customer on one channel."""

    def test_opened_by_the_first_message(self):
        """The thread knows its customer, its channel, its latest case and when the customer last wrote."""
        outcome = given().when(new_case())
        assert ThreadOpened("customer", T0, "t-c1", "maria", Channel.CHAT) == outcome.events[1]
        assert Thread("t-c1", "maria", Channel.CHAT, "c1", T0) == outcome.desk.threads["t-c1"]

    def test_latest_case(self):
        """A thread has many cases over time; the next message goes to the latest."""
        story = given(case_in("closed"), writes("m2"))
        assert "c1+1" == story.desk.threads["t-c1"].case
        story.when(writes("m3", at=at(61))).then(lambda event: event.case == "c1+1")

    @pytest.mark.parametrize("status", ["new", "open", "pending", "escalated", "resolved"])
    def test_one_case_at_a_time(self, status):
        """While its case is not closed, no message starts another one."""
        outcome = given(case_in(status)).when(writes("m2", new_case="c2"))
        assert not {CaseStarted, SuccessorStarted, ThreadOpened} & {*map(type, outcome.events)}
        assert 1 == len(outcome.desk.cases)

    def test_last_message(self):
        """The customer's last message is one instant on the thread; a reply does not move it."""
        story = given(case_in("open"), writes("m2"), SendReply("ana", at(90), "c1", "m3", "Hello"))
        assert at(60) == story.desk.threads["t-c1"].customer_at

    def test_two_threads_of_one_customer(self):
        """On two channels a customer has two threads, each with its own case."""
        story = given(case_in("pending"), new_case("c2", channel="email"))
        assert ["pending", "new"] == [story.desk.status(case) for case in ("c1", "c2")]

    def test_two_threads_on_one_channel(self):
        """A public post carries one thread for each writer."""
        story = given(
            new_case("c1", channel="facebook", thread="post-7/maria"),
            new_case("c2", channel="facebook", thread="post-7/rui", customer="rui"),
        )
        assert ["maria", "rui"] == [story.desk.cases[case].case.customer for case in ("c1", "c2")]

    def test_new_thread_says_whose_it_is(self):
        """The first message on a thread names customer and channel."""
        refused = given().when(writes("m1", "t-new")).refused("thread.identity")
        assert ("[thread.identity] thread 't-new' is new -> say which customer writes on which channel") == str(
            refused.verdict
        )

    @pytest.mark.parametrize("said", [{"customer": "rui"}, {"channel": Channel.CHAT}])
    def test_new_thread_says_both(self, said):
        """One of the two is not enough."""
        given().when(writes("m1", "t-new", **said)).refused("thread.identity")

    @pytest.mark.parametrize(
        ("said", "found"),
        [
            ({"customer": "rui"}, "thread t-c1 is maria on chat, not rui on chat"),
            ({"channel": Channel.SMS}, "thread t-c1 is maria on chat, not maria on sms"),
        ],
    )
    def test_thread_of_somebody_else(self, said, found):
        """A message that says otherwise belongs elsewhere."""
        refused = given(new_case()).when(writes("m2", **said)).refused("thread.identity")
        assert found == refused.verdict.reasons[0].message

    def test_saying_it_again(self):
        """A host may name customer and channel every time."""
        said = {"customer": "maria", "channel": Channel.CHAT}
        given(new_case()).when(writes("m2", **said)).then(MessageReceived)


class TestMessages:
    """What is kept of a message; its text lives in the event."""

    def test_inbound(self):
        """Neutral and untagged until somebody marks it."""
        outcome = given().when(new_case(text="My card was charged twice"))
        assert Message("m-c1", "c1", thread="t-c1") == outcome.desk.messages["t-c1/m-c1"]
        (said,) = (event for event in outcome.events if isinstance(event, MessageReceived))
        assert ("My card was charged twice", MessageKind.DIRECT) == (said.text, said.kind)

    def test_outbound(self):
        """A reply is a message of the case too, and has an author."""
        desk = given(case_in("pending")).desk
        assert Message("r-c1", "c1", "ana", thread="t-c1") == desk.messages["t-c1/r-c1"]

    def test_delivered_twice(self):
        """A message's id is used once, so a webhook that is delivered twice is refused the second time."""
        story = given(new_case(), writes("m2"))
        outcome = story.when(writes("m2")).refused("message.fresh")
        assert (
            "[message.fresh] message 'm2' is on case c1 already "
            "-> give each message its own id; a message delivered twice counts once"
        ) == str(outcome.verdict)
        assert story.desk is outcome.desk

    def test_id_of_another_case(self):
        """On the whole thread, not only on the case; on another thread it is another message."""
        given(case_in("closed"), writes("m2")).when(writes("m-c1")).refused("message.fresh")
        assert given(new_case(), new_case("c2")).when(writes("m-c2")).verdict

    def test_id_of_a_reply(self):
        """Inbound or outbound."""
        given(case_in("pending")).when(writes("r-c1")).refused("message.fresh")

    def test_belongs_to_the_case_it_came_to(self):
        """Messages stay with the case that was current when they came."""
        story = given(case_in("closed"), writes("m2"))
        assert ["c1", "c1+1"] == [story.desk.messages[f"t-c1/{message}"].case for message in ("m-c1", "m2")]


class TestChannels:
    """Where conversations take place."""

    def test_live(self):
        """On chat and voice the customer is there now."""
        assert {Channel.CHAT, Channel.VOICE} == LIVE

    def test_public(self):
        """These everybody reads."""
        assert {Channel.FACEBOOK, Channel.TWITTER, Channel.LINKEDIN} == PUBLIC

    @pytest.mark.parametrize("channel", list(Channel))
    def test_every_channel_takes_cases(self, channel):
        """A direct message starts a case on each of them, under the default SOP."""
        assert channel is given(new_case(channel=channel)).desk.cases["c1"].case.channel

    @pytest.mark.parametrize("channel", sorted(PUBLIC))
    @pytest.mark.parametrize("kind", [MessageKind.POST, MessageKind.COMMENT, MessageKind.MENTION])
    def test_public_kinds(self, channel, kind):
        """Public channels take posts, comments and mentions; each starts a case."""
        assert given().when(new_case(channel=channel, kind=kind)).desk.status("c1")

    @pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind is not MessageKind.DIRECT])
    def test_kinds_that_a_channel_does_not_take(self, kind):
        """A chat takes direct messages only; the refusal names what it takes."""
        refused = given(new_case()).when(writes("m2", kind=kind)).refused("channels.kinds")
        assert f"[channels.kinds] chat takes no {kind} -> it takes direct" == str(refused.verdict)
        assert {"channel": "chat", "kind": kind, "taken": (MessageKind.DIRECT,)} == refused.verdict.reasons[0].facts


def test_a_profile_is_not_shared():
    """Given a table of what is known of a customer, when the host changes it later, then the desk is as it was."""
    profile = {"email": "maria@example.org"}
    story = given(RecordCustomer("system", T0, "maria", "Maria", profile))
    profile["email"] = "mallory@example.org"
    assert {"email": "maria@example.org"} == story.desk.customers["maria"].profile == story.events[-1].profile


def test_no_two_messages_share_a_row():
    """Whatever slashes their ids and those of their threads have."""
    named = [("a/b", "c"), ("a", "b/c"), ("a", "b~1c"), ("a", "b~c"), ("a/b~1c", ""), ("a~1b", "c")]
    assert len(named) == len({message_row(*one) for one in named})
    assert "a/b~01c" == message_row("a", "b~1c")
