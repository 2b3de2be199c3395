"""How fast a browser may talk to the server.

A pen and a slider send a few messages a second, and each is answered. Streamlit takes as many as come: one client that
never waited for an answer had everybody else wait for a minute, and filled a gigabyte with what they were to be told.
"""

import asyncio
import logging
import time

BURST = 20  # messages that may lie unread at once
RATE = 10  # a second, from then on
AT_ONCE = 0.001  # s: what is there so soon had been sent before it was asked for

LOG = logging.getLogger(__name__)


class Pace:
    """ASGI middleware that closes a websocket which sends faster than it is read. A browser then opens it anew."""

    def __init__(self, app):
        self._app = app

    async def __call__(self, scope, receive, send):
        await self._app(scope, paced(receive) if scope["type"] == "websocket" else receive, send)


def paced(receive, burst: float = BURST, rate: float = RATE):
    """Return `receive` with a token bucket, out of which each message takes one that lay unread.

    Without any left, the connection is said to be at its end. The server then closes it, and reads no further.
    """
    tokens, filled = burst, time.monotonic()

    async def receive_or_end():
        nonlocal tokens, filled
        await asyncio.sleep(0)  # others have their turn
        asked = time.monotonic()
        message = await receive()
        now = time.monotonic()
        tokens, filled = min(burst, tokens + rate * (now - filled)), now
        if now - asked < AT_ONCE:
            tokens -= 1
        if tokens >= 0 or message["type"] != "websocket.receive":
            return message
        LOG.warning("Closed a connection that sent more than %d messages a second", rate)
        return {"type": "websocket.disconnect", "code": 1008}  # policy violation

    return receive_or_end
