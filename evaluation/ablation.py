"""What each part of the handwriting recipe is worth: `python -m evaluation.ablation --pens FOLDER`

Trains the recipe, much shortened, as it is and without one part at a time. Measures each on validation data: digits as
they are, corrupted in 15 ways, pen strokes in styles held out of training, and how well the energy separates digits
from letters; and on half of the real pens of evaluation/pens.py, in FOLDER, if that is given. About three minutes per
variant on two cores. `--output docs/ablation.md` writes the table.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.drawings import black_on_white, preprocess, stroke_drawing
from evaluation.markdown import table
from evaluation.not_a_digit import auroc, letters
from evaluation.pens import pen_images
from evaluation.unipen import HALF, read_digits
from mnist_model import calibration
from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.mnist import Split
from mnist_model.softmax import energy
from mnist_model.training import strokes
from mnist_model.training.augment import LETTERS
from mnist_model.training.data import Mnist, load_mnist
from mnist_model.training.measure import Logits, calibrated_temperature
from mnist_model.training.recipes import RECIPES, Recipe, scaled

DIGITS = 27_500  # half of MNIST's 55,000
SHORT = replace(scaled(RECIPES["handwriting"], 0.5), passes=1, epochs=16)


def changed(**changes: Any) -> Recipe:
    """Return the short recipe with changes and, where they leave fewer images, more epochs: as many steps as before."""
    recipe = replace(SHORT, **changes)
    before, after = (DIGITS * (1 + one.clean) + one.stroke_digits + one.ood_images for one in (SHORT, recipe))
    return replace(recipe, epochs=round(recipe.epochs * before / after))


VARIANTS = {
    "the recipe, shortened": SHORT,
    "without clean digits": changed(clean=False),
    "without geometric augmentation": changed(geometric=False),
    "without photometric augmentation": changed(photometric=False),
    "without stroke digits": changed(stroke_digits=0),
    "without OOD images": changed(ood_images=0),
    "without weight decay": changed(weight_decay=0.0),
}

COLUMNS = (
    "validation digits",
    "corrupted",
    "strokes, styles held out",
    "real pens",
    "ECE at T*",
    "ECE at T*, corrupted",
    "AUROC on letters",
)

Drawn = tuple[NDArray[np.float32], NDArray]  # images as the network sees them, (n, 28, 28), and labels, (n,)


def train_variant(recipe: Recipe, mnist: Mnist) -> Logits:
    """Train LeNet-5. Returns it as a function."""
    # Here, because the processes that augment import this module and need no TensorFlow.
    from mnist_model.training.checkpoints import CheckpointStore
    from mnist_model.training.fit import train_on_passes

    with tempfile.TemporaryDirectory() as checkpoints:
        model, _ = train_on_passes(recipe, mnist, 0, CheckpointStore(Path(checkpoints), {}), [])
    return lambda images: model.predict(images[..., None], batch_size=500, verbose=0)


def held_out_strokes(samples: int = 60) -> Drawn:
    """Draw digits in styles held out of training. Returns images as the network sees them, (n, 28, 28), and labels."""
    rng = np.random.default_rng(2)
    keys = [key for key in sorted(strokes.HELD_OUT) for _ in range(samples)]
    pictures = (black_on_white(stroke_drawing(digit, style, rng)) for digit, style in keys)
    return preprocess(pictures), np.array([digit for digit, _ in keys])


def read_pens(folder: Path) -> Drawn:
    """Draw half of UNIPEN's digits in the middle of the canvas."""
    digits = list(read_digits(folder, HALF))
    return pen_images(digits, {}), np.array([digit.label for digit in digits])


def measure(logits: Logits, validation: Split, held_out: Drawn, real_pens: Drawn | None) -> list[str]:
    """Return the cells of COLUMNS for a network."""
    plain = logits(validation.images / np.float32(255))
    corrupted = np.concatenate([logits(corrupt(validation.images, corruption)) for corruption in CORRUPTIONS])
    # By the short recipe's augmentation for all variants, so that they are measured alike.
    temperature = calibrated_temperature(logits, validation, geometric=SHORT.geometric, seed=0)
    of_plain = calibration.summary(plain, validation.labels, temperature)
    of_corrupted = calibration.summary(corrupted, np.tile(validation.labels, len(CORRUPTIONS)), temperature)

    def accuracy(drawn: Drawn) -> float:
        return float(np.mean(logits(drawn[0]).argmax(axis=1) == drawn[1]))

    return [
        f"{of_plain['accuracy']:.2%}",
        f"{of_corrupted['accuracy']:.2%}",
        f"{accuracy(held_out):.2%}",
        f"{accuracy(real_pens):.2%}" if real_pens else "—",
        f"{of_plain['after']['ece']:.2%}",
        f"{of_corrupted['after']['ece']:.2%}",
        f"{auroc(energy(plain), energy(logits(letters(LETTERS)))):.3f}",
    ]


def document(counts: dict[str, int], rows: dict[str, list[str]]) -> str:
    """Return the cells of each variant as Markdown. `counts` has how many images some COLUMNS were measured on."""
    first = dict(zip(COLUMNS, next(iter(rows.values())), strict=True))
    chance = [f"{by_chance(first[name], count):.1%} of {count:,} ({name})" for name, count in counts.items()]
    return "\n".join(
        [
            "# What each part of the recipe is worth\n",
            f"`{(__doc__ or '').split('`')[1]}` wrote this, from a much shortened recipe: "
            f"{SHORT.passes} pass of {DIGITS:,} digits, half as many stroke digits and OOD images, and {SHORT.epochs} "
            "epochs. All variants have about as many steps, and one seed. Accuracies may differ by chance by up to "
            f"{'; '.join(chance)}.\n",
            table(["", *COLUMNS], [[name, *cells] for name, cells in rows.items()]),
        ]
    )


def by_chance(accuracy: str, count: int) -> float:
    """Return two standard errors of the difference between two networks with such an accuracy on `count` images."""
    share = float(accuracy.rstrip("%")) / 100
    return float(2 * np.sqrt(2 * share * (1 - share) / count))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="mnist.npz; without it, Keras's download and cache")
    parser.add_argument("--limit", type=int, default=DIGITS, help="how many training digits to use, to try it out")
    parser.add_argument("--pens", type=Path, metavar="FOLDER", help="UNIPEN's data/ and include/")
    parser.add_argument("--output", type=Path, help="write the table to this file")
    options = parser.parse_args(argv)
    mnist = load_mnist(options.data).first(options.limit)
    held_out, real_pens = held_out_strokes(), read_pens(options.pens) if options.pens else None
    counts = {"validation digits": len(mnist.validation.labels), "strokes, styles held out": len(held_out[1])}
    if real_pens:
        counts["real pens"] = len(real_pens[1])
    rows: dict[str, list[str]] = {}
    for name, recipe in VARIANTS.items():
        logits = train_variant(scaled(recipe, options.limit / DIGITS), mnist)
        rows[name] = measure(logits, mnist.validation, held_out, real_pens)
        print(f"{name}: {', '.join(rows[name])}", flush=True)
        if options.output:
            options.output.write_text(document(counts, rows), encoding="utf-8")
    print(document(counts, rows))


if __name__ == "__main__":
    main()
