"""The two networks of the lesson (mnist_model/lesson.py), and snapshots of them while they train."""

import json
import math
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from mnist_model.lesson import THRESHOLDS, load_network, snapshot
from mnist_model.mnist import Split
from mnist_model.softmax import one_hot, sigmoid, ten_thresholds
from mnist_model.training.data import Mnist
from mnist_model.training.environment import versions
from mnist_model.training.export import write_half_precision
from mnist_model.training.lenet import lenet5
from mnist_model.training.recipes import RECIPES, Recipe

MOMENTS = (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)  # the steps after which a snapshot is taken; and the last


def train_lesson(mnist: Mnist, *, output: Path, epochs: int | None, seed: int, limit: int | None) -> None:
    """Train the lesson's two networks and write snapshots of them, and a report, to a folder.

    Both follow the textbook recipe, but the second has ten sigmoids and binary cross-entropy. `limit` is the number of
    images of each split to use, None for all of them.
    """
    recipe = RECIPES["textbook"]
    recipe = replace(recipe, epochs=epochs or recipe.epochs)
    started, used = time.perf_counter(), mnist.first(limit)
    last = recipe.epochs * math.ceil(len(used.train.images) / recipe.batch_size)
    steps = [*(step for step in MOMENTS if step < last), last]
    with tempfile.TemporaryDirectory(dir=output, prefix=".writing-") as temporary:
        folder = Path(temporary)
        for kind in ("softmax", "sigmoid"):
            print(f"Training the network with {kind}")
            train_with_snapshots(kind, recipe, used.train, steps=steps, seed=seed, folder=folder)
        report = {
            **asdict(recipe),
            "seed": seed,
            "limit": limit,
            "data_sha256": mnist.sha256,
            "versions": versions(),
            "digits": len(used.test.labels),
            "moments": [measure_moment(folder, step, used.test) for step in steps],
            "seconds": round(time.perf_counter() - started, 1),
        }
        (folder / "report.json").write_text(json.dumps(report) + "\n", encoding="utf-8")
        replace_lesson(folder, output)
    print(f"Wrote {2 * len(steps)} snapshots and report.json to {output}")


def train_with_snapshots(
    kind: str, recipe: Recipe, digits: Split, *, steps: list[int], seed: int, folder: Path
) -> None:
    """Train one network, "softmax" or "sigmoid", and write a snapshot of it to a folder after each of some steps."""
    targets: NDArray[Any]
    if kind == "softmax":
        loss, targets = keras.losses.SparseCategoricalCrossentropy(from_logits=True), digits.labels
    else:
        loss, targets = keras.losses.BinaryCrossentropy(from_logits=True), one_hot(digits.labels, 10)
    keras.utils.set_random_seed(seed)  # the same initial weights for both networks, and the same order of the digits
    model = lenet5()
    model.compile(keras.optimizers.Adam(recipe.learning_rate), loss)

    def take_snapshot(batch: int, logs: dict[str, float]) -> None:
        step = int(model.optimizer.iterations)
        if step in steps:
            write_half_precision(model, folder / snapshot(kind, step))

    model.fit(
        digits.images[..., None].astype("float32") / 255,
        targets,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=take_snapshot)],
    )


def measure_moment(folder: Path, step: int, test: Split) -> dict[str, Any]:
    """Measure both networks after a step, as `lesson.load_lesson` reads it, by the very files that the page loads."""
    logits, sigmoid_logits = (
        load_network(kind, step, folder).logits(test.images / np.float32(255)) for kind in ("softmax", "sigmoid")
    )
    outputs = sigmoid(sigmoid_logits)
    return {
        "step": step,
        "softmax": float((logits.argmax(axis=1) == test.labels).mean()),
        "largest": float((sigmoid_logits.argmax(axis=1) == test.labels).mean()),
        "fired": [ten_thresholds(outputs, test.labels, threshold) for threshold in THRESHOLDS],
    }


def replace_lesson(folder: Path, output: Path) -> None:
    """Move a lesson's files from one folder to another, in place of the older lesson there."""
    # Without its report there is no lesson: the old one goes first and the new one comes last, so that a report never
    # names a missing file.
    for stale in (output / "report.json", *output.glob("softmax-*.tflite"), *output.glob("sigmoid-*.tflite")):
        stale.unlink(missing_ok=True)
    for file in (*folder.glob("*.tflite"), folder / "report.json"):
        file.replace(output / file.name)
