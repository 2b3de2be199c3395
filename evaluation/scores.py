"""README.md's table of scores, from the files beside the weights: `python -m evaluation.scores`

Writes it into README.md, in place of the table there.
"""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evaluation.markdown import percent, table
from mnist_model import WEIGHTS

README = Path(__file__).parent.parent / "README.md"
TABLE = re.compile(r"^\| *\| textbook recipe \|.*\n(?:\|.*\n)+", re.MULTILINE)


def scores() -> str:
    """Return the table as Markdown."""
    textbook, shipped = (load(folder) for folder in (WEIGHTS / "textbook", WEIGHTS))
    rows: dict[str, Callable[[dict[str, Any]], str]] = {
        f"{shipped['pens']['digits']:,} digits of [real pens](docs/pens.md)": lambda found: accuracy(found["pens"]),
        "MNIST's 10,000 test digits": lambda found: accuracy(found["test"]),
        "the same, corrupted in 15 ways ([`corruptions.py`](mnist_model/corruptions.py))": lambda found: accuracy(
            found["corrupted"]
        ),
        "expected calibration error on real pens, at T = 1 and at T*": lambda found: calibration_errors(found["pens"]),
        "the same on MNIST's test digits": lambda found: calibration_errors(found["test"]),
        "the same on those, corrupted": lambda found: calibration_errors(found["corrupted"]),
        "T*": lambda found: f"{found['temperature']:.2f}",
        "minutes of training on two cores": lambda found: f"{found['seconds'] / 60:.0f}",
    }
    return table(
        ["", "textbook recipe", "shipped model"],
        [[name, value(textbook), f"**{value(shipped)}**"] for name, value in rows.items()],
    )


def load(folder: Path) -> dict[str, Any]:
    """Load the report of a model that was measured on real pens. Raises SystemExit if it was not."""
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    if "pens" not in report:  # a new training or export drops them
        sys.exit(f"{folder} was not measured on real pens: see `python -m evaluation.pens --help`")
    return report


def accuracy(summary: dict[str, Any]) -> str:
    return percent(summary["accuracy"], 2)


def calibration_errors(summary: dict[str, Any]) -> str:
    return f"{percent(summary['before']['ece'], 2)}, {percent(summary['after']['ece'], 2)}"


def main() -> int:
    text, tables = TABLE.subn(scores(), README.read_text(encoding="utf-8"))
    if tables != 1:
        print(f"{README} has {tables} tables that begin with '| | textbook recipe |', not one", file=sys.stderr)
        return 1
    README.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
