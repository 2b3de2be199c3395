"""From MNIST to mnist_model/weights, in one command.

    python train.py                      downloads MNIST, trains, writes the model files and report.json
    python train.py --data mnist.npz     the same from a file in the layout of Keras's mnist.npz
    python train.py --recipe textbook    trains on MNIST alone, as textbooks do, in a minute
    python train.py --recipe quick       the same in half the time, to 99.0% of the test digits
    python train.py --lesson             trains the two networks of the lesson, with snapshots on the way
    python train.py --export             trains nothing: remakes the other files from lenet5.keras

The default recipe takes about an hour on two cores. If it is killed, the same command continues where it was. It
uses a GPU if TensorFlow finds one. What the models score is in report.json.

To try things out, `--limit 2000 --output FOLDER` uses only the first 2,000 images of each split.
"""

import argparse
import sys
from pathlib import Path

from mnist_model import WEIGHTS
from mnist_model.classifier import ModelFileError
from mnist_model.lesson import LESSON
from mnist_model.mnist import DataError
from mnist_model.training.data import load_mnist
from mnist_model.training.environment import SetupError, check_tensorboard, check_tensorflow, make_writable_folder
from mnist_model.training.recipes import RECIPES


def main(argv: list[str] | None = None) -> int:
    """Run the command line. Returns the exit status; a wrong argument raises SystemExit as argparse does."""
    options = parse(argv)
    try:
        run(options)
    except (DataError, ModelFileError, SetupError, OSError) as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\ntrain.py: interrupted; no file in {options.output} is half-written", file=sys.stderr)
        return 130
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command = parser.add_mutually_exclusive_group()
    command.add_argument("--recipe", choices=RECIPES, default="handwriting")
    command.add_argument("--lesson", action="store_true", help="train the networks of the lesson instead")
    command.add_argument(
        "--export", action="store_true", help="train nothing; remake the other files from lenet5.keras"
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="mnist.npz; without it, Keras's download and cache")
    parser.add_argument("--epochs", type=int, metavar="N", help="instead of the recipe's")
    parser.add_argument("--seed", type=int, metavar="N", help="default: 0")
    parser.add_argument("--limit", type=int, metavar="N", help="use only the first N images of each split")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help=f"default: {WEIGHTS}, or {LESSON}")
    parser.add_argument("--tensorboard", type=Path, metavar="FOLDER", help="write the learning curves for TensorBoard")
    options = parser.parse_args(argv)
    if options.epochs is not None and options.epochs < 1:
        parser.error("--epochs must be at least 1")
    if options.limit is not None and options.limit < 1:
        parser.error("--limit must be at least 1")
    if options.limit and not options.output:
        parser.error("--limit needs an --output folder: a model of a few images must not replace the shipped one")
    if options.tensorboard and (options.lesson or options.export):
        parser.error("--tensorboard goes with a recipe")
    if options.export and (options.epochs, options.seed, options.limit) != (None, None, None):
        parser.error("--epochs, --seed and --limit go with training, not with --export")
    options.seed = options.seed or 0
    if not 0 <= options.seed < 2**32:
        parser.error("--seed must be from 0 to 4294967295")
    options.output = options.output or (LESSON if options.lesson else WEIGHTS)
    if options.lesson and (options.output / "lenet5.tflite").exists():
        parser.error(f"{options.output} holds another model and its report; the lesson needs a folder of its own")
    return options


def run(options: argparse.Namespace) -> None:
    check_tensorflow()
    if options.tensorboard:
        check_tensorboard()
    mnist = load_mnist(options.data)
    make_writable_folder(options.output)
    settings = {"output": options.output, "epochs": options.epochs, "seed": options.seed, "limit": options.limit}
    # These import TensorFlow, which takes seconds: only now that all else is in order.
    if options.export:
        from mnist_model.training.export import export

        export(mnist, options.output)
    elif options.lesson:
        from mnist_model.training.lesson import train_lesson

        train_lesson(mnist, **settings)
    else:
        from mnist_model.training.fit import train

        train(options.recipe, mnist, **settings, tensorboard=options.tensorboard)


if __name__ == "__main__":
    sys.exit(main())
