"""The safe run, from command line to sealed results."""

from dist_invention.training.config import TrainingConfig
from dist_invention.training.pipeline import Finished, SafeTrainingPipeline
from dist_invention.training.safe_checkpoint import SafeCheckpoint
from dist_invention.training.selection import Selection
from dist_invention.training.stopping import StoppedEarly

__all__ = [
    "Finished",
    "SafeCheckpoint",
    "SafeTrainingPipeline",
    "Selection",
    "StoppedEarly",
    "TrainingConfig",
]
