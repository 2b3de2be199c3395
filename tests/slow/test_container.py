"""The container: the Dockerfile is built, and what it built is run and seen in a browser."""

import os
import urllib.request

import pytest
import yaml
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.support import container as engine
from tests.support import driver
from tests.support.draw_page import verdict
from tests.support.driver import DIGITS, ROOT, draw

# Left out of the image: half-written files, checkpoints, and what else may lie in a checkout.
UNWANTED = [
    ".env",
    ".streamlit/secrets.toml",
    "app_pages/__pycache__/draw.cpython-313.pyc",
    "mnist_model/weights/.training/0123/lenet5.keras",
    "mnist_model/weights/.writing-abc/lenet5.tflite",
    "mnist_model/weights/.writing-abc/report.json",
    "mnist_model/weights/other.keras",
]
POD = next(yaml.safe_load_all((ROOT / "deploy/kubernetes.yaml").read_text(encoding="utf-8")))["spec"]["template"][
    "spec"
]


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """A copy of the checkout, and what else may be in one."""
    folder = tmp_path_factory.mktemp("context")
    engine.copy_checkout(folder)
    for path in UNWANTED:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("unwanted")
    return folder


@pytest.fixture(scope="module")
def container(context):
    try:
        with engine.build(context) as container:
            yield container
    except engine.EngineError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def server(container, tmp_path_factory):
    """The container's own command, on a port that is free."""
    log = tmp_path_factory.mktemp("container") / "log"
    server = driver.Server(container.command(container.config["Cmd"]), ROOT, log)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def test_the_image_has_the_files_of_the_app_and_no_others(container, context):
    folders = ("app_pages/", "mnist_model/", "ui/")
    wanted = {".streamlit/config.toml", "app.py", "requirements-serve.txt"}
    wanted |= {
        path
        for path in engine.list_checkout()
        if path.startswith(folders) and not path.startswith("mnist_model/training/") and not path.endswith(".keras")
    }
    found = container.run("find", ".", "-type", "f", "-printf", r"%P\n")
    assert set(found.stdout.splitlines()) == wanted


def test_the_image_has_no_packages_for_training(container):
    program = (
        "import importlib.util, pathlib, sysconfig\n"
        "names = ('keras', 'scipy', 'tensorflow', 'mnist_model.training')\n"
        "print([name for name in names if importlib.util.find_spec(name)])\n"
        "files = pathlib.Path(sysconfig.get_path('purelib')).rglob('*')\n"
        "print(sum(file.lstat().st_size for file in files if file.is_file()))"
    )
    found, size = container.run("python", "-c", program).stdout.splitlines()
    assert found == "[]"
    assert int(size) < 700e6


def test_it_runs_as_a_user_who_can_write_only_to_tmp(container):
    assert container.run("id", "-u").stdout == "10001\n"
    assert container.run("id", "-G").stdout == "10001\n"
    assert container.run("find", "/app", "!", "-readable").stdout == ""
    for folder in ("/app", "/usr/local", "/var/tmp", "/etc"):  # noqa: S108
        assert container.run("touch", f"{folder}/file").returncode != 0
    assert container.run("touch", "/tmp/file").returncode == 0  # noqa: S108
    (container.tmp / "file").unlink()


def test_the_pod_in_kubernetes_has_the_users_and_the_port_of_the_image(container, server):
    rights, (page,) = POD["securityContext"], POD["containers"]
    assert f"{rights['runAsUser']}:{rights['runAsGroup']}" == container.config["User"]
    assert [f"{port['containerPort']}/tcp" for port in page["ports"]] == list(container.config["ExposedPorts"])
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        with urllib.request.urlopen(server.url + page[probe]["httpGet"]["path"]) as answer:  # noqa: S310
            assert answer.status == 200


def test_the_health_check_says_whether_the_server_answers(container, server):
    kind, *check = container.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    for port, expected in ((server.url.rpartition(":")[2], 0), (driver.free_port(), 1)):
        done = container.run(*(part.replace(":8501/", f":{port}/") for part in check))
        assert done.returncode == expected, done.stderr


def test_a_digit_is_read(open_page):
    page = open_page()
    draw(page, DIGITS[4])
    expect(verdict(page)).to_have_text("4")


def test_a_photo_that_is_stored_in_tmp_is_read(open_page, tmp_path):
    """As uploads of more than 1 MB are."""
    photo = Image.new("L", (200, 200), "white")
    ImageDraw.Draw(photo).line([(100, 30), (100, 170)], "black", 16)
    photo.save(tmp_path / "one.png")
    with open(tmp_path / "one.png", "ab") as file:
        file.write(bytes(2_000_000))
    page = open_page()
    page.get_by_role("button", name="Photo").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "one.png")
    expect(verdict(page)).to_have_text("1")


@pytest.mark.parametrize("path", ["/temperatures", "/softmax", "/model"])
def test_the_other_pages_are_shown(open_page, path):
    page = open_page(path)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_streamlit_asks_no_other_host_for_its_address(server):
    assert "URL" not in server.log


def test_nothing_is_left_in_tmp(container, server):
    assert server.log
    assert not list(container.tmp.iterdir())
