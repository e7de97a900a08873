"""What a run stands on is named, so that a change of it is too."""

from dist_invention.curriculum import Constant, Curriculum, Stage
from dist_invention.runtime import Machine
from dist_invention.training.ground import ground, refuse_schedule
from dist_invention.training.selection import Selection
import keras
import pytest

LAST = Selection.last()


def machine(policy="float32"):
    return Machine("tensorflow", "", policy, "", {})


def curriculum(tiny, rate=0.1):
    weights = {"squared": Constant(1.0)}
    return Curriculum(
        [Stage("only", tiny.make_split("easy"), 2, Constant(rate), weights)],
        {"squared": tiny.squared},
    )


def test_each_part_of_the_ground_has_a_name_of_its_own(tiny):
    splits = {"easy": tiny.make_split("easy")}
    before = ground(machine(), splits, curriculum(tiny), LAST)
    assert before == ground(machine(), splits, curriculum(tiny), LAST)
    changed = {
        "precision": ground(machine("mixed_float16"), splits, curriculum(tiny), LAST),
        "stages": ground(machine(), splits, curriculum(tiny, rate=0.2), LAST),
        "split easy": ground(
            machine(), {"easy": tiny.make_split("easy", 7)}, curriculum(tiny), LAST
        ),
    }
    for name, after in changed.items():
        assert [key for key in before if before[key] != after[key]] == [name]


def test_a_rule_that_keeps_weights_is_part_of_the_ground_and_the_last_is_not(tiny):
    splits = {"easy": tiny.make_split("easy")}
    last = ground(machine(), splits, curriculum(tiny), LAST)
    best = ground(machine(), splits, curriculum(tiny), Selection.best("easy"))
    assert set(best) - set(last) == {"selection"}


def test_an_optimizer_with_a_schedule_of_its_own_is_refused():
    refuse_schedule(keras.optimizers.Adam(1e-3))
    decay = keras.optimizers.schedules.ExponentialDecay(1e-2, 10, 0.9)
    with pytest.raises(ValueError, match=r"Received: ExponentialDecay\. Give"):
        refuse_schedule(keras.optimizers.Adam(decay))
