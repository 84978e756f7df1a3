"""The command line; `casecore --help` lists the commands, each of which has a file here.

It only reads arguments and prints; everything it shows comes from the library. `rich` and `cyclopts`, which it needs,
are the extra `casecore[cli]`, and are imported when a command is run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from casecore.cli.exits import INTERRUPTED, PIPE_CLOSED, UNREADABLE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What was typed after `casecore`; None: what this process was started with.

    Returns:
        The exit code.
    """
    try:
        from casecore.cli.app import run_command
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("casecore"):
            raise
        print(
            f"The command line needs {error.name}, which is not installed.\n"
            "Install it with its extra: pip install 'casecore[cli]'",
            file=sys.stderr,
        )
        return UNREADABLE
    try:
        code = run_command(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Somebody read as much as they wanted, e.g. `| head`. What is still buffered must not be written at exit.
        with open(os.devnull, "wb") as nowhere, suppress(OSError):  # noqa: PTH123 -- no path of a file
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return code
