"""How many examples a property is tried on: as many as its test asks for, scaled by the profile in force."""

from hypothesis import settings


def examples(number, **others):
    """Settings with this many examples under the profile `full`, and a share of them, or more, under another."""
    share = settings.default.max_examples / settings.get_profile("full").max_examples
    return settings(max_examples=max(1, round(number * share)), **others)
