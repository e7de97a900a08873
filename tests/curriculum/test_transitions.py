from dist_invention.curriculum import (
    AfterEpochs,
    AllOf,
    AnyOf,
    WhenPlateaus,
    WhenReaches,
)
import pytest


def losses(*values):
    return [{"val_loss": value} for value in values]


def test_a_fixed_length_ends_with_its_last_epoch():
    rule = AfterEpochs(2)
    assert rule.reason_to_leave([]) is None
    assert rule.reason_to_leave(losses(1.0)) is None
    assert rule.reason_to_leave(losses(1.0, 1.0)) == "2 of 2 epochs done"
    assert rule.reason_to_leave(losses(1.0, 1.0, 1.0)) == "3 of 2 epochs done"


@pytest.mark.parametrize(
    ("mode", "stay", "leave"), [("max", 0.94, 0.95), ("min", 0.96, 0.95)]
)
def test_a_target_is_reached_from_either_side(mode, stay, leave):
    rule = WhenReaches("val_loss", 0.95, mode)
    assert rule.reason_to_leave([]) is None
    assert rule.reason_to_leave(losses(leave, stay)) is None
    reason = rule.reason_to_leave(losses(stay, leave))
    assert reason == "val_loss=0.95 reached 0.95"


def test_nan_reaches_nothing():
    for mode in ("max", "min"):
        rule = WhenReaches("val_loss", 0.0, mode)
        assert rule.reason_to_leave(losses(float("nan"))) is None


def test_a_plateau_counts_from_the_best_epoch():
    rule = WhenPlateaus("val_loss", patience=2)
    assert rule.reason_to_leave([]) is None
    assert rule.reason_to_leave(losses(3.0, 2.0, 2.5)) is None
    assert rule.reason_to_leave(losses(3.0, 2.0, 2.5, 1.9, 1.9)) is None
    reason = rule.reason_to_leave(losses(3.0, 2.0, 2.5, 2.1))
    assert reason == "val_loss has not improved on 2 for 2 epochs"


def test_small_improvements_do_not_end_a_plateau():
    shrinking = losses(1.0, 0.995, 0.991)
    assert WhenPlateaus("val_loss", 2).reason_to_leave(shrinking) is None
    rule = WhenPlateaus("val_loss", 2, min_change=0.01)
    assert rule.reason_to_leave(shrinking)
    assert rule.reason_to_leave(losses(1.0, 0.995, 0.98)) is None


def test_a_plateau_of_a_score_that_should_rise():
    rule = WhenPlateaus("val_loss", 1, mode="max")
    assert rule.reason_to_leave(losses(0.1, 0.2)) is None
    assert rule.reason_to_leave(losses(0.2, 0.1))


def test_any_reason_is_enough_and_the_first_is_given():
    rule = AnyOf((WhenReaches("val_loss", 0.1, "min"), AfterEpochs(2)))
    assert rule.reason_to_leave(losses(1.0)) is None
    assert rule.reason_to_leave(losses(1.0, 1.0)) == "2 of 2 epochs done"
    assert rule.reason_to_leave(losses(1.0, 0.1)) == "val_loss=0.1 reached 0.1"


def test_all_reasons_are_needed_and_given():
    rule = AllOf((AfterEpochs(2), WhenReaches("val_loss", 0.1, "min")))
    assert rule.reason_to_leave(losses(0.1)) is None
    assert rule.reason_to_leave(losses(1.0, 1.0)) is None
    assert rule.reason_to_leave(losses(1.0, 0.1)) == (
        "2 of 2 epochs done, and val_loss=0.1 reached 0.1"
    )


@pytest.mark.parametrize(
    "rule", [WhenReaches("val_mae", 1.0), WhenPlateaus("val_mae", 1)]
)
def test_a_metric_that_was_not_logged_is_named(rule):
    with pytest.raises(
        ValueError, match=r"`val_mae`\. Logged: \['val_loss'\].*Correct `monitor`"
    ):
        rule.reason_to_leave(losses(1.0))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: AfterEpochs(0), "at least one epoch.*epochs=0.*leave it out"),
        (lambda: WhenReaches("loss", 1.0, "auto"), "'max' or 'min'.*mode='auto'.*Say"),
        (lambda: WhenPlateaus("loss", 1, mode="up"), "'max' or 'min'.*mode='up'.*Say"),
        (lambda: WhenPlateaus("loss", 0), "at least one epoch.*patience=0.*Raise"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
