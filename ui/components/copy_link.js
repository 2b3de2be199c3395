// Copies a link to the page with some more parameters, or says why there is none.

const SAID_FOR = 4000; // ms

export default function ({ data, parentElement }) {
  const { parameters, problem, checksum } = JSON.parse(new TextDecoder().decode(data));
  const button = parentElement.querySelector("button");
  const said = parentElement.querySelector("[role=status]");
  button.textContent ||= "Copy link";
  button.strokes = { packed: parameters?.drawing, checksum };
  button.onclick = async () => {
    said.textContent = problem ? `There is no link: ${problem}.` : await copy(link());
    clearTimeout(button.silence);
    button.silence = setTimeout(() => (said.textContent = ""), SAID_FOR);
  };

  function link() {
    const url = new URL(location.href);
    const temperature = sliderText("T");
    if (temperature) url.searchParams.set("T", temperature); // the address has it a little later
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  } catch {
    // A page that is not on https or localhost has no clipboard.
    prompt("The link to this drawing:", text);
    return "";
  }
}
