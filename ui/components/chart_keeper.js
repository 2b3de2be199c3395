// Keeps a chart in sight while Streamlit replaces it. Streamlit mounts a Plotly chart anew whenever anything in its figure
// has changed, and until plotly.js has drawn the new one, its place is empty for a tenth of a second or more. Here a copy
// of the old one stays there meanwhile. The charts are told apart by their keys.

const SETTLED_AFTER = 150; // ms without a change, after which a chart is copied
const MOVED_AFTER = 30; // ms without a move, after which a chart that follows a slider is copied
const GIVEN_UP_AFTER = 3000; // ms

const keyOf = (chart) => chart.closest('[class*="st-key-"]')?.className.match(/st-key-(\S+)/)[1];
// Streamlit hides a chart until it knows its width.
const drawn = (chart) => chart.querySelector('.js-plotly-plot:not([style*="visibility: hidden"]) .main-svg path');

export default function () {
  if (window.chartCopies) return; // mounted again, as another page is shown
  const copies = (window.chartCopies = new Map());
  const settling = new Map();
  const announced = new WeakSet();

  new MutationObserver((changes) => {
    const changed = new Set();
    for (const { type, target, addedNodes } of changes) {
      if (!(target instanceof Element) || (type === "attributes" && !target.matches(".js-plotly-plot"))) continue;
      const around = target.closest(".stPlotlyChart");
      if (around) changed.add(around);
      else
        for (const node of addedNodes)
          if (node instanceof Element)
            for (const chart of [node, ...node.querySelectorAll(".stPlotlyChart")])
              if (chart.matches(".stPlotlyChart")) changed.add(chart);
    }
    for (const chart of changed) if (chart.isConnected) keep(chart); // an old chart also changes as it leaves
  }).observe(document.body, { childList: true, subtree: true, attributeFilter: ["style"] });
  for (const chart of document.querySelectorAll(".stPlotlyChart")) keep(chart); // drawn before this ran
  // A chart that follows a slider may be replaced as soon as the slider is let go.
  document.addEventListener("chartmoved", ({ target }) => copySoon(target.closest(".stPlotlyChart"), MOVED_AFTER));

  // A MutationObserver is called before the next frame, so that the browser never shows the new chart while it is empty,
  // nor both charts.
  function keep(chart) {
    if (!drawn(chart)) return showCopy(chart);
    hideCopy(chart);
    copySoon(chart, SETTLED_AFTER);
    const plot = chart.querySelector(".js-plotly-plot");
    if (!announced.has(plot)) plot.dispatchEvent(new Event("chartdrawn", { bubbles: true }));
    announced.add(plot);
  }

  function showCopy(chart) {
    const copy = copies.get(keyOf(chart));
    if (!copy || copy.element.isConnected) return;
    chart.append(copy.element);
    chart.style.minHeight = `${copy.height}px`;
    clearTimeout(copy.givingUp);
    copy.givingUp = setTimeout(() => {
      if (!chart.contains(copy.element)) return;
      copies.delete(keyOf(chart)); // or else it would come back at once
      hideCopy(chart);
    }, GIVEN_UP_AFTER);
  }

  function hideCopy(chart) {
    chart.querySelector(".chart-copy")?.remove();
    chart.style.minHeight = "";
  }

  // Once nothing has happened for so many milliseconds.
  function copySoon(chart, after) {
    const key = keyOf(chart);
    if (!key) return;
    clearTimeout(settling.get(`${key} ${after}`));
    settling.set(`${key} ${after}`, setTimeout(() => copyNow(chart), after));
  }

  function copyNow(chart) {
    if (!chart.isConnected || !drawn(chart)) return;
    const element = document.createElement("div");
    element.className = "chart-copy";
    element.ariaHidden = "true";
    element.append(chart.querySelector(".js-plotly-plot .svg-container").cloneNode(true));
    copies.set(keyOf(chart), { element, height: chart.clientHeight });
  }
}
