"""What was measured of the network, as files beside it say: report.json by `train.py`, two more by the benchmarks."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from mnist_model import WEIGHTS
from mnist_model.calibration import Reliability
from mnist_model.classifier import ModelFileError
from mnist_model.corruptions import CORRUPTIONS

Content = TypeVar("Content")


SORTS = DIGITS, LETTERS, LOOKALIKES, SCRIBBLES = (
    "digits (MNIST test set)", "letters, in fonts", "letters that look like digits", "scribbles",
)  # fmt: skip


class Trust(NamedTuple):
    """Two numbers found on the validation set."""

    temperature: float  # T*, at which 90 % sure means right 90 times in 100
    energy_threshold: float  # what has more energy than this does not look like a digit


class Scores(NamedTuple):
    """Of some images: the share read right, and at T = 1 and at T* the mean loss and the calibration error."""

    accuracy: float
    nll: tuple[float, float]
    ece: tuple[float, float]


class Report(NamedTuple):
    """How a network was trained, and what it scores."""

    recipe: str
    epochs: int
    seconds: float
    temperature: float  # T*
    test: Scores
    spoilt: Scores  # the test digits, spoilt in all ways together
    corruptions: dict[str, float]  # the share of them read right, spoilt in each way
    reliability: tuple[Reliability, Reliability]  # of the spoilt ones at T = 1 and at T*; bins that are not empty
    history: dict[str, list[float]]  # accuracy, loss, val_accuracy, val_loss of each epoch


class Style(NamedTuple):
    """A way to write a digit, and how well it is read."""

    digit: int
    name: str
    held: bool  # out of training
    right: float
    worst: NDArray[np.float32]  # of its writings, (28, 28) in [0, 1], as the network sees it


class Condition(NamedTuple):
    """A way to draw, and the share of drawings that are read right."""

    name: str
    mnist: float | None  # of MNIST's digits, enlarged
    held: float  # of strokes in styles held out of training


class Drawn(NamedTuple):
    """How well drawings are read, by style and by condition: what benchmarks/drawn.py found."""

    writings: int  # of each style
    styles: list[Style]
    conditions: dict[str, list[Condition]]


class Strangers(NamedTuple):
    """How well a sort of things is told from digits: what benchmarks/not_a_digit.py found."""

    images: int
    auroc: float | None
    caught: float  # the share of which the page says that they do not look like a digit
    examples: list[NDArray[np.float32]]  # (28, 28) in [0, 1], as the network sees them


def load_trust(path: str | Path = WEIGHTS / "report.json") -> Trust:
    """Read them from a report. Raises ModelFileError if it is missing, damaged, or of another version."""

    def parse(report) -> Trust:
        trust = Trust(float(report["temperature"]), float(report["energy_threshold"]))
        if not (trust.temperature > 0 and all(map(math.isfinite, trust))):
            raise ValueError(f"{trust} makes no sense")
        return trust

    return _load(Path(path), parse, "`python train.py` makes the model files anew")


def load_report(folder: str | Path = WEIGHTS) -> Report:
    """Read a network's report. Raises ModelFileError as `load_trust` does."""

    def scores(found) -> Scores:
        of = {key: tuple(float(found[when][key]) for when in ("before", "after")) for key in ("nll", "ece")}
        return Scores(float(found["accuracy"]), **of)

    def bins(found) -> Reliability:
        confidence, accuracy, count = (np.array(found[name], float) for name in Reliability._fields)
        if not confidence.shape == accuracy.shape == count.shape == (len(count),):
            raise ValueError("its bins are not whole")
        return Reliability(confidence, accuracy, count.astype(int))

    def parse(report) -> Report:
        return Report(
            recipe=str(report["recipe"]),
            epochs=int(report["epochs"]),
            seconds=float(report["seconds"]),
            temperature=float(report["temperature"]),
            test=scores(report["test"]),
            spoilt=scores(report["corrupted"]),
            corruptions={way.__name__: float(report["corruptions"][way.__name__]["accuracy"]) for way in CORRUPTIONS},
            reliability=tuple(bins(report["reliability"][when]) for when in ("before", "after")),
            history={
                name: [float(value) for value in report["history"][name]]
                for name in ("accuracy", "loss", "val_accuracy", "val_loss")
            },
        )

    return _load(Path(folder) / "report.json", parse, "`python train.py --export` measures the model anew")


def load_drawn(folder: str | Path = WEIGHTS) -> Drawn:
    """Read what benchmarks/drawn.py found. Raises ModelFileError as `load_trust` does."""

    def parse(found) -> Drawn:
        drawn = Drawn(
            writings=int(found["count"]) // 5,
            styles=[
                Style(
                    int(one["digit"]), str(one["style"]), bool(one["held"]), float(one["right"]), from_hex(one["worst"])
                )
                for one in found["styles"]
            ],
            conditions={
                str(name): [
                    Condition(
                        str(one["name"]), None if one["mnist"] is None else float(one["mnist"]), float(one["held"])
                    )
                    for one in several
                ]
                for name, several in found["conditions"].items()
            },
        )

        if not (drawn.styles and all(drawn.conditions.values())):
            raise ValueError("it is empty")
        return drawn

    remedy = "`python -m benchmarks.drawn --output docs/drawn.md` makes it anew"
    return _load(Path(folder) / "drawn.json", parse, remedy)


def load_strangers(folder: str | Path = WEIGHTS) -> dict[str, Strangers]:
    """Read what benchmarks/not_a_digit.py found, for each of SORTS. Raises ModelFileError as `load_trust` does."""

    def parse(found) -> dict[str, Strangers]:
        strangers = {
            name: Strangers(
                int(one["images"]),
                None if one["auroc"] is None else float(one["auroc"]),
                float(one["caught"]),
                [from_hex(digits) for digits in one["examples"]],
            )
            for name, one in ((name, found[name]) for name in SORTS)
        }

        if not (strangers[LETTERS].examples and strangers[SCRIBBLES].examples):
            raise ValueError("it has no examples")
        return strangers

    remedy = "`python -m benchmarks.not_a_digit --output docs/not_a_digit.md` makes it anew"
    return _load(Path(folder) / "not_a_digit.json", parse, remedy)


def to_hex(image: NDArray[np.floating]) -> str:
    """Write a (28, 28) image in [0, 1] as a text."""
    return np.rint(255 * image).astype(np.uint8).tobytes().hex()


def from_hex(text: str) -> NDArray[np.float32]:
    """Read what `to_hex` wrote, to the nearest of 256 levels. Raises ValueError if it is something else."""
    return np.frombuffer(bytes.fromhex(text), np.uint8).reshape(28, 28) / np.float32(255)


def _load(path: Path, parse: Callable[..., Content], remedy: str) -> Content:
    try:
        return parse(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelFileError(f"{path} cannot be read ({type(error).__name__}: {error}); {remedy}") from error
