"""The safe run, from command line to sealed results."""

from dist_invention.training.config import TrainingConfig
from dist_invention.training.guards import StoppedEarly
from dist_invention.training.pipeline import Finished, SafeTrainingPipeline

__all__ = ["Finished", "SafeTrainingPipeline", "StoppedEarly", "TrainingConfig"]
