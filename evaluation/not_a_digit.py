"""How well the energy of the logits separates digits from other input: `python -m evaluation.not_a_digit`

AUROC is the probability that an image of the row has more energy than a digit of MNIST's test set: 0.5 is chance, 1 is
perfect. The last column is the share of images above the page's threshold, which is set so that 98% of digits are
below it: of the validation digits and as many generated ones. Training has seen scribbles made by the same code, and
letters in other fonts, but no clothes and no letters that look like digits.
"""

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import streamlit
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from sklearn.metrics import roc_auc_score

from evaluation.markdown import percent, table
from mnist_model import WEIGHTS
from mnist_model.classifier import Classifier
from mnist_model.mnist import load_test_set
from mnist_model.preprocess import to_mnist
from mnist_model.report import Calibration, load_calibration, to_hex
from mnist_model.softmax import energy
from mnist_model.training import strokes
from mnist_model.training.augment import LETTERS, LOOK_LIKE_DIGITS

FASHION = Path("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")  # Debian's package

EXAMPLES = 12  # of each kind, for the page to show

# These fonts come with Streamlit, and so with this project.
FONTS = (
    "SourceSansVF-Upright",
    "SourceSansVF-Italic",
    "SourceSerifVariable-Roman",
    "SourceSerifVariable-Italic",
    "SourceCodeVF-Upright",
    "KaTeX_Typewriter-Regular",
    "KaTeX_SansSerif-Bold",
)


def letters(which: list[str]) -> NDArray[np.float32]:
    """Render letters in FONTS. Returns them as the network sees them, (n, 28, 28)."""
    static = Path(streamlit.__file__).parent / "static"
    found = []
    for name in FONTS:
        (file,) = static.rglob(f"{name}.*woff2")
        font = ImageFont.truetype(file, 180)
        for letter in which:
            image = Image.new("L", (400, 400), 255)
            ImageDraw.Draw(image).text((200, 200), letter, 0, font, anchor="mm")
            digit = to_mnist(np.asarray(image))
            if digit is not None:
                found.append(digit)
    return np.stack(found)


def scribbles(count: int, seed: int = 1) -> NDArray[np.float32]:
    """Draw strokes that wander at random. Returns them as the network sees them, (count, 28, 28)."""
    rng = np.random.default_rng(seed)
    drawn = [to_mnist(strokes.draw(strokes.scribble(rng), pen=rng.uniform(8, 30))) for _ in range(count)]
    return np.stack([digit for digit in drawn if digit is not None])


def fashion() -> NDArray[np.float32] | None:
    """Read Fashion-MNIST's test set (Xiao, Rasul and Vollgraf 2017), (10000, 28, 28); None if it is not installed."""
    if not FASHION.exists():
        return None
    levels = np.frombuffer(gzip.decompress(FASHION.read_bytes()), np.uint8, offset=16)
    return levels.reshape(-1, 28, 28).astype(np.float32) / np.float32(255)


def auroc(digits: NDArray[np.floating], others: NDArray[np.floating]) -> float:
    """Return the area under the ROC curve of two sets of energies, (n,) and (m,)."""
    is_other = np.repeat([0, 1], [len(digits), len(others)])
    return float(roc_auc_score(is_other, np.concatenate([digits, others])))


def measure(classifier: Classifier, calibration: Calibration) -> dict[str, Any]:
    """Measure how well each kind of input is detected. Returns the content of not_a_digit.json."""
    digits = energy(classifier.logits(load_test_set().images / np.float32(255)))
    inputs = {
        "clothes (Fashion-MNIST)": fashion(),
        "letters, in fonts": letters(LETTERS),
        "letters that look like digits": letters(list(LOOK_LIKE_DIGITS)),
        "scribbles": scribbles(2000),
    }

    def detected(energies: NDArray[np.floating]) -> float:
        return float(np.mean(energies > calibration.energy_threshold))

    found: dict[str, Any] = {
        "digits (MNIST test set)": {
            "images": len(digits),
            "auroc": None,
            "detected": detected(digits),
            "examples": [],
        }
    }
    for name, images in inputs.items():
        if images is not None:
            energies = energy(classifier.logits(images))
            found[name] = {
                "images": len(images),
                "auroc": auroc(digits, energies),
                "detected": detected(energies),
                "examples": [to_hex(image) for image in images[:EXAMPLES]],
            }
    return {"calibration": calibration, "inputs": found}


def document(found: dict[str, Any]) -> str:
    """Return what `measure` found as Markdown."""
    rows = [
        [
            name,
            f"{one['images']:,}",
            "" if one["auroc"] is None else f"{one['auroc']:.4f}",
            percent(one["detected"]),
        ]
        for name, one in found["inputs"].items()
    ]
    about = (__doc__ or "").split("\n\n", 1)[1]
    return "\n".join(
        [
            "# How well other input is separated from digits\n",
            "`python -m evaluation.not_a_digit` wrote this.\n",
            about,
            table(["input", "images", "AUROC", 'called "not a digit"'], rows),
        ]
    )


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="a folder that train.py wrote (default: shipped)")
    parser.add_argument("--output", type=Path, help="write the table here, and not_a_digit.json beside the weights")
    options = parser.parse_args(argv)
    classifier = Classifier(options.weights / "lenet5.tflite")
    calibration = load_calibration(options.weights / "report.json")
    found = measure(classifier, calibration)
    print(document(found))
    if fashion() is None:
        print(f"Without clothes: {FASHION} is not installed (Debian's dataset-fashion-mnist).")
    if options.output:
        options.output.write_text(document(found), encoding="utf-8")
        (options.weights / "not_a_digit.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
