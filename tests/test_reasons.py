"""What a refusal says beside what was found: the rule's title and clause, and the keys that set it, by whom, where."""

import copy
import pickle
from datetime import date

import attrs
import pytest

from casecore import (
    RULES,
    SYSTEM,
    CloseCase,
    DisconnectIdle,
    EndContact,
    GoUnavailable,
    LeaveCase,
    LogOut,
    OfferWork,
    OpenCase,
    Policy,
    SendReply,
    SetStatus,
    Status,
)
from casecore.kernel import Reason, Setting
from casecore.policies.sections import Capacity
from casecore.rooms.agents import AgentUnavailable, Presence
from casecore.rooms.composition import View
from casecore.testing.scenario import at, case_in, given, new_case

HOUSE_RULES = """schema = 1
source = "House rules"

[capacity]
chat = 1
source = "Floor plan 3"

[channels.sms]
emoji = false

[queues.general]
fallback = true

[queues.vip]

[enforcement]
"idle.asked" = "block"

[[override]]
match = { channel = "chat" }
set = { "chat.idle.silence" = "5m" }
source = "VIP memo"

[[change]]
on = 2026-11-01
set = { "chat.idle.ask_first" = 2 }
source = "Works council"
"""


def reasons(*story, policy=None):
    """Why the last command of a story is refused, by rule."""
    *before, last = story
    return {reason.rule: reason for reason in given(*before, policy=policy).when(last).verdict.reasons}


def house_rules():
    """A policy with places."""
    return Policy.loads(HOUSE_RULES, "house.toml")


TOO_MANY = (case_in("open"), new_case("c2"), OpenCase("ana", at(5), "c2"))
TOO_EARLY = (case_in("pending"), DisconnectIdle("ana", at(5), "c1", "m9"))


def test_a_refusal_has_the_title_and_the_clause_of_its_rule():
    """As the table of rules has them; of two rules of one id, those of the one that refused."""
    refused = reasons(*TOO_MANY, policy=house_rules())["capacity.channel"]
    assert ("Nobody has more of a channel than the limit", "§3") == (refused.title, refused.clause)
    customer = reasons(case_in("open"), DisconnectIdle("customer", at(5), "c1", "m9"))["actor.role"]
    system = reasons(case_in("open"), DisconnectIdle("system", at(5), "c1", "m9"))["actor.role"]
    assert ("A customer can only write", "§1") == (customer.title, customer.clause)
    assert ("Only an agent asks and disconnects", "§6") == (system.title, system.clause)


def test_a_refusal_says_which_key_sets_its_rule_who_says_so_and_where():
    """Of the limits of twelve channels, that of the one it is about; its table cites a plan."""
    refused = reasons(*TOO_MANY, policy=house_rules())["capacity.channel"]
    assert (Setting("capacity.chat", "Floor plan 3", "house.toml", 5),) == refused.settings
    assert "Floor plan 3" == refused.source
    assert "capacity.chat (Floor plan 3, house.toml:5)" == str(refused.settings[0])


def test_a_layer_says_it_otherwise():
    """What an override or a dated change sets is cited from there; a softened rule names its entry, too."""
    found = reasons(*TOO_EARLY, policy=house_rules())
    silence, counted = found["idle.silence"].settings
    assert Setting("chat.idle.silence", "VIP memo", "house.toml", 21) == silence
    assert Setting("chat.idle.counts_from", "House rules") == counted
    asked = Setting("chat.idle.ask_first", "Works council", "house.toml", 26)
    entry = Setting('enforcement."idle.asked"', "House rules", "house.toml", 17)
    assert (asked, entry) == found["idle.asked"].settings


def test_a_policy_made_in_code_stands_in_no_file():
    """The key is named, and what its table cites."""
    policy = attrs.evolve(Policy.default(), capacity=Capacity(chat=1, source="Anna"))
    refused = reasons(*TOO_MANY, policy=policy)["capacity.channel"]
    assert ("capacity.chat (Anna)",) == tuple(map(str, refused.settings))
    unsaid = attrs.evolve(policy, source="", capacity=Capacity(chat=1))
    assert ("capacity.chat",) == tuple(map(str, reasons(*TOO_MANY, policy=unsaid)["capacity.channel"].settings))


def test_a_layer_made_in_code_is_cited():
    """A policy without files knows what its layers cite."""
    plain = {**Policy.default().to_dict(), "override": [], "change": []}
    change = {"on": "2026-11-01", "set": {"capacity.chat": 1}, "source": "Summer plan"}
    policy = Policy.from_dict({**plain, "change": [change]})
    assert date(2026, 11, 1) == policy.change[0].on
    assert "Summer plan" == reasons(*TOO_MANY, policy=policy)["capacity.channel"].source


def test_a_rule_that_no_key_sets_cites_nothing():
    """Its clause says it."""
    refused = reasons(case_in("open"), SendReply("cleo", at(5), "c1", "m9", "Hi"))["assignment.holder"]
    assert ((), "", "§4") == (refused.settings, refused.source, refused.clause)


def test_keys_of_every_queue_are_meant_unless_the_facts_name_one():
    """A rule of each queue or channel."""
    policy = house_rules()
    assert 12 == len(policy.settings_of("channels.emoji", {}))
    (sms,) = policy.settings_of("channels.emoji", {"channel": "sms"})
    assert Setting("channels.sms.emoji", "House rules", "house.toml", 9) == sms
    assert () == policy.settings_of("no.such", {"channel": "sms"})
    both = policy.settings_of("queues.NAME.delivery", {})
    assert ["queues.general.delivery", "queues.vip.delivery"] == [setting.key for setting in both]
    assert both[1:] == policy.settings_of("queues.NAME.delivery", {"queue": "vip"})


def test_two_reasons_are_the_same_where_the_same_was_found():
    """What is known of the rule is no part of what was found; and `str` stays one line."""
    refused = reasons(*TOO_MANY, policy=house_rules())["capacity.channel"]
    assert Reason(refused.rule, refused.message, refused.remedy, refused.facts) == refused
    assert "[capacity.channel] ana already has 1 of 1 on chat -> end or transfer one on chat first" == str(refused)


@pytest.mark.parametrize("again", [lambda thing: pickle.loads(pickle.dumps(thing)), copy.deepcopy])  # noqa: S301 -- our own
def test_a_reason_is_stored_with_what_it_cites(again):
    """Not with the whole policy."""
    refused = reasons(*TOO_MANY, policy=house_rules())["capacity.channel"]
    stored = again(refused)
    assert (refused, refused.settings, "§3") == (stored, stored.settings, stored.clause)
    assert (refused.title, refused.ways) == (stored.title, stored.ways)
    assert len(pickle.dumps(refused)) < 1_000


# Remedies that were untrue -----------------------------------------------------------------------------


def remedy(rule, *story, policy=None):
    """What to do about one of the reasons for which the last command of a story is refused."""
    found = reasons(*story, policy=policy)[rule]
    return found.remedy, found.ways


def test_a_new_case_cannot_be_set_to_a_status_from_which_it_may_be_closed():
    """Regression: "set one of these statuses first", which nobody can do before the case was opened."""
    policy = Policy.loads("[lifecycle]\nclose_from = ['resolved']\n[queues.general]\nfallback = true")
    told = remedy("lifecycle.close_from", new_case(), CloseCase("dora", at(9), "c1"), policy=policy)
    assert ("first whoever serves general and is free may open it", ()) == told


def test_a_case_is_never_new_again():
    """Regression: where cases are closed while they are new only, the others were to be set new first."""
    policy = Policy.loads(
        "[lifecycle]\nclose_from = ['new']\nclose_after = {}\n[queues.general]\nfallback = true", "house.toml"
    )
    close = CloseCase("ana", at(9), "c1")
    told = remedy("lifecycle.close_from", case_in("open", channel="email"), close, policy=policy)
    assert ("it can be closed as spam only", ("CloseCase",)) == told


def test_nobody_ends_one_of_no_chats():
    """Regression: whose limit is nothing was told to end a chat first."""
    policy = Policy.loads("[capacity]\nchat = 0\n[queues.general]\nfallback = true")
    told = remedy("capacity.channel", new_case(), OpenCase("ana", at(9), "c1"), policy=policy)
    assert ("leave it to somebody with more room", ()) == told
    policy = Policy.loads("[capacity]\nchat = 1\n[queues.general]\nfallback = true")
    offered = (new_case(), new_case("c2"), OfferWork(SYSTEM, at(1), "c1", "ana"))
    told = remedy("capacity.channel", offered, OpenCase("ana", at(9), "c2"), policy=policy)
    assert "wait for the answer to the offer" == told[0]
    policy = Policy.loads("[capacity]\ntotal = 0\n[queues.general]\nfallback = true")
    assert (
        "leave it to somebody with more room"
        == remedy("capacity.total", new_case(), OpenCase("ana", at(9), "c1"), policy=policy)[0]
    )


def test_a_customer_is_not_told_to_open_the_case():
    """Regression: "accept or open the case first", to a customer who ends what nobody has begun."""
    found = reasons(new_case(channel="email"), EndContact("customer", at(9), "c1"))["contact.edge"]
    assert "nothing has to be done; a new message is answered as any other" == found.remedy


def test_a_contact_that_has_ended_is_disposed():
    """By whom the case is."""
    ended = (case_in("open"), EndContact("customer", at(5), "c1"), EndContact("ana", at(9), "c1"))
    assert "ana disposes the contact" == reasons(*ended)["contact.edge"].remedy


def test_authenticating_where_no_contact_goes_on():
    """Regression: "authenticate the customer first", where there is no contact in which that could be done."""
    policy = Policy.loads("[authentication]\nchannels = ['email']\n[queues.general]\nfallback = true")
    left = (case_in("pending", channel="email"), LeaveCase("ana", at(5), "c1"))
    resolved = SetStatus("dora", at(9), "c1", Status.RESOLVED)
    told = remedy("authentication.before", left, resolved, policy=policy)
    assert ("whoever serves general and is free may open it, and then authenticate the customer", ()) == told


def test_whoever_is_gone_sets_no_next_state():
    """Regression: "set a next state", to somebody who is logged out and keeps an email, or who is away already."""
    policy = Policy.loads("[away]\nheld = 'keep'\n[queues.general]\nfallback = true")
    story = (case_in("open", channel="email"), LogOut("ana", at(5), "ana"))
    told = remedy("presence.contacts", *story, GoUnavailable("ana", at(9), "ana"), policy=policy)
    assert ("go available and set a next state: it is reached with the last disposition", ("GoAvailable",)) == told
    away = attrs.evolve(given(case_in("open")).desk.agents["ana"], presence=Presence.UNAVAILABLE)
    rule = next(rule for rule in RULES if rule.id == "presence.contacts")
    found = rule.find(View(target=away), AgentUnavailable("ana", at(9), "ana", "lunch"), policy)
    assert "end, leave or transfer what you hold, and dispose it" == found.remedy


def test_a_rule_says_what_it_measures():
    """As its check is marked; most measure nothing."""
    measured = {rule.id: rule.measures for rule in RULES}
    assert ("seconds", "limit", "seconds_to_go") == measured["idle.silence"]
    assert () == measured["case.known"]
