// Shows the score of the drawing that the answer shows, which follows the pen, and the best score so far.

const NONE = "–";

const scoreText = (challenge, scored) => (challenge === "entropy" ? `${scored.toFixed(2)} bits` : percent(scored));

export default function ({ data, parentElement }) {
  const { challenge, meant, energy_threshold, settled, best } = JSON.parse(new TextDecoder().decode(data));
  const find = (selector) => parentElement.querySelector(selector);
  const threshold = energy_threshold ?? Infinity;

  // The score of a drawing or, where it does not count, why not.
  function judge(logits) {
    if (!logits) return { text: NONE };
    const scored = score(challenge, logits, threshold, meant);
    if (scored === null) return { text: objection(challenge, logits, threshold, meant), counts: false };
    return { text: scoreText(challenge, scored) };
  }

  function show(logits) {
    const { text, counts = true } = judge(logits);
    find(".score").textContent = text;
    find(".score").classList.toggle("objection", !counts);
  }

  // A screen reader hears only of what the server has read, once the pen is lifted.
  const sentence = settled ? `Score: ${judge(settled).text}` : "";
  if (find(".settled-score").textContent !== sentence) find(".settled-score").textContent = sentence;
  find(".best").textContent = best === null ? NONE : scoreText(challenge, best);
  show(window.shownLogits);
  // The button that opens the panel may be far below it.
  if (!parentElement.mounted) parentElement.closest(".st-key-challenge_panel").scrollIntoView({ block: "nearest" });
  parentElement.mounted?.abort();
  parentElement.mounted = new AbortController();
  addEventListener("answershown", () => show(window.shownLogits), { signal: parentElement.mounted.signal });
  return () => parentElement.mounted.abort();
}
