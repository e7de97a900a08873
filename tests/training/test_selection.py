"""Which weights are judged is said before the run, in words that can be obeyed."""

from types import SimpleNamespace

from dist_invention.training.selection import NoSelection, Selection, selection_of
import pytest

SPLITS = {
    name: SimpleNamespace(role=role)
    for name, role in (("easy", "train"), ("near", "select"), ("far", "test"))
}


def test_an_experiment_without_a_rule_is_refused_with_the_line_to_write(tiny):
    class Silent(tiny.Experiment):
        selection = None

    with pytest.raises(NoSelection, match=r"Received: selection = None. Write .*last"):
        tiny.start("runs", of=Silent)


def test_a_rule_may_follow_from_the_configuration(tiny):
    class Either(tiny.Experiment):
        @property
        def selection(self):
            if self.config.seed == 0:
                return Selection.last()
            return Selection.best("select", "squared")

    assert selection_of(tiny.start("runs", of=Either)).rule == "last"
    assert selection_of(tiny.start("runs", of=Either, seed=1)).rule == "best"


def test_a_lower_value_is_better_unless_said_otherwise_and_nan_never_is():
    lower, higher = Selection.best("near"), Selection.best("near", better="higher")
    assert lower.is_better(1.0, None)
    assert lower.is_better(0.5, 1.0)
    assert not lower.is_better(1.0, 1.0), "the first of equals stays"
    assert higher.is_better(2.0, 1.0)
    assert not higher.is_better(0.5, 1.0)
    for value in (float("nan"), float("inf")):
        assert not lower.is_better(value, None)


@pytest.mark.parametrize(
    ("rule", "split", "measure"),
    [("best", None, "loss"), ("best", "near", None), ("last", "near", "loss")],
)
def test_half_a_rule_is_refused(rule, split, measure):
    with pytest.raises(NoSelection, match=r"Use Selection\.last\(\) or"):
        Selection(rule, split, measure)


def test_a_direction_that_there_is_not_is_refused():
    with pytest.raises(NoSelection, match="Received: 'larger'"):
        Selection.best("near", better="larger")  # pyright: ignore


@pytest.mark.parametrize(
    ("split", "said"),
    [("far", "one whose role is test"), ("easy", "role is train"), ("x", "no such")],
)
def test_only_a_select_split_chooses_weights(split, said):
    with pytest.raises(NoSelection, match=rf"among \['near'\].*{said}"):
        Selection.best(split).refuse_unknown(SPLITS, ["squared"])
    Selection.best("near").refuse_unknown(SPLITS, ["squared"])
    Selection.last().refuse_unknown({}, [])


def test_only_what_validation_logs_chooses_weights():
    with pytest.raises(NoSelection, match=r"\['loss', 'squared'\].*'mse'"):
        Selection.best("near", "mse").refuse_unknown(SPLITS, ["squared"])


def stage(at, balance=None):
    return SimpleNamespace(weights_at=lambda progress: at(progress), balance=balance)


def test_a_loss_is_no_measure_where_its_weights_move():
    rule = Selection.best("near")
    rule.refuse_moving_loss([stage(lambda p: {"a": 1.0}), stage(lambda p: {"a": 1.0})])
    for stages in (
        [stage(lambda p: {"a": 1.0, "b": p})],
        [stage(lambda p: {"a": 1.0}), stage(lambda p: {"a": 2.0})],
        [stage(lambda p: {"a": 1.0}, balance="some")],
    ):
        with pytest.raises(NoSelection, match="Name a loss term"):
            rule.refuse_moving_loss(stages)
        Selection.best("near", "a").refuse_moving_loss(stages)
        Selection.last().refuse_moving_loss(stages)
