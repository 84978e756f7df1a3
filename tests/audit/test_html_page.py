"""An audit as a page: the same rules and breaches as its JSON, and which were broken most, and by whom, first."""

import json
from collections import Counter

import attrs
import pytest

from casecore import Enforcement, Policy
from casecore.audit import Side, audit
from casecore.audit.reports.coverage import Coverage
from casecore.audit.reports.formats import as_html, as_json
from casecore.audit.reports.html_page import FIRST, SHOWN
from casecore.audit.reports.report import AuditReport
from tests.audit.desk_logs import CHATS, log_of, write_snapshots
from tests.audit.made_logs import made_log
from tests.page_reading import HOSTILE, read_page
from tests.sops import sop_with


@pytest.fixture(scope="module")
def tickets(tmp_path_factory):
    """The log of statuses, audited by the shipped SOP."""
    log, log_map = write_snapshots(tmp_path_factory.mktemp("tickets"))
    return audit(log, log_map=log_map)


@pytest.fixture(scope="module")
def made():
    """A log with a breach of every kind, by its policy and by the shipped one."""
    log = made_log(1)
    return audit(log_of(log.commands), log.policy, against=Policy.default())


@pytest.fixture(scope="module")
def page(made):
    """Its page."""
    return read_page(as_html(made))


def glance(html):
    """The first screen."""
    return read_page(html).all("section", class_="glance")[0]


def nothing():
    """A log that tells nothing."""
    coverage = Coverage(0, (), (), (), ())
    return AuditReport("", "", "", "", None, None, 0, 0, 0, (), (), (), (), {side: {} for side in Side}, (), coverage)


def test_the_same_rules_as_json(made, page):
    """Each with how often it was broken, of how many, and unknown; what it says; and how it stands."""
    plain = json.loads(as_json(made))
    (table,) = page.all("section", id="rules")[0].all("table")
    told = [
        (row["rule"], *(int(row[name].replace(",", "")) for name in ("broken", "of", "unknown")))
        for row in table.rows()
    ]
    assert [(one["id"], one["broken"], one["kept"] + one["broken"], one["unknown"]) for one in plain["rules"]] == told
    broken = [one["id"] for one in plain["rules"] if one["broken"]]
    assert broken == [one.attributes["data-code"] for one in page.all("article")]


def test_the_same_breaches_as_json(made, page):
    """Each with its row, instant, case, agent, what was found, measured and limit."""
    told = Counter()
    for article in page.all("article"):
        for row in article.all("table")[0].rows():
            numbers = (row.get(name) and float(row[name].replace(",", "")) for name in ("measured", "limit"))
            known = (int(row["row"].replace(",", "")), row["at (UTC)"], row["what"], row["case"], row["agent"])
            told[
                (article.attributes["data-code"], *known, *(one or None for one in numbers), row["what was found"])
            ] += 1
    names = ("row", "at", "what", "case", "agent", "measured", "limit", "message")
    expected = Counter()
    for one in json.loads(as_json(made))["results"]:
        values = {**one, "at": one["at"][:19].replace("T", " "), "case": one["case"] or "", "agent": one["agent"] or ""}
        values |= {name: one[name] or None for name in ("measured", "limit")}
        expected[(one["rule"], *(values[name] for name in names))] += 1
    assert expected == told


def test_which_rules_were_broken_most_and_by_whom(tickets):
    """The worst first, with the rate, and the agents and queues with most breaches."""
    found = glance(as_html(tickets))
    assert "2 rules broken, 2 times, of " in found.all("strong")[0].text
    assert "11 rows read, 11 judged" in found.text
    closed, edge = found.all("table")[0].rows()
    assert "A closed case can never be changedlifecycle.closed" == closed["rule"]
    assert ("1", "6", "16.7 %", "ben 1", "general 1") == tuple(edge[name] for name in [*edge][1:])
    assert ["16.7"] * 2 == [one.attributes["width"] for one in found.all("rect")]


def test_many_rules(made, page):
    """The worst stand there, and how many there are besides."""
    (table,) = page.all("section", class_="glance")[0].all("table")
    broken = sum(bool(rule.broken) for rule in made.rules)
    assert (f"Broken most ({FIRST} of {broken})", FIRST) == (table.all("caption")[0].text, len(table.rows()))


def test_who_and_when(made, page):
    """Each side, the worst first, days in their own order; with the rules that were broken most there."""
    (who,) = page.all("section", id="who")
    tables = {one.all("caption")[0].text: one.rows() for one in who.all("table")}
    assert {f"Broken by {side}" for side in Side} == {*tables}
    assert len(made.worst(Side.AGENT, 1000)) == len(tables["Broken by agent"])
    days = [row["day"] for row in tables["Broken by day"]]
    assert sorted(days) == days
    assert "2 more" in tables["Broken by agent"][0]["which rules most"]


def test_what_was_owed(made, page):
    """How many of each kind stand how, and what was done too late."""
    kinds, late = (one.rows() for one in page.all("section", id="owed")[0].all("table"))
    assert {kind: states.get("broken", 0) for kind, states in made.obligation_counts.items()} == {
        row["what"]: int(row["broken"]) for row in kinds
    }
    assert len(made.overdue) == len(late)
    assert "never" in {row["done"] for row in late}


def test_other_parts(made, page):
    """The other policy, the witnesses, and what could be judged."""
    said = page.all("section", id="against")[0].text
    assert "Under support-sop 2026.11" in said
    assert "Promises broken" in page.all("section", id="witnesses")[0].text
    assert "could be judged" in page.all("section", id="coverage")[0].text
    assert made.against is not None


def test_odd_rows(tickets):
    """What is odd about the log stands apart."""
    (odd,) = read_page(as_html(tickets)).all("section", id="odd")
    assert ["Wrong" in str(kind) for kind in tickets.odd] == ["Wrong" in str(row) for row in odd.all("table")[0].rows()]


def test_softer_rules():
    """What the policy only warns of is no breach; what it has off is named."""
    log = log_of(CHATS)
    warned = glance(as_html(audit(log, sop_with('enforcement = { "capacity.channel" = "warn" }'))))
    assert warned.all("strong")[0].text.startswith("No rule was broken, as far as is known; 1 time only warned of")
    page = read_page(as_html(audit(log, sop_with('enforcement = { "capacity.channel" = "off" }'))))
    assert "capacity.channel" in page.all("section", id="off")[0].text
    assert "No rule was broken, as far as is known" == page.all("strong")[0].text


def test_nothing_is_known():
    """That is no success."""
    page = read_page(as_html(nothing()))
    assert "No rule could be judged: the log tells too little" == page.all("strong")[0].text
    assert ("A log", "judged by a policy, map made in code") == (
        page.all("h1")[0].text,
        page.all("header")[0].all("p")[1].text,
    )


def test_more_than_a_page_has(tickets):
    """What is left out is counted; where a report keeps no breach, that is said."""
    (one,) = [breach for breach in tickets.breaches if breach.rule == "lifecycle.edge"]
    rules = tuple(attrs.evolve(rule, broken=500) if rule.broken else rule for rule in tickets.rules)
    page = read_page(as_html(attrs.evolve(tickets, breaches=(one,) * 300, rules=rules)))
    closed, edge = page.all("article")
    assert "The report keeps none of its breaches." in closed.text
    assert f"Its breaches: {SHOWN} of 500; --format csv tells more" in edge.text
    assert SHOWN == len(edge.all("table")[0].rows())


def test_standing(tickets):
    """A rule is kept, broken, warned of, or nothing is known of it."""
    warns = tuple(attrs.evolve(rule, mode=Enforcement.WARN) for rule in tickets.rules)
    told = {
        row["how it stands"] for row in read_page(as_html(tickets)).all("section", id="rules")[0].all("table")[0].rows()
    }
    assert {"✗ broken", "✓ kept", "? unknown"} == told
    page = read_page(as_html(attrs.evolve(tickets, rules=warns)))
    assert "! warned of" in page.all("section", id="rules")[0].text
    assert {"warning"} == {one.attributes["data-level"] for one in page.all("article")}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_log(tickets, text):
    """Nothing that a log says is more than text: no id, no name, no word that the map does not have."""
    read_page(
        as_html(
            attrs.evolve(
                tickets,
                log=text,
                map=text,
                policy=text,
                zone=text,
                breaches=tuple(
                    attrs.evolve(one, case=text, agent=text, queue=text, what=text, message=text, remedy=text)
                    for one in tickets.breaches
                ),
                sides={side: {text: counts} for side in Side for counts in tickets.sides[side].values()},
                odd=tuple(attrs.evolve(one, words=text, shown=text) for one in tickets.odd),
            )
        )
    )
