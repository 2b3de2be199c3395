"""MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0): where it comes from, and the check that it is what it should be.

python -m mnist_model.data --data mnist.npz      writes mnist_model/mnist_test.npz, the bundled 10,000 test digits
"""

import argparse
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TEST_SET = Path(__file__).parent / "mnist_test.npz"
VALIDATION = 5_000  # the last images of the training set

SHAPES = {
    "x_train": (60_000, 28, 28),
    "y_train": (60_000,),
    "x_test": (10_000, 28, 28),
    "y_test": (10_000,),
}
EXPECTED = "an .npz file with " + ", ".join(f"{name} {shape} uint8" for name, shape in SHAPES.items())


class DataError(RuntimeError):
    """The data set is missing, damaged or not MNIST's shape. The message names the file and what was expected."""


class Split(NamedTuple):
    """Images, (n, 28, 28) uint8, light ink on black, and their labels, (n,) uint8 from 0 to 9."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


class Mnist(NamedTuple):
    """55,000 images to train on, 5,000 to choose by, 10,000 to be looked at once; and what identifies them."""

    train: Split
    validation: Split
    test: Split
    sha256: str


def load_mnist(path: str | Path | None = None) -> Mnist:
    """Read MNIST from a file in the layout of Keras's `mnist.npz`, or else from Keras's own cache or download.

    Raises
    ------
    DataError
        If the file is missing or truncated, or its arrays have other names, shapes, types or labels.
    """
    arrays = _download() if path is None else _read(path, SHAPES)
    digest = hashlib.sha256(b"".join(array.tobytes() for array in arrays.values())).hexdigest()
    train, test = Split(arrays["x_train"], arrays["y_train"]), Split(arrays["x_test"], arrays["y_test"])
    return Mnist(
        train=Split(train.images[:-VALIDATION], train.labels[:-VALIDATION]),
        validation=Split(train.images[-VALIDATION:], train.labels[-VALIDATION:]),
        test=test,
        sha256=digest,
    )


def load_test_set(path: str | Path = TEST_SET) -> Split:
    """Read the bundled test set. Raises DataError as `load_mnist` does."""
    arrays = _read(path, ["x_test", "y_test"])
    return Split(arrays["x_test"], arrays["y_test"])


def _download() -> dict[str, NDArray[np.uint8]]:
    from keras.datasets import mnist  # here, because pages read the test set and must start without Keras

    try:
        (x_train, y_train), (x_test, y_test) = mnist.load_data()
    except Exception as error:  # whatever a network, a proxy or a disk may raise
        raise DataError(f"Keras could not download MNIST ({error}); pass --data FILE, {EXPECTED}") from error
    return _check("Keras's mnist.npz", {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test})


def _read(path: str | Path, names: Iterable[str]) -> dict[str, NDArray[np.uint8]]:
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in names}
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist; expected {EXPECTED}") from error
    except Exception as error:  # a foreign file makes NumPy, zipfile and zlib raise a dozen kinds
        raise DataError(f"{path} cannot be read ({error}); expected {EXPECTED}") from error
    return _check(path, arrays)


def _check(source: str | Path, arrays: dict[str, NDArray]) -> dict[str, NDArray[np.uint8]]:
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise DataError(f"{source} holds something else than an array as {name}; expected {EXPECTED}")
        if array.shape != SHAPES[name] or array.dtype != np.uint8:
            raise DataError(f"{source} holds {name} {array.shape} {array.dtype}; expected {EXPECTED}")
        if array.ndim == 1 and array.max() > 9:
            raise DataError(f"{source} holds labels up to {array.max()} in {name}; expected 0 to 9")
    return arrays


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the MNIST test set that comes with this repository.")
    parser.add_argument("--data", type=Path, help="mnist.npz; without it, Keras's download and cache")
    test = load_mnist(parser.parse_args().data).test
    np.savez_compressed(TEST_SET, x_test=test.images, y_test=test.labels)
    print(f"{TEST_SET}: {len(test.images):,} digits, {TEST_SET.stat().st_size / 1e6:.1f} MB")
