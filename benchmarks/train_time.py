"""How long the quick recipe takes beside the textbook recipe, each a whole process from nothing to the written files.

    python -m benchmarks.train_time [--data mnist.npz] [--seeds 3]

In turns, with the same seeds. The test accuracy of each is shown too, because a time says nothing without it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.driver import ROOT

RECIPES = ("quick", "textbook")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="as for train.py")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    data = ["--data", str(options.data.resolve())] if options.data else []
    times: dict[str, list[float]] = {recipe: [] for recipe in RECIPES}
    print("| recipe | seed | whole process, s | test accuracy |\n|---|--:|--:|--:|")
    for seed in range(options.seeds):
        for recipe in RECIPES:
            with tempfile.TemporaryDirectory() as folder:
                command = [sys.executable, "train.py", "--recipe", recipe, "--seed", str(seed), "--output", folder]
                started = time.perf_counter()
                subprocess.run([*command, *data], cwd=ROOT, check=True, capture_output=True)
                times[recipe].append(time.perf_counter() - started)
                report = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))
            print(f"| {recipe} | {seed} | {times[recipe][-1]:.0f} | {report['test']['accuracy']:.2%} |", flush=True)
    quick, textbook = (statistics.median(taken) for taken in times.values())
    print(f"\nThe quick one is {textbook / quick:.1f} times as fast.")


if __name__ == "__main__":
    main()
