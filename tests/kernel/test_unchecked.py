"""Commands that are made without a look at their fields."""

import attrs
import pytest
from hypothesis import given

from casecore import HOUSE, AddAgent, CommandError, SendReply, Status
from casecore.kernel import Event, frozen
from casecore.kernel.unchecked import unchecked
from casecore.kernel.values import fields_of
from casecore.testing.scenario import at
from casecore.testing.strategies import any_command


@given(any_command())
def test_the_same_command(command):
    """What is given as the command would hold it makes the same command, whatever is compared."""
    held = {field.alias: getattr(command, field.name) for field in fields_of(type(command))}
    made = unchecked(type(command))(**held)
    assert (command, repr(command), hash(command)) == (made, repr(made), hash(made))
    assert type(command) is type(made)
    assert command == attrs.evolve(made)


@pytest.mark.parametrize("kind", HOUSE.commands)
def test_what_is_left_out(kind):
    """A field that may be left out has what it always has; no two commands share what could change."""
    needed = {field.alias: None for field in fields_of(kind) if field.default is attrs.NOTHING}
    made = unchecked(kind)(**needed)
    for field in fields_of(kind):
        default = field.default.factory() if isinstance(field.default, attrs.Factory) else field.default
        assert getattr(made, field.name) == (None if field.default is attrs.NOTHING else default)


def test_in_order():
    """Fields are taken in the order in which the command has them."""
    made = unchecked(SendReply)("ana", at(0), "1", "m-1", "Bom dia!", Status.PENDING)
    assert SendReply("ana", at(0), "1", "m-1", "Bom dia!", Status.PENDING) == made
    with pytest.raises(TypeError):
        unchecked(SendReply)("ana", at(0), "1")


def test_nothing_is_looked_at():
    """That is what it is for, and why the host has to."""
    with pytest.raises(CommandError):
        AddAgent("", at(0), "")
    assert not unchecked(AddAgent)("", at(0), "").agent


def test_it_never_changes():
    """It is a command like any other."""
    made = unchecked(SendReply)("ana", at(0), "1", "m-1", "Bom dia!", Status.PENDING)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.case = "2"


def test_a_class_of_somebodys_own():
    """Fields by their names only, and what is made anew for each, are as in the class."""

    @frozen
    class Counted(Event):
        words: dict = attrs.field(factory=dict, kw_only=True)
        _hidden: int = attrs.field(default=3)

    counted = unchecked(Counted)
    assert Counted("ana", at(0), words={"a": 1}, hidden=4) == counted("ana", at(0), words={"a": 1}, hidden=4)
    one, other = counted("ana", at(0)), counted("ana", at(0))
    assert (Counted("ana", at(0)), False) == (one, one.words is other.words)
    with pytest.raises(TypeError):
        counted("ana", at(0), 3, {})
