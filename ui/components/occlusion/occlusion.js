// A patch that the hand moves over the digit, and the ten probabilities with the patch there, at the slider's temperature.

const SIDE = 28; // pixels of the digit

class Occlusion {
  constructor(root) {
    this.find = (selector) => root.querySelector(selector);
    this.find(".bars").replaceChildren(); // Streamlit may mount a component again where it was
    this.bars = Array.from({ length: 10 }, (_, digit) => {
      const bar = append(this.find(".bars"), "div");
      append(bar, "b", digit);
      append(bar, "div");
      return { bar, probability: append(bar, "span") };
    });
    this.moveTo = pixelCursor(this.find(".digit"), SIDE, (row, column) => {
      this.place = [row, column];
      return this.render();
    });
    this.slider = observeSlider("T", () => this.moveTo(...this.place));
  }

  // Show what the server sends. The patch starts where it matters most, and stays if only the temperature is new.
  update({ reading, covered, size, ink, most_important, temperature }) {
    this.serversTemperature = temperature;
    if (covered !== this.covered) {
      this.covered = covered;
      this.logits = reading.logits;
      this.coveredLogits = new Float32Array(fromBase64(covered).buffer); // ten for each place of the patch, row by row
      this.size = size;
      this.place = most_important;
      paintPixels(this.find("canvas"), fromBase64(reading.digit));
      this.find(".frame").style.background = ink ? "white" : "black";
    }
    this.moveTo(...this.place);
  }

  // Returns how the digit is read, in words.
  render() {
    const [row, column] = this.place;
    const reach = (this.size - 1) / 2;
    frameSquare(this.find(".digit"), row - reach, column - reach, this.size);

    const temperature = sliderTemperature() ?? this.serversTemperature;
    const first = 10 * (SIDE * row + column);
    const logits = [...this.coveredLogits.subarray(first, first + 10)];
    const [probabilities, before] = [logits, this.logits].map((z) => softmax(z, temperature));
    const [read, winner] = [logits, this.logits].map((z) => z.indexOf(Math.max(...z)));
    this.bars.forEach(({ bar, probability }, digit) => {
      bar.className = digit === read ? "read" : "";
      bar.style.setProperty("--probability", probabilities[digit]);
      bar.style.setProperty("--before", before[digit]);
      probability.textContent = percent(probabilities[digit], 0);
    });
    const change = logits[winner] - this.logits[winner];
    const outcome =
      `${read === winner ? "still read" : "read"} as a ${read}, ${percent(probabilities[read])}. ` +
      `The logit of the ${winner} ${change < 0 ? "falls" : "rises"} by ${Math.abs(change).toFixed(1)}.`;
    this.find(".outcome").textContent = `With the patch here: ${outcome}`;
    return outcome;
  }
}

export default function ({ data, parentElement }) {
  const occlusion = (parentElement.occlusion ??= new Occlusion(parentElement.querySelector(".occlusion")));
  occlusion.update(JSON.parse(new TextDecoder().decode(data)));
  return () => {
    occlusion.slider.disconnect();
    delete parentElement.occlusion;
  };
}
