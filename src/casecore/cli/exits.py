"""The exit codes that every command shares; what else one answers is told by its help."""

from typing import Final

UNREADABLE: Final = 2
"""The exit code where an argument or a file cannot be read."""

INTERRUPTED: Final = 130
"""The exit code of whoever is stopped by Ctrl-C."""

PIPE_CLOSED: Final = 141
"""The exit code of whoever writes to a pipe that nobody reads any more, as of every other Unix command."""
