"""The command line: what is printed, which exit code says what, and that no mistake of a user ends in a traceback."""

import gzip
import io
import json
import runpy
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import casecore as commands
from casecore import __version__
from casecore.cli import main
from casecore.cli.app import _COMMANDS
from casecore.cli.report import TextReport
from casecore.cli.screen import Screen, fold_text, shorten_text
from casecore.desk import Desk
from casecore.kernel import Command, Reason, Refused, frozen
from casecore.policies import SWITCHABLE, Policy
from casecore.projections.desk_tables import desk_tables
from casecore.replay import ReplayedLine, replay_day
from casecore.reports.text import visible
from casecore.rooms.approvals import DRAFT_LIFECYCLE
from casecore.rooms.composition import HOUSE, RULES
from casecore.rooms.contacts import CONTACT_LIFECYCLE
from casecore.rooms.offers import OFFER_LIFECYCLE
from casecore.statuses import CASE_LIFECYCLE

ROOT = Path(__file__).parents[2]
DAY = str(ROOT / "examples" / "day.jsonl")
SOP = (ROOT / "src" / "casecore" / "policies" / "sop.toml").read_text("utf-8")

START = [sys.executable, "-c", "from casecore.cli import main; raise SystemExit(main())"]
"""The command line in a process of its own."""


@pytest.fixture
def a_day(tmp_path):
    """Write a day of these lines; its path."""

    def write(*lines):
        path = tmp_path / "day.jsonl"
        path.write_bytes(b"".join(x if isinstance(x, bytes) else f"{x}\n".encode() for x in lines))
        return str(path)

    return write


def a_line(type_, at="2026-11-02T09:00:00Z", by="ana", **fields):
    """One line of a day."""
    return json.dumps({"type": type_, "by": by, "at": at, **fields})


def hired(agent="ana", **fields):
    """The line with which an agent joins the desk."""
    return a_line("AddAgent", by="system", agent=agent, **{"permissions": ["reply"], "queues": ["general"], **fields})


def written(message="m1", **fields):
    """The line with which a customer writes a message."""
    given = {"thread": "t1", "customer": "maria", "channel": "messaging", "new_case": "c1", "text": "Hello?"}
    return a_line("ReceiveMessage", by="customer", message=message, **{**given, **fields})


OPENED = [hired(), a_line("GoAvailable", agent="ana"), written(), a_line("OpenCase", case="c1")]
REPLY = a_line("SendReply", case="c1", message="m2", text="Hi", send_as="pending")


# The demo ----------------------------------------------------------------------------------------------


def test_the_example_goes_as_expected(casecore):
    """What `make demo` runs ends well, and no line is wider than the screen."""
    code, printed, complaints = casecore("replay", DAY)
    assert (0, "") == (code, complaints)
    assert "Every step went as expected." in printed
    assert 100 >= max(map(cell_len, printed.splitlines()))
    assert "\x1b" not in printed


def test_a_day_names_its_policy(casecore, a_day, tmp_path):
    """A path from where the day is; what is said on the command line is stronger."""
    (tmp_path / "no-tags.toml").write_text("[tags]\nenabled = false\n", "utf-8")
    tagged = a_line("AddTag", case="c1", tag="vip", expect=["tags.enabled"])
    day = a_day('{"policy": "no-tags.toml"}', *OPENED, tagged)
    assert 0 == casecore("replay", day)[0]
    (tmp_path / "tags.toml").write_text("", "utf-8")
    assert 1 == casecore("replay", day, "--policy", str(tmp_path / "tags.toml"))[0]
    code, printed, complaints = casecore("replay", a_day('{"policy": "none.toml"}', *OPENED))
    assert (2, "") == (code, printed)
    assert "none.toml" in complaints


def test_a_step_tells_when_who_what_and_the_status_before_and_after(casecore, a_day):
    """One line for a step that is accepted."""
    _, printed, _ = casecore("replay", a_day(*OPENED, REPLY))
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert "09:00:00 ✓ maria writes by messaging: “Hello?” starts as new" in lines
    assert "↳ c1 starts in the queue general" in lines
    assert "09:00:00 ✓ ana opens c1 and takes it new → open" in lines
    assert "09:00:00 ✓ ana replies to c1 as pending: “Hi” open → pending" in lines


def test_a_refusal_tells_every_reason_and_remedy(casecore, a_day):
    """The status stays, and each reason has its rule, what was found, what to do, and where the rule is said."""
    day = a_day(hired(permissions=[]), *OPENED[1:], a_line("SendReply", case="c1", message="m2", expect="refused"))
    code, printed, _ = casecore("replay", day)
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    first = lines.index("09:00:00 ✗ ana replies to c1 as pending refused · open")
    assert [
        "reply.permission ana may not reply directly",
        "→ submit the reply for approval instead",
        "§4",
        "reply.content the reply is empty",
        "→ write a text or attach something",
        "§4",
    ] == lines[first + 1 : first + 7]
    assert 0 == code


def test_a_warning_is_told(casecore, a_day, tmp_path):
    """A rule that only warns lets the step pass, and is told with it."""
    policy = tmp_path / "sop.toml"
    policy.write_text(SOP + '"reply.permission" = "warn"\n', "utf-8")
    day = a_day(hired(permissions=[]), *OPENED[1:], REPLY)
    code, printed, _ = casecore("replay", day, "--policy", str(policy))
    assert 0 == code
    assert "⚠ accepted with a warning\n            reply.permission " in printed
    assert "5 steps: 5 accepted, 1 of them with a warning, 0 refused." in printed


def test_stories_and_days_are_headings(casecore, a_day):
    """A story is told before its step, and each new day has its date."""
    later = a_line("GoAvailable", at="2026-11-03T00:30:00+01:00", agent="ana", story="Late.")
    tomorrow = a_line("GoAvailable", at="2026-11-03T09:00:00Z", agent="ana")
    _, printed, _ = casecore("replay", a_day(hired(story="Ana comes."), later, tomorrow))
    order = [
        "── Monday 2 November 2026, times in UTC ─",
        "\nAna comes.\n",
        "\nLate.\n23:30:00",
        "── Tuesday 3 November",
    ]
    places = [printed.index(words) for words in order]
    assert sorted(places) == places


def test_the_desk_at_the_end(casecore, a_day):
    """Cases with who holds them or where they wait, agents, counts by rule."""
    lines = [
        *OPENED,
        a_line("SubmitDraft", case="c1", draft="d1", text="Hi"),
        written("m2", thread="t2", new_case="c2", customer="joao", name="João Reis"),
        a_line("CloseCase", case="c2", by="ana", expect="refused"),
        a_line("SetNextState", agent="ana", reason="lunch"),
    ]
    _, printed, _ = casecore("replay", a_day(*lines))
    end = [" ".join(line.split()) for line in printed[printed.index("The desk at the end") :].splitlines()]
    assert "c1 maria messaging open ana d1 in general" in end
    assert "c2 João Reis messaging new general since 09:00" in end
    assert "ana no more, then lunch 1 of 6 in total –" in end
    assert "8 steps: 7 accepted, 1 refused." in end
    assert "Refused by lifecycle.close_by 1." in end


def test_a_long_list_of_cases_is_cut(casecore, a_day):
    """Twenty rows are shown and the rest counted, open cases first."""
    new = [written(f"m{n}", thread=f"t{n}", customer=f"k{n}", new_case=f"c{n:02}") for n in range(25)]
    closed = a_line("CloseCase", by="system", case="c00", reason="spam")
    agents = [hired(f"agent{n:02}") for n in range(23)]
    _, printed, _ = casecore("replay", a_day(*agents, *new, closed))
    assert "… and 5 more" in printed
    assert "… and 3 more" in printed
    rows = printed[printed.index("The desk at the end") :]
    assert "\nc01" in rows
    assert "\nc20" in rows
    assert "\nc21" not in rows
    assert "\nc00" not in rows
    assert "\nagent19" in rows
    assert "\nagent20" not in rows


def test_quiet_shows_only_what_went_otherwise(casecore, a_day):
    """Steps that went as expected are left out, refused or not."""
    wrong = a_line("GoAvailable", agent="ben", expect=["agents.manage"])
    day = a_day(*OPENED, a_line("OpenCase", case="c9", expect="refused"), hired("ben"), wrong)
    _, printed, _ = casecore("replay", day, "--quiet")
    assert 1 == printed.count("09:00:00")
    assert "✗ ana lets ben take work" in printed


@pytest.mark.parametrize("lines", [[], ["# nothing", ""], ['{"policy": "sop.toml"}']])
def test_an_empty_day_is_no_success(casecore, a_day, tmp_path, lines):
    """Nothing was replayed, which is exit code 3 and said."""
    (tmp_path / "sop.toml").write_text("", "utf-8")
    day = a_day(*lines)
    code, printed, complaints = casecore("replay", day)
    assert (3, "") == (code, printed)
    assert complaints.startswith(f"{day}: has no commands, so nothing was replayed; write at least one, such as ")


# Exit codes --------------------------------------------------------------------------------------------


def test_a_step_that_goes_otherwise_is_exit_code_1(casecore, a_day):
    """The line, what was expected and what came, beneath the step and again at the end."""
    day = a_day(
        hired(), "# a remark", a_line("GoAvailable", agent="ben"), a_line("GoAvailable", agent="ana", expect="refused")
    )
    code, printed, complaints = casecore("replay", day)
    assert (1, "") == (code, complaints)
    assert 2 == printed.count("line 3 should be accepted, was refused by agent.known")
    assert 2 == printed.count("line 4 should be refused, was accepted")
    assert "2 steps went otherwise than expected:" in printed
    assert "Every step" not in printed


def test_expected_and_actual_rules_are_named(casecore, a_day):
    """Where other rules refuse than expected, both lists are told."""
    _, printed, _ = casecore("replay", a_day(hired(), a_line("OpenCase", case="c9", expect=["b.rule", "a.rule"])))
    assert "should be refused by a.rule, b.rule, was refused by case.known" in printed


def test_many_steps_that_go_otherwise_are_counted(casecore, a_day):
    """The list at the end is cut like every other."""
    code, printed, _ = casecore("replay", a_day(*[a_line("OpenCase", case="c9")] * 30))
    assert 1 == code
    assert 20 == printed.count("≠ line ")
    assert "… and 10 more" in printed
    assert "30 steps went otherwise than expected:" in printed


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        ("{", "is not JSON"),
        (a_line("OpenCaze", case="c1"), "type: "),
        (a_line("OpenCase", case="x" * 10_000), "case: "),
        (a_line("OpenCase", case="c1", at="2026-11-02T09:00:00"), "at: "),
        (b"\x00\x01\x02\xff\n", "is not UTF-8"),
        (b"x" * 10_000_000 + b"\n", "is not JSON"),
        (a_line("OpenCase", case="c1", at="\x1b[31m"), "at: "),
    ],
    ids=range(7),
)
def test_an_unreadable_line_is_exit_code_2(casecore, a_day, bad, complaint):
    """What stood before it is reported, then the line, the field and what fits there are named on standard error."""
    code, printed, complaints = casecore("replay", a_day(*OPENED, bad, REPLY))
    assert 2 == code
    assert "ana opens c1" in printed
    assert "replies" not in printed
    assert "The desk when reading stopped" in printed
    assert complaints.startswith(f"{a_day(*OPENED, bad, REPLY)}, line 5: {complaint}")
    assert "; expected " in complaints or "; give " in complaints
    assert "\x1b" not in complaints
    assert len(complaints) < 1000


def test_lines_may_end_as_on_windows_and_start_with_a_byte_order_mark(casecore, a_day):
    """Editors write them."""
    assert 0 == casecore("replay", a_day(b"\xef\xbb\xbf", *(f"{line}\r\n".encode() for line in OPENED)))[0]


def test_a_long_line_is_no_error(casecore, a_day):
    """A customer may send ten million characters; the report quotes the first few."""
    code, printed, _ = casecore("replay", a_day(written(text="ha" * 5_000_000)))
    assert (0, True) == (code, len(printed) < 2000)


@pytest.mark.parametrize("file", ["missing.jsonl", "", "."])
def test_a_file_that_cannot_be_opened_is_exit_code_2(casecore, tmp_path, monkeypatch, file):
    """It is named, with what is the matter; nothing is printed."""
    monkeypatch.chdir(tmp_path)
    code, printed, complaints = casecore("replay", file)
    assert (2, "") == (code, printed)
    assert complaints.startswith(f"{file}: cannot be read (")
    assert 1 == complaints.count("\n")


def test_a_name_with_a_nul_is_no_file(casecore):
    """Python raises another error for it than for a missing file."""
    assert 2 == casecore("replay", "day\0.jsonl")[0]


def test_a_binary_file_is_exit_code_2(casecore, a_day):
    """For instance a day that was compressed."""
    code, printed, complaints = casecore("replay", a_day(gzip.compress(hired().encode())))
    assert (2, "") == (code, printed)
    assert "line 1: is not UTF-8 text" in complaints


def test_a_policy_that_cannot_be_loaded_is_exit_code_2(casecore, tmp_path):
    """Every problem of it is told, for each command that takes one."""
    policy = tmp_path / "sop.toml"
    policy.write_text('scema = 1\n[tags]\nlimit = "many"\n', "utf-8")
    for arguments in (["replay", DAY], ["rules"]):
        code, printed, complaints = casecore(*arguments, "--policy", str(policy))
        assert (2, "") == (code, printed)
        assert complaints.startswith(f"{policy}: 2 problems\n\nerror: scema: no such key\n --> {policy}:1:1\n")
        assert f"\n\nerror: tags.limit: 'many' does not fit\n --> {policy}:3:9\n" in complaints


def test_a_day_may_come_from_standard_input(casecore, monkeypatch):
    """It is called so where something is wrong with it, wherever the options stand."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(hired().encode())))
    assert (0, "") == casecore("replay", "-")[::2]
    for arguments in (["replay", "-", "--quiet"], ["replay", "--quiet", "-"], ["replay", "--quiet", "--", "-"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{hired()}\n{{\n".encode())))
        code, _, complaints = casecore(*arguments)
        assert 2 == code
        assert complaints.startswith("standard input, line 2: is not JSON")


def test_no_standard_input(casecore, monkeypatch, tmp_path):
    """A process may be started without one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", None)
    code, _, complaints = casecore("replay", "-")
    assert (2, True) == (code, complaints.startswith("standard input: cannot be read"))


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (["repaly", DAY], '"replay"'),
        (["replay", DAY, "--fromat", "json"], "--format"),
        (["replay", DAY, "--format", "jsn"], '"json"'),
        (["show", "lifecyle"], '"lifecycle"'),
        (["rules", "--format", "mf"], '"md"'),
        (["replay"], "DAY"),
        (["show"], "WHAT"),
        (["replay", DAY, DAY], "Unused"),
    ],
)
def test_a_typing_mistake_gets_a_suggestion_and_exit_code_2(casecore, arguments, suggestion):
    """The command line says what is wrong and what was probably meant, on standard error."""
    code, printed, complaints = casecore(*arguments)
    assert (2, "") == (code, printed)
    assert suggestion in complaints


# What is said ------------------------------------------------------------------------------------------

DRAFTED = [
    *OPENED,
    hired("dora", permissions=["approve"]),
    a_line("GoAvailable", by="dora", agent="dora"),
    a_line("SubmitDraft", case="c1", draft="d1", text="Soon", send_as="resolved"),
]
RUI = f"{hired('rui', permissions=['supervise'])}\n{a_line('GoUnavailable', by='rui', agent='rui')}"
AWAY = a_line("LeaveCase", case="c1")
SOLVED = a_line("SendReply", case="c1", message="m2", text="Done", send_as="resolved")

WAITING = OPENED[:3]
OFFERED = a_line("OfferWork", by="system", case="c1", agent="ana")
REVIEW = a_line("OfferWork", by="system", case="c1", agent="dora", review=True)
CHAT = [*OPENED[:2], written(channel="chat"), OPENED[3]]
PROMISED = a_line("MakeCommitment", case="c1", commitment="k1", due="2026-11-02T15:00:00Z", what="Call")
SNOOZED = a_line("SnoozeCase", case="c1", until="2026-11-02T12:00:00Z")
EMAIL = [
    *OPENED[:2],
    written(channel="email"),
    OPENED[3],
    a_line("FlagCase", case="c1", complaint=True),
    a_line("RelateRecord", case="c1", relation="case", record="r3"),
    AWAY,
]
"""Ana has disposed nothing yet of a complaint about an installer."""
ANSWERED = [
    *OPENED[:2],
    written(channel="email"),
    OPENED[3],
    a_line("SendReply", case="c1", message="m2", text="Hi", subject="Re"),
    AWAY,
    hired("ben"),
    a_line("GoAvailable", by="ben", agent="ben"),
    written("m3", channel="email", in_reply_to="m2"),
    a_line("OpenCase", by="ben", case="c1"),
]
"""Ben holds an email that answers Ana's."""

BLOCKED_MARIA = a_line("BlockCustomer", by="system", customer="maria", reason="Insults")
MIA = a_line("RecordCustomer", by="system", customer="mia", name="Mia")
LOG = {"thread": "t2", "new_case": "c2", "customer": "rui", "channel": "voice", "name": "Rui", "note": "n1"}
LOGGED = a_line("LogCase", **LOG, text="He called me")
FIRST = {"thread": "t2", "new_case": "c2", "message": "m9", "customer": "rui", "text": "Hello!"}
QUICK = {"type": "PreparedText", "kind": "quick_reply", "definition": '{"name": "hello", "text": "Hello!"}'}

MANY_ANSWERS = [a_line("SendReply", case="c1", message=f"r{number}", text="Hello") for number in (1, 2)]

SAID = [
    ([], a_line("AddAgent", by="system", agent="ana"), ["✓ the system adds agent ana"]),
    (
        [],
        hired(channels=["sms", "email"], capacity={"sms": 2}),
        ["✓ the system adds agent ana: may reply; serves general; works on email, sms; holds at", "most 2 sms"],
    ),
    (OPENED, a_line("ChangeAgent", by="system", agent="ana", name="Ana"), ["✓ the system changes agent ana"]),
    ([hired()], a_line("GoUnavailable", agent="ana", reason="lunch"), ["✓ ana takes no work: “lunch”"]),
    ([hired(), RUI], a_line("GoUnavailable", by="rui", agent="ana"), ["✓ rui lets ana take no work"]),
    (OPENED, a_line("LogOut", agent="ana"), ["✓ ana logs out"]),
    (OPENED, a_line("LogOut", by="system", agent="ana"), ["✓ the system logs ana out"]),
    (OPENED, a_line("SetNextState", agent="ana", reason="lunch"), ["✓ ana sets a next state: “lunch”"]),
    (
        [hired(), a_line("GoAvailable", agent="ana")],
        a_line("SetNextState", agent="ana", reason="lunch"),
        ["✓ ana sets a next state: “lunch”", "↳ ana takes no work now: lunch"],
    ),
    (
        [hired(), RUI, a_line("GoAvailable", agent="ana")],
        a_line("SetNextState", by="rui", agent="ana"),
        ["✓ rui sets a next state of ana", "↳ ana takes no work now"],
    ),
    (
        [*OPENED, a_line("SetNextState", agent="ana")],
        a_line("ClearNextState", agent="ana"),
        ["✓ ana clears the next state"],
    ),
    (
        [*OPENED, RUI],
        a_line("ClearNextState", by="rui", agent="ana"),
        ["✓ rui clears the next state of ana nothing changes"],
    ),
    (OPENED, a_line("GoAvailable", by="system", agent="ana"), ["✓ the system lets ana take work nothing changes"]),
    (
        [],
        a_line("RecordCustomer", by="system", customer="maria", name="Maria", profile={"email": "m@x.org"}),
        ["✓ the system records of customer Maria: name, email"],
    ),
    *(
        (
            [a_line("RecordCustomer", by="system", customer="maria", name="Maria"), *before],
            a_line(kind, by="system", customer="maria", reason="Insults"),
            [f"✓ the system {verb} customer Maria: “Insults”"],
        )
        for kind, verb, before in (
            ("BlockCustomer", "blocks", []),
            ("UnblockCustomer", "unblocks", [BLOCKED_MARIA]),
        )
    ),
    *(
        (
            [*OPENED, *before],
            a_line(kind, by="system", thread="t1", reason="Spam"),
            [f"✓ the system {verb} thread t1: “Spam”"],
        )
        for kind, verb, before in (
            ("BlockThread", "blocks", []),
            ("UnblockThread", "unblocks", [a_line("BlockThread", by="system", thread="t1", reason="Spam")]),
        )
    ),
    (
        [*OPENED, BLOCKED_MARIA],
        a_line("ReceiveMessage", by="customer", thread="t1", message="m9", text="Hello?"),
        [
            "✓ maria writes by messaging: “Hello?” open",
            "↳ it stands in the history and changes nothing: they are blocked",
        ],
    ),
    (
        OPENED,
        a_line("EditMessage", by="customer", thread="t1", message="m1", text="Hello, Ana?"),
        ["✓ maria edits the message m1: “Hello, Ana?” open"],
    ),
    (
        OPENED,
        a_line("WithdrawMessage", by="customer", thread="t1", message="m1"),
        ["✓ maria withdraws the message m1 open"],
    ),
    (
        OPENED,
        a_line("EditMessage", by="customer", thread="t1", message="m9", text="Hello, Ana?"),
        ["✓ maria edits the message m9: “Hello, Ana?” open", "↳ m9 has not come yet"],
    ),
    (
        [*OPENED, MIA, BLOCKED_MARIA],
        a_line("MergeCustomers", by="ana", customer="maria", into="mia"),
        [
            "✓ ana finds that customer maria is customer mia",
            "↳ maria and mia are read as one, and mia is blocked",
        ],
    ),
    (
        [*OPENED, MIA],
        a_line("MergeCustomers", by="ana", customer="maria", into="mia"),
        ["✓ ana finds that customer maria is customer mia", "↳ maria and mia are read as one"],
    ),
    (
        [
            *OPENED[:2],
            *(
                a_line(
                    "ReceiveMessage",
                    by="customer",
                    thread=f"t{number}",
                    message="m1",
                    customer=name,
                    channel="sms",
                    new_case=f"c{number}",
                    name=name.title(),
                )
                for number, name in ((1, "maria"), (2, "mia"))
            ),
            a_line("CloseCase", by="system", case="c2", reason="spam"),
        ],
        a_line("MoveCase", by="system", case="c1", thread="t2"),
        ["✓ the system moves c1 to Mia, on thread t2 new"],
    ),
    (
        [
            *OPENED[:2],
            *(
                a_line(
                    "ReceiveMessage",
                    by="customer",
                    thread=f"t{number}",
                    message="m1",
                    customer="maria",
                    channel="sms",
                    new_case=f"c{number}",
                )
                for number in (8, 9)
            ),
            a_line("OpenCase", by="ana", case="c9"),
            a_line("SendReply", by="ana", case="c9", message="r1", text="Hello"),
        ],
        a_line("MergeCases", by="ana", case="c8", into="c9"),
        [
            "✓ ana merges c8 into c9 new → closed",
            "↳ what is written on thread t8 goes on in c9",
            "↳ c9 is open again",
        ],
    ),
    (
        [*OPENED],
        a_line("SendReply", by="ana", case="c1", message="r1", text="Hello", thread="t1"),
        ["✓ ana replies to c1 on thread t1 as pending: “Hello” open → pending"],
    ),
    (
        [],
        a_line("RecordConsent", by="system", customer="maria", note="On the form"),
        ["✓ the system notes that maria opts in to messages on WhatsApp: “On the form”"],
    ),
    (
        [],
        a_line("RecordConsent", by="customer", customer="maria", opted_in=False),
        ["✓ the customer notes that maria wants no more messages on WhatsApp"],
    ),
    (
        OPENED[:2],
        a_line("StartOutbound", **FIRST, channel="sms", phone="+351912345678", name="Rui"),
        ["✓ ana writes first to Rui by sms: “Hello!” starts as pending", "↳ c2 starts in the queue general"],
    ),
    (
        OPENED[:2],
        a_line("StartOutbound", **FIRST, channel="sms", phone="+351912345678", for_approval=True, template=QUICK),
        [
            "✓ ana writes first to rui by sms with hello for approval starts as open",
            "↳ c2 starts in the queue general",
        ],
    ),
    (
        OPENED[:2],
        a_line("StartOutbound", **{**FIRST, "customer": None}, expect="refused"),
        ["✗ ana writes first to somebody by an unknown thread: “Hello!” refused"],
    ),
    (
        OPENED,
        a_line("StartOutbound", **{**FIRST, "customer": None, "thread": "t1"}, expect="refused"),
        ["✗ ana writes first to maria by messaging: “Hello!” refused · open"],
    ),
    (
        OPENED[:2],
        LOGGED,
        ["✓ ana logs a case of Rui, by voice: “He called me” starts as open", "↳ c2 starts in the queue general"],
    ),
    (
        OPENED[:2],
        a_line("LogCase", **LOG, text="He called me", keep=False),
        [
            "✓ ana logs a case of Rui, by voice for its queue: “He called me” starts as new",
            "↳ c2 starts in the queue general",
        ],
    ),
    (
        [*OPENED[:2], LOGGED],
        a_line("ReceiveMessage", by="customer", thread="t2", message="m9", text="It is me again"),
        ["✓ Rui writes by voice: “It is me again” open", "↳ c2 was only logged, and goes on as any other"],
    ),
    (
        OPENED,
        a_line("SendReply", case="c1", message="m2", text="Hello!", template=QUICK),
        ["✓ ana replies to c1 as pending with hello: “Hello!” open → pending"],
    ),
    ([], a_line("RecordCustomer", by="system", customer="k"), ["✓ the system records of customer k: nothing"]),
    (
        [],
        written(name="Maria"),
        ["✓ Maria writes by messaging: “Hello?” starts as new", "↳ c1 starts in the queue general"],
    ),
    (
        [written()],
        written("m2", auto_generated=True, text="Away"),
        ["✓ a machine answers for maria by messaging: “Away” new", "↳ it stands in the history and changes nothing"],
    ),
    (
        [],
        written(channel="twitter", kind="mention", text=""),
        ["✓ maria mentions us on twitter starts as new", "↳ c1 starts in the queue general"],
    ),
    (
        [],
        a_line("ReceiveMessage", by="customer", thread="t1", message="m1", expect="refused"),
        ["✗ somebody writes by an unknown thread refused"],
    ),
    (
        [*OPENED, a_line("CloseCase", case="c1")],
        written("m2", new_case=None),
        ["✓ maria writes by messaging: “Hello?” starts as new", "↳ c1 is closed, so c1+1 starts in the queue general"],
    ),
    (
        [*OPENED, SOLVED, AWAY],
        written("m3"),
        ["✓ maria writes by messaging: “Hello?” resolved → open", "↳ c1 waits in the queue general"],
    ),
    (
        DRAFTED,
        written("m2"),
        ["✓ maria writes by messaging: “Hello?” open", "↳ draft d1 is stale: it was written before this"],
    ),
    (OPENED[:3], OPENED[3], ["✓ ana opens c1 and takes it new → open"]),
    ([*OPENED, RUI], a_line("OpenCase", by="rui", case="c1"), ["✓ rui opens c1 nothing changes"]),
    (OPENED, AWAY, ["✓ ana leaves c1 open", "↳ c1 waits in the queue general", "↳ ana has c1 to dispose"]),
    ([*OPENED, SOLVED], AWAY, ["✓ ana leaves c1 resolved", "↳ nobody holds c1 now", "↳ ana has c1 to dispose"]),
    (
        OPENED,
        a_line("ReassignCase", case="c1", queue="billing"),
        ["✓ ana gives c1 to the queue billing open", "↳ ana has c1 to dispose"],
    ),
    (
        [*OPENED, hired("ben"), a_line("GoAvailable", by="ben", agent="ben")],
        a_line("ReassignCase", case="c1", agent="ben", note="yours"),
        ["✓ ana gives c1 to ben: “yours” open", "↳ c1 is offered to ben", "↳ ana has c1 to dispose"],
    ),
    (OPENED, a_line("ReassignCase", case="c1", expect="refused"), ["✗ ana gives c1 to nobody refused · open"]),
    (OPENED, SOLVED, ["✓ ana replies to c1 as resolved: “Done” open → resolved"]),
    (OPENED, a_line("SetStatus", case="c1", status="escalated"), ["✓ ana sets c1 to escalated open → escalated"]),
    (
        [*OPENED, AWAY, RUI],
        a_line("SetStatus", by="rui", case="c1", status="resolved"),
        ["✓ rui sets c1 to resolved open → resolved", "↳ c1 waits no more"],
    ),
    (OPENED, a_line("CloseCase", case="c1"), ["✓ ana closes c1 open → closed", "↳ ana has c1 to dispose"]),
    (
        OPENED,
        a_line("CloseCase", case="c1", reason="spam"),
        ["✓ ana closes c1 as spam open → closed", "↳ ana has c1 to dispose"],
    ),
    (
        [*OPENED, SOLVED],
        a_line("CloseCase", at="2026-11-05T00:00:00Z", by="system", case="c1", reason="automatic"),
        ["✓ the system closes c1 automatically resolved → closed", "↳ ana has c1 to dispose"],
    ),
    (OPENED, a_line("AddNote", note="n1", case="c1", text="VIP"), ["✓ ana writes a note on c1: “VIP” open"]),
    (
        OPENED,
        a_line("AddNote", note="n1", customer="maria", text="VIP"),
        ["✓ ana writes a note on customer maria: “VIP”"],
    ),
    (
        OPENED,
        a_line("AddNote", note="n1", text="?", expect="refused"),
        ["✗ ana writes a note on customer somebody: “?” refused"],
    ),
    (OPENED, a_line("EditNote", note="n1", text="x", expect="refused"), ["✗ ana rewrites note n1: “x” refused"]),
    (OPENED, a_line("DeleteNote", note="n1", expect="refused"), ["✗ ana deletes note n1 refused"]),
    (OPENED, a_line("AddTag", case="c1", tag="vip"), ["✓ ana tags c1: “vip” open"]),
    (OPENED, a_line("AddTag", case="c1", message="m1", tag="vip"), ["✓ ana tags message m1 of c1: “vip” open"]),
    (OPENED, a_line("RemoveTag", case="c1", tag="vip"), ["✓ ana takes a tag from c1: “vip” nothing changes"]),
    (
        OPENED,
        a_line("SetSentiment", case="c1", message="m1", sentiment="positive"),
        ["✓ ana marks message m1 of c1 as positive open"],
    ),
    (DRAFTED[:-1], DRAFTED[-1], ["✓ ana submits draft d1 on c1 as resolved: “Soon” open"]),
    (DRAFTED, a_line("EditDraft", case="c1", draft="d1", text="Now"), ["✓ ana edits draft d1 on c1: “Now” open"]),
    (DRAFTED, a_line("EditDraft", case="c1", draft="d1", send_as="pending"), ["✓ ana edits draft d1 on c1 open"]),
    (
        DRAFTED,
        a_line("ReassignDraft", case="c1", draft="d1", agent="dora", note="please"),
        ["✓ ana gives the review of draft d1 to dora: “please” open", "↳ the review on c1 is offered to dora"],
    ),
    (
        DRAFTED,
        a_line("ApproveDraft", by="dora", case="c1", draft="d1"),
        ["✓ dora approves draft d1 on c1 open → resolved", "↳ it is sent as resolved in the name of ana"],
    ),
    (
        [*DRAFTED, written("m2")],
        a_line("ApproveDraft", by="dora", case="c1", draft="d1", seen=True),
        [
            "✓ dora approves draft d1 on c1, having seen the new message open → resolved",
            "↳ it is sent as resolved in the name of ana",
        ],
    ),
    (
        DRAFTED,
        a_line("RefuseDraft", by="dora", case="c1", draft="d1", reason="rude"),
        ["✓ dora refuses draft d1 on c1: “rude” open"],
    ),
    (DRAFTED, a_line("WithdrawDraft", case="c1", draft="d1"), ["✓ ana withdraws draft d1 on c1 open"]),
    (WAITING, OFFERED, ["✓ the system offers c1 to ana new"]),
    ([*WAITING, OFFERED], a_line("AcceptOffer", case="c1"), ["✓ ana accepts c1 new"]),
    ([*WAITING, OFFERED], OPENED[3], ["✓ ana opens c1 and takes it new → open", "↳ that accepts the offer of c1"]),
    ([*WAITING, OFFERED], a_line("RejectOffer", case="c1", reason="no"), ["✓ ana rejects c1: “no” new"]),
    (WAITING, a_line("RejectOffer", case="c9", expect="refused"), ["✗ ana rejects c9 refused"]),
    (
        [*WAITING, OFFERED],
        a_line("ExpireOffer", by="system", at="2026-11-02T09:00:30Z", case="c1"),
        ["✓ the system lets the offer of c1 to ana time out new"],
    ),
    (
        WAITING,
        a_line("ExpireOffer", by="system", case="c1", expect="refused"),
        ["✗ the system lets the offer of c1 to anybody time out refused · new"],
    ),
    (
        [*WAITING, OFFERED],
        a_line("RescindOffer", by="system", case="c1", reason="gone"),
        ["✓ the system takes the offer of c1 to ana back: “gone” new"],
    ),
    (
        [*WAITING, OFFERED],
        a_line("CloseCase", by="system", case="c1", reason="spam"),
        [
            "✓ the system closes c1 as spam new → closed",
            "↳ the offer of c1 to ana is taken back: it waits no more",
        ],
    ),
    (DRAFTED, REVIEW, ["✓ the system offers the review on c1 to dora open"]),
    (
        [*DRAFTED, REVIEW],
        a_line("AcceptOffer", by="dora", case="c1", review=True),
        ["✓ dora accepts the review on c1 open"],
    ),
    (
        [*DRAFTED, REVIEW],
        a_line("TakeReview", by="dora", case="c1"),
        ["✓ dora takes the review on c1 open", "↳ that accepts the offer of the review on c1"],
    ),
    (
        [*DRAFTED, a_line("TakeReview", by="dora", case="c1")],
        a_line("WithdrawDraft", case="c1", draft="d1"),
        ["✓ ana withdraws draft d1 on c1 open", "↳ dora reviews it no longer"],
    ),
    (CHAT, a_line("Authenticate", case="c1"), ["✓ ana authenticates the customer of c1 open"]),
    (
        CHAT,
        a_line("AskPresence", case="c1", message="m2", text="There?"),
        ["✓ ana asks on c1 whether the customer is there: “There?” open"],
    ),
    (
        [
            *CHAT,
            a_line("SendReply", case="c1", message="m2", text="Hi"),
            a_line("AskPresence", case="c1", message="m3"),
        ],
        a_line("DisconnectIdle", at="2026-11-02T09:02:00Z", case="c1", message="m4"),
        [
            "✓ ana disconnects the silent chat of c1 pending → resolved",
            "↳ nobody holds c1 now",
            "↳ the customer reads: “Thank you for contacting us. As we have not heard from you, we",
            "end this chat now.”",
            "↳ ana has c1 to dispose",
        ],
    ),
    (
        CHAT,
        a_line("EndContact", by="customer", case="c1"),
        [
            "✓ the customer ends the contact on c1 open",
            "↳ ana has c1 to dispose",
            "↳ c1 stays with ana until it is disposed",
        ],
    ),
    (
        [*OPENED, AWAY],
        a_line("Dispose", case="c1", code="solved", notes="Done"),
        ["✓ ana disposes c1 as solved: “Done” open", "↳ ana takes work again"],
    ),
    (
        [*OPENED, AWAY, RUI],
        a_line("Dispose", by="rui", case="c1", agent="ana", expect="refused"),
        ["✗ rui disposes c1 for ana refused · open"],
    ),
    (
        [*OPENED, a_line("SetNextState", agent="ana", reason="lunch"), AWAY],
        a_line("Dispose", case="c1", code="solved", notes="Done"),
        ["✓ ana disposes c1 as solved: “Done” open", "↳ ana takes no work now: lunch"],
    ),
    (
        OPENED,
        a_line("FlagCase", case="c1", complaint=True, account_case=False),
        ["✓ ana marks c1 as a complaint and not of an account case open"],
    ),
    (OPENED, a_line("FlagCase", case="c1"), ["✓ ana marks c1 as before nothing changes"]),
    (
        OPENED,
        a_line("RelateRecord", case="c1", relation="customer", record="r1"),
        ["✓ ana relates c1 to customer r1 open"],
    ),
    (
        [*EMAIL, a_line("RelateRecord", case="c1", relation="customer", record="r1")],
        a_line("UnrelateRecord", case="c1", relation="customer"),
        ["✓ ana takes back the relation of c1 to customer open"],
    ),
    (
        [*EMAIL, a_line("RelateRecord", case="c1", relation="customer", record="r1")],
        a_line("Dispose", case="c1", code="solved", notes="Done"),
        [
            "✓ ana disposes c1 as solved: “Done” open",
            "↳ ana still has to relate c1 to: installer",
            "↳ ana takes work again",
        ],
    ),
    (
        [
            *EMAIL,
            a_line("RelateRecord", case="c1", relation="customer", record="r1"),
            a_line("Dispose", case="c1", code="solved", notes="Done"),
        ],
        a_line("RelateRecord", case="c1", relation="installer", record="r2"),
        ["✓ ana relates c1 to installer r2 open", "↳ nothing is left to relate c1 to"],
    ),
    (
        ANSWERED,
        a_line("LeaveCase", by="ben", case="c1"),
        ["✓ ben leaves c1 open", "↳ c1 waits in the queue general", "↳ ben has c1 to dispose; ana handled it before"],
    ),
    (
        OPENED,
        a_line("MakeCommitment", case="c1", commitment="k1", due="2026-11-02T15:00:00+01:00", what="Call"),
        ["✓ ana promises k1 on c1 for 14:00: “Call” open"],
    ),
    (
        [*OPENED, PROMISED],
        a_line("RescheduleCommitment", commitment="k1", due="2026-11-03T15:00:00Z"),
        ["✓ ana moves commitment k1 to 3 Nov 15:00 open"],
    ),
    (
        [*OPENED, PROMISED],
        a_line("RescheduleCommitment", commitment="k1", due="2027-11-02T15:00:00Z"),
        ["✓ ana moves commitment k1 to 2 Nov 2027 15:00 open"],
    ),
    ([*OPENED, PROMISED], a_line("FulfilCommitment", commitment="k1"), ["✓ ana fulfils commitment k1 open"]),
    (
        [*OPENED, PROMISED, hired("ben", permissions=[]), a_line("GoAvailable", by="ben", agent="ben")],
        a_line("TakeCommitment", by="ben", commitment="k1", expect="refused"),
        ["✗ ben takes over commitment k1 refused · open"],
    ),
    (
        OPENED,
        SNOOZED,
        [
            "✓ ana snoozes c1 until 12:00 open → pending",
            "↳ c1 waits in the queue general",
            "↳ ana has c1 to dispose",
        ],
    ),
    (
        [*OPENED, SNOOZED],
        a_line("EndSnooze", by="system", at="2026-11-02T12:00:00Z", case="c1"),
        ["✓ the system ends the snooze of c1 pending → open", "↳ c1 waits in the queue general"],
    ),
    (
        [*OPENED, SNOOZED],
        a_line("ReassignCase", by="ana", case="c1", queue="general", expect="refused"),
        ["✗ ana gives c1 to the queue general refused · pending"],
    ),
    (
        [*OPENED, SNOOZED],
        written("m3"),
        [
            "✓ maria writes by messaging: “Hello?” pending → open",
            "↳ c1 waits in the queue general",
            "↳ c1 is no longer snoozed",
        ],
    ),
    (
        OPENED,
        a_line("EndUnanswered", by="system", case="c1", expect="refused"),
        ["✗ the system takes c1 back, which was never answered refused · open"],
    ),
    (
        OPENED,
        a_line("SetAttribute", case="c1", attribute="refund_eur", value=120, expect=["attribute.known"]),
        ["✗ ana sets refund_eur of c1 to 120 refused · open"],
    ),
    (OPENED, a_line("SetLevel", case="c1", level="urgent"), ["✓ ana sets the level of c1 to urgent open"]),
    (
        OPENED,
        a_line("RecordMiss", by="system", at="2026-11-02T10:00:00Z", case="c1", clock="first_response"),
        ["✓ the system records that the first response of c1 is late open"],
    ),
    (
        [*OPENED, a_line("SendReply", case="c1", message="r1", text="Hello")],
        a_line("DeliveryFailed", by="system", case="c1", message="r1", why="x"),
        [
            "✓ the system learns that r1 on c1 never arrived: “x” pending → open",
            "↳ the customer waits for an answer again",
        ],
    ),
    (
        [*OPENED, *MANY_ANSWERS],
        a_line("DeliveryFailed", by="system", case="c1", message="r1"),
        ["✓ the system learns that r1 on c1 never arrived pending → open"],
    ),
    (
        OPENED,
        a_line("ReceiveMessage", by="customer", thread="t1", message="m9", text="I am his son", participant="bob"),
        ["✓ bob, beside maria, writes by messaging: “I am his son” open"],
    ),
    (
        OPENED,
        a_line("ReceiveMessage", by="customer", thread="t9", message="m9", participant="bob", expect="refused"),
        ["✗ bob, beside somebody, writes by an unknown thread refused"],
    ),
    (
        [*OPENED, a_line("LogOut", agent="ana")],
        a_line("ReleaseAbsent", by="system", at="2026-11-02T09:01:00Z", case="c1"),
        [
            "✓ the system takes c1 from whoever is gone open",
            "↳ c1 waits in the queue general",
            "↳ ana has c1 to dispose",
        ],
    ),
    (
        [
            *DRAFTED,
            a_line("TakeReview", by="dora", case="c1"),
            a_line("LogOut", by="dora", agent="dora"),
        ],
        a_line("FreeReview", by="system", at="2026-11-02T09:01:00Z", case="c1"),
        ["✓ the system takes the review on c1 from whoever is off duty open", "↳ dora reviews it no longer"],
    ),
    (
        OPENED,
        a_line("LeaveCase", by="customer", case="c1", expect="refused"),
        ["✗ the customer leaves c1 refused · open"],
    ),
]


@pytest.mark.parametrize(("before", "line", "said"), SAID, ids=range(len(SAID)))
def test_every_step_is_told_in_words(casecore, a_day, before, line, said):
    """Who does what, with the words they use, the status before and after, and what follows from it."""
    code, printed, _ = casecore("replay", a_day(*before, line.replace('{"', '{"story": "Now.", "', 1)))
    told = [" ".join(x.split()) for x in printed.partition("\nNow.\n")[2].partition("\n\n")[0].splitlines()]
    if not told[0][0].isdigit():
        del told[0]  # the heading of another day
    told[0] = told[0][9:]
    assert (0, said) == (code, told[: len(said)])
    assert "✗" in told[0] or len(said) == len(told)


def test_the_transcript_of_a_case_or_of_a_customer(casecore, a_day):
    """What was said and noted there is shown whole, and nothing else; as JSON, an object an entry."""
    long = "We refund you. " * 40
    day = a_day(*OPENED, a_line("AddNote", note="n1", case="c1", text=long), SOLVED)
    code, printed, _ = casecore("replay", day, "--transcript", "c1")
    assert 0 == code
    assert long.strip() in printed
    assert ["maria", "ana", "ana"] == [line.split()[2] for line in printed.splitlines() if line[:2] == "20"]
    assert printed == casecore("replay", day, "--transcript", "maria")[1]
    code, printed, _ = casecore("replay", day, "--transcript", "c1", "--format", "json")
    assert ["received", "note", "sent"] == [json.loads(line)["kind"] for line in printed.splitlines()]


def test_the_transcript_of_nobody(casecore, a_day):
    """It says so; and a day that went otherwise than expected still does, with its exit code."""
    code, printed, complaints = casecore("replay", a_day(*OPENED), "--transcript", "c9")
    assert (2, "") == (code, printed)
    assert "nothing was said on 'c9': on this day there is no such case or customer; check the id" in complaints
    assert (2, "") == casecore("replay", a_day(*OPENED), "--transcript", "c9", "--format", "json")[:2]
    wrong = a_line("OpenCase", case="c9")
    code, printed, _ = casecore("replay", a_day(*OPENED, wrong), "--transcript", "c1")
    assert 1 == code
    assert "otherwise than expected" in printed
    code, printed, complaints = casecore("replay", a_day(*OPENED, "no json"), "--transcript", "c1")
    assert 2 == code
    assert "maria" in printed
    assert complaints


def test_the_quality_of_a_day(casecore, a_day, tmp_path):
    """A row for each agent, or as JSON an object; and the end of a day that went otherwise than expected."""
    (tmp_path / "lenient.toml").write_text('[authentication]\nenforcement = "warn"\n', "utf-8")
    solved = a_line("SendReply", case="c1", message="m2", text="Hi", send_as="resolved")
    chat = [OPENED[0], OPENED[1], written(channel="chat"), OPENED[3], solved]
    code, printed, _ = casecore("replay", a_day(*chat), "--quality", "--policy", str(tmp_path / "lenient.toml"))
    head, *row = printed.splitlines()
    assert (0, ["agent", "live", "authenticated", "without"]) == (code, head.split()[:4])
    assert ["ana", "1", "0", "1", "0", "of", "0", "–", "–"] == " ".join(row).split()[:9]
    assert "(1)" in printed
    wrong = a_line("OpenCase", case="c9")
    told = casecore("replay", a_day(*OPENED, wrong), "--quality", "--transcript", "c1")
    assert (1, True) == (told[0], "otherwise than expected" in told[1])
    left = a_line("LeaveCase", case="c1"), a_line("Dispose", case="c1", code="solved", notes="Done")
    code, printed, _ = casecore("replay", a_day(*OPENED, *left), "--quality", "--format", "json")
    (one,) = json.loads(printed)
    assert (0, "ana", 1) == (code, one["agent"], len(one["delays"]))


def test_every_command_has_words():
    """None of the desk's commands is told by its name."""
    assert set(HOUSE.commands) == {getattr(commands, json.loads(line)["type"]) for _, line, _ in SAID}


@frozen
class RingBell(Command):
    """A command of a host's own."""


def test_a_command_of_a_hosts_own_is_told_by_its_name(monkeypatch):
    """And a reason without a remedy has no arrow."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    desk, at = Desk(), datetime(2026, 11, 2, 9, tzinfo=UTC)
    refused = Refused((Reason("bell.broken", "there is no bell"),))
    step = ReplayedLine(desk, RingBell("ana", at), refused, desk, line=1, story="", expect="refused")
    TextReport(Screen(), quiet=False).tell_step(step)
    assert "09:00:00  ✗ ana gives ring bell" in out.getvalue()
    assert "            bell.broken              there is no bell\n" in out.getvalue()
    assert "→" not in out.getvalue()


def test_where_cases_are_at_the_end(casecore, a_day):
    """Held, waiting since another day, held by nobody, and closed in each way, with what came after."""
    lines = [
        *(written(f"m{n}", thread=f"t{n}", customer=f"k{n}", new_case=f"c{n}") for n in range(6)),
        hired(queues=["general", "billing"]),
        hired("dora", permissions=["reply", "approve"]),
        hired("eve", permissions=[], queues=[]),
        a_line("GoAvailable", agent="ana"),
        a_line("GoAvailable", by="dora", agent="dora"),
        *(a_line("OpenCase", case=f"c{n}") for n in (1, 2, 3, 4)),
        a_line("SendReply", case="c2", message="r2", text="Done", send_as="resolved"),
        a_line("LeaveCase", case="c2"),
        a_line("CloseCase", case="c3"),
        written("m9", thread="t3", customer="k3", new_case=None),
        a_line("SubmitDraft", case="c4", draft="d4", text="Hi"),
        a_line("ReassignDraft", case="c4", draft="d4", agent="dora"),
        written("m8", thread="t4", customer="k4", new_case=None),
        a_line("CloseCase", by="system", case="c5", reason="trashed"),
        a_line("GoUnavailable", at="2026-11-03T09:00:00Z", by="eve", agent="eve"),
    ]
    code, printed, _ = casecore("replay", a_day(*lines))
    end = [" ".join(line.split()) for line in printed[printed.index("The desk at the end") :].splitlines()]
    assert 0 == code
    assert [
        "c0 k0 messaging new general since 2 Nov 09:00",
        "c1 k1 messaging open ana",
        "c2 k2 messaging resolved –",
        "c3+1 k3 messaging new general since 2 Nov 09:00",
        "c4 k4 messaging open ana d4 in general, offered to dora,",
        "stale",
        "c3 k3 messaging closed by hand, then c3+1",
        "c5 k5 messaging closed as trash",
    ] == end[3:11]
    assert "ana wrapping up 2 of 6 in total c2, c3" in end
    assert "dora yes 1 of 6 in total –" in end
    assert "eve no 0 of 6 in total –" in end


def test_what_agents_have_at_the_end():
    """Offers count, by channel where it has a limit; whether they are there; and what they have to dispose, cut."""
    own = {"total": 100, "sms": 3}
    lines = [
        hired(capacity=own),
        a_line("GoAvailable", agent="ana"),
        *(written(f"m{n}", thread=f"t{n}", new_case=f"c{n:02}", channel="sms") for n in range(2)),
        written("m2", thread="t2", new_case="c2", channel="chat"),
        *(a_line("OpenCase", case=case) for case in ("c00", "c2")),
        a_line("OfferWork", by="system", case="c01", agent="ana"),
        hired("ben", capacity={"total": 30}),
        a_line("GoAvailable", by="ben", agent="ben"),
        *(written(f"x{n}", thread=f"y{n}", new_case=f"z{n:02}") for n in range(23)),
        *(a_line("OpenCase", by="ben", case=f"z{n:02}") for n in range(23)),
        *(a_line("LeaveCase", by="ben", case=f"z{n:02}") for n in range(23)),
        a_line("SetNextState", by="ben", agent="ben"),
        hired("eve"),
        a_line("GoUnavailable", by="eve", agent="eve", reason="lunch"),
        hired("zoe"),
    ]
    taken = list(replay_day(lines, Desk()))
    cases, agents, *_ = desk_tables(taken[-1].after)
    assert all(step.accepted for step in taken)
    assert "general since 09:00, offered to ana" in next(row for row in cases.rows if row[0] == "c01")
    owed = ", ".join(f"z{n:02}" for n in range(20)) + " and 3 more"
    assert [
        ("ana", "yes", "1 of 2 chats, 2 of 3 sms, 3 of 100 in total", "–"),
        ("ben", "no more", "0 of 30 in total", owed),
        ("eve", "no: lunch", "0 of 6 in total", "–"),
        ("zoe", "logged out", "0 of 6 in total", "–"),
    ] == agents.rows


def test_clocks_and_commitments_at_the_end(casecore, a_day, tmp_path):
    """Clocks of cases that are not closed: what runs until when, what is paused, what is missed and by how much."""
    policy = tmp_path / "sop.toml"
    policy.write_text(SOP.replace("pause_in        = []", 'pause_in        = ["pending"]'), "utf-8")
    lines = [
        hired(),
        a_line("GoAvailable", agent="ana"),
        *(written(f"m{n}", thread=f"t{n}", new_case=f"c{n}") for n in range(4)),
        *(a_line("OpenCase", case=f"c{n}") for n in range(4)),
        a_line("MakeCommitment", case="c1", commitment="k1", due="2026-11-02T11:00:00Z", what="Call"),
        a_line("MakeCommitment", case="c1", commitment="k2", due="2026-11-03T10:00:00Z", what="Call again"),
        a_line("SendReply", at="2026-11-02T09:10:00Z", case="c1", message="r1", text="Soon"),
        a_line("SendReply", at="2026-11-02T10:30:00Z", case="c2", message="r2", text="Done", send_as="resolved"),
        a_line("CloseCase", at="2026-11-02T12:00:00Z", case="c3"),
    ]
    code, printed, _ = casecore("replay", a_day(*lines), "--policy", str(policy))
    end = [" ".join(line.split()) for line in printed[printed.index("case  clock") :].splitlines()]
    assert 0 == code
    assert [
        "case clock state due",
        "c0 solution runs 3 Nov 09:00, 21h left",
        "c1 solution paused 23h50m left",
        "c0 first response missed 2h ago",
        "c2 first response missed 30m late",
        "",
        "commitment case who due what",
        "k1 c1 ana 11:00, overdue Call",
        "k2 c1 ana 3 Nov 10:00 Call again",
        "",
    ] == end[:10]


def test_what_sleeps_at_the_end():
    """A case that is snoozed says until when, and a promise whose it is to keep where it follows its case."""
    lines = [*OPENED, PROMISED, SNOOZED, hired("ben"), a_line("GoAvailable", by="ben", agent="ben")]
    cases, _, _, promises = desk_tables(list(replay_day(lines, Desk()))[-1].after)
    assert "general since 09:00, snoozed until 12:00" == cases.rows[0][4]
    follows = Policy.loads("commitments.follow_case = true")
    lines.append(a_line("OpenCase", by="ben", case="c1"))
    *_, moved = desk_tables(list(replay_day(lines, Desk(follows)))[-1].after)
    assert ("ana", "ben") == (promises.rows[0][2], moved.rows[0][2])


def test_the_picture_is_of_one_instant():
    """Days are told in UTC, whatever zone the commands were written in."""
    east = timezone(timedelta(hours=9))
    at = datetime(2026, 11, 3, 1, tzinfo=east)
    desk, _ = Desk().handle(commands.AddAgent("system", at, "ana", queues=frozenset({"general"})))
    message = commands.ReceiveMessage("customer", at, "t1", "m1", customer="maria", channel=commands.Channel.SMS)
    desk, _ = desk.handle(message)
    cases, agents, clocks, promises = desk_tables(desk)
    assert "general since 16:00" == cases.rows[0][4]
    assert ("t1/1", "first response", "runs", "17:00, 1h left") == clocks.rows[0]
    assert (1, 1, 2, 0) == (cases.count, agents.count, clocks.count, promises.count)
    assert [0, 0, 0, 0] == [picture.count for picture in desk_tables(Desk())]


# For programs ------------------------------------------------------------------------------------------


def test_json_is_one_object_a_step_and_a_summary(casecore, a_day):
    """Nothing else is printed, and every line is JSON."""
    no = a_line("SendReply", case="c1", message="m2", text="", expect=["reply.content"])
    code, printed, complaints = casecore("replay", a_day("# a remark", *OPENED, no), "--format", "json")
    *told, last = map(json.loads, printed.splitlines())
    assert (0, "", 5) == (code, complaints, len(told))
    assert [2, 3, 4, 5, 6] == [step["line"] for step in told]
    opened, refused = told[3:]
    assert ("OpenCase", "ana", "c1", True, "new", "open") == tuple(
        opened[name] for name in ("type", "by", "case", "accepted", "before", "after")
    )
    assert ["CaseAssigned", "WorkBegun", "ContactStarted"] == [event["type"] for event in opened["events"]]
    assert (False, True, ["reply.content"], "open", []) == tuple(
        refused[name] for name in ("accepted", "as_expected", "expect", "after", "events")
    )
    assert ["reply.content"] == [reason["rule"] for reason in refused["reasons"]]
    assert {"message", "remedy", "facts"} <= refused["reasons"][0].keys()
    summary = last["summary"]
    assert (5, 4, 1, 0, {"reply.content": 1}, {"open": 1}, None) == tuple(
        summary[name] for name in ("steps", "accepted", "refused", "otherwise", "refused_by", "cases", "error")
    )


def test_json_tells_what_went_otherwise_and_what_is_unreadable(casecore, a_day):
    """The summary has the first lines that went otherwise, and the error as fields."""
    day = a_day(hired(), *[a_line("OpenCase", case="c9")] * 25, a_line("OpenCase", case=1))
    code, printed, complaints = casecore("replay", day, "--format", "json", "--quiet")
    *told, last = map(json.loads, printed.splitlines())
    assert (2, 25, 25) == (code, len(told), last["summary"]["otherwise"])
    assert list(range(2, 22)) == last["summary"]["otherwise_lines"]
    error = last["summary"]["error"]
    assert (27, "case") == (error["line"], error["problems"][0]["path"])
    assert "line 27: case: " in complaints


def test_json_is_the_same_in_every_encoding(a_day, monkeypatch):
    """It is written in ASCII."""
    day = a_day(written(name="João 金秀賢", text="\u2028 \u202e"))
    written_as = []
    for encoding in ("ascii", "utf-8"):
        out = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding=encoding))
        assert 0 == main(["replay", day, "--format", "json"])
        written_as.append(out.getvalue())
    assert written_as[0] == written_as[1]
    assert "João 金秀賢" == json.loads(written_as[0].splitlines()[0])["events"][0]["name"]


# Rules and life cycles ---------------------------------------------------------------------------------


def test_rules_lists_every_rule_once(casecore):
    """In JSON: ids, titles, clauses, what is guarded, and how it is kept; rows with the same id are one."""
    code, printed, _ = casecore("rules", "--format", "json")
    listed = {rule["id"]: rule for rule in json.loads(printed)}
    assert 0 == code
    assert sorted({rule.id for rule in RULES}) == list(listed)
    assert all(rule.title in listed[rule.id]["titles"] for rule in RULES)
    assert all(guard.__name__ in listed[rule.id]["guards"] for rule in RULES for guard in rule.guards)
    assert all(rule.clause in listed[rule.id]["clauses"] for rule in RULES)
    assert {rule: "block" if rule in SWITCHABLE else "always" for rule in listed} == {
        rule: row["enforcement"] for rule, row in listed.items()
    }


def test_rules_under_a_policy(casecore, tmp_path):
    """What the policy softens is shown as it is kept."""
    policy = tmp_path / "sop.toml"
    policy.write_text(SOP + '"tags.limit" = "warn"\n"channels.emoji" = "off"\n', "utf-8")
    _, printed, _ = casecore("rules", "--policy", str(policy), "--format", "md")
    kept = {line.split(" | ")[0]: line.split(" | ")[-1] for line in printed.splitlines()}
    assert ("warn |", "off |", "block |", "always |") == tuple(
        kept[f"| {rule}"] for rule in ("tags.limit", "channels.emoji", "note.author", "case.known")
    )


def test_rules_tell_where_they_are_set(casecore, tmp_path):
    """In JSON: the keys that set a rule, each with its line; a default has none."""
    policy = tmp_path / "sop.toml"
    policy.write_text('[chat.idle]\nsilence = "5m"\n[enforcement]\n"idle.silence" = "warn"\n', "utf-8")
    _, printed, _ = casecore("rules", "--policy", str(policy), "--format", "json")
    (rule,) = [rule for rule in json.loads(printed) if rule["id"] == "idle.silence"]
    assert [
        {"key": "chat.idle.silence", "place": f"{policy}:2:11"},
        {"key": "chat.idle.counts_from", "place": None},
        {"key": 'enforcement."idle.silence"', "place": f"{policy}:4:18"},
    ] == rule["set_by"]


def test_rules_as_a_table_fit_the_screen(casecore, monkeypatch):
    """Sentences are folded; ids are whole. Where columns would be too narrow, each rule stands under its name."""
    for width in (80, 100, 150):
        monkeypatch.setenv("COLUMNS", str(width))
        _, printed, _ = casecore("rules")
        assert width >= max(map(cell_len, printed.splitlines()))
        assert all(f"\n{rule.id} " in printed for rule in RULES)
        assert (width == 80) is ("\n    guards " in printed)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("lifecycle", CASE_LIFECYCLE),
        ("draft", DRAFT_LIFECYCLE),
        ("offer", OFFER_LIFECYCLE),
        ("contact", CONTACT_LIFECYCLE),
    ],
)
def test_show_prints_a_life_cycle(casecore, name, table):
    """As a diagram, a table or words, from the table that `decide` reads."""
    for form in ("mermaid", "md", "dot"):
        assert (0, f"{table:{form}}\n", "") == casecore("show", name, "--format", form)
    code, printed, _ = casecore("show", name)
    assert 0 == code
    blocks = {block.split()[0]: block for block in printed.split("\n\n")[1:]}
    assert list(table.states) == list(blocks)
    for edge in table.edges:
        way = "stays" if edge.dest is None else f"→ {edge.dest}"
        line = next(line for line in blocks[edge.source].splitlines() if line.strip().startswith(way))
        assert edge.trigger in line


# The command itself ------------------------------------------------------------------------------------


def test_help_has_examples_and_version_is_the_librarys(casecore):
    """For the whole and for each command, on standard output."""
    for arguments in ([], ["--help"], ["replay", "--help"], ["rules", "--help"], ["show", "-h"]):
        code, printed, _ = casecore(*arguments)
        assert 0 == code
        assert "Usage: casecore" in printed
        assert "Examples:\n\n    casecore " in printed
    assert (0, f"{__version__}\n", "") == casecore("--version")


def test_examples_can_be_pasted(casecore, monkeypatch):
    """Each is whole, on a line of its own, on a screen of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    typed = [f"    casecore {example}" for _, examples in _COMMANDS.values() for example, _ in examples]
    assert len(typed) > 10
    assert set(typed) <= set(casecore("--help")[1].splitlines())


def test_what_was_typed_is_read_from_the_process(capsys, monkeypatch):
    """Without arguments of its own, `main` takes those of the process."""
    monkeypatch.setattr(sys, "argv", ["casecore", "--version"])
    assert 0 == main()
    assert f"{__version__}\n" == capsys.readouterr().out


def test_without_its_libraries_the_command_says_how_to_install_them(capsys, monkeypatch):
    """Exit code 2, on standard error."""
    for name in [name for name in sys.modules if name.startswith("casecore.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cyclopts", None)
    assert 2 == main(["rules"])
    printed, complaints = capsys.readouterr()
    assert "" == printed
    assert "needs cyclopts" in complaints
    assert "pip install 'casecore[cli]'" in complaints


def test_a_fault_of_our_own_is_not_taken_for_a_missing_library(monkeypatch):
    """A module of casecore that is missing is a broken installation, and says so."""
    for name in [name for name in sys.modules if name.startswith("casecore.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "casecore.cli.app", None)
    with pytest.raises(ModuleNotFoundError, match="casecore"):
        main(["rules"])


def test_the_core_imports_neither_rich_nor_cyclopts():
    """Nor does the command line, until a command is run; `replay` needs neither."""
    code = (
        "import casecore, casecore.desk, casecore.codec, casecore.replay, casecore.cli, sys; casecore.Desk()\n"
        "print({'rich', 'cyclopts'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "set()\n" == done.stdout


def test_a_closed_pipe_is_one_line(a_day):
    """As `| head` does: no traceback, and not the code of a success or of a finding."""
    day = a_day(*OPENED, *[a_line("OpenCase", case="c1")] * 20_000)
    for form in ("text", "json"):
        with subprocess.Popen(
            [*START, "replay", day, "--format", form], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            process.stdout.readline()
            process.stdout.close()
            expected = b"standard output: cannot be written (Broken pipe); send it to another file or pipe\n"
            assert expected == process.stderr.read().replace(b"\r", b"")
            assert 2 == process.wait()


def test_a_closed_pipe_in_process(monkeypatch):
    """The same where standard output is no file."""

    class Closed(io.StringIO):
        def write(self, _):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    for arguments in (["show", "lifecycle"], ["--help"], ["--version"]):
        assert 2 == main(arguments)


def test_an_interrupt_is_no_traceback(monkeypatch):
    """Ctrl-C while a day is read."""

    class Interrupted(io.BytesIO):
        def readline(self, *_):
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Interrupted()))
    assert 130 == main(["replay", "-"])


# The screen --------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Yes."""
        return True

    def fileno(self):
        """It is none of the real ones."""
        raise io.UnsupportedOperation


def test_colours_are_for_terminals_and_never_needed(monkeypatch):
    """On a terminal there are colours; with NO_COLOR the same words stand there without."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    screens = []
    for no_color in (False, True):
        if no_color:
            monkeypatch.setenv("NO_COLOR", "1")
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        assert 0 == main(["replay", DAY])
        screens.append(terminal.getvalue())
    coloured, plain = screens
    assert "\x1b[32m✓\x1b[0m" in coloured
    assert "\x1b" not in plain
    stripped = "".join(part.partition("m")[2] if n else part for n, part in enumerate(coloured.split("\x1b[")))
    assert plain == stripped


@pytest.mark.parametrize("width", [1, 40, 60, 80, 100, 132, 500])
def test_every_width_of_terminal(casecore, monkeypatch, width):
    """No line is wider than the terminal, from 60 columns on; none is wider than 120."""
    monkeypatch.setenv("COLUMNS", str(width))
    code, printed, _ = casecore("replay", DAY)
    assert 0 == code
    assert min(max(width, 60), 120) >= max(map(cell_len, printed.splitlines()))


def test_wide_and_hostile_texts_stay_on_their_line(casecore, a_day):
    """Long ids, wide characters, control characters, marks of direction: nothing moves the cursor or breaks a line."""
    wide = "客" * 200
    text = "\x1b[2J\r\n\u202eabc\u200d\u0000" + "漢字" * 500
    lines = [
        hired(wide, queues=["general"]),
        a_line("GoAvailable", by=wide, agent=wide),
        written(new_case=wide, text=text, customer=wide, name=text, thread=wide),
        a_line("OpenCase", by=wide, case=wide, story=text),
        a_line("SendReply", by=wide, case=wide, message="x" * 200, text=text, send_as="open", expect="refused"),
        a_line("SubmitDraft", by=wide, case=wide, draft=wide, text=text, note=text),
    ]
    code, printed, _ = casecore("replay", a_day(*lines))
    assert 0 == code
    assert all(line.isprintable() for line in printed.splitlines())
    refused = printed[printed.index("refused") :].partition("↳")[0]
    assert wide in "".join(printed.split())
    assert "x" * 200 not in refused
    assert 100 >= max(map(cell_len, printed.splitlines()))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_every_encoding(monkeypatch, encoding):
    """What an encoding does not have is replaced, and nothing fails."""
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding=encoding))
    assert 0 == main(["replay", DAY])
    assert 0 == main(["rules"])
    assert 0 == main(["show", "lifecycle"])
    assert 0 == main(["diff", "--help"])
    printed = out.getvalue().decode(encoding)
    assert ("✓" if encoding == "utf-8" else "+") in printed
    assert ("João" if encoding != "ascii" else "Jo?o") in printed


def test_a_big_day_gets_a_progress_bar(a_day, monkeypatch):
    """On standard error, where that is a terminal and the steps go elsewhere or are not shown."""
    day = a_day(*["#" + "x" * 1000] * 5000, hired())
    for out, arguments, shown in (
        (io.StringIO(), [], True),
        (Terminal(), [], False),
        (Terminal(), ["--quiet"], True),
        (Terminal(), ["--quiet", "--format", "json"], False),
    ):
        bar = Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", bar)
        assert 0 == main(["replay", day, *arguments])
        assert shown is ("replaying" in bar.getvalue())
        assert '"accepted": 1' in out.getvalue() or "1 step: 1 accepted" in out.getvalue()


def test_what_is_printed_beside_the_bar_passes_through_it(a_day, monkeypatch):
    """On one terminal, a step that goes otherwise stands above the bar; a pipe gets it as always."""
    day = a_day(a_line("OpenCase", case="c9"), *["#" + "x" * 1000] * 5000)
    for out, through in ((Terminal(), True), (io.StringIO(), False)):
        bar = Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", bar)
        assert 1 == main(["replay", day, "--quiet"])
        assert through is ("ana opens c9" in bar.getvalue())
        assert through is not ("ana opens c9" in out.getvalue())


def test_a_small_day_gets_none(a_day, monkeypatch):
    """It is over before one could look."""
    bar = Terminal()
    monkeypatch.setattr(sys, "stderr", bar)
    assert 0 == main(["replay", a_day(hired())])
    assert "" == bar.getvalue()


@given(st.text(), st.integers(2, 30))
def test_folded_text_fits_and_loses_nothing(text, width):
    """Lines are at most as wide as asked, and together they are the text."""
    text = visible(text)
    lines = list(fold_text(text, width))
    assert all(cell_len(line) <= width for line in lines)
    assert text.replace(" ", "") == "".join(lines).replace(" ", "")


@given(st.text(), st.integers(2, 30))
def test_shortened_text_fits(text, width):
    """It is as it was, or ends with the sign that it was cut."""
    text = visible(text)
    short = shorten_text(text, width)
    assert cell_len(short) <= width
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    assert short == text or not short[:-1].endswith(" ")


def test_what_is_shortened_ends_with_a_word():
    """No space stands before the sign."""
    assert "ab…" == shorten_text("ab cdef", 4)
    assert "客…" == shorten_text("客户服务", 4)


def test_a_reason_of_many_lines_is_told_whole(casecore, a_day):
    """The message and the remedy are folded, never cut."""
    case = "-".join(["long"] * 40)
    _, printed, _ = casecore("replay", a_day(hired(), a_line("OpenCase", case=case)))
    reason = printed.partition("case.known")[2].partition("≠")[0]
    told = f"there is no case '{case}' → check the id; messages start cases §1"
    assert told.replace(" ", "") == "".join(reason.split())


def test_a_table_keeps_its_columns(monkeypatch):
    """Cells of any script stand under their head."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    Screen().print_table(("a", "b"), [("客客", "1"), ("x", "2")])
    assert "a     b\n客客  1\nx     2\n" == out.getvalue()


def test_as_a_module(capsys, monkeypatch):
    """`python -m casecore` is the command line, too; to import it runs nothing."""
    monkeypatch.setattr(sys, "argv", ["casecore", "--version"])
    door = str(Path(commands.__file__).with_name("__main__.py"))
    runpy.run_path(door)
    assert "" == capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(door, run_name="__main__")
    assert (0, __version__) == (ended.value.code, capsys.readouterr().out.split()[-1])
    done = subprocess.run([sys.executable, "-m", "casecore", "--help"], capture_output=True, text=True, check=False)
    assert (0, True) == (done.returncode, "check" in done.stdout)
