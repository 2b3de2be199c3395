// Keeps in this tab what the server's session holds, and gives it to a session that does not know it.

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const now = JSON.parse(new TextDecoder().decode(data));
  const kept = load();
  const given = parentElement.given;
  if (given && [now.session, now.taken_up].includes(given.session)) give(null); // it has arrived
  else if (!given && kept && kept.session !== now.session && (kept.drawing || kept.shelf.length))
    give({ ...kept, canvas: null }); // the page is new as well, and its canvas empty
  if (!parentElement.given) store(now);

  function give(copy) {
    parentElement.given = copy;
    setStateValue("given", copy);
  }

  // Where a page may store nothing, or has no room for it, the copy lasts as long as the page.
  function load() {
    try {
      return parentElement.copy ?? JSON.parse(sessionStorage.getItem("copy"));
    } catch {
      return null;
    }
  }

  function store(copy) {
    parentElement.copy = copy;
    try {
      sessionStorage.setItem("copy", JSON.stringify(copy));
    } catch {}
  }

  // Without a connection nothing is sent; what is given now goes along with whatever is sent first after it. Streamlit
  // does not always ask for the page then, and a stroke's answer comes from a fragment, which a new session lacks.
  const app = document.querySelector("[data-test-connection-state]");
  const connected = () => app.dataset.testConnectionState === "CONNECTED";
  let before = connected();
  parentElement.observer?.disconnect();
  parentElement.observer = new MutationObserver(() => {
    if (before && !connected()) give(load());
    if (!before && connected()) setTriggerValue("back", true);
    before = connected();
  });
  parentElement.observer.observe(app, { attributes: true });
}
