"""The sentences of a history: agents, customers, and what customers and others write.

Data only; `vocabulary.py` says how a sentence is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from casecore.channels import MessageKind
from casecore.kernel import Event
from casecore.projections.history.vocabulary import BY_PARTICIPANT, BY_THEMSELVES, Sentence
from casecore.rooms.agents import (
    AgentAdded,
    AgentAvailable,
    AgentChanged,
    AgentLoggedOut,
    AgentUnavailable,
    AgentWrapsUp,
    NextStateCleared,
    NextStateSet,
)
from casecore.rooms.arrivals import MessageNoted, MessageReceived
from casecore.rooms.blocking import CustomerBlocked, CustomerUnblocked, ThreadBlocked, ThreadUnblocked
from casecore.rooms.case_merging import CaseTakenOver
from casecore.rooms.edits import MessageAwaited, MessageEdited, MessageWithdrawn
from casecore.rooms.joining import ThreadJoined
from casecore.rooms.merging import CustomerExtended, CustomerMerged
from casecore.rooms.moving import CaseMoved, ThreadLeft
from casecore.rooms.notes import NoteAdded, NoteDeleted, NoteEdited, SentimentSet
from casecore.rooms.outbound import ConsentRecorded
from casecore.rooms.threads import CustomerMet, CustomerRecorded, ThreadOpened

AGENTS: Final[Mapping[type[Event], tuple[Sentence, ...]]] = {
    AgentAdded: (
        Sentence(
            "{by} added the agent {agent} ({name})[; may {permissions}][; queues: {queues}][; channels: {channels}]"
            "[; limits: {capacity}]",
            "{by} adicionou o agente {agent} ({name})[; pode {permissions}][; filas: {queues}][; canais: {channels}]"
            "[; limites: {capacity}]",
            "{by} a ajouté l’agent {agent} ({name})[ ; peut {permissions}][ ; files : {queues}]"
            "[ ; canaux : {channels}][ ; limites : {capacity}]",
        ),
    ),
    AgentChanged: (
        Sentence(
            "{by} changed {agent}’s record ({name})[; may {permissions}][; queues: {queues}]"
            "[; channels: {channels}][; limits: {capacity}]",
            "{by} alterou a ficha de {agent} ({name})[; pode {permissions}][; filas: {queues}]"
            "[; canais: {channels}][; limites: {capacity}]",
            "{by} a modifié la fiche agent {agent} ({name})[ ; peut {permissions}][ ; files : {queues}]"
            "[ ; canaux : {channels}][ ; limites : {capacity}]",
        ),
    ),
    AgentAvailable: (
        Sentence("{agent} is available", "{agent} está disponível", "{agent} est disponible", BY_THEMSELVES),
        Sentence(
            "{by} made {agent} available",
            "{by} colocou {agent} como disponível",
            "{by} a rendu {agent} disponible",
        ),
    ),
    AgentWrapsUp: (
        Sentence("{agent} is wrapping up", "{agent} está a concluir o atendimento", "{agent} clôture son contact"),
    ),
    AgentUnavailable: (
        Sentence(
            "{agent} is unavailable[: {reason:quoted}]",
            "{agent} está indisponível[: {reason:quoted}]",
            "{agent} est indisponible[ : {reason:quoted}]",
            BY_THEMSELVES,
        ),
        Sentence(
            "{by} made {agent} unavailable[: {reason:quoted}]",
            "{by} colocou {agent} como indisponível[: {reason:quoted}]",
            "{by} a rendu {agent} indisponible[ : {reason:quoted}]",
        ),
    ),
    AgentLoggedOut: (
        Sentence("{agent} logged out", "{agent} encerrou a sessão", "{agent} a fermé sa session", BY_THEMSELVES),
        Sentence("{by} logged {agent} out", "{by} encerrou a sessão de {agent}", "{by} a déconnecté {agent}"),
    ),
    NextStateSet: (
        Sentence(
            "{agent} will be unavailable after the last contact[: {reason:quoted}]",
            "{agent} ficará indisponível depois do último atendimento[: {reason:quoted}]",
            "{agent} sera indisponible après le dernier contact[ : {reason:quoted}]",
            BY_THEMSELVES,
        ),
        Sentence(
            "{by} set a next state for {agent}, unavailable after the last contact[: {reason:quoted}]",
            "{by} definiu o próximo estado de {agent}, indisponível depois do último atendimento[: {reason:quoted}]",
            "{by} a prévu un prochain état pour {agent}, indisponible après le dernier contact[ : {reason:quoted}]",
        ),
    ),
    NextStateCleared: (
        Sentence(
            "{agent} stays available after all",
            "{agent} afinal continua disponível",
            "{agent} reste finalement disponible",
            BY_THEMSELVES,
        ),
        Sentence(
            "{by} cleared {agent}’s next state",
            "{by} cancelou o próximo estado de {agent}",
            "{by} a annulé le prochain état prévu pour {agent}",
        ),
    ),
}

CUSTOMERS: Final[Mapping[type[Event], tuple[Sentence, ...]]] = {
    CustomerMet: (
        Sentence(
            "new customer: {customer}[ ({name})]",
            "novo cliente: {customer}[ ({name})]",
            "nouveau client : {customer}[ ({name})]",
        ),
    ),
    CustomerRecorded: (
        Sentence(
            "{by} updated the record of the customer {customer}[ ({name})][; {profile}]",
            "{by} atualizou a ficha do cliente {customer}[ ({name})][; {profile}]",
            "{by} a mis à jour la fiche du client {customer}[ ({name})][ ; {profile}]",
        ),
    ),
    ConsentRecorded: (
        Sentence(
            "{by} noted that the customer {customer} opted in to messages on WhatsApp[: {note:quoted}]",
            "{by} anotou que o cliente {customer} aceita mensagens no WhatsApp[: {note:quoted}]",
            "{by} a noté l’accord du client {customer} pour des messages WhatsApp[ : {note:quoted}]",
            {"opted_in": True},
        ),
        Sentence(
            "{by} noted that the customer {customer} wants no messages on WhatsApp any more[: {note:quoted}]",
            "{by} anotou que o cliente {customer} já não aceita mensagens no WhatsApp[: {note:quoted}]",
            "{by} a noté que le client {customer} ne veut plus de messages WhatsApp[ : {note:quoted}]",
        ),
    ),
    CaseMoved: (
        Sentence(
            "{by} moved the case to the customer {customer}, on the conversation {thread} (before: {left})",
            "{by} passou o caso para o cliente {customer}, na conversa {thread} (antes: {left})",
            "{by} a transféré le cas au client {customer}, dans la conversation {thread} (avant : {left})",
        ),
    ),
    ThreadJoined: (
        Sentence(
            "what is written on the conversation {thread} goes on in this case",
            "o que se escreve na conversa {thread} continua neste caso",
            "ce qui s’écrit dans la conversation {thread} se poursuit dans ce cas",
        ),
    ),
    CaseTakenOver: (
        Sentence(
            "{by} merged the case {merged} into this one[; the customer waits for an answer since {waits_since}]",
            "{by} fundiu o caso {merged} com este[; o cliente aguarda resposta desde {waits_since}]",
            "{by} a fusionné le cas {merged} avec celui-ci[ ; le client attend une réponse depuis le {waits_since}]",
        ),
    ),
    ThreadLeft: (
        Sentence(
            "the case is no longer on the conversation {thread}[, whose latest case is {latest}]",
            "o caso já não está na conversa {thread}[, cujo último caso é {latest}]",
            "le cas n’est plus dans la conversation {thread}[, dont le dernier cas est {latest}]",
        ),
    ),
    CustomerMerged: (
        Sentence(
            "{by} found that the customer {customer} is the customer {into}",
            "{by} verificou que o cliente {customer} é o cliente {into}",
            "{by} a constaté que le client {customer} est le client {into}",
        ),
    ),
    CustomerExtended: (
        Sentence(
            "the customer {customer} has the record of {merged}, too[ ({name})][; {profile}]",
            "o cliente {customer} fica também com a ficha de {merged}[ ({name})][; {profile}]",
            "le client {customer} reprend aussi la fiche {merged}[ ({name})][ ; {profile}]",
        ),
    ),
    CustomerBlocked: (
        Sentence(
            "{by} blocked the customer {customer}: {reason:quoted}",
            "{by} bloqueou o cliente {customer}: {reason:quoted}",
            "{by} a bloqué le client {customer} : {reason:quoted}",
        ),
    ),
    CustomerUnblocked: (
        Sentence(
            "{by} unblocked the customer {customer}: {reason:quoted}",
            "{by} desbloqueou o cliente {customer}: {reason:quoted}",
            "{by} a débloqué le client {customer} : {reason:quoted}",
        ),
    ),
    ThreadBlocked: (
        Sentence(
            "{by} blocked the conversation {thread}: {reason:quoted}",
            "{by} bloqueou a conversa {thread}: {reason:quoted}",
            "{by} a bloqué la conversation {thread} : {reason:quoted}",
        ),
    ),
    ThreadUnblocked: (
        Sentence(
            "{by} unblocked the conversation {thread}: {reason:quoted}",
            "{by} desbloqueou a conversa {thread}: {reason:quoted}",
            "{by} a débloqué la conversation {thread} : {reason:quoted}",
        ),
    ),
    ThreadOpened: (
        Sentence(
            "first conversation with {customer} ({channel})",
            "primeira conversa com {customer} ({channel})",
            "première conversation avec {customer} ({channel})",
        ),
    ),
    MessageReceived: (
        Sentence(
            "{participant} wrote on the customer’s conversation[, answering {answers}]"
            "[: {text:quoted}][ (attached: {attachments})]",
            "{participant} escreveu na conversa do cliente[, em resposta a {answers}]"
            "[: {text:quoted}][ (em anexo: {attachments})]",
            "{participant} a écrit dans la conversation du client[, en réponse à {answers}]"
            "[ : {text:quoted}][ (en pièce jointe : {attachments})]",
            BY_PARTICIPANT,
        ),
        Sentence(
            "{by} wrote[, answering {answers}][: {text:quoted}][ (attached: {attachments})]",
            "{by} escreveu[, em resposta a {answers}][: {text:quoted}][ (em anexo: {attachments})]",
            "{by} a écrit[, en réponse à {answers}][ : {text:quoted}][ (en pièce jointe : {attachments})]",
            {"kind": MessageKind.DIRECT},
        ),
        Sentence(
            "{by} wrote ({kind})[, answering {answers}][: {text:quoted}][ (attached: {attachments})]",
            "{by} escreveu ({kind})[, em resposta a {answers}][: {text:quoted}][ (em anexo: {attachments})]",
            "{by} a écrit ({kind})[, en réponse à {answers}][ : {text:quoted}][ (en pièce jointe : {attachments})]",
        ),
    ),
    MessageNoted: (
        Sentence(
            "a blocked message came[ from {participant}][: {text:quoted}][ (attached: {attachments})]",
            "chegou uma mensagem bloqueada[ de {participant}][: {text:quoted}][ (em anexo: {attachments})]",
            "un message bloqué est arrivé[, envoyé par {participant}][ : {text:quoted}]"
            "[ (en pièce jointe : {attachments})]",
            {"blocked": True},
        ),
        Sentence(
            "an automatic message came[: {text:quoted}][ (attached: {attachments})]",
            "chegou uma mensagem automática[: {text:quoted}][ (em anexo: {attachments})]",
            "un message automatique est arrivé[ : {text:quoted}][ (en pièce jointe : {attachments})]",
            {"auto_generated": True},
        ),
        Sentence(
            "{participant} reacted ({kind})[: {text:quoted}][ (attached: {attachments})]",
            "{participant} reagiu ({kind})[: {text:quoted}][ (em anexo: {attachments})]",
            "{participant} a réagi ({kind})[ : {text:quoted}][ (en pièce jointe : {attachments})]",
            BY_PARTICIPANT,
        ),
        Sentence(
            "{by} reacted ({kind})[: {text:quoted}][ (attached: {attachments})]",
            "{by} reagiu ({kind})[: {text:quoted}][ (em anexo: {attachments})]",
            "{by} a réagi ({kind})[ : {text:quoted}][ (en pièce jointe : {attachments})]",
        ),
    ),
    MessageAwaited: (
        Sentence(
            "the message {message} was changed before it came",
            "a mensagem {message} foi alterada antes de chegar",
            "le message {message} a été modifié avant d’arriver",
        ),
    ),
    MessageEdited: (
        Sentence(
            "an earlier edit of the message {message} came late[: {text:quoted}][ (attached: {attachments})]",
            "uma alteração anterior da mensagem {message} chegou tarde[: {text:quoted}][ (em anexo: {attachments})]",
            "une modification antérieure du message {message} est arrivée tard"
            "[ : {text:quoted}][ (en pièce jointe : {attachments})]",
            {"late": True},
        ),
        Sentence(
            "{participant} edited the message {message}[: {text:quoted}][ (attached: {attachments})]",
            "{participant} alterou a mensagem {message}[: {text:quoted}][ (em anexo: {attachments})]",
            "{participant} a modifié le message {message}[ : {text:quoted}][ (en pièce jointe : {attachments})]",
            BY_PARTICIPANT,
        ),
        Sentence(
            "{by} edited the message {message}[: {text:quoted}][ (attached: {attachments})]",
            "{by} alterou a mensagem {message}[: {text:quoted}][ (em anexo: {attachments})]",
            "{by} a modifié le message {message}[ : {text:quoted}][ (en pièce jointe : {attachments})]",
        ),
    ),
    MessageWithdrawn: (
        Sentence(
            "{participant} withdrew the message {message}",
            "{participant} apagou a mensagem {message}",
            "{participant} a supprimé le message {message}",
            BY_PARTICIPANT,
        ),
        Sentence(
            "{by} withdrew the message {message}",
            "{by} apagou a mensagem {message}",
            "{by} a supprimé le message {message}",
        ),
    ),
    NoteAdded: (
        Sentence(
            "{by} wrote a note[ on the customer {customer}]: {text:quoted}",
            "{by} escreveu uma nota[ sobre o cliente {customer}]: {text:quoted}",
            "{by} a écrit une note[ sur le client {customer}] : {text:quoted}",
        ),
    ),
    NoteEdited: (
        Sentence(
            "{by} changed the note {note}[ on the customer {customer}]: {text:quoted}",
            "{by} alterou a nota {note}[ sobre o cliente {customer}]: {text:quoted}",
            "{by} a modifié la note {note}[ sur le client {customer}] : {text:quoted}",
        ),
    ),
    NoteDeleted: (
        Sentence(
            "{by} deleted the note {note}[ on the customer {customer}]",
            "{by} apagou a nota {note}[ sobre o cliente {customer}]",
            "{by} a supprimé la note {note}[ sur le client {customer}]",
        ),
    ),
    SentimentSet: (
        Sentence(
            "{by} marked the message {message} as {sentiment} (before: {was})",
            "{by} marcou a mensagem {message} como {sentiment} (antes: {was})",
            "{by} a marqué le message {message} comme {sentiment} (avant : {was})",
        ),
    ),
}
