"""From a drawing to ten probabilities: NumPy, OpenCV, Pillow and LiteRT.

Nothing here imports Streamlit; only `mnist_model.training`, which makes `weights/` from MNIST, imports Keras.
"""

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
