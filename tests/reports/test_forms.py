"""Findings as JSON, Markdown, SARIF, JUnit's XML and GitHub's commands, whatever they come from."""

import json
from xml.etree import ElementTree as ET

import attrs

from casecore import __version__
from casecore.reports.as_json import command_json, json_text, location_to_dict
from casecore.reports.findings import Finding, Location, Severity, fingerprint_of
from casecore.reports.github import SHOWN, workflow_commands
from casecore.reports.junit import junit_document
from casecore.reports.markdown import bullets, cell, details, table
from casecore.reports.sarif import CodeMeaning, sarif_document

HERE = Location("desk\\a,b.toml", 3, 4, 3, 9)
PLAIN = Finding("X1", Severity.WARNING, "", "odd")
WHOLE = Finding(
    "looser",
    Severity.ERROR,
    "capacity.chat",
    "100 %\nof it",
    "mend it",
    title="more: chats",
    number="D1",
    location=HERE,
    detail=("1  opens", "2  closes"),
    steps=("opens", "closes"),
    fingerprint=fingerprint_of("looser", "chats"),
    excuse="agreed",
)
MEANINGS = (
    CodeMeaning("X1", "a thing", "mend it", Severity.NOTE),
    CodeMeaning("looser", "now allowed", "", Severity.WARNING),
)


class TestFinding:
    """The record."""

    def test_names(self):
        """Where reports number what they find, a finding is called by its number."""
        assert ("D1", "D1 looser: more: chats") == (WHOLE.name, WHOLE.heading)
        assert ("X1", "X1") == (PLAIN.name, PLAIN.heading)
        assert "X1 a thing" == attrs.evolve(PLAIN, title="a thing").heading

    def test_sentence(self):
        """What was found and what to do, where anything is to be done."""
        assert ("odd", "100 %\nof it -> mend it") == (PLAIN.sentence, WHOLE.sentence)

    def test_fingerprint(self):
        """The same for the same parts, and another one for others."""
        assert fingerprint_of("a", "b") == fingerprint_of("a", "b") != fingerprint_of("a", "c")
        assert 32 == len(fingerprint_of())


class TestJson:
    """For programs."""

    def test_as_it_is(self):
        """Letters are not escaped, and the order is the caller's unless another is asked for."""
        assert '{\n  "b": "é",\n  "a": 1\n}' == json_text({"b": "é", "a": 1})
        assert '{\n  "a": 1,\n  "b": "é"\n}' == json_text({"b": "é", "a": 1}, sort_keys=True)

    def test_command(self):
        """Which command of which version it comes from."""
        plain = json.loads(command_json("check", exit=1))
        assert {"command": "check", "exit": 1, "format": 1, "tool": f"casecore {__version__}"} == plain
        assert sorted(plain) == [*plain]

    def test_location(self):
        """A place whose line is not known is none."""
        known = {"file": HERE.file, "line": 3, "column": 4, "end_line": 3, "end_column": 9}
        assert known == location_to_dict(HERE)
        assert None is location_to_dict(None) is location_to_dict(Location("a.toml"))


class TestMarkdown:
    """For a pull request."""

    def test_harmless(self):
        """Nothing is mark-up that is none, nobody is called, and a line stays a line."""
        assert "&lt;b\\> @\u200ball \\`x\\` a\\|b c" == cell("<b> @all `x` a|b\nc")

    def test_no_formula(self):
        """No notebook takes a text for a formula or a link: some begin one with a bracket behind a backslash."""
        told = r"$5, $6, [a](b), \[c\], \(d\), \\], C:\e"
        assert r"\$5, \$6, [a\](b), &#92;[c&#92;\], &#92;(d&#92;), \\&#92;\], C:\\e" == cell(told)

    def test_parts(self):
        """A table, a list, and what is folded away."""
        assert ["| a | b |", "| --- | --- |", "| 1 | x\\|y |"] == [*table(("a", "b"), [("1", "x|y")])]
        assert ["- \\*a\\*"] == [*bullets(["*a*"])]
        assert ["<details>", "<summary>More</summary>", "", "a", "", "</details>"] == [*details("More", ["a"])]


class TestGithub:
    """For the page of a change."""

    def test_whole(self):
        """All that is known, with what would end the command escaped; what is to be done, and the detail below."""
        where = "file=desk/a%2Cb.toml,line=3,endLine=3,col=4,endColumn=9,title=D1 looser%3A more%3A chats"
        told = f"::error {where}::100 %25%0Aof it%0A-> mend it%0A1  opens%0A2  closes"
        assert f"{told}\n::warning title=X1::odd\nthe sum" == workflow_commands([PLAIN, WHOLE], "the sum")

    def test_only_the_file(self):
        """Where the line is not known the whole file is meant."""
        assert "::notice file=a.toml,title=X1::odd" == workflow_commands(
            [attrs.evolve(PLAIN, level=Severity.NOTE, location=Location("a.toml"))]
        )

    def test_what_github_would_drop_is_counted(self):
        """Ten of a level, and the names of the others; what is as it should be is not told."""
        found = [attrs.evolve(WHOLE, number=f"D{number}") for number in range(SHOWN + 2)]
        told = workflow_commands([*found, attrs.evolve(PLAIN, level=None)]).split("\n")
        assert (SHOWN + 1, "+2 more of level error, which GitHub would not show: D10, D11") == (len(told), told[-1])


class TestSarif:
    """For code-scanning tools."""

    def read(self, *findings, **properties):
        """The one run of a document."""
        document = json.loads(sarif_document(findings, MEANINGS, **properties))
        (run,) = document["runs"]
        assert "2.1.0" == document["version"]
        return run

    def test_plain(self):
        """A code, a level and a message are enough."""
        (result,) = self.read(PLAIN)["results"]
        assert {
            "ruleId": "X1", "ruleIndex": 0, "level": "warning", "message": {"text": "odd"}, "locations": [],
        } == result  # fmt: skip

    def test_whole(self):
        """Its place by lines and by name, what leads to it, and why it does not count."""
        (result,) = self.read(WHOLE)["results"]
        (here,) = result["locations"]
        region = {"startLine": 3, "startColumn": 4, "endLine": 3, "endColumn": 9}
        assert {"artifactLocation": {"uri": "desk/a,b.toml"}, "region": region} == here["physicalLocation"]
        assert [{"fullyQualifiedName": "capacity.chat"}] == here["logicalLocations"]
        assert "D1 more: chats\n100 %\nof it -> mend it" == result["message"]["text"]
        assert [{"kind": "inSource", "justification": "agreed"}] == result["suppressions"]
        assert {"casecore/v1": WHOLE.fingerprint} == result["partialFingerprints"]
        steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
        assert [(1, "opens"), (2, "closes")] == [
            (step["executionOrder"], step["location"]["message"]["text"]) for step in steps
        ]
        assert here["physicalLocation"] == steps[0]["location"]["physicalLocation"]

    def test_titles(self):
        """What it is about stands first; what nobody needs to be told is a note."""
        (result,) = self.read(attrs.evolve(PLAIN, title="a thing", level=None))["results"]
        assert ("a thing: odd", "note") == (result["message"]["text"], result["level"])

    def test_run(self):
        """What the codes mean, and what is said of the whole."""
        run = self.read(days=2)
        assert ({"days": 2}, []) == (run["properties"], run["results"])
        assert ["X1", "looser"] == [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert "now allowed" == run["tool"]["driver"]["rules"][1]["shortDescription"]["text"]


class TestJunit:
    """For CI services."""

    def test_outcomes(self):
        """What fails, has an error or is skipped is counted, and says so in short; what passed may say something."""
        every = ("failure", "error", "skipped", "system-out")
        text = junit_document("try", "a\x01b", {"one": [(WHOLE, outcome) for outcome in every], "two": []}, "the end")
        root = ET.fromstring(text)  # noqa: S314 -- our own text
        one, two = root.findall("testsuite")
        names = ("name", "tests", "failures", "errors", "skipped")
        assert ["casecore.one", "4", "1", "1", "1"] == [one.get(name) for name in names]
        assert ["casecore.two", "0", "0", "0", "0"] == [two.get(name) for name in names]
        assert [*every] == [case[0].tag for case in one]
        assert [True, True, True, False] == [case[0].get("message") is not None for case in one]
        assert "100 %\nof it -> mend it\n1  opens\n2  closes" == one[0][0].text
        assert ("casecore try a\ufffdb", "the end") == (root.get("name"), root.findtext("system-out"))
