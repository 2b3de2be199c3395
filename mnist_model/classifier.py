"""The serving side of the network: LiteRT runs the exported model, and TensorFlow need not be imported."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from mnist_model import WEIGHTS

CHUNK = 1000  # images in one call of the interpreter: bounds its memory (14 kB of activations each)


class ModelFileError(RuntimeError):
    """A model file is missing, damaged or of another shape. The message names the file and what remakes it."""


class Network:
    """A `.tflite` file that takes images, safe to share between threads.

    Parameters
    ----------
    path : path-like
        A LiteRT file that takes (n, 28, 28, 1) float32 in [0, 1].
    outputs : sequence of tuple of int
        The shapes, without the n, of what it gives, each another. All of it is float32.
    remake : str
        The command that makes the file, for the message where it is missing or damaged.

    Raises
    ------
    ModelFileError
        If there is no such file, or it is damaged, or its input and outputs have other shapes.
    """

    def __init__(self, path: str | Path, outputs: Sequence[tuple[int, ...]], remake: str):
        remedy = f"`{remake}` makes the model files anew"
        try:
            model = Path(path).read_bytes()
        except OSError as error:
            raise ModelFileError(f"{path} cannot be read ({error.strerror}); {remedy}") from error
        try:
            # One thread: an image is too small to share out, and a server has other sessions for its other cores.
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
        """Return all that it gives, each with a first axis of n, for images of shape (n, 28, 28) in [0, 1].

        Raises ValueError if they have another shape.
        """
        images = np.asarray(images, np.float32)
        if images.ndim != 3 or images.shape[1:] != (28, 28):
            raise ValueError(f"images must have shape (n, 28, 28), not {images.shape}")
        if not len(images):
            return [np.empty((0, *shape), np.float32) for shape in self._shapes]
        chunks = [self._invoke(images[i : i + CHUNK]) for i in range(0, len(images), CHUNK)]
        return [np.concatenate(parts) for parts in zip(*chunks, strict=True)]

    def _invoke(self, images: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        # An interpreter holds one set of tensors: two threads in it would mix up their images.
        with self._lock:
            shape = (len(images), 28, 28, 1)
            if tuple(self._interpreter.get_input_details()[0]["shape"]) != shape:
                self._interpreter.resize_tensor_input(self._input, shape)
                self._interpreter.allocate_tensors()
            self._interpreter.set_tensor(self._input, images.reshape(shape))
            self._interpreter.invoke()
            # Copies, unlike .tensor(): they outlive the lock.
            return [self._interpreter.get_tensor(output) for output in self._outputs]


class Classifier(Network):
    """The network that reads digits, as `train.py` wrote it. Parameters and exceptions as of Network."""

    def __init__(self, path: str | Path = WEIGHTS / "lenet5.tflite", remake: str = "python train.py"):
        super().__init__(path, [(10,)], remake)

    def logits(self, images: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the ten scores of each image, before any softmax: what a temperature may divide.

        Parameters
        ----------
        images : ndarray, shape (n, 28, 28), values in [0, 1]
            Light ink on black, centred as `preprocess.to_mnist` does it. n may be 0.

        Returns
        -------
        ndarray, shape (n, 10), float32

        Raises
        ------
        ValueError
            If `images` has another shape.
        """
        return self.run(images)[0]


def _shape(tensor: dict) -> tuple[int, ...]:
    return tuple(tensor["shape_signature"].tolist())


def _types(tensors: list[dict]) -> set[type]:
    return {tensor["dtype"] for tensor in tensors}
