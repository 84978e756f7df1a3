"""One of each thing that shows itself, made of a desk on which people write whatever they like."""

import json
from functools import cache

from casecore import (
    HOUSE,
    RULES,
    AddNote,
    Archive,
    Authenticate,
    Desk,
    MakeCommitment,
    Policy,
    ReceiveMessage,
    RecordCustomer,
    SendReply,
    SubmitDraft,
    WorkingDesk,
    customer_card,
    explain_route,
    history,
    inbox,
    transcript,
)
from casecore.audit import Side
from casecore.audit.reports.coverage import Coverage
from casecore.audit.reports.report import AuditReport, RuleResult
from casecore.check.findings import check_findings
from casecore.check.report import Finding, Findings, Judgement, PromiseVerdict, Report, Searched
from casecore.diff.findings import diff_findings
from casecore.diff.report import compare
from casecore.explore import Exploration, Found, Result, Scope, Story
from casecore.kernel import CUSTOMER, SYSTEM
from casecore.projections.rules import list_rules
from casecore.promises import Step
from casecore.replay import replay_day
from casecore.reports.findings import Severity
from casecore.templates import Template
from casecore.testing.scenario import TEAM, at, case_in, given, new_case

HOSTILE = "<script>alert('x')</script> R&D &lt; | *a* `b` <img src=x onerror=y> \x1b[31mred\x07\u202e"
"""What somebody writes who means no good, or pastes what they found."""

LITERAL = "<script>alert('x')</script> R&D &lt; | *a* `b` <img src=x onerror=y>"
"""What of it people are to read, wherever it is shown."""

SOP = Policy.loads(
    f"""
    id = "our-sop"
    version = "7"
    [capacity]
    chat = 1
    [queues.vip]
    title = {json.dumps(HOSTILE)}
    reasons = ["vip"]
    [queues.general]
    fallback = true
    [enforcement]
    "tags.limit" = "warn"
    [[waiver]]
    promise = "06"
    until = 2030-01-01
    reason = "not yet"
    by = "dora"
    """,
    "our-sop.toml",
)
"""A policy that says some things otherwise."""


@cache
def the_story():
    """A chat with a draft that waits, a note, a promise; and an email that nobody has."""
    return given(
        case_in("open", text=HOSTILE),
        RecordCustomer(SYSTEM, at(1), "maria", HOSTILE, {"email": "maria@example.org"}),
        AddNote("ana", at(2), "n1", HOSTILE, case="c1"),
        Authenticate("ana", at(3), "c1"),
        MakeCommitment("ana", at(3), "c1", "p1", at(hours=2), HOSTILE),
        SubmitDraft("ana", at(4), "c1", "d1", HOSTILE),
        new_case("c2", channel="email", customer="rui", text="Hello\nagain", at=at(5)),
    )


WROTE = {
    "type": "ReceiveMessage",
    "by": "customer",
    "at": "2026-11-02T09:00:00Z",
    "thread": "t1",
    "message": "m1",
    "text": HOSTILE,
    "customer": "maria",
    "channel": "chat",
    "new_case": "c1",
}
CAME = {"type": "GoAvailable", "by": "zoe", "at": "2026-11-02T09:01:00Z", "agent": "ana"}


def a_day(*lines):
    """A replay of three lines, of which one goes otherwise than the day expects, and the last cannot be read."""
    return replay_day(lines or [json.dumps(WROTE), json.dumps(CAME), "{}"], Desk(), "day.jsonl")


def a_report(judgements=()):
    """What a check says, made by hand."""
    finding = Finding("CC204", Severity.NOTE, "chat.idle", HOSTILE, "write less")
    size = Searched("one-chat-case", "1 case, 1 agent", 12, 40, 9, complete=True)
    vacuous = Judgement("06", "no idle disconnect", PromiseVerdict.VACUOUS, HOSTILE)
    proved = Judgement("01", "a case moves", PromiseVerdict.PROVED, times=2, scopes=("one-chat-case",))
    return Report(SOP, (finding,), (size,), (proved, vacuous, *judgements), 3, ("tags.limit",), 12)


def an_audit():
    """What an audit says, made by hand."""
    rule = RuleResult("capacity.channel", ("Nobody has more than the limit",), ("§3",), 2, 1, 4)
    cover = Coverage(3, ("capacity.channel",), (), (), ())
    counts = {side: {} for side in Side}
    return AuditReport(HOSTILE, "m.toml", "sop", "", None, None, 9, 8, 0, (rule,), (), (), (), counts, (), cover)


@cache
def the_comparison():
    """What one more call at a time changes."""
    return compare(Policy.default(), Policy.loads("[capacity]\nvoice = 2", "new.toml"), scopes=("voice-limit",))


def an_exploration():
    """What came of three questions, made by hand."""
    found = {
        "never <b>two</b>": Found(Result.FAILS, wrong=(HOSTILE,), times=2),
        "sometimes": Found(Result.PROVED, times=5),
        "always": Found(Result.INCONCLUSIVE),
    }
    return Exploration(Scope("own", (), ()), 12, 40, 9, complete=False, refusals=frozenset({"a"}), found=found)


def a_story_of_two():
    """A step that is accepted, and one that is refused."""
    first = Step.of(the_story().desk, ReceiveMessage(CUSTOMER, at(9), "t-c1", "m9", HOSTILE))
    return first, Step.of(first.after, SendReply("zoe", at(10), "c1", "m10", HOSTILE))


TEMPLATE = Template.from_meta(
    {
        "name": "news",
        "language": "en",
        "category": "UTILITY",
        "status": "APPROVED",
        "components": [
            {"type": "BODY", "text": f"Dear {{{{1}}}}, {HOSTILE}", "example": {"body_text": [["Maria"]]}},
            {"type": "FOOTER", "text": "{{ 2}}"},
        ],
    }
)

UNSOUND = Template.from_meta(
    {
        "name": "Too Loud",
        "language": "en",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "{{1}}"}],
    }
)

MAKERS = {
    "Policy": lambda: SOP,
    "Desk": lambda: the_story().desk,
    "WorkingDesk": lambda: WorkingDesk.of(the_story().desk),
    "CaseFile": lambda: the_story().desk.cases["c1"],
    "House": lambda: HOUSE,
    "Rules": lambda: RULES,
    "ListedRules": lambda: list_rules(SOP),
    "ListedRule": lambda: list_rules(SOP)[0],
    "Accepted": lambda: the_story().desk.decide(ReceiveMessage(CUSTOMER, at(9), "t-c1", "m9", HOSTILE)),
    "Refused": lambda: the_story().desk.decide(SendReply("zoe|<b>", at(9), "c1", "m9", HOSTILE)),
    "Actions": lambda: the_story().desk.actions("ana", "c1", at(9)),
    "Action": lambda: next(one for one in the_story().desk.actions("ana", "c1", at(9)) if not one.allowed),
    "Dues": lambda: the_story().desk.due(case="c1"),
    "Due": lambda: the_story().desk.due()[0],
    "Inbox": lambda: inbox(the_story().desk, "ana", at(9)),
    "History": lambda: history(the_story().events),
    "Transcript": lambda: transcript(the_story().events),
    "TranscriptEntry": lambda: transcript(the_story().events)[0],
    "CustomerCard": lambda: customer_card(the_story().desk, the_story().events, "maria"),
    "Page": lambda: Archive().update(the_story().events).search(""),
    "Explanation": lambda: explain_route(the_story().desk, "c2", at(9)),
    "ReplayedDay": a_day,
    "Exploration": an_exploration,
    "Story": lambda: Story(TEAM, a_story_of_two()),
    "Report": a_report,
    "Findings": lambda: check_findings(a_report(), "our-sop.toml"),
    "Difference": the_comparison,
    "AuditReport": an_audit,
    "Template": lambda: TEMPLATE,
    "Filled": TEMPLATE.fill,
    "TemplateFindings": UNSOUND.lint,
}
"""How one of each is made, by the name of its class."""

MORE = {
    "findings of a report": lambda: a_report().findings,
    "findings of a comparison": lambda: diff_findings(the_comparison(), "new.toml"),
    "no findings": lambda: Findings(()),
    "the shipped policy": Policy.default,
    "a policy without a name": Policy,
    "an empty desk": Desk,
    "an agent's empty inbox": lambda: inbox(the_story().desk, "eva", at(9)),
    "a history of nothing": lambda: history(()),
    "nobody said anything": lambda: transcript(()),
    "nothing is due": lambda: Desk().due(),
    "nothing happens": lambda: the_story().desk.decide(
        RecordCustomer(SYSTEM, at(9), "maria", HOSTILE, {"email": "maria@example.org"})
    ),
    "no work waits": lambda: explain_route(the_story().desk, "c1", at(9)),
    "a case that is closed": lambda: given(case_in("closed")).desk.cases["c1"],
    "a story without steps": lambda: Story((), ()),
    "a template that can be sent": lambda: TEMPLATE.fill(["Maria"]),
    "some of what was found": lambda: Archive().update(the_story().events).search("", limit=1),
    "a template that is only a text": lambda: Template.parse("Hello"),
}
"""Others that are shown otherwise than the rule."""
