"""Faults about rules of a policy's own: what they look at, what they guard, and whether they are asked at all."""

from __future__ import annotations

from tests.faults.own_scopes import OWN
from tests.faults.rows import ENGINE, EVOLVE, HANDLER, RULE, Fault, Part, a_fault

ONE = "own_rules.one"
"""The id of the rule of each row."""

NOTED = """
[attributes]
eur = { type = "number", min = 0, max = 500 }
why = { type = "choice", of = ["late", "broken"] }
"""


def ruled(guards: str, more: str = "", tables: str = "") -> str:
    """What a policy says that has this rule."""
    return f'{tables}\n[[rule]]\nid = "{ONE}"\ntitle = "One rule"\nguards = {guards}\n{more}\n'


def _fault(part: Part, name: str, old: str, new: str, policy: str, module: str = "rooms/own_rules") -> Fault:
    return a_fault(ONE, part, name, module, old, new, OWN, policy=policy)


def _looks(name: str, old: str, new: str, guards: str, more: str, tables: str = "") -> Fault:
    return _fault(RULE, name, old, new, ruled(guards, more, tables))


def _evolves(name: str, module: str, old: str, new: str, more: str, guards: str = '["set_status"]') -> Fault:
    return _fault(EVOLVE, name, old, new, ruled(guards, more, NOTED), module)


STATUS = '["set_status"]'

TESTS = (
    _looks(
        "a rule whose attribute nobody set does not apply",
        "    missing = unset is not (test.unset is Unset.SKIP)\n",
        "    missing = unset is (test.unset is Unset.SKIP)\n",
        STATUS,
        'when = { attribute = "eur", above = 100 }\nneeds = { permission = "approve" }',
        NOTED,
    ),
    _looks(
        "what a rule needs counts as there where nobody set it",
        "    given = None if own.needs is None else asked_of(own.needs, unset=False)\n",
        "    given = None if own.needs is None else asked_of(own.needs, unset=True)\n",
        STATUS,
        'needs = { attribute = "eur", above = 100 }',
        NOTED,
    ),
    _looks(
        "a rule skips what it does not say it skips",
        "    missing = unset is not (test.unset is Unset.SKIP)\n",
        "    missing = False\n",
        STATUS,
        'when = { attribute = "eur", above = 100 }',
        NOTED,
    ),
    _looks(
        "under not, what is not there speaks for the other side",
        "        never = asked_of(condition.none, unset=not unset)\n",
        "        never = asked_of(condition.none, unset=unset)\n",
        STATUS,
        'needs = { not = { attribute = "eur", above = 100 } }',
        NOTED,
    ),
    _looks(
        "not is overlooked",
        "        parts.append(lambda view, subject: not never(view, subject))\n",
        "        parts.append(lambda view, subject: never(view, subject))\n",
        STATUS,
        "needs = { not = { note = true } }",
    ),
    _looks(
        "a rule applies where one of its tests holds not, and it does",
        "            if not part(view, subject):\n                return False\n        return True\n",
        "            if part(view, subject):\n                return True\n        return False\n",
        STATUS,
        'needs = { note = true, attribute = "eur" }',
        NOTED,
    ),
    _looks(
        "any asks for all of them",
        "            if part(view, subject):\n                return True\n        return False\n",
        "            if not part(view, subject):\n                return False\n        return True\n",
        STATUS,
        'when = { any = [ { note = true }, { attribute = "eur" } ] }',
        NOTED,
    ),
    _looks(
        "above counts what is as much",
        "Compared.ABOVE: gt",
        "Compared.ABOVE: ge",
        STATUS,
        'needs = { attribute = "eur", above = 100 }',
        NOTED,
    ),
    _looks(
        "at least counts only what is above",
        "Compared.AT_LEAST: ge",
        "Compared.AT_LEAST: gt",
        STATUS,
        'when = { attribute = "eur", at_least = 100, unset = "skip" }',
        NOTED,
    ),
    _looks(
        "below counts what is as much",
        "Compared.BELOW: lt",
        "Compared.BELOW: le",
        STATUS,
        'needs = { attribute = "eur", below = 100 }',
        NOTED,
    ),
    _looks(
        "at most counts only what is below",
        "Compared.AT_MOST: le",
        "Compared.AT_MOST: lt",
        STATUS,
        'when = { attribute = "eur", at_most = 100, unset = "skip" }',
        NOTED,
    ),
    _looks(
        "any value is one of those that are named",
        "    return _comparable(value) in said\n",
        "    return bool(said)\n",
        STATUS,
        'needs = { attribute = "eur", one_of = [100, 200] }',
        NOTED,
    ),
    _looks(
        "of an attribute that has to be set nobody looks whether it is",
        "        return lambda view, _: name in view.case.attributes\n",
        "        return lambda view, _: True\n",
        STATUS,
        'needs = { attribute = "eur" }',
        NOTED,
    ),
    _looks(
        "a time that is over to the second is not over",
        "(subject.at - since >= length) is over",
        "(subject.at - since > length) is over",
        STATUS,
        'when = { since = "customer_wrote", at_least = "2h" }',
    ),
    _looks(
        "a time that a rule waits for is over a second early",
        "(subject.at - since >= length) is over",
        "(subject.at - since >= length - timedelta(seconds=1)) is over",
        STATUS,
        'needs = { since = "contact", at_least = "2h" }',
    ),
    _looks(
        "time is measured since the last activity, not since the status was set",
        '        Instant.STATUS: "case.status_at",\n',
        '        Instant.STATUS: "contact.since",\n',
        STATUS,
        'needs = { since = "status", at_least = "2h" }',
    ),
    _looks(
        "one of two tags is enough",
        "    return lambda view, _: bool(view.case.tags) and wanted <= set(map(same_form, view.case.tags))\n",
        "    return lambda view, _: bool(wanted & set(map(same_form, view.case.tags)))\n",
        STATUS,
        'needs = { tag = ["gold", "vip"] }',
    ),
    _looks(
        "a level is not looked at",
        "(Level.NORMAL if view.clocks is None else view.clocks.level) in value",
        "Level.NORMAL in value",
        STATUS,
        'when = { level = ["high"] }',
    ),
    _looks(
        "another reason is as good",
        "view.case.reason is not None and same_form(view.case.reason) in wanted",
        "view.case.reason is None and bool(wanted)",
        STATUS,
        'when = { reason = "bets" }',
    ),
    _looks(
        "a rule for a language is not one for how it is spoken somewhere",
        '    while "-" in form:\n',
        '    while "-" in form and False:\n',
        STATUS,
        'when = { language = "pt" }',
    ),
    _looks(
        "a channel is not looked at",
        "view.case.channel in value",
        "view.case.channel not in value",
        STATUS,
        'when = { channel = "sms" }',
    ),
    _looks(
        "a status is not looked at",
        "view.case.status in value",
        "bool(value)",
        STATUS,
        'needs = { status = "pending" }',
    ),
    _looks(
        "a queue is not looked at",
        "view.case.queue in value",
        "bool(value)",
        STATUS,
        'needs = { queue = "billing" }',
    ),
    _looks(
        "whoever is in contact counts as authenticated",
        "view.contact is not None and view.contact.authenticated\n",
        "view.contact is not None\n",
        STATUS,
        'needs = { contact = "authenticated" }',
    ),
    _looks(
        "a contact goes on that has ended",
        "            return lambda view, _: view.contact is not None\n        case ContactState.LIVE",
        "            return lambda view, _: True\n        case ContactState.LIVE",
        '["tag"]',
        'needs = { contact = "goes_on" }',
    ),
    _looks(
        "a customer waits who was answered",
        "view.case.unanswered_since is not None\n",
        "view.case is not None\n",
        '["tag"]',
        'needs = { customer = "waits" }',
    ),
    _looks(
        "a customer has a name whom nobody has named",
        "(who := person_of(view)) is not None and who.name is not None",
        "person_of(view) is not None",
        STATUS,
        'needs = { customer = "named" }',
    ),
    _looks(
        "one of two relations is enough",
        "view.aftermath is not None and wanted <= view.aftermath.related",
        "view.aftermath is not None and bool(wanted & view.aftermath.related)",
        STATUS,
        'needs = { relation = ["customer", "case"] }',
    ),
    _looks(
        "a note that is gone still counts",
        "(view.case.notes > 0) is value",
        "(view.case.notes >= 0) is value",
        STATUS,
        "needs = { note = true }",
    ),
    _looks(
        "a reply is approved by whoever sends it",
        "(event.reviewer not in {None, event.author}) is value",
        "(event.reviewer != event.by or event.reviewer is None) is value",
        '["reply"]',
        "needs = { approval = true }",
    ),
    _looks(
        "whoever held a case last does not count",
        "view.actor.id == view.case.owner",
        "view.actor.id == view.case.assignee",
        '["tag"]',
        'when = { by = "owner" }',
    ),
    _looks(
        "whoever held a case last counts as its assignee",
        "view.actor.id == view.case.assignee,\n        Party.OWNER",
        "view.actor.id == view.case.owner,\n        Party.OWNER",
        '["tag"]',
        'needs = { by = "assignee" }',
    ),
    _looks(
        "everybody is a supervisor",
        "Party.SUPERVISOR: lambda view, _: is_supervisor(view.actor)",
        "Party.SUPERVISOR: lambda view, _: True",
        STATUS,
        'needs = { by = "supervisor" }',
    ),
    _looks(
        "nobody looks whether somebody may",
        "    return lambda view, _: wanted in view.actor.permissions\n",
        "    return lambda view, _: bool(wanted)\n",
        STATUS,
        'needs = { permission = "approve" }',
    ),
    _looks(
        "a rule refuses only where what it needs is there",
        "if given is not None and given(view, subject):",
        "if given is not None and not given(view, subject):",
        STATUS,
        "needs = { note = true }",
    ),
    _looks(
        "a rule that needs nothing lets everything",
        "if given is not None and given(view, subject):",
        "if given is None or given(view, subject):",
        STATUS,
        "when = { note = true }",
    ),
    _looks(
        "when is read as unless",
        "        if not applies(view, subject):",
        "        if applies(view, subject):",
        STATUS,
        "when = { note = true }",
    ),
)
"""What a rule looks at."""

_REACH = (
    ("reply", 'Reach((ReplySent,), "a reply goes out, sent or approved")', "ReplySent", "DraftApproved"),
    ("submit", "Reach((DraftSubmitted,)", "DraftSubmitted", "DraftApproved"),
    ("approve", "Reach((DraftApproved,)", "DraftApproved", "DraftSubmitted"),
    ("resolve", 'Reach((ReplySent, StatusSet), "a case is resolved', "ReplySent, StatusSet", "StatusSet,"),
    ("escalate", '            (ReplySent, StatusSet), "a case is escalated', "ReplySent, StatusSet", "StatusSet,"),
    ("set_status", "Guarded.SET_STATUS: Reach((StatusSet,)", "StatusSet", "ReplySent"),
    ("close", '            (CaseClosed,), "a case is closed by hand', "CaseClosed", "SetLevel"),
    ("transfer", "Reach((ReassignCase,)", "ReassignCase", "OpenCase"),
    ("accept", "            {OpenCase: _is_offered},", "OpenCase", "EndContact"),
    ("open", "Reach((OpenCase,)", "OpenCase", "AcceptOffer"),
    ("write_first", "Reach((StartOutbound,)", "StartOutbound", "OpenCase"),
    ("end_contact", "Reach((EndContact,)", "EndContact", "OpenCase"),
    ("dispose", "Reach((Dispose,)", "Dispose", "EndContact"),
    ("commit", "Reach((MakeCommitment,)", "MakeCommitment", "EndContact"),
    ("snooze", "Reach((SnoozeCase,)", "SnoozeCase", "EndContact"),
    ("set_level", "Reach((SetLevel,)", "SetLevel", "EndContact"),
    ("set_attribute", "Reach((SetAttribute,)", "SetAttribute", "EndContact"),
    ("tag", "Reach((CaseTagged,)", "CaseTagged", "EndContact"),
    ("merge", "Reach((MergeCases,)", "MergeCases", "EndContact"),
    ("move", "Reach((MoveCase,)", "MoveCase", "EndContact"),
)
"""For each word of `guards`: what stands there, and of what the rule is then asked instead."""

_NEEDS = {
    "write_first": ('needs = { by = "supervisor" }', ""),
    "set_attribute": ('when = { attribute = "eur", at_least = 1 }', NOTED),
}
"""What such a rule says besides; others need a note."""

REACH = (
    *(
        _fault(
            RULE,
            f"a rule that guards {word} is not asked of it",
            old,
            old.replace(part, instead),
            ruled(f'["{word}"]', *_NEEDS.get(word, ("needs = { note = true }", ""))),
        )
        for word, old, part, instead in _REACH
    ),
    *(
        _looks(
            f"a rule that guards {word} is asked of {instead} alone",
            f"_sent_as({status})",
            f"_sent_as({instead})",
            f'["{word}"]',
            "",
        )
        for word, status, instead in (
            ("send_as_pending", "PENDING", "RESOLVED"),
            ("send_as_escalated", "ESCALATED", "RESOLVED"),
            ("send_as_resolved", "RESOLVED", "PENDING"),
        )
    ),
    _looks(
        "only replies resolve",
        "(event.send_as if isinstance(event, ReplySent) else event.status) is status",
        "isinstance(event, ReplySent) and event.send_as is status",
        '["resolve"]',
        "",
    ),
    _looks(
        "whoever opens what is offered to them does not accept it",
        "    return view.offers is not None and view.offers.offered_to == command.by\n",
        "    return False\n",
        '["accept"]',
        "needs = { note = true }",
    ),
)
"""What a rule guards."""

RECORDS = (
    _evolves(
        "an attribute that is set is not noted",
        "rooms/attributes",
        "    case.attributes = FrozenDict(others if",
        "    case.attributes = FrozenDict(others if True or",
        'when = { attribute = "eur", above = 100, unset = "skip" }',
    ),
    _evolves(
        "an attribute that is taken away stays",
        "rooms/attributes",
        "FrozenDict(others if event.value is None else {**others, event.attribute: event.value})",
        "FrozenDict(case.attributes if event.value is None else {**others, event.attribute: event.value})",
        'needs = { attribute = "eur", at_least = 1 }',
    ),
    _evolves(
        "what the host gives when a case arrives is forgotten",
        "rooms/cases",
        "        attributes=event.attributes,\n",
        "",
        'when = { attribute = "why", is = "late", unset = "skip" }',
    ),
    _evolves(
        "a note that is deleted counts on",
        "rooms/notes",
        "max(0, case.notes - 1)",
        "max(0, case.notes)",
        "needs = { note = true }",
    ),
    _evolves(
        "a level that is set is not kept",
        "rooms/sla",
        "    clocks.level = event.level\n",
        "    clocks.level = clocks.level\n",
        'when = { level = "high" }',
    ),
    _evolves(
        "a relation that is taken back stays",
        "rooms/relations",
        "    after.related -= {event.relation}\n",
        "    after.related |= {event.relation}\n",
        'needs = { relation = "customer" }',
    ),
    _evolves(
        "a status that is set begins when the last one did",
        "rooms/replies",
        "    case.status_at = case.active_at = event.at\n",
        "    case.active_at = event.at\n",
        'needs = { since = "status", at_least = "2h" }',
    ),
)
"""What is kept of what rules look at."""

_BLOCKS = ruled(STATUS, "needs = { note = true }")
_WARNS = ruled(STATUS, 'needs = { note = true }\nenforcement = "warn"')

ASKED = (
    _fault(
        ENGINE,
        "rules of a policy's own are not asked",
        "        decider = self.under(policy) if policy.rule else self\n",
        "        decider = self\n",
        _BLOCKS,
        "kernel/deciding",
    ),
    _fault(
        ENGINE,
        "of rules of a policy's own only the first is asked",
        "rules=brought.rules, timers",
        "rules=brought.rules[:1], timers",
        ruled('["reply", "set_status"]', "needs = { note = true }"),
        "kernel/deciding",
    ),
    _fault(
        ENGINE,
        "a rule that only warns tells nobody",
        "        return Accepted((*self.with_consequences(view, events, policy, lacks, sight), *marks), warned)\n",
        "        return Accepted((*self.with_consequences(view, events, policy, lacks, sight),), warned)\n",
        _WARNS,
        "kernel/deciding",
    ),
    _fault(
        RULE,
        "a rule of the policy's own only warns that does not say so",
        "self._own_modes.get(rule, Enforcement.BLOCK)",
        "self._own_modes.get(rule + '?', Enforcement.WARN)",
        _WARNS.replace("warn", "block"),
        "policies/sop",
    ),
)
"""Whether a rule is asked, and how strictly."""

_BY_SUPERVISORS = NOTED.replace("max = 500", 'max = 500, set_by = ["supervisor"]')
_ROLES = ruled(STATUS, 'needs = { attribute = "eur", at_least = 1 }', _BY_SUPERVISORS)

ATTRIBUTES = (
    a_fault(
        "attribute.set_by",
        RULE,
        "whoever holds a case counts as a supervisor",
        "rooms/attributes",
        "        TagRole.SUPERVISOR: lambda view, _: is_supervisor(view.actor),\n",
        "        TagRole.SUPERVISOR: lambda view, event: event.by == view.case.assignee,\n",
        OWN,
        policy=_ROLES,
    ),
    a_fault(
        "attribute.set_by",
        RULE,
        "any role is as good as that which the policy names",
        "rooms/attributes",
        "(view, event) for role in roles)\n",
        "(view, event) for role in _FITS)\n",
        OWN,
        policy=_ROLES,
    ),
    a_fault(
        "attribute.value",
        HANDLER,
        "what the host gives is noted as it is written",
        "rooms/attributes",
        "    read = {name: _as_declared(name, value, policy) for name, value in given.items()}\n",
        "    read = given\n",
        OWN,
        policy=ruled(STATUS, 'when = { attribute = "why", is = "late" }', NOTED),
    ),
    a_fault(
        "attribute.value",
        RULE,
        "a value is noted that its attribute does not take",
        "policies/conditions",
        "        if not plain or not self.least <= value <= self.most:",
        "        if not plain:",
        OWN,
        policy=ruled(STATUS, 'when = { attribute = "eur", at_least = 500 }', NOTED),
    ),
)
"""Who notes what."""

OWN_RULES = (*TESTS, *REACH, *RECORDS, *ASKED, *ATTRIBUTES)
