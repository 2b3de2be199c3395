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

    def ours(png: str) -> np.ndarray:
        return softmax(classifier.logits(to_mnist(images.decode_png(png, SIZE))[None])[0])

    def usual(png: str) -> np.ndarray:
        picture = Image.open(io.BytesIO(base64.b64decode(png.split(",")[1]))).convert("L").resize((28, 28))
        logits = model.predict(np.asarray(picture)[None, ..., None] / 255, verbose=0)[0]
        exponentials = np.exp(logits - logits.max())
        return exponentials / exponentials.sum()

    drawings = [json.loads(drawing(strokes))["drawing"]["data"] for strokes in driver.DIGITS.values()]
    times: dict[str, list[float]] = {"ours": [], "usual": []}
    for turn in range(TURNS + 1):
        for name, way in (("ours", ours), ("usual", usual)):
            for png in repeats * drawings:
                started = time.perf_counter()
                way(png)
                if turn:  # the first one warms up
                    times[name].append(1000 * (time.perf_counter() - started))
    fast, slow = (statistics.median(taken) for taken in times.values())
    print("| median, ms | ours | usual | usual to ours |\n|---|--:|--:|--:|")
    print(f"| canvas bytes to ten probabilities | {fast:.2f} | {slow:.1f} | {slow / fast:.0f} |")


if __name__ == "__main__":
    main()
