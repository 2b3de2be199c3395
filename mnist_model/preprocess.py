"""Turn a drawing or a photograph of a digit into the 28x28 image that MNIST's authors would have made of it.

LeCun et al. (1998) scaled a digit to fit a 20x20 box, keeping its aspect ratio, anti-aliased it to grey levels, and
shifted it so that its centre of mass is at the centre of 28x28. (In MNIST's files that centre is pixel 14, counted from
0, within half a pixel, in all 10,000 test images.)

This module also changes the stroke width, which they did not. MNIST's strokes are about 2.5 pixels wide, nine in ten
from 1.7 to 4.0. Here people draw with pens of any width, so strokes are redrawn nearer to MNIST's. Their centre lines
stay where they are.
"""

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

FRAME, BOX, CENTRE = 28, 20, 14.5  # in pixels of the result; 14.5 is the middle of pixel 14
STROKE = 2.4  # the median stroke width of MNIST's validation digits, in the same pixels
FINE = 8  # strokes are redrawn on a grid this many times finer than the result

FAINTEST = 16  # least contrast between ink and paper, of 255
INK_FROM = 0.3  # a pixel is ink if its contrast is at least this share of the strongest

PHOTO = 768  # pixels: a photograph is reduced until its longer side has no more
SMALLEST_PHOTO = 64  # pixels: an image with a shorter side below this is a drawing
PALEST = 70  # least contrast of a photographed digit, of 255: paper grain and ruled lines have less
SPECK = 0.05  # least length of a photographed digit, as a share of the photograph's shorter side


def to_mnist(image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Find the digit in an image of any size and convert it to the format of MNIST's images.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W), (H, W, 3) or (H, W, 4)
        Grey, RGB or RGBA. Either a drawing, with ink of any colour on paper of any one other colour or on a transparent
        background; or a photograph or scan of one digit, in which the light may be uneven and the paper ruled.

    Returns
    -------
    ndarray, shape (28, 28), float32 in [0, 1], or None
        Light ink on black. None if the image contains no ink.

    Raises
    ------
    ValueError
        If the image has another shape or type.
    """
    traced = trace(image)
    if traced is None:
        return None

    # The digit on the fine grid, its longer side BOX pixels of the result long.
    fit = FINE * BOX / max(traced.shape)
    size = [max(1, round(side * fit)) for side in reversed(traced.shape)]
    ink = cv2.resize(traced, size, interpolation=cv2.INTER_AREA if fit < 1 else cv2.INTER_LINEAR)
    ink = np.pad(ink, 2 * FINE)  # room for thin strokes to grow
    inside = (ink >= 0.5 * ink.max()).astype(np.uint8)

    # The distance of each point to the outline, in fine pixels, negative inside. Inside a line of width w its mean is
    # -w/4.
    to_paper = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    to_ink = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    outline = to_ink - to_paper + inside - 0.5
    length = FINE * BOX
    width = -4 * outline[inside > 0].mean()

    # Strokes thinner than MNIST's get its width. Thicker ones are brought half the way to it, because a loop or a gap
    # that a marker has filled does not open again. The outline moves out or in, but in by no more than a quarter of the
    # width of the thinnest strokes, which is measured along the ridge of the distance to the paper. `scale` then makes
    # the longer side BOX again.
    stroke = max(STROKE, (width / FINE + STROKE) / 2)
    moved = (stroke * (length - width) / (BOX - stroke) - width) / 2
    ridge = to_paper[(to_paper == cv2.dilate(to_paper, np.ones((3, 3)))) & (inside > 0)]
    moved = max(moved, -2 * np.percentile(ridge, 10) / 4)
    scale = BOX / (length + 2 * moved)
    ink = np.clip(0.5 + moved - outline, 0, 1)

    # Shift the centre of mass to the centre of the frame, but no ink out of the frame, and reduce to its pixels.
    rows, columns = _extent(ink >= 0.5)
    moments = cv2.moments(ink)
    shift = []
    for across, mass in ((columns, moments["m10"]), (rows, moments["m01"])):
        to_centre = CENTRE - scale * (mass / moments["m00"] + 0.5)
        shift.append(np.clip(to_centre, -scale * across.start, max(FRAME - scale * across.stop, -scale * across.start)))
    zoom = FINE * scale
    # Pixel i covers [i, i + 1), but OpenCV's coordinates are those of pixel centres: hence the half pixels.
    place = [[zoom, 0, FINE * shift[0] + (zoom - 1) / 2], [0, zoom, FINE * shift[1] + (zoom - 1) / 2]]
    frame = cv2.warpAffine(ink.astype(np.float32), np.array(place, np.float32), (FINE * FRAME, FINE * FRAME))
    return cv2.resize(frame, (FRAME, FRAME), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def trace(image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Find the ink in an image, the first step of `to_mnist`.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W), (H, W, 3) or (H, W, 4)
        As for `to_mnist`.

    Returns
    -------
    ndarray, shape (h, w), float32, or None
        The amount of ink at each pixel, in [0, 1], 0.5 at the edge of a stroke, cropped to the ink. None if the image
        contains no ink.

    Raises
    ------
    ValueError
        If the image has another shape or type.
    """
    image = np.asarray(image)
    if image.dtype != np.uint8 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (3, 4))):
        raise ValueError(
            f"image must be uint8 of shape (H, W), (H, W, 3) or (H, W, 4), not {image.dtype} of shape {image.shape}"
        )
    if image.size == 0:
        return None
    # An image with an alpha channel, a tiny one, or one with a border of one colour is a drawing. Any other is tried as
    # a photograph, in which whatever touches the border is not part of the digit. But strokes may touch the border of a
    # drawing, too: if nothing is left and most of the border has one colour, it was a drawing after all.
    if (image.ndim == 3 and image.shape[2] == 4) or min(image.shape[:2]) < SMALLEST_PHOTO:
        contrast = _drawn_ink(image)
    else:
        border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        uneven = np.mean(np.abs(border - np.median(border, axis=0)) > FAINTEST)
        photographed = _photographed_ink(image) if uneven else None
        if photographed is None or (uneven <= 0.5 and not photographed.any()):
            contrast = _drawn_ink(image)
        else:
            contrast = photographed
    strongest = float(contrast.max())
    if strongest < FAINTEST:
        return None
    rows, columns = _extent(contrast >= INK_FROM * strongest)
    return np.minimum(contrast[rows, columns] / np.float32(2 * INK_FROM * strongest), 1)


def _drawn_ink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the contrast between ink and paper in a drawing, (H, W) uint8."""
    channels = list(cv2.split(np.ascontiguousarray(image)))
    if len(channels) == 4:
        # Colours are weighted by alpha, and alpha counts as a channel: then ink of any colour, also black or white,
        # differs from a transparent background.
        *channels, alpha = channels
        if alpha.min() < 255:
            channels = [cv2.multiply(colour, alpha, scale=1 / 255) for colour in channels] + [alpha]
    # The median of the border is the paper. The contrast is that of the channel which differs most from it.
    contrast = np.zeros(image.shape[:2], np.uint8)
    for channel in channels:
        border = np.concatenate([channel[0], channel[-1], channel[:, 0], channel[:, -1]])
        np.maximum(contrast, cv2.absdiff(channel, np.full_like(channel, np.median(border))), out=contrast)
    return contrast


def _photographed_ink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the contrast between ink and paper in a photograph: at its digit, and 0 everywhere else.

    The light may be uneven and the paper ruled; specks, shadows and the edge of a table may be in view.

    Returns
    -------
    ndarray, shape (h, w), uint8
        The photograph's shape, reduced until neither side is longer than PHOTO. All 0 if there is no digit.
    """
    height, width = image.shape[:2]
    fit = min(1.0, PHOTO / max(height, width))
    size = (max(1, round(width * fit)), max(1, round(height * fit)))
    channels = cv2.split(cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA))[:3]
    dark, bright = (functools.reduce(extreme, channels) for extreme in (cv2.min, cv2.max))
    # Less than half of the picture is ink. It is darker than the median (a pen on paper) or lighter (chalk on a board),
    # whichever extreme is farther away.
    middle = np.median(dark)
    grey = dark if middle - np.percentile(dark, 0.5) >= np.percentile(bright, 99.5) - middle else 255 - bright

    # Estimate the paper under the ink: a closing with a brush wider than any stroke removes the ink. Dividing by the
    # paper evens out the light.
    small = cv2.resize(grey, (PHOTO // 8, PHOTO // 8), interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), 9)
    paper = cv2.resize(cv2.GaussianBlur(paper, (0, 0), 3), size, interpolation=cv2.INTER_LINEAR)
    contrast = 255 - cv2.divide(cv2.GaussianBlur(grey, (0, 0), 0.8), np.maximum(paper, 1), scale=255)
    # Otsu's threshold, of the pixels that stand out from the grain of the paper.
    grain = 5 * float(np.percentile(contrast, 75))
    standing = contrast[contrast > max(grain, FAINTEST)]
    if standing.size == 0:
        return np.zeros_like(contrast)
    threshold, _ = cv2.threshold(standing, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = (contrast > min(threshold, 0.5 * np.percentile(standing, 95))).astype(np.uint8)

    # Remove ruled lines, which run from side to side, but not where a stroke crosses one.
    lines = np.zeros_like(mask)
    span = min(size)
    found = cv2.HoughLinesP(mask, 1, np.pi / 360, span // 4, minLineLength=0.7 * span, maxLineGap=span // 10)
    for x0, y0, x1, y1 in () if found is None else found.reshape(-1, 4).tolist():
        if abs(x1 - x0) >= 0.75 * size[0] or abs(y1 - y0) >= 0.85 * size[1]:
            cv2.line(lines, (x0, y0), (x1, y1), 1, 7)
    if lines.any():
        left = mask & (1 - lines)
        crossing = cv2.morphologyEx(left, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (11, 11)))
        mask = left | (crossing & lines & mask)

    # The digit is the largest connected piece that the border does not cut, and pieces close to it, such as the
    # separate top stroke of a 5.
    count, pieces, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    x, y, w, h, area = boxes[1:].T
    whole = (x > 0) & (y > 0) & (x + w < size[0]) & (y + h < size[1]) & (np.maximum(w, h) >= SPECK * span)
    if count == 1 or not whole.any():
        return np.zeros_like(contrast)
    main = int(np.argmax(np.where(whole, area, 0)))
    if np.median(contrast[pieces == main + 1]) < PALEST:
        return np.zeros_like(contrast)
    reach = 0.25 * max(w[main], h[main])
    gap_x = np.maximum(np.maximum(x[main] - (x + w), x - (x[main] + w[main])), 0)
    gap_y = np.maximum(np.maximum(y[main] - (y + h), y - (y[main] + h[main])), 0)
    chosen = np.flatnonzero(whole & (np.hypot(gap_x, gap_y) <= reach) & (area >= 0.04 * area[main])) + 1
    near = cv2.dilate(np.isin(pieces, chosen).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(near & ~lines.astype(bool) | np.isin(pieces, chosen), contrast, 0).astype(np.uint8)


def _extent(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Return the rows and the columns between which a mask is true."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return slice(y, y + height), slice(x, x + width)
