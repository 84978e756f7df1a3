"""The sentences of a history: cases and their clocks; and `LINES`, the sentences of every event.

Data only. `vocabulary.py` says how a sentence is written; the sentences of agents and customers are in
`sentences_of_people.py`, those of replies, approvals, offers and contacts in `sentences_of_work.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from casecore.kernel import CUSTOMER, Deviated, Event
from casecore.projections.history.sentences_of_people import AGENTS, CUSTOMERS
from casecore.projections.history.sentences_of_work import REPLIES, WORK
from casecore.projections.history.vocabulary import BY_THEMSELVES, HAS_ENDED, MERGED, WAITS_AGAIN, Given, Sentence
from casecore.rooms.arrivals import CaseReopened, SuccessorStarted
from casecore.rooms.assignments import CaseAssigned, CaseQueued, CaseReleased, CaseUnqueued, Release, WorkBegun
from casecore.rooms.attributes import AttributeSet
from casecore.rooms.bounces import MessageBounced
from casecore.rooms.cases import CaseClosed, CaseStarted, CloseReason, StatusSet
from casecore.rooms.clocks import ClockName
from casecore.rooms.merged_clocks import ClocksTakenOver
from casecore.rooms.notes import CaseTagged, CaseUntagged, MessageTagged, MessageUntagged
from casecore.rooms.sla import (
    ClockJudged,
    LevelSet,
    ResponseUndone,
    SolutionPaused,
    SolutionReached,
    SolutionResumed,
    SolutionUndone,
)

CASES: Final[Mapping[type[Event], tuple[Sentence, ...]]] = {
    CaseStarted: (
        Sentence(
            "new case ({channel})[; reason: {reason:quoted}][; language: {language}]"
            "[; tags: {tags}][; noted: {attributes:noted}][; follows case {predecessor}]",
            "novo caso ({channel})[; motivo: {reason:quoted}][; idioma: {language}]"
            "[; etiquetas: {tags}][; anotado: {attributes:noted}][; continua o caso {predecessor}]",
            "nouveau cas ({channel})[ ; motif : {reason:quoted}][ ; langue : {language}]"
            "[ ; étiquettes : {tags}][ ; noté : {attributes:noted}][ ; fait suite au cas {predecessor}]",
            {"by": CUSTOMER},
        ),
        Sentence(
            "{by} logged a case ({channel})[; reason: {reason:quoted}][; language: {language}]"
            "[; follows case {predecessor}]",
            "{by} registou um caso ({channel})[; motivo: {reason:quoted}][; idioma: {language}]"
            "[; continua o caso {predecessor}]",
            "{by} a consigné un cas ({channel})[ ; motif : {reason:quoted}][ ; langue : {language}]"
            "[ ; fait suite au cas {predecessor}]",
            {"logged": True},
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
    AttributeSet: (
        Sentence(
            "{by} set {attribute} to {value:noted}",
            "{by} alterou {attribute} para {value:noted}",
            "{by} a changé {attribute} : {value:noted}",
            {"value": Given.ANYTHING},
        ),
        Sentence("{by} took {attribute} away", "{by} retirou {attribute}", "{by} a retiré {attribute}"),
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
