import base64
import io
import re
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mnist_model import images
from mnist_model.preprocess import to_mnist

SIZE = 320


def test_an_encoded_picture_is_decoded_to_the_same_pixels():
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
        (None, "something other than a PNG"),
        (7, "something other than a PNG"),
        ("", "something other than a PNG"),
        ("data:image/jpeg;base64,AAAA", "something other than a PNG"),
        (images.PNG, "damaged"),
        (images.PNG + "!!!!", "damaged"),
        (url(b"not an image at all"), "damaged"),
        (url(b"GIF89a" + bytes(100)), "damaged"),
        (url(base64.b64decode(images.png_url(np.zeros((SIZE, SIZE), np.uint8))[22:])[:60]), "damaged"),
        (images.png_url(np.zeros((28, 28), np.uint8)), "28 x 28 pixels, not 320 x 320"),
        (url(bomb(30_000)), "30000 x 30000 pixels|damaged"),
        (images.PNG + "A" * 10_000_000, "10,000,022 bytes, too many"),
    ],
)
def test_anything_but_a_drawing_is_refused(sent, complaint):
    with pytest.raises(images.ImageError, match=complaint):
        images.decode_png(sent, SIZE)


@given(st.binary(max_size=300))
def test_random_bytes_raise_only_image_error(data):
    for content in (data, base64.b64decode(images.png_url(np.zeros((SIZE, SIZE), np.uint8))[22:])[:40] + data):
        with pytest.raises(images.ImageError):
            images.decode_png(url(content), SIZE)


def test_an_enlarged_digit_is_read_as_well_as_the_digit_itself(classifier, test_set):
    """Enlarged to a canvas and brought back to 28x28, test digits are read as well as they are directly."""
    digits, labels = test_set.images[:1000], test_set.labels[:1000]
    seen = np.stack([to_mnist(images.enlarge(digit, SIZE)) for digit in digits])
    accuracy = [np.mean(classifier.logits(x).argmax(axis=1) == labels) for x in (digits / np.float32(255), seen)]
    assert accuracy[1] > accuracy[0] - 0.005
    assert np.abs(seen - digits / 255).mean() < 0.04


def test_an_enlarged_digit_survives_the_browsers_png(test_set):
    picture = images.enlarge(test_set.images[0], SIZE)
    np.testing.assert_array_equal(to_mnist(images.decode_png(images.png_url(picture), SIZE)), to_mnist(picture))


def test_the_svg_of_a_digit_holds_its_exact_pixels(test_set):
    svg = base64.b64decode(images.pixels_url(test_set.images[0] / 255).split(",", 1)[1]).decode()
    assert "image-rendering:pixelated" in svg
    png = svg.split(images.PNG)[1].split('"')[0]
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(png)))), test_set.images[0])


def photo(size=(300, 200), kind="JPEG", colour=(200, 100, 50), **options):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", images.FORMATS)
def test_decodes_photos(kind):
    decoded = images.decode_photo(photo(kind=kind))
    assert decoded.shape == (200, 300, 3)
    np.testing.assert_allclose(decoded.mean(axis=(0, 1)), (200, 100, 50), atol=3)


def test_a_photo_is_turned_upright_as_its_exif_says():
    turned = Image.Exif()
    turned[0x0112] = 6  # a quarter turn
    assert images.decode_photo(photo(exif=turned)).shape == (300, 200, 3)


@pytest.mark.parametrize("tag", [0x0128, 0x0100, 0x011A])
def test_a_photo_with_invalid_exif_is_read(tag):
    def entry(tag, kind, count, value):
        return struct.pack("<HHI4s", tag, kind, count, value)

    quarter_turn, text = entry(0x0112, 3, 1, b"\x06\0\0\0"), entry(tag, 2, 4, b"abc\0")  # text where a number belongs
    entries = sorted([quarter_turn, text], key=lambda entry: int.from_bytes(entry[:2], "little"))
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 2) + b"".join(entries) + bytes(4)
    assert images.decode_photo(photo(exif=exif)).ndim == 3


def test_a_photo_with_sixteen_bits_a_pixel_is_read():
    file = io.BytesIO()
    Image.fromarray(np.linspace(0, 65535, 10_000).reshape(100, 100).astype(np.uint16)).save(file, "PNG")
    decoded = images.decode_photo(file.getvalue())
    assert (decoded.min(), decoded.max()) == (0, 255)
    assert 120 < decoded.mean() < 135


def test_a_large_photo_is_reduced():
    decoded = images.decode_photo(photo(size=(4000, 3000), kind="PNG"))
    assert decoded.shape == (1200, 1600, 3)


def test_transparent_pixels_become_paper():
    file = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(file, "PNG")
    assert (images.decode_photo(file.getvalue()) == 255).all()


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        (b"", "not a JPEG, PNG or WebP"),
        (b"GIF89a" + bytes(100), "not a JPEG, PNG or WebP"),
        (b"%PDF-1.7", "not a JPEG, PNG or WebP"),
        (photo(kind="BMP"), "not a JPEG, PNG or WebP"),
        (photo(kind="PNG")[:90], "damaged"),
        (photo(size=(800, 800))[:700], "damaged"),
        (bomb(20_000), "damaged .*decompression bomb"),
        (bomb(6_000), "36 million pixels, more than 25"),
    ],
)
def test_anything_but_a_photo_is_refused(file, complaint):
    with pytest.raises(images.ImageError, match=complaint):
        images.decode_photo(file)


@given(st.binary(max_size=300), st.sampled_from(images.FORMATS), st.data())
def test_damaged_photos_are_refused_or_decoded(noise, kind, data):
    whole = bytearray(photo(kind=kind))
    at = data.draw(st.integers(0, len(whole)))
    whole[at : at + len(noise)] = noise
    try:
        decoded = images.decode_photo(bytes(whole))
    except images.ImageError:
        return
    assert decoded.ndim == 3


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (500, 20), (40, 60)])
def test_ink_is_centred_on_the_paper(shape):
    placed = images.on_paper(np.ones(shape, np.float32), SIZE)
    assert placed.shape == (SIZE, SIZE, 3)
    rows, columns = np.nonzero(placed[:, :, 0] < 128)
    assert max(np.ptp(rows), np.ptp(columns)) == pytest.approx(0.7 * SIZE, abs=2)
    assert abs(rows.min() + rows.max() - SIZE) <= 2
    assert abs(columns.min() + columns.max() - SIZE) <= 2


@given(st.text(max_size=50))
def test_a_saved_drawing_keeps_its_pixels_and_its_name(name):
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 4), np.uint8)
    if any(0xD800 <= ord(letter) < 0xE000 for letter in name):
        return  # a lone surrogate, which UTF-8 cannot encode
    decoded, read = images.decode_drawing(images.encode_drawing(picture, name), 32)
    np.testing.assert_array_equal(decoded, picture)
    assert read == name


def test_a_file_other_than_a_saved_drawing_is_refused():
    drawing = images.encode_drawing(np.zeros((SIZE, SIZE, 3), np.uint8), "nothing")
    for file, complaint in (
        (b"", "not a PNG"),
        (b"nonsense", "not a PNG"),
        (drawing[:200], "damaged"),
        (images.encode_drawing(np.zeros((SIZE, 9, 3), np.uint8), "narrow"), "9 x 320 pixels, not 320 x 320"),
        (base64.b64decode(images.png_url(np.zeros((SIZE, SIZE), np.uint8))[22:]), "not a drawing saved here"),
        (drawing + bytes(10 * SIZE * SIZE), "too many"),
        (bomb(30_000), "30000 x 30000 pixels|damaged"),
    ):
        with pytest.raises(images.ImageError, match=complaint):
            images.decode_drawing(file, SIZE)


@given(st.data())
def test_damaged_drawings_are_refused_or_decoded(data):
    file = bytearray(images.encode_drawing(np.zeros((SIZE, SIZE, 3), np.uint8), "nothing"))
    for _ in range(data.draw(st.integers(1, 5))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    try:
        picture, name = images.decode_drawing(bytes(file), SIZE)
    except images.ImageError:
        return
    assert picture.shape == (SIZE, SIZE, 4)
    assert isinstance(name, str)


def test_pictures_are_arranged_in_rows_with_a_gap():
    pictures = np.arange(12, dtype=float).reshape(3, 2, 2)
    nan = np.nan
    np.testing.assert_array_equal(
        images.side_by_side(pictures, 2),
        [[0, 1, nan, 4, 5], [2, 3, nan, 6, 7], [nan] * 5, [8, 9, nan, nan, nan], [10, 11, nan, nan, nan]],
    )


def test_nan_is_transparent():
    svg = base64.b64decode(images.pixels_url(np.array([[0, np.nan, 1]])).split(",")[1]).decode()
    png = base64.b64decode(re.search(r'base64,([^"]+)"', svg)[1])
    with Image.open(io.BytesIO(png)) as image:
        assert np.asarray(image.convert("LA")).tolist() == [[[0, 255], [0, 0], [255, 255]]]
