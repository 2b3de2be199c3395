// Streamlit adds an entry to the browser's history for each change of the query string that comes from the server. One
// such change takes the temperature out of the address of a page just before it is left. Here a page has one entry, in
// which a new query string replaces the old one, unless the page is about to be left. The projector's view of a page has
// an entry of its own, since it looks like another page.

const ABOUT_TO_BE_LEFT = 500; // ms

const isProjected = (address) => address.searchParams.get("view") === "projector";

export default function () {
  if (window.hasPageHistory) return;
  window.hasPageHistory = true;
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let waiting;
  addEventListener("popstate", () => clearTimeout(waiting));
  history.replaceState = (...entry) => {
    clearTimeout(waiting);
    replace(...entry);
  };
  history.pushState = (state, title, address) => {
    clearTimeout(waiting);
    const [to, from] = [new URL(address, location.href), new URL(location.href)];
    const isElsewhere = to.pathname !== from.pathname || isProjected(to) !== isProjected(from);
    if (isElsewhere) push(state, title, address);
    else waiting = setTimeout(() => replace(state, title, address), ABOUT_TO_BE_LEFT);
  };
}
