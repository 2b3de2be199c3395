"""What the README and the reports say, where something can hold them to it."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from benchmarks import drawn, not_a_digit, scores
from mnist_model import WEIGHTS, calibration
from mnist_model.classifier import Classifier
from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.data import SHAPES
from mnist_model.lesson import THRESHOLDS, load_lesson
from train import RECIPES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def report(folder=WEIGHTS):
    return json.loads((folder / "report.json").read_text())


def test_quotes_the_reports():
    textbook, shipped, said = report(WEIGHTS / "textbook"), report(), " ".join(README.split())
    assert scores.table() in README
    assert f"{shipped['parameters']:,} parameters" in said
    assert f"see {shipped['rounds']} rounds of MNIST's" in said
    assert f"over {shipped['epochs']} epochs" in said
    assert f"batches of {textbook['batch_size']}, {textbook['epochs']} epochs" in said
    assert f"{SHAPES['x_test'][0]:,} test digits" in said


def test_quotes_the_lesson():
    lesson, said = load_lesson(), " ".join(README.split())
    (moment,) = (moment for moment in lesson.moments if moment.step == 100)
    fired = moment.fired[THRESHOLDS.index(0.3)]
    failed = (fired.none + fired.several) / lesson.digits
    assert f"after 100 batches, a threshold of 0.30 leaves {failed:.1%} of the test digits" in said
    assert f"the one with softmax reads {moment.softmax:.1%} right" in said


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


@pytest.mark.parametrize(
    ("benchmark", "numbers", "text"),
    [(drawn, "drawn.json", "drawn.md"), (not_a_digit, "not_a_digit.json", "not_a_digit.md")],
)
def test_the_tables_in_docs_are_of_the_numbers_on_the_page(benchmark, numbers, text):
    assert benchmark.document(json.loads((WEIGHTS / numbers).read_text())) == (ROOT / "docs" / text).read_text()


@pytest.mark.parametrize("text", ["README.md", "SECURITY.md", "benchmarks/README.md"])
def test_names_files_that_exist(text):
    for link in re.findall(r"\]\(([^)]+)\)", (ROOT / text).read_text()):
        name, _, heading = link.partition("#")
        if name.startswith(("https:", "../../")):  # on another site, or the repository's own
            continue
        file = (ROOT / text).parent / name
        assert file.exists(), name
        assert not heading or f"# {heading.replace('-', ' ')}\n" in file.read_text().lower()


def test_every_timing_stands_under_its_command():
    text = (ROOT / "benchmarks" / "README.md").read_text()
    before, *timings = re.split(r"(?=<!-- \w+ -->\n\|)", text)
    assert len(timings) == text.count("<!-- end -->") > 0
    for timing in timings:
        name = re.match(r"<!-- (\w+)", timing)[1]
        assert f"-m benchmarks.{name}`" in before
        assert (ROOT / "benchmarks" / f"{name}.py").exists()
        before += timing


def test_every_command_is_a_single_line():
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert [len(block.splitlines()) for block in blocks] == [1, 1, 1]
