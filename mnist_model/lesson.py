"""Two networks while they learn, for the lesson: what `train.py --lesson` wrote.

Both are LeNet-5, began alike, and saw the same digits in the same order. One learned ten probabilities that add up to 1
(softmax and cross-entropy), the other ten answers to ten questions, each by itself (ten sigmoids and binary
cross-entropy). From a dozen moments of their training there is a LiteRT file of each, and what they make of MNIST's
10,000 test digits, as `report.json` has it.
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
    """Both networks at one age, and how many of the test digits each reads right."""

    step: int  # batches seen
    softmax: float  # share of test digits that the softmax network reads right
    largest: float  # share that the sigmoid network reads right, if its largest output is taken for an answer
    fired: list[Fired]  # what a threshold on its ten outputs does instead, for each of THRESHOLDS
    networks: dict[str, Classifier]  # themselves: "softmax" and "sigmoid"


class Lesson(NamedTuple):
    """The moments, in order, and how the networks were trained."""

    moments: list[Moment]
    digits: int  # in the test set
    batch_size: int
    epochs: int


def snapshot(kind: str, step: int) -> str:
    """Name the file of a network, "softmax" or "sigmoid", after a number of steps."""
    return f"{kind}-{step:05d}.tflite"


def load_network(kind: str, step: int, folder: Path = LESSON) -> Classifier:
    """Load a network as it was after a number of steps. Raises ModelFileError as `Classifier` does."""
    return Classifier(folder / snapshot(kind, step), remake=REMAKE)


def load_lesson(folder: Path = LESSON) -> Lesson:
    """Read the report and the networks. Raises ModelFileError if a file is missing, damaged, or of another version."""
    path = folder / "report.json"
    try:
        report = json.loads(path.read_text())
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
                raise ValueError(f"its counts after {moment.step} steps are not whole")
        if not (moments and lesson.digits):
            raise ValueError("it is empty")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(
            f"{path} cannot be read ({type(error).__name__}: {error}); `{REMAKE}` makes the model files anew"
        ) from error
    return lesson
