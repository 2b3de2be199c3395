"""The lesson: its networks and figures, and its page without a browser."""

import json
import re
from dataclasses import asdict

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from scipy.special import expit
from scipy.special import softmax as scipy_softmax
from streamlit.testing.v1 import AppTest

from mnist_model import lesson, lesson_charts
from mnist_model.classifier import Classifier, ModelFileError
from mnist_model.lesson import LESSON, THRESHOLDS, Moment, load_lesson, snapshot
from mnist_model.preprocess import to_mnist
from mnist_model.softmax import Fired, softmax, ten_thresholds
from tests.pages import ROOT, figure, ready, show, take_ready, unpack, without
from train import RECIPES

PAGE = "app_pages/softmax.py"


@pytest.fixture(scope="module")
def moments():
    return load_lesson().moments


# What `train.py --lesson` wrote.


def test_a_dozen_moments_from_the_first_steps_to_the_end_in_three_megabytes(moments):
    steps = [moment.step for moment in moments]
    assert len(steps) == 12
    assert steps == sorted(steps)
    assert steps[0] == 2
    assert steps[-1] == 5 * np.ceil(55_000 / 32)
    assert np.diff(np.log(steps)).max() < 1
    assert sum(path.stat().st_size for path in LESSON.iterdir()) < 3e6
    assert len(list(LESSON.iterdir())) == 25


def test_the_report_is_of_the_recipe_as_it_stands():
    report = json.loads((LESSON / "report.json").read_text())
    assert report.items() >= asdict(RECIPES["textbook"]).items()
    assert report["digits"] == 10_000
    assert report["seconds"] < 600


@pytest.mark.parametrize("number", [0, 5, 11])
def test_the_report_says_what_the_networks_do(moments, test_set, number):
    """To within what a processor's rounding may change."""
    moment = moments[number]
    images, labels = test_set
    scores = {kind: network.logits(images / np.float32(255)) for kind, network in moment.networks.items()}
    assert np.mean(scores["softmax"].argmax(axis=1) == labels) == pytest.approx(moment.softmax, abs=5e-4)
    assert np.mean(scores["sigmoid"].argmax(axis=1) == labels) == pytest.approx(moment.largest, abs=5e-4)
    outputs = expit(scores["sigmoid"].astype(float))
    for at in (9, 49, 89):
        found = ten_thresholds(outputs, labels, THRESHOLDS[at])
        assert sum(found) == sum(moment.fired[at]) == 10_000
        np.testing.assert_allclose(found, moment.fired[at], atol=10)


def weights(kind, step):
    """All numbers that a snapshot holds, one tensor after another."""
    network = Interpreter(str(LESSON / snapshot(kind, step)))
    network.allocate_tensors()
    tensors = [tensor for tensor in network.get_tensor_details() if tensor["dtype"] == np.float16]
    return np.concatenate([network.get_tensor(tensor["index"]).ravel() for tensor in tensors]).astype(float)


def test_both_networks_began_alike_and_learned(moments):
    """Two steps of Adam move a weight by about 0.001 each."""
    begun, learned = (np.abs(weights("softmax", step) - weights("sigmoid", step)).max() for step in (2, 8595))
    assert begun < 0.01 < 0.1 < learned
    assert moments[0].softmax < 0.2
    assert moments[-1].softmax > 0.98
    assert moments[-1].largest > 0.98


def test_the_articles_claim(moments):
    """Ten thresholds fail while the network learns: none fires, or several, at any threshold. Later they seldom do."""
    (young,) = (moment for moment in moments if moment.step == 100)
    for fired in young.fired:
        assert fired.none + fired.several > 2500
    assert young.softmax > 0.85
    assert min(fired.none + fired.several for fired in moments[-1].fired) < 100


@pytest.mark.parametrize("missing", ["report.json", snapshot("sigmoid", 100), snapshot("softmax", 8595)])
def test_a_missing_or_damaged_file_is_named_with_its_remedy(tmp_path, missing):
    for path in LESSON.iterdir():
        (tmp_path / path.name).symlink_to(path)
    load_lesson(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(ModelFileError, match=rf"{missing} cannot be read.*python train\.py --lesson"):
        load_lesson(tmp_path)
    (tmp_path / missing).write_text('{"moments": [{}]}')
    with pytest.raises(ModelFileError, match=rf"{missing} (cannot be read|is damaged).*python train\.py --lesson"):
        load_lesson(tmp_path)


# The charts.


def test_the_histogram_counts_every_digit():
    rng = np.random.default_rng(0)
    outputs, truth = rng.beta(0.2, 0.2, 5000), rng.random(5000) < 0.2
    others, those, own = lesson_charts.histogram(outputs, truth, 7, 0.5, 0.25).data
    assert sum(others.y) == (~truth).sum()
    assert sum(those.y) == truth.sum()
    assert those.y[-1] == (truth & (outputs >= 0.98)).sum()
    assert own.x == (0.25,)


def test_the_histogram_on_the_page_is_of_what_was_chosen(page, moments):
    own = expit(moments[-1].networks["sigmoid"].logits(to_mnist(ready(4))[None])[0, 3].astype(float))
    show(page, of="ready 4", question=3, one_threshold=0.25)
    *bars, diamond = chart(page, "histogram")
    assert [trace["name"] for trace in bars] == ["no 3", "a 3"]
    assert unpack(diamond["x"])[0] == pytest.approx(own)
    (line,) = figure(page, 0)["layout"]["shapes"]
    assert line["x0"] == line["x1"] == 0.25


def test_what_is_over_the_threshold_has_the_accent():
    (bars,) = lesson_charts.over_threshold([0.1, 0.6, 0.3, 0.31] + [0] * 6, 0.3).data
    assert [digit for digit in range(10) if bars.marker.color[digit] == lesson_charts.WINNER] == [1, 3]


def made_up():
    fired = [Fired(none=at, right=900 - at, wrong=40, several=60) for at in range(99)]
    return [Moment(step, step / 20, 0.5, fired, {}) for step in (2, 5, 10)]


def test_the_ages_stack_to_one():
    *bars, line = lesson_charts.ages(made_up(), 1000, THRESHOLDS[30], 5).data
    np.testing.assert_allclose(np.sum([trace.y for trace in bars], axis=0), 1)
    assert {trace.name: trace.y[0] for trace in bars} == {
        "exactly one, right": 0.87, "exactly one, wrong": 0.04, "several": 0.06, "none": 0.03,
    }  # fmt: skip
    assert line.y == (0.1, 0.25, 0.5)


def test_the_failures_are_those_without_a_single_answer():
    heat, here = lesson_charts.failures(made_up(), 1000, THRESHOLDS[30], 5).data
    np.testing.assert_allclose(heat.z, np.tile((np.arange(99)[:, None] + 60) / 1000, 3))
    assert (here.x, here.y) == ((1,), (THRESHOLDS[30],))


@pytest.mark.parametrize("draws", [0, 1, 50, 10_000])
def test_the_running_share_ends_at_the_share(draws):
    taken = np.random.default_rng(1).random(draws) < 0.3
    share, probability, by_max = lesson_charts.running_share(taken, 0.3, "b").data
    assert set(probability.y) == {0.3}
    assert set(by_max.y) == {0}
    assert len(share.x) <= 1000
    if draws:
        assert share.x[-1] == draws
        assert share.y[-1] == pytest.approx(taken.mean())


def test_the_answers_lie_on_the_curve():
    losses = [0.7, 0.0, 1.2, 30.0]
    line, *points = lesson_charts.surprise(losses, ["this digit", "b", "c", "d"]).data
    np.testing.assert_allclose(line.x, np.exp(-np.array(line.y)))
    assert [(point.name, point.y[0]) for point in reversed(points)] == list(
        zip(["this digit", "b", "c", "d"], losses, strict=True)
    )
    np.testing.assert_allclose([point.x[0] for point in points], np.exp(losses[::-1]) ** -1.0)


# The page.


@pytest.fixture
def page():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    return show(page)


def chart(page, name):
    keys = [
        "histogram", "ten_outputs", "softmax_of_same_age", "ages", "failures", "before_and_after", "running_share",
        "label_and_answer", "pushes", "surprise",
    ]  # fmt: skip
    assert len(page.get("plotly_chart")) == len(keys)
    return figure(page, keys.index(name))["data"]


def heights(trace):
    return np.array(unpack(trace["y"]), float)


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def says(page, words):
    return any(words in text.value for text in page.markdown)


def test_every_chart_says_what_it_shows(page):
    assert len(page.get("plotly_chart")) == 10
    assert all(chart.proto.alt for chart in page.get("plotly_chart"))
    assert len(page.subheader) == 5


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


def test_one_output_answers_for_the_digit(page):
    assert says(show(page, of="ready 7"), "**>0.9999**, so the answer is **yes, a 7**")
    assert says(show(page, of="ready 4"), "the answer is **no 7**")
    assert says(show(page, question=4), "the answer is **yes, a 4**")


def test_ten_thresholds_show_the_outputs_of_that_age(page, moments):
    digit = to_mnist(ready(4))[None]
    for step in (2, 100, 8595):
        (moment,) = (moment for moment in moments if moment.step == step)
        show(page, of="ready 4", age=step)
        outputs = expit(moment.networks["sigmoid"].logits(digit)[0])
        np.testing.assert_allclose(heights(chart(page, "ten_outputs")[0]), outputs, rtol=1e-5)
        p = scipy_softmax(moment.networks["softmax"].logits(digit)[0].astype(float))
        np.testing.assert_allclose(heights(chart(page, "softmax_of_same_age")[0]), p, rtol=1e-5)


def test_ten_thresholds_none_one_or_several(page):
    """At the beginning, all outputs are about a half."""
    assert says(show(page, age=2, ten_thresholds=0.99), "none fires: **no answer**")
    assert metrics(page)["None over it"] == "100%"
    assert metrics(page)["of these, right"] == "—"
    assert says(show(page, age=2, ten_thresholds=0.01), "**0, 1, 2, 3, 4, 5, 6, 7, 8 and 9** at once")
    assert metrics(page)["Several"] == "100%"
    assert says(show(page, of="ready 6", age=8595, ten_thresholds=0.5), "**Ten thresholds**: **6**")
    assert chart(page, "failures")[1].items() >= {"x": [11], "y": [0.5]}.items()
    assert figure(page, 1)["layout"]["shapes"][0]["y0"] == 0.5
    none = next(heights(trace) for trace in chart(page, "ages") if trace["name"] == "none")
    assert none[-1] == load_lesson().moments[-1].fired[49].none / 10_000
    assert figure(page, 3)["layout"]["annotations"][0]["x"] == 11


def test_the_figures_are_the_reports(page, moments):
    show(page, age=200, ten_thresholds=0.4)
    (moment,) = (moment for moment in moments if moment.step == 200)
    fired = moment.fired[THRESHOLDS.index(0.4)]
    one = fired.right + fired.wrong
    shown = {name: float(value.rstrip("%")) / 100 for name, value in metrics(page).items() if value.endswith("%")}
    assert shown == pytest.approx(
        {
            "None over it": fired.none / 10_000,
            "Several": fired.several / 10_000,
            "Exactly one": one / 10_000,
            "of these, right": fired.right / one,
            "Right, by thresholds": fired.right / 10_000,
            "Right, by softmax": moment.softmax,
        },
        abs=0.0006,
    )
    least = min(fired.none + fired.several for fired in moment.fired)
    assert says(page, f"leaves **{least / 100:.1f}%** without a single answer")
    at_the_end = min(fired.none + fired.several for fired in moments[-1].fired)
    assert says(page, f"At the end {at_the_end / 100:.1f}% are left")
    assert says(page, f"({100 * moment.largest:.1f}% right at this age)")


ARTICLE = "[0.01165623 0.03168492 0.08612854 0.23412165 0.6364086 ]"


def test_the_articles_numbers_are_on_the_page_to_the_last_digit(page):
    assert ARTICLE in [code.value for code in page.code]
    table = page.table[0].value
    assert list(table["divide by the sum"][:5]) == ARTICLE.strip("[ ]").split()
    assert table["exponentiate"].iloc[-1] == "sum: 31.56075"


def test_other_numbers_have_another_softmax(page):
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


def test_max_starves_the_smaller_and_sampling_does_not(page):
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
    assert says(page, "Max takes b every time")
    show(page, a=5.0)
    assert says(page, "max takes the first, always")


def test_the_draws_have_an_end_and_a_beginning(page):
    show(page, pair_draws=9_500)
    page.button(key="draw_1000").click().run()
    assert page.table[1].value["a"].iloc[0] == "10,000"
    assert page.button(key="draw_1").disabled
    (over,) = (button for button in page.button if button.label == "Start over")
    before = page.session_state.pair_seed
    over.click().run()
    assert page.table[1].value["a"].iloc[0] == "0"
    assert page.session_state.pair_seed != before


def meant(page, digit, **state):
    return show(page, **{f"meant {page.selectbox(key='of').value}": digit}, **state)


def test_the_loss_and_its_gradient(page):
    show(page, of="ready 4")
    z = Classifier().logits(to_mnist(ready(4))[None])[0].astype(float)
    for label, temperature in ((4, 1), (9, 1), (9, 4)):
        meant(page, label, T=temperature)
        p, y = scipy_softmax(z / temperature), np.eye(10)[label]
        answer, one_hot = chart(page, "label_and_answer")
        np.testing.assert_allclose(heights(answer), p, rtol=1e-6)
        np.testing.assert_array_equal(heights(one_hot), y)
        np.testing.assert_allclose(heights(chart(page, "pushes")[0]), (p - y) / temperature, rtol=1e-6, atol=1e-12)
        *_, own = chart(page, "surprise")
        assert unpack(own["y"])[0] == pytest.approx(-np.log(p[label]))
        assert f"y = {y.astype(int).tolist()}" in [code.value for code in page.code]
    assert any(f"{-np.log(p[9]):.4f}" in formula.value for formula in page.latex)


def test_the_surest_wrong_answer_costs_most(page):
    costs = {trace["name"]: unpack(trace["y"])[0] for trace in chart(page, "surprise")[1:]}
    assert costs["confident and right"] < 0.001
    assert costs["hesitant"] == pytest.approx(np.log(2), abs=0.02)
    assert costs["confident and wrong"] > 5


def test_the_drawing_of_the_first_page_goes_through_all_steps():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run()
    take_ready(page, 8)
    logits = page.session_state.reading.logits
    show(page.switch_page(PAGE))
    assert page.selectbox(key="of").value == "drawing"
    np.testing.assert_allclose(heights(chart(page, "label_and_answer")[0]), scipy_softmax(logits), rtol=1e-5)


def test_the_code_is_what_runs(page):
    source = (ROOT / "mnist_model" / "softmax.py").read_text()
    shown = "\n".join(code.value for code in page.code)
    for line in ("e = np.exp(-np.abs(z))", "right = (count == 1) & (first == labels)", "np.eye(classes)"):
        assert line in shown
        assert line in source
    assert '"""' not in shown


def test_tensorflow_does_the_same(page):
    import tensorflow as tf  # slow: only where it is needed

    from mnist_model import softmax as ours

    z, label, threshold, temperature = np.array([0.5, -3, 2, 8, 1, 7.5, -10, 0, 3, 2]), 5, 0.8, 2.0
    lines = [code.value for code in page.code if "tf." in code.value]
    assert len(lines) == 5

    def run(number, **given):
        names = {"tf": tf} | given
        exec(lines[number], names)  # noqa: S102
        return names

    assert (run(0, z=z, threshold=threshold)["yes"].numpy() == (ours.sigmoid(z) > threshold)).all()
    fired = run(1, z=np.stack([z, -z]), threshold=threshold)["fired"].numpy()
    assert fired.tolist() == [(ours.sigmoid(z) > threshold).sum(), (ours.sigmoid(-z) > threshold).sum()]
    np.testing.assert_allclose(run(2, z=z, T=temperature)["p"], softmax(z, temperature), rtol=1e-12)
    found = run(3, z=tf.constant(z), n=20_000)
    assert found["largest"] == z.argmax()
    share = np.bincount(np.ravel(found["drawn"]), minlength=10) / 20_000
    np.testing.assert_allclose(share, softmax(z), atol=0.02)
    found = run(4, z=tf.constant(z), label=label, T=temperature)
    np.testing.assert_array_equal(found["y"], ours.one_hot(label, 10))
    assert float(found["loss"]) == pytest.approx(float(ours.cross_entropy(z, label, temperature)))
    np.testing.assert_allclose(found["gradient"], ours.cross_entropy_gradient(z, label, temperature), atol=1e-12)


@pytest.mark.parametrize("sent", [np.nan, np.inf, -np.inf, 1e300, -41.0])
@pytest.mark.parametrize("key", ["z1", "a"])
def test_numbers_that_no_browser_sends_break_nothing(page, key, sent):
    page.number_input(key=key).set_value(sent).run()
    assert not page.exception
    assert abs(page.number_input(key=key).value) <= 40


@pytest.mark.parametrize("sent", [np.nan, np.inf, -1e300])
@pytest.mark.parametrize("key", ["added", "factor"])
def test_sliders_that_no_browser_sends_break_nothing(page, key, sent):
    page.slider(key=key).set_value(sent).run()
    assert not page.exception
    assert abs(page.slider(key=key).value) <= 10


@pytest.mark.parametrize(
    "linked", [{"age": "7"}, {"ten_thresholds": "2"}, {"one_threshold": "nan"}, {"T": "hot"}, {"of": "kept 9"}]
)
def test_a_link_that_makes_no_sense_breaks_nothing(linked):
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    for key, value in linked.items():
        page.query_params[key] = value
    show(page)


def test_a_link_brings_the_moment():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    page.query_params["age"] = "20"
    page.query_params["ten_thresholds"] = "0.15"
    show(page)
    assert page.select_slider(key="age").value == 20
    assert page.select_slider(key="ten_thresholds").value == 0.15


def test_without_test_digits_the_page_says_so_beside_a_drawing(tmp_path):
    said = without(
        tmp_path,
        "mnist_model/mnist_test.npz",
        "import numpy as np; from app_pages.common import Reading\n"
        "drawn = Reading('', np.zeros((28, 28)), np.arange(10.0))\n"
        f"page.session_state.reading = drawn; page.switch_page('{PAGE}').run(); print(page.error[0].value)",
    )
    assert "mnist_test.npz does not exist" in said


def test_without_its_networks_the_rest_of_the_lesson_remains(tmp_path):
    said = without(
        tmp_path,
        f"mnist_model/weights/lesson/{lesson.snapshot('sigmoid', 100)}",
        f"page.switch_page('{PAGE}').run(); print(page.error[0].value); print(len(page.get('plotly_chart')))",
    )
    assert re.search(r"sigmoid-00100\.tflite cannot be read .*python train\.py --lesson.*\n5\n", said)
