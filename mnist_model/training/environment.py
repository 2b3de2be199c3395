"""What training finds on this machine: TensorFlow, a folder to write to, processors, and the code itself."""

import hashlib
import importlib.metadata
import importlib.util
import itertools
import multiprocessing
import os
import platform
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path
from typing import TypeVar

PACKAGE = Path(__file__).parent.parent  # mnist_model

MOST_PROCESSES = 61  # that ProcessPoolExecutor starts on Windows

Argument = TypeVar("Argument")
Result = TypeVar("Result")


class SetupError(RuntimeError):
    """Something that training needs is not installed. The message is one line and says what."""


def check_tensorflow() -> None:
    """Raise SetupError if TensorFlow is not installed, without importing it, which takes seconds."""
    if importlib.util.find_spec("tensorflow") is None:
        raise SetupError(
            "training needs TensorFlow, which is not installed here; it can be installed for Python 3.11 to 3.13 "
            f"(this is Python {platform.python_version()}), as README.md says"
        )


def check_tensorboard() -> None:
    """Raise SetupError if TensorBoard is not installed."""
    if importlib.util.find_spec("tensorboard") is None:
        raise SetupError("--tensorboard needs `pip install tensorboard`")


def make_writable_folder(folder: Path) -> None:
    """Make a folder if it is missing. Raises OSError if it cannot be written to: before training, not after."""
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that train."""
    names = ("numpy", "keras", "tensorflow")
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}}


def code_digest(package: Path = PACKAGE) -> str:
    """Identify the code that training runs, with all of `mnist_model`: checkpoints of other code are not continued."""
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def in_processes(
    function: Callable[[Argument], Result], arguments: Sequence[Argument]
) -> Iterator[tuple[Argument, Result]]:
    """Call a function with each argument, in as many processes as there are processors.

    Yields each argument with its result, in the order in which they are finished. `function` must be picklable. Where
    this is interrupted, no further call begins.
    """
    # Spawned, as on every system: a fork of a process in which TensorFlow has threads may hang.
    context = multiprocessing.get_context("spawn")
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    waiting = iter(arguments)
    with ProcessPoolExecutor(processes, context, initializer=_end_with_parent) as executor:
        # One call for each process and no more: a Ctrl-C ends the calls that run, but calls that the executor has
        # handed to its processes in advance could not be cancelled.
        running = {executor.submit(function, argument): argument for argument in itertools.islice(waiting, processes)}
        while running:
            # With a timeout, because Windows delivers Ctrl-C only between two waits.
            done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                yield running.pop(future), future.result()
                running |= {executor.submit(function, argument): argument for argument in itertools.islice(waiting, 1)}


def _end_with_parent() -> None:
    """End this process when its parent ends: if that was killed, this one would wait for work for ever."""

    def wait_for_end() -> None:
        parent = multiprocessing.parent_process()
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait_for_end, daemon=True).start()
