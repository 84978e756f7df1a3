"""Stories as days: what a check tells can be replayed, and says the same again."""

import json

import pytest

from casecore.channels import Channel
from casecore.check import Judgement, PromiseVerdict, Report
from casecore.check.days import story_days, write_days
from casecore.check.scopes import limit_scope
from casecore.desk import Desk
from casecore.explore import explore
from casecore.kernel import Accepted
from casecore.policies import Policy
from casecore.replay import DayError, lines_of, policy_of, replay_day
from casecore.rooms.agents import Permission
from casecore.rooms.assignments import CaseAssigned, OpenCase

OPENED = json.dumps({"type": "OpenCase", "by": "ana", "at": "2026-11-02T09:00:00Z", "case": "c1", "expect": "refused"})
HEAD = '{"policy": "sop.toml"}'


@pytest.fixture(scope="module")
def told():
    """A report of what really can happen: that a third chat is never opened is, of course, not so."""
    policy = Policy.loads("[capacity]\nchat = 3", "sop.toml")
    scope = limit_scope(Channel.CHAT, 2, policy)

    def no_third(step):
        held = sum(file.case.assignee == "ana" for file in step.after.cases.values())
        if step.after.agents["ana"].held.get(Channel.CHAT, 0) > 2 and held:
            yield "ana has a third chat"

    def given(step):
        return any(isinstance(event, CaseAssigned) for event in step.events)

    found = explore(getattr(scope, "scope", scope), policy, always={"04": no_third}, sometimes={"given": given})
    broken, shown = found["04"], found["given"]
    return Report(
        policy,
        (),
        (),
        (
            Judgement(
                "04", "two chats", PromiseVerdict.FAILS, story=broken.story, wrong=broken.wrong, witness=shown.story
            ),
            Judgement("05", "eligible", PromiseVerdict.PROVED, witness=shown.story),
            Judgement("06", "idle", PromiseVerdict.VACUOUS),
        ),
    )


def replayed(text, policy):
    """The steps of a day."""
    return [*replay_day(text.splitlines(), Desk(policy))]


class TestStoryIsReplay:
    """A story that was written is a day like any other."""

    def test_the_same_happens(self, told):
        """Every command is accepted, and gives the same events; the last step is what the report says."""
        (name, text), *_ = story_days(told, "../sop.toml")
        story = told.judgements[0].story
        assert "P04-fails.day.jsonl" == name
        taken = replayed(text, told.policy)
        assert [*story.commands] == [step.command for step in taken]
        assert all(step.as_expected and step.accepted for step in taken)
        then = taken[len(story.team) :]
        assert [step.events for step in story.steps] == [step.events for step in then]
        assert told.judgements[0].wrong == (then[-1].story,) == ("ana has a third chat",)
        assert OpenCase is type(then[-1].command)
        assert frozenset(Permission) == then[0].before.agents["ana"].permissions

    def test_headings(self, told):
        """A reader of the day sees where the team ends and what the last step breaks."""
        (_, text), *_ = story_days(told, "../sop.toml")
        assert text.startswith(
            "# P04 two chats: fails under unnamed\n# ana has a third chat\n"
            '{"policy": "../sop.toml"}\n{"story": "The team", '
        )
        assert ["The team", "What happens", "ana has a third chat"] == [
            step.story for step in replayed(text, told.policy) if step.story
        ]

    def test_witnesses(self, told):
        """The stories that put a promise to the test, where they are asked for."""
        assert ["P04-fails.day.jsonl"] == [name for name, _ in story_days(told)]
        every = dict(story_days(told, witnesses=True))
        assert ["P04-fails.day.jsonl", "P04-shows.day.jsonl", "P05-shows.day.jsonl"] == [*every]
        assert "# P05 eligible: put to the test under unnamed\n" in every["P05-shows.day.jsonl"]
        assert "policy" not in every["P05-shows.day.jsonl"].split("\n")[1]
        taken = replayed(every["P05-shows.day.jsonl"], told.policy)
        assert CaseAssigned in {type(event) for event in taken[-1].events}

    def test_files(self, told, tmp_path):
        """They go to a folder that is made, and find their policy from there."""
        sop = tmp_path / "desk" / "sop.toml"
        (file,) = write_days(told, tmp_path / "a" / "b", str(sop))
        assert tmp_path / "a" / "b" / "P04-fails.day.jsonl" == file
        named, _ = policy_of(file.read_text("utf-8").splitlines())
        assert "../../desk/sop.toml" == named
        (shipped,) = write_days(told, tmp_path, None)
        assert None is policy_of(shipped.read_text("utf-8").splitlines())[0]


class TestPolicyOfADay:
    """A day may say under which policy it was written."""

    @pytest.mark.parametrize("lines", [[HEAD, OPENED], ["", "# a remark", HEAD, OPENED], [f"\ufeff{HEAD}".encode()]])
    def test_named(self, lines):
        """Before the first command."""
        named, every = policy_of(lines)
        assert "sop.toml" == named
        assert lines == [*every]

    @pytest.mark.parametrize(
        "lines", [[], ["# only a remark"], [OPENED, HEAD], ["no json"], ['{"policy": 3}'], [b"\xff"]]
    )
    def test_not_named(self, lines):
        """Or not at all; what is wrong with it is said by the steps. No line is lost."""
        named, every = policy_of(lines)
        assert None is named
        assert lines == [*every]

    def test_no_more_is_read_than_needed(self):
        """A day may come from a pipe that is still open."""
        read = []

        def lines():
            for line in (HEAD, OPENED, OPENED):
                read.append(line)
                yield line

        policy_of(lines())
        assert [HEAD] == read

    def test_it_is_no_step(self):
        """The steps leave it out, and count its line."""
        (step,) = replay_day([HEAD, OPENED], Desk())
        assert (2, True) == (step.line, step.as_expected)
        assert not isinstance(step.verdict, Accepted)

    @pytest.mark.parametrize(
        ("complaint", "lines"),
        [
            ("line 2: policy: is named too late; expected the policy before the first command", [OPENED, HEAD]),
            ('line 1: policy: names no policy; expected a line like {"policy": "sop.toml"}', ['{"policy": ""}']),
            ("line 1: policy: names no policy", ['{"policy": ["a"]}']),
            ("line 1: policy: names no policy", ['{"policy": "a", "story": "b"}']),
            ("line 2: policy: is named too late", [HEAD, HEAD]),
        ],
    )
    def test_wrongly_named(self, complaint, lines):
        """It is said what is wrong, and what fits there."""
        with pytest.raises(DayError) as caught:
            [*replay_day(lines, Desk())]
        assert complaint in str(caught.value)

    def test_read_from_a_file(self, tmp_path):
        """As bytes, one line at a time."""
        day = tmp_path / "day.jsonl"
        day.write_text(f"{HEAD}\n{OPENED}\n", "utf-8")
        with day.open("rb") as stream:
            named, lines = policy_of(lines_of(stream))
            assert "sop.toml" == named
            assert [2] == [step.line for step in replay_day(lines, Desk())]
