"""Health at stage ends and at the end: what is found, and that nothing is disturbed."""

from dataclasses import replace
import random

from dist_invention.runtime.state import read_state
from dist_invention.training import resume, vitals
from dist_invention.training.preflight import preflight
import keras
import numpy as np
import pytest


@pytest.fixture(scope="module")
def compiled(tiny, tmp_path_factory):
    """A session whose step is compiled."""
    with tiny.session(tmp_path_factory.mktemp("vitals")) as session:
        preflight(session)
        yield session


@pytest.fixture
def live(compiled):
    """That session, whose terms have weights; what a test changes is put back."""
    experiment, splits = dict(vars(compiled.experiment)), compiled.splits
    compiled.learner.set_weights_of_terms({"squared": 1.0, "absolute": 0.5})
    yield compiled
    vars(compiled.experiment).clear()
    vars(compiled.experiment).update(experiment)
    compiled.splits = splits


def probed(session):
    return {item.name: item.verdict for item in vitals.probed(session)}


def draws():
    return random.random(), float(np.random.rand()), float(keras.random.uniform(()))


def test_gradients_are_those_of_each_term_alone_and_nothing_is_disturbed(live):
    before = read_state(live.learner)
    memory, arrays = resume.collect(None)
    wanted = draws()
    resume.restore(keras.callbacks.CallbackList([]), memory, arrays)
    found = vitals.gradients_of_terms(live, "second")
    assert draws() == wanted
    after = read_state(live.learner)
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert [item.name for item in found] == [
        "gradient share: squared",
        "gradient share: absolute",
    ]
    assert max(item.value for item in found) == 1.0
    assert live.step.traces == 1


def test_twice_the_weight_is_twice_the_gradient(live):
    shares = []
    for weight in (0.25, 0.5):
        live.learner.set_weights_of_terms({"squared": 100.0, "absolute": weight})
        shares.append(vitals.gradients_of_terms(live, "first")[1].value)
    assert shares[1] == pytest.approx(2 * shares[0], rel=1e-4)


def test_a_term_without_weight_is_off(live):
    live.learner.set_weights_of_terms({"squared": 1.0})
    [_, absolute] = vitals.gradients_of_terms(live, "first")
    assert absolute.verdict == "off"


def test_gradients_that_are_not_finite_are_not_measured(live):
    live.learner.set_weights_of_terms({"squared": float("inf"), "absolute": 1.0})
    [found] = vitals.gradients_of_terms(live, "first")
    assert (found.verdict, found.name) == ("not measured", "gradient share")


def test_the_end_of_a_stage_leaves_gradients_in_the_journal(tiny):
    events = tiny.whole.named("gradients")
    assert [event["stage"] for event in events] == ["first", "second"]
    names = [row["name"] for row in events[0]["findings"]]
    assert names == ["gradient share: squared", "gradient share: absolute"]


def test_the_results_hold_what_every_monitor_found(tiny):
    found = {row["name"]: row["verdict"] for row in tiny.whole.results["health"]}
    assert found["batch mates: y"] == "ok"
    assert set(found) >= {
        "repeated loss",
        "loss share: squared",
        "gradient share: squared",
        "collapse: y",
        "saturation: y",
        "identical outputs: y",
    }
    assert not any(name.startswith(("rule heard", "causality")) for name in found)
    rows = [row for row in tiny.whole.results["health"] if row["name"] == "collapse: y"]
    assert [row["detail"].split(":")[0] for row in rows] == ["test_in", "test_far"]


def test_outputs_that_are_no_targets_are_left_alone(live):
    split = live.splits["test_in"]
    found = vitals.health(live, [split], {"test_in": {"z": np.zeros((44, 9))}})
    verdicts = {item.name: item.verdict for item in found}
    assert verdicts["collapse"] == "not measured"
    assert "saturation: z" not in verdicts


def test_an_answer_that_depends_on_batch_mates_is_found(live):
    def centred(model, split):
        x = split.arrays["x"]
        return {"y": (x - x.mean(axis=0))[:, :1]}

    live.experiment.predict = centred
    assert probed(live)["batch mates: y"] == "depends on batch mates"


def test_a_rule_that_the_experiment_names_must_be_heard(live):
    live.experiment.rule_inputs = ("x",)
    found = probed(live)
    assert (found["batch mates: y"], found["rule heard: y"]) == ("ok", "ok")
    live.experiment.predict = lambda model, split: {"y": np.arange(len(split)) * 0.0}
    assert probed(live)["rule heard: y"] == "deaf to the rule"


def test_a_sequence_that_the_experiment_names_must_be_causal(live):
    live.experiment.sequence_inputs = ("x",)

    def ahead(model, split):
        return {"z": np.roll(split.arrays["x"], -1, axis=1)}

    live.experiment.predict = ahead
    assert probed(live)["causality: z"] == "sees the future"


def test_probes_ask_about_select_examples_only(live):
    asked = []

    def predict(model, split):
        asked.append(split.role)
        return {"y": split.arrays["x"][:, :1]}

    live.experiment.predict = predict
    assert probed(live)["saturation: tanh of layer 1"] == "ok"
    assert set(asked) == {"select"}


def test_without_a_select_split_or_with_one_example_nothing_is_probed(live):
    select = live.splits["select"]
    live.splits = {"select": select.take(np.arange(1))}
    assert vitals.probed(live)[0].verdict == "not measured"
    live.splits = {"test": replace(select, role="test")}
    [found] = vitals.probed(live)
    assert "no select split" in found.detail
