"""From MNIST to mnist_model/weights, in one command.

    python train.py                      downloads MNIST, trains, writes the model files and report.json
    python train.py --data mnist.npz     the same from a file in the layout of Keras's mnist.npz
    python train.py --recipe textbook    on MNIST alone, as textbooks do it, in a minute
    python train.py --recipe quick       to 99.0 % of the test digits, in half of that
    python train.py --lesson             two networks for the lesson, at a dozen moments of the textbook recipe
    python train.py --export             trains nothing: from lenet5.keras, the other files and the measurements anew

The default recipe takes about an hour on two cores. A run of it that was killed goes on where it was when it is started
again. It uses all GPUs that TensorFlow finds; started on each of several hosts, with TF_CONFIG and an --output that is
shared, those of all hosts. What the models score is in report.json.
"""

import argparse
import functools
import hashlib
import importlib.metadata
import importlib.util
import json
import math
import multiprocessing
import os
import platform
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's notes on its build would drown the progress bars

from mnist_model import WEIGHTS, calibration
from mnist_model.augment import make_round, vary
from mnist_model.classifier import Classifier, ModelFileError
from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.data import DataError, Mnist, Split, load_mnist
from mnist_model.layers import LAYERS
from mnist_model.lesson import LESSON, THRESHOLDS, load_network, snapshot
from mnist_model.softmax import energy, one_hot, sigmoid, softmax, ten_thresholds
from mnist_model.work import Work

FILES = ("lenet5.keras", "lenet5.tflite", "layers.tflite", "report.json")
KNOWN = 0.98  # of the validation digits shall pass as digits
STEPS_AT_ONCE = 40  # of the 440 in an epoch of the quick recipe, in one call of TensorFlow's
MOMENTS = (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)  # steps after which the lesson looks; and at the end


@dataclass(frozen=True)
class Recipe:
    """How to train: every setting that changes the result, but for the seed."""

    epochs: int
    batch_size: int
    learning_rate: float  # of Adam; where there are rounds, the highest of a rise and fall

    rounds: int = 0  # of varied digits (mnist_model/augment.py) to learn from; 0: from MNIST alone
    neat: bool = False  # whether MNIST's 55,000 digits are in each a second time, bent but a little
    strokes: int = 0  # digits in strokes in each, beside MNIST's
    others: int = 0  # things that are no digits
    bends: bool = False  # whether they are bent
    effects: bool = False  # whether pens, light and cameras do their worst to all but the neat ones

    teacher_epochs: int = 0  # over these rounds, of the large network that then labels them; 0: there is none
    teacher_batch_size: int = 0
    teacher_learning_rate: float = 0.0
    distillation_temperature: float = 1.0  # at which the student learns the teacher's probabilities
    readable: float = 0.0  # the probability that the teacher must give to an image's label for the student to learn it


@dataclass(frozen=True)
class QuickRecipe(Recipe):
    """One whose learning rate, on MNIST alone, rises to the one given and falls to 0."""

    rising: float = 0.2  # share of the steps


RECIPES = {
    "handwriting": Recipe(
        epochs=40,
        batch_size=512,
        learning_rate=3e-3,
        rounds=10,
        neat=True,
        strokes=20_000,
        others=10_000,
        bends=True,
        effects=True,
        teacher_epochs=3,
        teacher_batch_size=256,
        teacher_learning_rate=2e-3,
        distillation_temperature=2.0,
        readable=0.3,
    ),
    "textbook": Recipe(
        epochs=5,
        batch_size=32,
        learning_rate=1e-3,
    ),
    "quick": QuickRecipe(
        epochs=4,
        batch_size=125,
        learning_rate=5e-3,
    ),
}


def train(
    recipe_name: str,
    *,
    data: Path | None,
    epochs: int | None,
    seed: int,
    output: Path,
    tensorboard: Path | None = None,
) -> None:
    """Train a LeNet-5, and write it and its report to `output`: on all devices here, or on the hosts in TF_CONFIG.

    Raises DataError if the data is missing or not MNIST.
    """
    recipe = RECIPES[recipe_name]
    recipe = replace(recipe, epochs=epochs or recipe.epochs)
    mnist = load_mnist(data)
    output.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=output).close()  # a folder that cannot be written to says so now, not after training

    keras = import_keras()
    from mnist_model import distribution

    try:
        strategy = distribution.strategy()
    except ValueError as error:
        sys.exit(f"train.py: TF_CONFIG: {error}")
    first = strategy.extended.should_checkpoint  # of the hosts
    if tensorboard and not importlib.util.find_spec("tensorboard"):
        sys.exit("train.py: --tensorboard needs `pip install tensorboard`")
    callbacks = [keras.callbacks.TensorBoard(tensorboard)] if tensorboard and first else []
    settings = {"recipe": recipe_name, **asdict(recipe), "seed": seed, "data_sha256": mnist.sha256}
    work = Work(output / ".training", {**settings, "versions": versions(), "code": code_digest()}, first)

    learn = from_teacher if recipe.rounds else quickly if isinstance(recipe, QuickRecipe) else from_textbook
    with strategy.scope():
        model, history = learn(recipe, mnist, seed, work, callbacks)
    if not first:
        return
    report = {
        **settings,
        "parameters": model.count_params(),
        "seconds": round(work.seconds, 1),
        "versions": versions(),
        "history": history,
    }
    write_model(model, lambda network: report | evaluate(network, mnist, bends=recipe.bends, seed=seed), output)
    work.remove()


def export(*, data: Path | None, output: Path) -> None:
    """Load the trained model in `output` and write the other files anew. What its report says of training stays.

    Raises DataError if the data is missing or not that which it was trained on, and ModelFileError if the model or its
    report is damaged or missing.
    """
    model_file, report_file = output / "lenet5.keras", output / "report.json"
    remedy = "`python train.py` makes it"
    try:
        report = json.loads(report_file.read_text())
        bends, seed, trained_on = report.get("bends", False), report["seed"], report["data_sha256"]
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ModelFileError(f"{report_file} cannot be read ({error}); {remedy}") from error
    keras = import_keras()
    from mnist_model.lenet import lenet5

    model = lenet5()
    try:
        model.set_weights(keras.models.load_model(model_file, compile=False).get_weights())
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        reason, *_ = str(error).split("\n")  # Keras adds pages of configuration
        raise ModelFileError(f"{model_file} cannot be read ({reason}); {remedy}") from error
    mnist = load_mnist(data)
    if trained_on != mnist.sha256:
        raise DataError(f"the model in {output} was trained on other data than this")
    write_model(model, lambda network: report | evaluate(network, mnist, bends=bends, seed=seed), output)


def import_keras():
    """Import Keras only when all else is in order: a wrong file name should not wait for TensorFlow."""
    import keras

    if keras.backend.backend() != "tensorflow":
        sys.exit(f"train.py: Keras exports to LiteRT with TensorFlow, not with KERAS_BACKEND={keras.backend.backend()}")
    return keras


def versions() -> dict[str, str]:
    names = ("numpy", "keras", "tensorflow")
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}}


def code_digest() -> str:
    """Identify the code that makes the rounds and the networks: with another, a training does not go on but begins."""
    names = ("augment", "strokes", "preprocess", "distillation", "lenet")
    code = b"".join((WEIGHTS.parent / f"{name}.py").read_bytes() for name in names)
    return hashlib.sha256(code).hexdigest()


def from_textbook(recipe: Recipe, mnist: Mnist, seed: int, work: Work, callbacks: list):
    """Train as textbooks do. Returns the model and its history."""
    import keras

    from mnist_model.lenet import lenet5

    keras.utils.set_random_seed(seed)

    # 1. Reshape to (n, 28, 28, 1), with one channel, and scale the pixels to [0, 1].
    fit_set, validation_set = (
        (split.images.reshape(-1, 28, 28, 1).astype("float32") / 255, split.labels)
        for split in (mnist.train, mnist.validation)
    )

    # 2. Build LeNet-5.
    model = lenet5()
    model.summary()

    # 3. Compile. The network gives logits and the loss takes logits. Computed together, log(softmax(z)) stays exact
    #    where a softmax of its own would round a small probability to 0; and the temperature needs the logits, since
    #    it divides logits, never probabilities.
    model.compile(
        optimizer=keras.optimizers.Adam(recipe.learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )

    # 4. Fit, with a look at the validation set after each epoch.
    fitted = model.fit(
        *fit_set,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        validation_data=validation_set,
        callbacks=callbacks,
    )
    return model, fitted.history


def quickly(recipe: QuickRecipe, mnist: Mnist, seed: int, work: Work, callbacks: list):
    """Train as textbooks do, but in half the time. Returns the model and its history.

    Larger batches, and a learning rate that rises and falls (Smith and Topin 2018, arXiv:1708.07120), learn as much in
    fewer steps; a step is cheaper where TensorFlow has all digits to take its batches from, and takes many at once.
    """
    import keras
    import tensorflow as tf

    from mnist_model.distribution import steps_at_once
    from mnist_model.lenet import lenet5

    keras.utils.set_random_seed(seed)
    images, labels = (tf.constant(part) for part in (mnist.train.images[..., None], mnist.train.labels))
    steps = len(labels) // recipe.batch_size
    rising = round(recipe.rising * steps * recipe.epochs)

    def shuffled(_) -> tf.data.Dataset:
        order = tf.random.shuffle(tf.range(len(labels)))[: steps * recipe.batch_size]
        return tf.data.Dataset.from_tensor_slices(tf.reshape(order, (steps, recipe.batch_size)))

    def batch(numbers):
        return tf.cast(tf.gather(images, numbers), tf.float32) / 255, tf.gather(labels, numbers)

    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 10,
        steps * recipe.epochs - rising,
        warmup_target=recipe.learning_rate,
        warmup_steps=rising,
    )
    model = lenet5()
    model.summary()
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=steps_at_once(STEPS_AT_ONCE),
    )
    fitted = model.fit(
        tf.data.Dataset.range(recipe.epochs).flat_map(shuffled).map(batch).prefetch(STEPS_AT_ONCE),
        steps_per_epoch=steps,
        epochs=recipe.epochs,
        validation_data=(mnist.validation.images[..., None] / np.float32(255), mnist.validation.labels),
        callbacks=callbacks,
    )
    return model, fitted.history


def from_teacher(recipe: Recipe, mnist: Mnist, seed: int, work: Work, callbacks: list):
    """Train a large network on what hands, pens and cameras do to digits, and LeNet-5 to do as it does.

    Returns the model and its history. What it has done so far is in `work`, and is not done again.
    """
    import keras

    from mnist_model import distillation
    from mnist_model.lenet import lenet5

    # 1. Make the rounds: MNIST's training digits, varied, more of them in strokes, and things that are no digits.
    progress = keras.utils.Progbar(recipe.rounds, unit_name="round")
    print(f"Varying {len(mnist.train.images):,} digits {recipe.rounds} times")
    missing = [number for number in range(recipe.rounds) if work.first and not work[f"round-{number}.npz"].exists()]
    settings = {name: getattr(recipe, name) for name in ("neat", "strokes", "others", "bends", "effects")}
    make = functools.partial(make_round, **settings)
    with workers() as processes:
        futures = {processes.submit(make, mnist.train, seed, number): number for number in missing}
        progress.update(recipe.rounds - len(missing))
        try:
            for future in as_completed(futures):
                made, name = future.result(), f"round-{futures.pop(future)}.npz"
                work.save(name, lambda file, made=made: np.savez(file, images=made.images, labels=made.labels))
                progress.add(1)
        except BaseException:
            processes.shutdown(cancel_futures=True)  # or else a Ctrl-C would wait for all of them
            raise
    rounds = [dict(np.load(work.wait(f"round-{number}.npz"))) for number in range(recipe.rounds)]
    images, labels = (np.concatenate([made[name] for made in rounds]) for name in ("images", "labels"))
    del rounds

    validation = mnist.validation.images[..., None] / np.float32(255), distillation.one_hot(mnist.validation.labels)
    targets = distillation.one_hot(labels)
    histories = {}
    if recipe.teacher_epochs:
        # 2. Train the teacher on them.
        keras.utils.set_random_seed(seed)
        teacher, histories["teacher"] = distillation.fit(
            distillation.teacher(),
            images,
            targets,
            validation=validation,
            work=work,
            epochs=recipe.teacher_epochs,
            batch_size=recipe.teacher_batch_size,
            learning_rate=recipe.teacher_learning_rate,
            temperature=1.0,
            seed=seed,
        )

        # 3. Let it label them, but for those that it cannot read itself.
        if not work["logits.npy"].exists():
            print(f"Labelling {len(images):,} images")
            found = [distillation.predict(teacher, part) for part in np.array_split(images, recipe.rounds)]
            work.save("logits.npy", lambda file: np.save(file, np.concatenate(found)))
        logits = np.load(work.wait("logits.npy"))
        readable = distillation.readable(logits, labels, recipe.readable)
        print(f"{np.mean(readable):.1%} of them are readable")
        images = images[readable]
        targets = distillation.probabilities(logits[readable], recipe.distillation_temperature)

    # 4. Train LeNet-5 on its labels.
    keras.utils.set_random_seed(seed)
    student = lenet5()
    student.summary()
    student, history = distillation.fit(
        student,
        images,
        targets,
        validation=validation,
        work=work,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
        temperature=recipe.distillation_temperature,
        seed=seed,
        callbacks=callbacks,
    )
    return student, history | histories


def evaluate(network: Path, mnist: Mnist, *, bends: bool, seed: int) -> dict:
    """Measure a network for LiteRT, as `report.json` has it. The test set is looked at here, once, and decides nothing.

    `bends` tells whether it was trained on digits that were bent.
    """
    logits = Classifier(network).logits
    validation, test = (logits(split.images / np.float32(255)) for split in (mnist.validation, mnist.test))
    labels = mnist.test.labels
    best = honest_temperature(logits, mnist.validation, bends, seed)
    with workers() as processes:
        read = processes.map(functools.partial(read_spoilt, network, mnist.test.images), CORRUPTIONS)
        spoilt = dict(zip((spoil.__name__ for spoil in CORRUPTIONS), read, strict=True))
    every_spoilt, every_label = np.concatenate(list(spoilt.values())), np.tile(labels, len(spoilt))
    report = {
        "temperature": best,
        "energy_threshold": float(np.quantile(energy(validation), KNOWN)),
        "validation": calibration.summary(validation, mnist.validation.labels, best),
        "test": calibration.summary(test, labels, best),
        "corruptions": {name: calibration.summary(found, labels, best) for name, found in spoilt.items()},
        "corrupted": calibration.summary(every_spoilt, every_label, best),
        "reliability": {
            when: filled_bins(softmax(every_spoilt, t), every_label) for when, t in (("before", 1.0), ("after", best))
        },
    }
    print(f"Test accuracy: {report['test']['accuracy']:.4f}, corrupted: {report['corrupted']['accuracy']:.4f}")
    return report


def read_spoilt(network: Path, images, spoil):
    return Classifier(network).logits(corrupt(images, spoil))


def workers() -> ProcessPoolExecutor:
    """As many processes as processors. Spawned, not forked: a fork of one in which TensorFlow has threads may hang."""
    return ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn"))


def filled_bins(probabilities, labels) -> dict[str, list]:
    """Return the reliability bins that are not empty, whose means JSON could not hold."""
    found = calibration.reliability(probabilities, labels)
    return {name: values[found.count > 0].tolist() for name, values in found._asdict().items()}


def honest_temperature(logits, validation: Split, bends: bool, seed: int) -> float:
    """Find T* on the validation digits; if training bent digits, on several neat versions of each.

    Of the digits as they are too few are misread: T* came out 10 % higher on one half of them than on the other.
    `logits` is a function of (n, 28, 28) images in [0, 1].
    """
    rng = np.random.default_rng(seed)
    copies = 8 if bends else 1
    images = [vary(image, rng, neat=True, bends=bends) for _ in range(copies) for image in validation.images]
    return calibration.best_temperature(logits(np.stack(images) / np.float32(255)), np.tile(validation.labels, copies))


def write_model(model, measure: Callable[[Path], dict], output: Path) -> None:
    """Write the model for Keras, its forward pass and layers for LiteRT, and the report, each whole or not at all.

    `measure` returns the report, given the file of the forward pass.
    """
    from mnist_model.lenet import lenet5

    plain = lenet5()  # without the optimizer and the loss of training, which a reader of the file need not have
    plain.set_weights(model.get_weights())
    # Made in a folder beside their final place, because a rename is atomic only within a file system.
    with tempfile.TemporaryDirectory(dir=output, prefix=".writing-") as folder:
        keras_file, lite_file, layers_file, report_file = files = [Path(folder) / name for name in FILES]
        plain.save(keras_file)
        plain.export(lite_file, format="litert", verbose=False)
        inside_out(plain).export(layers_file, format="litert", verbose=False)
        rounded = json.loads(json.dumps(measure(lite_file)), parse_float=lambda number: round(float(number), 6))
        report_file.write_text(json.dumps(rounded, indent=2) + "\n")
        for file in files:
            file.replace(output / file.name)
    print(f"Wrote {', '.join(FILES)} to {output}")


def inside_out(model):
    """Return the same model with an output at each layer that computes something, named as in mnist_model/layers.py."""
    import keras

    steps = [layer.output for layer in model.layers if not isinstance(layer, keras.layers.Flatten)]
    return keras.Model(model.inputs, dict(zip(LAYERS, steps, strict=True)))


def train_lesson(*, data: Path | None, epochs: int | None, seed: int, output: Path) -> None:
    """Train the lesson's two networks (mnist_model/lesson.py), and write snapshots and report to `output`.

    They are those of the textbook recipe, but for the loss of the second. Raises DataError as `train` does.
    """
    recipe = RECIPES["textbook"]
    recipe = replace(recipe, epochs=epochs or recipe.epochs)
    mnist = load_mnist(data)
    output.mkdir(parents=True, exist_ok=True)
    keras = import_keras()
    from mnist_model.lenet import lenet5

    started = time.perf_counter()
    images, labels = mnist.train.images[..., None].astype("float32") / 255, mnist.train.labels
    networks = {
        "softmax": (keras.losses.SparseCategoricalCrossentropy(from_logits=True), labels),
        "sigmoid": (keras.losses.BinaryCrossentropy(from_logits=True), one_hot(labels, 10)),
    }
    last = recipe.epochs * math.ceil(len(images) / recipe.batch_size)
    steps = [*(step for step in MOMENTS if step < last), last]
    with tempfile.TemporaryDirectory(dir=output, prefix=".writing-") as temporary:
        folder = Path(temporary)
        for kind, (loss, targets) in networks.items():
            keras.utils.set_random_seed(seed)  # the same first weights for both, and the same order of the digits
            model = lenet5()
            model.compile(keras.optimizers.Adam(recipe.learning_rate), loss)

            def look(batch: int, logs: dict, model=model, kind=kind) -> None:
                if int(model.optimizer.iterations) in steps:
                    export_half(model, folder / snapshot(kind, int(model.optimizer.iterations)))

            print(f"Training the network with {kind}")
            looks = keras.callbacks.LambdaCallback(on_train_batch_end=look)
            model.fit(images, targets, batch_size=recipe.batch_size, epochs=recipe.epochs, callbacks=[looks])
        report = {
            **asdict(recipe),
            "seed": seed,
            "data_sha256": mnist.sha256,
            "versions": versions(),
            "digits": len(mnist.test.labels),
            "moments": [look_at_moment(folder, step, mnist.test) for step in steps],
            "seconds": round(time.perf_counter() - started, 1),
        }
        (folder / "report.json").write_text(json.dumps(report) + "\n")
        # Without a report there is no lesson: it goes first and comes last, so that it never names what is not there.
        for stale in (output / "report.json", *output.glob("softmax-*.tflite"), *output.glob("sigmoid-*.tflite")):
            stale.unlink(missing_ok=True)
        for file in (*folder.glob("*.tflite"), folder / "report.json"):
            file.replace(output / file.name)
    print(f"Wrote {2 * len(steps)} snapshots and report.json to {output}")


def look_at_moment(folder: Path, step: int, test: Split) -> dict:
    """Measure both networks, as `lesson.load_lesson` reads it, by the very files that the page loads."""
    logits, sigmoids = (
        load_network(kind, step, folder).logits(test.images / np.float32(255)) for kind in ("softmax", "sigmoid")
    )
    outputs = sigmoid(sigmoids)
    return {
        "step": step,
        "softmax": float((logits.argmax(axis=1) == test.labels).mean()),
        "largest": float((sigmoids.argmax(axis=1) == test.labels).mean()),
        "fired": [ten_thresholds(outputs, test.labels, threshold) for threshold in THRESHOLDS],
    }


def export_half(model, file: Path) -> None:
    """Write a forward pass for LiteRT with weights of 16 bits, half the usual size."""
    import tensorflow as tf

    half = {"optimizations": [tf.lite.Optimize.DEFAULT], "target_spec": {"supported_types": [tf.float16]}}
    model.export(file, format="litert", verbose=False, **half)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--recipe", choices=RECIPES, default="handwriting")
    what.add_argument("--lesson", action="store_true", help="train the networks of the lesson instead")
    what.add_argument("--export", action="store_true", help="train nothing; write all but lenet5.keras anew from it")
    parser.add_argument("--data", type=Path, metavar="FILE", help="mnist.npz; without it, Keras's download and cache")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the recipe's")
    parser.add_argument("--seed", type=int, metavar="N", help="default: 0")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help=f"default: {WEIGHTS}, or {LESSON}")
    parser.add_argument("--tensorboard", type=Path, metavar="FOLDER", help="write the student's curves for TensorBoard")
    options = parser.parse_args()
    options.output = options.output or (LESSON if options.lesson else WEIGHTS)
    if options.epochs is not None and options.epochs < 1:
        parser.error("--epochs must be at least 1")
    if options.tensorboard and (options.lesson or options.export):
        parser.error("--tensorboard goes with a recipe")
    if options.export and (options.epochs, options.seed) != (None, None):
        parser.error("--epochs and --seed go with training, not with --export")
    options.seed = options.seed or 0
    if not 0 <= options.seed < 2**32:
        parser.error("--seed must be from 0 to 4294967295")
    if options.lesson and (options.output / "lenet5.tflite").exists():
        parser.error(f"{options.output} holds another model and its report; the lesson needs a folder of its own")
    common = {"data": options.data, "epochs": options.epochs, "seed": options.seed}
    try:
        if options.export:
            export(data=options.data, output=options.output)
        elif options.lesson:
            train_lesson(**common, output=options.output)
        else:
            train(options.recipe, **common, output=options.output, tensorboard=options.tensorboard)
    except (DataError, ModelFileError, OSError) as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\ntrain.py: interrupted; no file in {options.output} is half-written", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
