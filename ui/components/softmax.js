// Softmax with a temperature, its entropy and its energy, as in mnist_model/softmax.py. A test compares the two.

// The probabilities exp(z_i / T) / sum_j exp(z_j / T) of ten logits.
function softmax(logits, temperature) {
  const highest = Math.max(...logits); // subtracted, so that nothing overflows; it cancels out of the fraction
  const powers = logits.map((z) => Math.exp((z - highest) / temperature));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

// Shannon's entropy of probabilities, in bits: from 0, if one has all, to log2(10), if all are equal.
function entropy(probabilities) {
  const bits = probabilities.map((p) => (p > 0 ? -p * Math.log2(p) : 0)).reduce((a, b) => a + b);
  return Math.max(bits, 0);
}

// The free energy -ln sum exp(z), in nats: high if no class has a high score.
function energy(logits) {
  const highest = Math.max(...logits);
  return -highest - Math.log(logits.map((z) => Math.exp(z - highest)).reduce((a, b) => a + b));
}

// The temperature at which the highest probability is `wanted`: it falls as the temperature rises. From 0.001, also
// where the highest probability is lower at any temperature, to 1000.
function temperatureFor(logits, wanted) {
  let [low, high] = [Math.log(0.001), Math.log(1000)];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (Math.max(...softmax(logits, Math.exp(middle))) > wanted) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}
