"""A loss that also separates digits from out-of-distribution (OOD) input.

Labels here have eleven classes: the ten digits and NOT_A_DIGIT. The network has ten logits; `append_ood_logit` adds the
eleventh.
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
def cross_entropy_with_ood(labels: Any, logits: Any) -> Any:
    """Return the cross-entropy, (n,), of (n, 1) labels from 0 to NOT_A_DIGIT and (n, 10) logits."""
    return keras.losses.sparse_categorical_crossentropy(labels, append_ood_logit(logits), from_logits=True)


@keras.saving.register_keras_serializable("mnist_model")  # type: ignore[untyped-decorator]
def accuracy(labels: Any, logits: Any) -> Any:
    """For each image 1 if it is classified right, "not a digit" included, else 0."""
    return keras.metrics.sparse_categorical_accuracy(labels, append_ood_logit(logits))
