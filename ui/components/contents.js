// Makes the links to the steps of a page a landmark, and marks the link to the step that is in view.

export default function () {
  const page = document.querySelector('[data-testid="stMain"]');
  const contents = document.querySelector(".st-key-contents");
  contents.role = "navigation";
  contents.ariaLabel = "Steps";
  page.addEventListener("scroll", mark, { passive: true });
  mark();
  return () => page.removeEventListener("scroll", mark);

  function mark() {
    const links = [...contents.querySelectorAll("a")];
    const heads = links.map((link) => document.getElementById(link.hash.slice(1)));
    const current = links[heads.findLastIndex((head) => head?.getBoundingClientRect().top < innerHeight / 3)];
    for (const link of links) link.ariaCurrent = link === current ? "step" : null;
    // On a phone, they are in a row that can be scrolled.
    if (current) contents.scrollLeft += current.getBoundingClientRect().left - contents.getBoundingClientRect().left;
  }
}
