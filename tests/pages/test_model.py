"""The page Model without a browser. Clicks are in tests/browser/test_model.py."""

import base64
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from scipy.special import softmax as scipy_softmax
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss
from streamlit.testing.v1 import AppTest

from mnist_model import WEIGHTS, images
from mnist_model.corruptions import CORRUPTIONS
from mnist_model.layers import LAYERS, Layers, occlusion
from mnist_model.preprocess import to_mnist
from mnist_model.report import load_drawings_report, load_ood_report, load_report
from tests.support.pages import ROOT, component_data, figure, ready, show, take_ready, unpack, without
from ui.charts.colours import WINNER
from ui.formatting import decimal, percent
from ui.widgets import clicked_mark

PAGE = "app_pages/model.py"
CHARTS = {
    "Layer by layer": ["conv1", "terms", "conv2", "evidence", "logits", "answers"],
    "Where it looked": ["occlusion"],
    "What it scores": ["confusion", "reliability", "reliability_corrupted", "learning"],
    "What it cannot do": [],
}


@pytest.fixture(scope="module")
def layers():
    return Layers()


@pytest.fixture(scope="module")
def logits(classifier, test_set):
    return classifier.logits(test_set.images / np.float32(255))


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
    """Return the captions of a gallery, without their line breaks."""
    return [re.sub(r"\s+", " ", image.caption) for image in page.get("image")[number].proto.imgs]


def says(page, words):
    return any(words in text.value for text in (*page.markdown, *page.caption))


@pytest.mark.parametrize("part", CHARTS)
def test_every_chart_and_image_has_an_alt_text(page, part):
    show(page, part=part)
    assert len(page.get("plotly_chart")) == len(CHARTS[part])
    assert all(chart.proto.alt for chart in page.get("plotly_chart"))
    assert all(image.alt for gallery in page.get("image") for image in gallery.proto.imgs)
    assert page.get("image")


def test_the_layers_show_the_chosen_digit(page, layers, classifier):
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


def heat_map(trace):
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
    assert says(page, "44,426 parameters, and 281,640 multiply-adds")


def test_a_map_and_a_logit_can_be_chosen(page, layers):
    show(page, conv2_map=11, conv1_map=5)
    framed = chart(page, "conv2")[2]["marker"]["line"]["color"]
    assert [number for number, colour in enumerate(framed) if colour == WINNER] == [11]
    assert chart(page, "terms")[-1]["text"][-1] == "give these, which add up to map 12"
    assert page.selectbox(key="why_7").value == 7
    show(page, why_7=2)
    found = layers.activations(to_mnist(ready(7))[None])
    added = np.sum(unpack(chart(page, "evidence")[0]["y"]))
    assert added + layers.weights["logits"].bias[2] == pytest.approx(found["logits"][0, 2], abs=1e-4)
    assert says(page, f"the logit is {decimal(found['logits'][0, 2], 1)}.")


def test_the_occlusion_map_is_that_of_the_chosen_patch(page, classifier):
    digit = to_mnist(ready(7))
    z = classifier.logits(digit[None])[0]
    for cover, size in (("paper", 7), ("ink", 3)):
        show(page, part="Where it looked", cover=cover, patch=size)
        falls = z[7] - occlusion(classifier, digit, size, float(cover == "ink"))[..., 7]
        np.testing.assert_allclose(heat_map(chart(page, "occlusion")[0]), falls, atol=1e-4)
        assert says(page, f"by {falls.max():.1f}, from {z[7]:.1f}")


def test_the_patch_has_the_logits_of_each_place_and_starts_where_it_matters_most(page, classifier):
    digit = to_mnist(ready(7))
    show(page, part="Where it looked", cover="ink", patch=5, T=2)
    data = component_data(page, "occlusion_patch")
    covered = np.frombuffer(base64.b64decode(data["covered"]), np.float32).reshape(28, 28, 10)
    np.testing.assert_allclose(covered, occlusion(classifier, digit, 5, ink=1.0), atol=1e-4)
    row, column = data["most_important"]
    assert covered[row, column, 7] == covered[..., 7].min()
    assert (data["size"], data["ink"], data["temperature"]) == (5, True, 2)


@pytest.mark.parametrize("part", CHARTS)
def test_each_tab_has_the_temperature_beside_what_it_changes(page, part):
    show(page, part=part, T=5)
    assert [slider.value for slider in page.select_slider] == [5]
    show(page, part="Where it looked")
    assert component_data(page, "occlusion_patch")["temperature"] == 5


def test_the_scores_agree_with_scikit_learn(page, logits, test_set):
    show(page, part="What it scores")
    shown = {metric.label: metric.value for metric in page.metric}
    answers = logits.argmax(axis=1)
    assert shown["Accuracy"] == f"{accuracy_score(test_set.labels, answers):.2%}"
    assert shown["Loss"] == f"{log_loss(test_set.labels, scipy_softmax(logits.astype(float), axis=1)):.4f}"
    report = load_report()
    # To within what a processor's rounding may change.
    assert float(shown["Accuracy"].rstrip("%")) == pytest.approx(100 * report.test.accuracy, abs=0.03)
    assert float(shown["Calibration error"].rstrip("%")) == pytest.approx(100 * report.test.ece[0], abs=0.05)
    assert shown["Misread"] == f"{(answers != test_set.labels).sum()} of 10,000"


def test_the_confusion_matrix_agrees_with_scikit_learn(page, logits, test_set):
    expected = confusion_matrix(test_set.labels, logits.argmax(axis=1))
    counts = [[int(count or 0) for count in row] for row in chart(page, "confusion")[0]["text"]]
    np.testing.assert_array_equal(counts, expected)
    assert np.sum(counts) == 10_000


def test_a_cell_shows_its_digits(page, logits, test_set):
    labels, answers = test_set.labels, logits.argmax(axis=1)
    misread = np.flatnonzero(labels != answers)[0]
    label, answer = int(labels[misread]), int(answers[misread])
    show(page, part="What it scores", label=label, answer=answer, T=2)
    cell = np.flatnonzero((labels == label) & (answers == answer))
    p = scipy_softmax(logits[cell].astype(float) / 2, axis=1)
    assert sorted(captions(page, 1)) == sorted(
        f"{answer}: {percent(one[answer], 0)} {label}: {percent(one[label], 0)}" for one in p
    )
    assert says(page, f"{len(cell)} digit")


def test_a_cell_of_many_digits_has_pages_with_the_least_confident_first(page, logits, test_set):
    show(page, part="What it scores", label=1, answer=1)
    confidence = np.sort(scipy_softmax(logits[test_set.labels == 1].astype(float), axis=1).max(axis=1))
    first = [int(re.search(r"\d+(?=%)", text)[0]) for text in captions(page, 1)]
    assert len(first) == 40
    assert first == sorted(first)
    assert first[0] == round(100 * confidence[0])
    show(page, **{"page 1 1": 28})
    assert 0 < len(captions(page, 1)) <= 40
    assert all(text == "1: >99%" for text in captions(page, 1))
    label, answer = np.argwhere(confusion_matrix(test_set.labels, logits.argmax(axis=1)) == 0)[0]
    show(page, label=int(label), answer=int(answer))
    assert says(page, f"0 digits labelled {label} and read as {answer}")


def test_every_misread_digit_is_in_the_gallery_with_the_most_confident_first(page, logits, test_set):
    show(page, part="What it scores")
    answers = logits.argmax(axis=1)
    misread = np.flatnonzero(answers != test_set.labels)
    found = [re.match(r"(\d): >?(\d+)% (\d): <?(\d+)%", text).groups() for text in captions(page, 2)]
    assert sorted((int(answer), int(label)) for answer, _, label, _ in found) == sorted(
        zip(answers[misread].tolist(), test_set.labels[misread].tolist(), strict=True)
    )
    confidence = [int(share) for _, share, _, _ in found]
    assert confidence == sorted(confidence, reverse=True)


def test_the_reliability_is_also_shown_at_the_chosen_temperature(page):
    calibrated = f"T* = {load_report().temperature:.2f}"
    assert [trace.get("name") for trace in chart(page, "reliability")[1:]] == ["T = 1", calibrated]
    show(page, T=round(load_report().temperature, 2))
    assert [trace.get("name") for trace in chart(page, "reliability")[1:]] == ["T = 1", calibrated]
    show(page, T=3)
    assert [trace.get("name") for trace in chart(page, "reliability")[1:]][2] == "T = 3, set above"
    assert len(chart(page, "reliability_corrupted")) == 3


def test_the_chosen_digit_is_corrupted_in_every_way(page):
    table = show(page, part="What it scores").dataframe[0].value
    assert len(table) == len(CORRUPTIONS) == 15
    assert table["digit"].str.startswith("data:image/").all()
    assert table["read as"].str.fullmatch(r"\d, [<>]?\d+\.\d%").all()
    for folder, column in ((WEIGHTS, "accuracy"), (WEIGHTS / "textbook", "MNIST alone")):
        expected = json.loads((folder / "report.json").read_text())["corruptions"]
        for name, share in zip(table["corruption"], table[column], strict=True):
            assert share == pytest.approx(100 * expected[name.replace(" ", "_")]["accuracy"])


def test_what_it_cannot_do_is_what_was_measured(page):
    show(page, part="What it cannot do")
    drawings, ood = load_drawings_report(), load_ood_report()
    worst = min(drawings.styles, key=lambda style: style.accuracy)
    assert captions(page, 1)[0].removesuffix(" *") == f"{worst.digit}, {worst.name} {worst.accuracy:.0%}"
    held_out = [f"{style.digit}, {style.name} {style.accuracy:.0%} *" for style in drawings.styles if style.held_out]
    assert {text for text in captions(page, 1) if text.endswith("*")} <= set(held_out)
    conditions, inputs = (table.value for table in page.table)
    for kind, name, held_out, mnist in conditions.itertuples(index=False):
        assert held_out == f"{min(tried.held_out for tried in drawings.conditions[kind]):.1%}"
        (condition,) = (tried for tried in drawings.conditions[kind] if tried.name == name)
        assert mnist == ("" if condition.mnist is None else f"{condition.mnist:.1%}")
    for name, count, detected, _ in inputs.itertuples(index=False):
        assert count == f"{ood[name].images:,}"
        assert detected == f"{ood[name].detected:.1%}"
    galleries = [captions(page, number) for number in range(2, len(page.get("image")))]
    assert [len(gallery) for gallery in galleries] == [12, 12, 12, 12, 8]
    share = np.mean(["not a digit" in text for text in galleries[3]])  # of a dozen scribbles
    assert share == pytest.approx(ood["scribbles"].detected, abs=0.2)


def test_the_drawing_on_the_page_draw_can_be_chosen():
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run()
    take_ready(page, 8)
    logits = page.session_state.session.reading.logits
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
def test_an_invalid_url_breaks_nothing(linked):
    page = AppTest.from_file(ROOT / "app.py", default_timeout=30).run().switch_page(PAGE)
    for key, value in linked.items():
        page.query_params[key] = value
    show(page)


def test_the_view_is_in_the_url():
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
def test_only_a_valid_click_is_used(monkeypatch, sent, number):
    monkeypatch.setattr("ui.widgets.st.session_state", {"chart": sent})
    assert clicked_mark("chart") == number


# What the page says without a file in mnist_model/, and on which tabs.
MISSING = {
    "weights/layers.tflite": (r"layers\.tflite cannot be read .*`python train\.py --export`", ["Layer by layer"]),
    "weights/report.json": (
        r"report\.json cannot be read .*`python train\.py`",
        ["What it scores", "What it cannot do"],
    ),
    "weights/textbook/report.json": (r"report\.json cannot .*`python train\.py --recipe textbook", ["What it scores"]),
    "weights/drawings.json": (r"drawings\.json cannot be read .*evaluation\.drawings", ["What it cannot do"]),
    "weights/not_a_digit.json": (r"digit\.json cannot be read .*evaluation\.not_a_digit", ["What it cannot do"]),
    "no file": ("", []),
    "mnist_test.npz": (r"mnist_test\.npz does not exist", list(CHARTS)),  # last: without it there are no tabs
}


def test_a_missing_file_costs_no_more_than_the_tabs_that_need_it(tmp_path):
    program = f"""
import json, pathlib, streamlit
page.switch_page({PAGE!r}).run()
errors = {{}}
for name in {list(MISSING)}:
    file = pathlib.Path("mnist_model", name)
    content = file.exists() and file.read_bytes()
    file.unlink(missing_ok=True)
    streamlit.cache_resource.clear()
    for part in {list(CHARTS)}:
        page.session_state.part = part
        page.run()
        assert not page.exception
        errors.setdefault(name, {{}})[part] = [error.value for error in page.error]
    content and file.write_bytes(content)
print("errors", json.dumps(errors))"""
    printed = without(tmp_path, "unused", program, content=b"")
    errors = json.loads(printed.partition("errors ")[2])
    for name, (message, parts) in MISSING.items():
        for part, found in errors[name].items():
            assert len(found) == (part in parts), (name, part, found)
            assert re.search(message, "".join(found)) or not found


def test_layers_of_another_network_are_not_shown(tmp_path):
    textbook = (WEIGHTS / "textbook" / "layers.tflite").read_bytes()
    printed = without(
        tmp_path,
        "mnist_model/weights/layers.tflite",
        f"page.switch_page('{PAGE}').run(); print(page.error[0].value)",
        content=textbook,
    )
    assert "layers.tflite is of another network than lenet5.tflite; `python train.py --export`" in printed


def test_the_page_imports_no_library_that_only_training_needs():
    program = (
        "import sys; from streamlit.testing.v1 import AppTest\n"
        f"page = AppTest.from_file('app.py', default_timeout=30).run().switch_page('{PAGE}').run()\n"
        f"for part in {list(CHARTS)}:\n"
        "    page.session_state.part = part; page.run(); assert not page.exception and not page.error\n"
        "print([name for name in ('tensorflow', 'keras', 'scipy', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
