"""The sentences of a history, as a supervisor reads them of real desks (§9)."""

import attrs
import pytest

from casecore.channels import Channel, MessageKind
from casecore.kernel import SYSTEM, Enforcement
from casecore.policies import Policy
from casecore.policies.sections import AfterReopening, Level, OnCustomerMessage, Relation
from casecore.projections.history import history
from casecore.rooms.agents import ChangeAgent, GoAvailable, GoUnavailable, LogOut
from casecore.rooms.approvals import ApproveDraft, EditDraft, RefuseDraft, SubmitDraft, WithdrawDraft
from casecore.rooms.assignments import LeaveCase, OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.breaks import SetNextState
from casecore.rooms.cases import CloseCase, CloseReason, SetStatus
from casecore.rooms.commitments import FulfilCommitment, MakeCommitment, RescheduleCommitment
from casecore.rooms.contacts import EndContact
from casecore.rooms.notes import AddNote, AddTag, DeleteNote, EditNote, SetSentiment
from casecore.rooms.offers import ExpireOffer, OfferWork, RejectOffer, RescindOffer
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import FlagCase, RelateRecord, UnrelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.reviews import FreeReview, TakeReview
from casecore.rooms.silence import AskPresence, DisconnectIdle
from casecore.rooms.sla import SetLevel
from casecore.rooms.threads import Feeling, RecordCustomer
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing.scenario import at, given
from tests.sops import sop
from tests.telling import CHAT, EMAIL, told, wrote

DRAFT = (*EMAIL, SubmitDraft("ben", at(5), "c1", "d1", "Sorry", note="is it right?", subject="Re: Hello"))


class TestSentences:
    """What a supervisor reads."""

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            ("en", "ana sent a reply as pending: “Hello”"),
            ("pt", "ana enviou uma resposta como pendente: “Hello”"),
            ("fr", "ana a envoyé une réponse, le cas est en attente\xa0: «\xa0Hello\xa0»"),
        ],
    )
    def test_reply(self, language, expected):
        """Who sent what, and as what."""
        assert [expected] == told(*CHAT, SendReply("ana", at(5), "c1", "m2", "Hello"), language=language)

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            ("en", "ana sent a reply as escalated, subject “Re: Hello”: “See there” (attached: a.pdf, b.pdf)"),
            ("pt", "ana enviou uma resposta como escalado, assunto “Re: Hello”: “See there” (em anexo: a.pdf, b.pdf)"),
            (
                "fr",
                (
                    "ana a envoyé une réponse, le cas est escaladé, objet «\xa0Re: Hello\xa0»\xa0: «\xa0See there\xa0» "
                    "(en pièce jointe\xa0: a.pdf, b.pdf)"
                ),
            ),
        ],
    )
    def test_reply_with_everything(self, language, expected):
        """A subject and attachments are told where there are any."""
        sent = SendReply(
            "ana", at(5), "c1", "m2", "See there", Status.ESCALATED, ("a.pdf", "b.pdf"), subject="Re: Hello"
        )
        assert [expected] == told(EMAIL[0], OpenCase("ana", at(2), "c1"), sent, language=language)

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            (
                "en",
                [
                    "new customer: maria (Maria Silva)",
                    "first conversation with maria (email)",
                    "new case (email); reason: “refund”; language: pt",
                    "the case waits in the queue billing",
                    "the customer wrote: “Hello”",
                ],
            ),
            (
                "pt",
                [
                    "novo cliente: maria (Maria Silva)",
                    "primeira conversa com maria (e-mail)",
                    "novo caso (e-mail); motivo: “refund”; idioma: pt",
                    "o caso aguarda na fila billing",
                    "o cliente escreveu: “Hello”",
                ],
            ),
            (
                "fr",
                [
                    "nouveau client\xa0: maria (Maria Silva)",
                    "première conversation avec maria (e-mail)",
                    "nouveau cas (e-mail)\u202f; motif\xa0: «\xa0refund\xa0»\u202f; langue\xa0: pt",
                    "le cas attend dans la file billing",
                    "le client a écrit\xa0: «\xa0Hello\xa0»",
                ],
            ),
        ],
    )
    def test_arrival(self, language, expected):
        """A customer who was never here before writes."""
        arrival = wrote(at(0), channel=Channel.EMAIL, reason="refund", language="pt")
        assert expected == told(arrival, language=language)

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            (
                "en",
                [
                    "cleo approved ben’s draft",
                    "ben’s reply, approved by cleo, was sent as pending, subject “Re: Hello”: “Sorry”",
                    "cleo’s review ended",
                ],
            ),
            (
                "pt",
                [
                    "cleo aprovou o rascunho de ben",
                    "a resposta de ben, aprovada por cleo, foi enviada como pendente, assunto “Re: Hello”: “Sorry”",
                    "a revisão por cleo terminou",
                ],
            ),
            (
                "fr",
                [
                    "cleo a approuvé le brouillon rédigé par ben",
                    (
                        "la réponse rédigée par ben et approuvée par cleo est partie, le cas est en attente, "
                        "objet «\xa0Re: Hello\xa0»\xa0: «\xa0Sorry\xa0»"
                    ),
                    "la relecture par cleo a pris fin",
                ],
            ),
        ],
    )
    def test_approval(self, language, expected):
        """Who approved whose reply."""
        approval = ApproveDraft("cleo", at(9), "c1", "d1")
        assert expected == told(*DRAFT, TakeReview("cleo", at(7), "c1"), approval, language=language)

    @pytest.mark.parametrize(
        ("commands", "expected"),
        [
            (
                (*CHAT, SendReply("ana", at(5), "c1", "r9", "Bye", Status.ESCALATED), EndContact("ana", at(6), "c1")),
                "ana ended the contact",
            ),
            ((*CHAT, Authenticate("ana", at(5), "c1")), "ana authenticated the customer"),
            ((*CHAT, AskPresence("ana", at(5), "c1", "m2", "Hello?")), "ana asked whether the customer is still there"),
            ((*EMAIL, LeaveCase("ben", at(5), "c1")), "ben left the case"),
            (
                (*EMAIL, ReassignCase("dora", at(5), "c1", queue="technical", note="his")),
                "dora transferred the case that",
            ),
            ((*EMAIL, ReassignCase("ben", at(5), "c1", queue="technical")), "ben transferred the case"),
            ((*EMAIL, SetStatus("ben", at(5), "c1", Status.ESCALATED)), "ben set the status to escalated"),
            ((*EMAIL, SetLevel("ben", at(5), "c1", Level.URGENT)), "ben set the level to urgent"),
            ((*EMAIL, AddTag("ben", at(5), "c1", "vip")), "ben added the tag “vip” to the case"),
            ((*EMAIL, AddTag("ben", at(5), "c1", "vip", "m1")), "ben added the tag “vip” to the message m1"),
            (
                (*EMAIL, SetSentiment("ben", at(5), "c1", "m1", Feeling.NEGATIVE)),
                "ben marked the message m1 as negative",
            ),
            ((*EMAIL, AddNote("ben", at(5), "n1", "Call", case="c1")), "ben wrote a note: “Call”"),
            (
                (*EMAIL, AddNote("ben", at(5), "n1", "Call", customer="maria")),
                "ben wrote a note on the customer maria:",
            ),
            (
                (*EMAIL, MakeCommitment("ben", at(5), "c1", "k1", at(hours=24), "a call")),
                "ben promised “a call” by 2026-1",
            ),
            ((*EMAIL, FlagCase("ben", at(5), "c1", True)), "ben flagged the case as a complaint about an installer"),
            (
                (*EMAIL, FlagCase("ben", at(5), "c1", True, True)),
                "ben flagged the case as a complaint about an installer, ",
            ),
            ((*EMAIL, FlagCase("ben", at(5), "c1", None, True)), "ben flagged the case as having an account case"),
            (
                (*EMAIL, RelateRecord("ben", at(5), "c1", Relation.INSTALLER, "i7")),
                "ben related the case to the installer: i",
            ),
            ((*DRAFT, WithdrawDraft("ben", at(9), "c1", "d1")), "ben withdrew the draft"),
            ((*DRAFT, WithdrawDraft("dora", at(9), "c1", "d1")), "dora withdrew ben’s draft"),
            ((*DRAFT, RefuseDraft("cleo", at(9), "c1", "d1", "too short")), "cleo refused ben’s draft: “too short”"),
            (
                (*DRAFT, EditDraft("ben", at(9), "c1", "d1", "Soon")),
                "ben changed the draft, to be sent as pending, subject “Re: Hello”: “Soon”",
            ),
            ((CHAT[0], OfferWork(SYSTEM, at(1), "c1", "ana")), "the system offered the case to ana"),
            ((*CHAT[:2], RejectOffer("ana", at(2), "c1", reason="busy")), "ana declined the case: “busy”"),
            ((*CHAT[:2], ExpireOffer(SYSTEM, at(40), "c1")), "ana did not answer the offer in time"),
            (
                (*CHAT[:2], RescindOffer("dora", at(2), "c1", reason="mine")),
                "dora took the offer of the case to ana back: “mine”",
            ),
            (
                (*DRAFT, OfferWork(SYSTEM, at(9), "c1", "cleo", True)),
                "the system offered the review of the draft to cleo",
            ),
            ((CHAT[0], CloseCase("system", at(2), "c1", CloseReason.SPAM)), "the system closed the case (spam)"),
            ((*EMAIL, CloseCase("ben", at(9), "c1")), "ben closed the case"),
            ((wrote(at(0)), wrote(at(1), "m2", "x", auto_generated=True)), "an automatic message came: “x”"),
            (
                (wrote(at(0), channel=Channel.TWITTER, kind=MessageKind.MENTION, new_case="c9", text="@us hi"),),
                "the customer wrote (mention): “@us hi”",
            ),
            ((GoUnavailable("ana", at(1), "ana", "lunch"),), "ana is unavailable: “lunch”"),
            ((GoUnavailable("dora", at(1), "ana"),), "dora made ana unavailable"),
            ((LogOut("system", at(1), "ana"),), "the system logged ana out"),
            ((LogOut("ana", at(1), "ana"),), "ana logged out"),
            ((GoAvailable("dora", at(1), "eva"),), "dora made eva available"),
            (
                (SetNextState("dora", at(1), "ana"),),
                "dora set a next state for ana, unavailable after the last contact",
            ),
            (
                (RecordCustomer("dora", at(1), "maria", "Maria", {"email": "m@x.pt"}),),
                "dora updated the record of the cu",
            ),
            (
                (ChangeAgent("dora", at(1), "ana", capacity={"voice": 1, "total": 4}),),
                "dora changed ana’s record (Ana); may reply; queues: billing, general, technical; limits: voice 1, to",
            ),
        ],
    )
    def test_in_english(self, commands, expected):
        """One of the lines begins so; alternatives and optional parts are chosen by what happened."""
        lines = told(*commands)
        assert [one for one in lines if one.startswith(expected)], lines

    def test_profile_and_limits_in_the_language(self):
        """Names of channels in a mapping are words like any others."""
        (line_,) = told(ChangeAgent("dora", at(1), "ana", capacity={"voice": 1, "total": 4}), language="pt")
        assert line_.endswith("limites: voz 1, total 4")

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            ("en", "the case is no longer offered to ana: it waits no more"),
            ("pt", "o caso já não é oferecido a ana: já não está à espera"),
            ("fr", "le cas n’est plus proposé à ana\xa0: plus en attente"),
        ],
    )
    def test_offer_taken_back(self, language, expected):
        """Why an offer was taken back is told in the language; by hand, in the words of whoever did it."""
        closed = CloseCase(SYSTEM, at(2), "c1", CloseReason.SPAM)
        assert expected in told(*CHAT[:2], closed, language=language)
        by_hand = told(*CHAT[:2], RescindOffer("dora", at(2), "c1", reason="engano"), language="pt")
        assert ["dora retirou a oferta do caso a ana: “engano”"] == by_hand

    def test_silence(self):
        """A silent chat that was closed reads as one story, one line for each thing that happened."""
        ask = AskPresence("ana", at(8), "c1", "m3", "There?")
        reply, end = SendReply("ana", at(5), "c1", "m2", "Hi"), DisconnectIdle("ana", at(125), "c1", "m4")
        closing = attrs.evolve(Policy.default().chat.idle, closing="Sorry, {customer}")
        lines = told(*CHAT, reply, ask, end, policy=sop(chat={"idle": closing}))
        assert [
            "ana closed the silent chat: “Sorry, Maria Silva”",
            "ana ended the contact: the customer stayed silent",
            "the solution clock stopped: the case is resolved",
            "ana’s contact ended",
            "ana still has to dispose the contact",
            "ana is wrapping up",
        ] == lines

    def test_successor(self):
        """What happened on both cases is told on each of them."""
        story = given(wrote(at(0)), CloseCase(SYSTEM, at(1), "c1", CloseReason.SPAM), wrote(at(2), "m2"))
        assert "the customer wrote again: the case c1+1 follows" == [*history(story.events, "c1")][-1].text
        assert "new case (chat); follows case c1" == next(history(story.events, "c1+1")).text

    def test_supervisor_disposes(self):
        """Whose contact it was is told where somebody else disposed it."""
        ended = (*EMAIL, RelateRecord("ben", at(3), "c1", Relation.CUSTOMER, "r1"), EndContact("ben", at(5), "c1"))
        disposed = Dispose("dora", at(6), "c1", "solved", "All well", agent="ben")
        assert ["dora disposed ben’s contact as “solved”: “All well”", "dora made ben available"] == told(
            *ended, disposed
        )

    def test_duty(self):
        """What is missing is listed in the language, in an order that never changes."""
        flagged = (*EMAIL, FlagCase("ben", at(3), "c1", True), EndContact("ben", at(5), "c1"))
        related = [RelateRecord("ben", at(6), "c1", relation, "r") for relation in (Relation.CUSTOMER, Relation.CASE)]
        lines = told(*flagged, *related, Dispose("ben", at(9), "c1", "solved", "ok"), language="pt")
        assert ["ben ainda tem de relacionar o caso com: o instalador", "ben está disponível"] == lines[-2:]
        last = RelateRecord("ben", at(10), "c1", Relation.INSTALLER, "i")
        lines = told(*flagged, *related, Dispose("ben", at(9), "c1", "solved", "ok"), last)
        assert ["ben related the case to the installer: i", "the case has every relation it needs"] == lines

    def test_commitment(self):
        """Instants are told in UTC."""
        made = (*EMAIL, MakeCommitment("ben", at(5), "c1", "k1", at(hours=24), "a call"))
        later = RescheduleCommitment("ben", at(6), "k1", at(hours=30))
        expected = "ben reagendou o compromisso k1 de 2026-11-03 09:00 UTC para 2026-11-03 15:00 UTC"
        assert [expected] == told(*made, later, language="pt")
        assert ["ben fulfilled the commitment k1"] == told(*made, FulfilCommitment("ben", at(6), "k1"))

    def test_notes(self):
        """A note that was changed or deleted is named."""
        noted = (*EMAIL, AddNote("ben", at(5), "n1", "Call", case="c1"))
        assert ["ben changed the note n1: “Write”"] == told(*noted, EditNote("ben", at(6), "n1", "Write"))
        assert ["ben deleted the note n1"] == told(*noted, DeleteNote("ben", at(6), "n1"))

    def test_deviation(self):
        """A rule that was only warned about is told with what was measured."""
        softened = attrs.evolve(Policy.default(), enforcement={"reply.permission": Enforcement.WARN})
        lines = told(*EMAIL, SendReply("ben", at(5), "c1", "m2", "Hi", subject="Re"), policy=softened)
        assert "ben did not keep the rule reply.permission: “ben may not reply directly”" == lines[-1]

    def test_a_relation_taken_back(self):
        """It is told what the case is not related to any more."""
        related = (*EMAIL, RelateRecord("ben", at(5), "c1", Relation.CUSTOMER, "7"))
        back = UnrelateRecord("ben", at(6), "c1", Relation.CUSTOMER)
        assert ["ben took back the relation of the case to the customer"] == told(*related, back)

    def test_stale_and_superseded(self):
        """What becomes of a draft when the customer writes."""
        assert "the draft is stale: the customer has written since" in told(*DRAFT, wrote(at(9), "m2", channel=None))
        replied = (*DRAFT, SendReply("dora", at(9), "c1", "m9", "No", subject="Re"))
        assert "the draft is stale: dora has replied since" in told(*replied)
        assert "o rascunho está desatualizado: dora respondeu depois" in told(*replied, language="pt")
        assert "le brouillon n’est plus à jour\xa0: dora a répondu entre-temps" in told(*replied, language="fr")
        taken = (
            *DRAFT,
            TakeReview("cleo", at(8), "c1"),
            LogOut("cleo", at(9), "cleo"),
            FreeReview(SYSTEM, at(80), "c1"),
        )
        assert "the review was taken from cleo, who is off duty" in told(*taken)
        superseding = sop(approval={"on_customer_message": OnCustomerMessage.SUPERSEDE})
        lines = told(*DRAFT, wrote(at(9), "m2", channel=None), policy=superseding, language="fr")
        assert "le brouillon rédigé par ben est devenu caduc" in lines

    @pytest.mark.parametrize(
        ("after", "expected"),
        [
            (AfterReopening.RUNS_ON, "the solution clock runs on"),
            (AfterReopening.LEAVES_OUT, "the solution clock runs on, leaving out 1h30m"),
            (AfterReopening.STARTS_AGAIN, "the solution clock started again from zero"),
        ],
    )
    def test_solution_clock(self, after, expected):
        """Seconds are told as a length of time, and left out where there are none."""
        resolved = (*EMAIL, SetStatus("ben", at(60), "c1", Status.RESOLVED))
        again = wrote(at(60, minutes=90), "m2", channel=None)
        assert expected in told(*resolved, again, policy=sop(sla={"after_reopening": after}))

    def test_pause(self):
        """How long the clock was paused."""
        paused = (*EMAIL, SetStatus("ben", at(60), "c1", Status.PENDING))
        lines = told(*paused, SetStatus("ben", at(180), "c1", Status.OPEN), policy=sop(sla={"pause_in": ("pending",)}))
        assert "the solution clock runs on after a pause of 2m" in lines
