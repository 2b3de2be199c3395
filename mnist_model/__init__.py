"""Everything that is not a page: from a drawing to ten probabilities, and how the network between them is made.

Nothing here imports Streamlit, and only `lenet` imports Keras, so that a page starts without TensorFlow.
"""

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
