"""A drawing in a link: its strokes, simplified and packed into a few hundred characters.

A stroke is its pen's width, its number of points, and the points, a byte for each number; all bytes are in base64. What
a link holds comes from anyone, and is checked like all that the browser sends.
"""

import base64
import binascii
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mnist_model.images import INK
from ui.reading import CANVAS_SIZE
from ui.session import Drawing

LONGEST = 2000  # characters
TOLERANCE = 0.75  # pixels by which a simplified stroke may deviate
GRID = 256 / CANVAS_SIZE  # steps a pixel


class LinkError(ValueError):
    """The drawing does not fit into a link, or the link holds no drawing. The message says why."""


def pack(objects: list[Drawing], known: tuple[str, str] | None = None) -> str:
    """Return a drawing as text for a URL.

    Parameters
    ----------
    objects : list of dict
        As the canvas sends them.
    known : (str, str)
        The source of a picture that may be among them, and the text that `pack` has made of the strokes in it.

    Raises
    ------
    LinkError
        If one of them is neither a pen's stroke nor this picture, or there are too many.
    """
    packed = b""
    for each in objects:
        match each:
            case {"type": "Image", "src": source} if known and source == known[0]:
                packed += _decode(known[1])
            case _:
                packed += _pack_stroke(each)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) > LONGEST:
        raise LinkError("this drawing is too long for a link")
    return text


def unpack(text: str) -> list[Drawing]:
    """Return the objects, as the canvas loads them, that `pack` has packed. Raises LinkError if the text has none."""
    packed = _decode(text)
    objects = []
    while packed:
        width, count, points, packed = packed[0], packed[1:2], packed[2:], b""
        end = 2 * count[0] if count else 0
        if not (width and end and len(points) >= end):
            raise LinkError("the drawing in this link is damaged")
        points, packed = points[:end], points[end:]
        objects.append(_stroke(np.frombuffer(points, np.uint8).reshape(-1, 2) / GRID, width))
    return objects


def _decode(text: str) -> bytes:
    if len(text) > LONGEST:
        raise LinkError("this link is too long")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise LinkError("the drawing in this link is damaged") from error


def _pack_stroke(stroke: Drawing) -> bytes:
    match stroke:
        case {"type": "Path", "path": list() as path, "strokeWidth": int() | float() as width} if 0 < width < 1e6:
            points = _simplify(_flatten(path))
        case _:
            raise LinkError("a link holds what a pen has drawn, and this drawing has a picture in it")
    grid = np.clip(np.rint(points * GRID), 0, 255).astype(np.uint8)
    if len(grid) > 255:
        raise LinkError("this drawing is too long for a link")
    return bytes([min(max(round(width), 1), 255), len(grid), *grid.ravel().tolist()])


def _flatten(path: list[Any]) -> NDArray[np.float32]:
    """Return points along a path of Fabric.js, (n, 2): the ends of its lines and curves, and halfway along a curve."""
    points: list[NDArray[np.float64]] = []
    try:
        for kind, *numbers in path:
            *control, end = np.array(numbers, np.float64).reshape({"M": 1, "L": 1, "Q": 2}[kind], 2)
            points += [(points[-1] + 2 * point + end) / 4 for point in control]
            points.append(end)
        flat = np.array(points, np.float32)
        if np.isfinite(flat).all() and len(flat):
            return flat
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        pass
    raise LinkError("a link holds what a pen has drawn, and this drawing has something else in it")


def _simplify(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the points, of (n, 2), without which a line along them would deviate by more than TOLERANCE."""
    simplified = np.asarray(cv2.approxPolyDP(points, TOLERANCE, closed=False), np.float32).reshape(-1, 2)
    # OpenCV leaves the end out if it is where the start is.
    return simplified if (simplified[-1] == points[-1]).all() else np.vstack([simplified, points[-1:]])


def _stroke(points: NDArray[np.float64], width: int) -> Drawing:
    """Return a stroke along points, (n, 2), as the canvas takes it, its corners rounded where that changes little."""
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    path: list[list[str | float]] = [["M", *points[0]]]
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        halfway = (point + after) / 2
        cut = np.linalg.norm(before - 2 * point + after) / 8  # how far from its corner a rounded line passes
        if cut < 2 * TOLERANCE:
            path.append(["Q", *point, *halfway])
        else:
            path += [["L", *point], ["L", *halfway]]
    path.append(["L", *points[-1]])
    return {
        "type": "Path",
        "path": path,
        "left": (left + right) / 2,
        "top": (top + bottom) / 2,
        "originX": "center",
        "originY": "center",
        "fill": None,
        "stroke": INK,
        "strokeWidth": width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }
