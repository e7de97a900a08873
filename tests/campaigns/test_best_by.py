"""The best is chosen by a select split, never by a test split."""

from dist_invention.campaigns import BestBy, NotDecided
import pytest

DATA = [
    {"name": "train", "role": "train"},
    {"name": "near", "role": "select"},
    {"name": "far", "role": "test"},
]


@pytest.fixture
def runs(finished):
    def make(task="t", value=0.2):
        scores = [{"split": "far", "metric": "loss", "stratum": "all", "value": 0.5}]
        both = {"data": DATA, "scores": scores}
        return {
            "a": finished(
                "a",
                {**both, "task_sha256": "t"},
                {"rate": 0.1, "widths": [8, 4], "deep": True},
                [(10, {"val_loss": 0.9}), (20, {"val_loss": 0.4})],
            ),
            "b": finished(
                "b",
                {**both, "task_sha256": task},
                {"rate": 0.01, "widths": [2], "deep": False},
                [(20, {"val_loss": value})],
            ),
        }

    return make


def best(**settings):
    known = {"metric": "loss", "split": "near", "better": "lower"}
    return BestBy(("a", "b"), **{**known, **settings})


def test_the_best_on_a_select_split_lends_its_flags(runs):
    decision = best(flags=("rate", "widths", "deep"))(runs())
    assert decision.choice == "b"
    assert decision.words == ("--rate", "0.01", "--widths", "2", "--no-deep")
    assert decision.reason == "b has the lowest loss on near: a 0.4, b 0.2."


def test_higher_may_be_better(runs):
    decision = best(better="higher", flags=("deep",))(runs())
    assert decision.choice == "a"
    assert decision.words == ("--deep",)


def test_a_test_split_chooses_nothing(runs):
    with pytest.raises(NotDecided, match="far, which is a test split of run-a"):
        best(split="far")(runs())


def test_a_test_split_may_be_reported_and_nothing_follows(runs):
    decision = best(split="far", report_only="for the table")(runs())
    assert decision.words == ()
    assert decision.reason.endswith("It is only reported: for the table.")
    with pytest.raises(ValueError, match="nothing to follow"):
        best(report_only="for the table", flags=("rate",))


def test_runs_of_different_tasks_are_not_compared(runs):
    with pytest.raises(NotDecided, match="answered the same task"):
        best()(runs(task="other"))


def test_what_was_not_measured_is_no_number(runs):
    with pytest.raises(NotDecided, match="Expected a measured loss on near"):
        best()(runs(value="nan"))
    with pytest.raises(ValueError, match="`lower` or `higher`"):
        best(better="best")


def test_flags_must_stand_in_the_configuration(runs):
    with pytest.raises(NotDecided, match="Expected `width` in the configuration"):
        best(flags=("width",))(runs())
