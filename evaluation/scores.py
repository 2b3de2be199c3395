"""README.md's table of scores, from the files beside the weights: `python -m evaluation.scores`

Writes it into README.md, in place of the table there.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from mnist_model import WEIGHTS

README = Path(__file__).parent.parent / "README.md"
TABLE = re.compile(r"^\| *\| textbook recipe \|.*\n(?:\|.*\n)+", re.MULTILINE)


def table() -> str:
    textbook, shipped = (load(folder) for folder in (WEIGHTS / "textbook", WEIGHTS))
    rows = {
        f"{shipped['pens']['digits']:,} digits of [real pens](docs/pens.md)": lambda found: percent(
            found["pens"]["middle"]["summary"]["accuracy"]
        ),
        "MNIST's 10,000 test digits": lambda found: percent(found["test"]["accuracy"]),
        "the same, corrupted in 15 ways ([`corruptions.py`](mnist_model/corruptions.py))": lambda found: percent(
            found["corrupted"]["accuracy"]
        ),
        "expected calibration error on real pens, at T = 1 and at T*": lambda found: calibration_errors(
            found["pens"]["middle"]["summary"]
        ),
        "the same on MNIST's test digits": lambda found: calibration_errors(found["test"]),
        "the same on those, corrupted": lambda found: calibration_errors(found["corrupted"]),
        "T*": lambda found: f"{found['temperature']:.2f}",
        "minutes of training on two cores": lambda found: f"{found['seconds'] / 60:.0f}",
    }
    lines = ["| | textbook recipe | shipped model |", "|---|--:|--:|"]
    lines += [f"| {name} | {value(textbook)} | **{value(shipped)}** |" for name, value in rows.items()]
    return "\n".join(lines) + "\n"


def load(folder: Path) -> dict[str, Any]:
    """Load what training reported of a model, and how it reads real pens."""
    report, pens = (json.loads((folder / name).read_text(encoding="utf-8")) for name in ("report.json", "pens.json"))
    return {**report, "pens": pens}


def calibration_errors(summary: dict[str, Any]) -> str:
    return f"{percent(summary['before']['ece'])}, {percent(summary['after']['ece'])}"


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def main() -> int:
    text, tables = TABLE.subn(table(), README.read_text(encoding="utf-8"))
    if tables != 1:
        print(f"{README} has {tables} tables that begin with '| | textbook recipe |', not one", file=sys.stderr)
        return 1
    README.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
