"""Pages in a browser: nothing complains, tables sort and filter, everybody can read them, and no text runs.

Slow, because a browser is started; it is Debian's Chromium. Where that or what drives it is not installed, nothing is
asked, and it is said what is missing.
"""

import shutil
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from casecore.cli import main
from casecore.policies import Policy
from casecore.reports.findings import Finding, Severity
from casecore.reports.pages.findings import finding_article
from casecore.reports.pages.page import Figure, Headline, PagePart, html_page
from casecore.reports.pages.tables import Head, Valued, data_table
from tests.audit.desk_logs import write_snapshots
from tests.page_reading import HOSTILE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
NAMES = ("check", "diff", "audit", "replay", "rules", "hostile")
SCREENS = {"wide": (1280, 800), "narrow": (400, 800)}


@pytest.fixture(scope="module")
def browser():
    """One for all."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the extra browser)")
    if CHROMIUM is None:
        pytest.skip("there is no chromium (apt-get install -y chromium)")
    with driver.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def hostile_page():
    """One on which everything is hostile."""
    found = [
        Finding(text, Severity.ERROR, text, text, text, title=text, number=f"N{n}") for n, text in enumerate(HOSTILE)
    ]
    rows = [(text, Valued(text, text), text) for text in HOSTILE]
    parts = [
        PagePart("found", "Found", [finding_article(one, one.code) for one in found]),
        PagePart("rows", "Rows", data_table(HOSTILE[0], ("a", Head("b", "name"), "c"), rows), folded=True),
    ]
    return html_page(
        HOSTILE[0], HOSTILE[1], Headline("bad", HOSTILE[3], HOSTILE), figures=[Figure(HOSTILE[0], "x")], parts=parts
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Each page as a file."""
    folder = tmp_path_factory.mktemp("pages")
    shipped = Policy.default().sources[0].text
    old, new = folder / "old.toml", folder / "new.toml"
    old.write_text(shipped, "utf-8")
    new.write_text(shipped.replace("chat  = 2", "chat  = 3"), "utf-8")
    write_snapshots(folder)
    day, morning = ROOT / "examples" / "day.jsonl", folder / "morning.jsonl"
    morning.write_text("".join(day.read_text("utf-8").splitlines(keepends=True)[:120]), "utf-8")
    few = ("--scope", "chat-limit")
    commands = (
        ("check", str(old), *few, "--only", "04,05", "--no-cache"),
        ("diff", str(old), str(new), *few, "--promises", "--log", str(day), "--no-cache"),
        ("audit", str(folder / "tickets.csv"), "--map", str(folder / "tickets.toml")),
        ("replay", str(morning)),
        ("rules",),
    )
    for command in commands:
        printed = StringIO()
        with redirect_stdout(printed):
            main([*command, "--format", "html"])
        (folder / f"{command[0]}.html").write_text(printed.getvalue(), "utf-8")
    (folder / "hostile.html").write_text(hostile_page(), "utf-8")
    return folder


@pytest.fixture
def opened(browser, pages):
    """Open a page; at the end nothing may have complained, asked for anything else, or said anything."""
    contexts, complaints = [], []

    def visit(name, screen="wide", **known):
        width, height = SCREENS[screen]
        context = browser.new_context(viewport={"width": width, "height": height}, **known)
        contexts.append(context)
        page = context.new_page()
        address = (pages / f"{name}.html").as_uri()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: None if request.url == address else complaints.append(request.url[:80]))
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert [] == complaints


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_everywhere(opened, name):
    """Wide and narrow, light and dark: nothing scrolls sideways, and axe finds nothing at all.

    It looks at the first rows of each table only: the others are alike, and it takes its time.
    """
    source = pytest.importorskip("axe_playwright_python", reason="axe is not installed (the extra browser)")
    axe = (Path(source.__file__).parent / "axe.min.js").read_text("utf-8")
    for screen, scheme in (("wide", "light"), ("narrow", "dark")):
        page = opened(name, screen, color_scheme=scheme)
        assert SCREENS[screen][0] >= page.evaluate("document.documentElement.scrollWidth")
        page.evaluate("for (const one of document.querySelectorAll('details')) { one.open = true }")
        assert SCREENS[screen][0] >= page.evaluate("document.documentElement.scrollWidth")
        page.evaluate("for (const one of document.querySelectorAll('tbody tr:nth-child(n + 6)')) { one.remove() }")
        page.evaluate("for (const one of document.querySelectorAll('article:nth-of-type(n + 16)')) { one.remove() }")
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [] == [(one["id"], one["nodes"][0]["html"][:200]) for one in found], (screen, scheme)


def test_a_column_sorts(opened):
    """Its head is a button; numbers begin with the largest, words with the first; again: the other way round."""
    page = opened("replay")
    table = page.locator(".glance table")
    head = table.locator("thead th", has_text="rule")
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    rules = table.locator("tbody th").all_inner_texts()
    assert ("ascending", sorted(rules)) == (head.get_attribute("aria-sort"), rules)
    page.keyboard.press("Enter")
    assert ("descending", rules[::-1]) == (head.get_attribute("aria-sort"), table.locator("tbody th").all_inner_texts())
    times = table.locator("thead th", has_text="times")
    times.get_by_role("button").click()
    found = [int(text) for text in table.locator("td[data-label=times]").all_inner_texts()]
    assert ("descending", sorted(found, reverse=True)) == (times.get_attribute("aria-sort"), found)
    assert head.get_attribute("aria-sort") is None


def test_a_table_filters(opened):
    """Rows that have all words stay, and how many is said; without words there are all."""
    page = opened("rules")
    field = page.get_by_role("searchbox", name="Filter: Every rule of the desk")
    rows = page.locator("#rules tbody tr")
    every = rows.count()
    field.fill("CAPACITY channel")
    assert 0 < rows.locator("visible=true").count() < every
    assert all("capacity" in text for text in rows.locator("visible=true").all_inner_texts())
    shown = page.locator("#rules tbody tr:not([hidden])").count()
    assert f"{shown} of {every} rows" == page.get_by_role("status").inner_text()
    field.fill("")
    assert (every, "") == (
        page.locator("#rules tbody tr:not([hidden])").count(),
        page.get_by_role("status").inner_text(),
    )


def test_parts_unfold(opened):
    """One by one, all at once, by a link to what is in them, and on paper."""
    page = opened("replay")
    day = page.locator("#day details")
    assert 0 == page.locator("#day details[open]").count()
    page.locator("#day").get_by_role("button", name="Unfold all").click()
    assert day.count() == page.locator("#day details[open]").count()
    page.locator("#day").get_by_role("button", name="Fold all").click()
    assert 0 == page.locator("#day details[open]").count()
    page.get_by_role("link", name="Every refusal").click()
    page.wait_for_selector("#refusals > details[open]")
    page.emulate_media(media="print", color_scheme="dark")
    assert day.first.locator("table").is_visible()
    assert "rgb(28, 35, 41)" == page.evaluate("getComputedStyle(document.body).color")


def test_the_keyboard_begins_with_a_way_past_the_links(opened):
    """The first Tab shows it, and it is marked."""
    page = opened("audit")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert "Skip to the report" == focused.inner_text()
    assert focused.bounding_box()["x"] >= 0
    assert "solid" == focused.evaluate("one => getComputedStyle(one).outlineStyle")


def test_without_a_script_it_reads(opened):
    """Every row is there, and nothing promises what does nothing."""
    page = opened("rules", java_script_enabled=False)
    assert page.locator("#rules tbody tr").first.is_visible()
    assert 0 == page.get_by_role("button").count()
    assert 0 == page.get_by_role("searchbox").count()


def test_nothing_runs_that_was_smuggled_in(opened):
    """What is hostile is text."""
    page = opened("hostile")
    assert (1, 0) == (page.evaluate("document.scripts.length"), page.evaluate("document.images.length"))
    assert HOSTILE[1] == page.locator("h1").inner_text()


SMUGGLE = """() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", "<img src='x' onerror='window.ran = true'>");
    return window.ran ?? false;
}"""


def test_the_policy_of_the_page_would_not_let_it_run(browser, pages):
    """If something were more than text after all: the browser says that it is blocked."""
    with browser.new_context() as context:
        page, complaints = context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto((pages / "hostile.html").as_uri())
        assert page.evaluate(SMUGGLE) is False
        assert any("script-src" in text for text in complaints)
        assert any("img-src" in text for text in complaints)


FIRST_SCREENS = {
    "audit": ("A case moves only along the life cycle", "16.7 %", "ben 1"),
    "diff": ("Safe to ship", "ana already has 2 of 2 on chat", "allowed: c1 new → open", "of 449"),
    "check": ("Not everything is known", "promises proved", "Look at these first"),
    "replay": ("Every step went as expected", "authentication.before", "authenticate the customer first"),
    "rules": ("the policy softens none of them", "always kept"),
}
"""What somebody wants to know of each page."""


@pytest.mark.parametrize("name", FIRST_SCREENS)
def test_the_first_screen_answers(opened, name):
    """Nobody scrolls for it."""
    page = opened(name)
    for text in FIRST_SCREENS[name]:
        box = page.get_by_text(text).first.bounding_box()
        assert box["y"] + box["height"] <= SCREENS["wide"][1], text
