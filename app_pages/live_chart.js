// Draws a Plotly figure, and patches it in place when it changes.

const streamlit = document.querySelector('script[src*="/static/js/"]').src;
const library = new URL("../../app/static/plotly-basic.min.js", streamlit).href;
const size = (chart) => ({ width: chart.clientWidth, height: chart.clientHeight });
const config = { displayModeBar: false };

export default function ({ data, parentElement }) {
  const { alt, ...figure } = JSON.parse(new TextDecoder().decode(data));
  let chart = parentElement.querySelector(".live-chart");
  if (!chart) {
    chart = document.createElement("div");
    chart.className = "live-chart";
    chart.role = "figure";
    parentElement.append(chart);
    // It also shrinks to nothing as its page is left.
    const resized = () => chart.clientWidth && chart.layout && Plotly.relayout(chart, size(chart));
    new ResizeObserver(resized).observe(chart);
  }
  chart.ariaLabel = alt;
  chart.wanted = figure;
  import(library).then(() => {
    // By now there may be a newer figure, or another page.
    if (chart.wanted !== figure || !chart.isConnected) return;
    Plotly.react(chart, figure.data, { ...figure.layout, ...size(chart) }, config);
  });
}
