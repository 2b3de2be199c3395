"""What lets a killed training continue where it was: files of what is done, and batches in a reproducible order."""

import contextlib
import hashlib
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray


class CheckpointStore:
    """The files of a training with certain settings. A training with other settings has a folder of its own.

    Parameters
    ----------
    folder : Path
        In it a folder is made when the first file is saved.
    settings : dict
        Everything that decides the result, as JSON can hold it.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]):
        self._settings = json.dumps(settings, indent=2, sort_keys=True)
        self._folder = folder / hashlib.sha256(self._settings.encode()).hexdigest()[:12]
        self._seconds_before, self._started = 0.0, time.perf_counter()
        if self.path("seconds.json").exists():
            self._seconds_before = json.loads(self.path("seconds.json").read_text(encoding="utf-8"))
            print(f"Continuing from the checkpoints in {self._folder}")

    @property
    def seconds(self) -> float:
        """How long the training has taken in all its runs, without what was lost when one was killed."""
        return self._seconds_before + time.perf_counter() - self._started

    def path(self, name: str) -> Path:
        """Return where a file is, or will be once it is saved."""
        return self._folder / name

    def save(self, name: str, write: Callable[[Path], object]) -> None:
        """Save a file. `write` is given the path to write it to; only when it is complete does it get its name."""
        if not self._folder.exists():
            self._folder.mkdir(parents=True)
            self._replace("settings.json", lambda file: file.write_text(self._settings, encoding="utf-8"))
        self._replace(name, write)
        self._replace("seconds.json", lambda file: file.write_text(json.dumps(self.seconds), encoding="utf-8"))

    def remove(self) -> None:
        """Delete the files of this training."""
        shutil.rmtree(self._folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # other trainings have files there, or nothing was ever saved
            self._folder.parent.rmdir()

    def _replace(self, name: str, write: Callable[[Path], object]) -> None:
        part = self.path(f".part-{name}")
        write(part)
        part.replace(self.path(name))


class Checkpoint(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """After each epoch, save the model with its optimizer, and the history so far, as lenet5.keras and lenet5.json."""

    def __init__(self, store: CheckpointStore, history: dict[str, list[float]]):
        super().__init__()
        self._store, self._history = store, history

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        for name, value in (logs or {}).items():
            self._history.setdefault(name, []).append(float(value))
        # The history first: a training that goes on cuts off the epochs that the saved model has not seen.
        text = json.dumps(self._history)
        self._store.save("lenet5.json", lambda file: file.write_text(text, encoding="utf-8"))
        self._store.save("lenet5.keras", self.model.save)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of images and labels without end, shuffled again in each epoch.

    Batch i depends on i and the seed alone, so a training that was killed gets the batches that it would have had.

    Parameters
    ----------
    images : ndarray, shape (n, 28, 28), uint8
    labels : ndarray, shape (n,)
    batch_size : int
        If there are fewer images than that, they are one batch.
    seed : int
    first_step : int
        The number of the batch to begin with.
    """

    MOST_STEPS_AT_ONCE = 16

    def __init__(
        self, images: NDArray[np.uint8], labels: NDArray[np.uint8], batch_size: int, seed: int, first_step: int = 0
    ):
        super().__init__()
        self._images, self._labels, self._batch_size, self._seed = images, labels, batch_size, seed
        steps = max(1, len(images) // batch_size)
        self.steps_at_once = min(self.MOST_STEPS_AT_ONCE, steps)  # in one call of TensorFlow's
        self.steps = steps // self.steps_at_once * self.steps_at_once  # in an epoch, which leaves out a few images
        self._first_step = first_step
        self._epoch, self._order = -1, np.empty(0, int)

    @property
    def num_batches(self) -> None:
        """None says that there is always another batch."""
        return None

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        epoch, step = divmod(self._first_step + index, self.steps)
        if epoch != self._epoch:
            self._epoch, self._order = epoch, np.random.default_rng((self._seed, epoch)).permutation(len(self._images))
        chosen = self._order[step * self._batch_size : (step + 1) * self._batch_size]
        return self._images[chosen][..., None] * np.float32(1 / 255), self._labels[chosen]
