"""What is written about a check, and what runs it in CI: the pages, the hooks and the action say what is so."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from casecore.check.code_pages import CODE_PAGES
from casecore.check.days import day_name
from casecore.check.findings import EXITS, VERDICTS
from casecore.check.formats import FORMATS
from casecore.check.report import PromiseVerdict
from casecore.check.stories import story_lines
from casecore.cli.app import make_app
from casecore.diff.findings import MEANINGS, SIGNS, TO_KNOW
from casecore.diff.formats import FORMATS as DIFF_FORMATS
from casecore.promises import PROMISES
from casecore.reports.markdown import table
from casecore.testing.days import chapters
from casecore.testing.plugin import ENDING

ROOT = Path(__file__).parents[2]
CHECK = (ROOT / "docs" / "check.md").read_text("utf-8")
CI = (ROOT / "docs" / "ci.md").read_text("utf-8")
RULE_CODES = [code for code in CODE_PAGES if code > "CC210"]
DIFF = (ROOT / "docs" / "diff.md").read_text("utf-8")


def parts(report):
    """The generated parts of docs/check.md, by name."""
    failing = report.of(PromiseVerdict.FAILS)[0]
    rows = [
        (f"P{promise.number}", promise.title, ", ".join(promise.rules) or "none that can be softened")
        for promise in PROMISES
    ]
    return {
        "verdicts": "\n".join(table(("verdict", "what it means"), VERDICTS.items())),
        "exits": "\n".join(table(("exit code", "when"), ((str(int(code)), what) for code, what in EXITS.items()))),
        "story": "\n".join(("```text", *story_lines(failing.story), f"^ {failing.wrong[0]}", "```")),
        "rules": "\n".join(
            table(("code", "what is found of a rule"), ((code, CODE_PAGES[code].title) for code in RULE_CODES))
        ),
        "promises": "\n".join(table(("promise", "what always holds", "rules it rests on"), rows)),
    }


class TestPages:
    """docs/check.md and docs/ci.md."""

    def test_generated_parts(self, report):
        """The tables and the story are those of the code; a page that has fallen behind shows the difference."""
        written = dict(re.findall(r"<!-- (\w+) -->\n(.*?)\n?<!-- end -->", CHECK, re.DOTALL))
        assert parts(report) == written

    def test_every_format_is_told(self):
        """Each has its line."""
        assert {"text", *FORMATS} == set(re.findall(r"^\| `(\w+)` \|", CHECK, re.MULTILINE))

    def test_signs(self):
        """docs/diff.md has the signs, what each means, and every format of a comparison."""
        signs = table(("", "", "means"), ((sign, label, MEANINGS[label]) for label, sign in SIGNS.items()))
        assert "\n".join(signs) in DIFF
        formats = DIFF.partition("## Exit codes and formats")[2]
        assert {"text", *DIFF_FORMATS} == set(re.findall(r"^\| `(\w+)` \|", formats, re.MULTILINE))
        told = table(("an edit of", "what to know"), ((f"`{name}`", why) for name, why in TO_KNOW.items()))
        assert "\n".join(told).replace("\\`", "`") in DIFF

    def test_the_day_is_one(self, tmp_path):
        """The example goes as it says."""
        (day,) = re.findall(r"```json\n(.*?)```", CI, re.DOTALL)
        file = tmp_path / f"desk{ENDING}"
        file.write_text(day, "utf-8")
        (tmp_path / "sop.toml").write_text("", "utf-8")
        assert ["", ""] == [chapter.complaint() for chapter in chapters(file)]
        assert all(json.loads(line) for line in day.splitlines())

    def test_days_are_found(self, report):
        """What the check writes is what the plugin collects."""
        assert all(day_name(judgement).endswith(ENDING) for judgement in report.judgements)

    @pytest.mark.parametrize(
        "command",
        [line.removeprefix("$ ") for line in re.findall(r"^\$ casecore .*$", CHECK + DIFF, re.MULTILINE)]
        + re.findall(r"`(casecore (?:check|replay) [^`]*)`", CI)
        + re.findall(r"- run: (casecore .*)$", CI, re.MULTILINE),
    )
    def test_commands(self, command):
        """Each command that a page shows is one."""
        understood(shlex.split(command.split(" > ")[0], comments=True))


def understood(words):
    """The command line takes these words; nothing is run."""
    assert "casecore" == words[0]
    command, _, unused, *_ = make_app().parse_known_args(words[1:])
    assert [] == list(unused)
    return command.__name__


# The files that CI services read -----------------------------------------------------------------------


def read_yaml(text):
    """As much of YAML as these files use: mappings, lists of mappings, values of one line or after a `|`, and lists."""
    lines = [
        (len(line) - len(line.lstrip()), line.strip())
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    found, rest = _block(lines, 0)
    assert [] == rest
    return found


def _block(lines, depth):
    found = [] if lines[0][1].startswith("- ") else {}
    while lines and lines[0][0] == depth:
        _, line = lines[0]
        if isinstance(found, list):
            assert line.startswith("- "), line
            item, lines = _block([(depth + 2, line[2:]), *lines[1:]], depth + 2)
            found.append(item)
            continue
        name, colon, value = line.partition(":")
        assert colon, line
        assert name not in found, name
        lines = lines[1:]
        if value.strip() == "|":
            end = next((number for number, (deep, _) in enumerate(lines) if deep <= depth), len(lines))
            found[name] = "".join(f"{' ' * (deep - lines[0][0])}{text}\n" for deep, text in lines[:end])
            lines = lines[end:]
        elif value.strip():
            found[name] = _value(value.strip())
        else:
            assert lines[0][0] > depth, line
            found[name], lines = _block(lines, lines[0][0])
    return found, lines


def _value(text):
    if text.startswith("["):
        return [_value(part.strip()) for part in text[1:-1].split(",")]
    if text.startswith('"'):
        return json.loads(text)
    assert ": " not in text, text  # YAML would take it for a mapping
    assert " #" not in text, text
    assert text[0] not in "&*!|>'%@`{", text
    return {"true": True, "false": False}.get(text, text)


class TestHooks:
    """.pre-commit-hooks.yaml."""

    HOOKS = read_yaml((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))

    def test_what_pre_commit_needs(self):
        """An id, a name, an entry and a language; no key that it does not know."""
        assert ["casecore-check", "casecore-diff", "casecore-template-lint"] == [hook["id"] for hook in self.HOOKS]
        known = {"id", "name", "description", "entry", "args", "language", "additional_dependencies", "files"}
        known |= {"pass_filenames", "require_serial", "verbose"}
        for hook in self.HOOKS:
            assert {"id", "name", "entry", "language"} <= hook.keys() <= known
            assert [".[cli]"] == hook["additional_dependencies"]
            re.compile(hook["files"])

    @pytest.mark.parametrize(
        ("number", "names", "command"), [(0, [], "check"), (1, [], "diff"), (2, ["a.json", "-b.txt"], "lint")]
    )
    def test_command_lines(self, number, names, command):
        """What pre-commit would run is understood, with as many files as it gives."""
        hook = self.HOOKS[number]
        assert (not names) is (hook.get("pass_filenames") is False)
        assert command == understood([*shlex.split(hook["entry"]), *hook.get("args", []), *names])

    def test_which_files(self):
        """A policy, and what is called a template."""
        policy, edited, template = (re.compile(hook["files"]) for hook in self.HOOKS)
        assert policy.search("desk/sop.toml")
        assert edited.search("desk/sop.toml")
        assert template.search("a/order.template.json")
        assert template.search("a/order.template.JSON")
        assert not template.search("package.json")


class TestAction:
    """action.yml."""

    ACTION = read_yaml((ROOT / "action.yml").read_text("utf-8"))

    def test_what_github_needs(self):
        """A name, a description, and steps that each name their shell or an action."""
        assert "composite" == self.ACTION["runs"]["using"]
        assert self.ACTION["name"]
        for step in self.ACTION["runs"]["steps"]:
            assert ("uses" in step) != ({"run", "shell"} <= step.keys())

    def test_inputs(self):
        """Each is described, has a default or is required, and is used; none is pasted into a shell."""
        text = (ROOT / "action.yml").read_text("utf-8")
        for name, given in self.ACTION["inputs"].items():
            assert given["description"]
            assert ("default" in given) != (given.get("required") is True)
            assert 1 <= text.count(f"${{{{ inputs.{name} }}}}")
        assert not [step for step in self.ACTION["runs"]["steps"] if "${{" in step.get("run", "")]

    @pytest.mark.parametrize(
        ("fail_on", "expected"),
        [
            ("", []),
            ("any", ["--fail-on", "any"]),
            ("looser, untried", ["--fail-on", "looser", "--fail-on", "untried"]),
            ("looser\nstranded\n", ["--fail-on", "looser", "--fail-on", "stranded"]),
        ],
    )
    def test_comparison(self, desk, fail_on, expected):
        """Regression: only one sort of difference could be named. The exit code is that of the comparison."""
        done = self.run_step(desk, -2, REVISION="HEAD", POLICY="old.toml", FAIL_ON=fail_on)
        words = ["diff", "--git", "HEAD", "old.toml", *expected, "--format", "github"]
        assert (3, words) == (done.returncode, json.loads(done.stdout))
        assert "diff" == understood(["casecore", *words])

    def test_a_policy_that_is_new(self, desk):
        """Regression: whoever added a policy was stopped, because there was nothing to compare it with."""
        done = self.run_step(desk, -2, REVISION="HEAD", POLICY="./our new.toml", FAIL_ON="any")
        told = "::notice title=new::there was no such policy at HEAD, so it is compared with nothing\n"
        assert (0, told) == (done.returncode, done.stdout)

    @pytest.mark.parametrize(
        ("revision", "policy"), [("nowhere", "our new.toml"), ("--help", "our new.toml"), ("HEAD", "no such.toml")]
    )
    def test_what_cannot_be_compared(self, desk, revision, policy):
        """It is left to the command to say so."""
        done = self.run_step(desk, -2, REVISION=revision, POLICY=policy, FAIL_ON="")
        assert (3, ["diff", "--git", revision, policy]) == (done.returncode, json.loads(done.stdout)[:4])

    def test_check_whatever_differs(self):
        """Regression: after a difference that stops the workflow nobody saw what the check finds."""
        install, _, check = self.ACTION["runs"]["steps"][-3:]
        assert "${{ !cancelled() && steps.install.outcome == 'success' }}" == check["if"]
        assert "install" == install["id"]

    def test_modules_of_the_repository(self, tmp_path):
        """Regression: a file of the repository that is called like a module of Python's was run instead of it."""
        (tmp_path / "shlex.py").write_text("raise SystemExit(0)\n", "utf-8")
        assert 3 == self.run_check(tmp_path, "--only 04").returncode

    @pytest.fixture
    def desk(self, tmp_path):
        """A repository with a policy that is in it, and one that is not."""
        (tmp_path / "old.toml").write_text('extends = "casecore"\n', "utf-8")
        for words in (
            ["init", "-q"],
            ["add", "-A"],
            ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"],
        ):
            subprocess.run(["git", *words], cwd=tmp_path, check=True)
        (tmp_path / "our new.toml").write_text('extends = "casecore"\n', "utf-8")
        return tmp_path

    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            ("", []),
            ("--only 04 --walk 0", ["--only", "04", "--walk", "0"]),
            (
                """--scope "one chat case" --scope 'a draft on chat'\n""",
                ["--scope", "one chat case", "--scope", "a draft on chat"],
            ),
            ("--at $(date) `x`; *", ["--at", "$(date)", "`x`;", "*"]),
        ],
    )
    def test_arguments(self, tmp_path, arguments, expected):
        """They are words as a shell reads them, of which nothing is run; the exit code is that of the check."""
        done = self.run_check(tmp_path, arguments)
        words = ["check", "our sop.toml", *expected, "--format", "github"]
        assert (3, words) == (done.returncode, json.loads(done.stdout))

    def test_arguments_that_are_none(self, tmp_path):
        """An open quotation is told, and is no finding."""
        done = self.run_check(tmp_path, '--scope "one chat case')
        assert (2, True) == (done.returncode, done.stdout.startswith("::error title=arguments::No closing quotation"))

    def run_check(self, folder, arguments):
        """Run the last step."""
        return self.run_step(folder, -1, POLICY="our sop.toml", ARGUMENTS=arguments)

    def run_step(self, folder, number, **given):
        """Run a step in a folder, with a command that prints its arguments."""
        (folder / "python").symlink_to(sys.executable)
        command = folder / "casecore"
        command.write_text(
            f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\nsys.exit(3)\n", "utf-8"
        )
        command.chmod(0o755)
        path = os.pathsep.join([str(folder), os.environ["PATH"]])
        step = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self.ACTION["runs"]["steps"][number]["run"]]
        env = {**os.environ, "PATH": path, **given}
        return subprocess.run(step, env=env, cwd=folder, capture_output=True, text=True, check=False)

    def test_understood(self):
        """What the last step gives to the command is understood."""
        assert "check" == understood(
            ["casecore", "check", "sop.toml", "--scope", "one chat case", "--format", "github"]
        )

    def test_the_page_gives_inputs_that_there_are(self):
        """docs/ci.md shows it in use."""
        (used,) = re.findall(r"casecore@.*\n +with:\n((?: {10}.*\n)+)", CI)
        assert {line.split(":")[0].strip() for line in used.splitlines()} <= self.ACTION["inputs"].keys()


@pytest.mark.parametrize(
    "text", ["a: b: c\n", "a: b\na: c\n", "- a: b\nc: d\n", "a:\nb: c\n", "a: b # c\n", "a\n", "a: {b}\n"]
)
def test_yaml_that_is_none(text):
    """The reader of these tests takes nothing that YAML would read otherwise."""
    with pytest.raises((AssertionError, IndexError)):
        read_yaml(text)
