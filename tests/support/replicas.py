"""Several servers behind a real nginx, with deploy/nginx.conf."""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.support import driver

CONFIGURATION = driver.ROOT / "deploy" / "nginx.conf"


class Replicas:
    """Servers behind one address."""

    def __init__(self, servers: list[driver.Server], url: str):
        self.servers, self.url = servers, url

    @property
    def log(self) -> str:
        return "".join(server.log for server in self.servers)

    def connections(self) -> list[int]:
        """Return the number of open connections of each server."""
        return [
            sum(found.status == "ESTABLISHED" for found in psutil.Process(server.pid).net_connections("tcp"))
            for server in self.servers
        ]


@contextlib.contextmanager
def serve(count: int) -> Iterator[Replicas]:
    """Run servers behind nginx. Raises FileNotFoundError if nginx is not installed."""
    program = shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))
    if not program:
        raise FileNotFoundError("nginx is not installed: `apt-get install nginx` installs it")
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(driver.serve()) for _ in range(count)]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # if root starts nginx, its workers run as another user
        port = driver.free_port()
        (folder / "nginx.conf").write_text(_configuration(servers, port, folder), encoding="utf-8")
        command = [program, "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
        with open(folder / "log", "wb") as log:
            process = subprocess.Popen(command, stderr=log)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        url = f"http://127.0.0.1:{port}"
        for _ in range(100):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health"):  # noqa: S310
                break
            if process.poll() is not None:
                raise RuntimeError((folder / "log").read_text(encoding="utf-8"))
            time.sleep(0.1)
        yield Replicas(servers, url)


def _configuration(servers: list[driver.Server], port: int, folder: Path) -> str:
    """Return the file with these servers, this port, and another folder than /tmp to write to."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    for number, server in enumerate(servers, 1):
        text = text.replace(f"replica-{number}:8501", server.url.removeprefix("http://"))
    text = re.sub(r"^ *server replica-.*\n", "", text, flags=re.MULTILINE)  # those beyond `servers`
    return text.replace("listen 8080", f"listen 127.0.0.1:{port}").replace("/tmp/nginx", f"{folder}/nginx")  # noqa: S108
