"""The network: LeNet-5 with ReLU and max pooling, after LeCun, Bottou, Bengio and Haffner (1998)."""

import keras
from keras import layers

PARAMETERS = 44_426


def lenet5() -> keras.Model:
    """Build an untrained LeNet-5: (n, 28, 28, 1) images in [0, 1] to (n, 10) logits."""
    model = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(6, 5, activation="relu"),  # (24, 24, 6)       156 parameters
            layers.MaxPooling2D(2),  # (12, 12, 6)
            layers.Conv2D(16, 5, activation="relu"),  # (8, 8, 16)      2,416
            layers.MaxPooling2D(2),  # (4, 4, 16)
            layers.Flatten(),  # (256,)
            layers.Dense(120, activation="relu"),  # (120,)            30,840
            layers.Dense(84, activation="relu"),  # (84,)              10,164
            # No softmax here. These are logits, and the page's temperature divides logits: a network that ended in a
            # softmax would leave only probabilities, from which the scores can no longer be had exactly.
            layers.Dense(10),  # (10,)                                    850
        ],
        name="lenet5",
    )
    assert model.count_params() == PARAMETERS, f"LeNet-5 has {PARAMETERS:,} parameters, not {model.count_params():,}"
    return model
