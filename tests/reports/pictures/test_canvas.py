"""The canvas: marks and words at places, as SVG that is safe and read everywhere."""

import pytest

from casecore.reports.pictures import Picture
from casecore.reports.pictures.canvas import COLOURS, Canvas, fitting
from tests.reports.pictures.drawn import assert_well_drawn, root_of, tips_of, words_of

HOSTILE = '<script>alert("1")</script> & \x1b[2J\x00 \u202e"\''
"""What a customer may have called themselves."""


def picture_of(canvas, title="A title", text="text", rows=()):
    """A picture with this on it."""
    return Picture(title, "A sentence.", text, rows, canvas)


def test_all_marks_are_drawn():
    """Each kind, with and without an edge, words beside it, and what is told on hover."""
    canvas = Canvas(80)
    canvas.rect((10, 10), (0, 8), "good", tip="a box")
    canvas.rect((10, 10), (30, 8), "", line="ink", dashed=True, behind=True)
    canvas.line([(0, 0), (9.25, 9)], "ink", tip="a line")
    canvas.line([(0, 0), (9, 9)], "ink", dashed=True, behind=True)
    canvas.shape([(0, 0), (9, 9), (0, 9)], "bad", tip="a shape")
    canvas.dot((50, 50), 4, "work", line="ground", tip="a dot")
    canvas.write((10, 40), "Words", bold=True)
    picture = picture_of(canvas, rows=[{"a": 1}])
    assert_well_drawn(picture)
    assert ["a box", "a line", "a shape", "a dot"] == tips_of(picture)
    assert ["Words"] == words_of(picture)
    assert 'width="2.5" height="8"' in picture.svg()  # what has no length is seen all the same
    assert 'points="0,0 9.2,9"' in picture.svg()
    assert picture.svg().index("stroke-dasharray") < picture.svg().index("a box")  # behind is drawn first


def test_nothing_that_people_wrote_gets_out_of_its_place():
    """Markup is text, and what moves a cursor or turns the direction of writing round is gone."""
    canvas = Canvas(80)
    canvas.write((10, 20), HOSTILE[:20])
    canvas.dot((5, 5), 4, "work", tip=HOSTILE)
    picture = Picture(HOSTILE, HOSTILE, f"a\n{HOSTILE}", (), canvas)
    root = root_of(picture)
    assert "<script" not in picture.svg()
    assert root[0].text == root[1].text == root.get("aria-label") == tips_of(picture)[0]
    assert not {"\x1b", "\x00", "\u202e"} & {*root[0].text, *str(picture)}


def test_it_is_read_in_the_dark():
    """Every colour has another one for a dark screen, and words differ enough from their ground on both."""

    def light(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    def contrast(one, other):
        low, high = sorted((light(one), light(other)))
        return (high + 0.05) / (low + 0.05)

    svg = picture_of(Canvas(10)).svg()
    for name, (_, dark) in COLOURS.items():
        assert f".cc-{name}{{fill:{dark}}}" in svg
    for screen in (0, 1):
        colours = {name: pair[screen] for name, pair in COLOURS.items()}
        for words in ("ink", "quiet", "good", "warn", "bad", "work"):
            for ground in ("ground", "band"):
                assert contrast(colours[words], colours[ground]) >= 4.5, (words, ground, screen)


@pytest.mark.parametrize(("width", "expected"), [(100, "abcdefghij"), (40, "abcd…"), (7, "…"), (0, "…")])
def test_words_that_have_no_room_are_shortened(width, expected):
    """With an ellipsis, and never to nothing."""
    assert expected == fitting("abcdefghij", width)


def test_where_no_pictures_are_shown_the_first_lines_are():
    """At most twelve; what is left is counted."""
    twelve, thirteen = ("\n".join(map(str, range(many))) for many in (12, 13))
    assert twelve == picture_of(Canvas(1), text=twelve)._repr_mimebundle_()["text/plain"]
    short = picture_of(Canvas(1), text=thirteen)._repr_mimebundle_()["text/plain"].splitlines()
    assert (12, "10", "… and 2 more lines") == (len(short), short[10], short[-1])
    assert thirteen == str(picture_of(Canvas(1), text=thirteen))
    assert "Picture(title='A title')" == repr(picture_of(Canvas(1)))
    assert picture_of(Canvas(1))._repr_svg_().startswith("<svg ")
