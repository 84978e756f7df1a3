"""SOPs with something changed."""

import attrs

from casecore import Policy


def sop(**tables):
    """The default SOP with some keys of some tables changed."""
    default = Policy.default()
    changed = {name: attrs.evolve(getattr(default, name), **keys) for name, keys in tables.items()}
    return attrs.evolve(default, **changed)
