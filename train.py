"""From MNIST to mnist_model/weights, in one command.

    python train.py                    downloads MNIST, trains, writes lenet5.keras, lenet5.tflite and report.json
    python train.py --data mnist.npz   the same from a file in the layout of Keras's mnist.npz

The textbook recipe, with its seed of 0, reads 98.93 % of the MNIST test set after about a minute on two cores.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's notes on its build would drown the progress bars

from mnist_model import WEIGHTS
from mnist_model.data import DataError, load_mnist

FILES = ("lenet5.keras", "lenet5.tflite", "report.json")


@dataclass(frozen=True)
class Recipe:
    """How to train: every setting that changes the result, but for the seed."""

    epochs: int
    batch_size: int
    learning_rate: float  # of Adam


RECIPES = {
    "textbook": Recipe(epochs=5, batch_size=32, learning_rate=1e-3),
}


def train(recipe_name: str, *, data: Path | None, epochs: int | None, seed: int, output: Path) -> None:
    """Train a LeNet-5 in the textbook's eight steps, and write it and its report to `output`.

    Raises DataError if the data is missing or not MNIST.
    """
    recipe = RECIPES[recipe_name]
    epochs = epochs or recipe.epochs
    started = time.perf_counter()

    # 1. Load MNIST: 55,000 images to learn from, 5,000 to watch, 10,000 to test on.
    mnist = load_mnist(data)
    output.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=output).close()  # a folder that cannot be written to says so now, not after training

    import keras  # only now: a wrong file name should not wait for TensorFlow

    from mnist_model.lenet import lenet5

    if keras.backend.backend() != "tensorflow":
        sys.exit(f"train.py: Keras exports to LiteRT with TensorFlow, not with KERAS_BACKEND={keras.backend.backend()}")
    keras.utils.set_random_seed(seed)

    # 2. Reshape to (n, 28, 28, 1), with one channel, and 3. scale the pixels to [0, 1].
    fit_set, validation_set, test_set = (
        (split.images.reshape(-1, 28, 28, 1).astype("float32") / 255, split.labels)
        for split in (mnist.train, mnist.validation, mnist.test)
    )

    # 4. Build LeNet-5.
    model = lenet5()
    model.summary()

    # 5. Compile. The network gives logits and the loss takes logits. Computed together, log(softmax(z)) stays exact
    #    where a softmax of its own would round a small probability to 0; and the temperature needs the logits, since
    #    it divides logits, never probabilities.
    model.compile(
        optimizer=keras.optimizers.Adam(recipe.learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )

    # 6. Fit, with a look at the validation set after each epoch.
    history = model.fit(*fit_set, batch_size=recipe.batch_size, epochs=epochs, validation_data=validation_set).history

    # 7. Evaluate. The test set is looked at here, once, and decides nothing.
    validation = model.evaluate(*validation_set, verbose=0, return_dict=True)
    test = model.evaluate(*test_set, verbose=0, return_dict=True)

    # 8. Print.
    print(f"Test accuracy: {test['accuracy']:.4f}")

    report = {
        "recipe": recipe_name,
        **asdict(recipe),
        "epochs": epochs,
        "seed": seed,
        "parameters": model.count_params(),
        "seconds": round(time.perf_counter() - started, 1),
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in ("numpy", "keras", keras.backend.backend())},
        },
        "data_sha256": mnist.sha256,
        "validation": validation,
        "test": test,
        "history": history,
    }
    write_model(model, report, output)


def write_model(model, report: dict, output: Path) -> None:
    """Write the model for Keras, its forward pass for LiteRT and the report, each whole or not at all."""
    # Made in a folder beside their final place, because a rename is atomic only within a file system.
    with tempfile.TemporaryDirectory(dir=output, prefix=".writing-") as folder:
        keras_file, lite_file, report_file = (Path(folder) / name for name in FILES)
        model.save(keras_file)
        model.export(lite_file, format="litert", verbose=False)
        rounded = json.loads(json.dumps(report), parse_float=lambda number: round(float(number), 6))
        report_file.write_text(json.dumps(rounded, indent=2) + "\n")
        for file in (keras_file, lite_file, report_file):
            file.replace(output / file.name)
    print(f"Wrote {', '.join(FILES)} to {output}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", choices=RECIPES, default="textbook")
    parser.add_argument("--data", type=Path, metavar="FILE", help="mnist.npz; without it, Keras's download and cache")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the recipe's")
    parser.add_argument("--seed", type=int, metavar="N", default=0, help="default: %(default)s")
    parser.add_argument("--output", type=Path, metavar="FOLDER", default=WEIGHTS, help="default: %(default)s")
    options = parser.parse_args()
    if options.epochs is not None and options.epochs < 1:
        parser.error("--epochs must be at least 1")
    if not 0 <= options.seed < 2**32:
        parser.error("--seed must be from 0 to 4294967295")
    try:
        train(options.recipe, data=options.data, epochs=options.epochs, seed=options.seed, output=options.output)
    except (DataError, OSError) as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\ntrain.py: interrupted; no file in {options.output} is half-written", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
