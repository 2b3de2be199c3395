import os

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
