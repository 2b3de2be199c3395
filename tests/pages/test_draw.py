"""The page Draw without a browser. What the canvas sends, only tests/browser can show."""

import base64
import io
import re

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as hypothesis
from PIL import Image
from streamlit.testing.v1 import AppTest

from evaluation.paper import photograph
from mnist_model import WEIGHTS
from mnist_model.classifier import Classifier
from mnist_model.preprocess import to_mnist
from mnist_model.report import load_calibration
from mnist_model.training import strokes
from tests.support.pages import ROOT, answer, read_as, take_ready, without
from ui.temperature_scale import nearest, slider_stops


@pytest.fixture
def page():
    return AppTest.from_file(ROOT / "app.py", default_timeout=30)


def test_an_empty_canvas_has_a_hint_and_no_answer(page):
    page.run()
    assert not page.exception
    assert answer(page)["reading"] is None


@pytest.mark.parametrize("digit", range(10))
def test_a_ready_digit_is_read(page, digit):
    take_ready(page.run(), digit)
    assert read_as(page) == digit
    reading = page.session_state.session.reading
    shown = answer(page)["reading"]
    assert shown["logits"] == reading.logits.tolist()
    levels = np.frombuffer(base64.b64decode(shown["digit"]), np.uint8).reshape(28, 28)
    np.testing.assert_allclose(levels / 255, reading.digit, atol=0.5 / 255 + 1e-6)


def test_each_click_loads_another_digit_of_the_kind(page):
    take_ready(page.run(), 8)
    first = page.session_state.session.reading.digit
    take_ready(page, 8)
    assert read_as(page) == 8
    assert np.abs(page.session_state.session.reading.digit - first).mean() > 0.01


def test_a_temperature_changes_the_answer_without_running_the_network(page, monkeypatch):
    st.cache_resource.clear()  # of what other tests have read
    runs = []
    run = Classifier.logits
    monkeypatch.setattr(Classifier, "logits", lambda self, images: runs.append(len(images)) or run(self, images))
    take_ready(page.run(), 4)
    runs_of_the_digit = len(runs)
    assert runs_of_the_digit >= 1
    reading = answer(page)["reading"]
    for temperature in (0.1, 0.5, 1, 2, 50):
        page.select_slider(key="T").set_value(temperature).run()
        assert answer(page)["temperature"] == temperature
        assert answer(page)["reading"] == reading
    assert len(runs) == runs_of_the_digit


def test_reset_goes_back_to_one(page):
    page.run().select_slider(key="T").set_value(5).run()
    (reset,) = (button for button in page.button if button.label == "Reset to 1")
    reset.click().run()
    assert page.select_slider(key="T").value == 1


def test_there_is_nothing_to_keep_without_a_drawing(page):
    page.run()
    (keep,) = (button for button in page.button if button.label == "Keep")
    keep.click().run()
    assert "there is no drawing to keep yet" in page.toast[0].value
    assert not len(page.session_state.session.shelf)


def test_clear_removes_the_answer_and_keeps_the_temperature(page):
    page.run().select_slider(key="T").set_value(5).run()
    take_ready(page, 4)
    (clear,) = (button for button in page.button if button.label == "Clear")
    clear.click().run()
    assert answer(page)["reading"] is None
    assert page.select_slider(key="T").value == 5


@pytest.mark.parametrize(
    ("linked", "temperature"),
    [
        ("5", 5),
        ("0.25", 0.25),
        ("3.3", 3.5),
        ("0.001", 0.1),
        ("1e9", 50),
        ("0", 1),
        ("-2", 1),
        ("2.0", 2),
        ("inf", 1),
        ("nan", 1),
        ("hot", 1),
        ("", 1),
    ],
)
def test_a_url_sets_the_nearest_temperature_of_the_slider(page, linked, temperature):
    page.query_params["T"] = linked
    page.run()
    assert not page.exception
    assert page.select_slider(key="T").value == temperature


@given(hypothesis.floats().map(str) | hypothesis.integers().map(str) | hypothesis.text())
def test_any_text_in_a_url_is_a_temperature_of_the_slider_or_ignored(text):
    stops = slider_stops(1.28)
    found = nearest(text, stops)
    if found is not None:
        assert float(text) > 0
        assert found in stops


def test_the_slider_is_logarithmic_from_a_tenth_to_fifty():
    stops = slider_stops()
    assert (stops[0], stops[20], stops[40], stops[-1]) == (0.1, 1, 10, 50)
    np.testing.assert_allclose(np.log10(stops), -1 + 0.05 * np.arange(len(stops)), atol=0.025)


def test_the_calibrated_temperature_is_a_stop_of_the_slider_and_a_click_away(page):
    t = round(load_calibration().temperature, 2)
    (button,) = (button for button in page.run().button if button.label == f"T* = {t:g}")
    button.click().run()
    assert page.select_slider(key="T").value == t
    assert answer(page)["temperature"] == t
    assert f"{t:g}" in page.select_slider(key="T").options
    (mark,) = [html.proto.body for html in page.get("html") if 'class="mark"' in html.proto.body]
    options = page.select_slider(key="T").options
    position = float(re.search(r"margin-left: ([0-9.]+)%", mark)[1])
    assert position == pytest.approx(100 * options.index(f"{t:g}") / (len(options) - 1), abs=0.1)


def test_a_temperature_that_a_replaced_model_no_longer_has_becomes_1(page):
    page.run()
    page.session_state.T = 1.31
    page.run()
    assert not page.exception
    assert page.select_slider(key="T").value == 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be read"),
        (b"", "is damaged"),
        ((WEIGHTS / "lenet5.tflite").read_bytes()[:50_000], "is damaged"),
        ((WEIGHTS / "layers.tflite").read_bytes(), "maps"),
    ],
    ids=["missing", "empty", "truncated", "of another shape"],
)
def test_a_damaged_model_is_reported_with_its_file_and_the_command_that_makes_it_anew(tmp_path, content, complaint):
    said = without(tmp_path, "mnist_model/weights/lenet5.tflite", "print(page.error[0].value)", content)
    assert re.search(rf"lenet5\.tflite {complaint}.*python train\.py", said)


def test_without_test_digits_the_page_reports_them_and_can_be_used(tmp_path):
    clicks = "page.pills(key='ready').select(3).run(); print(page.toast[0].value); page.run(); print(len(page.toast))"
    said = without(tmp_path, "mnist_model/mnist_test.npz", clicks)
    assert re.search(r"That did not work: .*mnist_test\.npz does not exist.*\n0", said)


def test_the_browser_gets_the_energy_threshold(page):
    assert answer(page.run())["energy_threshold"] == load_calibration().energy_threshold


def open_photo(page):
    next(button for button in page.button if button.label == "Photo").click()
    return page.run()


def picture(digit, style, seed=0):
    """Write a digit on ruled paper. Returns its ink, and a photo of it as a JPEG."""
    rng = np.random.default_rng(seed)
    coverage = strokes.draw(strokes.write(digit, style, rng, 0.5), pen=12, paper=None)[..., 3]
    file = io.BytesIO()
    Image.fromarray(photograph(coverage, rng, ruled=True)).save(file, "JPEG")
    return coverage, file.getvalue()


def test_a_photo_is_read_and_loaded_on_the_canvas(page):
    coverage, file = picture(5, "hat last")
    open_photo(page.run()).file_uploader(key="file").upload("five.jpg", file, "image/jpeg").run()
    assert not page.exception
    assert read_as(page) == 5
    assert np.abs(page.session_state.session.reading.digit - to_mnist(coverage)).mean() < 0.04
    assert page.session_state.session.canvas.loaded["objects"][0]["type"] == "Image"
    assert not page.get("dialog")


def test_a_file_that_is_not_a_photo_of_a_digit_is_refused_and_changes_nothing(page):
    take_ready(page.run(), 7)
    empty = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(empty, "PNG")
    for file, complaint in (
        (b"nonsense", "JPEG, PNG or WebP"),
        (empty.getvalue(), "no ink stands out"),
    ):
        open_photo(page).file_uploader(key="file").upload("photo.png", file, "image/png").run()
        assert complaint in page.toast[0].value
        assert read_as(page) == 7


def test_without_a_report_the_page_still_reads(tmp_path):
    clicks = (
        "import json; page.pills(key='ready').select(3).run(); "
        "print([json.loads(part.proto.bytes) for part in page.get('bidi_component') if '-reading' in part.proto.id])"
    )
    said = without(tmp_path, "mnist_model/weights/report.json", clicks)
    assert "'logits': [" in said
    assert "'energy_threshold': None" in said
