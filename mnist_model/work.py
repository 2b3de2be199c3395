"""A folder in which a long training keeps what it has so far, so that one that was killed goes on where it was."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path


class Work:
    """Files of a training with certain settings; those of one with other settings are thrown away.

    Parameters
    ----------
    folder : Path
        Made when the first file is saved.
    settings : dict
        All that decides the result. JSON.
    """

    def __init__(self, folder: Path, settings: dict):
        self._folder = folder
        self._settings = json.loads(json.dumps(settings))
        self._before, self._started = 0.0, time.perf_counter()
        if self._read("settings.json") == self._settings:
            self._before = self._read("seconds.json") or 0.0
            print(f"Going on with what is in {folder}")
        else:
            self.remove()

    @property
    def seconds(self) -> float:
        """How long it has taken, in all its runs, without what was lost when one was killed."""
        return self._before + time.perf_counter() - self._started

    def __getitem__(self, name: str) -> Path:
        return self._folder / name

    def save(self, name: str, write: Callable[[Path], object]) -> None:
        """Let `write` make a file, which has its name only once it is whole."""
        if not self._folder.exists():
            self._folder.mkdir(parents=True)
            self._replace("settings.json", lambda file: file.write_text(json.dumps(self._settings, indent=2)))
        self._replace(name, write)
        self._replace("seconds.json", lambda file: file.write_text(json.dumps(self.seconds)))

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _replace(self, name: str, write: Callable[[Path], object]) -> None:
        part = self[f".part-{name}"]
        write(part)
        part.replace(self[name])

    def _read(self, name: str):
        try:
            return json.loads(self[name].read_text())
        except (OSError, ValueError):
            return None
