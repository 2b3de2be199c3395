// Numbers and charts that follow a slider of Streamlit's while it is dragged.

class Follower {
  constructor(root) {
    this.root = root;
  }

  update({ slider, labels, numbers, charts }) {
    this.slider = slider;
    this.numbers = numbers;
    this.charts = charts;
    this.observer?.disconnect();
    this.observer = observeSlider(slider, () => this.follow());

    this.root.replaceChildren();
    this.values = labels.map((label) => {
      const number = append(this.root, "div");
      append(number, "dt", label);
      return append(number, "dd");
    });
    this.follow();
  }

  // Once a frame, however many moves the browser reports in between.
  follow() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      const stop = sliderStop(this.slider);
      if (stop === null) return this.follow(); // not there yet
      this.showNumbers(stop);
      for (const [key, updates] of Object.entries(this.charts))
        if (stop in updates) moveChart(document.querySelector(`.st-key-${key} .js-plotly-plot`), updates[stop]);
    });
  }

  showNumbers(stop) {
    this.numbers[stop]?.forEach((text, number) => (this.values[number].textContent = text));
  }
}

// The number that a slider shows, as the server names it: "5" where Streamlit writes "5.00".
function sliderStop(key) {
  const text = sliderText(key);
  return text === null ? null : String(Number(text));
}

// Streamlit's own plotly.js, which Streamlit has loaded once it has drawn a chart.
async function moveChart(chart, update) {
  if (!chart?.calcdata || !window.Plotly) return;
  await window.Plotly.update(chart, ...update);
  chart.dispatchEvent(new Event("moved", { bubbles: true }));
}

export default function ({ parentElement, data }) {
  const follower = (parentElement.follower ??= new Follower(parentElement.querySelector(".follower")));
  follower.update(JSON.parse(new TextDecoder().decode(data)));
  return () => {
    follower.observer.disconnect();
    delete parentElement.follower;
  };
}
