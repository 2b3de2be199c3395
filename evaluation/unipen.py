"""Read the isolated digits of UNIPEN: real pens on tablets, with their lifts.

I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet: UNIPEN project of on-line data exchange and recognizer
benchmarks, ICPR 1994. The data, train_r01_v07, is Zenodo's record 1195803.

A folder of it has `data/1a/<contributor>/.../<writer>.dat`, which say which parts of a recording are which digit, and
`include/`, which has the recordings. A line whose first letter is a dot is a statement; the lines below `.PEN_DOWN` and
`.PEN_UP` are points.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_model.training.strokes import Strokes

DIGITS = Path("data", "1a")  # UNIPEN's category of isolated digits
HALF = Path(__file__).with_name("unipen_half.txt")  # the files of about half of the writers


class UnipenError(ValueError):
    """A file is missing or not in UNIPEN's format. The message names it."""


class PenDigit(NamedTuple):
    """A digit that somebody wrote."""

    contributor: str  # who recorded it: UNIPEN's three letters
    label: int
    strokes: Strokes  # each (n, 2), x and y, with y pointing down


@dataclass
class Recording:
    """What the statements of a file, and of those that it includes, have said so far."""

    columns: list[str] = field(default_factory=lambda: ["X", "Y"])
    resolution: dict[str, float] = field(default_factory=lambda: {"X": 1.0, "Y": 1.0})  # points in a unit of length
    components: list[tuple[bool, list[list[float]]]] = field(default_factory=list)  # is the pen down, and its points
    segments: list[tuple[str, str]] = field(default_factory=list)  # the numbers of a character's components, its label


def read_digits(folder: Path, names: Path | None = None) -> Iterator[PenDigit]:
    """Read the isolated digits in a folder of UNIPEN, in the order of their files' names.

    `names` is a text file with a line for each file to read, its name below `data/1a`; without it, all are read. Raises
    UnipenError.
    """
    root = folder / DIGITS
    if names:
        files = sorted(root / name for name in names.read_text(encoding="utf-8").splitlines())
    else:
        files = sorted(root.rglob("*.dat"))
    if not files:
        raise UnipenError(f"{root} has no .dat file; {folder} should be the folder of UNIPEN's data/ and include/")
    for path in files:
        recording = Recording()
        try:
            _read(path, folder / "include", recording)
            for numbers, label in recording.segments:
                if strokes := _strokes(recording, numbers):
                    yield PenDigit(path.relative_to(root).parts[0], int(label), strokes)
        except (OSError, ValueError, IndexError, RecursionError) as error:
            raise UnipenError(f"{path} cannot be read ({type(error).__name__}: {error})") from error


def _read(path: Path, includes: Path, recording: Recording) -> None:
    points: list[list[float]] | None = None  # of the component that is being read
    for line in path.read_text(encoding="latin-1").splitlines():
        words = line.split()
        if words and not line.startswith("."):
            if points is not None:
                x, y = (float(words[recording.columns.index(name)]) for name in ("X", "Y"))
                points.append([x / recording.resolution["X"], -y / recording.resolution["Y"]])
            continue
        match words:
            case [".INCLUDE", name]:
                _read(includes / name, includes, recording)
                points = None
            case [".COORD", *columns]:
                recording.columns = columns
            case [".X_POINTS_PER_MM" | ".X_POINTS_PER_INCH", number]:
                recording.resolution["X"] = float(number)
            case [".Y_POINTS_PER_MM" | ".Y_POINTS_PER_INCH", number]:
                recording.resolution["Y"] = float(number)
            case [".SEGMENT", "CHARACTER", numbers, _, label]:
                recording.segments.append((numbers, label.strip('"')))
            case [".PEN_DOWN" | ".PEN_UP" as statement, *_]:
                points = []
                recording.components.append((statement == ".PEN_DOWN", points))
            case [_, *_]:
                points = None


def _strokes(recording: Recording, numbers: str) -> Strokes:
    """Return the strokes of the components with these numbers: "3", "3-5", "3,7", or from point to point: "3:9-5:2".

    Only components that have a point are counted. One with the single point (0, 0) stands for something left out.
    """
    counted = [(is_down, points) for is_down, points in recording.components if points]
    strokes: list[NDArray[np.float64]] = []
    for part in numbers.split(","):
        first, _, last = part.partition("-")
        (start, begin), (stop, end) = _place(first), _place(last or first)
        for number in range(start, stop + 1):
            is_down, points = counted[number]
            after = end + 1 if last and end is not None and number == stop else len(points)
            chosen = points[begin or 0 if number == start else 0 : after]
            if is_down and chosen and any(map(any, points)):
                strokes.append(np.array(chosen))
    return strokes


def _place(text: str) -> tuple[int, int | None]:
    """Parse "3", the number of a component, or "3:9", that and the number of a point in it."""
    component, _, point = text.partition(":")
    return int(component), int(point) if point else None
