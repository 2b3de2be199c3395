"""The home page without a browser. What the canvas sends, only tests/e2e can show."""

import io
import re

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as hypothesis
from PIL import Image
from streamlit.testing.v1 import AppTest

from app_pages.common import TEMPERATURES, nearest
from benchmarks.paper import photograph
from mnist_model import WEIGHTS, strokes
from mnist_model.classifier import Classifier
from mnist_model.preprocess import to_mnist
from mnist_model.report import load_trust
from mnist_model.softmax import entropy, softmax
from tests.pages import ROOT, live_chart, take_ready, without


@pytest.fixture
def page():
    return AppTest.from_file(ROOT / "app.py", default_timeout=30)


def bars(page):
    return live_chart(page, "bars")["data"]


def alt(page):
    return live_chart(page, "bars")["alt"]


def test_an_empty_canvas_gives_a_hint_and_no_answer(page):
    page.run()
    assert not page.exception
    assert not page.metric
    assert not bars(page)
    assert "Draw a digit" in page.markdown[0].value
    assert "none yet" in alt(page)


@pytest.mark.parametrize("digit", range(10))
def test_a_ready_digit_is_read(page, digit):
    take_ready(page.run(), digit)
    assert page.metric[0].value == str(digit)
    assert alt(page) == (
        f"Probabilities of the ten digits at temperature 1, highest for {digit} with {page.metric[1].value}"
    )


def test_every_click_takes_another_digit_of_the_kind(page):
    take_ready(page.run(), 8)
    first = page.session_state.reading.digit
    take_ready(page, 8)
    assert page.metric[0].value == "8"
    assert np.abs(page.session_state.reading.digit - first).mean() > 0.01


def test_the_temperature_changes_the_answer_without_asking_the_network(page, monkeypatch):
    st.cache_resource.clear()  # of what other tests have asked
    asked = []
    ask = Classifier.logits
    monkeypatch.setattr(Classifier, "logits", lambda self, images: asked.append(len(images)) or ask(self, images))
    take_ready(page.run(), 4)
    once = len(asked)
    assert once >= 1
    logits = page.session_state.reading.logits
    for temperature in (0.1, 0.5, 1, 2, 10):
        page.select_slider(key="T").set_value(temperature).run()
        p = softmax(logits, temperature)
        (trace,) = bars(page)
        np.testing.assert_allclose(trace["y"], p)
        bits = entropy(p)
        assert f"Entropy {bits:.2f} bits: about {2**bits:.1f} digits in the running." in [c.value for c in page.caption]
        assert f"at temperature {temperature:g}," in alt(page)
    assert len(asked) == once


def test_reset_goes_back_to_one(page):
    page.run().select_slider(key="T").set_value(5).run()
    (reset,) = (button for button in page.button if button.label == "Reset to 1")
    reset.click().run()
    assert page.select_slider(key="T").value == 1


def test_clear_takes_the_answer_away_and_leaves_the_temperature(page):
    page.run().select_slider(key="T").set_value(5).run()
    take_ready(page, 4)
    (clear,) = (button for button in page.button if button.label == "Clear")
    clear.click().run()
    assert not page.metric
    assert not bars(page)
    assert page.select_slider(key="T").value == 5


@pytest.mark.parametrize(
    ("linked", "temperature"),
    [
        ("5", 5),
        ("0.25", 0.25),
        ("3.3", 3.5),
        ("0.001", 0.1),
        ("1e9", 10),
        ("0", 1),
        ("-2", 1),
        ("2.0", 2),
        ("inf", 1),
        ("nan", 1),
        ("hot", 1),
        ("", 1),
    ],
)
def test_a_link_sets_the_temperature_if_it_can(page, linked, temperature):
    page.query_params["T"] = linked
    page.run()
    assert not page.exception
    assert page.select_slider(key="T").value == temperature


numbers = hypothesis.floats().map(str) | hypothesis.integers().map(str) | hypothesis.text()


@given(numbers)
def test_of_any_text_in_a_link_comes_a_temperature_or_none(text):
    found = nearest(text)
    if found is not None:
        assert float(text) > 0
        assert found in [f"{t:g}" for t in TEMPERATURES]


def test_the_slider_is_logarithmic_from_a_tenth_to_ten(page):
    options = np.array([float(option) for option in page.run().select_slider(key="T").options])
    assert (options[0], options[len(options) // 2], options[-1]) == (0.1, 1, 10)
    np.testing.assert_allclose(np.log10(options), np.linspace(-1, 1, len(options)), atol=0.025)


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
def test_a_model_that_is_none_names_the_file_and_the_command(tmp_path, content, complaint):
    said = without(tmp_path, "mnist_model/weights/lenet5.tflite", "print(page.error[0].value)", content)
    assert re.search(rf"lenet5\.tflite {complaint}.*python train\.py", said)


def test_missing_ready_digits_leave_the_page_usable(tmp_path):
    clicks = "page.pills(key='ready').select(3).run(); print(page.toast[0].value); page.run(); print(len(page.toast))"
    said = without(tmp_path, "mnist_model/mnist_test.npz", clicks)
    assert re.search(r"That did not work: .*mnist_test\.npz does not exist.*\n0", said)


def badges(page):
    return [markdown.value for markdown in page.markdown if "does not look like a digit" in markdown.value]


def test_a_mark_on_the_slider_says_where_certainty_is_honest(page):
    t = load_trust().temperature
    (mark,) = [html.proto.body for html in page.run().get("html") if 'class="mark"' in html.proto.body]
    assert f"T* = {t:.2f}: here, 90% sure means right 90 times in 100" in mark
    options = np.array([float(option) for option in page.select_slider(key="T").options])
    at = float(re.search(r"margin-left: ([0-9.]+)%", mark)[1]) / 100 * (len(options) - 1)
    assert options[int(at)] <= t <= options[int(np.ceil(at))]


def test_what_is_no_digit_is_said_to_be_none_beside_its_bars(page):
    threshold = load_trust().energy_threshold
    take_ready(page.run(), 3)
    for energy, known in ((threshold - 0.1, True), (threshold + 0.1, False)):
        logits = np.log(np.full(10, 0.1)) - energy
        page.session_state.reading = page.session_state.reading._replace(logits=logits)
        page.run()
        assert len(badges(page)) == (not known)
        assert bars(page)


def open_photo(page):
    page.session_state.photo = True
    return page.run()


def picture(digit, style, seed=0):
    """A photograph of a digit on ruled paper, as a JPEG."""
    rng = np.random.default_rng(seed)
    coverage = strokes.draw(strokes.write(digit, style, rng, 0.5), pen=12, paper=None)[..., 3]
    file = io.BytesIO()
    Image.fromarray(photograph(coverage, rng, ruled=True)).save(file, "JPEG")
    return coverage, file.getvalue()


def test_a_photo_is_read_and_laid_on_the_canvas(page):
    coverage, file = picture(5, "hat last")
    open_photo(page.run()).file_uploader(key="file").upload("five.jpg", file, "image/jpeg").run()
    assert not page.exception
    assert page.metric[0].value == "5"
    assert np.abs(page.session_state.reading.digit - to_mnist(coverage)).mean() < 0.04
    assert page.session_state.drawing["objects"][0]["type"] == "Image"


def test_what_is_no_photo_is_refused_and_nothing_is_lost(page):
    take_ready(page.run(), 7)
    empty = io.BytesIO()
    Image.new("RGB", (300, 300), "white").save(empty, "PNG")
    open_photo(page)
    for file, complaint in (
        (b"nonsense", "this is no JPEG, PNG or WebP picture"),
        (empty.getvalue(), "no ink stands out"),
    ):
        page.file_uploader(key="file").upload("photo.png", file, "image/png").run()
        assert complaint in page.toast[0].value
        assert page.metric[0].value == "7"


def test_without_a_report_the_page_draws_all_the_same(tmp_path):
    clicks = "page.pills(key='ready').select(3).run(); print(page.metric[0].value)"
    assert without(tmp_path, "mnist_model/weights/report.json", clicks).strip() == "3"
