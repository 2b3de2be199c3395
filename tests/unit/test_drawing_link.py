"""A drawing in a link."""

import itertools
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.client import drawing
from tests.support.driver import DIGITS
from ui.drawing_link import LONGEST, LinkError, _flatten, pack, unpack


def strokes(digit):
    """Return what the canvas sends for a digit, of whose strokes a hand sends points that are close together."""
    dense = [
        [(x, y) for (x0, y0), (x1, y1) in itertools.pairwise(stroke) for x, y in np.linspace((x0, y0), (x1, y1), 10)]
        for stroke in DIGITS[digit]
    ]
    return json.loads(drawing(dense))["drawing"]["raw"]["objects"]


def distance(points, line):
    """Return how far each point is from a line of points."""
    starts, ends = line[:-1], line[1:]
    along = ends - starts
    length = np.maximum((along**2).sum(axis=1), 1e-9)
    share = np.clip(((points[:, None] - starts) * along).sum(axis=2) / length, 0, 1)
    return np.linalg.norm(starts + share[..., None] * along - points[:, None], axis=2).min(axis=1)


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_takes_about_200_characters_and_comes_back_within_a_pixel_or_two(digit):
    text = pack(strokes(digit))
    assert re.fullmatch(r"[\w-]{10,200}", text)
    unpacked = unpack(text)
    assert len(unpacked) == len(strokes(digit))
    for before, after in zip(strokes(digit), unpacked, strict=True):
        line = _flatten(after["path"])
        ends = np.array([point[-2:] for point in before["path"]])
        assert distance(ends, line).max() < 2
        assert after["strokeWidth"] == before["strokeWidth"]
        assert after["left"] == pytest.approx(before["left"], abs=2)
        assert after["top"] == pytest.approx(before["top"], abs=2)


def test_a_dot_comes_back():
    dot = strokes(1)[0] | {"path": [["M", 100, 100], ["L", 100.001, 100]]}
    (stroke,) = unpack(pack([dot]))
    assert [point[1:] for point in stroke["path"]] == [[100, 100], [100, 100]]


@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        ([{"type": "Image", "src": "data:"}], "picture"),
        (["nonsense"], "picture"),
        ([{"type": "Path", "path": [["A", 1, 2]], "strokeWidth": 3}], "something else"),
        ([{"type": "Path", "path": [], "strokeWidth": 3}], "something else"),
        ([{"type": "Path", "path": [["M", "x", None]], "strokeWidth": 3}], "something else"),
        ([{"type": "Path", "path": [["M", 10**400, 0]], "strokeWidth": 3}], "something else"),
        ([{"type": "Path", "path": [["M", 1, 2]], "strokeWidth": float("nan")}], "picture"),
        ([{"type": "Path", "path": [["M", 1, 2]], "strokeWidth": 10**400}], "picture"),
        ([{"type": "Path", "path": [["M", 1e999, 0], ["L", float("nan"), 3]], "strokeWidth": 3}], "something else"),
    ],
)
def test_what_is_not_a_stroke_does_not_fit_into_a_link(objects, reason):
    with pytest.raises(LinkError, match=reason):
        pack(objects)


def test_a_picture_whose_strokes_are_known_fits_into_a_link():
    first, second = ({"type": "Path", "path": [["M", 10, y], ["L", 90, y]], "strokeWidth": 24} for y in (20, 80))
    picture = {"type": "Image", "src": "data:image/png;base64,AAAA"}
    known = picture["src"], pack([first])
    assert pack([picture, second], known) == pack([first, second])
    with pytest.raises(LinkError, match="picture"):
        pack([picture | {"src": "data:image/png;base64,BBBB"}, second], known)


def test_a_long_drawing_does_not_fit_into_a_link():
    zigzag = [["M", 0, 0], *(["L", 300 * (i % 2), i] for i in range(1, 200))]
    with pytest.raises(LinkError, match="too long"):
        pack([{"type": "Path", "path": zigzag, "strokeWidth": 24}] * 10)
    with pytest.raises(LinkError, match="too long"):
        pack([{"type": "Path", "path": zigzag * 2, "strokeWidth": 24}])


@given(st.text() | st.binary().map(lambda packed: packed.hex()) | st.text("AZaz09-_", max_size=2 * LONGEST))
def test_any_text_is_a_drawing_or_refused(text):
    try:
        objects = unpack(text)
    except LinkError:
        return
    for stroke in objects:
        numbers = [number for _, *point in stroke["path"] for number in point]
        assert all(0 <= number <= 320 for number in numbers)
