"""Run the exported network with LiteRT. TensorFlow is not needed."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from mnist_model import WEIGHTS

CHUNK = 1000  # images in one call of the interpreter, which limits its memory: 14 kB of activations for each


class ModelFileError(RuntimeError):
    """A model file is missing, damaged or of another shape. The message names the file and how to make it."""


class Network:
    """A network in a `.tflite` file. Threads may share it.

    Parameters
    ----------
    path : path-like
        A LiteRT file that takes (n, 28, 28, 1) float32 in [0, 1].
    outputs : sequence of tuple of int
        The shape of each output, without the n; no two of them alike. All outputs are float32.
    remake : str
        The command that makes the file, for error messages.

    Raises
    ------
    ModelFileError
        If the file is missing or damaged, or its input and outputs have other shapes.
    """

    def __init__(self, path: str | Path, outputs: Sequence[tuple[int, ...]], remake: str):
        remedy = f"`{remake}` makes the model files again"
        try:
            model = Path(path).read_bytes()
        except OSError as error:
            raise ModelFileError(f"{path} cannot be read ({error.strerror}); {remedy}") from error
        try:
            # One thread: an image is too small to split, and other sessions can use the other cores.
            self._interpreter = Interpreter(model_content=model, num_threads=1)
            self._interpreter.allocate_tensors()
            (given,), found = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(f"{path} is damaged ({' '.join(str(error).split())}); {remedy}") from error
        shapes = {_shape(tensor): tensor["index"] for tensor in found}
        expected = [(-1, *shape) for shape in outputs]
        takes, gives = _shape(given), ", ".join(map(str, shapes))
        if takes != (-1, 28, 28, 1) or shapes.keys() != set(expected) or _types([given, *found]) != {np.float32}:
            wanted = ", ".join(str(shape).replace("-1", "n") for shape in expected)
            raise ModelFileError(f"{path} maps {takes} to {gives}, not (n, 28, 28, 1) to {wanted}; {remedy}")
        self._input, self._outputs = given["index"], [shapes[shape] for shape in expected]
        self._shapes = list(outputs)
        self._lock = threading.Lock()
        if not all(np.isfinite(found).all() for found in self.run(np.zeros((1, 28, 28), np.float32))):
            raise ModelFileError(f"{path} is damaged (its weights are not finite numbers); {remedy}")

    def run(self, images: NDArray[np.floating]) -> list[NDArray[np.float32]]:
        """Run the network.

        Parameters
        ----------
        images : ndarray, shape (n, 28, 28), values in [0, 1]
            n may be 0.

        Returns
        -------
        list of ndarray, shape (n, ...), float32
            The outputs, in the order of the constructor's `outputs`.

        Raises
        ------
        ValueError
            If `images` has another shape.
        """
        images = np.asarray(images, np.float32)
        if images.ndim != 3 or images.shape[1:] != (28, 28):
            raise ValueError(f"images must have shape (n, 28, 28), not {images.shape}")
        if not len(images):
            return [np.empty((0, *shape), np.float32) for shape in self._shapes]
        chunks = [self._invoke(images[i : i + CHUNK]) for i in range(0, len(images), CHUNK)]
        return [np.concatenate(parts) for parts in zip(*chunks, strict=True)]

    def _invoke(self, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        # An interpreter has one set of tensors, which two threads would overwrite for each other.
        with self._lock:
            shape = (len(images), 28, 28, 1)
            if tuple(self._interpreter.get_input_details()[0]["shape"]) != shape:
                self._interpreter.resize_tensor_input(self._input, shape)
                self._interpreter.allocate_tensors()
            self._interpreter.set_tensor(self._input, images.reshape(shape))
            self._interpreter.invoke()
            # get_tensor copies, tensor() does not: these must stay valid after the lock is released.
            return [self._interpreter.get_tensor(output) for output in self._outputs]


class Classifier(Network):
    """The network that reads digits, as `train.py` writes it. Raises ModelFileError as Network does."""

    def __init__(self, path: str | Path = WEIGHTS / "lenet5.tflite", remake: str = "python train.py"):
        super().__init__(path, [(10,)], remake)

    def logits(self, images: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the logits of each image: the ten scores before the softmax, which a temperature divides.

        Parameters
        ----------
        images : ndarray, shape (n, 28, 28), values in [0, 1]
            Light ink on black, centred as `preprocess.to_mnist` does. n may be 0.

        Returns
        -------
        ndarray, shape (n, 10), float32

        Raises
        ------
        ValueError
            If `images` has another shape.
        """
        return self.run(images)[0]


def _shape(tensor: dict[str, Any]) -> tuple[int, ...]:
    return tuple(tensor["shape_signature"].tolist())


def _types(tensors: list[dict[str, Any]]) -> set[type]:
    return {tensor["dtype"] for tensor in tensors}
