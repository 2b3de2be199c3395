"""What `train.py` needs to teach a small network with a large one (Hinton, Vinyals and Dean 2015, arXiv:1503.02531)."""

import json

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from mnist_model.augment import NONE
from mnist_model.distribution import steps_at_once
from mnist_model.work import Work


def teacher() -> keras.Model:
    """Build the teacher: (n, 28, 28, 1) images in [0, 1] to (n, 10) logits. Eleven times LeNet-5's parameters."""

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


def eleven(logits):
    """Append to ten logits that of an eleventh class, no digit, which is 0 by definition. (n, 10) -> (n, 11).

    The softmax over eleven then asks of the network, beside the right order of its ten scores, how large they are: for
    a digit ln sum exp(z) is above 0, for anything else below. That is what `softmax.energy` reads.
    """
    return ops.pad(logits, ((0, 0), (0, 1)))


@keras.saving.register_keras_serializable("mnist_model")
class DigitOrNone(keras.losses.Loss):
    """Cross-entropy of (n, 11) target probabilities, the last that of no digit, and (n, 10) logits.

    The logits are divided by a temperature, and the loss multiplied by its square, so that its gradient stays of one
    size.
    """

    def __init__(self, temperature: float = 1.0, name: str = "digit_or_none", **options):
        super().__init__(name=name, **options)
        self.temperature = temperature

    def call(self, target, logits):
        loss = keras.losses.categorical_crossentropy(target, eleven(logits) / self.temperature, from_logits=True)
        return loss * self.temperature**2

    def get_config(self):
        return super().get_config() | {"temperature": self.temperature}


@keras.saving.register_keras_serializable("mnist_model")
def accuracy(target, logits):
    return keras.metrics.categorical_accuracy(target, eleven(logits))


EXECUTION = 16  # steps in one call of TensorFlow's


class Batches(keras.utils.PyDataset):
    """Batches of images and targets without end, shuffled anew after each pass.

    Batch i depends on i and the seed alone: a run that was killed gets the batches that it would have had.

    Parameters
    ----------
    images : ndarray, shape (n, 28, 28), uint8
    targets : ndarray, shape (n, 11)
    """

    def __init__(self, images: NDArray, targets: NDArray, batch_size: int, seed: int):
        super().__init__()
        self._images, self._targets, self._batch_size, self._seed = images, targets, batch_size, seed
        self.steps = len(images) // batch_size // EXECUTION * EXECUTION  # a pass, but for a few images
        self._start, self._pass, self._order = 0, -1, np.empty(0, int)

    def starting_at(self, step: int) -> "Batches":
        self._start = step
        return self

    @property
    def num_batches(self):
        return None  # there is always another

    def __getitem__(self, index: int):
        number, step = divmod(self._start + index, self.steps)
        if number != self._pass:
            self._pass, self._order = number, np.random.default_rng((self._seed, number)).permutation(len(self._images))
        chosen = self._order[step * self._batch_size : (step + 1) * self._batch_size]
        return self._images[chosen][..., None] * np.float32(1 / 255), self._targets[chosen].astype(np.float32)


class Checkpoint(keras.callbacks.Callback):
    """After each epoch, save the model with its optimizer, and the history so far."""

    def __init__(self, work: Work, name: str, history: dict[str, list[float]], seed: int):
        super().__init__()
        self._work, self._name, self._history, self._seed = work, name, history, seed

    def on_epoch_begin(self, epoch, logs=None):
        # Keras does not save what dropout draws from: begun anew, an epoch is what it would have been.
        for number, layer in enumerate(self.model.layers):
            if isinstance(layer, layers.Dropout):
                layer.seed_generator.state.assign([self._seed + number, 1000 * epoch])

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self._history.setdefault(name, []).append(float(value))
        # The history first: epochs that the model knows nothing of are cut off it again.
        self._work.save(f"{self._name}.json", lambda file: file.write_text(json.dumps(self._history)))
        self._work.save(f"{self._name}.keras", self.model.save)


def fit(
    model: keras.Model,
    images: NDArray[np.uint8],
    targets: NDArray,
    *,
    validation: tuple[NDArray, NDArray],
    work: Work,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    temperature: float,
    seed: int,
    callbacks: list[keras.callbacks.Callback] = (),
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Fit a model, or go on from its checkpoint. Returns it, with averaged weights, and its history.

    AdamW; the learning rate rises for 2 % of the steps and then falls along half a cosine; the weights that count are
    an exponential moving average.
    """
    batches = Batches(images, targets, batch_size, seed)
    steps = batches.steps
    rising = int(0.02 * steps * epochs)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps * epochs - rising, warmup_target=learning_rate, warmup_steps=rising
    )
    history: dict[str, list[float]] = {}
    done = 0
    if work[f"{model.name}.keras"].exists():
        model = keras.models.load_model(work[f"{model.name}.keras"])
        done = int(ops.convert_to_numpy(model.optimizer.iterations)) // steps
        history = {key: values[:done] for key, values in json.loads(work[f"{model.name}.json"].read_text()).items()}
    else:
        model.compile(
            keras.optimizers.AdamW(
                rate, weight_decay=1e-4, use_ema=True, ema_momentum=min(0.999, 1 - 20 / (steps * epochs))
            ),
            DigitOrNone(temperature),
            metrics=[accuracy],
            jit_compile=False,  # XLA takes twice as long on a processor
        )
    model.steps_per_execution = steps_at_once(EXECUTION)
    if done < epochs:
        model.fit(
            batches.starting_at(done * steps),
            steps_per_epoch=steps,
            initial_epoch=done,
            epochs=epochs,
            shuffle=False,
            validation_data=validation,
            callbacks=[keras.callbacks.SwapEMAWeights(), Checkpoint(work, model.name, history, seed), *callbacks],
        )
    else:
        model.optimizer.finalize_variable_values(model.trainable_variables)
    return model, history


def one_hot(labels: NDArray[np.uint8]) -> NDArray[np.float16]:
    """(n,) labels from 0 to NONE -> (n, 11) targets."""
    return np.eye(NONE + 1, dtype=np.float16)[labels]


def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 28, 28) images -> (n, 10) logits."""
    return model.predict(images[..., None] * np.float32(1 / 255), batch_size=500, verbose=0)


def probabilities(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float16]:
    """(n, 10) logits -> (n, 11) probabilities of the ten digits and of none, at a temperature."""
    return ops.convert_to_numpy(ops.softmax(eleven(logits) / temperature)).astype(np.float16)


def readable(logits: NDArray[np.float32], labels: NDArray[np.uint8], least: float) -> NDArray[np.bool_]:
    """Tell which images a teacher reads: it gives their own label, from 0 to NONE, a probability of at least `least`.

    Of the others it would teach mistakes, or they are bent and spoilt past reading.
    """
    return probabilities(logits, 1.0)[np.arange(len(labels)), labels] >= least
