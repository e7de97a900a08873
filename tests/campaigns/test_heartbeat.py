"""Whoever watches a campaign sees that it lives."""

from pathlib import Path
import time

from dist_invention.campaigns import Step
from dist_invention.campaigns.attempt import Attempt
from dist_invention.campaigns.heartbeat import Heartbeat
from dist_invention.campaigns.plan import Plan


def attempt(folder: Path, said: str) -> Attempt:
    step = Step("a", ("train.py",))
    plan = Plan(step, step.command, (), folder, seconds=120.0)
    plan.log.write_text(said)
    return Attempt(plan, None, time.monotonic(), 0)


def test_each_run_is_named_with_its_last_line(tmp_path):
    said = []
    one = attempt(tmp_path, "epoch 1\n  epoch 2  loss 0.5  \n")
    Heartbeat(said.append, every=0.0).beat([one])
    assert said == ["a: 2 min: epoch 2  loss 0.5"]


def test_silence_is_said_too(tmp_path):
    said = []
    Heartbeat(said.append, every=0.0).beat([attempt(tmp_path, "")])
    assert said == ["a: 2 min: nothing so far"]


def test_it_speaks_only_when_it_is_time(tmp_path):
    said = []
    heart = Heartbeat(said.append, every=0.2)
    one = attempt(tmp_path, "x\n")
    for _ in range(3):
        heart.beat([one])
    assert said == []
    time.sleep(0.21)
    for _ in range(3):
        heart.beat([one])
    assert len(said) == 1
