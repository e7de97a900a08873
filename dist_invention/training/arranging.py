"""The stages of a run: those that are asked for, arranged as its arm says."""

from collections.abc import Iterable, Mapping
from typing import Any

from dist_invention.curriculum import Curriculum
from dist_invention.curriculum.arms import CURRICULUM, REPLAY, arrange
from dist_invention.datasets import Split


def build_curriculum(
    experiment: Any, splits: Mapping[str, Split], terms: Iterable[str]
) -> tuple[Curriculum, Curriculum]:
    """Return the curriculum as the experiment plans it, and as this run takes it.

    They differ in a control, which takes the budget of the curriculum's run. An arm of
    the experiment's own differs in its flags: its stages are those of the curriculum,
    at the lengths that these took.

    Args:
        experiment: A `SafeTrainingPipeline`, asked for its stages.
        splits: All splits by name.
        terms: Names of the loss terms that exist.

    Raises:
        UnknownArm: If there is no such arm, or too few stages for it.
        BudgetUnknown: If `stage_epochs` does not fit the stages.
        ValueError: If a stage does not fit.
    """
    config = experiment.config
    planned = Curriculum(experiment.build_stages(splits), terms)
    if config.stages:
        planned = planned.part(config.stages)
    arm = REPLAY if config.arm in experiment.arm_flags else config.arm
    if arm == CURRICULUM:
        if config.stage_epochs:
            raise ValueError(
                "Expected --stage-epochs beside a control, such as --arm joint. "
                f"Received: --stage-epochs {' '.join(map(str, config.stage_epochs))} "
                "for the curriculum itself. Leave it out, or name the arm."
            )
        return planned, planned
    stages = arrange(
        planned.stages, arm, config.stage_epochs, config.batch_size, config.seed
    )
    used = {term for stage in stages for term in stage.weights}
    return planned, Curriculum(stages, used)
