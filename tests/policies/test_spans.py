"""The places of keys and values in a TOML text, held against what `tomllib` reads of the same text."""

import json
import math
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casecore.kernel.problems import steps_of, under
from casecore.policies.spans import DEEPEST, Span, Spans, TooDeep

ROOT = Path(__file__).parents[2]


# Every TOML text ---------------------------------------------------------------------------------------

NAMES = ("a", "b", "c", "silence", "a-b_1", "1", "x y", "é", "", 'q"', "a.b", "it's", "\t", "\N{PILE OF POO}", "\\")
SPACES = st.sampled_from(("", " ", "\t", "   "))
LINES = st.sampled_from(("", " ", "\n", "\r\n", " # comment, [not] = a 'table'\n", "\n\n\t"))


@st.composite
def keys(draw):
    """A name as TOML may write it."""
    name = draw(st.sampled_from(NAMES))
    ways = [
        json.dumps(name),
        json.dumps(name, ensure_ascii=False),
        "".join(f"\\U{ord(x):08x}" for x in name).join('""'),
    ]
    if name and all(x.isascii() and (x.isalnum() or x in "-_") for x in name):
        ways.append(name)
    if "'" not in name and name.isprintable():
        ways.append(f"'{name}'")
    return draw(st.sampled_from([way for way in ways if "\\ud83d" not in way]))


@st.composite
def dotted(draw):
    """A key of one to three names."""
    return "".join(draw(SPACES) + key + draw(SPACES) + "." for key in draw(st.lists(keys(), min_size=1, max_size=3)))[
        :-1
    ]


SCALARS = st.sampled_from(
    (
        *("1", "-17", "+0", "0xDEAD_beef", "0b101", "1_000.5e-3", "inf", "-nan", "true", "false"),
        *("2026-12-01", "07:32:00", "2026-12-01 07:32:00", "2026-12-01T07:32:00.5-08:00", "2026-12-01t00:00:00z"),
        *('""', '"a # b"', r'"\"q\" \\ é \U0001F600"', "''", r"'C:\dir # \'", '"""\n"""', '"""a""b"c\\"""" """'),
        *('"""one\r\n  two \\\n  three"""""', "'''\n'a' ''b\\'''", "''''''''", '"[x]"', '"={},"'),
    )
)


@st.composite
def arrays(draw, values):
    """A list, over several lines or on one."""
    parts = [draw(LINES) + item + draw(LINES) for item in draw(st.lists(values, max_size=3))]
    last = draw(st.sampled_from(("", ","))) + draw(LINES) if parts else draw(LINES)
    return f"[{','.join(parts)}{last}]"


@st.composite
def inline_tables(draw, values):
    """A table on one line."""
    pairs = draw(st.lists(st.tuples(dotted(), values), max_size=3))
    return f"{{{','.join(f'{key}={draw(SPACES)}{value}{draw(SPACES)}' for key, value in pairs)}{draw(SPACES)}}}"


VALUES = st.recursive(SCALARS, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=5)


@st.composite
def documents(draw):
    """A text of assignments and headers; most of them are TOML."""
    lines = []
    for header in (None, *draw(st.lists(st.sampled_from(("[{}]", "[[{}]]", " [ {} ] # why", "[[ {}]]")), max_size=4))):
        if header is not None:
            lines.append(header.format(draw(dotted())))
        for key, value in draw(st.lists(st.tuples(dotted(), VALUES), max_size=3)):
            lines.append(f"{draw(SPACES)}{key}={draw(SPACES)}{value}{draw(SPACES)}")
        lines.append(draw(st.sampled_from(("", "# [comment]", "\t"))))
    return draw(st.sampled_from(("\n", "\r\n"))).join(lines)


def paths_in(plain):
    """Every path of what has been read, with its value."""
    for step, held in plain.items() if isinstance(plain, dict) else enumerate(plain):
        yield (step,), held
        if isinstance(held, dict | list):
            yield from (((step, *steps), inner) for steps, inner in paths_in(held))


def same(one, other):
    """Whether two values are equal, also where they are no numbers."""
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return (type(one), one) == (type(other), other)


def prove(text):
    """Every key path that `tomllib` sees has its place, nothing else has, and what stands there reads the same."""
    text = text.replace("\r\n", "\n")
    plain, spans = dict(paths_in(tomllib.loads(text))), Spans(text)
    nodes = dict(spans)
    assert plain.keys() == nodes.keys()
    for steps, value in plain.items():
        node = nodes[steps]
        if isinstance(steps[-1], str):
            assert {steps[-1]: 1} == tomllib.loads(f"{text[slice(*node.key)]} = 1")
        else:
            assert node.key is None
        if node.value is None:  # a table that nothing but its keys makes
            assert isinstance(value, dict)
            continue
        said = text[slice(*node.value)]
        if (
            said.startswith("[")
            and text[: node.value.start].rpartition("\n")[2].strip() == ""
            and not isinstance(value, list)
        ):
            assert said.endswith("]")  # the header of a table
        elif not said.startswith("[["):
            assert same(value, tomllib.loads(f"x = {said}")["x"])


class TestAgainstTomllib:
    """The scan finds what `tomllib` reads, no more and no less."""

    @given(documents())
    def test_every_text(self, text):
        """Whatever the keys, the values and the white space are."""
        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            assume(False)
        prove(text)

    @pytest.mark.parametrize(
        "file", [*ROOT.glob("src/casecore/*.toml"), *ROOT.glob("examples/*.toml"), ROOT / "pyproject.toml"], ids=str
    )
    def test_files(self, file):
        """Files that people write."""
        prove(file.read_text("utf-8"))

    @given(documents(), st.data())
    def test_a_text_that_is_cut_off(self, text, data):
        """What stands before the end keeps its place, and nothing is raised."""
        whole, cut = text.replace("\r\n", "\n"), data.draw(st.integers(0, len(text)))
        for steps, node in Spans(whole[:cut]):
            assert all(isinstance(step, str | int) for step in steps)
            assert all(span is None or 0 <= span.start <= span.end <= cut for span in (node.key, node.value))

    @given(st.text("[]{}='\"#,.\\ \n\tau0123456789-:T", max_size=60))
    def test_any_text(self, text):
        """No text is too strange."""
        assert text == Spans(text).text


class TestPlaces:
    """Where it says that something stands."""

    @pytest.mark.parametrize(
        ("text", "path", "key", "value"),
        [
            ("a = 1", "a", "a", "1"),
            ("a.b = 1", "a", "a", "a"),
            ("a.b = 1", "a.b", "b", "1"),
            ("[a.b]\nc = [1,\n 2]", "a.b.c[1]", "2", "2"),
            ("[a.b]\nc = 1", "a.b", "b", "[a.b]"),
            ("[a.b]\n[a]", "a", "a", "[a]"),
            ("[a.b]\nc = 1", "a", "a", "a"),
            ('a = {"b c" = 1}', 'a."b c"', '"b c"', "1"),
            ("[[a]]\nb = 1\n[[a]]\nb = 2", "a[1].b", "b", "2"),
            ("[[a]]\n[[a]]", "a[1]", "[[a]]", "[[a]]"),
            ("[[a]]\n[a.c]\nd = 1\n[[a]]\n[a.c]\nd = 2", "a[1].c.d", "d", "2"),
        ],
    )
    def test_of_a_path(self, text, path, key, value):
        """The name, and the value; a table's value is its header, or its name where it has none."""
        spans = Spans(text)
        assert (key, value) == tuple(text[slice(*span)] for span in (spans.key(path), spans.value(path)))

    @pytest.mark.parametrize("path", ["", "b", "a.b", "a[0]", "not a path", "a..b"])
    def test_of_nothing(self, path):
        """What does not stand there stands nowhere."""
        assert (None, None) == (Spans("a = 1").key(path), Spans("a = 1").value(path))

    def test_lines_and_columns(self):
        """Both count from 1, in characters; the end is exclusive."""
        text = '"á" = 1\nb = """x\ny"""\n'
        spans = Spans(text)
        origin = spans.origin(spans.value("b"), "f.toml")
        assert ("f.toml", 2, 5, 3, 5, 'b = """x') == (
            origin.file,
            origin.line,
            origin.column,
            origin.end_line,
            origin.end_column,
            origin.text,
        )
        assert "f.toml:1:7" == str(spans.origin(Span(6, 7), "f.toml"))

    def test_twice(self):
        """A key that stands twice is noted, and the first place counts."""
        spans = Spans("a = 1\na = 2\n[b]\n[b]\nc.d = 1\nc = 2")
        assert [("a", "a"), ("[b]", "[b]"), ("c", "c")] == [
            tuple(spans.text[slice(*span)] for span in pair) for pair in spans.twice
        ]
        assert 4 == spans.value("a").start

    @pytest.mark.parametrize(
        "text", ['"\\ud800" = 1', '"\\U00110000" = 1', '"\\q" = 1', "= 1", "a", "a = ", "[a", "a = [1 2]"]
    )
    def test_what_is_no_toml(self, text):
        """The scan stops there."""
        assert "zz" not in dict(Spans(f"{text}\nzz = 1"))


class TestTooDeep:
    """What is nested without end is told before anything recurses into it."""

    @pytest.mark.parametrize(
        "text", ["a" + ".a" * 40 + " = 1", "[a" + ".a" * 40 + "]", "a = " + "[" * 40, "a = " + "{a=" * 40]
    )
    def test_is_told(self, text):
        """With its place."""
        with pytest.raises(TooDeep) as caught:
            Spans(text)
        assert 0 < caught.value.span.start < len(text)

    def test_deep_enough(self):
        """Whatever a policy needs is not too deep."""
        prove("a = " + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1))
        prove("[a" + ".a" * (DEEPEST - 1) + "]")

    @pytest.mark.parametrize(
        "text",
        [
            "a.a" * 300_000,
            "a=" + "[" * 1_000_000,
            'a="""k\\""=1\n' * 80_000,
            "a='''" * 200_000,
            '"' * 1_000_000,
            "a" * 1_000_000,
            "#" * 1_000_000,
            "[[a]]\n" * 100_000,
            "a" * 500_000 + "=1\n" + "b=1\n" * 100_000,
            " " * 1_000_000,
        ],
        ids=range(10),
    )
    def test_in_linear_time(self, text):
        """A megabyte of anything is read once; where it were read again at every step, this test would not end."""
        with suppress(TooDeep):
            assert text == Spans(text).text


class TestPaths:
    """Paths are written and read back."""

    @given(
        st.lists(st.text(max_size=30) | st.integers(0, 10**6), min_size=1).filter(
            lambda steps: isinstance(steps[0], str)
        )
    )
    def test_written_and_read(self, steps):
        """Whatever the names are."""
        path = ""
        for step in steps:
            path = under(path, step) if isinstance(step, str) else f"{path}[{step}]"
        assert path.isprintable()
        assert tuple(steps) == steps_of(path)

    @pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a b", "a..b", '"a', "a[x]", "a]", 'a"b"', "[0]a"])
    def test_no_path(self, path):
        """What is no path leads nowhere."""
        assert steps_of(path) is None

    @pytest.mark.parametrize("name", ["x" * 500, "x y" * 500])
    def test_a_name_longer_than_any(self, name):
        """It is cut: it is the name of nothing, and messages stay short."""
        assert 210 > len(under("a", name))
