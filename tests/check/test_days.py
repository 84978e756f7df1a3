"""Stories as days: what a check tells can be replayed, and says the same again."""

import json

import pytest

from casecore.channels import Channel
from casecore.check import Judgement, PromiseVerdict, Report
from casecore.check.days import story_days, write_days
from casecore.check.scopes import limit_scope
from casecore.codec import command_from
from casecore.desk import Desk
from casecore.explore import explore
from casecore.kernel import Accepted
from casecore.policies import Policy
from casecore.promises.steps import Step
from casecore.replay import DayError, lines_of, policy_of, replay_day
from casecore.replay.kept import KeptPromises
from casecore.rooms.agents import Agent, Permission
from casecore.rooms.assignments import CaseAssigned, OpenCase
from casecore.rooms.cases import CloseCase
from tests.houses import handling

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
            '{"policy": "../sop.toml", "keeps": ["04"]}\n{"story": "The team", '
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


REPLIED = (
    {"type": "AddAgent", "by": "system", "agent": "ana", "permissions": ["reply"], "queues": ["general"]},
    {"type": "GoAvailable", "by": "ana", "agent": "ana"},
    {
        "type": "ReceiveMessage",
        "by": "customer",
        "thread": "t1",
        "message": "m1",
        "customer": "maria",
        "channel": "messaging",
        "new_case": "c1",
    },
    {"type": "OpenCase", "by": "ana", "case": "c1"},
    {"type": "SetStatus", "by": "ana", "case": "c1", "status": "resolved"},
    {"type": "CloseCase", "by": "system", "case": "c1"},
)


def kept_day(*numbers, hours=0, commands=REPLIED):
    """A day that says which promises it keeps."""
    later = ({"at": f"2026-11-02T{9 + hours * (command is commands[-1]):02}:00:00Z", **command} for command in commands)
    return "\n".join(map(json.dumps, ({"keeps": [*numbers]}, *later)))


class TestKept:
    """A story that was written is a test as it is: red until the policy is mended, and green then."""

    def test_red_until_it_is_mended(self, told):
        """It breaks its promise under the policy that it was told of; however that is mended, it is kept."""
        (_, text), *_ = story_days(told, "")
        loose, strict = Policy.loads("[capacity]\nchat = 9"), Policy.loads("[capacity]\nchat = 2")
        closed = Policy.loads("[channels.chat]\nkinds = []")
        as_told = text.replace('"keeps": ["04"]', '"keeps": ["04", "05", "18", "19", "21"]')
        for policy in (strict, closed, Policy.default()):
            assert all(step.well for step in replayed(text, policy))
            assert all(step.well for step in replayed(as_told, policy))
        assert all(step.well for step in replayed(text, loose))  # nobody promises less than nine there

    def test_a_breach_is_told(self, monkeypatch):
        """What a promise has against a step is told with it, and the day does not go well."""
        monkeypatch.setattr(Agent, "limit", lambda *_: None)
        opened = [
            command
            for number in (1, 2, 3)
            for command in (
                {
                    **REPLIED[2],
                    "thread": f"t{number}",
                    "message": f"m{number}",
                    "new_case": f"c{number}",
                    "channel": "chat",
                },
                {**REPLIED[3], "case": f"c{number}"},
            )
        ]
        steps = replayed(kept_day("04", commands=(*REPLIED[:2], *opened)), Policy.default())
        assert ["04"] == [breach.number for step in steps for breach in step.breaches]
        assert (True, False) == (steps[-1].as_expected, steps[-1].well)

    def test_a_story_that_ends_with_what_nobody_refuses(self):
        """A customer starts a case that can never be closed; nobody refuses that, and the day is a test as others."""
        day = kept_day("18", commands=REPLIED[:3])
        nobody = Policy.loads("[lifecycle]\nclose_by = []\nclose_after = {}")
        assert [True, True, False] == [step.well for step in replayed(day, nobody)]
        for mended in ('close_by = ["supervisor"]\nclose_after = {}', 'close_by = []\nclose_after = { open = "1h" }'):
            assert all(step.well for step in replayed(day, Policy.loads(f"[lifecycle]\n{mended}")))

    def test_either(self):
        """What it does not expect may be refused; what it expects, it expects."""
        assert all(step.well for step in replayed(kept_day("18", "04"), Policy.default()))
        said = kept_day("04", commands=(*REPLIED[:-1], {**REPLIED[-1], "expect": "accepted"}))
        assert [True] * 5 + [False] == [step.as_expected for step in replayed(said, Policy.default())]

    def test_stranded_by_a_change_to_come(self):
        """What can be closed now, and not once a dated change has come, is stranded from then on."""
        policy = Policy.loads('[[change]]\non = 2026-11-03\nset = { "capacity.chat" = 3 }')
        desk = Desk(policy)
        for line in REPLIED[:3]:
            desk = Step.of(desk, command_from({"at": "2026-11-02T09:00:00Z", **line})).after
        opens = command_from({"at": "2026-11-02T09:00:00Z", **REPLIED[3]})
        assert () == KeptPromises(("18", "21"), policy).see(Step.of(desk, opens))
        nobody_closes = handling(CloseCase, lambda *_: ())
        found = KeptPromises(("21",), policy).see(Step.of(desk, opens, nobody_closes))
        assert [
            "from 2026-11-03 on case c1 cannot be closed: CloseCase by boss1 is accepted, and nothing comes of it"
        ] == [breach.what for breach in found]
        assert () == KeptPromises(("21",), Policy.default()).see(Step.of(Desk(), opens))

    @pytest.mark.parametrize("keeps", [[], "04", ["99"], [4], ["17"]])
    def test_promises_that_cannot_be_asked(self, keeps):
        """Only numbers of promises about steps."""
        with pytest.raises(DayError) as caught:
            replayed(json.dumps({"keeps": keeps}), Policy.default())
        assert "keeps: names no promises" in str(caught.value)


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
