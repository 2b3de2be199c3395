"""From what the canvas sends to ten probabilities, in one process: our way beside the usual one, on the same drawings.

    python -m benchmarks.pipeline [--repeats 10]

Ours decodes the drawing, redraws it as MNIST's digits were made, and runs LiteRT. The usual way squeezes it to 28x28
and calls Keras's `predict` (benchmarks/pages/usual.py).
"""

import argparse
import base64
import io
import json
import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from PIL import Image

from mnist_model import WEIGHTS, images
from mnist_model.classifier import Classifier
from mnist_model.preprocess import to_mnist
from mnist_model.softmax import softmax
from tests.support.client import SIZE, digit_drawings

TURNS = 3
STEPS = ("the PNG decoded", "redrawn as MNIST's are", "the ten probabilities")


def ours(classifier: Classifier, png: str) -> list[float]:
    """Read a drawing. Returns the times at which it began and at which each of STEPS was done."""
    moments = [time.perf_counter()]
    picture = images.decode_png(png, SIZE)
    moments.append(time.perf_counter())
    digit = to_mnist(picture)
    assert digit is not None
    moments.append(time.perf_counter())
    softmax(classifier.logits(digit[None])[0])
    return [*moments, time.perf_counter()]


def usual(model: keras.Model, png: str) -> list[float]:
    """Read a drawing the usual way. Returns the times at which it began and ended."""
    started = time.perf_counter()
    picture = Image.open(io.BytesIO(base64.b64decode(png.split(",")[1]))).convert("L").resize((28, 28))
    logits = model.predict(np.asarray(picture)[None, ..., None] / 255, verbose=0)[0]
    exponentials = np.exp(logits - logits.max())
    exponentials / exponentials.sum()
    return [started, time.perf_counter()]


def measure(repeats: int) -> dict[str, list[list[float]]]:
    """Read all drawings in both ways, in turns. Returns what `ours` and `usual` returned for each."""
    classifier = Classifier()
    model = keras.models.load_model(WEIGHTS / "textbook" / "lenet5.keras")
    ways: dict[str, Callable[[str], list[float]]] = {
        "ours": lambda png: ours(classifier, png),
        "usual": lambda png: usual(model, png),
    }
    drawings = [json.loads(drawing)["drawing"]["data"] for drawing in digit_drawings()]
    moments: dict[str, list[list[float]]] = {name: [] for name in ways}
    for turn in range(TURNS + 1):
        for name, way in ways.items():
            found = [way(png) for png in repeats * drawings]
            if turn:  # the first one warms up
                moments[name] += found
    return moments


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=10, help="of ten drawings, in each turn")
    moments = measure(parser.parse_args().repeats)
    fast, slow = (1000 * statistics.median(last - first for first, *_, last in moments[way]) for way in moments)
    times = 1000 * np.median(np.diff(moments["ours"]), axis=0)
    print("| median, ms | ours | usual | usual to ours |\n|---|--:|--:|--:|")
    print(f"| canvas bytes to ten probabilities | {fast:.2f} | {slow:.1f} | {slow / fast:.0f} |")
    for step, took in zip(STEPS, times, strict=True):
        print(f"| of that: {step} | {took:.2f} | | |")


if __name__ == "__main__":
    main()
