import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from mnist_model import WEIGHTS
from mnist_model.classifier import CHUNK, Classifier, ModelFileError

ROOT = Path(__file__).parent.parent
LITE = WEIGHTS / "lenet5.tflite"


def test_answers_as_the_keras_model_does(classifier, test_set):
    import keras  # slow: only where it is needed

    model = keras.models.load_model(WEIGHTS / "lenet5.keras")
    images = test_set.images / np.float32(255)
    expected = model.predict(images[..., None], batch_size=1000, verbose=0)
    found = classifier.logits(images)
    assert np.abs(found - expected).max() < 1e-3
    np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))


def test_scores_what_the_report_says(classifier, test_set):
    report = json.loads((WEIGHTS / "report.json").read_text())
    found = classifier.logits(test_set.images / np.float32(255)).argmax(axis=1)
    assert np.mean(found == test_set.labels) == pytest.approx(report["test"]["accuracy"], abs=1e-6)


def test_an_answer_does_not_depend_on_its_batch(classifier, test_set):
    images = test_set.images[: CHUNK + 7] / np.float32(255)
    together = classifier.logits(images)
    np.testing.assert_allclose(np.concatenate([classifier.logits(images[i : i + 1]) for i in range(50)]), together[:50])
    np.testing.assert_allclose(classifier.logits(images[-9:]), together[-9:])
    assert classifier.logits(images[:0]).shape == (0, 10)


def test_an_answer_is_the_callers_to_keep(classifier, test_set):
    first = classifier.logits(test_set.images[:1] / np.float32(255))
    kept = first.copy()
    classifier.logits(test_set.images[1:2] / np.float32(255))
    np.testing.assert_array_equal(first, kept)


def test_threads_do_not_mix_up_their_answers(classifier, test_set):
    """Eight threads with images of their own, in batches of changing size, all on one interpreter."""
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
def test_refuses_other_shapes(classifier, shape):
    with pytest.raises(ValueError, match=r"images must have shape \(n, 28, 28\)"):
        classifier.logits(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    "content", [b"", b"not a model", LITE.read_bytes()[:1000], LITE.read_bytes()[:-1], LITE.read_bytes()[::-1]]
)
def test_a_damaged_file_is_named_with_its_remedy(tmp_path, content):
    path = tmp_path / "broken.tflite"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"broken\.tflite is damaged.*python train\.py"):
        Classifier(path)


def test_a_missing_file_is_named_with_its_remedy(tmp_path):
    with pytest.raises(ModelFileError, match=r"none\.tflite cannot be read.*python train\.py"):
        Classifier(tmp_path / "none.tflite")


def test_a_model_of_another_shape_is_refused(tmp_path):
    import keras  # slow: only where it is needed

    model = keras.Sequential([keras.layers.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])
    model.export(tmp_path / "three.tflite", format="litert", verbose=False)
    with pytest.raises(ModelFileError, match=r"three\.tflite maps \(-1, 28, 28, 1\) to \(-1, 3\)"):
        Classifier(tmp_path / "three.tflite")


def test_a_model_with_broken_weights_is_refused(tmp_path):
    from mnist_model.lenet import lenet5

    model = lenet5()
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    model.export(tmp_path / "nan.tflite", format="litert", verbose=False)
    with pytest.raises(ModelFileError, match="not finite"):
        Classifier(tmp_path / "nan.tflite")


def test_serving_imports_neither_tensorflow_nor_keras():
    program = (
        "import sys; from streamlit.testing.v1 import AppTest\n"
        "page = AppTest.from_file('app.py', default_timeout=30).run().pills(key='ready').select(4).run()\n"
        "assert not page.exception and page.metric[0].value == '4', page\n"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
