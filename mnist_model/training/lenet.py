"""The network: LeNet-5 with ReLU and max pooling, after LeCun, Bottou, Bengio and Haffner (1998)."""

from typing import Any

import keras
from keras import layers, ops

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


def fast_lenet5() -> keras.Model:
    """Build an untrained LeNet-5 that trains about twice as fast on a processor.

    It computes what `lenet5` computes, and its weights have the same shapes in the same order.
    """
    return keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            ConvolutionAndPooling(6),  # (12, 12, 6)
            ConvolutionAndPooling(16),  # (4, 4, 16)
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10),
        ],
        name="lenet5",
    )


@keras.saving.register_keras_serializable("mnist_model")
class ConvolutionAndPooling(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A 5x5 convolution, ReLU and 2x2 max pooling in one: (n, 2h, 2w, c) to (n, h - 2, w - 2, filters).

    Each 2x2 block of the input becomes one pixel with 4c channels. A convolution over 3x3 of these, 6x6 of the old
    pixels, has the four places that a pixel of the pooled output is the maximum of as four groups of channels.
    TensorFlow's own convolution and pooling spend most of their time on having so few channels.
    """

    def __init__(self, filters: int, **options: Any):
        super().__init__(**options)
        self.filters = filters

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.kernel = self.add_weight((5, 5, input_shape[-1], self.filters), "glorot_uniform", name="kernel")
        self.bias = self.add_weight((self.filters,), "zeros", name="bias")

    def call(self, images: Any) -> Any:
        _, height, width, channels = images.shape
        blocks = ops.reshape(images, (-1, height // 2, 2, width // 2, 2, channels))
        blocks = ops.reshape(ops.transpose(blocks, (0, 1, 3, 2, 4, 5)), (-1, height // 2, width // 2, 4 * channels))
        # The kernel at each of the four places within 6x6 pixels.
        places = [ops.pad(self.kernel, ((i, 1 - i), (j, 1 - j), (0, 0), (0, 0))) for i in (0, 1) for j in (0, 1)]
        kernel = ops.reshape(ops.stack(places, 3), (3, 2, 3, 2, channels, 4 * self.filters))
        kernel = ops.reshape(ops.transpose(kernel, (0, 2, 1, 3, 4, 5)), (3, 3, 4 * channels, 4 * self.filters))
        found = ops.conv(blocks, kernel, padding="valid")
        _, height, width, _ = found.shape
        return ops.relu(ops.max(ops.reshape(found, (-1, height, width, 4, self.filters)), 3) + self.bias)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "filters": self.filters}
