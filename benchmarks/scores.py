"""The README's table of scores, from the reports that training wrote: `python -m benchmarks.scores`

Writes it into README.md, in place of the one that is there.
"""

import json
import re
from pathlib import Path

from mnist_model import WEIGHTS

README = Path(__file__).parent.parent / "README.md"
TABLE = re.compile(r"\| \| textbook recipe \|.*?\n(?=\n)", re.DOTALL)


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def table() -> str:
    textbook, shipped = (json.loads((folder / "report.json").read_text()) for folder in (WEIGHTS / "textbook", WEIGHTS))
    rows = {
        "MNIST's 10,000 test digits": lambda report: percent(report["test"]["accuracy"]),
        "the same, spoilt in 15 ways ([`corruptions.py`](mnist_model/corruptions.py))": lambda report: percent(
            report["corrupted"]["accuracy"]
        ),
        "expected calibration error at T = 1 and at T*": lambda report: errors(report["test"]),
        "the same, spoilt": lambda report: errors(report["corrupted"]),
        "T*": lambda report: f"{report['temperature']:.2f}",
        "minutes of training on two cores": lambda report: f"{report['seconds'] / 60:.0f}",
    }
    lines = ["| | textbook recipe | shipped model |", "|---|--:|--:|"]
    lines += [f"| {name} | {value(textbook)} | **{value(shipped)}** |" for name, value in rows.items()]
    return "\n".join(lines) + "\n"


def errors(summary: dict) -> str:
    return f"{percent(summary['before']['ece'])}, {percent(summary['after']['ece'])}"


if __name__ == "__main__":
    README.write_text(TABLE.sub(table(), README.read_text()))
