"""Logs that fall apart: two teams that share nobody, in one log; and cases of whom only the status is told."""

from datetime import timedelta
from random import Random

import attrs

from casecore import CUSTOMER, SYSTEM, Status
from casecore.audit import Log, LogMap, LogRow
from casecore.audit.logs.log_rows import STATUS
from tests.audit.desk_logs import NINE, log_of
from tests.audit.log_rows import SPOILINGS, hidden, map_text, spoilt
from tests.audit.made_logs import KINDS, made_log

IDS = (
    *("by", "agent", "case", "new_case", "thread", "customer", "message", "note", "draft", "commitment"),
    *("into", "in_reply_to", "participant", "seen", "seen_message", "edit"),
)
"""The fields of commands that name somebody or something of a desk."""


def of_team(command, team):
    """A command as it was given in a team: whoever and whatever it names is another."""
    named = {name: getattr(command, name, None) for name in IDS}
    mine = {name: f"{team}.{one}" for name, one in named.items() if isinstance(one, str) and one}
    return attrs.evolve(command, **{name: one for name, one in mine.items() if named[name] not in (CUSTOMER, SYSTEM)})


FEW = tuple(KINDS)[:6]
"""Some kinds of breaches, which are soon put in."""


def two_teams(seed, cases=8, how=None, kinds=FEW):
    """The log of two teams in order of time, and its policy; rows are spoilt or hidden as is said.

    Returns:
        The commands, the classes of commands of which nothing is left, and the policy.
    """
    first, other = made_log(seed, kinds, cases), made_log(seed + 1, kinds, cases)
    both = [of_team(one, "east") for one in first.commands] + [of_team(one, "west") for one in other.commands]
    both.sort(key=lambda command: command.at)
    if how is None:
        return both, frozenset(), first.policy
    rest = spoilt(both, how, seed, 0.05) if how in SPOILINGS else hidden(both, how, seed)
    return rest.commands, rest.untold, first.policy


def log_of_teams(seed, cases=8, how=None, kinds=FEW):
    """Such a log, and its policy; the map tells of what is hidden, and believes that a spoilt log is whole."""
    commands, untold, policy = two_teams(seed, cases, how, kinds)
    return log_of(commands, map_text(commands, untold)), policy


STATUS_MAP = """\
[log]
format = "csv"
kind = "snapshots"
begins = "cut"
zone = "Europe/Lisbon"

[time]
column = "at"
format = "iso"

[columns]
case = "case"
status = "status"
by = "by"
queue = "queue"

[tells]
fields = ["status"]
"""


def log_of_statuses(seed, cases=40, agents=6):
    """The statuses of some cases as they come, in a log that tells nothing else; all agents work on all of them."""
    random = Random(seed)
    rows = []
    for number in range(cases):
        at = NINE + timedelta(minutes=random.randrange(3_000))
        for _ in range(random.randint(1, 6)):
            at += timedelta(seconds=random.randrange(1, 90_000))
            rows.append((at, f"c-{number}", f"a-{random.randrange(agents)}", random.choice([*Status])))
    rows.sort()

    def read(_):
        for number, (at, case, agent, status) in enumerate(rows, 1):
            yield LogRow(number, at, STATUS, {"case": case, "by": agent, "status": status}, {"queue": "billing"})

    return Log("statuses", LogMap.loads(STATUS_MAP, "statuses.toml"), read)
