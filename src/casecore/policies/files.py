"""Reading policy files: what they say, where each word of it stands, and files that extend others.

* A file is UTF-8 TOML of at most a megabyte; a byte order mark and Windows' line ends are fine.
* `extends = "base.toml"` takes another file as the ground, found beside the file that says so; `extends = "casecore"`
  takes the SOP that ships. What a file says stands over what the file below says: tables are merged key by key;
  overrides that match the same, changes on the same date, and rules with the same id, are one. At most eight files
  lie on each other, and never in a circle.
* Whatever is in a file, the answer is data or a `PolicyError` that says where. The time it takes grows with the size
  of the file and with nothing else.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import attrs

from casecore.kernel.problems import SHOWN, Problem, why_unreadable
from casecore.policies.declared import find_key
from casecore.policies.errors import PolicyError
from casecore.policies.kinds import NONE, EmptiedTable, Named, Table, Text, Whole, keys_of
from casecore.policies.layers import JOINED, Settings
from casecore.policies.origins import Source, Sources, locate_problems
from casecore.policies.sop import SCHEMA, Sop
from casecore.policies.spans import Span, Spans, TooDeep
from casecore.reports.paths import SHIPPED_SOP

LARGEST: Final = 1 << 20
"""The largest file, in bytes, and the longest text, in characters."""

HIGHEST: Final = 8
"""How many files may lie on each other."""

EXTENDS: Final = Text(1000)
"""What `extends` holds: the path of a file, beside the file that says so."""

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


# One file ----------------------------------------------------------------------------------------------


def read_text(path: str | Path) -> str:
    """The text of a file.

    Raises:
        PolicyError: When it cannot be read, is too large, or is no UTF-8.
    """
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # the latter: a path that no file can have
        raise _file_error(name, f"cannot be read ({why_unreadable(error)})", "a TOML file") from None
    return decode_text(content, name)


def decode_text(content: bytes, name: str) -> str:
    """The text of a file of which the bytes are known.

    Args:
        content: What stands in the file; no more of it than shows that it is too large.
        name: What errors call it.

    Raises:
        PolicyError: When it is too large, or is no UTF-8.
    """
    if len(content) > LARGEST:
        raise _file_error(name, "is too large", f"at most {LARGEST >> 20} MiB")
    content = content.removeprefix(b"\xef\xbb\xbf")  # editors on Windows leave a byte order mark there
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"is not UTF-8 text (byte {error.start})"
        before = content[: error.start].decode("utf-8")
        spans = Spans("")
        spans.text = before + content[error.start :].split(b"\n")[0].decode("utf-8", "replace")
        origin = spans.origin(Span(len(before), len(before) + 1), name)
    raise PolicyError(name, (Problem("", found, "a TOML file in UTF-8", origins=(origin,)),))


def parse_toml(text: str, name: str, *, trusted: bool = False) -> Source:
    """Parse a text: what it says, and where.

    Args:
        text: The file's text.
        name: What errors call it.
        trusted: Whether it is known to be sound, so that its places need not be found before they are asked for.

    Raises:
        PolicyError: When it is not TOML, or larger or deeper than any policy.
    """
    if len(text) > LARGEST:
        raise _file_error(name, "is too large", f"at most {LARGEST >> 20} MiB")
    import tomllib

    source = Source(name, text.removeprefix("\ufeff").replace("\r\n", "\n"))
    try:
        if not trusted:
            source.spans  # noqa: B018 -- found now, because this guards what follows against endless nesting
        source.plain = tomllib.loads(source.text)
    except TooDeep as error:
        problem = Problem("", "is nested too deeply", "at most a few levels")
        raise _error_at(source, problem, error.span, Spans("")) from None
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(source, str(error)) from None
    except ValueError:  # the only one that tomllib lets through
        problem = Problem("", "has a number of thousands of digits", "a policy")
        raise _error_at(source, problem, _longest_number(source), source.spans) from None
    return source


def _file_error(name: str, found: str, expected: str) -> PolicyError:
    return PolicyError(name, (Problem("", found, expected),))


def _error_at(source: Source, problem: Problem, span: Span, spans: Spans) -> PolicyError:
    spans.text = source.text  # of a text that is too deep there is no index, but there are lines
    return PolicyError(source.name, (attrs.evolve(problem, origins=(spans.origin(span, source.name),)),))


def _longest_number(source: Source) -> Span:
    values = (node.value for _, node in source.spans if node.value is not None and not node.parts)
    digits = (span for span in values if source.text[span.start] not in "\"'")
    return max(digits, key=lambda span: span.end - span.start)


def _syntax_error(source: Source, message: str) -> PolicyError:
    """The error at the place where the text stops being TOML; it shows both places of a key that stands twice."""
    place = _PLACE.search(message)
    found = _PLACE.sub("", message)
    if source.spans.twice and found.startswith("Cannot"):
        first, again = source.spans.twice[0]
        origins = tuple(source.spans.origin(span, source.name) for span in (again, first))
        told = Problem(
            source.text[again.start : again.end][:SHOWN], "stands there twice", "each key once", origins=origins
        )
        return PolicyError(source.name, (told,))
    lines = source.text.split("\n")
    line, column = (int(place[1]), int(place[2])) if place and place[1] else (len(lines), len(lines[-1]) + 1)
    start = sum(len(before) + 1 for before in lines[: line - 1]) + column - 1
    problem = Problem("", f"is not TOML: {found[:1].lower()}{found[1:]}", 'lines like key = "value"')
    return _error_at(source, problem, Span(start, start + 1), source.spans)


# The SOP that ships ------------------------------------------------------------------------------------

SHIPPED: Final = Path("casecore")
"""By what name a file extends the SOP that ships with casecore; a file called so is extended as `./casecore`."""


def shipped_text() -> str:
    """The file of the SOP that ships with casecore."""
    from importlib import resources

    return resources.files("casecore.policies").joinpath("sop.toml").read_text("utf-8")


def shipped_source(name: str = SHIPPED_SOP) -> Source:
    """The SOP that ships with casecore, as a file that others lie on."""
    source = parse_toml(shipped_text(), name, trusted=True)
    source.ships = True
    return source


# Files on each other -----------------------------------------------------------------------------------


class Shelf:
    """Where the files below are found: on this machine, as they are now."""

    def name_of(self, path: Path) -> str:
        """What a file is called in errors and reports."""
        return str(path)

    def identity_of(self, path: Path) -> object:
        """The same for two paths of one file."""
        return path.resolve()

    def text_of(self, path: Path) -> str:
        """The text of a file; errors as of `read_text`."""
        return read_text(path)


def resolve_extends(top: Source, folder: Path | None, shelf: Shelf | None = None) -> tuple[dict[str, Any], Sources]:
    """Read the files that a file extends, and merge what all of them say.

    Args:
        top: The file that was asked for.
        folder: Where it lies; None for a text that lies nowhere and can extend nothing.
        shelf: Where the files below are found, e.g. at a revision; None: on this machine.

    Returns:
        What they say together, and the files, nearest first.

    Raises:
        PolicyError: When a file that is extended cannot be read, or the files go in a circle.
    """
    sources, shelf = [top], shelf or Shelf()
    seen = set() if folder is None else {shelf.identity_of(folder / Path(top.name).name)}
    while (below := _path_extended(sources[-1], folder, top.name)) is not None:
        if below is SHIPPED:
            sources.append(shipped_source())
            break
        folder = below.parent
        sources.append(_read_below(below, sources, seen, top.name, shelf))
    merged: dict[str, Any] = {}
    for source in reversed(sources):
        _merge_file(merged, source)
    return merged, tuple(sources)


def _path_extended(source: Source, folder: Path | None, name: str) -> Path | None:
    """The file that a file extends; `extends` and `schema` belong to one file alone, so both are read here."""
    problems: list[Problem] = []
    if source.plain.get("schema", SCHEMA) != SCHEMA:
        Whole(SCHEMA, SCHEMA).read(source.plain["schema"], "schema", problems)
    extends = EXTENDS.read(source.plain.pop("extends", ""), "extends", problems)
    if extends == str(SHIPPED) and not problems:
        return SHIPPED
    if extends and folder is None and not problems:
        problems.append(Problem("extends", "only a file can extend another", "a policy that is loaded from a file"))
    if problems:
        raise PolicyError(name, locate_problems(problems, (source,)))
    return folder / extends if extends and folder is not None else None


def _read_below(path: Path, above: list[Source], seen: set[object], name: str, shelf: Shelf) -> Source:
    called = shelf.name_of(path)
    try:
        resolved = shelf.identity_of(path)
        if resolved in seen:
            raise _file_error(name, f"{called} extends itself" if len(seen) == 1 else f"{called} is in a circle", "")
        if len(above) == HIGHEST:
            raise _file_error(name, f"{HIGHEST} files lie on each other already", f"at most {HIGHEST}")
        seen.add(resolved)
        return parse_toml(shelf.text_of(path), called)
    except (OSError, ValueError) as error:
        found = error.problems[0] if isinstance(error, PolicyError) else Problem("", f"cannot be read ({error})")
    if found.origins:  # it is in the file below, and the reader has to look there
        raise PolicyError(name, (found,))
    message = found.message if found.message.startswith(called) else f"{called} {found.message}"
    told = attrs.evolve(found, path="extends", message=message)
    raise PolicyError(name, locate_problems((told,), (above[-1],)))


def _merge_file(merged: dict[str, Any], source: Source) -> None:
    """Lay what a file says over what the files below it say."""
    own = dict(source.plain)
    for layer in JOINED:
        below, mine = merged.get(layer, []), own.get(layer)
        if isinstance(mine, list) and isinstance(below, list):
            own[layer] = joined = [*below]
            free = [*range(len(below))]
            for number, item in enumerate(mine):
                place = next((place for place in free if _is_same_layer(below[place], item, layer)), len(joined))
                if place == len(joined):
                    joined.append(item)
                else:
                    joined[place] = _merge_values(below[place], item, Table(JOINED[layer]))
                    free.remove(place)
                source.layers[f"{layer}[{place}]"] = f"{layer}[{number}]"
    merged.update(_merge_values(merged, own, Table(Sop)))


def _is_same_layer(below: Any, above: Any, layer: str) -> bool:
    """Whether layers of two files are one: they match the same cases, change on the same date, or have the same id."""
    name = {"override": "match", "change": "on", "rule": "id"}.get(layer)
    return isinstance(below, dict) and isinstance(above, dict) and name in below and below[name] == above.get(name)


def _merge_values(below: Any, above: Any, kind: Any) -> Any:
    """Lay one value over another: tables key by key, anything else as the upper one says.

    A table of names that was emptied below has no other entries than those above.
    """
    named = isinstance(kind, Named)
    if named and below == NONE and isinstance(above, dict):
        return EmptiedTable(above)
    if not (isinstance(below, dict) and isinstance(above, dict)) or (named and not above):
        return above
    both = {
        name: _merge_values(below[name], above[name], _kind_inside(kind, name))
        if name in below and name in above
        else {**below, **above}[name]
        for name in (*below, *(name for name in above if name not in below))
    }
    return EmptiedTable(both) if named and (isinstance(below, EmptiedTable) or not below) else both


def _kind_inside(kind: Any, name: str) -> Any:
    """The kind of what lies in a table by a name; None where there is no such key."""
    match kind:
        case Table():
            return keys_of(kind.section).get(name)
        case Named():
            return kind.of
    known = find_key(Sop, name) if isinstance(kind, Settings) else None
    return None if known is None else known.kind
