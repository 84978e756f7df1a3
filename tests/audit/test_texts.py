"""What people wrote stands in no finding, even where a rule quotes what it refuses."""

from datetime import UTC, datetime

import pytest

from casecore import HOUSE
from casecore.audit import Log, LogMap, LogRow, Violation, audit
from casecore.audit.logs.log_rows import OddCode
from casecore.audit.reports.texts import without_texts
from tests.audit.desk_logs import SNAPSHOTS_MAP

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def told(message, remedy="", what="SetAttribute", **fields):
    """What is told of a breach, at a row that tells these fields."""
    breach = Violation("a.rule", 1, AT, what, "c-1", "ana", None, None, message, remedy)
    clean = without_texts(breach, LogRow(1, AT, what, fields), HOUSE)
    return clean.message, clean.remedy


@pytest.mark.parametrize(
    ("message", "fields", "clean"),
    [
        ("'ten' is no refund", {"value": "ten"}, "… is no refund"),
        ("12345 is no refund", {"value": 12345}, "… is no refund"),
        ("'a' is no size, and a is no word", {"value": "a"}, "… is no size, and a is no word"),
        ("it says: my card is lost!", {"text": "my card is lost"}, "it says: …!"),
        ("'ten' is no refund", {"attributes": {"refund": "ten", "paid": True}}, "… is no refund"),
        ("passport.pdf is too large", {"attachments": ("passport.pdf", "")}, "… is too large"),
        ("case c-1 has 20 of 20 tags", {"value": "tags20", "text": None}, "case c-1 has 20 of 20 tags"),
        ("nothing is quoted", {}, "nothing is quoted"),
        ("'maria called' is no disposition", {"code": "maria called"}, "… is no disposition"),
    ],
)
def test_what_is_quoted_is_left_out(message, fields, clean):
    """Quoted, or long enough to be no word of the sentence; a number where the sentence begins with it."""
    assert (clean, "") == told(message, **fields)


def test_a_remedy_that_repeats_it_is_left_out():
    """It says what to write, made of what was written."""
    assert ("… is no refund", "") == told("'48' is no refund", "write the unit, e.g. '48s'", value="48")
    assert ("… is no refund", "give a number") == told("'ten' is no refund", "give a number", value="ten")
    assert ("no", "") == told("no", "ask for my card is lost", text="my card is lost")


@pytest.mark.parametrize(("field", "shown"), [("profile", ""), ("value", ""), ("channel", "'fax'")])
def test_what_does_not_fit_is_shown_where_it_is_no_text(field, shown):
    """A channel that there is not helps whoever mends the map; a profile that cannot be read helps nobody."""

    def read(odd):
        odd.note(OddCode.VALUE, f"have a {field} that does not fit", 1, shown="'fax'")
        yield LogRow(1, AT, "status", {"case": "c-1"})

    (kind,) = audit(Log("log", LogMap.loads(SNAPSHOTS_MAP), read)).odd
    assert shown == kind.shown


def test_an_id_is_no_text():
    """What `note` names in one command, it says in another."""
    assert ("there is no note 'n-1'", "") == told("there is no note 'n-1'", what="EditNote", note="n-1")
    assert ("… is no note", "") == told("'hello' is no note", what="SubmitDraft", note="hello")
