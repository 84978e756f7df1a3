"""The words of a history: languages, quotes, people, and every word that an event can carry.

Three texts always stand in the order of `LANGUAGES`. A word is written as it stands inside a sentence of
`sentences.py`: Portuguese sentiments agree with *mensagem*, French ones with *message*.

How a **sentence** is written:

* `{agent}` is the event's field of that name. Words of enumerations are shown in the language, `{by}` is a person's id
  or "the customer", instants are in UTC, lengths of time like `1h30m`, lists by commas.
* `{text:quoted}` is somebody's own words, shortened and in the language's quotation marks.
* `{value:noted}` is what is noted under a name: a text as quoted, a number, or yes or no; or several by name.
* `[: {text:quoted}]` is left out as a whole where a field in it is empty.
* Of several sentences for one event the first whose `when` fits is used; the last one fits always.

A sentence says what is done to somebody without their sex, and in French without "de" before an id, so that no id,
whatever it is, makes it wrong. French colons and semicolons get their no-break space when a sentence is filled in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any, Final, TypeAlias

from attrs import field

from casecore.channels import Channel, MessageKind
from casecore.kernel import CUSTOMER, SYSTEM, frozen
from casecore.policies.sections import Level, Relation
from casecore.rooms.agents import Permission
from casecore.rooms.assignments import Release
from casecore.rooms.cases import CloseReason
from casecore.rooms.clocks import ClockName, ClockState
from casecore.rooms.offers import OfferStatus, Rescission
from casecore.rooms.threads import Feeling
from casecore.statuses import TITLES, Status

LANGUAGES: Final = ("en", "pt", "fr")
"""English, Portuguese, French: the languages of a history (§9)."""

InEachLanguage: TypeAlias = tuple[str, str, str]
"""The same in each language, in the order of `LANGUAGES`."""


@frozen
class Same:
    """In `when`: the same as what another field of the event holds."""

    field: str


class Given(Enum):
    """In `when`: that the field holds anything at all."""

    ANYTHING = "anything"


@frozen
class Sentence:
    """One event in each language.

    Attributes:
        en: In English; likewise `pt` and `fr`.
        when: What fields must hold for it to be used: a value, `Same`, or `Given`.
    """

    en: str
    pt: str
    fr: str
    when: Mapping[str, Any] = field(factory=dict, hash=False)


BY_THEMSELVES: Final[Mapping[str, Any]] = {"by": Same("agent")}
"""`when` the agent did it, and nobody for them."""

BY_PARTICIPANT: Final[Mapping[str, Any]] = {"participant": Given.ANYTHING}
"""`when` it was somebody else on the customer's thread."""

WAITS_AGAIN: Final[Mapping[str, Any]] = {"waits_since": Given.ANYTHING}
MERGED: Final[Mapping[str, Any]] = {"merged": Given.ANYTHING}
"""`when` the customer waits for an answer again."""

HAS_ENDED: Final[Mapping[str, Any]] = {"elapsed": Given.ANYTHING}
"""`when` a clock has ended."""

QUOTES: Final[InEachLanguage] = ("“{}”", "“{}”", "«\N{NO-BREAK SPACE}{}\N{NO-BREAK SPACE}»")
"""How somebody's own words are quoted."""

FLAGS: Final[Mapping[bool, InEachLanguage]] = {True: ("yes", "sim", "oui"), False: ("no", "não", "non")}
"""Whether something is so."""

PEOPLE: Final[Mapping[str, InEachLanguage]] = {
    CUSTOMER: ("the customer", "o cliente", "le client"),
    SYSTEM: ("the system", "o sistema", "le système"),
}
"""Who does things, where it is not an agent."""

WORDS: Final[Mapping[type[StrEnum], Mapping[str, InEachLanguage]]] = {
    Status: {
        status: (names["en"].lower(), names["pt"].lower(), names["fr"].lower()) for status, names in TITLES.items()
    },
    Channel: {
        Channel.CHAT: ("chat", "chat", "chat"),
        Channel.MESSAGING: ("messaging", "mensagens", "messagerie"),
        Channel.WHATSAPP: ("WhatsApp", "WhatsApp", "WhatsApp"),
        Channel.APPLE_MESSAGES: ("Apple Messages", "Apple Messages", "Apple Messages"),
        Channel.MESSENGER: ("Messenger", "Messenger", "Messenger"),
        Channel.TWITTER_DM: ("Twitter direct message", "mensagem direta do Twitter", "message direct Twitter"),
        Channel.SMS: ("SMS", "SMS", "SMS"),
        Channel.EMAIL: ("email", "e-mail", "e-mail"),
        Channel.VOICE: ("voice", "voz", "téléphone"),
        Channel.FACEBOOK: ("Facebook", "Facebook", "Facebook"),
        Channel.TWITTER: ("Twitter", "Twitter", "Twitter"),
        Channel.LINKEDIN: ("LinkedIn", "LinkedIn", "LinkedIn"),
    },
    MessageKind: {
        MessageKind.DIRECT: ("direct message", "mensagem direta", "message direct"),
        MessageKind.POST: ("post", "publicação", "publication"),
        MessageKind.COMMENT: ("comment", "comentário", "commentaire"),
        MessageKind.MENTION: ("mention", "menção", "mention"),
        MessageKind.LIKE: ("like", "like", "j’aime"),
    },
    Permission: {
        Permission.REPLY: ("reply", "responder", "répondre"),
        Permission.APPROVE: ("approve", "aprovar", "approuver"),
        Permission.SUPERVISE: ("supervise", "supervisionar", "superviser"),
    },
    Release: {
        Release.LEFT: ("left", "saída", "départ"),
        Release.TRANSFERRED: ("transferred", "transferência", "transfert"),
        Release.ENDED_BY_AGENT: ("ended by the agent", "encerrado pelo agente", "terminé par l’agent"),
        Release.ENDED_BY_CUSTOMER: ("ended by the customer", "encerrado pelo cliente", "terminé par le client"),
        Release.SILENCE: ("silence", "silêncio", "silence"),
        Release.AGENT_LOST: ("agent gone", "agente ausente", "agent absent"),
        Release.DISPOSED: ("disposed", "classificado", "clôturé"),
        Release.CUSTOMER_BACK: ("the customer is back", "o cliente voltou", "le client est revenu"),
        Release.SNOOZED: ("snoozed", "adiado", "mis en veille"),
        Release.UNANSWERED: ("never answered", "sem resposta", "sans réponse"),
    },
    CloseReason: {
        CloseReason.BY_HAND: ("by hand", "manualmente", "manuellement"),
        CloseReason.AUTOMATIC: ("automatically", "automaticamente", "automatiquement"),
        CloseReason.SPAM: ("spam", "spam", "spam"),
        CloseReason.TRASHED: ("trash", "lixo", "corbeille"),
        CloseReason.MERGED: ("merged", "fundido", "fusionné"),
        CloseReason.ABANDONED: ("the customer gave up", "o cliente desistiu", "le client a renoncé"),
    },
    OfferStatus: {
        OfferStatus.OFFERED: ("offered", "oferta", "proposition"),
        OfferStatus.ACCEPTED: ("accepted", "aceitação", "acceptation"),
        OfferStatus.REJECTED: ("rejected", "recusa", "refus"),
        OfferStatus.TIMED_OUT: ("not answered in time", "sem resposta a tempo", "sans réponse à temps"),
        OfferStatus.RESCINDED: ("taken back", "retirada", "retrait"),
    },
    Rescission: {
        Rescission.BY_HAND: ("by hand", "manualmente", "manuellement"),
        Rescission.AGENT_STOPPED: ("takes no more work", "não recebe mais trabalho", "ne prend plus de travail"),
        Rescission.CANNOT_TAKE: ("cannot take it any more", "já não o pode receber", "ne peut plus le prendre"),
        Rescission.TAKEN: ("somebody took it", "alguém se encarregou", "quelqu’un s’en charge"),
        Rescission.REASSIGNED: ("reassigned", "reatribuição", "réattribution"),
        Rescission.WAITS_NO_MORE: ("it waits no more", "já não está à espera", "plus en attente"),
        Rescission.CUSTOMER_LEFT: ("the customer has left", "o cliente saiu", "le client est parti"),
        Rescission.SNOOZED: ("it is snoozed", "foi adiado", "il est mis en veille"),
        Rescission.DRAFT_DECIDED: ("the draft was decided", "o rascunho foi decidido", "le brouillon a été décidé"),
    },
    Feeling: {
        Feeling.POSITIVE: ("positive", "positiva", "positif"),
        Feeling.NEUTRAL: ("neutral", "neutra", "neutre"),
        Feeling.NEGATIVE: ("negative", "negativa", "négatif"),
    },
    Level: {
        Level.LOW: ("low", "baixo", "bas"),
        Level.NORMAL: ("normal", "normal", "normal"),
        Level.HIGH: ("high", "alto", "élevé"),
        Level.URGENT: ("urgent", "urgente", "urgent"),
    },
    ClockName: {
        ClockName.FIRST_RESPONSE: ("the first response", "a primeira resposta", "la première réponse"),
        ClockName.NEXT_RESPONSE: ("the next response", "a resposta seguinte", "la réponse suivante"),
        ClockName.SOLUTION: ("the solution", "a solução", "la résolution"),
    },
    ClockState: {
        ClockState.RUNNING: ("running", "a contar", "en cours"),
        ClockState.MET: ("in time", "dentro do prazo", "dans les délais"),
        ClockState.MISSED: ("too late", "fora do prazo", "hors délai"),
        ClockState.STOPPED: ("stopped", "parado", "arrêté"),
    },
    Relation: {
        Relation.CUSTOMER: ("the customer", "o cliente", "le client"),
        Relation.INSTALLER: ("the installer", "o instalador", "l’installateur"),
        Relation.CASE: ("the account case", "o caso da conta", "le dossier du compte"),
    },
}
"""Every word of every enumeration that an event carries."""


def class_in_words(kind: type) -> str:
    """The name of a command or an event that has no sentence, in words: `parcel lost`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", kind.__name__).lower()
