"""How well the network reads real pens: `python -m evaluation.pens FOLDER`

FOLDER holds UNIPEN's `data/` and `include/` (Guyon et al. 1994; train_r01_v07, Zenodo's record 1195803): digits that
people wrote on tablets in the 1990s, recorded with the pen's lifts. Each is drawn on the page's canvas in seven ways,
and goes through the same `to_mnist` that the page uses. No training sees any of them.

The styles of the generated strokes and the recipe were chosen for how well half of them are read: the files of
unipen_half.txt. `--half` reads only these.

Prints tables in Markdown; `--output docs/pens.md` writes them, the numbers to pens.json beside the weights, and the
scores in the middle of the canvas to report.json. `--sheet misread.png` makes a picture of what is misread there.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from evaluation.drawings import PEN, SIZE, black_on_white, place_strokes, preprocess
from evaluation.markdown import percent, table
from evaluation.unipen import HALF, PenDigit, UnipenError, read_digits
from mnist_model import WEIGHTS
from mnist_model.calibration import confusion_matrix, summary
from mnist_model.classifier import Classifier
from mnist_model.report import Calibration, load_calibration, write_report
from mnist_model.softmax import energy
from mnist_model.training.environment import in_processes

# How a digit is drawn on the canvas, and what differs from that.
MIDDLE: dict[str, Any] = {"size": SIZE, "tilt": 0, "at": (0.5, 0.5), "pen": PEN}
CONDITIONS: dict[str, dict[str, Any]] = {
    "in the middle of the canvas": {},
    "thin pen, 6 pixels": {"pen": 6},
    "thick pen, 40 pixels": {"pen": 40},
    "small, 60 pixels": {"size": 60, "pen": 10},
    "in a corner": {"size": 100, "pen": 14, "at": (1, 1)},
    "tilted by -15 degrees": {"tilt": -15},
    "tilted by 15 degrees": {"tilt": 15},
}
CELL, COLUMNS = 84, 16  # of the picture of misread digits: pixels a side, digits in a row


def pen_images(digits: Sequence[PenDigit], condition: dict[str, Any]) -> NDArray[np.float32]:
    """Draw digits under a condition. Returns them as the network sees them, (n, 28, 28)."""
    return preprocess(black_on_white(place_strokes(digit.strokes, **MIDDLE | condition)) for digit in digits)


def read_under(digits: Sequence[PenDigit], network: Path, condition: str) -> NDArray[np.float32]:
    """Draw digits under one of CONDITIONS and read them with a LiteRT file. Returns logits, (n, 10)."""
    return Classifier(network).logits(pen_images(digits, CONDITIONS[condition]))


def measure(digits: Sequence[PenDigit], network: Path, calibration: Calibration) -> dict[str, Any]:
    """Read digits under all conditions. Returns the content of pens.json."""
    labels = np.array([digit.label for digit in digits])
    logits = dict(in_processes(partial(read_under, digits, network), list(CONDITIONS)))
    middle = logits[next(iter(CONDITIONS))]
    right = middle.argmax(axis=1) == labels
    by_contributor: dict[str, list[bool]] = {}
    for digit, is_right in zip(digits, right, strict=True):
        by_contributor.setdefault(digit.contributor, []).append(bool(is_right))
    return {
        "digits": len(digits),
        "calibration": calibration,
        "conditions": {name: float(np.mean(logits[name].argmax(axis=1) == labels)) for name in CONDITIONS},
        "middle": {
            "summary": summary(middle, labels, calibration.temperature),
            "not_a_digit": float(np.mean(energy(middle) > calibration.energy_threshold)),
            "confusion": confusion_matrix(labels, middle.argmax(axis=1)).tolist(),
            "contributors": {
                name: {"digits": len(found), "accuracy": float(np.mean(found))}
                for name, found in by_contributor.items()
            },
        },
    }


def misread_sheet(digits: Sequence[PenDigit], classifier: Classifier) -> Image.Image:
    """Draw what is misread in the middle of the canvas, in rows, each with "label→answer" and its contributor."""
    images = pen_images(digits, {})
    answers = classifier.logits(images).argmax(axis=1)
    misread = sorted(
        (digit.label, int(answer), digit.contributor, number)
        for number, (digit, answer) in enumerate(zip(digits, answers, strict=True))
        if digit.label != answer
    )
    rows = max(1, -(-len(misread) // COLUMNS))
    sheet = Image.new("L", (COLUMNS * CELL, rows * (CELL + 14)), 255)
    pen = ImageDraw.Draw(sheet)
    for place, (label, answer, contributor, number) in enumerate(misread):
        x, y = place % COLUMNS * CELL, place // COLUMNS * (CELL + 14)
        drawing = Image.fromarray(255 - place_strokes(digits[number].strokes, **MIDDLE))
        sheet.paste(drawing.resize((CELL, CELL)), (x, y + 14))
        pen.text((x + 2, y + 1), f"{label} > {answer}  {contributor}", 0)
    return sheet


# The document.


def document(found: Mapping[str, Any]) -> str:
    """Return what `measure` found as Markdown."""
    middle, calibrated = found["middle"], found["calibration"][0]
    scores = middle["summary"]
    confusion = np.array(middle["confusion"])
    parts = [
        "# How well real pens are read\n",
        f"`{(__doc__ or '').split('`')[1]}{' --half' if found['half'] else ''}` wrote this, from {found['digits']:,} "
        f"isolated digits of UNIPEN (Guyon et al. 1994), which {len(middle['contributors'])} contributors recorded on "
        "tablets. Training sees none of UNIPEN; the styles of the generated strokes and the recipe were chosen for how "
        "well half of it is read (`--half`). Some digits are cut wrongly (a 4 without its leg, several digits in one), "
        "and nobody can read those.\n",
        "## By the way of drawing\n",
        table(["on the canvas", "read right"], [[name, percent(one)] for name, one in found["conditions"].items()]),
        "All that follows is for the middle of the canvas.\n",
        "## Calibration and doubt\n",
        table(
            ["", ""],
            [
                ["expected calibration error (15 bins) at T = 1", f"{scores['before']['ece']:.2%}"],
                [f"at T* = {calibrated:.2f}", f"{scores['after']['ece']:.2%}"],
                ['called "not a digit"', percent(middle["not_a_digit"])],
            ],
        ),
        "## By digit\n",
        "A row for each digit, a column for what it was read as.\n",
        table(
            ["digit", "read right", *map(str, range(10))],
            [
                [str(digit), percent(row[digit] / row.sum()) if row.any() else "", *(str(count or "") for count in row)]
                for digit, row in enumerate(confusion)
            ],
        ),
        "## By contributor\n",
        table(
            ["contributor", "digits", "read right"],
            [[name, f"{one['digits']:,}", percent(one["accuracy"])] for name, one in middle["contributors"].items()],
        ),
    ]
    return "\n".join(parts)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="UNIPEN's data/ and include/")
    parser.add_argument("--half", action="store_true", help="read only the files of unipen_half.txt")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="a folder that train.py wrote (default: shipped)")
    parser.add_argument("--output", type=Path, help="write the tables here, and pens.json beside the weights")
    parser.add_argument("--sheet", type=Path, help="make a picture of what is misread")
    options = parser.parse_args(argv)
    network = options.weights / "lenet5.tflite"
    calibration = load_calibration(options.weights / "report.json")
    try:
        digits = list(read_digits(options.folder, HALF if options.half else None))
    except UnipenError as error:
        parser.exit(1, f"{error}\n")
    found = {"half": options.half, **measure(digits, network, calibration)}
    print(document(found))
    if options.output:
        options.output.write_text(document(found), encoding="utf-8")
        (options.weights / "pens.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        report_file = options.weights / "report.json"
        report = json.loads(report_file.read_text(encoding="utf-8"))
        report["pens"] = {"digits": found["digits"], **found["middle"]["summary"]}
        write_report(report, report_file)
    if options.sheet:
        misread_sheet(digits, Classifier(network)).save(options.sheet)


if __name__ == "__main__":
    main()
