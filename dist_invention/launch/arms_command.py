"""Arms times seeds, from one command line to the page that compares them."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
import shlex
import sys
from typing import Any

from dist_invention import reports
from dist_invention.campaigns import Campaign, LocalPool, Outcome, RayPool
from dist_invention.campaigns.arm_runs import SUMMARY
from dist_invention.campaigns.arms import arm_steps
from dist_invention.campaigns.summary import QUESTION, summarise
from dist_invention.campaigns.table import difference_table
from dist_invention.curriculum import Curriculum
from dist_invention.curriculum.arms import DROP, expand
from dist_invention.launch.arms_words import Asked, without
from dist_invention.launch.command_line import BadCommand, read_config
from dist_invention.storage import (
    Mirror,
    RunFolder,
    canonical_sha256,
    without_password,
    write_json,
)
from dist_invention.training import SafeTrainingPipeline, TrainingConfig
from dist_invention.training.config import NOT_IN_HASH
from dist_invention.training.ground import named
from rich.console import Console

PAGE = "report.html"
COPIED = (SUMMARY, PAGE, "campaign.json", "events.jsonl")
COPY_SECONDS = 30.0  # that a destination gets for them
VARIED = ("seed", "arm", "stage_epochs")  # what differs between the runs
PARENT = ("--runs-dir", "--max-hours", "--seed")  # what the runs are not told


def run_arms(
    experiment: type[SafeTrainingPipeline],
    asked: Asked,
    config: TrainingConfig,
    console: Console,
) -> int:
    """Run what is not done of a comparison, then report; return the exit code.

    0: all finished. 1: a run failed; the others are compared. 75: stopped early, the
    same command goes on. More arms or seeds later extend the same campaign.

    Args:
        experiment: The experiment's class.
        asked: What the command line asks for.
        config: What the rest of it says, for every run.
        console: The terminal.

    Raises:
        BadCommand: If there is no script, or the flags of an arm make no sense.
        UnknownArm: If there is no such arm.
    """
    kind = experiment.config_class
    arms = expand(asked.arms, _stages(experiment, config, asked), experiment.arm_flags)
    for arm in arms:  # its flags are refused here, not after hours
        more = experiment.arm_flags.get(arm, ())
        read_config(kind, experiment.presets, (*asked.words, *more), "")
    seeds = asked.seeds or (config.seed,)
    words = asked.words
    for flag in PARENT:
        words = without(words, flag)
    folder = config.runs_dir / campaign_name(experiment.name, config)
    steps = arm_steps((_script(), *words), arms, seeds, experiment.arm_flags)

    def say(text: str) -> None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

    say(f"campaign: {folder}: {len(arms)} arms, {len(seeds)} seeds, {len(steps)} runs")
    outcome = Campaign(
        folder,
        steps,
        _executor(asked),
        about={"question": QUESTION, "arms": arms, "seeds": list(seeds)},
        say=say,
        max_hours=config.max_hours,
    ).run()
    summary = report(folder, outcome, experiment.name, config.preset)
    say("\n" + difference_table(summary))
    say(f"summary: {folder / SUMMARY}")
    say(f"page:    {folder / PAGE}")
    if config.destinations and not outcome.stopped:
        _copy(folder, config.destinations, say)
    return outcome.exit_code


def report(
    folder: Path, outcome: Outcome, experiment: str, preset: str
) -> dict[str, Any]:
    """Write summary.json and the page of a campaign; return the summary.

    Args:
        folder: The campaign's folder.
        outcome: How its steps ended.
        experiment: Name of the experiment.
        preset: Its preset.
    """
    command = shlex.join(without_password(word) for word in ["python", *sys.argv])
    summary = summarise(folder, outcome.steps, experiment, preset, command)
    write_json(folder / SUMMARY, summary)
    RunFolder(folder).save_text(PAGE, reports.render_campaign(folder))
    return summary


def _copy(
    folder: Path, destinations: Sequence[str], say: Callable[[str], None]
) -> None:
    """Bring what the campaign left, beside its runs, to every destination."""
    with closing(Mirror(folder.name, destinations)) as mirror:
        mirror.copy([folder / name for name in COPIED], folder)
        is_complete = mirror.wait(COPY_SECONDS)
        for label, reason in mirror.behind.items():
            say(f"copy:    {label}: BEHIND {reason}")
        if is_complete:
            say(f"copy:    summary and page at {len(mirror.destinations)} destinations")


def campaign_name(experiment: str, config: TrainingConfig) -> str:
    """Return the name of a comparison: the same for the same configuration.

    Seeds and arms are left out, so that more of them extend the campaign.

    Args:
        experiment: Name of the experiment.
        config: Its configuration.

    Example:
        >>> campaign_name("physics", TrainingConfig())[:17]
        'physics-demo-arms'
    """
    values = config.as_json()
    kept = {k: v for k, v in values.items() if k not in (*NOT_IN_HASH, *VARIED)}
    return f"{experiment}-{config.preset}-arms-{canonical_sha256(kept)[:8]}"


def _stages(
    experiment: type[SafeTrainingPipeline], config: TrainingConfig, asked: Asked
) -> list[str]:
    """Return the names of the stages, where an arm drops one; that needs the data."""
    if not any(arm.startswith(DROP) for arm in asked.arms):
        return []
    pipeline = experiment(config, Console(quiet=True))
    splits = named(pipeline.build_splits())
    stages = pipeline.build_stages(splits)
    terms = {term for stage in stages for term in stage.weights}
    curriculum = Curriculum(stages, terms)
    if config.stages:
        curriculum = curriculum.part(config.stages)
    return [stage.name for stage in curriculum]


def _executor(asked: Asked) -> LocalPool | RayPool:
    if asked.executor == "local":
        return LocalPool(asked.workers)
    return RayPool(asked.ray_address or None, asked.workers)


def _script() -> str:
    """Return the script that was started, which is started again for each run."""
    script = sys.argv[0]
    if not Path(script).is_file():
        raise BadCommand(
            "Expected --arms in the command line of a script. Received: it from "
            f"`{script or 'an interactive session'}`. Put the experiment into a file."
        )
    return script
