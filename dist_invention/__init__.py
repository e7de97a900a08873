"""Train Keras models through a curriculum, lose no run, score extrapolation honestly.

Importing this package imports no backend, so that memory and precision can still be
set. What is public stands in each folder: `dist_invention.training`,
`dist_invention.curriculum`, `dist_invention.datasets`, `dist_invention.evaluation`.
"""

__version__ = "0.1.0"
__all__ = ["__version__"]
