"""Whether the server could draw the strokes itself, and the canvas need not send a picture of them.

    python -m benchmarks.strokes [--drawings 1000]

Draws the same strokes in a browser's canvas, as Fabric.js has it draw them, and here with OpenCV on a grid eight times
finer, and compares the 28x28 pixels that the network gets of each. It would do if they differed by 1 of 255 at most.
"""

import argparse
import time
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import sync_playwright

from mnist_model import images
from mnist_model.classifier import Classifier
from mnist_model.preprocess import to_mnist
from tests.e2e import driver

SIZE, FINE, SHIFT = 320, 8, 4  # SHIFT: binary digits of a coordinate after the point
PAPER, INK = 255, (29, 28, 26)

# Of strokes, each a list of points, what Fabric's pencil makes: curves from middle to middle, bent towards the points.
IN_BROWSER = f"""drawings => drawings.map(([width, strokes]) => {{
    const canvas = Object.assign(document.createElement('canvas'), {{width: {SIZE}, height: {SIZE}}});
    const pen = canvas.getContext('2d');
    pen.fillStyle = '{images.PAPER}';
    pen.fillRect(0, 0, {SIZE}, {SIZE});
    Object.assign(pen, {{strokeStyle: '{images.INK}', lineWidth: width, lineCap: 'round', lineJoin: 'round'}});
    for (const stroke of strokes) {{
        pen.beginPath();
        pen.moveTo(...stroke[0]);
        stroke.slice(0, -1).forEach(([x, y], i) =>
            pen.quadraticCurveTo(x, y, (x + stroke[i + 1][0]) / 2, (y + stroke[i + 1][1]) / 2));
        pen.lineTo(...stroke.at(-1));
        pen.stroke();
    }}
    return canvas.toDataURL();
}})"""

Stroke = NDArray[np.floating]  # (n, 2) points in pixels of the canvas


def varied(rng: np.random.Generator) -> tuple[float, list[Stroke]]:
    """One of ten digits, moved, turned, stretched and shaken. Returns the pen's width and the strokes."""
    angle, stretch = rng.normal(0, 0.15), np.exp(rng.normal(0, 0.15, 2)) * rng.uniform(0.4, 1)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * stretch
    middle = 0.5 + rng.uniform(-0.1, 0.1, 2)
    strokes = [np.array(stroke) - 0.5 for stroke in driver.DIGITS[int(rng.integers(10))]]
    return float(rng.integers(3, 21) * 2), [
        np.round(SIZE * (stroke @ turned.T + middle + rng.normal(0, 0.004, stroke.shape)), 1) for stroke in strokes
    ]


def here(width: float, strokes: Sequence[Stroke]) -> NDArray[np.uint8]:
    """Draw strokes as the browser's canvas does. Returns (SIZE, SIZE, 4) uint8 RGBA."""
    ink = np.zeros((FINE * SIZE, FINE * SIZE), np.uint8)
    t = np.linspace(0, 1, 9)[1:, None]
    for points in strokes:
        path, at = [points[:1]], points[0]
        for point, middle in zip(points, (points[:-1] + points[1:]) / 2, strict=False):
            path.append((1 - t) ** 2 * at + 2 * t * (1 - t) * point + t**2 * middle)
            at = middle
        # A pixel's middle is half a pixel from its corner, where the browser counts from.
        line = (np.concatenate([*path, points[-1:]]) * FINE - 0.5) * 2**SHIFT
        cv2.polylines(ink, [np.rint(line).astype(np.int32)], False, 255, round(width * FINE), cv2.LINE_8, SHIFT)
    share = cv2.resize(ink, (SIZE, SIZE), interpolation=cv2.INTER_AREA)[..., None] / 255
    picture = np.full((SIZE, SIZE, 4), 255, np.uint8)
    picture[..., :3] = np.rint(PAPER + share * (np.array(INK) - PAPER))
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drawings", type=int, default=1000)
    rng = np.random.default_rng(0)
    drawings = [varied(rng) for _ in range(parser.parse_args().drawings)]
    with sync_playwright() as playwright:
        browser = driver.launch(playwright)
        plain = [[width, [stroke.tolist() for stroke in strokes]] for width, strokes in drawings]
        urls = browser.new_page().evaluate(IN_BROWSER, plain)
        browser.close()

    started = time.perf_counter()
    sent = [images.decode_png(url, SIZE) for url in urls]
    decoding = (time.perf_counter() - started) / len(drawings)
    started = time.perf_counter()
    drawn = [here(*drawing) for drawing in drawings]
    drawing = (time.perf_counter() - started) / len(drawings)

    theirs, ours = (np.stack([to_mnist(picture) for picture in pictures]) for pictures in (sent, drawn))
    apart = 255 * np.abs(theirs - ours).max(axis=(1, 2))
    classifier = Classifier()
    read = [classifier.logits(digits).argmax(axis=1) for digits in (theirs, ours)]
    print(f"| {len(drawings):,} drawings | |\n|---|--:|")
    print(f"| largest difference of a pixel, median of the drawings | {np.median(apart):.1f} of 255 |")
    print(f"| the same, in the worst drawing | {apart.max():.1f} of 255 |")
    print(f"| drawings in which no pixel differs by more than 1 | {np.mean(apart <= 1):.1%} |")
    print(f"| drawings read as another digit | {np.sum(read[0] != read[1])} |")
    print(f"| to decode the canvas's picture | {1000 * decoding:.2f} ms |")
    print(f"| to draw the strokes here | {1000 * drawing:.2f} ms |")


if __name__ == "__main__":
    main()
