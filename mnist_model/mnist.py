"""MNIST (LeCun, Cortes, Burges; CC BY-SA 3.0) as files hold it, and its test set, which comes with this repository."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TEST_SET = Path(__file__).parent / "mnist_test.npz"
VALIDATION = 5_000  # the last images of the training set choose recipes, temperatures and thresholds

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


def load_test_set(path: str | Path = TEST_SET) -> Split:
    """Read the bundled test set of 10,000 digits. Raises DataError as `read_arrays` does."""
    arrays = read_arrays(path, ["x_test", "y_test"])
    return Split(arrays["x_test"], arrays["y_test"])


def read_arrays(path: str | Path, names: Iterable[str]) -> dict[str, NDArray[np.uint8]]:
    """Read arrays, named as in SHAPES, from a file in the layout of Keras's `mnist.npz`.

    Raises
    ------
    DataError
        If the file is missing or truncated, or its arrays have other names, shapes, types or labels.
    """
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in names}
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist; expected {EXPECTED}") from error
    except Exception as error:  # a foreign file makes NumPy, zipfile and zlib raise a dozen kinds
        raise DataError(f"{path} cannot be read ({error}); expected {EXPECTED}") from error
    return check_arrays(path, arrays)


def check_arrays(source: str | Path, arrays: dict[str, NDArray[np.uint8]]) -> dict[str, NDArray[np.uint8]]:
    """Return the arrays if they have MNIST's shapes, type and labels. Raises DataError, naming `source`, if not."""
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise DataError(f"{source} holds something other than an array as {name}; expected {EXPECTED}")
        if array.shape != SHAPES[name] or array.dtype != np.uint8:
            raise DataError(f"{source} holds {name} {array.shape} {array.dtype}; expected {EXPECTED}")
        if array.ndim == 1 and array.max() > 9:
            raise DataError(f"{source} holds labels up to {array.max()} in {name}; expected 0 to 9")
    return arrays
