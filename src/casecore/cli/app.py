"""The commands, each in a module of its own that is imported when the command is run."""

from __future__ import annotations

from collections.abc import Sequence
from errno import EPIPE
from os import strerror
from types import MappingProxyType
from typing import NoReturn

from cyclopts import App, CycloptsError
from rich.console import Console

from casecore import __version__
from casecore.cli.exits import UNREADABLE
from casecore.cli.inputs import DASH
from casecore.cli.unreadable import show_unreadable
from casecore.kernel import CasecoreError
from casecore.reports.paths import STANDARD_INPUT

_ROOT = """Runs a support desk's standard operating procedure: check and compare it, replay a day, audit a log."""

_COMMANDS = MappingProxyType(
    {
        "init": (
            """Write a commented SOP to begin with, which extends the one that ships with casecore.

            A file that is there already is left as it is. Exit code 0: written. 2: it could not be.
            """,
            (
                ("init our-sop.toml", "an SOP that says only what differs"),
                ("init our-sop.toml --own", "a whole one, which extends nothing"),
            ),
        ),
        "check": (
            """Try every behaviour of a small desk under an SOP: prove its promises, or tell the story that breaks one.

            Each promise is proved, fails (with the shortest story), is vacuous (nothing puts it to the test) or is
            inconclusive; and it is said in which scopes it was asked, and how large they are. Without a file the SOP
            that ships with casecore is checked.

            Exit code 0: clean. 1: findings. 2: it could not run. 3: inconclusive, also when nothing was checked.
            """,
            (
                ("check our-sop.toml", "prove what your SOP promises"),
                ("check our-sop.toml --write-stories DIR", "and keep the stories"),
                ("check our-sop.toml --only 04,06 --watch", "again at each change"),
            ),
        ),
        "diff": (
            """Tell what a change of an SOP changes: what is allowed or refused from now on, and who is stranded.

            Both policies work at the same small desks, and whatever can be done there is decided under both. What
            differs is told once for each reason, with the shortest story, both answers and the edited lines. What is
            edited and makes no difference is said, too.

            Exit code 0: compared. 1: what --fail-on names, or a stranded case without it. 2: it could not run. 3: not
            all was compared.
            """,
            (
                ("diff old.toml new.toml", "what behaves differently"),
                ("diff --git main our-sop.toml", "against the version on a branch"),
                ("diff our-sop.toml --at 2026-11-30 --at 2026-12-01", "one SOP at two dates"),
                ("diff old.toml new.toml --log day.jsonl", "and what of a recorded day"),
            ),
        ),
        "replay": (
            """Give the commands of a day to the desk, and show what becomes of them.

            A day is a text file with one command a line, as JSON; lines that start with # are remarks. A line may have
            a "story", a heading for the reader, and say what it expects: a list of the rules that must refuse it, or
            "refused". Where it says nothing, the command must be accepted.

            Exit code 0: every step went as expected. 1: some did not. 2: something cannot be read. 3: there is no step.
            """,
            (
                ("replay examples/day.jsonl", "what happens on a day, step by step"),
                ("replay day.jsonl --policy our-sop.toml", "the same day under another policy"),
                ("replay - --quiet < day.jsonl", "only what went otherwise than expected"),
                ("replay day.jsonl --quality", "how the work of each agent went"),
            ),
        ),
        "audit": (
            """Judge what a help desk's log tells by the rules of an SOP: last month, by the same policy.

            A log is an export: CSV, Parquet, JSON lines, XES or OCEL. A map says what its columns and words mean. Of
            each rule it is told how often it was kept, broken and unknown, of how many occasions: unknown is what the
            log does not tell enough of. Each breach has its row, case, agent, what was measured and the limit.

            Exit code 0: nothing that --fail-on names; without it, no rule was broken. 1: something. 2: it could not
            run. 3: no rule could be judged.
            """,
            (
                ("audit --guess-map export.csv > map.toml", "a map to begin with, and what it asks"),
                ("audit export.csv --map map.toml --policy our-sop.toml", "what was broken, by whom, and when"),
                ("audit '2026-*.csv' --map map.toml --write-findings found.parquet", "as a table"),
                ("audit export.csv --map map.toml --story C-101 > c-101.day.jsonl", "one breach, to be replayed"),
                ("audit export.csv --map map.toml --against new-sop.toml", "what would have been"),
            ),
        ),
        "rules": (
            """List every rule of the desk.

            A rule that blocks refuses a command; one that warns is noted as a deviation; one that is off is not asked.
            "always" marks those that no policy can soften.
            """,
            (("rules --format md > rules.md", "every rule, as a table for Markdown"),),
        ),
        "explain": (
            """Tell what a key of a policy is worth, and why; what a rule says; or what the code of a finding means.

            Values stand over each other: the default, the file, the files that extend it, the changes that have begun,
            the overrides that match. The last one is in force; every value that lost is told, too. "codes" lists the
            codes. Exit code 2: there is no such key, rule or code.
            """,
            (
                ("explain chat.idle.silence", "what is in force now"),
                ("explain capacity.chat --queue vip --at 2026-12-01", "for a case, on a date"),
                ("explain CC204", "what a finding means, and what to do"),
            ),
        ),
        "schema": (
            """Print the JSON Schema of a policy file, with which editors complete keys and mark mistakes.

            Keep it beside the policy, and make `#:schema ./sop.schema.json` the first line of that.
            """,
            (
                ("schema > sop.schema.json", "for the editor"),
                ("schema --format md", "every key, as a page"),
            ),
        ),
        "show": (
            """Draw a life cycle.

            The text has a block for each state: where it leads, and what takes it there. mermaid and dot are diagrams,
            md is a table.
            """,
            (("show lifecycle --format mermaid", "the life of a case, as a diagram"),),
        ),
    }
)
"""Each command with its help and examples, written here so that `casecore --help` imports none of them."""


def _examples_text(*names: str) -> str:
    """Each on a line of its own, which is not folded at 80 columns, so that it can be pasted."""
    lines = [f"    casecore {typed}\n        {what}" for name in names for typed, what in _COMMANDS[name][1]]
    return "\n".join(["Examples:", "", *lines])


def _join_lines(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


class HelpConsole(Console):
    """Where help and mistakes are printed; a pipe that nobody reads is told as it is for every command."""

    def on_broken_pipe(self) -> NoReturn:
        """Tell it, and do not end the process from here."""
        raise BrokenPipeError(EPIPE, strerror(EPIPE))


def make_app() -> App:
    """The commands with their help."""
    app = App(
        name="casecore",
        help=_ROOT,
        help_format="plaintext",
        help_epilogue=_examples_text(*_COMMANDS),
        version=__version__,
        version_format="plaintext",
        result_action="return_value",
        console=HelpConsole(),
        error_console=HelpConsole(stderr=True),
        suppress_keyboard_interrupt=False,
    )
    for name, (text, _) in _COMMANDS.items():
        app.command(f"casecore.cli.{name}:{name}", help=_join_lines(text), help_epilogue=_examples_text(name))
    template = App(name="template", help="Message templates: are they sound, and what would be sent?")
    for name in ("lint", "fill"):
        template.command(f"casecore.cli.template:{name}")
    app.command(template)
    return app


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; what it cannot do is told in the form that was asked for."""
    typed = [STANDARD_INPUT if word == DASH else word for word in arguments]  # a lone `-` would be taken for an option
    try:
        command, bound, _ = make_app().parse_args(typed, exit_on_error=False)
    except CycloptsError:  # printed already, with a suggestion
        return UNREADABLE
    try:
        code = command(*bound.args, **bound.kwargs)
    except CasecoreError as error:
        return show_unreadable(command.__name__, error, bound.arguments.get("format", "text"))
    return code if isinstance(code, int) else 0
