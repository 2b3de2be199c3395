// On a tab's first visit a drawing plays itself on the canvas, with the bars alive: a 4 that closes and becomes a 9.

const PLAYED = "handwritten-digits.played"; // in the tab's storage; all apps of this origin share it
const INVITATION = "A 4 becomes a 9. Now draw your own.";
const PEN = { width: 24, colour: "#1d1c1a", paper: "#ffffff", speed: 260 }; // pixels, and pixels a second
const PAUSE = 250; // ms between strokes
const SIZE = 320; // pixels of the canvas
const STROKES = [
  { points: [[118, 72], [98, 168], [214, 168]] },
  { points: [[214, 72], [212, 120], [206, 268]] },
  { points: [[118, 72], [140, 54], [168, 48], [196, 54], [214, 72]], pause: 1200 },
]; // prettier-ignore

function playedBefore() {
  try {
    const played = PLAYED in sessionStorage;
    sessionStorage[PLAYED] = true;
    return played;
  } catch {
    return false; // a browser that stores nothing
  }
}

// Play the drawing in `box`, above its canvas, and have it read while it plays. Whoever prefers reduced motion gets the
// finished drawing. Returns a function that takes it away.
function playDemo(box, signal, onReading) {
  const sheet = document.createElement("canvas");
  sheet.className = "demo";
  [sheet.width, sheet.height] = [SIZE, SIZE];
  const invitation = document.createElement("p");
  invitation.className = "demo";
  invitation.textContent = INVITATION;
  box.append(sheet, invitation);

  const stopped = new AbortController();
  const ask = liveReader(AbortSignal.any([signal, stopped.signal]), () => [sheet], onReading);
  const pen = sheet.getContext("2d");
  Object.assign(pen, { lineWidth: PEN.width, lineCap: "round", lineJoin: "round", strokeStyle: PEN.colour });
  play();
  return () => {
    stopped.abort();
    sheet.remove();
    invitation.remove();
  };

  async function play() {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const done = [];
    for (const { points, pause = PAUSE } of STROKES) {
      if (!still) await wait(pause);
      const started = performance.now();
      for (let length = still ? Infinity : 0; !stopped.signal.aborted; ) {
        const [line, whole] = along(points, length);
        show([...done, line]);
        ask();
        if (whole) break;
        length = (PEN.speed * ((await nextFrame()) - started)) / 1000;
      }
      done.push(points);
    }
  }

  function show(lines) {
    pen.fillStyle = PEN.paper;
    pen.fillRect(0, 0, SIZE, SIZE);
    for (const [start, ...others] of lines) {
      pen.beginPath();
      pen.moveTo(...start);
      for (const point of others.length ? others : [start]) pen.lineTo(...point);
      pen.stroke();
    }
  }
}

// The first so many pixels of a line through points, and whether that is all of it.
function along(points, length) {
  const line = [points[0]];
  for (const [x1, y1] of points.slice(1)) {
    const [x0, y0] = line.at(-1);
    const step = Math.hypot(x1 - x0, y1 - y0);
    const share = Math.min(1, Math.max(0, length) / step);
    line.push([x0 + share * (x1 - x0), y0 + share * (y1 - y0)]);
    if (share < 1) return [line, false];
    length -= step;
  }
  return [line, true];
}
