"""From a drawing to the 28x28 image that MNIST's authors would have made of it.

LeCun et al. (1998): a digit is scaled to fit a 20x20 box, keeping its aspect ratio, anti-aliased to grey levels, and
shifted so that its centre of mass lies at the centre of 28x28. (In the files that centre is pixel 14 counted from 0,
within half a pixel, on all 10,000 test images.)

One thing is ours. MNIST's pens were much alike: strokes are some 2.5 pixels wide, nine in ten from 1.7 to 4.0. People
who draw here choose pens from hair to marker, so strokes are redrawn nearer to that width. Their centre lines stay.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

FRAME, BOX, CENTRE = 28, 20, 14.5  # in pixels of the result; 14.5 is the middle of pixel 14
STROKE = 2.4  # the median stroke width of MNIST's validation digits, in the same pixels
FINE = 8  # work happens on a grid this many times finer than the result

FAINTEST = 16  # of 255: paper and ink that differ by less are one colour
INK_FROM = 0.3  # a pixel is ink from this share of the strongest contrast on


def to_mnist(image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Find the digit in an image of any size and make of it what MNIST would have made.

    Parameters
    ----------
    image : ndarray of uint8, shape (H, W), (H, W, 3) or (H, W, 4)
        Grey, RGB or RGBA. Ink of any colour on paper of any one other colour, or on none (transparent).

    Returns
    -------
    ndarray, shape (28, 28), float32 in [0, 1], or None
        Light ink on black. None if nothing is drawn.

    Raises
    ------
    ValueError
        If the image has another shape or type.
    """
    ink = _ink(image)
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


def _ink(image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Return how much ink is at each pixel, (h, w) float32 in [0, 1], 0.5 at its edge, cropped to it; None if none."""
    image = np.asarray(image)
    if image.dtype != np.uint8 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (3, 4))):
        raise ValueError(
            f"image must be uint8 of shape (H, W), (H, W, 3) or (H, W, 4), not {image.dtype} of shape {image.shape}"
        )
    if image.size == 0:
        return None
    channels = list(cv2.split(np.ascontiguousarray(image)))
    if len(channels) == 4:
        # Colour weighted by opacity: then black on nothing differs from nothing, and so does white on nothing.
        *colours, alpha = channels
        channels = [cv2.multiply(colour, alpha, scale=1 / 255) for colour in colours] + [alpha]
    # Whatever lies along most of the border is paper; ink is what differs from it, in whichever channel most.
    contrast = np.zeros(image.shape[:2], np.uint8)
    for channel in channels:
        border = np.concatenate([channel[0], channel[-1], channel[:, 0], channel[:, -1]])
        paper = np.full_like(channel, np.median(border))
        contrast = cv2.max(contrast, cv2.absdiff(channel, paper))
    strongest = float(contrast.max())
    if strongest < FAINTEST:
        return None
    rows, columns = _extent(contrast >= INK_FROM * strongest)
    return np.minimum(contrast[rows, columns] / np.float32(2 * INK_FROM * strongest), 1)


def _extent(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Return the rows and the columns between which a mask is true."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return slice(y, y + height), slice(x, x + width)
