"""Whether a page fits its window."""

from playwright.sync_api import Error, Page

CUT_OFF = """selectors => {
    const cut = [...document.querySelectorAll(selectors)].filter(element => {
        const {left, right} = element.getBoundingClientRect();
        const canBeScrolled = element.closest(".st-key-row_of_charts");
        return left < 0 || (right > innerWidth + 0.5 && !canBeScrolled);
    });
    const names = cut.map(element => `${element.className} ${element.textContent.slice(0, 30)}`);
    return document.documentElement.scrollWidth > innerWidth ? [...names, "the page itself"] : names;
}"""


def assert_nothing_cut_off(page: Page, *selectors: str) -> None:
    """Wait until the page and these elements fit the window's width: charts follow it after a moment."""
    try:
        page.wait_for_function(f"selectors => ({CUT_OFF})(selectors).length === 0", arg=", ".join(selectors))
    except Error:
        assert not page.evaluate(CUT_OFF, ", ".join(selectors))
        raise
