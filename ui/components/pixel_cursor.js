// A cursor on a picture, as a slider in two dimensions: the mouse, a finger or the arrow keys choose one of its pixels.

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }; // rows and columns

// Have an element with a picture of side x side pixels call onMove(row, column), which returns what is there in words.
// Returns a function that moves the cursor to a row and a column.
function pixelCursor(element, side, onMove) {
  let place = [0, 0];
  const moveTo = (row, column) => {
    place = [row, column].map((number) => Math.min(Math.max(number, 0), side - 1));
    element.ariaValueNow = place[0] * side + place[1];
    element.ariaValueText = `row ${place[0] + 1}, column ${place[1] + 1}: ${onMove(...place)}`;
  };
  element.role = "slider";
  element.tabIndex = 0;
  element.ariaValueMin = 0;
  element.ariaValueMax = side * side - 1;
  element.onpointerdown = element.onpointermove = ({ clientX, clientY }) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    moveTo(Math.floor((side * (clientY - top)) / height), Math.floor((side * (clientX - left)) / width));
  };
  element.onkeydown = (event) => {
    if (!(event.key in ARROWS) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // the page does not scroll
    const [down, right] = ARROWS[event.key];
    moveTo(place[0] + down, place[1] + right);
  };
  return moveTo;
}

// Frame a square of a picture: its first row and column, and how many pixels its side has.
function frameSquare(picture, row, column, side) {
  const share = (pixels) => `${(100 * pixels) / picture.querySelector("canvas").width}%`;
  Object.assign(picture.querySelector(".frame").style, {
    top: share(row),
    left: share(column),
    width: share(side),
    height: share(side),
  });
}
