"""More to learn from than MNIST: what hands, pens and cameras do to a digit, and what is no digit at all.

A *round* is MNIST's training set, each image changed at random, with strokes of many hands (`strokes.py`), things that
are no digits, and MNIST's images once more, but neat. `train.py` learns from some rounds of them.
"""

import itertools
import string
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_model.data import Split
from mnist_model.preprocess import to_mnist
from mnist_model.strokes import Strokes, draw, resample, scribble, styles, write

NONE = 10  # the label of what is no digit

Image = NDArray[np.float32]  # (28, 28), light ink on black, in [0, 1]
Random = np.random.Generator


# What a hand does: leans, squeezes, shifts, bends.


def bend(image: Image, rng: Random, neat: bool = False) -> Image:
    """Turn, slant, stretch, shift and warp an image, in one resampling: a little, or, if it need not be neat, a lot."""
    far = not neat and rng.random() < 0.2  # as far as it can still be read
    turn, slant = (rng.uniform(-0.6, 0.6), rng.uniform(-0.7, 0.7)) if far else rng.normal(0, (0.12, 0.12))
    if far and rng.random() < 0.5:
        turn, slant = rng.choice([(turn, 0), (0, slant), (0, 0)])
    size = rng.uniform(0.5, 1.2) if far else np.exp(rng.normal(0, 0.06))
    wide = rng.uniform(1, 1.7) if not neat and rng.random() < 0.15 else np.exp(rng.normal(0, 0.1))
    shift = rng.uniform(-6, 6, 2) * min(1, 1.6 - size) if far else rng.normal(0, 0.8, 2)
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = shape @ [[1, slant], [0, 1]] @ np.diag([size * wide, size])

    # From the result back to the image, with a smooth random field on top: the elastic distortion of Simard, Steinkraus
    # and Platt (2003).
    back = np.linalg.inv(shape)
    rows, columns = np.mgrid[0:28, 0:28].astype(np.float32) - 13.5
    x = back[0, 0] * (columns - shift[0]) + back[0, 1] * (rows - shift[1]) + 13.5
    y = back[1, 0] * (columns - shift[0]) + back[1, 1] * (rows - shift[1]) + 13.5
    knots = int(rng.integers(4, 8))
    field = rng.normal(0, rng.uniform(0, 0.6 if neat else 1.1), (knots, knots, 2)).astype(np.float32)
    field = cv2.resize(field, (28, 28), interpolation=cv2.INTER_CUBIC)
    bent = cv2.remap(image, np.float32(x + field[..., 0]), np.float32(y + field[..., 1]), cv2.INTER_CUBIC)
    return np.clip(bent, 0, 1)


def press(image: Image, rng: Random) -> Image:
    """Write with a broader or a finer pen."""
    fine = cv2.resize(image, (56, 56), interpolation=cv2.INTER_LINEAR)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3) if rng.random() < 0.6 else (5, 5))
    fine = (cv2.dilate if rng.random() < 0.6 else cv2.erode)(fine, brush)
    return cv2.resize(fine, (28, 28), interpolation=cv2.INTER_AREA)


def outline(image: Image, rng: Random) -> Image:
    """Draw a digit as its outline."""
    fine = cv2.resize(image, (56, 56), interpolation=cv2.INTER_LINEAR)
    solid = (fine > rng.uniform(0.2, 0.6)).astype(np.float32)
    width = int(rng.choice([3, 3, 5]))
    inner = solid if rng.random() < 0.5 else cv2.erode(solid, np.ones((3, 3)))
    edge = cv2.dilate(solid, np.ones((width, width))) - inner
    edge = cv2.resize(edge, (28, 28), interpolation=cv2.INTER_AREA)
    return (edge > 0.4).astype(np.float32) if rng.random() < 0.5 else edge


# What a camera, the light and the paper do.


def noise(image: Image, rng: Random) -> Image:
    kind = rng.integers(3)
    if kind == 0:
        return image + rng.normal(0, rng.uniform(0.05, 0.35), image.shape).astype(np.float32)
    if kind == 1:  # few photons
        photons = np.exp(rng.uniform(np.log(2), np.log(60)))
        return (rng.poisson(image * photons) / photons).astype(np.float32)
    dead = rng.random(image.shape) < rng.uniform(0.02, 0.3)  # pixels stuck at black or white
    return np.where(dead, rng.random(image.shape) < 0.5, image).astype(np.float32)


def blur(image: Image, rng: Random) -> Image:
    kind = rng.integers(3)
    if kind == 0:  # out of focus
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.8))
    if kind == 1:  # moved
        length, angle = rng.uniform(3, 9), rng.uniform(0, np.pi)
        kernel = np.zeros((11, 11), np.float32)
        step = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        start, end = (np.rint((5 + sign * step) * 256).astype(int).tolist() for sign in (-1, 1))
        cv2.line(kernel, start, end, 1, 1, cv2.LINE_8, 8)
        return cv2.filter2D(image, -1, kernel / kernel.sum())
    # through ribbed glass
    field = rng.normal(0, rng.uniform(0.4, 1.2), (2, 28, 28))
    rows, columns = np.mgrid[0:28, 0:28]
    rippled = cv2.remap(image, np.float32(columns + field[0]), np.float32(rows + field[1]), cv2.INTER_LINEAR)
    return cv2.GaussianBlur(rippled, (0, 0), rng.uniform(0.3, 0.9))


def light(image: Image, rng: Random) -> Image:
    """Fog, a shadow, faint ink, an overexposed picture."""
    field = clouds(rng, int(rng.integers(2, 12)))
    haze = rng.uniform(0, 0.8) * (field if rng.random() < 0.6 else 1)
    if rng.random() < 0.5:
        return image * rng.uniform(0.3, 1) + haze
    return image * (1 - haze) + haze * rng.uniform(0.3, 1)


def scratch(image: Image, rng: Random) -> Image:
    """Lines across, whole or dotted, of ink or of paper."""
    image = image.copy()
    ink = float(rng.uniform(0.6, 1)) if rng.random() < 0.8 else 0.0
    for _ in range(int(rng.integers(1, 4))):
        points = rng.uniform(-2, 30, (int(rng.integers(2, 7)), 2))
        if rng.random() < 0.3:  # to and fro along a line
            points = np.linspace(points[0], points[1], 9) + np.outer(np.arange(9) % 2 * 2 - 1, rng.normal(0, 2, 2))
        if rng.random() < 0.4:
            for x, y in resample(points, int(rng.integers(6, 18))):
                cv2.circle(image, (round(x * 256), round(y * 256)), int(rng.integers(60, 250)), ink, -1, cv2.LINE_AA, 8)
        else:
            thick = int(rng.choice([1, 1, 2]))
            for start, end in itertools.pairwise(np.rint(points * 256).astype(int).tolist()):
                cv2.line(image, start, end, ink, thick, cv2.LINE_AA, 8)
    return image


def stain(image: Image, rng: Random) -> Image:
    """Blots of ink, or spots where it is gone."""
    blots = clouds(rng, int(rng.integers(5, 15)))
    spots = np.clip((blots - np.quantile(blots, rng.uniform(0.75, 0.95))) * 12, 0, 1)
    return np.maximum(image, spots * rng.uniform(0.4, 1)) if rng.random() < 0.6 else image * (1 - spots)


def patch(image: Image, rng: Random) -> Image:
    """Something lies over a part, or a part is printed in negative."""
    image = image.copy()
    if rng.random() < 0.5:  # a band, or the margins on both sides
        width, at = int(rng.integers(2, 11)), int(rng.integers(0, 22))
        band = np.arange(28) - at if rng.random() < 0.6 else (np.arange(28) + width // 2) % 28
        covered = np.tile((band >= 0) & (band < width), (28, 1))
        covered = covered if rng.random() < 0.5 else covered.T
    else:
        covered = np.zeros((28, 28), bool)
        (height, width), (top, left) = rng.integers(4, 12, 2), rng.integers(0, 22, 2)
        covered[top : top + height, left : left + width] = True
    if rng.random() < 0.65:
        return np.where(covered, 1 - image, image)
    return np.where(covered & (covered.sum() < 150), np.float32(rng.random()), image)


def clouds(rng: Random, knots: int) -> Image:
    """A smooth random field, from 0 to 1."""
    field = cv2.resize(rng.random((knots, knots), dtype=np.float32), (28, 28), interpolation=cv2.INTER_CUBIC)
    return (field - field.min()) / np.ptp(field)


EFFECTS: tuple[tuple[Callable[[Image, Random], Image], float], ...] = (
    (press, 0.16), (outline, 0.09), (noise, 0.17), (blur, 0.15),
    (light, 0.17), (scratch, 0.11), (stain, 0.07), (patch, 0.08),
)  # fmt: skip  # with how often each is chosen, in proportion


def vary(
    image: NDArray[np.uint8], rng: Random, *, neat: bool = False, bends: bool = True, effects: bool = True
) -> NDArray[np.uint8]:
    """Bend a digit, then do to it none, one or two of the effects; or, if it is to stay neat, bend it but a little."""
    varied = image / np.float32(255)
    if bends:
        varied = bend(varied, rng, neat)
    if effects and not neat:
        shares = np.array([share for _, share in EFFECTS])
        number = rng.choice(3, p=[0.5, 0.38, 0.12])
        for which in rng.choice(len(EFFECTS), number, replace=False, p=shares / shares.sum()):
            varied = np.clip(EFFECTS[which][0](varied, rng), 0, 1)
    return np.rint(varied * 255).astype(np.uint8)


# What is added to MNIST.


def stroke_digit(digit: int, rng: Random) -> NDArray[np.uint8]:
    """A digit as some hand draws it on the canvas, in a style that is not held out, as the network gets it."""
    style = rng.choice(styles(digit, held=False))
    return _on_canvas(write(digit, style, rng), rng)


def none(digits: NDArray[np.uint8], rng: Random) -> NDArray[np.uint8]:
    """Something that is no digit: a scribble, a letter, two digits at once, a digit in pieces, a shape, a texture."""
    kind = rng.choice(6, p=[0.3, 0.25, 0.12, 0.08, 0.15, 0.1])
    if kind == 0:
        return _on_canvas(scribble(rng), rng)
    if kind == 1:
        return _letter(rng)
    a, b = digits[rng.integers(len(digits), size=2)]
    if kind == 2:
        pair = np.hstack([a[:, 4:24], b[:, 4:24]])
        return _frame(to_mnist(pair if rng.random() < 0.7 else np.vstack([a, b])))
    if kind == 3:
        quarters = [a[i : i + 14, j : j + 14] for i in (0, 14) for j in (0, 14)]
        order = rng.choice([[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1], [1, 3, 0, 2], [3, 0, 1, 2]])
        w, x, y, z = (quarters[i] for i in order)
        return np.block([[w, x], [y, z]])
    if kind == 4:  # the silhouette of some thing
        corners = rng.normal(14, rng.uniform(4, 9), (int(rng.integers(3, 12)), 2))
        shape = np.zeros((28, 28), np.float32)
        hull = cv2.convexHull(corners.astype(np.float32))[:, 0] if rng.random() < 0.5 else corners
        cv2.fillPoly(shape, [np.rint(hull * 256).astype(np.int32)], 1, cv2.LINE_AA, 8)
        shape *= rng.uniform(0.5, 1) * (1 - rng.uniform(0, 0.7) * clouds(rng, int(rng.integers(2, 15))))
    elif rng.random() < 0.5:
        shape = clouds(rng, int(rng.integers(2, 28))) * rng.uniform(0.2, 1)
    else:
        wave = rng.normal(0, 0.8, 2) @ np.mgrid[0:28, 0:28].reshape(2, -1)
        shape = (0.5 + 0.5 * np.sin(wave + rng.uniform(0, 6))).reshape(28, 28) * rng.uniform(0.3, 1)
    return np.rint(shape * 255).astype(np.uint8)


# What nobody could tell from a digit without its neighbours: O and D from 0, I from 1, Z from 2, Y from 4, and so on.
LOOK_LIKE_DIGITS = "DOQoIJijlLTrZzAYySsGbBgq"
LETTERS = [letter for letter in string.ascii_letters if letter not in LOOK_LIKE_DIGITS]


def _letter(rng: Random) -> NDArray[np.uint8]:
    fonts = [cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX]
    fonts += [cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX]
    image = np.zeros((200, 200), np.uint8)
    letter, font = rng.choice(LETTERS), fonts[rng.integers(len(fonts))] | (cv2.FONT_ITALIC * int(rng.integers(2)))
    cv2.putText(image, str(letter), (50, 150), font, 4, 255, int(rng.integers(3, 22)), cv2.LINE_AA)
    return _frame(to_mnist(image))


def _on_canvas(lines: Strokes, rng: Random) -> NDArray[np.uint8]:
    size = rng.uniform(70, 260)
    return _frame(to_mnist(draw(lines, size=size, pen=min(rng.uniform(6, 34), size / 5))))


def _frame(image: Image | None) -> NDArray[np.uint8]:
    return np.zeros((28, 28), np.uint8) if image is None else np.rint(image * 255).astype(np.uint8)


# All together.


def make_round(
    train: Split,
    seed: int,
    number: int,
    *,
    neat: bool,
    strokes: int,
    others: int,
    bends: bool = True,
    effects: bool = True,
) -> Split:
    """Make one round: MNIST's training digits, strokes and things that are no digits, all varied.

    Parameters
    ----------
    neat : bool
        Whether MNIST's digits are there a second time, neat.
    strokes, others : int
        How many digits in strokes, and how many things that are no digits.
    bends, effects : bool
        Whether to bend, and to add effects.

    Returns
    -------
    Split
        Images, and labels from 0 to 9, or NONE.
    """
    cv2.setNumThreads(1)
    rng = np.random.default_rng((seed, number))
    labels = rng.integers(10, size=strokes, dtype=np.uint8)
    images = itertools.chain(
        train.images,
        (stroke_digit(int(label), rng) for label in labels),
        (none(train.images, rng) for _ in range(others)),
    )
    images = [vary(image, rng, bends=bends, effects=effects) for image in images]
    labels = np.concatenate([train.labels, labels, np.full(others, NONE, np.uint8)])
    if neat:
        images += [vary(image, rng, neat=True, bends=bends) for image in train.images]
        labels = np.concatenate([labels, train.labels])
    return Split(np.stack(images), labels)
