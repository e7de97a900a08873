"""The judged weights are those that the rule picked, also after a kill."""

import json

from dist_invention.storage import manifest, read_arrays
from dist_invention.training import Selection, judged
from dist_invention.training.judged import NothingSelected, put_judged_weights
import keras
import numpy as np
import pytest

RULE = Selection.best("select", "squared")


def best_row(left):
    """Return the epoch of the journal that is best on the select split."""
    rows = [json.loads(line) for line in left.metrics.splitlines()]
    epochs = [row for row in rows if row["kind"] == "epoch"]
    return min(epochs, key=lambda row: row["values"]["val_squared"])


def error_of(model, split):
    outputs = np.asarray(model(split.input_arrays(), training=False)["y"])
    return float(np.mean((outputs - split.arrays["y"]) ** 2))


@pytest.fixture(scope="module")
def chosen(tiny, tmp_path_factory):
    """A run that judges its best epoch, and that nothing interrupted."""
    return tiny.run(tmp_path_factory.mktemp("chosen"), selection=RULE, epochs=3)


def test_the_last_weights_are_the_default_of_nobody_and_on_record(tiny):
    results = tiny.whole.results
    assert results["selection"] == {
        "rule": "last",
        "split": None,
        "measure": None,
        "step": 24,
        "value": None,
        "sentence": judged.LAST,
    }
    assert results["selection_rule"] == judged.LAST
    assert results["weights_sha256"] == results["final_weights_sha256"]
    assert not (tiny.whole.path / judged.SELECTED).exists()


def test_the_best_epoch_is_judged_and_recorded_beside_the_last(tiny, chosen):
    row, found = best_row(chosen), chosen.results["selection"]
    assert (found["rule"], found["step"]) == ("best", row["step"])
    assert found["value"] == row["values"]["val_squared"]
    assert f"at step {row['step']} of 36" in chosen.results["selection_rule"]
    assert chosen.results["weights_sha256"] != chosen.results["final_weights_sha256"]
    [event] = chosen.named("selected")
    assert event["step"] == row["step"]
    assert "page" not in chosen.results
    names = {entry["name"] for entry in manifest.read(chosen.path)["files"]}
    assert names >= {"selected.npz", "selected/model.keras"}


def test_the_kept_weights_are_those_that_validation_saw(tiny, chosen):
    model = keras.models.load_model(chosen.path / "selected" / "model.keras")
    value = error_of(model, tiny.make_split("select"))
    assert value == pytest.approx(chosen.results["selection"]["value"], rel=1e-5)
    arrays, content = read_arrays(chosen.path / "selected.npz")
    assert content["about"]["step"] == chosen.results["selection"]["step"]
    weights = [array for _, array in sorted(arrays.items())]
    assert all(
        np.array_equal(kept, variable.numpy())
        for kept, variable in zip(weights, model.variables, strict=True)
        if "seed" not in variable.path  # which a Keras file does not hold
    )
    far = next(s for s in chosen.results["scores"] if s["split"] == "test_far")
    assert far["value"] == pytest.approx(
        error_of(model, tiny.make_split("test_far")), rel=1e-4
    )


def test_averages_that_validation_saw_are_kept_as_such(tiny, tmp_path):
    def build_callbacks(self, stage):
        return [keras.callbacks.SwapEMAWeights()]

    left = tiny.run(tmp_path, selection=RULE, build_callbacks=build_callbacks)
    model = keras.models.load_model(left.path / "selected" / "model.keras")
    value = error_of(model, tiny.make_split("select"))
    assert value == pytest.approx(best_row(left)["values"]["val_squared"], rel=1e-5)


def test_a_killed_run_judges_the_same_weights_bit_for_bit(tiny, chosen, tmp_path):
    tiny.kill(tmp_path, ("step", "second", 33), selection=RULE, epochs=3)
    found = tiny.run(tmp_path, selection=RULE, epochs=3)
    assert found.results["resumes"] == 1
    tiny.assert_same(found, chosen)
    for name in ("selection", "final_weights_sha256"):
        assert found.results[name] == chosen.results[name]
    name = "selected.npz"
    assert (found.path / name).read_bytes() == (chosen.path / name).read_bytes()


def test_no_finite_value_is_nothing_to_choose_by(tiny, tmp_path):
    with tiny.session(tmp_path, selection=RULE) as session:
        session.checkpointer.record["stages"] = [{"last_step": 24}]
        with pytest.raises(NothingSelected, match="squared on `select`"):
            put_judged_weights(session)
