"""How words and cells become the values of fields."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from casecore.audit.logs.telling import cell_reader, house_value, instant_in
from casecore.audit.logs.vocabulary import Shape, vocabulary_of
from casecore.channels import Channel
from casecore.rooms.agents import Permission
from casecore.statuses import Status

KNOWN = vocabulary_of()


def field(path):
    """A field of a class."""
    what, _, name = path.partition(".")
    return KNOWN.fields_of(what)[name]


@pytest.mark.parametrize(
    ("path", "written", "value"),
    [
        ("SendReply.case", "c1", "c1"),
        ("SendReply.text", "any\ntext", "any\ntext"),
        ("SendReply.text", "none", None),
        ("SetAttribute.value", 3, 3),
        ("SetAttribute.value", True, True),
        ("SendReply.send_as", "resolved", Status.RESOLVED),
        ("SendReply.attachments", ("a", "b"), ("a", "b")),
        ("SendReply.attachments", "a", ("a",)),
        ("SendReply.template", "none", None),
        ("AcceptOffer.review", True, True),
        ("AddAgent.permissions", ("reply",), frozenset({Permission.REPLY})),
        ("AddAgent.channels", ("chat",), frozenset({Channel.CHAT})),
        ("SnoozeCase.until", "2026-01-05T10:00:00+01:00", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("ClockJudged.target", 2, 2.0),
        ("status.status", "closed", Status.CLOSED),
    ],
)
def test_words_of_the_house(path, written, value):
    """A map writes the values of fields as TOML has them."""
    assert value == house_value(field(path), written)


@pytest.mark.parametrize(
    ("path", "written", "expected"),
    [
        ("SendReply.case", "\x07", "text that can be an id"),
        ("SendReply.text", 3, "text"),
        ("SendReply.send_as", "done", 'one of "new", "open", "pending", "escalated", "resolved", "closed"'),
        ("SendReply.attachments", 3, "a list of texts"),
        ("SendReply.template", "x", '"none", because no map can write it'),
        ("AcceptOffer.review", "yes", "true or false"),
        ("AddAgent.permissions", ("rule",), 'a list, each one of "reply", "approve", "supervise"'),
        ("ReceiveMessage.tags", ("\x07",), "a list of texts"),
        ("SnoozeCase.until", "tomorrow", "an instant with its offset, like 2026-11-02T09:00:00+00:00"),
        ("SnoozeCase.until", "2026-01-05T10:00:00", "an instant with its offset, like 2026-11-02T09:00:00+00:00"),
        ("SnoozeCase.until", 3, "an instant with its offset, like 2026-11-02T09:00:00+00:00"),
        ("ClockJudged.target", True, "a number"),
        ("AddAgent.capacity", "2", '"none", because no map can write it'),
    ],
)
def test_what_does_not_fit(path, written, expected):
    """The error says what does."""
    with pytest.raises(ValueError, match=r"^") as caught:
        house_value(field(path), written)
    assert expected == str(caught.value)


def read(path, text, time_format="iso", zone=None, between=None):
    """What a cell tells of a field."""
    return cell_reader(field(path), time_format, zone, between)(text)


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("SendReply.case", "c1", "c1"),
        ("SendReply.text", "a\nb", "a\nb"),
        ("SendReply.send_as", "open", Status.OPEN),
        ("AcceptOffer.review", "TRUE", True),
        ("AcceptOffer.review", "false", False),
        ("ClockJudged.target", "1.5", 1.5),
        ("SnoozeCase.until", "2026-01-05T10:00:00Z", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("SendReply.attachments", '["a", "b"]', ("a", "b")),
        ("ReceiveMessage.tags", "a, b", frozenset({"a, b"})),
        ("CaseStarted.attributes", '{"size": 3}', {"size": 3}),
    ],
)
def test_cells(path, text, value):
    """A cell is text."""
    assert value == read(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("SendReply.case", ""),
        ("SendReply.send_as", "Open"),
        ("AcceptOffer.review", "1"),
        ("ClockJudged.target", "fast"),
        ("SnoozeCase.until", "5/1/2026"),
        ("SendReply.attachments", "[1]"),
        ("SendReply.attachments", "[a"),
        ("ReceiveMessage.tags", '["\\u0007"]'),
        ("CaseStarted.attributes", "[]"),
        ("SendReply.template", "x"),
    ],
)
def test_cells_that_do_not_fit(path, text):
    """They are told as such, and nothing else is raised."""
    with pytest.raises(ValueError, match=r"^"):
        read(path, text)


def test_several_values_in_a_cell():
    """Where the map says what stands between them."""
    assert frozenset({"a", "b"}) == read("ReceiveMessage.tags", "a; b;", between=";")


def test_every_shape_can_be_read():
    """Whatever a house comes to hold."""
    shapes = {one.shape for what in KNOWN.classes for one in KNOWN.fields_of(what).values()}
    assert {*Shape} - shapes <= {Shape.WHOLE}


class TestInstants:
    """Times in other columns than that of the row."""

    @pytest.mark.parametrize(
        ("text", "time_format", "hour"),
        [
            ("2026-01-05T10:00:00", "iso", 9),
            ("2026-01-05T10:00:00+00:00", "iso", 10),
            ("5.1.2026 10:00", "%d.%m.%Y %H:%M", 9),
            ("1767607200", "epoch_s", 10),
            ("1767607200000", "epoch_ms", 10),
        ],
    )
    def test_are_read_by_the_same_format(self, text, time_format, hour):
        """And placed by the same zone."""
        assert datetime(2026, 1, 5, hour, tzinfo=UTC) == instant_in(text, time_format, ZoneInfo("Europe/Berlin"))

    @pytest.mark.parametrize(
        ("text", "time_format"),
        [("2026-01-05T10:00:00", "iso"), ("1e300", "epoch_s"), ("x", "epoch_ms"), ("0001-01-01T00:00:00+09:00", "iso")],
    )
    def test_that_are_none(self, text, time_format):
        """No zone, no number, no day of the calendar."""
        with pytest.raises(ValueError, match=r"^"):
            instant_in(text, time_format, None)
