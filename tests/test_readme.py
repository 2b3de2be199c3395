"""What the README and the reports say, where something can hold them to it."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

import train
from mnist_model import WEIGHTS, calibration
from mnist_model.classifier import Classifier
from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.data import SHAPES
from train import RECIPES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def report(folder=WEIGHTS):
    return json.loads((folder / "report.json").read_text())


def percent(share):
    return f"{share:.2%}".replace("%", " %")


def errors(found):
    return f"{percent(found['before']['ece'])}, {percent(found['after']['ece'])}"


def test_quotes_the_reports():
    textbook, shipped = report(WEIGHTS / "textbook"), report()
    for name, found in {
        "| MNIST's 10,000": lambda report: percent(report["test"]["accuracy"]),
        "| the same, spoilt in": lambda report: percent(report["corrupted"]["accuracy"]),
        "| expected": lambda report: errors(report["test"]),
        "| the same, spoilt |": lambda report: errors(report["corrupted"]),
        "| T* |": lambda report: f"{report['temperature']:.2f}",
    }.items():
        (row,) = (line for line in README.splitlines() if line.startswith(name))
        assert row.endswith(f"| {found(textbook)} | **{found(shipped)}** |")
    assert f"{shipped['parameters']:,} parameters" in README
    assert f"took {shipped['seconds'] / 60:.0f} minutes" in README
    assert f"over {shipped['epochs']} epochs" in README
    assert f"see {shipped['rounds']} rounds of MNIST's" in " ".join(README.split())
    assert f"batches of {textbook['batch_size']}, {textbook['epochs']} epochs" in README
    assert f"{SHAPES['x_test'][0]:,} test digits" in README


def test_train_says_what_its_models_read():
    said = " ".join(train.__doc__.split())
    (plain, spoilt), textbook = [
        [percent(found[what]["accuracy"]) for what in ("test", "corrupted")]
        for found in (report(), report(WEIGHTS / "textbook"))
    ]
    assert f"reads {plain} of the MNIST test set, and {spoilt} of it spoilt" in said
    assert f"the textbook one reads {textbook[0]} and {textbook[1]}." in said


def test_the_reports_are_of_the_recipes_as_they_stand():
    for folder in (WEIGHTS, WEIGHTS / "textbook"):
        found = report(folder)
        assert found.items() >= asdict(RECIPES[found["recipe"]]).items()


@pytest.mark.parametrize("folder", [WEIGHTS, WEIGHTS / "textbook"])
def test_the_models_score_what_their_reports_say(folder, test_set):
    """To within what a processor's rounding may change."""
    logits = Classifier(folder / "lenet5.tflite").logits(test_set.images / np.float32(255))
    expected = report(folder)
    found = calibration.summary(logits, test_set.labels, expected["temperature"])
    assert found["accuracy"] == pytest.approx(expected["test"]["accuracy"], abs=3e-4)
    for when in ("before", "after"):
        assert found[when] == pytest.approx(expected["test"][when], abs=5e-4)


def test_the_shipped_model_reads_spoilt_digits_as_its_report_says(test_set):
    classifier, expected = Classifier(), report()["corruptions"]
    for spoil in CORRUPTIONS[::5]:  # the noise, the rotation, the fog
        spoilt = corrupt(test_set.images, spoil)
        accuracy = np.mean(classifier.logits(spoilt).argmax(axis=1) == test_set.labels)
        assert accuracy == pytest.approx(expected[spoil.__name__]["accuracy"], abs=2e-3)


def test_names_files_that_exist():
    for name in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / name).exists(), name


def test_both_command_lines_are_single_lines():
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert [len(block.splitlines()) for block in blocks] == [1, 1]
