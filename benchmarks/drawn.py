"""How well the network reads what people draw: `python -m benchmarks.drawn --data mnist.npz`

Two sorts of drawings, each on the page's canvas and through the very `to_mnist` that the page uses: digits of MNIST's
validation set, enlarged, and strokes of `mnist_model/strokes.py` in styles that were held out of training. Prints
tables in Markdown; `--output docs/drawn.md` writes them, and the numbers to drawn.json beside the weights.
"""

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.paper import photograph
from mnist_model import WEIGHTS, strokes
from mnist_model.classifier import Classifier
from mnist_model.data import Split, load_mnist
from mnist_model.preprocess import to_mnist
from mnist_model.report import Trust, load_trust, to_hex
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


def measure(validation: Split, classifier: Classifier, trust: Trust, count: int, seed: int = 1) -> dict:
    """Read `count` MNIST digits and `count` writings of the held styles. Returns what drawn.json holds."""

    def see(pictures: Iterable[NDArray[np.uint8]]) -> NDArray[np.float32]:
        seen = [to_mnist(picture) for picture in pictures]
        return np.stack([np.zeros((28, 28), np.float32) if image is None else image for image in seen])

    def read(pictures: Iterable[NDArray[np.uint8]]) -> NDArray[np.float32]:
        return classifier.logits(see(pictures))

    def right(pictures: Iterable[NDArray[np.uint8]], labels: NDArray) -> float:
        """Return the share of pictures that are read as their labels say."""
        return float(np.mean(read(pictures).argmax(axis=1) == labels))

    rng = np.random.default_rng(seed)
    digits = Split(validation.images[:count], validation.labels[:count])

    # By digit and by style.
    seen = {
        (digit, style): see(black_on_white(stroke_drawing(digit, style, rng)) for _ in range(count // 5))
        for digit in range(10)
        for style in strokes.STYLES[digit]
    }
    logits = {key: classifier.logits(images) for key, images in seen.items()}
    enlarged = read(black_on_white(mnist_drawing(image)) for image in digits.images)
    known, held = ([key for key in logits if (key in strokes.HELD) == out] for out in (False, True))

    def summary(which: NDArray, known: list, held: list) -> dict:
        """Return, of some of the enlarged digits and some styles, the share read right and the mean certainty."""
        sets = {"mnist": (enlarged[which], digits.labels[which])}
        for name, keys in (("known", known), ("held", held)):
            found = np.concatenate([logits[key] for key in keys])
            sets[name] = found, np.repeat([digit for digit, _ in keys], count // 5)
        return {
            name: {
                "right": float(np.mean(z.argmax(axis=1) == labels)),
                "sure": [float(softmax(z, t).max(axis=1).mean()) for t in (1, trust.temperature)],
            }
            for name, (z, labels) in sets.items()
        }

    # By how, where and on what it is drawn: the same digits and the same writings each time.
    repeats = max(1, count // len(held))
    labels = np.array([digit for digit, _ in held for _ in range(repeats)])

    def condition(name: str, show=black_on_white, *, pen=None, strange: bool = False, **how) -> dict:
        hand, lens = np.random.default_rng(seed), np.random.default_rng(seed)
        drawings = (
            stroke_drawing(digit, style, hand, pen=pen or min(PEN, how.get("size", SIZE) / 6), **how)
            for digit, style in held
            for _ in range(repeats)
        )
        look = (lambda coverage: show(coverage, lens)) if strange else show
        found = {"name": name, "mnist": None, "held": right(map(look, drawings), labels)}
        if not (pen or how.keys() & {"points", "wide"}):  # which are no matter of digits that are there already
            enlarged = (look(mnist_drawing(image, **how)) for image in digits.images)
            found["mnist"] = right(enlarged, digits.labels)
        return found

    def photo(**how):
        return {"show": lambda coverage, lens: photograph(coverage, lens, width=800, **how), "strange": True}

    def jpeg(coverage, lens):
        _, file = cv2.imencode(".jpg", black_on_white(coverage), [cv2.IMWRITE_JPEG_QUALITY, 20])
        return cv2.imdecode(file, cv2.IMREAD_COLOR)

    places = {
        "middle": (0.5, 0.5),
        "top left": (0, 0),
        "top right": (1, 0),
        "bottom left": (0, 1),
        "bottom right": (1, 1),
    }
    conditions = {
        "size": [condition(f"{size} pixels", size=size) for size in (40, 80, 160, 280)],
        "place": [condition(name, size=120, at=at) for name, at in places.items()],
        "pen width": [condition(f"{pen} pixels", pen=pen) for pen in (4, 8, 16, 28, 40)],
        "hand": [
            condition("12 points, straight lines between", points=12),
            condition("8 points", points=8),
            condition("half as wide as high", wide=0.5),
            condition("as wide as high", wide=1),
            condition("as wide as high, 8 points", wide=1, points=8),
        ],
        "tilt": [condition(f"{tilt:+d} degrees", tilt=tilt) for tilt in (-25, -15, 15, 25)],
        "colour": [
            condition("white on black", colour((255, 255, 255), (0, 0, 0))),
            condition("red on green", colour((200, 40, 40), (60, 160, 90))),
            condition("pale grey on white", colour((215, 215, 215), (255, 255, 255))),
            condition("blue on nothing", colour((40, 60, 220), None)),
        ],
        "background": [
            condition("JPEG of quality 20", jpeg, strange=True),
            condition("photo, even light", **photo(shadow=0.05)),
            condition("photo, shadow", **photo(shadow=0.7)),
            condition("photo, ruled paper", **photo(ruled=True)),
            condition("photo, noise and JPEG", **photo(noise=15, quality=25)),
        ],
    }

    def of(digit: int, keys: list) -> list:
        return [key for key in keys if key[0] == digit]

    return {
        "count": count,
        "trust": trust,
        "all": summary(np.ones(count, bool), known, held),
        "digits": [summary(digits.labels == digit, of(digit, known), of(digit, held)) for digit in range(10)],
        "styles": [
            {
                "digit": digit,
                "style": style,
                "held": (digit, style) in held,
                "right": float(np.mean(z.argmax(axis=1) == digit)),
                # The writing that is read worst, for the page to show.
                "worst": to_hex(seen[digit, style][softmax(z)[:, digit].argmin()]),
            }
            for (digit, style), z in logits.items()
        ],
        "conditions": conditions,
    }


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def share(right: float | None) -> str:
    return "" if right is None else f"{right:.1%}"


SETS = {"mnist": "MNIST, enlarged", "known": "strokes, styles trained on", "held": "strokes, styles held out"}


def document(found: dict) -> str:
    """Return what `measure` found as Markdown."""
    parts = [
        "# Drawings, read\n",
        f"`{__doc__.split('`')[1]}` wrote this, from {found['count']} of MNIST's digits and as many writings "
        f"of the held styles; by style, from {found['count'] // 5} writings of each.\n",
        "## By digit\n",
        table(
            ["digit", *SETS.values()],
            [
                [name, *(share(summary[key]["right"]) for key in SETS)]
                for name, summary in [
                    *((str(n), one) for n, one in enumerate(found["digits"])),
                    ("**all**", found["all"]),
                ]
            ],
        ),
        "## How sure\n",
        table(
            ["", "read right", "sure at T = 1", f"sure at T* = {found['trust'][0]:.2f}"],
            [
                [SETS[key], share(summary["right"]), *map(share, summary["sure"])]
                for key, summary in found["all"].items()
            ],
        ),
        "## By style\n",
        table(
            ["digit", "style", "", "read right"],
            [
                [str(one["digit"]), one["style"], "held out" if one["held"] else "", share(one["right"])]
                for one in found["styles"]
            ],
        ),
    ]
    for name, conditions in found["conditions"].items():
        rows = [[one["name"], share(one["mnist"]), share(one["held"])] for one in conditions]
        parts += [f"## By {name}\n", table([name, SETS["mnist"], SETS["held"]], rows)]
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="mnist.npz; without it, Keras's download and cache")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="a folder that train.py wrote (default: shipped)")
    parser.add_argument("--count", type=int, default=300, help="of MNIST's digits in a figure (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="write the tables here, and drawn.json")
    options = parser.parse_args()
    classifier = Classifier(options.weights / "lenet5.tflite")
    trust = load_trust(options.weights / "report.json")
    found = measure(load_mnist(options.data).validation, classifier, trust, options.count)
    print(document(found))
    if options.output:
        options.output.write_text(document(found))
        (options.weights / "drawn.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
