"""The rules as a page: the same as their JSON, and what a policy softens, first."""

import json

import pytest

from casecore.reports.pages.elements import harmless
from tests.page_reading import HOSTILE, read_page


@pytest.fixture
def listed(casecore):
    """The rules as a page, and as JSON."""

    def run(*options):
        html, plain = (casecore("rules", "--format", form, *options)[1] for form in ("html", "json"))
        return read_page(html), json.loads(plain)

    return run


def test_the_same_rules_as_json(listed):
    """Each with its titles, clauses, what it guards, how it is kept, and the keys that set it."""
    page, plain = listed()
    rows = page.all("section", id="rules")[0].all("table")[0].rows()
    assert [one["id"] for one in plain] == [row["rule"] for row in rows]
    for one, row in zip(plain, rows, strict=True):
        assert all(title in row["what it says"] for title in one["titles"])
        assert all(guard in row["guards"] for guard in one["guards"])
        assert ", ".join(one["clauses"]) == row["clause"]
        assert all(key["key"] in row["set by"] for key in one["set_by"])
        assert row["kept"].endswith({"always": "always", "block": "blocks"}[one["enforcement"]])
    assert f"{len(plain)} rules; the policy softens none of them" == page.all("strong")[0].text
    assert page.all("figcaption")[0].text.startswith("Case life cycle, as text")


def test_what_is_softened(listed, tmp_path):
    """Stands on the first screen, with the line that softens it."""
    soft = tmp_path / "soft.toml"
    soft.write_text('[enforcement]\n"capacity.channel" = "warn"\n"idle.silence" = "off"\n', "utf-8")
    page, _ = listed("--policy", soft)
    (table,) = page.all("section", class_="glance")[0].all("table")
    assert [("capacity.channel", "! warns"), ("idle.silence", "✗ off")] == [
        (row["rule"], row["kept"]) for row in table.rows()
    ]
    assert "soft.toml:2" in table.rows()[0]["set by"]
    assert "rules; the policy softens 2 of them" in page.all("strong")[0].text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_policy(casecore, tmp_path, text):
    """What a rule of the policy's own says is text, and so is the policy's name."""
    said = json.dumps(harmless(text).replace("\ufffd", "")[:100])
    file = tmp_path / "sop.toml"
    rule = 'id = "mine.rule"\nguards = ["reply"]\nneeds = { approval = true }'
    told = f"id = {said}\nversion = {said}\n[[rule]]\ntitle = {said}\nsource = {said}\n{rule}\n"
    file.write_text(told, "utf-8")
    code, printed, complaints = casecore("rules", "--policy", file, "--format", "html")
    assert (0, "") == (code, complaints)
    (row,) = [one for one in read_page(printed).all("table")[0].rows() if one["rule"] == "mine.rule"]
    assert json.loads(said) == row["what it says"]


def test_a_policy_that_cannot_be_read(casecore, tmp_path):
    """Is a page, too, with each problem at its place."""
    bad = tmp_path / "<b>.toml"
    bad.write_text('[tags]\nlimt = 3\nenabled = "maybe"\n', "utf-8")
    for command in (("rules", "--policy", bad), ("check", bad), ("diff", bad, bad), ("audit", "x", "--map", "y")):
        code, printed, _ = casecore(*command, "--format", "html")
        page = read_page(printed)
        assert (2, "It could not run: nothing was looked at") == (code, page.all("strong")[0].text)
        assert all("could not run" in one.text for one in page.all("article"))


def test_a_check_and_a_comparison(casecore, tmp_path):
    """The command line writes pages."""
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text("[capacity]\nchat = 2\n", "utf-8")
    new.write_text("[capacity]\nchat = 3\n", "utf-8")
    where = ("--scope", "chat-limit", "--format", "html")
    code, printed, _ = casecore("check", old, *where, "--only", "04", "--walk", "0")
    told = "Not everything is known: 1 promise not decided"  # not with this scope alone
    assert (3, told) == (code, read_page(printed).all("strong")[0].text)
    code, printed, _ = casecore("diff", old, new, *where)
    assert (0, True) == (code, "D1" in read_page(printed).text)
