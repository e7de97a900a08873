"""Train Keras models through a curriculum, lose no run, score extrapolation honestly.

Importing this package imports no backend, so that memory and precision can still be
set. What is public stands in each folder: `dist_invention.training`,
`dist_invention.curriculum`, `dist_invention.datasets`, `dist_invention.evaluation`.
"""

import os

# TensorFlow's start-up chatter; it must be set before the first import of Keras.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

__version__ = "0.1.0"
__all__ = ["__version__"]
