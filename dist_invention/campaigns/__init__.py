"""Many runs, one question: scripts as processes, their sealed runs as the answer."""

from dist_invention.campaigns.best_by import BestBy
from dist_invention.campaigns.decisions import Decision, SkipIf, StageEpochsOf
from dist_invention.campaigns.executor import ExecutorNotReady
from dist_invention.campaigns.finished import FinishedRun, RunNotWhole
from dist_invention.campaigns.graph import CycleFound, UnknownStep
from dist_invention.campaigns.local_pool import LocalPool
from dist_invention.campaigns.measures import NotDecided
from dist_invention.campaigns.outcome import Outcome, StepResult
from dist_invention.campaigns.ray_pool import RayPool
from dist_invention.campaigns.runner import Campaign
from dist_invention.campaigns.step import Step

__all__ = [
    "BestBy",
    "Campaign",
    "CycleFound",
    "Decision",
    "ExecutorNotReady",
    "FinishedRun",
    "LocalPool",
    "NotDecided",
    "Outcome",
    "RayPool",
    "RunNotWhole",
    "SkipIf",
    "StageEpochsOf",
    "Step",
    "StepResult",
    "UnknownStep",
]
