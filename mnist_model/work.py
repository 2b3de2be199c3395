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
        Made if it does not exist.
    settings : dict
        All that decides the result. JSON.
    """

    def __init__(self, folder: Path, settings: dict):
        self._folder = folder
        self._before, self._started = 0.0, time.perf_counter()
        settings = json.loads(json.dumps(settings))
        if self._read("settings.json") != settings:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self.save("settings.json", lambda file: file.write_text(json.dumps(settings, indent=2)))
        else:
            self._before = self._read("seconds.json") or 0.0
            print(f"Going on with what is in {folder}")

    @property
    def seconds(self) -> float:
        """How long it has taken, in all its runs, without what was lost when one was killed."""
        return self._before + time.perf_counter() - self._started

    def __getitem__(self, name: str) -> Path:
        return self._folder / name

    def save(self, name: str, write: Callable[[Path], object]) -> None:
        """Let `write` make a file, which has its name only once it is whole."""
        part = self[f".part-{name}"]
        write(part)
        part.replace(self[name])
        if name != "seconds.json":
            self.save("seconds.json", lambda file: file.write_text(json.dumps(self.seconds)))

    def remove(self) -> None:
        shutil.rmtree(self._folder)

    def _read(self, name: str):
        try:
            return json.loads(self[name].read_text())
        except (OSError, ValueError):
            return None
