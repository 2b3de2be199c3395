"""One script a page, to be read from top to bottom. Uses `ui` and `mnist_model`; nothing uses it but `app.py`."""
