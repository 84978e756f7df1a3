"""What a gate must not miss: each edit by which something changes is told, and what nobody tries is told as that."""

import pytest

from casecore import Policy
from casecore.check import Exit
from casecore.diff.findings import diff_entries, diff_findings
from casecore.diff.labels import Label
from casecore.diff.outcomes import CLOCKS, ROUTING, OutcomeChange, kinds_of, outcome_changes
from casecore.diff.report import compare
from casecore.diff.tried import SAYS_NOTHING, TRIED, about_nothing, is_tried
from casecore.policies.declared import ANY_NAME, every_key
from casecore.policies.edits import Edit, edits_of
from casecore.testing.scenario import prepared

SHIPPED = Policy.default()
OFFICE = """
[calendars.office]
zone = "Europe/Lisbon"
monday = ["09:00-17:00"]
tuesday = ["09:00-17:00"]
wednesday = ["09:00-17:00"]
thursday = ["09:00-17:00"]
friday = ["09:00-17:00"]
[sla.default]
calendar = "office"
"""


def gated(old, new, scope, *fail_on):
    """What the gate answers, and what it tells: (label, edits) of each entry."""
    report = compare(Policy.loads(old), Policy.loads(new), scopes=(scope,))
    return report.exit(fail_on), [(one.label, *(edit.key for edit in one.edits)) for one in diff_entries(report)]


def outcomes(old, new):
    """What comes of edits that no decision shows."""
    old, new = Policy.loads(old), Policy.loads(new)
    return [*outcome_changes(old, new, edits_of(old, new))]


@pytest.mark.parametrize(
    ("old", "new", "scope", "told"),
    [
        ("capacity.chat = 10", "capacity.chat = 12", "chat-limit", ("looser", "capacity.chat")),
        ("capacity.email = 30", "capacity.email = 20", "email-limit", ("stricter", "capacity.email")),
        ("capacity.total = 25", "capacity.total = 30", "total-limit", ("looser", "capacity.total")),
        ("tags.limit = 20", "tags.limit = 50", "tags-to-the-limit", ("looser", "tags.limit")),
        ("tags.limit = 1", "tags.limit = 2", "tags-to-the-limit", ("looser", "tags.limit")),
        ("", "tags.enabled = false", "tags-to-the-limit", ("stricter", "tags.enabled")),
        ("", "sentiment.manual = false", "voice-limit", ("stricter", "sentiment.manual")),
        ("", "channels.facebook.emoji = false", "on-facebook", ("stricter", "channels.facebook.emoji")),
        ("", "channels.sms.attachments = true", "on-sms", ("looser", "channels.sms.attachments")),
        ("", 'channels.twitter.kinds = ["direct"]', "on-twitter", ("stricter", "channels.twitter.kinds")),
        (
            "",
            'authentication.channels = ["chat", "voice", "linkedin"]',
            "on-linkedin",
            ("stricter", "authentication.channels"),
        ),
        (
            "",
            'wrap_up.codes = ["solved", "follow_up", "no_response", "transferred"]',
            "every-code",
            ("stricter", "wrap_up.codes"),
        ),
        ("", 'sla.default.first_response = "8h"', "voice-limit", ("looser", "sla.default.first_response")),
        ("", 'sla.default.solution = "none"', "voice-limit", ("looser", "sla.default.solution")),
        ("", 'routing.agents = "least_loaded"', "voice-limit", ("other", "routing.agents")),
        ("", "commitments.follow_case = true", "voice-limit", ("looser", "commitments.follow_case")),
        ("", "snooze.allowed = false", "voice-limit", ("stricter", "snooze.allowed")),
        ("", 'snooze.longest = "30d"', "voice-limit", ("stricter", "snooze.longest")),
        ('snooze.longest = "1d"', 'snooze.longest = "2d"', "voice-limit", ("looser", "snooze.longest")),
    ],
)
def test_what_a_gate_must_see(old, new, scope, told):
    """Regression: `--fail-on looser` let a limit of 12 pass, and `--fail-on any` eight hours instead of one."""
    code, entries = gated(old, new, scope, told[0])
    assert (Exit.FINDINGS, {told[1]}) == (code, {key for _, key in entries})
    assert told in entries
    assert Exit.FINDINGS is gated(old, new, scope, "any")[0]
    assert Exit.CLEAN is gated(old, new, scope, "untried")[0]


class TestUntried:
    """What nobody tries is told as that, and nothing else."""

    EDIT = ("", "routing.earlier_handler = false", "voice-limit")

    def test_it_can_be_named(self):
        """`any` is any difference; whoever wants to be stopped by what is not known says so."""
        told = [("untried", "routing.earlier_handler")]
        assert (Exit.FINDINGS, told) == gated(*self.EDIT, "untried")
        assert (Exit.CLEAN, told) == gated(*self.EDIT, "any", "looser")

    def test_what_says_nothing(self):
        """A title, a source, a zone without dates, and a waiver are about nothing that a desk could show."""
        for key in ("queues.billing.title", "capacity.source", "zone", "waiver"):
            edit = Edit(tuple(key.split(".")), 1, 2)
            assert is_tried(edit)
            assert about_nothing(edit)

    def test_what_is_called_like_it(self):
        """A queue or an entry may be called `title`, which is no title."""
        for key in ("queues.title", "catalogue.source"):
            assert not about_nothing(Edit(tuple(key.split(".")), None, {}))

    def test_each_key_is_one_or_the_other(self):
        """Every name on the lists is that of a key or a table; of every other key nothing is known."""
        paths = {key.path.replace(f".{ANY_NAME}", "") for key in every_key(Policy)}
        named = {*TRIED} - {"override"}
        assert all(any(f"{path}.".startswith(f"{name}.") for path in paths) for name in named)
        assert {"waiver", "zone", "source", "title", "schema", "message", "remedy"} == SAYS_NOTHING.keys()
        assert not is_tried(Edit(("chat", "unheard_of"), 1, 2))

    @pytest.mark.parametrize("key", ["lifecycle.close_unanswered", "routing.offers_at_once", "replies.blanks"])
    def test_keys_that_scopes_and_routing_try(self, key):
        """Regression: an edit of them that makes no difference was told as untried, although both sides were asked."""
        assert is_tried(Edit(tuple(key.split(".")), 1, 2))
        assert not about_nothing(Edit(tuple(key.split(".")), 1, 2))

    def test_the_default_is_untried(self):
        """So a key that is new is told of until somebody tries it."""
        assert not is_tried(Edit(("replies", "new_key"), None, True))


class TestMethods:
    """How customers may be authenticated."""

    def test_fewer(self):
        """Where the policy names methods, others are refused."""
        (found,) = outcomes("", 'authentication.methods = ["call back"]')
        assert (Label.STRICTER, "authenticate by another way: allowed") == (found.label, found.old)


class TestWrapUps:
    """When somebody is reminded."""

    def test_reminder(self):
        """Sooner is stricter, and it is told of the case that was left."""
        (found,) = outcomes("", 'wrap_up.remind = "10m"')
        assert (Label.STRICTER, "a wrap-up is overdue: 2026-11-02 12:31:00") == (found.label, found.new)


class TestClocks:
    """Due instants, of a set of cases."""

    @pytest.mark.parametrize(
        ("new", "label"),
        [
            ("saturday", Label.STRICTER),
            ("holiday", Label.LOOSER),
            ("special", Label.LOOSER),
            ("half an hour", Label.STRICTER),
            ("urgent, round the clock", Label.STRICTER),
            ("no calendar", Label.STRICTER),
        ],
    )
    def test_calendars(self, new, label):
        """An edit of opening hours, of a day, or of which calendar counts, makes clocks due at other times."""
        edited = {
            "saturday": OFFICE.replace("[sla", 'saturday = ["10:00-12:00"]\n[sla'),
            "holiday": OFFICE.replace("[sla", 'holidays = ["2026-12-24"]\n[sla'),
            "special": OFFICE.replace("[sla", 'special = { "2026-12-24" = ["09:00-10:00"] }\n[sla'),
            "half an hour": OFFICE.replace('friday = ["09:00-17:00"]', 'friday = ["09:00-17:30"]'),
            "urgent, round the clock": OFFICE.replace("[sla", '[sla.default.urgent]\ncalendar = "none"\n[sla'),
            "no calendar": OFFICE.replace('calendar = "office"', 'calendar = "none"'),
        }[new]
        (found,) = outcomes(OFFICE, edited)
        assert (label, 0 < found.times <= found.tried) == (found.label, True)
        assert found.old != found.new

    def test_closing_in_opening_hours(self):
        """Cases that are closed in opening hours are closed later."""
        (found,) = outcomes(OFFICE, f'{OFFICE}\n[lifecycle]\ncalendar = "office"')
        assert (Label.LOOSER, ("lifecycle.calendar",)) == (found.label, found.edits)
        assert "the case is closed automatically" in found.old

    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ('sla.chat.high.solution = "1h"', Label.STRICTER),
            ('sla.pause_in = ["pending"]', Label.LOOSER),
            ('sla.after_reopening = "starts_again"', Label.LOOSER),
            ('sla.default.first_response = "30m"', Label.STRICTER),
            ('sla.default.next_response = "30m"', Label.STRICTER),
        ],
    )
    def test_targets(self, text, label):
        """A target of one level of one channel, what pauses, what reopening does."""
        (found,) = outcomes("", text)
        assert (label, "clocks: something is due at another time") == (found.label, found.title)
        assert found.story.steps

    def test_in_words(self):
        """Both instants, of the first case of which it is so."""
        (found,) = outcomes("", 'sla.default.first_response = "8h"')
        assert "the first response is late: 2026-11-02 13:00:00" == found.old
        assert "the first response is late: 2026-11-02 20:00:00" == found.new
        (gone,) = outcomes("", 'sla.default.first_response = "none"')
        assert "the first response is late: never" in gone.new

    def test_some_sooner_and_some_later(self):
        """Neither looser nor stricter."""
        (found,) = outcomes(OFFICE, OFFICE.replace('"09:00-17:00"', '"10:00-18:00"', 1))
        assert Label.OTHER is found.label


class TestRouting:
    """Who is offered what."""

    @pytest.mark.parametrize(
        "text",
        [
            'routing.agents = "least_loaded"',
            'routing.agents = "round_robin"',
            "queues.billing.priority.initial = 900",
            "queues.billing.priority.acceleration = 100",
            'queues.billing.delivery = "pull"',
        ],
    )
    def test_another_order(self, text):
        """At one of the desks somebody else is offered something, or the same in another order."""
        (found,) = outcomes("", text)
        assert (Label.OTHER, 40) == (found.label, found.tried)
        assert "offered at once: " in found.old
        assert found.old != found.new

    def test_the_same_order(self):
        """An edit that orders nothing is none."""
        assert [] == outcomes("", 'routing.offer_timeout = "40s"')

    def test_an_edit_that_cannot_stand_alone(self):
        """It is taken back in the new policy instead."""
        old = Policy.loads("")
        new = Policy.loads('[sla.default]\ncalendar = "office"\n' + OFFICE.partition("[sla")[0])
        edits = [edit for edit in edits_of(old, new) if edit.key == "sla.default.calendar"]
        (found,) = outcome_changes(old, new, edits)
        assert ("sla.default.calendar",) == found.edits

    def test_which_are_compared(self):
        """By the table in which an edit stands."""
        assert (CLOCKS,) == kinds_of(Edit(("sla", "pause_in"), [], ["pending"]))
        assert (ROUTING,) == kinds_of(Edit(("routing", "agents"), "a", "b"))
        assert () == kinds_of(Edit(("capacity", "chat"), 1, 2))


def test_a_queue_that_is_new():
    """Regression: nobody could serve it under the old policy, so all that is offered seemed to differ."""
    told = outcomes("", '[queues.gold]\nreasons = ["gold"]')
    assert all(one.times < one.tried for one in told)
    assert [] == outcomes("", '[queues.gold]\nchannels = ["voice"]\nreasons = ["gold"]')


class TestRestrictedTags:
    """Who may set a tag at which the policy looks."""

    VIP = '[[override]]\nmatch = { tag = "vip" }\nset = { "capacity.chat" = 3 }\n'

    def told(self, old, new):
        """Edits, label, and what both sides answer."""
        return [(*one.edits, one.label, one.old, one.new) for one in outcomes(old, new)]

    def test_looser(self):
        """Complaint: who holds a case may set what lifts a limit of their own, and a comparison said nothing of it."""
        new = f'[tags]\nrestricted_to = ["assignee", "supervisor", "system"]\n{self.VIP}'
        answers = ("its assignee sets vip: refused", "its assignee sets vip: allowed")
        assert [("tags.restricted_to", "looser", *answers)] == self.told(self.VIP, new)

    def test_stricter(self):
        """Only the system may."""
        answers = ("a supervisor sets vip: allowed", "a supervisor sets vip: refused")
        new = f'[tags]\nrestricted_to = ["system"]\n{self.VIP}'
        assert [("tags.restricted_to", "stricter", *answers)] == self.told(self.VIP, new)

    def test_no_policy_looks(self):
        """Where no tag is restricted nothing differs, and it was tried."""
        assert [] == self.told("", '[tags]\nrestricted_to = ["system"]')
        assert is_tried(Edit(("tags", "restricted_to"), [], ["system"]))

    @pytest.mark.parametrize(
        ("new", "edit"),
        [(VIP, "override"), ('[queues.gold]\ntags = ["vip"]', "queues.gold")],
        ids=["override", "queue"],
    )
    def test_a_tag_that_is_looked_at_from_now_on(self, new, edit):
        """Its assignee may set it no more."""
        answers = ("its assignee sets vip: allowed", "its assignee sets vip: refused")
        assert (edit, "stricter", *answers) in self.told("", new)


class TestCatalogue:
    """What an agent is offered to reply from."""

    THANKS = '[catalogue.thanks]\ntext = "Thank you, {customer}."\n'

    def test_an_entry_that_is_new(self):
        """On each channel that it is for, with how it begins."""
        (found,) = outcomes("", f'{self.THANKS}channels = ["sms"]')
        assert (("catalogue.thanks",), "other", 1, 13) == (found.edits, found.label, found.times, found.tried)
        assert "catalogue: something else is offered to reply from" == found.title
        assert "thanks on sms: not listed" == found.old
        assert found.new.startswith('thanks on sms: {"name": "thanks", "text": "Thank you, ')

    def test_an_entry_that_says_something_else(self):
        """Where it begins to differ, however long it is."""
        old = f'[catalogue.thanks]\ntext = "{"So much " * 50}today."\nchannels = ["sms"]'
        (found,) = outcomes(old, old.replace("today.", "tonight."))
        assert ("catalogue.thanks.text",) == found.edits
        assert 'thanks on sms: …h So much So much today.", "channels": ["sms"], "purpose": "…' == found.old
        assert 'thanks on sms: …h So much So much tonight.", "channels": ["sms"], "purpose":…' == found.new

    def test_other_channels(self):
        """It is listed elsewhere."""
        (found,) = outcomes(f'{self.THANKS}channels = ["sms"]', f'{self.THANKS}channels = ["sms", "chat"]')
        assert 2 == found.times

    def test_outside_the_window(self):
        """A template is offered then, too."""
        news = f"[catalogue.news]\nkind = \"whatsapp_template\"\ndefinition = '''{prepared().definition}'''\n"
        assert [2] == [found.times for found in outcomes("", news)]
        assert [1] == [found.times for found in outcomes("", f'{self.THANKS}channels = ["whatsapp"]')]

    def test_a_comparison_tells_it(self):
        """Regression: what changed in the catalogue had no effect."""
        told = gated("", f'{self.THANKS}channels = ["sms"]', "voice-limit", "any")
        assert (Exit.FINDINGS, [("other", "catalogue.thanks")]) == told


class TestPlaces:
    """Each edit at its own line."""

    OLD = """
[[override]]
match = { queue = "billing" }
set = { "capacity.chat" = 1 }
[[override]]
match = { channel = "chat" }
set = { "capacity.email" = 3 }
[[change]]
on = 2026-12-01
set = { "tags.limit" = 3, "capacity.chat" = 3 }
"""

    def places(self, old, new):
        """The line of each entry, by the key of its first edit."""
        report = compare(Policy.loads(old, "old.toml"), Policy.loads(new, "new.toml"), scopes=("voice-limit",))
        told = zip(diff_entries(report), diff_findings(report, "new.toml"), strict=True)
        return {one.edits[0].key: (found.location.file, found.location.line) for one, found in told}

    def test_in_a_change(self):
        """Regression: an edit in a `[[change]]` was shown at the line of the key outside of it."""
        found = self.places(
            "[capacity]\nchat = 2\n" + self.OLD, "[capacity]\nchat = 2\n" + self.OLD.replace('chat" = 3', 'chat" = 4')
        )
        assert {"capacity.chat": ("new.toml", 12)} == found

    def test_in_the_second_override(self):
        """Not at the head of the first one."""
        found = self.places(self.OLD, self.OLD.replace('email" = 3', 'email" = 4'))
        assert {"override": ("new.toml", 7)} == found

    def test_an_override_that_is_new_or_gone(self):
        """At its own head, in the file that has it."""
        new = self.OLD + '[[override]]\nmatch = { channel = "sms" }\nset = { "capacity.sms" = 3 }\n'
        assert {"override": ("new.toml", 11)} == self.places(self.OLD, new)
        assert {"override": ("old.toml", 11)} == self.places(new, self.OLD)

    def test_in_a_file_that_is_extended(self, tmp_path):
        """At the line of that file."""
        for side, limit in (("old", 2), ("new", 3)):
            (tmp_path / side).mkdir()
            (tmp_path / side / "base.toml").write_text(f"\n[capacity]\nvoice = {limit}\n", "utf-8")
            (tmp_path / side / "top.toml").write_text('extends = "base.toml"\n[capacity]\nchat = 2\n', "utf-8")
        old, new = (Policy.load(tmp_path / side / "top.toml") for side in ("old", "new"))
        (found,) = diff_findings(compare(old, new, scopes=("voice-limit",)), "top.toml")
        assert (str(tmp_path / "new" / "base.toml"), 3) == (found.location.file, found.location.line)

    def test_an_entry_that_is_taken_out(self):
        """At the table that says so."""
        found = self.places("", '[lifecycle]\nclose_after = "none"\n')
        assert {"lifecycle.close_after.resolved": ("new.toml", 2)} == found


class TestEnds:
    """A limit that is looser for two days."""

    NEW = """
[[change]]
on = 2026-12-01
set = { "capacity.voice" = 2 }
[[change]]
on = 2026-12-03
set = { "capacity.voice" = 1 }
"""

    def entries(self, new):
        """What is told of the shipped SOP and another."""
        report = compare(SHIPPED, Policy.loads(new), scopes=("voice-limit",))
        return [(one.since, one.more[0]) for one in diff_entries(report)]

    def test_it_ends(self):
        """Regression: it was told without its end."""
        assert [("2026-12-01", "ends on 2026-12-03")] == self.entries(self.NEW)

    def test_it_comes_again(self):
        """It is told once, with every beginning."""
        again = self.NEW + '[[change]]\non = 2027-01-01\nset = { "capacity.voice" = 2 }\n'
        assert [("2026-12-01", "ends on 2026-12-03, and again from 2027-01-01")] == self.entries(again)

    def test_it_ends_once(self):
        """What comes later and is another edit ends nothing; what begins at once says its end, too."""
        assert "ends on" not in self.entries(self.NEW.partition("[[change]]\non = 2026-12-03")[0])[0][1]
        now = 'capacity.voice = 2\n[[change]]\non = 2026-12-03\nset = { "capacity.voice" = 1 }\n'
        assert [("", "ends on 2026-12-03")] == self.entries(now)


def test_a_story_that_ends_sooner_says_so():
    """A limit above the cast is compared lower, and the entry says by how much."""
    report = compare(Policy.loads("capacity.chat = 10"), Policy.loads("capacity.chat = 12"), scopes=("chat-limit",))
    (one,) = diff_entries(report)
    assert "with capacity.chat lower by 7 on both sides, which ends sooner" in one.more
    assert not isinstance(report.changes[0].what, OutcomeChange)


def test_what_cannot_be_made_alone_is_compared_with_nothing():
    """Another queue becomes the fallback: neither half of that is a policy."""
    moved = "queues.general.fallback = false\nqueues.billing.fallback = true"
    assert [] == [found for found in outcomes("", moved) if found.edits == ("queues.general.fallback",)]


def test_clocks_of_a_channel_on_which_nobody_may_write():
    """Its cases never come; those of the others are compared."""
    shut = "channels.linkedin.kinds = []\nsla.linkedin.solution = "
    assert outcomes(shut + '"2h"', shut + '"3h"\nsla.default.solution = "1h"')
