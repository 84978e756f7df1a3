"""The house: in which order a command is decided, what softened rules do, and how rooms of one's own join."""

import pickle
from datetime import UTC, datetime

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given

from casecore.desk import Desk
from casecore.kernel import (
    UNCONCERNED,
    Accepted,
    Command,
    Deviated,
    Enforcement,
    Event,
    MissingRow,
    Reason,
    Refused,
    Room,
    Rule,
    an_id,
    frozen,
)
from casecore.kernel.deciding import Decider
from casecore.kernel.effects import Place
from casecore.kernel.records import record
from casecore.kernel.rooms import wants
from casecore.policies import Policy
from casecore.rooms.agents import AddAgent, Agent
from casecore.rooms.approvals import WaitingDraft
from casecore.rooms.cases import Case
from casecore.rooms.composition import HOUSE, House, View
from casecore.rooms.contacts import Contact
from casecore.rooms.times import CaseTime
from casecore.testing.scenario import case_in
from casecore.testing.scenario import given as given_story
from casecore.testing.strategies import histories

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@frozen
class Feed(Command):
    """Somebody feeds the cat."""

    case: str | None = an_id(default=None)


@frozen
class Stroke(Command):
    """Somebody strokes the cat."""


@frozen
class Fed(Event):
    """The cat was fed."""

    case: str | None = None


@frozen
class Purred(Event):
    """The cat purred."""


@frozen
class Slept(Event):
    """The cat fell asleep."""


@frozen
class Cat:
    """A record."""


class Sop:
    """A policy: rules that are not named block."""

    layered = False
    rule = ()

    def __init__(self, **modes):
        self.modes = {rule: Enforcement(mode) for rule, mode in modes.items()}

    def at(self, _):
        """The same at every instant."""
        return self

    def for_(self, _):
        """The same for every case."""
        return self

    def mode(self, rule):
        """How strictly a rule is kept."""
        return self.modes.get(rule, Enforcement.BLOCK)


def says_no(name, *guards, reads=(), text=None):
    """A rule that always stands in the way."""
    return Rule(name, name, "§0", guards, lambda view, subject, policy: Reason(name, text or f"{name} says no"), reads)


def says_yes(name, *guards):
    """A rule that never does."""
    return Rule(name, name, "§0", guards, lambda view, subject, policy: None)


def has_nothing_to_say(name, *guards):
    """A rule that is never concerned."""
    return Rule(name, name, "§0", guards, lambda view, subject, policy: UNCONCERNED)


def forbidden(*args):
    """What must not be asked."""
    raise AssertionError(args)


def feed(view, command, policy):
    """Feeding feeds."""
    return (Fed(command.by, command.at),)


def purr(view, event, policy):
    """A consequence: a fed cat purrs."""
    return (Purred("cat", event.at),)


def sleep(view, event, policy):
    """A consequence of the consequence: a cat that purred sleeps."""
    return (Slept("cat", event.at),)


def house_of(*, needs=(), rules=(), decide=None, follows=None):
    """A house with one room."""
    return Decider((Room("cat", needs=needs, rules=rules, decide=decide or {Feed: feed}, follows=follows or {}),))


FEED = Feed("ana", NOON)
FED = Fed("ana", NOON)


def ruled(verdict):
    """The rules that refused, in their order."""
    assert isinstance(verdict, Refused)
    return [reason.rule for reason in verdict.reasons]


class TestNeeds:
    """First: what must hold for the command to mean anything."""

    def test_first_need_refuses_alone(self):
        """Where a row is missing nothing else can be said: no other need, no rule and no handler is asked."""
        never = Rule("never", "", "§0", (Feed, Fed), forbidden)
        house = house_of(needs=(says_yes("bowl", Feed), says_no("cat", Feed), never), rules=(never,))
        assert ["cat"] == ruled(house.decide(None, FEED, Sop()))

    def test_lower_rooms_are_asked_first(self):
        """The order of rooms is the order of their needs."""
        lower, upper = Room("lower", needs=(says_no("low", Feed),)), Room("upper", needs=(says_no("high", Feed),))
        cat = Room("cat", decide={Feed: feed})
        assert ["low"] == ruled(Decider((lower, upper, cat)).decide(None, FEED, Sop()))
        assert ["high"] == ruled(Decider((upper, lower, cat)).decide(None, FEED, Sop()))

    def test_need_of_every_command(self):
        """A need that guards the class Command is asked of every command."""
        house = house_of(needs=(says_no("any", Command),))
        assert ["any"] == ruled(house.decide(None, FEED, Sop()))

    def test_need_of_another_command(self):
        """A need is asked only of what it guards."""
        house = house_of(needs=(says_no("stroke", Stroke),))
        assert Accepted((FED,)) == house.decide(None, FEED, Sop())

    @pytest.mark.parametrize("mode", ["warn", "off"])
    def test_needs_cannot_be_softened(self, mode):
        """Whatever a policy says, a need refuses."""
        house = house_of(needs=(says_no("bowl", Feed),))
        assert ["bowl"] == ruled(house.decide(None, FEED, Sop(bowl=mode)))


class TestRules:
    """Then: everything else that stands in the way."""

    def test_nothing_stands_in_the_way(self):
        """The events are what the handler proposed."""
        assert Accepted((FED,)) == house_of(rules=(says_yes("bowl", Feed),)).decide(None, FEED, Sop())

    def test_every_reason_is_listed(self):
        """The rules of the command come first, then those of what would happen; each in the order of the rooms."""
        house = house_of(rules=(says_no("a", Fed), says_no("b", Feed), says_yes("c", Feed), says_no("d", Fed)))
        assert ["b", "a", "d"] == ruled(house.decide(None, FEED, Sop()))

    def test_rule_of_an_event_guards_every_way_to_it(self):
        """No command can go round a rule about an effect."""
        house = house_of(rules=(says_no("fed", Fed),), decide={Feed: feed, Stroke: feed})
        assert ["fed"] == ruled(house.decide(None, FEED, Sop()))
        assert ["fed"] == ruled(house.decide(None, Stroke("ana", NOON), Sop()))

    def test_rule_of_every_event(self):
        """A rule that guards the class Event is asked of every event."""
        assert ["any"] == ruled(house_of(rules=(says_no("any", Event),)).decide(None, FEED, Sop()))

    def test_rule_of_another_event(self):
        """What does not happen is not asked about."""
        assert Accepted((FED,)) == house_of(rules=(says_no("slept", Slept),)).decide(None, FEED, Sop())

    def test_rule_sees_view_subject_and_policy(self):
        """A rule is given what the desk shows, the command or event it guards, and the SOP."""
        asked = []
        rule = Rule("a", "", "§0", (Feed, Fed), lambda *seen: asked.append(seen))
        sop = Sop()
        house_of(rules=(rule,)).decide("view", FEED, sop)
        assert [("view", FEED, sop), ("view", FED, sop)] == asked

    def test_same_reason_is_told_once(self):
        """Two events, one obstacle: one reason."""
        house = house_of(rules=(says_no("fed", Fed),), decide={Feed: lambda *_: (FED, FED)})
        assert ["fed"] == ruled(house.decide(None, FEED, Sop()))

    def test_different_reasons_of_one_rule(self):
        """A rule may stand in the way of two things in two ways."""
        rules = (says_no("cat", Feed, text="not now"), says_no("cat", Fed, text="not this"))
        verdict = house_of(rules=rules).decide(None, FEED, Sop())
        assert ["not now", "not this"] == [reason.message for reason in verdict.reasons]


class TestUnconcernedRules:
    """A rule may have nothing to say: that is as if nothing stood in the way."""

    def test_it_has_nothing_to_say(self):
        """It is false, as None is, and there is one of it."""
        assert not UNCONCERNED
        assert UNCONCERNED is pickle.loads(pickle.dumps(UNCONCERNED))  # noqa: S301 -- our own
        assert "unconcerned" == str(UNCONCERNED)

    @pytest.mark.parametrize("guarded", [Feed, Fed])
    def test_it_lets_pass(self, guarded):
        """Whether it is a need, a rule of the command or one of what happens."""
        silent = has_nothing_to_say("bowl", guarded)
        house = house_of(needs=(silent,), rules=(silent, says_no("cat", Feed)))
        assert Accepted((FED,)) == house_of(needs=(silent,), rules=(silent,)).decide(None, FEED, Sop())
        assert ["cat"] == ruled(house.decide(None, FEED, Sop()))

    def test_it_finds_nothing(self):
        """Asked by itself, and while arguments are missing."""
        silent = has_nothing_to_say("bowl", Feed)
        assert silent.find(None, FEED, Sop()) is None
        house = house_of(needs=(silent,), rules=(silent, says_no("cat", Feed)))
        assert ["cat"] == [reason.rule for reason in house.reasons(None, FEED, Sop(), frozenset())]


class TestSoftenedRules:
    """What a policy makes of a broken rule."""

    def test_warn(self):
        """The command is accepted; the answer says what was broken, and an event keeps it."""
        verdict = house_of(rules=(says_no("bowl", Feed),)).decide(None, FEED, Sop(bowl="warn"))
        assert (
            Accepted((FED, Deviated("ana", NOON, "bowl", "bowl says no", None)), (Reason("bowl", "bowl says no"),))
            == verdict
        )

    def test_off(self):
        """Nothing is said and nothing is kept."""
        assert Accepted((FED,)) == house_of(rules=(says_no("bowl", Feed),)).decide(None, FEED, Sop(bowl="off"))

    def test_refusal_lists_what_blocks(self):
        """Where one rule blocks, those that only warn are not part of the refusal, and no deviation is kept."""
        rules = (says_no("a", Feed), says_no("b", Feed), says_no("c", Fed))
        assert ["b"] == ruled(house_of(rules=rules).decide(None, FEED, Sop(a="warn", c="off")))

    def test_deviations_stand_last(self):
        """First what happened and what followed, then what was broken."""
        house = house_of(rules=(says_no("bowl", Feed),), follows={Fed: purr})
        events = house.decide(None, FEED, Sop(bowl="warn")).events
        assert [Fed, Purred, Deviated] == [type(event) for event in events]

    def test_deviation_names_the_case_of_the_command(self):
        """A command about a case deviates on that case."""
        house = house_of(rules=(says_no("bowl", Feed),))
        assert "c1" == house.decide(None, Feed("ana", NOON, "c1"), Sop(bowl="warn")).events[-1].case

    def test_deviation_names_the_case_of_the_events(self):
        """Regression: a command that names no case deviates on the case on which something happens."""
        house = house_of(
            rules=(says_no("bowl", Feed),), decide={Feed: lambda *_: (Slept("cat", NOON), Fed("ana", NOON, "c2"))}
        )
        assert "c2" == house.decide(None, FEED, Sop(bowl="warn")).events[-1].case


class TestConsequences:
    """Last: what the events entail."""

    def test_consequences_have_consequences(self):
        """The cat is fed, so it purrs, so it sleeps."""
        house = house_of(follows={Fed: purr, Purred: sleep})
        assert (FED, Purred("cat", NOON), Slept("cat", NOON)) == house.decide(None, FEED, Sop()).events

    def test_every_room_adds_its_own(self):
        """Two rooms may both follow one event; the lower one's consequence stands first."""
        house = Decider((Room("cat", decide={Feed: feed}, follows={Fed: sleep}), Room("ears", follows={Fed: purr})))
        assert [Fed, Slept, Purred] == [type(event) for event in house.decide(None, FEED, Sop()).events]

    def test_consequences_are_never_refused(self):
        """A rule about an event is not asked where the event is only a consequence."""
        house = house_of(rules=(Rule("never", "", "§0", (Purred,), forbidden),), follows={Fed: purr})
        assert (FED, Purred("cat", NOON)) == house.decide(None, FEED, Sop()).events

    def test_nothing_follows_a_refusal(self):
        """What does not happen has no consequences."""
        house = house_of(rules=(says_no("bowl", Feed),), follows={Fed: forbidden})
        assert ["bowl"] == ruled(house.decide(None, FEED, Sop()))


class TestUnknownCommands:
    """A command that no room decides."""

    def test_refused(self):
        """It is refused, not raised, and the reason says what to do."""
        verdict = house_of().decide(None, Stroke("ana", NOON), Sop())
        assert "[command.known] no room of this house decides Stroke" in str(verdict)

    def test_subclass_is_another_command(self):
        """A host's own variant of a command is not silently taken for the original."""

        @frozen
        class FeedTwice(Feed):
            """Twice as much."""

        assert ["command.known"] == ruled(house_of().decide(None, FeedTwice("ana", NOON), Sop()))


class TestReasons:
    """What stands in the way while arguments are still missing."""

    def test_rules_that_read_a_missing_argument_are_not_asked(self):
        """They cannot be judged yet."""
        rules = (says_no("a", Feed, reads=("case",)), says_no("b", Feed), says_no("c", Fed, reads=("case",)))
        reasons = house_of(rules=rules).reasons(None, FEED, Sop(), frozenset({"case"}))
        assert ["b"] == [reason.rule for reason in reasons]

    def test_with_every_argument(self):
        """With nothing missing, it is what `decide` says."""
        rules = (says_no("a", Feed, reads=("case",)), says_no("b", Feed), says_no("c", Fed))
        house = house_of(rules=rules)
        assert house.decide(None, FEED, Sop()).reasons == house.reasons(None, FEED, Sop(), frozenset())

    def test_first_need_stands_alone(self):
        """As in `decide`; a need that reads a missing argument is passed over."""
        needs = (says_no("a", Feed, reads=("case",)), says_yes("b", Feed), says_no("c", Feed), says_no("d", Feed))
        house = house_of(needs=needs, rules=(Rule("never", "", "§0", (Feed,), forbidden),))
        assert ["c"] == [reason.rule for reason in house.reasons(None, FEED, Sop(), frozenset({"case"}))]

    def test_softened_rules_do_not_stand_in_the_way(self):
        """A rule that only warns greys nothing out."""
        rules = (says_no("a", Feed), says_no("b", Feed), says_no("c", Feed))
        reasons = house_of(rules=rules).reasons(None, FEED, Sop(a="warn", b="off"), frozenset())
        assert ["c"] == [reason.rule for reason in reasons]

    def test_same_reason_is_told_once(self):
        """As in `decide`."""
        house = house_of(rules=(says_no("fed", Fed),), decide={Feed: lambda *_: (FED, FED)})
        assert 1 == len(house.reasons(None, FEED, Sop(), frozenset()))


def made(event):
    """A cat comes."""
    return Cat()


def changed(cat, event):
    """A cat changes."""


@frozen
class Kennel:
    """A view with two rows, of which one or both may be missing."""

    dog: str | None = None
    bowl: str | None = None


@wants("dog")
def no_dog_twice(view, subject, policy):
    """Asked only where there is a dog."""
    return Reason("dog.single", f"{view.dog} is there", "wait")


@wants("dog", "bowl")
def fed_by_hand(view, subject, policy):
    """Happens only where there is a dog, and a bowl."""
    return (Purred(view.dog, NOON),)


class TestWants:
    """Rules, handlers and consequences that say which rows of the view they want."""

    RULE = Rule("dog.single", "There is one dog", "§0", (Feed,), no_dog_twice)

    @pytest.mark.parametrize(("view", "refused"), [(Kennel(), False), (Kennel("rex"), True), (Kennel(bowl="b"), False)])
    def test_rules(self, view, refused):
        """A rule, and a need, says nothing of a row that is not there."""
        assert refused is (self.RULE.find(view, FEED, Sop()) is not None)
        for house in (house_of(rules=(self.RULE,)), house_of(needs=(self.RULE,))):
            assert refused is not bool(house.decide(view, FEED, Sop()))
            assert refused is bool(house.reasons(view, FEED, Sop(), frozenset()))

    @pytest.mark.parametrize("view", [Kennel(), Kennel("rex"), Kennel(bowl="b"), Kennel("rex", "b")])
    def test_handlers_and_consequences(self, view):
        """They give nothing where one of the rows is missing."""
        happens = (Purred("rex", NOON),) if view.dog and view.bowl else ()
        assert happens == house_of(decide={Feed: fed_by_hand}).decide(view, FEED, Sop()).events
        house = house_of(decide={Feed: lambda *_: (FED,)}, follows={Fed: fed_by_hand})
        assert (FED, *happens) == house.decide(view, FEED, Sop()).events


CATS = {Cat: Place("cats", "by")}


def done_by(effects):
    """What effects do: to which class, how, and whether there may be no record."""
    return [(effect.record, effect.create, effect.edit, effect.optional) for effect in effects]


class TestEffects:
    """How events change records."""

    def test_all_sorts(self):
        """An event may create, edit and remove records; lower rooms first."""
        lower = Room("lower", creates={(Cat, Fed): made}, evolve={(Cat, Purred): changed})
        upper = Room("upper", evolve={(Cat, Fed): changed}, removes=frozenset({(Cat, Slept)}))
        house = Decider((lower, upper))
        effects = house.effects_at(CATS)
        assert [(Cat, made, None, False), (Cat, None, changed, False)] == done_by(effects[Fed])
        assert [(Cat, None, changed, False)] == done_by(effects[Purred])
        assert [(Cat, None, None, False)] == done_by(effects[Slept])

    def test_event_that_changes_nothing(self):
        """An event of which no room speaks stands in the history only."""
        assert () == house_of().effects_at(CATS)[Fed]

    def test_what_stands_in_the_history_only(self):
        """Of a deviation the desk keeps only when it was, on the case."""
        assert [CaseTime] == [effect.record for effect in HOUSE.effects[Deviated]]

    def test_records_without_a_place(self):
        """What lives nowhere is left aside."""
        house = Decider((Room("cat", creates={(Cat, Fed): made}),))
        assert () == house.effects_at({})[Fed]

    def test_asked_twice(self):
        """The answer is compiled once."""
        effects = Decider((Room("cat", creates={(Cat, Fed): made}),)).effects_at(CATS)
        assert effects[Fed] is effects[Fed]


@record
class Bowl:
    """A record that changes."""

    owner: str
    food: int = 0


def placed(event):
    """A bowl comes."""
    return Bowl(event.by)


def filled(bowl, event):
    """A bowl is filled."""
    bowl.food += 1


def doubled(bowl, event):
    """Twice as much."""
    bowl.food *= 2


class TestFold:
    """The records of one class that a history leaves."""

    HOUSE = Decider(
        (
            Room("bowls", creates={(Bowl, Slept): placed}, evolve={(Bowl, Fed): filled, (Cat, Purred): changed}),
            Room("more", evolve={(Bowl, Fed): doubled}, removes=frozenset({(Bowl, Purred)})),
        )
    )

    def fold(self, *events):
        """The bowls by their owner."""
        return self.HOUSE.fold(Bowl, "by", events)

    def test_created_and_edited(self):
        """Each event does all that its rooms say, lower rooms first; every record has its own id."""
        events = (Slept("ana", NOON), Slept("ben", NOON), Fed("ana", NOON), Fed("ana", NOON))
        bowls = self.fold(*events)
        assert {"ana": Bowl("ana", 6), "ben": Bowl("ben", 0)} == bowls
        assert {Bowl} == {type(bowl) for bowl in bowls.values()}

    def test_removed(self):
        """What leaves is not there, and may come again."""
        assert {} == self.fold(Slept("ana", NOON), Purred("ana", NOON))
        assert {"ana": Bowl("ana")} == self.fold(Slept("ana", NOON), Purred("ana", NOON), Slept("ana", NOON))

    def test_events_of_others(self):
        """Events that concern no record of the class are passed over."""
        assert {} == self.fold(Event("ana", NOON), Deviated("ana", NOON, "a.rule", "no"))

    @pytest.mark.parametrize("event", [Fed("ana", NOON), Purred("ana", NOON)], ids=["edited", "removed"])
    def test_gap_in_the_history(self, event):
        """What was never made can be neither edited nor removed; the error names event and id."""
        with pytest.raises(MissingRow) as caught:
            self.fold(Slept("ben", NOON), event)
        assert (event, "ana") == (caught.value.event, caught.value.row)

    def test_noticed(self):
        """What an event changes only where there is a record: where there is none, nothing changes."""
        house = Decider((Room("bowls", creates={(Bowl, Slept): placed}, notices={(Bowl, Fed): filled}),))
        fed, slept = Fed("ana", NOON), Slept("ana", NOON)
        assert {} == house.fold(Bowl, "by", [fed])
        assert house.fold(Bowl, "by", [slept, fed]) == house.fold(Bowl, "by", [fed, slept, fed])
        assert [(Bowl, None, filled, True)] == done_by(house.effects_at({Bowl: Place("bowls", "by")})[Fed])

    def test_edited_and_noticed(self):
        """Where one room needs the record, it has to be there."""
        rooms = (Room("notices", notices={(Bowl, Fed): filled}), Room("needs", evolve={(Bowl, Fed): doubled}))
        with pytest.raises(MissingRow):
            Decider(rooms).fold(Bowl, "by", [Fed("ana", NOON)])

    def test_contacts(self):
        """Regression: folding a history's contacts stopped at the first message that came while nobody had the case."""
        story = given_story(case_in("open"), case_in("closed", "c2"))
        contacts = {case: file.contact for case, file in story.desk.cases.items() if file.contact is not None}
        assert contacts == HOUSE.fold(Contact, "case", story.events)
        assert ["c1"] == list(contacts)

    @given(histories())
    def test_as_the_desk(self, events):
        """The records are those of the desk that the history leads to."""
        desk = Desk().evolve(events)
        assert {case: file.case for case, file in desk.cases.items()} == HOUSE.fold(Case, "case", events)
        assert dict(desk.agents) == HOUSE.fold(Agent, "agent", events)
        waiting = {case: file.draft for case, file in desk.cases.items() if file.draft is not None}
        assert waiting == HOUSE.fold(WaitingDraft, "case", events)
        contacts = {case: file.contact for case, file in desk.cases.items() if file.contact is not None}
        assert contacts == HOUSE.fold(Contact, "case", events)


class TestHouse:
    """The house itself."""

    def test_lists(self):
        """It tells its needs, rules and commands, lower rooms first."""
        need, rule, other = says_yes("need", Feed), says_yes("rule", Feed), says_yes("other", Stroke)
        lower = Room("lower", needs=(need,), rules=(rule,), decide={Feed: feed})
        house = Decider((lower, Room("upper", rules=(other,), decide={Stroke: feed})))
        assert ((need,), (rule, other), (Feed, Stroke)) == (house.needs, house.rules, house.commands)

    def test_never_changes(self):
        """Rooms are added by building another house."""
        with pytest.raises(FrozenInstanceError):
            HOUSE.rooms = ()

    def test_room_of_ones_own(self):
        """A larger house knows the old commands and the new one; its rules guard both, and the old needs too."""
        room = Room("cat", rules=(says_no("desk.full", AddAgent),), decide={Feed: feed})
        larger = House((*HOUSE.rooms, room))
        add = AddAgent("system", NOON, "ana")
        assert (*HOUSE.commands, Feed) == larger.commands
        assert HOUSE.decide(View(), add, Policy())
        assert ["desk.full"] == ruled(larger.decide(View(), add, Policy()))
        assert Accepted((Fed("system", NOON),)) == larger.decide(View(), Feed("system", NOON), Policy())
        assert ["agent.known"] == ruled(larger.decide(View(), FEED, Policy()))
