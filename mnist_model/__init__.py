"""Everything that is not a page: from a drawing to ten probabilities, and how the network between them is made.

Nothing here imports Streamlit. Only `lenet`, and the download in `data`, import Keras: a page starts without it.
"""

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
