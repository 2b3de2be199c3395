"""Synthetic photographs of drawings: paper, light, lens and JPEG."""

import cv2
import numpy as np
from numpy.typing import NDArray


def photograph(
    coverage: NDArray[np.uint8],
    rng: np.random.Generator,
    *,
    width: int = 1200,
    ruled: bool = False,
    shadow: float = 0.5,
    noise: float = 4.0,
    quality: int = 70,
) -> NDArray[np.uint8]:
    """Photograph ink on paper.

    Parameters
    ----------
    coverage : ndarray, (n, n) uint8
        255 where there is ink.
    width : int
        Of the photograph in pixels; it is three quarters as high.
    ruled : bool
        Whether the paper has blue lines.
    shadow : float
        By how much the light falls off towards a corner, from 0 to 1.
    noise : float
        Standard deviation of the sensor's noise, in levels of 255.
    quality : int
        Of the JPEG, from 1 to 100.

    Returns
    -------
    ndarray, (3 * width // 4, width, 3) uint8
        RGB.
    """
    height = 3 * width // 4
    # The drawing somewhere on the sheet, the sheet at a slight angle to the lens.
    side = height * rng.uniform(0.4, 0.8)
    left, top = rng.uniform(0.05, 0.95, 2) * (width - side, height - side)
    corners = np.array([[left, top], [left + side, top], [left + side, top + side], [left, top + side]], np.float32)
    corners += rng.normal(0, 0.02 * side, corners.shape).astype(np.float32)
    n = len(coverage)
    view = cv2.getPerspectiveTransform(np.array([[0, 0], [n, 0], [n, n], [0, n]], np.float32), corners)
    ink = cv2.warpPerspective(coverage, view, (width, height), flags=cv2.INTER_LINEAR)[..., None] / np.float32(255)

    paper = np.full((height, width, 3), rng.uniform(215, 245, 3), np.float32)
    grain = cv2.resize(rng.normal(0, 3, (height // 4, width // 4)).astype(np.float32), (width, height))
    paper += grain[..., None]
    if ruled:
        tilt = rng.uniform(-0.04, 0.04)
        gap = height * rng.uniform(0.08, 0.16)
        for y in np.arange(-height, 2 * height, gap):
            ends = (0, round(y)), (width, round(y + tilt * width))
            cv2.line(paper, *ends, (150, 175, 215), max(1, width // 500), cv2.LINE_AA)
    pen = np.array([rng.uniform(10, 60), rng.uniform(10, 60), rng.uniform(20, 110)], np.float32)
    picture = paper * (1 - ink) + pen * ink

    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    across = np.cos(angle) * columns / width + np.sin(angle) * rows / height
    picture *= (1 - shadow * (across - across.min()) / np.ptp(across))[..., None]
    picture = cv2.GaussianBlur(picture, (0, 0), width / 1200)
    picture += rng.normal(0, noise, picture.shape).astype(np.float32)
    _, file = cv2.imencode(".jpg", np.clip(picture, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)
