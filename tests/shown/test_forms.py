"""The forms: what is cut and counted, what is looked at before it comes, what is loaded, and what each object says."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import attrs
import pytest

from casecore import (
    Channel,
    Clock,
    ClockState,
    Commitment,
    Desk,
    Inbox,
    Policy,
    Relation,
    SendReply,
    TranscriptEntry,
    WrapUp,
    history,
    inbox,
)
from casecore.kernel import changed
from casecore.kernel.shown import Displayed
from casecore.projections.inbox import ClockAtRisk, Duty, IdleRight, Offer, OpenCommitment, Review, SnoozedCase, Window
from casecore.projections.transcript import EntryKind, Transcript
from casecore.replay import DayError
from casecore.reports.pages.tables import html_table
from casecore.reports.shown.displays import Display, DisplayTable, Writer, cell_lines
from casecore.reports.shown.forms import display_html, display_markdown, display_text, mime_bundle
from casecore.testing.scenario import at, case_in, given
from tests.shown.things import MAKERS, SOP, WROTE, a_day, the_story

# Text --------------------------------------------------------------------------------------------------


def test_what_is_left_out_is_counted():
    """Of fifteen lines eleven are shown; of a table that was cut already, its other rows count too."""
    many = Display("A list", [f"line {number}" for number in range(14)])
    assert ["A list", "line 9", "… and 4 more lines"] == [display_text(many).split("\n")[n] for n in (0, 10, 11)]
    rows = [{"n": number} for number in range(3)]
    assert "A list\nn\n0\n1\n… and 1 more line" == display_text(Display("A list", (), (DisplayTable.of("", rows, 2),)))
    full = Display("A list", (), (DisplayTable.of("", [{"n": number} for number in range(20)], 10),))
    assert 12 == len(display_text(full).split("\n"))
    assert display_text(full).endswith("… and 11 more lines")


def test_twelve_lines_are_shown_whole():
    """Where nothing has to be left out, nothing is counted."""
    assert display_text(Display("A list", [f"line {number}" for number in range(11)])).endswith("line 10")


def test_brief_lines_stand_for_the_tables():
    """Where cells would be cut, text has sentences of its own, and the table is in the other forms."""
    display = Display("Title", (), (DisplayTable.of("Cells", [{"a": 1}]),), ["a is one"])
    assert "Title\na is one" == display_text(display)
    assert "a is one" not in display_markdown(display) + display_html(display)


def test_rows_that_are_not_shown_are_counted_in_every_form():
    """Below the table."""
    display = Display("Title", (), (DisplayTable.of("Cells", [{"a": 1}, {"a": 2}], 1),))
    assert display_markdown(display).endswith("| 1 |\n\n… and 1 more")
    assert "<p>… and 1 more</p>" in display_html(display)


def test_cells():
    """Numbers are grouped, truths and nothing are words, instants are UTC, and a text keeps its lines."""
    cells = {1234567: "1,234,567", 0.5: "0.5", True: "yes", False: "no", None: "–", "": "", "a\x1bb": "a\ufffdb"}
    assert [[text] for text in cells.values()] == [cell_lines(value) for value in cells]
    assert ["2026-11-02 09:00:00 UTC"] == cell_lines(datetime(2026, 11, 2, 9, tzinfo=UTC))
    assert ["a", "", "b"] == cell_lines("a\n\nb")
    assert ["(1, 2)"] == cell_lines((1, 2))


def test_a_table_in_html():
    """Its columns may be named; one that a row has not is empty; the first column heads its row."""
    html = html_table([{"a": 1, "b": "x\ny"}], caption="C & \x1bD", columns=("b", "c"))
    assert ">C &amp; \ufffdD</caption>" in html
    assert [True, True, True] == [part in html for part in ('<th scope="row"', ">x\ny</th>", "></td>")]
    assert ">1<" not in html
    assert "<tbody></tbody>" in html_table([], caption="nothing")


def test_what_has_no_rows():
    """A writer without rows is a mistake of whoever wrote the class, told as such."""

    class Silent(Displayed):
        shown_by = f"{__name__}:SILENT"

    writer = Writer(lambda _: "silent", lambda _: Display("silent"))
    assert {"text/plain": "silent"} == mime_bundle(writer, Silent())


# IPython -----------------------------------------------------------------------------------------------


def test_ipython_prints_the_whole_at_the_top_and_a_line_inside():
    """Twelve lines for what was asked for, one in a list of several."""
    desk, printed = the_story().desk, []
    desk._repr_pretty_(SimpleNamespace(text=printed.append, stack=[1]), cycle=False)
    desk._repr_pretty_(SimpleNamespace(text=printed.append, stack=[1, 2]), cycle=False)
    desk._repr_pretty_(SimpleNamespace(text=printed.append), cycle=True)
    assert [desk._repr_mimebundle_()["text/plain"], repr(desk), repr(desk)] == printed


# What comes one after the other ------------------------------------------------------------------------


def test_looking_loses_nothing():
    """A history that was shown has all of its lines still to come."""
    events, lines = the_story().events, history(the_story().events)
    shown = [repr(lines), f"{lines:md}", str(lines)]
    assert [*history(events)] == [*lines]
    assert "History: nothing to come" == str(lines)
    assert "<History: lines still to come>" == shown[0]


def test_no_more_is_read_than_is_shown():
    """Of a history without end, a hundred lines and one are looked at."""
    read = []

    def endless():
        while True:
            for event in the_story().events:
                read.append(event)
                yield event

    lines = history(endless())
    assert "<History: lines still to come>" == repr(lines)
    assert [] == read  # a debugger that asks for it reads nothing
    assert "100 lines, and more to come" in str(lines)
    assert len(read) < 2 * 101
    assert 100 < len(read)
    assert next(lines) == next(history(the_story().events))


def test_where_it_cannot_go_on():
    """What was read is shown, with the reason; whoever reads on meets the error in its place, once."""
    day = a_day()
    assert "day.jsonl, line 3: type: is missing" in str(day)
    assert ["maria", "zoe"] == [
        (step.command.customer if step.line == 1 else step.command.by) for step in (next(day), next(day))
    ]
    with pytest.raises(DayError, match="line 3"):
        next(day)
    assert [] == [*day]


def test_a_day_that_goes_on():
    """Only some steps are shown of a long day."""
    lines = [json.dumps(WROTE | {"message": f"m{number}", "new_case": f"c{number}"}) for number in range(102)]
    assert "and more steps to come" in str(a_day(*lines))


def test_a_day_that_goes_well():
    """Then it is said so."""
    assert "Every step went as expected." in str(a_day(json.dumps(WROTE)))
    assert "✗" not in str(a_day(json.dumps(WROTE)))


def test_a_step_with_a_warning():
    """Is marked as one, with the rule."""
    noisy = Policy.loads('[channels.chat]\nemoji = false\n[enforcement]\n"channels.emoji" = "warn"')
    desk = given(case_in("open"), policy=noisy).desk
    said = {"type": "SendReply", "by": "ana", "at": "2026-11-02T09:01:00Z", "case": "c1", "message": "m9", "text": "👍"}
    from casecore.replay import replay_day

    day = replay_day([json.dumps(said)], desk)
    assert "⚠ ana replies" in str(day)
    assert "channels.emoji" in str(day)
    verdict = desk.decide(SendReply("ana", at(60), "c1", "m9", "👍"))
    assert "⚠ warned by channels.emoji" in repr(verdict)
    assert str(verdict).startswith("✓ Accepted, with 1 warning: ")
    assert "⚠ [channels.emoji]" in str(verdict)


# What each object says ---------------------------------------------------------------------------------


def test_a_policy_says_what_it_says_otherwise():
    """Against the SOP that ships, with the line; its layers are counted."""
    text, page = str(SOP), f"{SOP:md}"
    assert text.startswith("Policy our-sop 7: 2 queues, 1 waiver\n")
    assert "softened: tags.limit warn" in text
    assert "limits of an agent: total 6, chat 1, email 5, voice 1" in text
    assert "chat without limit" in str(changed(SOP, capacity=changed(SOP.capacity, chat=None)))
    assert "| capacity.chat | 1 | 2 | our-sop.toml:5 |" in page
    assert "source: –; made in code; zone UTC" in str(Policy())


def test_a_held_case_says_what_to_know():
    """Of each case why it is urgent."""
    text = f"{inbox(the_story().desk, 'ana', at(9)):md}"
    assert "unanswered, live, authenticated, draft d1 waits" in text


def test_a_closed_desk():
    """An empty desk says that it has nothing."""
    assert "<Desk: 0 agents, 0 customers, 0 cases, 0 commitments>" == repr(Desk())
    assert "Desk: 0 agents, 0 customers, 0 cases, 0 commitments" == str(Desk())


def test_a_large_desk_is_shown_at_once(monkeypatch):
    """Its cases are not looked at for clocks, and it is said so."""
    monkeypatch.setattr("casecore.projections.shown.desks._CASES", 1)
    shown = the_story().desk._repr_mimebundle_()
    assert "clocks: not looked at, of more than 1 cases; desk.clocks(case, at) tells them" in shown["text/plain"]
    assert "| clock |" not in shown["text/markdown"]


def test_a_refusal_is_printed_as_ever():
    """`str` of a refusal is what the error says; its text for a notebook names the number of reasons."""
    refused = MAKERS["Refused"]()
    assert "[agent.known] there is no agent 'zoe|<b>' -> add the agent first" == str(refused) == f"{refused}"
    assert "✗ Refused, for 1 reason" == refused._repr_mimebundle_()["text/plain"].split("\n")[0]


def test_actions_say_why_not():
    """Those that are allowed first, then each with its reasons; one alone says what it asks for."""
    actions = MAKERS["Actions"]()
    allowed = [one for one in actions if one.allowed]
    assert f"<{len(actions)} actions: {len(allowed)} allowed, {len(actions) - len(allowed)} refused>" == repr(actions)
    assert actions == tuple(actions)
    assert repr(actions[:3]).startswith("<3 actions: ")
    assert actions[:3] == tuple(actions)[:3]
    assert actions[-1] is tuple(actions)[-1]
    assert "✗ close: draft d1 waits on case c1" in str(actions)
    assert "<✓ add_note, asks for note, text>" in map(repr, allowed)
    assert "<✓ set_pending>" in map(repr, allowed)


def test_everything_an_inbox_may_hold():
    """A row for each thing, in the order of the inbox, with what there is to know of it."""
    held = inbox(the_story().desk, "ana", at(9)).cases[0]
    promise = Commitment("p1", "c1", "ana", at(5), "call back")
    draft, wrap_up = the_story().desk.cases["c1"].draft, WrapUp("w1", "c4", "ana", Channel.CHAT, at(1))
    clock = Clock("first_response", timedelta(hours=1), timedelta(minutes=45), ClockState.RUNNING, at(9))
    whole = Inbox(
        the_story().desk.agents["ana"],
        cases=(
            attrs.evolve(held, blocked=True, idle=IdleRight(1, 1, at(1), 0.0), window=Window(at(1), 0.0)),
            attrs.evolve(held, live=False, authenticated=False, unanswered_since=None, draft=None),
        ),
        offers=(
            Offer("c2", False, "rui", None, Channel.EMAIL, "general", None, at(1), at(31)),
            Offer("c3", True, "rui", "Rui", Channel.EMAIL, "general", None, at(1), at(31)),
        ),
        reviews=(Review("c3", Channel.EMAIL, attrs.evolve(draft, stale=True)), Review("c5", Channel.EMAIL, draft)),
        wrap_ups=(wrap_up, attrs.evolve(wrap_up, id="w2")),
        overdue=(wrap_up,),
        duties=(Duty("c6", frozenset({Relation.CUSTOMER, Relation.CASE})),),
        promises=(OpenCommitment(promise, overdue=True),),
        stranded=(OpenCommitment(promise, overdue=False),),
        clocks=(ClockAtRisk("c1", clock),),
        snoozed=(SnoozedCase("c7", "maria", "Maria", Channel.EMAIL, at(hours=2)),),
    )
    urgent = "unanswered, live, authenticated, draft d1 waits"
    told = [(row["what"], row["case"], row["note"]) for row in whole.frame()]
    assert [
        (
            "held",
            "c1",
            f"{urgent}, may be ended for silence, window closed, blocked",
        ),
        ("held", "c1", ""),
        ("offered", "c2", "from general"),
        ("review offered", "c3", "from general"),
        ("to review", "c3", "draft d1 by ana, stale"),
        ("to review", "c5", "draft d1 by ana"),
        ("to dispose", "c4", "overdue"),
        ("to dispose", "c4", ""),
        ("to relate", "c6", "case, customer"),
        ("promised", "c1", "overdue: call back"),
        ("to take over", "c1", "call back"),
        ("clock", "c1", "first response, 75 % of its target"),
        ("snoozed", "c7", ""),
    ] == told
    counts = "2 held, 2 offered, 2 to review, 2 to dispose, 1 snoozed, 1 promised, 1 to take over"
    assert f"<Inbox of ana, available: {counts}>" == repr(whole)


def test_an_email_of_ours_in_a_transcript():
    """Its subject and what is attached stand with its text."""
    entry = TranscriptEntry(
        at(1), "ana", EntryKind.SENT, "", "c1", "maria", "m1", "Hello\nagain", ("a.pdf",), subject="News"
    )
    assert "<td style=" in f"{Transcript((entry,)):html}"
    assert "| 2026-11-02 09:00:01 UTC | ana | “News”<br>Hello<br>again<br>+ a.pdf |" in f"{Transcript((entry,)):md}"
    assert "<2026-11-02 09:00:01 ana “News” Hello again + a.pdf>" == repr(entry)


# What is loaded ----------------------------------------------------------------------------------------


def test_nothing_is_loaded_before_somebody_looks():
    """A desk that decides has no code for display, and a page of it needs no library for screens."""
    program = """
import sys
from casecore import Desk, AddAgent, SYSTEM
from datetime import datetime, UTC
desk, _ = Desk().handle(AddAgent(SYSTEM, datetime(2026, 11, 2, tzinfo=UTC), "ana", "Ana"))
print(any(".shown." in name for name in sys.modules))
desk._repr_mimebundle_()
print(any(".shown." in name for name in sys.modules), "rich" in sys.modules, "IPython" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "False\nTrue False False\n" == done.stdout
