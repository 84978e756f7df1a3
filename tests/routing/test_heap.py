"""Names in the order of their entries."""

from hypothesis import given as drawn
from hypothesis import strategies as st

from casecore.routing.heap import OrderedNames

NAMES = st.sampled_from("abcd")


@drawn(st.lists(st.tuples(NAMES, st.none() | st.integers(0, 5)), max_size=60), st.frozensets(NAMES))
def test_the_first_is_the_smallest_place(moves, besides):
    """Whatever names come, move and go, the first one is that in the smallest place, then the smallest name."""
    places, plain = OrderedNames(), {}
    for name, place in moves:
        if place is None:
            places.drop_name(name)
            plain.pop(name, None)
        else:
            assert (name not in plain) == places.set_entry((place, name))
            plain[name] = place
        wanted = sorted((held, other) for other, held in plain.items() if other not in besides)
        assert (wanted[0][1] if wanted else None) == places.first_name(besides)
        assert min(((held, other) for other, held in plain.items()), default=(0, None))[1] == places.first_name()


def test_it_keeps_no_more_than_it_must():
    """Given a name that moves a thousand times, then what is kept does not grow with it."""
    places = OrderedNames()
    for place in range(1000):
        places.set_entry((place, "ana"))
    assert 10 >= len(places._line) + len(places._heap)
    assert "ana" == places.first_name()
