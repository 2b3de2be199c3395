"""How long a browser takes to show everything that an action changes."""

from collections.abc import Callable

from playwright.sync_api import Page

SETTLED = 1000  # ms: after so long without a change, no further one is expected

# What is seen, except for the canvas, where a stroke appears while it is drawn. Text only for screen readers, which
# comes later, does not count.
SEEN = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const seen = node => node.role === 'status' ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT;
    const texts = document.createTreeWalker(main, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, seen);
    // Streamlit hides a chart again after it was drawn, until it has its final width.
    const parts = [...main.querySelectorAll('path, image, img')].filter(part =>
        part.checkVisibility({visibilityProperty: true}));
    const found = parts.map(part =>
        part.getAttribute('d') + part.getAttribute('href') + part.getAttribute('src'));
    while (texts.nextNode())
        found.push(texts.currentNode.data);
    return found.join();
}"""

WATCH = f"""() => {{
    const seen = {SEEN};
    let before = seen(), acted = 0, changed = 0;
    for (const kind of ['pointerup', 'mouseup', 'keydown'])
        window.addEventListener(kind, () => {{ acted = performance.now(); }}, {{capture: true}});
    window.shown = new Promise(done => {{
        const look = () => {{
            const now = seen();
            if (now != before)
                [before, changed] = [now, performance.now()];
            if (changed > acted && performance.now() - changed > {SETTLED})
                done(changed - acted);
            else
                requestAnimationFrame(look);
        }};
        look();
    }});
}}"""


def settle(page: Page) -> None:
    """Wait until the page no longer changes."""
    before = None
    while before != (before := page.evaluate(SEEN)):
        page.wait_for_timeout(300)


def shown_after(page: Page, act: Callable[[], object]) -> float:
    """Act on a page that no longer changes. Returns the time from the act's last event to the last change, in ms."""
    settle(page)
    page.evaluate(WATCH)
    act()
    took: float = page.evaluate("window.shown")
    return took
