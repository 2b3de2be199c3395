"""Images on their way to and from the browser: what the canvas sends, and what a page shows."""

import base64
import binascii
import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

INK, PAPER = "#1d1c1a", "#ffffff"  # of the canvas, in both themes: paper stays white at night
PNG = "data:image/png;base64,"


class ImageError(ValueError):
    """What should have been an image is none. The message says what is wrong with it."""


def decode_png(url: object, size: int) -> NDArray[np.uint8]:
    """Decode a `size` x `size` PNG in a data URL, as the canvas sends it, distrusting every byte.

    Returns
    -------
    ndarray, shape (size, size, 4), uint8
        RGBA.

    Raises
    ------
    ImageError
        If it is no such thing. Its length and its size are checked before anything is decoded.
    """
    if not (isinstance(url, str) and url.startswith(PNG)):
        raise ImageError("the canvas sent something else than a PNG")
    if len(url) > len(PNG) + 8 * size * size:  # base64 of as many bytes as the pixels themselves, and half again
        raise ImageError(f"the canvas sent {len(url):,} bytes, too many for {size} x {size} pixels")
    try:
        with Image.open(io.BytesIO(base64.b64decode(url[len(PNG) :], validate=True)), formats=["PNG"]) as image:
            if image.size != (size, size):
                raise ImageError(f"the canvas sent {image.width} x {image.height} pixels, not {size} x {size}")
            return np.asarray(image.convert("RGBA"))
    except ImageError:
        raise
    except (binascii.Error, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageError(f"the canvas sent a damaged PNG ({error})") from error


def enlarge(digit: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return a 28x28 MNIST digit as ink on paper, (size, size, 3) uint8 RGB, as if drawn on the canvas."""
    ink = cv2.resize(digit, (size, size), interpolation=cv2.INTER_CUBIC)[..., None] / np.float32(255)
    return np.rint((1 - ink) * _rgb(PAPER) + ink * _rgb(INK)).astype(np.uint8)


def png_url(image: NDArray[np.uint8]) -> str:
    """Return an image, (H, W) or (H, W, 3) uint8, as a PNG in a data URL."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return PNG + base64.b64encode(file.getvalue()).decode()


def pixels_url(digit: NDArray[np.floating]) -> str:
    """Return a (28, 28) image in [0, 1] as a data URL that shows its pixels as crisp squares at any size.

    A PNG would be smoothed by the browser as it is enlarged. Inside an SVG it can say that it must not be.
    """
    height, width = digit.shape
    png = png_url(np.rint(digit * 255).astype(np.uint8))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image href="{png}" width="{width}" height="{height}" style="image-rendering:pixelated"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _rgb(colour: str) -> NDArray[np.float32]:
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8).astype(np.float32)
