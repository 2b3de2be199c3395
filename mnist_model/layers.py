"""The inside of the network: each layer's activations and weights, and which pixels the answer depends on.

`layers.tflite` is the network of `lenet5.tflite` with an output at every layer; `train.py` writes both.
"""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_model import WEIGHTS
from mnist_model.classifier import Classifier, ModelFileError, Network


class Layer(NamedTuple):
    """One layer: what it does, the shape of its output, and the shape of its weights."""

    does: str
    shape: tuple[int, ...]  # of the output: (height, width, maps) or (units,)
    kernel: tuple[int, ...] | None = None  # of the weights, outputs first, as LiteRT stores them; pooling has none

    @property
    def parameters(self) -> int:
        """The number of weights and biases; there is one bias for each output."""
        return math.prod(self.kernel) + self.kernel[0] if self.kernel else 0

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each followed by an addition, for one image: each weight is used once at each position."""
        return math.prod(self.kernel) * math.prod(self.shape[:-1]) if self.kernel else 0


LAYERS = {
    "conv1": Layer("Convolution 5x5, ReLU", (24, 24, 6), (6, 5, 5, 1)),
    "pool1": Layer("Max pooling 2x2", (12, 12, 6)),
    "conv2": Layer("Convolution 5x5, ReLU", (8, 8, 16), (16, 5, 5, 6)),
    "pool2": Layer("Max pooling 2x2", (4, 4, 16)),
    "dense1": Layer("Dense, ReLU", (120,), (120, 256)),
    "dense2": Layer("Dense, ReLU", (84,), (84, 120)),
    "logits": Layer("Dense", (10,), (10, 84)),
}


class ReceptiveField(NamedTuple):
    """The square of the image that a number of a map depends on.

    For the number at (row, column), its first pixel is at (stride * row, stride * column).
    """

    size: int  # pixels a side
    stride: int  # pixels from one number's square to the next one's


def receptive_field(name: str) -> ReceptiveField:
    """Return the receptive field of a convolution or pooling, by its name in LAYERS (Araujo et al. 2019, Distill)."""
    size = stride = 1
    for layer, (_, _, kernel) in LAYERS.items():
        window, step = (kernel[1], 1) if kernel else (2, 2)
        size, stride = size + (window - 1) * stride, stride * step
        if layer == name:
            break
    return ReceptiveField(size, stride)


class Weights(NamedTuple):
    """The weights of a layer, whose output is kernel · input + bias; ReLU follows, except after the logits."""

    kernel: NDArray[np.float32]  # (outputs, height, width, maps) or (outputs, inputs)
    bias: NDArray[np.float32]  # (outputs,)


class Layers(Network):
    """The network that reads digits, with an output at every layer and its weights. Raises as Network does.

    Attributes
    ----------
    weights : dict
        The weights of each layer that has any, by its name in LAYERS.
    """

    def __init__(self, path: str | Path = WEIGHTS / "layers.tflite", remake: str = "python train.py --export") -> None:
        super().__init__(path, [layer.shape for layer in LAYERS.values()], remake)
        # A weight is found by its shape, which no other tensor of the network has.
        constants: dict[tuple[int, ...], int] = {}
        for tensor in self._interpreter.get_tensor_details():
            if tensor["dtype"] == np.float32 and -1 not in tensor["shape_signature"]:
                constants.setdefault(tuple(tensor["shape"].tolist()), tensor["index"])
        try:
            self.weights = {
                name: Weights(*(self._interpreter.get_tensor(constants[shape]) for shape in (kernel, kernel[:1])))
                for name, (_, _, kernel) in LAYERS.items()
                if kernel
            }
        except (KeyError, ValueError) as error:
            raise ModelFileError(f"{path} does not have 32-bit weights; `{remake}` makes it again") from error

    def activations(self, images: NDArray[np.floating]) -> dict[str, NDArray[np.float32]]:
        """Return the output of each layer, by name, for images of shape (n, 28, 28) in [0, 1]: (n, *its shape)."""
        return dict(zip(LAYERS, self.run(images), strict=True))


def responses(images: NDArray[np.floating], kernel: NDArray[np.floating]) -> NDArray[np.floating]:
    """Slide a kernel over images: the terms whose sum, with bias and ReLU, is one map of a convolution.

    Parameters
    ----------
    images : ndarray, shape (height, width, maps)
        The maps of the layer before.
    kernel : ndarray, shape (5, 5, maps)

    Returns
    -------
    ndarray, shape (height - 4, width - 4, maps)
        One term for each input map.
    """
    windows = np.lib.stride_tricks.sliding_window_view(images, kernel.shape[:2], axis=(0, 1))
    terms: NDArray[np.floating] = np.einsum("hwmyx,yxm->hwm", windows, kernel)
    return terms


def contributions(activations: NDArray[np.floating], weights: Weights, unit: int) -> NDArray[np.floating]:
    """Return what each unit of the layer before adds to a unit, weight x activation, (inputs,).

    Their sum, with the bias, is the unit's output before ReLU.

    Parameters
    ----------
    activations : ndarray, shape (inputs,)
    weights : Weights
        Of the unit's layer.
    unit : int
        From 0.
    """
    terms: NDArray[np.floating] = weights.kernel[unit] * activations
    return terms


def occlusion(
    classifier: Classifier, digit: NDArray[np.floating], size: int = 5, ink: float = 0.0
) -> NDArray[np.float32]:
    """Cover a digit with a square patch, at every position, and read it (Zeiler and Fergus 2014, arXiv:1311.2901).

    Parameters
    ----------
    digit : ndarray, shape (28, 28), in [0, 1]
    size : int
        The side of the patch in pixels, odd. At the edge of the image, part of the patch lies outside.
    ink : float, in [0, 1]
        The value of the patch: 0 is paper, 1 is ink.

    Returns
    -------
    ndarray, shape (28, 28, 10)
        The logits with the patch centred on each pixel.
    """
    away = np.abs(np.subtract.outer(range(28), range(28))) > size // 2  # (position, pixel), along one axis
    outside = away[:, None, :, None] | away[None, :, None, :]  # (row, column of the patch, row, column)
    return classifier.logits(np.where(outside, digit, ink).reshape(-1, 28, 28)).reshape(28, 28, 10)
