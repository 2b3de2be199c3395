// A map of a convolution, and on the input the receptive field of the number that is pointed at.

class ReceptiveField {
  constructor(root) {
    this.find = (selector) => root.querySelector(selector);
  }

  // Show what the server sends: from the largest number on, or where the cursor is if nothing is new.
  update(text) {
    if (text === this.text) return;
    this.text = text;
    const { digit, kernel, name, values, side, brightest, field } = JSON.parse(text);
    const numbers = new Float32Array(fromBase64(values).buffer); // row by row
    const map = this.find(".map");
    const canvas = map.querySelector("canvas");
    canvas.width = canvas.height = side;
    paintPixels(canvas, [...numbers].map((number) => (255 * number) / brightest));
    paintPixels(this.find(".input canvas"), fromBase64(digit));
    this.find(".kernel").hidden = !kernel;
    const context = this.find(".kernel canvas").getContext("2d");
    kernel?.forEach((colour, i) => {
      context.fillStyle = colour;
      context.fillRect(i % 5, Math.floor(i / 5), 1, 1);
    });
    map.ariaLabel = `${name}, ${side} by ${side} numbers; arrow keys choose one`;
    this.find(".map + figcaption").textContent = name;
    const moveTo = pixelCursor(map, side, (row, column) => {
      frameSquare(map, row, column, 1);
      frameSquare(this.find(".input"), field.stride * row, field.stride * column, field.size);
      const number = numbers[side * row + column].toFixed(2);
      const outcome = `${number}, from ${field.size} x ${field.size} pixels of the input`;
      this.find("p").textContent = `Row ${row + 1}, column ${column + 1}: ${outcome}, in the frame.`;
      return outcome;
    });
    const largest = numbers.indexOf(Math.max(...numbers));
    moveTo(Math.floor(largest / side), largest % side);
  }
}

export default function ({ data, parentElement }) {
  const shown = (parentElement.receptiveField ??= new ReceptiveField(parentElement.querySelector(".receptive-field")));
  shown.update(new TextDecoder().decode(data));
}
