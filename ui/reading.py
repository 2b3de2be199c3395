"""What the network reads: a visitor's drawing, and ready digits from MNIST's test set.

The network and what it needs are loaded once for all sessions. A file that could not be loaded is tried again the next
time: a repaired one needs no restart.
"""

import base64
import functools
import logging
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_model import images
from mnist_model.classifier import Classifier, ModelFileError
from mnist_model.mnist import Split, load_test_set
from mnist_model.preprocess import to_mnist
from mnist_model.report import Calibration, load_calibration
from mnist_model.softmax import softmax

CANVAS_SIZE = 320  # pixels a side: fits a phone's width

LOG = logging.getLogger(__name__)


class Reading(NamedTuple):
    """A drawing, and what the network makes of it."""

    png: str  # the drawing, CANVAS_SIZE x CANVAS_SIZE, in a data URL: a fiftieth of the memory of its pixels
    digit: NDArray[np.float32]  # (28, 28), in [0, 1]: what the network sees
    logits: NDArray[np.float32]  # (10,)

    @property
    def winner(self) -> int:
        """The digit with the highest score."""
        return int(self.logits.argmax())

    @property
    def picture(self) -> NDArray[np.uint8]:
        """The drawing's pixels, (CANVAS_SIZE, CANVAS_SIZE, 4) RGBA."""
        return images.decode_png(self.png, CANVAS_SIZE)


@st.cache_resource(show_spinner=False)
def classifier() -> Classifier:
    """The network. Raises ModelFileError if its file is missing or damaged."""
    return Classifier()


def calibration() -> Calibration | None:
    """The calibrated temperature and the threshold of "not a digit"; None, and a line in the log, without a report."""
    try:
        return _load_calibration()
    except ModelFileError as error:
        _warn_once(str(error))
        return None


@st.cache_resource(show_spinner=False)
def _load_calibration() -> Calibration:
    return load_calibration()


@functools.lru_cache(maxsize=16)
def _warn_once(message: str) -> None:
    LOG.warning("%s", message)


def read(png: object) -> Reading | None:
    """Read a drawing, as the canvas sends it: a PNG in a data URL.

    Returns None if it has no ink. Raises ImageError if it is not a PNG of the canvas's size.
    """
    # Drawing the strokes here from their coordinates, instead of decoding the canvas's PNG, was slower (4.2 ms against
    # 0.7 ms) and read one of 1,000 drawings differently.
    digit = to_mnist(images.decode_png(png, CANVAS_SIZE))
    return None if digit is None else Reading(str(png), digit, classifier().logits(digit[None])[0])


def preview(file: bytes) -> dict[str, Any]:
    """Read a drawing that is not finished. Returns `as_json`, with None for both without ink. Raises ImageError.

    Parameters
    ----------
    file : bytes
        A PNG of the canvas.
    """
    digit = to_mnist(images.decode_canvas(file, CANVAS_SIZE))
    return {"digit": None, "logits": None} if digit is None else as_json(digit, classifier().logits(digit[None])[0])


def as_json(digit: NDArray[np.float32], logits: NDArray[np.float32]) -> dict[str, Any]:
    """Return what the browser needs of a reading: the 784 grey levels, a byte each in base64, and the ten logits."""
    levels = np.rint(255 * digit).astype(np.uint8)
    return {"digit": base64.b64encode(levels.tobytes()).decode(), "logits": logits.tolist()}


@st.cache_resource(show_spinner=False)
def test_digits() -> Split:
    """MNIST's 10,000 test digits. Raises DataError if their file is missing or damaged."""
    return load_test_set()


@st.cache_resource(show_spinner=False, max_entries=100)
def ready_digit(digit: int, number: int = 0) -> Reading:
    """A test digit, read: the first of its kind, or the one that many further on. Raises DataError."""
    digits, labels = test_digits()
    kind = np.flatnonzero(labels == digit)
    return _read_ink(digits[kind[number % len(kind)]])


@st.cache_resource(show_spinner=False)
def four_or_nine() -> Reading:
    """Of the test digits that may be a 4 or a 9, the one that the network is most undecided about. Raises DataError."""
    digits, labels = test_digits()
    kind = digits[(labels == 4) | (labels == 9)]
    p = softmax(classifier().logits(kind / np.float32(255)))
    most_undecided = p[:, [4, 9]].min(axis=1).argsort()[-20:]
    # Enlarged to the canvas and read from it, a digit is not quite the same, and so they are compared as they are read.
    return max((_read_ink(kind[number]) for number in most_undecided), key=lambda reading: _doubt(reading.logits))


def _doubt(logits: NDArray[np.float32]) -> float:
    """How undecided the network is between a 4 and a 9: the smaller of their probabilities."""
    return float(softmax(logits)[[4, 9]].min())


def _read_ink(digit: NDArray[np.uint8]) -> Reading:
    reading = read(images.png_url(images.enlarge(digit, CANVAS_SIZE)))
    assert reading is not None, "every test digit has ink"
    return reading
