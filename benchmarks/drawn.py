"""How well the network reads what people draw: `python -m benchmarks.drawn --data mnist.npz`

Two sorts of drawings, each on the page's canvas and through the very `to_mnist` that the page uses: digits of MNIST's
validation set, enlarged, and strokes of `mnist_model/strokes.py` in styles that were held out of training. Prints
tables in Markdown; `--output docs/drawn.md` writes them.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.paper import photograph
from mnist_model import WEIGHTS, strokes
from mnist_model.classifier import Classifier
from mnist_model.data import Split, load_mnist
from mnist_model.preprocess import to_mnist
from mnist_model.report import load_trust
from mnist_model.softmax import softmax

CANVAS, SIZE, PEN = 320, 200, 20
Coverage = NDArray[np.uint8]  # (CANVAS, CANVAS), 255 where there is ink
Random = np.random.Generator


def mnist_drawing(image: NDArray[np.uint8], size: float = SIZE, tilt: float = 0, at=(0.5, 0.5)) -> Coverage:
    """An MNIST digit with its box `size` pixels long, turned by `tilt` degrees, at a place from (0, 0) to (1, 1)."""
    scale = size / 20
    turn = cv2.getRotationMatrix2D((13.5, 13.5), -tilt, scale)
    room = CANVAS - 1.1 * size
    turn[:, 2] += np.array(at) * room + 0.55 * size - 13.5
    return cv2.warpAffine(image, turn, (CANVAS, CANVAS), flags=cv2.INTER_CUBIC)


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
    """A digit as a hand draws it; from so many points, or so wide for its height, if they are given."""
    lines = strokes.write(digit, style, rng, points=points)
    if wide:
        width, height = np.ptp(np.concatenate(lines), axis=0)
        lines = [line * (wide * height / width, 1) for line in lines]
    turn = np.deg2rad(tilt)
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lines = strokes.fit([line @ shape.T for line in lines])
    room = CANVAS - size - pen - 4
    centre = np.array(at) * room + (CANVAS - room) / 2
    return strokes.draw(lines, CANVAS, size, pen, tuple(centre), ink=(0, 0, 0), paper=None)[..., 3]


def colour(ink, paper) -> Callable[[Coverage], NDArray[np.uint8]]:
    """How the canvas shows coverage in these colours; on no paper if `paper` is None."""

    def show(coverage: Coverage) -> NDArray[np.uint8]:
        if paper is None:
            return np.dstack([np.full_like(coverage, level) for level in ink] + [coverage])
        share = coverage[..., None] / 255
        return np.rint(share * np.array(ink) + (1 - share) * np.array(paper)).astype(np.uint8)

    return show


black_on_white = colour((0, 0, 0), (255, 255, 255))


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def share(right: NDArray) -> str:
    return f"{right.mean():.1%}"


def tables(validation: Split, classifier: Classifier, temperature: float, count: int, seed: int = 1) -> Iterator[str]:
    """Make the tables from `count` MNIST digits and `count` writings of the held styles."""

    def read(pictures: Iterable[NDArray[np.uint8]]) -> NDArray[np.float32]:
        seen = [to_mnist(picture) for picture in pictures]
        return classifier.logits(np.stack([np.zeros((28, 28)) if image is None else image for image in seen]))

    def right(pictures: Iterable[NDArray[np.uint8]], labels: NDArray) -> NDArray[np.bool_]:
        """Tell which pictures are read as their labels say."""
        return read(pictures).argmax(axis=1) == labels

    rng = np.random.default_rng(seed)
    digits = Split(validation.images[:count], validation.labels[:count])

    # By digit and by style.
    logits, by_style = {}, {}
    for digit in range(10):
        for style in strokes.STYLES[digit]:
            drawings = (black_on_white(stroke_drawing(digit, style, rng)) for _ in range(count // 5))
            logits[digit, style] = read(drawings)
            by_style[digit, style] = logits[digit, style].argmax(axis=1) == digit
    logits["enlarged"] = read(black_on_white(mnist_drawing(image)) for image in digits.images)
    enlarged = logits["enlarged"].argmax(axis=1) == digits.labels
    rows = []
    for digit in range(10):
        held = [by_style[digit, style] for style in strokes.styles(digit, held=True)]
        known = [by_style[digit, style] for style in strokes.styles(digit, held=False)]
        rows.append(
            [str(digit), share(enlarged[digits.labels == digit]), share(np.hstack(known)), share(np.hstack(held))]
        )
    every = [[by_style[key] for key in by_style if (key in strokes.HELD) == held] for held in (False, True)]
    rows.append(["**all**", share(enlarged), *(share(np.hstack(part)) for part in every)])
    yield "## By digit\n"
    yield table(["digit", "MNIST, enlarged", "strokes, styles trained on", "strokes, styles held out"], rows)
    yield "## How sure\n"
    rows = []
    for name, keys, found in (
        ("MNIST, enlarged", ["enlarged"], enlarged),
        ("strokes, styles trained on", by_style.keys() - strokes.HELD, np.hstack(every[0])),
        ("strokes, styles held out", strokes.HELD, np.hstack(every[1])),
    ):
        z = np.concatenate([logits[key] for key in keys])
        rows.append([name, share(found), *(share(softmax(z, t).max(axis=1)) for t in (1, temperature))])
    yield table(["", "read right", "sure at T = 1", f"sure at T* = {temperature:.2f}"], rows)
    yield "## By style\n"
    rows = [
        [str(digit), style, "held out" if (digit, style) in strokes.HELD else "", share(found)]
        for (digit, style), found in by_style.items()
    ]
    yield table(["digit", "style", "", "read right"], rows)

    # By how, where and on what it is drawn: the same digits and the same writings each time.
    held = [key for key in by_style if key in strokes.HELD]
    repeats = max(1, count // len(held))
    labels = np.array([digit for digit, _ in held for _ in range(repeats)])

    def measure(name: str, show=black_on_white, *, pen=None, strange: bool = False, **how) -> list[str]:
        hand, lens = np.random.default_rng(seed), np.random.default_rng(seed)
        drawings = (
            stroke_drawing(digit, style, hand, pen=pen or min(PEN, how.get("size", SIZE) / 6), **how)
            for digit, style in held
            for _ in range(repeats)
        )
        look = (lambda coverage: show(coverage, lens)) if strange else show
        written = right(map(look, drawings), labels)
        if pen or how.keys() & {"points", "wide"}:
            return [name, "", share(written)]
        return [
            name,
            share(right((look(mnist_drawing(image, **how)) for image in digits.images), digits.labels)),
            share(written),
        ]

    def photo(**how):
        return {"show": lambda coverage, lens: photograph(coverage, lens, width=800, **how), "strange": True}

    def jpeg(coverage, lens):
        _, file = cv2.imencode(".jpg", black_on_white(coverage), [cv2.IMWRITE_JPEG_QUALITY, 20])
        return cv2.imdecode(file, cv2.IMREAD_COLOR)

    conditions = {
        "size": [measure(f"{size} pixels", size=size) for size in (40, 80, 160, 280)],
        "place": [
            measure(name, size=120, at=at)
            for name, at in {
                "middle": (0.5, 0.5),
                "top left": (0, 0),
                "top right": (1, 0),
                "bottom left": (0, 1),
                "bottom right": (1, 1),
            }.items()
        ],
        "pen width": [measure(f"{pen} pixels", pen=pen) for pen in (4, 8, 16, 28, 40)],
        "hand": [
            measure("12 points, straight lines between", points=12),
            measure("8 points", points=8),
            measure("half as wide as high", wide=0.5),
            measure("as wide as high", wide=1),
            measure("as wide as high, 8 points", wide=1, points=8),
        ],
        "tilt": [measure(f"{tilt:+d} degrees", tilt=tilt) for tilt in (-25, -15, 15, 25)],
        "colour": [
            measure("white on black", colour((255, 255, 255), (0, 0, 0))),
            measure("red on green", colour((200, 40, 40), (60, 160, 90))),
            measure("pale grey on white", colour((215, 215, 215), (255, 255, 255))),
            measure("blue on nothing", colour((40, 60, 220), None)),
        ],
        "background": [
            measure("JPEG of quality 20", jpeg, strange=True),
            measure("photo, even light", **photo(shadow=0.05)),
            measure("photo, shadow", **photo(shadow=0.7)),
            measure("photo, ruled paper", **photo(ruled=True)),
            measure("photo, noise and JPEG", **photo(noise=15, quality=25)),
        ],
    }
    for name, rows in conditions.items():
        yield f"## By {name}\n"
        yield table([name, "MNIST, enlarged", "strokes, styles held out"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="mnist.npz; without it, Keras's download and cache")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="a folder that train.py wrote (default: shipped)")
    parser.add_argument("--count", type=int, default=300, help="of MNIST's digits in a figure (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="write the tables to this file")
    options = parser.parse_args()
    classifier = Classifier(options.weights / "lenet5.tflite")
    temperature = load_trust(options.weights / "report.json").temperature
    parts = [
        "# Drawings, read\n",
        f"`{__doc__.split('`')[1]}` wrote this, from {options.count} of MNIST's digits and as many writings "
        f"of the held styles; by style, from {options.count // 5} writings of each.\n",
    ]
    print("\n".join(parts))
    for part in tables(load_mnist(options.data).validation, classifier, temperature, options.count):
        print(part, flush=True)
        parts.append(part)
    if options.output:
        options.output.write_text("\n".join(parts))


if __name__ == "__main__":
    main()
