"""train.py --lesson, on a few digits: its snapshots are of the moments of training that the page shows."""

import contextlib
import io
import json

import pytest

pytest.importorskip("tensorflow")

import train
from mnist_model.lesson import load_lesson


def test_the_lesson_is_trained_and_replaces_an_older_one(tmp_path, data):
    output = tmp_path / "lesson"
    output.mkdir()
    (output / "softmax-00099.tflite").write_text("of an older run, with other moments")
    (output / "mine.tflite").write_text("not of the lesson")
    arguments = ["--lesson", "--data", str(data), "--limit", "2000", "--epochs", "2", "--output", str(output)]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert train.main(arguments) == 0, said.getvalue()

    found = load_lesson(output)
    steps = [2, 5, 10, 20, 50, 100, 126]  # the last is that of 2 epochs of 2,000 digits in batches of 32
    assert [moment.step for moment in found.moments] == steps
    assert found.digits == 2000
    first, *_, last = found.moments
    assert first.softmax < last.softmax
    assert last.softmax > 0.7
    assert last.largest > 0.7
    report = json.loads((output / "report.json").read_text(encoding="utf-8"))
    assert (report["limit"], report["epochs"]) == (2000, 2)
    assert (output / "mine.tflite").read_text() == "not of the lesson"
    assert len(list(output.iterdir())) == 2 * len(steps) + 2
