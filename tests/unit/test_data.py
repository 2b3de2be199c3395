import hashlib
import zipfile

import numpy as np
import pytest

from mnist_model.mnist import SHAPES, VALIDATION, DataError, load_test_set
from mnist_model.training.data import load_mnist


@pytest.fixture(scope="module")
def arrays():
    """Zeros in the shape of MNIST; the loader looks at shapes, types and labels, not at handwriting."""
    arrays = {name: np.zeros(shape, np.uint8) for name, shape in SHAPES.items()}
    arrays["x_train"][-VALIDATION] = 1
    return arrays


def saved(folder, arrays, **changes):
    path = folder / "mnist.npz"
    np.savez(path, **{name: array for name, array in (arrays | changes).items() if array is not None})
    return path


def test_the_bundled_digits_are_mnists_own(test_set):
    """Against the published sha256 of the IDX files: a header of big-endian sizes, then the bytes of the array."""
    images = bytes.fromhex("00000803 00002710 0000001c 0000001c") + test_set.images.tobytes()
    labels = bytes.fromhex("00000801 00002710") + test_set.labels.tobytes()
    assert hashlib.sha256(images).hexdigest() == "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
    assert hashlib.sha256(labels).hexdigest() == "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"


def test_the_validation_set_is_the_last_5000_training_images(tmp_path, arrays):
    mnist = load_mnist(saved(tmp_path, arrays))
    assert [len(split.images) for split in mnist[:3]] == [55_000, 5_000, 10_000]
    assert [len(split.labels) for split in mnist[:3]] == [55_000, 5_000, 10_000]
    assert not mnist.train.images.any()
    assert mnist.validation.images[0].all()


def test_the_first_images_of_each_split_can_be_had(tmp_path, arrays):
    mnist = load_mnist(saved(tmp_path, arrays))
    few = mnist.first(7_000)
    assert [len(split.images) for split in few[:3]] == [len(split.labels) for split in few[:3]] == [7_000, 5_000, 7_000]
    assert few.validation.images[0].all()
    assert few.sha256 == mnist.sha256
    assert [len(split.images) for split in mnist.first(None)[:3]] == [55_000, 5_000, 10_000]


def test_the_sha256_is_of_the_arrays_not_of_the_file(tmp_path, arrays):
    plain = load_mnist(saved(tmp_path, arrays)).sha256
    np.savez_compressed(tmp_path / "compressed.npz", **arrays)
    assert load_mnist(tmp_path / "compressed.npz").sha256 == plain
    other = arrays | {"y_test": np.ones(10_000, np.uint8)}
    assert load_mnist(saved(tmp_path, other)).sha256 != plain


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"x_train": None}, "x_train is not a file in the archive"),
        ({"x_train": np.zeros((60_000, 32, 32), np.uint8)}, r"x_train \(60000, 32, 32\) uint8"),
        ({"x_test": np.zeros((10_000, 28, 28), np.float32)}, r"x_test \(10000, 28, 28\) float32"),
        ({"y_train": np.zeros(59_999, np.uint8)}, r"y_train \(59999,\) uint8"),
        ({"y_test": np.full(10_000, 10, np.uint8)}, "labels up to 10 in y_test; expected 0 to 9"),
        ({"y_test": np.array([{}] * 10_000, object)}, "cannot be read"),
        ({"y_test": np.array([], np.uint8)}, r"y_test \(0,\) uint8"),
    ],
)
def test_a_wrong_file_is_named_in_one_line(tmp_path, arrays, changes, complaint):
    with pytest.raises(DataError, match=complaint) as raised:
        load_mnist(saved(tmp_path, arrays, **changes))
    message = str(raised.value)
    assert "mnist.npz" in message
    assert "expected" in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 and no more", b"\x93NUMPY"])
def test_a_file_that_is_not_an_archive_is_named_in_one_line(tmp_path, content):
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"mnist\.npz cannot be read .* expected an \.npz file with x_train"):
        load_mnist(path)


def test_an_array_without_an_archive_is_named_in_one_line(tmp_path):
    np.save(tmp_path / "mnist.npy", np.zeros((60_000, 28, 28), np.uint8))
    with pytest.raises(DataError, match=r"mnist\.npy cannot be read"):
        load_mnist(tmp_path / "mnist.npy")


def test_an_archive_of_other_things_is_named_in_one_line(tmp_path):
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w") as archive:
        for name in SHAPES:
            archive.writestr(name, b"hello")
    with pytest.raises(DataError, match=r"mnist\.npz holds something other than an array as x_train"):
        load_mnist(tmp_path / "mnist.npz")


def test_a_truncated_file_is_named_in_one_line(tmp_path, arrays):
    path = saved(tmp_path, arrays)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"mnist\.npz cannot be read"):
        load_mnist(path)


def test_a_missing_file_is_named_in_one_line(tmp_path):
    with pytest.raises(DataError, match=r"none\.npz does not exist; expected"):
        load_test_set(tmp_path / "none.npz")
