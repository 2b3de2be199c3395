import subprocess
import sys
import threading

import numpy as np
import pytest

from mnist_model import WEIGHTS
from mnist_model.classifier import CHUNK, Classifier, ModelFileError
from tests.support.driver import ROOT

LITE = WEIGHTS / "lenet5.tflite"


@pytest.fixture(scope="module")
def keras():
    """Keras, which takes seconds to import and does not exist for every Python that runs the pages."""
    pytest.importorskip("tensorflow", reason="Keras runs on TensorFlow")
    return pytest.importorskip("keras")


def test_the_logits_are_those_of_the_keras_model(classifier, test_set, keras):
    model = keras.models.load_model(WEIGHTS / "lenet5.keras")
    images = test_set.images / np.float32(255)
    expected = model.predict(images[..., None], batch_size=1000, verbose=0)
    found = classifier.logits(images)
    assert np.abs(found - expected).max() < 1e-3


def test_logits_do_not_depend_on_the_batch(classifier, test_set):
    images = test_set.images[: CHUNK + 7] / np.float32(255)
    together = classifier.logits(images)
    one_by_one = np.concatenate([classifier.logits(images[i : i + 1]) for i in range(50)])
    np.testing.assert_allclose(one_by_one, together[:50], rtol=1e-5, atol=1e-4)  # rounded in another order
    np.testing.assert_allclose(classifier.logits(images[-9:]), together[-9:], rtol=1e-5, atol=1e-4)
    assert classifier.logits(images[:0]).shape == (0, 10)


def test_later_calls_do_not_change_earlier_logits(classifier, test_set):
    first = classifier.logits(test_set.images[:1] / np.float32(255))
    kept = first.copy()
    classifier.logits(test_set.images[1:2] / np.float32(255))
    np.testing.assert_array_equal(first, kept)


def test_threads_share_a_classifier(classifier, test_set):
    """Eight threads, each with its own images in batches of changing size, get the right logits."""
    images = test_set.images[:800] / np.float32(255)
    expected = classifier.logits(images)
    wrong = []

    def ask(mine):
        for size in (1, 2, 5, 1) * 25:
            some = np.random.default_rng(mine).choice(np.arange(mine, 800, 8), size)
            if not np.allclose(classifier.logits(images[some]), expected[some], atol=1e-4):
                wrong.append(some)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 28, 1), (1, 27, 28), (784,)])
def test_other_shapes_are_refused(classifier, shape):
    with pytest.raises(ValueError, match=r"images must have shape \(n, 28, 28\)"):
        classifier.logits(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    "content", [b"", b"not a model", LITE.read_bytes()[:1000], LITE.read_bytes()[:-1], LITE.read_bytes()[::-1]]
)
def test_the_error_for_a_damaged_file_names_it_and_its_remedy(tmp_path, content):
    path = tmp_path / "broken.tflite"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"broken\.tflite is damaged.*python train\.py"):
        Classifier(path)


def test_the_error_for_a_missing_file_names_it_and_its_remedy(tmp_path):
    with pytest.raises(ModelFileError, match=r"none\.tflite cannot be read.*python train\.py"):
        Classifier(tmp_path / "none.tflite")


def test_a_model_of_another_shape_is_refused(tmp_path, keras):
    model = keras.Sequential([keras.layers.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])
    model.export(tmp_path / "three.tflite", format="litert", verbose=False)
    with pytest.raises(ModelFileError, match=r"three\.tflite maps \(-1, 28, 28, 1\) to \(-1, 3\)"):
        Classifier(tmp_path / "three.tflite")


@pytest.mark.usefixtures("keras")
def test_a_model_with_weights_that_are_not_finite_is_refused(tmp_path):
    from mnist_model.training.lenet import lenet5

    model = lenet5()
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    model.export(tmp_path / "nan.tflite", format="litert", verbose=False)
    with pytest.raises(ModelFileError, match="not finite"):
        Classifier(tmp_path / "nan.tflite")


def test_the_pages_import_neither_keras_nor_the_training():
    program = (
        "import sys; from streamlit.testing.v1 import AppTest; from tests.support.pages import read_as, take_ready\n"
        "page = take_ready(AppTest.from_file('app.py', default_timeout=30).run(), 4)\n"
        "assert read_as(page) == 4\n"
        "for path in ('temperatures', 'softmax', 'model'):\n"
        "    assert not page.switch_page(f'app_pages/{path}.py').run().exception, page\n"
        "unwanted = ('tensorflow', 'keras', 'scipy', 'mnist_model.training')\n"
        "print([name for name in unwanted if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
