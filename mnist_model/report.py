"""What was measured of a network, in the JSON files beside it.

`train.py` writes report.json, `evaluation.drawings` drawings.json and `evaluation.not_a_digit` not_a_digit.json.
"""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from mnist_model import WEIGHTS
from mnist_model.calibration import Reliability
from mnist_model.classifier import ModelFileError
from mnist_model.corruptions import CORRUPTIONS

Content = TypeVar("Content")


class Calibration(NamedTuple):
    """Two numbers found on the validation set (see `calibration.py` and `softmax.energy`)."""

    temperature: float  # T*, the calibrated temperature
    energy_threshold: float  # an image with more energy than this is called "not a digit"


class Scores(NamedTuple):
    """The accuracy on some images, in [0, 1], and the expected calibration error at T = 1 and at T*, in [0, 1]."""

    accuracy: float
    ece: tuple[float, float]


class Report(NamedTuple):
    """How a network was trained, and its scores. Every accuracy is a share in [0, 1]."""

    epochs: int
    seconds: float
    temperature: float  # T*
    test: Scores
    corrupted: Scores  # the test digits with all corruptions together
    pens: Scores | None  # real pens, which train.py does not need; None before `evaluation.pens` has measured them
    corruptions: dict[str, float]  # the accuracy on the test digits with one corruption each
    reliability: tuple[Reliability, Reliability]  # on the corrupted digits, at T = 1 and at T*; no bin is empty
    history: dict[str, list[float]]  # accuracy and val_accuracy of each epoch


class Style(NamedTuple):
    """A way to write a digit, and how well the network reads it."""

    digit: int
    name: str
    held_out: bool  # whether training never shows it
    accuracy: float  # in [0, 1]
    worst: NDArray[np.float32]  # the drawing with the lowest probability of its digit, (28, 28) in [0, 1]


class Condition(NamedTuple):
    """A way to draw, and the accuracy on such drawings, in [0, 1]."""

    name: str
    mnist: float | None  # of MNIST's digits, enlarged; None where there are none
    held_out: float  # of strokes in styles held out of training


class DrawingsReport(NamedTuple):
    """How well drawings are read, by style and by condition."""

    samples: int  # drawings of each style
    held_out: float  # the accuracy on styles held out of training, in [0, 1]
    styles: list[Style]
    conditions: dict[str, list[Condition]]


class OodScores(NamedTuple):
    """How well one kind of out-of-distribution (OOD) input is detected."""

    images: int
    auroc: float | None  # area under the ROC curve, in [0, 1]; None for digits, which it compares with
    detected: float  # the share that is called "not a digit"
    examples: list[NDArray[np.float32]]  # (28, 28) in [0, 1], as the network sees them


def load_calibration(path: str | Path = WEIGHTS / "report.json") -> Calibration:
    """Read the calibration from a report. Raises ModelFileError if it is missing, damaged or of another version."""
    return _load(Path(path), _parse_calibration, "`python train.py` makes the model files again")


def load_report(folder: str | Path = WEIGHTS, remake: str = "python train.py") -> Report:
    """Read a network's report.json. `remake` is the command that makes it, for the message of ModelFileError.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged or of another version.
    """
    return _load(Path(folder) / "report.json", _parse_report, f"`{remake}` makes the model files again")


def load_drawings_report(folder: str | Path = WEIGHTS) -> DrawingsReport:
    """Read drawings.json. Raises ModelFileError as `load_report` does, and if another model was measured."""
    remedy = "`python -m evaluation.drawings --output docs/drawings.md` makes it again"
    return _load_measured(Path(folder), "drawings.json", _parse_drawings, remedy)


def load_ood_report(folder: str | Path = WEIGHTS) -> dict[str, OodScores]:
    """Read not_a_digit.json: the scores of each kind of input, by its name.

    Raises ModelFileError as `load_report` does, and if another model was measured.
    """
    remedy = "`python -m evaluation.not_a_digit --output docs/not_a_digit.md` makes it again"
    return _load_measured(Path(folder), "not_a_digit.json", _parse_ood, remedy)


def write_report(report: Mapping[str, Any], file: Path) -> None:
    """Write report.json, with numbers rounded to six decimals. Raises TypeError if JSON cannot hold something."""
    rounded = json.loads(json.dumps(report), parse_float=lambda number: round(float(number), 6))
    file.write_text(json.dumps(rounded, indent=2) + "\n", encoding="utf-8")


def to_hex(image: NDArray[np.floating]) -> str:
    """Write a (28, 28) image in [0, 1] as a string."""
    levels: NDArray[np.uint8] = np.rint(255 * image).astype(np.uint8)
    return levels.tobytes().hex()


def from_hex(text: str) -> NDArray[np.float32]:
    """Read what `to_hex` wrote, to the nearest of 256 levels. Raises ValueError if it is something else."""
    return np.frombuffer(bytes.fromhex(text), np.uint8).reshape(28, 28).astype(np.float32) / np.float32(255)


def _parse_calibration(found: Any) -> Calibration:
    calibration = Calibration(float(found["temperature"]), float(found["energy_threshold"]))
    if not (calibration.temperature > 0 and all(map(math.isfinite, calibration))):
        raise ValueError(f"{calibration} makes no sense")
    return calibration


def _parse_report(found: Any) -> Report:
    corruptions = {corruption.__name__: found["corruptions"][corruption.__name__] for corruption in CORRUPTIONS}
    return Report(
        epochs=int(found["epochs"]),
        seconds=float(found["seconds"]),
        temperature=_parse_calibration(found).temperature,
        test=_parse_scores(found["test"]),
        corrupted=_parse_scores(found["corrupted"]),
        pens=_parse_scores(found["pens"]) if "pens" in found else None,
        corruptions={name: float(scores["accuracy"]) for name, scores in corruptions.items()},
        reliability=(_parse_bins(found["reliability"]["before"]), _parse_bins(found["reliability"]["after"])),
        history={name: [float(value) for value in found["history"][name]] for name in ("accuracy", "val_accuracy")},
    )


def _parse_scores(found: Any) -> Scores:
    return Scores(float(found["accuracy"]), (float(found["before"]["ece"]), float(found["after"]["ece"])))


def _parse_bins(found: Any) -> Reliability:
    confidence, accuracy, count = (np.array(found[name], float) for name in Reliability._fields)
    if not confidence.shape == accuracy.shape == count.shape == (len(count),):
        raise ValueError("its bins are incomplete")
    return Reliability(confidence, accuracy, count.astype(np.int64))


def _parse_drawings(found: Any) -> DrawingsReport:
    report = DrawingsReport(
        samples=int(found["count"]) // 5,
        held_out=float(found["all"]["held_out"]["accuracy"]),
        styles=[_parse_style(style) for style in found["styles"]],
        conditions={
            str(kind): [_parse_condition(condition) for condition in conditions]
            for kind, conditions in found["conditions"].items()
        },
    )
    if not (report.styles and all(report.conditions.values())):
        raise ValueError("it is empty")
    return report


def _parse_style(found: Any) -> Style:
    return Style(
        digit=int(found["digit"]),
        name=str(found["style"]),
        held_out=bool(found["held_out"]),
        accuracy=float(found["accuracy"]),
        worst=from_hex(found["worst"]),
    )


def _parse_condition(found: Any) -> Condition:
    return Condition(str(found["name"]), _parse_optional(found["mnist"]), float(found["held_out"]))


def _parse_ood(found: Any) -> dict[str, OodScores]:
    report = {
        str(kind): OodScores(
            images=int(scores["images"]),
            auroc=_parse_optional(scores["auroc"]),
            detected=float(scores["detected"]),
            examples=[from_hex(image) for image in scores["examples"]],
        )
        for kind, scores in found["inputs"].items()
    }
    if not report:
        raise ValueError("it is empty")
    return report


def _parse_optional(found: Any) -> float | None:
    return None if found is None else float(found)


def _load_measured(folder: Path, name: str, parse: Callable[[Any], Content], remedy: str) -> Content:
    """Read a file that says which calibration the measured model had: it must be that of the model in the folder."""
    calibration = load_calibration(folder / "report.json")

    def parse_same_model(found: Any) -> Content:
        # Nearly equal: on another processor, the same model's sums are rounded differently.
        if not np.allclose(found["calibration"], calibration, atol=1e-4):
            raise ValueError("it was measured on another model")
        return parse(found)

    return _load(folder / name, parse_same_model, remedy)


def _load(path: Path, parse: Callable[[Any], Content], remedy: str) -> Content:
    try:
        return parse(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, OverflowError, KeyError, TypeError, AttributeError) as error:
        raise ModelFileError(f"{path} cannot be read ({type(error).__name__}: {error}); {remedy}") from error
