"""What is remembered of a check is what it would say again."""

import pytest

from casecore import HOUSE, Policy, Status
from casecore.audit import Auditor, Telling
from casecore.audit.judging.auditing import Violation
from casecore.audit.judging.remembering import MOST_VALUES, NEVER, Memory, Way, watching
from casecore.audit.judging.untold import blind_row
from casecore.rooms.agents import Agent
from casecore.rooms.cases import Case, CloseCase
from tests.audit.desk_logs import NINE
from tests.audit.log_rows import HIDINGS, hidden
from tests.audit.made_logs import made_log
from tests.audit.truth import honest_telling
from tests.audit.two_teams import log_of_statuses

VIEW = HOUSE.view


def audited(rows, telling, policy=None, *, forgets=False):
    """An auditor that has seen some rows, and all that it found; one who remembers nothing, or one that does."""
    audit = Auditor(policy or Policy.default(), telling)
    if forgets:
        audit._judge._memory.recall = lambda *_: NEVER
    found: list[Violation] = []
    for row in rows:
        found += audit.see(row) if isinstance(row, tuple) else audit.see_command(row)
    return found, audit.tally


@pytest.mark.parametrize("seed", range(3))
def test_statuses(seed):
    """Whoever remembers says of a log of statuses what somebody says who does not."""
    rows, telling = [*log_of_statuses(seed, 30).rows()], Telling.of(HOUSE, fields=["status"], begins_whole=False)
    assert audited(rows, telling) == audited(rows, telling, forgets=True)


@pytest.mark.slow  # a log for each way of hiding, judged twice
@pytest.mark.parametrize("hiding", sorted(HIDINGS))
def test_hidden_rows(hiding):
    """And of one that tells some commands wholly."""
    log = made_log(3, cases=6)
    rest = hidden(log.commands, hiding, 3)
    telling = honest_telling(log, rest, whole=hiding != "first_half")
    assert audited(rest.commands, telling, log.policy) == audited(rest.commands, telling, log.policy, forgets=True)


# The way -----------------------------------------------------------------------------------------------


def a_view(**rows):
    """A view of these rows, at nine."""
    return blind_row(VIEW, {"now": NINE, **dict.fromkeys((n for n in HOUSE_ROWS if n not in rows), None), **rows})


HOUSE_ROWS = [name for name in VIEW.__slots__ if name != "now"]


def an_agent(name, **told):
    """An agent of whom little is told."""
    return blind_row(Agent, {"id": name, **told})


def asked(memory, check, view, subject=None):
    """What is recalled of a check, or else what it says, which is remembered then; and which of the two it is."""
    subject = subject or CloseCase("ana", NINE, "c-1")
    found = memory.recall(check, view, subject)
    if found is not None:
        return "never" if found is NEVER else "recalled", found
    with watching(view, subject) as way:
        found = (check(view, subject),)
    memory.remember(check, way, found)
    return "asked", found


def test_the_same_looks_get_the_same_answer():
    """Whatever else is another."""
    memory, check = Memory(), lambda view, command: view.case.status is Status.OPEN
    cases = [blind_row(Case, {"id": name, "status": status}) for name, status in zip("abc", "oop", strict=True)]
    for case, status in zip(cases, (Status.OPEN, Status.OPEN, Status.PENDING), strict=True):
        case.status = status
    assert [("asked", (True,)), ("recalled", (True,)), ("asked", (False,))] == [
        asked(memory, check, a_view(case=case)) for case in cases
    ]


def test_an_id_counts_once_it_is_compared():
    """Not where it is only named."""
    memory = Memory()

    def names(view, command):
        return bool(f"{view.actor.id} may not")

    assert ["asked", "recalled"] == [asked(memory, names, a_view(actor=an_agent(name)))[0] for name in ("ana", "ben")]
    for compares in (
        lambda view, command: view.actor.id == "ana",
        lambda view, command: view.actor.id != "ben",
        lambda view, command: view.actor.id in {"ana", "cleo"},
    ):
        said = [asked(memory, compares, a_view(actor=an_agent(name))) for name in ("ana", "ben", "ana")]
        assert [("asked", (True,)), ("asked", (False,)), ("recalled", (True,))] == said


def test_who_is_seen_under_two_names():
    """The same agent twice is not two agents of whom the same is told."""
    memory, check = Memory(), lambda view, command: view.actor is view.target
    ana, ben = an_agent("ana"), an_agent("ben")
    assert ("asked", (True,)) == asked(memory, check, a_view(actor=ana, target=ana))
    assert ("asked", (False,)) == asked(memory, check, a_view(actor=ana, target=ben))
    assert ("recalled", (True,)) == asked(memory, check, a_view(actor=ben, target=ben))


def test_what_is_told_of_a_row_counts():
    """Somebody of whom more is told is another question."""
    memory, check = Memory(), lambda view, command: view.actor is not None
    assert "asked" == asked(memory, check, a_view(actor=an_agent("ana")))[0]
    assert "asked" == asked(memory, check, a_view(actor=an_agent("ana", queues=frozenset())))[0]
    assert "asked" == asked(memory, check, a_view())[0]


@pytest.mark.parametrize(
    "check",
    [
        lambda view, command: view.now is None,
        lambda view, command: command.at is None,
        lambda view, command: view.actor.capacity is None,
    ],
    ids=["now", "at", "a table"],
)
def test_what_cannot_be_remembered(check):
    """An instant comes once; what has no hash cannot be looked up."""
    memory = Memory()
    view = a_view(actor=an_agent("ana", capacity={}))
    assert ["asked", "never"] == [asked(memory, check, view)[0] for _ in range(2)]


def test_a_value_that_cannot_be_looked_up_where_others_could():
    """It is asked about each time."""
    memory, check = Memory(), lambda view, command: view.actor.capacity is None
    assert "asked" == asked(memory, check, a_view(actor=an_agent("ana", capacity=None)))[0]
    assert "never" == asked(memory, check, a_view(actor=an_agent("ana", capacity={})))[0]


def test_too_many_values():
    """Then nothing is remembered at that place."""
    memory, way = Memory(), None
    for number in range(MOST_VALUES + 1):
        way = Way()
        way.note("view", "case", number)
        memory.remember("question", way, (number,))
    assert NEVER is memory.recall("question", a_view(), None)


def test_what_is_looked_at_outside_the_view():
    """It depends on more than was noted."""
    memory = Memory()
    with watching(a_view(), CloseCase("ana", NINE, "c-1")) as way:
        way.note("", "", NEVER)
    memory.remember("question", way, (True,))
    assert NEVER is memory.recall("question", a_view(), None)
