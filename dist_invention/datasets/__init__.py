"""What a data set is, whatever its domain."""

from dist_invention.datasets.batches import Batches, NotForTraining
from dist_invention.datasets.blend import Blend
from dist_invention.datasets.mixtures import Mixture
from dist_invention.datasets.split import Field, Split
from dist_invention.datasets.stream import Stream

__all__ = [
    "Batches",
    "Blend",
    "Field",
    "Mixture",
    "NotForTraining",
    "Split",
    "Stream",
]
