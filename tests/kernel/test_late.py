"""A class that is finished late is like one that attrs has made at once, and nobody can tell when it was finished."""

import copy
import inspect
import pickle
import sys
from collections.abc import Mapping
from importlib import import_module
from threading import Barrier, Thread
from types import ModuleType
from typing import ClassVar, Generic, TypeVar
from weakref import ref

import attrs
import pytest

from casecore.kernel import a_count, a_text, an_id, frozen
from casecore.kernel.frozen_dict import FrozenDict
from casecore.kernel.records import editing_class, freeze, record
from casecore.kernel.values import answer

T = TypeVar("T")
OURS = "casecore.made_by_a_test"


def written(module, decorate):
    """A few classes as they are written in a module: values, one below another, and a record."""

    class Base:
        """What they have in common."""

        by: str = an_id(of="actor")
        size: int = a_count(default=1)

        @property
        def who(self):
            return self.by.upper()

        def told(self):
            return f"by {self.by}"

    Base.__module__ = module
    base = decorate(Base)

    class Below(base, Generic[T]):
        """One that declares a field of its base anew."""

        text: str = a_text()
        size: int = 3
        table: Mapping[str, int] = attrs.field(factory=dict, kw_only=True)
        names: tuple[str, ...] = attrs.field(default=(), kw_only=True, repr=False)

        @property
        def who(self):
            return f"{super().who}!"

        def told(self):
            return f"{super().told()}: {self.text}"

        @classmethod
        def called(cls, name):
            return __class__, cls(name, "called")

    Below.__module__ = module
    return base, decorate(Below)


@pytest.fixture
def late():
    """Classes that are finished late; nobody has used them."""
    return written(OURS, frozen)


@pytest.fixture
def at_once():
    """The same classes of somebody else's, which attrs makes at once."""
    return written("elsewhere", frozen)


def is_finished(kind):
    """Whether attrs has added its methods to a class."""
    return inspect.isfunction(vars(kind)["__init__"])


class TestLikeAnyOther:
    """What is finished late is what attrs makes."""

    def test_when(self, late, at_once):
        """Classes of ours wait until they are used; and they are finished for good."""
        base, below = late
        assert [True, True] == [is_finished(kind) for kind in at_once]
        assert [False, False] == [is_finished(base), is_finished(below)]
        base("a")
        assert [True, False] == [is_finished(base), is_finished(below)]
        assert base.__init__ is base.__init__

    @pytest.mark.parametrize(
        "told",
        [
            lambda kind: [one.evolve(validator=None, converter=None) for one in attrs.fields(kind)],
            inspect.signature,
            lambda kind: kind.__match_args__,
            lambda kind: kind.__slots__,
            lambda kind: kind.__doc__,
            lambda kind: kind.__qualname__,
            lambda kind: [name for name in dir(kind) if name != "__attrs_base_of_slotted__"],
            lambda kind: kind.__setattr__,
            lambda kind: kind.__eq__,
        ],
        ids=range(9),
    )
    def test_class(self, late, at_once, told):
        """Whatever is asked first of the class: it is told the same as of one that was made at once."""
        assert list(map(told, at_once)) == list(map(told, late))

    def test_objects(self, late, at_once):
        """Objects hold, tell, compare and refuse the same."""
        for base, below in (at_once, late):
            one = below("ann", "Hi", 2, table={"a": 1}, names=["x"])
            assert ("by ann: Hi", "ANN!", FrozenDict(a=1), ("x",)) == (one.told(), one.who, one.table, one.names)
            assert f"{below.__qualname__.rpartition('>.')[2]}(by='ann', text='Hi', size=2, table={{'a': 1}})" == repr(
                one
            )
            assert one == attrs.evolve(one)
            assert one != attrs.evolve(one, size=4)
            assert hash(base("ann")) == hash(base("ann", 1))
            assert (below, below("ann", "called")) == below.called("ann")
            assert one is ref(one)()
            assert [one, one] == [copy.copy(one), copy.deepcopy(one)]
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                one.text = "other"
            with pytest.raises(AttributeError):
                one.other = 1
            match one:
                case below(by, text, size):
                    assert ("ann", "Hi", 2) == (by, text, size)

    def test_own_methods_stay(self):
        """What a class has of its own is not replaced when it is finished."""

        def kept(module):
            class Kept:
                name: str

                def __getstate__(self):
                    return self.name

                def __setstate__(self, name):
                    object.__setattr__(self, "name", f"{name} again")

            Kept.__module__ = module
            return frozen(Kept)

        assert ["a again"] * 2 == [copy.copy(kept(module)("a")).name for module in ("elsewhere", OURS)]

    def test_answers(self):
        """What deciding answers is finished late too, and copies nothing."""

        class Said:
            words: tuple[str, ...] = ()

        Said.__module__ = OURS
        said = answer(Said)
        assert not is_finished(said)
        words = ["yes"]
        assert words is said(words).words


class TestFirstUse:
    """A class may be used for the first time in many ways."""

    def test_unpickled(self, late):
        """What another process has sent."""
        module = sys.modules[OURS] = ModuleType(OURS)
        try:
            for kind in late:
                kind.__qualname__ = kind.__name__
                setattr(module, kind.__name__, kind)
            sent = pickle.dumps(module.Below("ann", text="Hi"))
            _, fresh = written(OURS, frozen)
            module.Below = fresh
            assert fresh("ann", text="Hi") == pickle.loads(sent)  # noqa: S301 -- our own

            _, fresh = written(OURS, frozen)
            module.Below = fresh
            assert "Hi" == pickle.loads(sent).text  # noqa: S301 -- our own
            assert is_finished(fresh)
        finally:
            del sys.modules[OURS]

    def test_subclass(self, late):
        """A class below it that is none of attrs, and one that has an `__init__` of its own."""
        base, _ = late

        class Own(base):
            def __init__(self, name):
                super().__init__(name, 7)

        assert ("ann", 7) == (Own("ann").by, Own("ann").size)

        class Plain(written(OURS, frozen)[0]):
            pass

        assert 1 == Plain("ann").size

    def test_attrs_below(self, late):
        """A class that attrs makes below it has its fields."""
        more = attrs.frozen(type("More", (late[1],), {"__annotations__": {"more": int}}), kw_only=True)
        assert ["by", "text", "size", "table", "names", "more"] == [one.name for one in attrs.fields(more)]

    def test_editing(self):
        """A record that begins as an editing."""

        class Shelf:
            id: str
            books: int = 0

        Shelf.__module__ = OURS
        shelf = record(Shelf)
        editing = editing_class(shelf)("a")
        editing.books += 1
        assert shelf("a", 1) == freeze(editing, shelf)
        with pytest.raises(TypeError, match="weak reference"):
            ref(shelf("a"))

    def test_threads(self, late):
        """Several threads at the same moment: it is finished once, and who comes second is given the same."""
        base, below = late
        found = vars(base)["__init__"]
        base("ann")
        assert base.__init__ is found.__get__(None, base)
        together, made = Barrier(4), []

        def make():
            together.wait()
            made.append((below("ann", "Hi"), below.__init__))

        threads = [Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [(below("ann", "Hi"), below.__init__)] * 4 == made


class TestShipped:
    """What casecore ships."""

    def test_every_class(self):
        """Each of them can be finished: attrs gives it the slots that it has already."""
        for module in ("desk", "routing", "codec", "projections.search", "templates", "diff", "check"):
            import_module(f"casecore.{module}")
        ours = [vars(module) for name, module in sorted(sys.modules.items()) if name.startswith("casecore.")]
        kinds = {kind for names in ours for kind in names.values() if isinstance(kind, type) and attrs.has(kind)}
        assert len(kinds) > 250
        assert all(inspect.isfunction(kind.__init__) for kind in kinds)

    def test_what_only_attrs_can_tell(self):
        """Whatever else attrs makes slots of, or none, is told at the first use."""

        class Odd:
            name: str
            most: ClassVar[int] = 3

        Odd.__module__ = OURS
        with pytest.raises(TypeError, match="Odd has slots that only attrs can tell"):
            frozen(Odd)("a")

    def test_left_aside(self, late):
        """What attrs made on the way is marked as such, so that cattrs does not take it for one more class."""
        base, below = late
        below("ann", "Hi")
        told = [kind for kind in base.__subclasses__() if not hasattr(kind, "__attrs_base_of_slotted__")]
        assert [below] == told
