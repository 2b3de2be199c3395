"""Parts of the page that run in the browser: each is Python and JavaScript of one name, or a folder.

Several of them share shared.js, softmax.js, digit_bars.* and pixel_cursor.*.
"""

from pathlib import Path


def read_files(folder: Path, *names: str) -> str:
    """Return what files of a component contain, in one piece, so that the browser need not ask for more."""
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
