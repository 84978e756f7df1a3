"""A room of a team's own loses nothing: the example that pays refunds is decided, proved, compared and replayed."""

import json
import pickle
from pathlib import Path

import attrs
import pytest

from casecore import HOUSE, ROOMS, Agenda, Archive, CloseCase, Desk, House, Policy, Reason, Room, Router, Rule
from casecore.check import check
from casecore.check.own_scopes import own_scopes
from casecore.check.report import PromiseVerdict
from casecore.check.scope_search import search_scope
from casecore.check.scopes import CheckedScope
from casecore.codec import house_codec
from casecore.explore import LIMIT, Result, explore
from casecore.promises import Step, promises_of
from casecore.testing.laws import broken_laws, rows_of
from casecore.testing.scenario import at, case_in, given

FOLDER = Path(__file__).parents[2] / "examples/own_rules"


@pytest.fixture
def refunds(monkeypatch):
    """The module of the example, and the house in it."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import refund_desk
    from refund_desk import refunds

    return attrs.make_class("Refunds", ["HOUSE", "ROOM", "of"])(refund_desk.HOUSE, refunds.REFUNDS, refunds)


@pytest.fixture
def asked(refunds):
    """A refund waits on the case of ana."""
    ask = refunds.of.AskRefund("ana", at(minutes=5), "c1", 12_50)
    return given(case_in("open"), ask, house=refunds.HOUSE)


class TestDesk:
    """At a desk with the larger house."""

    def test_it_is_kept_on_the_case(self, asked, refunds):
        """What the room keeps stands in the case's file, and in every view of the case."""
        kept = refunds.of.Refund("ana", at(minutes=5), 12_50)
        assert kept == asked.desk.cases["c1"].refund
        assert kept == asked.desk.view_of("c1").refund

    def test_its_rules_refuse_like_ours(self, asked, refunds):
        """With their title and clause; whoever asked does not grant, and the case is not resolved meanwhile."""
        grant = refunds.of.GrantRefund("ana", at(minutes=6), "c1")
        (reason,) = asked.when(grant).refused("refund.second_person").verdict.reasons
        assert ("A second person grants it", "Finance SOP 4.2") == (reason.title, reason.clause)
        granted = asked.and_given(attrs.evolve(grant, by="dora"))
        assert granted.desk.cases["c1"].refund is None

    def test_an_inbox_offers_it(self, asked):
        """Its probes are among the actions, allowed or with what stands in the way."""
        actions = {action.name: action for action in asked.desk.actions("ana", "c1", at(minutes=6))}
        assert ["refund.one"] == [reason.rule for reason in actions["ask_refund"].reasons]
        assert actions["ask_refund"].asks == ("cents",)

    def test_its_timer_is_due(self, asked):
        """A day after it was asked for, as the desk says and as the agenda follows."""
        (due,) = (due for due in asked.desk.due() if due.key == "refunds")
        assert (at(hours=24, minutes=5), "c1") == (due.at, due.case)
        assert due in Agenda(asked.desk).ripe(at(hours=48))

    def test_routing_and_search_follow_it(self, asked, refunds):
        """A router and an archive go on with its events."""
        router, archive = Router(asked.desk), Archive(Policy.default(), refunds.HOUSE).update(asked.events)
        granted = asked.and_given(refunds.of.GrantRefund("dora", at(minutes=6), "c1"))
        router.update(granted.desk, granted.events[len(asked.events) :])
        assert router.next(granted.desk, at(minutes=7)) is None
        assert ["c1"] == [row.case for row in archive.update(granted.events[len(asked.events) :]).search().results]

    def test_json_and_pickles(self, asked, refunds):
        """The whole desk is written and read, with what the room keeps; whoever reads has the rooms."""
        codec = house_codec(refunds.HOUSE)
        read = codec.loads(codec.dumps(asked.desk))
        assert (asked.desk, refunds.HOUSE) == (read, read.house)
        assert asked.desk == pickle.loads(pickle.dumps(asked.desk))  # noqa: S301 -- our own, just written
        assert asked.events == tuple(map(codec.event_from, map(codec.to_plain, asked.events)))

    def test_the_laws_hold(self, asked, refunds):
        """The rows of a view are enough, also those of the room."""
        rows, outcome = rows_of(asked.desk), asked.when(refunds.of.GrantRefund("dora", at(minutes=6), "c1"))
        few = Desk.loaded(asked.desk.policy, outcome.command, asked.desk.row, house=refunds.HOUSE)
        assert asked.desk.cases["c1"].refund == few.cases["c1"].refund
        assert [] == list(broken_laws(Step.of(asked.desk, outcome.command), rows))


class TestSoftening:
    """`[enforcement]` softens a rule of an own room as it does ours, where the room lets it."""

    def test_it_warns(self, refunds):
        """What the policy only warns about is done, and noted."""
        policy = Policy.loads('[enforcement]\n"refund.waits" = "warn"')
        desk = given(case_in("open", channel="email"), policy=policy, house=refunds.HOUSE)
        asked = desk.and_given(refunds.of.AskRefund("ana", at(minutes=5), "c1", 12_50))
        asked.when(CloseCase("ana", at(minutes=6), "c1")).warns("refund.waits")

    def test_the_house_says_which(self, refunds):
        """Those that hold the data together are not among them."""
        assert {"refund.waits"} == refunds.HOUSE.softened - HOUSE.softened


class TestProofs:
    """What it promises is proved as ours is, in scopes of its own."""

    def test_its_promise_is_proved(self, refunds):
        """R1 is put to the test and holds; each world is a world of desks."""
        report = check(Policy.default(), house=refunds.HOUSE, only="R1", scopes="own-room-refunds-on-chat", walk=300)
        (judgement,) = report.judgements
        assert (PromiseVerdict.PROVED, "R1") == (judgement.verdict, judgement.number)
        assert [(searched.worlds, True) for searched in report.searched] == [
            (searched.desks, searched.complete) for searched in report.searched
        ]

    def test_without_its_rule_it_fails(self, refunds):
        """The rule taken out, the shortest story shows somebody who grants what they asked for."""
        rules = tuple(rule for rule in refunds.ROOM.rules if rule.id != "refund.second_person")
        house = House((*ROOMS, attrs.evolve(refunds.ROOM, rules=rules)))
        scope = CheckedScope(next(iter(own_scopes(Policy.default(), house))))
        found = search_scope(scope, Policy.default(), house, list(refunds.ROOM.promises), LIMIT)["R1"]
        assert Result.FAILS is found.result
        assert ["ReceiveMessage", "AskRefund", "GrantRefund"] == [
            type(step.command).__name__ for step in found.story.steps
        ]
        assert found.wrong == ("ana granted a refund on case c1 that they had asked for",)

    def test_a_rule_that_traps_a_case_is_found(self, refunds):
        """Where nobody can grant, a case with a refund can only be closed as spam; where not even that, 18 fails."""
        never = Rule("refund.never", "Never", "-", (refunds.of.RefundGranted,), lambda *_: Reason("refund.never", "no"))
        trapped = attrs.evolve(refunds.ROOM, rules=(*refunds.ROOM.rules, never))
        assert Result.PROVED is _way_to_closed(House((*ROOMS, trapped)))
        not_even = refunds.of._ENDS[-1:]
        shut = Rule("refund.shut", "Never", "-", not_even, lambda view, *_: view.refund and Reason("refund.shut", "no"))
        assert Result.FAILS is _way_to_closed(House((*ROOMS, attrs.evolve(trapped, rules=(*trapped.rules, shut)))))

    def test_two_promises_of_one_number(self, refunds):
        """They could not be told apart."""
        (own,) = refunds.ROOM.promises
        again = Room("again", promises=(attrs.evolve(own, number="04"),))
        with pytest.raises(ValueError, match="two promises are numbered '04'"):
            promises_of(House((*ROOMS, again)))


def _way_to_closed(house):
    scope = next(iter(own_scopes(Policy.default(), house)))
    closed = {"closed": lambda desk: desk.cases["c1"].case.status.value == "closed" if "c1" in desk.cases else True}
    return explore(scope, Policy.default(), house=house, possible=closed)["closed"].result


class TestHouse:
    """What a house asks of rooms."""

    @pytest.mark.parametrize("name", ["draft", "refund"])
    def test_a_name_that_is_taken(self, refunds, name):
        """Two sheets of one name would be one."""
        other = attrs.make_class("Other", [])
        rooms = (*ROOMS, refunds.ROOM, Room("more", keeps={name: other}))
        with pytest.raises(ValueError, match=f"room 'more' keeps '{name}', which is kept already"):
            House(rooms)

    def test_a_sentence_with_a_blank_of_nothing(self, refunds):
        """It could not be filled when a day is replayed."""
        told = attrs.evolve(refunds.ROOM, tells={refunds.of.AskRefund: "{by} asks for {euros}"})
        with pytest.raises(ValueError, match="AskRefund has no 'euros', which"):
            House((*ROOMS, told))

    def test_one_without_a_name_is_not_sent(self, refunds):
        """Another process could not find it."""
        with pytest.raises(pickle.PicklingError, match="stands in no module"):
            pickle.dumps(House((*ROOMS, refunds.ROOM)))


HOUSE_OPTION = ("--house", "refund_desk:HOUSE")


class TestCommandLine:
    """`--house`, for every command."""

    @pytest.fixture(autouse=True)
    def _there(self, monkeypatch):
        monkeypatch.chdir(FOLDER)

    def test_its_day(self, casecore):
        """Its commands are read, and its promise is kept."""
        code, printed, complaints = casecore("replay", "day.jsonl", "--house", "refund_desk:HOUSE", "--promises")
        assert (0, "") == (code, complaints)
        assert "refund.waits             a refund of 12.50 waits on case c1" in printed
        assert "ana asks to refund 1250 cents on case c1" in printed

    def test_its_rules(self, casecore):
        """They are listed with ours."""
        code, printed, _ = casecore("rules", "--house", "refund_desk:HOUSE", "--format", "md")
        assert code == 0
        assert (
            "| refund.second_person | A second person grants it | Finance SOP 4.2 | GrantRefund | always |" in printed
        )

    def test_its_sop(self, casecore):
        """The rule that the policy has beside the room is listed, and explained in words."""
        (listed,) = (
            rule
            for rule in json.loads(casecore("rules", "--policy", "sop.toml", "--format", "json", *HOUSE_OPTION)[1])
            if rule["id"] == "goods.back_first"
        )
        assert ([{"key": "rule[0]", "place": "sop.toml:12:1"}], "block") == (listed["set_by"], listed["enforcement"])
        _, printed, _ = casecore("explain", "goods.back_first", "--policy", "sop.toml", *HOUSE_OPTION)
        assert "  guards  a case is resolved, by a reply or by hand\n  when    the reason is return\n" in printed
        assert "  needs   goods is back\n  kept    block\n  set by  rule[0] sop.toml:12:1\n" in printed

    def test_explain_tells_of_its_rules(self, casecore):
        """A rule that no key is called like says what it guards, and how it is kept."""
        code, printed, _ = casecore("explain", "refund.waits", *HOUSE_OPTION, "--format", "json")
        assert {
            "rule": "refund.waits",
            "title": "It is granted first",
            "clause": "Finance SOP 4.3",
            "guards": ["StatusSet", "ReplySent", "CaseClosed"],
            "kept": "block",
            "set_by": [],
        } == json.loads(printed)
        assert code == 0
        assert "kept    always" in casecore("explain", "refund.second_person", *HOUSE_OPTION)[1]

    @pytest.mark.parametrize("rule", ["refund.second_person", "refund.wait"])
    @pytest.mark.parametrize("layer", ["", "[[change]]\non = 2027-01-01\nset = {{ {} }}"])
    def test_what_it_does_not_soften(self, casecore, tmp_path, rule, layer):
        """A rule that there is not, or that holds the data together, is told at its place by every command."""
        said = f'enforcement."{rule}" = "warn"'
        sop = tmp_path / "sop.toml"
        sop.write_text(layer.format(said.replace('enforcement."', '"enforcement.')) if layer else said)
        code, _, complaints = casecore("rules", "--policy", sop, *HOUSE_OPTION)
        assert code == 2
        assert "cannot be softened" in complaints
        assert ("did you mean 'refund.waits'?" in complaints) is (rule == "refund.wait")
        assert f"--> {sop}:{3 if layer else 1}:" in complaints

    def test_check(self, casecore):
        """It is checked in processes of their own, as ours is."""
        asked = ("--house", "refund_desk:HOUSE", "--only", "R1", "--walk", "0", "--jobs", "2")
        scopes = ("--scope", "own-room-refunds-on-email", "--scope", "own-room-refunds-on-chat")
        code, printed, _ = casecore("check", *asked, *scopes)
        assert code == 0
        assert "proved  1: PR1" in printed

    def test_diff(self, casecore, tmp_path):
        """Two policies are compared with it."""
        (tmp_path / "old.toml").write_text("")
        (tmp_path / "new.toml").write_text("[tags]\nlimit = 1\n")
        scope = ("--scope", "own-room-refunds-on-email")
        code, printed, _ = casecore(
            "diff", tmp_path / "old.toml", tmp_path / "new.toml", "--house", "refund_desk:HOUSE", *scope
        )
        assert code == 0
        assert "all of them\n1 edit: 1 edit without effect." in printed

    def test_an_installed_package(self, casecore, monkeypatch, tmp_path):
        """A package says that it has one, and what it is called."""
        info = tmp_path / "refund_desk-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: refund-desk\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[casecore.houses]\nrefunds = refund_desk:HOUSE\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        assert "refund.waits" in casecore("rules", "--house", "refunds")[1]
        assert "did you mean 'refunds'?" in casecore("rules", "--house", "refund")[2]

    @pytest.mark.parametrize(
        ("named", "told"),
        [
            ("nosuch", "no installed package has a house of that name (casecore.houses)"),
            ("no_such_module:HOUSE", "no_such_module cannot be imported (ModuleNotFoundError: No module named"),
            ("refund_desk:HOUS", "refund_desk has no HOUS; did you mean 'HOUSE'?"),
            ("refund_desk:", "refund_desk has no name after the colon"),
            ("refund_desk:REFUNDS", "is no house; make one: House((*ROOMS, MY_ROOM))"),
        ],
    )
    def test_what_is_no_house(self, casecore, named, told):
        """One line says why, and what to write instead."""
        code, _, complaints = casecore("rules", "--house", named)
        assert code == 2
        assert complaints.startswith(f"--house {named}: ")
        assert told in " ".join(complaints.split())
        assert 1 == complaints.count("\n")
