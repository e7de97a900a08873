"""One budget, the same lessons, otherwise arranged."""

from dist_invention.curriculum import (
    Constant,
    Cosine,
    Joined,
    Linear,
    WarmUp,
    WhenReaches,
)
from dist_invention.curriculum.arms import (
    ARMS,
    UnknownArm,
    arrange,
    expand,
    last_weights,
)
from dist_invention.curriculum.taken import BudgetUnknown
from dist_invention.datasets import Batches, Blend
import numpy as np
import pytest

BATCH = 4
TOOK = [2, 3, 1]  # of 2, 4 and 3 epochs planned
NAMES = ["easy", "hard", "last"]


@pytest.fixture
def plan(make_stage, make_split):
    """Three stages of other lengths, data, rates and losses; 3, 5 and 2 steps."""
    leave = WhenReaches("loss", 0.1, "min")
    return [
        make_stage("easy", epochs=2, learning_rate=Cosine(1.0, 0.5)),
        make_stage(
            "hard",
            data=make_split(20, 1, "hard"),
            epochs=4,
            learning_rate=Linear(0.4, 0.1),
            weights={"error": Constant(1.0), "size": Linear(0.0, 0.6)},
            leave=leave,
        ),
        make_stage(
            "last",
            data=make_split(8, 2, "last"),
            epochs=3,
            learning_rate=Constant(0.05),
            weights={"error": Constant(2.0)},
        ),
    ]


def steps(stages, batch_size=BATCH):
    return [
        stage.epochs * Batches(stage.data, batch_size, 0, "x").steps_per_epoch
        for stage in stages
    ]


def rates(stages):
    """The learning rate of each step of a run."""
    found = []
    for stage, count in zip(stages, steps(stages), strict=True):
        points = [step / max(1, count - 1) for step in range(count)]
        found += [stage.learning_rate.at(point) for point in points]
    return found


def as_taken(plan):
    found = []
    for stage, took in zip(plan, TOOK, strict=True):
        [count] = steps([stage])
        each = count // stage.epochs
        found += [stage.learning_rate.at(s / (count - 1)) for s in range(took * each)]
    return found


def test_the_curriculum_is_left_as_it_is(plan):
    assert arrange(plan, "curriculum", [], BATCH, 0) == plan


@pytest.mark.parametrize("arm", [*ARMS, *(f"drop-{name}" for name in NAMES)][1:])
def test_every_arm_takes_the_steps_that_the_curriculum_took(arm, plan):
    stages = arrange(plan, arm, TOOK, BATCH, 0)
    assert sum(steps(stages)) == 2 * 3 + 3 * 5 + 1 * 2
    assert all(stage.leave is None for stage in stages)


@pytest.mark.parametrize(
    "arm", ["restart-lr", "random", "anti", "final-only", "replay"]
)
def test_learning_rates_stay_at_their_places(arm, plan):
    stages = arrange(plan, arm, TOOK, BATCH, 0)
    assert rates(stages) == pytest.approx(as_taken(plan))


def test_lessons_that_are_dropped_leave_the_rates_at_their_places(plan):
    for name in NAMES:
        stages = arrange(plan, f"drop-{name}", TOOK, BATCH, 0)
        kept = {stage.name.removesuffix("-rest") for stage in stages}
        assert kept == set(NAMES) - {name}
        assert rates(stages) == pytest.approx(as_taken(plan))


def test_dropped_steps_go_to_the_others_in_proportion(plan):
    assert steps(arrange(plan, "drop-last", TOOK, BATCH, 0)) == [6, 15, 2]
    assert steps(arrange(plan, "drop-easy", TOOK, BATCH, 0)) == [20, 2, 1]
    assert steps(arrange(plan, "drop-hard", TOOK, BATCH, 0)) == [18, 4, 1]


def test_the_joint_arm_shows_all_data_and_losses_from_the_first_step(plan):
    stage, rest = arrange(plan, "joint", TOOK, BATCH, 0)  # 23 steps, which is prime
    assert steps([stage, rest]) == [18, 5]
    assert rest.name == "joint-rest"
    assert isinstance(stage.data, Blend)
    assert stage.data.counts == {"easy": 3, "hard": 8, "last": 1}  # as 24, 60 and 8
    assert len(stage.data) == 12
    expected = {"error": Constant(2.0), "size": Constant(pytest.approx(0.6 * 14 / 19))}
    assert dict(stage.weights) == expected
    smooth = Cosine(1.0, 0.05)
    expected = [smooth.at(step / 22) for step in range(23)]
    assert rates([stage, rest]) == pytest.approx(expected)


def test_stages_that_share_data_share_a_part(plan, make_stage):
    stages = [plan[0], make_stage("again", data=plan[0].data, epochs=1), plan[1]]
    [stage] = arrange(stages, "joint", [2, 1, 1], BATCH, 0)
    shares = stage.data.weights
    assert shares["easy+again"] / shares["hard"] == pytest.approx(36 / 20)
    assert stage.data.parts["easy+again"] is plan[0].data


def test_a_joint_rate_keeps_the_warm_up(plan, make_stage):
    rate = WarmUp(Constant(0.2), until=0.5)
    stages = [make_stage("easy", epochs=4, learning_rate=rate), plan[2]]
    [stage] = arrange(stages, "joint", [4, 3], BATCH, 0)
    assert isinstance(stage.learning_rate, Joined)
    found = rates([stage])
    assert found[0] == 0.0
    assert found[:6] == pytest.approx([rate.at(step / 11) for step in range(6)])
    assert max(found) == pytest.approx(0.2)
    assert found[-1] == pytest.approx(0.05)


def test_restarts_differ_from_joint_in_the_rate_only(plan):
    joint, _ = arrange(plan, "joint", TOOK, BATCH, 0)
    restart, _ = arrange(plan, "restart-lr", TOOK, BATCH, 0)
    assert restart.name == joint.name  # so that both see the same batches
    assert restart.weights == joint.weights
    for ours, theirs in zip(
        Batches(joint.data, BATCH, 0, "joint").epoch(1),
        Batches(restart.data, BATCH, 0, "joint").epoch(1),
        strict=True,
    ):
        assert np.array_equal(ours[0]["x"], theirs[0]["x"])


def test_a_random_order_is_another_one_that_the_seed_chooses(plan):
    orders = {
        tuple(s.name for s in arrange(plan, "random", TOOK, BATCH, seed))
        for seed in range(40)
    }
    assert tuple(NAMES) not in orders
    assert len(orders) == 5
    first = [s.name for s in arrange(plan, "random", TOOK, BATCH, 3)]
    assert first == [s.name for s in arrange(plan, "random", TOOK, BATCH, 3)]


def test_lessons_in_another_order_are_the_same_lessons(plan):
    stages = arrange(plan, "anti", TOOK, BATCH, 0)
    assert [stage.name for stage in stages] == NAMES[::-1]
    assert steps(stages) == [2, 15, 6]
    for stage, old in zip(stages, plan[::-1], strict=True):
        assert stage.data is old.data
    assert stages[1].weights["size"].at(1.0) == pytest.approx(0.6 * 14 / 19)


def test_the_last_stage_may_have_the_whole_budget(plan):
    stage, rest = arrange(plan, "final-only", TOOK, BATCH, 0)
    assert [stage.name, rest.name] == ["last", "last-rest"]
    assert stage.weights == plan[2].weights
    assert (stage.data, stage.epochs) == (plan[2].data, 11)
    assert list(rest.data.parts.values()) == [plan[2].data]  # the 23rd step
    [stage] = arrange(plan[1:], "final-only", [2, 1], BATCH, 0)
    assert (stage.data, stage.epochs) == (plan[2].data, 6)


def test_a_replay_is_the_curriculum_at_the_lengths_it_took(plan):
    stages = arrange(plan, "replay", [2, 4, 3], BATCH, 0)
    for stage, old in zip(stages, plan, strict=True):
        assert (stage.name, stage.epochs, stage.data) == (
            old.name,
            old.epochs,
            old.data,
        )
        assert (stage.learning_rate, stage.weights) == (old.learning_rate, old.weights)


def test_arms_come_once_each_with_the_curriculum_first():
    asked = ["joint", "curriculum", "drop-one", "drop-hard", "joint", "mine"]
    drops = [f"drop-{name}" for name in NAMES]
    assert expand(asked, NAMES, ["mine"]) == ["curriculum", "joint", *drops, "mine"]


@pytest.mark.parametrize(
    ("arm", "cure"),
    [
        ("jiont", "Did you mean joint?"),
        ("drop-hrad", "Did you mean drop-hard?"),
        ("zzz", "Choose one of them."),
    ],
)
def test_an_unknown_arm_is_refused_with_the_nearest(arm, cure, plan):
    with pytest.raises(UnknownArm) as error:
        expand([arm], NAMES)
    assert str(error.value).endswith(f"Received: '{arm}'. {cure}")
    with pytest.raises(UnknownArm, match="curriculum, joint"):
        arrange(plan, arm, TOOK, BATCH, 0)


@pytest.mark.parametrize("arm", ["random", "anti", "drop-easy"])
def test_one_stage_has_no_order(arm, plan):
    with pytest.raises(UnknownArm, match=r"two stages for arm.*joint or final-only"):
        arrange(plan[:1], arm, [2], BATCH, 0)


def test_a_control_needs_the_budget_of_the_curriculum(plan):
    with pytest.raises(BudgetUnknown, match=r"Received: --stage-epochs nothing\."):
        arrange(plan, "joint", [], BATCH, 0)


def test_terms_end_with_the_weight_of_the_last_stage_that_has_them(plan):
    assert last_weights(plan) == {"error": 2.0, "size": 0.6}


def test_dropping_a_long_stage_leaves_room_for_each_of_the_others(
    make_stage, make_split
):
    stages = [
        make_stage("a", data=make_split(24, 0, "a"), epochs=10),  # 60 steps of 4
        make_stage("b", data=make_split(400, 1, "b"), epochs=2),  # 200
        make_stage("c", data=make_split(40, 2, "c"), epochs=1),  # 10
    ]
    found = arrange(stages, "drop-a", [10, 2, 1], BATCH, 0)
    assert sum(steps(found)) == 270
    assert found[0].name == "b"
