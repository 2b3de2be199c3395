"""What a browser complains about on a page."""

from playwright.sync_api import ConsoleMessage, Error, Page, Request


def listen(page: Page) -> list[str]:
    """Return a list that grows by what goes wrong on a page: errors, warnings, and requests that fail."""
    complaints: list[str] = []

    def request_failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the browser itself does that, when the page is reloaded
            complaints.append(f"{request.url}: {request.failure}")

    def console(message: ConsoleMessage) -> None:
        # On a page that is not the first, Streamlit's browser part tries out where its server is.
        probe = "/_stcore/" in message.location["url"] and "404" in message.text
        if message.type in ("error", "warning") and not probe:
            complaints.append(message.text)

    def page_error(error: Error) -> None:
        # When an animation is interrupted, plotly.js rejects a promise with nothing, and no one handles it.
        if str(error) != "undefined":
            complaints.append(str(error))

    page.on("console", console)
    page.on("pageerror", page_error)
    page.on("requestfailed", request_failed)
    return complaints
