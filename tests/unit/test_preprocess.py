import itertools

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from evaluation.paper import photograph
from mnist_model.preprocess import to_mnist

CANVAS = 280

# Open curves as a pen draws them, in a unit square.
SHAPES = {
    "two": [(0.1, 0.2), (0.4, 0.0), (0.7, 0.2), (0.6, 0.5), (0.1, 1.0), (0.8, 1.0)],
    "three": [(0.1, 0.1), (0.5, 0.0), (0.7, 0.2), (0.4, 0.45), (0.75, 0.7), (0.5, 1.0), (0.0, 0.9)],
    "seven": [(0.0, 0.0), (0.7, 0.0), (0.3, 1.0)],
    "nine": [(0.7, 0.2), (0.4, 0.0), (0.1, 0.2), (0.3, 0.45), (0.7, 0.25), (0.6, 1.0)],
    "one": [(0.5, 0.0), (0.45, 1.0)],
}
shapes = st.sampled_from(sorted(SHAPES))
colours = st.tuples(*[st.integers(0, 255)] * 3)


def drawn(shape, size=180, pen=16, left=50, top=50, canvas=CANVAS):
    """Coverage of a canvas by a round pen along a shape, (canvas, canvas) uint8; its centre line is `size` high."""
    coverage = np.zeros((canvas, canvas), np.uint8)
    points = np.rint((np.array(SHAPES[shape]) * size + (left, top)) * 256).astype(np.int32)
    # Line by line: OpenCV joins the segments of a thick polyline without rounding them.
    for a, b in itertools.pairwise(points):
        cv2.line(coverage, a.tolist(), b.tolist(), 255, pen, cv2.LINE_AA, 8)
    return coverage


def coloured(coverage, ink, paper):
    share = coverage[..., None] / 255
    return np.rint(share * np.array(ink) + (1 - share) * np.array(paper)).astype(np.uint8)


def difference(a, b):
    """Mean absolute difference of two 28x28 images, as a share of the ink in them."""
    return np.abs(a - b).sum() / ((a.sum() + b.sum()) / 2)


@given(shapes, st.integers(2, 90), st.integers(2, 60))
def test_the_place_of_a_drawing_does_not_matter(shape, left, top):
    reference = to_mnist(drawn(shape, 150, 16, 50, 50, canvas=320))
    moved = np.roll(drawn(shape, 150, 16, 50, 50, canvas=320), (top, left), axis=(0, 1))
    np.testing.assert_array_equal(to_mnist(moved), reference)


@given(shapes, st.integers(40, 220), st.floats(0.05, 0.2))
def test_the_size_of_a_drawing_hardly_matters(shape, size, pen):
    """The same drawing at another size, with a pen as wide in proportion."""
    reference = to_mnist(drawn(shape, 200, round(200 * pen), 40, 40))
    assert difference(to_mnist(drawn(shape, size, max(round(size * pen), 1), 30, 30)), reference) < 0.2


@given(shapes, st.integers(40, 200), st.sampled_from(range(6, 41, 2)))
def test_the_pen_hardly_matters(shape, size, pen):
    """Pens of 6 to 40 pixels, up to a fifth of the drawing's size. Thicker ones would close the gaps in the drawing."""
    assume(pen <= 0.2 * size)
    reference = to_mnist(drawn(shape, 200, 20, 40, 40))
    assert difference(to_mnist(drawn(shape, size, pen, 30, 30)), reference) < (0.15 if pen <= 0.12 * size else 0.3)


def test_thin_and_thick_pens_come_out_more_alike_than_by_scaling_alone():
    """Without the redrawing of strokes, these two pens would be 0.7 and 6 pixels wide."""
    hair, marker = (to_mnist(drawn("three", 180, pen)) for pen in (6, 40))
    assert hair.max() > 0.9
    assert marker.sum() < 1.8 * hair.sum()


@given(shapes, colours, colours)
def test_any_ink_on_any_paper(shape, ink, paper):
    assume(max(abs(a - b) for a, b in zip(ink, paper, strict=True)) >= 64)
    coverage = drawn(shape)
    reference = to_mnist(coverage)
    assert difference(to_mnist(coloured(coverage, ink, paper)), reference) < 0.1
    opaque = np.dstack([coloured(coverage, ink, paper), np.full_like(coverage, 255)])
    assert difference(to_mnist(opaque), reference) < 0.1


@given(shapes, colours)
def test_any_ink_on_a_transparent_background(shape, ink):
    coverage = drawn(shape)
    image = np.dstack([np.full((*coverage.shape, 3), ink, np.uint8), coverage])
    assert difference(to_mnist(image), to_mnist(coverage)) < 0.05


@given(shapes)
def test_polarity_does_not_matter(shape):
    coverage = drawn(shape)
    np.testing.assert_array_equal(to_mnist(255 - coverage), to_mnist(coverage))


def test_pale_and_dark_strokes_are_both_ink():
    paper = np.full((CANVAS, CANVAS, 3), 255, np.uint8)
    both = paper.copy()
    cv2.line(both, (60, 50), (60, 230), (0, 0, 0), 20)
    cv2.line(both, (200, 50), (200, 230), (160, 160, 160), 20)
    same = paper.copy()
    for x in (60, 200):
        cv2.line(same, (x, 50), (x, 230), (0, 0, 0), 20)
    assert difference(to_mnist(both), to_mnist(same)) < 0.2


@given(shapes, st.integers(40, 200), st.integers(6, 24))
def test_the_digit_fits_the_box_and_is_centred_by_mass(shape, size, pen):
    image = to_mnist(drawn(shape, size, pen, 30, 30))
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1
    rows, columns = np.flatnonzero(image.max(axis=1) > 0.25), np.flatnonzero(image.max(axis=0) > 0.25)
    assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21
    centre = np.array([image.sum(axis=1) @ np.arange(28), image.sum(axis=0) @ np.arange(28)]) / image.sum()
    inside = [span[0] > 3 and span[-1] < 25 for span in (rows, columns)]  # otherwise the frame limits the shift
    assert (np.abs(centre - 14)[inside] < 0.3).all()


def test_a_lopsided_drawing_stays_within_the_frame():
    """Its centre of mass is so far down that centring it would push the thin top out of the frame."""
    coverage = np.zeros((CANVAS, CANVAS), np.uint8)
    cv2.line(coverage, (140, 20), (140, 260), 255, 8)
    cv2.rectangle(coverage, (80, 200), (200, 260), 255, -1)
    rows = np.flatnonzero(to_mnist(coverage).max(axis=1) > 0.25)
    assert rows[0] == 0
    assert len(rows) >= 19


@pytest.mark.parametrize("edge", ["top", "left", "bottom", "right"])
def test_ink_may_cross_an_edge_of_the_paper(edge):
    """The paper is found along most of the border, not in one corner or along one edge."""
    coverage = drawn("three", 150, 16, 60, 60)
    touching = coverage.copy()
    touching[{"top": np.s_[:3], "left": np.s_[:, :3], "bottom": np.s_[-3:], "right": np.s_[:, -3:]}[edge]] = 255
    inverted = to_mnist(255 - touching)
    np.testing.assert_array_equal(inverted, to_mnist(touching))
    assert inverted.mean() < 0.25


def test_mnists_digits_are_centred_on_pixel_14(test_set):
    """As the docstring of the module says."""
    images = test_set.images.astype(float)
    total = images.sum(axis=(1, 2))
    for axis in (1, 2):
        centre = images.sum(axis=axis) @ np.arange(28) / total
        assert np.abs(centre - 14).max() <= 0.501


def test_the_stroke_widths_of_mnist(test_set):
    """As the docstring of the module says. A width is four times the mean distance to the outline, on a finer grid."""
    widths = []
    for digit in test_set.images[::5]:
        finer = cv2.resize(digit, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC) > 127
        depth = cv2.distanceTransform(finer.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        widths.append(4 * (depth[finer] - 0.5).mean() / 8)
    np.testing.assert_allclose(np.percentile(widths, [5, 50, 95]), [1.7, 2.5, 4.0], atol=0.06)


def test_an_mnist_digit_drawn_large_comes_back_nearly_the_same(test_set):
    """Of any size, in any place, in any colours."""
    random = np.random.default_rng(0)
    differences = []
    for digit in test_set.images[:300]:
        side = int(random.integers(60, 260))
        top, left = random.integers(0, CANVAS - side, 2)
        coverage = np.zeros((CANVAS, CANVAS), np.uint8)
        coverage[top : top + side, left : left + side] = cv2.resize(digit, (side, side), interpolation=cv2.INTER_CUBIC)
        ink, paper = random.permutation([random.integers(0, 90, 3), random.integers(165, 256, 3)])
        differences.append(np.abs(to_mnist(coloured(coverage, ink, paper)) - digit / 255).mean())
    assert np.mean(differences) < 0.04


@pytest.mark.parametrize(
    "shape", [(280, 280), (280, 280, 3), (280, 280, 4), (1, 1), (1, 1, 4), (5, 1), (0, 0), (0, 9, 3)]
)
@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_paper_of_one_colour_holds_no_ink(shape, value):
    assert to_mnist(np.full(shape, value, np.uint8)) is None


def test_paper_that_is_not_quite_of_one_colour_holds_no_ink():
    assert to_mnist(np.random.default_rng(0).integers(200, 208, (280, 280, 3), np.uint8)) is None


def with_ink(shape, *where):
    image = np.zeros(shape, np.uint8)
    image[where] = 255
    return image


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(with_ink((280, 280), 140, 140), id="a dot of one pixel"),
        pytest.param(with_ink((280, 280), slice(130, 150), slice(130, 150)), id="a square dot"),
        pytest.param(with_ink((280, 280), slice(1, -1), slice(1, -1)), id="a full canvas"),
        pytest.param(with_ink((280, 280), 140, slice(20, 260)), id="a line one pixel wide"),
        pytest.param(with_ink((280, 280), slice(None), 140), id="a line from edge to edge"),
        pytest.param(with_ink((280, 280), 0, 0), id="a corner"),
        pytest.param(with_ink((2, 3), 1, 1), id="a tiny image"),
        pytest.param(with_ink((1, 50), 0, 20), id="an image one pixel high"),
        pytest.param(with_ink((3000, 4000), 1500, slice(100, 3900)), id="a hair across twelve megapixels"),
        pytest.param(cv2.resize(drawn("two"), (4000, 3000)), id="twelve megapixels"),
    ],
)
def test_odd_drawings_give_an_image_with_ink_in_it(image):
    found = to_mnist(image)
    assert found.shape == (28, 28)
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert 0.5 < found.max() <= 1


@given(
    hnp.arrays(
        np.uint8,
        st.one_of(
            hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=40),
            st.tuples(st.integers(0, 40), st.integers(0, 40), st.sampled_from([3, 4])),
        ),
    )
)
def test_any_image_gives_none_or_a_valid_digit(image):
    found = to_mnist(image)
    assert found is None or (found.shape == (28, 28) and found.min() >= 0 and found.max() <= 1)


@pytest.mark.parametrize(
    "image", [np.zeros((9, 9)), np.zeros(9, np.uint8), np.zeros((9, 9, 2), np.uint8), np.zeros((1, 9, 9, 3), np.uint8)]
)
def test_other_shapes_and_types_are_refused(image):
    with pytest.raises(ValueError, match="image must be uint8 of shape"):
        to_mnist(image)


def test_the_input_is_not_changed():
    image = np.dstack([drawn("two")] * 4)
    kept = image.copy()
    to_mnist(image)
    np.testing.assert_array_equal(image, kept)


# Photographs.

PHOTOS = {
    "even light": {"shadow": 0.05},
    "deep shadow": {"shadow": 0.75},
    "ruled paper": {"ruled": True},
    "ruled paper in shadow": {"ruled": True, "shadow": 0.7},
    "noise": {"noise": 15},
    "poor JPEG": {"quality": 20},
    "small": {"width": 320},
    "large": {"width": 2400},
}


@pytest.mark.parametrize("condition", PHOTOS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_photo_gives_what_the_drawing_gives(shape, condition):
    drawing = drawn(shape, size=200, pen=14, left=30, top=30)
    for seed in range(1 if condition == "large" else 3):
        taken = photograph(drawing, np.random.default_rng(seed), **PHOTOS[condition])
        # Lens, angle and grain change it a little. The difference to another digit is about 1.
        assert difference(to_mnist(taken), to_mnist(drawing)) < 0.35


def test_a_scan_with_ruled_lines_or_a_dark_edge_is_read_as_the_drawing():
    drawing = drawn("three", size=150, pen=14, left=70, top=60)
    scan = 255 - np.pad(drawing, ((100, 100), (100, 100)))
    expected = to_mnist(scan)
    ruled, edge = scan.copy(), scan.copy()
    for row in (60, 190, 420):
        ruled[row : row + 2] = np.minimum(ruled[row : row + 2], 170)
    edge[:, :9] = 40
    assert difference(to_mnist(ruled), expected) < 0.2
    assert difference(to_mnist(edge), expected) < 0.2


def test_an_image_with_an_alpha_channel_is_never_treated_as_a_photo():
    """However many strokes cross its border, and whatever colours its transparent pixels have."""
    canvas = np.full((320, 320, 4), 255, np.uint8)
    for x in range(20, 300, 25):
        cv2.line(canvas, (x, 0), (160, 300), (0, 0, 0, 255), 6)
    assert to_mnist(canvas) is not None
    coverage = drawn("three", canvas=320)
    unseen = np.random.default_rng(0).integers(0, 256, (320, 320, 3), np.uint8)
    unseen[coverage > 0] = 0
    assert difference(to_mnist(np.dstack([unseen, coverage])), to_mnist(coverage)) < 0.1


def test_chalk_on_a_board_is_read_as_ink_on_paper():
    drawing = drawn("three", size=200, pen=14, left=30, top=30)
    taken = 255 - photograph(drawing, np.random.default_rng(0))
    assert difference(to_mnist(taken), to_mnist(drawing)) < 0.3


def test_a_separate_stroke_nearby_belongs_to_the_digit():
    drawing = drawn("two", size=200, pen=14, left=30, top=60)
    cv2.line(drawing, (60, 30), (170, 30), 255, 14)
    taken = photograph(drawing, np.random.default_rng(1))
    assert difference(to_mnist(taken), to_mnist(drawing)) < 0.3


@pytest.mark.parametrize("ruled", [False, True])
def test_a_photo_of_empty_paper_shows_nothing(ruled):
    for seed in range(5):
        taken = photograph(np.zeros((CANVAS, CANVAS), np.uint8), np.random.default_rng(seed), ruled=ruled)
        assert to_mnist(taken) is None


@given(hnp.arrays(np.uint8, st.tuples(st.integers(64, 90), st.integers(64, 90), st.just(3))))
@settings(max_examples=30)
def test_any_photo_gives_none_or_a_valid_digit(image):
    image[::2, 0] = np.arange(len(image[::2]))[:, None]  # no border of one colour
    digit = to_mnist(image)
    assert digit is None or (digit.shape == (28, 28) and 0 <= digit.min() <= digit.max() <= 1)
