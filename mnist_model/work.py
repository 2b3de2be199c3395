"""A folder in which a long training keeps what it has so far, so that one that was killed goes on where it was."""

import contextlib
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


class Work:
    """Files of a training with certain settings. Those with others have a folder of their own.

    Parameters
    ----------
    folder : Path
        In it a folder is made when the first file is saved.
    settings : dict
        All that decides the result. JSON.
    first : bool
        Whether this is the first host of several, which share the folder. The others only read there.
    """

    def __init__(self, folder: Path, settings: dict, first: bool = True):
        self.first = first
        self._settings = json.dumps(settings, indent=2, sort_keys=True)
        self._folder = folder / hashlib.sha256(self._settings.encode()).hexdigest()[:12]
        self._before, self._started = 0.0, time.perf_counter()
        if self["seconds.json"].exists():
            self._before = json.loads(self["seconds.json"].read_text())
            print(f"Going on with what is in {self._folder}")

    @property
    def seconds(self) -> float:
        """How long it has taken, in all its runs, without what was lost when one was killed."""
        return self._before + time.perf_counter() - self._started

    def __getitem__(self, name: str) -> Path:
        return self._folder / name

    def save(self, name: str, write: Callable[[Path], object]) -> None:
        """Let `write` make a file, which has its name only once it is whole.

        The other hosts make it too, since TensorFlow may ask for their part of it, and throw it away.
        """
        if not self.first:
            with tempfile.TemporaryDirectory() as folder:
                write(Path(folder) / name)
            return
        if not self._folder.exists():
            self._folder.mkdir(parents=True)
            self._replace("settings.json", lambda file: file.write_text(self._settings))
        self._replace(name, write)
        self._replace("seconds.json", lambda file: file.write_text(json.dumps(self.seconds)))

    def wait(self, name: str) -> Path:
        """Return the path of a file that the first host makes, once it is there."""
        while not self.first and not self[name].exists():
            time.sleep(1)
        return self[name]

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # there are others, or there never was a file
            self._folder.parent.rmdir()

    def _replace(self, name: str, write: Callable[[Path], object]) -> None:
        part = self[f".part-{name}"]
        write(part)
        part.replace(self[name])
