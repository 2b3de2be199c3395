"""From what the canvas sends to ten probabilities, in process: ours beside the usual way, on the same drawings.

    python -m benchmarks.pipeline [--repeats 10]

Ours decodes the drawing, makes of it what MNIST would have made and asks LiteRT; the usual way squeezes it to 28x28 and
asks Keras's `predict` (benchmarks/pages/usual.py).
"""

import argparse
import base64
import io
import json
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from PIL import Image

from benchmarks.client import SIZE, drawing
from mnist_model import WEIGHTS, images
from mnist_model.classifier import Classifier
from mnist_model.preprocess import to_mnist
from mnist_model.softmax import softmax
from tests.e2e import driver

TURNS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=10, help="of ten drawings, in each turn")
    repeats = parser.parse_args().repeats
    classifier = Classifier()
    model = keras.models.load_model(WEIGHTS / "textbook" / "lenet5.keras")

    def ours(png: str) -> list[float]:
        """Return when each step was done, and before the first one."""
        moments = [time.perf_counter()]
        picture = images.decode_png(png, SIZE)
        moments.append(time.perf_counter())
        digit = to_mnist(picture)
        moments.append(time.perf_counter())
        softmax(classifier.logits(digit[None])[0])
        return [*moments, time.perf_counter()]

    def usual(png: str) -> list[float]:
        started = time.perf_counter()
        picture = Image.open(io.BytesIO(base64.b64decode(png.split(",")[1]))).convert("L").resize((28, 28))
        logits = model.predict(np.asarray(picture)[None, ..., None] / 255, verbose=0)[0]
        exponentials = np.exp(logits - logits.max())
        exponentials / exponentials.sum()
        return [started, time.perf_counter()]

    drawings = [json.loads(drawing(strokes))["drawing"]["data"] for strokes in driver.DIGITS.values()]
    moments: dict[str, list[list[float]]] = {"ours": [], "usual": []}
    for turn in range(TURNS + 1):
        for name, way in (("ours", ours), ("usual", usual)):
            found = [way(png) for png in repeats * drawings]
            if turn:  # the first one warms up
                moments[name] += found

    fast, slow = (1000 * statistics.median(last - first for first, *_, last in moments[way]) for way in moments)
    steps = 1000 * np.median(np.diff(moments["ours"]), axis=0)
    print("| median, ms | ours | usual | usual to ours |\n|---|--:|--:|--:|")
    print(f"| canvas bytes to ten probabilities | {fast:.2f} | {slow:.1f} | {slow / fast:.0f} |")
    for step, took in zip(("the PNG decoded", "redrawn as MNIST's are", "the ten probabilities"), steps, strict=True):
        print(f"| of that: {step} | {took:.2f} | | |")


if __name__ == "__main__":
    main()
