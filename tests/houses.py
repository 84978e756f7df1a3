"""Houses with one thing changed: what somebody would get who took a rule out, or handled a command in another way."""

import attrs

from casecore import HOUSE, CaseQueued, House, Reason, Room, Rule


def without(*rules):
    """The house, without some rules: what somebody would get who took them out."""
    kept = [
        attrs.evolve(
            room,
            needs=tuple(need for need in room.needs if need.id not in rules),
            rules=tuple(rule for rule in room.rules if rule.id not in rules),
        )
        for room in HOUSE.rooms
    ]
    assert len(HOUSE.needs) + len(HOUSE.rules) > sum(len(room.needs) + len(room.rules) for room in kept)
    return House(tuple(kept))


def renovated(name, **parts):
    """The house, with one room in which these parts are others."""
    return House(tuple(attrs.evolve(room, **parts) if room.name == name else room for room in HOUSE.rooms))


def unfollowed(name, event):
    """The house, with one room in which nothing follows an event."""
    (room,) = (room for room in HOUSE.rooms if room.name == name)
    assert event in room.follows
    return renovated(name, follows={kind: follower for kind, follower in room.follows.items() if kind is not event})


def following(name, event, follower):
    """The house, with one room in which this follows an event, and not what does otherwise."""
    (room,) = (room for room in HOUSE.rooms if room.name == name)
    assert event in room.follows
    return renovated(name, follows={**room.follows, event: follower})


def followed(event, follower):
    """The house, with one more room, in which this follows an event."""
    return House((*HOUSE.rooms, Room("annex", follows={event: follower})))


def misjudging(rule, spoil):
    """The house, in which a rule is not asked as it stands: `spoil` makes another question of it."""
    rooms = [
        attrs.evolve(
            room,
            rules=tuple(
                attrs.evolve(each, check=spoil(each.check)) if each.id == rule else each for each in room.rules
            ),
        )
        for room in HOUSE.rooms
    ]
    return House(tuple(rooms))


def forbidding(event):
    """The house, with one more rule: this never happens."""
    never = Rule("never", "Never", "-", (event,), lambda view, subject, policy: Reason("never", "it is forbidden"))
    return House((*HOUSE.rooms, Room("prohibition", rules=(never,))))


def handling(command, handler):
    """The house, in which a command is handled in another way."""
    name = next(room.name for room in HOUSE.rooms if command in room.decide)
    room = next(room for room in HOUSE.rooms if room.name == name)
    return renovated(name, decide={**room.decide, command: handler})


def nothing(view, command, policy):
    """Nothing happens."""
    return ()


def queued_only(view, command, policy):
    """Left without being released."""
    return (CaseQueued(command.by, command.at, command.case, view.case.queue, command.at),)
