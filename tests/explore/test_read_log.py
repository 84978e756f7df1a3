"""A desk that notes what is read of it: what is not noted cannot change an answer."""

from datetime import timedelta
from random import Random

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore import HOUSE, MissingRow, Policy
from casecore.explore.components import apply_events, rows_of_desk
from casecore.explore.memo import CASE_PLACE, Facts, Memo, NumberedPlaces, look_at_desk
from casecore.explore.pages import LoggedBooks, Writings, pages_of
from casecore.explore.read_log import LoggedDesk, names_of_fields
from casecore.explore.scope import NOON
from casecore.promises import PROMISES, Happening, Watch
from casecore.promises.life_cycle import edges_of
from casecore.rooms.agents import Agent
from casecore.rooms.assignments import CaseAssigned
from casecore.rooms.contacts import EndContact
from casecore.rooms.wrap_ups import Disposed
from casecore.statuses import Status
from casecore.testing.scenario import T0, case_in
from casecore.testing.scenario import given as given_that
from casecore.testing.strategies import runs
from tests.profiles import examples

SOP = Policy.default()


def tables_of(rows):
    """Rows by table, as a desk has them."""
    tables = {}
    for (table, row_id), row in rows.items():
        tables.setdefault(table, {})[row_id] = row
    return tables


def changed(rows, random, unread):
    """The same rows, in which every field that is not read may say something else."""

    def other(value):
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return value + random.randint(0, 3)
        return value + timedelta(days=random.randint(0, 2)) if hasattr(value, "astimezone") else value

    def row_after(row, path):
        names = [name for name in sorted(names_of_fields(type(row))) if unread((*path, name))]
        return attrs.evolve(row, **{name: other(getattr(row, name)) for name in names})

    after = {}
    for key, row in sorted(rows.items(), key=lambda item: item[0]):
        if key[0] != "cases":
            after[key] = row_after(row, key)
            continue
        sheets = {name: getattr(row, name) for name in HOUSE.sheets if getattr(row, name) is not None}
        after[key] = attrs.evolve(row, **{name: row_after(sheet, (*key, name)) for name, sheet in sheets.items()})
    return after


def standing_of(desk, case):
    """How a case stands: its status, who holds it and what else they hold, its draft and its customer's silence."""
    file = desk.cases[case]
    held = None if file.case.assignee is None else desk.agents[file.case.assignee].held
    draft = None if file.draft is None else (file.draft.author, file.draft.text, file.draft.stale)
    return file.case.status, file.case.tags, held, draft, None if file.contact is None else file.contact.silence_since


@given(runs(), st.integers(0, 9).map(Random))
def test_an_answer_depends_only_on_what_was_noted(steps, random):
    """Whatever else the records say: the same command gets the same answer, and what comes of it is the same."""
    step = steps[-1]
    rows, log = rows_of_desk(step.before), {}

    def asked(rows, log):
        desk = LoggedDesk.of(step.before.policy, step.before.now, tables_of(rows), log, HOUSE)
        verdict = HOUSE.decide(desk.view(step.command), step.command, desk.policy)
        after = desk.evolve(step.events)
        return verdict, [standing_of(after, case) for case in step.after.cases if step.accepted]

    answer = asked(rows, log)
    assert step.verdict == answer[0]
    assert answer == asked(changed(rows, random, lambda path: path not in log), {})


@given(runs(), st.integers(0, 9).map(Random))
def test_what_a_witness_says_depends_only_on_what_was_noted(steps, random):
    """Whatever else the pages say: the same step breaks the same promises, is what it was, and writes the same."""
    watch, step = Watch(SOP), steps[-1]
    for earlier in steps[:-1]:
        watch.see(earlier.events)
    rows, log = pages_of(watch.books), {}

    def asked(rows, log):
        happening = Happening(step.events, LoggedBooks([rows], log), SOP)
        wrong = [promise.breaches(happening) for promise in PROMISES]
        met = [promise.occasion.met(happening) for promise in PROMISES]
        tried = [
            situation.tried(step.command, happening.before) for promise in PROMISES for situation in promise.situations
        ]
        return wrong, met, tried, [*edges_of(happening)], Writings({}).of(happening).writes

    answer = asked(rows, log)
    assert [()] * len(PROMISES) == answer[0]
    assert answer == asked(changed(rows, random, lambda path: path not in log), {})


# Reading -----------------------------------------------------------------------------------------------

STORY = given_that(case_in("open"))
ROWS = rows_of_desk(STORY.desk)


def seen():
    """The desk of one open case, and what has been read of it."""
    log = {}
    return LoggedDesk.of(SOP, NOON, tables_of(ROWS), log, HOUSE), log


def test_each_field_is_noted_when_it_is_read():
    """Once, with its value, in the order of reading; methods and properties are read through."""
    desk, log = seen()
    assert "ana" == desk.cases["c1"].case.assignee
    assert desk.agents["ana"].available
    assert desk.cases["c1"].case.assignee is not None
    assert {
        ("cases", "c1"): True,
        ("cases", "c1", "case"): True,
        ("cases", "c1", "case", "assignee"): "ana",
        ("agents", "ana", "presence"): "available",
    } == log


def test_whether_a_row_is_there_is_noted_but_for_agents():
    """Agents are always there; a table that is listed is noted with all its ids."""
    desk, log = seen()
    assert "nobody" not in desk.agents
    assert "c9" not in desk.cases
    assert desk.cases.get("c8") is None
    assert ["t-c1"] == [*desk.threads]
    assert (1, 5) == (len(desk.cases), len(desk.agents))
    expected = {("cases", "c9"): False, ("cases", "c8"): False, ("threads",): ("t-c1",), ("cases",): ("c1",)}
    assert expected == log


def test_a_record_that_is_read_passes_for_itself():
    """It is of its class, equals what says the same, is shown as the record, and has no more than the record has."""
    desk, _ = seen()
    ana = desk.agents["ana"]
    assert isinstance(ana, Agent)
    assert STORY.desk.agents["ana"] == ana == desk.agents["ana"]
    assert ana != STORY.desk.agents["ben"]
    assert repr(STORY.desk.agents["ana"]) == repr(ana)
    for nothing in (lambda: ana.shoe_size, lambda: desk.cases["c1"].shoe_size):
        with pytest.raises(AttributeError):
            nothing()


def test_a_desk_after_an_event_lies_over_the_one_before():
    """Only what the event changed is new; the desk before still says what it said, and tables are whole."""
    desk, _ = seen()
    event = CaseAssigned("ben", NOON, "c1", "ben")
    after = desk.evolve((event,))
    assert ("ana", "ben") == (desk.cases["c1"].case.assignee, after.cases["c1"].case.assignee)
    assert (1, ["c1"], True) == (len(after.cases), [*after.cases], "c1" in after.cases)
    assert "c9" not in after.cases
    with pytest.raises(KeyError):
        after.cases["c9"]
    assert "ben" == after.evolve(()).cases["c1"].case.assignee


def test_a_row_that_an_event_takes_away_is_gone():
    """It is not in its table any more, and cannot be looked up."""
    log = {}
    disposed = given_that(case_in("open"), EndContact("dora", T0, "c1"))
    desk = LoggedDesk.of(SOP, NOON, tables_of(rows_of_desk(disposed.desk)), log, HOUSE)
    after = desk.evolve((Disposed("ana", NOON, "c1/ana", "c1", "ana", "solved", "Done"),))
    assert (["c1/ana"], []) == ([*desk.wrap_ups], [*after.wrap_ups])
    assert "c1/ana" not in after.wrap_ups
    with pytest.raises(KeyError):
        after.wrap_ups["c1/ana"]


def test_an_event_about_a_row_that_is_missing_is_an_error():
    """In a desk that is read as in one that runs, and in the pieces that the search is made of."""
    desk, _ = seen()
    event = CaseAssigned("ben", NOON, "c9", "ben")
    with pytest.raises(MissingRow, match="c9"):
        desk.after_event(event)
    with pytest.raises(MissingRow, match="c9"):
        apply_events({}, [event], lambda table, row_id: table == "cases", HOUSE)


# Questions ---------------------------------------------------------------------------------------------


PLACES = NumberedPlaces()


@attrs.frozen
class Place:
    """A situation of the story's rows, in which a case may have another status."""

    rows: dict

    @property
    def facts(self):
        """Of ana, and of the case with all that belongs to it."""
        case = {key: row for key, row in self.rows.items() if key[0] != "agents"}
        return (Facts({("agents", "ana"): self.rows["agents", "ana"]}, PLACES), Facts(case, PLACES))

    def desk(self, log):
        """The desk of these rows."""
        return LoggedDesk.of(SOP, NOON, tables_of(self.rows), log, HOUSE)


def placed(**changes):
    """The story's rows, with another case or agent."""
    agent, case = attrs.evolve(ROWS["agents", "ana"], **changes.get("agent", {})), ROWS["cases", "c1"]
    file = attrs.evolve(case, case=attrs.evolve(case.case, **changes.get("case", {})))
    return Place({**ROWS, ("agents", "ana"): agent, ("cases", "c1"): file})


def test_a_question_is_asked_once_for_what_it_reads():
    """It looks at the agent only where the case is open; situations that differ in something else share an answer."""

    def ask(desk):
        case = desk.cases["c1"].case
        return case.status, desk.agents["ana"].reason if case.status is Status.OPEN else None

    read = set()
    question = Memo(ask, {"ana": 0}, PLACES, read, look_at_desk)
    here, elsewhere = placed(), placed(case={"reason": "billing"}, agent={"name": "Anna"})
    assert (Status.OPEN, "") == question(here) == question(elsewhere)
    assert 1 == question.evaluations
    assert (Status.NEW, None) == question(placed(case={"status": Status.NEW}, agent={"reason": "lunch"}))
    assert (Status.OPEN, "lunch") == question(placed(agent={"reason": "lunch"}))
    assert 3 == question.evaluations
    status, reason = ("cases", "c1", "case", "status"), ("agents", "ana", "reason")
    assert [
        (CASE_PLACE, ("cases", "c1")),
        (CASE_PLACE, status[:3]),
        (CASE_PLACE, status),
        (0, reason),
    ] == question.readings(here)
    assert {("cases", "c1"), status[:3], status, reason} == read
    known = question.advance(here.facts[CASE_PLACE])
    assert (0, reason) == (known.whose, PLACES.path_of(known.place))
    unknown = question.advance(placed(case={"status": Status.PENDING}).facts[CASE_PLACE])
    assert status == PLACES.path_of(unknown.place)


FIELDS = ("status", "reason", "language", "queue")
LETTERS = st.sampled_from("abc")
VALUES = st.fixed_dictionaries({"case": st.fixed_dictionaries(dict.fromkeys(FIELDS, LETTERS))})
WAYS = st.recursive(
    st.sampled_from("xy"),
    lambda then: st.tuples(
        st.sampled_from((*FIELDS, "ana")), st.dictionaries(st.sampled_from("abc"), then, max_size=2), then
    ),
    max_leaves=12,
)
"""What a question reads first, where each value leads, and where all others do."""


def go(desk, way):
    """The end of a way."""
    while isinstance(way, tuple):
        name, leads, otherwise = way
        value = desk.agents["ana"].name if name == "ana" else getattr(desk.cases["c1"].case, name)
        way = leads.get(value, otherwise)
    return way


@examples(60)
@given(WAYS, st.lists(st.tuples(VALUES, LETTERS), min_size=1, max_size=12))
def test_a_memo_answers_as_the_question_does(way, drawn):
    """Whatever it knows already, and wherever ways part: in the middle of what was read at once, or at its end."""
    question = Memo(lambda desk: go(desk, way), {"ana": 0}, PLACES, set(), look_at_desk)
    for case, name in drawn:
        place = placed(**case, agent={"name": name})
        of_case = question.of_case(place.facts[CASE_PLACE])
        answer = go(place.desk({}), way)
        asked = question.evaluations
        assert [answer] * 3 == [of_case(place), question(place), question.of_case(place.facts[CASE_PLACE])(place)]
        assert question.evaluations <= asked + 1
        read = {}
        go(place.desk(read), way)
        assert [*read] == [path for _, path in question.readings(place)]


def test_a_question_that_reads_nothing_has_one_answer():
    """It is asked once, wherever that is."""
    question = Memo(lambda desk: "yes", {"ana": 0}, PLACES, set(), look_at_desk)
    assert ["yes", "yes"] == [question(placed()), question(placed(case={"status": Status.NEW}))]
    assert (1, []) == (question.evaluations, question.readings(placed()))
