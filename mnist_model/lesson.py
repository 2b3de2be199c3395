"""Two networks at a dozen moments of their training, for the lesson on the page Softmax: from `train.py --lesson`.

Both are LeNet-5, began with the same weights, and saw the same digits in the same order. One was trained with softmax
and cross-entropy, to give ten probabilities that add up to 1; the other with ten sigmoids and binary cross-entropy, to
answer ten separate questions. For each moment there is a LiteRT file of either network, and `report.json` has what they
score on MNIST's 10,000 test digits.
"""

import json
from pathlib import Path
from typing import NamedTuple

from mnist_model import WEIGHTS
from mnist_model.classifier import Classifier, ModelFileError
from mnist_model.softmax import Fired

LESSON = WEIGHTS / "lesson"
REMAKE = "python train.py --lesson"

THRESHOLDS = [round(0.01 * hundredth, 2) for hundredth in range(1, 100)]


class Moment(NamedTuple):
    """Both networks after the same number of batches, and what they score on the test digits."""

    step: int  # batches seen
    softmax: float  # the share that the softmax network reads right
    largest: float  # the share that the sigmoid network reads right, if its largest output is its answer
    fired: list[Fired]  # how many of its outputs are above a threshold, for each of THRESHOLDS
    networks: dict[str, Classifier]  # "softmax" and "sigmoid"


class Lesson(NamedTuple):
    """The moments, first to last, and how the networks were trained."""

    moments: list[Moment]
    digits: int  # in the test set
    batch_size: int
    epochs: int


def snapshot(kind: str, step: int) -> str:
    """Return the name of a network's file; `kind` is "softmax" or "sigmoid", `step` the number of batches seen."""
    return f"{kind}-{step:05d}.tflite"


def load_network(kind: str, step: int, folder: Path = LESSON) -> Classifier:
    """Load a network as it was after a number of batches. Raises ModelFileError as `Classifier` does."""
    return Classifier(folder / snapshot(kind, step), remake=REMAKE)


def load_lesson(folder: Path = LESSON) -> Lesson:
    """Read the report and the networks. Raises ModelFileError if a file is missing, damaged, or of another version."""
    path = folder / "report.json"
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        moments = [
            Moment(
                step=found["step"],
                softmax=found["softmax"],
                largest=found["largest"],
                fired=[Fired(*counts) for counts in found["fired"]],
                networks={kind: load_network(kind, found["step"], folder) for kind in ("softmax", "sigmoid")},
            )
            for found in report["moments"]
        ]
        lesson = Lesson(moments, report["digits"], report["batch_size"], report["epochs"])
        for moment in moments:
            if len(moment.fired) != len(THRESHOLDS) or {sum(fired) for fired in moment.fired} != {lesson.digits}:
                raise ValueError(f"its counts after {moment.step} steps are incomplete")
        if not (moments and lesson.digits):
            raise ValueError("it is empty")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(
            f"{path} cannot be read ({type(error).__name__}: {error}); `{REMAKE}` makes the model files again"
        ) from error
    return lesson
