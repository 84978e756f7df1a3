"""Reading a text with variables: what is a variable, what only looks like one, and filling it.

A variable of a WhatsApp template is `{{1}}` or `{{first_name}}`: exactly two braces on each side, and between them
nothing but a number from 1 to 999 or a lower-case name. A blank of a quick reply is `{customer}`: one brace on each
side and a name. Whatever else has braces is text. It is diagnosed, with its place and a way to mend it, and never
guessed: somebody meant something by it, and only they know what.

A text is cut into literals and variables once; filling puts values between the literals in one pass. Values are data:
a value that looks like a variable stays what it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from attrs import field

from casecore.kernel import frozen
from casecore.templates.findings import LISTED, TemplateFinding, finding_of, quote_text

LONGEST_NAME: Final = 32
LONGEST_NUMBER: Final = 3
SHOWN: Final = 64
"""The longest text between braces that is looked at closely; no variable is longer."""


@frozen
class Dialect:
    """How variables are written in one sort of text.

    Attributes:
        width: How many braces on each side.
        legal: What may stand between them.
        lookalikes: (code, pattern, what it is) of what is no variable, though somebody may have meant one.
    """

    width: int
    legal: re.Pattern[str]
    lookalikes: tuple[tuple[str, re.Pattern[str], str], ...]

    def write_variable(self, name: str) -> str:
        """A variable as this dialect writes it."""
        return f"{'{' * self.width}{name}{'}' * self.width}"


_NAME: Final = rf"[a-z_][a-z0-9_]{{0,{LONGEST_NAME - 1}}}"

META: Final = Dialect(
    2,
    re.compile(rf"[1-9][0-9]{{0,{LONGEST_NUMBER - 1}}}|{_NAME}"),
    (
        ("parse.square_brackets", re.compile(rf"\[(?:[1-9][0-9]?|{_NAME})\]"), "brackets"),
        ("parse.wide_braces", re.compile("[｛｝]+"), "full-width braces"),
    ),
)
"""WhatsApp templates: `{{1}}`, `{{first_name}}`."""

BLANKS: Final = Dialect(
    1,
    re.compile(_NAME),
    (
        ("parse.unnamed_blank", re.compile(r"_{3,}"), "an underlined blank"),
        ("parse.unnamed_blank", re.compile(r"\[ {0,9}\]"), "an empty pair of brackets"),
        ("parse.wide_braces", re.compile("[｛｝]+"), "full-width braces"),
    ),
)
"""Quick replies, Apple Messages and the policy's own texts: `{customer}`."""


@frozen
class TemplateText:
    """A text, cut at its variables.

    Attributes:
        source: The text as it was written.
        where: The component it belongs to, e.g. `body`.
        scope: What the keys of its variables start with, e.g. `header.`; nothing for the body.
        literals: What stands before, between and after the variables; one more than `sites`.
        sites: The name of the variable at each place, in the order of the text.
        findings: What looks like a variable and is none.
    """

    source: str
    where: str
    scope: str
    literals: tuple[str, ...]
    sites: tuple[str, ...]
    findings: tuple[TemplateFinding, ...]
    dialect: Dialect = field(repr=False, eq=False)
    _pieces: list[str] = field(init=False, repr=False, eq=False)
    _places: tuple[tuple[int, str], ...] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        pieces = [""] * (2 * len(self.sites) + 1)
        pieces[::2] = self.literals
        places = tuple((2 * index + 1, self.scope + name) for index, name in enumerate(self.sites))
        object.__setattr__(self, "_pieces", pieces)
        object.__setattr__(self, "_places", places)

    @property
    def variables(self) -> tuple[str, ...]:
        """Each variable once: numbers in ascending order, then names in the order of the text."""
        distinct = dict.fromkeys(self.sites)
        return tuple(sorted(distinct, key=lambda name: int(name) if name.isdigit() else 1000))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys by which values are given, in the order of `variables`."""
        return tuple(self.scope + name for name in self.variables)

    def fill(self, values: Mapping[str, str]) -> str:
        """The text with its values; one that is missing is shown as the variable is written.

        Args:
            values: The texts by key.
        """
        pieces = self._pieces.copy()
        try:
            for place, key in self._places:
                pieces[place] = values[key]
        except KeyError:
            return "".join(piece for piece, _ in self.parts(values))
        return "".join(pieces)

    def parts(self, values: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
        """The filled text piece by piece, each with the key of the variable it fills, or None for a literal."""
        yield self.literals[0], None
        for name, literal in zip(self.sites, self.literals[1:], strict=True):
            key = self.scope + name
            yield values.get(key, self.dialect.write_variable(name)), key
            yield literal, None

    def offsets(self) -> Iterator[tuple[str, int, int]]:
        """Each variable with the offsets, in code points, of its first brace and of what follows its last."""
        start = 0
        for name, literal in zip(self.sites, self.literals, strict=False):
            start += len(literal)
            end = start + len(name) + 2 * self.dialect.width
            yield name, start, end
            start = end

    def __str__(self) -> str:
        return "".join(piece for piece, _ in self.parts({}))


_RUN: Final = re.compile(r"\{+|\}+")
_HALF: Final = re.compile("[\ud800-\udfff]")
_HIDDEN: Final = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc"})
_Run: TypeAlias = "re.Match[str]"


def parse_text(source: str, where: str = "body", scope: str = "", dialect: Dialect = META) -> TemplateText:
    """Cut a text at its variables. Any text can be read; what is wrong with it is in the findings.

    Args:
        source: The text.
        where: The component it belongs to.
        scope: What the keys of its variables start with.
        dialect: How variables are written.
    """
    literals: list[str] = []
    sites: list[str] = []
    findings: list[TemplateFinding] = []
    after = 0
    for opened, closed in _brace_pairs(source):
        name = _variable_between(source, opened, closed, dialect)
        if name is not None and opened is not None and closed is not None:
            literals.append(source[after : opened.start()])
            sites.append(name)
            after = closed.end()
        elif len(findings) < LISTED:
            findings.append(_diagnose(source, opened, closed, where, dialect))
    literals.append(source[after:])
    findings.extend(_find_lookalikes(literals, sites, where, dialect, LISTED - len(findings)))
    half = None if source.isascii() else _HALF.search(source)
    if half:
        message = f"U+{ord(half[0]):04X} is half a character"
        findings.append(finding_of("parse.half_character", where, message, offset=half.start()))
    styles = {name.isdigit() for name in sites}
    if len(styles) > 1:
        findings.append(
            finding_of("parse.mixed_styles", where, f"{where} has both numbers and names: {_first_names(sites)}")
        )
    findings.sort(key=lambda finding: -1 if finding.offset is None else finding.offset)
    if len(findings) >= LISTED:
        findings.append(finding_of("parse.more", where, f"{where} has more than {LISTED} findings"))
    return TemplateText(
        source,
        where,
        scope,
        literals=tuple(literals),
        sites=tuple(sites),
        findings=tuple(findings),
        dialect=dialect,
    )


def _first_names(names: list[str]) -> str:
    return ", ".join(list(dict.fromkeys(names))[:6])


def _brace_pairs(source: str) -> Iterator[tuple[_Run | None, _Run | None]]:
    """Each run of opening braces with the run that closes it; None where one of them is missing."""
    opened: _Run | None = None
    for run in _RUN.finditer(source):
        if run[0][0] == "}":
            yield opened, run
            opened = None
            continue
        if opened is not None:
            yield opened, None
        opened = run
    if opened is not None:
        yield opened, None


def _variable_between(source: str, opened: _Run | None, closed: _Run | None, dialect: Dialect) -> str | None:
    if opened is None or closed is None or not _run_width(opened) == dialect.width == _run_width(closed):
        return None
    legal = dialect.legal.fullmatch(source, opened.end(), closed.start())
    return legal[0] if legal else None


def _run_width(run: _Run) -> int:
    return run.end() - run.start()


def _diagnose(source: str, opened: _Run | None, closed: _Run | None, where: str, dialect: Dialect) -> TemplateFinding:
    """What is wrong with braces that make no variable."""
    if opened is None:
        assert closed is not None  # noqa: S101 -- a pair has at least one run, which types cannot say
        return finding_of("parse.unopened", where, f"{quote_text(closed[0])} closes nothing", offset=closed.start())
    at = opened.start()
    if closed is None:
        message = f"{quote_text(source[at : at + 12])} is never closed"
        return finding_of("parse.unclosed", where, message, offset=at)
    inside = source[opened.end() : min(closed.start(), opened.end() + SHOWN)]
    whole = quote_text(source[at : min(closed.end(), at + SHOWN)])
    fix = f"write {dialect.write_variable(inside)}" if dialect.legal.fullmatch(inside) else None
    left, right = _run_width(opened), _run_width(closed)
    if left != right:
        message = f"{whole} has {left} on the left and {right} on the right"
        return finding_of("parse.unbalanced", where, message, fix, offset=at)
    if not inside.strip():
        return finding_of("parse.empty", where, f"{whole} has lost what it held", offset=at)
    if left != dialect.width:
        code = "parse.single_braces" if left == 1 else "parse.double_braces"
        if left > max(2, dialect.width):
            code = "parse.triple_braces"
        return finding_of(code, where, f"{whole} has {left} on each side", fix, offset=at)
    code, message, better = _diagnose_inside(inside, dialect)
    remedy = f"write {dialect.write_variable(better)}" if better else None
    if not better and code == "parse.bad_name":
        remedy = f"rename it, e.g. {dialect.write_variable('first_name')}"
    return finding_of(code, where, f"{whole} {message}", remedy, offset=at)


def _diagnose_inside(inside: str, dialect: Dialect) -> tuple[str, str, str]:
    """(code, message, what to write) of what stands between the right number of braces and is no variable."""
    hidden = next((x for x in inside if x != " " and unicodedata.category(x) in _HIDDEN), None)
    digits = [unicodedata.digit(x, None) for x in inside]
    if hidden is not None or dialect.legal.fullmatch(inside.strip(" ")):
        better = "".join(x for x in inside if x != " " and unicodedata.category(x) not in _HIDDEN)
        code, message = "parse.spaced", "has spaces inside"
        if hidden is not None:
            code = "parse.hidden_character"
            message = f"holds U+{ord(hidden):04X} {unicodedata.name(hidden, 'a control character')}"
    elif None in digits:
        code, message = "parse.bad_name", "is no name"
        better = re.sub("[^a-z0-9]+", "_", inside.lower()).strip("_")
    elif dialect is BLANKS:
        code, message, better = "parse.bad_name", "is a number; blanks have names", ""
    else:
        code, message = "parse.number_too_large", f"has more than {LONGEST_NUMBER} digits"
        better = "".join(map(str, digits)).lstrip("0")
        if not inside.isascii():
            code, message = "parse.foreign_digits", f"is not written in ASCII digits: U+{ord(inside[0]):04X}"
        elif inside[0] == "0":
            code, message = "parse.leading_zero", "starts with a zero"
    return code, message, better if dialect.legal.fullmatch(better) else ""


def _find_lookalikes(
    literals: list[str], sites: list[str], where: str, dialect: Dialect, room: int
) -> Iterator[TemplateFinding]:
    """What is no variable and has no braces either, but may have been meant as one."""
    start = 0
    for index, literal in enumerate(literals):
        for code, pattern, what in dialect.lookalikes:
            for match in pattern.finditer(literal):
                if room <= 0:
                    return
                room -= 1
                yield finding_of(code, where, f"{quote_text(match[0])} is {what}", offset=start + match.start())
        start += len(literal)
        start += len(sites[index]) + 2 * dialect.width if index < len(sites) else 0
