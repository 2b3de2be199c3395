// What several components use: elements and numbers, pixels, and sliders.

// A softmax never gives 0 or 1, so it is never rounded to 0% or 100%; as `percent` in ui/formatting.py.
function percent(probability, decimals = 1) {
  const smallest = (10 ** -decimals).toFixed(decimals);
  const rounded = (100 * probability).toFixed(decimals);
  if (Number(rounded) === 100) return `>${(100 - smallest).toFixed(decimals)}%`;
  return Number(rounded) === 0 ? `<${smallest}%` : `${rounded}%`;
}

function append(parent, tag, text = "", role = null) {
  const child = document.createElement(tag);
  child.textContent = text;
  child.role = role;
  parent.append(child);
  return child;
}

const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// Paint grey levels from 0 to 255, row by row, on a canvas that has as many pixels. What is missing is black.
function paintPixels(canvas, levels) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < canvas.width * canvas.height; i++)
    pixels.data.set([levels[i], levels[i], levels[i], 255], 4 * i);
  context.putImageData(pixels, 0, 0);
}

// Whether all pixels of a canvas have the same colour.
function isBlank(canvas) {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d"); // the canvas itself would warn
  copy.drawImage(canvas, 0, 0);
  const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
  return pixels.every((level, i) => level === pixels[i % 4]);
}

// What a slider of Streamlit's shows, or null without one: as a text for screen readers, which follows at once.
// Streamlit tells the server once the slider is let go.
function sliderText(key) {
  return document.querySelector(`.st-key-${key} input[type=range]`)?.ariaValueText ?? null;
}

// Call a function whenever a slider's stop changes, until the observer that is returned is disconnected.
function observeSlider(key, onChange) {
  const observer = new MutationObserver((changes) => {
    if (changes.some(({ target }) => target.closest(`.st-key-${key}`))) onChange();
  });
  observer.observe(document.body, { subtree: true, attributeFilter: ["aria-valuetext"] });
  return observer;
}

// The temperature that the slider shows, or null without one.
const sliderTemperature = () => Number(sliderText("T")) || null;
