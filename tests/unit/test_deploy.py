"""The files for hosting, as far as they can be checked without building the container. See also tests/slow."""

import re
import subprocess
import sysconfig
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from tests.support.driver import ROOT

KUBERNETES = {
    f"{document['kind']} {document['metadata']['name']}": document
    for document in yaml.safe_load_all((ROOT / "deploy/kubernetes.yaml").read_text(encoding="utf-8"))
}


def test_hadolint_finds_nothing_in_the_dockerfile():
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    found = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, ""), found.stdout + found.stderr


def test_the_container_gets_the_pinned_versions_with_hashes_for_its_python():
    wanted = re.findall(r"^[\w-]+==\S+$", (ROOT / "requirements-serve.in").read_text(encoding="utf-8"), re.MULTILINE)
    pinned = (ROOT / "requirements-serve.txt").read_text(encoding="utf-8")
    header, *packages = re.split(r"^(?=\w)", pinned, flags=re.MULTILINE)
    assert set(wanted) <= {package.split()[0] for package in packages}
    assert all(re.match(r"\S+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", package) for package in packages)
    (version,) = re.findall(r"^FROM python:(3\.\d+)-", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert f"with Python {version}\n" in header


@pytest.mark.parametrize("name", KUBERNETES)
def test_kubernetes_accepts_the_file(name):
    kubernetes_validate.validate(KUBERNETES[name], "1.37", strict=True)
