"""The words every other file is written in: commands, events, reasons, rules, rooms.

This package knows no capability of a support desk. It says what the pieces are and what they promise:

* `fields.py`, `values.py`, `frozen_dict.py`: what commands, events and everything else that never changes are made of;
  `late.py`: when their classes are finished.
* `messages.py`: commands, events, and the answer to a command.
* `rooms.py`: rules, and rooms, which are made of them; `deciding.py` puts rooms together and decides.
* `records.py`: what a desk keeps, and how it is edited; `effects.py`: how events change it.
* `machines.py`: state tables; `problems.py`, `durations.py`: mistakes in a file, and lengths of time, in words.
"""

from casecore.kernel.errors import CasecoreError, CommandError
from casecore.kernel.fields import (
    ID_LIMIT,
    Validator,
    a_choice,
    a_count,
    a_flag,
    a_length,
    a_part,
    a_text,
    an_id,
    an_instant,
    is_id,
    is_whole,
    some,
    some_counts,
    some_tallies,
    some_texts,
)
from casecore.kernel.messages import (
    CUSTOMER,
    SYSTEM,
    UNCONCERNED,
    Accepted,
    Command,
    CommandRefused,
    Deviated,
    Enforcement,
    Event,
    MissingRow,
    Reason,
    Refused,
    Setting,
    Threshold,
    Unconcerned,
    Verdict,
)
from casecore.kernel.rooms import Check, Editing, Handler, PolicyInForce, Probe, Room, Rule, Sees, Sheet, Timer
from casecore.kernel.values import changed, fields_of, frozen, share_equality

__all__ = [
    "CUSTOMER",
    "ID_LIMIT",
    "SYSTEM",
    "UNCONCERNED",
    "Accepted",
    "CasecoreError",
    "Check",
    "Command",
    "CommandError",
    "CommandRefused",
    "Deviated",
    "Editing",
    "Enforcement",
    "Event",
    "Handler",
    "MissingRow",
    "PolicyInForce",
    "Probe",
    "Reason",
    "Refused",
    "Room",
    "Rule",
    "Sees",
    "Setting",
    "Sheet",
    "Threshold",
    "Timer",
    "Unconcerned",
    "Validator",
    "Verdict",
    "a_choice",
    "a_count",
    "a_flag",
    "a_length",
    "a_part",
    "a_text",
    "an_id",
    "an_instant",
    "changed",
    "fields_of",
    "frozen",
    "is_id",
    "is_whole",
    "share_equality",
    "some",
    "some_counts",
    "some_tallies",
    "some_texts",
]
