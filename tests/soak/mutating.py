"""Sound inputs made unsound: a value replaced by an odd one, a part left out, repeated or cut; by a seed."""

import copy

DEEP = "[" * 300 + "]" * 300
ODD_TEXTS = (
    *(
        "",
        " ",
        "\n",
        "\x00",
        "?",
        "x" * 5_000,
        "é" * 300,
        "\ud800",
        "\u202eabc",
        "\u200b",
        "👩‍🚀",
        "क्षि",
        "ł",
        "{{1}}",
        "{{",
        "{x}",
    ),
    *(
        "2026-13-01",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-11-02T09:00:00",
        "24:00-25:00",
        "1e999",
        "-0",
    ),
    *("customer", "system", "c1", "ana", "general", "chat", '"', "'''", "\\", "../..", "0s", "99999999w", "-5m", DEEP),
)
"""Texts that somebody did not think of."""

ODD_VALUES = (
    *(None, True, False, 0, -1, 1, 2**31, 2**53, 2**53 + 1, 10**30, 0.5, -0.0, 1e308, 1e15, float("inf"), float("nan")),
    *([], {}, [[]], [None], {"a": 1}, {"": None}, ["a", "a"], list(range(50)), *ODD_TEXTS),
)
"""Values of every sort."""

NO_VALUES = (*ODD_VALUES, (), set(), frozenset(), b"", b"\xff", object(), int, ..., 3 + 4j, range(3))
"""The same, and what no file can hold, for what is called from Python."""


def odd_text(random, text):
    """A text with a few things about it changed."""
    for _ in range(random.choice((1, 1, 2, 5))):
        start = random.randrange(len(text) + 1)
        end = min(len(text), start + random.choice((0, 1, 1, 3, 20, 200)))
        piece = random.choice(
            (random.choice(ODD_TEXTS), text[start:end] * 2, "", text[:start][-30:], chr(random.randrange(0xD7FF)))
        )
        text = f"{text[:start]}{piece}{text[end:]}"
    return text


def odd_plain(random, plain, values=ODD_VALUES):
    """Plain data with a few things about it changed, somewhere inside."""
    plain = copy.deepcopy(plain)
    for _ in range(random.choice((1, 1, 2, 4))):
        _change_one(random, plain, values)
    return plain


def _change_one(random, plain, values):
    held = plain
    while isinstance(held, dict | list) and held:
        key = random.choice([*held]) if isinstance(held, dict) else random.randrange(len(held))
        inner = held[key]
        if isinstance(inner, dict | list) and inner and random.random() < 0.8:
            held = inner
            continue
        change = random.randrange(10)
        if change == 0:
            del held[key]
        elif change == 1 and isinstance(held, dict):
            held[random.choice(ODD_TEXTS)] = held.pop(key)
        elif change == 2 and isinstance(held, list):
            held += copy.deepcopy(held[: random.choice((1, 50))])
        elif change in {3, 4} and isinstance(inner, str):
            held[key] = odd_text(random, inner)
        else:
            held[key] = _fresh(random.choice(values))
        return


def _fresh(value):
    """A value of its own, where it could be changed later."""
    return copy.deepcopy(value) if isinstance(value, list | dict | set) else value
