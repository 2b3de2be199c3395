"""The live endpoint: a browser posts the canvas while the pen is down, and gets what the network makes of it.

It is a preview that nothing depends on: the answer that counts comes from the page, once the pen is lifted. So it gives
way first: it computes a few answers at once, and refuses what comes meanwhile. A refused browser asks less often.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ui.server.rate_limit import TokenBucket

MAX_BODY_BYTES = 500_000  # bytes of a PNG; the canvas has 410,000 before they are compressed
BODY_TIMEOUT = 5  # s until a body must have come
MAX_PENDING_BODIES = 64  # bodies, which slow clients could make last
MAX_CONCURRENT_READINGS = 2  # answers that are computed
# Requests of one address, a second and at once: enough for a class behind it; an answer takes 3 ms of a processor.
# Behind a proxy all browsers have the proxy's address, and this is the limit of all together. deploy/nginx.conf has one
# for each.
RATE, BURST = 150, 50
ADDRESSES = 1000  # that are remembered
LOG_EVERY = 60  # s: one line for all that was refused meanwhile

NO_STORE = {"Cache-Control": "no-store"}

LOG = logging.getLogger(__name__)

Answer = dict[str, Any]


class RefusedError(Exception):
    """A request that is not answered, with the HTTP status and the reason that the client is told."""

    def __init__(self, status: int, reason: str):
        super().__init__(reason)
        self.status = status


class LiveEndpoint:
    """Answers a POST of a PNG with JSON: the 28x28, a byte a pixel in base64, and the ten logits, or null without ink.

    Parameters
    ----------
    read : callable
        Reads a PNG, in a thread of its own. Raises ValueError for anything else, and RuntimeError if it cannot read.
    """

    def __init__(self, read: Callable[[bytes], Answer]):
        self._read = read
        self._pending_bodies = self._concurrent_readings = 0
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()
        self._complaints = TokenBucket(1, 1 / LOG_EVERY)

    async def __call__(self, request: Request) -> Response:
        try:
            self._take_token(request.client.host if request.client else "")
            check(request)
            file = await self._body(request)
            answer = await self._answer(file)
        except RefusedError as refused:
            if refused.status in (429, 503) and self._complaints.take():
                LOG.warning("Refused live answers (%s); the next minute says nothing more of it", refused)
            headers = {"Retry-After": "1"} if refused.status in (429, 503) else {}
            return PlainTextResponse(str(refused), refused.status, NO_STORE | headers)
        return JSONResponse(answer, headers=NO_STORE)

    def _take_token(self, address: str) -> None:
        bucket = self._buckets.setdefault(address, TokenBucket(BURST, RATE))
        self._buckets.move_to_end(address)
        if len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        if not bucket.take():
            raise RefusedError(429, f"more than {RATE} drawings a second from one address")

    async def _body(self, request: Request) -> bytes:
        if self._pending_bodies >= MAX_PENDING_BODIES:
            raise RefusedError(503, "too many drawings are on their way")
        file = b""
        self._pending_bodies += 1
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                async for part in request.stream():
                    file += part
                    if len(file) > MAX_BODY_BYTES:
                        raise RefusedError(413, f"more than {MAX_BODY_BYTES:,} bytes")
        except (TimeoutError, ClientDisconnect) as error:
            raise RefusedError(408, "the drawing did not arrive in time") from error
        finally:
            self._pending_bodies -= 1
        return file

    async def _answer(self, file: bytes) -> Answer:
        with self._reading_slot():
            try:
                return await asyncio.to_thread(self._read, file)
            except ValueError as error:
                raise RefusedError(400, str(error)) from error
            except RuntimeError as error:
                raise RefusedError(503, str(error)) from error

    @contextlib.contextmanager
    def _reading_slot(self) -> Iterator[None]:
        if self._concurrent_readings >= MAX_CONCURRENT_READINGS:
            raise RefusedError(503, "busy")
        self._concurrent_readings += 1
        try:
            yield
        finally:
            self._concurrent_readings -= 1


def check(request: Request) -> None:
    """Refuse, by its headers alone, what is not a PNG of the page's own. Raises RefusedError."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise RefusedError(403, "only for the page of this server")
    if request.headers.get("Content-Type") != "image/png":
        raise RefusedError(415, "not image/png")
    length = request.headers.get("Content-Length", "")
    if not (length.isascii() and length.isdigit()):
        raise RefusedError(411, "no Content-Length")
    if len(length) > 9 or int(length) > MAX_BODY_BYTES:
        raise RefusedError(413, f"more than {MAX_BODY_BYTES:,} bytes")


def read(file: bytes) -> Answer:
    """Read the canvas's PNG as the page does."""
    from ui.reading import preview  # here, so that the server answers before it is imported

    return preview(file)


BASE = str(st.get_option("server.baseUrlPath")).strip("/")  # Streamlit leaves our routes where they are
ROUTE = Route(f"/{BASE}/live" if BASE else "/live", LiveEndpoint(read).__call__, methods=["POST"])
