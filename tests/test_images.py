import base64
import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mnist_model import images
from mnist_model.preprocess import to_mnist

SIZE = 320


def test_what_was_encoded_decodes():
    picture = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    decoded = images.decode_png(images.png_url(picture), SIZE)
    assert decoded.shape == (SIZE, SIZE, 4)
    np.testing.assert_array_equal(decoded[:, :, :3], picture)
    assert (decoded[:, :, 3] == 255).all()


def chunk(kind, data):
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def bomb(side):
    """A PNG of side x side black pixels: a gigabyte from a few kilobytes."""
    header = chunk(b"IHDR", side.to_bytes(4) + side.to_bytes(4) + bytes([8, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def url(data):
    return images.PNG + base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        (None, "something else than a PNG"),
        (7, "something else than a PNG"),
        ("", "something else than a PNG"),
        ("data:image/jpeg;base64,AAAA", "something else than a PNG"),
        (images.PNG, "damaged"),
        (images.PNG + "!!!!", "damaged"),
        (url(b"no image at all"), "damaged"),
        (url(b"GIF89a" + bytes(100)), "damaged"),
        (url(base64.b64decode(images.png_url(np.zeros((SIZE, SIZE), np.uint8))[22:])[:60]), "damaged"),
        (images.png_url(np.zeros((28, 28), np.uint8)), "28 x 28 pixels, not 320 x 320"),
        (url(bomb(30_000)), "30000 x 30000 pixels|damaged"),
        (images.PNG + "A" * 10_000_000, "10,000,022 bytes, too many"),
    ],
)
def test_what_is_no_drawing_is_refused(sent, complaint):
    with pytest.raises(images.ImageError, match=complaint):
        images.decode_png(sent, SIZE)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(data):
    for content in (data, base64.b64decode(images.png_url(np.zeros((SIZE, SIZE), np.uint8))[22:])[:40] + data):
        with pytest.raises(images.ImageError):
            images.decode_png(url(content), SIZE)


def test_a_digit_laid_on_the_canvas_is_seen_as_itself(classifier, test_set):
    """Enlarged to a canvas and brought back to 28x28, test digits are read as well as they are directly."""
    digits, labels = test_set.images[:1000], test_set.labels[:1000]
    seen = np.stack([to_mnist(images.enlarge(digit, SIZE)) for digit in digits])
    accuracy = [np.mean(classifier.logits(x).argmax(axis=1) == labels) for x in (digits / np.float32(255), seen)]
    assert accuracy[1] > accuracy[0] - 0.005
    assert np.abs(seen - digits / 255).mean() < 0.04


def test_an_enlarged_digit_survives_the_browsers_png(test_set):
    picture = images.enlarge(test_set.images[0], SIZE)
    np.testing.assert_array_equal(to_mnist(images.decode_png(images.png_url(picture), SIZE)), to_mnist(picture))


def test_the_crisp_image_holds_the_very_pixels(test_set):
    svg = base64.b64decode(images.pixels_url(test_set.images[0] / 255).split(",", 1)[1]).decode()
    assert "image-rendering:pixelated" in svg
    png = svg.split(images.PNG)[1].split('"')[0]
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(png)))), test_set.images[0])
