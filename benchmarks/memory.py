"""How much memory a server uses."""

import psutil

from tests.support import driver


def megabytes(server: driver.Server) -> float:
    """Return the resident memory of a server's process, in MB."""
    return float(psutil.Process(server.pid).memory_info().rss / 1e6)
