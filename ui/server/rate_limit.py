"""How fast a browser may send messages to the server.

A pen and a slider send a few messages a second, and each is answered. Streamlit takes as many as come: one client that
never waited for an answer made all others wait for a minute, and filled a gigabyte with the answers to it.
"""

import asyncio
import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BURST = 20  # messages that may wait to be read at once
RATE = 10  # a second, from then on
AT_ONCE = 0.001  # s: a message that is there this soon had been waiting

LOG = logging.getLogger(__name__)


class TokenBucket:
    """Holds at most `size` tokens, which it begins with, and gains `rate` a second."""

    def __init__(self, size: float, rate: float):
        self._size, self._rate = size, rate
        self._tokens, self._filled = size, time.monotonic()

    def take(self) -> bool:
        """Take a token out, if there is one."""
        now = time.monotonic()
        self._tokens = min(self._size, self._tokens + self._rate * (now - self._filled))
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class RateLimit:
    """ASGI middleware that closes a websocket which sends faster than it is read. A browser then connects again."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, limited(receive) if scope["type"] == "websocket" else receive, send)


def limited(receive: Receive, burst: float = BURST, rate: float = RATE) -> Receive:
    """Return `receive` with a token bucket, from which each message that was waiting to be read takes a token.

    When there is none left, it says that the connection has ended. The server then closes it, and reads no further.
    """
    bucket = TokenBucket(burst, rate)

    async def receive_or_end() -> Message:
        await asyncio.sleep(0)  # lets others have their turn
        asked = time.monotonic()
        message = await receive()
        waiting = time.monotonic() - asked < AT_ONCE
        if not waiting or bucket.take() or message["type"] != "websocket.receive":
            return message
        LOG.warning("Closed a connection that sent more than %d messages a second", rate)
        return {"type": "websocket.disconnect", "code": 1008}  # policy violation

    return receive_or_end
