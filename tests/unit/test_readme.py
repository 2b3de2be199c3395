"""The numbers in the README and the docs are those of the reports, and the models score what the reports say."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from evaluation import drawings, not_a_digit, pens, scores
from evaluation.markdown import percent
from mnist_model import WEIGHTS, calibration
from mnist_model.classifier import Classifier
from mnist_model.corruptions import CORRUPTIONS, corrupt
from mnist_model.lesson import THRESHOLDS, load_lesson
from mnist_model.mnist import SHAPES, Split
from mnist_model.training.recipes import RECIPES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SAID = " ".join(README.split())  # on one line


def report(folder=WEIGHTS):
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


def test_the_readme_has_the_numbers_of_the_reports():
    textbook, shipped = report(WEIGHTS / "textbook"), report()
    assert scores.scores() in README
    assert f"{shipped['parameters']:,} parameters" in SAID
    assert f"{shipped['passes']} passes" in SAID
    assert f"{shipped['epochs']} epochs" in SAID
    assert f"batches of {textbook['batch_size']}, {textbook['epochs']} epochs" in SAID
    assert f"{SHAPES['x_test'][0]:,} test digits" in SAID


def test_the_readme_has_the_numbers_of_the_lesson():
    lesson = load_lesson()
    (moment,) = (moment for moment in lesson.moments if moment.step == 100)
    fired = moment.fired[THRESHOLDS.index(0.3)]
    failed = (fired.none + fired.several) / lesson.digits
    numbers = [f"{share:.1%}" for share in (failed, moment.softmax)]
    assert all(number in SAID for number in numbers)


def test_the_table_of_scores_is_replaced_in_the_readme(tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    monkeypatch.setattr(scores, "README", readme)
    accuracy = percent(report(WEIGHTS / "textbook")["test"]["accuracy"], 2)
    changed = README.replace(accuracy, "12.34%")
    assert changed != README
    readme.write_text(changed, encoding="utf-8")
    assert scores.main() == 0
    assert readme.read_text(encoding="utf-8") == README
    readme.write_text("no table", encoding="utf-8")
    assert scores.main() == 1


def test_the_reports_are_of_the_recipes_as_they_are_now():
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


def test_the_shipped_model_reads_corrupted_digits_as_its_report_says(test_set, classifier):
    expected = report()["corruptions"]
    for corruption in CORRUPTIONS[::5]:  # shot noise, scale, fog
        corrupted = corrupt(test_set.images, corruption)
        accuracy = np.mean(classifier.logits(corrupted).argmax(axis=1) == test_set.labels)
        assert accuracy == pytest.approx(expected[corruption.__name__]["accuracy"], abs=2e-3)


@pytest.mark.parametrize("evaluation", [drawings, not_a_digit, pens])
def test_the_tables_in_docs_have_the_numbers_of_the_page(evaluation):
    name = evaluation.__name__.rpartition(".")[2]
    numbers = json.loads((WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))
    assert evaluation.document(numbers) == (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def test_the_drawings_are_measured_by_style_and_condition(test_set, classifier, monkeypatch):
    """A few of them, with the layout of the shipped drawings.json."""
    expected = json.loads((WEIGHTS / "drawings.json").read_text(encoding="utf-8"))
    monkeypatch.setattr(drawings, "CONDITIONS", {name: some[:1] for name, some in drawings.CONDITIONS.items()})
    one_each = np.unique(test_set.labels, return_index=True)[1]
    digits = Split(test_set.images[one_each], test_set.labels[one_each])
    found = json.loads(json.dumps(drawings.measure(digits, classifier, drawings.load_calibration(), 10)))
    assert found.keys() == expected.keys()
    assert found["all"].keys() == found["digits"][0].keys() == expected["all"].keys()
    assert found["all"]["mnist"].keys() == expected["all"]["mnist"].keys()
    assert [(one["digit"], one["style"], one["held_out"]) for one in found["styles"]] == [
        (one["digit"], one["style"], one["held_out"]) for one in expected["styles"]
    ]
    for name, (condition,) in found["conditions"].items():
        assert condition.keys() == expected["conditions"][name][0].keys()
        assert (condition["mnist"] is None) == (expected["conditions"][name][0]["mnist"] is None)
    assert found["all"]["held_out"]["accuracy"] > 0.9


@pytest.mark.parametrize("text", ["README.md", "SECURITY.md", "CONTRIBUTING.md", "benchmarks/README.md"])
def test_links_lead_to_files_that_exist(text):
    for link in re.findall(r"\]\(([^)]+)\)", (ROOT / text).read_text(encoding="utf-8")):
        name, _, heading = link.partition("#")
        if name.startswith(("https:", "../../")):  # on another site, or the repository's own
            continue
        file = (ROOT / text).parent / name
        assert file.exists(), name
        assert not heading or f"# {heading.replace('-', ' ')}\n" in file.read_text(encoding="utf-8").lower()


def test_every_timing_is_below_its_command():
    text = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    before, *timings = re.split(r"(?=<!-- \w+ -->\n\|)", text)
    assert len(timings) == text.count("<!-- end -->") > 0
    for timing in timings:
        name = re.match(r"<!-- (\w+)", timing)[1]
        assert f"-m benchmarks.{name}`" in before
        assert (ROOT / "benchmarks" / f"{name}.py").exists()
        before += timing
