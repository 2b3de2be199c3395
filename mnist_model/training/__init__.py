"""From MNIST to `mnist_model/weights`: recipes, data, networks, fitting, measuring, export.

`train.py` is its command line. No page imports any of it, and nothing else in the project imports Keras.
"""

import os

# Both before anything imports Keras. The export to LiteRT needs TensorFlow, whatever backend a user's own work has.
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's messages about its build would hide progress bars
