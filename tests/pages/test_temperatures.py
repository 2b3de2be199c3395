"""The page Temperatures without a browser."""

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

from mnist_model import images
from mnist_model.classifier import Classifier
from mnist_model.preprocess import to_mnist
from tests.support import pages
from tests.support.pages import ROOT, figure, read_as, ready, take_ready, unpack, without
from ui.reading import four_or_nine, ready_digit
from ui.temperature_scale import COLDEST, HOTTEST, MOST_COMPARED, SCALE, parse, telling

PAGE = "app_pages/temperatures.py"


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
        re.sub("<span.*?</span> ?", "", note["text"]).split("<br>") for note in figure(page)["layout"]["annotations"]
    ]


def test_without_a_drawing_there_are_ready_digits(page):
    show(page)
    assert [lines[0] for lines in titles(page)] == [f"<b>T = {t:g}</b>" for t in telling(four_or_nine().logits)]
    assert page.selectbox(key="of").value == "4 or 9"
    show(page, of="ready 7")
    temperatures = telling(ready_digit(7).logits)
    assert page.get("plotly_chart")[0].proto.alt.count("%") == len(temperatures)
    at_one = figure(page)["data"][temperatures.index(1)]
    assert np.argmax(unpack(at_one["y"])) == 7


def test_the_drawing_on_the_canvas_is_the_first_choice():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run()
    take_ready(page, 8)
    logits = page.session_state.session.reading.logits
    show(page.switch_page(PAGE))
    assert page.selectbox(key="of").value == "drawing"
    shown = [float(lines[1].strip("%>")) / 100 for lines in titles(page)]
    np.testing.assert_allclose(shown, [scipy_softmax(logits / t).max() for t in telling(logits)], atol=0.0011)


def test_a_new_drawing_is_looked_at_until_another_digit_is_chosen():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run()
    take_ready(page, 8)
    show(page.switch_page(PAGE))
    show(page, of="4 or 9")
    assert page.selectbox(key="of").value == "4 or 9"
    take_ready(page.switch_page("app_pages/draw.py").run(), 5)
    show(page.switch_page(PAGE))
    assert page.selectbox(key="of").value == "drawing"
    show(page, of="ready 3")
    show(page, "Samples")
    assert page.selectbox(key="of").value == "ready 3"


def test_the_temperatures_suit_the_digit_until_others_are_chosen(page):
    def chosen():
        return list(map(float, page.multiselect(key="temperatures").value))

    for digit in (3, 7):
        show(page, of=f"ready {digit}")
        assert chosen() == telling(ready_digit(digit).logits)
    show(page, temperatures=["0.5", "2"])
    show(page, of="ready 1")
    assert chosen() == [0.5, 2]


@given(logits=hypothesis.lists(hypothesis.floats(-40, 40), min_size=10, max_size=10, unique=True))
def test_telling_temperatures_lead_from_near_certainty_to_near_a_tie(logits):
    found = telling(logits)
    assert found == sorted(set(found))
    assert 1 in found
    assert set(found) <= set(SCALE)
    highest = [scipy_softmax(np.array(logits) / t).max() for t in found]
    nearest_of_all = min(abs(scipy_softmax(np.array(logits) / t).max() - 0.15) for t in SCALE)
    assert min(abs(p - 0.15) for p in highest) == pytest.approx(nearest_of_all)


def test_temperatures_that_show_the_same_are_not_suggested():
    undecided = four_or_nine().logits
    highest = [scipy_softmax(undecided / t).max() for t in telling(undecided)]
    assert np.diff(highest).max() < -0.05


@pytest.mark.parametrize(
    ("given", "compared", "rejected"),
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
def test_valid_temperatures_are_compared_and_others_named(page, given, compared, rejected):
    show(page, temperatures=given)
    if compared:
        assert [lines[0] for lines in titles(page)] == [f"<b>T = {t:g}</b>" for t in compared]
    else:
        assert not page.get("plotly_chart")
        assert "Choose a temperature" in page.info[0].value
    assert [warning.value.replace("\\", "") for warning in page.warning] == (
        [f"Not a temperature from 0.05 to 50: {rejected}"] if rejected else []
    )


texts = hypothesis.floats().map(str) | hypothesis.integers().map(str) | hypothesis.text()


@given(hypothesis.lists(texts, max_size=30))
def test_any_text_is_a_temperature_or_rejected(texts):
    temperatures, rejected = parse(texts)
    assert len(temperatures) == len(set(temperatures))
    assert all(COLDEST <= t <= HOTTEST for t in temperatures)
    assert set(rejected) <= set(texts)
    if not rejected:
        assert bool(temperatures) == bool(texts)


def test_temperatures_beyond_the_eighth_of_a_url_are_named(page):
    page.query_params["temperatures"] = ["10", "9", "8", "7", "6", "5", "4", "3", "20", "1"]
    show(page)
    assert [lines[0] for lines in titles(page)] == [f"<b>T = {t}</b>" for t in range(3, 11)]
    assert len(titles(page)) == MOST_COMPARED
    assert [warning.value for warning in page.warning] == ["At most 8 temperatures are compared. Left out: 20, 1"]
    page.multiselect(key="temperatures").set_value(["10", "20"]).run()
    assert not page.warning


def test_text_of_a_url_or_a_name_is_not_read_as_markdown(page):
    show(page, temperatures=["![](//a.b/c)"])
    assert page.warning[0].value.endswith(r": \!\[\]\(\/\/a\.b\/c\)")
    file = images.encode_drawing(ready(3), "![](//a.b/c)")
    show(page, "Several drawings", temperatures=["1"])
    page.file_uploader(key="file_of_drawing").upload("3.png", file, "image/png").run()
    assert r"“\!\[\]\(\/\/a\.b\/c\)”" in page.toast[0].value


def test_the_temperatures_are_in_the_url(page):
    page.query_params["temperatures"] = ["0.3", "7"]
    show(page)
    assert [lines[0] for lines in titles(page)] == ["<b>T = 0.3</b>", "<b>T = 7</b>"]


@pytest.mark.parametrize("view", ["Side by side", "Whole range", "Samples", "Several drawings"])
def test_every_chart_has_an_alternative_text(page, view):
    show(page, view)
    shown = page.get("plotly_chart")
    assert shown
    assert all(chart.proto.alt for chart in shown)


def test_the_order_of_the_digits_that_is_named_is_that_of_the_curves(page):
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


def test_the_number_of_draws_is_limited(page):
    show(page, "Samples")
    page.session_state.session.digit_draws.count = 100_000
    show(page, "Samples")
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


def test_the_heat_map_separates_a_clear_digit_from_an_undecided_one(page):
    show(page, "Several drawings", temperatures=["0.25", "1", "2"])
    clear, undecided = heat(page)
    assert clear.min() > 90 > undecided.max()
    show(page, measure="entropy")
    clear, undecided = heat(page)
    assert clear.max() < 0.5 < undecided.min()


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


@pytest.mark.parametrize("name", ["same", "A ready 7", "A 4 or a 9", "Your drawing, a 5"])
def test_two_drawings_given_the_same_name_can_both_be_chosen(page, name):
    keep_ready(page, 3, 5)
    for number in (1, 2):
        page.text_input(key=f"name_{number}").set_value(name).run()
    for choice, digit in (("kept 1", 3), ("kept 2", 5), ("ready 7", 7), ("kept 1", 3)):
        page.selectbox(key="of").set_value(choice).run()  # sends its label, as the browser does
        assert page.selectbox(key="of").value == choice
        assert page.get("image")[0].proto.imgs[0].alt.endswith(f"read as {digit}")


def test_the_drawing_that_is_looked_at_can_be_removed(page):
    keep_ready(page, 3, 5)
    show(page, of="kept 2")
    page.button(key="remove_2").click().run()
    assert not page.exception
    assert page.selectbox(key="of").value == "kept 1"
    page.button(key="remove_1").click().run()
    assert [row["y"] for row in figure(page)["data"]]
    assert figure(page)["layout"]["yaxis"]["ticktext"] == ["a ready 1", "a 4 or a 9"]


def test_the_shelf_holds_twelve_drawings(page):
    keep_ready(page, *range(10), 0, 1)
    assert len(heat(page)) == 12
    keep_ready(page, 2)
    assert "holds 12" in page.toast[0].value
    assert len(heat(page)) == 12


def test_a_kept_drawing_can_be_loaded_on_the_canvas(page):
    keep_ready(page, 6)
    page.button(key="load_1").click().run()
    assert not page.exception
    assert "on the canvas" in page.toast[0].value
    page.switch_page("app_pages/draw.py").run()
    assert read_as(page) == 6


def test_a_drawing_that_was_saved_can_be_loaded(page):
    keep_ready(page, 2)
    kept = page.session_state.session.shelf[1]
    file = images.encode_drawing(kept.reading.picture, "zwei ÷ <2>")
    photo = io.BytesIO()
    Image.new("RGB", (320, 320), "white").save(photo, "PNG")
    page.file_uploader(key="file_of_drawing").upload("two.png", file, "image/png").run()
    assert not page.exception
    assert names(page) == ["a 2", "zwei ÷ <2>"]
    again = page.session_state.session.shelf[2].reading
    np.testing.assert_array_equal(again.digit, kept.reading.digit)
    np.testing.assert_array_equal(again.logits, kept.reading.logits)
    for bad, complaint in (
        (photo.getvalue(), "not a drawing saved here"),
        (file[:300], "damaged"),
        (b"nonsense", "PNG"),
    ):
        page.file_uploader(key="file_of_drawing").upload("bad.png", bad, "image/png").run()
        assert complaint in page.toast[0].value
        assert len(names(page)) == 2


@pytest.fixture
def tables(monkeypatch):
    """The files that the page offers: the rows of tables, or other content."""
    given = {}
    offer = st.download_button

    def download_button(label, data, name, *args, **options):
        given[name] = list(csv.DictReader(io.StringIO(data()))) if name.endswith(".csv") else data
        return offer(label, data, name, *args, **options)

    monkeypatch.setattr(st, "download_button", download_button)
    return given


@pytest.mark.parametrize(
    ("view", "name", "temperatures"),
    [
        ("Side by side", "probabilities.csv", [0.5, 2]),
        ("Sweep", "sweep.csv", SCALE),
        ("Whole range", "curves.csv", SCALE),
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


def test_the_table_of_confidence_and_entropy(page, tables):
    show(page, "Whole range", of="ready 4")
    logits = classify(4)
    for row, t in zip(tables["confidence.csv"], SCALE, strict=True):
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


def test_without_test_digits_the_page_reports_them(tmp_path):
    clicks = "page.switch_page('app_pages/temperatures.py').run(); print(page.error[0].value)"
    assert "mnist_test.npz does not exist" in without(tmp_path, "mnist_model/mnist_test.npz", clicks)
