from dist_invention.campaigns.arms import arm_steps
from dist_invention.campaigns.decisions import StageEpochsOf
from dist_invention.campaigns.graph import check_graph


def test_controls_wait_for_the_curriculum_of_their_seed_and_copy_its_epochs():
    steps = arm_steps(["train.py", "--epochs", "3"], ["curriculum", "joint"], [0, 7])
    assert [step.name for step in steps] == [
        "curriculum-s0",
        "curriculum-s7",
        "joint-s0",
        "joint-s7",
    ]
    first, last = steps[0], steps[-1]
    assert first.command == (
        *("train.py", "--epochs", "3"),
        *("--seed", "0", "--arm", "curriculum"),
    )
    assert (first.after, first.decide) == ((), ())
    assert last.command[-4:] == ("--seed", "7", "--arm", "joint")
    assert last.after == ("curriculum-s7",)
    assert last.decide == (StageEpochsOf("curriculum-s7"),)


def test_the_curriculum_is_there_though_nobody_asked_for_it():
    steps = arm_steps(["train.py"], ["anti"], [0])
    assert [step.name for step in steps] == ["curriculum-s0", "anti-s0"]


def test_an_arm_may_bring_flags_of_its_own():
    flags = {"relobralo": ("--balance", "relobralo")}
    steps = arm_steps(["train.py"], ["relobralo"], [0], flags)
    assert "--balance" not in steps[0].command
    assert steps[1].command[-2:] == ("--balance", "relobralo")


def test_the_steps_are_a_graph_without_circles(tmp_path):
    check_graph(arm_steps(["a.py"], ["joint", "random"], range(5)), tmp_path)
