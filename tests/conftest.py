import os

import numpy as np
import pytest
from hypothesis import settings

from mnist_model.classifier import Classifier
from mnist_model.data import load_test_set

settings.register_profile("default", deadline=None, print_blob=True)
settings.load_profile("default")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(scope="session")
def test_set():
    return load_test_set()


@pytest.fixture(scope="session")
def classifier():
    return Classifier()


@pytest.fixture(scope="session")
def data(tmp_path_factory, test_set):
    """A file of real digits in MNIST's shape: since not all of it comes along, the test digits six times over."""
    path = tmp_path_factory.mktemp("data") / "mnist.npz"
    images, labels = test_set
    np.savez(path, x_train=np.tile(images, (6, 1, 1)), y_train=np.tile(labels, 6), x_test=images, y_test=labels)
    return path
