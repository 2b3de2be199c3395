"""What each part of the handwriting recipe is worth: `python -m benchmarks.ablation --data mnist.npz`

Trains the recipe, much shortened, as it is and without one part at a time, and measures each on validation data: digits
as they are, spoilt in 15 ways, in strokes of styles held out of training, and how well their energy tells them from
letters. Some four minutes a variant on two cores. `--output docs/ablation.md` writes the table.
"""

import argparse
import os
import tempfile
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.drawn import black_on_white, stroke_drawing
from benchmarks.not_a_digit import letters
from mnist_model import calibration, strokes
from mnist_model.augment import LETTERS
from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.data import Split, load_mnist
from mnist_model.preprocess import to_mnist
from mnist_model.softmax import energy
from mnist_model.work import Work
from train import RECIPES, Recipe, from_teacher, honest_temperature

WHOLE = RECIPES["handwriting"]
DIGITS = 27_500  # of MNIST's 55,000
SHORT = replace(WHOLE, rounds=1, strokes=WHOLE.strokes // 2, others=WHOLE.others // 2, epochs=20, teacher_epochs=4)


def but(**changes) -> Recipe:
    """The short recipe with changes, and where they leave fewer images, more epochs: as many steps as before."""
    changed = replace(SHORT, **changes)
    full, left = (DIGITS * (1 + recipe.neat) + recipe.strokes + recipe.others for recipe in (SHORT, changed))
    return replace(
        changed,
        epochs=round(changed.epochs * full / left),
        teacher_epochs=round(changed.teacher_epochs * full / left),
    )


VARIANTS = {
    "the recipe, shortened": SHORT,
    "without neat digits": but(neat=False),
    "without bends": but(bends=False),
    "without effects": but(effects=False),
    "without strokes": but(strokes=0),
    "without things that are no digits": but(others=0),
    "without a teacher": but(teacher_epochs=0, distillation_temperature=1.0),
    "with what the teacher cannot read": but(readable=0.0),
    "with a teacher's labels at temperature 1": but(distillation_temperature=1.0),
}


def held_strokes(count: int = 60) -> Split:
    """Digits in styles held out of training, (n, 28, 28) float32, as the network gets them."""
    rng = np.random.default_rng(2)
    keys = [key for key in sorted(strokes.HELD) for _ in range(count)]
    return Split(
        np.stack([to_mnist(black_on_white(stroke_drawing(digit, style, rng))) for digit, style in keys]),
        np.array([digit for digit, _ in keys]),
    )


def measure(model, validation: Split, held: Split) -> list[str]:
    def logits(images):
        return model.predict(images[..., None], batch_size=500, verbose=0)

    plain = logits(validation.images / np.float32(255))
    best = honest_temperature(logits, SHORT, validation, seed=0)
    spoilt = np.concatenate([logits(corrupt(validation.images, spoil)) for spoil in CORRUPTIONS])
    letter = energy(logits(letters(LETTERS)))
    known = energy(plain)
    auroc = roc_auc_score(np.repeat([0, 1], [len(known), len(letter)]), np.concatenate([known, letter]))
    clean = calibration.summary(plain, validation.labels, best)
    worse = calibration.summary(spoilt, np.tile(validation.labels, len(CORRUPTIONS)), best)
    right = np.mean(logits(held.images).argmax(axis=1) == held.labels)
    shares = (clean["accuracy"], worse["accuracy"], right, clean["after"]["ece"], worse["after"]["ece"])
    return [*(f"{share:.2%}" for share in shares), f"{auroc:.3f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="mnist.npz; without it, Keras's download and cache")
    parser.add_argument("--output", type=Path, help="write the table to this file")
    options = parser.parse_args()
    mnist = load_mnist(options.data)
    mnist = mnist._replace(train=Split(mnist.train.images[:DIGITS], mnist.train.labels[:DIGITS]))
    held = held_strokes()
    head = [
        "",
        "validation digits",
        "spoilt",
        "strokes, styles held out",
        "ECE at T*",
        "ECE at T*, spoilt",
        "AUROC on letters",
    ]
    lines = [
        "# What each part of the recipe is worth\n",
        "`python -m benchmarks.ablation` wrote this, of the recipe much shortened: "
        f"{SHORT.rounds} round of {DIGITS:,} digits and half as much of the rest, "
        f"{SHORT.teacher_epochs} epochs for the teacher and {SHORT.epochs} for LeNet-5. Every line has about as many "
        f"steps. Measured on {len(mnist.validation.labels):,} validation digits, one seed each: of what is "
        f"read right, differences below {2 * np.sqrt(2 * 0.01 / len(mnist.validation.labels)):.1%} may be chance.\n",
        "| " + " | ".join(head) + " |",
        "|---" + "|--:" * (len(head) - 1) + "|",
    ]
    for name, recipe in VARIANTS.items():
        with tempfile.TemporaryDirectory() as folder:
            model, _ = from_teacher(recipe, mnist, 0, Work(Path(folder) / "work", {}), [])
        lines.append(f"| {name} | " + " | ".join(measure(model, mnist.validation, held)) + " |")
        print(lines[-1], flush=True)
        if options.output:
            options.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
