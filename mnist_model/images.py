"""Decode the images that a browser sends (drawings, photographs) and encode those that a page shows."""

import base64
import binascii
import io
import warnings

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

INK, PAPER = "#1d1c1a", "#ffffff"  # colours of the canvas, in the light theme and in the dark one
PNG = "data:image/png;base64,"
LABEL = "handwritten-digit"  # the text field of a PNG that marks it as a saved drawing and holds its name

FORMATS = ("JPEG", "PNG", "WEBP")  # that a photograph may have
LARGEST_PHOTO = 25_000_000  # pixels

# What Pillow warns of depends on the file: a client could have it write line after line into the log.
warnings.filterwarnings("ignore", module=r"PIL\.")


class ImageError(ValueError):
    """The data is not a valid image. The message says what is wrong with it."""


def decode_png(url: object, size: int) -> NDArray[np.uint8]:
    """Decode a `size` x `size` PNG in a data URL, as the canvas sends it. No byte of it is trusted.

    Returns
    -------
    ndarray, shape (size, size, 4), uint8
        RGBA.

    Raises
    ------
    ImageError
        If it is not such a PNG. Its length and its size are checked before anything is decoded.
    """
    if not (isinstance(url, str) and url.startswith(PNG)):
        raise ImageError("the canvas sent something other than a PNG")
    if len(url) > len(PNG) + 8 * size * size:  # 4 bytes a pixel, 4/3 of that in base64, and half again
        raise ImageError(f"the canvas sent {len(url):,} bytes, too many for {size} x {size} pixels")
    try:
        file = base64.b64decode(url[len(PNG) :], validate=True)
    except binascii.Error as error:
        raise ImageError(f"the canvas sent a damaged PNG ({error})") from error
    return decode_canvas(file, size)


def decode_canvas(file: bytes, size: int) -> NDArray[np.uint8]:
    """Decode a `size` x `size` PNG in a file. No byte of it is trusted. Returns and raises as `decode_png` does."""
    return _decode_png(file, size)[0]


def decode_photo(file: bytes) -> NDArray[np.uint8]:
    """Decode a photograph that a user chose. No byte of it is trusted.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        RGB, upright, and at most 1600 pixels on its longer side.

    Raises
    ------
    ImageError
        If it is not an image in one of FORMATS, or larger than LARGEST_PHOTO. This is checked before anything is
        decoded.
    """
    try:
        with Image.open(io.BytesIO(file), formats=FORMATS) as image:
            if image.width * image.height > LARGEST_PHOTO:
                raise ImageError(
                    f"this photo has {image.width * image.height / 1e6:.0f} million pixels, "
                    f"more than {LARGEST_PHOTO // 1_000_000}"
                )
            image.draft("RGB", (1600, 1600))  # lets the JPEG decoder skip detail that is thrown away next
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
    except UnidentifiedImageError as error:
        raise ImageError("this is not a JPEG, PNG or WebP picture") from error
    except Exception as error:  # as in _decode_png
        raise ImageError(f"this picture is damaged ({error})") from error


def encode_drawing(picture: NDArray[np.uint8], name: str) -> bytes:
    """Return a drawing, (H, W, 3) or (H, W, 4) uint8, as a PNG file that holds its name."""
    label = PngImagePlugin.PngInfo()
    label.add_itxt(LABEL, name)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", pnginfo=label)
    return file.getvalue()


def decode_drawing(file: bytes, size: int) -> tuple[NDArray[np.uint8], str]:
    """Decode a file that `encode_drawing` made of a `size` x `size` drawing. No byte of it is trusted.

    Returns
    -------
    picture : ndarray, shape (size, size, 4), uint8
        RGBA.
    name : str

    Raises
    ------
    ImageError
        If it is not such a file.
    """
    if len(file) > 8 * size * size:
        raise ImageError(f"this file has {len(file):,} bytes, too many for a drawing")
    picture, texts = _decode_png(file, size)
    if LABEL not in texts:
        raise ImageError("this picture is not a drawing saved here; the page Draw can read it as a photo")
    return picture, str(texts[LABEL])


def enlarge(digit: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Enlarge a (28, 28) uint8 MNIST digit to ink on paper, (size, size, 3) uint8 RGB, as if drawn on the canvas."""
    enlarged = cv2.resize(digit, (size, size), interpolation=cv2.INTER_CUBIC)
    return _inked(enlarged.astype(np.float32) / np.float32(255))


def on_paper(ink: NDArray[np.float32], size: int) -> NDArray[np.uint8]:
    """Centre ink, (h, w) in [0, 1], on paper, (size, size, 3) uint8 RGB, as if drawn on the canvas."""
    fit = 0.7 * size / max(ink.shape)
    width, height = (max(1, round(side * fit)) for side in reversed(ink.shape))
    resized = cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA if fit < 1 else cv2.INTER_LINEAR)
    left, top = (size - width) // 2, (size - height) // 2
    return _inked(np.pad(resized.astype(np.float32), ((top, size - height - top), (left, size - width - left))))


def png_url(image: NDArray[np.uint8]) -> str:
    """Return a uint8 image, (H, W) grey, (H, W, 2) grey and opacity, or (H, W, 3) RGB, as a PNG in a data URL."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return PNG + base64.b64encode(file.getvalue()).decode()


def pixels_url(digit: NDArray[np.floating], margin: int = 0) -> str:
    """Return an image as a data URL whose pixels a browser shows as crisp squares at any size.

    A browser smooths a PNG when it enlarges it. Inside an SVG, a PNG can turn that off.

    Parameters
    ----------
    digit : ndarray, shape (H, W), in [0, 1] or NaN
        NaN is transparent.
    margin : int
        Width of a transparent margin around the image, in its pixels.
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
    """Arrange pictures, (n, H, W), in rows of `columns`, with a pixel of NaN between them.

    Returns
    -------
    ndarray, shape (rows * (H + 1) - 1, columns * (W + 1) - 1)
        NaN where the last row has no picture.
    """
    n, height, width = pictures.shape
    rows = -(-n // columns)
    plane = np.full((rows, height + 1, columns, width + 1), np.nan)
    for number, picture in enumerate(pictures):
        plane[number // columns, :-1, number % columns, :-1] = picture
    return plane.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]


def _decode_png(file: bytes, size: int) -> tuple[NDArray[np.uint8], dict[str, str]]:
    """Decode a PNG of one size. Returns its pixels, (size, size, 4) RGBA, and its text fields."""
    try:
        with Image.open(io.BytesIO(file), formats=["PNG"]) as image:
            if image.size != (size, size):
                raise ImageError(f"this picture has {image.width} x {image.height} pixels, not {size} x {size}")
            pixels = np.asarray(image.convert("RGBA"))  # decodes everything, also the texts that follow the pixels
            return pixels, image.text if isinstance(image, PngImagePlugin.PngImageFile) else {}
    except ImageError:
        raise
    except UnidentifiedImageError as error:  # whose text has an address in memory
        raise ImageError("this is not a PNG, or a damaged one") from error
    except Exception as error:  # Pillow raises OSError, SyntaxError, ValueError, IndexError and more
        raise ImageError(f"this is not a PNG, or a damaged one ({error})") from error


def _upright(image: Image.Image) -> Image.Image:
    """Turn a photo upright as its EXIF data says, or leave it as it is if that data makes no sense."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # Pillow raises struct.error, TypeError, OverflowError and more for invalid EXIF data
        return image


def _inked(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Paint ink, (H, W) in [0, 1], on paper, (H, W, 3) uint8 RGB."""
    return np.rint((1 - ink[..., None]) * _rgb(PAPER) + ink[..., None] * _rgb(INK)).astype(np.uint8)


def _rgb(colour: str) -> NDArray[np.float32]:
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8).astype(np.float32)
