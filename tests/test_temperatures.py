"""The page that compares temperatures, without a browser."""

import csv
import io
import re

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as hypothesis
from PIL import Image
from scipy.special import softmax as scipy_softmax
from scipy.stats import entropy as scipy_entropy
from streamlit.testing.v1 import AppTest

from app_pages.common import LONGEST_NAME, MOST, parse, proper
from mnist_model import charts, images
from mnist_model.classifier import Classifier
from mnist_model.preprocess import to_mnist
from tests import pages
from tests.pages import ROOT, figure, ready, take_ready, unpack

PAGE = "app_pages/temperatures.py"
TO_BEGIN_WITH = [0.25, 0.5, 1, 2, 5]


@pytest.fixture
def page():
    return AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)


def show(page, view="Side by side", **state):
    return pages.show(page, view=view, **state)


def click(page, label):
    (button,) = (button for button in page.button if button.label == label)
    button.click().run()
    assert not page.exception


def titles(page):
    return [
        re.sub("<span.*?>|</span>", "", note["text"]).split("<br>") for note in figure(page)["layout"]["annotations"]
    ]


def test_ready_digits_come_without_a_drawing(page):
    show(page)
    assert [lines[0] for lines in titles(page)] == [f"<b>T = {t:g}</b>" for t in TO_BEGIN_WITH]
    assert page.selectbox(key="of").value == "4 or 9"
    show(page, of="ready 7")
    assert page.get("plotly_chart")[0].proto.alt.count("%") == 5
    sure = figure(page)["data"][2]
    assert np.argmax(unpack(sure["y"])) == 7


def test_the_drawing_of_the_first_page_comes_first():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run()
    take_ready(page, 8)
    logits = page.session_state.reading.logits
    show(page.switch_page(PAGE))
    assert page.selectbox(key="of").value == "drawing"
    shown = [float(lines[1].strip("%>")) / 100 for lines in titles(page)]
    np.testing.assert_allclose(shown, [scipy_softmax(logits / t).max() for t in TO_BEGIN_WITH], atol=0.0011)


@pytest.mark.parametrize(
    ("given", "taken", "refused"),
    [
        (["3"], [3], None),
        (["2", "0.1"], [0.1, 2], None),
        (["1", "1.0", "1,0", "1e0"], [1], None),
        (["0.05", "50"], [0.05, 50], None),
        (["0.049", "51", "1"], [1], "0.049, 51"),
        (["nan", "inf", "-inf", "-1", "0", "", "hot", "2"], [2], "nan, inf, -inf, -1, 0, , hot"),
        (["<b>1</b>"], [], "<b>1</b>"),
        ([], [], None),
    ],
)
def test_temperatures_are_those_given_if_they_are_any(page, given, taken, refused):
    show(page, temperatures=given)
    if taken:
        assert [lines[0] for lines in titles(page)] == [f"<b>T = {t:g}</b>" for t in taken]
    else:
        assert not page.get("plotly_chart")
        assert "Choose a temperature" in page.info[0].value
    assert [warning.value.replace("\\", "") for warning in page.warning] == (
        [f"No temperature from 0.05 to 50: {refused}"] if refused else []
    )


texts = hypothesis.floats().map(str) | hypothesis.integers().map(str) | hypothesis.text()


@given(hypothesis.lists(texts, max_size=30))
def test_any_texts_in_a_link_are_temperatures_or_refused(texts):
    temperatures, refused = parse(texts)
    assert temperatures == sorted(set(temperatures))
    assert len(temperatures) <= MOST
    assert all(charts.COLDEST <= t <= charts.HOTTEST for t in temperatures)
    assert set(refused) <= set(texts)
    if not refused:
        assert bool(temperatures) == bool(texts)


@given(texts)
def test_any_name_fits_on_a_label(name):
    fitting = proper(name)
    assert len(fitting) <= LONGEST_NAME
    assert fitting.isprintable()
    assert proper(fitting) == fitting.strip()


def test_nothing_that_a_link_or_a_name_says_is_markdown(page):
    show(page, temperatures=["![](//a.b/c)"])
    assert page.warning[0].value.endswith(r": \!\[\]\(\/\/a\.b\/c\)")
    file = images.encode_drawing(ready(3), "![](//a.b/c)")
    show(page, "Several drawings", temperatures=["1"])
    page.file_uploader(key="file_of_drawing").upload("3.png", file, "image/png").run()
    assert r"“\!\[\]\(\/\/a\.b\/c\)”" in page.toast[0].value


def test_a_link_brings_the_temperatures(page):
    page.query_params["temperatures"] = ["0.3", "7"]
    show(page)
    assert [lines[0] for lines in titles(page)] == ["<b>T = 0.3</b>", "<b>T = 7</b>"]


@pytest.mark.parametrize("view", ["Side by side", "Sweep", "Whole range", "Samples", "Several drawings"])
def test_every_view_has_charts_that_say_what_they_show(page, view):
    show(page, view)
    shown = page.get("plotly_chart")
    assert shown
    assert all(chart.proto.alt for chart in shown)


def test_the_sentence_on_the_order_is_true(page):
    show(page, "Whole range")
    said = next(text.value for text in page.markdown if "order never changes" in text.value)
    order = [int(word) for word in said.split("it is ")[1].split(".")[0].split()]
    curves = {int(trace["name"]): trace["y"] for trace in figure(page)["data"] if trace.get("name", "").isdigit()}
    assert list(curves) == order
    assert sorted(order) == list(range(10))


def counts(page):
    traces = [trace for trace in figure(page)["data"] if trace["type"] == "bar"]
    return np.array([unpack(trace["y"]) for trace in traces])


def test_samples_add_up(page):
    show(page, "Samples")
    click(page, "Start over")
    assert counts(page).sum() == 0
    drawn = 0
    for more in (1, 10, 100, 10_000):
        before = counts(page)
        click(page, f"+{more:,}")
        drawn += more
        assert (counts(page).sum(axis=1) == drawn).all()
        assert (counts(page) >= before).all()


def test_samples_have_an_end(page):
    show(page, "Samples")
    show(page, "Samples", draws=100_000)
    assert (counts(page).sum(axis=1) == 100_000).all()
    assert all(button.disabled for button in page.button if button.label.startswith("+"))


def test_a_fixed_seed_draws_the_same_again(page):
    show(page, "Samples", fixed_seed=True, seed=7)
    once = counts(page)
    click(page, "Start over")
    click(page, "+10")
    assert (counts(page) == once).all()
    page.number_input(key="seed").set_value(8).run()
    assert (counts(page) != once).any()


def heat(page):
    (trace,) = figure(page)["data"]
    return np.array([[float(text.strip("<>%")) for text in row] for row in trace["text"]])


def test_the_heat_map_tells_a_clean_digit_from_a_doubtful_one(page):
    show(page, "Several drawings", temperatures=["0.25", "1", "2"])
    clean, doubtful = heat(page)
    assert clean.min() > 90 > doubtful.max()
    show(page, measure="entropy")
    clean, doubtful = heat(page)
    assert clean.max() < 0.5 < doubtful.min()


def names(page):
    return [box.value for box in page.text_input]


def keep_ready(page, *digits):
    for digit in digits:
        show(page, "Several drawings", of=f"ready {digit}")
        click(page, "Keep")


def test_the_shelf_keeps_renames_and_removes(page):
    keep_ready(page, 3, 3, 5)
    assert names(page) == ["a 3", "a 3 (2)", "a 5"]
    assert len(heat(page)) == 3
    page.text_input[1].set_value("  my <b>three</b>\n" + "x" * 50).run()
    assert names(page)[1] == "my <b>three</b> xx"
    assert figure(page)["layout"]["yaxis"]["ticktext"][1] == "my &lt;b&gt;three&lt;/b&gt; xx"
    page.text_input[2].set_value("   ").run()
    assert len(heat(page)) == 3
    page.button(key="remove_1").click().run()
    assert len(heat(page)) == 2
    page.switch_page("app_pages/draw.py").run()
    show(page.switch_page(PAGE), "Several drawings")
    assert len(heat(page)) == 2


def test_the_drawing_that_is_looked_at_may_be_removed(page):
    keep_ready(page, 3, 5)
    show(page, of="kept 2")
    page.button(key="remove_2").click().run()
    assert not page.exception
    assert page.selectbox(key="of").value == "kept 1"
    page.button(key="remove_1").click().run()
    assert [row["y"] for row in figure(page)["data"]]
    assert figure(page)["layout"]["yaxis"]["ticktext"] == ["a ready 1", "a 4 or a 9"]


def test_the_shelf_is_full_at_twelve(page):
    keep_ready(page, *range(10), 0, 1)
    assert len(heat(page)) == 12
    keep_ready(page, 2)
    assert "holds 12" in page.toast[0].value
    assert len(heat(page)) == 12


def test_a_drawing_goes_back_to_the_canvas(page):
    keep_ready(page, 6)
    page.button(key="draw_1").click().run()
    assert not page.exception
    assert "on the canvas" in page.toast[0].value
    page.switch_page("app_pages/draw.py").run()
    assert page.metric[0].value == "6"


def test_a_drawing_comes_back_from_its_file(page):
    keep_ready(page, 2)
    kept = page.session_state.shelf[1]
    file = images.encode_drawing(kept.reading.picture, "zwei ÷ <2>")
    photo = io.BytesIO()
    Image.new("RGB", (320, 320), "white").save(photo, "PNG")
    page.file_uploader(key="file_of_drawing").upload("two.png", file, "image/png").run()
    assert not page.exception
    assert names(page) == ["a 2", "zwei ÷ <2>"]
    again = page.session_state.shelf[2].reading
    np.testing.assert_array_equal(again.digit, kept.reading.digit)
    np.testing.assert_array_equal(again.logits, kept.reading.logits)
    for bad, complaint in (
        (photo.getvalue(), "not a drawing saved here"),
        (file[:300], "damaged"),
        (b"nonsense", "no PNG"),
    ):
        page.file_uploader(key="file_of_drawing").upload("bad.png", bad, "image/png").run()
        assert complaint in page.toast[0].value
        assert len(names(page)) == 2


@pytest.fixture
def tables(monkeypatch):
    """The files that the page offers, as rows."""
    given = {}
    offer = st.download_button

    def download_button(label, data, name, *args, **options):
        given[name] = list(csv.DictReader(io.StringIO(data))) if name.endswith(".csv") else data
        return offer(label, data, name, *args, **options)

    monkeypatch.setattr(st, "download_button", download_button)
    return given


@pytest.mark.parametrize(
    ("view", "name", "temperatures"),
    [
        ("Side by side", "probabilities.csv", [0.5, 2]),
        ("Sweep", "sweep.csv", charts.SCALE),
        ("Whole range", "curves.csv", charts.SCALE),
    ],
)
def test_tables_of_probabilities(page, tables, view, name, temperatures):
    show(page, view, temperatures=["0.5", "2"], of="ready 4")
    logits = np.array([float(row["logit"]) for row in tables[name][:10]])
    np.testing.assert_allclose(logits, classify(4), rtol=1e-6)
    p = np.array([float(row["probability"]) for row in tables[name]]).reshape(-1, 10)
    np.testing.assert_allclose(p, [scipy_softmax(logits / t) for t in temperatures], atol=1e-9)
    assert [float(row["temperature"]) for row in tables[name][::10]] == temperatures
    assert [int(row["digit"]) for row in tables[name]] == [*range(10)] * len(temperatures)


def classify(digit):
    return Classifier().logits(to_mnist(ready(digit))[None])[0]


def test_the_table_of_certainty(page, tables):
    show(page, "Whole range", of="ready 4")
    logits = classify(4)
    for row, t in zip(tables["certainty.csv"], charts.SCALE, strict=True):
        p = scipy_softmax(logits.astype(float) / t)
        assert int(row["winner"]) == 4
        assert float(row["probability"]) == pytest.approx(p.max(), abs=1e-6)
        assert float(row["entropy_bits"]) == pytest.approx(scipy_entropy(p, base=2), abs=1e-5)


def test_the_table_of_samples(page, tables):
    show(page, "Samples", temperatures=["1", "5"], of="ready 4")
    rows = tables["samples.csv"]
    assert [sum(int(row["drawn"]) for row in part) for part in (rows[:10], rows[10:])] == [10, 10]
    np.testing.assert_allclose(
        [float(row["expected"]) for row in rows[10:]], 10 * scipy_softmax(classify(4) / 5), atol=1e-5
    )


def test_the_table_of_drawings(page, tables):
    show(page, "Several drawings", temperatures=["0.5", "2"])
    rows = tables["drawings.csv"]
    assert [(row["drawing"], float(row["temperature"])) for row in rows] == [
        (name, t) for name in ("a ready 1", "a 4 or a 9") for t in (0.5, 2)
    ]
    assert float(rows[1]["probability"]) == pytest.approx(scipy_softmax(classify(1) / 2).max(), abs=1e-6)
