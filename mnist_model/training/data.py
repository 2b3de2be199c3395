"""The whole of MNIST, from a file or from Keras's download, and how it is split.

As a command it writes the test digits that come with the repository:

    python -m mnist_model.training.data --data mnist.npz
"""

import argparse
import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_model.mnist import EXPECTED, SHAPES, TEST_SET, VALIDATION, DataError, Split, check_arrays, read_arrays


class Mnist(NamedTuple):
    """55,000 digits to train on, 5,000 to choose settings by, and 10,000 to measure the finished network by."""

    train: Split
    validation: Split
    test: Split
    sha256: str  # of all 70,000 images and labels

    def first(self, images: int | None) -> "Mnist":
        """Return only the first images of each split, for trying things out; all of them for None."""
        train, validation, test = (
            Split(split.images[:images], split.labels[:images]) for split in (self.train, self.validation, self.test)
        )
        return Mnist(train, validation, test, self.sha256)


def load_mnist(path: str | Path | None = None) -> Mnist:
    """Read MNIST from a file in the layout of Keras's `mnist.npz`, or without one from Keras's own cache or download.

    Raises DataError as `read_arrays` does, or if Keras cannot download it.
    """
    arrays = _download() if path is None else read_arrays(path, SHAPES)
    digest = hashlib.sha256(b"".join(array.tobytes() for array in arrays.values())).hexdigest()
    train, test = Split(arrays["x_train"], arrays["y_train"]), Split(arrays["x_test"], arrays["y_test"])
    return Mnist(
        train=Split(train.images[:-VALIDATION], train.labels[:-VALIDATION]),
        validation=Split(train.images[-VALIDATION:], train.labels[-VALIDATION:]),
        test=test,
        sha256=digest,
    )


def _download() -> dict[str, NDArray[np.uint8]]:
    from keras.datasets import mnist  # slow to import, and not needed for a file

    try:
        (x_train, y_train), (x_test, y_test) = mnist.load_data()
    except Exception as error:  # whatever a network, a proxy or a disk may raise
        raise DataError(f"Keras could not download MNIST ({error}); pass --data FILE, {EXPECTED}") from error
    return check_arrays(
        "Keras's mnist.npz", {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    )


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Write the MNIST test set that comes with this repository.")
    parser.add_argument("--data", type=Path, metavar="FILE", help="mnist.npz; without it, Keras's download and cache")
    test = load_mnist(parser.parse_args(argv).data).test
    np.savez_compressed(TEST_SET, x_test=test.images, y_test=test.labels)
    print(f"{TEST_SET}: {len(test.images):,} digits, {TEST_SET.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
