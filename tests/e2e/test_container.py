"""What the Dockerfile makes, without Docker: its files and packages, its user and command, and a real browser.

The one thing that it can't have is a read-only file system. Instead it may write only where TMPDIR is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests import dockerfile
from tests.e2e import driver
from tests.e2e.driver import DIGITS, draw, metric


def python(folder):
    """A Python that everybody may run: that of the tests, or a copy of it if it is in a home closed to others."""
    base, version = Path(sys.base_prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    program = base / "bin" / version
    if all(parent.stat().st_mode & 0o005 == 0o005 for parent in program.parents):
        return program
    left_out = shutil.ignore_patterns("site-packages", "test", "__pycache__")
    shutil.copytree(base / "lib" / version, folder / "lib" / version, ignore=left_out)
    for library in (base / "lib").glob("libpython*"):
        shutil.copy(library, folder / "lib")
    (folder / "bin").mkdir()
    return Path(shutil.copy(program, folder / "bin" / version))


class Container:
    """The image's folder `app`, an environment with its packages, and the one folder that may be written to."""

    def __init__(self, folder):
        self.app, self.packages, self.tmp = (folder / name for name in ("app", "packages", "tmp"))
        self.app.mkdir()
        dockerfile.copy(self.app)
        self.tmp.mkdir()
        self.tmp.chmod(0o1777)

        programs = {
            "PATH": f"{self.packages / 'bin'}:{os.defpath}",
            "LD_LIBRARY_PATH": str(folder / "python" / "lib"),
        }
        subprocess.run([python(folder / "python"), "-m", "venv", self.packages], check=True)
        for line in dockerfile.instructions("RUN"):
            line = line.replace("--no-cache-dir", "")  # what the image should not keep, the next run of the tests may
            environment = os.environ | programs | {"PIP_REQUIRE_VIRTUALENV": "1"}
            subprocess.run(["/bin/sh", "-c", line], cwd=self.app, env=environment, check=True)

        self.environment = programs | {"TMPDIR": str(self.tmp)}
        self.environment |= dict(variable.split("=") for variable in dockerfile.instruction("ENV").split())
        user, group = map(int, dockerfile.instruction("USER").split(":"))
        # Only root may become somebody else.
        self.user = {"user": user, "group": group, "extra_groups": []} if os.getuid() == 0 else {}
        for path in (*self.paths(), self.app, self.packages):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
        self.built = self.files()

    def run(self, command):
        """Run a command in it."""
        return subprocess.run(
            command, cwd=self.app, env=self.environment, capture_output=True, text=True, timeout=30, **self.user
        )

    def files(self):
        """When each file was last written."""
        return {path: path.lstat().st_mtime_ns for path in self.paths()}

    def paths(self):
        return [*self.app.rglob("*"), *self.packages.rglob("*")]


@pytest.fixture(scope="module")
def container():
    folder = Path(tempfile.mkdtemp(prefix="container-"))  # not pytest's, where only its own user may look
    folder.chmod(0o755)
    try:
        yield Container(folder)
    finally:
        for path in folder.rglob("*"):
            if path.is_dir():
                path.chmod(0o755)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server(container, tmp_path_factory):
    log = tmp_path_factory.mktemp("container") / "log"
    server = driver.Server(dockerfile.command("CMD"), container.app, log, env=container.environment, **container.user)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def test_has_the_packages_of_the_page_alone(container):
    program = (
        "import importlib.util, sysconfig\n"
        "print(sysconfig.get_path('purelib'))\n"
        "print([name for name in ('keras', 'scipy', 'tensorflow') if importlib.util.find_spec(name)])"
    )
    packages, found = container.run(["python", "-c", program]).stdout.splitlines()
    assert found == "[]"
    size = sum(path.lstat().st_size for path in Path(packages).rglob("*") if path.is_file())
    assert size < 700e6, f"{size / 1e6:.0f} MB"


def test_anybody_may_read_the_files(container):
    """They keep the rights that they have in the checkout."""
    for path in container.app.rglob("*"):
        assert path.stat().st_mode & 0o004, path


def test_tells_whether_it_is_well(container, server):
    check = dockerfile.command("HEALTHCHECK")
    port = server.url.rpartition(":")[2]
    assert container.run([part.replace(":8501/", f":{port}/") for part in check]).returncode == 0
    assert container.run([part.replace(":8501/", f":{driver.free_port()}/") for part in check]).returncode != 0


def test_reads_a_digit(open_page):
    page = open_page()
    draw(page, DIGITS[4])
    expect(metric(page, "It reads")).to_have_text("4")


def test_reads_a_photo_through_its_temporary_folder(open_page, tmp_path):
    """As it does with an upload of more than 1 MB."""
    photo = Image.new("L", (200, 200), "white")
    ImageDraw.Draw(photo).line([(100, 30), (100, 170)], "black", 16)
    photo.save(tmp_path / "one.png")
    with open(tmp_path / "one.png", "ab") as file:
        file.write(bytes(2_000_000))
    page = open_page()
    page.get_by_role("button", name="Photo").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "one.png")
    expect(metric(page, "It reads")).to_have_text("1")


@pytest.mark.parametrize("path", ["/temperatures", "/softmax", "/model"])
def test_shows_the_other_pages(open_page, path):
    page = open_page(path)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_asks_no_other_host_for_its_address(server):
    assert "URL" not in server.log


def test_has_left_nothing(container, server):
    """Neither among its files, nor where it may write."""
    assert container.run(["touch", "app.py"]).returncode != 0
    assert container.files() == container.built
    assert not list(container.tmp.iterdir())
