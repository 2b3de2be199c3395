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


class Trust(NamedTuple):
    """Two numbers found on the validation set."""

    temperature: float  # T*, at which 90 % sure means right 90 times in 100
    energy_threshold: float  # what has more energy than this does not look like a digit


class Scores(NamedTuple):
    """Of some images: the share read right, and the calibration error at T = 1 and at T*."""

    accuracy: float
    ece: tuple[float, float]


class Report(NamedTuple):
    """How a network was trained, and what it scores."""

    epochs: int
    seconds: float
    temperature: float  # T*
    test: Scores
    spoilt: Scores  # the test digits, spoilt in all ways together
    corruptions: dict[str, float]  # the share of them read right, spoilt in each way
    reliability: tuple[Reliability, Reliability]  # of the spoilt ones at T = 1 and at T*; bins that are not empty
    history: dict[str, list[float]]  # accuracy and val_accuracy of each epoch


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
    held: float  # the share read right of those in styles held out of training
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
    return _load(Path(path), _trust, "`python train.py` makes the model files anew")


def load_report(folder: str | Path = WEIGHTS, remake: str = "python train.py") -> Report:
    """Read a network's report. Raises ModelFileError as `load_trust` does, naming the command that makes it."""

    def scores(found) -> Scores:
        return Scores(float(found["accuracy"]), tuple(float(found[when]["ece"]) for when in ("before", "after")))

    def bins(found) -> Reliability:
        confidence, accuracy, count = (np.array(found[name], float) for name in Reliability._fields)
        if not confidence.shape == accuracy.shape == count.shape == (len(count),):
            raise ValueError("its bins are not whole")
        return Reliability(confidence, accuracy, count.astype(int))

    def parse(report) -> Report:
        return Report(
            epochs=int(report["epochs"]),
            seconds=float(report["seconds"]),
            temperature=_trust(report).temperature,
            test=scores(report["test"]),
            spoilt=scores(report["corrupted"]),
            corruptions={way.__name__: float(report["corruptions"][way.__name__]["accuracy"]) for way in CORRUPTIONS},
            reliability=tuple(bins(report["reliability"][when]) for when in ("before", "after")),
            history={
                name: [float(value) for value in report["history"][name]] for name in ("accuracy", "val_accuracy")
            },
        )

    return _load(Path(folder) / "report.json", parse, f"`{remake}` makes the model files anew")


def load_drawn(folder: str | Path = WEIGHTS) -> Drawn:
    """Read what benchmarks/drawn.py found of the model in a folder. Raises ModelFileError as `load_trust` does."""
    trust = load_trust(Path(folder) / "report.json")

    def parse(found) -> Drawn:
        _same_model(found, trust)
        drawn = Drawn(
            writings=int(found["count"]) // 5,
            held=float(found["all"]["held"]["right"]),
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
    """Read what benchmarks/not_a_digit.py found of the model in a folder, for each sort of things.

    Raises ModelFileError as `load_trust` does.
    """
    trust = load_trust(Path(folder) / "report.json")

    def parse(found) -> dict[str, Strangers]:
        _same_model(found, trust)
        strangers = {
            name: Strangers(
                int(one["images"]),
                None if one["auroc"] is None else float(one["auroc"]),
                float(one["caught"]),
                [from_hex(digits) for digits in one["examples"]],
            )
            for name, one in found["things"].items()
        }

        if not strangers:
            raise ValueError("it is empty")
        return strangers

    remedy = "`python -m benchmarks.not_a_digit --output docs/not_a_digit.md` makes it anew"
    return _load(Path(folder) / "not_a_digit.json", parse, remedy)


def to_hex(image: NDArray[np.floating]) -> str:
    """Write a (28, 28) image in [0, 1] as a text."""
    return np.rint(255 * image).astype(np.uint8).tobytes().hex()


def from_hex(text: str) -> NDArray[np.float32]:
    """Read what `to_hex` wrote, to the nearest of 256 levels. Raises ValueError if it is something else."""
    return np.frombuffer(bytes.fromhex(text), np.uint8).reshape(28, 28) / np.float32(255)


def _trust(report) -> Trust:
    trust = Trust(float(report["temperature"]), float(report["energy_threshold"]))
    if not (trust.temperature > 0 and all(map(math.isfinite, trust))):
        raise ValueError(f"{trust} makes no sense")
    return trust


def _same_model(found, trust: Trust) -> None:
    """Raise ValueError if something was measured of another model than the one with this trust."""
    if found["trust"] != list(trust):
        raise ValueError("it was measured of another model than this")


def _load(path: Path, parse: Callable[..., Content], remedy: str) -> Content:
    try:
        return parse(json.loads(path.read_text()))
    except (OSError, ValueError, OverflowError, KeyError, TypeError, AttributeError) as error:
        raise ModelFileError(f"{path} cannot be read ({type(error).__name__}: {error}); {remedy}") from error
