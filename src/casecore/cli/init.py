"""`casecore init`: a commented SOP to begin with."""

from __future__ import annotations

import re
from pathlib import Path
from shlex import quote
from typing import Annotated, Final

from cyclopts import Parameter

from casecore.cli.check import CannotRun
from casecore.cli.inputs import is_standard_input
from casecore.cli.screen import Screen, report_error
from casecore.kernel.problems import why_unreadable
from casecore.policies import Policy
from casecore.policies.files import shipped_text
from casecore.reports.text import visible

NAME: Final = "sop.toml"
"""What the file is called where no other name is given."""

_EXTENDING: Final = """\
# The SOP of our desk. It extends the SOP that ships with casecore, and says only what differs from it: what stands
# behind a # holds already. Take the # away and write another value; "none" takes an entry or a limit out.
"""

_SPELLED_OUT: Final = """\
# The SOP of our desk: every key is spelled out, so that nothing changes when casecore's own SOP does.
"""

_NEXT: Final = """\
#
#   casecore check {name}         what it promises, proved
#   casecore explain KEY --policy {name}
#   casecore diff --git main {name}   what a change of it changes

"""

_GROUND: Final = 'extends = "casecore"\n'

_NAMED: Final = """\
id      = "our-sop"
version = "1"
source  = "Our SOP"                          # every table may carry `source`: where your written SOP says so
"""

_ZONE: Final = """\
zone    = "UTC"                              # where the dates of [[change]] and [[waiver]] begin and end
"""

_KEY: Final = re.compile(r'^(?:[A-Za-z0-9_-]+|"[^"]+") *=')


def init(file: str = NAME, /, *, own: Annotated[bool, Parameter(negative="", show_default=False)] = False) -> int:
    """Write a commented SOP that extends the one that ships with casecore. A file that is there is left as it is.

    Exit code 0: written; 2: it could not be.

    Args:
        file: Where it is written.
        own: A whole SOP instead, which extends nothing: every key is spelled out.
    """
    if is_standard_input(file):
        return report_error(CannotRun("-: standard input cannot be written; name a file, e.g. our-sop.toml"))
    text = sop_text(quote(visible(Path(file).name)), own=own)
    Policy.loads(text, file)
    try:
        with Path(file).open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        return report_error(CannotRun(f"{file}: is there already, and is left as it is; name another file"))
    except (OSError, ValueError) as error:
        return report_error(CannotRun(f"{file}: cannot be written ({why_unreadable(error)}); name another file"))
    Screen().print_line(f"{file} is written; next: casecore check {quote(file)}")
    return 0


def sop_text(name: str, *, own: bool = False) -> str:
    """The text of an SOP to begin with.

    Args:
        name: What its file is called.
        own: Whether it is a whole one; otherwise it extends the SOP that ships, whose lines stand in it as remarks.
    """
    _, _, tables = shipped_text().partition("[lifecycle]")
    lines = f"[lifecycle]{tables}".splitlines()
    next_commands = _NEXT.format(name=name)
    head = _SPELLED_OUT + next_commands + _NAMED + _ZONE if own else _EXTENDING + next_commands + _GROUND + _NAMED
    told = lines if own else [f"# {line}" if _KEY.match(line) else line for line in lines]
    return "\n".join((head, *told, ""))
