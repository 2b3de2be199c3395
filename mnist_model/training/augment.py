"""More training data than MNIST: digits as people, pens and cameras change them, and images that are not a digit.

A *pass* is MNIST's training set, each image changed at random, with digits in pen strokes (`strokes.py`),
out-of-distribution (OOD) images and, if the recipe says so, MNIST's images a second time, almost clean. The handwriting
recipe trains on several passes.
"""

import itertools
import string
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_model.mnist import Split
from mnist_model.preprocess import to_mnist
from mnist_model.training.strokes import HARD, Strokes, draw, resample, scribble, styles, write

NOT_A_DIGIT = 10  # the label of an OOD image

Image = NDArray[np.integer | np.floating]  # (28, 28), light ink on black, in [0, 1]; typed as OpenCV's results are
Random = np.random.Generator


# Geometric augmentation: how people turn, slant, shift and stretch digits.


def distort(image: Image, rng: Random, clean: bool = False) -> Image:
    """Turn, slant, stretch, shift and warp an image, in one resampling: a little or, if not `clean`, sometimes a lot.

    The warp is the elastic distortion of Simard, Steinkraus and Platt (2003).
    """
    far = not clean and rng.random() < 0.2  # about as far as the digit can still be read
    turn, slant = (rng.uniform(-0.6, 0.6), rng.uniform(-0.7, 0.7)) if far else rng.normal(0, (0.12, 0.12))
    if far and rng.random() < 0.5:
        turn, slant = rng.choice([(turn, 0), (0, slant), (0, 0)])
    size = rng.uniform(0.5, 1.2) if far else np.exp(rng.normal(0, 0.06))
    wide = rng.uniform(1, 1.7) if not clean and rng.random() < 0.15 else np.exp(rng.normal(0, 0.1))
    shift = rng.uniform(-6, 6, 2) * min(1, 1.6 - size) if far else rng.normal(0, 0.8, 2)
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = shape @ [[1, slant], [0, 1]] @ np.diag([size * wide, size])

    # For each pixel of the result, the place in the image that it is taken from; a smooth random field is the warp.
    inverse = np.linalg.inv(shape)
    rows, columns = np.mgrid[0:28, 0:28].astype(np.float32) - 13.5
    x = inverse[0, 0] * (columns - shift[0]) + inverse[0, 1] * (rows - shift[1]) + 13.5
    y = inverse[1, 0] * (columns - shift[0]) + inverse[1, 1] * (rows - shift[1]) + 13.5
    knots = int(rng.integers(4, 8))
    field = rng.normal(0, rng.uniform(0, 0.6 if clean else 1.1), (knots, knots, 2)).astype(np.float32)
    warp = cv2.resize(field, (28, 28), interpolation=cv2.INTER_CUBIC)
    x, y = (x + warp[..., 0]).astype(np.float32), (y + warp[..., 1]).astype(np.float32)
    return np.clip(cv2.remap(image, x, y, cv2.INTER_CUBIC), 0, 1)


# Photometric augmentation: what pens, light, cameras and paper do. Each takes an image and returns a changed copy.


def change_stroke_width(image: Image, rng: Random) -> Image:
    """Make strokes broader or finer."""
    fine = cv2.resize(image, (56, 56), interpolation=cv2.INTER_LINEAR)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3) if rng.random() < 0.6 else (5, 5))
    fine = (cv2.dilate if rng.random() < 0.6 else cv2.erode)(fine, brush)
    return cv2.resize(fine, (28, 28), interpolation=cv2.INTER_AREA)


def outline(image: Image, rng: Random) -> Image:
    """Draw a digit as its outline."""
    fine = cv2.resize(image, (56, 56), interpolation=cv2.INTER_LINEAR)
    solid = (fine > rng.uniform(0.2, 0.6)).astype(np.float32)
    width = int(rng.choice([3, 3, 5]))
    inner: Image = solid if rng.random() < 0.5 else cv2.erode(solid, np.ones((3, 3)))
    edge = cv2.resize(cv2.dilate(solid, np.ones((width, width))) - inner, (28, 28), interpolation=cv2.INTER_AREA)
    return (edge > 0.4).astype(np.float32) if rng.random() < 0.5 else edge


def noise(image: Image, rng: Random) -> Image:
    """Add Gaussian noise, shot noise, or pixels stuck at black or white."""
    kind = rng.integers(3)
    noisy: Image
    if kind == 0:
        noisy = image + rng.normal(0, rng.uniform(0.05, 0.35), image.shape).astype(np.float32)
    elif kind == 1:  # shot noise
        photons = np.exp(rng.uniform(np.log(2), np.log(60)))
        noisy = (rng.poisson(image * photons) / photons).astype(np.float32)
    else:
        stuck = rng.random(image.shape) < rng.uniform(0.02, 0.3)
        noisy = np.where(stuck, rng.random(image.shape) < 0.5, image).astype(np.float32)
    return noisy


def blur(image: Image, rng: Random) -> Image:
    """Blur as a lens out of focus, a moving camera or ribbed glass does."""
    kind = rng.integers(3)
    if kind == 0:  # out of focus
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.8))
    if kind == 1:  # motion
        length, angle = rng.uniform(3, 9), rng.uniform(0, np.pi)
        kernel = np.zeros((11, 11), np.float32)
        step = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        start, end = (np.rint((5 + sign * step) * 256).astype(int).tolist() for sign in (-1, 1))
        cv2.line(kernel, start, end, 1, 1, cv2.LINE_8, 8)
        return cv2.filter2D(image, -1, kernel / kernel.sum())
    # ribbed glass
    field = rng.normal(0, rng.uniform(0.4, 1.2), (2, 28, 28))
    rows, columns = np.mgrid[0:28, 0:28]
    x, y = (columns + field[0]).astype(np.float32), (rows + field[1]).astype(np.float32)
    rippled = cv2.remap(image, x, y, cv2.INTER_LINEAR)
    return cv2.GaussianBlur(rippled, (0, 0), rng.uniform(0.3, 0.9))


def light(image: Image, rng: Random) -> Image:
    """Add fog, a shadow, faint ink or overexposure."""
    field = clouds(rng, int(rng.integers(2, 12)))
    haze = rng.uniform(0, 0.8) * (field if rng.random() < 0.6 else 1)
    if rng.random() < 0.5:
        return image * rng.uniform(0.3, 1) + haze
    return image * (1 - haze) + haze * rng.uniform(0.3, 1)


def scratch(image: Image, rng: Random) -> Image:
    """Draw solid or dotted lines across, in the colour of the ink or of the paper."""
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
    """Add blots of ink, or spots without any."""
    blots = clouds(rng, int(rng.integers(5, 15)))
    spots = np.clip((blots - np.quantile(blots, rng.uniform(0.75, 0.95))) * 12, 0, 1)
    stained: Image = np.maximum(image, spots * rng.uniform(0.4, 1)) if rng.random() < 0.6 else image * (1 - spots)
    return stained


def occlude(image: Image, rng: Random) -> Image:
    """Cover a part with grey, or invert it."""
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
    """Return a smooth random field, from 0 to 1."""
    field = cv2.resize(rng.random((knots, knots), dtype=np.float32), (28, 28), interpolation=cv2.INTER_CUBIC)
    stretched: Image = (field - field.min()) / np.ptp(field)
    return stretched


PHOTOMETRIC: tuple[tuple[Callable[[Image, Random], Image], float], ...] = (
    (change_stroke_width, 0.16), (outline, 0.09), (noise, 0.17), (blur, 0.15),
    (light, 0.17), (scratch, 0.11), (stain, 0.07), (occlude, 0.08),
)  # fmt: skip  # with how often each is chosen, in proportion


def augment(
    image: NDArray[np.uint8], rng: Random, *, clean: bool = False, geometric: bool = True, photometric: bool = True
) -> NDArray[np.uint8]:
    """Change a digit at random.

    Parameters
    ----------
    image : ndarray, shape (28, 28), uint8
        Light ink on black.
    rng : Generator
        The same state gives the same result.
    clean : bool
        Whether to distort it but a little, without photometric changes.
    geometric, photometric : bool
        Whether to distort it; whether to apply none, one or two of PHOTOMETRIC.

    Returns
    -------
    ndarray, shape (28, 28), uint8
    """
    changed: Image = image / np.float32(255)
    if geometric:
        changed = distort(changed, rng, clean)
    if photometric and not clean:
        shares = np.array([share for _, share in PHOTOMETRIC])
        number = rng.choice(3, p=[0.5, 0.38, 0.12])
        for which in rng.choice(len(PHOTOMETRIC), number, replace=False, p=shares / shares.sum()):
            changed = np.clip(PHOTOMETRIC[which][0](changed, rng), 0, 1)
    return np.rint(changed * 255).astype(np.uint8)


# What is added to MNIST.


def stroke_digit(digit: int, rng: Random) -> NDArray[np.uint8]:
    """Draw a digit on the canvas, in a style that is not held out, HARD ones thrice as often.

    Returns it as the network sees it, (28, 28).
    """
    names = styles(digit, held_out=False)
    shares = np.array([3 if (digit, name) in HARD else 1 for name in names])
    return _draw_on_canvas(write(digit, rng.choice(names, p=shares / shares.sum()), rng), rng)


def ood_image(digits: NDArray[np.uint8], rng: Random) -> NDArray[np.uint8]:
    """Make an OOD image, (28, 28): a scribble, a letter, two digits, a digit in pieces, a shape or a texture.

    `digits`, (n, 28, 28), are those to make the third and the fourth kind from.
    """
    kind = rng.choice(6, p=[0.3, 0.25, 0.12, 0.08, 0.15, 0.1])
    if kind == 0:
        return _draw_on_canvas(scribble(rng), rng)
    if kind == 1:
        return _letter(rng)
    a, b = digits[rng.integers(len(digits), size=2)]
    if kind == 2:
        pair = np.hstack([a[:, 4:24], b[:, 4:24]])
        return _to_bytes(to_mnist(pair if rng.random() < 0.7 else np.vstack([a, b])))
    if kind == 3:
        quarters = [a[i : i + 14, j : j + 14] for i in (0, 14) for j in (0, 14)]
        order = rng.choice([[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1], [1, 3, 0, 2], [3, 0, 1, 2]])
        w, x, y, z = (quarters[i] for i in order)
        return np.block([[w, x], [y, z]])
    return _to_bytes(_silhouette(rng) if kind == 4 else _texture(rng))


# Letters that nobody could tell from a digit without context: O and D from 0, I from 1, Z from 2, Y from 4, and so on.
LOOK_LIKE_DIGITS = "DOQoIJijlLTrZzAYySsGbBgq"
LETTERS = [letter for letter in string.ascii_letters if letter not in LOOK_LIKE_DIGITS]


def _letter(rng: Random) -> NDArray[np.uint8]:
    fonts = [cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX]
    fonts += [cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX]
    image = np.zeros((200, 200), np.uint8)
    letter, font = rng.choice(LETTERS), fonts[rng.integers(len(fonts))] | (cv2.FONT_ITALIC * int(rng.integers(2)))
    cv2.putText(image, str(letter), (50, 150), font, 4, 255, int(rng.integers(3, 22)), cv2.LINE_AA)
    return _to_bytes(to_mnist(image))


def _silhouette(rng: Random) -> Image:
    """A polygon of random corners, shaded."""
    corners = rng.normal(14, rng.uniform(4, 9), (int(rng.integers(3, 12)), 2))
    shape = np.zeros((28, 28), np.float32)
    outer = cv2.convexHull(corners.astype(np.float32))[:, 0] if rng.random() < 0.5 else corners
    cv2.fillPoly(shape, [np.rint(outer * 256).astype(np.int32)], 1, cv2.LINE_AA, 8)
    shape *= rng.uniform(0.5, 1) * (1 - rng.uniform(0, 0.7) * clouds(rng, int(rng.integers(2, 15))))
    return shape


def _texture(rng: Random) -> Image:
    """Clouds or waves."""
    if rng.random() < 0.5:
        return clouds(rng, int(rng.integers(2, 28))) * rng.uniform(0.2, 1)
    wave = rng.normal(0, 0.8, 2) @ np.mgrid[0:28, 0:28].reshape(2, -1)
    return (0.5 + 0.5 * np.sin(wave + rng.uniform(0, 6))).reshape(28, 28) * rng.uniform(0.3, 1)


def _draw_on_canvas(strokes: Strokes, rng: Random) -> NDArray[np.uint8]:
    size = rng.uniform(70, 260)
    pen = min(rng.uniform(6, 34), size / 5)
    canvas = int(size + pen) + 12  # as much of the page's canvas as the digit covers
    return _to_bytes(to_mnist(draw(strokes, canvas=canvas, size=size, pen=pen, centre=(canvas / 2, canvas / 2))))


def _to_bytes(image: Image | None) -> NDArray[np.uint8]:
    return np.zeros((28, 28), np.uint8) if image is None else np.rint(image * 255).astype(np.uint8)


# All together.


def make_pass(
    train: Split,
    seed: int,
    number: int,
    *,
    clean: bool,
    stroke_digits: int,
    ood_images: int,
    geometric: bool = True,
    photometric: bool = True,
) -> Split:
    """Make one pass of augmented training data: MNIST's digits, stroke digits and OOD images, each changed at random.

    Parameters
    ----------
    train : Split
        MNIST's training digits.
    seed, number : int
        The same ones give the same pass, except that `to_mnist` may round a few pixels differently.
    clean : bool
        Whether MNIST's digits are in it a second time, almost clean.
    stroke_digits, ood_images : int
        How many of them are added.
    geometric, photometric : bool
        Which augmentation to apply.

    Returns
    -------
    Split
        Images, and labels from 0 to 9 or NOT_A_DIGIT.
    """
    cv2.setNumThreads(1)  # several passes are made at once, a process for each
    rng = np.random.default_rng((seed, number))
    digits = rng.integers(10, size=stroke_digits, dtype=np.uint8)
    originals = itertools.chain(
        train.images,
        (stroke_digit(int(digit), rng) for digit in digits),
        (ood_image(train.images, rng) for _ in range(ood_images)),
    )
    images = [augment(image, rng, geometric=geometric, photometric=photometric) for image in originals]
    labels = np.concatenate([train.labels, digits, np.full(ood_images, NOT_A_DIGIT, np.uint8)])
    if clean:
        images += [augment(image, rng, clean=True, geometric=geometric) for image in train.images]
        labels = np.concatenate([labels, train.labels])
    return Split(np.stack(images), labels)
