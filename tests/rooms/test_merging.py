"""Merging customers: two of them are found to be the same person (§4)."""

from datetime import timedelta

import pytest

from casecore.channels import Channel
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.projections.customer_card import customer_card
from casecore.projections.inbox import inbox
from casecore.projections.search import Archive
from casecore.projections.transcript import transcript
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, ReceiveMessage
from casecore.rooms.blocking import BlockCustomer, CustomerBlocked, CustomerUnblocked, UnblockCustomer
from casecore.rooms.cases import CaseStarted
from casecore.rooms.merging import CustomerExtended, CustomerMerged, MergeCustomers
from casecore.rooms.notes import AddNote, SetSentiment
from casecore.rooms.outbound import ConsentRecorded, RecordConsent, StartOutbound
from casecore.rooms.silence import AskPresence, ChatDisconnected, DisconnectIdle
from casecore.rooms.threads import CustomerRecorded, Feeling, RecordCustomer, ThreadOpened
from casecore.testing.scenario import NUMBER, at, case_in, given, new_case, prepared

MIA = RecordCustomer(SYSTEM, at(1), "mia", "Mia", {"email": "mia@x.org", "phone": "+351911111111"})
MARIA = RecordCustomer(SYSTEM, at(1), "maria", profile={"email": "maria@x.org", "photo": "m.png"})
MERGE = MergeCustomers("ana", at(20), "maria", "mia")
OUT, IN = RecordConsent(CUSTOMER, at(5), "maria", opted_in=False), RecordConsent(SYSTEM, at(6), "mia", note="Form")
WHATSAPP = Channel.WHATSAPP


def two(*then, **fields):
    """Maria has a case in messaging, and Mia one by email; and what was done then."""
    mias = case_in("open", "c2", "ben", customer="mia", channel="email", name=None)
    return given(case_in("pending", name=None, **fields), mias, MIA, MARIA, *then)


def starts(customer, thread="t9"):
    """Ana writes first on WhatsApp."""
    ready = prepared()
    text = "Dear Maria, there is news for you."
    return StartOutbound("ana", at(30), thread, "c9", "m9", text, customer, WHATSAPP, phone=NUMBER, template=ready)


class TestMerging:
    """Only the rows of the customers change."""

    def test_rows(self):
        """Maria is Mia; threads and cases keep whose they are."""
        story = two()
        outcome = story.when(MERGE).then(CustomerMerged("ana", at(20), "maria", "mia"), CustomerExtended)
        before, after = story.desk, outcome.desk
        assert ("mia", ("maria",)) == (after.customers["maria"].merged_into, after.customers["mia"].merged)
        assert (before.threads, before.cases, before.agents) == (after.threads, after.cases, after.agents)

    def test_what_is_known(self):
        """Mia keeps her own, and has what only Maria had."""
        (_, extended) = two().when(MERGE).events
        profile = {"email": "mia@x.org", "phone": "+351911111111", "photo": "m.png"}
        assert ("Mia", profile, ("maria",), ("t-c1",)) == (
            extended.name,
            extended.profile,
            extended.merged,
            extended.threads,
        )

    def test_a_name_that_only_the_other_has(self):
        """It is the person's."""
        story = given(new_case(name="Maria"), RecordCustomer(SYSTEM, at(1), "mia", " "))
        assert "Maria" == story.when(MERGE).desk.customers["mia"].name


class TestNoChains:
    """Who was merged is merged no more."""

    def test_twice(self):
        """It is told as such."""
        for again in (MERGE, MergeCustomers("ana", at(20), "mia", "maria")):
            (reason,) = two(MERGE).when(again).refused("merge.edge").verdict.reasons
            assert "nothing is left to do" == reason.remedy
        assert {"merged_into": "mia"} == reason.facts

    def test_into_another(self):
        """It says whom to merge."""
        story = two(MERGE, RecordCustomer(SYSTEM, at(2), "may"))
        (reason,) = story.when(MergeCustomers("ana", at(20), "maria", "may")).refused("merge.edge").verdict.reasons
        assert ("maria was merged into mia already", "merge mia") == (reason.message, reason.remedy)
        (reason,) = story.when(MergeCustomers("ana", at(20), "may", "maria")).refused("merge.edge").verdict.reasons
        assert ("maria was merged into mia", "merge may into that one") == (reason.message, reason.remedy)

    def test_with_themselves(self):
        """Nobody is somebody else already."""
        two().when(MergeCustomers("ana", at(20), "mia", "mia")).refused("merge.edge")

    def test_whoever_was_merged_before(self):
        """Maria is Mia, and Mia turns out to be May: all three are May."""
        story = two(MERGE, RecordCustomer(SYSTEM, at(2), "may"))
        outcome = story.when(MergeCustomers("ana", at(25), "mia", "may"))
        outcome.then(
            CustomerMerged("ana", at(25), "mia", "may"), CustomerMerged("ana", at(25), "maria", "may"), CustomerExtended
        )
        rows = outcome.desk.customers
        assert ("may", "may", None) == tuple(rows[name].merged_into for name in ("maria", "mia", "may"))
        assert (("mia", "maria"), ()) == (rows["may"].merged, rows["mia"].merged)
        assert "Mia" == rows["may"].name

    def test_very_many(self):
        """A row stays small."""
        names = [f"k{number}" for number in range(100)]
        known = [RecordCustomer(SYSTEM, at(2), name) for name in names]
        story = two(known, [MergeCustomers(SYSTEM, at(3), name, "mia") for name in names])
        (reason,) = story.when(MERGE).refused("merge.limit").verdict.reasons
        assert {"merged": 101, "limit": 100} == reason.facts

    def test_told_of_nothing(self):
        """An event that does not speak of blocking blocks nobody, and of consent says nothing."""
        row = two().desk.evolve([CustomerExtended(SYSTEM, at(2), "mia", ("kim",), (), None)]).customers["mia"]
        assert (False, None) == (row.blocked, row.opted_in)

    def test_unknown(self):
        """Both must be there."""
        given(new_case()).when(MERGE).refused("customer.known")


class TestConsent:
    """What they agreed to on WhatsApp is read through the person."""

    @pytest.mark.parametrize("customer", ["maria", "mia"])
    def test_agreed_before(self, customer):
        """Maria opted in; Mia may be written to, and so may Maria."""
        opted_in = RecordConsent(SYSTEM, at(5), "maria", note="Form")
        assert two(opted_in, MERGE).when(starts(customer)).verdict

    @pytest.mark.parametrize("customer", ["maria", "mia"])
    def test_withdrawn_by_one(self, customer):
        """Maria wanted no messages, whatever Mia agreed to."""
        story = two(OUT, IN, MERGE)
        (reason,) = story.when(starts(customer)).refused("whatsapp.consent").verdict.reasons
        assert reason.message.startswith("mia withdrew") or reason.message.startswith("maria withdrew")

    def test_neither_said_anything(self):
        """Nobody agreed for her."""
        assert two(MERGE).desk.customers["mia"].opted_in is None
        two(MERGE).when(starts("mia")).refused("whatsapp.consent")

    def test_said_by_the_old_id(self):
        """It counts for the person."""
        again = RecordConsent(CUSTOMER, at(25), "maria", note="By telephone")
        story = two(OUT, IN, MERGE)
        story.when(again).then(ConsentRecorded(CUSTOMER, at(25), "mia", opted_in=True, note="By telephone"))
        assert story.and_given(again).when(starts("maria")).verdict

    def test_prior_contact(self):
        """Maria wrote on WhatsApp: on that thread Mia may be written to, for it is hers."""
        story = given(case_in("closed", channel="whatsapp"), MIA, MERGE)
        late, text = at() + timedelta(days=3), starts("mia").text
        start = StartOutbound("ana", late, "t-c1", "c9", "m9", text, "mia", template=prepared())
        assert story.when(start).verdict

    def test_the_number(self):
        """The number of the person's profile is used."""
        start = StartOutbound("ana", at(30), "t9", "c9", "m9", "Hello", "maria", Channel.SMS)
        assert two(MERGE).when(start).verdict
        two().when(start).refused("outbound.phone")


class TestBlocking:
    """A block is read through the person."""

    @pytest.mark.parametrize("who", ["maria", "mia"])
    @pytest.mark.parametrize("thread", ["t-c1", "t-c2"])
    def test_either_was_blocked(self, who, thread):
        """On the threads of both."""
        story = two(BlockCustomer(SYSTEM, at(5), who, "Insults"), MERGE)
        story.when(ReceiveMessage(CUSTOMER, at(30), thread, "m9", "Hello")).then(MessageNoted)

    @pytest.mark.parametrize("who", ["maria", "mia"])
    def test_blocked_later(self, who):
        """By either id."""
        block = BlockCustomer(SYSTEM, at(25), who, "Insults")
        two(MERGE).when(block).then(CustomerBlocked(SYSTEM, at(25), "mia", "Insults"))
        story = two(MERGE, block)
        story.when(ReceiveMessage(CUSTOMER, at(30), "t-c1", "m9", "Hello")).then(MessageNoted)
        story.when(block).refused("block.edge")
        unblock = UnblockCustomer(SYSTEM, at(26), "maria", "A mistake")
        story.when(unblock).then(CustomerUnblocked(SYSTEM, at(26), "mia", "A mistake"))

    def test_in_copy(self):
        """Bob is in copy, and is Mia, who is blocked."""
        bob = RecordCustomer(SYSTEM, at(2), "bob")
        merged = (MergeCustomers("ana", at(3), "bob", "mia"), BlockCustomer(SYSTEM, at(4), "mia", "Insults"))
        story = given(case_in("pending", channel="email"), MIA, bob, merged)
        story.when(ReceiveMessage(CUSTOMER, at(30), "t-c1", "m9", "Hello", participant="bob")).then(MessageNoted)
        story.when(ReceiveMessage(CUSTOMER, at(30), "t-c1", "m9", "Hello", customer="bob")).then(MessageNoted)
        story.when(ReceiveMessage(CUSTOMER, at(30), "t-c1", "m9", "Hello")).then(MessageReceived, CaseReopened)


class TestWriting:
    """By whichever id a host knows them."""

    @pytest.mark.parametrize("customer", ["maria", "mia"])
    def test_on_a_thread_of_theirs(self, customer):
        """It is the same person; nobody is a participant."""
        story = given(case_in("pending", channel="email"), MIA, MERGE)
        outcome = story.when(ReceiveMessage(CUSTOMER, at(30), "t-c1", "m9", "Hello", customer=customer))
        assert outcome.then(MessageReceived, CaseReopened).events[0].participant is None
        mias = two(MERGE).when(ReceiveMessage(CUSTOMER, at(30), "t-c2", "m9", "Hello", customer=customer))
        assert mias.then(MessageReceived).events[0].participant is None

    def test_somebody_else(self):
        """Is somebody else still."""
        story = two(MERGE, RecordCustomer(SYSTEM, at(2), "rui"))
        story.when(ReceiveMessage(CUSTOMER, at(30), "t-c1", "m9", customer="rui")).refused("thread.identity")
        story.when(ReceiveMessage(CUSTOMER, at(30), "t-c1", "m9", channel=Channel.SMS)).refused("thread.identity")

    @pytest.mark.parametrize(("thread", "writer"), [("t-c2", "maria"), ("t-c1", "mia")])
    def test_named_as_somebody_in_copy(self, thread, writer):
        """Who is the same person is the customer, also where the host calls them a participant."""
        outcome = two(MERGE).when(ReceiveMessage(CUSTOMER, at(30), thread, "m9", "Hello", participant=writer))
        assert None is outcome.events[0].participant
        assert at(30) == outcome.desk.threads[thread].customer_at

    def test_a_new_thread(self):
        """A conversation that is begun by the old id is the person's."""
        sms = ReceiveMessage(CUSTOMER, at(30), "t9", "m9", "Hello", customer="maria", channel=Channel.SMS)
        outcome = two(MERGE).when(sms)
        (started,) = (event for event in outcome.events if isinstance(event, CaseStarted))
        assert ("mia", ThreadOpened(CUSTOMER, at(30), "t9", "mia", Channel.SMS)) == (
            started.customer,
            outcome.events[0],
        )
        again = outcome.after.when(ReceiveMessage(CUSTOMER, at(40), "t9", "m10", "Hello?", customer="maria"))
        again.then(MessageReceived)

    def test_we_begin(self):
        """So is one that we begin."""
        start = StartOutbound("ana", at(30), "t9", "c9", "m9", "Hello", "maria", Channel.SMS)
        assert "mia" == two(MERGE).when(start).desk.threads["t9"].customer

    def test_an_answer_on_another_thread(self):
        """What it answers is looked for on the threads of both, also on those that were opened since."""
        story = two(MERGE)
        answer = ReceiveMessage(CUSTOMER, at(30), "t-c2", "m9", "Thanks", in_reply_to="r-c1")
        assert "ana" == story.when(answer).events[0].answers
        answer = ReceiveMessage(CUSTOMER, at(30), "t9", "m9", "Thanks", customer="maria", channel=Channel.SMS)
        begun = story.and_given(answer, case_in("pending", "c3", customer="mia", at=at(40)))
        answer = ReceiveMessage(CUSTOMER, at(50), "t-c1", "m10", "Thanks", in_reply_to="r-c3")
        assert "ana" == begun.when(answer).events[0].answers

    def test_their_name(self):
        """What is recorded by the old id is recorded of the person; the closing message has that name."""
        named = RecordCustomer(SYSTEM, at(25), "maria", "Maria Silva")
        two(MERGE).when(named).then(CustomerRecorded)
        assert "mia" == two(MERGE).when(named).events[0].customer
        chat = given(case_in("pending", channel="chat", name=None), MIA, MERGE, AskPresence("ana", at(60), "c1", "q1"))
        (closing,) = (
            event
            for event in chat.when(DisconnectIdle("ana", at(300), "c1", "q2")).events
            if isinstance(event, ChatDisconnected)
        )
        assert "Mia" in closing.text


class TestLooking:
    """By whichever name somebody looks, all of it is there."""

    STORY = two(
        AddNote("ana", at(10), "n1", "Likes tea", customer="maria"),
        AddNote("ben", at(11), "n2", "Drinks coffee", customer="mia"),
        SetSentiment("ana", at(12), "c1", "m-c1", Feeling.POSITIVE),
        SetSentiment("ben", at(13), "c2", "m-c2", Feeling.NEGATIVE),
        MERGE,
    )

    @pytest.mark.parametrize("customer", ["maria", "mia"])
    def test_the_card(self, customer):
        """One card, of the person."""
        card = customer_card(self.STORY.desk, self.STORY.events, customer)
        assert ("mia", "Mia", ("maria",)) == (card.customer, card.name, card.merged)
        assert {"t-c1", "t-c2"} == {conversation.thread for conversation in card.conversations}
        assert ["n1", "n2"] == [note.note for note in card.notes]
        assert (1, 0, 1) == (card.positive, card.neutral, card.negative)

    @pytest.mark.parametrize(
        "query",
        ["customer:mia", "customer:maria", "mia@x.org", "maria@x.org", "+351911111111", "tea", "coffee"],
    )
    def test_search(self, query):
        """By the name, the id, the address, the number, a note of either."""
        assert {"c1", "c2"} == {found.case for found in Archive().update(self.STORY.events).search(query).results}

    def test_search_names(self):
        """A result says who they are."""
        assert {"Mia"} == {found.name for found in Archive().update(self.STORY.events).search("").results}

    @pytest.mark.parametrize("customer", ["maria", "mia"])
    def test_the_transcript(self, customer):
        """Both conversations, in order."""
        entries = transcript(self.STORY.events, customer=customer)
        assert {"m-c1", "r-c1", "m-c2", "n1", "n2"} == {entry.id for entry in entries}
        assert [*entries] == sorted(entries, key=lambda entry: entry.at)

    def test_the_inbox(self):
        """Their name is that of the person."""
        (held,) = inbox(self.STORY.desk, "ana", at(60)).cases
        assert ("maria", "Mia") == (held.customer, held.name)

    def test_nobody(self):
        """Whom nobody knows has nothing."""
        assert () == Archive().update(self.STORY.events).cases_of("nobody")
