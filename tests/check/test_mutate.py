"""Guardedness: which rules and limits some promise guards."""

import json

import pytest

from casecore.check.mutate import Guard, find_guards, mutations_of
from casecore.cli.app import run_command
from casecore.policies import Policy

LIMIT_OF_CHATS = "chat-limit"
POLICY = Policy.default()


@pytest.fixture(scope="module")
def known():
    """What guards the rules that refuse something where an agent may hold two chats of three."""
    return {one.what: one for one in find_guards(POLICY, scopes=(LIMIT_OF_CHATS,))}


class TestGuarded:
    """Each rule and limit, changed by one step."""

    @pytest.mark.parametrize(
        ("what", "by"),
        [("capacity.channel", "04"), ("capacity.chat read as 3", "04"), ("assignment.wrap_up", "05")],
    )
    def test_a_promise_notices(self, known, what, by):
        """Its number is told, and in how many scopes it was looked for."""
        assert Guard(what, by, 1) == known[what]

    def test_nobody_notices_where_nothing_was_refused(self, known):
        """A rule that refuses nothing in these scopes is not looked for in any."""
        assert Guard("tags.limit", None, 0) == known["tags.limit"]

    def test_nobody_notices_what_no_promise_speaks_of(self, known):
        """That only waiting work is offered elsewhere is told by no promise of this scope."""
        assert Guard("offer.outstanding", None, 0) == known["offer.outstanding"]

    def test_everything_is_changed_once(self, known):
        """Every rule that blocks, and every limit."""
        assert mutations_of(POLICY) == tuple(known)

    def test_what_the_policy_softens_is_left_alone(self):
        """Nobody expects a promise to rest on it; a limit that there is not cannot be read wrong."""
        soft = Policy.loads('[enforcement]\n"tags.limit" = "off"\n[chat.idle]\nask_first = 0\n')
        assert "tags.limit" not in mutations_of(soft)
        assert not [what for what in mutations_of(soft) if what.startswith("chat.idle.ask_first")]

    def test_no_such_scope(self):
        """It is said at once."""
        with pytest.raises(ValueError, match="there is no scope 'three chats'"):
            find_guards(POLICY, scopes=("three chats",))


class TestCommand:
    """`casecore check --mutate`."""

    def test_table(self, capsys):
        """What is guarded by what, and the sum."""
        assert 0 == run_command(["check", "--mutate", "--scope", LIMIT_OF_CHATS])
        told = capsys.readouterr().out
        assert "capacity.chat read as 3" in told
        assert "rules and limits are guarded by a promise." in told

    def test_json(self, capsys):
        """The same for programs."""
        assert 0 == run_command(["check", "--mutate", "--scope", LIMIT_OF_CHATS, "--format", "json"])
        rows = json.loads(capsys.readouterr().out)
        assert {"what": "capacity.channel", "by": "04", "scopes": 1} in rows

    def test_no_such_scope(self, capsys):
        """Not a traceback."""
        assert 2 == run_command(["check", "--mutate", "--scope", "3 chats"])
        assert "there is no scope '3 chats'" in capsys.readouterr().err
