"""The stages that are asked for, arranged as the arm says."""

from dist_invention.curriculum.arms import UnknownArm
from dist_invention.curriculum.taken import BudgetUnknown
from dist_invention.training.arranging import build_curriculum
from dist_invention.training.ground import named
import pytest

TERMS = ("squared", "absolute")


@pytest.fixture
def ask(tiny, tmp_path):
    """Return the curriculum as planned and as a run takes it."""

    def build(**given):
        experiment = tiny.start(tmp_path, **given)
        splits = named(experiment.build_splits())
        return build_curriculum(experiment, splits, TERMS)

    return build


def names(curriculum):
    return [stage.name for stage in curriculum]


def test_the_curriculum_is_taken_as_it_is_planned(ask):
    planned, taken = ask()
    assert planned is taken
    assert names(taken) == ["first", "second"]


def test_a_control_takes_the_budget_and_knows_the_plan(ask):
    planned, taken = ask(arm="anti", stage_epochs=(1, 2))
    assert names(planned) == ["first", "second"]
    assert names(taken) == ["second", "first"]
    assert [stage.epochs for stage in taken] == [2, 1]


def test_a_control_without_some_term_of_the_loss_is_fine(ask, tiny):
    from dist_invention.curriculum import Constant, Stage

    def build_stages(self, splits):
        rate = Constant(1e-2)
        return [
            Stage("both", splits["easy"], 2, rate, dict.fromkeys(TERMS, rate)),
            Stage("one", splits["easy"], 2, rate, {"squared": rate}),
        ]

    given = {"build_stages": build_stages, "stage_epochs": (2, 2)}
    assert names(ask(arm="final-only", **given)[1]) == ["one"]


def test_only_the_stages_asked_for_are_arranged(ask):
    planned, taken = ask(arm="joint", stages=("second",), stage_epochs=(2,))
    assert names(planned) == ["second"]
    assert list(taken.stages[0].data.parts) == ["second"]


def test_an_arm_of_the_experiment_keeps_the_order_at_the_same_lengths(ask):
    flags = {"arm_flags": {"mine": ("--micro-batches", "2")}}
    planned, taken = ask(arm="mine", stage_epochs=(2, 1), **flags)
    assert names(taken) == names(planned)
    assert [stage.epochs for stage in taken] == [2, 1]


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"arm": "joint"}, BudgetUnknown, "2 stages.*Received: --stage-epochs nothing"),
        ({"arm": "joint", "stage_epochs": (1,)}, BudgetUnknown, "--stage-epochs 1. St"),
        ({"arm": "jiont", "stage_epochs": (1, 1)}, UnknownArm, "Did you mean joint"),
        ({"stage_epochs": (1, 1)}, ValueError, "beside a control.*--stage-epochs 1 1"),
    ],
)
def test_what_does_not_fit_is_refused(ask, given, kind, said):
    with pytest.raises(kind, match=said):
        ask(**given)


def test_a_joint_run_trains_to_its_end_at_the_same_steps(tiny, tmp_path):
    found = tiny.run(tmp_path, arm="joint", stage_epochs=(2, 2))
    [stage] = found.results["stages"]
    assert (stage["name"], stage["epochs"], stage["steps"]) == ("joint", 4, 24)
    assert stage["mixture"] == {"first": 0.5, "second": 0.5}
    assert set(stage["exams"]) == {"first", "second"}


def test_a_replay_ends_with_the_same_bits(tiny, tmp_path):
    found = tiny.run(tmp_path, arm="replay", stage_epochs=(2, 2))
    for name in ("weights_sha256", "task_sha256", "scores"):
        assert found.results[name] == tiny.whole.results[name]
