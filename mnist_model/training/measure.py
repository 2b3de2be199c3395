"""What a finished network scores, measured with the LiteRT file that the page loads.

Nothing here imports Keras, so that worker processes start fast.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_model import calibration
from mnist_model.classifier import Classifier
from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.mnist import Split
from mnist_model.softmax import energy, softmax
from mnist_model.training.augment import augment, stroke_digit
from mnist_model.training.data import Mnist
from mnist_model.training.environment import in_processes

PASS_AS_DIGITS = 0.98  # the share of digits whose energy is below the threshold

Logits = Callable[[NDArray[np.floating]], NDArray[np.floating]]  # (n, 28, 28) images in [0, 1] -> (n, 10) logits


def evaluate(network: Path, mnist: Mnist, *, geometric: bool, stroke_digits: bool, seed: int) -> dict[str, Any]:
    """Measure a network, as `report.json` has it. MNIST's test set decides nothing.

    Parameters
    ----------
    network : Path
        A LiteRT file of the forward pass.
    geometric : bool
        Whether the network was trained with geometric augmentation.
    stroke_digits : bool
        Whether it was trained with digits in pen strokes.
    seed : int
        Of the augmented digits and the stroke digits with which temperature and threshold are found.
    """
    logits = Classifier(network).logits
    validation, test = (logits(split.images / np.float32(255)) for split in (mnist.validation, mnist.test))
    labels = mnist.test.labels
    temperature = calibrated_temperature(logits, mnist.validation, geometric=geometric, seed=seed)
    corrupted = read_corrupted(network, mnist.test.images)
    all_corrupted, all_labels = np.concatenate(list(corrupted.values())), np.tile(labels, len(corrupted))
    report: dict[str, Any] = {
        "temperature": temperature,
        "energy_threshold": energy_threshold(logits, mnist.validation, stroke_digits=stroke_digits, seed=seed),
        "validation": calibration.summary(validation, mnist.validation.labels, temperature),
        "test": calibration.summary(test, labels, temperature),
        "corruptions": {name: calibration.summary(found, labels, temperature) for name, found in corrupted.items()},
        "corrupted": calibration.summary(all_corrupted, all_labels, temperature),
        "reliability": {
            when: reliability_bins(softmax(all_corrupted, t), all_labels)
            for when, t in (("before", 1.0), ("after", temperature))
        },
    }
    print(f"Test accuracy: {report['test']['accuracy']:.4f}, corrupted: {report['corrupted']['accuracy']:.4f}")
    return report


def calibrated_temperature(logits: Logits, validation: Split, *, geometric: bool, seed: int) -> float:
    """Find the calibrated temperature on the validation digits; with geometric augmentation, on 8 versions of each.

    Of the plain digits too few are misread: on one half of them the temperature came out 10% higher than on the other.
    """
    rng = np.random.default_rng(seed)
    copies = 8 if geometric else 1
    images, labels = np.tile(validation.images, (copies, 1, 1)), np.tile(validation.labels, copies)
    augmented = np.stack([augment(image, rng, clean=True, geometric=geometric) for image in images])
    return calibration.best_temperature(logits(augmented / np.float32(255)), labels)


def energy_threshold(logits: Logits, validation: Split, *, stroke_digits: bool, seed: int) -> float:
    """Find the energy that all but 2% of digits stay below: the validation digits and as many stroke digits.

    Set on MNIST's writers alone, it would call many more than 2% of what people draw on the page "not a digit". A
    network that was trained on MNIST alone knows only MNIST's writers.
    """
    images = validation.images
    if stroke_digits:
        rng = np.random.default_rng(seed)
        drawn = [stroke_digit(digit % 10, rng) for digit in range(len(images))]
        images = np.concatenate([images, np.stack(drawn)])
    return float(np.quantile(energy(logits(images / np.float32(255))), PASS_AS_DIGITS))


def read_corrupted(network: Path, images: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
    """Return the logits, (n, 10), of images that are corrupted in each of CORRUPTIONS, by its name."""
    ways = {way.__name__: way for way in CORRUPTIONS}
    found = dict(in_processes(functools.partial(_read_corrupted, network, images), list(ways)))
    return {name: found[name] for name in ways}


def _read_corrupted(network: Path, images: NDArray[np.uint8], name: str) -> NDArray[np.float32]:
    (way,) = (way for way in CORRUPTIONS if way.__name__ == name)
    return Classifier(network).logits(corrupt(images, way))


def reliability_bins(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> dict[str, list[float]]:
    """Return the reliability bins that are not empty: JSON cannot hold the NaN of the others."""
    found = calibration.reliability(probabilities, labels)
    return {name: values[found.count > 0].tolist() for name, values in found._asdict().items()}
