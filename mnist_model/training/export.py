"""The files that a training leaves: the model for Keras, its forward pass and its layers for LiteRT, and the report."""

import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from mnist_model.classifier import ModelFileError
from mnist_model.layers import LAYERS
from mnist_model.mnist import DataError
from mnist_model.report import write_report
from mnist_model.training.data import Mnist
from mnist_model.training.lenet import lenet5
from mnist_model.training.measure import evaluate

FILES = ("lenet5.keras", "lenet5.tflite", "layers.tflite", "report.json")


def export(mnist: Mnist, output: Path) -> None:
    """Load a folder's trained lenet5.keras and make the other files from it. What the report says of training stays.

    Raises DataError if the model was trained on other data, and ModelFileError if the model or its report is damaged or
    missing.
    """
    model_file, report_file = output / "lenet5.keras", output / "report.json"
    remedy = "`python train.py` makes it"
    try:
        report = json.loads(report_file.read_text(encoding="utf-8"))
        trained_with = {name: bool(report.get(name)) for name in ("geometric", "stroke_digits")}
        limit, seed, trained_on = report.get("limit"), report["seed"], report["data_sha256"]
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ModelFileError(f"{report_file} cannot be read ({error}); {remedy}") from error
    model = lenet5()
    try:
        model.set_weights(keras.models.load_model(model_file, compile=False).get_weights())
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        reason, *_ = str(error).split("\n")  # Keras adds pages of configuration
        raise ModelFileError(f"{model_file} cannot be read ({reason}); {remedy}") from error
    if trained_on != mnist.sha256:
        raise DataError(f"the model in {output} was trained on other data than this")
    report.pop("pens", None)  # `evaluation.pens` measured it with the calibration that is found again here
    measured = mnist.first(limit)
    write_model(model, lambda network: report | evaluate(network, measured, **trained_with, seed=seed), output)


def write_model(model: keras.Model, measure: Callable[[Path], dict[str, Any]], output: Path) -> None:
    """Write all of FILES to a folder. If that fails, the folder keeps the files that it had.

    `measure` is given the LiteRT file of the forward pass and returns the report.
    """
    plain = lenet5()  # without the optimizer and the loss of training, so that Keras alone can load the file
    plain.set_weights(model.get_weights())
    # Made in a folder inside the final one, because a rename is atomic only within a file system.
    with tempfile.TemporaryDirectory(dir=output, prefix=".writing-") as folder:
        keras_file, lite_file, layers_file, report_file = files = [Path(folder) / name for name in FILES]
        plain.save(keras_file)
        plain.export(lite_file, format="litert", verbose=False)
        with_all_layers(plain).export(layers_file, format="litert", verbose=False)
        write_report(measure(lite_file), report_file)
        for file in files:
            file.replace(output / file.name)
    print(f"Wrote {', '.join(FILES)} to {output}")


def with_all_layers(model: keras.Model) -> keras.Model:
    """Return the same model with an output at each layer that computes something, named as in mnist_model/layers.py."""
    outputs = [layer.output for layer in model.layers if not isinstance(layer, keras.layers.Flatten)]
    return keras.Model(model.inputs, dict(zip(LAYERS, outputs, strict=True)))


def write_half_precision(model: keras.Model, file: Path) -> None:
    """Write a forward pass for LiteRT with weights of 16 bits, half the usual size."""
    half = {"optimizations": [tf.lite.Optimize.DEFAULT], "target_spec": {"supported_types": [tf.float16]}}
    model.export(file, format="litert", verbose=False, **half)
