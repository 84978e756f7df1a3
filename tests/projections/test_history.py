"""History: every event of the house is told in every language, in sentences that a supervisor reads (§9)."""

import importlib
import inspect
import itertools
import pickle
import pkgutil
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import NoneType, UnionType
from typing import Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

import casecore
from casecore.kernel import CUSTOMER, SYSTEM, Event, frozen
from casecore.kernel.fields import Value
from casecore.projections.history import QUOTED, Line, UnknownLanguage, history, line, sentence_parts
from casecore.projections.history.sentences import LINES
from casecore.projections.history.vocabulary import LANGUAGES, PEOPLE, QUOTES, WORDS, Given, Same, Sentence
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.composition import HOUSE
from casecore.rooms.notes import AddNote, AddTag
from casecore.rooms.threads import MessageEvent
from casecore.statuses import TITLES, Status
from casecore.testing.scenario import at, given
from tests.telling import CHAT, EMAIL, told, wrote

# What the house can tell -------------------------------------------------------------------------------


def house_events():
    """Every class of event: those that some room knows, and those that stand in one of casecore's files."""
    known = {event for room in HOUSE.rooms for event in room.follows}
    for room in HOUSE.rooms:
        known |= {event for pairs in (room.creates, room.evolve, room.notices, room.removes) for _, event in pairs}
    for found in pkgutil.walk_packages(casecore.__path__, "casecore."):
        if not found.name.startswith(("casecore.cli", "casecore.testing")):  # they use events, and have none
            members = vars(importlib.import_module(found.name)).values()
            known |= {one for one in members if inspect.isclass(one) and issubclass(one, Event) and one is not Event}
    return known - {Event, MessageEvent}  # which are no events of their own


EVENTS = sorted(house_events(), key=lambda event: event.__name__)
SENTENCES = [(event, sentence) for event, sentences in LINES.items() for sentence in sentences]


def fields_of(event):
    """The fields of a class of event, and what each may hold."""
    return get_type_hints(event)


def parts_of(kind):
    """A type and every type in it."""
    return {kind}.union(*(parts_of(part) for part in get_args(kind) if part is not Ellipsis))


def templates(sentence):
    """A sentence in each language."""
    return {language: getattr(sentence, language) for language in LANGUAGES}


def blanks(template, *, needed=False):
    """The fields that a template names; only those that it cannot do without, if so asked."""
    kept = [part for part in sentence_parts(template) if not (needed and part.optional)]
    return [piece for part in kept for piece in part.pieces if not isinstance(piece, str)]


def untold(events, lines):
    """The classes of event that have no sentence."""
    return {event for event in events if not lines.get(event)}


class TestCatalogue:
    """The sentences are data; whatever is missing or misspelt in them shows here."""

    def test_every_event_has_sentences(self):
        """A new event without a sentence fails here: write one in `sentences.py`."""
        assert set() == untold(EVENTS, LINES)

    def test_it_would_be_missed(self):
        """The test above is able to fail."""
        assert {ParcelLost} == untold([*EVENTS, ParcelLost], LINES)

    def test_no_sentence_is_dead(self):
        """There is no sentence for an event that the house does not have."""
        assert set() == LINES.keys() - set(EVENTS)

    @pytest.mark.parametrize("sentence", [sentence for _, sentence in SENTENCES])
    def test_every_language(self, sentence):
        """A sentence is there in each language, and tells the same fields in all of them."""
        said = templates(sentence)
        assert all(text.strip() for text in said.values())
        assert 1 == len({frozenset(blank.field for blank in blanks(text)) for text in said.values()})

    @pytest.mark.parametrize(("event", "sentence"), SENTENCES)
    def test_every_blank_is_a_field(self, event, sentence):
        """What a sentence and its `when` name are fields of the event; flags choose sentences and are never shown."""
        fields = fields_of(event)
        named = {blank.field for text in templates(sentence).values() for blank in blanks(text)}
        others = {value.field for value in sentence.when.values() if isinstance(value, Same)}
        assert set() == (named | sentence.when.keys() | others) - fields.keys()
        noted = {blank.field for text in templates(sentence).values() for blank in blanks(text) if blank.shown == "noted"}
        assert noted == {name for name in named if Value in parts_of(fields[name]) or Value | None == fields[name]}
        assert set() == {name for name in named - noted if bool in parts_of(fields[name])}

    @pytest.mark.parametrize(("event", "sentence"), SENTENCES)
    def test_what_may_be_missing_is_optional(self, event, sentence):
        """A field that can be None stands where it can be left out."""
        fields = fields_of(event)
        needed = {blank.field for text in templates(sentence).values() for blank in blanks(text, needed=True)}
        told_else = {name for other in LINES[event] for name, value in other.when.items() if value is None}
        told_else |= {name for name, value in sentence.when.items() if value is Given.ANYTHING}
        assert set() == {name for name in needed - told_else if NoneType in parts_of(fields[name])}

    @pytest.mark.parametrize("sentence", [sentence for _, sentence in SENTENCES])
    def test_well_formed(self, sentence):
        """No bracket or brace is left over, and none of the other languages' habits."""
        for language, text in templates(sentence).items():
            pieces = [piece for part in sentence_parts(text) for piece in part.pieces]
            left = "".join(piece if isinstance(piece, str) else "x" for piece in pieces)
            assert not set(left) & set("{}[]")
            spaced = re.findall("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}][:;]", left)
            assert (len(re.findall("[:;]", left)) if language == "fr" else 0) == len(spaced)
            assert "'" not in left
            assert "  " not in left

    @pytest.mark.parametrize("sentence", [sentence for _, sentence in SENTENCES])
    def test_french_needs_no_elision(self, sentence):
        """No *de*, *le* or *que* stands before an id, which may begin with any letter."""
        people = "agent|author|reviewer|by|answers|earlier_handler|customer"
        assert not re.search(rf"\b(de|le|la|que|du|au)\s\{{({people})\b", sentence.fr)

    def test_every_sentence_can_be_told(self):
        """Of several sentences each fits some event, and the last fits always."""
        for event, sentences in LINES.items():
            assert {} == sentences[-1].when
            alone = [{event: (attrs.evolve(sentence, when={}),)} for sentence in sentences]
            ways = [(line(one).text, one) for one in every_way(event)]
            told_by = [[text == line(one, lines=only).text for text, one in ways] for only in alone]
            assert all(any(told) for told in told_by), event

    def test_every_word(self):
        """Every word of every enumeration that an event carries is there in each language."""
        kinds = {kind for event in EVENTS for hint in fields_of(event).values() for kind in parts_of(hint)}
        carried = {kind for kind in kinds if isinstance(kind, type) and issubclass(kind, StrEnum)}
        assert set() == carried - WORDS.keys()
        for kind, words in WORDS.items():
            assert set(kind) == words.keys()
            assert all(len(LANGUAGES) == len(said) and all(said) for said in words.values())

    def test_statuses(self):
        """Statuses are called as everywhere, in small letters."""
        for status, names in TITLES.items():
            assert tuple(names[language].lower() for language in LANGUAGES) == WORDS[Status][status]

    def test_people_and_quotes(self):
        """The customer and the system have a name in each language, and quotation marks take one text."""
        assert {CUSTOMER, SYSTEM} == PEOPLE.keys()
        assert all(len(LANGUAGES) == len(said) for said in (*PEOPLE.values(), QUOTES))
        assert ["“x”", "“x”", "«\xa0x\xa0»"] == [marks.format("x") for marks in QUOTES]


def every_way(event):
    """Events of one class: every combination of what its sentences ask about."""
    asked = {name for sentence in LINES[event] for name in sentence.when}
    same = {name: when.field for s in LINES[event] for name, when in s.when.items() if isinstance(when, Same)}
    said = {name: when for s in LINES[event] for name, when in s.when.items() if type(when) is str}
    fields = fields_of(event)
    plain = {name: any_value(kind, name) for name, kind in fields.items()}
    others = {name: plain.get(same.get(name), said.get(name)) for name in asked}
    for values in itertools.product(*(_choices(fields[name], others[name]) for name in sorted(asked))):
        yield event(**{**plain, **dict(zip(sorted(asked), values, strict=True))})


def _choices(kind, same):
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return tuple(kind)
    if NoneType in get_args(kind):
        return (None, "somebody" if str in get_args(kind) or float not in get_args(kind) else 60.0)
    return (True, False) if kind is bool else ("zoe", same)


def any_value(kind, name):
    """A value that a field may hold; text is the field's name."""
    kind = next((part for part in get_args(kind) if part is not NoneType), kind) if _optional(kind) else kind
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return next(iter(kind))
    if get_origin(kind) is not None:
        return {tuple: (name,), frozenset: frozenset(), Mapping: {}}[get_origin(kind)]
    if attrs.has(kind):
        return kind(**{part: any_value(of, part) for part, of in get_type_hints(kind).items()})
    return {str: name, bool: False, float: 60.0, datetime: at()}[kind]


def _optional(kind):
    return get_origin(kind) in {Union, UnionType}


# Told of real desks ------------------------------------------------------------------------------------


class TestHistory:
    """Lines of one case or of everything."""

    def test_line(self):
        """When, who, on which case, and the sentence."""
        (event,) = given(*EMAIL).when(AddTag("ben", at(5), "c1", "vip")).events
        assert Line(at(5), "ben", "c1", "ben added the tag “vip” to the case") == line(event)
        assert "2026-11-02 09:00:05 ben added the tag “vip” to the case" == str(line(event))

    def test_one_case(self):
        """Only what happened on it, in order; what is on no case stands in the whole history."""
        story = given(*CHAT, wrote(at(9), "m9", thread="t2", new_case="c2"))
        assert {"c1"} == {one.case for one in history(story.events, "c1")}
        assert len(story.events) == len([*history(story.events)])
        assert [event.at for event in story.events] == [one.at for one in history(story.events)]
        assert [] == [*history(story.events, "c7")]

    def test_read_as_needed(self):
        """Events are read only as far as lines are asked for."""
        events = iter(given(*CHAT).events)
        next(history(events, "c1"))
        assert [] != [*events]

    def test_regions(self):
        """A language may name its region, in any case."""
        (event,) = given(*EMAIL).when(AddTag("ben", at(5), "c1", "vip")).events
        assert line(event, "pt") == line(event, "pt-BR") == line(event, "PT_pt")

    @pytest.mark.parametrize("language", ["de", "", "english", "pt1"])
    def test_unknown_language(self, language):
        """The error names the known ones, and comes at once."""
        event = given().events[0]
        for ask in (lambda: line(event, language), lambda: history([], language=language)):
            with pytest.raises(UnknownLanguage) as caught:
                ask()
            assert f"no history is told in {language!r}; use one of en, pt, fr" == str(caught.value)
            assert language == caught.value.language
            assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))  # noqa: S301 -- our own bytes

    def test_events_of_a_host(self):
        """They are told by their name, or by sentences that the host gives."""
        lost = ParcelLost("system", at(1), "c1", Carrier.POST)
        assert "o sistema: parcel lost" == line(lost, "pt").text
        sentence = Sentence("{by} lost it ({how})", "{by} perdeu-o ({how})", "{by} l’a perdu ({how})")
        lines = {**LINES, ParcelLost: (sentence,)}
        assert "the system lost it (post)" == line(lost, lines=lines).text
        assert "le système l’a perdu (post)" == next(history([lost], "c1", "fr", lines=lines)).text


class Carrier(StrEnum):
    """A host's own words."""

    POST = "post"


@frozen
class ParcelLost(Event):
    """An event of a host's own."""

    case: str
    how: Carrier


class TestWords:
    """Somebody's own words."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("two\nlines\tand  more ", "two lines and more"),
            ("\x1b[31mred\x07", "\ufffd[31mred\ufffd"),
            ("\u202eevil", "\ufffdevil"),
            ("👩\u200d🔧", "👩\u200d🔧"),
            ("{agent} [x]", "{agent} [x]"),
            ("x" * QUOTED, "x" * QUOTED),
            ("x" * (QUOTED + 1), "x" * (QUOTED - 1) + "…"),
            ("x" * (QUOTED - 2) + " yyy", "x" * (QUOTED - 2) + "…"),
        ],
    )
    def test_quoted(self, text, expected):
        """On one line, harmless, shortened at its end, and never read as a template."""
        assert [f"ben wrote a note: “{expected}”"] == told(*EMAIL, AddNote("ben", at(5), "n1", text, case="c1"))

    def test_nothing_said(self):
        """What is empty is left out with its punctuation, also where only spaces were sent."""
        for text in ("", " \n "):
            assert "the customer wrote" == told(wrote(at(0), text=text))[-1]

    def test_strange_ids(self):
        """Ids are shown whole."""
        tag = "a" * 200
        assert [f"ben added the tag “{'a' * (QUOTED - 1)}…” to the case"] == told(
            *EMAIL, AddTag("ben", at(5), "c1", tag)
        )
        name = "c" + "1" * 150
        story = (wrote(at(0), new_case=name), CloseCase(SYSTEM, at(1), name, CloseReason.SPAM), wrote(at(2), "m2"))
        assert f"the customer wrote again: the case {name}+1 follows" in told(*story)


_TEXT = st.text("abc é\n\x07\u200d", max_size=100)


def values(kind):
    """Whatever a field may hold."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    inner = [values(part) for part in get_args(kind) if part not in {NoneType, Ellipsis}]
    if _optional(kind):
        return st.one_of(*inner, *([st.none()] if NoneType in get_args(kind) else []))
    made = {tuple: lambda: st.lists(inner[0], max_size=3).map(tuple), frozenset: lambda: st.frozensets(inner[0])}
    if get_origin(kind) in made:
        return made[get_origin(kind)]()
    if get_origin(kind) is Mapping:
        return st.dictionaries(inner[0], inner[1], max_size=3)
    instants = st.timedeltas(timedelta(days=-36500), timedelta(days=36500)).map(lambda length: at() + length)
    if attrs.has(kind):
        return st.builds(kind, **{field: values(of) for field, of in get_type_hints(kind).items()})
    plain = {str: _TEXT, int: st.integers(0, 99), bool: st.booleans(), float: st.floats(0, 1e9), datetime: instants}
    return plain[kind]


def events():
    """Any event of the house, whatever it holds."""
    made = [st.builds(event, **{name: values(kind) for name, kind in fields_of(event).items()}) for event in EVENTS]
    return st.one_of(made)


@drawn(events(), st.sampled_from(LANGUAGES))
def test_every_event_is_told(event, language):
    """Whatever an event holds, its line is one line, with nothing of the template or of Python in it."""
    told_ = line(event, language)
    assert (event.at, event.by) == (told_.at, told_.by)
    assert told_.text.strip()
    assert not set(told_.text) & set("{}[]\n\x07")
    assert not re.search(r"None|True|False|datetime|frozenset|<", told_.text)
