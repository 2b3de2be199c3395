"""How long it takes in a browser until all is seen of what an act brings about."""

from collections.abc import Callable

from playwright.sync_api import Page

SETTLED = 1000  # ms without a change, after which there will be none

# What is seen, but for the canvas, on which a stroke appears while it is drawn.
SEEN = """() => document.querySelector('[data-testid=stMain]').textContent
    + [...document.querySelectorAll(`[data-testid=stMain] :is(path, image, img)`)].map(part =>
        part.getAttribute('d') + part.getAttribute('href') + part.getAttribute('src')).join()"""

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
    before = None
    while before != (before := page.evaluate(SEEN)):
        page.wait_for_timeout(300)


def shown_after(page: Page, act: Callable[[], None]) -> float:
    """Act once nothing changes any more. Returns how long after its last event the last change is seen, in ms."""
    settle(page)
    page.evaluate(WATCH)
    act()
    return page.evaluate("window.shown")
