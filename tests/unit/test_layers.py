"""The inside of the network, compared with Keras and with SciPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

from mnist_model import WEIGHTS
from mnist_model.classifier import Classifier, ModelFileError
from mnist_model.layers import LAYERS, Layers, contributions, occlusion, receptive_field, responses
from mnist_model.mnist import load_test_set
from mnist_model.preprocess import to_mnist
from mnist_model.training import strokes

DIGITS = load_test_set().images


@pytest.fixture(scope="module")
def layers():
    return Layers()


@pytest.fixture(scope="module")
def keras_model():
    keras = pytest.importorskip("keras")
    return keras.models.load_model(WEIGHTS / "lenet5.keras")


@pytest.fixture(scope="module")
def images():
    return DIGITS[:100] / np.float32(255)


def test_every_layer_has_the_output_of_the_keras_model(layers, keras_model, images):
    keras = pytest.importorskip("keras")
    steps = [layer for layer in keras_model.layers if not isinstance(layer, keras.layers.Flatten)]
    expected = keras.Model(keras_model.inputs, [layer.output for layer in steps]).predict(images[..., None], verbose=0)
    found = layers.activations(images)
    assert list(found) == list(LAYERS)
    for values, wanted in zip(found.values(), expected, strict=True):
        assert values.shape == wanted.shape
        assert np.abs(values - wanted).max() < 1e-3


def test_the_weights_are_those_of_the_keras_model(layers, keras_model):
    learned = iter(keras_model.get_weights())
    for weights in layers.weights.values():
        np.testing.assert_array_equal(np.moveaxis(weights.kernel, 0, -1), next(learned))
        np.testing.assert_array_equal(weights.bias, next(learned))


def test_the_logits_are_those_of_the_served_model(layers, images):
    np.testing.assert_array_equal(layers.activations(images)["logits"], Classifier().logits(images))


def test_the_numbers_of_parameters_and_multiply_adds(keras_model):
    parameters = [layer.parameters for layer in LAYERS.values() if layer.kernel]
    assert parameters == [layer.count_params() for layer in keras_model.layers if layer.weights]
    assert sum(parameters) == 44_426
    assert [layer.multiply_adds for layer in LAYERS.values()] == [86_400, 0, 153_600, 0, 30_720, 10_080, 840]
    assert sum(layer.multiply_adds for layer in LAYERS.values()) == 281_640


@pytest.mark.parametrize(("before", "name"), [("input", "conv1"), ("pool1", "conv2")])
def test_the_responses_and_the_bias_add_up_to_a_map(layers, images, before, name):
    found = layers.activations(images[:1])
    inputs = images[0][..., None] if before == "input" else found[before][0]
    kernel, bias = layers.weights[name]
    for unit in range(len(kernel)):
        parts = responses(inputs, kernel[unit])
        np.testing.assert_allclose(
            parts[..., -1], correlate(inputs[..., -1], kernel[unit][..., -1], "valid"), atol=1e-4
        )
        made = np.maximum(parts.sum(axis=-1) + bias[unit], 0)
        np.testing.assert_allclose(made, found[name][0][..., unit], atol=1e-4)


def test_the_contributions_and_the_bias_add_up_to_a_logit(layers, images):
    found = layers.activations(images)
    for digit in range(10):
        added = [contributions(one, layers.weights["logits"], digit).sum() for one in found["dense2"]]
        np.testing.assert_allclose(
            np.array(added) + layers.weights["logits"].bias[digit], found["logits"][:, digit], atol=1e-4
        )


@pytest.mark.parametrize("content", [None, b"", b"not a model", (WEIGHTS / "lenet5.tflite").read_bytes()])
def test_a_wrong_file_is_named_with_the_command_that_makes_it(tmp_path, content):
    path = tmp_path / "layers.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"layers\.tflite .*python train\.py --export"):
        Layers(path)


def test_a_file_without_32_bit_weights_is_refused(tmp_path, keras_model):
    from mnist_model.training.export import with_all_layers, write_half_precision

    write_half_precision(with_all_layers(keras_model), tmp_path / "half.tflite")
    with pytest.raises(ModelFileError, match=r"half\.tflite does not have 32-bit weights.*python train\.py --export"):
        Layers(tmp_path / "half.tflite")


def test_a_number_depends_on_the_pixels_of_its_receptive_field_and_on_no_others():
    assert [receptive_field(name).size for name in ("conv1", "pool1", "conv2", "pool2")] == [5, 6, 14, 16]
    layers, images = Layers(), np.random.default_rng(0).random((12, 28, 28), np.float32)
    before = layers.activations(images)
    for y, x in np.ndindex(28, 28):
        images_changed = images.copy()
        images_changed[:, y, x] = 5  # far above the others, so that no maximum hides it
        after = layers.activations(images_changed)
        for name in ("conv1", "pool1", "conv2", "pool2"):
            size, stride = receptive_field(name)
            first = stride * np.arange(len(before[name][0]))  # of the pixels, along one axis
            rows, columns = ((first <= place) & (place < first + size) for place in (y, x))
            changed = np.any(before[name] != after[name], axis=(0, -1))
            np.testing.assert_array_equal(changed, np.logical_and.outer(rows, columns))


def patch_by_patch(classifier, digit, size, ink):
    """Compute the occlusion map with one call of the network for each patch."""
    found = np.empty((28, 28, 10))
    for row in range(28):
        for column in range(28):
            covered, reach = digit.copy(), size // 2
            covered[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = ink
            found[row, column] = classifier.logits(covered[None])[0]
    return found


@pytest.mark.parametrize(("size", "ink"), [(3, 0.0), (7, 1.0)])
def test_the_occlusion_map_is_one_reading_a_pixel(classifier, size, ink):
    digit = DIGITS[7] / np.float32(255)
    np.testing.assert_allclose(
        occlusion(classifier, digit, size, ink), patch_by_patch(classifier, digit, size, ink), atol=1e-4
    )


@settings(max_examples=50)
@given(st.integers(0, len(DIGITS) - 1), st.sampled_from([3, 5, 7, 9]))
def test_covering_paper_with_paper_changes_less_than_covering_ink(number, size):
    classifier, digit = Classifier(), DIGITS[number] / np.float32(255)
    z = classifier.logits(digit[None])[0]
    change = np.abs(occlusion(classifier, digit, size)[..., z.argmax()] - z.max())
    reach = size // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(digit, reach), (size, size))
    empty = around.max(axis=(2, 3)) == 0
    assert change[empty].max(initial=0) < 1e-4 < change[~empty].max()


def test_the_occlusion_map_shows_that_a_7_needs_its_bar(classifier):
    """Without its bar, and only without that, it is mostly read as a 1."""
    bar = np.array([[0, 0], [0.25, 0], [0.5, 0], [0.62, 0]])
    stem = np.array([[0.62, 0], [0.45, 0.5], [0.3, 1]])
    seven = to_mnist(strokes.draw([bar, stem]))
    rows = np.flatnonzero(seven.sum(axis=1) > 4)  # pixels of ink: the rows of the bar
    assert classifier.logits(seven[None])[0].argmax() == 7
    read = occlusion(classifier, seven, size=9).argmax(axis=-1)
    elsewhere = np.argwhere(read != 7)
    assert len(elsewhere) > 10
    assert np.mean(read[read != 7] == 1) > 0.5
    # The patch reaches four pixels up and down, and covers all of the bar's height.
    assert (elsewhere[:, 0] >= rows.max() - 4).all()
    assert (elsewhere[:, 0] <= rows.min() + 4).all()


def test_all_pixels_are_read_in_one_call():
    class Counting(Classifier):
        calls = ()

        def logits(self, images):
            self.calls = (*self.calls, len(images))
            return super().logits(images)

    classifier = Counting()
    occlusion(classifier, DIGITS[0] / np.float32(255))
    assert classifier.calls == (28 * 28,)
