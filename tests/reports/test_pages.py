"""A report as a page: nothing in it is anything else than text, and it is one file."""

import base64
import re
from pathlib import Path

import attrs
import pytest

import casecore
from casecore.reports.findings import Finding, Location, Severity
from casecore.reports.pages.elements import Markup, element, harmless, joined, with_code
from casecore.reports.pages.findings import anchor_of, finding_article, place_text
from casecore.reports.pages.page import Figure, Headline, PagePart, bar, folded, html_page, shipped
from casecore.reports.pages.tables import Head, Valued, data_table, html_table
from tests.page_reading import BAD_CHARACTERS, HOSTILE, Node, read_page

WHOLE = Finding(
    "looser",
    Severity.ERROR,
    "capacity.chat",
    "first\nsecond",
    "mend it",
    title="more chats",
    number="D1",
    location=Location("sop.toml", 3),
    detail=("1  opens", "2  closes"),
)


def page_with(content, **known):
    """A page with something in a part of it."""
    parts = [PagePart("one", "One", content)]
    return html_page("check", "A policy", Headline("good", "It holds"), parts=parts, **known)


class TestElements:
    """HTML that cannot be otherwise."""

    def test_text_is_text(self):
        """Whatever is no element is escaped; nothing is nothing; several things stand one after the other."""
        assert "<p>a &lt;b&gt; &amp; c 3</p>" == element("p", "a <b> & c ", 3, None, ()).html
        assert "<p><b>x</b>y<b>z</b></p>" == str(element("p", [element("b", "x"), "y", (element("b", "z"),)]))
        assert "&lt;p&gt;" == joined("<p>").html

    def test_attributes(self):
        """Names with hyphens, those that are words of Python, those without a value, and those left out."""
        made = element("details", class_='a"b', data_code="<x>", open=True, id=None, role=False)
        assert '<details class="a&quot;b" data-code="&lt;x&gt;" open></details>' == made.html
        assert '<img alt="it&#x27;s">' == element("img", alt="it's").html

    @pytest.mark.parametrize(
        ("name", "attributes"),
        [
            ("script", {}),
            ("style", {}),
            ("iframe", {}),
            ("p><script", {}),
            ("p", {"onclick": "x"}),
            ("p", {"srcdoc": "x"}),
            ("p", {"style": "background:url(x)"}),
            ("p", {"style": "color:red;}"}),
            ("a", {"href": "https://example.org"}),
            ("a", {"href": "javascript:alert(1)"}),
            ("a", {"href": "#a b"}),
            ("img", {"src": "x.png"}),
            ("img", {"src": "data:text/html;base64,aaaa"}),
        ],
    )
    def test_what_a_page_does_not_have(self, name, attributes):
        """No script, no handler, no address that leads elsewhere: who asks for it is told."""
        with pytest.raises(ValueError, match="a page has no"):
            element(name, **attributes)

    def test_what_it_has(self):
        """Addresses on the page, a picture in it, and looks without addresses."""
        assert '<a href="#P04">x</a>' == element("a", "x", href="#P04").html
        assert (
            '<td style="text-align:right;padding:2px 8px"></td>'
            == element("td", style="text-align:right;padding:2px 8px").html
        )
        assert element("img", src="data:image/svg+xml;base64,PHN2Zz4=")

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile(self, text):
        """In text and in attributes it is read as it was written, without what hides or turns."""
        told = html_page(
            text,
            text,
            Headline("bad", text, (text,)),
            about=text,
            figures=[Figure(text, text)],
            first=data_table(text, (text, Head(text, "name")), [(text, Valued(text, text))]),
            parts=[PagePart("one", text, finding_article(attrs.evolve(WHOLE, message=text, title=text), text), text)],
            pictures=[Drawing(text, text, text)],
        )
        page, kept = read_page(told), harmless(text)
        assert not page.all("b")[1:]
        assert kept == page.all("h1")[0].text == page.all("table")[0].all("td")[0].attributes["data-value"]
        assert kept == page.all("pre")[-1].attributes["aria-label"]
        assert [kept] == [image.attributes["alt"] for image in page.all("img")]

    def test_nobody_else_writes_html(self):
        """Only the builder makes what is not escaped."""
        sources = Path(casecore.__file__).parent.rglob("*.py")
        assert ["elements.py"] == [path.name for path in sources if re.search(r"\bMarkup\(", path.read_text("utf-8"))]

    def test_code(self):
        """Between backticks; one that is alone is a sign as any other."""
        assert "ask <code>&lt;b&gt;</code>." == joined(with_code("ask `<b>`.")).html
        assert "one ` only" == joined(with_code("one ` only")).html

    def test_lines_stay(self):
        """What is hidden goes, and each line is one."""
        assert "a  b\nc\ufffd" == harmless("a  b\nc\u202e")
        assert not BAD_CHARACTERS.search("".join(map(harmless, HOSTILE)))


class TestTables:
    """A table on a page and in a notebook."""

    def test_on_a_page(self):
        """A caption, heads with their scope, each cell with its head's name, and by what it is sorted."""
        rows = [("a", Valued("1,000", 1000), None), (element("code", "b"), Valued(("x", "y"), 2), "y" * 40)]
        page = read_page(page_with(data_table("Things", ("name", Head("count", "number"), "more"), rows)))
        (table,) = page.all("table", role="table")
        assert ("Things", "2", "data") == (
            table.all("caption")[0].text,
            table.attributes["data-count"],
            table.attributes["class"],
        )
        assert [
            {"name": "a", "count": "1,000", "more": ""},
            {"name": "b", "count": "xy", "more": "y" * 40},
        ] == table.rows()
        assert ["1000", "2"] == [cell.attributes["data-value"] for cell in table.all("td", data_kind="number")]
        assert [("a", "rowheader"), ("b", "rowheader")] == [
            (head.text, head.attributes["role"]) for head in table.all("th", scope="row")
        ]
        assert ["y" * 40] == [cell.text for cell in table.all("td", class_="long")]

    def test_that_nobody_sorts(self):
        """A story has its order."""
        assert 'class="data still"' in data_table("A story", ("#",), [("1",)], still=True).html

    def test_in_a_notebook(self):
        """Its looks are written into it, and nothing is asked of anybody; what is not known is empty."""
        rows = [{"what is": "a <b>", "times": 3, "sure": None}, {"what is": None, "sure": True}]
        told = html_table(rows, caption="All & more")
        assert "<caption style=" in told
        assert "All &amp; more</caption>" in told
        assert ["what is", "times", "sure"] == re.findall(r'scope="col"[^>]*>([^<]*)<', told)
        assert ["a &lt;b&gt;", ""] == re.findall(r'scope="row"[^>]*>([^<]*)<', told)
        assert ["3", "", "", "True"] == re.findall(r"<td [^>]*>([^<]*)<", told)
        assert ["3"] == re.findall(r"<td [^>]*text-align:right[^>]*>([^<]*)<", told)
        assert "class=" not in told

    def test_of_some_columns(self):
        """In the order that was asked for; a table may be empty."""
        told = html_table([{"a": 1, "b": 2}], caption="x", columns=("b", "c"))
        assert ["b", "c"] == re.findall(r'scope="col"[^>]*>([^<]*)<', told)
        assert "<tbody></tbody>" in html_table([], caption="x")


class TestFindings:
    """A finding, whatever it comes from."""

    def test_whole(self):
        """Its code, level, name, title, message, remedy, place, and its detail."""
        page = read_page(page_with(finding_article(WHOLE, "+ looser")))
        (article,) = page.all("article", data_code="looser", data_number="D1", data_level="error", id="D1")
        assert "+ looser D1 more chats" == article.all("h3")[0].text
        assert ["first", "second", "What to do: mend it"] == [one.text for one in article.all("p")]
        assert ["capacity.chat", "sop.toml:3"] == [one.text for one in article.all("dd")]
        assert ["1  opens\n2  closes"] == [one.text for one in article.all("pre")]

    def test_bare(self):
        """A code and a message are enough; what else is shown is the page's."""
        bare = Finding("X1", None, "", "fine")
        page = read_page(page_with(finding_article(bare, "✓ fine", element("p", "more"), id_="x", tone="doubt")))
        (article,) = page.all("article", id="x", data_level="none", class_="finding doubt")
        assert ["fine", "more"] == [one.text for one in article.all("p")]
        assert not article.all("dl")
        assert not article.all("pre")

    def test_names(self):
        """By what it is linked, whatever it is called; and where it stands, if that is known."""
        assert ("D1", "a-D1") == (anchor_of(WHOLE), anchor_of(WHOLE, "a"))
        assert "line-3---" == anchor_of(attrs.evolve(WHOLE, number='line 3"<>'))
        assert ("", "", "sop.toml:3") == (place_text(None), place_text(Location("a")), place_text(WHOLE.location))


@attrs.frozen
class Drawing:
    """A picture."""

    title: str = "A line"
    text: str = "----"
    description: str = "A line from left to right"

    def svg(self):
        """As SVG, with what must not run."""
        return '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><title>é</title></svg>'


class TestPage:
    """The whole."""

    def test_what_is_said_first(self):
        """The headline with its mark, what it rests on, the figures; then a way to each part."""
        told = html_page(
            "audit",
            "A log",
            Headline("bad", "It does not", ("Exit 1.",)),
            about="by a policy",
            figures=[Figure("2", "broken", "bad")],
            first=element("p", "Look here"),
            parts=[PagePart("one", "One", "x", "About it"), PagePart("two", "Two", "y", folded=True)],
        )
        page = read_page(told)
        (glance,) = page.all("section", class_="glance")
        assert "✗It does notExit 1.broken2Look here" == glance.text
        assert ["#one", "#two"] == [one.attributes["href"] for one in page.all("nav")[0].all("a")]
        assert "Skip to the report" == page.all("a")[0].text
        assert ("A log: casecore audit", "A log") == (page.all("title")[0].text, page.all("h1")[0].text)
        assert [False, True] == [bool(one.all("details")) for one in page.all("section")[1:]]

    def test_the_least(self):
        """A headline is enough; there is nothing to go to."""
        page = read_page(html_page("rules", "A policy", Headline("plain", "No rules")))
        assert not page.all("nav")
        assert not page.all("dl")

    def test_the_same_report_is_the_same_file(self):
        """No dates, no timings."""
        assert page_with("x") == page_with("x")

    def test_nothing_comes_from_elsewhere(self):
        """Neither in the style sheet nor in the script is there an address, or a way to ask for one."""
        for name in ("page.css", "page.js"):
            assert not re.search(r"https?:|//[a-z]|url\(|@import|</|<!--", shipped(name))
        assert not re.search("innerHTML|outerHTML|insertAdjacent|eval|fetch|XMLHttp|document.write", shipped("page.js"))

    def test_pictures(self):
        """Each is an image, in which nothing runs, with the same as text below."""
        page = read_page(page_with("x", pictures=(Drawing(),)))
        (image,) = page.all("img")
        drawn = base64.b64decode(image.attributes["src"].partition("base64,")[2]).decode()
        assert (Drawing().svg(), "A line from left to right") == (drawn, image.attributes["alt"])
        assert ["----"] == [one.text for one in page.all("pre")]
        assert ["A line, as text----"] == [one.text for one in page.all("figcaption")]

    def test_where_pictures_stand(self):
        """Before what is folded, else at the end."""
        open_, closed = PagePart("a", "A", "x"), PagePart("b", "B", "y", folded=True)
        for parts, order in (((open_, closed), "a pictures b"), ((open_,), "a pictures"), ((), "pictures")):
            told = html_page("check", "A", Headline("good", "x"), parts=parts, pictures=[Drawing()])
            assert order.split() == [one.attributes["href"][1:] for one in read_page(told).all("nav")[0].all("a")]

    def test_small_things(self):
        """What is folded, and a bar as long as its part."""
        assert "<details open><summary>a</summary>b</details>" == folded("a", "b", opened=True).html
        assert '<rect width="12.5" height="6"></rect>' in bar(0.125).html
        assert isinstance(bar(1), Markup)
        assert "" == Node("p", {}).text
