"""A comparison as a page: the same as its JSON, whether it is safe to ship, and what changes, on the first screen."""

import json

import attrs
import pytest

from casecore.check import Judgement, PromiseVerdict
from casecore.diff.comparison import VerdictChange
from casecore.diff.days import redecide_day
from casecore.diff.findings import diff_findings
from casecore.diff.formats import as_html, as_json
from casecore.diff.html_page import FIRST
from casecore.diff.report import compare
from tests.edits import RENAMED, SCOPES, SOP, changing, closing, sop
from tests.page_reading import HOSTILE, read_page

OLD, NEW = "old.toml", "new.toml"

DAY = """\
{"type": "AddAgent", "by": "system", "at": "2026-11-02T09:00:00Z", "agent": "ana", "queues": ["general"]}
{"type": "GoAvailable", "by": "ana", "at": "2026-11-02T09:00:00Z", "agent": "ana"}
{"type": "ReceiveMessage", "by": "customer", "at": "2026-11-02T09:00:00Z", "thread": "t", "message": "m", \
"customer": "maria", "channel": "chat", "new_case": "c1", "text": "Hello"}
{"type": "OpenCase", "by": "ana", "at": "2026-11-02T09:01:00Z", "case": "c1"}
{"type": "SendReply", "by": "ana", "at": "2026-11-02T09:02:00Z", "case": "c1", "message": "m2", "text": "Hi", \
"send_as": "pending", "expect": "either"}
"""


@pytest.fixture(scope="module")
def report():
    """Something looser, stricter, other and stranded, an edit that nobody tries, and one without effect."""
    old = sop(chat__idle__silence="2m")
    new = sop(
        chat__idle__silence="3m",
        chat__idle__closing="Goodbye, {customer}.",
        capacity__chat=3,
        queues=RENAMED,
        tags__source="page 3",
        routing__earlier_handler=False,
    )
    return compare(old, new, scopes=(SCOPES["silence"], SCOPES["limit"], closing()))


@pytest.fixture(scope="module")
def chats():
    """Three chats for two, and whether promises are kept."""
    return compare(SOP, sop(capacity__chat=3), scopes=(SCOPES["limit"],), promises=True)


def headline(html):
    """What a page says first."""
    return read_page(html).all("section", class_="glance")[0].all("strong")[0].text


def turned(report, *changes):
    """The same with other verdicts on promises."""
    ((begin, found),) = report.periods
    return attrs.evolve(report, periods=((begin, attrs.evolve(found, verdict_changes=changes)),))


def test_the_same_as_json(report):
    """Each change with its number, label, title, edits, answers and story; the messages of the same findings."""
    page, plain = read_page(as_html(report, OLD, NEW)), json.loads(as_json(report, OLD, NEW))
    articles = {one.attributes["data-number"]: one for one in page.all("article")}
    assert [one["id"] for one in plain["results"]] == [*articles]
    for one, finding in zip(plain["results"], diff_findings(report, NEW), strict=True):
        article = articles[one["id"]]
        assert (one["kind"], finding.level) == (article.attributes["data-code"], article.attributes["data-level"])
        assert one["title"] in article.all("h3")[0].text
        said = article.text
        for told in (one["old"], one["new"], *one["more"], *(edit["key"] for edit in one["edits"])):
            assert (told or "") in said
        rows = article.all("table")[0].rows() if one["story"] else []
        assert [step["does"] for step in (one["story"] or {"steps": []})["steps"]] == [row["does"] for row in rows]
    edits = page.all("section", id="edits")[0].all("table")[0].rows()
    assert [edit["key"] for edit in plain["edits"]] == [row["key"] for row in edits]


def test_what_changes_is_on_the_first_screen(report, chats):
    """What is stranded first; then what is done, both answers and the edit."""
    (glance,) = read_page(as_html(report, OLD, NEW)).all("section", class_="glance")
    rows = glance.all("table")[0].rows()
    assert "! stranded" == rows[0]["how"]
    assert FIRST >= len(rows)
    (row,) = read_page(as_html(chats, OLD, NEW)).all("section", class_="glance")[0].all("table")[0].rows()
    assert ("D1", "+ looser") == (row["change"], row["how"])
    assert "refused, capacity.channel: ana already has 2 of 2 on chat" == row["before"]
    assert "allowed: c1 new → open" == row["from now on"]
    assert row["what"].endswith("capacity.chat 2 -> 3")


def test_is_it_safe_to_ship(report, chats):
    """Not where a case is stranded, or a promise is no longer kept; not known where it was not asked."""
    assert "Not safe to ship: 1 reason why a case in flight is stranded" == headline(as_html(report, OLD, NEW))
    safe = "Safe to ship: nobody is stranded, every promise stands as before; 1 change of what the desk does"
    assert safe == headline(as_html(chats, OLD, NEW))
    limit = {"scopes": (SCOPES["limit"],)}
    unasked = compare(SOP, sop(capacity__chat=3), **limit)
    told = "Nobody is stranded; 1 change of what the desk does; whether promises are kept was not asked"
    assert told == headline(as_html(unasked, OLD, NEW))
    cut = compare(SOP, sop(capacity__chat=3), **limit, limit=3)
    assert headline(as_html(cut, OLD, NEW)).startswith("Not everything was compared; so far nothing behaves")
    same = "Safe to ship: nobody is stranded, every promise stands as before; nothing behaves differently"
    assert same == headline(as_html(compare(SOP, SOP), OLD, NEW))


def test_promises(chats):
    """One that is broken from now on is not safe; one that is claimed no more is for somebody to decide."""
    old, fails = (Judgement("04", "a", verdict) for verdict in (PromiseVerdict.PROVED, PromiseVerdict.FAILS))
    gone = VerdictChange("06", "b", old, None)
    broken = turned(chats, VerdictChange("04", "a", old, fails), gone)
    assert "Not safe to ship: 1 promise no longer kept" == headline(as_html(broken, OLD, NEW))
    weaker = as_html(turned(chats, gone), OLD, NEW)
    assert "Nobody is stranded; 1 promise with another verdict, 1 change of what the desk does" == headline(weaker)
    (promises,) = read_page(weaker).all("section", id="promises")
    assert ["P06 b: proved -> claimed"] == [one.text for one in promises.all("li")]


def test_nothing_differs():
    """That is said, too."""
    page = read_page(as_html(compare(SOP, SOP), OLD, NEW))
    assert "everything is decided as before" in page.all("section", class_="glance")[0].text
    assert not page.all("article")


def test_a_date():
    """What begins later says from when on."""
    (article,) = read_page(as_html(compare(changing(1), changing(3), scopes=(SCOPES["limit"],)), OLD, NEW)).all(
        "article"
    )
    assert "from2026-12-01" in article.text


def test_a_recorded_day():
    """How many of its decisions would have been others, by which rule, with examples."""
    new = sop(capacity__chat=0)
    day = redecide_day(DAY.splitlines(), SOP, new, "a day")
    page = read_page(as_html(compare(SOP, new, scopes=(SCOPES["limit"],)), OLD, NEW, day))
    (glance,) = page.all("section", class_="glance")
    assert "a day: 1 of 5 decisions would have been others (20.0%)." in glance.text
    assert "1 of 5" in [one.text for one in glance.all("dd")]
    (row,) = page.all("section", id="day")[0].all("table")[0].rows()
    assert ("- stricter", "capacity.channel", "OpenCase", "1") == tuple(row.values())[:4]
    assert "line 4, before: allowed" in row["examples"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_policies(chats, text):
    """Nothing that policies and files are called is more than text."""
    named = [attrs.evolve(one, id=text[:200], version=text[:200]) for one in (chats.old, chats.new)]
    read_page(as_html(attrs.evolve(chats, old=named[0], new=named[1]), text, text))
