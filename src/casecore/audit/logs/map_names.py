"""What a map names must be there: fields, commands, events, rooms, and the words that fit each field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from casecore.audit.logs.log_rows import STATUS
from casecore.audit.logs.map_kinds import ASIDE, UNKNOWN, Meaning, may_say_offset
from casecore.audit.logs.telling import house_value
from casecore.audit.logs.vocabulary import WHAT, Shape, Vocabulary, vocabulary_of
from casecore.kernel.problems import Problem, did_you_mean, no_such_keys, quoted, under
from casecore.rooms.composition import House

if TYPE_CHECKING:
    from casecore.audit.logs.log_map import LogMap

_SHOWN: Final = "a field of a command or an event, e.g. case, by, agent, status, queue; or what"


def name_problems(log_map: LogMap, house: House) -> Iterator[Problem]:
    """What a map names that is not there, and what it lacks.

    Args:
        log_map: The map.
        house: The house whose words it speaks.
    """
    known = vocabulary_of(house)
    yield from _zone_problems(log_map)
    yield from _table_problems(log_map, known)
    yield from _kind_problems(log_map)
    for field, value in log_map.constant.items():
        if field in known.fields or field == WHAT:
            yield from _value_problems(known, field, value, under("constant", field))
    for field, words in log_map.words.items():
        for word, meaning in words.items():
            place = under(under("words", field), word)
            if field == WHAT:
                yield from what_problems(known, meaning, place)
            elif field in known.fields:
                yield from _meaning_problems(known, field, meaning, place)
    yield from _unknown(log_map.tells.fields, known.fields, "tells.fields", "a field of a command or an event")
    yield from _unknown(log_map.tells.commands, known.commands, "tells.commands", "the name of a command")
    free = (*known.rooms, *known.commands)
    yield from _unknown(log_map.assume.none, free, "assume.none", "the name of a room or of a command")


def _zone_problems(log_map: LogMap) -> Iterator[Problem]:
    if log_map.log.zone is None and not may_say_offset(log_map.time.format):
        found = "is missing, and times in this format do not say how far they are from UTC"
        yield Problem("log.zone", found, 'the IANA name of a time zone, like "Europe/Lisbon" or "UTC"')


def _table_problems(log_map: LogMap, known: Vocabulary) -> Iterator[Problem]:
    fields = (WHAT, *known.fields)
    for name in ("columns", "constant", "words"):
        table: Mapping[str, Any] = getattr(log_map, name)
        unknown = [field for field in table if field not in fields]
        if unknown:
            yield no_such_keys(unknown, [field for field in fields if field not in table], name, fields, _SHOWN)
    for field in log_map.constant:
        if field in log_map.columns:
            yield Problem(under("constant", field), "is among the columns, too", "one of them", of_key=True)
    for field in log_map.words:
        if field in fields and field not in log_map.columns:
            yield Problem(under("words", field), "no column is read as this field", "a field of [columns]", of_key=True)
    for field in log_map.columns:
        if (
            field != WHAT
            and field in known.fields
            and all(one.shape is Shape.PART for one in known.fields_called(field))
        ):
            yield Problem(under("columns", field), "is no field that a column can tell", "another field", of_key=True)


def _kind_problems(log_map: LogMap) -> Iterator[Problem]:
    named = {*log_map.columns, *log_map.constant}
    if log_map.log.kind == "snapshots":
        for field in ("case", STATUS):
            if field not in named:
                yield Problem(under("columns", field), "is missing: a snapshot is of a case, and says its status")
        if WHAT in named:
            yield Problem(
                under("columns" if WHAT in log_map.columns else "constant", WHAT),
                "a snapshot does not say what happened",
                'kind = "happenings" in [log], or no such field',
                of_key=True,
            )
    elif WHAT not in named:
        yield Problem(under("columns", WHAT), "is missing: a row has to say what happened")


def _unknown(names: tuple[str, ...], known: Any, path: str, expected: str) -> Iterator[Problem]:
    for number, name in enumerate(names):
        if name not in known:
            yield Problem(f"{path}[{number}]", f"{quoted(name)} is none", expected, did_you_mean(name, known))


# Words -------------------------------------------------------------------------------------------------


def _meaning_problems(known: Vocabulary, field: str, meaning: Meaning, place: str) -> Iterator[Problem]:
    if meaning.fields:
        yield Problem(place, "is a table", "only what happened tells fields beside itself; a word of the house")
    elif meaning.word != UNKNOWN:
        yield from _value_problems(known, field, meaning.word, place)


def _value_problems(known: Vocabulary, field: str, value: Any, place: str) -> Iterator[Problem]:
    """What is wrong with a value of a field, which fits where it fits the field of any class."""
    if field == WHAT:
        yield from what_problems(known, Meaning(value), place)
        return
    wrong = []
    for one in known.fields_called(field):
        try:
            house_value(one, value)
        except ValueError as error:
            wrong.append((one, str(error)))
        else:
            return
    one, expected = wrong[0]
    words = dict.fromkeys(word for held, _ in wrong for word in held.words)
    near = did_you_mean(value, words) if isinstance(value, str) else ""
    if words and one.shape is Shape.CHOICE:
        expected = "one of " + ", ".join(f'"{word}"' for word in words)
    yield Problem(
        place, f"{_as_written(value)} does not fit {field}", f'{expected}; "{UNKNOWN}": it is not known', near
    )


def what_problems(known: Vocabulary, meaning: Meaning, place: str) -> Iterator[Problem]:
    """What is wrong with a word for what happened."""
    what, fields = split_what(meaning)
    if what == ASIDE:
        return
    if what != STATUS and what not in known.classes:
        expected = (
            f'the name of a command or an event, "{STATUS}" with a status, or "{ASIDE}": it says nothing that is judged'
        )
        near = did_you_mean(what, (*known.classes, STATUS)) if isinstance(what, str) else ""
        yield Problem(place, f"{_as_written(what)} is none", expected, near)
        return
    there = known.fields_of(what)
    for field, value in fields.items():
        where = under(place, field) if field in meaning.fields else place
        if field not in there and not (value == UNKNOWN and field in known.fields):
            yield no_such_keys([field], there, place, (*there,), f"a field of {what}: {', '.join(there)}")
        elif value != UNKNOWN:
            try:
                house_value(there[field], value)
            except ValueError as error:
                near = did_you_mean(value, there[field].words) if isinstance(value, str) else ""
                yield Problem(where, f"{_as_written(value)} does not fit {field}", str(error), near)


def _as_written(value: Any) -> str:
    return quoted([*value] if isinstance(value, tuple) else value)


def split_what(meaning: Meaning) -> tuple[Any, dict[str, Any]]:
    """What a word says that happened, and the fields that it tells: `status resolved` tells a status."""
    what, fields = meaning.word, dict(meaning.fields)
    if isinstance(what, str):
        first, space, status = what.partition(" ")
        if first == STATUS and space:
            return STATUS, {**fields, STATUS: status.strip()}
    return what, fields
