"""Fifteen corruptions of a digit, to measure how robust a model is: after MNIST-C (Mu, Gilmer 2019, arXiv:1906.02337).

They are written from the paper's descriptions, at one strength each. `training/augment.py` shares no code with them,
but it too adds noise, blur, fog, scratches, outlines and inverted parts: the shipped model has seen similar images.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Image = NDArray[np.integer | np.floating]  # (28, 28), light ink on black, in [0, 1]; typed as OpenCV's results are
Corruption = Callable[[Image, np.random.Generator], Image]  # `corrupt` clips what it returns to [0, 1]
# From distances along a line, (n,) in pixels: how far beside the line the pen is at each, and whether it is down.
Pattern = Callable[[NDArray[np.floating]], tuple[NDArray[np.floating], NDArray[np.bool_]]]


def shot_noise(image: Image, rng: np.random.Generator) -> Image:
    return rng.poisson(image * 5) / 5 + rng.poisson(0.02, image.shape)


def impulse_noise(image: Image, rng: np.random.Generator) -> Image:
    noise = rng.random(image.shape)
    return np.where(noise < 0.09, 0, np.where(noise > 0.91, 1, image))


def glass_blur(image: Image, rng: np.random.Generator) -> Image:
    """Blur, replace each pixel by a neighbour, twice, and blur again."""
    image = cv2.GaussianBlur(image, (0, 0), 0.7)
    rows, columns = np.mgrid[0:28, 0:28].astype(np.float32)
    for _ in range(2):
        down, right = rng.integers(-1, 2, (2, 28, 28)).astype(np.float32)
        image = cv2.remap(image, columns + right, rows + down, cv2.INTER_NEAREST)
    return cv2.GaussianBlur(image, (0, 0), 0.7)


def motion_blur(image: Image, rng: np.random.Generator) -> Image:
    """Smear over about five pixels, at up to 45 degrees from level, more to one side."""
    angle = rng.uniform(-np.pi / 4, np.pi / 4)
    weights = np.exp(-((np.arange(8) / 3) ** 2) / 2)
    rows, columns = np.mgrid[0:28, 0:28].astype(np.float32)
    moved = [
        cv2.remap(
            image,
            (columns + k * np.cos(angle)).astype(np.float32),
            (rows + k * np.sin(angle)).astype(np.float32),
            cv2.INTER_LINEAR,
        )
        for k in range(8)
    ]
    return np.tensordot(weights / weights.sum(), moved, 1)


def shear(image: Image, rng: np.random.Generator) -> Image:
    return _affine(image, [[1, rng.choice([-0.4, 0.4])], [0, 1]])


def scale(image: Image, rng: np.random.Generator) -> Image:
    return _affine(image, np.eye(2) * 0.65)


def rotate(image: Image, rng: np.random.Generator) -> Image:
    angle = rng.choice([-0.4, 0.4])
    return _affine(image, [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def brightness(image: Image, rng: np.random.Generator) -> Image:
    return image + 0.5


def translate(image: Image, rng: np.random.Generator) -> Image:
    return _affine(image, np.eye(2), rng.uniform(-4, 4, 2))


def stripe(image: Image, rng: np.random.Generator) -> Image:
    """Invert a quarter of the width on either side."""
    return np.hstack([1 - image[:, :7], image[:, 7:21], 1 - image[:, 21:]])


def fog(image: Image, rng: np.random.Generator) -> Image:
    """Lay a plasma fractal over it: random fields, each twice as fine and half as strong as the one before."""
    fields = [
        cv2.resize(rng.random((n, n), dtype=np.float32), (28, 28), interpolation=cv2.INTER_LINEAR) * 2 / n
        for n in (2, 4, 8, 16)
    ]
    plasma = np.sum(fields, axis=0)
    foggy: Image = (image + 2 * plasma / plasma.max()) / 3
    return foggy


def spatter(image: Image, rng: np.random.Generator) -> Image:
    drops = cv2.GaussianBlur(rng.normal(0.65, 0.3, image.shape).astype(np.float32), (0, 0), 1.2)
    wet: Image = image + np.clip((drops - np.quantile(drops, 0.88)) * 8, 0, 0.8)
    return wet


def dotted_line(image: Image, rng: np.random.Generator) -> Image:
    """Draw a dotted line from one side to the other, or from top to bottom."""
    return _add_line(image, rng, lambda along: (np.zeros_like(along), along % 4 < 2))


def zigzag(image: Image, rng: np.random.Generator) -> Image:
    return _add_line(image, rng, lambda along: (np.abs(along % 6 - 3) * 1.5 - 2, np.ones_like(along, bool)))


def canny_edges(image: Image, rng: np.random.Generator) -> Image:
    return cv2.Canny(np.rint(image * 255).astype(np.uint8), 100, 200) / 255


CORRUPTIONS: tuple[Corruption, ...] = (
    shot_noise, impulse_noise, glass_blur, motion_blur, shear, scale, rotate, brightness, translate, stripe, fog,
    spatter, dotted_line, zigzag, canny_edges,
)  # fmt: skip


def corrupt(images: NDArray[np.uint8], corruption: Corruption, seed: int = 0) -> NDArray[np.float32]:
    """Corrupt images, (n, 28, 28) uint8, in one way. Returns (n, 28, 28) float32 in [0, 1]."""
    rng = np.random.default_rng(seed)
    return np.stack([np.clip(corruption(image / np.float32(255), rng), 0, 1) for image in images]).astype(np.float32)


def _affine(image: Image, matrix: ArrayLike, shift: ArrayLike = (0, 0)) -> Image:
    """Map each point p, measured from the middle, to matrix @ p + shift."""
    matrix = np.asarray(matrix, float)
    middle = np.array([13.5, 13.5])
    return cv2.warpAffine(image, np.column_stack([matrix, middle - matrix @ middle + shift]), (28, 28))


def _add_line(image: Image, rng: np.random.Generator, pattern: Pattern) -> Image:
    """Draw a thin bright line across the whole image."""
    start, end = np.array([[-1.0, rng.uniform(4, 24)], [28.0, rng.uniform(4, 24)]])
    way = end - start
    along = np.arange(0, np.hypot(*way), 0.25)
    ahead = way / np.hypot(*way)
    offset, drawn = pattern(along)
    x, y = np.rint(start[:, None] + np.outer(ahead, along) + np.outer(ahead[::-1] * (-1, 1), offset)).astype(int)
    inside = drawn & (x >= 0) & (x < 28) & (y >= 0) & (y < 28)
    line = np.zeros((28, 28), np.float32)
    line[y[inside], x[inside]] = 1
    return np.maximum(image, line if rng.random() < 0.5 else line.T)
