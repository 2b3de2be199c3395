"""How well the network reads what people draw: `python -m evaluation.drawings --data mnist.npz`

Two kinds of drawings, each on the page's canvas and through the same `to_mnist` that the page uses: digits of MNIST's
validation set, enlarged, and pen strokes (mnist_model/training/strokes.py) in all styles, some held out of training.
Prints tables in Markdown; `--output docs/drawings.md` writes them, and the numbers to drawings.json beside the weights.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from evaluation.markdown import percent, table
from evaluation.paper import photograph
from mnist_model import WEIGHTS
from mnist_model.classifier import Classifier
from mnist_model.mnist import Split
from mnist_model.preprocess import to_mnist
from mnist_model.report import Calibration, load_calibration, to_hex
from mnist_model.softmax import softmax
from mnist_model.training import strokes
from mnist_model.training.data import load_mnist

CANVAS, PEN = 320, 24  # the page's canvas and pen, in pixels
SIZE = 200  # of a digit
Coverage = NDArray[np.uint8]  # (CANVAS, CANVAS), 255 where there is ink
Picture = NDArray[np.uint8]  # what `to_mnist` takes
Random = np.random.Generator
Style = tuple[int, str]  # a digit, and one of its strokes.STYLES


def mnist_drawing(image: NDArray[np.uint8], size: float = SIZE, tilt: float = 0, at=(0.5, 0.5)) -> Coverage:
    """Enlarge an MNIST digit to `size` pixels, turned by `tilt` degrees, at a place from (0, 0) to (1, 1)."""
    scale = size / 20
    turn = cv2.getRotationMatrix2D((13.5, 13.5), -tilt, scale).astype(float)
    room = CANVAS - 1.1 * size
    turn[:, 2] += np.array(at) * room + 0.55 * size - 13.5
    return cv2.warpAffine(image, turn, (CANVAS, CANVAS), flags=cv2.INTER_CUBIC).astype(np.uint8, copy=False)


def stroke_drawing(
    digit: int,
    style: str,
    rng: Random,
    size: float = SIZE,
    tilt: float = 0,
    at=(0.5, 0.5),
    pen: float = PEN,
    points: int | None = None,
    wide: float | None = None,
) -> Coverage:
    """Draw a digit in pen strokes; with so many points, or so wide for its height, if they are given."""
    lines = strokes.write(digit, style, rng, points=points)
    if wide:
        width, height = np.ptp(np.concatenate(lines), axis=0)
        lines = [line * (wide * height / width, 1) for line in lines]
    return place_strokes(lines, size, tilt, at, pen)


def place_strokes(lines: strokes.Strokes, size: float, tilt: float, at, pen: float) -> Coverage:
    """Draw strokes on the canvas: `size` pixels long, turned by `tilt` degrees, at a place from (0, 0) to (1, 1)."""
    turn = np.deg2rad(tilt)
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lines = strokes.normalize([line @ shape.T for line in lines])
    room = CANVAS - size - pen - 4
    centre = np.array(at) * room + (CANVAS - room) / 2
    return strokes.draw(lines, CANVAS, size, pen, tuple(centre), ink=(0, 0, 0), paper=None)[..., 3]


# What coverage looks like: on a canvas, in a file, in a photograph.

Appearance = Callable[[Coverage, Random], Picture]


def colours(ink: tuple[int, int, int], paper: tuple[int, int, int] | None) -> Appearance:
    """Return how the canvas shows coverage in these colours; on a transparent background if `paper` is None."""

    def show(coverage: Coverage, rng: Random) -> Picture:
        if paper is None:
            return np.dstack([np.full_like(coverage, level) for level in ink] + [coverage])
        share = coverage[..., None] / 255
        return np.rint(share * np.array(ink) + (1 - share) * np.array(paper)).astype(np.uint8)

    return show


def black_on_white(coverage: Coverage, rng: Random | None = None) -> Picture:
    return 255 - np.dstack([coverage] * 3)


def jpeg(coverage: Coverage, rng: Random) -> Picture:
    _, file = cv2.imencode(".jpg", black_on_white(coverage), [cv2.IMWRITE_JPEG_QUALITY, 20])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)


def photo(**settings: Any) -> Appearance:
    """Return how a photograph shows coverage as ink on paper. Settings are those of `photograph`."""
    return lambda coverage, rng: photograph(coverage, rng, width=800, **settings)


class Condition(NamedTuple):
    """A way to draw."""

    name: str
    look: Appearance = black_on_white
    drawing: Mapping[str, Any] = {}  # arguments of both `mnist_drawing` and `stroke_drawing`
    strokes_only: Mapping[str, Any] = {}  # arguments of `stroke_drawing` that MNIST's finished digits cannot have


CONDITIONS = {
    "size": [Condition(f"{size} pixels", drawing={"size": size}) for size in (40, 80, 160, 280)],
    "place": [
        Condition(name, drawing={"size": 120, "at": at})
        for name, at in (
            ("middle", (0.5, 0.5)),
            ("top left", (0, 0)),
            ("top right", (1, 0)),
            ("bottom left", (0, 1)),
            ("bottom right", (1, 1)),
        )
    ],
    "pen width": [Condition(f"{pen} pixels", strokes_only={"pen": pen}) for pen in (4, 8, 16, 28, 40)],
    "hand": [
        Condition("12 points, straight lines between", strokes_only={"points": 12}),
        Condition("8 points, straight lines between", strokes_only={"points": 8}),
        Condition("half as wide as high", strokes_only={"wide": 0.5}),
        Condition("as wide as high", strokes_only={"wide": 1}),
        Condition("as wide as high, 8 points, straight lines between", strokes_only={"wide": 1, "points": 8}),
    ],
    "tilt": [Condition(f"{tilt:+d} degrees", drawing={"tilt": tilt}) for tilt in (-25, -15, 15, 25)],
    "colour": [
        Condition("white on black", colours((255, 255, 255), (0, 0, 0))),
        Condition("red on green", colours((200, 40, 40), (60, 160, 90))),
        Condition("pale grey on white", colours((215, 215, 215), (255, 255, 255))),
        Condition("blue on nothing", colours((40, 60, 220), None)),
    ],
    "background": [
        Condition("JPEG of quality 20", jpeg),
        Condition("photo, even light", photo(shadow=0.05)),
        Condition("photo, shadow", photo(shadow=0.7)),
        Condition("photo, ruled paper", photo(ruled=True)),
        Condition("photo, noise and JPEG", photo(noise=15, quality=25)),
    ],
}


# Measuring.


def preprocess(pictures: Iterable[Picture]) -> NDArray[np.float32]:
    """Return pictures as the network sees them, (n, 28, 28)."""
    digits = [to_mnist(picture) for picture in pictures]
    return np.stack([np.zeros((28, 28), np.float32) if digit is None else digit for digit in digits])


def measure(validation: Split, classifier: Classifier, calibration: Calibration, count: int, seed: int = 1) -> dict:
    """Read `count` MNIST digits, and `count // 5` drawings of each style. Returns the content of drawings.json."""
    rng, samples = np.random.default_rng(seed), count // 5
    digits = Split(validation.images[:count], validation.labels[:count])
    enlarged = classifier.logits(preprocess(black_on_white(mnist_drawing(image)) for image in digits.images))
    drawn = {
        (digit, style): preprocess(black_on_white(stroke_drawing(digit, style, rng)) for _ in range(samples))
        for digit in range(10)
        for style in strokes.STYLES[digit]
    }
    logits = {style: classifier.logits(images) for style, images in drawn.items()}

    def summary(which: NDArray[np.bool_], styles: list[Style]) -> dict:
        """Summarize some of the enlarged digits and some styles."""
        sets = {"mnist": (enlarged[which], digits.labels[which])}
        for name, held_out in (("trained", False), ("held_out", True)):
            chosen = [style for style in styles if (style in strokes.HELD_OUT) == held_out]
            labels = np.repeat([digit for digit, _ in chosen], samples)
            sets[name] = np.concatenate([logits[style] for style in chosen]), labels
        return {name: summarize(*found, calibration.temperature) for name, found in sets.items()}

    return {
        "count": count,
        "calibration": calibration,
        "all": summary(np.ones(count, bool), list(logits)),
        "digits": [
            summary(digits.labels == digit, [style for style in logits if style[0] == digit]) for digit in range(10)
        ],
        "styles": [measure_style(style, drawn[style], found) for style, found in logits.items()],
        "conditions": {
            name: [measure_condition(condition, digits, classifier, seed) for condition in conditions]
            for name, conditions in CONDITIONS.items()
        },
    }


def summarize(logits: NDArray[np.float32], labels: NDArray, temperature: float) -> dict:
    """Return the accuracy, and the mean probability of the winner at T = 1 and at the calibrated temperature."""
    return {
        "accuracy": float(np.mean(logits.argmax(axis=1) == labels)),
        "probability": [float(softmax(logits, t).max(axis=1).mean()) for t in (1, temperature)],
    }


def measure_style(style: Style, images: NDArray[np.float32], logits: NDArray[np.float32]) -> dict:
    """Return the accuracy on one style, and the drawing with the lowest probability of its digit, for the page."""
    digit, name = style
    return {
        "digit": digit,
        "style": name,
        "held_out": style in strokes.HELD_OUT,
        "accuracy": float(np.mean(logits.argmax(axis=1) == digit)),
        "worst": to_hex(images[softmax(logits)[:, digit].argmin()]),
    }


def measure_condition(condition: Condition, digits: Split, classifier: Classifier, seed: int) -> dict:
    """Return the accuracies under one condition: on the same digits and the same strokes for all conditions."""
    rng = np.random.default_rng(seed)  # of the photographs

    def accuracy(drawings: Iterable[Coverage], labels: NDArray) -> float:
        pictures = (condition.look(drawing, rng) for drawing in drawings)
        return float(np.mean(classifier.logits(preprocess(pictures)).argmax(axis=1) == labels))

    def stroke_drawings() -> Iterator[Coverage]:
        strokes_rng = np.random.default_rng(seed)
        pen = min(PEN, condition.drawing.get("size", SIZE) / 6)
        arguments = {"pen": pen, **condition.drawing, **condition.strokes_only}
        for digit, style in held_out:
            yield stroke_drawing(digit, style, strokes_rng, **arguments)

    styles = [(digit, style) for digit in range(10) for style in strokes.styles(digit, held_out=True)]
    repeats = max(1, len(digits.labels) // len(styles))
    held_out = [style for style in styles for _ in range(repeats)]
    on_strokes = accuracy(stroke_drawings(), np.array([digit for digit, _ in held_out]))
    enlarged = (mnist_drawing(image, **condition.drawing) for image in digits.images)
    on_mnist = None if condition.strokes_only else accuracy(enlarged, digits.labels)
    return {"name": condition.name, "mnist": on_mnist, "held_out": on_strokes}


# The document.

SETS = {"mnist": "MNIST, enlarged", "trained": "strokes, styles trained on", "held_out": "strokes, styles held out"}


def document(found: dict) -> str:
    """Return what `measure` found as Markdown."""
    everything = {**{str(digit): one for digit, one in enumerate(found["digits"])}, "**all**": found["all"]}
    parts = [
        "# How well drawings are read\n",
        f"`{(__doc__ or '').split('`')[1]}` wrote this, from {found['count']} of MNIST's validation digits and "
        f"{found['count'] // 5} drawings of each style; by size and what follows, from {found['count']} drawings in "
        "the styles held out of training. The percentages are accuracies, except where they are probabilities.\n",
        "## By digit\n",
        table(
            ["digit", *SETS.values()],
            [[name, *(percent(one[key]["accuracy"]) for key in SETS)] for name, one in everything.items()],
        ),
        "## Accuracy and mean probability\n",
        table(
            ["", "accuracy", "probability at T = 1", f"probability at T* = {found['calibration'][0]:.2f}"],
            [
                [SETS[key], percent(one["accuracy"]), *map(percent, one["probability"])]
                for key, one in found["all"].items()
            ],
        ),
        "## By style\n",
        table(
            ["digit", "style", "", "accuracy"],
            [
                [str(one["digit"]), one["style"], "held out" if one["held_out"] else "", percent(one["accuracy"])]
                for one in found["styles"]
            ],
        ),
    ]
    for name, conditions in found["conditions"].items():
        rows = [[one["name"], percent(one["mnist"]), percent(one["held_out"])] for one in conditions]
        parts += [f"## By {name}\n", table([name, SETS["mnist"], SETS["held_out"]], rows)]
    return "\n".join(parts)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="mnist.npz; without it, Keras's download and cache")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="a folder that train.py wrote (default: shipped)")
    parser.add_argument("--count", type=int, default=300, help="how many MNIST digits to read (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="write the tables here, and drawings.json beside the weights")
    options = parser.parse_args(argv)
    classifier = Classifier(options.weights / "lenet5.tflite")
    calibration = load_calibration(options.weights / "report.json")
    found = measure(load_mnist(options.data).validation, classifier, calibration, options.count)
    print(document(found))
    if options.output:
        options.output.write_text(document(found), encoding="utf-8")
        (options.weights / "drawings.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
