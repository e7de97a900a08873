"""A tracker is told numbers by name; text that stands for a number is left out."""

from pathlib import Path

from dist_invention.training.tracker import Subject, scores_of, values_of


def test_a_row_gives_its_numbers_under_their_kind():
    row = {"kind": "epoch", "values": {"loss": 1, "share/energy": 0.5, "x": "inf"}}
    assert values_of(row) == {"epoch/loss": 1.0, "epoch/share/energy": 0.5}


def test_scores_have_a_name_of_split_and_metric_and_their_interval():
    row = {"split": "far", "metric": "mse", "stratum": "all", "unit": "1", "n": 3}
    rows = [{**row, "value": 2.0, "interval": [1.0, 3.0]}]
    rows += [{**row, "split": "near", "value": 1, "interval": None}]
    assert scores_of({"scores": rows}) == {
        "far/mse": 2.0,
        "far/mse/low": 1.0,
        "far/mse/high": 3.0,
        "near/mse": 1.0,
    }


def test_a_subject_says_where_its_files_go(tmp_path):
    subject = Subject("a-s0", "a", {"seed": 0}, lambda name: tmp_path / name)
    assert subject.place("mlflow/mlflow.db") == Path(tmp_path, "mlflow", "mlflow.db")
