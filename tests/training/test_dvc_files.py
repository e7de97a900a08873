"""Settings and scores under the names, and in the form, that DVC reads."""

import json

from dist_invention.storage import manifest
from dist_invention.training import TrainingConfig
from dist_invention.training.dvc_files import headline_scores, params_text


def test_the_settings_that_change_a_result_are_one_line_each(tiny):
    text = (tiny.whole.path / "params.yaml").read_text()
    settings = dict(line.split(": ", 1) for line in text.splitlines())
    values = {name: json.loads(value) for name, value in settings.items()}
    assert (values["batch_size"], values["seed"]) == (8, 0)
    assert values["stages"] == []
    assert not {"runs_dir", "destinations", "track"} & set(values)


def test_text_that_yaml_would_misread_is_quoted():
    config = TrainingConfig(allow_leak="no: it is 'a test'\n# of YAML")
    [line] = [x for x in params_text(config).splitlines() if x.startswith("allow_leak")]
    assert json.loads(line.removeprefix("allow_leak: ")) == config.allow_leak


def test_the_scores_stand_with_their_intervals(tiny):
    found = json.loads((tiny.whole.path / "metrics.json").read_text())
    assert set(found) == {"test_in", "test_far"}
    cell = found["test_far"]["mse"]
    assert cell["low"] <= cell["value"] <= cell["high"]
    assert (cell["n"], cell["unit"]) == (44, "m2")
    names = {entry["name"] for entry in manifest.read(tiny.whole.path)["files"]}
    assert {"params.yaml", "metrics.json"} <= names


def test_only_headlines_over_all_examples_that_were_measured_count():
    def row(metric, stratum="all", value=1.0):
        known = {"split": "far", "unit": "1", "n": 3, "interval": None}
        return {**known, "metric": metric, "stratum": stratum, "value": value}

    rows = [
        row("first"),
        row("first", stratum="contact=free", value=9.0),
        row("second"),
        row("third", value={"status": "not measured"}),
    ]
    wanted = {"far": {"first": {"value": 1.0, "n": 3, "unit": "1"}}}
    results = {"headline": ["first", "third"], "scores": rows}
    assert headline_scores(results) == wanted
    assert set(headline_scores({"scores": rows})["far"]) == {"first", "second"}
