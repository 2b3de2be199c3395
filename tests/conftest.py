"""Fixtures of all tests: the network and its data. Those with a browser are in tests/support/browser_fixtures.py."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from mnist_model.classifier import Classifier
from mnist_model.mnist import Split, load_test_set

pytest_plugins = ["tests.support.browser_fixtures"]

settings.register_profile("default", deadline=None, print_blob=True)
settings.load_profile("default")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(scope="session")
def test_set() -> Split:
    return load_test_set()


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, test_set: Split) -> Path:
    """A file in the layout of mnist.npz. Its training set is the test digits six times: the real one is not here."""
    path = tmp_path_factory.mktemp("data") / "mnist.npz"
    images, labels = test_set
    np.savez(path, x_train=np.tile(images, (6, 1, 1)), y_train=np.tile(labels, 6), x_test=images, y_test=labels)
    return path
