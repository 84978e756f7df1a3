"""The sentences of a history: replies, approvals, offers, contacts, promises and what follows a contact.

Data only; `vocabulary.py` says how a sentence is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from casecore.kernel import Event
from casecore.projections.history.vocabulary import BY_THEMSELVES, Same, Sentence
from casecore.rooms.approvals import (
    DraftApproved,
    DraftEdited,
    DraftRefused,
    DraftSubmitted,
    DraftSuperseded,
    DraftWentStale,
    DraftWithdrawn,
    ReviewReassigned,
)
from casecore.rooms.authentication import Authenticated
from casecore.rooms.commitments import CommitmentFulfilled, CommitmentMade, CommitmentRescheduled, CommitmentTaken
from casecore.rooms.contacts import CaseGivenUp, ContactEnded, ContactStarted, CustomerLeft, CustomerReturned
from casecore.rooms.logged_cases import CustomerJoined
from casecore.rooms.occupancy import OccupancyChanged
from casecore.rooms.offers import OfferAccepted, OfferDeclined, OfferRescinded, OfferStatus, Rescission, WorkOffered
from casecore.rooms.relations import CaseFlagged, DutyDone, DutyLeft, RecordRelated, RecordUnrelated
from casecore.rooms.replies import ReplySent
from casecore.rooms.reviews import ReviewEnded, ReviewFreed, ReviewTaken
from casecore.rooms.silence import ChatDisconnected, PresenceAsked
from casecore.rooms.snoozes import CaseSnoozed, SnoozeEnded
from casecore.rooms.wrap_ups import Disposed, WrapUpOwed

REPLIES: Final[Mapping[type[Event], tuple[Sentence, ...]]] = {
    ReplySent: (
        Sentence(
            "{by} sent a reply as {send_as}[, subject {subject:quoted}][, from the template {template}]"
            "[: {text:quoted}][ (attached: {attachments})]",
            "{by} enviou uma resposta como {send_as}[, assunto {subject:quoted}][, do modelo {template}]"
            "[: {text:quoted}][ (em anexo: {attachments})]",
            "{by} a envoyé une réponse, le cas est {send_as}[, objet {subject:quoted}][, modèle {template}]"
            "[ : {text:quoted}][ (en pièce jointe : {attachments})]",
            {"reviewer": None},
        ),
        Sentence(
            "{author}’s reply, approved by {reviewer}, was sent as {send_as}[, subject {subject:quoted}]"
            "[, from the template {template}][: {text:quoted}][ (attached: {attachments})]",
            "a resposta de {author}, aprovada por {reviewer}, foi enviada como {send_as}[, assunto {subject:quoted}]"
            "[, do modelo {template}][: {text:quoted}][ (em anexo: {attachments})]",
            "la réponse rédigée par {author} et approuvée par {reviewer} est partie, le cas est {send_as}"
            "[, objet {subject:quoted}][, modèle {template}][ : {text:quoted}][ (en pièce jointe : {attachments})]",
        ),
    ),
    DraftSubmitted: (
        Sentence(
            "{by} submitted a reply for approval by the queue {queue}, to be sent as {send_as}"
            "[, subject {subject:quoted}][, from the template {template}][: {text:quoted}][ (attached: {attachments})]"
            "[; for the reviewer: {note:quoted}]",
            "{by} submeteu uma resposta à aprovação da fila {queue}, para enviar como {send_as}"
            "[, assunto {subject:quoted}][, do modelo {template}][: {text:quoted}][ (em anexo: {attachments})]"
            "[; para a revisão: {note:quoted}]",
            "{by} a soumis une réponse à l’approbation de la file {queue} (statut prévu : {send_as})"
            "[, objet {subject:quoted}][, modèle {template}][ : {text:quoted}][ (en pièce jointe : {attachments})]"
            "[ ; pour la relecture : {note:quoted}]",
        ),
    ),
    DraftEdited: (
        Sentence(
            "{by} changed the draft, to be sent as {send_as}[, subject {subject:quoted}]"
            "[, from the template {template}][: {text:quoted}][ (attached: {attachments})]",
            "{by} alterou o rascunho, para enviar como {send_as}[, assunto {subject:quoted}][, do modelo {template}]"
            "[: {text:quoted}][ (em anexo: {attachments})]",
            "{by} a modifié le brouillon (statut prévu : {send_as})[, objet {subject:quoted}][, modèle {template}]"
            "[ : {text:quoted}][ (en pièce jointe : {attachments})]",
        ),
    ),
    DraftWentStale: (
        Sentence(
            "the draft is stale: the customer has written since",
            "o rascunho está desatualizado: o cliente escreveu depois",
            "le brouillon n’est plus à jour : le client a écrit entre-temps",
            {"replied": None},
        ),
        Sentence(
            "the draft is stale: {replied} has replied since",
            "o rascunho está desatualizado: {replied} respondeu depois",
            "le brouillon n’est plus à jour : {replied} a répondu entre-temps",
        ),
    ),
    DraftApproved: (
        Sentence(
            "{by} approved {author}’s draft",
            "{by} aprovou o rascunho de {author}",
            "{by} a approuvé le brouillon rédigé par {author}",
        ),
    ),
    DraftRefused: (
        Sentence(
            "{by} refused {author}’s draft[: {reason:quoted}]",
            "{by} recusou o rascunho de {author}[: {reason:quoted}]",
            "{by} a refusé le brouillon rédigé par {author}[ : {reason:quoted}]",
        ),
    ),
    DraftWithdrawn: (
        Sentence(
            "{by} withdrew the draft",
            "{by} retirou o rascunho",
            "{by} a retiré le brouillon",
            {"by": Same("author")},
        ),
        Sentence(
            "{by} withdrew {author}’s draft",
            "{by} retirou o rascunho de {author}",
            "{by} a retiré le brouillon rédigé par {author}",
        ),
    ),
    DraftSuperseded: (
        Sentence(
            "{author}’s draft lapsed",
            "o rascunho de {author} ficou sem efeito",
            "le brouillon rédigé par {author} est devenu caduc",
        ),
    ),
    ReviewReassigned: (
        Sentence(
            "{by} put the review into the queue {queue}[: {note:quoted}]",
            "{by} colocou a revisão na fila {queue}[: {note:quoted}]",
            "{by} a placé la relecture dans la file {queue}[ : {note:quoted}]",
        ),
    ),
    ReviewTaken: (
        Sentence(
            "{agent} took the review of the draft",
            "{agent} assumiu a revisão do rascunho",
            "{agent} a pris en charge la relecture du brouillon",
        ),
    ),
    ReviewFreed: (
        Sentence(
            "the review was taken from {agent}, who is off duty",
            "a revisão foi retirada de {agent}, que não está de serviço",
            "la relecture a été retirée à {agent} pour absence",
        ),
    ),
    ReviewEnded: (
        Sentence(
            "{agent}’s review ended",
            "a revisão por {agent} terminou",
            "la relecture par {agent} a pris fin",
        ),
    ),
}

WORK: Final[Mapping[type[Event], tuple[Sentence, ...]]] = {
    WorkOffered: (
        Sentence(
            "{by} offered the review of the draft to {agent}",
            "{by} ofereceu a revisão do rascunho a {agent}",
            "{by} a proposé la relecture du brouillon à {agent}",
            {"review": True},
        ),
        Sentence(
            "{by} offered the case to {agent}",
            "{by} ofereceu o caso a {agent}",
            "{by} a proposé le cas à {agent}",
        ),
    ),
    OfferAccepted: (
        Sentence(
            "{agent} accepted the review",
            "{agent} aceitou a revisão",
            "{agent} a accepté la relecture",
            {"review": True},
        ),
        Sentence("{agent} accepted the case", "{agent} aceitou o caso", "{agent} a accepté le cas"),
    ),
    OfferDeclined: (
        Sentence(
            "{agent} did not answer the offer in time",
            "{agent} não respondeu à oferta a tempo",
            "{agent} n’a pas répondu à temps à la proposition",
            {"how": OfferStatus.TIMED_OUT},
        ),
        Sentence(
            "{agent} declined the review[: {reason:quoted}]",
            "{agent} recusou a revisão[: {reason:quoted}]",
            "{agent} a décliné la relecture[ : {reason:quoted}]",
            {"review": True},
        ),
        Sentence(
            "{agent} declined the case[: {reason:quoted}]",
            "{agent} recusou o caso[: {reason:quoted}]",
            "{agent} a décliné le cas[ : {reason:quoted}]",
        ),
    ),
    OfferRescinded: (
        Sentence(
            "{by} took the offer of the review to {agent} back[: {reason:quoted}]",
            "{by} retirou a oferta da revisão a {agent}[: {reason:quoted}]",
            "{by} a retiré la proposition de relecture faite à {agent}[ : {reason:quoted}]",
            {"review": True, "because": Rescission.BY_HAND},
        ),
        Sentence(
            "{by} took the offer of the case to {agent} back[: {reason:quoted}]",
            "{by} retirou a oferta do caso a {agent}[: {reason:quoted}]",
            "{by} a retiré la proposition du cas faite à {agent}[ : {reason:quoted}]",
            {"because": Rescission.BY_HAND},
        ),
        Sentence(
            "the review is no longer offered to {agent}: {because}",
            "a revisão já não é oferecida a {agent}: {because}",
            "la relecture n’est plus proposée à {agent} : {because}",
            {"review": True},
        ),
        Sentence(
            "the case is no longer offered to {agent}: {because}",
            "o caso já não é oferecido a {agent}: {because}",
            "le cas n’est plus proposé à {agent} : {because}",
        ),
    ),
    OccupancyChanged: (
        Sentence(
            "with {agent} the case counts otherwise[, no longer as {was}]",
            "para {agent}, o caso conta de outra forma[, já não como {was}]",
            "pour {agent}, le cas compte autrement[, plus comme {was}]",
            {"now": None},
        ),
        Sentence(
            "with {agent} the case counts as {now}",
            "para {agent}, o caso conta como {now}",
            "pour {agent}, le cas compte comme {now}",
        ),
    ),
    ContactStarted: (
        Sentence(
            "{agent}’s contact began",
            "o atendimento de {agent} começou",
            "le contact mené par {agent} a commencé",
        ),
    ),
    ContactEnded: (
        Sentence(
            "{agent}’s contact ended",
            "o atendimento de {agent} terminou",
            "le contact mené par {agent} a pris fin",
        ),
    ),
    CustomerLeft: (Sentence("the customer left", "o cliente saiu", "le client est parti"),),
    CustomerReturned: (Sentence("the customer is back", "o cliente voltou", "le client est revenu"),),
    CustomerJoined: (
        Sentence(
            "the customer has written: the logged case goes on as any other",
            "o cliente escreveu: o caso registado continua como qualquer outro",
            "le client a écrit : le cas consigné se poursuit comme tout autre",
        ),
    ),
    CaseGivenUp: (
        Sentence(
            "the case counts for {agent} no longer",
            "o caso já não conta para {agent}",
            "le cas ne compte plus pour {agent}",
        ),
    ),
    CaseSnoozed: (
        Sentence(
            "{by} snoozed the case until {until}",
            "{by} adiou o caso até {until}",
            "{by} a mis le cas en veille jusqu’au {until}",
        ),
    ),
    SnoozeEnded: (
        Sentence(
            "the snooze is over",
            "o adiamento terminou",
            "la mise en veille est terminée",
            {"over": True},
        ),
        Sentence(
            "the case is no longer snoozed",
            "o caso já não está adiado",
            "le cas n’est plus en veille",
        ),
    ),
    Authenticated: (
        Sentence(
            "{by} authenticated the customer[ ({method})]",
            "{by} autenticou o cliente[ ({method})]",
            "{by} a authentifié le client[ ({method})]",
        ),
    ),
    PresenceAsked: (
        Sentence(
            "{by} asked whether the customer is still there[: {text:quoted}]",
            "{by} perguntou se o cliente ainda está presente[: {text:quoted}]",
            "{by} a demandé si le client était toujours là[ : {text:quoted}]",
        ),
    ),
    ChatDisconnected: (
        Sentence(
            "{by} closed the silent chat[: {text:quoted}]",
            "{by} encerrou o chat sem resposta[: {text:quoted}]",
            "{by} a clos le chat resté sans réponse[ : {text:quoted}]",
        ),
    ),
    CommitmentMade: (
        Sentence(
            "{agent} promised {what:quoted} by {due}",
            "{agent} prometeu {what:quoted} até {due}",
            "{agent} a promis {what:quoted} pour le {due}",
        ),
    ),
    CommitmentFulfilled: (
        Sentence(
            "{by} fulfilled the commitment {commitment}",
            "{by} cumpriu o compromisso {commitment}",
            "{by} a tenu l’engagement {commitment}",
        ),
    ),
    CommitmentRescheduled: (
        Sentence(
            "{by} rescheduled the commitment {commitment} from {was} to {due}",
            "{by} reagendou o compromisso {commitment} de {was} para {due}",
            "{by} a reporté l’engagement {commitment} du {was} au {due}",
        ),
    ),
    CommitmentTaken: (
        Sentence(
            "{agent} took over the commitment {commitment} of {was}",
            "{agent} assumiu o compromisso {commitment} de {was}",
            "{agent} a repris l’engagement {commitment} pris par {was}",
        ),
    ),
    WrapUpOwed: (
        Sentence(
            "{agent} still has to dispose the contact[; {earlier_handler} handled it before]",
            "{agent} ainda tem de classificar o atendimento[; antes tratado por {earlier_handler}]",
            "{agent} doit encore qualifier le contact[ ; traité auparavant par {earlier_handler}]",
        ),
    ),
    Disposed: (
        Sentence(
            "{agent} disposed the contact[ as {code:quoted}][: {notes:quoted}]",
            "{agent} classificou o atendimento[ como {code:quoted}][: {notes:quoted}]",
            "{agent} a qualifié le contact[ (code {code:quoted})][ : {notes:quoted}]",
            BY_THEMSELVES,
        ),
        Sentence(
            "{by} disposed {agent}’s contact[ as {code:quoted}][: {notes:quoted}]",
            "{by} classificou o atendimento de {agent}[ como {code:quoted}][: {notes:quoted}]",
            "{by} a qualifié le contact mené par {agent}[ (code {code:quoted})][ : {notes:quoted}]",
        ),
    ),
    DutyLeft: (
        Sentence(
            "{agent} still has to relate the case to: {missing}",
            "{agent} ainda tem de relacionar o caso com: {missing}",
            "{agent} doit encore rattacher au cas : {missing}",
        ),
    ),
    DutyDone: (
        Sentence(
            "the case has every relation it needs",
            "o caso já tem todas as relações necessárias",
            "le cas a tous les rattachements nécessaires",
        ),
    ),
    CaseFlagged: (
        Sentence(
            "{by} flagged the case as a complaint about an installer, with an account case",
            "{by} sinalizou o caso como reclamação sobre um instalador, com caso da conta",
            "{by} a signalé le cas comme réclamation sur un installateur, avec dossier du compte",
            {"complaint": True, "account_case": True},
        ),
        Sentence(
            "{by} flagged the case as a complaint about an installer",
            "{by} sinalizou o caso como reclamação sobre um instalador",
            "{by} a signalé le cas comme réclamation sur un installateur",
            {"complaint": True},
        ),
        Sentence(
            "{by} flagged the case as having an account case",
            "{by} sinalizou que há um caso da conta",
            "{by} a signalé un dossier du compte",
            {"account_case": True},
        ),
        Sentence(
            "{by} unflagged the case: no complaint, no account case",
            "{by} retirou a sinalização do caso: sem reclamação nem caso da conta",
            "{by} a levé le signalement du cas : ni réclamation ni dossier du compte",
        ),
    ),
    RecordRelated: (
        Sentence(
            "{by} related the case to {relation}: {record}",
            "{by} relacionou o caso com {relation}: {record}",
            "{by} a rattaché au cas {relation} : {record}",
        ),
    ),
    RecordUnrelated: (
        Sentence(
            "{by} took back the relation of the case to {relation}",
            "{by} desfez a relação do caso com {relation}",
            "{by} a retiré le rattachement du cas ({relation})",
        ),
    ),
}
