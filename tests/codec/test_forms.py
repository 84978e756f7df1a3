"""Reading JSON strictly: whatever is not exactly right is refused, with its place, what fits there, and the remedy."""

import json
import pickle
from datetime import UTC, datetime

import attrs
import pytest

from casecore.channels import Channel
from casecore.codec import Codec, CodecError, command_from, dumps, event_from, from_plain, loads, parse, to_plain
from casecore.desk import Action, Desk, Due
from casecore.kernel import Accepted, CasecoreError, Refused
from casecore.rooms.agents import AddAgent, Agent
from casecore.rooms.assignments import OpenCase
from casecore.rooms.attributes import AttributeSet
from casecore.rooms.cases import Case, CloseCase, SetStatus, StatusSet
from casecore.rooms.composition import HOUSE
from casecore.rooms.offers import AcceptOffer
from casecore.rooms.replies import SendReply
from casecore.rooms.sla import SolutionResumed
from casecore.rooms.threads import Customer
from casecore.statuses import Status

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
NOON_TEXT = "2026-11-02T12:00:00+00:00"
REPLY = SendReply("ana", NOON, "c1", "m1", "Olá!", Status.PENDING, ("bill.pdf",))
HIRE = AddAgent("rui", NOON, "ana", queues=frozenset({"general"}))
OPENED = OpenCase("ana", NOON, "c1")
SET = StatusSet("ana", NOON, "c1", Status.OPEN)
NOTED = AttributeSet("ana", NOON, "c1", "refund_eur", 120)
MARIA = Customer("maria")
DUE = Due(NOON, "it is closed", "lifecycle.close_after", "c1")


def told(text, read=loads):
    """What a document is refused for, one problem a line."""
    with pytest.raises(CodecError) as caught:
        read(text)
    lines = [str(problem) for problem in caught.value.problems]
    assert all(line.isprintable() for line in lines)
    return lines


def changed(thing, **fields):
    """A document of a thing with some of its fields changed."""
    return json.dumps({**to_plain(thing), **fields})


def without(thing, name):
    """A document of a thing with one of its fields left out."""
    return json.dumps({key: value for key, value in to_plain(thing).items() if key != name})


def a_case_file(**fields):
    """A document of a case file, with some fields of the case changed."""
    case = to_plain(Case("c1", "t1", "maria", Channel.EMAIL, Status.NEW, NOON, "general"))
    del case["schema"]
    return json.dumps({"type": "CaseFile", "case": {**case, **fields}})


def a_reason(facts):
    """A document of a reason with these facts, as JSON text."""
    return f'{{"type": "Reason", "rule": "r", "message": "m", "facts": {facts}}}'


INSTANT = 'expected an instant with its offset, like "2026-11-02T09:00:00+00:00"'
STATUSES = 'expected one of "new", "open", "pending", "escalated", "resolved", "closed"'
FACT = 'expected text, a number, true, false, null, {"instant": "..."}, or a list of these'
VALUE = "text, a number, or true or false"
VALUES = f"expected an object, each value {VALUE}"
ANY_TYPE = "the name of a command, an event or a record"
ACCEPTED = AcceptOffer("ana", NOON, "c1")
REPLY_FIELDS = (
    "expected one of by, at, case, message, text, send_as, attachments, about_account, subject, template, seen, thread"
)


class TestValues:
    """Nothing is coerced."""

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (changed(REPLY, text=1), "$.text: 1 does not fit; expected text"),
            (changed(REPLY, text=None), "$.text: null does not fit; expected text"),
            (changed(REPLY, text=True), "$.text: true does not fit; expected text"),
            (changed(REPLY, text=["a"]), "$.text: a list does not fit; expected text"),
            (changed(REPLY, text={}), "$.text: an object does not fit; expected text"),
            (changed(MARIA, name=2), "$.name: 2 does not fit; expected text"),
            (changed(MARIA, positive="2"), "$.positive: '2' does not fit; expected a whole number"),
            (changed(MARIA, positive=True), "$.positive: true does not fit; expected a whole number"),
            (changed(MARIA, positive=2.0), "$.positive: 2.0 does not fit; expected a whole number"),
            (changed(ACCEPTED, review="no"), "$.review: 'no' does not fit; expected true or false"),
            (changed(ACCEPTED, review=0), "$.review: 0 does not fit; expected true or false"),
            (
                changed(REPLY, send_as="Pending"),
                f"$.send_as: 'Pending' does not fit; {STATUSES}; did you mean 'pending'?",
            ),
            (changed(REPLY, send_as=["open"]), f"$.send_as: a list does not fit; {STATUSES}"),
            (
                changed(HIRE, permissions=["reply", 3]),
                '$.permissions[1]: 3 does not fit; expected one of "reply", "approve", "supervise"',
            ),
            (changed(REPLY, attachments="abc"), "$.attachments: 'abc' does not fit; expected a list, each text"),
            (changed(REPLY, attachments={}), "$.attachments: an object does not fit; expected a list, each text"),
            (changed(REPLY, attachments=["a", None]), "$.attachments[1]: null does not fit; expected text"),
            (
                changed(HIRE, queues="general"),
                "$.queues: 'general' does not fit; expected a list without repetition, each text",
            ),
            (
                changed(HIRE, queues=["a", "b", "a"]),
                "$.queues[2]: 'a' stands there twice; expected a list without repetition, each text; say it once",
            ),
            (
                changed(MARIA, profile=[["a", "b"]]),
                "$.profile: a list does not fit; expected an object, each value text",
            ),
            (changed(MARIA, profile={"e mail": 1}), "$.profile['e mail']: 1 does not fit; expected text"),
            (changed(NOTED, value=[1]), f"$.value: a list does not fit; expected {VALUE}"),
            (changed(NOTED, value={"a": 1}), f"$.value: an object does not fit; expected {VALUE}"),
            (changed(NOTED, value=2**53 + 1), f"$.value: {2**53 + 1} does not fit; expected {VALUE}"),
            (a_case_file(attributes={"a": None}), f"$.case.attributes.a: null does not fit; expected {VALUE}"),
            (
                a_case_file(attributes=[]),
                f"$.case.attributes: a list does not fit; expected an object, each value {VALUE}",
            ),
            (a_reason('{"a": [1, [2]]}'), f"$.facts.a[1]: a list does not fit; {FACT}"),
            (a_reason('{"a": {"b": 1}}'), f"$.facts.a: an object does not fit; {FACT}"),
            (a_reason('{"a": {"instant": 1}}'), f"$.facts.a: 1 does not fit; {INSTANT}"),
            (a_reason(f'{{"a": {{"instant": "{NOON_TEXT}", "b": 1}}}}'), f"$.facts.a: an object does not fit; {FACT}"),
            (a_reason('{"a": 1e999}'), f"$.facts.a: inf does not fit; {FACT}"),
        ],
    )
    def test_refused(self, text, problem):
        """Each says where it is, what was found and what fits."""
        assert [problem] == told(text)

    @pytest.mark.parametrize("thing", [REPLY, SET], ids=["command", "event"])
    @pytest.mark.parametrize(
        ("at", "found"),
        [
            ("2026-11-02T09:00", f"'2026-11-02T09:00' has no offset; {INSTANT}; add \"Z\" if it is in UTC"),
            ("2026-11-02T09:00:00.5", f"'2026-11-02T09:00:00.5' has no offset; {INSTANT}; add \"Z\" if it is in UTC"),
            ("2026-11-02", f"'2026-11-02' does not fit; {INSTANT}"),
            ("now", f"'now' does not fit; {INSTANT}"),
            ("", f"'' does not fit; {INSTANT}"),
            (1762074000, f"1762074000 does not fit; {INSTANT}"),
            (None, f"null does not fit; {INSTANT}"),
            ("2026-11-02 09:00Z", f"'2026-11-02 09:00Z' does not fit; {INSTANT}"),
            ("20261102T090000Z", f"'20261102T090000Z' does not fit; {INSTANT}"),
            ("2026-11-02T09:00Z\n", f"'2026-11-02T09:00Z\\n' does not fit; {INSTANT}"),
            ("2026-11-02T09:00:00.Z", f"'2026-11-02T09:00:00.Z' does not fit; {INSTANT}"),
            ("2026-11-02T09:00:00,5Z", f"'2026-11-02T09:00:00,5Z' does not fit; {INSTANT}"),
            ("２０２６-11-02T09:00Z", f"'２０２６-11-02T09:00Z' does not fit; {INSTANT}"),
            ("2026-02-30T09:00Z", f"'2026-02-30T09:00Z' is on no calendar; {INSTANT}"),
            ("2026-11-02T09:00+25:00", f"'2026-11-02T09:00+25:00' is on no calendar; {INSTANT}"),
            ("0001-01-01T00:00+14:00", f"'0001-01-01T00:00+14:00' is on no calendar; {INSTANT}"),
        ],
    )
    def test_no_instant(self, thing, at, found):
        """A date and a time with an offset, written the ISO way; nothing else."""
        assert [f"$.at: {found}"] == told(changed(thing, at=at))

    @pytest.mark.parametrize("thing", [REPLY, SET], ids=["command", "event"])
    @pytest.mark.parametrize(
        "at",
        [
            "2026-11-02T12:00:00Z",
            "2026-11-02T12:00Z",
            "2026-11-02T09:00:00-03:00",
            "2026-11-02T17:45:00.000+05:45",
            "2026-11-02T12:00:00.000000Z",
            "2026-11-02T12:00:00.000000999Z",
            "2026-11-02T09:00:00.0000001234567890-03:00",
        ],
    )
    def test_instants(self, thing, at):
        """Any offset, or Z; kept in UTC, to the microsecond: of the nine digits of Go and Java the last are cut off."""
        read = loads(changed(thing, at=at))
        assert thing == read
        assert UTC is read.at.tzinfo

    @pytest.mark.parametrize(
        ("text", "path"),
        [
            (changed(REPLY, text="\ud800"), "$.text"),
            (changed(REPLY, attachments=["a", "é\udc00"]), "$.attachments[1]"),
            (changed(HIRE, queues=["\ud800"]), "$.queues[0]"),
            (changed(MARIA, profile={"email": "\ud800"}), "$.profile.email"),
            (changed(MARIA, profile={"\ud800": "a"}), "$.profile['\\ud800']"),
            (changed(SET, case="\ud800"), "$.case"),
            (a_reason('{"a": ["\\ud800"]}'), "$.facts.a[0]"),
        ],
    )
    def test_half_a_character(self, text, path):
        """A lone surrogate can be written in JSON and stored nowhere; no text may have one, checked field or not."""
        assert [f"{path}: the text has half a character (a lone surrogate); send whole code points"] == told(text)

    def test_numbers_among_facts(self):
        """A number stays whole or not, and true stays true."""
        read = loads(a_reason('{"one": 1, "real": 1.0, "yes": true}'))
        assert [int, float, bool] == [type(fact) for fact in read.facts.values()]


class TestFields:
    """Nothing is skipped, and nothing is guessed."""

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (changed(OPENED, cse="c1"), "$.cse: no such field; expected one of by, at, case; did you mean 'case'?"),
            (changed(OPENED, **{"": 1}), "$['']: no such field; expected one of by, at, case"),
            (changed(REPLY, **{"\ud800 \n": 1}), f"$['\\ud800 \\n']: no such field; {REPLY_FIELDS}"),
            (without(REPLY, "message"), "$.message: is missing; expected text"),
            (without(REPLY, "at"), f"$.at: is missing; {INSTANT}"),
            ("[]", f"$: a list does not fit; expected an object whose type is {ANY_TYPE}"),
            ("null", f"$: null does not fit; expected an object whose type is {ANY_TYPE}"),
            ("{}", f"$.type: is missing; expected {ANY_TYPE}"),
            ('{"type": 3}', f"$.type: 3 does not fit; expected {ANY_TYPE}"),
            ('{"type": []}', f"$.type: a list does not fit; expected {ANY_TYPE}"),
            (
                '{"type": "SendRply"}',
                f"$.type: 'SendRply' does not fit; expected {ANY_TYPE}; did you mean 'SendReply'?",
            ),
            ('{"type": "Command"}', f"$.type: 'Command' does not fit; expected {ANY_TYPE}"),
            (a_case_file(type="Thread"), "$.case.type: 'Thread' does not fit; expected \"Case\""),
            (a_case_file(status="nwe"), f"$.case.status: 'nwe' does not fit; {STATUSES}; did you mean 'new'?"),
            (a_case_file(assignee=1), "$.case.assignee: 1 does not fit; expected text"),
            (
                '{"type": "CaseFile", "case": 1}',
                '$.case: 1 does not fit; expected an object whose type is "Case"',
            ),
            (changed(Refused(()), reasons=[{}]), '$.reasons[0].type: is missing; expected "Reason"'),
            (
                changed(DUE, command={"type": "StatusSet"}),
                "$.command.type: 'StatusSet' does not fit; expected the name of a command; did you mean 'SetStatus'?",
            ),
            (
                changed(DUE, command="CloseCase"),
                "$.command: 'CloseCase' does not fit; expected an object whose type is the name of a command",
            ),
            (
                changed(Accepted(()), events=[{"type": "SendReply"}]),
                "$.events[0].type: 'SendReply' does not fit; expected the name of an event",
            ),
            (
                changed(Action("close", CloseCase, allowed=True), command="CaseClosed"),
                "$.command: 'CaseClosed' does not fit; expected the name of a command",
            ),
            (
                changed(Desk(), agents={"eva": {"type": "Agent", "id": "ana", "name": "Ana"}}),
                "$.agents.eva: this is the record of 'ana'; expected each under its own id",
            ),
            (
                changed(Desk(), agents=[]),
                '$.agents: a list does not fit; expected an object, each value an object whose type is "Agent"',
            ),
            (
                changed(Desk(), policy={"tags": {"limit": "20"}}),
                "$.policy.tags.limit: '20' does not fit; expected a whole number from 1 to 100",
            ),
            ('{"type": "Policy"}', "$.policy: is missing; expected a policy"),
            (
                '{"type": "Policy", "policy": {"id": "\\ud800"}}',
                "$.policy.id: '\\ud800' does not fit; expected text of at most 200 characters",
            ),
        ],
    )
    def test_refused(self, text, problem):
        """Each says where it is, what was found and what fits."""
        assert [problem] == told(text)

    def test_policy_of_the_wrong_sort(self):
        """What is no policy at all is one problem, at its place."""
        (found,) = told('{"type": "Policy", "policy": []}')
        assert found.startswith("$.policy: [] does not fit; expected a table with the keys schema, id,")

    def test_unprintable_key_of_a_policy(self):
        """A key that no terminal could print is told escaped."""
        (found,) = told('{"type": "Policy", "policy": {"\\ud800\\n": 1}}')
        assert found.startswith('$.policy."\\ud800\\n": no such key; expected one of schema, id,')

    def test_command_wanted(self):
        """Where a command is wanted, nothing else will do."""
        assert REPLY == command_from(to_plain(REPLY))
        expected = "expected the name of a command; did you mean 'SetStatus'?"
        assert [f"$.type: 'StatusSet' does not fit; {expected}"] == told(to_plain(SET), command_from)

    def test_event_wanted(self):
        """Where an event is wanted, nothing else will do."""
        assert SET == event_from(to_plain(SET))
        expected = "expected the name of an event; did you mean 'StatusSet'?"
        assert [f"$.type: 'SetStatus' does not fit; {expected}"] == told(
            to_plain(SetStatus("ana", NOON, "c1", Status.OPEN)), event_from
        )

    def test_defaults_may_be_left_out(self):
        """Whoever writes a command by hand says only what matters."""
        text = f'{{"type": "SendReply", "by": "ana", "at": "{NOON_TEXT}", "case": "c1", "message": "m1"}}'
        assert SendReply("ana", NOON, "c1", "m1") == loads(text)

    def test_all_at_once(self):
        """One reading tells everything that is wrong, the checks of a command's own fields included."""
        plain = {"type": "SendReply", "by": "", "at": "noon", "mesage": "m", "case": "a\nb", "attachments": ["a", 1, 2]}
        assert [
            "$.by: the id is empty; give an id of 1 to 200 characters",
            f"$.at: 'noon' does not fit; {INSTANT}",
            "$.case: the id 'a\\nb' has control or invisible characters; give an id of visible characters and spaces",
            "$.message: is missing; expected text",
            "$.attachments[1]: 1 does not fit; expected text",
            "$.attachments[2]: 2 does not fit; expected text",
            f"$.mesage: no such field; {REPLY_FIELDS}; did you mean 'message'?",
        ] == told(plain, from_plain)

    def test_own_checks_when_nested(self):
        """What a command itself refuses is told at its place, wherever the command stands."""
        nested = changed(DUE, command={**to_plain(OPENED), "by": ""})
        assert [
            "$.command.by: the id is empty; give an id of 1 to 200 characters",
            "$.command.schema: no such field; expected one of by, at, case",
        ] == told(nested)

    def test_id_too_long(self):
        """An id of ten thousand characters is not quoted."""
        assert ["$.case: the id has 10000 characters; give an id of 1 to 200 characters"] == told(
            changed(OPENED, case="x" * 10_000)
        )

    def test_fields_without_end(self):
        """Of a thousand fields that do not exist, some are named."""
        found = told(changed(OPENED, **{f"x{number}": 1 for number in range(1000)}))
        assert 21 == len(found)
        assert "$: has 1000 fields that do not exist; expected fields of OpenCase" == found[0]

    @pytest.mark.parametrize(
        ("plain", "problem"),
        [
            ({"type": "OpenCase", "by": "a", "at": NOON, "case": "c"}, f"$.at: a datetime does not fit; {INSTANT}"),
            (
                {"type": "OpenCase", "by": "a", "at": NOON_TEXT, "case": "c", 1: 2},
                "$.1: no such field; expected one of by, at, case",
            ),
            ({"type": "Customer", "id": "m", "profile": {1: "a"}}, "$.profile[1]: 1 does not fit; expected text"),
            (
                {"type": "Customer", "id": 10**5000},
                "$.id: a number of thousands of digits does not fit; expected text",
            ),
            ({"type": "Customer", "id": 10**60}, f"$.id: 1{56 * '0'}... does not fit; expected text"),
            (NOON, f"$: a datetime does not fit; expected an object whose type is {ANY_TYPE}"),
        ],
        ids=range(6),
    )
    def test_not_plain(self, plain, problem):
        """Objects that no JSON text makes are refused in the same way."""
        assert [problem] == told(plain, from_plain)


class TestJson:
    """What is not even JSON, or only what Python takes for it."""

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "is not JSON: Expecting value (line 1, column 1)"),
            ("OpenCase", "is not JSON: Expecting value (line 1, column 1)"),
            ('{"by": "ana",\n "at" 3}', "is not JSON: Expecting ':' delimiter (line 2, column 7)"),
            ("{} {}", "is not JSON: Extra data (line 1, column 4)"),
            ('{"by": "a\nb"}', "is not JSON: Invalid control character at (line 1, column 10)"),
            ('{"by": "ana", "at": 1, "by": "ana"}', "the key 'by' stands twice in one object"),
            ('{"a": [{"\\ud800": 1, "\\ud800": 1}]}', "the key '\\ud800' stands twice in one object"),
            ('{"by": NaN}', "is not JSON: NaN is no number"),
            ('{"by": Infinity}', "is not JSON: Infinity is no number"),
            ('{"by": -Infinity}', "is not JSON: -Infinity is no number"),
            (f'{{"by": {"9" * 5000}}}', "has a number of thousands of digits"),
            ("[" * 1_000_000, "is nested too deeply"),
            ('{"a":' * 1_000_000, "is nested too deeply"),
            (b"\xff", "is not UTF-8 text (byte 0)"),
            ('{"by": "é"}'.encode("latin-1"), "is not UTF-8 text (byte 8)"),
            ("{}".encode("utf-16"), "is not UTF-8 text (byte 0)"),
            (b"\xef\xbb\xbf{}", "is not JSON: Expecting value (line 1, column 1)"),
        ],
        ids=range(17),
    )
    def test_refused(self, text, problem):
        """The place, as far as there is one."""
        assert [f"$: {problem}; expected a JSON object"] == told(text)

    def test_utf_16(self):
        """Bytes are UTF-8, even where Python would guess something else that fits."""
        assert told(dumps(OPENED).encode("utf-16-le"))[0].startswith("$: is not JSON")

    def test_parse(self):
        """The text alone, for a host whose lines say more than the thing does."""
        text = '{"type": "OpenCase", "story": ["é", 1, 2.5, null, true]}'
        assert {"type": "OpenCase", "story": ["é", 1, 2.5, None, True]} == parse(text) == parse(text.encode())
        assert ["$: the key 'a' stands twice in one object; expected a JSON object"] == told('{"a": 1, "a": 2}', parse)

    def test_nested_where_nothing_is(self):
        """What is nested deeply, but not too deeply for JSON, is refused for what it is."""
        deep = "[" * 500 + "]" * 500
        assert ["$.id: a list does not fit; expected text"] == told(f'{{"type": "Customer", "id": {deep}}}')
        assert told(f'{{"type": "Policy", "policy": {{"id": {deep}}}}}')[0].startswith("$.policy.id: [[[")


class TestError:
    """What a host has in hand when a document was refused."""

    def test_fields(self):
        """The first problem in fields, and all of them."""
        with pytest.raises(CodecError) as caught:
            loads(changed(REPLY, send_as="opne", text=1))
        error = caught.value
        assert ("$.text", "1 does not fit", "text", "") == (error.path, error.problem, error.expected, error.remedy)
        assert ["$.text", "$.send_as"] == [problem.path for problem in error.problems]

    def test_one(self):
        """One problem is one line."""
        with pytest.raises(CodecError) as caught:
            loads(changed(REPLY, text=1))
        assert "$.text: 1 does not fit; expected text" == str(caught.value)

    def test_several(self):
        """Several stand under each other."""
        with pytest.raises(CodecError) as caught:
            loads(changed(REPLY, text=1, message=""))
        assert [
            "2 problems",
            "  $.message: the id is empty; give an id of 1 to 200 characters",
            "  $.text: 1 does not fit; expected text",
        ] == str(caught.value).splitlines()

    def test_family(self):
        """It is one of casecore's errors and a ValueError, hides how it was found, and survives pickling."""
        with pytest.raises(CodecError) as caught:
            loads(changed(REPLY, text=1))
        error = caught.value
        assert isinstance(error, CasecoreError)
        assert isinstance(error, ValueError)
        assert (None, None) == (error.__cause__, error.__context__)
        assert error.problems == pickle.loads(pickle.dumps(error)).problems  # noqa: S301 -- our own error


class TestAbsurdNumbers:
    """A number that no desk has is refused when it is read, with its place."""

    @pytest.mark.parametrize("seconds", [1e15, -1, 10**30])
    def test_lengths(self, seconds):
        """Regression: `left_out: 1e15` was read, and `due()` broke."""
        (problem,) = told(changed(SolutionResumed("system", NOON, "c1", 0.0), left_out=seconds))
        assert problem.startswith("$.left_out: ")

    @pytest.mark.parametrize("seconds", [float("nan"), float("inf"), True, "1", 10**400])
    def test_no_numbers(self, seconds):
        """What is none, or none that another program would read, from plain data too."""
        plain = {**to_plain(SolutionResumed("system", NOON, "c1", 0.0)), "left_out": seconds}
        (problem,) = told(plain, from_plain)
        assert problem.startswith("$.left_out: ")
        assert "does not fit; expected a number" in problem

    @pytest.mark.parametrize("count", [-1, 10**10, 10**400])
    def test_counts(self, count):
        """Of an agent's reviews there are none below 0, and an end of them."""
        (problem,) = told({**to_plain(Agent("ana", "Ana")), "reviews": count}, from_plain)
        assert problem.startswith("$.reviews: ")

    def test_among_facts(self):
        """Nor among facts is there a number without end."""
        (problem,) = told({"type": "Reason", "rule": "r", "message": "m", "facts": {"a": 10**400}}, from_plain)
        assert problem.startswith("$.facts.a: ")


DEEP = "$: is nested too deeply; expected at most a few levels"


class TestMany:
    """Of a hundred thousand mistakes the first are told, and how many more there are."""

    @pytest.mark.parametrize(("items", "more"), [(20, ""), (21, "1"), (100_000, "99,980")])
    def test_in_a_list(self, items, more):
        """A list of texts that are none."""
        found = told({**to_plain(REPLY), "attachments": [1] * items}, from_plain)
        assert "$.attachments[19]: 1 does not fit; expected text" == found[19]
        assert [f"$.attachments: and {more} more do not fit; mend these first"] * bool(more) == found[20:]

    def test_of_words(self):
        """The likeliest word is looked for where it is told, and nowhere else."""
        asked = []

        class Word(str):
            __slots__ = ()

            def __getitem__(self, part):  # what looks for the nearest word takes its first characters
                asked.append(part)
                return str(self)[part]

        permissions = [Word(f"replay{number}") for number in range(2_000)]
        found = told({**to_plain(HIRE), "permissions": permissions}, from_plain)
        assert (21, 20) == (len(found), len(asked))
        assert "did you mean 'reply'?" in found[0]

    def test_of_things(self):
        """A table of records, and a list of events, each with several mistakes."""
        wrong = {"type": "StatusSet", "by": 1, "at": 2}
        found = told({"type": "Accepted", "events": [wrong] * 1_000}, from_plain)
        assert ["$.events[0].by: 1 does not fit; expected text"] == found[:1]
        assert (4 * 20 + 1, "$.events: and 980 more do not fit; mend these first") == (len(found), found[-1])
        files = {f"c{number}": 1 for number in range(100)}
        assert (
            "$.cases: and 80 more do not fit; mend these first"
            == told({**to_plain(Desk()), "cases": files}, from_plain)[-1]
        )

    def test_nested_without_end(self):
        """Wherever Python objects are read, too deep is a message."""
        deep = []
        for _ in range(100_000):
            deep = [deep]
        reply = to_plain(REPLY)
        for plain in (deep, {"type": deep}, {**reply, "text": deep}, {**reply, "attachments": [deep]}):
            assert told(plain, from_plain)
        older = Codec.of(HOUSE, upcasters={0: lambda plain: plain}).from_plain
        assert [DEEP] == told({**reply, "schema": 0, "x": deep}, older)
        facts = {"type": "Reason", "rule": "r", "message": "m", "facts": {"a": deep}}
        assert told(facts, from_plain)

    def test_deeper_than_python_goes(self):
        """Whatever finds that out while it reads, it is a message."""

        def finds_out(*_):
            raise RecursionError

        thing = attrs.make_class("Deep", {"x": attrs.field(type=str, validator=finds_out)})
        assert [DEEP] == told('{"type": "Deep", "x": "a"}', Codec((), (), (thing,)).loads)

    @pytest.mark.parametrize("text", [None, 5, [], object()], ids=range(4))
    def test_no_text(self, text):
        """What is no text at all is said to be none."""
        (problem,) = told(text)
        assert problem.endswith("is no text; expected JSON as text, or as bytes of UTF-8")
