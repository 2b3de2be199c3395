"""From MNIST to mnist_model/weights, in one command.

    python train.py                    downloads MNIST, trains, writes lenet5.keras, lenet5.tflite and report.json
    python train.py --data mnist.npz   the same from a file in the layout of Keras's mnist.npz

The textbook recipe takes a minute or two on two cores and reads 98.5 to 99 % of the MNIST test set.
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's notes on its build drown the progress bars

from mnist_model import WEIGHTS
from mnist_model.data import DataError, Split, load_mnist


@dataclass(frozen=True)
class Recipe:
    """How to train. Every setting that changes the result is here."""

    epochs: int
    batch_size: int
    learning_rate: float


RECIPES = {
    #                    epochs  batch  Adam's learning rate
    "textbook": Recipe(5, 32, 1e-3),
}


def train(recipe_name: str, *, data: Path | None, epochs: int | None, seed: int, output: Path) -> dict:
    """Train, evaluate and write a LeNet-5; return the report that lies beside it.

    The eight steps of the textbook, in its order. Raises DataError if the data is not MNIST.
    """
    recipe = RECIPES[recipe_name]
    epochs = epochs or recipe.epochs
    started = time.perf_counter()

    # 1. Load MNIST.
    mnist = load_mnist(data)

    import keras  # after the data: a wrong file name should not wait for TensorFlow

    from mnist_model.lenet import lenet5

    keras.utils.set_random_seed(seed)

    # 2. Give the images a channel axis and scale the pixels to [0, 1].
    def prepare(split: Split):
        return split.images[..., None].astype("float32") / 255, split.labels

    # 3. Build LeNet-5.
    model = lenet5()
    model.summary()

    # 4. Compile. The loss takes logits, as the network gives them: log(softmax(z)) in one step is exact where
    #    log(p) of a p rounded to 0 is not, and the network stays one whose logits a temperature can divide.
    model.compile(
        optimizer=keras.optimizers.Adam(recipe.learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )

    # 5. Fit, watching images that the network does not learn from.
    history = model.fit(
        *prepare(mnist.train),
        batch_size=recipe.batch_size,
        epochs=epochs,
        validation_data=prepare(mnist.validation),
    ).history

    # 6. Evaluate, on the test set once, at the end.
    validation = model.evaluate(*prepare(mnist.validation), verbose=0, return_dict=True)
    test = model.evaluate(*prepare(mnist.test), verbose=0, return_dict=True)
    print(f"Test accuracy: {test['accuracy']:.4f}")

    # 7. Report.
    report = {
        "recipe": recipe_name,
        "seed": seed,
        "epochs": epochs,
        "batch_size": recipe.batch_size,
        "learning_rate": recipe.learning_rate,
        "parameters": model.count_params(),
        "seconds": round(time.perf_counter() - started, 1),
        "versions": {
            "python": ".".join(map(str, sys.version_info[:3])),
            **{name: importlib.metadata.version(name) for name in ("numpy", "keras", keras.backend.backend())},
        },
        "data_sha256": mnist.sha256,
        "validation": validation,
        "test": test,
        "history": history,
    }

    # 8. Save: the whole model for Keras, its forward pass for the page, and the report.
    write_model(model, report, output)
    return report


def write_model(model, report: dict, output: Path) -> None:
    """Write the three files, each whole or not at all: a name in `output` never holds half a model."""
    output.mkdir(parents=True, exist_ok=True)
    # Beside their final place, because a rename is only atomic within one file system.
    with tempfile.TemporaryDirectory(dir=output, prefix=".writing-") as folder:
        new = Path(folder)
        model.save(new / "lenet5.keras")
        model.export(new / "lenet5.tflite", format="litert", verbose=False)
        (new / "report.json").write_text(json.dumps(report, indent=2) + "\n")
        for name in ("lenet5.keras", "lenet5.tflite", "report.json"):
            os.replace(new / name, output / name)
    print(f"Wrote {output}/lenet5.keras, lenet5.tflite and report.json")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", choices=RECIPES, default="textbook")
    parser.add_argument("--data", type=Path, help="mnist.npz; without it, Keras's download and cache")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=WEIGHTS, help="folder of the files (default: %(default)s)")
    options = parser.parse_args()
    if options.epochs is not None and options.epochs < 1:
        parser.error("--epochs must be at least 1")
    try:
        train(options.recipe, data=options.data, epochs=options.epochs, seed=options.seed, output=options.output)
    except DataError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ntrain.py: interrupted; the model files are as they were", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
