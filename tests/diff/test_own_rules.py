"""`diff` of policies whose own rules differ: what is looser and what stricter, rule by rule, each with its story."""

import pytest

from casecore import Policy
from casecore.check.joined_scopes import scopes_of_both
from casecore.diff import diff, over_time
from casecore.diff.findings import diff_entries, edit_places, edit_text
from casecore.diff.labels import Label
from casecore.diff.report import compare
from casecore.policies.edits import apply_edit, edits_of

DECLARED = 'attributes.eur = { type = "number", min = 0 }\n'
HEAD = """
[[rule]]
id     = "refund.limit"
title  = "A refund above 100 EUR is closed by whoever may approve"
guards = ["close"]
"""
ABOVE = 'when = { attribute = "eur", above = 100, unset = "skip" }\n'
NEEDS = 'needs = { permission = "approve" }\n'
OLD = HEAD + ABOVE + NEEDS
OTHER = """
[[rule]]
id     = "vip.note"
title  = "A case of a member is closed with a note"
guards = ["close"]
when   = { tag = "vip" }
needs  = { note = true }
"""


def policy_of(rules, name="<text>"):
    """A policy with these rules, and the attribute at which they look."""
    return Policy.loads(DECLARED + rules, name)


def told(old, new):
    """What differs: looser or stricter, by which rules, the edits, and how long the story is."""
    before, after = policy_of(old), policy_of(new)
    names = [checked.scope.name for checked in scopes_of_both(before, after) if checked.scope.rules]
    found = diff(before, after, scopes=[name for name in names if name.endswith("-on-email")])
    assert found.complete
    assert () == found.without_effect == found.untried
    return [(change.label, change.rules, change.edits, len(change.story)) for change in found.changes]


LIMIT = ("refund.limit",)
WHEN, NEEDED, MODE = (f'rule."refund.limit".{word}' for word in ("when", "needs", "enforcement"))


@pytest.mark.slow  # it compares in several scopes
@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (OLD.replace("100,", "200,"), [(Label.LOOSER, LIMIT, (WHEN,), 4)]),
        (OLD.replace("100,", "50,"), [(Label.STRICTER, LIMIT, (WHEN,), 4)]),
        (
            OLD.replace('above = 100, unset = "skip"', 'below = 50, unset = "skip"'),
            [(Label.LOOSER, LIMIT, (WHEN,), 4), (Label.STRICTER, LIMIT, (WHEN,), 4)],
        ),
        (OLD.replace(', unset = "skip"', ""), [(Label.STRICTER, LIMIT, (WHEN,), 3)]),
        (HEAD + ABOVE + NEEDS + 'enforcement = "warn"\n', [(Label.LOOSER, LIMIT, (MODE,), 4)]),
        (OLD + '[enforcement]\n"refund.limit" = "off"\n', [(Label.LOOSER, LIMIT, ('enforcement."refund.limit"',), 4)]),
        (HEAD + ABOVE, [(Label.STRICTER, LIMIT, (NEEDED,), 3)]),
        ("", [(Label.LOOSER, LIMIT, ('rule."refund.limit"',), 4)]),
        (OLD + OTHER, [(Label.STRICTER, ("vip.note",), ('rule."vip.note"',), 3)]),
        (
            OLD.replace('["close"]', '["resolve"]'),
            [
                (Label.LOOSER, LIMIT, ('rule."refund.limit".guards',), 4),
                (Label.STRICTER, LIMIT, ('rule."refund.limit".guards',), 4),
            ],
        ),
    ],
)
def test_rules(new, expected):
    """A bound that moves, another condition, what it needs, how strictly it is kept; a rule that comes or goes."""
    found = told(OLD, new)
    assert expected == found


@pytest.mark.slow  # it compares the whole, with stories
def test_there_and_back():
    """What is looser one way is stricter the other."""
    new = OLD.replace("100,", "200,")
    (there,), (back,) = told(OLD, new), told(new, OLD)
    assert ((Label.LOOSER, Label.STRICTER), there[1:]) == ((there[0], back[0]), back[1:])


@pytest.mark.slow  # it compares the whole, with stories
def test_a_story():
    """The story sets the attribute between the two bounds, and both answers are the ones that are claimed."""
    (change,) = diff(policy_of(OLD), policy_of(OLD.replace("100,", "200,"))).changes
    assert [101] == [command.value for command in change.story.commands if hasattr(command, "attribute")]
    assert (False, True) == (bool(change.old), bool(change.new))


def test_a_time():
    """Time passes to the bounds of both policies."""
    waits = '[[rule]]\nid = "own.wait"\ntitle = "An hour"\nguards = ["close"]\n'
    waits += 'needs = { since = "status", at_least = "1h" }\n'
    longer = waits.replace("1h", "2h")
    (change,) = diff(policy_of(waits), policy_of(longer)).changes
    first, last = change.story.steps[-2].command.at, change.story.steps[-1].command.at
    assert (Label.STRICTER, 3_600) == (change.label, (last - first).total_seconds())
    assert Label.LOOSER is diff(policy_of(longer), policy_of(waits)).changes[0].label


@pytest.mark.slow  # it compares in several scopes
def test_from_a_date_on():
    """A rule that blocks from a date on is compared then, and strands nothing that somebody can still close."""
    dated = '[[change]]\non = 2027-01-01\nset = { "enforcement.refund.limit" = "block" }\n'
    off = OLD + 'enforcement = "off"\n'
    (_, first), (begin, then) = over_time(policy_of(off), policy_of(off + dated))
    assert ((), 2027) == (first.changes, begin.year)
    assert [(Label.STRICTER, LIMIT)] == [(change.label, change.rules) for change in then.changes]
    assert () == then.flights.stranded


def test_what_is_stranded():
    """A case in flight that a new rule traps; a chat is closed when its customer leaves it unanswered."""
    never = OTHER.replace("note = true", 'tag = "released"').replace('["close"]', '["close", "resolve"]')
    who = "[tags]\nrestricted_to = []\n"
    found = diff(policy_of(who), policy_of(who + never))
    assert [("own-rules-vip.note-on-email",)] == [one.scopes for one in found.flights.stranded]


def test_only_where_rules_are():
    """Where policies differ in own rules only, no other scope is searched; those of both are."""
    old, new = policy_of(OLD), policy_of(OTHER + OLD)
    names = {checked.scope.name for checked in scopes_of_both(old, new) if checked.scope.rules}
    assert {"own-rules-vip.note-on-email", "own-rules-refund.limit-on-email"} <= names
    found = diff(old, new, scopes=sorted(names - {"own-rules-refund.limit-on-chat", "own-rules-vip.note-on-chat"}))
    searched = []
    again = diff(old, new, scopes=["one-email-case", "an-email-complaint"], progress=searched.append)
    assert ((), 0, []) == (again.changes, again.worlds, searched)
    assert {scope for change in found.changes for scope in change.scopes} <= names


class TestEdits:
    """Edits of rules are told rule by rule, key by key, at their lines."""

    def test_keys(self):
        """By the id of the rule; its place in the file, and the order of the rules, say nothing."""
        new = OTHER + OLD.replace("100,", "200,").replace("A refund", "Any refund")
        assert ['rule."refund.limit".title', WHEN, 'rule."vip.note"'] == [
            edit.key for edit in edits_of(policy_of(OLD), policy_of(new))
        ]
        assert () == edits_of(policy_of(OLD + OTHER), policy_of(OTHER + OLD))

    @pytest.mark.slow  # it compares in several scopes
    def test_words_and_lines(self):
        """With both values, and where they stand."""
        old, new = (
            policy_of(text, f"{name}.toml") for name, text in (("old", OLD), ("new", OLD.replace("100,", "200,")))
        )
        report = compare(old, new)
        (entry,) = diff_entries(report)
        (edit,) = entry.edits
        assert ("old.toml:7, new.toml:7",) == (edit_places(report, edit),)
        assert "above = 100" in edit_text(edit)
        assert "above = 200" in edit_text(edit)
        assert "(A refund above 100 EUR is closed by whoever may approve)" in entry.title

    @pytest.mark.slow  # it compares in several scopes
    def test_a_rule_that_is_new(self):
        """It is told whole, at its first line."""
        old, new = policy_of(OLD, "old.toml"), policy_of(OLD + OTHER, "new.toml")
        report = compare(old, new)
        (entry,) = diff_entries(report)
        assert ('rule."vip.note" is new', "new.toml:10") == (
            edit_text(entry.edits[0]),
            edit_places(report, entry.edits[0]),
        )
        assert "A case of a member is closed with a note" in entry.title

    def test_a_key_that_stands_nowhere(self):
        """It is told where its rule stands."""
        (edit,) = edits_of(policy_of(OLD, "old.toml"), policy_of(HEAD + ABOVE, "new.toml"))
        assert [3, 8] == sorted(origin.line for _, origin in edit.places)

    def test_applied(self):
        """Each edit is made, and taken back, alone."""
        old, new = policy_of(OLD), policy_of(OTHER + OLD.replace("100,", "200,"))
        bound, whole = edits_of(old, new)
        assert ["refund.limit"] == [rule.id for rule in apply_edit(old, bound).rule]
        assert new.rule[1] == apply_edit(old, bound).rule[0]
        assert ["refund.limit", "vip.note"] == [rule.id for rule in apply_edit(old, whole).rule]
        assert ["refund.limit"] == [rule.id for rule in apply_edit(new, whole, back=True).rule]

    @pytest.mark.slow  # it compares in several scopes
    @pytest.mark.parametrize(("word", "said"), [("title", "name"), ("remedy", "done")])
    def test_what_no_desk_shows(self, word, said):
        """What a refusal says is no decision."""
        new = OLD.replace('id     = "refund.limit"', f'id = "refund.limit"\n{word} = "Otherwise"').replace(
            'title  = "A refund above 100 EUR is closed by whoever may approve"' if word == "title" else "\0", ""
        )
        report = compare(policy_of(OLD), policy_of(new))
        assert [("no effect", True)] == [(one.label, said in one.more[0]) for one in diff_entries(report)]
