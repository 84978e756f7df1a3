"""The shipped SOP with something changed: by tables and keys, or by a piece of TOML."""

import tomllib

import attrs

from casecore import Policy


def sop(**tables):
    """The default SOP with some keys of some tables changed."""
    default = Policy.default()
    changed = {name: attrs.evolve(getattr(default, name), **keys) for name, keys in tables.items()}
    return attrs.evolve(default, **changed)


def sop_with(text):
    """The default SOP with the keys that a TOML text sets; a table in it changes only the keys that it names."""
    return Policy.from_dict(_merged(Policy.default().to_dict(), tomllib.loads(text)))


def _merged(plain, changes):
    deeper = {key: _merged(plain[key], value) for key, value in changes.items() if isinstance(plain.get(key), dict)}
    return {**plain, **changes, **deeper}
