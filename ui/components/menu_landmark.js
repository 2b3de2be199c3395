// Makes the menu a landmark, and marks the link to the page that is shown.

export default function ({ data, parentElement }) {
  const shown = data;
  cancelAnimationFrame(parentElement.waiting);
  mark();

  function mark() {
    const menu = document.querySelector(".st-key-menu");
    const links = [...(menu?.querySelectorAll("a") ?? [])];
    if (!links.some((link) => link.textContent.trim() === shown)) {
      parentElement.waiting = requestAnimationFrame(mark); // the menu is not there yet
      return;
    }
    menu.role = "navigation";
    menu.ariaLabel = "Pages";
    for (const link of links) link.ariaCurrent = link.textContent.trim() === shown ? "page" : null;
  }
}
