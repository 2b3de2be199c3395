import json
import shutil

import numpy as np
import pytest

from mnist_model import WEIGHTS
from mnist_model.classifier import ModelFileError
from mnist_model.report import (
    from_hex,
    load_calibration,
    load_drawings_report,
    load_ood_report,
    load_report,
    to_hex,
)


def test_the_shipped_calibration_is_read():
    calibration = load_calibration()
    assert 0.2 < calibration.temperature < 5
    assert -30 < calibration.energy_threshold < 5


@pytest.mark.parametrize(
    "content",
    [None, "", "{", "[]", "null", "{}", '{"temperature": 1}', '{"temperature": 1, "energy_threshold": "low"}']
    + [
        json.dumps({"temperature": t, "energy_threshold": e})
        for t, e in ((0, 1), (-1, 1), (float("nan"), 1), (1, None))
    ],
)
def test_a_damaged_report_is_named_with_the_command_that_remakes_it(tmp_path, content):
    path = tmp_path / "report.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ModelFileError, match=r"report\.json cannot be read .*python train\.py"):
        load_calibration(path)


LOADERS = {"report.json": load_report, "drawings.json": load_drawings_report, "not_a_digit.json": load_ood_report}


def test_the_shipped_measurements_are_read():
    report = load_report()
    assert len(report.history["val_accuracy"]) == report.epochs
    assert len(report.corruptions) == 15
    for bins in report.reliability:
        assert bins.count.sum() == 150_000
    before, _ = report.reliability
    assert np.average(before.accuracy, weights=before.count) == pytest.approx(report.corrupted.accuracy, abs=1e-5)
    gaps = np.abs(before.accuracy - before.confidence)
    assert np.average(gaps, weights=before.count) == pytest.approx(report.corrupted.ece[0], abs=1e-5)
    assert load_report(WEIGHTS / "textbook").epochs < report.epochs
    assert all(style.worst.shape == (28, 28) and style.worst.max() > 0.9 for style in load_drawings_report().styles)
    assert {len(scores.examples) for scores in load_ood_report().values()} == {0, 12}


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("content", [None, "", "{", "[1]", "null", "{}", '{"a": 1}', b"\xff\xfe"])
def test_a_damaged_file_is_named_with_the_command_that_remakes_it(tmp_path, name, content):
    shutil.copy(WEIGHTS / "report.json", tmp_path)
    path = tmp_path / name
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ModelFileError, match=rf"{name} cannot be read .*`python (train|-m evaluation)"):
        LOADERS[name](tmp_path)


def test_a_report_with_a_value_of_another_type_is_refused(tmp_path):
    shutil.copy(WEIGHTS / "report.json", tmp_path)
    whole = json.loads((WEIGHTS / "report.json").read_text())
    for key, value in (
        ("test", 1), ("corruptions", []), ("history", {"loss": 1}), ("reliability", {"before": {}}), ("seconds", None),
        ("temperature", 0), ("temperature", float("nan")), ("epochs", 1e999),
    ):  # fmt: skip
        (tmp_path / "report.json").write_text(json.dumps(whole | {key: value}))
        with pytest.raises(ModelFileError, match="cannot be read"):
            load_report(tmp_path)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("drawings.json", {"styles": []}),
        ("drawings.json", {"conditions": {"size": []}}),
        ("not_a_digit.json", {"inputs": {}}),
        ("drawings.json", {"calibration": [1.0, -5.0]}),
        ("not_a_digit.json", {"calibration": [1.0, -5.0]}),
    ],
)
def test_empty_measurements_and_those_of_another_model_are_refused(tmp_path, name, changed):
    shutil.copy(WEIGHTS / "report.json", tmp_path)
    shutil.copy(WEIGHTS / name, tmp_path)
    LOADERS[name](tmp_path)
    (tmp_path / name).write_text(json.dumps(json.loads((WEIGHTS / name).read_text()) | changed))
    with pytest.raises(ModelFileError, match=f"{name} cannot be read .*(it is empty|another model)"):
        LOADERS[name](tmp_path)


def test_an_image_survives_being_written_as_text():
    image = np.random.default_rng(0).integers(0, 256, (28, 28)) / np.float32(255)
    np.testing.assert_allclose(from_hex(to_hex(image)), image, rtol=1e-6)
    with pytest.raises(ValueError, match="reshape"):
        from_hex("00ff")
