// Ten bars, one for each digit's probability, beside an axis.
class DigitBars {
  constructor(root) {
    root.innerHTML = `<div class="axis"><span>100%</span><span>50%</span><span>0%</span></div>`;
    this.root = root;
    this.bars = Array.from({ length: 10 }, (_, digit) => {
      const bar = append(root, "div");
      append(bar, "div");
      const probability = append(bar, "span");
      append(bar, "b", digit);
      return { bar, probability };
    });
  }

  show(probabilities, winner, description) {
    this.bars.forEach(({ bar, probability }, digit) => {
      bar.className = digit === winner ? "winner" : "";
      bar.style.setProperty("--probability", probabilities[digit]);
      probability.textContent = probabilities[digit] >= 0.005 ? percent(probabilities[digit], 0) : "";
    });
    this.root.ariaLabel = description;
  }
}
