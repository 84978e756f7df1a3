"""A check as a page: the same findings as its JSON, the answer first, and each story as a table."""

import json

import attrs
import pytest

from casecore.check import Exit, Finding, Judgement, PromiseVerdict, Severity
from casecore.check.code_pages import CODE_PAGES
from casecore.check.formats import as_html, as_json
from casecore.check.html_page import FIRST
from casecore.explore import Story
from casecore.policies import Policy
from casecore.promises.code_pages import CODE_PAGES as PROMISE_PAGES
from tests.page_reading import HOSTILE, read_page

FILE = "desk/sop.toml"


def test_the_same_findings_as_json(placed_report):
    """Each code, level, title, message and remedy, with its place where that is known."""
    page, plain = read_page(as_html(placed_report, FILE)), json.loads(as_json(placed_report, FILE))
    articles = {(one.attributes["data-code"], one.attributes["data-level"]): one for one in page.all("article")}
    every = page.all("section", id="promises")[0].all("table")[0].rows()
    for result in plain["results"]:
        if result["kind"] == "promise":
            (row,) = [one for one in every if one["promise"] == result["id"]]
            assert (result["title"], result["message"]) == (row["what always holds"], row["what is known"])
            assert row["verdict"].endswith(result["verdict"])
            if result["verdict"] == "proved":
                continue
        article = articles[result["id"], result["level"] or "none"]
        assert result["title"] in article.all("h3")[0].text
        assert result["message"] in article.text
        assert result["remedy"] in article.text
        place = result["location"]
        assert place is None or f"{place['file']}:{place['line']}" in article.text


def test_the_answer_is_first(report, clean_report, empty_report):
    """Whether it holds, how much does not, and what it rests on."""
    told = {}
    for one in (report, clean_report, empty_report):
        (glance,) = read_page(as_html(one, FILE)).all("section", class_="glance")
        told[one.exit] = glance.all("strong")[0].text, glance.all("p", class_="more")[0].text
    headline, exit_code = told[Exit.FINDINGS]
    assert "Exit 1: a promise fails or is vacuous, or the policy has an error." == exit_code
    assert headline.startswith(
        "It does not hold: 2 promises broken, 1 promise never put to the test, 1 promise not dec"
    )
    assert "It holds: 1 promise proved" == told[Exit.CLEAN][0]
    assert "Not everything is known: nothing was asked" == told[Exit.INCONCLUSIVE][0]


def test_what_to_look_at_first(report, clean_report):
    """The worst first, each with a way to it; nothing where nothing needs anybody's attention."""
    (glance,) = read_page(as_html(report, FILE)).all("section", class_="glance")
    rows = glance.all("table")[0].rows()
    assert f"Look at these first ({FIRST} of 7)" == glance.all("caption")[0].text
    assert ["error"] * 4 + ["warning"] * 2 == [row["level"] for row in rows]
    assert ["CC201", "P04", "P05", "P06", "CC202", "P07"] == [row["code"] for row in rows]
    assert "Nothing needs anybody's attention." in read_page(as_html(clean_report, FILE)).text


def test_figures(report):
    """How many promises of each verdict, what reading the policy shows, and how much was searched."""
    figures = read_page(as_html(report, FILE)).all("dl", class_="figures")[0]
    assert {
        "promises proved": "1",
        "promises broken": "2",
        "promises never put to the test": "1",
        "promises not decided": "1",
        "promises waived": "1",
        "promises not claimed": "1",
        "errors in the policy": "1",
        "warnings in the policy": "1",
        "worlds searched": "1,174",
    } == {one.all("dt")[0].text: one.all("dd")[0].text for one in figures.all("div")}


def test_stories(report):
    """A promise that fails has its story open, who is there, and what is wrong; a proved one has it folded away."""
    page = read_page(as_html(report, FILE))
    (broken,) = page.all("article", id="P04")
    (story,) = broken.all("table")
    assert ("1", "+00:00", "customer") == tuple(story.rows()[0][head] for head in ("#", "clock", "who"))
    assert "✗ here ana has 3 of 2 on chat" in broken.text
    assert "With ana (approve, reply, supervise)." in broken.text
    assert ["capacity.chat = 2", "capacity.channel"] == [one.text.strip() for one in broken.all("li")]
    (proved,) = page.all("section", id="stories")
    assert "A story that puts P01 to the test" == proved.all("caption")[0].text


def test_meanings(report):
    """What a code means stands beside it, as `casecore explain` tells it."""
    page = read_page(as_html(report, FILE))
    for code in ("CC204", "P04"):
        (article,) = page.all("article", data_code=code)
        (meaning,) = [one for one in article.all("details") if one.text.startswith(f"What {code} means")]
        told = (CODE_PAGES | PROMISE_PAGES)[code].meaning
        assert "".join(told.replace("`", "").split()) in "".join(meaning.text.split())


def test_without_a_story(clean_report):
    """What was made by hand may have none, nothing to say of the policy, and no title."""
    bare = attrs.evolve(
        clean_report,
        policy=attrs.evolve(Policy.default(), id="", version=""),
        judgements=(
            Judgement("01", "a", PromiseVerdict.FAILS, wrong=("odd",)),
            Judgement("02", "b", PromiseVerdict.FAILS, wrong=("odd",), story=Story((), ())),
        ),
    )
    page = read_page(as_html(bare, FILE))
    assert "A policy" == page.all("h1")[0].text
    assert "story" not in page.all("article", id="P01")[0].text
    assert "✗ here odd" in page.all("article", id="P02")[0].text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_policy(clean_report, text):
    """Nothing that a policy says is more than text, wherever it stands."""
    hostile = attrs.evolve(
        clean_report,
        policy=attrs.evolve(Policy.default(), id=text[:200], version=text[:200]),
        findings=(Finding(text, Severity.ERROR, text, text, text), Finding(text, Severity.NOTE, "x", text)),
        judgements=(Judgement(f"a.{text}", text, PromiseVerdict.INCONCLUSIVE, text, keys=(text,)),),
        unused=(text,),
    )
    page = read_page(as_html(hostile, text))
    assert 3 == len(page.all("article"))
