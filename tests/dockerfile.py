"""The Dockerfile, read for the tests that do what it says, or hold other files to it."""

import json
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")


def instructions(name: str) -> list[str]:
    """What follows each instruction of this name."""
    return re.findall(rf"^{name} +(.+)$", DOCKERFILE, re.MULTILINE)


def instruction(name: str) -> str:
    (only,) = instructions(name)
    return only


def command(name: str) -> list[str]:
    """The program of CMD or of HEALTHCHECK, and its arguments."""
    return json.loads(re.search(r"\[.*\]", instruction(name))[0])


def copy(folder: Path) -> None:
    """Copy into a folder what the image has in its own: what COPY names, without what .dockerignore leaves out."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    sent = {line[1:] for line in lines if line.startswith("!")}
    left_out = shutil.ignore_patterns(*(line.removeprefix("**/") for line in lines if line.startswith("**/")))
    for arguments in instructions("COPY"):
        source, target = arguments.split()
        assert source in sent, f".dockerignore does not send {source}"
        assert target.endswith("/")
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / target, ignore=left_out, dirs_exist_ok=True)
        else:
            (folder / target).mkdir(exist_ok=True)
            shutil.copy(ROOT / source, folder / target)
