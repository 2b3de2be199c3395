"""The serving side of the network: LiteRT runs the exported model, and TensorFlow need not be imported."""

import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from mnist_model import WEIGHTS

CHUNK = 1000  # images in one call of the interpreter: bounds its memory (14 kB of activations each)


class ModelFileError(RuntimeError):
    """A model file is missing, damaged or of another shape. The message names the file and what remakes it."""


class Classifier:
    """A trained network, read from a `.tflite` file, safe to share between threads.

    Parameters
    ----------
    path : path-like
        A LiteRT file from (n, 28, 28, 1) float32 in [0, 1] to (n, 10) float32 logits, as `train.py` writes it.
    remake : str
        The command that makes it, for the message where it is missing or damaged.

    Raises
    ------
    ModelFileError
        If there is no such file, or it is damaged, or its input and output have other shapes.
    """

    def __init__(self, path: str | Path = WEIGHTS / "lenet5.tflite", remake: str = "python train.py"):
        remedy = f"`{remake}` makes the model files anew"
        try:
            model = Path(path).read_bytes()
        except OSError as error:
            raise ModelFileError(f"{path} cannot be read ({error.strerror}); {remedy}") from error
        try:
            # One thread: an image is too small to share out, and a server has other sessions for its other cores.
            self._interpreter = Interpreter(model_content=model, num_threads=1)
            self._interpreter.allocate_tensors()
            (given,), (found,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(f"{path} is damaged ({' '.join(str(error).split())}); {remedy}") from error
        shapes = [tuple(tensor["shape_signature"].tolist()) for tensor in (given, found)]
        if shapes != [(-1, 28, 28, 1), (-1, 10)] or {given["dtype"], found["dtype"]} != {np.float32}:
            raise ModelFileError(f"{path} maps {shapes[0]} to {shapes[1]}, not (n, 28, 28, 1) to (n, 10); {remedy}")
        self._input, self._output = given["index"], found["index"]
        self._lock = threading.Lock()
        if not np.isfinite(self.logits(np.zeros((1, 28, 28), np.float32))).all():
            raise ModelFileError(f"{path} is damaged (its weights are not finite numbers); {remedy}")

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
        images = np.asarray(images, np.float32)
        if images.ndim != 3 or images.shape[1:] != (28, 28):
            raise ValueError(f"images must have shape (n, 28, 28), not {images.shape}")
        chunks = [self._invoke(images[i : i + CHUNK]) for i in range(0, len(images), CHUNK)]
        return np.concatenate(chunks) if chunks else np.empty((0, 10), np.float32)

    def _invoke(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        # An interpreter holds one set of tensors: two threads in it would mix up their images.
        with self._lock:
            shape = (len(images), 28, 28, 1)
            if tuple(self._interpreter.get_input_details()[0]["shape"]) != shape:
                self._interpreter.resize_tensor_input(self._input, shape)
                self._interpreter.allocate_tensors()
            self._interpreter.set_tensor(self._input, images.reshape(shape))
            self._interpreter.invoke()
            return self._interpreter.get_tensor(self._output)  # a copy, unlike .tensor(): it outlives the lock
