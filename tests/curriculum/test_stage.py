from dist_invention.curriculum import (
    Constant,
    ConstantBalance,
    Linear,
    RampBalance,
    Relobralo,
    WhenReaches,
)
import pytest


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "`first` to last at least one epoch.*epochs=0.*leave it out"),
        ({"name": ""}, "letters, digits and hyphens.*name=''.*choose a short word"),
        ({"name": "../x"}, "letters, digits and hyphens.*name='../x'"),
        ({"name": "-"}, "letters, digits and hyphens"),
        ({"weights": {}}, "weight to some loss term.*no weights.*nothing to learn"),
    ],
)
def test_a_stage_that_cannot_work_is_refused(changes, message, make_stage):
    with pytest.raises(ValueError, match=rf"Expected.*{message}"):
        make_stage(**changes)


def test_a_stage_ends_with_its_last_epoch_at_the_latest(make_stage):
    stage = make_stage(epochs=2)
    assert stage.transition.reason_to_leave([{}]) is None
    assert stage.transition.reason_to_leave([{}, {}]) == "2 of 2 epochs done"


def test_a_stage_may_be_left_before(make_stage):
    stage = make_stage(epochs=2, leave=WhenReaches("loss", 0.5, "min"))
    assert stage.transition.reason_to_leave([{"loss": 1.0}]) is None
    assert stage.transition.reason_to_leave([{"loss": 0.5}]) == "loss=0.5 reached 0.5"
    left = stage.transition.reason_to_leave([{"loss": 1.0}, {"loss": 1.0}])
    assert left == "2 of 2 epochs done"


def test_the_weights_follow_their_schedules(make_stage):
    stage = make_stage(weights={"error": Constant(1.0), "size": Linear(0.0, 2.0)})
    assert stage.weights_at(0.25) == {"error": 1.0, "size": 0.5}


def test_a_balancer_turns_weights_that_are_constant(make_stage):
    ramped = {"error": Constant(1.0), "size": Linear(0.0, 0.3)}
    with pytest.raises(ValueError, match=r"`first` to give constant weights.*Linear"):
        make_stage(weights=ramped, balance=Relobralo())
    steady = {"error": Constant(1.0), "size": Constant(0.3)}
    assert make_stage(weights=steady, balance=Relobralo()).balance == Relobralo()


def test_a_balancer_names_terms_of_its_stage(make_stage):
    for weights in (
        {"error": Constant(1.0)},
        {"error": Constant(1), "size": Constant(0)},
    ):
        for balance in (ConstantBalance({"size": 2.0}), RampBalance(("size",))):
            with pytest.raises(ValueError, match=r"among \['error'\].*\['size'\]"):
                make_stage(weights=weights, balance=balance)
