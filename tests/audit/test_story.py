"""The story of a breach: a day that a live desk replays, and that refuses its last line by the rule that was broken."""

import json
from datetime import UTC, datetime

import attrs
import pytest

from casecore import CUSTOMER, SYSTEM, AddAgent, Channel, Desk, Permission, Policy, SendReply, Status
from casecore.audit import AuditError, LogMap, LogRow, Pseudonyms
from casecore.audit.logs.log_map import RosterAgent
from casecore.audit.reports import story as module
from casecore.audit.reports.story import story_of_case
from casecore.audit.reports.story_commands import SOMEBODY, TEXT_LEFT_OUT, StoryCommands
from casecore.replay import replay_day
from tests.audit.desk_logs import CHATS, SNAPSHOTS_MAP, log_of, write_snapshots
from tests.audit.made_logs import KINDS, made_log

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
SHIPPED = Policy.default()


def replayed(story, policy=SHIPPED):
    """What becomes of each line of the day."""
    return [*replay_day(story.text.splitlines(), Desk(policy))]


def commands_of(row, desk=None, roster=None, *, texts=False):
    """The commands that a row asks for."""
    return [*StoryCommands(roster or {}, texts=texts).of(row, desk or Desk())]


def names(commands):
    """What they are."""
    return [type(command).__name__ for command in commands]


def test_a_status_that_does_not_follow(tmp_path):
    """The customer writes, an agent joins, and a desk refuses what was done by the same rule."""
    log, log_map = write_snapshots(tmp_path)
    story = story_of_case(log, "C-2", SHIPPED, LogMap.load(log_map))
    assert (6, ("lifecycle.edge",), "") == (story.row, story.rules, story.doubt)
    steps = replayed(story)
    assert ["ReceiveMessage", "AddAgent", "GoAvailable", "SetStatus"] == names(step.command for step in steps)
    assert all(step.as_expected for step in steps)
    assert {"lifecycle.edge"} == {reason.rule for reason in steps[-1].reasons}
    assert f"case C-2 of {log}: row 6 breaks lifecycle.edge" == steps[-1].story


def test_a_case_that_was_under_way(tmp_path):
    """It begins where the log does, with the status that it had; it is opened after it was closed."""
    log, log_map = write_snapshots(tmp_path)
    policy = Policy.loads("[wrap_up]\ndisposition = false\nnotes = false\n")
    story = story_of_case(log, "C-3", policy, LogMap.load(log_map))
    assert (10, ("lifecycle.closed",)) == (story.row, story.rules)
    steps = replayed(story, policy)
    assert all(step.as_expected for step in steps)
    assert {"lifecycle.closed"} == {reason.rule for reason in steps[-1].reasons}


def test_a_roster_says_who_may_do_what(tmp_path):
    """Who is in it joins with what is known of them."""
    log, _ = write_snapshots(tmp_path)
    log_map = LogMap.loads(f'{SNAPSHOTS_MAP}\n[agents.roster]\nben = {{ role = "supervisor", queues = ["general"] }}\n')
    for pseudonyms in (None, Pseudonyms("a key of ours")):
        story = story_of_case(log, "C-2", SHIPPED, log_map, pseudonyms=pseudonyms)
        assert "" == story.doubt
        (added,) = [step.command for step in replayed(story) if isinstance(step.command, AddAgent)]
        assert frozenset({"general"}) == added.queues


def test_a_third_chat():
    """The case alone does not show it: it needs the other two that the agent had."""
    story = story_of_case(log_of(CHATS), "c-3", SHIPPED, log_of(CHATS).map)
    steps = replayed(story)
    assert len(CHATS) == len(steps)
    assert "" == story.doubt
    assert all(step.as_expected for step in steps)
    assert ["capacity.channel"] == json.loads(story.text.splitlines()[-1])["expect"]


@pytest.fixture(scope="module")
def made():
    """A log with a breach of every kind."""
    return made_log(1, cases=20)


@pytest.mark.parametrize("kind", [*KINDS][::4])
def test_a_made_breach_is_replayed(made, kind):
    """With what it needs, and mostly not the whole day; each line goes as the day says."""
    for breach in made.breaches:
        if breach.kind != kind or breach.case is None:
            continue
        log = log_of(made.commands)
        story = story_of_case(log, breach.case, made.policy, log.map, texts=True)
        steps = replayed(story, made.policy)
        assert all(step.as_expected for step in steps)
        assert ("", (breach.rule,), breach.index + 1) == (story.doubt, story.rules, story.row)
        assert len(steps) <= breach.index + 1


@pytest.mark.parametrize("texts", [False, True])
def test_a_breach_in_what_was_written(made, texts):
    """Without the text a desk accepts the reply, and that is said."""
    log = log_of(made.commands)
    (breach,) = (one for one in made.breaches if one.kind == "emoji_in_text_message")
    story = story_of_case(log, breach.case, made.policy, log.map, texts=texts)
    assert texts == (not story.doubt)
    assert texts or "a desk accepts it; what people wrote is left out (--texts keeps it)" in story.doubt


def test_texts_are_left_out_unless_asked_for():
    """So are names; what was empty stays empty."""
    told = story_of_case(log_of(CHATS), "c-3", SHIPPED, log_of(CHATS).map)
    assert "somebody there" not in told.text
    assert "Sousa" not in told.text
    assert TEXT_LEFT_OUT in told.text
    whole = story_of_case(log_of(CHATS), "c-3", SHIPPED, log_of(CHATS).map, texts=True)
    assert "Hello, is somebody there?" in whole.text
    assert "Ana Sousa" in whole.text


def test_everybody_may_be_called_otherwise():
    """The case is asked for by either name."""
    pseudonyms = Pseudonyms("a key of ours", cases=True)
    for case in ("c-3", pseudonyms.case("c-3")):
        story = story_of_case(log_of(CHATS), case, SHIPPED, log_of(CHATS).map, pseudonyms=pseudonyms)
        assert "" == story.doubt
        assert "maria" not in story.text
        assert all(step.as_expected for step in replayed(story))


def test_the_policy_is_named():
    """So that it is replayed under that; its path is from where the day is."""
    story = story_of_case(log_of(CHATS), "c-3", SHIPPED, log_of(CHATS).map, "ours/sop.toml")
    assert '{"policy": "ours/sop.toml"}' in story.text.splitlines()


def test_a_case_without_a_breach():
    """Or one that the log does not tell of."""
    with pytest.raises(AuditError, match="breaks no rule on case 'c-1'"):
        story_of_case(log_of(CHATS), "c-1", SHIPPED, log_of(CHATS).map)
    with pytest.raises(AuditError, match="tells nothing of a case 'c-9'"):
        story_of_case(log_of(CHATS), "c-9", SHIPPED, log_of(CHATS).map)


def test_a_log_that_tells_too_little():
    """What a desk says instead is told, and of what the log tells too little."""
    told = module._Tried((), 0, frozenset({"CaseAssigned"}))
    found = module._doubt(told, frozenset({"lifecycle.edge"}), 8, texts=True)
    assert "the log tells too little to replay row 8: a desk accepts it; of CaseAssigned it tells too little" == found
    refused = module._Tried(((CHATS[0], ("agent.fresh",)),), 0, frozenset())
    found = module._doubt(refused, frozenset({"lifecycle.edge"}), 8, texts=True)
    assert "the log tells too little to replay row 8: a desk refuses it by agent.fresh" == found


def test_a_long_log_is_kept_in_part(monkeypatch):
    """Of what is over the limit, only the rows of the case, and those of no case."""
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    log = made_log(1, ("third_chat",), cases=20)
    (breach,) = log.breaches
    rows, broken = module._up_to_breach(log_of(log.commands), {breach.case}, log.policy, Desk().house, None)
    assert breach.index + 1 == rows[-1].number
    assert len(rows) < breach.index
    assert {"capacity.channel"} == broken[rows[-1].number]


# Rows as commands --------------------------------------------------------------------------------------


def test_who_was_never_introduced_joins_first():
    """With every permission, or those of the roster; once."""
    row = LogRow(1, AT, "SetStatus", {"by": "ana", "case": "c-1", "status": Status.OPEN})
    added, available, _ = commands_of(row)
    assert (frozenset(Permission), SYSTEM) == (added.permissions, added.by)
    assert "GoAvailable" == type(available).__name__
    known = RosterAgent(
        permissions=(Permission.REPLY,), queues=("billing",), channels=(Channel.CHAT,), capacity={"chat": 1}
    )
    added = commands_of(row, roster={"ana": known})[0]
    assert (frozenset({Permission.REPLY}), frozenset({"billing"}), frozenset({Channel.CHAT}), 1) == (
        *(added.permissions, added.queues, added.channels),
        added.capacity["chat"],
    )
    desk, _ = Desk().handle(AddAgent(SYSTEM, AT, "ana"))
    assert ["SetStatus"] == names(commands_of(row, desk))
    assert ["AddAgent"] == names(commands_of(LogRow(1, AT, "AddAgent", {"by": SYSTEM, "agent": "ben"})))
    named = commands_of(LogRow(1, AT, "GoAvailable", {"by": SYSTEM, "agent": "ben"}))
    assert ["AddAgent", "GoAvailable", "GoAvailable"] == names(named)


def test_nobody_is_somebody():
    """Where the log does not say by whom."""
    assert SOMEBODY == commands_of(LogRow(1, AT, "LeaveCase", {"case": "c-1"}))[-1].by


def test_what_a_command_must_have_and_is_not_told():
    """It is left out, and so is an event; both are remembered."""
    commands = StoryCommands({}, texts=False)
    assert [] == [*commands.of(LogRow(1, AT, "OpenCase", {"by": "ana"}), Desk())]
    assert [] == [*commands.of(LogRow(2, AT, "CaseAssigned", {"by": "ana", "case": "c-1"}), Desk())]
    assert {"OpenCase", "CaseAssigned"} == commands.lacking


def test_each_status():
    """New: the customer writes. Open: somebody opens it. Closed: it is closed. Else it is set, opened before."""
    told = {"by": "ana", "case": "c-1"}
    joins = ["AddAgent", "GoAvailable"]

    def of(status, **more):
        return names(commands_of(LogRow(1, AT, "status", {**told, **({"status": status} if status else {}), **more})))

    assert ["ReceiveMessage"] == of(Status.NEW) == of(None)
    assert ["ReceiveMessage", *joins, "OpenCase"] == of(Status.OPEN)
    assert ["ReceiveMessage", *joins, "OpenCase", *joins, "CloseCase"] == of(Status.CLOSED)
    assert ["ReceiveMessage", *joins, "OpenCase", *joins, "SetStatus"] == of(Status.PENDING)
    desk, _ = Desk().handle(commands_of(LogRow(1, AT, "status", {**told, "status": Status.NEW}))[0])
    assert [*joins, "SetStatus"] == names(
        commands_of(LogRow(2, AT, "status", {**told, "status": Status.PENDING}), desk)
    )


def test_a_case_begins_as_the_log_tells():
    """On its channel, of its customer; where that is not told, by email and of somebody of its own."""
    begun = commands_of(
        LogRow(1, AT, "status", {"case": "c-1", "status": Status.NEW}, {"channel": Channel.CHAT, "customer": "maria"})
    )[0]
    assert (Channel.CHAT, "maria", CUSTOMER) == (begun.channel, begun.customer, begun.by)
    begun = commands_of(LogRow(1, AT, "status", {"case": "c-1", "status": Status.NEW}))[0]
    assert (Channel.EMAIL, "c-1") == (begun.channel, begun.customer)


def test_what_people_wrote():
    """Texts, attachments and profiles are left out; what is no text stays."""
    reply = SendReply("ana", AT, "c-1", "m-2", "Dear Maria", Status.PENDING, subject="", attachments=("passport.pdf",))
    told = {name: getattr(reply, name) for name in (field.name for field in attrs.fields(SendReply)) if name != "at"}
    sent = commands_of(LogRow(1, AT, "SendReply", told))[-1]
    assert (TEXT_LEFT_OUT, "", ("file 1",), Status.PENDING) == (sent.text, sent.subject, sent.attachments, sent.send_as)
    kept = commands_of(LogRow(1, AT, "SendReply", told), texts=True)[-1]
    assert ("Dear Maria", ("passport.pdf",)) == (kept.text, kept.attachments)
    row = LogRow(1, AT, "RecordCustomer", {"by": SYSTEM, "customer": "maria", "profile": {"phone": "+351"}})
    assert {"phone": ""} == {**commands_of(row)[-1].profile}
