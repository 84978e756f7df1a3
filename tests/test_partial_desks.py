"""What a service asks: which rows a command needs, what it changed, how clocks stand, what another policy strands."""

import attrs
import pytest

from casecore import (
    HOUSE,
    ROOMS,
    AddNote,
    CommandError,
    DeleteNote,
    Desk,
    House,
    OpenCase,
    Policy,
    PolicyError,
    Status,
    SubmitDraft,
)
from casecore.check.in_flight import stranded_cases
from casecore.kernel.loading import NotLoaded
from casecore.testing.scenario import at, case_in, given, new_case
from tests.sops import sop


def loaded(desk, command, **how):
    """A desk of the rows that a command needs."""
    return Desk.loaded(desk.policy, command, desk.row, desk.now, **how)


class TestRows:
    """What is loaded, and what is written back."""

    def test_rows_of_a_command(self):
        """Those that it names, and those to which they lead, in order; whether they are there or not."""
        desk = given(case_in("open")).desk
        assert desk.rows_of(OpenCase("ben", at(), "c1")) == (
            ("agents", "ben"),
            ("cases", "c1"),
            ("threads", "t-c1"),
            ("customers", "maria"),
            ("agents", "ana"),
        )
        assert (("agents", "zoe"), ("cases", "nowhere")) == desk.rows_of(OpenCase("zoe", at(), "nowhere"))

    def test_what_has_changed(self):
        """Rows by table and id; nothing where nothing happened."""
        story = given(case_in("open"))
        after = story.when(AddNote("ana", at(minutes=5), "n1", "Call back", "c1")).desk
        assert {("notes", "n1"), ("cases", "c1")} == after.changed(story.desk).keys()
        assert after.notes["n1"] is after.changed(story.desk)["notes", "n1"]
        assert {} == after.changed(after)

    def test_what_is_gone(self):
        """It has no row any more, on a whole desk and on one of a few rows."""
        desk = given(case_in("open"), AddNote("ana", at(minutes=5), "n1", "Call back", "c1")).desk
        delete = DeleteNote("ana", at(minutes=6), "n1")
        for before in (desk, loaded(desk, delete)):
            after, _ = before.handle(delete)
            assert None is after.changed(before)["notes", "n1"]

    def test_several_commands(self):
        """The second is decided after the first, as far as its rows were loaded."""
        desk = given().desk
        first, second = new_case("c1"), OpenCase("ana", at(minutes=1), "c1")
        few = loaded(desk, [first, second], cases=["c9"])
        after, _ = few.handle(first)
        assert Status.NEW is after.status("c1")
        assert () == few.due_of_case("c9")
        with pytest.raises(NotLoaded):
            few.status("c2")

    def test_rows_of_own_rooms(self):
        """The desk has its house."""
        house = House(ROOMS)
        assert house is loaded(given().desk, new_case("c1"), house=house).house


class TestClocks:
    """How the service clocks of a case stand."""

    def test_they_run(self):
        """Those that have begun, each with its target."""
        desk = given(new_case("c1")).desk
        assert ["first_response", "solution"] == [clock.name for clock in desk.clocks("c1", at(minutes=1))]
        assert 60 == desk.clocks("c1", at(minutes=1))[0].elapsed.total_seconds()

    def test_none(self):
        """No case, no clock; no instant, no answer."""
        assert () == Desk().clocks("c1", at())
        with pytest.raises(CommandError, match="is not an instant"):
            Desk().clocks("c1", "now")


QUEUES = {"queues": {"everything": {"fallback": True}}}


class TestAnotherPolicy:
    """A desk goes over to another SOP."""

    def test_with_policy(self):
        """What is decided from then on is; nothing else changes."""
        desk, new = given(case_in("open")).desk, sop(capacity={"chat": 1})
        after = desk.with_policy(new)
        assert (new, desk.cases) == (after.policy, after.cases)
        assert desk.policy is not new

    @pytest.mark.parametrize("given_one", ["sop.toml", Policy.loads('[enforcement]\n"parcel.lost" = "warn"')])
    def test_what_is_none(self, given_one):
        """A path is no policy, and a rule of rooms that this desk has not cannot be softened."""
        with pytest.raises(PolicyError):
            Desk().with_policy(given_one)

    def test_a_queue_that_is_gone(self):
        """A case and a draft that stand in it are stranded, with a hint; a closed case is not."""
        story = given(case_in("open", channel="email"), case_in("closed", case="c2"))
        (found,) = stranded_cases(story.desk, Policy.from_dict(QUEUES))
        assert ("c1", "a case stands in the queue general, which the new policy does not have") == (
            found.case,
            found.what,
        )
        assert (
            "keep the queue general until it is empty, or move what is in it, e.g. to everything, before" == found.hint
        )

    def test_no_way_to_closed(self):
        """Where nobody may close any more, and no time does."""
        never = sop(lifecycle={"close_by": (), "close_after": {}})
        desk = given(case_in("open", channel="email")).desk
        (found,) = stranded_cases(desk, never)
        assert "there is no way to closed any more" == found.what
        assert () == tuple(stranded_cases(desk.with_policy(never), desk.policy))
        assert () == tuple(stranded_cases(desk, desk.policy))

    def test_a_draft_that_nobody_can_decide(self):
        """What it carries is not taken any more, so it can no longer be approved."""
        draft = SubmitDraft("ana", at(minutes=5), "c1", "d1", "See there", subject="Re", attachments=("a.pdf",))
        desk = given(case_in("open", channel="email"), draft).desk
        rules = attrs.evolve(desk.policy.channels.email, attachments=False)
        (found,) = stranded_cases(desk, sop(channels={"email": rules}))
        assert ("c1", "the draft can no longer be decided") == (found.case, found.what)


def test_a_repeat_is_told_as_one():
    """What only brings an id that is taken was delivered twice; anything else is refused for another reason."""
    desk, message = given(new_case("c1")).desk, new_case("c1")
    assert desk.decide(message).repeats
    assert desk.decide(attrs.evolve(message, message="m9"))
    assert not desk.decide(OpenCase("zoe", at(), "c1")).repeats
    assert HOUSE is desk.house
