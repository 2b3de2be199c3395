"""The charts of the page Model."""

import re

import numpy as np
import pytest
from scipy.stats import binomtest

from mnist_model.calibration import Reliability
from mnist_model.layers import Layers, occlusion
from mnist_model.softmax import softmax
from ui.charts import network
from ui.charts.colours import WINNER


@pytest.fixture(scope="module")
def layers():
    return Layers()


@pytest.mark.parametrize("name", ["conv1", "conv2"])
def test_every_map_has_its_kernels_beside_it_and_can_be_clicked(layers, test_set, name):
    found = layers.activations(test_set.images[:1] / np.float32(255))[name][0]
    kernels = layers.weights[name].kernel
    maps, made_by, bars, names = network.maps_and_kernels(found, kernels, chosen=2).data
    zoom, small = (1, 2) if name == "conv1" else (2, 1)
    for z, values, times in ((maps.z, found, zoom), (made_by.z, kernels, small)):
        there = np.asarray(z)[~np.isnan(z)]
        np.testing.assert_allclose(np.sort(there), np.sort(np.repeat(values.ravel(), times**2)), rtol=1e-6)
    # Each bar covers its own map and kernels only.
    spots = [
        (slice(int(base), int(base + height)), slice(int(x - width / 2), int(x + width / 2)))
        for x, width, base, height in zip(bars.x, bars.width, bars.base, bars.y, strict=True)
    ]
    for number, spot in enumerate(spots):
        values, weights = np.asarray(maps.z)[spot], np.asarray(made_by.z)[spot]
        np.testing.assert_allclose(np.nanmax(values), found[..., number].max(), rtol=1e-6)
        assert np.nansum(weights) == pytest.approx(small**2 * kernels[number].sum(), abs=1e-3)
    assert [colour == network.WINNER for colour in bars.marker.line.color] == [
        number == 2 for number in range(len(kernels))
    ]
    assert names.text == tuple(str(number + 1) for number in range(len(kernels)))


def test_a_map_is_drawn_with_its_inputs_and_kernels_and_what_they_add_up_to(layers, test_set):
    found = layers.activations(test_set.images[:1] / np.float32(255))
    inputs, weights = found["pool1"][0], layers.weights["conv2"]
    *pictures, _ = network.convolution_terms(inputs, weights, 4).data
    shown_input, kernels, terms = (np.asarray(picture.z) for picture in pictures)
    assert np.nanmax(shown_input) == pytest.approx(inputs.max())
    assert np.nanmin(kernels) == pytest.approx(weights.kernel[4].min())
    added = terms[~np.isnan(terms)].reshape(8, 6, 8).sum(axis=1) + weights.bias[4]
    np.testing.assert_allclose(np.maximum(added, 0), found["conv2"][0, ..., 4], atol=1e-4)


def test_a_kernels_colours_say_which_weights_are_above_and_below_0(layers):
    weights = layers.weights["conv1"]
    for number, kernel in enumerate(weights.kernel[..., 0]):
        colours = [re.findall(r"\d+", colour) for colour in network.kernel_colours(weights, number)]
        above = [int(red) > int(blue) + 20 for red, _, blue in colours]
        for is_above, weight in zip(above, kernel.ravel() / np.abs(weights.kernel).max(), strict=True):
            assert abs(weight) < 0.1 or is_above == (weight > 0)


def test_the_contributions_add_up_to_the_logit(layers, test_set):
    found = layers.activations(test_set.images[:1] / np.float32(255))
    (bars,) = network.contribution_bars(found["dense2"][0], layers.weights["logits"], 7).data
    assert sum(bars.y) + layers.weights["logits"].bias[7] == pytest.approx(found["logits"][0, 7], abs=1e-4)
    assert list(bars.y) == sorted(bars.y, reverse=True)
    assert len(bars.y) == np.count_nonzero(found["dense2"])
    for value, colour in zip(bars.y, bars.marker.color, strict=True):
        assert colour == (network.POSITIVE if value > 0 else network.NEGATIVE)


def test_the_bars_are_the_probabilities_and_only_the_winner_has_the_accent_colour():
    logits = np.array([0.5, -3, 2, 8, 1, 7.5, -10, 0, 3, 2])
    p = softmax(logits)
    (bars,) = network.probability_bars(p, logits).data
    np.testing.assert_array_equal(bars.x, range(10))
    np.testing.assert_array_equal(bars.y, p)
    assert list(bars.text) == ["", "", "", "62%", "", "37%", "", "", "", ""]
    np.testing.assert_array_equal(bars.customdata[3], ["61.7%", "8.00"])
    np.testing.assert_array_equal(bars.customdata[6], ["<0.1%", "-10.00"])
    assert [digit for digit in range(10) if bars.marker.color[digit] == WINNER] == [3]


def test_the_occlusion_map_shows_which_digit_is_read_instead(classifier, test_set):
    digit = test_set.images[0] / np.float32(255)  # a 7
    z, covered = classifier.logits(digit[None])[0], occlusion(classifier, digit, 9)
    figure = network.occlusion_map(digit, z, covered, side=9)
    heat, outline = figure.data
    np.testing.assert_allclose(heat.z, z[7] - covered[..., 7], rtol=1e-5)
    assert heat.zmax == -heat.zmin
    assert {""} < set(np.ravel(heat.text)) <= {""} | set("0123456789") - {"7"}
    np.testing.assert_array_equal(outline.z, digit)
    (frame,) = figure.layout.shapes
    assert heat.z[int(frame.y0) + 4][int(frame.x0) + 4] == np.max(heat.z)
    assert (frame.x1 - frame.x0, frame.y1 - frame.y0) == (9, 9)


def test_each_cell_of_the_confusion_matrix_is_a_bar_that_can_be_clicked():
    matrix = np.arange(100).reshape(10, 10)
    wrong, right, cells = network.confusion(matrix, (3, 8)).data
    assert np.isnan(np.diag(wrong.z)).all()
    assert np.nansum(wrong.z) == matrix.sum() - np.trace(matrix)
    assert np.nansum(right.z) == 10
    for number in (0, 38, 99):
        label, answer = divmod(number, 10)
        assert (cells.x[number], cells.base[number]) == (answer, label - 0.5)
        assert cells.customdata[number] == f"{number} labelled {label} and read as {answer}"
    assert [number for number, colour in enumerate(cells.marker.line.color) if colour != network.CLEAR] == [38]


def test_the_reliability_diagram_leaves_out_empty_bins():
    bins = Reliability(np.array([np.nan, 0.7, 0.95]), np.array([np.nan, 0.5, 1.0]), np.array([0, 10, 400]))
    diagonal, points = network.reliability_diagram({"T = 1": bins}).data
    assert list(diagonal.x) == list(diagonal.y)
    assert list(points.x) == [0.7, 0.95]
    assert list(points.customdata) == [10, 400]
    assert points.error_y.array[1] == pytest.approx(0, abs=1e-12)
    assert points.error_y.visible
    _, points = network.reliability_diagram({"T = 1": bins}, intervals=False).data
    assert not points.error_y.visible


@pytest.mark.parametrize(("right", "count"), [(0, 1), (1, 1), (5, 10), (399, 400), (400, 400)])
def test_the_interval_agrees_with_scipy(right, count):
    expected = binomtest(right, count).proportion_ci(0.95, method="wilson")
    low, high = network.wilson(right / count, count)
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_the_learning_curves_are_error_rates():
    history = {"accuracy": [0.5, 0.75], "val_accuracy": [0.8, 0.9]}
    training, validation = network.learning_curves({"shipped": history}).data
    assert list(training.y) == [0.5, 0.25]
    np.testing.assert_allclose(validation.y, [0.2, 0.1])
    assert list(training.x) == [1, 2]
