"""What tests share: the command line on a plain screen, and a check's report with every verdict in it."""

from functools import cache

import pytest

from casecore.channels import Channel
from casecore.check import Finding, Fix, Judgement, PromiseVerdict, Report, Searched, Severity
from casecore.check.scopes import limit_scope
from casecore.cli import main
from casecore.explore import Watched, explore
from casecore.policies import Policy
from casecore.promises import PROMISES
from tests.houses import without


def the_report(policy):
    """One failing promise with its story, and each other verdict once."""
    (limits,) = (promise for promise in PROMISES if promise.number == "04")
    scope = limit_scope(Channel.CHAT, 2, policy)
    found = explore(scope, policy, house=without("capacity.channel"), watched=Watched(witnesses={"04": limits.witness}))
    story, wrong = found["04"].story, found["04"].wrong
    title = limits.title
    return Report(
        policy,
        (
            Finding("CC201", Severity.ERROR, "queues.late", "no case enters | late\x07", "put it first"),
            Finding("CC202", Severity.WARNING, "channels.sms.kinds", "sms takes no kind of message"),
            Finding("CC204", Severity.NOTE, "capacity.chat", "a limit of chats", "read it twice"),
        ),
        (
            Searched("chat-limit", "3 cases, 1 agent", found.worlds, found.transitions, 163, complete=True),
            Searched("one-chat-case", "1 case, 1 agent", 1_000, 2_000, 30, complete=False),
        ),
        (
            Judgement("01", "a case moves", PromiseVerdict.PROVED, times=1, scopes=("one",), witness=story),
            Judgement(
                "04",
                title,
                PromiseVerdict.FAILS,
                times=20,
                scopes=("one", "two"),
                story=story,
                wrong=wrong,
                keys=("capacity.chat", "capacity.channel"),
                fix=Fix("capacity.total", 6, 2),
            ),
            Judgement(
                "05", "work is given", PromiseVerdict.FAILS, "found by the walk", story=story, wrong=("a thing",)
            ),
            Judgement("06", "no idle disconnect", PromiseVerdict.VACUOUS, "no chat is ever accepted"),
            Judgement("07", "a countdown", PromiseVerdict.INCONCLUSIVE, "given up after 1,000 worlds"),
            Judgement("08", "authentication", PromiseVerdict.WAIVED, "until 2027-01-01: legacy"),
            Judgement("09", "approval", PromiseVerdict.NOT_CLAIMED, "the policy says that reply.permission is off"),
        ),
        500,
        ("tags.enabled", "tags.limit"),
    )


@pytest.fixture(autouse=True)
def a_plain_screen(monkeypatch):
    """A pipe of 100 columns, whatever terminal or service runs the tests."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TERM", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def nothing_is_kept(monkeypatch):
    """No test is answered by what another has found, or leaves anything with whoever runs it."""
    monkeypatch.setenv("CASECORE_NO_CACHE", "1")
    monkeypatch.delenv("CASECORE_CACHE_DIR", raising=False)


@pytest.fixture
def casecore(capsys):
    """Run one command: its exit code, what it printed, what it complained of."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        printed, complaints = capsys.readouterr()
        return code, printed, complaints

    return run


@cache
def _without_places():
    return the_report(Policy.from_dict(Policy.default().to_dict()))


@cache
def _with_places():
    said = 'id = "support-sop"\nversion = "2026.11"' + "\n" * 28 + "[capacity]\nchat = 2\n"
    return the_report(Policy.loads(said, "desk/sop.toml"))


@pytest.fixture
def report():
    """The report of a policy that does not know where its values stand."""
    return _without_places()


@pytest.fixture
def placed_report():
    """The same of a policy that knows where one of them stands."""
    return _with_places()


@pytest.fixture
def clean_report():
    """A report in which all is as it should be."""
    proved = Judgement("01", "a case moves", PromiseVerdict.PROVED, times=2, scopes=("one",))
    size = Searched("one-chat-case", "1 case, 1 agent", 1, 1, 1, complete=True)
    return Report(Policy.default(), (), (size,), (proved,))


@pytest.fixture
def empty_report():
    """A report for which nothing was done."""
    return Report(Policy.default(), (), (), ())
