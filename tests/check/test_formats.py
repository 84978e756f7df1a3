"""A report in every format: each says the same, in the form that its readers know."""

import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import attrs
import pytest

from casecore.check import Exit, Finding, Judgement, PromiseVerdict, Severity
from casecore.check.findings import (
    EXITS,
    VERDICTS,
    as_written,
    check_findings,
    check_summary,
    judgement_text,
    place_of,
    policy_digest,
    policy_title,
    rests_on,
    search_text,
)
from casecore.check.formats import FORMATS, as_github, as_json, as_junit, as_markdown, as_sarif
from casecore.check.stories import HEAD, clock_text, story_lines, story_rows, team_text
from casecore.codec import command_from
from casecore.explore import Story
from casecore.policies import Policy
from casecore.promises import Step
from casecore.reports.github import SHOWN
from casecore.rooms.assignments import OpenCase
from casecore.testing.scenario import TEAM, at, case_in, given

FILE = "desk/sop.toml"


def the_story(report):
    """The story of the promise that fails."""
    return next(judgement.story for judgement in report.of(PromiseVerdict.FAILS))


class TestStory:
    """A story in rows."""

    def test_rows(self, report):
        """When, who, what, and what becomes of it."""
        told = story_rows(the_story(report))
        assert ("1", "+00:00", "customer", "Maria writes by chat: “Hello”") == told[0].cells[:4]
        assert "c1 starts as new; c1 starts in the queue general" == told[0].changes
        assert ("6", "+00:00", "ana", "opens c1 and takes it", "c1 new → open") == told[-1].cells

    def test_team(self, report):
        """Who is there, and what they may do."""
        assert "ana (approve, reply, supervise)" == team_text(the_story(report))

    def test_lines(self, report):
        """In columns, the head first."""
        head, first, *_ = story_lines(the_story(report))
        assert HEAD == tuple(re.split(r"  +", head))
        assert head.index("who") == first.index("customer")

    def test_nothing_happens(self):
        """A story may end where it begins: there is no way on from an empty desk."""
        assert () == story_rows(Story((), ()))
        assert ["#  clock  who  does  what changes"] == [*story_lines(Story((), ()))]

    def test_refused(self):
        """A step that is refused says by which rules."""
        desk = given(*case_in("open")).desk
        refused = Step.of(desk, OpenCase("dora", at(minutes=1), "c9"))
        assert "refused by case.known" == story_rows(Story((), (refused,)))[0].changes

    def test_long_words_are_cut(self):
        """Of what somebody says, the beginning is enough."""
        desk = given(team=False).desk
        command = case_in("new", text="x" * 100)[0]
        (row,) = story_rows(Story((), (Step.of(desk, command),)))
        assert row.does.endswith(f": “{'x' * 39}…”")

    def test_nothing_changes(self):
        """A step that changes nothing that anybody sees leaves its last column empty."""
        story = given(*case_in("open"))
        (row,) = story_rows(Story((), (Step.of(story.desk, OpenCase("ana", at(minutes=1), "c1")),)))
        assert "" == row.changes

    def test_nobody_may_anything(self):
        """Somebody without permissions is told so."""
        assert "ben (no permissions)" in team_text(Story(TEAM, ()))

    @pytest.mark.parametrize(
        ("told", "since"),
        [
            ("+00:00", timedelta(0)),
            ("+59:59", timedelta(minutes=59, seconds=59)),
            ("+1:00:00", timedelta(hours=1)),
            ("+23:59:59", timedelta(days=1, seconds=-1)),
            ("1d+00:00:00", timedelta(days=1)),
            ("48d+01:02:03", timedelta(days=48, hours=1, minutes=2, seconds=3)),
        ],
    )
    def test_clock(self, told, since):
        """A time since the start, as short as it can be told."""
        assert told == clock_text(since)


class TestWords:
    """What every format shares."""

    def test_every_verdict_and_exit_has_a_meaning(self):
        """A new one cannot be forgotten."""
        assert set(PromiseVerdict) == set(VERDICTS)
        assert set(Exit) == set(EXITS)

    def test_sum(self, report, clean_report, empty_report):
        """Errors and warnings, then promises, the worst first."""
        told = "1 error, 1 warning, 1 note, 2 fails, 1 vacuous, 1 inconclusive, 1 waived, 1 not claimed, 1 proved"
        assert told == check_summary(report)
        assert "1 proved" == check_summary(clean_report)
        assert "nothing was checked" == check_summary(empty_report)

    def test_denominators(self, report, clean_report, empty_report):
        """How much was tried, and whether that was all."""
        told = search_text(report)
        assert told.startswith("2 scopes: 1,174 worlds, 3,091 steps between them, 1 scope given up at the limit")
        assert told.endswith("; and walked 500 steps at random, which prove nothing")
        assert "1 scope: 1 world, 1 step between them, all of them" == search_text(clean_report)
        assert "no scope was searched" == search_text(empty_report)

    def test_sentences(self, report):
        """What is known of each promise."""
        assert [
            "put to the test 1 time in 1 scope",
            "ana has 3 of 2 on chat (after 6 steps)",
            "a thing (after 6 steps, found by the walk)",
            "never put to the test: no chat is ever accepted",
            "given up after 1,000 worlds",
            "until 2027-01-01: legacy",
            "the policy says that reply.permission is off",
        ] == [judgement_text(judgement) for judgement in report.judgements]

    def test_a_promise_that_fails_without_a_story(self):
        """Hand-made judgements may have none."""
        assert "odd" == judgement_text(Judgement("01", "a", PromiseVerdict.FAILS, wrong=("odd",)))

    def test_what_is_as_it_should_be_has_no_level(self, report):
        """Nobody has to be told of it."""
        levels = [result.level for result in check_findings(report)]
        assert ["error", "warning", "note", None, "error", "error", "error", "warning", None, None] == levels

    def test_places(self, report, placed_report):
        """Only a policy that knows where its values stand says so."""
        assert "" == place_of(report.policy, "capacity.chat")
        assert "desk/sop.toml:31" == place_of(placed_report.policy, "capacity.chat")
        assert "" == place_of(placed_report.policy, "capacity.total")

    @pytest.mark.parametrize(
        ("told", "key"),
        [
            ("capacity.chat = 2", "capacity.chat"),
            ("capacity.messaging = (left out)", "capacity.messaging"),
            ('lifecycle.close_after = { resolved = "2d" }', "lifecycle.close_after"),
            ('approval.on_customer_message = "keep"', "approval.on_customer_message"),
            ("chat.idle", "chat.idle"),
            ("reply.permission", "reply.permission"),
        ],
    )
    def test_what_a_step_rests_on(self, told, key):
        """A key with its value, as the file writes it; a table or a rule by name."""
        assert told == rests_on(Policy.default(), key)

    def test_values(self):
        """As TOML has them."""
        assert '[true, "é"]' == as_written([True, "é"])

    def test_fingerprints(self, report):
        """The same for the same, and different for different things."""
        first, again = ([result.fingerprint for result in check_findings(report)] for _ in range(2))
        assert first == again
        assert len(first) == len(set(first))

    def test_digest(self):
        """Of what a policy says, not of how it is written."""
        one, same = Policy.loads("[tags]\nlimit = 3"), Policy.loads("# three\ntags = { limit = 3 }")
        assert policy_digest(one) == policy_digest(same)
        assert policy_digest(one) != policy_digest(Policy.loads("[tags]\nlimit = 4"))

    def test_title(self):
        """A policy without a version has only its name."""
        assert "support-sop 2026.11" == policy_title(Policy.default())
        assert "unnamed" == policy_title(Policy.loads(""))


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_text(name, report, clean_report, empty_report):
    """Two reports can be compared; and none is too small to be written."""
    assert FORMATS[name](report, FILE) == FORMATS[name](report, FILE)
    assert FORMATS[name](clean_report, FILE)
    assert FORMATS[name](empty_report, FILE)


class TestJson:
    """For programs."""

    def test_whole(self, report):
        """One object with a version, and everything in it."""
        plain = json.loads(as_json(report, FILE))
        assert (1, "check", 1) == (plain["format"], plain["command"], plain["exit"])
        assert {"id": "support-sop", "version": "2026.11", "file": FILE} == {
            key: value for key, value in plain["policy"].items() if key != "sha256"
        }
        assert ["CC201", "CC202", "CC204", "P01", "P04", "P05", "P06", "P07", "P08", "P09"] == [
            result["id"] for result in plain["results"]
        ]
        assert {"error": 1, "warning": 1, "note": 1} == plain["summary"]["findings"]
        assert 2 == plain["summary"]["promises"]["fails"]
        assert ["tags.enabled", "tags.limit"] == plain["unused_rules"]
        assert [True, False] == [scope["complete"] for scope in plain["scopes"]]

    def test_keys_are_sorted(self, report):
        """At every level, so that two reports differ only where they say something else."""

        def read(pairs):
            assert sorted(name for name, _ in pairs) == [name for name, _ in pairs]
            return dict(pairs)

        json.loads(as_json(report, FILE), object_pairs_hook=read)

    def test_story(self, placed_report):
        """Commands can be read back; places, keys and the fix are there."""
        promise = next(one for one in json.loads(as_json(placed_report, FILE))["results"] if one["id"] == "P04")
        story = next(judgement.story for judgement in placed_report.of(PromiseVerdict.FAILS))
        assert [*story.commands] == [
            command_from(plain)
            for plain in (*promise["story"]["team"], *(step["command"] for step in promise["story"]["steps"]))
        ]
        assert {"file": "desk/sop.toml", "line": 31, "column": 8, "end_line": 31, "end_column": 9} == promise[
            "location"
        ]
        assert [31, None] == [key["location"] and key["location"]["line"] for key in promise["keys"]]
        assert {"key": "capacity.total", "old": 6, "new": 2, "rechecked": True} == promise["fix"]
        assert ["CaseAssigned", "WorkBegun", "ContactStarted"] == [
            event["type"] for event in promise["story"]["steps"][-1]["events"]
        ]


class TestSarif:
    """For code-scanning tools."""

    def test_results(self, placed_report):
        """What needs attention, each with its rule; what is waived is suppressed."""
        document = json.loads(as_sarif(placed_report, FILE))
        (run,) = document["runs"]
        assert "2.1.0" == document["version"]
        codes = ["CC201", "CC202", "CC204", "P04", "P05", "P06", "P07", "P08"]
        assert codes == [result["ruleId"] for result in run["results"]]
        assert codes == [run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] for result in run["results"]]
        assert [{"kind": "inSource", "justification": "until 2027-01-01: legacy"}] == run["results"][-1]["suppressions"]
        assert all(rule["help"]["text"] for rule in run["tool"]["driver"]["rules"])
        assert 1 == run["properties"]["promises"]["vacuous"]

    def test_places(self, placed_report):
        """A region where the line is known, the file alone where it is not."""
        run = json.loads(as_sarif(placed_report, FILE))["runs"][0]
        fails = next(result for result in run["results"] if result["ruleId"] == "P04")
        (here,) = fails["locations"]
        assert {"startLine": 31, "startColumn": 8, "endLine": 31, "endColumn": 9} == here["physicalLocation"]["region"]
        (vacuous,) = next(result for result in run["results"] if result["ruleId"] == "P06")["locations"]
        assert {"physicalLocation": {"artifactLocation": {"uri": FILE}}} == vacuous

    def test_story(self, report):
        """A thread of steps, the last of which says what it breaks."""
        run = json.loads(as_sarif(report, FILE))["runs"][0]
        fails = next(result for result in run["results"] if result["ruleId"] == "P04")
        steps = fails["codeFlows"][0]["threadFlows"][0]["locations"]
        assert [1, 2, 3, 4, 5, 6] == [step["executionOrder"] for step in steps]
        said_last = steps[-1]["location"]["message"]["text"]
        assert "+00:00 ana: opens c1 and takes it (c1 new → open): ana has 3 of 2 on chat" == said_last

    def test_the_same_code_twice(self, report):
        """Has one rule and two results."""
        twice = attrs.evolve(report, findings=(report.findings[1], attrs.evolve(report.findings[1], path="channels.x")))
        run = json.loads(as_sarif(twice, FILE))["runs"][0]
        assert 2 == sum(result["ruleId"] == "CC202" for result in run["results"])
        assert 1 == sum(rule["id"] == "CC202" for rule in run["tool"]["driver"]["rules"])

    def test_a_story_that_changes_nothing_and_breaks_nothing(self, report):
        """Its step is told without either."""
        desk = given(*case_in("open")).desk
        story = Story((), (Step.of(desk, OpenCase("ana", at(minutes=1), "c1")),))
        judged = Judgement("18", "a way", PromiseVerdict.FAILS, story=story)
        run = json.loads(as_sarif(attrs.evolve(report, judgements=(judged,)), FILE))["runs"][0]
        (step,) = run["results"][-1]["codeFlows"][0]["threadFlows"][0]["locations"]
        assert "+00:00 ana: opens c1" == step["location"]["message"]["text"]


class TestGithub:
    """For the page of a change."""

    def test_commands(self, placed_report):
        """The worst first; each beside its line where that is known, and escaped."""
        told = as_github(placed_report, "a,b.toml").split("\n")
        assert ["error", "error", "error", "error", "warning", "warning", "notice"] == [
            line[2:].split(" ")[0] for line in told if line.startswith("::")
        ]
        assert told[0].startswith("::error file=a%2Cb.toml,title=CC201 queues.late::no case enters | late")
        assert told[1].startswith("::error file=desk/sop.toml,line=31,endLine=31,col=8,endColumn=9,title=P04 never")
        assert "%0A6  +00:00  ana" in told[1]
        assert check_summary(placed_report) == told[-1]

    def test_without_a_file(self, report):
        """Standard input, say, has no lines to stand beside."""
        assert "::error title=CC201 queues.late::" in as_github(report, "")

    def test_what_github_would_drop_is_counted(self, clean_report):
        """Ten of a level, and the names of the others."""
        found = [Finding("CC202", Severity.WARNING, f"channels.{number}", "odd") for number in range(SHOWN + 2)]
        told = as_github(attrs.evolve(clean_report, findings=tuple(found)), FILE).split("\n")
        assert SHOWN == sum(line.startswith("::warning") for line in told)
        assert "+2 more of level warning, which GitHub would not show: CC202, CC202" in told


class TestJunit:
    """For CI services."""

    def test_cases(self, report):
        """One for each finding and each promise, counted as the format wants it."""
        root = ET.fromstring(as_junit(report, FILE))  # noqa: S314 -- our own text
        lint, promises = root.findall("testsuite")
        assert ("3", "1", "0", "0") == tuple(lint.get(name) for name in ("tests", "failures", "errors", "skipped"))
        assert ("7", "3", "1", "2") == tuple(promises.get(name) for name in ("tests", "failures", "errors", "skipped"))
        assert [
            ("P01 a case moves", "system-out"),
            ("P04 never more than the limit", "failure"),
            ("P05 work is given", "failure"),
            ("P06 no idle disconnect", "failure"),
            ("P07 a countdown", "error"),
            ("P08 authentication", "skipped"),
            ("P09 approval", "skipped"),
        ] == [(case.get("name"), case[0].tag) for case in promises]

    def test_story(self, report):
        """What fails says why, and tells how."""
        root = ET.fromstring(as_junit(report, FILE))  # noqa: S314 -- our own text
        failure = root.findall("testsuite")[1][1][0]
        assert "ana has 3 of 2 on chat (after 6 steps)" == failure.get("message")
        first, *story = failure.text.split("\n")
        assert first.endswith("-> nearest fix: capacity.total = 2, not 6")
        assert [*story_lines(the_story(report))] == story

    def test_hostile_text(self, report):
        """A character that XML cannot hold is replaced, and a mark-up is text."""
        finding = Finding("CC201", Severity.ERROR, "queues.\x00<b>", "a\ud800b\x1b</failure>", "")
        root = ET.fromstring(as_junit(attrs.evolve(report, findings=(finding,)), "a\x01b"))  # noqa: S314 -- our own text
        assert "a\ufffdb\ufffd</failure>" == root[0][0][0].text


class TestMarkdown:
    """For a pull request."""

    def test_open(self, placed_report):
        """What needs attention, with its story, the line it rests on, and the change that helps."""
        told = as_markdown(placed_report, FILE)
        assert told.startswith("## casecore check: support-sop 2026.11\n\n`desk/sop.toml`: **1 error, 1 warning")
        assert "### ✗ P04 never more than the limit: fails" in told
        assert "### ? P07 a countdown: inconclusive" in told
        assert "### ✗ P08" not in told
        assert "| 6 | +00:00 | ana | opens c1 and takes it | c1 new → open |" in told
        assert "allowed by: capacity.chat = 2 desk/sop.toml:31\n" in told
        assert "nearest fix: capacity.total = 2, not 6 (checked again)" in told
        assert "| note | CC204 | desk/sop.toml:31 | a limit of chats | read it twice |" in told

    def test_folded(self, clean_report):
        """What is as it should be."""
        told = as_markdown(clean_report, FILE)
        assert "###" not in told
        assert "| ✓ | P01 a case moves | proved | put to the test 2 times in 1 scope |" in told
        assert "<summary>Searched 1 scope: 1 world, 1 step between them, all of them</summary>" in told

    def test_hostile_text(self, report):
        """Nothing that a policy says is mark-up, calls somebody, or breaks a table."""
        finding = Finding("CC201", Severity.ERROR, "queues.a|b", "<img src=x> @everyone `x` [a](b)\nnext", "")
        told = as_markdown(attrs.evolve(report, findings=(finding,)), FILE)
        assert "| queues.a\\|b | &lt;img src=x\\> @\u200beveryone \\`x\\` [a\\](b) next |  |" in told
