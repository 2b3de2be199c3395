"""Train a LeNet-5 by a recipe: as textbooks do, in one cycle of the learning rate, or on augmented data."""

import functools
import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnist_model.training.augment import make_pass
from mnist_model.training.checkpoints import Batches, Checkpoint, CheckpointStore
from mnist_model.training.data import Mnist
from mnist_model.training.environment import code_digest, in_processes, versions
from mnist_model.training.export import write_model
from mnist_model.training.lenet import fast_lenet5, lenet5
from mnist_model.training.measure import evaluate
from mnist_model.training.ood import accuracy, cross_entropy_with_ood
from mnist_model.training.recipes import RECIPES, OneCycleRecipe, Recipe, scaled

MOST_STEPS_AT_ONCE = 40  # of the one-cycle recipe, in one call of TensorFlow's; an epoch has 440

History = dict[str, list[float]]  # for each metric its value after each epoch


def train(
    recipe_name: str,
    mnist: Mnist,
    *,
    output: Path,
    epochs: int | None,
    seed: int,
    limit: int | None,
    tensorboard: Path | None,
) -> None:
    """Train a LeNet-5, and write it and its report to a folder.

    Parameters
    ----------
    recipe_name : str
        One of RECIPES.
    mnist : Mnist
        All of it.
    output : Path
        The folder. While the handwriting recipe trains, its checkpoints are in it, in `.training`.
    epochs : int or None
        Instead of the recipe's.
    seed : int
        From 0 to 2**32 - 1.
    limit : int or None
        The number of images of each split to use, with the recipe `scaled` to it; None for all.
    tensorboard : Path or None
        A folder to write curves of the training for TensorBoard to.
    """
    used = mnist.first(limit)
    recipe = scaled(RECIPES[recipe_name], len(used.train.images) / len(mnist.train.images))
    recipe = replace(recipe, epochs=epochs or recipe.epochs)
    settings = {"recipe": recipe_name, **asdict(recipe), "seed": seed, "limit": limit, "data_sha256": mnist.sha256}
    store = CheckpointStore(output / ".training", {**settings, "versions": versions(), "code": code_digest()})
    callbacks = [keras.callbacks.TensorBoard(tensorboard)] if tensorboard else []

    if recipe.passes:
        model, history = train_on_passes(recipe, used, seed, store, callbacks)
    elif isinstance(recipe, OneCycleRecipe):
        model, history = train_one_cycle(recipe, used, seed, callbacks)
    else:
        model, history = train_textbook(recipe, used, seed, callbacks)

    report = {
        **settings,
        "parameters": model.count_params(),
        "seconds": round(store.seconds, 1),
        "versions": versions(),
        "history": history,
    }
    trained_with = {"geometric": recipe.geometric, "stroke_digits": recipe.stroke_digits > 0}
    write_model(model, lambda network: report | evaluate(network, used, **trained_with, seed=seed), output)
    store.remove()


def train_textbook(
    recipe: Recipe, mnist: Mnist, seed: int, callbacks: list[keras.callbacks.Callback]
) -> tuple[keras.Model, History]:
    """Train as textbooks do. Returns the model and its history."""
    keras.utils.set_random_seed(seed)

    # 1. Reshape to (n, 28, 28, 1), with one channel, and scale the pixels to [0, 1].
    training, validation = (
        (split.images.reshape(-1, 28, 28, 1).astype("float32") / 255, split.labels)
        for split in (mnist.train, mnist.validation)
    )

    # 2. Build LeNet-5.
    model = lenet5()
    model.summary()

    # 3. Compile. The network gives logits and the loss takes logits. Computed together, log(softmax(z)) stays exact
    #    where a separate softmax would round a small probability to 0; and the temperature needs the logits, since it
    #    divides logits, never probabilities.
    model.compile(
        optimizer=keras.optimizers.Adam(recipe.learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )

    # 4. Fit, and evaluate on the validation set after each epoch.
    fitted = model.fit(
        *training,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        validation_data=validation,
        callbacks=callbacks,
    )
    return model, fitted.history


def train_one_cycle(
    recipe: OneCycleRecipe, mnist: Mnist, seed: int, callbacks: list[keras.callbacks.Callback]
) -> tuple[keras.Model, History]:
    """Train as textbooks do, but in half the time. Returns the model and its history.

    With larger batches and a learning rate that rises and falls once (Smith and Topin 2018, arXiv:1708.07120), the
    network learns as much in fewer steps. A step is cheaper where TensorFlow holds all digits and gathers the batches
    from them itself, and where one call of it takes many steps.
    """
    keras.utils.set_random_seed(seed)
    images, labels = (tf.constant(part) for part in (mnist.train.images[..., None], mnist.train.labels))
    batch_size = min(recipe.batch_size, len(labels))
    steps = len(labels) // batch_size
    warmup_steps = round(recipe.warmup * steps * recipe.epochs)

    def shuffled(_: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.shuffle(tf.range(len(labels)))[: steps * batch_size]
        return tf.data.Dataset.from_tensor_slices(tf.reshape(order, (steps, batch_size)))

    def batch(numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.cast(tf.gather(images, numbers), tf.float32) / 255, tf.gather(labels, numbers)

    learning_rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 10,
        steps * recipe.epochs - warmup_steps,
        warmup_target=recipe.learning_rate,
        warmup_steps=warmup_steps,
    )
    model = lenet5()
    model.summary()
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=math.gcd(steps, MOST_STEPS_AT_ONCE),
    )
    fitted = model.fit(
        tf.data.Dataset.range(recipe.epochs).flat_map(shuffled).map(batch).prefetch(MOST_STEPS_AT_ONCE),
        shuffle=False,  # by Keras: the data set shuffles itself
        steps_per_epoch=steps,
        epochs=recipe.epochs,
        validation_data=(mnist.validation.images[..., None] / np.float32(255), mnist.validation.labels),
        callbacks=callbacks,
    )
    return model, fitted.history


def train_on_passes(
    recipe: Recipe, mnist: Mnist, seed: int, store: CheckpointStore, callbacks: list[keras.callbacks.Callback]
) -> tuple[keras.Model, History]:
    """Train on MNIST's training digits, augmented, on digits in pen strokes, and on OOD images.

    AdamW; the learning rate rises for 2% of the steps and then falls along half a cosine; the returned weights are an
    exponential moving average. Returns the model and its history. What is done is in `store`, and is not done again
    after an interruption.
    """
    images, labels = make_passes(recipe, mnist, seed, store)
    batches = Batches(images, labels, recipe.batch_size, seed)
    history: History = {}
    done = 0
    checkpoint, history_file = store.path("lenet5.keras"), store.path("lenet5.json")
    if checkpoint.exists():
        model = keras.models.load_model(checkpoint)
        done = int(keras.ops.convert_to_numpy(model.optimizer.iterations)) // batches.steps
        history = {key: values[:done] for key, values in json.loads(history_file.read_text(encoding="utf-8")).items()}
    else:
        keras.utils.set_random_seed(seed)
        model = fast_lenet5()
        model.summary()
        steps = batches.steps * recipe.epochs
        warmup_steps = int(0.02 * steps)
        schedule = keras.optimizers.schedules.CosineDecay(
            0.0, steps - warmup_steps, warmup_target=recipe.learning_rate, warmup_steps=warmup_steps
        )
        average = {"use_ema": True, "ema_momentum": min(0.999, max(0.0, 1 - 20 / steps))}
        model.compile(
            keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay, **average),
            cross_entropy_with_ood,
            metrics=[accuracy],
            jit_compile=False,  # XLA takes twice as long on a processor
        )
    model.steps_per_execution = batches.steps_at_once
    if done < recipe.epochs:
        model.fit(
            Batches(images, labels, recipe.batch_size, seed, first_step=done * batches.steps),
            steps_per_epoch=batches.steps,
            initial_epoch=done,
            epochs=recipe.epochs,
            shuffle=False,
            validation_data=(mnist.validation.images[..., None] / np.float32(255), mnist.validation.labels),
            callbacks=[keras.callbacks.SwapEMAWeights(), Checkpoint(store, history), *callbacks],
        )
    else:
        model.optimizer.finalize_variable_values(model.trainable_variables)
    return model, history


def make_passes(
    recipe: Recipe, mnist: Mnist, seed: int, store: CheckpointStore
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Make the passes that are not in the store yet. Returns the images and labels of all."""
    print(f"Augmenting {len(mnist.train.images):,} digits {recipe.passes} times")
    files = [f"pass-{number}.npz" for number in range(recipe.passes)]
    missing = [number for number, file in enumerate(files) if not store.path(file).exists()]
    settings = {
        name: getattr(recipe, name) for name in ("clean", "stroke_digits", "ood_images", "geometric", "photometric")
    }
    progress = keras.utils.Progbar(recipe.passes, unit_name="pass")
    progress.update(recipe.passes - len(missing))
    for number, made in in_processes(functools.partial(make_pass, mnist.train, seed, **settings), missing):
        store.save(files[number], functools.partial(np.savez, images=made.images, labels=made.labels))
        progress.add(1)
    passes = []
    for file in files:
        with np.load(store.path(file)) as arrays:
            passes.append((arrays["images"], arrays["labels"]))
    images, labels = (np.concatenate(parts) for parts in zip(*passes, strict=True))
    return images, labels
