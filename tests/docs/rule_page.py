"""`python -m tests.docs.rule_page`: every rule, with a story that it refuses and one that it does not mind.

The bad one is that of `tests/laws/test_coverage_of_rules.py`, which shows that the rule refuses, alone. The good one is
found by doing what the refusal says (one of the commands that its remedy names), by waiting, or by asking somebody
else; where none of these helps, `OTHERWISE` and `ELSEWHERE` say what does. The desk accepts each.
"""

import sys
from datetime import timedelta
from functools import cache
from itertools import product

import attrs
from attrs import field, frozen

import conftest  # noqa: F401 -- the profiles of Hypothesis, for which the tests of laws ask
from casecore import CUSTOMER, RULES, SYSTEM, CommandError, Policy
from casecore.channels import Channel, MessageKind
from casecore.kernel import Command
from casecore.policies import SWITCHABLE
from casecore.policies.declared import keys_of_rule
from casecore.policies.sections import Relation
from casecore.promises import Step
from casecore.replay.words import step_sentence
from casecore.reports.markdown import cell
from casecore.rooms.agents import GoAvailable, GoUnavailable, LogOut
from casecore.rooms.approvals import WithdrawDraft
from casecore.rooms.arrivals import ReceiveMessage
from casecore.rooms.assignments import OpenCase
from casecore.rooms.authentication import Authenticate
from casecore.rooms.blocking import BlockCustomer, BlockThread, UnblockCustomer
from casecore.rooms.breaks import SetNextState
from casecore.rooms.case_merging import MergeCases
from casecore.rooms.cases import CloseCase, CloseReason
from casecore.rooms.clocks import ClockName
from casecore.rooms.contacts import EndContact
from casecore.rooms.lapses import EndUnanswered
from casecore.rooms.merging import MergeCustomers
from casecore.rooms.moving import MoveCase
from casecore.rooms.notes import EditNote
from casecore.rooms.offers import AcceptOffer, OfferWork
from casecore.rooms.reassignments import ReassignCase
from casecore.rooms.relations import RelateRecord, UnrelateRecord
from casecore.rooms.replies import SendReply
from casecore.rooms.silence import AskPresence
from casecore.rooms.sla import RecordMiss
from casecore.rooms.snoozes import EndSnooze, SnoozeCase
from casecore.rooms.threads import RecordCustomer
from casecore.rooms.wrap_ups import Dispose
from casecore.statuses import Status
from casecore.testing import remedies
from casecore.testing.scenario import NUMBER, at, case_in, flatten_commands, given, new_case
from tests.laws import test_coverage_of_rules as told_of
from tests.laws.test_coverage_of_rules import LATER, NOW, REFUSALS

SHOWN = 4
"""So many steps before the one that is refused are shown."""

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 60, 120, 4_320))
"""How long one may wait for a good example."""

OTHERS = ("ana", "cleo", "dora", "ben", SYSTEM, CUSTOMER)
"""Who may be asked instead."""

CHOSEN = {"agent.known": 1, "lifecycle.close_by": 1, "outbound.phone": 1, "routing.answer_within": 1}
"""Which of the stories of a rule is shown, where it is not the first: the plainer one."""

OTHERWISE = {
    "agent.fresh": {"agent": "zoe"},
    "approval.reason": {"reason": "We do not say so"},
    "approval.stale": {"seen": True},
    "attribute.value": {"value": 5},
    "authentication.methods": {"method": "security question"},
    "block.reason": {"reason": "Insults"},
    "capacity.named": {"capacity": {"chat": 1}},
    "channels.attachments": {"attachments": (), "text": "It is on our page"},
    "channels.emoji": {"text": "Gladly"},
    "channels.kinds": {"kind": MessageKind.DIRECT},
    "commitment.due": {"due": LATER},
    "commitment.fresh": {"commitment": "p2"},
    "commitment.known": {"commitment": "p1"},
    "commitment.what": {"what": "Call back"},
    "consent.proof": {"note": "She asked for it"},
    "email.subject_required": {"subject": "Your question"},
    "email.earlier_handler": {"notes": "cleo wrote first; it works again"},
    "lifecycle.edge": {"status": Status.PENDING},
    "lifecycle.merged": {"reason": CloseReason.BY_HAND},
    "logged.open_case": {"thread": "t2"},
    "message.fresh": {"message": "m2"},
    "message.known": {"seen": "m-c1"},
    "message.theirs": {"message": "m-c1"},
    "note.content": {"text": "She called"},
    "note.fresh": {"note": "n2"},
    "note.place": {"case": "c1"},
    "offer.late": {"at": at(69)},
    "outbound.channel": {"channel": Channel.SMS},
    "outbound.open_case": {"thread": "t9", "new_case": "c2"},
    "outbound.phone": {"phone": NUMBER},
    "queue.known": {"queues": frozenset({"billing"})},
    "relation.known": {"relation": Relation.CUSTOMER},
    "replies.blanks": {"text": "Dear Maria"},
    "reply.content": {"text": "Hi"},
    "reply.seen": {"seen": "m2"},
    "snooze.until": {"until": LATER},
    "template.ready": {"text": told_of.READS},
    "thread.identity": {"customer": "kim", "channel": Channel.CHAT},
    "thread.of_case": {"thread": "t-c1"},
    "whatsapp.window": {"at": at(hours=23)},
    "wrap_up.disposition": {"code": "solved"},
    "wrap_up.notes": {"notes": "It works again"},
}
"""What the same command says otherwise, by rule."""


@frozen
class Kept:
    """What is accepted.

    Attributes:
        commands: What is done; the last command stands for the one that is refused.
        story: What was done before; None: what was done before the refusal.
        policy: What the SOP says otherwise; None: what it says there.
    """

    commands: tuple[Command, ...] = field(converter=lambda given: given if isinstance(given, tuple) else (given,))
    story: object = None
    policy: str | None = None


DONE = Dispose("ana", NOW, "c1", "solved", "It works again")
SNOOZE = SnoozeCase("ana", NOW, "c1", LATER)
MERGE = MergeCases("ana", NOW, "c1", "c2")
CLOSE = CloseCase("ana", NOW, "c1")
CLEO_OPENS = OpenCase("cleo", NOW, "c1")

ELSEWHERE = {
    "actor.role": Kept(EndContact(CUSTOMER, NOW, "c1")),
    "answer.owed": Kept(EndUnanswered(SYSTEM, at(minutes=6), "c1"), case_in("open")),
    "assignment.available": Kept((GoAvailable("cleo", NOW, "cleo"), CLEO_OPENS)),
    "assignment.wrap_up": Kept((Dispose("cleo", NOW, "c2", "solved", "It works again"), CLEO_OPENS)),
    "attribute.known": Kept(
        told_of.SetAttribute("ana", NOW, "c1", "refund_eur", 5), case_in("open"), told_of.REFUND_EUR
    ),
    "away.gone": Kept(
        told_of.ReleaseAbsent(SYSTEM, at(minutes=2), "c1"), (case_in("open"), LogOut("ana", at(30), "ana"))
    ),
    "block.edge": Kept(
        (BlockCustomer("dora", NOW, "maria", "Insults"), UnblockCustomer("dora", NOW, "maria", "A mistake"))
    ),
    "case.fresh": Kept(new_case("c2", thread="t2", message="m2", at=NOW)),
    "case.known": Kept(MERGE, told_of.TWO_SMS),
    "clock.runs": Kept(RecordMiss(SYSTEM, at(hours=1), "c1", ClockName.FIRST_RESPONSE), case_in("open")),
    "clock.target": Kept(RecordMiss(SYSTEM, at(hours=1), "c1", ClockName.FIRST_RESPONSE)),
    "commitment.absent": Kept(told_of.TakeCommitment("ben", at(hours=3), "p1"), told_of.OVERDUE),
    "contact.blocks_close": Kept((EndContact(CUSTOMER, NOW, "c1"), DONE, CLOSE)),
    "contact.edge": Kept((OpenCase("ana", NOW, "c1"), Authenticate("ana", NOW, "c1"))),
    "draft.edge": Kept(WithdrawDraft("ana", NOW, "c1", "d1"), told_of.DRAFT_WAITS),
    "idle.chat": Kept(AskPresence("ana", NOW, "c1", "q1"), case_in("pending")),
    "lifecycle.closed": Kept(ReceiveMessage(CUSTOMER, NOW, "t-c1", "m2", "One more thing", new_case="c2")),
    "logged.reply": Kept(
        (
            ReceiveMessage(CUSTOMER, NOW, "t1", "m1", "Hello"),
            SendReply("ana", NOW, "c1", "m2", "Hello"),
        )
    ),
    "merge.edge": Kept((RecordCustomer(SYSTEM, NOW, "kim", "Kim"), MergeCustomers("ana", NOW, "kim", "mia"))),
    "merge.limit": Kept(MergeCustomers("ana", NOW, "maria", "mia"), told_of.TWO_CUSTOMERS),
    "merge_cases.customer": Kept((MergeCustomers("ana", NOW, "maria", "mia"), MERGE)),
    "merge_cases.limit": Kept(MERGE, told_of.TWO_SMS),
    "merge_cases.live": Kept(MERGE, told_of.TWO_SMS),
    "merge_cases.two": Kept(MERGE, told_of.TWO_SMS),
    "merge_cases.wrap_up": Kept((DONE, attrs.evolve(MERGE, by="dora"))),
    "move.joined": Kept(MoveCase("dora", NOW, "c1", "t-c3"), (told_of.SMS, told_of.MIAS_SMS)),
    "move.live": Kept((EndContact(CUSTOMER, NOW, "c1"), DONE, MoveCase("dora", NOW, "c1", "t-c2"))),
    "move.thread": Kept(MoveCase("ana", NOW, "c1", "t-c2"), (told_of.SMS, told_of.OTHER_SMS, told_of.OTHER_CLOSED)),
    "note.known": Kept(EditNote("ana", NOW, "n1", "He called"), (new_case(), told_of.NOTE)),
    "offer.edge": Kept(AcceptOffer("ana", NOW, "c1"), told_of.OFFERED),
    "offer.reviewer": Kept(OfferWork(SYSTEM, NOW, "c1", "cleo", review=True)),
    "offer.waiting": Kept(OfferWork(SYSTEM, NOW, "c1", "ben"), new_case()),
    "presence.contacts": Kept(SetNextState("ana", NOW, "ana", "lunch")),
    "presence.next": Kept(GoUnavailable("eva", NOW, "eva", "lunch")),
    "presence.wrap_up": Kept(DONE),
    "reassign.aim": Kept(ReassignCase("ana", NOW, "c1", queue="billing"), told_of.KNOWN),
    "relation.disposed": Kept(UnrelateRecord("ana", NOW, "c1", Relation.CUSTOMER), told_of.RELATED),
    "sentiment.manual": Kept(
        told_of.SetSentiment("ana", NOW, "c1", "m-c1", told_of.Feeling.POSITIVE), policy="[sentiment]\nmanual = true"
    ),
    "snooze.allowed": Kept(SNOOZE, policy="[snooze]\nallowed = true"),
    "snooze.known": Kept(EndSnooze(SYSTEM, at(hours=2), "c1"), told_of.SNOOZED),
    "snooze.live": Kept(SNOOZE, told_of.MESSAGING),
    "snooze.status": Kept(SNOOZE, told_of.MESSAGING),
    "tags.enabled": Kept(told_of.AddTag("ana", NOW, "c1", "vip"), policy="[tags]\nenabled = true"),
    "thread.known": Kept((new_case(), BlockThread("dora", NOW, "t-c1", "Advertisements"))),
    "wrap_up.blocks_close": Kept((RelateRecord("ana", NOW, "c1", Relation.CUSTOMER, "7"), DONE, CLOSE)),
    "wrap_up.owed": Kept(DONE, told_of.ENDED),
}
"""What is accepted in its place, by rule: other commands, after another story, or under another policy."""


# What is good ------------------------------------------------------------------------------------------


def remedy_commands(desk, refused, reason):
    """The commands that a remedy names, in each way in which the desk accepts them."""
    case = getattr(refused, "case", None) or getattr(desk.view(refused).case, "id", None)
    kinds = {kind.__name__: kind for kind in desk.house.commands}
    when = refused.at if desk.now is None else max(refused.at, desk.now)
    who = (refused.by, *sorted(desk.agents), SYSTEM, CUSTOMER)
    about = (case, *sorted(name for name in desk.cases if name != case))
    for way, by, one in product(reason.ways, who, about):
        blanks, unread = remedies._blanks_of(kinds[way])
        unread = {name: "Yes, please" if value == remedies.SOMETHING else value for name, value in unread.items()}
        options = [dict.fromkeys(remedies._options(blank, desk, one, by, refused)) for blank in blanks]
        for chosen in product(*options):
            said = dict(zip([blank.name for blank in blanks], chosen, strict=True))
            instants = remedies._instants_of(kinds[way], when)
            try:
                command = kinds[way](**{"by": by, "at": when, **said, **unread, **instants})
            except (CommandError, TypeError):
                continue
            if desk.decide(command):
                yield command


def helped(desk, command):
    """What the remedy says, and then the command; or the same command as the remedy says it."""
    (reason,) = desk.decide(command).reasons
    again = ()
    for remedy in remedy_commands(desk, command, reason):
        if type(remedy) is type(command):
            again = again or (remedy,)
        elif desk.handle(remedy)[0].decide(command):
            return (remedy, command)
    return again


def later_or_by_others(desk, command):
    """The same command, later or by somebody else."""
    for wait in WAITS:
        if desk.decide(attrs.evolve(command, at=command.at + wait)):
            return (attrs.evolve(command, at=command.at + wait),)
    for by in OTHERS:
        if desk.decide(attrs.evolve(command, by=by)):
            return (attrs.evolve(command, by=by),)
    return ()


def kept_instead(refusal):
    """What is accepted in the place of what a story is refused."""
    if refusal.rule in ELSEWHERE:
        return ELSEWHERE[refusal.rule]
    if refusal.rule in OTHERWISE:
        return Kept(attrs.evolve(refusal.command, **OTHERWISE[refusal.rule]))
    desk = told_of.told(refusal).desk
    return Kept(helped(desk, refusal.command) or later_or_by_others(desk, refusal.command))


@cache
def examples_of_rules():
    """By rule: the story that it refuses, and what is kept."""
    stories = {}
    for refusal in REFUSALS:
        stories.setdefault(refusal.rule, []).append(refusal)
    chosen = (stories[rule][CHOSEN.get(rule, 0)] for rule in sorted(stories))
    return {refusal.rule: (refusal, kept_instead(refusal)) for refusal in chosen}


# The page ----------------------------------------------------------------------------------------------


def policy_of(text):
    """The SOP of an example, with the queues of the one that ships."""
    return attrs.evolve(Policy.loads(text), queues=Policy.default().queues)


def sentence(step):
    """A step in words, with its time."""
    what, words = step_sentence(step)
    return f"{step.command.at:%H:%M:%S}  {what}" + (f": “{words}”" if words else "")


def told_steps(desk, commands, most=None):
    """Steps that are accepted, in words; only the last of them, where there are many."""
    lines = []
    for command in commands:
        lines.append(f"  {sentence(Step.of(desk, command))}")
        desk, _ = desk.handle(command)
    return (lines if most is None else lines[-most:]), desk


def example_lines(refusal, kept):
    """Both examples of a rule."""
    story = tuple(flatten_commands((refusal.story,)))
    lines, desk = told_steps(given(policy=policy_of(refusal.policy)).desk, story, SHOWN)
    step = Step.of(desk, refusal.command)
    (reason,) = step.reasons
    yield from _block("Bad", refusal.policy)
    yield from (
        *lines,
        f"✗ {sentence(step)}",
        f"            {reason.message}",
        f"            → {reason.remedy}",
        "```",
        "",
    )
    policy = refusal.policy if kept.policy is None else kept.policy
    begin = given(policy=policy_of(policy)).desk
    before, desk = told_steps(begin, story if kept.story is None else flatten_commands((kept.story,)), SHOWN)
    good, _ = told_steps(desk, kept.commands)
    yield from _block("Good", policy if policy != refusal.policy else "")
    yield from (*(before if kept.story is not None else ()), *(f"✓{line[1:]}" for line in good), "```", "")


def _block(word, policy):
    yield from (f"{word}:", "")
    if policy:
        yield from ("```toml", policy, "```", "")
    yield "```text"


HEAD = """# Every rule, with a bad and a good example

This page is generated (`python -m tests.docs.rule_page`), and a test holds it equal: each bad example is refused by
exactly its rule, each good one is accepted. `casecore rules` lists the rules as your policy keeps them, and
`casecore explain RULE` tells of one.

The team of the examples: ana may reply, ben may not, cleo may reply and approve, dora supervises, too, and eva works on
email only and is not there. A rule that is *kept always* cannot be softened; of the others `[enforcement]` says whether
they block, warn or are off.
"""


def rule_page():
    """Every rule, in Markdown."""
    parts, theme = [HEAD], ""
    for rule, (refusal, kept) in examples_of_rules().items():
        if rule.partition(".")[0] != theme:
            theme = rule.partition(".")[0]
            parts += [f"## {theme}", ""]
        rows = [row for row in RULES if row.id == rule]
        titles = [cell(title) for title in dict.fromkeys(row.title for row in rows)]
        clauses = ", ".join(dict.fromkeys(row.clause for row in rows))
        guards = ", ".join(dict.fromkeys(guard.__name__ for row in rows for guard in row.guards))
        keys = ", ".join(f"`{key}`" for key in keys_of_rule(Policy, rule))
        parts += [f"### {rule}", "", *(f"- **{title}**" for title in titles), ""]
        softened = "may be softened" if rule in SWITCHABLE else "kept always"
        parts += [f"{clauses}; {softened}" + (f"; set by {keys}" if keys else "") + f". Guards {guards}.", ""]
        parts += example_lines(refusal, kept)
    return "\n".join(parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(rule_page())
