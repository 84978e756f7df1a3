"""The sentences of a history: agents, customers and cases; and `LINES`, the sentences of every event.

Data only. `vocabulary.py` says how a sentence is written; the sentences of replies, approvals, offers and contacts
are in `sentences_of_work.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from casecore.channels import MessageKind
from casecore.kernel import CUSTOMER, Deviated, Event
from casecore.projections.history.sentences_of_work import REPLIES, WORK
from casecore.projections.history.vocabulary import (
    BY_PARTICIPANT,
    BY_THEMSELVES,
    HAS_ENDED,
    MERGED,
    WAITS_AGAIN,
    Sentence,
)
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
from casecore.rooms.arrivals import CaseReopened, MessageNoted, MessageReceived, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, CaseUnqueued, Release, WorkBegun
from casecore.rooms.blocking import CustomerBlocked, CustomerUnblocked, ThreadBlocked, ThreadUnblocked
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.case_merging import CaseTakenOver
from casecore.rooms.cases import CaseClosed, CaseStarted, CloseReason, StatusSet
from casecore.rooms.clocks import ClockName
from casecore.rooms.edits import MessageAwaited, MessageEdited, MessageWithdrawn
from casecore.rooms.joining import ThreadJoined
from casecore.rooms.merged_clocks import ClocksTakenOver
from casecore.rooms.merging import CustomerExtended, CustomerMerged
from casecore.rooms.moving import CaseMoved, ThreadLeft
from casecore.rooms.notes import (
    CaseTagged,
    CaseUntagged,
    MessageTagged,
    MessageUntagged,
    NoteAdded,
    NoteDeleted,
    NoteEdited,
    SentimentSet,
)
from casecore.rooms.outbound import ConsentRecorded
from casecore.rooms.sla import (
    ClockJudged,
    LevelSet,
    ResponseUndone,
    SolutionPaused,
    SolutionReached,
    SolutionResumed,
    SolutionUndone,
)
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

CASES: Final[Mapping[type[Event], tuple[Sentence, ...]]] = {
    CaseStarted: (
        Sentence(
            "new case ({channel})[; reason: {reason:quoted}][; language: {language}]"
            "[; tags: {tags}][; follows case {predecessor}]",
            "novo caso ({channel})[; motivo: {reason:quoted}][; idioma: {language}]"
            "[; etiquetas: {tags}][; continua o caso {predecessor}]",
            "nouveau cas ({channel})[ ; motif : {reason:quoted}][ ; langue : {language}]"
            "[ ; étiquettes : {tags}][ ; fait suite au cas {predecessor}]",
            {"by": CUSTOMER},
        ),
        Sentence(
            "{by} started a case ({channel})[; language: {language}][; follows case {predecessor}]",
            "{by} iniciou um caso ({channel})[; idioma: {language}][; continua o caso {predecessor}]",
            "{by} a ouvert un cas ({channel})[ ; langue : {language}][ ; fait suite au cas {predecessor}]",
        ),
    ),
    SuccessorStarted: (
        Sentence(
            "{by} wrote again: the case {successor} follows",
            "{by} voltou a escrever: segue-se o caso {successor}",
            "{by} a écrit de nouveau : le cas {successor} prend la suite",
        ),
    ),
    MessageBounced: (
        Sentence(
            "the message {message} did not reach the customer, who waits for an answer again[: {why:quoted}]",
            "a mensagem {message} não chegou ao cliente, que volta a aguardar resposta[: {why:quoted}]",
            "le message {message} n’est pas parvenu au client, qui attend de nouveau une réponse[ : {why:quoted}]",
            WAITS_AGAIN,
        ),
        Sentence(
            "the message {message} did not reach the customer[: {why:quoted}]",
            "a mensagem {message} não chegou ao cliente[: {why:quoted}]",
            "le message {message} n’est pas parvenu au client[ : {why:quoted}]",
        ),
    ),
    CaseReopened: (
        Sentence(
            "the case was reopened (before: {was}): the customer of {merged} waits for an answer",
            "o caso foi reaberto (antes: {was}): o cliente de {merged} aguarda resposta",
            "le cas a été rouvert (avant : {was}) : le client de {merged} attend une réponse",
            MERGED,
        ),
        Sentence(
            "the case was reopened (before: {was})",
            "o caso foi reaberto (antes: {was})",
            "le cas a été rouvert (avant : {was})",
        ),
    ),
    StatusSet: (
        Sentence(
            "{by} set the status to {status}",
            "{by} alterou o estado para {status}",
            "{by} a changé le statut : {status}",
        ),
    ),
    CaseClosed: (
        Sentence("{by} closed the case", "{by} fechou o caso", "{by} a fermé le cas", {"reason": CloseReason.BY_HAND}),
        Sentence(
            "{by} merged the case[ into {into}, as which it goes on]",
            "{by} fundiu o caso[ com {into}, onde continua]",
            "{by} a fusionné le cas[ avec {into}, où il se poursuit]",
            {"reason": CloseReason.MERGED},
        ),
        Sentence("{by} closed the case ({reason})", "{by} fechou o caso ({reason})", "{by} a fermé le cas ({reason})"),
    ),
    CaseAssigned: (
        Sentence("{agent} took the case", "{agent} assumiu o caso", "{agent} a pris le cas en charge", BY_THEMSELVES),
        Sentence(
            "{by} gave the case to {agent}",
            "{by} atribuiu o caso a {agent}",
            "{by} a attribué le cas à {agent}",
        ),
    ),
    CaseReleased: (
        Sentence("{agent} left the case", "{agent} saiu do caso", "{agent} a quitté le cas", {"because": Release.LEFT}),
        Sentence(
            "{agent} transferred the case",
            "{agent} transferiu o caso",
            "{agent} a transféré le cas",
            {"because": Release.TRANSFERRED, **BY_THEMSELVES},
        ),
        Sentence(
            "{by} transferred the case that {agent} held",
            "{by} transferiu o caso que estava com {agent}",
            "{by} a transféré le cas tenu par {agent}",
            {"because": Release.TRANSFERRED},
        ),
        Sentence(
            "the case was taken from {agent}, who is gone",
            "o caso foi retirado de {agent}, que se ausentou",
            "le cas a été retiré à {agent} pour absence",
            {"because": Release.AGENT_LOST},
        ),
        Sentence(
            "the case left {agent}: its contact is disposed",
            "o caso deixou {agent}: o atendimento está classificado",
            "le cas quitte {agent} : le contact est clôturé",
            {"because": Release.DISPOSED},
        ),
        Sentence(
            "the case left {agent}: the customer is back",
            "o caso deixou {agent}: o cliente voltou",
            "le cas quitte {agent} : le client est revenu",
            {"because": Release.CUSTOMER_BACK},
        ),
        Sentence(
            "the case left {agent}: it is snoozed",
            "o caso deixou {agent}: foi adiado",
            "le cas quitte {agent} : il est mis en veille",
            {"because": Release.SNOOZED},
        ),
        Sentence(
            "the case left {agent}, who did not answer in time",
            "o caso deixou {agent}, que não respondeu a tempo",
            "le cas quitte {agent}, faute de réponse à temps",
            {"because": Release.UNANSWERED},
        ),
        Sentence(
            "{by} ended the contact: the customer stayed silent",
            "{by} encerrou o atendimento: o cliente não respondeu",
            "{by} a mis fin au contact : le client ne répondait plus",
            {"because": Release.SILENCE},
        ),
        Sentence("{by} ended the contact", "{by} encerrou o atendimento", "{by} a mis fin au contact"),
    ),
    CaseQueued: (
        Sentence(
            "the case is kept in the queue {queue}, and offered to nobody[: {note:quoted}]",
            "o caso fica na fila {queue}, sem ser oferecido a ninguém[: {note:quoted}]",
            "le cas reste dans la file {queue} et n’est proposé à personne[ : {note:quoted}]",
            {"push": False},
        ),
        Sentence(
            "the case waits in the queue {queue}[: {note:quoted}][, and is served first: cut off at {cut_off_at}]",
            "o caso aguarda na fila {queue}[: {note:quoted}][, e tem precedência: interrompido em {cut_off_at}]",
            "le cas attend dans la file {queue}[ : {note:quoted}][, en priorité : interrompu le {cut_off_at}]",
        ),
    ),
    CaseUnqueued: (
        Sentence(
            "the case waits in no queue any more",
            "o caso já não aguarda em nenhuma fila",
            "le cas n’attend plus dans aucune file",
        ),
    ),
    WorkBegun: (
        Sentence(
            "{agent} began to work on the case",
            "{agent} começou a trabalhar no caso",
            "{agent} a commencé à traiter le cas",
        ),
    ),
    CaseTagged: (
        Sentence(
            "{by} added the tag {tag:quoted} to the case",
            "{by} adicionou a etiqueta {tag:quoted} ao caso",
            "{by} a ajouté l’étiquette {tag:quoted} au cas",
        ),
    ),
    CaseUntagged: (
        Sentence(
            "{by} removed the tag {tag:quoted} from the case",
            "{by} removeu a etiqueta {tag:quoted} do caso",
            "{by} a retiré l’étiquette {tag:quoted} du cas",
        ),
    ),
    MessageTagged: (
        Sentence(
            "{by} added the tag {tag:quoted} to the message {message}",
            "{by} adicionou a etiqueta {tag:quoted} à mensagem {message}",
            "{by} a ajouté l’étiquette {tag:quoted} au message {message}",
        ),
    ),
    MessageUntagged: (
        Sentence(
            "{by} removed the tag {tag:quoted} from the message {message}",
            "{by} removeu a etiqueta {tag:quoted} da mensagem {message}",
            "{by} a retiré l’étiquette {tag:quoted} du message {message}",
        ),
    ),
    ClocksTakenOver: (
        Sentence(
            "the service clocks go on here[; first response: from {started_at}][; next response: from {asked_at}]"
            "[; solution: from {solution_from}]",
            "os prazos de serviço continuam aqui[; primeira resposta: desde {started_at}]"
            "[; resposta seguinte: desde {asked_at}][; solução: desde {solution_from}]",
            "les délais de service se poursuivent ici[ ; première réponse : depuis le {started_at}]"
            "[ ; réponse suivante : depuis le {asked_at}][ ; résolution : depuis le {solution_from}]",
        ),
    ),
    ClockJudged: (
        Sentence(
            "{clock} was {state}: {elapsed} of {target}",
            "{clock}: {state}, {elapsed} de {target}",
            "{clock} : {state}, {elapsed} sur {target}",
            HAS_ENDED,
        ),
        Sentence(
            "{clock} is missed: {target} have passed",
            "{clock}: falhou, passaram {target}",
            "{clock} : manqué, {target} écoulées",
        ),
    ),
    ResponseUndone: (
        Sentence(
            "the reply never arrived: the clock of the next response counts to the one after it[, {replied_at}]",
            "a resposta não chegou: o relógio da resposta seguinte conta até à próxima[, {replied_at}]",
            "la réponse n’est pas arrivée : le chronomètre de la réponse suivante compte jusqu’à la prochaine"
            "[, {replied_at}]",
            {"clock": ClockName.NEXT_RESPONSE},
        ),
        Sentence(
            "the first reply never arrived: the clock of the first response counts to the next one[, {replied_at}]",
            "a primeira resposta não chegou: o relógio conta até à seguinte[, {replied_at}]",
            "la première réponse n’est pas arrivée : le chronomètre compte jusqu’à la suivante[, {replied_at}]",
        ),
    ),
    LevelSet: (
        Sentence(
            "{by} set the level to {level}",
            "{by} alterou o nível para {level}",
            "{by} a changé le niveau : {level}",
        ),
    ),
    SolutionReached: (
        Sentence(
            "the solution clock stopped: the case is resolved",
            "o relógio da solução parou: o caso está resolvido",
            "le chronomètre de résolution s’est arrêté : le cas est résolu",
        ),
    ),
    SolutionUndone: (
        Sentence(
            "the solution clock started again from zero",
            "o relógio da solução recomeçou do zero",
            "le chronomètre de résolution est reparti de zéro",
            {"again": True},
        ),
        Sentence(
            "the solution clock runs on[, leaving out {left_out}]",
            "o relógio da solução voltou a contar[, descontando {left_out}]",
            "le chronomètre de résolution a repris[, déduction faite de {left_out}]",
        ),
    ),
    SolutionPaused: (
        Sentence(
            "the solution clock is paused",
            "o relógio da solução está em pausa",
            "le chronomètre de résolution est en pause",
        ),
    ),
    SolutionResumed: (
        Sentence(
            "the solution clock runs on after a pause[ of {left_out}]",
            "o relógio da solução voltou a contar depois de uma pausa[ de {left_out}]",
            "le chronomètre de résolution a repris après une pause[ de {left_out}]",
        ),
    ),
    Deviated: (
        Sentence(
            "{by} did not keep the rule {rule}: {message:quoted}",
            "{by} não seguiu a regra {rule}: {message:quoted}",
            "{by} n’a pas suivi la règle {rule} : {message:quoted}",
        ),
    ),
}

LINES: Final[Mapping[type[Event], tuple[Sentence, ...]]] = {**AGENTS, **CUSTOMERS, **CASES, **REPLIES, **WORK}
"""The sentences of every event of the house."""
