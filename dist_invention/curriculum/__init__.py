"""What to learn next, and when to move on."""

from dist_invention.runtime.backend import require_backend

require_backend()  # here Keras is imported first: say so if it cannot be

from dist_invention.curriculum.balance_terms import BalanceTerms
from dist_invention.curriculum.balancing import Balancer
from dist_invention.curriculum.callbacks import ApplyStage, LeaveStage
from dist_invention.curriculum.curriculum import Curriculum, Place
from dist_invention.curriculum.fixed_balance import ConstantBalance, RampBalance
from dist_invention.curriculum.lagrangian import AugmentedLagrangian
from dist_invention.curriculum.noop import StageChangesNothing, refuse_noop_stages
from dist_invention.curriculum.relobralo import Relobralo
from dist_invention.curriculum.schedules import (
    Constant,
    Cosine,
    Joined,
    Linear,
    Part,
    WarmUp,
)
from dist_invention.curriculum.stage import Stage
from dist_invention.curriculum.terms import Learner, NothingToLearn
from dist_invention.curriculum.transitions import (
    AfterEpochs,
    AllOf,
    AnyOf,
    WhenPlateaus,
    WhenReaches,
)
from dist_invention.curriculum.uncertainty import UncertaintyWeighting

__all__ = [
    "AfterEpochs",
    "AllOf",
    "AnyOf",
    "ApplyStage",
    "AugmentedLagrangian",
    "BalanceTerms",
    "Balancer",
    "Constant",
    "ConstantBalance",
    "Cosine",
    "Curriculum",
    "Joined",
    "Learner",
    "LeaveStage",
    "Linear",
    "NothingToLearn",
    "Part",
    "Place",
    "RampBalance",
    "Relobralo",
    "Stage",
    "StageChangesNothing",
    "UncertaintyWeighting",
    "WarmUp",
    "WhenPlateaus",
    "WhenReaches",
    "refuse_noop_stages",
]
