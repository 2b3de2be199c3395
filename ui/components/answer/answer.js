// Shows the answer to a drawing at the slider's temperature.

const SENDS_AFTER = 200; // ms after the pen is lifted: the canvas sends the drawing
const ANSWERED_AFTER = 1500; // ms: by now the server has answered it, if it does at all
const SETTLED_AFTER = 1000; // ms: the drawing seems to be finished
const [COLDEST, HOTTEST] = [0.1, 50]; // of the slider
const CLEAR = 0.9; // the probability that an answer is called clear from

// e to the power of x in three digits, also where it is beyond the largest number: e to the 800 is 2.73·10³⁴⁷.
function power(x) {
  let exponent = Math.floor(x / Math.LN10);
  if (-3 < exponent && exponent < 4) return Number(Math.exp(x).toPrecision(3)).toLocaleString("en");
  let mantissa = (10 ** (x / Math.LN10 - exponent)).toPrecision(3);
  if (mantissa === "10.0") [mantissa, exponent] = ["1.00", exponent + 1];
  const raised = [...String(exponent)].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign])).join("");
  return `${mantissa}·10${raised}`;
}

// One decimal, with a minus sign as wide as a digit.
const signed = (number) => number?.toFixed(1).replace("-", "−");

// Two significant digits, rounded up or down.
function twoDigits(number, round) {
  const unit = 10 ** (Math.floor(Math.log10(number)) - 1);
  return Number((round(number / unit) * unit).toPrecision(2));
}

function temperatureSentence(logits) {
  const temperature = temperatureFor(logits, CLEAR);
  if (temperature >= HOTTEST) return `So clear that not even T = ${HOTTEST} brings it below 90%.`;
  if (temperature >= 1) return `So clear that it takes T = ${twoDigits(temperature, Math.ceil)} to bring it below 90%.`;
  if (temperature >= COLDEST)
    return `So unclear that it takes T = ${twoDigits(temperature, Math.floor)} to bring it above 90%.`;
  return `So unclear that not even T = ${COLDEST} brings it above 90%.`;
}

class Answer {
  constructor(root) {
    this.root = root;
    this.find = (selector) => root.querySelector(selector);
    this.reading = null;
    this.isDown = false;
    this.liftedAt = this.liveShownAt = this.serverShownAt = -Infinity; // when: the pen, a live answer, the server's answer
    this.bars = new DigitBars(this.find(".digit-bars"));
    this.find("tbody").replaceChildren(); // Streamlit may mount a component again where it was
    this.rows = Array.from({ length: 10 }, (_, digit) => {
      const row = append(this.find("tbody"), "tr", "", "row");
      append(row, "th", digit, "rowheader");
      return { row, cells: ["score", "divided", "power", "probability"].map(() => append(row, "td", "", "cell")) };
    });
    this.find(".steps").open = innerWidth >= 700; // on a phone it is folded
    this.find(".steps").ontoggle = () => this.render();
    this.stopped = new AbortController();
    adaptCanvas(this.stopped.signal).then((canvas) => this.startDemo(canvas));
    adaptNewCanvases(this.stopped.signal);
    followPen(this.stopped.signal, {
      onDown: () => this.penMoved(true),
      onUp: () => this.penMoved(false),
      onReading: (reading, looked) => this.showLiveReading(reading, looked),
    });
    holdBackUndo(this.stopped.signal, () => this.serverKnows || performance.now() - this.liftedAt > ANSWERED_AFTER);
    this.slider = observeSlider("T", () => this.render());
    const update = () => window.digitReading && this.update(window.digitReading);
    addEventListener("digitreading", update, { signal: this.stopped.signal });
    update();
  }

  stop() {
    this.stopped.abort();
    this.slider.disconnect();
    clearTimeout(this.settling);
    clearTimeout(this.speaking);
    clearTimeout(this.waiting);
  }

  // What the server says of the drawing. While live answers are shown, it may still be of an older drawing.
  update({ reading, temperature, energy_threshold, needs_reading }) {
    if (needs_reading) sendCanvas(this.stopped.signal);
    if (needs_reading || reading) this.stopDemo?.();
    this.serversTemperature = temperature;
    this.needsReading = needs_reading;
    this.threshold = energy_threshold ?? Infinity;
    clearTimeout(this.waiting);
    const mayBeStale = this.isDown || performance.now() - this.liftedAt < SENDS_AFTER;
    this.serverKnows = !mayBeStale;
    this.showPending = null;
    if (mayBeStale && this.liveShownAt > this.pressedAt) {
      this.showPending = () => this.showServerReading(reading);
      this.scheduleFallback();
    } else this.showServerReading(reading);
  }

  // Show what the page does, until the visitor does something.
  startDemo(canvas) {
    if (!canvas || this.reading || this.needsReading || playedBefore()) return;
    const { signal } = this.stopped;
    const takeAway = playDemo(canvas.querySelector(".dc-container"), signal, (reading, looked) =>
      this.showLiveReading(reading, looked),
    );
    this.stopDemo = () => {
      this.stopDemo = null;
      takeAway();
      this.show(null);
    };
    for (const kind of ["pointerdown", "keydown"])
      addEventListener(kind, () => this.stopDemo?.(), { capture: true, once: true, signal });
  }

  showServerReading(reading) {
    this.serverShownAt = performance.now();
    this.show(reading);
  }

  // Show what was held back, if nothing newer comes.
  scheduleFallback() {
    clearTimeout(this.waiting);
    if (!this.isDown && this.showPending) this.waiting = setTimeout(this.showPending, ANSWERED_AFTER);
  }

  showLiveReading(reading, looked) {
    if (looked < this.serverShownAt) return; // the server has answered meanwhile
    this.liveShownAt = performance.now();
    this.show(reading.logits ? reading : null);
  }

  penMoved(isDown) {
    this.isDown = isDown;
    this[isDown ? "pressedAt" : "liftedAt"] = performance.now();
    this.serverKnows = false;
    this.scheduleFallback();
    clearTimeout(this.settling);
    if (!isDown) this.settling = setTimeout(() => this.render(), SETTLED_AFTER);
  }

  show(reading) {
    this.reading = reading;
    window.shownLogits = this.stopDemo ? undefined : reading?.logits; // the challenges score them
    dispatchEvent(new Event("answershown"));
    paintPixels(this.find(".seen canvas"), reading ? fromBase64(reading.digit) : []);
    if (reading) {
      this.winner = reading.logits.indexOf(Math.max(...reading.logits));
      this.isDigit = energy(reading.logits) <= this.threshold;
      this.find(".temperature-sentence").textContent = temperatureSentence(reading.logits);
    }
    this.render();
  }

  render() {
    const temperature = sliderTemperature() ?? this.serversTemperature;
    const settled = !this.isDown && !this.stopDemo && performance.now() - this.liftedAt >= SETTLED_AFTER;
    const { reading, winner } = this;
    const state = !reading ? "empty" : this.isDigit ? "read" : settled ? "doubtful" : "unfinished";
    this.root.className = `answer ${state}`;

    const probabilities = reading ? softmax(reading.logits, temperature) : Array(10).fill(0);
    const confidence = percent(probabilities[winner]);
    const best = reading ? `, highest for ${winner} with ${confidence}` : ": none yet";
    this.bars.show(
      probabilities,
      reading && winner,
      `Probabilities of the ten digits at temperature ${temperature}${best}`,
    );
    if (this.find(".steps").open) this.renderSteps(reading?.logits, temperature, probabilities);

    const verdict = { empty: "", read: String(winner), doubtful: String(winner), unfinished: "…" }[state];
    this.find(".digit").textContent = verdict;
    this.find(".confidence").textContent = reading ? confidence : "";
    this.find(".forced").textContent = reading ? `${winner}, ${confidence}` : "";
    const bits = entropy(probabilities);
    const running = (2 ** bits).toFixed(1);
    const digits = running === "1.0" ? "1 digit" : `${running} digits`;
    this.find(".entropy").textContent = `Entropy ${bits.toFixed(2)} bits: about ${digits} in the running.`;

    const doubt = state === "doubtful" ? ", though it does not look like a digit" : "";
    this.find(".seen canvas").ariaLabel =
      `The 28 by 28 pixels that the network sees, ${reading ? `read as ${winner}${doubt}` : "nothing yet"}`;
    this.speak(reading ? `Read as ${winner}${doubt}. ${confidence} at temperature ${temperature}.` : "");
  }

  renderSteps(logits, temperature, probabilities) {
    this.find(".divided").innerHTML = `<i>z</i> ÷ ${temperature}`;
    this.rows.forEach(({ row, cells }, digit) => {
      row.className = logits && digit === this.winner ? "winner" : "";
      const z = logits?.[digit];
      const texts = [signed(z), signed(z / temperature), power(z / temperature), percent(probabilities[digit])];
      cells.forEach((cell, step) => (cell.textContent = logits ? texts[step] : ""));
    });
  }

  // Tell a screen reader the answer, once it no longer changes.
  speak(sentence) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      if (!this.isDown && !this.stopDemo) this.find(".spoken").textContent = sentence;
    }, SETTLED_AFTER);
  }
}

export default function ({ parentElement, setTriggerValue }) {
  const answer = (parentElement.answer ??= new Answer(parentElement.querySelector(".answer")));
  answer.find(".doubt a").onclick = (event) => {
    event.preventDefault();
    setTriggerValue("why", true);
  };
  return () => {
    answer.stop();
    delete parentElement.answer;
  };
}
