"""What a check learns is kept: a second time only what an edit touches is asked, and the same is reported."""

from datetime import UTC, datetime

import attrs
import pytest

from casecore import HOUSE, House, Policy
from casecore.check import Cache, check
from casecore.check.formats import as_json
from casecore.check.in_flight import try_switches
from casecore.check.inquiries import Answers, Inquiry
from casecore.check.kept_searches import order_inquiry, search_inquiry, walk_inquiry
from casecore.check.kept_stories import KeptStory, StoryBook, ToldOtherwise
from casecore.check.order import judge_order
from casecore.check.walk import random_walk
from casecore.desk import Desk
from casecore.diff.formats import as_json as diff_as_json
from casecore.diff.report import compare
from casecore.explore import Result
from casecore.kernel.processes import Task, run_tasks
from casecore.promises import PROMISES
from casecore.rooms.composition import ROOMS
from tests.edits import CHATS, OPENED, RENAMED, SCOPES, SOP, closing, sop
from tests.houses import without

ASKED = {"scopes": (SCOPES["limit"], SCOPES["wrap-up"]), "walk": 10, "only": ("04", "08")}


@pytest.fixture
def cache(tmp_path):
    """A cache that is empty."""
    return Cache(tmp_path, "our-code")


def checked(policy, cache, **asked):
    """A report as JSON, and what was asked for it."""
    told = []
    report = check(policy, cache=cache, progress=told.append, **(ASKED | asked))
    return as_json(report, "sop.toml"), told


class TestCheck:
    """The same report, sooner."""

    def test_a_second_time(self, cache):
        """Nothing is asked."""
        first, told = checked(SOP, cache)
        assert ["limit", "wrap-up", "walk"] == told
        assert (first, []) == checked(SOP, cache)
        assert first == checked(SOP, None)[0]

    def test_a_remark(self, cache):
        """It changes nothing but the lines, and these are those of now."""
        said = "[capacity]\nchat = 0\n"
        checked(Policy.loads(said, "sop.toml"), cache)
        now = Policy.loads(f"# No chats.\n\n{said}", "sop.toml")
        report, told = checked(now, cache)
        assert [] == told
        assert '"line": 4' in report
        assert report == checked(now, None)[0]

    def test_an_edit(self, cache):
        """Only the scopes are asked that looked at it, and saw anything else."""
        checked(SOP, cache, walk=0)
        for policy, asked in (
            (sop(capacity__chat=3), ["limit"]),
            (sop(capacity__chat=9), ["limit"]),
            (sop(wrap_up__codes=["solved"]), ["wrap-up"]),
            (sop(whatsapp__window="12h"), []),
            (SOP, []),
        ):
            report, told = checked(policy, cache, walk=0)
            assert asked == told
            assert report == checked(policy, None, walk=0)[0]

    def test_side_by_side(self, cache):
        """Processes keep what they learn, too."""
        report, told = checked(SOP, cache, jobs=2)
        assert {"limit", "wrap-up", "walk"} == {*told}
        assert (report, []) == checked(SOP, cache)

    def test_two_at_once(self, cache):
        """Two commands that check the same while neither knows what the other finds."""
        tasks = [Task(str(number), lambda: checked(SOP, cache)[0]) for number in range(2)]
        first, second = run_tasks(tasks, 2, (), lambda _: None)
        assert checked(SOP, None)[0] == first == second
        assert (first, []) == checked(SOP, cache)

    def test_what_fails(self, tmp_path):
        """A story that breaks a promise, and the nearest fix, are found again."""
        house = without("capacity.channel")
        cache = Cache(tmp_path, "our-code", house)
        asked = {"scopes": (SCOPES["limit"],), "walk": 0, "only": "04", "house": house}
        first, told = checked(SOP, cache, **asked)
        assert ["limit"] == told
        assert '"verdict": "fails"' in first
        assert (first, []) == checked(SOP, cache, **asked)
        assert first == checked(SOP, None, **asked)[0]

    def test_broken_files(self, cache):
        """Whatever somebody else has written there: it is asked again."""
        first, _ = checked(SOP, cache)
        for file in (cache.folder / cache.code).iterdir():
            file.write_text("broken", "utf-8")
        again, told = checked(SOP, cache)
        assert (first, ["limit", "wrap-up", "walk"]) == (again, told)

    def test_answers_of_another_shape(self, cache, monkeypatch):
        """What cannot be read back is asked again."""
        first, _ = checked(SOP, cache)
        real = Cache.recall
        spoilt = lambda *asked: attrs.evolve(real(*asked), answer={"counts": 1})  # noqa: E731
        monkeypatch.setattr(Cache, "recall", spoilt)
        assert (first, ["limit", "wrap-up", "walk"]) == checked(SOP, cache)

    def test_other_rooms(self, cache):
        """A cache of one house answers nobody who has another."""
        with pytest.raises(ValueError, match="other rooms"):
            check(SOP, house=House(ROOMS), cache=cache, **ASKED)

    def test_the_walk_across_a_change(self, cache):
        """It is kept like any other, whatever the time is; not where a change has begun meanwhile."""
        changing = Policy.loads('[[change]]\non = 2026-12-01\nset = { "capacity.chat" = 3 }')
        asked = {"scopes": (SCOPES["offer"],), "walk": 40, "only": "04"}
        first, told = checked(changing, cache, at=datetime(2026, 11, 2, tzinfo=UTC), **asked)
        assert "walk across the changes" in told
        assert (first, []) == checked(changing, cache, at=datetime(2026, 11, 3, tzinfo=UTC), **asked)
        assert "walk across the changes" in checked(changing, cache, at=datetime(2026, 12, 3, tzinfo=UTC), **asked)[1]


class TestSwitches:
    """What becomes of cases in flight is kept, too."""

    def test_nobody_is_stranded(self, cache):
        """A second time nobody is asked; of another date's values only that switch."""
        answers, told = Answers(cache, HOUSE), []
        asked = {"progress": told.append, "answers": answers}
        for old, new, names in (
            (SOP, sop(lifecycle__close_after={"resolved": "24h"}), ["closing"]),
            (SOP, sop(lifecycle__close_after={"resolved": "24h"}), []),
            (SOP, sop(lifecycle__close_after={"resolved": "24h"}, whatsapp__window="9h"), []),
        ):
            told.clear()
            assert try_switches((closing(),), old, new) == try_switches((closing(),), old, new, **asked)
            assert names == told

    def test_somebody_is_stranded(self, cache):
        """The story is told under the policy before."""
        new = sop(queues=RENAMED)
        (one,) = try_switches((closing(),), SOP, new).stranded
        for _ in range(2):
            (kept,) = try_switches((closing(),), SOP, new, answers=Answers(cache, HOUSE)).stranded
            assert (one.what, one.hint, one.times, one.scopes) == (kept.what, kept.hint, kept.times, kept.scopes)
            assert one.story.commands == kept.story.commands
            assert [step.verdict for step in one.story.steps] == [step.verdict for step in kept.story.steps]
            assert SOP == kept.story.steps[-1].before.policy


class TestStories:
    """They are told at a desk of now."""

    def search(self, policy, checked=SCOPES["closing"], house=HOUSE):
        """To search a scope in which clocks run and nothing else looks at them."""
        promises = [promise for promise in PROMISES if promise.claimed(policy)]
        return search_inquiry(checked, policy, house, promises, 1000)

    def test_told_again(self, cache):
        """Where nothing but their telling looked at an edit, the stories are told anew, and kept."""
        Answers(cache, HOUSE).to(self.search(SOP))
        later = sop(sla__default__first_response="3h")
        found = Answers(cache, HOUSE).to(attrs.evolve(self.search(later), do=None))
        plain = Answers(None, HOUSE).to(self.search(later))
        assert {name for name, one in plain.found.items() if one.story} == {
            name for name, one in found.found.items() if one.story
        }
        name = next(name for name, one in plain.found.items() if one.story)
        story, same = found[name].story, plain[name].story
        assert [step.verdict for step in same.steps] == [step.verdict for step in story.steps]
        assert later == story.steps[-1].before.policy
        assert HOUSE is story.house
        assert same.commands == story.commands
        alike = attrs.evolve(self.search(later), do=None, tell_again=None)
        assert found.worlds == Answers(cache, HOUSE).to(alike).worlds

    def test_told_otherwise(self, cache):
        """What does not end as it did, or might not, is asked again."""

        def otherwise(*_):
            raise ToldOtherwise("it ends well")

        Answers(cache, HOUSE).to(self.search(SOP))
        for tell_again, hours in ((otherwise, "3h"), (None, "4h")):
            later, answered = self.search(sop(sla__default__first_response=hours)), []
            asked = attrs.evolve(later, do=lambda *given, a=answered, do=later.do: a.append(1) or do(*given))
            Answers(cache, HOUSE).to(attrs.evolve(asked, tell_again=tell_again))
            assert [1] == answered

    def test_how_stories_end(self):
        """With the same breach, occasion or edge as before; a story to where there is no way on only has to be told."""
        house = without("capacity.channel")
        asked = self.search(SOP, attrs.evolve(SCOPES["limit"], ways=frozenset({"18"})), house)
        plain = asked.to_plain(asked.do(SOP))
        found = plain["found"]
        assert Result.FAILS == found["04"][0]
        assert plain == asked.tell_again(plain, SOP)
        edges = [name for name, one in found.items() if one[1] and "04" not in name]
        for name, one, policy in (
            ("04", found["04"], sop(capacity__chat=9)),
            ("occasion of 04", found["occasion of 04"], sop(capacity__chat=9)),
            ("no such edge", found[edges[0]], SOP),
            ("18", found["04"], sop(channels__chat__kinds=[])),
        ):
            with pytest.raises(ToldOtherwise):
                asked.tell_again({**plain, "found": {name: one}}, policy)
        ways = {**plain, "found": {"18": found["04"]}}
        assert ways == asked.tell_again(ways, SOP)

    def test_refused(self):
        """A command that is refused now is told by nobody."""
        book = StoryBook(HOUSE)
        story = book.story(book.write([OPENED]), (), SOP)
        assert 1 == len(story)
        with pytest.raises(ToldOtherwise, match="OpenCase by ana is refused"):
            _ = story.steps

    def test_each_command_is_written_once(self):
        """And read once."""
        book = StoryBook(HOUSE)
        numbers = book.write([*CHATS, OPENED, CHATS[0]])
        assert numbers[0] == numbers[-1]
        again = StoryBook(HOUSE, book.commands).read(numbers)
        assert [*CHATS, OPENED, CHATS[0]] == again
        assert again[0] is again[-1]

    def test_under_two_policies(self):
        """Each command is given under its own."""
        never = sop(channels__chat__kinds=[])
        story = KeptStory.of((), [(CHATS[0], SOP), (attrs.evolve(CHATS[0], message="m2"), never)], Desk(SOP))
        with pytest.raises(ToldOtherwise, match="kinds"):
            _ = story.steps


def test_an_answer_that_looked_at_lines(cache):
    """It is not kept: lines move when a remark is written."""
    policy = Policy.loads("[capacity]\nchat = 3", "sop.toml")
    asked = Inquiry(
        "where",
        (policy,),
        lambda here: here.origin("capacity.chat").line,
        lambda: ["where"],
        list_of_one,
        lambda one: one,
    )
    answers = Answers(cache, HOUSE)
    assert [2] == answers.to(asked) == answers.to(asked)
    assert not (cache.folder / cache.code).exists()


def list_of_one(answer):
    """An answer as plain data."""
    return [answer]


def test_the_order(cache):
    """Also where it is wrong."""
    asked = order_inquiry(SOP)
    assert judge_order(SOP) == Answers(cache, HOUSE).to(asked) == Answers(cache, HOUSE).to(attrs.evolve(asked, do=None))

    def wrong(policy):
        return judge_order(policy, {"nobody": lambda steps, at: None})

    first = Answers(None, HOUSE).to(attrs.evolve(asked, do=wrong))
    told = attrs.evolve(asked, do=wrong, question=lambda: ["wrong"])
    for found in (Answers(cache, HOUSE).to(told), Answers(cache, HOUSE).to(attrs.evolve(told, do=None))):
        assert first.wrong == found.wrong
        assert first.story.commands == found.story.commands
        assert [step.verdict for step in first.story.steps] == [step.verdict for step in found.story.steps]


def test_the_walk(tmp_path):
    """Also where it breaks a promise."""
    house = without("assignment.available")
    answers = Answers(Cache(tmp_path, "our-code", house), house)
    asked = walk_inquiry("walk", SOP, lambda policy: random_walk(policy, 2_000, 0, house), [2_000, 0], house)
    first = Answers(None, house).to(asked)
    assert first.broken is not None
    for found in (answers.to(asked), answers.to(attrs.evolve(asked, do=None))):
        assert (first.steps, first.refusals) == (found.steps, found.refusals)
        assert (first.broken.number, first.broken.wrong) == (found.broken.number, found.broken.wrong)
        assert first.broken.story.commands == found.broken.story.commands
        assert found.broken.story.steps[-1].accepted


def compared(old, new, cache, **asked):
    """A comparison as JSON, and what was asked for it."""
    told = []
    found = compare(old, new, cache=cache, progress=told.append, **asked)
    return diff_as_json(found, "old.toml", "new.toml"), told


COMPARED = {"scopes": (SCOPES["limit"], SCOPES["offer"], SCOPES["closing"])}


class TestDiff:
    """Scopes in which two policies do the same are not compared again."""

    def test_a_second_time(self, cache):
        """Nothing is asked, and the same is told, with its stories."""
        new = sop(capacity__chat=3, routing__offer_timeout="20s", queues__billing="none")
        first, told = compared(SOP, new, cache, **COMPARED)
        assert {"limit", "limit, in flight", "offer", "closing"} <= {*told}
        assert (first, []) == compared(SOP, new, cache, **COMPARED)
        assert first == compared(SOP, new, None, **COMPARED)[0]

    def test_another_edit(self, cache):
        """Only where somebody looks at it."""
        compared(SOP, sop(away__grace="2m"), cache, **COMPARED)
        for old, new, asked in (
            (SOP, sop(capacity__chat=3), ["limit"]),
            (sop(capacity__chat=3), sop(capacity__chat=3, routing__offer_timeout="20s"), ["limit", "offer"]),
            (SOP, sop(sla__default__solution="9h"), []),
        ):
            report, told = compared(old, new, cache, **COMPARED)
            assert asked == [name for name in told if "flight" not in name]
            assert report == compared(old, new, None, **COMPARED)[0]

    def test_promises(self, cache):
        """What a check has found of them is known."""
        asked = {"scopes": (SCOPES["limit"],), "promises": True}
        first, _ = compared(SOP, sop(capacity__chat=0), cache, **asked)
        assert first == compared(SOP, sop(capacity__chat=0), cache, **asked)[0]
        assert first == compared(SOP, sop(capacity__chat=0), None, **asked)[0]
