"""Arms times seeds as steps: the curriculum first, its controls at its budget."""

from collections.abc import Mapping, Sequence

from dist_invention.campaigns.decisions import StageEpochsOf
from dist_invention.campaigns.step import Step

CURRICULUM = "curriculum"


def step_name(arm: str, seed: int) -> str:
    """Return the name of a step, which is the folder of its runs.

    Example:
        >>> step_name("joint", 3)
        'joint-s3'
    """
    return f"{arm}-s{seed}"


def arm_steps(
    command: Sequence[str],
    arms: Sequence[str],
    seeds: Sequence[int],
    flags: Mapping[str, Sequence[str]] | None = None,
) -> list[Step]:
    """Return one step an arm and seed.

    The curricula come first, since the controls of a seed wait for its curriculum and
    copy the epochs that its stages really took.

    Args:
        command: Script and flags, without seed, arm and folder of runs.
        arms: Names of the arms; the curriculum is added where it is missing.
        seeds: Seeds, each in every arm.
        flags: More flags for some arms, by name.

    Example:
        >>> [step.name for step in arm_steps(["train.py"], ["joint"], [0, 1])]
        ['curriculum-s0', 'curriculum-s1', 'joint-s0', 'joint-s1']
    """
    more = flags or {}
    first = [_step(command, CURRICULUM, seed, ()) for seed in seeds]
    return first + [
        _step(command, arm, seed, more.get(arm, ()))
        for seed in seeds
        for arm in arms
        if arm != CURRICULUM
    ]


def _step(command: Sequence[str], arm: str, seed: int, flags: Sequence[str]) -> Step:
    words = (*command, "--seed", str(seed), "--arm", arm, *flags)
    if arm == CURRICULUM:
        return Step(step_name(arm, seed), words)
    reference = step_name(CURRICULUM, seed)
    copied = StageEpochsOf(reference)
    return Step(step_name(arm, seed), words, after=(reference,), decide=(copied,))
