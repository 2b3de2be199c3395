"""What is read, and what is remembered of files that could not be loaded."""

import ast
import shutil
from pathlib import Path

import numpy as np
import pytest
import streamlit as st

from mnist_model import WEIGHTS, images
from mnist_model.classifier import Classifier, ModelFileError
from mnist_model.report import load_calibration
from ui import reading

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def empty_caches():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def test_a_repaired_report_needs_no_restart(monkeypatch, tmp_path, caplog, empty_caches):
    path = tmp_path / "report.json"
    monkeypatch.setattr(reading, "load_calibration", lambda: load_calibration(path))
    for _ in range(3):
        assert reading.calibration() is None
    assert [str(path) in record.getMessage() for record in caplog.records] == [True], "one line, however often"
    shutil.copy(WEIGHTS / "report.json", path)
    assert reading.calibration() == load_calibration(WEIGHTS / "report.json")


def test_a_repaired_model_needs_no_restart(monkeypatch, tmp_path, empty_caches):
    path = tmp_path / "lenet5.tflite"
    monkeypatch.setattr(reading, "Classifier", lambda: Classifier(path))
    with pytest.raises(ModelFileError):
        reading.classifier()
    shutil.copy(WEIGHTS / "lenet5.tflite", path)
    assert reading.classifier().logits(np.zeros((1, 28, 28), np.float32)).shape == (1, 10)


def test_a_drawing_without_ink_has_no_reading():
    assert reading.read(images.png_url(np.full((reading.CANVAS_SIZE, reading.CANVAS_SIZE, 3), 255, np.uint8))) is None


def test_ready_digits_are_read_as_what_they_are_and_keep_their_picture():
    for digit in range(10):
        found = reading.ready_digit(digit)
        assert found.winner == digit
        assert found.picture.shape == (reading.CANVAS_SIZE, reading.CANVAS_SIZE, 4)
        assert found.digit.shape == (28, 28)


def test_no_cached_function_shows_its_name_while_it_runs():
    decorators = [
        ast.unparse(decorator)
        for folder in ("ui", "app_pages")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if "st.cache_" in ast.unparse(decorator)
    ]
    assert len(decorators) >= 5
    assert [decorator for decorator in decorators if "show_spinner=False" not in decorator] == []
