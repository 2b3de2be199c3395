// Keeps a copy of the server's session in this tab, and gives it to a session that does not know it.

const KEY = "handwritten-digits.copy"; // all apps of this origin share the storage

const isCopy = (value) => typeof value?.session === "string" && Array.isArray(value.shelf);

// Of a text in ASCII, as zlib computes it.
function crc32(text) {
  let crc = ~0;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const now = JSON.parse(new TextDecoder().decode(data));
  const before = load();
  const offered = parentElement.offered;
  if (offered && [now.session, now.restored_from].includes(offered.session)) arrived();
  else if (!offered && before && before.session !== now.session && (before.drawing || before.shelf.length)) {
    parentElement.offered = { ...before, canvas: null }; // the page is new as well, and its canvas empty
    setTriggerValue("offered", parentElement.offered);
  }
  if (!parentElement.offered) store(now);

  // Every message brings along what the page's widgets show, even where the server has just set them to something else.
  // So a copy that went with no other message is not taken back with one.
  function arrived() {
    parentElement.offered = null;
    if (parentElement.isQueued) setStateValue("queued", null);
    parentElement.isQueued = false;
  }

  // Where a page may store nothing, or has no room for it, the copy lasts as long as the page.
  function load() {
    if (parentElement.copy) return parentElement.copy;
    try {
      const stored = JSON.parse(sessionStorage.getItem(KEY));
      return isCopy(stored) ? stored : null;
    } catch {
      return null;
    }
  }

  function store(copy) {
    parentElement.copy = copy;
    try {
      sessionStorage.setItem(KEY, JSON.stringify(copy));
    } catch {}
  }

  // What is on a canvas, only the browser has until the page is left.
  parentElement.leaving?.abort();
  parentElement.leaving = new AbortController();
  for (const kind of ["pagehide", "visibilitychange"])
    addEventListener(kind, keepCanvas, { capture: true, signal: parentElement.leaving.signal });

  function keepCanvas() {
    const hosts = [...document.querySelectorAll(".st-key-canvas *")];
    const canvas = hosts.map((host) => host.shadowRoot?.querySelector("canvas.dc-canvas.lower-canvas")).find(Boolean);
    if (!canvas || parentElement.offered) return;
    const drawing = isBlank(canvas) ? null : canvas.toDataURL();
    const { packed, checksum } = document.querySelector(".copy-link")?.strokes ?? {};
    store({ ...load(), drawing, strokes: drawing && checksum === crc32(drawing) ? packed : null });
  }

  // While disconnected, the copy is queued as the component's state, which is sent with the first message after the
  // connection is back: Streamlit does not always ask for the page then, and a stroke's answer comes from a fragment,
  // which a new session lacks.
  const app = document.querySelector("[data-test-connection-state]");
  const connected = () => app.dataset.testConnectionState === "CONNECTED";
  let wasConnected = connected();
  parentElement.observer?.disconnect();
  parentElement.observer = new MutationObserver(() => {
    if (wasConnected && !connected()) queueCopy();
    if (!wasConnected && connected()) setTriggerValue("back", true);
    wasConnected = connected();
  });
  parentElement.observer.observe(app, { attributes: true });

  function queueCopy() {
    parentElement.offered = load();
    parentElement.isQueued = true;
    setStateValue("queued", parentElement.offered);
  }
}
