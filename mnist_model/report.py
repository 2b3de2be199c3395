"""What `train.py` wrote beside the model: how far its answers can be trusted."""

import json
import math
from pathlib import Path
from typing import NamedTuple

from mnist_model import WEIGHTS
from mnist_model.classifier import ModelFileError


class Trust(NamedTuple):
    """Two numbers found on the validation set."""

    temperature: float  # T*, at which 90 % sure means right 90 times in 100
    energy_threshold: float  # what has more energy than this does not look like a digit


def load_trust(path: str | Path = WEIGHTS / "report.json") -> Trust:
    """Read them from a report. Raises ModelFileError if it is missing, damaged, or of another version."""
    try:
        report = json.loads(Path(path).read_text())
        trust = Trust(float(report["temperature"]), float(report["energy_threshold"]))
        if not (trust.temperature > 0 and all(map(math.isfinite, trust))):
            raise ValueError(f"{trust} makes no sense")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(
            f"{path} cannot be read ({type(error).__name__}: {error}); `python train.py` makes the model files anew"
        ) from error
    return trust
