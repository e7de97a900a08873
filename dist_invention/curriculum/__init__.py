"""What to learn next, and when to move on."""

from dist_invention.runtime.backend import require_backend

require_backend()  # here Keras is imported first: say so if it cannot be

from dist_invention.curriculum.callbacks import ApplyStage, LeaveStage
from dist_invention.curriculum.curriculum import Curriculum, Place
from dist_invention.curriculum.noop import StageChangesNothing, refuse_noop_stages
from dist_invention.curriculum.schedules import Constant, Cosine, Linear, WarmUp
from dist_invention.curriculum.stage import Stage
from dist_invention.curriculum.terms import Learner, NothingToLearn
from dist_invention.curriculum.transitions import (
    AfterEpochs,
    AllOf,
    AnyOf,
    WhenPlateaus,
    WhenReaches,
)

__all__ = [
    "AfterEpochs",
    "AllOf",
    "AnyOf",
    "ApplyStage",
    "Constant",
    "Cosine",
    "Curriculum",
    "Learner",
    "LeaveStage",
    "Linear",
    "NothingToLearn",
    "Place",
    "Stage",
    "StageChangesNothing",
    "WarmUp",
    "WhenPlateaus",
    "WhenReaches",
    "refuse_noop_stages",
]
