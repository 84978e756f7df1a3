"""Ten times the size costs at most thirteen times the time: each reader on an input and on one ten times as large.

Both are measured in one run, in turns, by the time of this process, and the best of each counts: what is said is their
ratio. Nothing here is a test; `make soak` prints it.
"""

import gc
import json
from datetime import UTC, date, datetime, timedelta
from functools import partial
from time import process_time

from casecore import Desk, Policy, history, inbox
from casecore.codec import dumps, loads, to_plain
from casecore.kernel import CasecoreError
from casecore.policies.calendars import Calendar
from casecore.policies.patterns import Pattern, PatternError
from casecore.projections.search import Archive
from casecore.replay import replay_day
from casecore.templates import QuickReply, Template, lint_together
from casecore.templates.code_pages import order
from casecore.templates.files import findings_in, templates_in
from casecore.testing.scenario import TEAM, at, flatten_commands, new_case

MOST = 13.0
"""How many times the time may grow where the size grows ten times."""

TURNS = 5
"""How often each size is measured."""

FALLBACK = "schema = 1\n[queues.rest]\nfallback = true\n"


def _loads(text):
    return lambda: Policy.loads(text)


def _rule(number, when="{}"):
    return f"[[rule]]\nid = 'own.r{number}'\ntitle = 'x'\nguards = ['reply']\nwhen = {when}\n"


def _pattern(text):
    try:
        return Pattern.read(text)
    except PatternError:
        return None


def _holidays(count):
    days = (date(2000, 1, 1) + timedelta(days=day) for day in range(count))
    special = ", ".join(f"'{day}' = []" for day in days)
    return _loads(f"{FALLBACK}[calendars.a]\nmonday = ['09:00-17:00']\nspecial = {{ {special} }}\n")


def _body(text, **fields):
    template = Template.from_meta(order(text, **fields))

    def work():
        Template.from_meta(order(text, **fields)).lint()
        template.fill({need.key: "x" for need in template.needs})

    return work


def _desk(cases):
    desk, events = Desk(), []
    commands = [*flatten_commands(TEAM)]
    mail = {"channel": "email", "text": "where is my refund"}
    commands += [new_case(f"c{n}", customer=f"k{n}", at=at(n), **mail) for n in range(cases)]
    for command in commands:
        desk, happened = desk.handle(command)
        events += happened
    return desk, events


def _day(cases):
    lines = [dumps(command).encode() for command in flatten_commands(TEAM)]
    lines += [dumps(new_case(f"c{n}", customer=f"k{n}", channel="email", at=at(n))).encode() for n in range(cases)]
    return lambda: sum(1 for _ in replay_day(lines, Desk()))


def _of_desk(ask):
    def prepared(cases):
        desk, events = _desk(cases)
        return lambda: ask(desk, events)

    return prepared


def _archived(query):
    def prepared(cases):
        archive = Archive().update(_desk(cases)[1])
        return lambda: archive.search(query)

    return prepared


def _asked(of_size):
    archive = Archive().update(_desk(3)[1])

    def prepared(size):
        query = of_size(size)
        return lambda: archive.search(query)

    return prepared


def _across_years(years):
    begin = datetime(1990, 1, 1, tzinfo=UTC)

    def work():
        office = Calendar(zone="Europe/Lisbon", week={"monday": ("09:00-12:30", "13:30-18:00")})
        office.open_seconds(begin, begin + timedelta(days=365 * years))

    return work


def _misfits(size):
    plain = to_plain(new_case())
    text = json.dumps({**plain, "attachments": list(range(size)), **{f"field{n}": 1 for n in range(size)}})
    return lambda: loads(text)


def _file(size):
    text = json.dumps([order(name=f"t{n}") for n in range(size)], indent=1)
    return lambda: list(findings_in(templates_in(text, "all.json")))


GROWING = {
    "a policy with queues": (
        lambda n: _loads(FALLBACK + "".join(f"[queues.q{i}]\nreasons = ['r{i}']\n" for i in range(n))),
        60,
    ),
    "a policy with unknown keys": (
        lambda n: _loads(FALLBACK + "".join(f"[capacit{i}]\nchat = {i}\n" for i in range(n))),
        60,
    ),
    "a policy with wrong values": (lambda n: _loads(f"{FALLBACK}[wrap_up]\ncodes = [{'1, ' * n}]\n"), 3_000),
    "a policy with holidays": (_holidays, 100),
    "a policy with remarks": (lambda n: _loads(FALLBACK + "# a remark\n" * n), 2_000),
    "a policy with a long text": (lambda n: _loads(f'{FALLBACK}[chat.idle]\nclosing = "{"x" * n}"\n'), 20_000),
    "a policy of brackets": (lambda n: _loads(FALLBACK + "[" * n), 20_000),
    "a policy of quotes": (lambda n: _loads(FALLBACK + "a = " + '"' * n), 20_000),
    "a policy with rules": (lambda n: _loads(FALLBACK + "".join(_rule(i) for i in range(n))), 20),
    "a policy with too many rules": (lambda n: _loads(FALLBACK + "".join(_rule(i) for i in range(n))), 500),
    "a policy with too many attributes": (
        lambda n: _loads(f"{FALLBACK}[attributes]\n" + "".join(f"a{i} = {{ type = 'flag' }}\n" for i in range(n))),
        500,
    ),
    "rules that look at nothing": (
        lambda n: _loads(FALLBACK + "".join(_rule(i, f"{{ attribute = 'a{i}' }}") for i in range(n))),
        20,
    ),
    "a rule of conditions": (lambda n: _loads(FALLBACK + _rule(1, f"{{ any = [{'{}, ' * n}] }}")), 2_000),
    "a rule of tags": (lambda n: _loads(FALLBACK + _rule(1, "{ tag = [" + "'a', " * n + "] }")), 2_000),
    "a rule, nested": (lambda n: _loads(FALLBACK + _rule(1, "{ not = " * n + "{}" + " }" * n)), 2_000),
    "a rule of blanks": (lambda n: _loads(FALLBACK + _rule(1) + f"message = '{'{a} ' * n}'\n"), 20_000),
    "a long pattern": (
        lambda n: _loads(f"{FALLBACK}[attributes]\na = {{ type = 'text', pattern = '{'a' * n}' }}"),
        10_000,
    ),
    "a pattern, read": (lambda n: lambda: _pattern("a?" * n), 10_000),
    "a pattern, matched": (lambda n: partial(_pattern("[a-z]{200}").fits, "a" * n), 20),
    "a calendar asked across years": (_across_years, 90),
    "a day": (_day, 100),
    "a command with misfits": (_misfits, 1_000),
    "a command with a long text": (lambda n: lambda: loads(dumps(new_case(text="é" * n))), 100_000),
    "a history, told": (_of_desk(lambda _, events: list(history(events))), 200),
    "a history, applied": (_of_desk(lambda _, events: Desk().evolve(events)), 300),
    "a history, archived": (_of_desk(lambda _, events: Archive().update(events)), 100),
    "a desk, looked at": (_of_desk(lambda desk, _: inbox(desk, "ana", desk.now)), 300),
    "a desk, its dues": (_of_desk(lambda desk, _: desk.due()), 100),
    "a desk, as JSON": (_of_desk(lambda desk, _: loads(dumps(desk))), 100),
    "an archive, searched": (_archived("refund channel:email -tag:vip"), 300),
    "a query of words": (_asked(lambda n: "refund " * n), 1_000),
    "a query of values": (_asked(lambda n: "channel:" + ",".join(["chat"] * n)), 2_000),
    "a query of quotes": (_asked(lambda n: '"a' * n), 2_000),
    "a query of blanks": (_asked(lambda n: " " * n), 200_000),
    "a query without blanks": (_asked(lambda n: "a" * n), 50_000),
    "a template of named variables": (lambda n: _body(" ".join(f"{{{{v{i}}}}} x" for i in range(n))), 100),
    "a template of numbered variables": (lambda n: _body(" ".join(f"{{{{{i + 1}}}}} x" for i in range(n))), 100),
    "a template that declares its names": (
        lambda n: _body(" ".join(f"{{{{v{i}}}}} x" for i in range(n)), parameter_format="NAMED"),
        300,
    ),
    "a template of braces": (lambda n: _body("{" * n), 3_000),
    "a template of wrong variables": (lambda n: _body("{{ }} " * n), 300),
    "a template of words": (lambda n: _body("words " * n), 3_000),
    "a template of line breaks": (lambda n: _body("a\n" * n), 3_000),
    "a file of templates": (_file, 20),
    "a quick reply of blanks": (
        lambda n: lambda: QuickReply("hi", " ".join(f"{{b{i}}}" for i in range(n))).fill({}),
        100,
    ),
    "templates of one name": (lambda n: lambda: lint_together([Template.from_meta(order()) for _ in range(n)]), 100),
}
"""What grows: how an input of a size is made ready to be read, and the smaller size."""


def ratios():
    """For each, how many times longer ten times the size takes: (what, seconds of the smaller, ratio)."""
    for what, (prepared, size) in GROWING.items():
        works = [prepared(size), prepared(10 * size)]
        best = [float("inf"), float("inf")]
        for _ in range(TURNS):
            for place, work in enumerate(works):
                best[place] = min(best[place], _seconds(work))
        yield what, best[0], best[1] / best[0]


def _seconds(work):
    gc.collect()
    gc.disable()  # how often Python looks for rubbish depends on all that the process holds, not on this work
    begin = process_time()
    try:
        work()
    except CasecoreError as error:
        str(error)
    finally:
        seconds = process_time() - begin
        gc.enable()
    return seconds
