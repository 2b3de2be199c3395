"""From a drawing to the 28x28 image that MNIST's authors would have made of it.

LeCun et al. (1998): a digit is scaled to fit a 20x20 box, keeping its aspect ratio, anti-aliased to grey levels, and
shifted so that its centre of mass lies at the centre of 28x28. (In the files that centre is pixel 14 counted from 0,
within half a pixel, on all 10,000 test images.)

One thing is ours. MNIST's pens were much alike: strokes are some 2.5 pixels wide, nine in ten from 1.7 to 4.0. People
who draw here choose pens from hair to marker, so strokes are redrawn nearer to that width. Their centre lines stay.
"""

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

FRAME, BOX, CENTRE = 28, 20, 14.5  # in pixels of the result; 14.5 is the middle of pixel 14
STROKE = 2.4  # the median stroke width of MNIST's validation digits, in the same pixels
FINE = 8  # work happens on a grid this many times finer than the result

FAINTEST = 16  # of 255: paper and ink that differ by less are one colour
INK_FROM = 0.3  # a pixel is ink from this share of the strongest contrast on

PHOTO = 768  # pixels that a photograph's longer side is brought down to
SMALLEST_PHOTO = 64
PALEST = 70  # of 255: what is darker than the paper by less is its grain, or a line that it is ruled with
SPECK = 0.05  # of a photograph's shorter side: what is no longer than that is no digit


def to_mnist(image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Find the digit in an image of any size and make of it what MNIST would have made.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W), (H, W, 3) or (H, W, 4)
        Grey, RGB or RGBA. A drawing: ink of any colour on paper of any one other colour, or on none (transparent). Or a
        photograph or scan of one digit: the light may be uneven and the paper ruled.

    Returns
    -------
    ndarray, shape (28, 28), float32 in [0, 1], or None
        Light ink on black. None if nothing is drawn.

    Raises
    ------
    ValueError
        If the image has another shape or type.
    """
    ink = trace(image)
    if ink is None:
        return None

    # The digit on the fine grid, its longer side BOX pixels of the result long.
    fit = FINE * BOX / max(ink.shape)
    size = [max(1, round(side * fit)) for side in reversed(ink.shape)]
    ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if fit < 1 else cv2.INTER_LINEAR)
    ink = np.pad(ink, 2 * FINE)  # room for thin strokes to grow
    inside = (ink >= 0.5 * ink.max()).astype(np.uint8)

    # How far each point lies from the outline, in fine pixels, negative inside. Inside a line of width w that is -w/4
    # on average.
    to_paper = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    to_ink = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    outline = to_ink - to_paper + inside - 0.5
    length = FINE * BOX
    width = -4 * outline[inside > 0].mean()

    # Thinner pens are brought up to MNIST's width; thicker ones half the way down to it, because what a marker has
    # filled in, a loop or a gap, does not open again. To that end the outline moves out or in, but in by no more than a
    # quarter of the thinnest strokes, found on the ridge where the ink is deepest; the result is then BOX long again.
    stroke = max(STROKE, (width / FINE + STROKE) / 2)
    moved = (stroke * (length - width) / (BOX - stroke) - width) / 2
    ridge = to_paper[(to_paper == cv2.dilate(to_paper, np.ones((3, 3)))) & (inside > 0)]
    moved = max(moved, -2 * np.percentile(ridge, 10) / 4)
    scale = BOX / (length + 2 * moved)
    ink = np.clip(0.5 + moved - outline, 0, 1)

    # Onto the frame, centre of mass on its centre (but no part outside), and down to its pixels.
    rows, columns = _extent(ink >= 0.5)
    moments = cv2.moments(ink)
    shift = []
    for across, mass in ((columns, moments["m10"]), (rows, moments["m01"])):
        to_centre = CENTRE - scale * (mass / moments["m00"] + 0.5)
        shift.append(np.clip(to_centre, -scale * across.start, max(FRAME - scale * across.stop, -scale * across.start)))
    zoom = FINE * scale
    # Pixel i covers [i, i + 1): the half pixels turn OpenCV's pixel centres into such edges and back.
    place = [[zoom, 0, FINE * shift[0] + (zoom - 1) / 2], [0, zoom, FINE * shift[1] + (zoom - 1) / 2]]
    frame = cv2.warpAffine(ink.astype(np.float32), np.float32(place), (FINE * FRAME, FINE * FRAME))
    return cv2.resize(frame, (FRAME, FRAME), interpolation=cv2.INTER_AREA)


def trace(image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Find the ink: how much of it is at each pixel, in [0, 1], 0.5 at its edge, cropped to it; None if there is none.

    Parameters and what is raised are those of `to_mnist`. The result is (h, w) float32.
    """
    image = np.asarray(image)
    if image.dtype != np.uint8 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (3, 4))):
        raise ValueError(
            f"image must be uint8 of shape (H, W), (H, W, 3) or (H, W, 4), not {image.dtype} of shape {image.shape}"
        )
    if image.size == 0:
        return None
    # A canvas has an opacity, or a border of one colour. A scan on such paper may be ruled from edge to edge;
    # but strokes may also cross the edge of a drawing, and then nothing is left once such pieces are taken away.
    if (image.ndim == 3 and image.shape[2] == 4) or min(image.shape[:2]) < SMALLEST_PHOTO:
        contrast = _drawn_ink(image)
    else:
        border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        strange = np.mean(np.abs(border - np.median(border, axis=0)) > FAINTEST)
        contrast = _photographed_ink(image) if strange else None
        if contrast is None or (strange <= 0.5 and not contrast.any()):
            contrast = _drawn_ink(image)
    strongest = float(contrast.max())
    if strongest < FAINTEST:
        return None
    rows, columns = _extent(contrast >= INK_FROM * strongest)
    return np.minimum(contrast[rows, columns] / np.float32(2 * INK_FROM * strongest), 1)


def _drawn_ink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the contrast between ink and paper in a drawing, (H, W) uint8."""
    channels = list(cv2.split(np.ascontiguousarray(image)))
    if len(channels) == 4:
        # Colour weighted by opacity: then black on nothing differs from nothing, and so does white on nothing.
        *channels, alpha = channels
        if alpha.min() < 255:
            channels = [cv2.multiply(colour, alpha, scale=1 / 255) for colour in channels] + [alpha]
    # Whatever lies along most of the border is paper; ink is what differs from it, in whichever channel most.
    contrast = np.zeros(image.shape[:2], np.uint8)
    for channel in channels:
        border = np.concatenate([channel[0], channel[-1], channel[:, 0], channel[:, -1]])
        contrast = cv2.max(contrast, cv2.absdiff(channel, np.full_like(channel, np.median(border))))
    return contrast


def _photographed_ink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the contrast between ink and paper in a photograph, and nothing elsewhere than at the digit.

    The light may fall unevenly, the paper may be ruled; specks, shadows and a table's edge may be in view. The result
    is (h, w) uint8, no larger than PHOTO.
    """
    height, width = image.shape[:2]
    fit = min(1.0, PHOTO / max(height, width))
    size = (max(1, round(width * fit)), max(1, round(height * fit)))
    channels = cv2.split(cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA))[:3]
    dark, bright = (functools.reduce(extreme, channels) for extreme in (cv2.min, cv2.max))
    # Ink is what there is little of: dark on light paper, or chalk on a board.
    middle = np.median(dark)
    grey = dark if middle - np.percentile(dark, 0.5) >= np.percentile(bright, 99.5) - middle else 255 - bright

    # The paper without the ink is what a brush wider than any stroke leaves; relative to it the light is even.
    small = cv2.resize(grey, (PHOTO // 8, PHOTO // 8), interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), 9)
    paper = cv2.resize(cv2.GaussianBlur(paper, (0, 0), 3), size, interpolation=cv2.INTER_LINEAR)
    contrast = 255 - cv2.divide(cv2.GaussianBlur(grey, (0, 0), 0.8), cv2.max(paper, 1), scale=255)
    # Otsu's threshold of what stands out from the grain at all.
    grain = 5 * float(np.percentile(contrast, 75))
    standing = contrast[contrast > max(grain, FAINTEST)]
    if standing.size == 0:
        return np.zeros_like(contrast)
    threshold, _ = cv2.threshold(standing, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = (contrast > min(threshold, 0.5 * np.percentile(standing, 95))).astype(np.uint8)

    # Lines from side to side are ruled. Where a stroke crosses one, it goes on.
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

    # The digit is the largest piece that the picture's edge does not cut, and what lies close to it: a 5's hat.
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
