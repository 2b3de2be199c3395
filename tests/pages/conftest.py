"""Keeps the pages' tests fast: what Streamlit does for each AppTest and takes longer than most pages."""

import functools
import sys

import pytest
from streamlit.components.v2 import manifest_scanner


@pytest.fixture(scope="session", autouse=True)
def installed_components():
    """Look for components among the installed packages once, not for each AppTest: 0.2 s."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            manifest_scanner, "scan_component_manifests", functools.cache(manifest_scanner.scan_component_manifests)
        )
        yield


@pytest.fixture(autouse=True)
def keras_is_left_alone(monkeypatch):
    """Keep Streamlit from clearing Keras's session after each run of a page, where another test has imported it."""
    if keras := sys.modules.get("keras"):
        monkeypatch.setattr(keras.backend, "clear_session", lambda: None)
