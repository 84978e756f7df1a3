"""The exit codes that every command has in common; a command's help lists its own."""

from typing import Final

UNREADABLE: Final = 2
"""Where an argument or a file cannot be read."""

NOTHING: Final = 3
"""Where nothing was looked at, or not everything: neither clean nor a finding."""

INTERRUPTED: Final = 130
"""Of whoever is stopped by Ctrl-C."""
