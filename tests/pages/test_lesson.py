"""The page Softmax, a lesson, without a browser."""

import json
import re

import numpy as np
import pytest
from scipy.special import expit
from scipy.special import softmax as scipy_softmax
from streamlit.testing.v1 import AppTest

from mnist_model import lesson
from mnist_model import softmax as formulas
from mnist_model.classifier import Classifier
from mnist_model.lesson import THRESHOLDS, load_lesson
from mnist_model.preprocess import to_mnist
from mnist_model.softmax import softmax
from tests.support.pages import ROOT, figure, ready, show, take_ready, unpack, without
from ui.formatting import percent

PAGE = "app_pages/softmax.py"
CHARTS = [
    "histogram", "ten_outputs", "ten_probabilities", "answers_by_moment", "failures", "before_and_after",
    "running_share", "answer_and_label", "gradient", "loss_curve",
]  # fmt: skip


@pytest.fixture(scope="module")
def moments():
    return load_lesson().moments


@pytest.fixture
def page():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    return show(page)


def chart(page, name):
    assert len(page.get("plotly_chart")) == len(CHARTS)
    return figure(page, CHARTS.index(name))["data"]


def heights(trace):
    return np.array(unpack(trace["y"]), float)


def metrics(page):
    """Return what the page's metrics show, and the numbers that follow a slider, as the server has them."""
    shown = {metric.label: metric.value for metric in page.metric}
    for part in page.get("bidi_component"):
        if "_numbers_" in part.proto.id:
            data = json.loads(part.proto.bytes)
            stop = f"{page.select_slider(key=data['slider']).value:g}"
            shown |= dict(zip(data["labels"], data["numbers"][stop], strict=True))
    return shown


def says(page, words):
    return any(words in text.value for text in page.markdown)


def test_every_chart_has_an_alt_text(page):
    assert len(page.get("plotly_chart")) == len(CHARTS)
    assert all(chart.proto.alt for chart in page.get("plotly_chart"))
    assert len(page.header) == 5
    assert all(says(page, f"[{header.value}](#{header.anchor})") for header in page.header)


def test_one_threshold_counts_hits_misses_and_false_alarms(page, moments, test_set):
    outputs = expit(moments[-1].networks["sigmoid"].logits(test_set.images / np.float32(255)).astype(float))
    for digit, threshold in ((7, 0.5), (7, 0.01), (3, 0.99)):
        show(page, question=digit, one_threshold=threshold)
        yes, truth = outputs[:, digit] > threshold, test_set.labels == digit
        assert (
            metrics(page).items()
            >= {
                "Hits": f"{(yes & truth).sum():,}",
                "Misses": f"{(~yes & truth).sum():,}",
                "False alarms": f"{(yes & ~truth).sum():,}",
            }.items()
        )
    assert sum(unpack(chart(page, "histogram")[0]["y"])) == 10_000 - (test_set.labels == 3).sum()


def test_the_histogram_is_that_of_the_chosen_digit(page, moments):
    own = expit(moments[-1].networks["sigmoid"].logits(to_mnist(ready(4))[None])[0, 3].astype(float))
    show(page, of="ready 4", question=3, one_threshold=0.25)
    *bars, diamond = chart(page, "histogram")
    assert [trace["name"] for trace in bars] == ["not a 3", "a 3"]
    assert unpack(diamond["x"])[0] == pytest.approx(own)
    (line,) = figure(page, 0)["layout"]["shapes"]
    assert line["x0"] == line["x1"] == 0.25


def test_one_output_answers_for_the_chosen_digit(page):
    assert metrics(show(page, of="ready 7")).items() >= {"Its output": ">0.9999", "The answer": "yes, a 7"}.items()
    assert metrics(show(page, of="ready 4"))["The answer"] == "no, not a 7"
    assert metrics(show(page, question=4))["The answer"] == "yes, a 4"


def test_ten_thresholds_show_the_outputs_of_the_chosen_moment(page, moments):
    digit = to_mnist(ready(4))[None]
    for step in (2, 100, 8595):
        (moment,) = (moment for moment in moments if moment.step == step)
        show(page, of="ready 4", age=step)
        outputs = expit(moment.networks["sigmoid"].logits(digit)[0])
        np.testing.assert_allclose(heights(chart(page, "ten_outputs")[0]), outputs, rtol=1e-5)
        p = scipy_softmax(moment.networks["softmax"].logits(digit)[0].astype(float))
        np.testing.assert_allclose(heights(chart(page, "ten_probabilities")[0]), p, rtol=1e-5)


def test_none_exactly_one_or_several_outputs_are_above_the_threshold(page):
    """When the training begins, all outputs are about 0.5."""
    assert metrics(show(page, age=2, ten_thresholds=0.99))["Ten thresholds"] == "no answer"
    assert metrics(page)["None above it"] == "100%"
    assert metrics(page)["Of these, right"] == "—"
    assert metrics(show(page, age=2, ten_thresholds=0.01))["Ten thresholds"] == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert metrics(page)["Several"] == "100%"
    assert metrics(show(page, of="ready 6", age=8595, ten_thresholds=0.5))["Ten thresholds"] == "6"
    assert chart(page, "failures")[1].items() >= {"x": [11], "y": [0.5]}.items()
    assert figure(page, 1)["layout"]["shapes"][0]["y0"] == 0.5
    none = next(heights(trace) for trace in chart(page, "answers_by_moment") if trace["name"] == "none")
    assert none[-1] == load_lesson().moments[-1].fired[49].none / 10_000
    assert figure(page, 3)["layout"]["annotations"][0]["x"] == 11


def test_the_scores_are_those_in_the_report(page, moments):
    show(page, age=200, ten_thresholds=0.4)
    (moment,) = (moment for moment in moments if moment.step == 200)
    fired = moment.fired[THRESHOLDS.index(0.4)]
    one = fired.right + fired.wrong
    expected = {
        "None above it": fired.none / 10_000,
        "Several": fired.several / 10_000,
        "Exactly one": one / 10_000,
        "Of these, right": fired.right / one,
        "Right with thresholds": fired.right / 10_000,
        "Right with softmax": moment.softmax,
    }
    shown = metrics(page)
    assert {name: float(shown[name].rstrip("%")) / 100 for name in expected} == pytest.approx(expected, abs=0.0006)
    least = min(fired.none + fired.several for fired in moment.fired)
    assert says(page, f"leaves **{least / 100:.1f}%** without exactly one answer")
    at_the_end = min(fired.none + fired.several for fired in moments[-1].fired)
    assert says(page, f"the best threshold leaves {at_the_end / 100:.1f}%")
    assert says(page, f"({100 * moment.largest:.1f}% are right after 200 batches)")


PROBABILITIES = "[0.01165623 0.03168492 0.08612854 0.23412165 0.6364086 ]"


def test_the_probabilities_are_shown_to_the_last_digit(page):
    assert PROBABILITIES in [code.value for code in page.code]
    table = page.table[0].value
    assert list(table["divide by the sum"][:5]) == PROBABILITIES.strip("[ ]").split()
    assert table["exponentiate"].iloc[-1] == "sum: 31.56075"


def test_other_numbers_have_other_probabilities(page):
    show(page, z1=40.0, z2=-40.0, z3=39.0)
    p = [float(value) for value in page.table[0].value["divide by the sum"][:5]]
    np.testing.assert_allclose(p, scipy_softmax([40, -40, 39, 2, 3]), rtol=2e-6)
    assert all(p)


@pytest.mark.parametrize(("added", "factor"), [(10.0, 1.0), (-10.0, 0.1), (0.0, 5.0)])
def test_adding_changes_nothing_and_multiplying_is_the_temperature(page, added, factor):
    show(page, added=added, factor=factor)
    before, after = (heights(trace) for trace in chart(page, "before_and_after"))
    np.testing.assert_allclose(before, softmax([-1, 0, 1, 2, 3]), rtol=1e-6)
    np.testing.assert_allclose(after, softmax([-1, 0, 1, 2, 3], 1 / factor), rtol=1e-6)
    assert says(page, f"T = {1 / factor:.3g}")


def test_the_naive_formula_fails_beside_the_stable_one(page):
    (overflow,) = (code.value for code in page.code if "1000" in code.value)
    assert re.search(r"naive_softmax.*\n\[nan nan nan\]\n.*\n\[0.09003057 0.24472847 0.66524096\]", overflow)


def test_max_never_takes_the_smaller_number_and_sampling_does(page):
    for key in ("draw_1000", "draw_100", "draw_10", "draw_1"):
        page.button(key=key).click().run()
        assert not page.exception
    counts = page.table[1].value
    assert counts["a"].iloc[0] == "1,211"
    assert counts["b"].iloc[0] == "0"
    a, b = (int(counts[name].iloc[1].replace(",", "")) for name in "ab")
    assert a + b == 1211
    assert b / 1211 == pytest.approx(softmax([2, 1])[1], abs=0.1)
    assert heights(chart(page, "running_share")[0])[-1] == pytest.approx(b / 1211)
    show(page, b=5.0)
    assert page.table[1].value["b"].iloc[0] == "1,211"
    assert says(page, "Max takes *b* every time")
    show(page, a=5.0)
    assert says(page, "max always takes the first")


def test_the_number_of_draws_is_limited_and_can_start_over(page):
    draws = page.session_state.session.pair_draws
    draws.count = 9_500
    page.button(key="draw_1000").click().run()
    assert page.table[1].value["a"].iloc[0] == "10,000"
    assert page.button(key="draw_1").disabled
    (start_over,) = (button for button in page.button if button.label == "Start over")
    before = draws.seed
    start_over.click().run()
    assert page.table[1].value["a"].iloc[0] == "0"
    assert draws.seed != before


def test_a_link_leads_to_the_same_draws(page):
    page.button(key="draw_1000").click().run()
    link, drawn = dict(page.query_params), page.table[1].value
    other = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    other.query_params.update(link)
    assert other.run().table[1].value.equals(drawn)
    assert link["draws"] == "1100"


@pytest.mark.parametrize("draws", ["-1", "10001", "1e3", "", "9" * 5000, "<b>"])
@pytest.mark.parametrize("name", ["draws", "seed"])
def test_impossible_draws_of_a_link_are_dropped(page, name, draws):
    other = {"draws": "seed", "seed": "draws"}[name]
    page.query_params.update({name: draws if name == "draws" else draws.replace("10001", str(2**32)), other: "5"})
    show(page)
    assert page.query_params == {}
    assert page.table[1].value["a"].iloc[0] == "100"


def meant(page, digit, **state):
    return show(page, **{f"label of {page.selectbox(key='of').value}": digit}, **state)


@pytest.mark.parametrize(("choice", "is_taken"), [("drawing", False), ("ready 4", True), ("4 or 9", True)])
def test_a_link_has_the_label_of_a_digit_that_all_visitors_have(page, choice, is_taken):
    take_ready(page.switch_page("app_pages/draw.py").run(), 4)
    show(page.switch_page(PAGE))  # it looks at the new drawing
    page.query_params[f"label of {choice}"] = "7"
    show(page, of=choice)
    (label,) = page.segmented_control
    assert (label.value == 7) == is_taken


def test_another_drawing_begins_with_its_own_label(page):
    for digit in (4, 7):
        take_ready(page.switch_page("app_pages/draw.py").run(), digit)
        show(page.switch_page(PAGE))
        (label,) = page.segmented_control
        assert label.value == np.argsort(page.session_state.session.reading.logits)[-2]
        label.set_value(digit).run()
        assert page.segmented_control[0].value == digit


def test_the_loss_and_its_gradient(page):
    show(page, of="ready 4")
    z = Classifier().logits(to_mnist(ready(4))[None])[0].astype(float)
    for label, temperature in ((4, 1), (9, 1), (9, 4)):
        meant(page, label, T=temperature)
        p, y = scipy_softmax(z / temperature), np.eye(10)[label]
        answer, one_hot = chart(page, "answer_and_label")
        np.testing.assert_allclose(heights(answer), p, rtol=1e-6)
        np.testing.assert_array_equal(heights(one_hot), y)
        np.testing.assert_allclose(heights(chart(page, "gradient")[0]), (p - y) / temperature, rtol=1e-6, atol=1e-12)
        *_, own = chart(page, "loss_curve")
        assert unpack(own["y"])[0] == pytest.approx(-np.log(p[label]))
        assert f"y = {y.astype(int).tolist()}" in [code.value for code in page.code]
        assert metrics(page)[f"Probability of the {label}"] == percent(p[label])
    assert metrics(page)["Loss"] == f"{-np.log(p[9]):.4f}"


def test_the_confident_wrong_answer_costs_most(page):
    costs = {trace["name"]: unpack(trace["y"])[0] for trace in chart(page, "loss_curve")[1:]}
    assert costs["confident and right"] < 0.001
    assert costs["undecided"] == pytest.approx(np.log(2), abs=0.02)
    assert costs["confident and wrong"] > 5


def test_the_drawing_on_the_page_draw_goes_through_all_steps():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run()
    take_ready(page, 8)
    logits = page.session_state.session.reading.logits
    show(page.switch_page(PAGE))
    assert page.selectbox(key="of").value == "drawing"
    np.testing.assert_allclose(heights(chart(page, "answer_and_label")[0]), scipy_softmax(logits), rtol=1e-5)


def test_the_code_shown_is_the_code_that_runs(page):
    source = [line for file in ("mnist_model/softmax.py", PAGE) for line in (ROOT / file).read_text().splitlines()]
    shown = [code.value.splitlines() for code in page.code if "def " in code.value]
    assert len(shown) >= 4
    for lines in shown:
        assert set(lines) <= set(source)
        assert not any('"""' in line for line in lines)


def test_the_tensorflow_code_computes_the_same(page):
    tf = pytest.importorskip("tensorflow")
    z, label, threshold, temperature = np.array([0.5, -3, 2, 8, 1, 7.5, -10, 0, 3, 2]), 5, 0.8, 2.0
    lines = [code.value for code in page.code if "tf." in code.value]
    assert len(lines) == 5

    def run(number, **given):
        names = {"tf": tf} | given
        exec(lines[number], names)  # noqa: S102
        return names

    assert (run(0, z=z, threshold=threshold)["yes"].numpy() == (formulas.sigmoid(z) > threshold)).all()
    fired = run(1, z=np.stack([z, -z]), threshold=threshold)["fired"].numpy()
    assert fired.tolist() == [(formulas.sigmoid(z) > threshold).sum(), (formulas.sigmoid(-z) > threshold).sum()]
    np.testing.assert_allclose(run(2, z=z, T=temperature)["p"], softmax(z, temperature), rtol=1e-12)
    found = run(3, z=tf.constant(z), n=20_000)
    assert found["largest"] == z.argmax()
    share = np.bincount(np.ravel(found["drawn"]), minlength=10) / 20_000
    np.testing.assert_allclose(share, softmax(z), atol=0.02)
    found = run(4, z=tf.constant(z), label=label, T=temperature)
    np.testing.assert_array_equal(found["y"], formulas.one_hot(label, 10))
    assert float(found["loss"]) == pytest.approx(float(formulas.cross_entropy(z, label, temperature)))
    np.testing.assert_allclose(found["gradient"], formulas.cross_entropy_gradient(z, label, temperature), atol=1e-12)


def test_invalid_numbers_break_nothing(page):
    for key in ("z1", "a"):
        for sent in (np.nan, np.inf, -np.inf, 1e300, -41.0):
            page.number_input(key=key).set_value(sent).run()
            assert not page.exception
            assert abs(page.number_input(key=key).value) <= 40


@pytest.mark.parametrize(
    "linked",
    [
        {"age": "7"}, {"ten_thresholds": "2"}, {"one_threshold": "nan"}, {"T": "hot"}, {"of": "kept 9"},
        {"question": "10?"}, {"z1": "nan"}, {"z2": "1e400"}, {"a": "-41"}, {"added": "hot"}, {"factor": "0"},
    ],
)  # fmt: skip
def test_an_invalid_url_breaks_nothing(linked):
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    for key, value in linked.items():
        page.query_params[key] = value
    show(page)


def test_the_state_of_each_step_is_in_the_url():
    linked = {"age": 20, "ten_thresholds": 0.15, "question": "3?", "z1": 4.5, "added": -2, "factor": 0.5, "a": 8.0}
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    for key, value in linked.items():
        page.query_params[key] = str(value)
    show(page)
    shown = {widget.key: widget.value for kind in ("select_slider", "selectbox", "number_input")
             for widget in page.get(kind)}  # fmt: skip
    assert linked | {"question": 3} == {key: shown[key] for key in linked}


def test_without_test_digits_the_page_says_so_beside_a_drawing(tmp_path):
    printed = without(
        tmp_path,
        "mnist_model/mnist_test.npz",
        "import numpy as np; from ui.reading import Reading\n"
        "page.session_state.session.load_on_canvas(Reading('', np.zeros((28, 28)), np.arange(10.0)))\n"
        f"page.switch_page('{PAGE}').run(); print(page.error[0].value)",
    )
    assert "mnist_test.npz does not exist" in printed


def test_without_its_networks_the_other_steps_remain(tmp_path):
    printed = without(
        tmp_path,
        f"mnist_model/weights/lesson/{lesson.snapshot('sigmoid', 100)}",
        f"page.switch_page('{PAGE}').run(); print(page.error[0].value); print(len(page.get('plotly_chart')))",
    )
    assert re.search(r"sigmoid-00100\.tflite cannot be read .*python train\.py --lesson.*\n5\n", printed)
