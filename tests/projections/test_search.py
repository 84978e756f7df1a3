"""Search: what a query finds, in which order, page by page, while things go on happening (§9)."""

import pickle
import re
from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pytest

from casecore.channels import Channel, MessageKind
from casecore.kernel import SYSTEM, MissingRow
from casecore.kernel.words import search_form, search_words
from casecore.policies import Policy
from casecore.projections.search import Archive, CaseSummary, NoteText, queries
from casecore.projections.search.queries import QueryError, filter_terms, parse_query
from casecore.rooms.arrivals import MessageNoted
from casecore.rooms.assignments import CaseAssigned, OpenCase
from casecore.rooms.attributes import AttributeSet, SetAttribute
from casecore.rooms.authentication import Authenticated
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.notes import (
    AddNote,
    AddTag,
    DeleteNote,
    EditNote,
    MessageUntagged,
    NoteEdited,
    RemoveTag,
    SetSentiment,
)
from casecore.rooms.offers import OfferWork, RejectOffer
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.threads import CustomerRecorded, Feeling, RecordCustomer
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status
from casecore.testing.scenario import T0, at, given, new_case
from tests.searching import EASY, found, wrote

# A desk that refuses little ----------------------------------------------------------------------------


def told(*commands):
    """All that happened in a story."""
    return given(*commands, policy=EASY).events


STORY = told(
    wrote(at(0), "t1", "m1", "Where is my refund? Não recebi nada!", new_case="a", name="Maria Silva", reason="refund"),
    wrote(at(10), "t2", "m2", "The router is broken", new_case="b", name="José Ávila", channel=Channel.SMS),
    wrote(at(20), "t3", "m3", "REFUND please, or I leave", new_case="c", channel=Channel.CHAT),
    OpenCase("ana", at(30), "a"),
    SendReply("ana", at(40), "a", "m4", "Your refund is on its way, Maria", Status.RESOLVED, subject="Your money"),
    AddTag("ana", at(41), "a", "vip"),
    OpenCase("cleo", at(50), "b"),
    AddTag("cleo", at(51), "b", "broken", "m2"),
    AddTag("cleo", at(52), "b", "broken"),
    RemoveTag("cleo", at(53), "b", "broken"),
    OfferWork(SYSTEM, at(60), "c", "dora"),
    RejectOffer("dora", at(61), "c"),
    AddNote("dora", at(62), "n1", "unseen words", case="b"),
)


@pytest.fixture
def archive():
    """Three cases: a (messaging, resolved), b (SMS, open), c (chat, new)."""
    return Archive().update(STORY)


class TestFinding:
    """What a query finds."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", "bca"),
            ("   ", "bca"),
            ("refund", "ca"),
            ("REFUND", "ca"),
            ("refund maria", "a"),
            ("refund router", ""),
            ("ref", ""),
            ("nao", "a"),
            ("não!", "a"),
            ('"my refund"', "a"),
            ('"refund my"', ""),
            ('"refund nao"', "a"),
            ("“my refund”", "a"),
            ("« my refund »", "a"),
            ("-refund", "b"),
            ('-"my refund"', "bc"),
            ('refund -"my refund"', "c"),
            ("please,or", "c"),
            ("money", "a"),
            ('"maria your"', ""),
            ("unseen", "b"),
            ("channel:sms", "b"),
            ("channel:sms,chat", "bc"),
            ("-channel:sms,chat", "a"),
            ("Status:OPEN", "b"),
            ("status:new,resolved", "ca"),
            ("queue:billing", "a"),
            ("queue:nowhere", ""),
            ("agent:ana", "a"),
            ("agent:dora", "b"),
            ("agent:ana,cleo -agent:dora", "a"),
            ("tag:vip", "a"),
            ("tag:broken", "b"),
            ("tag:VIP", "a"),
            ("customer:maria", "a"),
            ('customer:"ria sil"', "a"),
            ("customer:jose", "b"),
            ("customer:avila", "b"),
            ("customer:k3", "c"),
            ("customer:k", ""),
            ("customer:a,k3", "bca"),
            ("-customer:i", "c"),
            ("since:2026-11-02", "bca"),
            ("since:2026-11-03", ""),
            ("since:2026-11-02T09:00:41Z", "bca"),
            ("since:2026-11-02T09:00:42Z", "bc"),
            ("since:2026-11-02T10:01:02+01:00", "b"),
            ("since:2026-11-02T09:00:41.000000000Z", "bca"),
            ("until:2026-11-01", ""),
            ("until:2026-11-02", "bca"),
            ("until:2026-11-02T09:00:10Z", "ba"),
            ("-until:2026-11-02T09:00:10Z", "c"),
            (
                'refund status:resolved channel:messaging agent:ana tag:vip "on its way" -spam customer:"Maria Silva"',
                "a",
            ),
        ],
    )
    def test_query(self, archive, query, expected):
        """Latest activity first; every term holds."""
        assert [*expected] == found(archive, query)

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({}, "bca"),
            ({"channel": Channel.CHAT}, "c"),
            ({"channel": ["chat", Channel.SMS]}, "bc"),
            ({"channel": []}, "bca"),
            ({"status": Status.OPEN}, "b"),
            ({"customer": " María "}, "a"),
            ({"agent": "ana", "tag": {"vip", "other"}}, "a"),
            ({"queue": "general", "since": at(55)}, "bc"),
            ({"until": at(10).astimezone(timezone(timedelta(hours=5)))}, "ba"),
            ({"until": "2026-11-02"}, "bca"),
        ],
    )
    def test_filters(self, archive, asked, expected):
        """The same, as a program asks; both may be given."""
        assert [*expected] == found(archive, **asked)
        assert [case for case in found(archive, **asked) if case == "a"] == found(archive, "tag:vip", **asked)

    def test_result(self, archive):
        """What is told of a case."""
        expected = CaseSummary(
            "b", "t2", "k2", "José Ávila", Channel.SMS, Status.OPEN, "general", "cleo", ("cleo", "dora"), ("broken",),
            at(10), at(62), threads=("t2",),
        )  # fmt: skip
        (result,) = archive.search("router").results
        assert expected == result == archive.summary("b")

    def test_asking_changes_nothing(self, archive):
        """Looking for what is not there enters nothing."""
        before = pickle.dumps({name: repr(value) for name, value in vars(archive).items()})
        for query in ("unheard", "tag:unheard", "agent:unheard", "customer:unheard", '"un heard"'):
            assert [] == found(archive, query)
        assert () == archive.notes_of("unheard")
        assert before == pickle.dumps({name: repr(value) for name, value in vars(archive).items()})

    def test_now(self, archive):
        """A case is found by what holds now: status, queue, tags and names change."""
        story = given(policy=EASY).and_given()
        desk, events = story.desk.evolve(STORY[len(story.events) :]), []
        for command in (
            SetStatus("cleo", at(70), "b", Status.PENDING),
            ReassignCase("cleo", at(71), "b", queue="technical"),
            RemoveTag("dora", at(72), "b", "broken", "m2"),
            RecordCustomer("dora", at(73), "k2", ""),
        ):
            desk, happened = desk.handle(command)
            events += happened
        archive.update(events)
        assert ["b"] == found(archive, "status:pending queue:technical")
        assert [] == found(archive, "customer:jose") + found(archive, "tag:broken") + found(archive, "status:open")
        assert ("technical", None, None) == tuple(
            getattr(archive.summary("b"), n) for n in ("queue", "assignee", "name")
        )

    def test_what_we_say_in_silence(self):
        """Questions and closing messages are messages too, and likes and auto-replies stand in the history."""
        chat = told(
            wrote(at(0), "t1", "m1", "hi", new_case="a", channel=Channel.CHAT),
            OpenCase("ana", at(1), "a"),
            SendReply("ana", at(2), "a", "m2", "hello"),
            AskPresence("ana", at(3), "a", "m3", "anybody there"),
            DisconnectIdle("ana", at(200), "a", "m4"),
            wrote(at(201), "t1", "m5", "vacation", auto_generated=True, channel=Channel.CHAT),
        )
        archive = Archive().update(chat)
        assert ["a"] == found(archive, 'anybody "thank you" vacation')

    def test_tags_from_the_start(self):
        """A case that starts with tags is found by them, until they are taken away."""
        start = wrote(at(0), "t1", "m1", new_case="a", tags=frozenset({"vip"}))
        assert ["a"] == found(Archive().update(told(start)), "tag:vip")
        both = told(start, AddTag("ana", at(1), "a", "vip", "m1"), RemoveTag("ana", at(2), "a", "vip"))
        assert ["a"] == found(Archive().update(both), "tag:vip")
        neither = told(start, RemoveTag("ana", at(2), "a", "vip"))
        assert [] == found(Archive().update(neither), "tag:vip")

    def test_successor(self):
        """That another case follows a closed one is nothing new on the closed one."""
        closed = wrote(at(0), "t1", "m1", new_case="a"), CloseCase(SYSTEM, at(1), "a", CloseReason.SPAM)
        archive = Archive().update(told(*closed, wrote(at(2), "t1", "m2")))
        assert ["a+1", "a"] == found(archive)
        assert at(1) == archive.summary("a").latest_at

    def test_a_like_before_any_case(self):
        """What is on no case is found nowhere, and disturbs nothing."""
        events = told(wrote(at(0), "t1", "m1", "hooray", kind=MessageKind.LIKE, channel=Channel.FACEBOOK))
        assert MessageNoted in map(type, events)
        assert [] == found(Archive().update(events), "hooray")

    def test_words_of_a_participant(self):
        """They are found, and their sentiment is not the customer's."""
        start = wrote(at(0), "t1", "m1", new_case="a"), wrote(at(1), "t1", "m2", "leak", participant="bob")
        marked = SetSentiment(SYSTEM, at(2), "a", "m2", Feeling.NEGATIVE)
        archive = Archive().update(told(*start, marked))
        assert ["a"] == found(archive, "leak")
        assert 1 == archive.neutral_messages_of(archive.summary("a").customer)

    def test_contact_form(self):
        """The first message of a form, which a machine sends, is a case that is found."""
        events = told(wrote(at(0), "t1", "m1", "leak", auto_generated=True, new_case="a"))
        assert ["a"] == found(Archive().update(events), "leak")


FOUND = [
    ("मेरा दिन खराब था", "दिन", True),
    ("मैंने दान दिया", "दिन", False),
    ("मेरा फ़ोन टूट गया", "फोन", True),
    ("नमस्ते दुनिया", "नमस", False),
    ("पैसे वापस", "पैस*", True),
    ("தமிழ் மொழி", "தமிழ்", True),
    ("我要退款", "退款", True),
    ("我要退款", "退", True),
    ("我要退款", "退货", False),
    ("我要,退款", "要退", False),
    ("iPhone手机12月", "手机", True),
    ("iPhone手机12月", "iphone", True),
    ("买iPhone手机", '"买 iphone"', True),
    ("返金してください", "返金", True),
    ("がんばる", "かんばる", False),
    ("ｺｰﾋｰ", "コーヒー", True),
    ("ฉันต้องการคืนเงิน", "คืนเงิน", True),
    ("ข้าวม้า", "มา", False),
    ("นี้", "น", False),
    ("ຂ້ອຍຕ້ອງການ", "ຕ້ອງການ", True),
    ("ខ្ញុំចង់បានប្រាក់", "ប្រាក់", True),
    ("ပိုက်ဆံပြန်လိုချင်တယ်", "ပြန်", True),
    ("환불해 주세요", "환불", True),
    ("환불해 주세요", "환불해*", True),
    ("Kundin aus Łódź", "lodz", True),
    ("København", "kobenhavn", True),
    ("Đặng", "dang", True),
    ("Straße", "strasse", True),
    ("oﬃce", "office", True),
    ("مُحَمَّد كريم", "محمد کریم", True),
    ("نامه\u200cها رسید", "نامه", True),
    ("نامه\u200cها رسید", "نامه\u200cها", True),
    ("نامه\u200cها رسید", "نامهها", True),
    ("نامهها رسید", "نامه\u200cها", True),
    ("نامهها رسید", "نامه", False),
    ("می‌خواهم", "میخواهم", True),
    ("order_12345", "12345", True),
    ("order_12345", "order_1234", False),
    ("I want a refund", "refun*", True),
    ("I want a refund", "refund*", True),
    ("I want a refund", "refun", False),
    ("I want a refund", "a-refun*", True),
    ("I want a refund", "-refun*", False),
    ("five stars *****", '"stars *"', True),
    ("don’t", "don't", True),
    ("dont", "don't", True),
    ("e-mail me", "email", True),
    ("email me", "e-mail", True),
    ("call 912 345 678", "912345678", True),
    ("call 912345678 now", "912 345 678", True),
    ("call +351 912-345-678, now", "912345678", True),
    ("call 00351912345678", "+351 912 345 678", True),
    ("(631) 555-1234", "+1 631 555 1234", True),
    ("07700 900123", "+44 7700 900123", True),
    ("+44 (0) 7700 900123", "07700900123", True),
    ("2026 and 12345", "12345 2026", True),
    ("order 12345678", "2345678", False),
    ("1 2 3 4 5 6 7 8 9 1 2 3 4 5 6 7 8 9 0", "1234567891234567890", False),
    ("write to ana@x.com.", "ana@x.com", True),
    ("write to joana@x.com", "ana@x.com", False),
    ("<maria.ana@x.com>", "ana@x.com", False),
    ("1234567890 1234567890", "12345678901234567890", False),
    ("🙂", "case-42", True),
    ("a@b@c", "b", True),
    ("see @ana", "@ana", True),
    ("the bill", "msg-77", True),
    ("the bill", "thread-9", True),
    ("the bill", "case-4", False),
    ("the bill", "cust-5", True),
    ("the bill", "maria.silva@example.org", True),
    ("the bill", "silva@example.org", False),
    ("the bill", "912345678", True),
    ("the bill", "1234567", False),
]


def one_case(text):
    """An archive of a case whose customer wrote this; more is known of them."""
    return Archive().update(
        told(
            wrote(at(0), "thread-9", "msg-77", text, new_case="case-42", customer="cust-5"),
            RecordCustomer(
                SYSTEM,
                at(1),
                "cust-5",
                "Maria",
                {"email": "Maria.Silva@Example.org", "phone": "+351 912 345 678", "followers": "1234567"},
            ),
        )
    )


class TestWords:
    """Words of every script, numbers, addresses and ids: found, and nothing false."""

    @pytest.mark.parametrize(("text", "query", "expected"), FOUND)
    def test_found_or_not(self, text, query, expected):
        """What somebody who reads the language would say."""
        archive = one_case(text)
        assert (["case-42"] if expected else []) == found(archive, query)

    def test_beginnings_of_what_came_later(self):
        """A word that came since the last search is found by its beginning, and the others still are."""
        archive = Archive().update(STORY)
        assert [["c", "a"]] * 2 == [found(archive, "ref*") for _ in range(2)]
        later = told(wrote(at(200), "t9", "m99", "refused again", new_case="d"))
        archive.update(later[len(given(policy=EASY).events) :])
        assert ["d", "c", "a"] == found(archive, "ref*")

    def test_a_profile_that_changes(self):
        """The old number finds nothing, the new one does; and what is no number never did."""
        archive = one_case("hello")
        desk = given(policy=EASY).desk.evolve(
            told(wrote(at(0), "thread-9", "m", new_case="case-42", customer="cust-5"))[3:]
        )
        _, events = desk.handle(RecordCustomer(SYSTEM, at(9), "cust-5", profile={"phone": "+351 966 666 666"}))
        archive.update(events)
        assert [[], ["case-42"]] == [found(archive, number) for number in ("912345678", "966666666")]

    def test_notes(self):
        """Notes that stand are found on their case, or on every case of their customer; of edited ones the new text."""
        archive = Archive().update(
            told(
                wrote(at(0), "t1", "m1", new_case="a"),
                wrote(at(1), "u1", "m2", new_case="b", customer="k1", channel=Channel.EMAIL),
                AddNote("ana", at(2), "n1", "likes green tea", customer="k1"),
                AddNote("ana", at(3), "n2", "call back", case="a"),
                AddNote("ana", at(4), "n3", "gone", case="a"),
                EditNote("dora", at(5), "n1", "likes black coffee"),
                DeleteNote("ana", at(6), "n3"),
            )
        )
        assert [["a", "b"], [], ["a"], []] == [
            sorted(found(archive, query)) for query in ('"black coffee"', "tea", "call", "gone")
        ]
        assert ["b"] == found(archive, '-"call back"')
        assert [] == found(archive, '"coffee black"')

    def test_notes_of_a_wrap_up(self):
        """What an agent wrote when the contact was disposed is found."""
        chat = told(
            wrote(at(0), "t1", "m1", "hi", new_case="a", channel=Channel.CHAT),
            OpenCase("ana", at(1), "a"),
            SendReply("ana", at(2), "a", "m2", "hello", Status.RESOLVED),
        )
        archive = Archive().update((*chat, Disposed("ana", at(3), "w1", "a", "ana", "solved", "explained the tariff")))
        assert ["a"] == found(archive, "tariff")

    def test_attachments(self):
        """What is attached is found by its name."""
        reply = SendReply("ana", at(2), "a", "m2", attachments=("Invoice_2026.pdf",))
        archive = Archive().update(told(wrote(at(0), "t1", "m1", new_case="a"), OpenCase("ana", at(1), "a"), reply))
        assert ["a"] == found(archive, "invoice pdf")

    def test_attributes(self):
        """A case is found by what is noted of it: by the name alone, or with the value as people write it."""
        sop = Policy.loads(
            '[attributes]\nrefund_eur = { type = "number" }\ngift = { type = "flag" }\n'
            'fault = { type = "choice", of = ["Broken in transit", "Late"] }'
        )
        known = {"refund_eur": 120, "fault": "Late"}
        story = given(
            new_case("a", attributes=known),
            new_case("b", attributes={"gift": True}, at=at(1)),
            SetAttribute("dora", at(2), "b", "fault", "broken in transit"),
            policy=sop,
        )
        archive = Archive().update(story.events)
        asked = ["refund_eur=120", "refund_eur", "refund_eur=12", "gift=yes", "gift=no", "fault", "fault=late"]
        assert ["a", "a", "", "b", "", "ba", "a"] == ["".join(found(archive, f"attribute:{one}")) for one in asked]
        assert ["b"] == found(archive, 'attribute:"fault=Broken in Transit"') == found(archive, "-attribute:refund_eur")
        assert ["b", "a"] == found(archive, attribute={"gift", "refund_eur=120"})
        assert known == archive.summary("a").attributes
        archive.update(story.when(SetAttribute("dora", at(3), "b", "fault")).events)
        archive.update([AttributeSet("dora", at(4), "a", "refund_eur", 80)])
        again = ["refund_eur=120", "refund_eur=80", "refund_eur", "fault", "gift"]
        assert ["", "a", "a", "a", "b"] == ["".join(found(archive, f"attribute:{one}")) for one in again]

    def test_two_tags_alike(self):
        """A tag is found however it is written, until the last of its kind is taken away."""
        archive = Archive().update(
            told(
                wrote(at(0), "t1", "m1", new_case="a", tags=frozenset({"VIP"})),
                AddTag("ana", at(1), "a", "vip", "m1"),
                RemoveTag("ana", at(2), "a", "vip"),
            )
        )
        assert [["a"]] * 2 == [found(archive, "tag:Vip"), found(archive, tag="vip")]
        archive.update([MessageUntagged("ana", at(3), "a", "m1", "vip")])
        assert [] == found(archive, "tag:vip")


class TestDays:
    """Days are those of the archive's zone."""

    @pytest.mark.parametrize(
        ("zone", "query", "expected"),
        [
            ("UTC", "since:2026-11-03", []),
            ("Pacific/Auckland", "since:2026-11-03", ["a"]),
            ("Pacific/Auckland", "until:2026-11-02", []),
            (timezone(timedelta(hours=-12)), "until:2026-11-02", ["a"]),
            ("Asia/Tokyo", "since:0001-01-01 until:9999-12-31", ["a"]),
            ("America/Lima", "since:0001-01-01 until:9999-12-31", ["a"]),
        ],
    )
    def test_of_a_zone(self, zone, query, expected):
        """A case of noon in London is one of tomorrow in Auckland."""
        archive = Archive(zone).update(told(wrote(at(hours=3), "t1", "m1", new_case="a")))
        assert expected == found(archive, query)
        asked = dict(term.split(":") for term in query.split())
        assert expected == found(archive, **asked)

    def test_of_the_desk(self):
        """The archive of a desk has the zone of its policy; a program may give days as dates."""
        policy = Policy.loads('zone = "Pacific/Auckland"\n[queues.general]\nfallback = true')
        archive = Archive(policy).update(told(wrote(at(hours=3), "t1", "m1", new_case="a")))
        assert [["a"], [], []] == [
            found(archive, since=date(2026, 11, 3)),
            found(archive, until=date(2026, 11, 2)),
            found(archive, "until:2026-11-02"),
        ]

    def test_no_zone(self):
        """A zone that is none is told."""
        with pytest.raises(QueryError, match="there is no time zone 'Mars'; give an IANA name"):
            Archive("Mars")


class TestErrors:
    """A search that cannot be made says where it is wrong, and what to write."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (
                "refund stauts:open",
                "there is no field 'stauts' at position 7; did you mean 'status'?; or put it in quotation marks to",
            ),
            (
                "xyzzy:1",
                "there is no field 'xyzzy' at position 0; the fields are agent, attribute, channel, customer, queue",
            ),
            ("status:opne", "status: there is no status 'opne' at position 7; did you mean 'open'?"),
            ("a channel:fax", "channel: there is no channel 'fax' at position 10; use chat, messaging, whatsapp, "),
            ("status:open,,new", "status: there is no status '' at position 12; use new, open, pending, "),
            ("agent:", "agent: the value is empty at position 6; write one, or leave the field out"),
            ("agent: ana", "agent: the value is empty at position 6"),
            ("tag:vip,", "tag: the value is empty at position 8"),
            ('customer:" "', "customer: '' is part of every name at position 9; write a part of the name"),
            ("customer:\u0301", "customer: '\u0301' is part of every name at position 9"),
            ('maria "silva', 'a quotation mark is not closed at position 6; write a second " after the phrase'),
            ('tag:"vip', "a quotation mark is not closed at position 4"),
            ('"a"b', "two terms run into each other at position 3; write a space between them"),
            ('a"b"', "two terms run into each other at position 1"),
            ('tag:a"b"', "two terms run into each other at position 5"),
            ("a - b", "'-' has no letter or digit to look for at position 2; leave it out"),
            ("-", "'-' has no letter or digit to look for at position 0"),
            ("a *fund", "'*fund' has a star that ends no word at position 2; write refun* for the words that begin so"),
            ("re*d", "'re*d' has a star that ends no word at position 0"),
            ("a.*", "'a.*' has a star that ends no word at position 0"),
            ("*", "'*' has no letter or digit to look for at position 0"),
            ("attribute:=5", "attribute: the value is empty at position 10"),
            ("tag:\u200b", "tag: the value is empty at position 4"),
            ('""', "'\"\"' has no letter or digit to look for at position 0"),
            (
                "\N{SLIGHTLY SMILING FACE}",
                "'\N{SLIGHTLY SMILING FACE}' has no letter or digit to look for at position 0",
            ),
            (
                "since:yesterday",
                "since: 'yesterday' is no instant at position 6; write a date like 2026-11-01, or an ins",
            ),
            ("since:2026-02-30", "since: '2026-02-30' is no instant at position 6"),
            ("since:2026-11-01T09:00", "since: '2026-11-01T09:00' has no offset at position 6"),
            ("since:20261101", "since: '20261101' has no offset at position 6"),
            ("since:0001-01-01T00:00+10:00", "since: '0001-01-01T00:00+10:00' is no instant at position 6"),
            ("since:2026-11-01,2026-11-02", "since: there is more than one at position 17; give one"),
            (f"status:{'x' * 99}", f"status: there is no status '{'x' * 56}... at position 7"),
        ],
    )
    def test_query(self, query, expected):
        """What is wrong, its position from 0, and a suggestion."""
        with pytest.raises(QueryError) as caught:
            Archive().search(query)
        assert str(caught.value).startswith(expected)
        position = re.search(r"at position (\d+)", expected)
        assert int(position[1]) == caught.value.position
        assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))  # noqa: S301 -- our own bytes

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({"status": "opne"}, "status: there is no status 'opne'; did you mean 'open'?"),
            ({"channel": ["chat", 7]}, "channel: 7 does not fit; give it as text"),
            ({"agent": 7}, "agent: 7 does not fit; give it as text"),
            ({"agent": ""}, "agent: the value is empty; write one, or leave the field out"),
            (
                {"customer": "  "},
                "customer: '  ' is part of every name; write a part of the name, or leave the field out",
            ),
            ({"since": T0.replace(tzinfo=None)}, "since: '2026-11-02 09:00:00' has no offset; write a date like 2026-"),
            ({"until": 20261101}, "until: 20261101 does not fit; give it as text"),
            ({"limit": 0}, "the limit is 0; give a whole number from 1"),
            ({"cursor": "abc"}, "the cursor does not belong to this search; leave it out to begin at the first page"),
        ],
    )
    def test_filters(self, archive, asked, expected):
        """What is not in the text has no position."""
        with pytest.raises(QueryError) as caught:
            archive.search("refund", **asked)
        assert str(caught.value).startswith(expected)
        assert None is caught.value.position

    def test_instants_at_the_ends(self, archive):
        """The last day of the calendar counts to its end."""
        assert ["b", "c", "a"] == found(archive, "since:0001-01-01 until:9999-12-31")

    def test_documented(self):
        """The table at the top of the file names every field, and the fields are those of `search`."""
        documented = re.findall(r"^\| `(\w+)` \|", queries.__doc__, re.MULTILINE)
        names = set(Archive.search.__annotations__) - {"query", "limit", "cursor", "return"}
        assert set(documented) == names == {term.field for term in filter_terms(**dict(ALL_FIELDS))}
        example = next(row.strip() for row in queries.__doc__.splitlines() if "refund status:open" in row)
        assert 9 == len([*parse_query(example)])


ALL_FIELDS = [
    *((name, "chat" if name == "channel" else "open" if name == "status" else "x") for name in ("channel", "status")),
    *((name, "x") for name in ("agent", "attribute", "customer", "queue", "tag")),
    *((name, T0) for name in ("since", "until")),
    ("snoozed", "yes"),
]


class TestFollowing:
    """An archive is built from events alone."""

    def test_gap(self):
        """A history that begins in the middle is refused, by name; what came before it is in."""
        archive = Archive()
        with pytest.raises(MissingRow, match=r"Authenticated speaks of 'c9', which is not among this desk's cases"):
            archive.update([*STORY, Authenticated("ana", at(99), "c9")])
        assert ["b", "c", "a"] == found(archive)
        with pytest.raises(
            MissingRow, match="CustomerRecorded speaks of 'k9', which is not among this desk's customers"
        ):
            archive.update([CustomerRecorded("ana", at(99), "k9", "X")])
        with pytest.raises(MissingRow, match="NoteEdited speaks of 'n9', which is not among this desk's notes"):
            archive.update([NoteEdited("ana", at(99), "n9", "X", "a", None)])

    def test_notes(self):
        """Notes that stand, on a customer and on their cases, in the order in which they were written."""
        archive = Archive().update(
            told(
                wrote(at(0), "t1", "m1", new_case="a"),
                AddNote("ana", at(1), "n1", "likes tea", customer="k1"),
                AddNote("ana", at(2), "n2", "call", case="a"),
                AddNote("ana", at(3), "n3", "gone", case="a"),
                EditNote("dora", at(4), "n1", "likes coffee"),
                DeleteNote("ana", at(5), "n3"),
            )
        )
        expected = (
            NoteText("n1", "ana", "likes coffee", None, at(1), at(4)),
            NoteText("n2", "ana", "call", "a", at(2)),
        )
        assert expected == archive.notes_of("k1")

    def test_neutral_messages(self):
        """The customer's messages that nobody has marked; ours do not count."""
        archive = Archive().update(
            told(
                wrote(at(0), "t1", "m1", "x", new_case="a"),
                wrote(at(1), "t1", "m2", "y"),
                OpenCase("ana", at(2), "a"),
                SendReply("ana", at(3), "a", "m3", "z"),
                SetSentiment("ana", at(4), "a", "m1", Feeling.NEGATIVE),
                SetSentiment("ana", at(5), "a", "m2", Feeling.POSITIVE),
                SetSentiment("ana", at(6), "a", "m2", Feeling.NEUTRAL),
                SetSentiment("ana", at(7), "a", "m3", Feeling.POSITIVE),
            )
        )
        assert 1 == archive.neutral_messages_of("k1")
        assert 0 == archive.neutral_messages_of("k2")

    def test_cases_of(self):
        """Every case of a customer on every channel, latest activity first."""
        archive = Archive().update(
            told(
                wrote(at(0), "t1", "m1", new_case="a"),
                wrote(at(1), "u1", "m2", new_case="b", customer="k1", channel=Channel.EMAIL),
                CloseCase(SYSTEM, at(2), "a", CloseReason.SPAM),
                wrote(at(2), "t1", "m3", new_case="c"),
            )
        )
        assert ["a", "c", "b"] == [summary.case for summary in archive.cases_of("k1")]
        assert () == archive.cases_of("k2")

    def test_given_by_somebody_else(self, archive):
        """Whoever holds a case works on it, even if all was done for them."""
        archive.update([CaseAssigned("dora", at(70), "c", "eva")])
        assert ["c"] == found(archive, "agent:eva")

    def test_told_late(self, archive):
        """What is told late makes nothing older."""
        archive.update([Authenticated("cleo", at(5), "b")])
        assert (at(10), at(62)) == (archive.summary("b").started_at, archive.summary("b").latest_at)
        archive.update([Authenticated("ana", at(61), "a"), Authenticated("ana", at(60), "a")])
        assert [["b"], ["b", "a"], ["b", "a", "c"]] == [found(archive, limit=limit) for limit in (1, 2, 3)]

    def test_before_1970(self):
        """Any instant of the calendar."""
        ancient = datetime(2, 1, 1, tzinfo=UTC)
        events = [attrs.evolve(event, at=ancient) for event in STORY]
        assert ancient == Archive().update(events).search().results[0].latest_at


class TestPages:
    """Page by page, while things go on happening."""

    def test_cursor(self, archive):
        """Goes on after the last result; the last page has none."""
        first = archive.search(limit=2)
        second = archive.search(limit=2, cursor=first.cursor)
        assert (["b", "c"], ["a"]) == tuple([result.case for result in page.results] for page in (first, second))
        assert None is second.cursor
        assert None is archive.search(limit=3).cursor

    def test_things_go_on(self, archive):
        """A case that is written on moves to no other page, and one that starts waits for the next search."""
        first = archive.search(limit=1)
        desk = given(policy=EASY).desk.evolve(STORY[len(given(policy=EASY).events) :])
        for command in (wrote(at(100), "t1", "m8", "again"), wrote(at(101), "t9", "m9", "new", new_case="z")):
            desk, events = desk.handle(command)
            archive.update(events)
        assert ["z", "a", "b", "c"] == found(archive)
        rest = archive.search(limit=5, cursor=first.cursor).results
        assert ["c", "a"] == [result.case for result in rest]
        assert at(100) == rest[-1].latest_at

    def test_same_search(self, archive):
        """A cursor belongs to its search, however that is written; the limit may change."""
        cursor = archive.search("refund status:new,resolved", limit=1).cursor
        assert ["a"] == found(archive, "status:resolved,new  REFUND", cursor=cursor)
        assert ["a"] == found(archive, "refund", status=["new", "resolved"], cursor=cursor, limit=9)
        for query, asked in (
            ("refund", {}),
            ("refund -status:new,resolved", {}),
            ("", {"status": ["new", "resolved"]}),
        ):
            with pytest.raises(QueryError, match="the cursor does not belong to this search"):
                archive.search(query, cursor=cursor, **asked)

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "?",
            "é",
            "W10=",
            "e30=",
            "bnVsbA==",
            "WzEsMiwiYSIsIngiXQ==",
            "\ud800",
            7,
            "W1tb" * 100_000,
            "MQ" * 50_000,
        ],
    )
    def test_bad_cursor(self, archive, cursor):
        """Whatever it is, one clear error."""
        with pytest.raises(QueryError, match="leave it out to begin at the first page"):
            archive.search(cursor=cursor)

    def test_any_change_of_a_cursor(self, archive):
        """A cursor that was touched anywhere is refused, or it is the same."""
        cursor = archive.search(limit=1).cursor
        for index in range(len(cursor)):
            touched = cursor[:index] + ("A" if cursor[index] != "A" else "B") + cursor[index + 1 :]
            with pytest.raises(QueryError, match="the cursor"):
                archive.search(limit=1, cursor=touched)

    def test_cursor_of_a_longer_history(self, archive):
        """An archive cannot go on from what it has not seen; rebuilt from the same events it can."""
        cursor = archive.search(limit=1).cursor
        assert ["c", "a"] == found(Archive().update(STORY), cursor=cursor)
        with pytest.raises(QueryError, match="the cursor"):
            Archive().update(STORY[:-1]).search(cursor=cursor)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ação, JÁ!", ("acao", "ja")),
        ("Straße Ǆ", ("strasse", "dz")),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER A} \N{MATHEMATICAL BOLD CAPITAL A}", ("a", "a")),
        ("İstanbul", ("istanbul",)),
        ("order_12 n.º 3", ("order", "12", "n", "o", "3")),
    ],
)
def test_words(text, expected):
    """Letters that only look different are the same."""
    assert [*expected] == search_words(search_form(text))
