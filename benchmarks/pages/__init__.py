"""The pages that are measured side by side: ours; a bare one, as small as can be; and how such a page is usually made.

The last two run with Streamlit's defaults, ours with what `.streamlit/config.toml` sets.
"""

from pathlib import Path

HERE = Path(__file__).parent
PAGES = {"ours": HERE.parent.parent / "app.py", "bare": HERE / "bare.py", "usual": HERE / "usual.py"}
