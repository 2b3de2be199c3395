"""Build the Dockerfile and run what it built, with buildah: an engine that needs no daemon.

The Dockerfile's base image is pulled. Where the registry cannot be reached, an image of the same name is made from
Debian's packages. It stays in a folder of the system's temporary one for the next time.
"""

import ast
import contextlib
import functools
import getpass
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tests.support.driver import ROOT

STORE = Path(tempfile.gettempdir()) / f"handwritten-digits-buildah-{getpass.getuser()}"

# pip's settings that say where packages come from. Inside the build they are the machine's.
PIP_SOURCES = ("cert", "extra-index-url", "find-links", "index-url", "no-index", "proxy", "trusted-host")

# Makes the root file system read-only and goes on as another user, without privileges: as `docker run --read-only`.
READ_ONLY = """mount -o remount,bind,ro / || exit
user=$1 group=$2
shift 2
exec setpriv --reuid="$user" --regid="$group" --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs "$@"
"""


class EngineError(RuntimeError):
    """No container can be built on this machine. The message says why."""


class Container:
    """A container of an image that was built of the Dockerfile.

    Attributes
    ----------
    config : dict
        The image's configuration, as Docker has it: User, Cmd, Healthcheck, ExposedPorts, ...
    tmp : path
        The folder that it has as /tmp.
    """

    def __init__(self, name: str, config: dict[str, Any], tmp: Path):
        self._name, self.config, self.tmp = name, config, tmp

    def command(self, command: Sequence[str]) -> list[str]:
        """Return the command that runs another as `docker run --read-only` would: as the image's user."""
        user, group = self.config["User"].split(":")
        return [
            *engine(), "run", "--isolation=chroot", "--user=root", "--cap-add=CAP_SYS_ADMIN",
            f"--volume={self.tmp}:/tmp", self._name, "--", "/bin/sh", "-c", READ_ONLY, "sh", user, group, *command,
        ]  # fmt: skip

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it."""
        return subprocess.run(self.command(command), capture_output=True, text=True, timeout=60)


@contextlib.contextmanager
def build(context: Path) -> Iterator[Container]:
    """Build the Dockerfile in a folder. Raises EngineError if this machine cannot build any."""
    if not shutil.which("buildah"):
        raise EngineError("buildah is not installed: `apt-get install buildah` installs it")
    STORE.mkdir(mode=0o700, exist_ok=True)
    prepare_base((context / "Dockerfile").read_text(encoding="utf-8"))
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="container-")))
        folder.chmod(0o755)
        image_file, tmp = folder / "image", folder / "tmp"
        tmp.mkdir()
        tmp.chmod(0o1777)
        volumes = [f"--volume={path}:{target}:ro" for path, target in pip_files(folder).items()]
        # Docker's format: OCI's has no health check.
        options = ["--isolation=chroot", "--format=docker", "--pull=never", f"--iidfile={image_file}", *volumes]
        buildah("bud", *options, str(context))
        image = image_file.read_text(encoding="utf-8").strip()
        stack.callback(buildah, "rmi", image)
        config = json.loads(buildah("inspect", "--type=image", image))["Docker"]["config"]
        name = buildah("from", "--pull=never", image)
        stack.callback(buildah, "rm", name)
        yield Container(name, config, tmp)


@functools.cache
def engine() -> tuple[str, ...]:
    """Return buildah's command, with a storage driver that works here: overlay, or else vfs, which copies all files."""
    commands = [
        ("buildah", f"--storage-driver={driver}", f"--root={STORE / driver}", f"--runroot={STORE / f'{driver}-run'}")
        for driver in ("overlay", "vfs")
    ]
    for command in commands:
        made = subprocess.run([*command, "from", "scratch"], capture_output=True, text=True)
        if made.returncode == 0:
            mounted = subprocess.run([*command, "mount", made.stdout.strip()], capture_output=True)
            subprocess.run([*command, "rm", made.stdout.strip()], capture_output=True)
            if mounted.returncode == 0:
                return command
    raise EngineError(f"buildah does not work here: {made.stderr}")


def buildah(*arguments: str) -> str:
    """Run buildah. Returns what it prints; raises RuntimeError, with what it says, if it fails."""
    done = subprocess.run([*engine(), *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"buildah {' '.join(arguments)}\n{done.stdout[-5000:]}\n{done.stderr[-5000:]}")
    return done.stdout.strip()


def prepare_base(dockerfile: str) -> None:
    """Have the base image in the store. Raises EngineError if it can be neither pulled nor made."""
    match = re.search(r"^FROM (python:(3\.\d+)-slim-(\w+))$", dockerfile, re.MULTILINE)
    assert match, "the base image is one of Python's slim ones"
    name, version, suite = f"docker.io/library/{match[1]}", match[2], match[3]
    for command in (["inspect", "--type=image"], ["pull", "--quiet", "--retry=0"]):
        with contextlib.suppress(RuntimeError):
            buildah(*command, name)
            return
    if not shutil.which("debootstrap") or os.getuid() != 0:
        raise EngineError(f"{name} cannot be pulled; to make one of Debian's packages takes debootstrap and root")
    container = buildah("from", "scratch")
    try:
        make_base(Path(buildah("mount", container)), version, suite)
        buildah("config", "--env=PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", container)
        buildah("commit", container, name)
    except subprocess.CalledProcessError as error:
        raise EngineError(f"{name} can be neither pulled nor made: {error}\n{error.output[-5000:]}") from error
    finally:
        buildah("rm", container)


def make_base(root: Path, version: str, suite: str) -> None:
    """Fill a folder with a small Debian and, as Docker's image has it, a Python with pip in /usr/local."""
    commands = (
        ["debootstrap", "--variant=minbase", "--include=python3-venv,ca-certificates", suite, str(root), mirror()],
        ["chroot", str(root), f"/usr/bin/python{version}", "-m", "venv", "/usr/local"],
        ["chroot", str(root), "apt-get", "clean"],
    )
    for command in commands:
        subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    shutil.rmtree(root / "var/lib/apt/lists")


def mirror() -> str:
    """Return the address of the Debian mirror that this machine installs from. Raises EngineError if it has none."""
    command = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"]
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        targets = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for origin, component, address in map(str.split, targets.splitlines()):
            if origin == "Debian" and component == "main":
                return address
    raise EngineError("the base image can be neither pulled nor made: this machine has no Debian mirror")


def pip_files(folder: Path) -> dict[Path, str]:
    """Write a pip.conf that has this machine's package sources, and find the files that it names.

    Returns where each of them has to be in the container.
    """
    settings = pip_settings()
    conf = folder / "pip.conf"
    lines = [f"{name} = {' '.join(values)}" for name, values in settings.items()]
    conf.write_text("\n".join(["[global]", *lines, ""]), encoding="utf-8")
    found = {conf: "/etc/pip.conf"}
    for value in (value for values in settings.values() for value in values):
        # The pages of a local index link to files beside it.
        path = Path(url2pathname(urlsplit(value).path)).parent if value.startswith("file:") else Path(value)
        if path.is_absolute() and path.exists():
            found[path] = str(path)
    return found


def pip_settings() -> dict[str, list[str]]:
    """Return the settings in PIP_SOURCES that pip has on this machine, from its files and from the environment."""
    settings: dict[str, list[str]] = {}
    for certificates in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        if certificates in os.environ:
            settings["cert"] = [os.environ[certificates]]
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
    for line in sorted(
        listed.splitlines(), key=lambda line: line.startswith(":env:")
    ):  # the environment overrides files
        name, _, value = line.partition("=")
        name = name.rpartition(".")[2]
        if name in PIP_SOURCES:
            settings[name] = str(ast.literal_eval(value)).split()
    return settings


def list_checkout() -> list[str]:
    """Return the paths of the files that git has, or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [path for path in listed if (ROOT / path).is_file()]


def copy_checkout(folder: Path) -> None:
    """Copy these files into a folder."""
    for path in list_checkout():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
