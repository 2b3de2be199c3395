// The score of a drawing in a challenge, as in ui/challenges.py, where the rules are. A test compares the two.

const FOOLED = 0.99;

// null if the drawing does not count. `meant` is null before the visitor has said which digit it is.
function score(challenge, logits, energyThreshold, meant) {
  const probabilities = softmax(logits, challenge === "seven" ? 20 : 1);
  const winner = logits.indexOf(Math.max(...logits));
  const [highest, second] = [...probabilities].sort((a, b) => b - a);
  const isDigit = energy(logits) <= energyThreshold;
  switch (challenge) {
    case "tie":
      return 2 * second;
    case "fool":
      return isDigit && meant !== null && winner !== meant && highest > FOOLED ? highest : null;
    case "entropy":
      return isDigit ? entropy(probabilities) : null;
    case "seven":
      return winner === 7 ? highest : null;
  }
}

// Why a drawing does not count.
function objection(challenge, logits, energyThreshold, meant) {
  const winner = logits.indexOf(Math.max(...logits));
  if (challenge === "seven") return `It reads a ${winner}, not a 7.`;
  if (challenge === "fool" && meant === null) return "Say which digit you mean.";
  if (energy(logits) > energyThreshold) return "It does not take this for a digit.";
  if (winner === meant) return `It reads the ${meant} that you mean.`;
  return `It reads a ${winner}, but not above 99%.`;
}
