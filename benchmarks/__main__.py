"""Run the benchmarks and write what they print into benchmarks/README.md.

    python -m benchmarks                                 all of them: an hour
    python -m benchmarks train_time --data mnist.npz     one of them, with its own arguments

Below each table stands the machine that it ran on, which should do nothing else meanwhile.
"""

import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import psutil

README = Path(__file__).with_name("README.md")
BLOCK = "<!-- {name} -->\n{text}<!-- end -->"
PLACE = re.compile(BLOCK.format(name=r"(\w+)", text=r".*?"), re.DOTALL)


def machine() -> str:
    """Describe this machine and its software."""
    cpu = platform.processor()
    if (info := Path("/proc/cpuinfo")).exists() and (
        model := re.search(r"model name\s*: (.*)", info.read_text(encoding="utf-8"))
    ):
        cpu = model[1]
    memory = round(psutil.virtual_memory().total / 1e9)
    software = [f"Python {platform.python_version()}"]
    software += [f"{name} {importlib.metadata.version(name)}" for name in ("streamlit", "tensorflow")]
    return f"{os.cpu_count()} processors ({cpu}), {memory} GB, {platform.system()}, {', '.join(software)}"


def main() -> None:
    names = PLACE.findall(README.read_text(encoding="utf-8"))
    wanted, arguments = sys.argv[1:2] or names, sys.argv[2:]
    if not set(wanted) <= set(names):
        sys.exit(f"{__doc__}\nOne of: {', '.join(names)}")
    for name in wanted:
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
        done = subprocess.run(command, cwd=README.parents[1], check=True, stdout=subprocess.PIPE, encoding="utf-8")
        printed = done.stdout
        print(printed, flush=True)
        text = f"{printed.strip()}\n\n{datetime.date.today()}, {machine()}\n"
        place = re.compile(BLOCK.format(name=name, text=r".*?"), re.DOTALL)
        before, after = place.split(README.read_text(encoding="utf-8"))
        README.write_text(before + BLOCK.format(name=name, text=text) + after, encoding="utf-8")


if __name__ == "__main__":
    main()
