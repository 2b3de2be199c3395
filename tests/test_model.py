"""The page on the network: its figures, and the page without a browser. Clicks are in tests/e2e/test_model.py."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from scipy.special import softmax as scipy_softmax
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss
from streamlit.testing.v1 import AppTest

from app_pages.common import clicked
from mnist_model import WEIGHTS, images, model_charts
from mnist_model.calibration import Reliability
from mnist_model.corruptions import CORRUPTIONS
from mnist_model.layers import LAYERS, Layers, occlusion
from mnist_model.preprocess import to_mnist
from mnist_model.report import load_drawn, load_report, load_strangers
from tests.pages import ROOT, figure, ready, show, take_ready, unpack, without

PAGE = "app_pages/model.py"
CHARTS = {
    "Layer by layer": ["conv1_one", "conv1", "conv2_one", "conv2", "evidence", "logits", "answers"],
    "Where it looked": ["occlusion"],
    "What it scores": ["confusion", "reliability", "reliability_spoilt", "learning"],
    "What it cannot do": [],
}


@pytest.fixture(scope="module")
def layers():
    return Layers()


@pytest.fixture(scope="module")
def logits(classifier, test_set):
    return classifier.logits(test_set.images / np.float32(255))


# The figures.


@pytest.mark.parametrize("name", ["conv1", "conv2"])
def test_every_map_has_its_kernels_beside_it_and_can_be_clicked(layers, test_set, name):
    found = layers.activations(test_set.images[:1] / np.float32(255))[name][0]
    kernels = layers.weights[name].kernel
    shown, made_by, bars, names = model_charts.maps_and_kernels(found, kernels, chosen=2).data
    zoom, small = (1, 2) if name == "conv1" else (2, 1)
    for z, values, times in ((shown.z, found, zoom), (made_by.z, kernels, small)):
        there = np.asarray(z)[~np.isnan(z)]
        np.testing.assert_allclose(np.sort(there), np.sort(np.repeat(values.ravel(), times**2)), rtol=1e-6)
    # Each bar covers its map and kernels, and no other's.
    spots = [
        (slice(int(base), int(base + height)), slice(int(x - width / 2), int(x + width / 2)))
        for x, width, base, height in zip(bars.x, bars.width, bars.base, bars.y, strict=True)
    ]
    for number, spot in enumerate(spots):
        values, weights = np.asarray(shown.z)[spot], np.asarray(made_by.z)[spot]
        np.testing.assert_allclose(np.nanmax(values), found[..., number].max(), rtol=1e-6)
        assert np.nansum(weights) == pytest.approx(small**2 * kernels[number].sum(), abs=1e-3)
    assert [colour == model_charts.WINNER for colour in bars.marker.line.color] == [
        number == 2 for number in range(len(kernels))
    ]
    assert names.text == tuple(str(number + 1) for number in range(len(kernels)))


@pytest.mark.parametrize(("before", "name"), [(None, "conv1"), ("pool1", "conv2")])
def test_a_map_is_shown_with_what_makes_it(layers, test_set, before, name):
    image = test_set.images[0] / np.float32(255)
    found = layers.activations(image[None])
    inputs = found[before][0] if before else image[..., None]
    *pictures, _ = model_charts.one_map(inputs, layers.weights[name], 4, found[name][0]).data
    first, kernel, *_, outcome = (np.asarray(picture.z) for picture in pictures)
    assert np.nanmax(first) == pytest.approx(inputs.max())
    assert np.nanmin(kernel) == pytest.approx(layers.weights[name].kernel[4].min())
    assert np.nanmax(outcome) == pytest.approx(found[name][0, ..., 4].max())
    if before:  # what the kernels give: with the bias, and without what is below 0, it is the map
        parts = np.asarray(pictures[2].z)
        parts = parts[~np.isnan(parts)].reshape(8, 6, 8).sum(axis=1) + layers.weights[name].bias[4]
        np.testing.assert_allclose(np.maximum(parts, 0), found[name][0, ..., 4], atol=1e-4)


def test_the_evidence_makes_up_the_logit(layers, test_set):
    found = layers.activations(test_set.images[:1] / np.float32(255))
    (bars,) = model_charts.evidence(found["dense2"][0], layers.weights["logits"], 7).data
    assert sum(bars.y) + layers.weights["logits"].bias[7] == pytest.approx(found["logits"][0, 7], abs=1e-4)
    assert list(bars.y) == sorted(bars.y, reverse=True)
    assert len(bars.y) == np.count_nonzero(found["dense2"])
    for value, colour in zip(bars.y, bars.marker.color, strict=True):
        assert colour == (model_charts.FOR if value > 0 else model_charts.AGAINST)


def test_the_occlusion_map_names_what_is_read_instead(classifier, test_set):
    digit = test_set.images[0] / np.float32(255)  # a 7
    z, covered = classifier.logits(digit[None])[0], occlusion(classifier, digit, 9)
    heat, outline = model_charts.occlusion_map(digit, z, covered).data
    np.testing.assert_allclose(heat.z, z[7] - covered[..., 7], rtol=1e-5)
    assert heat.zmax == -heat.zmin
    assert {"", "1"} <= set(np.ravel(heat.text)) <= {""} | set("0123456789") - {"7"}
    np.testing.assert_array_equal(outline.z, digit)


def test_the_confusion_matrix_can_be_clicked_cell_by_cell():
    matrix = np.arange(100).reshape(10, 10)
    wrong, right, cells = model_charts.confusion(matrix, (3, 8)).data
    assert np.isnan(np.diag(wrong.z)).all()
    assert np.nansum(wrong.z) == matrix.sum() - np.trace(matrix)
    assert np.nansum(right.z) == 10
    for number in (0, 38, 99):
        label, read = divmod(number, 10)
        assert (cells.x[number], cells.base[number]) == (read, label - 0.5)
        assert cells.customdata[number] == f"{number} of a {label}, read as {read}"
    assert [number for number, colour in enumerate(cells.marker.line.color) if colour != model_charts.CLEAR] == [38]


def test_the_reliability_diagram_leaves_out_empty_bins():
    bins = Reliability(np.array([np.nan, 0.7, 0.95]), np.array([np.nan, 0.5, 1.0]), np.array([0, 10, 400]))
    diagonal, points = model_charts.reliability_diagram({"T = 1": bins}).data
    assert list(diagonal.x) == list(diagonal.y)
    assert list(points.x) == [0.7, 0.95]
    assert list(points.customdata) == [10, 400]
    assert points.error_y.array[1] == pytest.approx(0, abs=1e-12)
    assert points.error_y.visible
    _, points = model_charts.reliability_diagram({"T = 1": bins}, intervals=False).data
    assert not points.error_y.visible


@pytest.mark.parametrize(("right", "count"), [(0, 1), (1, 1), (5, 10), (399, 400), (400, 400)])
def test_the_interval_is_scipys(right, count):
    expected = binomtest(right, count).proportion_ci(0.95, method="wilson")
    low, high = model_charts.wilson(right / count, count)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_the_curves_are_what_was_misread():
    history = {"accuracy": [0.5, 0.75], "val_accuracy": [0.8, 0.9]}
    training, validation = model_charts.learning({"shipped": history}).data
    assert list(training.y) == [0.5, 0.25]
    np.testing.assert_allclose(validation.y, [0.2, 0.1])
    assert list(training.x) == [1, 2]


# The page.


@pytest.fixture
def page():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    return show(page, of="ready 7")


def chart(page, name):
    (part,) = (part for part, names in CHARTS.items() if name in names)
    if page.session_state["part"] != part:
        show(page, part=part)
    assert len(page.get("plotly_chart")) == len(CHARTS[part])
    (number,) = (number for number, chart in enumerate(page.get("plotly_chart")) if chart.proto.id.endswith(f"-{name}"))
    return figure(page, number)["data"]


def captions(page, number):
    """What stands below the pictures of a gallery, without the line breaks."""
    return [re.sub(r"\s+", " ", image.caption) for image in page.get("image")[number].proto.imgs]


def says(page, words):
    return any(words in text.value for text in (*page.markdown, *page.caption))


@pytest.mark.parametrize("part", CHARTS)
def test_every_chart_and_picture_says_what_it_shows(page, part):
    show(page, part=part)
    assert len(page.get("plotly_chart")) == len(CHARTS[part])
    assert all(chart.proto.alt for chart in page.get("plotly_chart"))
    assert all(image.alt for gallery in page.get("image") for image in gallery.proto.imgs)
    assert page.get("image")


def test_the_layers_are_those_of_the_chosen_digit(page, layers, classifier):
    digit = to_mnist(ready(7))
    found = {name: values[0] for name, values in layers.activations(digit[None]).items()}
    chosen, input_image, pool1, pool2, dense1, dense2 = (image.proto.imgs for image in page.get("image"))
    assert chosen[0].url == input_image[0].url == images.pixels_url(digit)
    for (shown,), name, columns in ((pool1, "pool1", 6), (pool2, "pool2", 8)):
        maps = images.side_by_side(np.moveaxis(found[name], -1, 0), columns)
        assert shown.url == images.pixels_url(maps / np.nanmax(maps))
    for (shown,), name, rows in ((dense1, "dense1", 5), (dense2, "dense2", 4)):
        assert shown.url == images.pixels_url((found[name] / found[name].max()).reshape(rows, -1))
    np.testing.assert_allclose(unpack(chart(page, "logits")[0]["y"]), classifier.logits(digit[None])[0], rtol=1e-5)
    show(page, T=5)
    np.testing.assert_allclose(
        unpack(chart(page, "answers")[0]["y"]), scipy_softmax(found["logits"].astype(float) / 5), rtol=1e-5
    )


def pixels(trace):
    z = trace["z"]
    shape = tuple(map(int, z["shape"].split(",")))
    return unpack(z).reshape(shape)


def test_the_margin_has_shapes_parameters_and_multiply_adds(page):
    margin = [text.value.split("  \n") for text in page.markdown if "  \n" in text.value]
    assert margin[1:-1] == [
        [f"**{layer.does}**", *shape, *(counts if layer.kernel else [])]
        for layer in LAYERS.values()
        for shape, counts in [
            (
                [f"{layer.shape[2]} maps of {layer.shape[0]} x {layer.shape[1]}"]
                if len(layer.shape) == 3
                else [f"{layer.shape[0]} units"],
                [f"{layer.parameters:,} parameters", f"{layer.multiply_adds:,} multiply-adds"],
            )
        ]
    ]
    assert says(page, "44,426 parameters, and 281,640 multiplications")


def test_a_map_and_a_unit_are_chosen(page, layers):
    show(page, conv2_map=11, conv1_map=5)
    framed = chart(page, "conv2")[2]["marker"]["line"]["color"]
    assert [number for number, colour in enumerate(framed) if colour == model_charts.WINNER] == [11]
    assert chart(page, "conv2_one")[-1]["text"][-1] == "and together map 12"
    assert page.selectbox(key="why_7").value == 7
    show(page, why_7=2)
    found = layers.activations(to_mnist(ready(7))[None])
    said = np.sum(unpack(chart(page, "evidence")[0]["y"]))
    assert said + layers.weights["logits"].bias[2] == pytest.approx(found["logits"][0, 2], abs=1e-4)
    assert says(page, f"make the logit, {found['logits'][0, 2]:.1f}.")


def test_the_map_of_where_it_looked(page, classifier):
    digit = to_mnist(ready(7))
    z = classifier.logits(digit[None])[0]
    for cover, size in (("paper", 7), ("ink", 3)):
        show(page, part="Where it looked", cover=cover, patch=size)
        falls = z[7] - occlusion(classifier, digit, size, float(cover == "ink"))[..., 7]
        np.testing.assert_allclose(pixels(chart(page, "occlusion")[0]), falls, atol=1e-4)
        assert says(page, f"by **{falls.max():.1f}** from {z[7]:.1f}")


def test_the_scores_are_scikit_learns(page, logits, test_set):
    show(page, part="What it scores")
    shown = {metric.label: metric.value for metric in page.metric}
    answers = logits.argmax(axis=1)
    assert shown["Read right"] == f"{accuracy_score(test_set.labels, answers):.2%}"
    assert shown["Loss"] == f"{log_loss(test_set.labels, scipy_softmax(logits.astype(float), axis=1)):.4f}"
    report = load_report()
    assert shown["Read right"] == f"{report.test.accuracy:.2%}"
    assert shown["Calibration error"] == f"{report.test.ece[0]:.2%}"
    assert shown["Misread"] == f"{(answers != test_set.labels).sum()} of 10,000"


def test_the_confusion_matrix_is_scikit_learns(page, logits, test_set):
    expected = confusion_matrix(test_set.labels, logits.argmax(axis=1))
    counts = [[int(count or 0) for count in row] for row in chart(page, "confusion")[0]["text"]]
    np.testing.assert_array_equal(counts, expected)
    assert np.sum(counts) == 10_000


def test_a_cell_shows_its_very_digits(page, logits, test_set):
    labels, read = test_set.labels, logits.argmax(axis=1)
    show(page, part="What it scores", label=9, answer=4, T=2)
    cell = np.flatnonzero((labels == 9) & (read == 4))
    p = np.round(100 * scipy_softmax(logits[cell].astype(float) / 2, axis=1)[:, [4, 9]], 0)
    assert sorted(captions(page, 1)) == sorted(f"4: {four:.0f}% 9: {nine:.0f}%" for four, nine in p)
    assert says(page, f"{len(cell)} digit")


def test_a_cell_of_many_digits_has_pages_the_least_sure_first(page, logits, test_set):
    show(page, part="What it scores", label=1, answer=1)
    sure = np.sort(scipy_softmax(logits[test_set.labels == 1].astype(float), axis=1).max(axis=1))
    first = [int(re.search(r"\d+(?=%)", text)[0]) for text in captions(page, 1)]
    assert len(first) == 40
    assert first == sorted(first)
    assert first[0] == round(100 * sure[0])
    show(page, **{"page 1 1": 28})
    assert 0 < len(captions(page, 1)) <= 40
    assert all(text == "1: >99%" for text in captions(page, 1))
    show(page, label=0, answer=9)
    assert says(page, "0 digits labelled 0 and read as 9")


def test_every_misread_digit_is_in_the_gallery_the_surest_first(page, logits, test_set):
    show(page, part="What it scores")
    read = logits.argmax(axis=1)
    misread = np.flatnonzero(read != test_set.labels)
    found = [re.match(r"(\d): >?(\d+)% (\d): <?(\d+)%", text).groups() for text in captions(page, 2)]
    assert sorted((int(said), int(label)) for said, _, label, _ in found) == sorted(
        zip(read[misread].tolist(), test_set.labels[misread].tolist(), strict=True)
    )
    sure = [int(share) for _, share, _, _ in found]
    assert sure == sorted(sure, reverse=True)


def test_the_reliability_is_shown_at_the_temperature_too(page):
    assert [trace.get("name") for trace in chart(page, "reliability")[1:]] == ["T = 1", "T* = 1.28"]
    show(page, T=3)
    assert [trace.get("name") for trace in chart(page, "reliability")[1:]][2] == "T = 3, as above"
    assert len(chart(page, "reliability_spoilt")) == 3


def test_the_chosen_digit_is_spoilt_in_every_way(page):
    table = show(page, part="What it scores").dataframe[0].value
    assert len(table) == len(CORRUPTIONS) == 15
    assert table["digit"].str.startswith("data:image/").all()
    assert table["read as"].str.fullmatch(r"\d, [<>]?\d+\.\d%").all()
    for folder, column in ((WEIGHTS, "test digits read right"), (WEIGHTS / "textbook", "textbook recipe")):
        expected = json.loads((folder / "report.json").read_text())["corruptions"]
        for name, share in zip(table["spoilt by"], table[column], strict=True):
            assert share == pytest.approx(100 * expected[name.replace(" ", "_")]["accuracy"])


def test_what_it_cannot_do_is_what_was_measured(page):
    show(page, part="What it cannot do")
    drawn, strangers = load_drawn(), load_strangers()
    worst = min(drawn.styles, key=lambda style: style.right)
    assert captions(page, 1)[0].removesuffix(" *") == f"{worst.digit}, {worst.name} {worst.right:.0%}"
    held = [f"{style.digit}, {style.name} {style.right:.0%} *" for style in drawn.styles if style.held]
    assert {text for text in captions(page, 1) if text.endswith("*")} <= set(held)
    conditions, things = (table.value for table in page.table)
    for sort, name, new, mnist in conditions.itertuples(index=False):
        assert new == f"{min(one.held for one in drawn.conditions[sort]):.1%}"
        (condition,) = (one for one in drawn.conditions[sort] if one.name == name)
        assert mnist == ("" if condition.mnist is None else f"{condition.mnist:.1%}")
    for name, images_, caught, _ in things.itertuples(index=False):
        assert images_ == f"{strangers[name].images:,}"
        assert caught == f"{strangers[name].caught:.1%}"
    galleries = [captions(page, number) for number in range(2, len(page.get("image")))]
    assert [len(gallery) for gallery in galleries] == [12, 12, 12, 12, 8]
    share = np.mean(["not a digit" in text for text in galleries[3]])  # of a dozen scribbles
    assert share == pytest.approx(strangers["scribbles"].caught, abs=0.2)


def test_the_drawing_of_the_first_page_is_looked_into():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run()
    take_ready(page, 8)
    logits = page.session_state.reading.logits
    show(page.switch_page(PAGE))
    assert page.selectbox(key="of").value == "drawing"
    np.testing.assert_allclose(unpack(chart(page, "logits")[0]["y"]), logits, rtol=1e-5)


@pytest.mark.parametrize(
    "linked",
    [
        {"conv1_map": "Map 7"},
        {"conv2_map": "x"},
        {"label": "10"},
        {"answer": "-1"},
        {"T": "nan"},
        {"of": "kept 1"},
        {"part": "x"},
    ],
)
def test_a_link_that_makes_no_sense_breaks_nothing(linked):
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    for key, value in linked.items():
        page.query_params[key] = value
    show(page)


def test_a_link_brings_the_view():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    for key, value in {"conv2_map": "Map 12", "of": "A ready 3"}.items():
        page.query_params[key] = value
    show(page)
    assert page.selectbox(key="conv2_map").value == 11
    for key, value in {"part": "What it scores", "label": "7", "answer": "1"}.items():
        page.query_params[key] = value
    show(page)
    assert says(page, "labelled 7 and read as 1")
    assert page.selectbox(key="of").value == "ready 3"


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ({"selection": {"points": [{"point_index": 3}]}}, 3),
        ({"selection": {"points": [{"point_index": True}]}}, None),
        ({"selection": {"points": []}}, None),
        ({"selection": {"points": [{}]}}, None),
        ({"selection": {"points": [{"point_index": "3"}]}}, None),
        ({"selection": {"points": [None]}}, None),
        ({"selection": {"points": {"0": 1}}}, None),
        ({"selection": None}, None),
        ({}, None),
        (None, None),
        ("selection", None),
    ],
)
def test_a_click_is_taken_from_what_makes_sense(sent, number):
    assert clicked(sent) == number


@pytest.mark.parametrize(
    ("missing", "message", "part"),
    [
        ("layers.tflite", r"layers\.tflite cannot be read .*`python train\.py --export`", "Layer by layer"),
        ("report.json", r"report\.json cannot be read .*`python train\.py`", "What"),  # it scores, and cannot do
        ("textbook/report.json", r"report\.json cannot .*`python train\.py --recipe textbook --out", "What it scores"),
        ("drawn.json", r"drawn\.json cannot be read .*python -m benchmarks\.drawn", "What it cannot do"),
        ("not_a_digit.json", r"not_a_digit\.json cannot be read .*benchmarks\.not_a_digit", "What it cannot do"),
    ],
)
def test_a_file_that_is_missing_costs_no_more_than_its_part(tmp_path, missing, message, part):
    said = without(
        tmp_path,
        f"mnist_model/weights/{missing}",
        f"page.switch_page('{PAGE}').run()\n"
        f"for part in {list(CHARTS)}:\n"
        "    page.session_state.part = part; page.run(); print(part, [error.value for error in page.error])\n"
        "assert True",
    ).splitlines()
    said = [line for line in said if line.startswith(tuple(CHARTS))]
    assert len(said) == len(CHARTS)
    for line in said:
        assert re.search(message, line) if line.startswith(part) else line.endswith("[]")


def test_layers_of_another_network_are_not_shown(tmp_path):
    said = without(
        tmp_path,
        "mnist_model/weights/drawn.json",
        "import shutil; shutil.copy('mnist_model/weights/textbook/layers.tflite', 'mnist_model/weights')\n"
        f"page.switch_page('{PAGE}').run(); print(page.error[0].value)",
    )
    assert "layers.tflite is of another network than lenet5.tflite; `python train.py --export`" in said


def test_without_test_digits_the_page_says_so(tmp_path):
    said = without(
        tmp_path, "mnist_model/mnist_test.npz", f"page.switch_page('{PAGE}').run(); print(page.error[0].value)"
    )
    assert "mnist_test.npz does not exist" in said


def test_the_page_imports_no_library_of_training():
    program = (
        "import sys; from streamlit.testing.v1 import AppTest\n"
        f"page = AppTest.from_file('app.py', default_timeout=30).run().switch_page('{PAGE}').run()\n"
        f"for part in {list(CHARTS)}:\n"
        "    page.session_state.part = part; page.run(); assert not page.exception and not page.error\n"
        "print([name for name in ('tensorflow', 'keras', 'scipy', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
