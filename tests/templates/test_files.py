"""Files of templates: what is in them, where a finding lies, and the four ways to tell it."""

import json
import pickle
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecore.templates import files
from casecore.templates.files import TemplateFileError, findings_in, read_templates, templates_in
from casecore.templates.formats import FORMATS, as_github, as_json, as_sarif, as_text, shown_to_dict

FOOTER = {"type": "FOOTER", "text": "Sol ☀ *forte*"}


def one(name, text, **fields):
    """A definition with this body."""
    plain = {"name": name, "language": "pt_PT", "category": "UTILITY", "status": "APPROVED"}
    return {**plain, "components": [{"type": "BODY", "text": text}], **fields}


GOOD = one("boa", "Olá {{1}}, chegou a sua fatura.")
BAD = one("mal", "Olá\n\n“{{ 1 }}”, chegou a sua fatura.")
EDGE = {
    "components": [{"type": "BODY", "text": "Chegou ontem a fatura {{1}}"}, FOOTER],
    "name": "mal",
    "language": "en",
}


def places(source, file):
    """(code, line, column) of all findings in a file."""
    found = findings_in(templates_in(source, file))
    return [(finding.code, *located.place(finding)) for located, finding in found]


class TestReading:
    """What a file holds."""

    @pytest.mark.parametrize("indent", [None, 2])
    @pytest.mark.parametrize("ascii_only", [False, True])
    @pytest.mark.parametrize(
        "around",
        [lambda one: one, lambda one: {"data": one, "paging": {}}, lambda one: one[0]],
        ids=["list", "answer", "single"],
    )
    def test_json(self, indent, ascii_only, around):
        """One template, a list of them, or the API's whole answer; however it is written."""
        source = json.dumps(around([BAD, GOOD]), indent=indent, ensure_ascii=ascii_only)
        located = templates_in(source, "a.json")
        assert ["mal", "boa"][: len(located)] == [found.template.name for found in located]
        ((code, line, column),) = places(source, "a.json")
        assert "parse.spaced" == code
        assert source.split("\n")[line - 1][column - 1 :].startswith("{{ 1 }}")

    def test_the_second_of_two_alike(self):
        """What two templates share is found in the one that it is about."""
        source = json.dumps([one("a", "Olá {{ 1 }}!"), one("b", "Olá {{ 1 }}!")], indent=1, ensure_ascii=False)
        first, second = [line for code, line, _ in places(source, "a.json") if code == "parse.spaced"]
        assert '"text": "Olá {{ 1 }}!"' in source.split("\n")[first - 1]
        assert first < second

    def test_json_lines(self):
        """A template a line; empty lines are skipped."""
        source = "\n".join([json.dumps(GOOD), "", json.dumps(BAD)])
        assert [("parse.spaced", 3)] == [place[:2] for place in places(source, "a.jsonl")]

    @pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
    def test_text(self, ending):
        """Any other file is the text of one body; the end of its last line does not belong to it."""
        source = f"Olá,\na fatura {{{{ 1 }}}} chegou.{ending}"
        (located,) = templates_in(source, "a.txt")
        assert "Olá,\na fatura {{ 1 }} chegou." == located.template.body.text.source
        assert [("parse.spaced", 2, 10)] == places(source, "a.txt")

    def test_place_of_the_whole(self):
        """What is about the whole template is where the template begins."""
        source = json.dumps([GOOD, one("Mal", "Olá.")], indent=2)
        ((code, line, column),) = places(source, "a.json")
        assert "lint.name" == code
        assert "{" == source.split("\n")[line - 1][column - 1 :]

    def test_place_of_a_label(self):
        """What is about a button is where its label is."""
        component = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Olá {{1}}"}]}
        plain = one("a", "Olá.")
        source = json.dumps({**plain, "components": [*plain["components"], component]}, indent=2, ensure_ascii=False)
        ((code, line, _),) = places(source, "a.json")
        assert "lint.label_variable" == code
        assert "Olá {{1}}" in source.split("\n")[line - 1]

    def test_escapes_that_nobody_writes(self):
        """A text written in another way than JSON is usually written is placed at its template."""
        source = json.dumps({**GOOD, "components": [{"type": "BODY", "text": "Hi {{ 1 }}"}]}).replace("Hi", r"\u0048i")
        assert [("parse.spaced", 1, 1)] == places(source, "a.json")

    def test_several_templates_together(self):
        """What templates of several files share is found."""
        located = (*templates_in(json.dumps(GOOD), "a.json"), *templates_in(json.dumps(GOOD), "b.json"))
        assert [("b.json", "lint.same_identity"), ("b.json", "lint.same_text")] == [
            (where.file, finding.code) for where, finding in findings_in(located)
        ]

    @pytest.mark.parametrize(
        ("source", "file", "line", "problem"),
        [
            ("{", "a.json", 1, "is no JSON"),
            ('{"name":\n\n!}', "a.json", 3, "is no JSON"),
            ("", "a.json", 1, "is no JSON"),
            ("3", "a.json", 1, "is no template"),
            ("[1]", "a.json", 1, "is no template"),
            ("9" * 5000, "a.json", 1, "is no JSON"),
            ("[" * 200_000, "a.json", 1, "nested too deeply"),
            (f"{json.dumps(GOOD)}\n[]", "a.jsonl", 2, "is no template"),
            (f'{json.dumps(GOOD)}\n{{"a":', "a.ndjson", 2, "is no JSON"),
            (f'[{json.dumps(GOOD)},\n{{"messaging_product": "whatsapp"}}]', "a.json", 2, "is a call that sends"),
            (f'[{json.dumps(GOOD)},\n{{"components": 3}}]', "a.json", 2, "components"),
            ("{}", "a.JSON", 1, "is no template, for it has no components: there is nothing to check"),
            ('{"components": []}', "a.json", 1, "has no components"),
            ('{"name": "a", "language": "en"}', "a.json", 1, "has no components"),
            ('{"error": {"message": "Too many calls"}}', "a.json", 1, "is an error of the API, .*'Too many calls'"),
            ('{"waba_templates": [{}]}', "a.json", 1, "; give the list that it has under 'waba_templates'"),
            ('{"name": "hello", "text": "Hi {customer}"}', "a.json", 1, "is a text such as a quick reply"),
            ('{"error": {}}', "a.txt", 1, "is an error of the API"),
            ("{}\n{}", "a", 1, "has no components"),
        ],
    )
    def test_unreadable(self, source, file, line, problem):
        """What is no template is named by file and line, with what is wrong."""
        with pytest.raises(TemplateFileError, match=problem) as caught:
            templates_in(source, file)
        assert (file, line) == (caught.value.file, caught.value.line)
        assert f"{file}, line {line}: " in str(caught.value)
        assert str(caught.value) == str(pickle.loads(pickle.dumps(caught.value)))  # noqa: S301 -- our own bytes

    @pytest.mark.parametrize(
        ("source", "file"),
        [("[]", "a.json"), ('{"data": []}', "a.JSON"), ("", "a.jsonl"), ("\n \n", "a.NDJSON"), ("[]", "a")],
    )
    def test_nothing_in_it(self, source, file):
        """A file without a template is not one in which nothing was found."""
        with pytest.raises(TemplateFileError, match=f"{file}: holds no template, so nothing was checked"):
            templates_in(source, file)

    def test_what_is_wrong_hides_nothing(self):
        """All that can be read is, line by line and entry by entry."""
        lines = f"{json.dumps(GOOD)}\n{{\n{json.dumps(BAD)}\n{{}}\n"
        entries = json.dumps([GOOD, {}, BAD, 3])
        for source, file in ((lines, "a.jsonl"), (entries, "a.json")):
            located, unread = read_templates(source, file)
            assert ["boa", "mal"] == [one.template.name for one in located]
            assert 2 == len(unread)

    @pytest.mark.parametrize("name", ["a.JSON", "a.Json", "a.txt", "a", "a.json.bak"])
    def test_json_is_no_body(self, name):
        """Whatever the file is called; but a body may begin with a brace."""
        assert ["boa"] == [one.template.name for one in templates_in(json.dumps(GOOD), name)]
        several = "\n".join([json.dumps(GOOD), json.dumps(BAD)])
        assert "JSON" in name.upper()[1:] or 2 == len(templates_in(several, name))
        (body,) = templates_in("{{1}}, olá!\n[Sol]", "a.txt")
        assert "{{1}}, olá!\n[Sol]" == body.template.body.text.source

    def test_answer_inside_a_text(self):
        """Where the templates of an answer cannot be told apart, the whole file is their place."""
        source = json.dumps({"a": {"data": [3]}, "data": [GOOD, BAD]}, indent=1)
        assert ["boa", "mal"] == [found.template.name for found in templates_in(source, "a.json")]
        ((_, line, _),) = places(source, "a.json")
        assert "{{ 1 }}" in source.split("\n")[line - 1]

    @given(st.text(alphabet='{}[]",:1 \n', max_size=30), st.sampled_from(["a.json", "a.jsonl", "a.txt"]))
    def test_any_text(self, source, file):
        """Whatever a file holds, its templates are read or the error says why not."""
        located = ()
        with suppress(TemplateFileError):
            located = templates_in(source, file)
        for where, finding in findings_in(located):
            line, column = where.place(finding)
            assert 1 <= line <= source.count("\n") + 1
            assert 1 <= column <= len(source) + 1


class TestReports:
    """The same findings in four forms."""

    LOCATED = templates_in(json.dumps([GOOD, EDGE], indent=1, ensure_ascii=False), "a:b,c.json")
    FOUND = tuple(findings_in(LOCATED))

    def test_text(self):
        """A line a finding, as compilers write it, and a summary."""
        lines = as_text(self.FOUND, 2).split("\n")
        assert lines[0].startswith("a:b,c.json:")
        assert any(
            "error [lint.edge] body ends with the variable 1 -> put words around the variable" in line for line in lines
        )
        assert "2 templates: 2 errors, 1 warning" == lines[-1]

    def test_text_of_nothing(self):
        """Where there is nothing to find, that is said."""
        assert "1 template: nothing found" == as_text((), 1)

    def test_text_without_remedy_or_name(self):
        """What has no name and no remedy is told without."""
        located = templates_in("Olá {{1}}", "a.txt")
        line, summary = as_text(tuple(findings_in(located))[:1], 1).split("\n")
        assert "a.txt:1:1: error [lint.edge] body ends with the variable 1 -> put words around the variable" == line
        assert "1 template: 1 error" == summary

    def test_json(self):
        """Every field, with file, line and column."""
        told = json.loads(as_json(self.FOUND, 2))
        assert 2 == told["templates"]
        place = {"file", "line", "column", "template", "language"}
        assert place | {"code", "level", "where", "message", "remedy", "offset", "variable"} == set(told["findings"][0])
        assert ["mal", "en"] == [told["findings"][0][key] for key in ("template", "language")]

    def test_github(self):
        """Workflow commands, with what would end them escaped."""
        lines = as_github(self.FOUND, 2).split("\n")
        assert all(
            line.startswith(("::warning file=a%3Ab%2Cc.json,line=", "::error file=a%3Ab%2Cc.json,line="))
            for line in lines[:-1]
        )
        assert "2 templates: 2 errors, 1 warning" == lines[-1]

    def test_github_escapes_messages(self):
        """A line break in what is quoted does not end the command."""
        located = templates_in(json.dumps(one("a", "{{1%\n}}")), "a.json")
        lines = as_github(findings_in(located), 1).split("\n")
        assert lines[0].startswith("::error file=a.json")
        assert "%25" in lines[0]

    def test_sarif(self):
        """SARIF 2.1.0: the rules that were broken, and each result with its place."""
        (run,) = json.loads(as_sarif(self.FOUND, 2))["runs"]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert sorted(rules) == rules
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
            assert result["level"] in {"error", "warning", "note"}
            (location,) = result["locations"]
            assert location["physicalLocation"]["region"]["startLine"] >= 1
            assert location["logicalLocations"][0]["fullyQualifiedName"].startswith("mal/en")

    def test_sarif_of_a_text(self):
        """A text alone has no logical place but its body."""
        located = templates_in("Olá {{1}}", "dir\\a.txt")
        (result,) = json.loads(as_sarif(findings_in(located), 1))["runs"][0]["results"][:1]
        assert "dir/a.txt" == result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert "body" == result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]

    def test_sarif_of_the_whole(self):
        """What is about a template without a name has no logical place."""
        plain = {"category": "NEWS", "components": [{"type": "BODY", "text": "Olá."}]}
        located = templates_in(json.dumps(plain), "a.json")
        (result,) = json.loads(as_sarif(findings_in(located), 1))["runs"][0]["results"]
        assert "logicalLocations" not in result["locations"][0]

    def test_formats(self):
        """Each has its name."""
        assert {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif} == dict(FORMATS)

    def test_preview(self):
        """A part of a message as plain data."""
        part = self.LOCATED[0].template.preview(["Rui"])[0]
        assert {
            "where": "body",
            "kind": "text",
            "text": "Olá Rui, chegou a sua fatura.",
            "parts": [
                {"text": "Olá ", "variable": None},
                {"text": "Rui", "variable": "1"},
                {"text": ", chegou a sua fatura.", "variable": None},
            ],
            "detail": "",
        } == shown_to_dict(part)


class TestManyFindings:
    """However many findings there are, a file is cut into lines once, and its texts are looked for once."""

    def test_lines_are_found_once(self):
        """Twenty places in a file are read from one list of its lines."""
        source = json.dumps([one(f"t{number}", "{{ 1 }} chegou.") for number in range(20)], indent=1)
        files._line_starts.cache_clear()
        found = [place for code, *place in places(source, "a.json") if code == "parse.spaced"]
        assert (20, 1) == (len({line for line, _ in found}), files._line_starts.cache_info().misses)

    def test_equal_texts_in_order(self):
        """Two texts of one template that are alike stand at two places."""
        cards = [{"components": [{"type": "BODY", "text": "{{ 1 }}"}]} for _ in range(2)]
        plain = {**one("t", "Olá"), "components": [{"type": "CAROUSEL", "cards": cards}]}
        lines = [line for code, line, _ in places(json.dumps(plain, indent=1), "a.json") if code == "parse.spaced"]
        assert [1, 2] == [lines.index(line) + 1 for line in sorted(set(lines))]

    def test_texts_out_of_order(self):
        """A text that stands before the one that comes first is found all the same."""
        url = {"url": "https://a.example/{{ 1 }}", "text": "Olá", "type": "URL"}
        parts = [{"type": "BUTTONS", "buttons": [url]}, {"text": "{{ 2 }}", "type": "BODY"}]
        plain = {**one("t", "{{ 2 }} olá"), "components": parts}
        plain["components"].reverse()
        source = json.dumps(plain, indent=1)
        reversed_source = json.dumps({**plain, "components": plain["components"][::-1]}, indent=1)
        for text in (source, reversed_source):
            for code, line, _ in places(text, "a.json"):
                if code == "parse.spaced":
                    assert "{{ " in text.split("\n")[line - 1]

    def test_texts_that_are_escaped_otherwise(self):
        """Of a file in which no text is found, not every one is looked for; its findings are those of the template."""
        cards = [{"components": [{"type": "BODY", "text": f"{{{{ 1 }}}} {number}"}]} for number in range(150)]
        plain = {**one("t", "Olá"), "components": [{"type": "CAROUSEL", "cards": cards}]}
        source = json.dumps(plain).replace("{{ 1 }}", "\\u007b\\u007b 1 }}")
        found = [place for code, *place in places(source, "a.json") if code == "parse.spaced"]
        assert [[1, 1]] * 150 == found


@pytest.mark.parametrize(
    ("source", "file"), [(None, "a.json"), (b"{}", "a.json"), ("{}", None), ("{}", 5)], ids=range(4)
)
def test_no_text(source, file):
    """Neither a file nor its name is anything but text."""
    with pytest.raises(TemplateFileError, match="is not text; give"):
        templates_in(source, file)
