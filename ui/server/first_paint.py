"""Puts our style sheets into Streamlit's index.html, so that nothing moves while the page is being put together.

Streamlit has an app's styles only once it has loaded the part of its frontend that shows them: after the first parts of
the page. Without this, on a host that does not run `app.py` as a server, the page is the same in the end.
"""

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = Path(__file__).parent.parent.parent
SHEETS = (ROOT / "ui" / "frame.css", ROOT / "app_pages" / "draw.css", ROOT / "app_pages" / "softmax.css")


class FirstPaint:
    """ASGI middleware that adds the style sheets to each HTML document."""

    def __init__(self, app: ASGIApp):
        self._app = app
        styles = "\n".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS)
        self._style = f"<style>\n{styles}</style>\n</head>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks_for_document = scope["type"] == "http" and "text/html" in Headers(scope=scope).get("Accept", "")
        if not asks_for_document:
            await self._app(scope, receive, send)
            return
        # A document that is compressed, or that the browser has already, has no place for the styles.
        unwanted = {b"accept-encoding", b"if-none-match", b"if-modified-since"}
        headers = [(name, value) for name, value in scope["headers"] if name not in unwanted]
        start: Message = {}
        document = b""

        async def add_style(message: Message) -> None:
            nonlocal start, document
            if message["type"] == "http.response.start":
                start = message
                return
            document += message.get("body", b"")
            if message.get("more_body"):
                return
            if "text/html" in Headers(raw=start["headers"]).get("Content-Type", ""):
                document = document.replace(b"</head>", self._style, 1)
                found = MutableHeaders(raw=start["headers"])
                found["Content-Length"] = str(len(document))
                del found["ETag"], found["Last-Modified"]
            await send(start)
            await send({"type": "http.response.body", "body": document})

        await self._app({**scope, "headers": headers}, receive, add_style)
