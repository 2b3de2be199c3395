"""The teacher of the handwriting recipe (distillation: Hinton, Vinyals and Dean 2015, arXiv:1503.02531), and a loss
that also separates digits from out-of-distribution (OOD) input.

Targets here have eleven classes: the ten digits and NOT_A_DIGIT. The networks have ten logits; `append_ood_logit` adds
the eleventh.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray


def teacher() -> keras.Model:
    """Build an untrained teacher: (n, 28, 28, 1) images in [0, 1] to (n, 10) logits. LeNet-5's parameters 11 times."""

    def convolution(filters: int, padding: str) -> list[keras.Layer]:
        return [
            layers.Conv2D(filters, 3, padding=padding, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
        ]

    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 5, activation="relu"),  # (24, 24, 32)
            layers.MaxPooling2D(2),
            *convolution(96, "valid"),  # (10, 10, 96)
            *convolution(96, "valid"),  # (8, 8, 96)
            layers.MaxPooling2D(2),
            *convolution(128, "same"),  # (4, 4, 128)
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10),
        ],
        name="teacher",
    )


def append_ood_logit(logits: Any) -> Any:
    """Append the logit of an eleventh class, "not a digit", which is 0 by definition. (n, 10) -> (n, 11).

    The softmax over eleven classes then depends on how large the ten logits are, not only on their differences: for a
    digit the network learns ln sum exp(z) > 0, for anything else < 0. `softmax.energy` is that with the other sign.
    """
    return ops.pad(logits, ((0, 0), (0, 1)))


@keras.saving.register_keras_serializable("mnist_model")
class CrossEntropyWithOod(keras.losses.Loss):  # type: ignore[misc]  # Keras has no types
    """Cross-entropy of (n, 11) target probabilities, the last that of "not a digit", and (n, 10) logits.

    The logits are divided by a temperature, and the loss is multiplied by its square, so that the gradient keeps its
    size.
    """

    def __init__(self, temperature: float = 1.0, name: str = "cross_entropy_with_ood", **options: Any):
        super().__init__(name=name, **options)
        self.temperature = temperature

    def call(self, target: Any, logits: Any) -> Any:
        z = append_ood_logit(logits) / self.temperature
        return keras.losses.categorical_crossentropy(target, z, from_logits=True) * self.temperature**2

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "temperature": self.temperature}


@keras.saving.register_keras_serializable("mnist_model")  # type: ignore[untyped-decorator]
def accuracy(target: Any, logits: Any) -> Any:
    """For each image 1 if it is classified right, "not a digit" included, else 0."""
    return keras.metrics.categorical_accuracy(target, append_ood_logit(logits))


def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the logits, (n, 10), of images, (n, 28, 28)."""
    logits: NDArray[np.float32] = model.predict(images[..., None] * np.float32(1 / 255), batch_size=500, verbose=0)
    return logits


def probabilities(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float16]:
    """Return the probabilities, (n, 11), that a temperature gives to the ten digits and "not a digit"."""
    found: NDArray[np.float32] = ops.convert_to_numpy(ops.softmax(append_ood_logit(logits) / temperature))
    return found.astype(np.float16)


def is_readable(logits: NDArray[np.float32], labels: NDArray[np.uint8], least: float) -> NDArray[np.bool_]:
    """Return which images, (n,), the teacher gives their own label, 0 to NOT_A_DIGIT, with probability >= `least`.

    On the others the teacher is wrong and would teach mistakes, or augmentation has made them unreadable.
    """
    return probabilities(logits, 1.0)[np.arange(len(labels)), labels] >= least
