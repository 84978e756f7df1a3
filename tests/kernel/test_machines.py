"""State tables: what they accept, what they answer, how they draw themselves, and that `transitions` agrees."""

import copy
import os
import pickle
import subprocess
import sys
from enum import Enum, StrEnum
from types import MappingProxyType, SimpleNamespace

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st
from transitions import Machine, MachineError

from casecore.kernel import CasecoreError
from casecore.kernel.machines import Edge, InvalidTable, StateTable
from casecore.statuses import CASE_LIFECYCLE


class Draft(StrEnum):
    """Where a draft is in its life."""

    SUBMITTED = "submitted"
    STALE = "stale"
    APPROVED = "approved"


class Step(StrEnum):
    """What happens to a draft."""

    EDIT = "edit"
    CUSTOMER_MESSAGE = "customer_message"
    APPROVE = "approve"


EDGES = (
    (Step.EDIT, (Draft.STALE, Draft.SUBMITTED), Draft.SUBMITTED),
    (Step.CUSTOMER_MESSAGE, Draft.SUBMITTED, Draft.STALE),
    (Step.CUSTOMER_MESSAGE, Draft.STALE, None),
    Edge(Step.APPROVE, Draft.SUBMITTED, Draft.APPROVED),
)
DRAFT = StateTable(
    "draft", Draft, Draft.SUBMITTED, EDGES, (Draft.APPROVED,), titles={Draft.STALE: 'to "see"\n  | again'}
)


class Host:
    """An object of somebody else, with a state."""

    def __init__(self, state=None):
        self.state = state
        self.entered = []

    def on_enter_submitted(self, event):
        """Note that `transitions` called back."""
        self.entered.append(event.event.name)


@st.composite
def tables(draw):
    """Valid tables of 2 to 6 states: a tree from the initial state, a way out of each leaf, and any more edges."""
    triggers = [f"t{number}" for number in range(8)]
    names = draw(st.permutations([f"s{number}" for number in range(draw(st.integers(2, 6)))]))
    states = StrEnum("Drawn", [(name.upper(), name) for name in sorted(names)])
    working = names[: draw(st.integers(1, len(names)))]  # the rest is final
    edges = {}

    def add(source, dest):
        free = [trigger for trigger in triggers if (trigger, source) not in edges]
        edges[draw(st.sampled_from(free)), source] = dest

    for number, name in enumerate(names[1:], 1):
        add(draw(st.sampled_from(working[:number])), name)
    for name in working:
        if not any(source == name for _, source in edges):
            add(name, draw(st.sampled_from([other for other in names if other != name])))
    places = st.tuples(st.sampled_from(triggers), st.sampled_from(working))
    edges = draw(st.dictionaries(places, st.none() | st.sampled_from(names))) | edges
    lines = [(trigger, states(source), dest and states(dest)) for (trigger, source), dest in edges.items()]
    return StateTable("drawn", states, states(names[0]), lines, map(states, names[len(working) :]))


def faults(edges=EDGES, *, states=Draft, initial=Draft.SUBMITTED, final=(Draft.APPROVED,), titles=None):
    """Return what a table of these lines is refused for."""
    with pytest.raises(InvalidTable) as caught:
        StateTable("draft", states, initial, edges, final, titles=titles)
    return caught.value.problems


class TestLookup:
    """What a table answers."""

    def test_dest(self):
        """A step leads to a member of the states, whether asked by members or by their texts."""
        assert Draft.STALE is DRAFT.dest(Draft.SUBMITTED, Step.CUSTOMER_MESSAGE)
        assert Draft.STALE is DRAFT.dest("submitted", "customer_message")

    def test_dest_of_an_internal_edge(self):
        """Where the state stays, it is the result."""
        assert Draft.STALE is DRAFT.dest("stale", "customer_message")

    @pytest.mark.parametrize(
        ("state", "trigger"),
        [("approved", "edit"), ("submitted", "unheard_of"), ("unheard_of", "edit"), ("", ""), (None, None)],
    )
    def test_dest_is_total(self, state, trigger):
        """What is not in the table has no result, and nothing is raised."""
        assert None is DRAFT.dest(state, trigger)

    def test_lookup(self):
        """The same answers for hot paths, by subscription."""
        assert Draft.APPROVED is DRAFT.lookup["approve"][Draft.SUBMITTED]
        assert Draft.APPROVED is DRAFT.lookup[Step.APPROVE]["submitted"]
        assert "stale" not in DRAFT.lookup["approve"]

    def test_triggers(self):
        """What can happen in a state, in the order of definition."""
        assert ("edit", "customer_message", "approve") == DRAFT.triggers(Draft.SUBMITTED)
        assert ("edit", "customer_message") == DRAFT.triggers("stale")
        assert () == DRAFT.triggers("approved") == DRAFT.triggers("unheard_of")

    def test_sources(self):
        """Where a trigger is legal, in the order in which the states are defined."""
        assert (Draft.SUBMITTED, Draft.STALE) == DRAFT.sources(Step.EDIT)
        assert (Draft.SUBMITTED,) == DRAFT.sources("approve")
        assert () == DRAFT.sources("unheard_of")

    def test_several_sources_make_one_edge_each(self):
        """Lines are spelled out in the order written, and hold members."""
        assert (
            Edge("edit", "stale", "submitted"),
            Edge("edit", "submitted", "submitted"),
            Edge("customer_message", "submitted", "stale"),
            Edge("customer_message", "stale", None),
            Edge("approve", "submitted", "approved"),
        ) == DRAFT.edges
        assert Draft.STALE is DRAFT.edges[0].source

    def test_texts_make_the_same_table(self):
        """A table written with plain texts answers with members all the same."""
        edges = [("go", "submitted", "stale"), ("go", "stale", "approved")]
        table = StateTable("draft", Draft, "submitted", edges, ["approved"])
        assert Draft.SUBMITTED is table.initial
        assert Draft.STALE is table.dest("submitted", "go")
        assert (Draft.APPROVED,) == table.final

    def test_attributes(self):
        """A table tells what it was made of; titles are one line each."""
        assert "draft" == DRAFT.name
        assert tuple(Draft) == DRAFT.states
        assert Draft.SUBMITTED is DRAFT.initial
        assert (Draft.APPROVED,) == DRAFT.final
        assert {"submitted": "submitted", "stale": 'to "see" | again', "approved": "approved"} == DRAFT.titles
        assert "<StateTable draft: 3 states, 5 edges>" == repr(DRAFT)

    def test_final_states_in_the_order_of_definition(self):
        """However they are given, so that what is drawn does not depend on it."""
        edges = [("drop", Draft.SUBMITTED, Draft.STALE), ("approve", Draft.SUBMITTED, Draft.APPROVED)]
        table = StateTable("draft", Draft, Draft.SUBMITTED, edges, {Draft.APPROVED: 1, Draft.STALE: 2})
        assert (Draft.STALE, Draft.APPROVED) == table.final

    def test_compared_by_what_it_says(self):
        """A table is equal to one of the same lines and words, and can be a key."""
        titles = {Draft.STALE: 'to "see" | again'}
        twin = StateTable("draft", Draft, "submitted", EDGES, ["approved"], titles=titles)
        untitled = StateTable("draft", Draft, Draft.SUBMITTED, EDGES, (Draft.APPROVED,))
        assert twin == DRAFT
        assert untitled != DRAFT
        assert 2 == len({DRAFT, twin, untitled})


class TestNeverChanges:
    """Nobody can change a table."""

    @pytest.mark.parametrize("name", ["name", "edges", "lookup", "initial", "anything"])
    def test_attributes(self, name):
        """No attribute can be set or deleted."""
        with pytest.raises(FrozenInstanceError):
            setattr(DRAFT, name, None)
        with pytest.raises(FrozenInstanceError):
            delattr(DRAFT, name)

    @pytest.mark.parametrize("mapping", [DRAFT.lookup, DRAFT.lookup["edit"], DRAFT.titles])
    def test_mappings(self, mapping):
        """No mapping of it can be written to."""
        assert MappingProxyType is type(mapping)

    def test_edge(self):
        """Nor can an edge."""
        with pytest.raises(FrozenInstanceError):
            DRAFT.edges[0].dest = None


class TestInvalidTable:
    """Each fault is found when the table is written, and says what to do."""

    def test_unknown_state_in_an_edge(self):
        """A misspelt source or destination."""
        assert (
            "edge recall (stael → submitted): 'stael' is not a state of Draft; use one of submitted, stale, approved",
        ) == faults([*EDGES, ("recall", "stael", "submitted")])
        assert (
            "edge recall (stale → submited): 'submited' is not a state of Draft; use one of submitted, stale, approved",
        ) == faults([*EDGES, ("recall", Draft.STALE, "submited")])

    def test_unknown_initial(self):
        """A misspelt initial state; what nothing reaches cannot be said then."""
        assert ("initial: 'new' is not a state of Draft; use one of submitted, stale, approved",) == faults(
            initial="new"
        )

    def test_unknown_final(self):
        """A misspelt final state."""
        assert ("final: 'over' is not a state of Draft; use one of submitted, stale, approved",) == faults(
            final=(Draft.APPROVED, "over")
        )

    def test_unknown_title(self):
        """Words for a state that does not exist."""
        assert ("titles: 'over' is not a state of Draft; use one of submitted, stale, approved",) == faults(
            titles={"over": "Over"}
        )

    def test_dead_end(self):
        """A state that nothing leaves, and that is not final; an edge back to itself does not leave it."""
        found = ("state 'approved': is a dead end, no edge leaves it; add an edge, or list it in final",)
        assert found == faults(final=())
        assert found == faults([*EDGES, ("look", Draft.APPROVED, None)], final=())
        assert found == faults([*EDGES, ("look", Draft.APPROVED, Draft.APPROVED)], final=())

    def test_never_reached(self):
        """A state that no path from the initial one leads to."""
        assert ("state 'stale': is never reached from 'submitted'; add an edge to it, or remove it",) == faults(
            [("edit", "stale", "submitted"), ("approve", "submitted", "approved")]
        )

    def test_shadowed_edge(self):
        """A second line for the same trigger and source: the first always wins."""
        where = "edge approve (submitted → stale)"
        before = "approve (submitted → approved)"
        assert (f"{where}: can never fire, {before} stands before it; remove one, or rename its trigger",) == faults(
            [*EDGES, ("approve", Draft.SUBMITTED, Draft.STALE)]
        )

    def test_edge_out_of_a_final_state(self):
        """Nothing starts in a final state, not even what would stay there."""
        remedy = "starts in a final state; remove it, or take 'approved' out of final"
        assert (
            f"edge recall (approved → stale): {remedy}",
            f"edge look (approved → approved): {remedy}",
        ) == faults([*EDGES, ("recall", Draft.APPROVED, Draft.STALE), ("look", Draft.APPROVED, None)])

    def test_no_edges(self):
        """A table without lines; that every state is then a dead end goes without saying."""
        assert ("edges: there are none; write at least one (trigger, source, dest)",) == faults([])

    @pytest.mark.parametrize("trigger", ["set open", "2nd", "", "pass", 7, "state", "trigger", "may_trigger"])
    def test_trigger_that_cannot_be_a_method(self, trigger):
        """A trigger becomes a method of a host, beside those that `transitions` adds."""
        assert (f"trigger '{trigger}': cannot become a method of a host; choose a name like 'set_open'",) == faults(
            [*EDGES, (trigger, Draft.STALE, None)]
        )

    def test_state_that_cannot_be_a_name(self):
        """A state becomes `is_<state>` on a host, and a name in the drawings."""
        states = StrEnum("Wide", [("NEW", "new"), ("ON_HOLD", "on hold")])
        assert ("state 'on hold': is not a Python name; use letters, digits and underscores",) == faults(
            [("hold", states.NEW, states.ON_HOLD)], states=states, initial=states.NEW, final=[states.ON_HOLD]
        )

    @pytest.mark.parametrize("line", [("edit", "stale"), ("edit", (), "stale"), ("edit", 7, None), 7])
    def test_line_that_is_no_edge(self, line):
        """A line of too few items, or of no source."""
        assert (f"edge {line!r}: is not (trigger, source or sources, dest); write all three",) == faults([*EDGES, line])

    def test_states_that_are_no_str_enum(self):
        """A plain Enum cannot be asked by text."""
        states = Enum("Plain", [("NEW", "new")])
        assert ("states: Plain is no StrEnum; derive it from StrEnum",) == faults(states=states)

    def test_all_at_once(self):
        """Every problem is named, in fields and in the text; the error is a ValueError and can be pickled."""
        with pytest.raises(InvalidTable) as caught:
            StateTable("draft", Draft, "new", [("set open", "submitted", "over")])
        error = caught.value
        assert "draft" == error.table
        assert 5 == len(error.problems)
        assert (
            "state table 'draft' cannot be used:\n"
            "  - initial: 'new' is not a state of Draft; use one of submitted, stale, approved\n"
            "  - edge set open (submitted → over): 'over' is not a state of Draft; "
            "use one of submitted, stale, approved\n"
            "  - trigger 'set open': cannot become a method of a host; choose a name like 'set_open'\n"
            "  - state 'stale': is a dead end, no edge leaves it; add an edge, or list it in final\n"
            "  - state 'approved': is a dead end, no edge leaves it; add an edge, or list it in final"
        ) == str(error)
        assert str(error) == str(pickle.loads(pickle.dumps(error)))  # noqa: S301 -- our own, a line above
        assert isinstance(error, CasecoreError)
        assert isinstance(error, ValueError)


class TestMachine:
    """The table as a machine of `transitions`."""

    @given(tables())
    def test_agrees_with_the_table(self, table):
        """On every state and trigger, `transitions` does what `dest` says: the law that lets us have two readers."""
        machine = table.machine()
        for state in table.states:
            assert list(table.triggers(state)) == machine.get_triggers(state)
            for trigger, event in machine.events.items():
                for host in (Host(state), Host(str(state))):
                    try:
                        moved = event.trigger(host)
                    except MachineError:
                        moved = False
                    dest = table.dest(state, trigger)
                    assert (dest is not None) == moved
                    assert (state if dest is None else dest) == host.state
        assert set(table.lookup) == set(machine.events)

    def test_is_a_machine_of_transitions(self):
        """It has the states of the table and no other, the initial and final ones, and decorates nothing."""
        machine = DRAFT.machine()
        assert isinstance(machine, Machine)
        assert ["submitted", "stale", "approved"] == list(machine.states)
        assert "submitted" == machine.initial
        assert "draft: " == machine.name  # which opens its log lines
        assert ["approved"] == [name for name, state in machine.states.items() if state.final]
        assert ["edit", "customer_message", "approve"] == list(machine.events)
        assert [] == machine.models
        assert not hasattr(machine, "may_approve")

    def test_takes_members_and_texts(self):
        """States may be named either way; `transitions` alone would find a member by its NAME, that is not at all."""
        machine = DRAFT.machine()
        assert machine.get_state("stale") is machine.get_state(Draft.STALE)
        assert ["edit", "customer_message"] == machine.get_triggers("stale") == machine.get_triggers(Draft.STALE)
        assert 3 == len(machine.get_transitions(source=Draft.SUBMITTED))
        assert 2 == len(machine.get_transitions("edit", dest="submitted"))

    def test_model(self):
        """A host gets the methods and starts in the initial state; its state is always a member."""
        host = Host()
        machine = DRAFT.machine(host)
        assert [host] == machine.models
        assert Draft.SUBMITTED is host.state
        assert host.is_submitted()
        assert host.may_approve()
        assert host.customer_message()
        assert Draft.STALE is host.state
        assert not host.may_approve()
        with pytest.raises(MachineError, match="approve"):
            host.approve()
        assert not hasattr(host, "to_approved")

    def test_internal_edge_enters_nothing(self):
        """An internal edge calls nothing back; one from a state to itself leaves and enters it."""
        host = Host("stale")
        DRAFT.machine(host)
        assert host.may_customer_message()
        assert host.customer_message()
        assert [] == host.entered
        assert host.edit()
        assert host.edit()
        assert ["edit", "edit"] == host.entered

    @pytest.mark.parametrize("state", ["stale", Draft.STALE], ids=["text", "member"])
    def test_model_keeps_its_state(self, state):
        """A host in the middle of its life is not set back to the start."""
        host = Host(state)
        DRAFT.machine(host)
        assert Draft.STALE is host.state

    def test_model_with_an_unknown_state(self):
        """A host whose state is not in the table is refused."""
        with pytest.raises(ValueError, match="'over' is not a registered state"):
            DRAFT.machine(Host("over"))

    def test_falsy_model(self):
        """A host that counts as false, such as an empty collection, is attached like any other."""

        class Empty(Host):
            def __len__(self):
                return 0

        host = Empty()
        assert [host] == DRAFT.machine(host).models
        assert host.may_approve()

    def test_list_of_models(self):
        """A list is not taken for several hosts: `transitions` would set them all to the same state."""
        host = Host("stale")
        with pytest.raises(AttributeError, match="'list' object"):
            DRAFT.machine([host])
        assert "stale" == host.state

    @pytest.mark.parametrize(("answer", "expected"), [(True, True), (2, True), (0, False), (None, False)])
    def test_permits(self, answer, expected):
        """Our rules answer the host's `may_…` and its steps, and any truth will do."""
        asked = []

        def permits(model, trigger):
            asked.append((model, trigger))
            return answer

        host = Host()
        DRAFT.machine(host, permits=permits)
        assert expected is host.may_approve()
        assert expected is host.approve()
        assert [(host, "approve")] * 2 == asked
        assert expected is (host.state is Draft.APPROVED)

    def test_permits_is_not_asked_about_what_the_table_has_not(self):
        """A rule can narrow the table, not widen it."""
        asked = []
        host = Host("stale")
        DRAFT.machine(host, permits=lambda _, trigger: asked.append(trigger) or True)
        assert not host.may_approve()
        assert [] == asked


class TestPickling:
    """A host stores its objects, sends them to another process, copies them."""

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_a_model_with_a_machine_is_pickled(self, protocol):
        """It comes back in its state, with its triggers, and goes on by itself."""
        host = Host()
        DRAFT.machine(host)
        host.customer_message()
        again = pickle.loads(pickle.dumps(host, protocol))  # noqa: S301 -- our own
        assert (Draft.STALE, True, False) == (again.state, again.may_edit(), again.may_approve())
        again.edit()
        assert (Draft.SUBMITTED, ["edit"], []) == (again.state, again.entered, host.entered)
        assert again.state is Draft.SUBMITTED
        assert Draft.STALE == host.state

    def test_it_is_copied_too(self):
        """A copy walks its own way."""
        host = Host()
        DRAFT.machine(host)
        again = copy.deepcopy(host)
        again.approve()
        assert (Draft.APPROVED, Draft.SUBMITTED) == (again.state, host.state)

    def test_what_it_permits_is_kept(self):
        """A machine that asks the host asks after unpickling, too."""
        host = Host()
        DRAFT.machine(host, permits=nothing_but_edits)
        again = pickle.loads(pickle.dumps(host))  # noqa: S301 -- the same
        assert (True, False) == (again.may_edit(), again.may_approve())

    def test_a_process_that_has_never_made_a_machine(self, tmp_path):
        """Whoever unpickles it need not have imported `transitions` before."""
        machine = CASE_LIFECYCLE.machine()
        stored = tmp_path / "machine.pickle"
        stored.write_bytes(pickle.dumps(machine))
        code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).get_triggers('new'))"
        shown = subprocess.run([sys.executable, "-c", code, stored], capture_output=True, text=True, check=True)
        assert f"{CASE_LIFECYCLE.machine().get_triggers('new')}\n" == shown.stdout

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_a_table_is_pickled(self, protocol):
        """It is equal to what it was, and answers the same."""
        again = pickle.loads(pickle.dumps(DRAFT, protocol))  # noqa: S301 -- the same
        assert (again, hash(again), f"{again:md}") == (DRAFT, hash(DRAFT), f"{DRAFT:md}")
        assert Draft.APPROVED is again.dest("submitted", "approve")

    def test_a_table_is_its_own_copy(self):
        """Nothing in it ever changes."""
        assert copy.deepcopy([DRAFT])[0] is copy.copy(DRAFT) is DRAFT


def nothing_but_edits(_, trigger):
    """What a host may permit."""
    return trigger == "edit"


class TestForms:
    """How a table draws itself."""

    def test_text(self):
        """Plain text: what can happen in each state."""
        assert (
            "draft: starts submitted\n"
            "  submitted: edit → submitted, customer_message → stale, approve → approved\n"
            "  stale: edit → submitted, customer_message → stays\n"
            "  approved: final"
        ) == f"{DRAFT}"
        assert f"{DRAFT}" == str(DRAFT)

    def test_md(self):
        """A Markdown table, in words for readers."""
        assert (
            "| state | edit | customer_message | approve |\n"
            "| --- | --- | --- | --- |\n"
            '| submitted | submitted | to "see" \\| again | approved |\n'
            '| to "see" \\| again | submitted | stays | – |\n'
            "| approved | – | – | – |"
        ) == f"{DRAFT:md}"

    def test_mermaid(self):
        """A Mermaid diagram with its start and its end, and nothing that a Markdown fence does not need."""
        assert (
            "stateDiagram-v2\n"
            "  direction LR\n"
            '  state "submitted" as submitted\n'
            '  state "to #quot;see#quot; | again" as stale\n'
            '  state "approved" as approved\n'
            "  stale --> submitted: edit\n"
            "  stale --> stale: customer_message [internal]\n"
            "  submitted --> submitted: edit\n"
            "  submitted --> stale: customer_message\n"
            "  submitted --> approved: approve\n"
            "  [*] --> submitted\n"
            "  approved --> [*]"
        ) == f"{DRAFT:mermaid}"

    @given(tables())
    def test_mermaid_has_every_edge(self, table):
        """Each edge is drawn; those between the same two states share an arrow."""
        arrows = {}
        for line in f"{table:mermaid}".splitlines():
            ends, _, labels = line.strip().partition(": ")
            if labels:
                arrows[ends] = labels.split(" | ")
        drawn = {(ends, label) for ends, labels in arrows.items() for label in labels}
        assert {
            (f"{edge.source} --> {edge.dest or edge.source}", edge.trigger + ("" if edge.dest else " [internal]"))
            for edge in table.edges
        } == drawn

    def test_mermaid_words(self):
        """A state may be called what Mermaid keeps for itself; unchanged, its parser would stop there."""
        states = StrEnum("Words", [("NOTE", "note"), ("DEFAULT", "Default")])
        table = StateTable("words", states, states.NOTE, [("go", "note", "Default"), ("go", "Default", "note")])
        assert (
            "stateDiagram-v2\n"
            "  direction LR\n"
            '  state "note" as note_\n'
            '  state "Default" as Default_\n'
            "  note_ --> Default_: go\n"
            "  Default_ --> note_: go\n"
            "  [*] --> note_"
        ) == f"{table:mermaid}"

    def test_dot(self):
        """Graphviz' language, one line an edge."""
        assert (
            'digraph "draft" {\n'
            '  rankdir=LR; node [shape=box]; "" [shape=point]\n'
            '  "submitted" [label="submitted", peripheries=1]\n'
            '  "stale" [label="to \\"see\\" | again", peripheries=1]\n'
            '  "approved" [label="approved", peripheries=2]\n'
            '  "" -> "submitted"\n'
            '  "stale" -> "submitted" [label="edit"]\n'
            '  "submitted" -> "submitted" [label="edit"]\n'
            '  "submitted" -> "stale" [label="customer_message"]\n'
            '  "stale" -> "stale" [label="customer_message [internal]"]\n'
            '  "submitted" -> "approved" [label="approve"]\n'
            "}"
        ) == f"{DRAFT:dot}"

    def test_unknown_form(self):
        """Another form is refused, and those that exist are named."""
        with pytest.raises(ValueError, match="no form 'svg'; use mermaid, md, dot, or none for plain text"):
            f"{DRAFT:svg}"

    def test_notebook_without_a_renderer(self, monkeypatch):
        """A notebook gets Mermaid and text, never HTML."""
        monkeypatch.setitem(sys.modules, "mermaidx", None)  # which makes importing it fail
        assert {"text/vnd.mermaid": f"{DRAFT:mermaid}", "text/plain": f"{DRAFT}"} == DRAFT._repr_mimebundle_(
            include=None, exclude=None
        )

    def test_notebook_with_a_renderer(self, monkeypatch):
        """Where `mermaidx` is installed, the picture is added."""
        stand_in = SimpleNamespace(render=lambda source: SimpleNamespace(svg=lambda: f"<svg>{source}</svg>"))
        monkeypatch.setitem(sys.modules, "mermaidx", stand_in)
        bundle = DRAFT._repr_mimebundle_()
        assert ["text/vnd.mermaid", "text/plain", "image/svg+xml"] == list(bundle)
        assert f"<svg>{DRAFT:mermaid}</svg>" == bundle["image/svg+xml"]


class TestImport:
    """What happens in a fresh interpreter."""

    PROGRAM = """
import sys
from enum import StrEnum
from casecore.kernel.machines import StateTable
Light = StrEnum("Light", [("RED", "red"), ("GREEN", "green"), ("OFF", "off")])
table = StateTable("light", Light, "red", [("go", "red", "green"), ("stop", "green", "red"),
    ("tick", ("green", "red"), None), ("cut", ("green", "red"), "off")], ["off"])
for form in ("", "md", "dot"):
    print(format(table, form))
assert table.dest("red", "go") == "green"
assert not [name for name in sys.modules if name.startswith("transitions")], "imported too early"
print(format(table, "mermaid"))
assert "transitions" in sys.modules
"""

    def run(self, seed):
        """Run the program with this seed of Python's hashes."""
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-c", self.PROGRAM]
        return subprocess.run(command, env=environment, capture_output=True, check=True).stdout

    def test_lazy_and_deterministic(self):
        """`transitions` is imported when it is asked for; what is drawn does not depend on Python's hashes."""
        assert self.run("1") == self.run("2")
