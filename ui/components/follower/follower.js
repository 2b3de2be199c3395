// Numbers and charts that follow a slider of Streamlit's while it is dragged.

class Follower {
  constructor(root) {
    this.root = root;
    this.moved = new Set(); // the keys of charts that are no longer as the server drew them
    this.onChartDrawn = ({ target }) => {
      const key = Object.keys(this.charts).find((key) => target.closest(`.st-key-${key}`));
      if (this.moved.has(key)) this.moveChart(key); // Streamlit may show a figure again as it was when it was moved
    };
    document.addEventListener("chartdrawn", this.onChartDrawn);
  }

  update({ slider, labels, numbers, charts }) {
    this.slider = slider;
    this.numbers = numbers;
    this.charts = charts;
    this.observer?.disconnect();
    this.observer = observeSlider(slider, () => this.onNextFrame(() => this.follow()));

    this.root.replaceChildren();
    this.values = labels.map((label) => {
      const number = append(this.root, "div");
      append(number, "dt", label);
      return append(number, "dd");
    });
    this.showNumbers();
  }

  // Once a frame, however many moves the browser reports in between.
  onNextFrame(act) {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(act);
  }

  follow() {
    this.showNumbers();
    for (const key of Object.keys(this.charts)) this.moveChart(key);
  }

  showNumbers() {
    const stop = sliderText(this.slider);
    if (stop === null) this.onNextFrame(() => this.showNumbers()); // the slider is not there yet
    else this.numbers[stop]?.forEach((text, number) => (this.values[number].textContent = text));
  }

  // By Streamlit's own plotly.js, which is there once Streamlit has drawn a chart.
  async moveChart(key) {
    const chart = document.querySelector(`.st-key-${key} .js-plotly-plot`);
    const update = this.charts[key][sliderText(this.slider)];
    if (!chart?.calcdata || !window.Plotly || !update) return;
    this.moved.add(key);
    await window.Plotly.update(chart, ...update);
    chart.dispatchEvent(new Event("chartmoved", { bubbles: true }));
  }

  remove() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    document.removeEventListener("chartdrawn", this.onChartDrawn);
  }
}

export default function ({ parentElement, data }) {
  const follower = (parentElement.follower ??= new Follower(parentElement.querySelector(".follower")));
  follower.update(JSON.parse(new TextDecoder().decode(data)));
  return () => {
    follower.remove();
    delete parentElement.follower;
  };
}
