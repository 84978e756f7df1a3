"""Hypothesis draws values: ids, texts and instants as anybody may give them, and whole policies.

A **policy** is drawn from the kinds that its keys declare, so a key added tomorrow is varied without a word here. Below
stands only what one key cannot say alone: keys that must agree with each other, or with the world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final, TypeVar

import attrs

from casecore.channels import Channel
from casecore.kernel import ID_LIMIT, Enforcement, changed, fields_of, is_id
from casecore.kernel.fields import LARGEST_NUMBER, Value
from casecore.kernel.words import is_blank
from casecore.policies import SWITCHABLE, Change, Match, Override, Policy, PolicyError
from casecore.policies.declared import ANY_NAME, every_key, path_with_name
from casecore.policies.kinds import (
    NONE,
    Choice,
    Flag,
    Id,
    KeyScope,
    Length,
    Named,
    Number,
    OrNone,
    Several,
    Table,
    Text,
    Whole,
    Wording,
    keys_of,
)
from casecore.policies.layers import JOINED
from casecore.policies.patterns import Pattern
from casecore.policies.sections import (
    ALWAYS_COUNTED,
    COUNTED,
    OPEN_STATUSES,
    Attribute,
    AttributeType,
    CatalogueItem,
    CatalogueKind,
    Level,
    Lifecycle,
    Opening,
    Overflow,
    Priority,
    Queue,
    TagRole,
)
from casecore.statuses import Status
from casecore.testing.drawing import DrawFn, SearchStrategy
from casecore.testing.drawing import strategies as st
from casecore.testing.scenario import T0, prepared

T = TypeVar("T")

# Ids, texts, instants ----------------------------------------------------------------------------------

_VISIBLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")


def ids() -> SearchStrategy[str]:
    """Whatever can be an id: a few short ones that meet again, and any 1 to `ID_LIMIT` visible characters."""
    return st.sampled_from("abc") | st.text(_VISIBLE, min_size=1, max_size=ID_LIMIT).filter(is_id)


def texts() -> SearchStrategy[str]:
    """Whatever may be said: something sensible, an emoji, nothing at all, or any code points."""
    return st.sampled_from(("Hello", "Thank you \N{SLIGHTLY SMILING FACE}", " ", "")) | st.text(max_size=50)


def instants() -> SearchStrategy[datetime]:
    """Any instant that a command can name, at any offset from UTC."""
    minutes = st.integers(-14 * 60, 14 * 60)
    offsets = minutes.map(lambda offset: timezone(timedelta(minutes=offset)))
    day = timedelta(days=1)  # whatever the offset, the instant is still on the calendar in UTC
    first, last = datetime.min + day, datetime.max - day  # noqa: DTZ901 -- Hypothesis wants bounds without a zone
    return st.just(T0) | st.datetimes(first, last, timezones=st.just(UTC) | offsets)


def values() -> SearchStrategy[Value]:
    """Whatever may be noted under a name: a text, a flag, or a number."""
    numbers = st.integers(-LARGEST_NUMBER, LARGEST_NUMBER) | st.floats(-LARGEST_NUMBER, LARGEST_NUMBER)
    return texts() | st.booleans() | numbers


def fitting_values(attribute: Attribute) -> list[Value]:
    """A few values that an attribute takes, the same at every call."""
    match attribute.type:
        case AttributeType.NUMBER:
            least = 0 if attribute.min is None else attribute.min
            return [least, least + 100 if attribute.max is None else attribute.max]
        case AttributeType.FLAG:
            return [True, False]
        case AttributeType.CHOICE:
            return [*attribute.of]
    return ["A1"] if attribute.pattern is None else [Pattern.read(attribute.pattern).example]


# Policies ----------------------------------------------------------------------------------------------


def _table_values(kind: Table, path: str) -> SearchStrategy[Any]:
    section = kind.section
    keys = {name: _values_of(of, f"{path}.{name}".lstrip(".")) for name, of in keys_of(section).items()}
    required = {a.name: keys.pop(a.name) for a in fields_of(section) if a.default is attrs.NOTHING}
    return st.fixed_dictionaries(required, optional=keys).map(lambda given: section(**given))


def _named_values(kind: Named, path: str) -> SearchStrategy[Any]:
    names = ids() if kind.names is None else st.sampled_from(kind.names)
    return st.dictionaries(names, _values_of(kind.of, f"{path}.*"), max_size=min(kind.most, 4))


def _several_values(kind: Several, path: str) -> SearchStrategy[Any]:
    return st.lists(_values_of(kind.of, f"{path}.*"), max_size=4, unique_by=kind.form or repr).map(tuple)


def _length_values(kind: Length, _: str) -> SearchStrategy[Any]:
    least, most = (int(end.total_seconds()) for end in (kind.least, kind.most))
    return st.integers(least, most).map(lambda seconds: timedelta(seconds=seconds))


_OF_KIND: Final[Mapping[type, Callable[[Any, str], SearchStrategy[Any]]]] = {
    Flag: lambda kind, path: st.booleans(),
    Whole: lambda kind, path: st.integers(kind.least, kind.most),
    Number: lambda kind, path: st.floats(kind.least, min(kind.most, 10_000.0)),
    Text: lambda kind, path: st.text(min_size=kind.least, max_size=min(kind.most, 20)).filter(
        lambda text: not kind.least or not is_blank(text)
    ),
    Wording: lambda kind, path: st.sampled_from(
        ["".join(f"{{{name}}}, " for name in kind.blanks) + text for text in ("goodbye.", "até já ✓")]
    ),
    Id: lambda kind, path: ids(),
    Length: _length_values,
    Choice: lambda kind, path: st.sampled_from(kind.choices),
    OrNone: lambda kind, path: st.just(kind.held) | _values_of(kind.of, path).filter(lambda value: value != NONE),
    Several: _several_values,
    Table: _table_values,
    Named: _named_values,
}


def _values_of(kind: Any, path: str) -> SearchStrategy[Any]:
    if path in _NARROWED:
        return _NARROWED[path]()
    if type(kind) not in _OF_KIND:
        raise TypeError(f"{path}: nothing draws a {type(kind).__name__}; say in _OF_KIND how its values are drawn")
    return _OF_KIND[type(kind)](kind, path)


def _with_one_fallback(drawn: Mapping[str, Queue]) -> Mapping[str, Queue]:
    queues = drawn or {"general": Queue()}
    fallback = next((name for name, queue in queues.items() if queue.fallback), next(iter(queues)))
    return {
        name: changed(
            queue,
            fallback=name == fallback,
            overflow=Overflow() if name == fallback else changed(queue.overflow, to=queue.overflow.to and fallback),
        )
        for name, queue in queues.items()
    }


def _overflow_values() -> SearchStrategy[Overflow]:
    """No overflow, or one into a queue that is still to be named."""
    lengths = _length_values(Length(timedelta(0)), "")
    return st.just(Overflow()) | lengths.map(lambda after: Overflow(after=after, to="?"))


def _with_fitting_statuses(drawn: Lifecycle) -> Lifecycle:
    after = {status: length for status, length in drawn.close_after.items() if status in drawn.close_from}
    return changed(drawn, close_after=after)


def _with_all_that_counts(drawn: frozenset[Status]) -> tuple[Status, ...]:
    return tuple(status for status in COUNTED if status in drawn or status in ALWAYS_COUNTED)


def _with_a_fitting_start(drawn: Priority) -> Priority:
    return changed(drawn, initial=min(drawn.initial, drawn.max))


_OPENINGS: Final = (
    Opening(zone="Europe/Lisbon", monday=("09:00-12:30", "13:30-18:00"), friday=("22:00-06:00",)),
    Opening(tuesday=("00:00-24:00",), holidays=("2026-12-25",), special={"2026-12-24": ("09:00-12:00",)}),
)
"""Business calendars, because few texts are hours."""


_ENTRIES: Final = (
    CatalogueItem(text="Dear {customer}, thank you."),
    CatalogueItem(kind=CatalogueKind.FORM, text="Please", link="https://example.org/{form}", channels=(Channel.CHAT,)),
    CatalogueItem(kind=CatalogueKind.WHATSAPP_TEMPLATE, definition=prepared().definition),
)
"""What replies are made from, because few texts are definitions."""


_ATTRIBUTES: Final = {
    "refund_eur": Attribute(type=AttributeType.NUMBER, min=0),
    "percent": Attribute(type=AttributeType.NUMBER, min=0.5, max=99.5),
    "fault": Attribute(type=AttributeType.CHOICE, of=("late", "Broken")),
    "order": Attribute(type=AttributeType.TEXT, pattern=r"[A-Z]{2}-\d{4}"),
    "remark": Attribute(type=AttributeType.TEXT, longest=20),
    "gift": Attribute(type=AttributeType.FLAG, set_by=(TagRole.SUPERVISOR, TagRole.SYSTEM)),
}
"""What is noted of a case, because few texts are patterns, and few names go into a blank."""


def _attribute_values() -> SearchStrategy[Mapping[str, Attribute]]:
    names = st.lists(st.sampled_from([*_ATTRIBUTES]), max_size=3, unique=True)
    return names.map(lambda drawn: {name: _ATTRIBUTES[name] for name in drawn})


# What one key cannot say alone: keys that must agree with each other or with the world, by path.
_NARROWED: Final[Mapping[str, Callable[[], SearchStrategy[Any]]]] = {
    "lifecycle.close_from": lambda: st.lists(st.sampled_from(OPEN_STATUSES), min_size=1, unique=True).map(tuple),
    "lifecycle.close_after": lambda: st.dictionaries(st.sampled_from(OPEN_STATUSES), _length_values(Length(), "")),
    "lifecycle.calendar": st.none,
    "lifecycle": lambda: _table_values(Table(Lifecycle), "lifecycle").map(_with_fitting_statuses),
    "wrap_up.codes": lambda: st.lists(
        texts().filter(lambda text: not is_blank(text)), min_size=1, max_size=3, unique=True
    ).map(tuple),
    "calendars": lambda: st.dictionaries(ids(), st.sampled_from(_OPENINGS), max_size=2),
    **{f"sla.{name}.calendar": st.none for name in ("default", *Channel)},
    **{f"sla.{name}.{level}.calendar": st.none for name in ("default", *Channel) for level in Level},
    "catalogue": lambda: st.dictionaries(ids(), st.sampled_from(_ENTRIES), max_size=2),
    "capacity.statuses": lambda: st.frozensets(st.sampled_from(COUNTED)).map(_with_all_that_counts),
    "queues.*.hours": st.none,
    "queues.*.overflow": _overflow_values,
    "queues.*.priority": lambda: _table_values(Table(Priority), "queues.*.priority").map(_with_a_fitting_start),
    "queues": lambda: st.dictionaries(ids(), _table_values(Table(Queue), "queues.*"), max_size=3).map(
        _with_one_fallback
    ),
    "enforcement": lambda: st.dictionaries(st.sampled_from(sorted(SWITCHABLE)), st.sampled_from(Enforcement)),
    "zone": lambda: st.sampled_from(("UTC", "Europe/Lisbon", "America/Sao_Paulo")),
    "attributes": _attribute_values,
    **dict.fromkeys(JOINED, lambda: st.just(())),
}


def policies() -> SearchStrategy[Policy]:
    """Any policy that contradicts nothing: each key has its default, or a value of the kind it declares."""
    return _table_values(Table(Policy), "")


_TAGS: Final = ("vip", "new", "gold")
_DAYS: Final = (T0.date(), T0.date() + timedelta(days=1), T0, T0 + timedelta(minutes=5), T0 + timedelta(days=3))
"""Around the instants at which a run takes place."""


def layered_policies(base: SearchStrategy[Policy] | None = None) -> SearchStrategy[Policy]:
    """Any policy with overrides and changes that contradict neither each other nor it.

    Args:
        base: What the policy says without them; any policy if it is not given.
    """
    return _draw_layered_policy(policies() if base is None else base)


@st.composite
def _draw_layered_policy(draw: DrawFn, base: SearchStrategy[Policy]) -> Policy:
    policy = draw(base)
    matches = st.builds(
        Match,
        channel=st.none() | st.sampled_from(Channel),
        queue=st.none() | st.sampled_from([*policy.queues]),
        tag=st.lists(st.sampled_from(_TAGS), max_size=2, unique=True).map(tuple),
    ).filter(lambda match: match.specificity > 0)
    overrides = st.builds(Override, match=matches, set=_settings_within((KeyScope.CASE,), policy))
    changes = st.builds(Change, on=st.sampled_from(_DAYS), set=_settings_within((KeyScope.CASE, KeyScope.DESK), policy))
    for name, layer in draw(st.lists(_tag_layers("override", overrides) | _tag_layers("change", changes), max_size=6)):
        try:
            policy = changed(policy, **{name: (*getattr(policy, name), layer)})
        except PolicyError:  # a tie, or a contradiction: it goes without
            continue
    return policy


def _tag_layers(name: str, layers: SearchStrategy[T]) -> SearchStrategy[tuple[str, T]]:
    return layers.map(lambda layer: (name, layer))


_NOT_ALONE: Final = frozenset({"calendar", "fallback", "hours"})
"""Keys that no layer draws, as they must fit others; no more does it draw when a queue overflows, and into which."""


def _settings_within(scopes: Sequence[KeyScope], policy: Policy) -> SearchStrategy[dict[str, Any]]:
    known = [
        key
        for key in every_key(Policy)
        if key.scope in scopes and key.steps[-1] not in _NOT_ALONE and "overflow" not in key.steps
    ]
    queue = next(iter(policy.queues))
    values = {path_with_name(key.path, queue): _values_of(key.kind, key.path.replace(ANY_NAME, "*")) for key in known}
    some = st.lists(st.sampled_from([*values]), min_size=1, max_size=3, unique=True)
    return some.flatmap(lambda paths: st.fixed_dictionaries({path: values[path] for path in paths}))
