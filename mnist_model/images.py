"""Images on their way to and from the browser: what the canvas sends, and what a page shows."""

import base64
import binascii
import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, PngImagePlugin

INK, PAPER = "#1d1c1a", "#ffffff"  # of the canvas, in both themes: paper stays white at night
PNG = "data:image/png;base64,"
LABEL = "handwritten-digit"  # marks the file of a drawing, and holds its name

FORMATS = ("JPEG", "PNG", "WEBP")  # of photographs
LARGEST_FILE = 5  # MB
LARGEST_PHOTO = 25_000_000  # pixels


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
        file = base64.b64decode(url[len(PNG) :], validate=True)
    except binascii.Error as error:
        raise ImageError(f"the canvas sent a damaged PNG ({error})") from error
    return _decode_png(file, size)[0]


def decode_photo(file: bytes) -> NDArray[np.uint8]:
    """Decode a photograph that somebody chose, distrusting every byte.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        RGB, turned as the camera was held.

    Raises
    ------
    ImageError
        If it is none, or of another format than FORMATS, or above LARGEST_FILE or LARGEST_PHOTO; these are checked
        before anything is decoded.
    """
    if len(file) > LARGEST_FILE * 1_000_000:
        raise ImageError(f"this file has {len(file) / 1e6:.1f} MB, more than {LARGEST_FILE}")
    try:
        with Image.open(io.BytesIO(file), formats=FORMATS) as image:
            if image.width * image.height > LARGEST_PHOTO:
                raise ImageError(
                    f"this photo has {image.width * image.height / 1e6:.0f} million pixels, "
                    f"more than {LARGEST_PHOTO // 1_000_000}"
                )
            image.draft("RGB", (1600, 1600))  # a JPEG is decoded no finer than it need be
            image.thumbnail((1600, 1600))
            if image.mode.startswith(("I", "F")):  # more than 8 bits a pixel
                levels = np.asarray(image, np.float32)
                upright = Image.fromarray(np.uint8(255 * levels / max(levels.max(), 1)))
            else:
                upright = _upright(image)
            upright = upright.convert("RGBA")
            return np.asarray(Image.alpha_composite(Image.new("RGBA", upright.size, PAPER), upright).convert("RGB"))
    except ImageError:
        raise
    except Image.UnidentifiedImageError as error:
        raise ImageError("this is no JPEG, PNG or WebP picture") from error
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise ImageError(f"this picture is damaged ({error})") from error


def encode_drawing(picture: NDArray[np.uint8], name: str) -> bytes:
    """Return a drawing, (H, W, 3) or (H, W, 4) uint8, as a PNG file that knows its name."""
    label = PngImagePlugin.PngInfo()
    label.add_itxt(LABEL, name)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", pnginfo=label)
    return file.getvalue()


def decode_drawing(file: bytes, size: int) -> tuple[NDArray[np.uint8], str]:
    """Decode a `size` x `size` drawing that `encode_drawing` made a file of, distrusting every byte.

    Returns
    -------
    picture : ndarray, shape (size, size, 4), uint8
        RGBA.
    name : str

    Raises
    ------
    ImageError
        If it is no such file.
    """
    if len(file) > 8 * size * size:
        raise ImageError(f"this file has {len(file):,} bytes, too many for a drawing")
    picture, texts = _decode_png(file, size)
    if LABEL not in texts:
        raise ImageError("this picture is not a drawing saved here; on the page Draw it may go in as a photo")
    return picture, str(texts[LABEL])


def enlarge(digit: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return a 28x28 MNIST digit as ink on paper, (size, size, 3) uint8 RGB, as if drawn on the canvas."""
    return _inked(cv2.resize(digit, (size, size), interpolation=cv2.INTER_CUBIC) / np.float32(255))


def on_paper(ink: NDArray[np.float32], size: int) -> NDArray[np.uint8]:
    """Return ink, (h, w) in [0, 1], in the middle of paper, (size, size, 3) uint8 RGB, as if drawn on the canvas."""
    fit = 0.7 * size / max(ink.shape)
    width, height = (max(1, round(side * fit)) for side in reversed(ink.shape))
    ink = cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA if fit < 1 else cv2.INTER_LINEAR)
    left, top = (size - width) // 2, (size - height) // 2
    return _inked(np.pad(ink, ((top, size - height - top), (left, size - width - left))))


def png_url(image: NDArray[np.uint8]) -> str:
    """Return an image, (H, W) or (H, W, 3) uint8, or (H, W, 2) of grey and opacity, as a PNG in a data URL."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return PNG + base64.b64encode(file.getvalue()).decode()


def pixels_url(digit: NDArray[np.floating], margin: int = 0) -> str:
    """Return an image, (H, W) in [0, 1], as a data URL that shows its pixels as crisp squares at any size.

    Where there is no number, NaN, it is transparent; and so is the margin around it, which is given in pixels.

    A PNG would be smoothed by the browser as it is enlarged. Inside an SVG it can say that it must not be.
    """
    height, width = digit.shape
    gaps = np.isnan(digit)
    levels = np.rint(np.where(gaps, 0, digit) * 255).astype(np.uint8)
    png = png_url(np.dstack([levels, np.where(gaps, np.uint8(0), np.uint8(255))]) if gaps.any() else levels)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-margin} {-margin} {width + 2 * margin} '
        f'{height + 2 * margin}">'
        f'<image href="{png}" width="{width}" height="{height}" style="image-rendering:pixelated"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def side_by_side(pictures: NDArray[np.floating], columns: int) -> NDArray[np.floating]:
    """Lay pictures, (n, H, W), out in rows, with a pixel of NaN between them."""
    n, height, width = pictures.shape
    rows = -(-n // columns)
    plane = np.full((rows, height + 1, columns, width + 1), np.nan)
    for number, picture in enumerate(pictures):
        plane[number // columns, :-1, number % columns, :-1] = picture
    return plane.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]


def _decode_png(file: bytes, size: int) -> tuple[NDArray[np.uint8], dict[str, str]]:
    """Decode a PNG of one size; its pixels, as RGBA, and its texts."""
    try:
        with Image.open(io.BytesIO(file), formats=["PNG"]) as image:
            if image.size != (size, size):
                raise ImageError(f"this picture has {image.width} x {image.height} pixels, not {size} x {size}")
            return np.asarray(image.convert("RGBA")), image.text
    except ImageError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageError(f"this is no PNG, or a damaged one ({error})") from error


def _upright(image: Image.Image) -> Image.Image:
    """Turn a photo as the camera was held, if what the camera wrote of that makes sense."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # whatever Pillow raises at senseless EXIF: struct.error, TypeError, OverflowError, ...
        return image


def _inked(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint((1 - ink[..., None]) * _rgb(PAPER) + ink[..., None] * _rgb(INK)).astype(np.uint8)


def _rgb(colour: str) -> NDArray[np.float32]:
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8).astype(np.float32)
