"""How well the energy of the logits tells digits from other things: `python -m benchmarks.not_a_digit`

AUROC, the chance that a thing has more energy than a digit of MNIST's test set: 0.5 is a coin, 1 is never wrong. And
how many of the things the page's threshold catches; it was set so that 98 % of the validation digits pass. Training has
seen scribbles made by the same code, and the same letters in other fonts; clothes it has not.
"""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
import streamlit
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from sklearn.metrics import roc_auc_score

from mnist_model import WEIGHTS, strokes
from mnist_model.augment import LETTERS, LOOK_LIKE_DIGITS
from mnist_model.classifier import Classifier
from mnist_model.data import load_test_set
from mnist_model.preprocess import to_mnist
from mnist_model.report import Trust, load_trust, to_hex
from mnist_model.softmax import energy

FASHION = Path("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")  # Debian's package

EXAMPLES = 12  # of each sort, for the page to show

# The fonts that come with Streamlit, and so with this project.
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
    """Letters rendered from fonts, through `to_mnist`, (n, 28, 28)."""
    static = Path(streamlit.__file__).parent / "static"
    found = []
    for name in FONTS:
        (file,) = static.rglob(f"{name}.*woff2")
        font = ImageFont.truetype(file, 180)
        for letter in which:
            image = Image.new("L", (400, 400), 255)
            ImageDraw.Draw(image).text((200, 200), letter, 0, font, anchor="mm")
            frame = to_mnist(np.asarray(image))
            if frame is not None:
                found.append(frame)
    return np.stack(found)


def scribbles(count: int, seed: int = 1) -> NDArray[np.float32]:
    """Strokes that wander at random, through `to_mnist`, (count, 28, 28)."""
    rng = np.random.default_rng(seed)
    return np.stack([to_mnist(strokes.draw(strokes.scribble(rng), pen=rng.uniform(8, 30))) for _ in range(count)])


def fashion() -> NDArray[np.float32] | None:
    """Fashion-MNIST's test set (Xiao, Rasul and Vollgraf 2017), (10000, 28, 28); None if it is not installed."""
    if not FASHION.exists():
        return None
    return np.frombuffer(gzip.decompress(FASHION.read_bytes()), np.uint8, offset=16).reshape(-1, 28, 28) / np.float32(
        255
    )


def measure(classifier: Classifier, trust: Trust) -> dict:
    """Return what not_a_digit.json holds: for each sort of things, their number, the AUROC, the share with more energy
    than the threshold, and a few of them; and which model's trust that was.
    """
    threshold = trust.energy_threshold
    digits = energy(classifier.logits(load_test_set().images / np.float32(255)))
    things = {
        "clothes (Fashion-MNIST)": fashion(),
        "letters, in fonts": letters(LETTERS),
        "letters that look like digits": letters(list(LOOK_LIKE_DIGITS)),
        "scribbles": scribbles(2000),
    }
    found = {
        "digits (MNIST test set)": {
            "images": len(digits),
            "auroc": None,
            "caught": float(np.mean(digits > threshold)),
            "examples": [],
        }
    }
    for name, frames in things.items():
        if frames is not None:
            e = energy(classifier.logits(frames))
            auroc = roc_auc_score(np.repeat([0, 1], [len(digits), len(e)]), np.concatenate([digits, e]))
            found[name] = {
                "images": len(e),
                "auroc": float(auroc),
                "caught": float(np.mean(e > threshold)),
                "examples": [to_hex(frame) for frame in frames[:EXAMPLES]],
            }
    return {"trust": trust, "things": found}


def document(found: dict) -> str:
    """Return what `measure` found as Markdown."""
    lines = ["| what | images | AUROC | said not to look like a digit |", "|---|--:|--:|--:|"]
    for name, one in found["things"].items():
        auroc = "" if one["auroc"] is None else f"{one['auroc']:.4f}"
        lines.append(f"| {name} | {one['images']:,} | {auroc} | {one['caught']:.1%} |")
    about = __doc__.split("\n\n", 1)[1]
    return "# What is no digit\n\n`python -m benchmarks.not_a_digit` wrote this.\n" + "\n".join([about, *lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="a folder that train.py wrote (default: shipped)")
    parser.add_argument("--output", type=Path, help="write the table here, and not_a_digit.json beside the weights")
    options = parser.parse_args()
    classifier = Classifier(options.weights / "lenet5.tflite")
    trust = load_trust(options.weights / "report.json")
    found = measure(classifier, trust)
    print(document(found))
    if fashion() is None:
        print(f"No clothes: {FASHION} is not installed (Debian's dataset-fashion-mnist).")
    if options.output:
        options.output.write_text(document(found))
        (options.weights / "not_a_digit.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
