"""Broken and odd policies: what a check says of each, promise by promise.

Each row is what a file changes of the shipped SOP, the scope in which that shows, and every verdict that is not that of
the shipped SOP in that scope; all others stay. So a policy that only narrows what is allowed has nothing to say there.
"""

from functools import cache

import pytest
from attrs import field, frozen

from casecore.channels import Channel
from casecore.check import Exit, PromiseVerdict, check, scopes
from casecore.check.scope_search import search_scope
from casecore.explore import Part, Result, Scope
from casecore.explore.scope import NOON
from casecore.promises import PROMISES
from casecore.rooms.assignments import OpenCase
from casecore.rooms.composition import HOUSE
from casecore.rooms.replies import SendReply
from casecore.statuses import Status
from tests.sops import sop_with

COMPLAINT, DRAFT, LIMIT, CALLS = (
    "an-email-complaint",
    "a-draft-on-chat",
    "chat-limit",
    "voice-limit",
)

PROVED, FAILS, VACUOUS, NOT_CLAIMED = (
    PromiseVerdict.PROVED,
    PromiseVerdict.FAILS,
    PromiseVerdict.VACUOUS,
    PromiseVerdict.NOT_CLAIMED,
)


@cache
def verdicts(text, scope, only=frozenset()):
    """The report on a policy in one scope, and its verdicts by number."""
    report = check(sop_with(text), scopes=(scope,), only=only, walk=0)
    return report, {judgement.number: judgement.verdict for judgement in report.judgements}


@frozen
class Odd:
    """What a policy changes, where it shows, what is judged otherwise, and which findings its text has."""

    text: str
    scope: str
    judged: dict[str, tuple[PromiseVerdict, str]] = field(factory=dict)
    codes: tuple[str, ...] = ("CC204",)


NOTHING_HAPPENS = {
    "01": (VACUOUS, "no case is ever closed"),
    "03": (VACUOUS, "no case is ever assigned"),
    "05": (VACUOUS, "no work is ever given to anybody"),
}

ODD = {
    "nobody may close by hand": Odd(
        "lifecycle = { close_by = [] }",
        COMPLAINT,
        {
            "01": (VACUOUS, "no case is ever closed"),
            "02": (VACUOUS, "nothing ever happens to a closed case"),
            "18": (FAILS, ""),
        },
    ),
    "only what is resolved is closed": Odd('lifecycle = { close_from = ["resolved"] }', COMPLAINT),
    "a complaint is related before": Odd('email = { complaint_relations_due = "before_disposition" }', COMPLAINT),
    "email needs no subject": Odd("email = { subject_required = false, relate_customer = false }", COMPLAINT),
    "no chat is taken": Odd(
        "channels = { chat = { kinds = [] } }",
        LIMIT,
        {
            **NOTHING_HAPPENS,
            "02": (VACUOUS, "nothing ever happens to a closed case"),
            "04": (VACUOUS, "nobody ever holds as much as they may"),
            **dict.fromkeys(("06", "07"), (NOT_CLAIMED, "channels.chat.kinds = []: there are no chats")),
            "13": (VACUOUS, "nobody ever becomes available"),
            "16": (VACUOUS, "no case ever waits"),
        },
        ("CC202", "CC204"),
    ),
    "nobody may hold a chat": Odd(
        "capacity = { chat = 0 }",
        DRAFT,
        {
            **NOTHING_HAPPENS,
            "07": (VACUOUS, "no customer ever breaks a silence"),
            "08": (VACUOUS, "nothing ever happens that needs authentication"),
            "09": (VACUOUS, "no reply is ever sent"),
            "10": (VACUOUS, "no draft is ever approved"),
            "11": (VACUOUS, "no draft is ever sent"),
            "19": (VACUOUS, "no draft is ever submitted"),
        },
        ("CC203", "CC204"),
    ),
    "one case in all": Odd("capacity = { total = 1 }", LIMIT),
    "nothing to wrap up": Odd(
        "wrap_up = { disposition = false, notes = false }",
        LIMIT,
        {
            "02": (VACUOUS, "nothing ever happens to a closed case"),
            "13": (NOT_CLAIMED, "wrap_up.disposition = false: nothing is disposed"),
            "15": (NOT_CLAIMED, "wrap_up asks for nothing: a contact is over when it ends"),
        },
    ),
    "nobody is authenticated": Odd(
        'authentication = { enforcement = "off" }',
        DRAFT,
        {"08": (NOT_CLAIMED, "the policy says that authentication.before is off")},
    ),
    "authentication is a wish": Odd(
        'authentication = { enforcement = "warn" }',
        DRAFT,
        {"08": (NOT_CLAIMED, "the policy says that authentication.before is warn")},
    ),
    "authors approve themselves": Odd(
        "approval = { self_approval = true }", DRAFT, {"10": (NOT_CLAIMED, "the policy allows what it forbids")}
    ),
    "a message supersedes the draft": Odd('approval = { on_customer_message = "supersede" }', DRAFT),
    "the limit does not bind": Odd(
        'enforcement = { "capacity.channel" = "off" }',
        LIMIT,
        {
            "04": (NOT_CLAIMED, "the policy says that capacity.channel is off"),
            "05": (NOT_CLAIMED, "the policy says that capacity.channel is off"),
        },
    ),
    "whoever holds a case may answer": Odd(
        'enforcement = { "reply.permission" = "warn" }',
        DRAFT,
        {"09": (NOT_CLAIMED, "the policy says that reply.permission is warn")},
    ),
    "calls go beside cases": Odd("capacity = { voice_with_cases = true }", CALLS),
    "what is away is kept": Odd('away = { held = "keep" }', CALLS),
    "technical is never asked": Odd(
        "[queues.all]\n[queues.late]\nreasons = ['late']\n", CALLS, codes=("CC201", "CC204")
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_a_policy_is_judged_exactly_so(name):
    """What is not named stays as under the shipped SOP in the same scope."""
    odd = ODD[name]
    report, judged = verdicts(odd.text, odd.scope)
    _, before = verdicts("", odd.scope)
    other = {j.number: (j.verdict, j.why) for j in report.judgements if j.verdict is not before[j.number]}
    assert odd.judged == other
    assert odd.codes == tuple(finding.code for finding in report.findings)
    assert set(before) == set(judged)


def test_a_case_that_nobody_may_close_is_shown_with_its_fix():
    """The story leads to where no way goes on, and the nearest change with which one does is named."""
    report, _ = verdicts(ODD["nobody may close by hand"].text, COMPLAINT)
    (judgement,) = report.of(PromiseVerdict.FAILS)
    assert "18" == judgement.number
    assert 1 == len(judgement.story)
    assert ("there is no way on from here",) == judgement.wrong
    assert ("lifecycle.close_by", [], ["assignee", "owner", "supervisor"]) == (
        judgement.fix.key,
        judgement.fix.old,
        judgement.fix.new,
    )
    assert Exit.FINDINGS is report.exit


# Silence -----------------------------------------------------------------------------------------------

SILENT_CHAT = (
    *scopes.arrival_commands(Channel.CHAT),
    OpenCase("ana", NOON, "c1"),
    SendReply("ana", NOON, "c1", "m", "Here you are", Status.PENDING),
    *scopes.silence_commands("ana"),
)

IDLE = {
    "as shipped": ("", {"06": 5, "07": 4}),
    "nobody needs to ask": ("ask_first = 0", {"06": 4, "07": 4}),
    "asked twice": ("ask_first = 2", {"06": 6, "07": 4}),
    "counted from the question": ('counts_from = "question"', {"06": 5, "07": 4}),
    "counted from a question that is not asked": ('counts_from = "question"\nask_first = 0', {"06": 4, "07": 4}),
    "at once": ('silence = "1s"', {"06": 5, "07": 4}),
}


@pytest.mark.parametrize("name", IDLE)
def test_silence_is_kept_however_it_is_counted(name):
    """Promises 06 and 07 hold; the shortest way to a disconnected chat is as long as the policy makes it."""
    text, shortest = IDLE[name]
    policy = sop_with(f"[chat.idle]\n{text}")
    scope = Scope(
        "silence", scopes.team_commands(policy, ana=scopes.EVERYTHING), (Part(SILENT_CHAT),), (), scopes.APART
    )
    claimed = [promise for promise in PROMISES if promise.number in shortest]
    found = search_scope(scopes.CheckedScope(scope), policy, HOUSE, claimed, 500)
    assert found.complete
    assert {Result.PROVED} == {found[number].result for number in shortest}
    assert shortest == {number: len(found[f"occasion of {number}"].story) for number in shortest}
