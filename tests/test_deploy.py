"""The files for hosting: each by the rules of its own kind, and all of one mind."""

import re
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from tests import dockerfile
from tests.dockerfile import ROOT

KUBERNETES = {document["kind"]: document for document in yaml.safe_load_all((ROOT / "deploy/kubernetes.yaml").open())}
POD = KUBERNETES["Deployment"]["spec"]["template"]
(CONTAINER,) = POD["spec"]["containers"]


def test_the_linter_finds_nothing_in_the_dockerfile():
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    found = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, ""), found.stdout + found.stderr


def test_the_container_has_the_same_versions_pinned_by_hash_for_its_python():
    wanted = re.findall(r"^[\w-]+==\S+$", (ROOT / "requirements-serve.in").read_text(), re.MULTILINE)
    pinned = (ROOT / "requirements-serve.txt").read_text()
    packages = re.split(r"^(?=\w)", pinned, flags=re.MULTILINE)
    header, packages = packages[0], packages[1:]
    assert set(wanted) <= {package.split()[0] for package in packages}
    assert all(re.match(r"\S+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", package) for package in packages)
    (version,) = re.findall(r"^python:(3\.\d+)-slim-\w+$", dockerfile.instruction("FROM"))
    assert f"with Python {version}\n" in header


@pytest.mark.parametrize("kind", KUBERNETES)
def test_kubernetes_understands(kind):
    kubernetes_validate.validate(KUBERNETES[kind], "1.37", strict=True)


def test_the_pod_is_the_image():
    user, group = map(int, dockerfile.instruction("USER").split(":"))
    rights = POD["spec"]["securityContext"]
    assert (rights["runAsUser"], rights["runAsGroup"]) == (user, group)
    assert CONTAINER["ports"] == [{"name": "http", "containerPort": int(dockerfile.instruction("EXPOSE"))}]


def test_the_probes_ask_what_the_health_check_asks():
    (port, path) = re.search(r"http://127\.0\.0\.1:(\d+)(/[\w/]+)", dockerfile.command("HEALTHCHECK")[-1]).groups()
    assert port == dockerfile.instruction("EXPOSE")
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert CONTAINER[probe]["httpGet"] == {"path": path, "port": "http"}


def test_the_parts_name_each_other():
    app = POD["metadata"]["labels"]
    name = KUBERNETES["Deployment"]["metadata"]["name"]
    assert KUBERNETES["Deployment"]["spec"]["selector"]["matchLabels"] == app
    assert KUBERNETES["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == app
    assert KUBERNETES["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == name

    service = KUBERNETES["Service"]
    assert service["spec"]["selector"] == app
    (port,) = service["spec"]["ports"]
    assert port["targetPort"] == "http"

    ingress = KUBERNETES["Ingress"]["spec"]
    (rule,) = ingress["rules"]
    assert ingress["tls"][0]["hosts"] == [rule["host"]]
    (path,) = rule["http"]["paths"]
    assert path["backend"]["service"] == {"name": service["metadata"]["name"], "port": {"name": port["name"]}}


def test_a_photo_passes_on_its_way():
    server = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["server"]
    body = KUBERNETES["Ingress"]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
    assert int(body.removesuffix("m")) > server["maxUploadSize"]
