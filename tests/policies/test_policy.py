"""Policies: the SOP that ships, how one is read and written, and how every mistake in a file is told."""

import pickle
import tomllib
from datetime import UTC, datetime, timedelta
from importlib import resources

import attrs
import pytest
from attrs.exceptions import FrozenInstanceError

from casecore.channels import Channel, MessageKind
from casecore.kernel import CasecoreError, Enforcement
from casecore.kernel.problems import Problem
from casecore.policies import SWITCHABLE, Match, Override, Policy, PolicyError
from casecore.policies.errors import render_problem
from casecore.policies.kinds import keys_of
from casecore.policies.sections import (
    OPEN_STATUSES,
    Approval,
    ChannelRules,
    Channels,
    Level,
    Lifecycle,
    OnCustomerMessage,
    Opening,
    Priority,
    Queue,
    ReopenTo,
    Role,
    Tags,
)
from casecore.rooms.composition import HOUSE, RULES
from casecore.statuses import Status


def refused(text):
    """The error that a policy's text is refused with."""
    with pytest.raises(PolicyError) as caught:
        Policy.loads(text, "my.toml")
    assert "my.toml" == caught.value.name
    return caught.value


def problems_of(text):
    """The problems of a policy's text."""
    return refused(text).problems


def paths_of(text):
    """Where they are."""
    return [problem.path for problem in problems_of(text)]


class TestShipped:
    """The SOP that ships with casecore."""

    def test_loads(self):
        """It has a name and a version, and is read once."""
        assert ("support-sop", "2026.11", "Support SOP") == (
            Policy.default().id,
            Policy.default().version,
            Policy.default().source,
        )
        assert Policy.default() is Policy.default()

    def test_says_what_the_defaults_say(self):
        """It differs from a policy of nothing but defaults only in name, version and source."""
        shipped, bare = Policy.default(), Policy()
        different = [name for name in keys_of(Policy) if getattr(shipped, name) != getattr(bare, name)]
        assert ["id", "version", "source"] == different

    def test_spells_out_every_key(self):
        """As it promises: left out are what it cannot need, and what a queue does not filter by."""
        plain = tomllib.loads(resources.files("casecore.policies").joinpath("sop.toml").read_text("utf-8"))

        def left_out(written, complete):
            for word in complete.keys() - written.keys():
                yield word
            for word, value in written.items():
                if isinstance(value, dict):
                    yield from left_out(value, complete[word])

        whole = Policy.default().to_dict()
        tables = {"calendars", "catalogue", "attributes", "rule", "override", "change", "waiver"}
        assert {"source", *tables} == {*left_out({**plain, "queues": {}}, {**whole, "queues": {}})}
        assert {
            "channels",
            "languages",
            "reasons",
            "tags",
            "fallback",
            "delivery",
            "priority",
            "overflow",
            "source",
        } == {*left_out(plain["queues"], whole["queues"])}

    def test_choices(self):
        """What the default SOP decides."""
        policy = Policy.default()
        assert OPEN_STATUSES == policy.lifecycle.close_from
        assert tuple(Role) == policy.lifecycle.close_by
        assert {Status.RESOLVED: timedelta(hours=48)} == policy.lifecycle.close_after
        assert ["billing", "technical", "general"] == list(policy.queues)
        assert policy.approval.self_approval is False
        assert OnCustomerMessage.KEEP is policy.approval.on_customer_message
        assert ReopenTo.QUEUE is policy.reopening.to
        assert (True, 20, True) == (policy.tags.enabled, policy.tags.limit, policy.sentiment.manual)
        assert {} == policy.enforcement

    def test_channels(self):
        """Every channel has its rules: public ones take posts and likes, sms no attachments, voice neither."""
        channels = Policy.default().channels
        assert [*map(str, Channel), "source"] == [*keys_of(Channels)]
        assert tuple(MessageKind) == channels.facebook.kinds == channels.twitter.kinds == channels.linkedin.kinds
        assert ChannelRules() == channels.chat == channels.email == channels.whatsapp
        assert ChannelRules(attachments=False) == channels.sms
        assert ChannelRules(attachments=False, emoji=False) == channels.voice


VIP = frozenset({"vip", "new"})


class TestQueues:
    """Which queue a case enters."""

    @pytest.mark.parametrize(
        ("reason", "queue"), [("billing", "billing"), ("refund", "billing"), ("outage", "technical"), (None, "general")]
    )
    def test_of_the_reason(self, reason, queue):
        """The one whose filters take it; what none takes, the fallback."""
        assert queue == Policy.default().queue_for(Channel.CHAT, reason, None)

    def test_every_filter_has_to_take_it(self):
        """Channel, reason, language and one of the tags; a filter that names nothing takes everything."""
        queue = Queue(channels=(Channel.CHAT,), reasons=("billing",), languages=("pt",), tags=("vip", "gold"))
        assert queue.takes(Channel.CHAT, "billing", "pt", VIP)
        assert not queue.takes(Channel.CHAT, "billing", "pt", frozenset({"new"}))
        assert not queue.takes(Channel.EMAIL, "billing", "pt", VIP)
        assert not queue.takes(Channel.CHAT, "refund", "pt", VIP)
        assert not queue.takes(Channel.CHAT, "billing", None, VIP)
        assert Queue().takes(Channel.VOICE, None, None, frozenset())

    def test_first_in_the_order_of_the_file(self):
        """Where two would take it, the one written first gets it."""
        policy = Policy.loads(
            """
            [queues.rest]
            fallback = true
            [queues.any_chat]
            channels = ["chat"]
            [queues.billing_chat]
            channels = ["chat"]
            reasons = ["billing"]
            """
        )
        assert "any_chat" == policy.queue_for(Channel.CHAT, "billing", None)
        assert "rest" == policy.queue_for(Channel.EMAIL, "billing", None) == policy.fallback


class TestReadingAndWriting:
    """A policy as text, as a file, as plain data."""

    def test_empty_text(self):
        """Every key has a default."""
        assert Policy() == Policy.loads("")

    def test_only_what_differs(self):
        """What a file says is read; all else is as in the defaults."""
        policy = Policy.loads('[lifecycle]\nclose_after = { pending = "1w", resolved = "30m" }\n[tags]\nlimit = 3')
        close_after = {Status.PENDING: timedelta(weeks=1), Status.RESOLVED: timedelta(minutes=30)}
        assert attrs.evolve(Policy(), lifecycle=Lifecycle(close_after=close_after), tags=Tags(limit=3)) == policy

    def test_file(self, tmp_path):
        """A file is read as UTF-8, by path or by text."""
        path = tmp_path / "política.toml"
        path.write_text('id = "nós"', "utf-8")
        assert Policy(id="nós") == Policy.load(path) == Policy.load(str(path))

    def test_sources(self):
        """Every table may say where the written SOP says so."""
        policy = Policy.loads('source = "SOP"\n[tags]\nsource = "SOP 4.2"\n[channels.chat]\nsource = "SOP 7"')
        assert ("SOP", "SOP 4.2", "SOP 7") == (policy.source, policy.tags.source, policy.channels.chat.source)

    @pytest.mark.parametrize(
        "policy",
        [
            Policy(),
            Policy.default(),
            Policy(
                lifecycle=Lifecycle(close_from=(Status.RESOLVED,), close_by=(), close_after={}),
                queues={"a b": Queue(fallback=True, languages=("pt", "fr"), reasons=("x",), channels=(Channel.SMS,))},
                approval=Approval(on_customer_message=OnCustomerMessage.SUPERSEDE),
                enforcement={"tags.limit": Enforcement.WARN, "channels.emoji": Enforcement.OFF},
            ),
        ],
        ids=["bare", "shipped", "other"],
    )
    def test_plain_data(self, policy):
        """What is written reads back the same, and is what TOML and JSON can hold."""
        plain = policy.to_dict()
        assert policy == Policy.from_dict(plain)

        def values(held):
            return [held] if not isinstance(held, dict | list) else [x for y in held for x in values(_item(held, y))]

        def _item(held, step):
            return held[step] if isinstance(held, dict) else step

        assert {str, int, float, bool} >= {type(value) for value in values(plain)}

    def test_defaults_are_spelled_out(self):
        """Plain data says everything, so that a stored policy keeps its meaning when defaults change."""
        assert keys_of(Policy).keys() == set(Policy().to_dict())

    def test_value(self):
        """A value is found by its key's path."""
        assert 20 == Policy.default().value("tags.limit")
        assert ("billing", "refund") == Policy.default().value("queues.billing.reasons")
        assert timedelta(hours=48) == Policy.default().value("lifecycle.close_after.resolved")

    @pytest.mark.parametrize(
        "path", ["", "tag", "tags.limt", "tags.limit.more", "queues.vip", "mode", "tags.__class__"]
    )
    def test_value_of_no_key(self, path):
        """What is no key of the policy is a KeyError, even where Python knows the name."""
        with pytest.raises(KeyError):
            Policy.default().value(path)

    def test_immutable(self):
        """A policy in force cannot be changed."""
        with pytest.raises(FrozenInstanceError):
            Policy.default().tags = Tags()
        with pytest.raises(FrozenInstanceError):
            Policy.default().tags.limit = 1


class TestMistakes:
    """Every mistake is told with file, key and what would fit, and all of them at once."""

    @pytest.mark.parametrize(
        ("text", "path", "remedy"),
        [
            ("limit = 3", "limit", ""),
            ("[tag]", "tag", "did you mean 'tags'?"),
            ("[tags]\nlimt = 3", "tags.limt", "did you mean 'limit'?"),
            ("[queues.a]\nfallbak = true\nfallback = true", "queues.a.fallbak", "did you mean 'fallback'?"),
            ("[channels.chat]\nstickers = true", "channels.chat.stickers", ""),
            ("[channels.email2]", "channels.email2", "did you mean 'email'?"),
            ('"a b" = 1', '"a b"', ""),
        ],
    )
    def test_unknown_key(self, text, path, remedy):
        """Regression: a misspelt key was read over in silence. It is told, with the nearest key that exists."""
        (problem,) = problems_of(text)
        assert (path, "no such key", remedy) == (problem.path, problem.message, problem.remedy)
        assert problem.expected.startswith("one of ")

    @pytest.mark.parametrize(
        ("text", "path", "expected"),
        [
            ("tags = 3", "tags", "a table with the keys enabled, limit, restricted_to, source"),
            ("[tags]\nenabled = 'no'", "tags.enabled", "true or false"),
            ("[tags]\nenabled = 1", "tags.enabled", "true or false"),
            ("[tags]\nlimit = '2'", "tags.limit", "a whole number from 1 to 100"),
            ("[tags]\nlimit = 2.0", "tags.limit", "a whole number from 1 to 100"),
            ("[tags]\nlimit = true", "tags.limit", "a whole number from 1 to 100"),
            ("id = 7", "id", "text of at most 200 characters"),
            ("schema = 2", "schema", "a whole number from 1 to 1"),
            ("[reopening]\nto = 'owner'", "reopening.to", 'one of "queue", "owner_if_eligible"'),
            ("[reopening]\nto = []", "reopening.to", 'one of "queue", "owner_if_eligible"'),
            (
                "[lifecycle]\nclose_by = 'assignee'",
                "lifecycle.close_by",
                'a list, each one of "assignee", "owner", "supervisor"',
            ),
            (
                "[lifecycle]\nclose_by = ['asignee']",
                "lifecycle.close_by[0]",
                'one of "assignee", "owner", "supervisor"',
            ),
            (
                "[channels]\nchat = ['direct']",
                "channels.chat",
                "a table with the keys kinds, attachments, emoji, source",
            ),
            ("queues = []", "queues", "a table of at most 1000 entries"),
        ],
    )
    def test_wrong_type(self, text, path, expected):
        """Nothing is coerced, whatever sort of value a key holds."""
        (problem,) = problems_of(text)
        assert path == problem.path
        assert problem.expected.startswith(expected)

    @pytest.mark.parametrize("limit", [0, 101, -1, 10**30])
    def test_out_of_range(self, limit):
        """A number has its range."""
        assert [Problem("tags.limit", f"{limit} does not fit", "a whole number from 1 to 100")] == list(
            problems_of(f"[tags]\nlimit = {limit}")
        )

    @pytest.mark.parametrize("value", ['"2 days"', '"0s"', '"11y"', '""', '"600w"', "2026-11-02", "1.5", "[]"])
    def test_bad_duration(self, value):
        """A length of time has a form and a range, and both are told."""
        (problem,) = problems_of(f"[lifecycle]\nclose_after = {{ resolved = {value} }}")
        assert "lifecycle.close_after.resolved" == problem.path
        assert 'a length of time from 1s to 520w, like "30s", "2m" or "1d12h"' == problem.expected

    def test_duration_without_a_unit(self):
        """The likeliest answer is offered."""
        assert 'write the unit, e.g. "48s"' == problems_of("[lifecycle]\nclose_after = { resolved = 48 }")[0].remedy

    def test_status_that_does_not_exist(self):
        """A table whose keys are statuses knows them."""
        (problem,) = problems_of('[lifecycle]\nclose_after = { resolvd = "48h" }')
        assert ("lifecycle.close_after.resolvd", "did you mean 'resolved'?") == (problem.path, problem.remedy)

    def test_duplicate_list_item(self):
        """What stands twice is a mistake."""
        (problem,) = problems_of('[channels.chat]\nkinds = ["direct", "post", "direct"]')
        assert ("channels.chat.kinds[2]", "'direct' stands there twice") == (problem.path, problem.message)

    def test_no_fallback(self):
        """Nothing may be unrouted."""
        assert (Problem("queues", "0 queues are the fallback", "exactly one queue with fallback = true"),) == (
            problems_of("[queues.general]\nfallback = false\n[queues.a]")
        )

    def test_no_queues(self):
        """An empty table has no fallback either."""
        assert ["queues"] == paths_of("[queues]")

    def test_two_fallbacks(self):
        """Which are they?"""
        (problem,) = problems_of("[queues.a]\nfallback = true\n[queues.b]\nfallback = true\n[queues.c]")
        assert "2 queues are the fallback (a, b)" == problem.message

    @pytest.mark.parametrize("key", ['close_from = ["closed", "open"]', 'close_after = { closed = "1h" }'])
    def test_closing_what_is_closed(self, key):
        """A closed case cannot be closed again."""
        path = f"lifecycle.{key.partition(' ')[0]}"
        told = [(problem.path, problem.message) for problem in problems_of(f"[lifecycle]\n{key}")]
        assert (path, '"closed" cannot be closed again') in told

    def test_a_priority_that_begins_above_its_most(self):
        """It would never be what the file says; as much as the most is allowed."""
        queues = "[queues.general]\nfallback = true\npriority = {{ initial = {}, max = 10 }}"
        found, expected = "10.5 is above the most that it becomes, 10", "a number up to 10"
        assert (Problem("queues.general.priority.initial", found, expected),) == problems_of(queues.format(10.5))
        assert 10.0 == Policy.loads(queues.format(10)).queues["general"].priority.initial

    def test_closing_from_nowhere(self):
        """From every state there is a way to closed."""
        assert (Problem("lifecycle.close_from", "no case could ever be closed", "at least one status"),) == (
            problems_of("[lifecycle]\nclose_from = []\nclose_after = {}")
        )

    @pytest.mark.parametrize("rule", sorted({rule.id for rule in RULES} - SWITCHABLE))
    def test_rule_that_cannot_be_softened(self, rule):
        """Needs, and the rules that hold the data together, always block."""
        (problem,) = problems_of(f'[enforcement]\n"{rule}" = "warn"')
        assert (f'enforcement."{rule}"', "cannot be softened") == (problem.path, problem.message)

    def test_misspelt_rule(self):
        """The nearest rule that can be softened is offered."""
        (problem,) = problems_of('[enforcement]\n"tag.limit" = "warn"')
        assert "did you mean 'tags.limit'?" == problem.remedy

    def test_misspelt_enforcement(self):
        """A rule blocks, warns or is off."""
        (problem,) = problems_of('[enforcement]\n"tags.limit" = "waren"')
        assert (
            Problem(
                'enforcement."tags.limit"',
                "'waren' does not fit",
                'one of "block", "warn", "off"',
                "did you mean 'warn'?",
            )
            == problem
        )

    def test_all_at_once(self):
        """One reading reports everything, contradictions of the sound tables included."""
        error = refused(
            """
            colour = "red"
            [lifecycle]
            close_from = []
            close_after = {}
            [tags]
            limit = "2"
            [queues.a]
            fallback = true
            [queues.b]
            fallback = true
            [enforcement]
            "time.order" = "off"
            """
        )
        assert ["colour", "lifecycle.close_from", "tags.limit", "queues", 'enforcement."time.order"'] == [
            problem.path for problem in error.problems
        ]
        first, *told = str(error).split("\n\n")
        assert "my.toml: 5 problems" == first
        assert [render_problem(problem) for problem in error.problems] == told

    def test_contradictions_of_a_broken_table(self):
        """A table that could not be read is not said to contradict itself."""
        assert ["lifecycle.close_from[0]"] == paths_of('[lifecycle]\nclose_from = ["nwe"]')

    def test_one_problem(self):
        """The text of the error counts."""
        with pytest.raises(PolicyError, match=r"^<text>: 1 problem\n\nerror: limit: no such key\n --> <text>:1:1\n"):
            Policy.loads("limit = 3")

    def test_values_given_in_code(self):
        """A policy that contradicts itself cannot be made in code either."""
        with pytest.raises(PolicyError, match="policy: 1 problem\n\nerror: queues: 0 queues are the fallback"):
            Policy(queues={})

    def test_error(self):
        """It is ours, a ValueError too, and survives pickling."""
        error = refused("limit = 3")
        assert isinstance(error, CasecoreError)
        assert isinstance(error, ValueError)
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own, just written
        assert (str(error), error.problems) == (str(again), again.problems)


class TestUnreadable:
    """Texts and files that cannot even be read."""

    @pytest.mark.parametrize(
        ("text", "column"), [("limit = ", 9), ("[tags\nlimit = 3", 6), ("id = 2026-13-45", 10), ("\0", 1), ("[", 2)]
    )
    def test_bad_toml(self, text, column):
        """Where the text stops being TOML."""
        (problem,) = problems_of(text)
        assert ("", 'lines like key = "value"') == (problem.path, problem.expected)
        assert problem.message.startswith("is not TOML: ")
        assert [(1, column)] == [(origin.line, origin.column) for origin in problem.origins]

    def test_endless_number(self):
        """Regression: a number of thousands of digits was an error of Python's, not of the policy."""
        assert "has a number of thousands of digits" == problems_of(f"schema = {'9' * 5000}")[0].message

    @pytest.mark.parametrize(
        "text",
        [f"schema = {'[' * 5000}{']' * 5000}", f"id{'.a' * 3_000} = 1", f"[tags{'.enabled' * 3_000}]"],
        ids=["lists", "dotted keys", "headers"],
    )
    def test_nested_deeply(self, text):
        """Regression: nesting without end is a problem of the policy, never a RecursionError."""
        (problem,) = problems_of(text)
        assert problem.path in {"", "id", "tags.enabled"}

    def test_missing_file(self, tmp_path):
        """Which file, and why."""
        path = tmp_path / "none.toml"
        with pytest.raises(PolicyError) as caught:
            Policy.load(path)
        reason = "error: the file cannot be read (No such file or directory)\n = expected: a TOML file"
        assert f"{path}: 1 problem\n\n{reason}" == str(caught.value)

    def test_directory(self, tmp_path):
        """A directory is no file."""
        with pytest.raises(PolicyError, match="cannot be read"):
            Policy.load(tmp_path)

    def test_impossible_path(self):
        """Regression: a path that no file can have was an error of Python's."""
        with pytest.raises(PolicyError, match="cannot be read"):
            Policy.load("a\0b")

    def test_not_utf_8(self, tmp_path):
        """The first byte that is wrong is told."""
        path = tmp_path / "latin.toml"
        path.write_bytes('id = "política"'.encode("latin-1"))
        with pytest.raises(PolicyError, match=r"is not UTF-8 text \(byte 9\)\n --> .*latin.toml:1:10\n"):
            Policy.load(path)

    def test_problems_name_the_file(self, tmp_path):
        """A problem inside a file names it too."""
        path = tmp_path / "my.toml"
        path.write_text("[tags]\nlimt = 3", "utf-8")
        with pytest.raises(PolicyError) as caught:
            Policy.load(path)
        assert (str(path), "tags.limt") == (caught.value.name, caught.value.problems[0].path)

    @pytest.mark.parametrize("plain", [{1: 2}, {"queues": {True: {"fallback": True}}}, [], None, "id"], ids=repr)
    def test_no_plain_data(self, plain):
        """Regression: plain data whose keys are not text, or that is no table, is a problem like any other."""
        with pytest.raises(PolicyError, match="<dict>: 1 problem"):
            Policy.from_dict(plain)


class TestEnforcement:
    """Which rules a policy may soften."""

    def test_every_switchable_rule_exists(self):
        """The list that policies are read by is what the rules say; regression: a rule that no room has was in it."""
        assert {rule.id for rule in RULES if rule.softens} == SWITCHABLE
        assert {rule.id for rule in RULES if rule.id in SWITCHABLE and not rule.softens} == set()

    def test_needs_are_not_switchable(self):
        """A need whose policy mode is never asked must not be in the list."""
        assert set() == SWITCHABLE & {need.id for need in HOUSE.needs}

    @pytest.mark.parametrize("mode", list(Enforcement))
    @pytest.mark.parametrize("rule", sorted(SWITCHABLE))
    def test_modes(self, rule, mode):
        """Each may be blocked, warned about or switched off; the others keep blocking."""
        policy = Policy.loads(f'[enforcement]\n"{rule}" = "{mode}"')
        assert mode is policy.mode(rule)
        assert {Enforcement.BLOCK} == {policy.mode(other.id) for other in RULES if other.id != rule}


FALLBACK = "[queues.general]\nfallback = true\n"


class TestCalendarsAndTargets:
    """Business calendars, and what is promised."""

    def test_of_many_problems_of_a_calendar_the_first_are_told(self):
        """Given 28 days that are holidays and open too, then twenty are told, each at its place, and how many more."""
        days = [f"2026-12-{day:02}" for day in range(1, 29)]
        table = "\n".join(f'"{day}" = ["09:00-17:00"]' for day in days)
        found = problems_of(f"[calendars.office]\nholidays = {days}\n[calendars.office.special]\n{table}")
        told = {problem.path: problem.message for problem in found}
        assert "there are 8 more problems; mend these first" == told.pop("calendars.office")
        assert {f"calendars.office.special.{day}" for day in days[:20]} == told.keys()

    def test_calendar_that_is_not_there(self):
        """Regression for late mistakes: a name that no calendar has is told when the policy is read."""
        (problem,) = problems_of('[sla.chat]\ncalendar = "office"')
        assert ("sla.chat.calendar", "there is no calendar 'office'") == (problem.path, problem.message)
        assert "a table [calendars.NAME]" == problem.expected
        (problem,) = problems_of('[sla.default]\ncalendar = "ofice"\n[calendars.office]\nmonday = ["09:00-18:00"]')
        assert ("sla.default.calendar", "office") == (problem.path, problem.expected)
        (problem,) = problems_of('[sla.sms.urgent]\ncalendar = "ofice"\n[calendars.office]\nmonday = ["09:00-18:00"]')
        assert ("sla.sms.urgent.calendar", "office") == (problem.path, problem.expected)

    @pytest.mark.parametrize(
        "keys",
        ['zone = "Europe/Lisboa"', 'monday = ["9-18"]', 'monday = ["18:00-18:00"]', 'holidays = ["25 December"]'],
    )
    def test_hours_that_make_no_sense(self, keys):
        """A zone, hours or a date that nobody can read: the problem names the calendar."""
        (path,) = {*paths_of(f"[calendars.office]\n{keys}")}
        assert path.startswith("calendars.office")

    def test_several_problems(self):
        """All of them at once."""
        assert 2 == len(problems_of('[calendars.office]\nzone = "Nowhere"\nmonday = ["9"]'))

    def test_calendar_of_a_channel(self):
        """The channel's, else the default's, else none: all hours count."""
        text = '[sla.chat]\ncalendar = "day"\n[calendars.day]\nmonday = ["09:00-18:00"]'
        policy = Policy.loads(FALLBACK + text)
        assert None is policy.calendar_for(Channel.EMAIL)
        assert 9 * 3600.0 == policy.calendar_for(Channel.CHAT).open_seconds(
            datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)
        )
        everywhere = Policy.loads(FALLBACK + text.replace("sla.chat", "sla.default"))
        assert None is not everywhere.calendar_for(Channel.EMAIL)

    def test_changed_policy_reads_its_calendars_again(self):
        """A policy that is made from another has the calendars of its own keys."""
        policy = Policy.loads(FALLBACK + '[sla.default]\ncalendar = "day"\n[calendars.day]\nmonday = ["09:00-18:00"]')
        longer = attrs.evolve(policy, calendars={"day": attrs.evolve(policy.calendars["day"], monday=("00:00-24:00",))})
        monday = (datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))
        assert [9 * 3600.0, 24 * 3600.0] == [
            one.calendar_for(Channel.CHAT).open_seconds(*monday) for one in (policy, longer)
        ]
        assert policy == Policy.from_dict(policy.to_dict())

    @pytest.mark.parametrize(
        ("channel", "level", "minutes"),
        [
            (Channel.CHAT, Level.HIGH, 1),
            (Channel.CHAT, Level.URGENT, 2),
            (Channel.EMAIL, Level.URGENT, 10),
            (Channel.EMAIL, Level.LOW, 60),
        ],
    )
    def test_target(self, channel, level, minutes):
        """The channel's level, the channel, the default's level, the default."""
        policy = Policy.loads(
            FALLBACK
            + '[sla.default]\nfirst_response = "1h"\n[sla.default.urgent]\nfirst_response = "10m"\n'
            + '[sla.chat]\nfirst_response = "2m"\n[sla.chat.high]\nfirst_response = "1m"\n'
        )
        assert timedelta(minutes=minutes) == policy.sla.target("first_response", channel, level)
        assert timedelta(hours=24) == policy.sla.target("solution", channel, level)  # nothing is said of it


class TestPriority:
    """How the priority of a waiting case grows."""

    @pytest.mark.parametrize(
        ("seconds", "priority"), [(-5, 10.0), (0, 10.0), (10, 15.0), (100, 60.0), (101, 60.0), (10**9, 60.0)]
    )
    def test_after(self, seconds, priority):
        """`initial + seconds waited x acceleration`, at most `max`; what has not begun to wait has waited nothing."""
        assert priority == Priority(initial=10.0, acceleration=0.5, max=60.0).after(seconds)

    def test_whole_numbers(self):
        """They may be written without a point."""
        policy = Policy.loads("[queues.a]\nfallback = true\npriority = { initial = 5, acceleration = 2 }")
        assert 25.0 == policy.queues["a"].priority.after(10)

    def test_out_of_range(self):
        """Priorities do not fall."""
        (problem,) = problems_of("[queues.a]\nfallback = true\npriority = { acceleration = -1 }")
        assert ("queues.a.priority.acceleration", "a number from 0 to 1e+06") == (problem.path, problem.expected)


class TestAuthenticationMode:
    """How strictly authentication is kept is one of its own keys."""

    @pytest.mark.parametrize("how", list(Enforcement))
    def test_mode(self, how):
        """It is no rule of `[enforcement]`."""
        policy = Policy.loads(FALLBACK + f'[authentication]\nenforcement = "{how}"')
        assert how is policy.mode("authentication.before")
        assert ['enforcement."authentication.before"'] == paths_of('[enforcement]\n"authentication.before" = "off"')

    def test_nothing_to_dispose_with(self):
        """A disposition needs a code to choose."""
        (problem,) = problems_of("[wrap_up]\ncodes = []")
        assert ("wrap_up.codes", "no contact could ever be disposed") == (problem.path, problem.message)
        assert Policy.loads(FALLBACK + "[wrap_up]\ncodes = []\ndisposition = false").wrap_up.required

    def test_closing_that_never_comes(self):
        """A status from which nothing is closed has no time after which it is."""
        (problem,) = problems_of('[lifecycle]\nclose_from = ["open"]\nclose_after = { resolved = "1h" }')
        assert "lifecycle.close_after.resolved" == problem.path


class TestNothingIsShared:
    """A policy is made of copies: what the caller changes later changes no rule."""

    def test_tables(self):
        """Tables, the lists in them, and what layers set."""
        queues, after, hours = {"general": Queue(fallback=True)}, {Status.PENDING: timedelta(hours=1)}, ["09:00-10:00"]
        special, reasons, values = {"2026-12-24": hours}, ["refund"], {"lifecycle.close_after": after}
        policy = Policy(
            queues={**queues, "bills": Queue(reasons=reasons)},
            lifecycle=Lifecycle(close_after=after),
            calendars={"office": Opening(monday=hours, special=special)},
            override=[Override(match=Match(channel=Channel.CHAT), set=values)],
        )
        written = policy.to_dict()
        queues.clear()
        after.clear()
        special.clear()
        values.clear()
        hours.append("11:00-12:00")
        reasons.append("bill")
        assert written == policy.to_dict()
        assert policy == Policy.from_dict(written)
        for table in (policy.queues, policy.lifecycle.close_after, policy.enforcement, policy.override[0].set):
            with pytest.raises(TypeError, match="never changes"):
                table.clear()
        assert policy == pickle.loads(pickle.dumps(policy))  # noqa: S301 -- our own bytes

    def test_nested_without_end(self):
        """What a layer sets is a value, not a list in lists in lists."""
        deep = []
        for _ in range(100_000):
            deep = [deep]
        with pytest.raises(CasecoreError, match="more than 100 levels deep; write them flatter"):
            Override(match=Match(channel=Channel.CHAT), set={"tags.limit": deep})
        for plain in (deep, {"tags": deep}, {"tags": {"limit": deep}}, {"queues": {"a": deep}}, {"change": [deep]}):
            with pytest.raises(PolicyError):
                Policy.from_dict(plain)


@pytest.mark.parametrize("wrong", [None, 5, b"id = 'x'", []], ids=range(4))
def test_what_is_no_policy(wrong):
    """What is no text, and the path of no file, is told; it is no error of Python's."""
    with pytest.raises(PolicyError, match="is no policy"):
        Policy.loads(wrong)
    with pytest.raises(PolicyError, match="is no policy"):
        Policy.load(wrong)
    with pytest.raises(KeyError):
        Policy.default().value(wrong)
    assert None is Policy.default().origin(wrong)


class TestPlacesOfCalendars:
    """Regression: a mistake in a calendar was shown at the head of the calendar."""

    TEXT = """\
[calendars.office]
zone = "Europe/Lisbn"
monday = [
  "09:00-12:00",
  "13-17",
]
tuesday = ["09:00-12:00", "11:00-13:00"]
holidays = ["2026-12-25", "2026-13-01", "25.12.2026"]
[calendars.office.special]
"2026-12-24" = []
"soon" = ["09:00-10:00"]
"2026-12-25" = ["10:00-11:00", "10-11"]
[calendars.never]
"""
    PLACES = (
        ("calendars.office.zone", 2, 8),
        ("calendars.office.monday[1]", 5, 3),
        ("calendars.office.tuesday[0]", 7, 12),
        ("calendars.office.holidays[1]", 8, 27),
        ("calendars.office.holidays[2]", 8, 41),
        ("calendars.office.special.2026-12-24", 10, 16),
        ("calendars.office.special.soon", 11, 1),
        ("calendars.office.special.2026-12-25", 12, 16),
        ("calendars.office.special.2026-12-25[1]", 12, 32),
        ("calendars.never", 13, 1),
    )

    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    def test_each_at_its_own(self, newline):
        """The hours, the day or the zone that is wrong, whatever the line ends are."""
        told = [(p.path, p.origins[0].line, p.origins[0].column) for p in problems_of(self.TEXT.replace("\n", newline))]
        assert [*self.PLACES] == told


class TestSoftening:
    """Rules that a policy may soften."""

    @pytest.mark.parametrize(
        ("rule", "key"),
        [("authentication.before", "authentication.enforcement"), ("replies.blanks", "replies.blanks")],
    )
    def test_one_that_has_a_key_of_its_own(self, rule, key):
        """Regression: it was refused without naming the key."""
        (problem,) = problems_of(f'[enforcement]\n"{rule}" = "warn"')
        assert f'write {key} = "warn"' == problem.remedy
        assert Enforcement.WARN is Policy.loads(problem.remedy.removeprefix("write ")).mode(rule)
