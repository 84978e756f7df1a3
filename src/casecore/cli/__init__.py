"""The command line; `casecore --help` lists the commands, each of which has a file here.

It only reads arguments and prints; everything it shows comes from the library. `rich` and `cyclopts`, which it needs,
are the extra `casecore[cli]`, and are imported when a command is run.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from casecore.cli.exits import INTERRUPTED, UNREADABLE
from casecore.cli.streams import discard, lenient_streams, say, takes_text, why_unwritable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What was typed after `casecore`; None: what this process was started with.

    Returns:
        The exit code.
    """
    with lenient_streams():
        code = _run(sys.argv[1:] if arguments is None else arguments)
        try:
            sys.stderr.flush()
        except OSError:
            discard(sys.stderr)
        return code


def _run(arguments: Sequence[str]) -> int:
    try:
        from casecore.cli.app import run_command
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("casecore"):
            raise
        say(f"The command line needs {error.name}, which is not installed.")
        say("Install it with its extra: pip install 'casecore[cli]'")
        return UNREADABLE
    if not takes_text(sys.stdout):
        say(why_unwritable(None))
        return UNREADABLE
    try:
        code = run_command(arguments)
        sys.stdout.flush()
    except OSError as error:  # whatever else is read or written has errors of its own
        discard(sys.stdout)
        say(why_unwritable(error))
        return UNREADABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    return code
