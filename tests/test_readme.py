"""What the README says, where a file can hold it to that."""

import json
import re
from pathlib import Path

from mnist_model import WEIGHTS
from mnist_model.data import SHAPES
from train import RECIPES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_quotes_the_report():
    report = json.loads((WEIGHTS / "report.json").read_text())
    assert f"reads **{report['test']['accuracy']:.2%}**".replace("%**", " %**") in README
    recipe = RECIPES[report["recipe"]]
    assert f"batches of\n{recipe.batch_size}, {recipe.epochs} epochs" in README
    assert f"{report['parameters']:,} parameters" in README
    assert f"{SHAPES['x_test'][0]:,} test digits" in README


def test_names_files_that_exist():
    for name in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / name).exists(), name


def test_both_command_lines_are_single_lines():
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert [len(block.splitlines()) for block in blocks] == [1, 1]
