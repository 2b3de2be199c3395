// Follows the pen on the canvas, and has the live endpoint read the drawing while it is drawn.

const STREAMLIT = document.querySelector('script[src*="/static/js/"]').src;
const ENDPOINT = new URL("../../live", STREAMLIT).href;
const INTERVAL = 1000 / 15; // ms from one request to the next, at least
const REQUEST_TIMEOUT = 3000; // ms for an answer
const BACKOFF = [500, 8000]; // ms after a refusal, doubled by each further one, up to the second

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const nextFrame = () => new Promise(requestAnimationFrame);

// Calls `onDown` and `onUp` as the pen is, and `onReading` as `liveReader` does.
function followPen(signal, { onDown, onUp, onReading }) {
  let canvas; // the layer under the pen
  let pointer = null; // its number, while it is down: a second finger changes nothing
  // What is drawn already is on a layer of its own.
  const ask = liveReader(signal, () => [canvas.parentElement.querySelector("canvas.lower-canvas"), canvas], onReading);

  const listen = (kind, then) => addEventListener(kind, then, { capture: true, passive: true, signal });
  listen("pointerdown", (event) => {
    const target = event.composedPath()[0];
    if (pointer !== null || !target.matches?.("canvas.upper-canvas") || event.button !== 0) return;
    canvas = target;
    pointer = event.pointerId;
    onDown();
    ask();
  });
  listen("pointermove", (event) => event.pointerId === pointer && ask());
  for (const kind of ["pointerup", "pointercancel"])
    listen(kind, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      onUp();
      ask();
    });
}

// Returns a function to call when a drawing has changed, which is what `layers()` show, one above the other. The live
// endpoint reads it, one request at a time and the newest drawing next, and `onReading` gets each answer and the time, in
// ms as performance.now() has it, at which its drawing was looked at. Nothing depends on the answers: a busy server
// refuses, and is then asked less often; one without the endpoint is not asked again.
function liveReader(signal, layers, onReading) {
  const picture = document.createElement("canvas");
  let changed = false;
  let asking = false;
  let pause = 0;
  let available = true;

  return async function ask() {
    changed = true;
    if (asking || !available) return;
    asking = true;
    while (changed && available && !signal.aborted) {
      changed = false;
      const asked = performance.now();
      await nextFrame(); // until the canvas shows the move
      const looked = performance.now();
      const reading = await read(encode());
      if (reading && !signal.aborted) onReading(reading, looked);
      await wait(Math.max(pause * (0.75 + Math.random() / 2), asked + INTERVAL - performance.now()));
    }
    asking = false;
  };

  function encode() {
    const [first] = layers();
    [picture.width, picture.height] = [first.width, first.height];
    for (const layer of layers()) picture.getContext("2d").drawImage(layer, 0, 0);
    // At once, in 2 ms. toBlob takes longer, since Chromium waits for an idle moment.
    const png = atob(picture.toDataURL("image/png").split(",")[1]);
    return new Blob([Uint8Array.from(png, (letter) => letter.charCodeAt(0))], { type: "image/png" });
  }

  async function read(body) {
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT);
    try {
      const response = await fetch(ENDPOINT, { method: "POST", body, signal: AbortSignal.any([signal, timeout]) });
      if (response.ok) {
        pause = 0;
        return await response.json();
      }
      available = response.status >= 500 || [408, 429].includes(response.status);
    } catch {
      // The server cannot be reached, or is too busy. It may be back soon.
    }
    pause = Math.min(Math.max(2 * pause, BACKOFF[0]), BACKOFF[1]);
    return null;
  }
}
