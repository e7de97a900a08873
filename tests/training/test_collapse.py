"""A model that answers with a constant stops the run, and says so at each attempt."""

from dist_invention.training.vitals import ModelCollapsed, refuse_collapse
import numpy as np
import pytest


def constant(self, model, split):
    return {"y": np.full((len(split), 1), 0.25)}


def test_a_collapsed_model_stops_the_run_at_every_attempt(tiny, tmp_path):
    for _ in range(2):
        with pytest.raises(ModelCollapsed, match="after stage `first`"):
            tiny.start(tmp_path, predict=constant).run()
    [path] = tmp_path.iterdir()
    left = tiny.read(path)
    assert left.results is None
    assert [event["stage"] for event in left.named("health")] == ["first", "first"]
    assert left.named("stage_ended") == []


def test_outputs_without_a_target_are_not_measured_for_collapse(tiny, tmp_path):
    with tiny.session(tmp_path) as session:
        session.experiment.predict = lambda model, split: {"z": np.zeros(len(split))}
        refuse_collapse(session, "first")
        [event] = tiny.read(session.folder.path).named("health")
    [finding] = event["findings"]
    assert (finding["verdict"], finding["value"]) == ("not measured", None)
