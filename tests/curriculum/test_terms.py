from dist_invention.curriculum import Learner, NothingToLearn
from dist_invention.runtime.step import build_step
import keras
from keras import ops
import numpy as np
import pytest


def batch_of(split, weights=None):
    inputs, targets = split.input_arrays(), split.target_arrays()
    return (
        inputs,
        targets,
        np.ones(len(split), np.float32) if weights is None else weights,
    )


def expected_terms(learner, split, weights):
    """The mean of both terms, by NumPy."""
    outputs = learner(split.input_arrays()).numpy()
    error = np.square(outputs - split.arrays["y"])[:, 0]
    size = np.square(outputs)[:, 0]
    return {
        "error": np.average(error, weights=weights),
        "size": np.average(size, weights=weights),
    }


def test_the_loss_is_the_weighted_sum_of_mean_terms(make_learner, make_split):
    split, learner = make_split(), make_learner()
    learner.set_weights_of_terms({"error": 1.0, "size": 0.25})
    weights = np.linspace(0, 1, 12).astype(np.float32)
    means = expected_terms(learner, split, weights)
    logs = learner.evaluate(
        split.input_arrays(),
        split.target_arrays(),
        sample_weight=weights,
        batch_size=12,
        verbose=0,
        return_dict=True,
    )
    assert logs["error"] == pytest.approx(means["error"], rel=1e-5)
    assert logs["size"] == pytest.approx(means["size"], rel=1e-5)
    total = means["error"] + 0.25 * means["size"]
    assert logs["loss"] == pytest.approx(total, rel=1e-5)


def test_examples_of_weight_zero_change_nothing(make_learner, make_split):
    split, kernels = make_split(), []
    for tail in (1.0, 100.0):
        inputs, targets, weights = batch_of(split)
        weights[8:] = 0.0
        inputs = {"x": np.concatenate([inputs["x"][:8], tail * inputs["x"][8:]])}
        learner = make_learner()
        learner.set_weights_of_terms({"error": 1.0, "size": 0.5})
        logs = build_step(learner)((inputs, targets, weights)).logs
        kernels.append([learner.model.get_weights(), float(logs["error"])])
    assert np.array_equal(kernels[0][0][0], kernels[1][0][0])
    assert kernels[0][1] == kernels[1][1]


def test_turning_weights_compiles_nothing_again(make_learner, make_split):
    learner = make_learner()
    step = build_step(learner)
    losses = []
    for size in (0.0, 1.0, 2.0):
        learner.set_weights_of_terms({"error": 1.0, "size": size})
        learner.optimizer.learning_rate.assign(0.0)
        learner.reset_metrics()
        losses.append(float(step(batch_of(make_split())).logs["loss"]))
    assert step.traces == 1
    assert losses[2] - losses[1] == pytest.approx(losses[1] - losses[0], rel=1e-5)
    assert losses[1] > losses[0]


def test_a_term_that_is_not_named_gets_weight_zero(make_learner):
    learner = make_learner()
    learner.set_weights_of_terms({"error": 1.0, "size": 2.0})
    learner.set_weights_of_terms({"size": 0.5})
    assert learner.weights_of_terms() == {"error": 0.0, "size": 0.5}


def test_a_weight_for_no_term_is_refused(make_learner):
    with pytest.raises(
        NothingToLearn, match=r"\['error', 'size'\].*Received: \['eror'\].*correct"
    ):
        make_learner().set_weights_of_terms({"eror": 1.0})


def inner():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])


@pytest.mark.parametrize("names", [[], ["loss"], ["error", "loss"]])
def test_a_learner_has_terms_and_none_is_called_loss(names):
    with pytest.raises(NothingToLearn, match=r"none of them named `loss`.*build_terms"):
        Learner(inner(), {name: lambda inputs, targets, outputs: 0 for name in names})


@pytest.mark.parametrize(
    ("source", "held"), [("inputs", r"\['x'\]"), ("targets", r"\['y'\]")]
)
def test_a_term_that_reads_what_is_not_there_is_named(
    source, held, make_learner, make_split
):
    def greedy(inputs, targets, outputs):
        return {"inputs": inputs, "targets": targets}[source]["mass"]

    learner = make_learner(greedy=greedy)
    with pytest.raises(
        NothingToLearn, match=rf"hold `mass`, which loss term `greedy` reads.*{held}"
    ):
        build_step(learner)(batch_of(make_split()))


@pytest.mark.parametrize(
    "reduce",
    [ops.mean, lambda value: value],
    ids=["one number a batch", "one value a coordinate"],
)
def test_a_term_that_is_not_one_value_an_example_is_refused(
    reduce, make_learner, make_split
):
    def lumped(inputs, targets, outputs):
        return reduce(ops.square(outputs - targets["y"]))

    learner = make_learner(lumped=lumped)
    with pytest.raises(ValueError, match=r"`lumped`.*one value an example.*Average"):
        build_step(learner)(batch_of(make_split()))


def test_regularisers_of_the_inner_model_count(make_split):
    regularised = keras.layers.Dense(
        1, kernel_initializer="ones", kernel_regularizer=keras.regularizers.L2(0.5)
    )
    inputs = {"x": keras.Input((3,), name="x")}
    learner = Learner(
        keras.Model(inputs, regularised(inputs["x"])),
        {"zero": lambda inputs, targets, outputs: 0.0 * outputs[:, 0]},
    )
    learner.set_weights_of_terms({"zero": 1.0})
    learner.compile("sgd")
    logs = build_step(learner)(batch_of(make_split())).logs
    assert float(logs["loss"]) == pytest.approx(1.5)


def test_the_inner_model_is_saved_without_the_learner(
    make_learner, make_split, tmp_path
):
    learner, x = make_learner(), make_split().input_arrays()
    learner.model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded).__name__ == "Functional"
    assert np.array_equal(loaded(x).numpy(), learner(x).numpy())


def test_the_weights_of_terms_are_state_but_never_trained(make_learner):
    learner = make_learner()
    trained = {id(variable) for variable in learner.trainable_variables}
    known = {id(variable) for variable in learner.variables}
    for variable in learner.term_weights:
        assert id(variable) in known - trained
