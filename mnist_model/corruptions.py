"""Fifteen ways to spoil a digit, after MNIST-C (Mu and Gilmer 2019, arXiv:1906.02337), to measure a model by.

They are written from the paper's descriptions, at one strength each. `augment.py`, which training uses, shares no code
with them, but it too has noise, blur, fog, scratches, outlines and parts in negative: the shipped model has seen the
like.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]  # (28, 28), light ink on black, in [0, 1]
Random = np.random.Generator


def shot_noise(image: Image, rng: Random) -> Image:
    return rng.poisson(image * 5) / 5 + rng.poisson(0.02, image.shape)


def impulse_noise(image: Image, rng: Random) -> Image:
    spoilt = rng.random(image.shape)
    return np.where(spoilt < 0.09, 0, np.where(spoilt > 0.91, 1, image))


def glass_blur(image: Image, rng: Random) -> Image:
    """Blurred, each pixel taken from a neighbour twice over, blurred again."""
    image = cv2.GaussianBlur(image, (0, 0), 0.7)
    rows, columns = np.mgrid[0:28, 0:28].astype(np.float32)
    for _ in range(2):
        down, right = rng.integers(-1, 2, (2, 28, 28)).astype(np.float32)
        image = cv2.remap(image, columns + right, rows + down, cv2.INTER_NEAREST)
    return cv2.GaussianBlur(image, (0, 0), 0.7)


def motion_blur(image: Image, rng: Random) -> Image:
    """Smeared over some five pixels, up to 45 degrees from level, more on one side."""
    angle = rng.uniform(-np.pi / 4, np.pi / 4)
    weights = np.exp(-((np.arange(8) / 3) ** 2) / 2)
    rows, columns = np.mgrid[0:28, 0:28].astype(np.float32)
    moved = [
        cv2.remap(
            image, np.float32(columns + k * np.cos(angle)), np.float32(rows + k * np.sin(angle)), cv2.INTER_LINEAR
        )
        for k in range(8)
    ]
    return np.tensordot(weights / weights.sum(), moved, 1)


def shear(image: Image, rng: Random) -> Image:
    return _affine(image, [[1, rng.choice([-0.4, 0.4])], [0, 1]])


def scale(image: Image, rng: Random) -> Image:
    return _affine(image, np.eye(2) * 0.65)


def rotate(image: Image, rng: Random) -> Image:
    angle = rng.choice([-0.4, 0.4])
    return _affine(image, [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def brightness(image: Image, rng: Random) -> Image:
    return image + 0.5


def translate(image: Image, rng: Random) -> Image:
    return _affine(image, np.eye(2), rng.uniform(-4, 4, 2))


def stripe(image: Image, rng: Random) -> Image:
    """A quarter of the width on either side in negative."""
    return np.hstack([1 - image[:, :7], image[:, 7:21], 1 - image[:, 21:]])


def fog(image: Image, rng: Random) -> Image:
    """A plasma fractal over it: random fields, each twice as fine and half as strong as the one before."""
    plasma = sum(
        cv2.resize(rng.random((n, n), dtype=np.float32), (28, 28), interpolation=cv2.INTER_LINEAR) * 2 / n
        for n in (2, 4, 8, 16)
    )
    return (image + 2 * plasma / plasma.max()) / 3


def spatter(image: Image, rng: Random) -> Image:
    drops = cv2.GaussianBlur(rng.normal(0.65, 0.3, image.shape).astype(np.float32), (0, 0), 1.2)
    return image + np.clip((drops - np.quantile(drops, 0.88)) * 8, 0, 0.8)


def dotted_line(image: Image, rng: Random) -> Image:
    """From side to side, or from top to bottom."""
    return _across(image, rng, lambda along: (np.zeros_like(along), along % 4 < 2))


def zigzag(image: Image, rng: Random) -> Image:
    return _across(image, rng, lambda along: (np.abs(along % 6 - 3) * 1.5 - 2, np.ones_like(along, bool)))


def canny_edges(image: Image, rng: Random) -> Image:
    return cv2.Canny(np.rint(image * 255).astype(np.uint8), 100, 200) / 255


CORRUPTIONS: tuple[Callable[[Image, Random], Image], ...] = (
    shot_noise, impulse_noise, glass_blur, motion_blur, shear, scale, rotate, brightness, translate, stripe, fog,
    spatter, dotted_line, zigzag, canny_edges,
)  # fmt: skip


def corrupt(
    images: NDArray[np.uint8], corruption: Callable[[Image, Random], Image], seed: int = 0
) -> NDArray[np.float32]:
    """Spoil images, (n, 28, 28) uint8, in one way. Returns (n, 28, 28) float32 in [0, 1]."""
    rng = np.random.default_rng(seed)
    return np.stack([np.clip(corruption(image / np.float32(255), rng), 0, 1) for image in images]).astype(np.float32)


def _affine(image: Image, matrix, shift=(0, 0)) -> Image:
    """Map each point p, counted from the middle, to matrix @ p + shift."""
    matrix = np.asarray(matrix, float)
    middle = np.array([13.5, 13.5])
    return cv2.warpAffine(image, np.column_stack([matrix, middle - matrix @ middle + shift]), (28, 28))


def _across(image: Image, rng: Random, pattern) -> Image:
    """Draw a thin bright line right across, its offsets and its gaps given by `pattern` for the way gone along it."""
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
