"""What a command line asks of a comparison, or three sentences."""

import re

from dist_invention.launch.arms_words import Asked, asked_arms, without
from dist_invention.launch.command_line import BadCommand
import pytest


def test_an_ordinary_command_asks_for_no_comparison():
    assert asked_arms(["--preset", "full", "--seed", "3"]) is None
    assert asked_arms(["--arm", "joint", "--stage-epochs", "3", "5"]) is None


@pytest.mark.parametrize(
    "words",
    [
        ["--arms", "joint,anti", "--seeds", "2", "--epochs", "3", "--again-not"],
        ["--epochs", "3", "--arms=joint,anti", "--again-not", "--seeds=0,1"],
        [
            "--epochs",
            "3",
            "--arms",
            "joint",
            "anti",
            "--again-not",
            "--seeds",
            "0",
            "1",
        ],
    ],
)
def test_arms_and_seeds_are_taken_out_of_the_command(words):
    asked = asked_arms(words)
    assert (asked.arms, asked.seeds) == (("joint", "anti"), (0, 1))
    assert asked.words == ("--epochs", "3", "--again-not")
    assert (asked.executor, asked.workers, asked.ray_address) == ("local", None, "")


def test_seeds_alone_repeat_the_curriculum_and_arms_alone_keep_the_seed():
    assert asked_arms(["--seeds", "3"]) == Asked(seeds=(0, 1, 2))
    assert asked_arms(["--seeds", "7,"]).seeds == (7,)
    asked = asked_arms(["--arms", "joint", "--seed", "4"])
    assert (asked.seeds, asked.words) == ((), ("--seed", "4"))


def test_a_cluster_is_asked_for_by_name():
    words = ["--arms", "joint", "--executor", "ray", "--ray-address", "auto"]
    asked = asked_arms([*words, "--workers", "8"])
    assert (asked.executor, asked.ray_address, asked.workers) == ("ray", "auto", 8)


@pytest.mark.parametrize(
    ("words", "received", "cure"),
    [
        ("--arms", "--arms alone", "at least one"),
        ("--seeds x", "--seeds x", "--seeds 5"),
        ("--seeds 0", "--seeds 0", "--seeds 5"),
        ("--seeds 1,1", "--seeds 1,1", "--seeds 0,1,7"),
        ("--seeds -2", "--seeds -2", "--seeds 5"),
        ("--seeds 2 --executor rai", "--executor rai", "Did you mean ray?"),
        ("--seeds 2 --executor", "--executor", "Give one."),
        ("--seeds 2 --workers 0", "--workers 0", "whole number"),
        ("--seeds 2 --ray-address a", "it for the pool", "--executor ray"),
        ("--workers 2", "--workers 2", "Name the arms"),
        ("--seeds 2 --seed 1", "--seed", "Leave it out"),
        ("--seeds 2 --again", "--again", "Leave it out"),
        ("--arms joint --arm anti", "--arm", "Leave it out"),
        ("--arms joint --stage_epochs=3", "--stage_epochs=3", "Leave it out"),
    ],
)
def test_what_makes_no_sense_gets_three_sentences(words, received, cure):
    with pytest.raises(BadCommand) as error:
        asked_arms(words.split())
    said = str(error.value)
    assert len(re.findall(r"[.?](?:\s|$)", said)) == 3, said
    assert received in said.split("Received: ")[1]
    assert cure in said


def test_a_flag_can_be_left_out_with_its_values():
    words = ["--runs-dir", "a", "--destinations", "b", "c", "--runs_dir=d", "--again"]
    assert without(words, "--runs-dir") == ("--destinations", "b", "c", "--again")
    assert without(words, "--destinations") == (
        "--runs-dir",
        "a",
        "--runs_dir=d",
        "--again",
    )
