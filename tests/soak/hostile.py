"""Hostile input: mutated policies, rules, days, templates, events and queries; only a `CasecoreError` may come of them.

Each **trial** makes one unsound input and gives it to whatever reads such a thing. What is read is used, too: a policy
says what is in force, an event is applied and told, a template is filled and sent. A refusal changes nothing.
"""

import io
import json
import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random

import attrs
from attrs import define, field, frozen

from casecore import Desk, Policy, history, inbox
from casecore.codec import from_plain, loads, to_plain
from casecore.kernel import CasecoreError, Event
from casecore.projections.customer_card import customer_card
from casecore.projections.history import line
from casecore.projections.notifications import AlertSettings, notifications
from casecore.projections.search import Archive
from casecore.replay import lines_of, policy_of, replay_day
from casecore.rooms.attributes import SetAttribute
from casecore.routing import explain_route, next_for, route
from casecore.templates import AppleTemplate, QuickReply, Template, explain_error, lint_together
from casecore.templates.code_pages import FILM, buttons, carousel, footer, header, link, order
from casecore.templates.files import findings_in, templates_in
from casecore.testing.laws import rows_of
from casecore.testing.scenario import T0
from tests.soak.mutating import NO_VALUES, odd_plain, odd_text

ROOT = Path(__file__).parents[2]

# What is mutated ---------------------------------------------------------------------------------------


@cache
def sop_tables():
    """The tables of the shipped SOP, as text: the head first, and layers of a house's own."""
    text = (ROOT / "src/casecore/policies/sop.toml").read_text("utf-8")
    head, *tables = re.split(r"(?m)^(?=\[)", text)
    layers = (
        '[[override]]\nmatch = { channel = "chat", tag = ["vip"] }\nset = { "chat.idle.silence" = "5m" }\n',
        '[[change]]\non = 2026-12-01\nset = { "capacity.chat" = 3, "queues.general.delivery" = "pull" }\n',
        '[[waiver]]\npromise = "12"\nuntil = 2026-12-24\nreason = "Trial"\nby = "Ana"\n',
        '[calendars.office]\nzone = "Europe/Lisbon"\nmonday = ["09:00-12:30"]\nholidays = ["2026-12-25"]\n',
    )
    return head, (*tables, *layers)


@frozen
class Moment:
    """A desk in the middle of a day, and the line that comes next."""

    desk: Desk
    line: bytes
    plain: dict
    events: tuple


@cache
def moments():
    """Every moment of the example's day."""
    found = []
    with (ROOT / "examples/day.jsonl").open("rb") as stream:
        named, lines = policy_of(lines_of(stream))
        kept = [text for text in lines if text.strip() and not text.startswith(b"#")]
    policy = Policy.default() if named is None else Policy.load(ROOT / "examples" / named)
    for text, step in zip(kept, replay_day(kept, Desk(policy)), strict=True):
        found.append(Moment(step.before, text, json.loads(text), step.events))
    return found


@cache
def archive():
    """An archive that has followed the day."""
    return Archive().update(event for moment in moments() for event in moment.events)


@cache
def definitions():
    """Templates of every shape."""
    return (
        order(),
        order(
            "Dear {{1}}, your order {{2}} …", header("Order {{1}}"), footer("The shop"), link("https://a.example/{{1}}")
        ),
        order(None, carousel("IMAGE", "VIDEO")),
        order(
            "See you on {{day}}",
            FILM,
            buttons({"text": "Yes"}, {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+351912345678"}),
        ),
    )


QUERIES = (
    'refund channel:chat -tag:vip status:open,pending "two words" since:2026-11-02 until:2026-11-03T09:00Z agent:ana',
    "customer:maria queue:billing order",
)
QUICK = {"name": "hi", "text": "Hello {customer}, see {link}", "purpose": "form", "links": ["link"]}
APPLE = {"name": "pick", "kind": "quick_reply", "title": "Hello {customer}", "options": ["A", "B"]}
API_ERROR = {
    "error": {"code": 131047, "message": "Re-engagement message", "error_data": {"details": "more than 24 hours"}}
}

FALLBACK = "[queues.rest]\nfallback = true\n"
RULES = """
[attributes]
refund_eur = { type = "number", min = 0 }
fault = { type = "choice", of = ["late", "broken"] }
order = { type = "text", pattern = "[A-Z]{2}-\\\\d{4,6}x?" }
[[rule]]
id = "refund.second_pair_of_eyes"
title = "A refund above 100 EUR is read by somebody else"
guards = ["reply", "send_as_resolved"]
when = { any = [ { attribute = "refund_eur", above = 9 }, { not = { tag = "vip", since = "status", below = "2h" } } ] }
needs = { approval = true, all = [ { permission = "approve" }, { relation = "customer" } ] }
message = "a refund of {refund_eur} EUR needs approval, says {by}"
remedy = "submit it"
[[rule]]
id = "refund.noted"
title = "It is noted"
guards = ["tag", "set_attribute", "open", "resolve"]
when = { attribute = "fault", one_of = ["late"], unset = "skip", language = "pt", channel = ["chat", "email"] }
enforcement = "warn"
"""
"""Rules of a team's own, and what they look at."""


@cache
def ruled():
    """The attributes and the rules as plain data."""
    plain = Policy.loads(f"{FALLBACK}{RULES}").to_dict()
    return {name: plain[name] for name in ("attributes", "rule")}


# Trials ------------------------------------------------------------------------------------------------


def try_policy(random):
    """Read a mutated policy file, or the same from Python, and ask what is in force."""
    head, tables = sop_tables()
    if random.random() < 0.3:
        policy = Policy.from_dict(odd_plain(random, Policy.default().to_dict()))
    else:
        text = "".join(random.sample(tables, random.randrange(4)))
        fallback = "" if "fallback" in text else "[queues.rest]\nfallback = true\n"
        text = odd_text(random, f"{head}{text}{fallback}")
        policy = Policy.loads(text)
    then = policy.at(T0 + timedelta(days=random.randrange(-9_000, 90_000))).for_(None)
    Policy.from_dict(then.to_dict())
    policy.settings_of("capacity.channel", {"channel": "chat"})
    list(policy.periods(T0))


def try_rules(random):
    """Read mutated rules of a team's own, or the same from Python, note odd values, and ask what is decided."""
    if random.random() < 0.5:
        text = odd_text(random, RULES)
        policy = Policy.loads(f"{FALLBACK}{text}")
    else:
        policy = Policy.from_dict({**Policy.default().to_dict(), **odd_plain(random, ruled())})
    assert policy == Policy.from_dict(policy.to_dict())
    moment = random.choice(moments())
    odd = random.choice((random.choice(NO_VALUES), 120, "late", "AB-1234"))
    name = random.choice([*policy.attributes, "refund_eur", "?"])
    desk = attrs.evolve(moment.desk, policy=policy)
    case, agent = (random.choice([*sorted(rows), "?"]) for rows in (desk.cases, desk.agents))
    desk.actions(agent, case, desk.now)
    desk.due()
    noted = desk.decide(SetAttribute(agent, desk.now or T0, case, name, odd))
    desk = desk.evolve(noted.events if noted else ())
    for reason in getattr(desk.decide(from_plain(moment.plain)), "reasons", ()):
        assert "\n" not in str(reason)


def try_day(random):
    """Replay a mutated line of a day at the desk before it, and the next one."""
    moment = random.choice(moments())
    if random.random() < 0.5:
        given = odd_text(random, moment.line.decode("utf-8")).encode("utf-8", "surrogatepass")
    else:
        given = json.dumps(odd_plain(random, moment.plain), ensure_ascii=random.random() < 0.5).encode(
            "utf-8", "surrogatepass"
        )
    rows = rows_of(moment.desk) if random.random() < 0.02 else None
    _, lines = policy_of(lines_of(io.BytesIO(given + b"\n" + moment.line), "day"))
    try:
        for step in replay_day(lines, moment.desk, "day"):
            for reason in step.reasons:
                assert reason.settings is not None
                assert "\n" not in str(reason)
            if not step.accepted and step.after is not step.before:
                raise AssertionError("a refusal changed the desk")
    finally:
        if rows is not None and rows != rows_of(moment.desk):
            raise AssertionError("the desk that was asked has changed")


def try_event(random):
    """Read a mutated event, apply it, and look at the desk that comes of it."""
    moment = random.choice(moments())
    if not moment.events:
        return
    event = from_plain(odd_plain(random, to_plain(random.choice(moment.events))))
    if not isinstance(event, Event):
        return
    line(event, random.choice(("en", "pt", "fr")))
    desk = moment.desk.evolve((event,))
    due = desk.due()
    for agent in random.sample(sorted(desk.agents), min(1, len(desk.agents))):
        inbox(desk, agent, desk.now)
        list(notifications([event, *due[:3]], desk, {agent: AlertSettings(sound=frozenset({"offer"}))}))
    assert loads(json.dumps(to_plain(desk))) == desk


def try_template(random):
    """Read a mutated template, look for faults, fill it with odd values, and write what would be sent."""
    sort = random.randrange(6)
    values = random.choice(
        ((), ["Ana", "7"], {"1": random.choice(NO_VALUES), "customer": "Ana"}, random.choice(NO_VALUES))
    )
    if sort == 0:
        explain_error(odd_plain(random, API_ERROR, NO_VALUES))
    elif sort == 1:
        quick = QuickReply.from_dict(odd_plain(random, QUICK, NO_VALUES))
        quick.fill(values)
    elif sort == 2:
        apple = AppleTemplate.from_dict(odd_plain(random, APPLE, NO_VALUES))
        apple.fill(values)
    elif sort == 3:
        text = odd_text(random, json.dumps(random.choice(definitions()), indent=1))
        list(findings_in(templates_in(text, random.choice(("a.json", "a.jsonl", "a.txt")))))
    else:
        plain = random.choice(definitions())
        template = (
            Template.from_meta(odd_plain(random, plain, NO_VALUES))
            if sort == 4
            else Template.parse(odd_text(random, plain["components"][-1].get("text", "Hello {{1}}")))
        )
        template.lint()
        lint_together([template, Template.from_meta(order())])
        filled = template.fill(values)
        str(filled.reads)
        template.ready(values)
        template.payload(random.choice(("+351912345678", *NO_VALUES)), values)


def try_query(random):
    """Search for odd words, and ask for odd people, cases and instants."""
    moment, odd = random.choice(moments()), random.choice(NO_VALUES)
    sort = random.randrange(8)
    if sort <= 1:
        archive().search(odd_text(random, random.choice(QUERIES)))
    elif sort == 2:
        name = random.choice(
            ("channel", "customer", "agent", "status", "queue", "tag", "since", "until", "limit", "cursor")
        )
        archive().search(random.choice(("", odd)), **{name: random.choice(NO_VALUES)})
    elif sort == 3:
        inbox(moment.desk, random.choice(("ana", odd)), random.choice((T0, T0.replace(tzinfo=None), odd)))
    elif sort == 4:
        list(history(moment.events, random.choice((None, "c1", odd)), random.choice(("en", "pt-BR", odd))))
    elif sort == 5:
        archive().cases_of(odd)
        archive().notes_of(odd)
        archive().neutral_messages_of(odd)
        random.choice((lambda: customer_card(moment.desk, archive(), odd), lambda: archive().summary(odd)))()
    elif sort == 6:
        next_for(moment.desk, random.choice(("ana", odd)), random.choice((moment.desk.now or T0, odd)))
        explain_route(moment.desk, random.choice(("c1", odd)), random.choice((moment.desk.now or T0, odd)))
        route(moment.desk, odd)
    else:
        moment.desk.status(odd)
        moment.desk.due(random.choice((None, T0)), case=odd)
        moment.desk.actions(random.choice(("ana", odd)), random.choice(("c1", odd)), random.choice((T0, odd)))


TRIALS = {
    "policies": try_policy,
    "rules": try_rules,
    "days": try_day,
    "events": try_event,
    "templates": try_template,
    "queries": try_query,
}
"""What is tried, by what it is called."""


@define
class Tried:
    """What came of the trials of one sort: how many were read, refused, and ended in errors that are not casecore's."""

    read: int = 0
    refused: int = 0
    failed: int = 0
    wrong: dict = field(factory=dict)


def attempt(name, number, seed):
    """One trial, by its number; what is wrong is told with these, so that it can be tried again."""
    return TRIALS[name](Random(f"{seed}/{name}/{number}"))


def try_all(name, times, seed, first=0):
    """So many trials of one sort; other errors than casecore's are kept, each kind once, with the trial's number."""
    tried = Tried()
    for number in range(first, first + times):
        try:
            attempt(name, number, seed)
        except CasecoreError as error:
            str(error)
            tried.refused += 1
        except Exception as error:  # noqa: BLE001 -- this is what is looked for
            tried.failed += 1
            place = _place_of(error)
            tried.wrong.setdefault(f"{type(error).__name__} in {place}: {str(error)[:100]!r}", (name, number, seed))
        else:
            tried.read += 1
    return tried


def _place_of(error):
    trace, place = error.__traceback__, "?"
    while trace is not None:
        code = trace.tb_frame.f_code
        if "casecore" in code.co_filename and "tests" not in code.co_filename:
            place = f"{code.co_filename.rpartition('casecore/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
