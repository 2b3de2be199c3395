"""A loss that also separates digits from out-of-distribution (OOD) input.

Targets here have eleven classes: the ten digits and NOT_A_DIGIT. The network has ten logits; `append_ood_logit` adds
the eleventh.
"""

from typing import Any

import keras
from keras import ops


def append_ood_logit(logits: Any) -> Any:
    """Append the logit of an eleventh class, "not a digit", which is 0 by definition. (n, 10) -> (n, 11).

    The softmax over eleven classes then depends on how large the ten logits are, not only on their differences: for a
    digit the network learns ln sum exp(z) > 0, for anything else < 0. `softmax.energy` is that with the other sign.
    """
    return ops.pad(logits, ((0, 0), (0, 1)))


@keras.saving.register_keras_serializable("mnist_model")  # type: ignore[untyped-decorator]
def cross_entropy_with_ood(target: Any, logits: Any) -> Any:
    """Cross-entropy of (n, 11) target probabilities, the last that of "not a digit", and (n, 10) logits."""
    return keras.losses.categorical_crossentropy(target, append_ood_logit(logits), from_logits=True)


@keras.saving.register_keras_serializable("mnist_model")  # type: ignore[untyped-decorator]
def accuracy(target: Any, logits: Any) -> Any:
    """For each image 1 if it is classified right, "not a digit" included, else 0."""
    return keras.metrics.categorical_accuracy(target, append_ood_logit(logits))
