// Makes the drawing canvas, a component of another project, part of the page: as large as its place, without the toolbar
// whose edit mode would drag the digit away, and with a name.

const CANVAS_STYLE = `
  .dc-toolbar { display: none !important; }
  .dc-root, .dc-container { width: 100% !important; }
  .dc-container { height: auto !important; aspect-ratio: 1; }
  .demo { position: absolute; inset: 0; z-index: 20; pointer-events: none; }
  p.demo { inset: auto 0 0; margin: 0; padding: 0.5rem; color: #1d1c1a; font: 1rem var(--st-font); text-align: center; }
  .dc-container :is(.canvas-container, canvas) { width: 100% !important; height: 100% !important; }
`;

// Adapt each canvas that takes the place of the one before: Streamlit may mount it anew while it runs the page.
function adaptNewCanvases(signal) {
  const isCanvas = (node) => node.matches?.(".st-key-canvas") || node.querySelector?.(".st-key-canvas");
  const observer = new MutationObserver((changes) => {
    if (changes.some(({ addedNodes }) => [...addedNodes].some(isCanvas))) adaptCanvas(signal);
  });
  observer.observe(document.body, { childList: true, subtree: true });
  signal.addEventListener("abort", () => observer.disconnect());
}

// Wait for the canvas, which may come later than this, and adapt it. Returns the shadow root in which it lives.
async function adaptCanvas(signal) {
  let root;
  while (!(root = canvasRoot()) && !signal.aborted) await nextFrame();
  if (!root || root.adapted) return root;
  root.adapted = true;
  const style = new CSSStyleSheet();
  style.replaceSync(CANVAS_STYLE);
  root.adoptedStyleSheets.push(style);
  const canvas = root.querySelector("canvas.upper-canvas");
  canvas.role = "img";
  canvas.ariaLabel = "Canvas: draw a digit here, with a mouse, a finger or a pen";
  return root;
}

// Have the canvas send what it has loaded, once it shows it. On its own it sends only what changes.
async function sendCanvas(signal) {
  for (let frame = 0; frame < 300 && !signal.aborted; frame++) {
    await nextFrame();
    const root = canvasRoot();
    if (root && !isBlank(root.querySelector("canvas.dc-canvas.lower-canvas")))
      return root.querySelector(".dc-toolbar button").click(); // "Update the app with this drawing"
  }
}

// Hold back Ctrl+Z and Ctrl+Y until the server knows of the last stroke: it would undo the one before.
function holdBackUndo(signal, isKnown) {
  const listen = async (event) => {
    const { target, ctrlKey, metaKey, key } = event;
    if (!event.isTrusted || !(ctrlKey || metaKey) || !/^[zy]$/i.test(key) || isKnown()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const again = new KeyboardEvent("keydown", event);
    while (!isKnown()) await nextFrame();
    target.dispatchEvent(again);
  };
  addEventListener("keydown", listen, { capture: true, signal });
}

// The shadow root in which the canvas lives, or undefined.
function canvasRoot() {
  const hosts = document.querySelectorAll(".st-key-canvas, .st-key-canvas *");
  return [...hosts].map((host) => host.shadowRoot).find((root) => root?.querySelector("canvas.upper-canvas"));
}
