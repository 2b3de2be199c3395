"""The pages that are compared: ours; a bare one, as small as can be; and one that is made the usual way.

The bare page is measured twice: with Streamlit's defaults, as the usual one is, and with this project's settings, as
ours is. What is left between the last two is what the pages themselves do.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from tests.support import driver

HERE = Path(__file__).parent


class MeasuredPage(NamedTuple):
    """A page and its settings."""

    script: Path
    folder: Path  # where its server runs: .streamlit/config.toml is looked for there, and else beside the script

    def serve(self) -> AbstractContextManager[driver.Server]:
        """Serve the page, on a free port, as long as the context lasts."""
        return driver.serve(self.script, folder=self.folder)


PAGES = {
    "ours": MeasuredPage(driver.ROOT / "app.py", driver.ROOT),
    "bare": MeasuredPage(HERE / "bare.py", HERE),
    "bare, our settings": MeasuredPage(HERE / "bare.py", driver.ROOT),
    "usual": MeasuredPage(HERE / "usual.py", HERE),
}
BARE = [name for name in PAGES if name.startswith("bare")]
