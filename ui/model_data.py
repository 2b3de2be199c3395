"""What the page Model shows, loaded or computed once for all sessions: the inside of the network, and its reports."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_model import WEIGHTS
from mnist_model.classifier import ModelFileError
from mnist_model.layers import Layers
from mnist_model.preprocess import to_mnist
from mnist_model.report import (
    DrawingsReport,
    OodScores,
    Report,
    load_drawings_report,
    load_ood_report,
    load_report,
)
from ui.reading import classifier, ready_digit, test_digits

PAIRS = [(1, 0), (1, 2), (2, 5), (3, 8), (4, 7), (6, 9), (7, 1), (9, 9)]


@st.cache_resource(show_spinner=False)
def layers() -> Layers:
    """Return the inside of the network. Raises ModelFileError if it belongs to another one than the classifier's."""
    found, image = Layers(), np.eye(28)[None]
    if not np.allclose(found.activations(image)["logits"], classifier().logits(image), atol=1e-3):
        raise ModelFileError(
            "layers.tflite is of another network than lenet5.tflite; `python train.py --export` makes both again"
        )
    return found


@st.cache_resource(show_spinner=False)
def test_logits() -> NDArray[np.float32]:
    """Return the logits of MNIST's test digits, (n, 10)."""
    return classifier().logits(test_digits().images / np.float32(255))


@st.cache_resource(show_spinner=False)
def reports() -> tuple[Report, Report]:
    """Return the reports of the network trained by the textbook recipe, and of the shipped model."""
    textbook = "python train.py --recipe textbook --output mnist_model/weights/textbook"
    return load_report(WEIGHTS / "textbook", textbook), load_report()


@st.cache_resource(show_spinner=False)
def drawings_report() -> DrawingsReport:
    """Return how well drawings are read, by style and by condition."""
    return load_drawings_report()


@st.cache_resource(show_spinner=False)
def ood_report() -> dict[str, OodScores]:
    """Return how well out-of-distribution input is detected, for each kind of input."""
    return load_ood_report()


@st.cache_resource(show_spinner=False)
def digit_pairs() -> NDArray[np.float32]:
    """Return drawings of two digits at once, as the network sees them, (n, 28, 28)."""
    drawings = [np.hstack([ready_digit(digit, n).picture for digit in pair]) for n, pair in enumerate(PAIRS)]
    preprocessed = [to_mnist(drawing) for drawing in drawings]
    return np.stack([digit for digit in preprocessed if digit is not None])
