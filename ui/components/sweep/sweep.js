// Ten probabilities whose temperature the visitor drags or has played, without the server.

const PLAYED_EVERY = 80; // ms, a temperature

class Sweep {
  constructor(root) {
    this.title = root.querySelector(".title");
    this.bars = new DigitBars(root.querySelector(".digit-bars"));
    this.button = root.querySelector("button");
    this.slider = root.querySelector("input");
    this.button.onclick = () => (this.playing ? this.pause() : this.play());
    this.slider.oninput = () => {
      this.pause();
      this.render();
    };
  }

  update({ logits, temperatures }) {
    this.logits = logits;
    this.temperatures = temperatures;
    if (this.slider.max !== String(temperatures.length - 1)) {
      this.slider.max = temperatures.length - 1;
      this.slider.value = window.sweptTo ?? temperatures.indexOf(1); // of an earlier visit to this view
    }
    this.pause();
    this.render();
  }

  // From the coldest to the hottest.
  play() {
    this.slider.value = 0;
    this.render();
    this.playing = setInterval(() => {
      this.slider.stepUp();
      this.render();
      if (this.slider.value === this.slider.max) this.pause();
    }, PLAYED_EVERY);
    this.button.textContent = "Pause";
  }

  pause() {
    clearInterval(this.playing);
    this.playing = null;
    this.button.textContent = "Play";
  }

  render() {
    window.sweptTo = this.slider.value;
    const temperature = this.temperatures[this.slider.value];
    const probabilities = softmax(this.logits, temperature);
    const winner = this.logits.indexOf(Math.max(...this.logits));
    const answer = `${winner} with ${percent(probabilities[winner])}, ${entropy(probabilities).toFixed(2)} bits`;
    this.title.innerHTML = `<strong>T = ${temperature}:</strong> ${answer}`;
    this.bars.show(probabilities, winner, `Probabilities of the ten digits at temperature ${temperature}: ${answer}`);
    this.slider.ariaValueText = `${temperature}: ${answer}`;
  }
}

export default function ({ parentElement, data }) {
  const sweep = (parentElement.sweep ??= new Sweep(parentElement.querySelector(".sweep")));
  sweep.update(data);
  return () => {
    sweep.pause();
    delete parentElement.sweep;
  };
}
