"""Standard output and standard error as a process finds them: of any encoding, on a full disk, or closed.

People's text is written in the encoding of the console, with `?` for what that does not have. What programs read is
written as UTF-8 bytes, whatever the console, so that it is the same everywhere.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, TextIO

from casecore.kernel.problems import why_unreadable

ELSEWHERE: Final = "send it to another file or pipe"


def takes_text(stream: TextIO | None) -> bool:
    """Whether anything can be written to a stream; it is None where a process was started with it closed."""
    return stream is not None and not stream.closed


@contextmanager
def lenient_streams() -> Iterator[None]:
    """Standard streams to which any text can be written; a closed standard error takes everything and keeps nothing."""
    changed = [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, io.TextIOWrapper)]
    before = [stream.errors for stream in changed]
    errors = sys.stderr
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 -- no path of a file
            sys.stderr = errors if takes_text(errors) else nowhere
            for stream in changed:
                _set_errors(stream, "backslashreplace" if stream is sys.stderr else "replace")
            yield
    finally:
        sys.stderr = errors
        for stream, handler in zip(changed, before, strict=True):
            _set_errors(stream, handler)


def _set_errors(stream: io.TextIOWrapper, handler: str | None) -> None:
    with suppress(OSError, ValueError):  # it may be closed, or full of what nobody takes
        stream.reconfigure(errors=handler)


def write_document(text: str) -> None:
    """Write what programs read to standard output: UTF-8, lines that end as on Unix, and nothing before them."""
    content = f"{text}\n".encode("utf-8", "replace")  # half of a pair of code units is the only thing it cannot write
    raw = getattr(sys.stdout, "buffer", None)
    if raw is None:
        sys.stdout.write(content.decode("utf-8"))
    else:
        sys.stdout.flush()
        raw.write(content)


def say(line: str) -> None:
    """Say something on standard error, where there is one that takes it."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def why_unwritable(error: OSError | None) -> str:
    """What is wrong with standard output, and what to do."""
    why = "it is closed" if error is None else f"cannot be written ({why_unreadable(error)})"
    return f"standard output: {why}; {ELSEWHERE}"


def discard(stream: TextIO) -> None:
    """Throw away what is still to be written to a stream: it must not be tried again when the process ends."""
    with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123 -- no path of a file
        os.dup2(nowhere.fileno(), stream.fileno())
