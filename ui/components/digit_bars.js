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
